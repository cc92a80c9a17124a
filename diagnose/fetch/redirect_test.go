package fetch

import (
	"fmt"
	"testing"

	"corstui/diagnose/exchange"
)

// The hosts of the redirect matrix: O is the page's own, A the API's, B a third.
const (
	hostO = "app.example.com"
	hostA = "api.example.net"
	hostB = "other.example.org"
)

func to(status int, host string, more ...string) answer {
	return answer{status: status, headers: append(hdr("Location", "https://"+host+"/2"), hdr(more...)...)}
}

// chain answers the first request to /v1 with one answer and whatever comes
// after with the other; preflights pass for anything that O or null asks.
func chain(first answer, then answer) *script {
	return &script{answer: func(p exchange.Purpose, r exchange.Request) answer {
		if p == exchange.PurposePreflight {
			return ok(allowOrigin, r.Headers.Value("Origin"), allowMethods, "PUT, DELETE, PATCH", allowHeaders, "x-a, content-type, authorization")
		}
		if u, _ := ParseURL(r.URL, nil); u.Path == "/v1" {
			return first
		}
		return then
	}}
}

func TestRedirectMatrix(t *testing.T) {
	body := "{}"
	jsonPost := exchange.Case{Method: "POST", Headers: hdr("Content-Type", "application/json"), Body: &body}
	own := "https://" + hostO + "/v1"
	everything := ok(allowOrigin, "*")
	for _, c := range []struct {
		name                      string
		c                         exchange.Case
		first                     answer
		chromium, firefox, webkit string // empty: as Chromium
	}{
		{"GET, A to B", exchange.Case{}, to(302, hostB, allowOrigin, "*"),
			"GET api.example.net https://app.example.com; GET other.example.org null", "", ""},
		{"GET, A to O", exchange.Case{}, to(302, hostO, allowOrigin, "*"),
			"GET api.example.net https://app.example.com; GET app.example.com null", "", ""},
		{"GET, A to A", exchange.Case{}, to(302, hostA, allowOrigin, "*"),
			"GET api.example.net https://app.example.com; GET api.example.net https://app.example.com", "", ""},
		{"GET, O to A", exchange.Case{URL: own}, to(302, hostA),
			"GET app.example.com; GET api.example.net https://app.example.com", "", ""},
		{"PUT, A to A", exchange.Case{Method: "PUT"}, to(307, hostA, allowOrigin, "*"),
			"OPTIONS api.example.net https://app.example.com; PUT api.example.net https://app.example.com; OPTIONS api.example.net https://app.example.com; PUT api.example.net https://app.example.com", "", ""},
		{"PUT keeps its method on 302", exchange.Case{Method: "PUT", URL: own}, to(302, hostA),
			"PUT app.example.com https://app.example.com; OPTIONS api.example.net https://app.example.com; PUT api.example.net https://app.example.com", "", ""},
		{"custom header, A to B", exchange.Case{Headers: hdr("X-A", "1")}, to(302, hostB, allowOrigin, "*"),
			"OPTIONS api.example.net https://app.example.com [x-a]; GET api.example.net https://app.example.com; OPTIONS other.example.org null [x-a]; GET other.example.org null",
			"OPTIONS api.example.net https://app.example.com [x-a]; GET api.example.net https://app.example.com; OPTIONS other.example.org https://app.example.com [x-a]; GET other.example.org null", ""},
		{"JSON POST becomes GET", jsonPost, to(302, hostA, allowOrigin, "*"),
			"OPTIONS api.example.net https://app.example.com [content-type]; POST api.example.net https://app.example.com; GET api.example.net https://app.example.com",
			"OPTIONS api.example.net https://app.example.com [content-type]; POST api.example.net https://app.example.com; OPTIONS api.example.net https://app.example.com; GET api.example.net https://app.example.com",
			"OPTIONS api.example.net https://app.example.com [content-type]; POST api.example.net https://app.example.com; OPTIONS api.example.net https://app.example.com [content-type]; GET api.example.net https://app.example.com"},
		{"PUT becomes GET on 303", exchange.Case{Method: "PUT"}, to(303, hostA, allowOrigin, "*"),
			"OPTIONS api.example.net https://app.example.com; PUT api.example.net https://app.example.com; GET api.example.net https://app.example.com",
			"OPTIONS api.example.net https://app.example.com; PUT api.example.net https://app.example.com; OPTIONS api.example.net https://app.example.com; GET api.example.net https://app.example.com",
			"OPTIONS api.example.net https://app.example.com; PUT api.example.net https://app.example.com; OPTIONS api.example.net https://app.example.com; GET api.example.net https://app.example.com"},
		{"Authorization, O to A", exchange.Case{URL: own, Headers: hdr("Authorization", "Bearer x")}, to(302, hostA),
			"GET app.example.com; GET api.example.net https://app.example.com",
			"GET app.example.com; OPTIONS api.example.net https://app.example.com; GET api.example.net https://app.example.com",
			"GET app.example.com; OPTIONS api.example.net https://app.example.com [authorization]; GET api.example.net https://app.example.com"},
		{"custom header, O to A", exchange.Case{URL: own, Headers: hdr("X-A", "1")}, to(302, hostA),
			"GET app.example.com; OPTIONS api.example.net https://app.example.com [x-a]; GET api.example.net https://app.example.com", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			for e, want := range map[Engine]string{Chromium: c.chromium, Standard: c.chromium, Firefox: c.firefox, WebKit: c.webkit} {
				if want == "" {
					want = c.chromium
				}
				s := chain(c.first, everything)
				r := do(t, c.c, s, as(e))
				if got := wire(s.sent); got != want {
					t.Errorf("%s sent\n%s\nwant\n%s", e, got, want)
				}
				if got := verdict(r); got != "allowed" {
					t.Errorf("%s: %s", e, got)
				}
				for _, x := range s.sent[1:] {
					if x.Request.Headers.Has("Authorization") {
						t.Errorf("%s: Authorization went to %s", e, x.Request.URL)
					}
				}
			}
		})
	}
}

