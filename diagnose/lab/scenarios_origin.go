package lab

import (
	"net/http"
	"strings"

	"corstui/diagnose/exchange"
)

// originScenarios are answers of the app that the browser refuses, or that it
// lets pass although something is wrong with them.
var originScenarios = []Scenario{
	{
		Name:  "cors-missing",
		Shows: "The API knows nothing of CORS: its good answer has no CORS headers.",
		Case:  exchange.Case{URL: "/v1/items"},
		Truth: Truth{
			Layer: "origin", BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Errors: []string{"allow-origin-missing"},
		},
	},
	{
		Name:  "origin-not-allowed",
		Shows: "The API allows another page, and leaves this one out.",
		Case:  exchange.Case{URL: "/v1/items"},
		Truth: Truth{
			Layer: "origin", BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Errors: []string{"origin-not-allowed"},
		},
		build: func(b *builder) { b.origin = app(allowing("https://admin.example.com"), api1()) },
	},
	{
		Name:  "allow-origin-localhost",
		Shows: "The API still allows http://localhost:3000, as it did while it was written, whoever asks.",
		Case:  exchange.Case{URL: "/v1/items"},
		Truth: Truth{
			Layer: "origin", BlockedAt: "request", Reason: "AllowOriginMismatch",
			Errors: []string{"allow-origin-mismatch"},
		},
		build: func(b *builder) { b.origin = app(fixed("http://localhost:3000"), api1()) },
	},
	{
		Name:  "allow-origin-trailing-slash",
		Shows: "Access-Control-Allow-Origin ends in a slash: an origin never does, and browsers compare byte by byte.",
		Case:  exchange.Case{URL: "/v1/items"},
		Truth: Truth{
			Layer: "origin", BlockedAt: "request", Reason: "AllowOriginMismatch",
			Errors: []string{"allow-origin-mismatch"},
		},
		build: func(b *builder) { b.origin = app(fixed(pageOrigin+"/"), api1()) },
	},
	{
		Name:  "allow-origin-no-scheme",
		Shows: "Access-Control-Allow-Origin is a host name without https://, which is no origin.",
		Case:  exchange.Case{URL: "/v1/items"},
		Truth: Truth{
			Layer: "origin", BlockedAt: "request", Reason: "InvalidAllowOriginValue",
			Errors: []string{"allow-origin-invalid"},
		},
		build: func(b *builder) { b.origin = app(fixed("app.example.com"), api1()) },
	},
	{
		Name:  "allow-origin-list",
		Shows: "Access-Control-Allow-Origin lists two origins in one line: it may name one.",
		Case:  exchange.Case{URL: "/v1/items"},
		Truth: Truth{
			Layer: "origin", BlockedAt: "request", Reason: "MultipleAllowOriginValues",
			Errors: []string{"allow-origin-multiple"},
		},
		build: func(b *builder) { b.origin = app(fixed(pageOrigin+", https://admin.example.com"), api1()) },
	},
	{
		Name:  "duplicate-allow-origin",
		Shows: "nginx and the app behind it both add Access-Control-Allow-Origin: two lines, and the browser refuses both.",
		Case:  exchange.Case{URL: "/v1/items"},
		Truth: Truth{
			Layer: "origin", BlockedAt: "request", Reason: "MultipleAllowOriginValues",
			Errors: []string{"cors-headers-twice"},
		},
		build: func(b *builder) {
			inner := app(allowing(pageOrigin), api1())
			b.origin = func(r *http.Request) *response {
				res := inner(r)
				if res.header.Get("Access-Control-Allow-Origin") != "" {
					res.header.Add("Access-Control-Allow-Origin", pageOrigin)
				}
				return res
			}
		},
	},
	{
		Name:  "credentials-header-missing",
		Shows: "The fetch carries credentials, and the API does not say Access-Control-Allow-Credentials: true.",
		Case:  exchange.Case{URL: "/v1/me", Credentials: include},
		Truth: Truth{
			Layer: "origin", BlockedAt: "request", Reason: "InvalidAllowCredentials",
			Errors: []string{"allow-credentials-missing"},
		},
		build: func(b *builder) { b.origin = app(allowing(pageOrigin), api1()) },
	},
	{
		Name:  "credentials-header-true-in-capitals",
		Shows: "The API says Access-Control-Allow-Credentials: True; only \"true\" in lower case counts.",
		Case:  exchange.Case{URL: "/v1/me", Credentials: include},
		Truth: Truth{
			Layer: "origin", BlockedAt: "request", Reason: "InvalidAllowCredentials",
			Errors: []string{"allow-credentials-missing"},
		},
		build: func(b *builder) {
			c := allowing(pageOrigin)
			c.credentials = "True"
			b.origin = app(c, api1())
		},
	},
	{
		Name:  "error-401-without-cors",
		Shows: "The preflight passes, the token is not valid, and the app's 401 has no CORS headers: the page cannot see that it must log in.",
		Case:  exchange.Case{URL: "/v1/me", Headers: header("Authorization", "Bearer 4c0d7a1e9b")},
		Truth: Truth{
			Layer: "origin", BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{4}, Errors: []string{"errors-without-cors"},
		},
		build: func(b *builder) {
			c := allowing(pageOrigin)
			c.bareErrors = true
			b.origin = app(c, api1().with("/v1/me", fails(http.StatusUnauthorized, "token expired")))
		},
	},
	{
		Name:  "error-404-without-cors",
		Shows: "The app's 404 has no CORS headers: a wrong path looks like a CORS error.",
		Case:  exchange.Case{URL: "/v1/itmes"},
		Truth: Truth{
			Layer: "origin", BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{4}, Errors: []string{"errors-without-cors"},
		},
		build: func(b *builder) {
			c := allowing(pageOrigin)
			c.bareErrors = true
			b.origin = app(c, api1())
		},
	},
	{
		Name:  "error-429-by-app",
		Shows: "The app's own rate limit answers 429 without CORS headers, so the page sees neither the limit nor Retry-After.",
		Case:  exchange.Case{URL: "/v1/items", Headers: header("X-Client", "web")},
		Truth: Truth{
			Layer: "origin", BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{4}, Errors: []string{"errors-without-cors"},
		},
		build: func(b *builder) {
			c := allowing(pageOrigin)
			c.bareErrors = true
			b.origin = app(c, api1().with("/v1/items", func(*http.Request) *response {
				res := problem(http.StatusTooManyRequests, "slow down")
				set(res, "Retry-After", "60")
				return res
			}))
		},
	},
	{
		Name:  "missing-path-without-cors",
		Shows: "This call is right; a wrong path would get a 404 without CORS headers.",
		Case:  exchange.Case{URL: "/v1/items"},
		Truth: Truth{
			Layer: "origin", Allowed: true,
			Mistakes: []int{4}, Warnings: []string{"errors-without-cors"},
		},
		build: func(b *builder) {
			c := allowing(pageOrigin)
			c.bareErrors = true
			b.origin = app(c, api1())
		},
	},
	{
		Name:  "redirect-slash-without-cors",
		Shows: "The router redirects /v1/items to /v1/items/ before the CORS middleware: the redirect has no CORS headers.",
		Case:  exchange.Case{URL: "/v1/items"},
		Truth: Truth{
			Layer: "origin", BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Errors: []string{"redirect-trailing-slash"},
		},
		mend: func(c *exchange.Case) { c.URL += "/" },
		build: func(b *builder) {
			b.origin = addSlash("/v1/items", http.StatusTemporaryRedirect, app(allowing(pageOrigin), routes{"/v1/items/": gives(items)}))
		},
	},
	{
		Name:  "redirect-to-http",
		Shows: "The app does not know that it is behind https and redirects to http://: the browser refuses mixed content.",
		Case:  exchange.Case{URL: "/v1/items"},
		Truth: Truth{
			Layer: "origin", BlockedAt: "redirect",
			Errors: []string{"redirect-to-http"},
		},
		note: "this page stands on http itself, so nothing is mixed and the redirect is followed.",
		mend: func(c *exchange.Case) { c.URL += "/" },
		build: func(b *builder) {
			b.origin = app(allowing(pageOrigin), routes{"/v1/items/": gives(items), "/v1/items": func(*http.Request) *response {
				return reply(http.StatusMovedPermanently, "", "Location", "http://"+b.host+"/v1/items/")
			}})
		},
	},
	{
		Name:  "redirect-to-other-origin",
		Shows: "The API redirects to a third origin: from there on the browser says Origin: null, which nobody allows.",
		Case:  exchange.Case{URL: "/v1/files/7"},
		Truth: Truth{
			Layer: "origin", BlockedAt: "redirect", Reason: "MissingAllowOriginHeader",
			Errors: []string{"redirect-origin-null"},
		},
		mend: func(c *exchange.Case) { c.URL = "https://redirect-to-other-origin.files.example.net/7" },
		build: func(b *builder) {
			other := b.site(b.name + ".files.example.net")
			other.origin = app(allowing(pageOrigin), routes{"/7": gives(items)})
			b.origin = app(allowing(pageOrigin), api1().with("/v1/files/7", func(*http.Request) *response {
				return reply(http.StatusFound, "", "Location", "https://"+other.host+"/7")
			}))
		},
	},
	{
		// The words of the path say login, and nothing of Access is there.
		Name:  "app-own-login",
		Shows: "The app redirects to its own /login, without CORS headers: a login, and not Cloudflare Access.",
		Case:  exchange.Case{URL: "/v1/me", Credentials: include},
		Truth: Truth{
			Layer: "origin", BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Errors: []string{"redirect-without-cors"},
		},
		build: func(b *builder) {
			b.origin = app(noCORS(), routes{"/v1/me": func(*http.Request) *response {
				return reply(http.StatusFound, "", "Location", "/login?next=/v1/me", "Set-Cookie", "sid="+nonce()+"; Path=/; Secure; HttpOnly; SameSite=Lax")
			}, "/login": func(*http.Request) *response {
				return reply(200, page("Log in", "<h1>Log in</h1>"), "Content-Type", "text/html; charset=utf-8")
			}})
		},
	},
	{
		Name:  "own-login-session-ended",
		Shows: "A page calls its own origin after the app's session ended, and is redirected to a login on another origin that is not Access.",
		Case:  exchange.Case{URL: "/api/me"},
		at:    sameOrigin,
		Truth: Truth{
			Layer: "origin", BlockedAt: "redirect", Reason: "MissingAllowOriginHeader",
			Errors: []string{"same-origin-session-ended"},
		},
		build: func(b *builder) {
			login := b.site(b.name + ".login.example.com")
			login.origin = func(*http.Request) *response {
				return reply(200, page("Log in", "<h1>Log in</h1>"), "Content-Type", "text/html; charset=utf-8")
			}
			b.origin = app(noCORS(), routes{"/api/me": func(*http.Request) *response {
				return reply(http.StatusFound, "", "Location", "https://"+login.host+"/login?next=%2Fapi%2Fme")
			}})
		},
	},
	{
		Name:  "cookie-stays-home",
		Shows: "The app's session cookie is SameSite=Lax and the API is on another site: the app sees a stranger and says 401.",
		Case:  exchange.Case{URL: "/v1/me", Credentials: include},
		at:    crossSite,
		Truth: Truth{
			Layer: "origin", Allowed: true,
			Warnings: []string{"cookie-stays-home"},
		},
		build: func(b *builder) {
			b.origin = app(allowing(pageOrigin).withCredentials(), api1().with("/v1/me", func(r *http.Request) *response {
				if _, err := r.Cookie("sid"); err != nil {
					return problem(http.StatusUnauthorized, "not logged in")
				}
				return gives(me)(r)
			}))
		},
		session: func(*site) session {
			return session{Cookies: []exchange.Cookie{{Name: "sid", Value: "4f1c9e7b2a6d", HostOnly: true, Path: "/", Secure: true, HTTPOnly: true, SameSite: "Lax"}}}
		},
	},
	{
		Name:  "wildcard-announces-credentials",
		Shows: "Mistake 3 in waiting: * together with Allow-Credentials: true; this fetch has no credentials and passes.",
		Case:  exchange.Case{URL: "/v1/items"},
		Truth: Truth{
			Layer: "origin", Allowed: true,
			Mistakes: []int{3}, Warnings: []string{"wildcard-and-allow-credentials"},
		},
		build: func(b *builder) { b.origin = app(public().withCredentials(), api1()) },
	},
	{
		// The star is what is wrong: with credentials it is a name. That the
		// header which the script reads stays hidden follows from it, and is
		// mistake 5 by itself.
		Name:  "wildcard-expose-with-credentials",
		Shows: "Access-Control-Expose-Headers: * is a literal star on a fetch with credentials: the script reads null.",
		Case:  exchange.Case{URL: "/v1/items", Credentials: include, ReadHeaders: []string{"X-Total-Count"}},
		Truth: Truth{
			Layer: "origin", Allowed: true,
			Mistakes: []int{3, 5}, Warnings: []string{"headers-not-exposed", "wildcard-expose-with-credentials"},
		},
		build: func(b *builder) {
			c := allowing(pageOrigin).withCredentials()
			c.expose = "*"
			b.origin = app(c, api1().with("/v1/items", gives(items, "X-Total-Count", "2")))
		},
	},
	{
		Name:  "expose-headers-invalid",
		Shows: "One bad element in Access-Control-Expose-Headers, and nothing is exposed.",
		Case:  exchange.Case{URL: "/v1/items", ReadHeaders: []string{"X-Total-Count"}},
		Truth: Truth{
			Layer: "origin", Allowed: true,
			Mistakes: []int{5}, Warnings: []string{"expose-headers-invalid", "headers-not-exposed"},
		},
		build: func(b *builder) {
			c := allowing(pageOrigin)
			c.expose = "X-Total-Count; Link"
			b.origin = app(c, api1().with("/v1/items", gives(items, "X-Total-Count", "2")))
		},
	},
	{
		Name:  "no-cors-opaque",
		Shows: "mode: \"no-cors\" silences the error, and the answer with it: the script can read nothing.",
		Case:  exchange.Case{URL: "/v1/items", Mode: exchange.ModeNoCORS},
		Truth: Truth{
			Layer: "origin", Allowed: true,
			Warnings: []string{"no-cors-opaque"},
		},
	},
	{
		Name:  "null-accepted",
		Shows: "Mistake 7: the API allows Origin null with credentials, which every sandboxed frame of any site can send.",
		Case:  exchange.Case{URL: "/v1/me", Credentials: include},
		Truth: Truth{
			Layer: "origin", Allowed: true,
			Mistakes: []int{7}, Warnings: []string{"null-origin-accepted"},
		},
		build: func(b *builder) { b.origin = app(allowing(pageOrigin, "null").withCredentials(), api1()) },
	},
	{
		Name:  "lookalike-suffix-accepted",
		Shows: "Mistake 7: the API tests how an Origin begins, so https://app.example.com.attacker.example passes.",
		Case:  exchange.Case{URL: "/v1/me", Credentials: include},
		Truth: Truth{
			Layer: "origin", Allowed: true,
			Mistakes: []int{7}, Warnings: []string{"lookalike-origin-accepted"},
		},
		build: func(b *builder) {
			b.origin = app(hasty(func(o string) bool { return strings.HasPrefix(o, pageOrigin) }), api1())
		},
	},
	{
		Name:  "lookalike-prefix-accepted",
		Shows: "Mistake 7: the API tests how an Origin ends, so https://attacker-app.example.com passes.",
		Case:  exchange.Case{URL: "/v1/me", Credentials: include},
		Truth: Truth{
			Layer: "origin", Allowed: true,
			Mistakes: []int{7}, Warnings: []string{"lookalike-origin-accepted"},
		},
		build: func(b *builder) {
			b.origin = app(hasty(func(o string) bool { return strings.HasSuffix(o, "app.example.com") }), api1())
		},
	},
	{
		Name:  "lookalike-http-accepted",
		Shows: "Mistake 7: the API takes http:// for https://, so anybody on the user's network can speak for the page.",
		Case:  exchange.Case{URL: "/v1/me", Credentials: include},
		Truth: Truth{
			Layer: "origin", Allowed: true,
			Mistakes: []int{7}, Warnings: []string{"lookalike-origin-accepted"},
		},
		build: func(b *builder) {
			b.origin = app(allowing(pageOrigin, "http://app.example.com").withCredentials(), api1())
		},
	},
	{
		Name:  "everything-reflected",
		Shows: "Mistake 7 twice: every Origin and every requested header is reflected, with credentials.",
		Case:  exchange.Case{URL: "/v1/me", Headers: header("X-Client", "web"), Credentials: include},
		Truth: Truth{
			Layer: "origin", Allowed: true,
			Mistakes: []int{7}, Warnings: []string{"headers-reflected", "origin-reflected", "lookalike-origin-accepted", "null-origin-accepted"},
		},
		build: func(b *builder) {
			c := allowing(pageOrigin).withCredentials()
			c.allow, c.echoHeaders = echo, true
			b.origin = app(c, api1())
		},
	},
}

// fixed always answers the same Access-Control-Allow-Origin. It does not depend
// on Origin, so it needs no Vary.
func fixed(value string) corsConfig {
	c := allowing()
	c.allow, c.noVary = constant(value), true
	return c
}

// hasty tests origins by a part of them.
func hasty(test func(string) bool) corsConfig {
	c := allowing().withCredentials()
	c.allow = echoIf(test)
	return c
}
