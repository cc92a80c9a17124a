// Package probe is the wire: a Client that sends one request as given and
// records the Exchange, the plan of probes as data, and the scheduler that runs
// it.
//
// In go requests, byte for byte as a browser or a probe would send them; out
// come exchanges, bounded in size and time. HTTP/1.1 is read the way browsers
// read it (see head.go), because the verdict is the browser's: net/http would
// refuse header bytes that every engine accepts, and would lose the order and
// the case of header names. HTTP/2 is net/http's own, one connection at a time.
//
// What a peer sends is kept byte-exact where a verdict depends on it: header
// names, header values and bodies. Whoever shows them cleans them first
// (package redact). What is never needed raw is made harmless here: reason
// phrases, certificate issuers, and every error message.
//
// The package does not know what an answer means: package answer does.
package probe

import (
	"context"
	"net"

	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
)

// DefaultUserAgent is the User-Agent of a request that brings none of its own.
const DefaultUserAgent = "corstui"

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

// Client sends requests and records exchanges. It is safe for concurrent use,
// and keeps its connections for the next request to the same host.
//
// One diagnosis is a Session of a Client: it numbers its own exchanges and has
// its own limits. RoundTrip and RunAll of the Client itself belong to one
// session that lives as long as the Client and that names no host as the user's.
type Client struct {
	routes    routes
	tls       tlsSettings
	userAgent string
	pool      *pool
	own       *Session
	// resolver is the system's where it is nil; tests put their own here.
	resolver *net.Resolver
}

// NewClient checks the network options; an error names the option, the value
// and what would be right.
func NewClient(n Network) (*Client, error) {
	rt, err := newRoutes(n)
	if err != nil {
		return nil, err
	}
	ts, err := newTLSSettings(n)
	if err != nil {
		return nil, err
	}
	c := &Client{routes: rt, tls: ts, userAgent: n.UserAgent, pool: newPool()}
	if c.userAgent == "" {
		c.userAgent = DefaultUserAgent
	}
	c.own = c.Session()
	return c, nil
}

// RoundTrip implements fetch.Transport in the Client's own session.
func (c *Client) RoundTrip(ctx context.Context, p exchange.Purpose, r exchange.Request) exchange.Exchange {
	return c.own.RoundTrip(ctx, p, r)
}

// RunAll runs the probes of a plan in the Client's own session; see
// Session.RunAll.
func (c *Client) RunAll(ctx context.Context, ps []Probe, done func(Probe, exchange.Exchange)) {
	c.own.RunAll(ctx, ps, done)
}

// Close ends all idle connections. Requests under way are not touched; their
// connections end with them.
func (c *Client) Close() { c.pool.close() }

var (
	_ fetch.Transport = (*Client)(nil)
	_ fetch.Transport = (*Session)(nil)
)