func TestTaintedRedirectNeedsNullOrStar(t *testing.T) {
	for _, c := range []struct {
		headers exchange.Headers
		want    string
	}{
		{hdr(allowOrigin, "null"), "allowed"},
		{hdr(allowOrigin, "*"), "allowed"},
		{hdr(allowOrigin, pageOrigin), "redirect AllowOriginMismatch"},
		{hdr(), "redirect MissingAllowOriginHeader"},
		{hdr(allowOrigin, "nonsense"), "redirect InvalidAllowOriginValue"},
		{hdr(allowOrigin, "null, *"), "redirect MultipleAllowOriginValues"},
	} {
		s := chain(to(302, hostB, allowOrigin, pageOrigin), answer{status: 200, headers: c.headers})
		if got := verdict(do(t, exchange.Case{}, s, as(Chromium))); got != c.want {
			t.Errorf("%q: %s, want %s", c.headers, got, c.want)
		}
	}
	s := chain(to(302, hostB, allowOrigin, pageOrigin, allowCredentials, "true"), ok(allowOrigin, "null", allowCredentials, "true"))
	if got := verdict(do(t, exchange.Case{Credentials: include}, s, as(Chromium))); got != "allowed" {
		t.Errorf("null with credentials: %s", got)
	}
}

func TestTaintingNeverReturnsToBasic(t *testing.T) {
	s := &script{answer: func(_ exchange.Purpose, r exchange.Request) answer {
		switch r.URL {
		case "https://" + hostO + "/v1":
			return answer{status: 302, headers: hdr("Location", apiURL)}
		case apiURL:
			return answer{status: 302, headers: hdr("Location", "https://"+hostO+"/back", allowOrigin, pageOrigin)}
		}
		return ok()
	}}
	r := do(t, exchange.Case{URL: "https://" + hostO + "/v1"}, s, as(Chromium))
	if got, want := verdict(r), "redirect MissingAllowOriginHeader"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if o := s.sent[2].Request.Headers.Value("Origin"); o != "null" {
		t.Errorf("last hop carries Origin %q, want null", o)
	}
	if r.Verdict.Tainting != "cors" || !r.SameOrigin {
		t.Errorf("tainting %s, same origin at first %t", r.Verdict.Tainting, r.SameOrigin)
	}
}

