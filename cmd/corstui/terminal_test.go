//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"

	"corstui/diagnose/lab"
)

// hang is how long a test waits for what must come.
const hang = 30 * time.Second

// session is the program in a real pseudo-terminal behind an emulator. What
// the program asks the terminal is never answered.
type session struct {
	t   *testing.T
	cmd *exec.Cmd
	tty *os.File

	mu     sync.Mutex
	screen *vt.Emulator
	raw    bytes.Buffer
	done   chan struct{}
	keys   int
}

func inTerminal(t *testing.T, cols, rows int, args ...string) *session {
	t.Helper()
	return inTerminalWith(t, cols, rows, nil, args...)
}

// inTerminalWith is inTerminal with further variables of the environment.
func inTerminalWith(t *testing.T, cols, rows int, env []string, args ...string) *session {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	for _, kv := range os.Environ() {
		switch name, _, _ := strings.Cut(kv, "="); name {
		case "CI", "TMUX", "STY", "COLORFGBG", "NO_COLOR", "TERM":
		default:
			cmd.Env = append(cmd.Env, kv)
		}
	}
	cmd.Env = append(append(cmd.Env, cleanEnv(t.TempDir())...), runMain+"=1", "TERM=xterm-256color")
	cmd.Env = append(without(cmd.Env, "NO_COLOR"), env...)
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: uint16(cols), Rows: uint16(rows)})
	if err != nil {
		t.Fatal(err)
	}
	p := &session{t: t, cmd: cmd, tty: tty, screen: vt.NewEmulator(cols, rows), done: make(chan struct{})}
	// The emulator answers queries into a pipe; nobody passes them on.
	go func() {
		buf := make([]byte, 1024)
		for {
			if _, err := p.screen.Read(buf); err != nil {
				return
			}
		}
	}()
	go func() {
		defer close(p.done)
		buf := make([]byte, 32<<10)
		for {
			n, err := tty.Read(buf)
			p.mu.Lock()
			p.raw.Write(buf[:n])
			_, _ = p.screen.Write(buf[:n])
			p.mu.Unlock()
			if err != nil {
				_ = cmd.Wait()
				return
			}
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-p.done
		_ = tty.Close()
		// Not Close, which the reader above would race with.
		if replies, ok := p.screen.InputPipe().(io.Closer); ok {
			_ = replies.Close()
		}
	})
	return p
}

func without(env []string, name string) []string {
	out := env[:0]
	for _, kv := range env {
		if !strings.HasPrefix(kv, name+"=") {
			out = append(out, kv)
		}
	}
	return out
}

func (p *session) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.screen.String()
}

func (p *session) output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.raw.String()
}

// shows waits until every one of the texts stands on the screen.
func (p *session) shows(texts ...string) {
	p.t.Helper()
	var screen string
	for end := time.Now().Add(hang); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		screen = p.text()
		all := true
		for _, s := range texts {
			all = all && strings.Contains(strings.Join(strings.Fields(screen), " "), s)
		}
		if all {
			return
		}
	}
	p.t.Fatalf("%q never stood on the screen:\n%s", texts, screen)
}

// press presses keys, each of which counts.
func (p *session) press(keys ...string) {
	p.t.Helper()
	named := map[string]string{"enter": "\r", "esc": "\x1b", "tab": "\t", "down": "\x1b[B", "up": "\x1b[A", "left": "\x1b[D", "right": "\x1b[C"}
	for _, k := range keys {
		p.keys++
		if s, ok := named[k]; ok {
			k = s
		}
		if _, err := p.tty.WriteString(k); err != nil {
			p.t.Fatal(err)
		}
		time.Sleep(30 * time.Millisecond) // two keys at once would be one sequence
	}
}

// paste pastes a text as terminals do; it counts as one key.
func (p *session) paste(text string) {
	p.t.Helper()
	p.press("\x1b[200~" + text + "\x1b[201~")
}

// copied waits for a text in the clipboard (OSC 52) and returns it.
func (p *session) copied() string {
	p.t.Helper()
	re := regexp.MustCompile(`\x1b\]52;c;([A-Za-z0-9+/=]+)`)
	for end := time.Now().Add(hang); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if all := re.FindAllStringSubmatch(p.output(), -1); len(all) > 0 {
			b, err := base64.StdEncoding.DecodeString(all[len(all)-1][1])
			if err != nil {
				p.t.Fatal(err)
			}
			return string(b)
		}
	}
	p.t.Fatalf("nothing was copied:\n%s", p.text())
	return ""
}

