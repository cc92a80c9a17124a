package browser

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/url"
	"time"

	"corstui/diagnose/probe"
)

// leafTimeout bounds the look at the target's certificate.
const leafTimeout = 5 * time.Second

// Leaf returns the target's own certificate if it verifies against the extra
// roots of the network or the system's; nil where it does not, or where the
// look fails: the browser will say why.
func Leaf(ctx context.Context, target string, n probe.Network) *x509.Certificate {
	u, err := url.Parse(target)
	if err != nil || u.Scheme != "https" {
		return nil
	}
	port := u.Port()
	if port == "" {
		port = "443"
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	roots.AppendCertsFromPEM(n.CAPEM)
	ctx, cancel := context.WithTimeout(ctx, leafTimeout)
	defer cancel()
	dial, err := n.Dialer()
	if err != nil {
		return nil
	}
	raw, err := dial(ctx, u.Hostname(), port)
	if err != nil {
		return nil
	}
	defer raw.Close()
	conn := tls.Client(raw, &tls.Config{RootCAs: roots, ServerName: u.Hostname()})
	if err := conn.HandshakeContext(ctx); err != nil {
		return nil
	}
	return conn.ConnectionState().PeerCertificates[0]
}
