package ui

import (
	"corstui/diagnose"
	"corstui/diagnose/exchange"
)

// Messages that cross screens. A screen sends one by returning a command, or as
// the message of an action.
type (
	// pushMsg opens a screen over the present one.
	pushMsg struct{ screen screen }
	// backMsg goes one level up.
	backMsg struct{}
	// homeMsg goes to the start screen.
	homeMsg struct{}
	// replaceMsg opens a screen in place of the present one.
	replaceMsg struct{ screen screen }
	// quitMsg ends the program.
	quitMsg struct{}
	// mouseMsg turns the mouse off, and on again.
	mouseMsg struct{}
	// namesMsg hides the host names on the screen, and shows them again.
	namesMsg struct{}
	// suspendMsg gives the terminal back to the shell.
	suspendMsg struct{}

	// toastMsg shows a sentence for a while.
	toastMsg struct {
		text string
		bad  bool
	}
	// toastGoneMsg ends a toast.
	toastGoneMsg struct{ n int }
	// tickMsg moves what moves.
	tickMsg struct{}

	// walkMsg walks a case in place of the whole stack above the start.
	walkMsg struct {
		c   exchange.Case
		run RunOptions
		// before is the report to compare with; nil for a first run.
		before *diagnose.Report
	}
	// copyMsg puts text on the clipboard; what names it.
	copyMsg struct{ what, text string }
	// copiedMsg says how that went.
	copiedMsg struct {
		what string
		err  error
	}
	// exportMsg writes the report in a format, after asking for a path.
	exportMsg struct {
		report *diagnose.Report
		format string
	}
	// openMsg opens one of the root's own overlays.
	openMsg struct{ what string }
	// chosenMsg delivers an action's message after an overlay has closed.
	chosenMsg struct{ msg any }
)
