package answer

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

var (
	codeTextRE   = regexp.MustCompile(`(?i)^error code:\s*([0-9]{3,5})$`)
	codePageRE   = regexp.MustCompile(`(?is)cf-error-code"?[^>]*>\s*(?:error\s*)?([0-9]{3,5})\s*<`)
	codeNearRE   = regexp.MustCompile(`(?i)error(?:\s|&nbsp;|<[^>]{0,80}>)*(?:code)?:?(?:\s|&nbsp;|<[^>]{0,80}>)*([0-9]{3,4})\b`)
	codeShownRE  = regexp.MustCompile(`(?im)^\s*error(?:\s+code)?:?\s+(1[0-9]{3}|5[0-9]{2})\b`)
	frontMatter  = regexp.MustCompile(`(?s)^---\s*\n(.*?)\n---`)
	pageRayRE    = regexp.MustCompile(`(?is)ray id:?(?:\s|&nbsp;|<[^>]{0,80}>)*([0-9a-f]{16})\b`)
	titleFiveRE  = regexp.MustCompile(`^(\S+) \| (5[0-9]{2}): `)
	titleHostRE  = regexp.MustCompile(`(?i)(?:\| (\S+) \| Cloudflare$)|(?:\| (\S+) used Cloudflare to restrict access)`)
	cloudSignRE  = regexp.MustCompile(`(?is)<hr>\s*<center>cloudflare(?:-nginx)?</center>`)
	signStatusRE = regexp.MustCompile(`(?is)<h1>\s*([1-5][0-9]{2})\b`)
)

// signedSizes are the lengths of the short pages signed cloudflare.
// CloudFront's page has the same sizes, nginx's own is five bytes shorter.
var signedSizes = map[int]int{301: 167, 302: 143, 303: 151, 307: 169, 308: 169, 400: 155, 403: 151, 502: 155, 504: 165}

// titleCodes are the titles of Cloudflare's 1xxx pages, which end in
// “| HOST | Cloudflare”, with their codes. Source: published pages.
var titleCodes = map[string]string{
	"dns points to prohibited ip": "1000", "dns resolution error": "1001", "direct ip access not allowed": "1003", "origin dns error": "1016",
	"cloudflare tunnel error": "1033", "argo tunnel error": "1033", "worker threw exception": "1101", "worker exceeded resource limits": "1102",
}

