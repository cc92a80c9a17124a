package fetch

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"corstui/diagnose/exchange"
)

func TestEngineByName(t *testing.T) {
	for name, want := range map[string]Engine{"": Chromium, "chromium": Chromium, "Firefox": Firefox, "webkit": WebKit, "standard": Standard} {
		if got, err := EngineByName(name); err != nil || got != want {
			t.Errorf("EngineByName(%q) = %s, %v", name, got, err)
		}
	}
	if _, err := EngineByName("safari"); err == nil || !strings.Contains(err.Error(), `"safari"`) || !strings.Contains(err.Error(), "webkit") {
		t.Errorf("EngineByName(safari): %v", err)
	}
	if (Engine{}) != Chromium {
		t.Error("the zero engine is not Chromium")
	}
}

func TestDeviationsAreWellFormed(t *testing.T) {
	tests := testNames(t)
	seen := map[string]bool{}
	for _, d := range Deviations() {
		if !tests[d.Test] {
			t.Errorf("row %s names the test %q, which is not there", d.ID, d.Test)
		}
		if d.ID == "" || seen[d.ID] || strings.ToLower(d.ID) != d.ID || strings.Contains(d.ID, " ") {
			t.Errorf("row %q: its ID is empty, repeated or not kebab-case", d.ID)
		}
		seen[d.ID] = true
		if d.Topic == "" || d.Changes == "" || d.Source == "" || d.Since == "" || len(d.Engines) == 0 {
			t.Errorf("row %s is not complete: %+v", d.ID, d)
		}
	}
	if Standard != (Engine{idStandard}) || engineDeviations[idStandard] != (devSet{}) {
		t.Error("the standard deviates from itself")
	}
}

// testNames returns the names of the tests of this package.
func testNames(t *testing.T) map[string]bool {
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, f := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), f, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				names[fn.Name.Name] = true
			}
		}
	}
	return names
}

func runEngines(t *testing.T, c exchange.Case, s *script) Result {
	t.Helper()
	if c.URL == "" {
		c.URL = apiURL
	}
	if c.Origin == "" {
		c.Origin = pageOrigin
	}
	return RunEngines(context.Background(), c, s, Options{})
}

func TestEnginesThatAgreeShareEveryRequest(t *testing.T) {
	for _, c := range []struct {
		name  string
		c     exchange.Case
		s     *script
		sends int
	}{
		{"allowed GET", exchange.Case{}, server(answer{}, ok(allowOrigin, "*")), 1},
		{"blocked GET", exchange.Case{}, server(answer{}, ok()), 1},
		{"preflighted GET", exchange.Case{Headers: hdr("X-A", "1")}, server(ok(allowOrigin, "*", allowHeaders, "x-a"), ok(allowOrigin, "*")), 2},
		{"refused preflight", exchange.Case{Headers: hdr("X-A", "1")}, server(status(403), ok()), 1},
		{"redirected GET", exchange.Case{}, chain(to(302, hostB, allowOrigin, "*"), ok(allowOrigin, "*")), 2},
		{"network failure", exchange.Case{}, server(answer{}, answer{failure: &exchange.Failure{Phase: exchange.FailureDNS, Message: "no such host"}}), 1},
		{"redirect loop", exchange.Case{}, server(answer{}, status(302, allowOrigin, "*", "Location", "/v1")), 21},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := runEngines(t, c.c, c.s)
			if len(c.s.sent) != c.sends {
				t.Errorf("sent %d requests, want %d: %s", len(c.s.sent), c.sends, wire(c.s.sent))
			}
			if len(r.Verdict.Engines) != 3 {
				t.Fatalf("engines %v", r.Verdict.Engines)
			}
			for name, v := range r.Verdict.Engines {
				if v.Allowed != r.Verdict.Allowed {
					t.Errorf("%s: allowed %t", name, v.Allowed)
				}
				if v.ReadableHeaders == nil {
					t.Errorf("%s: readable headers are null", name)
				}
			}
		})
	}
}

func TestEachEngineHasItsOwnReason(t *testing.T) {
	r := runEngines(t, exchange.Case{Method: "PUT"}, server(status(403), ok()))
	for name, want := range map[string]string{"chromium": "PreflightMissingAllowOriginHeader", "firefox": "CORSMissingAllowOrigin", "webkit": "PreflightNotSuccessful"} {
		v := r.Verdict.Engines[name]
		if v.Reason == nil || *v.Reason != want {
			t.Errorf("%s: reason %v, want %s", name, v.Reason, want)
		}
		if v.BlockedAt == nil || *v.BlockedAt != AtPreflight || !v.PreflightSent || v.Console == "" {
			t.Errorf("%s: %+v", name, v)
		}
	}
	if r.Verdict.Engines["firefox"].Console != r.Verdict.Console.Firefox || r.Verdict.Engines["webkit"].Console != r.Verdict.Console.WebKit {
		t.Errorf("consoles differ: %+v, %+v", r.Verdict.Engines, r.Verdict.Console)
	}
}

