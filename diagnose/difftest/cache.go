package difftest

import (
	"context"
	"testing"
	"time"

	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
)

// cacheCases are pairs of requests: does the second one send a preflight of its
// own? The fields of the second are those of the first unless they are set.
var cacheCases = []struct {
	name          string
	headers       []string // of the preflight's answer, beside allow-origin and allow-credentials
	first, second []option
	later         bool // the second comes six seconds after
	fails         bool // the first request, after its preflight
}{
	{"no max-age", []string{acamPUT}, []option{put()}, []option{put()}, false, false},
	{"no max-age, later", []string{acamPUT}, []option{put()}, []option{put()}, true, false},
	{"60", []string{acamPUT, maxAge("60")}, []option{put()}, []option{put()}, true, false},
	{"0", []string{acamPUT, maxAge("0")}, []option{put()}, []option{put()}, false, false},
	{"negative", []string{acamPUT, maxAge("-1")}, []option{put()}, []option{put()}, false, false},
	{"a word", []string{acamPUT, maxAge("abc")}, []option{put()}, []option{put()}, false, false},
	{"a word, later", []string{acamPUT, maxAge("abc")}, []option{put()}, []option{put()}, true, false},
	{"a fraction, later", []string{acamPUT, maxAge("60.5")}, []option{put()}, []option{put()}, true, false},
	{"a plus, later", []string{acamPUT, maxAge("+60")}, []option{put()}, []option{put()}, true, false},
	{"two lines, later", []string{acamPUT, maxAge("60"), maxAge("60")}, []option{put()}, []option{put()}, true, false},
	{"surrounding blanks, later", []string{acamPUT, maxAge(" \t60 ")}, []option{put()}, []option{put()}, true, false},
	{"empty", []string{acamPUT, maxAge("")}, []option{put()}, []option{put()}, false, false},
	{"overflow, later", []string{acamPUT, maxAge("99999999999999999999")}, []option{put()}, []option{put()}, true, false},
	{"another query", []string{acamPUT, maxAge("60")}, []option{put()}, []option{put(), to("{a}/?x")}, false, false},
	{"a fragment", []string{acamPUT, maxAge("60")}, []option{put()}, []option{put(), to("{a}/#x")}, false, false},
	{"another method of the list", []string{acam("PUT, DELETE"), maxAge("60")}, []option{put()}, []option{method("DELETE")}, false, false},
	{"another method that is not listed", []string{acamPUT, maxAge("60")}, []option{put()}, []option{method("DELETE")}, false, false},
	{"another header of the list", []string{acah("x-a, x-b"), maxAge("60")}, []option{header("x-a", "1")}, []option{header("x-b", "1")}, false, false},
	{"a header that is not listed", []string{acah("x-a"), maxAge("60")}, []option{header("x-a", "1")}, []option{header("x-b", "1")}, false, false},
	{"a method after a header", []string{acah("x-a"), acamPUT, maxAge("60")}, []option{header("x-a", "1")}, []option{put()}, false, false},
	{"star covers another header", []string{acah("*"), maxAge("60")}, []option{header("x-a", "1")}, []option{header("x-b", "1")}, false, false},
	{"star covers authorization in the cache", []string{acah("*"), maxAge("60")}, []option{header("x-a", "1")}, []option{header("authorization", "1")}, false, false},
	{"star covers another method", []string{acam("*"), maxAge("60")}, []option{put()}, []option{method("DELETE")}, false, false},
	{"credentials after none", []string{acamPUT, maxAge("60")}, []option{put()}, []option{put(), include()}, false, false},
	{"none after credentials", []string{acamPUT, maxAge("60")}, []option{put(), include()}, []option{put()}, false, false},
	{name: "a failed request", headers: []string{acamPUT, maxAge("60")}, first: []option{put()}, second: []option{put()}, fails: true},
	{"a failed preflight", []string{maxAge("60")}, []option{put()}, []option{put()}, false, false},
}

func maxAge(v string) string { return "Access-Control-Max-Age: " + v }

// CompareCaches runs pairs of requests in the browser, by run, which says
// whether a preflight was sent, and on the model's cache as that engine keeps
// it. Exceptions are the pairs known to differ, by name, and why.
func CompareCaches(ctx context.Context, t *testing.T, server *Server, e fetch.Engine, exceptions map[string]string,
	run func(context.Context, exchange.Case) (sent bool, err error)) {
	t.Helper()
	type pair struct {
		first, second exchange.Case
		stored        *fetch.PreflightCache
	}
	asks := func(name string, c exchange.Case) bool {
		one, cancel := context.WithTimeout(ctx, perCase)
		defer cancel()
		sent, err := run(one, c)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return sent
	}
	key := func(c exchange.Case) fetch.PreflightKey {
		return fetch.PreflightKey{Origin: c.Origin, URL: c.URL, Credentials: c.Credentials == exchange.CredentialsInclude}
	}
	pairs := make([]pair, len(cacheCases))
	check := func(i int) {
		p, tt := pairs[i], cacheCases[i]
		sent := asks(tt.name, p.second)
		hit := p.stored.Match(key(p.second), p.second.Method, fetch.CORSUnsafeRequestHeaderNames(p.second.Headers), time.Now())
		if why := exceptions[tt.name]; sent == hit && why == "" {
			t.Errorf("%s: the browser sends a second preflight: %t; the model, as %s, has it in its cache: %t", tt.name, sent, e, hit)
		} else if sent != hit && why != "" {
			t.Errorf("%s: the two agree now; the exception (%s) is out of date", tt.name, why)
		}
	}
	for i, tt := range cacheCases {
		lines := append([]string{acaoO, acac}, tt.headers...)
		answers := []option{preflight("200 OK", lines...), request("200 OK", acaoO, acac)}
		if tt.fails {
			answers[1] = request("200 OK")
		}
		pairs[i].first = sc(tt.name, append(answers, tt.first...)...).Install(server, i)
		pairs[i].second = sc(tt.name, append(answers, tt.second...)...).Install(server, i)
		pairs[i].stored = fetch.NewPreflightCache(e)
		if !asks(tt.name, pairs[i].first) {
			t.Fatalf("%s: the first request sent no preflight", tt.name)
		}
		c := pairs[i].first
		var hs exchange.Headers
		for _, l := range lines {
			hs = append(hs, headerLine(l))
		}
		if tt.name != "a failed preflight" {
			pairs[i].stored.Store(key(c), c.Method, fetch.CORSUnsafeRequestHeaderNames(c.Headers), hs, time.Now())
		}
		if tt.fails {
			pairs[i].stored.Failed(key(c))
		}
		if !tt.later {
			check(i)
		}
	}
	select {
	case <-time.After(6 * time.Second):
	case <-ctx.Done():
		t.Fatal(ctx.Err())
	}
	ran := map[string]bool{}
	for i, tt := range cacheCases {
		if tt.later {
			check(i)
		}
		ran[tt.name] = true
	}
	heldPairs(t, ran)
}

func headerLine(l string) exchange.Header {
	for i := range len(l) {
		if l[i] == ':' {
			v := l[i+1:]
			for len(v) > 0 && v[0] == ' ' {
				v = v[1:]
			}
			return exchange.Header{Name: l[:i], Value: v}
		}
	}
	return exchange.Header{Name: l}
}
