package ui

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"corstui/diagnose"
	"corstui/diagnose/exchange"
	"corstui/diagnose/finding"
	"corstui/diagnose/lab"
	"corstui/snippets"
	"corstui/ui/lessons"
)

// labBackend runs on the embedded lab, on loopback.
type labBackend struct{ *fake }

func (b labBackend) Run(ctx context.Context, c exchange.Case, o RunOptions, emit func(diagnose.Event)) diagnose.Report {
	r, err := b.FixLab(ctx, o.Lab, nil, snippets.Policy{}, emit)
	if err != nil {
		panic(err)
	}
	return r
}

func (b labBackend) Scenarios() []Scenario {
	var out []Scenario
	for _, s := range lab.Scenarios() {
		out = append(out, Scenario{s.Name, s.Shows, s.Case})
	}
	return out
}

func (b labBackend) FixLab(ctx context.Context, name string, changes []Change, p snippets.Policy, emit func(diagnose.Event)) (diagnose.Report, error) {
	l, err := lab.Start(ctx, name, 0)
	if err != nil {
		return diagnose.Report{}, err
	}
	defer l.Close()
	c, _ := l.Case(name)
	for _, ch := range changes {
		if ch.LogIn {
			c, err = l.LogIn(name)
		} else {
			c, err = l.Fix(name, ch.Layer, ch.Recipe, p)
		}
		if err != nil {
			return diagnose.Report{}, err
		}
	}
	return diagnose.Run(ctx, c, diagnose.Options{Network: l.Network(), AllowUnsafe: true}, emit)
}

// Every built-in lesson is played to its end on the lab: its prediction is what
// the diagnosis says, each wrong choice misses the goal, each right one reaches
// it.
func TestEveryLessonCanBePlayedToItsEnd(t *testing.T) {
	ls, err := lessons.Load("")
	if err != nil {
		t.Fatal(err)
	}
	b := labBackend{newFake("")}
	mistakes := map[int]bool{}
	for _, l := range ls {
		mistakes[l.Mistake] = true
		t.Run(l.ID, func(t *testing.T) {
			if l.Scenario == "" {
				return
			}
			t.Parallel()
			looked, err := b.FixLab(t.Context(), l.Scenario, nil, snippets.Policy{}, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, g := range l.Predict.Guesses {
				if g.Right && g.Layer != looked.AnsweredBy.Layer {
					t.Errorf("the lesson says %s, the diagnosis %s: %s", g.Layer, looked.AnsweredBy.Layer, looked.Headline)
				}
			}
			if l.Fix.Goal.Reached(&looked) {
				t.Error("the goal is reached before anything is changed")
			}
			for _, c := range l.Fix.Choices {
				var do []Change
				for _, ch := range c.Do {
					do = append(do, Change{ch.Layer, ch.Recipe, ch.LogIn})
				}
				after, err := b.FixLab(t.Context(), l.Scenario, do, looked.Policy, nil)
				if err != nil {
					t.Errorf("%q: %v", c.Text, err)
					continue
				}
				if got := l.Fix.Goal.Reached(&after); got != c.Right {
					t.Errorf("%q: goal reached %v, the lesson says %v: %s %v", c.Text, got, c.Right, after.Headline, l.Fix.Goal.Left(&after))
				}
			}
		})
	}
	for n := 1; n <= 7; n++ {
		if !mistakes[n] {
			t.Errorf("no lesson teaches mistake %d", n)
		}
	}
}

// One lesson on the screen: predict wrongly, look, read, choose wrongly, choose
// rightly, go on.
func TestALessonOnTheScreen(t *testing.T) {
	f := newFake("")
	d := drive(t, f, Options{Tour: true}, 80, 24)
	d.m.Backend = labBackend{f}
	d.keys("down", "enter")
	d.wants("The preflight that nobody signs", "Who answered the browser?")
	d.keys("h")
	d.wants("hint 1", "hint (2)")
	d.keys("enter") // the browser: wrong
	d.waitFor("to the lesson", "Access refused it")
	d.keys("esc")
	d.wants("Cloudflare Access", "You said: the browser itself.", "header of your own")
	d.keys("i")
	d.wants("options_preflight_bypass")
	d.keys("i", "enter")
	d.wants("Which of these lets the page's request through?")
	d.keys("down", "enter") // the API: wrong
	d.waitFor("(tried)")
	d.wants("OPTIONS does not reach it yet", "The lab's browser: BLOCKED")
	d.keys("s", "enter")
	d.waitFor("to remember")
	d.wants("The lab's browser: ALLOWED", "A preflight never carries a cookie or a token")
	if got := f.state["access-preflight"]; got != lessonDone {
		t.Errorf("the progress says %q", got)
	}
	d.keys("c")
	d.wants("before", "after the change")
	d.keys("esc", "enter")
	d.wants("The star that is not enough")
	d.keys("esc")
	d.wants("1 of 15 done")
}

func TestTheLabsUserLogsInAtTheLab(t *testing.T) {
	f := newFake("")
	b := labBackend{f}
	var c exchange.Case
	for _, sc := range b.Scenarios() {
		if sc.Name == "access-login" {
			c = sc.Case
		}
	}
	d := drive(t, f, Options{Case: &c, Lab: "access-login"}, 80, 24)
	d.m.Backend = b
	d.keys("r")
	d.waitFor("wants a login")
	d.keys("s", "enter")
	d.waitFor("ALLOWED")
}

func TestEachFindingOpensTheLessonThatTeachesIt(t *testing.T) {
	ls, err := lessons.Load("")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for _, l := range ls {
		for _, id := range l.Findings {
			want[id] = l.ID
			if _, known := finding.Explain(id); !known {
				t.Errorf("lesson %s: %q is no finding", l.ID, id)
			}
		}
	}
	if diff := cmp.Diff(want, lessonOf); diff != "" {
		t.Errorf("lessons and the table differ (-lessons +table):\n%s", diff)
	}
	d := walked(t, "access-preflight", 80, 24)
	d.keys("t")
	d.wants("The preflight that nobody signs")
}

func TestALessonOfATeamIsChecked(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("a.yaml", "id: Big Name\ntitle: x\nminutes: 90\nsymptom: s\nlearned: l\nscenario: all-right\n")
	write("b.yaml", "id: b\nspeed: 3\n")
	_, err := lessons.Load(dir)
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"a.yaml", `"Big Name" is not in kebab-case`, "minutes: 90", "0 guesses are right", "b.yaml", "speed"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error lacks %q:\n%v", want, err)
		}
	}
	if _, err := lessons.Load(filepath.Join(dir, "none")); err == nil {
		t.Error("a directory that is not there was read")
	}
}
