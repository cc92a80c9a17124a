package lab

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// response is what a station answers.
type response struct {
	status int
	header http.Header
	body   string
	// uncached says that it was made in front of the cache, or in place of the
	// origin by the edge: it carries no cf-cache-status.
	uncached bool
	// byEdge says that the edge made it because the origin could not.
	byEdge bool
	// drop ends the connection without an answer.
	drop bool
}

// handler answers a request. A station wraps the handler behind it: it answers
// by itself, or asks on.
type handler func(*http.Request) *response

// station is one hop of the path that may answer by itself.
type station interface {
	wrap(next handler) handler
}

// path is the set-up of one host: its stations, nil where one is not there.
// Paths are values: a change makes a new one.
type path struct {
	host string
	// bare says that Cloudflare is not in front of this host.
	bare bool
	// noCertificate says that the edge has no certificate for the host.
	noCertificate bool

	redirects *redirects // Single Redirects and Always Use HTTPS
	waf       *waf
	access    *access
	worker    station
	cache     *cache
	origin    handler

	// innerCredential, if set, gives the Worker the service token of the host
	// that it asks.
	innerCredential *atomic.Bool
}

// handler puts the stations in the order of the wire: redirects and WAF look
// before Access, Worker and cache behind it. See "Phases list" in Cloudflare's
// documentation of the Ruleset Engine.
func (p path) handler() handler {
	h := p.origin
	if p.bare {
		return h
	}
	if p.cache == nil {
		p.cache = &cache{}
	}
	h = p.cache.wrap(h)
	if p.worker != nil {
		h = p.worker.wrap(h)
	}
	if p.access != nil {
		h = p.access.wrap(h)
	}
	h = ownPaths{p.host}.wrap(h)
	if p.waf != nil {
		h = p.waf.wrap(h)
	}
	if p.redirects != nil {
		h = p.redirects.wrap(h)
	}
	return edge{}.wrap(h)
}

// site is a host that is served.
type site struct {
	host string
	team *team
	path path

	now   atomic.Pointer[path]
	serve atomic.Pointer[handler]
}

// start takes the site's path into service.
func (s *site) start() { s.change(func(*path) {}) }

// config returns the path in service.
func (s *site) config() path {
	if p := s.now.Load(); p != nil {
		return *p
	}
	return s.path
}

// change replaces the path by a changed copy. Requests under way end on the
// path on which they began.
func (s *site) change(f func(*path)) {
	p := s.config()
	f(&p)
	h := p.handler()
	s.now.Store(&p)
	s.serve.Store(&h)
}

// answer is where a request enters the path.
func (s *site) answer(r *http.Request) *response { return (*s.serve.Load())(r) }

// write puts a response on the wire as it is: nothing is added but what HTTP
// itself needs.
func (a *response) write(w http.ResponseWriter, r *http.Request) {
	if a.drop {
		panic(http.ErrAbortHandler) // closes the connection, or resets the stream
	}
	h := w.Header()
	for name, values := range a.header {
		h[name] = values
	}
	if _, ok := h["Content-Type"]; !ok {
		h["Content-Type"] = nil // no sniffing: a mark that the station did not set would be ours
	}
	if bodyAllowed(a.status) && h.Get("Content-Length") == "" { // HEAD too, as the edge does
		h.Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.status)
	if bodyAllowed(a.status) {
		_, _ = w.Write([]byte(a.body))
	}
}

func bodyAllowed(status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified
}

// reply makes a response from pairs of header name and value.
func reply(status int, body string, pairs ...string) *response {
	h := http.Header{}
	for i := 0; i+1 < len(pairs); i += 2 {
		h.Add(pairs[i], pairs[i+1])
	}
	return &response{status: status, header: h, body: body}
}

// isPreflight says whether a request is a CORS-preflight: what Access and every
// CORS middleware take for one.
func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != ""
}

// wantsJSON says whether the client would rather have JSON than HTML.
func wantsJSON(r *http.Request) bool {
	accept := r.Header.Get("Accept")
	return strings.Contains(accept, "application/json") || strings.Contains(accept, "application/problem+json")
}

// edge is Cloudflare's front: it gives every request a Ray ID and every answer
// the marks that say "through Cloudflare".
type edge struct{}

type rayKey struct{}

// rays counts requests: Ray IDs look like the real ones and are never equal.
var rays atomic.Uint64

// colo is the data centre of the lab.
const colo = "FRA"

// ray returns the Ray ID of a request, without its colo.
func ray(r *http.Request) string {
	id, _ := r.Context().Value(rayKey{}).(string)
	return id
}

func (edge) wrap(next handler) handler {
	return func(r *http.Request) *response {
		// A multiplier spreads the counter over all digits (Knuth's golden ratio).
		id := fmt.Sprintf("%016x", 0x9a00000000000000|(rays.Add(1)*0x9e3779b97f4a7c15)>>8)
		a := next(r.WithContext(context.WithValue(r.Context(), rayKey{}, id)))
		if a.drop {
			return a
		}
		// The edge overwrites both, whatever the origin sent.
		a.header.Set("Server", "cloudflare")
		a.header.Set("Cf-Ray", id+"-"+colo)
		return compressed(r, a)
	}
}

// compressFrom is the size from which the edge compresses a page.
const compressFrom = 400

// compressed is an answer as the edge sends it to a client that takes gzip: its
// longer pages are compressed, and whoever looks for marks in them must unpack
// them first.
func compressed(r *http.Request, a *response) *response {
	if len(a.body) < compressFrom || a.header.Get("Content-Encoding") != "" || !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") ||
		!strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		return a
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(a.body)) // a buffer takes everything
	_ = z.Close()
	a = a.copy()
	a.body = b.String()
	a.header.Set("Content-Encoding", "gzip")
	return a
}

// ownPaths are those that the edge itself serves on every host, behind the WAF.
type ownPaths struct{ host string }

func (o ownPaths) wrap(next handler) handler {
	return func(r *http.Request) *response {
		switch {
		case r.URL.Path == "/cdn-cgi/trace":
			return reply(200, o.trace(r), "Content-Type", "text/plain", "Access-Control-Allow-Origin", "*", "Cache-Control", "no-cache", "Expires", "Thu, 01 Jan 1970 00:00:01 GMT")
		case strings.HasPrefix(r.URL.Path, "/cdn-cgi/error/"):
			code, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/cdn-cgi/error/"))
			if e, ok := edgeErrors[code]; err == nil && ok {
				a := errorPage(r, code, e.status, o.host)
				a.header.Set("Access-Control-Allow-Origin", "https://dash.cloudflare.com")
				return a
			}
			return signed(404, "Not Found")
		}
		return next(r)
	}
}

func (o ownPaths) trace(r *http.Request) string {
	return "fl=000f0\nh=" + o.host + "\nip=127.0.0.1\nts=" + fmt.Sprintf("%.3f", float64(time.Now().UnixMilli())/1000) +
		"\nvisit_scheme=https\nuag=" + oneLine(r.UserAgent()) + "\ncolo=" + colo + "\nsliver=none\nhttp=http/2\nloc=DE\ntls=TLSv1.3\nsni=plaintext\nwarp=off\ngateway=off\nrbi=off\nkex=X25519\n"
}

func oneLine(s string) string {
	return strings.Map(func(c rune) rune {
		if c < 0x20 || c == 0x7f {
			return -1
		}
		return c
	}, s)
}
