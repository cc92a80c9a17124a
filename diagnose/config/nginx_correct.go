package config

import (
	"regexp"
	"slices"
	"strings"

	"corstui/diagnose/finding"
	"corstui/snippets"
)

// nginxFix corrects one configuration.
type nginxFix struct {
	*nginxDoc
	*correction
	parts   *snippets.NginxParts
	policy  snippets.Policy
	rewrite map[*directive]bool // places whose CORS headers are written anew; nil is the top
	gone    map[*directive]bool
	mended  map[*directive]bool // maps and headers that were seen to
	step    string              // one step of indentation, once it is known
}

// structural are the rules that no edit of a line mends: the CORS headers of
// the place are written anew from the policy.
var structural = map[string]bool{
	"origin-reflected": true, "null-origin": true, "wildcard-with-credentials": true, "headers-on-some-methods": true,
	"only-on-preflight": true, "allow-origin-multiple": true, "allow-origin-twice": true, "lookalike-origin": true,
	"http-origin": true, "any-port-origin": true, "origin-case-ignored": true, "allow-origin-invalid": true,
}

func (n *nginxDoc) correct(c *correction) error {
	f := &nginxFix{nginxDoc: n, correction: c, rewrite: map[*directive]bool{}, gone: map[*directive]bool{}, mended: map[*directive]bool{}}
	var local []Problem
	for _, p := range c.reviewed.Problems {
		if p.at != c.src || p.Severity == finding.Info {
			continue
		}
		d := n.at(p.off)
		if d == nil {
			continue
		}
		if !structural[p.ID] {
			local = append(local, p)
			continue
		}
		switch {
		case d.parent != nil && d.parent.is("map"):
			if err := f.mendMap(d.parent); err != nil {
				return err
			}
		case p.ID == "allow-origin-invalid" && f.mendValue(d):
		default:
			f.rewrite[scopeOf(d)] = true
		}
	}
	if err := f.wider(); err != nil {
		return err
	}
	if len(f.rewrite) > 0 {
		if err := f.rewriteAll(); err != nil {
			return err
		}
	}
	for _, p := range local {
		if err := f.local(p); err != nil {
			return err
		}
	}
	return nil
}

// at finds the innermost directive that an offset is in.
func (n *nginxDoc) at(off int) *directive {
	var best *directive
	n.each(n.top, func(d *directive) {
		if d.src == n.file && d.start() <= off && off < d.end {
			best = d
		}
	})
	return best
}

// scopeOf is the server or location that a directive belongs to, past ifs.
func scopeOf(d *directive) *directive {
	at := d.parent
	if d.is("location", "server", "http") {
		return d
	}
	for at != nil && at.is("if", "limit_except") {
		at = at.parent
	}
	return at
}

// need asks for the policy once.
func (f *nginxFix) need() error {
	if f.parts != nil {
		return nil
	}
	p, err := f.correction.need()
	if err != nil {
		return err
	}
	parts, err := snippets.NginxCORS(p)
	if err != nil {
		return err
	}
	f.policy, f.parts = p, &parts
	return nil
}

// mendValue puts right an origin that was plainly meant.
func (f *nginxFix) mendValue(d *directive) bool {
	w := d.args[len(d.args)-1]
	if d.is("add_header", "set") {
		w = d.args[1]
	}
	_, mended := originFault(w.text)
	if mended == "" || mended == w.text {
		return false
	}
	text := mended
	if w.quoted {
		q := f.src.text[w.start : w.start+1]
		text = q + mended + q
	}
	f.replace(w.start, w.end, text)
	f.Policy.AllowOrigins = appendNew(f.Policy.AllowOrigins, mended)
	return true
}

