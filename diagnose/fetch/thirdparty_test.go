package fetch

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"corstui/diagnose/exchange"
)

// given is a cookie of the user's, as a login on the API's own host sets it.
func given(more ...func(*exchange.Cookie)) exchange.Cookie {
	k := exchange.Cookie{Name: "sid", Value: "s3cret", Secure: true, SameSite: "None"}
	for _, f := range more {
		f(&k)
	}
	return k
}

func kept(site string) func(*exchange.Cookie) {
	return func(k *exchange.Cookie) { k.Partition = site }
}

// Which engines send a cookie that was in the browser before the fetch.
func TestThirdPartyCookies(t *testing.T) {
	const sibling = "https://api.example.com/v1/x"
	for _, c := range []struct {
		name, page, url string
		cookie          exchange.Cookie
		sent            string
	}{
		{"another site", "", apiURL, given(), "chromium standard"},
		{"a sibling", "", sibling, given(), "chromium firefox webkit standard"},
		{"a sibling over another scheme", "http://app.example.com", sibling, given(), "chromium firefox webkit standard"},
		{"another port", "https://app.example.com:8443", "https://app.example.com/", given(), "chromium firefox webkit standard"},
		{"a tenant of a shared suffix", "https://a.workers.dev", "https://b.workers.dev/", given(), "chromium standard"},
		{"the suffix itself and a tenant", "https://pages.dev", "https://b.pages.dev/", given(), "chromium standard"},
		{"two registrable domains below co.uk", "https://a.co.uk", "https://b.co.uk/", given(), "chromium standard"},
		{"one registrable domain below co.uk", "https://a.x.co.uk", "https://b.x.co.uk/", given(), "chromium firefox webkit standard"},
		{"an address", "", "https://192.0.2.1/", given(), "chromium standard"},
		{"localhost and 127.0.0.1", "http://localhost:3000", "http://127.0.0.1:8080/", given(func(k *exchange.Cookie) { k.Secure = false }), "chromium standard"},
		{"localhost, two ports", "http://localhost:3000", "http://localhost:8080/", given(func(k *exchange.Cookie) { k.Secure = false }), "chromium firefox webkit standard"},
		{"an opaque page", "null", apiURL, given(), "chromium standard"},
		{"kept under the page's site", "", apiURL, given(kept("https://example.com")), "chromium firefox standard"},
		{"kept under another site", "", apiURL, given(kept("https://example.org")), ""},
		{"kept under the page's domain with another scheme", "", apiURL, given(kept("http://example.com")), ""},
		{"kept under its own site, and the page is of it", "", sibling, given(kept("https://example.com")), "chromium firefox webkit standard"},
		{"without SameSite, as is known", "", apiURL, given(func(k *exchange.Cookie) { k.SameSite, k.SameSiteUnset = "", true }), ""},
		{"without SameSite, to a sibling", "", sibling, given(func(k *exchange.Cookie) { k.SameSite, k.SameSiteUnset = "", true }), "chromium firefox webkit standard"},
		{"without SameSite, kept under the page's site", "", apiURL, given(kept("https://example.com"), func(k *exchange.Cookie) { k.SameSite, k.SameSiteUnset = "", true }), "firefox"},
		{"SameSite=Lax stays at home everywhere", "", apiURL, given(func(k *exchange.Cookie) { k.SameSite = "Lax" }), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, e := range append(Browsers(), Standard) {
				sc := server(answer{}, ok())
				r := do(t, exchange.Case{Origin: c.page, URL: c.url, Credentials: include, Session: session(c.cookie)}, sc, as(e))
				want := strings.Contains(c.sent, e.Name())
				d := r.Credentials[0]
				if got := sc.sent[0].Request.Headers.Has("Cookie"); got != want || d.Sent != want {
					t.Errorf("%s: sent %t, decision %+v, want %t", e, got, d, want)
				}
				byDefault := !want && (strings.Contains(c.sent, "chromium") || c.cookie.SameSiteUnset && e != Chromium && e != Standard)
				if d.Default != byDefault || slices.Contains(r.Verdict.Assumes, AssumesThirdPartyCookies) != byDefault {
					t.Errorf("%s: decision %+v, assumes %q: by default %t", e, d, r.Verdict.Assumes, byDefault)
				}
			}
		})
	}
}

// The token of Access is a cookie, a service token is none.
func TestThirdPartyDefaultsAndTokens(t *testing.T) {
	for _, e := range Browsers() {
		sc := server(answer{}, ok())
		do(t, exchange.Case{Credentials: include, Session: exchange.Session{AccessToken: "tok", ServiceTokenID: "id", ServiceTokenSecret: "sec"}}, sc, as(e))
		h := sc.sent[0].Request.Headers
		if got, want := h.Has("Cookie"), e == Chromium; got != want {
			t.Errorf("%s: the Access token travels %t, want %t", e, got, want)
		}
		if h.Value("CF-Access-Client-Id") != "id" || !sc.sent[0].Request.WithSession {
			t.Errorf("%s: the service token does not travel", e)
		}
	}
}

