package lab

import (
	"net/url"
	"strings"
	"testing"
)

func TestThePageShowsTheScenario(t *testing.T) {
	l := start(t, "headers-not-exposed")
	c := dial(t, l)
	for _, path := range []string{"/", "/headers-not-exposed"} {
		s := c.do("GET", l.URL()+path)
		s.is(t, 200, "Content-Type", "text/html; charset=utf-8", "Content-Security-Policy", "default-src 'none'.*")
		for _, want := range []string{
			"X-Total-Count", "fetch(&#34;https://headers-not-exposed.api.example.com/v1/items&#34;)",
			`"url":"http://127.0.0.1` + strings.TrimPrefix(l.Addr(), "127.0.0.1") + `/at/headers-not-exposed.api.example.com/v1/items"`,
		} {
			if !strings.Contains(s.body, want) {
				t.Errorf("%s does not contain %s:\n%s", path, want, s.body)
			}
		}
		if strings.Contains(s.body, "src=") || strings.Contains(s.body, "<link") {
			t.Error("the page loads something from elsewhere")
		}
	}
	c.do("GET", l.URL()+"/favicon.ico").is(t, 204)
	c.do("GET", l.URL()+"/nothing").is(t, 404)
	c.do("POST", l.URL()+"/").is(t, 405)
}

func TestTheIndexNamesEveryScenario(t *testing.T) {
	l := start(t, "")
	c := dial(t, l)
	s := c.do("GET", l.URL()+"/")
	for _, name := range Names() {
		if !strings.Contains(s.body, `href="/`+name+`"`) {
			t.Errorf("the index lacks %s", name)
		}
		c.do("GET", l.URL()+"/"+name).is(t, 200)
	}
}

// TestThePlainSideIsTheSamePath compares what a page on localhost meets with
// what the scenario's page meets over TLS.
func TestThePlainSideIsTheSamePath(t *testing.T) {
	l := start(t, "")
	c := dial(t, l)
	port := strings.TrimPrefix(l.Addr(), "127.0.0.1")
	page := "http://localhost" + port
	for _, s := range l.Scenarios() {
		if s.Name == "network-dropped" || s.Name == "network-no-certificate" || s.Name == "mixed-content" || strings.HasPrefix(s.Name, "waf-bic") || strings.HasPrefix(s.Name, "waf-rate-limit-by") {
			continue
		}
		k, _ := l.Case(s.Name)
		u, _ := url.Parse(k.URL)
		real := c.do("OPTIONS", k.URL, "Origin", k.Origin, "Access-Control-Request-Method", "GET")
		plain := c.do("OPTIONS", l.plainURL("127.0.0.1", u), "Origin", page, "Access-Control-Request-Method", "GET")
		for _, name := range []string{"Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Vary", "Cf-Cache-Status", "Cf-Mitigated", "Server"} {
			want := strings.ReplaceAll(strings.Join(real.Header.Values(name), "|"), k.Origin, page)
			if got := strings.Join(plain.Header.Values(name), "|"); got != want || plain.StatusCode != real.StatusCode {
				t.Errorf("%s: %d %s %q, over TLS %d %q", s.Name, plain.StatusCode, name, got, real.StatusCode, want)
			}
		}
	}
}

func TestThePlainSideKeepsCookiesApartAndRedirectsInside(t *testing.T) {
	l := start(t, "access-session-expired")
	c := dial(t, l)
	port := strings.TrimPrefix(l.Addr(), "127.0.0.1")
	s := c.do("GET", "http://localhost"+port+"/at/access-session-expired.app.example.com/api/me", "Cookie", "CF_Authorization=x")
	s.is(t, 302, "Set-Cookie", "", "Location", `http://127\.0\.0\.1`+port+`/at/team\.cloudflareaccess\.com/cdn-cgi/access/login/.*`)
	c.do("GET", s.Header.Get("Location"), "Origin", "http://localhost"+port).is(t, 200, "Access-Control-Allow-Origin", "")
	c.do("GET", "http://localhost"+port+"/at/evil.example/").is(t, 421)
	c.do("GET", "http://localhost"+port+"/at/").is(t, 421)
}

func TestThePlainSideBringsTheUsersLogin(t *testing.T) {
	l := start(t, "logged-in-all-right")
	c := dial(t, l)
	port := strings.TrimPrefix(l.Addr(), "127.0.0.1")
	at := "http://127.0.0.1" + port + "/at/logged-in-all-right.api.example.com/v1/me"
	c.do("GET", at, "Origin", "http://localhost"+port).is(t, 200, "Access-Control-Allow-Origin", "http://localhost"+port)
	c.do("GET", at, "Origin", "https://evil.example").is(t, 200, "Access-Control-Allow-Origin", "")
}
