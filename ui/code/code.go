// Package code gives the files that corstui writes their colours: a small
// tokenizer for JavaScript, nginx, HCL, JSON, TOML and YAML, and go/scanner for
// Go. It has no tables that are built at start.
package code

import (
	"go/scanner"
	"go/token"
	"path"
	"strings"

	"corstui/ui/rich"
)

// language is what the tokenizer must know of one.
type language struct {
	comment  []string // what begins a comment to the end of the line
	block    bool     // /* */ too
	quotes   string
	keywords string // words between blanks, with a blank at both ends
}

func languageOf(name string) language {
	switch path.Ext(name) {
	case ".mjs", ".js", ".ts":
		return language{[]string{"//"}, true, "\"'`", jsWords}
	case ".conf":
		return language{[]string{"#"}, false, "\"'", nginxWords}
	case ".tf", ".hcl":
		return language{[]string{"#", "//"}, true, "\"", " resource data variable provider for in if true false null "}
	case ".json":
		return language{nil, false, "\"", " true false null "}
	case ".toml", ".yaml", ".yml":
		return language{[]string{"#"}, false, "\"'", " true false "}
	case ".sh":
		return language{[]string{"#"}, false, "\"'", " if then else fi for do done export "}
	}
	return language{}
}

const jsWords = " async await break case catch class const continue default delete do else export extends false finally for from " +
	"function if import in instanceof let new null of return static super switch this throw true try typeof undefined var void while yield "

const nginxWords = " add_header always client_max_body_size daemon default error_page events http if include listen location map " +
	"proxy_hide_header proxy_http_version proxy_pass proxy_set_header return server server_name set types upstream worker_connections "

// Highlight splits a file into lines with roles. Tabs become two blanks.
func Highlight(name, content string) []rich.Line {
	var spans []rich.Span
	if path.Ext(name) == ".go" {
		spans = goSpans(content)
	} else {
		spans = languageOf(name).spans(content)
	}
	return lines(spans)
}

// lines cuts spans at line breaks.
func lines(spans []rich.Span) []rich.Line {
	var out []rich.Line
	var cur rich.Line
	for _, s := range spans {
		parts := strings.Split(s.Text, "\n")
		for i, p := range parts {
			if i > 0 {
				out, cur = append(out, cur), nil
			}
			if p != "" {
				cur = append(cur, rich.Span{Text: rich.CleanString(strings.ReplaceAll(p, "\t", "  ")), Role: s.Role})
			}
		}
	}
	if len(cur) > 0 {
		out = append(out, cur)
	}
	return out
}

func (l language) spans(s string) []rich.Span {
	var out []rich.Span
	plain := 0
	emit := func(from, to int, r rich.Role) {
		if plain < from {
			out = append(out, rich.Span{Text: s[plain:from]})
		}
		out = append(out, rich.Span{Text: s[from:to], Role: r})
		plain = to
	}
	for i := 0; i < len(s); {
		switch {
		case l.starts(s[i:]):
			j := end(s, i, "\n", false)
			emit(i, j, rich.CodeComment)
			i = j
		case l.block && strings.HasPrefix(s[i:], "/*"):
			j := end(s, i+2, "*/", true)
			emit(i, j, rich.CodeComment)
			i = j
		case strings.IndexByte(l.quotes, s[i]) >= 0:
			j := closing(s, i)
			emit(i, j, rich.CodeString)
			i = j
		case letter(s[i]):
			j := i
			for j < len(s) && (letter(s[j]) || digit(s[j])) {
				j++
			}
			if strings.Contains(l.keywords, " "+s[i:j]+" ") {
				emit(i, j, rich.CodeKeyword)
			}
			i = j
		case digit(s[i]):
			j := i
			for j < len(s) && (digit(s[j]) || letter(s[j]) || s[j] == '.') {
				j++
			}
			emit(i, j, rich.CodeNumber)
			i = j
		default:
			i++
		}
	}
	if plain < len(s) {
		out = append(out, rich.Span{Text: s[plain:]})
	}
	return out
}

func (l language) starts(s string) bool {
	for _, c := range l.comment {
		if strings.HasPrefix(s, c) {
			return true
		}
	}
	return false
}

func end(s string, from int, mark string, with bool) int {
	i := strings.Index(s[from:], mark)
	if i < 0 {
		return len(s)
	}
	if with {
		return from + i + len(mark)
	}
	return from + i
}

// closing is where the string that begins at i ends. A quoted string does not
// go over a line break, a template does.
func closing(s string, i int) int {
	q := s[i]
	for j := i + 1; j < len(s); j++ {
		switch s[j] {
		case '\\':
			j++
		case q:
			return j + 1
		case '\n':
			if q != '`' {
				return j
			}
		}
	}
	return len(s)
}

func letter(c byte) bool { return c == '_' || c == '$' || c|0x20 >= 'a' && c|0x20 <= 'z' }
func digit(c byte) bool  { return c >= '0' && c <= '9' }

func goSpans(src string) []rich.Span {
	var out []rich.Span
	var sc scanner.Scanner
	fset := token.NewFileSet()
	file := fset.AddFile("", fset.Base(), len(src))
	sc.Init(file, []byte(src), func(token.Position, string) {}, scanner.ScanComments)
	at := 0
	for {
		pos, tok, lit := sc.Scan()
		if tok == token.EOF {
			break
		}
		from := file.Offset(pos)
		if tok == token.SEMICOLON && lit != ";" {
			continue // put in by the scanner
		}
		if lit == "" {
			lit = tok.String()
		}
		to := min(from+len(lit), len(src))
		var role rich.Role
		switch {
		case tok == token.COMMENT:
			role = rich.CodeComment
		case tok == token.STRING, tok == token.CHAR:
			role = rich.CodeString
		case tok == token.INT, tok == token.FLOAT:
			role = rich.CodeNumber
		case tok.IsKeyword():
			role = rich.CodeKeyword
		default:
			continue
		}
		if at < from {
			out = append(out, rich.Span{Text: src[at:from]})
		}
		out = append(out, rich.Span{Text: src[from:to], Role: role})
		at = to
	}
	if at < len(src) {
		out = append(out, rich.Span{Text: src[at:]})
	}
	return out
}
