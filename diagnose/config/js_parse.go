package config

import (
	"errors"
	"strings"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/js"

	"corstui/diagnose/paste"
)

// jsParser makes nodes of tokens. That the text is JavaScript at all is for
// another parser to say: this one only has to see its shape, and gives up where
// it does not.
type jsParser struct {
	src   *source
	toks  []jsToken
	pos   int
	depth int
	noIn  bool // in the head of a for
}

// jsFailure is what the parser gives up with.
type jsFailure struct{ at int }

// parseJS reads a script or module.
func parseJS(src *source) (top *node, err error) {
	text := src.text
	if strings.HasPrefix(text, "#!") {
		end := strings.IndexByte(text, '\n')
		if end < 0 {
			end = len(text)
		}
		text = "//" + text[2:end] + text[end:]
	}
	shadow := &source{name: src.name, text: text, lines: src.lines}
	toks, err := lexJS(shadow)
	if err != nil {
		return nil, err
	}
	if depthOf(toks) > maxDepth {
		return nil, &ReadError{Position{File: src.name}, "brackets are nested too deep", "source that people wrote"}
	}
	if _, err := js.Parse(parse.NewInputString(text), js.Options{}); err != nil {
		return nil, &ReadError{src.position(errorOffset(err, src)), "this is no JavaScript: " + firstLine(err), "a module that node --check accepts"}
	}
	p := &jsParser{src: src, toks: toks}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case jsFailure:
			top, err = nil, &ReadError{src.position(r.at), "this JavaScript is not understood", "a plainer way to write it"}
		default:
			panic(r)
		}
	}()
	top = &node{kind: kBlock, end: len(src.text)}
	for !p.done() {
		top.list = append(top.list, p.statement()...)
	}
	top.link()
	return top, nil
}

func depthOf(toks []jsToken) int {
	depth, most := 0, 0
	for _, t := range toks {
		switch t.tt {
		case js.OpenBraceToken, js.OpenParenToken, js.OpenBracketToken, js.TemplateStartToken:
			depth++
			most = max(most, depth)
		case js.CloseBraceToken, js.CloseParenToken, js.CloseBracketToken, js.TemplateEndToken:
			depth--
		}
	}
	return most
}

func errorOffset(err error, src *source) int {
	if e, ok := errors.AsType[*parse.Error](err); ok && e.Line >= 1 && e.Line <= len(src.lines) {
		return src.lines[e.Line-1] + max(e.Column-1, 0)
	}
	return 0
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	line, _, _ = strings.Cut(line, " on line ")
	return line
}

func (p *jsParser) done() bool { return p.pos >= len(p.toks) }

func (p *jsParser) peek() jsToken { return p.ahead(0) }

//go:noinline
func (p *jsParser) ahead(n int) jsToken {
	if p.pos+n < len(p.toks) {
		return p.toks[p.pos+n]
	}
	return jsToken{tt: js.ErrorToken, start: len(p.src.text), end: len(p.src.text), newline: true}
}

//go:noinline
func (p *jsParser) is(tt js.TokenType) bool { return p.peek().tt == tt }

// word says whether the next token is this name, whatever class it is of.
func (p *jsParser) word(s string) bool { return p.peek().text == s }

func (p *jsParser) next() jsToken {
	t := p.peek()
	if t.tt == js.ErrorToken {
		p.fail()
	}
	p.pos++
	return t
}

func (p *jsParser) fail() { panic(jsFailure{p.peek().start}) }

func (p *jsParser) accept(tt js.TokenType) bool {
	if p.is(tt) {
		p.pos++
		return true
	}
	return false
}

func (p *jsParser) expect(tt js.TokenType) jsToken {
	if !p.is(tt) {
		p.fail()
	}
	return p.next()
}

// last is the end of the token before.
func (p *jsParser) last() int {
	if p.pos == 0 {
		return 0
	}
	return p.toks[p.pos-1].end
}

