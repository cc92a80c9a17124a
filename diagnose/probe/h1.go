package probe

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http/httputil"
	"strconv"
	"strings"

	"corstui/diagnose/exchange"
)

// answer is the head of a response, and its body while it is still on the wire.
type answer1 struct {
	head
	body io.Reader // nil for none
	// finish ends the use of the connection. drained says that the body was
	// read to its end.
	finish func(drained bool)
}

// roundTrip1 sends a request over an HTTP/1.1 connection that this call alone
// uses, and reads the head of its answer. On an error the connection is closed.
func (s *Session) roundTrip1(ctx context.Context, c *conn, r wireRequest, p *progress) (answer1, error) {
	stop := closeOnDone(ctx, c.nc)
	fail := func(err error) (answer1, error) {
		stop()
		s.c.pool.put(c, false)
		return answer1{}, err
	}
	p.enter(stageSend, "")
	sent := writeRequest(c.nc, r.http1(c), p)
	if _, err := c.br.Peek(1); err != nil {
		select {
		case werr := <-sent:
			if werr != nil && !errors.Is(err, io.EOF) && !isAlert(err) {
				err = werr
			}
		default: // closing ends the writing
		}
		if errors.Is(err, io.EOF) {
			err = errNoAnswer
		}
		return fail(err)
	}
	p.firstByte()
	h, err := finalHead(c.br)
	if err != nil {
		return fail(err)
	}
	body, reusable, err := frame(c.br, r.method, h)
	if err != nil {
		return fail(err)
	}
	return answer1{head: h, body: body, finish: func(drained bool) {
		whole := false // the request may still be on its way: closing ends that
		select {
		case werr := <-sent:
			whole = werr == nil
		default:
		}
		s.c.pool.put(c, stop() && whole && reusable && (body == nil || drained))
	}}, nil
}

// writeRequest writes a request, in the background where it is large: a server
// may answer, and stop reading, before it has all of it. The answer may be
// there although writing failed, so a failure is told by the channel alone.
func writeRequest(nc net.Conn, request string, p *progress) <-chan error {
	done := make(chan error, 1)
	write := func() {
		_, err := io.WriteString(nc, request)
		if err == nil {
			p.enter(stageWait, "")
			p.sent()
		}
		done <- err
	}
	if len(request) > largeRequest {
		go write()
	} else {
		write()
	}
	return done
}

// finalHead skips interim answers.
func finalHead(br *bufio.Reader) (head, error) {
	size := 0
	for range maxInterim + 1 {
		h, err := readHead(br, &size)
		if err != nil {
			return head{}, err
		}
		if h.status/100 != 1 || h.status == 101 {
			return h, nil
		}
	}
	return head{}, errInterim
}

// frame says where the body of an answer ends (RFC 9112, section 6.3), and
// whether the connection can be used again once it was read.
func frame(br *bufio.Reader, method string, h head) (body io.Reader, reusable bool, err error) {
	reusable = keepsAlive(h)
	switch {
	case h.status == 101:
		return nil, false, nil // another protocol follows; it is never read
	case method == "HEAD" || h.status == 204 || h.status == 304:
		return nil, reusable, nil
	case hasToken(h.headers, "Transfer-Encoding", "chunked"):
		return &chunked{br: br, r: httputil.NewChunkedReader(br)}, reusable, nil
	}
	sizes := h.headers.Values("Content-Length")
	for _, s := range sizes {
		if s != sizes[0] {
			return nil, false, errTwoSizes
		}
	}
	if len(sizes) > 0 {
		if n, err := strconv.ParseInt(sizes[0], 10, 64); err == nil && n >= 0 {
			if n == 0 {
				return nil, reusable, nil
			}
			return &exactly{r: br, left: n}, reusable, nil
		}
	}
	return br, false, nil // until the connection closes
}

func keepsAlive(h head) bool {
	if h.proto == "HTTP/1.0" {
		return hasToken(h.headers, "Connection", "keep-alive")
	}
	return !hasToken(h.headers, "Connection", "close")
}

func hasToken(hs exchange.Headers, name, token string) bool {
	for _, v := range hs.Values(name) {
		for t := range strings.SplitSeq(v, ",") {
			if strings.EqualFold(trimBlanks(t), token) {
				return true
			}
		}
	}
	return false
}

// exactly reads a body of a known size, and tells an early end.
type exactly struct {
	r    io.Reader
	left int64
}

func (e *exactly) Read(b []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n, err := e.r.Read(b[:min(int64(len(b)), e.left)])
	e.left -= int64(n)
	if errors.Is(err, io.EOF) && e.left > 0 {
		return n, errBodyShort
	}
	if e.left == 0 {
		return n, io.EOF
	}
	return n, err
}

// chunked reads a chunked body and the trailer behind it, which never counts as
// headers (browsers drop it).
type chunked struct {
	br   *bufio.Reader
	r    io.Reader
	done bool
}

func (c *chunked) Read(b []byte) (int, error) {
	if c.done {
		return 0, io.EOF
	}
	n, err := c.r.Read(b)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return n, errBodyShort
	case errors.Is(err, io.EOF):
		c.done = true
		if terr := c.trailer(); terr != nil {
			return n, terr
		}
	case err != nil && !isNetError(err):
		return n, errChunks
	}
	return n, err
}

func (c *chunked) trailer() error {
	for size := 0; size < maxHead; {
		line, err := c.br.ReadSlice('\n')
		size += len(line)
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return errBodyShort
		}
		if s := string(line); s == "\r\n" || s == "\n" {
			return nil
		}
	}
	return errChunks
}

func isNetError(err error) bool {
	var ne net.Error
	return errors.As(err, &ne)
}

// How a body can be broken; the headers are readable all the same.
var (
	errBodyShort = errors.New("the body ended before its announced end")
	errChunks    = errors.New("the body's chunks are malformed")
)
