package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"corstui/diagnose"
	"corstui/diagnose/browser"
	"corstui/diagnose/chrome"
	"corstui/diagnose/difftest"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
	"corstui/diagnose/firefox"
)

func TestTheLoginWindowIsOfTheBrowserThatIsThere(t *testing.T) {
	window := func(name string, missing, err error) loginWindow {
		return loginWindow{func(context.Context, string, browser.Options) (exchange.Session, error) {
			return exchange.Session{AccessToken: name}, err
		}, missing}
	}
	noChrome, noFirefox := fmt.Errorf("looked everywhere: %w", chrome.ErrNotInstalled), fmt.Errorf("looked everywhere: %w", firefox.ErrNotInstalled)
	cancelled := errors.New("the user pressed esc")
	for _, tt := range []struct {
		name                  string
		inChrome, inFirefox   error
		taken, says, saysNone string
	}{
		{"both", nil, nil, "chrome", "", ""},
		{"Firefox alone", noChrome, nil, "firefox", "", ""},
		{"none", noChrome, noFirefox, "", "CORSTUI_FIREFOX", ""},
		{"a login that is cancelled is not begun again", cancelled, nil, "chrome", "esc", "CORSTUI"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := logIn(t.Context(), "https://api.example.com/", browser.Options{}, []loginWindow{
				window("chrome", chrome.ErrNotInstalled, tt.inChrome), window("firefox", firefox.ErrNotInstalled, tt.inFirefox)})
			if s.AccessToken != tt.taken || (err == nil) != (tt.says == "") {
				t.Fatalf("took %q, %v", s.AccessToken, err)
			}
			if err != nil && (!strings.Contains(err.Error(), tt.says) || tt.saysNone != "" && strings.Contains(err.Error(), tt.saysNone)) {
				t.Errorf("%v", err)
			}
		})
	}
	for e, first := range map[fetch.Engine]error{fetch.Chromium: chrome.ErrNotInstalled, fetch.WebKit: chrome.ErrNotInstalled, fetch.Firefox: firefox.ErrNotInstalled} {
		if ways := loginWindows(e); len(ways) != 2 || !errors.Is(ways[0].missing, first) {
			t.Errorf("%s: %+v", e, ways)
		}
	}
}

// TestTheSessionComesFromAFirefoxWindow logs in through the backend, in a real
// Firefox that needs no display.
func TestTheSessionComesFromAFirefoxWindow(t *testing.T) {
	difftest.Installed(t, firefox.Find)
	home := t.TempDir()
	for k, v := range map[string]string{"MOZ_HEADLESS": "1", "DISPLAY": ":none", "HOME": home, "XDG_CACHE_HOME": home, "XDG_CONFIG_HOME": home, "TMPDIR": t.TempDir()} {
		t.Setenv(k, v)
	}
	s := difftest.StartServer(t)
	s.Set(difftest.HostA+"/v1/me", difftest.Answer{Request: difftest.Reply("302 Found", "Location: /authorized/")})
	s.Set(difftest.HostA+"/authorized/", difftest.Answer{Request: difftest.Reply("200 OK", "Set-Cookie: CF_Authorization=t0ken; Path=/; Secure; HttpOnly; SameSite=None")})
	b := &backend{options: diagnose.Options{Engine: fetch.Firefox, Network: difftest.Loopback}}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	got, err := b.TakeSession(ctx, "browser", exchange.Case{URL: "https://" + difftest.HostA + ":" + s.TLSPort() + "/v1/me"})
	if err != nil || !got.Known() || len(got.Cookies) != 1 || got.Cookies[0].Domain != difftest.HostA {
		t.Errorf("%q, %v", got.Kinds(), err)
	}
}
