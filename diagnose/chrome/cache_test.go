package chrome_test

import (
	"context"
	"testing"
	"time"

	"corstui/diagnose/chrome"
	"corstui/diagnose/difftest"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
)

func TestThePreflightCacheIsChromiums(t *testing.T) {
	path := browserPath(t)
	server := difftest.StartServer(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	b, err := chrome.Open(ctx, chrome.Options{Path: path, AllowUnsafe: true, Network: difftest.Loopback})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	difftest.CompareCaches(ctx, t, server, fetch.Chromium, nil, func(ctx context.Context, c exchange.Case) (bool, error) {
		o, err := b.Fetch(ctx, c)
		if err != nil {
			return false, err
		}
		return o.PreflightSent, nil
	})
}
