package config

import (
	"slices"
	"strings"
)

// review looks at every block that can have response headers, then at every
// place that makes answers.
func (n *nginxDoc) review(r *reviewer) {
	for _, u := range n.unread {
		r.add(u.d.src, u.d.start(), "not-understood", "This include was not read: "+u.why+".")
	}
	v := &nginxReview{n, r}
	v.block(nil)
	n.each(n.top, func(d *directive) {
		switch {
		case d.braced && d.is("http", "server", "location", "if", "limit_except"):
			v.block(d)
		case d.is("more_set_headers", "more_add_headers"), strings.HasSuffix(d.name.text, "_by_lua_block"):
			raw := d.src.text[d.start():d.end]
			if strings.Contains(strings.ToLower(raw), "access-control-") {
				r.add(d.src, d.start(), "not-understood", d.name.text+" sets CORS headers here, and is not read.")
			}
		}
	})
	n.each(n.top, func(d *directive) {
		if n.isPlace(d) {
			v.place(d)
		}
	})
	if n.isPlace(nil) {
		v.place(nil)
	}
	if n.steps > maxSteps {
		r.add(n.file, 0, "not-understood", "This file is too tangled to be followed to its end.")
	}
}

// isPlace says whether answers are made in a block: in a location, in a server
// without one, or in a file that is itself the inside of one.
func (n *nginxDoc) isPlace(d *directive) bool {
	if d != nil && d.is("location") && d.braced {
		return true
	}
	if d == nil && slices.ContainsFunc(n.top, func(x *directive) bool { return x.is("http", "server", "location", "upstream") }) {
		return false
	}
	return (d == nil || d.is("server") && d.braced) && !slices.ContainsFunc(n.within(d), func(x *directive) bool { return x.is("location") })
}

type nginxReview struct {
	*nginxDoc
	*reviewer
}

// block looks at the add_header directives that a block has of its own.
func (v *nginxReview) block(d *directive) {
	own := added(v.within(d))
	if len(own) == 0 {
		return
	}
	if findHeader(own, hAllowOrigin) != nil {
		v.set(d, own)
		return
	}
	for _, h := range own {
		if isCORSHeader(h.arg(0)) {
			v.value(h, false)
		}
	}
	if d == nil || v.inherits(d) != "on" {
		return
	}
	outer := v.effective(d.parent)
	if findHeader(outer, hAllowOrigin) == nil {
		return
	}
	rule := "inherited-headers-lost"
	if d.is("if") {
		rule = "if-drops-headers"
	}
	v.add(own[0].src, own[0].start(), rule, "Access-Control-Allow-Origin")
}

// set looks at a whole set of headers with Allow-Origin among them.
func (v *nginxReview) set(d *directive, own []*directive) {
	v.stated.found = true
	preflight := d != nil && v.forOptions(d) && returns(d.block) != nil
	credentials := false
	for _, h := range own {
		if headerName(h) == hAllowCredentials {
			for _, f := range v.resolve(h, h.args[1], nil, 0) {
				credentials = credentials || f.kind == "const" && f.text == "true"
			}
		}
	}
	checks := v.guards(d, 0)
	byOrigin := false
	var first *directive
	for _, h := range own {
		if headerName(h) == hAllowOrigin {
			flows := v.resolve(h, h.args[1], checks, 0)
			empty := false
			for _, f := range flows {
				byOrigin = byOrigin || f.byOrigin
				empty = empty || f.kind == "empty"
				v.origin(f, credentials)
			}
			if first != nil && !empty {
				v.add(h.src, h.start(), "allow-origin-twice")
			}
			first = h
		} else if isCORSHeader(h.arg(0)) {
			v.value(h, credentials)
		}
	}
	first = findHeader(own, hAllowOrigin)
	for _, h := range own {
		name := headerName(h)
		counts := name == hAllowOrigin || name == hAllowCredentials || name == hExposeHeaders || name == hVary && byOrigin && varies([]*directive{h})
		if counts && !always(h) && !preflight {
			v.add(h.src, h.start(), "headers-on-success-only", h.arg(0))
		}
	}
	if !byOrigin || preflight {
		return
	}
	switch {
	case !varies(v.effective(d)):
		v.add(first.src, first.start(), "vary-origin-missing", "")
	case d != nil && d.is("if") && len(checks) > 0 && !varies(v.effective(d.parent)):
		v.add(first.src, first.start(), "vary-origin-missing", " on the answers to other origins")
	}
}