// Which reason a redirect gives, by engine.
func TestReasonOfARefusedRedirect(t *testing.T) {
	good := []string{allowOrigin, pageOrigin}
	for _, c := range []struct {
		name, location            string
		headers                   []string
		url                       string
		chromium, firefox, webkit string
	}{
		{"first hop without Allow-Origin", "https://" + hostB + "/", nil, "", "request MissingAllowOriginHeader", "request CORSMissingAllowOrigin", "request OriginNotAllowed"},
		{"nowhere", "http://[", good, "", "redirect -", "redirect CORSDidNotSucceed", "redirect RedirectNotCORSScheme"},
		{"nowhere, no Allow-Origin", "http://[", nil, "", "redirect -", "redirect CORSDidNotSucceed", "request OriginNotAllowed"},
		{"userinfo", "https://u:p@" + hostB + "/", good, "", "redirect RedirectContainsCredentials", "redirect CORSDidNotSucceed", "redirect RedirectHasCredentials"},
		{"userinfo, no Allow-Origin", "https://u:p@" + hostB + "/", nil, "", "request MissingAllowOriginHeader", "request CORSMissingAllowOrigin", "request OriginNotAllowed"},
		{"userinfo within A", "https://u:p@" + hostA + "/", good, "", "redirect RedirectContainsCredentials", "redirect CORSDidNotSucceed", "redirect RedirectHasCredentials"},
		{"userinfo within O", "https://u:p@" + hostO + "/", nil, "https://" + hostO + "/v1", "redirect -", "allowed", "allowed"},
		{"empty userinfo", "https://@" + hostA + "/", good, "", "allowed", "allowed", "allowed"},
		{"unknown scheme", "foo:bar", good, "", "redirect CorsDisabledScheme", "redirect CORSRequestNotHttp", "redirect RedirectNotCORSScheme"},
		{"unknown scheme and userinfo", "foo://u:p@x/", good, "", "redirect RedirectContainsCredentials", "redirect CORSRequestNotHttp", "redirect RedirectNotCORSScheme"},
		{"ftp", "ftp://x/", good, "", "redirect CorsDisabledScheme", "redirect CORSRequestNotHttp", "redirect -"},
		{"about:blank", "about:blank", good, "", "redirect -", "redirect CORSRequestNotHttp", "redirect RedirectNotCORSScheme"},
		{"javascript", "javascript:1", good, "", "redirect CorsDisabledScheme", "redirect CORSDidNotSucceed", "redirect RedirectNotCORSScheme"},
		{"data", "data:text/plain,x", good, "", "redirect -", "redirect CORSDidNotSucceed", "redirect RedirectNotCORSScheme"},
		{"data, no Allow-Origin", "data:text/plain,x", nil, "", "request MissingAllowOriginHeader", "redirect CORSDidNotSucceed", "request OriginNotAllowed"},
		{"mixed content", "http://" + hostA + "/", good, "", "redirect -", "redirect CORSDidNotSucceed", "redirect -"},
		{"mixed content, no Allow-Origin", "http://" + hostA + "/", nil, "", "request MissingAllowOriginHeader", "redirect CORSDidNotSucceed", "request OriginNotAllowed"},
		{"mixed content and userinfo", "http://u:p@" + hostB + "/", good, "", "redirect RedirectContainsCredentials", "redirect CORSDidNotSucceed", "redirect RedirectHasCredentials"},
		{"blocked port", "https://" + hostA + ":6667/", good, "", "redirect -", "redirect CORSDidNotSucceed", "redirect -"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for e, want := range map[Engine]string{Chromium: c.chromium, Firefox: c.firefox, WebKit: c.webkit} {
				first := status(302, append(append([]string{}, c.headers...), "Location", c.location)...)
				s := chain(first, ok(allowOrigin, "*"))
				if got := verdict(do(t, exchange.Case{URL: c.url}, s, as(e))); got != want {
					t.Errorf("%s: %s, want %s", e, got, want)
				}
			}
		})
	}
}

func TestTwentyRedirectsAreFollowed(t *testing.T) {
	for n, want := range map[int]string{20: "allowed", 21: "redirect -"} {
		s := &script{}
		s.answer = func(exchange.Purpose, exchange.Request) answer {
			if len(s.sent) < n {
				return answer{status: 302, headers: hdr("Location", fmt.Sprintf("/%d", len(s.sent)), allowOrigin, "*")}
			}
			return ok(allowOrigin, "*")
		}
		if got := verdict(do(t, exchange.Case{}, s, as(Chromium))); got != want {
			t.Errorf("%d redirects: %s, want %s", n, got, want)
		}
	}
}

func TestTwentyFirstRedirectWithoutAllowOrigin(t *testing.T) {
	for e, want := range map[Engine]string{Chromium: "redirect -", Firefox: "redirect CORSDidNotSucceed", WebKit: "redirect OriginNotAllowed"} {
		s := &script{}
		s.answer = func(exchange.Purpose, exchange.Request) answer {
			if len(s.sent) < 20 {
				return answer{status: 302, headers: hdr("Location", "/x", allowOrigin, "*")}
			}
			return answer{status: 302, headers: hdr("Location", "/x")}
		}
		if got := verdict(do(t, exchange.Case{}, s, as(e))); got != want {
			t.Errorf("%s: %s, want %s", e, got, want)
		}
	}
}

