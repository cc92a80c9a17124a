package config

// node is a piece of a program, of JavaScript or Go alike: what rules about
// headers and origins need to see of it, with its place in the source. Both
// languages are read into this one form, so that a rule is written once.
type node struct {
	kind       kind
	start, end int
	// text is a name, an operator, or the value of a string.
	text string
	// at is where the text stands, where that is not the start: the name behind
	// a dot.
	at      int
	a, b, c *node
	list    []*node
	parent  *node
}

type kind int

// The kinds, with their fields.
const (
	kOther  kind = iota // anything else; parts in list
	kIdent              // text
	kString             // text
	kRegexp             // text: the pattern; b: its flags, as a string
	kText               // a template: list of strings and expressions
	kMember             // a.text
	kIndex              // a[b]
	kCall               // a(list)
	kNew                // new a(list)
	kObject             // list of kProp and kSpread
	kProp               // text: b, or [a]: b
	kSpread             // ...a
	kArray              // [list], and Go's composite literals without keys
	kFunc               // text: its name; list: parameters; b: body
	kUnary              // text a
	kBinary             // a text b
	kAssign             // a text b
	kCond               // a ? b : c
	kIf                 // if a then b else c
	kReturn             // return a
	kThrow              // throw a
	kBlock              // list
	kDecl               // a = b: a declaration; a is a name or a pattern
	kTry                // try a catch (text) b finally c
	kLoop               // list: its head; b: body
	kExport             // export default a; text is default, or empty for a declaration
	kImport             // text: module; list: kDecl of local names, b of each the imported one
	kClass              // text: name; list: kProp
)

// walk calls f for a node and all below it, in order of the source. Where f
// returns false, what is below is left out.
func (n *node) walk(f func(*node) bool) {
	if n == nil || !f(n) {
		return
	}
	for _, k := range n.kids() {
		k.walk(f)
	}
}

// kids are the parts of a node, without absent ones.
func (n *node) kids() []*node {
	out := make([]*node, 0, len(n.list)+3)
	add := func(k *node) {
		if k != nil {
			out = append(out, k)
		}
	}
	if n.kind == kCall || n.kind == kNew || n.kind == kLoop {
		add(n.a)
		for _, k := range n.list {
			add(k)
		}
		add(n.b)
		return out
	}
	if n.kind == kFunc {
		for _, k := range n.list {
			add(k)
		}
		add(n.b)
		return out
	}
	add(n.a)
	add(n.b)
	add(n.c)
	for _, k := range n.list {
		add(k)
	}
	return out
}

// link sets the parents below a node.
func (n *node) link() {
	for _, k := range n.kids() {
		k.parent = n
		k.link()
	}
}

// function is the function that a node is in, nil at the top.
func (n *node) function() *node {
	for at := n.parent; at != nil; at = at.parent {
		if at.kind == kFunc {
			return at
		}
	}
	return nil
}

// inside says whether a node is another, or below it.
func (n *node) inside(other *node) bool {
	for at := n; at != nil; at = at.parent {
		if at == other {
			return true
		}
	}
	return false
}

// callee is the name that is called: "set" of headers.set(), "fetch" of fetch().
//
//go:noinline
func (n *node) callee() string {
	if n.kind != kCall && n.kind != kNew || n.a == nil {
		return ""
	}
	if n.a.kind == kMember || n.a.kind == kIdent {
		return n.a.text
	}
	return ""
}

// receiver is the object of a method call, nil without.
func (n *node) receiver() *node {
	if n.kind == kCall && n.a != nil && n.a.kind == kMember {
		return n.a.a
	}
	return nil
}

// arg is an argument, nil where there are not so many.
//
//go:noinline
func (n *node) arg(i int) *node {
	if i < len(n.list) {
		return n.list[i]
	}
	return nil
}

// dotted is a chain of names, as "http.Error"; empty for anything else.
func (n *node) dotted() string {
	switch {
	case n == nil:
		return ""
	case n.kind == kIdent:
		return n.text
	case n.kind == kMember:
		if left := n.a.dotted(); left != "" {
			return left + "." + n.text
		}
	}
	return ""
}

// prop is the value of an object's property, nil without.
//
//go:noinline
func (n *node) prop(name string) *node {
	if n == nil || n.kind != kObject {
		return nil
	}
	for _, p := range n.list {
		if p.kind == kProp && p.text == name {
			return p
		}
	}
	return nil
}
