package lab

import (
	"net/http"
	"sync/atomic"

	"corstui/diagnose/exchange"
)

// accessPreflightScenarios are preflights at Access, its own CORS settings and
// its bypass, and what a logged-in user meets behind it.
var accessPreflightScenarios = []Scenario{
	{
		Name:  "access-wildcard-application",
		Shows: "An Access application on *.api.example.com covers this host too, and refuses its preflight.",
		Case:  exchange.Case{URL: "/v1/me", Headers: header("X-Client", "web"), Credentials: include},
		Truth: Truth{
			Layer: "access", Certain: true, BlockedAt: "preflight", Reason: "PreflightMissingAllowOriginHeader",
			Mistakes: []int{2}, Errors: []string{"access-preflight-refused"}, Assumes: []string{"no-session"},
		},
		build: func(b *builder) {
			b.protect().domain = "*.api.example.com"
			b.origin = app(allowing(pageOrigin).withCredentials(), api1())
		},
	},
	{
		Name:  "logged-in-preflight-refused",
		Shows: "The user is logged in, and Access refuses the preflight all the same: a preflight never carries the session.",
		Case:  exchange.Case{URL: "/v1/me", Headers: header("X-Client", "web"), Credentials: include},
		Truth: Truth{
			Layer: "access", Certain: true, BlockedAt: "preflight", Reason: "PreflightMissingAllowOriginHeader",
			Mistakes: []int{2}, Errors: []string{"access-preflight-refused"},
		},
		build: func(b *builder) {
			b.protect()
			b.origin = app(allowing(pageOrigin).withCredentials(), api1())
		},
		session: loggedIn,
	},
	{
		Name:  "access-cors-incomplete",
		Shows: "Access answers preflights by its own CORS settings, and these lack a header that the page sends.",
		Case:  exchange.Case{URL: "/v1/me", Headers: header("X-Client", "web"), Credentials: include},
		Truth: Truth{
			// A 200 with a three-part Vary and no cf-cache-status is how the
			// settings answer; other middleware may look the same: likely.
			Layer: "access", BlockedAt: "preflight", Reason: "PreflightMissingAllowOriginHeader",
			Mistakes: []int{2}, Errors: []string{"access-cors-incomplete"}, Assumes: []string{"no-session"},
		},
		build: func(b *builder) {
			b.protect().cors = &accessCORS{origins: []string{pageOrigin}, methods: []string{"GET", "POST"}, headers: []string{"content-type"}, credentials: true, maxAge: "600"}
			b.origin = app(allowing(pageOrigin).withCredentials(), api1())
		},
	},
	{
		Name:  "access-cors-no-credentials",
		Shows: "Access's CORS settings allow origin and header, but not credentials, which this page uses.",
		Case:  exchange.Case{URL: "/v1/me", Headers: header("X-Client", "web"), Credentials: include},
		Truth: Truth{
			Layer: "access", BlockedAt: "preflight", Reason: "PreflightInvalidAllowCredentials",
			Mistakes: []int{2}, Errors: []string{"access-cors-incomplete"}, Assumes: []string{"no-session"},
		},
		build: func(b *builder) {
			b.protect().cors = &accessCORS{origins: []string{pageOrigin}, methods: []string{"GET", "POST"}, headers: []string{"x-client"}, maxAge: "600"}
			b.origin = app(allowing(pageOrigin).withCredentials(), api1())
		},
	},
	{
		Name:  "access-cors-preflight-only",
		Shows: "Access's CORS settings pass the preflight, the user is logged in, and the API's real answer has no CORS headers.",
		Case:  exchange.Case{URL: "/v1/me", Headers: header("X-Client", "web"), Credentials: include},
		Truth: Truth{
			Layer: "origin", BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{4}, Errors: []string{"access-cors-preflight-only"},
		},
		build:   func(b *builder) { b.protect().cors = goodAccessCORS() },
		session: loggedIn,
	},
	{
		Name:  "access-bypass-unanswered",
		Shows: "Access lets OPTIONS pass to the origin, where the login check refuses it: nobody answers the preflight.",
		Case:  exchange.Case{URL: "/v1/me", Headers: header("X-Client", "web"), Credentials: include},
		Truth: Truth{
			Layer: "origin", BlockedAt: "preflight", Reason: "PreflightMissingAllowOriginHeader",
			Mistakes: []int{2}, Errors: []string{"access-bypass-unanswered"}, Assumes: []string{"no-session"},
		},
		build: func(b *builder) {
			b.protect().bypassOptions = true
			b.origin = needsAssertion(app(allowing(pageOrigin).withCredentials(), api1()))
		},
	},
	{
		Name:  "access-bypass-login",
		Shows: "The preflight passes (bypass is on), and then the real request of a visitor without a session is sent to the login.",
		Case:  exchange.Case{URL: "/v1/me", Headers: header("X-Client", "web"), Credentials: include},
		Truth: Truth{
			Layer: "access", Certain: true, BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{1}, Errors: []string{"access-login-redirect"}, Assumes: []string{"no-session"},
		},
		build: func(b *builder) {
			b.protect().bypassOptions = true
			b.origin = app(allowing(pageOrigin).withCredentials(), api1())
		},
	},
	{
		// The app's own 401 with a Bearer challenge is not Access's.
		Name:  "logged-in-app-401",
		Shows: "Behind a good Access login, the app's own 401 (Bearer) has no CORS headers: it is the app's, not Access's.",
		Case:  exchange.Case{URL: "/v1/me", Credentials: include},
		Truth: Truth{
			Layer: "origin", BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{4}, Errors: []string{"errors-without-cors"},
		},
		build: func(b *builder) {
			b.protect()
			c := allowing(pageOrigin).withCredentials()
			c.bareErrors = true
			b.origin = app(c, api1().with("/v1/me", func(*http.Request) *response {
				res := problem(http.StatusUnauthorized, "token missing")
				set(res, "Www-Authenticate", `Bearer realm="api"`)
				return res
			}))
		},
		session: loggedIn,
	},
	{
		Name:  "inner-access",
		Shows: "A Worker asks another host that is behind Access, without a credential, and hands Access's refusal on.",
		Case:  exchange.Case{URL: "/v1/me"},
		Truth: Truth{
			// Access wrote the refusal, of another host's application: the marks
			// came through the Worker, so this is not certain.
			Layer: "access", BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{1}, Errors: []string{"access-inner"},
		},
		build: func(b *builder) {
			inner := b.site(b.name + ".internal.example.com")
			inner.access = &access{team: b.team, domain: inner.host, aud: audOf(inner.host), serviceTokens: serviceTokens, strict: true}
			innerHandler := inner.handler()
			credential := &atomic.Bool{}
			b.innerCredential = credential
			b.worker = answers(func(r *http.Request) *response {
				in := r.Clone(r.Context())
				in.Host = inner.host
				in.Header = http.Header{"Accept": {"*/*"}, "User-Agent": {"lab worker"}}
				if credential.Load() {
					in.Header.Set("Cf-Access-Client-Id", serviceTokenID)
					in.Header.Set("Cf-Access-Client-Secret", serviceTokens[serviceTokenID])
				}
				return innerHandler(in)
			})
		},
	},
	{
		Name:  "logged-in-wildcard",
		Shows: "Behind a good Access login, the API answers * to a fetch with credentials: mistake 3 in the second row.",
		Case:  exchange.Case{URL: "/v1/me", Credentials: include},
		Truth: Truth{
			Layer: "origin", BlockedAt: "request", Reason: "WildcardOriginNotAllowed",
			Mistakes: []int{3}, Errors: []string{"wildcard-with-credentials"},
		},
		build: func(b *builder) {
			b.protect()
			b.origin = app(public(), api1())
		},
		session: loggedIn,
	},
	{
		Name:  "logged-in-error-without-cors",
		Shows: "Behind a good Access login, the API's 500 has no CORS headers.",
		Case:  exchange.Case{URL: "/v1/report", Headers: header("X-Client", "web"), Credentials: include},
		Truth: Truth{
			Layer: "origin", BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{4}, Errors: []string{"errors-without-cors"},
		},
		build: func(b *builder) {
			b.protect().bypassOptions = true
			c := allowing(pageOrigin).withCredentials()
			c.bareErrors = true
			b.origin = app(c, api1().with("/v1/report", fails(http.StatusInternalServerError, "report failed")))
		},
		session: loggedIn,
	},
}

func goodAccessCORS() *accessCORS {
	return &accessCORS{origins: []string{pageOrigin}, methods: []string{"GET", "POST", "PUT"}, headers: []string{"content-type", "x-client"}, credentials: true, maxAge: "600"}
}

// needsAssertion is an app whose first middleware wants the token of Access,
// of OPTIONS too.
func needsAssertion(next handler) handler {
	return func(r *http.Request) *response {
		if r.Header.Get("Cf-Access-Jwt-Assertion") == "" {
			return problem(http.StatusUnauthorized, "missing assertion")
		}
		return next(r)
	}
}
