package finding

import (
	"fmt"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
)

// The findings of this family.
const (
	HeadersStripped  = "headers-stripped"          // error where it blocks, else warning: past Cloudflare the CORS headers are there, through it they are not
	OriginHealthy    = "origin-answers-directly"   // info: past Cloudflare the origin answers this request rightly
	SameOriginNoCORS = "same-origin-needs-no-cors" // info: page and API share an origin; no CORS header is needed
)

// direct is the exchange past Cloudflare that is the twin of s, nil without.
func (v *view) direct(s *answer.Seen) *answer.Seen {
	p := exchange.PurposeDirect
	if isPreflight(s) {
		p = exchange.PurposeDirectPreflight
	}
	d := v.in.First(p)
	if resp(d) == nil {
		return nil
	}
	return d
}

func strippedFinding(v *view, s *answer.Seen, sev Severity) []Finding {
	d := v.direct(s)
	if d == nil || resp(s) == nil || hasHeader(s, hACAO) || !v.fits(d) || status(s) != status(d) {
		return nil
	}
	switch layer(s) {
	case answer.LayerAccess, answer.LayerWAF, answer.LayerEdge, answer.LayerNetwork:
		return nil
	}
	return one(Finding{
		Severity: sev,
		Layer:    answer.LayerUnknown,
		Detail:   fmt.Sprintf("Asked directly, the API answers %s. Through Cloudflare the same answer comes without it. Something between them takes the header away: a Worker that builds a new answer, a Transform Rule that removes headers, a stored copy, or a proxy.", got(d)),
		Evidence: []answer.Evidence{ev(d, hACAO, "past Cloudflare: "+got(d)), ev(s, hACAO, "through Cloudflare: "+got(s))},
		Fix:      fixCORS(answer.LayerWorker),
	})
}

var strippedWords = words{
	title:    "The CORS headers get lost between the API and the browser",
	see:      "Compare curl -i URL with curl -i --connect-to ::ADDRESS: URL, which asks the API past Cloudflare.",
	plain:    "The API sends the CORS headers; what is in front of it drops them. Look at whatever rewrites answers on the way.",
	operator: "Workers that return new Response(body) without the headers, Response Header Transform Rules with remove, nginx proxy_hide_header, a stored copy from before the change. Compare the two exchanges header by header.",
	links:    []string{"https://developers.cloudflare.com/rules/transform/response-header-modification/"},
}

var pathRows = []row{
	{
		id: HeadersStripped, severity: Error, blocks: true,
		find: func(v *view) []Finding {
			if v.cause != causeMissing {
				return nil
			}
			return strippedFinding(v, v.d, Error)
		},
		words: strippedWords,
	},
	{
		id: OriginHealthy, severity: Info, layer: answer.LayerOrigin,
		find: func(v *view) []Finding {
			d := v.direct(v.d)
			if !v.blocked || d == nil || !v.fits(d) || v.found[HeadersStripped] {
				return nil
			}
			switch layer(v.d) {
			case answer.LayerAccess, answer.LayerWAF, answer.LayerEdge, answer.LayerCache:
			default:
				return nil
			}
			return one(Finding{
				Because:  v.root,
				Detail:   fmt.Sprintf("Past Cloudflare the API answers this request with %s. So it is ready; %s stands before it.", got(d), who(v.d)),
				Evidence: []answer.Evidence{ev(d, hACAO, "past Cloudflare: "+got(d))},
				Fix:      fixAt(layer(v.d)),
			})
		},
		words: words{
			title:    "The API itself answers this request rightly",
			see:      "curl -i --connect-to ::ADDRESS: URL asks the API past Cloudflare.",
			plain:    "Asked past Cloudflare, the API sends the right CORS headers. Nothing is to be changed there.",
			operator: "The change belongs to the layer that answered through Cloudflare.",
		},
	},
	{
		id: SameOriginNoCORS, severity: Info, layer: answer.LayerBrowser,
		find: func(v *view) []Finding {
			if !v.in.Fetch.SameOrigin || v.in.Fetch.Local != nil || len(v.requests) > 1 {
				return nil
			}
			return one(Finding{Evidence: []answer.Evidence{ev(v.d, "origin", "page and URL are both "+v.c.Origin)}, Fix: fixAt(answer.LayerBrowser)})
		},
		words: words{
			title:    "Page and API share an origin: no CORS is needed",
			see:      "In the network tab the request has no Origin header (GET), and there is no OPTIONS line.",
			plain:    "The URL has the page's own scheme, host and port. The browser checks no CORS header and sends no preflight; the script may read everything.",
			operator: "No Access-Control header is needed on this call.",
			links:    []string{"https://developer.mozilla.org/en-US/docs/Web/Security/Same-origin_policy"},
		},
	},
}
