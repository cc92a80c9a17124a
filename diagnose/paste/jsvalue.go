package paste

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"github.com/tdewolff/parse/v2/js"
)

// jsKind is the type of a value that could be read from code without running it.
type jsKind int

const (
	jsUnknown jsKind = iota
	jsString
	jsNumber
	jsBool
	jsNull
	jsObject
	jsArray
	jsHeaders // new Headers(…)
	jsStream  // new ReadableStream(…)
	jsParams  // new URLSearchParams(…)
	jsForm    // new FormData()
	jsRequest // new Request(url, init): list[0] and list[1]
)

// jsValue is a value of pasted code. Where a part of it could not be read, text
// holds the name that stands there in the code, and unknown lists those names.
type jsValue struct {
	kind    jsKind
	text    string // of strings, numbers and booleans
	list    []jsValue
	members []jsMember
	unknown []string
}

type jsMember struct {
	name  string
	value jsValue
}

// get returns the last member of that name, without regard to case.
func (v jsValue) get(name string) (jsValue, bool) {
	for i := len(v.members) - 1; i >= 0; i-- {
		if strings.EqualFold(v.members[i].name, name) {
			return v.members[i].value, true
		}
	}
	return jsValue{}, false
}

// readable says whether the value is a text that is known at least in part.
func (v jsValue) readable() bool {
	return v.kind == jsString || v.kind == jsNumber || v.kind == jsBool
}

// maxDepth bounds nesting and chains of variables, maxSteps the whole work:
// variables that double each other would grow without end.
const (
	maxDepth = 40
	maxSteps = 20_000
	// maxValue bounds a text made of parts, maxUnknown the names in it.
	maxValue   = 1 << 20
	maxUnknown = 50
)

// jsScope holds the variables of pasted code that are set once, and what is
// later done to them. It is not a scope in JavaScript's sense: a name that is
// declared twice is not known.
type jsScope struct {
	vars    map[string]js.IExpr
	twice   map[string]bool
	appends map[string][]jsMember // NAME.append(k, v), NAME.set(k, v), NAME[k] = v
	steps   int
}

func (s *jsScope) declare(name string, value js.IExpr) {
	if name == "" || value == nil {
		return
	}
	if _, ok := s.vars[name]; ok {
		s.twice[name] = true
	}
	s.vars[name] = value
}

// eval reads an expression: literals, templates, concatenation, objects, arrays,
// variables set once, and the few constructors and functions that requests are
// written with. Everything else is unknown, by the name that stands there.
func (s *jsScope) eval(e js.IExpr, depth int) jsValue {
	if s.steps++; depth > maxDepth || s.steps > maxSteps || e == nil {
		return unknown("value")
	}
	depth++
	switch n := e.(type) {
	case *js.LiteralExpr:
		return literal(*n)
	case js.LiteralExpr:
		return literal(n)
	case *js.TemplateExpr:
		return s.template(n, depth)
	case *js.GroupExpr:
		return s.eval(n.X, depth)
	case *js.Var:
		return s.variable(string(n.Name()), depth)
	case *js.ObjectExpr:
		return s.object(n, depth)
	case *js.ArrayExpr:
		v := jsValue{kind: jsArray}
		for _, el := range n.List {
			if el.Value != nil && !el.Spread {
				v.list = append(v.list, s.eval(el.Value, depth))
			}
		}
		return v
	case *js.BinaryExpr:
		return s.binary(n, depth)
	case *js.CondExpr:
		return unknown(nameOf(n.X))
	case *js.UnaryExpr:
		switch n.Op {
		case js.AwaitToken:
			return s.eval(n.X, depth)
		case js.NotToken:
			if v := s.eval(n.X, depth); v.kind == jsNumber { // minified true is !0
				return jsValue{kind: jsBool, text: strconv.FormatBool(v.text == "0")}
			}
		case js.NegToken:
			if v := s.eval(n.X, depth); v.kind == jsNumber {
				return jsValue{kind: jsNumber, text: "-" + v.text}
			}
		}
		return unknown(nameOf(n.X))
	case *js.NewExpr:
		args := []js.IExpr{}
		if n.Args != nil {
			args = argsOf(*n.Args)
		}
		return s.construct(nameOf(n.X), args, depth)
	case *js.CallExpr:
		return s.call(n, depth)
	case *js.DotExpr:
		return s.member(n.X, nameOf(n.Y), e, depth)
	case *js.IndexExpr:
		if k := s.eval(n.Y, depth); k.kind == jsString {
			return s.member(n.X, k.text, e, depth)
		}
	}
	return unknown(nameOf(e))
}

