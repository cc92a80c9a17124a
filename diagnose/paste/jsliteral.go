package paste

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tdewolff/parse/v2/js"
)

// literal reads a literal of any kind.
func literal(n js.LiteralExpr) jsValue {
	data := string(n.Data)
	switch n.TokenType {
	case js.StringToken:
		if len(data) >= 2 {
			return jsValue{kind: jsString, text: UnescapeJS(data[1 : len(data)-1])}
		}
		return jsValue{kind: jsString}
	case js.TrueToken, js.FalseToken:
		return jsValue{kind: jsBool, text: data}
	case js.NullToken:
		return jsValue{kind: jsNull}
	case js.DecimalToken, js.IntegerToken, js.BinaryToken, js.OctalToken, js.HexadecimalToken:
		return jsValue{kind: jsNumber, text: strings.ReplaceAll(data, "_", "")}
	case js.RegExpToken:
		return unknown("value")
	}
	return jsValue{kind: jsString, text: data} // a name as a key
}

// UnescapeJS reads the escapes of a JavaScript string literal, or of the fixed part of
// a template, given without its quotes (ECMAScript, 12.9.4 and 12.9.6).
func UnescapeJS(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 >= len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch c := s[i]; c {
		case 'n':
			b.WriteByte('\n')
		case 't':
			b.WriteByte('\t')
		case 'r':
			b.WriteByte('\r')
		case 'b':
			b.WriteByte('\b')
		case 'f':
			b.WriteByte('\f')
		case 'v':
			b.WriteByte('\v')
		case '0':
			b.WriteByte(0)
		case '\r':
			if i+1 < len(s) && s[i+1] == '\n' {
				i++
			}
		case '\n':
		case 'x':
			i += hexEscape(&b, s[i+1:], 2)
		case 'u':
			i += unicodeEscape(&b, s[i+1:])
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// hexEscape writes the code point of n hexadecimal digits and returns how many
// bytes it took.
func hexEscape(b *strings.Builder, s string, n int) int {
	if len(s) < n {
		return 0
	}
	v, err := strconv.ParseUint(s[:n], 16, 32)
	if err != nil {
		return 0
	}
	b.WriteRune(rune(v))
	return n
}

// unicodeEscape reads what follows \u: four digits, a pair of surrogates, or
// digits in braces.
func unicodeEscape(b *strings.Builder, s string) int {
	if strings.HasPrefix(s, "{") {
		end := strings.IndexByte(s, '}')
		if end < 0 {
			return 0
		}
		v, err := strconv.ParseUint(s[1:end], 16, 32)
		if err != nil || v > utf8.MaxRune {
			return 0
		}
		b.WriteRune(rune(v))
		return end + 1
	}
	if len(s) < 4 {
		return 0
	}
	hi, err := strconv.ParseUint(s[:4], 16, 32)
	if err != nil {
		return 0
	}
	if hi >= 0xD800 && hi < 0xDC00 && len(s) >= 10 && s[4:6] == `\u` {
		if lo, err := strconv.ParseUint(s[6:10], 16, 32); err == nil && lo >= 0xDC00 && lo < 0xE000 {
			b.WriteRune(rune(0x10000 + (hi-0xD800)<<10 + (lo - 0xDC00)))
			return 10
		}
	}
	b.WriteRune(rune(hi))
	return 4
}
