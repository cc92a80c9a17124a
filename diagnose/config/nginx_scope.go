package config

import (
	"slices"
	"strings"
)

// The names of the response headers that count here, in lower case.
const (
	hAllowOrigin      = "access-control-allow-origin"
	hAllowCredentials = "access-control-allow-credentials"
	hAllowMethods     = "access-control-allow-methods"
	hAllowHeaders     = "access-control-allow-headers"
	hExposeHeaders    = "access-control-expose-headers"
	hMaxAge           = "access-control-max-age"
	hVary             = "vary"
)

// isCORSHeader says whether a name belongs to CORS.
func isCORSHeader(name string) bool {
	return strings.HasPrefix(strings.ToLower(name), "access-control-")
}

// added are the add_header directives that a block has of its own.
func added(block []*directive) []*directive {
	var out []*directive
	for _, d := range block {
		if d.is("add_header") && len(d.args) >= 2 {
			out = append(out, d)
		}
	}
	return out
}

func headerName(d *directive) string { return strings.ToLower(d.arg(0)) }

// find returns the first of the directives that add this header, nil without.
func findHeader(ds []*directive, name string) *directive {
	for _, d := range ds {
		if headerName(d) == name {
			return d
		}
	}
	return nil
}

// varies says whether one of the directives adds Vary with Origin in it. A
// variable may hold it: it is believed.
func varies(ds []*directive) bool {
	for _, d := range ds {
		if headerName(d) != hVary {
			continue
		}
		for v := range strings.SplitSeq(d.arg(1), ",") {
			v = strings.ToLower(strings.TrimSpace(v))
			if v == "origin" || v == "*" || strings.HasPrefix(v, "$") {
				return true
			}
		}
	}
	return false
}

func always(d *directive) bool { return d.arg(2) == "always" }

// within are the directives of a block; nil is the top of the file.
func (n *nginxDoc) within(d *directive) []*directive {
	if d == nil {
		return n.top
	}
	return d.block
}

// inherits says how a block takes over add_header from outside: "on" where it
// has none of its own, "merge" beside its own, "off" never (add_header_inherit,
// nginx 1.29.3).
func (n *nginxDoc) inherits(d *directive) string {
	for at := d; ; at = at.parent {
		if x := n.named(at, "add_header_inherit"); len(x) > 0 {
			return x[0].arg(0)
		}
		if at == nil {
			return "on"
		}
	}
}

// effective are the add_header directives that hold in a block.
func (n *nginxDoc) effective(d *directive) []*directive {
	own := added(n.named(d, "add_header"))
	if d == nil {
		return own
	}
	switch n.inherits(d) {
	case "merge":
		return append(own[:len(own):len(own)], n.effective(d.parent)...)
	case "off":
		return own
	}
	if len(own) > 0 {
		return own
	}
	return n.effective(d.parent)
}

// nearest returns the directives of a name that hold in a block: its own, else
// those of the nearest block around it that has some.
func (n *nginxDoc) nearest(d *directive, name string) []*directive {
	for at := d; ; at = at.parent {
		if out := n.named(at, name); len(out) > 0 || at == nil {
			return out
		}
	}
}

// methodsOf are the methods that an if on $request_method holds for; ok is
// false for another condition. A negated one is not understood here.
func methodsOf(d *directive) (methods []string, ok bool) {
	c := d.condition()
	if !d.is("if") || len(c) != 3 || c[0] != "$request_method" {
		return nil, false
	}
	switch c[1] {
	case "=":
		return []string{c[2]}, true
	case "~", "~*":
		p, ok := compile(c[2], c[1] == "~*")
		if !ok {
			return nil, false
		}
		for _, m := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} {
			if p.match(m) {
				methods = append(methods, m)
			}
		}
		return methods, true
	}
	return nil, false
}

