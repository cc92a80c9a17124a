package config

import (
	"slices"
	"strings"
)

// codeReview holds the rules that JavaScript and Go share: the values of the
// headers, and Vary.
type codeReview struct {
	*program
	*reviewer
	headers []header
	// byOrigin are the places where Allow-Origin depends on the Origin.
	byOrigin []header
}

func newCodeReview(p *program, r *reviewer) *codeReview {
	return &codeReview{program: p, reviewer: r, headers: p.headersSet()}
}

func (v *codeReview) report(at *node, rule string, words ...any) {
	off := at.start
	v.add(v.src, off, rule, words...)
}

// values looks at what each header gets.
func (v *codeReview) values() {
	for _, h := range v.headers {
		switch {
		case h.name == hAllowOrigin:
			v.stated.found = true
			v.allowOrigin(h)
		case h.name == hVary:
		default:
			v.other(h)
		}
	}
	v.twice()
	v.vary()
}

// credentials says whether Allow-Credentials true is set together with a
// header: in the same literal or function.
func (v *codeReview) credentials(h header) bool {
	for _, o := range v.headers {
		if o.name == hAllowCredentials && v.together(o, h) {
			for _, x := range v.outcomes(o.value) {
				if x.kind == "const" && x.text == "true" {
					return true
				}
			}
		}
	}
	return false
}

// together says whether two headers can be on one answer: they are in one
// literal, one function, or a literal that the other's function uses; and not
// on the two sides of an if.
func (v *codeReview) together(a, b header) bool {
	if a.group != b.group {
		return false
	}
	return !exclude(a.at, b.at)
}

// exclude says whether two nodes are on two sides of one if, or one leaves the
// function before the other.
func exclude(a, b *node) bool {
	ga, gb := guardsOf(a), guardsOf(b)
	for _, x := range ga {
		for _, y := range gb {
			if x.cond == y.cond && x.truth != y.truth {
				return true
			}
		}
	}
	return false
}

func (v *codeReview) allowOrigin(h header) {
	depends := false
	here := v.reached(h.at, 0)
	for _, o := range v.outcomes(h.value) {
		known := both(o.known, here)
		switch o.kind {
		case "origin":
			depends = true
			v.reflection(h, o, known)
		case "const":
			depends = depends || known.any()
			v.constant(h, o)
		case "unknown":
			if v.passedOn(o.at) {
				continue
			}
			v.report(o.at, "not-understood", "Where this Allow-Origin comes from is not understood.")
		}
	}
	if depends {
		v.byOrigin = append(v.byOrigin, h)
	}
	v.noteChecks(here)
}

// passedOn says whether a value is a response's own header, or comes from the
// environment, where an operator writes it.
func (v *codeReview) passedOn(n *node) bool {
	if n.kind == kCall && v.isResponse(n.receiver()) {
		return true
	}
	d := n.dotted()
	return strings.HasPrefix(d, "env.") || strings.HasPrefix(d, "process.env.") || strings.HasPrefix(d, "c.env.") || n.dottedCallee() == "os.Getenv"
}

// reflection looks at an Origin that is sent back.
func (v *codeReview) reflection(h header, o outcome, known decided) {
	switch {
	case known.exact:
		v.noteChecks(known)
	case len(known.patterns) > 0:
		for _, pa := range known.patterns {
			v.pattern(pa, "Allow-Origin")
		}
	case known.unknown != nil:
		v.report(known.unknown, "not-understood", "What this lets in is not understood.")
	default:
		v.report(o.at, "origin-reflected", "Allow-Origin")
	}
}

// pattern tries what one check lets in.
func (v *codeReview) pattern(pa patternAt, what string) {
	for _, o := range pa.p.intended() {
		v.stated.note(hAllowOrigin, o)
	}
	for _, l := range pa.p.lookalikes() {
		switch l.rule {
		case "origin-reflected":
			v.report(pa.at, l.rule, what)
		case "lookalike-origin":
			v.report(pa.at, l.rule, l.origin, l.how)
		default:
			v.report(pa.at, l.rule, l.origin)
		}
	}
}

