package ui

import (
	"slices"
	"sort"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/sahilm/fuzzy"

	"corstui/ui/rich"
)

// entry is one line of a picker.
type entry struct {
	key  string // the key that does the same elsewhere; may be empty
	text string
	off  string // why it cannot be done now
	msg  any
}

// picker is a list to choose from: typing filters, Enter chooses. Help, the
// palette and the menus are pickers.
type picker struct {
	name    string
	intro   string
	entries []entry
	filter  field
	at      int
	// fuzzy lets letters be left out; without it the words must occur.
	fuzzy bool
}

func (p *picker) overlay()            {}
func (p *picker) title() string       { return p.name }
func (p *picker) init(e *env) tea.Cmd { return nil }

// newHelp lists the live actions of a place.
func newHelp(e *env, s screen, as []action) *picker {
	return &picker{name: "Keys at: " + s.title(), intro: "type to search, ↵ does it, esc closes", entries: entriesOf(e, as)}
}

// newPalette searches the same actions, and those of other places.
func newPalette(e *env, as []action) *picker {
	return &picker{name: "Do…", intro: "type a few letters, ↵ does it", entries: entriesOf(e, as), fuzzy: true}
}

func entriesOf(e *env, as []action) []entry {
	// What the footer names comes first, moving about last.
	as = slices.Clone(as)
	sort.SliceStable(as, func(i, j int) bool { return rankAction(as[i]) < rankAction(as[j]) })
	var out []entry
	for _, a := range as {
		if a.help == "" || a.msg == nil {
			continue
		}
		keys := e.keys[a.id].Keys()
		if len(keys) == 0 {
			continue
		}
		shown := []string{e.keys.show(a.id)}
		for _, k := range keys[1:] {
			if k == " " {
				k = "space"
			}
			shown = append(shown, k)
		}
		out = append(out, entry{strings.Join(shown, " "), a.help, a.off, a.msg})
	}
	return out
}

func rankAction(a action) int {
	switch a.id {
	case keyUp, keyDown, keyLeft, keyRight, keyPageUp, keyPageDown, keyTop, keyBottom, keyPrev:
		return 3
	case keyHelp, keyPalette, keySuspend, keyKill, keyHome, keyMouse, keyNames:
		return 4
	}
	switch {
	case a.best:
		return 0
	case a.name != "":
		return 1
	}
	return 2
}

// matches are the entries that the filter leaves.
func (p *picker) matches() []entry {
	q := strings.TrimSpace(p.filter.String())
	if q == "" {
		return p.entries
	}
	var out []entry
	if p.fuzzy {
		for _, m := range fuzzy.FindFrom(q, entries(p.entries)) {
			out = append(out, p.entries[m.Index])
		}
		return out
	}
	for _, en := range p.entries {
		if en.key == q || containsFold(en.text, q) || containsFold(en.key, q) {
			out = append(out, en)
		}
	}
	return out
}

type entries []entry

func (es entries) String(i int) string { return es[i].text }
func (es entries) Len() int            { return len(es) }

func (p *picker) key(e *env, k tea.KeyMsg) (tea.Cmd, bool) {
	switch k.Type {
	case tea.KeyEsc:
		return send(backMsg{}), true
	case tea.KeyEnter:
		return p.choose(), true
	case tea.KeyUp, tea.KeyShiftTab, tea.KeyCtrlP:
		p.move(-1)
		return nil, true
	case tea.KeyDown, tea.KeyTab, tea.KeyCtrlN:
		p.move(1)
		return nil, true
	case tea.KeyPgUp:
		p.move(-8)
		return nil, true
	case tea.KeyPgDown:
		p.move(8)
		return nil, true
	}
	if p.filter.key(k) {
		p.at = 0
		return nil, true
	}
	return nil, false
}

func (p *picker) move(by int) { p.at = max(min(p.at+by, len(p.matches())-1), 0) }

func (p *picker) choose() tea.Cmd {
	ms := p.matches()
	if p.at >= len(ms) {
		return nil
	}
	if en := ms[p.at]; en.off != "" {
		return toast(en.off)
	}
	return send(chosenMsg{ms[p.at].msg})
}

func (p *picker) update(e *env, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case selectMsg:
		p.at = msg.station
		return p.choose()
	case scrollMsg:
		p.move(msg.by)
	}
	return nil
}

func (p *picker) actions(e *env) []action {
	return []action{
		{id: keyUp, help: "the entry before", msg: scrollMsg{-1}},
		{id: keyDown, name: "choose", show: "↑↓", help: "the next entry", msg: scrollMsg{1}},
		{id: keyOpen, name: "do it", best: true, help: "do what is selected", msg: selectMsg{p.at}},
		{id: keyBack, name: "close", help: "close", msg: backMsg{}},
	}
}

func (p *picker) view(e *env, w, h int) []rich.Line {
	ms := p.matches()
	keyW, textW := 0, 0
	for _, en := range p.entries {
		keyW, textW = max(keyW, rich.Width(en.key)), max(textW, rich.Width(en.text))
	}
	bw := min(max(keyW+textW+8, 46), w-2)
	more := 0 // lines that the selected entry takes besides its own
	var body []rich.Line
	for i, en := range ms {
		mark := "  "
		role := rich.Plain
		if en.off != "" {
			role = rich.Dim
		}
		if i == p.at {
			mark, role = e.theme.Best+" ", rich.Select
		}
		l := rich.L(rich.S(rich.Accent, mark))
		if keyW > 0 {
			l = rich.L(l, rich.S(rich.Key, en.key+rich.Blank(keyW-rich.Width(en.key))), "  ")
		}
		said := []rich.Line{rich.L(rich.S(role, en.text))}
		if room := bw - 4 - l.Width(); i == p.at && rich.Width(en.text) > room && room > 20 { // shown whole
			said = rich.WrapText(en.text, role, room)
			more = len(said) - 1
		}
		body = append(body, rich.L(l, said[0]).OnClick(selectMsg{i}))
		for _, s := range said[1:] {
			body = append(body, rich.L(rich.Blank(l.Width()), s).OnClick(selectMsg{i}))
		}
	}
	rows := min(len(p.entries)+more, max(h-5, 3))
	if len(ms) == 0 {
		body = []rich.Line{rich.L(rich.S(rich.Dim, "  nothing here is called that"))}
	}
	shown, _ := scrolled(body, max(p.at+more-rows+2, 0), rows, bw-4)
	find := rich.L(rich.S(rich.Accent, "/ "), p.filter.view(bw-8, 1)[0])
	if p.filter.String() == "" {
		find = rich.L(rich.S(rich.Accent, "/ "), rich.S(rich.Cursor, " "), rich.S(rich.Dim, " "+p.intro))
	}
	lines := append([]rich.Line{find}, shown...)
	return box(e, rich.L(rich.S(rich.Title, p.name)), nil, lines, bw, rows+3)
}
