package chrome

import (
	"context"
	"encoding/pem"

	"corstui/diagnose/browser"
	"corstui/diagnose/probe"
)

// withLeaf returns the network's extra roots, and with them the target's own
// certificate if it verifies against them. A server need not send its root, and
// Chromium compares only what was sent. Where the look fails, the browser will
// say why.
func withLeaf(ctx context.Context, target string, n probe.Network) []byte {
	leaf := browser.Leaf(ctx, target, n)
	if leaf == nil {
		return n.CAPEM
	}
	out := append([]byte{}, n.CAPEM...)
	out = append(out, '\n')
	return append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leaf.Raw})...)
}
