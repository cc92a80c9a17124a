package finding

import (
	"fmt"
	"strings"

	"corstui/diagnose/answer"
)

// The findings of this family.
const (
	RedirectWithoutCORS  = "redirect-without-cors"        // error: a cross-origin redirect hop, or its target, has no fitting CORS headers
	RedirectHTTPS        = "redirect-http-to-https"       // error where it blocks, else info: only the scheme changes; call https at once
	RedirectSlash        = "redirect-trailing-slash"      // error where it blocks, else info: only a trailing slash changes
	RedirectOriginNull   = "redirect-origin-null"         // error: the redirect went to a third origin, so Origin became null, and the target does not allow null
	RedirectUserinfo     = "redirect-userinfo"            // error: Location holds a user name or password
	RedirectScheme       = "redirect-scheme"              // error: Location leads to a scheme other than http and https
	RedirectLoop         = "redirect-loop"                // error: more than 20 redirects
	RedirectBadLocation  = "redirect-bad-location"        // error: Location is no URL
	RedirectHTTP         = "redirect-to-http"             // error: redirected from https to http: mixed content
	RedirectTokenDropped = "redirect-drops-authorization" // warning: the redirect changes origin, so the browser dropped Authorization
	SameOriginSession    = "same-origin-session-ended"    // error: a call to the page's own origin was redirected to a login elsewhere that is not Access
)

const specRedirect = "https://fetch.spec.whatwg.org/#http-redirect-fetch"

// corsCause says whether a cause is one of the CORS check.
func corsCause(c cause) bool {
	switch c {
	case causeMissing, causeWildcard, causeMultiple, causeInvalid, causeMismatch, causeCredentials:
		return true
	}
	return false
}

// hop is a redirect of the browser's own request.
func hop(s *answer.Seen) bool {
	return s != nil && !isPreflight(s) && redirectStatus(status(s)) && hasHeader(s, "Location")
}

// redirectCause makes the rule for a Location that no browser follows.
func redirectCause(c cause, detail string) func(v *view) []Finding {
	return func(v *view) []Finding {
		if v.cause != c || !hop(v.d) {
			return nil
		}
		return one(Finding{
			Detail:   fmt.Sprintf("%s answered %d. %s", capital(who(v.d)), status(v.d), detail),
			Evidence: append(answererEvidence(v.d), ev(v.d, "location", "the answer redirects to "+header(v.d, "Location"))),
			Fix:      fixAt(layer(v.d)),
		})
	}
}

// cleanRedirect makes the rule for a redirect that the page could do without by
// calling the final URL: an error where it blocks.
func cleanRedirect(kind redirection, blocks bool) func(v *view) []Finding {
	return func(v *view) []Finding {
		for _, s := range v.requests {
			if !hop(s) || redirectKind(s) != kind || blocks != (s == v.d && corsCause(v.cause)) {
				continue
			}
			sev, end := Info, "Calling that URL at once saves the redirect."
			if blocks {
				sev, end = Error, "The redirect itself must carry CORS headers for your page, and does not ("+got(s)+"): call that URL at once."
			}
			return one(Finding{
				Severity: sev,
				Layer:    layer(s),
				Detail:   fmt.Sprintf("%s redirected the request with %d to %s; %s. %s", capital(who(s)), status(s), header(s, "Location"), kind.words(), end),
				Evidence: append(answererEvidence(s), ev(s, "location", header(s, "Location"))),
				Fix:      fixAt(answer.LayerBrowser),
			})
		}
		return nil
	}
}

var httpsWords = words{
	title:    "The URL is http and is redirected to https",
	see:      seeRedirect,
	plain:    "The page calls http, and the server redirects to https. Redirects of a cross-origin call need CORS headers too, and a preflight may not be redirected at all. Write https in the URL.",
	operator: "Always Use HTTPS answers before Workers and origin, without CORS headers. With HSTS, Chromium turns http into https by an internal redirect that counts for CORS and makes Origin null.",
	links:    []string{specRedirect},
}

var slashWords = words{
	title:    "The URL is redirected only for its slash at the end",
	see:      seeRedirect,
	plain:    "The server redirects /items to /items/ or back. The redirect has no CORS headers, or costs a round trip. Use the final spelling in the code.",
	operator: "Frameworks do this in front of their own CORS layer (Django APPEND_SLASH, FastAPI redirect_slashes, nginx directories).",
	links:    []string{specRedirect},
}

