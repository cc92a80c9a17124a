package finding

import (
	"fmt"
	"strings"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
	"corstui/snippets"
)

// The findings of this family.
const (
	AccessLoginRedirect        = "access-login-redirect"         // error, 1: the real request was redirected to the login; warning where the request was held back and the GET shows it
	AccessSessionExpired       = "access-session-expired"        // error, 1: the same, but a session had been there: an expired token, or a call to the page's own origin
	AccessLoginPage            = "access-login-page"             // error, 1: the login page came as the answer
	AccessUnauthorized         = "access-unauthorized"           // error, 1: 401 by Access on the real request; warning where the page shares the origin and can read it
	AccessForbidden            = "access-forbidden"              // error, 1: 403 by Access on the real request
	AccessTokenAudience        = "access-token-audience"         // error, 1: a token travelled, but it is for another application, or the team's global token
	AccessServiceTokenRejected = "access-service-token-rejected" // error, 1: a service token travelled and Access still refused
	AccessCookieStaysHome      = "access-cookie-stays-home"      // error, 1: no cookie could travel with this request (credentials mode, SameSite, another host), so Access saw a stranger; access-login-redirect (or -unauthorized, -forbidden, -login-page) follows from it
	AccessInner                = "access-inner"                  // error, 1: the refusal of an Access application on another host was relayed (the inner hop lacks a credential)
)

const (
	docAccessCORS    = "https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/authorization-cookie/cors/"
	docAccessCookie  = "https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/authorization-cookie/"
	docAccessToken   = "https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/authorization-cookie/application-token/"
	docServiceTokens = "https://developers.cloudflare.com/cloudflare-one/access-controls/service-credentials/service-tokens/"
	docSessions      = "https://developers.cloudflare.com/cloudflare-one/access-controls/access-settings/session-management/"
	docPolicies      = "https://developers.cloudflare.com/cloudflare-one/access-controls/policies/"
	docAppPaths      = "https://developers.cloudflare.com/cloudflare-one/access-controls/policies/app-paths/"
)

// accessRefusal is the exchange in which Access turned the page's real request
// away, nil where it did not: a hop of the browser's own, or, where the real
// request was held back, the same URL by GET as a visitor without a session.
func (v *view) accessRefusal() *answer.Seen {
	for _, s := range v.requests {
		if layer(s) == answer.LayerAccess && refusal(s) {
			return s
		}
	}
	if v.in.Fetch.Verdict.Partial && v.in.Fetch.Verdict.Allowed && v.c.Session.Empty() {
		if s := v.in.First(exchange.PurposeGet); layer(s) == answer.LayerAccess && refusal(s) {
			return s
		}
	}
	return nil
}

// refusal says whether an answer of Access is one that turns away: a login
// redirect or page, 401, 403, or another error.
func refusal(s *answer.Seen) bool {
	n := status(s)
	return redirectStatus(n) || n >= 400 || okStatus(n) && strings.HasPrefix(strings.ToLower(header(s, "Content-Type")), "text/html")
}

// accessBlocks is accessRefusal where it explains the block. A refusal that
// the verdict did not fall on (a partial verdict) is a warning.
func (v *view) accessBlocks() (*answer.Seen, Severity) {
	s := v.accessRefusal()
	if s == nil || innerAccess(s) != "" {
		return nil, ""
	}
	if !v.blocked {
		return s, Warning
	}
	return s, Error
}

// stranger says that credentials of the session, or any at all, could not reach
// Access with the page's request, and why; empty where they could.
func (v *view) stranger(s *answer.Seen) string {
	if s.Request.WithSession {
		return ""
	}
	for _, d := range v.in.Fetch.Credentials {
		if (strings.Contains(d.Name, "CF_Authorization") || d.Name == fetch.ServiceToken) && !d.Sent && d.Why != "" {
			return lowerFirst(strings.TrimSuffix(d.Why, "."))
		}
	}
	switch {
	case v.c.Credentials == exchange.CredentialsOmit:
		return `the script asks with credentials: "omit", so the browser sends no cookie`
	case v.c.Credentials == exchange.CredentialsSameOrigin && !v.in.Fetch.SameOrigin:
		return `the script asks with credentials: "same-origin" (the default of fetch()), so the browser sends no cookie to another origin`
	case v.c.Session.Known() && originOf(urlOf(s)) != originOf(v.target):
		return "the request was redirected to another host, and the session is not for that host"
	}
	return ""
}

func accessEvidence(s *answer.Seen) []answer.Evidence {
	out := answererEvidence(s)
	switch {
	case loginLocation(s) != nil:
		out = append(out, ev(s, "location", "Access redirects to the login of its team"))
	case hasHeader(s, "www-authenticate"):
		out = append(out, ev(s, "www-authenticate", "Access asks for a login"))
	}
	return append(out, ev(s, hACAO, "the answer is "+got(s)+"; Access's refusals carry no CORS header of yours"))
}

