package probe

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// HTTPTransport is an ordinary transport that reaches the hosts as the Client
// does (--resolve, --connect-to, --cacert, --insecure, the proxies of the
// environment), for whoever passes a person's traffic on: bodies are streamed,
// not bounded, and nothing is recorded.
func (c *Client) HTTPTransport() *http.Transport {
	d := &net.Dialer{Timeout: 10 * time.Second, Resolver: c.resolver}
	var proxies sync.Map // addresses of the proxies in use, as host:port
	return &http.Transport{
		DialContext: func(ctx context.Context, _, addr string) (net.Conn, error) {
			host, port, err := net.SplitHostPort(addr)
			if err != nil {
				return nil, err
			}
			if _, ok := proxies.Load(addr); ok {
				// --connect-to is about the targets, not about the proxy.
				return dialAddrs(ctx, d, c.routes.resolved(target{host: hostKey(host), port: port}))
			}
			return dialAddrs(ctx, d, c.routes.target(host, port, false))
		},
		Proxy: func(r *http.Request) (*url.URL, error) {
			port := r.URL.Port()
			if port == "" {
				port = map[string]string{"http": "80", "https": "443"}[r.URL.Scheme]
			}
			t := c.routes.target(r.URL.Hostname(), port, false)
			px, err := c.routes.proxyFor(r.URL.Scheme, r.URL.Hostname(), port, t)
			if px != nil {
				proxies.Store(net.JoinHostPort(px.Hostname(), proxyPort(px)), true)
			}
			return px, err
		},
		TLSClientConfig:        c.tls.base.Clone(),
		ForceAttemptHTTP2:      true,
		DisableCompression:     true,
		MaxResponseHeaderBytes: maxHead,
		TLSHandshakeTimeout:    10 * time.Second,
		IdleConnTimeout:        time.Minute,
	}
}
