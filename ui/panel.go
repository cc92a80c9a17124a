package ui

import (
	"fmt"
	"slices"
	"strings"

	"corstui/diagnose"
	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/finding"
	"corstui/ui/rich"
)

const labelWidth = 10

// row is a line of a panel: the name of a field, its value, which may be longer
// than a line, and an aside at the right end of the first.
func row(label string, value, aside rich.Line, w int) []rich.Line {
	room := w - labelWidth
	lines := rich.Wrap(value, room, 0)
	for i := range lines {
		name := rich.Blank(labelWidth)
		if i == 0 {
			name = label + rich.Blank(labelWidth-rich.Width(label))
		}
		lines[i] = rich.L(rich.S(rich.Label, name), lines[i])
	}
	if len(aside) > 0 {
		last := len(lines) - 1
		lines[last] = rich.Spread(lines[last], aside, w)
	}
	return lines
}

func plainText(s string) rich.Line { return rich.L(rich.OneLine(s)) }

// panel is the box of the selected station.
func (s *walk) panel(e *env, w, h int) []rich.Line {
	ss := s.stations()
	if h < 3 || s.selected >= len(ss) {
		return fill(nil, max(h, 0))
	}
	st := ss[s.selected]
	lines, next, room := s.panelText(e, w, h)
	body, _ := scrolled(lines, s.scroll, room, w-4)
	title := rich.L(rich.S(rich.Title, fmt.Sprintf("%d %s", s.selected+1, st.name)))
	return box(e, title, s.panelAside(st), append(body, next...), w, h)
}

// panelText is what a panel of that size says: lines, of which room are shown,
// and what to do next, which stays in sight however long the rest is.
func (s *walk) panelText(e *env, w, h int) (lines, next []rich.Line, room int) {
	ss := s.stations()
	if s.selected >= len(ss) {
		return nil, nil, 0
	}
	lines, next = s.panelLines(e, ss[s.selected], w-4, false)
	if len(lines)+len(next) > h-2 && h < 20 { // the reason comes before the rest
		lines, next = s.panelLines(e, ss[s.selected], w-4, true)
	}
	if len(next) > (h-2)/2 {
		next = next[:max((h-2)/2, 0)]
	}
	room = h - 2 - len(next)
	if len(lines) > room && h < 20 { // no room for empty lines
		lines = slices.DeleteFunc(slices.Clone(lines), func(l rich.Line) bool { return len(l) == 0 })
	}
	if len(lines)+1 <= room && len(next) > 0 && len(lines) > 0 {
		return append(lines[:len(lines):len(lines)], next...), nil, h - 2
	}
	return lines, next, room
}

func (s *walk) panelAside(st station) rich.Line {
	total := len(s.seen)
	if total == 0 {
		return nil
	}
	n := len(st.exchanges)
	here := "no request here"
	if n > 0 {
		here = count(n, "request here", "requests here")
	}
	return rich.L(rich.S(rich.Dim, fmt.Sprintf("%s, %d in all", here, total)))
}

// panelLines say, in this order: what was sent, what came back, who answered,
// what the browser made of it and why; next is what to do. short leaves
// out what repeats, so that the reason stays in sight.
func (s *walk) panelLines(e *env, st station, w int, short bool) (out, next []rich.Line) {
	x := s.byID(s.exchangeOf(st))
	if x != nil {
		out = append(out, s.exchangeRows(e, st, x, w, short)...)
	} else if s.report != nil && s.report.Local != nil && st.step == diagnose.StepBrowser {
		out = append(out, row("sent", rich.L("nothing"), nil, w)...)
		if s.root() == nil { // else the reason below says it
			out = append(out, row("browser", rich.L(rich.S(rich.Bad, rich.OneLine(s.report.Local.Message))), nil, w)...)
		}
	} else if s.run != nil {
		out = append(out, row("sent", rich.L(rich.S(rich.Dim, "nothing has come as far as this yet")), nil, w)...)
	} else {
		out = append(out, row("sent", rich.L("nothing that is known to have come as far as this"), nil, w)...)
	}
	if !st.answered || s.report == nil {
		if said := summaryOf(st); said != "" {
			out = append(out, row("here", plainText(said), nil, w)...)
		}
		if st.step == diagnose.StepBrowser {
			out = append(out, s.browserRows(w)...)
		}
		if s.report != nil && s.run == nil {
			next = s.elsewhere(e, w)
		}
		out = append(out, s.alsoRows(st, x, w)...)
		return out, next
	}
	if !e.tight() {
		out = append(out, nil)
	}
	out = append(out, s.whyRows(e, w)...)
	next = s.nextRows(e, w, short)
	out = append(out, s.rayRows(st, x, w)...)
	return append(out, s.alsoRows(st, x, w)...), next
}