// mendMap gives a map over $http_origin exact keys, in place of those that let
// in too much, and takes away a default that lets in everybody.
func (f *nginxFix) mendMap(m *directive) error {
	if f.mended[m] || m.src != f.src {
		return nil
	}
	f.mended[m] = true
	if m.arg(0) != "$http_origin" {
		f.note("%s: the map over %s is left as it is: name the origins in it by hand", f.src.position(m.start()), m.arg(0))
		return nil
	}
	var faulty, right []*directive
	value := "" // what an allowed origin maps to; "" is the origin itself
	for _, e := range m.block {
		if len(e.args) != 1 || e.is("hostnames", "volatile", "include") {
			continue
		}
		if !e.is("default") && e.name.text != "" && !strings.HasPrefix(e.arg(0), "http") && e.arg(0) != "$http_origin" && e.arg(0) != "" {
			value = f.src.text[e.args[0].start:e.args[0].end]
		}
		if f.wrongEntry(e) {
			faulty = append(faulty, e)
		} else {
			right = append(right, e)
		}
	}
	if len(faulty) == 0 {
		return nil
	}
	origins := []string{}
	// Plain keys and case that is ignored are put right without a policy.
	simple := !slices.ContainsFunc(faulty, func(e *directive) bool { return f.meant(e) == "" && !e.is("default") })
	for _, e := range faulty {
		if o := f.meant(e); o != "" {
			origins = appendNew(origins, o)
		}
	}
	if !simple || len(origins) == 0 && len(right) == 0 {
		if err := f.need(); err != nil {
			return err
		}
		origins = f.policy.AllowOrigins
	} else if f.wanted != nil {
		if err := f.need(); err != nil {
			return err
		}
		for _, o := range f.policy.AllowOrigins {
			origins = appendNew(origins, o)
		}
	}
	f.entries(m, faulty, right, origins, value)
	return nil
}

// entries writes the entries of a map anew.
func (f *nginxFix) entries(m *directive, faulty, right []*directive, origins []string, value string) {
	indent := f.src.indent(m.start()) + f.unit()
	if len(m.block) > 0 && m.block[0].src == f.src {
		indent = f.src.indent(m.block[0].start())
	}
	written := map[string]bool{}
	for _, e := range right {
		c := newCheck(e, e.name)
		for _, o := range origins {
			if !e.is("default") && e.name.text != "" && c.p != nil && c.p.match(o) {
				written[o] = true
			}
		}
	}
	line := func(o string) string {
		v := value
		if v == "" {
			v = `"` + o + `"`
		}
		written[o] = true
		return `"~^` + regexp.QuoteMeta(o) + `$" ` + v + ";"
	}
	var last *directive
	for _, e := range faulty {
		last = e
		o := f.meant(e)
		switch {
		case e.is("default"):
			f.replace(e.args[0].start, e.args[0].end, `""`)
		case o != "" && slices.Contains(origins, o) && !written[o]:
			f.replace(e.start(), e.end, line(o))
		default:
			rest := slices.IndexFunc(origins, func(o string) bool { return !written[o] && f.byItself(faulty, o) })
			if rest < 0 {
				f.remove(e.start(), e.end)
				continue
			}
			f.replace(e.start(), e.end, line(origins[rest]))
		}
	}
	after := ""
	for _, o := range origins {
		if !written[o] {
			after += indent + line(o) + f.src.newline()
		}
	}
	if after != "" {
		at := m.close
		if last == nil && len(m.block) > 0 {
			last = m.block[len(m.block)-1]
		}
		if last != nil {
			at = last.end
		}
		f.insert(f.src.lineEnd(at-1), after)
	}
}

// byItself says whether no faulty entry is the one that means this origin.
func (f *nginxFix) byItself(faulty []*directive, o string) bool {
	return !slices.ContainsFunc(faulty, func(e *directive) bool { return f.meant(e) == o })
}

// wrongEntry says whether a problem of the review is in an entry.
func (f *nginxFix) wrongEntry(e *directive) bool {
	return slices.ContainsFunc(f.reviewed.Problems, func(p Problem) bool {
		return p.at == f.src && structural[p.ID] && e.start() <= p.off && p.off < e.end
	})
}

