package answer

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"corstui/diagnose/exchange"
)

// Attribute decides who answered each of the exchanges of one diagnosis: each
// by itself first, then by the pairs that they form. now is the time against
// which signed metadata and tokens are checked.
func Attribute(c exchange.Case, xs []exchange.Exchange, now time.Time) ([]Seen, Facts) {
	return new(Memo).Attribute(c, xs, now)
}

// A Memo remembers what each exchange of one diagnosis says by itself, for when
// they are attributed again with further ones. Its zero value remembers nothing.
// It is not safe for concurrent use.
type Memo struct{ known []remembered } // few: a search is as fast as a map

type remembered struct {
	view   *view
	answer Answer
}

// Attribute is the function Attribute. Exchanges of the same ID must be the same
// but for their purpose.
func (m *Memo) Attribute(c exchange.Case, xs []exchange.Exchange, now time.Time) ([]Seen, Facts) {
	seen := make([]Seen, len(xs))
	views := make([]*view, len(xs))
	for i, x := range xs {
		views[i], seen[i] = m.look(x)
	}
	p := newPairs(c, seen, views, now)
	for _, r := range pairRules {
		r.prove(p, r)
	}
	p.describe()
	return seen, p.facts
}

func (m *Memo) look(x exchange.Exchange) (*view, Seen) {
	i := slices.IndexFunc(m.known, func(k remembered) bool { return x.ID != "" && k.view.x.ID == x.ID && k.view.x.Purpose == x.Purpose })
	if i < 0 {
		v := look(x)
		i, m.known = len(m.known), append(m.known, remembered{v, of(v)})
	}
	a := m.known[i].answer
	a.Evidence, a.Through = slices.Clone(a.Evidence), slices.Clone(a.Through) // the pairs change them
	return m.known[i].view, Seen{x, a}
}

// PairRule is one row of differential proof: exchanges that differ in one
// thing, and what it means that their answers differ, or do not.
type PairRule struct {
	ID    string
	Layer Layer
	// Strength is the most to which the pair raises an answer; empty where it
	// raises none and only tells something.
	Strength Confidence
	// Compares says what is held against what.
	Compares string
	// Why says how strong the pair is, and why.
	Why    string
	Source string

	prove func(p *pairs, r PairRule)
}

// PairRules returns the rules in the order in which they are tried: what an
// earlier one proved is known to a later one.
func PairRules() []PairRule { return slices.Clone(pairRules) }

// pairs is the material of the pair rules.
type pairs struct {
	c     exchange.Case
	now   time.Time
	host  string // host of the case's URL
	path  string // path of the case's URL
	seen  []Seen
	views []*view
	facts Facts
}

func newPairs(c exchange.Case, seen []Seen, views []*view, now time.Time) *pairs {
	p := &pairs{c: c, now: now, seen: seen, views: views}
	if u, err := url.Parse(c.URL); err == nil {
		p.host, p.path = plainHost(u.Hostname()), u.Path
	}
	for i := range seen {
		v := p.views[i]
		if v.r != nil && v.front && v.host == p.host && !direct(seen[i].Purpose) {
			p.facts.Cloudflare = true
		}
	}
	return p
}

func direct(pp exchange.Purpose) bool {
	return pp == exchange.PurposeDirect || pp == exchange.PurposeDirectPreflight
}

// one is an exchange with its view.
type one struct {
	*Seen
	v *view
}

// of returns the answered exchanges of these purposes, in wire order.
//
//go:noinline
func (p *pairs) of(purposes ...exchange.Purpose) []one {
	var out []one
	for i := range p.seen {
		if p.views[i].r != nil && slices.Contains(purposes, p.seen[i].Compares()) {
			out = append(out, one{&p.seen[i], p.views[i]})
		}
	}
	return out
}

// Purposes by what they are on the wire.
var (
	preflightPurposes = []exchange.Purpose{exchange.PurposePreflight, exchange.PurposePreflightProbe, exchange.PurposeForeignPreflight}
	requestPurposes   = []exchange.Purpose{exchange.PurposeRequest, exchange.PurposeGet}
	visitorPurposes   = []exchange.Purpose{exchange.PurposeRequest, exchange.PurposeGet, exchange.PurposeNoSession, exchange.PurposeNoOrigin, exchange.PurposeRepeat, exchange.PurposeXHR, exchange.PurposeJSON}
)

// sameResource says whether two exchanges asked the same host and path; the
// query may differ, as that of a cache-busting probe does.
func sameResource(a, b one) bool {
	return a.v.host != "" && a.v.host == b.v.host && a.v.path() == b.v.path()
}

