package finding

import (
	"fmt"
	"strings"
	"time"

	"corstui/diagnose/answer"
)

// Ticket is the plan as a message of about ten lines for whoever can do its
// first step: what is broken, who answered, the evidence, the Ray ID and the
// time, what to change, and its side effects. It holds no secret: no query, no
// header value but public ones. Empty where nothing is to be changed.
func Ticket(in Input, fs []Finding, steps []Step) string {
	if len(steps) == 0 {
		return ""
	}
	v := newView(in)
	var b strings.Builder
	line := func(label, text string) {
		if text != "" {
			fmt.Fprintf(&b, "%-11s %s\n", label+":", text)
		}
	}
	line("For", steps[0].Who)
	line("Broken", fmt.Sprintf("%s %s, called by pages of %s", v.method, shown(v.c.URL), v.c.Origin))
	line("Seen", Headline(in, fs))
	line("Answered", v.proof())
	if a := v.aud(); a != "" && v.accessCovers() {
		line("Access app", "AUD "+a+v.team())
	}
	if r := ray(v.d); r != "" {
		line("Ray ID", r+" at "+v.time()+"; "+RayLookup(layer(v.d), r))
	} else {
		line("Time", v.time())
	}
	line("Please", steps[0].Summary)
	line("Why there", v.whyThere())
	line("Afterwards", steps[0].Then)
	line("Costs", steps[0].Cost)
	for _, s := range steps[1:] {
		if s.Alternative {
			line("Or", strings.TrimPrefix(s.Summary, "or "))
			break
		}
	}
	return b.String()
}

// proof says who answered, how sure that is, and by which marks.
func (v *view) proof() string {
	if v.d == nil {
		return ""
	}
	var marks []string
	for _, e := range v.d.Answer.Evidence {
		if len(marks) < 4 && !containsFold(marks, e.What) {
			marks = append(marks, e.What)
		}
	}
	s := fmt.Sprintf("%s, %s", who(v.d), v.d.Answer.Confidence)
	if len(marks) > 0 {
		s += " (" + strings.Join(marks, ", ") + ")"
	}
	return s
}

func (v *view) team() string {
	if a := v.in.Facts.Access; a != nil && a.Team != "" {
		return ", team " + a.Team
	}
	return ""
}

func (v *view) time() string {
	if v.d == nil || v.d.Started.IsZero() {
		return "an unknown time"
	}
	return v.d.Started.UTC().Format(time.RFC3339)
}

// whyThere says why a change anywhere else does nothing.
func (v *view) whyThere() string {
	switch layer(v.d) {
	case answer.LayerAccess:
		return "Access answers before any Worker or origin is asked; no header set there reaches this answer"
	case answer.LayerWAF:
		return "the WAF answers before Access, Worker and origin; no header set there reaches this answer"
	case answer.LayerEdge:
		return "Cloudflare wrote this answer itself; the API's headers are not on it"
	case answer.LayerCache:
		return "the answer is a stored copy; the API is not asked until it is purged"
	}
	return ""
}
