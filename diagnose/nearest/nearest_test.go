package nearest

import (
	"strings"
	"testing"
)

func TestTheNameThatWasMeant(t *testing.T) {
	names := []string{"access-login", "access-preflight", "all-right", "PreflightMissingAllowOriginHeader", "vary"}
	for typed, want := range map[string]string{
		"acess-login": "access-login", "access-logni": "access-login", " ACCESS-LOGIN ": "access-login",
		"access-p": "access-preflight", "all": "all-right", "preflightmissingalloworigin": "PreflightMissingAllowOriginHeader",
		"vray": "vary", "": "", "  ": "", "quite-something-else": "", "x": "", strings.Repeat("a", 10_000): "",
	} {
		if got := Name(typed, names); got != want {
			t.Errorf("%.40q: %q, want %q", typed, got, want)
		}
	}
	if got := Name("a", nil); got != "" {
		t.Errorf("of no names %q is nearest", got)
	}
}

func TestDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"kitten", "sitting", 3}, {"flaw", "lawn", 2}, {"ab", "ba", 2}, {"same", "same", 0}} {
		if got := distance(tt.a, tt.b); got != tt.want {
			t.Errorf("%q to %q: %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}
