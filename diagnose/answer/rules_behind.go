package answer

import (
	"regexp"
	"slices"
	"strings"

	"corstui/diagnose/exchange"
)

// cacheRules accuse Cloudflare's cache of the bytes; whether what it stored is
// wrong is a matter of pairs (pairs_cache.go).
var cacheRules = []Rule{
	{
		ID: "cache-status", Matches: "cf-cache-status: HIT, STALE, UPDATING or REVALIDATED",
		What: "cf-cache-status", Layer: LayerCache, Strength: Certain, Product: "Cloudflare cache",
		Says:   "Cloudflare served this from its cache.",
		Source: "Cloudflare docs «Cloudflare cache responses»", Grade: Documented,
		match: func(v *view) *hit {
			if !slices.Contains([]string{"HIT", "STALE", "UPDATING", "REVALIDATED"}, v.ccs) {
				return nil
			}
			h := &hit{says: "cf-cache-status: " + v.ccs + ": Cloudflare served this from its cache; its headers are those of the stored answer."}
			if v.whole && !v.front {
				h.doubts = append(h.doubts, "Neither cf-ray nor server: cloudflare is there: another hand wrote or passed on cf-cache-status.")
			}
			return h
		},
	},
}

// unmarkedRules are bodies that look telling and are not.
var unmarkedRules = []Rule{
	{
		ID: "go-404", Matches: "the body is “404 page not found” and nothing names a server",
		What: "body", Layer: LayerUnknown, Strength: Unknown,
		Says:   "“404 page not found” is the default of every Go program: an app, Traefik and other proxies all send it.",
		Source: "Go net/http source; published answers of both kinds", Grade: Observed,
		match: func(v *view) *hit {
			if !v.is(404) || v.text != "404 page not found" || v.server != "" && !v.front || v.has("x-powered-by") || v.ccs == "HIT" {
				return nil
			}
			h := &hit{candidates: []Layer{LayerOrigin, LayerProxy}}
			if v.noCCS {
				h.candidates = append(h.candidates, LayerWorker)
			}
			return h
		},
	},
}

// workerRules speak of hosts where no origin exists.
var workerRules = []Rule{
	{
		ID: "workers-dev-nothing", Matches: "404 “There is nothing here yet” under workers.dev",
		What: "body", Layer: LayerEdge, Strength: Likely, Product: "no Worker published",
		Says:   "Cloudflare says that no Worker is published under this name.",
		Source: "common knowledge", Grade: Inferred,
		match: when(func(v *view) bool {
			return underHost(v.host, "workers.dev") && v.is(404) && v.contains("There is nothing here yet")
		}),
	},
	{
		ID: "workers-dev", Matches: "a host under workers.dev",
		What: "URL", Layer: LayerWorker, Strength: Certain, Product: "Cloudflare Worker",
		Says:   "Behind a workers.dev host there is no origin: the Worker's code made this answer.",
		Source: "Cloudflare docs «workers.dev»", Grade: Documented, faint: true,
		match: func(v *view) *hit {
			if !underHost(v.host, "workers.dev") {
				return nil
			}
			h := &hit{}
			// Access and the account's security rules may stand in front, and
			// some of their refusals carry no mark.
			refused := (v.status == 401 || v.status == 403 || v.status == 429) && v.text == ""
			if refused || v.redirect() && v.location == nil || v.status == 0 {
				h.strength = Likely
			}
			return h
		},
	},
	{
		ID: "pages-dev", Matches: "a host under pages.dev, not a redirect",
		What: "URL", Layer: LayerWorker, Strength: Likely, Product: "Cloudflare Pages",
		Says:   "Behind a pages.dev host there is no origin: Cloudflare Pages serves it.",
		Source: "order of things; a Bulk Redirect or Access may stand in front", Grade: Inferred, faint: true,
		match: when(func(v *view) bool { return underHost(v.host, "pages.dev") && !v.redirect() }),
	},
	{
		ID: "pages-asset", Matches: "Pages' default headers with access-control-allow-origin: * and etag, without cf-cache-status",
		What: "cache-control, referrer-policy, etag", Layer: LayerWorker, Strength: Likely, Product: "Cloudflare Pages",
		Says:   "The headers are those that Cloudflare Pages puts on its files, and no cache was asked.",
		Source: "Cloudflare docs «Serving Pages»", Grade: Documented,
		match: when(func(v *view) bool {
			return v.noCCS && pagesTrio(v) && v.header("access-control-allow-origin") == "*" && v.has("etag")
		}),
	},
	{
		ID: "worker-time", Matches: "server-timing with a cfWorker duration, no cf-cache-status, an answer that is no error of Cloudflare",
		What: "server-timing: cfWorker", Layer: LayerWorker, Strength: Likely, Product: "Cloudflare Worker",
		Says:   "A Worker ran on this request, and nothing behind Cloudflare's cache was asked.",
		Source: "Cloudflare docs (Workers, server-timing)", Grade: Documented,
		match: when(func(v *view) bool { return v.noCCS && workerTimeRE.MatchString(v.header("server-timing")) }),
	},
}

