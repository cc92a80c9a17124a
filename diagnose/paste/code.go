package paste

import (
	"regexp"
	"slices"
	"strings"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/js"
)

// codeMark finds code that makes a request.
var codeMark = regexp.MustCompile(`\bfetch\s*\(|\baxios\b|\bXMLHttpRequest\b|\.(?:get|post|put|patch|delete|head|request)(?:<[^()]{0,200}>)?\s*\(\s*['"` + "`" + `]https?:|\bnew\s+Request\s*\(|\.ajax\s*\(`)

// parseCode reads JavaScript that makes a request: fetch(), axios or
// XMLHttpRequest. The code is parsed and never run.
func parseCode(text string) (Pasted, bool, error) {
	at := codeMark.FindStringIndex(text)
	if at == nil {
		return Pasted{}, false, nil
	}
	c, err := readCode(text, text[at[0]:])
	if err != nil {
		return Pasted{}, false, err
	}
	p := c.request()
	p.Kind = KindFetch
	p.ReadHeaders = c.reads
	if len(p.ReadHeaders) == 0 {
		p.ReadHeaders = readsByText(text)
	}
	if c.requests > 1 {
		p.note("The code makes %d requests; the first is used.", c.requests)
	}
	return p, true, nil
}

// readCode finds the requests in a text. Where it is no JavaScript as a whole (a
// fragment of a component, TypeScript), the call alone is enough.
func readCode(text, from string) (*code, error) {
	attempts := []string{text}
	if call, ok := callFrom(from); ok {
		if strings.HasPrefix(call, ".") {
			call = "client" + call
		}
		attempts = append(attempts, call, untyped(call))
	}
	var first error
	for _, a := range attempts {
		ast, err := parseJS(a)
		if err != nil {
			if first == nil {
				first = err
			}
			continue
		}
		if c := newCode(ast); c.requests > 0 {
			return c, nil
		}
	}
	if first != nil {
		return nil, &Error{begin(from), "the code cannot be read (" + firstLine(first.Error()) + ")", "paste one whole fetch(…) call, with its closing parenthesis"}
	}
	return nil, &Error{begin(from), "no call in it makes a request", "paste the fetch(…) call itself"}
}

var (
	tsAs      = regexp.MustCompile(`\s+(?:as|satisfies)\s+(?:const\b|[A-Za-z_][\w.]*(?:<[^<>()]*>)?(?:\[\])*)`)
	tsGeneric = regexp.MustCompile(`(\.\w+|\bfetch|\baxios)<[^()<>]*(?:<[^()<>]*>)?[^()<>]*>\(`)
)

// untyped removes what TypeScript adds to a call: assertions and type
// arguments. It is tried only where the text is no JavaScript.
func untyped(code string) string {
	return tsAs.ReplaceAllString(tsGeneric.ReplaceAllString(code, "$1("), "")
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return begin(s)
}

// parseJS parses code; a parser's panic on hostile input is an error.
func parseJS(code string) (ast *js.AST, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &Error{begin(code), "the code cannot be read", remedy}
		}
	}()
	if nesting(code) > 500 {
		return nil, &Error{begin(code), "the code is nested too deeply", "paste one fetch(…) call"}
	}
	return js.Parse(parse.NewInputString(code), js.Options{})
}

// nesting is an upper bound of how deep brackets are nested: the parser and the
// walk go down by recursion.
func nesting(code string) int {
	depth, most := 0, 0
	for i := range len(code) {
		switch code[i] {
		case '(', '[', '{':
			depth++
			most = max(most, depth)
		case ')', ']', '}':
			depth = max(0, depth-1)
		}
	}
	return most
}

// callFrom cuts one call out of a text that begins with it: up to the
// parenthesis that closes it.
func callFrom(text string) (string, bool) {
	open := strings.IndexByte(text, '(')
	if open < 0 {
		return "", false
	}
	depth := 0
	for i := open; i < len(text); i++ {
		switch text[i] {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			if depth--; depth == 0 {
				return text[:i+1], true
			}
		case '"', '\'', '`':
			quote := text[i]
			for i++; i < len(text) && text[i] != quote; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		}
	}
	return "", false
}

// readCall finds reads of response headers in code that does not parse.
var readCall = regexp.MustCompile(`(?:\.headers\s*(?:\?\.|\.)\s*(?:get|has)|getResponseHeader)\s*\(\s*['"` + "`" + `]([!#$%&*+.^_|~0-9A-Za-z-]+)['"` + "`" + `]\s*\)`)

func readsByText(text string) (out []string) {
	for _, m := range readCall.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(out, m[1]) {
			out = append(out, m[1])
		}
	}
	return out
}

// code is what a walk over the syntax tree collects.
type code struct {
	scope    *jsScope
	first    func() Pasted // builds the case of the first request
	requests int
	reads    []string
	xhr      xhr
}

// xhr is an XMLHttpRequest, pieced together from its calls.
type xhr struct {
	method, url js.IExpr
	headers     [][2]js.IExpr
	credentials js.IExpr
	body        js.IExpr
}

func newCode(ast *js.AST) *code {
	c := &code{scope: &jsScope{vars: map[string]js.IExpr{}, twice: map[string]bool{}, appends: map[string][]jsMember{}}}
	js.Walk(declarations{c.scope}, ast)
	js.Walk(calls{c}, ast)
	return c
}

