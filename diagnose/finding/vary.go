package finding

import (
	"fmt"
	"strings"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
)

// The findings of this family.
const (
	VaryOriginMissing = "vary-origin-missing"  // warning, 6: a pair proves that Allow-Origin depends on Origin, no Vary: Origin, and a cache may store it
	VaryOriginRefusal = "vary-origin-one-side" // warning, 6: Vary: Origin is on the answer to the allowed origin alone, not on the answers to others or to none
)

// depends is a pair of answers to GET that proves that Allow-Origin depends on
// Origin: one for the page, one for another origin or none. The page's answer
// comes first; nil where there is no such pair.
func (v *view) depends() (mine, other *answer.Seen) {
	if v.c.Origin == "" {
		return nil, nil
	}
	for i := range v.in.Seen {
		s := &v.in.Seen[i]
		if mine == nil && plainAnswer(s) && sentOrigin(s) == v.c.Origin && strings.TrimSpace(header(s, hACAO)) == v.c.Origin {
			mine = s
		}
	}
	if mine == nil {
		return nil, nil
	}
	for i := range v.in.Seen {
		s := &v.in.Seen[i]
		switch s.Purpose {
		case exchange.PurposeNoOrigin, exchange.PurposeForeignOrigin, exchange.PurposeNullOrigin,
			exchange.PurposeSuffixOrigin, exchange.PurposePrefixOrigin, exchange.PurposeHTTPOrigin, exchange.PurposePortOrigin:
		default:
			continue
		}
		if !plainAnswer(s) || sentOrigin(s) == v.c.Origin || status(s) != status(mine) {
			continue
		}
		if strings.TrimSpace(header(s, hACAO)) != v.c.Origin {
			return mine, s
		}
	}
	return nil, nil
}

// plainAnswer says whether an exchange is a GET or HEAD with a readable answer
// from behind Access, WAF and edge.
func plainAnswer(s *answer.Seen) bool {
	r := resp(s)
	if r == nil || r.Partial || s.Request.Method != "GET" && s.Request.Method != "HEAD" {
		return false
	}
	switch layer(s) {
	case answer.LayerAccess, answer.LayerWAF, answer.LayerEdge, answer.LayerNetwork:
		return false
	}
	switch s.Purpose {
	case exchange.PurposeMissingPath, exchange.PurposeTrace, exchange.PurposeAccessCerts, exchange.PurposeAccessResource,
		exchange.PurposeAccessMetadata, exchange.PurposeDirect, exchange.PurposeDirectPreflight:
		return false
	}
	return true
}

// storable says whether some cache, the browser's included, may keep an answer.
func storable(s *answer.Seen) bool {
	for _, d := range splitList(strings.ToLower(header(s, "Cache-Control"))) {
		if d == "no-store" {
			return false
		}
	}
	return true
}

var varyRows = []row{
	{
		id: VaryOriginMissing, severity: Warning, mistake: 6,
		find: func(v *view) []Finding {
			mine, other := v.depends()
			if mine == nil || variesOnOrigin(mine) || !storable(mine) {
				return nil
			}
			return one(Finding{
				Layer: app(layer(mine)),
				Detail: fmt.Sprintf("With Origin %s the answer has %s: %s; %s it is another (%s). The answer depends on Origin and does not say so (no Vary: Origin), so a cache, or the browser's own, may hand one page's answer to another.",
					v.c.Origin, hACAO, header(mine, hACAO), originWords(other), got(other)),
				Evidence: []answer.Evidence{
					ev(mine, hACAO, "for "+v.c.Origin+": "+got(mine)),
					ev(other, hACAO, originWords(other)+": "+got(other)),
					ev(mine, "Vary", varyWords(mine)),
				},
				Fix: fixCORS(layer(mine)),
			})
		},
		words: words{
			title:    "The answer depends on Origin, and Vary does not say so",
			see:      seeVary,
			plain:    "The API names the page's origin in Access-Control-Allow-Origin. A cache that does not know that the answer depends on Origin may give it to a page of another origin, which then fails. Send Vary: Origin on every answer of that URL.",
			operator: "Merge Origin into an existing Vary, on answers to allowed origins, to others and to none. Cloudflare's cache has Origin in its default key and honours Vary only by a Cache Rule; browsers and other CDNs honour it always. A constant value (* or one fixed origin for everybody) does not depend on Origin and needs no Vary.",
			links:    []string{specVary, docVary, docCacheCORS},
		},
	},
	{
		id: VaryOriginRefusal, severity: Warning, mistake: 6,
		find: func(v *view) []Finding {
			mine, other := v.depends()
			if mine == nil || !variesOnOrigin(mine) || variesOnOrigin(other) || !storable(other) || !okStatus(status(other)) {
				return nil
			}
			return one(Finding{
				Layer: app(layer(mine)),
				Detail: fmt.Sprintf("The answer to your page says Vary: Origin; the one %s does not. If a cache stores that one first, your page gets it, without its %s.",
					originWords(other), hACAO),
				Evidence: []answer.Evidence{
					ev(mine, "Vary", varyWords(mine)),
					ev(other, "Vary", originWords(other)+": "+varyWords(other)),
				},
				Fix: fixCORS(layer(mine)),
			})
		},
		words: words{
			title:    "Vary: Origin is missing on answers to other origins, or to none",
			see:      seeVary,
			plain:    "Vary: Origin must be on every answer of a URL whose CORS headers depend on Origin, also on those for origins that are not allowed and for requests without Origin. Otherwise a cache keeps such an answer and gives it to your page.",
			operator: "Set Vary before deciding on the origin. An image or a link to the same URL makes requests without Origin: they fill the browser's cache first.",
			links:    []string{specVary, docVary},
		},
	},
}

func originWords(s *answer.Seen) string {
	if o := sentOrigin(s); o != "" {
		return "with Origin " + o
	}
	return "without Origin"
}

func varyWords(s *answer.Seen) string {
	if v, ok := resp(s).Headers.Get("Vary"); ok {
		return "Vary is " + v
	}
	return "there is no Vary"
}
