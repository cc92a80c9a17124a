package firefox

import (
	"context"
	_ "embed" // the script that watches the browser
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"corstui/diagnose/browser"
)

const (
	// startTimeout bounds the start of the browser's process.
	startTimeout = 30 * time.Second
	// closeTimeout is how long the browser may take to end by itself before it
	// is killed.
	closeTimeout = 3 * time.Second
	// portPoll is how often the profile is looked at for the port.
	portPoll = 20 * time.Millisecond
	// never is the browser's own time limit, in milliseconds: contexts bound what
	// is asked of it. (Without a limit, Firefox 153 ends scripts at once.)
	never = int64(24 * time.Hour / time.Millisecond)
)

// Limits on what one fetch may leave behind: a hostile peer chooses header
// values and redirects, and these come back in console lines.
const (
	maxConsoleLines = 50
	maxConsoleBytes = 8 << 10
	maxRequests     = 200
)

//go:embed watch.js
var watchScript string

// Browser is a running Firefox with a fresh profile. Its methods are not safe
// for concurrent use.
type Browser struct {
	product string
	dir     string
	permit  browser.Options

	cmd    *exec.Cmd
	exited chan struct{}
	router *browser.Router
	m      *marionette

	inPage      bool   // the context in which scripts run
	origin      string // of the page that is loaded; empty for none
	keepSession bool   // the user logged in: cookies stay
}

// Open starts a Firefox. The process ends with Close, or with ctx.
func Open(ctx context.Context, o browser.Options) (*Browser, error) {
	path := o.Path
	if path == "" {
		var err error
		if path, err = Find(); err != nil {
			return nil, err
		}
	}
	b := &Browser{permit: o, inPage: true} // where a session begins
	if err := b.start(ctx, path); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

// start starts the process and the session in it.
func (b *Browser) start(ctx context.Context, path string) error {
	more, err := b.network()
	if err != nil {
		return err
	}
	if b.dir, err = os.MkdirTemp("", "corstui-browser-"); err != nil {
		return fmt.Errorf("no folder for the browser's profile: %w", err)
	}
	profile := filepath.Join(b.dir, "profile")
	js, err := userJS(more...)
	if err == nil {
		err = os.Mkdir(profile, 0o700)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(profile, "user.js"), js, 0o600)
	}
	if err != nil {
		return fmt.Errorf("no folder for the browser's profile: %w", err)
	}
	if b.permit.Visible && runtime.GOOS == "linux" && os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		return errors.New("a visible browser needs a display, and DISPLAY and WAYLAND_DISPLAY are empty: run it on your desktop")
	}
	if err := b.launch(ctx, path, profile); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, startTimeout, fmt.Errorf("%s did not start within %s", path, startTimeout))
	defer cancel()
	if err := b.session(ctx, path, profile); err != nil {
		if cause := context.Cause(ctx); cause != nil && !errors.Is(err, cause) {
			return fmt.Errorf("%s did not start: %w", path, cause)
		}
		return fmt.Errorf("%s did not start: %w", path, err)
	}
	return nil
}

// network starts the router where hosts are sent elsewhere.
func (b *Browser) network() ([]pref, error) {
	var more []pref
	n := b.permit.Network
	if n.UserAgent != "" {
		more = append(more, pref{"general.useragent.override", n.UserAgent, "--user-agent"})
	}
	dial, err := n.Dialer()
	if err != nil || len(n.Resolve)+len(n.ConnectTo) == 0 {
		return more, err
	}
	if b.router, err = browser.NewRouter(dial); err != nil {
		return nil, fmt.Errorf("no loopback port for --resolve and --connect-to: %w", err)
	}
	return append(more, routed(b.router.Port())...), nil
}

// launch starts the process.
func (b *Browser) launch(ctx context.Context, path, profile string) error {
	args := []string{"--marionette", "-remote-allow-system-access", "--no-remote", "--profile", profile}
	env := browser.Environment(os.Environ())
	if !b.permit.Visible {
		args = append(args, "--headless")
		// What it would leave in the user's home goes with the profile.
		env = append(env, "HOME="+b.dir, "XDG_CACHE_HOME="+b.dir, "XDG_CONFIG_HOME="+b.dir)
	}
	if runtime.GOOS == "windows" {
		args = append(args, "-wait-for-browser") // else the launcher leaves it alone
	}
	b.cmd = exec.CommandContext(ctx, path, append(args, "about:blank")...)
	ownGroup(b.cmd)
	cmd := b.cmd
	cmd.Cancel = func() error { return killGroup(cmd) }
	b.cmd.Env = append(env, "MOZ_CRASHREPORTER_DISABLE=1", "MOZ_REMOTE_SETTINGS_DEVTOOLS=1", "MOZ_DISABLE_AUTO_SAFE_MODE=1", "MOZ_NO_REMOTE=1")
	if err := b.cmd.Start(); err != nil {
		b.cmd = nil
		return fmt.Errorf("%s did not start: %w", path, err)
	}
	b.exited = make(chan struct{})
	go func() {
		_ = b.cmd.Wait()
		close(b.exited)
	}()
	return nil
}

