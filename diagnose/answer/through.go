package answer

import (
	"slices"
	"strings"

	"corstui/diagnose/exchange"
)

// passage is a hand that shows in the headers of an answer that it passed on.
type passage struct {
	name string
	// family are the beginnings of products which are this hand itself.
	family []string
	what   string
	seen   func(v *view) bool
}

func via(part string) func(v *view) bool {
	return func(v *view) bool { return strings.Contains(strings.ToLower(v.header("via")), part) }
}

func anyHeader(names ...string) func(v *view) bool {
	return func(v *view) bool { return v.has(names...) }
}

func hasPrefixed(v *view, prefix string) bool {
	return slices.ContainsFunc(v.hs, func(h exchange.Header) bool {
		return len(h.Name) >= len(prefix) && strings.EqualFold(h.Name[:len(prefix)], prefix)
	})
}

// passages say "through", never "by": each of these headers is on answers that
// the hand made and on those that it passed on alike. Sources: the vendors'
// documentation of these headers, and published answers.
var passages = []passage{
	{"Cloudflare", []string{"Cloudflare"}, "cf-ray, server", func(v *view) bool { return v.front }},
	{"CloudFront", []string{"CloudFront", "Lambda@Edge"}, "via, x-amz-cf-id", func(v *view) bool {
		return v.has("x-amz-cf-id", "x-amz-cf-pop") || via("(cloudfront)")(v)
	}},
	{"API Gateway", []string{"AWS API Gateway"}, "x-amz-apigw-id", anyHeader("x-amz-apigw-id", "apigw-requestid")},
	{"Vercel", []string{"Vercel"}, "x-vercel-id", anyHeader("x-vercel-id")},
	{"Netlify", []string{"Netlify"}, "x-nf-request-id", anyHeader("x-nf-request-id")},
	{"Fastly", []string{"Fastly"}, "x-served-by", func(v *view) bool {
		return strings.Contains(strings.ToLower(v.header("x-served-by")), "cache-") && via("varnish")(v)
	}},
	{"Varnish", []string{"Varnish", "Fastly"}, "x-varnish", anyHeader("x-varnish")},
	{"Akamai", []string{"Akamai"}, "akamai-grn, x-akamai-*", func(v *view) bool {
		return v.has("akamai-grn") || hasPrefixed(v, "x-akamai-")
	}},
	{"Azure Front Door", []string{"Azure Front Door"}, "x-azure-ref", anyHeader("x-azure-ref")},
	{"Google load balancer", []string{"Google"}, "via: 1.1 google", via("1.1 google")},
	{"Envoy", []string{"Envoy"}, "x-envoy-upstream-service-time", anyHeader("x-envoy-upstream-service-time")},
	{"Kong", []string{"Kong"}, "via, x-kong-upstream-latency", func(v *view) bool {
		return v.has("x-kong-upstream-latency") || via("kong/")(v)
	}},
	{"Render", []string{"Render"}, "rndr-id", anyHeader("rndr-id", "x-render-origin-server")},
	{"Railway", []string{"Railway"}, "x-railway-edge", anyHeader("x-railway-edge", "x-railway-request-id")},
	{"Fly", []string{"Fly"}, "fly-request-id, via", func(v *view) bool { return v.has("fly-request-id") || via("fly.io")(v) }},
	{"Heroku", []string{"Heroku"}, "via", func(v *view) bool { return via("vegur")(v) || via("heroku-router")(v) }},
	{"Caddy", []string{"Caddy"}, "via", via("caddy")},
	{"Squid", []string{"Squid"}, "via", via("(squid")},
	{"Cloudflare Gateway", []string{"Cloudflare Gateway"}, "cf-team", anyHeader("cf-team")},
	{"Imperva", []string{"Imperva"}, "x-iinfo", anyHeader("x-iinfo")},
	{"Sucuri", []string{"Sucuri"}, "x-sucuri-id", anyHeader("x-sucuri-id")},
	{"Bunny", []string{"Bunny"}, "cdn-requestid", func(v *view) bool { return strings.HasPrefix(v.server, "bunnycdn") && v.has("cdn-requestid") }},
	{"GitHub Pages' CDN", []string{"GitHub"}, "x-github-request-id", func(v *view) bool { return v.has("x-github-request-id") && via("varnish")(v) }},
}

// passed returns the passages that show themselves.
func (v *view) passed() []*passage {
	if !v.looked {
		v.looked = true
		for i := range passages {
			if passages[i].seen(v) {
				v.passages = append(v.passages, &passages[i])
			}
		}
	}
	return v.passages
}

// passed fills in what the answer came through. In an answer from Cloudflare's
// cache the marks of others were stored with it and say nothing of this
// request.
func passed(v *view, a *Answer) {
	cloudflare := slices.Contains([]Layer{LayerEdge, LayerAccess, LayerWAF, LayerWorker, LayerCache}, a.Layer)
	for _, p := range v.passed() {
		if slices.ContainsFunc(p.family, func(f string) bool { return a.Layer != LayerOrigin && strings.HasPrefix(a.Product, f) }) {
			continue
		}
		if p.name == "Cloudflare" && cloudflare || p.name != "Cloudflare" && a.Layer == LayerCache {
			continue
		}
		a.Through = append(a.Through, p.name)
		a.Evidence = append(a.Evidence, Evidence{What: p.what, Says: "The answer came through " + p.name + "; that alone does not say who made it.", Strength: StrengthSupporting, Rule: "through"})
	}
	if v.front && cloudflareAddress(v.r.RemoteAddr) {
		a.Evidence = append(a.Evidence, Evidence{What: "address", Says: "The answering address is one that Cloudflare publishes as its own.", Strength: StrengthSupporting, Rule: "cloudflare-address"})
	}
	if i := intercepting(v.r.TLSIssuer); i != "" && !strings.HasPrefix(a.Product, i) {
		a.Through = append(a.Through, i)
	}
	if hint := sharedZone(v); hint != "" && cloudflare && a.Layer != LayerCache && a.Layer != LayerWorker {
		a.Evidence = append(a.Evidence, Evidence{What: hint, Says: "The host may pass two zones of Cloudflare in a row, the customer's and the provider's; which of them answered cannot be seen from outside.", Strength: StrengthSupporting, Rule: "two-zones"})
	}
}

// sharedZone names what hints at a provider's own zone of Cloudflare behind or
// instead of the customer's ("orange to orange").
func sharedZone(v *view) string {
	if v.has("rndr-id", "x-render-origin-server") {
		return "rndr-id"
	}
	if v.has("x-shopid", "x-shopify-stage", "x-storefront-renderer-rendered") {
		return "x-shopid"
	}
	for _, d := range []string{"onrender.com", "myshopify.com", "cdn.cloudflare.net", "webflow.io", "hs-sites.com"} {
		if underHost(v.host, d) {
			return "URL"
		}
	}
	return ""
}
