package fetch

import (
	"strings"
	"testing"

	"corstui/diagnose/exchange"
)

func session(cs ...exchange.Cookie) exchange.Session { return exchange.Session{Cookies: cs} }

func TestCredentialsModeDecidesFirst(t *testing.T) {
	s := exchange.Session{
		Cookies:     []exchange.Cookie{{Name: "sid", Value: "1"}},
		AccessToken: "tok", ServiceTokenID: "id", ServiceTokenSecret: "sec",
	}
	for _, c := range []struct {
		name string
		c    exchange.Case
		sent bool
	}{
		{"include, cross-site", exchange.Case{Credentials: include}, true},
		{"same-origin, cross-origin", exchange.Case{Credentials: same}, false},
		{"same-origin, same-site sibling", exchange.Case{Credentials: same, URL: "https://api.example.com/"}, false},
		{"same-origin, own origin", exchange.Case{Credentials: same, URL: pageOrigin + "/"}, true},
		{"omit, own origin", exchange.Case{Credentials: omit, URL: pageOrigin + "/"}, false},
		{"omit", exchange.Case{Credentials: omit}, false},
		{"the page's own OPTIONS", exchange.Case{Credentials: include, Method: "OPTIONS"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.c.Session = s
			sc := server(ok(allowOrigin, pageOrigin, allowCredentials, "true", allowMethods, "OPTIONS"), ok(allowOrigin, pageOrigin, allowCredentials, "true"))
			r := do(t, c.c, sc, as(Chromium))
			x := sc.sent[len(sc.sent)-1].Request
			cookie, id := x.Headers.Value("Cookie"), x.Headers.Value("CF-Access-Client-Id")
			if got := cookie == "sid=1; CF_Authorization=tok" && id == "id" && x.Headers.Value("CF-Access-Client-Secret") == "sec"; got != c.sent {
				t.Errorf("Cookie %q, client id %q: travelled %t, want %t", cookie, id, got, c.sent)
			}
			if !c.sent && (cookie != "" || id != "") {
				t.Errorf("Cookie %q, client id %q travelled in part", cookie, id)
			}
			if x.WithSession != c.sent {
				t.Errorf("WithSession %t", x.WithSession)
			}
			if len(r.Credentials) != 3 {
				t.Fatalf("decisions %+v", r.Credentials)
			}
			for _, d := range r.Credentials {
				if d.Sent != c.sent || d.Why == "" {
					t.Errorf("decision %+v", d)
				}
				if strings.Contains(d.Name+d.Why, "tok,") || strings.Contains(d.Why, "sec ") {
					t.Errorf("decision shows a secret: %+v", d)
				}
			}
		})
	}
}

func TestServiceTokenForcesNoPreflight(t *testing.T) {
	sc := server(answer{}, ok(allowOrigin, pageOrigin, allowCredentials, "true"))
	r := do(t, exchange.Case{Credentials: include, Session: exchange.Session{ServiceTokenID: "id", ServiceTokenSecret: "s"}}, sc, as(Chromium))
	if r.Verdict.PreflightSent || len(sc.sent) != 1 {
		t.Errorf("sent %q", wire(sc.sent))
	}
}

func TestSessionNeverGoesWithAPreflightNorToAnotherHost(t *testing.T) {
	s := exchange.Session{Cookies: []exchange.Cookie{{Name: "sid", Value: "1"}}, AccessToken: "tok", ServiceTokenID: "id", ServiceTokenSecret: "sec"}
	sc := chain(to(307, hostB, allowOrigin, pageOrigin, allowCredentials, "true"), ok(allowOrigin, "null", allowCredentials, "true"))
	sc2 := sc.answer
	sc.answer = func(p exchange.Purpose, r exchange.Request) answer {
		a := sc2(p, r)
		a.headers = append(a.headers, exchange.Header{Name: allowCredentials, Value: "true"})
		if p != exchange.PurposePreflight {
			a.headers = a.headers.Without(allowCredentials).With(allowCredentials, "true")
		}
		return a
	}
	r := do(t, exchange.Case{Credentials: include, Session: s, Headers: hdr("X-A", "1")}, sc, as(Chromium))
	if got := verdict(r); got != "allowed" {
		t.Fatalf("%s: %s", got, wire(sc.sent))
	}
	for _, x := range sc.sent {
		u, _ := ParseURL(x.Request.URL, nil)
		carries := x.Request.Headers.Has("Cookie") || x.Request.Headers.Has("CF-Access-Client-Id") || x.Request.Headers.Has("CF-Access-Client-Secret")
		want := x.Request.Method != "OPTIONS" && u.Host == hostA
		if carries != want || x.Request.WithSession != want {
			t.Errorf("%s %s: session travelled %t (WithSession %t), want %t", x.Request.Method, u.Host, carries, x.Request.WithSession, want)
		}
	}
}

