package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"corstui/diagnose"
	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
)

func (a *app) whoCommand() *cobra.Command {
	var o answer.ParseOptions
	var format string
	cmd := &cobra.Command{
		Use:   "who [FILE|-]",
		Short: "Who answered this response? Reads curl -i or -v text, or a HAR",
		Example: `  curl -si https://api.example.com/ | corstui who --url https://api.example.com/
  corstui who network.har --format json`,
		Args: atMostOne("one file, or - for standard input"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkEmpty(cmd.Flags(), "url", "method"); err != nil {
				return err
			}
			if format != "text" && format != "json" {
				return fmt.Errorf("--format %q: no such format; one of text, json", format)
			}
			if o.URL != "" {
				if err := checkURL(o.URL); err != nil {
					return fmt.Errorf("--url: %w", err)
				}
			}
			name := "-"
			if len(args) > 0 {
				name = args[0]
			}
			text, err := a.readInput(name)
			if err != nil {
				return err
			}
			xs, err := answer.ParseResponses(string(text), o)
			if err != nil {
				if name == "-" {
					name = "standard input"
				}
				return fmt.Errorf("%s: %w", name, err)
			}
			// A HAR is a list, also where it holds one response.
			list := len(xs) > 1 || isJSON(text)
			return writeWho(a.std.out, xs, format, list)
		},
	}
	cmd.Flags().StringVar(&o.URL, "url", "", "the `URL` that was asked for")
	cmd.Flags().StringVar(&o.Method, "method", "", "the `METHOD` that was used")
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	return cmd
}

// isJSON says whether an input in which responses were found is a HAR: text of
// curl never begins with a brace.
func isJSON(text []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(text, "\ufeff \t\r\n"), []byte("{"))
}

// writeWho writes who answered each response: one object, or a list.
func writeWho(w io.Writer, xs []exchange.Exchange, format string, list bool) error {
	answers := diagnose.Who(xs)
	if format == "json" {
		var v any = answers
		if !list {
			v = answers[0]
		}
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		if err := e.Encode(v); err != nil {
			return err
		}
		_, err := w.Write(b.Bytes())
		return err
	}
	var b strings.Builder
	for i, an := range answers {
		if len(answers) > 1 {
			fmt.Fprintf(&b, "%d. ", i+1)
		}
		who := diagnose.LayerName(an.Layer)
		if an.Product != "" {
			who += ", " + an.Product
		}
		fmt.Fprintf(&b, "%s: %s\n", an.Confidence, who)
		for _, e := range an.Evidence {
			mark := ""
			if e.Strength == answer.StrengthContradicting {
				mark = "against it: "
			}
			fmt.Fprintf(&b, "  %s%s: %s\n", mark, e.What, e.Says)
		}
		if len(an.Candidates) > 0 {
			names := make([]string, len(an.Candidates))
			for i, c := range an.Candidates {
				names[i] = diagnose.LayerName(c)
			}
			fmt.Fprintf(&b, "  could be: %s\n", strings.Join(names, ", "))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
