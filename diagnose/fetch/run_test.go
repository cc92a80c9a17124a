package fetch

import (
	"context"
	"strings"
	"testing"

	"corstui/diagnose/exchange"
)

func TestSimpleRequestNeedsNoPreflight(t *testing.T) {
	body := "x"
	for _, c := range []exchange.Case{
		{}, {Method: "HEAD"}, {Method: "post", Body: &body},
		{Headers: hdr("Accept", "text/html", "Accept-Language", "de", "Content-Type", "text/plain", "Range", "bytes=0-9")},
	} {
		s := server(answer{}, ok(allowOrigin, pageOrigin))
		r := do(t, c, s, as(Chromium))
		if got := verdict(r); got != "allowed" || r.Verdict.PreflightSent || len(s.sent) != 1 || len(r.Triggers) != 0 {
			t.Errorf("%s %q: %s after %s", c.Method, c.Headers, got, wire(s.sent))
		}
	}
}

func TestUnsafeMethodsAreHeldBack(t *testing.T) {
	body := "x"
	for _, c := range []struct {
		name  string
		c     exchange.Case
		s     *script
		want  string
		sends string
	}{
		{"PUT after a good preflight", exchange.Case{Method: "PUT", Body: &body}, server(ok(allowOrigin, "*", allowMethods, "PUT"), ok()), "partial", "OPTIONS"},
		{"PUT after a bad preflight", exchange.Case{Method: "PUT"}, server(ok(), ok()), "preflight PreflightMissingAllowOriginHeader", "OPTIONS"},
		{"simple POST", exchange.Case{Method: "POST", Body: &body}, server(answer{}, ok()), "partial", ""},
		{"same-origin DELETE", exchange.Case{Method: "DELETE", URL: pageOrigin + "/x"}, server(answer{}, ok()), "partial", ""},
		{"custom method", exchange.Case{Method: "purge"}, server(ok(allowOrigin, "*", allowMethods, "*"), ok()), "partial", "OPTIONS"},
		{"GET", exchange.Case{}, server(answer{}, ok(allowOrigin, "*")), "allowed", "GET"},
		{"OPTIONS", exchange.Case{Method: "OPTIONS"}, server(ok(allowOrigin, "*", allowMethods, "OPTIONS"), ok(allowOrigin, "*")), "allowed", "OPTIONS OPTIONS"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := do(t, c.c, c.s, Options{})
			var sent []string
			for _, x := range c.s.sent {
				sent = append(sent, x.Request.Method)
			}
			if got := verdict(r); got != c.want || strings.Join(sent, " ") != c.sends {
				t.Errorf("%s after %q, want %s after %q", got, sent, c.want, c.sends)
			}
			if r.Verdict.Partial {
				if !r.Verdict.Allowed || r.Verdict.BlockedAt != nil || r.Unsent == nil || r.Unsent.Method != c.c.Method && NormalizeMethod(c.c.Method) != r.Unsent.Method {
					t.Errorf("verdict %+v, unsent %+v", r.Verdict, r.Unsent)
				}
				if c.c.Body != nil && r.Unsent.Body != body {
					t.Errorf("unsent body %q", r.Unsent.Body)
				}
			} else if r.Unsent != nil {
				t.Errorf("unsent %+v", r.Unsent)
			}
		})
	}
}

func TestNetworkFailure(t *testing.T) {
	down := answer{failure: &exchange.Failure{Phase: exchange.FailureConnect, Message: "connection refused"}}
	for _, c := range []struct {
		name      string
		c         exchange.Case
		s         *script
		at        BlockedAt
		preflight bool
		decided   string
	}{
		{"preflight", exchange.Case{Method: "PUT"}, server(down, ok()), AtPreflight, true, "e1"},
		{"request", exchange.Case{}, server(answer{}, down), AtRequest, false, "e1"},
		{"request after a preflight", exchange.Case{Headers: hdr("X-A", "1")}, server(ok(allowOrigin, "*", allowHeaders, "*"), down), AtRequest, true, "e2"},
		{"second hop", exchange.Case{}, chain(to(302, hostB, allowOrigin, "*"), down), AtRedirect, false, "e2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, e := range append(Browsers(), Standard) {
				c.s.sent = nil
				r := do(t, c.c, c.s, as(e))
				v := r.Verdict
				if v.Allowed || v.Partial || v.Reason != nil || v.BlockedAt == nil || *v.BlockedAt != c.at || v.PreflightSent != c.preflight || r.DecidedBy != c.decided {
					t.Errorf("%s: %+v, decided by %s", e, v, r.DecidedBy)
				}
				if r.Fault != nil || r.Local != nil {
					t.Errorf("%s: fault %+v, local %+v", e, r.Fault, r.Local)
				}
			}
		})
	}
}

