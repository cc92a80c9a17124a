package probe

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"corstui/diagnose/exchange"
)

func TestOptionsThatCannotBeReadNameThemselves(t *testing.T) {
	for _, tt := range []struct {
		n    Network
		want []string
	}{
		{Network{Resolve: []string{"api.example.com"}}, []string{"--resolve", `"api.example.com"`, "HOST:PORT:ADDR"}},
		{Network{Resolve: []string{"api.example.com:443"}}, []string{"--resolve", "HOST:PORT:ADDR"}},
		{Network{Resolve: []string{"api.example.com:443:"}}, []string{"no address"}},
		{Network{Resolve: []string{"api.example.com:443:localhost"}}, []string{`"localhost" is no IP address`}},
		{Network{Resolve: []string{"api.example.com:443:127.0.0.1,x"}}, []string{`"x" is no IP address`}},
		{Network{Resolve: []string{"api.example.com:99999:127.0.0.1"}}, []string{`"99999" is no port`}},
		{Network{Resolve: []string{"api.example.com:0:127.0.0.1"}}, []string{`"0" is no port`}},
		{Network{Resolve: []string{"a b:443:127.0.0.1"}}, []string{`"a b" is no host name`}},
		{Network{Resolve: []string{"[::1:443:127.0.0.1"}}, []string{"--resolve"}},
		{Network{Resolve: []string{"a:443:127.0.0.1", "bad"}}, []string{`"bad"`}},
		{Network{ConnectTo: []string{"api.example.com:443:127.0.0.1"}}, []string{"--connect-to", "four parts"}},
		{Network{ConnectTo: []string{"a:443:b:x"}}, []string{`"x" is no port`}},
		{Network{ConnectTo: []string{"a:443:b:1:2"}}, []string{`"1:2" is no port`}},
		{Network{ConnectTo: []string{"a:443:::1:443"}}, []string{"--connect-to"}},
		{Network{ConnectTo: []string{"a:443:[127.0.0.1]:443"}}, []string{`"[127.0.0.1]" is no IPv6 address`}},
		{Network{ConnectTo: []string{"http://a:443:b:1"}}, []string{"--connect-to"}},
		{Network{ConnectTo: []string{""}}, []string{"--connect-to", `""`}},
		{Network{Direct: "203.0.113.7"}, []string{"--direct", "no port", "HOST:PORT"}},
		{Network{Direct: ":443"}, []string{"--direct", "no host"}},
		{Network{Direct: "a:"}, []string{"--direct", "no port"}},
		{Network{Direct: "a:https"}, []string{`"https" is no port`}},
		{Network{Direct: "2001:db8::1:443"}, []string{"--direct", "brackets"}},
		{Network{CAPEM: []byte("not PEM")}, []string{"--cacert", "PEM"}},
	} {
		_, err := NewClient(tt.n)
		if err == nil {
			t.Errorf("%+v: accepted", tt.n)
			continue
		}
		for _, w := range tt.want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%v: want %q in it", err, w)
			}
		}
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("%q is more than one line", err)
		}
	}
}

