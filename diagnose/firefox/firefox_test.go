package firefox_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"corstui/diagnose/browser"
	"corstui/diagnose/difftest"
	"corstui/diagnose/exchange"
	"corstui/diagnose/firefox"
	"corstui/diagnose/probe"
)

func TestFetchReportsWhatFirefoxConcludes(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	b := open(ctx, t)
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
		{"a preflight without headers", exchange.Case{URL: api + "/put/", Origin: page, Method: "PUT"}, false, "CORSMissingAllowOrigin", true, 0, []string{}, "Status code: 403"},
		{"an answer without headers", exchange.Case{URL: api + "/silent/", Origin: page}, false, "CORSMissingAllowOrigin", false, 401, []string{}, "Status code: 401"},
		{"an opaque page", exchange.Case{URL: api + "/ok/", Origin: "null"}, false, "CORSAllowOriginNotMatchingOrigin", false, 200, []string{}, "does not match"},
		{"a session in the jar of its own site", exchange.Case{URL: api + "/session/", Origin: page, Credentials: exchange.CredentialsInclude,
			Session: exchange.Session{AccessToken: "token"}}, false, "CORSMissingAllowOrigin", false, 401, []string{}, ""},
		{"a session in the page's partition", exchange.Case{URL: api + "/session/", Origin: page, Credentials: exchange.CredentialsInclude,
			Session: exchange.Session{Cookies: []exchange.Cookie{{Name: "CF_Authorization", Value: "token", Secure: true, SameSite: "None", Partition: "https://aa.test"}}}},
			true, "", false, 200, []string{"content-length"}, ""},
		{"a session that stays at home", exchange.Case{URL: api + "/session/", Origin: page, Session: exchange.Session{AccessToken: "token"}},
			false, "CORSMissingAllowOrigin", false, 401, []string{}, ""},
		{"a name that does not exist", exchange.Case{URL: "https://nowhere.nx.test/", Origin: page}, false, "", false, 0, []string{}, "did not succeed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v, err := b.Fetch(ctx, tt.c)
			if err != nil {
				t.Fatal(err)
			}
			reason := ""
			if v.Reason != nil {
				reason = *v.Reason
			}
			if v.Allowed != tt.allowed || reason != tt.reason || v.PreflightSent != tt.preflight || v.Status != tt.status || !slices.Equal(v.Readable, tt.readable) {
				t.Errorf("got %+v (reason %q)", v.BrowserVerdict, reason)
			}
			if !strings.Contains(strings.Join(v.Console, "\n"), tt.console) {
				t.Errorf("console %q lacks %q", v.Console, tt.console)
			}
			if !strings.HasPrefix(v.Product, "Firefox/") {
				t.Errorf("product %q", v.Product)
			}
		})
	}
	if asked := s.Asked(""); len(asked) > 0 {
		t.Errorf("the real frontend was asked: %q", asked)
	}
}

// TestFirefoxAsksNobodyElse sends every connection to one listener and looks at
// whom each was meant for.
func TestFirefoxAsksNobodyElse(t *testing.T) {
	path := browserPath(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cert, _ := difftest.SelfSigned(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var mu sync.Mutex
	var meant []string
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				name := "somebody, without TLS"
				s := tls.Server(c, &tls.Config{GetConfigForClient: func(h *tls.ClientHelloInfo) (*tls.Config, error) {
					name = h.ServerName
					return &tls.Config{Certificates: []tls.Certificate{cert}}, nil
				}})
				_ = s.HandshakeContext(ctx)
				mu.Lock()
				meant = append(meant, name)
				mu.Unlock()
				_, _ = io.WriteString(s, difftest.Reply("200 OK", "Access-Control-Allow-Origin: *"))
				_ = s.CloseWrite()
				_, _ = io.Copy(io.Discard, io.LimitReader(s, 1<<16))
			}()
		}
	}()
	b, err := firefox.Open(ctx, browser.Options{Path: path, Network: probe.Network{Insecure: true, ConnectTo: []string{"::" + l.Addr().String()}}})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	o, err := b.Fetch(ctx, exchange.Case{URL: "https://" + difftest.HostA + "/", Origin: "https://" + difftest.HostO})
	if err != nil || !o.Allowed {
		t.Fatalf("%+v, %v", o, err)
	}
	b.Close()
	mu.Lock()
	defer mu.Unlock()
	for _, name := range meant {
		if name != difftest.HostA {
			t.Errorf("the browser asked %s", name)
		}
	}
}

