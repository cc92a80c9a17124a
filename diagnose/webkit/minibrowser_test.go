// Package webkit_test compares the model with WebKit, in the small browser that
// comes with WebKitGTK. What holds for it need not hold for Safari, which shares
// WebCore with it, but not the network layer or the rules for cookies.
package webkit_test

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"corstui/diagnose/browser"
	"corstui/diagnose/difftest"
	"corstui/diagnose/exchange"
)

// places are where distributions put MiniBrowser.
var places = []string{
	"/usr/lib/*/webkit2gtk-4.1/MiniBrowser", "/usr/lib/*/webkit2gtk-4.0/MiniBrowser", "/usr/lib/*/webkitgtk-6.0/MiniBrowser",
	"/usr/libexec/webkit2gtk-4.1/MiniBrowser", "/usr/libexec/webkitgtk-6.0/MiniBrowser", "/usr/lib/webkit2gtk-4.1/MiniBrowser",
}

// installed returns the paths of MiniBrowser and Xvfb. Without them the test
// fails in CI and is skipped by name elsewhere.
func installed(t testing.TB) (mini, xvfb string) {
	t.Helper()
	for _, p := range places {
		if m, err := filepath.Glob(p); err == nil && len(m) > 0 {
			mini = m[0]
			break
		}
	}
	if mini == "" {
		difftest.Missing(t, "needs WebKitGTK's MiniBrowser (Debian: webkit2gtk-driver)")
	}
	xvfb, err := exec.LookPath("Xvfb")
	if err != nil {
		difftest.Missing(t, "needs Xvfb (Debian: xvfb)")
	}
	return mini, xvfb
}

// A job is what the page is to do next: go to another origin, or run a script.
type job struct {
	ID     int    `json:"id"`
	Goto   string `json:"goto,omitempty"`
	Script string `json:"script,omitempty"`
}

// pageHTML takes jobs from its server, one after another, and hands in results.
// The line that it prints after a script comes after all that the script made the
// browser print.
const pageHTML = `<!doctype html><link rel="icon" href="data:,"><script>
const ask = (path, body) => fetch(%q + path, {method: "POST", body, cache: "no-store"});
(async () => {
  for (;;) {
    const job = await (await ask("next", "")).json();
    if (job.goto) { location.href = job.goto; return; }
    if (!job.script) continue;
    const out = await eval(job.script);
    console.log("corstui-end " + job.id);
    await ask("done", JSON.stringify({id: job.id, out: out === true ? {} : out}));
  }
})();
</script>`

// poll is how long the server holds back its answer when there is no job.
const poll = 5 * time.Second

// miniBrowser is a running MiniBrowser whose page does jobs.
type miniBrowser struct {
	t      testing.TB
	server *difftest.Server
	origin string // of the page that is loaded
	last   int

	// The host that holds cookies of an earlier case, and the lines that take
	// them away.
	staleHost string
	stale     []string

	mu      sync.Mutex
	cookies map[string][]string // Set-Cookie lines, by the path of the page that sets them

	jobs    chan job
	results chan result
	lines   *console
}

type result struct {
	ID  int            `json:"id"`
	Out browser.Result `json:"out"`
}

// open starts the browser with switches of MiniBrowser's own; it ends with the
// test.
func open(t testing.TB, mini, xvfb string, server *difftest.Server, flags ...string) *miniBrowser {
	t.Helper()
	b := &miniBrowser{t: t, server: server, jobs: make(chan job), results: make(chan result, 1), lines: newConsole(), cookies: map[string][]string{}}
	server.Control = b.control
	dial, err := difftest.Loopback.Dialer()
	if err != nil {
		t.Fatal(err)
	}
	router, err := browser.NewRouter(dial)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(router.Close)

	dir := t.TempDir()
	run := filepath.Join(dir, "run")
	if err := os.Mkdir(run, 0o700); err != nil {
		t.Fatal(err)
	}
	display := startDisplay(t, xvfb)
	b.origin = "https://" + difftest.HostO + ":" + server.TLSPort()
	args := append([]string{"--ignore-tls-errors", "--enable-write-console-messages-to-stdout=true", "--proxy=socks5://127.0.0.1:" + strconv.Itoa(router.Port())}, flags...)
	cmd := exec.Command(mini, append(args, b.origin+"/")...)
	cmd.Env = append(browser.Environment(os.Environ()),
		"HOME="+dir, "XDG_RUNTIME_DIR="+run, "XDG_CACHE_HOME="+dir, "XDG_CONFIG_HOME="+dir, "XDG_DATA_HOME="+dir,
		"DISPLAY="+display, "WAYLAND_DISPLAY=", "GDK_BACKEND=x11", "LANG=C.UTF-8", "LC_ALL=C.UTF-8",
		"NO_AT_BRIDGE=1", "GTK_A11Y=none", "DBUS_SESSION_BUS_ADDRESS=unix:path="+filepath.Join(run, "none"),
		"WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS=1", "WEBKIT_DISABLE_COMPOSITING_MODE=1")
	b.start(cmd)
	return b
}

