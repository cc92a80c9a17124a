package finding

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"corstui/diagnose/answer"
	"corstui/diagnose/fetch"
)

// The findings of this family.
const (
	PreflightUnanswered      = "preflight-unanswered"              // error, 2: OPTIONS got no CORS headers from app, Worker, proxy or an unknown hand (401, 403, 404, 405, or an answer that knows nothing of CORS)
	PreflightStatus          = "preflight-status"                  // error; 2 for 1xx to 4xx, none for 5xx: the CORS headers are right, the status is not 200 to 299
	PreflightRedirected      = "preflight-redirected"              // error, 2: app, Worker, proxy or an unknown hand redirected the preflight
	MethodNotAllowed         = "method-not-allowed"                // error: Allow-Methods lacks the method (also in another case: patch)
	HeaderNotAllowed         = "header-not-allowed"                // error: Allow-Headers lacks a header
	AllowMethodsInvalid      = "allow-methods-invalid"             // error: Allow-Methods cannot be parsed
	AllowHeadersInvalid      = "allow-headers-invalid"             // error: Allow-Headers cannot be parsed
	AuthorizationByWildcard  = "authorization-by-wildcard"         // warning: * covers Authorization in today's engines, not by the standard
	MaxAgeInvalid            = "max-age-invalid"                   // info: Max-Age is no number; browsers use 5 seconds or none
	MaxAgeLong               = "max-age-long"                      // info: Max-Age is above what browsers keep, and a kept preflight hides a fix for so long
	WildcardMethodsWithCreds = "wildcard-methods-with-credentials" // error, 3: Allow-Methods * on a credentialed request is the literal word
	WildcardHeadersWithCreds = "wildcard-headers-with-credentials" // error, 3: Allow-Headers * on a credentialed request
)

const (
	specPreflight = "https://fetch.spec.whatwg.org/#cors-preflight-fetch"
	mdnPreflight  = "https://developer.mozilla.org/en-US/docs/Glossary/Preflight_request"
	mdnErrors     = "https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CORS/Errors/"
)

// namesOthers says whether a preflight's answer without Allow-Origin knows CORS
// and leaves this origin out, so that it is a policy that speaks and not a hand
// that does not know preflights.
func (v *view) namesOthers(s *answer.Seen) bool {
	if s == nil || resp(s) == nil || hasHeader(s, hACAO) {
		return false
	}
	if body := resp(s).Body; len(body) < 200 && strings.Contains(strings.ToLower(body), "cors") {
		return true
	}
	switch n := status(s); {
	case n == 401, n == 404, n == 405, n == 407, n >= 500, redirectStatus(n):
		return false
	}
	return knowsCORS(s)
}

// lackingHeaders names the request headers that the deciding preflight does not
// allow: "the header x-a", "the headers x-a and x-b".
func (v *view) lackingHeaders(s *answer.Seen) string {
	miss := v.missingHeaders(splitList(header(s, hACAH)), splitList(s.Request.Headers.Value("Access-Control-Request-Headers")))
	if len(miss) == 0 {
		miss = v.unsafeNames()
	}
	return plural(len(miss), "the header ", "the headers ") + quoteList(miss)
}

// triggers says why a preflight was needed at all, as part of a sentence.
func (v *view) triggers() string {
	var parts []string
	for _, t := range v.in.Fetch.Triggers {
		switch t.Kind {
		case "method":
			parts = append(parts, "the method "+t.Name)
		case "header":
			parts = append(parts, "the header "+t.Name)
		case "stream":
			parts = append(parts, "the body, which is a stream")
		}
	}
	return quoteList(parts)
}

