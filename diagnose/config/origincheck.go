package config

import (
	"slices"
	"strings"
)

// decided is what a condition says about the Origin once it holds.
type decided struct {
	// exact says that the Origin is one of a list, byte for byte, or absent.
	exact bool
	// patterns are those that it fits, with the place of each.
	patterns []patternAt
	// unknown is a part that looks at the Origin in a way that is not understood.
	unknown *node
}

type patternAt struct {
	p  *pattern
	at *node
}

func (d decided) any() bool { return d.exact || len(d.patterns) > 0 || d.unknown != nil }

// both is what holds where two conditions hold.
//
//go:noinline
func both(a, b decided) decided {
	if a.exact || b.exact {
		return decided{exact: true}
	}
	if a.unknown == nil {
		a.unknown = b.unknown
	}
	a.patterns = append(a.patterns[:len(a.patterns):len(a.patterns)], b.patterns...)
	return a
}

// either is what holds where one of two conditions holds: nothing, where one of
// them does not look at the Origin.
func either(a, b decided) decided {
	if !a.any() || !b.any() {
		return decided{}
	}
	out := decided{exact: a.exact && b.exact, patterns: append(a.patterns[:len(a.patterns):len(a.patterns)], b.patterns...), unknown: a.unknown}
	if out.unknown == nil {
		out.unknown = b.unknown
	}
	return out
}

// decides says what is known of the Origin where a condition is true, or false.
func (p *program) decides(n *node, truth bool) decided { return p.decidesAt(n, truth, 0) }

func (p *program) decidesAt(n *node, truth bool, depth int) decided {
	if n == nil || depth > 12 || p.spent() {
		return decided{}
	}
	d := func(m *node, t bool) decided { return p.decidesAt(m, t, depth+1) }
	switch n.kind {
	case kUnary:
		switch n.text {
		case "!":
			return d(n.a, !truth)
		case "await":
			return d(n.a, truth)
		}
	case kBinary:
		switch {
		case n.text == "&&" && truth || n.text == "||" && !truth:
			return both(d(n.a, truth), d(n.b, truth))
		case n.text == "||" || n.text == "&&":
			return either(d(n.a, truth), d(n.b, truth))
		case n.text == "??":
			return d(n.a, truth)
		}
		return p.comparison(n, truth, depth)
	case kIdent:
		if p.origin(n) != notOrigin {
			// if (origin): whatever it is. if (!origin): there is none.
			return decided{exact: !truth}
		}
		return p.named(n, truth, depth)
	case kCond:
		if v, ok := p.constant(n.c); ok && v == "false" && truth { // ok ? x : false
			return both(d(n.a, true), d(n.b, true))
		}
		switch is, known := p.typeTest(n.a); {
		case known && is:
			return d(n.b, truth)
		case known:
			return d(n.c, truth)
		}
		return either(both(d(n.a, true), d(n.b, truth)), both(d(n.a, false), d(n.c, truth)))
	case kCall:
		if truth {
			return p.call(n, depth)
		}
		return decided{}
	case kIndex, kMember:
		if !truth {
			if p.origin(n) == wholeValue {
				return decided{exact: true}
			}
			return decided{}
		}
		if n.kind == kIndex && p.origin(n.b) == wholeValue {
			return p.listed(n.a, n)
		}
	}
	return decided{}
}

// typeTest decides typeof x === "string" and x instanceof RegExp, where x stands
// for a literal.
func (p *program) typeTest(n *node) (is, known bool) {
	if n == nil || n.kind != kBinary {
		return false, false
	}
	subject := n.a
	if subject.kind == kUnary && subject.text == "typeof" {
		subject = subject.a
	}
	var literal *node
	if v := p.bound(subject); len(v) == 1 {
		literal = v[0]
	}
	if literal == nil || literal.kind != kString && literal.kind != kRegexp {
		return false, false
	}
	switch {
	case n.text == "instanceof":
		return (n.b.dotted() == "RegExp") == (literal.kind == kRegexp), true
	case n.a.kind == kUnary && (n.text == "===" || n.text == "==" || n.text == "!==" || n.text == "!="):
		want, ok := p.constant(n.b)
		return (want == "string") == (literal.kind == kString) == (n.text[0] == '='), ok
	}
	return false, false
}

