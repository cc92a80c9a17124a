package lab

import (
	"crypto/tls"

	"corstui/diagnose/loopback"
)

// configure shows each host its certificate, and looks at the handshakes as bot
// protection does. A name that no scenario has gets the certificate of
// localhost, so that it can be told 421 and not left to guess, and so that
// nobody fills the memory with names.
func (l *Lab) configure(c *tls.Config, ca *loopback.Authority) {
	c.GetCertificate = func(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
		if l.site(h.ServerName) != nil || h.ServerName == teamHost || l.isPage(h.ServerName) {
			return ca.Certificate(h.ServerName)
		}
		return ca.Certificate("localhost")
	}
	c.GetConfigForClient = func(h *tls.ClientHelloInfo) (*tls.Config, error) {
		l.hellos.note(h)
		if s := l.site(h.ServerName); s != nil && s.config().noCertificate {
			return noCommonCipher(ca), nil
		}
		return nil, nil
	}
}

// noCommonCipher makes a handshake end in the alert handshake_failure, which is
// what Cloudflare sends for a name that none of its certificates covers: only
// RSA suites are offered, and the key is none.
func noCommonCipher(ca *loopback.Authority) *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		MaxVersion:     tls.VersionTLS12,
		CipherSuites:   []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return ca.Certificate("localhost") },
	}
}