var redirectRows = []row{
	{id: RedirectLoop, severity: Error, blocks: true,
		find: redirectCause(causeLoop, "It was the 21st redirect, and browsers follow 20. A loop at a login is the usual cause: the cookie that the login sets does not come back."),
		words: words{
			title:    "Too many redirects",
			see:      seeRedirect,
			plain:    "The answers redirect in a circle. Browsers give up after 20.",
			operator: "At Access: a cookie with SameSite Strict, or two applications that redirect to each other, loops. Chrome says net::ERR_TOO_MANY_REDIRECTS.",
			links:    []string{specRedirect},
		}},
	{id: RedirectBadLocation, severity: Error, blocks: true,
		find: redirectCause(causeLocation, "Its Location is no URL that a browser can read."),
		words: words{
			title:    "The redirect's Location is no URL",
			see:      seeRedirect,
			plain:    "The server redirects to something that cannot be read as an address.",
			operator: "Chrome says net::ERR_INVALID_REDIRECT.",
			links:    []string{specRedirect},
		}},
	{id: RedirectUserinfo, severity: Error, blocks: true,
		find: redirectCause(causeUserinfo, "Its Location holds a user name or password, which a cross-origin call may not follow."),
		words: words{
			title:    "The redirect's Location holds a user name or password",
			see:      seeRedirect,
			plain:    "A redirect to https://user:password@host is refused on cross-origin calls.",
			operator: "Leave the user information out of Location.",
			links:    []string{specRedirect},
		}},
	{id: RedirectScheme, severity: Error, blocks: true,
		find: redirectCause(causeScheme, "Its Location leads to a scheme other than http and https."),
		words: words{
			title:    "The redirect leads out of http",
			see:      seeRedirect,
			plain:    "The answer redirects to another scheme (data:, ftp:, an app's own). fetch() does not follow there.",
			operator: "Redirects of API calls must stay on http or https.",
			links:    []string{specRedirect},
		}},
	{id: RedirectHTTP, severity: Error, blocks: true,
		find: redirectCause(causeToHTTP, "It leads from https to http, which a page that came over https may not follow (mixed content)."),
		words: words{
			title:    "The redirect leads from https to http",
			see:      seeRedirect,
			plain:    "The API redirects to a plain http address. A page that came over https may not follow there.",
			operator: "An app behind a TLS proxy that builds absolute URLs from what it sees needs X-Forwarded-Proto to be trusted.",
			links:    []string{docMixed},
		}},
	{
		id: SameOriginSession, severity: Error, blocks: true,
		find: func(v *view) []Finding {
			if !v.in.Fetch.SameOrigin {
				return nil
			}
			for _, s := range v.requests {
				if !hop(s) || redirectKind(s) != toOtherOrigin || location(s) == nil || !looksLikeLogin(location(s).Path) {
					continue
				}
				return one(Finding{
					Layer:    layer(s),
					Detail:   fmt.Sprintf("This call goes to the page's own origin and needs no CORS. %s redirected it to a login at %s, and there the browser stops. The console speaks of CORS, the cause is the session: reload the page to log in again.", capital(who(s)), location(s).Host),
					Evidence: append(answererEvidence(s), ev(s, "location", "redirected to "+location(s).Host+location(s).Path)),
					Fix:      fixAt(answer.LayerBrowser),
				})
			}
			return nil
		},
		words: words{
			title:    "The session of this page has ended",
			see:      seeRedirect,
			plain:    "A call to the page's own origin was redirected to a login on another one. The login cannot run inside fetch(). Reload the page; in the code, ask for 401 in place of the redirect where the login product can (X-Requested-With: XMLHttpRequest), or use redirect: \"manual\" and reload.",
			operator: "Login proxies usually have a rule for API paths that answers 401 instead of a redirect.",
			links:    []string{specRedirect},
		},
	},
	{
		id: RedirectOriginNull, severity: Error, blocks: true,
		find: func(v *view) []Finding {
			if v.d == nil || sentOrigin(v.d) != "null" || v.c.Origin == "null" || !corsCause(v.cause) {
				return nil
			}
			from := ""
			for _, s := range v.requests {
				if hop(s) && redirectKind(s) == toOtherOrigin {
					from = originOf(urlOf(s))
				}
			}
			return one(Finding{
				Detail:   fmt.Sprintf("The call was redirected from %s to %s, a third origin. From there on the browser sends Origin: null, whatever the page's origin is, and %s answered %s. Naming %s there does not help.", from, originOf(urlOf(v.d)), who(v.d), got(v.d), v.c.Origin),
				Evidence: []answer.Evidence{ev(v.d, "Origin", "the browser sent Origin: null"), ev(v.d, hACAO, got(v.d))},
				Fix:      fixAt(answer.LayerBrowser),
			})
		},
		words: words{
			title:    "A redirect to another origin made Origin null",
			see:      seeRedirect + " The next line's request has Origin: null.",
			plain:    "When a cross-origin call is redirected to yet another origin, the browser no longer says which page asked: Origin becomes null. The last server would have to allow null, which it should not. Call the final URL at once.",
			operator: "Do not allow null: any sandboxed frame has that origin. Answer the content in place of the redirect, or give the page the final URL.",
			links:    []string{specRedirect, "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Origin"},
		},
	},
	{id: RedirectHTTPS, severity: Error, blocks: true, find: cleanRedirect(toHTTPS, true), words: httpsWords},
	{id: RedirectSlash, severity: Error, blocks: true, find: cleanRedirect(toSlash, true), words: slashWords},
	{
		id: RedirectWithoutCORS, severity: Error, blocks: true,
		find: func(v *view) []Finding {
			if v.d == nil || isPreflight(v.d) || !corsCause(v.cause) {
				return nil
			}
			redirected := len(v.requests) > 1 && v.requests[0] != v.d
			switch {
			case hop(v.d):
				return one(Finding{
					Detail:   fmt.Sprintf("%s answered with a redirect (%s) to %s. A redirect of a cross-origin call must carry CORS headers itself, and the browser stopped before it followed.", capital(who(v.d)), got(v.d), header(v.d, "Location")),
					Evidence: append(answererEvidence(v.d), ev(v.d, hACAO, got(v.d)), ev(v.d, "location", header(v.d, "Location"))),
					Fix:      fixCORS(layer(v.d)),
				})
			case redirected && originOf(urlOf(v.d)) != originOf(urlOf(v.requests[0])):
				return one(Finding{
					Detail:   fmt.Sprintf("The call was redirected to %s, and there %s answered %s. Whoever serves that URL must allow your page, or the page must not be sent there.", originOf(urlOf(v.d)), who(v.d), got(v.d)),
					Evidence: append(answererEvidence(v.d), ev(v.d, hACAO, got(v.d))),
					Fix:      fixCORS(layer(v.d)),
				})
			}
			return nil
		},
		words: words{
			title:    "A redirect, or its target, has no fitting CORS headers",
			see:      seeRedirect,
			plain:    "On a cross-origin call every answer on the way is checked, redirects too. One of them does not allow your page. Use the final URL in the code, or send the CORS headers there as well.",
			operator: "Redirects are often made by a layer that does not know CORS: Redirect Rules, a load balancer, a framework's router, a login. Answer 401 in place of a login redirect on API paths.",
			links:    []string{specRedirect, "https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CORS/Errors/CORSMissingAllowOrigin"},
		},
	},
	{id: RedirectHTTPS, severity: Info, find: func(v *view) []Finding {
		if v.found[RedirectHTTPS] || v.c.Mode != "cors" {
			return nil
		}
		return cleanRedirect(toHTTPS, false)(v)
	}, words: httpsWords},
	{id: RedirectSlash, severity: Info, find: func(v *view) []Finding {
		if v.found[RedirectSlash] || v.c.Mode != "cors" {
			return nil
		}
		return cleanRedirect(toSlash, false)(v)
	}, words: slashWords},
	{
		id: RedirectTokenDropped, severity: Warning, layer: answer.LayerBrowser,
		find: func(v *view) []Finding {
			if !v.c.Headers.Has("Authorization") || len(v.requests) < 2 {
				return nil
			}
			end := last(v.requests)
			if n := status(end); n != 401 && n != 403 || end.Request.Headers.Has("Authorization") || originOf(urlOf(end)) == originOf(urlOf(v.requests[0])) {
				return nil
			}
			return one(Finding{
				Because:  v.root,
				Detail:   fmt.Sprintf("The script sets Authorization, the call was redirected to %s, and the browser leaves Authorization out there. The answer was %d.", originOf(urlOf(end)), status(end)),
				Evidence: []answer.Evidence{ev(end, "Authorization", "not sent after the redirect to another origin")},
				Fix:      fixAt(answer.LayerBrowser),
			})
		},
		words: words{
			title:    "The redirect dropped Authorization",
			see:      seeRedirect + " The next line's request has no Authorization.",
			plain:    "When a redirect leads to another origin, browsers do not send the script's Authorization along. Call the final URL at once.",
			operator: "The header is not restored when the chain comes back to the first origin.",
			links:    []string{specRedirect},
		},
	},
}

// loginWords are parts of paths that logins use.
var loginWords = []string{"login", "signin", "sign-in", "sign_in", "oauth", "authorize", "sso", "saml", "openid"}

func looksLikeLogin(path string) bool {
	p := strings.ToLower(path)
	for _, w := range loginWords {
		if strings.Contains(p, w) {
			return true
		}
	}
	return false
}
