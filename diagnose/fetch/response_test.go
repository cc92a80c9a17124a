package fetch

import (
	"strings"
	"testing"

	"corstui/diagnose/exchange"
)

func TestReadableHeaders(t *testing.T) {
	all := hdr("Content-Type", "x", "content-length", "1", "ETag", "x", "X-Request-Id", "1", "x-request-id", "2", "Set-Cookie", "a=b",
		"Cache-Control", "x", "Content-Language", "x", "Expires", "x", "Last-Modified", "x", "Pragma", "x", "Date", "x", "Authorization", "x")
	const safe = "cache-control content-language content-length content-type expires last-modified pragma"
	for _, c := range []struct {
		name        string
		credentials exchange.CredentialsMode
		expose      []string
		want        string // readable besides the safelist
	}{
		{"nothing exposed", same, nil, ""},
		{"one exposed", same, []string{"etag"}, "etag"},
		{"several lines", same, []string{"etag", "X-REQUEST-ID"}, "etag x-request-id"},
		{"star", same, []string{"*"}, "access-control-allow-origin access-control-expose-headers authorization date etag x-request-id"},
		{"star in a list", omit, []string{"etag, *"}, "access-control-allow-origin access-control-expose-headers authorization date etag x-request-id"},
		{"star with credentials is a name", include, []string{"*, etag"}, "etag"},
		{"quoted name hides all", same, []string{`etag, "x-request-id"`}, ""},
		{"space hides all", same, []string{"etag x-request-id"}, ""},
		{"semicolon hides all", same, []string{"etag; x"}, ""},
		{"malformed second line hides all", same, []string{"etag", "@"}, ""},
		{"Set-Cookie never", same, []string{"set-cookie, etag"}, "etag"},
	} {
		hs := append(exchange.Headers{}, all...)
		hs = append(hs, exchange.Header{Name: allowOrigin, Value: pageOrigin}, exchange.Header{Name: allowCredentials, Value: "true"})
		for _, e := range c.expose {
			hs = append(hs, exchange.Header{Name: exposeHeaders, Value: e})
		}
		for _, e := range Browsers() {
			r := do(t, exchange.Case{Credentials: c.credentials}, server(answer{}, answer{status: 404, headers: hs}), as(e))
			got := strings.Join(r.Verdict.ReadableHeaders, " ")
			want := safe
			if c.want != "" {
				names := append(strings.Fields(safe), strings.Fields(c.want)...)
				if strings.Contains(c.want, "access-control-allow-origin") {
					names = append(names, "access-control-allow-credentials")
				}
				want = strings.Join(sortedStrings(names), " ")
			}
			if got != want {
				t.Errorf("%s: %s: readable %q, want %q", c.name, e, got, want)
			}
			if n := len(r.Verdict.ReadableHeaders) + len(r.Verdict.HiddenHeaders); n != len(headerNames(hs)) {
				t.Errorf("%s: readable and hidden are %d names of %d", c.name, n, len(headerNames(hs)))
			}
		}
	}
}

func TestBasicResponseHidesSetCookieAlone(t *testing.T) {
	r := do(t, exchange.Case{URL: pageOrigin + "/x"}, server(answer{}, ok("ETag", "x", "Set-Cookie", "a=b", "Set-Cookie2", "c", "Date", "x")), as(Chromium))
	if got := strings.Join(r.Verdict.ReadableHeaders, " "); got != "date etag" {
		t.Errorf("readable %q", got)
	}
	if got := strings.Join(r.Verdict.HiddenHeaders, " "); got != "set-cookie set-cookie2" {
		t.Errorf("hidden %q", got)
	}
	if r.Verdict.Tainting != "basic" || !r.SameOrigin {
		t.Errorf("tainting %q, same origin %t", r.Verdict.Tainting, r.SameOrigin)
	}
}

func TestOpaqueResponse(t *testing.T) {
	s := server(answer{}, status(500, "Content-Type", "x"))
	r := do(t, exchange.Case{Mode: exchange.ModeNoCORS, Headers: hdr("Authorization", "x", "X-A", "1", "Accept", "a:b", "Content-Language", "de", "Range", "bytes=0-1")}, s, as(Chromium))
	if got := verdict(r); got != "allowed" || len(r.Verdict.ReadableHeaders) != 0 || r.Verdict.Tainting != "opaque" {
		t.Errorf("%s, readable %q, tainting %s", got, r.Verdict.ReadableHeaders, r.Verdict.Tainting)
	}
	hs := s.sent[0].Request.Headers
	for _, n := range []string{"Authorization", "X-A", "Range", "Origin"} {
		if hs.Has(n) {
			t.Errorf("no-cors sends %s", n)
		}
	}
	if hs.Value("Accept") != "*/*" || hs.Value("Content-Language") != "de" || hs.Value("Sec-Fetch-Mode") != "no-cors" {
		t.Errorf("no-cors sends %q", hs)
	}
}

