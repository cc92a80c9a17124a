package config

import "strings"

// worker looks at what a Worker answers.
func (s *scriptReview) worker() {
	s.uncaught()
	s.answers()
	s.cookies()
}

// handlers are the functions that the runtime calls with a request.
func (s *scriptReview) handlers() []*node {
	var out []*node
	s.top.walk(func(n *node) bool {
		switch {
		case n.kind == kExport && n.text == "default":
			v := n.a
			if v != nil && v.kind == kCall && len(v.list) > 0 {
				v = v.arg(0) // wrapped
			}
			if o := s.object(v); o != nil {
				if f := o.prop("fetch"); f != nil {
					if h := s.local(f.b); h != nil {
						out = append(out, h)
					}
				}
			}
			if v != nil && v.kind == kClass {
				for _, m := range v.list {
					if m.text == "fetch" && m.b != nil && m.b.kind == kFunc {
						out = append(out, m.b)
					}
				}
			}
		case n.kind == kCall && n.callee() == "respondWith" && n.arg(0) != nil:
			if f := s.local(n.arg(0).a); n.arg(0).kind == kCall && f != nil {
				out = append(out, f)
			}
		case n.kind == kFunc && strings.HasPrefix(n.text, "onRequest"):
			out = append(out, n)
		case n.kind == kDecl && n.a.kind == kIdent && strings.HasPrefix(n.a.text, "onRequest") && n.b != nil && n.b.kind == kFunc:
			out = append(out, n.b)
		}
		return true
	})
	return out
}

// setsOrigin says whether the file sets Allow-Origin at all.
func (v *codeReview) setsOrigin() bool {
	for _, h := range v.headers {
		if h.name == hAllowOrigin {
			return true
		}
	}
	return false
}

// uncaught looks at a fetch() whose failure nothing catches.
func (s *scriptReview) uncaught() {
	if !s.setsOrigin() {
		return
	}
	for _, h := range s.handlers() {
		s.reaches(h, false, map[*node]bool{}, func(n *node) {
			s.report(n, "uncaught-error")
		})
	}
}

// reaches calls f for each fetch() that a function reaches with nothing to
// catch what it throws.
func (s *scriptReview) reaches(fn *node, caught bool, seen map[*node]bool, f func(*node)) {
	if seen[fn] || caught {
		return
	}
	seen[fn] = true
	fn.walk(func(n *node) bool {
		if n.kind == kFunc && n != fn && !isCallback(n) {
			return false
		}
		if n.kind != kCall || s.caught(n, fn) {
			return true
		}
		if n.dottedCallee() == "fetch" || n.callee() == "fetch" && strings.HasPrefix(n.dottedCallee(), "env.") {
			f(n)
			return true
		}
		if g := s.local(n.a); g != nil && n.a.kind == kIdent {
			s.reaches(g, false, seen, f)
		}
		return true
	})
}

func isCallback(n *node) bool { return n.parent != nil && n.parent.kind == kCall }

// caught says whether what a call throws is caught inside of a function: by a
// try around it whose value is awaited there, or by .catch().
func (s *scriptReview) caught(n, fn *node) bool {
	for at := n; at != fn && at != nil; at = at.parent {
		q := at.parent
		if q == nil {
			return false
		}
		if q.kind == kMember && q.text == "catch" && q.parent != nil && q.parent.kind == kCall {
			return true
		}
		if q.kind == kTry && at == q.a && q.b != nil {
			// A promise that is returned without await leaves the try first.
			if r := returnOf(n); r != nil && r.inside(q) && !awaited(n, r) {
				return false
			}
			return true
		}
	}
	return false
}

func returnOf(n *node) *node {
	for at := n; at != nil && at.kind != kFunc && at.kind != kBlock; at = at.parent {
		if at.kind == kReturn {
			return at
		}
	}
	return nil
}

func awaited(n, until *node) bool {
	for at := n; at != nil && at != until; at = at.parent {
		if at.kind == kUnary && at.text == "await" {
			return true
		}
	}
	return false
}

// answers looks at responses that the Worker makes: once some carry CORS
// headers, all must.
func (s *scriptReview) answers() {
	if !s.setsOrigin() {
		return
	}
	for _, h := range s.handlers() {
		if s.passesThrough(h) {
			continue
		}
		s.bare(h, map[*node]bool{})
	}
}

