package config

import (
	"regexp"
	"slices"
	"strings"

	"corstui/snippets"
)

// wider sees to a policy that was asked for and that the file does not cover.
func (f *nginxFix) wider() error {
	if f.wanted == nil {
		return nil
	}
	if err := f.wanted.Validate(); err != nil {
		return err
	}
	if !f.reviewed.statesOrigin {
		return f.addPolicy()
	}
	have := f.reviewed.policy
	origins := subset(f.wanted.AllowOrigins, have.AllowOrigins, false)
	rest := (!f.wanted.Credentials || have.Credentials) && subset(f.wanted.AllowMethods, have.AllowMethods, false) &&
		subset(f.wanted.AllowHeaders, have.AllowHeaders, true) && subset(f.wanted.ExposeHeaders, have.ExposeHeaders, true)
	if origins && rest {
		return nil
	}
	var err error
	f.each(f.top, func(h *directive) {
		if err != nil || h.src != f.src || !h.is("add_header") || headerName(h) != hAllowOrigin || f.rewrite[scopeOf(h)] {
			return
		}
		m := f.originMap(h)
		if !rest || m == nil {
			f.rewrite[scopeOf(h)] = true
			return
		}
		if f.mended[m] {
			return
		}
		f.mended[m] = true
		if err = f.need(); err == nil {
			f.entries(m, nil, m.block, f.wanted.AllowOrigins, "")
		}
	})
	return err
}

// originMap is the map over $http_origin that gives a header its value, nil without.
func (f *nginxFix) originMap(h *directive) *directive {
	if m := f.maps[strings.NewReplacer("{", "", "}", "").Replace(h.arg(1))]; m != nil && m.arg(0) == "$http_origin" && m.src == f.src {
		return m
	}
	return nil
}

// subset says whether all of a list are in another, which * covers.
func subset(small, big []string, fold bool) bool {
	for _, s := range small {
		if !slices.ContainsFunc(big, func(b string) bool { return b == s || b == "*" || fold && strings.EqualFold(b, s) }) {
			return false
		}
	}
	return true
}

// addPolicy puts the policy into a configuration that has none: into its one
// server that does more than redirect.
func (f *nginxFix) addPolicy() error {
	var servers []*directive
	f.each(f.top, func(d *directive) {
		if d.is("server") && d.braced && d.src == f.src && returns(d.block) == nil && len(d.block) > 0 {
			servers = append(servers, d)
		}
	})
	if len(servers) != 1 {
		f.note("the file has no CORS header and %d servers to put them in: put the files of corstui snippet --target nginx beside it, and include them where the API is", len(servers))
		return nil
	}
	f.rewrite[servers[0]] = true
	return nil
}

// rewriteAll writes the CORS headers of some places anew from the policy.
func (f *nginxFix) rewriteAll() error {
	if err := f.need(); err != nil {
		return err
	}
	scopes := make([]*directive, 0, len(f.rewrite))
	for s := range f.rewrite {
		scopes = append(scopes, s)
	}
	slices.SortFunc(scopes, func(a, b *directive) int { return startOf(a) - startOf(b) })
	if f.mapPlace() == nil {
		f.withoutMaps()
	} else {
		f.rename()
	}
	for _, s := range scopes {
		f.rewriteScope(s)
	}
	f.sweep()
	for d := range f.gone {
		if d.parent == nil || !f.gone[d.parent] {
			f.remove(d.start(), d.end)
		}
	}
	if at := f.mapPlace(); at != nil {
		f.insertMaps(at)
	}
	return nil
}

func startOf(d *directive) int {
	if d == nil {
		return -1
	}
	return d.start()
}

// mapPlace is the directive before which maps can stand: the first server of
// the file; nil where the file is itself the inside of one.
func (f *nginxFix) mapPlace() *directive {
	var at *directive
	f.each(f.top, func(d *directive) {
		if at == nil && d.src == f.src && d.is("server") && d.braced && (d.parent == nil || d.parent.is("http")) {
			at = d
		}
	})
	return at
}

// insertMaps puts the policy's maps before a server and the comment over it.
func (f *nginxFix) insertMaps(at *directive) {
	line := f.src.line(at.start())
	for line > 0 {
		above := f.src.text[f.src.lines[line-1]:f.src.lines[line]]
		if !strings.HasPrefix(strings.TrimSpace(above), "#") {
			break
		}
		line--
	}
	text := f.indented(f.parts.Maps, f.src.indent(at.start())) + f.src.newline()
	if strings.TrimSpace(f.src.text[f.src.lineStart(at.start()):at.start()]) != "" {
		f.insert(at.start(), f.src.newline()+text)
		return
	}
	f.insert(f.src.lines[line], text)
}