// edgeRules are the error pages and redirects that Cloudflare writes; the code
// in them says for which layer.
var edgeRules = []Rule{
	{
		ID: "error-endpoint", Matches: "an answer under /cdn-cgi/error/ on a Cloudflare front",
		What: "URL", Layer: LayerEdge, Strength: Certain, Product: "/cdn-cgi/error/ endpoint",
		Says:   "Cloudflare serves this path itself, to show what its error pages look like on this zone.",
		Source: "Cloudflare docs «Error responses»", Grade: Documented, cloudflare: true,
		match: when(func(v *view) bool { return v.front && strings.HasPrefix(v.path(), "/cdn-cgi/error/") }),
	},
	{
		ID: "code-text", Matches: "the whole body is “error code: N”",
		What: "body", Layer: LayerEdge, Strength: Certain,
		Says:   "The whole body is the short form of a Cloudflare error page.",
		Source: "published answers; source-cooperative #134, NethServer/ns8-core #522", Grade: Observed, cloudflare: true,
		match: func(v *view) *hit {
			m := codeTextRE.FindStringSubmatch(v.text)
			if m == nil || v.cut {
				return nil
			}
			return codeHit(v, m[1])
		},
	},
	{
		ID: "code-json", Matches: "JSON with cloudflare_error: true and error_code",
		What: "body: cloudflare_error", Layer: LayerEdge, Strength: Certain,
		Says:   "The body is Cloudflare's error object (RFC 9457).",
		Source: "Cloudflare docs «Error responses»", Grade: Documented, cloudflare: true,
		match: func(v *view) *hit {
			if yes, _ := v.obj["cloudflare_error"].(bool); !yes || v.num("error_code") < 0 {
				return nil
			}
			h := codeHit(v, strconv.Itoa(v.num("error_code")))
			h.names = []named{{where: "zone", host: v.str("zone")}}
			h.rays = rayClaims(v.str("ray_id"), v.str("instance"))
			return h
		},
	},
	{
		ID: "code-markdown", Matches: "Markdown whose front matter has cloudflare_error: true and error_code",
		What: "body: cloudflare_error", Layer: LayerEdge, Strength: Certain,
		Says:   "The body is Cloudflare's error page in Markdown.",
		Source: "Cloudflare docs «Error responses»", Grade: Documented, cloudflare: true,
		match: func(v *view) *hit {
			m := frontMatter.FindStringSubmatch(v.text)
			if m == nil {
				return nil
			}
			f := map[string]string{}
			for line := range strings.Lines(m[1]) {
				if k, val, ok := strings.Cut(line, ":"); ok {
					f[strings.TrimSpace(k)] = strings.Trim(strings.TrimSpace(val), `"'`)
				}
			}
			if f["cloudflare_error"] != "true" || f["error_code"] == "" {
				return nil
			}
			h := codeHit(v, f["error_code"])
			h.names = []named{{where: "zone", host: f["zone"]}}
			h.rays = rayClaims(f["ray_id"])
			return h
		},
	},
	{
		ID: "code-html", Matches: "an error status and HTML of Cloudflare's error pages with a code in it",
		What: "body: cf-error-details", Layer: LayerEdge, Strength: Certain,
		Says:   "The page is one of Cloudflare's error pages.",
		Source: "published pages; FlareSolverr #1574", Grade: Observed, cloudflare: true, afterCache: true,
		match: func(v *view) *hit {
			if !v.failed() {
				return nil
			}
			built := v.contains("cf-error-details") || v.contains("cf_styles-css") || v.contains("/cdn-cgi/styles/")
			if m := v.find(codePageRE, "cf-error-code"); m != nil {
				return pageHit(v, m[1])
			}
			if n, ok := titleCodes[strings.ToLower(strings.TrimSpace(strings.SplitN(v.title, "|", 2)[0]))]; ok && strings.HasSuffix(v.title, "| Cloudflare") {
				return pageHit(v, n)
			}
			if m := titleHostRE.FindStringSubmatch(v.title); !built && m != nil && m[2] != "" {
				h := pageHit(v, strconv.Itoa(v.status))
				h.layer, h.product, h.strength, h.doubts = LayerWAF, productBlockPage, Likely, nil
				h.says = "The title is that of the pages with which Cloudflare denies access; its code is not to be seen."
				return h
			}
			if !built {
				return nil
			}
			for _, m := range codeNearRE.FindAllStringSubmatch(v.body, 20) {
				if plausibleCode(v, m[1]) {
					return pageHit(v, m[1])
				}
			}
			if m := titleFiveRE.FindStringSubmatch(v.title); m != nil {
				return pageHit(v, m[2])
			}
			if v.contains("ray id") || v.contains("cf-error-details") {
				h := pageHit(v, strconv.Itoa(v.status))
				h.layer, h.product, h.strength = LayerEdge, "error page", Likely
				h.says = "The page is built like Cloudflare's error pages, but shows no code."
				if t := strings.ToLower(v.title); strings.HasPrefix(t, "access denied") || v.contains("you have been blocked") {
					h.layer, h.product = LayerWAF, productBlockPage
				}
				return h
			}
			return nil
		},
	},
	{
		ID: "code-shown", Matches: "a short text “Error code: N … Ray ID: …”, the visible part of an error page",
		What: "body", Layer: LayerEdge, Strength: Certain,
		Says:   "The text is what a Cloudflare error page shows: its code and a Ray ID.",
		Source: "published answers", Grade: Observed, cloudflare: true, afterCache: true,
		match: func(v *view) *hit {
			if !v.failed() || len(v.text) > 2000 || strings.Contains(v.text, "<") {
				return nil
			}
			m := codeShownRE.FindStringSubmatch(v.text)
			if m == nil || !pageRayRE.MatchString(v.text) && !v.contains("cloudflare") {
				return nil
			}
			h := pageHit(v, m[1])
			if !pageRayRE.MatchString(v.text) || v.status == 0 {
				h.strength = Likely
			}
			return h
		},
	},
	{
		ID: "worker-assets-limit", Matches: "429 titled “This website has been temporarily rate limited … Cloudflare”",
		What: "title", Layer: LayerWorker, Strength: Certain, Product: "Worker daily limit (error 1027)",
		Says:   "The page is the one with which a Worker's static assets say that the daily limit is used up.",
		Source: "cloudflare/workers-sdk, router-worker", Grade: Observed, cloudflare: true,
		match: when(func(v *view) bool {
			return v.is(429) && strings.HasPrefix(v.title, "This website has been temporarily rate limited") && strings.HasSuffix(v.title, "Cloudflare")
		}),
	},
	{
		ID: "ray-dash", Matches: "cf-ray: -",
		What: "cf-ray", Layer: LayerEdge, Strength: Certain, Product: "front end refusal",
		Says:   "cf-ray is a dash: Cloudflare's front end refused the request before it looked for the zone.",
		Source: "published answers of 2024 and 2026", Grade: Observed, cloudflare: true,
		match: when(func(v *view) bool { return v.header("cf-ray") == "-" && v.status != 200 }),
	},
	{
		ID: "signed-page", Matches: "a short page signed <hr><center>cloudflare</center>",
		What: "body: signature", Layer: LayerEdge, Strength: Certain, Product: "short page",
		Says:   "The short page is signed cloudflare: Cloudflare's front end wrote it.",
		Source: "published answers of 2024 and 2026", Grade: Observed, cloudflare: true,
		match: func(v *view) *hit {
			if len(v.text) > 3000 || v.status != 0 && v.status < 300 || !cloudSignRE.MatchString(v.text) {
				return nil
			}
			h := &hit{product: "short page"}
			switch v.status {
			case 403, 429:
				h.strength = Likely // a security product may refuse with this page too
			}
			if v.redirect() {
				h.product = "Cloudflare redirect"
				if !strings.Contains(v.header("location"), "/") {
					h.strength = Likely // where it leads could name another sender
				}
				if v.location != nil && v.url != nil && v.url.Scheme == "http" && v.location.Scheme == "https" && v.url.Host == v.location.Host && v.url.RequestURI() == v.location.RequestURI() {
					h.product = "Cloudflare redirect to https"
				}
			} else if v.status >= 400 {
				h.product = fmt.Sprintf("short page (%d)", v.status)
			}
			if m := signStatusRE.FindStringSubmatch(v.text); m != nil && v.status != 0 && m[1] != strconv.Itoa(v.status) {
				h.doubts = append(h.doubts, "The page says "+m[1]+", the status line "+strconv.Itoa(v.status)+".")
			}
			return h
		},
	},
	{
		ID: "title-5xx", Matches: "5xx titled “HOST | 5xx: …” with the status in it",
		What: "title", Layer: LayerEdge, Strength: Certain,
		Says:   "The title is that of Cloudflare's page for this status.",
		Source: "published error pages", Grade: Observed, cloudflare: true, afterCache: true,
		match: func(v *view) *hit {
			m := titleFiveRE.FindStringSubmatch(v.title)
			if m == nil || v.status != 0 && m[2] != strconv.Itoa(v.status) || v.whole && !v.front {
				return nil
			}
			return pageHit(v, m[2])
		},
	},
	{
		ID: "tunnel-service", Matches: "502 with cloudflared's text “Unable to reach the origin service”",
		What: "body", Layer: LayerEdge, Strength: Certain, Product: "tunnel: service unreachable",
		Says:   "The text is cloudflared's: the tunnel is up, the service behind it did not answer.",
		Source: "cloudflare/cloudflared source (proxy)", Grade: Observed, cloudflare: true, afterCache: true,
		match: when(func(v *view) bool {
			return v.is(502) && len(v.text) < 2000 && v.contains("Unable to reach the origin service. The service may be down or it may not be responding to traffic from cloudflared")
		}),
	},
	{
		ID: "status-52x", Matches: "520 to 527 or 530 on a Cloudflare front, without cf-cache-status or without a body at hand",
		What: "status", Layer: LayerEdge, Strength: Likely,
		Says:   "This status is one that Cloudflare uses for a fault between itself and the origin.",
		Source: "Cloudflare docs «Cloudflare 5xx errors»", Grade: Documented, cloudflare: true, afterCache: true,
		match: func(v *view) *hit {
			if !v.front || v.status < 520 || v.status > 527 && v.status != 530 || v.has("cf-cache-status") && v.text != "" {
				return nil
			}
			h := pageHit(v, strconv.Itoa(v.status))
			h.strength = Likely
			return h
		},
	},
	{
		ID: "status-52x-text", Matches: "520 to 527 or 530 with a text that names Cloudflare, without cf-cache-status",
		What: "status, body", Layer: LayerEdge, Strength: Likely,
		Says:   "The status is one of Cloudflare's own, and the text names Cloudflare.",
		Source: "published answers", Grade: Observed, cloudflare: true, afterCache: true,
		match: func(v *view) *hit {
			if v.status < 520 || v.status > 527 && v.status != 530 || v.has("cf-cache-status") || v.whole && !v.front || !v.contains("cloudflare") {
				return nil
			}
			return pageHit(v, strconv.Itoa(v.status))
		},
	},
	{
		ID: "error-type", Matches: "cf-error-type or cf-error-origin",
		What: "cf-error-type", Layer: LayerEdge, Strength: Likely, Product: "error page",
		Says:   "Cloudflare marks only pages that it generates itself with this header.",
		Source: "Cloudflare docs (error pages)", Grade: Documented, cloudflare: true, afterCache: true,
		match: when(func(v *view) bool { return v.has("cf-error-type", "cf-error-origin") }),
	},
	{
		ID: "code-length", Matches: "no body at hand (HEAD), text/plain of 15 to 17 bytes, no-store, no cf-cache-status: the size of “error code: N”",
		What: "content-length", Layer: LayerEdge, Strength: Likely,
		Says:   "Size, type and caching are those of Cloudflare's short error text.",
		Source: "computed from published answers", Grade: Inferred, cloudflare: true,
		match: func(v *view) *hit {
			n := v.contentLength()
			if !v.noCCS || v.text != "" || n < 15 || n > 17 || v.status < 400 || v.mediaType() != "text/plain" || !strings.Contains(strings.ToLower(v.header("cache-control")), "no-store") {
				return nil
			}
			switch v.status {
			case 403:
				return &hit{layer: LayerWAF, product: "error text (403)"}
			case 429:
				return &hit{layer: LayerWAF, product: "rate limit (error 1015)"}
			case 500:
				return &hit{layer: LayerWorker, product: "Worker exception (error 1101)"}
			}
			return &hit{product: fmt.Sprintf("error text (%d)", v.status)}
		},
	},
	{
		ID: "redirect-size", Matches: "text/html without a body at hand whose content-length is that of the page signed cloudflare for this status",
		What: "content-length", Layer: LayerEdge, Strength: Likely, Product: "Cloudflare redirect",
		Says:   "The answer is exactly as long as the short page that Cloudflare signs.",
		Source: "sizes computed, a published redirect of 2024", Grade: Observed, cloudflare: true,
		match: func(v *view) *hit {
			want, ok := signedSizes[v.status]
			if !ok || v.contentLength() != want || v.mediaType() != "text/html" || v.text != "" || !v.front && !underHost(v.host, "pages.dev") ||
				v.has("via", "x-amz-cf-id", "cf-cache-status") || v.server == "cloudfront" {
				return nil
			}
			h := &hit{}
			if !v.redirect() {
				h.product = fmt.Sprintf("short page (%d)", v.status)
			}
			return h
		},
	},
	{
		ID: "https-redirect", Matches: "301 or 308 that changes http to https alone, on a Cloudflare front that asked no origin",
		What: "location", Layer: LayerEdge, Strength: Likely, Product: "Cloudflare redirect to https",
		Says:   "The redirect changes the scheme alone, came before Cloudflare's cache, and no origin was asked.",
		Source: "Cloudflare docs «Always Use HTTPS»; order of things", Grade: Inferred, cloudflare: true,
		match: when(func(v *view) bool {
			return v.noCCS && (v.status == 301 || v.status == 308) && v.location != nil && v.url != nil && v.url.Scheme == "http" && v.location.Scheme == "https" &&
				v.url.Hostname() == v.location.Hostname() && v.url.RequestURI() == v.location.RequestURI()
		}),
	},
	{
		ID: "redirect-hour", Matches: "301 or 302 without cf-cache-status, with cache-control: max-age=3600 and expires an hour after date",
		What: "cache-control, expires", Layer: LayerEdge, Strength: Likely, Product: "Cloudflare redirect",
		Says:   "Redirects that Cloudflare makes itself may be kept for exactly one hour; no cf-cache-status stands beside it.",
		Source: "common knowledge of Always Use HTTPS and Page Rules", Grade: Inferred, cloudflare: true,
		match: when(func(v *view) bool {
			return v.noCCS && v.redirect() && strings.EqualFold(v.header("cache-control"), "max-age=3600") && v.lasts(time.Hour)
		}),
	},
	{
		ID: "waiting-room", Matches: "JSON with cfWaitingRoom, or the default title of a Waiting Room",
		What: "body: cfWaitingRoom", Layer: LayerEdge, Strength: Certain, Product: "Waiting Room",
		Says:   "The answer is that of a Cloudflare Waiting Room: the visitor is in the queue.",
		Source: "Cloudflare docs «Get JSON-friendly Waiting Room»", Grade: Documented, cloudflare: true,
		match: func(v *view) *hit {
			if room, ok := v.obj["cfWaitingRoom"].(map[string]any); ok && room["inWaitingRoom"] == true {
				return &hit{}
			}
			if v.title == "Waiting Room powered by Cloudflare" && v.front {
				return &hit{strength: Likely, what: "title"}
			}
			return nil
		},
	},
}

