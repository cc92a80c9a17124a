package fetch

import (
	"context"
	"slices"
	"strings"

	"corstui/diagnose/exchange"
)

// RunEngines performs fetch() as o.Engine does, and says in Verdict.Engines
// what every browser engine concludes. An engine that agrees with o.Engine on
// all that the verdict depended on costs nothing; for the others the fetch is
// repeated, and only requests whose bytes differ are sent. Those are appended
// to Result.Exchanges with Exchange.Engine set; their methods are GET, HEAD or
// OPTIONS, whatever o.AllowUnsafe says, and at most eight are sent for one
// engine: one that would need more is absent.
func RunEngines(ctx context.Context, c exchange.Case, t Transport, o Options) Result {
	m := &memo{next: t}
	r := newRun(ctx, c, m, o)
	r.fetch()
	r.conclude()
	r.res.Verdict.Engines = r.engines(m)
	return r.res
}

// Engines is what every browser engine concludes of the case, by name.
func Engines(ctx context.Context, c exchange.Case, t Transport, o Options) map[string]EngineVerdict {
	return RunEngines(ctx, c, t, o).Verdict.Engines
}

// DecideEngines is RunEngines over stored exchanges: nothing is sent, and an
// engine that would have sent something else is absent.
func DecideEngines(c exchange.Case, xs []exchange.Exchange, o Options) Result {
	o.AllowUnsafe = true
	r := newRun(context.Background(), c, nil, o)
	r.stored = &replay{xs: xs}
	r.fetch()
	r.conclude()
	r.res.Verdict.Engines = r.engines(nil)
	return r.res
}

// engines returns the conclusion of every browser engine; m is nil when nothing
// may be sent.
func (r *run) engines(m *memo) map[string]EngineVerdict {
	out := make(map[string]EngineVerdict, engineCount)
	for _, e := range Browsers() {
		again := r
		if !r.agrees(e) {
			if again = r.runAs(e, m); again == nil {
				continue
			}
		}
		v := again.res.Verdict
		out[e.Name()] = EngineVerdict{
			Allowed: v.Allowed, Partial: v.Partial, Assumes: v.Assumes, BlockedAt: v.BlockedAt, Reason: again.reason(e),
			PreflightSent: v.PreflightSent, ReadableHeaders: v.ReadableHeaders, Console: again.sentence(e), Credentials: again.res.Credentials,
			Event: v.Event,
		}
		*r.res.Verdict.Console.of(e) = out[e.Name()].Console
	}
	return out
}

// runAs performs the fetch as another engine. What it alone sends is appended
// to this run's exchanges.
func (r *run) runAs(e Engine, m *memo) *run {
	if m == nil {
		again := r.repeatAs(e, true)
		if again.res.Verdict.Partial && !r.res.Verdict.Partial {
			return nil
		}
		return again
	}
	o := r.o
	o.Engine = e
	m.engine, m.extra, m.spent = e.Name(), nil, false
	again := newRun(r.ctx, *r.c, m, o)
	again.within, again.weigh = true, true
	again.fetch()
	again.conclude()
	r.res.Exchanges = append(r.res.Exchanges, m.extra...)
	if m.spent {
		return nil
	}
	return again
}

// maxExtra bounds what is sent for one engine besides what the others sent: a
// hop with its preflight, a few times over. An engine that would go on is left
// out.
const maxExtra = 8

// A memo is a Transport that sends no request twice whose bytes that matter are
// the same.
type memo struct {
	next   Transport
	engine string // the engine on whose behalf it sends; empty for the first run
	seen   []memoised
	extra  []exchange.Exchange
	spent  bool // the engine wanted more than maxExtra
}

type memoised struct {
	p      exchange.Purpose
	req    exchange.Request
	key    string // of both; made when another engine first asks
	served string // the engine to which it was last handed, so that a loop sees each answer once
	x      exchange.Exchange
}

// RoundTrip answers from what was seen, or sends. On behalf of another engine
// it sends only what reads.
func (m *memo) RoundTrip(ctx context.Context, p exchange.Purpose, req exchange.Request) exchange.Exchange {
	if m.engine != "" {
		x, known := m.recall(memoKey(p, req))
		if !known {
			x, known = m.unreached(req.URL)
		}
		switch {
		case known:
			return x
		case !isSafeMethod(req.Method):
			return exchange.Exchange{}
		case len(m.extra) == maxExtra:
			m.spent = true
			return exchange.Exchange{}
		}
	}
	x := m.next.RoundTrip(ctx, p, req)
	if m.engine != "" {
		x.Engine = m.engine
		m.extra = append(m.extra, x)
	}
	m.seen = append(m.seen, memoised{p: p, req: req, served: m.engine, x: x})
	return x
}

// recall returns the answer to a request that is known: one that this engine
// was not handed yet, or the last one, where it was alike twice already. That is
// a loop, which another request would only go round once more.
func (m *memo) recall(key string) (exchange.Exchange, bool) {
	var last, before *memoised
	for i := range m.seen {
		s := &m.seen[i]
		if s.key == "" {
			s.key = memoKey(s.p, s.req)
		}
		if s.key != key {
			continue
		}
		if s.served != m.engine {
			s.served = m.engine
			return s.x, true
		}
		last, before = s, last
	}
	if before != nil && alike(last.x.Response, before.x.Response) {
		return last.x, true
	}
	return exchange.Exchange{}, false
}

// unreached returns the failure of an earlier request to the same origin that
// could not even be sent: cookies or headers make no difference to that.
func (m *memo) unreached(url string) (exchange.Exchange, bool) {
	to := ParseOrigin(url)
	for i := range m.seen {
		if s := &m.seen[i]; unreachable(&s.x) && SameOrigin(ParseOrigin(s.req.URL), to) {
			return s.x, true
		}
	}
	return exchange.Exchange{}, false
}

// alike says whether two answers are the same to the model: status, Location and
// what CORS reads.
func alike(a, b *exchange.Response) bool {
	if a == nil || b == nil || a.Status != b.Status {
		return false
	}
	decides := func(h exchange.Header) bool {
		n := lowerASCII(h.Name)
		return n == "location" || strings.HasPrefix(n, "access-control-")
	}
	rest := func(hs exchange.Headers) exchange.Headers {
		return slices.DeleteFunc(slices.Clone(hs), func(h exchange.Header) bool { return !decides(h) })
	}
	return slices.Equal(rest(a.Headers), rest(b.Headers))
}

// memoKey is a request without what an engine adds of its own accord and no
// server decides CORS by.
func memoKey(p exchange.Purpose, req exchange.Request) string {
	var b strings.Builder
	b.WriteString(string(p) + " " + req.Method + " " + req.URL + "\n" + req.Body + "\n")
	lines := make([]string, 0, len(req.Headers))
	for _, h := range req.Headers {
		if n := lowerASCII(h.Name); !isEngineHeader(n, h.Value) {
			lines = append(lines, n+": "+h.Value+"\n")
		}
	}
	for _, l := range sortedStrings(lines) {
		b.WriteString(l)
	}
	return b.String()
}

// isEngineHeader says whether a header is one of an engine's own, with the
// engine's own value.
func isEngineHeader(lower, value string) bool {
	if strings.HasPrefix(lower, "sec-") {
		return true
	}
	for i := range profiles {
		p := &profiles[i]
		switch lower {
		case "accept-encoding":
			return true
		case "user-agent":
			if value == p.userAgent {
				return true
			}
		case "accept-language":
			if value == p.acceptLanguage {
				return true
			}
		case "priority":
			if value == p.priority {
				return true
			}
		}
	}
	return false
}
