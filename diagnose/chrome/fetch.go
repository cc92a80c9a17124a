package chrome

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"corstui/diagnose"
	"corstui/diagnose/browser"
	"corstui/diagnose/exchange"
)

const (
	// settle is how long events may still come after the request has ended: the
	// console's line about CORS comes before that, others may follow.
	settle = 10 * time.Millisecond
	// localGrace is how long a request of a failed fetch() may take to show up;
	// after that nothing was sent.
	localGrace = 150 * time.Millisecond
	// endGrace bounds the wait for the end of a request whose promise is settled.
	endGrace = 2 * time.Second
)

// Observation is what the browser concluded, and the details behind it.
type Observation struct {
	diagnose.BrowserVerdict
	// Parameter is what the browser names beside the CorsError: a header's
	// value, a method or a header's name.
	Parameter string
	// ErrorText is the net::ERR_… name of a failed request.
	ErrorText string
	// BlockedReason is DevTools' own word: "mixed-content", "csp", ….
	BlockedReason string
	// Type is the response's type: "basic", "cors", "opaque", "opaqueredirect".
	Type string
	// URL is the URL of the response, after redirects.
	URL string
	// Exception is what fetch() rejected with.
	Exception string
	// Event is what an element fired, "load" or "error"; empty for fetch().
	Event string
	// Issues are the CORS issues of the Audits panel. They come on allowed
	// requests too and are never read as a failure.
	Issues []string
}

// enable switches on the protocol domains that are read, for the page's tab.
func (b *Browser) enable() error {
	calls := []func() error{
		func() error { _, err := chromedp.Call(b.tab, network.Enable, network.EnableParams{}); return err },
		func() error { _, err := chromedp.Call(b.tab, log.Enable, cdp.Empty{}); return err },
		func() error { _, err := chromedp.Call(b.tab, audits.Enable, cdp.Empty{}); return err },
	}
	for _, call := range calls {
		if err := call(); err != nil {
			return fmt.Errorf("the browser does not speak the DevTools protocol as expected: %w", err)
		}
	}
	return nil
}

// Fetch performs the case in a page of its origin and returns what the browser
// concluded. The session's cookies are set for this case alone, unless the user
// logged in before.
func (b *Browser) Fetch(ctx context.Context, c exchange.Case) (*Observation, error) {
	c = c.WithDefaults()
	if err := b.permit.Permitted(c); err != nil {
		return nil, err
	}
	ctx, cancel := b.bind(ctx)
	defer cancel()
	if err := b.load(ctx, c.Origin); err != nil {
		return nil, b.explain(ctx, err)
	}
	notes, err := b.setSession(ctx, c)
	if err != nil {
		return nil, b.explain(ctx, err)
	}
	b.events.reset(c.Initiator == exchange.InitiatorLink)
	expr, err := browser.Script(c)
	if err != nil {
		return nil, err
	}
	res, err := chromedp.Run(ctx, chromedp.Evaluate[browser.Result](expr, chromedp.EvalAwaitPromise))
	if err != nil {
		return nil, b.explain(ctx, err)
	}
	if err := b.settle(ctx); err != nil {
		return nil, b.explain(ctx, err)
	}
	return b.observe(res, notes), nil
}

// bind returns the tab's context, ended also when ctx is.
func (b *Browser) bind(ctx context.Context) (context.Context, context.CancelFunc) {
	tab, cancel := context.WithCancelCause(b.tab)
	stop := context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })
	return tab, func() { stop(); cancel(nil) }
}

// explain says in words why a step of the browser failed.
func (b *Browser) explain(ctx context.Context, err error) error {
	cause := context.Cause(ctx)
	switch {
	case errors.Is(cause, context.DeadlineExceeded):
		return fmt.Errorf("%s had no result in time: %w", b.product, context.DeadlineExceeded)
	case b.tab.Err() != nil && b.visible:
		return fmt.Errorf("the browser window was closed before the request was finished: %w", err)
	case cause != nil:
		return fmt.Errorf("%s was stopped: %w", b.product, cause)
	}
	return err
}

// settle waits until the browser has told everything about the fetch whose
// promise is settled.
func (b *Browser) settle(ctx context.Context) error {
	local := time.NewTimer(localGrace)
	defer local.Stop()
	end := time.NewTimer(endGrace)
	defer end.Stop()
	for {
		seen := b.events.snapshot()
		if seen.ended && (seen.failed == nil || seen.answered || !blockedAnswer(seen)) {
			break
		}
		select {
		case <-b.events.tick:
			continue
		case <-local.C:
			if seen.sent && !seen.ended {
				continue
			}
		case <-end.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		break
	}
	select {
	case <-time.After(settle):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// blockedAnswer says whether the page's request got an answer that the browser
// withheld: its status comes by another way and may come later.
func blockedAnswer(seen record) bool {
	s := seen.failed.CorsErrorStatus
	return s != nil && !strings.Contains(string(s.CorsError), "Preflight")
}

// observe reads the script's result and the events together. The promise says
// whether the page got the response; the events say why not.
func (b *Browser) observe(res browser.Result, notes []string) *Observation {
	seen := b.events.snapshot()
	o := &Observation{
		BrowserVerdict: diagnose.BrowserVerdict{
			Product:       b.product,
			Allowed:       res.Resolved,
			Console:       seen.console,
			PreflightSent: len(seen.preflights) > 0,
			Readable:      res.Readable(),
			Status:        int(seen.status),
		},
		Type:      res.Type,
		URL:       res.URL,
		Exception: res.Error,
		Event:     res.Event,
	}
	for _, i := range seen.issues {
		o.Issues = append(o.Issues, string(i))
	}
	if res.Resolved {
		if res.Status != 0 {
			o.Status = res.Status
		}
	} else {
		if f := seen.failed; f != nil {
			o.ErrorText, o.BlockedReason = f.ErrorText, string(f.BlockedReason)
			if f.CorsErrorStatus != nil {
				reason := string(f.CorsErrorStatus.CorsError)
				o.Reason, o.Parameter = &reason, f.CorsErrorStatus.FailedParameter
			}
		}
		notes = append(notes, failureNote(o, seen))
	}
	if seen.challenged && !b.visible {
		notes = append(notes, "Cloudflare challenged this browser, which runs without a window and says so in its User-Agent: yours may pass. A visible browser settles it.")
	}
	o.Note = strings.Join(slices.DeleteFunc(notes, func(s string) bool { return s == "" }), " ")
	return o
}

// failureNote says what failed where no CorsError does.
func failureNote(o *Observation, seen record) string {
	switch {
	case o.Reason != nil:
		return ""
	case !seen.sent:
		return strings.TrimSuffix("The browser sent nothing: "+strings.TrimSuffix(o.Exception, "."), ": ") + "."
	case o.BlockedReason != "":
		return fmt.Sprintf("The browser blocked the request itself: %s.", o.BlockedReason)
	case o.ErrorText != "":
		return fmt.Sprintf("The request failed in the browser's network stack: %s.", o.ErrorText)
	}
	return fmt.Sprintf("fetch() rejected with %q.", o.Exception)
}
