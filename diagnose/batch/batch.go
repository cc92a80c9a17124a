// Package batch diagnoses many cases: a case a line comes in, a report a line
// goes out, in the order of the input, streaming, with bounded memory. A line
// that cannot be read gives a line that says so, and the rest go on.
package batch

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"runtime/debug"
	"sync"

	"corstui/diagnose"
	"corstui/diagnose/exchange"
	"corstui/diagnose/probe"
)

// aheadOf is how many cases a worker may be ahead of the one that is written
// next, and maxAhead how many all of them together.
const (
	aheadOf  = 16
	maxAhead = 1024
)

// maxLine bounds one line of the input.
const maxLine = 8 << 20

// Options are how a batch is run.
type Options struct {
	Diagnosis diagnose.Options
	// Defaults are what a line that says nothing else gets: session, headers read.
	Defaults exchange.Case
	// Concurrency is how many cases run at once; PerHost how many of one host, 0
	// for no limit.
	Concurrency, PerHost int
	// Only each ShardCount-th case from the ShardIndex-th (from 1) is run.
	ShardIndex, ShardCount int
	// Render writes a report as one line, newline included.
	Render func(diagnose.Report) ([]byte, error)
	// RenderError writes what stands in the place of the report of a case that
	// could not be read; nil means a JSON line with the member "error".
	RenderError func(n int, id json.RawMessage, text string) ([]byte, error)
	// ExitCode is what a report counts; nil means Report.ExitCode.
	ExitCode func(diagnose.Report) int
	// Done are the lines that an earlier run wrote for the first cases of this
	// shard: those are not run again. Nil runs all.
	Done *Done
	// Progress, if set, is told after each case that is written. It is never
	// called concurrently.
	Progress func(Progress)
}

// Progress is how far a batch is: how many cases are written, and how many of
// them a browser blocks or an error finding spoils, got no answer, or could not
// be read. Before are those that an earlier run wrote.
type Progress struct{ Written, Blocked, Silent, Unread, Before int }

// job is one line on its way: its output comes through done.
type job struct {
	line []byte
	n    int
	done chan result
}

type result struct {
	out    []byte
	code   int
	unread bool
	// ended says that the batch was ended before this case was done: it has no
	// report, and no later one may be written, so that what is written is always
	// the first cases.
	ended bool
}

// Run reads cases from r and writes reports to w. It returns the highest exit
// code of the reports. An error means that reading, writing or the options
// failed, not that a case did.
func Run(ctx context.Context, r io.Reader, w io.Writer, o Options) (int, error) {
	defer collectLess(o.Concurrency)()
	client, err := probe.NewClient(o.Diagnosis.Network)
	if err != nil {
		return 0, err
	}
	defer client.Close()
	o.Diagnosis.Client = client
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	// order holds the jobs in input order: its capacity, and the workers, are
	// all that is in memory at a time. It has room for many that are done, so that
	// a slow case does not keep the workers from those behind it.
	order := make(chan job, max(o.Concurrency, min(aheadOf*o.Concurrency, maxAhead)))
	work := make(chan job)
	var workers sync.WaitGroup
	hosts := &hostLimit{max: o.PerHost, in: map[string]chan struct{}{}}
	for range o.Concurrency {
		workers.Go(func() {
			for j := range work {
				j.done <- o.one(ctx, j, hosts)
			}
		})
	}
	readErr := make(chan error, 1)
	go func() {
		defer close(order)
		defer close(work)
		readErr <- o.read(ctx, r, order, work)
	}()

	// Of the exit codes 0, 1, 3, 4 the highest of a batch counts.
	code, writeErr, ended := o.Done.code(), error(nil), false
	told := Progress{Before: o.Done.lines()}
	for j := range order {
		res := <-j.done
		ended = ended || res.ended
		if writeErr != nil || ended {
			continue
		}
		code = max(code, res.code)
		if _, err := w.Write(res.out); err != nil {
			writeErr = err
		} else if f, ok := w.(interface{ Flush() error }); ok && len(order) == 0 {
			// Nothing else is ready: whoever reads sees what there is.
			writeErr = f.Flush()
		}
		if writeErr != nil {
			cancel()
		}
		if told.add(res); o.Progress != nil {
			o.Progress(told)
		}
	}
	workers.Wait()
	return code, errors.Join(writeErr, <-readErr)
}

// collectLess lets the heap grow to a multiple of the few megabytes that a batch
// holds at a time before it is collected, unless the environment says how
// (GOGC), and returns what undoes it. The more cases run at once, the more is
// held, and the smaller is the multiple.
func collectLess(concurrency int) (undo func()) {
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	const usual, most, few = 100, 400, 16
	old := debug.SetGCPercent(max(usual, most*few/max(few, concurrency)))
	return func() { debug.SetGCPercent(old) }
}