// meant is the one exact origin that an entry is for, "" for none or several.
func (f *nginxFix) meant(e *directive) string {
	if e.is("default") || e.name.text == "" {
		return ""
	}
	c := newCheck(e, e.name)
	if c.p == nil || !c.p.exact {
		return ""
	}
	if in := c.p.intended(); len(in) == 1 {
		return in[0]
	}
	if len(c.p.samples) == 1 && isOrigin(c.p.samples[0]) {
		return c.p.samples[0] // http, for development
	}
	return ""
}

// unit is one step of indentation in the file.
func (f *nginxFix) unit() string {
	if f.step != "" {
		return f.step
	}
	step := ""
	f.each(f.top, func(d *directive) {
		if step == "" && d.parent != nil && d.src == f.src && d.parent.src == f.src && !d.included {
			inner, outer := f.src.indent(d.start()), f.src.indent(d.parent.start())
			if rest, ok := strings.CutPrefix(inner, outer); ok {
				step = rest
			}
		}
	})
	if step == "" {
		step = "    "
	}
	f.step = step
	return step
}

// local mends what an edit of a line mends.
func (f *nginxFix) local(p Problem) error {
	d := f.at(p.off)
	scope := scopeOf(d)
	if f.rewrite[scope] && (d.is("add_header") || p.ID == "preflight-behind-auth" || p.ID == "preflight-refused") || f.gone[d] {
		return nil
	}
	switch p.ID {
	case "headers-on-success-only":
		f.insert(d.end-1, " always")
	case "allow-credentials-invalid":
		f.replace(d.args[1].start, d.args[1].end, "true")
	case "vary-origin-missing":
		f.vary(d)
	case "inherited-headers-lost", "if-drops-headers":
		return f.copyHeaders(d)
	case "error-page-drops-headers":
		return f.errorPage(d)
	case "upstream-headers-kept":
		f.hide(d)
	case "preflight-behind-auth", "preflight-refused":
		return f.preflight(d)
	case "headers-reflected", "wildcard-list-with-credentials":
		f.names(p.off)
	}
	return nil
}

// vary adds Vary: Origin to the headers of a place, and to those of the place
// around an if.
func (f *nginxFix) vary(d *directive) {
	line := "add_header Vary Origin always;"
	own := added(f.within(d.parent))
	if !varies(f.effective(d.parent)) && !f.mended[d] {
		f.mended[d] = true
		last := own[len(own)-1]
		f.after(last, line)
	}
	outer := d.parent
	if outer == nil || !outer.is("if") || len(f.guards(outer, 0)) == 0 {
		return
	}
	outer = outer.parent
	if !varies(f.effective(outer)) {
		if rest := added(f.within(outer)); len(rest) > 0 {
			f.after(rest[len(rest)-1], line)
		} else {
			f.before(d.parent, line)
		}
	}
}

// after and before put lines beside a directive, indented as it is.
func (f *nginxFix) after(d *directive, lines string) {
	if d.src != f.src {
		f.note("%s: add %q after it, in that file", d.src.position(d.start()), strings.TrimSpace(lines))
		return
	}
	text := f.indented(strings.TrimRight(lines, "\n")+"\n", f.src.indent(d.start()))
	rest := f.src.text[d.end:f.src.lineEnd(d.end-1)]
	if t := strings.TrimSpace(rest); t != "" && !strings.HasPrefix(t, "#") {
		f.insert(d.end, f.src.newline()+strings.TrimRight(text, "\r\n"))
		return
	}
	if !strings.HasSuffix(rest, "\n") {
		text = f.src.newline() + text
	}
	f.insert(f.src.lineEnd(d.end-1), text)
}

func (f *nginxFix) before(d *directive, lines string) {
	indent := f.src.indent(d.start())
	at := f.src.lineStart(d.start())
	if strings.TrimSpace(f.src.text[at:d.start()]) != "" {
		f.insert(d.start(), strings.TrimSpace(f.indented(strings.TrimRight(lines, "\n")+"\n", ""))+" ")
		return
	}
	f.insert(at, f.indented(strings.TrimRight(lines, "\n")+"\n", indent))
}

