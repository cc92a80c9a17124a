package answer

import (
	"fmt"
	"strings"

	"corstui/diagnose/exchange"
)

// cachePairs are the only way in which a cache is accused.
var cachePairs = []PairRule{
	{
		ID: ProofCachePinned, Layer: LayerCache,
		Compares: "the stored answer and a fresh one, for the same Origin",
		Why:      "Strong: the same page's Origin gets an Allow-Origin that does not fit out of the store, and a fitting one where the store cannot answer. The store is at fault, whoever filled it.",
		Source:   "Cloudflare docs «CORS» (cache), «Cache keys»",
		prove: func(p *pairs, r PairRule) {
			for _, s := range p.of(exchange.PurposeRequest, exchange.PurposeRepeat, exchange.PurposeGet) {
				by, layer := storedBy(s)
				origin := s.Request.Headers.Value("origin")
				if by == "" || origin == "" || allows(s.v, origin) {
					continue
				}
				for _, f := range p.of(exchange.PurposeCacheBusted) {
					if fb, _ := storedBy(f); fb == "" && sameResource(s, f) && f.Request.Headers.Value("origin") == origin && allows(f.v, origin) {
						what := "no Access-Control-Allow-Origin"
						if v := s.v.header("access-control-allow-origin"); v != "" {
							what = "Access-Control-Allow-Origin: " + show(v)
						}
						p.proof(r, layer, fmt.Sprintf("%s serves a stored answer with %s to %s; fresh, the same resource allows that origin.", by, what, show(origin)), s, f)
						return
					}
				}
			}
		},
	},
	{
		ID: ProofCacheBustedFixes, Layer: LayerCache,
		Compares: "the stored answer and a fresh one",
		Why:      "Tells that the store holds something else than what the resource answers now: another status.",
		Source:   "Cloudflare docs «Cloudflare cache responses»",
		prove: func(p *pairs, r PairRule) {
			for _, s := range p.of(exchange.PurposeRequest, exchange.PurposeRepeat, exchange.PurposeGet) {
				by, layer := storedBy(s)
				if by == "" {
					continue
				}
				for _, f := range p.of(exchange.PurposeCacheBusted) {
					if fb, _ := storedBy(f); fb == "" && sameResource(s, f) && s.v.status != f.v.status && f.Answer.Layer != LayerWAF {
						p.proof(r, layer, fmt.Sprintf("%s serves a stored %d; fresh, the same resource answers %d.", by, s.v.status, f.v.status), s, f)
						return
					}
				}
			}
		},
	},
	{
		ID: ProofRepeatHit, Layer: LayerCache,
		Compares: "the same GET twice",
		Why:      "Strong: what was a miss is a hit a moment later, so Cloudflare's cache stores this URL.",
		Source:   "Cloudflare docs «Cloudflare cache responses»",
		prove: func(p *pairs, r PairRule) {
			p.twice(func(a, b one) bool {
				if (a.v.ccs == "MISS" || a.v.ccs == "EXPIRED") && b.Answer.Layer == LayerCache {
					p.proof(r, LayerCache, "The first GET was a "+a.v.ccs+", the second a hit: Cloudflare's cache stores this URL.", a, b)
					return true
				}
				return false
			})
		},
	},
	{
		ID: ProofRepeatDynamic, Layer: LayerOrigin,
		Compares: "the same GET twice",
		Why:      "Tells that Cloudflare's cache takes no part: both were asked of what stands behind it.",
		Source:   "Cloudflare docs «Cloudflare cache responses»",
		prove: func(p *pairs, r PairRule) {
			p.twice(func(a, b one) bool {
				pass := func(s string) bool { return s == "DYNAMIC" || s == "BYPASS" }
				if pass(a.v.ccs) && pass(b.v.ccs) {
					p.proof(r, a.Answer.Layer, "Both GETs were asked of what stands behind Cloudflare ("+a.v.ccs+"): its cache does not store this URL.", a, b)
					return true
				}
				return false
			})
		},
	},
}

// twice hands every pair of a GET and its repetition to f until it is content.
func (p *pairs) twice(f func(a, b one) bool) {
	for _, b := range p.of(exchange.PurposeRepeat) {
		for _, a := range p.of(requestPurposes...) {
			if a.v.method == "GET" && sameResource(a, b) && f(a, b) {
				return
			}
		}
	}
}

// storedBy names the cache that an answer came from, and the layer that it is;
// an empty name means that it was fresh as far as can be seen.
func storedBy(x one) (string, Layer) {
	switch {
	case x.Answer.Layer == LayerCache:
		return "Cloudflare's cache", LayerCache
	case x.Answer.Layer == LayerProxy && strings.HasSuffix(x.Answer.Product, "cache"):
		return x.Answer.Product, LayerProxy
	}
	for _, n := range []string{"x-cache", "x-vercel-cache", "cache-status", "x-cache-status", "x-proxy-cache"} {
		if c := strings.ToLower(x.v.hs.Value(n)); strings.Contains(c, "hit") {
			return "A cache behind Cloudflare (" + n + ")", LayerProxy
		}
	}
	return "", LayerUnknown
}

// allows says whether Allow-Origin names this origin, or all where the answer
// does not ask for credentials.
func allows(v *view, origin string) bool {
	a := v.header("access-control-allow-origin")
	return a == "*" || a == origin
}