// noteChecks takes the exact origins over that a program compares with: any
// constant that is an origin, in a list or a comparison.
func (v *codeReview) noteChecks(decided) {
	if v.noted {
		return
	}
	v.noted = true
	v.top.walk(func(n *node) bool {
		if n.kind == kString && strings.HasPrefix(n.text, "http") && n.parent != nil {
			switch q := n.parent; {
			case q.kind == kArray, q.kind == kBinary, q.kind == kDecl, q.kind == kProp && q.text == n.text, q.kind == kProp && q.a == n:
				if isOrigin(n.text) {
					v.stated.note(hAllowOrigin, n.text)
				}
			}
		}
		return n.kind != kImport
	})
}

func (v *codeReview) constant(h header, o outcome) {
	switch {
	case o.text == "*":
		v.stated.note(hAllowOrigin, "*")
		if v.credentials(h) {
			v.report(o.at, "wildcard-with-credentials")
		}
	case o.text == "null":
		v.report(o.at, "null-origin")
	case o.text == "":
	case severalOrigins(o.text) != nil:
		v.stated.note(hAllowOrigin, o.text)
		v.report(o.at, "allow-origin-multiple")
	default:
		v.stated.note(hAllowOrigin, o.text)
		if fault, _ := originFault(o.text); fault != "" {
			v.report(o.at, "allow-origin-invalid", o.text, fault)
		}
	}
}

// other looks at a CORS header beside Allow-Origin.
func (v *codeReview) other(h header) {
	for _, o := range v.outcomes(h.value) {
		switch {
		case o.kind == "requested" && h.name == hAllowHeaders:
			v.report(o.at, "headers-reflected")
		case o.kind != "const":
		case h.name == hAllowCredentials && o.text != "true":
			v.stated.note(h.name, o.text)
			if o.text != "" {
				v.report(o.at, "allow-credentials-invalid", o.text)
			}
		case o.text == "*" && (h.name == hAllowHeaders || h.name == hAllowMethods || h.name == hExposeHeaders):
			if v.credentials(h) {
				v.report(o.at, "wildcard-list-with-credentials", canonical(h.name))
			}
		default:
			v.stated.note(h.name, o.text)
		}
	}
}

// canonical is a header's name as it is usually written.
func canonical(name string) string {
	parts := strings.Split(name, "-")
	for i, s := range parts {
		parts[i] = strings.ToUpper(s[:1]) + s[1:]
	}
	return strings.Join(parts, "-")
}

// twice looks at a second Allow-Origin that is added to the first.
func (v *codeReview) twice() {
	for i, h := range v.headers {
		if h.name != hAllowOrigin || !h.adds {
			continue
		}
		for j, o := range v.headers {
			if i != j && o.name == hAllowOrigin && o.at.start < h.at.start && v.together(o, h) {
				v.report(h.at, "allow-origin-twice")
				break
			}
		}
	}
}

// vary looks at Vary where Allow-Origin depends on the Origin.
func (v *codeReview) vary() {
	var all []header
	for _, h := range v.headers {
		if h.name == hVary && v.namesOrigin(h.value) {
			all = append(all, h)
			v.overwritten(h)
		}
	}
	if len(v.byOrigin) == 0 {
		return
	}
	if len(all) == 0 {
		v.report(v.byOrigin[0].at, "vary-origin-missing", "")
		return
	}
	for _, h := range v.byOrigin {
		if v.onPreflight(h.at) {
			continue
		}
		one, right := false, false
		var first header
		for _, x := range all {
			if v.onPreflight(x.at) {
				continue
			}
			if v.reached(x.at, 0).any() || v.inGuardedLiteral(x) {
				if !one {
					first = x
				}
				one = true
			} else {
				right = true
			}
		}
		switch {
		case right:
		case one:
			v.report(first.at, "vary-origin-missing", " on the answers to other origins")
		default:
			v.report(h.at, "vary-origin-missing", " on the answer to the real request")
		}
		return
	}
}