// passesThrough says whether a handler sets the headers on whatever another
// function answers: then the answers inside of that need none.
func (s *scriptReview) passesThrough(fn *node) bool {
	all := true
	rs := returned(fn)
	for _, r := range rs {
		if !s.carries(r, 0) && !s.refusal(r) {
			all = false
		}
	}
	return all && len(rs) > 0
}

// bare reports the responses of a function that carry no CORS headers.
func (s *scriptReview) bare(fn *node, seen map[*node]bool) {
	if seen[fn] {
		return
	}
	seen[fn] = true
	for _, r := range returned(fn) {
		if s.carries(r, 0) || s.refusal(r) {
			continue
		}
		s.bareAnswer(r, seen, 0)
	}
}

func (s *scriptReview) bareAnswer(r *node, seen map[*node]bool, depth int) {
	if depth > 6 || r == nil {
		return
	}
	switch r.kind {
	case kUnary:
		s.bareAnswer(r.a, seen, depth+1)
	case kCond:
		for _, side := range []*node{r.b, r.c} {
			if !s.carries(side, 0) {
				s.bareAnswer(side, seen, depth+1)
			}
		}
	case kNew, kCall:
		if s.makesResponse(r) {
			what := "This answer has no Allow-Origin, while others of this file have it."
			if s.onlyPreflights() {
				s.report(s.firstOrigin().at, "only-on-preflight")
				return
			}
			s.report(r, "only-on-success", what)
		} else if f := s.local(r.a); f != nil && r.a.kind == kIdent {
			s.bare(f, seen)
		}
	case kIdent:
		for _, v := range s.bound(r) {
			if v != r {
				s.bareAnswer(v, seen, depth+1)
			}
		}
	}
}

func (v *codeReview) firstOrigin() header {
	for _, h := range v.headers {
		if h.name == hAllowOrigin {
			return h
		}
	}
	return header{}
}

// onlyPreflights says whether every Allow-Origin is for OPTIONS.
func (v *codeReview) onlyPreflights() bool {
	for _, h := range v.headers {
		if h.name == hAllowOrigin && !v.onPreflight(h.at) && !v.usedOnPreflightOnly(h) {
			return false
		}
	}
	return true
}

// usedOnPreflightOnly says whether a literal at the top is used for OPTIONS
// alone.
func (v *codeReview) usedOnPreflightOnly(h header) bool {
	if h.group == nil || h.group.kind != kObject || h.group.parent == nil || h.group.parent.kind != kDecl {
		return false
	}
	name, used, all := h.group.parent.a.text, false, true
	v.top.walk(func(n *node) bool {
		if n.kind == kIdent && n.text == name && n.parent != nil && n != n.parent.a || n.kind == kSpread && n.a.text == name {
			used = true
			all = all && v.onPreflight(n)
		}
		return true
	})
	return used && all
}

// makesResponse says whether an expression is a response made here, and not one
// that came from elsewhere.
func (s *scriptReview) makesResponse(n *node) bool {
	if n.kind == kNew {
		return n.callee() == "Response"
	}
	d := n.dottedCallee()
	return d == "Response.json" || d == "Response.redirect" || d == "Response.error"
}

// refusal says whether a return is the answer to an origin that is not allowed,
// or to no page at all: it needs no CORS headers.
func (s *scriptReview) refusal(r *node) bool {
	for _, g := range guardsOf(r) {
		if !s.mentionsOrigin(g.cond) {
			continue
		}
		// The way on which the check failed.
		if s.decides(g.cond, !g.truth).any() && !s.decides(g.cond, g.truth).any() {
			return true
		}
		// The way on which there is no Origin.
		if d := s.decides(g.cond, g.truth); d.exact && !s.decides(g.cond, !g.truth).any() && g.cond.kind != kCall {
			return true
		}
	}
	return false
}

// carries says whether a returned response has CORS headers on it, as far as
// can be seen; what comes out of other files is believed.
func (s *scriptReview) carries(n *node, depth int) bool {
	if n == nil || depth > 8 {
		return true
	}
	switch n.kind {
	case kUnary:
		return s.carries(n.a, depth+1)
	case kCond:
		return s.carries(n.b, depth+1) && s.carries(n.c, depth+1)
	case kIdent:
		if s.headersOn(n) {
			return true
		}
		for _, v := range s.bound(n) {
			if v != n && !s.carries(v, depth+1) {
				return false
			}
		}
		return true
	case kNew:
		if n.callee() != "Response" {
			return true
		}
		return s.initCarries(n.arg(1), depth)
	case kCall:
		if s.makesResponse(n) {
			return s.initCarries(n.arg(1), depth) && n.dottedCallee() != "Response.redirect"
		}
		if f := s.local(n.a); f != nil {
			if s.setsIn(f) {
				return true
			}
			for _, r := range returned(f) {
				if !s.carries(r, depth+1) && !s.refusal(r) {
					return false
				}
			}
			return true
		}
	}
	return true
}

