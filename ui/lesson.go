package ui

import (
	"context"
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"corstui/diagnose"
	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/snippets"
	"corstui/ui/lessons"
)

// phase is how far a lesson has come.
type phase uint8

const (
	phasePredict phase = iota // the symptom, and who answered?
	phaseExplain              // after the look: what it was, and why
	phaseFix                  // what to change
	phaseDone                 // the lab's browser passes
)

// lessonScreen plays one lesson.
type lessonScreen struct {
	tour  *tour
	index int
	l     lessons.Lesson
	c     exchange.Case

	phase phase
	at    int // of the guesses or choices
	guess int // what was predicted, -1 for nothing
	hints int // how many are shown
	deep  bool
	// looked is the report of the walk that the learner looked at.
	looked *diagnose.Report
	// after is what a change led to, tried the choice that was made.
	after  *diagnose.Report
	tried  int
	failed string
	run    *run
	scroll int
}

func newLesson(t *tour, i int) *lessonScreen {
	return &lessonScreen{tour: t, index: i, l: t.lessons[i], guess: -1, tried: -1}
}

func (s *lessonScreen) title() string { return "Lesson: " + s.l.Title }

func (s *lessonScreen) moving() bool { return s.run != nil }

func (s *lessonScreen) close() {
	if s.run != nil {
		s.run.cancel()
		s.run = nil
	}
}

func (s *lessonScreen) init(e *env) tea.Cmd {
	if labs, ok := e.Backend.(Labs); ok {
		for _, sc := range labs.Scenarios() {
			if sc.Name == s.l.Scenario {
				s.c = sc.Case.WithDefaults()
			}
		}
	}
	return send(progressMsg{s.l.ID, lessonBegun})
}

type (
	goOnMsg   struct{}
	choiceMsg struct{ at int }
	hintMsg   struct{}
	showMeMsg struct{}
	pageMsg   struct{ by int }
	ownMsg    struct{}
)

func (s *lessonScreen) update(e *env, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case moveMsg:
		if n := len(s.options()); n > 0 {
			s.at = max(min(s.at+msg.by, n-1), 0)
		}
	case choiceMsg:
		if s.at == msg.at {
			return s.goOn(e)
		}
		s.at = msg.at
	case pageMsg:
		s.scroll = scrollBy(e, s, s.scroll, msg.by)
	case goOnMsg:
		return s.goOn(e)
	case hintMsg:
		s.hints = min(s.hints+1, len(s.l.Hints))
		s.scroll = scrollBy(e, s, 0, 1<<20) // the hint stands at the end
	case showMeMsg:
		return s.showMe(e)
	case deepMsg:
		s.deep, s.scroll = !s.deep, 0
	case ownMsg:
		return send(homeMsg{})
	case exchangeMsg: // look at the walk again
		return s.look(e)
	case compareMsg:
		if s.after != nil && s.looked != nil {
			return send(pushMsg{newCompare(s.looked, s.after, "before", "after the change", "")})
		}
	case finishedMsg:
		if msg.walk.opt.Lab == s.l.Scenario && msg.walk.report != nil && s.phase == phasePredict {
			s.looked = msg.walk.report
			s.phase, s.at, s.hints, s.scroll = phaseExplain, 0, 0, 0
		}
	case eventsMsg:
		if s.run != nil && msg.run == s.run {
			return s.events(e, msg)
		}
	case resetMsg:
		*s = *newLesson(s.tour, s.index)
		return s.init(e)
	}
	return nil
}

// goOn does the next step of the lesson.
func (s *lessonScreen) goOn(e *env) tea.Cmd {
	s.scroll = 0
	switch s.phase {
	case phasePredict:
		if s.l.Scenario == "" {
			return tea.Sequence(send(progressMsg{s.l.ID, lessonDone}), send(homeMsg{}))
		}
		s.guess = s.at
		return s.look(e)
	case phaseExplain:
		s.phase, s.at = phaseFix, 0
	case phaseFix:
		return s.prove(e)
	case phaseDone:
		next := s.index + 1
		if next >= len(s.tour.lessons) {
			return send(backMsg{})
		}
		s.tour.at = next
		return send(replaceMsg{newLesson(s.tour, next)})
	}
	return nil
}

// look walks the scenario on the walk's own screen.
func (s *lessonScreen) look(e *env) tea.Cmd {
	if s.c.URL == "" {
		return complain("The lab is not available here, so this lesson can only be read: s shows it.")
	}
	o := e.Run
	o.Lab, o.AllowUnsafe = s.l.Scenario, true // the lab can not be harmed
	w := newWalk(e, s.c, o, nil)
	w.inLesson = true
	return send(pushMsg{w})
}

// showMe gives the answer of the phase, without shame.
func (s *lessonScreen) showMe(e *env) tea.Cmd {
	s.scroll = 0
	switch s.phase {
	case phasePredict:
		for i, g := range s.l.Predict.Guesses {
			if g.Right {
				s.at = i
			}
		}
		s.hints = len(s.l.Hints)
		if s.c.URL == "" {
			s.phase, s.at = phaseExplain, 0
		}
	case phaseFix:
		for i, c := range s.l.Fix.Choices {
			if c.Right {
				s.at = i
				break
			}
		}
	}
	return nil
}

