package batch_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"corstui/diagnose"
	"corstui/diagnose/batch"
	"corstui/diagnose/faraway"
	"corstui/diagnose/probe"
	"corstui/diagnose/report"
)

// api answers every preflight and request as a well set-up API does.
func api(requests *atomic.Int64) *httptest.Server {
	return httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		h := w.Header()
		h.Set("Access-Control-Allow-Origin", "https://app.example.com")
		h.Set("Vary", "Origin")
		if r.Method == http.MethodOptions {
			h.Set("Access-Control-Allow-Methods", "PUT")
			h.Set("Access-Control-Allow-Headers", "x-client")
			w.WriteHeader(http.StatusNoContent)
			return
		}
		h.Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"ok":true}`)
	}))
}

// cases are n cases, each with a preflight and a request, made as they are read.
func cases(n int) io.Reader { return &caseReader{n: n} }

type caseReader struct {
	i, n int
	rest []byte
}

func (c *caseReader) Read(p []byte) (int, error) {
	if len(c.rest) == 0 {
		if c.i == c.n {
			return 0, io.EOF
		}
		for range min(100, c.n-c.i) {
			c.rest = fmt.Appendf(c.rest, `{"id":%d,"url":"https://api.example.com/items/%d","origin":"https://app.example.com","headers":[["X-Client","web"]]}`+"\n", c.i, c.i)
			c.i++
		}
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

// plain makes the two requests of each case to a server at addr with an ordinary
// keep-alive client, as many at once as the batch does, and reads the bodies.
func plain(b *testing.B, s *httptest.Server, addr string, n, concurrency int) time.Duration {
	t := s.Client().Transport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = concurrency
	defer t.CloseIdleConnections()
	ids := make(chan int)
	var wg sync.WaitGroup
	start := time.Now()
	for range concurrency {
		wg.Go(func() {
			for i := range ids {
				for _, method := range []string{http.MethodOptions, http.MethodGet} {
					r, _ := http.NewRequest(method, fmt.Sprintf("https://%s/items/%d", addr, i), nil)
					r.Header.Set("Origin", "https://app.example.com")
					resp, err := t.RoundTrip(r)
					if err != nil {
						b.Error(err)
						return
					}
					_, _ = io.Copy(io.Discard, resp.Body)
					_ = resp.Body.Close()
				}
			}
		})
	}
	for i := range n {
		ids <- i
	}
	close(ids)
	wg.Wait()
	return time.Since(start)
}

// BenchmarkBatch prints how the batch's throughput compares with a plain
// keep-alive client that makes the same requests (1 would be equal), by the
// clock and by processor time, the server's share included in both, and the
// most memory that was in use. On a busy machine the processor time says more.
//
// With a round trip both wait for the network most of the time, as a fleet does
// whose APIs are not on this machine. Without one, client, batch and server share
// the processors, and what is measured is what a verdict costs to make.
func BenchmarkBatch(b *testing.B) {
	for _, set := range []struct{ cases, concurrency, rttMS int }{
		{200, 16, 50}, {200, 16, 200}, {10_000, 256, 50}, {10_000, 256, 200},
		{200, 16, 0}, {10_000, 16, 0}, {100_000, 16, 0},
	} {
		b.Run(fmt.Sprintf("cases=%d/concurrency=%d/rtt=%dms", set.cases, set.concurrency, set.rttMS), func(b *testing.B) {
			s := api(new(atomic.Int64))
			defer s.Close()
			addr := s.Listener.Addr().String()
			if set.rttMS > 0 {
				addr = faraway.Listen(b, addr, time.Duration(set.rttMS)*time.Millisecond)
			}
			o := batch.Options{
				Concurrency: set.concurrency, ShardIndex: 1, ShardCount: 1, Render: report.AsLine,
				Diagnosis: diagnose.Options{VerdictOnly: true, AllEngines: true, Network: probe.Network{
					ConnectTo: []string{"::" + addr}, Insecure: true,
				}},
			}
			var mine, theirs, mineCPU, theirsCPU time.Duration
			var peak uint64
			for b.Loop() {
				runtime.GC()
				start, busy := time.Now(), cpuTime()
				var lines counter
				stop := watch(&peak)
				if _, err := batch.Run(context.Background(), cases(set.cases), &lines, o); err != nil {
					b.Fatal(err)
				}
				stop()
				mine += time.Since(start)
				mineCPU += cpuTime() - busy
				if lines.n != set.cases {
					b.Fatalf("%d lines for %d cases", lines.n, set.cases)
				}
				runtime.GC()
				busy = cpuTime()
				theirs += plain(b, s, addr, set.cases, o.Concurrency)
				theirsCPU += cpuTime() - busy
			}
			n := float64(set.cases * b.N)
			b.ReportMetric(theirs.Seconds()/mine.Seconds(), "throughput-ratio")
			b.ReportMetric(theirsCPU.Seconds()/mineCPU.Seconds(), "cpu-ratio")
			b.ReportMetric(float64(mineCPU.Microseconds())/n, "cpu-µs/case")
			b.ReportMetric(n/mine.Seconds(), "cases/s")
			b.ReportMetric(float64(peak)/(1<<20), "MiB-heap")
		})
	}
}

// BenchmarkProbes prints how many requests a second whole diagnoses make, their
// probes included and their answers judged. Scanners that are written in Python
// make 1,050 to 1,200 a second against such a server on two cores (CORScanner
// 593043f with 50 threads, Corsy 2985ae2).
func BenchmarkProbes(b *testing.B) {
	const n = 200
	var requests atomic.Int64
	s := api(&requests)
	defer s.Close()
	o := batch.Options{
		Concurrency: 16, ShardIndex: 1, ShardCount: 1, Render: report.AsLine,
		Diagnosis: diagnose.Options{AllEngines: true, Network: probe.Network{
			ConnectTo: []string{"::" + strings.TrimPrefix(s.URL, "https://")}, Insecure: true,
		}},
	}
	for b.Loop() {
		if _, err := batch.Run(context.Background(), cases(n), io.Discard, o); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(requests.Load())/float64(n*b.N), "requests/case")
	b.ReportMetric(float64(requests.Load())/b.Elapsed().Seconds(), "requests/s")
}

type counter struct{ n int }

func (c *counter) Write(b []byte) (int, error) {
	c.n += bytes.Count(b, []byte("\n"))
	return len(b), nil
}

// watch samples the heap until it is stopped.
func watch(peak *uint64) (stop func()) {
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(20 * time.Millisecond):
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				*peak = max(*peak, m.HeapInuse)
			}
		}
	})
	return func() { close(done); wg.Wait() }
}
