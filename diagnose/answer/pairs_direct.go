package answer

import (
	"fmt"
	"slices"
	"strings"

	"corstui/diagnose/exchange"
)

// directPairs compare the answer through Cloudflare with that of the origin
// itself, which the user named with --direct.
var directPairs = []PairRule{
	{
		ID: ProofDirectSame, Layer: LayerOrigin, Strength: Certain,
		Compares: "the answer through Cloudflare and past it",
		Why:      "Strong where the status and what is distinctive (the body, the ETag, headers of the app's own) are the same: the origin made it. This is the only way to be certain of an origin behind Cloudflare, where a Worker may compose answers. Likely where the answer through Cloudflare came before its cache: a Worker may answer as the server does.",
		Source:   "order of things",
		prove: func(p *pairs, r PairRule) {
			p.past(func(e, d one) {
				if e.v.status != d.v.status || likeness(e.v, d.v) < 2 || e.Answer.Layer == LayerAccess || e.Answer.Layer == LayerWAF || e.Answer.Layer == LayerEdge {
					return
				}
				layer, product := LayerOrigin, e.Answer.Product
				if d.Answer.Layer == LayerProxy {
					layer, product = LayerProxy, d.Answer.Product
				} else if d.Answer.Product != "" {
					product = d.Answer.Product
				}
				to := Certain
				if e.v.noCCS {
					to = Likely // made before the cache: a Worker with the same policy as the server
				}
				says := fmt.Sprintf("Past Cloudflare the server gives the same answer (%d, with the same distinctive headers or body): it made it.", d.v.status)
				p.proof(r, layer, says, e, d)
				p.raise(e, r, layer, product, to, says)
			})
		},
	},
	{
		ID: ProofDirectHealthy, Layer: LayerUnknown,
		Compares: "the answer through Cloudflare and past it",
		Why:      "Strong for the side: the server is well when asked past Cloudflare and the answer through it is not, so what refuses stands at Cloudflare, or the server treats Cloudflare's requests otherwise. It narrows the candidates and names no product.",
		Source:   "order of things",
		prove: func(p *pairs, r PairRule) {
			p.past(func(e, d one) {
				if d.v.status == 0 || d.v.status >= 400 || d.v.redirect() || e.v.status < 400 && !e.v.redirect() {
					return
				}
				p.proof(r, e.Answer.Layer, fmt.Sprintf("Past Cloudflare the server answers %d, through it %d comes: something on Cloudflare's side answers instead.", d.v.status, e.v.status), e, d)
				if a := &e.Seen.Answer; a.Layer == LayerUnknown && e.v.ccs == "" {
					a.Candidates = slices.DeleteFunc(slices.Clone(a.Candidates), func(l Layer) bool { return l == LayerOrigin || l == LayerProxy })
				}
			})
		},
	},
	{
		ID: ProofHeadersStripped, Layer: LayerUnknown,
		Compares: "the CORS headers through Cloudflare and past it",
		Why:      "Strong: the server sends them and they do not arrive, so something between takes them away.",
		Source:   "order of things",
		prove: func(p *pairs, r PairRule) {
			p.past(func(e, d one) {
				if lost := corsNames(d.v, e.v); len(lost) > 0 && e.v.status == d.v.status {
					p.proof(r, e.Answer.Layer, "The server sends "+strings.Join(lost, ", ")+" past Cloudflare; through Cloudflare they are gone.", e, d)
				}
			})
		},
	},
	{
		ID: ProofHeadersAdded, Layer: LayerUnknown,
		Compares: "the CORS headers through Cloudflare and past it",
		Why:      "Strong: they arrive and the server does not send them, so something at Cloudflare (a Worker, a Snippet, a transform rule) adds them.",
		Source:   "order of things",
		prove: func(p *pairs, r PairRule) {
			p.past(func(e, d one) {
				if added := corsNames(e.v, d.v); len(added) > 0 && e.v.status == d.v.status {
					p.proof(r, LayerWorker, "Through Cloudflare "+strings.Join(added, ", ")+" are there; the server itself does not send them: something at Cloudflare adds them.", e, d)
				}
			})
		},
	},
	{
		ID: ProofDirectRefused, Layer: LayerNetwork,
		Compares: "the answer through Cloudflare and past it",
		Why:      "Tells that the server cannot be reached past Cloudflare from here: only Cloudflare may connect (a tunnel, a firewall), or the address is wrong.",
		Source:   "order of things",
		prove: func(p *pairs, r PairRule) {
			for i := range p.seen {
				s := &p.seen[i]
				if direct(s.Purpose) && s.Response == nil && s.Failure != nil && (s.Failure.Phase == exchange.FailureConnect || s.Failure.Phase == exchange.FailureTimeout) {
					p.proof(r, LayerNetwork, "The address given with --direct does not answer from here: only Cloudflare may reach the server, or the address is wrong.", one{s, p.views[i]})
					return
				}
			}
		},
	},
}

// past hands every pair of an answer through Cloudflare and its like past it.
func (p *pairs) past(f func(e, d one)) {
	for _, kind := range []struct {
		direct  exchange.Purpose
		through []exchange.Purpose
	}{
		{exchange.PurposeDirect, requestPurposes},
		{exchange.PurposeDirectPreflight, []exchange.Purpose{exchange.PurposePreflight, exchange.PurposePreflightProbe}},
	} {
		for _, d := range p.of(kind.direct) {
			for _, e := range p.of(kind.through...) {
				if e.v.method == d.v.method && e.v.path() == d.v.path() && e.v.host == p.host {
					f(e, d)
				}
			}
		}
	}
}

// common are headers that do not tell one server from another.
var common = []string{
	"date", "content-type", "content-length", "content-encoding", "transfer-encoding", "connection", "keep-alive", "vary", "age", "expires", "server", "via", "alt-svc",
	"cache-control", "pragma", "strict-transport-security", "x-content-type-options", "x-frame-options", "x-xss-protection", "referrer-policy", "set-cookie", "nel", "report-to", "accept-ranges",
}

// likeness counts what two answers share that another server would hardly send
// by chance: 2 for the same body or validator, 1 for each other header.
func likeness(a, b *view) int {
	n := 0
	if len(a.text) >= 16 && a.text == b.text {
		n += 2
	}
	seen := map[string]bool{}
	for _, h := range a.hs {
		name := strings.ToLower(h.Name)
		if seen[name] || slices.Contains(common, name) || strings.HasPrefix(name, "cf-") || strings.TrimSpace(h.Value) == "" {
			continue
		}
		seen[name] = true
		if strings.TrimPrefix(a.header(name), "W/") != strings.TrimPrefix(b.header(name), "W/") {
			continue
		}
		if name == "etag" {
			n++
		}
		n++
	}
	return n
}

var corsHeaders = []string{
	"Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Allow-Methods", "Access-Control-Allow-Headers",
	"Access-Control-Expose-Headers", "Access-Control-Max-Age",
}

// corsNames returns the CORS headers that a has and b lacks.
func corsNames(a, b *view) []string {
	var out []string
	for _, n := range corsHeaders {
		if a.hs.Has(n) && !b.hs.Has(n) {
			out = append(out, n)
		}
	}
	return out
}
