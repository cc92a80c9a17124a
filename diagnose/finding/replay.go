package finding

import (
	"context"
	"fmt"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
	"corstui/snippets"
)

// kind is one of the two requests that a page's fetch() is made of.
type kind int

const (
	kindPreflight kind = iota
	kindRequest
)

func kindOf(p exchange.Purpose) kind {
	if p == exchange.PurposePreflight {
		return kindPreflight
	}
	return kindRequest
}

// world is the path as far as it was seen, and as the steps of the plan would
// change it. It is a fetch.Transport: the interpreter runs the case over it, so
// that each wall after a change is the browser's own conclusion, not a fixed
// sentence.
//
// Stations stand in the order of the wire. A station that is nil lets the
// request by; the app answers last.
type world struct {
	v *view
	c exchange.Case

	network, edge, waf, access, cache [2]*answer.Seen
	// app is the answer of what is behind all stations, nil where nobody saw it.
	app [2]*answer.Seen
	// login says that Access covers the URL and would send a request without a
	// session to its login, although that answer itself was not seen.
	login bool
	// trust says that the real request was held back and nothing speaks against
	// it: its answer, which nobody saw, is taken for a good one.
	trust bool
	// final says that nothing can be foreseen beyond the steps so far.
	final bool
	// applied says that the policy of the case is in force at the app.
	applied bool
	// others are answers at later hops, by URL.
	others map[string]*answer.Seen

	log map[string]origin
	n   int

	made     *snippets.Policy // the last policy, and the case for which it was made
	madeFor  exchange.CredentialsMode
	madeWith string
}

// policy is what the case, as the steps so far have changed it, needs. Steps
// change its method, credentials mode and URL alone, besides taking headers out
// before the first round.
func (w *world) policy() snippets.Policy {
	if w.made == nil || w.madeFor != w.c.Credentials || w.madeWith != w.c.Method {
		p := w.v.policyFor(w.c)
		w.made, w.madeFor, w.madeWith = &p, w.c.Credentials, w.c.Method
	}
	return *w.made
}

// origin says where an answer of the replay comes from.
type origin struct {
	layer answer.Layer
	kind  kind
	seen  *answer.Seen // what it was copied from, nil where it was invented
	url   string
	req   exchange.Request
	resp  *exchange.Response
}

func newWorld(v *view) *world {
	w := &world{v: v, c: v.c, others: map[string]*answer.Seen{}, log: map[string]origin{}}
	w.trust = v.in.Fetch.Verdict.Partial && v.in.Fetch.Verdict.Allowed
	w.place(kindPreflight, first(v.preflights))
	w.place(kindRequest, first(v.requests))
	for _, s := range append(append([]*answer.Seen{}, v.preflights...), v.requests...) {
		if !sameURL(s.Request.URL, v.c.URL) {
			w.others[string(s.Purpose)+" "+without(s.Request.URL)] = s
		}
	}
	if !w.known(kindPreflight) {
		w.place(kindPreflight, v.in.First(exchange.PurposePreflightProbe))
	}
	stranger := !v.c.Session.Known() || !v.credentialsTravel()
	for _, p := range []exchange.Purpose{exchange.PurposeNoSession, exchange.PurposeGet} {
		s := v.in.First(p)
		if !w.known(kindRequest) && stranger && (!w.trust || !behind(s)) {
			w.place(kindRequest, s)
		}
	}
	if !w.known(kindRequest) && v.accessCovers() && stranger {
		w.login = true
	}
	for k, p := range map[kind]exchange.Purpose{kindPreflight: exchange.PurposeDirectPreflight, kindRequest: exchange.PurposeDirect} {
		if s := v.in.First(p); w.app[k] == nil && resp(s) != nil {
			w.app[k] = s
		}
	}
	return w
}

// place puts an observed answer at the station that gave it.
func (w *world) place(k kind, s *answer.Seen) {
	if s == nil {
		return
	}
	if s.Response == nil {
		w.network[k] = s
		return
	}
	switch layer(s) {
	case answer.LayerEdge:
		w.edge[k] = s
	case answer.LayerWAF:
		w.waf[k] = s
	case answer.LayerAccess:
		w.access[k] = s
	case answer.LayerNetwork:
		w.network[k] = s
	case answer.LayerCache:
		w.cache[k] = s
	default:
		if _, hit := stored(s); hit && k == kindRequest {
			w.cache[k] = s
			return
		}
		w.app[k] = s
	}
}

func (w *world) known(k kind) bool {
	return w.network[k] != nil || w.edge[k] != nil || w.waf[k] != nil || w.access[k] != nil || w.cache[k] != nil || w.app[k] != nil
}

