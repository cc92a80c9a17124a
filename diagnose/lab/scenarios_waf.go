package lab

import (
	"net/http"
	"time"

	"corstui/diagnose/exchange"
)

// wafScenarios are the WAF, bot protection and rate limits in depth.
var wafScenarios = []Scenario{
	{
		Name:  "waf-challenge-after-preflight",
		Shows: "The preflight passes, and then the real request is challenged.",
		Case:  exchange.Case{URL: "/v1/items", Headers: header("X-Client", "web")},
		Truth: Truth{
			Layer: "waf", Certain: true, BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{4}, Errors: []string{"waf-challenge"},
		},
		build: func(b *builder) {
			b.rules(wafRule{when: func(r *http.Request) bool { return api(r) && !isPreflight(r) }, answer: challenge("non-interactive")})
			b.origin = app(allowing(pageOrigin), api1())
		},
	},
	{
		// On the wire the WAF looks first: whether Access would have let the
		// request pass is not known. No credentials would travel, so nothing is
		// assumed.
		Name:  "waf-before-access",
		Shows: "The WAF challenges in front of Access: on the wire it looks first, and Access is not asked.",
		Case:  exchange.Case{URL: "/v1/me"},
		Truth: Truth{
			Layer: "waf", Certain: true, BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{4}, Errors: []string{"waf-challenge"},
		},
		build: func(b *builder) {
			b.rules(wafRule{when: api, answer: challenge("managed")})
			b.protect()
		},
	},
	{
		Name:  "waf-block",
		Shows: "A WAF rule blocks the request with Cloudflare's block page.",
		Case:  exchange.Case{URL: "/v1/items"},
		Truth: Truth{
			Layer: "waf", Certain: true, BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{4}, Errors: []string{"waf-block"},
		},
		build: func(b *builder) {
			b.rules(wafRule{when: api, answer: blockPage})
			b.origin = app(allowing(pageOrigin), api1())
		},
	},
	{
		Name:  "waf-block-preflight",
		Shows: "A WAF rule that allows few methods blocks OPTIONS, and so every preflight.",
		Case:  exchange.Case{URL: "/v1/items", Method: "DELETE", Headers: header("X-Client", "web")},
		Truth: Truth{
			Layer: "waf", Certain: true, BlockedAt: "preflight", Reason: "PreflightMissingAllowOriginHeader",
			Mistakes: []int{2}, Errors: []string{"waf-block-preflight"},
		},
		build: func(b *builder) {
			b.rules(wafRule{when: func(r *http.Request) bool { return r.Method == http.MethodOptions }, answer: blockPage})
			b.origin = app(allowing(pageOrigin), api1())
		},
	},
	{
		Name:  "waf-1020",
		Shows: "A WAF custom rule blocks, in the short form: \"error code: 1020\" and nothing else.",
		Case:  exchange.Case{URL: "/v1/items"},
		Truth: Truth{
			Layer: "waf", Certain: true, BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{4}, Errors: []string{"waf-block"},
		},
		build: func(b *builder) {
			b.rules(wafRule{when: api, answer: short(1020)})
			b.origin = app(allowing(pageOrigin), api1())
		},
	},
	{
		// The rule looks at the TLS handshake, where browsers differ from other
		// programs. What is said holds for the program that asked.
		Name:  "waf-bic-1010",
		Shows: "Browser Integrity Check refuses a program that is no browser (1010): your browser may pass, --browser decides.",
		Case:  exchange.Case{URL: "/v1/items"},
		note:  "your browser is one, and passes. The refusal is for programs: run `corstui check --lab waf-bic-1010` to see it.",
		Truth: Truth{
			Layer: "waf", Certain: true, BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{4}, Errors: []string{"waf-block"},
		},
		build: func(b *builder) {
			b.rules(wafRule{when: func(r *http.Request) bool { return !looksLikeBrowser(r) }, answer: short(1010)})
			b.origin = app(allowing(pageOrigin), api1())
		},
	},
	{
		Name:  "waf-rate-limit",
		Shows: "A rate limiting rule answers 429 (1015) without CORS headers, so the page cannot even see that it is a limit.",
		Case:  exchange.Case{URL: "/v1/items"},
		Truth: Truth{
			Layer: "waf", Certain: true, BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{4}, Errors: []string{"waf-rate-limited"},
		},
		build: func(b *builder) {
			b.rules(wafRule{when: api, answer: short(1015)})
			b.origin = app(allowing(pageOrigin), api1())
		},
	},
	{
		Name:  "waf-rate-limit-json",
		Shows: "The page asks for JSON, so Cloudflare says its rate limit (1015) as JSON: still without CORS headers.",
		Case:  exchange.Case{URL: "/v1/items", Headers: header("Accept", "application/json")},
		Truth: Truth{
			Layer: "waf", Certain: true, BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{4}, Errors: []string{"waf-rate-limited"},
		},
		build: func(b *builder) {
			b.rules(wafRule{when: api, answer: short(1015)})
			b.origin = app(allowing(pageOrigin), api1())
		},
	},
	{
		// The limit counts from the first request on, for ten seconds: the
		// browser's own two requests pass, probes behind them do not. Who asks
		// again within the ten seconds meets the limit at once, as at Cloudflare.
		Name:  "waf-rate-limit-by-probing",
		Shows: "All is right for the page; the rate limit is met by the probes that come after it.",
		Case:  exchange.Case{URL: "/v1/items", Headers: header("X-Client", "web")},
		note:  "press the button a few times within ten seconds to meet the limit.",
		Truth: Truth{Layer: "origin", Allowed: true},
		build: func(b *builder) {
			b.rules(wafRule{when: always, limit: &rateLimit{requests: 2, period: 10 * time.Second}, answer: short(1015)})
			b.origin = app(allowing(pageOrigin), api1())
		},
	},
	{
		Name:  "waf-challenge-by-probing",
		Shows: "All is right for the page; a rule challenges the probes that come after it.",
		Case:  exchange.Case{URL: "/v1/items", Headers: header("X-Client", "web")},
		Truth: Truth{Layer: "origin", Allowed: true},
		note:  "press the button a few times within ten seconds to be challenged.",
		build: func(b *builder) {
			b.rules(wafRule{when: always, limit: &rateLimit{requests: 2, period: 10 * time.Second}, answer: challenge("managed")})
			b.origin = app(allowing(pageOrigin), api1())
		},
	},
	{
		// The zone's own error page hides every mark. Asked without
		// accept-encoding, Cloudflare sends its default page: a pair proves it.
		Name:  "waf-custom-page",
		Shows: "The zone has an error page of its own, without a mark; asked without accept-encoding, Cloudflare shows itself.",
		Case:  exchange.Case{URL: "/v1/items"},
		Truth: Truth{
			Layer: "waf", Certain: true, BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{4}, Errors: []string{"waf-block"},
		},
		build: func(b *builder) {
			b.rules(wafRule{when: api, answer: customPage(blockPage)})
			b.origin = app(allowing(pageOrigin), api1())
		},
	},
	{
		// A custom response carries no mark: a Worker or the edge could have
		// made it. That an error came without CORS headers is proven all the same.
		Name:  "waf-custom-json",
		Shows: "A WAF rule answers with its own JSON: nothing in it says who made it, and \"unknown\" is the right answer.",
		Case:  exchange.Case{URL: "/v1/items"},
		Truth: Truth{
			Layer: "unknown", BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{4}, Errors: []string{"errors-without-cors"},
		},
		build: func(b *builder) {
			b.rules(wafRule{when: api, answer: custom(http.StatusForbidden, "application/json", `{"error":"forbidden","code":"region_not_supported"}`)})
			b.origin = app(allowing(pageOrigin), api1())
		},
	},
	{
		// The page names another host than the one asked: this zone's WAF did
		// not make it, and who handed it on cannot be told.
		Name:  "relayed-block-page",
		Shows: "The app asks another API that is at Cloudflare too, and hands that one's block page on: not this zone's WAF.",
		Case:  exchange.Case{URL: "/v1/items"},
		Truth: Truth{
			Layer: "unknown", BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{4}, Errors: []string{"errors-without-cors"},
		},
		build: func(b *builder) {
			b.origin = func(r *http.Request) *response {
				return edge{}.wrap(func(r *http.Request) *response {
					return errorPage(r, 1020, http.StatusForbidden, "api.partner.example")
				})(r)
			}
		},
	},
	{
		// JavaScript Detections put their script into the app's own HTML.
		Name:  "jsd-is-no-challenge",
		Shows: "The app's HTML carries Cloudflare's detection script: the page is the app's, and no challenge.",
		Case:  exchange.Case{URL: "/v1/status"},
		Truth: Truth{
			Layer: "origin", BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Errors: []string{"allow-origin-missing"},
		},
		build: func(b *builder) {
			b.origin = app(noCORS(), api1().with("/v1/status", func(*http.Request) *response {
				return reply(200, page("Status", `<p>All systems work.</p><script>(function(){var a=document.createElement('script');a.src='/cdn-cgi/challenge-platform/scripts/jsd/main.js';document.head.appendChild(a);})();</script>`),
					"Content-Type", "text/html; charset=utf-8")
			}))
		},
	},
	{
		// An app that speaks of Cloudflare, with headers that claim its front.
		// Nothing of Cloudflare is there: neither Access nor WAF may be named
		// with certainty.
		Name:  "spoofed-cloudflare",
		Shows: "An app claims Cloudflare's headers and writes cf-mitigated into its own error: neither WAF nor Access made it.",
		Case:  exchange.Case{URL: "/v1/items"},
		Truth: Truth{
			Layer: "unknown", BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{4}, Errors: []string{"errors-without-cors"},
		},
		build: func(b *builder) {
			b.bare = true
			b.origin = func(r *http.Request) *response {
				return reply(http.StatusForbidden, `{"error":"blocked","detail":"cf-mitigated: challenge (see policy 12)"}`,
					"Content-Type", "application/json", "Server", "cloudflare", "Cf-Ray", "9a00000000000001-LAB")
			}
		},
	},
}