func TestWhatOneEngineAloneSendsIsMarked(t *testing.T) {
	s := &script{answer: func(p exchange.Purpose, r exchange.Request) answer {
		u, _ := ParseURL(r.URL, nil)
		switch {
		case p == exchange.PurposePreflight && u.Host == hostB: // answers for the page's origin alone
			return ok(allowOrigin, pageOrigin, allowHeaders, "x-a")
		case p == exchange.PurposePreflight:
			return ok(allowOrigin, pageOrigin, allowHeaders, "x-a")
		case u.Host == hostB:
			return ok(allowOrigin, "*")
		}
		return to(302, hostB, allowOrigin, pageOrigin)
	}}
	r := runEngines(t, exchange.Case{Headers: hdr("X-A", "1")}, s)
	for name, want := range map[string]bool{"chromium": false, "firefox": true, "webkit": false} {
		if got := r.Verdict.Engines[name].Allowed; got != want {
			t.Errorf("%s: allowed %t, want %t", name, got, want)
		}
	}
	var extra []string
	for _, x := range r.Exchanges {
		if x.Engine != "" {
			extra = append(extra, x.Engine+" "+x.Request.Method+" "+x.Request.Headers.Value("Origin"))
		}
	}
	if got, want := strings.Join(extra, "; "), "firefox OPTIONS "+pageOrigin+"; firefox GET null"; got != want {
		t.Errorf("sent besides: %q, want %q", got, want)
	}
}

func TestOtherEnginesSendNothingUnsafe(t *testing.T) {
	body := "x"
	sends := 0
	s := chain(to(302, hostA, allowOrigin, "*"), ok(allowOrigin, "*"))
	inner := s.answer
	s.answer = func(p exchange.Purpose, r exchange.Request) answer {
		if r.Method == "POST" {
			sends++
		}
		return inner(p, r)
	}
	r := RunEngines(context.Background(), exchange.Case{URL: apiURL, Origin: pageOrigin, Method: "POST", Body: &body, Headers: hdr("Content-Type", "application/json")}, s, Options{AllowUnsafe: true})
	if sends != 1 {
		t.Errorf("POST sent %d times: %s", sends, wire(s.sent))
	}
	for name, v := range r.Verdict.Engines {
		if !v.Allowed {
			t.Errorf("%s: %+v", name, v)
		}
	}
	// A User-Agent of the script makes the POST itself differ: it is not sent again.
	sends = 0
	s.sent = nil
	RunEngines(context.Background(), exchange.Case{URL: apiURL, Origin: pageOrigin, Method: "POST", Headers: hdr("User-Agent", "mine")}, s, Options{AllowUnsafe: true})
	if sends != 1 {
		t.Errorf("POST sent %d times for three engines: %s", sends, wire(s.sent))
	}
}

// Firefox alone follows an empty Location, to where it already is.
func TestAnEngineThatGoesRoundSendsLittle(t *testing.T) {
	round := status(302, allowOrigin, "*", "Location", "", allowHeaders, "x-a")
	n := 0
	for _, tt := range []struct {
		name    string
		c       exchange.Case
		s       *script
		extra   int  // at most
		firefox bool // is concluded for
		allowed bool
	}{
		{"the same answer again and again", exchange.Case{}, server(answer{}, round), 1, true, false},
		{"with a preflight each time", exchange.Case{Headers: hdr("X-A", "1")}, server(ok(allowOrigin, "*", allowHeaders, "x-a"), round), 2, true, false},
		{"another answer each time", exchange.Case{}, &script{answer: func(exchange.Purpose, exchange.Request) answer {
			n++
			return status(302, allowOrigin, "*", "Location", strings.Repeat(" ", n))
		}}, maxExtra, false, false},
		{"an answer in the end", exchange.Case{}, func() *script {
			s := &script{}
			s.answer = func(exchange.Purpose, exchange.Request) answer {
				if len(s.sent) == 1 {
					return ok(allowOrigin, "*")
				}
				return round
			}
			return s
		}(), 1, true, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := runEngines(t, tt.c, tt.s)
			extra := 0
			for _, x := range r.Exchanges {
				if x.Engine != "" {
					extra++
				}
			}
			if extra == 0 || extra > tt.extra {
				t.Errorf("%d requests for other engines, want at most %d: %s", extra, tt.extra, wire(tt.s.sent))
			}
			v, concluded := r.Verdict.Engines["firefox"]
			if concluded != tt.firefox || v.Allowed != tt.allowed {
				t.Errorf("firefox: concluded %t, allowed %t", concluded, v.Allowed)
			}
			if concluded && !v.Allowed && v.Reason == nil && v.Console == "" {
				t.Errorf("firefox: %+v", v)
			}
		})
	}
}

func TestDecideEnginesSendsNothing(t *testing.T) {
	s := server(status(403), ok())
	c := exchange.Case{URL: apiURL, Origin: pageOrigin, Method: "PUT"}
	live := RunEngines(context.Background(), c, s, Options{})
	again := DecideEngines(c, live.Exchanges, Options{})
	if a, b := fmt.Sprint(enginesText(live)), fmt.Sprint(enginesText(again)); a != b {
		t.Errorf("stored: %s\nlive: %s", b, a)
	}
}

func enginesText(r Result) []string {
	var out []string
	for _, e := range Browsers() {
		v := r.Verdict.Engines[e.Name()]
		reason := ""
		if v.Reason != nil {
			reason = *v.Reason
		}
		out = append(out, e.Name(), fmt.Sprint(v.Allowed), reason, v.Console)
	}
	return out
}