// cloudflareServiceRules speak of paths that Cloudflare serves on every zone.
var cloudflareServiceRules = append(append([]Rule{}, accessServiceRules...),
	Rule{
		ID: "trace", Matches: "200 of /cdn-cgi/trace with its lines fl=, h=, colo=",
		What: "body: fl=, h=, colo=", Layer: LayerEdge, Strength: Certain, Product: "trace",
		Says:   "The text is that of /cdn-cgi/trace, which Cloudflare's edge serves itself.",
		Source: "Cloudflare docs «/cdn-cgi/ endpoint»; published traces", Grade: Observed, cloudflare: true,
		match: func(v *view) *hit {
			t, ok := traceLines(v)
			if !ok {
				return nil
			}
			return &hit{names: []named{{where: "h", host: t["h"]}}}
		},
	},
	Rule{
		ID: "cdn-cgi", Matches: "an answer under /cdn-cgi/ on a Cloudflare front, without cf-cache-status",
		What: "URL", Layer: LayerEdge, Strength: Likely, Product: "/cdn-cgi/ endpoint",
		Says:   "Cloudflare serves the paths under /cdn-cgi/ itself.",
		Source: "Cloudflare docs «/cdn-cgi/ endpoint»", Grade: Documented, faint: true,
		match: when(func(v *view) bool {
			return v.noCCS && strings.HasPrefix(v.path(), "/cdn-cgi/") && !strings.HasPrefix(v.path(), "/cdn-cgi/access/")
		}),
	},
)