func unknown(name string) jsValue {
	name = plainName(name)
	return jsValue{kind: jsUnknown, text: name, unknown: []string{name}}
}

func (s *jsScope) variable(name string, depth int) jsValue {
	switch name {
	case "undefined":
		return jsValue{kind: jsNull}
	case "null":
		return jsValue{kind: jsNull}
	}
	if e, ok := s.vars[name]; ok && !s.twice[name] {
		v := s.eval(e, depth)
		if v.kind == jsUnknown {
			return unknown(name)
		}
		v.members = append(v.members[:len(v.members):len(v.members)], s.appends[name]...)
		return v
	}
	return unknown(name)
}

func (s *jsScope) member(x js.IExpr, name string, whole js.IExpr, depth int) jsValue {
	v := s.eval(x, depth)
	if m, ok := v.get(name); ok {
		return m
	}
	if v.kind == jsString && (name == "href") { // new URL(…).href
		return v
	}
	return unknown(nameOf(whole))
}

func (s *jsScope) object(n *js.ObjectExpr, depth int) jsValue {
	v := jsValue{kind: jsObject}
	for _, p := range n.List {
		if p.Spread {
			from := s.eval(p.Value, depth)
			if from.kind == jsUnknown {
				v.unknown = append(v.unknown, from.text)
			}
			v.members = append(v.members, from.members...)
			v.unknown = append(v.unknown, from.unknown...)
			continue
		}
		name := ""
		switch {
		case p.Name == nil:
			if id, ok := p.Value.(*js.Var); ok {
				name = string(id.Name())
			}
		case p.Name.IsComputed():
			if k := s.eval(p.Name.Computed, depth); k.kind == jsString {
				name = k.text
			}
		default:
			name = literal(p.Name.Literal).text
		}
		if name != "" && p.Value != nil {
			v.members = append(v.members, jsMember{name, s.eval(p.Value, depth)})
		}
	}
	return v
}

func (s *jsScope) template(n *js.TemplateExpr, depth int) jsValue {
	if n.Tag != nil {
		return unknown(nameOf(n.Tag))
	}
	v := jsValue{kind: jsString}
	var b strings.Builder
	for _, part := range n.List {
		b.WriteString(UnescapeJS(strings.TrimSuffix(strings.TrimLeft(string(part.Value), "`}"), "${")))
		x := s.eval(part.Expr, depth)
		b.WriteString(x.text)
		v.unknown = append(v.unknown, x.unknown...)
	}
	tail := strings.TrimSuffix(string(n.Tail), "`")
	if len(tail) > 0 && (tail[0] == '`' || tail[0] == '}') {
		tail = tail[1:]
	}
	b.WriteString(UnescapeJS(tail))
	v.text = b.String()
	return v
}

func (s *jsScope) binary(n *js.BinaryExpr, depth int) jsValue {
	switch n.Op {
	case js.AddToken:
		x, y := s.eval(n.X, depth), s.eval(n.Y, depth)
		if x.kind == jsUnknown && y.kind == jsUnknown {
			return unknown(x.text)
		}
		if len(x.text)+len(y.text) > maxValue || len(x.unknown)+len(y.unknown) > maxUnknown {
			return unknown(nameOf(n.X))
		}
		return jsValue{kind: jsString, text: x.text + y.text, unknown: append(append([]string{}, x.unknown...), y.unknown...)}
	case js.OrToken, js.NullishToken: // env.API || "https://…": the fallback is what can be read
		if x := s.eval(n.X, depth); x.kind != jsUnknown {
			return x
		}
		return s.eval(n.Y, depth)
	}
	return unknown(nameOf(n.X))
}