// declarations collects the variables first: a call may stand before them.
type declarations struct{ s *jsScope }

// Enter implements js.IVisitor.
func (d declarations) Enter(n js.INode) js.IVisitor {
	if v, ok := n.(*js.VarDecl); ok {
		for _, el := range v.List {
			if name, ok := el.Binding.(*js.Var); ok {
				d.s.declare(string(name.Name()), el.Default)
			}
		}
	}
	return d
}

// Exit implements js.IVisitor.
func (d declarations) Exit(js.INode) {}

// calls collects requests and reads of headers.
type calls struct{ c *code }

// Exit implements js.IVisitor.
func (v calls) Exit(js.INode) {}

// Enter implements js.IVisitor.
func (v calls) Enter(n js.INode) js.IVisitor {
	c := v.c
	switch n := n.(type) {
	case *js.CallExpr:
		c.call(n)
	case *js.BinaryExpr:
		if n.Op == js.EqToken {
			c.assign(n)
		}
	case *js.IndexExpr:
		if nameOf(n.X) == "headers" && isMember(n.X) { // axios: response.headers["x-total"]
			c.read(c.scope.eval(n.Y, 0))
		}
	}
	return v
}

func isMember(e js.INode) bool {
	_, ok := e.(*js.DotExpr)
	return ok
}

func (c *code) read(v jsValue) {
	if v.kind == jsString && len(v.unknown) == 0 && v.text != "" && !slices.Contains(c.reads, v.text) {
		c.reads = append(c.reads, v.text)
	}
}

func (c *code) assign(n *js.BinaryExpr) {
	switch x := n.X.(type) {
	case *js.DotExpr:
		if nameOf(x.Y) == "withCredentials" {
			c.xhr.credentials = n.Y
		}
	case *js.IndexExpr: // headers["X-A"] = "1"
		if id, ok := x.X.(*js.Var); ok {
			if k := c.scope.eval(x.Y, 0); k.kind == jsString {
				name := string(id.Name())
				c.scope.appends[name] = append(c.scope.appends[name], jsMember{k.text, c.scope.eval(n.Y, 0)})
			}
		}
	}
}

func (c *code) call(n *js.CallExpr) {
	args := argsOf(n.Args)
	name := nameOf(n.X)
	var on js.IExpr
	if d, ok := n.X.(*js.DotExpr); ok {
		on = d.X
	}
	arg := func(i int) js.IExpr {
		if i < len(args) {
			return args[i]
		}
		return nil
	}
	switch {
	case name == "fetch" && len(args) > 0:
		c.found(func() Pasted { return c.fetch(arg(0), arg(1)) })
	case on == nil && name == "axios" && len(args) > 0:
		c.found(func() Pasted { return c.axios("", nil, arg(0), arg(1)) })
	case on != nil && c.isAxios(on) && slices.Contains(axiosMethods, name) && len(args) > 0:
		c.found(func() Pasted {
			switch name {
			case "request":
				return c.axios("", on, arg(0), nil)
			case "post", "put", "patch":
				return c.axiosShort(strings.ToUpper(name), on, arg(0), arg(1), arg(2))
			}
			return c.axiosShort(strings.ToUpper(name), on, arg(0), nil, arg(1))
		})
	case on != nil && name == "ajax" && len(args) > 0: // jQuery
		c.found(func() Pasted { return c.jquery(arg(0), arg(1)) })
	case on != nil && slices.Contains(axiosMethods, name) && name != "request" && len(args) > 0 && absolute(c.scope.eval(arg(0), 0)):
		// ky, superagent, HttpClient and others: the shape tells the method.
		c.found(func() Pasted { return c.client(strings.ToUpper(name), arg(0), args[1:]) })
	case on != nil && name == "open" && len(args) >= 2:
		c.xhr.method, c.xhr.url = arg(0), arg(1)
		c.found(c.fromXHR)
	case on != nil && name == "setRequestHeader" && len(args) == 2:
		c.xhr.headers = append(c.xhr.headers, [2]js.IExpr{arg(0), arg(1)})
	case on != nil && name == "send" && c.xhr.url != nil:
		c.xhr.body = arg(0)
	case name == "getResponseHeader" && len(args) == 1:
		c.read(c.scope.eval(arg(0), 0))
	case on != nil && (name == "get" || name == "has") && nameOf(on) == "headers" && len(args) == 1:
		c.read(c.scope.eval(arg(0), 0))
	case on != nil && (name == "append" || name == "set") && len(args) == 2:
		if id, ok := on.(*js.Var); ok {
			if k := c.scope.eval(arg(0), 0); k.kind == jsString {
				v := string(id.Name())
				c.scope.appends[v] = append(c.scope.appends[v], jsMember{k.text, c.scope.eval(arg(1), 0)})
			}
		}
	}
}

// found notes a request; the first one is built when the walk is over, so that
// what stands behind it counts too.
func (c *code) found(build func() Pasted) {
	c.requests++
	if c.first == nil {
		c.first = build
	}
}

// request builds the case of the first request.
func (c *code) request() Pasted { return c.first() }
