package chrome_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"corstui/diagnose/chrome"
	"corstui/diagnose/difftest"
	"corstui/diagnose/exchange"
)

// TestLoginWaitsForAccess logs in without a window: the target sets the cookie
// of Access on the navigation, as the real one does after the login, and the
// page's fetch then travels with it.
func TestLoginWaitsForAccess(t *testing.T) {
	path := browserPath(t)
	s, page, api := difftest.Scripted(t)
	allow := []string{"Access-Control-Allow-Origin: " + page, "Access-Control-Allow-Credentials: true"}
	s.Set(difftest.HostA+"/login/", difftest.Answer{
		Request:    difftest.Reply("200 OK", "Content-Type: text/html", "Set-Cookie: CF_Authorization=token; Path=/; Secure; HttpOnly; SameSite=None"),
		WithCookie: difftest.Reply("200 OK", allow...),
	})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c := exchange.Case{URL: api + "/login/", Origin: page, Credentials: exchange.CredentialsInclude}
	b, err := chrome.Open(ctx, chrome.Options{Path: path, Network: s.OwnCA()})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := b.Login(ctx, c.URL, nil); err != nil {
		t.Fatal(err)
	}
	o, err := b.Fetch(ctx, c)
	if err != nil || !o.Allowed {
		t.Errorf("after the login: %+v, %v", o, err)
	}
}

func TestLoginEndsWhenNobodyLogsIn(t *testing.T) {
	path := browserPath(t)
	s, _, api := difftest.Scripted(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	b, err := chrome.Open(ctx, chrome.Options{Path: path, Network: s.OwnCA()})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	short, stop := context.WithTimeout(ctx, 2*time.Second)
	defer stop()
	if err := b.Login(short, api+"/silent/", nil); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "nobody logged in") {
		t.Errorf("got %v", err)
	}
	asked := errors.New("cancelled by the user")
	if err := b.Login(ctx, api+"/silent/", func(context.Context) error { return asked }); !errors.Is(err, asked) {
		t.Errorf("got %v", err)
	}
}
