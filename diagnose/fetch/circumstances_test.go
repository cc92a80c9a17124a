package fetch

import (
	"strings"
	"testing"

	"corstui/diagnose/exchange"
)

var allEngines = []Engine{Chromium, Firefox, WebKit, Standard}

// outcome is what the tests below compare, in one line.
func outcome(v Verdict) string {
	words := []string{"blocked"}
	if v.Allowed {
		words[0] = "allowed"
	}
	if v.PreflightSent {
		words = append(words, "preflight")
	}
	if v.Reason != nil {
		words = append(words, *v.Reason)
	}
	if v.Event != "" {
		words = append(words, v.Event)
	}
	return strings.Join(words, " ")
}

// expectOutcomes runs a case as each engine.
func expectOutcomes(t *testing.T, c exchange.Case, s func() *script, want map[Engine]string) {
	t.Helper()
	for _, e := range allEngines {
		if got := outcome(do(t, c, s(), as(e)).Verdict); got != want[e] {
			t.Errorf("%s: got %q, want %q", e, got, want[e])
		}
	}
}

func TestStreamedBody(t *testing.T) {
	text := "x"
	c := exchange.Case{URL: apiURL, Origin: pageOrigin, Method: "POST", Body: &text, BodyStream: true}
	good := func() *script {
		return server(status(204, "Access-Control-Allow-Origin", pageOrigin), ok("Access-Control-Allow-Origin", pageOrigin))
	}
	expectOutcomes(t, c, good, map[Engine]string{Chromium: "blocked preflight", Standard: "blocked preflight", Firefox: "allowed", WebKit: "blocked"})

	s := good()
	do(t, c, s, as(Firefox))
	if last := s.sent[len(s.sent)-1].Request; last.Body != stringifiedStream || last.Headers.Value("content-type") != defaultContentType {
		t.Errorf("Firefox sends %q as %q", last.Body, last.Headers.Value("content-type"))
	}
	r := do(t, c, good(), as(WebKit))
	if r.Local == nil || len(r.Exchanges) > 0 {
		t.Errorf("WebKit: %+v after %d requests", r.Local, len(r.Exchanges))
	}

	// Over HTTP/2 it goes out, without a Content-Type, and a redirect ends it
	// unless that drops the body.
	over2 := func(request answer) *script {
		s := server(status(204, "Access-Control-Allow-Origin", pageOrigin), request)
		s.proto = "HTTP/2.0"
		return s
	}
	s = over2(ok("Access-Control-Allow-Origin", pageOrigin))
	if r := do(t, c, s, as(Chromium)); outcome(r.Verdict) != "allowed preflight" || r.Triggers[0].Kind != "stream" {
		t.Errorf("over HTTP/2: %s, %+v", outcome(r.Verdict), r.Triggers)
	}
	if last := s.sent[len(s.sent)-1].Request; last.Body != "x" || last.Headers.Has("content-type") {
		t.Errorf("over HTTP/2 went %+v", last)
	}
	if r := do(t, c, over2(status(307, "Access-Control-Allow-Origin", pageOrigin, "Location", "/2")), as(Chromium)); r.Verdict.Allowed || r.Verdict.Reason != nil {
		t.Errorf("a redirect that keeps the body: %s", outcome(r.Verdict))
	}
	s = over2(status(303, "Access-Control-Allow-Origin", pageOrigin, "Location", "/2"))
	do(t, c, s, as(Chromium))
	if len(s.sent) < 4 || s.sent[2].Purpose != exchange.PurposePreflight || s.sent[3].Request.Method != "GET" || s.sent[3].Request.HasBody {
		t.Errorf("behind a 303 went %d requests; want a preflight and a GET without a body", len(s.sent))
	}
	c.Mode = exchange.ModeNoCORS
	if r := do(t, c, good(), as(Chromium)); r.Local == nil || r.Local.Kind != "type-error" {
		t.Errorf("no-cors: %+v", r.Local)
	}
}

func TestServiceWorkerThatLetsPass(t *testing.T) {
	refuses := func() *script { return server(status(403), ok("Access-Control-Allow-Origin", pageOrigin)) }
	c := exchange.Case{Method: "PUT", ServiceWorker: true}
	refused := "blocked preflight PreflightMissingAllowOriginHeader"
	expectOutcomes(t, c, refuses, map[Engine]string{Chromium: refused, Standard: refused, Firefox: "blocked preflight CORSMissingAllowOrigin", WebKit: "allowed"})

	c.ServiceWorker = false
	if r := do(t, c, refuses(), as(WebKit)); r.Verdict.Allowed {
		t.Error("without a service worker WebKit skips the preflight too")
	}
	// The request's own answer is checked all the same.
	c.ServiceWorker = true
	if r := do(t, c, server(status(403), ok()), as(WebKit)); r.Verdict.Allowed || r.Verdict.PreflightSent {
		t.Errorf("WebKit without allow-origin: %s", outcome(r.Verdict))
	}
}