func TestTokensDoNotFollowADowngrade(t *testing.T) {
	s := exchange.Session{AccessToken: "tok", ServiceTokenID: "id", ServiceTokenSecret: "sec"}
	sc := &script{answer: func(_ exchange.Purpose, r exchange.Request) answer {
		if strings.HasPrefix(r.URL, "https:") {
			return status(302, allowOrigin, "http://app.example.com", allowCredentials, "true", "Location", "http://api.example.com/2")
		}
		return ok(allowOrigin, "null", allowCredentials, "true")
	}}
	do(t, exchange.Case{Origin: "http://app.example.com", URL: "https://api.example.com/1", Credentials: include, Session: s}, sc, as(Chromium))
	if len(sc.sent) != 2 || !sc.sent[0].Request.Headers.Has("Cookie") || sc.sent[1].Request.Headers.Has("Cookie") || sc.sent[1].Request.Headers.Has("CF-Access-Client-Id") {
		t.Errorf("sent %+v", sc.sent)
	}
}

func TestWhichCookiesTravel(t *testing.T) {
	const sibling = "https://api.example.com/v1/x" // same site as the page
	for _, c := range []struct {
		name, origin, url string
		cookie            exchange.Cookie
		sent              string // engines
	}{
		{"SameSite not known, cross-site", "", "", exchange.Cookie{}, "chromium"},
		{"Lax, cross-site", "", "", exchange.Cookie{SameSite: "Lax"}, ""},
		{"Strict, cross-site", "", "", exchange.Cookie{SameSite: "strict"}, ""},
		{"None, cross-site", "", "", exchange.Cookie{SameSite: "None", Secure: true}, "chromium"},
		{"Lax, same site", "", sibling, exchange.Cookie{SameSite: "Lax"}, "chromium firefox webkit"},
		{"Strict, same site", "", sibling, exchange.Cookie{SameSite: "Strict"}, "chromium firefox webkit"},
		{"Lax, http page to https API of the site", "http://app.example.com", sibling, exchange.Cookie{SameSite: "Lax"}, "firefox webkit"},
		{"Lax, opaque page", "null", sibling, exchange.Cookie{SameSite: "Lax"}, ""},
		{"Lax, other tenant of a shared suffix", "https://a.pages.dev", "https://b.pages.dev/", exchange.Cookie{SameSite: "Lax"}, ""},
		{"other host", "", sibling, exchange.Cookie{Domain: "other.example.com", HostOnly: true}, ""},
		{"parent domain", "", sibling, exchange.Cookie{Domain: "example.com"}, "chromium firefox webkit"},
		{"parent domain with a dot", "", sibling, exchange.Cookie{Domain: ".Example.com"}, "chromium firefox webkit"},
		{"parent domain, host only", "", sibling, exchange.Cookie{Domain: "example.com", HostOnly: true}, ""},
		{"suffix that is no parent", "", sibling, exchange.Cookie{Domain: "xample.com"}, ""},
		{"path", "", sibling, exchange.Cookie{Path: "/v1"}, "chromium firefox webkit"},
		{"path with a slash", "", sibling, exchange.Cookie{Path: "/v1/"}, "chromium firefox webkit"},
		{"path prefix that is no directory", "", sibling, exchange.Cookie{Path: "/v"}, ""},
		{"other path", "", sibling, exchange.Cookie{Path: "/v2"}, ""},
		{"Secure over http", "http://app.example.com", "http://api.example.com/", exchange.Cookie{Secure: true}, ""},
		{"Secure to localhost", "http://localhost:3000", "http://localhost:8080/", exchange.Cookie{Secure: true}, "chromium firefox"},
		{"other port", "https://app.example.com:8443", "https://app.example.com:9443/", exchange.Cookie{SameSite: "Strict"}, "chromium firefox webkit"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.cookie.Name, c.cookie.Value = "sid", "1"
			for _, e := range Browsers() {
				sc := server(answer{}, ok())
				r := do(t, exchange.Case{Origin: c.origin, URL: c.url, Credentials: include, Session: session(c.cookie)}, sc, as(e))
				got := sc.sent[0].Request.Headers.Has("Cookie")
				if want := strings.Contains(c.sent, e.Name()); got != want || r.Credentials[0].Sent != want {
					t.Errorf("%s: sent %t, decision %+v, want %t", e, got, r.Credentials, want)
				}
			}
		})
	}
}

