package config

import (
	"fmt"
	"strings"
)

// authModules are npm packages whose middleware refuses who is not logged in.
var authModules = map[string]bool{
	"express-jwt": true, "passport": true, "express-basic-auth": true, "express-oauth2-jwt-bearer": true, "express-openid-connect": true,
	"express-bearer-token": true, "@clerk/express": true, "http-auth": true, "http-auth-connect": true, "keycloak-connect": true,
}

var routeMethods = map[string]bool{"get": true, "post": true, "put": true, "patch": true, "delete": true, "all": true}

// express looks at the order of an app's middleware, and at its routes.
func (s *scriptReview) express() {
	s.order()
	s.perRoute()
	s.proxies()
	s.errorHandlers()
}

// layer is one call of app.use(), app.get() and so on, at the top of a file or
// of a function.
type layer struct {
	call       *node
	app        string
	route      bool // answers a path, or hands over to a router
	cors, auth bool
	function   *node
}

func (s *scriptReview) layers() []layer {
	var out []layer
	s.top.walk(func(n *node) bool {
		name := n.callee()
		if n.kind != kCall || n.receiver() == nil || name != "use" && !routeMethods[name] && name != "options" || len(n.list) == 0 {
			return true
		}
		app := n.receiver().dotted()
		if app == "" || !s.isApp(n.receiver()) {
			return true
		}
		l := layer{call: n, app: app, function: n.function()}
		for i, a := range n.list {
			if v, ok := s.program.constant(a); ok && i == 0 && v != "" {
				continue
			}
			switch {
			case s.isCORS(a):
				l.cors = true
			case s.isAuth(a):
				l.auth = true
			case name == "use" && s.isRouter(a):
				l.route = true
			}
		}
		l.route = l.route || routeMethods[name]
		out = append(out, l)
		return true
	})
	return out
}

// isApp says whether a name is an Express app or router.
func (s *scriptReview) isApp(n *node) bool {
	if n.kind != kIdent {
		return false
	}
	vals := s.bound(n)
	for _, v := range vals {
		if v.kind == kCall && (v.dottedCallee() == "express" || v.callee() == "Router") || v.kind == kNew {
			return true
		}
	}
	return len(vals) == 0 && (n.text == "app" || n.text == "router") || len(vals) == 1 && vals[0].kind == kIdent && (n.text == "app" || n.text == "router")
}

// isCORS says whether an argument is a CORS middleware: a library's, or a
// function of this file that sets the headers.
func (s *scriptReview) isCORS(n *node) bool {
	if n.kind == kCall {
		return s.isCORSLibrary(n.a) || s.local(n.a) != nil && s.setsIn(s.local(n.a))
	}
	if f := s.local(n); f != nil {
		return s.setsIn(f) && len(f.list) >= 3 && len(f.list) < 4
	}
	if n.kind == kIdent {
		for _, v := range s.bound(n) {
			if v.kind == kCall && s.isCORSLibrary(v.a) {
				return true
			}
		}
	}
	return false
}

// isAuth says whether an argument refuses who is not logged in: by its package,
// or because a function of this file answers 401 or 403.
func (s *scriptReview) isAuth(n *node) bool {
	if authModules[s.imports[rootName(calleeRoot(n))].module] {
		return n.kind != kCall || n.callee() != "initialize" && n.callee() != "session"
	}
	f := s.local(n)
	if n.kind == kCall {
		f = s.local(n.a)
	}
	if n.kind == kIdent && f == nil {
		for _, v := range s.bound(n) {
			if v.kind == kCall && authModules[s.imports[rootName(calleeRoot(v))].module] {
				return true
			}
		}
	}
	return f != nil && s.refuses(f) && !s.setsIn(f)
}

// from says whether a call has something of a module in it, by name or by what
// the name is bound to.
func (s *scriptReview) from(call *node, module string) bool {
	found := false
	call.walk(func(n *node) bool {
		if n.kind == kIdent {
			found = found || s.imports[n.text].module == module
			for _, v := range s.bound(n) {
				found = found || v.kind == kCall && s.imports[rootName(calleeRoot(v))].module == module
			}
		}
		return !found
	})
	return found
}

func calleeRoot(n *node) *node {
	for n != nil && n.kind == kCall {
		n = n.a
	}
	return n
}

// refuses says whether a function answers 401 or 403, also to OPTIONS, and goes
// on otherwise.
func (p *program) refuses(f *node) bool {
	found, options := false, false
	f.walk(func(n *node) bool {
		if n.kind == kCall {
			for _, a := range n.list {
				if v, ok := p.constant(a); ok && (v == "401" || v == "403") || a.dotted() == "http.StatusUnauthorized" || a.dotted() == "http.StatusForbidden" {
					found = true
				}
			}
		}
		if n.kind == kAssign && n.a.kind == kMember && (n.a.text == "statusCode" || n.a.text == "status") {
			if v, ok := p.constant(n.b); ok && (v == "401" || v == "403") {
				found = true
			}
		}
		if p.isOptions(n) {
			options = true
		}
		return true
	})
	return found && !options
}

