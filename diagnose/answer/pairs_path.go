package answer

import (
	"fmt"
	"slices"

	"corstui/diagnose/exchange"
)

// pathPairs compare paths of the same host.
var pathPairs = []PairRule{
	{
		ID: ProofTrace, Layer: LayerEdge,
		Compares: "/cdn-cgi/trace of this host",
		Why:      "Strong: Cloudflare's edge serves this text itself and names the host asked in it, so the host is proxied by Cloudflare and the way to its edge is open.",
		Source:   "Cloudflare docs «/cdn-cgi/ endpoint»",
		prove: func(p *pairs, r PairRule) {
			for _, x := range p.of(exchange.PurposeTrace) {
				t, ok := traceLines(x.v)
				if !ok || x.v.host != p.host || relate(t["h"], p.host) != relSame || x.Answer.Layer != LayerEdge {
					continue
				}
				p.facts.Cloudflare = true
				says := "Cloudflare's edge answers /cdn-cgi/trace for this host itself: the host is behind Cloudflare and the way there is open."
				if t["warp"] == "on" || t["gateway"] == "on" {
					says += " The request itself came through Cloudflare WARP or Gateway."
				}
				p.proof(r, LayerEdge, says, x)
				return
			}
		},
	},
	{
		ID: ProofTraceForeign, Layer: LayerUnknown,
		Compares: "/cdn-cgi/trace and the marks of Cloudflare on other answers of this host",
		Why:      "Strong against the marks: Cloudflare's edge answers this path on every host that it proxies, so a host that sends something else there and calls itself Cloudflare passes on, or makes up, Cloudflare's marks. Answers that rest on such marks are likely at most; what Access signs stays proven.",
		Source:   "Cloudflare docs «/cdn-cgi/ endpoint»",
		prove: func(p *pairs, r PairRule) {
			for _, x := range p.of(exchange.PurposeTrace) {
				if _, ok := traceLines(x.v); ok || x.v.host != p.host || x.v.status != 404 && x.v.status/100 != 2 || x.v.method != "GET" || p.facts.Access != nil && p.facts.Access.Signed {
					continue
				}
				says := "The host calls itself Cloudflare, but something else answers its /cdn-cgi/trace: the marks may be made up or passed on."
				told := false
				for i := range p.seen {
					y := one{&p.seen[i], p.views[i]}
					a := &y.Seen.Answer
					if y.v.r == nil || !y.v.front || y.v.host != p.host || y.ID == x.ID || direct(y.Purpose) {
						continue
					}
					if !told {
						p.proof(r, x.Answer.Layer, says, x, y)
						told = true
					}
					p.facts.Cloudflare = false
					if a.Confidence == Certain && slices.Contains([]Layer{LayerEdge, LayerAccess, LayerWAF, LayerWorker, LayerCache}, a.Layer) {
						a.Confidence = Likely
						a.Evidence = append(a.Evidence, Evidence{Exchange: y.ID, What: "pair: " + r.Compares, Says: says, Strength: StrengthContradicting, Rule: r.ID})
						if a.Evidence[0].Strength == StrengthCertain {
							a.Evidence[0].Strength = StrengthLikely
						}
					}
				}
				return
			}
		},
	},
	{
		ID: ProofMissingSame, Layer: LayerUnknown,
		Compares: "the URL and a path that does not exist",
		Why:      "Narrows: whoever refuses a path that cannot exist in the same way stands in front of the app's routing.",
		Source:   "order of things",
		prove: func(p *pairs, r PairRule) {
			p.missing(func(x, m one) bool {
				if x.v.status != m.v.status || x.v.status < 300 || x.v.status == 404 || x.Answer.Layer != m.Answer.Layer || x.v.ccs != m.v.ccs {
					return false
				}
				p.proof(r, x.Answer.Layer, fmt.Sprintf("A path that does not exist gets the same %d: who answers stands in front of the app's routing, for the whole host.", x.v.status), x, m)
				return true
			})
		},
	},
	{
		ID: ProofMissingOther, Layer: LayerUnknown,
		Compares: "the URL and a path that does not exist",
		Why:      "Narrows: where a path that cannot exist reaches the app and this one is refused, the refusal depends on the path, or is the app's own.",
		Source:   "order of things",
		prove: func(p *pairs, r PairRule) {
			p.missing(func(x, m one) bool {
				if x.v.status < 400 || x.v.status == 404 || m.v.status != 404 || m.Answer.Layer == LayerAccess || m.Answer.Layer == LayerWAF {
					return false
				}
				p.proof(r, x.Answer.Layer, fmt.Sprintf("A path that does not exist gets 404, this one %d: the refusal depends on the path, or is the app's own.", x.v.status), x, m)
				return true
			})
		},
	},
}

func (p *pairs) missing(f func(x, m one) bool) {
	for _, m := range p.of(exchange.PurposeMissingPath) {
		for _, x := range p.of(requestPurposes...) {
			if x.v.host == m.v.host && x.v.method == m.v.method && f(x, m) {
				return
			}
		}
	}
}

// originPairs compare what different Origins get.
var originPairs = []PairRule{
	{
		ID: ProofOriginEchoed, Layer: LayerUnknown,
		Compares: "the page's Origin and an invented one",
		Why:      "Strong for what it tells: an Origin that nobody could have configured comes back in Allow-Origin.",
		Source:   "Fetch Standard, CORS check",
		prove: func(p *pairs, r PairRule) {
			for _, f := range p.of(exchange.PurposeForeignOrigin) {
				o := f.Request.Headers.Value("origin")
				if o != "" && f.v.header("access-control-allow-origin") == o {
					p.proof(r, f.Answer.Layer, "An invented Origin comes back in Access-Control-Allow-Origin: any origin is allowed.", f)
					return
				}
			}
		},
	},
	{
		ID: ProofOriginConstant, Layer: LayerUnknown,
		Compares: "the page's Origin and an invented one",
		Why:      "Tells that Allow-Origin does not depend on Origin: two different Origins get the same value.",
		Source:   "Fetch Standard, CORS protocol and HTTP caches",
		prove: func(p *pairs, r PairRule) {
			for _, f := range p.of(exchange.PurposeForeignOrigin) {
				for _, x := range p.of(requestPurposes...) {
					a, b := x.v.header("access-control-allow-origin"), f.v.header("access-control-allow-origin")
					if a != "" && a == b && sameResource(x, f) && x.Request.Headers.Value("origin") != f.Request.Headers.Value("origin") && x.Request.Headers.Value("origin") != "" {
						p.proof(r, x.Answer.Layer, "Two different Origins get the same Access-Control-Allow-Origin: the value is constant.", x, f)
						return
					}
				}
			}
		},
	},
}
