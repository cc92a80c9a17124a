package firefox

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"corstui/diagnose/browser"
	"corstui/diagnose/difftest"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
	"corstui/diagnose/lab"
	"corstui/diagnose/probe"
)

// windowWithoutDisplay makes the window that a login opens one that nobody needs
// a display for, and returns the folder in which profiles are made.
func windowWithoutDisplay(t *testing.T) (path, tmp string) {
	t.Helper()
	path = difftest.Installed(t, Find)
	home := t.TempDir()
	tmp = t.TempDir()
	for k, v := range map[string]string{"MOZ_HEADLESS": "1", "DISPLAY": ":none", "HOME": home, "XDG_CACHE_HOME": home, "XDG_CONFIG_HOME": home, "TMPDIR": tmp} {
		t.Setenv(k, v)
	}
	return path, tmp
}

// nothingLeft says what a browser left behind.
func nothingLeft(t *testing.T, tmp string) {
	t.Helper()
	left, err := filepath.Glob(filepath.Join(tmp, "corstui-browser-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %q, %v", left, err)
	}
	for _, args := range commandLines(t) {
		if strings.Contains(args, tmp) {
			t.Errorf("a process lives on: %s", args)
		}
	}
}

// commandLines are those of all processes, where the system tells them.
func commandLines(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range files {
		if b, err := os.ReadFile(f); err == nil { // one that has ended meanwhile has none
			out = append(out, strings.ReplaceAll(string(b), "\x00", " "))
		}
	}
	return out
}

// TestAPersonLogsInAtAccess fills in the login form of the lab's Access, in a real
// Firefox, and walks the case with the session that comes of it.
func TestAPersonLogsInAtAccess(t *testing.T) {
	path, tmp := windowWithoutDisplay(t)
	l, err := lab.Start(t.Context(), "access-login", 0)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, _ := l.Case("access-login")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()

	b, err := Open(ctx, browser.Options{Path: path, Network: l.Network(), Visible: true})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := b.trustLeaf(ctx, c.URL); err != nil {
		t.Fatal(err)
	}
	person := func(ctx context.Context) error {
		for {
			var form bool
			err := b.page(ctx, `const f = document.forms[0]; if (!f) { return false; } f.email.value = "dev@example.com"; f.submit(); return true`, &form)
			var between *remoteError // the document is on its way
			switch {
			case err == nil && form:
				return nil
			case err != nil && !errors.As(err, &between):
				return err
			}
			if err := pause(ctx, look); err != nil {
				return err
			}
		}
	}
	var s exchange.Session
	loggedIn := func(ctx context.Context) error {
		err := person(ctx)
		for err == nil && !s.Known() {
			if s, err = b.held(ctx, c.URL); err == nil {
				err = pause(ctx, look)
			}
		}
		return err
	}
	if err := b.Login(ctx, c.URL, loggedIn); err != nil {
		t.Fatal(err)
	}
	for _, k := range s.Cookies {
		if k.Domain != "access-login.api.example.com" || !k.HostOnly || !k.Secure || !k.SameSiteUnset && k.SameSite == "" {
			t.Errorf("cookie %s: domain %q, host only %t, secure %t, SameSite %q", k.Name, k.Domain, k.HostOnly, k.Secure, k.SameSite)
		}
		for _, args := range commandLines(t) {
			if strings.Contains(args, k.Value) {
				t.Errorf("the cookie %s stands in a command line", k.Name)
			}
		}
	}
	b.Close()
	nothingLeft(t, tmp)

	client, err := probe.NewClient(l.Network())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	c.Credentials, c.Session = exchange.CredentialsInclude, s
	for _, e := range fetch.Browsers() { // the lab's page and API are one site
		r := fetch.Run(ctx, c, client.Session(c.URL), fetch.Options{Engine: e})
		if x := r.Exchanges[len(r.Exchanges)-1]; x.Response == nil || x.Response.Status != 200 || !x.Request.WithSession {
			t.Errorf("%s: Access does not take the session: %+v", e, r.Credentials)
		}
	}
}

