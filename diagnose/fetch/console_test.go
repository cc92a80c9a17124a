package fetch

import (
	"testing"

	"corstui/diagnose/exchange"
)

const (
	chromiumStart = "Access to fetch at 'https://api.example.net/v1' from origin 'https://app.example.com' has been blocked by CORS policy: "
	prefix        = "Response to preflight request doesn't pass access control check: "
	firefoxStart  = "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at https://api.example.net/v1. (Reason: "
	valid         = " Have the server send the header with a valid value."
)

func TestConsoleSentences(t *testing.T) {
	put := exchange.Case{Method: "PUT"}
	header := exchange.Case{Headers: hdr("X-CaMel", "1")}
	credentialed := exchange.Case{Credentials: include}
	for _, c := range []struct {
		name                      string
		c                         exchange.Case
		s                         *script
		chromium, firefox, webkit string
	}{
		{"missing", exchange.Case{}, server(answer{}, status(403)),
			chromiumStart + "No 'Access-Control-Allow-Origin' header is present on the requested resource.",
			firefoxStart + "CORS header ‘Access-Control-Allow-Origin’ missing). Status code: 403.",
			"Origin https://app.example.com is not allowed by Access-Control-Allow-Origin. Status code: 403"},
		{"missing on the preflight", put, server(status(401), ok()),
			chromiumStart + prefix + "No 'Access-Control-Allow-Origin' header is present on the requested resource.",
			firefoxStart + "CORS header ‘Access-Control-Allow-Origin’ missing). Status code: 401.",
			"Preflight response is not successful. Status code: 401"},
		{"mismatch", exchange.Case{}, server(answer{}, ok(allowOrigin, "https://x.test/")),
			chromiumStart + "The 'Access-Control-Allow-Origin' header has a value 'https://x.test/' that is not equal to the supplied origin." + valid,
			firefoxStart + "CORS header ‘Access-Control-Allow-Origin’ does not match ‘https://x.test/’).",
			"Origin https://app.example.com is not allowed by Access-Control-Allow-Origin. Status code: 200"},
		{"several in one line", exchange.Case{}, server(answer{}, ok(allowOrigin, "https://a.test,*")),
			chromiumStart + "The 'Access-Control-Allow-Origin' header contains multiple values 'https://a.test,*', but only one is allowed." + valid,
			firefoxStart + "CORS header ‘Access-Control-Allow-Origin’ does not match ‘https://a.test,*’).",
			"Access-Control-Allow-Origin cannot contain more than one origin."},
		{"several lines", exchange.Case{}, server(answer{}, ok(allowOrigin, "*", allowOrigin, "*")),
			chromiumStart + "The 'Access-Control-Allow-Origin' header contains multiple values '*, *', but only one is allowed." + valid,
			firefoxStart + "Multiple CORS header ‘Access-Control-Allow-Origin’ not allowed).",
			"Access-Control-Allow-Origin cannot contain more than one origin."},
		{"invalid, with bytes", exchange.Case{}, server(answer{}, ok(allowOrigin, "f\xc3\xbc")),
			chromiumStart + `The 'Access-Control-Allow-Origin' header contains the invalid value 'f\u00C3\u00BC'.` + valid,
			firefoxStart + "CORS header ‘Access-Control-Allow-Origin’ does not match ‘f\xc3\xbc’).",
			"Origin https://app.example.com is not allowed by Access-Control-Allow-Origin. Status code: 200"},
		{"invalid UTF-8", exchange.Case{}, server(answer{}, ok(allowOrigin, "f\xfc")),
			chromiumStart + `The 'Access-Control-Allow-Origin' header contains the invalid value 'f\u00FC'.` + valid,
			firefoxStart + "CORS header ‘Access-Control-Allow-Origin’ does not match ‘f\ufffd’).",
			"Origin https://app.example.com is not allowed by Access-Control-Allow-Origin. Status code: 200"},
		{"star with credentials", credentialed, server(answer{}, ok(allowOrigin, "*")),
			chromiumStart + "The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*' when the request's credentials mode is 'include'.",
			"Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at ‘https://api.example.net/v1’. (Reason: Credential is not supported if the CORS header ‘Access-Control-Allow-Origin’ is ‘*’).",
			"Cannot use wildcard in Access-Control-Allow-Origin when credentials flag is true."},
		{"credentials absent", credentialed, server(answer{}, ok(allowOrigin, pageOrigin)),
			chromiumStart + "The value of the 'Access-Control-Allow-Credentials' header in the response is '' which must be 'true' when the request's credentials mode is 'include'.",
			firefoxStart + "expected ‘true’ in CORS header ‘Access-Control-Allow-Credentials’).",
			`Credentials flag is true, but Access-Control-Allow-Credentials is not "true".`},
		{"preflight status", put, server(status(503, allowOrigin, "*"), ok()),
			chromiumStart + prefix + "It does not have HTTP ok status.",
			firefoxStart + "CORS preflight response did not succeed). Status code: 503.",
			"Preflight response is not successful. Status code: 503"},
		{"preflight redirect", put, server(status(301, allowOrigin, "*", "Location", "/x"), ok()),
			chromiumStart + prefix + "Redirect is not allowed for a preflight request.",
			firefoxStart + "CORS request external redirect not allowed).",
			"Preflight response is not successful. Status code: 301"},
		{"methods syntax", put, server(ok(allowOrigin, "*", allowMethods, "GET; PUT"), ok()),
			chromiumStart + "Cannot parse Access-Control-Allow-Methods response header field in preflight response.",
			firefoxStart + "invalid token ‘GET; PUT’ in CORS header ‘Access-Control-Allow-Methods’).",
			"Header Access-Control-Allow-Methods has an invalid value: GET; PUT"},
		{"headers syntax", header, server(ok(allowOrigin, "*", allowHeaders, "x-a, b c"), ok()),
			chromiumStart + "Cannot parse Access-Control-Allow-Headers response header field in preflight response.",
			firefoxStart + "invalid token ‘b c’ in CORS header ‘Access-Control-Allow-Headers’).",
			"Header Access-Control-Allow-Headers has an invalid value: x-a, b c"},
		{"method", put, server(ok(allowOrigin, "*"), ok()),
			chromiumStart + "Method PUT is not allowed by Access-Control-Allow-Methods in preflight response.",
			firefoxStart + "Did not find method in CORS header ‘Access-Control-Allow-Methods’).",
			"Method PUT is not allowed by Access-Control-Allow-Methods."},
		{"header", header, server(ok(allowOrigin, "*"), ok()),
			chromiumStart + "Request header field x-camel is not allowed by Access-Control-Allow-Headers in preflight response.",
			firefoxStart + "header ‘x-camel’ is not allowed according to header ‘Access-Control-Allow-Headers’ from CORS preflight response).",
			"Request header field X-CaMel is not allowed by Access-Control-Allow-Headers."},
		{"redirect without Allow-Origin", exchange.Case{}, server(answer{}, status(302, "Location", "https://team.cloudflareaccess.com/login?x#y")),
			chromiumStart + "No 'Access-Control-Allow-Origin' header is present on the requested resource.",
			firefoxStart + "CORS header ‘Access-Control-Allow-Origin’ missing). Status code: 302.",
			"Cross-origin redirection to https://team.cloudflareaccess.com/login?x#y denied by Cross-Origin Resource Sharing policy: Origin https://app.example.com is not allowed by Access-Control-Allow-Origin. Status code: 302"},
		{"second hop without Allow-Origin", exchange.Case{}, chain(to(302, hostB, allowOrigin, "*"), ok()),
			"Access to fetch at 'https://other.example.org/2' (redirected from 'https://api.example.net/v1') from origin 'https://app.example.com' has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource.",
			"Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at https://other.example.org/2. (Reason: CORS header ‘Access-Control-Allow-Origin’ missing). Status code: 200.",
			"Origin null is not allowed by Access-Control-Allow-Origin. Status code: 200"},
		{"userinfo", exchange.Case{}, server(answer{}, status(302, allowOrigin, "*", "Location", "https://u:p@other.example.org/")),
			chromiumStart + "Redirect location '' contains a username and password, which is disallowed for cross-origin requests.",
			firefoxStart + "CORS request did not succeed). Status code: (null).",
			"Cross-origin redirection to https://other.example.org/ denied by Cross-Origin Resource Sharing policy: redirection URL https://u:p@other.example.org/ has credentials"},
		{"scheme", exchange.Case{}, server(answer{}, status(302, allowOrigin, "*", "Location", "foo:bar")),
			"Access to fetch at 'foo:bar' (redirected from 'https://api.example.net/v1') from origin 'https://app.example.com' has been blocked by CORS policy: Cross origin requests are only supported for protocol schemes: chrome, chrome-experimental-site-token-provider, chrome-extension, chrome-untrusted, data, http, https, isolated-app.",
			"Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at foo:bar. (Reason: CORS request not http).",
			"Cross-origin redirection to foo:bar denied by Cross-Origin Resource Sharing policy: not allowed to follow a cross-origin CORS redirection with non CORS scheme"},
		{"refused connection", exchange.Case{}, server(answer{}, answer{failure: &exchange.Failure{Phase: exchange.FailureConnect, Message: "connection refused"}}),
			"Failed to load resource: net::ERR_CONNECTION_REFUSED",
			firefoxStart + "CORS request did not succeed). Status code: (null).",
			""},
		{"allowed", exchange.Case{}, server(answer{}, ok(allowOrigin, "*")), "", "", ""},
		{"star covers Authorization", exchange.Case{Headers: hdr("Authorization", "x")}, server(ok(allowOrigin, "*", allowHeaders, "*"), ok(allowOrigin, "*")), "",
			"Cross-Origin Request Warning: The Same Origin Policy will disallow reading the remote resource at https://api.example.net/v1 soon. (Reason: When the `Access-Control-Allow-Headers` is `*`, the `Authorization` header is not covered. To include the `Authorization` header, it must be explicitly listed in CORS header `Access-Control-Allow-Headers`).", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, e := range append(Browsers(), Standard) { // whoever's verdict is asked for, the sentences are the engines'
				got := do(t, c.c, c.s, as(e)).Verdict.Console
				want := Console{c.chromium, c.firefox, c.webkit}
				if got != want {
					t.Errorf("asked as %s:\n%q\nwant\n%q", e, got, want)
				}
			}
		})
	}
}

func TestEveryCauseHasItsWords(t *testing.T) {
	for c := causeMissingAllowOrigin; c < causeCount; c++ {
		row := causes[c]
		if row.chromium != "" && row.chromiumText.s == "" || row.firefox != "" && row.firefoxText.s == "" || row.webkit != "" && row.webkitText.s == "" {
			t.Errorf("cause %d has a name without a sentence: %+v", c, row)
		}
		if row.kind != "" && localMessages[c] == "" {
			t.Errorf("cause %d is a local block without words", c)
		}
	}
}