// named follows a name to the one condition that it stands for.
func (p *program) named(n *node, truth bool, depth int) decided {
	v := p.bound(n)
	var out decided
	found := false
	for _, x := range v {
		if x == n || x.kind == kFunc || x.kind == kIdent && x.parent != nil && x.parent.kind == kFunc {
			continue
		}
		if c, ok := p.constant(x); ok && (c == "false" || c == "") && truth {
			continue // the start value of a flag
		}
		one := p.decidesAt(x, truth, depth+1)
		if c, ok := p.constant(x); ok && (c == "true" || c != "") && truth {
			one = p.guardedBy(x, depth+1) // a flag that is set under a condition
		}
		if !found {
			out, found = one, true
		} else {
			out = either(out, one)
		}
	}
	return out
}

// comparison reads origin === "https://…", list.indexOf(origin) !== -1 and the
// like.
func (p *program) comparison(n *node, truth bool, depth int) decided {
	equal := n.text == "===" || n.text == "=="
	unequal := n.text == "!==" || n.text == "!="
	for _, side := range [][2]*node{{n.a, n.b}, {n.b, n.a}} {
		left, right := side[0], side[1]
		if call := left; call.kind == kCall && (call.callee() == "indexOf" || call.callee() == "search" || call.callee() == "findIndex" || call.callee() == "Index") {
			value, _ := p.constant(right)
			minus := right.kind == kUnary && right.text == "-"
			holds := (unequal && minus || (n.text == ">" && minus) || n.text == ">=" && value == "0" || equal && value == "0") == truth
			if equal && minus {
				holds = !truth
			}
			if !holds {
				return decided{}
			}
			how := "part"
			if equal && value == "0" {
				how = "prefix"
			}
			return p.search(call, how, depth)
		}
		o := p.origin(left)
		if o == notOrigin || !equal && !unequal {
			continue
		}
		v, known := p.constant(right)
		empty := right.kind == kIdent && (right.text == "null" || right.text == "undefined" || right.text == "nil") || known && v == ""
		switch {
		case equal != truth && !empty, empty && equal != truth:
			return decided{}
		case empty:
			return decided{exact: true}
		case known && o == wholeValue:
			if v == "null" {
				return decided{patterns: []patternAt{{&pattern{match: func(s string) bool { return s == "null" }, samples: []string{}}, right}}}
			}
			return decided{exact: true}
		case known:
			return decided{patterns: []patternAt{{onPart(o, &pattern{match: func(s string) bool { return s == v }, samples: []string{"https://" + v}}), right}}}
		}
		return decided{exact: true} // equal to something that is not known here
	}
	if n.text == "in" && p.origin(n.a) == wholeValue && truth {
		return p.listed(n.b, n)
	}
	return decided{}
}

// onPart makes a pattern of a host one of the whole Origin.
func onPart(o part, inner *pattern) *pattern {
	if o == wholeValue {
		return inner
	}
	out := *inner
	out.match = func(s string) bool {
		_, host, ok := strings.Cut(s, "://")
		if !ok {
			return false
		}
		if o == hostOnly {
			host, _, _ = strings.Cut(host, ":")
		}
		return inner.match(host)
	}
	return &out
}

// listed is membership in a list, set or map.
func (p *program) listed(list, at *node) decided {
	if es, ok := p.elements(list); ok {
		for _, e := range es {
			if v, ok := p.constant(e); ok && v == "null" {
				return decided{patterns: []patternAt{{&pattern{match: func(s string) bool { return s == "null" }}, e}}}
			}
		}
	}
	return decided{exact: true}
}

