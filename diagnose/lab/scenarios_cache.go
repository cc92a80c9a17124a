package lab

import (
	"net/http"
	"time"

	"corstui/diagnose/exchange"
)

// cacheScenarios are Cloudflare's cache and the header Vary.
var cacheScenarios = []Scenario{
	{
		Name:  "cache-error-hit",
		Shows: "Cloudflare's cache serves a stored 404 that never had CORS headers.",
		Case:  exchange.Case{URL: "/v1/report.csv"},
		Truth: Truth{
			Layer: "cache", Certain: true, BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{4}, Errors: []string{"cache-stored-error"},
		},
		build: func(b *builder) {
			c := allowing(pageOrigin)
			c.bareErrors = true
			b.origin = app(c, api1())
			b.cache = &cache{
				eligible: csv, ttl: 3 * time.Hour,
				primed: []primed{{url: b.url("/v1/report.csv"), origin: pageOrigin, ago: 2 * time.Minute}},
			}
		},
	},
	{
		Name:  "cache-pinned-without-origin",
		Shows: "Mistake 6: the stored answer was made for a request without Origin and has no CORS headers; every page gets it.",
		Case:  exchange.Case{URL: "/v1/catalog.csv"},
		Truth: Truth{
			Layer: "cache", Certain: true, BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{6}, Errors: []string{"cache-pinned-origin"},
		},
		build: func(b *builder) {
			b.origin = app(allowing(pageOrigin), api1().with("/v1/catalog.csv", catalog))
			b.cache = &cache{
				eligible: csv, excludeOrigin: true, ttl: 24 * time.Hour,
				primed: []primed{{url: b.url("/v1/catalog.csv"), ago: 3 * time.Hour}},
			}
		},
	},
	{
		Name:  "cache-right",
		Shows: "A stored answer that is right: Origin is in the cache key, and the answer says Vary: Origin.",
		Case:  exchange.Case{URL: "/v1/catalog.csv"},
		Truth: Truth{Layer: "cache", Certain: true, Allowed: true},
		build: func(b *builder) {
			b.origin = app(allowing(pageOrigin), api1().with("/v1/catalog.csv", catalog))
			b.cache = &cache{
				eligible: csv, ttl: 24 * time.Hour,
				primed: []primed{{url: b.url("/v1/catalog.csv"), origin: pageOrigin, ago: 17 * time.Minute}},
			}
		},
	},
	{
		Name:  "vary-one-side",
		Shows: "Vary: Origin is on the answer to the allowed origin alone; a stored answer to another request lacks it.",
		Case:  exchange.Case{URL: "/v1/items"},
		Truth: Truth{
			Layer: "origin", Allowed: true,
			Mistakes: []int{6}, Warnings: []string{"vary-origin-one-side"},
		},
		build: func(b *builder) {
			c := allowing(pageOrigin)
			c.varyAllowedOnly = true
			b.origin = app(c, api1().with("/v1/items", gives(items, "Cache-Control", "public, max-age=300")))
		},
	},
	{
		Name:  "vary-and-expose",
		Shows: "Two mistakes at once: a stored answer without Vary: Origin, and a header that the page reads and may not see.",
		Case:  exchange.Case{URL: "/v1/items", ReadHeaders: []string{"X-Total-Count"}},
		Truth: Truth{
			Layer: "origin", Allowed: true,
			Mistakes: []int{5, 6}, Warnings: []string{"headers-not-exposed", "vary-origin-missing"},
		},
		build: func(b *builder) {
			c := allowing(pageOrigin)
			c.noVary = true
			b.origin = app(c, api1().with("/v1/items", gives(items, "Cache-Control", "public, max-age=300", "X-Total-Count", "2")))
		},
	},
	{
		Name:  "reflected-without-vary",
		Shows: "Two mistakes at once: every Origin is reflected with credentials, and Vary: Origin is missing.",
		Case:  exchange.Case{URL: "/v1/items", Credentials: include},
		Truth: Truth{
			Layer: "origin", Allowed: true,
			Mistakes: []int{6, 7}, Warnings: []string{"origin-reflected", "lookalike-origin-accepted", "null-origin-accepted", "vary-origin-missing"},
		},
		build: func(b *builder) {
			c := allowing(pageOrigin).withCredentials()
			c.allow, c.noVary = echo, true
			b.origin = app(c, api1().with("/v1/items", gives(items, "Cache-Control", "public, max-age=300")))
		},
	},
}

func csv(r *http.Request) bool {
	return len(r.URL.Path) > 4 && r.URL.Path[len(r.URL.Path)-4:] == ".csv"
}

func catalog(*http.Request) *response {
	return reply(http.StatusOK, "id,name\n1,Bolt\n2,Nut\n", "Content-Type", "text/csv; charset=utf-8", "Cache-Control", "public, max-age=86400")
}
