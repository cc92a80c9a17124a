package config

import (
	"fmt"
	"slices"
	"strings"

	"corstui/snippets"
)

// goDoc is a Go file.
type goDoc struct {
	*program
	pkg       string
	overruled *node
}

func parseGo(src *source, files Files) (document, error) {
	top, pkg, err := readGo(src)
	if err != nil {
		return nil, err
	}
	d := &goDoc{program: newProgram(src, files, top), pkg: pkg}
	d.overruled = d.wrapped()
	return d, nil
}

// wrapped finds the call that puts a drop-in around the whole handler.
func (d *goDoc) wrapped() *node {
	for _, h := range d.served() {
		if h.kind == kCall && h.a.kind == kIdent && d.local(h.a) == nil && len(h.list) == 1 {
			for _, name := range []string{"cors.go", "cors_policy.go"} {
				content, err := d.files.ReadFile(name)
				if err == nil && strings.HasPrefix(string(content), "// "+snippets.Mark) && strings.Contains(string(content), "\nfunc "+h.a.text+"(") {
					return h
				}
			}
		}
	}
	return nil
}

// served are the handlers that servers are started with.
func (d *goDoc) served() []*node {
	var out []*node
	d.top.walk(func(n *node) bool {
		switch {
		case n.kind == kCall && (n.dottedCallee() == "http.ListenAndServe" || n.dottedCallee() == "http.Serve") && len(n.list) == 2:
			out = append(out, n.arg(1))
		case n.kind == kCall && n.dottedCallee() == "http.ListenAndServeTLS" && len(n.list) == 4:
			out = append(out, n.arg(3))
		case n.kind == kObject && n.text == "http.Server":
			if h := n.prop("Handler"); h != nil {
				out = append(out, h.b)
			}
		case n.kind == kAssign && n.a.kind == kMember && n.a.text == "Handler":
			out = append(out, n.b)
		}
		return true
	})
	return out
}

func (d *goDoc) review(r *reviewer) {
	v := newCodeReview(d.program, r)
	g := &goReview{v, d}
	g.values()
	g.options()
	g.chains()
	g.methods()
	g.early()
	g.proxies()
	tangled(r, d.program)
	overrule(r, d.src, d.overruled)
}

// goReview holds the rules of Go.
type goReview struct {
	*codeReview
	doc *goDoc
}

// options looks at the options of CORS libraries: rs/cors, go-chi/cors,
// gin-contrib/cors, gorilla/handlers.
func (g *goReview) options() {
	g.top.walk(func(n *node) bool {
		switch {
		case n.kind == kObject && (n.prop("AllowedOrigins") != nil || n.prop("AllowOrigins") != nil || n.prop("AllowAllOrigins") != nil || n.prop("AllowOriginFunc") != nil):
			g.literal(n)
		case n.kind == kCall && n.dottedCallee() == "handlers.CORS":
			g.gorilla(n)
		}
		return true
	})
}

func (g *goReview) literal(n *node) {
	g.stated.found = true
	truth := func(name string) bool {
		p := n.prop(name)
		if p == nil {
			return false
		}
		v, _ := g.program.constant(p.b)
		return v == "true"
	}
	credentials := truth("AllowCredentials")
	g.stated.credentials = g.stated.credentials || credentials
	for _, name := range []string{"AllowedOrigins", "AllowOrigins"} {
		if p := n.prop(name); p != nil {
			g.origins(p.b, credentials)
		}
	}
	if truth("AllowAllOrigins") {
		g.stated.note(hAllowOrigin, "*")
		if credentials {
			g.report(n.prop("AllowAllOrigins"), "wildcard-with-credentials")
		}
	}
	for name, header := range map[string]string{"AllowedMethods": hAllowMethods, "AllowMethods": hAllowMethods, "AllowedHeaders": hAllowHeaders, "AllowHeaders": hAllowHeaders, "ExposedHeaders": hExposeHeaders, "ExposeHeaders": hExposeHeaders} {
		if p := n.prop(name); p != nil {
			if names, ok := g.strings(p.b); ok {
				for _, v := range names {
					g.stated.note(header, v)
				}
			}
		}
	}
	if n.prop("AllowedHeaders") == nil {
		pkg, _, _ := strings.Cut(n.text, ".")
		g.stated.note(hAllowHeaders, defaultHeaders[g.imports[pkg].module])
	}
	if p := n.prop("AllowOriginFunc"); p != nil {
		if f := g.local(p.b); f != nil {
			g.decider(f)
		} else {
			g.report(p, "not-understood", "Which origins this function lets in is not in this file.")
		}
	}
}

