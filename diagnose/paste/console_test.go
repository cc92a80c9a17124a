package paste

import (
	"slices"
	"strings"
	"testing"

	"corstui/diagnose/exchange"
)

// consoleTest is a text of a console and what must be read from it.
type consoleTest struct {
	name, text  string
	kind        Kind
	url, origin string
	method      string
	reason      string
	status      int
	credentials exchange.CredentialsMode
	headers     string // names, joined by a comma
	missing     string
}

func (tt consoleTest) run(t *testing.T) {
	t.Helper()
	p, err := Parse(tt.text)
	if err != nil {
		t.Fatal(err)
	}
	if tt.method == "" {
		tt.method = "GET"
	}
	if tt.credentials == "" {
		tt.credentials = exchange.CredentialsSameOrigin
	}
	if strings.Contains(tt.missing, "method,headers") {
		tt.headers = "content-type" // stands in for what caused the preflight
	}
	check := func(what, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s: got %q, want %q", what, got, want)
		}
	}
	check("kind", string(p.Kind), string(tt.kind))
	check("url", p.Case.URL, tt.url)
	check("origin", p.Case.Origin, tt.origin)
	check("method", p.Case.Method, tt.method)
	check("reason", p.Reason, tt.reason)
	check("credentials", string(p.Case.Credentials), string(tt.credentials))
	check("headers", names(p.Case.Headers), tt.headers)
	check("missing", strings.Join(p.Missing, ","), tt.missing)
	if p.Status != tt.status {
		t.Errorf("status: got %d, want %d", p.Status, tt.status)
	}
	if want := (exchange.Reported{Engine: consoleOf[tt.kind], Reason: tt.reason, Status: tt.status}); tt.reason != "" && (p.Case.Reported == nil || *p.Case.Reported != want) {
		t.Errorf("reported: got %v, want %v", p.Case.Reported, want)
	}
	if p.Understood == "" || strings.ContainsAny(p.Understood, "\n\x1b") {
		t.Errorf("understood: %q", p.Understood)
	}
}

func names(hs exchange.Headers) string {
	var out []string
	for _, h := range hs {
		out = append(out, strings.ToLower(h.Name))
	}
	slices.Sort(out)
	return strings.Join(out, ",")
}

const (
	api  = "https://api.example.com/v1/users"
	page = "https://app.example.com"
	// cr and pre begin Chromium's sentence.
	cr  = "Access to fetch at '" + api + "' from origin '" + page + "' has been blocked by CORS policy: "
	pre = cr + "Response to preflight request doesn't pass access control check: "
	ff  = "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at " + api + ". (Reason: "
)

