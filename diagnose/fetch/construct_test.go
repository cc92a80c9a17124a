package fetch

import (
	"strings"
	"testing"

	"corstui/diagnose/exchange"
)

func TestWhatFetchRefusesBeforeAnythingIsSent(t *testing.T) {
	body := "x"
	for _, c := range []struct {
		name string
		c    exchange.Case
		kind string
		says string // in Chromium's console
	}{
		{"URL without scheme", exchange.Case{URL: "api.example.com"}, "type-error", "Failed to parse URL from api.example.com"},
		{"URL without host", exchange.Case{URL: "http://["}, "type-error", "Failed to parse URL from http://["},
		{"userinfo", exchange.Case{URL: "https://u:p@api.example.net/"}, "type-error", "includes credentials"},
		{"navigate", exchange.Case{Mode: exchange.ModeNavigate}, "type-error", "'navigate'"},
		{"unknown mode", exchange.Case{Mode: "cor"}, "type-error", "enum value of type RequestMode"},
		{"unknown credentials", exchange.Case{Credentials: "yes"}, "type-error", "RequestCredentials"},
		{"unknown redirect", exchange.Case{Redirect: "no"}, "type-error", "RequestRedirect"},
		{"method with a space", exchange.Case{Method: "A B"}, "type-error", "'A B' is not a valid HTTP method."},
		{"TRACE", exchange.Case{Method: "trace"}, "type-error", "'trace' HTTP method is unsupported."},
		{"CONNECT", exchange.Case{Method: "CONNECT"}, "type-error", "unsupported"},
		{"header name", exchange.Case{Headers: hdr("X A", "1")}, "type-error", "Invalid name"},
		{"empty header name", exchange.Case{Headers: hdr("", "1")}, "type-error", "Invalid name"},
		{"header value with a newline", exchange.Case{Headers: hdr("X", "a\nb")}, "type-error", "Invalid value"},
		{"header value with NUL", exchange.Case{Headers: hdr("X", "a\x00")}, "type-error", "Invalid value"},
		{"header value beyond Latin-1", exchange.Case{Headers: hdr("X", "€")}, "type-error", "non ISO-8859-1"},
		{"forbidden header with a bad value", exchange.Case{Headers: hdr("Cookie", "a\nb")}, "type-error", "Invalid value"},
		{"no-cors PUT", exchange.Case{Mode: exchange.ModeNoCORS, Method: "PUT"}, "type-error", "'PUT' is unsupported in no-cors mode."},
		{"GET with a body", exchange.Case{Body: &body}, "type-error", "cannot have body"},
		{"HEAD with a body", exchange.Case{Method: "head", Body: &body}, "type-error", "cannot have body"},
		{"blocked port", exchange.Case{URL: "https://api.example.net:6667/"}, "blocked-port", "ERR_UNSAFE_PORT"},
		{"mixed content", exchange.Case{URL: "http://api.example.net/"}, "mixed-content", "Mixed Content: The page at 'https://app.example.com/'"},
		{"mixed content of an opaque page", exchange.Case{URL: "http://api.example.net/", Origin: "null"}, "mixed-content", "Mixed Content"},
		{"mode same-origin", exchange.Case{Mode: exchange.ModeSameOrigin}, "mode", "Request mode is \"same-origin\""},
		{"scheme", exchange.Case{URL: "foo:bar"}, "scheme", `URL scheme "foo" is not supported.`},
		{"websocket scheme", exchange.Case{URL: "wss://api.example.net/"}, "scheme", `URL scheme "wss" is not supported.`},
		{"file", exchange.Case{URL: "file:///etc/hosts"}, "scheme", "Not allowed to load local resource: file:///etc/hosts"},
		{"no-cors and manual", exchange.Case{Mode: exchange.ModeNoCORS, Redirect: exchange.RedirectManual}, "redirect-mode", `redirect mode is not "follow"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := server(ok(), ok())
			r := do(t, c.c, s, as(Chromium))
			v := r.Verdict
			if v.Allowed || v.BlockedAt != nil || v.Reason != nil || v.PreflightSent || v.Partial || len(s.sent) != 0 {
				t.Errorf("verdict %+v after %d requests", v, len(s.sent))
			}
			if r.Local == nil || r.Local.Kind != c.kind || r.Local.Message == "" || strings.ContainsAny(r.Local.Message, "{}") && c.kind != "type-error" {
				t.Fatalf("local block %+v, want kind %s", r.Local, c.kind)
			}
			if !strings.Contains(v.Console.Chromium, c.says) {
				t.Errorf("Chromium prints %q, want %q in it", v.Console.Chromium, c.says)
			}
			if v.ReadableHeaders == nil || v.HiddenHeaders == nil || v.Assumes == nil {
				t.Error("a list is null")
			}
		})
	}
}

func TestMixedContentExceptions(t *testing.T) {
	for _, c := range []struct {
		page, url string
		blocked   string // engines
	}{
		{pageOrigin, "http://localhost:8080/", "webkit"},
		{pageOrigin, "http://127.0.0.1/", "webkit"},
		{pageOrigin, "http://foo.localhost/", "webkit"},
		{pageOrigin, "http://[::1]/", "webkit"},
		{pageOrigin, "http://192.168.0.1/", "chromium firefox webkit standard"},
		{"http://app.example.com", "http://api.example.com/", ""},
		{"http://localhost:3000", "http://api.example.com/", "standard"},
		{"http://localhost:3000", "http://localhost:8080/", ""},
	} {
		for _, e := range append(Browsers(), Standard) {
			r := do(t, exchange.Case{Origin: c.page, URL: c.url}, server(answer{}, ok(allowOrigin, "*")), as(e))
			if got, want := r.Local != nil && r.Local.Kind == "mixed-content", strings.Contains(c.blocked, e.Name()); got != want {
				t.Errorf("%s: %s asks for %s: blocked %t, want %t", e, c.page, c.url, got, want)
			}
		}
	}
}

func TestForbiddenHeadersAreDroppedSilently(t *testing.T) {
	s := server(answer{}, ok(allowOrigin, "*"))
	r := do(t, exchange.Case{Headers: hdr("Cookie", "a=b", "Origin", "https://evil.test", "Sec-Fetch-Site", "none", "Host", "x", "Access-Control-Request-Method", "PUT")}, s, as(Chromium))
	if got := verdict(r); got != "allowed" || r.Verdict.PreflightSent {
		t.Errorf("%s, preflight %t", got, r.Verdict.PreflightSent)
	}
	hs := s.sent[0].Request.Headers
	if hs.Has("Cookie") || hs.Has("Host") || hs.Value("Origin") != pageOrigin || hs.Value("Sec-Fetch-Site") != "cross-site" {
		t.Errorf("sent %q", hs)
	}
}

func TestUserAgentOfAScript(t *testing.T) {
	for e, preflight := range map[Engine]bool{Chromium: false, Firefox: true, WebKit: true, Standard: true} {
		s := server(ok(allowOrigin, "*", allowHeaders, "user-agent"), ok(allowOrigin, "*"))
		r := do(t, exchange.Case{Headers: hdr("User-Agent", "mine")}, s, as(e))
		if r.Verdict.PreflightSent != preflight {
			t.Errorf("%s: preflight %t, want %t", e, r.Verdict.PreflightSent, preflight)
		}
		ua := s.sent[len(s.sent)-1].Request.Headers.Values("User-Agent")
		if len(ua) != 1 || (ua[0] == "mine") != preflight {
			t.Errorf("%s: User-Agent %q", e, ua)
		}
	}
}

func TestHeaderValuesGoOutAsLatin1(t *testing.T) {
	s := server(ok(allowOrigin, "*", allowHeaders, "x-a"), ok(allowOrigin, "*"))
	do(t, exchange.Case{Headers: hdr("X-A", " caf\u00e9\t")}, s, as(Chromium))
	if got := s.sent[1].Request.Headers.Value("X-A"); got != "caf\xe9" {
		t.Errorf("X-A = %q", got)
	}
}

func TestRepeatedHeadersAreCombined(t *testing.T) {
	s := server(ok(allowOrigin, "*", allowHeaders, "x-a"), ok(allowOrigin, "*"))
	do(t, exchange.Case{Headers: hdr("X-A", "1", "x-a", "2")}, s, as(Chromium))
	if got := s.sent[1].Request.Headers.Values("x-a"); len(got) != 1 || got[0] != "1, 2" {
		t.Errorf("X-A = %q", got)
	}
	if got := s.sent[0].Request.Headers.Value("Access-Control-Request-Headers"); got != "x-a" {
		t.Errorf("asked for %q", got)
	}
	s = server(ok(allowOrigin, "*", allowHeaders, "x-a"), ok(allowOrigin, "*"))
	do(t, exchange.Case{Headers: hdr("X-A", "1", "x-a", "2")}, s, as(Firefox))
	if got := s.sent[0].Request.Headers.Value("Access-Control-Request-Headers"); got != "x-a,x-a" {
		t.Errorf("Firefox asked for %q", got)
	}
}

func TestDataURL(t *testing.T) {
	s := server(ok(), ok())
	r := do(t, exchange.Case{URL: "data:text/plain,x"}, s, as(Chromium))
	if got := verdict(r); got != "allowed" || len(s.sent) != 0 || r.Verdict.Tainting != "basic" {
		t.Errorf("%s after %d requests", got, len(s.sent))
	}
	for e, want := range map[Engine]int{Chromium: 1, Firefox: 2, Standard: 1} {
		if got := do(t, exchange.Case{URL: "data:text/plain,x"}, s, as(e)).Verdict.ReadableHeaders; len(got) != want {
			t.Errorf("%s reads %q", e, got)
		}
	}
}

func TestOpaquePageIsCrossOriginEverywhere(t *testing.T) {
	s := server(answer{}, ok(allowOrigin, "null"))
	r := do(t, exchange.Case{Origin: "null"}, s, as(Chromium))
	if got := verdict(r); got != "allowed" || r.SameOrigin {
		t.Errorf("%s", got)
	}
	hs := s.sent[0].Request.Headers
	if hs.Value("Origin") != "null" || hs.Value("Sec-Fetch-Site") != "cross-site" || hs.Has("Referer") {
		t.Errorf("sent %q", hs)
	}
}

func TestOriginHeaderOutsideCORS(t *testing.T) {
	for _, c := range []struct {
		c    exchange.Case
		e    Engine
		want string
	}{
		{exchange.Case{URL: pageOrigin + "/"}, Chromium, ""},
		{exchange.Case{URL: pageOrigin + "/", Method: "HEAD"}, Chromium, ""},
		{exchange.Case{URL: pageOrigin + "/", Method: "POST"}, Chromium, pageOrigin},
		{exchange.Case{URL: pageOrigin + "/", Method: "DELETE"}, Chromium, pageOrigin},
		{exchange.Case{Mode: exchange.ModeNoCORS}, Chromium, ""},
		{exchange.Case{Mode: exchange.ModeNoCORS, Method: "POST"}, Chromium, pageOrigin},
		{exchange.Case{URL: "http://localhost/", Mode: exchange.ModeNoCORS, Method: "POST"}, Chromium, pageOrigin},
		{exchange.Case{URL: "http://localhost/", Mode: exchange.ModeNoCORS, Method: "POST"}, Firefox, "null"},
	} {
		s := server(answer{}, ok())
		do(t, c.c, s, as(c.e))
		if got := s.sent[0].Request.Headers.Value("Origin"); got != c.want {
			t.Errorf("%s %s %s %s: Origin %q, want %q", c.e, c.c.Mode, c.c.Method, c.c.URL, got, c.want)
		}
	}
}

func TestPlainHTTPTargetGetsNoFetchMetadata(t *testing.T) {
	s := server(answer{}, ok(allowOrigin, "*"))
	do(t, exchange.Case{Origin: "http://app.example.com", URL: "http://api.example.net/"}, s, as(Chromium))
	hs := s.sent[0].Request.Headers
	for _, n := range []string{"Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest", "sec-ch-ua"} {
		if hs.Has(n) {
			t.Errorf("%s goes to plain http", n)
		}
	}
	if hs.Value("Referer") != "http://app.example.com/" {
		t.Errorf("Referer %q", hs.Value("Referer"))
	}
}

func TestSingletonHeaders(t *testing.T) {
	for e, want := range map[Engine]string{Chromium: "text/plain, text/css", Firefox: "text/css", Standard: "text/plain, text/css"} {
		s := server(ok(allowOrigin, "*", allowHeaders, "content-type, x-a"), ok(allowOrigin, "*"))
		do(t, exchange.Case{Headers: hdr("Content-Type", "text/plain", "content-type", "text/css", "X-A", "1", "X-A", "2")}, s, as(e))
		hs := s.sent[1].Request.Headers
		if got := hs.Value("Content-Type"); got != want || hs.Value("X-A") != "1, 2" {
			t.Errorf("%s: Content-Type %q, X-A %q", e, got, hs.Value("X-A"))
		}
	}
}

func TestReasonOfAnotherScheme(t *testing.T) {
	for _, url := range []string{"foo:bar", "ftp://x/", "about:blank", "javascript:1"} {
		r := do(t, exchange.Case{URL: url}, server(answer{}, ok()), as(Firefox))
		if r.Verdict.Reason == nil || *r.Verdict.Reason != "CORSRequestNotHttp" || r.Local == nil || r.Verdict.Console.Firefox == "" {
			t.Errorf("%s: %+v", url, r.Verdict)
		}
	}
}
