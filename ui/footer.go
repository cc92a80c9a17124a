package ui

import (
	"corstui/ui/rich"
)

// fill returns exactly h lines.
func fill(lines []rich.Line, h int) []rich.Line {
	if len(lines) > h {
		return lines[:h]
	}
	out := make([]rich.Line, h)
	copy(out, lines)
	return out
}

// footer names the keys of the place; the best next one is marked.
func (m *Model) footer(w int) rich.Line {
	if m.toast.text != "" {
		r, mark := rich.Good, m.theme.OK
		if m.toast.bad {
			r, mark = rich.Warn, m.theme.Warn
		}
		return rich.L(" ", rich.S(r, mark), " ", rich.OneLine(m.toast.text)).Cut(w)
	}
	var hints []rich.Line
	var rank []int
	for _, a := range m.actionsOf(m.top()) {
		if a.name == "" || a.off != "" && !a.best {
			continue
		}
		show := a.show
		if show == "" {
			show = m.keys.show(a.id)
		}
		var l rich.Line
		r := 1
		if a.best {
			l, r = rich.L(rich.S(rich.Accent, m.theme.Best+" ")), 0
		}
		if a.id == keyHelp || a.id == keyPalette || a.id == keyBack || a.id == keyQuit {
			r = 0
		}
		hints = append(hints, rich.L(l, rich.S(rich.Key, show), " "+a.name).OnClick(a.msg))
		rank = append(rank, r)
	}
	left := rich.L(" ")
	if m.hidden {
		left = rich.L(" ", rich.S(rich.Warn, "names hidden"), "  ").OnClick(namesMsg{})
	}
	return rich.L(left, fitHints(hints, rank, w-left.Width()))
}

// fitHints joins as many hints as fit; of those of rank 1 the last go first.
func fitHints(hints []rich.Line, rank []int, w int) rich.Line {
	total := -2
	for _, h := range hints {
		total += h.Width() + 2
	}
	keep := make([]bool, len(hints))
	for i := range keep {
		keep[i] = true
	}
	for r := 1; r >= 0; r-- {
		for i := len(hints) - 1; i >= 0 && total > w; i-- {
			if keep[i] && rank[i] == r {
				keep[i] = false
				total -= hints[i].Width() + 2
			}
		}
	}
	var out rich.Line
	for i, h := range hints {
		if !keep[i] {
			continue
		}
		if len(out) > 0 {
			out = rich.L(out, "  ")
		}
		out = rich.L(out, h)
	}
	return out
}
