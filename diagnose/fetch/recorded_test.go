package fetch

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"corstui/diagnose/exchange"
)

// A recording is what a real engine did with one fetch() against a scripted
// loopback server: Chromium 156.0.8078.79, Firefox ESR 153.7.0 and WebKitGTK
// 2.50.6, all from Debian.
type recording struct {
	Engine, Name, Origin, URL string
	Opts                      struct {
		Method      string
		Headers     [][2]string
		Body        *string
		Credentials exchange.CredentialsMode
		Mode        exchange.Mode
		Redirect    exchange.RedirectMode
	}
	Answers   []recordedAnswer
	Allowed   bool
	Preflight bool
	Readable  []string
	Console   string      // the first line that speaks of CORS, empty where none was kept
	Asked     [][4]string // method, host and path, Origin, Access-Control-Request-Headers
}

// recordedAnswer is [preflight, path suffix, status, header lines].
type recordedAnswer struct {
	preflight bool
	path      string
	status    int
	lines     []string
}

func (a *recordedAnswer) UnmarshalJSON(b []byte) error {
	var preflight int
	if err := json.Unmarshal(b, &[]any{&preflight, &a.path, &a.status, &a.lines}); err != nil {
		return err
	}
	a.preflight = preflight == 1
	return nil
}

func (r recording) transport() *script {
	return &script{answer: func(p exchange.Purpose, q exchange.Request) answer {
		u, _ := ParseURL(q.URL, nil)
		for _, a := range r.Answers {
			if a.preflight != (p == exchange.PurposePreflight) || !strings.HasSuffix(u.Path, a.path) {
				continue
			}
			hs := exchange.Headers{}
			for _, l := range a.lines {
				name, value, _ := strings.Cut(l, ":")
				value, _ = isomorphicEncode(value)
				hs = append(hs, exchange.Header{Name: name, Value: trimOWS(value)})
			}
			return answer{status: a.status, headers: append(hs, exchange.Header{Name: "Content-Length", Value: "1"})}
		}
		return status(500, "Content-Length", "0")
	}}
}

// What real engines did, the model does: the verdict, the requests, what is
// readable, and the console sentence.
func TestRecordingsOfRealEngines(t *testing.T) {
	f, err := os.Open("testdata/recorded.ndjson.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 1<<20)
	n := map[string]int{}
	for lines.Scan() {
		var r recording
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		n[r.Engine]++
		t.Run(r.Engine+"/"+r.Name, func(t *testing.T) { compareRecording(t, r) })
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	for _, e := range Browsers() {
		if n[e.Name()] < 400 {
			t.Errorf("%d recordings of %s", n[e.Name()], e)
		}
	}
}

func compareRecording(t *testing.T, r recording) {
	e, err := EngineByName(r.Engine)
	if err != nil {
		t.Fatal(err)
	}
	c := exchange.Case{URL: r.URL, Origin: r.Origin, Method: r.Opts.Method, Body: r.Opts.Body, Credentials: r.Opts.Credentials, Mode: r.Opts.Mode, Redirect: r.Opts.Redirect}
	for _, h := range r.Opts.Headers {
		c.Headers = append(c.Headers, exchange.Header{Name: h[0], Value: h[1]})
	}
	s := r.transport()
	res := do(t, c, s, as(e))
	v := res.Verdict
	if v.Allowed != r.Allowed || v.PreflightSent != r.Preflight {
		t.Errorf("allowed %t, preflight %t; the engine: %t, %t", v.Allowed, v.PreflightSent, r.Allowed, r.Preflight)
	}
	if got, want := strings.Join(v.ReadableHeaders, " "), strings.Join(r.Readable, " "); got != want {
		t.Errorf("readable %q; the engine: %q", got, want)
	}
	var got, want []string
	for _, x := range s.sent {
		u, _ := ParseURL(x.Request.URL, nil)
		h := x.Request.Headers
		got = append(got, strings.Join([]string{x.Request.Method, u.Host + u.Path, h.Value("Origin"), h.Value("Access-Control-Request-Headers")}, " "))
	}
	for _, a := range r.Asked {
		want = append(want, strings.Join(a[:], " "))
	}
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("sent\n%s\nthe engine:\n%s", g, w)
	}
	if r.Console == "" {
		return
	}
	sentence := *v.Console.of(e)
	if before, _, names := strings.Cut(r.Console, "Request header field "); names && e == Chromium {
		if !strings.HasPrefix(sentence, before+"Request header field ") { // which of several is named follows a hash table
			t.Errorf("prints %q; the engine: %q", sentence, r.Console)
		}
		return
	}
	if sentence != r.Console && !strings.HasPrefix(sentence, "Blocked loading mixed") {
		t.Errorf("prints %q; the engine: %q", sentence, r.Console)
	}
}
