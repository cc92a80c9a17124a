package paste

import (
	"regexp"
	"slices"
	"strings"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/js"

	"corstui/diagnose/exchange"
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

// fetch builds the case of fetch(input, init).
func (c *code) fetch(input, init js.IExpr) Pasted {
	u := c.scope.eval(input, 0)
	o := jsValue{kind: jsObject}
	if init != nil {
		o = c.scope.eval(init, 0)
	}
	if u.kind == jsRequest {
		inner := u.list[1]
		o.members = append(append([]jsMember{}, inner.members...), o.members...)
		u = u.list[0]
	}
	var p Pasted
	p.options(o)
	p.target(u)
	p.script(o)
	p.understoodRequest("A fetch()")
	return p
}

// options reads fetch()'s options that are plain words.
func (p *Pasted) options(o jsValue) {
	if o.kind == jsUnknown {
		p.note("The options of the call are the variable %s, which is not in the text.", o.text)
		return
	}
	for _, name := range o.unknown {
		p.note("What %s adds to the options is not in the text.", name)
	}
	word := func(name string) string {
		v, ok := o.get(name)
		if !ok || v.kind == jsNull {
			return ""
		}
		if v.kind != jsString || len(v.unknown) > 0 {
			p.note("The option %s is not in the text (%s).", name, strings.Join(v.unknownWithin(), ", "))
			if name == "method" {
				p.lacks(MissingMethod)
			}
			return ""
		}
		return v.text
	}
	p.Case.Method = word("method")
	p.Case.Credentials = exchange.CredentialsMode(word("credentials"))
	p.Case.Mode = exchange.Mode(word("mode"))
	p.Case.Redirect = exchange.RedirectMode(word("redirect"))
	if p.Case.Mode == exchange.ModeNavigate {
		p.Case.Mode = ""
		p.note("The copied request was a navigation; it is taken as a fetch() of the same URL.")
	}
}

// target reads the URL.
func (p *Pasted) target(u jsValue) {
	switch {
	case u.kind == jsUnknown:
		p.note("The URL is the variable %s, which is not in the text.", u.text)
		return
	case !u.readable():
		p.note("The URL cannot be read from the code.")
		return
	}
	if len(u.unknown) > 0 && originOf(u.text) == "" || startsUnknown(u) {
		p.note("The URL begins with %s, which is not in the text.", strings.Join(u.unknown, " and "))
		return
	}
	p.Case.URL = u.text
	if len(u.unknown) > 0 {
		p.note("In the URL %s stands for itself: its value is not in the text.", strings.Join(u.unknown, " and "))
	}
}

// startsUnknown says whether the host of a URL contains a name that is unknown.
func startsUnknown(u jsValue) bool {
	host := strings.ToLower(originOf(u.text))
	for _, name := range u.unknown {
		if strings.Contains(host, strings.ToLower(name)) {
			return true
		}
	}
	return false
}

// script reads headers, body and referrer.
func (p *Pasted) script(o jsValue) {
	var hs exchange.Headers
	if h, ok := o.get("headers"); ok {
		if h.kind == jsUnknown {
			p.note("The headers are the variable %s, which is not in the text.", h.text)
			p.lacks(MissingHeaders)
		}
		for _, name := range h.unknown {
			if h.kind != jsUnknown {
				p.note("What %s adds to the headers is not in the text.", name)
				p.lacks(MissingHeaders)
			}
		}
		for _, m := range pairs(h) {
			if m.value.kind == jsNull && h.kind == jsObject {
				m.value = jsValue{kind: jsString, text: "null"}
			}
			hs = append(hs, exchange.Header{Name: m.name, Value: m.value.text})
			if len(m.value.unknown) > 0 {
				p.note("The value of the header %s is not in the text; %q stands in for it.", m.name, m.value.text)
			}
		}
	}
	referrer := ""
	if r, ok := o.get("referrer"); ok && r.kind == jsString {
		referrer = r.text
	}
	p.takeHeaders(hs, referrer)
	if b, ok := o.get("body"); ok {
		p.body(b)
	}
	p.relative()
}

// body reads the body; what it brings as Content-Type counts where the script
// set none.
func (p *Pasted) body(b jsValue) {
	text, contentType := "", ""
	switch {
	case b.kind == jsNull:
		return
	case b.kind == jsParams:
		text, contentType = b.encode(), "application/x-www-form-urlencoded;charset=UTF-8"
	case b.kind == jsForm:
		contentType = "multipart/form-data; boundary=form"
		p.note("The body is a FormData: its content type is kept, its fields are not sent.")
	case b.readable():
		text = b.text
	default:
		text = b.text
	}
	if u := b.unknownWithin(); len(u) > 0 {
		p.note("The body is not whole in the text: %s stands in for its value.", strings.Join(u, " and "))
	}
	p.Case.Body = &text
	if contentType != "" && !p.Case.Headers.Has("content-type") {
		p.Case.Headers = append(p.Case.Headers, exchange.Header{Name: "content-type", Value: contentType})
	}
}

// relative completes a relative URL by the page's origin, if that is known.
func (p *Pasted) relative() {
	u := p.Case.URL
	if u == "" || strings.Contains(u, "://") {
		return
	}
	if strings.HasPrefix(u, "//") {
		p.Case.URL = "https:" + u
		return
	}
	if p.Case.Origin != "" && p.Case.Origin != "null" {
		p.Case.URL = p.Case.Origin + "/" + strings.TrimLeft(strings.TrimPrefix(u, "./"), "/")
		return
	}
	p.note("The URL %s is relative to the page: give it whole, or the page's origin.", begin(u))
	p.Case.URL = ""
	p.lacks(MissingURL)
}

// understoodRequest writes the line that says what was read of a request.
func (p *Pasted) understoodRequest(what string) {
	c := p.Case.WithDefaults()
	s := what + ": " + c.Method + " "
	if c.URL == "" {
		s += "of a URL that is not in the text"
	} else {
		s += shownURL(c.URL)
	}
	var with []string
	for _, h := range c.Headers {
		with = append(with, strings.ToLower(h.Name))
	}
	if len(with) > 0 {
		s += ", with " + strings.Join(with, ", ")
	}
	if c.Credentials != exchange.CredentialsSameOrigin {
		s += ", credentials " + string(c.Credentials)
	}
	if c.Origin != "" {
		s += ", from a page of " + c.Origin
	}
	p.Understood = s + "."
}
