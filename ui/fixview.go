package ui

import (
	"fmt"
	"slices"

	"corstui/diagnose"
	"corstui/diagnose/answer"
	"corstui/diagnose/finding"
	"corstui/snippets"
	"corstui/ui/code"
	"corstui/ui/rich"
)

func (f *fix) view(e *env, w, h int) []rich.Line {
	lines := f.top(e, w)
	body, room := f.text(e, w, h)
	shown, _ := scrolled(body, f.scroll, room, w-4)
	return append(lines, box(e, f.tabLine(e, w-6), nil, shown, w, room+2)...)
}

func (f *fix) top(e *env, w int) []rich.Line {
	return append(header(e, f.report.Case, f.walk.opt.Lab, w, true), f.whoLines(e, w, f.way())...)
}

// text implements scrolling: the body of the tab.
func (f *fix) text(e *env, w, h int) ([]rich.Line, int) {
	room := h - len(f.top(e, w)) - 2
	switch way := f.way(); {
	case f.diff:
		return diffLines(e, f.report, w-4), room
	case way != nil:
		return f.wayLines(e, way, w-4), room
	}
	return f.noWay(w - 4), room
}

// whoLines say who can act, and how it is now.
func (f *fix) whoLines(e *env, w int, way *way) []rich.Line {
	who := "whoever runs " + layerName[f.report.AnsweredBy.Layer]
	if way != nil && way.step.Who != "" {
		who = way.step.Who
	}
	msg := rich.L(rich.S(rich.Key, e.keys.show(keyCopyMenu)), " copy a message to them ").OnClick(copyMenuMsg{})
	lines := []rich.Line{rich.Spread(rich.L(" Who can do this: ", rich.S(rich.Strong, who), "."), msg, w)}
	now := rich.L(" ", markSpan(e, markBad), " now  ")
	if x := f.report.ExchangeByID(f.report.DecidedBy); x != nil && x.Response != nil {
		now = rich.L(now, fmt.Sprintf("%s %s %d by %s", x.Request.Method, e.theme.Arrow, x.Response.Status, stationOrProduct(f.report)))
	} else {
		now = rich.L(now, verdictWords(f.report))
	}
	if f.report.Verdict.Allowed {
		now[1] = markSpan(e, markOK)
	}
	at := ""
	if way != nil {
		at = "fix at: " + layerName[way.step.Layer]
		switch way.step.Layer {
		case answer.LayerUnknown:
			at = "fix at: the API or a Worker"
		case answer.LayerBrowser:
			at = "fix at: the page's code"
		}
		if n := waysOf(f.report.Plan); n > 1 && (way.at == 0 || way.step.Alternative) {
			at += fmt.Sprintf(", way %d of %d", wayNumber(f.report.Plan, way.at), n)
		}
		at += " "
	}
	return append(lines, rich.Spread(now, rich.L(at), w))
}

// wayNumber counts the alternatives up to a step.
func wayNumber(plan []finding.Step, at int) int {
	n := 1
	for i := 1; i <= at && i < len(plan); i++ {
		if plan[i].Alternative {
			n++
		}
	}
	return n
}

func stationOrProduct(r *diagnose.Report) string {
	if n := stationName[r.AnsweredBy.Layer]; n != "" {
		return n
	}
	return "somebody unknown"
}

// tabLine names the ways; where they do not all fit, those around the chosen
// one are shown.
func (f *fix) tabLine(e *env, w int) rich.Line {
	sep := rich.S(rich.Border, " "+e.theme.H+" ")
	if f.diff {
		return rich.L(rich.S(rich.Title, "what is needed, against what was seen"))
	}
	build := func(from int) rich.Line {
		l := rich.L()
		if from > 0 {
			l = rich.L(rich.S(rich.Dim, "‹"), sep)
		}
		for i := from; i < len(f.ways); i++ {
			if i > from {
				l = rich.L(l, sep)
			}
			name, role := f.ways[i].name, rich.Plain
			if i == f.tab {
				role = rich.Select
			}
			if g := f.ways[i].group; g != "" && (i == from || f.ways[i-1].group != g) {
				l = rich.L(l, rich.S(rich.Dim, g+" "))
			}
			l = rich.L(l, rich.S(rich.Dim, f.ways[i].order), rich.Span{Text: name, Role: role, Click: pickTab{i}})
		}
		return l
	}
	l := build(0)
	for from := 1; from <= f.tab && !shows(l, f.tab, w); from++ {
		l = build(from)
	}
	return l.Cut(w)
}