func (p *Progress) add(r result) {
	p.Written++
	switch {
	case r.unread:
		p.Unread++
	case r.code == diagnose.ExitNetwork:
		p.Silent++
	case r.code == diagnose.ExitBlocked:
		p.Blocked++
	}
}

// inLine is one line of the input, or what ended it.
type inLine struct {
	text []byte
	err  error
}

// lines reads the input until its end or that of ctx. A read that hangs cannot be
// ended: it is left behind, and what it reads then is dropped.
func lines(ctx context.Context, r io.Reader) <-chan inLine {
	out := make(chan inLine)
	go func() {
		in := bufio.NewReaderSize(r, 64<<10)
		for {
			text, err := readLine(in, maxLine)
			select {
			case out <- inLine{text, err}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return out
}

// read hands out the lines of this shard.
func (o Options) read(ctx context.Context, r io.Reader, order, work chan<- job) error {
	in := lines(ctx, r)
	counted := 0
	for n := 1; ; n++ {
		var line inLine
		select {
		case line = <-in:
		case <-ctx.Done():
			return nil
		}
		if len(bytes.TrimSpace(line.text)) > 0 {
			mine := counted%o.ShardCount == o.ShardIndex-1
			counted++
			if mine {
				done, err := o.Done.has(line.text, n)
				if err != nil {
					return err
				}
				if !done {
					j := job{line: line.text, n: n, done: make(chan result, 1)}
					select {
					case order <- j:
					case <-ctx.Done():
						return nil
					}
					work <- j
				}
			}
		}
		if errors.Is(line.err, io.EOF) {
			return o.Done.end()
		}
		if line.err != nil {
			return fmt.Errorf("reading the cases: %w", line.err)
		}
	}
}

// readLine reads one line of at most limit bytes; of a longer one it keeps
// limit+1, so that it can be refused.
func readLine(in *bufio.Reader, limit int) ([]byte, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		if room := limit + 1 - len(line); room > 0 {
			line = append(line, part[:min(room, len(part))]...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		return line, err
	}
}

// one diagnoses one line. A panic is a line with an error, not the batch's end.
func (o Options) one(ctx context.Context, j job, hosts *hostLimit) (res result) {
	var id json.RawMessage
	unread := func(text string) result {
		render := o.RenderError
		if render == nil {
			render = func(_ int, id json.RawMessage, text string) ([]byte, error) { return errorLine(id, text), nil }
		}
		out, err := render(j.n, id, fmt.Sprintf("line %d: %s", j.n, text))
		if err != nil {
			out = errorLine(id, err.Error())
		}
		return result{out: out, unread: true}
	}
	defer func() {
		if p := recover(); p != nil {
			res = unread(fmt.Sprintf("an error of corstui itself: %v", p))
		}
	}()
	c, id, err := ParseLine(j.line)
	if err != nil {
		return unread(err.Error())
	}
	c = o.withDefaults(c)
	leave := hosts.enter(ctx, c.URL)
	defer leave()
	r, err := diagnose.Run(ctx, c, o.Diagnosis, nil)
	if ctx.Err() != nil {
		return result{ended: true}
	}
	if err != nil {
		return unread(err.Error())
	}
	r.ID = id
	out, err := o.Render(r)
	if err != nil {
		return unread(err.Error())
	}
	code := diagnose.Report.ExitCode
	if o.ExitCode != nil {
		code = o.ExitCode
	}
	return result{out: out, code: code(r)}
}

func (o Options) withDefaults(c exchange.Case) exchange.Case {
	c.Session = o.Defaults.Session
	c.ReadHeaders = append(c.ReadHeaders, o.Defaults.ReadHeaders...)
	c.Headers = append(c.Headers, o.Defaults.Headers...)
	return c
}

// errorLine is the line for a case that could not be read.
func errorLine(id json.RawMessage, text string) []byte {
	if len(id) == 0 {
		id = json.RawMessage("null")
	}
	b, _ := json.Marshal(struct {
		Schema int             `json:"schema"`
		ID     json.RawMessage `json:"id"`
		Error  string          `json:"error"`
	}{diagnose.SchemaVersion, id, diagnose.Shown(text)})
	return append(b, '\n')
}

// hostLimit bounds how many cases of one host run at once.
type hostLimit struct {
	max int
	mu  sync.Mutex
	in  map[string]chan struct{}
}

func (h *hostLimit) enter(ctx context.Context, rawURL string) func() {
	if h.max <= 0 {
		return func() {}
	}
	host := rawURL
	if u, err := url.Parse(rawURL); err == nil {
		host = u.Host
	}
	h.mu.Lock()
	slots, ok := h.in[host]
	if !ok {
		slots = make(chan struct{}, h.max)
		h.in[host] = slots
	}
	h.mu.Unlock()
	select {
	case slots <- struct{}{}:
		return func() { <-slots }
	case <-ctx.Done():
		return func() {}
	}
}
