package probe

import (
	"net"
	"strings"
	"testing"
)

func TestDialerGoesWhereTheOptionsSay(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	dial, err := Network{ConnectTo: []string{"api.test:443:edge.test:" + port}, Resolve: []string{"edge.test:" + port + ":127.0.0.1", "other.test:" + port + ":127.0.0.1"}}.Dialer()
	if err != nil {
		t.Fatal(err)
	}
	for host, p := range map[string]string{"api.test": "443", "API.test.": "443", "other.test": port} {
		c, err := dial(t.Context(), host, p)
		if err != nil {
			t.Errorf("%s: %v", host, err)
			continue
		}
		if c.RemoteAddr().String() != l.Addr().String() {
			t.Errorf("%s: connected to %s", host, c.RemoteAddr())
		}
		_ = c.Close()
	}
	if _, err := (Network{Resolve: []string{"api.test:443"}}).Dialer(); err == nil || !strings.Contains(err.Error(), "HOST:PORT:ADDR") {
		t.Errorf("a bad --resolve: %v", err)
	}
}