func TestResourcePolicyHoldsForOpaqueAlone(t *testing.T) {
	for _, c := range []struct {
		mode        exchange.Mode
		url, policy string
		want        string
	}{
		{exchange.ModeNoCORS, apiURL, "same-origin", "request -"},
		{exchange.ModeNoCORS, apiURL, "same-site", "request -"},
		{exchange.ModeNoCORS, "https://api.example.com/", "same-site", "allowed"},
		{exchange.ModeNoCORS, "https://api.example.com/", "same-origin", "request -"},
		{exchange.ModeNoCORS, apiURL, "cross-origin", "allowed"},
		{exchange.ModeNoCORS, apiURL, "same-origin, foo", "allowed"},
		{exchange.ModeCORS, apiURL, "same-origin", "allowed"},
	} {
		s := server(answer{}, ok(allowOrigin, "*", "Cross-Origin-Resource-Policy", c.policy))
		r := do(t, exchange.Case{Mode: c.mode, URL: c.url}, s, as(Chromium))
		if got := verdict(r); got != c.want {
			t.Errorf("%s %s %s: %s, want %s", c.mode, c.url, c.policy, got, c.want)
		}
	}
}

func TestAnyStatusIsReadable(t *testing.T) {
	for _, n := range []int{0, 99, 200, 204, 304, 400, 401, 403, 404, 429, 500, 503, 520, 600, 999} {
		if got := verdict(do(t, exchange.Case{}, server(answer{}, status(n, allowOrigin, "*")), as(Chromium))); got != "allowed" {
			t.Errorf("status %d: %s", n, got)
		}
	}
	for e, want := range map[Engine]string{Chromium: "request -", Firefox: "allowed", WebKit: "allowed", Standard: "allowed"} {
		if got := verdict(do(t, exchange.Case{}, server(answer{}, status(407, allowOrigin, "*")), as(e))); got != want {
			t.Errorf("407, %s: %s, want %s", e, got, want)
		}
	}
}

func TestSpaceBeforeTheColon(t *testing.T) {
	for e, want := range map[Engine]string{Chromium: "allowed", Firefox: "request CORSMissingAllowOrigin", WebKit: "request OriginNotAllowed"} {
		if got := verdict(do(t, exchange.Case{}, server(answer{}, ok(allowOrigin+" ", "*")), as(e))); got != want {
			t.Errorf("%s: %s, want %s", e, got, want)
		}
	}
}

func TestInterimStatusIsNoResponse(t *testing.T) {
	for _, n := range []int{100, 101, 103, 199} {
		if got := verdict(do(t, exchange.Case{}, server(answer{}, status(n, allowOrigin, "*")), as(Chromium))); got != "request -" {
			t.Errorf("status %d: %s", n, got)
		}
	}
	if got := verdict(do(t, exchange.Case{}, server(answer{}, status(101, allowOrigin, "*")), as(Firefox))); got != "allowed" {
		t.Errorf("status 101 in Firefox: %s", got)
	}
	if got := verdict(do(t, exchange.Case{Method: "PUT"}, server(status(101, allowOrigin, "*"), ok()), as(Chromium))); got != "preflight -" {
		t.Errorf("preflight 101: %s", got)
	}
}

func TestSuspectDuplicateLines(t *testing.T) {
	for _, name := range []string{"Location", "Content-Length", "Content-Disposition"} {
		different := server(answer{}, ok(allowOrigin, "*", name, "1", name, "2"))
		equal := server(answer{}, ok(allowOrigin, "*", name, "1", name, "1"))
		if got := verdict(do(t, exchange.Case{}, different, as(Chromium))); got != "request -" {
			t.Errorf("two different %s: %s", name, got)
		}
		if got := verdict(do(t, exchange.Case{}, equal, as(Chromium))); got != "allowed" {
			t.Errorf("two equal %s: %s", name, got)
		}
	}
	s := server(ok(allowOrigin, "*", allowMethods, "PUT", "Location", "/a", "Location", "/b"), ok())
	r := do(t, exchange.Case{Method: "PUT"}, s, as(Chromium))
	if got := verdict(r); got != "preflight -" || !r.Verdict.PreflightSent {
		t.Errorf("preflight: %s", got)
	}
}
