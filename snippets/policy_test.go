package snippets_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"corstui/snippets"
)

func TestResponseHeaders(t *testing.T) {
	tests := []struct {
		name      string
		policy    snippets.Policy
		origin    string
		preflight bool
		want      string
	}{
		{"an allowed page's preflight", full, first, true, "Access-Control-Allow-Origin: https://app.example.com|Access-Control-Allow-Credentials: true|Access-Control-Allow-Methods: PUT, DELETE|Access-Control-Allow-Headers: Content-Type, Authorization, X_Legacy|Access-Control-Max-Age: 600|Vary: Origin"},
		{"an allowed page's request", full, second, false, "Access-Control-Allow-Origin: http://localhost:3000|Access-Control-Allow-Credentials: true|Access-Control-Expose-Headers: ETag, X-Request-Id|Vary: Origin"},
		{"a stranger's preflight", full, "https://evil.example", true, "Vary: Origin"},
		{"another case", full, "https://APP.example.com", false, "Vary: Origin"},
		{"no Origin", full, "", false, "Vary: Origin"},
		{"a public API's preflight", public, "null", true, "Access-Control-Allow-Origin: *|Access-Control-Allow-Methods: *|Access-Control-Allow-Headers: *, Authorization|Access-Control-Max-Age: 0"},
		{"a public API, no Origin", public, "", false, "Access-Control-Allow-Origin: *|Access-Control-Expose-Headers: *"},
		{"nothing but an origin", bare, first, true, "Access-Control-Allow-Origin: https://app.example.com|Vary: Origin"},
	}
	for _, tt := range tests {
		var got []string
		for _, h := range tt.policy.ResponseHeaders(tt.origin, tt.preflight) {
			got = append(got, h[0]+": "+h[1])
		}
		if s := strings.Join(got, "|"); s != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.name, s, tt.want)
		}
	}
}

func TestAPolicySurvivesJSON(t *testing.T) {
	for _, p := range []snippets.Policy{full, public, bare} {
		data, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(data), "null") {
			t.Errorf("a list is null: %s", data)
		}
		back, err := snippets.ParsePolicy(data)
		if err != nil {
			t.Fatal(err)
		}
		again, _ := json.Marshal(back)
		if string(again) != string(data) || !reflect.DeepEqual(back.MaxAge, p.MaxAge) {
			t.Errorf("%s became %s", data, again)
		}
	}
}

func TestPolicyFilesThatAreRefused(t *testing.T) {
	tests := []struct{ in, says string }{
		{``, "ends too early"},
		{`{"allow_origins":`, "ends too early"},
		{`{"allow_origins":}`, "no JSON at byte 18"},
		{`[]`, "array stands where the object"},
		{`{"allow_origins":"https://app.example.com"}`, `"allow_origins" has a string`},
		{`{"allow_origins":["https://app.example.com"],"max_age":1.5}`, `"max_age" has a number`},
		{`{"allow_origin":["https://app.example.com"]}`, `no field "allow_origin"`},
		{`{"allow_origins":["https://app.example.com"]} {}`, "more after the object"},
		{"{\"\x1b[31m\":1}", "no JSON at byte"},
	}
	for _, tt := range tests {
		_, err := snippets.ParsePolicy([]byte(tt.in))
		var e *snippets.PolicyFileError
		if !errors.As(err, &e) || !strings.Contains(err.Error(), tt.says) || strings.ContainsAny(err.Error(), "\x1b\n") {
			t.Errorf("%q: %v", tt.in, err)
		}
	}
	var origin *snippets.OriginError
	if _, err := snippets.ParsePolicy([]byte(`{"allow_origins":["null"]}`)); !errors.As(err, &origin) {
		t.Errorf("%v", err)
	}
}

func FuzzParsePolicy(f *testing.F) {
	for _, seed := range []string{`{}`, `{"allow_origins":["https://app.example.com"],"credentials":true,"max_age":0}`, `{"allow_origins":["*"],"allow_methods":null}`, `{"allow_headers":[1]}`, `[`, `{"max_age":1e9}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := snippets.ParsePolicy(data)
		if err != nil {
			if strings.ContainsFunc(snippets.Line(err), func(c rune) bool { return c < ' ' || c > '~' }) {
				t.Errorf("%q is no line for a terminal", err)
			}
			return
		}
		out, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := snippets.ParsePolicy(out); err != nil {
			t.Errorf("%s became %s: %v", data, out, err)
		}
	})
}