var ourVariable = regexp.MustCompile(`\$cors_`)

// rename gives the policy's variables names that the file does not use.
func (f *nginxFix) rename() {
	prefix := "$cors_"
	taken := func() bool {
		used := false
		f.each(f.top, func(d *directive) {
			for _, a := range d.args {
				used = used || strings.Contains(a.text, prefix)
			}
		})
		return used
	}
	for i := 0; taken() && i < 8; i++ {
		prefix = "$api_" + prefix[1:]
	}
	for _, part := range []*string{&f.parts.Maps, &f.parts.Headers, &f.parts.Preflight} {
		*part = ourVariable.ReplaceAllLiteralString(*part, prefix)
	}
}

// withoutMaps is for a file that is included inside of a server, where no map
// can stand: one origin goes to everybody, whom the browser compares with the
// page; several need maps in another file.
func (f *nginxFix) withoutMaps() {
	p := f.policy
	if len(p.AllowOrigins) > 1 {
		f.rename()
		f.Files = append(f.Files, snippets.File{Name: "cors-maps.conf", Lang: "nginx", Content: "# " + snippets.Mark + "cors for nginx.\n" + f.parts.Maps})
		f.note("this file is the inside of a server, where no map can stand: add the line \"include cors-maps.conf;\" in http {}, before the servers")
		return
	}
	var b strings.Builder
	add := func(name, value string) {
		if value != "" {
			b.WriteString("add_header " + name + ` "` + value + "\" always;\n")
		}
	}
	for _, h := range p.ResponseHeaders(p.AllowOrigins[0], true) {
		if !strings.EqualFold(h[0], hVary) {
			add(h[0], h[1])
		}
	}
	add("Access-Control-Expose-Headers", strings.Join(p.ExposeHeaders, ", "))
	f.parts.Maps, f.parts.Headers = "", b.String()
	f.parts.Preflight = "# Before any authentication.\nif ($request_method = OPTIONS) {\n    return 204;\n}\n"
}

func (f *nginxFix) headers() string { return f.parts.Headers }

// rewriteScope takes the CORS headers of a place away, those in its ifs too,
// and puts the policy's where the first of them was.
func (f *nginxFix) rewriteScope(s *directive) {
	var first *directive
	drop := func(d *directive) {
		if d.src != f.src {
			f.note("%s: take this away, in that file", d.src.position(d.start()))
			return
		}
		if first == nil || d.start() < first.start() {
			first = d
		}
		f.gone[d] = true
	}
	for _, d := range f.within(s) {
		switch {
		case d.is("add_header") && f.belongs(d):
			drop(d)
		case d.is("if") && f.emptied(d):
			drop(d)
		case d.is("if"):
			for _, x := range d.block {
				if x.is("add_header") && f.belongs(x) {
					f.gone[x] = true
				}
			}
			if rest := added(d.block); slices.ContainsFunc(rest, func(x *directive) bool { return !f.gone[x] }) {
				f.after(rest[len(rest)-1], f.headers())
			}
		}
	}
	var b strings.Builder
	b.WriteString(f.headers())
	preflight := s == nil || !s.is("http")
	for _, x := range f.within(s) {
		if x.is("if") && f.forOptions(x) && returns(x.block) != nil && !f.gone[x] {
			preflight = false
		}
	}
	if s != nil && s.is("location") && len(s.args) > 0 && strings.HasPrefix(s.args[0].text, "@") {
		preflight = false
	}
	exit := f.firstExit(s)
	if preflight && exit != nil && (first == nil || exit.start() < first.start()) && (s == nil || s.is("location")) {
		f.before(exit, f.parts.Preflight)
	} else if preflight {
		b.WriteString(f.parts.Preflight)
	}
	if x := f.takesOptions(s); x != nil {
		f.admitOptions(s)
		if preflight && f.parts.Maps != "" {
			f.note("%s: OPTIONS goes past this limit_except now, as preflights must; an OPTIONS that is no preflight does too, so let the API itself refuse it if it must not pass", x.src.position(x.start()))
		}
	}
	switch {
	case first != nil:
		f.insertBefore(first, b.String())
	case s == nil:
		f.insert(0, f.indented(b.String(), ""))
	default:
		f.insertInto(s, b.String())
	}
	for _, d := range f.within(s) {
		if s != nil && s.is("server") && d.is("location") {
			f.repeat(d)
		}
	}
	if h := handler(f.within(s)); h != nil && h.src == f.src && len(f.nearest(s, hideName(h))) == 0 && !f.reported(h) {
		f.hide(h)
	}
}

