package firefox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"corstui/diagnose"
	"corstui/diagnose/browser"
	"corstui/diagnose/exchange"
)

// Observation is what the browser concluded, and the details behind it.
type Observation struct {
	diagnose.BrowserVerdict
	// Keys are the categories of the console's messages about the fetch, as
	// Firefox writes them: "CORSMissingAllowOrigin2", "CORSDidNotSucceed".
	Keys []string
	// Type is the response's type: "basic", "cors", "opaque", "opaqueredirect".
	Type string
	// URL is the URL of the response, after redirects.
	URL string
	// Exception is what fetch() rejected with.
	Exception string
	// Event is what an element fired, "load" or "error"; empty for fetch().
	Event string
}

// noted is what was seen of one fetch.
type noted struct {
	Requests []struct {
		Method    string `json:"method"`
		URL       string `json:"url"`
		Preflight bool   `json:"preflight"`
		Status    int    `json:"status"`
	} `json:"requests"`
	Lines []struct {
		Category string `json:"category"`
		Text     string `json:"text"`
	} `json:"lines"`
	Open int `json:"open"`
}

const (
	// localGrace is how long the console of a failed fetch() may lag behind its
	// promise.
	localGrace = 150 * time.Millisecond
	// endGrace bounds the wait for the end of a request whose promise is settled.
	endGrace = 2 * time.Second
	// look is how often the notes are read in that time.
	look = 5 * time.Millisecond
)

// Fetch performs the case in a page of its origin and returns what the browser
// concluded. The session's cookies are set for this case alone, unless the user
// logged in before.
func (b *Browser) Fetch(ctx context.Context, c exchange.Case) (*Observation, error) {
	c = c.WithDefaults()
	if err := b.permit.Permitted(c); err != nil {
		return nil, err
	}
	expr, err := browser.Script(c)
	if err != nil {
		return nil, err
	}
	if err := b.load(ctx, c.Origin); err != nil {
		return nil, b.explain(ctx, err)
	}
	notes, err := b.setSession(ctx, c)
	if err != nil {
		return nil, b.explain(ctx, err)
	}
	if err := b.chrome(ctx, "window.corstui.reset()", nil); err != nil {
		return nil, b.explain(ctx, err)
	}
	var res browser.Result
	if err := b.page(ctx, "return "+expr, &res); err != nil {
		return nil, b.explain(ctx, err)
	}
	seen, err := b.settle(ctx, res)
	if err != nil {
		return nil, b.explain(ctx, err)
	}
	return b.observe(res, seen, notes), nil
}

// load puts a page of that origin into the tab, unless it is there already. The
// document is made up here: the frontend's server is not asked.
func (b *Browser) load(ctx context.Context, origin string) error {
	if b.origin == origin && origin != "" {
		return nil
	}
	b.origin = ""
	p, err := browser.PageOf(origin)
	if err != nil {
		return err
	}
	page := map[string]any{"url": p.URL, "headers": p.Headers, "body": p.Body}
	var spec string
	if err := b.chrome(ctx, "return window.corstui.load(arguments[0])", &spec, page); err != nil {
		return err
	}
	if err := b.context(ctx, true); err != nil {
		return err
	}
	if err := b.m.call(ctx, "WebDriver:Navigate", map[string]string{"url": p.URL}, nil); err != nil {
		return fmt.Errorf("no page of origin %s: %w", origin, err)
	}
	var at struct{ URL, State, Origin string }
	for at.State != "complete" || at.URL != spec {
		err := b.page(ctx, "return {URL: document.URL, State: document.readyState, Origin: self.origin}", &at)
		var between *remoteError // the document that was asked is on its way out
		if err != nil && !errors.As(err, &between) {
			return err
		}
		if err := pause(ctx, look); err != nil {
			return err
		}
	}
	if err := b.chrome(ctx, "window.corstui.page = null", nil); err != nil {
		return err
	}
	if at.Origin != origin {
		return fmt.Errorf("a page of %s has the origin %s in the browser: give that one as the origin "+
			"(a browser writes it in lower case and punycode, and without a default port)", origin, at.Origin)
	}
	b.origin = origin
	return nil
}

// settle waits until the browser has told everything about the fetch whose
// promise is settled.
func (b *Browser) settle(ctx context.Context, res browser.Result) (noted, error) {
	began := time.Now()
	for {
		var seen noted
		if err := b.chrome(ctx, "return window.corstui.noted()", &seen); err != nil {
			return seen, err
		}
		waited := time.Since(began)
		quiet := res.Resolved || len(seen.Lines) > 0 || waited > localGrace
		if quiet && seen.Open == 0 || waited > endGrace {
			return seen, nil
		}
		if err := pause(ctx, look); err != nil {
			return seen, err
		}
	}
}

// pause waits, unless ctx ends first.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// observe reads the script's result and the notes together. The promise says
// whether the page got the response; the console says why not.
func (b *Browser) observe(res browser.Result, seen noted, notes []string) *Observation {
	o := &Observation{
		BrowserVerdict: diagnose.BrowserVerdict{
			Product:  b.product,
			Allowed:  res.Resolved,
			Console:  []string{},
			Readable: res.Readable(),
			Status:   res.Status,
		},
		Type:      res.Type,
		URL:       res.URL,
		Exception: res.Error,
		Event:     res.Event,
	}
	sent, answered := 0, true // by the last request
	for _, r := range seen.Requests {
		sent++
		answered = r.Status != 0
		o.PreflightSent = o.PreflightSent || r.Preflight
		if !r.Preflight && r.Status != 0 && res.Status == 0 {
			o.Status = r.Status
		}
	}
	for _, l := range seen.Lines {
		o.Console = append(o.Console, l.Text)
		o.Keys = append(o.Keys, l.Category)
	}
	if res.Event != "" { // which says something else: the answer was let through, or not
		o.Allowed = sent > 0 && answered && reason(o.Keys) == ""
	}
	if !o.Allowed {
		if key := reason(o.Keys); key != "" && (key != didNotSucceed || answered) {
			o.Reason = &key
		}
		notes = append(notes, failureNote(o, sent))
	}
	o.Note = strings.Join(slices.DeleteFunc(notes, func(s string) bool { return s == "" }), " ")
	return o
}

// didNotSucceed is the key of what follows after any other reason, and of a
// request that got no response: there it tells nothing about CORS, so that no
// reason is reported, as for Chromium.
const didNotSucceed = "CORSDidNotSucceed"

// reason is the key of the fetch's reason: the first that is more than "did not
// succeed". The category of a message is the key, with a version behind it once
// its text was changed.
func reason(categories []string) string {
	found := ""
	for _, c := range categories {
		key := strings.TrimRight(c, "0123456789")
		switch {
		case !strings.HasPrefix(key, "CORS"):
		case key != didNotSucceed:
			return key
		default:
			found = key
		}
	}
	return found
}

// failureNote says what failed where no reason does.
func failureNote(o *Observation, sent int) string {
	switch {
	case o.Reason != nil && *o.Reason != didNotSucceed:
		return ""
	case sent == 0:
		return strings.TrimSuffix("The browser sent nothing: "+strings.TrimSuffix(o.Exception, "."), ": ") + "."
	case o.Reason != nil || reason(o.Keys) != "":
		return "The request got no response that the browser could use."
	}
	return fmt.Sprintf("fetch() rejected with %q.", o.Exception)
}
