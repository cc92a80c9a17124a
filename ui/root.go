package ui

import (
	"context"
	"errors"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"corstui/diagnose"
	"corstui/snippets"
	"corstui/ui/rich"
)

// The sizes between which the screens are drawn.
const (
	minWidth, minHeight   = 44, 12
	wideWidth             = 120
	narrowWidth           = 72
	fallbackW, fallbackH  = 80, 24
	tick                  = 90 * time.Millisecond
	toastFor              = 4 * time.Second
	lowHeight             = 20
	defaultDebounce       = 12 * time.Millisecond
	maxWidthOfOneSentence = 100
)

// Model is the root: it owns size, theme, keys and the stack of screens.
type Model struct {
	env
	cancel context.CancelFunc
	stack  []screen

	toast   toastMsg
	toastN  int
	ticking bool
	// last is the report that the summary on leaving is about.
	last    *diagnose.Report
	noMouse bool
	// hidden says that host names are drawn as example names.
	hidden  bool
	lastLab string
	copied  []string
}

// New makes the root model. The error names an option that cannot be used.
func New(ctx context.Context, o Options) (*Model, error) {
	if o.Backend == nil {
		return nil, errors.New("ui: Options.Backend is nil")
	}
	keys, err := newKeyMap(o.Keys)
	if err != nil {
		return nil, err
	}
	if o.Debounce == 0 {
		o.Debounce = defaultDebounce
	}
	ctx, cancel := context.WithCancel(ctx)
	m := &Model{env: env{Options: o, ctx: ctx, theme: o.theme(), keys: keys}, cancel: cancel}
	start := newStart(&m.env, o.Case)
	m.stack = []screen{start}
	switch {
	case o.Tour:
		m.stack = append(m.stack, newTour(&m.env, o.Lesson))
	case o.Replay != nil:
		m.stack = append(m.stack, newReplay(&m.env, rich.Clean(o.Replay)))
	case o.Case != nil && !o.Start:
		run := o.Run
		run.Lab = o.Lab
		m.stack = append(m.stack, newWalk(&m.env, *o.Case, run, nil))
	}
	return m, nil
}

func (m *Model) top() screen { return m.stack[len(m.stack)-1] }

// Init starts every screen of the first stack.
func (m *Model) Init() tea.Cmd {
	var cmds []tea.Cmd
	for _, s := range m.stack {
		cmds = append(cmds, s.init(&m.env))
	}
	return tea.Batch(append(cmds, m.tick())...)
}

// Update routes: keys to the top screen, what commands bring to all.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	var cmd tea.Cmd
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.w, m.h = msg.Width, msg.Height
	case tea.KeyMsg:
		cmd = m.key(msg)
	case tea.MouseMsg:
		cmd = m.mouse(msg)
	case tickMsg:
		m.ticking = false
		m.frame++
	case toastGoneMsg:
		if msg.n == m.toastN {
			m.toast = toastMsg{}
		}
	default:
		var handled bool
		if cmd, handled = m.route(msg); !handled {
			cmds := make([]tea.Cmd, 0, len(m.stack))
			for _, s := range m.stack {
				cmds = append(cmds, s.update(&m.env, msg))
			}
			cmd = tea.Batch(cmds...)
		}
	}
	return m, tea.Batch(cmd, m.tick())
}

// act does what an action says.
func (m *Model) act(msg any) tea.Cmd {
	if msg == nil {
		return nil
	}
	if cmd, handled := m.route(msg); handled {
		return cmd
	}
	return m.top().update(&m.env, msg)
}

