package ui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"corstui/diagnose"
	"corstui/diagnose/exchange"
	"corstui/ui/rich"
)

// start is the first screen: one field that takes anything, what was understood
// of it, one question at a time for what is missing, and other ways to begin.
type start struct {
	field field
	// edit counts changes, so that an answer to an older text is dropped.
	edit       int
	c          exchange.Case
	understood string
	missing    []string
	entries    []PasteEntry // of a HAR with several requests
	problem    string
	pending    bool // Enter was pressed before the answer was in

	asks []ask // the questions that are still open; the first is on the screen

	recent    []Recent
	scenarios []Scenario
	at        int // 0 is the field, then recent, tour, lab
}

func newStart(e *env, c *exchange.Case) *start {
	s := &start{field: field{hint: "paste it here"}}
	if c != nil && e.Start { // what the command line said is understood already
		s.field.set(c.URL)
		s.c = c.WithDefaults()
		s.understood = rich.OneLine(diagnose.Shown(s.c.Method + " " + s.c.URL + fromPage(s.c.Origin)))
		if s.c.Origin == "" {
			s.missing = []string{AskOrigin}
		}
	}
	return s
}

func (s *start) title() string { return "The start" }

type (
	recentMsg     struct{ recent []Recent }
	understandMsg struct{ edit int }
	understoodMsg struct {
		edit    int
		c       exchange.Case
		said    string
		missing []string
		entries []PasteEntry
		err     error
	}
	entryMsg   struct{ index int }
	beginMsg   struct{}
	pickMsg    struct{ at int }
	skipMsg    struct{}
	correctMsg struct{}
	openLabMsg struct{}
	tourMsg    struct{}
	labMsg     struct{ sc Scenario }
)

func (s *start) init(e *env) tea.Cmd {
	var cmds []tea.Cmd
	if b, ok := e.Backend.(Recents); ok {
		cmds = append(cmds, func() tea.Msg { return recentMsg{b.Recent()} })
	}
	if b, ok := e.Backend.(Labs); ok {
		s.scenarios = b.Scenarios()
	}
	return tea.Batch(cmds...)
}

// understand asks the backend what the field holds, after a pause in which
// typing may go on.
func (s *start) understand(e *env, pause time.Duration) tea.Cmd {
	n := s.edit
	if pause > 0 {
		return tea.Tick(pause, func(time.Time) tea.Msg { return understandMsg{n} })
	}
	b, text := e.Backend, strings.TrimSpace(s.field.String())
	return func() tea.Msg {
		if text == "" {
			return understoodMsg{edit: n}
		}
		c, said, missing, err := b.Understand(text)
		var several []PasteEntry
		if ch, ok := b.(Choosy); ok && err == nil {
			several = ch.Entries(text)
		}
		return understoodMsg{n, c, said, missing, several, err}
	}
}

func (s *start) key(e *env, k tea.KeyMsg) (tea.Cmd, bool) {
	if len(s.asks) > 0 {
		return s.askKey(e, k)
	}
	if s.at != 0 {
		// Whoever pastes means the field, wherever the mark is.
		if !k.Paste {
			return nil, false
		}
		s.at = 0
	}
	if k.Type == tea.KeyEnter && unfinished(s.field.String()) {
		s.field.insert("\n")
		return nil, true
	}
	if len(s.field.text) == 0 && !k.Paste && (e.keys.is(k, keyHelp) || e.keys.is(k, keyPalette)) {
		return nil, false
	}
	before := s.edit
	if !s.field.key(k) {
		return nil, false
	}
	s.edit = before + 1
	s.pending = false
	if k.Paste {
		return s.understand(e, 0), true
	}
	return s.understand(e, 10*e.Debounce), true
}

