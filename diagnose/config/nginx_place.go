package config

import (
	"fmt"
	"slices"
	"strings"
)

// place looks at where an answer is made: its preflights, its handler, its
// error pages.
func (v *nginxReview) place(d *directive) {
	holds := v.effective(d)
	own := findHeader(holds, hAllowOrigin)
	v.methods(d, own)
	var inIf *directive
	for _, x := range v.within(d) {
		if x.is("if") && findHeader(added(x.block), hAllowOrigin) != nil && !v.forOptions(x) {
			inIf = x
		}
	}
	if own == nil && inIf == nil {
		return
	}
	v.auth(d)
	v.refused(d, holds)
	v.upstream(d)
	if own != nil {
		v.errorPages(d, own)
	}
}

// methods looks at headers that ifs add for some methods alone.
func (v *nginxReview) methods(d *directive, own *directive) {
	if own != nil {
		return
	}
	var first, preflight *directive
	covered, promised := map[string]bool{}, []string{"GET"}
	for _, x := range v.within(d) {
		m, ok := methodsOf(x)
		if !ok || findHeader(added(x.block), hAllowOrigin) == nil {
			continue
		}
		if v.forOptions(x) {
			preflight = x
		} else if first == nil {
			first = x
		}
		for _, name := range m {
			covered[strings.ToUpper(name)] = true
		}
		if am := findHeader(added(x.block), hAllowMethods); am != nil && !strings.Contains(am.arg(1), "$") {
			promised = append(promised, list(am.arg(1))...)
		}
	}
	switch {
	case first != nil && slices.ContainsFunc(promised, func(m string) bool { return m != "*" && m != "HEAD" && !covered[strings.ToUpper(m)] }):
		var names []string
		for _, m := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} {
			if covered[m] {
				names = append(names, m)
			}
		}
		v.add(first.src, first.start(), "headers-on-some-methods", strings.Join(names, ", "))
	case first == nil && preflight != nil && handler(v.within(d)) == nil && !v.otherOrigin(d):
		v.add(preflight.src, preflight.start(), "only-on-preflight")
	}
}

// otherOrigin says whether some other if of a place adds Allow-Origin, or what
// answers there is not known to be nginx itself.
func (v *nginxReview) otherOrigin(d *directive) bool {
	return slices.ContainsFunc(v.within(d), func(x *directive) bool {
		return x.is("rewrite", "try_files", "content_by_lua_block", "js_content") ||
			x.is("if") && !v.forOptions(x) && findHeader(added(x.block), hAllowOrigin) != nil
	})
}

// auths are the directives that ask for a login, in nginx's access phase.
var auths = []string{"auth_basic", "auth_request", "auth_jwt"}

// auth looks at logins that OPTIONS meets. A return in an if comes before them,
// in the rewrite phase.
func (v *nginxReview) auth(d *directive) {
	answer := v.answersPreflight(d)
	if answer == nil || answer.parent == d {
		v.checks(d)
	}
	if answer != nil {
		return
	}
	if s := v.nearest(d, "satisfy"); len(s) > 0 && s[0].arg(0) == "any" {
		return
	}
	for _, name := range auths {
		for _, a := range v.nearest(d, name) {
			if a.arg(0) != "off" {
				v.add(a.src, a.start(), "preflight-behind-auth", name)
			}
		}
	}
	if x := v.takesOptions(d); x != nil {
		for _, a := range x.block {
			if a.is(auths...) && a.arg(0) != "off" {
				v.add(a.src, a.start(), "preflight-behind-auth", a.name.text)
			}
			if a.is("deny") && a.arg(0) == "all" {
				v.add(a.src, a.start(), "preflight-refused", "limit_except refuses OPTIONS here.")
			}
		}
	}
}

// checks looks at ifs of a place that turn away who comes without a header or a
// cookie, as every preflight does, before anything answers it.
func (v *nginxReview) checks(d *directive) {
	if v.takesOptions(d) != nil {
		return // none of them is asked
	}
	for _, x := range v.within(d) {
		if x.is("if") && v.forOptions(x) && returns(x.block) != nil || !x.is("if") && v.leaves(x) {
			return
		}
		if name := asksFor(x); name != "" {
			v.add(x.src, x.start(), "preflight-behind-auth", "a check of "+name)
		}
	}
}

