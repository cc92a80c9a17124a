package answer

import "strings"

// The marks with which another named CDN, platform, load balancer or gateway
// shows that it answered by itself stand in four tables. What it merely passes
// on is a row of passages (through.go).

// balancerRules are the marks of web servers and caches as proxies, whoever runs
// them.
var balancerRules = []Rule{
	{
		ID: "caddy-own", Matches: "server: Caddy on a redirect or an error without body, type and any header of an app",
		What: "server", Layer: LayerProxy, Strength: Likely, Product: "Caddy",
		Says:   "Caddy answered by itself: it passes an app's answer on with the app's headers, and there are none.",
		Source: "Caddy docs (reverse_proxy, automatic HTTPS)", Grade: Inferred,
		match: when(func(v *view) bool {
			return v.server == "caddy" && v.status >= 300 && v.text == "" && !v.has("content-type", "etag", "set-cookie", "x-powered-by", "x-request-id", "access-control-allow-origin")
		}),
	},
	// Generic caches and balancers
	{
		ID: "nginx-upstream", Matches: "502, 503 or 504 page signed nginx, openresty or with Apache's proxy text",
		What: "body: signature", Layer: LayerProxy, Strength: Likely, Product: "nginx",
		Says:   "The short page is signed by a proxy whose upstream failed.",
		Source: "nginx and Apache source; published answers", Grade: Observed,
		match: func(v *view) *hit {
			if v.status != 502 && v.status != 503 && v.status != 504 {
				return nil
			}
			if m := v.find(nginxSignRE, "<center>"); m != nil && len(v.text) < 3000 {
				return &hit{product: productOf(m[1])}
			}
			if v.text == "" && v.status != 503 && !v.has("content-type") || v.text == "" && v.status != 503 && v.mediaType() == "text/html" {
				for _, server := range []string{"nginx", "openresty", "caddy", "apache"} {
					if strings.HasPrefix(v.server, server) {
						return &hit{product: show(strings.SplitN(v.header("server"), "/", 2)[0]), what: "server, status"}
					}
				}
			}
			if v.contains("The proxy server received an invalid") || v.contains("The proxy server could not handle the request") {
				return &hit{product: "Apache", what: "body"}
			}
			return nil
		},
	},
	{
		ID: "haproxy-page", Matches: "HAProxy's built-in pages: “No server is available to handle this request.”",
		What: "body", Layer: LayerProxy, Strength: Likely, Product: "HAProxy",
		Says:   "The short page is one that HAProxy has built in.",
		Source: "HAProxy source (http error pages)", Grade: Observed,
		match: when(func(v *view) bool {
			return v.failed() && len(v.text) < 400 && (v.contains("No server is available to handle this request.") || v.contains("The server didn't respond in time.") || v.contains("The server returned an invalid or incomplete response.") || v.contains("Request forbidden by administrative rules."))
		}),
	},
	{
		ID: "traefik-text", Matches: "the whole body is “Bad Gateway”, “Gateway Timeout” or “Service Unavailable” and nothing names a server",
		What: "body", Layer: LayerProxy, Strength: Likely, Product: "",
		Says:   "The bare text is that of a proxy written in Go, such as Traefik, whose upstream failed.",
		Source: "common knowledge", Grade: Inferred,
		match: when(func(v *view) bool {
			return v.server == "" && (v.status == 502 && v.text == "Bad Gateway" || v.status == 504 && v.text == "Gateway Timeout")
		}),
	},
	{
		ID: "bunny", Matches: "server: BunnyCDN-… with cdn-cache: HIT or an error",
		What: "server, cdn-cache", Layer: LayerProxy, Strength: Likely, Product: "Bunny CDN",
		Says:   "Bunny's CDN served this from its cache or refused by itself.",
		Source: "common knowledge", Grade: Inferred,
		match: when(func(v *view) bool {
			return strings.HasPrefix(v.server, "bunnycdn") && (strings.EqualFold(v.header("cdn-cache"), "HIT") || v.failed() && !v.has("cdn-cache"))
		}),
	},
	{
		ID: "proxy-cache-hit", Matches: "x-cache, x-cache-status, x-proxy-cache or x-varnish of a hit in another cache",
		What: "x-cache, x-cache-status, x-varnish", Layer: LayerProxy, Strength: Likely, Product: "cache",
		Says:   "Another cache than Cloudflare's says that it served this.",
		Source: "common knowledge", Grade: Inferred,
		match: func(v *view) *hit {
			for _, n := range []string{"x-cache-status", "x-proxy-cache", "x-nginx-cache", "x-sucuri-cache"} {
				if c := strings.ToUpper(v.header(n)); c == "HIT" || c == "STALE" || strings.HasPrefix(c, "HIT,") {
					return &hit{what: n}
				}
			}
			if f := strings.Fields(v.header("x-varnish")); len(f) == 2 && strings.Trim(f[0]+f[1], "0123456789") == "" {
				return &hit{what: "x-varnish", product: "Varnish cache"}
			}
			if c := strings.ToUpper(v.header("x-cache")); strings.HasPrefix(c, "HIT FROM ") {
				return &hit{what: "x-cache", product: "cache"}
			}
			return nil
		},
	},
}
