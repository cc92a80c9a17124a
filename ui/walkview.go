package ui

import (
	"fmt"
	"strings"

	"corstui/diagnose"
	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/finding"
	"corstui/ui/rich"
)

func (s *walk) view(e *env, w, h int) []rich.Line {
	lines := s.top(e, w, h)
	if s.focus == onFindings {
		return append(lines, s.findingsView(e, w, h-len(lines))...)
	}
	folded := s.foldedView(e, w)
	room := h - len(lines) - len(folded)
	if w >= wideWidth {
		left := leftOf(w)
		lp := s.panel(e, left, room)
		rp := s.beside(e, w-left-1, room)
		for i := range lp {
			lines = append(lines, rich.L(lp[i].Pad(left), " ", rp[i]))
		}
	} else {
		lines = append(lines, s.panel(e, w, room)...)
	}
	return append(lines, folded...)
}

// leftOf is the width of the panel on a wide terminal.
func leftOf(w int) int { return w * 56 / 100 }

// top is what stands above the panel: case, verdict, line of stations.
func (s *walk) top(e *env, w, h int) []rich.Line {
	low := h < lowHeight-1
	lines := header(e, s.c, s.opt.Lab, w, low)
	lines = append(lines, s.sentence(e, w, low)...)
	if !low {
		lines = append(lines, nil)
	}
	packet := -1
	if s.run != nil {
		packet = e.frame
	}
	return append(lines, pathView(e, s.stations(), s.selected, packet, w)...)
}

// text implements scrolling: what the panel says.
func (s *walk) text(e *env, w, h int) ([]rich.Line, int) {
	room := h - len(s.top(e, w, h)) - len(s.foldedView(e, w))
	if w >= wideWidth {
		w = leftOf(w)
	}
	lines, _, room := s.panelText(e, w, room)
	return lines, room
}

// header says which case this is.
func header(e *env, c exchange.Case, lab string, w int, low bool) []rich.Line {
	left := rich.L(" ", rich.S(rich.Title, "corstui"), "  ", rich.S(rich.Strong, rich.OneLine(c.Method)), " ", rich.OneLine(diagnose.Shown(c.URL)))
	right := rich.L(rich.S(rich.Dim, "page "), rich.OneLine(c.Origin)+" ")
	if lab != "" {
		right = rich.L(rich.S(rich.Dim, "lab "), lab+" ")
	}
	if left.Width()+right.Width()+2 > w { // the page matters more than a long path
		left = left.Cut(max(w-right.Width()-2, w/2))
	}
	lines := []rich.Line{rich.Spread(left, right, w)}
	if !low {
		lines = append(lines, rich.L(rich.S(rich.Border, strings.Repeat(e.theme.Rule, w))))
	}
	return lines
}

// sentence is the verdict, or what is known so far; two lines, so that nothing
// below it jumps.
func (s *walk) sentence(e *env, w int, low bool) []rich.Line {
	m, role, text := s.headline(e)
	head, rest := splitVerdict(text)
	l := rich.L(" ", m, " ", rich.S(role, head), rest)
	lines := rich.Wrap(l, min(w-1, maxWidthOfOneSentence+20), 3)
	if len(lines) > 3 {
		lines = lines[:3]
		lines[2] = rich.L(lines[2].Cut(w-2), "…")
	}
	for !low && len(lines) < 2 {
		lines = append(lines, nil)
	}
	return lines
}

// splitVerdict parts "BLOCKED at the preflight." from what follows, so that the
// verdict itself stands out.
func splitVerdict(s string) (head, rest string) {
	if i := strings.Index(s, ". "); i > 0 && i < 60 {
		return s[:i+1], s[i+1:]
	}
	return s, ""
}

// headline is the sentence on top with its mark. It never says more than the
// evidence at hand.
func (s *walk) headline(e *env) (rich.Span, rich.Role, string) {
	r := s.report
	switch {
	case s.failed != "":
		return markSpan(e, markBad), rich.Bad, s.failed + ". Nothing was concluded; r runs it again."
	case r == nil && s.stopped:
		return markSpan(e, markUnknown), rich.Warn, "STOPPED before there was a verdict. r runs it again."
	case r == nil:
		return markSpan(e, markRun), rich.Plain, s.progress()
	}
	m, role := verdictMark(r)
	text := rich.OneLine(r.Headline)
	if text == "" {
		text = verdictWords(r)
	}
	if s.run != nil {
		text += " " + s.probing()
	} else if s.stopped {
		text += " (stopped early: what follows from the probes is missing)"
	}
	return markSpan(e, m), role, text
}

func verdictMark(r *diagnose.Report) (mark, rich.Role) {
	switch {
	case r.Verdict.Partial && r.Verdict.Allowed:
		return markWarn, rich.Warn
	case r.Verdict.Allowed:
		return markOK, rich.Good
	}
	return markBad, rich.Bad
}

// verdictWords is the sentence for a report that brings none.
func verdictWords(r *diagnose.Report) string {
	who := who(r.AnsweredBy)
	if r.AnsweredBy.Layer == answer.LayerUnknown {
		who = "Somebody who is not proven"
	}
	switch {
	case r.Verdict.Allowed && r.Verdict.Partial:
		return "ALLOWED so far. The real " + r.Case.Method + " was not sent."
	case r.Verdict.Allowed:
		return "ALLOWED from here. " + who + " answered."
	case r.AnsweredBy.Layer == answer.LayerNetwork:
		return "NO ANSWER. No HTTP answer came back; this is not CORS."
	case r.AnsweredBy.Layer == answer.LayerBrowser:
		return "BLOCKED before anything was sent. The browser itself refused it."
	case r.Verdict.BlockedAt != nil:
		return "BLOCKED at the " + string(*r.Verdict.BlockedAt) + ". " + who + " answered it."
	}
	return "BLOCKED. " + who + " answered it."
}

