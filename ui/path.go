package ui

import (
	"fmt"
	"strings"

	"corstui/diagnose/answer"
	"corstui/ui/rich"
)

// selectMsg selects a station by its place on the line.
type selectMsg struct{ station int }

// pathView draws the line of stations: names with the way between them, marks
// and words below, and a line of notes where there are any. packet is the frame
// of the moving packet, below 0 where nothing moves.
func pathView(e *env, ss []station, selected, packet, w int) []rich.Line {
	if len(ss) == 0 {
		return nil
	}
	col := (w - 3) / len(ss)
	if w < narrowWidth || col < 14 {
		return []rich.Line{pathShort(e, ss, selected, packet, w)}
	}
	col = min(col, 30)
	names, marks, notes := rich.L("   "), rich.L("   "), rich.L("   ")
	noted := false
	stop := stationOf(ss)
	for i, s := range ss {
		click := selectMsg{i}
		label := fmt.Sprintf("%d %s", i+1, s.name)
		role := rich.Strong
		if i == selected {
			role = rich.Select
		} else if s.mark == markIdle {
			role = rich.Plain
		}
		name := rich.L(rich.Span{Text: label, Role: role, Click: click}, " ")
		if i < len(ss)-1 {
			name = rich.L(name, segment(e, ss, i, stop, packet, col-name.Width()-1))
		}
		names = rich.L(names, name.Pad(col))
		said := s.word
		if said == askedFirst && rich.Width(said)+5 > col {
			said = "asked"
		}
		word := rich.L("  ", markSpan(e, s.mark), " ", rich.S(wordRole(s.mark), said)).OnClick(click)
		marks = rich.L(marks, word.Cut(col-1).Pad(col))
		if s.note != "" {
			noted = true
			note := rich.L("    ", rich.S(rich.Dim, s.note))
			if i == len(ss)-1 { // ends at the edge
				if n := w - 1 - note.Width(); n < notes.Width() && strings.TrimSpace(notes.String()) == "" {
					notes = rich.L(rich.Blank(n))
				}
				notes = rich.L(notes, note)
			} else if note.Width() > col-1 { // may run on under the next station
				notes = rich.L(notes, note)
			} else {
				notes = rich.L(notes, note.Pad(col))
			}
		} else if n := 3 + (i+1)*col - notes.Width(); n > 0 {
			notes = rich.L(notes, rich.Blank(n))
		}
	}
	out := []rich.Line{names.Cut(w), marks.Cut(w)}
	if noted {
		out = append(out, notes.Cut(w))
	}
	return out
}

// segment is the way from station i to the next, n cells long.
func segment(e *env, ss []station, i, stop, packet, n int) rich.Line {
	if n < 2 {
		return nil
	}
	t := &e.theme
	switch {
	case ss[i].passed:
		// Where the WAF answered, the packet went by the place of Access; and that
		// it went through a station is not claimed where nothing is known of it.
		unsure := func(j int) bool { return j != stop && ss[j].mark == markUnknown }
		if unsure(i) || unsure(i+1) || ss[stop].layer == answer.LayerWAF && (ss[i].layer == answer.LayerAccess || ss[i+1].layer == answer.LayerAccess) {
			end := t.Past
			if ss[i+1].answered {
				end = t.Head
			}
			return rich.L(rich.S(rich.Accent, strings.Repeat(t.Past, n-1)+end))
		}
		return rich.L(rich.S(rich.Accent, strings.Repeat(t.Line, n-1)+t.Head))
	case packet >= 0 && (i == 0 && !anyAnswered(ss) || ss[i].answered):
		at := packet % n
		return rich.L(rich.S(rich.Dim, strings.Repeat(t.Past, at)), rich.S(rich.Packet, t.Packet),
			rich.S(rich.Dim, strings.Repeat(t.Past, n-1-at)))
	case ss[i].answered && ss[i].mark == markBad:
		return rich.L(rich.S(rich.Bad, strings.Repeat(t.Line, min(n-1, 2))+t.Stop))
	}
	return nil
}

func anyAnswered(ss []station) bool {
	for _, s := range ss {
		if s.answered {
			return true
		}
	}
	return false
}

