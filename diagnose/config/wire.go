package config

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"corstui/diagnose/answer"
)

// asked is the exchange that a file is held against, as far as a line of the
// file can depend on it.
type asked struct {
	host, path, origin string
	preflight          bool
	status             int
}

// sent is a header that a line of the file would put on an answer.
type sent struct {
	header, value string
	src           *source
	off           int
}

// sender is a document that can say what it would send.
type sender interface {
	sends(r *Review, a asked) []sent
}

// Compare holds the file against what was seen on the wire: at the exchange at
// which the verdict fell it adds a problem for each line whose header did not
// arrive as the line would send it.
func (r *Review) Compare(seen []answer.Seen, decidedBy string) {
	doc, ok := r.doc.(sender)
	i := slices.IndexFunc(seen, func(s answer.Seen) bool { return s.ID == decidedBy })
	if !ok || i < 0 || seen[i].Response == nil {
		return
	}
	s := seen[i]
	rv := &reviewer{Review: r}
	for _, line := range doc.sends(r, askedOf(s)) {
		wire := s.Response.Headers.Values(line.header)
		if line.header == hVary {
			if slices.ContainsFunc(wire, func(v string) bool { return strings.Contains(strings.ToLower(v), "origin") || v == "*" }) {
				continue
			}
		} else if len(wire) == 1 && strings.TrimSpace(wire[0]) == line.value {
			continue
		}
		rv.add(line.src, line.off, "wire-differs", differs(s, line, wire))
	}
	r.Problems = settle(r.Problems)
}

func askedOf(s answer.Seen) asked {
	a := asked{status: s.Response.Status, preflight: s.Request.Method == "OPTIONS" && s.Request.Headers.Has("Access-Control-Request-Method")}
	a.origin = s.Request.Headers.Value("Origin")
	if u, err := url.Parse(s.Request.URL); err == nil {
		a.host, a.path = u.Hostname(), u.Path
	}
	if a.path == "" {
		a.path = "/"
	}
	return a
}

// differs says what the line would send, what arrived, and who stands between.
func differs(s answer.Seen, line sent, wire []string) string {
	what := "the real request"
	if askedOf(s).preflight {
		what = "the preflight"
	}
	says := fmt.Sprintf("This line would send %s: %s on the answer to %s (%s, status %d); the wire shows ", canonical(line.header), line.value, what, s.ID, s.Response.Status)
	if len(wire) == 0 {
		says += "none"
	} else {
		says += strings.Join(wire, " and ")
	}
	switch s.Answer.Layer {
	case answer.LayerAccess, answer.LayerWAF, answer.LayerEdge:
		return says + fmt.Sprintf(": %s gave that answer, and this line was never asked.", product(s.Answer))
	case answer.LayerCache:
		return says + ": a cache gave that answer, from before this line or for another page."
	}
	switch {
	case len(wire) == 0:
		return says + ": something between strips it, or the server runs another file."
	case len(wire) > 1:
		return says + ": something between adds one more."
	}
	return says + ": something between replaces it, or the server runs another file."
}

func product(a answer.Answer) string {
	if a.Product != "" && !strings.HasPrefix(a.Product, "managed") {
		return a.Product
	}
	switch a.Layer {
	case answer.LayerAccess:
		return "Cloudflare Access"
	case answer.LayerWAF:
		return "Cloudflare's WAF"
	}
	return "Cloudflare's edge"
}

// mayHaveAlways are the statuses that add_header without always applies to
// (ngx_http_headers_module).
var mayHaveAlways = []int{200, 201, 204, 206, 301, 302, 303, 304, 307, 308}

func (n *nginxDoc) sends(_ *Review, a asked) []sent {
	place, ok := n.placeFor(a)
	if !ok {
		return nil
	}
	holds := n.effective(place)
	if a.preflight {
		if p := n.answersPreflight(place); p != nil && p.is("if") {
			holds = n.effective(p)
		}
	}
	var out []sent
	for _, h := range holds {
		name := headerName(h)
		if !isCORSHeader(name) && !(name == hVary && varies([]*directive{h})) || !always(h) && !slices.Contains(mayHaveAlways, a.status) {
			continue
		}
		if value, ok := n.valueFor(h, a.origin); ok && value != "" {
			out = append(out, sent{name, value, h.src, h.start()})
		}
	}
	return out
}

