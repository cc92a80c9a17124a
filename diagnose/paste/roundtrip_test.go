package paste_test

import (
	"context"
	"strconv"
	"testing"

	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
	"corstui/diagnose/paste"
)

// scripted answers preflights and requests with fixed headers.
type scripted struct {
	preflight, request exchange.Response
	n                  int
}

func (s *scripted) RoundTrip(_ context.Context, p exchange.Purpose, r exchange.Request) exchange.Exchange {
	s.n++
	x := exchange.Exchange{ID: "e" + strconv.Itoa(s.n), Purpose: p, Request: r}
	res := s.request
	if p == exchange.PurposePreflight {
		res = s.preflight
	}
	x.Response = &res
	return x
}

func res(status int, pairs ...string) exchange.Response {
	r := exchange.Response{Proto: "HTTP/1.1", Status: status}
	for i := 0; i+1 < len(pairs); i += 2 {
		r.Headers = append(r.Headers, exchange.Header{Name: pairs[i], Value: pairs[i+1]})
	}
	return r
}

// TestWhatAConsolePrintsIsReadBack renders the console's sentence for each cause
// and reads it: the reason, the URL and, where the engine prints it, the origin
// must be those of the case.
func TestWhatAConsolePrintsIsReadBack(t *testing.T) {
	const (
		page = "https://app.example.com"
		url  = "https://api.example.com/v1/users?q=1"
		acao = "Access-Control-Allow-Origin"
		acac = "Access-Control-Allow-Credentials"
		acam = "Access-Control-Allow-Methods"
		acah = "Access-Control-Allow-Headers"
	)
	simple := exchange.Case{URL: url, Origin: page}
	put := exchange.Case{URL: url, Origin: page, Method: "PUT", Headers: exchange.Headers{{Name: "X-A", Value: "1"}}}
	with := func(c exchange.Case) exchange.Case { c.Credentials = exchange.CredentialsInclude; return c }
	ok := res(200, acao, page, acac, "true")
	tests := []struct {
		name               string
		c                  exchange.Case
		preflight, request exchange.Response
	}{
		{"missing", simple, ok, res(200)},
		{"missing with an error status", simple, ok, res(403)},
		{"mismatch", simple, ok, res(200, acao, page+"/")},
		{"invalid", simple, ok, res(200, acao, "it's")},
		{"multiple in one line", simple, ok, res(200, acao, page+", *")},
		{"multiple lines", simple, ok, res(200, acao, page, acao, page)},
		{"wildcard", with(simple), ok, res(200, acao, "*")},
		{"credentials", with(simple), ok, res(200, acao, page, acac, "yes")},
		{"preflight missing", put, res(403), ok},
		{"preflight mismatch", put, res(200, acao, "null"), ok},
		{"preflight invalid", put, res(200, acao, "foo"), ok},
		{"preflight multiple", put, res(200, acao, "*, *"), ok},
		{"preflight wildcard", with(put), res(200, acao, "*"), ok},
		{"preflight credentials", with(put), res(200, acao, page), ok},
		{"preflight status", put, res(405, acao, page), ok},
		{"preflight redirect", put, res(302, acao, page, "Location", "https://login.example.com/"), ok},
		{"methods syntax", put, res(200, acao, page, acam, "a b"), ok},
		{"headers syntax", put, res(200, acao, page, acam, "PUT", acah, "a b"), ok},
		{"method", put, res(200, acao, page), ok},
		{"header", put, res(200, acao, page, acam, "PUT"), ok},
		{"redirect with user information", simple, ok, res(302, acao, page, "Location", "https://u:p@api.example.com/")},
		{"redirect to another scheme", simple, ok, res(302, acao, page, "Location", "foo:bar")},
	}
	for _, tt := range tests {
		for _, e := range []struct {
			engine fetch.Engine
			kind   paste.Kind
		}{{fetch.Chromium, paste.KindChromium}, {fetch.Firefox, paste.KindFirefox}, {fetch.WebKit, paste.KindWebKit}} {
			t.Run(tt.name+"/"+string(e.kind), func(t *testing.T) {
				v := fetch.Run(t.Context(), tt.c, &scripted{preflight: tt.preflight, request: tt.request}, fetch.Options{Engine: e.engine, AllowUnsafe: true}).Verdict
				line := map[paste.Kind]string{paste.KindChromium: v.Console.Chromium, paste.KindFirefox: v.Console.Firefox, paste.KindWebKit: v.Console.WebKit}[e.kind]
				if v.Allowed || v.Reason == nil || line == "" {
					t.Fatalf("no sentence: %+v", v)
				}
				p, err := paste.Parse(line)
				if err != nil {
					t.Fatalf("%q: %v", line, err)
				}
				if p.Kind != e.kind {
					t.Errorf("%q: read as %s", line, p.Kind)
				}
				if e.kind != paste.KindWebKit && p.Case.URL != url && *v.Reason != "CORSRequestNotHttp" {
					t.Errorf("%q: url %q", line, p.Case.URL)
				}
				if e.kind == paste.KindChromium && p.Case.Origin != page {
					t.Errorf("%q: origin %q", line, p.Case.Origin)
				}
				want := *v.Reason
				if e.kind == paste.KindWebKit {
					// WebKit has no names of its own: its sentence means the
					// CorsError, where it fits only one.
					if p.Reason == "" {
						return
					}
					want = *fetch.Run(t.Context(), tt.c, &scripted{preflight: tt.preflight, request: tt.request}, fetch.Options{AllowUnsafe: true}).Verdict.Reason
				}
				if p.Reason != want {
					t.Errorf("%q: read as %s, is %s", line, p.Reason, want)
				}
			})
		}
	}
}
