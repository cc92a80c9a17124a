package loopback

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// serve runs a server whose both sides echo the target and the body to its own
// names, and refuse all others.
func serve(t *testing.T) *Server {
	t.Helper()
	ready := make(chan struct{})
	var s *Server
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-ready
		if !s.Own(r.Host) {
			Misdirected(w)
			return
		}
		if r.Header.Get("Upgrade") == "echo" {
			echo(w)
			return
		}
		b, err := io.ReadAll(r.Body)
		if err != nil {
			return // TestCloseDoesNotWaitForClients ends it
		}
		_, _ = fmt.Fprintf(w, "%s %s %s", r.Method, Target(r), b)
	})
	var err error
	if s, err = Serve(context.Background(), 0, Handlers{TLS: h, Plain: h}); err != nil {
		t.Fatal(err)
	}
	close(ready)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// echo speaks another protocol on the connection.
func echo(w http.ResponseWriter) {
	c, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer c.Close()
	_, _ = io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n")
	line, _ := rw.ReadString('\n')
	_, _ = io.WriteString(c, line)
}

// sides are the ways to the server's HTTP/1.
func sides(s *Server) map[string]func() (net.Conn, error) {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(s.PEM())
	return map[string]func() (net.Conn, error){
		"plain": func() (net.Conn, error) { return net.Dial("tcp", s.Addr()) },
		"TLS": func() (net.Conn, error) {
			return tls.Dial("tcp", s.Addr(), &tls.Config{RootCAs: roots, ServerName: "localhost"})
		},
	}
}

// statuses sends these bytes, ends its side where half is set, and returns the
// status and body of every answer until the server closes.
func statuses(t *testing.T, dial func() (net.Conn, error), raw string, half bool) string {
	t.Helper()
	c, err := dial()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.WriteString(c, raw); err != nil {
		t.Fatal(err)
	}
	if w, ok := c.(interface{ CloseWrite() error }); ok && half {
		_ = w.CloseWrite()
	}
	var out []string
	for r := bufio.NewReader(c); ; {
		resp, err := http.ReadResponse(r, nil)
		if err != nil {
			return strings.Join(out, ", ")
		}
		b, _ := io.ReadAll(resp.Body)
		if resp.StatusCode == http.StatusMisdirectedRequest {
			b = nil
		}
		out = append(out, strings.TrimSpace(fmt.Sprintf("%d %s", resp.StatusCode, b)))
		if resp.Close {
			return strings.Join(out, ", ")
		}
	}
}

