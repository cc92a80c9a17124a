package fetch

import (
	"net/netip"
	"strings"
)

// fault points at the header that failed, and says what would have passed.
func (r *run) fault() *Fault {
	f := &r.failure
	out := &Fault{Exchange: f.exchange, Header: f.header, At: -1}
	if f.present {
		sent := f.sent
		out.Sent = &sent
	}
	switch f.cause {
	case causeAllowCredentials:
		out.WouldPass = "true"
		out.Says = credentialsDifference(f)
	case causeMethodsSyntax, causeHeadersSyntax:
		out.WouldPass = withoutBadElements(f.sent)
		out.Says = "The element " + quote(f.element) + " is no token, and one such element makes the browser reject the whole header."
	case causeMethod:
		out.WouldPass = appendElements(f.sent, r.credentialed(), f.method)
		out.Says = methodDifference(f, r.credentialed())
	case causeHeader:
		out.WouldPass = appendElements(f.sent, r.credentialed(), f.missing...)
		out.Says = headerDifference(f, r.credentialed())
	case causeCORPSameOrigin, causeCORPSameSite:
		out.WouldPass = "cross-origin"
		out.Says = "The header allows " + f.sent + " loads only."
	default:
		out.WouldPass = r.wouldPassOrigin()
		out.Says = originDifference(f, out.WouldPass)
	}
	if f.present {
		out.At = faultOffset(f, out.WouldPass)
	}
	return out
}

// wouldPassOrigin is the Access-Control-Allow-Origin that would have passed.
func (r *run) wouldPassOrigin() string {
	if r.failure.preflight && r.tainted && r.e.has(devPreflightOriginKept) {
		return SerializeOrigin(r.page)
	}
	return r.requestOrigin()
}

// faultOffset is the offset of the first byte of the value that is wrong.
func faultOffset(f *failure, want string) int {
	switch f.cause {
	case causeMethodsSyntax, causeHeadersSyntax:
		return max(strings.Index(f.sent, f.element), 0)
	case causeMethod, causeHeader:
		return len(f.sent)
	case causeCORPSameOrigin, causeCORPSameSite:
		return 0
	}
	return firstDifference(f.sent, want)
}

