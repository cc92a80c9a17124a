package probe

import (
	"crypto/tls"
	"crypto/x509"
	"errors"

	"corstui/diagnose/redact"
)

// tlsSettings are what the TLS connections of a Client have in common.
type tlsSettings struct{ base *tls.Config }

func newTLSSettings(n Network) (tlsSettings, error) {
	cfg := &tls.Config{
		// Browsers dropped older versions in 2020; Go's clients too.
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: n.Insecure, // --insecure is the user's will
		ClientSessionCache: tls.NewLRUClientSessionCache(64),
		NextProtos:         []string{"h2", "http/1.1"},
	}
	if len(n.CAPEM) > 0 {
		roots, err := x509.SystemCertPool()
		if err != nil {
			roots = x509.NewCertPool()
		}
		if !roots.AppendCertsFromPEM(n.CAPEM) {
			return tlsSettings{}, errors.New("--cacert: no certificate in it; want one or more in PEM form (-----BEGIN CERTIFICATE-----)")
		}
		cfg.RootCAs = roots
	}
	return tlsSettings{cfg}, nil
}

// config is the configuration for one server name.
func (s tlsSettings) config(serverName string, protos ...string) *tls.Config {
	cfg := s.base.Clone()
	cfg.ServerName = serverName
	if len(protos) > 0 {
		cfg.NextProtos = protos
	}
	return cfg
}

// issuer names who signed the leaf certificate, harmless to show.
func issuer(cs *tls.ConnectionState) string {
	if cs == nil || len(cs.PeerCertificates) == 0 {
		return ""
	}
	return bounded(redact.Clean(cs.PeerCertificates[0].Issuer.String()), maxIssuer)
}