// valueFor is what a directive gives a page of this origin; ok is false where
// that is not known.
func (n *nginxDoc) valueFor(h *directive, origin string) (string, bool) {
	value, known := "", true
	for _, f := range n.resolve(h, h.args[1], nil, 0) {
		fits := true
		for _, c := range f.checks {
			if c.p == nil {
				return "", false
			}
			fits = fits && c.p.match(origin)
		}
		switch {
		case f.kind == "unknown" || f.byOrigin && len(f.checks) == 0 && f.kind == "const":
			known = false
		case !fits:
		case f.kind == "const":
			value = f.text
		case f.kind == "origin":
			value = origin
		}
	}
	return value, known
}

// placeFor finds the location that nginx would take: an exact one, the longest
// prefix, and before that a regular expression that fits.
func (n *nginxDoc) placeFor(a asked) (*directive, bool) {
	var servers []*directive
	n.each(n.top, func(d *directive) {
		if d.is("server") && d.braced && (d.parent == nil || d.parent.is("http")) {
			servers = append(servers, d)
		}
	})
	if len(servers) == 0 {
		return nil, n.isPlace(nil)
	}
	server := servers[0]
	if len(servers) > 1 {
		server = nil
		for _, s := range servers {
			for _, name := range n.named(s, "server_name") {
				if slices.ContainsFunc(name.args, func(w word) bool { return strings.EqualFold(w.text, a.host) }) {
					server = s
				}
			}
		}
		if server == nil {
			return nil, false
		}
	}
	best, length, exact := server, -1, false
	var byPattern *directive
	for _, l := range n.named(server, "location") {
		uri := l.arg(len(l.args) - 1)
		switch mod := l.arg(0); {
		case len(l.args) == 2 && mod == "=":
			if uri == a.path {
				best, length, exact = l, len(uri), true
			}
		case len(l.args) == 2 && (mod == "~" || mod == "~*"):
			expr := uri
			if mod == "~*" {
				expr = "(?i)" + uri
			}
			re, err := regexp.Compile(expr)
			if err != nil {
				return nil, false
			}
			if byPattern == nil && re.MatchString(a.path) {
				byPattern = l
			}
		case strings.HasPrefix(uri, "@"):
		case strings.HasPrefix(a.path, uri) && len(uri) > length && !exact:
			best, length = l, len(uri)
		}
	}
	if byPattern != nil && !exact && !(len(best.args) == 2 && best.arg(0) == "^~") {
		best = byPattern
	}
	return best, true
}

func (d *scriptDoc) sends(r *Review, a asked) []sent {
	if d.overruled != nil {
		return nil
	}
	return d.program.sends(r, a)
}

func (d *goDoc) sends(r *Review, a asked) []sent {
	if d.overruled != nil {
		return nil
	}
	return d.program.sends(r, a)
}

// sends are the headers that a program sets with a value that is known: a
// constant, or the page's own origin where the file allows that exactly.
func (p *program) sends(r *Review, a asked) []sent {
	var out []sent
	for _, h := range p.headersSet() {
		if p.onPreflight(h.at) != a.preflight && (a.preflight || p.onPreflight(h.at)) {
			if p.onPreflight(h.at) || p.hasPreflight() {
				continue
			}
		}
		here := p.reached(h.at, 0)
		values := map[string]bool{}
		for _, o := range p.outcomes(h.value) {
			known := both(o.known, here)
			switch {
			case known.any() && (!known.exact || !slices.Contains(r.policy.AllowOrigins, a.origin)):
			case o.kind == "const" && o.text != "":
				values[o.text] = true
			case o.kind == "origin":
				values[a.origin] = true
			}
		}
		if len(values) != 1 {
			continue
		}
		for v := range values {
			if v != "" {
				out = append(out, sent{h.name, v, p.src, h.off})
			}
		}
	}
	return out
}

// hasPreflight says whether the file sets Allow-Origin for preflights apart.
func (p *program) hasPreflight() bool {
	for _, h := range p.headersSet() {
		if h.name == hAllowOrigin && p.onPreflight(h.at) {
			return true
		}
	}
	return false
}
