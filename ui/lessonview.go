package ui

import (
	"fmt"
	"strings"

	"corstui/diagnose"
	"corstui/diagnose/answer"
	"corstui/ui/rich"
)

func (s *lessonScreen) view(e *env, w, h int) []rich.Line {
	lines := s.top(e, w, h)
	body, room := s.text(e, w, h)
	shown, _ := scrolled(body, s.scroll, room, w-4)
	for _, l := range shown {
		lines = append(lines, rich.L("   ", l))
	}
	return append(append(lines, nil), s.choiceLines(e, w)...)
}

func (s *lessonScreen) top(e *env, w, h int) []rich.Line {
	head := rich.L(" ", rich.S(rich.Dim, fmt.Sprintf("Lesson %d of %d", s.index+1, len(s.tour.lessons))), "   ", rich.S(rich.Title, s.l.Title))
	lines := []rich.Line{rich.Spread(head, rich.L(rich.S(rich.Dim, fmt.Sprintf("about %d min ", s.l.Minutes))), w)}
	if h >= lowHeight-1 {
		lines = append(lines, s.wayLine(e, w), nil)
	}
	return lines
}

// text implements scrolling: what the phase says.
func (s *lessonScreen) text(e *env, w, h int) ([]rich.Line, int) {
	var body []rich.Line
	switch s.phase {
	case phasePredict:
		body = s.predictLines(e, w-4)
	case phaseExplain:
		body = s.explainLines(e, w-4)
	case phaseFix:
		body = s.fixLines(e, w-4)
	case phaseDone:
		body = s.doneLines(e, w-4)
	}
	room := max(h-len(s.top(e, w, h))-len(s.choiceLines(e, w))-1, 2)
	return body, min(room, len(body))
}

// wayLine says where in the lesson this is.
func (s *lessonScreen) wayLine(e *env, w int) rich.Line {
	names := []string{"who answered?", "why", "what to change", "done"}
	l := rich.L(" ")
	for i, n := range names {
		role := rich.Dim
		m := e.theme.Idle
		switch {
		case phase(i) == s.phase:
			role, m = rich.Accent, e.theme.Best
		case phase(i) < s.phase:
			role, m = rich.Plain, e.theme.OK
		}
		l = rich.L(l, rich.S(role, m+" "+n), "   ")
	}
	return l.Cut(w)
}

func (s *lessonScreen) fill(t string) string {
	return strings.NewReplacer("{url}", diagnose.Shown(s.c.URL), "{origin}", s.c.Origin, "{host}", hostOf(s.c.URL), "{method}", s.c.Method).Replace(t)
}

// paragraphs wraps a text whose paragraphs are parted by empty lines.
func paragraphs(t string, r rich.Role, w int) []rich.Line {
	var out []rich.Line
	for i, p := range strings.Split(strings.TrimSpace(t), "\n\n") {
		if i > 0 {
			out = append(out, nil)
		}
		out = append(out, rich.WrapText(strings.Join(strings.Fields(p), " "), r, min(w, maxWidthOfOneSentence))...)
	}
	return out
}

func (s *lessonScreen) predictLines(e *env, w int) []rich.Line {
	out := paragraphs(s.fill(s.l.Symptom), rich.Plain, w)
	for i, hint := range s.l.Hints[:s.hints] {
		if i == 0 {
			out = append(out, nil)
		}
		out = append(out, rich.Wrap(rich.L(rich.S(rich.Accent, fmt.Sprintf("hint %d  ", i+1)), s.fill(hint)), min(w, maxWidthOfOneSentence), 8)...)
	}
	return out
}

// explainLines say what the prediction was worth, and why it is so.
func (s *lessonScreen) explainLines(e *env, w int) []rich.Line {
	var out []rich.Line
	if s.looked != nil {
		by := s.looked.AnsweredBy
		was := rich.L(rich.S(rich.Strong, who(by)), " answered", rich.S(rich.Dim, " · "+confidenceWords(by)))
		switch by.Layer {
		case answer.LayerUnknown:
			was = rich.L(rich.S(rich.Strong, "Nobody can tell from outside who answered"))
		case answer.LayerNetwork:
			was = rich.L(rich.S(rich.Strong, "Nobody answered: the network failed"))
		case answer.LayerBrowser:
			was = rich.L(rich.S(rich.Strong, "The browser itself refused, and asked nobody"))
		}
		out = append(out, rich.Wrap(was, w, 0)...)
	}
	if s.guess >= 0 && s.guess < len(s.l.Predict.Guesses) {
		g := s.l.Predict.Guesses[s.guess]
		m, said := markOK, "You said so. "
		if !g.Right {
			m, said = markWarn, "You said: "+guessName(g.Layer)+". "
		}
		out = append(out, rich.Wrap(rich.L(markSpan(e, m), " ", rich.S(rich.Strong, said), s.fill(g.Why)), min(w, maxWidthOfOneSentence), 2)...)
	}
	out = append(out, nil)
	if s.deep && s.l.Operator != "" {
		return append(out, paragraphs(s.fill(s.l.Operator), rich.Plain, w)...)
	}
	return append(out, paragraphs(s.fill(s.l.Explain), rich.Plain, w)...)
}

