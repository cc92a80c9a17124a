package ui

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"corstui/ui/lessons"
	"corstui/ui/rich"
)

// tour lists the lessons: any of them can be opened, in any order.
type tour struct {
	lessons []lessons.Lesson
	failed  string
	state   map[string]string
	at      int
	// first names the lesson that opens at once.
	first string
}

// The states of a lesson in the progress that is kept.
const (
	lessonBegun = "begun"
	lessonDone  = "done"
)

func newTour(e *env, lesson string) *tour { return &tour{first: lesson, state: map[string]string{}} }

func (t *tour) title() string { return "The tour" }

type (
	lessonsMsg struct {
		lessons []lessons.Lesson
		state   map[string]string
		err     error
	}
	openLessonMsg struct{ at int }
	resetMsg      struct{}
	// progressMsg says that the state of a lesson has changed.
	progressMsg struct{ lesson, state string }
)

func (t *tour) init(e *env) tea.Cmd {
	dir, b := e.LessonsDir, e.Backend
	return func() tea.Msg {
		ls, err := lessons.Load(dir)
		state := map[string]string{}
		if p, ok := b.(Progress); ok {
			state = p.Progress()
		}
		return lessonsMsg{ls, state, err}
	}
}

func (t *tour) update(e *env, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case lessonsMsg:
		t.lessons, t.state = msg.lessons, msg.state
		if t.state == nil {
			t.state = map[string]string{}
		}
		if msg.err != nil {
			t.failed = msg.err.Error()
		}
		t.at = t.nextLesson()
		if t.first != "" {
			return t.openNamed(e)
		}
	case scrollMsg:
		t.at = max(min(t.at+msg.by, len(t.lessons)-1), 0)
	case openLessonMsg:
		if msg.at < 0 {
			msg.at = t.at
		}
		if msg.at < len(t.lessons) {
			t.at = msg.at
			return send(pushMsg{newLesson(t, msg.at)})
		}
	case resetMsg:
		if t.at < len(t.lessons) {
			return send(progressMsg{t.lessons[t.at].ID, ""})
		}
	case progressMsg:
		if msg.state == lessonBegun && t.state[msg.lesson] == lessonDone {
			return nil
		}
		t.state[msg.lesson] = msg.state
		if p, ok := e.Backend.(Progress); ok {
			return func() tea.Msg { p.SetProgress(msg.lesson, msg.state); return nil }
		}
	}
	return nil
}

// openNamed opens the lesson that was asked for by name or number.
func (t *tour) openNamed(e *env) tea.Cmd {
	name := t.first
	t.first = ""
	var ids []string
	for i, l := range t.lessons {
		if l.ID == name || fmt.Sprint(i+1) == name {
			t.at = i
			return send(pushMsg{newLesson(t, i)})
		}
		ids = append(ids, l.ID)
	}
	return complain("There is no lesson \"" + name + "\"; there are " + joinWords(ids, "and") + ".")
}

// nextLesson is the first that is not done.
func (t *tour) nextLesson() int {
	for i, l := range t.lessons {
		if t.state[l.ID] != lessonDone {
			return i
		}
	}
	return 0
}

func (t *tour) done() int {
	n := 0
	for _, l := range t.lessons {
		if t.state[l.ID] == lessonDone {
			n++
		}
	}
	return n
}

func (t *tour) actions(e *env) []action {
	none := ifThen(len(t.lessons) == 0, "There is no lesson here.")
	return []action{
		{id: keyUp, help: "the lesson before", msg: scrollMsg{-1}},
		{id: keyDown, name: "lesson", show: "↑↓", help: "the next lesson", msg: scrollMsg{1}},
		{id: keyNext, help: "the next lesson", msg: scrollMsg{1}},
		{id: keyPrev, help: "the lesson before", msg: scrollMsg{-1}},
		{id: keyPageUp, help: "some lessons up", msg: scrollMsg{-5}},
		{id: keyPageDown, help: "some lessons down", msg: scrollMsg{5}},
		{id: keyTop, help: "the first lesson", msg: scrollMsg{-1 << 20}},
		{id: keyBottom, help: "the last lesson", msg: scrollMsg{1 << 20}},
		{id: keyOpen, name: "open", best: true, help: "open the lesson", msg: openLessonMsg{-1}, off: none},
		{id: keyAgain, name: "reset", help: "forget that this lesson was done", msg: resetMsg{}, off: none},
		{id: keyBack, name: "back", help: "go one level up", msg: backMsg{}},
	}
}

