package finding

import (
	"encoding/base64"
	"testing"

	"corstui/diagnose/exchange"
)

// jwt is an unsigned token with these claims.
func jwt(claims string) string {
	e := base64.RawURLEncoding
	return e.EncodeToString([]byte(`{"alg":"RS256"}`)) + "." + e.EncodeToString([]byte(claims)) + ".c2ln"
}

// sessionOf is a view of a case whose session is this token.
func sessionOf(jwt string) *view {
	return newView(Input{Case: exchange.Case{Session: exchange.Session{AccessToken: jwt}}})
}

func TestReadTokenTakesAudienceAsStringOrList(t *testing.T) {
	for _, claims := range []string{`{"aud":"a1"}`, `{"aud":["x","a1"]}`} {
		c, ok := sessionOf(jwt(claims)).token()
		if !ok || !c.For("A1") {
			t.Errorf("%s: audience %v, read %v", claims, c.AUD, ok)
		}
	}
	for _, bad := range []string{"", "a.b", "a.!.c", "a.e30.c.d", jwt(`{"aud":7}`)} {
		if _, ok := sessionOf(bad).token(); ok {
			t.Errorf("%q was read", bad)
		}
	}
}