func TestCrossSiteCookieSaysWhatItRestsOn(t *testing.T) {
	r := do(t, exchange.Case{Credentials: include, Session: session(exchange.Cookie{Name: "sid", Value: "1"})}, server(answer{}, ok()), as(Chromium))
	if why := r.Credentials[0].Why; !strings.Contains(why, "third-party cookies") {
		t.Errorf("why = %q", why)
	}
}

// A login that sets a cookie and sends the page back: which engines bring it.
func TestCookieOfARedirectChain(t *testing.T) {
	for _, c := range []struct {
		name, url, setCookie string
		brought              string
	}{
		{"None; Secure, cross-site", apiURL, "a=b; SameSite=None; Secure; Path=/", "chromium firefox standard"},
		{"no attribute, cross-site", apiURL, "a=b; Secure", "firefox"},
		{"Lax, cross-site", apiURL, "a=b; SameSite=Lax", ""},
		{"None without Secure, cross-site", apiURL, "a=b; SameSite=None", ""},
		{"no attribute, same site", "https://api.example.com/v1", "a=b", "chromium firefox webkit standard"},
		{"parent domain", "https://api.example.com/v1", "a=b; Domain=example.com", "chromium firefox webkit standard"},
		{"foreign domain", "https://api.example.com/v1", "a=b; Domain=example.net", ""},
		{"public suffix", "https://api.example.com/v1", "a=b; Domain=com", ""},
		{"other path", "https://api.example.com/v1", "a=b; Path=/elsewhere", ""},
		{"expired", "https://api.example.com/v1", "a=b; Max-Age=0", ""},
		{"__Host- with Domain", "https://api.example.com/v1", "__Host-a=b; Secure; Path=/; Domain=example.com", ""},
		{"__Host-", "https://api.example.com/v1", "__Host-a=b; Secure; Path=/", "chromium firefox webkit standard"},
		{"__Secure- without Secure", "https://api.example.com/v1", "__Secure-a=b", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, e := range append(Browsers(), Standard) {
				first := true
				sc := &script{answer: func(exchange.Purpose, exchange.Request) answer {
					if first {
						first = false
						return status(302, allowOrigin, pageOrigin, allowCredentials, "true", "Location", "/v2", "Set-Cookie", c.setCookie)
					}
					return ok(allowOrigin, pageOrigin, allowCredentials, "true")
				}}
				do(t, exchange.Case{URL: c.url, Credentials: include}, sc, as(e))
				if len(sc.sent) != 2 {
					t.Fatalf("%s sent %s", e, wire(sc.sent))
				}
				if got, want := sc.sent[1].Request.Headers.Has("Cookie"), strings.Contains(c.brought, e.Name()); got != want {
					t.Errorf("%s brings the cookie: %t, want %t", e, got, want)
				}
				if sc.sent[1].Request.WithSession {
					t.Errorf("%s: a cookie that the chain set counts as the case's session", e)
				}
			}
		})
	}
}