// forOptions says whether an if holds for OPTIONS and no other method, or for
// preflights alone.
func (n *nginxDoc) forOptions(d *directive) bool {
	if m, ok := methodsOf(d); ok {
		return len(m) == 1 && strings.EqualFold(m[0], "OPTIONS")
	}
	c := d.condition()
	if !d.is("if") || len(c) == 0 || len(c) > 3 || n.spent() {
		return false
	}
	if c[0] == "$http_access_control_request_method" && (len(c) == 1 || c[1] == "!=") {
		return true
	}
	if m := n.maps[c[0]]; m != nil {
		// A map over the method, whose keys name OPTIONS alone.
		if !strings.Contains(m.arg(0), "$request_method") {
			return false
		}
		for _, e := range m.block {
			if !e.is("default") && e.arg(0) != "" && e.arg(0) != "0" && !strings.Contains(e.name.text, "OPTIONS") {
				return false
			}
		}
		return true
	}
	return n.flagForOptions(d, c)
}

// flagForOptions says whether an if asks for a flag that ifs for OPTIONS alone
// have set, perhaps behind what it was: "${cors}options".
func (n *nginxDoc) flagForOptions(d *directive, c []string) bool {
	found := false
	for _, s := range n.sets[c[0]] {
		fixed := flagText(s)
		if fixed == "" || len(c) == 3 && (c[1] != "=" || !strings.Contains(c[2], fixed)) {
			continue
		}
		options := s.parent != nil && s.parent.is("if") && s.parent != d && n.forOptions(s.parent)
		if len(c) == 1 && !options {
			return false
		}
		found = found || options
	}
	return found
}

// flagText is what a set gives its variable, without the variables in it.
func flagText(s *directive) string {
	text := s.arg(1)
	if i := strings.IndexByte(text, '$'); i >= 0 {
		_, after, _ := strings.Cut(text[i:], "}")
		return text[:i] + after
	}
	return text
}

// returns is the return directive of a block, nil without.
func returns(block []*directive) *directive {
	for _, d := range block {
		if d.is("return") {
			return d
		}
	}
	return nil
}

// takesOptions is the limit_except of a place that OPTIONS goes to, nil without.
// Nginx swaps the location's configuration for that block before the rewrite
// phase: an if or a return beside it is not asked then.
func (n *nginxDoc) takesOptions(d *directive) *directive {
	for _, x := range n.named(d, "limit_except") {
		if x.braced && !slices.ContainsFunc(x.args, func(w word) bool { return w.text == "OPTIONS" }) {
			return x
		}
	}
	return nil
}

// ownAnswer returns the if or return of a place that answers OPTIONS, nil without.
// Nginx runs them in the order of the file, up to a break.
func (n *nginxDoc) ownAnswer(d *directive) *directive {
	for _, x := range n.within(d) {
		if x.is("return") || x.is("if") && n.forOptions(x) && returns(x.block) != nil {
			return x
		}
		if x.is("break") || x.is("rewrite") && x.arg(2) != "" {
			return nil
		}
	}
	return nil
}

// leaves says whether nothing that stands after a directive may be run any more.
func (n *nginxDoc) leaves(d *directive) bool {
	switch {
	case d.is("return", "break"):
		return true
	case d.is("rewrite"):
		return d.arg(2) != "" || strings.HasPrefix(d.arg(1), "http") || strings.HasPrefix(d.arg(1), "$scheme")
	}
	return d.is("if") && !n.forOptions(d) && slices.ContainsFunc(d.block, n.leaves)
}

// asksFor is the variable of something that no preflight carries, where an if
// turns away whoever comes without it; "" for another if.
func asksFor(d *directive) string {
	c := d.condition() // an empty string is left out of it
	if !d.is("if") || len(c) != 2 && len(c) != 3 {
		return ""
	}
	ret := returns(d.block)
	if ret == nil || ret.arg(0) != "401" && ret.arg(0) != "403" {
		return ""
	}
	empty := c[1] == "=" && len(c) == 2 || c[1] == "!=" && len(c) == 3
	if strings.HasPrefix(c[1], "!~") && len(c) == 3 {
		p, ok := compile(c[2], c[1] == "!~*")
		empty = ok && !p.match("")
	}
	name := strings.ToLower(c[0])
	secret := name == "$http_authorization" || strings.HasPrefix(name, "$cookie_") || name == "$http_cookie" ||
		strings.HasPrefix(name, "$http_x_") && !strings.HasPrefix(name, "$http_x_forwarded") && name != "$http_x_real_ip"
	if !empty || !secret {
		return ""
	}
	return c[0]
}

