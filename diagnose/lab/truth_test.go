package lab_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"corstui/diagnose"
	"corstui/diagnose/finding"
	"corstui/diagnose/lab"
)

// TestDiagnosisTellsTheTruthOfEveryScenario demands exact equality between what
// a diagnosis says and what is true of each scenario: no miss, no false alarm.
func TestDiagnosisTellsTheTruthOfEveryScenario(t *testing.T) {
	for _, s := range lab.Scenarios() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			l, err := lab.Start(context.Background(), s.Name, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			c, _ := l.Case(s.Name)
			r, err := diagnose.Run(context.Background(), c, diagnose.Options{Network: l.Network()}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if want, got := truthOf(s.Truth), said(r); want != got {
				t.Errorf("%s\nwant %s\n got %s", r.Headline, want, got)
			}
		})
	}
}

// truthOf and said write the same facts in the same form.
func truthOf(t lab.Truth) string {
	return facts(t.Layer, t.Certain, t.Allowed, t.BlockedAt, t.Reason, t.Mistakes, t.Errors, t.Warnings, t.Assumes)
}

func said(r diagnose.Report) string {
	at, reason := "", ""
	if r.Verdict.BlockedAt != nil {
		at = string(*r.Verdict.BlockedAt)
	}
	if r.Verdict.Reason != nil {
		reason = *r.Verdict.Reason
	}
	var mistakes []int
	var errs, warnings []string
	for _, f := range r.Findings {
		if f.Mistake > 0 && !slices.Contains(mistakes, f.Mistake) {
			mistakes = append(mistakes, f.Mistake)
		}
		switch f.Severity {
		case finding.Error:
			errs = append(errs, f.ID)
		case finding.Warning:
			warnings = append(warnings, f.ID)
		}
	}
	return facts(string(r.AnsweredBy.Layer), r.AnsweredBy.Confidence == "certain", r.Verdict.Allowed, at, reason, mistakes, errs, warnings, r.Verdict.Assumes)
}

func facts(layer string, certain, allowed bool, at, reason string, mistakes []int, errs, warnings, assumes []string) string {
	mistakes, errs, warnings = slices.Clone(mistakes), slices.Clone(errs), slices.Clone(warnings)
	slices.Sort(mistakes)
	slices.Sort(errs)
	slices.Sort(warnings)
	return fmt.Sprintf("layer=%s certain=%v allowed=%v at=%q reason=%q mistakes=%v errors=[%s] warnings=[%s] assumes=[%s]",
		layer, certain, allowed, at, reason, mistakes, strings.Join(errs, " "), strings.Join(warnings, " "), strings.Join(assumes, " "))
}