func TestPreload(t *testing.T) {
	c := exchange.Case{Initiator: exchange.InitiatorLink, Method: "PUT", Headers: hdr("x-a", "1")}
	answers := func(a answer) func() *script { return func() *script { return server(ok(), a) } }
	missing := "blocked MissingAllowOriginHeader error"
	expectOutcomes(t, c, answers(ok()), map[Engine]string{Chromium: missing, Standard: missing, Firefox: "blocked CORSMissingAllowOrigin load", WebKit: "blocked OriginNotAllowed error"})
	expectOutcomes(t, c, answers(ok("Access-Control-Allow-Origin", "*")), map[Engine]string{Chromium: "allowed load", Standard: "allowed load", Firefox: "allowed load", WebKit: "allowed load"})
	expectOutcomes(t, c, answers(status(404, "Access-Control-Allow-Origin", "*")), map[Engine]string{Chromium: "allowed load", Standard: "allowed load", Firefox: "allowed error", WebKit: "allowed load"})

	if s := do(t, c, answers(ok())(), as(Chromium)).Verdict.Console.Chromium; !strings.HasPrefix(s, "Access to link element resource at ") {
		t.Errorf("Chromium prints %q", s)
	}
	c.URL = pageOrigin + "/x"
	for e, want := range map[Engine]bool{Chromium: true, WebKit: true, Firefox: false, Standard: false} {
		s := answers(ok())()
		do(t, c, s, as(e))
		if got := s.sent[0].Request.Headers.Has("origin"); got != want {
			t.Errorf("%s sends Origin to the page's own: %t", e, got)
		}
	}
	all := RunEngines(t.Context(), exchange.Case{URL: apiURL, Origin: pageOrigin, Initiator: exchange.InitiatorLink}, answers(ok())(), Options{})
	if got := all.Verdict.Engines["firefox"].Event; got != "load" {
		t.Errorf("among all, Firefox fires %q", got)
	}
}

func TestLocalNetworkAccess(t *testing.T) {
	good := func() *script { return server(ok(), ok("Access-Control-Allow-Origin", "*")) }
	tests := []struct {
		name   string
		origin string
		l      *exchange.LocalNetwork
		want   [4]string // of Chromium, Firefox, WebKit and the standard
	}{
		{"not said", pageOrigin, nil, [4]string{"allowed", "allowed", "allowed", "allowed"}},
		{"granted", pageOrigin, &exchange.LocalNetwork{Page: "public", Target: "local", Permission: "granted"}, [4]string{"allowed", "allowed", "allowed", "allowed"}},
		{"denied", pageOrigin, &exchange.LocalNetwork{Page: "public", Target: "loopback", Permission: "denied"}, [4]string{"blocked LocalNetworkAccessPermissionDenied", "blocked", "allowed", "allowed"}},
		{"nobody answered the prompt", pageOrigin, &exchange.LocalNetwork{Page: "local", Target: "loopback", Permission: "prompt"}, [4]string{"blocked LocalNetworkAccessPermissionDenied", "blocked", "allowed", "allowed"}},
		{"of the same space", pageOrigin, &exchange.LocalNetwork{Page: "local", Target: "local", Permission: "denied"}, [4]string{"allowed", "allowed", "allowed", "allowed"}},
		{"of a more public space", pageOrigin, &exchange.LocalNetwork{Page: "loopback", Target: "public", Permission: "denied"}, [4]string{"allowed", "allowed", "allowed", "allowed"}},
		{"a page on http", "http://app.example.com", &exchange.LocalNetwork{Page: "public", Target: "local", Permission: "denied"}, [4]string{"blocked InsecureLocalNetwork", "blocked", "allowed", "allowed"}},
		{"a page on http, granted", "http://app.example.com", &exchange.LocalNetwork{Page: "public", Target: "local", Permission: "granted"}, [4]string{"blocked InsecureLocalNetwork", "allowed", "allowed", "allowed"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := map[Engine]string{}
			for i, e := range allEngines {
				want[e] = tt.want[i]
			}
			expectOutcomes(t, exchange.Case{Origin: tt.origin, LocalNetwork: tt.l}, good, want)
		})
	}
	r := do(t, exchange.Case{LocalNetwork: &exchange.LocalNetwork{Page: "public", Target: "loopback", Permission: "denied"}}, good(), as(Chromium))
	if want := "Access to fetch at '" + apiURL + "' from origin '" + pageOrigin + "' has been blocked by CORS policy: Permission was denied for this request to access the `loopback` address space."; r.Verdict.Console.Chromium != want {
		t.Errorf("Chromium prints %q", r.Verdict.Console.Chromium)
	}
	if r.Local == nil || r.Local.Kind != "local-network" || r.Verdict.BlockedAt != nil || len(r.Exchanges) > 0 {
		t.Errorf("%+v at %v after %d requests", r.Local, r.Verdict.BlockedAt, len(r.Exchanges))
	}
}
