package config

import "strings"

// part is what of the request's Origin an expression is.
type part string

const (
	notOrigin  part = ""
	wholeValue part = "origin"   // the header's value
	hostPort   part = "host"     // host and port of it
	hostOnly   part = "hostname" // its host alone
)

// requestHeader is the name, in lower case, of the request header that an
// expression reads; empty where it reads none.
func (p *program) requestHeader(n *node) string {
	if n == nil {
		return ""
	}
	switch n.kind {
	case kCall:
		switch n.callee() {
		case "get", "header", "Get", "getHeader", "GetHeader", "Values":
		default:
			return ""
		}
		if p.isResponse(n.receiver()) {
			return ""
		}
		if name, ok := p.constant(n.arg(0)); ok && len(n.list) == 1 {
			return strings.ToLower(name)
		}
	case kMember:
		// req.headers.origin, and Go's r.Header["Origin"]
		if n.a.kind == kMember && (n.a.text == "headers" || n.a.text == "Header") || n.a.kind == kIdent && n.a.text == "headers" {
			return strings.ToLower(n.text)
		}
	case kIndex:
		return p.requestHeader(n.a) // r.Header["Origin"][0]
	}
	return ""
}

// isResponse says whether an expression is a response, or its headers, by its
// usual names and by what it is made of.
func (p *program) isResponse(n *node) bool {
	if n == nil {
		return false
	}
	switch n.kind {
	case kIdent:
		switch n.text {
		case "res", "response", "resp", "reply", "w", "rw", "newHeaders", "responseHeaders", "newResponse", "upstream":
			return true
		}
		for _, v := range p.bound(n) {
			if v.kind == kNew && (v.callee() == "Headers" || v.callee() == "Response") {
				return true
			}
		}
	case kMember:
		return p.isResponse(n.a)
	case kCall:
		return p.isResponse(n.receiver())
	}
	return false
}

// origin says whether an expression is the request's Origin, or a part of it.
func (p *program) origin(n *node) part { return p.originAt(n, 0) }

func (p *program) originAt(n *node, depth int) part {
	if n == nil || depth > 10 || p.spent() {
		return notOrigin
	}
	if p.requestHeader(n) == "origin" {
		return wholeValue
	}
	switch n.kind {
	case kIdent:
		for _, v := range p.bound(n) {
			if v.parent != nil && v.parent.kind == kFunc && v.kind == kIdent {
				if p.originParameter(v) {
					return wholeValue
				}
				for _, a := range p.arguments(v) {
					if o := p.originAt(a, depth+1); o != notOrigin {
						return o
					}
				}
				continue
			}
			if v.kind == kIdent && v.text == n.text {
				continue
			}
			if o := p.originAt(v, depth+1); o != notOrigin {
				return o
			}
		}
	case kBinary:
		if n.text == "||" || n.text == "??" {
			return p.originAt(n.a, depth+1)
		}
	case kText:
		if len(n.list) == 1 {
			return p.originAt(n.list[0], depth+1)
		}
	case kUnary:
		if n.text == "await" || n.text == "*" || n.text == "&" {
			return p.originAt(n.a, depth+1)
		}
	case kCall:
		switch n.callee() {
		case "toLowerCase", "trim", "toString", "String", "ToLower", "TrimSpace":
			if o := p.originAt(n.receiver(), depth+1); o != notOrigin {
				return o
			}
			return p.originAt(n.arg(0), depth+1)
		case "Hostname":
			if p.originURL(n.receiver(), depth) {
				return hostOnly
			}
		}
	case kIndex:
		return p.originAt(n.a, depth+1)
	case kMember:
		if p.originField(n, depth) {
			return wholeValue
		}
		if p.originURL(n.a, depth) {
			switch n.text {
			case "hostname":
				return hostOnly
			case "host", "Host":
				return hostPort
			case "origin", "href":
				return wholeValue
			}
		}
	}
	return notOrigin
}

// originField says whether a member is a field that this file fills with the
// Origin.
func (p *program) originField(n *node, depth int) bool {
	if !strings.Contains(strings.ToLower(n.text), "origin") || n.a.kind != kIdent {
		return false
	}
	found := false
	p.top.walk(func(m *node) bool {
		if p.spent() {
			return false
		}
		if m.kind == kObject {
			if f := m.prop(n.text); f != nil && f.b != nil && f.b.kind == kIdent && p.originAt(f.b, depth+3) == wholeValue {
				found = true
			}
		}
		return !found
	})
	return found
}

// originURL says whether an expression is the Origin as a URL object.
func (p *program) originURL(n *node, depth int) bool {
	if n == nil || depth > 10 {
		return false
	}
	switch {
	case n.kind == kNew && n.callee() == "URL", n.kind == kCall && n.dottedCallee() == "url.Parse":
		return p.originAt(n.arg(0), depth+1) == wholeValue
	case n.kind == kIdent:
		for _, v := range p.bound(n) {
			if v != n && p.originURL(v, depth+1) {
				return true
			}
		}
	}
	return false
}

// originParameter says whether a parameter is the Origin by the contract of a
// CORS library: the first of the function that decides about it.
func (p *program) originParameter(param *node) bool {
	f := param.parent
	if len(f.list) == 0 || f.list[0] != param {
		return false
	}
	name := ""
	if f.parent != nil && f.parent.kind == kProp {
		name = f.parent.text
	} else if f.text != "" || f.parent != nil && f.parent.kind == kDecl {
		// A named function that such an option names.
		p.top.walk(func(n *node) bool {
			if p.spent() {
				return false
			}
			if n.kind == kProp && originOptions[n.text] && n.b != nil && n.b.kind == kIdent && p.local(n.b) == f {
				name = n.text
			}
			return name == ""
		})
	}
	if !originOptions[name] {
		return false
	}
	return name != "origin" || len(f.list) == 2 || strings.Contains(strings.ToLower(param.text), "origin")
}

// originOptions are the options of CORS libraries that take a function of the
// Origin: npm's cors and hono/cors, rs/cors and its kin, gin-contrib/cors.
var originOptions = map[string]bool{"origin": true, "AllowOriginFunc": true, "AllowOriginRequestFunc": true}