func TestOnlyOneHostThatIsTheServersOwnIsServed(t *testing.T) {
	s := serve(t)
	own := "Host: " + s.Addr() + "\r\n"
	const end = "Connection: close\r\n\r\n"
	for _, tt := range []struct{ name, raw, want string }{
		{"its address", "GET /a HTTP/1.1\r\n" + own + end, "200 GET /a"},
		{"localhost", "GET /a HTTP/1.1\r\nhost:localhost" + strings.TrimPrefix(s.Addr(), "127.0.0.1") + "\r\n" + end, "200 GET /a"},
		{"an empty line first", "\r\n\r\nGET /a HTTP/1.1\r\n" + own + end, "200 GET /a"},
		{"lines that end with LF", "GET /a HTTP/1.1\n" + strings.TrimRight(own, "\r\n") + "\nConnection: close\n\n", "200 GET /a"},
		{"absolute form", "GET http://" + s.Addr() + "/a HTTP/1.1\r\n" + own + end, "200 GET http://" + s.Addr() + "/a"},
		{"a percent sign that begins no escape", "GET /%zz?%%3d% HTTP/1.1\r\n" + own + end, "200 GET /%zz?%%3d%"},
		{"HTTP/1.0 with Host", "GET /a HTTP/1.0\r\n" + own + "\r\n", "200 GET /a"},
		{"another host", "GET /a HTTP/1.1\r\nHost: evil.example\r\n" + end, "421"},
		{"another port", "GET /a HTTP/1.1\r\nHost: 127.0.0.1:1\r\n" + end, "421"},
		{"no Host", "GET /a HTTP/1.1\r\n" + end, "421"},
		{"no Host, HTTP/1.0", "GET /a HTTP/1.0\r\n\r\n", "421"},
		{"an empty Host", "GET /a HTTP/1.1\r\nHost:\r\n" + end, "421"},
		{"two hosts, the first its own", "GET /a HTTP/1.1\r\n" + own + "Host: evil.example\r\n" + end, "421"},
		{"two hosts, the second its own", "GET /a HTTP/1.1\r\nHost: evil.example\r\n" + own + end, "421"},
		{"its own host twice", "GET /a HTTP/1.1\r\n" + own + own + end, "421"},
		{"two hosts in one", "GET /a HTTP/1.1\r\nHost: " + s.Addr() + ", evil.example\r\n" + end, "421"},
		{"a malformed Host", "GET /a HTTP/1.1\r\nHost: a b\r\n" + end, "421"},
		{"a Host with a control character", "GET /a HTTP/1.1\r\nHost: " + s.Addr() + "\x01\r\n" + end, "421"},
		{"a Host with a user", "GET /a HTTP/1.1\r\nHost: x@" + s.Addr() + "\r\n" + end, "421"},
		{"a folded Host", "GET /a HTTP/1.1\r\nHost: " + s.Addr() + "\r\n .evil.example\r\n" + end, "421"},
		{"a space before the colon", "GET /a HTTP/1.1\r\nHost : evil.example\r\n" + own + end, "421"},
		{"absolute form with another host", "GET http://evil.example/a HTTP/1.1\r\n" + own + end, "421"},
		{"absolute form with another Host", "GET http://" + s.Addr() + "/a HTTP/1.1\r\nHost: evil.example\r\n" + end, "421"},
		{"absolute form without Host", "GET http://" + s.Addr() + "/a HTTP/1.1\r\n" + end, "421"},
		{"absolute form, HTTP/1.0", "GET http://evil.example/a HTTP/1.0\r\n\r\n", "421"},
		{"absolute form that cannot be read", "GET http://evil.example:x/%zz HTTP/1.1\r\nHost: evil.example\r\n" + end, "421"},
		{"CONNECT to another host", "CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n" + end, "421"},
		{"CONNECT to another host than Host", "CONNECT evil.example:443 HTTP/1.1\r\n" + own + end, "421"},
		{"OPTIONS of the server, another host", "OPTIONS * HTTP/1.1\r\nHost: evil.example\r\n" + end, "421"},
		{"an unknown expectation, another host", "GET /a HTTP/1.1\r\nHost: evil.example\r\nExpect: miracles\r\n" + end, "421"},
		{"an unknown coding, another host", "POST /a HTTP/1.1\r\nHost: evil.example\r\nTransfer-Encoding: rot13\r\n" + end, "421"},
		{"a header that is none, another host", "GET /a HTTP/1.1\r\nHost: evil.example\r\nno header\r\n" + end, "421"},
		{"a name that is none, another host", "GET /a HTTP/1.1\r\nHost: evil.example\r\nX(Y): 1\r\n" + end, "421"},
		{"a target that is none, another host", "GET a HTTP/1.1\r\nHost: evil.example\r\n" + end, "421"},
		{"a byte of no URL", "GET /\xff HTTP/1.1\r\n" + own + end, "421"},
		{"HTTP/2 without TLS", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "421"},
		{"HTTP/9.9", "GET /a HTTP/9.9\r\nHost: evil.example\r\n" + end, "421"},
		{"HTTP/0.9", "GET /a\r\n", "421"},
		{"another protocol", "HELO evil.example\r\n", "421"},
		{"a head of 2 MiB", "GET /a HTTP/1.1\r\nHost: evil.example\r\nX: " + strings.Repeat("a", 2<<20) + "\r\n" + end, "421"},
		{"a body that nobody wants", "POST /a HTTP/1.1\r\nHost: a b\r\nContent-Length: 50000\r\n\r\n" + strings.Repeat("b", 50_000), "421"},
	} {
		for side, dial := range sides(s) {
			t.Run(tt.name+", "+side, func(t *testing.T) {
				t.Parallel()
				if got := statuses(t, dial, tt.raw, false); got != tt.want {
					t.Errorf("answered %q, want %q", got, tt.want)
				}
			})
		}
	}
	t.Run("a head that breaks off", func(t *testing.T) {
		t.Parallel()
		for _, raw := range []string{"GET /a HTTP/1.1\r\nHost: evil.example\r\n", "GET /a HTT", "\r"} {
			if got := statuses(t, sides(s)["plain"], raw, true); got != "421" {
				t.Errorf("%q: answered %q", raw, got)
			}
		}
	})
}

