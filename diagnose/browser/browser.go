// Package browser holds what the drivers of installed browsers share: their
// options, which cases may go out, the page that stands for the frontend, the
// script that runs in it, and how a browser is found.
//
// It starts no browser itself: the packages chrome and firefox do.
package browser

import (
	"context"
	"fmt"
	"strings"
	"time"

	"corstui/diagnose/exchange"
	"corstui/diagnose/probe"
)

// DefaultTimeout bounds a headless run whose context has no deadline.
const DefaultTimeout = 30 * time.Second

// Options say how a browser is run.
type Options struct {
	// Network says how hosts are reached and which certificates are accepted,
	// as for probes: --resolve, --connect-to, --cacert and --insecure.
	Network probe.Network
	// Path is the browser's executable; empty means the one that is found.
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

// Permitted refuses a case whose method may change state unless that is allowed.
func (o Options) Permitted(c exchange.Case) error {
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

// Bounded returns ctx with DefaultTimeout, unless it has a deadline already or
// the run waits for a person.
func (o Options) Bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, bounded := ctx.Deadline(); bounded || o.Visible {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, DefaultTimeout)
}
