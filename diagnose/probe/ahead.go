package probe

import (
	"context"
	"sync/atomic"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
)

// ahead are connections that a session opens before their requests are known.
type ahead struct {
	wanted atomic.Int64 // as Ready said, until the first connection is there
	place  atomic.Pointer[place]
	// settled gets a token for each that is there or has failed; tokens counts
	// those that nobody asked for yet.
	tokens  atomic.Int64
	settled chan struct{}
	team    atomic.Pointer[opening]
}

// opening is the connection to an Access team's host that is on its way.
type opening struct {
	ctx   context.Context // of the diagnosis: what asks for the keys may end before
	place place           // none until a team shows itself
	done  chan struct{}   // closed once the connection is there or has failed
	at    *progress       // what it is doing
}

// ReadyTeam says that the keys of the Access team that guards the case's URL may
// be asked for. A connection to the team's host is opened as soon as its name is
// known: at once where the case's own token names it, else beside what follows
// the answer that does. It sends no request. Call it before the first one; ctx is
// that of the whole diagnosis.
func (s *Session) ReadyTeam(ctx context.Context, c exchange.Case) {
	s.ahead.team.Store(&opening{ctx: ctx})
	s.openTeam(tokenTeam(c.Session))
}

// openTeam opens the connection that ReadyTeam announced, once.
func (s *Session) openTeam(team string) {
	before := s.ahead.team.Load()
	if team == "" || before == nil || before.done != nil {
		return
	}
	now := &opening{ctx: before.ctx, place: placeOf(certsURL(team)), done: make(chan struct{}), at: &progress{}}
	if !s.ahead.team.CompareAndSwap(before, now) {
		return
	}
	go func() {
		defer func() {
			_ = recover()
			close(now.done)
		}()
		if c := s.c.pool.get(now.place); c != nil {
			s.c.pool.put(c, true) // a redirect to the login led there before
			return
		}
		c, err := s.dial(now.ctx, now.place, now.at)
		if err != nil {
			return // who asks for the keys is told
		}
		if c.h2 != nil {
			s.c.pool.share(c)
		}
		s.c.pool.put(c, true)
	}()
}

// teamNamed opens the connection to the team that an answer names.
func (s *Session) teamNamed(x exchange.Exchange) {
	if at := s.ahead.team.Load(); at != nil && at.done == nil && x.Response != nil {
		s.openTeam(teamOf([]answer.Seen{{Exchange: x}}))
	}
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
// opened ahead; nil where the request must dial for itself. Where the context
// ends first, p says what the opening was doing.
func (s *Session) connection(ctx context.Context, pl place, p *progress) *conn {
	if c := s.c.pool.get(pl); c != nil {
		return c
	}
	if t := s.ahead.team.Load(); t != nil && t.done != nil && t.place == pl {
		select {
		case <-t.done:
			return s.c.pool.get(pl)
		case <-ctx.Done():
			p.follow(t.at)
			return nil
		}
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
