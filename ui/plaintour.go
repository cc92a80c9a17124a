package ui

import (
	"fmt"

	"corstui/diagnose"
	"corstui/ui/lessons"
	"corstui/ui/rich"
)

// tour is the tour as lines and numbered questions.
func (p *plain) tour() error {
	ls, err := lessons.Load(p.o.LessonsDir)
	if err != nil {
		p.say("%v", err)
	}
	if len(ls) == 0 {
		return nil
	}
	if p.o.Lesson != "" {
		for i, l := range ls {
			if l.ID == p.o.Lesson || fmt.Sprint(i+1) == p.o.Lesson {
				return p.lesson(ls, i)
			}
		}
		p.say("There is no lesson \"%s\".", p.o.Lesson)
	}
	for {
		state := map[string]string{}
		if pr, ok := p.b.(Progress); ok {
			state = pr.Progress()
		}
		var names []string
		for _, l := range ls {
			done := ""
			if state[l.ID] == lessonDone {
				done = ", done"
			}
			names = append(names, fmt.Sprintf("%s (about %d minutes%s)", l.Title, l.Minutes, done))
		}
		n, err := p.choose("Which lesson? Each runs on the lab inside corstui, without a network.", append(names, "end"))
		if err != nil || n == len(ls) {
			return err
		}
		if err := p.lesson(ls, n); err != nil {
			return err
		}
	}
}

// lesson plays one lesson: symptom, prediction, look, explanation, fix, result.
func (p *plain) lesson(ls []lessons.Lesson, i int) error {
	s := newLesson(&tour{lessons: ls}, i)
	s.init(&p.env)
	p.say("Lesson %d of %d: %s", i+1, len(ls), s.l.Title)
	p.paragraphs(s.fill(s.l.Symptom))
	if s.l.Scenario == "" {
		c, err := p.start()
		if err != nil {
			return err
		}
		w := newWalk(&p.env, c, p.o.Run, nil)
		if err := p.run(w); err != nil {
			return err
		}
		p.progress(s.l.ID)
		return p.menu(w)
	}
	if s.c.URL == "" {
		p.say("The lab is not available here.")
		return nil
	}
	if err := p.predict(s); err != nil {
		return err
	}
	w := newWalk(&p.env, s.c, RunOptions{Lab: s.l.Scenario, AllowUnsafe: true}, nil)
	if err := p.run(w); err != nil {
		return err
	}
	s.looked = w.report
	g := s.l.Predict.Guesses[s.guess]
	if g.Right {
		p.say("You said so. %s", s.fill(g.Why))
	} else {
		p.say("You said: %s. %s", guessName(g.Layer), s.fill(g.Why))
	}
	p.paragraphs(s.fill(s.l.Explain))
	return p.proveLesson(s)
}

func (p *plain) paragraphs(t string) {
	for _, l := range paragraphs(t, rich.Plain, maxWidthOfOneSentence) {
		p.say("%s", l.String())
	}
}

// predict asks who answered; a hint is one of the answers while there are any.
func (p *plain) predict(s *lessonScreen) error {
	q := s.l.Predict.Question
	if q == "" {
		q = "Who answered the browser?"
	}
	for {
		var names []string
		for _, g := range s.l.Predict.Guesses {
			names = append(names, guessName(g.Layer))
		}
		if s.hints < len(s.l.Hints) {
			names = append(names, "a hint, please")
		}
		n, err := p.choose(q, names)
		if err != nil {
			return err
		}
		if n < len(s.l.Predict.Guesses) {
			s.guess = n
			return nil
		}
		p.say("%s", s.fill(s.l.Hints[s.hints]))
		s.hints++
	}
}

// proveLesson has the learner choose changes until the goal is reached.
func (p *plain) proveLesson(s *lessonScreen) error {
	fixer, ok := p.b.(LabFixer)
	if !ok {
		p.say("The lab is not available here.")
		return nil
	}
	for {
		q := s.l.Fix.Question
		if q == "" {
			q = "Which change lets the page read the answer?"
		}
		var names []string
		for _, c := range s.l.Fix.Choices {
			names = append(names, c.Text)
		}
		n, err := p.choose(q, append(names, "back to the list"))
		if err != nil || n == len(names) {
			return err
		}
		c := s.l.Fix.Choices[n]
		var do []Change
		for _, ch := range c.Do {
			do = append(do, Change{ch.Layer, ch.Recipe, ch.LogIn})
		}
		r, err := fixer.FixLab(p.ctx, s.l.Scenario, do, s.policy(), func(diagnose.Event) {})
		if err != nil {
			p.say("%v. %s", err, s.fill(c.Why))
			continue
		}
		head := r.Headline
		if head == "" {
			head = verdictWords(&r)
		}
		p.say("The lab's browser: %s", head)
		p.say("%s", s.fill(c.Why))
		if s.l.Fix.Goal.Reached(&r) {
			p.say("To remember: %s", s.fill(s.l.Learned))
			p.progress(s.l.ID)
			return nil
		}
	}
}

func (p *plain) progress(lesson string) {
	if pr, ok := p.b.(Progress); ok {
		pr.SetProgress(lesson, lessonDone)
	}
}