func (s *start) update(e *env, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case recentMsg:
		s.recent = rich.Clean(msg.recent)
	case understandMsg:
		if msg.edit == s.edit {
			return s.understand(e, 0)
		}
	case understoodMsg:
		if msg.edit != s.edit {
			return nil
		}
		s.c, s.understood, s.missing, s.entries, s.problem = msg.c, rich.OneLine(msg.said), msg.missing, msg.entries, ""
		if msg.err != nil {
			s.problem = rich.OneLine(msg.err.Error())
			s.understood = ""
		}
		if s.pending {
			s.pending = false
			return s.begin(e)
		}
	case entryMsg:
		return s.understandEntry(e, msg.index)
	case entryReadMsg:
		if msg.edit != s.edit {
			return nil
		}
		if msg.err != nil {
			return complain(rich.OneLine(msg.err.Error()))
		}
		s.c, s.understood, s.missing = msg.c, rich.OneLine(msg.said), msg.missing
		return s.question(e)
	case scrollMsg:
		s.move(msg.by)
	case pickMsg:
		s.at = msg.at
		return s.open(e)
	case beginMsg:
		return s.open(e)
	case openLabMsg:
		return s.openLab()
	case correctMsg:
		return s.correct()
	case tourMsg:
		return send(pushMsg{newTour(e, "")})
	case labMsg:
		o := e.Run
		o.Lab = msg.sc.Name
		return send(walkMsg{c: msg.sc.Case, run: o})
	case sessionTakenMsg:
		if msg.owner == screen(s) {
			s.c.Session = msg.session
			return s.nextAsk(e)
		}
	case stopMsg: // esc: leave the questions, or the field
		switch {
		case len(s.asks) > 0:
			s.asks = nil
		case len(s.field.text) > 0 && s.at == 0:
			s.field.set("")
			s.edit++
			s.understood, s.problem, s.missing, s.entries = "", "", nil, nil
		case s.at == 0:
			s.move(1)
		default:
			s.at = 0
		}
	case skipMsg:
		return s.walk(e)
	case answerMsg:
		return s.answer(e, msg.option)
	case optionMsg:
		if len(s.asks) > 0 {
			a := &s.asks[0]
			a.at = max(min(a.at+msg.by, len(a.options)-1), 0)
		}
	}
	return nil
}

func (s *start) typing() (in, empty bool) {
	if len(s.asks) > 0 {
		return len(s.asks[0].options) == 0, false
	}
	return s.at == 0, len(s.field.text) == 0
}

func (s *start) items() int { return 3 + len(s.recent) }

func (s *start) move(by int) { s.at = (s.at + by + s.items()) % s.items() }

// open does what the mark stands at.
func (s *start) open(e *env) tea.Cmd {
	switch n := len(s.recent); {
	case s.at == 0:
		return s.begin(e)
	case s.at <= n:
		r := s.recent[s.at-1]
		o := e.Run
		o.Lab = r.Lab
		return send(walkMsg{c: r.Case, run: o})
	case s.at == n+1:
		return send(tourMsg{})
	}
	return s.openLab()
}

func (s *start) openLab() tea.Cmd {
	p := &picker{name: "A broken set-up of the lab", intro: "no network is used; type to search"}
	for _, sc := range s.scenarios {
		p.entries = append(p.entries, entry{key: sc.Name, text: sc.Shows, msg: labMsg{sc}})
	}
	if len(p.entries) == 0 {
		return toast("The lab is not available here.")
	}
	return send(pushMsg{p})
}

// begin lets the user choose where there are several requests, then asks what
// is missing, or walks.
func (s *start) begin(e *env) tea.Cmd {
	switch {
	case strings.TrimSpace(s.field.String()) == "":
		return toast("Paste a URL, the console's error, a fetch() or a curl first; or choose below with ↓.")
	case s.problem != "":
		return complain(s.problem)
	case s.understood == "":
		s.pending = true // the answer is on its way
		return nil
	case len(s.entries) > 1:
		return send(pushMsg{newEntryPicker(s.entries)})
	}
	return s.question(e)
}