// refused looks at preflights that nginx itself turns down.
func (v *nginxReview) refused(d *directive, holds []*directive) {
	if p := v.answersPreflight(d); p != nil {
		ret := p
		if p.is("if") {
			ret = returns(p.block)
		}
		if code := ret.arg(0); p.is("if") && len(code) == 3 && code[0] != '2' {
			v.add(ret.src, ret.start(), "preflight-refused", "OPTIONS is answered with "+code+".")
		}
		return
	}
	promise := findHeader(holds, hAllowMethods)
	if promise == nil {
		promise = findHeader(holds, hAllowHeaders)
	}
	if promise == nil || d == nil || handler(d.block) != nil || slices.ContainsFunc(d.block, func(x *directive) bool {
		return x.is("return", "rewrite", "try_files", "js_content", "perl", "dav_methods", "stub_status", "internal", "include", "location", "proxy_store") ||
			strings.HasPrefix(x.name.text, "content_by_lua") || x.is("if") && returns(x.block) != nil && v.forOptions(x)
	}) {
		return
	}
	v.add(promise.src, promise.start(), "preflight-refused", "A preflight is promised an answer, and nginx serves files here: to them it answers OPTIONS with 405.")
}

// upstream looks at CORS headers of an upstream that stay beside nginx's own.
func (v *nginxReview) upstream(d *directive) {
	h := handler(v.within(d))
	if h == nil || h.is("memcached_pass") {
		return
	}
	for _, x := range v.nearest(d, hideName(h)) {
		if strings.EqualFold(x.arg(0), hAllowOrigin) {
			return
		}
	}
	v.add(h.src, h.start(), "upstream-headers-kept")
}

// hideName is the directive that removes a header of this handler's answers.
func hideName(h *directive) string {
	return strings.TrimSuffix(h.name.text, "_pass") + "_hide_header"
}

// errorPages looks at internal redirects to a place where other headers hold.
func (v *nginxReview) errorPages(d, own *directive) {
	server := d
	for server != nil && !server.is("server") {
		server = server.parent
	}
	if d == nil || server == nil || own.parent == nil || own.parent.is("server", "http") {
		return
	}
	for _, e := range v.nearest(d, "error_page") {
		if len(e.args) < 2 {
			continue
		}
		target := e.args[len(e.args)-1].text
		to := v.location(server, target)
		if to == d || !strings.HasPrefix(target, "@") && !strings.HasPrefix(target, "/") {
			continue
		}
		if findHeader(v.effective(to), hAllowOrigin) == nil {
			v.add(e.src, e.start(), "error-page-drops-headers", target)
		}
	}
}

// location finds the place in a server that a URI leads to, the server itself
// where none does. Regular expressions are left out: they are for other URIs
// than those of error pages, most of the time.
func (v *nginxReview) location(server *directive, uri string) *directive {
	best, length := server, -1
	v.each(server.block, func(l *directive) {
		if !l.is("location") || len(l.args) == 0 {
			return
		}
		name := l.args[len(l.args)-1].text
		switch mod := l.arg(0); {
		case strings.HasPrefix(uri, "@"):
			if name == uri {
				best = l
			}
		case len(l.args) == 2 && mod == "=":
			if name == uri {
				best, length = l, 1<<20
			}
		case len(l.args) == 2 && mod != "^~", strings.HasPrefix(name, "@"):
		case strings.HasPrefix(uri, name) && len(name) > length:
			best, length = l, len(name)
		}
	})
	return best
}

// describe names a block for people.
func describe(d *directive) string {
	if d == nil {
		return "the file"
	}
	s := d.name.text
	for _, a := range d.args {
		s += " " + a.text
	}
	return fmt.Sprintf("%s (line %d)", s, d.src.line(d.start())+1)
}