func TestWhereConnectionsGo(t *testing.T) {
	for _, tt := range []struct {
		name       string
		n          Network
		host, port string
		direct     bool
		want       string // host:port, and addresses in parentheses
		chosen     bool
	}{
		{name: "nothing given", host: "a.example", port: "443", want: "a.example:443"},
		{name: "another port", n: Network{Resolve: []string{"a.example:443:127.0.0.1"}}, host: "a.example", port: "80", want: "a.example:80"},
		{name: "resolved", n: Network{Resolve: []string{"A.Example:443:127.0.0.1"}}, host: "a.example", port: "443", want: "a.example:443 (127.0.0.1)", chosen: true},
		{name: "several addresses", n: Network{Resolve: []string{"a.example:443:127.0.0.1,[::1],::2"}}, host: "a.example", port: "443", want: "a.example:443 (127.0.0.1 ::1 ::2)", chosen: true},
		{name: "IPv6 without brackets", n: Network{Resolve: []string{"a.example:443:::1"}}, host: "a.example", port: "443", want: "a.example:443 (::1)", chosen: true},
		{name: "every host", n: Network{Resolve: []string{"*:443:127.0.0.1"}}, host: "a.example", port: "443", want: "a.example:443 (127.0.0.1)", chosen: true},
		{name: "a + before it", n: Network{Resolve: []string{"+a.example:443:127.0.0.1"}}, host: "a.example", port: "443", want: "a.example:443 (127.0.0.1)", chosen: true},
		{name: "a later --resolve replaces", n: Network{Resolve: []string{"a.example:443:127.0.0.1", "a.example:443:127.0.0.2"}}, host: "a.example", port: "443", want: "a.example:443 (127.0.0.2)", chosen: true},
		{name: "a dot at the end", n: Network{Resolve: []string{"a.example:443:127.0.0.1"}}, host: "a.example.", port: "443", want: "a.example:443 (127.0.0.1)", chosen: true},
		{name: "IPv6 host", n: Network{ConnectTo: []string{"[2001:db8::1]:443:[::1]:8443"}}, host: "2001:db8::1", port: "443", want: "::1:8443", chosen: true},
		{name: "connect to", n: Network{ConnectTo: []string{"a.example:443:b.example:8443"}}, host: "a.example", port: "443", want: "b.example:8443", chosen: true},
		{name: "any host", n: Network{ConnectTo: []string{":443:b.example:8443"}}, host: "a.example", port: "443", want: "b.example:8443", chosen: true},
		{name: "any port", n: Network{ConnectTo: []string{"a.example::b.example:8443"}}, host: "a.example", port: "81", want: "b.example:8443", chosen: true},
		{name: "any at all", n: Network{ConnectTo: []string{"::b.example:8443"}}, host: "a.example", port: "81", want: "b.example:8443", chosen: true},
		{name: "keeps the host", n: Network{ConnectTo: []string{"a.example:443::8443"}}, host: "a.example", port: "443", want: "a.example:8443"},
		{name: "keeps the port", n: Network{ConnectTo: []string{"a.example:443:b.example:"}}, host: "a.example", port: "443", want: "b.example:443", chosen: true},
		{name: "the first --connect-to counts", n: Network{ConnectTo: []string{"x.example:443:x:1", ":443:b:2", "a.example:443:c:3"}}, host: "a.example", port: "443", want: "b:2", chosen: true},
		{name: "a name beyond ASCII is its punycode", n: Network{ConnectTo: []string{"Bücher.example:443:b:2"}}, host: "xn--bcher-kva.example", port: "443", want: "b:2", chosen: true},
		{name: "connect to, then resolve", n: Network{ConnectTo: []string{"a.example:443:b.example:8443"}, Resolve: []string{"b.example:8443:127.0.0.3", "a.example:443:127.0.0.1"}}, host: "a.example", port: "443", want: "b.example:8443 (127.0.0.3)", chosen: true},
		{name: "localhost", host: "localhost", port: "80", want: "localhost:80 (127.0.0.1 ::1)"},
		{name: "a name below localhost", host: "Api.LocalHost.", port: "80", want: "api.localhost:80 (127.0.0.1 ::1)"},
		{name: "connect to localhost", n: Network{ConnectTo: []string{"::localhost:81"}}, host: "a.example", port: "80", want: "localhost:81 (127.0.0.1 ::1)", chosen: true},
		{name: "direct", n: Network{Direct: "[::1]:444", ConnectTo: []string{"::b:1"}}, host: "a.example", port: "443", direct: true, want: "::1:444", chosen: true},
		{name: "direct, for others", n: Network{Direct: "[::1]:444"}, host: "a.example", port: "443", want: "a.example:443"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rt, err := newRoutes(tt.n)
			if err != nil {
				t.Fatal(err)
			}
			got := rt.target(tt.host, tt.port, tt.direct)
			s := got.host + ":" + got.port
			if got.addrs != nil {
				s += " (" + strings.Trim(fmt.Sprint(got.addrs), "[]") + ")"
			}
			if s != tt.want || got.chosen != tt.chosen {
				t.Errorf("%s, chosen %v; want %s, %v", s, got.chosen, tt.want, tt.chosen)
			}
		})
	}
}

