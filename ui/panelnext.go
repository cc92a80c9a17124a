package ui

import (
	"fmt"

	"corstui/diagnose/answer"
	"corstui/diagnose/finding"
	"corstui/ui/rich"
)

// alsoRows name the other requests that belong to the station, what came back
// and what each decides.
func (s *walk) alsoRows(st station, shown *answer.Seen, w int) []rich.Line {
	var out []rich.Line
	for _, id := range st.exchanges {
		x := s.byID(id)
		if x == nil || shown != nil && x.ID == shown.ID {
			continue
		}
		label := ""
		if len(out) == 0 {
			out = append(out, nil)
			label = "also"
		}
		why := s.probeWhy[x.Purpose]
		if why == "" {
			why = purposeWhy(x.Compares())
		}
		out = append(out, row(label, rich.L(rich.S(rich.Strong, exchangeName(x)), ": ", gotWords(x)), nil, w)...)
		if why != "" {
			out = append(out, row("", rich.L(rich.S(rich.Dim, rich.OneLine(why))), nil, w)...)
		}
	}
	return out
}

// rayRows name the Ray ID and where to look it up.
func (s *walk) rayRows(st station, x *answer.Seen, w int) []rich.Line {
	id := s.report.AnsweredBy.RayID
	if id == "" || !st.answered || x == nil {
		return nil
	}
	l := rich.L(rich.OneLine(id), rich.S(rich.Dim, "  "+rayPlace(s.report.AnsweredBy.Layer)))
	return row("Ray ID", l.OnClick(copyMsg{"Ray ID", id}), nil, w)
}

// nextRows say what to do next.
func (s *walk) nextRows(e *env, w int, short bool) []rich.Line {
	t := &e.theme
	var out []rich.Line
	if s.run != nil {
		return nil
	}
	best := t.Best + " "
	if s.wantsSession() {
		mark, seen := "", "a visitor without a session   "
		if e.tight() {
			seen = "a visitor   "
		}
		if s.sessionFirst() {
			mark, best = t.Best+" ", "  "
		}
		out = append(out, row("seen as", rich.L(seen, rich.S(rich.Accent, mark), rich.S(rich.Key, e.keys.show(keySession)), " I am logged in there").OnClick(sessionMsg{}), nil, w)...)
	}
	key := rich.L(rich.S(rich.Accent, best), rich.S(rich.Key, e.keys.show(keyFix)), "  ")
	switch {
	case len(s.report.Plan) > 0:
		ways := waysOf(s.report.Plan)
		aside := ""
		if ways > 1 {
			aside = fmt.Sprintf("1 of %d ways", ways)
		}
		said := rich.Wrap(rich.L(firstSentence(s.report.Plan[0].Summary)), w-labelWidth-5, 0)
		most := 3
		if short {
			most = 2
		}
		if e.tight() {
			most = max(2-len(out), 1)
		}
		if len(said) > most {
			said = said[:most]
			said[most-1] = rich.L(said[most-1], "…").Cut(w - labelWidth - 5)
			if e.tight() {
				aside = ""
			}
		}
		for i, l := range said {
			label, lead, right := "next", key, rich.Line(nil)
			if i > 0 {
				label, lead = "", rich.L(rich.Blank(key.Width()))
			}
			if i == len(said)-1 {
				right = rich.L(rich.S(rich.Dim, aside))
			}
			out = append(out, row(label, rich.L(lead, l).OnClick(fixMsg{}), right, w)...)
		}
	case s.report.Verdict.Allowed:
		out = append(out, row("next", rich.L(key, "your browser said no? See what differs between it and corstui").OnClick(fixMsg{}), nil, w)...)
	case s.report.AnsweredBy.Layer == answer.LayerNetwork:
		out = append(out, row("next", rich.L(rich.S(rich.Accent, t.Best+" "), rich.S(rich.Key, e.keys.show(keyAgain)), "  run it again once the host can be reached").OnClick(againMsg{}), nil, w)...)
	}
	return out
}

// waysOf counts the first step and its alternatives.
func waysOf(plan []finding.Step) int {
	n := 1
	for _, p := range plan[1:] {
		if p.Alternative {
			n++
		}
	}
	return n
}

// elsewhere points to the station that answered.
func (s *walk) elsewhere(e *env, w int) []rich.Line {
	ss := s.stations()
	i := stationOf(ss)
	if i == s.selected || !ss[i].answered {
		return nil
	}
	return row("look at", rich.L(fmt.Sprintf("%d %s: ", i+1, ss[i].name), "the answer that counts came from there").OnClick(selectMsg{i}), nil, w)
}

// beside is what stays open at the right on a wide terminal.
func (s *walk) beside(e *env, w, h int) []rich.Line {
	ss := s.stations()
	if s.side == sideExchange || s.report == nil {
		x := s.byID(s.current())
		if x == nil {
			return box(e, rich.L(rich.S(rich.Title, "exchange")), nil, []rich.Line{rich.L(rich.S(rich.Dim, "nothing was sent here"))}, w, h)
		}
		lines := exchangeLines(e, s.report, x, w-4, false)
		body, _ := scrolled(lines, 0, h-2, w-4)
		return box(e, rich.L(rich.S(rich.Title, "exchange "+x.ID)), rich.L(rich.S(rich.Key, e.keys.show(keyZoom)), rich.S(rich.Dim, " evidence")), body, w, h)
	}
	lines := evidenceLines(e, s.report, ss, s.selected, -1, w-4)
	body, _ := scrolled(lines, 0, h-2, w-4)
	return box(e, rich.L(rich.S(rich.Title, "evidence")), rich.L(rich.S(rich.Key, e.keys.show(keyZoom)), rich.S(rich.Dim, " exchange")), body, w, h)
}
