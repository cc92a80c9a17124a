package ui

import (
	"context"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// driver runs a model without a terminal: it sends keys, and runs every command
// to its end before it looks at the frame.
type driver struct {
	t *testing.T
	m *Model
	f *fake
	// msgs carries what commands return.
	msgs chan tea.Msg
	open int
	quit bool
}

func drive(t *testing.T, f *fake, o Options, w, h int) *driver {
	t.Helper()
	o.Backend = f
	o.NoAnim = true
	o.Debounce = time.Microsecond
	m, err := New(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.cancel)
	d := &driver{t: t, m: m, f: f, msgs: make(chan tea.Msg, 64)}
	d.run(m.Init())
	d.send(tea.WindowSizeMsg{Width: w, Height: h})
	return d
}

// walked drives a walk of a fixture to its end.
func walked(t *testing.T, name string, w, h int) *driver {
	t.Helper()
	f := newFake(name)
	c := f.report().Case
	return drive(t, f, Options{Case: &c}, w, h)
}

func (d *driver) send(msg tea.Msg) {
	_, cmd := d.m.Update(msg)
	d.run(cmd)
	d.settle()
}

// run starts a command.
func (d *driver) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	d.open++
	go func() { d.msgs <- cmd() }()
}

// settle handles messages until every command has ended, or, with a slow
// backend, none of them comes back for a while.
func (d *driver) settle() {
	for d.open > 0 {
		select {
		case msg := <-d.msgs:
			d.open--
			switch msg := msg.(type) {
			case nil:
			case tea.BatchMsg:
				for _, c := range msg {
					d.run(c)
				}
			case tea.QuitMsg:
				d.quit = true
			default:
				if cmds, ok := sequence(msg); ok {
					for _, c := range cmds {
						d.run(c)
						d.settle()
					}
					continue
				}
				_, cmd := d.m.Update(msg)
				d.run(cmd)
			}
		case <-time.After(d.patience()):
			return
		}
	}
}

// patience is how long settle waits: for ever, as far as a test goes, unless
// the backend is slow on purpose.
func (d *driver) patience() time.Duration {
	if d.f.step > 0 {
		return 60 * time.Millisecond
	}
	return 20 * time.Second
}

// keys presses keys by their names; "text:…" types, "paste:…" pastes.
func (d *driver) keys(names ...string) {
	d.t.Helper()
	for _, n := range names {
		d.send(keyPress(n))
	}
}

func keyPress(name string) tea.KeyMsg {
	if s, ok := strings.CutPrefix(name, "paste:"); ok {
		return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(s), Paste: true}
	}
	if s, ok := strings.CutPrefix(name, "text:"); ok {
		return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(s)}
	}
	named := map[string]tea.KeyType{
		"enter": tea.KeyEnter, "esc": tea.KeyEsc, "tab": tea.KeyTab, "shift+tab": tea.KeyShiftTab,
		"up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight,
		"pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown, "home": tea.KeyHome, "end": tea.KeyEnd, "backspace": tea.KeyBackspace,
		"ctrl+c": tea.KeyCtrlC, "ctrl+z": tea.KeyCtrlZ, "ctrl+p": tea.KeyCtrlP, "ctrl+t": tea.KeyCtrlT, "ctrl+l": tea.KeyCtrlL,
		"ctrl+b": tea.KeyCtrlB, "ctrl+f": tea.KeyCtrlF, "ctrl+u": tea.KeyCtrlU, "ctrl+o": tea.KeyCtrlO, "ctrl+n": tea.KeyCtrlN, " ": tea.KeySpace,
	}
	if t, ok := named[name]; ok {
		k := tea.KeyMsg{Type: t}
		if t == tea.KeySpace {
			k.Runes = []rune{' '}
		}
		return k
	}
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(name)}
}

// frame is what stands on the screen, without colours.
func (d *driver) frame() string { return ansi.Strip(d.m.View()) }

// wants fails unless all of these texts stand on the screen.
func (d *driver) wants(texts ...string) {
	d.t.Helper()
	frame := squeeze(d.frame())
	for _, want := range texts {
		if !strings.Contains(frame, squeeze(want)) {
			d.t.Errorf("the screen lacks %q:\n%s", want, d.frame())
		}
	}
}

// waitFor waits for what a run brings.
func (d *driver) waitFor(texts ...string) {
	d.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); d.settle() {
		if strings.Contains(squeeze(d.frame()), squeeze(texts[0])) {
			break
		}
	}
	d.wants(texts...)
}

// lacks fails if one of these texts stands on the screen.
func (d *driver) lacks(texts ...string) {
	d.t.Helper()
	frame := squeeze(d.frame())
	for _, no := range texts {
		if strings.Contains(frame, squeeze(no)) {
			d.t.Errorf("the screen has %q:\n%s", no, d.frame())
		}
	}
}

// squeeze drops line breaks, frames and runs of blanks, so that a sentence is
// found wherever it was broken.
func squeeze(s string) string {
	s = strings.NewReplacer("│", " ", "\n", " ").Replace(s)
	return strings.Join(strings.Fields(s), " ")
}

// fits fails if the frame has another size than the terminal.
func (d *driver) fits(at string) {
	d.t.Helper()
	w, h := d.m.size()
	lines := strings.Split(d.m.View(), "\n")
	if len(lines) != h {
		d.t.Errorf("%s at %d×%d: %d lines", at, w, h, len(lines))
	}
	for i, l := range lines {
		if n := ansi.StringWidth(l); n > w {
			d.t.Errorf("%s at %d×%d: line %d is %d cells wide: %q", at, w, h, i+1, n, ansi.Strip(l))
		}
	}
}
