package config

import (
	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/js"
)

// jsToken is a token of JavaScript with its place; white space and comments are
// left out.
type jsToken struct {
	tt         js.TokenType
	text       string
	start, end int
	newline    bool // a line break comes before it
}

// lexJS reads all tokens. Whether a slash divides or begins a regular expression
// is told by the token before it, as it is everywhere but after some ")" and "}".
func lexJS(src *source) ([]jsToken, error) {
	l := js.NewLexer(parse.NewInputString(src.text))
	var out []jsToken
	off, newline := 0, false
	for {
		tt, data := l.Next()
		if (tt == js.DivToken || tt == js.DivEqToken) && (len(out) == 0 || !endsValue(out[len(out)-1])) {
			tt, data = l.RegExp()
		}
		if tt == js.ErrorToken {
			if off >= len(src.text) {
				return out, nil
			}
			return nil, &ReadError{src.position(off), "this is no JavaScript", "a module that node --check accepts"}
		}
		start := off
		off += len(data)
		switch tt {
		case js.WhitespaceToken, js.CommentToken:
			continue
		case js.LineTerminatorToken, js.CommentLineTerminatorToken:
			newline = true
			continue
		}
		out = append(out, jsToken{tt, string(data), start, off, newline})
		newline = false
	}
}

// endsValue says whether a token can be the end of an expression.
func endsValue(t jsToken) bool {
	switch t.tt {
	case js.CloseParenToken, js.CloseBracketToken, js.CloseBraceToken, js.StringToken, js.TemplateToken, js.TemplateEndToken,
		js.RegExpToken, js.IncrToken, js.DecrToken, js.ThisToken, js.SuperToken, js.NullToken, js.TrueToken, js.FalseToken, js.PrivateIdentifierToken:
		return true
	}
	return js.IsNumeric(t.tt) || js.IsIdentifier(t.tt)
}
