package probe

import (
	"context"
	"sync"

	"corstui/diagnose/exchange"
)

// Ready says that up to n requests to the user's host will soon go out at the
// same time. Where that host speaks HTTP/1.1, as many connections are opened
// beside the first request, so that the round of probes needs no handshake:
// connections alone are no requests, and the browser's still go first and
// alone. Over HTTP/2 one connection is enough. Not for batches, whose
// connections are in use all the time.
func (s *Session) Ready(n int) { s.ready.Store(int64(min(n, hostConcurrency))) }

// openAhead opens what Ready announced, once.
func (s *Session) openAhead(ctx context.Context, pl place) {
	if pl.direct || !s.userNamed(pl.host) {
		return
	}
	// The first connection is there already.
	for range s.ready.Swap(0) - 1 {
		go func() {
			defer func() { _ = recover() }()
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

// RunAll sends the probes of a plan concurrently, as one round, and calls done
// for each in the order in which they finish, never concurrently. The exchanges
// are numbered in the order of the plan. It returns when all are done; each
// ends with the context at the latest.
func (s *Session) RunAll(ctx context.Context, ps []Probe, done func(Probe, exchange.Exchange)) {
	type result struct {
		p Probe
		x exchange.Exchange
	}
	results := make(chan result)
	gates := map[place]chan struct{}{}
	var wg sync.WaitGroup
	for _, p := range ps {
		var w wireRequest
		_ = w.setURL(p.Request.URL) // send says what is wrong with it
		w.place.direct = p.Direct
		gate := gates[w.place]
		if gate == nil {
			gate = make(chan struct{}, hostConcurrency)
			gates[w.place] = gate
		}
		id := s.nextID()
		wg.Go(func() {
			gate <- struct{}{}
			defer func() { <-gate }()
			ctx, cancel := context.WithTimeout(ctx, probeTime)
			defer cancel()
			results <- result{p, s.send(ctx, id, p)}
		})
	}
	go func() { wg.Wait(); close(results) }()
	for r := range results {
		if done != nil {
			call(done, r.p, r.x)
		}
	}
}

// call keeps a panic of the caller's function from leaving goroutines behind
// that wait to be heard.
func call(done func(Probe, exchange.Exchange), p Probe, x exchange.Exchange) {
	defer func() { _ = recover() }()
	done(p, x)
}
