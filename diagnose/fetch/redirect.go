package fetch

import (
	"errors"
	"strings"

	"corstui/diagnose/exchange"
)

// locationURL is "location URL" of a response that has a Location. Several
// lines are one if they are equal, and a failure otherwise.
func locationURL(by decider, hs exchange.Headers, base *URL) (*URL, error) {
	first, lines := "", 0
	for i := range hs {
		if strings.EqualFold(hs[i].Name, "location") {
			if lines++; lines == 1 {
				first = hs[i].Value
			}
		}
	}
	switch {
	case lines > 1 && by.has(devLocationsJoined):
		first, _ = hs.Get("location")
	case lines == 0 || differingLines(hs, "location"):
		return nil, errSeveralLocations
	}
	return ParseURL(NormalizeValue(first), base)
}

var errSeveralLocations = errors.New("is not one")

// redirects says whether a response is a redirect that the engine acts on: by
// its status, and, where the engine is to follow it, by having a Location.
func (r *run) redirects(status int, hs exchange.Headers) bool {
	v, found := hs.Get("location")
	if !found || NormalizeValue(v) == "" && r.c.Redirect != exchange.RedirectFollow {
		switch r.c.Redirect {
		case exchange.RedirectError:
			return isRedirectStatus(status) && !r.has(devErrorNeedsLocation)
		case exchange.RedirectManual:
			return isRedirectStatus(status)
		}
		return false
	}
	if !isRedirectStatus(status) && (status < 309 || status > 399 || !r.has(devFollows309)) {
		return false
	}
	return NormalizeValue(v) != "" || !r.has(devEmptyLocationIsResponse)
}

// redirectFetch is HTTP-redirect fetch, preceded by the outcome of the CORS
// check on the redirect itself. It returns true when the next hop is to be
// fetched.
func (r *run) redirectFetch(x exchange.Exchange, hs exchange.Headers, check failure, passes bool) bool {
	v, _ := hs.Get("location")
	target, err := locationURL(r, hs, r.cur)
	if err == nil && !target.HasFragment {
		target.Fragment, target.HasFragment = r.cur.Fragment, r.cur.HasFragment
	}
	check.target, check.location = target, NormalizeValue(v)
	if target != nil && target.Scheme == "ftp" && r.has(devFTPDisabled) {
		return r.fail(failure{cause: causeRedirectFTP, exchange: x.ID, status: x.Response.Status, target: target}, AtRedirect)
	}
	if r.c.Redirect != exchange.RedirectFollow {
		return r.redirectNotFollowed(x, check, passes)
	}
	at := func(c cause) failure {
		return failure{cause: c, exchange: x.ID, status: x.Response.Status, target: target, location: check.location}
	}
	var network failure
	switch {
	case err != nil:
		network = at(causeRedirectLocation)
	case r.redirect >= maxRedirects:
		network = at(causeRedirectCount)
	}
	if network.cause != causeNone {
		if !passes && !r.has(devRedirectNetworkFirst) {
			return r.fail(check, r.step())
		}
		return r.fail(network, AtRedirect)
	}
	mixed := r.mixed(target)
	if mixed && (!passes || target.HasCredentials()) && r.has(devRedirectTargetFirst) {
		return r.fail(at(r.mixedCause()), AtRedirect)
	}
	if !passes {
		if isUnsafeScheme(target) && r.has(devRedirectTargetFirst) {
			return r.fail(at(causeRedirectUnsafeScheme), AtRedirect)
		}
		return r.fail(check, r.step())
	}
	r.late = r.lateCheck(hs, check)
	own := SameOrigin(r.page, target.Origin())
	switch {
	case NormalizeValue(v) == "" && r.has(devEmptyLocationBlocked):
		return r.fail(at(causeRedirectEmptyLocation), AtRedirect)
	case target.HasCredentials() && r.c.Mode == exchange.ModeCORS && (!own || r.tainting == taintingCORS) && (target.IsHTTP() || !r.has(devSchemeBeforeUserinfo)):
		f := at(causeRedirectUserinfo)
		if r.tainting != taintingBasic || !r.has(devMixedAfterPreflight) {
			return r.fail(f, AtRedirect)
		}
		f.url, r.late, r.mixedHop = r.cur, f, mixed
	case target.HasCredentials() && r.has(devRedirectUserinfoAborted):
		return r.fail(at(causeRedirectUserinfoAborted), AtRedirect)
	case target.Scheme == "file" && r.tainting == taintingBasic:
		return r.fail(at(causeRedirectOwnFile), AtRedirect)
	case target.Scheme == "about" && target.Path == "blank" && r.c.Mode == exchange.ModeCORS:
		return r.fail(at(causeRedirectBlank), AtRedirect)
	case (isUnsafeScheme(target) || !target.IsHTTP()) && r.c.Mode != exchange.ModeCORS:
		return r.fail(at(r.schemeCause(target)), AtRedirect)
	case isUnsafeScheme(target):
		return r.fail(at(causeRedirectUnsafeScheme), AtRedirect)
	case !target.IsHTTP():
		f := at(causeRedirectScheme)
		switch {
		case r.tainting == taintingBasic && r.page.Scheme != "http":
			f.cause = causeRedirectOwnScheme
		case isLocalScheme(target):
			f.cause = causeRedirectLocalScheme
		}
		return r.fail(f, AtRedirect)
	case mixed && r.has(devMixedAfterPreflight):
		r.mixedHop = true
	case mixed:
		return r.fail(at(r.mixedCause()), AtRedirect)
	case IsBadPort(target):
		return r.fail(at(causeRedirectPort), AtRedirect)
	case r.c.Mode == exchange.ModeSameOrigin && !own:
		return r.fail(at(causeRedirectSameOriginMode), AtRedirect)
	}
	if r.stream && x.Response.Status != 303 {
		return r.fail(at(causeRedirectStream), AtRedirect)
	}
	r.follow(target, x.Response.Status)
	return true
}