// search reads calls that look for something in the Origin, or for the Origin
// in something.
func (p *program) search(call *node, how string, depth int) decided {
	recv, arg := call.receiver(), call.arg(0)
	if call.a.kind == kMember && call.a.a.dotted() == "strings" {
		recv, arg = call.arg(0), call.arg(1)
	}
	if o := p.origin(recv); o != notOrigin {
		return p.fits(o, how, arg, depth)
	}
	if p.origin(arg) == wholeValue {
		if text, ok := p.constant(recv); ok {
			return decided{patterns: []patternAt{{&pattern{match: func(s string) bool { return strings.Contains(text, s) }, samples: partsOf(text)}, call}}}
		}
		return p.listed(recv, call)
	}
	if p.mentionsOrigin(call) {
		return decided{unknown: call}
	}
	return decided{}
}

// partsOf are the origins in a string that holds several.
func partsOf(text string) []string {
	parts := severalOrigins(text)
	if parts == nil {
		return []string{text}
	}
	return parts
}

// fits is a part of the Origin held against a text or a regular expression.
func (p *program) fits(o part, how string, with *node, depth int) decided {
	if re, flags, at := p.regexp(with); re != "" {
		pat, ok := compile(re, strings.Contains(flags, "i"))
		if !ok {
			return decided{unknown: at}
		}
		return decided{patterns: []patternAt{{onPart(o, pat), at}}}
	}
	text, ok := p.constant(with)
	if !ok {
		return decided{unknown: with}
	}
	pat := byParts(how, text)
	if o != wholeValue {
		pat = onPart(o, pat)
	}
	return decided{patterns: []patternAt{{pat, with}}}
}

// regexp is the regular expression that a node is or names.
func (p *program) regexp(n *node) (expr, flags string, at *node) {
	for range 6 {
		switch {
		case n == nil:
			return "", "", nil
		case n.kind == kRegexp:
			return n.text, n.b.text, n
		case n.kind == kNew && n.callee() == "RegExp", n.kind == kCall && (n.callee() == "RegExp" || n.dottedCallee() == "regexp.MustCompile"):
			expr, _ = p.constant(n.arg(0))
			flags, _ = p.constant(n.arg(1))
			return expr, flags, n
		case n.kind == kIdent:
			v := p.bound(n)
			if len(v) != 1 || v[0] == n {
				return "", "", nil
			}
			n = v[0]
		default:
			return "", "", nil
		}
	}
	return "", "", nil
}

// call reads a call whose truth says something of the Origin.
func (p *program) call(n *node, depth int) decided {
	recv, first := n.receiver(), n.arg(0)
	switch n.callee() {
	case "has", "includes", "Contains", "contains", "ContainsFunc":
		if n.dottedCallee() == "slices.Contains" {
			if p.origin(n.arg(1)) == wholeValue {
				return p.listed(first, n)
			}
			return decided{}
		}
		return p.search(n, "part", depth)
	case "startsWith", "HasPrefix":
		return p.search(n, "prefix", depth)
	case "endsWith", "HasSuffix":
		return p.search(n, "suffix", depth)
	case "EqualFold":
		if p.mentionsOrigin(n) {
			return decided{exact: true}
		}
	case "test", "exec", "MatchString":
		if o := p.origin(first); o != notOrigin {
			if _, _, at := p.regexp(recv); at != nil {
				return p.fits(o, "", recv, depth)
			}
			return decided{unknown: n}
		}
	case "match":
		if o := p.origin(recv); o != notOrigin {
			return p.fits(o, "part", first, depth)
		}
	case "some", "find", "any":
		return p.some(recv, first, n, depth)
	case "Boolean":
		return p.decidesAt(first, true, depth+1)
	}
	if !slices.ContainsFunc(n.list, func(a *node) bool { return p.origin(a) != notOrigin }) {
		return decided{}
	}
	f := p.local(n.a)
	if f == nil {
		return decided{unknown: n}
	}
	return p.byFunction(f, depth)
}

