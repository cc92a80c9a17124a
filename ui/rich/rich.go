// Package rich is text with roles: what the screens are made of before a theme
// paints them. A Line is a list of Spans, a Span is a string, the role that it
// plays, and what a click on it means. Because nothing here is painted yet,
// lines can be wrapped, cut and laid over each other without looking at escape
// sequences, and a frame can be compared in a test as plain text.
package rich

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Role says what a piece of text is; the theme says how that looks.
type Role uint8

// The roles.
const (
	Plain Role = iota
	Dim
	Strong
	Good
	Bad
	Warn
	Accent
	Key    // a key that can be pressed
	Label  // the name of a field
	Select // what is selected
	Title
	Border
	Quote // words of somebody else: a console's sentence
	Packet
	CodeComment
	CodeKeyword
	CodeString
	CodeNumber
	Added
	Removed
	Cursor
	numRoles
)

// NumRoles is the number of roles, for tables over them.
const NumRoles = int(numRoles)

// Span is a piece of text without line breaks that plays one role.
type Span struct {
	Text string
	Role Role
	// Click is the message that a click on the span stands for; nil for none.
	Click any
}

// Line is one line of a screen.
type Line []Span

// S is a span of that role.
//
//go:noinline
func S(r Role, text string) Span { return Span{Text: text, Role: r} }

// L makes a line of strings (which are plain), spans and lines.
//
//go:noinline
func L(parts ...any) Line {
	var l Line
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			if p != "" {
				l = append(l, Span{Text: p})
			}
		case Span:
			l = append(l, p)
		case Line:
			l = append(l, p...)
		case []Span:
			l = append(l, p...)
		}
	}
	return l
}

// Width is the number of terminal cells that the line takes.
//
//go:noinline
func (l Line) Width() int {
	n := 0
	for _, s := range l {
		n += Width(s.Text)
	}
	return n
}

// String is the line without roles.
func (l Line) String() string {
	if len(l) == 1 {
		return l[0].Text
	}
	var b strings.Builder
	for _, s := range l {
		b.WriteString(s.Text)
	}
	return b.String()
}

// As returns the line with every span in that role.
func (l Line) As(r Role) Line {
	out := make(Line, len(l))
	for i, s := range l {
		s.Role = r
		out[i] = s
	}
	return out
}

// OnClick returns the line with every span standing for that message.
//
//go:noinline
func (l Line) OnClick(msg any) Line {
	out := make(Line, len(l))
	for i, s := range l {
		s.Click = msg
		out[i] = s
	}
	return out
}

// Width is the number of terminal cells that a string takes.
func Width(s string) int {
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 || s[i] > 0x7e {
			return ansi.StringWidth(s)
		}
	}
	return len(s)
}

// Ellipsis marks text that was cut.
const Ellipsis = "…"

// Truncate cuts a string to at most w cells and marks the cut.
func Truncate(s string, w int) string {
	if w <= 0 {
		return ""
	}
	if Width(s) <= w {
		return s
	}
	return ansi.Truncate(s, w, Ellipsis)
}

// Cut returns at most w cells of the line, and marks the cut.
func (l Line) Cut(w int) Line {
	if w <= 0 {
		return nil
	}
	if l.Width() <= w {
		return l
	}
	return append(l.take(w-1), Span{Text: Ellipsis, Role: Dim})
}

// take returns the first w cells; a wide character at the edge is left out.
func (l Line) take(w int) Line {
	out := make(Line, 0, len(l)+1)
	for _, s := range l {
		n := Width(s.Text)
		if n <= w {
			out, w = append(out, s), w-n
			continue
		}
		if w > 0 {
			s.Text = ansi.Truncate(s.Text, w, "")
			out = append(out, s)
		}
		break
	}
	return out
}

// drop returns the line without its first w cells.
func (l Line) drop(w int) Line {
	out := make(Line, 0, len(l))
	for _, s := range l {
		n := Width(s.Text)
		if w >= n {
			w -= n
			continue
		}
		if w > 0 {
			s.Text, w = ansi.TruncateLeft(s.Text, w, ""), 0
		}
		out = append(out, s)
	}
	return out
}

// Pad returns the line with blanks up to w cells, or cut to them.
func (l Line) Pad(w int) Line {
	n := l.Width()
	if n > w {
		return l.Cut(w)
	}
	if n < w {
		return append(l[:len(l):len(l)], Span{Text: Blank(w - n)})
	}
	return l
}

const blanks = "                                                                                                                                "

// Blank is a string of n blanks.
func Blank(n int) string {
	if n <= 0 {
		return ""
	}
	if n <= len(blanks) {
		return blanks[:n]
	}
	return strings.Repeat(" ", n)
}

// Spread puts left and right at the two ends of w cells. Where they do not both
// fit, right is left out.
func Spread(left, right Line, w int) Line {
	n := w - left.Width() - right.Width()
	if n < 1 || len(right) == 0 {
		return left.Cut(w)
	}
	return L(left, Blank(n), right)
}

// Over lays the lines of top over base, with the upper left corner at x, y.
func Over(base, top []Line, x, y int) []Line {
	out := append([]Line(nil), base...)
	for i, t := range top {
		j := y + i
		if j < 0 || j >= len(out) {
			continue
		}
		w := t.Width()
		left := out[j].take(max(x, 0)).Pad(x)
		right := out[j].drop(x + w)
		out[j] = L(left, t, right)
	}
	return out
}

// At returns the click of the span at cell x, nil where there is none.
func (l Line) At(x int) any {
	for _, s := range l {
		n := Width(s.Text)
		if x < n {
			return s.Click
		}
		x -= n
	}
	return nil
}
