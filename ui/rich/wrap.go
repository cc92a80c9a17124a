package rich

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Wrap breaks a line into lines of at most w cells, between words; a word that
// is longer than a line is broken where it must be. Continued lines begin with
// hang blanks.
func Wrap(l Line, w, hang int) []Line {
	if w < 1 {
		w = 1
	}
	if hang > w-2 { // a wide character must have room
		hang = 0
	}
	if l.Width() <= w {
		return []Line{l}
	}
	var out []Line
	var cur Line
	n := 0
	flush := func() {
		out = append(out, trimRight(cur))
		cur, n = nil, 0
		if hang > 0 {
			cur, n = Line{{Text: Blank(hang)}}, hang
		}
	}
	start := func() bool { return n == 0 || (len(out) > 0 && n == hang) }
	for _, word := range words(l) {
		width := word.Width()
		if word.blank() {
			if start() && len(out) > 0 {
				continue
			}
			if n+width > w {
				flush()
				continue
			}
			cur, n = append(cur, word...), n+width
			continue
		}
		if n+width > w && !start() {
			flush()
		}
		for n+width > w { // longer than a whole line
			at := max(w-n, 1)
			head := word.take(at)
			if head.Width() == 0 { // a wide character that does not fit
				head = word.take(at + 1)
			}
			cur = append(cur, head...)
			word = word.drop(head.Width())
			width = word.Width()
			flush()
		}
		cur, n = append(cur, word...), n+width
	}
	if !start() || len(out) == 0 {
		out = append(out, trimRight(cur))
	}
	return out
}

// WrapText wraps plain text of one role; line breaks in it are kept.
func WrapText(s string, r Role, w int) []Line {
	var out []Line
	for _, para := range strings.Split(s, "\n") {
		out = append(out, Wrap(Line{{Text: para, Role: r}}, w, 0)...)
	}
	return out
}

func (l Line) blank() bool { return len(l) > 0 && strings.TrimLeft(l[0].Text, " ") == "" }

// words cuts a line into runs of blanks and words; a word may have several spans.
func words(l Line) []Line {
	var out []Line
	var cur Line
	for _, s := range l {
		rest := s.Text
		for rest != "" {
			i := strings.IndexByte(rest, ' ')
			if i == 0 {
				if cur != nil {
					out, cur = append(out, cur), nil
				}
				j := len(rest) - len(strings.TrimLeft(rest, " "))
				out = append(out, Line{{Text: rest[:j], Role: s.Role, Click: s.Click}})
				rest = rest[j:]
				continue
			}
			if i < 0 {
				i = len(rest)
			}
			cur = append(cur, Span{Text: rest[:i], Role: s.Role, Click: s.Click})
			rest = rest[i:]
		}
	}
	if cur != nil {
		out = append(out, cur)
	}
	return out
}

func trimRight(l Line) Line {
	for len(l) > 0 {
		last := strings.TrimRight(l[len(l)-1].Text, " ")
		if last != "" {
			l[len(l)-1].Text = last
			return l
		}
		l = l[:len(l)-1]
	}
	return l
}

// Break cuts a string of any length into pieces of at most w cells, for text in
// which blanks matter.
func Break(s string, w int) []string {
	if w < 1 {
		w = 1
	}
	var out []string
	for Width(s) > w {
		head := ansi.Truncate(s, w, "")
		if head == "" {
			break
		}
		out, s = append(out, head), s[len(head):]
	}
	return append(out, s)
}