// accessKinds are the ways in which Access turns a real request away, by status.
func accessKind(s *answer.Seen) string {
	switch n := status(s); {
	case redirectStatus(n):
		return AccessLoginRedirect
	case n == 401:
		return AccessUnauthorized
	case n >= 400:
		return AccessForbidden
	}
	return AccessLoginPage
}

// accessRow makes the rule of one way of refusing.
func accessRule(id string, title, detail func(v *view, s *answer.Seen) string) func(v *view) []Finding {
	return func(v *view) []Finding {
		s, sev := v.accessBlocks()
		if s == nil || accessKind(s) != id {
			return nil
		}
		f := Finding{Severity: sev, Layer: answer.LayerAccess, Title: title(v, s), Detail: detail(v, s),
			Evidence: accessEvidence(s), Fix: fixSameOrigin(answer.LayerAccess)}
		if !v.blocked && v.in.Fetch.SameOrigin && status(s) == 401 {
			// The page can read this 401, and is meant to act on it.
			f.Detail = "The 401 is Access's own: the session is over. This call goes to the page's own origin, so the script can read the 401 and have the user log in again."
		}
		return one(f)
	}
}

func text(s string) func(*view, *answer.Seen) string {
	return func(*view, *answer.Seen) string { return s }
}

var accessRefusalRoots = []string{AccessCookieStaysHome, AccessServiceTokenRejected, AccessTokenAudience}

