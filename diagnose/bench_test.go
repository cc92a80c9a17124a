package diagnose_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"corstui/diagnose"
	"corstui/diagnose/exchange"
	"corstui/diagnose/faraway"
	"corstui/diagnose/lab"
	"corstui/diagnose/probe"
)

// browserAlone makes the preflight and the request of a case one after the other
// on a connection of its own, as a browser does, and nothing else.
func browserAlone(b *testing.B, c exchange.Case, addr string, pem []byte, h2 bool) time.Duration {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	t := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: h2,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, addr)
		},
	}
	defer t.CloseIdleConnections()
	start := time.Now()
	for _, method := range []string{http.MethodOptions, c.WithDefaults().Method} {
		r, err := http.NewRequest(method, c.URL, nil)
		if err != nil {
			b.Fatal(err)
		}
		r.Header.Set("Origin", c.Origin)
		if method == http.MethodOptions {
			r.Header.Set("Access-Control-Request-Method", c.WithDefaults().Method)
		}
		for _, h := range c.Headers {
			if method == http.MethodOptions {
				r.Header.Add("Access-Control-Request-Headers", strings.ToLower(h.Name))
			} else {
				r.Header.Set(h.Name, h.Value)
			}
		}
		resp, err := t.RoundTrip(r)
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
	}
	return time.Since(start)
}

// BenchmarkDiagnosisFarAway prints how long a diagnosis takes against the two
// requests that the browser alone would make: those alone (verdict-ratio), and
// all of it (whole-ratio), with a round trip of 50 and 200 ms, and how many
// probes went out.
func BenchmarkDiagnosisFarAway(b *testing.B) {
	for _, scenario := range []string{"all-right", "header-not-allowed", "access-preflight", "access-login", "logged-in-all-right"} {
		for _, rtt := range []time.Duration{50 * time.Millisecond, 200 * time.Millisecond} {
			b.Run(fmt.Sprintf("%s/%s", scenario, rtt), func(b *testing.B) {
				l, err := lab.Start(context.Background(), scenario, 0)
				if err != nil {
					b.Fatal(err)
				}
				defer l.Close()
				c, _ := l.Case(scenario)
				addr := faraway.Listen(b, l.Addr(), rtt)
				n := l.Network()
				n.ConnectTo = []string{"::" + addr}
				var alone, verdict, whole []time.Duration
				probes := 0
				for b.Loop() {
					alone = append(alone, browserAlone(b, c, addr, n.CAPEM, true))
					took, _ := diagnosed(b, c, n, true)
					verdict = append(verdict, took)
					took, probes = diagnosed(b, c, n, false)
					whole = append(whole, took)
				}
				b.ReportMetric(float64(median(verdict))/float64(median(alone)), "verdict-ratio")
				b.ReportMetric(float64(median(whole))/float64(median(alone)), "whole-ratio")
				b.ReportMetric(float64(median(alone).Milliseconds())/float64(rtt.Milliseconds()), "round-trips-alone")
				b.ReportMetric(float64(median(whole).Milliseconds())/float64(rtt.Milliseconds()), "round-trips-whole")
				b.ReportMetric(float64(probes), "probes")
			})
		}
	}
}

func diagnosed(b *testing.B, c exchange.Case, n probe.Network, verdictOnly bool) (took time.Duration, probes int) {
	start := time.Now()
	r, err := diagnose.Run(context.Background(), c, diagnose.Options{Network: n, VerdictOnly: verdictOnly, AllEngines: true, MaxTime: time.Minute}, nil)
	if err != nil {
		b.Fatal(err)
	}
	took = time.Since(start)
	for _, x := range r.Exchanges {
		if x.Failure != nil {
			b.Fatalf("%s: %s", x.Purpose, x.Failure.Message)
		}
		if x.Purpose != exchange.PurposePreflight && x.Purpose != exchange.PurposeRequest {
			probes++
		}
	}
	return took, probes
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}