func (s *walk) exchangeRows(e *env, st station, x *answer.Seen, w int, short bool) []rich.Line {
	note := s.probeWhy[x.Purpose]
	if note == "" {
		note = purposeWhy(x.Purpose)
	}
	switch x.Purpose {
	case exchange.PurposePreflight:
		note = "a preflight: never with cookie or token"
	case exchange.PurposeRequest:
		note = s.seenAs(x)
	}
	tight := e.tight()
	out := row("sent", rich.L(rich.S(rich.Strong, requestLine(x.Request))), rich.L(rich.S(rich.Dim, note)), w)
	if len(out) == 1 && out[0].Width() < w/2 && !tight { // the note did not fit beside it
		out = append(out, row("", rich.L(rich.S(rich.Dim, note)), nil, w)...)
	}
	if x.Response == nil && x.Failure == nil {
		return append(out, row("got", rich.L(rich.S(rich.Dim, "no answer yet")), nil, w)...)
	}
	out = append(out, row("got", plainText(gotWords(x)), rich.L(rich.S(rich.Dim, ms(x.Timing.Total))), w)...)
	a := x.Answer
	if st.answered && s.report != nil {
		a = s.report.AnsweredBy
	}
	if x.Failure == nil {
		role := rich.Strong
		open := rich.L(rich.S(rich.Key, e.keys.show(keyOpen)), rich.S(rich.Dim, " evidence")).OnClick(evidenceMsg{})
		said := confidenceWords(a)
		if st.answered && s.report != nil {
			said = reportConfidence(s.report)
		}
		if e.lines {
			open = nil
		}
		if tight {
			open, said = nil, shortConfidence(said)
		}
		answered := func(said string) []rich.Line {
			return row("answered", rich.L(rich.S(role, rich.OneLine(whoAnswered(a))), rich.S(rich.Dim, " · "), rich.OneLine(said)), open, w)
		}
		lines := answered(said)
		if short && len(lines) > 1 {
			said, _, _ = strings.Cut(said, ": ")
			lines = answered(said)
		}
		out = append(out, lines...)
	}
	if st.answered && s.report != nil {
		// Where a header is at fault, its own row says what the console says.
		said := s.conclusion(w, tight || s.faulty())
		if tight && len(said) > 1 {
			said = []rich.Line{rich.L(said[0], rich.S(rich.Dim, "…")).Cut(w)}
		}
		out = append(out, said...)
		out = append(out, s.pasted(w, tight)...)
		if !tight {
			out = append(out, s.confirmation(w)...)
		}
	}
	return out
}

// seenAs says as whom the request was answered.
func (s *walk) seenAs(x *answer.Seen) string {
	switch {
	case x.Request.WithSession:
		return "with your session"
	case s.wantsSession():
		return "as a visitor without a session"
	case s.c.Credentials == exchange.CredentialsOmit:
		return "without cookies, as the page asks"
	}
	return "the page's own request"
}

// conclusion is what the browser makes of the answer; short leaves one line to
// the console's sentence.
func (s *walk) conclusion(w int, short bool) []rich.Line {
	v := s.report.Verdict
	switch {
	case v.Allowed && v.Partial:
		return row("browser", rich.L(rich.S(rich.Good, "goes on."), " The real "+s.report.Case.Method+" was not sent from here: it may change something."), nil, w)
	case v.Allowed && finding.Has(s.report.Findings, finding.NoCORSOpaque):
		return row("browser", rich.L(rich.S(rich.Warn, "hands the page an empty answer:"), " status 0, no header, no body."), nil, w)
	case v.Allowed:
		l := rich.L(rich.S(rich.Good, "hands the answer to the page."))
		if n := len(v.HiddenHeaders); n > 0 {
			l = rich.L(l, " It hides "+count(n, "header", "headers")+" from it.")
		}
		return row("browser", l, nil, w)
	case s.report.AnsweredBy.Layer == answer.LayerNetwork:
		return row("browser", rich.L("tells the page \"Failed to fetch\" and no reason. ", rich.S(rich.Bad, "This is not CORS.")), nil, w)
	}
	core := consoleCore(v.Console.Chromium)
	if core == "" {
		return row("browser", rich.L(rich.S(rich.Bad, "stops.")), nil, w)
	}
	core = rich.OneLine(core)
	const before, after, stops = "\"…", "\": ", "it stops"
	if short {
		core = rich.Truncate(core, max(w-labelWidth-rich.Width(before+after+stops), 1))
	}
	return row("browser", rich.L(rich.S(rich.Quote, before+core+after), rich.S(rich.Bad, stops)), nil, w)
}

