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

	"corstui/diagnose"
	"corstui/diagnose/browser"
	"corstui/diagnose/exchange"
)

// Options say how the browser is run.
type Options = browser.Options

// Run performs the case's fetch() in an installed browser and returns what the
// browser concluded. Agrees is left false: only the caller knows the model's
// verdict. The browser's process and its profile are gone when Run returns.
func Run(ctx context.Context, c exchange.Case, o Options) (*diagnose.BrowserVerdict, error) {
	if err := o.Permitted(c); err != nil {
		return nil, err
	}
	ctx, cancel := o.Bounded(ctx)
	defer cancel()
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
