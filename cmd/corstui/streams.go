package main

import (
	"context"
	"io"
	"os"

	"github.com/charmbracelet/x/term"
)

// terminal returns a stream as a file where it is a terminal, nil otherwise.
func terminal(s any) *os.File {
	if w, ok := s.(interface{ underlying() any }); ok {
		s = w.underlying()
	}
	f, ok := s.(*os.File)
	if !ok || !term.IsTerminal(f.Fd()) {
		return nil
	}
	return f
}

// endableIn is an input whose reads end with ctx, so that a signal ends the
// program also where it waits for somebody to type. A read that hangs is left
// behind; what it reads belongs to the next one.
type endableIn struct {
	ctx     context.Context
	r       io.Reader
	pending chan inRead
	rest    []byte
	err     error
}

type inRead struct {
	b   []byte
	err error
}

func (e *endableIn) underlying() any { return e.r }

func (e *endableIn) Read(p []byte) (int, error) {
	if len(e.rest) == 0 && e.err == nil {
		if e.pending == nil {
			e.pending = make(chan inRead, 1)
			go func(done chan<- inRead) {
				b := make([]byte, 64<<10)
				n, err := e.r.Read(b)
				done <- inRead{b[:n], err}
			}(e.pending)
		}
		select {
		case got := <-e.pending:
			e.rest, e.err, e.pending = got.b, got.err, nil
		case <-e.ctx.Done():
			return 0, context.Cause(e.ctx)
		}
	}
	n := copy(p, e.rest)
	e.rest = e.rest[n:]
	if n == 0 && len(p) > 0 {
		return 0, e.err
	}
	return n, nil
}

// checkedOut is an output that remembers that a write failed: what did not
// arrive is no success.
type checkedOut struct {
	w   io.Writer
	err error
}

func (c *checkedOut) underlying() any { return c.w }

func (c *checkedOut) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	if err != nil && c.err == nil {
		c.err = err
	}
	return n, err
}
