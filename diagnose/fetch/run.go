package fetch

import (
	"context"
	"strings"

	"corstui/diagnose/exchange"
)

// The response taintings of the Fetch Standard.
const (
	taintingBasic  = "basic"
	taintingCORS   = "cors"
	taintingOpaque = "opaque"
)

// maxRedirects is the redirect count of HTTP-redirect fetch: the 21st fails.
const maxRedirects = 20

// Run performs fetch() for the case over the transport: main fetch, HTTP fetch,
// CORS-preflight fetch and HTTP-redirect fetch of the Fetch Standard.
func Run(ctx context.Context, c exchange.Case, t Transport, o Options) Result {
	r := newRun(ctx, c, t, o)
	r.fetch()
	r.conclude()
	return r.res
}

// A run is one fetch() under way: the standard's request and response, and what
// has been seen.
type run struct {
	ctx    context.Context
	t      Transport
	o      Options
	e      Engine
	asked  devSet  // the deviations that this run depended on
	stored *replay // set when exchanges are read, not sent
	within bool    // another run asks for this one: no consoles of others
	weigh  bool    // says what became of each credential, although within another run
	// fromCache says that a stored preflight was missing and counts as cached.
	fromCache bool

	c    *exchange.Case // with fetch()'s defaults
	own  exchange.Case  // what c points to
	page Origin         // the page's origin

	// The request.
	method     string
	headers    exchange.Headers // what the script set, and the body's Content-Type
	original   exchange.Headers // the same, before any redirect
	body       string
	hasBody    bool
	parsed     *URL   // the case's URL, nil until it is parsed
	parsedWire string // the same as it goes on the wire, for a run that repeats this one
	first      *URL
	cur        *URL
	wire       string // the current URL as it goes on the wire
	redirect   int    // how many were followed
	tainting   string
	tainted    bool    // redirect-tainted: the origin is serialised as null
	site       int     // Sec-Fetch-Site, the widest relation on the chain
	changed    bool    // a redirect went to another origin
	becameGet  bool    // a redirect changed the method to GET
	stream     bool    // the body is a stream, so that it has no source and is sent once
	flagged    bool    // the use-CORS-preflight flag, which a redirect leaves set
	http1      bool    // the last preflight came over HTTP/1
	status     int     // of the response that the page gets
	needed     bool    // a hop before this one needed a preflight
	leftSite   bool    // a hop before this one was of another site
	late       failure // a check of the redirect to this hop that comes after its preflight
	mixedHop   bool    // the current hop is mixed content, refused after its preflight

	cookies cookieStore
	carried []string // the Cookie header of each exchange of the result, as far as any had one
	cache   *PreflightCache
	failure failure
	res     Result
	scratch *run // the run as another engine
}

func newRun(ctx context.Context, c exchange.Case, t Transport, o Options) *run {
	r := &run{ctx: ctx, t: t, o: o, e: o.Engine, own: c.WithDefaults(), page: ParseOrigin(c.Origin)}
	r.c = &r.own
	return r
}

// has says whether the engine deviates in this way, and remembers that the run
// depended on it: engines that agree on all that was asked agree on the verdict.
func (r *run) has(d deviation) bool {
	r.asked.add(d)
	return r.e.has(d)
}

// credentialed says that the credentials mode is include.
func (r *run) credentialed() bool { return r.c.Credentials == exchange.CredentialsInclude }

// fetch is the fetch method and, hop by hop, main fetch.
func (r *run) fetch() {
	if !r.construct() {
		return
	}
	r.first = r.cur
	if !r.beforeNetwork() {
		return
	}
	r.res.SameOrigin = SameOrigin(r.page, r.cur.Origin())
	for r.mainFetch() {
	}
}

// beforeNetwork is the part of main fetch that ends a fetch before anything is
// sent: bad port, mixed content and local network access.
func (r *run) beforeNetwork() bool {
	switch {
	case IsBadPort(r.cur):
		return r.refuse(failure{cause: causeLocalPort, url: r.cur})
	case r.mixed(r.cur):
		return r.refuse(failure{cause: r.localMixedCause(), url: r.cur})
	case r.c.LocalNetwork.Asks():
		return r.localNetwork()
	}
	return true
}

// mixed is "should fetching request be blocked as mixed content". A page with
// the opaque origin is in a secure context.
func (r *run) mixed(u *URL) bool {
	if u.Scheme != "http" { // other schemes are refused for what they are
		return false
	}
	if r.page.Scheme == "http" {
		if IsPotentiallyTrustworthy(u) || !isLoopbackHost(r.page.Host) {
			return false
		}
		return !r.has(devMixedFromHTTPSOnly)
	}
	if IsPotentiallyTrustworthy(u) {
		return r.has(devLoopbackMixed)
	}
	return true
}

