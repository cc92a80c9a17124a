package chrome_test

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
	hostO = "app.aa.test"   // the page
	hostS = "api.aa.test"   // an API of the page's own site
	hostA = "api.bb.test"   // the API
	hostB = "other.cc.test" // a third origin

	// Sites by the public suffix list, its private section included.
	hostP = "front.pages.dev"
	hostQ = "back.pages.dev"
	hostU = "app.example.co.uk"
	hostV = "api.example.co.uk"
	hostW = "deep.api.example.co.uk"
)

// answer is what the server sends for a path, byte for byte.
type answer struct {
	preflight string // to OPTIONS with access-control-request-method
	request   string // to everything else
	// withCookie is sent in place of request where a Cookie header came; empty
	// makes no difference.
	withCookie string
}

// wireServer is a loopback server of TLS and plain HTTP that answers with raw
// bytes and logs what it was asked.
type wireServer struct {
	tls, plain net.Listener
	caPEM      []byte

	mu      sync.Mutex
	answers map[string]answer
	log     map[string][]string // by first path segment
}

// hangUp as an answer closes the connection without a word.
const hangUp = "\x00close"

// silence as an answer keeps the connection open and says nothing.
const silence = "\x00silence"

// startServer starts the server; it ends with the test.
func startServer(t testing.TB) *wireServer {
	t.Helper()
	cert, caPEM := selfSigned(t)
	s := &wireServer{caPEM: caPEM, answers: map[string]answer{}, log: map[string][]string{}}
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

func selfSigned(t testing.TB) (tls.Certificate, []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "difftest"},
		NotBefore:    time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		DNSNames:    []string{hostO, hostS, hostA, hostB, "localhost"},
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

// tlsPort and plainPort are the ports as strings.
func (s *wireServer) tlsPort() string   { return port(s.tls) }
func (s *wireServer) plainPort() string { return port(s.plain) }

func port(l net.Listener) string { return strconv.Itoa(l.Addr().(*net.TCPAddr).Port) }

// set scripts the answer to a host and path ("api.bb.test/c1/x").
func (s *wireServer) set(hostPath string, a answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[hostPath] = a
}

// namesTold are the request headers that the log keeps.
var namesTold = []string{"origin", "access-control-request-method", "access-control-request-headers", "authorization", "content-type", "cookie", "x-a"}

// asked returns what was asked below the first path segment since the last
// call, in order: the method, the host and path, and the headers that CORS is
// about.
func (s *wireServer) asked(segment string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.log[segment]
	delete(s.log, segment)
	return out
}

func (s *wireServer) serve(l net.Listener) {
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
func (s *wireServer) conn(c net.Conn) {
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
		io.CopyN(io.Discard, r, int64(length))
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
	send := a.request
	switch {
	case !ok:
		send = "HTTP/1.1 599 Not Scripted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
	case method == "OPTIONS" && preflightFor != "":
		send = a.preflight
	case cookies && a.withCookie != "":
		send = a.withCookie
	}
	if send == hangUp {
		return
	}
	if send == silence {
		io.Copy(io.Discard, r)
		return
	}
	io.WriteString(c, send)
	// A clean end, so that the peer does not see a reset before the answer.
	if t, ok := c.(*tls.Conn); ok {
		t.CloseWrite()
	} else if t, ok := c.(*net.TCPConn); ok {
		t.CloseWrite()
	}
	io.Copy(io.Discard, io.LimitReader(r, 1<<16))
}

// reply writes an answer: a status line, the given header lines as they are,
// and a body of two bytes.
func reply(status string, lines ...string) string {
	var b bytes.Buffer
	b.WriteString("HTTP/1.1 " + status + "\r\n")
	for _, l := range lines {
		b.WriteString(l + "\r\n")
	}
	b.WriteString("Content-Length: 2\r\nConnection: close\r\n\r\nok")
	return b.String()
}
