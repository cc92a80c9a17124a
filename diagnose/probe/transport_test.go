package probe

import (
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
)

func TestHTTPTransportGoesWhereTheClientGoes(t *testing.T) {
	ca := newCA()
	origin := listenTLS(t, ca.config(t, "http/1.1"), func(nc net.Conn) {
		readRequest(nc)
		say("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\norigin")(nc)
	})
	var asked atomic.Value
	proxy := listenRaw(t, func(nc net.Conn) { serveProxy(nc, origin, &asked) })
	for name, tt := range map[string]struct {
		n     Network
		proxy string
		asked any
	}{
		"connect-to":                 {Network{ConnectTo: []string{"::" + origin}}, "", nil},
		"through a proxy":            {Network{ConnectTo: []string{"::192.0.2.1:8443"}}, "http://" + proxy, "CONNECT"},
		"loopback, whatever a proxy": {Network{ConnectTo: []string{"::" + origin}}, "http://127.0.0.1:1", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("HTTPS_PROXY", tt.proxy)
			t.Setenv("https_proxy", tt.proxy)
			t.Setenv("NO_PROXY", "")
			t.Setenv("no_proxy", "")
			asked = atomic.Value{}
			tt.n.CAPEM = caPEM(ca.cert)
			tr := newClient(t, tt.n).HTTPTransport()
			defer tr.CloseIdleConnections()
			req, _ := http.NewRequestWithContext(within(t, 10e9), "GET", "https://api.example.com/", nil)
			resp, err := tr.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			b, _ := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			if string(b) != "origin" || (asked.Load() != nil) != (tt.asked != nil) {
				t.Errorf("%q, the proxy was asked %v", b, asked.Load())
			}
		})
	}
}