// mainFetch chooses the branch of main fetch for the current URL and performs
// it. It returns true when a redirect leads to another hop.
func (r *run) mainFetch() bool {
	if r.wire = r.parsedWire; r.cur != r.parsed || r.wire == "" {
		r.wire = r.cur.WithoutFragment()
	}
	if r.cur == r.parsed {
		r.parsedWire = r.wire
	}
	if r.stored == nil { // nothing else needs the relation, and it costs two look-ups
		r.site = max(r.site, relation(r.page, r.cur.Origin()))
	}
	switch {
	case SameOrigin(r.page, r.cur.Origin()) && (r.tainting == "" || r.tainting == taintingBasic):
		r.tainting = taintingBasic
	case r.cur.Scheme == "data" && r.redirect == 0:
		r.tainting = taintingBasic
		r.res.Verdict.Allowed = true
		r.res.Verdict.ReadableHeaders = []string{"content-type"}
		if r.has(devDataURLLength) {
			r.res.Verdict.ReadableHeaders = []string{"content-length", "content-type"}
		}
		return false
	case r.c.Mode == exchange.ModeSameOrigin:
		return r.refuse(failure{cause: causeLocalMode, url: r.cur})
	case r.c.Mode == exchange.ModeNoCORS:
		if r.c.Redirect != exchange.RedirectFollow {
			return r.refuse(failure{cause: causeLocalRedirectMode, url: r.cur})
		}
		r.tainting = taintingOpaque
		if !r.cur.IsHTTP() {
			return r.refuseScheme()
		}
	case !r.cur.IsHTTP():
		return r.refuseScheme()
	default:
		r.tainting = taintingCORS
	}
	return r.httpFetch()
}

// httpFetch is HTTP fetch: the preflight where one is needed, the request, the
// CORS check, and what follows from the status.
func (r *run) httpFetch() bool {
	if r.redirect == 0 && (!r.within || r.weigh) {
		r.res.Credentials = r.credentialDecisions()
	}
	if r.tainting == taintingCORS && !r.preflight() {
		return false
	}
	switch {
	case r.mixedHop:
		return r.fail(failure{cause: r.mixedCause(), target: r.cur}, AtRedirect)
	case r.late.cause != causeNone:
		return r.fail(r.late, AtRedirect)
	}
	if r.stream && (r.http1 || r.cur.Scheme == "http") {
		return r.fail(failure{cause: r.streamCause()}, r.step())
	}
	if !isSafeMethod(r.method) && !r.o.AllowUnsafe {
		return r.hold()
	}
	x := r.send(exchange.PurposeRequest)
	switch {
	case x.Failure != nil:
		return r.networkError(x, false)
	case x.Response == nil:
		return r.hold()
	}
	if r.stream && isHTTP1(x.Response.Proto) {
		return r.fail(failure{cause: r.streamCause(), exchange: x.ID}, r.step())
	}
	hs := r.receive(x.Response.Headers)
	status := x.Response.Status
	if c := r.neverResponse(status, hs); c != causeNone {
		return r.fail(failure{cause: c, exchange: x.ID, status: status}, r.step())
	}
	r.storeCookies(hs)
	check, passes := failure{}, true
	if r.tainting == taintingCORS {
		check, passes = corsCheck(r, r.requestOrigin(), r.credentialed(), hs)
		check.exchange, check.status = x.ID, status
	}
	if r.redirects(status, hs) {
		return r.redirectFetch(x, hs, check, passes)
	}
	if !passes {
		return r.fail(check, r.step())
	}
	if f, ok := r.resourcePolicy(x, hs); !ok {
		return r.fail(f, r.step())
	}
	r.respond(x.ID, status, hs)
	return false
}

// step is the name of the step at which the current request stands.
func (r *run) step() BlockedAt {
	if r.redirect > 0 {
		return AtRedirect
	}
	return AtRequest
}

// requestOrigin is "serializing a request origin".
func (r *run) requestOrigin() string {
	if r.tainted {
		return "null"
	}
	return SerializeOrigin(r.page)
}

// send puts the current request on the wire.
func (r *run) send(p exchange.Purpose) exchange.Exchange {
	if r.stored != nil {
		r.stored.cookie, _, _ = r.session()
		return r.carry(r.stored.cookie, r.record(r.stored.next(p, r.method, r.wire, "", "")))
	}
	req := r.request()
	return r.carry(req.Headers.Value("Cookie"), r.record(r.t.RoundTrip(r.ctx, p, req)))
}

