package probe

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"corstui/diagnose/exchange"
)

// keepAlive answers every request of a connection, and counts both.
type keepAlive struct {
	conns, requests atomic.Int64
	answer          func(n int64, request string) string
}

func (k *keepAlive) serve(nc net.Conn) {
	k.conns.Add(1)
	for {
		r := readRequest(nc)
		if !strings.HasSuffix(r, "\r\n\r\n") {
			return
		}
		n := k.requests.Add(1)
		a := "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
		if k.answer != nil {
			a = k.answer(n, r)
		}
		if _, err := io.WriteString(nc, a); err != nil || a == "" {
			return
		}
	}
}

func TestConnectionsAreUsedAgain(t *testing.T) {
	for name, answer := range map[string]string{
		"size":      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
		"chunks":    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-T: 1\r\n\r\n",
		"no body":   "HTTP/1.1 204 No Content\r\n\r\n",
		"304":       "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n",
		"empty":     "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.0":  "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok",
		"interim":   "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
		"big":       "HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + strings.Repeat("x", 200_000),
		"not more":  "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: Upgrade, close\r\n\r\nok",
		"no length": "HTTP/1.1 200 OK\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			k := &keepAlive{answer: func(int64, string) string { return answer }}
			serve := k.serve
			single := name == "not more" || name == "no length"
			if single {
				serve = func(nc net.Conn) { k.conns.Add(1); readRequest(nc); say(answer)(nc) }
			}
			addr := listenRaw(t, serve)
			s := newClient(t, Network{}).Session()
			for range 3 {
				want(t, s.RoundTrip(within(t, 5*time.Second), exchange.PurposeGet, get("http://"+addr+"/")))
			}
			if wantConns := map[bool]int64{false: 1, true: 3}[single]; k.conns.Load() != wantConns {
				t.Errorf("%d connections, want %d", k.conns.Load(), wantConns)
			}
		})
	}
}

func TestAClosedConnectionIsReplacedWhateverTheMethod(t *testing.T) {
	var conns atomic.Int64
	addr := listenRaw(t, func(nc net.Conn) { // each connection takes one request, and does not say so
		conns.Add(1)
		readRequest(nc)
		say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")(nc)
	})
	s := newClient(t, Network{}).Session()
	for range 5 {
		r := exchange.Request{Method: "POST", URL: "http://" + addr + "/", Body: "x", HasBody: true}
		want(t, s.RoundTrip(within(t, 5*time.Second), exchange.PurposeRequest, r))
	}
	if conns.Load() != 5 {
		t.Errorf("%d connections", conns.Load())
	}
}

func TestARequestIsNotRepeatedOnAFreshConnection(t *testing.T) {
	var conns atomic.Int64
	addr := listenRaw(t, func(nc net.Conn) { conns.Add(1); readRequest(nc) })
	s := newClient(t, Network{}).Session()
	s.RoundTrip(within(t, 5*time.Second), exchange.PurposeRequest, exchange.Request{Method: "POST", URL: "http://" + addr + "/"})
	if conns.Load() != 1 {
		t.Errorf("sent %d times", conns.Load())
	}
}

func TestHEADReadsNoBody(t *testing.T) {
	k := &keepAlive{answer: func(_ int64, r string) string {
		if strings.HasPrefix(r, "HEAD") {
			return "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 500\r\n\r\n"
		}
		return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
	}}
	addr := listenRaw(t, k.serve)
	s := newClient(t, Network{}).Session()
	r := want(t, s.RoundTrip(within(t, 5*time.Second), exchange.PurposeGet, exchange.Request{Method: "HEAD", URL: "http://" + addr + "/"}))
	if r.Body != "" || r.BodyError != "" || r.Headers.Value("Content-Length") != "500" {
		t.Errorf("%+v", r)
	}
	if got := want(t, s.RoundTrip(within(t, 5*time.Second), exchange.PurposeGet, get("http://"+addr+"/"))).Body; got != "ok" {
		t.Errorf("after it: %q", got)
	}
}

