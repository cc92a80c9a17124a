package chrome

import (
	"context"

	"github.com/chromedp/chromedp"
)

// InPage runs a script in a page of that origin and waits for its promise.
func (b *Browser) InPage(ctx context.Context, origin, script string) error {
	ctx, cancel := b.bind(ctx)
	defer cancel()
	if err := b.load(ctx, origin); err != nil {
		return err
	}
	_, err := chromedp.Run(ctx, chromedp.Evaluate[bool](script, chromedp.EvalAwaitPromise))
	return err
}
