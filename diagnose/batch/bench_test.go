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

// plain makes the two requests of each case with an ordinary keep-alive client,
// as many at once as the batch does, and reads the bodies.
func plain(b *testing.B, s *httptest.Server, n, concurrency int) time.Duration {
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
					r, _ := http.NewRequest(method, fmt.Sprintf("%s/items/%d", s.URL, i), nil)
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
func BenchmarkBatch(b *testing.B) {
	for _, n := range []int{200, 10_000, 100_000} {
		b.Run(fmt.Sprintf("%d cases", n), func(b *testing.B) {
			var requests atomic.Int64
			s := api(&requests)
			defer s.Close()
			o := batch.Options{
				Concurrency: 16, ShardIndex: 1, ShardCount: 1, Render: report.AsLine,
				Diagnosis: diagnose.Options{VerdictOnly: true, AllEngines: true, Network: probe.Network{
					ConnectTo: []string{"::" + strings.TrimPrefix(s.URL, "https://")}, Insecure: true,
				}},
			}
			var mine, theirs, mineCPU, theirsCPU time.Duration
			var peak uint64
			for b.Loop() {
				runtime.GC()
				start, busy := time.Now(), cpuTime()
				var lines counter
				stop := watch(&peak)
				if _, err := batch.Run(context.Background(), cases(n), &lines, o); err != nil {
					b.Fatal(err)
				}
				stop()
				mine += time.Since(start)
				mineCPU += cpuTime() - busy
				if lines.n != n {
					b.Fatalf("%d lines for %d cases", lines.n, n)
				}
				runtime.GC()
				busy = cpuTime()
				theirs += plain(b, s, n, o.Concurrency)
				theirsCPU += cpuTime() - busy
			}
			b.ReportMetric(theirs.Seconds()/mine.Seconds(), "throughput-ratio")
			b.ReportMetric(theirsCPU.Seconds()/mineCPU.Seconds(), "cpu-ratio")
			b.ReportMetric(float64(mineCPU.Microseconds())/float64(n*b.N), "cpu-µs/case")
			b.ReportMetric(float64(n*b.N)/mine.Seconds(), "cases/s")
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
