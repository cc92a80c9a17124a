package chrome_test

import (
	"context"
	"os"
	"testing"
	"time"

	"corstui/diagnose/chrome"
	"corstui/diagnose/exchange"
	"corstui/diagnose/probe"
)

// browserPath returns the installed browser. Without one the test fails in CI
// and is skipped by name elsewhere.
func browserPath(t testing.TB) string {
	t.Helper()
	path, err := chrome.Find()
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("needs an installed Chromium: ", err)
	}
	return path
}

func TestSmoke(t *testing.T) {
	path := browserPath(t)
	s := startServer(t)
	O := "https://" + hostO + ":" + s.tlsPort()
	A := "https://" + hostA + ":" + s.tlsPort()
	s.set(hostA+"/c1/", answer{request: reply("200 OK", "Access-Control-Allow-Origin: "+O, "X-A: 1", "ETag: x", "Access-Control-Expose-Headers: etag")})
	s.set(hostA+"/c2/", answer{preflight: reply("403 Forbidden"), request: reply("200 OK")})
	s.set(hostA+"/c3/", answer{preflight: reply("204 No Content", "Access-Control-Allow-Origin: *", "Access-Control-Allow-Headers: *"), request: reply("302 Found", "Access-Control-Allow-Origin: *", "Location: /c3/b")})
	s.set(hostA+"/c3/b", answer{preflight: reply("204 No Content", "Access-Control-Allow-Origin: *", "Access-Control-Allow-Headers: *"), request: reply("200 OK", "Access-Control-Allow-Origin: *")})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	start := time.Now()
	b, err := chrome.Open(ctx, chrome.Options{Path: path, AllowUnsafe: true, Network: probe.Network{CAPEM: s.caPEM, ConnectTo: []string{"::127.0.0.1:"}}})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	t.Log("start", time.Since(start))
	for _, c := range []exchange.Case{
		{URL: A + "/c1/", Origin: O},
		{URL: A + "/c2/", Origin: O, Method: "PUT"},
		{URL: A + "/c3/", Origin: O, Headers: exchange.Headers{{Name: "x-a", Value: "1"}}},
		{URL: A + "/c1/", Origin: "null"},
		{URL: "http://api.bb.test:" + s.plainPort() + "/c1/", Origin: O},
		{URL: "http://api.bb.test:" + s.plainPort() + "/c1/", Origin: "http://" + hostO},
		{URL: A + "/c1/", Origin: O, Method: "TRACE"},
		{URL: "https://api.bb.test:1/c1/", Origin: O},
	} {
		start := time.Now()
		o, err := b.Fetch(ctx, c)
		if err != nil {
			t.Fatal(err)
		}
		r := ""
		if o.Reason != nil {
			r = *o.Reason
		}
		t.Logf("%v %s\n%+v\nreason=%s", time.Since(start), c.URL, o, r)
	}
	start = time.Now()
	b.Close()
	t.Log("close", time.Since(start))
}