// pathShort is the line where there is no room: "1✓ [2✗] 3✓ 4·  Access: refused".
func pathShort(e *env, ss []station, selected, packet, w int) rich.Line {
	l := rich.L(" ")
	for i, s := range ss {
		m := markSpan(e, s.mark)
		item := rich.L(fmt.Sprint(i+1), m)
		if i == selected {
			item = rich.L(rich.S(rich.Strong, fmt.Sprintf("[%d", i+1)), m, rich.S(rich.Strong, "]"))
		} else {
			item = rich.L(" ", item, " ")
		}
		l = rich.L(l, item.OnClick(selectMsg{i}))
	}
	if packet >= 0 {
		l = rich.L(l, " ", rich.S(rich.Packet, strings.Repeat(" ", packet%4)+e.theme.Packet+strings.Repeat(" ", 3-packet%4)))
	}
	if selected < len(ss) {
		s := ss[selected]
		l = rich.L(l, "  ", rich.S(rich.Strong, s.name), ": ", rich.S(wordRole(s.mark), s.word))
	}
	return l.Cut(w)
}

func markSpan(e *env, m mark) rich.Span {
	t := &e.theme
	switch m {
	case markOK:
		return rich.S(rich.Good, t.OK)
	case markBad:
		return rich.S(rich.Bad, t.Bad)
	case markWarn:
		return rich.S(rich.Warn, t.Warn)
	case markUnknown:
		return rich.S(rich.Warn, t.Unknown)
	case markRun:
		return rich.S(rich.Packet, t.Run)
	}
	return rich.S(rich.Dim, t.Idle)
}

func wordRole(m mark) rich.Role {
	switch m {
	case markBad:
		return rich.Bad
	case markIdle:
		return rich.Dim
	case markUnknown, markWarn:
		return rich.Warn
	}
	return rich.Plain
}

// box draws a panel around lines: a title at the left of its upper edge, an
// aside at the right.
func box(e *env, title, aside rich.Line, lines []rich.Line, w, h int) []rich.Line {
	t := &e.theme
	b := func(s string) rich.Span { return rich.S(rich.Border, s) }
	inner := w - 4
	top := rich.L(b(t.TL+" "), title.Cut(inner-2), " ")
	right := rich.L(" ", aside, b(" "+t.H+t.H+t.TR))
	if len(aside) == 0 || top.Width()+right.Width() > w-1 {
		right = rich.L(b(t.H + t.H + t.TR))
	}
	top = rich.L(top, b(strings.Repeat(t.H, max(w-top.Width()-right.Width(), 0))), right)
	out := []rich.Line{top}
	for i := range h - 2 {
		var l rich.Line
		if i < len(lines) {
			l = lines[i]
		}
		end := b(" " + t.V)
		if text, mark := cutMark(l); mark != nil {
			l, end = text, rich.S(mark.Role, " "+mark.Text)
		}
		out = append(out, rich.L(b(t.V+" "), l.Pad(inner), end))
	}
	return append(out, rich.L(b(t.BL+strings.Repeat(t.H, max(w-2, 0))+t.BR)))
}

// The marks of a text that goes on above or below what is shown.
const moreUp, moreDown = "↑", "↓"

// scrolled returns the h lines from offset on, with marks where there are more.
// The mark of a line as wide as w stands in the frame, so that it hides no text.
func scrolled(lines []rich.Line, offset, h, w int) ([]rich.Line, int) {
	offset = max(min(offset, len(lines)-h), 0)
	end := min(offset+h, len(lines))
	out := append([]rich.Line(nil), lines[offset:end]...)
	if offset > 0 && len(out) > 0 {
		out[0] = marked(out[0], moreUp, w)
	}
	if end < len(lines) && len(out) > 0 {
		i := len(out) - 1
		out[i] = marked(out[i], moreDown, w)
	}
	return out, offset
}

func marked(l rich.Line, mark string, w int) rich.Line {
	l, _ = cutMark(l)
	return rich.L(l.Pad(w), rich.S(rich.Accent, mark))
}

// cutMark takes the mark of scrolled off a line; mark is nil where it has none.
func cutMark(l rich.Line) (text rich.Line, mark *rich.Span) {
	n := len(l) - 1
	if n < 0 || l[n].Role != rich.Accent || l[n].Text != moreUp && l[n].Text != moreDown {
		return l, nil
	}
	return l[:n:n], &l[n]
}