func (t *tour) view(e *env, w, h int) []rich.Line {
	low := h < lowHeight-1
	var lines []rich.Line
	if !low {
		lines = append(lines, nil)
	}
	n := len(t.lessons)
	bar := ""
	if n > 0 {
		bar = strings.Repeat(e.theme.Line, t.done()) + strings.Repeat(e.theme.Idle, n-t.done())
	}
	lines = append(lines, rich.Spread(rich.L("   ", rich.S(rich.Title, "The tour"), "   ", rich.S(rich.Accent, "who answered, and what changes it")),
		rich.L(rich.S(rich.Good, bar), rich.S(rich.Dim, fmt.Sprintf("  %d of %d done ", t.done(), n))), w))
	if !low {
		lines = append(lines, rich.Wrap(rich.L("   ", rich.S(rich.Dim, "Each lesson runs on the lab inside corstui: no network, and nothing that you could harm.")), w-1, 3)...)
	}
	lines = append(lines, nil)
	if t.failed != "" {
		for _, l := range rich.WrapText(t.failed, rich.Warn, w-6) {
			lines = append(lines, rich.L("   ", l))
		}
	}
	var list []rich.Line
	for i, l := range t.lessons {
		mark, role := "   ", rich.Plain
		if i == t.at {
			mark, role = " "+e.theme.Best+" ", rich.Strong
		}
		st := markIdle
		switch t.state[l.ID] {
		case lessonDone:
			st = markOK
		case lessonBegun:
			st = markRun
		}
		aside := fmt.Sprintf("about %d min ", l.Minutes)
		if l.Mistake > 0 && w >= narrowWidth {
			aside = fmt.Sprintf("mistake %d   ", l.Mistake) + aside
		}
		left := rich.L(rich.S(rich.Accent, mark), markSpan(e, st), fmt.Sprintf(" %2d  ", i+1), rich.S(role, l.Title))
		list = append(list, rich.Spread(left.Cut(w-rich.Width(aside)-2), rich.L(rich.S(rich.Dim, aside)), w-1).OnClick(openLessonMsg{i}))
	}
	room := max(h-len(lines), 1)
	shown, _ := scrolled(list, max(t.at-room+2, 0), room, w-1)
	return append(lines, shown...)
}

// lessonOf maps the findings to the lessons that teach them. It repeats what the
// lessons say of themselves, so that a walk need not read their files; a test
// keeps the two alike.
var lessonOf = map[string]string{
	"access-login-redirect":     "access-login",
	"access-preflight-refused":  "access-preflight",
	"wildcard-with-credentials": "wildcard-with-credentials",
	"errors-without-cors":       "errors-without-cors",
	"headers-not-exposed":       "headers-not-exposed",
	"vary-origin-missing":       "vary",
	"vary-origin-one-side":      "vary",
	"origin-reflected":          "reflected",
	"lookalike-origin-accepted": "reflected",
	"null-origin-accepted":      "reflected",
	"waf-challenge":             "waf-before-access",
	"waf-challenge-preflight":   "waf-before-access",
	"waf-block":                 "waf-before-access",
	"waf-block-preflight":       "waf-before-access",
	"worker-failed":             "worker-throws",
	"cache-pinned-origin":       "cache-pinned",
	"cache-stored-error":        "cache-pinned",
	"edge-error":                "edge-down",
	"tunnel-down":               "edge-down",
	"tls-invalid":               "not-cors",
	"dns-failed":                "not-cors",
	"connection-refused":        "not-cors",
	"protocol-broken":           "not-cors",
	"mixed-content":             "not-cors",
	"cors-headers-twice":        "two-layers",
	"allow-origin-missing":      "unknown",
}

func lessonFor(finding string) string { return lessonOf[finding] }

// tourLine says on the start screen what the tour is.
func tourLine(e *env) string { return "tour: short lessons on the lab inside, no network" }