// answersPreflight returns the if that answers OPTIONS in a place: its own, or
// one of the server around it, which nginx asks first. Those of a location around
// it are not asked. A return at a place of its own answers everything.
func (n *nginxDoc) answersPreflight(d *directive) *directive {
	for at := d; ; at = at.parent {
		if (at == nil || at == d || at.is("server")) && n.takesOptions(at) == nil {
			if x := n.ownAnswer(at); x != nil {
				return x
			}
		}
		if at == nil || at.is("server", "http") {
			return nil
		}
	}
}

// handler is the directive that makes the answer of a location: a *_pass, or
// nil for files.
func handler(block []*directive) *directive {
	for _, d := range block {
		if strings.HasSuffix(d.name.text, "_pass") && !d.is("auth_request_pass") {
			return d
		}
	}
	return nil
}

// flow is one way in which a value comes to be.
type flow struct {
	kind string // "const", "origin", "requested", "empty", "unknown"
	text string
	at   *directive
	word word
	// checks are the patterns that the Origin passed on this way.
	checks []check
	// byOrigin says that the way depends on the header Origin.
	byOrigin bool
}

// check is a pattern that an Origin must fit, and where it stands.
type check struct {
	p          *pattern
	d          *directive
	word       word
	expr       string
	plain      bool // a map's plain key, which nginx compares in any case
	ignoreCase bool
	unread     bool // a regular expression of a syntax that was not understood
}

// resolve follows a value of add_header to what it can be.
func (n *nginxDoc) resolve(d *directive, w word, checks []check, depth int) []flow {
	text, spent := w.text, n.spent()
	byOrigin := len(checks) > 0
	f := flow{text: text, at: d, word: w, checks: checks, byOrigin: byOrigin}
	name := strings.NewReplacer("{", "", "}", "").Replace(text)
	switch {
	case text == "":
		f.kind = "empty"
	case !strings.Contains(text, "$"):
		f.kind = "const"
	case name == "$http_origin":
		f.kind, f.byOrigin = "origin", true
	case name == "$http_access_control_request_headers":
		f.kind = "requested"
	case depth > 8 || spent:
		f.kind = "unknown"
	case n.maps[name] != nil:
		return n.resolveMap(n.maps[name], checks, depth)
	case len(n.sets[name]) > 0:
		var out []flow
		for _, s := range n.sets[name] {
			out = append(out, n.resolve(s, s.args[1], append(n.guards(s.parent, depth+1), checks...), depth+1)...)
		}
		return out
	case n.capture(name, checks):
		f.kind, f.byOrigin = "origin", true
	default:
		f.kind = "unknown"
	}
	return []flow{f}
}

// spent counts a step, and says whether there were too many.
func (n *nginxDoc) spent() bool {
	n.steps++
	return n.steps > maxSteps
}

// capture says whether a variable is a group of a pattern that the Origin fits.
func (n *nginxDoc) capture(name string, checks []check) bool {
	return len(name) == 2 && name[1] >= '0' && name[1] <= '9' && len(checks) > 0
}

