package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"corstui/diagnose/exchange"
	"corstui/diagnose/redact"
)

// proxyError is a proxy that did not do its part.
type proxyError struct {
	name, says string
	err        error
}

func (e *proxyError) Error() string { return e.name + ": " + e.says }
func (e *proxyError) Unwrap() error { return e.err }

// failure says why a request got no HTTP answer, for people. It never quotes
// what the peer sent or what the request carried: such errors of the standard
// library hold header lines, certificate names and URLs as they are.
func failure(ctx context.Context, err error, pl place, p *progress) *exchange.Failure {
	phase, says := classify(ctx, err, pl, p)
	return &exchange.Failure{Phase: phase, Message: sentence(says)}
}

func classify(ctx context.Context, err error, pl place, p *progress) (exchange.FailurePhase, string) {
	var (
		refused *refusedError
		budget  *budgetError
		px      *proxyError
		dns     *net.DNSError
	)
	st, detail, via := p.now()
	at := where(pl, detail)
	if errors.As(err, &refused) {
		return exchange.FailureRefused, "Not sent: " + refused.Error()
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return exchange.FailureCanceled, "Canceled before an answer came."
	}
	if ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded) {
		return exchange.FailureTimeout, hung(st, pl, detail, via)
	}
	if errors.As(err, &px) {
		says := px.says
		if px.err != nil {
			if why := tcpFault(px.err); why != "" {
				says += " (" + why + ")"
			}
		}
		return exchange.FailureConnect, fmt.Sprintf("%s, from the environment: %s.", px.name, says)
	}
	if errors.As(err, &budget) {
		return exchange.FailureProtocol, budget.Error()
	}
	if errors.As(err, &dns) {
		switch {
		case dns.IsTimeout:
			return exchange.FailureTimeout, fmt.Sprintf("The look-up of %s in DNS took too long.", dns.Name)
		case dns.IsNotFound:
			return exchange.FailureDNS, fmt.Sprintf("The name %s does not exist in DNS, or has no address.", dns.Name)
		}
		return exchange.FailureDNS, fmt.Sprintf("The name %s could not be looked up: the DNS server gave no usable answer.", dns.Name)
	}
	if says := certificateFault(err, pl.host); says != "" {
		return exchange.FailureTLS, says
	}
	if says := alertFault(err, pl.host); says != "" {
		return exchange.FailureTLS, says
	}
	switch st {
	case stageDNS, stageConnect:
		if why := tcpFault(err); why != "" {
			return exchange.FailureConnect, fmt.Sprintf("No connection to %s: %s.", at, why)
		}
		if timedOut(err) {
			return exchange.FailureTimeout, fmt.Sprintf("No connection to %s: it did not answer in time.", at)
		}
		return exchange.FailureConnect, fmt.Sprintf("No connection to %s could be made.", at)
	case stageTLS:
		return exchange.FailureTLS, handshakeFault(err, pl)
	}
	if p.certAsked && brokeOff(err) {
		// The alert that would say so is lost where the server closes while the
		// request is still being written.
		return exchange.FailureTLS, fmt.Sprintf("%s asked for a client certificate, and closed the connection when none came.", pl.authority())
	}
	return exchange.FailureProtocol, answerFault(err, pl.authority())
}

// brokeOff says whether a connection ended without any byte of an answer.
func brokeOff(err error) bool {
	return errors.Is(err, errNoAnswer) || errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) ||
		strings.Contains(err.Error(), "conn could not be established")
}

// where names the place, and the address that was tried.
func where(pl place, detail string) string {
	if detail != "" && detail != pl.authority() && detail != pl.host {
		return fmt.Sprintf("%s (%s)", pl.authority(), detail)
	}
	return pl.authority()
}

// hung says what was under way when the time was up.
func hung(st stage, pl place, detail, via string) string {
	switch st {
	case stageDNS:
		return fmt.Sprintf("The time was up while %s was looked up in DNS.", pl.host)
	case stageConnect:
		return fmt.Sprintf("The time was up while the connection to %s was being made.", where(pl, detail))
	case stageProxy:
		return fmt.Sprintf("The time was up while %s was connecting to %s.", via, pl.authority())
	case stageTLS:
		return fmt.Sprintf("The time was up in the TLS handshake with %s.", pl.authority())
	case stageSend:
		return fmt.Sprintf("The time was up while the request to %s was being sent.", pl.authority())
	}
	return fmt.Sprintf("%s took the request and gave no complete answer in time.", pl.authority())
}

