package lab

import (
	"net/http"

	"corstui/diagnose/exchange"
)

// originScenarios are answers of the app that the browser refuses, or would
// refuse on another path.
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
}

// fixed always answers the same Access-Control-Allow-Origin. It does not depend
// on Origin, so it needs no Vary.
func fixed(value string) corsConfig {
	c := allowing()
	c.allow, c.noVary = constant(value), true
	return c
}
