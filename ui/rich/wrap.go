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
		if n+width > w { // longer than a whole line
			for _, sp := range word {
				for i, piece := range pieces(sp.Text, w-n, w-hang) {
					if i > 0 {
						flush()
					}
					cur = append(cur, Span{Text: piece, Role: sp.Role, Click: sp.Click})
					n += Width(piece)
				}
			}
			continue
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
func Break(s string, w int) []string { return pieces(s, w, w) }

// pieces cuts a string into a first piece of at most first cells, which may be
// empty, and further ones of at most w. It looks at each character once.
func pieces(s string, first, w int) []string {
	var out []string
	room, from, n := first, 0, 0
	for i := 0; i < len(s); {
		cluster, cells := s[i:i+1], 1
		if s[i] >= 0x80 || i+1 < len(s) && s[i+1] >= 0x80 {
			cluster, cells = ansi.FirstGraphemeCluster(s[i:], ansi.GraphemeWidth)
		}
		if n+cells > room && (n > 0 || room < w) {
			out = append(out, s[from:i])
			room, from, n = w, i, 0
		}
		i, n = i+len(cluster), n+cells
	}
	return append(out, s[from:])
}
