package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"time"

	"corstui/diagnose"
	"corstui/diagnose/browser"
	"corstui/diagnose/chrome"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
	"corstui/diagnose/firefox"
	"corstui/ui"
)

// loginTime bounds a login by hand; cloudflaredTime one by cloudflared, which
// may open a browser of its own.
const (
	loginTime       = 5 * time.Minute
	cloudflaredTime = time.Minute
)

// TakeSession implements ui.SessionTaker: from cloudflared's store, or from a
// browser window in which the user logs in: Chrome's, or Firefox's.
func (b *backend) TakeSession(ctx context.Context, how string, c exchange.Case) (exchange.Session, error) {
	switch how {
	case "cloudflared":
		return cloudflaredSession(ctx, c.URL)
	case "browser":
		ctx, cancel := context.WithTimeout(ctx, loginTime)
		defer cancel()
		return logIn(ctx, c.URL, browser.Options{Network: b.options.Network}, loginWindows(b.options.Engine))
	}
	return exchange.Session{}, ui.ErrNotHere
}

// A loginWindow opens a window of one family of browsers in which the user logs
// in; missing is its error where none is installed.
type loginWindow struct {
	login   func(context.Context, string, browser.Options) (exchange.Session, error)
	missing error
}

// loginWindows are the families in the order in which they are tried: Firefox
// first where the verdict is to be Firefox's.
func loginWindows(e fetch.Engine) []loginWindow {
	ways := []loginWindow{{chrome.Login, chrome.ErrNotInstalled}, {firefox.Login, firefox.ErrNotInstalled}}
	if e == fetch.Firefox {
		slices.Reverse(ways)
	}
	return ways
}

// logIn has the user log in at the target in the first browser that is installed.
func logIn(ctx context.Context, target string, o browser.Options, ways []loginWindow) (exchange.Session, error) {
	for _, w := range ways {
		s, err := w.login(ctx, target, o)
		if errors.Is(err, w.missing) {
			continue
		}
		return s, err
	}
	return exchange.Session{}, fmt.Errorf("no Chrome, Chromium, Edge or Firefox found to log in with; install one, set %s or %s to the path of its executable, or paste a curl or the cookie instead",
		chrome.EnvPath, firefox.EnvPath)
}

// cloudflaredSession asks cloudflared for the token that it holds for the
// application at a URL. The arguments name scheme, host and path alone: a query
// or a password of the URL is nobody else's business.
func cloudflaredSession(ctx context.Context, target string) (exchange.Session, error) {
	u, err := url.Parse(target)
	if err != nil || u.Host == "" {
		return exchange.Session{}, errors.New("cloudflared needs the API's URL")
	}
	path, err := exec.LookPath("cloudflared")
	if err != nil {
		return exchange.Session{}, errors.New("cloudflared is not on this machine; install it, or paste a curl or the cookie instead")
	}
	ctx, cancel := context.WithTimeout(ctx, cloudflaredTime)
	defer cancel()
	app := (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
	cmd := exec.CommandContext(ctx, path, "access", "token", "--app="+app)
	cmd.WaitDelay = time.Second
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		first, _, _ := strings.Cut(strings.TrimSpace(errs.String()), "\n")
		if ctx.Err() != nil {
			first = "no answer in time"
		}
		return exchange.Session{}, fmt.Errorf("cloudflared has no token: %s; log in first with: cloudflared access login %s", diagnose.Shown(first), app)
	}
	token := strings.TrimSpace(out.String())
	if strings.Count(token, ".") != 2 || strings.ContainsAny(token, " \n\t") {
		return exchange.Session{}, fmt.Errorf("cloudflared has no token for %s; log in first with: cloudflared access login %s", u.Host, app)
	}
	return exchange.Session{AccessToken: token}, nil
}

var _ ui.SessionTaker = (*backend)(nil)