// origin looks at one way in which Allow-Origin gets its value.
func (v *nginxReview) origin(f flow, credentials bool) {
	at := f.at.src
	switch f.kind {
	case "const":
		v.constant(f, credentials)
	case "unknown":
		if !strings.HasPrefix(f.text, "$upstream_http_") {
			v.add(at, f.word.start, "not-understood", "Where "+f.text+" comes from is not in this file.")
		}
	case "origin":
		if len(f.checks) == 0 {
			v.add(at, f.word.start, "origin-reflected", "Allow-Origin")
		}
	}
	if f.kind != "const" && f.kind != "origin" {
		return
	}
	for _, c := range f.checks {
		v.check(c, f)
	}
}

// constant looks at a literal Allow-Origin.
func (v *nginxReview) constant(f flow, credentials bool) {
	at := f.at.src
	switch {
	case f.text == "*":
		v.stated.note(hAllowOrigin, "*")
		if credentials {
			v.add(at, f.word.start, "wildcard-with-credentials")
		}
	case f.text == "null":
		v.add(at, f.word.start, "null-origin")
	case severalOrigins(f.text) != nil:
		v.stated.note(hAllowOrigin, f.text)
		v.add(at, f.word.start, "allow-origin-multiple")
	default:
		v.stated.note(hAllowOrigin, f.text)
		if fault, _ := originFault(f.text); fault != "" {
			v.add(at, f.word.start, "allow-origin-invalid", f.text, fault)
		}
	}
}

// check tries what one pattern lets in. A constant that is sent to a lookalike
// fits no page of its own: the pattern is harmless then, save for its case.
func (v *nginxReview) check(c check, f flow) {
	at, off := c.d.src, c.word.start
	if c.unread {
		v.add(at, off, "not-understood", "This regular expression is not in the syntax that is understood here.")
		return
	}
	for _, o := range c.p.intended() {
		v.stated.note(hAllowOrigin, o)
	}
	if c.plain && c.d.parent != nil && c.d.parent.is("map") {
		if fault, _ := originFault(c.word.text); fault == "" {
			v.stated.note(hAllowOrigin, c.word.text)
		}
		v.add(at, off, "origin-case-ignored", "a plain string in a map")
		if c.word.text == "null" {
			v.add(at, off, "null-origin")
		}
		return
	}
	if c.ignoreCase {
		v.add(at, off, "origin-case-ignored", "what stands after ~*")
	}
	if f.kind != "origin" {
		return
	}
	for _, l := range c.p.lookalikes() {
		switch l.rule {
		case "origin-reflected":
			v.add(at, off, l.rule, "Allow-Origin")
		case "lookalike-origin":
			v.add(at, off, l.rule, l.origin, l.how)
		default:
			v.add(at, off, l.rule, l.origin)
		}
	}
}

// value looks at a CORS header other than Allow-Origin.
func (v *nginxReview) value(h *directive, credentials bool) {
	name := headerName(h)
	for _, f := range v.resolve(h, h.args[1], nil, 0) {
		switch {
		case f.kind == "requested":
			if name == hAllowHeaders {
				v.add(f.at.src, f.word.start, "headers-reflected")
			}
		case f.kind != "const":
		case name == hAllowCredentials && f.text != "true":
			v.stated.note(name, f.text)
			v.add(f.at.src, f.word.start, "allow-credentials-invalid", f.text)
		case f.text == "*" && credentials && (name == hAllowHeaders || name == hAllowMethods || name == hExposeHeaders):
			v.add(f.at.src, f.word.start, "wildcard-list-with-credentials", h.arg(0))
		default:
			v.stated.note(name, f.text)
		}
	}
}
