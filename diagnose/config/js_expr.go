package config

import (
	"strings"

	"github.com/tdewolff/parse/v2/js"

	"corstui/diagnose/paste"
)

// maxChain bounds what is written in a row, a + b + c or a.b.c, since each of it
// is a step down in the tree.
const maxChain = 5000

// expression reads a comma-separated expression.
func (p *jsParser) expression() *node {
	n := p.assignment()
	for long := 0; p.is(js.CommaToken); long++ {
		if long > maxChain {
			p.fail()
		}
		p.next()
		right := p.assignment()
		n = &node{kind: kOther, text: ",", list: []*node{n, right}, start: n.start, end: right.end}
	}
	return n
}

func isAssign(tt js.TokenType) bool {
	switch tt {
	case js.EqToken, js.AddEqToken, js.SubEqToken, js.MulEqToken, js.DivEqToken, js.ModEqToken, js.ExpEqToken, js.LtLtEqToken, js.GtGtEqToken,
		js.GtGtGtEqToken, js.BitAndEqToken, js.BitOrEqToken, js.BitXorEqToken, js.AndEqToken, js.OrEqToken, js.NullishEqToken:
		return true
	}
	return false
}

// assignment reads an expression without commas: arrow functions, yield, the
// conditional operator, assignments.
func (p *jsParser) assignment() *node {
	defer p.enter()()
	if f := p.arrow(); f != nil {
		return f
	}
	if t := p.peek(); t.tt == js.YieldToken {
		p.next()
		n := &node{kind: kUnary, text: "yield", start: t.start, end: t.end}
		p.accept(js.MulToken)
		if !p.peek().newline && !p.is(js.SemicolonToken) && !p.is(js.CloseParenToken) && !p.is(js.CloseBraceToken) && !p.is(js.CommaToken) && !p.is(js.CloseBracketToken) {
			n.a = p.assignment()
			n.end = n.a.end
		}
		return n
	}
	left := p.binary(0)
	switch {
	case p.is(js.QuestionToken):
		p.next()
		outer := p.noIn
		p.noIn = false
		b := p.assignment()
		p.noIn = outer
		p.expect(js.ColonToken)
		c := p.assignment()
		return &node{kind: kCond, a: left, b: b, c: c, start: left.start, end: c.end}
	case isAssign(p.peek().tt):
		op := p.next().text
		right := p.assignment()
		return &node{kind: kAssign, text: op, a: left, b: right, start: left.start, end: right.end}
	}
	return left
}

// arrow reads an arrow function, nil where none begins here.
func (p *jsParser) arrow() *node {
	at := p.pos
	start := p.peek().start
	if p.is(js.AsyncToken) && !p.ahead(1).newline && (p.ahead(1).tt == js.OpenParenToken || js.IsIdentifier(p.ahead(1).tt)) {
		p.pos++
	}
	n := &node{kind: kFunc, start: start}
	switch {
	case js.IsIdentifier(p.peek().tt) && p.ahead(1).tt == js.ArrowToken:
		n.list = []*node{p.binding()}
	case p.is(js.OpenParenToken) && p.closesBeforeArrow():
		p.parameters(n)
	default:
		p.pos = at
		return nil
	}
	p.expect(js.ArrowToken)
	outer := p.noIn
	p.noIn = false
	if p.is(js.OpenBraceToken) {
		n.b = p.block()
	} else {
		n.b = p.assignment()
	}
	p.noIn = outer
	n.end = p.last()
	return n
}

// closesBeforeArrow says whether the bracket that opens here is closed just
// before an arrow.
func (p *jsParser) closesBeforeArrow() bool {
	depth := 0
	for i := 0; ; i++ {
		switch p.ahead(i).tt {
		case js.OpenParenToken, js.OpenBraceToken, js.OpenBracketToken, js.TemplateStartToken:
			depth++
		case js.CloseParenToken, js.CloseBraceToken, js.CloseBracketToken, js.TemplateEndToken:
			depth--
			if depth == 0 {
				return p.ahead(i+1).tt == js.ArrowToken
			}
		case js.ErrorToken:
			return false
		}
	}
}

// precedence of binary operators, 0 for what is none.
func (p *jsParser) precedence(tt js.TokenType) int {
	switch tt {
	case js.NullishToken, js.OrToken:
		return 1
	case js.AndToken:
		return 2
	case js.BitOrToken:
		return 3
	case js.BitXorToken:
		return 4
	case js.BitAndToken:
		return 5
	case js.EqEqToken, js.EqEqEqToken, js.NotEqToken, js.NotEqEqToken:
		return 6
	case js.InToken:
		if p.noIn {
			return 0
		}
		return 7
	case js.LtToken, js.LtEqToken, js.GtToken, js.GtEqToken, js.InstanceofToken:
		return 7
	case js.LtLtToken, js.GtGtToken, js.GtGtGtToken:
		return 8
	case js.AddToken, js.SubToken:
		return 9
	case js.MulToken, js.DivToken, js.ModToken:
		return 10
	case js.ExpToken:
		return 11
	}
	return 0
}

