// Package faraway puts a server on loopback at a distance, for benchmarks of what
// waits for the network.
package faraway

import (
	"bytes"
	"net"
	"sync"
	"testing"
	"time"
)

// Listen returns a loopback address that passes everything to target, HOST:PORT,
// as if it were a round trip away: TCP's handshake costs one, and every byte half
// of one on its way, in each direction. Nothing else is slowed. It is closed when
// the test ends.
func Listen(tb testing.TB, target string, rtt time.Duration) string {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	var conns sync.WaitGroup
	tb.Cleanup(func() { _ = l.Close(); conns.Wait() })
	conns.Go(func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			accepted := time.Now()
			conns.Go(func() {
				defer near.Close()
				far, err := net.Dial("tcp", target)
				if err != nil {
					return
				}
				defer far.Close()
				var both sync.WaitGroup
				// The client was told at once that it is connected: its first bytes
				// wait for the handshake that a real network would have cost.
				both.Go(func() { pass(far, near, rtt/2, accepted.Add(rtt+rtt/2)) })
				both.Go(func() { pass(near, far, rtt/2, time.Time{}) })
				both.Wait()
			})
		}
	})
	return l.Addr().String()
}

// pass copies with a delay, and nothing before a time.
func pass(to, from net.Conn, delay time.Duration, notBefore time.Time) {
	type part struct {
		b   []byte
		due time.Time
	}
	parts := make(chan part, 64)
	go func() {
		defer close(parts)
		buf := make([]byte, 16<<10)
		for {
			n, err := from.Read(buf)
			if n > 0 {
				due := time.Now().Add(delay)
				if due.Before(notBefore) {
					due = notBefore
				}
				parts <- part{bytes.Clone(buf[:n]), due}
			}
			if err != nil {
				return
			}
		}
	}()
	broken := false
	for p := range parts {
		time.Sleep(time.Until(p.due))
		if !broken {
			_, err := to.Write(p.b)
			broken = err != nil
		}
	}
	_ = to.Close()
	_ = from.Close()
}
