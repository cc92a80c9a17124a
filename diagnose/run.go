package diagnose

import (
	"context"
	"time"

	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
	"corstui/diagnose/probe"
)

// Options are how a diagnosis is run.
type Options struct {
	Network probe.Network
	// MaxTime bounds the whole diagnosis; 0 means 10 seconds.
	MaxTime time.Duration
	// AllowUnsafe lets the page's own POST, PUT, PATCH or DELETE go out.
	AllowUnsafe bool
	// VerdictOnly sends nothing but what the browser itself would send.
	VerdictOnly bool
	// Engine whose verdict is asked for; AllEngines fills Verdict.Engines.
	Engine     fetch.Engine
	AllEngines bool
	// MaxProbes a host; 0 means 16.
	MaxProbes int
	UserAgent string
	// Client is used instead of one made from Network, for batches.
	Client *probe.Client
	// Browser, if set, runs the same case in an installed browser.
	Browser func(context.Context, exchange.Case) (*BrowserVerdict, error)
}

// Run diagnoses one case. It always returns a Report; what fails is in it. emit
// may be nil; it is never called concurrently.
func Run(ctx context.Context, c exchange.Case, o Options, emit func(Event)) Report {
	panic("not built")
}
