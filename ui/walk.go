package ui

import (
	"context"

	tea "github.com/charmbracelet/bubbletea"

	"corstui/diagnose"
	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
	"corstui/diagnose/finding"
	"corstui/snippets"
)

// focus is the part of the walk that the arrow keys move in.
type focus uint8

const (
	onLine focus = iota
	onFindings
)

// side is what stays open beside the panel on a wide terminal.
type side uint8

const (
	sideEvidence side = iota
	sideExchange
)

// walk is the screen of one case: the verdict, the line of stations, the panel
// of the selected one, and what else was found.
type walk struct {
	c   exchange.Case
	opt RunOptions
	// before is what an earlier run of the same case showed; nil for the first.
	before *diagnose.Report
	// saved says that the report was opened from a file.
	saved bool

	run     *run
	stopped bool
	failed  string
	// seen are the exchanges so far, planned how many probes there will be.
	seen    []answer.Seen
	planned int
	// probeWhy says what each planned probe decides.
	probeWhy map[exchange.Purpose]string
	// report is what is known: interim while the run goes on.
	report *diagnose.Report
	final  bool

	selected int
	moved    bool // the user chose the station
	focus    focus
	finding  int
	open     bool // the finding is unfolded
	deep     bool // the lesson for whoever runs the layer
	scroll   int
	side     side
	asked    bool // the question about the unsafe method was shown
	loggedIn bool // the lab's user has logged in at the lab's Access
	inLesson bool // opened by a lesson, which goes on when this is left
}

func newWalk(e *env, c exchange.Case, o RunOptions, before *diagnose.Report) *walk {
	return &walk{c: c.WithDefaults(), opt: o, before: before}
}

// newReplay opens a saved report.
func newReplay(e *env, r *diagnose.Report) *walk {
	s := &walk{c: r.Case, opt: RunOptions{Lab: r.Lab, AllEngines: true}, saved: true}
	s.take(r, true)
	return s
}

func (s *walk) title() string { return "The walk" }

func (s *walk) init(e *env) tea.Cmd {
	if s.saved {
		return nil
	}
	return s.start(e)
}

// start runs the case from the beginning.
func (s *walk) start(e *env) tea.Cmd {
	c, o := s.c, s.opt
	if o.WithoutSession {
		c.Session = exchange.Session{}
	}
	s.seen, s.planned, s.report, s.final, s.stopped, s.failed, s.saved = nil, 0, nil, false, false, "", false
	s.moved, s.selected, s.asked, s.scroll = false, 0, false, 0
	s.probeWhy = map[exchange.Purpose]string{}
	do := func(ctx context.Context, emit func(diagnose.Event)) (diagnose.Report, string, error) {
		return e.Backend.Run(ctx, c, o, emit), "", nil
	}
	if fixer, ok := e.Backend.(LabFixer); ok && s.loggedIn && o.Lab != "" {
		do = func(ctx context.Context, emit func(diagnose.Event)) (diagnose.Report, string, error) {
			r, err := fixer.FixLab(ctx, o.Lab, []Change{{LogIn: true}}, snippets.Policy{}, emit)
			return r, "", err
		}
	}
	var cmd tea.Cmd
	s.run, cmd = startRun(e, do)
	return cmd
}

func (s *walk) moving() bool { return s.run != nil }

func (s *walk) close() {
	if s.run != nil {
		s.run.cancel()
		s.run = nil
	}
}

// Intents of the walk.
type (
	moveMsg       struct{ by int }
	scrollMsg     struct{ by int }
	focusMsg      struct{ by int }
	evidenceMsg   struct{}
	exchangeMsg   struct{}
	fixMsg        struct{}
	againMsg      struct{}
	sessionMsg    struct{}
	deepMsg       struct{}
	stopMsg       struct{}
	unsafeMsg     struct{ yes bool }
	copyBestMsg   struct{}
	copyMenuMsg   struct{}
	compareMsg    struct{}
	exportMenuMsg struct{}
	proveMsg      struct{}
	sideMsg       struct{}
	// toWalkMsg hands an intent from a screen above the walk to the walk.
	toWalkMsg struct {
		walk *walk
		msg  any
	}
	visitorMsg  struct{}
	enginesMsg  struct{}
	teachMsg    struct{ lesson string }
	openPageMsg struct{ page LabPage }
)