// session connects to the browser and begins to watch.
func (b *Browser) session(ctx context.Context, path, profile string) error {
	port, err := b.port(ctx, filepath.Join(profile, "MarionetteActivePort"))
	if err != nil {
		return err
	}
	if b.m, err = connect(ctx, port); err != nil {
		return err
	}
	var s struct {
		Capabilities struct {
			Name    string `json:"browserName"`
			Version string `json:"browserVersion"`
		} `json:"capabilities"`
	}
	insecure := b.permit.Network.Insecure
	if err := b.m.call(ctx, "WebDriver:NewSession", map[string]any{"acceptInsecureCerts": insecure, "pageLoadStrategy": "none"}, &s); err != nil {
		return err
	}
	if s.Capabilities.Name != "firefox" {
		return fmt.Errorf("%s is %q, and a Firefox is needed", path, s.Capabilities.Name)
	}
	b.product = "Firefox/" + s.Capabilities.Version
	if err := b.m.call(ctx, "WebDriver:SetTimeouts", map[string]int64{"script": never, "pageLoad": never}, nil); err != nil {
		return err
	}
	limits := map[string]int{"lines": maxConsoleLines, "bytes": maxConsoleBytes, "requests": maxRequests}
	if err := b.chrome(ctx, watchScript, nil, limits); err != nil {
		var no *remoteError
		if errors.As(err, &no) {
			return fmt.Errorf("%s cannot be watched: %w", b.product, err)
		}
		return err
	}
	return b.trust(ctx)
}

// port waits for the file in which the browser tells its port.
func (b *Browser) port(ctx context.Context, file string) (int, error) {
	tick := time.NewTicker(portPoll)
	defer tick.Stop()
	for {
		text, err := os.ReadFile(file)
		if n, bad := strconv.Atoi(strings.TrimSpace(string(text))); err == nil && bad == nil {
			return n, nil
		}
		select {
		case <-tick.C:
		case <-b.exited:
			return 0, errors.New("it ended at once; is it a Firefox?")
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		}
	}
}

// Product names the browser and its version: "Firefox/153.7.0".
func (b *Browser) Product() string { return b.product }

// chrome runs a script in the browser's own context, where it may do anything.
func (b *Browser) chrome(ctx context.Context, script string, result any, args ...any) error {
	return b.execute(ctx, false, script, result, args...)
}

// page runs a script in the page.
func (b *Browser) page(ctx context.Context, script string, result any) error {
	return b.execute(ctx, true, script, result)
}

func (b *Browser) execute(ctx context.Context, inPage bool, script string, result any, args ...any) error {
	if err := b.context(ctx, inPage); err != nil {
		return err
	}
	if args == nil {
		args = []any{}
	}
	var out struct {
		Value json.RawMessage `json:"value"`
	}
	if err := b.m.call(ctx, "WebDriver:ExecuteScript", map[string]any{"script": script, "args": args, "newSandbox": true}, &out); err != nil {
		return err
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal(out.Value, result)
}

// context chooses where scripts run and what is navigated.
func (b *Browser) context(ctx context.Context, inPage bool) error {
	if b.inPage == inPage {
		return nil
	}
	name := "chrome"
	if inPage {
		name = "content"
	}
	if err := b.m.call(ctx, "Marionette:SetContext", map[string]string{"value": name}, nil); err != nil {
		return err
	}
	b.inPage = inPage
	return nil
}

// explain says in words why a step of the browser failed.
func (b *Browser) explain(ctx context.Context, err error) error {
	cause := context.Cause(ctx)
	switch {
	case errors.Is(cause, context.DeadlineExceeded):
		return fmt.Errorf("%s had no result in time: %w", b.product, context.DeadlineExceeded)
	case cause != nil:
		return fmt.Errorf("%s was stopped: %w", b.product, cause)
	case errors.Is(err, errGone) && b.permit.Visible:
		return fmt.Errorf("the browser window was closed before the request was finished: %w", err)
	}
	return err
}

// Close ends the browser and removes its profile. It may be called twice.
func (b *Browser) Close() {
	if b.m != nil {
		ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
		// What does not end by itself is killed below.
		_ = b.m.call(ctx, "Marionette:Quit", map[string][]string{"flags": {"eForceQuit"}}, nil)
		select {
		case <-b.exited:
		case <-ctx.Done():
		}
		cancel()
		b.m.close()
		b.m = nil
	}
	if b.cmd != nil {
		_ = killGroup(b.cmd) // what is left of it; an error says that nothing is
		<-b.exited
		b.cmd = nil
	}
	if b.router != nil {
		b.router.Close()
		b.router = nil
	}
	if b.dir != "" {
		browser.RemoveProfile(b.dir)
		b.dir = ""
	}
}