// some is a condition that one of a list fulfils: it is tried with each.
func (p *program) some(list, f, at *node, depth int) decided {
	f = p.local(f)
	if f == nil || len(f.list) == 0 || !p.mentionsOrigin(f) {
		return decided{}
	}
	es, ok := p.elements(list)
	if !ok {
		return p.byFunction(f, depth)
	}
	param := f.list[0]
	var out decided
	for i, e := range es {
		p.names[param.text] = append(p.names[param.text], &node{kind: kDecl, a: param, b: e, parent: f.b, start: e.start, end: e.end})
		params := f.list
		f.list = nil // the parameter stands for this element
		one := p.byFunction(f, depth)
		f.list = params
		p.names[param.text] = p.names[param.text][:len(p.names[param.text])-1]
		if i == 0 {
			out = one
		} else {
			out = either(out, one)
		}
	}
	return out
}

// byFunction is what is known of the Origin where a function returned true.
func (p *program) byFunction(f *node, depth int) decided {
	if depth > 12 {
		return decided{}
	}
	var out decided
	found := false
	for _, r := range returned(f) {
		v, known := p.constant(r)
		if known && (v == "false" || v == "") || r.kind == kIdent && (r.text == "null" || r.text == "nil" || r.text == "undefined") {
			continue
		}
		one := p.guardedBy(r, depth+1)
		if !known {
			one = both(one, p.decidesAt(r, true, depth+1))
		}
		if !found {
			out, found = one, true
		} else {
			out = either(out, one)
		}
	}
	return out
}

// mentionsOrigin says whether an expression reads the Origin.
func (p *program) mentionsOrigin(n *node) bool {
	found := false
	n.walk(func(m *node) bool {
		if p.spent() {
			return false
		}
		if m.kind == kIdent || m.kind == kMember || m.kind == kCall {
			found = found || p.origin(m) != notOrigin
		}
		return !found
	})
	return found
}

// guardedBy is what is known of the Origin where a node is reached, inside of
// its function.
func (p *program) guardedBy(n *node, depth int) decided {
	var out decided
	for _, g := range guardsOf(n) {
		out = both(out, p.decidesAt(g.cond, g.truth, depth+1))
	}
	return out
}

// reached is what is known of the Origin at a node, the calls of its function
// included: all of them must know it.
func (p *program) reached(n *node, depth int) decided {
	out := p.guardedBy(n, depth)
	f := n.function()
	if f == nil || depth > 6 || out.any() {
		return out
	}
	calls := p.callsOf(f)
	var outer decided
	for i, c := range calls {
		one := p.reached(c, depth+2)
		if i == 0 {
			outer = one
		} else {
			outer = either(outer, one)
		}
	}
	return both(out, outer)
}

// guard is a condition that holds, or does not, where a node is reached.
type guard struct {
	cond  *node
	truth bool
}

// guardsOf are the conditions around a node and the early exits before it, up
// to its function.
func guardsOf(n *node) []guard {
	var out []guard
	for at := n; at.parent != nil && at.kind != kFunc; at = at.parent {
		switch q := at.parent; q.kind {
		case kIf, kCond:
			if at == q.b {
				out = append(out, guard{q.a, true})
			} else if at == q.c {
				out = append(out, guard{q.a, false})
			}
		case kBinary:
			if q.text == "&&" && at == q.b {
				out = append(out, guard{q.a, true})
			} else if q.text == "||" && at == q.b {
				out = append(out, guard{q.a, false})
			}
		case kBlock:
			for _, s := range q.list {
				if s == at || s.start >= at.start {
					break
				}
				if s.kind == kIf && s.b != nil && leaves(s.b) && s.c == nil {
					out = append(out, guard{s.a, false})
				}
			}
		}
	}
	return out
}

// leaves says whether a block always ends its function.
func leaves(n *node) bool {
	if n == nil {
		return false
	}
	switch n.kind {
	case kReturn, kThrow:
		return true
	case kBlock:
		return len(n.list) > 0 && leaves(n.list[len(n.list)-1])
	case kIf:
		return n.c != nil && leaves(n.b) && leaves(n.c)
	}
	return false
}
