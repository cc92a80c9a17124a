package fetch

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"testing"

	"corstui/diagnose/exchange"
)

const (
	pageOrigin = "https://app.example.com"
	apiURL     = "https://api.example.net/v1"
)

// hdr builds a header list of pairs.
func hdr(pairs ...string) exchange.Headers {
	out := exchange.Headers{}
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, exchange.Header{Name: pairs[i], Value: pairs[i+1]})
	}
	return out
}

// answer is what a scripted server says.
type answer struct {
	status  int
	headers exchange.Headers
	failure *exchange.Failure
}

// script is a Transport that answers by a function and keeps what was asked.
type script struct {
	answer func(p exchange.Purpose, r exchange.Request) answer
	proto  string // HTTP/1.1 where it is empty
	sent   []exchange.Exchange
}

func (s *script) RoundTrip(_ context.Context, p exchange.Purpose, r exchange.Request) exchange.Exchange {
	a := s.answer(p, r)
	x := exchange.Exchange{ID: fmt.Sprintf("e%d", len(s.sent)+1), Purpose: p, Request: r, Failure: a.failure}
	if a.failure == nil {
		x.Response = &exchange.Response{Proto: cmp.Or(s.proto, "HTTP/1.1"), Status: a.status, Headers: a.headers}
	}
	s.sent = append(s.sent, x)
	return x
}

// server answers preflights with one answer and everything else with the other.
func server(preflight, request answer) *script {
	return &script{answer: func(p exchange.Purpose, _ exchange.Request) answer {
		if p == exchange.PurposePreflight {
			return preflight
		}
		return request
	}}
}

// byHost answers by host: the preflight's answer and the request's for each.
func byHost(m map[string][2]answer) *script {
	return &script{answer: func(p exchange.Purpose, r exchange.Request) answer {
		u, err := ParseURL(r.URL, nil)
		if err != nil {
			panic(err)
		}
		a, ok := m[u.Host]
		if !ok {
			return answer{failure: &exchange.Failure{Phase: exchange.FailureDNS, Message: "no such host " + u.Host}}
		}
		if p == exchange.PurposePreflight {
			return a[0]
		}
		return a[1]
	}}
}

func ok(pairs ...string) answer { return answer{status: 200, headers: hdr(pairs...)} }
func status(n int, pairs ...string) answer {
	return answer{status: n, headers: hdr(pairs...)}
}

// options runs with every request allowed, as a browser does.
func as(e Engine) Options { return Options{Engine: e, AllowUnsafe: true} }

func do(t *testing.T, c exchange.Case, s *script, o Options) Result {
	t.Helper()
	if c.URL == "" {
		c.URL = apiURL
	}
	if c.Origin == "" {
		c.Origin = pageOrigin
	}
	return Run(context.Background(), c, s, o)
}

// verdict writes the essence of a result: "allowed", or "step reason".
func verdict(r Result) string {
	v := r.Verdict
	switch {
	case v.Partial:
		return "partial"
	case v.Allowed:
		return "allowed"
	}
	s := "browser"
	if v.BlockedAt != nil {
		s = string(*v.BlockedAt)
	}
	if v.Reason != nil {
		return s + " " + *v.Reason
	}
	return s + " -"
}

// wire writes the requests that were sent: "OPTIONS host origin; GET host".
func wire(xs []exchange.Exchange) string {
	var out []string
	for _, x := range xs {
		u, _ := ParseURL(x.Request.URL, nil)
		line := x.Request.Method + " " + u.Host
		if o, ok := x.Request.Headers.Get("Origin"); ok {
			line += " " + o
		}
		if h, ok := x.Request.Headers.Get("Access-Control-Request-Headers"); ok {
			line += " [" + h + "]"
		}
		out = append(out, line)
	}
	return strings.Join(out, "; ")
}