// tcpFault words what the operating system says about a connection.
func tcpFault(err error) string {
	for _, f := range []struct {
		err  error
		says string
	}{
		{syscall.ECONNREFUSED, "it refused the connection; nothing listens on that port"},
		{syscall.EHOSTUNREACH, "the host is unreachable"},
		{syscall.ENETUNREACH, "the network is unreachable"},
		{syscall.ECONNRESET, "the connection was reset"},
		{syscall.ETIMEDOUT, "it did not answer"},
		{syscall.EACCES, "the system does not allow it"},
		{syscall.EADDRNOTAVAIL, "the address cannot be reached from here"},
	} {
		if errors.Is(err, f.err) {
			return f.says
		}
	}
	return ""
}

func timedOut(err error) bool {
	var ne net.Error
	return errors.As(err, &ne) && ne.Timeout()
}

// certificateFault words why a certificate was not accepted, "" for other
// errors. Names in certificates are the peer's.
func certificateFault(err error, host string) string {
	var (
		name    x509.HostnameError
		unknown x509.UnknownAuthorityError
		invalid x509.CertificateInvalidError
		roots   x509.SystemRootsError
	)
	switch {
	case errors.As(err, &name):
		return fmt.Sprintf("The certificate is not for %s: %s.", host, certificateNames(name.Certificate))
	case errors.As(err, &unknown):
		return fmt.Sprintf("The certificate of %s was signed by an authority that is not trusted here%s.", host, signedBy(unknown.Cert))
	case errors.As(err, &invalid):
		return fmt.Sprintf("The certificate of %s is not valid: %s.", host, invalidReason(invalid))
	case errors.As(err, &roots):
		return "The system's root certificates cannot be read, so no certificate can be checked."
	}
	var verify *tls.CertificateVerificationError
	if errors.As(err, &verify) {
		return fmt.Sprintf("The certificate of %s cannot be verified.", host)
	}
	return ""
}

func certificateNames(c *x509.Certificate) string {
	if c == nil {
		return "it names another host"
	}
	names := append([]string{}, c.DNSNames...)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		return "it names no host"
	}
	more := ""
	if len(names) > 3 {
		more = fmt.Sprintf(" and %d more", len(names)-3)
		names = names[:3]
	}
	for i, n := range names {
		names[i] = bounded(redact.Clean(n), 100)
	}
	return "it names " + strings.Join(names, ", ") + more
}

func signedBy(c *x509.Certificate) string {
	if c == nil {
		return ""
	}
	return " (" + bounded(redact.Clean(c.Issuer.String()), 100) + ")"
}

func invalidReason(e x509.CertificateInvalidError) string {
	switch e.Reason {
	case x509.Expired:
		if e.Cert != nil && time.Now().Before(e.Cert.NotBefore) {
			return "it is valid only from " + e.Cert.NotBefore.UTC().Format("2006-01-02 15:04") + " UTC"
		}
		if e.Cert != nil {
			return "it expired on " + e.Cert.NotAfter.UTC().Format("2006-01-02 15:04") + " UTC"
		}
		return "it has expired"
	case x509.NotAuthorizedToSign:
		return "it was signed by a certificate that may not sign others"
	case x509.IncompatibleUsage:
		return "it is not one for servers"
	case x509.CANotAuthorizedForThisName, x509.UnconstrainedName:
		return "its authority may not sign for this name"
	case x509.TooManyIntermediates, x509.TooManyConstraints:
		return "its chain is too long"
	}
	return "its chain breaks a rule"
}

// alerts are TLS alerts of a peer (RFC 8446, section 6), by the text that
// crypto/tls gives them.
var alerts = []struct{ text, says string }{
	{"tls: certificate required", "the server wants a client certificate, and corstui has none to show"},
	{"tls: bad certificate", "the server did not accept the client's certificate, or wants one"},
	{"tls: handshake failure", "the server and corstui share no way to encrypt, or the server wants a client certificate"},
	{"tls: protocol version not supported", "the server speaks only TLS versions that browsers no longer accept"},
	{"tls: unrecognized name", "the server does not know this host name (SNI)"},
	{"tls: no application protocol", "the server speaks neither HTTP/1.1 nor HTTP/2 here"},
	{"tls: access denied", "the server refused access"},
	{"tls: internal error", "the server reported an internal error, as some do for a host name that they do not know"},
	{"tls: server selected unsupported protocol version", "the server speaks only TLS versions that browsers no longer accept"},
	{"tls: no supported versions satisfy", "the server speaks only TLS versions that browsers no longer accept"},
}

