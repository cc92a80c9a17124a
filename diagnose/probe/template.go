package probe

import (
	"crypto/sha256"
	"encoding/hex"
	"net"
	"slices"
	"strings"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
)

// What probes invent. The names end in .test, which nobody can own (RFC 6761).
const (
	foreignOrigin = "https://corstui-probe.test"
	foreignHeader = "x-corstui-probe"
	suffixDomain  = ".corstui.test"
	hostPrefix    = "corstui-"
	bustParameter = "corstui"
)

const (
	requestMethod  = "Access-Control-Request-Method"
	requestHeaders = "Access-Control-Request-Headers"
)

// draft is a request in the making. Each method returns a changed copy.
type draft struct {
	s *situation
	// change collects what was done, so that each probe has a query of its own.
	change  string
	request exchange.Request
}

// pageGet is the page's own request, as a GET.
func (s *situation) pageGet() draft { return draft{s: s, request: s.page} }

// asAsked is the browser's request that was answered, where sending it again is
// safe, else the page's GET.
func (s *situation) asAsked() draft {
	if m := s.asked.Method; m == "OPTIONS" || m == "GET" || m == "HEAD" {
		return draft{s: s, request: s.asked}
	}
	return s.pageGet()
}

// preflight is an OPTIONS as the browser would make it for the page's method,
// asking for these headers. No credential stands in it.
func (s *situation) preflight(origin string, names ...string) draft {
	d := draft{s: s, change: "preflight", request: s.pre}
	d = d.origin(origin).set(requestMethod, fetch.NormalizeMethod(s.c.Method))
	if names = sorted(names); len(names) > 0 {
		d = d.set(requestHeaders, strings.Join(names, ","))
	}
	return d
}

func sorted(names []string) []string {
	names = slices.Clone(names)
	slices.Sort(names)
	return slices.Compact(names)
}

// visit is a plain GET of another URL: nothing of the page, no credential.
func (s *situation) visit(u string) exchange.Request {
	r := exchange.Request{Method: "GET", URL: u, Headers: exchange.Headers{{Name: "Accept", Value: "*/*"}}}
	for _, h := range s.page.Headers {
		switch strings.ToLower(h.Name) {
		case "user-agent", "accept-encoding", "accept-language":
			r.Headers = append(r.Headers, h)
		}
	}
	return r
}

func (d draft) method(m string) draft { d.request.Method = m; d.change += " " + m; return d }

func (d draft) set(name, value string) draft {
	d.request.Headers = d.request.Headers.With(name, value)
	d.change += " " + name + "=" + value
	return d
}

func (d draft) drop(name string) draft {
	d.request.Headers = d.request.Headers.Without(name)
	d.change += " -" + name
	return d
}

func (d draft) origin(o string) draft {
	d = d.set("Origin", o)
	if o != d.s.origin && d.request.Headers.Has("Referer") {
		// The page's address would contradict an invented origin.
		d = d.drop("Referer")
	}
	return d
}

func (d draft) at(u string) draft { d.request.URL = u; return d }

func (d draft) withoutSession() draft {
	if d.request.WithSession {
		d.request.WithSession = false
		d = d.drop("Cookie").drop("CF-Access-Client-Id").drop("CF-Access-Client-Secret")
	}
	return d
}

// withoutServiceToken keeps the service token from the origin, which never sees
// it: Access takes it out.
func (d draft) withoutServiceToken() draft {
	return d.drop("CF-Access-Client-Id").drop("CF-Access-Client-Secret")
}

// busted gives the request a query that nobody used before, so that no cache
// has an answer to it, and none stores one that others would get.
func (d draft) busted() draft {
	sep := "?"
	if strings.Contains(d.request.URL, "?") {
		sep = "&"
	}
	d.request.URL += sep + bustParameter + "=" + d.s.nonce(d.change)
	return d
}

// nonce is a word that differs for each diagnosis and each change.
func (s *situation) nonce(of string) string {
	sum := sha256.Sum256([]byte(s.seed + "\x00" + of))
	return hex.EncodeToString(sum[:8])
}

// seed makes the nonces of one diagnosis differ from those of every other,
// while the plan stays a pure function: when the browser's first request was
// sent, and which Ray ID it got, happens once.
func seed(c exchange.Case, seen []answer.Seen) string {
	parts := []string{c.URL, c.Origin}
	for _, x := range seen {
		if isProbe(x.Purpose) {
			continue
		}
		parts = append(parts, x.ID, x.Started.UTC().Format("2006-01-02T15:04:05.000000000"))
		if x.Response != nil {
			parts = append(parts, x.Response.Headers.Value("CF-Ray"))
		}
	}
	return strings.Join(parts, "\x00")
}

// sibling is a path beside the page's own that does not exist.
func (s *situation) sibling() string {
	path := s.path()
	return s.root() + path[:strings.LastIndexByte(path, '/')+1] + "corstui-" + s.nonce("missing")
}

// placeOf is scheme, host and port of a URL; empty where it cannot be read.
func placeOf(u string) place {
	var w wireRequest
	if w.setURL(u) != nil {
		return place{}
	}
	return w.place
}

// root is scheme and authority of the subject.
func (s *situation) root() string {
	scheme, rest, _ := strings.Cut(s.url, "://")
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		rest = rest[:i]
	}
	return scheme + "://" + rest
}

// path is the path of the subject, without query.
func (s *situation) path() string {
	p, _, _ := strings.Cut(s.url[len(s.root()):], "?")
	if !strings.HasPrefix(p, "/") {
		p = "/" + p
	}
	return p
}

func withoutFragment(u string) string { u, _, _ = strings.Cut(u, "#"); return u }

func hostOf(u string) string { return placeOf(u).host }

// lookalikeOf is an origin that careless checks take for the page's own; "" where
// there is none of that kind.
func lookalikeOf(origin string, p exchange.Purpose) string {
	scheme, authority, ok := strings.Cut(origin, "://")
	if !ok {
		return ""
	}
	host, port, err := net.SplitHostPort(authority)
	if err != nil {
		host, port = authority, ""
	}
	join := func(scheme, host, port string) string {
		if port != "" {
			host += ":" + port
		}
		return scheme + "://" + host
	}
	ip6 := strings.HasPrefix(authority, "[")
	switch p {
	case exchange.PurposeSuffixOrigin:
		if !ip6 {
			return join(scheme, host+suffixDomain, port)
		}
	case exchange.PurposePrefixOrigin:
		if !ip6 {
			return join(scheme, hostPrefix+host, port)
		}
	case exchange.PurposeHTTPOrigin:
		if scheme == "https" {
			return "http://" + authority
		}
	case exchange.PurposePortOrigin:
		other := "8443"
		if port == other {
			other = "9443"
		}
		if ip6 {
			return scheme + "://" + strings.TrimSuffix(authority, ":"+port) + ":" + other
		}
		return join(scheme, host, other)
	}
	return ""
}
