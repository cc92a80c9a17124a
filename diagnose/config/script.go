package config

import (
	"path"
	"slices"
	"strings"

	"corstui/snippets"
)

// scriptDoc is a JavaScript file: a Worker module or an Express app.
type scriptDoc struct {
	*program
	kind Kind
	// commonJS says that the file uses require().
	commonJS bool
	// overruled is the line that puts a policy in place of the file's own, nil
	// without.
	overruled *node
}

// parseScript reads JavaScript, and tells Workers from Express apps.
func parseScript(src *source, files Files) (document, Kind, error) {
	top, err := parseJS(src)
	if err != nil {
		return nil, "", err
	}
	d := &scriptDoc{program: newProgram(src, files, top)}
	d.kind, d.commonJS = d.tell()
	if d.kind == "" {
		return nil, "", &ReadError{Position{File: src.name}, "this JavaScript is neither a Worker nor an Express app", "a module with export default { fetch }, or a file that uses express"}
	}
	d.overruled = d.wrapped()
	return d, d.kind, nil
}

// tell says what a script is by what it imports and exports.
func (d *scriptDoc) tell() (Kind, bool) {
	commonJS, express, worker := false, false, false
	d.top.walk(func(n *node) bool {
		switch {
		case n.kind == kCall && n.dottedCallee() == "require":
			commonJS = true
			if a := n.arg(0); a != nil && a.text == "express" {
				express = true
			}
		case n.kind == kImport && n.text == "express", n.kind == kCall && n.dottedCallee() == "express":
			express = true
		case n.kind == kExport && n.text == "default":
			if v := d.object(n.a); v != nil && v.prop("fetch") != nil {
				worker = true
			}
			if n.a != nil && n.a.kind == kClass || n.a != nil && n.a.kind == kNew || n.a != nil && n.a.kind == kIdent || n.a != nil && n.a.kind == kCall {
				worker = true
			}
		case n.kind == kCall && n.callee() == "addEventListener" && n.arg(0) != nil && n.arg(0).text == "fetch":
			worker = true
		case n.kind == kExport && n.text == "" && len(n.list) > 0:
			if f := n.list[0]; strings.HasPrefix(f.text, "onRequest") || f.kind == kDecl && f.a.kind == kIdent && strings.HasPrefix(f.a.text, "onRequest") {
				worker = true
			}
		case n.kind == kMember && n.a.dotted() == "module" && n.text == "exports":
			commonJS = true
		}
		return true
	})
	switch {
	case express:
		return KindExpress, commonJS && !d.hasImport()
	case worker:
		return KindWorker, false
	}
	// A middleware in a file of its own: function (req, res, next).
	found := false
	d.top.walk(func(n *node) bool {
		if n.kind == kFunc && len(n.list) >= 2 && n.list[0].text == "req" && n.list[1].text == "res" {
			found = true
		}
		return true
	})
	if found {
		return KindExpress, commonJS && !d.hasImport()
	}
	return "", false
}

func (d *scriptDoc) hasImport() bool {
	return slices.ContainsFunc(d.top.list, func(n *node) bool { return n.kind == kImport || n.kind == kExport })
}

// wrapped finds the line that puts a drop-in in front of all there is: a Worker
// that is exported inside of it, an app that uses it first.
func (d *scriptDoc) wrapped() *node {
	isDropIn := func(n *node) bool {
		if n == nil || n.kind != kIdent {
			return false
		}
		im, ok := d.imports[n.text]
		return ok && isMarked(d.files, im.module)
	}
	var at *node
	d.top.walk(func(n *node) bool {
		switch {
		case at != nil:
			return false
		case n.kind == kExport && n.text == "default" && n.a != nil && n.a.kind == kCall && isDropIn(n.a.a):
			at = n
		case n.kind == kCall && n.callee() == "use" && len(n.list) == 1 && isDropIn(n.arg(0)):
			at = n
		}
		return true
	})
	return at
}

// isMarked says whether a module of this name is a drop-in, by its first line.
func isMarked(files Files, module string) bool {
	if !strings.HasPrefix(module, "./") && !strings.HasPrefix(module, "../") {
		return false
	}
	content, err := files.ReadFile(path.Clean(module))
	return err == nil && strings.HasPrefix(string(content), "// "+snippets.Mark)
}

func (d *scriptDoc) review(r *reviewer) {
	v := newCodeReview(d.program, r)
	v.values()
	s := &scriptReview{codeReview: v, doc: d}
	s.libraries()
	if d.kind == KindWorker {
		s.worker()
	} else {
		s.express()
	}
	tangled(r, d.program)
	overrule(r, d.src, d.overruled)
}

// tangled says so where a file was too much to follow.
func tangled(r *reviewer, p *program) {
	if p.steps > maxSteps {
		r.add(p.src, 0, "not-understood", "This file is too tangled to be followed to its end.")
	}
}

// overrule turns what a wrapper puts right into hints.
func overrule(r *reviewer, src *source, by *node) {
	if by == nil {
		return
	}
	line := src.position(by.start)
	seen := map[int]bool{}
	var rest []Problem
	for _, p := range r.Problems {
		if p.ID == "cookies-joined" {
			rest = append(rest, p)
		} else if !seen[p.Line] && p.at == src {
			seen[p.Line] = true
			old := r.Problems
			r.Problems = nil
			r.add(src, p.off, "overruled", lineName(line))
			rest = append(rest, r.Problems...)
			r.Problems = old
		}
	}
	r.Problems = rest
}

// scriptReview holds the rules of JavaScript.
type scriptReview struct {
	*codeReview
	doc *scriptDoc
}

