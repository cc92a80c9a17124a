package probe

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"corstui/diagnose/exchange"
)

// Session is one diagnosis on the wire: it numbers its exchanges "e1", "e2", …
// in the order sent, bounds the connections that it opens, and knows which
// hosts are the user's own choice. Many sessions share a Client and its
// connections. It is safe for concurrent use.
type Session struct {
	c     *Client
	hosts map[string]bool
	n     atomic.Int64
	dials atomic.Int64
	ahead ahead
	// slowest is how long the slowest answer took, in nanoseconds.
	slowest atomic.Int64
}

// Session starts a diagnosis. urls are those that the user named: the case's
// URL. Their hosts may be at any address; a host that only a peer named (by a
// redirect, say) is refused where it is at a link-local or cloud metadata
// address, unless --resolve, --connect-to or --direct says to go there.
func (c *Client) Session(urls ...string) *Session {
	s := &Session{c: c, hosts: map[string]bool{}}
	for _, u := range urls {
		if at := placeOf(u); at.host != "" {
			s.hosts[at.host] = true
		}
	}
	return s
}

func (s *Session) userNamed(host string) bool { return s.hosts[host] }

// RoundTrip implements fetch.Transport: it sends one request exactly as given,
// follows no redirect, and adds no header but Host, Content-Length and, where
// there is none, User-Agent. It never panics and ends with the context.
func (s *Session) RoundTrip(ctx context.Context, p exchange.Purpose, r exchange.Request) exchange.Exchange {
	return s.send(ctx, s.nextID(), Probe{Purpose: p, Request: r})
}

// Do sends one probe, past Cloudflare where the probe says so.
func (s *Session) Do(ctx context.Context, p Probe) exchange.Exchange {
	return s.send(ctx, s.nextID(), p)
}

// slow notes how long an answer took.
func (s *Session) slow(took time.Duration) {
	for {
		old := s.slowest.Load()
		if int64(took) <= old || s.slowest.CompareAndSwap(old, int64(took)) {
			return
		}
	}
}

// patience is how long a probe may take: one that hangs must not use up the
// time of the diagnosis, and a slow server must not be taken for one that hangs.
func (s *Session) patience() time.Duration {
	return max(probeTime, 2*time.Duration(s.slowest.Load()))
}

func (s *Session) nextID() string { return "e" + strconv.FormatInt(s.n.Add(1), 10) }

func (s *Session) send(ctx context.Context, id string, p Probe) (x exchange.Exchange) {
	x = exchange.Exchange{ID: id, Purpose: p.Purpose, Request: p.Request, Started: time.Now()}
	if x.Request.Headers == nil {
		x.Request.Headers = exchange.Headers{}
	}
	if !x.Request.Headers.Has("User-Agent") {
		x.Request.Headers = x.Request.Headers.With("User-Agent", s.c.userAgent)
	}
	defer func() {
		if e := recover(); e != nil {
			x.Response = nil
			x.Failure = &exchange.Failure{Phase: exchange.FailureProtocol, Message: "The answer could not be read."}
		}
		took := time.Since(x.Started)
		x.Timing.Total = ms(took)
		if x.Response != nil {
			s.slow(took)
		}
	}()
	w, err := prepare(x.Request, p.Direct)
	if err != nil {
		x.Failure = &exchange.Failure{Phase: exchange.FailureRefused, Message: sentence("Not sent: " + err.Error())}
		return x
	}
	if p.Direct && s.c.routes.direct == nil {
		x.Failure = &exchange.Failure{Phase: exchange.FailureRefused, Message: "Not sent: no --direct address was given."}
		return x
	}
	if err := s.mayReach(w.place); err != nil {
		x.Failure = &exchange.Failure{Phase: exchange.FailureRefused, Message: sentence("Not sent: " + err.Error())}
		return x
	}
	x.Response, x.Failure = s.attempts(ctx, w, &x)
	s.teamNamed(x)
	return x
}

// mayReach refuses, before any look-up and whatever connections there are,
// hosts at which a peer must not make this machine knock.
func (s *Session) mayReach(pl place) error {
	if s.userNamed(pl.host) || s.c.routes.target(pl.host, pl.port, pl.direct).chosen {
		return nil
	}
	if a, ok := literal(pl.host); ok && offLimits(a) {
		return &refusedError{pl.host, pl.host}
	}
	if s.c.pool.isSensitive(pl) {
		return &refusedError{host: pl.host}
	}
	return nil
}