// loggedIn is an API that knows the user by a cookie, and turns others away
// without CORS headers, as Cloudflare Access does.
func loggedIn() *script {
	return &script{answer: func(_ exchange.Purpose, r exchange.Request) answer {
		if r.Method != "OPTIONS" && !r.Headers.Has("Cookie") {
			return status(302, "Location", "https://team.cloudflareaccess.com/cdn-cgi/access/login")
		}
		return ok(allowOrigin, pageOrigin, allowCredentials, "true", allowMethods, "PUT, DELETE", allowHeaders, "x-a")
	}}
}

func TestTheSameCaseForEachEngine(t *testing.T) {
	s := loggedIn()
	r := runEngines(t, exchange.Case{Credentials: include, Session: session(given())}, s)
	if !r.Verdict.Allowed || len(r.Verdict.Assumes) != 0 {
		t.Errorf("chromium: %+v", r.Verdict)
	}
	for name, want := range map[string]struct {
		allowed bool
		reason  string
		assumes []string
	}{
		"chromium": {true, "", []string{}},
		"firefox":  {false, "CORSMissingAllowOrigin", []string{AssumesThirdPartyCookies}},
		"webkit":   {false, "OriginNotAllowed", []string{AssumesThirdPartyCookies}},
	} {
		v := r.Verdict.Engines[name]
		reason := ""
		if v.Reason != nil {
			reason = *v.Reason
		}
		if v.Allowed != want.allowed || reason != want.reason || v.Partial || !slices.Equal(v.Assumes, want.assumes) {
			t.Errorf("%s: %+v, reason %q", name, v, reason)
		}
		if len(v.Credentials) != 1 || v.Credentials[0].Name != "cookie sid" || v.Credentials[0].Sent != want.allowed || v.Credentials[0].Why == "" {
			t.Errorf("%s: credentials %+v", name, v.Credentials)
		}
	}
	if c := r.Verdict.Console; c.Chromium != "" || c.Firefox != r.Verdict.Engines["firefox"].Console || c.WebKit != r.Verdict.Engines["webkit"].Console || c.Firefox == "" || c.WebKit == "" {
		t.Errorf("consoles %+v", c)
	}
	if len(s.sent) != 2 { // the two others send the same bytes
		t.Errorf("sent %s", wire(s.sent))
	}
	b, err := json.Marshal(r.Verdict)
	if err != nil || strings.Contains(string(b), "s3cret") {
		t.Errorf("the verdict shows the cookie's value: %s, %v", b, err)
	}
}

// TestAnEngineAloneAgreesWithAllTogether compares --engine with verdict.engines.
func TestAnEngineAloneAgreesWithAllTogether(t *testing.T) {
	body := "x"
	for _, c := range []exchange.Case{
		{Credentials: include, Session: session(given())},
		{Credentials: include, Session: session(given(kept("https://example.com")))},
		{Credentials: include, Session: session(given(), exchange.Cookie{Name: "lax", Value: "1", SameSite: "Lax"})},
		{Credentials: include, Session: exchange.Session{AccessToken: "tok"}, Headers: hdr("X-A", "1")},
		{Credentials: include, Session: session(given()), URL: "https://api.example.com/v1"},
		{Credentials: include, Session: session(given()), Origin: "null"},
		{Credentials: include, Session: session(given()), Mode: exchange.ModeNoCORS},
		{Credentials: include, Session: session(given()), Method: "PUT"},
		{Credentials: include, Session: session(given()), Method: "POST", Body: &body},
		{Credentials: same, Session: session(given())},
		{Credentials: omit, Session: session(given())},
		{Credentials: include},
		{Credentials: include, Session: exchange.Session{ServiceTokenID: "id", ServiceTokenSecret: "sec"}},
	} {
		if c.URL == "" {
			c.URL = apiURL
		}
		if c.Origin == "" {
			c.Origin = pageOrigin
		}
		all := RunEngines(t.Context(), c, loggedIn(), Options{})
		for _, e := range Browsers() {
			alone := Run(t.Context(), c, loggedIn(), Options{Engine: e})
			v, got := alone.Verdict, all.Verdict.Engines[e.Name()]
			want := EngineVerdict{v.Allowed, v.Partial, v.Assumes, v.BlockedAt, v.Reason, v.PreflightSent, v.ReadableHeaders, *v.Console.of(e), alone.Credentials, v.Event}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s %s, %s: among all %s\n  alone %s", c.Method, c.URL, e, asJSON(got), asJSON(want))
			}
		}
	}
}

