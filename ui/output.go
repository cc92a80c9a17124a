package ui

import (
	"os"
	"sync"

	"github.com/aymanbagabas/go-osc52/v2"
)

// Output is the terminal as a file that only one writes to at a time: frames of
// Bubble Tea and clipboard sequences never mix. It still is a term.File, from
// which Bubble Tea takes the size.
type Output struct {
	*os.File
	mu sync.Mutex
}

// NewOutput makes the output of a terminal.
func NewOutput(f *os.File) *Output { return &Output{File: f} }

// Write writes to the terminal.
func (o *Output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.File.Write(p)
}

// WriteString writes to the terminal.
func (o *Output) WriteString(s string) (int, error) { return o.Write([]byte(s)) }

// maxOSC52 is how much text is sent to the terminal's clipboard. Terminals cut
// at different lengths; xterm's limit is the lowest of the common ones that
// still holds every file that corstui writes.
const maxOSC52 = 74_994

// Copy asks the terminal to put text on the clipboard, with OSC 52. That works
// over SSH too; whether the terminal obeys is not told.
func (o *Output) Copy(text string) error {
	if len(text) > maxOSC52 {
		return errTooLong
	}
	seq := osc52.New(text)
	_, err := o.WriteString(seq.String())
	// tmux takes the plain sequence where set-clipboard is on, the wrapped one
	// where allow-passthrough is.
	switch {
	case os.Getenv("TMUX") != "":
		_, err = o.WriteString(seq.Tmux().String())
	case os.Getenv("STY") != "":
		_, err = o.WriteString(seq.Screen().String())
	}
	return err
}

type constError string

func (e constError) Error() string { return string(e) }

const errTooLong = constError("the text is too long for the terminal's clipboard; write it to a file instead")