func (s *jsScope) construct(name string, args []js.IExpr, depth int) jsValue {
	arg := func(i int) jsValue {
		if i < len(args) {
			return s.eval(args[i], depth)
		}
		return jsValue{kind: jsNull}
	}
	switch name {
	case "Headers":
		v := jsValue{kind: jsHeaders, members: pairs(arg(0))}
		v.unknown = arg(0).unknown
		return v
	case "URLSearchParams":
		a := arg(0)
		if a.kind == jsString {
			return jsValue{kind: jsParams, text: strings.TrimPrefix(a.text, "?"), unknown: a.unknown}
		}
		return jsValue{kind: jsParams, members: pairs(a), unknown: a.unknown}
	case "ReadableStream":
		return jsValue{kind: jsStream}
	case "FormData":
		return jsValue{kind: jsForm}
	case "Request":
		return jsValue{kind: jsRequest, list: []jsValue{arg(0), arg(1)}}
	case "URL":
		ref, base := arg(0), arg(1)
		if base.kind != jsString || !ref.readable() {
			return ref
		}
		b, err := url.Parse(base.text)
		if err != nil {
			return ref
		}
		r, err := b.Parse(ref.text)
		if err != nil {
			return ref
		}
		return jsValue{kind: jsString, text: r.String(), unknown: append(ref.unknown, base.unknown...)}
	case "String":
		return arg(0)
	}
	return unknown(name)
}

func (s *jsScope) call(n *js.CallExpr, depth int) jsValue {
	args := argsOf(n.Args)
	name := nameOf(n.X)
	if d, ok := n.X.(*js.DotExpr); ok {
		switch nameOf(d.Y) {
		case "stringify":
			if len(args) > 0 {
				v := s.eval(args[0], depth)
				b, err := json.Marshal(v.plain())
				if err == nil {
					return jsValue{kind: jsString, text: string(b), unknown: v.unknownWithin()}
				}
			}
		case "toString", "trim":
			v := s.eval(d.X, depth)
			if v.kind == jsParams {
				return jsValue{kind: jsString, text: v.encode(), unknown: v.unknownWithin()}
			}
			if v.readable() {
				return v
			}
		case "concat":
			v := s.eval(d.X, depth)
			if v.kind != jsString {
				break
			}
			for _, a := range args {
				x := s.eval(a, depth)
				v.text += x.text
				v.unknown = append(v.unknown, x.unknown...)
			}
			return v
		}
	}
	switch name {
	case "String":
		if len(args) > 0 {
			return s.eval(args[0], depth)
		}
	case "encodeURIComponent":
		if len(args) > 0 {
			if v := s.eval(args[0], depth); v.readable() {
				v.text = url.QueryEscape(v.text)
				return v
			}
		}
	}
	if len(args) > 0 && strings.HasPrefix(name, "encodeURI") {
		return unknown(nameOf(args[0]))
	}
	return unknown(name)
}

// pairs reads what the Headers and URLSearchParams constructors take: an
// object, or a list of pairs.
func pairs(v jsValue) []jsMember {
	if v.kind != jsArray {
		return v.members
	}
	var out []jsMember
	for _, p := range v.list {
		if p.kind == jsArray && len(p.list) == 2 && p.list[0].readable() {
			out = append(out, jsMember{p.list[0].text, p.list[1]})
		}
	}
	return out
}

func argsOf(a js.Args) []js.IExpr {
	var out []js.IExpr
	for _, x := range a.List {
		if !x.Rest {
			out = append(out, x.Value)
		}
	}
	return out
}

// nameOf gives the last name in an expression: "fetch" of window.fetch, "id" of
// user.id.
func nameOf(e js.INode) string {
	switch n := e.(type) {
	case *js.Var:
		return string(n.Name())
	case *js.DotExpr:
		return nameOf(n.Y)
	case *js.LiteralExpr:
		return literal(*n).text
	case js.LiteralExpr:
		return literal(n).text
	case *js.IndexExpr:
		return nameOf(n.Y)
	case *js.CallExpr:
		return nameOf(n.X)
	case *js.GroupExpr:
		return nameOf(n.X)
	}
	return "value"
}

// plainName makes a stand-in of a name that is harmless in URLs and headers.
func plainName(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return -1
	}, s)
	if s == "" {
		return "value"
	}
	return s
}