// route handles the messages that are the root's own.
func (m *Model) route(msg any) (cmd tea.Cmd, handled bool) {
	switch msg := msg.(type) {
	case pushMsg:
		return m.push(msg.screen), true
	case replaceMsg:
		m.pop()
		return m.push(msg.screen), true
	case backMsg:
		m.pop()
	case homeMsg:
		for len(m.stack) > 1 {
			m.pop()
		}
	case chosenMsg:
		m.pop()
		return m.act(msg.msg), true
	case walkMsg:
		for len(m.stack) > 1 {
			if _, tour := m.top().(*lessonScreen); tour {
				break
			}
			m.pop()
		}
		return m.push(newWalk(&m.env, msg.c, msg.run, msg.before)), true
	case quitMsg:
		m.cancel()
		return tea.Quit, true
	case suspendMsg:
		return tea.Suspend, true
	case mouseMsg:
		m.noMouse = !m.noMouse
		if m.noMouse {
			return tea.Batch(tea.DisableMouse, toast("The mouse is off: the terminal selects text now.")), true
		}
		return tea.Batch(tea.EnableMouseCellMotion, toast("The mouse is on.")), true
	case namesMsg:
		m.hidden = !m.hidden
		if m.hidden {
			return toast("Host names are hidden on the screen; what is copied or written keeps them."), true
		}
		return toast("Host names are shown again."), true
	case toastMsg:
		m.toast = msg
		m.toastN++
		n := m.toastN
		if m.NoAnim { // it stays until the next key
			return nil, true
		}
		return tea.Tick(toastFor, func(time.Time) tea.Msg { return toastGoneMsg{n} }), true
	case copyMsg:
		return m.copy(msg), true
	case copiedMsg:
		if msg.err != nil {
			return complain("Could not copy the " + msg.what + ": " + msg.err.Error()), true
		}
		m.copied = append(m.copied, msg.what)
		return toast("Copied the " + msg.what + ". (" + m.keys.show(keyCopyMenu) + " copies something else)"), true
	case openMsg:
		return m.open(msg.what), true
	case exportMsg:
		return m.push(newExportPrompt(&m.env, msg)), true
	case doExportMsg:
		return export(&m.env, msg), true
	case exportedMsg:
		if msg.err != nil {
			return complain("Could not make the report: " + msg.err.Error()), true
		}
		return save(&m.env, saveMsg{dir: msg.dir, files: []snippets.File{msg.file}}), true
	case saveMsg:
		return save(&m.env, msg), true
	case savedMsg:
		return saved(msg), true
	case finishedMsg:
		m.last, m.lastLab = msg.walk.report, msg.walk.opt.Lab
		if r := m.last; m.top() != screen(msg.walk) && r != nil {
			head, _ := splitVerdict(r.Headline)
			cmd = toast("The walk is done: " + head)
		}
		for _, s := range m.stack { // the lesson that owns the walk wants it too
			cmd = tea.Batch(cmd, s.update(&m.env, msg))
		}
		return cmd, true
	default:
		return nil, false
	}
	return nil, true
}

func (m *Model) push(s screen) tea.Cmd {
	m.stack = append(m.stack, s)
	return s.init(&m.env)
}

func (m *Model) pop() {
	if len(m.stack) == 1 {
		return
	}
	if c, ok := m.top().(closer); ok {
		c.close()
	}
	m.stack = m.stack[:len(m.stack)-1]
}

func (m *Model) open(what string) tea.Cmd {
	var base screen
	for i := len(m.stack) - 1; i >= 0 && base == nil; i-- {
		if _, over := m.stack[i].(overlay); !over {
			base = m.stack[i]
		}
	}
	switch what {
	case "help":
		return m.push(newHelp(&m.env, base, m.actionsOf(base)))
	case "palette":
		return m.push(newPalette(&m.env, m.actionsOf(base)))
	}
	return nil
}

// copy puts text on the clipboard by every way there is: a terminal does not
// tell whether it obeyed.
func (m *Model) copy(msg copyMsg) tea.Cmd {
	var ways []func(string) error
	if m.Out != nil {
		ways = append(ways, m.Out.Copy)
	}
	if c, ok := m.Backend.(Clipboard); ok {
		ways = append(ways, c.Copy)
	}
	return func() tea.Msg {
		failed, done := ErrNotHere, false
		for _, put := range ways {
			if err := put(msg.text); err != nil {
				failed = err
			} else {
				done = true
			}
		}
		if done {
			failed = nil
		}
		return copiedMsg{msg.what, failed}
	}
}

// key handles a key press: what always works, then the field that has the
// focus, then the actions of the place.
func (m *Model) key(k tea.KeyMsg) tea.Cmd {
	m.toast = toastMsg{}
	switch {
	case m.keys.is(k, keyKill):
		return m.act(quitMsg{})
	case m.keys.is(k, keySuspend):
		return m.act(suspendMsg{})
	}
	if s, ok := m.top().(keyer); ok {
		if cmd, taken := s.key(&m.env, k); taken {
			return cmd
		}
	}
	for _, a := range m.actionsOf(m.top()) {
		if !m.keys.is(k, a.id) {
			continue
		}
		if a.off != "" {
			return toast(a.off)
		}
		return m.act(a.msg)
	}
	return nil
}