// start runs the browser and reads its console.
func (b *miniBrowser) start(cmd *exec.Cmd) {
	b.t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		b.t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = w, w
	if err := cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	_ = w.Close()
	go b.lines.read(r)
	b.t.Cleanup(func() {
		_ = cmd.Process.Kill() // whose children end with it
		_ = cmd.Wait()
		select {
		case <-b.lines.ended:
		case <-time.After(10 * time.Second):
			b.t.Error("a process of the browser lives on")
		}
		_ = r.Close()
	})
}

// startDisplay starts an X server without a screen on a free display.
func startDisplay(t testing.TB, xvfb string) string {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cmd := exec.Command(xvfb, "-displayfd", "3", "-screen", "0", "640x480x24", "-nolisten", "tcp", "-ac")
	cmd.ExtraFiles = []*os.File{w}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = w.Close()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt) // so that it removes its lock
		_ = cmd.Wait()
	})
	_ = r.SetReadDeadline(time.Now().Add(20 * time.Second))
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatalf("Xvfb tells no display: %v", err)
	}
	return ":" + strings.TrimSpace(line)
}

// opaquePath is where the page of the opaque origin is; any other path below
// ControlPath is a page that sets cookies.
const opaquePath = difftest.ControlPath + "opaque"

// control is the server's side of the page. A page of the opaque origin is
// cross-origin to its own server.
func (b *miniBrowser) control(method, host, path, body string) string {
	answer := func(kind, body string, more ...string) string {
		head := append([]string{"HTTP/1.1 200 OK", "Content-Type: " + kind, "Cache-Control: no-store", "Access-Control-Allow-Origin: *",
			"Content-Length: " + strconv.Itoa(len(body)), "Connection: close"}, more...)
		return strings.Join(head, "\r\n") + "\r\n\r\n" + body
	}
	switch path {
	case "/":
		return answer("text/html", fmt.Sprintf(pageHTML, difftest.ControlPath))
	case opaquePath:
		return answer("text/html", fmt.Sprintf(pageHTML, difftest.ControlPath), "Content-Security-Policy: sandbox allow-scripts")
	case difftest.ControlPath + "next":
		var j job
		select {
		case j = <-b.jobs:
		case <-time.After(poll):
		case <-b.lines.ended: // nobody waits for it
		}
		out, err := json.Marshal(j)
		if err != nil {
			b.t.Error(err)
		}
		return answer("application/json", string(out))
	case difftest.ControlPath + "done":
		var r result
		if err := json.Unmarshal([]byte(body), &r); err != nil {
			b.t.Errorf("the page handed in %q: %v", body, err)
		}
		b.results <- r
		return answer("text/plain", "ok")
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return answer("text/html", fmt.Sprintf(pageHTML, difftest.ControlPath), b.cookies[path]...)
}

// give hands a job to the page.
func (b *miniBrowser) give(ctx context.Context, j job) error {
	select {
	case b.jobs <- j:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("the page takes no job: %w", context.Cause(ctx))
	}
}

// fetch runs the case in a page of its origin. What the page concluded comes
// back with the lines of the console.
func (b *miniBrowser) fetch(ctx context.Context, c exchange.Case) (browser.Result, []string, error) {
	if err := b.session(ctx, c); err != nil {
		return browser.Result{}, nil, err
	}
	if c.Origin != b.origin {
		page := c.Origin + "/"
		if c.Origin == "null" {
			page = b.secure(difftest.HostO) + opaquePath
		}
		if err := b.give(ctx, job{Goto: page}); err != nil {
			return browser.Result{}, nil, err
		}
		b.origin = c.Origin
	}
	script, err := browser.Script(c)
	if err != nil {
		return browser.Result{}, nil, err
	}
	if !c.ServiceWorker {
		return b.run(ctx, script)
	}
	if _, lines, err := b.run(ctx, difftest.JoinWorker); err != nil {
		return browser.Result{}, lines, err
	}
	res, lines, err := b.run(ctx, script)
	if err != nil {
		return res, lines, err
	}
	if _, lines, err := b.run(ctx, difftest.LeaveWorker); err != nil {
		return res, lines, err
	}
	return res, lines, b.give(ctx, job{Goto: c.Origin + "/"})
}

// run runs an expression in the page. What its promise gives comes back with the
// lines of the console.
func (b *miniBrowser) run(ctx context.Context, script string) (browser.Result, []string, error) {
	b.last++
	b.lines.reset()
	if err := b.give(ctx, job{ID: b.last, Script: script}); err != nil {
		return browser.Result{}, nil, err
	}
	select {
	case r := <-b.results:
		if r.ID != b.last {
			return r.Out, nil, errors.New("the page handed in another job's result")
		}
		lines, err := b.lines.until(ctx, "corstui-end "+strconv.Itoa(b.last))
		return r.Out, lines, err
	case <-ctx.Done():
		return browser.Result{}, nil, fmt.Errorf("the page hands in no result: %w", context.Cause(ctx))
	}
}

func (b *miniBrowser) secure(host string) string { return "https://" + host + ":" + b.server.TLSPort() }

// session puts the cookies of the case into the jar as a login would, by a page
// of their host, and takes those of the case before out of it.
func (b *miniBrowser) session(ctx context.Context, c exchange.Case) error {
	u, err := url.Parse(c.URL)
	if err != nil {
		return nil //nolint:nilerr // fetch() will throw
	}
	var lines []string
	for _, k := range c.Session.Cookies {
		lines = append(lines, setCookie(k, u.Scheme == "https"))
	}
	if host := b.staleHost; host != "" && (len(lines) == 0 || host != u.Hostname()) {
		if err := b.visit(ctx, host, b.stale); err != nil {
			return err
		}
		b.staleHost, b.stale = "", nil
	}
	if len(lines) == 0 {
		return nil
	}
	set := append(b.stale, lines...)
	b.staleHost, b.stale = u.Hostname(), nil
	for _, l := range lines {
		b.stale = append(b.stale, l+"; Max-Age=0")
	}
	return b.visit(ctx, u.Hostname(), set)
}

// visit goes to a page of the host that sets cookies.
func (b *miniBrowser) visit(ctx context.Context, host string, lines []string) error {
	b.last++
	path := difftest.ControlPath + "cookies/" + strconv.Itoa(b.last)
	b.mu.Lock()
	b.cookies[path] = lines
	b.mu.Unlock()
	b.origin = b.secure(host)
	return b.give(ctx, job{Goto: b.origin + path})
}

// setCookie writes a cookie as a server sets it. One whose SameSite is not known
// counts as one that travels.
func setCookie(k exchange.Cookie, https bool) string {
	line := "Set-Cookie: " + k.Name + "=" + k.Value + "; Path=" + cmp.Or(k.Path, "/")
	if k.Domain != "" && !k.HostOnly {
		line += "; Domain=" + k.Domain
	}
	if k.Secure || https && k.SameSite == "" {
		line += "; Secure"
	}
	return line + "; SameSite=" + cmp.Or(k.SameSite, "None")
}

// console is what the browser prints.
type console struct {
	mu    sync.Mutex
	lines []string
	tick  chan struct{}
	ended chan struct{}
}

func newConsole() *console {
	return &console{tick: make(chan struct{}, 1), ended: make(chan struct{})}
}

// read takes the lines of the console out of all that the browser prints.
func (c *console) read(r io.Reader) {
	defer close(c.ended)
	s := bufio.NewScanner(r)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		_, line, ok := strings.Cut(s.Text(), "CONSOLE ")
		if !ok {
			continue
		}
		c.mu.Lock()
		c.lines = append(c.lines, line)
		c.mu.Unlock()
		select {
		case c.tick <- struct{}{}:
		default:
		}
	}
}

func (c *console) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lines = nil
}

// until returns the lines before the one that ends with mark.
func (c *console) until(ctx context.Context, mark string) ([]string, error) {
	for {
		c.mu.Lock()
		for i, l := range c.lines {
			if strings.HasSuffix(l, mark) {
				out := c.lines[:i:i]
				c.mu.Unlock()
				return out, nil
			}
		}
		c.mu.Unlock()
		select {
		case <-c.tick:
		case <-ctx.Done():
			return nil, fmt.Errorf("the console has no end: %w", context.Cause(ctx))
		}
	}
}