// initCarries says whether the second argument of new Response() brings CORS
// headers.
func (s *scriptReview) initCarries(init *node, depth int) bool {
	if init == nil {
		return false
	}
	o := init
	if init.kind != kObject {
		if lit := s.object(init); lit != nil {
			o = lit
		} else {
			return true // another response, or something from elsewhere
		}
	}
	h := o.prop("headers")
	if h == nil {
		for _, p := range o.list {
			if p.kind == kSpread {
				return true
			}
		}
		return false
	}
	return s.valueCarries(h.b, depth+1)
}

func (s *scriptReview) valueCarries(n *node, depth int) bool {
	if n == nil || depth > 8 {
		return true
	}
	switch n.kind {
	case kObject:
		if s.corsLiteral(n) {
			return true
		}
		for _, p := range n.list {
			if p.kind == kSpread && s.valueCarries(p.a, depth+1) {
				return true
			}
			if p.kind == kProp && p.a != nil {
				return true
			}
		}
		return false
	case kIdent:
		if s.headersOn(n) {
			return true
		}
		vals := s.bound(n)
		for _, v := range vals {
			if v.kind == kIdent && v.parent != nil && v.parent.kind == kFunc || v != n && s.valueCarries(v, depth+1) {
				return true
			}
		}
		return len(vals) == 0
	case kNew:
		return n.arg(0) != nil && s.valueCarries(n.arg(0), depth+1)
	case kCall:
		if f := s.local(n.a); f != nil {
			return s.setsIn(f)
		}
	case kMember:
		return false // the headers of another response
	}
	return true
}

// headersOn says whether CORS headers are set on what a name stands for, here
// or in a function that it is passed to.
func (s *scriptReview) headersOn(n *node) bool {
	f := n.function()
	for _, h := range s.headers {
		if h.name == hAllowOrigin && h.on != nil && rootName(h.on) == n.text && h.at.function() == f {
			return true
		}
	}
	found := false
	if f != nil {
		f.walk(func(m *node) bool {
			if m.kind == kCall && m.a.kind == kIdent {
				if g := s.local(m.a); g != nil && s.setsIn(g) {
					for _, a := range m.list {
						found = found || rootName(a) == n.text
					}
				}
			}
			return !found
		})
	}
	return found
}

// rootName is the first name of a chain: response of response.headers.
func rootName(n *node) string {
	for n != nil && n.kind == kMember {
		n = n.a
	}
	if n != nil && n.kind == kIdent {
		return n.text
	}
	return ""
}

// setsIn says whether a function sets Allow-Origin itself.
func (v *codeReview) setsIn(f *node) bool {
	for _, h := range v.headers {
		if h.name == hAllowOrigin && h.at.inside(f) {
			return true
		}
	}
	// Or it uses a literal from the top that holds it.
	found := false
	f.walk(func(n *node) bool {
		if n.kind == kIdent && !found {
			for _, b := range v.bound(n) {
				if b.kind == kObject && v.corsLiteral(b) {
					found = true
				}
			}
		}
		return !found
	})
	return found
}

// cookies looks at Object.fromEntries(response.headers).
func (s *scriptReview) cookies() {
	s.top.walk(func(n *node) bool {
		if n.kind == kCall && n.dottedCallee() == "Object.fromEntries" && n.arg(0) != nil {
			a := n.arg(0)
			if a.kind == kCall && a.callee() == "entries" {
				a = a.receiver()
			}
			if a != nil && (a.kind == kMember && a.text == "headers" && !isRequest(a.a) || a.kind == kIdent && strings.Contains(strings.ToLower(a.text), "headers")) {
				s.report(n, "cookies-joined")
			}
		}
		if n.kind == kSpread && n.a.kind == kMember && n.a.text == "headers" {
			return true
		}
		return true
	})
}

func isRequest(n *node) bool { return n.kind == kIdent && (n.text == "request" || n.text == "req") }