// traceLines reads the body of /cdn-cgi/trace.
func traceLines(v *view) (map[string]string, bool) {
	if v.status != 200 && v.status != 0 || !strings.HasPrefix(v.text, "fl=") || len(v.text) > 4000 {
		return nil, false
	}
	t := map[string]string{}
	for line := range strings.Lines(v.text) {
		if k, val, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			t[k] = val
		}
	}
	return t, t["h"] != "" && t["colo"] != "" && t["ip"] != ""
}

// codeHit turns an error code into its layer and product.
func codeHit(v *view, digits string) *hit {
	n, _ := strconv.Atoi(digits)
	c := code(n)
	h := &hit{layer: c.layer, product: c.product, says: fmt.Sprintf("The body is Cloudflare's error %d: %s.", n, c.means)}
	if n == 1042 {
		h.strength = Likely // a Worker may have asked for a Worker and passed the answer on
	}
	if !knownCode(n) {
		h.doubts = append(h.doubts, fmt.Sprintf("%d is no error code that Cloudflare is known to use.", n))
	}
	if v.status != 0 && v.status < 400 {
		h.doubts = append(h.doubts, fmt.Sprintf("Cloudflare's error pages never come with status %d.", v.status))
	} else if len(c.statuses) > 0 && v.status != 0 && !slices.Contains(c.statuses, v.status) {
		h.doubts = append(h.doubts, fmt.Sprintf("Error %d is known with status %d, not %d.", n, c.statuses[0], v.status))
	}
	return h
}

