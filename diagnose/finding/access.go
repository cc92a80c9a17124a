package finding

import (
	"fmt"
	"slices"
	"strings"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/snippets"
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
		if (strings.Contains(d.Name, "CF_Authorization") || d.Name == "service token") && !d.Sent && d.Why != "" {
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
			c, ok := readToken(v.accessToken())
			if !ok {
				return nil
			}
			aud := v.aud()
			var says string
			switch {
			case c.Type == "org":
				says = "the token is the team's global one (type org), not one of this application"
			case aud != "" && len(c.Aud) > 0 && !c.Aud.has(aud):
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
				Detail:   "Cloudflare Access saw a visitor without a session, whether or not the user is logged in: " + why + ".",
				Evidence: []answer.Evidence{ev(s, "cookie", "CF_Authorization did not travel: "+why)},
				Fix:      fixSameOrigin(answer.LayerBrowser),
			})
		},
		words: words{
			title:    "The Access cookie does not travel with this request",
			plain:    "Access knows the user by the cookie CF_Authorization. The browser did not send it here, so Access sent the login instead of the API's answer. The page must ask with credentials: \"include\", the cookie must be SameSite=None where page and API are on different sites, and the browser must let third-party cookies through; or page and API share an origin.",
			operator: "Cookie settings of the application: same_site_cookie_attribute none for cross-site calls (Lax and Strict still travel between sub-domains of one registrable domain), path_cookie_attribute off unless the paths match. Safari, Firefox in standard mode, Brave and incognito windows hold back third-party cookies whatever the attribute says: only one site, or one origin, is dependable.",
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
				e = append(e, ev(s, "CF_Authorization", "the token's exp is before the time of the request"))
			} else {
				detail = "This call goes to the page's own origin and needs no CORS. Without a valid Access session it is redirected to the login on another origin, and there the browser stops: the console speaks of CORS, the cause is the session."
			}
			return one(Finding{Severity: sev, Detail: detail + " A fetch() cannot show the login; a reload of the page can.",
				Evidence: e, Fix: fixAt(answer.LayerBrowser)})
		},
		words: words{
			title:    "The Access session has ended",
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
			plain:    "Instead of your API's answer there is an HTML page that asks for a login. A script cannot use it.",
			operator: "The team domain sends no CORS headers. See access-login-redirect for the ways out.",
			links:    []string{docAccessCORS},
		},
	},
	{
		id: AccessPreflightRefused, severity: Error, mistake: 2, layer: answer.LayerAccess, blocks: true,
		find: func(v *view) []Finding {
			s := v.d
			if !isPreflight(s) || layer(s) != answer.LayerAccess || okStatus(status(s)) && v.cause != causeMissing || okStatus(status(s)) && knowsCORS(s) {
				return nil
			}
			return one(Finding{
				Detail:   fmt.Sprintf("The browser asks first with OPTIONS, and never with cookie or token. Access answered %d, so the %s was not sent. Logging in does not help: Access refuses preflights with or without a session. No header that your API, Worker or nginx sets can change this answer, since none of them was asked.", status(s), v.method),
				Evidence: append(answererEvidence(s), ev(s, "OPTIONS", "the preflight got "+got(s))),
				Fix:      fixAccess(),
			})
		},
		words: words{
			title:    "Cloudflare Access refused the preflight",
			plain:    "Before the real request the browser sends OPTIONS without any cookie, by design. Access takes it for a visitor without a session and refuses. Only a setting of the Access application changes that: let OPTIONS pass to the origin, or let Access answer preflights itself.",
			operator: "Zero Trust › Access controls › Applications › the application › Configure › Advanced settings. Either \"Bypass options requests to origin\" (API options_preflight_bypass: true; it deletes the application's CORS settings, and anonymous OPTIONS reach the origin), or CORS settings (cors_headers: allowed_origins, allowed_methods, allowed_headers, allow_credentials, max_age). Both together are refused. Policies have no selector for the method, so a Bypass policy for OPTIONS cannot be made.",
			links:    []string{docAccessCORS, "https://fetch.spec.whatwg.org/#cors-preflight-fetch"},
		},
	},
	{
		id: AccessCORSIncomplete, severity: Error, mistake: 2, layer: answer.LayerAccess, blocks: true,
		find: func(v *view) []Finding {
			s := v.d
			if !isPreflight(s) || layer(s) != answer.LayerAccess {
				return nil
			}
			lacks := "the origin " + v.c.Origin
			what := hACAO
			switch v.cause {
			case causeMethod, causeMethodsSyntax:
				lacks, what = "the method "+v.method, hACAM
			case causeHeader, causeHeadersSyntax:
				lacks, what = v.lackingHeaders(s), hACAH
			case causeCredentials:
				lacks, what = "credentials (allow_credentials)", hACAC
			case causeWildcard:
				lacks = "the origin " + v.c.Origin + " by name: all origins together with credentials never work"
			}
			return one(Finding{
				Detail:   "Access answers the preflights of this application itself, by its CORS settings, and these lack " + lacks + ". Your API was not asked and cannot add it.",
				Evidence: append(answererEvidence(s), ev(s, what, "the settings answered "+got(s)+" and lack "+lacks)),
				Fix:      fixAccess(),
			})
		},
		words: words{
			title:    "Access's own CORS settings do not allow this request",
			plain:    "The Access application answers preflights itself. What the page needs is not in its settings, so the browser stops. The headers that your API sends play no part in that answer.",
			operator: "Add what is missing to cors_headers (allowed_origins, allowed_methods, allowed_headers, allow_credentials), or switch to options_preflight_bypass and let the API answer. All origins with credentials is refused by the service. A custom header that is allowed here may be set by the allowed origins on any request: an app that trusts that header against CSRF loses the defence.",
			links:    []string{docAccessCORS},
		},
	},
	{
		id: AccessCORSPreflightOnly, severity: Error, mistake: 4, blocks: true,
		find: func(v *view) []Finding {
			p := last(v.preflights)
			if p == nil || layer(p) != answer.LayerAccess || !okStatus(status(p)) || isPreflight(v.d) || v.d == nil || layer(v.d) == answer.LayerAccess {
				return nil
			}
			if l := layer(v.d); l == answer.LayerWAF || l == answer.LayerEdge {
				return nil
			}
			if v.cause != causeMissing {
				return nil
			}
			return one(Finding{
				Layer:    app(layer(v.d)),
				Detail:   fmt.Sprintf("Access answered the preflight by its CORS settings, and passed it. The real answer comes from behind Access (%s: %s), and there nobody set the CORS headers: Access adds them to preflights alone.", who(v.d), got(v.d)),
				Evidence: []answer.Evidence{ev(p, hACAO, "Access's settings allowed the preflight"), ev(v.d, hACAO, "the real answer has none")},
				Fix:      fixCORS(layer(v.d)),
			})
		},
		words: words{
			title:    "Access's CORS settings pass the preflight, but the API's own answer has no CORS headers",
			plain:    "The CORS settings of an Access application answer OPTIONS only. The answer to the real request must carry CORS headers too, and only the API or a Worker can set them.",
			operator: "Cloudflare's page on Access and CORS asks that the settings match the headers sent by the origin. Exposed headers too are the origin's business: cors_headers has no field for them.",
			links:    []string{docAccessCORS},
		},
	},
	{
		id: AccessBypassUnanswered, severity: Error, mistake: 2, blocks: true,
		find: func(v *view) []Finding {
			s := v.d
			if !isPreflight(s) || !v.accessCovers() {
				return nil
			}
			switch layer(s) {
			case answer.LayerOrigin, answer.LayerWorker, answer.LayerProxy, answer.LayerCache:
			default:
				return nil
			}
			if !slices.Contains([]cause{causeMissing, causeStatus, causePreflightRedirect}, v.cause) || v.namesOthers(s) {
				return nil
			}
			return one(Finding{
				Layer:    app(layer(s)),
				Detail:   fmt.Sprintf("Access covers this URL and lets OPTIONS by, so what is behind it must answer the preflight. %s answered %s: the browser stops there.", capital(who(s)), got(s)),
				Evidence: append(answererEvidence(s), ev(s, "OPTIONS", "the preflight came through Access and got "+got(s))),
				Fix:      fixCORS(layer(s)),
			})
		},
		words: words{
			title:    "Access lets preflights pass, but nobody behind it answers them",
			plain:    "\"Bypass options requests to origin\" is on: Access steps aside for OPTIONS. Now the API or Worker must answer the preflight, with a status of 200 to 299 and the CORS headers, before its own login check.",
			operator: "Answer OPTIONS with Origin and Access-Control-Request-Method ahead of authentication and routing, with 204, no body and no effect: with the bypass on, anyone can send OPTIONS to the origin.",
			links:    []string{docAccessCORS, "https://developer.mozilla.org/en-US/docs/Glossary/Preflight_request"},
		},
	},
	{
		id: AccessServiceTokenInPage, severity: Warning, layer: answer.LayerBrowser,
		find: func(v *view) []Finding {
			var names []string
			for _, h := range v.c.Headers {
				if n := strings.ToLower(h.Name); n == "cf-access-client-id" || n == "cf-access-client-secret" {
					names = append(names, n)
				}
			}
			if len(names) == 0 {
				return nil
			}
			return one(Finding{
				Because:  v.root,
				Evidence: []answer.Evidence{ev(last(v.preflights), quoteList(names), "the page's script sets "+quoteList(names))},
				Fix:      Fix{Layer: answer.LayerWorker, Recipe: snippets.RecipeServiceToken, Targets: servers(answer.LayerUnknown)},
			})
		},
		words: words{
			title:    "The page's script sends a service token of Access",
			plain:    "Whoever opens the page can read the secret in it. The two headers also force a preflight, and the preflight carries neither of them, so Access refuses it. Let a Worker or your server add the token, and rotate the secret.",
			operator: "Rotate the token, then add it on the server side: a Worker on the page's origin, or a proxy, with the secret from its environment.",
			links:    []string{docServiceTokens, docAccessCORS},
		},
	},
	{
		id: SessionUnknown, severity: Info, layer: answer.LayerAccess,
		find: func(v *view) []Finding {
			if len(Assumes(v.in)) == 0 {
				return nil
			}
			return one(Finding{
				Because:  v.root,
				Detail:   "Access covers " + v.host() + ", and no session of the user is known here. What was seen holds for a visitor who is not logged in. Give the session (--cookie, CF_ACCESS_TOKEN, a pasted curl) to see what a logged-in user gets.",
				Evidence: []answer.Evidence{},
				Fix:      fixAt(answer.LayerBrowser),
			})
		},
		words: words{
			title:    "Seen as a visitor without a session",
			plain:    "The URL is behind Cloudflare Access, the request would carry cookies, and corstui has none of the user's. A logged-in user may get another answer.",
			operator: "Take the CF_Authorization cookie of the API's host from the browser's developer tools, or the output of cloudflared access token, and pass it in the environment as CF_ACCESS_TOKEN.",
			links:    []string{docAccessCookie},
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
