package finding

import (
	"testing"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
)

// origin is an answer of the API.
func originReply(status int, head string) reply {
	return reply{layer: answer.LayerOrigin, status: status, head: head}
}

// scene is one made-up path and all that is to be said of it, infos aside.
type scene struct {
	name string
	stage
	want []string
}

// scenes pair each finding with the nearest case in which it does not stand.
var scenes = []scene{
	// Cloudflare Access.
	{"access: login redirect", stage{c: withCreds, request: accessLogin}, []string{"error 1 access-login-redirect"}},
	{"access: login redirect, but no cookie could travel", stage{request: accessLogin},
		[]string{"error 1 access-cookie-stays-home", "error 1 access-login-redirect < access-cookie-stays-home"}},
	{"access: session known and held back by SameSite", stage{c: exchange.Case{Origin: "https://app.other.test", Credentials: exchange.CredentialsInclude,
		Session: exchange.Session{Cookies: []exchange.Cookie{{Name: "CF_Authorization", Value: "x", SameSite: "Lax", HostOnly: true}}}}, request: accessLogin},
		[]string{"error 1 access-cookie-stays-home", "error 1 access-login-redirect < access-cookie-stays-home"}},
	{"access: expired token", stage{c: exchange.Case{Credentials: exchange.CredentialsInclude, Session: exchange.Session{AccessToken: jwt(`{"aud":["` + aud1 + `"],"exp":1000,"type":"app"}`)}}, request: accessLogin},
		[]string{"error 1 access-session-expired"}},
	{"access: a token that is still good, and refused", stage{c: exchange.Case{Credentials: exchange.CredentialsInclude, Session: exchange.Session{AccessToken: jwt(`{"aud":["` + aud1 + `"],"exp":99999999999,"type":"app"}`)}}, request: accessLogin},
		[]string{"error 1 access-login-redirect"}},
	{"access: token of another application", stage{c: exchange.Case{Credentials: exchange.CredentialsInclude, Session: exchange.Session{AccessToken: jwt(`{"aud":"feed","exp":99999999999,"type":"app"}`)}}, request: accessLogin},
		[]string{"error 1 access-token-audience", "error 1 access-login-redirect < access-token-audience"}},
	{"access: the team's global token", stage{c: exchange.Case{Credentials: exchange.CredentialsInclude, Session: exchange.Session{AccessToken: jwt(`{"aud":"` + aud1 + `","exp":99999999999,"type":"org"}`)}}, request: access403},
		[]string{"error 1 access-token-audience", "error 1 access-forbidden < access-token-audience"}},
	{"access: service token refused", stage{c: exchange.Case{Credentials: exchange.CredentialsInclude, Session: exchange.Session{ServiceTokenID: "id", ServiceTokenSecret: "s"}}, request: access403},
		[]string{"error 1 access-service-token-rejected", "error 1 access-forbidden < access-service-token-rejected"}},
	{"access: same-origin call whose session ended", stage{c: exchange.Case{Origin: "https://api.example.com"}, request: accessLogin,
		at: map[string]reply{"request " + login: {layer: answer.LayerAccess, status: 200, head: "content-type: text/html"}}},
		[]string{"error 1 access-session-expired"}},
	{"access: same-origin call with a custom header whose session ended", stage{c: exchange.Case{Origin: "https://api.example.com", Headers: exchange.Headers{{Name: "X-A", Value: "1"}}}, request: accessLogin,
		at: map[string]reply{"preflight " + login: {layer: answer.LayerAccess, status: 403}}},
		[]string{"error 1 access-session-expired"}},
	{"access: 401", stage{c: withCreds, request: reply{layer: answer.LayerAccess, status: 401, head: `www-authenticate: Cloudflare-Access`}}, []string{"error 1 access-unauthorized"}},
	{"access: 403", stage{c: withCreds, request: access403}, []string{"error 1 access-forbidden"}},
	{"access: login page", stage{c: withCreds, request: reply{layer: answer.LayerAccess, status: 200, head: "content-type: text/html"}}, []string{"error 1 access-login-page"}},
	{"access: refuses the preflight", stage{c: putJSON, preflight: access403}, []string{"error 2 access-preflight-refused"}},
	{"access: redirects the preflight", stage{c: putJSON, preflight: accessLogin}, []string{"error 2 access-preflight-refused"}},
	{"access: refuses the preflight, and the GET is a login", stage{c: putJSON, preflight: access403, probes: map[exchange.Purpose]reply{exchange.PurposeGet: accessLogin}},
		[]string{"error 2 access-preflight-refused"}},
	{"access: its CORS settings lack the method", stage{c: putJSON, preflight: reply{layer: answer.LayerAccess, status: 200, head: allowCreds + "|Access-Control-Allow-Methods: GET|Access-Control-Allow-Headers: authorization, content-type"}},
		[]string{"error 2 access-cors-incomplete"}},
	{"access: its CORS settings lack the origin", stage{c: putJSON, preflight: reply{layer: answer.LayerAccess, status: 200, head: "vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers"}},
		[]string{"error 2 access-cors-incomplete"}},
	{"access: its CORS settings pass, the API has no headers", stage{c: putJSON, preflight: reply{layer: answer.LayerAccess, status: 200, head: allowPut}, request: originReply(200, "")},
		[]string{"error 4 access-cors-preflight-only"}},
	{"access: its CORS settings pass, the API has its own", stage{c: putJSON, preflight: reply{layer: answer.LayerAccess, status: 200, head: allowPut}, request: goodCreds}, nil},
	{"access: bypass on, nobody answers OPTIONS", stage{c: putJSON, preflight: originReply(405, ""), facts: answer.Facts{Access: &answer.AccessApp{AUD: aud1}}},
		[]string{"error 2 access-bypass-unanswered"}},
	{"access: bypass on, wrong origin", stage{c: putJSON, preflight: originReply(204, "Access-Control-Allow-Origin: https://other.test"), facts: answer.Facts{Access: &answer.AccessApp{AUD: aud1}}},
		[]string{"error allow-origin-mismatch"}},
	{"access: a refusal of another host, relayed", stage{c: withCreds, request: reply{layer: answer.LayerUnknown, status: 403, head: "cf-access-aud: " + aud1 + "|cf-access-domain: internal.example.net"}},
		[]string{"error 1 access-inner"}},
	{"access: a wildcard application is its own", stage{c: withCreds, request: reply{layer: answer.LayerAccess, status: 403, head: "cf-access-aud: " + aud1 + "|cf-access-domain: *.example.com/v1"}},
		[]string{"error 1 access-forbidden"}},
	{"access: service token in the page", stage{c: exchange.Case{Headers: exchange.Headers{{Name: "CF-Access-Client-Id", Value: "x"}, {Name: "CF-Access-Client-Secret", Value: "y"}}}, preflight: access403},
		[]string{"error 2 access-preflight-refused", "warning access-service-token-in-page < access-preflight-refused"}},
	{"access: the PUT was held back, the GET is a login", stage{c: putJSON, safe: true, preflight: goodPut, probes: map[exchange.Purpose]reply{exchange.PurposeGet: accessLogin}},
		[]string{"warning 1 access-login-redirect"}},

	// WAF.
	{"waf: challenged preflight", stage{c: putJSON, preflight: challenge}, []string{"error 2 waf-challenge-preflight"}},
	{"waf: challenge", stage{request: challenge}, []string{"error 4 waf-challenge"}},
	{"waf: blocked preflight", stage{c: putJSON, preflight: block1020}, []string{"error 2 waf-block-preflight"}},
	{"waf: block", stage{request: block1020}, []string{"error 4 waf-block"}},
	{"waf: 1010", stage{request: reply{layer: answer.LayerWAF, product: "browser integrity check (error 1010)", status: 403}}, []string{"error 4 waf-block"}},
	{"waf: rate limit", stage{request: reply{layer: answer.LayerWAF, product: "rate limit (error 1015)", status: 429, head: "retry-after: 30"}}, []string{"error 4 waf-rate-limited"}},
	{"waf: rate limit on the preflight", stage{c: putJSON, preflight: reply{layer: answer.LayerWAF, product: "rate limit (error 1015)", status: 429}}, []string{"error 2 waf-rate-limited-preflight"}},
	{"app: its own 403 is no block", stage{request: originReply(403, allowApp)}, nil},
	{"app: its own 429 with CORS headers", stage{request: originReply(429, allowApp)}, nil},

	// Edge, tunnel, Worker.
	{"edge: redirects the preflight", stage{c: putJSON, preflight: reply{layer: answer.LayerEdge, product: "Cloudflare redirect", status: 301, head: "Location: https://www.example.com/v1/items"}},
		[]string{"error 2 edge-redirect-preflight"}},
	{"edge: 522", stage{request: reply{layer: answer.LayerEdge, product: "error 522", status: 522}}, []string{"error 4 edge-error"}},
	{"edge: 522 on the preflight", stage{c: putJSON, preflight: reply{layer: answer.LayerEdge, product: "error 522", status: 522}}, []string{"error edge-error"}},
	{"edge: tunnel down", stage{request: reply{layer: answer.LayerEdge, product: "tunnel down (error 1033)", status: 530, body: "error code: 1033"}}, []string{"error 4 tunnel-down"}},
	{"edge: tunnel without its service", stage{request: reply{layer: answer.LayerEdge, product: "tunnel: service unreachable", status: 502}}, []string{"error 4 tunnel-service-down"}},
	{"worker: exception", stage{request: reply{layer: answer.LayerWorker, product: "Worker exception (error 1101)", status: 500, body: "error code: 1101"}}, []string{"error 4 worker-failed"}},
	{"worker: its own 500 without headers", stage{request: reply{layer: answer.LayerWorker, status: 500}}, []string{"error 4 errors-without-cors"}},

	// Cache and Vary.
	{"cache: another origin's answer", stage{request: reply{layer: answer.LayerCache, product: "Cloudflare cache", status: 200, head: "cf-cache-status: HIT|age: 3|Access-Control-Allow-Origin: https://admin.example.com"},
		probes: map[exchange.Purpose]reply{exchange.PurposeCacheBusted: {layer: answer.LayerOrigin, head: "cf-cache-status: MISS|" + allowApp}}},
		[]string{"error 6 cache-pinned-origin"}},
	{"cache: a hit alone accuses no cache", stage{request: reply{layer: answer.LayerCache, status: 200, head: "cf-cache-status: HIT|Access-Control-Allow-Origin: https://admin.example.com"}},
		[]string{"error allow-origin-mismatch"}},
	{"cache: fresh is wrong too", stage{request: reply{layer: answer.LayerCache, status: 200, head: "cf-cache-status: HIT|Access-Control-Allow-Origin: https://admin.example.com"},
		probes: map[exchange.Purpose]reply{exchange.PurposeCacheBusted: {layer: answer.LayerOrigin, head: "cf-cache-status: MISS|Access-Control-Allow-Origin: https://admin.example.com"}}},
		[]string{"error allow-origin-mismatch"}},
	{"cache: stored error", stage{request: reply{layer: answer.LayerCache, status: 404, head: "cf-cache-status: HIT|age: 9"}}, []string{"error 4 cache-stored-error"}},
	{"vary: missing, by a pair", stage{request: originReply(200, "Access-Control-Allow-Origin: "+app1), probes: map[exchange.Purpose]reply{exchange.PurposeNoOrigin: originReply(200, "")}},
		[]string{"warning 6 vary-origin-missing"}},
	{"vary: a constant origin needs none", stage{request: originReply(200, "Access-Control-Allow-Origin: "+app1),
		probes: map[exchange.Purpose]reply{exchange.PurposeNoOrigin: originReply(200, "Access-Control-Allow-Origin: "+app1), exchange.PurposeForeignOrigin: originReply(200, "Access-Control-Allow-Origin: "+app1)}}, nil},
	{"vary: without a pair nothing is said", stage{request: originReply(200, "Access-Control-Allow-Origin: "+app1)}, nil},
	{"vary: no-store is never mixed", stage{request: originReply(200, "Cache-Control: no-store|Access-Control-Allow-Origin: "+app1), probes: map[exchange.Purpose]reply{exchange.PurposeNoOrigin: originReply(200, "Cache-Control: no-store")}}, nil},
	{"vary: on the allowed side alone", stage{request: good, probes: map[exchange.Purpose]reply{exchange.PurposeForeignOrigin: originReply(200, "")}},
		[]string{"warning 6 vary-origin-one-side"}},
	{"vary: on all sides", stage{request: good, probes: map[exchange.Purpose]reply{exchange.PurposeForeignOrigin: originReply(200, "Vary: Origin"), exchange.PurposeNoOrigin: originReply(200, "Vary: Accept, Origin")}}, nil},

	// The preflight.
	{"preflight: the app's login check", stage{c: putJSON, preflight: originReply(401, "")}, []string{"error 2 preflight-unanswered"}},
	{"preflight: 401 with a Vary of its own", stage{c: putJSON, preflight: originReply(401, "Vary: Origin")}, []string{"error 2 preflight-unanswered"}},
	{"preflight: nobody answers it, 200", stage{c: putJSON, preflight: reply{status: 200, layer: answer.LayerProxy, product: "Vercel"}}, []string{"error 2 preflight-unanswered"}},
	{"preflight: refused by an unproven hand", stage{c: putJSON, preflight: reply{status: 403}}, []string{"error 2 preflight-unanswered"}},
	{"preflight: the policy refuses this origin", stage{c: putJSON, preflight: originReply(204, "Vary: Origin")}, []string{"error origin-not-allowed"}},
	{"preflight: the framework says so", stage{c: putJSON, preflight: reply{layer: answer.LayerOrigin, status: 400, body: "Disallowed CORS origin"}}, []string{"error origin-not-allowed"}},
	{"preflight: right headers, 401", stage{c: putJSON, preflight: originReply(401, allowPut)}, []string{"error 2 preflight-status"}},
	{"preflight: right headers, 503", stage{c: putJSON, preflight: originReply(503, allowPut)}, []string{"error preflight-status"}},
	{"preflight: redirected to a login", stage{c: putJSON, preflight: originReply(302, "Location: /login")}, []string{"error 2 preflight-redirected"}},
	{"preflight: method missing", stage{c: putJSON, preflight: originReply(204, allowCreds+"|Access-Control-Allow-Methods: GET|Access-Control-Allow-Headers: authorization, content-type")}, []string{"error method-not-allowed"}},
	{"preflight: patch is not PATCH", stage{c: exchange.Case{Method: "patch"}, preflight: originReply(204, allowApp+"|Access-Control-Allow-Methods: PATCH")}, []string{"error method-not-allowed"}},
	{"preflight: header missing", stage{c: putJSON, preflight: originReply(204, allowCreds+"|Access-Control-Allow-Methods: PUT|Access-Control-Allow-Headers: content-type")}, []string{"error header-not-allowed"}},
	{"preflight: methods unreadable", stage{c: putJSON, preflight: originReply(204, allowCreds+"|Access-Control-Allow-Methods: GET;PUT|Access-Control-Allow-Headers: authorization, content-type")}, []string{"error allow-methods-invalid"}},
	{"preflight: headers unreadable", stage{c: putJSON, preflight: originReply(204, allowCreds+`|Access-Control-Allow-Methods: PUT|Access-Control-Allow-Headers: "authorization"`)}, []string{"error allow-headers-invalid"}},
	{"preflight: all right", stage{c: putJSON, preflight: goodPut, request: goodCreds}, nil},
	{"preflight: 299 will do", stage{c: putJSON, preflight: originReply(299, allowPut), request: goodCreds}, nil},
	{"preflight: Authorization by *", stage{c: getAuth, preflight: originReply(204, "Access-Control-Allow-Origin: *|Access-Control-Allow-Headers: *"), request: originReply(200, "Access-Control-Allow-Origin: *")},
		[]string{"warning authorization-by-wildcard"}},
	{"preflight: Authorization by name beside *", stage{c: getAuth, preflight: originReply(204, "Access-Control-Allow-Origin: *|Access-Control-Allow-Headers: *, Authorization"), request: originReply(200, "Access-Control-Allow-Origin: *")}, nil},

	// Allow-Origin and credentials.
	{"origin: missing", stage{request: originReply(200, "")}, []string{"error allow-origin-missing"}},
	{"origin: missing after a good preflight", stage{c: putJSON, preflight: goodPut, request: originReply(200, "")}, []string{"error allow-origin-missing"}},
	{"origin: left out", stage{request: originReply(200, "Vary: Origin")}, []string{"error origin-not-allowed"}},
	{"origin: slash", stage{request: originReply(200, "Access-Control-Allow-Origin: "+app1+"/")}, []string{"error allow-origin-mismatch"}},
	{"origin: several in a line", stage{request: originReply(200, "Access-Control-Allow-Origin: "+app1+", https://b.test")}, []string{"error allow-origin-multiple"}},
	{"origin: twice", stage{request: originReply(200, "Access-Control-Allow-Origin: "+app1+"|access-control-allow-origin: "+app1)}, []string{"error cors-headers-twice"}},
	{"origin: a word", stage{request: originReply(200, "Access-Control-Allow-Origin: app")}, []string{"error allow-origin-invalid"}},
	{"origin: public", stage{request: originReply(200, "Access-Control-Allow-Origin: *")}, nil},
	{"wildcard: with credentials", stage{c: withCreds, request: originReply(200, "Access-Control-Allow-Origin: *|Access-Control-Allow-Credentials: true")}, []string{"error 3 wildcard-with-credentials"}},
	{"wildcard: methods", stage{c: putJSON, preflight: originReply(204, allowCreds+"|Access-Control-Allow-Methods: *|Access-Control-Allow-Headers: authorization, content-type")}, []string{"error 3 wildcard-methods-with-credentials"}},
	{"wildcard: headers", stage{c: putJSON, preflight: originReply(204, allowCreds+"|Access-Control-Allow-Methods: PUT|Access-Control-Allow-Headers: *")}, []string{"error 3 wildcard-headers-with-credentials"}},
	{"wildcard: exposed", stage{c: exchange.Case{Credentials: exchange.CredentialsInclude, ReadHeaders: []string{"X-Total"}}, request: originReply(200, allowCreds+"|Access-Control-Expose-Headers: *|X-Total: 3")},
		[]string{"warning 3 wildcard-expose-with-credentials", "warning 5 headers-not-exposed < wildcard-expose-with-credentials"}},
	{"wildcard: exposed without credentials", stage{c: exchange.Case{ReadHeaders: []string{"X-Total"}}, request: originReply(200, "Access-Control-Allow-Origin: *|Access-Control-Expose-Headers: *|X-Total: 3")}, nil},
	{"wildcard: promises credentials", stage{request: originReply(200, "Access-Control-Allow-Origin: *|Access-Control-Allow-Credentials: true")}, []string{"warning 3 wildcard-and-allow-credentials"}},
	{"credentials: missing", stage{c: withCreds, request: good}, []string{"error allow-credentials-missing"}},
	{"credentials: True", stage{c: withCreds, request: originReply(200, allowApp+"|Access-Control-Allow-Credentials: True")}, []string{"error allow-credentials-missing"}},

	// Errors and exposed headers.
	{"errors: a bare 401", stage{request: originReply(401, "")}, []string{"error 4 errors-without-cors"}},
	{"errors: a bare 500 after a good preflight", stage{c: putJSON, preflight: goodPut, request: originReply(500, "")}, []string{"error 4 errors-without-cors"}},
	{"errors: a bare 403 by nobody knows whom", stage{request: reply{status: 403}}, []string{"error 4 errors-without-cors"}},
	{"errors: the origin is refused on errors too", stage{request: originReply(401, "Vary: Origin")}, []string{"error origin-not-allowed"}},
	{"errors: proven by a missing path", stage{request: good, probes: map[exchange.Purpose]reply{exchange.PurposeMissingPath: originReply(404, "")}}, []string{"warning 4 errors-without-cors"}},
	{"errors: the missing path has them", stage{request: good, probes: map[exchange.Purpose]reply{exchange.PurposeMissingPath: originReply(404, allowApp)}}, nil},
	{"errors: another server has the missing path", stage{request: originReply(200, allowApp+"|server: express"), probes: map[exchange.Purpose]reply{exchange.PurposeMissingPath: originReply(404, "server: nginx")}}, nil},
	{"errors: Access has the missing path", stage{request: good, probes: map[exchange.Purpose]reply{exchange.PurposeMissingPath: accessLogin}}, nil},
	{"expose: a header that the script reads", stage{c: exchange.Case{ReadHeaders: []string{"Link", "Content-Type"}}, request: originReply(200, allowApp+"|Link: <x>|content-type: text/plain")}, []string{"warning 5 headers-not-exposed"}},
	{"expose: the same, exposed", stage{c: exchange.Case{ReadHeaders: []string{"Link"}}, request: originReply(200, allowApp+"|Link: <x>|Access-Control-Expose-Headers: link")}, nil},
	{"expose: a header that is not there", stage{c: exchange.Case{ReadHeaders: []string{"Link"}}, request: good}, nil},
	{"expose: unreadable list", stage{c: exchange.Case{ReadHeaders: []string{"Link"}}, request: originReply(200, allowApp+`|Link: <x>|Access-Control-Expose-Headers: "Link"`)},
		[]string{"warning 5 expose-headers-invalid", "warning 5 headers-not-exposed < expose-headers-invalid"}},

	// Whom the policy lets in.
	{"reflect: any origin, with credentials", stage{request: goodCreds, probes: map[exchange.Purpose]reply{exchange.PurposeForeignOrigin: originReply(200, "Access-Control-Allow-Origin: "+foreig+"|Access-Control-Allow-Credentials: true|Vary: Origin"), exchange.PurposeNullOrigin: originReply(200, "Access-Control-Allow-Origin: null|Access-Control-Allow-Credentials: true|Vary: Origin")}},
		[]string{"warning 7 origin-reflected", "warning 7 null-origin-accepted < origin-reflected"}},
	{"reflect: * is no echo", stage{request: originReply(200, "Access-Control-Allow-Origin: *"), probes: map[exchange.Purpose]reply{exchange.PurposeForeignOrigin: originReply(200, "Access-Control-Allow-Origin: *"), exchange.PurposeNullOrigin: originReply(200, "Access-Control-Allow-Origin: *")}}, nil},
	{"reflect: null alone", stage{request: goodCreds, probes: map[exchange.Purpose]reply{exchange.PurposeNullOrigin: originReply(200, "Access-Control-Allow-Origin: null|Access-Control-Allow-Credentials: true|Vary: Origin")}}, []string{"warning 7 null-origin-accepted"}},
	{"reflect: null, to a page whose origin is null", stage{c: exchange.Case{Origin: "null", Credentials: exchange.CredentialsInclude}, request: originReply(200, "Access-Control-Allow-Origin: null|Access-Control-Allow-Credentials: true|Vary: Origin")}, []string{"warning 7 null-origin-accepted"}},
	{"reflect: * to a page whose origin is null", stage{c: exchange.Case{Origin: "null"}, request: originReply(200, "Access-Control-Allow-Origin: *")}, nil},
	{"reflect: a suffix look-alike", stage{request: goodCreds, probes: map[exchange.Purpose]reply{exchange.PurposeSuffixOrigin: originReply(200, "Access-Control-Allow-Origin: "+app1+".corstui.test|Access-Control-Allow-Credentials: true|Vary: Origin")}}, []string{"warning 7 lookalike-origin-accepted"}},
	{"reflect: a stranger gets the page's own origin", stage{request: goodCreds, probes: map[exchange.Purpose]reply{exchange.PurposeForeignOrigin: goodCreds}}, nil},
	{"reflect: request headers", stage{c: putJSON, preflight: goodPut, request: goodCreds, probes: map[exchange.Purpose]reply{exchange.PurposeForeignPreflight: originReply(204, "Access-Control-Allow-Origin: *|Access-Control-Allow-Credentials: true|Access-Control-Allow-Headers: x-corstui-probe")}}, []string{"warning 7 headers-reflected"}},

	// Redirects.
	{"redirect: http to https", stage{c: exchange.Case{URL: "http://api.example.com/v1/items", Origin: "http://app.example.com"}, request: reply{layer: answer.LayerEdge, product: "Cloudflare redirect to https", status: 301, head: "Location: https://api.example.com/v1/items"}},
		[]string{"error redirect-http-to-https"}},
	{"redirect: slash", stage{request: originReply(308, "Location: /v1/items/")}, []string{"error redirect-trailing-slash"}},
	{"redirect: slash, with headers", stage{request: originReply(308, allowApp+"|Location: /v1/items/"), at: map[string]reply{"request " + api + "/": good}}, nil},
	{"redirect: elsewhere without headers", stage{request: originReply(302, "Location: https://other.test/x")}, []string{"error redirect-without-cors"}},
	{"redirect: the app's own login", stage{c: withCreds, request: originReply(302, "Location: /login?next=%2Fv1")}, []string{"error redirect-without-cors"}},
	{"redirect: origin null", stage{request: originReply(302, allowApp+"|Location: https://other.test/x"), at: map[string]reply{"request https://other.test/x": good}}, []string{"error redirect-origin-null"}},
	{"redirect: user and password", stage{request: originReply(302, allowApp+"|Location: https://u:p@api.example.com/x")}, []string{"error redirect-userinfo"}},
	{"redirect: another scheme", stage{request: originReply(302, allowApp+"|Location: foo:bar")}, []string{"error redirect-scheme"}},
	{"redirect: to http", stage{request: originReply(302, allowApp+"|Location: http://api.example.com/x")}, []string{"error redirect-to-http"}},
	{"redirect: a circle", stage{request: originReply(302, allowApp+"|Location: /v1/items")}, []string{"error redirect-loop"}},
	{"redirect: no URL", stage{request: originReply(302, allowApp+"|Location: https://[/")}, []string{"error redirect-bad-location"}},
	{"redirect: forbidden by the script", stage{c: exchange.Case{Redirect: exchange.RedirectError}, request: originReply(302, allowApp+"|Location: /x")}, []string{"error redirect-mode-error"}},
	{"redirect: drops Authorization", stage{c: getAuth, preflight: originReply(204, "Access-Control-Allow-Origin: *|Access-Control-Allow-Headers: authorization"), request: originReply(302, "Access-Control-Allow-Origin: *|Location: https://other.test/x"), at: map[string]reply{"request https://other.test/x": originReply(401, "Access-Control-Allow-Origin: *")}},
		[]string{"warning redirect-drops-authorization"}},
	{"redirect: another product's login on the own origin", stage{c: exchange.Case{Origin: "https://api.example.com"}, request: reply{layer: answer.LayerProxy, product: "oauth2-proxy", status: 302, head: "Location: https://sso.example.net/oauth2/start"}, at: map[string]reply{"request https://sso.example.net/oauth2/start": {layer: answer.LayerOrigin}}},
		[]string{"error same-origin-session-ended"}},

	// Cookies.
	{"cookie: stays home, 401", stage{c: exchange.Case{Session: exchange.Session{Cookies: []exchange.Cookie{{Name: "sid", Value: "1"}}}}, request: originReply(401, allowApp)}, []string{"warning cookie-stays-home"}},
	{"cookie: stays home, 200", stage{c: exchange.Case{Session: exchange.Session{Cookies: []exchange.Cookie{{Name: "sid", Value: "1"}}}}, request: good}, nil},

	// No HTTP answer, and what is never sent.
	{"network: dns", stage{request: reply{fail: exchange.FailureDNS}}, []string{"error dns-failed"}},
	{"network: refused", stage{request: reply{fail: exchange.FailureConnect}}, []string{"error connection-refused"}},
	{"network: tls", stage{request: reply{fail: exchange.FailureTLS}}, []string{"error tls-invalid"}},
	{"network: timeout", stage{request: reply{fail: exchange.FailureTimeout}}, []string{"error timed-out"}},
	{"network: protocol", stage{c: putJSON, preflight: reply{fail: exchange.FailureProtocol}}, []string{"error protocol-broken"}},
	{"network: not sent", stage{request: reply{fail: exchange.FailureRefused}}, []string{"error not-sent"}},
	{"browser: mixed content", stage{c: exchange.Case{URL: "http://api.example.com/"}}, []string{"error mixed-content"}},
	{"browser: port", stage{c: exchange.Case{URL: "https://api.example.com:6000/"}}, []string{"error blocked-port"}},
	{"browser: mode", stage{c: exchange.Case{Mode: exchange.ModeSameOrigin}}, []string{"error mode-forbids"}},
	{"browser: scheme", stage{c: exchange.Case{URL: "foo://api.example.com/"}}, []string{"error scheme-forbidden"}},
	{"browser: type error", stage{c: exchange.Case{Method: "TRACE"}}, []string{"error fetch-type-error"}},
	{"browser: no-cors", stage{c: exchange.Case{Mode: exchange.ModeNoCORS}, request: originReply(200, "")}, []string{"warning no-cors-opaque"}},
	{"browser: CORP", stage{c: exchange.Case{Mode: exchange.ModeNoCORS}, request: originReply(200, "Cross-Origin-Resource-Policy: same-origin")}, []string{"error corp-blocks", "warning no-cors-opaque"}},

	// The way between.
	{"path: headers stripped", stage{request: originReply(200, "server: cloudflare"), direct: true, probes: map[exchange.Purpose]reply{exchange.PurposeDirect: good}}, []string{"error headers-stripped"}},
	{"path: the origin lacks them too", stage{request: originReply(200, ""), direct: true, probes: map[exchange.Purpose]reply{exchange.PurposeDirect: originReply(200, "")}}, []string{"error allow-origin-missing"}},
	{"path: same origin", stage{c: exchange.Case{Origin: "https://api.example.com", Method: "PUT"}, request: originReply(200, "")}, nil},
	{"path: same origin, 500 without CORS", stage{c: exchange.Case{Origin: "https://api.example.com"}, request: originReply(500, "")}, nil},
	{"probing: 429 after the browser's own", stage{request: good, probes: map[exchange.Purpose]reply{exchange.PurposeRepeat: {layer: answer.LayerWAF, product: "rate limit (error 1015)", status: 429}}}, nil},
	{"held back: the POST", stage{c: exchange.Case{Method: "POST"}, safe: true}, nil},
}

func TestFindSaysWhatIsWrongAndNothingElse(t *testing.T) {
	for _, s := range scenes {
		t.Run(s.name, func(t *testing.T) {
			in := s.input()
			sameList(t, "findings", loud(Find(in)), s.want)
			if t.Failed() && in.Fetch.Verdict.Reason != nil {
				t.Log("reason", *in.Fetch.Verdict.Reason)
			}
		})
	}
}

// Findings go by what came over the wire, so that they do not depend on the
// words in which an engine reports it.
func TestFindingsAreTheSameWhateverTheEngineCallsIt(t *testing.T) {
	for _, s := range scenes {
		want := s.input()
		for _, e := range []fetch.Engine{fetch.Firefox, fetch.WebKit, fetch.Standard} {
			st := s.stage
			st.engine = e
			in := st.input()
			if in.Fetch.Verdict.Allowed != want.Fetch.Verdict.Allowed || in.Fetch.DecidedBy != want.Fetch.DecidedBy || len(in.Seen) != len(want.Seen) {
				continue // the engine itself decides otherwise
			}
			sameList(t, s.name+" in "+e.Name(), loud(Find(in)), s.want)
		}
	}
}
