package snippets_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"corstui/snippets"
)

var someTime = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func someTimeLater() time.Time { return time.Now().Add(hang) }

// releases lets a test say when a stream may go on.
var releases releaseSet

type releaseSet struct{ m sync.Map }

func (r *releaseSet) channel(id string) chan struct{} {
	c, _ := r.m.LoadOrStore(id, make(chan struct{}))
	return c.(chan struct{})
}

var streams atomic.Int64

const (
	first  = "https://app.example.com"
	second = "http://localhost:3000"
)

// strangers are header values of Origin that a policy for first and second
// must not answer; "" is none.
var strangers = []string{
	"",
	"null",
	"https://evil.example",
	"https://app.example.com.evil.example", // as a prefix
	"https://evilapp.example.com",          // as a suffix
	"https://appxexample.com",              // a dot taken for any character
	"http://app.example.com",               // another scheme
	"https://app.example.com:8443",         // another port
	"https://app.example.com:443",
	"HTTPS://APP.EXAMPLE.COM",
	"https://App.example.com",
	"https://app.example.com/",
	"https://app.example.com.",
	"https://app.example.com, https://evil.example",
	"http://localhost:30001",
	"http://localhost",
	"*",
}

// ask is one request of the matrix.
type ask struct {
	name, method, path string
	header             [][2]string
	preflight          bool
	status             int
}

func preflight(name, method, headers string) ask {
	a := ask{name: name, method: http.MethodOptions, path: "/200", preflight: true, status: 204, header: [][2]string{{"Access-Control-Request-Method", method}}}
	if headers != "" {
		a.header = append(a.header, [2]string{"Access-Control-Request-Headers", headers})
	}
	return a
}

// asks are sent with every origin.
var asks = []ask{
	preflight("preflight for a method and headers that are allowed", "PUT", "authorization,content-type"),
	preflight("preflight for a method that is not allowed", "PATCH", ""),
	preflight("preflight for a header that is not allowed", "PUT", "x-other"),
	{name: "an OPTIONS that is no preflight", method: "OPTIONS", path: "/echo", status: 200},
	{name: "200", method: "GET", path: "/200", status: 200},
	{name: "401", method: "GET", path: "/401", status: 401},
	{name: "404", method: "GET", path: "/404", status: 404},
	{name: "500", method: "GET", path: "/500", status: 500},
	{name: "an upstream that hangs up", method: "GET", path: "/drop", status: 502},
	{name: "an upstream with CORS headers of its own", method: "GET", path: "/own-cors", status: 200},
	{name: "Vary: Accept-Encoding", method: "GET", path: "/vary", status: 200},
	{name: "Vary: Accept-Encoding, origin", method: "GET", path: "/vary-origin", status: 200},
	{name: "two Vary lines", method: "GET", path: "/vary-two", status: 200},
	{name: "HEAD", method: "HEAD", path: "/200", status: 200},
	{name: "a redirect", method: "GET", path: "/redirect", status: 302},
	{name: "304", method: "GET", path: "/304", status: 304},
	{name: "two cookies", method: "GET", path: "/cookies", status: 200},
	{name: "POST", method: "POST", path: "/403", status: 403},
}

// client is one that follows nothing and unpacks nothing.
var client = &http.Client{
	Transport:     &http.Transport{DisableCompression: true, Proxy: nil, MaxIdleConnsPerHost: 4},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Timeout:       hang / 2,
}

// send sends a request and returns the answer with its body read.
func send(t *testing.T, method, url string, header [][2]string, body string) (*http.Response, string) {
	t.Helper()
	var in io.Reader
	if body != "" {
		in = strings.NewReader(body)
	}
	r, err := http.NewRequest(method, url, in)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range header {
		r.Header.Add(h[0], h[1])
	}
	res, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(data)
}

func withOrigin(origin string, header ...[2]string) [][2]string {
	if origin == "" {
		return header
	}
	return append([][2]string{{"Origin", origin}}, header...)
}

