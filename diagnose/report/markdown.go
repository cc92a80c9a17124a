package report

import (
	"fmt"
	"strings"

	"corstui/diagnose"
	"corstui/diagnose/answer"
)

// AsMarkdown is the report for a ticket or a pull request, with the walk as a
// Mermaid sequence diagram.
func AsMarkdown(r diagnose.Report) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", md(r.Headline))
	fmt.Fprintf(&b, "- request: %s %s\n- page: %s\n", code(r.Case.Method), code(r.Case.URL), code(r.Case.Origin))
	fmt.Fprintf(&b, "- answered by: **%s**", md(whoLine(r.AnsweredBy)))
	if r.AnsweredBy.RayID != "" {
		fmt.Fprintf(&b, ", Ray ID %s", code(r.AnsweredBy.RayID))
	}
	fmt.Fprintf(&b, "\n- seen: %s\n", r.Started.Format("2006-01-02 15:04:05 MST"))
	for _, a := range r.Verdict.Assumes {
		fmt.Fprintf(&b, "- assumes: %s\n", code(a))
	}

	b.WriteString("\n## The walk\n\n| step | status | what happened |\n| --- | --- | --- |\n")
	for _, s := range r.Steps {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", s.Step, statusWords[s.Status], md(s.Summary))
	}
	b.WriteString("\n```mermaid\nsequenceDiagram\n")
	mermaid(&b, r)
	b.WriteString("```\n")

	if len(r.Findings) > 0 {
		b.WriteString("\n## Findings\n")
		for _, f := range r.Findings {
			fmt.Fprintf(&b, "\n### %s: %s\n\n%s\n\n", f.Severity, md(f.Title), md(f.Detail))
			for _, e := range f.Evidence {
				fmt.Fprintf(&b, "- %s %s: %s\n", e.Exchange, code(e.What), md(e.Says))
			}
		}
	}
	if len(r.Plan) > 0 {
		b.WriteString("\n## What to change, in this order\n\n")
		for _, s := range r.Plan {
			lead := "1. "
			if s.Alternative {
				lead = "1. *or* "
			}
			fmt.Fprintf(&b, "%s%s\n", lead, md(withoutOr(s.Summary)))
			for _, p := range []struct{ label, text string }{{"who", s.Who}, {"then", strings.TrimPrefix(s.Then, "then ")}, {"cost", s.Cost}} {
				if p.text != "" {
					fmt.Fprintf(&b, "   - %s: %s\n", p.label, md(p.text))
				}
			}
			if s.Command != "" {
				fmt.Fprintf(&b, "   - %s\n", code(s.Command))
			}
		}
	}
	if c := r.Verdict.Console.Chromium; c != "" {
		fmt.Fprintf(&b, "\n## What Chrome says\n\n%s\n", fence(c))
	}
	b.WriteString("\n## Exchanges\n")
	for i := range r.Exchanges {
		fmt.Fprintf(&b, "\n<details><summary>%s</summary>\n\n%s\n</details>\n", md(exchangeLine(&r.Exchanges[i])), fence(Exchange(&r.Exchanges[i])))
	}
	return b.String()
}

// whoLine is an answer in a line: "Cloudflare Access login (certain)".
func whoLine(a answer.Answer) string {
	who := a.Product
	if who == "" {
		who = diagnose.LayerName(a.Layer)
	}
	return fmt.Sprintf("%s (%s)", who, diagnose.Certainty(a))
}

// exchangeLine is an exchange in a line.
func exchangeLine(x *answer.Seen) string {
	got := "no answer"
	if x.Response != nil {
		got = fmt.Sprint(x.Response.Status)
	}
	purpose := string(x.Purpose)
	if x.Engine != "" {
		purpose += " as " + x.Engine + " sends it"
	}
	return fmt.Sprintf("%s %s: %s %s → %s, %s", x.ID, purpose, x.Request.Method, x.Request.URL, got, whoLine(x.Answer))
}