func (p *session) ends() {
	p.t.Helper()
	select {
	case <-p.done:
	case <-time.After(hang):
		screen, from := p.text(), len(p.output())
		_ = p.cmd.Process.Signal(syscall.SIGQUIT)
		<-p.done
		p.t.Fatalf("the program does not end:\n%s\n%s", screen, p.output()[from:])
	}
	raw := p.output()
	if strings.LastIndex(raw, "\x1b[?1049l") < strings.LastIndex(raw, "\x1b[?1049h") {
		p.t.Error("the alternate screen was not left")
	}
	if strings.LastIndex(raw, "\x1b[?25h") < strings.LastIndex(raw, "\x1b[?25l") {
		p.t.Error("the cursor is still hidden")
	}
}

// labArgsFor starts a scenario and returns its lab and the flags that reach it.
func labArgsFor(t *testing.T, scenario string) (*lab.Lab, []string) {
	t.Helper()
	l, err := lab.Start(context.Background(), scenario, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l, []string{"--connect-to", "::" + l.Addr(), "--insecure", "--no-history", "--no-anim"}
}

func TestAPastedConsoleErrorBecomesACopiedFixInSixKeys(t *testing.T) {
	_, args := labArgsFor(t, "access-preflight")
	p := inTerminal(t, 80, 24, args...)
	p.shows("who answered your browser?")
	p.paste("Access to fetch at 'https://access-preflight.api.example.com/v1/me' from origin 'https://app.example.com' has been blocked by CORS policy: Response to preflight request doesn't pass access control check: No 'Access-Control-Allow-Origin' header is present on the requested resource.")
	p.shows("https://access-preflight.api.example.com/v1/me")
	p.press("enter")
	p.shows("tab skip the rest")
	p.press("tab")
	p.shows("BLOCKED at the preflight. Cloudflare Access refused it")
	p.press("f")
	p.shows("Who can do this")
	p.press("y")
	if got := p.copied(); !strings.Contains(got, "options_preflight_bypass") {
		t.Errorf("copied:\n%s", got)
	}
	if p.keys > 6 {
		t.Errorf("it took %d keys, want at most 6", p.keys)
	}
	p.press("\x03")
	p.ends()
}

func TestAllowedFromHereLeadsToItsFirstTest(t *testing.T) {
	p := inTerminal(t, 80, 24, "--lab", "all-right", "--no-history", "--no-anim")
	p.shows("ALLOWED.", "See what differs")
	p.press("f")
	p.shows("ALLOWED from here", "other engine")
	p.press("e")
	p.shows("Firefox")
	p.press("\x03")
	p.ends()
}

func TestALoggedInUserGetsToTheFaultBehindAccess(t *testing.T) {
	l, args := labArgsFor(t, "logged-in-api-forgets-cors")
	c, _ := l.Case("logged-in-api-forgets-cors")
	p := inTerminal(t, 80, 24, append([]string{c.URL, "--origin", c.Origin, "--credentials", "include"}, args...)...)
	p.shows("Cloudflare Access", "I am logged in there")
	p.press("s")
	p.shows("session")
	p.paste(c.Session.AccessToken)
	p.press("enter")
	p.shows("BLOCKED at the request. Your API")
	if strings.Contains(p.output(), c.Session.AccessToken) {
		t.Error("the token stood on the screen")
	}
	p.press("\x03")
	p.ends()
}

func TestAResizeDuringARunLosesNothing(t *testing.T) {
	p := inTerminal(t, 120, 40, "--lab", "access-preflight", "--no-history")
	p.shows("access-preflight.api.example.com") // it runs, and listens for sizes
	for _, size := range [][2]int{{60, 16}, {200, 50}, {80, 24}} {
		p.mu.Lock()
		p.screen.Resize(size[0], size[1])
		p.mu.Unlock()
		if err := pty.Setsize(p.tty, &pty.Winsize{Cols: uint16(size[0]), Rows: uint16(size[1])}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(50 * time.Millisecond)
	}
	p.shows("BLOCKED at the preflight.", "2 Access", "? help")
	p.press("\x03")
	p.ends()
}

func TestAKilledRunRestoresTheTerminal(t *testing.T) {
	stop, addr := silentServer(t)
	defer stop()
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT} {
		p := inTerminal(t, 80, 24, "https://api.example.com/", "--origin", "https://app.example.com", "--connect-to", "::"+addr, "--max-time", "60", "--no-history")
		p.shows("api.example.com")
		if err := p.cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		p.ends()
	}
}

func TestASilentTerminalDelaysNothing(t *testing.T) {
	start := time.Now()
	p := inTerminal(t, 80, 24, "--version")
	select {
	case <-p.done:
	case <-time.After(hang):
		t.Fatal("--version does not end")
	}
	version := time.Since(start)
	start = time.Now()
	p = inTerminal(t, 80, 24, "--no-history")
	p.shows("who answered your browser?")
	first := time.Since(start)
	// Waiting for an answer of the terminal would take five seconds each.
	if version > 4*time.Second || first > 4*time.Second {
		t.Errorf("--version took %v, the first frame %v: something waits for the terminal", version, first)
	}
	p.press("\x03")
	p.ends()
}

func TestNoSecretStandsOnAnyScreen(t *testing.T) {
	secrets := []string{"cookie-value-a1b2c3", "bearer-token-d4e5f6", "query-secret-o5p6q7", "peer-cookie-t1u2v3", "0f1e2d3c4b5a69788796a5b4c3d2e1f0"}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Set-Cookie", "sid=peer-cookie-t1u2v3; Path=/")
		w.Header().Set("X-Echo", r.Header.Get("Authorization")+" "+r.Header.Get("Cookie")+" "+r.Header.Get("Cf-Access-Client-Secret"))
		_, _ = io.WriteString(w, "you sent "+fmt.Sprint(r.Header)+r.URL.String())
	}))
	defer server.Close()
	p := inTerminalWith(t, 100, 30, []string{"CF_ACCESS_CLIENT_ID=k1l2m3n4.access", "CF_ACCESS_CLIENT_SECRET=0f1e2d3c4b5a69788796a5b4c3d2e1f0"},
		"https://api.example.com/v1?token=query-secret-o5p6q7", "--origin", "https://app.example.com", "--credentials", "include",
		"-b", "sid=cookie-value-a1b2c3", "-H", "Authorization: Bearer bearer-token-d4e5f6", "-k",
		"--connect-to", "::"+strings.TrimPrefix(server.URL, "https://"), "--no-history", "--no-anim")
	p.shows("BLOCKED")
	p.press("enter", "down", "down", "enter", "esc", "esc", "x", "down", "down", "esc", "left", "x", "esc", "tab", "esc", "f", "tab", "d", "esc", "y", "esc", "y", "esc", "?", "esc", "s", "esc")
	for _, s := range secrets {
		for _, form := range []string{s, base64.StdEncoding.EncodeToString([]byte(s)), url.QueryEscape(s)} {
			if strings.Contains(p.output(), form) {
				t.Errorf("%s stood on the screen", s)
			}
		}
	}
	p.press("\x03")
	p.ends()
}

func TestKeysAreReboundByTheConfiguration(t *testing.T) {
	dir := t.TempDir()
	write := func(text string) {
		if err := os.MkdirAll(dir+"/corstui", 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(dir+"/corstui/config.yaml", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	env := []string{"XDG_CONFIG_HOME=" + dir}
	write("keys:\n  fix: [F]\nascii: true\n")
	p := inTerminalWith(t, 80, 24, env, "--lab", "access-preflight", "--no-history", "--no-anim")
	p.shows("BLOCKED", "F fix")
	p.press("F")
	p.shows("Who can do this")
	p.press("\x03")
	p.ends()

	// What is wrong in it is said, and the screen opens without it.
	write("kees: 1\n")
	p = inTerminalWith(t, 80, 24, env, "--lab", "access-preflight", "--no-history", "--no-anim")
	p.shows("BLOCKED")
	p.press("\x03")
	p.ends()
	if !strings.Contains(p.output(), "config.yaml") {
		t.Error("a wrong configuration is passed over in silence")
	}
}
