package probe

import (
	"context"
	"net"
)

// Dialer returns a function that connects to where --connect-to and --resolve
// send a host and port: what another program on this machine needs to reach the
// same servers as the probes do. It speaks no TLS, and goes through no proxy. An
// error names the option that cannot be read.
func (n Network) Dialer() (func(ctx context.Context, host, port string) (net.Conn, error), error) {
	rt, err := newRoutes(n)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, host, port string) (net.Conn, error) {
		var d net.Dialer
		return dialAddrs(ctx, &d, rt.target(host, port, false))
	}, nil
}
