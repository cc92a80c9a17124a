package browser

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/proxy"
)

// echo answers each connection with what it was sent, until the sender ends.
func echo(t *testing.T) (addr string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				_, _ = io.Copy(c, c)
			}()
		}
	}()
	return l.Addr().String()
}

func TestRouterConnectsByItsDialer(t *testing.T) {
	addr := echo(t)
	asked := make(chan string, 10)
	r, err := NewRouter(func(_ context.Context, host, port string) (net.Conn, error) {
		asked <- net.JoinHostPort(host, port)
		switch host {
		case "refused.test":
			return nil, syscall.ECONNREFUSED
		case "nowhere.test":
			return nil, errors.New("no such host")
		}
		return net.Dial("tcp", addr)
	})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	d, err := proxy.SOCKS5("tcp", fmt.Sprintf("127.0.0.1:%d", r.Port()), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"api.test:443", "127.0.0.1:80", "[2001:db8::1]:8443"} {
		c, err := d.Dial("tcp", host)
		if err != nil {
			t.Fatalf("%s: %v", host, err)
		}
		if got := <-asked; got != host {
			t.Errorf("%s: asked for %s", host, got)
		}
		if _, err := io.WriteString(c, "hello"); err != nil {
			t.Fatal(err)
		}
		_ = c.(interface{ CloseWrite() error }).CloseWrite()
		if got, err := io.ReadAll(c); err != nil || string(got) != "hello" {
			t.Errorf("%s: %q, %v", host, got, err)
		}
		_ = c.Close()
	}
	for host, want := range map[string]string{"refused.test:443": "refused", "nowhere.test:443": "unreachable"} {
		if _, err := d.Dial("tcp", host); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", host, err)
		}
	}
}

func TestRouterEndsItsTunnels(t *testing.T) {
	addr := echo(t)
	r, err := NewRouter(func(context.Context, string, string) (net.Conn, error) { return net.Dial("tcp", addr) })
	if err != nil {
		t.Fatal(err)
	}
	d, err := proxy.SOCKS5("tcp", fmt.Sprintf("127.0.0.1:%d", r.Port()), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := d.Dial("tcp", "api.test:443")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	r.Close()
	_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, err := c.Read(make([]byte, 1)); err == nil || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the tunnel still stands: %v", err)
	}
}

func FuzzSOCKSRequest(f *testing.F) {
	for _, s := range []string{"\x05\x01\x00\x05\x01\x00\x03\x08api.test\x01\xbb", "\x05\x01\x00\x05\x01\x00\x01\x7f\x00\x00\x01\x00\x50", "\x04\x01\x00\x50", "\x05\xff", "", "\x05\x00\x05\x02\x00\x01"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		host, port, err := socksRequest(struct {
			io.Reader
			io.Writer
		}{strings.NewReader(string(b)), io.Discard})
		if err == nil && (len(host) > 255 || port == "") {
			t.Errorf("%q: %q, %q", b, host, port)
		}
	})
}
