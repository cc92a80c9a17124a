package finding

import (
	"encoding/base64"
	"testing"
)

// jwt is an unsigned token with these claims.
func jwt(claims string) string {
	e := base64.RawURLEncoding
	return e.EncodeToString([]byte(`{"alg":"RS256"}`)) + "." + e.EncodeToString([]byte(claims)) + ".c2ln"
}

func TestReadTokenTakesAudienceAsStringOrList(t *testing.T) {
	for _, claims := range []string{`{"aud":"a1"}`, `{"aud":["x","a1"]}`} {
		c, ok := readToken(jwt(claims))
		if !ok || !c.Aud.has("A1") {
			t.Errorf("%s: audience %v, read %v", claims, c.Aud, ok)
		}
	}
	for _, bad := range []string{"", "a.b", "a.!.c", "a.e30.c.d", jwt(`{"aud":7}`)} {
		if _, ok := readToken(bad); ok {
			t.Errorf("%q was read", bad)
		}
	}
}