func TestLaterRequestsOfAConnectionAreLookedAtToo(t *testing.T) {
	s := serve(t)
	head := func(line, more string) string {
		return line + " HTTP/1.1\r\nHost: " + s.Addr() + "\r\n" + more + "\r\n"
	}
	smuggled := "GET /evil HTTP/1.1\r\nHost: evil.example\r\n\r\n"
	for _, tt := range []struct{ name, raw, want string }{
		{"three in a row", head("GET /1", "") + head("GET /2", "") + head("GET /3", "Connection: close\r\n"), "200 GET /1, 200 GET /2, 200 GET /3"},
		{"a body, and another", head("POST /1", "Content-Length: 5\r\n") + "hello" + head("PUT /2", "Content-Length: 2\r\nConnection: close\r\n") + "hi", "200 POST /1 hello, 200 PUT /2 hi"},
		{"a body that looks like a head", head("POST /1", fmt.Sprintf("Content-Length: %d\r\n", len(smuggled))) + smuggled + head("GET /2", "Connection: close\r\n"), "200 POST /1 " + strings.TrimSpace(smuggled) + ", 200 GET /2"},
		{"another host second", head("GET /1", "") + smuggled + head("GET /3", "Connection: close\r\n"), "200 GET /1, 421, 200 GET /3"},
		{"no host second", head("GET /1", "") + "GET /2 HTTP/1.1\r\n\r\n" + head("GET /3", ""), "200 GET /1, 421"},
		{"two hosts second", head("GET /1", "") + head("GET /2", "Host: evil.example\r\n") + head("GET /3", ""), "200 GET /1, 421"},
		{"chunks are the end", head("POST /1", "Transfer-Encoding: chunked\r\n") + "5\r\nhello\r\n0\r\n\r\n" + smuggled, "200 POST /1 hello"},
		{"chunks and a size", head("POST /1", "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n") + "5\r\nhello\r\n0\r\n\r\n" + smuggled, "200 POST /1 hello"},
		{"another protocol that nobody speaks", head("GET /1", "Upgrade: none\r\nConnection: upgrade\r\n") + smuggled, "200 GET /1"},
	} {
		for side, dial := range sides(s) {
			t.Run(tt.name+", "+side, func(t *testing.T) {
				t.Parallel()
				got := statuses(t, dial, tt.raw, true)
				if got != tt.want {
					t.Errorf("answered %q, want %q", got, tt.want)
				}
			})
		}
	}
}

func TestAnotherProtocolGetsTheConnection(t *testing.T) {
	s := serve(t)
	for side, dial := range sides(s) {
		c, err := dial()
		if err != nil {
			t.Fatal(err)
		}
		_ = c.SetDeadline(time.Now().Add(20 * time.Second))
		_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: "+s.Addr()+"\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
		r := bufio.NewReader(c)
		resp, err := http.ReadResponse(r, nil)
		if err != nil || resp.StatusCode != http.StatusSwitchingProtocols {
			t.Fatalf("%s: %v %v", side, resp, err)
		}
		_, _ = io.WriteString(c, "ping\n")
		if line, err := r.ReadString('\n'); line != "ping\n" {
			t.Errorf("%s: %q %v", side, line, err)
		}
		_ = c.Close()
	}
}

