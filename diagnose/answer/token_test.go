package answer

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

func jwtOf(claims any) string {
	b, _ := json.Marshal(claims)
	return "eyJhbGciOiJSUzI1NiJ9." + base64.RawURLEncoding.EncodeToString(b) + ".c2ln"
}

func TestReadAccessToken(t *testing.T) {
	const iss = "https://team.cloudflareaccess.com"
	app := AccessApp{AUD: hexAUD, Team: "team.cloudflareaccess.com"}
	at := func(d time.Duration) int64 { return now.Add(d).Unix() }
	for _, c := range []struct {
		name   string
		claims map[string]any
		faults []TokenFault
		person bool
	}{
		{"as Access writes it", map[string]any{"aud": []string{hexAUD}, "iss": iss, "type": "app", "exp": at(time.Hour), "iat": at(-time.Hour), "nbf": at(-time.Hour), "email": "a@example.com"}, nil, true},
		{"audience as a string", map[string]any{"aud": hexAUD, "iss": iss, "type": "app", "exp": at(time.Hour)}, nil, false},
		{"of a service token", map[string]any{"aud": []string{hexAUD}, "iss": iss, "type": "app", "exp": at(time.Hour), "common_name": "id.access", "sub": ""}, nil, false},
		{"expired", map[string]any{"aud": []string{hexAUD}, "iss": iss, "type": "app", "exp": at(-time.Second)}, []TokenFault{TokenExpired}, false},
		{"for another application", map[string]any{"aud": []string{strings.Repeat("a", 64)}, "iss": iss, "type": "app", "exp": at(time.Hour)}, []TokenFault{TokenWrongAudience}, false},
		{"global", map[string]any{"aud": iss, "iss": iss, "type": "org", "exp": at(time.Hour)}, []TokenFault{TokenGlobal}, false},
		{"of another team", map[string]any{"aud": hexAUD, "iss": "https://other.cloudflareaccess.com", "type": "app", "exp": at(time.Hour)}, []TokenFault{TokenWrongTeam}, false},
		{"not yet valid", map[string]any{"aud": hexAUD, "iss": iss, "type": "app", "exp": at(time.Hour), "nbf": at(10 * time.Minute)}, []TokenFault{TokenNotYetValid}, false},
	} {
		tok, err := ReadAccessToken(" "+jwtOf(c.claims)+"\n", now)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if f := tok.Faults(app, now); !slices.Equal(f, c.faults) {
			t.Errorf("%s: faults %v, want %v", c.name, f, c.faults)
		}
		if tok.Person != c.person || tok.Expired != slices.Contains(c.faults, TokenExpired) {
			t.Errorf("%s: %+v", c.name, tok)
		}
	}
	tok, _ := ReadAccessToken(jwtOf(map[string]any{"aud": "x", "exp": 1e30}), now)
	if !tok.Expires.IsZero() || len(tok.Faults(AccessApp{}, now)) != 0 {
		t.Errorf("%+v", tok)
	}
}

func TestReadAccessTokenErrorsNeverQuoteTheToken(t *testing.T) {
	for _, s := range []string{"", "opaque-S3cr3t", "a.S3cr3t.c", "a.UzNjcjN0.c", jwtOf("S3cr3t"), jwtOf(map[string]any{"aud": 7, "x": "S3cr3t"}), strings.Repeat("S3cr3t.", 5000)} {
		_, err := ReadAccessToken(s, now)
		if err == nil || strings.Contains(err.Error(), "S3cr3t") || !strings.Contains(err.Error(), "Access token") {
			t.Errorf("%.20q: %v", s, err)
		}
	}
}

func TestParseLoginRedirect(t *testing.T) {
	meta := jwtOf(map[string]any{"aud": hexAUD, "service_token_status": false, "auth_status": "NONE"})
	l, ok := ParseLoginRedirect("https://team.cloudflareaccess.com/cdn-cgi/access/login/API.example.com?meta=" + meta + "&redirect_url=%2Fv1%3Fa%3Db&kid=" + hexAUD)
	want := LoginRedirect{Team: "team.cloudflareaccess.com", Host: "api.example.com", AUD: hexAUD, RedirectURL: "/v1?a=b", ServiceTokenStatus: "false", AuthStatus: "NONE", MetaAUD: hexAUD}
	if !ok || l != want {
		t.Errorf("%+v, %v; want %+v", l, ok, want)
	}
	if l, ok := ParseLoginRedirect("https://team.cloudflareaccess.com/cdn-cgi/access/login/..."); !ok || l.Host != "" || l.AUD != "" {
		t.Errorf("cut: %+v, %v", l, ok)
	}
	for _, s := range []string{"", "/login", "https://team.cloudflareaccess.com/cdn-cgi/access/logout", "https://a.example/cdn-cgi/access", "http://[::1"} {
		if _, ok := ParseLoginRedirect(s); ok {
			t.Errorf("%q was taken for a login redirect", s)
		}
	}
	s := Seen{Exchange: login("g")}
	if l, ok := s.Login(); !ok || l.AUD != hexAUD {
		t.Errorf("%+v, %v", l, ok)
	}
}