// defaultHeaders are the request headers that a library allows where none are
// listed, less those that need no permission (rs/cors and go-chi/cors, New).
var defaultHeaders = map[string]string{
	"github.com/rs/cors":     "Content-Type, X-Requested-With",
	"github.com/go-chi/cors": "Content-Type",
}

// origins looks at a list of allowed origins. A * inside of one is a feature of
// these libraries.
func (g *goReview) origins(n *node, credentials bool) {
	es, ok := g.elements(n)
	if !ok {
		if !g.passedOn(n) && n.kind != kCall {
			g.report(n, "not-understood", "Which origins this lets in is not in this file.")
		}
		return
	}
	for _, e := range es {
		v, ok := g.program.constant(e)
		if !ok {
			continue
		}
		g.stated.note(hAllowOrigin, v)
		switch fault, _ := originFault(v); {
		case v == "*":
			if credentials {
				g.report(e, "wildcard-with-credentials")
			}
		case v == "null":
			g.report(e, "null-origin")
		case strings.Contains(v, "*"):
		case fault != "":
			g.report(e, "allow-origin-invalid", v, fault)
		}
	}
}

func (g *goReview) gorilla(n *node) {
	g.stated.found = true
	var options []*node
	for _, a := range n.list {
		if v := g.bound(a); len(v) == 1 {
			a = v[0]
		}
		options = append(options, a)
	}
	credentials := slices.ContainsFunc(options, func(a *node) bool { return a.kind == kCall && a.callee() == "AllowCredentials" })
	g.stated.credentials = g.stated.credentials || credentials
	for _, a := range options {
		switch {
		case a.kind == kCall && a.callee() == "AllowedOrigins":
			g.origins(a.arg(0), credentials)
		case a.kind == kCall && a.callee() == "AllowedOriginValidator" && g.local(a.arg(0)) != nil:
			g.decider(g.local(a.arg(0)))
		case a.kind == kCall && gorillaLists[a.callee()] != "":
			names, _ := g.strings(a.arg(0))
			for _, v := range names {
				g.stated.note(gorillaLists[a.callee()], v)
			}
		}
	}
}

// gorillaLists are the options of gorilla/handlers that hold names.
var gorillaLists = map[string]string{
	"AllowedHeaders": hAllowHeaders, "AllowedMethods": hAllowMethods, "ExposedHeaders": hExposeHeaders,
}

// decider looks at a function that says of an Origin whether it is allowed.
func (g *goReview) decider(f *node) {
	g.noteChecks(decided{})
	for _, r := range returned(f) {
		v, known := g.program.constant(r)
		if known && v != "true" {
			continue
		}
		d := g.guardedBy(r, 0)
		if !known {
			d = both(d, g.decides(r, true))
			if !d.any() && !g.mentionsOrigin(r) {
				d.unknown = r
			}
		}
		g.reflection(header{at: r}, outcome{kind: "origin", at: r}, d)
	}
}

// wrapper is one call around a handler.
type wrapper struct {
	call       *node
	cors, auth bool
}

// chain takes apart the calls around a handler, from outside in.
func (g *goReview) chain(n *node, depth int) []wrapper {
	for n != nil && n.kind == kUnary {
		n = n.a
	}
	if n == nil || depth > 10 {
		return nil
	}
	if n.kind == kIdent {
		var out []wrapper
		// handler = cors(handler): the last one is the outermost.
		vals := g.bound(n)
		for i := len(vals) - 1; i >= 0; i-- {
			if vals[i].kind == kCall {
				out = append(out, g.oneWrapper(vals[i], depth)...)
			}
		}
		return out
	}
	if n.kind != kCall {
		return nil
	}
	return g.oneWrapper(n, depth)
}

func (g *goReview) oneWrapper(n *node, depth int) []wrapper {
	if len(n.list) == 0 {
		return nil
	}
	w := wrapper{call: n, cors: g.isCORS(n), auth: g.isAuth(n)}
	out := []wrapper{w}
	for _, a := range n.list {
		if a.kind == kCall || a.kind == kIdent && !contains([]string{"nil", "true", "false"}, a.text) {
			if a.kind == kIdent && g.selfWrap(n, a) {
				continue
			}
			out = append(out, g.chain(a, depth+1)...)
		}
	}
	return out
}

// selfWrap says whether a call is h = f(h): what h was before comes by itself.
func (g *goReview) selfWrap(call, arg *node) bool {
	q := call.parent
	return q != nil && (q.kind == kAssign || q.kind == kDecl) && q.a.kind == kIdent && q.a.text == arg.text
}

