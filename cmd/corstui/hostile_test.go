package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"
)

// outcome is what a run of the program left.
type outcome struct {
	code        int
	out, errors string
}

// runProgram runs the program to its end; env goes after the test's own.
func runProgram(t *testing.T, stdin string, env []string, args ...string) outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), hang)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	cmd.Env = append(append(append(os.Environ(), cleanEnv(t.TempDir())...), runMain+"=1"), env...)
	cmd.Stdin = strings.NewReader(stdin)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%q: %v", args, err)
	}
	if ctx.Err() != nil {
		t.Fatalf("%q does not end; it wrote %q and %q", args, out.String(), errs.String())
	}
	o := outcome{cmd.ProcessState.ExitCode(), out.String(), errs.String()}
	if strings.Contains(o.errors, "panic:") || strings.Contains(o.errors, "goroutine ") {
		t.Errorf("%q crashed:\n%s", args, o.errors)
	}
	return o
}

// tame fails where a text holds what a terminal would obey or the eye not see.
func tame(t *testing.T, what, s string) {
	t.Helper()
	if !utf8.ValidString(s) {
		t.Errorf("%s is no UTF-8: %q", what, s)
	}
	for i, r := range s {
		if r < 0x20 && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r >= 0xe0000 && r <= 0xe007f {
			t.Errorf("%s holds %U: …%q", what, r, s[max(0, i-60):min(len(s), i+20)])
			return
		}
	}
}

// nasty is what a peer may put wherever it can put text.
const nasty = "\x1b]0;owned\x07\x1b[2J\u202egnp.exe\u2066\xff\xfe\u009b31m\U000e0041"

// rawServer answers each connection's first request with these bytes.
func rawServer(t *testing.T, answer string) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var conns sync.WaitGroup
	t.Cleanup(func() { _ = l.Close(); conns.Wait() })
	conns.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			conns.Go(func() {
				defer c.Close()
				_ = c.SetDeadline(time.Now().Add(hang))
				r := bufio.NewReader(c)
				for {
					line, err := r.ReadString('\n')
					if err != nil {
						return
					}
					if line == "\r\n" {
						break
					}
				}
				_, _ = io.WriteString(c, answer)
			})
		}
	})
	return l.Addr().String()
}

// checkHTTP runs check on http://api.example.com, which is the server at addr.
func checkHTTP(t *testing.T, addr string, more ...string) outcome {
	t.Helper()
	args := []string{"check", "http://api.example.com/v1", "--origin", "http://app.example.com", "--connect-to", "::" + addr, "--max-time", "10"}
	return runProgram(t, "", nil, append(args, more...)...)
}

func TestNoViewLetsAPeerWriteToTheTerminal(t *testing.T) {
	answer := "HTTP/1.1 403 " + nasty + "\r\nServer: " + nasty + "\r\nX-" + "Odd: " + nasty + "\r\nSet-Cookie: a=" + nasty +
		"\r\nAccess-Control-Allow-Origin: " + nasty + "\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<title>" + nasty + "</title>" + nasty
	addr := rawServer(t, answer)
	for _, format := range []string{"text", "json", "markdown", "html", "junit"} {
		o := checkHTTP(t, addr, "--format", format)
		if o.code != 1 {
			t.Errorf("%s: exit %d\n%s", format, o.code, o.errors)
		}
		tame(t, format, o.out)
		tame(t, format+", standard error", o.errors)
	}
	line := `{"id":1,"url":"http://api.example.com/` + "\u202e" + `","origin":"http://app.example.com"}`
	o := runProgram(t, line, nil, "check", "--cases", "-", "--connect-to", "::"+addr, "--verdict-only")
	tame(t, "a batch", o.out)
}

