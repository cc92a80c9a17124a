package probe

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"
	"golang.org/x/net/idna"

	"corstui/diagnose/exchange"
)

// wireRequest is a request, checked and ready for the wire.
type wireRequest struct {
	place   place
	method  string
	host    string // of the Host header, with a port that is not the default
	target  string // path and query, as they go out
	headers exchange.Headers
	body    string
	hasBody bool
}

// connectionHeaders concern one connection; the Client writes its own.
var connectionHeaders = []string{"Host", "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Proxy-Connection", "Upgrade", "TE"}

// prepare checks a request. Its errors name what is wrong without quoting a
// value, which may be a secret.
func prepare(r exchange.Request, direct bool) (wireRequest, error) {
	w := wireRequest{method: r.Method, body: r.Body, hasBody: r.HasBody || r.Body != ""}
	if w.method == "" {
		w.method = "GET"
	}
	if !httpguts.ValidHeaderFieldName(w.method) || strings.EqualFold(w.method, "CONNECT") {
		return w, errors.New("the method is not one that can go out")
	}
	if err := w.setURL(r.URL); err != nil {
		return w, err
	}
	w.place.direct = direct
	for _, h := range r.Headers {
		if !httpguts.ValidHeaderFieldName(h.Name) {
			return w, errors.New("a header's name holds a character that HTTP does not allow there")
		}
		if strings.ContainsAny(h.Value, "\r\n\x00") {
			return w, fmt.Errorf("the value of %s holds a line break or NUL", h.Name)
		}
		if strings.EqualFold(h.Name, "Host") {
			w.host = h.Value
		}
	}
	w.headers = r.Headers.Without(connectionHeaders...)
	return w, nil
}

// setURL takes the URL apart without changing a byte of its path and query that
// a browser would have let stand.
func (r *wireRequest) setURL(raw string) error {
	bad := func(why string) error { return errors.New("the URL " + why) }
	scheme, rest, ok := strings.Cut(raw, "://")
	r.place.scheme = strings.ToLower(scheme)
	if !ok || (r.place.scheme != "http" && r.place.scheme != "https") {
		return bad("is neither http nor https")
	}
	rest, _, _ = strings.Cut(rest, "#")
	authority, path := rest, ""
	if i := strings.IndexAny(rest, "/?\\"); i >= 0 {
		authority, path = rest[:i], rest[i:]
	}
	// A name and password in a URL are never sent: fetch() refuses such URLs.
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		authority = authority[i+1:]
	}
	u, err := url.Parse(r.place.scheme + "://" + authority + "/")
	if err != nil || u.Hostname() == "" {
		return bad("has no host that can be read")
	}
	host := u.Hostname()
	if a, err := idna.Lookup.ToASCII(host); err == nil && !isASCII(host) {
		host = a
	}
	if !isASCII(host) || strings.ContainsAny(host, " %") {
		return bad("has no host that can be read")
	}
	port := u.Port()
	fallback := map[string]string{"http": "80", "https": "443"}[r.place.scheme]
	if port == "" {
		port = fallback
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return bad("has no port from 1 to 65535")
	}
	r.place.host, r.place.port = strings.ToLower(host), port
	r.host = r.place.host
	if strings.Contains(r.host, ":") {
		r.host = "[" + r.host + "]"
	}
	if port != fallback {
		r.host = net.JoinHostPort(r.place.host, port)
	}
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	r.target = escapeTarget(path)
	return nil
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// escapeTarget escapes what may never stand in a request line; a URL that a
// browser serialised has none of it.
func escapeTarget(s string) string {
	clean := true
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	const hexDigits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c > ' ' && c < 0x7f {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hexDigits[c>>4])
		b.WriteByte(hexDigits[c&0xf])
	}
	return b.String()
}

// http1 is the request as bytes: Host first, then the headers as given.
func (r wireRequest) http1(c *conn) string {
	var b strings.Builder
	b.Grow(256 + len(r.body))
	b.WriteString(r.method)
	b.WriteByte(' ')
	if c.proxied {
		b.WriteString(r.place.scheme + "://" + r.host)
	}
	b.WriteString(r.target)
	b.WriteString(" HTTP/1.1\r\nHost: ")
	b.WriteString(r.host)
	b.WriteString("\r\n")
	if c.proxyAuth != "" {
		b.WriteString("Proxy-Authorization: " + c.proxyAuth + "\r\n")
	}
	for _, h := range r.headers {
		b.WriteString(h.Name)
		b.WriteString(": ")
		b.WriteString(h.Value)
		b.WriteString("\r\n")
	}
	if r.hasBody || r.method == "POST" || r.method == "PUT" || r.method == "PATCH" {
		b.WriteString("Content-Length: " + strconv.Itoa(len(r.body)) + "\r\n")
	}
	b.WriteString("\r\n")
	b.WriteString(r.body)
	return b.String()
}
