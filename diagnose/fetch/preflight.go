package fetch

import (
	"strings"
	"time"

	"corstui/diagnose/exchange"
)

// preflight is CORS-preflight fetch, where the current request needs one and
// the preflight cache does not cover it. It returns false when that ends the
// run.
func (r *run) preflight() bool {
	names, triggers := unsafeNames(r, r.headers)
	needs := len(names) > 0
	if !IsCORSSafelistedMethod(r.method) {
		needs = true
		if !r.within { // whoever asks for this run has the triggers
			triggers = append([]Trigger{{Kind: "method", Name: r.method, Value: r.method,
				Why:   "the method " + r.method + " is none of GET, HEAD and POST",
				Avoid: "Use POST with a safelisted Content-Type where the API allows it, or call the API from the page's own origin."}}, triggers...)
		}
	}
	if r.redirect > 0 && !needs {
		if original, _ := unsafeNames(r, r.original); r.needed || len(original) > 0 {
			needs = r.has(devPreflightSticky)
		}
	}
	if r.flagged {
		needs = true
		if !r.within {
			triggers = append(triggers, streamTrigger)
		}
	}
	if !needs || r.c.ServiceWorker && r.redirect == 0 && r.has(devWorkerSkipsPreflight) {
		return true
	}
	r.needed = true
	if r.redirect > 0 && len(r.original) != len(r.headers) && r.has(devPreflightOldNames) {
		names, _ = unsafeNames(r, r.original)
	}
	if len(r.res.Triggers) == 0 {
		r.res.Triggers = triggers
	}
	origin := r.requestOrigin()
	if r.tainted && r.has(devPreflightOriginKept) {
		origin = SerializeOrigin(r.page)
	}
	if r.cache != nil && r.cache.Match(r.cacheKey(origin), r.method, names, time.Time{}) {
		return true
	}
	return r.sendPreflight(names, origin)
}

func (r *run) cacheKey(origin string) PreflightKey {
	return PreflightKey{Origin: origin, URL: r.cur.String(), Credentials: r.credentialed()}
}

func (r *run) sendPreflight(names []string, origin string) bool {
	var x exchange.Exchange
	if r.stored != nil {
		x = r.record(r.stored.next(exchange.PurposePreflight, "OPTIONS", r.wire, origin, strings.Join(names, ",")))
	} else {
		x = r.record(r.t.RoundTrip(r.ctx, exchange.PurposePreflight, r.preflightRequest(names, origin)))
	}
	if x.Response == nil && x.Failure == nil {
		if r.stored != nil && !r.stored.noCache && r.stored.has(exchange.PurposeRequest, r.method, r.wire) {
			r.fromCache = true
			return true // the browser went on, so its preflight cache had an answer
		}
		return r.hold()
	}
	r.res.Verdict.PreflightSent = true
	if x.Failure != nil {
		return r.networkError(x, true)
	}
	r.http1 = isHTTP1(x.Response.Proto)
	hs := r.receive(x.Response.Headers)
	p := preflightAnswer{run: r, status: x.Response.Status, headers: hs, origin: origin, names: names}
	f, ok := p.judge()
	if !ok {
		f.preflight, f.exchange, f.status = true, x.ID, x.Response.Status
		return r.fail(f, AtPreflight)
	}
	if p.warning != "" {
		r.res.Warnings = append(r.res.Warnings, p.warning)
	}
	if r.cache == nil {
		r.cache = NewPreflightCache(r.e)
	}
	r.cache.Store(r.cacheKey(origin), r.method, names, hs, time.Time{})
	return true
}

// WarningAuthorizationCoveredByWildcard is the warning of a preflight that `*`
// lets pass for Authorization: engines allow it, the standard does not.
const WarningAuthorizationCoveredByWildcard = "AuthorizationCoveredByWildcard"

// preflightAnswer is the answer of a preflight under judgement.
type preflightAnswer struct {
	run     *run
	status  int
	headers exchange.Headers
	origin  string
	names   []string // what was asked for, as in Access-Control-Request-Headers
	warning string
}

// A preflightCheck is one of the checks of an answer.
type preflightCheck uint8

const (
	checkNetwork  preflightCheck = iota // what never becomes a response
	checkRedirect                       // a redirect that could be followed
	checkCORS
	checkStatus
	checkMethodsSyntax
	checkHeadersSyntax
	checkMethod
	checkHeaders
)

// The orders in which engines run the checks. All of them refuse the same
// answers; the first check that fails gives the reason.
var (
	orderStandard      = []preflightCheck{checkNetwork, checkCORS, checkRedirect, checkStatus, checkMethodsSyntax, checkHeadersSyntax, checkMethod, checkHeaders}
	orderRedirectFirst = []preflightCheck{checkNetwork, checkRedirect, checkCORS, checkStatus, checkMethodsSyntax, checkHeadersSyntax, checkMethod, checkHeaders}
	orderMethodFirst   = []preflightCheck{checkNetwork, checkCORS, checkRedirect, checkStatus, checkMethodsSyntax, checkMethod, checkHeadersSyntax, checkHeaders}
	orderStatusFirst   = []preflightCheck{checkNetwork, checkStatus, checkCORS, checkMethodsSyntax, checkHeadersSyntax, checkMethod, checkHeaders}
)

// judge runs the checks in the standard's order; only if two fail does the
// order of the engine matter, and only then is it asked for.
func (p *preflightAnswer) judge() (failure, bool) {
	var first failure
	failed := 0
	for _, c := range orderStandard {
		if f, ok := p.check(c); !ok {
			if failed++; failed == 1 {
				first = f
			}
		}
	}
	if failed < 2 {
		return first, failed == 0
	}
	order := orderStandard
	switch {
	case p.run.has(devPreflightRedirectFirst):
		order = orderRedirectFirst
	case p.run.has(devPreflightMethodFirst):
		order = orderMethodFirst
	case p.run.has(devPreflightStatusFirst):
		order = orderStatusFirst
	}
	for _, c := range order {
		if f, ok := p.check(c); !ok {
			return f, false
		}
	}
	return first, false
}