func firstDifference(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

func quote(s string) string { return "“" + s + "”" }

// originDifference says in words how an Access-Control-Allow-Origin differs
// from the origin that was sent.
func originDifference(f *failure, want string) string {
	v := f.sent
	switch {
	case !f.present && want == "null":
		return "The header is absent. After a redirect to another origin the browser sends Origin: null, so only null or * would pass."
	case !f.present:
		return "The header is absent. The server must answer with the page's origin " + want + "."
	case f.cause == causeWildcardOrigin:
		return "The header is * and the request has credentials: the browser then wants the page's origin itself, " + want + "."
	case v == "":
		return "The header is there and empty."
	case f.cause == causeSeveralOriginLines:
		return "The header was sent more than once: two parts of the server add it. Exactly one may."
	case f.cause == causeSeveralOrigins:
		return "The header lists several origins. It can hold one only: the server must pick the one that asked."
	case f.cause == causeSpaceInOrigin:
		return "The header contains a space, which ends an origin. It can hold one origin only."
	case want == "null":
		return "After a redirect to another origin, or from an opaque page, the browser sends Origin: null, and the header says " + quote(v) + "."
	case v == "null":
		return "The header says null, and the page's origin is " + want + "."
	}
	return difference(v, want)
}

// difference names the one thing in which two origins differ.
func difference(v, want string) string {
	switch trimmed := strings.TrimRight(v, "/"); {
	case trimmed == want:
		return "The value has a trailing slash, which no origin has."
	case strings.HasPrefix(v, want+"/"), strings.HasPrefix(v, want+"?"), strings.HasPrefix(v, want+"#"):
		return "The value goes on after the origin, and an origin ends after host and port."
	case strings.Trim(v, `"'`) == want:
		return "The value is in quotes."
	case strings.EqualFold(v, want):
		return "The value differs in upper and lower case, and the browser compares byte by byte: an origin is all lower case."
	case strings.Contains(v, "*"):
		return "The value contains a wildcard as part of an origin, which no browser expands: it must be * alone or the whole origin."
	}
	u, err := ParseURL(v, nil)
	w := ParseOrigin(want)
	if err != nil || u.Origin().Opaque() {
		if !strings.Contains(v, "://") && strings.EqualFold(v, strings.TrimPrefix(want, w.Scheme+"://")) {
			return "The value lacks the scheme: it must start with " + w.Scheme + "://."
		}
		return "The value is no origin; the browser wants " + want + "."
	}
	o := u.Origin()
	switch {
	case o == w:
		return spelling(v, want)
	case o.Host == w.Host && o.Port == w.Port:
		return "The value says " + o.Scheme + " and the page is on " + w.Scheme + "."
	case o.Host == w.Host && o.Scheme == w.Scheme:
		return "The port differs: the value says " + portName(o) + ", the page is at " + portName(w) + "."
	case o.Host == w.Host:
		return "Scheme and port differ from those of the page."
	case o.Host == "www."+w.Host:
		return "The value has www. and the page's host has none."
	case w.Host == "www."+o.Host:
		return "The page's host starts with www. and the value does not."
	case strings.HasSuffix(w.Host, "."+o.Host):
		return "The value names the parent domain " + o.Host + ", and the page is at " + w.Host + "; an origin covers no sub-domain."
	case isLoopbackHost(o.Host) && isLoopbackHost(w.Host):
		return o.Host + " and " + w.Host + " are different origins, although both are this machine."
	case isLoopbackHost(o.Host):
		return "The value is a developer's own machine, and the page is at " + want + "."
	}
	return "The value names another origin than the page's " + want + "."
}

// spelling says how two spellings of one origin differ.
func spelling(v, want string) string {
	port, _ := defaultPort(ParseOrigin(want).Scheme)
	switch {
	case strings.Contains(v, ":"+port) && !strings.Contains(want, ":"+port):
		return "The value spells out the default port " + port + ", which the browser leaves out of an origin."
	case firstHighByte(v) >= 0:
		return "The value has the host in Unicode, and the browser compares it in its xn-- form."
	}
	if a, err := netip.ParseAddr(strings.Trim(ParseOrigin(v).Host, "[]")); err == nil && a.IsValid() {
		return "The value spells the address in another form than the browser, which compares byte by byte."
	}
	return "The value means the same origin but is spelt otherwise, and the browser compares byte by byte."
}

func portName(o Origin) string {
	if o.Port != "" {
		return o.Port
	}
	p, _ := defaultPort(o.Scheme)
	return "the default port " + p
}

func credentialsDifference(f *failure) string {
	switch {
	case !f.present:
		return "The header is absent, and a request with credentials needs it to be true."
	case strings.EqualFold(f.sent, "true"):
		return "The value must be true in lower case."
	case strings.Contains(f.sent, ","):
		return "The header was sent more than once or holds a list; it must be true, once."
	}
	return "The value must be exactly true."
}

func methodDifference(f *failure, credentialed bool) string {
	list, _, _ := strings.Cut(f.method, " ")
	for _, e := range strings.Split(f.sent, ",") {
		switch e = trimOWS(e); {
		case e == "*" && credentialed:
			return "With credentials * is a method of that name and no wildcard: list " + list + " itself."
		case strings.EqualFold(e, f.method):
			return "The header lists " + e + " and the request uses " + f.method + ": methods compare byte by byte, and fetch() turns only DELETE, GET, HEAD, OPTIONS, POST and PUT into upper case."
		}
	}
	if !f.present {
		return "The header is absent, so only GET, HEAD and POST are allowed."
	}
	return "The header does not list " + f.method + "."
}

func headerDifference(f *failure, credentialed bool) string {
	names := strings.Join(f.missing, ", ")
	if !f.present {
		return "The header is absent, so no header that needs leave is allowed: " + names + "."
	}
	for _, e := range strings.Split(f.sent, ",") {
		if trimOWS(e) == "*" {
			if credentialed {
				return "With credentials * is a header of that name and no wildcard: list " + names + " itself."
			}
			return "The wildcard does not cover Authorization: list it itself."
		}
	}
	return "The header does not list " + names + "."
}

// appendElements returns the list that would pass: what was sent, and what was
// missing. Where `*` stood in vain it goes.
func appendElements(sent string, credentialed bool, missing ...string) string {
	var out []string
	for _, e := range strings.Split(sent, ",") {
		if e = trimOWS(e); e != "" && !(e == "*" && credentialed) {
			out = append(out, e)
		}
	}
	return strings.Join(append(out, missing...), ", ")
}

func withoutBadElements(sent string) string {
	var out []string
	for _, e := range strings.Split(sent, ",") {
		if e = trimOWS(e); isToken(e) {
			out = append(out, e)
		}
	}
	return strings.Join(out, ", ")
}