func (p *jsParser) binary(least int) *node {
	left := p.unary()
	for long := 0; ; long++ {
		if long > maxChain {
			p.fail()
		}
		op := p.peek()
		prec := p.precedence(op.tt)
		if prec == 0 || prec <= least {
			return left
		}
		p.next()
		if op.tt == js.ExpToken {
			prec--
		}
		right := p.binary(prec)
		left = &node{kind: kBinary, text: op.text, at: op.start, a: left, b: right, start: left.start, end: right.end}
	}
}

func (p *jsParser) unary() *node {
	defer p.enter()()
	t := p.peek()
	switch t.tt {
	case js.NotToken, js.BitNotToken, js.AddToken, js.SubToken, js.TypeofToken, js.VoidToken, js.DeleteToken, js.AwaitToken, js.IncrToken, js.DecrToken:
		p.next()
		a := p.unary()
		return &node{kind: kUnary, text: t.text, a: a, start: t.start, end: a.end}
	}
	n := p.postfix(p.primary())
	if (p.is(js.IncrToken) || p.is(js.DecrToken)) && !p.peek().newline {
		n = &node{kind: kUnary, text: "post", a: n, start: n.start, end: p.next().end}
	}
	return n
}

// postfix reads what follows a value: .name, [index], (arguments), templates.
func (p *jsParser) postfix(n *node) *node {
	for long := 0; ; long++ {
		if long > maxChain {
			p.fail()
		}
		switch t := p.peek(); t.tt {
		case js.DotToken, js.OptChainToken:
			p.next()
			if t.tt == js.OptChainToken && (p.is(js.OpenParenToken) || p.is(js.OpenBracketToken)) {
				continue
			}
			name := p.next()
			n = &node{kind: kMember, a: n, text: name.text, at: name.start, start: n.start, end: name.end}
		case js.OpenBracketToken:
			p.next()
			b := p.inBrackets(p.expression)
			n = &node{kind: kIndex, a: n, b: b, start: n.start, end: p.expect(js.CloseBracketToken).end}
			if b.kind == kString {
				n = &node{kind: kMember, a: n.a, text: b.text, at: b.start, start: n.start, end: n.end}
			}
		case js.OpenParenToken:
			n = &node{kind: kCall, a: n, start: n.start, list: p.arguments()}
			n.end = p.last()
		case js.TemplateToken, js.TemplateStartToken:
			q := p.template()
			n = &node{kind: kOther, list: []*node{n, q}, start: n.start, end: q.end}
		default:
			return n
		}
	}
}

// inBrackets reads where "in" is an operator again.
func (p *jsParser) inBrackets(f func() *node) *node {
	outer := p.noIn
	p.noIn = false
	n := f()
	p.noIn = outer
	return n
}

func (p *jsParser) arguments() []*node {
	p.expect(js.OpenParenToken)
	out := p.items(js.CloseParenToken)
	return out
}

// items are the expressions of a call or an array, to its closing bracket.
func (p *jsParser) items(end js.TokenType) []*node {
	outer := p.noIn
	p.noIn = false
	var out []*node
	for !p.accept(end) {
		switch t := p.peek(); t.tt {
		case js.CommaToken:
			p.next()
		case js.EllipsisToken:
			p.next()
			a := p.assignment()
			out = append(out, &node{kind: kSpread, a: a, start: t.start, end: a.end})
		default:
			out = append(out, p.assignment())
			if !p.is(end) {
				p.expect(js.CommaToken)
			}
		}
	}
	p.noIn = outer
	return out
}

func (p *jsParser) primary() *node {
	t := p.peek()
	switch t.tt {
	case js.OpenParenToken:
		p.next()
		n := p.inBrackets(p.expression)
		n.end = p.expect(js.CloseParenToken).end
		n.start = t.start
		return n
	case js.OpenBracketToken:
		p.next()
		n := &node{kind: kArray, start: t.start, list: p.items(js.CloseBracketToken)}
		n.end = p.last()
		return n
	case js.OpenBraceToken:
		return p.object()
	case js.FunctionToken:
		return p.function()
	case js.AsyncToken:
		if p.ahead(1).tt == js.FunctionToken && !p.ahead(1).newline {
			return p.function()
		}
	case js.ClassToken:
		return p.class()
	case js.NewToken:
		return p.newExpression()
	case js.StringToken:
		p.next()
		return &node{kind: kString, text: paste.UnescapeJS(t.text[1 : len(t.text)-1]), start: t.start, end: t.end}
	case js.TemplateToken, js.TemplateStartToken:
		return p.template()
	case js.RegExpToken:
		p.next()
		i := strings.LastIndexByte(t.text, '/')
		return &node{kind: kRegexp, text: t.text[1:i], b: &node{kind: kString, text: t.text[i+1:], start: t.start + i + 1, end: t.end}, start: t.start, end: t.end}
	case js.ImportToken, js.ThisToken, js.SuperToken, js.NullToken, js.TrueToken, js.FalseToken, js.PrivateIdentifierToken:
		p.next()
		return &node{kind: kIdent, text: t.text, start: t.start, end: t.end}
	}
	if js.IsNumeric(t.tt) {
		p.next()
		return &node{kind: kOther, text: t.text, start: t.start, end: t.end}
	}
	if js.IsIdentifier(t.tt) {
		p.next()
		return &node{kind: kIdent, text: t.text, start: t.start, end: t.end}
	}
	p.fail()
	return nil
}