func TestHostAndNameStayWhereverTheConnectionGoes(t *testing.T) {
	ca := newCA()
	var sni, req atomic.Value
	cfg := ca.config(t)
	leaf := cfg.Certificates[0]
	cfg.Certificates = nil
	cfg.GetCertificate = func(h *tls.ClientHelloInfo) (*tls.Certificate, error) { sni.Store(h.ServerName); return &leaf, nil }
	addr := listenTLS(t, cfg, func(nc net.Conn) {
		req.Store(readRequest(nc))
		say("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")(nc)
	})
	_, port, _ := net.SplitHostPort(addr)
	for name, n := range map[string]Network{
		"connect-to": {ConnectTo: []string{"api.example.com:443:" + addr}},
		"resolve":    {ConnectTo: []string{"::" + ":" + port}, Resolve: []string{"api.example.com:" + port + ":127.0.0.1"}},
		"direct":     {Direct: addr},
	} {
		t.Run(name, func(t *testing.T) {
			n.CAPEM = caPEM(ca.cert)
			s := newClient(t, n).Session("https://api.example.com/")
			want(t, s.Do(within(t, 5*time.Second), Probe{Request: get("https://api.example.com/x"), Direct: name == "direct"}))
			if sni.Load() != "api.example.com" || !strings.Contains(req.Load().(string), "\r\nHost: api.example.com\r\n") {
				t.Errorf("SNI %v, request %q", sni.Load(), req.Load())
			}
		})
	}
}

func TestProxiesOfTheEnvironment(t *testing.T) {
	ca := newCA()
	origin := listenTLS(t, ca.config(t, "http/1.1"), func(nc net.Conn) {
		readRequest(nc)
		say("HTTP/1.1 200 OK\r\nX-By: origin\r\nContent-Length: 0\r\n\r\n")(nc)
	})
	var asked atomic.Value
	proxy := listenRaw(t, func(nc net.Conn) { serveProxy(nc, origin, &asked) })
	closed := func() string {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		return l.Addr().String()
	}()
	for _, tt := range []struct {
		name string
		env  map[string]string
		n    Network
		url  string
		peer
		asked string
	}{
		{name: "https through a tunnel", env: map[string]string{"HTTPS_PROXY": "http://" + proxy}, url: "https://api.example.com/x", peer: peer{ok: header("X-By", "origin")}, asked: "CONNECT api.example.com:443 HTTP/1.1"},
		{name: "lower case, without scheme", env: map[string]string{"https_proxy": proxy}, url: "https://api.example.com/x", peer: peer{ok: header("X-By", "origin")}, asked: "CONNECT"},
		{name: "with a password", env: map[string]string{"HTTPS_PROXY": "http://user:pa55@" + proxy}, url: "https://api.example.com/x", peer: peer{ok: header("X-By", "origin")}, asked: "Proxy-Authorization: Basic dXNlcjpwYTU1"},
		{name: "http in absolute form", env: map[string]string{"HTTP_PROXY": "http://user:pa55@" + proxy}, url: "http://api.example.com/x?y", peer: peer{ok: header("X-By", "proxy")}, asked: "GET http://api.example.com/x?y HTTP/1.1\r\nHost: api.example.com\r\nProxy-Authorization: Basic"},
		{name: "NO_PROXY", env: map[string]string{"HTTPS_PROXY": "http://" + closed, "NO_PROXY": "example.com"}, n: Network{ConnectTo: []string{"::" + origin}}, url: "https://api.example.com/x", peer: peer{ok: header("X-By", "origin")}},
		{name: "loopback never goes through", env: map[string]string{"HTTPS_PROXY": "http://" + closed}, n: Network{Resolve: []string{"*:*:127.0.0.1"}, ConnectTo: []string{"::" + ":" + port(origin)}}, url: "https://api.example.com/x", peer: peer{ok: header("X-By", "origin")}},
		{name: "connect-to elsewhere goes through", env: map[string]string{"HTTPS_PROXY": "http://" + proxy}, n: Network{ConnectTo: []string{"::192.0.2.1:8443"}}, url: "https://api.example.com/x", peer: peer{ok: header("X-By", "origin")}, asked: "CONNECT 192.0.2.1:8443"},
		{name: "nobody there", env: map[string]string{"HTTPS_PROXY": "http://" + closed}, url: "https://api.example.com/x", peer: peer{phase: exchange.FailureConnect, says: "he proxy " + closed}},
		{name: "refuses", env: map[string]string{"HTTPS_PROXY": "http://user:pa55@" + proxy}, url: "https://forbidden.example.com/x", peer: peer{phase: exchange.FailureConnect, says: "status 407"}},
		{name: "speaks no HTTP", env: map[string]string{"HTTPS_PROXY": "http://" + listenRaw(t, say("\x05\x00\x1b[2J"))}, url: "https://api.example.com/x", peer: peer{phase: exchange.FailureConnect, says: "no HTTP answer to CONNECT"}},
		{name: "hangs", env: map[string]string{"HTTPS_PROXY": "http://" + listenRaw(t, waitGone)}, url: "https://api.example.com/x", peer: peer{phase: exchange.FailureTimeout, says: "he proxy", hangs: true}},
		{name: "of an unknown kind", env: map[string]string{"HTTPS_PROXY": "gopher://" + proxy}, url: "https://api.example.com/x", peer: peer{phase: exchange.FailureConnect, says: "gopher"}},
		{name: "SOCKS", env: map[string]string{"HTTPS_PROXY": "socks5://" + listenRaw(t, func(nc net.Conn) { serveSocks(nc, origin) })}, url: "https://api.example.com/x", peer: peer{ok: header("X-By", "origin")}},
		{name: "metadata through a proxy", env: map[string]string{"HTTP_PROXY": "http://" + proxy}, url: "http://169.254.169.254/latest", peer: peer{phase: exchange.FailureRefused, says: "metadata"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, k := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy", "REQUEST_METHOD"} {
				t.Setenv(k, tt.env[k])
			}
			asked.Store("")
			tt.n.CAPEM = caPEM(ca.cert)
			c := newClient(t, tt.n)
			d := 10 * time.Second
			if tt.hangs {
				d = hang
			}
			x := c.RoundTrip(within(t, d), exchange.PurposeGet, get(tt.url))
			if x.Failure != nil && strings.Contains(x.Failure.Message, "pa55") {
				t.Errorf("the password of the proxy is in %q", x.Failure.Message)
			}
			tt.judge(t, x)
			if tt.asked != "" && x.Response != nil && x.Response.RemoteAddr != "" {
				t.Errorf("the proxy's address %s counts as the answerer's", x.Response.RemoteAddr)
			}
			if !strings.Contains(asked.Load().(string), tt.asked) {
				t.Errorf("the proxy was asked %q, want %q", asked.Load(), tt.asked)
			}
		})
	}
}

