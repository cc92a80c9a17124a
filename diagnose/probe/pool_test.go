package probe

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"corstui/diagnose/exchange"
)

func TestABatchOverManyHostsKeepsFewConnections(t *testing.T) {
	for name, h2 := range map[string]bool{"HTTP/1.1": false, "HTTP/2": true} {
		t.Run(name, func(t *testing.T) {
			srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") }))
			srv.EnableHTTP2 = h2
			scheme := "http"
			if h2 {
				srv.StartTLS()
				scheme = "https"
			} else {
				srv.Start()
			}
			defer srv.Close()
			c := newClient(t, Network{ConnectTo: []string{"::" + srv.Listener.Addr().String()}, Insecure: true})
			defer c.Close()
			for i := range maxIdle + 40 {
				want(t, c.Session().RoundTrip(within(t, 10*time.Second), exchange.PurposeGet, get(fmt.Sprintf("%s://h%d.example/", scheme, i))))
			}
			c.pool.mu.Lock()
			idle, shared, places := c.pool.count, len(c.pool.shared), len(c.pool.idle)
			c.pool.mu.Unlock()
			if idle > maxIdle || shared > maxIdle || places > maxIdle || idle+shared < maxIdle {
				t.Errorf("%d idle at %d places, %d shared", idle, places, shared)
			}
		})
	}
}

func TestAClosedClientKeepsNothing(t *testing.T) {
	k := &keepAlive{}
	addr := listenRaw(t, k.serve)
	c := newClient(t, Network{})
	want(t, c.RoundTrip(within(t, 5*time.Second), exchange.PurposeGet, get("http://"+addr+"/")))
	c.Close()
	want(t, c.RoundTrip(within(t, 5*time.Second), exchange.PurposeGet, get("http://"+addr+"/")))
	if c.pool.count != 0 || k.conns.Load() != 2 {
		t.Errorf("%d kept, %d connections", c.pool.count, k.conns.Load())
	}
}