// alertFault words a TLS alert, "" for other errors. With TLS 1.3 an alert
// about the client's certificate comes only after the handshake.
func alertFault(err error, host string) string {
	text := err.Error()
	for _, a := range alerts {
		if strings.Contains(text, a.text) {
			return fmt.Sprintf("The TLS handshake with %s failed: %s.", host, a.says)
		}
	}
	if isAlert(err) {
		return fmt.Sprintf("%s ended TLS with an alert.", host)
	}
	return ""
}

// isAlert says whether the peer ended TLS with an alert.
func isAlert(err error) bool { return strings.Contains(err.Error(), "remote error: tls:") }

func handshakeFault(err error, pl place) string {
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &record):
		return fmt.Sprintf("%s does not speak TLS on this port; it may be a plain HTTP port.", pl.authority())
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Sprintf("%s closed the connection during the TLS handshake.", pl.authority())
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return fmt.Sprintf("%s reset the connection during the TLS handshake.", pl.authority())
	}
	return fmt.Sprintf("The TLS handshake with %s failed.", pl.authority())
}

// malformed are the errors that say themselves what was wrong with an answer.
var malformed = []error{errNotHTTP, errStatus, errNUL, errHeadSize, errHeadEnd, errInterim, errTwoSizes, errBadStatus}

// faults2 are errors of HTTP/2 and TLS, by a part of their text. The text may
// quote the peer, so it is not shown.
var faults2 = []struct{ part, says string }{
	{"GOAWAY", "it closed the HTTP/2 connection (GOAWAY) without an answer"},
	{"REFUSED_STREAM", "it refused the HTTP/2 request (REFUSED_STREAM)"},
	{"ENHANCE_YOUR_CALM", "it ended the HTTP/2 request as too busy (ENHANCE_YOUR_CALM)"},
	{"header list larger", fmt.Sprintf("the head of the response is larger than %d KiB, which is where browsers stop", maxHead>>10)},
	{"stream error", "it broke off the HTTP/2 request, or broke the rules of HTTP/2 in it"},
	{"connection error", "it broke the rules of HTTP/2"},
	{"malformed response", "its HTTP/2 response carries no status"},
	{"bad record MAC", "its TLS data is damaged"},
	{"invalid header", "a header cannot be sent over HTTP/2"},
}

func answerFault(err error, authority string) string {
	for _, m := range malformed {
		if errors.Is(err, m) {
			return fmt.Sprintf("%s gave no valid HTTP answer: %s.", authority, m)
		}
	}
	switch {
	case errors.Is(err, errNoAnswer):
		return fmt.Sprintf("%s closed the connection without any answer.", authority)
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return fmt.Sprintf("%s reset the connection before an answer came.", authority)
	}
	text := err.Error()
	for _, f := range faults2 {
		if strings.Contains(text, f.part) {
			return fmt.Sprintf("%s gave no HTTP answer: %s.", authority, f.says)
		}
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Sprintf("%s closed the connection before a whole answer came.", authority)
	}
	return fmt.Sprintf("The connection to %s broke before an answer came.", authority)
}

// unprocessed says that the peer did not look at the request (RFC 9113,
// section 8.7), so that it may be sent again.
func unprocessed(err error) bool {
	text := err.Error()
	return strings.Contains(text, "REFUSED_STREAM") || strings.Contains(text, "graceful shutdown GOAWAY") ||
		strings.Contains(text, "GOAWAY") && strings.Contains(text, "NO_ERROR")
}

// sentence makes a message harmless and bounds it. It begins as a sentence does
// unless a name stands there.
func sentence(s string) string {
	s = bounded(redact.Clean(s), maxMessage)
	for _, start := range []string{"the ", "it ", "what ", "more "} {
		if strings.HasPrefix(s, start) {
			s = strings.ToUpper(s[:1]) + s[1:]
		}
	}
	if s != "" && !strings.HasSuffix(s, ".") {
		s += "."
	}
	return s
}

func literal(host string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(host)
	return a, err == nil
}
