package lab

import (
	"strings"

	"corstui/diagnose/exchange"
)

// policyScenarios pass in the browser, and something is wrong with what the
// policy says or with whom it lets in.
var policyScenarios = []Scenario{
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

// hasty tests origins by a part of them.
func hasty(test func(string) bool) corsConfig {
	c := allowing().withCredentials()
	c.allow = echoIf(test)
	return c
}
