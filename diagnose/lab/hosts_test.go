package lab

import (
	"context"
	"net"
	"strings"
	"testing"
)

// FuzzOnlyKnownHostsAreServed: whatever a client writes into Host, nothing but
// the lab's own names and its scenarios' hosts is let through.
func FuzzOnlyKnownHostsAreServed(f *testing.F) {
	l, err := Start(context.Background(), "access-login", 0)
	if err != nil {
		f.Fatal(err)
	}
	defer l.Close()
	for _, seed := range []string{
		"", "localhost", "localhost" + l.port(), "127.0.0.1" + l.port(), "access-login.api.example.com", "ACCESS-LOGIN.api.example.com:443",
		"access-login.api.example.com.", "app.example.com", teamHost, "evil.example" + l.port(), "[::1]" + l.port(), "localhost:1:2", "a@localhost", "localhost\x00" + l.port(),
	} {
		f.Add(seed)
	}
	known := []string{"localhost", "127.0.0.1", "access-login.api.example.com", "app.example.com", teamHost}
	f.Fuzz(func(t *testing.T, host string) {
		name, ok := l.named(host)
		if !ok {
			return
		}
		plain := strings.ToLower(host)
		if h, _, err := net.SplitHostPort(plain); err == nil {
			plain = h
		}
		if !contains(known, name) || plain != name {
			t.Errorf("Host %q is served as %q", host, name)
		}
		if (name == "localhost" || name == "127.0.0.1") && !strings.HasSuffix(host, l.port()) {
			t.Errorf("Host %q is served without the lab's port", host)
		}
	})
}
