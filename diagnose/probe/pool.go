package probe

import (
	"net/http"
	"sync"
	"time"
)

// pool keeps the connections of a Client: HTTP/1.1 ones while nobody uses them,
// HTTP/2 ones for all who ask.
type pool struct {
	h2 *http.Transport

	mu     sync.Mutex
	idle   map[place][]*conn // youngest last
	count  int
	shared map[place]*conn // HTTP/2
	// guarded are places whose connections go to a link-local or metadata
	// address because a user named them; other sessions do not share them.
	guarded map[place]bool
	closed  bool
}

func newPool() *pool {
	return &pool{
		h2:      newH2Transport(),
		idle:    map[place][]*conn{},
		shared:  map[place]*conn{},
		guarded: map[place]bool{},
	}
}

// get returns a connection to the place that can take a request now, nil where
// none can.
func (p *pool) get(pl place) *conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c := p.shared[pl]; c != nil {
		stale := c.users == 0 && time.Since(c.idleSince) > idleTime
		if c.h2.Err() == nil && c.h2.Available() > 0 && !stale {
			c.users++
			return c
		}
		if c.h2.Err() != nil || stale {
			p.drop(c)
		}
	}
	for list := p.idle[pl]; len(list) > 0; {
		c := list[len(list)-1]
		list = list[:len(list)-1]
		p.setIdle(pl, list)
		p.count--
		if time.Since(c.idleSince) < idleTime && c.br.Buffered() == 0 {
			return c
		}
		_ = c.nc.Close()
	}
	return nil
}

// share makes a new HTTP/2 connection the one of its place, unless there is a
// usable one. Its caller counts as a user.
func (p *pool) share(c *conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c.users++
	old := p.shared[c.place]
	if p.closed || (old != nil && old.h2.Err() == nil) {
		c.dropped = true // ends with its last user
		return
	}
	p.shared[c.place] = c
}

// put ends a use of the connection; reusable says that the next request may go
// over it.
func (p *pool) put(c *conn, reusable bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c.h2 != nil {
		c.users--
		if !reusable {
			p.drop(c)
		}
		c.idleSince = time.Now()
		switch {
		case c.users > 0:
		case c.dropped:
			go c.h2.Close() //nolint:errcheck // nothing to tell
		case len(p.shared) > maxIdle:
			p.evictShared()
		}
		return
	}
	if !reusable || p.closed {
		_ = c.nc.Close()
		return
	}
	c.idleSince = time.Now()
	p.idle[c.place] = append(p.idle[c.place], c)
	if p.count++; p.count > maxIdle {
		p.evict()
	}
}

// evictShared ends the HTTP/2 connection that nobody used for longest.
func (p *pool) evictShared() {
	var oldest *conn
	for _, c := range p.shared {
		if c.users == 0 && (oldest == nil || c.idleSince.Before(oldest.idleSince)) {
			oldest = c
		}
	}
	if oldest != nil {
		p.drop(oldest)
	}
}

// drop takes an HTTP/2 connection out of the pool; its last user ends it.
func (p *pool) drop(c *conn) {
	if p.shared[c.place] == c {
		delete(p.shared, c.place)
	}
	if !c.dropped && c.users == 0 {
		go c.h2.Close() //nolint:errcheck // nothing to tell
	}
	c.dropped = true
}

// evict closes the connection that was idle for longest.
func (p *pool) evict() {
	var oldest *conn
	for _, list := range p.idle {
		if oldest == nil || list[0].idleSince.Before(oldest.idleSince) {
			oldest = list[0]
		}
	}
	if oldest == nil {
		return
	}
	p.setIdle(oldest.place, p.idle[oldest.place][1:])
	p.count--
	_ = oldest.nc.Close()
}

func (p *pool) setIdle(pl place, list []*conn) {
	if len(list) == 0 {
		delete(p.idle, pl)
		return
	}
	p.idle[pl] = list
}

// sensitive notes that connections of this place go where only their user may.
func (p *pool) sensitive(pl place) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.guarded[pl] = true
}

func (p *pool) isSensitive(pl place) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.guarded[pl]
}

func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for pl, list := range p.idle {
		for _, c := range list {
			_ = c.nc.Close()
		}
		delete(p.idle, pl)
	}
	p.count = 0
	for _, c := range p.shared {
		p.drop(c)
	}
	p.h2.CloseIdleConnections()
}