func TestSessionsNumberTheirOwnExchangesAndShareConnections(t *testing.T) {
	k := &keepAlive{}
	addr := listenRaw(t, k.serve)
	c := newClient(t, Network{})
	for range 2 {
		s := c.Session("http://" + addr + "/")
		for i := range 2 {
			if x := s.RoundTrip(within(t, 5*time.Second), exchange.PurposeGet, get("http://"+addr+"/")); x.ID != fmt.Sprintf("e%d", i+1) || x.Response == nil {
				t.Errorf("%s %+v", x.ID, x.Failure)
			}
		}
	}
	if k.conns.Load() != 1 {
		t.Errorf("%d connections", k.conns.Load())
	}
}

func TestAnAnswerCountsBeforeTheBodyIsSent(t *testing.T) {
	addr := listenRaw(t, func(nc net.Conn) {
		_, _ = nc.Read(make([]byte, 200)) // and no more
		say("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n")(nc)
		time.Sleep(2 * hang)
	})
	s := newClient(t, Network{}).Session()
	r := exchange.Request{Method: "POST", URL: "http://" + addr + "/", Body: strings.Repeat("b", 32<<20), HasBody: true}
	if got := want(t, s.RoundTrip(within(t, 5*time.Second), exchange.PurposeRequest, r)).Status; got != 413 {
		t.Errorf("status %d", got)
	}
}

func TestALargeBodyArrives(t *testing.T) {
	var n atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		k, _ := io.Copy(io.Discard, r.Body)
		n.Add(k)
	}))
	defer srv.Close()
	c := newClient(t, Network{})
	for range 2 {
		want(t, c.RoundTrip(within(t, 10*time.Second), exchange.PurposeRequest, exchange.Request{Method: "POST", URL: srv.URL, Body: strings.Repeat("b", 4<<20), HasBody: true}))
	}
	c.Close()
	if n.Load() != 8<<20 {
		t.Errorf("%d bytes", n.Load())
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	k := &keepAlive{answer: func(int64, string) string {
		return "HTTP/1.1 302 Found\r\nLocation: http://[broken\r\nContent-Length: 0\r\n\r\n"
	}}
	addr := listenRaw(t, k.serve)
	r := want(t, newClient(t, Network{}).RoundTrip(within(t, 5*time.Second), exchange.PurposeGet, get("http://"+addr+"/")))
	if r.Status != 302 || r.Headers.Value("Location") != "http://[broken" || k.requests.Load() != 1 {
		t.Errorf("%+v, %d requests", r, k.requests.Load())
	}
}

func TestRunAllIsOneRoundInAnyOrder(t *testing.T) {
	var gathered sync.WaitGroup
	const n = 12
	gathered.Add(n)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		gathered.Done()
		gathered.Wait() // all of them are under way at the same time
		w.Header().Set("X-Path", r.URL.Path)
	}))
	defer srv.Close()
	var ps []Probe
	for i := range n {
		ps = append(ps, Probe{Purpose: exchange.PurposeGet, Request: get(fmt.Sprintf("%s/%d", srv.URL, i+1))})
	}
	c := newClient(t, Network{})
	busy, seen := false, map[string]string{}
	c.Session().RunAll(within(t, 10*time.Second), ps, func(p Probe, x exchange.Exchange) {
		if busy {
			t.Error("done is called concurrently")
		}
		busy = true
		seen[x.ID] = want(t, x).Headers.Value("X-Path")
		busy = false
	})
	c.Close()
	expect := map[string]string{}
	for i := 1; i <= n; i++ {
		expect[fmt.Sprintf("e%d", i)] = fmt.Sprintf("/%d", i)
	}
	if !reflect.DeepEqual(seen, expect) {
		t.Errorf("%v", seen)
	}
}

