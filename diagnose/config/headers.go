package config

import "strings"

// header is one place where a program sets a response header.
type header struct {
	name  string // in lower case
	value *node
	at    *node // where it is reported
	off   int
	// on is what the header is set on: headers in headers.set(); nil in a literal.
	on *node
	// adds says that what is there already stays.
	adds bool
	// group is the literal or function that sets headers together with it.
	group *node
}

// maxHeaders bounds the places of one file that are compared with each other.
const maxHeaders = 500

// setters are the calls that set a header: whether they keep what is there.
var setters = map[string]bool{
	"set": false, "setHeader": false, "header": false, "Set": false, "append": true, "appendHeader": true, "Add": true, "Header": false, "vary": true,
}

// headersSet finds all places that set a CORS header, or Vary.
func (p *program) headersSet() []header {
	var out []header
	add := func(name string, value, at, on, group *node, off int, adds bool) {
		name = strings.ToLower(name)
		if len(out) >= maxHeaders {
			p.steps = maxSteps + 1
			return
		}
		if isCORSHeader(name) && !strings.HasPrefix(name, "access-control-request-") || name == hVary {
			out = append(out, header{name, value, at, off, on, adds, group})
		}
	}
	p.top.walk(func(n *node) bool {
		switch n.kind {
		case kCall:
			name := n.callee()
			adds, known := setters[name]
			switch {
			case name == "vary" && len(n.list) > 0:
				add(hVary, n.list[len(n.list)-1], n, n.receiver(), n.function(), n.start, true)
			case known && n.receiver() != nil && len(n.list) == 2:
				if h, ok := p.constant(n.arg(0)); ok {
					add(h, n.arg(1), n, n.receiver(), n.function(), n.start, adds)
				}
			}
		case kObject:
			for _, prop := range n.list {
				if prop.kind == kProp && prop.b != nil && strings.Contains(prop.text, "-") || prop.kind == kProp && prop.b != nil && (prop.text == "Vary" || prop.text == hVary && p.corsLiteral(n)) {
					add(prop.text, prop.b, prop, nil, n, prop.start, false)
				} else if prop.kind == kProp && prop.a != nil {
					if name, ok := p.constant(prop.a); ok {
						add(name, prop.b, prop, nil, n, prop.start, false)
					}
				}
			}
		case kArray:
			// new Headers([["Access-Control-Allow-Origin", "*"], …])
			if len(n.list) == 2 && n.parent != nil && n.parent.kind == kArray {
				if h, ok := p.constant(n.list[0]); ok {
					add(h, n.list[1], n, nil, n.parent, n.start, false)
				}
			}
		case kAssign:
			// headers["Access-Control-Allow-Origin"] = origin
			if n.a.kind == kMember && n.text == "=" {
				add(n.a.text, n.b, n, n.a.a, n.function(), n.start, false)
			} else if n.a.kind == kIndex {
				if h, ok := p.constant(n.a.b); ok {
					value := n.b
					if value.kind == kArray && len(value.list) == 1 {
						value = value.list[0]
					}
					add(h, value, n, n.a.a, n.function(), n.start, false)
				}
			}
		}
		return true
	})
	return out
}

// corsLiteral says whether an object has a CORS header among its properties.
func (p *program) corsLiteral(n *node) bool {
	for _, prop := range n.list {
		if prop.kind == kProp && isCORSHeader(prop.text) {
			return true
		}
	}
	return false
}

// outcome is one value that a header can get, and where.
type outcome struct {
	kind string // "const", "origin", "requested", "unknown"
	text string
	at   *node
	// known is what is known of the Origin on this way.
	known decided
}

// outcomes follows a value to what it can be.
func (p *program) outcomes(n *node) []outcome { return p.outcomesAt(n, decided{}, 0) }

func (p *program) outcomesAt(n *node, known decided, depth int) []outcome {
	if n == nil || depth > 10 || p.spent() {
		return nil
	}
	one := func(kind, text string) []outcome { return []outcome{{kind, text, n, known}} }
	if p.origin(n) == wholeValue && n.kind != kBinary && (n.kind != kIdent || p.plainOrigin(n)) {
		return one("origin", "")
	}
	if h := p.requestHeader(n); h == "access-control-request-headers" || h == "access-control-request-method" {
		return one("requested", h)
	}
	if v, ok := p.constant(n); ok {
		return one("const", v)
	}
	switch n.kind {
	case kBinary:
		switch n.text {
		case "||", "??":
			return append(p.outcomesAt(n.a, known, depth+1), p.outcomesAt(n.b, known, depth+1)...)
		case "&&":
			return p.outcomesAt(n.b, both(known, p.decides(n.a, true)), depth+1)
		}
	case kCond:
		return append(p.outcomesAt(n.b, both(known, p.decides(n.a, true)), depth+1), p.outcomesAt(n.c, both(known, p.decides(n.a, false)), depth+1)...)
	case kUnary:
		return p.outcomesAt(n.a, known, depth+1)
	case kIdent:
		var out []outcome
		for _, v := range p.bound(n) {
			switch {
			case v.parent != nil && v.parent.kind == kFunc && v.kind == kIdent:
				for _, a := range p.arguments(v) {
					out = append(out, p.outcomesAt(a, both(known, p.reached(a, 0)), depth+1)...)
				}
			case v != n:
				out = append(out, p.outcomesAt(v, both(known, p.guardedBy(v, 0)), depth+1)...)
			}
		}
		if out == nil {
			return one("unknown", "")
		}
		return out
	case kCall:
		if name := n.callee(); name == "find" && n.receiver() != nil {
			// The member of a list that equals the Origin, or fits it in another way.
			d := p.call(n, depth)
			return []outcome{{"origin", "", n, both(known, d)}}
		}
		if f := p.local(n.a); f != nil {
			var out []outcome
			for _, r := range returned(f) {
				out = append(out, p.outcomesAt(r, both(known, p.guardedBy(r, 0)), depth+1)...)
			}
			return out
		}
	case kIndex:
		if es, ok := p.elements(n.a); ok && p.origin(n.b) == notOrigin {
			var out []outcome
			for _, e := range es {
				if v, ok := p.constant(e); ok {
					out = append(out, outcome{"const", v, e, known})
				}
			}
			if len(out) > 0 {
				return out[:1]
			}
		}
	}
	return one("unknown", "")
}

// plainOrigin says whether a name is the Origin and nothing else: a parameter,
// or declared as such without alternatives.
func (p *program) plainOrigin(n *node) bool {
	for _, v := range p.bound(n) {
		if v.parent != nil && v.parent.kind == kFunc && v.kind == kIdent {
			for _, a := range p.arguments(v) {
				if a.kind != kIdent && p.origin(a) == notOrigin || p.reached(a, 0).any() {
					return false
				}
			}
			continue
		}
		if p.origin(v) == notOrigin || v.kind == kBinary || v.kind == kCond {
			return false
		}
	}
	return true
}
