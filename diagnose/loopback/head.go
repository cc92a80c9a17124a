package loopback

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"net/textproto"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"
)

// maxHead bounds the head of a request, in bytes.
const maxHead = 1 << 20

// noHost stands in for a request that net/http would refuse by itself, with 400
// or so, before any handler sees its Host: to the handlers it is a request for a
// host that they do not have.
const noHost = "GET / HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n"

// headed is a connection of HTTP/1 on which every head is read before net/http
// reads it, so that whoever names another host is told so, however odd the rest
// of the request is. It knows where a body ends for requests with
// Content-Length; a request with chunks, or one that asks for another protocol,
// is the last of its connection.
type headed struct {
	net.Conn
	in   *bufio.Reader
	head []byte // of the request that is arriving
	out  []byte // what net/http has yet to read of a head
	body int64  // what is left of a body, in bytes; negative: all that comes
	over bool   // nothing is read any more
}

func newHeaded(c net.Conn) *headed { return &headed{Conn: c, in: bufio.NewReader(c)} }

// Read implements net.Conn.
func (h *headed) Read(b []byte) (int, error) {
	for len(h.out) == 0 {
		switch {
		case h.over:
			return 0, io.EOF
		case h.body != 0:
			if h.body > 0 {
				b = b[:min(int64(len(b)), h.body)]
			}
			n, err := h.in.Read(b)
			if h.body > 0 {
				h.body -= int64(n)
			}
			return n, err
		}
		if err := h.next(); err != nil {
			return 0, err
		}
	}
	n := copy(b, h.out)
	h.out = h.out[n:]
	return n, nil
}

// next reads a line of a head, and at its end passes the head on. What was read
// before an error (net/http ends a read that it does not want by a deadline)
// stays for the next time.
func (h *headed) next() error {
	line, err := h.in.ReadSlice('\n')
	h.head = append(h.head, line...)
	switch {
	case len(h.head) > maxHead, errors.Is(err, io.EOF) && len(h.head) > 0:
		h.refuse()
		return nil
	case errors.Is(err, bufio.ErrBufferFull):
		return nil
	case err != nil:
		return err
	}
	switch first, ended := len(h.head) == len(line), len(bytes.TrimRight(line, "\r\n")) == 0; {
	case first && ended: // an empty line before a request (RFC 9112, section 2.2)
		h.head = h.head[:0]
	case first && !bytes.Contains(line, []byte(" HTTP/")): // there may be no more lines
		h.refuse()
	case ended:
		h.pass()
	}
	return nil
}

// refuse ends the connection with a request for no host.
func (h *headed) refuse() { h.out, h.over, h.head = []byte(noHost), true, nil }

// pass hands a whole head over.
func (h *headed) pass() {
	head := escapeTarget(h.head)
	r, ok := readable(head)
	if !ok {
		h.refuse()
		return
	}
	h.head = h.head[len(h.head):]
	h.out, h.body = head, r.ContentLength
	if r.ContentLength < 0 || r.Header.Get("Upgrade") != "" {
		h.body = -1
		end := bytes.TrimRight(head, "\r\n")
		h.out = append(end[:len(end):len(end)], "\r\nConnection: close\r\n\r\n"...)
	}
}

// Close reads what the peer of a refused request still sends, for a moment:
// unread bytes would have the system throw the answer away.
func (h *headed) Close() error {
	if h.over {
		_ = h.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
		_, _ = io.CopyN(io.Discard, h.Conn, maxHead)
	}
	return h.Conn.Close()
}

// readable reads a head as net/http does, and says whether net/http would hand
// it to a handler, with one host that it names for certain. In absolute form the
// target names it (RFC 9112, section 3.2.2), and Host has to say the same.
func readable(head []byte) (*http.Request, bool) {
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(head)))
	if err != nil || r.ProtoMajor != 1 {
		return nil, false
	}
	lines := textproto.NewReader(bufio.NewReader(bytes.NewReader(head)))
	if _, err := lines.ReadLine(); err != nil {
		return nil, false
	}
	hs, err := lines.ReadMIMEHeader()
	if err != nil {
		return nil, false
	}
	for name, values := range hs {
		for _, v := range values {
			if !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(v) {
				return nil, false
			}
		}
	}
	if e := hs.Get("Expect"); e != "" && !strings.EqualFold(e, "100-continue") {
		return nil, false
	}
	switch hosts := hs["Host"]; {
	case len(hosts) == 0:
		return r, !r.ProtoAtLeast(1, 1)
	case len(hosts) > 1, !httpguts.ValidHostHeader(hosts[0]):
		return nil, false
	default:
		return r, r.URL.Host == "" || strings.EqualFold(r.URL.Host, hosts[0])
	}
}

// noPercent stands in for a percent sign that begins no escape, in the target of
// a request: browsers send such URLs, net/url does not read them. The byte
// occurs in no UTF-8, and so in no URL.
const noPercent = 0xff

// escapeTarget returns the head with every such percent sign replaced, where the
// target is a path.
func escapeTarget(head []byte) []byte {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	start := bytes.Index(line, []byte(" /"))
	if start < 0 || start != bytes.IndexByte(line, ' ') {
		return head
	}
	out, hex := head, func(i int) bool {
		return i < len(line) && strings.IndexByte("0123456789abcdefABCDEF", line[i]) >= 0
	}
	for i := start; i < len(line); i++ {
		var with byte
		switch {
		case line[i] == noPercent:
			with = ' ' // no target that can be read
		case line[i] == '%' && !(hex(i+1) && hex(i+2)):
			with = noPercent
		default:
			continue
		}
		if &out[0] == &head[0] {
			out = bytes.Clone(head)
		}
		out[i] = with
	}
	return out
}

// Target is the target of a request as it came, also where net/http could not
// have read it: "/%zz".
func Target(r *http.Request) string {
	if !strings.HasPrefix(r.RequestURI, "/") {
		return r.RequestURI
	}
	return strings.ReplaceAll(r.RequestURI, string([]byte{noPercent}), "%")
}
