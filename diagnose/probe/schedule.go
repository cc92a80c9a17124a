package probe

import (
	"context"
	"sync"

	"corstui/diagnose/exchange"
)

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
		at := placeOf(p.Request.URL) // where it cannot be read, send says so
		at.direct = p.Direct
		gate := gates[at]
		if gate == nil {
			gate = make(chan struct{}, hostConcurrency)
			gates[at] = gate
		}
		id := s.nextID()
		wg.Go(func() {
			gate <- struct{}{}
			defer func() { <-gate }()
			ctx, cancel := context.WithTimeout(ctx, s.patience())
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
