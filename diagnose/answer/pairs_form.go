package answer

import (
	"fmt"

	"corstui/diagnose/exchange"
)

// formPairs ask for the same answer in another form, so that a page which hides
// its author shows it.
var formPairs = []PairRule{
	{
		ID: ProofAcceptJSON, Layer: LayerUnknown, Strength: Certain,
		Compares: "Accept: text/html and Accept: application/json",
		Why:      "Strong where the status is the same and the JSON carries Cloudflare's own mark: cloudflare_error for edge and WAF, status_code with aud for Access. That no JSON comes proves nothing.",
		Source:   "Cloudflare docs «Error responses»; gitflare notes",
		prove: func(p *pairs, r PairRule) {
			p.unmask(r, exchange.PurposeJSON, "Asked for JSON, the same refusal shows its author")
		},
	},
	{
		ID: ProofIdentity, Layer: LayerUnknown, Strength: Certain,
		Compares: "the request with and without accept-encoding",
		Why:      "Strong where the status is the same and the plain form carries a mark: Cloudflare leaves a zone's own error pages out for a client that takes no compression. Answers of Custom Error Rules stay.",
		Source:   "Cloudflare docs «Custom Errors»",
		prove: func(p *pairs, r PairRule) {
			p.unmask(r, exchange.PurposeIdentity, "Without accept-encoding Cloudflare leaves the zone's own error page out, and its default page shows the author")
		},
	},
}

// unmask raises an unmarked answer to what the same request in another form
// certainly shows.
func (p *pairs) unmask(r PairRule, form exchange.Purpose, lead string) {
	for _, f := range p.of(form) {
		a := f.Answer
		if a.Confidence != Certain || a.Layer == LayerCache || a.Layer == LayerUnknown {
			continue
		}
		told := false
		for _, x := range p.of(append([]exchange.Purpose{exchange.PurposeNoOrigin, exchange.PurposePreflightProbe, exchange.PurposePreflight}, requestPurposes...)...) {
			if !sameResource(x, f) || x.v.method != f.v.method || x.v.status != f.v.status || x.v.ccs != f.v.ccs || x.Request.WithSession != f.Request.WithSession || x.Answer.Confidence == Certain || x.v.front != f.v.front {
				continue
			}
			says := fmt.Sprintf("%s: %s.", lead, productOrLayer(a))
			if !told {
				p.proof(r, a.Layer, says, x, f)
				told = true
			}
			p.raise(x, r, a.Layer, a.Product, Certain, says)
		}
	}
}

func productOrLayer(a Answer) string {
	if a.Product != "" {
		return a.Product
	}
	return string(a.Layer)
}