func (s *walk) update(e *env, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case eventsMsg:
		if msg.run == s.run && s.run != nil {
			return s.events(e, msg)
		}
	case toWalkMsg:
		if msg.walk == s {
			return s.update(e, msg.msg)
		}
	case moveMsg:
		s.moveStation(msg.by)
	case selectMsg:
		s.selected, s.moved, s.scroll, s.focus = msg.station, true, 0, onLine
	case scrollMsg:
		if s.focus == onFindings {
			s.moveFinding(msg.by)
		} else {
			s.scroll = scrollBy(e, s, s.scroll, msg.by)
		}
	case focusMsg:
		s.focus = focus((int(s.focus) + msg.by + 2) % 2)
		if len(s.others()) == 0 {
			s.focus = onLine
		}
		s.open, s.scroll = false, 0
	case evidenceMsg:
		if s.focus == onFindings {
			s.open = !s.open
			return nil
		}
		if e.w >= wideWidth && s.side != sideEvidence {
			s.side = sideEvidence
			return nil
		}
		return send(pushMsg{newEvidence(s)})
	case exchangeMsg:
		return send(pushMsg{newExchangeView(s.report, s.allSeen(), s.current())})
	case sideMsg:
		s.side = (s.side + 1) % 2
	case fixMsg:
		if s.report.Verdict.Allowed && len(s.report.Plan) == 0 {
			return send(pushMsg{newAllowed(s)})
		}
		return send(pushMsg{newFix(e, s)})
	case againMsg:
		if s.report != nil && s.final {
			s.before = s.report
		}
		return s.start(e)
	case stopMsg:
		s.close()
		s.stopped = true
		return toast("Stopped. What was seen so far stays on the screen.")
	case unsafeMsg:
		if msg.yes {
			s.opt.AllowUnsafe = true
			return s.start(e)
		}
	case sessionMsg:
		return send(pushMsg{newSession(e, s)})
	case sessionTakenMsg:
		if msg.owner == screen(s) {
			s.loggedIn = msg.lab
			s.before, s.c.Session, s.opt.WithoutSession = s.report, msg.session, false
			return s.start(e)
		}
	case visitorMsg:
		s.before, s.opt.WithoutSession = s.report, !s.opt.WithoutSession
		return s.start(e)
	case enginesMsg:
		return send(pushMsg{newEngines(s.report)})
	case deepMsg:
		s.deep = !s.deep
		s.scroll = 0
	case copyBestMsg:
		if s.report == nil {
			return nil
		}
		return send(copyMsg{"verdict", s.report.Headline})
	case copyMenuMsg:
		return send(pushMsg{newCopyMenu(e, s, nil)})
	case compareMsg:
		return send(pushMsg{newCompare(s.before, s.report, "before", "now", "")})
	case exportMenuMsg:
		return send(pushMsg{newExportMenu(e, s.report)})
	case proveMsg:
		return prove(e, s, s.report.Policy)
	case teachMsg:
		return send(pushMsg{newTour(e, msg.lesson)})
	case openPageMsg:
		name, ctx := s.opt.Lab, e.ctx
		return func() tea.Msg {
			url, err := msg.page.OpenLabPage(ctx, name)
			if err != nil {
				return toastMsg{text: "The page could not be served: " + err.Error(), bad: true}
			}
			return toastMsg{text: "Open " + url + " in your browser, and read its console."}
		}
	}
	return nil
}

// lesson is the ID of the lesson that teaches the root cause, empty without.
func (s *walk) lesson(e *env) string {
	if f := s.root(); f != nil && !s.inLesson {
		return lessonFor(f.ID)
	}
	return ""
}

// events takes what a run brought.
func (s *walk) events(e *env, msg eventsMsg) tea.Cmd {
	for _, ev := range msg.events {
		s.event(ev)
	}
	if !msg.done {
		return s.run.next
	}
	s.run = nil
	switch {
	case msg.err != nil:
		s.failed = msg.err.Error()
		return complain(s.failed)
	case msg.report != nil:
		s.take(msg.report, true)
	}
	var cmds []tea.Cmd
	if rec, ok := e.Backend.(Recents); ok && s.report != nil && !s.stopped {
		r, lab := s.report, s.opt.Lab
		cmds = append(cmds, func() tea.Msg { rec.Remember(r, lab); return nil })
	}
	cmds = append(cmds, send(finishedMsg{s}))
	if s.before != nil && s.report != nil && s.report.Verdict.Allowed != s.before.Verdict.Allowed {
		cmds = append(cmds, toast("The verdict has changed since the run before; "+e.keys.show(keyCompare)+" compares the two."))
	}
	if s.report != nil && s.report.Verdict.Partial && !s.opt.AllowUnsafe && !s.asked && !s.stopped {
		s.asked = true
		cmds = append(cmds, send(pushMsg{newUnsafeQuestion(s)}))
	}
	return tea.Batch(cmds...)
}

