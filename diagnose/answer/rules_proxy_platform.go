package answer

import (
	"regexp"
	"strings"
)

var (
	railwayTexts = []string{"Application not found", "Application failed to respond"}
	vercelTexts  = regexp.MustCompile(`(?s)^(The page could not be found|The deployment could not be found|An error occurred with this application|A server error has occurred|This Serverless Function|This deployment).*\b[A-Z][A-Z_]{5,}\b`)
	devProxyRE   = regexp.MustCompile(`^Error occurr?ed while trying to proxy`)
)

// platformRules are the marks of hosting platforms that answer for an app that is not there.
var platformRules = []Rule{
	// Vercel
	{
		ID: "vercel-error", Matches: "x-vercel-error",
		What: "x-vercel-error", Layer: LayerProxy, Strength: Certain, Product: "Vercel",
		Says:   "Vercel reports its own error code in this header.",
		Source: "Vercel docs (errors); published answers", Grade: Documented,
		match: func(v *view) *hit {
			e := v.header("x-vercel-error")
			if e == "" {
				return nil
			}
			return &hit{says: "x-vercel-error: " + show(e) + ": Vercel answered by itself."}
		},
	},
	{
		ID: "vercel-mitigated", Matches: "x-vercel-mitigated: challenge or deny",
		What: "x-vercel-mitigated", Layer: LayerProxy, Strength: Certain, Product: "Vercel Firewall",
		Says:   "Vercel's firewall challenged or denied the request.",
		Source: "Vercel docs (firewall); published answers", Grade: Documented,
		match: when(func(v *view) bool {
			m := strings.ToLower(v.header("x-vercel-mitigated"))
			return m == "challenge" || m == "deny"
		}),
	},
	{
		ID: "vercel-checkpoint", Matches: "title “Vercel Security Checkpoint”",
		What: "title", Layer: LayerProxy, Strength: Certain, Product: "Vercel Firewall",
		Says:   "The page is Vercel's security checkpoint.",
		Source: "published answers", Grade: Observed,
		match: when(func(v *view) bool { return v.failed() && v.title == "Vercel Security Checkpoint" }),
	},
	{
		ID: "vercel-protection", Matches: "401 with the cookie _vercel_sso_nonce, or titled “Authentication Required” at Vercel",
		What: "set-cookie: _vercel_sso_nonce", Layer: LayerProxy, Strength: Certain, Product: "Vercel Deployment Protection",
		Says:   "Vercel's Deployment Protection asks for a login, before the app is asked.",
		Source: "Vercel docs «Deployment Protection»; published answers", Grade: Documented,
		match: func(v *view) *hit {
			switch {
			case v.is(401) && v.setsCookie("_vercel_sso_nonce="):
				return &hit{}
			case v.is(401) && v.title == "Authentication Required" && (v.server == "vercel" || v.has("x-vercel-id") || v.contains("vercel")):
				return &hit{what: "title"}
			}
			return nil
		},
	},
	{
		ID: "vercel-login", Matches: "redirect to vercel.com/sso-api",
		What: "location", Layer: LayerProxy, Strength: Likely, Product: "Vercel Deployment Protection",
		Says:   "The redirect starts Vercel's own login.",
		Source: "Vercel docs «Deployment Protection»", Grade: Inferred,
		match: when(func(v *view) bool {
			return v.location != nil && v.location.Hostname() == "vercel.com" && strings.HasPrefix(v.location.Path, "/sso-api")
		}),
	},
	{
		ID: "vercel-redirect", Matches: "3xx of Vercel without x-vercel-cache and x-matched-path, or with its text “Redirecting...”",
		What: "x-vercel-id", Layer: LayerProxy, Strength: Likely, Product: "Vercel",
		Says:   "Vercel redirects a domain or a slash by itself, without the app's headers.",
		Source: "published answers", Grade: Observed,
		match: when(func(v *view) bool {
			return v.redirect() && (v.server == "vercel" || v.has("x-vercel-id")) && !v.has("x-powered-by", "x-matched-path") &&
				(!v.has("x-vercel-cache") || v.has("refresh") || v.text == "Redirecting...")
		}),
	},
	{
		ID: "vercel-static", Matches: "content-disposition: inline with a file name, at Vercel: a static file, not a function",
		What: "content-disposition, x-vercel-id", Layer: LayerProxy, Strength: Likely, Product: "Vercel",
		Says:   "Vercel's file server answered with a static file.",
		Source: "published answers", Grade: Observed,
		match: when(func(v *view) bool {
			return v.has("x-vercel-id") && strings.HasPrefix(strings.ToLower(v.header("content-disposition")), "inline; filename=") && v.ccs != "HIT"
		}),
	},
	{
		ID: "vercel-cache", Matches: "x-vercel-cache: HIT, STALE or PRERENDER",
		What: "x-vercel-cache", Layer: LayerProxy, Strength: Likely, Product: "Vercel cache",
		Says:   "Vercel served this from its cache.",
		Source: "Vercel docs (x-vercel-cache)", Grade: Documented,
		match: when(func(v *view) bool {
			switch strings.ToUpper(v.header("x-vercel-cache")) {
			case "HIT", "STALE", "PRERENDER":
				return true
			}
			return false
		}),
	},
	{
		ID: "vercel-text", Matches: "a short text with one of Vercel's error codes in capitals",
		What: "body", Layer: LayerProxy, Strength: Likely, Product: "Vercel",
		Says:   "The text is one of Vercel's own error pages.",
		Source: "Vercel docs (errors)", Grade: Inferred,
		match: when(func(v *view) bool {
			return v.failed() && len(v.text) < 600 && vercelTexts.MatchString(v.text) && (v.server == "vercel" || v.has("x-vercel-id") || strings.Contains(v.text, "::"))
		}),
	},
	// Netlify
	{
		ID: "netlify-own", Matches: "server: Netlify on a 3xx without cache-status, or its “Not Found - Request ID:” text",
		What: "server, x-nf-request-id", Layer: LayerProxy, Strength: Likely, Product: "Netlify",
		Says:   "Netlify's edge redirected or refused by itself: no function and no file was asked.",
		Source: "published answers", Grade: Observed,
		match: func(v *view) *hit {
			netlify := v.server == "netlify" || v.has("x-nf-request-id")
			switch {
			case v.failed() && strings.HasPrefix(v.text, "Not Found - Request ID:"):
				return &hit{strength: Likely, what: "body"}
			case netlify && v.redirect() && !v.has("cache-status", "x-powered-by"):
				return &hit{}
			}
			return nil
		},
	},
	{
		ID: "netlify-cache", Matches: "cache-status: “Netlify Edge”; hit",
		What: "cache-status", Layer: LayerProxy, Strength: Likely, Product: "Netlify cache",
		Says:   "Netlify served this from its cache.",
		Source: "RFC 9211; Netlify docs (caching)", Grade: Documented,
		match: when(func(v *view) bool {
			for _, c := range v.hs.Values("cache-status") {
				for part := range strings.SplitSeq(c, ",") {
					p := strings.ToLower(part)
					if strings.Contains(p, "netlify") && strings.Contains(p, "; hit") {
						return true
					}
				}
			}
			return false
		}),
	},
	{
		ID: "netlify-server", Matches: "server: Netlify, no function and no cache named",
		What: "server", Layer: LayerProxy, Strength: Likely, Product: "Netlify",
		Says:   "Netlify's edge served this; nothing says that a function was asked.",
		Source: "published answers", Grade: Observed, faint: true,
		match: when(func(v *view) bool {
			return v.server == "netlify" && !v.has("cache-status", "x-powered-by", "netlify-vary")
		}),
	},
	// Hosting platforms
	{
		ID: "render-routing", Matches: "x-render-routing: no-server, hibernate-wake-error and the like",
		What: "x-render-routing", Layer: LayerProxy, Strength: Certain, Product: "Render",
		Says:   "Render's router has no running instance to ask.",
		Source: "published answers", Grade: Observed,
		match: func(v *view) *hit {
			r := v.header("x-render-routing")
			if r == "" || v.status != 0 && v.status < 400 || strings.EqualFold(r, "server") {
				return nil
			}
			return &hit{says: "x-render-routing: " + show(r) + ": Render's router answered by itself."}
		},
	},
	{
		ID: "railway-fallback", Matches: "x-railway-fallback: true",
		What: "x-railway-fallback", Layer: LayerProxy, Strength: Certain, Product: "Railway",
		Says:   "Railway's edge answered since it found no app, or the app did not.",
		Source: "published answers", Grade: Observed,
		match: when(func(v *view) bool { return strings.EqualFold(v.header("x-railway-fallback"), "true") }),
	},
	{
		ID: "railway-text", Matches: "Railway's JSON “Application not found” or “Application failed to respond”",
		What: "body: message", Layer: LayerProxy, Strength: Likely, Product: "Railway",
		Says:   "The sentence is Railway's own.",
		Source: "published answers", Grade: Observed,
		match: when(func(v *view) bool {
			for _, t := range railwayTexts {
				if v.failed() && v.str("message") == t && v.str("status") == "error" {
					return true
				}
			}
			return false
		}),
	},
	{
		ID: "heroku-error", Matches: "Heroku's “Application error” or “no such app” page",
		What: "body", Layer: LayerProxy, Strength: Likely, Product: "Heroku",
		Says:   "Heroku's router answered since the app did not.",
		Source: "Heroku docs (error pages)", Grade: Documented,
		match: when(func(v *view) bool {
			return v.failed() && (v.contains("herokucdn.com/error-pages/") || v.contains("www.herokucdn.com/error"))
		}),
	},
	{
		ID: "fly-error", Matches: "502 or 503 with fly-request-id and an empty body",
		What: "fly-request-id", Layer: LayerProxy, Strength: Likely, Product: "Fly",
		Says:   "Fly's proxy has no healthy instance to ask. Its server header alone proves nothing, it is on the app's answers too.",
		Source: "published answers", Grade: Observed,
		match: when(func(v *view) bool {
			return (v.status == 502 || v.status == 503) && v.has("fly-request-id") && strings.HasPrefix(v.server, "fly/") && v.text == "" && !v.has("content-type", "x-powered-by")
		}),
	},
	{
		ID: "github-pages-404", Matches: "GitHub Pages' own 404: “There isn't a GitHub Pages site here.”",
		What: "body", Layer: LayerProxy, Strength: Likely, Product: "GitHub Pages",
		Says:   "GitHub Pages has no site for this host.",
		Source: "published answers", Grade: Observed,
		match: when(func(v *view) bool { return v.failed() && v.contains("There isn't a GitHub Pages site here.") }),
	},
	{
		ID: "ngrok-error", Matches: "ngrok-error-code, or its browser warning page",
		What: "ngrok-error-code", Layer: LayerProxy, Strength: Certain, Product: "ngrok",
		Says:   "ngrok's edge answered by itself and names its error code.",
		Source: "ngrok docs (errors)", Grade: Documented,
		match: when(func(v *view) bool { return v.has("ngrok-error-code") }),
	},
	{
		ID: "cloud-foundry", Matches: "x-cf-routererror",
		What: "x-cf-routererror", Layer: LayerProxy, Strength: Certain, Product: "Cloud Foundry router",
		Says:   "The Cloud Foundry router reports an error of its own in this header.",
		Source: "Cloud Foundry docs (gorouter, X-Cf-RouterError)", Grade: Documented,
		match: when(func(v *view) bool { return v.failed() && v.has("x-cf-routererror") }),
	},
	{
		ID: "apigee", Matches: "JSON fault with faultstring and detail.errorcode",
		What: "body: fault", Layer: LayerProxy, Strength: Certain, Product: "Apigee",
		Says:   "The fault object is that of the Apigee gateway.",
		Source: "Google docs (Apigee, fault handling)", Grade: Documented,
		match: when(func(v *view) bool {
			f, _ := v.obj["fault"].(map[string]any)
			d, _ := f["detail"].(map[string]any)
			return v.failed() && f["faultstring"] != nil && d["errorcode"] != nil
		}),
	},
	{
		ID: "wso2", Matches: "JSON with a code 9009xx of WSO2",
		What: "body: code", Layer: LayerProxy, Strength: Likely, Product: "WSO2 API Manager",
		Says:   "The code is one of the WSO2 gateway.",
		Source: "common knowledge", Grade: Inferred,
		match: when(func(v *view) bool {
			n := v.num("code")
			if f, ok := v.obj["fault"].(map[string]any); ok {
				if c, ok := f["code"].(float64); ok {
					n = int(c)
				}
			}
			return v.failed() && n >= 900800 && n < 901000
		}),
	},
	{
		ID: "dev-proxy", Matches: "“Error occurred while trying to proxy …”",
		What: "body", Layer: LayerProxy, Strength: Certain, Product: "development proxy (http-proxy-middleware)",
		Says:   "The development server's proxy could not reach the API.",
		Source: "chimurai/http-proxy-middleware source", Grade: Observed,
		match: when(func(v *view) bool { return v.failed() && devProxyRE.MatchString(v.text) }),
	},
	{
		ID: "google-lb", Matches: "Google's load balancer pages: “The server encountered a temporary error…”, “… (backend NotFound), service rules for the path …”",
		What: "body", Layer: LayerProxy, Strength: Likely, Product: "Google load balancer",
		Says:   "The text is one of Google's load balancer.",
		Source: "published answers", Grade: Observed,
		match: when(func(v *view) bool {
			return v.failed() && len(v.text) < 3000 && (v.contains("<h1>Error: Server Error</h1>") || v.contains("Your client does not have permission to get URL") || v.contains("(backend NotFound), service rules for the path"))
		}),
	},
	{
		ID: "ingress-default", Matches: "404 “default backend - 404”",
		What: "body", Layer: LayerProxy, Strength: Certain, Product: "Kubernetes ingress",
		Says:   "The ingress has no route for this host and path; its default backend says so.",
		Source: "kubernetes/ingress-nginx source (default backend)", Grade: Observed,
		match: when(func(v *view) bool { return v.is(404) && v.text == "default backend - 404" }),
	},
	{
		ID: "openshift-router", Matches: "503 “Application is not available” of OpenShift",
		What: "body", Layer: LayerProxy, Strength: Likely, Product: "OpenShift router",
		Says:   "The OpenShift router has no running pod for this route.",
		Source: "common knowledge", Grade: Inferred,
		match: when(func(v *view) bool {
			return v.is(503) && v.contains("<h1>Application is not available</h1>") && v.contains("OpenShift")
		}),
	},
}
