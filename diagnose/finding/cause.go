package finding

import (
	"strings"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
)

// cause is why the browser stopped, whatever its engine calls it.
type cause int

const (
	causeNone cause = iota
	causeLocal
	causeNetwork
	causeMissing     // no Access-Control-Allow-Origin
	causeWildcard    // * with credentials
	causeMultiple    // several values
	causeInvalid     // no origin at all
	causeMismatch    // another origin
	causeCredentials // Access-Control-Allow-Credentials is not true
	causeStatus      // the preflight's status is not 200 to 299
	causePreflightRedirect
	causeMethodsSyntax
	causeHeadersSyntax
	causeMethod
	causeHeader
	causeUserinfo // Location holds a user name or password
	causeScheme   // Location leads to another scheme
	causeLocation // Location is no URL
	causeLoop     // more than 20 redirects
	causeToHTTP   // redirect to http: mixed content
	causeRedirectMode
	causeLNA
	causeCORP // Cross-Origin-Resource-Policy on a no-cors load
	causeUnknown
)

// reasonCauses maps the engines' names to causes: Chromium's CorsError (with
// "Preflight" in front taken off) and Firefox's keys. Names whose cause the
// header tells more exactly are left out and judged by the header.
// Sources: Network.CorsError of the DevTools protocol; nsCORSListenerProxy.
var reasonCauses = map[string]cause{
	"MissingAllowOriginHeader":             causeMissing,
	"WildcardOriginNotAllowed":             causeWildcard,
	"MultipleAllowOriginValues":            causeMultiple,
	"InvalidAllowOriginValue":              causeInvalid,
	"AllowOriginMismatch":                  causeMismatch,
	"InvalidAllowCredentials":              causeCredentials,
	"InvalidStatus":                        causeStatus,
	"DisallowedRedirect":                   causePreflightRedirect,
	"InvalidAllowMethodsPreflightResponse": causeMethodsSyntax,
	"InvalidAllowHeadersPreflightResponse": causeHeadersSyntax,
	"MethodDisallowedByPreflightResponse":  causeMethod,
	"HeaderDisallowedByPreflightResponse":  causeHeader,
	"RedirectContainsCredentials":          causeUserinfo,
	"CorsDisabledScheme":                   causeScheme,
	"LocalNetworkAccessPermissionDenied":   causeLNA,
	"InsecureLocalNetwork":                 causeLNA,
	"InvalidLocalNetworkAccess":            causeLNA,
	"CORSMissingAllowOrigin":               causeMissing,
	"CORSMultipleAllowOriginNotAllowed":    causeMultiple,
	"CORSNotSupportingCredentials":         causeWildcard,
	"CORSMissingAllowCredentials":          causeCredentials,
	"CORSExternalRedirectNotAllowed":       causePreflightRedirect,
	"CORSInvalidAllowMethod":               causeMethodsSyntax,
	"CORSInvalidAllowHeader":               causeHeadersSyntax,
	"CORSMethodNotFound":                   causeMethod,
	"CORSMissingAllowHeaderFromPreflight":  causeHeader,
	"CORSRequestNotHttp":                   causeScheme,
}

// why names the cause of the block: by the engine's own reason where that is
// exact, else by judging the response at which the verdict fell.
func (v *view) why() cause {
	f := v.in.Fetch
	switch {
	case f.Verdict.Allowed:
		return causeNone
	case f.Local != nil:
		if v.d == nil {
			return causeLocal
		}
	case v.d == nil:
		return causeUnknown
	}
	if v.d != nil && v.d.Response == nil {
		return causeNetwork
	}
	if f.Verdict.Reason != nil {
		name := *f.Verdict.Reason
		// Firefox numbers later wordings of a key: CORSMissingAllowOrigin2.
		name = strings.TrimRight(strings.TrimPrefix(name, "Preflight"), "0123456789")
		if c, ok := reasonCauses[name]; ok {
			return c
		}
	}
	if c := v.judge(v.d); c != causeNone {
		return c
	}
	if f.Local != nil {
		return causeLocal
	}
	return causeUnknown
}

