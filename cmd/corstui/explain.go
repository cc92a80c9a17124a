package main

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"corstui/diagnose/finding"
	"corstui/diagnose/nearest"
)

func (a *app) explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain [ID]",
		Short: "A finding, a CORS error code or a mistake, in words",
		Example: `  corstui explain access-preflight-refused
  corstui explain PreflightMissingAllowOriginHeader
  corstui explain 6`,
		Args: atMostOne("one finding, error code or mistake; all of them: corstui explain"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				for _, id := range finding.Explanations() {
					e, _ := finding.Explain(id)
					fmt.Fprintf(a.std.out, "%-44s %s\n", id, e.Title)
				}
				return nil
			}
			e, ok := finding.Explain(args[0])
			if !ok {
				meant := ""
				if near := nearest.Name(args[0], finding.Explanations()); near != "" {
					meant = "; did you mean " + near
				}
				return fmt.Errorf("explain %q: no such finding, error code or mistake%s; all of them: corstui explain", args[0], meant)
			}
			fmt.Fprint(a.std.out, explanation(e))
			return nil
		},
	}
}

func explanation(e finding.Explanation) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n\n%s\n", e.ID, ansi.Wordwrap(e.Title, 90, " "), ansi.Wordwrap(e.Plain, 90, " "))
	if e.Operator != "" {
		fmt.Fprintf(&b, "\nFor whoever runs it:\n%s\n", ansi.Wordwrap(e.Operator, 90, " "))
	}
	for _, l := range e.Links {
		fmt.Fprintf(&b, "\n  %s", l)
	}
	if len(e.Links) > 0 {
		b.WriteString("\n")
	}
	return b.String()
}
