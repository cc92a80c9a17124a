package ui

import (
	"errors"
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"corstui/snippets"
	"corstui/ui/rich"
)

// question asks something that is answered by yes or no.
type question struct {
	name     string
	text     []string
	yes, no  string // what each answer does
	yesMsg   any
	noMsg    any
	harmless bool // yes is the best next key
}

func (q *question) overlay()                           {}
func (q *question) title() string                      { return q.name }
func (q *question) init(e *env) tea.Cmd                { return nil }
func (q *question) update(e *env, msg tea.Msg) tea.Cmd { return nil }

func (q *question) actions(e *env) []action {
	no := chosenMsg{q.noMsg}
	return []action{
		{id: keyYes, name: q.yes, help: q.yes, msg: chosenMsg{q.yesMsg}, best: q.harmless},
		{id: keyNo, name: q.no, help: q.no, msg: no, best: !q.harmless},
		{id: keyBack, name: "back", help: q.no, msg: no},
	}
}

func (q *question) view(e *env, w, h int) []rich.Line {
	bw := min(w-2, 70)
	var lines []rich.Line
	for _, t := range q.text {
		lines = append(lines, rich.WrapText(t, rich.Plain, bw-4)...)
		lines = append(lines, nil)
	}
	yes := rich.L(rich.S(rich.Key, e.keys.show(keyYes)), " "+q.yes).OnClick(chosenMsg{q.yesMsg})
	no := rich.L(rich.S(rich.Key, e.keys.show(keyNo)), " "+q.no).OnClick(chosenMsg{q.noMsg})
	lines = append(lines, rich.Wrap(rich.L(yes, "    ", no), bw-4, 0)...)
	return box(e, rich.L(rich.S(rich.Title, q.name)), nil, lines, bw, len(lines)+2)
}

// newUnsafeQuestion asks before a request goes out that may change something.
func newUnsafeQuestion(s *walk) *question {
	m := s.report.Case.Method
	return &question{
		name: "Send the real " + m + "?",
		text: []string{
			"So far only the preflight was sent. It passed; whether the " + m + " itself passes is not known.",
			"Sending it may change something at " + hostOf(s.c.URL) + ", exactly as your page would.",
		},
		yes: "send the " + m, no: "leave it at the preflight",
		yesMsg: unsafeMsg{true}, noMsg: unsafeMsg{false},
	}
}

// prompt asks for one line of text.
type prompt struct {
	name, label string
	text        []string
	field       field
	// accept makes the message of the answer.
	accept func(string) any
	best   string
}

func (p *prompt) overlay()            {}
func (p *prompt) title() string       { return p.name }
func (p *prompt) init(e *env) tea.Cmd { return nil }
func (p *prompt) update(e *env, msg tea.Msg) tea.Cmd {
	if _, ok := msg.(acceptMsg); ok {
		return p.done()
	}
	return nil
}

type acceptMsg struct{}

func (p *prompt) done() tea.Cmd {
	v := strings.TrimSpace(p.field.String())
	if v == "" {
		return toast("Type " + p.label + ", or esc.")
	}
	return send(chosenMsg{p.accept(v)})
}

func (p *prompt) key(e *env, k tea.KeyMsg) (tea.Cmd, bool) {
	switch k.Type {
	case tea.KeyEnter:
		return p.done(), true
	case tea.KeyEsc:
		return send(backMsg{}), true
	}
	return nil, p.field.key(k)
}

func (p *prompt) actions(e *env) []action {
	return []action{
		{id: keyOpen, name: p.best, help: p.best, best: true, msg: acceptMsg{}},
		{id: keyBack, name: "cancel", help: "close without doing anything", msg: backMsg{}},
	}
}

func (p *prompt) view(e *env, w, h int) []rich.Line {
	bw := min(w-2, 70)
	var lines []rich.Line
	for _, t := range p.text {
		lines = append(lines, rich.WrapText(t, rich.Plain, bw-4)...)
	}
	lines = append(lines, nil, rich.L(rich.S(rich.Label, p.label)))
	lines = append(lines, p.field.view(bw-4, 4)...)
	return box(e, rich.L(rich.S(rich.Title, p.name)), nil, lines, bw, len(lines)+2)
}

// saveMsg writes files into a directory; savedMsg says how that went.
type (
	saveMsg struct {
		dir   string
		files []snippets.File
		force bool
	}
	savedMsg struct {
		req     saveMsg
		written []string
		err     error
	}
)

// save writes files through the backend.
func save(e *env, m saveMsg) tea.Cmd {
	return func() tea.Msg {
		written, err := e.Backend.Save(m.dir, m.files, m.force)
		return savedMsg{m, written, err}
	}
}

// saved answers what a save brought: a question where files are in the way.
func saved(m savedMsg) tea.Cmd {
	var exists *ExistsError
	switch {
	case errors.As(m.err, &exists):
		again := m.req
		again.force = true
		return send(pushMsg{&question{
			name: "Overwrite?",
			text: []string{"These are there already: " + strings.Join(exists.Paths, ", ") + ".",
				"Overwriting them loses what is in them now."},
			yes: "overwrite", no: "leave them", yesMsg: again,
		}})
	case m.err != nil:
		return complain("Could not write: " + m.err.Error())
	}
	return toast(fmt.Sprintf("Wrote %s.", strings.Join(m.written, ", ")))
}

func newSavePrompt(files []snippets.File, dir string) *prompt {
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = f.Name
	}
	return &prompt{
		name: "Write files", label: "a directory", best: "write",
		text:   []string{"Writes " + joinWords(names, "and") + ". Nothing is overwritten without asking."},
		field:  newField(dir, ""),
		accept: func(v string) any { return saveMsg{dir: v, files: files} },
	}
}
