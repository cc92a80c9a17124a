package difftest

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// hosts of the scriptable server. "test" is a public suffix by the default
// rule, so these are different sites, but for the two of aa.test.
const (
	HostO = "app.aa.test"   // the page
	HostS = "api.aa.test"   // an API of the page's own site
	HostA = "api.bb.test"   // the API
	HostB = "other.cc.test" // a third origin

	// Sites by the public suffix list, its private section included.
	HostP = "front.pages.dev"
	HostQ = "back.pages.dev"
	HostU = "app.example.co.uk"
	HostV = "api.example.co.uk"
	HostW = "deep.api.example.co.uk"
)

// Answer is what the server sends for a path, byte for byte.
type Answer struct {
	Preflight string // to OPTIONS with access-control-request-method
	Request   string // to everything else
	// WithCookie is sent in place of Request where a Cookie header came; empty
	// makes no difference.
	WithCookie string
}

// Server is a loopback server of TLS and plain HTTP that answers with raw
// bytes and logs what it was asked.
type Server struct {
	tls, plain net.Listener
	CAPEM      []byte
	// Control, if set, answers what is asked for "/" and below ControlPath,
	// without a trace in the log. Set it before the first request.
	Control func(method, host, path, body string) string

	mu      sync.Mutex
	answers map[string]Answer
	log     map[string][]string // by first path segment
}

// HangUp as an answer closes the connection without a word.
const HangUp = "\x00close"

// Silence as an answer keeps the connection open and says nothing.
const Silence = "\x00silence"

// StartServer starts the server; it ends with the test.
func StartServer(t testing.TB) *Server {
	t.Helper()
	cert, caPEM := SelfSigned(t)
	s := &Server{CAPEM: caPEM, answers: map[string]Answer{}, log: map[string][]string{}}
	var err error
	if s.plain, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.tls = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{"http/1.1"}})
	t.Cleanup(func() { s.tls.Close(); s.plain.Close() })
	go s.serve(s.tls)
	go s.serve(s.plain)
	return s
}

// SelfSigned makes a certificate for the hosts that is its own authority, and
// returns that in PEM form too.
func SelfSigned(t testing.TB) (tls.Certificate, []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "difftest"},
		NotBefore:    time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		DNSNames:    []string{HostO, HostS, HostA, HostB, "localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA:        true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key},
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// TLSPort is the port of TLS.
func (s *Server) TLSPort() string { return port(s.tls) }

// PlainPort is the port of plain HTTP.
func (s *Server) PlainPort() string { return port(s.plain) }

func port(l net.Listener) string { return strconv.Itoa(l.Addr().(*net.TCPAddr).Port) }

// Set scripts the answer to a host and path ("api.bb.test/c1/x").
func (s *Server) Set(hostPath string, a Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[hostPath] = a
}

// namesTold are the request headers that the log keeps.
var namesTold = []string{"origin", "access-control-request-method", "access-control-request-headers", "authorization", "content-type", "cookie", "x-a"}

// Asked returns what was asked below the first path segment since the last
// call, in order: the method, the host and path, and the headers that CORS is
// about.
func (s *Server) Asked(segment string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.log[segment]
	delete(s.log, segment)
	return out
}

func (s *Server) serve(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go s.conn(c)
	}
}

// conn answers one request and closes: no request meets the state that another
// left on its connection.
func (s *Server) conn(c net.Conn) {
	defer c.Close()
	c.SetDeadline(time.Now().Add(10 * time.Second))
	r := bufio.NewReader(io.LimitReader(c, 1<<20))
	line, err := r.ReadString('\n')
	if err != nil {
		return
	}
	f := strings.Fields(line)
	if len(f) < 2 {
		return
	}
	method, target := f[0], f[1]
	var host, preflightFor string
	var told []string // headers that CORS is about, in the order of namesTold
	headers := map[string]string{}
	length, cookies := 0, false
	var body strings.Builder
	for {
		h, err := r.ReadString('\n')
		if err != nil {
			return
		}
		h = strings.TrimRight(h, "\r\n")
		if h == "" {
			break
		}
		name, value, _ := strings.Cut(h, ":")
		value, name = strings.TrimSpace(value), strings.ToLower(name)
		headers[name] = value
		switch name {
		case "host":
			host = value
		case "access-control-request-method":
			preflightFor = value
		case "cookie":
			cookies = true
		case "content-length":
			length, _ = strconv.Atoi(value)
		}
	}
	if length > 0 {
		io.CopyN(&body, r, int64(length))
	}
	path := target
	if u, err := url.Parse(target); err == nil {
		path = u.Path
	}
	hostname, _, err := net.SplitHostPort(host)
	if err != nil {
		hostname = host
	}
	if hostname == "127.0.0.1" {
		hostname = "localhost"
	}
	if send, ok := s.control(method, hostname, path, body.String()); ok {
		finish(c, r, send)
		return
	}
	segment := strings.SplitN(strings.TrimPrefix(path, "/"), "/", 2)[0]
	s.mu.Lock()
	for _, name := range namesTold {
		if v, ok := headers[name]; ok {
			told = append(told, name+"="+v)
		}
	}
	s.log[segment] = append(s.log[segment], strings.Join(append([]string{method + " " + hostname + path}, told...), " "))
	a, ok := s.answers[strings.ToLower(hostname)+path]
	s.mu.Unlock()
	send := a.Request
	switch {
	case !ok:
		send = "HTTP/1.1 599 Not Scripted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
	case method == "OPTIONS" && preflightFor != "":
		send = a.Preflight
	case cookies && a.WithCookie != "":
		send = a.WithCookie
	}
	if send == HangUp {
		return
	}
	if send == Silence {
		io.Copy(io.Discard, r)
		return
	}
	finish(c, r, send)
}

// finish sends an answer and ends the connection.
func finish(c net.Conn, r io.Reader, send string) {
	io.WriteString(c, send)
	// A clean end, so that the peer does not see a reset before the answer.
	if t, ok := c.(*tls.Conn); ok {
		t.CloseWrite()
	} else if t, ok := c.(*net.TCPConn); ok {
		t.CloseWrite()
	}
	io.Copy(io.Discard, io.LimitReader(r, 1<<16))
}

// Reply writes an answer: a status line, the given header lines as they are,
// and a body of two bytes.
func Reply(status string, lines ...string) string {
	var b bytes.Buffer
	b.WriteString("HTTP/1.1 " + status + "\r\n")
	for _, l := range lines {
		b.WriteString(l + "\r\n")
	}
	b.WriteString("Content-Length: 2\r\nConnection: close\r\n\r\nok")
	return b.String()
}
