package fetch

import (
	"context"

	"corstui/diagnose/exchange"
)

// Engine is a browser engine as a value: a name and its deviations from the
// standard.
type Engine struct{ name string }

// Run performs fetch() for the case over the transport: main fetch, HTTP fetch,
// CORS-preflight fetch and HTTP-redirect fetch of the Fetch Standard.
func Run(ctx context.Context, c exchange.Case, t Transport, o Options) Result {
	panic("not built")
}
