// Package probe is the wire: a Client that sends one request as given and
// records the Exchange, the plan of probes as data, and the scheduler that runs
// it. It bounds and sanitises whatever comes in.
package probe

import (
	"context"
	"time"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
)

// Network says how to reach the hosts of a case.
type Network struct {
	// Resolve holds HOST:PORT:ADDR, ConnectTo HOST:PORT:HOST2:PORT2, as curl's.
	Resolve, ConnectTo []string
	// CAPEM are further root certificates in PEM form.
	CAPEM []byte
	// Insecure accepts any certificate.
	Insecure bool
	// UserAgent replaces the probes' own; empty means corstui's.
	UserAgent string
	// Direct is the origin's HOST:PORT past Cloudflare; empty for none.
	Direct string
}

// Client sends requests and records exchanges. It is safe for concurrent use.
type Client struct{}

// NewClient checks the network options; an error names the value and what would
// be right.
func NewClient(n Network) (*Client, error) { return &Client{}, nil }

// RoundTrip implements fetch.Transport.
func (c *Client) RoundTrip(ctx context.Context, p exchange.Purpose, r exchange.Request) exchange.Exchange {
	panic("not built")
}

// Close ends all idle connections.
func (c *Client) Close() {}

// Probe is one planned probe.
type Probe struct {
	Purpose exchange.Purpose `json:"purpose"`
	Request exchange.Request `json:"request"`
	// Direct says that it goes to the --direct address.
	Direct bool `json:"direct,omitempty"`
	// Why says what the probe would decide, as a sentence.
	Why string `json:"why"`
}

// Plan returns the probes that are worth sending after the browser's own
// requests: at most max a host, none that changes what others see, none where
// all is certain. It is a pure function.
func Plan(c exchange.Case, r fetch.Result, seen []answer.Seen, n Network, max int) []Probe {
	return nil
}

// RunAll sends the probes of a plan concurrently and calls done for each, in
// the order in which they finish, never concurrently.
func (c *Client) RunAll(ctx context.Context, ps []Probe, done func(Probe, exchange.Exchange)) {
}

var _ fetch.Transport = (*Client)(nil)
var _ = time.Second