// prove makes the chosen change on the lab and lets its browser try again.
func (s *lessonScreen) prove(e *env) tea.Cmd {
	if s.run != nil {
		return nil
	}
	fixer, ok := e.Backend.(LabFixer)
	if !ok {
		return complain("The lab is not available here.")
	}
	s.tried, s.after, s.failed = s.at, nil, ""
	ch := s.l.Fix.Choices[s.at]
	var do []Change
	for _, c := range ch.Do {
		do = append(do, Change{c.Layer, c.Recipe, c.LogIn})
	}
	policy, scenario := s.policy(), s.l.Scenario
	var cmd tea.Cmd
	s.run, cmd = startRun(e, func(ctx context.Context, emit func(diagnose.Event)) (diagnose.Report, string, error) {
		r, err := fixer.FixLab(ctx, scenario, do, policy, emit)
		return r, "", err
	})
	return cmd
}

// policy is what the page needs, as the walk found out.
func (s *lessonScreen) policy() snippets.Policy {
	if s.looked != nil {
		return s.looked.Policy
	}
	return snippets.Policy{}
}

func (s *lessonScreen) events(e *env, msg eventsMsg) tea.Cmd {
	if !msg.done {
		return s.run.next
	}
	s.run = nil
	if msg.err != nil {
		s.failed = upperFirst(msg.err.Error())
		return nil
	}
	s.after = msg.report
	if s.l.Fix.Goal.Reached(msg.report) {
		s.phase, s.scroll = phaseDone, 0
		return send(progressMsg{s.l.ID, lessonDone})
	}
	return nil
}

// options are what can be chosen in the present phase.
func (s *lessonScreen) options() []string {
	var out []string
	switch s.phase {
	case phasePredict:
		for _, g := range s.l.Predict.Guesses {
			out = append(out, guessName(g.Layer))
		}
	case phaseFix:
		for _, c := range s.l.Fix.Choices {
			out = append(out, c.Text)
		}
	}
	return out
}

func guessName(l answer.Layer) string {
	if l == answer.LayerUnknown {
		return "nobody can tell from outside"
	}
	return layerName[l]
}

func (s *lessonScreen) actions(e *env) []action {
	var as []action
	if len(s.options()) > 0 {
		as = append(as,
			action{id: keyUp, help: "the choice above", msg: moveMsg{-1}},
			action{id: keyDown, name: "choose", show: "↑↓", help: "the choice below", msg: moveMsg{1}})
	} else {
		as = append(as,
			action{id: keyUp, help: "scroll up", msg: pageMsg{-1}},
			action{id: keyDown, help: "scroll down", msg: pageMsg{1}})
	}
	as = append(as,
		action{id: keyPageUp, help: "scroll the text up", msg: pageMsg{-5}},
		action{id: keyPageDown, help: "scroll the text down", msg: pageMsg{5}})
	on := action{id: keyOpen, best: true, msg: goOnMsg{}}
	switch s.phase {
	case phasePredict:
		on.name, on.help = "look and see", "walk the case on the lab, and see who answered"
		if s.l.Scenario == "" {
			on.name, on.help = "to my own case", "go to the start screen and paste your own case"
		}
	case phaseExplain:
		on.name, on.help = "to the fix", "go on to what changes it"
	case phaseFix:
		on.name, on.help = "try it", "make this change on the lab, and let its browser try again"
		if s.run != nil {
			on.off = "The lab's browser is trying."
		}
	case phaseDone:
		on.name, on.help = "next lesson", "go on to the next lesson"
		if s.index+1 >= len(s.tour.lessons) {
			on.name = "to the list"
		}
	}
	as = append(as, on)
	if left := len(s.l.Hints) - s.hints; s.phase == phasePredict && len(s.l.Hints) > 0 {
		a := action{id: keyHint, help: "a hint; each says more than the one before", msg: hintMsg{}}
		if left > 0 {
			a.name = fmt.Sprintf("hint (%d)", left)
		} else {
			a.off = "There are no more hints; s shows it."
		}
		as = append(as, a)
	}
	if (s.phase == phasePredict && s.l.Scenario != "") || s.phase == phaseFix {
		as = append(as, action{id: keySession, name: "show me", help: "show the answer", msg: showMeMsg{}})
	}
	if s.phase >= phaseExplain {
		as = append(as, action{id: keyExchange, name: "look again", help: "the walk again", msg: exchangeMsg{}},
			action{id: keyLesson, name: "in depth", help: "the explanation for whoever runs the layer, and back", msg: deepMsg{}})
	}
	if s.after != nil && s.looked != nil {
		as = append(as, action{id: keyCompare, name: "compare", help: "before and after the change, side by side", msg: compareMsg{}})
	}
	if s.phase == phaseDone {
		as = append(as, action{id: keyCopy, help: "copy what was learnt", msg: copyMsg{"lesson", s.l.Title + ": " + s.l.Learned}})
	}
	return append(as,
		action{id: keyAgain, help: "begin this lesson again", msg: resetMsg{}},
		action{id: keyBack, name: "back", help: "back to the list of lessons", msg: backMsg{}})
}
