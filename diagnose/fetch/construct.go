package fetch

import (
	"strings"
	"unicode/utf8"

	"corstui/diagnose/exchange"
)

// defaultContentType is the Content-Type that a body of type string brings.
const defaultContentType = "text/plain;charset=UTF-8"

// construct is the Request constructor and the part of the fetch method before
// main fetch: what throws a TypeError, and what is dropped silently.
func (r *run) construct() bool {
	if f, bad := r.badOption(); bad {
		return r.refuse(f)
	}
	u, err := r.parsed, error(nil)
	if u == nil {
		u, err = ParseURL(r.c.URL, nil)
		r.parsed = u
	}
	switch {
	case err != nil:
		return r.refuse(failure{cause: causeLocalURL, sent: r.c.URL, says: "The URL " + err.Error() + "."})
	case u.HasCredentials():
		return r.refuse(failure{cause: causeLocalUserinfo, sent: u.String()})
	case r.c.Mode == exchange.ModeNavigate:
		return r.refuse(failure{cause: causeLocalNavigate})
	case !isToken(r.c.Method):
		return r.refuse(failure{cause: causeLocalMethod, sent: r.c.Method})
	case IsForbiddenMethod(r.c.Method):
		return r.refuse(failure{cause: causeLocalForbiddenMethod, sent: r.c.Method})
	}
	r.cur = u
	r.method = NormalizeMethod(r.c.Method)
	if !r.fillHeaders() {
		return false
	}
	if r.c.Mode == exchange.ModeNoCORS && !IsCORSSafelistedMethod(r.method) {
		return r.refuse(failure{cause: causeLocalNoCORSMethod, method: r.method})
	}
	if r.c.Body != nil {
		if r.method == "GET" || r.method == "HEAD" {
			return r.refuse(failure{cause: causeLocalBodyOnGet, method: r.method})
		}
		r.body, r.hasBody = *r.c.Body, true
		if r.c.BodyStream && !r.streamBody() {
			return false
		}
		if !r.stream && !r.headers.Has("content-type") {
			r.headers = append(r.headers[:len(r.headers):len(r.headers)], exchange.Header{Name: "Content-Type", Value: defaultContentType})
		}
	}
	r.original = r.headers
	return true
}

// badOption finds an option that is not of its enumeration.
func (r *run) badOption() (failure, bool) {
	bad := func(name, value, enumeration string) (failure, bool) {
		return failure{cause: causeLocalOption, name: name, sent: value, element: enumeration}, true
	}
	switch r.c.Mode {
	case exchange.ModeCORS, exchange.ModeNoCORS, exchange.ModeSameOrigin, exchange.ModeNavigate:
	default:
		return bad("mode", string(r.c.Mode), "RequestMode")
	}
	switch r.c.Credentials {
	case exchange.CredentialsOmit, exchange.CredentialsSameOrigin, exchange.CredentialsInclude:
	default:
		return bad("credentials", string(r.c.Credentials), "RequestCredentials")
	}
	switch r.c.Redirect {
	case exchange.RedirectFollow, exchange.RedirectError, exchange.RedirectManual:
	default:
		return bad("redirect", string(r.c.Redirect), "RequestRedirect")
	}
	return failure{}, false
}

// fillHeaders is "fill" a Headers object whose guard is request or
// request-no-cors: validate, then drop what the script may not set.
func (r *run) fillHeaders() bool {
	if len(r.c.Headers) == 0 {
		return true
	}
	out := make(exchange.Headers, 0, len(r.c.Headers)+1)
	for _, h := range r.c.Headers {
		value, ok := isomorphicEncode(h.Value)
		if !ok {
			return r.refuse(failure{cause: causeLocalHeaderCodePoint, name: h.Name, sent: h.Value})
		}
		value = NormalizeValue(value)
		if !isToken(h.Name) {
			return r.refuse(failure{cause: causeLocalHeaderName, name: h.Name, sent: h.Name})
		}
		if strings.ContainsAny(value, "\x00\r\n") {
			return r.refuse(failure{cause: causeLocalHeaderValue, name: h.Name, sent: h.Value})
		}
		name := lowerASCII(h.Name)
		switch {
		case IsForbiddenRequestHeader(name, value):
			continue
		case name == "user-agent" && r.has(devUserAgentDropped):
			continue
		case r.c.Mode == exchange.ModeNoCORS && !r.noCORSSafelisted(out, name, value):
			continue
		}
		out = append(out, exchange.Header{Name: h.Name, Value: value})
	}
	r.headers = out
	return true
}

// noCORSSafelisted is "no-CORS-safelisted request-header", applied to the value
// that appending would give.
func (r *run) noCORSSafelisted(have exchange.Headers, name, value string) bool {
	switch name {
	case "accept", "accept-language", "content-language", "content-type":
	default:
		return false
	}
	if v, ok := have.Get(name); ok {
		value = v + ", " + value
	}
	why, _ := unsafeBecause(r, name, value)
	return why == ""
}

// isomorphicEncode turns the code points of a JavaScript string, here as UTF-8,
// into the bytes that go on the wire; false where one is above U+00FF. What is
// no UTF-8 is taken as bytes.
func isomorphicEncode(s string) (string, bool) {
	ascii := true
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			ascii = false
			break
		}
	}
	if ascii || !utf8.ValidString(s) {
		return s, true
	}
	b := make([]byte, 0, len(s))
	for _, c := range s {
		if c > 0xff {
			return "", false
		}
		b = append(b, byte(c))
	}
	return string(b), true
}
