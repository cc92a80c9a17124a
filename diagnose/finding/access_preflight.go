package finding

import (
	"fmt"
	"slices"

	"corstui/diagnose/answer"
)

// The findings of this family.
const (
	AccessPreflightRefused  = "access-preflight-refused"   // error, 2: Access answered the preflight with 401, 403, a redirect or a page
	AccessCORSIncomplete    = "access-cors-incomplete"     // error, 2: Access's own CORS settings answered the preflight, but lack origin, method, header or credentials
	AccessCORSPreflightOnly = "access-cors-preflight-only" // error, 4: Access's CORS settings passed the preflight; the real answer, made behind Access, has no CORS headers
	AccessBypassUnanswered  = "access-bypass-unanswered"   // error, 2: Access lets OPTIONS by (bypass is on), but what is behind does not answer the preflight rightly
)

// accessPreflightRows are what goes wrong with preflights where Access is on
// the way.
var accessPreflightRows = []row{
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
			see:      seePreflight,
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
			see:      seePreflight,
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
			see:      seeAnswer,
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
			see:      seePreflight,
			plain:    "\"Bypass options requests to origin\" is on: Access steps aside for OPTIONS. Now the API or Worker must answer the preflight, with a status of 200 to 299 and the CORS headers, before its own login check.",
			operator: "Answer OPTIONS with Origin and Access-Control-Request-Method ahead of authentication and routing, with 204, no body and no effect: with the bypass on, anyone can send OPTIONS to the origin.",
			links:    []string{docAccessCORS, "https://developer.mozilla.org/en-US/docs/Glossary/Preflight_request"},
		},
	},
}