// lines are the CORS headers that hold at a place once it is corrected.
func (f *nginxFix) lines(from *directive) string {
	if f.rewrite[from] {
		return f.headers()
	}
	own := added(f.within(from))
	if findHeader(own, hAllowOrigin) == nil && from != nil {
		return f.lines(from.parent)
	}
	var b strings.Builder
	byOrigin, hasVary := false, false
	for _, h := range own {
		if !isCORSHeader(h.arg(0)) && headerName(h) != hVary {
			continue
		}
		hasVary = hasVary || headerName(h) == hVary
		line := h.src.text[h.start():h.end]
		if fresh := f.freshLine(h); fresh != "" {
			line = fresh
		}
		if !always(h) {
			line = strings.TrimSuffix(line, ";") + " always;"
		}
		b.WriteString(line + "\n")
		if headerName(h) == hAllowOrigin {
			for _, w := range f.resolve(h, h.args[1], nil, 0) {
				byOrigin = byOrigin || w.byOrigin
			}
		}
	}
	if byOrigin && !hasVary {
		b.WriteString("add_header Vary Origin always;\n")
	}
	return b.String()
}

// freshLine is a header's line where an edit gives it another value.
func (f *nginxFix) freshLine(h *directive) string {
	for _, e := range f.edits {
		if h.src == f.src && len(h.args) > 1 && e.start == h.args[1].start && e.end == h.args[1].end {
			return f.src.text[h.start():e.start] + e.text + f.src.text[e.end:h.end]
		}
	}
	return ""
}

// copyHeaders repeats the headers from outside in a block with its own.
func (f *nginxFix) copyHeaders(d *directive) error {
	block := d.parent
	own := added(f.within(block))
	f.after(own[len(own)-1], f.lines(block.parent))
	return nil
}

// errorPage repeats the headers of a place where its error page is made.
func (f *nginxFix) errorPage(e *directive) error {
	v := &nginxReview{nginxDoc: f.nginxDoc}
	server := e
	for server != nil && !server.is("server") {
		server = server.parent
	}
	target := e.args[len(e.args)-1].text
	to := v.location(server, target)
	var from *directive
	f.each(server.block, func(d *directive) {
		if from == nil && d.is("location") && findHeader(added(d.block), hAllowOrigin) != nil && slices.Contains(f.nearest(d, "error_page"), e) {
			from = d
		}
	})
	if from == nil || to == nil || f.mended[to] {
		return nil
	}
	f.mended[to] = true
	if to.src != f.src {
		f.note("%s: repeat the CORS headers of %s there", to.src.position(to.start()), describe(from))
		return nil
	}
	if own := added(to.block); len(own) > 0 {
		f.after(own[len(own)-1], f.lines(from))
	} else if len(to.block) > 0 && to.block[0].src == f.src {
		f.before(to.block[0], f.lines(from))
	} else {
		f.insert(to.open+1, f.src.newline()+f.indented(f.lines(from), f.src.indent(to.start())+f.unit())+f.src.indent(to.start()))
	}
	return nil
}

// hide removes the CORS headers of an upstream.
func (f *nginxFix) hide(h *directive) {
	name := hideName(h)
	var b strings.Builder
	for _, header := range hidden {
		b.WriteString(name + " " + header + ";\n")
	}
	if have := f.nearest(h.parent, name); len(have) > 0 {
		last := have[len(have)-1]
		if !f.mended[last] {
			f.mended[last] = true
			f.after(last, b.String())
		}
		return
	}
	f.after(h, b.String())
}

// hidden are the headers of an upstream that a policy replaces.
var hidden = []string{
	"Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Allow-Methods", "Access-Control-Allow-Headers",
	"Access-Control-Expose-Headers", "Access-Control-Max-Age", "Access-Control-Allow-Private-Network",
}