// resolveMap follows each entry of a map.
func (n *nginxDoc) resolveMap(m *directive, checks []check, depth int) []flow {
	var out []flow
	origin := m.arg(0) == "$http_origin"
	mixed := !origin && strings.Contains(m.arg(0), "$http_origin")
	// A flag that a map over the Origin has made.
	flag := n.maps[m.arg(0)]
	if flag != nil && (flag.arg(0) != "$http_origin" || flag == m) {
		flag = nil
	}
	for _, e := range m.block {
		if n.steps > maxSteps {
			break
		}
		if len(e.args) != 1 || e.is("hostnames", "volatile", "include") {
			if e.is("include") {
				out = append(out, flow{kind: "unknown", at: e, word: e.name, byOrigin: origin || mixed})
			}
			continue
		}
		own := checks
		if origin && !(e.is("default") && !e.name.quoted) && e.name.text != "" {
			own = append(own[:len(own):len(own)], newCheck(e, e.name))
		}
		if flag != nil {
			own = append(own[:len(own):len(own)], flagChecks(flag, e)...)
		}
		for _, f := range n.resolve(e, e.args[0], own, depth+1) {
			f.byOrigin = f.byOrigin || origin || mixed || flag != nil
			if mixed && f.kind == "origin" {
				f.kind = "unknown"
			}
			out = append(out, f)
		}
	}
	return out
}

// flagChecks are the entries of a map over the Origin that lead to an entry of
// the map over its result.
func flagChecks(flag, e *directive) []check {
	if e.is("default") && !e.name.quoted {
		return nil
	}
	var out []check
	for _, x := range flag.block {
		if len(x.args) == 1 && x.arg(0) == e.name.text && !x.is("default", "hostnames", "volatile", "include") && x.name.text != "" {
			out = append(out, newCheck(x, x.name))
		}
	}
	return out
}

// newCheck reads a key of a map, or the right side of an if: "~" and "~*" begin
// a regular expression, anything else is a string.
func newCheck(d *directive, w word) check {
	c := check{d: d, word: w}
	if expr, ok := strings.CutPrefix(w.text, "~*"); ok {
		c.expr, c.ignoreCase = expr, true
	} else if expr, ok := strings.CutPrefix(w.text, "~"); ok {
		c.expr = expr
	} else {
		text := strings.TrimPrefix(w.text, `\`)
		c.plain = true
		c.p = &pattern{match: func(o string) bool { return strings.EqualFold(o, text) }, samples: []string{text}, exact: true}
		return c
	}
	var ok bool
	c.p, ok = compile(c.expr, c.ignoreCase)
	c.unread = !ok
	return c
}

// guards are the checks that the ifs around a place make of the Origin: by a
// pattern, or by a variable that such an if has set.
func (n *nginxDoc) guards(d *directive, depth int) []check {
	var out []check
	for at := d; at != nil && depth < 8 && !n.spent(); at = at.parent {
		if !at.is("if") {
			continue
		}
		c := at.condition()
		switch {
		case len(c) == 3 && c[0] == "$http_origin" && (c[1] == "~" || c[1] == "~*" || c[1] == "="):
			w := at.args[len(at.args)-1]
			k := check{d: at, word: w}
			if c[1] == "=" {
				k.p = &pattern{match: func(o string) bool { return o == c[2] }, samples: []string{c[2]}, exact: true}
			} else {
				k.expr, k.ignoreCase = c[2], c[1] == "~*"
				var ok bool
				k.p, ok = compile(c[2], k.ignoreCase)
				k.unread = !ok
			}
			out = append(out, k)
		case len(c) == 1 || len(c) == 3 && (c[1] == "=" || c[1] == "!="):
			if m := n.maps[c[0]]; m != nil && m.arg(0) == "$http_origin" {
				for _, e := range m.block {
					if !e.is("default", "hostnames", "volatile", "include") && e.name.text != "" && e.arg(0) != "" && e.arg(0) != "0" {
						out = append(out, newCheck(e, e.name))
					}
				}
			}
			for _, s := range n.sets[c[0]] {
				fixed := flagText(s)
				if s.parent != nil && s.parent != at && fixed != "" && (len(c) == 1 || strings.Contains(c[2], fixed)) {
					out = append(out, n.guards(s.parent, depth+1)...)
				}
			}
		}
	}
	return out
}

// context is where the file stands, by what is at its top.
func (n *nginxDoc) context() string {
	context := "server"
	for _, d := range n.top {
		switch {
		case d.is("http", "events"):
			return "main"
		case d.is("server", "map", "upstream", "geo", "log_format", "split_clients"):
			context = "http"
		}
	}
	return context
}
