// Package config reads a configuration or program that somebody has, an nginx
// configuration, a Worker module, an Express app or Go source, and says which
// of its places make a browser refuse an answer, or let in pages that nobody
// named; and what would mend it, as edits that leave the rest as it is.
//
// A file's bytes come in, with a way to read the files that it names; Problems
// with positions and a Correction go out. The package reads no disk, runs
// nothing and opens no connection. Sources are parsed, never searched by
// patterns; what the package does not understand is a Problem that says so.
package config

import (
	"bytes"
	"cmp"
	"fmt"
	"path"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"corstui/diagnose/answer"
	"corstui/diagnose/finding"
	"corstui/snippets"
)

// Kind is what a file is.
type Kind string

// The kinds.
const (
	KindNginx   Kind = "nginx"
	KindWorker  Kind = "worker"
	KindExpress Kind = "express"
	KindGo      Kind = "go"
)

// Target is the runtime that snippets knows for this kind.
func (k Kind) Target() snippets.Target { return snippets.Target(k) }

// Files reads what a file names: nginx's includes, an imported module.
type Files interface {
	// ReadFile returns the content of a file, whose name is relative to the
	// folder of the file under review unless it is absolute.
	ReadFile(name string) ([]byte, error)
	// Glob returns the names that fit a shell pattern, sorted; none is no error.
	Glob(pattern string) ([]string, error)
}

// Position is a place in a file: line and column count from 1, the column in
// characters.
type Position struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

// String is "file:line:column".
func (p Position) String() string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column) }

// Problem is one place that is wrong, or that was not understood.
type Problem struct {
	Position
	// ID names the rule, in kebab-case; stable. Where `explain` has a finding of
	// that kind its ID is in Finding.
	ID      string `json:"id"`
	Finding string `json:"finding,omitempty"`
	// Mistake is 1 to 7 where the place is one of these.
	Mistake int `json:"mistake,omitempty"`
	// Severity is an error where the file is wrong whatever surrounds it, a
	// warning where that depends on what is not in the file, and info where
	// something was not understood, or no longer matters.
	Severity finding.Severity `json:"severity"`
	Layer    answer.Layer     `json:"layer"`
	// What is wrong, and Why the browser minds.
	What string `json:"what"`
	Why  string `json:"why"`

	at  *source // where the bytes are
	off int
}

// Review is what was found in a file.
type Review struct {
	Kind     Kind      `json:"kind"`
	Name     string    `json:"file"`
	Problems []Problem `json:"problems"`

	src    *source
	doc    document
	policy snippets.Policy // what the file itself allows by exact values
	// statesOrigin says that the file sets Allow-Origin somewhere.
	statesOrigin bool
	// anyHeader says that it lets a page set whatever request header it asks for.
	anyHeader bool
}

// document is a parsed file of one kind.
type document interface {
	// review reports problems and notes the policy that the file states.
	review(r *reviewer)
	// correct returns the edits of the file and new files beside it.
	correct(c *correction) error
}

// Limits of what is read and said.
const (
	// MaxSource is how many bytes a file may have.
	MaxSource = 4 << 20

	maxFiles      = 256    // files that includes may add
	maxDepth      = 200    // nesting of blocks and expressions
	maxDirectives = 50_000 // of one nginx file
	maxProblems   = 1000   // of one review
)

// ReadError says why a file cannot be reviewed. It is an error for people.
type ReadError struct {
	Position
	Problem, Want string
}

func (e *ReadError) Error() string {
	where := e.File
	if e.Line > 0 {
		where = e.Position.String()
	}
	return fmt.Sprintf("%s: %s; right would be %s", where, e.Problem, e.Want)
}

// Read reviews a file. The name serves positions and says, with the content,
// what kind of file it is; files may be nil, then nothing else is read. A file
// that cannot be parsed, or is of no kind that is known, is a *ReadError.
func Read(name string, content []byte, files Files) (*Review, error) {
	if files == nil {
		files = noFiles{}
	}
	src := newSource(name, content)
	if len(content) > MaxSource {
		return nil, &ReadError{Position{File: name}, fmt.Sprintf("the file has more than %d MiB", MaxSource>>20), "a configuration or a source file"}
	}
	if !utf8.Valid(content) || bytes.IndexByte(content, 0) >= 0 {
		return nil, &ReadError{Position{File: name}, "the file is no text in UTF-8", "a configuration or a source file"}
	}
	doc, kind, err := parseFile(src, files)
	if err != nil {
		return nil, err
	}
	r := &Review{Kind: kind, Name: name, src: src, doc: doc, Problems: []Problem{}}
	rv := &reviewer{Review: r}
	doc.review(rv)
	r.Problems = settle(r.Problems)
	r.policy, r.statesOrigin, r.anyHeader = rv.stated.policy(), rv.stated.found, rv.stated.anyHeader
	return r, nil
}

