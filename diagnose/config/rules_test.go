package config

import (
	"strings"
	"testing"

	"corstui/diagnose/finding"
)

func TestRulesNameFindingsThatCanBeExplained(t *testing.T) {
	for id, r := range rules {
		if r.finding != "" {
			if _, ok := finding.Explain(r.finding); !ok {
				t.Errorf("%s names the finding %q, which nobody can explain", id, r.finding)
			}
		}
		if r.mistake < 0 || r.mistake > 7 || r.what == "" || r.why == "" || strings.Count(r.what, "%") != strings.Count(r.what, "%s") {
			t.Errorf("%s: mistake %d, %q, %q", id, r.mistake, r.what, r.why)
		}
	}
}

func TestLookalikesOfAPattern(t *testing.T) {
	tests := []struct {
		expr string
		want string // rules, in the order in which they are found
	}{
		{`^https://app\.example\.com$`, ""},
		{`^https://[a-z0-9-]+\.example\.com$`, ""},
		{`^https://(app|admin)\.example\.(com|org)$`, ""},
		{`^https://([a-z]+\.)?example\.com$`, ""},
		{`^https?://localhost(:\d+)?$`, ""},
		{`.*`, "origin-reflected"},
		{`^https://app.example\.com$`, "lookalike-origin"},
		{`app\.example\.com`, "lookalike-origin http-origin"},
		{`^https://app\.example\.com`, "lookalike-origin"},
		{`example\.com$`, "lookalike-origin http-origin"},
		{`\.example\.com$`, "http-origin"},
		{`^https?://app\.example\.com$`, "http-origin"},
		{`^https://app\.example\.com(:\d+)?$`, "any-port-origin"},
		{`^(https://app\.example\.com|null)$`, "null-origin"},
		{`^https://.*\.example\.co\.uk$`, ""},
		{`^https://.*co\.uk$`, "lookalike-origin"},
	}
	for _, tt := range tests {
		p, ok := compile(tt.expr, false)
		if !ok {
			t.Errorf("%s: not understood", tt.expr)
			continue
		}
		var got []string
		for _, l := range p.lookalikes() {
			got = append(got, l.rule)
			if !p.match(l.origin) {
				t.Errorf("%s: %s does not fit", tt.expr, l.origin)
			}
		}
		if s := strings.Join(got, " "); s != tt.want {
			t.Errorf("%s: %q, want %q", tt.expr, s, tt.want)
		}
	}
}