func TestNothingThatIsReadWritesToTheTerminal(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	response := "HTTP/1.1 403 " + nasty + "\r\nServer: cloudflare" + nasty + "\r\n\r\n" + nasty
	text, _ := json.Marshal(strings.ToValidUTF8(nasty, "?"))
	har := `{"log":{"entries":[{"request":{"method":"GET","url":"https://a.example/","headers":[{"name":` + string(text) + `,"value":` + string(text) + `}]},` +
		`"response":{"status":403,"statusText":` + string(text) + `,"headers":[{"name":"server","value":` + string(text) + `}],"content":{"text":` + string(text) + `}}}]}}`
	report := `{"schema":1,"headline":` + string(text) + `,"case":{"url":` + string(text) + `,"session":[` + string(text) + `]},"verdict":{"engines":{` + string(text) + `:{}},"reason":` + string(text) +
		`},"answered_by":{"layer":` + string(text) + `,"product":` + string(text) + `},"findings":[{"id":` + string(text) + `,"severity":"error","title":` + string(text) + `}]}`
	odd := filepath.Join(dir, nasty)
	for name, args := range map[string][]string{
		"who, text":           {"who", file("r.txt", response)},
		"who, HAR":            {"who", file("r.har", har)},
		"who, no response":    {"who", file("n.txt", nasty)},
		"who, no such file":   {"who", odd},
		"who, URL":            {"who", "--url", nasty, file("r.txt", response)},
		"from, HAR":           {"check", "--from", file("r.har", har), "--connect-to", "::127.0.0.1:1"},
		"from, console":       {"check", "--from", file("c.txt", "Access to fetch at 'https://"+nasty+"' from origin 'https://"+nasty+"' has been blocked by CORS policy: x"), "--connect-to", "::127.0.0.1:1"},
		"from, curl":          {"check", "--from", file("curl.txt", "curl 'https://a.example/' -H '"+nasty+"'"), "--connect-to", "::127.0.0.1:1"},
		"from, no such file":  {"check", "--from", odd},
		"diff":                {"diff", file("a.json", report), file("b.json", strings.Replace(report, "403", "404", 1))},
		"diff, no report":     {"diff", file("x.json", nasty), file("b.json", report)},
		"replay":              {"replay", file("a.json", report), "--plain"},
		"baseline":            {"check", "--lab", "all-right", "--baseline", file("x.json", nasty)},
		"output":              {"check", "--lab", "all-right", "-o", filepath.Join(odd, "x")},
		"snippet, report":     {"snippet", "--target", "nginx", "--report", file("a.json", report)},
		"snippet, origin":     {"snippet", "--target", "nginx", "--allow-origin", "https://" + nasty},
		"explain":             {"explain", nasty},
		"a command":           {nasty},
		"a URL":               {"check", "https://" + nasty, "--origin", "https://app.example.com"},
		"an origin":           {"check", "https://a.example/", "--origin", nasty},
		"a header":            {"check", "https://a.example/", "--origin", "https://app.example.com", "-H", nasty},
		"a flag":              {"check", "--" + nasty},
		"a scenario":          {"check", "--lab", nasty},
		"a cookie file":       {"check", "https://a.example/", "--origin", "https://app.example.com", "-b", "@" + odd},
		"cases":               {"check", "--cases", file("cases.ndjson", nasty+"\n")},
		"a policy":            {"try", "https://a.example/", "--origin", "https://app.example.com", "--policy", file("p.json", nasty)},
		"connect-to":          {"check", "https://a.example/", "--origin", "https://app.example.com", "--connect-to", nasty},
		"lessons":             {"tour", "--lessons", odd, "--plain"},
		"a name for resuming": {"check", "--cases", file("cases.ndjson", nasty+"\n"), "--resume", "-o", filepath.Join(odd, "x")},
	} {
		t.Run(name, func(t *testing.T) {
			for i, a := range args { // no argument can hold NUL
				args[i] = strings.ReplaceAll(a, "\x00", "")
			}
			o := runProgram(t, "", nil, args...)
			tame(t, "standard output", o.out)
			tame(t, "standard error", o.errors)
		})
	}
}

func TestACaptivePortalIsNotTakenForTheAPI(t *testing.T) {
	// Over TLS the portal has no certificate for the name.
	portal := httptest.NewUnstartedServer(http.RedirectHandler("https://portal.example/login", http.StatusFound))
	portal.Config.ErrorLog = log.New(io.Discard, "", 0)
	portal.StartTLS()
	defer portal.Close()
	o := runProgram(t, "", nil, "check", "https://api.example.org/v1", "--origin", "https://app.example.org", "--connect-to", "::"+strings.TrimPrefix(portal.URL, "https://"))
	if o.code != 3 || !strings.Contains(o.out, "certificate") {
		t.Errorf("over TLS: exit %d\n%s", o.code, o.out)
	}
	// In plain HTTP it answers in the API's place: RFC 6585's 511, or a redirect.
	for name, answer := range map[string]string{
		"511":      "HTTP/1.1 511 Network Authentication Required\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nlogin",
		"redirect": "HTTP/1.1 302 Found\r\nLocation: http://portal.example/login\r\nContent-Length: 0\r\n\r\n",
	} {
		o := checkHTTP(t, rawServer(t, answer), "--format", "json")
		var r struct {
			AnsweredBy struct{ Layer, Confidence string } `json:"answered_by"`
		}
		if err := json.Unmarshal([]byte(o.out), &r); err != nil {
			t.Fatal(err)
		}
		if o.code != 1 || r.AnsweredBy.Confidence == "certain" {
			t.Errorf("%s: exit %d, answered by %+v", name, o.code, r.AnsweredBy)
		}
	}
}

