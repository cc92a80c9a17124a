package report

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"corstui/diagnose"
	"corstui/diagnose/answer"
	"corstui/diagnose/fetch"
	"corstui/diagnose/finding"
)

// textWidth is where lines of the text report wrap; commands and console
// sentences, which people copy, do not.
const textWidth = 100

// maxEvidence is how many pieces of evidence a finding shows; the other formats
// have all.
const maxEvidence = 3

// AsText is the report for a log, a pipe or a screen reader: the verdict, the
// four steps, the findings, the plan, and what the browser says. No colour.
func AsText(r diagnose.Report) string {
	var b strings.Builder
	b.WriteString(wrap(r.Headline, "") + "\n\n")
	writeSteps(&b, r)
	writeNotes(&b, r)
	writeFindings(&b, r)
	writePlan(&b, r)
	writeConsole(&b, r)
	return b.String()
}

// statusWords are the words of a step's status; the step that gave the deciding
// answer says so instead when it failed.
var statusWords = map[diagnose.Status]string{
	diagnose.StatusPass: "ok", diagnose.StatusFail: "failed", diagnose.StatusWarn: "look",
	diagnose.StatusSkip: "-", diagnose.StatusUnknown: "unknown",
}

func writeSteps(b *strings.Builder, r diagnose.Report) {
	for _, s := range r.Steps {
		word := statusWords[s.Status]
		if s.Answered && s.Step != diagnose.StepBrowser && r.AnsweredBy.Layer != answer.LayerUnknown {
			word = "ANSWERED"
		}
		fmt.Fprintf(b, "  %-9s %-9s %s\n", s.Step, word, wrap(s.Summary, strings.Repeat(" ", 22)))
	}
}

// writeNotes says what the verdict rests on, and where to look a Ray ID up.
func writeNotes(b *strings.Builder, r diagnose.Report) {
	var notes []string
	for _, a := range r.Verdict.Assumes {
		switch a {
		case finding.NoSession:
			notes = append(notes, "seen as a visitor without a session. Are you logged in there? Give it with -b 'CF_Authorization=…', CF_ACCESS_TOKEN, or paste a curl with --from")
		case fetch.AssumesThirdPartyCookies:
			notes = append(notes, "seen without a cookie of the session, which this browser does not send to another site by default; a setting of the user's can change that")
		default:
			notes = append(notes, "assumes "+a)
		}
	}
	if ray := r.AnsweredBy.RayID; ray != "" && !r.Verdict.Allowed {
		if where := finding.RayLookup(r.AnsweredBy.Layer, ray); where != "" {
			notes = append(notes, fmt.Sprintf("Ray ID %s, %s: %s", ray, r.Started.Format("15:04 MST"), where))
		}
	}
	if said := r.Case.Reported; said != nil && said.Reason != "" && !r.Verdict.Allowed && !finding.Has(r.Findings, finding.ReportedOtherwise) {
		notes = append(notes, "as your browser's console said: "+said.Reason)
	}
	if n := r.Browser; n != nil {
		notes = append(notes, browserNote(n))
	}
	if len(notes) == 0 {
		return
	}
	b.WriteString("\n")
	for _, n := range notes {
		b.WriteString("  " + wrap(n, "  ") + "\n")
	}
}

func browserNote(n *diagnose.BrowserVerdict) string {
	if n.Product == "" {
		return "your browser: " + n.Note
	}
	verdict := "blocked it"
	if n.Allowed {
		verdict = "allowed it"
	}
	if n.Reason != nil {
		verdict += " (" + *n.Reason + ")"
	}
	agrees := "as said above"
	if !n.Agrees {
		agrees = "which is NOT what is said above: the two saw different answers"
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s, %s. %s", n.Product, verdict, agrees, n.Note))
}

func writeFindings(b *strings.Builder, r diagnose.Report) {
	if len(r.Findings) == 0 {
		return
	}
	b.WriteString("\n")
	for _, f := range r.Findings {
		head := fmt.Sprintf("%s: %s", f.Severity, f.Title)
		if f.Mistake > 0 {
			head += fmt.Sprintf(" (mistake %d)", f.Mistake)
		}
		indent := "  "
		if f.Because != "" {
			indent = "    "
			head = "follows: " + head
		}
		fmt.Fprintf(b, "%s%s  [%s]\n", indent, wrap(head, indent+"  "), f.ID)
		if f.Detail != "" {
			b.WriteString(indent + "  " + wrap(f.Detail, indent+"  ") + "\n")
		}
		for _, e := range f.Evidence[:min(len(f.Evidence), maxEvidence)] {
			where := e.What
			if e.Exchange != "" {
				where = e.Exchange + " " + where
			}
			b.WriteString(indent + "  seen: " + wrap(where+": "+e.Says, indent+"        ") + "\n")
		}
	}
}

func writePlan(b *strings.Builder, r diagnose.Report) {
	if len(r.Plan) == 0 {
		return
	}
	first := r.Plan[0]
	where := diagnose.LayerName(first.Layer)
	if first.Layer == answer.LayerUnknown {
		where = "the layer that answered, once it is known"
	}
	b.WriteString("\n  fix at " + where)
	switch first.Layer {
	case answer.LayerAccess, answer.LayerWAF, answer.LayerEdge:
		b.WriteString("; nothing behind it can help")
	}
	b.WriteString(":\n")
	n := 0
	for _, s := range r.Plan {
		lead := "or "
		if !s.Alternative {
			n++
			lead = fmt.Sprintf("%d. ", n)
		}
		b.WriteString("    " + lead + wrap(withoutOr(s.Summary), "       ") + "\n")
		line := func(label, text string) {
			if text != "" {
				b.WriteString("       " + label + wrap(text, "         ") + "\n")
			}
		}
		line("who: ", s.Who)
		line("then: ", strings.TrimPrefix(s.Then, "then "))
		line("cost: ", s.Cost)
		if s.Command != "" {
			b.WriteString("       $ " + s.Command + "\n")
		}
	}
}

// withoutOr is the summary of an alternative without the "or" that leads it.
func withoutOr(s string) string {
	return strings.TrimPrefix(strings.TrimPrefix(s, "or, "), "or ")
}

func writeConsole(b *strings.Builder, r diagnose.Report) {
	c := r.Verdict.Console
	if c.Chromium == "" && c.Firefox == "" && c.WebKit == "" {
		return
	}
	b.WriteString("\n")
	for _, line := range []struct{ who, text string }{{"Chrome", c.Chromium}, {"Firefox", c.Firefox}, {"Safari (WebKit)", c.WebKit}} {
		if line.text != "" {
			fmt.Fprintf(b, "  %s says: %s\n", line.who, strings.ReplaceAll(line.text, "\n", "\n    "))
		}
	}
}

// wrap breaks a text at textWidth, between words alone; further lines start
// with indent.
func wrap(s, indent string) string {
	width := max(20, textWidth-ansi.StringWidth(indent))
	var b strings.Builder
	used := 0
	for i, word := range strings.Fields(s) {
		w := ansi.StringWidth(word)
		switch {
		case i == 0:
		case used+1+w > width:
			b.WriteString("\n" + indent)
			used = 0
		default:
			b.WriteByte(' ')
			used++
		}
		b.WriteString(word)
		used += w
	}
	return b.String()
}
