package config

import "strings"

// program is a source file of JavaScript or Go as a tree, with what its names
// stand for.
type program struct {
	src   *source
	files Files
	top   *node
	// names are the declarations and assignments of each name.
	names map[string][]*node
	// calls are the calls of each function by its bare name.
	calls map[string][]*node
	// imports are the modules that local names come from.
	imports map[string]imported
	// methods are the functions that are properties of objects and classes.
	methods map[string]*node
	// steps count how far values were followed: names of names of names.
	steps int
	noted bool
}

// spent counts a step, and says whether there were too many.
func (p *program) spent() bool {
	p.steps++
	return p.steps > maxSteps
}

type imported struct {
	module, name string
	at           *node
}

func newProgram(src *source, files Files, top *node) *program {
	p := &program{src: src, files: files, top: top, names: map[string][]*node{}, calls: map[string][]*node{}, imports: map[string]imported{}, methods: map[string]*node{}}
	top.walk(func(n *node) bool {
		switch n.kind {
		case kProp:
			if n.b != nil && n.b.kind == kFunc && p.methods[n.text] == nil {
				p.methods[n.text] = n.b
			}
		case kDecl:
			p.declare(n)
		case kAssign:
			if n.a.kind == kIdent && n.text == "=" {
				p.names[n.a.text] = append(p.names[n.a.text], n)
			}
		case kFunc:
			if n.text != "" && (n.parent == nil || n.parent.kind != kProp) {
				p.names[n.text] = append(p.names[n.text], n)
			}
		case kCall:
			if name := n.callee(); name != "" {
				p.calls[name] = append(p.calls[name], n)
			}
		case kImport:
			for _, d := range n.list {
				p.imports[d.a.text] = imported{n.text, d.b.text, n}
			}
			return false
		}
		return true
	})
	return p
}

// declare notes what a declaration gives its names.
func (p *program) declare(n *node) {
	if call := n.b; call != nil && call.kind == kCall && call.dottedCallee() == "require" && call.arg(0) != nil && call.arg(0).kind == kString {
		p.bindings(n.a, func(name, from string) { p.imports[name] = imported{call.arg(0).text, from, n} })
		return
	}
	if n.a.kind == kIdent {
		p.names[n.a.text] = append(p.names[n.a.text], n)
		return
	}
	// const {headers} = request: each name is a member of what is taken apart.
	p.bindings(n.a, func(name, from string) {
		member := &node{kind: kMember, a: n.b, text: from, start: n.start, end: n.end, parent: n}
		p.names[name] = append(p.names[name], &node{kind: kDecl, a: &node{kind: kIdent, text: name}, b: member, start: n.start, end: n.end, parent: n.parent})
	})
}

// bindings calls f for each name of a pattern, with the property that it takes.
func (p *program) bindings(pattern *node, f func(name, from string)) {
	switch pattern.kind {
	case kIdent:
		f(pattern.text, "default")
	case kObject:
		for _, prop := range pattern.list {
			if prop.kind == kProp && prop.b != nil && prop.b.kind == kIdent {
				f(prop.b.text, prop.text)
			}
		}
	}
}

func (n *node) dottedCallee() string {
	if n.kind != kCall && n.kind != kNew {
		return ""
	}
	return n.a.dotted()
}

// bound are the values that a name can have where it is used: of the nearest
// function around that knows it. A parameter is returned as itself.
func (p *program) bound(id *node) []*node {
	if id.kind != kIdent || p.spent() {
		return nil
	}
	for f := id.function(); ; f = f.function() {
		var out []*node
		for _, d := range p.names[id.text] {
			owner := d.function()
			if owner != f {
				continue
			}
			switch d.kind {
			case kFunc:
				out = append(out, d)
			default:
				if d.b != nil {
					out = append(out, d.b)
				}
			}
		}
		if f != nil {
			for _, param := range f.list {
				if param.kind == kIdent && param.text == id.text {
					out = append(out, param)
				}
			}
		}
		if len(out) > 0 || f == nil {
			return out
		}
	}
}

// local is the function of this file that an expression names or is, nil where
// it is none.
func (p *program) local(n *node) *node {
	if n == nil {
		return nil
	}
	switch n.kind {
	case kFunc:
		return n
	case kIdent:
		for _, v := range p.bound(n) {
			if v.kind == kFunc {
				return v
			}
		}
	case kMember:
		// A method of a class or an object of this file, by its name.
		if n.a.kind == kIdent {
			return p.methods[n.text]
		}
	}
	return nil
}

// arguments are what is passed for a parameter by the calls of this file.
func (p *program) arguments(param *node) []*node {
	f := param.parent
	if f == nil || f.kind != kFunc {
		return nil
	}
	at := -1
	for i, q := range f.list {
		if q == param {
			at = i
		}
	}
	var out []*node
	for _, c := range p.callsOf(f) {
		if a := c.arg(at); a != nil {
			out = append(out, a)
		}
	}
	return out
}

