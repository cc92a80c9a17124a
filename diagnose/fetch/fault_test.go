package fetch

import (
	"strings"
	"testing"

	"corstui/diagnose/exchange"
)

func TestFaultOfAllowOrigin(t *testing.T) {
	for _, c := range []struct {
		sent string
		at   int
		says string
	}{
		{"https://app.example.com/", 23, "trailing slash"},
		{"https://App.example.com", 8, "lower case"},
		{"HTTPS://app.example.com", 0, "lower case"},
		{"http://app.example.com", 4, "http and the page is on https"},
		{"https://app.example.com:443", 23, "default port 443"},
		{"https://app.example.com:8443", 23, "port"},
		{"https://www.app.example.com", 8, "www."},
		{"https://example.com", 8, "parent domain"},
		{"app.example.com", 0, "lacks the scheme"},
		{"https://*.example.com", 8, "wildcard"},
		{"https://app.example.com/path", 23, "goes on after the origin"},
		{`"https://app.example.com"`, 0, "quotes"},
		{"null", 0, "null"},
		{"", 0, "empty"},
		{"https://other.test", 8, "another origin"},
		{"http://localhost:3000", 4, "developer's own machine"},
		{"https://app.example.com, https://b.test", 23, "several origins"},
		{"https://app.example.com https://b.test", 23, "space"},
		{"nonsense", 0, "no origin"},
	} {
		r := do(t, exchange.Case{}, server(answer{}, ok(allowOrigin, c.sent)), as(Chromium))
		f := r.Fault
		if f == nil {
			t.Errorf("%q: no fault", c.sent)
			continue
		}
		if f.Sent == nil || *f.Sent != c.sent || f.At != c.at || f.WouldPass != pageOrigin || f.Exchange != "e1" || f.Header != allowOrigin {
			t.Errorf("%q: %+v, want offset %d", c.sent, f, c.at)
		}
		if !strings.Contains(f.Says, c.says) {
			t.Errorf("%q: %q does not say %q", c.sent, f.Says, c.says)
		}
	}
}

func TestFaultOfWWW(t *testing.T) {
	r := do(t, exchange.Case{Origin: "https://www.example.com"}, server(answer{}, ok(allowOrigin, "https://example.com")), as(Chromium))
	if !strings.Contains(r.Fault.Says, "starts with www.") {
		t.Errorf("%q", r.Fault.Says)
	}
}

func TestFaultOfAnAbsentHeader(t *testing.T) {
	f := do(t, exchange.Case{}, server(answer{}, ok()), as(Chromium)).Fault
	if f == nil || f.Sent != nil || f.At != -1 || f.WouldPass != pageOrigin {
		t.Errorf("%+v", f)
	}
	f = do(t, exchange.Case{}, chain(to(302, hostB, allowOrigin, "*"), ok()), as(Chromium)).Fault
	if f == nil || f.WouldPass != "null" || !strings.Contains(f.Says, "redirect") {
		t.Errorf("after a redirect to a third origin: %+v", f)
	}
}

func TestFaultOfTheLists(t *testing.T) {
	for _, c := range []struct {
		name      string
		c         exchange.Case
		preflight answer
		header    string
		wouldPass string
		says      string
	}{
		{"method absent", exchange.Case{Method: "PUT"}, ok(allowOrigin, "*"), allowMethods, "PUT", "absent"},
		{"method not listed", exchange.Case{Method: "PUT"}, ok(allowOrigin, "*", allowMethods, "GET, POST"), allowMethods, "GET, POST, PUT", "does not list PUT"},
		{"method in another case", exchange.Case{Method: "patch"}, ok(allowOrigin, "*", allowMethods, "PATCH"), allowMethods, "PATCH, patch", "byte by byte"},
		{"star method with credentials", exchange.Case{Method: "PUT", Credentials: include}, ok(allowOrigin, pageOrigin, allowCredentials, "true", allowMethods, "*"), allowMethods, "PUT", "no wildcard"},
		{"headers not listed", exchange.Case{Headers: hdr("X-A", "1", "X-B", "2")}, ok(allowOrigin, "*", allowHeaders, "X-C"), allowHeaders, "X-C, x-a, x-b", "x-a, x-b"},
		{"star header with credentials", exchange.Case{Headers: hdr("X-A", "1"), Credentials: include}, ok(allowOrigin, pageOrigin, allowCredentials, "true", allowHeaders, "*"), allowHeaders, "x-a", "no wildcard"},
		{"bad element", exchange.Case{Headers: hdr("X-A", "1")}, ok(allowOrigin, "*", allowHeaders, "x-a, b c"), allowHeaders, "x-a", "“b c”"},
		{"credentials", exchange.Case{Method: "PUT", Credentials: include}, ok(allowOrigin, pageOrigin, allowCredentials, "True"), allowCredentials, "true", "lower case"},
	} {
		f := do(t, c.c, server(c.preflight, ok()), as(Chromium)).Fault
		if f == nil || f.Header != c.header || f.WouldPass != c.wouldPass || !strings.Contains(f.Says, c.says) {
			t.Errorf("%s: %+v, want %s: %s, saying %q", c.name, f, c.header, c.wouldPass, c.says)
		}
	}
}

// What the fault says would pass must pass.
func TestWhatWouldPassPasses(t *testing.T) {
	for _, c := range []exchange.Case{
		{Method: "PUT"}, {Method: "patch"}, {Method: "PUT", Credentials: include}, {Headers: hdr("X-A", "1", "Authorization", "x"), Credentials: include},
	} {
		pre, req := exchange.Headers{}, exchange.Headers{}
		s := &script{answer: func(p exchange.Purpose, _ exchange.Request) answer {
			if p == exchange.PurposePreflight {
				return answer{status: 200, headers: pre}
			}
			return answer{status: 200, headers: req}
		}}
		for step := 0; ; step++ {
			r := do(t, c, s, as(Chromium))
			if r.Verdict.Allowed {
				break
			}
			if step > 8 || r.Fault == nil {
				t.Fatalf("%+v: after %d repairs %s", c, step, verdict(r))
			}
			if *r.Verdict.BlockedAt == AtPreflight {
				pre = pre.With(r.Fault.Header, r.Fault.WouldPass)
			} else {
				req = req.With(r.Fault.Header, r.Fault.WouldPass)
			}
		}
	}
}
