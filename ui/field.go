package ui

import (
	"strings"
	"unicode"

	tea "github.com/charmbracelet/bubbletea"

	"corstui/ui/rich"
)

// field is a text field. Its text may have several lines, since a curl command
// or a console message has; it is drawn by its owner's theme.
type field struct {
	text []rune
	at   int
	// mask hides what is typed.
	mask bool
	// hint stands where nothing has been typed.
	hint string
	// guess says that the text is a guess: the first letter typed replaces it.
	guess bool
}

// maxField bounds what a paste can bring in.
const maxField = 4 << 20

func newField(text, hint string) field {
	f := field{hint: hint}
	f.insert(text)
	return f
}

func (f *field) String() string { return string(f.text) }

func (f *field) set(s string) { f.text, f.at = []rune(s), len([]rune(s)) }

func (f *field) insert(s string) {
	if f.guess {
		f.text, f.at, f.guess = nil, 0, false
	}
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	rs := []rune(s)
	if len(f.text)+len(rs) > maxField {
		return
	}
	f.text = append(f.text[:f.at:f.at], append(rs, f.text[f.at:]...)...)
	f.at += len(rs)
}

// key edits the text; taken is false for a key that edits nothing.
func (f *field) key(k tea.KeyMsg) (taken bool) {
	if k.Type != tea.KeyRunes && k.Type != tea.KeySpace {
		f.guess = false
	}
	switch k.Type {
	case tea.KeyRunes, tea.KeySpace:
		if k.Alt {
			return false
		}
		f.insert(string(k.Runes))
	case tea.KeyBackspace:
		if f.at > 0 {
			f.cut(f.at-1, f.at)
		}
	case tea.KeyDelete, tea.KeyCtrlD:
		if f.at < len(f.text) {
			f.cut(f.at, f.at+1)
		}
	case tea.KeyCtrlU:
		f.cut(0, f.at)
	case tea.KeyCtrlK:
		f.cut(f.at, len(f.text))
	case tea.KeyCtrlW:
		f.cut(f.wordLeft(), f.at)
	case tea.KeyLeft:
		f.at = max(f.at-1, 0)
	case tea.KeyRight:
		f.at = min(f.at+1, len(f.text))
	case tea.KeyCtrlLeft:
		f.at = f.wordLeft()
	case tea.KeyCtrlRight:
		for f.at < len(f.text) && unicode.IsSpace(f.text[f.at]) {
			f.at++
		}
		for f.at < len(f.text) && !unicode.IsSpace(f.text[f.at]) {
			f.at++
		}
	case tea.KeyHome, tea.KeyCtrlA:
		f.at = 0
	case tea.KeyEnd, tea.KeyCtrlE:
		f.at = len(f.text)
	default:
		return false
	}
	return true
}

func (f *field) cut(from, to int) {
	f.text = append(f.text[:from:from], f.text[to:]...)
	f.at = from
}

func (f *field) wordLeft() int {
	i := f.at
	for i > 0 && unicode.IsSpace(f.text[i-1]) {
		i--
	}
	for i > 0 && !unicode.IsSpace(f.text[i-1]) {
		i--
	}
	return i
}

// view draws the field in at most h lines of w cells: the lines around the
// cursor, with how much there is besides.
func (f *field) view(w, h int) []rich.Line {
	if len(f.text) == 0 {
		return []rich.Line{rich.L(rich.S(rich.Cursor, " "), rich.S(rich.Dim, " "+f.hint)).Cut(w)}
	}
	text := f.text
	// What is far from the cursor is not drawn, and need not be looked at.
	from := max(f.at-4*w*h, 0)
	to := min(f.at+4*w*h, len(text))
	var rows []rich.Line
	row, n, cursorRow := rich.Line{}, 0, 0
	var plain []rune
	flush := func() {
		if len(plain) > 0 {
			row = append(row, rich.Span{Text: string(plain)})
			plain = nil
		}
	}
	for i := from; i <= to; i++ {
		ch := " "
		if i < len(text) {
			ch = f.shown(text[i])
		}
		cw := rich.Width(ch)
		if n+cw > w {
			flush()
			rows, row, n = append(rows, row), nil, 0
		}
		if i == f.at {
			flush()
			cursorRow = len(rows)
			row = append(row, rich.S(rich.Cursor, ch))
		} else if i < len(text) && text[i] != '\n' {
			plain = append(plain, []rune(ch)...)
		}
		n += cw
		if i < len(text) && text[i] == '\n' {
			flush()
			rows, row, n = append(rows, row), nil, 0
		}
	}
	flush()
	rows = append(rows, row)
	if len(rows) > h {
		start := min(max(cursorRow-h+1, 0), len(rows)-h)
		rows = rows[start : start+h]
	}
	return rows
}

func (f *field) shown(r rune) string {
	switch {
	case r == '\n':
		return " "
	case f.mask && !unicode.IsSpace(r):
		return "•"
	}
	return rich.OneLine(string(r))
}

// unfinished says whether a text that was typed line by line, by a terminal that
// does not mark a paste, goes on: Enter is a line break then.
func unfinished(s string) bool {
	t := strings.TrimRight(s, " ")
	switch {
	case strings.HasSuffix(t, "\\"), strings.HasSuffix(t, "^"), strings.HasSuffix(t, "`"):
		return true
	case strings.HasPrefix(strings.TrimSpace(t), "fetch("), strings.HasPrefix(strings.TrimSpace(t), "await fetch("):
		return strings.Count(t, "(") > strings.Count(t, ")") || strings.Count(t, "{") > strings.Count(t, "}")
	}
	return false
}
