package chrome_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"corstui/diagnose/browser"
	"corstui/diagnose/chrome"
	"corstui/diagnose/difftest"
	"corstui/diagnose/exchange"
	"corstui/diagnose/probe"
)

// browserPath returns the installed browser. Without one the test fails in CI
// and is skipped by name elsewhere.
func browserPath(t testing.TB) string {
	t.Helper()
	return difftest.Installed(t, chrome.Find)
}

func TestRunReportsWhatTheBrowserConcludes(t *testing.T) {
	path := browserPath(t)
	s, page, api := difftest.Scripted(t)
	tests := []struct {
		name      string
		c         exchange.Case
		allowed   bool
		reason    string
		preflight bool
		status    int
		readable  []string
		console   string
	}{
		{"an allowed request", exchange.Case{URL: api + "/ok/", Origin: page}, true, "", false, 200, []string{"content-length", "etag"}, ""},
		{"a preflight without headers", exchange.Case{URL: api + "/put/", Origin: page, Method: "PUT"}, false, "PreflightMissingAllowOriginHeader", true, 0, []string{},
			"has been blocked by CORS policy: Response to preflight request"},
		{"an answer without headers", exchange.Case{URL: api + "/silent/", Origin: page}, false, "MissingAllowOriginHeader", false, 401, []string{}, "No 'Access-Control-Allow-Origin' header"},
		{"an opaque page", exchange.Case{URL: api + "/ok/", Origin: "null"}, false, "AllowOriginMismatch", false, 200, []string{}, "from origin 'null'"},
		{"a session that travels", exchange.Case{URL: api + "/session/", Origin: page, Credentials: exchange.CredentialsInclude,
			Session: exchange.Session{AccessToken: "token"}}, true, "", false, 200, []string{"content-length"}, ""},
		{"a session that stays at home", exchange.Case{URL: api + "/session/", Origin: page, Session: exchange.Session{AccessToken: "token"}},
			false, "MissingAllowOriginHeader", false, 401, []string{}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			v, err := chrome.Run(ctx, tt.c, chrome.Options{Path: path, AllowUnsafe: true, Network: s.OwnCA()})
			if err != nil {
				t.Fatal(err)
			}
			reason := ""
			if v.Reason != nil {
				reason = *v.Reason
			}
			if v.Allowed != tt.allowed || reason != tt.reason || v.PreflightSent != tt.preflight || v.Status != tt.status || !slices.Equal(v.Readable, tt.readable) {
				t.Errorf("got %+v (reason %q)", *v, reason)
			}
			if !strings.Contains(strings.Join(v.Console, "\n"), tt.console) {
				t.Errorf("console %q lacks %q", v.Console, tt.console)
			}
			if !strings.Contains(v.Product, "/") {
				t.Errorf("product %q names no version", v.Product)
			}
		})
	}
	if asked := s.Asked(""); len(asked) > 0 {
		t.Errorf("the real frontend was asked: %q", asked)
	}
}

func TestRunSaysThatItWasChallenged(t *testing.T) {
	path := browserPath(t)
	s, page, api := difftest.Scripted(t)
	s.Set(difftest.HostA+"/challenge/", difftest.Answer{Request: difftest.Reply("403 Forbidden", "cf-mitigated: challenge")})
	v, err := chrome.Run(t.Context(), exchange.Case{URL: api + "/challenge/", Origin: page}, chrome.Options{Path: path, Network: s.OwnCA()})
	if err != nil {
		t.Fatal(err)
	}
	if v.Allowed || !strings.Contains(v.Note, "challenged") {
		t.Errorf("got %+v", v)
	}
}

func TestFetchRefusesAnOriginThatNoPageHas(t *testing.T) {
	path := browserPath(t)
	s, _, api := difftest.Scripted(t)
	b, err := chrome.Open(t.Context(), chrome.Options{Path: path, Network: s.OwnCA()})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	for origin, want := range map[string]string{
		"HTTPS://APP.TEST:443":      "https://app.test",
		"https://B\u00fccher.test":  "https://xn--bcher-kva.test",
		"https://app.example.com/":  "null",
		"chrome-extension://abcdef": "null",
	} {
		_, err := b.Fetch(t.Context(), exchange.Case{URL: api + "/ok/", Origin: origin})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", origin, err)
		}
	}
}

func TestRunLeavesNothingBehind(t *testing.T) {
	path := browserPath(t)
	s, page, api := difftest.Scripted(t)
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	left := func() []string {
		m, err := filepath.Glob(filepath.Join(tmp, "corstui-browser-*"))
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	if _, err := chrome.Run(t.Context(), exchange.Case{URL: api + "/ok/", Origin: page}, chrome.Options{Path: path, Network: s.OwnCA()}); err != nil {
		t.Fatal(err)
	}
	if l := left(); len(l) > 0 {
		t.Errorf("after a run: %q", l)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(300*time.Millisecond, cancel)
	if _, err := chrome.Run(ctx, exchange.Case{URL: api + "/ok/", Origin: page}, chrome.Options{Path: path, Network: s.OwnCA()}); err == nil {
		t.Log("the run was faster than its cancellation")
	}
	if l := left(); len(l) > 0 {
		t.Errorf("after a cancelled run: %q", l)
	}
}

func TestRunRefusesAnUnsafeMethod(t *testing.T) {
	for _, m := range []string{"PUT", "post", "DELETE", "patch", "QUERY"} {
		_, err := chrome.Run(t.Context(), exchange.Case{URL: "https://api.test/", Origin: "https://app.test", Method: m}, chrome.Options{Path: "/nonexistent"})
		var unsafe *browser.UnsafeMethodError
		if !errors.As(err, &unsafe) || unsafe.Method != m {
			t.Errorf("%s: %v", m, err)
		}
	}
}

func TestRunSaysWhatIsWrong(t *testing.T) {
	_, err := chrome.Run(t.Context(), exchange.Case{URL: "https://api.test/", Origin: "https://app.test"}, chrome.Options{Path: "/nonexistent/chrome"})
	if err == nil || !strings.Contains(err.Error(), "/nonexistent/chrome") {
		t.Errorf("a missing browser: %v", err)
	}
	_, err = chrome.Run(t.Context(), exchange.Case{URL: "https://api.test/", Origin: "https://app.test"},
		chrome.Options{Path: "/nonexistent/chrome", Network: probe.Network{Resolve: []string{"api.test:443"}}})
	if err == nil || !strings.Contains(err.Error(), "HOST:PORT:ADDR") {
		t.Errorf("a bad --resolve: %v", err)
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	path := browserPath(t)
	s, page, api := difftest.Scripted(t)
	s.Set(difftest.HostA+"/hang/", difftest.Answer{Request: difftest.Silence})
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
	defer cancel()
	_, err := chrome.Run(ctx, exchange.Case{URL: api + "/hang/", Origin: page}, chrome.Options{Path: path, Network: s.OwnCA()})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}