// preflight answers OPTIONS before the directive that it would meet.
func (f *nginxFix) preflight(d *directive) error {
	if d.is("return") {
		f.replace(d.args[0].start, d.args[0].end, "204")
		if len(d.args) > 1 {
			f.replace(d.args[0].end, d.args[len(d.args)-1].end, "")
		}
		return nil
	}
	// The server's own login holds for the locations that inherit it: the
	// server answers the preflight, with its headers or with theirs.
	at := d
	if d.parent != nil && d.parent.is("limit_except") {
		at = d.parent
	}
	scope := scopeOf(at)
	var places []*directive
	if scope == nil || findHeader(f.effective(scope), hAllowOrigin) != nil {
		places = append(places, scope)
	}
	if scope != nil && (len(places) == 0 || scope.is("location")) {
		f.each(scope.block, func(l *directive) {
			if l.is("location") && findHeader(f.effective(l), hAllowOrigin) != nil && d.is(auths...) && slices.Contains(f.nearest(l, d.name.text), d) {
				places = append(places, l)
			}
		})
	}
	for _, place := range places {
		late := d.is("if") && d.parent == place // an answer is there, and stands too late
		if f.mended[place] || f.answersPreflight(place) != nil && !late {
			continue
		}
		f.mended[place] = true
		f.admitOptions(place)
		if f.ownAnswer(place) != nil && !late {
			continue
		}
		lines := "# Before any authentication.\nif ($request_method = OPTIONS) {\n    return 204;\n}\n"
		if x := f.firstExit(place); x != nil && (place != scope || x.start() < at.start()) {
			f.before(x, lines)
		} else if place == scope {
			f.before(at, lines)
		} else if len(place.block) > 0 {
			f.before(place.block[0], lines)
		}
	}
	return nil
}

// firstExit is the first directive of a place after which an if may not be asked
// any more, nil without.
func (f *nginxFix) firstExit(place *directive) *directive {
	for _, x := range f.within(place) {
		if x.src == f.src && !f.gone[x] && f.leaves(x) {
			return x
		}
	}
	return nil
}

// admitOptions takes OPTIONS out of the limit_except of a place, past which no
// if of that place is asked.
func (f *nginxFix) admitOptions(place *directive) {
	x := f.takesOptions(place)
	switch {
	case x == nil || f.mended[x]:
	case x.src != f.src || len(x.args) == 0:
		f.note("%s: add OPTIONS to the methods of this limit_except", x.src.position(x.start()))
	default:
		f.mended[x] = true
		f.insert(x.args[len(x.args)-1].end, " OPTIONS")
	}
}

// names puts the policy's names in place of reflected ones, or of *.
func (f *nginxFix) names(off int) {
	d := f.at(off)
	f.policy = f.withPolicy()
	header := headerName(d)
	if d.is("set") || d.parent != nil && d.parent.is("map") {
		header = hAllowHeaders
	}
	names := map[string][]string{hAllowHeaders: f.policy.AllowHeaders, hAllowMethods: f.policy.AllowMethods, hExposeHeaders: f.policy.ExposeHeaders}[header]
	w := d.args[0]
	if d.is("add_header", "set") {
		w = d.args[1]
	}
	switch {
	case len(names) > 0:
		f.replace(w.start, w.end, `"`+strings.Join(names, ", ")+`"`)
	case d.is("add_header"):
		f.remove(d.start(), d.end)
		f.gone[d] = true
		f.note("%s is taken away, as no name is known for it: list them with --%s", d.arg(0), flagOf(header))
	default:
		f.replace(w.start, w.end, `""`)
		f.note("no request header is allowed now: list them with --allow-header")
	}
}

func flagOf(header string) string {
	switch header {
	case hAllowMethods:
		return "allow-method"
	case hExposeHeaders:
		return "expose-header"
	}
	return "allow-header"
}

// withPolicy is the policy that was asked for, or the file's own, which may lack
// origins.
func (c *correction) withPolicy() snippets.Policy {
	c.Policy = c.reviewed.policy
	if c.wanted != nil {
		c.Policy = *c.wanted
	}
	return c.Policy
}