// Nothing listens at the metadata service of a cloud here: the point is that
// nobody is asked.
func TestARedirectToAMetadataAddressIsNotFollowed(t *testing.T) {
	for _, to := range []string{"http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/", "http://[::ffff:169.254.169.254]/"} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Access-Control-Allow-Origin", "*")
			w.Header().Set("Location", to)
			w.WriteHeader(http.StatusFound)
		}))
		start := time.Now()
		o := runProgram(t, "", nil, "check", server.URL, "--origin", "http://localhost:3000", "--format", "json", "--verdict-only")
		server.Close()
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%s: took %v, as a connection that nobody answers does", to, took)
		}
		if !strings.Contains(o.out, `"phase": "refused"`) && !strings.Contains(o.out, `"phase":"refused"`) {
			t.Errorf("%s: exit %d\n%s", to, o.code, o.out)
		}
	}
}

func TestARedirectLoopEnds(t *testing.T) {
	n := 0
	var mu sync.Mutex
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		n++
		mu.Unlock()
		w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
		http.Redirect(w, r, "/again"+r.URL.Path, http.StatusFound)
	}))
	defer server.Close()
	o := runProgram(t, "", nil, "check", server.URL, "--origin", "http://localhost:3000", "--verdict-only")
	if o.code == 0 || n > 25 {
		t.Errorf("exit %d after %d requests\n%s", o.code, n, o.out)
	}
}

func TestASessionStaysWithItsHost(t *testing.T) {
	const secret = "s3cr3t-v4lue-of-the-session"
	var mu sync.Mutex
	var foreign, options []string
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		var all bytes.Buffer
		_ = r.Header.Write(&all)
		text := r.Host + r.URL.String() + all.String()
		if r.Method == http.MethodOptions {
			options = append(options, text)
		}
		if !strings.HasPrefix(r.Host, "api.example.com") {
			foreign = append(foreign, text)
		}
		w.Header().Set("Access-Control-Allow-Origin", "https://app.example.com")
		w.Header().Set("Access-Control-Allow-Credentials", "true")
		w.Header().Set("Access-Control-Allow-Headers", "x-a")
		if strings.HasPrefix(r.Host, "api.example.com") && r.Method != http.MethodOptions {
			w.Header().Set("Location", "https://other.example.com/")
			w.WriteHeader(http.StatusTemporaryRedirect)
		}
		_, _ = io.WriteString(w, r.Header.Get("Cookie")+secret) // an echo of the secret
	}))
	defer server.Close()
	env := []string{"CF_ACCESS_TOKEN=" + secret, "CF_ACCESS_CLIENT_ID=" + secret + ".access", "CF_ACCESS_CLIENT_SECRET=" + secret + "-2"}
	for _, format := range []string{"text", "json", "markdown", "html", "junit"} {
		o := runProgram(t, "", env, "check", "https://api.example.com/v1", "--origin", "https://app.example.com", "--credentials", "include",
			"-H", "X-A: 1", "-b", "sid="+secret+"-3", "-k", "--connect-to", "::"+strings.TrimPrefix(server.URL, "https://"), "--format", format)
		if strings.Contains(o.out+o.errors, secret) {
			t.Errorf("%s shows a secret (exit %d)", format, o.code)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if len(foreign) == 0 || len(options) == 0 {
		t.Errorf("%d requests to the other host, %d preflights", len(foreign), len(options))
	}
	for _, q := range append(foreign, options...) {
		if strings.Contains(q, secret) {
			t.Errorf("a secret went out:\n%s", q)
		}
	}
}

func TestProxiesOfTheEnvironmentRightAndWrong(t *testing.T) {
	origin := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "https://app.example.com")
		w.Header().Set("Vary", "Origin")
	}))
	defer origin.Close()
	var asked []string
	var mu sync.Mutex
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked = append(asked, r.Method+" "+r.Host)
		mu.Unlock()
		far, err := net.Dial("tcp", strings.TrimPrefix(origin.URL, "https://"))
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		near, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		_, _ = io.WriteString(near, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { _, _ = io.Copy(far, near); _ = far.Close() }()
		_, _ = io.Copy(near, far)
		_ = near.Close()
	}))
	defer proxy.Close()
	refuses := rawServer(t, "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n")
	rubbish := rawServer(t, nasty+"\r\n\r\n")
	for _, tt := range []struct {
		name, proxy, says string
		code              int
	}{
		{"right", proxy.URL, "", 0},
		{"refuses", "http://joe:pa55w0rd@" + refuses, "407", 3},
		{"rubbish", "http://" + rubbish, "proxy", 3},
		{"nobody there", "http://127.0.0.1:1", "proxy", 3},
		{"unknown kind", "gopher://127.0.0.1:1", "proxy", 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := runProgram(t, "", []string{"HTTPS_PROXY=" + tt.proxy}, "check", "https://api.example.com/v1", "--origin", "https://app.example.com", "-k", "--verdict-only")
			if o.code != tt.code || !strings.Contains(o.out, tt.says) {
				t.Errorf("exit %d, want %d and %q\n%s%s", o.code, tt.code, tt.says, o.out, o.errors)
			}
			if strings.Contains(o.out+o.errors, "pa55w0rd") {
				t.Error("the proxy's password is shown")
			}
			tame(t, "output", o.out+o.errors)
		})
	}
	if len(asked) == 0 || asked[0] != "CONNECT api.example.com:443" {
		t.Errorf("the proxy was asked %v", asked)
	}
}