func TestRedirectStatusWithoutLocationIsTheResponse(t *testing.T) {
	for _, n := range []int{300, 301, 302, 303, 304, 305, 306, 307, 308} {
		s := server(answer{}, status(n, allowOrigin, "*"))
		if got := verdict(do(t, exchange.Case{}, s, as(Chromium))); got != "allowed" {
			t.Errorf("%d without Location: %s", n, got)
		}
	}
	for _, n := range []int{300, 304, 305, 306} {
		s := server(answer{}, status(n, allowOrigin, "*", "Location", "/x"))
		if got := verdict(do(t, exchange.Case{}, s, as(Chromium))); got != "allowed" || len(s.sent) != 1 {
			t.Errorf("%d with Location: %s, %d requests", n, got, len(s.sent))
		}
	}
}

func TestEmptyLocation(t *testing.T) {
	for e, want := range map[Engine]string{Chromium: "allowed", Firefox: "redirect CORSDidNotSucceed", WebKit: "redirect -", Standard: "redirect -"} {
		s := server(answer{}, status(302, allowOrigin, "*", "Location", ""))
		if got := verdict(do(t, exchange.Case{}, s, as(e))); got != want {
			t.Errorf("%s: %s, want %s", e, got, want)
		}
	}
}

func TestSeveralLocations(t *testing.T) {
	s := server(answer{}, status(302, allowOrigin, "*", "Location", "/a", "Location", "/b"))
	if got := verdict(do(t, exchange.Case{}, s, as(Chromium))); got != "request -" || len(s.sent) != 1 {
		t.Errorf("two different: %s after %d requests", got, len(s.sent))
	}
	s = chain(status(302, allowOrigin, "*", "Location", "/a", "Location", "/b"), ok(allowOrigin, "*"))
	if do(t, exchange.Case{}, s, as(WebKit)); len(s.sent) != 2 || s.sent[1].Request.URL != "https://api.example.net/a,%20/b" {
		t.Errorf("WebKit: %+v", s.sent)
	}
	s = chain(status(302, allowOrigin, "*", "Location", "/a", "Location", "/a"), ok(allowOrigin, "*"))
	if got := verdict(do(t, exchange.Case{}, s, as(Chromium))); got != "allowed" || len(s.sent) != 2 {
		t.Errorf("two equal: %s after %d requests", got, len(s.sent))
	}
	s = chain(status(302, allowOrigin, "*", "Location", "/a", "Location", "/a"), ok(allowOrigin, "*"))
	if do(t, exchange.Case{}, s, as(WebKit)); len(s.sent) != 2 || s.sent[1].Request.URL != "https://api.example.net/a,%20/a" {
		t.Errorf("WebKit, two equal: %+v", s.sent)
	}
}

func TestRedirectModes(t *testing.T) {
	for _, c := range []struct {
		name    string
		mode    exchange.RedirectMode
		headers exchange.Headers
		want    string
	}{
		{"error", exchange.RedirectError, hdr(allowOrigin, "*", "Location", "/x"), "request -"},
		{"error without Location", exchange.RedirectError, hdr(allowOrigin, "*"), "allowed"},
		{"manual", exchange.RedirectManual, hdr(allowOrigin, "*", "Location", "/x"), "allowed"},
		{"manual without Location", exchange.RedirectManual, hdr(allowOrigin, "*"), "allowed"},
		{"manual without Allow-Origin", exchange.RedirectManual, hdr("Location", "/x"), "request MissingAllowOriginHeader"},
		{"manual to nowhere", exchange.RedirectManual, hdr(allowOrigin, "*", "Location", "http://["), "redirect -"},
	} {
		s := server(answer{}, answer{status: 302, headers: c.headers})
		r := do(t, exchange.Case{Redirect: c.mode}, s, as(Chromium))
		if got := verdict(r); got != c.want || len(s.sent) != 1 || len(r.Verdict.ReadableHeaders) != 0 {
			t.Errorf("%s: %s after %d requests, readable %q, want %s", c.name, got, len(s.sent), r.Verdict.ReadableHeaders, c.want)
		}
	}
}

