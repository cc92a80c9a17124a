package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"corstui/diagnose"
	"corstui/diagnose/browser"
	"corstui/diagnose/chrome"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
	"corstui/diagnose/firefox"
	"corstui/diagnose/report"
)

func (a *app) checkCommand() *cobra.Command {
	var flags caseFlags
	var batch batchFlags
	var format, output, labName, baselineFile string
	var watch float64
	cmd := &cobra.Command{
		Use:   "check URL --origin PAGE",
		Short: "The diagnosis as text, JSON, Markdown, HTML or JUnit; no screen",
		Example: `  corstui check https://api.example.com/v1/items --origin https://app.example.com -X PUT -H 'Authorization: Bearer …'
  corstui check --lab access-preflight
  corstui check --cases cases.ndjson > reports.ndjson`,
		Args: oneURL,
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := report.ParseFormat(format)
			if err != nil {
				return fmt.Errorf("--%w", err)
			}
			baseline, err := a.readBaseline(baselineFile)
			if err != nil {
				return err
			}
			if batch.cases != "" {
				if len(args) > 0 || labName != "" || flags.from != "" {
					return errors.New("--cases brings its own cases; leave out the URL, --lab and --from")
				}
				if !cmd.Flags().Changed("format") {
					f = report.JSON
				}
				return a.batch(cmd.Context(), &flags, batch, batchOutput{output, f, baseline})
			}
			if err := batch.unused(cmd.Flags()); err != nil {
				return err
			}
			p, stop, err := a.target(cmd.Context(), &flags, labName, args)
			if err != nil {
				return err
			}
			defer stop()
			if cmd.Flags().Changed("watch") {
				every, err := watchEvery(watch)
				if err != nil {
					return err
				}
				if output != "" {
					return errors.New("--watch: writes to standard output; leave out --output")
				}
				return a.watch(cmd.Context(), p, f, every)
			}
			return a.check(cmd.Context(), p, checkOutput{output, f, baseline})
		},
	}
	flags.register(cmd.Flags())
	batch.register(cmd.Flags())
	cmd.Flags().StringVar(&format, "format", string(report.Text), "text, json, markdown, html or junit")
	cmd.Flags().StringVarP(&output, "output", "o", "", "write to `FILE` instead of standard output")
	cmd.Flags().StringVar(&baselineFile, "baseline", "", "what a saved report in `FILE` (or a batch's lines) has already does not count for the exit code")
	cmd.Flags().Float64Var(&watch, "watch", 0, "run again every so many `SECONDS`, and show what changed")
	cmd.Flags().StringVar(&labName, "lab", "", "check a `SCENARIO` of the embedded lab; see: corstui lab --list")
	return cmd
}

// oneURL accepts at most one argument, which must be a URL.
func oneURL(_ *cobra.Command, args []string) error {
	if len(args) > 1 {
		return fmt.Errorf("argument %q: one URL at a time; for many: corstui check --cases FILE", args[1])
	}
	if len(args) == 1 {
		return checkURL(args[0])
	}
	return nil
}

// target is the case to diagnose: of a lab scenario, which is started and must
// be stopped, or of the flags.
func (a *app) target(ctx context.Context, flags *caseFlags, labName string, args []string) (plan, func(), error) {
	if flags.flags.Changed("lab") {
		if len(args) > 0 {
			return plan{}, nil, fmt.Errorf("argument %q: --lab brings its own URL", args[0])
		}
		p, l, err := a.labTarget(ctx, flags, labName)
		return p, func() { _ = l.Close() }, err
	}
	p, err := flags.build(a, args)
	if err != nil {
		return plan{}, nil, err
	}
	return p, func() {}, complete(p.Case)
}

// checkOutput is where and how one report is written.
type checkOutput struct {
	file     string
	format   report.Format
	baseline *report.Baseline
}

// readBaseline reads the file of --baseline, nil without.
func (a *app) readBaseline(name string) (*report.Baseline, error) {
	if name == "" {
		return nil, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("--baseline %s: cannot be read: %w; right would be what corstui check --format json, or --cases, wrote", name, cause(err))
	}
	defer f.Close()
	b, err := report.ReadBaseline(f)
	if err != nil {
		return nil, fmt.Errorf("--baseline %s: %w", name, err)
	}
	return b, nil
}

// check runs one diagnosis and writes its report.
func (a *app) check(ctx context.Context, p plan, o checkOutput) error {
	r, err := diagnose.Run(ctx, p.Case, p.Options, nil)
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	out, err := o.render(r)
	if err != nil {
		return err
	}
	if err := a.write(o.file, out); err != nil {
		return err
	}
	if code := o.baseline.ExitCode(r); code != diagnose.ExitAllowed {
		return exitError(code)
	}
	return nil
}

// render is the report in its format; JUnit knows of the baseline.
func (o checkOutput) render(r diagnose.Report) ([]byte, error) {
	if o.format != report.JUnit {
		return report.Render(o.format, r)
	}
	suite, err := report.AsJUnitSuite(r, o.baseline)
	return slices.Concat([]byte(report.JUnitStart), suite, []byte(report.JUnitEnd)), err
}

// write writes to standard output, or to a file that only the user can read:
// it may hold request data.
func (a *app) write(output string, b []byte) error {
	if output == "" || output == "-" {
		_, err := a.std.out.Write(b)
		return err
	}
	if err := os.WriteFile(output, b, 0o600); err != nil {
		return fmt.Errorf("--output %s: %w; right would be a file in a folder that you may write to", output, cause(err))
	}
	return nil
}

// realBrowser runs a case in an installed browser, as the options reach it: in
// Firefox where the verdict is to be Firefox's, else in Chrome, Chromium or Edge.
func realBrowser(o diagnose.Options) func(context.Context, exchange.Case) (*diagnose.BrowserVerdict, error) {
	return func(ctx context.Context, c exchange.Case) (*diagnose.BrowserVerdict, error) {
		if o.Engine == fetch.Firefox {
			return firefox.Run(ctx, c, browser.Options{Network: o.Network, AllowUnsafe: o.AllowUnsafe})
		}
		return chrome.Run(ctx, c, chrome.Options{Network: o.Network, AllowUnsafe: o.AllowUnsafe})
	}
}
