package answer

import "corstui/diagnose/exchange"

// wafPairs compare what Cloudflare's security products do with requests that
// differ in method, or in time.
var wafPairs = []PairRule{
	{
		ID: ProofMitigatedOne, Layer: LayerWAF,
		Compares: "the preflight and a GET of the same URL",
		Why:      "Tells on what the rule depends: one method is stopped with a mark of the WAF, the other is not.",
		Source:   "order of things; Cloudflare docs «Skip options»",
		prove: func(p *pairs, r PairRule) {
			for _, f := range p.of(exchange.PurposePreflight, exchange.PurposePreflightProbe) {
				for _, g := range p.of(requestPurposes...) {
					if !sameResource(f, g) || g.v.method == "OPTIONS" || g.Response == nil {
						continue
					}
					fw, gw := certainly(f, LayerWAF), certainly(g, LayerWAF)
					switch {
					case fw && !gw && g.Answer.Layer != LayerWAF:
						p.proof(r, LayerWAF, "The WAF stops OPTIONS and lets "+g.v.method+" by: its rule depends on the method, or on a score that a bare preflight does not reach.", f, g)
						return
					case gw && !fw && f.Answer.Layer != LayerWAF:
						p.proof(r, LayerWAF, "The WAF stops "+g.v.method+" and lets OPTIONS by: its rule depends on the method.", g, f)
						return
					}
				}
			}
		},
	},
	{
		ID: ProofChallengeBare, Layer: LayerWAF, Strength: Likely,
		Compares: "an unmarked refusal of the preflight and a GET that the WAF stops",
		Why:      "Likely: the WAF certainly stops the GET of the same URL with the same status, and nothing behind the cache answered the preflight.",
		Source:   "order of things",
		prove: func(p *pairs, r PairRule) {
			for _, f := range p.of(preflightPurposes...) {
				if f.Answer.Layer != LayerUnknown || !f.v.noCCS || f.v.status < 400 {
					continue
				}
				for _, g := range p.of(requestPurposes...) {
					if sameResource(f, g) && certainly(g, LayerWAF) && g.v.status == f.v.status {
						says := "The WAF stops a GET of the same URL with the same status, and the preflight's refusal came before Cloudflare's cache too."
						p.proof(r, LayerWAF, says, f, g)
						p.raise(f, r, LayerWAF, g.Answer.Product, Likely, says)
						break
					}
				}
			}
		},
	},
	{
		ID: ProofProbingLimited, Layer: LayerWAF,
		Compares: "the page's request and the same request after the probes",
		Why:      "Tells that the probing itself may have met a limit: the same GET passed first and was stopped later.",
		Source:   "order of things",
		prove: func(p *pairs, r PairRule) {
			for _, first := range p.of(requestPurposes...) {
				if first.Answer.Layer == LayerWAF || first.v.status == 429 || first.v.method != "GET" {
					continue
				}
				for _, later := range p.of(exchange.PurposeRepeat, exchange.PurposeNoOrigin, exchange.PurposeIdentity, exchange.PurposeCacheBusted) {
					if sameResource(first, later) && later.v.method == "GET" && (later.Answer.Layer == LayerWAF || later.v.status == 429) {
						p.proof(r, LayerWAF, "The same GET passed at first and was stopped after the probes: the probing may have met a limit, which says nothing of the page.", first, later)
						return
					}
				}
			}
		},
	},
}

// certainly says whether an answer is certainly of that layer.
func certainly(x one, l Layer) bool {
	return x.Answer.Layer == l && x.Answer.Confidence == Certain
}
