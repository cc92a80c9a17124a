package firefox

import "context"

// InPage runs a script in a page of that origin and waits for its promise.
func (b *Browser) InPage(ctx context.Context, origin, script string) error {
	if err := b.load(ctx, origin); err != nil {
		return err
	}
	return b.page(ctx, "return "+script, nil)
}