func TestRunAllOutlivesAPanicOfItsCaller(t *testing.T) {
	k := &keepAlive{}
	addr := listenRaw(t, k.serve)
	calls := 0
	newClient(t, Network{}).RunAll(within(t, 5*time.Second), []Probe{{Request: get("http://" + addr)}, {Request: get("http://" + addr)}, {Request: get("::")}}, func(Probe, exchange.Exchange) {
		calls++
		panic("caller")
	})
	if calls != 3 {
		t.Errorf("%d calls", calls)
	}
}

func TestRunAllEndsWithTheContext(t *testing.T) {
	addr := listenRaw(t, waitGone)
	ps := make([]Probe, 3*hostConcurrency)
	for i := range ps {
		ps[i] = Probe{Request: get("http://" + addr)}
	}
	start, n := time.Now(), 0
	newClient(t, Network{}).RunAll(within(t, hang), ps, func(_ Probe, x exchange.Exchange) {
		n++
		if x.Failure == nil || x.Failure.Phase != exchange.FailureTimeout {
			t.Errorf("%+v", x.Failure)
		}
	})
	if n != len(ps) || time.Since(start) > hang+slack {
		t.Errorf("%d of %d in %v", n, len(ps), time.Since(start))
	}
}

func TestReadyOpensConnectionsBesideTheFirstRequest(t *testing.T) {
	k := &keepAlive{answer: func(_ int64, r string) string {
		time.Sleep(50 * time.Millisecond)
		return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
	}}
	addr := listenRaw(t, k.serve)
	c := newClient(t, Network{})
	s := c.Session("http://" + addr + "/")
	s.Ready(6)
	ctx := within(t, 10*time.Second)
	want(t, s.RoundTrip(ctx, exchange.PurposeRequest, get("http://"+addr+"/")))
	for range 100 {
		if k.conns.Load() == 6 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if k.requests.Load() != 1 {
		t.Errorf("%d requests before the round", k.requests.Load())
	}
	var ps []Probe
	for range 6 {
		ps = append(ps, Probe{Request: get("http://" + addr + "/")})
	}
	s.RunAll(ctx, ps, func(_ Probe, x exchange.Exchange) {
		want(t, x)
		if x.Timing.Connect != 0 {
			t.Errorf("%s had to connect", x.ID)
		}
	})
	if k.conns.Load() != 6 {
		t.Errorf("%d connections", k.conns.Load())
	}
}

func TestTheTeamsConnectionOpensBeforeItsKeysAreAsked(t *testing.T) {
	const team = "ours.cloudflareaccess.com"
	for name, token := range map[string]string{
		"the token names it":    unsigned(`{"iss":"https://` + team + `"}`),
		"an answer names it":    "",
		"the token is no token": "not.a.jwt",
	} {
		t.Run(name, func(t *testing.T) {
			var conns, requests atomic.Int64
			keys := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { requests.Add(1) }))
			keys.Config.ConnState = func(_ net.Conn, s http.ConnState) {
				if s == http.StateNew {
					conns.Add(1)
				}
			}
			keys.StartTLS()
			t.Cleanup(keys.Close)
			k := &keepAlive{answer: func(int64, string) string {
				return "HTTP/1.1 302 Found\r\nLocation: https://" + team + "/cdn-cgi/access/login/api.example.com\r\nContent-Length: 0\r\n\r\n"
			}}
			addr := listenRaw(t, k.serve)
			n := Network{Insecure: true, ConnectTo: []string{team + ":443:" + keys.Listener.Addr().String()}}
			s := newClient(t, n).Session("http://" + addr + "/")
			ctx := within(t, 10*time.Second)
			s.ReadyTeam(ctx, exchange.Case{Session: exchange.Session{AccessToken: token}})
			want(t, s.RoundTrip(ctx, exchange.PurposeRequest, get("http://"+addr+"/")))
			for conns.Load() == 0 && ctx.Err() == nil {
				time.Sleep(5 * time.Millisecond)
			}
			if requests.Load() != 0 {
				t.Errorf("%d requests before the keys are asked for", requests.Load())
			}
			x := s.Do(ctx, Probe{Purpose: exchange.PurposeAccessCerts, Request: get(certsURL(team))})
			want(t, x)
			if x.Timing.TLS != 0 || conns.Load() != 1 {
				t.Errorf("%d connections, %v ms for TLS", conns.Load(), x.Timing.TLS)
			}
		})
	}
}

