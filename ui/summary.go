package ui

import (
	"fmt"
	"strings"

	"corstui/diagnose"
)

// Summary is what is left in the scrollback when the program ends: the verdict,
// who answered, and how to see it again. Empty where nothing was walked.
func (m *Model) Summary() string {
	r := m.last
	early := ""
	for _, s := range m.stack { // ended in the middle of a run
		if w, ok := s.(*walk); ok && w.report != nil && !w.final {
			r, m.lastLab, early = w.report, w.opt.Lab, " (ended early: some probes are missing)"
		}
	}
	if r == nil {
		return ""
	}
	var b strings.Builder
	head := r.Headline
	if head == "" {
		head = verdictWords(r)
	}
	fmt.Fprintf(&b, "%s %s\n", r.Case.Method, r.Case.URL)
	fmt.Fprintln(&b, head+early)
	fmt.Fprintf(&b, "answered by: %s (%s)\n", whoAnswered(r.AnsweredBy), reportConfidence(r))
	if len(r.Plan) > 0 {
		fmt.Fprintf(&b, "next: %s\n", r.Plan[0].Summary)
	}
	if m.lastLab != "" {
		fmt.Fprintf(&b, "again: corstui --lab %s\n", m.lastLab)
	} else if c, ok := m.Backend.(Commander); ok {
		fmt.Fprintf(&b, "again: %s\n", c.Command(r.Case, m.Run))
	} else {
		fmt.Fprintf(&b, "again: corstui %s --origin %s\n", r.Case.URL, r.Case.Origin)
	}
	return b.String()
}

// ticket is the message to whoever can change the layer: ten lines that need no
// explanation.
func ticket(r *diagnose.Report) string {
	var b strings.Builder
	who := "whoever runs " + layerName[r.AnsweredBy.Layer]
	if len(r.Plan) > 0 && r.Plan[0].Who != "" {
		who = r.Plan[0].Who
	}
	fmt.Fprintf(&b, "To: %s\n", who)
	head := r.Headline
	if head == "" {
		head = verdictWords(r)
	}
	fmt.Fprintf(&b, "What happens: %s\n", head)
	fmt.Fprintf(&b, "Request: %s %s from a page on %s\n", r.Case.Method, r.Case.URL, r.Case.Origin)
	fmt.Fprintf(&b, "Answered by: %s (%s)\n", whoAnswered(r.AnsweredBy), reportConfidence(r))
	if x := r.ExchangeByID(r.DecidedBy); x != nil {
		fmt.Fprintf(&b, "Seen: %s, %s\n", requestLine(x.Request), gotWords(x))
		if !x.Started.IsZero() {
			fmt.Fprintf(&b, "Time: %s\n", x.Started.UTC().Format("2006-01-02 15:04:05 UTC"))
		}
	}
	if r.AnsweredBy.RayID != "" {
		fmt.Fprintf(&b, "Ray ID: %s (%s)\n", r.AnsweredBy.RayID, rayPlace(r.AnsweredBy.Layer))
	}
	if a := r.Facts.Access; a != nil && a.AUD != "" {
		fmt.Fprintf(&b, "Access application: AUD %s %s\n", a.AUD, a.Domain)
	}
	for i, p := range r.Plan {
		label := "Please change"
		switch {
		case p.Alternative:
			label = "Or"
		case i > 0:
			label = "Then"
		}
		fmt.Fprintf(&b, "%s: %s\n", label, p.Summary)
		if i == 0 && p.Cost != "" {
			fmt.Fprintf(&b, "What it costs: %s\n", p.Cost)
		}
	}
	return b.String()
}

// curlOf is the exchange as a curl command. Secrets in the report are masked, so
// they are masked here too.
func curlOf(r *diagnose.Report) string {
	x := r.ExchangeByID(r.DecidedBy)
	if x == nil {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "curl -i -X %s %s", x.Request.Method, shellQuote(x.Request.URL))
	for _, h := range x.Request.Headers {
		fmt.Fprintf(&b, " \\\n  -H %s", shellQuote(h.Name+": "+h.Value))
	}
	if x.Request.HasBody {
		fmt.Fprintf(&b, " \\\n  --data-raw %s", shellQuote(x.Request.Body))
	}
	return b.String()
}

func shellQuote(s string) string {
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