// libraries looks at the options of CORS libraries: npm's cors, hono/cors,
// @fastify/cors have the same names.
func (s *scriptReview) libraries() {
	s.top.walk(func(n *node) bool {
		if n.kind == kCall && s.isCORSLibrary(n.a) {
			s.stated.found = true
			s.corsOptions(n)
		}
		return true
	})
}

// isCORSLibrary says whether a name is a CORS library's function.
func (s *scriptReview) isCORSLibrary(n *node) bool {
	if n.kind != kIdent {
		return false
	}
	m := s.imports[n.text].module
	return m == "cors" || m == "hono/cors" || m == "@fastify/cors"
}

func (s *scriptReview) corsOptions(call *node) {
	o := s.object(call.arg(0))
	if call.arg(0) != nil && o == nil {
		if s.program.local(call.arg(0)) == nil {
			s.report(call, "not-understood", "The options of this cors() are not in this file.")
		}
		return
	}
	credentials := false
	if c := o.prop("credentials"); c != nil {
		v, _ := s.program.constant(c.b)
		credentials = v == "true"
	}
	s.stated.credentials = s.stated.credentials || credentials
	for prop, header := range map[string]string{"methods": hAllowMethods, "allowedHeaders": hAllowHeaders, "exposedHeaders": hExposeHeaders, "maxAge": hMaxAge, "allowMethods": hAllowMethods, "allowHeaders": hAllowHeaders, "exposeHeaders": hExposeHeaders} {
		p := o.prop(prop)
		if p == nil {
			continue
		}
		names, ok := s.strings(p.b)
		if v, one := s.program.constant(p.b); one {
			names, ok = list(v), true
		}
		if ok {
			for _, name := range names {
				s.stated.note(header, name)
				if name == "*" && credentials {
					s.report(p.b, "wildcard-list-with-credentials", canonical(header))
				}
			}
		}
	}
	s.corsDefaults(call, o)
	p := o.prop("origin")
	if p == nil {
		s.stated.note(hAllowOrigin, "*")
		if credentials {
			s.report(call, "wildcard-with-credentials")
		}
		return
	}
	s.corsOrigin(p.b, credentials, 0)
}

// corsDefaults takes over what these libraries allow where an option is left
// out: npm's cors and hono/cors the usual methods, each of them whatever request
// headers the preflight asks for.
func (s *scriptReview) corsDefaults(call, o *node) {
	if o.prop("methods") == nil && o.prop("allowMethods") == nil && s.imports[call.a.text].module != "@fastify/cors" {
		s.stated.note(hAllowMethods, "PUT, PATCH, DELETE")
	}
	if o.prop("allowedHeaders") == nil && o.prop("allowHeaders") == nil {
		s.stated.anyHeader = true
	}
}

// corsOrigin looks at the option origin: true reflects, a string is sent as it
// is, an array holds strings and regular expressions, a function decides.
func (s *scriptReview) corsOrigin(n *node, credentials bool, depth int) {
	if depth > 4 {
		return
	}
	if v, ok := s.program.constant(n); ok {
		s.corsConstant(n, v, credentials, depth > 0)
		return
	}
	if re, flags, at := s.regexp(n); at != nil {
		if pat, ok := compile(re, strings.Contains(flags, "i")); ok {
			s.pattern(patternAt{pat, at}, "Allow-Origin")
		} else {
			s.report(at, "not-understood", "This regular expression is not in the syntax that is understood here.")
		}
		return
	}
	if es, ok := s.elements(n); ok {
		for _, e := range es {
			s.corsOrigin(e, credentials, depth+1)
		}
		return
	}
	if f := s.local(n); f != nil {
		s.corsFunction(f)
		return
	}
	if s.passedOn(n) || n.kind == kBinary && s.passedOn(n.a) {
		return
	}
	s.report(n, "not-understood", "Which origins this lets in is not in this file.")
}

func (s *scriptReview) corsConstant(n *node, v string, credentials, listed bool) {
	switch {
	case v == "true":
		s.report(n, "origin-reflected", "Allow-Origin")
	case v == "false":
	case v == "*":
		s.stated.note(hAllowOrigin, v)
		if credentials {
			s.report(n, "wildcard-with-credentials")
		}
	case v == "null":
		s.report(n, "null-origin")
	case severalOrigins(v) != nil:
		s.stated.note(hAllowOrigin, v)
		s.report(n, "allow-origin-multiple")
	default:
		s.stated.note(hAllowOrigin, v)
		if fault, _ := originFault(v); fault != "" {
			s.report(n, "allow-origin-invalid", v, fault)
		}
	}
}

// corsFunction looks at a function that decides: callback(null, true), or a
// returned origin.
func (s *scriptReview) corsFunction(f *node) {
	s.noteChecks(decided{})
	judge := func(at *node, known decided, yes bool) {
		if yes {
			s.reflection(header{at: at}, outcome{kind: "origin", at: at}, known)
		}
	}
	if len(f.list) > 1 {
		callback := f.list[1].text
		f.walk(func(n *node) bool {
			if n.kind == kCall && n.a.kind == kIdent && n.a.text == callback && len(n.list) > 1 {
				answer := n.arg(1)
				if v, ok := s.program.constant(answer); ok {
					judge(n, s.guardedBy(n, 0), v == "true")
				} else if s.origin(answer) == wholeValue {
					judge(n, s.guardedBy(n, 0), true)
				} else {
					judge(n, both(s.guardedBy(n, 0), s.decides(answer, true)), true)
				}
			}
			return true
		})
		return
	}
	for _, r := range returned(f) {
		for _, o := range s.outcomes(r) {
			known := both(o.known, s.guardedBy(r, 0))
			switch {
			case o.kind == "origin":
				judge(o.at, known, true)
			case o.kind == "const" && o.text != "" && o.text != "false":
				s.corsConstant(o.at, o.text, false, true)
			}
		}
	}
}
