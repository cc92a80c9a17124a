package lab

import (
	"context"
	"crypto/tls"
	"net/http"
	"slices"
	"sync"
)

// hellos keeps what bot protection takes from TLS handshakes: the clients, by
// address and port, whose handshake was a browser's.
type hellos struct {
	mu      sync.Mutex
	browser map[string]bool
}

// note looks at the handshake of a connection.
func (s *hellos) note(h *tls.ClientHelloInfo) {
	s.mu.Lock()
	defer s.mu.Unlock()
	client := h.Conn.RemoteAddr().String()
	if !browserHello(h) {
		delete(s.browser, client) // the port may have been a browser's before
		return
	}
	if s.browser == nil {
		s.browser = map[string]bool{}
	}
	s.browser[client] = true
}

type helloKey struct{}

// mark puts the verdict on its client's handshake at the hands of a request.
func (s *hellos) mark(r *http.Request) *http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return r.WithContext(context.WithValue(r.Context(), helloKey{}, s.browser[r.RemoteAddr]))
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
	browser, judged := r.Context().Value(helloKey{}).(bool)
	return browser || !judged
}
