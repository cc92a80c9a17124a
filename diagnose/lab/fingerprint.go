package lab

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"slices"
	"sync/atomic"
)

// hello is what bot protection takes from the TLS handshake of a connection.
type hello struct{ browser atomic.Bool }

type helloKey struct{}

// withHello puts the handshake of a connection at the hands of its requests.
func withHello(ctx context.Context, c net.Conn) context.Context {
	if t, ok := c.(*tls.Conn); ok {
		if p, ok := t.NetConn().(*peeked); ok {
			return context.WithValue(ctx, helloKey{}, &p.hello)
		}
	}
	return ctx
}

// note keeps what the handshake shows.
func note(h *tls.ClientHelloInfo) {
	if p, ok := h.Conn.(*peeked); ok {
		p.hello.browser.Store(browserHello(h))
	}
}

// recordSizeLimit is a TLS extension (RFC 8449) that Firefox sends, and Go and
// curl do not.
const recordSizeLimit = 28

// browserHello says whether a handshake looks like that of a browser: Chromium
// and Safari mix reserved values into their lists (GREASE, RFC 8701), Firefox
// sends an extension of its own. Real bot protection compares whole
// fingerprints (JA3, JA4); the lab needs no more than to tell a browser from a
// program that is honest about being none.
func browserHello(h *tls.ClientHelloInfo) bool {
	return slices.ContainsFunc(h.CipherSuites, grease) || slices.Contains(h.Extensions, recordSizeLimit)
}

// grease says whether a value is one of the sixteen of RFC 8701: 0x0a0a, 0x1a1a
// and so on.
func grease(v uint16) bool { return v&0x0f0f == 0x0a0a && v>>8 == v&0xff }

// looksLikeBrowser says whether a request came over a browser's handshake. Over
// plain HTTP, where people open the lab's page, there is none to judge.
func looksLikeBrowser(r *http.Request) bool {
	h, ok := r.Context().Value(helloKey{}).(*hello)
	return !ok || h.browser.Load()
}
