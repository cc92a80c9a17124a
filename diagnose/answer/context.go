package answer

import (
	"regexp"
	"strings"
)

// interceptor is a product that opens TLS on the user's own network or machine,
// known by the issuer of the certificates that it makes.
type interceptor struct {
	issuer  string // in lower case, part of the issuer's name
	product string
}

// interceptors: names that these products put into the certificates which they
// make up. A public certificate authority never has them.
var interceptors = []interceptor{
	{"gateway ca - cloudflare managed", "Cloudflare Gateway"}, {"cloudflare for teams ecc", "Cloudflare Gateway"},
	{"zscaler", "Zscaler"}, {"netskope", "Netskope"}, {"goskope", "Netskope"}, {"fortinet", "Fortinet"}, {"fortigate", "Fortinet"},
	{"palo alto networks", "Palo Alto Networks"}, {"blue coat", "Blue Coat"}, {"bluecoat", "Blue Coat"}, {"cisco umbrella", "Cisco Umbrella"},
	{"sophos", "Sophos"}, {"check point", "Check Point"}, {"forcepoint", "Forcepoint"}, {"websense", "Forcepoint"}, {"barracuda", "Barracuda"},
	{"mcafee web gateway", "Skyhigh"}, {"skyhigh", "Skyhigh"}, {"cato networks", "Cato Networks"}, {"iboss", "iboss"}, {"securly", "Securly"},
	{"lightspeed", "Lightspeed"}, {"untangle", "Untangle"}, {"watchguard", "WatchGuard"}, {"sonicwall", "SonicWall"}, {"trend micro", "Trend Micro"},
	{"kaspersky", "Kaspersky"}, {"avast", "Avast"}, {"avg web", "AVG"}, {"eset ssl", "ESET"}, {"bitdefender", "Bitdefender"}, {"norton web", "Norton"},
	{"adguard", "AdGuard"}, {"mitmproxy", "mitmproxy"}, {"charles proxy", "Charles"}, {"do_not_trust_fiddlerroot", "Fiddler"}, {"fiddler", "Fiddler"},
	{"portswigger", "Burp Suite"}, {"owasp zed attack", "ZAP"}, {"proxyman", "Proxyman"}, {"squid", "Squid"},
}

func intercepting(issuer string) string {
	s := strings.ToLower(issuer)
	for _, i := range interceptors {
		if s != "" && strings.Contains(s, i.issuer) {
			return i.product
		}
	}
	return ""
}

// context returns what the connection and its surroundings say against an
// answer.
func context(v *view, a Answer) []doubt {
	var out []doubt
	if p := intercepting(v.r.TLSIssuer); p != "" && a.Layer != LayerProxy {
		out = append(out, doubt{id: "context-tls-inspection", what: "certificate issuer",
			says: "The certificate was made by " + p + ", which opens TLS between here and the server; other people may get another answer."})
	}
	if a.Layer == LayerCache {
		if workerRan(v) {
			out = append(out, doubt{id: "context-worker-ran", what: "server-timing, cf-placement, host", says: "A Worker is on this route and may have made or changed the answer before or after the cache."})
		}
		if c := strings.ToLower(v.header("x-cache")); strings.HasSuffix(c, "hit from cloudfront") {
			out = append(out, doubt{id: "context-two-caches", what: "x-cache", says: "CloudFront reports a hit as well: which of the two caches stands in front cannot be seen."})
		}
	}
	return out
}

var workerTimeRE = regexp.MustCompile(`(?i)cfworker;dur=0*(?:[1-9]|0?\.\d*[1-9])`)

// workerRan says whether a Worker shows itself on the path of this answer.
func workerRan(v *view) bool {
	return workerTimeRE.MatchString(v.header("server-timing")) || v.has("cf-placement") || underHost(v.host, "workers.dev") || underHost(v.host, "pages.dev")
}

// interceptionRules are answers of something between the user and the internet.
var interceptionRules = []Rule{
	{
		ID: "gateway-block", Matches: "redirect to blocked.teams.cloudflare.com",
		What: "location", Layer: LayerProxy, Strength: Certain, Product: "Cloudflare Gateway block page",
		Says:   "The user's own Zero Trust Gateway refused the request on its way out; others see another answer.",
		Source: "Cloudflare docs «Block page»; published redirects", Grade: Documented,
		match: when(func(v *view) bool {
			return v.location != nil && v.location.Hostname() == "blocked.teams.cloudflare.com"
		}),
	},
	{
		ID: "squid-error", Matches: "x-squid-error",
		What: "x-squid-error", Layer: LayerProxy, Strength: Certain, Product: "Squid",
		Says:   "A Squid proxy on the way wrote this error page.",
		Source: "Squid source (errorpage)", Grade: Observed,
		match: when(func(v *view) bool { return v.has("x-squid-error") }),
	},
	{
		ID: "captive-511", Matches: "status 511",
		What: "status", Layer: LayerProxy, Strength: Likely, Product: "captive portal",
		Says:   "511 Network Authentication Required is what a network's own login portal answers.",
		Source: "RFC 6585 section 6", Grade: Documented,
		match: when(func(v *view) bool { return v.status == 511 }),
	},
	{
		ID: "zscaler", Matches: "server: Zscaler, or a redirect to a Zscaler gateway",
		What: "server, location", Layer: LayerProxy, Strength: Likely, Product: "Zscaler",
		Says:   "A Zscaler gateway between the user and the server answered.",
		Source: "common knowledge", Grade: Inferred,
		match: when(func(v *view) bool {
			return strings.HasPrefix(v.server, "zscaler") || v.location != nil && zscalerHost(v.location.Hostname())
		}),
	},
	{
		ID: "inspection-page", Matches: "a block page of a web filter: Netskope, FortiGuard, Umbrella and others",
		What: "title, location", Layer: LayerProxy, Strength: Likely, Product: "web filter",
		Says:   "The page is that of a web filter between the user and the server.",
		Source: "common knowledge", Grade: Inferred,
		match: func(v *view) *hit {
			t := strings.ToLower(v.title)
			for _, row := range []struct{ mark, product string }{
				{"fortigate application control", "Fortinet"}, {"fortiguard", "Fortinet"}, {"netskope", "Netskope"},
				{"cisco umbrella", "Cisco Umbrella"}, {"web page blocked", "web filter"}, {"mcafee web gateway", "Skyhigh"},
			} {
				if t != "" && strings.Contains(t, row.mark) && v.failed() && !v.front {
					return &hit{product: row.product}
				}
			}
			if l := v.location; l != nil {
				for _, row := range []struct{ domain, product string }{
					{"goskope.com", "Netskope"}, {"block.opendns.com", "Cisco Umbrella"}, {"block.umbrella.com", "Cisco Umbrella"},
				} {
					if underHost(plainHost(l.Hostname()), row.domain) {
						return &hit{product: row.product}
					}
				}
			}
			return nil
		},
	},
}

func zscalerHost(h string) bool {
	h = plainHost(h)
	return strings.Contains(h, "gateway.zscaler") || underHost(h, "zscloud.net") && strings.Contains(h, "gateway")
}
