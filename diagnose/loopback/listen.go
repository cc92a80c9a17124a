// Package loopback serves on one port of 127.0.0.1: TLS and plain HTTP side by
// side, told apart by the first byte that a client sends, with certificates of
// an authority that lives in memory and ends with it. It is what the lab and the
// try proxy listen with.
//
// Whoever connects may be any page that the user's browser has open. A request
// that names another host than the server's is refused, and so is one that does
// not name exactly one: every head is read before net/http reads it.
package loopback

import (
	"context"
	"crypto/tls"
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

// listener accepts on one port and hands connections to three servers, by the
// first byte that the client sends and by what TLS agrees on.
type listener struct {
	tcp            net.Listener
	config         *tls.Config
	h2, tls, plain *queue // HTTP/2 and HTTP/1 over TLS, and HTTP/1 without
	done           chan struct{}
	once           sync.Once

	mu      sync.Mutex
	waiting map[net.Conn]struct{} // accepted, first byte or handshake not here yet
	sniff   sync.WaitGroup
}

func newListener(tcp net.Listener, config *tls.Config) *listener {
	done := make(chan struct{})
	return &listener{
		tcp:     tcp,
		config:  config,
		h2:      &queue{tcp.Addr(), make(chan net.Conn), done},
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

// maxGreeting is how long a client may take for its first byte and the handshake.
const maxGreeting = 10 * time.Second

// route reads the first byte, does the handshake, and passes the connection on.
func (l *listener) route(c net.Conn) {
	_ = c.SetDeadline(time.Now().Add(maxGreeting))
	q, greeted, err := l.greet(c)
	l.forget(c)
	if err != nil {
		_ = c.Close()
		return
	}
	_ = c.SetDeadline(time.Time{})
	select {
	case q.conns <- greeted:
	case <-l.done:
		_ = c.Close()
	}
}

func (l *listener) greet(c net.Conn) (*queue, net.Conn, error) {
	var first [1]byte
	if _, err := io.ReadFull(c, first[:]); err != nil {
		return nil, nil, err
	}
	p := &peeked{Conn: c, first: first[0]}
	if first[0] != tlsHandshake {
		return l.plain, newHeaded(p), nil
	}
	t := tls.Server(p, l.config)
	if err := t.HandshakeContext(context.Background()); err != nil { // the deadline bounds it
		return nil, nil, err
	}
	if t.ConnectionState().NegotiatedProtocol == "h2" {
		return l.h2, t, nil
	}
	return l.tls, newHeaded(t), nil
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

// queue is the listener of one of the servers.
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