func pagesTrio(v *view) bool {
	return strings.EqualFold(v.header("cache-control"), "public, max-age=0, must-revalidate") &&
		strings.EqualFold(v.header("x-content-type-options"), "nosniff") &&
		strings.EqualFold(v.header("referrer-policy"), "strict-origin-when-cross-origin")
}

// behindRules place what carries no mark of its own.
var behindRules = []Rule{
	{
		ID: "pages-like", Matches: "cf-cache-status: DYNAMIC, no header of an app, and the three default headers of Pages",
		What: "cache-control, x-content-type-options, referrer-policy", Layer: LayerUnknown, Strength: Unknown,
		Says:   "The headers are the default ones of Cloudflare Pages, but an origin may send the same.",
		Source: "Cloudflare docs «Serving Pages»", Grade: Documented,
		match: func(v *view) *hit {
			if v.ccs != "DYNAMIC" || !pagesTrio(v) || v.has("x-powered-by", "x-request-id", "etag", "access-control-allow-origin") {
				return nil
			}
			return &hit{candidates: []Layer{LayerWorker, LayerOrigin}}
		},
	},
	{
		ID: "cache-passed", Matches: "cf-cache-status: DYNAMIC, MISS, EXPIRED or BYPASS",
		What: "cf-cache-status", Layer: LayerOrigin, Strength: Likely,
		Says:   "The answer came from behind Cloudflare's cache: the origin, or a Worker that keeps the origin's headers.",
		Source: "Cloudflare docs «Cloudflare cache responses»", Grade: Documented, faint: true,
		match: func(v *view) *hit {
			if !slices.Contains([]string{"DYNAMIC", "MISS", "EXPIRED", "BYPASS"}, v.ccs) {
				return nil
			}
			return &hit{says: "cf-cache-status: " + v.ccs + ": the answer came from behind Cloudflare's cache. That is the origin, unless a Worker composed it from the origin's headers."}
		},
	},
	{
		ID: "passed-on", Matches: "a proxy shows that it asked what is behind it (x-cache: Miss, cache-status: fwd, upstream time), and no mark of its own",
		What: "x-cache, cache-status, x-envoy-upstream-service-time", Layer: LayerOrigin, Strength: Likely,
		Says:   "The proxy in front says that it asked the app behind it for this answer.",
		Source: "RFC 9211; the vendors' documentation of these headers", Grade: Documented, faint: true,
		match: when(func(v *view) bool {
			c := strings.ToLower(v.header("x-cache"))
			return strings.HasSuffix(c, "miss from cloudfront") || strings.HasSuffix(c, "error from cloudfront") && v.text != "" ||
				v.has("x-envoy-upstream-service-time", "x-kong-upstream-latency", "x-runtime") || strings.Contains(strings.ToLower(v.header("cache-status")), "fwd=") ||
				(strings.Contains(c, "config_nocache") || strings.Contains(c, "tcp_miss") || v.has("x-azure-ref")) && (v.status/100 == 2 || appForm(v)) ||
				strings.Contains(c, "miss") && strings.Contains(v.header("x-served-by"), "cache-") && v.server != "varnish" ||
				v.has("apigw-requestid", "x-amzn-requestid", "x-amz-apigw-id") && (v.status/100 == 2 || v.text != "") ||
				!v.noCCS && (v.has("x-matched-path", "x-render-origin-server", "x-railway-edge", "x-cloud-trace-context") || platformApp(v))
		}),
	},
	{
		ID: "own-server", Matches: "the answer came past Cloudflare from the address that the user named as the origin",
		What: "--direct", Layer: LayerOrigin, Strength: Likely,
		Says:   "The request went past Cloudflare, to the address that was named as the origin.",
		Source: "order of things", Grade: Inferred, faint: true,
		match: when(func(v *view) bool {
			return v.x.Purpose == exchange.PurposeDirect || v.x.Purpose == exchange.PurposeDirectPreflight
		}),
	},
	{
		ID: "app-form", Matches: "a complete answer in an app's form (JSON, a session cookie, request id, rate limit, CORS headers), and no CDN or proxy shows itself",
		What: "headers", Layer: LayerOrigin, Strength: Likely,
		Says:   "The answer has the form of an app's, and neither Cloudflare nor another CDN or proxy shows itself in it.",
		Source: "order of things", Grade: Inferred, faint: true,
		match: when(func(v *view) bool { return v.whole && v.status != 0 && !v.front && appForm(v) && nobodyBetween(v) }),
	},
	{
		ID: "app-through", Matches: "an answer in an app's form that came through a named CDN or gateway, which shows no mark of having made it",
		What: "headers", Layer: LayerOrigin, Strength: Likely,
		Says:   "The answer has the form of an app's, and the CDN or gateway in front shows no mark of having made it.",
		Source: "order of things", Grade: Inferred, faint: true,
		match: when(func(v *view) bool { return v.whole && !v.noCCS && v.status != 0 && appForm(v) && !nobodyBetween(v) }),
	},
	{
		ID: "local-address", Matches: "the host asked is this machine or one of a private network, and Cloudflare is not on the way",
		What: "URL", Layer: LayerOrigin, Strength: Likely,
		Says:   "The host asked is this machine or one of a private network: a server there answered.",
		Source: "order of things", Grade: Inferred, faint: true,
		match: when(func(v *view) bool { return v.local() && !v.front }),
	},
}

