package ui

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// TestMain lets the test binary be the program itself, for the tests that need
// a process in a real terminal, and for pictures:
//
//	CORSTUI_UI=access-preflight ./ui.test
//
// The value names a fixture, and options behind it: "allowed,light,slow".
func TestMain(m *testing.M) {
	spec, on := os.LookupEnv("CORSTUI_UI")
	if !on {
		goleak.VerifyTestMain(m,
			// Waits for an interruption until the process ends.
			goleak.IgnoreTopFunction("github.com/charmbracelet/x/exp/teatest.NewTestModel.func2"),
			// A command that waits for its time, which bubbletea does not call off
			// at its end; it sends to nobody then.
			goleak.IgnoreTopFunction("github.com/charmbracelet/bubbletea.Tick.func1"),
		)
	}
	parts := strings.Split(spec, ",")
	f := newFake(parts[0])
	o := Options{Backend: f}
	switch parts[0] {
	case "start":
	case "lab": // on the real lab: "lab,scenario=NAME"
		o.Backend = labBackend{f}
	case "tour":
		o.Tour = true
	default:
		c := f.report().Case
		o.Case = &c
	}
	for _, p := range parts[1:] {
		if name, ok := strings.CutPrefix(p, "scenario="); ok {
			for _, sc := range o.Backend.(Labs).Scenarios() {
				if sc.Name == name {
					o.Case, o.Lab = &sc.Case, name
				}
			}
		}
		switch p {
		case "tour":
			o.Tour = true
		case "light":
			o.Light = true
		case "mono":
			o.NoColor = true
		case "ascii":
			o.ASCII = true
		case "slow":
			f.step = 400 * time.Millisecond
		case "crash":
			f.panics = true
		case "mouse":
			o.Mouse = true
		}
	}
	if err := Run(context.Background(), o); err != nil {
		fmt.Fprintln(os.Stderr, "corstui:", err)
		os.Exit(1)
	}
	os.Exit(0)
}