// question asks what is missing, or walks.
func (s *start) question(e *env) tea.Cmd {
	s.asks = asksFor(s.c, append(slices.Clone(s.missing), skippable(s.c, s.missing)...), false)
	if len(s.asks) == 0 {
		return s.walk(e)
	}
	return nil
}

// skippable are the questions that come last: what a paste rarely says, and the
// case can be walked without.
func skippable(c exchange.Case, missing []string) []string {
	var out []string
	if slices.Contains(missing, AskOrigin) { // a bare URL says nothing of the fetch
		out = append(out, AskCredentials)
	}
	if len(c.ReadHeaders) == 0 {
		out = append(out, AskReadHeaders)
	}
	if c.Session.Empty() {
		out = append(out, AskSession)
	}
	return out
}

// correct asks everything, with what was understood as the answers.
func (s *start) correct() tea.Cmd {
	if s.understood == "" {
		return toast("There is nothing to correct yet; paste something first.")
	}
	s.asks = asksFor(s.c, []string{AskURL, AskOrigin, AskMethod, AskCredentials, AskHeaders, AskReadHeaders, AskSession}, true)
	return nil
}

func (s *start) walk(e *env) tea.Cmd {
	for _, a := range s.asks { // those that are left get their defaults
		if a.what == AskSession {
			continue
		}
		if why := a.apply(&s.c); why != "" {
			return complain(why)
		}
	}
	s.asks = nil
	return send(walkMsg{c: s.c, run: e.Run})
}

func (s *start) actions(e *env) []action {
	if len(s.asks) > 0 {
		return s.askActions()
	}
	open := action{id: keyOpen, name: "begin", best: true, help: "begin with what is marked", msg: beginMsg{}}
	if s.at > 0 {
		open.name = "open"
	}
	esc := action{id: keyBack, name: "to the list", help: "leave the field", msg: stopMsg{}}
	switch {
	case s.at > 0:
		esc.name, esc.help = "to the field", "back to the field"
	case len(s.field.text) > 0:
		esc.name, esc.help = "clear", "clear the field"
	}
	return []action{
		open,
		{id: keyUp, help: "up", msg: scrollMsg{-1}},
		{id: keyDown, name: "choose", show: "↑↓", help: "down", msg: scrollMsg{1}},
		{id: keyNext, help: "the next line", msg: scrollMsg{1}},
		{id: keyPrev, help: "the line before", msg: scrollMsg{-1}},
		esc,
		{id: keyCorrect, name: ifThen(s.understood != "", "correct it"), help: "go through everything that was understood, and change it", msg: correctMsg{}, off: ifThen(s.understood == "", "There is nothing to correct yet.")},
		{id: keyTour, help: "the tour: lessons without a network", msg: tourMsg{}},
		{id: keyLab, help: "a broken set-up of the lab", msg: openLabMsg{}, off: ifThen(len(s.scenarios) == 0, "The lab is not available here.")},
	}
}

func (s *start) view(e *env, w, h int) []rich.Line {
	low := h < lowHeight-1
	var lines []rich.Line
	if !low {
		lines = append(lines, nil)
	}
	lines = append(lines, rich.L("   ", rich.S(rich.Title, "corstui"), "   ", rich.S(rich.Accent, "who answered your browser?")))
	if !low {
		lines = append(lines, nil)
	}
	if len(s.asks) > 0 {
		return append(lines, s.askView(e, w, h-len(lines))...)
	}
	lines = append(lines, rich.Wrap(rich.L("   Paste anything: a URL, the console's error, fetch(…), curl …, a HAR file"), w-1, 3)...)
	mark := rich.S(rich.Plain, "   ")
	if s.at == 0 {
		mark = rich.S(rich.Accent, " "+e.theme.Best+" ")
	}
	fieldLines := s.field.view(w-5, ifLow(low, 2, 4))
	if s.at != 0 && len(s.field.text) == 0 {
		fieldLines = []rich.Line{rich.L(rich.S(rich.Dim, "· "+s.field.hint))}
	}
	for i, l := range fieldLines {
		if i > 0 {
			mark = rich.S(rich.Plain, "   ")
		}
		lines = append(lines, rich.L(mark, l).OnClick(pickMsg{0}))
	}
	if !low {
		lines = append(lines, nil)
	}
	lines = append(lines, s.understoodLines(e, w)...)
	lines = append(lines, nil)
	return append(lines, s.listView(e, w, h-len(lines))...)
}

