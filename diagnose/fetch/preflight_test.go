package fetch

import (
	"testing"

	"corstui/diagnose/exchange"
)

// Which reason an answer to a preflight gives, by engine: the experiments on
// precedence.
func TestReasonOfARefusedPreflight(t *testing.T) {
	put := exchange.Case{Method: "PUT"}
	withHeader := exchange.Case{Method: "PUT", Headers: hdr("X-A", "1")}
	credentialed := exchange.Case{Method: "PUT", Credentials: include}
	good := []string{allowOrigin, pageOrigin}
	with := func(more ...string) []string { return append(append([]string{}, good...), more...) }
	for _, c := range []struct {
		name                      string
		c                         exchange.Case
		status                    int
		headers                   []string
		chromium, firefox, webkit string
	}{
		{"401 without Allow-Origin", put, 401, nil, "PreflightMissingAllowOriginHeader", "CORSMissingAllowOrigin", "PreflightNotSuccessful"},
		{"500 without Allow-Origin", put, 500, nil, "PreflightMissingAllowOriginHeader", "CORSMissingAllowOrigin", "PreflightNotSuccessful"},
		{"200 without Allow-Origin", put, 200, nil, "PreflightMissingAllowOriginHeader", "CORSMissingAllowOrigin", "OriginNotAllowed"},
		{"403 with the right origin and bad methods", put, 403, with(allowMethods, "A B"), "PreflightInvalidStatus", "CORSPreflightDidNotSucceed", "PreflightNotSuccessful"},
		{"403 with star and credentials", credentialed, 403, []string{allowOrigin, "*"}, "PreflightWildcardOriginNotAllowed", "CORSNotSupportingCredentials", "PreflightNotSuccessful"},
		{"302 without Allow-Origin", put, 302, []string{"Location", "/x"}, "PreflightDisallowedRedirect", "CORSMissingAllowOrigin", "PreflightNotSuccessful"},
		{"302 with the right origin", put, 302, with("Location", "/x"), "PreflightDisallowedRedirect", "CORSExternalRedirectNotAllowed", "PreflightNotSuccessful"},
		{"302 without Location", put, 302, good, "PreflightInvalidStatus", "CORSPreflightDidNotSucceed", "PreflightNotSuccessful"},
		{"300 with Location", put, 300, with("Location", "/x"), "PreflightInvalidStatus", "CORSPreflightDidNotSucceed", "PreflightNotSuccessful"},
		{"304", put, 304, good, "PreflightInvalidStatus", "CORSPreflightDidNotSucceed", "PreflightNotSuccessful"},
		{"302 to nowhere", put, 302, with("Location", "http://["), "", "CORSDidNotSucceed", "PreflightNotSuccessful"},
		{"wrong origin and no credentials header", credentialed, 200, []string{allowOrigin, "https://x.test"}, "PreflightAllowOriginMismatch", "CORSAllowOriginNotMatchingOrigin", "OriginNotAllowed"},
		{"star and no credentials header", credentialed, 200, []string{allowOrigin, "*"}, "PreflightWildcardOriginNotAllowed", "CORSNotSupportingCredentials", "WildcardWithCredentials"},
		{"no credentials header", credentialed, 200, good, "PreflightInvalidAllowCredentials", "CORSMissingAllowCredentials", "CredentialsNotTrue"},
		{"method and header missing", withHeader, 200, good, "MethodDisallowedByPreflightResponse", "CORSMethodNotFound", "MethodNotAllowed"},
		{"header missing", withHeader, 200, with(allowMethods, "PUT"), "HeaderDisallowedByPreflightResponse", "CORSMissingAllowHeaderFromPreflight", "HeaderNotAllowed"},
		{"both lists malformed", withHeader, 200, with(allowMethods, "A B", allowHeaders, "C D"), "InvalidAllowMethodsPreflightResponse", "CORSInvalidAllowMethod", "InvalidAllowMethods"},
		{"headers malformed and method missing", withHeader, 200, with(allowHeaders, "C D"), "InvalidAllowHeadersPreflightResponse", "CORSMethodNotFound", "InvalidAllowHeaders"},
		{"headers malformed though none is asked for", put, 200, with(allowMethods, "PUT", allowHeaders, "C D"), "InvalidAllowHeadersPreflightResponse", "CORSInvalidAllowHeader", "InvalidAllowHeaders"},
		{"status 600", put, 600, with(allowMethods, "PUT"), "PreflightInvalidStatus", "CORSPreflightDidNotSucceed", "PreflightNotSuccessful"},
		{"407", put, 407, with(allowMethods, "PUT"), "", "CORSPreflightDidNotSucceed", "PreflightNotSuccessful"},
		{"two Allow-Origin lines", put, 200, []string{allowOrigin, pageOrigin, allowOrigin, "*"}, "PreflightMultipleAllowOriginValues", "CORSMultipleAllowOriginNotAllowed", "SeveralOrigins"},
		{"a comma in Allow-Origin", put, 200, []string{allowOrigin, pageOrigin + ",*"}, "PreflightMultipleAllowOriginValues", "CORSAllowOriginNotMatchingOrigin", "SeveralOrigins"},
		{"a space in Allow-Origin", put, 200, []string{allowOrigin, pageOrigin + " *"}, "PreflightMultipleAllowOriginValues", "CORSAllowOriginNotMatchingOrigin", "OriginNotAllowed"},
		{"Allow-Origin is no URL", put, 200, []string{allowOrigin, "foo"}, "PreflightInvalidAllowOriginValue", "CORSAllowOriginNotMatchingOrigin", "OriginNotAllowed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for e, want := range map[Engine]string{Chromium: c.chromium, Firefox: c.firefox, WebKit: c.webkit} {
				s := server(status(c.status, c.headers...), ok(allowOrigin, "*"))
				r := do(t, c.c, s, as(e))
				if want == "" {
					want = "-"
				}
				if got := verdict(r); got != "preflight "+want {
					t.Errorf("%s: %s, want preflight %s", e, got, want)
				}
				if len(s.sent) != 1 || !r.Verdict.PreflightSent {
					t.Errorf("%s: sent %q, preflight_sent %t: the real request must not go out", e, wire(s.sent), r.Verdict.PreflightSent)
				}
			}
		})
	}
}