func port(addr string) string { _, p, _ := net.SplitHostPort(addr); return p }

// serveProxy is an HTTP proxy whose every tunnel ends at dest.
func serveProxy(nc net.Conn, dest string, asked *atomic.Value) {
	br := bufio.NewReader(nc)
	var b strings.Builder
	for !strings.HasSuffix(b.String(), "\r\n\r\n") {
		line, err := br.ReadString('\n')
		if err != nil {
			return
		}
		b.WriteString(line)
	}
	asked.Store(b.String())
	switch {
	case strings.HasPrefix(b.String(), "CONNECT forbidden"):
		say("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n")(nc)
	case strings.HasPrefix(b.String(), "CONNECT"):
		say("HTTP/1.1 200 Connection established\r\n\r\n")(nc)
		tunnel(nc, br, dest)
	default:
		say("HTTP/1.1 200 OK\r\nX-By: proxy\r\nContent-Length: 0\r\n\r\n")(nc)
	}
}

func tunnel(nc net.Conn, r io.Reader, dest string) {
	up, err := net.Dial("tcp", dest)
	if err != nil {
		return
	}
	defer up.Close()
	go func() { _, _ = io.Copy(up, r); _ = up.(*net.TCPConn).CloseWrite() }()
	_, _ = io.Copy(nc, up)
}

func serveSocks(nc net.Conn, dest string) {
	buf := make([]byte, 300)
	if _, err := io.ReadFull(nc, buf[:2]); err != nil {
		return
	}
	_, _ = io.ReadFull(nc, buf[:buf[1]])
	say("\x05\x00")(nc)
	_, _ = io.ReadFull(nc, buf[:5])
	_, _ = io.ReadFull(nc, buf[:int(buf[4])+2])
	say("\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")(nc)
	tunnel(nc, nc, dest)
}

func TestAddressesThatNoPeerMayChoose(t *testing.T) {
	for addr, want := range map[string]bool{
		"169.254.169.254": true, "169.254.0.1": true, "fe80::1": true, "fe80::1%eth0": true, "fd00:ec2::254": true, "100.100.100.200": true,
		"::ffff:169.254.169.254": true, "64:ff9b::a9fe:a9fe": true, "2002:a9fe:a9fe::": true, "168.63.129.16": true,
		"127.0.0.1": false, "10.0.0.1": false, "192.168.1.1": false, "::1": false, "fd00::1": false, "8.8.8.8": false, "169.253.1.1": false, "64:ff9b::808:808": false,
	} {
		if got := offLimits(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s: %v, want %v", addr, got, want)
		}
	}
}

