package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"corstui/diagnose/exchange"
)

// TestMain also sees that nothing is logged: package log would write what a
// peer sent to standard error.
func TestMain(m *testing.M) {
	var logged lockedBuffer
	log.SetOutput(&logged)
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		if s := logged.String(); s != "" {
			fmt.Fprintf(os.Stderr, "FAIL: logged: %s", s)
			code = 1
		}
		os.Exit(code)
	}))
}

// newClient makes a client of these options that ends with the test.
func newClient(t *testing.T, n Network) *Client {
	t.Helper()
	c, err := NewClient(n)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// within returns a context that ends after d, and with the test.
func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}

func caPEM(c *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
}

func get(url string) exchange.Request { return exchange.Request{Method: "GET", URL: url} }

// want fails the test unless the exchange has a response.
func want(t *testing.T, x exchange.Exchange) *exchange.Response {
	t.Helper()
	if x.Response == nil {
		t.Fatalf("%s %s: %+v", x.Request.Method, x.Request.URL, x.Failure)
	}
	return x.Response
}

func TestARequestGoesOutExactlyAsGiven(t *testing.T) {
	var got atomic.Value
	addr := listenRaw(t, func(nc net.Conn) {
		got.Store(readRequest(nc))
		_, _ = io.WriteString(nc, "HTTP/1.1 204 No Content\r\n\r\n")
	})
	c := newClient(t, Network{})
	url := "http://" + addr + "//a%2fb/ü|\"x?q=[1]|2&z={}#frag"
	x := c.RoundTrip(within(t, 5*time.Second), exchange.PurposeRequest, exchange.Request{
		Method: "QUERY", URL: url, Body: "päyload", HasBody: true,
		Headers: exchange.Headers{{Name: "x-CaMel", Value: "1"}, {Name: "Accept", Value: "*/*"}, {Name: "x-CaMel", Value: "\xe9"}, {Name: "Content-Length", Value: "999"}},
	})
	want(t, x)
	expect := "QUERY //a%2fb/%C3%BC|\"x?q=[1]|2&z={} HTTP/1.1\r\nHost: " + addr + "\r\n" +
		"x-CaMel: 1\r\nAccept: */*\r\nx-CaMel: \xe9\r\nUser-Agent: corstui\r\nContent-Length: 8\r\n\r\npäyload"
	if d := cmp.Diff(expect, got.Load()); d != "" {
		t.Errorf("on the wire (-want +got):\n%s", d)
	}
	if x.ID != "e1" || x.Purpose != exchange.PurposeRequest {
		t.Errorf("exchange %q %q", x.ID, x.Purpose)
	}
}

func TestHeadersComeAsTheyCame(t *testing.T) {
	addr := listenRaw(t, func(nc net.Conn) {
		readRequest(nc)
		_, _ = io.WriteString(nc, "HTTP/1.1 200 Fine\x1b[31m\r\n"+
			"Vary: a\r\naccess-control-Allow-origin: https://app.example.com\x0b\r\nx-b : spaced \t\r\nVary: b\n"+
			"X-Fold: one\r\n  two\r\nno-colon\r\n : folded\r\nno colon here\r\nbad name: x\r\nX-Hi: caf\xe9\r\n: empty\r\nX-Empty:\r\nContent-Length: 2\r\n\r\nok")
	})
	c := newClient(t, Network{})
	r := want(t, c.RoundTrip(within(t, 5*time.Second), exchange.PurposeGet, get("http://"+addr+"/")))
	expect := exchange.Headers{
		{Name: "Vary", Value: "a"}, {Name: "access-control-Allow-origin", Value: "https://app.example.com\x0b"},
		{Name: "x-b", Value: "spaced"}, {Name: "Vary", Value: "b"}, {Name: "X-Fold", Value: "one two"},
		{Name: "X-Hi", Value: "caf\xe9"}, {Name: "X-Empty", Value: ""}, {Name: "Content-Length", Value: "2"},
	}
	if d := cmp.Diff(expect, r.Headers); d != "" {
		t.Errorf("headers (-want +got):\n%s", d)
	}
	if r.Reason != `Fine\x1b[31m` || r.Status != 200 || r.Body != "ok" || r.Proto != "HTTP/1.1" || r.RemoteAddr != addr {
		t.Errorf("response %+v", r)
	}
}

func TestRequestsSpeakHTTP2WhereTheServerDoes(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Saw", fmt.Sprintf("%s %s %s %s %q %q", r.Proto, r.Method, r.Host, r.RequestURI, r.Header.Get("User-Agent"), r.Header["Accept-Encoding"]))
		w.Header()["X-Two"] = []string{"z", "a"}
		w.WriteHeader(201)
		_, _ = w.Write(body)
	}))
	srv.EnableHTTP2 = true
	srv.StartTLS()
	defer srv.Close()
	c := newClient(t, Network{CAPEM: caPEM(srv.Certificate()), ConnectTo: []string{"example.com:443:" + srv.Listener.Addr().String()}})
	for range 2 {
		x := c.RoundTrip(within(t, 5*time.Second), exchange.PurposeRequest, exchange.Request{
			Method: "PUT", URL: "https://example.com//x|?y", Body: "hi", HasBody: true, Headers: exchange.Headers{{Name: "User-Agent", Value: "Browser"}},
		})
		r := want(t, x)
		saw := r.Headers.Value("x-saw")
		if saw != `HTTP/2.0 PUT example.com //x|?y "Browser" []` || r.Body != "hi" || r.Proto != "HTTP/2.0" || r.Headers.Value("x-two") != "z, a" {
			t.Errorf("%s\n%+v", saw, r)
		}
		if !strings.Contains(r.TLSIssuer, "Acme Co") {
			t.Errorf("issuer %q", r.TLSIssuer)
		}
		if first := x.ID == "e1"; first != (x.Timing.TLS > 0) {
			t.Errorf("%s: timing %+v", x.ID, x.Timing)
		}
	}
}

// listenRaw serves each connection to a loopback port with f.
func listenRaw(t *testing.T, f func(net.Conn)) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	serveRaw(t, l, f)
	return l.Addr().String()
}

func listenTLS(t *testing.T, cfg *tls.Config, f func(net.Conn)) (addr string) {
	t.Helper()
	l, err := tls.Listen("tcp", "127.0.0.1:0", cfg)
	if err != nil {
		t.Fatal(err)
	}
	serveRaw(t, l, f)
	return l.Addr().String()
}

func serveRaw(t *testing.T, l net.Listener, f func(net.Conn)) {
	done := make(chan struct{})
	var open connSet
	go func() {
		defer close(done)
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			open.add(nc)
			open.wg.Go(func() {
				defer open.remove(nc)
				f(nc)
			})
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done; open.closeAll() })
}

// readRequest reads one request, body included.
func readRequest(nc net.Conn) string {
	var b []byte
	buf := make([]byte, 4096)
	for {
		head, body, ok := strings.Cut(string(b), "\r\n\r\n")
		if ok {
			n := 0
			if _, cl, found := strings.Cut(head, "\r\nContent-Length: "); found {
				_, _ = fmt.Sscanf(cl, "%d", &n)
			}
			if len(body) >= n {
				return string(b)
			}
		}
		n, err := nc.Read(buf)
		if err != nil {
			return string(b)
		}
		b = append(b, buf[:n]...)
	}
}
