package chrome

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"

	"corstui/diagnose/browser"
)

const (
	// startTimeout bounds the start of the browser's process.
	startTimeout = 20 * time.Second
	// closeTimeout is how long the browser may take to end by itself before it
	// is killed.
	closeTimeout = 3 * time.Second
)

// The values of Chromium's preference profile.cookie_controls_mode.
const (
	thirdPartyAllowed = 0 // the default of Chrome as it is shipped upstream
	thirdPartyBlocked = 1 // the user's setting, and the default of some distributions
)

// preferences are those of the fresh profile.
func preferences(cookieControls int) []byte {
	return fmt.Appendf(nil, `{"profile":{"cookie_controls_mode":%d},"credentials_enable_service":false,"signin":{"allowed":false}}`, cookieControls)
}

// Browser is a running browser with a fresh profile. Its methods are not safe
// for concurrent use.
type Browser struct {
	product string
	dir     string
	visible bool
	permit  Options

	tab    context.Context // of the page in which fetch() runs
	cancel []context.CancelFunc

	origin      string // of the page that is loaded; empty for none
	keepSession bool   // the user logged in: cookies stay
	events      *recorder
}

// Open starts a browser. The process ends with Close, or with ctx. Third-party
// cookies follow the default of Chrome as it is shipped upstream.
func Open(ctx context.Context, o Options) (*Browser, error) {
	return openWith(ctx, o, thirdPartyAllowed)
}

// openWith is Open under another setting for third-party cookies, and with more
// switches, which go before the usual ones of their names.
func openWith(ctx context.Context, o Options, cookieControls int, more ...flag) (*Browser, error) {
	path := o.Path
	if path == "" {
		var err error
		if path, err = Find(); err != nil {
			return nil, err
		}
	}
	dir, err := os.MkdirTemp("", "corstui-browser-")
	if err != nil {
		return nil, fmt.Errorf("no folder for the browser's profile: %w", err)
	}
	b := &Browser{dir: dir, visible: o.Visible, permit: o, events: newRecorder()}
	if err := b.start(ctx, path, o, cookieControls, more); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

func (b *Browser) start(ctx context.Context, path string, o Options, cookieControls int, more []flag) error {
	if err := os.MkdirAll(filepath.Join(b.dir, "Default"), 0o700); err != nil {
		return fmt.Errorf("no folder for the browser's profile: %w", err)
	}
	if err := os.WriteFile(filepath.Join(b.dir, "Default", "Preferences"), preferences(cookieControls), 0o600); err != nil {
		return fmt.Errorf("no folder for the browser's profile: %w", err)
	}
	opts, err := allocatorOptions(path, b.dir, o)
	if err != nil {
		return err
	}
	for _, f := range more {
		opts = append(opts, chromedp.Flag(f.name, f.value))
	}
	actx, acancel := chromedp.NewExecAllocator(ctx, opts...)
	b.cancel = append(b.cancel, acancel)
	silent := func(string, ...any) {}
	tab, tcancel := chromedp.NewContext(actx, chromedp.WithLogf(silent), chromedp.WithErrorf(silent), chromedp.WithListener(b.events.on))
	b.cancel = append(b.cancel, tcancel)
	b.tab = tab

	// The first call binds the life of the process to its context, so that
	// context must be the tab's own: a timer ends it from outside.
	started := make(chan struct{})
	watch := time.AfterFunc(startTimeout, func() {
		select {
		case <-started:
		default:
			acancel()
		}
	})
	version, err := chromedp.CallBrowser(tab, cdpbrowser.GetVersion, cdp.Empty{})
	close(started)
	timedOut := !watch.Stop()
	if err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("%s did not start in time: %w", path, ctx.Err())
		}
		if timedOut {
			return fmt.Errorf("%s did not start within %s", path, startTimeout)
		}
		if errors.Is(err, chromedp.ErrNoDisplay) {
			return fmt.Errorf("a visible browser needs a display, and DISPLAY and WAYLAND_DISPLAY are empty: run it on your desktop")
		}
		return fmt.Errorf("%s did not start: %w", path, err)
	}
	b.product = version.Product
	return b.enable()
}

// Product names the browser and its version: "Chrome/156.0.8078.79".
func (b *Browser) Product() string { return b.product }

// Close ends the browser and removes its profile. It may be called twice.
func (b *Browser) Close() {
	if b.tab != nil {
		if c := chromedp.FromContext(b.tab); c != nil && c.Browser != nil && b.tab.Err() == nil {
			ctx, cancel := context.WithTimeout(b.tab, closeTimeout)
			_ = chromedp.Cancel(ctx) // what does not end by itself is killed below
			cancel()
		}
		b.tab = nil
	}
	for i := len(b.cancel) - 1; i >= 0; i-- {
		b.cancel[i]()
	}
	b.cancel = nil
	if b.dir != "" {
		browser.RemoveProfile(b.dir)
		b.dir = ""
	}
}
