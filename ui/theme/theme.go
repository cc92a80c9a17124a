// Package theme says how a role looks: the 16 colours of the terminal's own
// palette, light or dark, or no colour at all. It is the one place in which a
// colour is named, and the one that makes a Lip Gloss renderer.
package theme

import (
	"io"
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"corstui/ui/rich"
)

// Options choose a theme.
type Options struct {
	// Light is for a light background.
	Light bool
	// Mono draws without colour; bold, underlined and reversed text remain.
	Mono bool
	// ASCII draws marks and lines with ASCII characters alone.
	ASCII bool
}

// Theme paints lines.
type Theme struct {
	Options
	Marks
	on, off [rich.NumRoles]string
	clip    map[rune]rune
}

// newRenderer is the only constructor of a renderer: one that has not been told
// the background asks the terminal for it, and waits seconds for the answer.
func newRenderer(o Options) *lipgloss.Renderer {
	r := lipgloss.NewRenderer(io.Discard, termenv.WithProfile(termenv.ANSI))
	r.SetColorProfile(termenv.ANSI)
	r.SetHasDarkBackground(!o.Light)
	return r
}

// New makes a theme. It never asks the terminal anything.
func New(o Options) Theme {
	t := Theme{Options: o, Marks: unicodeMarks}
	if o.ASCII {
		t.Marks, t.clip = asciiMarks, asciiOf
	}
	r := newRenderer(o)
	for role := range rich.NumRoles {
		s := style(r, rich.Role(role), o)
		on, off, found := strings.Cut(s.Render("x"), "x")
		if found {
			t.on[role], t.off[role] = on, off
		}
	}
	return t
}

// style is how a role looks. Only the colours 1 to 6 are used, and faint text in
// place of bright black: in palettes such as Solarized the bright ones are greys,
// one of them that of the background.
func style(r *lipgloss.Renderer, role rich.Role, o Options) lipgloss.Style {
	s := r.NewStyle()
	switch role { // what does not need colour
	case rich.Strong, rich.Title, rich.Key, rich.Good, rich.Bad, rich.Warn, rich.Packet:
		s = s.Bold(true)
	case rich.Select, rich.Cursor:
		s = s.Reverse(true)
	case rich.Dim, rich.Border, rich.CodeComment, rich.Label:
		s = s.Faint(true)
	case rich.Quote:
		s = s.Italic(true)
	}
	if o.Mono {
		return s
	}
	var dark, light string
	switch role {
	case rich.Good, rich.Added, rich.CodeString:
		dark, light = "2", "2"
	case rich.Bad, rich.Removed:
		dark, light = "1", "1"
	case rich.Warn:
		dark, light = "3", "5"
	case rich.Accent, rich.Packet, rich.Key, rich.CodeNumber:
		dark, light = "6", "4"
	case rich.CodeKeyword:
		dark, light = "5", "5"
	default:
		return s
	}
	if o.Light {
		return s.Foreground(lipgloss.Color(light))
	}
	return s.Foreground(lipgloss.Color(dark))
}

// Paint writes a line, cut to w cells, with the sequences of the theme.
func (t *Theme) Paint(b *strings.Builder, l rich.Line, w int) {
	if l.Width() > w {
		l = l.Cut(w)
	}
	for _, s := range l {
		text := s.Text
		if t.clip != nil {
			text = t.ascii(text)
		}
		b.WriteString(t.on[s.Role])
		b.WriteString(text)
		b.WriteString(t.off[s.Role])
	}
}

// Frame paints the lines of a whole screen.
func (t *Theme) Frame(lines []rich.Line, w int) string {
	var b strings.Builder
	b.Grow(len(lines) * (w + 32))
	for i, l := range lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		t.Paint(&b, l, w)
	}
	return b.String()
}

// FromCOLORFGBG says whether the variable COLORFGBG ("15;0": foreground;background)
// tells of a light background.
func FromCOLORFGBG(v string) (light, known bool) {
	i := strings.LastIndexByte(v, ';')
	if i < 0 {
		return false, false
	}
	switch v[i+1:] {
	case "7", "9", "10", "11", "12", "13", "14", "15":
		return true, true
	case "0", "1", "2", "3", "4", "5", "6", "8":
		return false, true
	}
	return false, false
}
