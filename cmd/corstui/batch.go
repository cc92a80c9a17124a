package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"corstui/diagnose"
	"corstui/diagnose/batch"
	"corstui/diagnose/report"
)

// batchFlags are the flags of check --cases.
type batchFlags struct {
	cases                string
	concurrency, perHost int
	shard                string
	resume, progress     bool
}

func (b *batchFlags) register(fs *pflag.FlagSet) {
	fs.StringVar(&b.cases, "cases", "", "a case a line from `FILE`, or - for standard input (NDJSON); a report a line comes out")
	fs.IntVar(&b.concurrency, "concurrency", 16, "cases at once, with --cases")
	fs.IntVar(&b.perHost, "per-host", 0, "cases at once to one host, with --cases; 0 is no limit")
	fs.StringVar(&b.shard, "shard", "", "`I/N`: only each Nth case from the Ith, with --cases")
	fs.BoolVar(&b.resume, "resume", false, "go on with the --output of a run that was ended, with --cases: its whole lines stay, and their cases are not run again")
	fs.BoolVar(&b.progress, "progress", false, "tell on standard error how far the batch is, also where that is no terminal, with --cases")
}

// unused refuses the batch's flags without --cases.
func (b *batchFlags) unused(fs *pflag.FlagSet) error {
	if fs.Changed("cases") {
		return fmt.Errorf("--cases: the value is empty; right would be a file, or - for standard input")
	}
	for _, name := range []string{"concurrency", "per-host", "shard", "resume", "progress"} {
		if fs.Changed(name) {
			return fmt.Errorf("--%s: only with --cases FILE", name)
		}
	}
	return nil
}

// options checks the batch's flags.
func (b *batchFlags) options() (batch.Options, error) {
	o := batch.Options{Concurrency: b.concurrency, PerHost: b.perHost, ShardIndex: 1, ShardCount: 1}
	if b.concurrency < 1 || b.concurrency > 4096 {
		return o, fmt.Errorf("--concurrency %d: out of range; right would be 1 to 4096", b.concurrency)
	}
	if b.perHost < 0 {
		return o, fmt.Errorf("--per-host %d: out of range; right would be 0 (no limit) or more", b.perHost)
	}
	if b.shard == "" {
		return o, nil
	}
	i, n, ok := strings.Cut(b.shard, "/")
	var err1, err2 error
	o.ShardIndex, err1 = strconv.Atoi(i)
	o.ShardCount, err2 = strconv.Atoi(n)
	if !ok || strings.ContainsAny(b.shard, "+-") || err1 != nil || err2 != nil || o.ShardCount < 1 || o.ShardIndex < 1 || o.ShardIndex > o.ShardCount {
		return o, fmt.Errorf("--shard %q: not a shard; right would be I/N with 1 <= I <= N, as 1/4", b.shard)
	}
	return o, nil
}

// batchOutput is where and how a batch is written.
type batchOutput struct {
	file     string
	format   report.Format
	baseline *report.Baseline
}

// batch diagnoses many cases, a line each, in input order.
func (a *app) batch(ctx context.Context, flags *caseFlags, b batchFlags, output batchOutput) error {
	o, err := b.options()
	if err != nil {
		return err
	}
	if err := firstOf(flags.checkLists()); err != nil {
		return err
	}
	if o.Diagnosis, err = flags.options(); err != nil {
		return err
	}
	if o.Defaults, err = flags.batchDefaults(); err != nil {
		return err
	}
	if err := output.fill(&o); err != nil {
		return err
	}
	in := a.std.in
	if b.cases != "-" {
		f, err := os.Open(b.cases)
		if err != nil {
			return fmt.Errorf("--cases %s: cannot be read: %w; right would be a readable file, or - for standard input", b.cases, cause(err))
		}
		defer f.Close()
		in = f
	}
	out, closeOut, err := a.openBatch(output, b.resume, &o)
	if err != nil {
		return err
	}
	if p := newProgress(a.std, b.progress, output.file); p != nil {
		o.Progress = p.report
		defer p.finish()
	}
	code, err := writeBatch(ctx, in, out, o, output.format)
	if e := closeOut(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	if code != diagnose.ExitAllowed {
		return exitError(code)
	}
	return nil
}

// fill sets how reports are written and what they count.
func (out batchOutput) fill(o *batch.Options) error {
	o.ExitCode = out.baseline.ExitCode
	switch out.format {
	case report.JSON:
		o.Render = report.AsLine
	case report.JUnit:
		o.Render = func(r diagnose.Report) ([]byte, error) { return report.AsJUnitSuite(r, out.baseline) }
		o.RenderError = func(n int, _ json.RawMessage, text string) ([]byte, error) {
			return report.AsJUnitError(fmt.Sprintf("line %d", n), diagnose.Shown(text))
		}
	default:
		return fmt.Errorf("--format %s: not with --cases; right would be json (a report a line) or junit", out.format)
	}
	return nil
}

// writeBatch runs the batch into w.
func writeBatch(ctx context.Context, in io.Reader, out io.Writer, o batch.Options, f report.Format) (int, error) {
	w := bufio.NewWriterSize(out, 64<<10)
	if f == report.JUnit {
		_, _ = w.WriteString(report.JUnitStart) // an error comes back with the flush
	}
	code, err := batch.Run(ctx, in, w, o)
	if f == report.JUnit {
		_, _ = w.WriteString(report.JUnitEnd)
	}
	// What is done is kept, also where the rest was ended or failed.
	if e := w.Flush(); err == nil {
		err = e
	}
	return code, err
}

// openBatch opens the output, for --resume behind what is there already.
func (a *app) openBatch(output batchOutput, resume bool, o *batch.Options) (io.Writer, func() error, error) {
	if !resume {
		return a.open(output.file)
	}
	if output.file == "" || output.file == "-" {
		return nil, nil, errors.New("--resume: which output? Right would be --output FILE, the file of the run that was ended")
	}
	if output.format != report.JSON {
		return nil, nil, fmt.Errorf("--resume: not with --format %s; right would be json, a report a line", output.format)
	}
	f, err := os.OpenFile(output.file, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("--output %s: %w; right would be a file in a folder that you may write to", output.file, cause(err))
	}
	fail := func(err error) (io.Writer, func() error, error) {
		_ = f.Close()
		return nil, nil, fmt.Errorf("--output %s: %w", output.file, cause(err))
	}
	if o.Done, err = batch.ReadDone(f, o.ExitCode); err != nil {
		return fail(err)
	}
	if err := f.Truncate(o.Done.Size); err != nil {
		return fail(err)
	}
	if _, err := f.Seek(o.Done.Size, io.SeekStart); err != nil {
		return fail(err)
	}
	return f, f.Close, nil
}

// open opens the output for writing as it comes.
func (a *app) open(output string) (io.Writer, func() error, error) {
	if output == "" || output == "-" {
		return a.std.out, func() error { return nil }, nil
	}
	f, err := os.OpenFile(output, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("--output %s: %w; right would be a file in a folder that you may write to", output, cause(err))
	}
	return f, f.Close, nil
}