// callsOf are the calls of a function by its name, or by the name that it is
// bound to.
func (p *program) callsOf(f *node) []*node {
	names := []string{f.text}
	if d := f.parent; d != nil && d.kind == kDecl && d.a.kind == kIdent {
		names = append(names, d.a.text)
	}
	var out []*node
	for _, name := range names {
		if name == "" || f.parent != nil && f.parent.kind == kProp {
			continue
		}
		for _, c := range p.calls[name] {
			if p.spent() {
				return out
			}
			if c.a.kind == kIdent && p.local(c.a) == f {
				out = append(out, c)
			}
		}
	}
	return out
}

// returned are the expressions that a function returns.
func returned(f *node) []*node {
	if f == nil || f.b == nil {
		return nil
	}
	if f.b.kind != kBlock {
		return []*node{f.b}
	}
	var out []*node
	f.b.walk(func(n *node) bool {
		switch n.kind {
		case kFunc:
			return false
		case kReturn:
			if n.a != nil {
				out = append(out, n.a)
			}
		}
		return true
	})
	return out
}

// constant is the text of an expression that is always the same string.
func (p *program) constant(n *node) (string, bool) { return p.constantAt(n, 0) }

func (p *program) constantAt(n *node, depth int) (string, bool) {
	if n == nil || depth > 8 || p.spent() {
		return "", false
	}
	switch n.kind {
	case kString:
		return n.text, true
	case kIdent:
		if n.text == "true" || n.text == "false" {
			return n.text, true
		}
		if v := p.bound(n); len(v) == 1 && v[0] != n && v[0].kind != kFunc {
			return p.constantAt(v[0], depth+1)
		}
	case kBinary:
		if n.text == "+" {
			a, okA := p.constantAt(n.a, depth+1)
			b, okB := p.constantAt(n.b, depth+1)
			return a + b, okA && okB
		}
	case kText:
		var b strings.Builder
		for _, part := range n.list {
			v, ok := p.constantAt(part, depth+1)
			if !ok {
				return "", false
			}
			b.WriteString(v)
		}
		return b.String(), true
	case kCall:
		// ["GET", "PUT"].join(", "), strings.Join([]string{…}, ", ")
		list, sep := n.receiver(), n.arg(0)
		if n.dottedCallee() == "strings.Join" {
			list, sep = n.arg(0), n.arg(1)
		} else if n.callee() != "join" {
			return "", false
		}
		items, ok := p.strings(list)
		glue, okGlue := p.constantAt(sep, depth+1)
		if sep == nil {
			glue, okGlue = ",", true
		}
		return strings.Join(items, glue), ok && okGlue
	case kMember:
		if o := p.object(n.a); o != nil {
			if v := o.prop(n.text); v != nil {
				return p.constantAt(v.b, depth+1)
			}
		}
	case kOther:
		if len(n.list) == 0 && n.text != "" && n.text[0] >= '0' && n.text[0] <= '9' {
			return n.text, true
		}
	}
	return "", false
}

// object is the object literal that an expression is or names.
func (p *program) object(n *node) *node {
	for range 8 {
		switch {
		case n == nil:
			return nil
		case n.kind == kObject:
			return n
		case n.kind == kIdent:
			v := p.bound(n)
			if len(v) != 1 || v[0] == n {
				return nil
			}
			n = v[0]
		case n.kind == kCall && n.callee() == "freeze", n.kind == kNew && n.callee() == "Headers":
			n = n.arg(0)
		default:
			return nil
		}
	}
	return nil
}

// elements are the members of the list, set or map that an expression is or
// names: keys of a map.
func (p *program) elements(n *node) ([]*node, bool) {
	for range 8 {
		switch {
		case n == nil:
			return nil, false
		case n.kind == kArray:
			return n.list, true
		case n.kind == kObject:
			var out []*node
			for _, e := range n.list {
				switch {
				case e.kind == kProp && e.a != nil:
					out = append(out, e.a)
				case e.kind == kProp:
					out = append(out, &node{kind: kString, text: e.text, start: e.start, end: e.end, parent: e})
				default:
					return nil, false
				}
			}
			return out, true
		case n.kind == kIdent:
			v := p.bound(n)
			if len(v) != 1 || v[0] == n {
				return nil, false
			}
			n = v[0]
		case n.kind == kNew && (n.callee() == "Set" || n.callee() == "Map"), n.kind == kCall && n.callee() == "freeze":
			n = n.arg(0)
		case n.kind == kMember:
			o := p.object(n.a)
			v := o.prop(n.text)
			if v == nil {
				return nil, false
			}
			n = v.b
		default:
			return nil, false
		}
	}
	return nil, false
}

// strings are the elements of a list of constant strings.
func (p *program) strings(n *node) ([]string, bool) {
	es, ok := p.elements(n)
	if !ok {
		return nil, false
	}
	var out []string
	for _, e := range es {
		if e.kind == kArray && len(e.list) > 0 { // an entry of a Map
			e = e.list[0]
		}
		v, ok := p.constant(e)
		if !ok {
			return nil, false
		}
		out = append(out, v)
	}
	return out, true
}
