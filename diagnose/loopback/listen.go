// Package loopback serves on one port of 127.0.0.1: TLS and plain HTTP side by
// side, told apart by the first byte that a client sends, with certificates of
// an authority that lives in memory and ends with it. It is what the lab and the
// try proxy listen with.
package loopback

import (
	"io"
	"log"
	"net"
	"sync"
	"time"
)

// Quiet swallows what net/http would print about peers: they are not to write
// on anybody's terminal.
var Quiet = log.New(io.Discard, "", 0)

// tlsHandshake is the type byte with which every TLS connection begins (RFC
// 8446, section 5.1); no HTTP method begins with it.
const tlsHandshake = 0x16

// listener accepts on one port and hands connections to two servers, by the
// first byte that the client sends.
type listener struct {
	tcp        net.Listener
	tls, plain *queue
	done       chan struct{}
	once       sync.Once

	mu      sync.Mutex
	waiting map[net.Conn]struct{} // accepted, first byte not here yet
	sniff   sync.WaitGroup
}

func newListener(tcp net.Listener) *listener {
	done := make(chan struct{})
	return &listener{
		tcp:     tcp,
		tls:     &queue{tcp.Addr(), make(chan net.Conn), done},
		plain:   &queue{tcp.Addr(), make(chan net.Conn), done},
		done:    done,
		waiting: map[net.Conn]struct{}{},
	}
}

// run accepts until close, and returns when no connection waits any more.
func (l *listener) run() {
	defer l.sniff.Wait()
	for {
		c, err := l.tcp.Accept()
		if err != nil {
			select {
			case <-l.done:
				return
			case <-time.After(10 * time.Millisecond): // out of file descriptors, aborted connection
				continue
			}
		}
		if !l.wait(c) {
			_ = c.Close()
			return
		}
		l.sniff.Add(1)
		go func() {
			defer l.sniff.Done()
			l.route(c)
		}()
	}
}

// route reads the first byte and passes the connection on.
func (l *listener) route(c net.Conn) {
	var first [1]byte
	_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
	_, err := io.ReadFull(c, first[:])
	l.forget(c)
	if err != nil {
		_ = c.Close()
		return
	}
	_ = c.SetReadDeadline(time.Time{})
	q := l.plain
	if first[0] == tlsHandshake {
		q = l.tls
	}
	select {
	case q.conns <- &peeked{Conn: c, first: first[0]}:
	case <-l.done:
		_ = c.Close()
	}
}

func (l *listener) wait(c net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-l.done:
		return false
	default:
		l.waiting[c] = struct{}{}
		return true
	}
}

func (l *listener) forget(c net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.waiting, c)
}

func (l *listener) close() {
	l.once.Do(func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		close(l.done)
		_ = l.tcp.Close()
		for c := range l.waiting {
			_ = c.Close()
		}
	})
}

// queue is the listener of one of the two servers.
type queue struct {
	addr  net.Addr
	conns chan net.Conn
	done  chan struct{}
}

func (q *queue) Accept() (net.Conn, error) {
	select {
	case c := <-q.conns:
		return c, nil
	case <-q.done:
		return nil, net.ErrClosed
	}
}

func (q *queue) Addr() net.Addr { return q.addr }

// Close does nothing: the port is shared, and closes once.
func (q *queue) Close() error { return nil }

// peeked is a connection whose first byte was read and is given back.
type peeked struct {
	net.Conn
	first byte
	given bool
}

func (p *peeked) Read(b []byte) (int, error) {
	if !p.given && len(b) > 0 {
		p.given = true
		b[0] = p.first
		return 1, nil
	}
	return p.Conn.Read(b)
}
