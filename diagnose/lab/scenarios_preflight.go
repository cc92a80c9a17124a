package lab

import (
	"net/http"

	"corstui/diagnose/exchange"
)

// preflightScenarios are preflights that reach the app, or what stands in front
// of it behind Cloudflare, and fail there.
var preflightScenarios = []Scenario{
	{
		Name:  "preflight-401-by-app",
		Shows: "The app's login check stands before its CORS middleware: it refuses the preflight with 401.",
		Case:  exchange.Case{URL: "/v1/me", Headers: header("Authorization", "Bearer 4c0d7a1e9b")},
		Truth: Truth{
			Layer: "origin", BlockedAt: "preflight", Reason: "PreflightMissingAllowOriginHeader",
			Mistakes: []int{2}, Errors: []string{"preflight-unanswered"},
		},
		build: func(b *builder) {
			inner := app(allowing(pageOrigin), api1())
			b.origin = func(r *http.Request) *response {
				if r.Header.Get("Authorization") == "" {
					res := problem(http.StatusUnauthorized, "missing bearer token")
					set(res, "Www-Authenticate", `Bearer realm="api"`)
					return res
				}
				return inner(r)
			}
		},
	},
	{
		Name:  "preflight-405-no-route",
		Shows: "The app has no route for OPTIONS and answers 405 without CORS headers.",
		Case: exchange.Case{URL: "/v1/items", Method: "POST",
			Headers: header("Content-Type", "application/json"), Body: jsonBody(`{"name":"Bolt"}`)},
		Truth: Truth{
			Layer: "origin", BlockedAt: "preflight", Reason: "PreflightMissingAllowOriginHeader",
			Mistakes: []int{2}, Errors: []string{"preflight-unanswered"},
		},
		build: func(b *builder) {
			c := allowing(pageOrigin)
			c.noPreflight, c.bareErrors = true, true
			b.origin = app(c, api1())
		},
	},
	{
		Name:  "preflight-status",
		Shows: "The preflight's CORS headers are right, and its status is 403: a browser wants 200 to 299.",
		Case:  exchange.Case{URL: "/v1/items", Method: "DELETE"},
		Truth: Truth{
			Layer: "origin", BlockedAt: "preflight", Reason: "PreflightInvalidStatus",
			Mistakes: []int{2}, Errors: []string{"preflight-status"},
		},
		build: func(b *builder) {
			c := allowing(pageOrigin)
			inner := app(c, api1())
			b.origin = func(r *http.Request) *response {
				res := inner(r)
				if isPreflight(r) { // a CSRF filter behind the CORS filter
					refused := problem(http.StatusForbidden, "csrf token missing")
					for name, values := range res.header {
						refused.header[name] = values
					}
					return refused
				}
				return res
			}
		},
	},
	{
		Name:  "preflight-redirected-by-app",
		Shows: "The app's router redirects /v1/items to /v1/items/, the preflight too: browsers follow no redirect of a preflight.",
		Case:  exchange.Case{URL: "/v1/items", Headers: header("X-Client", "web")},
		Truth: Truth{
			Layer: "origin", BlockedAt: "preflight", Reason: "PreflightDisallowedRedirect",
			Mistakes: []int{2}, Errors: []string{"preflight-redirected"},
		},
		mend: func(c *exchange.Case) { c.URL += "/" },
		build: func(b *builder) {
			inner := app(allowing(pageOrigin), routes{"/v1/items/": gives(items)})
			b.origin = addSlash("/v1/items", http.StatusMovedPermanently, inner)
		},
	},
	{
		Name:  "method-not-allowed",
		Shows: "The preflight's Access-Control-Allow-Methods lacks the method that the page uses.",
		Case:  exchange.Case{URL: "/v1/items", Method: "DELETE"},
		Truth: Truth{
			Layer: "origin", BlockedAt: "preflight", Reason: "MethodDisallowedByPreflightResponse",
			Errors: []string{"method-not-allowed"},
		},
		build: func(b *builder) {
			c := allowing(pageOrigin)
			c.methods = "GET, POST"
			b.origin = app(c, api1())
		},
	},
	{
		Name:  "method-lower-case-patch",
		Shows: "The script writes 'patch' in lower case: browsers do not change that, and the API allows PATCH.",
		Case:  exchange.Case{URL: "/v1/me", Method: "patch", Headers: header("Content-Type", "application/json"), Body: jsonBody(`{"name":"Ada"}`)},
		Truth: Truth{
			Layer: "origin", BlockedAt: "preflight", Reason: "MethodDisallowedByPreflightResponse",
			Errors: []string{"method-not-allowed"},
		},
		mend:  func(c *exchange.Case) { c.Method = "PATCH" },
		build: func(b *builder) { b.origin = app(allowing(pageOrigin), api1()) },
	},
	{
		Name:  "header-not-allowed",
		Shows: "The preflight's Access-Control-Allow-Headers lacks a header that the page sends.",
		Case:  exchange.Case{URL: "/v1/items", Headers: header("X-Client", "web", "X-Trace-Id", "7f3a")},
		Truth: Truth{
			Layer: "origin", BlockedAt: "preflight", Reason: "HeaderDisallowedByPreflightResponse",
			Errors: []string{"header-not-allowed"},
		},
		build: func(b *builder) { b.origin = app(allowing(pageOrigin), api1()) },
	},
	{
		Name:  "wildcard-headers-with-credentials",
		Shows: "Mistake 3 in the preflight: Access-Control-Allow-Headers: * is a literal star on a fetch with credentials.",
		Case:  exchange.Case{URL: "/v1/items", Headers: header("X-Client", "web"), Credentials: include},
		Truth: Truth{
			Layer: "origin", BlockedAt: "preflight", Reason: "HeaderDisallowedByPreflightResponse",
			Mistakes: []int{3}, Errors: []string{"wildcard-headers-with-credentials"},
		},
		build: func(b *builder) {
			c := allowing(pageOrigin).withCredentials()
			c.headers = "*"
			b.origin = app(c, api1())
		},
	},
	{
		Name:  "wildcard-methods-with-credentials",
		Shows: "Mistake 3 in the preflight: Access-Control-Allow-Methods: * is a literal star on a fetch with credentials.",
		Case:  exchange.Case{URL: "/v1/items", Method: "DELETE", Credentials: include},
		Truth: Truth{
			Layer: "origin", BlockedAt: "preflight", Reason: "MethodDisallowedByPreflightResponse",
			Mistakes: []int{3}, Errors: []string{"wildcard-methods-with-credentials"},
		},
		build: func(b *builder) {
			c := allowing(pageOrigin).withCredentials()
			c.methods = "*"
			b.origin = app(c, api1())
		},
	},
	{
		Name:  "allow-headers-invalid",
		Shows: "Access-Control-Allow-Headers is separated by spaces: one bad element, and the whole header counts for nothing.",
		Case:  exchange.Case{URL: "/v1/items", Headers: header("X-Client", "web")},
		Truth: Truth{
			Layer: "origin", BlockedAt: "preflight", Reason: "InvalidAllowHeadersPreflightResponse",
			Errors: []string{"allow-headers-invalid"},
		},
		build: func(b *builder) {
			c := allowing(pageOrigin)
			c.headers = "Content-Type X-Client"
			b.origin = app(c, api1())
		},
	},
	{
		Name:  "allow-methods-invalid",
		Shows: "Access-Control-Allow-Methods has quotes around its methods: the whole header cannot be read.",
		Case:  exchange.Case{URL: "/v1/items", Headers: header("X-Client", "web")},
		Truth: Truth{
			Layer: "origin", BlockedAt: "preflight", Reason: "InvalidAllowMethodsPreflightResponse",
			Errors: []string{"allow-methods-invalid"},
		},
		build: func(b *builder) {
			c := allowing(pageOrigin)
			c.methods = `"GET, PUT"`
			b.origin = app(c, api1())
		},
	},
	{
		Name:  "authorization-by-wildcard",
		Shows: "Access-Control-Allow-Headers: * passes Authorization in today's browsers, against the standard: a trap for later.",
		Case:  exchange.Case{URL: "/v1/items", Headers: header("Authorization", "Bearer 4c0d7a1e9b")},
		Truth: Truth{
			Layer: "origin", Allowed: true,
			Warnings: []string{"authorization-by-wildcard"},
		},
		build: func(b *builder) {
			c := public()
			c.headers = "*"
			b.origin = app(c, api1())
		},
	},
}

// addSlash redirects one path to the same with a slash, without CORS headers,
// as routers do that stand before the middleware.
func addSlash(path string, status int, next handler) handler {
	return func(r *http.Request) *response {
		if r.URL.Path == path {
			return reply(status, "", "Location", path+"/")
		}
		return next(r)
	}
}