func TestPreflightThatPasses(t *testing.T) {
	for _, c := range []struct {
		name    string
		c       exchange.Case
		status  int
		headers exchange.Headers
		want    string // for all engines
	}{
		{"method listed", exchange.Case{Method: "PUT"}, 204, hdr(allowOrigin, "*", allowMethods, "GET, PUT"), "allowed"},
		{"any 2xx", exchange.Case{Method: "PUT"}, 299, hdr(allowOrigin, "*", allowMethods, "PUT"), "allowed"},
		{"star methods", exchange.Case{Method: "PUT"}, 200, hdr(allowOrigin, "*", allowMethods, "*"), "allowed"},
		{"star headers", exchange.Case{Headers: hdr("X-A", "1")}, 200, hdr(allowOrigin, "*", allowHeaders, "*"), "allowed"},
		{"POST unlisted is safelisted", exchange.Case{Method: "POST", Headers: hdr("X-A", "1")}, 200, hdr(allowOrigin, "*", allowMethods, "PUT", allowHeaders, "x-a"), "allowed"},
		{"headers in any case", exchange.Case{Headers: hdr("X-CaMel", "1")}, 200, hdr(allowOrigin, "*", allowHeaders, "x-CAMEL"), "allowed"},
		{"several lines", exchange.Case{Headers: hdr("X-A", "1", "X-B", "2")}, 200, hdr(allowOrigin, "*", allowHeaders, "x-a", allowHeaders, "x-b"), "allowed"},
		{"empty elements", exchange.Case{Method: "PUT"}, 200, hdr(allowOrigin, "*", allowMethods, "GET,,PUT,"), "allowed"},
		{"a method named star", exchange.Case{Method: "*", Credentials: include}, 200, hdr(allowOrigin, pageOrigin, allowCredentials, "true", allowMethods, "*"), "allowed"},
		{"a header named star", exchange.Case{Headers: hdr("*", "1"), Credentials: include}, 200, hdr(allowOrigin, pageOrigin, allowCredentials, "true", allowHeaders, "*"), "allowed"},
		{"OPTIONS itself", exchange.Case{Method: "OPTIONS"}, 200, hdr(allowOrigin, "*", allowMethods, "OPTIONS"), "allowed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, e := range append(Browsers(), Standard) {
				s := server(answer{status: c.status, headers: c.headers}, ok(allowOrigin, pageOrigin, allowCredentials, "true"))
				if got := verdict(do(t, c.c, s, as(e))); got != c.want {
					t.Errorf("%s: %s, want %s", e, got, c.want)
				}
			}
		})
	}
}

