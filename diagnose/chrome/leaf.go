package chrome

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net"
	"net/url"
	"strings"
	"time"

	"corstui/diagnose/probe"
)

// leafTimeout bounds the look at the target's certificate.
const leafTimeout = 5 * time.Second

// withLeaf returns the network's extra roots, and with them the target's own
// certificate if it verifies against them. A server need not send its root, and
// Chromium compares only what was sent. Where the look fails, the browser will
// say why.
func withLeaf(ctx context.Context, target string, n probe.Network) []byte {
	u, err := url.Parse(target)
	if err != nil || u.Scheme != "https" {
		return n.CAPEM
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
	d := tls.Dialer{Config: &tls.Config{RootCAs: roots, ServerName: u.Hostname()}}
	conn, err := d.DialContext(ctx, "tcp", dialAddress(u.Hostname(), port, n))
	if err != nil {
		return n.CAPEM
	}
	defer conn.Close()
	chain := conn.(*tls.Conn).ConnectionState().PeerCertificates
	out := append([]byte{}, n.CAPEM...)
	out = append(out, '\n')
	return append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: chain[0].Raw})...)
}

// dialAddress applies --connect-to, then --resolve, as curl does.
func dialAddress(host, port string, n probe.Network) string {
	matches := func(h, p string) bool {
		return (h == "" || strings.EqualFold(strings.Trim(h, "[]"), host) || h == "*") && (p == "" || p == port || p == "*")
	}
	for _, v := range n.ConnectTo {
		if f, ok := splitColons(v, 4); ok && matches(f[0], f[1]) {
			if f[2] != "" {
				host = strings.Trim(f[2], "[]")
			}
			if f[3] != "" {
				port = f[3]
			}
			break
		}
	}
	for _, v := range n.Resolve {
		if f, ok := splitColons(strings.TrimPrefix(v, "+"), 3); ok && matches(f[0], f[1]) {
			addr, _, _ := strings.Cut(f[2], ",")
			host = strings.Trim(addr, "[]")
			break
		}
	}
	return net.JoinHostPort(host, port)
}