// platformApp says whether a hosting platform passed on an answer with a body
// or type of an app's: Vercel, Fly, Heroku.
func platformApp(v *view) bool {
	switch strings.ToUpper(v.header("x-vercel-cache")) {
	case "MISS", "BYPASS", "REVALIDATED":
		return true
	}
	fly := v.has("fly-request-id") || via("fly.io")(v)
	if v.server == "railway-edge" && !v.has("x-railway-fallback") && (v.status < 400 || v.has("x-powered-by")) {
		return true
	}
	return (fly || via("vegur")(v) || via("heroku-router")(v) || v.has("x-vercel-id") && !v.redirect()) && (v.has("content-type") || v.text != "") && v.status < 502
}

// appSigns are headers that apps send and proxies leave alone.
var appSigns = []string{
	"x-request-id", "x-correlation-id", "x-ratelimit-limit", "x-ratelimit-remaining", "x-rate-limit-limit", "ratelimit", "ratelimit-limit", "x-runtime", "x-powered-by", "x-generator",
	"x-api-version", "x-trace-id", "access-control-allow-origin", "etag",
}

// appCookies are session cookies of app frameworks.
var appCookies = []string{"connect.sid=", "sessionid=", "csrftoken=", "JSESSIONID=", "PHPSESSID=", "laravel_session=", "XSRF-TOKEN=", "ASP.NET_SessionId=", ".AspNetCore.", "_session_id=", "session="}

// cgiStatusRE is the status header that CGI and Rack apps leave in their answers.
// Browsers once showed the pseudo-header :status without its colon, but never
// with a reason phrase.
var cgiStatusRE = regexp.MustCompile(`^[1-5][0-9]{2} [A-Za-z]`)