// end finishes a statement: a semicolon, or what stands in for it.
func (p *jsParser) end(n *node) []*node {
	n.end = p.last()
	if p.accept(js.SemicolonToken) {
		n.end = p.last()
		return []*node{n}
	}
	if !p.done() && !p.is(js.CloseBraceToken) && !p.peek().newline {
		p.fail()
	}
	return []*node{n}
}

func (p *jsParser) enter() func() {
	if p.depth++; p.depth > 4*maxDepth {
		p.fail()
	}
	return func() { p.depth-- }
}

// statement reads one statement; declarations are as many nodes as names.
func (p *jsParser) statement() []*node {
	defer p.enter()()
	t := p.peek()
	switch t.tt {
	case js.SemicolonToken:
		p.next()
		return nil
	case js.OpenBraceToken:
		return []*node{p.block()}
	case js.VarToken, js.ConstToken:
		return p.declarations()
	case js.LetToken:
		if n := p.ahead(1).tt; js.IsIdentifier(n) || n == js.OpenBraceToken || n == js.OpenBracketToken {
			return p.declarations()
		}
	case js.FunctionToken:
		return []*node{p.function()}
	case js.AsyncToken:
		if p.ahead(1).tt == js.FunctionToken && !p.ahead(1).newline {
			return []*node{p.function()}
		}
	case js.ClassToken:
		return []*node{p.class()}
	case js.IfToken:
		return []*node{p.ifStatement()}
	case js.ForToken, js.WhileToken, js.WithToken, js.DoToken:
		return []*node{p.loop()}
	case js.SwitchToken:
		return []*node{p.switchStatement()}
	case js.TryToken:
		return []*node{p.try()}
	case js.ReturnToken, js.ThrowToken:
		p.next()
		n := &node{kind: kReturn, start: t.start}
		if t.tt == js.ThrowToken {
			n.kind = kThrow
		}
		if !p.peek().newline && !p.is(js.SemicolonToken) && !p.is(js.CloseBraceToken) && !p.done() {
			n.a = p.expression()
		}
		return p.end(n)
	case js.BreakToken, js.ContinueToken, js.DebuggerToken:
		p.next()
		n := &node{kind: kOther, start: t.start, text: t.text}
		if js.IsIdentifier(p.peek().tt) && !p.peek().newline {
			p.next()
		}
		return p.end(n)
	case js.ImportToken:
		if n := p.ahead(1).tt; n != js.OpenParenToken && n != js.DotToken {
			return p.importStatement()
		}
	case js.ExportToken:
		return p.export()
	}
	if js.IsIdentifier(t.tt) && p.ahead(1).tt == js.ColonToken {
		p.next()
		p.next()
		out := p.statement()
		return []*node{{kind: kBlock, list: out, start: t.start, end: p.last()}}
	}
	return p.end(p.expression())
}

func (p *jsParser) block() *node {
	n := &node{kind: kBlock, start: p.expect(js.OpenBraceToken).start}
	for !p.is(js.CloseBraceToken) {
		n.list = append(n.list, p.statement()...)
	}
	n.end = p.next().end
	return n
}

// declarations are "const a = 1, b = 2": a node each.
func (p *jsParser) declarations() []*node {
	t := p.next()
	var out []*node
	for {
		d := &node{kind: kDecl, start: t.start, text: t.text}
		if len(out) > 0 {
			d.start = p.peek().start
		}
		d.a = p.binding()
		if p.accept(js.EqToken) {
			d.b = p.assignment()
		}
		d.end = p.last()
		out = append(out, d)
		if !p.accept(js.CommaToken) {
			break
		}
	}
	if p.noIn {
		return out
	}
	p.end(out[len(out)-1])
	return out
}

// binding is a name, or a pattern as an expression.
func (p *jsParser) binding() *node {
	if p.is(js.OpenBraceToken) || p.is(js.OpenBracketToken) {
		return p.primary()
	}
	t := p.next()
	return &node{kind: kIdent, text: t.text, start: t.start, end: t.end}
}