var preflightRows = []row{
	{
		id: PreflightRedirected, severity: Error, mistake: 2, blocks: true,
		find: func(v *view) []Finding {
			s := v.d
			if !isPreflight(s) || v.cause != causePreflightRedirect && !(redirectStatus(status(s)) && hasHeader(s, "Location")) {
				return nil
			}
			kind := redirectKind(s)
			f := Finding{
				Detail:   fmt.Sprintf("%s answered the preflight with %d to %s; %s. A preflight may not be redirected, and it never carries cookie or token, so a login check always sees a stranger.", capital(who(s)), status(s), header(s, "Location"), kind.words()),
				Evidence: append(answererEvidence(s), ev(s, "location", "the preflight is sent to "+header(s, "Location"))),
				Fix:      fixCORS(layer(s)),
			}
			if kind == toHTTPS || kind == toSlash {
				f.Fix = fixAt(answer.LayerBrowser)
			}
			return one(f)
		},
		words: words{
			title:    "The preflight was redirected",
			see:      seePreflight,
			plain:    "Browsers never follow a redirect of a preflight. Either the URL in the code is not the final one (http, a missing slash, another host), or a login check sends everybody without a session to the login, and a preflight never has a session.",
			operator: "Answer OPTIONS with Access-Control-Request-Method before authentication, routing and redirects. Vercel and other hosts have an allow list for OPTIONS in front of their protection.",
			links:    []string{specPreflight, mdnErrors + "CORSExternalRedirectNotAllowed"},
		},
	},
	{
		id: PreflightUnanswered, severity: Error, mistake: 2, blocks: true,
		find: func(v *view) []Finding {
			s := v.d
			if !isPreflight(s) || v.cause != causeMissing || v.namesOthers(s) {
				return nil
			}
			switch layer(s) {
			case answer.LayerAccess, answer.LayerWAF, answer.LayerEdge, answer.LayerNetwork:
				return nil
			}
			d := fmt.Sprintf("The browser asked with OPTIONS first, and %s answered %s, so the %s was not sent.", who(s), got(s), v.method)
			switch n := status(s); {
			case n == 403 && candidate(s, answer.LayerWAF):
				d += " It may be a security rule with a response of its own, or a login check: a preflight never carries cookie or token, by design, so it must pass before either."
			case n == 401 || n == 403:
				d += " It looks like a login check: a preflight never carries cookie or token, by design, so it must be answered before that check."
			case n == 404 || n == 405 || n == 501:
				d += " It looks like a router that knows no OPTIONS here."
			case okStatus(n):
				d += " The status is fine, but nobody answered what the browser asked: may this origin, with this method and these headers?"
			}
			if t := v.triggers(); t != "" {
				d += " The preflight was needed because of " + t + "."
			}
			return one(Finding{
				Layer:    app(layer(s)),
				Detail:   d,
				Evidence: append(answererEvidence(s), ev(s, "OPTIONS", "the preflight got "+got(s))),
				Fix:      fixCORS(layer(s)),
			})
		},
		words: words{
			title:    "The preflight is not answered",
			see:      seePreflight,
			plain:    "Before this request the browser asks with OPTIONS whether it may. Nobody answered with CORS headers, so it may not. The API, or a Worker in front of it, must answer OPTIONS by itself, before its login check.",
			operator: "A preflight is OPTIONS with Origin and Access-Control-Request-Method. Answer it ahead of authentication and routing with 204 and Access-Control-Allow-Origin, -Methods, -Headers (and -Credentials). Leave any other OPTIONS to the app. Typical causes: auth middleware before CORS middleware, a router that answers 405, an API gateway without an OPTIONS route.",
			links:    []string{specPreflight, mdnPreflight, mdnErrors + "CORSMissingAllowOrigin"},
		},
	},
	{
		id: PreflightStatus, severity: Error, mistake: 2, blocks: true,
		find: func(v *view) []Finding {
			s := v.d
			if !isPreflight(s) || v.cause != causeStatus {
				return nil
			}
			f := Finding{
				Detail:   fmt.Sprintf("The CORS headers of the preflight are right, but %s answered %d. The browser wants a status of 200 to 299 and stops here.", who(s), status(s)),
				Evidence: append(answererEvidence(s), ev(s, "status", fmt.Sprintf("the preflight got %d", status(s)))),
				Fix:      fixCORS(layer(s)),
			}
			if status(s) >= 500 {
				f.Mistake = noMistake
			}
			return one(f)
		},
		words: words{
			title:    "The preflight has the headers, but not an ok status",
			see:      seePreflight,
			plain:    "CORS headers are put on every answer, and then something else refuses OPTIONS: a login check, a router. The preflight must end with a status of 200 to 299; 204 is usual.",
			operator: "Return right after setting the headers when the request is a preflight, instead of going on to authentication and routing.",
			links:    []string{specPreflight, mdnErrors + "CORSPreflightDidNotSucceed"},
		},
	},
	{
		id: AllowMethodsInvalid, severity: Error, blocks: true,
		find: syntaxRule(causeMethodsSyntax, hACAM),
		words: words{
			title:    "Access-Control-Allow-Methods cannot be parsed",
			see:      seePreflight,
			plain:    "One element of the list is no method name, and then the browser throws the whole list away. Separate the methods by commas, without quotes or semicolons.",
			operator: "Every element must be a token of RFC 9110. One bad element fails the preflight, even where the request would not need it.",
			links:    []string{specPreflight, mdnErrors + "CORSInvalidAllowMethod"},
		},
	},
	{
		id: AllowHeadersInvalid, severity: Error, blocks: true,
		find: syntaxRule(causeHeadersSyntax, hACAH),
		words: words{
			title:    "Access-Control-Allow-Headers cannot be parsed",
			see:      seePreflight,
			plain:    "One element of the list is no header name, and then the browser throws the whole list away. Separate the names by commas, without quotes or semicolons.",
			operator: "Every element must be a token of RFC 9110. One bad element fails the preflight, even where no header is asked for.",
			links:    []string{specPreflight, mdnErrors + "CORSInvalidAllowHeader"},
		},
	},
	{
		id: WildcardMethodsWithCreds, severity: Error, mistake: 3, blocks: true,
		find: func(v *view) []Finding {
			s := v.d
			if v.cause != causeMethod || !v.credentialed || !slices.Contains(splitList(header(s, hACAM)), "*") {
				return nil
			}
			return one(starFinding(v, s, hACAM, "the method "+v.method))
		},
		words: starWords(hACAM, "methods", seePreflight),
	},
	{
		id: WildcardHeadersWithCreds, severity: Error, mistake: 3, blocks: true,
		find: func(v *view) []Finding {
			s := v.d
			if v.cause != causeHeader || !v.credentialed || !slices.Contains(splitList(header(s, hACAH)), "*") {
				return nil
			}
			return one(starFinding(v, s, hACAH, v.lackingHeaders(s)))
		},
		words: starWords(hACAH, "headers", seePreflight),
	},
	{
		id: MethodNotAllowed, severity: Error, blocks: true,
		find: func(v *view) []Finding {
			s := v.d
			if v.cause != causeMethod {
				return nil
			}
			list, ok := resp(s).Headers.Get(hACAM)
			asked := s.Request.Headers.Value("Access-Control-Request-Method")
			if asked == "" {
				asked = v.method
			}
			f := Finding{
				Detail:   fmt.Sprintf("The preflight's %s is %q, and %s is not in it, so the browser does not send the request.", hACAM, list, asked),
				Evidence: append(answererEvidence(s), ev(s, hACAM, asked+" is not in the list: "+list)),
				Fix:      fixCORS(layer(s)),
			}
			if !ok {
				f.Detail = fmt.Sprintf("The preflight's answer has no %s, so only GET, HEAD and POST are allowed. The page asks with %s.", hACAM, asked)
				f.Evidence = []answer.Evidence{ev(s, hACAM, "absent")}
			}
			if slices.ContainsFunc(splitList(list), func(e string) bool { return e != asked && strings.EqualFold(e, asked) }) {
				f.Detail += fmt.Sprintf(" Methods are compared letter by letter, and fetch() writes only DELETE, GET, HEAD, OPTIONS, POST and PUT in capitals by itself: write %s in the code.", strings.ToUpper(asked))
				f.Fix = fixAt(answer.LayerBrowser)
			}
			return one(f)
		},
		words: words{
			title:    "The method is not allowed",
			see:      seePreflight,
			plain:    "The server answered the preflight and did not name the method of this request. Add it to Access-Control-Allow-Methods. Methods are case-sensitive: patch is not PATCH.",
			operator: "GET, HEAD and POST need no entry. OPTIONS itself needs none either, unless a page sends it by fetch().",
			links:    []string{specPreflight, mdnErrors + "CORSMethodNotFound"},
		},
	},
	{
		id: HeaderNotAllowed, severity: Error, blocks: true,
		find: func(v *view) []Finding {
			s := v.d
			if v.cause != causeHeader {
				return nil
			}
			lacks := v.lackingHeaders(s)
			list, ok := resp(s).Headers.Get(hACAH)
			seen := fmt.Sprintf("The preflight's %s is %q, and it lacks %s", hACAH, list, lacks)
			if !ok {
				seen = fmt.Sprintf("The preflight's answer has no %s, and the page sends %s", hACAH, lacks)
			}
			return one(Finding{
				Detail:   seen + ". So the browser does not send the request.",
				Evidence: append(answererEvidence(s), ev(s, hACAH, "lacks "+lacks)),
				Fix:      fixCORS(layer(s)),
			})
		},
		words: words{
			title:    "A request header is not allowed",
			see:      seePreflight,
			plain:    "The page sends a header that is not on the browser's short safe list, so the server must allow it by name in Access-Control-Allow-Headers, in the answer to the preflight. Authorization, X-… and Content-Type: application/json are such headers.",
			operator: "Names are compared without regard to case. With credentials * is a literal name. Values of Content-Type other than three form types, and values over 128 bytes, make safe names unsafe.",
			links:    []string{specPreflight, mdnErrors + "CORSMissingAllowHeaderFromPreflight"},
		},
	},
	{
		id: AuthorizationByWildcard, severity: Warning,
		find: func(v *view) []Finding {
			s := last(v.preflights)
			warned := slices.Contains(v.in.Fetch.Warnings, "AuthorizationCoveredByWildcard")
			if s == nil || isPreflight(v.d) && v.blocked {
				return nil
			}
			list := splitList(header(s, hACAH))
			asked := splitList(s.Request.Headers.Value("Access-Control-Request-Headers"))
			if !warned && (v.credentialed || !containsFold(list, "*") || containsFold(list, "authorization") || !containsFold(asked, "authorization")) {
				return nil
			}
			return one(Finding{
				Layer:    app(layer(s)),
				Evidence: []answer.Evidence{ev(s, hACAH, "Authorization is covered by * alone")},
				Fix:      fixCORS(layer(s)),
			})
		},
		words: words{
			title:    "Authorization is allowed by * alone",
			see:      seePreflight,
			plain:    "By the Fetch Standard * in Access-Control-Allow-Headers does not cover Authorization. Today's browsers let it pass, with a warning, and mean to stop. Name Authorization.",
			operator: "Chrome reports the deprecation AuthorizationCoveredByWildcard; Firefox prints a warning; WebKit says nothing.",
			links:    []string{"https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name", "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Access-Control-Allow-Headers"},
		},
	},
	{
		id: MaxAgeInvalid, severity: Info,
		find: func(v *view) []Finding {
			s, value, _, ok := v.maxAge()
			if s == nil || ok {
				return nil
			}
			return one(Finding{Layer: app(layer(s)), Evidence: []answer.Evidence{ev(s, hACMA, "the value is "+strconv.Quote(value))}, Fix: fixCORS(layer(s))})
		},
		words: words{
			title:    "Access-Control-Max-Age is not a number of seconds",
			see:      seePreflight,
			plain:    "Browsers cannot read it. Chrome and Safari then keep the preflight for 5 seconds, Firefox not at all, so nearly every request is preceded by a preflight.",
			operator: "Digits alone, once: 600.",
			links:    []string{"https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Access-Control-Max-Age"},
		},
	},
	{
		id: MaxAgeLong, severity: Info,
		find: func(v *view) []Finding {
			s, _, n, ok := v.maxAge()
			if s == nil || !ok || n <= 7200 {
				return nil
			}
			return one(Finding{
				Layer:    app(layer(s)),
				Detail:   fmt.Sprintf("%s is %d. Chrome keeps a preflight for 7200 seconds at most, Firefox for 86400, Safari for 600. As long as one is kept, a change of your CORS headers does not show: test in a new private window, or with the cache switched off in the developer tools.", hACMA, n),
				Evidence: []answer.Evidence{ev(s, hACMA, strconv.Itoa(n))},
				Fix:      fixCORS(layer(s)),
			})
		},
		words: words{
			title:    "A kept preflight hides changes for a long time",
			see:      seePreflight,
			plain:    "Access-Control-Max-Age tells the browser how long to keep the answer to a preflight. Until then it does not ask again, and a fix seems to do nothing.",
			operator: "Caps: Chromium 7200 s, Firefox 86400 s, WebKit 600 s. 600 is a good value while things change.",
			links:    []string{"https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Access-Control-Max-Age"},
		},
	},
}