// redirectNotFollowed is the part of HTTP fetch for the redirect modes error
// and manual.
func (r *run) redirectNotFollowed(x exchange.Exchange, check failure, passes bool) bool {
	switch {
	case check.target == nil && x.Response.Headers.Has("location") && r.has(devUnfollowedLocationChecked):
		return r.fail(failure{cause: causeRedirectLocation, exchange: x.ID, status: x.Response.Status}, AtRedirect)
	case !passes:
		return r.fail(check, r.step())
	case r.c.Redirect == exchange.RedirectManual:
		r.res.Verdict.Allowed = true // an opaque-redirect filtered response: nothing is readable
		r.res.Verdict.HiddenHeaders = headerNames(x.Response.Headers)
		return false
	}
	if t := check.target; t != nil && t.HasCredentials() && r.c.Mode == exchange.ModeCORS && t.IsHTTP() &&
		(!SameOrigin(r.page, t.Origin()) || r.tainting == taintingCORS) && r.has(devUserinfoBeforeMode) {
		return r.fail(failure{cause: causeRedirectUserinfo, exchange: x.ID, status: x.Response.Status, target: t, location: check.location}, AtRedirect)
	}
	return r.fail(failure{cause: causeRedirectMode, exchange: x.ID, status: x.Response.Status, target: check.target, location: check.location}, r.step())
}

// lateCheck is the second CORS check of a redirect, by engines that take the
// credentials of the first URL for those of the redirect.
func (r *run) lateCheck(hs exchange.Headers, check failure) failure {
	if r.tainting != taintingCORS || r.c.Credentials != exchange.CredentialsSameOrigin || !r.res.SameOrigin || !r.has(devRedirectCredentialsKept) {
		return failure{}
	}
	f, ok := corsCheck(r, r.requestOrigin(), true, hs)
	if ok {
		return failure{}
	}
	f.exchange, f.status, f.target, f.location, f.url = check.exchange, check.status, check.target, check.location, r.cur
	return f
}

// isUnsafeScheme says whether a redirect to this URL is refused by the network
// layer, before anybody thinks of CORS.
func isUnsafeScheme(u *URL) bool {
	switch u.Scheme {
	case "data", "file", "blob", "about", "filesystem":
		return true
	}
	return false
}

// isLocalScheme says whether a scheme is one that browsers know and keep to
// themselves.
func isLocalScheme(u *URL) bool {
	switch u.Scheme {
	case "javascript", "ws", "wss", "view-source", "resource", "chrome", "moz-extension":
		return true
	}
	return false
}

// mixedCause tells a redirect to mixed content of a cross-origin fetch from one
// of the page's own origin.
func (r *run) mixedCause() cause {
	if r.tainting == taintingCORS {
		return causeRedirectMixed
	}
	return causeRedirectOwnMixed
}

// schemeCause is why a redirect out of HTTP is refused where the mode is not
// cors.
func (r *run) schemeCause(target *URL) cause {
	switch unsafe := isUnsafeScheme(target); {
	case r.c.Mode == exchange.ModeSameOrigin && unsafe:
		return causeRedirectSameOriginUnsafe
	case r.c.Mode == exchange.ModeSameOrigin:
		return causeRedirectSameOriginScheme
	case unsafe:
		return causeRedirectNoCORSUnsafe
	case r.page.Scheme == "http":
		return causeRedirectUnknownScheme
	}
	return causeRedirectNoCORSScheme
}

// contentHeaders are the request-body-header names, which go with the body.
var contentHeaders = []string{"Content-Encoding", "Content-Language", "Content-Location", "Content-Type"}

// follow changes the request as HTTP-redirect fetch says.
func (r *run) follow(target *URL, status int) {
	from, to := r.cur.Origin(), target.Origin()
	toGet := (status == 301 || status == 302) && r.method == "POST" ||
		status == 303 && r.method != "GET" && r.method != "HEAD" ||
		r.method == "DELETE" && !SameOrigin(from, to) && r.has(devDeleteBecomesGet)
	if toGet {
		r.becameGet = true
		r.method, r.body, r.hasBody, r.stream = "GET", "", false, false
		r.headers = r.headers.Without(contentHeaders...)
	}
	if !SameOrigin(from, to) {
		r.changed = true
		if r.headers.Has("Authorization") {
			r.headers = r.headers.Without("Authorization")
		}
		if !SameOrigin(r.page, from) || (r.tainting != taintingCORS && r.c.Mode == exchange.ModeNoCORS && r.has(devNoCORSRedirectOriginNull)) {
			r.tainted = true
		}
	}
	r.leftSite = r.leftSite || !SameSite(r.page, from)
	r.cur = target
	r.redirect++
}