// Exchange is one exchange as text: the request, and the response or why none
// came.
func Exchange(x *answer.Seen) string {
	var b strings.Builder
	fmt.Fprintf(&b, "> %s %s\n", x.Request.Method, x.Request.URL)
	for _, h := range x.Request.Headers {
		fmt.Fprintf(&b, "> %s: %s\n", h.Name, h.Value)
	}
	switch {
	case x.Response != nil:
		fmt.Fprintf(&b, "< %s\n", strings.TrimSpace(fmt.Sprintf("%s %d %s", x.Response.Proto, x.Response.Status, x.Response.Reason)))
		for _, h := range x.Response.Headers {
			fmt.Fprintf(&b, "< %s: %s\n", h.Name, h.Value)
		}
		if x.Response.Body != "" {
			b.WriteString("\n" + cut(x.Response.Body, 2000) + "\n")
		}
	case x.Failure != nil:
		fmt.Fprintf(&b, "< no answer (%s): %s\n", x.Failure.Phase, x.Failure.Message)
	}
	return b.String()
}

// cut shortens a text to about n bytes, at a rune's edge, and says so.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xc0 == 0x80 {
		n--
	}
	return s[:n] + "…"
}

// mermaid writes the browser's own requests as messages of a sequence diagram.
func mermaid(b *strings.Builder, r diagnose.Report) {
	b.WriteString("  participant browser as Browser\n  participant waf as WAF\n  participant access as Access\n  participant origin as Origin\n")
	station := map[answer.Layer]string{
		answer.LayerWAF: "waf", answer.LayerEdge: "waf", answer.LayerAccess: "access", answer.LayerNetwork: "waf",
	}
	for i := range r.Exchanges {
		x := &r.Exchanges[i]
		if x.Purpose != "preflight" && x.Purpose != "request" {
			continue
		}
		at := station[x.Answer.Layer]
		if at == "" {
			at = "origin"
		}
		fmt.Fprintf(b, "  browser->>%s: %s %s\n", at, x.Request.Method, mermaidText(x.Request.URL))
		if x.Response == nil {
			fmt.Fprintf(b, "  %s--xbrowser: no answer\n", at)
			continue
		}
		fmt.Fprintf(b, "  %s-->>browser: %d (%s)\n", at, x.Response.Status, mermaidText(whoLine(x.Answer)))
	}
	verdict := "allowed"
	if !r.Verdict.Allowed {
		verdict = "blocked"
		if r.Verdict.Reason != nil {
			verdict += ": " + *r.Verdict.Reason
		}
	}
	fmt.Fprintf(b, "  Note over browser: %s\n", mermaidText(verdict))
}

// mermaidText drops what ends a message in Mermaid.
func mermaidText(s string) string {
	s = strings.NewReplacer(";", ",", "#", "", "\n", " ", "<", "(", ">", ")", "`", "'").Replace(s)
	return cut(s, 120)
}

// md escapes what Markdown and the HTML in it would read as markup.
func md(s string) string {
	return strings.NewReplacer("\\", "\\\\", "`", "\\`", "*", "\\*", "_", "\\_", "[", "\\[", "]", "\\]", "<", "&lt;", ">", "&gt;", "|", "\\|", "\n", " ", "#", "\\#").Replace(s)
}

// code is a text as inline code, whatever backticks are in it.
func code(s string) string {
	s = strings.ReplaceAll(s, "\n", " ")
	ticks := "`"
	for strings.Contains(s, ticks) {
		ticks += "`"
	}
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	return ticks + s + ticks
}

// fence is a text as a code block, whatever fences are in it.
func fence(s string) string {
	ticks := "```"
	for strings.Contains(s, ticks) {
		ticks += "`"
	}
	return ticks + "text\n" + strings.TrimRight(s, "\n") + "\n" + ticks + "\n"
}
