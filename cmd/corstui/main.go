// Command corstui finds out who actually answered the browser when the console
// says "blocked by CORS policy", and hands over the fix for that layer.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"

	"corstui/diagnose"
	"corstui/diagnose/redact"
)

func main() {
	// net/http reports what a hostile peer sent through package log.
	log.SetOutput(io.Discard)
	os.Exit(run(os.Args[1:], stdio{os.Stdin, os.Stdout, os.Stderr}))
}

// stdio are the three streams of a run.
type stdio struct {
	in       io.Reader
	out, err io.Writer
}

// exitError carries an exit code that is no failure to report.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// run runs one command line and returns its exit code.
func run(args []string, std stdio) int {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	ended := make(chan struct{})
	defer close(ended)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)
	go endBySignal(signals, cancel, ended)

	out := &checkedOut{w: std.out}
	std.in, std.out = &endableIn{ctx: ctx, r: std.in}, out
	cmd := newRoot(std)
	cmd.SetArgs(args)
	cmd.SetIn(std.in)
	cmd.SetOut(std.out)
	cmd.SetErr(std.err)
	err := cmd.ExecuteContext(ctx)

	var s signalled
	if errors.As(context.Cause(ctx), &s) {
		return s.code()
	}
	var code exitError
	switch {
	case out.err != nil:
		err = fmt.Errorf("standard output: %w; right would be a place that can be written to", cause(out.err))
	case err == nil:
		return diagnose.ExitAllowed
	case errors.As(err, &code):
		return int(code)
	}
	fmt.Fprintf(std.err, "corstui: %s\n", redact.Clean(redact.New().Text(err.Error())))
	return diagnose.ExitUsage
}

// grace is how long a run may take to end after a signal.
const grace = 5 * time.Second

// endBySignal ends the run's context by the first signal. What does not heed it,
// such as a read of a pipe that nobody writes to, ends with the process: after
// the grace, or by the next signal.
func endBySignal(signals <-chan os.Signal, cancel context.CancelCauseFunc, ended <-chan struct{}) {
	var first signalled
	select {
	case s := <-signals:
		first = signalled{s}
		cancel(first)
	case <-ended:
		return
	}
	select {
	case <-signals:
	case <-time.After(grace):
	case <-ended:
		return
	}
	os.Exit(first.code())
}

// signalled is the cause of a context that a signal ended.
type signalled struct{ os.Signal }

func (s signalled) Error() string { return "ended by " + s.String() }

// code is 128 and the signal's number, as shells have it.
func (s signalled) code() int {
	if n, ok := s.Signal.(syscall.Signal); ok {
		return 128 + int(n)
	}
	return 130
}