func TestATeamThatHangsIsSaidToHangWhereItDoes(t *testing.T) {
	const team = "ours.cloudflareaccess.com"
	silent := listenRaw(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	s := newClient(t, Network{ConnectTo: []string{team + ":443:" + silent}}).Session("https://api.example.com/")
	s.ReadyTeam(within(t, hang), exchange.Case{Session: exchange.Session{AccessToken: unsigned(`{"iss":"https://` + team + `"}`)}})
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	x := s.Do(ctx, Probe{Purpose: exchange.PurposeAccessCerts, Request: get(certsURL(team))})
	peer{phase: exchange.FailureTimeout, says: "TLS"}.judge(t, x)
}

func TestWithoutADirectAddressNothingGoesDirect(t *testing.T) {
	x := newClient(t, Network{}).Session().Do(context.Background(), Probe{Direct: true, Request: get("http://127.0.0.1:1/")})
	peer{phase: exchange.FailureRefused, says: "--direct"}.judge(t, x)
}

func TestPatienceGrowsWithTheServer(t *testing.T) {
	s := newClient(t, Network{}).Session()
	if s.patience() != probeTime {
		t.Errorf("at first %v", s.patience())
	}
	s.slow(8 * time.Second)
	s.slow(time.Second)
	if s.patience() != 16*time.Second {
		t.Errorf("with a slow server %v", s.patience())
	}
}

func TestNamesBelowLocalhostAreHere(t *testing.T) {
	k := &keepAlive{}
	addr := listenRaw(t, k.serve)
	want(t, newClient(t, Network{}).RoundTrip(within(t, 5*time.Second), exchange.PurposeGet, get("http://api.localhost:"+port(addr)+"/")))
}

func TestBrokenRequestsAreNotSent(t *testing.T) {
	c := newClient(t, Network{})
	for _, r := range []exchange.Request{
		get(""), get("x"), get("ftp://a/"), get("http://"), get("http:///x"), get("http://a:0/"), get("http://a:99999/"), get("http://a b/"), get("http://[::1%25eth0]/"), get("http://[::1/"),
		{Method: "CONNECT", URL: "http://a/"}, {Method: "G T", URL: "http://a/"}, {Method: "GET\r\n", URL: "http://a/"},
		{URL: "http://a/", Headers: exchange.Headers{{Name: "a b", Value: ""}}}, {URL: "http://a/", Headers: exchange.Headers{{Name: "", Value: ""}}},
		{URL: "http://a/", Headers: exchange.Headers{{Name: "a", Value: "b\nc"}}}, {URL: "http://a/", Headers: exchange.Headers{{Name: "a", Value: "\x00"}}},
	} {
		x := c.RoundTrip(context.Background(), exchange.PurposeGet, r)
		peer{phase: exchange.FailureRefused, says: "Not sent"}.judge(t, x)
	}
}

func FuzzReadHead(f *testing.F) {
	for _, s := range []string{"HTTP/1.1 200 OK\r\nA: b\r\n\r\n", "HTTP/1.1 200\n\n", "xxHTTP/1.0 404 no\r a : b\r\n c\r\n\r\n", "\r\n\r\n", "HTTP/1.1 200 \x00\r\n\r\n", ""} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		size := 0
		h, err := readHead(readerOf(b), &size)
		if err != nil {
			return
		}
		if h.status < 0 || h.status > 999 || harmful(h.reason) != "" {
			t.Errorf("status %d, reason %q", h.status, h.reason)
		}
		for _, x := range h.headers {
			if strings.ContainsAny(x.Name+x.Value, "\r\n\x00") || x.Name == "" {
				t.Errorf("header %q", x)
			}
		}
	})
}
