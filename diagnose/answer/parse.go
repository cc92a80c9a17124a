package answer

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"

	"corstui/diagnose/exchange"
)

// ParseOptions say which request the first response of a text answered. Rules
// that need the host apply only where a URL is known.
type ParseOptions struct {
	// URL is absolute, http or https; empty where it is not known.
	URL string
	// Method is the method of that request; empty where it is not known.
	Method string
}

// Bounds of what is read: a text can come from anywhere.
const (
	maxInput     = 256 << 20 // bytes of the whole input
	maxResponses = 20000
	maxHeaders   = 1000      // header lines a response
	maxBody      = 256 << 10 // bytes kept of a body; twice what the rules look at
)

const wanted = "paste what `curl -i URL` or `curl -v URL` prints, a block of response headers, or a HAR"

// ErrNoResponse is in every error of ParseResponses that means that the input
// holds no response at all.
var ErrNoResponse = errors.New("no HTTP response in the input")

func noResponse(format string, a ...any) error {
	return fmt.Errorf("%w: %s; %s", ErrNoResponse, fmt.Sprintf(format, a...), wanted)
}

// ParseResponses reads the responses in a text: the output of `curl -i`,
// `curl -v`, `wget -S` or HTTPie with any number of responses in a row, header
// blocks as browsers copy them, with or without a status line, or a HAR. Each
// body is taken as it stands, whatever Content-Length, Content-Encoding and
// Transfer-Encoding say. Interim responses and the proxy's answer to CONNECT are
// left out. The exchanges have no ID.
func ParseResponses(text string, o ParseOptions) ([]exchange.Exchange, error) {
	if len(text) > maxInput {
		return nil, fmt.Errorf("the input has %d bytes; want at most %d", len(text), maxInput)
	}
	first := request{method: strings.ToUpper(strings.TrimSpace(o.Method))}
	if o.URL != "" {
		u, err := url.Parse(strings.TrimSpace(o.URL))
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, fmt.Errorf("--url %q is no absolute URL; want one like https://api.example.com/path", show(o.URL))
		}
		first.url = u
	}
	if first.method != "" && !tokenRE.MatchString(first.method) {
		return nil, fmt.Errorf("--method %q is no HTTP method; want one like GET or OPTIONS", show(o.Method))
	}
	text = clean(text)
	trimmed := strings.TrimSpace(text)
	switch {
	case trimmed == "":
		return nil, noResponse("it is empty")
	case strings.HasPrefix(trimmed, "{") || listRE.MatchString(trimmed):
		return parseHAR(trimmed, first)
	}
	xs := parseText(text, first)
	if len(xs) == 0 {
		return nil, noResponse("%s", diagnoseText(trimmed))
	}
	if len(xs) > maxResponses {
		return nil, fmt.Errorf("the input holds more than %d responses; split it", maxResponses)
	}
	return xs, nil
}

// diagnoseText says what a text without response seems to be.
func diagnoseText(text string) string {
	head, _, _ := strings.Cut(text, "\n")
	head = strings.TrimSpace(head)
	switch {
	case requestLineRE.MatchString(head):
		return "it starts with a request (“" + show(head) + "”), and no answer follows"
	case strings.HasPrefix(text, "<"):
		return "it is a page without its headers"
	case strings.HasPrefix(head, "curl ") || strings.HasPrefix(head, "$ curl "):
		return "it is a command and not what it printed"
	case strings.HasPrefix(head, "curl: ("):
		return "curl reports that it got no answer (“" + show(head) + "”)"
	}
	return "it starts with “" + show(head) + "”, which is neither a status line nor a response header"
}

var (
	tokenRE = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")
	// CSI and OSC sequences: curl makes header names bold and links of Location.
	escapeRE = regexp.MustCompile("\x1b\\[[0-9;?]*[ -/]*[@-~]|\x1b\\][^\x07\x1b]*(?:\x07|\x1b\\\\)|\x1b[@-Z\\\\-_]")
	statusRE = regexp.MustCompile(`(?i)^HTTP/([0-9](?:\.[0-9])?)[ \t]+([1-9][0-9]{2})(?:[ \t]+(.*))?$`)
	// A body without a newline at its end and the next response in one line, as
	// curl prints several URLs.
	gluedRE = regexp.MustCompile(`(</html>|[}\]]|(?i:error code: [0-9]{3,5}))(HTTP/[0-9](?:\.[0-9])? [1-5][0-9]{2}[^\n]{0,64}\n)`)
	// listRE tells a JSON list from a prompt or a logger's name in brackets.
	listRE        = regexp.MustCompile(`^\[\s*(?:[\[{\]"0-9-]|$)`)
	requestLineRE = regexp.MustCompile(`^([A-Z][A-Z-]{1,19})\s+(\S+)\s+HTTP/[0-9](?:\.[0-9])?$`)
)

// clean makes a text out of bytes: UTF-16 as PowerShell redirects it, terminal
// escapes, and line ends. Control characters go, but newline and tab.
func clean(text string) string {
	b := []byte(text)
	switch {
	case bytes.HasPrefix(b, []byte{0xff, 0xfe}):
		text = decode16(b[2:], binary.LittleEndian)
	case bytes.HasPrefix(b, []byte{0xfe, 0xff}):
		text = decode16(b[2:], binary.BigEndian)
	}
	text = strings.ToValidUTF8(strings.TrimPrefix(text, "\ufeff"), "\ufffd")
	if strings.ContainsRune(text, '\x1b') {
		text = escapeRE.ReplaceAllString(text, "")
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text = strings.ReplaceAll(text, "\r", "\n")
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return -1
		}
		return r
	}, text)
}