func (p *preflightAnswer) check(c preflightCheck) (failure, bool) {
	switch c {
	case checkNetwork:
		return p.checkNetwork()
	case checkRedirect:
		return p.checkRedirect()
	case checkCORS:
		return corsCheck(p.run, p.origin, p.run.credentialed(), p.headers)
	case checkStatus:
		if p.status < 200 || p.status > 299 {
			return failure{cause: causePreflightStatus}, false
		}
	case checkMethodsSyntax:
		return p.syntax(allowMethods, causeMethodsSyntax)
	case checkHeadersSyntax:
		return p.syntax(allowHeaders, causeHeadersSyntax)
	case checkMethod:
		return p.checkMethod()
	case checkHeaders:
		return p.checkHeaders()
	}
	return failure{}, true
}

// location returns the target of a redirect: nil without a Location, ok false
// where it does not parse.
func (p *preflightAnswer) location() (target *URL, ok bool) {
	if !isRedirectStatus(p.status) {
		return nil, true
	}
	if v, found := p.headers.Get("location"); !found || NormalizeValue(v) == "" && p.run.has(devEmptyLocationIsResponse) {
		return nil, true
	}
	u, err := locationURL(p.run, p.headers, p.run.cur)
	return u, err == nil
}

// checkNetwork fails for answers that some engines' network layers never hand
// on.
func (p *preflightAnswer) checkNetwork() (failure, bool) {
	if c := p.run.neverResponse(p.status, p.headers); c != causeNone {
		return failure{cause: c}, false
	}
	switch target, ok := p.location(); {
	case target == nil && ok || !p.redirected():
	case !ok && p.run.has(devPreflightInvalidLocation):
		return failure{cause: causeRedirectLocation}, false
	case !ok:
	case isUnsafeScheme(target) && p.run.has(devRedirectTargetFirst):
		return failure{cause: causeRedirectUnsafeScheme, target: target}, false
	case p.run.mixed(target) && p.run.has(devRedirectTargetFirst):
		return failure{cause: causeRedirectMixed, target: target}, false
	}
	return failure{}, true
}

// checkRedirect fails for a redirect that could be followed.
func (p *preflightAnswer) checkRedirect() (failure, bool) {
	target, ok := p.location()
	if !ok || target == nil || !p.redirected() {
		return failure{}, true
	}
	if (target.HasCredentials() || !target.IsHTTP()) && p.run.has(devPreflightRedirectTarget) {
		return failure{cause: causePreflightTarget, target: target}, false
	}
	return failure{cause: causePreflightRedirect, target: target}, false
}

// redirected says whether a redirect of the preflight counts as one, rather
// than as a bad status.
func (p *preflightAnswer) redirected() bool {
	return p.run.c.Redirect == exchange.RedirectFollow || !p.run.has(devPreflightRedirectByMode)
}

func (p *preflightAnswer) syntax(name string, c cause) (failure, bool) {
	_, bad, ok := ExtractHeaderList(p.headers, name)
	if ok {
		return failure{}, true
	}
	v, _ := p.headers.Get(name)
	return failure{cause: c, header: name, sent: v, present: true, element: bad}, false
}

// checkMethod: the method is listed byte for byte, or safelisted, or `*` stands
// for it when the request is not credentialed.
func (p *preflightAnswer) checkMethod() (failure, bool) {
	m := p.run.method
	list, _, ok := ExtractHeaderList(p.headers, allowMethods)
	if !ok || IsCORSSafelistedMethod(m) || contains(list, m) || (!p.run.credentialed() && contains(list, "*")) {
		return failure{}, true
	}
	v, found := p.headers.Get(allowMethods)
	return failure{cause: causeMethod, header: allowMethods, sent: v, present: found, method: m}, false
}

// checkHeaders: every unsafe name is listed in any case, or `*` stands for it
// when the request is not credentialed.
func (p *preflightAnswer) checkHeaders() (failure, bool) {
	list, _, ok := ExtractHeaderList(p.headers, allowHeaders)
	if !ok {
		return failure{}, true
	}
	star := !p.run.credentialed() && contains(list, "*")
	var missing []string
	p.warning = ""
	for _, n := range p.names {
		switch {
		case containsFold(list, n):
		case star && n != "authorization":
		case star && p.run.has(devAuthorizationWildcard):
			p.warning = WarningAuthorizationCoveredByWildcard
		default:
			missing = append(missing, n)
		}
	}
	if len(missing) == 0 {
		return failure{}, true
	}
	name := missing[0]
	if len(missing) > 1 && p.run.has(devMissingHeaderInScriptOrder) {
		name = p.firstInScript(missing)
	}
	v, found := p.headers.Get(allowHeaders)
	return failure{cause: causeHeader, header: allowHeaders, sent: v, present: found,
		name: name, spelt: p.spelling(name), missing: missing}, false
}

func (p *preflightAnswer) firstInScript(names []string) string {
	for _, h := range p.run.original {
		if n := lowerASCII(h.Name); contains(names, n) {
			return n
		}
	}
	return names[0]
}

// spelling returns a name as the script wrote it.
func (p *preflightAnswer) spelling(name string) string {
	for _, h := range p.run.original {
		if strings.EqualFold(h.Name, name) {
			return h.Name
		}
	}
	return name
}

func isRedirectStatus(s int) bool {
	return s == 301 || s == 302 || s == 303 || s == 307 || s == 308
}