// A body that comes in pieces, after the server has begun to answer, is whole.
func TestASlowRequestIsWhole(t *testing.T) {
	s := serve(t)
	for side, dial := range sides(s) {
		c, err := dial()
		if err != nil {
			t.Fatal(err)
		}
		_ = c.SetDeadline(time.Now().Add(20 * time.Second))
		raw := "POST /slow HTTP/1.1\r\nHost: " + s.Addr() + "\r\nContent-Length: 6\r\nConnection: close\r\n\r\nabcdef"
		for i := range len(raw) {
			_, _ = io.WriteString(c, raw[i:i+1])
			if i%20 == 0 {
				time.Sleep(time.Millisecond)
			}
		}
		resp, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatalf("%s: %v", side, err)
		}
		if b, _ := io.ReadAll(resp.Body); string(b) != "POST /slow abcdef" {
			t.Errorf("%s: %q", side, b)
		}
		_ = c.Close()
	}
}

func TestHTTP2IsServedAndRefusesOtherHosts(t *testing.T) {
	s := serve(t)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(s.PEM())
	tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: "localhost"}, ForceAttemptHTTP2: true}
	defer tr.CloseIdleConnections()
	for host, want := range map[string]int{s.Addr(): 200, "evil.example": 421, "": 200} {
		r, err := http.NewRequest("POST", "https://"+s.Addr()+"/a", strings.NewReader("body"))
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		resp, err := tr.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if resp.ProtoMajor != 2 || resp.StatusCode != want || want == 200 && string(b) != "POST /a body" {
			t.Errorf("Host %q: %s %d %q", host, resp.Proto, resp.StatusCode, b)
		}
	}
}

// A server that ends waits for nobody: neither for a client that says nothing
// nor for one in the middle of its handshake, its head or its body.
func TestCloseDoesNotWaitForClients(t *testing.T) {
	s := serve(t)
	for _, raw := range []string{"", "\x16\x03\x01", "GET", "GET / HTTP/1.1\r\n", "POST / HTTP/1.1\r\nHost: " + s.Addr() + "\r\nContent-Length: 9\r\n\r\nx"} {
		c, err := net.Dial("tcp", s.Addr())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		_, _ = io.WriteString(c, raw)
	}
	time.Sleep(50 * time.Millisecond)
	ended := make(chan struct{})
	go func() { _ = s.Close(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		t.Fatal("Close does not end")
	}
}

// FuzzOneReadableHostOrNone: whatever comes as a head, what net/http gets names
// exactly one host, and the one that the head names.
func FuzzOneReadableHostOrNone(f *testing.F) {
	for _, seed := range []string{
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
		"GET /%zz HTTP/1.0\r\n\r\n", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", "\n\nCONNECT a:1 HTTP/1.1\nHost: a:1\n\n", noHost,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		near, far := net.Pipe()
		go func() {
			_, _ = far.Write(raw)
			_ = far.Close()
		}()
		defer near.Close()
		h := newHeaded(near)
		for range 8 {
			r, err := http.ReadRequest(bufio.NewReader(onlyHead{h}))
			if err != nil {
				if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
					return
				}
				t.Fatalf("net/http could not read what came of %q: %v", raw, err)
			}
			if r.Host != "" && !bytes.Contains(bytes.ToLower(raw), bytes.ToLower([]byte(r.Host))) {
				t.Errorf("%q came to %q", raw, r.Host)
			}
			if h.over || h.body != 0 {
				return
			}
		}
	})
}

// onlyHead reads no more than a head at once, as there is no body.
type onlyHead struct{ h *headed }

func (o onlyHead) Read(b []byte) (int, error) {
	if len(o.h.out) == 0 && o.h.body != 0 {
		return 0, io.EOF
	}
	return o.h.Read(b)
}