func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// A request that may change something is not sent again for an engine that
// would send it without the cookie.
func TestAnUnsafeRequestIsNotRepeatedWithoutItsCookie(t *testing.T) {
	s := loggedIn()
	c := exchange.Case{URL: apiURL, Origin: pageOrigin, Method: "DELETE", Credentials: include, Session: session(given())}
	r := RunEngines(context.Background(), c, s, Options{AllowUnsafe: true})
	if got := wire(s.sent); strings.Count(got, "DELETE https") > 1 || len(s.sent) != 2 {
		t.Errorf("sent %s", got)
	}
	for name, partial := range map[string]bool{"chromium": false, "firefox": true, "webkit": true} {
		if v := r.Verdict.Engines[name]; v.Partial != partial || !v.Allowed {
			t.Errorf("%s: %+v", name, v)
		}
	}
}

// Where nothing more may be sent, an engine whose request was not is absent, and
// its console is not made up.
func TestStoredExchangesAnswerOnlyTheEngineThatSentTheCookie(t *testing.T) {
	c := exchange.Case{URL: apiURL, Origin: pageOrigin, Credentials: include, Session: session(given())}
	for _, tt := range []struct {
		name    string
		s       *script
		present []string
	}{
		{"the cookie decides", loggedIn(), []string{"chromium"}},
		{"blocked either way, which nobody knows", server(answer{}, ok()), []string{"chromium"}},
		{"nobody there", server(answer{}, answer{failure: &exchange.Failure{Phase: exchange.FailureConnect, Message: "refused"}}), []string{"chromium", "firefox", "webkit"}},
		{"silence", server(answer{}, answer{failure: &exchange.Failure{Phase: exchange.FailureTimeout, Message: "no answer"}}), []string{"chromium"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			live := do(t, c, tt.s, as(Chromium))
			if console := live.Verdict.Console; len(tt.present) == 1 && (console.Firefox != "" || console.WebKit != "") {
				t.Errorf("consoles of others: %+v", console)
			}
			stored := DecideEngines(c, live.Exchanges, Options{})
			var present []string
			for _, e := range Browsers() {
				if _, ok := stored.Verdict.Engines[e.Name()]; ok {
					present = append(present, e.Name())
				}
			}
			if !slices.Equal(present, tt.present) {
				t.Errorf("engines %q, want %q", present, tt.present)
			}
		})
	}
	// A preflight carries no cookie: what refuses it refuses every engine.
	refused := do(t, exchange.Case{Method: "PUT", Credentials: include, Session: session(given())}, server(status(403), ok()), as(Chromium))
	c.Method = "PUT"
	stored := DecideEngines(c, refused.Exchanges, Options{})
	for _, e := range Browsers() {
		v, ok := stored.Verdict.Engines[e.Name()]
		if !ok || v.Allowed || len(v.Assumes) != 0 || v.Console == "" {
			t.Errorf("%s: %t %+v", e, ok, v)
		}
	}
}

// Nothing is sent twice where nobody can be reached.
func TestAnUnreachableHostIsAskedOnce(t *testing.T) {
	s := server(answer{}, answer{failure: &exchange.Failure{Phase: exchange.FailureDNS, Message: "no such host"}})
	r := runEngines(t, exchange.Case{Credentials: include, Session: session(given())}, s)
	if len(s.sent) != 1 || len(r.Verdict.Engines) != 3 {
		t.Errorf("sent %s, engines %+v", wire(s.sent), r.Verdict.Engines)
	}
}

// A chain from the page's site to another and back.
func TestThirdPartyCookieOfALaterHop(t *testing.T) {
	for e, want := range map[Engine][]bool{Chromium: {true, true, true}, Firefox: {true, false, true}, WebKit: {true, false, false}, Standard: {true, true, true}} {
		sc := &script{}
		sc.answer = func(exchange.Purpose, exchange.Request) answer {
			next := []string{"https://" + hostB + "/", "https://api.example.com/3"}
			if n := len(sc.sent); n < 2 {
				return status(302, allowOrigin, []string{pageOrigin, "null"}[n], allowCredentials, "true", "Location", next[n])
			}
			return ok(allowOrigin, "null", allowCredentials, "true")
		}
		do(t, exchange.Case{URL: "https://api.example.com/1", Credentials: include,
			Session: session(given(), given(func(k *exchange.Cookie) { k.Name, k.Domain, k.HostOnly = "b", hostB, true }))}, sc, as(e))
		var got []bool
		for _, x := range sc.sent {
			got = append(got, x.Request.Headers.Has("Cookie"))
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: cookies at the hops %v, want %v", e, got, want)
		}
	}
}