func (s *lessonScreen) fixLines(e *env, w int) []rich.Line {
	if s.deep && s.l.Operator != "" {
		return paragraphs(s.fill(s.l.Operator), rich.Plain, w)
	}
	q := s.l.Fix.Question
	if q == "" {
		q = "Which change lets the page read the answer?"
	}
	out := paragraphs(s.fill(q), rich.Strong, w)
	switch {
	case s.run != nil:
		out = append(out, nil, rich.L(markSpan(e, markRun), " the change is made; the lab's browser tries again"+strings.Repeat(".", e.frame%4)))
	case s.failed != "":
		out = append(out, nil)
		out = append(out, rich.Wrap(rich.L(markSpan(e, markBad), " ", rich.OneLine(s.failed)), w, 2)...)
		out = append(out, s.whyTried(w)...)
	case s.after != nil:
		out = append(out, nil)
		out = append(out, s.resultLines(e, w)...)
		out = append(out, s.whyTried(w)...)
	}
	return out
}

// resultLines say what the lab's browser concluded after the change.
func (s *lessonScreen) resultLines(e *env, w int) []rich.Line {
	r := s.after
	m, _ := verdictMark(r)
	head := r.Headline
	if head == "" {
		head = verdictWords(r)
	}
	out := rich.Wrap(rich.L(markSpan(e, m), " ", rich.S(rich.Strong, "The lab's browser: "), rich.OneLine(head)), w, 2)
	if left := s.l.Fix.Goal.Left(r); r.Verdict.Allowed && len(left) > 0 {
		out = append(out, rich.Wrap(rich.L(markSpan(e, markBad), " still there: "+joinWords(left, "and")), w, 2)...)
	}
	return out
}

func (s *lessonScreen) whyTried(w int) []rich.Line {
	if s.tried < 0 || s.tried >= len(s.l.Fix.Choices) {
		return nil
	}
	return paragraphs(s.fill(s.l.Fix.Choices[s.tried].Why), rich.Plain, w)
}

func (s *lessonScreen) doneLines(e *env, w int) []rich.Line {
	if s.deep && s.l.Operator != "" {
		return paragraphs(s.fill(s.l.Operator), rich.Plain, w)
	}
	var out []rich.Line
	if s.after != nil {
		out = append(out, s.resultLines(e, w)...)
		out = append(out, s.whyTried(w)...)
		out = append(out, nil)
	}
	out = append(out, rich.L(rich.S(rich.Label, "to remember")))
	out = append(out, paragraphs(s.fill(s.l.Learned), rich.Strong, w)...)
	if len(s.l.Read) > 0 {
		out = append(out, nil, rich.L(rich.S(rich.Label, "to read")))
		for _, r := range s.l.Read {
			out = append(out, rich.Wrap(rich.L(r), w, 2)...)
		}
	}
	if next := s.index + 1; next < len(s.tour.lessons) {
		out = append(out, nil, rich.L(rich.S(rich.Label, "next  "), s.tour.lessons[next].Title))
	} else {
		out = append(out, nil, rich.L("That was the last lesson."))
	}
	return out
}

// choiceLines draw the choices of a phase.
func (s *lessonScreen) choiceLines(e *env, w int) []rich.Line {
	var out []rich.Line
	if s.phase == phasePredict && len(s.l.Predict.Guesses) > 0 {
		q := s.l.Predict.Question
		if q == "" {
			q = "Who answered the browser?"
		}
		out = append(out, rich.L("   ", rich.S(rich.Strong, q)))
	}
	for i, o := range s.options() {
		mark, role := e.theme.Radio, rich.Plain
		if i == s.at {
			mark, role = e.theme.RadioOn, rich.Strong
		}
		tried := rich.Line(nil)
		if s.phase == phaseFix && i == s.tried && s.run == nil && (s.after != nil || s.failed != "") {
			tried = rich.L(rich.S(rich.Dim, "  (tried)"))
		}
		for j, l := range rich.Wrap(rich.L(rich.S(role, s.fill(o)), tried), w-9, 0) {
			if j > 0 {
				mark = "   "
			}
			out = append(out, rich.L("   ", rich.S(rich.Accent, mark), " ", l).OnClick(choiceMsg{i}))
		}
	}
	return out
}