func TestPreflightThatDoesNotCover(t *testing.T) {
	for _, c := range []struct {
		name    string
		c       exchange.Case
		headers exchange.Headers
		want    string
	}{
		{"patch in lower case", exchange.Case{Method: "patch"}, hdr(allowOrigin, "*", allowMethods, "PATCH"), "preflight MethodDisallowedByPreflightResponse"},
		{"lower-case list", exchange.Case{Method: "PUT"}, hdr(allowOrigin, "*", allowMethods, "put"), "preflight MethodDisallowedByPreflightResponse"},
		{"OPTIONS unlisted", exchange.Case{Method: "OPTIONS"}, hdr(allowOrigin, "*", allowMethods, "GET"), "preflight MethodDisallowedByPreflightResponse"},
		{"star methods with credentials", exchange.Case{Method: "PUT", Credentials: include}, hdr(allowOrigin, pageOrigin, allowCredentials, "true", allowMethods, "*"), "preflight MethodDisallowedByPreflightResponse"},
		{"star headers with credentials", exchange.Case{Headers: hdr("x-a", "1"), Credentials: include}, hdr(allowOrigin, pageOrigin, allowCredentials, "true", allowHeaders, "*"), "preflight HeaderDisallowedByPreflightResponse"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := server(answer{status: 200, headers: c.headers}, ok(allowOrigin, "*"))
			if got := verdict(do(t, c.c, s, as(Chromium))); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestPreflightAsTheBrowserSendsIt(t *testing.T) {
	s := server(ok(), ok())
	do(t, exchange.Case{Method: "PUT", Headers: hdr("X-B", "1", "Authorization", "secret", "X-A", "2", "Accept", "text/html")}, s, as(Chromium))
	r := s.sent[0].Request
	want := hdr("Accept", "*/*", "Access-Control-Request-Method", "PUT", "Access-Control-Request-Headers", "authorization,x-a,x-b",
		"Origin", pageOrigin, "User-Agent", profiles[idChromium].userAgent, "Sec-Fetch-Mode", "cors", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Dest", "empty",
		"Referer", pageOrigin+"/", "Accept-Encoding", "gzip, deflate, br, zstd", "Accept-Language", "en-US,en;q=0.9")
	if len(r.Headers) != len(want) {
		t.Fatalf("headers = %q, want %q", r.Headers, want)
	}
	for i := range want {
		if r.Headers[i] != want[i] {
			t.Errorf("header %d = %q, want %q", i, r.Headers[i], want[i])
		}
	}
	if r.Method != "OPTIONS" || r.HasBody || r.WithSession {
		t.Errorf("method %s, body %t, session %t", r.Method, r.HasBody, r.WithSession)
	}
}

func TestPreflightRequestForProbes(t *testing.T) {
	r, ok := PreflightRequest(exchange.Case{URL: apiURL, Origin: pageOrigin, Headers: hdr("X-A", "1")}, Options{UserAgent: "probe"})
	if !ok || r.Headers.Value("Access-Control-Request-Headers") != "x-a" || r.Headers.Value("Access-Control-Request-Method") != "GET" || r.Headers.Value("User-Agent") != "probe" {
		t.Errorf("PreflightRequest = %+v, %t", r, ok)
	}
	if _, ok := PreflightRequest(exchange.Case{URL: "nonsense", Origin: pageOrigin}, Options{}); ok {
		t.Error("a URL that does not parse has a preflight")
	}
}

func TestTriggersNameEveryReason(t *testing.T) {
	s := server(ok(), ok())
	r := do(t, exchange.Case{Method: "DELETE", Headers: hdr("Authorization", "Bearer x", "Content-Type", "application/json", "Accept", "text/html")}, s, as(Chromium))
	var got []string
	for _, tr := range r.Triggers {
		got = append(got, tr.Kind+" "+tr.Name)
		if tr.Why == "" || tr.Avoid == "" {
			t.Errorf("trigger %+v has no words", tr)
		}
	}
	want := []string{"method DELETE", "header authorization", "header content-type"}
	if len(got) != len(want) {
		t.Fatalf("triggers = %q, want %q", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("trigger %d = %q, want %q", i, got[i], want[i])
		}
	}
}

func TestAuthorizationAndTheWildcard(t *testing.T) {
	for e, want := range map[Engine]string{Chromium: "allowed", Firefox: "allowed", WebKit: "allowed", Standard: "preflight HeaderDisallowedByPreflightResponse"} {
		s := server(ok(allowOrigin, "*", allowHeaders, "*"), ok(allowOrigin, "*"))
		r := do(t, exchange.Case{Headers: hdr("Authorization", "Bearer x")}, s, as(e))
		if got := verdict(r); got != want {
			t.Errorf("%s: %s, want %s", e, got, want)
		}
		if warned := len(r.Warnings) == 1; warned != (want == "allowed") {
			t.Errorf("%s: warnings %q", e, r.Warnings)
		}
	}
}

func TestWhichMissingHeaderIsNamed(t *testing.T) {
	for e, want := range map[Engine]string{Firefox: "x-a", WebKit: "X-Z"} {
		s := server(ok(allowOrigin, "*"), ok())
		r := do(t, exchange.Case{Headers: hdr("X-Z", "1", "x-a", "2")}, s, as(e))
		var place = *r.Verdict.Console.of(e)
		if !contains([]string{
			"Request header field " + want + " is not allowed by Access-Control-Allow-Headers.",
			"Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at " + apiURL + ". (Reason: header ‘" + want + "’ is not allowed according to header ‘Access-Control-Allow-Headers’ from CORS preflight response).",
		}, place) {
			t.Errorf("%s prints %q, want it to name %s", e, place, want)
		}
	}
}

func TestReasonOfARedirectedPreflight(t *testing.T) {
	for _, c := range []struct {
		name     string
		mode     exchange.RedirectMode
		location string
		allow    bool
		firefox  string
	}{
		{"to another host", exchange.RedirectFollow, "https://" + hostB + "/", true, "CORSExternalRedirectNotAllowed"},
		{"empty", exchange.RedirectFollow, "", true, "CORSExternalRedirectNotAllowed"},
		{"userinfo", exchange.RedirectFollow, "https://u:p@" + hostA + "/", true, "CORSDidNotSucceed"},
		{"userinfo, no Allow-Origin", exchange.RedirectFollow, "https://u:p@" + hostA + "/", false, "CORSMissingAllowOrigin"},
		{"unknown scheme", exchange.RedirectFollow, "foo:bar", true, "CORSDidNotSucceed"},
		{"unknown scheme, no Allow-Origin", exchange.RedirectFollow, "foo:bar", false, "CORSMissingAllowOrigin"},
		{"data, no Allow-Origin", exchange.RedirectFollow, "data:,x", false, "CORSDidNotSucceed"},
		{"mixed content, no Allow-Origin", exchange.RedirectFollow, "http://" + hostA + "/", false, "CORSDidNotSucceed"},
		{"mode error", exchange.RedirectError, "https://" + hostB + "/", true, "CORSPreflightDidNotSucceed"},
		{"mode manual to nowhere", exchange.RedirectManual, "http://[", true, "CORSPreflightDidNotSucceed"},
		{"mode error, no Allow-Origin", exchange.RedirectError, "data:,x", false, "CORSMissingAllowOrigin"},
	} {
		hs := hdr("Location", c.location)
		if c.allow {
			hs = append(hs, exchange.Header{Name: allowOrigin, Value: "*"})
		}
		for e, want := range map[Engine]string{Firefox: c.firefox, WebKit: "PreflightNotSuccessful"} {
			s := server(answer{status: 302, headers: hs}, ok(allowOrigin, "*"))
			if got := verdict(do(t, exchange.Case{Method: "PUT", Redirect: c.mode}, s, as(e))); got != "preflight "+want {
				t.Errorf("%s: %s: %s, want %s", c.name, e, got, want)
			}
		}
	}
}

func TestSpellingOfAMissingHeader(t *testing.T) {
	for script, printed := range map[string]string{"cache-control": "Cache-Control", "AUTHORIZATION": "Authorization", "X-CaMel": "X-CaMel", "last-event-id": "Last-Event-ID"} {
		r := do(t, exchange.Case{Headers: hdr(script, "1")}, server(ok(allowOrigin, "*"), ok()), as(WebKit))
		if got, want := r.Verdict.Console.WebKit, "Request header field "+printed+" is not allowed by Access-Control-Allow-Headers."; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