func TestExchangesAreInTheOrderSent(t *testing.T) {
	s := chain(to(302, hostB, allowOrigin, "*"), ok(allowOrigin, "*"))
	r := do(t, exchange.Case{Headers: hdr("X-A", "1")}, s, as(Chromium))
	if len(r.Exchanges) != len(s.sent) {
		t.Fatalf("%d exchanges, %d sent", len(r.Exchanges), len(s.sent))
	}
	for i, x := range r.Exchanges {
		if x.ID != s.sent[i].ID || x.Purpose != s.sent[i].Purpose {
			t.Errorf("exchange %d is %s %s", i, x.ID, x.Purpose)
		}
	}
	if r.DecidedBy != r.Exchanges[len(r.Exchanges)-1].ID {
		t.Errorf("decided by %s", r.DecidedBy)
	}
}

func TestAPreflightAtALaterHopIsAPreflight(t *testing.T) {
	s := byHost(map[string][2]answer{
		hostA: {ok(allowOrigin, "*", allowHeaders, "x-a"), to(307, hostB, allowOrigin, "*")},
		hostB: {status(403), ok()},
	})
	r := do(t, exchange.Case{Headers: hdr("X-A", "1")}, s, as(Chromium))
	if got, want := verdict(r), "preflight PreflightMissingAllowOriginHeader"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if !strings.Contains(r.Verdict.Console.Chromium, "(redirected from '"+apiURL+"')") {
		t.Errorf("console %q", r.Verdict.Console.Chromium)
	}
}

func TestVerdictIsSerialisableWhateverHappens(t *testing.T) {
	for _, c := range []exchange.Case{{}, {URL: "x"}, {Method: "PUT"}} {
		v := do(t, c, server(ok(), ok()), as(Chromium)).Verdict
		if v.Assumes == nil || v.ReadableHeaders == nil || v.HiddenHeaders == nil || v.Engine != "chromium" {
			t.Errorf("%+v", v)
		}
	}
}

// A server that says anything at all must not bring the model down, and what
// the model concludes must hold together.
func FuzzRun(f *testing.F) {
	f.Add(uint8(0), "GET", "X-A", "1", 200, allowOrigin, "*", 302, "Location", "https://b.test/")
	f.Add(uint8(1), "PUT", "Content-Type", "application/json", 204, allowMethods, "PUT", 200, exposeHeaders, "*")
	f.Add(uint8(5), "POST", "Authorization", "x", 200, allowHeaders, "*", 407, "Set-Cookie", "a=b; SameSite=None; Secure")
	f.Add(uint8(9), "patch", "accept", "\xe9", 301, "Location", "", 303, "location", "//u:p@x")
	f.Fuzz(func(t *testing.T, mode uint8, method, reqName, reqValue string, ps int, pn, pv string, rs int, rn, rv string) {
		body := "x"
		c := exchange.Case{
			URL: apiURL, Origin: []string{pageOrigin, "null", "http://localhost:3000", "https://api.example.net"}[mode&3], Method: method, Headers: hdr(reqName, reqValue, reqName, reqValue),
			Credentials: []exchange.CredentialsMode{same, include, omit, include}[mode>>2&3],
			Mode:        []exchange.Mode{exchange.ModeCORS, exchange.ModeCORS, exchange.ModeNoCORS, exchange.ModeSameOrigin}[mode>>4&3],
			Session:     session(exchange.Cookie{Name: "sid", Value: "secret-value"}),
		}
		if mode>>6&1 == 1 {
			c.Body = &body
		}
		for _, e := range append(Browsers(), Standard) {
			n := 0
			s := &script{answer: func(p exchange.Purpose, r exchange.Request) answer {
				if n++; n > 60 {
					t.Fatalf("more than 60 requests")
				}
				if r.Method == "OPTIONS" && r.Headers.Has("Cookie") {
					t.Fatalf("a cookie with OPTIONS")
				}
				if p == exchange.PurposePreflight {
					return status(ps, pn, pv, allowOrigin, r.Headers.Value("Origin"))
				}
				return status(rs, rn, rv, allowOrigin, "*")
			}}
			r := RunEngines(context.Background(), c, s, as(e))
			v := r.Verdict
			if v.Allowed == (v.BlockedAt != nil) && r.Local == nil {
				t.Fatalf("allowed %t, blocked at %v", v.Allowed, v.BlockedAt)
			}
			if v.Reason != nil && v.BlockedAt == nil && r.Local == nil {
				t.Fatalf("reason %s, but blocked nowhere", *v.Reason)
			}
			if r.Local != nil && len(r.Exchanges) > 0 {
				t.Fatalf("the browser refused %+v, but %d requests were sent", r.Local, len(r.Exchanges))
			}
			if f := r.Fault; f != nil && (f.Says == "" || f.Header == "" || f.Sent != nil && (f.At < 0 || f.At > len(*f.Sent))) {
				t.Fatalf("fault %+v", f)
			}
			var own []exchange.Exchange
			for _, x := range r.Exchanges {
				if x.Engine == "" {
					own = append(own, x)
				}
			}
			if again := Decide(c, own, Options{Engine: e}); again.Verdict.Allowed != v.Allowed && !again.Verdict.Partial {
				t.Fatalf("live %s, stored %s", verdict(r), verdict(again))
			}
		}
	})
}