// finishedMsg says that a walk has its report.
type finishedMsg struct{ walk *walk }

func (s *walk) event(ev diagnose.Event) {
	switch ev.Kind {
	case diagnose.EventSending, diagnose.EventSeen:
		if ev.Exchange == nil {
			return
		}
		for i := len(s.seen) - 1; i >= 0; i-- {
			if s.seen[i].ID == ev.Exchange.ID {
				if ev.Kind == diagnose.EventSeen {
					s.seen[i] = *ev.Exchange
				}
				return
			}
		}
		s.seen = append(s.seen, *ev.Exchange)
	case diagnose.EventPlanned:
		s.planned += len(ev.Probes)
		for _, p := range ev.Probes {
			s.probeWhy[p.Purpose] = p.Why
		}
	case diagnose.EventVerdict, diagnose.EventFinished:
		if ev.Report != nil {
			s.take(ev.Report, ev.Kind == diagnose.EventFinished)
		}
	}
}

// take makes a report the one on the screen.
func (s *walk) take(r *diagnose.Report, final bool) {
	s.report, s.final = r, final
	if len(s.seen) == 0 || final {
		s.seen = r.Exchanges
	}
	if !s.moved {
		s.selected = stationOf(s.stations())
	}
}

func (s *walk) allSeen() []answer.Seen { return s.seen }

func (s *walk) stations() []station {
	if s.report != nil {
		return stationsOf(s.report)
	}
	return liveStations(s.seen)
}

func (s *walk) moveStation(by int) {
	n := len(s.stations())
	if n == 0 {
		return
	}
	s.selected = max(min(s.selected+by, n-1), 0)
	s.moved, s.scroll, s.focus = true, 0, onLine
}

func (s *walk) moveFinding(by int) {
	n := len(s.others())
	if n == 0 {
		return
	}
	s.finding = max(min(s.finding+by, n-1), 0)
	s.scroll = 0
}

// root is the finding that all begins with, nil where there is none.
func (s *walk) root() *finding.Finding {
	if s.report == nil || len(s.report.Findings) == 0 {
		return nil
	}
	f := &s.report.Findings[0]
	if f.Because != "" || f.Severity == finding.Info {
		return nil
	}
	return f
}

// others are the findings beside the root cause.
func (s *walk) others() []finding.Finding {
	if s.report == nil {
		return nil
	}
	if s.root() != nil {
		return s.report.Findings[1:]
	}
	return s.report.Findings
}

// current is the ID of the exchange that the panel is about.
func (s *walk) current() string {
	ss := s.stations()
	if s.selected >= len(ss) {
		return ""
	}
	return s.exchangeOf(ss[s.selected])
}

// exchangeOf is the exchange that shows best what happened at a station: the
// one that decided, where it was answered there; else the browser's own; else
// the first probe.
func (s *walk) exchangeOf(st station) string {
	if st.answered && s.report != nil && s.report.DecidedBy != "" {
		return s.report.DecidedBy
	}
	first := ""
	for _, id := range st.exchanges {
		x := s.byID(id)
		if x == nil {
			continue
		}
		if x.Engine == "" && (x.Purpose == exchange.PurposePreflight || x.Purpose == exchange.PurposeRequest) {
			return id
		}
		if first == "" {
			first = id
		}
	}
	if first == "" && st.step == diagnose.StepBrowser && len(s.seen) > 0 {
		return s.seen[0].ID
	}
	return first
}

func (s *walk) byID(id string) *answer.Seen {
	for i := range s.seen {
		if s.seen[i].ID == id {
			return &s.seen[i]
		}
	}
	if s.report != nil {
		return s.report.ExchangeByID(id)
	}
	return nil
}

// wantsSession says that the verdict is that of a visitor without a session.
func (s *walk) wantsSession() bool {
	if s.report == nil {
		return false
	}
	for _, a := range s.report.Verdict.Assumes {
		if a == "no-session" {
			return true
		}
	}
	return false
}

// sessionFirst says that the session decides more than any fix: the request
// itself was seen as a visitor's. A preflight carries no session anyway.
func (s *walk) sessionFirst() bool {
	at := s.report.Verdict.BlockedAt
	return s.wantsSession() && (at == nil || *at != fetch.AtPreflight)
}

// targetsOf are the targets of a plan step; none for a recipe without any.
func targetsOf(st finding.Step) []snippets.Target {
	if len(st.Targets) > 0 {
		return st.Targets
	}
	return snippets.Targets(st.Recipe)
}
