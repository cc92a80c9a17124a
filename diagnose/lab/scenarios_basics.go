package lab

import (
	"net/http"
	"time"

	"corstui/diagnose/exchange"
)

// basics is where a reader begins: all right once, the seven mistakes, and the
// cases that people meet most with Zero Trust.
var basics = []Scenario{
	{
		Name:  "all-right",
		Shows: "Page and API are set up well: the preflight passes and the page reads the answer.",
		Case:  exchange.Case{URL: "/v1/me", Headers: header("X-Client", "web")},
		Truth: Truth{Layer: "origin", Allowed: true},
		build: func(b *builder) { b.origin = app(allowing(pageOrigin), api1()) },
	},
	{
		Name:  "access-login",
		Shows: "Mistake 1: Cloudflare Access sends the page's fetch to its login, and a login page has no CORS headers.",
		Case:  exchange.Case{URL: "/v1/me", Credentials: include},
		Truth: Truth{
			Layer: "access", Certain: true, BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{1}, Errors: []string{"access-login-redirect"}, Assumes: []string{"no-session"},
		},
		build: func(b *builder) {
			b.protect()
			b.origin = app(allowing(pageOrigin).withCredentials(), api1())
		},
	},
	{
		// The GET behind the preflight would be sent to the login too, for a
		// visitor without a session. That does not prove mistake 1 in this case:
		// whether the user has a session is not known, and the preflight is
		// refused either way.
		Name:  "access-preflight",
		Shows: "Mistake 2: Cloudflare Access refuses the preflight with 403; a preflight carries no cookies, so it would refuse it to a logged-in user too.",
		Case: exchange.Case{URL: "/v1/me", Method: "PUT", Credentials: include,
			Headers: header("Content-Type", "application/json"), Body: jsonBody(`{"name":"Ada"}`)},
		Truth: Truth{
			Layer: "access", Certain: true, BlockedAt: "preflight", Reason: "PreflightMissingAllowOriginHeader",
			Mistakes: []int{2}, Errors: []string{"access-preflight-refused"}, Assumes: []string{"no-session"},
		},
		build: func(b *builder) {
			b.protect()
			b.origin = app(allowing(pageOrigin).withCredentials(), api1())
		},
	},
	{
		Name:  "wildcard-with-credentials",
		Shows: "Mistake 3: the API answers Access-Control-Allow-Origin: * to a fetch with credentials.",
		Case:  exchange.Case{URL: "/v1/me", Credentials: include},
		Truth: Truth{
			Layer: "origin", BlockedAt: "request", Reason: "WildcardOriginNotAllowed",
			Mistakes: []int{3}, Errors: []string{"wildcard-with-credentials"},
		},
		build: func(b *builder) { b.origin = app(public().withCredentials(), api1()) },
	},
	{
		Name:  "errors-without-cors",
		Shows: "Mistake 4: the API's 500 has no CORS headers, so the page sees a CORS error in place of the failure.",
		Case:  exchange.Case{URL: "/v1/report", Headers: header("X-Client", "web")},
		Truth: Truth{
			Layer: "origin", BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{4}, Errors: []string{"errors-without-cors"},
		},
		build: func(b *builder) {
			c := allowing(pageOrigin)
			c.bareErrors = true
			b.origin = app(c, api1().with("/v1/report", fails(http.StatusInternalServerError, "report failed")))
		},
	},
	{
		Name:  "headers-not-exposed",
		Shows: "Mistake 5: the page reads X-Total-Count, which the API sends and does not expose: the script gets null.",
		Case:  exchange.Case{URL: "/v1/items", ReadHeaders: []string{"X-Total-Count"}},
		Truth: Truth{
			Layer: "origin", Allowed: true,
			Mistakes: []int{5}, Warnings: []string{"headers-not-exposed"},
		},
		build: func(b *builder) {
			b.origin = app(allowing(pageOrigin), api1().with("/v1/items", gives(items, "X-Total-Count", "2")))
		},
	},
	{
		Name:  "vary-missing",
		Shows: "Mistake 6: the answer depends on Origin, may be stored, and does not say Vary: Origin.",
		Case:  exchange.Case{URL: "/v1/items"},
		Truth: Truth{
			Layer: "origin", Allowed: true,
			Mistakes: []int{6}, Warnings: []string{"vary-origin-missing"},
		},
		build: func(b *builder) {
			c := allowing(pageOrigin)
			c.noVary = true
			b.origin = app(c, api1().with("/v1/items", gives(items, "Cache-Control", "public, max-age=300")))
		},
	},
	{
		Name:  "origin-reflected",
		Shows: "Mistake 7: the API reflects every Origin and allows credentials, so any website reads what its users may read.",
		Case:  exchange.Case{URL: "/v1/me", Credentials: include},
		Truth: Truth{
			Layer: "origin", Allowed: true,
			// Null and the look-alikes are echoed because everything is: each has
			// a probe that proves it, and follows from the first.
			Mistakes: []int{7}, Warnings: []string{"origin-reflected", "lookalike-origin-accepted", "null-origin-accepted"},
		},
		build: func(b *builder) {
			c := allowing(pageOrigin).withCredentials()
			c.allow = echo
			b.origin = app(c, api1())
		},
	},
	{
		Name:  "waf-challenge",
		Shows: "Cloudflare challenges the fetch (\"Just a moment...\"); a script cannot pass a challenge, and the page has no CORS headers.",
		Case:  exchange.Case{URL: "/v1/me"},
		Truth: Truth{
			Layer: "waf", Certain: true, BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{4}, Errors: []string{"waf-challenge"},
		},
		build: func(b *builder) {
			b.rules(wafRule{when: api, answer: challenge("managed")})
			b.origin = app(allowing(pageOrigin), api1())
		},
	},
	{
		Name:  "waf-challenge-preflight",
		Shows: "Cloudflare challenges the preflight, which nobody can pass: it has no cookies and no window.",
		Case: exchange.Case{URL: "/v1/items", Method: "POST",
			Headers: header("Content-Type", "application/json"), Body: jsonBody(`{"name":"Bolt"}`)},
		Truth: Truth{
			Layer: "waf", Certain: true, BlockedAt: "preflight", Reason: "PreflightMissingAllowOriginHeader",
			Mistakes: []int{2}, Errors: []string{"waf-challenge-preflight"},
		},
		build: func(b *builder) {
			b.rules(wafRule{when: preflights, answer: challenge("managed")})
			b.origin = app(allowing(pageOrigin), api1())
		},
	},
	{
		Name:  "logged-in-api-forgets-cors",
		Shows: "The user is logged in at Access, and the API behind it answers without any CORS header.",
		Case:  exchange.Case{URL: "/v1/me", Credentials: include},
		Truth: Truth{
			Layer: "origin", BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Errors: []string{"allow-origin-missing"},
		},
		build:   func(b *builder) { b.protect() },
		session: loggedIn,
	},
	{
		Name:  "access-session-expired",
		Shows: "A page calls its own origin after its Access session ended: the redirect to the login crosses origins and looks like CORS.",
		Case:  exchange.Case{URL: "/api/me"},
		at:    sameOrigin,
		Truth: Truth{
			Layer: "access", Certain: true, BlockedAt: "redirect", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{1}, Errors: []string{"access-session-expired"}, Assumes: []string{"no-session"},
		},
		build: func(b *builder) {
			b.protect()
			b.origin = app(noCORS(), routes{"/api/me": gives(me)})
		},
	},
	{
		Name:  "cache-pinned-origin",
		Shows: "Mistake 6: Cloudflare's cache gives this page the answer that it stored for another one.",
		Case:  exchange.Case{URL: "/v1/catalog.csv"},
		Truth: Truth{
			Layer: "cache", Certain: true, BlockedAt: "request", Reason: "AllowOriginMismatch",
			Mistakes: []int{6}, Errors: []string{"cache-pinned-origin"},
		},
		build: func(b *builder) {
			b.origin = app(allowing(pageOrigin, "https://admin.example.com"), api1().with("/v1/catalog.csv", catalog))
			b.cache = &cache{
				eligible: csv, excludeOrigin: true, ttl: 24 * time.Hour,
				primed: []primed{{url: b.url("/v1/catalog.csv"), origin: "https://admin.example.com", ago: 31 * time.Minute}},
			}
		},
	},
}