func (p *jsParser) ifStatement() *node {
	n := &node{kind: kIf, start: p.next().start}
	p.expect(js.OpenParenToken)
	n.a = p.expression()
	p.expect(js.CloseParenToken)
	n.b = p.body()
	if p.accept(js.ElseToken) {
		n.c = p.body()
	}
	n.end = p.last()
	return n
}

// body is a statement as a block.
func (p *jsParser) body() *node {
	if p.is(js.OpenBraceToken) {
		return p.block()
	}
	n := &node{kind: kBlock, start: p.peek().start}
	n.list = p.statement()
	n.end = p.last()
	return n
}

func (p *jsParser) loop() *node {
	t := p.next()
	n := &node{kind: kLoop, start: t.start}
	if t.tt == js.DoToken {
		n.b = p.body()
		p.expect(js.WhileToken)
		p.expect(js.OpenParenToken)
		n.list = append(n.list, p.expression())
		p.expect(js.CloseParenToken)
		p.accept(js.SemicolonToken)
		n.end = p.last()
		return n
	}
	p.accept(js.AwaitToken)
	p.expect(js.OpenParenToken)
	outer := p.noIn
	p.noIn = true
	for !p.is(js.CloseParenToken) {
		switch {
		case p.accept(js.SemicolonToken), p.accept(js.OfToken), p.accept(js.InToken):
		case p.is(js.VarToken), p.is(js.ConstToken), p.is(js.LetToken):
			n.list = append(n.list, p.declarations()...)
		default:
			n.list = append(n.list, p.expression())
		}
	}
	p.noIn = outer
	p.next()
	n.b = p.body()
	n.end = p.last()
	return n
}

// switchStatement is read as a chain of ifs: which case runs into which does
// not matter for what they test.
func (p *jsParser) switchStatement() *node {
	start := p.next().start
	p.expect(js.OpenParenToken)
	on := p.expression()
	p.expect(js.CloseParenToken)
	p.expect(js.OpenBraceToken)
	out := &node{kind: kBlock, start: start}
	var tests []*node
	for !p.is(js.CloseBraceToken) {
		t := p.next()
		var test *node
		if t.tt == js.CaseToken {
			right := p.expression()
			test = &node{kind: kBinary, text: "===", a: on.copy(), b: right, start: right.start, end: right.end}
		} else if t.tt != js.DefaultToken {
			p.fail()
		}
		p.expect(js.ColonToken)
		body := &node{kind: kBlock, start: p.peek().start}
		for !p.is(js.CaseToken) && !p.is(js.DefaultToken) && !p.is(js.CloseBraceToken) {
			body.list = append(body.list, p.statement()...)
		}
		body.end = p.last()
		if test != nil {
			tests = append(tests, test)
		}
		if len(body.list) == 0 && test != nil {
			continue // falls through to the next case
		}
		if len(tests) == 0 || test == nil {
			out.list = append(out.list, body)
			tests = nil
			continue
		}
		either := tests[0]
		for _, more := range tests[1:] {
			either = &node{kind: kBinary, text: "||", a: either, b: more, start: either.start, end: more.end}
		}
		out.list = append(out.list, &node{kind: kIf, a: either, b: body, start: t.start, end: body.end})
		tests = nil
	}
	out.end = p.next().end
	return out
}

// copy is the same expression again, for a tree in which it stands twice.
func (n *node) copy() *node {
	if n == nil {
		return nil
	}
	c := *n
	c.a, c.b, c.c = n.a.copy(), n.b.copy(), n.c.copy()
	c.list = nil
	for _, k := range n.list {
		c.list = append(c.list, k.copy())
	}
	return &c
}

func (p *jsParser) try() *node {
	n := &node{kind: kTry, start: p.next().start}
	n.a = p.block()
	if p.accept(js.CatchToken) {
		if p.accept(js.OpenParenToken) {
			n.text = p.binding().text
			p.expect(js.CloseParenToken)
		}
		n.b = p.block()
	}
	if p.accept(js.FinallyToken) {
		n.c = p.block()
	}
	n.end = p.last()
	return n
}