func TestBodyAndItsHeadersGoWithTheMethod(t *testing.T) {
	body := "x"
	s := chain(to(303, hostA, allowOrigin, "*"), ok(allowOrigin, "*"))
	do(t, exchange.Case{Method: "POST", Body: &body, Headers: hdr("Content-Language", "de")}, s, as(Chromium))
	first, last := s.sent[0].Request, s.sent[len(s.sent)-1].Request
	if first.Headers.Value("Content-Type") != "text/plain;charset=UTF-8" || first.Body != "x" {
		t.Errorf("first request: %+v", first)
	}
	if last.Method != "GET" || last.HasBody || last.Headers.Has("Content-Type") || last.Headers.Has("Content-Language") {
		t.Errorf("after 303: %+v", last)
	}
}

func TestFragmentIsInherited(t *testing.T) {
	s := chain(status(302, allowOrigin, "*", "Location", "/2"), ok(allowOrigin, "*"))
	r := do(t, exchange.Case{URL: apiURL + "#frag"}, s, as(Chromium))
	if got, want := r.Verdict.FinalURL, "https://api.example.net/2#frag"; got != want {
		t.Errorf("final URL %s, want %s", got, want)
	}
	for _, x := range s.sent {
		if u := x.Request.URL; len(u) > 4 && u[len(u)-4:] == "frag" {
			t.Errorf("fragment on the wire: %s", u)
		}
	}
}

func TestSameURLTwiceUsesTheCachedPreflight(t *testing.T) {
	for age, want := range map[string]int{"60": 1, "0": 2} {
		s := &script{}
		requests := 0
		s.answer = func(p exchange.Purpose, r exchange.Request) answer {
			if p == exchange.PurposePreflight {
				return ok(allowOrigin, "*", allowMethods, "PUT", maxAge, age)
			}
			if requests++; requests == 1 {
				return status(307, allowOrigin, "*", "Location", apiURL)
			}
			return ok(allowOrigin, "*")
		}
		do(t, exchange.Case{Method: "PUT"}, s, as(Chromium))
		preflights := 0
		for _, x := range s.sent {
			if x.Purpose == exchange.PurposePreflight {
				preflights++
			}
		}
		if preflights != want {
			t.Errorf("Max-Age %s: %d preflights, want %d", age, preflights, want)
		}
	}
}

func TestStatus309(t *testing.T) {
	for e, want := range map[Engine]int{Chromium: 1, Firefox: 1, WebKit: 2, Standard: 1} {
		for _, code := range []int{309, 350, 399} {
			s := chain(to(code, hostA, allowOrigin, "*"), ok(allowOrigin, "*"))
			if do(t, exchange.Case{}, s, as(e)); len(s.sent) != want {
				t.Errorf("%s, status %d: sent %s", e, code, wire(s.sent))
			}
		}
	}
}

func TestOriginOfANoCORSRedirect(t *testing.T) {
	for e, want := range map[Engine]string{Chromium: "null", Standard: pageOrigin} {
		s := chain(to(307, hostB), ok())
		do(t, exchange.Case{URL: pageOrigin + "/v1", Mode: exchange.ModeNoCORS, Method: "POST"}, s, as(e))
		if got := s.sent[1].Request.Headers.Value("Origin"); got != want {
			t.Errorf("%s: Origin %q, want %q", e, got, want)
		}
	}
}

func TestSecFetchAfterAChangeOfOrigin(t *testing.T) {
	for e, want := range map[Engine]string{Chromium: "cross-site", Firefox: "cross-site", WebKit: "", Standard: "cross-site"} {
		s := chain(to(302, hostA), ok(allowOrigin, "*"))
		do(t, exchange.Case{URL: pageOrigin + "/v1"}, s, as(e))
		if got := s.sent[0].Request.Headers.Value("Sec-Fetch-Site"); got != "same-origin" {
			t.Errorf("%s: Sec-Fetch-Site %q on the page's own origin", e, got)
		}
		if got := s.sent[1].Request.Headers.Value("Sec-Fetch-Site"); got != want {
			t.Errorf("%s: Sec-Fetch-Site %q, want %q", e, got, want)
		}
	}
}

func TestRedirectToFTP(t *testing.T) {
	for e, want := range map[Engine]string{Chromium: "allowed", Firefox: "allowed", WebKit: "redirect -"} {
		s := server(answer{}, status(302, allowOrigin, "*", "Location", "ftp://x/"))
		if got := verdict(do(t, exchange.Case{Redirect: exchange.RedirectManual}, s, as(e))); got != want {
			t.Errorf("%s under redirect manual: %s, want %s", e, got, want)
		}
	}
}