// pageHit is codeHit for an HTML page, which names its host and Ray ID.
func pageHit(v *view, digits string) *hit {
	h := codeHit(v, digits)
	h.rays = rayClaims(pageRay(v))
	if m := titleFiveRE.FindStringSubmatch(v.title); m != nil {
		h.names = []named{{where: "title", host: m[1], wide: true}}
	} else if m := titleHostRE.FindStringSubmatch(v.title); m != nil {
		h.names = []named{{where: "title", host: m[1] + m[2], wide: true}}
	}
	return h
}

// plausibleCode says whether a number that stands near the word error is one of
// Cloudflare's, and not a date or a line of an app.
func plausibleCode(v *view, digits string) bool {
	n, _ := strconv.Atoi(digits)
	return n >= 1000 && n < 1300 || n == v.status || n >= 520 && n <= 530
}

// pageRay returns the Ray ID that a page shows.
func pageRay(v *view) string {
	if m := v.find(pageRayRE, "ray id"); m != nil {
		return m[1]
	}
	return ""
}

// rayClaims keeps the values that have the form of a Ray ID.
func rayClaims(values ...string) []string {
	var out []string
	for _, s := range values {
		if r := rayRE.FindString(strings.ToLower(s)); r != "" {
			out = append(out, r)
		}
	}
	return out
}
