package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"corstui/diagnose/batch"
)

// progress tells on standard error how far a batch is: on a terminal one line
// that is written over, elsewhere a line now and then.
type progress struct {
	w       io.Writer
	inPlace bool
	every   time.Duration
	now     func() time.Time

	started, told time.Time
	last          batch.Progress
}

// newProgress returns nil where nothing is to be told: without --progress, where
// standard error is no terminal, or the reports themselves go to one.
func newProgress(std stdio, asked bool, output string) *progress {
	errTTY, outTTY := terminal(std.err) != nil, terminal(std.out) != nil && (output == "" || output == "-")
	if !asked && (!errTTY || outTTY) {
		return nil
	}
	p := &progress{w: std.err, now: time.Now, every: 10 * time.Second}
	if errTTY && !outTTY && os.Getenv("TERM") != "dumb" {
		p.inPlace, p.every = true, 200*time.Millisecond
	}
	p.started = p.now()
	p.told = p.started
	return p
}

// report is called after each case.
func (p *progress) report(done batch.Progress) {
	p.last = done
	if t := p.now(); t.Sub(p.told) >= p.every {
		p.told = t
		p.tell()
	}
}

// finish tells the end.
func (p *progress) finish() {
	p.tell()
	if p.inPlace {
		_, _ = io.WriteString(p.w, "\n")
	}
}

func (p *progress) tell() {
	start, end := "", "\n"
	if p.inPlace {
		start, end = "\r\x1b[K", ""
	}
	_, _ = io.WriteString(p.w, start+p.line()+end)
}

// line is "1,200 cases, 31 blocked, 2 without an answer, 410/s".
func (p *progress) line() string {
	d := p.last
	s := plural(d.Before+d.Written, "case") + " done"
	if d.Before > 0 {
		s += fmt.Sprintf(" (%d by an earlier run)", d.Before)
	}
	for _, part := range []struct {
		n    int
		says string
	}{{d.Blocked, "blocked or with an error"}, {d.Silent, "without an answer"}, {d.Unread, "not readable"}} {
		if part.n > 0 {
			s += fmt.Sprintf(", %d %s", part.n, part.says)
		}
	}
	if took := p.now().Sub(p.started).Seconds(); took >= 1 {
		s += fmt.Sprintf(", %.0f/s", float64(d.Written)/took)
	}
	return strings.TrimSpace(s)
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
