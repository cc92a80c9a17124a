package chrome

import (
	"context"
	"fmt"
	"net/url"

	"github.com/chromedp/cdproto/cdp"
	cdpfetch "github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

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
	// Every document, so that an origin in another spelling than the browser's
	// own does not slip through to the frontend.
	patterns := []*cdpfetch.RequestPattern{{URLPattern: "*", ResourceType: network.ResourceTypeDocument, RequestStage: cdpfetch.RequestStageRequest}}
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
		return fmt.Errorf("a page of %s has the origin %s in the browser: give that one as the origin "+
			"(a browser writes it in lower case and punycode, and without a default port)", origin, got)
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