func TestParseReadsChromiumsConsole(t *testing.T) {
	const hint = " Have the server send the header with a valid value."
	const hintOld = " Have the server send the header with a valid value, or, if an opaque response serves your needs, set the request's mode to 'no-cors' to fetch the resource with CORS disabled."
	tests := []consoleTest{
		{name: "missing", text: cr + "No 'Access-Control-Allow-Origin' header is present on the requested resource.", reason: "MissingAllowOriginHeader"},
		{name: "missing, older hint", text: cr + "No 'Access-Control-Allow-Origin' header is present on the requested resource. If an opaque response serves your needs, set the request's mode to 'no-cors' to fetch the resource with CORS disabled.", reason: "MissingAllowOriginHeader"},
		{name: "missing on the preflight", text: pre + "No 'Access-Control-Allow-Origin' header is present on the requested resource.", reason: "PreflightMissingAllowOriginHeader", missing: "method,headers"},
		{name: "mismatch", text: cr + "The 'Access-Control-Allow-Origin' header has a value 'https://a b' that is not equal to the supplied origin." + hint, reason: "AllowOriginMismatch"},
		{name: "mismatch on the preflight, older", text: pre + "The 'Access-Control-Allow-Origin' header has a value 'null' that is not equal to the supplied origin." + hintOld, reason: "PreflightAllowOriginMismatch", missing: "method,headers"},
		{name: "invalid", text: cr + "The 'Access-Control-Allow-Origin' header contains the invalid value ''." + hint, reason: "InvalidAllowOriginValue"},
		{name: "multiple", text: cr + "The 'Access-Control-Allow-Origin' header contains multiple values '*, *', but only one is allowed." + hint, reason: "MultipleAllowOriginValues"},
		{name: "wildcard", text: cr + "The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*' when the request's credentials mode is 'include'.",
			reason: "WildcardOriginNotAllowed", credentials: "include"},
		{name: "wildcard by XHR", text: strings.Replace(pre, "fetch", "XMLHttpRequest", 1) + "The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*' when the request's credentials mode is 'include'. The credentials mode of requests initiated by the XMLHttpRequest is controlled by the withCredentials attribute.",
			reason: "PreflightWildcardOriginNotAllowed", credentials: "include", missing: "method,headers"},
		{name: "credentials", text: cr + "The value of the 'Access-Control-Allow-Credentials' header in the response is '' which must be 'true' when the request's credentials mode is 'include'.",
			reason: "InvalidAllowCredentials", credentials: "include"},
		{name: "preflight status", text: pre + "It does not have HTTP ok status.", reason: "PreflightInvalidStatus", missing: "method,headers"},
		{name: "preflight redirect", text: pre + "Redirect is not allowed for a preflight request.", reason: "PreflightDisallowedRedirect", missing: "method,headers"},
		{name: "bad methods", text: cr + "Cannot parse Access-Control-Allow-Methods response header field in preflight response.", reason: "InvalidAllowMethodsPreflightResponse", missing: "method,headers"},
		{name: "bad headers", text: cr + "Cannot parse Access-Control-Allow-Headers response header field in preflight response.", reason: "InvalidAllowHeadersPreflightResponse", missing: "method,headers"},
		{name: "method", text: cr + "Method PATCH is not allowed by Access-Control-Allow-Methods in preflight response.", reason: "MethodDisallowedByPreflightResponse", method: "PATCH"},
		{name: "header", text: cr + "Request header field x-trace-id is not allowed by Access-Control-Allow-Headers in preflight response.", reason: "HeaderDisallowedByPreflightResponse", headers: "x-trace-id"},
		{name: "redirect with user information", text: cr + "Redirect location '' contains a username and password, which is disallowed for cross-origin requests.", reason: "RedirectContainsCredentials"},
		{name: "scheme", text: cr + "Cross origin requests are only supported for protocol schemes: chrome, chrome-extension, data, http, https.", reason: "CorsDisabledScheme"},
		{name: "local network", text: cr + "Permission was denied for this request to access the `loopback` address space.", reason: "LocalNetworkAccessPermissionDenied"},
		{name: "local network from http", text: cr + "The request client is not a secure context and the resource is in more-private address space `local`.", reason: "InsecureLocalNetwork"},
		{name: "a reason of the future", text: cr + "Mercury is in retrograde.", reason: ""},
		{name: "DevTools around it", text: "(index):42 " + cr + "No 'Access-Control-Allow-Origin' header is present on the requested resource.\nindex.js:7 \n PUT " + api + " net::ERR_FAILED 403 (Forbidden)\nload @ index.js:7\nUncaught (in promise) TypeError: Failed to fetch\n    at load (index.js:7:3)",
			reason: "MissingAllowOriginHeader", method: "PUT", status: 403},
		{name: "broken lines and curly quotes", text: strings.NewReplacer("'", "’", " from origin", "\n   from origin", "blocked by", "blocked\n   by").Replace(pre) + "It does\n   not have HTTP ok status.\nOPTIONS " + api + " 403\nDELETE " + api + " net::ERR_FAILED",
			reason: "PreflightInvalidStatus", method: "DELETE", status: 403},
		{name: "a GET that was preflighted", text: pre + "It does not have HTTP ok status.\nGET " + api + " net::ERR_FAILED", reason: "PreflightInvalidStatus", headers: "content-type", missing: "headers"},
		{name: "quotes eaten", text: strings.ReplaceAll(pre, "'", "") + "No Access-Control-Allow-Origin header is present on the requested resource.", reason: "PreflightMissingAllowOriginHeader", missing: "method,headers"},
		{name: "backticks for quotes", text: strings.ReplaceAll(cr+"Request header field x-a is not allowed by Access-Control-Allow-Headers in preflight response.", "'", "`"), reason: "HeaderDisallowedByPreflightResponse", headers: "x-a"},
		{name: "two errors", text: pre + "It does not have HTTP ok status.\n" + cr + "No 'Access-Control-Allow-Origin' header is present on the requested resource.", reason: "PreflightInvalidStatus", missing: "method,headers"},
		{name: "another request's line", text: cr + "No 'Access-Control-Allow-Origin' header is present on the requested resource.\nPUT https://other.example.com/ net::ERR_FAILED", reason: "MissingAllowOriginHeader"},
	}
	for _, tt := range tests {
		tt.kind, tt.url, tt.origin = KindChromium, api, page
		t.Run(tt.name, tt.run)
	}
}

