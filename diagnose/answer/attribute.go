package answer

import (
	"time"

	"corstui/diagnose/exchange"
)

// Attribute decides who answered each of the exchanges of one diagnosis: each
// by itself first, then by the pairs that they form. now is the time against
// which signed metadata and tokens are checked.
func Attribute(c exchange.Case, xs []exchange.Exchange, now time.Time) ([]Seen, Facts) {
	seen := make([]Seen, len(xs))
	for i, x := range xs {
		seen[i] = Seen{x, Of(x)}
	}
	return seen, Facts{}
}