// refusedVisitor returns an exchange without session on the same resource that
// Access certainly turned away, other than by OPTIONS.
func (p *pairs) refusedVisitor(like one) (one, bool) {
	for _, g := range p.of(visitorPurposes...) {
		if g.v.method != "OPTIONS" && !g.Request.WithSession && g.Answer.Layer == LayerAccess && g.Answer.Confidence == Certain && sameResource(g, like) {
			return g, true
		}
	}
	return one{}, false
}

// covered says whether signed metadata names the host of this exchange.
func (p *pairs) covered(x one) bool {
	return p.facts.Access != nil && p.facts.Access.Signed && x.v.host == p.host
}

// proof records what a pair proved.
//
//go:noinline
func (p *pairs) proof(r PairRule, layer Layer, says string, xs ...one) {
	ids := make([]string, len(xs))
	for i, x := range xs {
		ids[i] = x.ID
	}
	p.facts.Proofs = append(p.facts.Proofs, Proof{Rule: r.ID, Pair: ids, Layer: layer, Says: says})
}

// raise gives an answer the layer that a pair proved. It never overrides an
// answer that its own marks make certain, and never lowers one.
func (p *pairs) raise(x one, r PairRule, layer Layer, product string, to Confidence, says string) bool {
	a := &x.Seen.Answer
	// What speaks against the answer itself (an opened TLS connection, another
	// host's name) is not explained away by a pair.
	if slices.ContainsFunc(a.Evidence, func(e Evidence) bool { return e.Strength == StrengthContradicting }) {
		to = weaker(to, Likely)
	}
	if a.Confidence == Certain || a.Confidence == Likely && a.Layer != layer && to != Certain {
		return false
	}
	if a.Layer != layer || product != "" && a.Product == "" {
		a.Product = product
	}
	for i := range a.Evidence {
		if a.Layer != layer && a.Evidence[i].Strength != StrengthContradicting {
			a.Evidence[i].Strength = StrengthSupporting
		}
	}
	a.Layer, a.Confidence, a.Candidates = layer, to, nil
	a.Evidence = append([]Evidence{{Exchange: x.ID, What: "pair: " + r.Compares, Says: says, Strength: string(to), Rule: r.ID}}, a.Evidence...)
	if layer != LayerOrigin && layer != LayerProxy && layer != LayerUnknown {
		a.Through = slices.DeleteFunc(a.Through, func(s string) bool { return s == "Cloudflare" })
	}
	return true
}

// describe fills in what is known of the Access application that covers the
// URL, where no signed metadata told it: from Access's own answers on it.
func (p *pairs) describe() {
	for i := range p.seen {
		s, v := &p.seen[i], p.views[i]
		own := s.Purpose == exchange.PurposePreflight || s.Purpose == exchange.PurposeRequest
		if v.r == nil || v.host != p.host || !own && v.path() != p.path || s.Answer.Layer != LayerAccess || direct(s.Purpose) || s.Purpose == exchange.PurposeAccessMetadata {
			continue
		}
		if d := relate(v.header("cf-access-domain"), p.host); d == relOther || d == relNear {
			continue // the application of another host, whose refusal was passed on
		}
		found := AccessApp{}
		if l, ok := s.Login(); ok {
			found = AccessApp{AUD: l.AUD, Domain: l.Host}
			if teamDomain(l.Team) {
				found.Team = l.Team
			}
		}
		if a := v.header("cf-access-aud"); hex64RE.MatchString(a) {
			found.AUD = a
		}
		if d := v.header("cf-access-domain"); d != "" && relate(d, p.host) == relSame {
			found.Domain = strings.ToLower(show(d))
		}
		if a := v.str("aud"); found.AUD == "" && hex64RE.MatchString(a) {
			found.AUD = a
		}
		if p.facts.Access == nil {
			p.facts.Access = &AccessApp{}
		}
		fill(p.facts.Access, found)
	}
	if p.facts.Access != nil && p.facts.Access.Team == "" {
		for _, x := range p.of(exchange.PurposeAccessResource) {
			if x.v.host == p.host && x.Answer.Layer == LayerAccess {
				fill(p.facts.Access, AccessApp{Team: resourceTeam(x.v)})
			}
		}
	}
}

// fill takes over what is not known yet.
func fill(a *AccessApp, b AccessApp) {
	if a.AUD == "" {
		a.AUD = b.AUD
	}
	if a.Team == "" {
		a.Team = b.Team
	}
	if a.Domain == "" {
		a.Domain = b.Domain
	}
}
