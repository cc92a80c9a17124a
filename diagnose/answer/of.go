package answer

import (
	"fmt"
	"regexp"
	"slices"

	"corstui/diagnose/exchange"
)

// The strengths of Evidence.
const (
	StrengthCertain       = "certain"
	StrengthLikely        = "likely"
	StrengthSupporting    = "supporting"
	StrengthContradicting = "contradicting"
)

// rayValueRE is what a value of cf-ray looks like, with or without the data
// centre; "-" where the front end refused before it gave one.
var rayValueRE = regexp.MustCompile(`^(?:[0-9A-Za-z]{8,32}(?:-[0-9A-Za-z]{2,8})?|-)$`)

// supportLimit is how many supporting sentences an answer lists.
const supportLimit = 5

// Of decides who answered one exchange, by that exchange alone. It never looks
// at Exchange.Purpose beyond what the request itself says, save that an answer
// past Cloudflare comes from the user's own server.
func Of(x exchange.Exchange) Answer { return of(look(x)) }

func of(v *view) Answer {
	x := v.x
	if v.r == nil {
		return unanswered(x)
	}
	a := decide(v)
	if ray := v.header("cf-ray"); rayValueRE.MatchString(ray) {
		a.RayID = ray
	}
	if a.Evidence == nil {
		a.Evidence = []Evidence{}
	}
	for i := range a.Evidence {
		a.Evidence[i].Exchange = x.ID
	}
	return a
}

// failures says what each phase of a failed request means.
var failures = map[exchange.FailurePhase]struct{ product, says string }{
	exchange.FailureDNS:      {"DNS", "The host's name did not resolve: nothing was asked of any server."},
	exchange.FailureConnect:  {"TCP", "No connection came about: refused or unreachable."},
	exchange.FailureTLS:      {"TLS", "The TLS handshake or the certificate failed: no HTTP answer came."},
	exchange.FailureTimeout:  {"timeout", "No answer came in time."},
	exchange.FailureProtocol: {"HTTP", "What came back was no HTTP answer, or the connection broke."},
	exchange.FailureCanceled: {"canceled", "The request was ended before an answer came."},
	exchange.FailureRefused:  {"not sent", "corstui did not send this request: the address is one that a peer must not choose."},
}

func unanswered(x exchange.Exchange) Answer {
	if x.Failure == nil {
		return Answer{Layer: LayerUnknown, Confidence: Unknown, Evidence: []Evidence{{
			Exchange: x.ID, What: "response", Says: "No response was recorded for this request.", Rule: "no-response",
		}}}
	}
	f, ok := failures[x.Failure.Phase]
	if !ok {
		f.product, f.says = string(x.Failure.Phase), "No HTTP answer came."
	}
	return Answer{Layer: LayerNetwork, Product: f.product, Confidence: Certain, Evidence: []Evidence{{
		Exchange: x.ID, What: "failure: " + string(x.Failure.Phase), Says: f.says, Strength: StrengthCertain, Rule: "no-answer",
	}}}
}

type matched struct {
	*Rule
	*hit
	layer   Layer
	product string
}

func (m matched) evidence(strength string) Evidence {
	e := Evidence{What: m.What, Says: m.Says, Strength: strength, Rule: m.ID}
	if m.hit.what != "" {
		e.What = m.hit.what
	}
	if m.hit.says != "" {
		e.Says = m.hit.says
	}
	return e
}

// decide runs all rules: the first match decides, later ones support it or
// contradict it.
func decide(v *view) Answer {
	var ms []matched
	for i := range rules {
		r := &rules[i] // hundreds of rows, each asked for every answer: not copied
		h := r.match(v)
		if h == nil {
			continue
		}
		m := matched{Rule: r, hit: h, layer: r.Layer, product: r.Product}
		if h.layer != "" {
			m.layer = h.layer
		}
		if h.product != "" {
			m.product = h.product
		}
		ms = append(ms, m)
	}
	first := ms[0] // the last rule matches everything
	a := Answer{Layer: first.layer, Product: first.product, Confidence: first.strength(), Candidates: first.candidates}
	doubts := own(v, *first.Rule, first.hit)
	if a.Confidence == Likely && len(doubts) == 0 {
		a.Confidence = seconded(v, first, ms[1:])
	}
	doubts = append(doubts, context(v, a)...)
	if !first.faint && a.Confidence == Certain {
		doubts = append(doubts, rivals(v, first, ms[1:])...)
	}
	var against []Evidence
	for _, d := range doubts {
		against = append(against, Evidence{What: d.what, Says: d.says, Strength: StrengthContradicting, Rule: d.id})
		if d.foreign {
			a.Layer, a.Product, a.Candidates = LayerUnknown, "", foreignCandidates
		}
		a.Confidence = weaker(a.Confidence, Likely)
	}
	strength := string(a.Confidence)
	if a.Layer == LayerUnknown {
		a.Confidence, strength = Unknown, StrengthSupporting
	}
	a.Evidence = append(a.Evidence, first.evidence(strength))
	a.Evidence = append(a.Evidence, against...)
	n := 0
	for _, m := range ms[1:] {
		if m.layer == a.Layer && a.Layer != LayerUnknown && n < supportLimit {
			a.Evidence = append(a.Evidence, m.evidence(StrengthSupporting))
			n++
		}
	}
	passed(v, &a)
	return a
}

// strength is what the rule proves in this answer before any doubt.
func (m matched) strength() Confidence {
	c := weaker(m.Strength, m.hit.strength)
	if m.Grade == Inferred {
		c = weaker(c, Likely)
	}
	return c
}

// seconded says how sure an answer is whose first mark is only likely: as sure as
// the best mark of the same layer beside it that is free of doubt.
func seconded(v *view, first matched, rest []matched) Confidence {
	for _, m := range rest {
		if m.layer == first.layer && m.cloudflare && !m.faint && m.strength() == Certain && len(own(v, *m.Rule, m.hit)) == 0 {
			return Certain
		}
	}
	return Likely
}

// rivals are marks of another layer that stand beside the first match and would
// be certain themselves: one of the two must have been passed on.
func rivals(v *view, first matched, rest []matched) []doubt {
	var out []doubt
	for _, m := range rest {
		if m.faint || m.layer == first.layer || m.layer == LayerUnknown || m.strength() != Certain {
			continue
		}
		// The edge signs the short pages of Access and of the WAF as well, and
		// what stands in a stored answer is stored with it.
		if m.layer == LayerEdge && slices.Contains([]Layer{LayerAccess, LayerWAF, LayerWorker}, first.layer) && m.ID == "signed-page" {
			continue
		}
		if first.layer == LayerCache && !m.cloudflare || first.ID == "error-endpoint" {
			continue
		}
		e := m.evidence("")
		out = append(out, doubt{id: "rival-" + m.ID, what: e.What, says: fmt.Sprintf("A mark of %s stands beside it: %s", m.layer, e.Says)})
	}
	return out
}
