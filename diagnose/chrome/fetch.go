package chrome

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	cdpfetch "github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"corstui/diagnose"
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
	// Issues are the CORS issues of the Audits panel. They come on allowed
	// requests too and are never read as a failure.
	Issues []string
}

// scriptResult is what the script in the page returns.
type scriptResult struct {
	Resolved bool     `json:"resolved"`
	Type     string   `json:"type"`
	Status   int      `json:"status"`
	URL      string   `json:"url"`
	Names    []string `json:"names"`
	Error    string   `json:"error"`
}

// script performs the fetch. The body is not read: an answer that never ends
// must not keep the verdict waiting.
const script = `(async (url, init) => {
  const stop = new AbortController();
  init.signal = stop.signal;
  try {
    const r = await fetch(url, init);
    const out = {resolved: true, type: r.type, status: r.status, url: r.url, names: [...r.headers.keys()], error: ""};
    stop.abort();
    return out;
  } catch (e) {
    return {resolved: false, type: "", status: 0, url: "", names: [], error: String(e)};
  }
})(%s, %s)`

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
	if err := permitted(c, b.permit); err != nil {
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
	b.events.reset()
	expr, err := expression(c)
	if err != nil {
		return nil, err
	}
	res, err := chromedp.Run(ctx, chromedp.Evaluate[scriptResult](expr, chromedp.EvalAwaitPromise))
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

// expression writes the call of the page's script. encoding/json escapes what
// would end a string or a line in JavaScript.
func expression(c exchange.Case) (string, error) {
	headers := make([][2]string, 0, len(c.Headers))
	for _, h := range c.Headers {
		headers = append(headers, [2]string{byteString(h.Name), byteString(h.Value)})
	}
	init := map[string]any{
		"method":      c.Method,
		"headers":     headers,
		"credentials": c.Credentials,
		"mode":        c.Mode,
		"redirect":    c.Redirect,
	}
	if c.Body != nil {
		init["body"] = *c.Body
	}
	u, err := json.Marshal(c.URL)
	if err != nil {
		return "", err
	}
	i, err := json.Marshal(init)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf(script, u, i), nil
}

// byteString gives a header that is no UTF-8 as the string of its bytes, as a
// script would write it: each byte one code point.
func byteString(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes)
}

// load puts a page of that origin into the tab, unless it is there already. The
// document is made up here: the frontend's server is not asked.
func (b *Browser) load(ctx context.Context, origin string) error {
	if b.origin == origin && origin != "" {
		return nil
	}
	b.origin = ""
	p, err := pageOf(origin)
	if err != nil {
		return err
	}
	b.events.mu.Lock()
	b.events.page = func(e *cdpfetch.EventRequestPaused) { fulfil(ctx, e, p) }
	b.events.mu.Unlock()
	patterns := []*cdpfetch.RequestPattern{{URLPattern: globLiteral(p.url), ResourceType: network.ResourceTypeDocument, RequestStage: cdpfetch.RequestStageRequest}}
	if _, err := chromedp.Call(ctx, cdpfetch.Enable, cdpfetch.EnableParams{Patterns: patterns}); err != nil {
		return err
	}
	err = chromedp.Do(ctx, chromedp.Navigate(p.url))
	if _, off := chromedp.Call(ctx, cdpfetch.Disable, cdp.Empty{}); err == nil {
		err = off
	}
	if err != nil {
		return fmt.Errorf("no page of origin %s: %w", origin, err)
	}
	got, err := chromedp.Run(ctx, chromedp.Evaluate[string](`self.origin`))
	if err != nil {
		return err
	}
	if got != origin {
		return fmt.Errorf("the browser made the page's origin %s out of %s: it moves pages of that host to https", got, origin)
	}
	b.origin = origin
	return nil
}

// document is the page that stands for the frontend.
type document struct {
	url     string
	headers []*cdpfetch.HeaderEntry
}

// opaquePage is where the page of origin "null" lives. The name is reserved and
// never resolves.
const opaquePage = "https://opaque.invalid/"

// pageOf returns the page for an origin. "null" is a sandboxed document in a
// secure context.
func pageOf(origin string) (document, error) {
	p := document{headers: []*cdpfetch.HeaderEntry{
		{Name: "Content-Type", Value: "text/html; charset=utf-8"},
		{Name: "Cache-Control", Value: "no-store"},
	}}
	if origin == "null" {
		p.url = opaquePage
		p.headers = append(p.headers, &cdpfetch.HeaderEntry{Name: "Content-Security-Policy", Value: "sandbox allow-scripts"})
		return p, nil
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return p, fmt.Errorf("origin %q: a browser page needs an origin like https://app.example.com, or null", origin)
	}
	p.url = origin + "/"
	return p, nil
}

// globLiteral escapes what Fetch.enable reads as a wildcard.
func globLiteral(s string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`).Replace(s)
}

// fulfil answers the request for the page's document. The icon in it keeps a
// window from asking the frontend for one.
func fulfil(ctx context.Context, e *cdpfetch.EventRequestPaused, p document) {
	_, _ = chromedp.Call(ctx, cdpfetch.FulfillRequest, cdpfetch.FulfillRequestParams{
		RequestID:       e.RequestID,
		ResponseCode:    200,
		ResponseHeaders: p.headers,
		Body:            []byte(`<!doctype html><link rel="icon" href="data:,"><title>corstui</title><p>This page stands for your frontend; corstui runs its fetch() here.`),
	})
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
		if seen.ended {
			break
		}
		select {
		case <-b.events.tick:
			continue
		case <-local.C:
			if seen.sent {
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

// observe reads the script's result and the events together. The promise says
// whether the page got the response; the events say why not.
func (b *Browser) observe(res scriptResult, notes []string) *Observation {
	seen := b.events.snapshot()
	o := &Observation{
		BrowserVerdict: diagnose.BrowserVerdict{
			Product:       b.product,
			Allowed:       res.Resolved,
			Console:       seen.console,
			PreflightSent: len(seen.preflights) > 0,
			Readable:      []string{},
			Status:        int(seen.status),
		},
		Type:      res.Type,
		URL:       res.URL,
		Exception: res.Error,
	}
	for _, i := range seen.issues {
		o.Issues = append(o.Issues, string(i))
	}
	if res.Resolved {
		for _, n := range res.Names {
			o.Readable = append(o.Readable, strings.ToLower(n))
		}
		slices.Sort(o.Readable)
		o.Readable = slices.Compact(o.Readable)
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
	o.Note = strings.Join(slices.DeleteFunc(notes, func(s string) bool { return s == "" }), " ")
	return o
}

// failureNote says what failed where no CorsError does.
func failureNote(o *Observation, seen record) string {
	switch {
	case o.Reason != nil:
		return ""
	case !seen.sent:
		return fmt.Sprintf("The browser sent nothing: %s.", strings.TrimSuffix(o.Exception, "."))
	case o.BlockedReason != "":
		return fmt.Sprintf("The browser blocked the request itself: %s.", o.BlockedReason)
	case o.ErrorText != "":
		return fmt.Sprintf("The request failed in the browser's network stack: %s.", o.ErrorText)
	}
	return fmt.Sprintf("fetch() rejected with %q.", o.Exception)
}
