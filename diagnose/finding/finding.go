// Package finding says what is wrong: rules from exchanges, answers and the
// verdict to Findings, the Plan of what to change in which order, and the
// explanation of each in words. Pure.
//
// One family of findings a file; a finding is a row with its rule, its words
// at two depths, and the layer where its fix belongs.
package finding

import (
	"slices"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
	"corstui/snippets"
)

// Severity says what a finding means for the page.
type Severity string

// The severities.
const (
	Error   Severity = "error"   // blocks the browser
	Warning Severity = "warning" // a risk or a trap
	Info    Severity = "info"
)

// Finding is one thing that is wrong, or worth knowing. Its JSON form is part
// of the interface.
type Finding struct {
	ID string `json:"id"` // kebab-case, stable
	// Mistake is 1 to 7 where the evidence proves that mistake in this case.
	Mistake  int               `json:"mistake,omitempty"`
	Severity Severity          `json:"severity"`
	Layer    answer.Layer      `json:"layer"`
	Title    string            `json:"title"`
	Detail   string            `json:"detail"`
	Evidence []answer.Evidence `json:"evidence"`
	Fix      Fix               `json:"fix"`
	// Because is the ID of the finding that this one follows from; empty for a
	// root cause.
	Because string `json:"because,omitempty"`
}

// Has says whether a finding of that ID is among them.
func Has(fs []Finding, id string) bool {
	return slices.ContainsFunc(fs, func(f Finding) bool { return f.ID == id })
}

// Fix names where the fix belongs and the snippet that makes it.
type Fix struct {
	Layer   answer.Layer      `json:"layer"`
	Recipe  snippets.Recipe   `json:"recipe"`
	Targets []snippets.Target `json:"targets"`
}

// Step is one step of the plan: what to change at one layer, in the order in
// which a person must act.
type Step struct {
	Layer   answer.Layer      `json:"layer"`
	Recipe  snippets.Recipe   `json:"recipe"`
	Targets []snippets.Target `json:"targets"`
	Summary string            `json:"summary"`
	// Then is the wall that the request meets next once this step is done, or
	// that it passes.
	Then string `json:"then"`
	// Who can do it: "whoever runs Zero Trust".
	Who string `json:"who"`
	// Cost is what the step costs or risks.
	Cost string `json:"cost,omitempty"`
	// Alternative says that this step is another way beside the one before it.
	Alternative bool `json:"alternative,omitempty"`
	// Command is the corstui command that prints the files.
	Command string `json:"command,omitempty"`
}

// Input is what the rules look at: one diagnosis, with raw values.
type Input struct {
	Case   exchange.Case
	Fetch  fetch.Result
	Seen   []answer.Seen
	Facts  answer.Facts
	Direct bool // a --direct address was given
	// VerdictOnly says that no probe was sent: the absence of a probe proves nothing.
	VerdictOnly bool
}

// Conclusion is all that the rules say of a diagnosis.
type Conclusion struct {
	Headline string
	Findings []Finding
	Plan     []Step
	Policy   snippets.Policy
	Assumes  []string
}

// Conclude returns what Headline, Find, Plan and Assumes do, and reads the
// diagnosis once for all of them.
func Conclude(in Input) Conclusion {
	v := newView(in)
	asked := *v // what the rows learn of each other is no part of what was seen
	asked.found = map[string]bool{}
	c := Conclusion{Findings: asked.find(), Assumes: v.assumes()}
	c.Plan, c.Policy = v.plan(c.Findings)
	c.Headline = v.headline(c.Findings)
	return c
}

// ByID returns the exchange with that ID, nil without.
func (in Input) ByID(id string) *answer.Seen {
	for i := range in.Seen {
		if in.Seen[i].ID == id {
			return &in.Seen[i]
		}
	}
	return nil
}

// Decisive returns the exchange at which the verdict fell, nil without.
func (in Input) Decisive() *answer.Seen { return in.ByID(in.Fetch.DecidedBy) }

// First returns the first exchange that serves that purpose, nil without.
func (in Input) First(p exchange.Purpose) *answer.Seen {
	for i := range in.Seen {
		if in.Seen[i].Compares() == p {
			return &in.Seen[i]
		}
	}
	return nil
}