func ifLow(low bool, a, b int) int {
	if low {
		return a
	}
	return b
}

func (s *start) understoodLines(e *env, w int) []rich.Line {
	switch {
	case s.problem != "":
		return rich.Wrap(rich.L("   ", markSpan(e, markWarn), " ", s.problem), w-1, 5)
	case s.understood != "":
		lines := rich.Wrap(rich.L("   ", rich.S(rich.Dim, "understood:"), "  ", s.understood), w-1, 16)
		if n := len(s.entries); n > 1 {
			lines = append(lines, rich.Wrap(rich.L("   ", rich.S(rich.Dim, "choose:      "), fmt.Sprintf("it holds %d requests; ", n), rich.S(rich.Key, e.keys.show(keyOpen)), " lists them"), w-1, 16)...)
		}
		if words := sessionWords(s.c); words != "" {
			lines = append(lines, rich.Wrap(rich.L("   ", rich.S(rich.Dim, "session:     "), words), w-1, 16)...)
		}
		if n := len(s.missing); n > 0 {
			lines = append(lines, rich.Wrap(rich.L("   ", rich.S(rich.Dim, "missing:     "), count(n, "thing, asked for next", "things, asked for one at a time")), w-1, 16)...)
		}
		return lines
	case len(s.field.text) > 0:
		return []rich.Line{rich.L("   ", rich.S(rich.Dim, "reading it…"))}
	}
	return rich.Wrap(rich.L("   ", rich.S(rich.Dim, "corstui says what it understood, and asks for what is missing. Nothing is sent before ↵.")), w-1, 3)
}

// listView draws the other ways to begin.
func (s *start) listView(e *env, w, h int) []rich.Line {
	var lines []rich.Line
	item := func(i int, label string, l, right rich.Line) {
		mark := "   "
		if s.at == i {
			mark = " " + e.theme.Best + " "
		}
		l = rich.L(rich.S(rich.Accent, mark), rich.S(rich.Label, fmt.Sprintf("%-8s", label)), l)
		lines = append(lines, rich.Spread(l, right, w-1).OnClick(pickMsg{i}))
	}
	// The tour and the lab stay in sight: of the recent cases only so many are
	// shown as leave them room.
	from, room := 0, max(h-2, 1)
	if n := len(s.recent); n > room && s.at <= n {
		from = min(max(s.at-room, 0), n-room)
	}
	for i, r := range s.recent {
		if i < from || i >= from+room {
			continue
		}
		label := ""
		if i == from {
			label = "recent"
		}
		m := markOK
		if r.Blocked {
			m = markBad
		}
		host := hostOf(r.Case.URL)
		if r.Lab != "" {
			host = "lab " + r.Lab
		}
		item(i+1, label, rich.L(markSpan(e, m), " ", rich.S(rich.Strong, host), "   ", r.Said), rich.L(rich.S(rich.Dim, r.When)))
	}
	n := len(s.recent)
	item(n+1, "learn", rich.L(tourLine(e)), rich.L(rich.S(rich.Dim, e.keys.show(keyTour))))
	item(n+2, "try", rich.L("a broken set-up of the lab, without a network"), rich.L(rich.S(rich.Dim, e.keys.show(keyLab))))
	shown, _ := scrolled(lines, max(s.at-h+1, 0), max(h, 1), w-1)
	return shown
}
