package probe

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"time"
)

// HTTPTransport is an ordinary transport that reaches the hosts as the Client
// does (--resolve, --connect-to, --cacert, --insecure, the proxies of the
// environment), for whoever passes a person's traffic on: bodies are streamed,
// not bounded, and nothing is recorded.
func (c *Client) HTTPTransport() *http.Transport {
	d := &net.Dialer{Timeout: 10 * time.Second}
	return &http.Transport{
		DialContext: func(ctx context.Context, _, addr string) (net.Conn, error) {
			host, port, err := net.SplitHostPort(addr)
			if err != nil {
				return nil, err
			}
			return dialAddrs(ctx, d, c.routes.target(host, port, false))
		},
		Proxy: func(r *http.Request) (*url.URL, error) {
			port := r.URL.Port()
			if port == "" {
				port = map[string]string{"http": "80", "https": "443"}[r.URL.Scheme]
			}
			t := c.routes.target(r.URL.Hostname(), port, false)
			return c.routes.proxyFor(r.URL.Scheme, r.URL.Hostname(), port, t)
		},
		TLSClientConfig:        c.tls.base.Clone(),
		ForceAttemptHTTP2:      true,
		DisableCompression:     true,
		MaxResponseHeaderBytes: maxHead,
		TLSHandshakeTimeout:    10 * time.Second,
		IdleConnTimeout:        time.Minute,
	}
}
