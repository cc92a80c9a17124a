package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// firstLine reads the URL that a server prints first.
func firstLine(t *testing.T, lines interface {
	Scan() bool
	Text() string
}) string {
	t.Helper()
	got := make(chan string, 1)
	go func() {
		lines.Scan()
		got <- lines.Text()
	}()
	select {
	case s := <-got:
		if !strings.HasPrefix(s, "http://localhost:") {
			t.Fatalf("the first line is %q, not a URL", s)
		}
		return s
	case <-time.After(20 * time.Second):
		t.Fatal("no first line")
		return ""
	}
}

func get(t *testing.T, url, host string) (int, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if host != "" {
		r.Host = host
	}
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b)
}

func TestLabServesUntilASignal(t *testing.T) {
	for sig, want := range map[os.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143} {
		cmd, lines := program(t, "lab", "access-login")
		url := firstLine(t, lines)
		port := url[strings.LastIndexByte(url, ':')+1:]
		if code, body := get(t, url, ""); code != http.StatusOK || !strings.Contains(body, "fetch") {
			t.Errorf("the failing page: %d", code)
		}
		if code, _ := get(t, url, "127.0.0.1:"+port); code != http.StatusOK {
			t.Errorf("127.0.0.1:PORT as Host: %d", code)
		}
		if code, _ := get(t, url, "evil.example:"+port); code != http.StatusForbidden && code != http.StatusMisdirectedRequest {
			t.Errorf("a foreign Host got %d", code)
		}
		if err := cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		if code := ended(t, cmd); code != want {
			t.Errorf("%v: exit %d, want %d", sig, code, want)
		}
	}
}

func TestTryListensBeforeTheTargetAnswers(t *testing.T) {
	// Nothing listens on port 1: the proxy serves all the same.
	cmd, lines := program(t, "try", "https://api.example.com/v1", "--origin", "https://app.example.com", "--connect-to", "::127.0.0.1:1", "--max-time", "3")
	url := firstLine(t, lines)
	if code, _ := get(t, url+"/v1", ""); code != http.StatusBadGateway {
		t.Errorf("a dead target through the proxy: %d, want 502", code)
	}
	if code, _ := get(t, url, "evil.example"); code != http.StatusMisdirectedRequest {
		t.Errorf("a foreign Host got %d", code)
	}
	var rest []string
	for lines.Scan() {
		rest = append(rest, lines.Text())
		if strings.Contains(lines.Text(), "keeps listening") {
			break
		}
	}
	if text := strings.Join(rest, "\n"); !strings.Contains(text, "before") || !strings.Contains(text, "after") {
		t.Errorf("no comparison:\n%s", text)
	}
	_ = cmd.Process.Signal(syscall.SIGINT)
	if code := ended(t, cmd); code != 130 {
		t.Errorf("exit %d, want 130", code)
	}
}

func TestTryOnTheLabAllowsWhatWasBlocked(t *testing.T) {
	cmd, lines := program(t, "try", "--lab", "errors-without-cors")
	firstLine(t, lines)
	var text strings.Builder
	for lines.Scan() {
		text.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), "keeps listening") {
			break
		}
	}
	for _, want := range []string{"- blocked at the request, MissingAllowOriginHeader", "+ allowed"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("lacks %q:\n%s", want, text.String())
		}
	}
	_ = cmd.Process.Signal(syscall.SIGTERM)
	if code := ended(t, cmd); code != 143 {
		t.Errorf("exit %d, want 143", code)
	}
}

func TestCheckEndsBySignalAndByAClosedPipe(t *testing.T) {
	silent, addr := silentServer(t)
	defer silent()
	cmd, _ := program(t, "check", "https://api.example.com/", "--origin", "https://app.example.com", "--connect-to", "::"+addr, "--max-time", "60")
	time.Sleep(300 * time.Millisecond)
	_ = cmd.Process.Signal(syscall.SIGINT)
	if code := ended(t, cmd); code != 130 {
		t.Errorf("SIGINT during a check: exit %d, want 130", code)
	}

	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	broken := exec.Command(os.Args[0], "lab", "--list")
	broken.Env = append(append(os.Environ(), cleanEnv(t.TempDir())...), runMain+"=1")
	broken.Stdout = w
	var errs strings.Builder
	broken.Stderr = &errs
	if err := broken.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	ended(t, broken)
	if strings.Contains(errs.String(), "panic") {
		t.Errorf("a closed pipe: %s", errs.String())
	}
}

func TestWatchShowsWhatChanged(t *testing.T) {
	var broken atomic.Bool
	broken.Store(true)
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !broken.Load() {
			w.Header().Set("Access-Control-Allow-Origin", "https://app.example.com")
		}
	}))
	defer server.Close()
	cmd, lines := program(t, "check", "https://api.example.com/", "--origin", "https://app.example.com", "--watch", "0.5",
		"--verdict-only", "-k", "--connect-to", "::"+strings.TrimPrefix(server.URL, "https://"))
	var text strings.Builder
	for lines.Scan() {
		text.WriteString(lines.Text() + "\n")
		if strings.HasPrefix(lines.Text(), "watching") {
			broken.Store(false)
		}
		if strings.HasPrefix(lines.Text(), "  + allowed") {
			break
		}
	}
	if !strings.Contains(text.String(), "BLOCKED") || !strings.Contains(text.String(), "- blocked at the request, MissingAllowOriginHeader") {
		t.Errorf("got:\n%s", text.String())
	}
	_ = cmd.Process.Signal(syscall.SIGINT)
	if code := ended(t, cmd); code != 130 {
		t.Errorf("exit %d, want 130", code)
	}
}
