package fetch

import (
	"context"
	"strings"
	"sync"

	"corstui/diagnose/exchange"
)

// Decide performs fetch() for the case over exchanges that were stored: a saved
// report, a HAR, or a plan's invented answers. Each request of the browser is
// answered by the first unused exchange of the same purpose, method and URL,
// preferring one with the same Origin and Access-Control-Request-Headers. Where
// none is left the verdict is partial and Result.Unsent holds the request; a
// preflight that was not stored counts as cached if the request behind it was.
func Decide(c exchange.Case, xs []exchange.Exchange, o Options) Result {
	o.AllowUnsafe = true // nothing is sent
	r := idleRuns.Get().(*run)
	stored := replay{xs: xs}
	*r = run{ctx: context.Background(), o: o, e: o.Engine, own: c.WithDefaults(), page: ParseOrigin(c.Origin), stored: &stored, scratch: r.scratch}
	r.c = &r.own
	r.res.Exchanges = make([]exchange.Exchange, 0, len(xs))
	r.fetch()
	r.conclude()
	res := r.res
	*r = run{scratch: r.scratch} // keeps nothing of the case
	idleRuns.Put(r)
	return res
}

// idleRuns spares Decide, which is called for every line of a batch and every
// step of a plan, the allocation of its two largest values.
var idleRuns = sync.Pool{New: func() any { return &run{scratch: new(run)} }}

// A replay answers requests from stored exchanges.
type replay struct {
	xs   []exchange.Exchange
	used uint64 // the first 64 exchanges; later ones may answer twice
	// strict asks for the same Origin and Access-Control-Request-Headers of a
	// preflight, and the same cookies of a request: cookie is what the next one
	// would carry, carried what the exchanges did.
	strict  bool
	cookie  string
	carried []string
	// noCache says that the exchanges are all that a browser with an empty
	// preflight cache sent: no preflight is missing.
	noCache bool
}

// next returns the exchange that answers a request, and the zero value without.
// origin and names are those of a preflight, empty for any.
func (p *replay) next(purpose exchange.Purpose, method, url, origin, names string) exchange.Exchange {
	if i := p.find(purpose, method, url, origin, names, true); i >= 0 {
		return p.take(i)
	}
	if !p.strict {
		if i := p.find(purpose, method, url, origin, names, false); i >= 0 {
			return p.take(i)
		}
	}
	return exchange.Exchange{}
}

func (p *replay) take(i int) exchange.Exchange {
	if i < 64 {
		p.used |= 1 << i
	}
	return p.xs[i]
}

// has says whether an unused exchange answers such a request.
func (p *replay) has(purpose exchange.Purpose, method, url string) bool {
	return p.find(purpose, method, url, "", "", false) >= 0
}

func (p *replay) find(purpose exchange.Purpose, method, url, origin, names string, exact bool) int {
	for i := range p.xs {
		x := &p.xs[i]
		if (i < 64 && p.used&(1<<i) != 0) || purposeOf(x) != purpose || x.Request.Method != method || !sameURL(x.Request.URL, url) {
			continue
		}
		if exact && p.strict && purpose == exchange.PurposeRequest && !p.sameCookies(i) {
			continue
		}
		if exact && purpose == exchange.PurposePreflight && len(x.Request.Headers) > 0 {
			if o, sent := x.Request.Headers.Get("origin"); sent && o != origin {
				continue
			}
			if h := x.Request.Headers.Value("access-control-request-headers"); h != names {
				continue
			}
		}
		return i
	}
	return -1
}

// sameCookies says whether exchange i answers a request with the cookies of the
// next one. Where no request could be sent, cookies make no difference.
func (p *replay) sameCookies(i int) bool {
	carried := ""
	if i < len(p.carried) {
		carried = p.carried[i]
	}
	return carried == p.cookie || unreachable(&p.xs[i])
}

// unreachable says that an exchange failed before a request could be sent.
func unreachable(x *exchange.Exchange) bool {
	if x.Failure == nil {
		return false
	}
	switch x.Failure.Phase {
	case exchange.FailureDNS, exchange.FailureConnect, exchange.FailureTLS, exchange.FailureRefused:
		return true
	}
	return false
}

// purposeOf is an exchange's purpose; where an import did not know it, an
// OPTIONS with Access-Control-Request-Method is a preflight.
func purposeOf(x *exchange.Exchange) exchange.Purpose {
	if x.Purpose != "" {
		return x.Purpose
	}
	if x.Request.Method == "OPTIONS" && x.Request.Headers.Has("access-control-request-method") {
		return exchange.PurposePreflight
	}
	return exchange.PurposeRequest
}

// sameURL compares a stored URL with a serialised one, the fragment aside.
func sameURL(stored, url string) bool {
	if stored == url {
		return true
	}
	if len(stored) < len(url)-1 && !strings.ContainsAny(stored, "#:") {
		return false
	}
	u, err := ParseURL(stored, nil)
	return err == nil && u.WithoutFragment() == url
}
