package fetch

import (
	"context"
	"reflect"
	"strconv"
	"testing"

	"corstui/diagnose/exchange"
)

// Deciding what was recorded gives what was concluded live.
func TestDecideRepeatsTheLiveVerdict(t *testing.T) {
	body := "{}"
	cases := []struct {
		c exchange.Case
		s *script
	}{
		{exchange.Case{}, server(answer{}, ok(allowOrigin, "*"))},
		{exchange.Case{}, server(answer{}, ok())},
		{exchange.Case{Method: "PUT"}, server(status(403), ok())},
		{exchange.Case{Method: "PUT", Body: &body}, server(ok(allowOrigin, "*", allowMethods, "*"), status(500))},
		{exchange.Case{Headers: hdr("X-A", "1")}, chain(to(302, hostB, allowOrigin, "*"), ok(allowOrigin, "*"))},
		{exchange.Case{}, server(answer{}, status(302, allowOrigin, "*", "Location", "/v1"))},
		{exchange.Case{}, server(answer{}, answer{failure: &exchange.Failure{Phase: exchange.FailureTLS, Message: "unknown authority"}})},
		{exchange.Case{URL: "nonsense"}, server(ok(), ok())},
	}
	for i, c := range cases {
		for _, e := range append(Browsers(), Standard) {
			if c.c.URL == "" {
				c.c.URL = apiURL
			}
			c.c.Origin = pageOrigin
			live := Run(context.Background(), c.c, c.s, as(e))
			again := Decide(c.c, live.Exchanges, Options{Engine: e})
			if !reflect.DeepEqual(live.Verdict, again.Verdict) || live.DecidedBy != again.DecidedBy || !reflect.DeepEqual(live.Fault, again.Fault) {
				t.Errorf("case %d, %s:\nlive   %+v\nstored %+v", i, e, live.Verdict, again.Verdict)
			}
		}
	}
}

func TestDecideWithoutAnExchangeIsPartial(t *testing.T) {
	c := exchange.Case{URL: apiURL, Origin: pageOrigin, Method: "PUT"}
	preflight := exchange.Exchange{ID: "e1", Purpose: exchange.PurposePreflight, Request: exchange.Request{Method: "OPTIONS", URL: apiURL},
		Response: &exchange.Response{Status: 204, Headers: hdr(allowOrigin, "*", allowMethods, "PUT")}}
	r := Decide(c, []exchange.Exchange{preflight}, Options{})
	if !r.Verdict.Partial || !r.Verdict.Allowed || r.Unsent == nil || r.Unsent.Method != "PUT" || r.DecidedBy != "e1" {
		t.Errorf("%+v, unsent %+v", r.Verdict, r.Unsent)
	}
	r = Decide(c, nil, Options{})
	if !r.Verdict.Partial || r.Verdict.PreflightSent || r.DecidedBy != "" {
		t.Errorf("nothing stored: %+v", r.Verdict)
	}
}

func TestDecideTakesAMissingPreflightForACachedOne(t *testing.T) {
	request := exchange.Exchange{ID: "e1", Request: exchange.Request{Method: "PUT", URL: "https://API.example.net:443/v1#x"},
		Response: &exchange.Response{Status: 200, Headers: hdr()}}
	r := Decide(exchange.Case{URL: apiURL, Origin: pageOrigin, Method: "PUT"}, []exchange.Exchange{request}, Options{})
	if got, want := verdict(r), "request MissingAllowOriginHeader"; got != want || r.Verdict.PreflightSent {
		t.Errorf("%s, preflight %t", got, r.Verdict.PreflightSent)
	}
}

func TestDecidePrefersTheExchangeOfTheSameOrigin(t *testing.T) {
	answers := func(id, origin, allow string) exchange.Exchange {
		return exchange.Exchange{ID: id, Request: exchange.Request{Method: "OPTIONS", URL: apiURL,
			Headers: hdr("Origin", origin, "Access-Control-Request-Method", "PUT")},
			Response: &exchange.Response{Status: 204, Headers: hdr(allowOrigin, allow)}}
	}
	r := Decide(exchange.Case{URL: apiURL, Origin: pageOrigin, Method: "PUT"},
		[]exchange.Exchange{answers("e1", "https://other.test", "x"), answers("e2", pageOrigin, pageOrigin)}, Options{})
	if r.DecidedBy != "e2" {
		t.Errorf("decided by %s: %s", r.DecidedBy, verdict(r))
	}
}

func storedExchange(headers int) (exchange.Case, []exchange.Exchange) {
	hs := hdr(allowOrigin, pageOrigin, "Vary", "Origin", "Content-Type", "application/json", exposeHeaders, "x-1, x-2, etag")
	for i := range headers {
		hs = append(hs, exchange.Header{Name: "X-" + strconv.Itoa(i), Value: "value"})
	}
	return exchange.Case{URL: apiURL, Origin: pageOrigin, Method: "GET"}, []exchange.Exchange{{ID: "e1", Purpose: exchange.PurposeRequest,
		Request: exchange.Request{Method: "GET", URL: apiURL}, Response: &exchange.Response{Status: 200, Headers: hs}}}
}

func BenchmarkDecide(b *testing.B) {
	for name, c := range map[string]struct {
		c  exchange.Case
		xs []exchange.Exchange
	}{
		"allowed": func() (x struct {
			c  exchange.Case
			xs []exchange.Exchange
		}) {
			x.c, x.xs = storedExchange(10)
			return x
		}(),
		"blocked": {exchange.Case{URL: apiURL, Origin: pageOrigin}, []exchange.Exchange{{ID: "e1", Purpose: exchange.PurposeRequest,
			Request: exchange.Request{Method: "GET", URL: apiURL}, Response: &exchange.Response{Status: 200, Headers: hdr(allowOrigin, "https://x.test")}}}},
		"preflight": {exchange.Case{URL: apiURL, Origin: pageOrigin, Method: "PUT", Headers: hdr("Content-Type", "application/json")}, []exchange.Exchange{{ID: "e1", Purpose: exchange.PurposePreflight,
			Request: exchange.Request{Method: "OPTIONS", URL: apiURL}, Response: &exchange.Response{Status: 403, Headers: hdr()}}}},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Decide(c.c, c.xs, Options{})
			}
		})
	}
}

func BenchmarkDecideHeaders(b *testing.B) {
	for _, n := range []int{10, 100, 1000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			c, xs := storedExchange(n)
			b.ReportAllocs()
			for b.Loop() {
				Decide(c, xs, Options{})
			}
		})
	}
}

// Allocations must not grow faster than the number of headers.
func TestDecideAllocatesLinearly(t *testing.T) {
	allocs := func(n int) float64 {
		c, xs := storedExchange(n)
		return testing.AllocsPerRun(20, func() { Decide(c, xs, Options{}) })
	}
	few, many := allocs(100), allocs(1000)
	if many > few*10+50 {
		t.Errorf("100 headers: %.0f allocations, 1000 headers: %.0f", few, many)
	}
}