// carry remembers with which cookies the exchange went out that was recorded last.
func (r *run) carry(cookie string, x exchange.Exchange) exchange.Exchange {
	if cookie != "" && !r.within && (x.Response != nil || x.Failure != nil) {
		r.carried = append(append(r.carried, make([]string, len(r.res.Exchanges)-1-len(r.carried))...), cookie)
	}
	return x
}

func (r *run) record(x exchange.Exchange) exchange.Exchange {
	if !r.within && (x.Response != nil || x.Failure != nil) {
		r.res.Exchanges = append(r.res.Exchanges, x)
		r.res.DecidedBy = x.ID
	}
	return x
}

// receive returns the headers of a response as the engine reads them.
func (r *run) receive(hs exchange.Headers) exchange.Headers {
	for i := range hs {
		n := hs[i].Name
		if n == "" || (n[len(n)-1] != ' ' && n[len(n)-1] != '\t') {
			continue
		}
		keep := r.has(devSpaceBeforeColon)
		out := make(exchange.Headers, 0, len(hs))
		for _, h := range hs {
			if name := trimOWS(h.Name); name == h.Name {
				out = append(out, h)
			} else if keep {
				out = append(out, exchange.Header{Name: name, Value: h.Value})
			}
		}
		return out
	}
	return hs
}

// neverResponse finds what network layers, or those of some engines, never hand
// on as a response: a cause, or none.
func (r *run) neverResponse(status int, hs exchange.Headers) cause {
	switch {
	case status >= 100 && status < 200 && (status != 101 || !r.has(devSwitchingProtocolsReadable)):
		return causeInterim // an interim answer, with none behind it
	case status == 407 && r.has(devUnexpectedProxyAuth):
		return causeProxyAuth
	case differingLines(hs, "location") && r.has(devSuspectDuplicates):
		return causeSeveralLocations
	case differingLines(hs, "content-length") && r.has(devSuspectDuplicates):
		return causeSeveralLengths
	case differingLines(hs, "content-disposition") && r.has(devSuspectDuplicates):
		return causeSeveralDispositions
	}
	return causeNone
}

// differingLines says whether a header has several lines whose values differ.
func differingLines(hs exchange.Headers, name string) bool {
	first := -1
	for i := range hs {
		switch {
		case len(hs[i].Name) != len(name) || !strings.EqualFold(hs[i].Name, name):
		case first < 0:
			first = i
		case hs[i].Value != hs[first].Value:
			return true
		}
	}
	return false
}

// hold ends the run before a request that may not be sent, or that no stored
// exchange answers: allowed as far as was seen.
func (r *run) hold() bool {
	if r.stored != nil {
		r.site = max(relation(r.page, r.first.Origin()), relation(r.page, r.cur.Origin()))
	}
	if !r.within {
		req := r.request()
		r.res.Unsent = &req
	} else {
		r.session() // which notes what the verdict rests on
	}
	r.res.Verdict.Partial = true
	r.res.Verdict.Allowed = true
	return false
}

// refuse ends the run with what the browser itself refuses.
func (r *run) refuse(f failure) bool {
	if r.redirect > 0 { // by a redirect only: redirectFetch names its own causes
		return r.fail(f, AtRedirect)
	}
	r.failure = f
	r.failure.failed = true
	return false
}

func (r *run) refuseScheme() bool {
	c := causeLocalScheme
	if r.cur.Scheme == "file" {
		c = causeLocalFile
	}
	return r.refuse(failure{cause: c, url: r.cur})
}

// fail ends the run at a step.
//
//go:noinline
func (r *run) fail(f failure, at BlockedAt) bool {
	f.failed = true
	if f.url == nil {
		f.url = r.cur
	}
	r.failure = f
	r.res.Verdict.BlockedAt = &at
	if f.exchange != "" {
		r.res.DecidedBy = f.exchange
	}
	return false
}

// networkError ends the run with a request that got no HTTP answer.
func (r *run) networkError(x exchange.Exchange, preflight bool) bool {
	at := r.step()
	if preflight {
		at = AtPreflight
	}
	return r.fail(failure{cause: causeNetwork, exchange: x.ID, network: x.Failure, preflight: preflight}, at)
}

// relation orders Sec-Fetch-Site: 0 same-origin, 1 same-site, 2 cross-site.
func relation(page, target Origin) int {
	switch {
	case SameOrigin(page, target):
		return 0
	case SchemefulSameSite(page, target):
		return 1
	}
	return 2
}
