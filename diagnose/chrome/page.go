package chrome

import (
	"context"
	"fmt"

	"github.com/chromedp/cdproto/cdp"
	cdpfetch "github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"corstui/diagnose/browser"
)

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
	b.events.mu.Lock()
	b.events.page = func(e *cdpfetch.EventRequestPaused) { fulfil(ctx, e, p) }
	b.events.mu.Unlock()
	// Every document, so that an origin in another spelling than the browser's
	// own does not slip through to the frontend.
	patterns := []*cdpfetch.RequestPattern{{URLPattern: "*", ResourceType: network.ResourceTypeDocument, RequestStage: cdpfetch.RequestStageRequest}}
	if _, err := chromedp.Call(ctx, cdpfetch.Enable, cdpfetch.EnableParams{Patterns: patterns}); err != nil {
		return err
	}
	err = chromedp.Do(ctx, chromedp.Navigate(p.URL))
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

// fulfil answers the request for the page's document.
func fulfil(ctx context.Context, e *cdpfetch.EventRequestPaused, p browser.Page) {
	headers := make([]*cdpfetch.HeaderEntry, 0, len(p.Headers))
	for _, h := range p.Headers {
		headers = append(headers, &cdpfetch.HeaderEntry{Name: h[0], Value: h[1]})
	}
	_, _ = chromedp.Call(ctx, cdpfetch.FulfillRequest, cdpfetch.FulfillRequestParams{
		RequestID:       e.RequestID,
		ResponseCode:    200,
		ResponseHeaders: headers,
		Body:            []byte(p.Body),
	})
}
