package difftest

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
	"corstui/diagnose/probe"
)

// maxCost is how much three engines may cost more than one, in requests and in
// time, where they do not differ.
const maxCost = 1.2

// alike are the scenarios in which all engines conclude the same. What never
// gets an answer is left out: it would measure time-outs.
func alike(t testing.TB, client *probe.Client, server *Server) (out []exchange.Case) {
	t.Helper()
	for i, s := range All() {
		if strings.HasPrefix(s.Name, "wire/") || strings.HasPrefix(s.Name, "url/") {
			continue
		}
		c := s.Install(server, i)
		r := threeEngines(t.Context(), client, c)
		if len(r.Exchanges) > 0 && same(r.Verdict.Engines) {
			out = append(out, c)
		}
	}
	if len(out) < 300 {
		t.Fatalf("the engines agree on %d scenarios only", len(out))
	}
	return out
}

// same says whether the engines conclude the same. Reasons are each engine's own
// names.
func same(engines map[string]fetch.EngineVerdict) bool {
	var first *fetch.EngineVerdict
	for _, v := range engines {
		v.Reason, v.Console = nil, ""
		if first == nil {
			first = &v
		} else if !reflect.DeepEqual(*first, v) {
			return false
		}
	}
	return len(engines) == len(fetch.Browsers())
}

func oneEngine(ctx context.Context, client *probe.Client, c exchange.Case) fetch.Result {
	return fetch.Run(ctx, c, client.Session(c.URL), fetch.Options{AllowUnsafe: true})
}

func threeEngines(ctx context.Context, client *probe.Client, c exchange.Case) fetch.Result {
	return fetch.RunEngines(ctx, c, client.Session(c.URL), fetch.Options{AllowUnsafe: true})
}

func requests(ctx context.Context, client *probe.Client, cases []exchange.Case, run func(context.Context, *probe.Client, exchange.Case) fetch.Result) (n int) {
	for _, c := range cases {
		n += len(run(ctx, client, c).Exchanges)
	}
	return n
}

func TestThreeEnginesSendHardlyMoreThanOne(t *testing.T) {
	client, err := probe.NewClient(Loopback)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	cases := alike(t, client, StartServer(t))
	one, three := requests(t.Context(), client, cases, oneEngine), requests(t.Context(), client, cases, threeEngines)
	t.Logf("%d cases on which the engines agree: %d requests for one engine, %d for three: %.2f times", len(cases), one, three, float64(three)/float64(one))
	if float64(three) > maxCost*float64(one) {
		t.Errorf("more than %.1f times", maxCost)
	}
}

// BenchmarkThreeEngines runs the same cases over TLS on loopback, as one engine
// and as three in turn, and reports the ratios of requests and of time.
func BenchmarkThreeEngines(b *testing.B) {
	client, err := probe.NewClient(Loopback)
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	cases := alike(b, client, StartServer(b))
	var one, three time.Duration
	var sentByOne, sentByThree int
	for b.Loop() {
		start := time.Now()
		sentByOne += requests(b.Context(), client, cases, oneEngine)
		middle := time.Now()
		sentByThree += requests(b.Context(), client, cases, threeEngines)
		one, three = one+middle.Sub(start), three+time.Since(middle)
	}
	b.ReportMetric(float64(sentByThree)/float64(sentByOne), "requests-ratio")
	b.ReportMetric(float64(three)/float64(one), "time-ratio")
	b.ReportMetric(float64(len(cases)), "cases")
}
