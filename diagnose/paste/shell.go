package paste

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"
)

// shellWords are the words of one command, and what in them is not in the text:
// variables and command substitutions, which stand by their names.
type shellWords struct {
	words   []string
	unknown []string
}

// posixWords returns the words of the first curl command in a text of bash.
func posixWords(text string) (w shellWords, err error) {
	defer func() {
		// The parser is not meant for hostile input; a panic is an error here.
		if r := recover(); r != nil {
			err = &Error{begin(text), "the command cannot be read", remedy}
		}
	}()
	if nesting(text) > 500 {
		return w, &Error{begin(text), "the command is nested too deeply", "paste the curl command alone"}
	}
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(text), "")
	if err != nil {
		return w, &Error{begin(text), "the shell's quoting does not end (" + firstLine(err.Error()) + ")", "paste the whole command, with its last quote"}
	}
	syntax.Walk(file, func(n syntax.Node) bool {
		call, ok := n.(*syntax.CallExpr)
		if !ok || len(w.words) > 0 || len(call.Args) == 0 {
			return len(w.words) == 0
		}
		var got shellWords
		for _, arg := range call.Args {
			got.words = append(got.words, got.word(arg))
		}
		if isCurl(got.words[0]) {
			w = got
			return false
		}
		return true
	})
	return w, nil
}

func isCurl(s string) bool {
	s = s[strings.LastIndexAny(s, `/\`)+1:]
	return strings.EqualFold(s, "curl") || strings.EqualFold(s, "curl.exe")
}

// word flattens one word.
func (w *shellWords) word(n *syntax.Word) string {
	var b strings.Builder
	w.parts(&b, n.Parts, false)
	return b.String()
}

func (w *shellWords) parts(b *strings.Builder, parts []syntax.WordPart, quoted bool) {
	for _, p := range parts {
		switch p := p.(type) {
		case *syntax.Lit:
			b.WriteString(unescapeShell(p.Value, quoted))
		case *syntax.SglQuoted:
			if p.Dollar {
				b.WriteString(unescapeANSI(p.Value))
			} else {
				b.WriteString(p.Value)
			}
		case *syntax.DblQuoted:
			w.parts(b, p.Parts, true)
		case *syntax.ParamExp:
			name := "value"
			if p.Param != nil {
				name = plainName(p.Param.Value)
			}
			w.unknown = append(w.unknown, name)
			b.WriteString(name)
		default:
			w.unknown = append(w.unknown, "a command")
			b.WriteString("value")
		}
	}
}

// unescapeShell reads the backslashes of an unquoted or double-quoted literal.
func unescapeShell(s string, quoted bool) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 >= len(s) {
			b.WriteByte(s[i])
			continue
		}
		next := s[i+1]
		switch {
		case next == '\n':
			i++
		case !quoted || strings.IndexByte("\"\\$`", next) >= 0:
			b.WriteByte(next)
			i++
		default:
			b.WriteByte('\\')
		}
	}
	return b.String()
}

// unescapeANSI reads $'…' of bash: \n, \xHH, \uHHHH, \UHHHHHHHH, \ooo.
func unescapeANSI(s string) string {
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
		case 'a':
			b.WriteByte('\a')
		case 'b':
			b.WriteByte('\b')
		case 'e', 'E':
			b.WriteByte(0x1b)
		case 'f':
			b.WriteByte('\f')
		case 'v':
			b.WriteByte('\v')
		case 'x', 'u', 'U':
			most := map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]
			n := 0
			for n < most && i+1+n < len(s) && isHex(s[i+1+n]) {
				n++
			}
			v, err := strconv.ParseUint(s[i+1:i+1+n], 16, 32)
			switch {
			case err != nil:
				b.WriteByte('\\')
				b.WriteByte(c)
			case c == 'x':
				b.WriteByte(byte(v))
			case v <= utf8.MaxRune:
				b.WriteRune(rune(v))
			}
			i += n
		case '0', '1', '2', '3', '4', '5', '6', '7':
			n := 1
			for n < 3 && i+n < len(s) && s[i+n] >= '0' && s[i+n] <= '7' {
				n++
			}
			v, _ := strconv.ParseUint(s[i:i+n], 8, 32)
			b.WriteByte(byte(v))
			i += n - 1
		default:
			if strings.IndexByte(`\'"?`, c) < 0 {
				b.WriteByte('\\')
			}
			b.WriteByte(c)
		}
	}
	return b.String()
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// looksLikeCmd says whether a command was copied for Windows' cmd.exe: carets
// before quotes or at the ends of lines.
func looksLikeCmd(text string) bool {
	if strings.Contains(text, `^"`) {
		return true
	}
	for line := range strings.Lines(text) {
		if strings.HasSuffix(strings.TrimRight(line, " \t\r\n"), " ^") {
			return true
		}
	}
	return false
}

// cmdWords returns the words of a command line of cmd.exe: first its carets,
// then the quoting of the C runtime, by which curl gets its arguments.
func cmdWords(text string) []string { return runtimeWords(uncaret(text)) }

// uncaret removes cmd.exe's escapes. Between plain quotes a caret is a caret.
func uncaret(s string) string {
	var b strings.Builder
	quoted := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '^' && !quoted && i+1 < len(s):
			i++
			if s[i] == '\r' && i+1 < len(s) && s[i+1] == '\n' {
				i++
			}
			if s[i] != '\n' {
				b.WriteByte(s[i])
				continue
			}
			// A line that goes on; an empty one behind it is a line break of
			// the data.
			rest := strings.TrimPrefix(s[i+1:], "\r")
			if strings.HasPrefix(rest, "\n") {
				b.WriteByte('\n')
				i = len(s) - len(rest)
			}
		case c == '^' && quoted && i+1 < len(s) && (s[i+1] == '\n' || s[i+1] == '\r'):
			// Browsers break lines inside of quotes only where the quote has
			// ended by their own count.
			b.WriteByte(' ')
		case c == '"':
			quoted = !quoted
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// runtimeWords splits a command line as the C runtime of Windows does.
func runtimeWords(s string) []string {
	var words []string
	var b strings.Builder
	quoted, in := false, false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\':
			n := 0
			for i < len(s) && s[i] == '\\' {
				n++
				i++
			}
			in = true
			if i < len(s) && s[i] == '"' {
				b.WriteString(strings.Repeat(`\`, n/2))
				if n%2 == 1 {
					b.WriteByte('"')
				} else {
					i-- // the quote is read next
				}
			} else {
				b.WriteString(strings.Repeat(`\`, n))
				i--
			}
		case c == '"':
			if quoted && i+1 < len(s) && s[i+1] == '"' {
				b.WriteByte('"')
				i++
				continue
			}
			quoted, in = !quoted, true
		case !quoted && (c == ' ' || c == '\t' || c == '\n' || c == '\r'):
			if in {
				words = append(words, b.String())
				b.Reset()
				in = false
			}
		default:
			b.WriteByte(c)
			in = true
		}
	}
	if in {
		words = append(words, b.String())
	}
	return words
}