// isCORS says whether a call wraps a handler in CORS: a function of this file
// that sets the headers, or a library's.
func (g *goReview) isCORS(n *node) bool {
	if f := g.local(n.a); f != nil {
		return g.setsIn(f)
	}
	if n.a.kind == kCall && (n.a.dottedCallee() == "handlers.CORS" || n.a.dottedCallee() == "cors.Handler") {
		return true
	}
	if recv := n.receiver(); recv != nil && n.callee() == "Handler" {
		for _, v := range g.bound(recv) {
			if v.kind == kCall && strings.HasPrefix(v.dottedCallee(), "cors.") {
				return true
			}
		}
		return recv.kind == kCall && strings.HasPrefix(recv.dottedCallee(), "cors.")
	}
	return false
}

func (g *goReview) isAuth(n *node) bool {
	f := g.local(n.a)
	return f != nil && g.refuses(f) && !g.setsIn(f)
}

// chains looks at logins around CORS.
func (g *goReview) chains() {
	var handlers []*node
	handlers = append(handlers, g.doc.served()...)
	g.top.walk(func(n *node) bool {
		if n.kind == kCall && (n.callee() == "Handle" || n.callee() == "HandleFunc") && len(n.list) == 2 {
			handlers = append(handlers, n.arg(1))
		}
		return true
	})
	for _, h := range handlers {
		var auth *node
		for _, w := range g.chain(h, 0) {
			if w.auth && auth == nil {
				auth = w.call
			}
			if w.cors {
				if auth != nil {
					g.report(auth, "preflight-behind-auth", "the login of "+auth.a.dotted()+"()")
				}
				break
			}
		}
	}
}

// methods looks at patterns of http.ServeMux with a method, to which it answers
// 405 for OPTIONS.
func (g *goReview) methods() {
	if !g.setsOrigin() {
		return
	}
	for _, h := range g.doc.served() {
		for _, w := range g.chain(h, 0) {
			if w.cors {
				return
			}
		}
	}
	wanted := false
	for _, h := range g.headers {
		wanted = wanted || h.name == hAllowHeaders || h.name == hAllowMethods
	}
	var first *node
	g.top.walk(func(n *node) bool {
		if n.kind != kCall || n.callee() != "Handle" && n.callee() != "HandleFunc" || len(n.list) != 2 {
			return true
		}
		pattern, ok := g.program.constant(n.arg(0))
		method, _, has := strings.Cut(pattern, " ")
		switch {
		case !ok:
		case !has || method == "OPTIONS":
			wanted = false
		case first == nil && (wanted || method == "PUT" || method == "PATCH" || method == "DELETE"):
			first = n
		}
		return true
	})
	if first != nil && wanted {
		pattern, _ := g.program.constant(first.arg(0))
		g.report(first, "preflight-refused", fmt.Sprintf("http.ServeMux answers 405 to OPTIONS for the pattern %q, and nothing before it answers the preflight.", pattern))
	}
}

// early looks at errors that are answered before the headers are set.
func (g *goReview) early() {
	for _, h := range g.headers {
		f := h.at.function()
		if h.name != hAllowOrigin || f == nil || g.onPreflight(h.at) {
			continue
		}
		f.b.walk(func(n *node) bool {
			if n.kind == kFunc {
				return false
			}
			if n.kind == kCall && n.dottedCallee() == "http.Error" && n.start < h.at.start && !g.guardedBy(n, 0).any() && !g.refusesOrigin(n) {
				g.report(n, "only-on-success", "http.Error answers here before Allow-Origin is set further down.")
			}
			return true
		})
	}
}

func (g *goReview) refusesOrigin(n *node) bool {
	for _, q := range guardsOf(n) {
		if g.mentionsOrigin(q.cond) {
			return true
		}
	}
	return false
}

// proxies looks at a reverse proxy whose upstream's CORS headers stay: it copies
// them beside those that are set already.
func (g *goReview) proxies() {
	if !g.stated.found {
		return
	}
	removes := false
	g.top.walk(func(n *node) bool {
		if n.kind == kCall && (n.callee() == "Del" || n.callee() == "delete" || n.callee() == "HasPrefix") {
			for _, a := range n.list {
				v, _ := g.program.constant(a)
				removes = removes || strings.HasPrefix(strings.ToLower(v), "access-control-")
			}
		}
		return true
	})
	if removes {
		return
	}
	g.top.walk(func(n *node) bool {
		if n.kind == kCall && n.dottedCallee() == "httputil.NewSingleHostReverseProxy" || n.kind == kObject && n.text == "httputil.ReverseProxy" {
			g.report(n, "upstream-headers-kept")
		}
		return true
	})
}
