package main

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"corstui/diagnose"
	"corstui/diagnose/report"
	"corstui/ui"
)

// readReport reads a saved report.
func (a *app) readReport(name string) (diagnose.Report, error) {
	b, err := a.readInput(name)
	if err != nil {
		return diagnose.Report{}, err
	}
	r, err := report.Read(b)
	if err != nil {
		if name == "-" {
			name = "standard input"
		}
		return r, fmt.Errorf("%s: %w", name, err)
	}
	return r, nil
}

func (a *app) replayCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "replay REPORT.json",
		Short: "Open a saved report on the screen; nothing is sent",
		Args:  exactly(1, "replay", "the file of a report, as: corstui replay report.json"),
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := a.readReport(args[0])
			if err != nil {
				return err
			}
			return a.screen(cmd.Context(), "corstui check --format text, or open the report with --plain", ui.Options{Replay: &r}, newBackend(a, diagnose.Options{}))
		},
	}
}

func (a *app) diffCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "diff BEFORE.json AFTER.json",
		Short: "Two reports, side by side: what changed",
		Args:  exactly(2, "diff", "two reports, as: corstui diff before.json after.json"),
		RunE: func(cmd *cobra.Command, args []string) error {
			before, err := a.readReport(args[0])
			if err != nil {
				return err
			}
			after, err := a.readReport(args[1])
			if err != nil {
				return err
			}
			d := report.Compare(before, after)
			switch format {
			case "text":
				_, err = fmt.Fprint(a.std.out, d.Text())
				return err
			case "json":
				var b bytes.Buffer
				e := json.NewEncoder(&b)
				e.SetEscapeHTML(false)
				e.SetIndent("", "  ")
				if err := e.Encode(d); err != nil {
					return err
				}
				_, err = a.std.out.Write(b.Bytes())
				return err
			}
			return fmt.Errorf("--format %q: no such format; one of text, json", format)
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	return cmd
}

// atMostOne accepts one argument or none; the error says what it is.
func atMostOne(want string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) > 1 {
			return fmt.Errorf("argument %q: one too many; right would be %s", args[1], want)
		}
		return nil
	}
}

// exactly accepts n arguments; the error says what they are.
func exactly(n int, command, want string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != n {
			return fmt.Errorf("%s: %d arguments given; it wants %s", command, len(args), want)
		}
		return nil
	}
}