func TestMixedRedirectAfterAPreflight(t *testing.T) {
	for e, want := range map[Engine]int{Chromium: 1, Firefox: 1, Standard: 1, WebKit: 2} {
		s := chain(status(307, "Location", "http://"+hostA+"/"), ok(allowOrigin, "*"))
		r := do(t, exchange.Case{URL: pageOrigin + "/v1", Method: "PUT"}, s, as(e))
		if got := verdict(r); got != "redirect -" || len(s.sent) != want || r.Verdict.PreflightSent != (want == 2) {
			t.Errorf("%s: %s after %s", e, got, wire(s.sent))
		}
	}
}

func TestRedirectedDelete(t *testing.T) {
	for e, want := range map[Engine]string{Chromium: "DELETE", Firefox: "DELETE", Standard: "DELETE", WebKit: "GET"} {
		s := chain(to(307, hostA), ok(allowOrigin, "*"))
		do(t, exchange.Case{URL: pageOrigin + "/v1", Method: "DELETE"}, s, as(e))
		if got := s.sent[len(s.sent)-1].Request.Method; got != want {
			t.Errorf("%s: %s, want %s", e, got, want)
		}
	}
}

func TestRedirectModeErrorWithoutLocation(t *testing.T) {
	for e, want := range map[Engine]string{Chromium: "allowed", Firefox: "request -", Standard: "request -", WebKit: "allowed"} {
		s := server(answer{}, status(302, allowOrigin, "*"))
		if got := verdict(do(t, exchange.Case{Redirect: exchange.RedirectError}, s, as(e))); got != want {
			t.Errorf("%s: %s, want %s", e, got, want)
		}
	}
}

func TestRedirectAfterTheOwnOrigin(t *testing.T) {
	for e, want := range map[Engine]string{Chromium: "allowed", Firefox: "allowed", Standard: "allowed", WebKit: "redirect WildcardWithCredentials"} {
		s := &script{}
		s.answer = func(exchange.Purpose, exchange.Request) answer {
			if len(s.sent) < 2 {
				return status(302, allowOrigin, "*", "Location", fmt.Sprintf("https://%s/%d", hostA, len(s.sent)))
			}
			return ok(allowOrigin, "*")
		}
		if got := verdict(do(t, exchange.Case{URL: pageOrigin + "/v1"}, s, as(e))); got != want {
			t.Errorf("%s: %s, want %s", e, got, want)
		}
	}
}

func TestOriginAfterTheMethodBecameGet(t *testing.T) {
	for e, want := range map[Engine]string{Chromium: "", Firefox: "", Standard: "", WebKit: pageOrigin} {
		s := chain(to(303, hostO), ok())
		do(t, exchange.Case{URL: pageOrigin + "/v1", Method: "PUT"}, s, as(e))
		if got := s.sent[1].Request.Headers.Value("Origin"); got != want {
			t.Errorf("%s: Origin %q, want %q", e, got, want)
		}
	}
}

func TestUserinfoRedirectAfterAPreflight(t *testing.T) {
	for e, want := range map[Engine]int{Chromium: 1, Firefox: 1, Standard: 1, WebKit: 2} {
		s := chain(status(307, "Location", "https://u:p@"+hostA+"/"), ok(allowOrigin, "*"))
		r := do(t, exchange.Case{URL: pageOrigin + "/v1", Method: "PUT"}, s, as(e))
		if r.Verdict.Allowed || *r.Verdict.BlockedAt != AtRedirect || len(s.sent) != want {
			t.Errorf("%s: %s after %s", e, verdict(r), wire(s.sent))
		}
	}
}

func TestUserinfoUnderRedirectModeError(t *testing.T) {
	for e, want := range map[Engine]string{Chromium: "redirect RedirectContainsCredentials", Firefox: "request -", Standard: "request -", WebKit: "request -"} {
		s := server(answer{}, status(302, allowOrigin, "*", "Location", "https://u:p@"+hostB+"/"))
		if got := verdict(do(t, exchange.Case{Redirect: exchange.RedirectError}, s, as(e))); got != want {
			t.Errorf("%s: %s, want %s", e, got, want)
		}
	}
}

func TestUnknownSchemeInModeSameOrigin(t *testing.T) {
	s := server(answer{}, status(302, "Location", "foo:x"))
	r := do(t, exchange.Case{URL: pageOrigin + "/", Mode: exchange.ModeSameOrigin}, s, as(Chromium))
	if got := verdict(r); got != "redirect -" {
		t.Errorf("%s", got)
	}
}