func TestParseReadsOlderAndOtherLinesOfChromium(t *testing.T) {
	for _, tt := range []consoleTest{
		{name: "redirected", text: "Access to fetch at 'https://team.cloudflareaccess.com/cdn-cgi/access/login?meta=x' (redirected from '" + api + "') from origin '" + page + "' has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource.",
			url: api, origin: page, reason: "MissingAllowOriginHeader"},
		{name: "a page without origin", text: "Access to script at '" + api + "' from origin 'null' has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource.",
			url: api, origin: "null", reason: "MissingAllowOriginHeader"},
		{name: "Chrome 61", text: "Failed to load " + api + ": Response to preflight request doesn't pass access control check: No 'Access-Control-Allow-Origin' header is present on the requested resource. Origin 'http://localhost:3000' is therefore not allowed access. The response had HTTP status code 405.",
			url: api, origin: "http://localhost:3000", reason: "PreflightMissingAllowOriginHeader", status: 405, missing: "method,headers"},
		{name: "Chrome 50", text: "XMLHttpRequest cannot load " + api + ". No 'Access-Control-Allow-Origin' header is present on the requested resource. Origin 'http://localhost:3000' is therefore not allowed access.",
			url: api, origin: "http://localhost:3000", reason: "MissingAllowOriginHeader"},
		{name: "Chrome 50 wildcard", text: "XMLHttpRequest cannot load " + api + ". A wildcard '*' cannot be used in the 'Access-Control-Allow-Origin' header when the credentials flag is true. Origin 'http://localhost:3000' is therefore not allowed access.",
			url: api, origin: "http://localhost:3000", reason: "WildcardOriginNotAllowed", credentials: "include"},
		{name: "old preflight status", text: "XMLHttpRequest cannot load " + api + ". Response for preflight has invalid HTTP status code 403", url: api, reason: "PreflightInvalidStatus", status: 403, missing: "origin,method,headers"},
		{name: "old redirect of a preflight", text: "Fetch API cannot load " + api + ". Response for preflight is invalid (redirect)", url: api, reason: "PreflightDisallowedRedirect", missing: "origin,method,headers"},
		{name: "Redirect from", text: "Redirect from '" + api + "' to 'https://login.example.com/' has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource. Origin '" + page + "' is therefore not allowed access.",
			url: api, origin: page, reason: "MissingAllowOriginHeader"},
		{name: "mixed content", text: "Mixed Content: The page at '" + page + "/a' was loaded over HTTPS, but requested an insecure XMLHttpRequest endpoint 'http://api.example.com/x'. This request has been blocked; the content must be served over HTTPS.",
			url: "http://api.example.com/x", origin: page},
		{name: "content security policy", text: "Refused to connect to '" + api + "' because it violates the following Content Security Policy directive: \"connect-src 'self'\".", url: api, missing: "origin"},
		{name: "CORB", text: "Cross-Origin Read Blocking (CORB) blocked cross-origin response " + api + " with MIME type text/html. See https://www.chromestatus.com/feature/5629709824032768 for more details.", url: api, missing: "origin"},
		{name: "mode same-origin", text: "Fetch API cannot load " + api + ". Request mode is \"same-origin\" but the URL's origin is not same as the request origin " + page + ".", url: api, origin: page},
		{name: "network panel alone", text: "POST " + api + " net::ERR_CONNECTION_REFUSED", url: api, method: "POST", missing: "origin"},
		{name: "failed resource alone", text: api + ":1 Failed to load resource: the server responded with a status of 403 (Forbidden)", url: api, status: 403, missing: "origin"},
	} {
		tt.kind = KindChromium
		t.Run(tt.name, tt.run)
	}
}