func TestSetCookieIsIgnoredWithoutCredentials(t *testing.T) {
	sc := chain(status(302, allowOrigin, "*", "Location", "/v2", "Set-Cookie", "a=b; SameSite=None; Secure; Path=/"), ok(allowOrigin, "*"))
	do(t, exchange.Case{}, sc, as(Chromium))
	if sc.sent[1].Request.Headers.Has("Cookie") {
		t.Error("a cookie was stored in mode same-origin across origins")
	}
}

func TestSetCookieReplacesTheUsersOwn(t *testing.T) {
	sc := chain(status(302, allowOrigin, pageOrigin, allowCredentials, "true", "Location", "/v2", "Set-Cookie", "sid=2; SameSite=None; Secure; Path=/"),
		ok(allowOrigin, pageOrigin, allowCredentials, "true"))
	do(t, exchange.Case{Credentials: include, Session: session(exchange.Cookie{Name: "sid", Value: "1"})}, sc, as(Chromium))
	if got := sc.sent[1].Request.Headers.Value("Cookie"); got != "sid=2" {
		t.Errorf("Cookie = %q, want the new value alone", got)
	}
}

func FuzzSetCookie(f *testing.F) {
	for _, s := range []string{"a=b", "=", ";", "a=b; Domain=.; Path=x; SameSite", "a=b; domain=com", "\x00=1", "__Host-a=b; secure"} {
		f.Add(s, "/p/q")
	}
	f.Fuzz(func(t *testing.T, line, path string) {
		r := newRun(t.Context(), exchange.Case{URL: apiURL, Origin: pageOrigin, Credentials: include}, nil, Options{})
		r.cur, _ = ParseURL("https://api.example.net/", nil)
		r.cur.Path = "/" + path
		r.first = r.cur
		r.storeCookies(hdr("Set-Cookie", line))
		if h, _, _ := r.session(); strings.ContainsAny(h, "\r\n\x00") {
			t.Fatalf("%q gives Cookie %q", line, h)
		}
	})
}

func TestInsecureNoneCookie(t *testing.T) {
	for e, want := range map[Engine]bool{Chromium: false, Firefox: false, WebKit: true, Standard: false} {
		sc := chain(status(302, allowOrigin, pageOrigin, allowCredentials, "true", "Location", "/v2", "Set-Cookie", "a=b; SameSite=None; Path=/"),
			ok(allowOrigin, pageOrigin, allowCredentials, "true"))
		do(t, exchange.Case{URL: "https://api.example.com/v1", Credentials: include}, sc, as(e))
		if got := sc.sent[1].Request.Headers.Has("Cookie"); got != want {
			t.Errorf("%s: a cookie with SameSite=None and no Secure travels: %t", e, got)
		}
	}
}

func TestSameSiteAfterACrossSiteHop(t *testing.T) {
	for e, want := range map[Engine]bool{Chromium: true, Firefox: false, WebKit: false} {
		sc := &script{}
		sc.answer = func(exchange.Purpose, exchange.Request) answer {
			next := []string{"https://" + hostB + "/", "https://api.example.com/3"}
			if n := len(sc.sent); n < 2 {
				return status(302, allowOrigin, []string{pageOrigin, "null"}[n], allowCredentials, "true", "Location", next[n])
			}
			return ok(allowOrigin, "null", allowCredentials, "true")
		}
		do(t, exchange.Case{URL: "https://api.example.com/1", Credentials: include, Session: session(exchange.Cookie{Name: "sid", Value: "1", SameSite: "Lax"})}, sc, as(e))
		if len(sc.sent) != 3 || !sc.sent[0].Request.Headers.Has("Cookie") {
			t.Fatalf("%s: %s", e, wire(sc.sent))
		}
		if got := sc.sent[2].Request.Headers.Has("Cookie"); got != want {
			t.Errorf("%s: the cookie travels back to its site: %t, want %t", e, got, want)
		}
	}
}
