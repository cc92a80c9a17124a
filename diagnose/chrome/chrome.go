// Package chrome runs the page's fetch() in an installed Chrome, Chromium or
// Edge, over the DevTools protocol, and reports what that browser concluded.
//
// In goes an exchange.Case; out comes a diagnose.BrowserVerdict. The document
// of the page is fulfilled by the driver, so the real frontend is never asked
// for anything; every other request goes out as the browser sends it. The
// browser runs with a fresh profile that is removed at the end, headless, or in
// a window in which the user logs in first.
//
// The package judges nothing itself: what is allowed, which preflights went out
// and which CorsError blocked the response is read from the browser's events.
package chrome

import (
	"context"
	"fmt"
	"strings"
	"time"

	"corstui/diagnose"
	"corstui/diagnose/exchange"
	"corstui/diagnose/probe"
)

// DefaultTimeout bounds a headless run whose context has no deadline.
const DefaultTimeout = 30 * time.Second

// Options say how the browser is run.
type Options struct {
	// Network says how hosts are reached and which certificates are accepted,
	// as for probes: --resolve, --connect-to, --cacert and --insecure.
	Network probe.Network
	// Path is the browser's executable; empty means the one that Find finds.
	Path string
	// Visible opens a window at the target and waits until the user is logged
	// in there before the page's fetch runs.
	Visible bool
	// LoggedIn, with Visible, returns when the user has logged in. nil waits
	// until Cloudflare Access has set its CF_Authorization cookie at the target.
	LoggedIn func(context.Context) error
	// AllowUnsafe lets a request go out whose method may change state. A
	// browser cannot be stopped between preflight and request, so without it
	// such a case is refused as a whole.
	AllowUnsafe bool
}

// UnsafeMethodError says that a case was not run because its method may change
// state at the target and Options.AllowUnsafe is not set.
type UnsafeMethodError struct{ Method string }

// Error implements error.
func (e *UnsafeMethodError) Error() string {
	return fmt.Sprintf("the browser was not asked: %s may change something at the target, and a browser cannot be stopped after its preflight; "+
		"--allow-unsafe-methods lets it go out", e.Method)
}

// Run performs the case's fetch() in an installed browser and returns what the
// browser concluded. Agrees is left false: only the caller knows the model's
// verdict. The browser's process and its profile are gone when Run returns.
func Run(ctx context.Context, c exchange.Case, o Options) (*diagnose.BrowserVerdict, error) {
	if err := permitted(c, o); err != nil {
		return nil, err
	}
	if _, bounded := ctx.Deadline(); !bounded && !o.Visible {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, DefaultTimeout)
		defer cancel()
	}
	if len(o.Network.CAPEM) > 0 && !o.Network.Insecure {
		o.Network.CAPEM = withLeaf(ctx, c.URL, o.Network)
	}
	b, err := Open(ctx, o)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	if o.Visible {
		if err := b.Login(ctx, c.URL, o.LoggedIn); err != nil {
			return nil, err
		}
	}
	seen, err := b.Fetch(ctx, c)
	if err != nil {
		return nil, err
	}
	return &seen.BrowserVerdict, nil
}

// permitted refuses a case whose method may change state unless that is allowed.
func permitted(c exchange.Case, o Options) error {
	if o.AllowUnsafe {
		return nil
	}
	switch strings.ToUpper(c.WithDefaults().Method) {
	case "GET", "HEAD", "OPTIONS":
		return nil
	case "CONNECT", "TRACE", "TRACK":
		return nil // fetch() throws; nothing is sent
	}
	return &UnsafeMethodError{Method: c.Method}
}