// repeat puts the policy's headers into a location that has headers of its own,
// where those of the server do not hold, and hides those of its upstream.
func (f *nginxFix) repeat(l *directive) {
	own := added(l.block)
	if len(own) > 0 && findHeader(own, hAllowOrigin) == nil && f.inherits(l) == "on" && l.src == f.src && !f.reported(own[0]) {
		f.after(own[len(own)-1], f.headers())
	}
	if h := handler(l.block); h != nil && h.src == f.src && !f.reported(h) && findHeader(own, hAllowOrigin) == nil {
		if !slices.ContainsFunc(f.nearest(l, hideName(h)), func(x *directive) bool { return strings.EqualFold(x.arg(0), hAllowOrigin) }) {
			f.hide(h)
		}
	}
}

// reported says whether a problem of the review stands at a directive, which is
// seen to by itself.
func (f *nginxFix) reported(d *directive) bool {
	return slices.ContainsFunc(f.reviewed.Problems, func(p Problem) bool { return p.at == d.src && p.off == d.start() })
}

// insertBefore puts lines where a directive that goes stood.
func (f *nginxFix) insertBefore(d *directive, lines string) {
	if strings.TrimSpace(f.src.text[f.src.lineStart(d.start()):d.start()]) != "" {
		f.insert(d.start(), f.src.newline()+f.indented(lines, f.src.indent(d.start())+f.unit())+f.src.indent(d.start()))
		return
	}
	f.insert(f.src.lineStart(d.start()), f.indented(lines, f.src.indent(d.start())))
}

// insertInto puts lines into a block that has no CORS header: after what says
// which server or place it is.
func (f *nginxFix) insertInto(s *directive, lines string) {
	var after *directive
	for _, d := range s.block {
		if d.is("listen", "server_name") && d.src == f.src {
			after = d
		}
	}
	switch {
	case after != nil:
		f.after(after, "\n"+lines)
	case len(s.block) > 0 && s.block[0].src == f.src:
		f.before(s.block[0], lines+"\n")
	default:
		f.insert(s.open+1, f.src.newline()+f.indented(lines, f.src.indent(s.start())+f.unit()))
	}
}

// belongs says whether an add_header is part of the CORS policy.
func (f *nginxFix) belongs(d *directive) bool {
	return isCORSHeader(d.arg(0)) || headerName(d) == hVary && strings.EqualFold(strings.TrimSpace(d.arg(1)), "origin")
}

// emptied says whether an if is for CORS and nothing else: nothing is left of
// it without the headers, and the answer to OPTIONS.
func (f *nginxFix) emptied(d *directive) bool {
	cors := f.forOptions(d)
	for _, x := range d.block {
		switch {
		case x.is("add_header") && f.belongs(x):
			cors = true
		case x.is("add_header") && f.forOptions(d) && (headerName(x) == "content-length" || headerName(x) == "content-type"):
		case x.is("return") && f.forOptions(d), x.is("break"):
		default:
			return false
		}
	}
	return cors
}

// sweep takes away flags that nothing asks for any more, and the ifs that only
// set them.
func (f *nginxFix) sweep() {
	if len(f.sets) > 200 {
		return // looking through all for each would take too long
	}
	for range 8 {
		more := false
		f.each(f.top, func(d *directive) {
			if f.gone[d] || d.src != f.src || f.insideGone(d) {
				return
			}
			switch {
			case d.is("set") && len(d.args) == 2 && f.corsFlag(d) && !f.used(d.arg(0)):
				f.gone[d], more = true, true
			case d.is("if") && len(d.block) > 0 && !slices.ContainsFunc(d.block, func(x *directive) bool { return !f.gone[x] }):
				f.gone[d], more = true, true
			}
		})
		if !more {
			return
		}
	}
}

func (f *nginxFix) insideGone(d *directive) bool {
	for at := d.parent; at != nil; at = at.parent {
		if f.gone[at] {
			return true
		}
	}
	return false
}

// corsFlag says whether a variable was asked for by something that goes.
func (f *nginxFix) corsFlag(d *directive) bool {
	found := false
	for g := range f.gone {
		f.each([]*directive{g}, func(x *directive) {
			for _, a := range x.args {
				found = found || strings.Contains(a.text, d.arg(0))
			}
		})
	}
	return found
}

// used says whether something that stays asks for a variable.
func (f *nginxFix) used(variable string) bool {
	used := false
	f.each(f.top, func(d *directive) {
		if f.gone[d] || f.insideGone(d) {
			return
		}
		for i, a := range d.args {
			if strings.Contains(a.text, variable) && !(d.is("set") && (i == 0 || d.arg(0) == variable)) {
				used = true
			}
		}
	})
	return used
}
