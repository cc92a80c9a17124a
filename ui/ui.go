// Package ui is the Bubble Tea program: it renders a diagnose.Report and the
// Events that lead to it, and sends intents to a Backend. It knows no HTTP and
// no rule of CORS or Cloudflare; what it says about either comes out of the
// report, or stands in one of its tables of words.
//
// The root model (root.go) owns size, theme, keys and the stack of screens, and
// routes. A screen is a file or a few: start, walk, fix, allowed, compare,
// tour. Its View is a pure function of its state to lines of package rich, and
// its keys are the actions that it offers at the moment: footer, help, palette
// and mouse all come out of that one list.
package ui

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"corstui/diagnose"
	"corstui/diagnose/exchange"
	_ "corstui/ui/early" // before Bubble Tea: see its comment
	"corstui/ui/theme"
)

// Options are how the program starts.
type Options struct {
	Backend Backend
	// Case is walked at once; nil opens the start screen.
	Case *exchange.Case
	// Lab is the lab scenario that Case belongs to; empty for a real host.
	Lab string
	// Run holds how the case is run, such as AllowUnsafe.
	Run RunOptions
	// Start opens the start screen with Case filled in, instead of walking it.
	Start bool
	// Replay is a saved report to look at; nothing is sent until the user asks.
	Replay *diagnose.Report
	// Tour opens the tour; Lesson names one of its lessons, empty for the list.
	Tour   bool
	Lesson string
	// LessonsDir holds a team's own lessons, empty for the built-in ones.
	LessonsDir string

	// Light is for a light background; see theme.FromCOLORFGBG.
	Light bool
	// NoColor draws without colour, ASCII without other characters, NoAnim
	// without movement; a notice stays until the next key then.
	NoColor, ASCII, NoAnim bool
	// Mouse lets clicks through; the terminal's own selection needs Shift then.
	Mouse bool
	// Keys rebinds actions: name of the action to its keys.
	Keys map[string][]string
	// Debounce is how long events are gathered before a repaint; 0 means 12 ms.
	Debounce time.Duration

	// In and Out are the terminal; nil means standard input and output.
	In  *os.File
	Out *Output
}

// Run starts the program and returns when the user quits. After it a short
// summary stands in the scrollback. It returns an error for options that cannot
// be used, and where the program crashed; the terminal is restored in any case.
func Run(ctx context.Context, o Options) error {
	if o.Out == nil {
		o.Out = NewOutput(os.Stdout)
	}
	if o.In == nil {
		o.In = os.Stdin
	}
	m, err := New(ctx, o)
	if err != nil {
		return err
	}
	opts := []tea.ProgramOption{
		tea.WithContext(ctx), tea.WithInput(o.In), tea.WithOutput(o.Out),
		tea.WithAltScreen(), tea.WithFPS(120),
		// Its own handler hangs where a signal and the end of the context come
		// together: it then waits for a loop that has ended.
		tea.WithoutSignalHandler(),
	}
	if o.Mouse {
		opts = append(opts, tea.WithMouseCellMotion())
	}
	p := tea.NewProgram(m, opts...)
	stop := quitOnSignal(p)
	defer stop()
	final, err := p.Run()
	if m, ok := final.(*Model); ok {
		m.cancel()
		if text := m.Summary(); text != "" {
			fmt.Fprint(o.Out, text)
		}
	}
	switch {
	case err == nil, errors.Is(err, tea.ErrInterrupted):
		return err
	case errors.Is(err, tea.ErrProgramPanic):
		return fmt.Errorf("the screen crashed; the terminal has been restored: %w", err)
	case errors.Is(err, tea.ErrProgramKilled) && ctx.Err() != nil:
		return ctx.Err()
	}
	return err
}

// quitOnSignal ends the program on a signal, and when its terminal goes away,
// which Bubble Tea v1 does not do by itself.
func quitOnSignal(p *tea.Program) (stop func()) {
	c, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(c, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		select {
		case <-c:
			p.Kill()
		case <-done:
		}
	}()
	return func() { signal.Stop(c); close(done) }
}

func (o Options) theme() theme.Theme {
	return theme.New(theme.Options{Light: o.Light, Mono: o.NoColor, ASCII: o.ASCII})
}
