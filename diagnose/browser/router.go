package browser

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// handshakeTime bounds the dialogue before a tunnel stands, and the dial.
const handshakeTime = 30 * time.Second

// A Router is a SOCKS5 server (RFC 1928) on loopback that connects to where
// --resolve and --connect-to send a host and port. Some browsers have no option
// of that kind; through a tunnel of bytes their requests stay what they are.
type Router struct {
	l    net.Listener
	dial func(ctx context.Context, host, port string) (net.Conn, error)
	ctx  context.Context
	stop context.CancelFunc
	wg   sync.WaitGroup
}

// NewRouter starts a router that connects by dial; Close ends it and every
// tunnel.
func NewRouter(dial func(ctx context.Context, host, port string) (net.Conn, error)) (*Router, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	r := &Router{l: l, dial: dial, ctx: ctx, stop: stop}
	r.wg.Go(r.serve)
	return r, nil
}

// Port is where it listens on 127.0.0.1.
func (r *Router) Port() int { return r.l.Addr().(*net.TCPAddr).Port }

// Close ends the router.
func (r *Router) Close() {
	r.stop()
	_ = r.l.Close()
	r.wg.Wait()
}

func (r *Router) serve() {
	for {
		c, err := r.l.Accept()
		if err != nil {
			return
		}
		r.wg.Go(func() { r.tunnel(c) })
	}
}

// tunnel serves one connection of the browser.
func (r *Router) tunnel(c net.Conn) {
	defer c.Close()
	defer context.AfterFunc(r.ctx, func() { _ = c.Close() })()
	_ = c.SetDeadline(time.Now().Add(handshakeTime))
	host, port, err := socksRequest(c)
	if err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(r.ctx, handshakeTime)
	to, err := r.dial(ctx, host, port)
	cancel()
	if err != nil {
		_, _ = c.Write(socksReply(socksCode(err)))
		return
	}
	defer to.Close()
	defer context.AfterFunc(r.ctx, func() { _ = to.Close() })()
	if _, err := c.Write(socksReply(socksOK)); err != nil {
		return
	}
	_ = c.SetDeadline(time.Time{})
	var both sync.WaitGroup
	both.Go(func() { relay(to, c) })
	both.Go(func() { relay(c, to) })
	both.Wait()
}

// relay copies until one side ends, and ends the other in the same way: a clean
// end stays a clean end.
func relay(to, from net.Conn) {
	_, err := io.Copy(to, from)
	if t, ok := to.(*net.TCPConn); ok && err == nil {
		_ = t.CloseWrite()
		return
	}
	if t, ok := to.(*net.TCPConn); ok && errors.Is(err, syscall.ECONNRESET) {
		_ = t.SetLinger(0)
	}
	_ = to.Close()
}

// The reply codes of RFC 1928, section 6.
const (
	socksOK          = 0
	socksUnreachable = 4
	socksRefused     = 5
)

func socksCode(err error) byte {
	if errors.Is(err, syscall.ECONNREFUSED) {
		return socksRefused
	}
	return socksUnreachable
}

func socksReply(code byte) []byte { return []byte{5, code, 0, 1, 0, 0, 0, 0, 0, 0} }

var errSOCKS = errors.New("no SOCKS5 CONNECT without authentication")

// socksRequest reads the greeting and the CONNECT request.
func socksRequest(c io.ReadWriter) (host, port string, err error) {
	var b [256]byte
	read := func(n int) []byte {
		if err == nil {
			_, err = io.ReadFull(c, b[:n])
		}
		return b[:n]
	}
	if h := read(2); err != nil || h[0] != 5 {
		return "", "", errors.Join(errSOCKS, err)
	}
	read(int(b[1])) // the methods of authentication, none among them
	if err == nil {
		_, err = c.Write([]byte{5, 0})
	}
	if h := read(4); err != nil || h[0] != 5 || h[1] != 1 {
		return "", "", errors.Join(errSOCKS, err)
	}
	switch b[3] {
	case 1:
		host = netip.AddrFrom4([4]byte(read(4))).String()
	case 3:
		host = string(read(int(read(1)[0])))
	case 4:
		host = netip.AddrFrom16([16]byte(read(16))).String()
	default:
		return "", "", errSOCKS
	}
	p := binary.BigEndian.Uint16(read(2))
	return host, strconv.Itoa(int(p)), err
}