// maxAge is the Access-Control-Max-Age of the last preflight that passed: ok is
// false where browsers cannot read it. s is nil where there is none.
func (v *view) maxAge() (s *answer.Seen, value string, seconds int, ok bool) {
	s = last(v.preflights)
	if s == nil || !hasHeader(s, hACMA) || !v.fits(s) {
		return nil, "", 0, false
	}
	value = strings.Trim(header(s, hACMA), " \t")
	if value == "" || strings.Trim(value, "0123456789") != "" {
		// A negative number is understood by all: no caching.
		if n, err := strconv.Atoi(value); err == nil && n < 0 {
			return s, value, n, true
		}
		return s, value, 0, false
	}
	n, err := strconv.Atoi(value)
	if err != nil {
		return s, value, 1 << 30, true
	}
	return s, value, n, true
}

func syntaxRule(c cause, h string) func(v *view) []Finding {
	return func(v *view) []Finding {
		s := v.d
		if v.cause != c {
			return nil
		}
		_, bad, _ := fetch.ExtractHeaderList(resp(s).Headers, h)
		return one(Finding{
			Detail:   fmt.Sprintf("In the preflight's %s the element %q is no name, so the browser cannot read the list %q and stops.", h, bad, header(s, h)),
			Evidence: append(answererEvidence(s), ev(s, h, fmt.Sprintf("%q is no token", bad))),
			Fix:      fixCORS(layer(s)),
		})
	}
}

func starFinding(v *view, s *answer.Seen, h, lacks string) Finding {
	return Finding{
		Detail:   fmt.Sprintf("%s is * and the request carries credentials. Then * is no wildcard but a name like any other, and %s is not in the list.", h, lacks),
		Evidence: append(answererEvidence(s), ev(s, h, "* on a credentialed request")),
		Fix:      fixCORS(layer(s)),
	}
}

func starWords(h, what, see string) words {
	return words{
		see:      see,
		title:    h + " is * on a request with credentials",
		plain:    "With credentials: \"include\" the browser takes * in " + h + " for a literal name. List the " + what + " by name.",
		operator: "Holds for all four lists: Allow-Origin, Allow-Methods, Allow-Headers, Expose-Headers.",
		links:    []string{"https://fetch.spec.whatwg.org/#cors-protocol-and-credentials", mdnErrors + "CORSNotSupportingCredentials"},
	}
}
