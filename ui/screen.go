package ui

import (
	"context"

	tea "github.com/charmbracelet/bubbletea"

	"corstui/ui/rich"
	"corstui/ui/theme"
)

// env is what every screen may look at. Only the root changes it.
type env struct {
	Options
	ctx   context.Context
	theme theme.Theme
	keys  keyMap
	// frame counts the ticks of what moves.
	frame int
	w, h  int
	// lines says that nothing is drawn: keys are not named then.
	lines bool
}

// size is the terminal's, or 80×24 where it reports none.
func (e *env) size() (w, h int) {
	if e.w <= 0 || e.h <= 0 {
		return fallbackW, fallbackH
	}
	return e.w, e.h
}

// A scrolling is a screen whose text may be longer than there is room for.
type scrolling interface {
	// text is what scrolls and how many lines of it are shown, on a screen of
	// that size.
	text(e *env, w, h int) (lines []rich.Line, room int)
}

// scrollBy moves an offset, and stops at both ends of the text.
func scrollBy(e *env, s scrolling, at, by int) int {
	w, h := e.size()
	lines, room := s.text(e, w, h-1)
	return max(min(at+by, len(lines)-room), 0)
}

// tight says that the terminal is so small that only what is needed is drawn.
func (e *env) tight() bool { return e.w > 0 && e.w < narrowWidth || e.h > 0 && e.h < lowHeight }

// A screen is one place of the program. View and actions are pure: they look at
// the state and change nothing.
type screen interface {
	// init starts what the screen needs when it is opened.
	init(e *env) tea.Cmd
	// update handles a message that is for this screen; others it ignores.
	update(e *env, msg tea.Msg) tea.Cmd
	// view draws at most h lines of at most w cells.
	view(e *env, w, h int) []rich.Line
	// actions are what can be done here now, in the order of the footer.
	actions(e *env) []action
	// title names the place, for help.
	title() string
}

// A keyer takes keys before the actions do: a place with a text field.
type keyer interface {
	key(e *env, k tea.KeyMsg) (cmd tea.Cmd, taken bool)
}

// A typer has a text field that takes the letters: keys that are letters mean
// nothing while it does. In an empty field ? and : keep their meaning.
type typer interface {
	typing() (in, empty bool)
}

// An overlay is drawn over the screen below it.
type overlay interface{ overlay() }

// A closer has something to end when it is left.
type closer interface{ close() }

// A mover moves: while it does, the root ticks.
type mover interface{ moving() bool }

// action is one thing that can be done at a place. The footer, the help, the
// palette and the mouse are all made of these.
type action struct {
	id keyID
	// name is the footer's word; empty keeps it out of the footer.
	name string
	// help says it as a sentence, for help and palette.
	help string
	// show replaces the key that is named, for pairs such as ←→.
	show string
	// best marks what most people do next.
	best bool
	// off says why it cannot be done now.
	off string
	msg any
}

//go:noinline
func send(msg any) tea.Cmd { return func() tea.Msg { return msg } }

func toast(text string) tea.Cmd { return send(toastMsg{text: text}) }

func complain(text string) tea.Cmd { return send(toastMsg{text: text, bad: true}) }
