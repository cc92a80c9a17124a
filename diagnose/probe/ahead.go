package probe

import (
	"context"
	"sync/atomic"
)

// ahead are connections that a session opens before their requests are known.
type ahead struct {
	wanted atomic.Int64 // as Ready said, until the first connection is there
	place  atomic.Pointer[place]
	// settled gets a token for each that is there or has failed; tokens counts
	// those that nobody asked for yet.
	tokens  atomic.Int64
	settled chan struct{}
}

// Ready says that up to n requests to the user's host will soon go out at the
// same time. Where that host speaks HTTP/1.1, as many connections are opened
// beside the first request, so that the round of probes waits for no handshake:
// connections alone are no requests, and the browser's still go first and
// alone. Over HTTP/2 one connection is enough. Call it before the first request;
// not in batches, whose connections are in use all the time.
func (s *Session) Ready(n int) {
	n = min(n, hostConcurrency)
	s.ahead.settled = make(chan struct{}, max(n, 0))
	s.ahead.wanted.Store(int64(n))
}

// openAhead opens what Ready announced, once, beside the first connection.
func (s *Session) openAhead(ctx context.Context, pl place) {
	if pl.direct || !s.userNamed(pl.host) {
		return
	}
	n := s.ahead.wanted.Swap(0) - 1
	if n <= 0 {
		return
	}
	s.ahead.place.Store(&pl)
	s.ahead.tokens.Store(n)
	for range n {
		go func() {
			defer func() {
				_ = recover()
				s.ahead.settled <- struct{}{}
			}()
			c, err := s.dial(ctx, pl, &progress{})
			switch {
			case err != nil:
			case c.h2 != nil:
				_ = c.h2.Close()
			default:
				s.c.pool.put(c, true)
			}
		}()
	}
}

// connection returns a kept connection to the place, or one that is being
// opened ahead; nil where the request must dial for itself.
func (s *Session) connection(ctx context.Context, pl place) *conn {
	if c := s.c.pool.get(pl); c != nil {
		return c
	}
	if at := s.ahead.place.Load(); at == nil || *at != pl {
		return nil
	}
	// Tokens of connections that were taken meanwhile are used up on the way.
	for s.ahead.tokens.Add(-1) >= 0 {
		select {
		case <-s.ahead.settled:
			if c := s.c.pool.get(pl); c != nil {
				return c
			}
		case <-ctx.Done():
			return nil
		}
	}
	return nil
}