func (s *scriptReview) isRouter(n *node) bool {
	if n.kind != kIdent {
		return n.kind == kCall && n.dottedCallee() == "require" && strings.HasPrefix(n.arg(0).text, ".")
	}
	for _, v := range s.bound(n) {
		if v.kind == kCall && v.callee() == "Router" {
			return true
		}
	}
	m := s.imports[n.text].module
	return strings.HasPrefix(m, ".") && !isMarked(s.files, m)
}

// order looks at what comes before the first CORS middleware of an app.
func (s *scriptReview) order() {
	before := map[string][]layer{}
	done := map[string]bool{}
	for _, l := range s.layers() {
		if done[l.app] || l.call.callee() == "options" {
			continue
		}
		if !l.cors || l.route {
			before[l.app] = append(before[l.app], l)
			continue
		}
		done[l.app] = true
		routed := false
		for _, b := range before[l.app] {
			if b.function != l.function || b.cors {
				continue
			}
			if b.auth && !b.route {
				login := "this login"
				if s.from(b.call, "express-jwt") {
					// Its middleware goes on where Access-Control-Request-Headers
					// names authorization (express-jwt, src/index.ts).
					login = "this login, which lets through only a preflight that asks for Authorization,"
				}
				s.report(b.call, "preflight-behind-auth", login)
			}
			if b.route && !routed {
				routed = true
				s.report(l.call, "cors-after-routes", s.show(b.call))
			}
		}
	}
}

// show is a call as it begins: app.get("/items").
func (s *scriptReview) show(n *node) string {
	path := ""
	if v, ok := s.program.constant(n.arg(0)); ok {
		path = fmt.Sprintf("%q", v)
	} else if a := n.arg(0); a != nil && a.kind == kIdent {
		path = a.text
	}
	return fmt.Sprintf("%s.%s(%s)", n.receiver().dotted(), n.callee(), path)
}

// perRoute looks at apps whose routes set the headers one by one.
func (s *scriptReview) perRoute() {
	ls := s.layers()
	for _, l := range ls {
		if l.cors && !l.route {
			return // a middleware does
		}
	}
	options := false
	for _, l := range ls {
		options = options || l.call.callee() == "options"
	}
	for _, l := range ls {
		if !l.route {
			continue
		}
		if l.cors && !options {
			switch l.call.callee() {
			case "put", "patch", "delete":
				s.report(l.call, "preflight-refused", "The CORS middleware of this route answers no OPTIONS: "+s.show(l.call)+" needs an app.options() with it too.")
			}
		}
	}
	for _, h := range s.headers {
		if h.name != hAllowOrigin || h.group == nil {
			continue
		}
		for _, l := range ls {
			if l.route && h.at.inside(l.call) && l.call.callee() != "options" {
				s.report(h.at, "only-on-success", "Allow-Origin is set in "+s.show(l.call)+" alone: a 404, a thrown error and a preflight have none.")
				return
			}
		}
	}
}

// proxies looks at a proxy whose upstream's CORS headers stay.
func (s *scriptReview) proxies() {
	if !s.stated.found {
		return
	}
	removes := false
	s.top.walk(func(n *node) bool {
		if n.kind == kString && strings.HasPrefix(strings.ToLower(n.text), "access-control-") && n.parent != nil &&
			(n.parent.kind == kUnary && n.parent.text == "delete" || n.parent.kind == kCall && (n.parent.callee() == "removeHeader" || n.parent.callee() == "startsWith")) {
			removes = true
		}
		if n.kind == kUnary && n.text == "delete" {
			n.walk(func(m *node) bool {
				removes = removes || strings.HasPrefix(strings.ToLower(m.text), "access-control-")
				return true
			})
		}
		return true
	})
	if removes {
		return
	}
	s.top.walk(func(n *node) bool {
		if n.kind == kCall && n.a.kind == kIdent {
			switch s.imports[n.a.text].module {
			case "http-proxy-middleware", "express-http-proxy", "http-proxy":
				s.report(n, "upstream-headers-kept")
			}
		}
		return true
	})
}

// errorHandlers looks at functions of four parameters that take headers away.
func (s *scriptReview) errorHandlers() {
	s.top.walk(func(n *node) bool {
		if n.kind != kFunc || len(n.list) != 4 || n.parent == nil || n.parent.kind != kCall || n.parent.callee() != "use" {
			return true
		}
		n.walk(func(m *node) bool {
			if m.kind == kCall && m.callee() == "removeHeader" {
				if v, ok := s.program.constant(m.arg(0)); !ok || isCORSHeader(v) {
					s.report(m, "error-handler-drops-headers", "This error handler takes the CORS headers away.")
				}
			}
			return true
		})
		return true
	})
}
