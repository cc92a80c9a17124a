package probe

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/net/idna"
	"golang.org/x/net/proxy"
)

// place is what a connection is kept for: where requests of this scheme, host
// and port go, past Cloudflare or not.
type place struct {
	scheme, host, port string
	direct             bool
}

// authority is the place as host:port.
func (p place) authority() string { return net.JoinHostPort(p.host, p.port) }

// conn is one connection. HTTP/1.1 carries one exchange at a time over it,
// HTTP/2 many.
type conn struct {
	place  place
	nc     net.Conn
	br     *bufio.Reader        // HTTP/1.1
	h2     *http.ClientConn     // HTTP/2, else nil
	tls    *tls.ConnectionState // nil for plain HTTP
	remote string
	issuer string
	// proxied says that requests go to a plain HTTP proxy, in absolute form;
	// proxyAuth is the value of their Proxy-Authorization.
	proxied   bool
	proxyAuth string
	dialed    exchangeTimes
	idleSince time.Time
	// certAsked says that the server asked for a client certificate.
	certAsked bool
	// users and dropped belong to the pool.
	users   int
	dropped bool
}

// exchangeTimes are how long the phases of a connection took.
type exchangeTimes struct{ dns, connect, tls time.Duration }

// dial opens a connection to the place. What it is doing is told to p, so that
// a time-out can say where it hung.
func (s *Session) dial(ctx context.Context, pl place, p *progress) (*conn, error) {
	if s.dials.Add(1) > maxDials {
		return nil, &budgetError{pl.authority()}
	}
	rt := s.c.routes
	t := rt.target(pl.host, pl.port, pl.direct)
	px, err := rt.proxyFor(pl.scheme, pl.host, pl.port, t)
	if err != nil {
		return nil, &proxyError{name: "the proxy of the environment", says: "its setting is no URL that can be used", err: err}
	}
	c := &conn{place: pl}
	if px == nil {
		c.nc, err = s.dialTarget(ctx, pl, t, p, &c.dialed)
	} else {
		c.nc, err = s.dialProxy(ctx, pl, t, px, p, c)
	}
	if err != nil {
		return nil, err
	}
	if px == nil {
		// Behind a proxy, whose address is none of the answerer's, it is unknown.
		c.remote = c.nc.RemoteAddr().String()
	}
	if pl.scheme == "https" {
		err = s.handshake(ctx, c, p)
	}
	if err != nil {
		_ = c.nc.Close()
		return nil, err
	}
	if c.h2 == nil {
		c.br = bufio.NewReaderSize(c.nc, 4<<10)
	}
	return c, nil
}

// handshake makes TLS of the connection, and HTTP/2 where the peer speaks it.
func (s *Session) handshake(ctx context.Context, c *conn, p *progress) error {
	p.enter(stageTLS, "")
	start := time.Now()
	cfg := s.c.tls.config(serverName(c.place.host))
	cfg.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		c.certAsked = true
		return &tls.Certificate{}, nil
	}
	tc := tls.Client(c.nc, cfg)
	if err := tc.HandshakeContext(ctx); err != nil {
		return err
	}
	c.dialed.tls = time.Since(start)
	cs := tc.ConnectionState()
	c.nc, c.tls, c.issuer = tc, &cs, issuer(&cs)
	if cs.NegotiatedProtocol != "h2" {
		return nil
	}
	h2, err := s.c.pool.h2.NewClientConn(context.WithValue(ctx, handedOver{}, tc), "https", c.place.authority())
	if err != nil {
		return err
	}
	c.h2 = h2
	return nil
}

// handedOver is the key under which a finished TLS connection reaches the
// transport that speaks HTTP/2 over it.
type handedOver struct{}

// newH2Transport returns a transport that dials nothing itself: it speaks
// HTTP/2 over connections that are handed to it.
func newH2Transport() *http.Transport {
	return &http.Transport{
		DialTLSContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			if tc, ok := ctx.Value(handedOver{}).(*tls.Conn); ok {
				return tc, nil
			}
			return nil, errors.New("no connection was handed over")
		},
		ForceAttemptHTTP2:      true,
		DisableCompression:     true,
		MaxResponseHeaderBytes: maxHead,
	}
}

