package probe

import (
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"crypto/tls"

	"corstui/diagnose/exchange"
)

// benchServer answers as a small API does.
func benchServer(b *testing.B, useTLS, h2 bool) *httptest.Server {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
		w.Header().Set("Vary", "Origin")
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"items":[1,2,3]}`)
	}))
	srv.EnableHTTP2 = h2
	if useTLS {
		srv.StartTLS()
	} else {
		srv.Start()
	}
	b.Cleanup(srv.Close)
	return srv
}

// workers runs n tasks on 16 goroutines.
func workers(n int, task func()) {
	var wg sync.WaitGroup
	var next atomic.Int64
	for range 16 {
		wg.Go(func() {
			for next.Add(1) <= int64(n) {
				task()
			}
		})
	}
	wg.Wait()
}

// BenchmarkBatch compares a batch of diagnoses' requests, 16 at a time, with a
// plain keep-alive client that does the same requests, and prints the ratio of
// their throughputs: 1 is as fast, below 1 is slower.
func BenchmarkBatch(b *testing.B) {
	headers := exchange.Headers{{Name: "Origin", Value: pageOrigin}, {Name: "Accept", Value: "*/*"}, {Name: "User-Agent", Value: "Browser"}}
	for _, kind := range []struct {
		name    string
		tls, h2 bool
	}{{"http1", false, false}, {"https1", true, false}, {"http2", true, true}} {
		b.Run(kind.name, func(b *testing.B) {
			srv := benchServer(b, kind.tls, kind.h2)
			n := Network{}
			roots := x509.NewCertPool()
			if kind.tls {
				n.CAPEM = caPEM(srv.Certificate())
				roots.AddCert(srv.Certificate())
			}
			c, err := NewClient(n)
			if err != nil {
				b.Fatal(err)
			}
			defer c.Close()
			plain := &http.Transport{MaxIdleConnsPerHost: 16, ForceAttemptHTTP2: kind.h2, DisableCompression: true, TLSClientConfig: &tls.Config{RootCAs: roots}}
			defer plain.CloseIdleConnections()
			ctx := context.Background()
			ours := func() {
				if x := c.Session(srv.URL).RoundTrip(ctx, exchange.PurposeGet, exchange.Request{Method: "GET", URL: srv.URL + "/v1", Headers: headers}); x.Response == nil {
					b.Error(x.Failure)
				}
			}
			theirs := func() {
				req, _ := http.NewRequestWithContext(ctx, "GET", srv.URL+"/v1", nil)
				for _, h := range headers {
					req.Header.Set(h.Name, h.Value)
				}
				resp, err := plain.RoundTrip(req)
				if err != nil {
					b.Error(err)
					return
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				_ = resp.Body.Close()
			}
			workers(200, ours)
			workers(200, theirs)
			b.ResetTimer()
			// In turns, so that both see the same machine.
			var mine, other time.Duration
			for left := b.N; left > 0; left -= 500 {
				k := min(left, 500)
				t := time.Now()
				workers(k, ours)
				mine += time.Since(t)
				t = time.Now()
				workers(k, theirs)
				other += time.Since(t)
			}
			b.ReportMetric(float64(other)/float64(mine), "throughput-ratio")
			b.ReportMetric(float64(b.N)/mine.Seconds(), "requests/s")
		})
	}
}

// slowListener puts half a round trip on everything that comes and goes.
type slowListener struct {
	net.Listener
	half time.Duration
}

func (l slowListener) Accept() (net.Conn, error) {
	nc, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	time.Sleep(0)
	return newSlowConn(nc, l.half), nil
}

// slowConn delays bytes in both directions without holding up what follows, and
// its handshake: the first byte waits a round trip more, as TCP's would.
type slowConn struct {
	net.Conn
	in, out chan packet
	rest    []byte
	done    chan struct{}
	once    sync.Once
}

type packet struct {
	b  []byte
	at time.Time
}

func newSlowConn(nc net.Conn, half time.Duration) *slowConn {
	c := &slowConn{Conn: nc, in: make(chan packet, 1024), out: make(chan packet, 1024), done: make(chan struct{})}
	opened := time.Now().Add(2 * half)
	go func() {
		defer close(c.in)
		for {
			b := make([]byte, 16<<10)
			n, err := nc.Read(b)
			if n > 0 {
				at := time.Now().Add(half)
				if at.Before(opened.Add(half)) {
					at = opened.Add(half)
				}
				c.in <- packet{b[:n], at}
			}
			if err != nil {
				return
			}
		}
	}()
	go func() {
		for {
			select {
			case p := <-c.out:
				time.Sleep(time.Until(p.at))
				_, _ = nc.Write(p.b)
			case <-c.done:
				return
			}
		}
	}()
	go func() { <-c.done; time.Sleep(4 * half); _ = nc.Close() }()
	c.Conn = nc
	return c
}

func (c *slowConn) Read(b []byte) (int, error) {
	if len(c.rest) == 0 {
		p, ok := <-c.in
		if !ok {
			return 0, io.EOF
		}
		time.Sleep(time.Until(p.at))
		c.rest = p.b
	}
	n := copy(b, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

func (c *slowConn) Write(b []byte) (int, error) {
	c.out <- packet{append([]byte(nil), b...), time.Now().Add(slowHalf)}
	return len(b), nil
}

func (c *slowConn) Close() error { c.once.Do(func() { close(c.done) }); return nil }

func (c *slowConn) SetReadDeadline(time.Time) error { return nil }

const slowHalf = 25 * time.Millisecond

// BenchmarkRound measures what a round of 12 probes adds to the two requests of
// the browser, with 50 ms of round trip on every handshake and byte.
func BenchmarkRound(b *testing.B) {
	for _, kind := range []struct {
		name    string
		tls, h2 bool
	}{{"http1", false, false}, {"https1", true, false}, {"http2", true, true}} {
		b.Run(kind.name, func(b *testing.B) {
			srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") }))
			srv.Listener = slowListener{srv.Listener, slowHalf}
			srv.EnableHTTP2 = kind.h2
			n := Network{}
			if kind.tls {
				srv.StartTLS()
				n.CAPEM = caPEM(srv.Certificate())
			} else {
				srv.Start()
			}
			defer srv.Close()
			var two, all time.Duration
			for range b.N {
				c, err := NewClient(n)
				if err != nil {
					b.Fatal(err)
				}
				s := c.Session(srv.URL)
				s.Ready(12)
				start := time.Now()
				ctx := context.Background()
				for range 2 {
					if x := s.RoundTrip(ctx, exchange.PurposeRequest, get(srv.URL+"/")); x.Response == nil {
						b.Fatal(x.Failure)
					}
				}
				two += time.Since(start)
				var ps []Probe
				for i := range 12 {
					ps = append(ps, Probe{Request: get(fmt.Sprintf("%s/%d", srv.URL, i))})
				}
				s.RunAll(ctx, ps, nil)
				all += time.Since(start)
				c.Close()
			}
			b.ReportMetric(float64(two.Milliseconds())/float64(b.N), "browser-ms")
			b.ReportMetric(float64(all)/float64(two), "whole-ratio")
		})
	}
}