// RoundTrip answers as the first station would that does not let the request by.
func (w *world) RoundTrip(_ context.Context, p exchange.Purpose, r exchange.Request) exchange.Exchange {
	w.n++
	x := exchange.Exchange{ID: fmt.Sprintf("p%d", w.n), Purpose: p, Request: r}
	o := w.answer(kindOf(p), r)
	o.url, o.req = r.URL, r
	switch {
	case o.layer == answer.LayerNetwork && o.seen != nil && o.seen.Failure != nil:
		f := *o.seen.Failure
		x.Failure = &f
	case o.layer == answer.LayerNetwork:
		x.Failure = &exchange.Failure{Phase: exchange.FailureProtocol, Message: "no answer"}
	default:
		x.Response = o.resp
	}
	w.log[x.ID] = o
	return x
}

func (w *world) answer(k kind, r exchange.Request) origin {
	if !sameURL(r.URL, w.c.URL) {
		if s := w.others[string(kindPurpose(k))+" "+without(r.URL)]; s != nil {
			return origin{layer: layerOrNetwork(s), kind: k, seen: s, resp: clone(s.Response)}
		}
		return origin{layer: answer.LayerUnknown, kind: k, resp: bare(k)}
	}
	for _, station := range []struct {
		l answer.Layer
		s *answer.Seen
	}{
		{answer.LayerNetwork, w.network[k]}, {answer.LayerEdge, w.edge[k]}, {answer.LayerWAF, w.waf[k]}, {answer.LayerAccess, w.access[k]},
	} {
		if station.s != nil {
			return origin{layer: station.l, kind: k, seen: station.s, resp: clone(station.s.Response)}
		}
	}
	if k == kindRequest && w.login {
		return origin{layer: answer.LayerAccess, kind: k, resp: loginAnswer()}
	}
	if w.cache[k] != nil {
		return origin{layer: answer.LayerCache, kind: k, seen: w.cache[k], resp: clone(w.cache[k].Response)}
	}
	o := origin{layer: w.appLayer(k), kind: k, seen: w.app[k]}
	if w.app[k] != nil {
		o.resp = clone(w.app[k].Response)
	} else {
		o.resp = bare(k)
	}
	if w.applied || w.trust && k == kindRequest && w.app[k] == nil {
		w.apply(o.resp, k, r.Headers.Value("Origin"))
	}
	return o
}

// apply puts the policy's headers on an answer, as every generated file does.
func (w *world) apply(r *exchange.Response, k kind, from string) {
	r.Headers = r.Headers.Without(corsHeaders...)
	for _, h := range w.policy().ResponseHeaders(from, k == kindPreflight) {
		r.Headers = append(r.Headers, exchange.Header{Name: h[0], Value: h[1]})
	}
	if k == kindPreflight {
		r.Status = 204
		r.Headers = r.Headers.Without("Location")
	}
}

// appLayer is the layer behind all stations: as it was seen at this request or
// at the other one.
func (w *world) appLayer(k kind) answer.Layer {
	for _, i := range []kind{k, 1 - k} {
		if s := w.app[i]; s != nil {
			return app(layer(s))
		}
	}
	if w.cache[k] != nil {
		return answer.LayerOrigin
	}
	return answer.LayerUnknown
}

// run performs the case over the world as it is now.
func (w *world) run() fetch.Result {
	e, err := fetch.EngineByName(w.v.in.Fetch.Verdict.Engine)
	if err != nil {
		e = fetch.Engine{}
	}
	return fetch.Run(context.Background(), w.c, w, fetch.Options{Engine: e, AllowUnsafe: true})
}

// bare is the answer of an app of which nothing is known: it answers, and knows
// nothing of CORS.
func bare(k kind) *exchange.Response {
	if k == kindPreflight {
		return &exchange.Response{Status: 404, Headers: exchange.Headers{}}
	}
	return &exchange.Response{Status: 200, Headers: exchange.Headers{{Name: "Content-Type", Value: "application/json"}}}
}

// loginAnswer is the redirect to Access's login.
func loginAnswer() *exchange.Response {
	return &exchange.Response{Status: 302, Headers: exchange.Headers{{Name: "Location", Value: "https://team.cloudflareaccess.com/cdn-cgi/access/login"}}}
}

func clone(r *exchange.Response) *exchange.Response {
	if r == nil {
		return &exchange.Response{Status: 502, Headers: exchange.Headers{}}
	}
	c := *r
	c.Headers = append(exchange.Headers{}, r.Headers...)
	return &c
}

func layerOrNetwork(s *answer.Seen) answer.Layer {
	if s.Response == nil {
		return answer.LayerNetwork
	}
	return layer(s)
}

func kindPurpose(k kind) exchange.Purpose {
	if k == kindPreflight {
		return exchange.PurposePreflight
	}
	return exchange.PurposeRequest
}

func first(list []*answer.Seen) *answer.Seen {
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

// sameURL compares two URLs as the wire does: serialised, without fragment.
func sameURL(a, b string) bool { return a == b || without(a) == without(b) }

func without(s string) string {
	u, err := fetch.ParseURL(s, nil)
	if err != nil {
		return s
	}
	return u.WithoutFragment()
}