func decode16(b []byte, order binary.ByteOrder) string {
	u := make([]uint16, len(b)/2)
	for i := range u {
		u[i] = order.Uint16(b[2*i:])
	}
	return string(utf16.Decode(u))
}

// request is what is known of the request that a response answered.
type request struct {
	method  string
	url     *url.URL
	headers exchange.Headers
}

// found is one response as it was read.
type found struct {
	request  request
	proto    string
	status   int
	reason   string
	headers  exchange.Headers
	body     string
	cut      bool // the body was longer than maxBody
	elided   bool // lines were left out of the header block
	remote   string
	issuer   string
	overflow bool
}

func (f *found) add(name, value string) {
	if len(f.headers) >= maxHeaders {
		f.overflow = true
		return
	}
	f.headers = append(f.headers, exchange.Header{Name: name, Value: strings.TrimSpace(value)})
}

func (f *found) exchange() exchange.Exchange {
	x := exchange.Exchange{
		Purpose: exchange.PurposeRequest,
		Request: exchange.Request{Method: f.request.method, Headers: f.request.headers},
		Response: &exchange.Response{
			Proto: f.proto, Status: f.status, Reason: f.reason, Headers: f.headers, Body: f.body, BodyTruncated: f.cut,
			Partial: f.elided || f.overflow || incomplete(f.headers), RemoteAddr: f.remote, TLSIssuer: f.issuer,
		},
	}
	if f.request.url != nil {
		u := *f.request.url
		u.User = nil
		x.Request.URL = u.String()
	}
	if f.request.method == "OPTIONS" {
		x.Purpose = exchange.PurposePreflight
	}
	return x
}

// incomplete says whether a header block looks cut by hand, so that a missing
// header proves nothing. Every server with a clock sends Date (RFC 9110,
// section 6.6.1), and Cloudflare puts server and cf-ray on each answer.
func incomplete(hs exchange.Headers) bool {
	if !hs.Has("date") || len(hs) < 3 {
		return true
	}
	ofCloudflare := false
	for _, h := range hs {
		if strings.HasPrefix(strings.ToLower(h.Name), "cf-") || strings.EqualFold(h.Name, "server") && strings.HasPrefix(strings.ToLower(h.Value), "cloudflare") {
			ofCloudflare = true
		}
		if v := strings.TrimSpace(h.Value); v == "..." || v == "…" {
			return true
		}
	}
	return ofCloudflare && !(hs.Has("server") && hs.Has("cf-ray"))
}

// followed is the request that a client sends after a response in a row: it
// follows a redirect, or answers a challenge for the same URL.
func followed(f found) request {
	r := request{method: f.request.method, url: f.request.url}
	loc := ""
	for _, h := range f.headers {
		if strings.EqualFold(h.Name, "location") {
			loc = strings.TrimSpace(h.Value)
		}
	}
	if f.status/100 != 3 || loc == "" {
		return r
	}
	u := resolve(f.request.url, loc)
	if u == nil || u.Host == "" {
		r.url = nil // a relative Location of an unknown URL
		return r
	}
	r.url = u
	if r.method == "POST" && (f.status == 301 || f.status == 302) || f.status == 303 && r.method != "" && r.method != "HEAD" {
		r.method = "GET"
	}
	return r
}

// tunnel says whether a response is a proxy's answer to CONNECT, which says
// nothing of the server behind it.
func (f *found) tunnel() bool {
	return f.request.method == "CONNECT" && f.status/100 == 2 ||
		f.status == 200 && strings.Contains(strings.ToLower(f.reason), "connection established") && len(f.headers) <= 3 && strings.TrimSpace(f.body) == ""
}

// keep drops interim responses and tunnels, and bounds bodies. Responses whose
// request is not known answered the first one, or followed from the one before.
func keep(fs []found, first request, known []bool) []exchange.Exchange {
	var out []exchange.Exchange
	next := first
	for i, f := range fs {
		if f.status >= 100 && f.status < 200 && f.status != 101 || f.tunnel() && i+1 < len(fs) {
			continue
		}
		switch {
		case !known[i]:
			f.request = next
		case f.request.url == nil:
			f.request.url = next.url
		}
		if f.request.method == "" {
			f.request.method = next.method
		}
		next = followed(f)
		if len(f.body) > maxBody {
			f.body, f.cut = strings.ToValidUTF8(f.body[:maxBody], ""), true
		}
		out = append(out, f.exchange())
	}
	return out
}

// responseNames are header names by which a block without status line is known
// to be of a response; names that start with cf-, x- or access-control-allow
// count too.
var responseNames = []string{
	"accept-ranges", "age", "allow", "alt-svc", "cache-control", "cache-status", "connection", "content-disposition", "content-encoding", "content-language", "content-length",
	"content-security-policy", "content-type", "date", "etag", "expires", "keep-alive", "last-modified", "link", "location", "nel", "pragma", "proxy-authenticate",
	"referrer-policy", "report-to", "retry-after", "server", "server-timing", "set-cookie", "strict-transport-security", "transfer-encoding", "vary", "via", "www-authenticate",
	"access-control-expose-headers", "access-control-max-age",
}

func responseName(name string) bool {
	n := strings.ToLower(name)
	return slices.Contains(responseNames, n) || strings.HasPrefix(n, "cf-") && !strings.HasPrefix(n, "cf-access-client") && n != "cf-connecting-ip" ||
		strings.HasPrefix(n, "x-") && n != "x-requested-with" && !strings.HasPrefix(n, "x-forwarded-") || strings.HasPrefix(n, "access-control-allow-")
}
