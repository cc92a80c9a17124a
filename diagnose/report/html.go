package report

import (
	_ "embed"
	"fmt"
	"html"
	"strings"

	"corstui/diagnose"
)

//go:embed report.css
var style string

// marks are the signs of the statuses.
var marks = map[diagnose.Status]string{"pass": "✓", "fail": "✗", "warn": "!", "skip": "–", "unknown": "?"}

// A pageWriter writes HTML: raw is markup of our own, text comes from elsewhere
// and is escaped, for elements and quoted attributes alike. Markup with a verb
// takes its arguments escaped.
//
// The program does without html/template: with it the linker keeps every method
// of every type, which is a seventh of the binary.
type pageWriter struct{ strings.Builder }

func (w *pageWriter) raw(markup string) { w.WriteString(markup) }

func (w *pageWriter) text(s string) { w.WriteString(html.EscapeString(s)) }

func (w *pageWriter) rawf(markup string, texts ...any) {
	for i, t := range texts {
		if _, number := t.(int); !number {
			texts[i] = html.EscapeString(fmt.Sprint(t))
		}
	}
	fmt.Fprintf(w, markup, texts...)
}

// AsHTML is the report as one self-contained page: no script, no external
// resource, the walk as SVG.
func AsHTML(r diagnose.Report) ([]byte, error) {
	w := &pageWriter{}
	w.raw(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
`)
	w.rawf("<title>%s</title>\n", r.Headline)
	w.raw("<style>\n" + style + "</style>\n</head>\n<body>\n")
	htmlHead(w, r)
	htmlWalk(w, r)
	htmlFindings(w, r)
	htmlPlan(w, r)
	if c := r.Verdict.Console.Chromium; c != "" {
		w.rawf("<h2>What Chrome says</h2><pre>%s</pre>\n", c)
	}
	w.raw("<h2>Exchanges</h2>\n")
	for i := range r.Exchanges {
		w.rawf("<details><summary>%s</summary><pre>%s</pre></details>\n", exchangeLine(&r.Exchanges[i]), Exchange(&r.Exchanges[i]))
	}
	w.raw("</body>\n</html>\n")
	return []byte(w.String()), nil
}

func htmlHead(w *pageWriter, r diagnose.Report) {
	w.rawf("<h1>%s</h1>\n", r.Headline)
	w.rawf("<p><code>%s %s</code> from <code>%s</code><br>\n", r.Case.Method, r.Case.URL, r.Case.Origin)
	w.rawf("answered by <strong>%s</strong>", whoLine(r.AnsweredBy))
	if r.AnsweredBy.RayID != "" {
		w.rawf(", Ray ID <code>%s</code>", r.AnsweredBy.RayID)
	}
	w.rawf("<br>\nseen %s", r.Started.Format("2006-01-02 15:04:05 MST"))
	for _, a := range r.Verdict.Assumes {
		w.rawf("; assumes <code>%s</code>", a)
	}
	w.raw("</p>\n\n")
}

func htmlWalk(w *pageWriter, r diagnose.Report) {
	w.raw(`<svg viewBox="0 0 780 90" role="img" aria-label="The walk, browser to origin">
<line x1="60" y1="35" x2="700" y2="35"/>
`)
	for i, s := range r.Steps {
		answered := ""
		if s.Answered {
			answered = ", answered"
		}
		w.rawf(`<g transform="translate(%d 10)"><rect class="box" width="160" height="68" rx="8" style="fill:Canvas"/>`, 20+i*190)
		w.rawf(`<text x="12" y="26">%s</text><text x="12" y="52" class="%s">%s %s%s</text></g>`+"\n", s.Step, s.Status, marks[s.Status], statusWords[s.Status], answered)
	}
	w.raw("</svg>\n\n<h2>The walk</h2>\n<table>")
	for _, s := range r.Steps {
		w.rawf(`<tr><th>%s</th><td class="%s">%s %s</td><td>%s</td></tr>`+"\n", s.Step, s.Status, marks[s.Status], statusWords[s.Status], s.Summary)
	}
	w.raw("</table>\n")
}

func htmlFindings(w *pageWriter, r diagnose.Report) {
	if len(r.Findings) == 0 {
		return
	}
	w.raw("<h2>Findings</h2>\n")
	for _, f := range r.Findings {
		w.rawf(`<h3 class="%s">%s: %s</h3><p>%s</p>`+"\n<ul>", f.Severity, f.Severity, f.Title, f.Detail)
		for _, e := range f.Evidence {
			w.rawf("<li>%s <code>%s</code>: %s</li>", e.Exchange, e.What, e.Says)
		}
		w.raw("</ul>\n")
	}
}

func htmlPlan(w *pageWriter, r diagnose.Report) {
	if len(r.Plan) == 0 {
		return
	}
	w.raw("<h2>What to change, in this order</h2>\n<ol>")
	for _, s := range r.Plan {
		w.raw("<li>")
		if s.Alternative {
			w.raw("<em>or:</em> ")
		}
		w.text(s.Summary)
		for _, more := range []struct{ label, text string }{{"who", s.Who}, {"then", s.Then}, {"cost", s.Cost}} {
			if more.text != "" {
				w.rawf("<br>%s: %s", more.label, more.text)
			}
		}
		if s.Command != "" {
			w.rawf("<br><code>%s</code>", s.Command)
		}
		w.raw("</li>\n")
	}
	w.raw("</ol>\n")
}