func TestParseReadsFirefoxsConsole(t *testing.T) {
	const did = ff + "CORS request did not succeed). Status code: (null)."
	for _, tt := range []consoleTest{
		{name: "missing", text: ff + "CORS header ‘Access-Control-Allow-Origin’ missing). Status code: 403.", reason: "CORSMissingAllowOrigin", status: 403},
		{name: "missing, without status", text: ff + "CORS header 'Access-Control-Allow-Origin' missing).", reason: "CORSMissingAllowOrigin"},
		{name: "two lines", text: did + "\n" + ff + "CORS preflight response did not succeed). Status code: 405.", reason: "CORSPreflightDidNotSucceed", status: 405, missing: "method,headers"},
		{name: "network alone", text: did + " 3", reason: "CORSDidNotSucceed"},
		{name: "mismatch", text: ff + "CORS header ‘Access-Control-Allow-Origin’ does not match ‘https://x.test’).", reason: "CORSAllowOriginNotMatchingOrigin"},
		{name: "multiple", text: ff + "Multiple CORS header ‘Access-Control-Allow-Origin’ not allowed).", reason: "CORSMultipleAllowOriginNotAllowed"},
		{name: "wildcard", text: "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at ‘" + api + "’. (Reason: Credential is not supported if the CORS header ‘Access-Control-Allow-Origin’ is ‘*’).", reason: "CORSNotSupportingCredentials", credentials: "include"},
		{name: "credentials", text: ff + "expected ‘true’ in CORS header ‘Access-Control-Allow-Credentials’).", reason: "CORSMissingAllowCredentials", credentials: "include"},
		{name: "redirect", text: ff + "CORS request external redirect not allowed). Status code: 302.", reason: "CORSExternalRedirectNotAllowed", status: 302, missing: "method,headers"},
		{name: "bad methods", text: ff + "invalid token ‘a b’ in CORS header ‘Access-Control-Allow-Methods’).", reason: "CORSInvalidAllowMethod", missing: "method,headers"},
		{name: "bad headers", text: ff + "invalid token ‘a b’ in CORS header ‘Access-Control-Allow-Headers’).", reason: "CORSInvalidAllowHeader", missing: "method,headers"},
		{name: "method", text: ff + "Did not find method in CORS header ‘Access-Control-Allow-Methods’).", reason: "CORSMethodNotFound", method: "PUT", missing: "method"},
		{name: "method with the panel's line", text: "XHR PUT " + api + "\n[HTTP/2 200  12ms]\n" + ff + "Did not find method in CORS header ‘Access-Control-Allow-Methods’).", reason: "CORSMethodNotFound", method: "PUT"},
		{name: "header", text: ff + "header ‘x-foo’ is not allowed according to header ‘Access-Control-Allow-Headers’ from CORS preflight response).", reason: "CORSMissingAllowHeaderFromPreflight", headers: "x-foo"},
		{name: "older header", text: ff + "missing token ‘x-foo’ in CORS header ‘Access-Control-Allow-Headers’ from CORS preflight channel).", reason: "CORSMissingAllowHeaderFromPreflight", headers: "x-foo"},
		{name: "not http", text: ff + "CORS request not http).", reason: "CORSRequestNotHttp"},
		{name: "German", text: "Quellübergreifende (Cross-Origin) Anfrage blockiert: Die Gleiche-Quelle-Regel verbietet das Lesen der externen Ressource auf " + api + ". (Grund: CORS-Kopfzeile 'Access-Control-Allow-Origin' fehlt). Statuscode: 200."},
		{name: "French", text: "Blocage d’une requête multiorigine (Cross-Origin Request) : la politique « Same Origin » ne permet pas de consulter la ressource distante située sur " + api + ". Raison : l’en-tête CORS « Access-Control-Allow-Origin » est manquant. Code d’état : 200."},
		{name: "Spanish", text: "Solicitud desde otro origen bloqueada: la política de mismo origen impide leer el recurso remoto en " + api + " (razón: falta la cabecera CORS 'Access-Control-Allow-Origin'). Código de estado: 200."},
	} {
		tt.kind, tt.url = KindFirefox, api
		tt.missing = strings.TrimSuffix("origin,"+tt.missing, ",")
		t.Run(tt.name, tt.run)
	}
}