// parseFile finds out what a file is, and parses it.
func parseFile(src *source, files Files) (document, Kind, error) {
	switch strings.ToLower(path.Ext(src.name)) {
	case ".go":
		d, err := parseGo(src, files)
		return d, KindGo, err
	case ".conf", ".nginx", ".vhost":
		d, err := parseNginx(src, files)
		return d, KindNginx, err
	case ".js", ".mjs", ".cjs":
		return parseScript(src, files)
	case ".ts", ".mts", ".cts", ".tsx", ".jsx":
		return nil, "", &ReadError{Position{File: src.name}, "TypeScript and JSX are not read", "the JavaScript that your build makes of it"}
	}
	switch guess(src.text) {
	case KindGo:
		d, err := parseGo(src, files)
		return d, KindGo, err
	case KindNginx:
		d, err := parseNginx(src, files)
		return d, KindNginx, err
	}
	return parseScript(src, files)
}

// guess tells by the first word of a text, past comments, whether it is Go,
// nginx or a script.
func guess(text string) Kind {
	for {
		text = strings.TrimLeft(text, " \t\r\n\ufeff")
		switch {
		case strings.HasPrefix(text, "#"):
			// nginx alone has such comments, save a script's first line.
			if !strings.HasPrefix(text, "#!") {
				return KindNginx
			}
			_, text, _ = strings.Cut(text, "\n")
		case strings.HasPrefix(text, "//"):
			_, text, _ = strings.Cut(text, "\n")
		case strings.HasPrefix(text, "/*"):
			_, text, _ = strings.Cut(text, "*/")
		default:
			word := text
			if i := strings.IndexFunc(text, func(r rune) bool { return !isWordRune(r) }); i >= 0 {
				word = text[:i]
			}
			rest := strings.TrimLeft(text[len(word):], " \t\r\n")
			switch {
			case word == "package" && rest != "" && isWordRune(rune(rest[0])):
				return KindGo
			case scriptWords[word], rest == "", strings.ContainsRune("(=.,", rune(rest[0])) && word != "if":
				if word != "" && rest != "" || scriptWords[word] {
					return ""
				}
			}
			return KindNginx
		}
	}
}

// scriptWords begin statements of scripts and no directive of nginx.
var scriptWords = map[string]bool{
	"import": true, "export": true, "const": true, "let": true, "var": true, "function": true, "async": true,
	"class": true, "addEventListener": true, "module": true, "exports": true, "require": true,
}

func isWordRune(r rune) bool {
	return r == '_' || r == '$' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// Errors counts the problems of severity error.
func (r *Review) Errors() int {
	n := 0
	for _, p := range r.Problems {
		if p.Severity == finding.Error {
			n++
		}
	}
	return n
}

// reviewer collects problems while a document is walked.
type reviewer struct {
	*Review
	stated stated
}

// add reports a rule at an offset of a source. Words replace the rule's %s.
func (r *reviewer) add(s *source, off int, rule string, words ...any) {
	if len(r.Problems) >= maxProblems {
		return
	}
	row, ok := rules[rule]
	if !ok {
		panic("no rule " + rule)
	}
	p := Problem{
		Position: s.position(off), ID: rule, Finding: row.finding, Mistake: row.mistake, Severity: row.severity,
		Layer: r.layer(), What: row.what, Why: row.why, at: s, off: off,
	}
	if strings.Contains(row.what, "%") {
		p.What = fmt.Sprintf(row.what, words...)
	}
	r.Problems = append(r.Problems, p)
}

// layer is where a file of this kind answers.
func (r *Review) layer() answer.Layer {
	switch r.Kind {
	case KindNginx:
		return answer.LayerProxy
	case KindWorker:
		return answer.LayerWorker
	}
	return answer.LayerOrigin
}

// settle sorts problems by place, and leaves out what was said already.
func settle(ps []Problem) []Problem {
	sort.SliceStable(ps, func(i, j int) bool {
		a, b := &ps[i], &ps[j]
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.ID, b.ID)) < 0
	})
	return slices.CompactFunc(ps, func(a, b Problem) bool { return a.Position == b.Position && a.ID == b.ID })
}

type noFiles struct{}

func (noFiles) ReadFile(name string) ([]byte, error) { return nil, fmt.Errorf("%s is not read", name) }
func (noFiles) Glob(string) ([]string, error)        { return nil, nil }

// Stated is the policy that the file itself names by exact values; its origins
// are empty where there are none.
func (r *Review) Stated() snippets.Policy { return r.policy }

// Context says where an nginx file stands: "main" for a whole configuration,
// "http" or "server" for a file that is included there; empty for other kinds.
func (r *Review) Context() string {
	if n, ok := r.doc.(*nginxDoc); ok {
		return n.context()
	}
	return ""
}