// importStatement is read as the local names, each with the imported one.
func (p *jsParser) importStatement() []*node {
	n := &node{kind: kImport, start: p.next().start}
	name := func(t jsToken, imported string) {
		n.list = append(n.list, &node{kind: kDecl, start: t.start, end: t.end,
			a: &node{kind: kIdent, text: t.text, start: t.start, end: t.end}, b: &node{kind: kString, text: imported, start: t.start, end: t.end}})
	}
	for !p.is(js.StringToken) {
		t := p.next()
		switch {
		case t.tt == js.MulToken:
			p.next() // as
			name(p.next(), "*")
		case t.tt == js.OpenBraceToken:
			for !p.accept(js.CloseBraceToken) {
				from := p.next()
				local := from
				if p.word("as") {
					p.next()
					local = p.next()
				}
				name(local, strings.Trim(from.text, `'"`))
				p.accept(js.CommaToken)
			}
		case t.tt == js.CommaToken, t.text == "from":
		default:
			name(t, "default")
		}
	}
	n.text = paste.UnescapeJS(strings.Trim(p.next().text, `'"`))
	if p.word("with") || p.word("assert") {
		p.next()
		p.primary()
	}
	return p.end(n)
}

func (p *jsParser) export() []*node {
	n := &node{kind: kExport, start: p.next().start}
	switch {
	case p.accept(js.DefaultToken):
		n.text = "default"
		switch {
		case p.is(js.FunctionToken), p.is(js.AsyncToken) && p.ahead(1).tt == js.FunctionToken:
			n.a = p.function()
		case p.is(js.ClassToken):
			n.a = p.class()
		default:
			n.a = p.assignment()
		}
		return p.end(n)
	case p.is(js.OpenBraceToken), p.is(js.MulToken):
		n.kind = kOther
		for !p.done() && !p.is(js.SemicolonToken) && (!p.peek().newline || p.is(js.CloseBraceToken) || p.toks[p.pos-1].tt == js.CommaToken || p.toks[p.pos-1].tt == js.OpenBraceToken) {
			t := p.next()
			n.list = append(n.list, &node{kind: kString, text: t.text, start: t.start, end: t.end})
		}
		return p.end(n)
	}
	n.list = append(n.list, p.statement()...)
	n.end = p.last()
	return []*node{n}
}

// function reads "async function* name(…) {…}".
func (p *jsParser) function() *node {
	n := &node{kind: kFunc, start: p.peek().start}
	p.accept(js.AsyncToken)
	p.expect(js.FunctionToken)
	p.accept(js.MulToken)
	if !p.is(js.OpenParenToken) {
		t := p.next()
		n.text, n.at = t.text, t.start
	}
	p.parameters(n)
	n.b = p.block()
	n.end = p.last()
	return n
}

func (p *jsParser) parameters(n *node) {
	p.expect(js.OpenParenToken)
	outer := p.noIn
	p.noIn = false
	for !p.accept(js.CloseParenToken) {
		if p.accept(js.EllipsisToken) {
			n.list = append(n.list, p.binding())
		} else {
			param := p.binding()
			if p.accept(js.EqToken) {
				p.assignment()
			}
			n.list = append(n.list, param)
		}
		p.accept(js.CommaToken)
	}
	p.noIn = outer
}

func (p *jsParser) class() *node {
	n := &node{kind: kClass, start: p.expect(js.ClassToken).start}
	if js.IsIdentifier(p.peek().tt) {
		n.text = p.next().text
	}
	if p.accept(js.ExtendsToken) {
		n.a = p.unary()
	}
	p.expect(js.OpenBraceToken)
	for !p.accept(js.CloseBraceToken) {
		if p.accept(js.SemicolonToken) {
			continue
		}
		n.list = append(n.list, p.member(true))
	}
	n.end = p.last()
	return n
}
