package lab

import (
	"net/http"
	"strings"

	"corstui/diagnose/exchange"
)

// edgeScenarios are the edge itself, tunnel, Worker, other proxies, and what
// gets no answer at all.
var edgeScenarios = []Scenario{
	{
		Name:  "edge-redirect-preflight",
		Shows: "A redirect rule of Cloudflare sends the preflight to another path: browsers follow no redirect of a preflight.",
		Case: exchange.Case{URL: "/v1/items", Method: "POST",
			Headers: header("Content-Type", "application/json"), Body: jsonBody(`{"name":"Bolt"}`)},
		Truth: Truth{
			Layer: "edge", Certain: true, BlockedAt: "preflight", Reason: "PreflightDisallowedRedirect",
			Mistakes: []int{2}, Errors: []string{"edge-redirect-preflight"},
		},
		mend: func(c *exchange.Case) { c.URL = strings.Replace(c.URL, "/v1/", "/v2/", 1) },
		build: func(b *builder) {
			b.redirects = &redirects{to: func(r *http.Request) (int, string) {
				if strings.HasPrefix(r.URL.Path, "/v1/") {
					return http.StatusMovedPermanently, "https://" + b.host + "/v2/" + strings.TrimPrefix(r.URL.Path, "/v1/")
				}
				return 0, ""
			}}
			b.origin = app(allowing(pageOrigin), api1().with("/v2/items", gives(items)))
		},
	},
	{
		Name:  "edge-522",
		Shows: "The origin does not answer Cloudflare: error 522, a page of the edge without CORS headers.",
		Case:  exchange.Case{URL: "/v1/items"},
		Truth: Truth{
			Layer: "edge", Certain: true, BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{4}, Errors: []string{"edge-error"},
		},
		build: func(b *builder) { b.origin = unreachable(522, false) },
	},
	{
		// The preflight fails for the same reason. An edge error on a preflight
		// is no mistake of the seven: nobody forgot OPTIONS, the origin is down.
		Name:  "edge-521-preflight",
		Shows: "The origin is down: already the preflight gets Cloudflare's error 521, and the console speaks of CORS.",
		Case:  exchange.Case{URL: "/v1/items", Headers: header("X-Client", "web")},
		Truth: Truth{
			Layer: "edge", Certain: true, BlockedAt: "preflight", Reason: "PreflightMissingAllowOriginHeader",
			Errors: []string{"edge-error"},
		},
		build: func(b *builder) { b.origin = unreachable(521, false) },
	},
	{
		Name:  "tunnel-down",
		Shows: "No connector of the tunnel is up: error 1033.",
		Case:  exchange.Case{URL: "/v1/items"},
		Truth: Truth{
			Layer: "edge", Certain: true, BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{4}, Errors: []string{"tunnel-down"},
		},
		build: func(b *builder) { b.origin = unreachable(1033, true) },
	},
	{
		Name:  "tunnel-502",
		Shows: "The tunnel is up and the service behind it is not: Cloudflare answers \"error code: 502\".",
		Case:  exchange.Case{URL: "/v1/items"},
		Truth: Truth{
			Layer: "edge", Certain: true, BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{4}, Errors: []string{"edge-error"},
		},
		build: func(b *builder) { b.origin = unreachable(502, true) },
	},
	{
		Name:  "tunnel-service-down",
		Shows: "cloudflared says itself that it cannot reach its service.",
		Case:  exchange.Case{URL: "/v1/items"},
		Truth: Truth{
			Layer: "edge", Certain: true, BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{4}, Errors: []string{"tunnel-service-down"},
		},
		build: func(b *builder) {
			b.origin = func(*http.Request) *response {
				res := reply(http.StatusBadGateway, "502 Bad Gateway\nUnable to reach the origin service. The service may be down or it may not be responding to traffic from cloudflared\n", "Content-Type", "text/plain; charset=utf-8")
				res.uncached, res.byEdge = true, true
				return res
			}
		},
	},
	{
		Name:  "worker-1101",
		Shows: "The Worker on the route threw an exception: error 1101, without the headers that its code would have set.",
		Case:  exchange.Case{URL: "/v1/items"},
		Truth: Truth{
			Layer: "worker", Certain: true, BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{4}, Errors: []string{"worker-failed"},
		},
		build: func(b *builder) {
			b.worker = answers(unreachable(1101, false))
		},
	},
	{
		Name:  "worker-cors-missing",
		Shows: "A Worker on workers.dev answers without any CORS header.",
		Case:  exchange.Case{URL: "/v1/items"},
		at:    workersDev,
		Truth: Truth{
			Layer: "worker", Certain: true, BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Errors: []string{"allow-origin-missing"},
		},
		build: func(b *builder) { b.worker = answers(app(noCORS(), api1())) },
	},
	{
		Name:  "worker-on-route",
		Shows: "A Worker on a route of the zone answers without CORS headers: from outside it cannot be told from other hands.",
		Case:  exchange.Case{URL: "/v1/items"},
		Truth: Truth{
			Layer: "unknown", BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Errors: []string{"allow-origin-missing"},
		},
		build: func(b *builder) { b.worker = answers(app(noCORS(), api1())) },
	},
	{
		Name:  "vercel-protection",
		Shows: "No Cloudflare here: Vercel's Deployment Protection answers the preflight with its login page.",
		Case:  exchange.Case{URL: "/v1/items", Headers: header("X-Client", "web")},
		Truth: Truth{
			Layer: "proxy", Certain: true, BlockedAt: "preflight", Reason: "PreflightMissingAllowOriginHeader",
			Mistakes: []int{2}, Errors: []string{"preflight-unanswered"},
		},
		build: func(b *builder) {
			b.bare = true
			b.origin = func(r *http.Request) *response {
				return reply(http.StatusUnauthorized, page("Authentication Required", "<h1>Authentication Required</h1><p>This page is protected by Vercel.</p>"),
					"Content-Type", "text/html; charset=utf-8", "Server", "Vercel", "Cache-Control", "no-store, max-age=0",
					"Set-Cookie", "_vercel_sso_nonce="+nonce()+"; Max-Age=3600; Path=/; Secure; HttpOnly; SameSite=Lax",
					"X-Vercel-Id", "fra1::lab42-1790000000000-0123456789ab", "X-Robots-Tag", "noindex",
					"Strict-Transport-Security", "max-age=63072000; includeSubDomains; preload", "X-Frame-Options", "DENY")
			}
		},
	},
	{
		Name:  "cloudfront-function",
		Shows: "No Cloudflare here: a CloudFront Function refuses the request without CORS headers.",
		Case:  exchange.Case{URL: "/v1/items"},
		Truth: Truth{
			Layer: "proxy", Certain: true, BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{4}, Errors: []string{"errors-without-cors"},
		},
		build: func(b *builder) {
			b.bare = true
			b.origin = func(*http.Request) *response {
				return reply(http.StatusForbidden, "", "Server", "CloudFront", "Cloudfront-Functions", "generated-by-CloudFront-Functions",
					"X-Cache", "FunctionGeneratedResponse from cloudfront", "Via", "1.1 3035b31bddaf14eded329f8d22cf188c.cloudfront.net (CloudFront)",
					"X-Amz-Cf-Pop", "FRA56-P4", "X-Amz-Cf-Id", "ULZdIz6j43uGBlXyob_JctF9x7CCbwpNniiMlmNbmwzH1YWP9FsEHg==")
			}
		},
	},
	{
		// The static fallback answers the preflight for an app that never sees
		// it. Vercel's marks came through Cloudflare: likely.
		Name:  "vercel-behind-cloudflare",
		Shows: "Behind Cloudflare, Vercel's static fallback answers OPTIONS with an empty 204: no Worker or function was asked.",
		Case:  exchange.Case{URL: "/v1/items", Headers: header("X-Client", "web")},
		Truth: Truth{
			Layer: "proxy", BlockedAt: "preflight", Reason: "PreflightMissingAllowOriginHeader",
			Mistakes: []int{2}, Errors: []string{"preflight-unanswered"},
		},
		build: func(b *builder) {
			b.origin = func(r *http.Request) *response {
				status, body := http.StatusOK, page("Dashboard", "<p>Loading</p>")
				if r.Method == http.MethodOptions {
					status, body = http.StatusNoContent, ""
				}
				return reply(status, body, "Content-Disposition", `inline; filename="dashboard.html"`, "X-Vercel-Id", "cdg1::r4n5k-1790000000000-0123456789ab")
			}
		},
	},
	{
		// The page is nginx's own, but it came through Cloudflare, where what is
		// behind can write anything: likely.
		Name:  "nginx-502",
		Shows: "nginx behind Cloudflare answers for an app that is down: its 502 page has no CORS headers.",
		Case:  exchange.Case{URL: "/v1/items"},
		Truth: Truth{
			Layer: "proxy", BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{4}, Errors: []string{"errors-without-cors"},
		},
		build: func(b *builder) {
			b.origin = func(*http.Request) *response {
				return reply(http.StatusBadGateway, "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx/1.28.0</center>\r\n</body>\r\n</html>\r\n",
					"Content-Type", "text/html", "Server", "nginx/1.28.0")
			}
		},
	},
	{
		Name:  "network-no-certificate",
		Shows: "Cloudflare has no certificate for this name (Universal SSL covers one level of sub-domains): TLS fails, and it is not CORS.",
		Case:  exchange.Case{URL: "/v1/items"},
		note:  "the page here speaks plain HTTP, so the connection is closed where TLS would fail. The console shows a network error and not the word CORS.",
		Truth: Truth{Layer: "network", Certain: true, BlockedAt: "request", Errors: []string{"tls-invalid"}},
		build: func(b *builder) { b.noCertificate = true },
	},
	{
		Name:  "network-dropped",
		Shows: "The connection is closed without an answer: no CORS header could help.",
		Case:  exchange.Case{URL: "/v1/items"},
		Truth: Truth{Layer: "network", Certain: true, BlockedAt: "request", Errors: []string{"protocol-broken"}},
		build: func(b *builder) {
			b.bare = true
			b.origin = func(*http.Request) *response { return &response{drop: true} }
		},
	},
	{
		Name:  "mixed-content",
		Shows: "A page on https asks an API on http: the browser refuses before anything is sent.",
		Case:  exchange.Case{URL: "http://mixed-content.api.example.com/v1/items"},
		note:  "this page stands on http itself, so nothing is mixed and the fetch runs. On a page on https the browser would refuse it.",
		Truth: Truth{Layer: "browser", Certain: true, Errors: []string{"mixed-content"}},
		mend:  func(c *exchange.Case) { c.URL = strings.Replace(c.URL, "http:", "https:", 1) },
		build: func(b *builder) { b.origin = app(allowing(pageOrigin), api1()) },
	},
	{
		Name:  "get-with-body",
		Shows: "A GET with a body: fetch() itself throws, nothing is sent, and no server is at fault.",
		Case:  exchange.Case{URL: "/v1/items", Body: jsonBody(`{"page":2}`)},
		Truth: Truth{Layer: "browser", Certain: true, Errors: []string{"fetch-type-error"}},
		build: func(b *builder) { b.origin = app(allowing(pageOrigin), api1()) },
		mend:  func(c *exchange.Case) { c.Body = nil },
	},
}