var accessRows = []row{
	{
		id: AccessInner, severity: Error, mistake: 1, blocks: true, layer: answer.LayerUnknown,
		find: func(v *view) []Finding {
			for _, s := range []*answer.Seen{v.d, last(v.requests)} {
				inner := innerAccess(s)
				if inner == "" {
					continue
				}
				return one(Finding{
					Title: "Cloudflare Access of " + inner + " refused, and the answer was passed on",
					Detail: fmt.Sprintf("You asked %s. The refusal is that of the Access application in front of %s: something behind %s (a Worker or a proxy) asks %s without a credential and hands its refusal to you. Logging in in the browser does not help, since the credential is missing on that inner way.",
						urlOf(s).Hostname(), inner, urlOf(s).Hostname(), inner),
					Evidence: append(answererEvidence(s), ev(s, innerMark(s), "the refusal names "+inner+", not the host that was asked")),
					Fix:      Fix{Layer: answer.LayerWorker, Recipe: snippets.RecipeServiceToken, Targets: servers(answer.LayerUnknown)},
				})
			}
			return nil
		},
		words: words{
			title:    "An Access application on another host refused, and the answer was relayed",
			see:      "cf-access-domain, or the host at the end of the login URL's path, names another host than the one you called.",
			plain:    "The host that you asked fetched another host that is behind Cloudflare Access, without a credential, and handed the refusal to you. Your own login is fine; it is not used on that inner way.",
			operator: "cf-access-domain, or the host in the path of the login URL, names another host than the one asked. Give the Worker or proxy a service token (CF-Access-Client-Id and CF-Access-Client-Secret from its secrets) and a Service Auth policy on the inner application, or take the inner host out of Access and let only the Worker reach it (service binding, tunnel).",
			links:    []string{docServiceTokens},
		},
	},
	{
		id: AccessServiceTokenRejected, severity: Error, mistake: 1, layer: answer.LayerAccess, blocks: true,
		find: func(v *view) []Finding {
			s, _ := v.accessBlocks()
			if s == nil || !s.Request.WithSession || v.c.Session.ServiceTokenID == "" {
				return nil
			}
			return one(Finding{
				Detail:   fmt.Sprintf("A service token travelled with the request and Access answered %d all the same. Either the application has no Service Auth policy that names this token, or the token is expired, or its two halves do not belong together.", status(s)),
				Evidence: append(answererEvidence(s), ev(s, "cf-access-client-id", "the service token was sent with this request")),
				Fix:      fixAccess(),
			})
		},
		words: words{
			title:    "Access did not accept the service token",
			see:      seeAccess,
			plain:    "The request carried a service token, and Cloudflare Access refused it. Whoever runs Zero Trust must let this token in.",
			operator: "The policy must have the action Service Auth (API decision non_identity), not Allow: with Allow the caller is sent to the login. Check expiry, that Client ID and Secret are one pair, and that the single-header setting (read_service_tokens_from_header) is not on. A lenient organisation shows the same 302 as without a token; a strict one (all made since October 2026) answers 401 or 403. Failed service-token attempts are in the GraphQL data set of Access login events, not in the dashboard's log.",
			links:    []string{docServiceTokens, docPolicies},
		},
	},
	{
		id: AccessTokenAudience, severity: Error, mistake: 1, layer: answer.LayerAccess, blocks: true,
		find: func(v *view) []Finding {
			s, _ := v.accessBlocks()
			if s == nil || !s.Request.WithSession {
				return nil
			}
			token, ok := v.token()
			if !ok {
				return nil
			}
			var says string
			switch {
			case token.Type == "org":
				says = "the token is the team's global one (type org), not one of this application"
			case v.otherApplication(token):
				says = "the token's audience is another application than the one that refused"
			default:
				return nil
			}
			return one(Finding{
				Detail:   capital(says) + ". Access treats it as no token at all. Take the CF_Authorization cookie of " + v.host() + " itself.",
				Evidence: append(answererEvidence(s), ev(s, "CF_Authorization", says)),
				Fix:      fixAccess(),
			})
		},
		words: words{
			title:    "The Access token belongs to another application",
			see:      seeAccess + " Decode the token's payload and compare aud with the kid in the login URL.",
			plain:    "Every Access application has its own token. The one that travelled was made for another, so Access sees a stranger.",
			operator: "The claim aud must contain the application's AUD tag (the kid of the login URL, cf-access-aud of a refusal), and type must be app; org is the global token of the team domain. Several applications on one host: the most specific path wins and settings are not inherited.",
			links:    []string{docAccessToken, docAppPaths},
		},
	},
	{
		id: AccessCookieStaysHome, severity: Error, mistake: 1, blocks: true, layer: answer.LayerAccess,
		find: func(v *view) []Finding {
			s, _ := v.accessBlocks()
			if s == nil || !v.blocked {
				return nil
			}
			why := v.stranger(s)
			if why == "" {
				return nil
			}
			return one(Finding{
				Detail:   "Cloudflare Access saw a visitor without a session, whether or not the user is logged in: " + why + "." + v.repairOfKept(),
				Evidence: []answer.Evidence{ev(s, "cookie", "CF_Authorization did not travel: "+why)},
				Fix:      fixSameOrigin(answer.LayerBrowser),
			})
		},
		words: words{
			title:    "The Access cookie does not travel with this request",
			see:      seeCookie,
			plain:    "Access knows the user by the cookie CF_Authorization. The browser did not send it here, so Access sent the login instead of the API's answer. The page must ask with credentials: \"include\", the cookie must be SameSite=None where page and API are on different sites, and the browser must let third-party cookies through; or page and API share an origin.",
			operator: "Cookie settings of the application: same_site_cookie_attribute none for cross-site calls (Lax and Strict still travel between sub-domains of one registrable domain), path_cookie_attribute off unless the paths match. By default Firefox (Total Cookie Protection) and Safari (WebKit, not verified in Safari), and Brave and Incognito windows, hold back third-party cookies whatever the attribute says: only one site, or one origin, is dependable.",
			links:    []string{docAccessCookie, docAccessCORS, "https://developer.mozilla.org/en-US/docs/Web/API/Request/credentials"},
		},
	},
	{
		id: AccessSessionExpired, severity: Error, mistake: 1, layer: answer.LayerAccess, blocks: true, held: true,
		find: func(v *view) []Finding {
			s, sev := v.accessBlocks()
			if s == nil || v.c.Session.ServiceTokenID != "" && s.Request.WithSession {
				return nil
			}
			expired := s.Request.WithSession && v.expired(s)
			ownOrigin := v.in.Fetch.SameOrigin && loginLocation(s) != nil && v.c.Credentials != exchange.CredentialsOmit
			if !expired && !ownOrigin {
				return nil
			}
			e := accessEvidence(s)
			detail := "The Access session of " + v.host() + " has run out: the token that travelled is past its time."
			if expired {
				t, _ := v.token()
				e = append(e, ev(s, "CF_Authorization", "the token's exp, "+t.Expires.Format(timeLayout)+", is before the time of the answer, "+judged(s).UTC().Format(timeLayout)))
			} else {
				detail = "This call goes to the page's own origin and needs no CORS. Without a valid Access session it is redirected to the login on another origin, and there the browser stops: the console speaks of CORS, the cause is the session."
			}
			return one(Finding{Severity: sev, Detail: detail + " A fetch() cannot show the login; a reload of the page can.",
				Evidence: e, Fix: fixAt(answer.LayerBrowser)})
		},
		words: words{
			title:    "The Access session has ended",
			see:      seeAccess,
			plain:    "The user's login at Cloudflare Access is over, so the request was sent to the login page. A script cannot follow there. Reload the page to log in again. In the code, send X-Requested-With: XMLHttpRequest on calls to the page's own origin: Access then answers 401, which the script can read and act on.",
			operator: "Session duration: application, policy and global duration (session_duration); the shortest that applies wins, One Client authentication overrides them. A navigation renews silently while the global token lives; a fetch cannot, since the hop to the team domain crosses origins. redirect: \"manual\" and a reload on an opaque redirect works too.",
			links:    []string{docSessions, docAccessCookie},
		},
	},
	{
		id: AccessLoginRedirect, severity: Error, mistake: 1, layer: answer.LayerAccess, blocks: true, held: true, under: accessRefusalRoots,
		find: accessRule(AccessLoginRedirect, text("Cloudflare Access sent the login instead of your API's answer"), func(v *view, s *answer.Seen) string {
			d := fmt.Sprintf("The request got %d with the address of the Access login. A fetch() cannot log anyone in: the browser reads the redirect, finds no %s for your page and stops. Your API was never asked.", status(s), hACAO)
			if !s.Request.WithSession {
				d += " This is what a visitor without a session gets."
			}
			return d
		}),
		words: words{
			title:    "Cloudflare Access redirected the request to its login",
			see:      seeAccess,
			plain:    "An API behind an interactive login answers a script without a session with a redirect to a login page. The redirect carries no CORS headers for your page, so the browser reports CORS. No header that your API sends can change that: it was not asked.",
			operator: "Give the request a credential that Access accepts without a login, or do not let the browser cross origins: serve the API on the page's origin (the session cookie of that host covers it); or call it from your server or Worker with a service token and a Service Auth policy; or let the user's CF_Authorization travel (credentials include, SameSite None, third-party cookies) and send CORS headers from the API. Response rules of the zone are not known to reach this 302.",
			links:    []string{docAccessCORS, docServiceTokens, docSessions},
		},
	},
	{
		id: AccessUnauthorized, severity: Error, mistake: 1, layer: answer.LayerAccess, blocks: true, held: true, under: accessRefusalRoots,
		find: accessRule(AccessUnauthorized, text("Cloudflare Access answered 401: it saw no session"), text("The 401 is Access's own, without CORS headers for your page: the browser hides it and reports CORS. Your API was never asked.")),
		words: words{
			title:    "Cloudflare Access answered 401",
			see:      seeAccess,
			plain:    "Access saw no valid session and said so with 401. The answer has no CORS headers for your page, so the script cannot even see the 401.",
			operator: "401 instead of the login redirect comes with X-Requested-With: XMLHttpRequest, with 401 for Service Auth (service_auth_401_redirect), with Managed OAuth (WWW-Authenticate: Bearer with resource_metadata), and in a strict organisation for a bad service token.",
			links:    []string{docSessions, docServiceTokens},
		},
	},
	{
		id: AccessForbidden, severity: Error, mistake: 1, layer: answer.LayerAccess, blocks: true, held: true, under: accessRefusalRoots,
		find: accessRule(AccessForbidden, text("Cloudflare Access refused the request"), func(v *view, s *answer.Seen) string {
			return fmt.Sprintf("The %d is Access's own: no policy of the application lets this request in, and there is no login for it. It has no CORS headers, so the browser reports CORS. Your API was never asked.", status(s))
		}),
		words: words{
			title:    "Cloudflare Access answered 403",
			see:      seeAccess,
			plain:    "Access knows no policy that lets this request in. With Service Auth policies alone there is no login: only a request with a service token passes, and a page cannot hold one.",
			operator: "403 comes where the application has Service Auth policies only, where a Block policy matches, or in a strict organisation where a valid token is not allowed. Zero Trust › Insights › Logs › Access authentication logs shows App, User, Allow and Ray ID (permission Access: Audit Logs Read).",
			links:    []string{docPolicies, docServiceTokens},
		},
	},
	{
		id: AccessLoginPage, severity: Error, mistake: 1, layer: answer.LayerAccess, blocks: true, held: true, under: accessRefusalRoots,
		find: accessRule(AccessLoginPage, text("The Access login page came as the answer"), text("The request ended at the HTML of the Access login. It has no CORS headers for your page, so the browser reports CORS; and it is not what your script asked for.")),
		words: words{
			title:    "The Access login page came as the answer",
			see:      seeAccess,
			plain:    "Instead of your API's answer there is an HTML page that asks for a login. A script cannot use it.",
			operator: "The team domain sends no CORS headers. See access-login-redirect for the ways out.",
			links:    []string{docAccessCORS},
		},
	},
}

// innerMark names the header that gave a relayed refusal away.
func innerMark(s *answer.Seen) string {
	if hasHeader(s, "cf-access-domain") {
		return "cf-access-domain"
	}
	return "location"
}