func (p *jsParser) newExpression() *node {
	t := p.next()
	if p.accept(js.DotToken) { // new.target
		name := p.next()
		return &node{kind: kOther, text: "new." + name.text, start: t.start, end: name.end}
	}
	n := &node{kind: kNew, start: t.start}
	n.a = p.primary()
	for p.is(js.DotToken) {
		p.next()
		name := p.next()
		n.a = &node{kind: kMember, a: n.a, text: name.text, at: name.start, start: n.a.start, end: name.end}
	}
	if p.is(js.OpenParenToken) {
		n.list = p.arguments()
	}
	n.end = p.last()
	return n
}

// template reads `a${b}c`; without an expression it is a string.
func (p *jsParser) template() *node {
	t := p.next()
	if t.tt == js.TemplateToken {
		return &node{kind: kString, text: paste.UnescapeJS(t.text[1 : len(t.text)-1]), start: t.start, end: t.end}
	}
	n := &node{kind: kText, start: t.start}
	fixed := func(t jsToken, tail int) {
		if text := t.text[1 : len(t.text)-tail]; text != "" {
			n.list = append(n.list, &node{kind: kString, text: paste.UnescapeJS(text), start: t.start, end: t.end})
		}
	}
	fixed(t, 2)
	for {
		n.list = append(n.list, p.inBrackets(p.expression))
		t := p.next()
		switch t.tt {
		case js.TemplateMiddleToken:
			fixed(t, 2)
		case js.TemplateEndToken:
			fixed(t, 1)
			n.end = t.end
			return n
		default:
			p.pos--
			p.fail()
		}
	}
}

func (p *jsParser) object() *node {
	n := &node{kind: kObject, start: p.expect(js.OpenBraceToken).start}
	outer := p.noIn
	p.noIn = false
	for !p.accept(js.CloseBraceToken) {
		if t := p.peek(); t.tt == js.EllipsisToken {
			p.next()
			a := p.assignment()
			n.list = append(n.list, &node{kind: kSpread, a: a, start: t.start, end: a.end})
		} else {
			n.list = append(n.list, p.member(false))
		}
		if !p.is(js.CloseBraceToken) {
			p.expect(js.CommaToken)
		}
	}
	p.noIn = outer
	n.end = p.last()
	return n
}

// member reads a property or method of an object or class.
func (p *jsParser) member(inClass bool) *node {
	n := &node{kind: kProp, start: p.peek().start}
	for {
		t := p.peek()
		next := p.ahead(1).tt
		ends := next == js.OpenParenToken || next == js.ColonToken || next == js.CommaToken || next == js.CloseBraceToken || next == js.EqToken || next == js.SemicolonToken
		if t.tt == js.MulToken || !ends && (t.text == "async" || t.text == "get" || t.text == "set" || inClass && t.text == "static") {
			p.next()
			continue
		}
		break
	}
	if inClass && p.is(js.OpenBraceToken) {
		n.b = p.block()
		n.end = p.last()
		return n
	}
	name := p.next()
	n.at = name.start
	switch {
	case name.tt == js.OpenBracketToken:
		n.a = p.inBrackets(p.assignment)
		p.expect(js.CloseBracketToken)
	case name.tt == js.StringToken:
		n.text = paste.UnescapeJS(name.text[1 : len(name.text)-1])
	default:
		n.text = name.text
	}
	switch {
	case p.is(js.OpenParenToken):
		f := &node{kind: kFunc, text: n.text, at: n.at, start: n.start}
		p.parameters(f)
		f.b = p.block()
		f.end = p.last()
		n.b = f
	case p.accept(js.ColonToken):
		n.b = p.assignment()
	case p.accept(js.EqToken):
		n.b = p.assignment()
		if !inClass { // {a = 1} of a pattern
			n.b = &node{kind: kIdent, text: n.text, start: name.start, end: name.end}
		}
	default:
		n.b = &node{kind: kIdent, text: n.text, start: name.start, end: name.end}
	}
	if inClass {
		p.accept(js.SemicolonToken)
	}
	n.end = p.last()
	return n
}
