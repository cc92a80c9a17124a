package probe

import (
	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
)

// Probe is one planned probe.
type Probe struct {
	Purpose exchange.Purpose `json:"purpose"`
	Request exchange.Request `json:"request"`
	// Direct says that it goes to the --direct address.
	Direct bool `json:"direct,omitempty"`
	// Why says what the probe would decide, as a sentence.
	Why string `json:"why"`
}

// Plan returns the probes that are worth sending after the browser's own
// requests: at most max a host, none that changes what others see, none where
// all is certain. It is a pure function.
func Plan(c exchange.Case, r fetch.Result, seen []answer.Seen, n Network, max int) []Probe {
	return nil
}