func TestParseReadsSafarisConsole(t *testing.T) {
	const second = "\n[Error] Fetch API cannot load " + api + " due to access control checks."
	for _, tt := range []consoleTest{
		{name: "not allowed", text: "[Error] Origin " + page + " is not allowed by Access-Control-Allow-Origin. Status code: 403" + second, origin: page, status: 403},
		{name: "only the second line", text: "Fetch API cannot load " + api + " due to access control checks."},
		{name: "by XMLHttpRequest", text: "XMLHttpRequest cannot load " + api + " due to access control checks."},
		{name: "preflight", text: "[Error] Preflight response is not successful. Status code: 302" + second, status: 302, missing: "method,headers"},
		{name: "wildcard", text: "[Error] Cannot use wildcard in Access-Control-Allow-Origin when credentials flag is true." + second, credentials: "include"},
		{name: "credentials", text: "[Error] Credentials flag is true, but Access-Control-Allow-Credentials is not \"true\"." + second, credentials: "include"},
		{name: "method", text: "[Error] Method PUT is not allowed by Access-Control-Allow-Methods." + second, reason: "MethodDisallowedByPreflightResponse", method: "PUT"},
		{name: "header", text: "[Error] Request header field X-Foo is not allowed by Access-Control-Allow-Headers." + second, reason: "HeaderDisallowedByPreflightResponse", headers: "x-foo"},
		{name: "bad list", text: "[Error] Header Access-Control-Allow-Methods has an invalid value: a b" + second, reason: "InvalidAllowMethodsPreflightResponse", missing: "method,headers"},
		{name: "several", text: "[Error] Access-Control-Allow-Origin cannot contain more than one origin." + second},
		{name: "redirect", text: "[Error] Cross-origin redirection to https://login.example.com/ denied by Cross-Origin Resource Sharing policy: Origin " + page + " is not allowed by Access-Control-Allow-Origin. Status code: 302" + second, origin: page, status: 302},
		{name: "mixed content", text: "[blocked] The page at " + page + "/ requested insecure content from http://api.example.com/. This content was blocked and must be served over HTTPS.", url: "http://api.example.com/", origin: page},
	} {
		tt.kind = KindWebKit
		if tt.url == "" {
			tt.url = api
		}
		if tt.origin == "" {
			tt.missing = strings.TrimSuffix("origin,"+tt.missing, ",")
		}
		t.Run(tt.name, tt.run)
	}
}