func TestPeersDoNotSendUsToMetadata(t *testing.T) {
	dns := serveDNS(t, map[string]dnsAnswer{
		"meta.example.": {a: "169.254.169.254"},
		"six.example.":  {aaaa: "fe80::1"},
		"mine.example.": {a: "169.254.169.254"},
	})
	for _, url := range []string{
		"http://169.254.169.254/latest/meta-data/", "http://169.254.169.254:8080/", "http://[fe80::1]/", "http://[fd00:ec2::254]/", "http://[::ffff:169.254.169.254]/",
		"http://[::ffff:a9fe:a9fe]/", "https://169.254.169.254/", "http://meta.example/", "http://six.example/", "http://META.example:8080/",
	} {
		t.Run(url, func(t *testing.T) {
			c := newClient(t, Network{})
			c.resolver = dns
			x := c.Session("https://mine.example/").RoundTrip(within(t, 3*time.Second), exchange.PurposeRequest, get(url))
			peer{phase: exchange.FailureRefused, says: "metadata address"}.judge(t, x)
		})
	}
}

func TestTheUserMayGoToMetadata(t *testing.T) {
	addr := listenRaw(t, func(nc net.Conn) { readRequest(nc); say("HTTP/1.1 204 No Content\r\n\r\n")(nc) })
	c := newClient(t, Network{ConnectTo: []string{"169.254.169.254:80:" + addr}})
	want(t, c.Session().RoundTrip(within(t, 3*time.Second), exchange.PurposeRequest, get("http://169.254.169.254/")))

	meta := netip.MustParseAddr("169.254.169.254")
	pl := place{scheme: "http", host: "mine.example", port: "80"}
	if err := c.Session("http://mine.example/").admit(pl, target{host: "mine.example", port: "80"}, meta); err != nil {
		t.Errorf("the user's own host: %v", err)
	}
	if err := c.Session().admit(pl, target{host: "mine.example", port: "80"}, meta); err == nil {
		t.Error("another diagnosis may go there")
	}
	// Nor over a connection that the first one left.
	x := c.Session("http://other.example/").RoundTrip(within(t, time.Second), exchange.PurposeRequest, get("http://mine.example/"))
	peer{phase: exchange.FailureRefused, says: "mine.example is at a link-local"}.judge(t, x)
}

func TestNamesThatDoNotResolve(t *testing.T) {
	dns := serveDNS(t, map[string]dnsAnswer{
		"fails.example.": {rcode: 2},
		"empty.example.": {},
		"slow.example.":  {hang: true},
		"six.example.":   {aaaa: "::1"},
		"local.example.": {a: "127.0.0.1"},
	})
	srv, err := net.Listen("tcp", "[::1]:0")
	if err == nil {
		go func() { _ = http.Serve(srv, http.NotFoundHandler()) }()
		defer srv.Close()
	}
	addr := listenRaw(t, func(nc net.Conn) { readRequest(nc); say("HTTP/1.1 204 No Content\r\n\r\n")(nc) })
	for _, tt := range []struct {
		url string
		peer
	}{
		{"http://gone.example/", peer{phase: exchange.FailureDNS, says: "gone.example does not exist"}},
		{"http://empty.example/", peer{phase: exchange.FailureDNS, says: "has no address"}},
		{"http://fails.example/", peer{phase: exchange.FailureDNS, says: "fails.example could not be looked up"}},
		{"http://slow.example/", peer{phase: exchange.FailureTimeout, says: "looked up in DNS", hangs: true}},
		{"http://local.example:" + port(addr) + "/", peer{ok: status(204)}},
	} {
		t.Run(tt.url, func(t *testing.T) {
			c := newClient(t, Network{})
			c.resolver = dns
			tt.check(t, c, tt.url)
		})
	}
	if srv != nil {
		c := newClient(t, Network{})
		c.resolver = dns
		peer{ok: status(404)}.check(t, c, "http://six.example:"+port(srv.Addr().String())+"/")
	}
}