// serverName is the host as certificates name it.
func serverName(host string) string {
	host = strings.TrimSuffix(host, ".")
	if a, err := idna.Lookup.ToASCII(host); err == nil {
		return a
	}
	return host
}

// dialTarget opens a TCP connection to the target, and refuses addresses that a
// peer must not choose.
func (s *Session) dialTarget(ctx context.Context, pl place, t target, p *progress, times *exchangeTimes) (net.Conn, error) {
	var lookup lookupTimes
	d := net.Dialer{
		KeepAlive: -1,
		Resolver:  s.c.resolver,
		ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
			ap, err := netip.ParseAddrPort(address)
			if err != nil {
				return err
			}
			return s.admit(pl, t, ap.Addr())
		},
	}
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		DNSStart:     func(httptrace.DNSStartInfo) { p.enter(stageDNS, t.host); lookup.start() },
		DNSDone:      func(httptrace.DNSDoneInfo) { lookup.stop() },
		ConnectStart: func(_, addr string) { p.enter(stageConnect, addr) },
	})
	start := time.Now()
	nc, err := dialAddrs(ctx, &d, t)
	if err != nil {
		return nil, err
	}
	times.dns = lookup.took()
	times.connect = max(time.Since(start)-times.dns, 0)
	return nc, nil
}

// admit decides whether a connection for the place may go to the address.
func (s *Session) admit(pl place, t target, a netip.Addr) error {
	switch {
	case !offLimits(a):
		return nil
	case t.chosen || s.userNamed(pl.host):
		s.c.pool.sensitive(pl)
		return nil
	}
	return &refusedError{pl.host, a.String()}
}

// dialAddrs connects to the fixed addresses of a target, one after another, or
// to its name.
func dialAddrs(ctx context.Context, d *net.Dialer, t target) (net.Conn, error) {
	if t.addrs == nil {
		return d.DialContext(ctx, "tcp", net.JoinHostPort(t.host, t.port))
	}
	var first error
	for _, a := range t.addrs {
		nc, err := d.DialContext(ctx, "tcp", net.JoinHostPort(a.String(), t.port))
		if err == nil {
			return nc, nil
		}
		if first == nil {
			first = err
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil, first
}

// lookupTimes measures a look-up; the hooks of httptrace may come late and from
// another goroutine.
type lookupTimes struct {
	mu    sync.Mutex
	began time.Time
	total time.Duration
}

func (l *lookupTimes) start() { l.mu.Lock(); l.began = time.Now(); l.mu.Unlock() }

func (l *lookupTimes) stop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.began.IsZero() {
		l.total += time.Since(l.began)
		l.began = time.Time{}
	}
}

func (l *lookupTimes) took() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.total
}

// dialProxy opens a connection by way of a proxy: a tunnel for https and for
// whatever the user sends elsewhere, absolute-form requests for plain http.
func (s *Session) dialProxy(ctx context.Context, pl place, t target, px *url.URL, p *progress, c *conn) (net.Conn, error) {
	name := "the proxy " + px.Host
	p.via = name
	if !t.chosen && !s.userNamed(pl.host) {
		// The proxy looks names up; an address is known here.
		if a, err := netip.ParseAddr(pl.host); err == nil && offLimits(a) {
			return nil, &refusedError{pl.host, pl.host}
		}
	}
	port := proxyPort(px)
	at := s.c.routes.resolved(target{host: hostKey(px.Hostname()), port: port, chosen: true}) // the proxy is the user's own
	switch px.Scheme {
	case "http", "https", "socks5", "socks5h":
	default:
		return nil, &proxyError{name: name, says: fmt.Sprintf("%q is no kind of proxy that corstui speaks to (http, https, socks5)", px.Scheme)}
	}
	nc, err := s.dialTarget(ctx, place{scheme: px.Scheme, host: px.Hostname(), port: port}, at, p, &c.dialed)
	if err != nil {
		return nil, &proxyError{name: name, says: "it cannot be reached", err: err}
	}
	fail := func(e error) (net.Conn, error) { _ = nc.Close(); return nil, e }
	p.enter(stageProxy, name)
	stop := closeOnDone(ctx, nc)
	defer stop()
	if px.Scheme == "https" {
		tc := tls.Client(nc, s.c.tls.config(serverName(px.Hostname()), "http/1.1"))
		if err := tc.HandshakeContext(ctx); err != nil {
			return fail(&proxyError{name: name, says: "its TLS handshake failed", err: err})
		}
		nc = tc
	}
	dest := net.JoinHostPort(t.host, t.port)
	if t.addrs != nil {
		dest = net.JoinHostPort(t.addrs[0].String(), t.port)
	}
	switch {
	case strings.HasPrefix(px.Scheme, "socks5"):
		if err := socks(ctx, nc, px, dest); err != nil {
			return fail(&proxyError{name: name, says: "it did not connect to " + dest, err: err})
		}
	case pl.scheme == "https" || t.chosen:
		if err := connectThrough(nc, px, dest); err != nil {
			return fail(&proxyError{name: name, says: err.Error(), err: ctx.Err()})
		}
	default:
		c.proxied, c.proxyAuth = true, basicAuth(px)
	}
	return nc, nil
}

