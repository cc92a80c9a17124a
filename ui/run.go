package ui

import (
	"context"
	"fmt"
	"sync"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"corstui/diagnose"
	"corstui/ui/rich"
)

// eventsMsg brings what happened in a run since the last one.
type eventsMsg struct {
	run    *run
	events []diagnose.Event
	// done says that nothing follows; err that the run itself broke.
	done   bool
	report *diagnose.Report
	note   string
	err    error
}

// run is one diagnosis that is going on. Its events gather here and are handed
// over together, so that any number of them costs one repaint.
type run struct {
	cancel context.CancelFunc
	wait   time.Duration

	mu     sync.Mutex
	events []diagnose.Event
	done   bool
	report *diagnose.Report
	note   string
	err    error
	ready  chan struct{} // holds one token while something is new
}

// work is what a run does.
type work func(ctx context.Context, emit func(diagnose.Event)) (r diagnose.Report, note string, err error)

// startRun starts work on a goroutine of its own, and returns the command that
// waits for its first events.
func startRun(e *env, do work) (*run, tea.Cmd) {
	ctx, cancel := context.WithCancel(e.ctx)
	r := &run{cancel: cancel, wait: e.Debounce, ready: make(chan struct{}, 1)}
	go func() {
		defer cancel()
		defer func() {
			if p := recover(); p != nil {
				r.finish(nil, "", fmt.Errorf("corstui itself failed: %v", p))
			}
		}()
		report, note, err := do(ctx, r.emit)
		if err != nil {
			r.finish(nil, note, err)
			return
		}
		report = rich.Clean(report)
		r.finish(&report, note, nil)
	}()
	return r, r.next
}

func (r *run) emit(ev diagnose.Event) {
	ev = rich.Clean(ev)
	r.mu.Lock()
	r.events = append(r.events, ev)
	r.mu.Unlock()
	r.wake()
}

func (r *run) finish(report *diagnose.Report, note string, err error) {
	r.mu.Lock()
	r.done, r.report, r.note, r.err = true, report, note, err
	r.mu.Unlock()
	r.wake()
}

func (r *run) wake() {
	select {
	case r.ready <- struct{}{}:
	default:
	}
}

// next waits for something new, and a moment longer for what comes with it.
func (r *run) next() tea.Msg {
	<-r.ready
	time.Sleep(r.wait)
	r.mu.Lock()
	defer r.mu.Unlock()
	m := eventsMsg{run: r, events: r.events, done: r.done, report: r.report, note: r.note, err: r.err}
	r.events = nil
	return m
}
