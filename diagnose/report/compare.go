package report

import (
	"fmt"
	"slices"
	"strings"

	"corstui/diagnose"
	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
)

// Comparison is two reports side by side: what is different between them.
type Comparison struct {
	Before string `json:"before"` // headline
	After  string `json:"after"`
	// Same says that verdict, answerer and findings are the same.
	Same bool `json:"same"`
	// Changes are what differs, in the order of meaning.
	Changes []Change `json:"changes"`
}

// Change is one thing that differs. An empty side was not there.
type Change struct {
	What   string `json:"what"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// Compare says what changed from one report to another: verdict, answerer,
// steps, findings, and the headers of the browser's own exchanges.
func Compare(before, after diagnose.Report) Comparison {
	c := Comparison{Before: before.Headline, After: after.Headline, Changes: []Change{}}
	add := func(what, b, a string) {
		if b != a {
			c.Changes = append(c.Changes, Change{what, b, a})
		}
	}
	add("request", before.Case.Method+" "+before.Case.URL, after.Case.Method+" "+after.Case.URL)
	add("page", before.Case.Origin, after.Case.Origin)
	add("verdict", verdictLine(before), verdictLine(after))
	add("answered by", whoLine(before.AnsweredBy), whoLine(after.AnsweredBy))
	for i := range before.Steps {
		if i < len(after.Steps) {
			b, a := before.Steps[i], after.Steps[i]
			add("step "+string(b.Step), statusWords[b.Status]+", "+b.Summary, statusWords[a.Status]+", "+a.Summary)
		}
	}
	c.findings(before, after)
	c.Same = len(c.Changes) == 0
	c.exchanges(before, after)
	return c
}

func verdictLine(r diagnose.Report) string {
	v := r.Verdict
	line := "blocked"
	switch {
	case v.Partial:
		line = "allowed as far as was sent"
	case v.Allowed:
		line = "allowed"
	}
	if v.BlockedAt != nil {
		line += " at the " + string(*v.BlockedAt)
	}
	if v.Reason != nil {
		line += ", " + *v.Reason
	}
	return line
}

func (c *Comparison) findings(before, after diagnose.Report) {
	had, has := map[string]string{}, map[string]string{}
	var ids []string
	for _, f := range before.Findings {
		had[f.ID] = string(f.Severity) + ": " + f.Title
		ids = append(ids, f.ID)
	}
	for _, f := range after.Findings {
		has[f.ID] = string(f.Severity) + ": " + f.Title
		ids = append(ids, f.ID)
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		if (had[id] == "") != (has[id] == "") {
			c.Changes = append(c.Changes, Change{"finding " + id, had[id], has[id]})
		}
	}
}

// volatile headers differ between any two answers.
var volatile = map[string]bool{
	"date": true, "cf-ray": true, "age": true, "expires": true, "set-cookie": true, "report-to": true, "nel": true,
	"server-timing": true, "last-modified": true, "etag": true, "content-length": true, "x-request-id": true,
}

// exchanges compares the browser's own requests of the same kind, in order.
func (c *Comparison) exchanges(before, after diagnose.Report) {
	for _, p := range []exchange.Purpose{exchange.PurposePreflight, exchange.PurposeRequest} {
		b, a := own(before, p), own(after, p)
		for i := range max(len(b), len(a)) {
			name := string(p)
			if i > 0 {
				name = fmt.Sprintf("%s %d", p, i+1)
			}
			var x, y *answer.Seen
			if i < len(b) {
				x = b[i]
			}
			if i < len(a) {
				y = a[i]
			}
			c.exchange(name, x, y)
		}
	}
}

func own(r diagnose.Report, p exchange.Purpose) []*answer.Seen {
	var out []*answer.Seen
	for i := range r.Exchanges {
		if r.Exchanges[i].Purpose == p && r.Exchanges[i].Engine == "" {
			out = append(out, &r.Exchanges[i])
		}
	}
	return out
}

func (c *Comparison) exchange(name string, before, after *answer.Seen) {
	b, a := outcome(before), outcome(after)
	if b != a {
		c.Changes = append(c.Changes, Change{name, b, a})
	}
	if before == nil || after == nil || before.Response == nil || after.Response == nil {
		return
	}
	var names []string
	for _, h := range append(slices.Clone(before.Response.Headers), after.Response.Headers...) {
		names = append(names, strings.ToLower(h.Name))
	}
	slices.Sort(names)
	for _, n := range slices.Compact(names) {
		if volatile[n] {
			continue
		}
		if b, a := before.Response.Headers.Value(n), after.Response.Headers.Value(n); b != a {
			c.Changes = append(c.Changes, Change{name + " " + n, b, a})
		}
	}
}

func outcome(x *answer.Seen) string {
	switch {
	case x == nil:
		return "not sent"
	case x.Response == nil:
		return "no answer"
	}
	return fmt.Sprint(x.Response.Status)
}

// Text is the comparison as lines.
func (c Comparison) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "before  %s\nafter   %s\n", wrap(c.Before, "        "), wrap(c.After, "        "))
	if len(c.Changes) == 0 {
		b.WriteString("\nnothing changed\n")
		return b.String()
	}
	for _, ch := range c.Changes {
		show := func(s string) string {
			if s == "" {
				return "(none)"
			}
			return wrap(s, "    ")
		}
		fmt.Fprintf(&b, "\n%s\n  - %s\n  + %s\n", ch.What, show(ch.Before), show(ch.After))
	}
	return b.String()
}