// actionsOf are the actions of a screen and those that work everywhere.
func (m *Model) actionsOf(s screen) []action {
	as := s.actions(&m.env)
	if _, over := s.(overlay); over {
		return as
	}
	in, empty := false, false
	if t, ok := s.(typer); ok {
		in, empty = t.typing()
	}
	quit := action{id: keyQuit, help: "end corstui", msg: quitMsg{}}
	if in {
		quit.off = "q is a letter here; ctrl+c ends corstui."
	} else if !m.atTop() {
		quit.off = "q ends corstui from its first screen only; esc goes back, ctrl+c ends it."
	} else if len(m.stack) == 1 {
		quit.name = "quit"
	}
	as = append(as, quit)
	if len(m.stack) > 1 {
		as = append(as, action{id: keyHome, help: "go to the start screen", msg: homeMsg{}})
	}
	if m.Mouse {
		as = append(as, action{id: keyMouse, help: "mouse on or off; off lets the terminal select text", msg: mouseMsg{}})
	}
	help, palette := "help", ""
	if in && !empty {
		help, palette = "", "more"
	}
	return append(as,
		action{id: keyHelp, name: help, help: "all keys of this place; type to search", msg: openMsg{"help"}},
		action{id: keyPalette, name: palette, show: ifThen(palette != "", "ctrl+p"), help: "search everything that can be done here", msg: openMsg{"palette"}},
		action{id: keyNames, help: "hide the host names on the screen, and show them again", msg: namesMsg{}},
		action{id: keySuspend, help: "give the terminal back for a while (fg returns)", msg: suspendMsg{}},
		action{id: keyKill, help: "end corstui", msg: quitMsg{}},
	)
}

// atTop says whether the place on the screen is the one that the program began
// with: from there q ends it.
func (m *Model) atTop() bool {
	direct := m.Replay != nil || m.Tour || m.Case != nil && !m.Start
	return len(m.stack) == 1 || len(m.stack) == 2 && direct
}

func (m *Model) mouse(msg tea.MouseMsg) tea.Cmd {
	switch {
	case msg.Button == tea.MouseButtonWheelUp || msg.Button == tea.MouseButtonWheelDown:
		id := keyUp
		if msg.Button == tea.MouseButtonWheelDown {
			id = keyDown
		}
		for _, a := range m.actionsOf(m.top()) {
			if a.id == id && a.off == "" {
				return m.act(a.msg)
			}
		}
	case msg.Action == tea.MouseActionPress && msg.Button == tea.MouseButtonLeft:
		if lines := m.lines(); msg.Y >= 0 && msg.Y < len(lines) {
			return m.act(lines[msg.Y].At(msg.X))
		}
	}
	return nil
}

// tick asks for the next movement while something moves.
func (m *Model) tick() tea.Cmd {
	if m.ticking || m.NoAnim {
		return nil
	}
	for _, s := range m.stack {
		if mv, ok := s.(mover); ok && mv.moving() {
			m.ticking = true
			return tea.Tick(tick, func(time.Time) tea.Msg { return tickMsg{} })
		}
	}
	return nil
}

// View draws the frame.
func (m *Model) View() string {
	w, _ := m.size()
	lines := m.lines()
	if m.hidden {
		lines = newDisguise(m.hosts()).lines(lines, m.theme.V+m.theme.TL+m.theme.TR+m.theme.BL+m.theme.BR)
	}
	return m.theme.Frame(lines, w)
}

// lines is the frame before it is painted: as many lines as the terminal has.
func (m *Model) lines() []rich.Line {
	w, h := m.size()
	if w < minWidth || h < minHeight {
		lines := rich.WrapText("corstui needs a terminal of 44×12 cells; make this one larger.", rich.Plain, w)
		return fill(lines, h)
	}
	base := 0
	for i, s := range m.stack {
		if _, over := s.(overlay); !over {
			base = i
		}
	}
	lines := fill(m.stack[base].view(&m.env, w, h-1), h-1)
	if base < len(m.stack)-1 { // a click behind a dialog means nothing
		for i := range lines {
			lines[i] = lines[i].OnClick(nil)
		}
	}
	for _, s := range m.stack[base+1:] {
		box := s.view(&m.env, w, h-1)
		bw := 0
		for _, l := range box {
			bw = max(bw, l.Width())
		}
		lines = rich.Over(lines, box, (w-bw)/2, max((h-1-len(box))/2, 0))
	}
	return append(lines, m.footer(w))
}