// noPlace is a file that nobody can create, whoever runs the test.
const noPlace = "/dev/null/corstui/x"

func TestWhatCannotBeSavedIsSaid(t *testing.T) {
	cases := filepath.Join(t.TempDir(), "cases.ndjson")
	if err := os.WriteFile(cases, []byte(strings.Repeat(`{"id":1,"url":"https://api.example.com/","origin":"https://app.example.com","method":"TRACE"}`+"\n", 200)), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{
		"report, no folder":   {"check", "--lab", "all-right", "-o", noPlace},
		"report, full disk":   {"check", "--lab", "all-right", "-o", "/dev/full"},
		"batch, no folder":    {"check", "--cases", cases, "-o", noPlace},
		"batch, full disk":    {"check", "--cases", cases, "-o", "/dev/full"},
		"batch, JUnit":        {"check", "--cases", cases, "-o", "/dev/full", "--format", "junit"},
		"snippet, no folder":  {"snippet", "--target", "nginx", "--allow-origin", "https://app.example.com", "--output", noPlace},
		"snippet, over files": {"snippet", "--recipe", "waf", "--output", "/dev/null"},
	} {
		t.Run(name, func(t *testing.T) {
			o := runProgram(t, "", nil, args...)
			if o.code != 2 || strings.Count(o.errors, "\n") != 1 || !strings.HasPrefix(o.errors, "corstui: ") {
				t.Errorf("exit %d: %q", o.code, o.errors)
			}
		})
	}
	// An own state that cannot be kept changes nothing.
	o := runProgram(t, "", []string{"XDG_STATE_HOME=" + noPlace, "XDG_CONFIG_HOME=" + noPlace, "HOME=" + noPlace}, "--lab", "all-right", "--plain")
	if strings.Contains(o.errors, noPlace) {
		t.Errorf("exit %d: %q", o.code, o.errors)
	}
}

func TestAFullDiskBehindStandardOutputIsNoSuccess(t *testing.T) {
	for _, args := range [][]string{
		{"check", "--lab", "all-right"}, {"explain"}, {"lab", "--list"}, {"version"}, {"snippet", "--target", "go", "--allow-origin", "https://app.example.com"},
	} {
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			t.Skip("no /dev/full here")
		}
		cmd := exec.Command(os.Args[0], args...)
		cmd.Env = append(append(os.Environ(), cleanEnv(t.TempDir())...), runMain+"=1")
		cmd.Stdout = full
		var errs bytes.Buffer
		cmd.Stderr = &errs
		err = cmd.Run()
		_ = full.Close()
		if err == nil || !strings.Contains(errs.String(), "no space left") {
			t.Errorf("%v: %v, %q", args, err, errs.String())
		}
	}
}

func TestAnOldTLSVersionIsNamed(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	server.StartTLS()
	defer server.Close()
	o := runProgram(t, "", nil, "check", "https://api.example.com/", "--origin", "https://app.example.com", "-k", "--connect-to", "::"+strings.TrimPrefix(server.URL, "https://"))
	if o.code != 3 || !strings.Contains(o.out, "TLS") {
		t.Errorf("exit %d\n%s", o.code, o.out)
	}
}

func TestEndlessAnswersEndWithMaxTime(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var conns sync.WaitGroup
	t.Cleanup(func() { _ = l.Close(); conns.Wait() })
	conns.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			conns.Go(func() {
				defer c.Close()
				_, err := io.WriteString(c, "HTTP/1.1 200 OK\r\n")
				for i := 0; err == nil; i++ {
					time.Sleep(50 * time.Millisecond)
					_, err = fmt.Fprintf(c, "X-%d: 1\r\n", i)
				}
			})
		}
	})
	start := time.Now()
	o := checkHTTP(t, l.Addr().String(), "--max-time", "1")
	if took := time.Since(start); o.code != 3 || took > 10*time.Second {
		t.Errorf("exit %d after %v\n%s", o.code, took, o.out)
	}
}