// TestRunLeavesNothingBehind looks for profiles and processes after a run, and
// after one that was stopped in the middle.
func TestRunLeavesNothingBehind(t *testing.T) {
	path := browserPath(t)
	s, page, api := difftest.Scripted(t)
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	check := func(when string) {
		t.Helper()
		m, err := filepath.Glob(filepath.Join(tmp, "corstui-browser-*"))
		if err != nil {
			t.Fatal(err)
		}
		if len(m) > 0 {
			t.Errorf("%s: %q", when, m)
		}
		if pgrep, err := exec.LookPath("pgrep"); err == nil {
			if out, err := exec.Command(pgrep, "-f", "--", "--profile "+tmp).Output(); err == nil {
				t.Errorf("%s: processes %q", when, out)
			}
		}
	}
	v, err := firefox.Run(t.Context(), exchange.Case{URL: api + "/ok/", Origin: page}, browser.Options{Path: path, Network: s.OwnCA()})
	if err != nil || !v.Allowed || v.Product == "" {
		t.Fatalf("over its own certificate authority: %+v, %v", v, err)
	}
	check("after a run")
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(700*time.Millisecond, cancel)
	if _, err := firefox.Run(ctx, exchange.Case{URL: api + "/ok/", Origin: page}, browser.Options{Path: path, Network: s.OwnCA()}); err == nil {
		t.Log("the run was faster than its cancellation")
	}
	check("after a cancelled run")
	s.Set(difftest.HostA+"/hang/", difftest.Answer{Request: difftest.Silence})
	ctx, cancel = context.WithTimeout(t.Context(), 6*time.Second)
	defer cancel()
	_, err = firefox.Run(ctx, exchange.Case{URL: api + "/hang/", Origin: page}, browser.Options{Path: path, Network: s.OwnCA()})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a server that never answers: %v", err)
	}
	check("after a server that never answers")
}

func TestRunSaysWhatIsWrong(t *testing.T) {
	c := exchange.Case{URL: "https://api.test/", Origin: "https://app.test"}
	script := filepath.Join(t.TempDir(), "nofirefox")
	if err := os.WriteFile(script, []byte("#!/bin/sh\nexit 0\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		c    exchange.Case
		o    browser.Options
		want string
	}{
		{"a missing browser", c, browser.Options{Path: "/nonexistent/firefox"}, "/nonexistent/firefox"},
		{"a program that is no Firefox", c, browser.Options{Path: script}, "is it a Firefox?"},
		{"a bad --resolve", c, browser.Options{Path: "/nonexistent/firefox", Network: probe.Network{Resolve: []string{"api.test:443"}}}, "HOST:PORT:ADDR"},
		{"an unsafe method", exchange.Case{URL: c.URL, Origin: c.Origin, Method: "patch"}, browser.Options{Path: "/nonexistent/firefox"}, "--allow-unsafe-methods"},
	} {
		_, err := firefox.Run(t.Context(), tt.c, tt.o)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// TestLoginWaitsForAccess logs in without a window: the target sets the cookie
// of Access on the navigation, as the real one does after the login, and the
// page's fetch then travels with it.
func TestLoginWaitsForAccess(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	s, page, api := difftest.Scripted(t)
	s.Set(difftest.HostS+"/login/", difftest.Answer{
		Request:    difftest.Reply("200 OK", "Content-Type: text/html", "Set-Cookie: CF_Authorization=token; Path=/; Secure; HttpOnly; SameSite=None"),
		WithCookie: difftest.Reply("200 OK", "Access-Control-Allow-Origin: "+page, "Access-Control-Allow-Credentials: true"),
	})
	sibling := strings.Replace(api, difftest.HostA, difftest.HostS, 1)
	c := exchange.Case{URL: sibling + "/login/", Origin: page, Credentials: exchange.CredentialsInclude}
	b := open(ctx, t)
	if err := b.Login(ctx, c.URL, nil); err != nil {
		t.Fatal(err)
	}
	o, err := b.Fetch(ctx, c)
	if err != nil || !o.Allowed {
		t.Errorf("after the login: %+v, %v", o, err)
	}
	short, stop := context.WithTimeout(ctx, time.Second)
	defer stop()
	if err := b.Login(short, api+"/silent/", nil); err == nil || !strings.Contains(err.Error(), "nobody logged in") {
		t.Errorf("a login that never comes: %v", err)
	}
}

func TestAnOriginInAnotherSpellingIsRefused(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	b := open(ctx, t)
	for _, origin := range []string{"https://APP.aa.test", "https://app.aa.test:443", "app.aa.test", "https://app.aa.test/x", "ftp://app.aa.test"} {
		if _, err := b.Fetch(ctx, exchange.Case{URL: "https://api.bb.test/", Origin: origin}); err == nil || !strings.Contains(err.Error(), origin) {
			t.Errorf("%s: %v", origin, err)
		}
	}
}