// progress says what is known before there is a verdict.
func (s *walk) progress() string {
	var last *answer.Seen
	for i := range s.seen {
		if p := s.seen[i].Purpose; p == exchange.PurposePreflight || p == exchange.PurposeRequest {
			last = &s.seen[i]
		}
	}
	host := hostOf(s.c.URL)
	if last == nil {
		return "Connecting to " + host + "…"
	}
	what := "the preflight"
	if last.Purpose == exchange.PurposeRequest {
		what = "the request itself"
	}
	if last.Response == nil && last.Failure == nil {
		if what == "the preflight" {
			return "The browser would ask first: sending the preflight to " + host + "…"
		}
		if len(s.seen) > 1 {
			return "The preflight was let through; sending the request itself…"
		}
		return "Sending the request to " + host + "…"
	}
	if last.Failure != nil {
		return "No answer to " + what + ": " + failureWords(last.Failure) + "."
	}
	name := "Somebody"
	if last.Answer.Layer != answer.LayerUnknown && last.Answer.Layer != "" {
		name = who(last.Answer)
	}
	return fmt.Sprintf("%s answered %s with %d; looking at what that means…", name, what, last.Response.Status)
}

func (s *walk) probing() string {
	own, in := 0, 0
	for _, x := range s.seen {
		if x.Purpose == exchange.PurposePreflight || x.Purpose == exchange.PurposeRequest {
			own++
		} else if x.Response != nil || x.Failure != nil {
			in++
		}
	}
	if s.planned == 0 {
		return "Looking for proof…"
	}
	return fmt.Sprintf("Looking for proof: %d of %d probes are in…", min(in, s.planned), s.planned)
}

// foldedView is the line about the other findings.
func (s *walk) foldedView(e *env, w int) []rich.Line {
	var follow, alone, info int
	for _, f := range s.others() {
		switch {
		case f.Because != "":
			follow++
		case f.Severity == finding.Info:
			info++
		default:
			alone++
		}
	}
	var parts []string
	if follow > 0 {
		parts = append(parts, count(follow, "more follows from this one", "more follow from this one"))
	}
	if alone > 0 {
		parts = append(parts, count(alone, "stands by itself", "stand by themselves"))
	}
	if info > 0 {
		parts = append(parts, count(info, "more is worth knowing", "more are worth knowing"))
	}
	if len(parts) == 0 {
		return nil
	}
	tab := rich.L(rich.S(rich.Key, e.keys.show(keyNext)), " show ").OnClick(focusMsg{1})
	return []rich.Line{rich.Spread(rich.L(" ", strings.Join(parts, ", ")), tab, w)}
}

// findingsView lists the other findings; the selected one unfolds.
func (s *walk) findingsView(e *env, w, h int) []rich.Line {
	var lines []rich.Line
	at := 0
	for i, f := range s.others() {
		m := markWarn
		switch f.Severity {
		case finding.Error:
			m = markBad
		case finding.Info:
			m = markIdle
		}
		l := rich.L("  ", markSpan(e, m), " ", rich.OneLine(f.Title))
		if f.Because != "" {
			l = rich.L("    ", l[1:])
		}
		head := string(f.Severity)
		if f.Mistake > 0 {
			head += fmt.Sprintf(", mistake %d", f.Mistake)
		}
		if i == s.finding {
			at = len(lines)
			l[0] = rich.S(rich.Accent, e.theme.Best+l[0].Text[1:])
			l = rich.Spread(l.Cut(w-6-rich.Width(head)-2), rich.L(rich.S(rich.Dim, head)), w-4)
			lines = append(lines, l)
			if s.open {
				lines = append(lines, s.findingDetail(e, f, w-8)...)
			}
			continue
		}
		lines = append(lines, rich.Spread(l.Cut(w-6-rich.Width(head)-2), rich.L(rich.S(rich.Dim, head)), w-4))
	}
	n := len(s.others())
	body, _ := scrolled(lines, max(at-1, 0), h-2, w-4)
	title := rich.L(rich.S(rich.Title, count(n, "more finding", "more findings")))
	aside := rich.L(rich.S(rich.Key, e.keys.show(keyNext)), rich.S(rich.Dim, " back to the line"))
	return box(e, title, aside.OnClick(focusMsg{1}), body, w, h)
}

func (s *walk) findingDetail(e *env, f finding.Finding, w int) []rich.Line {
	text := f.Detail
	if x, ok := finding.Explain(f.ID); ok && s.deep && x.Operator != "" {
		text = x.Operator
	}
	var lines []rich.Line
	for _, l := range rich.WrapText(text, rich.Plain, w) {
		lines = append(lines, rich.L("    ", l))
	}
	if f.Because != "" {
		for _, o := range s.report.Findings {
			if o.ID == f.Because {
				lines = append(lines, rich.L("    ", rich.S(rich.Dim, "follows from: "+o.Title)).Cut(w+4))
			}
		}
	}
	for _, ev := range f.Evidence {
		lines = append(lines, rich.L("    ", rich.S(rich.Dim, strings.TrimSpace(ev.Exchange+" "+ev.What)+": "+ev.Says)).Cut(w+4))
	}
	return append(lines, nil)
}