// checkPolicy compares the CORS headers of an answer, and Vary, with those that
// the policy promises; all others must be absent.
func checkPolicy(t *testing.T, res *http.Response, p snippets.Policy, origin string, preflight bool) {
	t.Helper()
	want := http.Header{}
	for _, h := range p.ResponseHeaders(origin, preflight) {
		want.Add(h[0], h[1])
	}
	for name, values := range res.Header {
		if strings.HasPrefix(name, "Access-Control-") && len(want[name]) == 0 {
			t.Errorf("%s: %q should not be there", name, values)
		}
	}
	for name, values := range want {
		if name != "Vary" && !slices.Equal(res.Header[name], values) {
			t.Errorf("%s is %q, want %q", name, res.Header[name], values)
		}
	}
	origins := 0
	for _, line := range res.Header["Vary"] {
		for _, v := range strings.Split(line, ",") {
			if strings.EqualFold(strings.TrimSpace(v), "Origin") {
				origins++
			}
		}
	}
	if p.VariesOnOrigin() && origins != 1 {
		t.Errorf("Vary is %q: Origin stands there %d times, want once", res.Header["Vary"], origins)
	}
}

// checkMatrix sends every ask with every origin.
func checkMatrix(t *testing.T, base string, p snippets.Policy, asks []ask, origins []string) int {
	n := 0
	for _, a := range asks {
		for _, origin := range origins {
			n++
			t.Run(fmt.Sprintf("%s from %q", a.name, origin), func(t *testing.T) {
				method, path := a.method, a.path
				res, body := send(t, method, base+path, withOrigin(origin, a.header...), "")
				isPreflight := a.preflight && origin != ""
				status := a.status
				if a.preflight && !isPreflight {
					status = 200 // without Origin it is the API's own
				}
				if origin != "" && strings.ContainsAny(origin, ", ") && a.preflight && res.StatusCode == 200 {
					isPreflight, status = false, 200 // no browser sends such an Origin
				}
				if res.StatusCode != status {
					t.Errorf("status %d, want %d: %s", res.StatusCode, status, body)
				}
				checkPolicy(t, res, p, origin, isPreflight)
				if isPreflight && body != "" {
					t.Errorf("a preflight's answer has the body %q", body)
				}
				checkPassedThrough(t, a, res, body)
			})
		}
	}
	return n
}

// checkPassedThrough checks what must come from the upstream as it was.
func checkPassedThrough(t *testing.T, a ask, res *http.Response, body string) {
	t.Helper()
	switch a.path {
	case "/echo":
		var e echoed
		if err := json.Unmarshal([]byte(body), &e); err != nil || e.Method != a.method {
			t.Errorf("the upstream did not see the %s: %q", a.method, body)
		}
		if got := res.Header.Get("Allow"); got != "GET, OPTIONS" {
			t.Errorf("Allow is %q", got)
		}
	case "/cookies":
		if got := res.Header["Set-Cookie"]; len(got) != 2 || !strings.HasPrefix(got[0], "a=1;") || !strings.HasPrefix(got[1], "b=2;") {
			t.Errorf("Set-Cookie is %q, want two", got)
		}
	case "/redirect":
		if got := res.Header.Get("Location"); got != "/elsewhere?x=1" {
			t.Errorf("Location is %q", got)
		}
	case "/vary", "/vary-origin", "/vary-two":
		if !strings.Contains(strings.Join(res.Header["Vary"], ", "), "Accept-Encoding") {
			t.Errorf("Vary is %q: the upstream's value is lost", res.Header["Vary"])
		}
	case "/200":
		if !a.preflight && res.Header.Get("ETag") != `"v1"` {
			t.Errorf("ETag is %q", res.Header.Get("ETag"))
		}
		if a.method == http.MethodHead && res.ContentLength > 0 && res.ContentLength != int64(len("status 200\n")) {
			t.Errorf("Content-Length is %d", res.ContentLength)
		}
	}
}

