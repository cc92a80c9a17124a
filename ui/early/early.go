// Package early keeps the program from waiting for its terminal at start.
//
// Bubble Tea v1 asks the terminal for its background colour in its package
// initialisation and waits up to five seconds for a terminal that does not
// answer, in every run of the binary. Lip Gloss asks only once, and not at all
// where the answer has been given. This package gives it.
//
// Go initialises the packages that are ready in the order of their import
// paths (the Go specification, "Program initialization"). This package imports
// Lip Gloss alone, so it is ready as soon as Bubble Tea is, and its path sorts
// before github.com/charmbracelet/bubbletea. Do not add imports here, and do
// not rename the module to a path that sorts later.
package early

import "github.com/charmbracelet/lipgloss"

// The value does not matter: corstui decides light or dark by option and
// COLORFGBG, and draws with the 16 colours of the terminal's own palette.
func init() { lipgloss.SetHasDarkBackground(true) }
