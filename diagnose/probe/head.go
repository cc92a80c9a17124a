package probe

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"

	"corstui/diagnose/exchange"
	"corstui/diagnose/redact"
)

// head is the head of one HTTP/1 answer.
type head struct {
	proto   string
	status  int
	reason  string
	headers exchange.Headers
}

// Why a head is none. Their texts are for people and quote nothing of the peer.
var (
	errNotHTTP   = errors.New("what came is not an HTTP response")
	errStatus    = errors.New("the status line carries no status of three digits")
	errNUL       = errors.New("the head of the response contains a NUL byte, which browsers refuse")
	errHeadSize  = fmt.Errorf("the head of the response is larger than %d KiB, which is where browsers stop", maxHead>>10)
	errHeadEnd   = errors.New("the connection was closed in the middle of the response's head")
	errNoAnswer  = errors.New("the connection was closed before any answer")
	errInterim   = fmt.Errorf("more than %d interim answers (1xx) came, and no final one", maxInterim)
	errTwoSizes  = errors.New("the response carries several Content-Length headers that differ, which browsers refuse")
	errBadStatus = errors.New("the status of the response is not one of three digits")
)

// readHead reads the head of an answer as browsers do, in the details that
// change what a page can see (Chromium: HttpStreamParser, HttpUtil's
// AssembleRawHeaders and HeadersIterator): lines end in CR LF, LF or CR; a
// continued line is joined by a space; blanks before the colon are dropped, but
// for the headers of CORS; a
// line without a colon, or whose name is no token, is ignored; any byte but NUL
// may stand in a value. size counts the bytes over several heads and bounds
// them.
func readHead(br *bufio.Reader, size *int) (head, error) {
	raw, err := rawHead(br, size)
	if err != nil {
		return head{}, err
	}
	first, rest := nextLine(string(raw))
	h, err := statusLine(first)
	if err != nil {
		return head{}, err
	}
	if bytes.IndexByte(raw, 0) >= 0 {
		return head{}, errNUL
	}
	h.headers = fields(rest)
	return h, nil
}

// nextLine returns the first line of a head that is not empty, and what comes
// after it; "" where there is none.
func nextLine(s string) (line, rest string) {
	s = strings.TrimLeft(s, "\r\n")
	if i := strings.IndexAny(s, "\r\n"); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}

// rawHead reads up to and including the empty line.
func rawHead(br *bufio.Reader, size *int) ([]byte, error) {
	var raw []byte
	known := false // that it starts like HTTP
	for start := 0; ; {
		chunk, err := br.ReadSlice('\n')
		raw = append(raw, chunk...)
		if *size += len(chunk); *size > maxHead {
			return nil, errHeadSize
		}
		if !known && len(raw) >= 8 {
			if known = startsLikeHTTP(raw); !known {
				return nil, errNotHTTP
			}
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(raw) == 0:
			return nil, errNoAnswer
		case errors.Is(err, io.EOF) && !startsLikeHTTP(raw):
			return nil, errNotHTTP
		case errors.Is(err, io.EOF):
			return nil, errHeadEnd
		case err != nil:
			return nil, err
		}
		if line := raw[start:]; start > 0 && (len(line) == 1 || string(line) == "\r\n") {
			return raw, nil
		}
		start = len(raw)
	}
}

// startsLikeHTTP says whether "HTTP" stands within the first bytes: browsers
// skip up to four bytes of rubbish before it (HttpStreamParser's
// kHttpHeaderSlop...), as some servers send them.
func startsLikeHTTP(raw []byte) bool {
	i := bytes.Index(bytes.ToUpper(raw[:min(len(raw), 8)]), []byte("HTTP"))
	return i >= 0 && i <= 4
}

// statusLine reads "HTTP/1.1 200 OK". Every status of three digits counts, 000
// and 600 too: engines hand them to the page's checks.
func statusLine(line string) (head, error) {
	i := strings.Index(strings.ToUpper(line), "HTTP")
	if i < 0 || i > 4 {
		return head{}, errNotHTTP
	}
	version, rest, _ := strings.Cut(line[i:], " ")
	proto, ok := protocol(version)
	if !ok {
		return head{}, errNotHTTP
	}
	code, reason, _ := strings.Cut(strings.TrimLeft(rest, " "), " ")
	if len(code) != 3 || strings.Trim(code, "0123456789") != "" {
		return head{}, errStatus
	}
	n, _ := strconv.Atoi(code)
	return head{proto: proto, status: n, reason: bounded(redact.Clean(strings.TrimSpace(reason)), maxReason)}, nil
}

// protocol reads "HTTP/1.1". Other versions count as the nearest that exists on
// such a connection.
func protocol(version string) (string, bool) {
	v := strings.ToUpper(version)
	switch {
	case v == "HTTP/1.0" || v == "HTTP/0.9":
		return "HTTP/1.0", true
	case strings.HasPrefix(v, "HTTP/") && len(v) == 8 && v[6] == '.':
		return "HTTP/1.1", true
	}
	return "", false
}

// fields makes headers of the lines after the status line.
func fields(lines string) exchange.Headers {
	hs := exchange.Headers{}
	for line, rest := nextLine(lines); line != ""; line, rest = nextLine(rest) {
		if isBlank(line[0]) {
			continue // goes on with a line that is no header
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok || name == "" {
			continue
		}
		value, rest = continued(value, rest)
		bare := trimBlanks(name)
		if !httpguts.ValidHeaderFieldName(bare) {
			continue
		}
		if !readByCORS(bare) {
			name = bare
		}
		hs = append(hs, exchange.Header{Name: name, Value: trimBlanks(value)})
	}
	return hs
}

// readByCORS says whether a header is one of the CORS protocol. Engines differ in
// what they make of one whose name ends in a blank, so that it is handed on as it
// came; of any other the page may as well see what Chromium makes of it.
func readByCORS(name string) bool {
	const prefix = "access-control-"
	return len(name) > len(prefix) && strings.EqualFold(name[:len(prefix)], prefix)
}

// continued joins the lines that go on with a header to its value.
func continued(value, rest string) (whole, after string) {
	var joined strings.Builder
	for {
		line, after := nextLine(rest)
		if line == "" || !isBlank(line[0]) {
			break
		}
		if joined.Len() == 0 {
			joined.WriteString(value)
		}
		joined.WriteByte(' ')
		joined.WriteString(strings.TrimLeft(line, " \t"))
		rest = after
	}
	if joined.Len() == 0 {
		return value, rest
	}
	return joined.String(), rest
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

func trimBlanks(s string) string { return strings.Trim(s, " \t") }