// faulty says whether one header that was sent is at fault.
func (s *walk) faulty() bool {
	f := s.report.Fault
	return f != nil && f.Sent != nil && f.Says != ""
}

// pasted says whether this run finds what the console line says that was pasted;
// where there is no room, only that it does not.
func (s *walk) pasted(w int, tight bool) []rich.Line {
	said := s.report.Case.Reported
	switch {
	case said == nil || said.Reason == "":
		return nil
	case finding.Has(s.report.Findings, finding.ReportedOtherwise):
		l := rich.L(rich.S(rich.Warn, rich.OneLine(said.Reason)), " in your console, which is not what is found here. Reload the page, and look whether it still comes.")
		if tight {
			l = rich.L(rich.S(rich.Warn, "your console says something else"))
		}
		return row("but", l, nil, w)
	case tight || s.report.Verdict.Allowed:
		return nil
	}
	return row("", rich.L(rich.S(rich.Dim, "as your console says: "+rich.OneLine(said.Reason))), nil, w)
}

// confirmation is what an installed browser concluded, where one was asked, and
// the header that is at fault.
func (s *walk) confirmation(w int) []rich.Line {
	var out []rich.Line
	if f := s.report.Fault; s.faulty() {
		l := rich.L(rich.S(rich.Strong, f.Header+":"), " "+rich.OneLine(f.Says))
		if f.WouldPass != "" && !strings.Contains(f.Says, f.WouldPass) {
			l = rich.L(l, rich.S(rich.Dim, " This would pass: "), rich.S(rich.Good, rich.OneLine(f.WouldPass)))
		}
		out = append(out, row("at fault", l, nil, w)...)
	}
	if b := s.report.Browser; b != nil {
		said := "blocks it too"
		if b.Allowed {
			said = "allows it too"
		}
		role := rich.Good
		if !b.Agrees {
			role, said = rich.Warn, strings.Replace(said, " too", ", against what the model says", 1)
		}
		out = append(out, row("yours", rich.L(rich.S(rich.Strong, rich.OneLine(b.Product)+" "), rich.S(role, said), rich.S(rich.Dim, " "+rich.OneLine(b.Note))), nil, w)...)
	}
	return out
}

// browserRows say why the browser asked as it did.
func (s *walk) browserRows(w int) []rich.Line {
	if s.report == nil {
		return nil
	}
	var out []rich.Line
	for i, t := range s.report.Triggers {
		label := ""
		if i == 0 {
			label = "asks"
		}
		name := t.Name
		if t.Kind == "header" {
			name = "the header " + name
		}
		out = append(out, row(label, rich.L("first, because of ", rich.S(rich.Strong, name), ": "+rich.OneLine(t.Why)), nil, w)...)
	}
	for i, c := range s.report.Credentials {
		label := ""
		if i == 0 {
			label = "cookies"
		}
		said := "travels: "
		if !c.Sent {
			said = "stays at home: "
		}
		out = append(out, row(label, rich.L(rich.S(rich.Strong, c.Name), " "+said+rich.OneLine(c.Why)), nil, w)...)
	}
	return out
}

func (s *walk) whyRows(e *env, w int) []rich.Line {
	f := s.root()
	if f == nil {
		if s.report.Verdict.Allowed {
			return row("why", rich.L("The answer carries every header that the browser looks for."), nil, w)
		}
		return nil
	}
	x, known := finding.Explain(f.ID)
	if known && s.deep && x.Operator != "" {
		out := row("in depth", plainText(x.Operator), nil, w)
		for i, l := range x.Links {
			label := ""
			if i == 0 {
				label = "to read"
			}
			out = append(out, row(label, rich.L(rich.S(rich.Dim, rich.OneLine(l))), nil, w)...)
		}
		return out
	}
	body := f.Detail
	if body == "" {
		body = f.Title
	}
	var more rich.Line
	if known && x.Operator != "" && !e.tight() && !e.lines {
		more = rich.L(rich.S(rich.Key, e.keys.show(keyLesson)), rich.S(rich.Dim, " in depth")).OnClick(deepMsg{})
	}
	return row("why", plainText(body), more, w)
}