// checkWire checks what a proxy must leave alone.
func checkWire(t *testing.T, base string, p *snippets.Policy, upstream *httptest.Server) int {
	checkPolicy := func(t *testing.T, res *http.Response, origin string) {
		t.Helper()
		if p != nil {
			checkPolicy(t, res, *p, origin, false)
		}
	}
	prefix := "" // of the path before the upstream's
	if _, path, ok := strings.Cut(strings.TrimPrefix(base, "http://"), "/"); ok {
		prefix = "/" + path
	}
	t.Run("path, query and body arrive as they were sent", func(t *testing.T) {
		res, body := send(t, "PUT", base+"/a%2Fb/c%20d/echo2?x=1;y=%20&z", withOrigin(first, [2]string{"X-Other", "v"}), "the body")
		var e echoed
		if err := json.Unmarshal([]byte(body), &e); err != nil {
			t.Fatalf("%v: %q", err, body)
		}
		if e.URI != "/a%2Fb/c%20d/echo2?x=1;y=%20&z" || e.Method != "PUT" || e.Body != "the body" || e.Header.Get("X-Other") != "v" {
			t.Errorf("the upstream saw %+v", e)
		}
		if e.Host != strings.TrimPrefix(upstream.URL, "http://") {
			t.Errorf("the upstream saw the host %q", e.Host)
		}
		checkPolicy(t, res, first)
	})
	t.Run("a path that looks like a host stays a path", func(t *testing.T) {
		_, body := send(t, "GET", base+"//evil.example/echo2", nil, "")
		var e echoed
		if err := json.Unmarshal([]byte(body), &e); err != nil || e.URI != "//evil.example/echo2" {
			t.Errorf("the upstream saw %q", body)
		}
	})
	t.Run("a range", func(t *testing.T) {
		res, body := send(t, "GET", base+"/bytes", withOrigin(first, [2]string{"Range", "bytes=2-4"}), "")
		if res.StatusCode != 206 || body != "234" {
			t.Errorf("status %d, body %q", res.StatusCode, body)
		}
		checkPolicy(t, res, first)
	})
	t.Run("a body of some megabytes", func(t *testing.T) {
		res, body := send(t, "POST", base+"/count", withOrigin(first), strings.Repeat("x", 3<<20))
		if body != strconv.Itoa(3<<20) {
			t.Errorf("status %d, the upstream read %q bytes", res.StatusCode, body)
		}
		checkPolicy(t, res, first)
	})
	t.Run("a compressed body", func(t *testing.T) {
		res, body := send(t, "GET", base+"/coded", withOrigin(first, [2]string{"Accept-Encoding", "gzip"}), "")
		if res.Header.Get("Content-Encoding") != "gzip" {
			t.Fatalf("Content-Encoding is %q", res.Header.Get("Content-Encoding"))
		}
		r, err := gzip.NewReader(strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(r); err != nil || string(text) != "compressed" {
			t.Errorf("%q, %v", text, err)
		}
		checkPolicy(t, res, first)
	})
	t.Run("no encoding that the client did not ask for", func(t *testing.T) {
		_, body := send(t, "GET", base+"/echo2", nil, "")
		var e echoed
		if err := json.Unmarshal([]byte(body), &e); err != nil || e.Header.Get("Accept-Encoding") != "" {
			t.Errorf("the upstream saw %q", body)
		}
	})
	t.Run("a stream arrives as it is written", func(t *testing.T) {
		id := strconv.FormatInt(streams.Add(1), 10) + base
		r, _ := http.NewRequest("GET", base+"/stream?id="+id, nil)
		r.Header.Set("Origin", first)
		res, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		checkPolicy(t, res, first)
		br := bufio.NewReader(res.Body)
		if line, err := br.ReadString('\n'); err != nil || line != "one\n" {
			t.Fatalf("%q, %v", line, err)
		}
		send(t, "GET", upstream.URL+"/release?id="+id, nil, "")
		if line, err := br.ReadString('\n'); err != nil || line != "two\n" {
			t.Fatalf("%q, %v", line, err)
		}
	})
	t.Run("a reader who leaves ends the stream at the upstream", func(t *testing.T) {
		id := strconv.FormatInt(streams.Add(1), 10) + base
		res, err := client.Get(base + "/endless?id=" + id)
		if err != nil {
			t.Fatal(err)
		}
		if line, err := bufio.NewReader(res.Body).ReadString('\n'); err != nil || line != "one\n" {
			t.Fatalf("%q, %v", line, err)
		}
		_ = res.Body.Close()
		select {
		case <-releases.channel(id):
		case <-time.After(hang):
			t.Error("the upstream still streams")
		}
	})
	t.Run("a body that breaks off at the upstream breaks off here", func(t *testing.T) {
		res, err := client.Get(base + "/half")
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if body, err := io.ReadAll(res.Body); err == nil || string(body) != "one\n" {
			t.Errorf("body %q, error %v", body, err)
		}
	})
	t.Run("a WebSocket", func(t *testing.T) {
		status, _, text := webSocketEcho(t, strings.TrimSuffix(base, prefix), prefix+"/ws", http.Header{"Origin": {first}})
		if status != 101 || text != "hi" {
			t.Errorf("status %d, echo %q", status, text)
		}
	})
	t.Run("an upgrade to anything else does not reach the upstream", func(t *testing.T) {
		if status, upgrade := upgradeSeen(t, strings.TrimSuffix(base, prefix), prefix+"/echo", "h2c"); status == 101 || upgrade != "" {
			t.Errorf("status %d, the upstream saw Upgrade: %q", status, upgrade)
		}
	})
	return 11
}