// autoLogin is an API behind a login on another host, which logs in whoever comes:
// it sets cookies on both hosts.
func autoLogin(t *testing.T, s *difftest.Server) (target string) {
	t.Helper()
	api, team := "https://"+difftest.HostA+":"+s.TLSPort(), "https://"+difftest.HostB+":"+s.TLSPort()
	s.Set(difftest.HostA+"/v1/me", difftest.Answer{Request: difftest.Reply("302 Found", "Location: "+team+"/login/"), WithCookie: difftest.Reply("200 OK")})
	s.Set(difftest.HostB+"/login/", difftest.Answer{Request: difftest.Reply("302 Found", "Location: "+api+"/authorized/", "Set-Cookie: CF_Session=other; Path=/; Secure; SameSite=None")})
	s.Set(difftest.HostA+"/authorized/", difftest.Answer{Request: difftest.Reply("302 Found", "Location: /v1/me",
		"Set-Cookie: CF_Authorization=t0ken; Path=/; Secure; HttpOnly; SameSite=None", "Set-Cookie: elsewhere=1; Path=/v2; Secure", "Set-Cookie: wide=1; Path=/; Secure; Domain=bb.test; SameSite=Lax")})
	return api + "/v1/me"
}

func TestLoginReturnsTheTargetsCookiesAlone(t *testing.T) {
	path, tmp := windowWithoutDisplay(t)
	s := difftest.StartServer(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	got, err := Login(ctx, autoLogin(t, s), browser.Options{Path: path, Network: difftest.Loopback})
	if err != nil {
		t.Fatal(err)
	}
	cookies := map[string]exchange.Cookie{}
	for _, k := range got.Cookies {
		cookies[k.Name] = k
	}
	for name, want := range map[string]exchange.Cookie{
		"CF_Authorization": {Name: "CF_Authorization", Value: "t0ken", Domain: difftest.HostA, HostOnly: true, Path: "/", Secure: true, HTTPOnly: true, SameSite: "None"},
		"wide":             {Name: "wide", Value: "1", Domain: "bb.test", Path: "/", Secure: true, SameSite: "Lax"},
	} {
		if cookies[name] != want {
			t.Errorf("got %+v, want %+v", cookies[name], want)
		}
	}
	if len(cookies) != 2 || !got.Known() {
		t.Errorf("cookies %q", got.Kinds())
	}
	nothingLeft(t, tmp)
}

func TestALoginCanBeCancelledAndIsBounded(t *testing.T) {
	path, tmp := windowWithoutDisplay(t)
	s, _, api := difftest.Scripted(t)
	s.Set(difftest.HostA+"/hang/", difftest.Answer{Request: difftest.Silence})
	o := browser.Options{Path: path, Network: difftest.Loopback}
	// Each ends while the window shows the target, or waits for it.
	for segment, why := range map[string]error{"silent": errors.New("the user pressed esc"), "hang": context.DeadlineExceeded} {
		ctx, cancel := context.WithCancelCause(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			for ctx.Err() == nil && len(s.Asked(segment)) == 0 {
				time.Sleep(look)
			}
			cancel(why)
		}()
		if got, err := Login(ctx, api+"/"+segment+"/", o); !errors.Is(err, why) || !got.Empty() {
			t.Errorf("%s: %q, %v", segment, got.Kinds(), err)
		}
		cancel(nil)
		<-ended
		nothingLeft(t, tmp)
	}
	for _, target := range []string{"", "api.example.com", "/v1"} {
		if _, err := Login(t.Context(), target, o); err == nil || !strings.Contains(err.Error(), "absolute URL") {
			t.Errorf("%q: %v", target, err)
		}
	}
	nothingLeft(t, tmp)
}

func TestGoesToPath(t *testing.T) {
	for _, tt := range []struct {
		cookie, path string
		want         bool
	}{
		{"/", "", true}, {"/", "/v1", true}, {"/v1", "/v1", true}, {"/v1", "/v1/x", true}, {"/v1/", "/v1/x", true},
		{"/v1/", "/v1", false}, {"/v1", "/v10", false}, {"/v2", "/v1", false},
	} {
		if got := goesToPath(tt.cookie, tt.path); got != tt.want {
			t.Errorf("%q to %q: %t", tt.cookie, tt.path, got)
		}
	}
}