// attempts puts the request on a wire, again where a kept connection turns out
// to be closed, as browsers do.
func (s *Session) attempts(ctx context.Context, w wireRequest, x *exchange.Exchange) (*exchange.Response, *exchange.Failure) {
	p := &progress{}
	var err error
	for n := 1; n <= maxAttempts; n++ {
		var c *conn
		reused := true
		if c = s.connection(ctx, w.place, p); c == nil {
			reused = false
			if err = ctx.Err(); err != nil {
				break
			}
			if c, err = s.dial(ctx, w.place, p); err != nil {
				break
			}
			x.Timing.DNS, x.Timing.Connect, x.Timing.TLS = ms(c.dialed.dns), ms(c.dialed.connect), ms(c.dialed.tls)
			if c.h2 != nil {
				s.c.pool.share(c)
			} else {
				s.openAhead(ctx, w.place)
			}
		}
		var resp *exchange.Response
		if resp, err = s.exchange(ctx, c, w, p, x); err == nil {
			return resp, nil
		}
		if ctx.Err() != nil || !again(err, reused) {
			break
		}
	}
	return nil, failure(ctx, err, w.place, p)
}

// again says whether a failed request may be sent once more: a connection that
// was used before closed without an answer, or the peer said that it did not
// process the request.
func again(err error, reused bool) bool {
	if errors.Is(err, errInterim) || errors.Is(err, errBadStatus) {
		return false
	}
	return reused || unprocessed(err)
}

// exchange sends the request over the connection and reads the answer.
func (s *Session) exchange(ctx context.Context, c *conn, w wireRequest, p *progress, x *exchange.Exchange) (*exchange.Response, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	send := s.roundTrip1
	if c.h2 != nil {
		send = s.roundTrip2
	}
	p.reset(c)
	a, err := send(ctx, c, w, p)
	if err != nil {
		return nil, err
	}
	headAt := time.Now()
	x.Timing.Wait = ms(p.waited(headAt))
	resp := &exchange.Response{
		Proto: a.proto, Status: a.status, Reason: a.reason, Headers: a.headers,
		RemoteAddr: c.remote, TLSIssuer: c.issuer,
	}
	drained := true
	if a.body != nil {
		p.enter(stageBody, "")
		clock := &bodyClock{cancel: cancel}
		clock.start(resp)
		drained = keepBody(ctx, a.body, resp, clock.touch)
		clock.stop()
	}
	a.finish(drained)
	x.Timing.Body = ms(time.Since(headAt))
	return resp, nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// stage is what an exchange is doing.
type stage int

const (
	stageDNS stage = iota
	stageConnect
	stageProxy
	stageTLS
	stageSend
	stageWait
	stageBody
)

// progress follows an exchange, so that a time-out can say where it hung.
type progress struct {
	mu         sync.Mutex
	stage      stage
	detail     string
	via        string
	sentAt, at time.Time
	certAsked  bool
}

func (p *progress) enter(s stage, detail string) {
	p.mu.Lock()
	p.stage, p.detail = s, detail
	p.mu.Unlock()
}

// reset begins an exchange over a connection.
func (p *progress) reset(c *conn) {
	p.mu.Lock()
	p.sentAt, p.at, p.certAsked = time.Time{}, time.Time{}, c.certAsked
	p.mu.Unlock()
}

func (p *progress) sent() {
	p.mu.Lock()
	p.sentAt = time.Now()
	p.mu.Unlock()
}

func (p *progress) firstByte() {
	p.mu.Lock()
	p.at = time.Now()
	p.mu.Unlock()
}

// waited is the time from the end of the request to the first byte of the
// answer; headAt stands in where that byte was not noticed.
func (p *progress) waited(headAt time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.at.IsZero() {
		p.at = headAt
	}
	if p.sentAt.IsZero() {
		return 0
	}
	return max(p.at.Sub(p.sentAt), 0)
}

// follow takes over what another is doing.
func (p *progress) follow(other *progress) {
	s, detail, via := other.now()
	p.mu.Lock()
	p.stage, p.detail, p.via = s, detail, via
	p.mu.Unlock()
}

func (p *progress) now() (s stage, detail, via string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stage, p.detail, p.via
}

// budgetError is a session that opened too many connections: a peer keeps
// closing them.
type budgetError struct{ host string }

func (e *budgetError) Error() string {
	return fmt.Sprintf("%d connections were opened in this diagnosis, and %s keeps closing them", maxDials, e.host)
}