// shows says whether a tab is within the first w cells of a line of tabs.
func shows(l rich.Line, tab, w int) bool {
	n := 0
	for _, s := range l {
		n += rich.Width(s.Text)
		if s.Click == any(pickTab{tab}) {
			return n < w
		}
	}
	return false
}

func (f *fix) noWay(w int) []rich.Line {
	return rich.WrapText("corstui found nothing here that a file or a setting would change. The evidence (esc, then ↵) says what was seen.", rich.Plain, w)
}

// wayLines are the body of a tab: what to do, what follows, what it costs, and
// the files.
func (f *fix) wayLines(e *env, way *way, w int) []rich.Line {
	st := way.step
	var out []rich.Line
	if lead := f.lead(way); lead != "" {
		out = append(out, rich.WrapText(lead, rich.Strong, w)...)
		out = append(out, nil)
	}
	out = append(out, row("Do", plainText(st.Summary), nil, w)...)
	if hasFiles(st) {
		for _, p := range placesOf(st.Recipe) {
			out = append(out, row(p[0], plainText(p[1]), nil, w)...)
		}
	}
	if st.Then != "" {
		out = append(out, row("Then", plainText(st.Then), nil, w)...)
	}
	if st.Cost != "" {
		out = append(out, row("Costs", plainText(st.Cost), nil, w)...)
	}
	if way.err != nil {
		out = append(out, row("Files", rich.L(rich.S(rich.Warn, "none: "), rich.OneLine(way.err.Error())), nil, w)...)
	}
	if st.Command != "" {
		out = append(out, row("Command", rich.L(rich.S(rich.Dim, rich.OneLine(st.Command))), nil, w)...)
	}
	for _, file := range way.files {
		out = append(out, nil, rich.L(rich.S(rich.Accent, file.Name), rich.S(rich.Dim, testedIn(way.target))))
		for _, l := range code.Highlight(file.Name, file.Content) {
			out = append(out, rich.L("  ", l).Cut(w))
		}
	}
	return out
}

// lead says how the tab stands to the others: a step that does nothing before
// another says so.
func (f *fix) lead(way *way) string {
	plan := f.report.Plan
	switch {
	case way.step.Recipe == snippets.RecipeSameOrigin:
		return "This way needs no CORS at all: the page asks its own origin, which passes the request on."
	case way.step.Alternative:
		return "This is another way to the same end; one of them is enough."
	case way.at == 0 && followed(plan):
		return "This comes first. The tabs with higher numbers say what comes next."
	case way.at == 0 && len(f.ways) > 1 && f.ways[1].at == 0:
		return "One of these is enough: take the tab of what you run."
	case way.at == 0 && len(plan) > 1:
		return "This is one way; the tabs behind it are others to the same end."
	case way.at > 0:
		return fmt.Sprintf("This does nothing before step 1 is done: %s.", firstSentence(plan[0].Summary))
	}
	return ""
}

// followed says whether another step has to be done after the first.
func followed(plan []finding.Step) bool {
	return len(plan) > 1 && slices.ContainsFunc(plan[1:], func(s finding.Step) bool { return !s.Alternative })
}

func testedIn(t snippets.Target) string {
	switch t {
	case snippets.TargetWorker:
		return "  this kind of file is tested in workerd"
	case snippets.TargetExpress:
		return "  this kind of file is tested in Node with Express"
	case snippets.TargetNginx:
		return "  this kind of file is tested in nginx"
	case snippets.TargetGo:
		return "  this kind of file is tested with the Go toolchain"
	}
	return ""
}