// proxyPort is the port of a proxy's URL, or the usual one of its scheme.
func proxyPort(px *url.URL) string {
	if p := px.Port(); p != "" {
		return p
	}
	switch px.Scheme {
	case "https":
		return "443"
	case "socks5", "socks5h":
		return "1080"
	}
	return "80"
}

// closeOnDone makes reads and writes fail once the context is done, until stop.
// stop says whether the connection was left as it was.
func closeOnDone(ctx context.Context, nc net.Conn) (stop func() (untouched bool)) {
	return context.AfterFunc(ctx, func() { _ = nc.SetDeadline(time.Unix(1, 0)) })
}

// connectThrough asks an HTTP proxy for a tunnel (RFC 9110, section 9.3.6). The
// error is a sentence about the proxy.
func connectThrough(nc net.Conn, px *url.URL, dest string) error {
	req := "CONNECT " + dest + " HTTP/1.1\r\nHost: " + dest + "\r\nUser-Agent: " + DefaultUserAgent + "\r\n"
	if auth := basicAuth(px); auth != "" {
		req += "Proxy-Authorization: " + auth + "\r\n"
	}
	if _, err := nc.Write([]byte(req + "\r\n")); err != nil {
		return errors.New("it closed the connection")
	}
	// One byte at a time: what follows the head belongs to the tunnel.
	br := bufio.NewReaderSize(oneByte{nc}, 16)
	h, err := readHead(br, new(int))
	switch {
	case err != nil:
		return errors.New("it gave no HTTP answer to CONNECT")
	case h.status/100 != 2:
		return fmt.Errorf("it answered CONNECT %s with status %d", dest, h.status)
	}
	return nil
}

// oneByte reads single bytes, so that a buffered reader never takes more than
// was asked for.
type oneByte struct{ nc net.Conn }

func (o oneByte) Read(b []byte) (int, error) { return o.nc.Read(b[:1]) }

func basicAuth(px *url.URL) string {
	if px.User == nil {
		return ""
	}
	pass, _ := px.User.Password()
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(px.User.Username()+":"+pass))
}

// socks asks a SOCKS5 proxy for a connection over nc.
func socks(ctx context.Context, nc net.Conn, px *url.URL, dest string) error {
	var auth *proxy.Auth
	if px.User != nil {
		pass, _ := px.User.Password()
		auth = &proxy.Auth{User: px.User.Username(), Password: pass}
	}
	d, err := proxy.SOCKS5("tcp", "", auth, given{nc})
	if err != nil {
		return err
	}
	_, err = d.(proxy.ContextDialer).DialContext(ctx, "tcp", dest)
	return err
}

// given is a dialer that has its connection already.
type given struct{ nc net.Conn }

func (g given) Dial(string, string) (net.Conn, error) { return g.nc, nil }

func (g given) DialContext(context.Context, string, string) (net.Conn, error) { return g.nc, nil }