// judge finds what a browser would not accept in one of its own exchanges, in
// Chromium's order.
func (v *view) judge(s *answer.Seen) cause {
	r := resp(s)
	if r == nil {
		return causeNetwork
	}
	if isPreflight(s) {
		return v.judgePreflight(s)
	}
	if v.c.Mode == exchange.ModeNoCORS && v.crossOrigin(s) {
		if p := fetch.NormalizeValue(r.Headers.Value("Cross-Origin-Resource-Policy")); p == "same-origin" || p == "same-site" {
			return causeCORP
		}
		return causeNone
	}
	redirect := redirectStatus(r.Status) && r.Headers.Has("Location")
	if redirect {
		if location(s) == nil {
			return causeLocation
		}
		if len(v.requests) > 20 {
			return causeLoop
		}
	}
	if v.crossOrigin(s) {
		if c := corsCheck(r.Headers, sentOrigin(s), v.c.Credentials); c != causeNone {
			return c
		}
	}
	if !redirect {
		return causeNone
	}
	loc, from := location(s), urlOf(s)
	switch {
	case v.c.Redirect == exchange.RedirectError:
		return causeRedirectMode
	case loc.User != nil:
		return causeUserinfo
	case loc.Scheme != "http" && loc.Scheme != "https":
		return causeScheme
	case loc.Scheme == "http" && from.Scheme == "https":
		return causeToHTTP
	}
	return causeNone
}

func (v *view) judgePreflight(s *answer.Seen) cause {
	r := s.Response
	if redirectStatus(r.Status) && location(s) != nil {
		return causePreflightRedirect
	}
	if c := corsCheck(r.Headers, sentOrigin(s), v.c.Credentials); c != causeNone {
		return c
	}
	if !okStatus(r.Status) {
		return causeStatus
	}
	methods, _, ok := fetch.ExtractHeaderList(r.Headers, hACAM)
	if !ok {
		return causeMethodsSyntax
	}
	names, _, ok := fetch.ExtractHeaderList(r.Headers, hACAH)
	if !ok {
		return causeHeadersSyntax
	}
	if m := s.Request.Headers.Value("Access-Control-Request-Method"); m != "" && !v.methodIn(methods, m) {
		return causeMethod
	}
	if len(v.missingHeaders(names, splitList(s.Request.Headers.Value("Access-Control-Request-Headers")))) > 0 {
		return causeHeader
	}
	return causeNone
}

func (v *view) methodIn(list []string, m string) bool {
	if fetch.IsCORSSafelistedMethod(m) {
		return true
	}
	for _, e := range list {
		if e == m || e == "*" && !v.credentialed {
			return true
		}
	}
	return false
}

// missingHeaders returns the asked names that a list does not allow.
func (v *view) missingHeaders(list, asked []string) []string {
	var out []string
	star := !v.credentialed && containsFold(list, "*")
	for _, a := range asked {
		if !star && !containsFold(list, a) {
			out = append(out, a)
		}
	}
	return out
}

// crossOrigin says whether the CORS check applies to one of the browser's
// requests: its URL, or one before it on the redirect chain, left the page's
// origin.
func (v *view) crossOrigin(s *answer.Seen) bool {
	for _, r := range v.requests {
		if originOf(urlOf(r)) != v.c.Origin {
			return true
		}
		if r == s {
			return false
		}
	}
	return originOf(urlOf(s)) != v.c.Origin
}

// corsCheck is the CORS check of the Fetch Standard on a header list.
func corsCheck(h exchange.Headers, origin string, mode exchange.CredentialsMode) cause {
	reason, ok := fetch.CORSCheck(origin, mode, h)
	if ok {
		return causeNone
	}
	return reasonCauses[reason]
}