// inGuardedLiteral says whether a header stands in a literal that is used for
// an allowed origin alone: cond ? {…} : {}.
func (v *codeReview) inGuardedLiteral(h header) bool {
	return h.group != nil && h.group.kind == kObject && v.guardedBy(h.group, 0).any()
}

// namesOrigin says whether a value of Vary names Origin, as far as it is known.
func (v *codeReview) namesOrigin(n *node) bool {
	text, ok := v.program.constant(n)
	if !ok {
		found := false
		n.walk(func(m *node) bool {
			if m.kind == kString && strings.Contains(strings.ToLower(m.text), "origin") {
				found = true
			}
			return true
		})
		return found || n.kind == kIdent || n.kind == kCall
	}
	return slices.ContainsFunc(list(text), func(s string) bool { return strings.EqualFold(s, "origin") || s == "*" })
}

// overwritten looks at a Vary that is set where one may be already.
func (v *codeReview) overwritten(h header) {
	if h.adds || h.on == nil {
		return
	}
	if _, ok := v.program.constant(h.value); !ok || v.fresh(h.on, 0) {
		return
	}
	v.report(h.at, "vary-overwritten")
}

// fresh says whether headers were made empty here, so that nothing is lost.
func (v *codeReview) fresh(n *node, depth int) bool {
	if n == nil || depth > 5 {
		return false
	}
	switch n.kind {
	case kIdent:
		vals := v.bound(n)
		for _, x := range vals {
			if x == n || !v.fresh(x, depth+1) {
				return false
			}
		}
		return len(vals) > 0
	case kObject:
		return true
	case kNew:
		if n.callee() == "Headers" {
			return n.arg(0) == nil || n.arg(0).kind == kObject || n.arg(0).kind == kIdent && v.object(n.arg(0)) != nil
		}
		if n.callee() == "Response" {
			a := n.arg(1)
			return a == nil || a.kind == kObject
		}
	case kMember:
		return v.fresh(n.a, depth+1)
	case kCall:
		return n.dottedCallee() == "make"
	}
	return false
}

// onPreflight says whether a node is reached for OPTIONS alone.
func (p *program) onPreflight(n *node) bool { return p.onPreflightAt(n, 0) }

func (p *program) onPreflightAt(n *node, depth int) bool {
	for _, g := range guardsOf(n) {
		if p.asksOptions(g.cond, g.truth, depth) {
			return true
		}
	}
	f := n.function()
	if f == nil || depth > 4 {
		return false
	}
	calls := p.callsOf(f)
	for _, c := range calls {
		if !p.onPreflightAt(c, depth+1) {
			return false
		}
	}
	if len(calls) > 0 {
		return true
	}
	// app.options("/path", handler)
	return f.parent != nil && f.parent.kind == kCall && f.parent.callee() == "options"
}

// asksOptions says whether a condition holds for OPTIONS alone.
func (p *program) asksOptions(n *node, truth bool, depth int) bool {
	if n == nil || depth > 8 {
		return false
	}
	switch n.kind {
	case kUnary:
		return n.text == "!" && p.asksOptions(n.a, !truth, depth+1)
	case kBinary:
		switch n.text {
		case "&&":
			if truth {
				return p.asksOptions(n.a, truth, depth+1) || p.asksOptions(n.b, truth, depth+1)
			}
		case "||":
			if !truth {
				return p.asksOptions(n.a, truth, depth+1) || p.asksOptions(n.b, truth, depth+1)
			}
		case "===", "==", "!==", "!=":
			is := p.isOptions(n.a) || p.isOptions(n.b)
			return is && (n.text[0] == '=') == truth
		}
	case kIdent:
		for _, v := range p.bound(n) {
			if v != n && p.asksOptions(v, truth, depth+1) {
				return true
			}
		}
	case kCall:
		if f := p.local(n.a); f != nil && truth {
			for _, r := range returned(f) {
				if p.asksOptions(r, true, depth+1) {
					return true
				}
			}
		}
	}
	return false
}

func (p *program) isOptions(n *node) bool {
	if n.dotted() == "http.MethodOptions" {
		return true
	}
	v, ok := p.constant(n)
	return ok && strings.EqualFold(v, "OPTIONS")
}
