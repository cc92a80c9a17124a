package fetch

import (
	"fmt"
	"strings"
	"testing"

	"corstui/diagnose/exchange"
)

// The facts of the web-platform-tests directories cors/ and fetch/api/cors/,
// as tables of this package. Each test names the file whose subject it is.

// cors-basic, cors-no-preflight, simple-requests
func TestWPTBasic(t *testing.T) {
	for _, c := range []struct {
		name, url string
		mode      exchange.Mode
		headers   exchange.Headers
		want      string
	}{
		{"other host, no header", "https://www1.example.com/", exchange.ModeCORS, nil, "request MissingAllowOriginHeader"},
		{"other port, no header", "https://app.example.com:8443/", exchange.ModeCORS, nil, "request MissingAllowOriginHeader"},
		{"other host, star", "https://www1.example.com/", exchange.ModeCORS, hdr(allowOrigin, "*"), "allowed"},
		{"other port, star", "https://app.example.com:8443/", exchange.ModeCORS, hdr(allowOrigin, "*"), "allowed"},
		{"other host, no-cors", "https://www1.example.com/", exchange.ModeNoCORS, nil, "allowed"},
		{"own origin", pageOrigin + "/x", exchange.ModeCORS, nil, "allowed"},
	} {
		r := do(t, exchange.Case{URL: c.url, Mode: c.mode}, server(answer{}, answer{status: 200, headers: c.headers}), as(Standard))
		if got := verdict(r); got != c.want || r.Verdict.PreflightSent {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// cors/origin.htm, cors-origin, cors-multiple-origins: strings that match, and
// strings that must not.
func TestWPTAllowOrigin(t *testing.T) {
	const host = "app.example.com"
	for _, v := range []string{"*", " * ", "\t*", pageOrigin, " " + pageOrigin, pageOrigin + " ", "\t" + pageOrigin + "\t"} {
		for _, method := range []string{"GET", "PUT"} {
			s := server(ok(allowOrigin, v, allowMethods, "PUT"), ok(allowOrigin, v))
			if got := verdict(do(t, exchange.Case{Method: method}, s, as(Chromium))); got != "allowed" {
				t.Errorf("%s, %q: %s", method, v, got)
			}
		}
	}
	for _, v := range []string{
		"//" + host, "://" + host, "ftp://" + host, "http:://" + host, "https:/" + host, "https:" + host, host,
		pageOrigin + "?", pageOrigin + "/", pageOrigin + " /", pageOrigin + "#", pageOrigin + "%23", pageOrigin + ":80", pageOrigin + ":443", pageOrigin + ", *",
		pageOrigin + "\x00", strings.ToUpper(pageOrigin), "https://" + strings.ToUpper(host), "-", "**", "\x00*", "*\x00", "'*'", `"*"`, "* *", "*" + pageOrigin + "*",
		"*" + pageOrigin, "* " + pageOrigin, "*, " + pageOrigin, "\x00" + pageOrigin, "null", "null " + pageOrigin, "https://example.com", "null, *", "", "http://" + host, "https://sub." + host,
		"https://www2." + host, "https://" + host + ":8443", "undefined", "true", "https://" + host + ".",
	} {
		for _, e := range append(Browsers(), Standard) {
			if r := do(t, exchange.Case{}, server(answer{}, ok(allowOrigin, v)), as(e)); r.Verdict.Allowed {
				t.Errorf("%s allows Access-Control-Allow-Origin %q", e, v)
			}
			if r := do(t, exchange.Case{Method: "PUT"}, server(ok(allowOrigin, v, allowMethods, "PUT"), ok(allowOrigin, "*")), as(e)); r.Verdict.Allowed {
				t.Errorf("%s allows %q on a preflight", e, v)
			}
		}
	}
	for _, two := range [][2]string{{pageOrigin, pageOrigin}, {"*", pageOrigin}, {pageOrigin, "*"}, {"*", "*"}, {"", pageOrigin}, {"null", pageOrigin}} {
		if r := do(t, exchange.Case{}, server(answer{}, ok(allowOrigin, two[0], allowOrigin, two[1])), as(Standard)); r.Verdict.Allowed {
			t.Errorf("two lines %q are allowed", two)
		}
	}
}

// cors-preflight-status, status-preflight, preflight-failure
func TestWPTPreflightStatus(t *testing.T) {
	for n := 200; n < 600; n++ {
		for _, e := range append(Browsers(), Standard) {
			r := do(t, exchange.Case{Method: "PUT"}, server(status(n, allowOrigin, "*", allowMethods, "PUT"), ok(allowOrigin, "*")), as(e))
			if got, want := r.Verdict.Allowed, n < 300; got != want {
				t.Errorf("%s, preflight status %d: allowed %t", e, n, got)
			}
		}
	}
}

// cors-preflight-star
func TestWPTPreflightStar(t *testing.T) {
	for _, c := range []struct {
		name        string
		credentials exchange.CredentialsMode
		method      string
		headers     exchange.Headers
		methods     string
		allowed     string
		want        string
	}{
		{"method and header", same, "SUPER", hdr("X-Test", "1"), "*", "*", "allowed"},
		{"listed besides", same, "OK", hdr("X-Test", "1"), "OK", "*", "allowed"},
		{"method literally star, credentials", include, "*", nil, "*", "x", "allowed"},
		{"method, credentials", include, "PUT", nil, "*", "*", "preflight MethodDisallowedByPreflightResponse"},
		{"header, credentials", include, "GET", hdr("X-Test", "1"), "*", "*", "preflight HeaderDisallowedByPreflightResponse"},
		{"header literally star, credentials", include, "GET", hdr("*", "1"), "*", "*", "allowed"},
		{"Authorization", same, "GET", hdr("Authorization", "1"), "*", "*", "preflight HeaderDisallowedByPreflightResponse"},
		{"Authorization listed", same, "GET", hdr("Authorization", "1"), "*", "*, Authorization", "allowed"},
	} {
		s := server(ok(allowOrigin, pageOrigin, allowCredentials, "true", allowMethods, c.methods, allowHeaders, c.allowed), ok(allowOrigin, pageOrigin, allowCredentials, "true"))
		if got := verdict(do(t, exchange.Case{Method: c.method, Headers: c.headers, Credentials: c.credentials}, s, as(Standard))); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// cors-preflight-response-validation
func TestWPTPreflightResponseValidation(t *testing.T) {
	for _, bad := range []string{"Bad value", "bad;value", "@", "GET PUT", "\"PUT\"", "a=b"} {
		s := server(ok(allowOrigin, "*", allowMethods, bad, allowHeaders, "x-a"), ok(allowOrigin, "*"))
		if got := verdict(do(t, exchange.Case{Headers: hdr("X-A", "1")}, s, as(Standard))); got != "preflight InvalidAllowMethodsPreflightResponse" {
			t.Errorf("Allow-Methods %q: %s", bad, got)
		}
		s = server(ok(allowOrigin, "*", allowHeaders, bad), ok(allowOrigin, "*"))
		if got := verdict(do(t, exchange.Case{Headers: hdr("X-A", "1")}, s, as(Standard))); got != "preflight InvalidAllowHeadersPreflightResponse" {
			t.Errorf("Allow-Headers %q: %s", bad, got)
		}
	}
}

// cors-preflight-redirect
func TestWPTPreflightRedirect(t *testing.T) {
	for _, n := range []int{301, 302, 303, 307, 308} {
		for _, location := range []string{"/x", "https://other.example.org/", pageOrigin + "/"} {
			s := server(status(n, allowOrigin, "*", allowMethods, "PUT", "Location", location), ok(allowOrigin, "*"))
			if r := do(t, exchange.Case{Method: "PUT"}, s, as(Standard)); r.Verdict.Allowed || len(s.sent) != 1 {
				t.Errorf("%d to %s: %s", n, location, verdict(r))
			}
		}
	}
}

// cors-redirect, redirect-origin: the Origin header of each hop.
func TestWPTRedirectOrigin(t *testing.T) {
	urls := map[string]string{"O": pageOrigin + "/", "A": "https://" + hostA + "/", "B": "https://" + hostB + "/"}
	for _, c := range []struct{ path, origins string }{
		{"OO", "- -"}, {"OA", "- O"}, {"AA", "O O"}, {"AO", "O null"}, {"AB", "O null"}, {"OAA", "- O O"}, {"OAO", "- O null"}, {"OAB", "- O null"},
		{"ABA", "O null null"}, {"AAB", "O O null"}, {"ABB", "O null null"}, {"OOA", "- - O"},
	} {
		for _, code := range []int{301, 302, 303, 307, 308} {
			s := &script{}
			s.answer = func(exchange.Purpose, exchange.Request) answer {
				n := len(s.sent)
				if n == len(c.path)-1 {
					return ok(allowOrigin, "*")
				}
				return status(code, allowOrigin, "*", "Location", urls[string(c.path[n+1])]+fmt.Sprint(n))
			}
			r := do(t, exchange.Case{URL: urls[string(c.path[0])]}, s, as(Standard))
			var got []string
			for _, x := range s.sent {
				switch o, sent := x.Request.Headers.Get("Origin"); {
				case !sent:
					got = append(got, "-")
				case o == pageOrigin:
					got = append(got, "O")
				default:
					got = append(got, o)
				}
			}
			if strings.Join(got, " ") != c.origins || !r.Verdict.Allowed {
				t.Errorf("%s by %d: Origin %q, want %s (%s)", c.path, code, got, c.origins, verdict(r))
			}
		}
	}
}

// cors-redirect-credentials, redirect-userinfo
func TestWPTRedirectUserinfo(t *testing.T) {
	for _, c := range []struct {
		from, to string
		want     bool
	}{
		{pageOrigin, "https://user:password@app.example.com/", true}, {pageOrigin, "https://user@app.example.com/", true},
		{pageOrigin, "https://user:password@" + hostA + "/", false}, {pageOrigin, "https://:password@" + hostA + "/", false},
		{"https://" + hostA, "https://user:@" + hostA + "/", false}, {"https://" + hostA, "https://user:password@app.example.com/", false},
		{"https://" + hostA, "https://@" + hostA + "/", true},
	} {
		for _, code := range []int{301, 302, 303, 307, 308} {
			s := &script{}
			s.answer = func(exchange.Purpose, exchange.Request) answer {
				if len(s.sent) > 0 {
					return ok(allowOrigin, "*")
				}
				return status(code, allowOrigin, "*", "Location", c.to)
			}
			if r := do(t, exchange.Case{URL: c.from + "/"}, s, as(Standard)); r.Verdict.Allowed != c.want {
				t.Errorf("%s to %s by %d: %s", c.from, c.to, code, verdict(r))
			}
		}
	}
}

// credentials-flag
func TestWPTCredentialsFlag(t *testing.T) {
	for v, want := range map[string]bool{
		"true": true, " true": true, "true ": true, "\ttrue": true, "": false, "True": false, "TRUE": false, "true,true": false, "1": false, "yes": false, "false": false, "'true'": false, "*": false, "true\x00": false,
	} {
		s := server(answer{}, ok(allowOrigin, pageOrigin, allowCredentials, v))
		if r := do(t, exchange.Case{Credentials: include}, s, as(Standard)); r.Verdict.Allowed != want {
			t.Errorf("Allow-Credentials %q: %s", v, verdict(r))
		}
	}
}

// access-control-expose-headers-parsing
func TestWPTExposeHeadersParsing(t *testing.T) {
	for _, c := range []struct {
		lines   []string
		exposed bool
	}{
		{[]string{"BB-8"}, true}, {[]string{"bb-8,,@#$#%%&^&^*()()11!"}, false}, {[]string{"bb-8, no no"}, false}, {[]string{"@#$#%%&^&^*()()11!,bb-8"}, false},
		{[]string{"bb-8,"}, true}, {[]string{"bb-8\x0b"}, false}, {[]string{"bb-8\x0b,"}, false}, {[]string{"'bb-8'"}, false}, {[]string{"'bb-8',bb-8"}, true},
		{[]string{`"bb-8",bb-8`}, false}, {[]string{"bb-8 , x"}, true}, {[]string{"x", "bb-8"}, true}, {[]string{"no no", "bb-8"}, false}, {[]string{"\tbb-8\t"}, true},
	} {
		hs := hdr(allowOrigin, "*", "BB-8", "hey")
		for _, l := range c.lines {
			hs = append(hs, exchange.Header{Name: exposeHeaders, Value: l})
		}
		r := do(t, exchange.Case{}, server(answer{}, answer{status: 200, headers: hs}), as(Standard))
		if got := contains(r.Verdict.ReadableHeaders, "bb-8"); got != c.exposed {
			t.Errorf("Expose-Headers %q: readable %t", c.lines, got)
		}
	}
}

// cors-cookies: nothing travels without include.
func TestWPTCookiesFollowTheCredentialsMode(t *testing.T) {
	for mode, want := range map[exchange.CredentialsMode]bool{omit: false, same: false, include: true} {
		s := server(answer{}, ok(allowOrigin, pageOrigin, allowCredentials, "true"))
		do(t, exchange.Case{Credentials: mode, Session: session(exchange.Cookie{Name: "a", Value: "1", SameSite: "None", Secure: true})}, s, as(Standard))
		if got := s.sent[0].Request.Headers.Has("Cookie"); got != want {
			t.Errorf("credentials %s: cookie %t", mode, got)
		}
	}
}

// sandboxed-iframe, data-url-iframe
func TestWPTOpaqueOrigin(t *testing.T) {
	for v, want := range map[string]bool{"null": true, "*": true, pageOrigin: false, "": false, "NULL": false} {
		s := server(answer{}, ok(allowOrigin, v))
		if r := do(t, exchange.Case{Origin: "null"}, s, as(Standard)); r.Verdict.Allowed != want {
			t.Errorf("Allow-Origin %q for a sandboxed page: %s", v, verdict(r))
		}
	}
}

// cors-preflight-referrer, under the default policy
func TestWPTPreflightReferrer(t *testing.T) {
	s := server(ok(allowOrigin, "*", allowMethods, "PUT"), ok(allowOrigin, "*"))
	do(t, exchange.Case{Method: "PUT"}, s, as(Standard))
	for _, x := range s.sent {
		if got := x.Request.Headers.Value("Referer"); got != pageOrigin+"/" {
			t.Errorf("%s: Referer %q", x.Request.Method, got)
		}
	}
}