// appForm says whether an answer has the form of an app's.
func appForm(v *view) bool {
	if v.has(appSigns...) || cgiStatusRE.MatchString(v.header("status")) || strings.HasSuffix(v.mediaType(), "json") && v.text != "" {
		return true
	}
	return slices.ContainsFunc(appCookies, v.setsCookie)
}

// nobodyBetween says whether no CDN, gateway or proxy shows itself.
func nobodyBetween(v *view) bool {
	return !v.has("via", "x-cache", "x-served-by", "cdn-loop", "forwarded") && len(v.passed()) == 0
}

// lastRules say what may have answered where nothing else decides.
var lastRules = []Rule{
	{
		ID: "unmarked-refusal", Matches: "4xx on a Cloudflare front without cf-cache-status and without any mark",
		What: "cf-cache-status is absent", Layer: LayerUnknown, Strength: Unknown,
		Says:   "The refusal came before Cloudflare's cache and carries no mark: a rule with its own block response, a Worker, or Access may have made it.",
		Source: "Cloudflare docs «Create a custom rule in the dashboard»", Grade: Documented,
		match: func(v *view) *hit {
			if !v.noCCS || v.status < 400 || v.status > 499 {
				return nil
			}
			h := &hit{candidates: []Layer{LayerWAF, LayerWorker, LayerEdge}}
			if v.status == 401 || v.status == 403 || v.status == 400 && v.method == "OPTIONS" {
				h.candidates = append(h.candidates, LayerAccess)
			}
			return h
		},
	},
	{
		ID: "unmarked-preflight", Matches: "2xx to OPTIONS on a Cloudflare front without cf-cache-status, with the vary list of Access's CORS settings",
		What: "vary", Layer: LayerUnknown, Strength: Unknown,
		Says:   "The preflight was answered before Cloudflare's cache: by Access's CORS settings or by a Worker.",
		Source: "Cloudflare docs «CORS» (Access)", Grade: Documented,
		match: func(v *view) *hit {
			if v.method != "OPTIONS" || !v.noCCS || v.status/100 != 2 {
				return nil
			}
			h := &hit{candidates: []Layer{LayerWorker}}
			if accessVary(v) {
				h.candidates = []Layer{LayerAccess, LayerWorker}
			}
			return h
		},
	},
	{
		ID: "before-cache", Matches: "any other answer on a Cloudflare front without cf-cache-status",
		What: "cf-cache-status is absent", Layer: LayerUnknown, Strength: Unknown,
		Says:   "The answer was made before Cloudflare's cache: by a Worker, or by a rule of Cloudflare.",
		Source: "Cloudflare docs «Cloudflare cache responses»", Grade: Documented,
		match: func(v *view) *hit {
			if !v.noCCS {
				return nil
			}
			h := &hit{candidates: []Layer{LayerWorker, LayerEdge}}
			if v.status/100 == 2 {
				h.candidates = []Layer{LayerWorker}
			}
			if v.status >= 500 || v.redirect() {
				h.candidates = append(h.candidates, LayerOrigin)
			}
			return h
		},
	},
	{
		ID: "nothing", Matches: "anything else",
		What: "headers and body", Layer: LayerUnknown, Strength: Unknown,
		Says:   "Nothing in this answer names who made it.",
		Source: "no rule matched", Grade: Observed,
		match: func(v *view) *hit {
			h := &hit{candidates: []Layer{LayerOrigin, LayerProxy}}
			if v.front || !v.whole {
				h.candidates = []Layer{LayerWorker, LayerOrigin, LayerProxy}
			}
			if !v.whole {
				h.says = "Nothing in this answer names who made it; it is not complete, so what is missing proves nothing."
			}
			return h
		},
	},
}

// accessVary says whether vary has the three names that Access's CORS settings
// send, alone.
func accessVary(v *view) bool {
	var names []string
	for n := range strings.SplitSeq(strings.ToLower(v.hs.Value("vary")), ",") {
		if n = strings.TrimSpace(n); n != "" {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	return slices.Equal(names, []string{"access-control-request-headers", "access-control-request-method", "origin"})
}
