package ui

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"corstui/diagnose"
	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/ui/rich"
)

// compare shows two reports, or two exchanges of one, side by side.
type compare struct {
	a, b         *diagnose.Report
	nameA, nameB string
	// pair holds the two exchanges where only those are compared.
	pair   [2]*answer.Seen
	note   string
	scroll int
}

func newCompare(a, b *diagnose.Report, nameA, nameB, note string) *compare {
	return &compare{a: a, b: b, nameA: nameA, nameB: nameB, note: note}
}

// newPair compares two exchanges of a report: the two halves of a proof.
func newPair(r *diagnose.Report, a, b, says string) *compare {
	return &compare{a: r, b: r, nameA: a, nameB: b, note: says,
		pair: [2]*answer.Seen{r.ExchangeByID(a), r.ExchangeByID(b)}}
}

func (c *compare) title() string       { return "Side by side" }
func (c *compare) init(e *env) tea.Cmd { return nil }

func (c *compare) update(e *env, msg tea.Msg) tea.Cmd {
	if m, ok := msg.(scrollMsg); ok {
		c.scroll = scrollBy(e, c, c.scroll, m.by)
	}
	return nil
}

func (c *compare) actions(e *env) []action {
	return []action{
		{id: keyUp, help: "scroll up", msg: scrollMsg{-1}},
		{id: keyDown, name: "scroll", show: "↑↓", help: "scroll down", msg: scrollMsg{1}},
		{id: keyPageUp, help: "scroll up a page", msg: scrollMsg{-8}},
		{id: keyPageDown, help: "scroll down a page", msg: scrollMsg{8}},
		{id: keyTop, help: "scroll to the top", msg: scrollMsg{-1 << 20}},
		{id: keyBottom, help: "scroll to the end", msg: scrollMsg{1 << 10}},
		{id: keyCopy, name: "copy", help: "copy the comparison", msg: copyMsg{"comparison", c.copyText(e)}},
		{id: keyBack, name: "back", best: true, help: "go one level up", msg: backMsg{}},
	}
}

// copyText is the comparison for the clipboard.
func (c *compare) copyText(e *env) string {
	var b strings.Builder
	for _, l := range c.lines(e, 100) {
		b.WriteString(strings.TrimRight(l.String(), " ") + "\n")
	}
	return b.String()
}

func (c *compare) view(e *env, w, h int) []rich.Line {
	body, room := c.text(e, w, h)
	shown, _ := scrolled(body, c.scroll, room, w-4)
	title := rich.L(rich.S(rich.Title, c.nameA+" "+e.theme.Arrow+" "+c.nameB))
	return append(c.top(e, w), box(e, title, nil, shown, w, room+2)...)
}

func (c *compare) top(e *env, w int) []rich.Line {
	lines := header(e, c.b.Case, "", w, true)
	if c.note != "" {
		lines = append(lines, rich.Wrap(rich.L(" ", rich.OneLine(c.note)), w-1, 1)...)
	}
	return lines
}

// text implements scrolling.
func (c *compare) text(e *env, w, h int) ([]rich.Line, int) {
	return c.lines(e, w-4), h - len(c.top(e, w)) - 2
}

func (c *compare) lines(e *env, w int) []rich.Line {
	if c.pair[0] != nil && c.pair[1] != nil {
		return c.exchangeRows(e, c.pair[0], c.pair[1], w)
	}
	if c.a == nil || c.b == nil {
		return []rich.Line{rich.L("There is nothing to compare.")}
	}
	var out []rich.Line
	if sameToBrowser(c.a, c.b) {
		out = append(out, rich.WrapText("Nothing that the browser looks at has changed.", rich.Strong, w)...)
		out = append(out, nil)
	}
	cell := func(r *diagnose.Report) rich.Line {
		m, role := verdictMark(r)
		head, _ := splitVerdict(r.Headline)
		if head == "" {
			head, _ = splitVerdict(verdictWords(r))
		}
		if r.Verdict.Partial && r.Headline != "" { // the word alone says nothing
			head = r.Headline
		}
		return rich.L(markSpan(e, m), " ", rich.S(role, head))
	}
	out = append(out, columns("", rich.L(rich.S(rich.Dim, c.nameA)), rich.L(rich.S(rich.Dim, c.nameB)), w)...)
	out = append(out, columns("verdict", cell(c.a), cell(c.b), w)...)
	out = append(out, columns("answered", rich.L(whoAnswered(c.a.AnsweredBy)), rich.L(whoAnswered(c.b.AnsweredBy)), w)...)
	sa, sb := stationsOf(c.a), stationsOf(c.b)
	for _, b := range sb {
		a := station{word: "not there"}
		for _, s := range sa {
			if s.name == b.name {
				a = s
			}
		}
		out = append(out, columns(b.name, rich.L(markSpan(e, a.mark), " ", a.word), rich.L(markSpan(e, b.mark), " ", b.word), w)...)
	}
	for _, p := range []exchange.Purpose{exchange.PurposePreflight, exchange.PurposeRequest} {
		xa, xb := lastOf(c.a, p), lastOf(c.b, p)
		if xa == nil && xb == nil {
			continue
		}
		out = append(out, nil, rich.L(rich.S(rich.Strong, upperFirst(purposeName(p)))))
		out = append(out, c.exchangeRows(e, xa, xb, w)...)
	}
	return out
}

// sameToBrowser says whether two reports have the same verdict out of answers
// that are alike in all that the browser looks at.
func sameToBrowser(a, b *diagnose.Report) bool {
	if a.Headline != b.Headline || a.Verdict.Allowed != b.Verdict.Allowed || a.AnsweredBy.Layer != b.AnsweredBy.Layer {
		return false
	}
	for _, p := range []exchange.Purpose{exchange.PurposePreflight, exchange.PurposeRequest} {
		xa, xb := lastOf(a, p), lastOf(b, p)
		if (xa == nil) != (xb == nil) {
			return false
		}
		if xa == nil {
			continue
		}
		if (xa.Response == nil) != (xb.Response == nil) {
			return false
		}
		if xa.Response == nil {
			continue
		}
		if xa.Response.Status != xb.Response.Status {
			return false
		}
		for _, d := range diffHeaders(xa.Response.Headers, xb.Response.Headers) {
			if corsRelevant(d.name) && (d.inA != d.inB || d.a != d.b) {
				return false
			}
		}
	}
	return true
}

func (c *compare) exchangeRows(e *env, a, b *answer.Seen, w int) []rich.Line {
	status := func(x *answer.Seen) rich.Line {
		switch {
		case x == nil:
			return rich.L(rich.S(rich.Dim, "not sent"))
		case x.Response == nil:
			return rich.L(gotWords(x))
		}
		return rich.L(rich.S(rich.Strong, fmt.Sprint(x.Response.Status)), " by "+whoWithin(x.Answer))
	}
	var out []rich.Line
	if c.pair[0] != nil {
		out = append(out, columns("", rich.L(rich.S(rich.Dim, c.nameA+" "+purposeName(a.Purpose))), rich.L(rich.S(rich.Dim, c.nameB+" "+purposeName(b.Purpose))), w)...)
		out = append(out, columns("sent", rich.L(requestLine(a.Request)), rich.L(requestLine(b.Request)), w)...)
		for _, d := range diffHeaders(a.Request.Headers, b.Request.Headers) {
			if d.inA != d.inB || d.a != d.b {
				out = append(out, columns("  "+d.name, c.value(e, d.a, d.inA), c.value(e, d.b, d.inB), w)...)
			}
		}
	}
	out = append(out, columns("status", status(a), status(b), w)...)
	var ha, hb exchange.Headers
	if a != nil && a.Response != nil {
		ha = a.Response.Headers
	}
	if b != nil && b.Response != nil {
		hb = b.Response.Headers
	}
	alike, other := 0, 0
	for _, d := range diffHeaders(ha, hb) {
		same := d.inA == d.inB && d.a == d.b
		switch {
		case corsRelevant(d.name):
		case same:
			alike++
			continue
		case c.pair[0] == nil: // of two runs: dates and ids differ anyway
			other++
			continue
		}
		va, vb := c.value(e, d.a, d.inA), c.value(e, d.b, d.inB)
		if !same {
			va, vb = va.As(rich.Removed), vb.As(rich.Added)
		}
		out = append(out, columns(d.name, va, vb, w)...)
	}
	if other > 0 {
		out = append(out, rich.L(rich.S(rich.Dim, count(other, "header differs", "headers differ")+" that the browser does not look at")))
	}
	if alike > 0 {
		out = append(out, rich.L(rich.S(rich.Dim, count(alike, "header is", "headers are")+" the same in both")))
	}
	return out
}

func (c *compare) value(e *env, v string, in bool) rich.Line {
	if !in {
		return rich.L(rich.S(rich.Dim, e.theme.Idle+" not there"))
	}
	return rich.L(rich.OneLine(v))
}

// columns lays two values side by side, under each other in every row. A label
// that is too long for its column stands on a line of its own.
func columns(label string, a, b rich.Line, w int) []rich.Line {
	lw := 10
	if w >= 70 {
		lw = 16
	}
	cw := (w - lw - 1) / 2
	var out []rich.Line
	if rich.Width(label) > lw-1 {
		out = append(out, rich.L(rich.S(rich.Label, rich.Truncate(label, w))))
		label = ""
	}
	la, lb := rich.Wrap(a, cw, 0), rich.Wrap(b, cw, 0)
	for i := range max(len(la), len(lb)) {
		var ca, cb rich.Line
		if i < len(la) {
			ca = la[i]
		}
		if i < len(lb) {
			cb = lb[i]
		}
		out = append(out, rich.L(rich.S(rich.Label, label+rich.Blank(lw-rich.Width(label))), ca.Pad(cw), " ", cb))
		label = ""
	}
	return out
}

// proving waits for a proof and shows what it did not know before.
type proving struct {
	before *diagnose.Report
	do     work
	run    *run
	got    int
}

func newProving(before *diagnose.Report, do work) *proving {
	return &proving{before: before, do: do}
}

func (p *proving) title() string { return "Proving" }
func (p *proving) moving() bool  { return p.run != nil }

func (p *proving) init(e *env) tea.Cmd {
	var cmd tea.Cmd
	p.run, cmd = startRun(e, p.do)
	return cmd
}

func (p *proving) close() {
	if p.run != nil {
		p.run.cancel()
	}
}

func (p *proving) update(e *env, msg tea.Msg) tea.Cmd {
	m, ok := msg.(eventsMsg)
	if !ok || m.run != p.run {
		return nil
	}
	for _, ev := range m.events {
		if ev.Kind == diagnose.EventSeen {
			p.got++
		}
	}
	if !m.done {
		return p.run.next
	}
	if m.err != nil {
		return tea.Sequence(send(backMsg{}), complain("Could not prove it: "+m.err.Error()))
	}
	return send(replaceMsg{newCompare(p.before, m.report, "now", "with the policy", m.note)})
}

func (p *proving) actions(e *env) []action {
	return []action{{id: keyBack, name: "stop", best: true, help: "stop and go back", msg: backMsg{}}}
}

func (p *proving) view(e *env, w, h int) []rich.Line {
	dots := e.frame % 4
	return append(header(e, p.before.Case, "", w, true), nil,
		rich.L("   Walking the case again, behind a proxy that applies the policy", fmt.Sprintf("%-4s", "...."[:dots])),
		rich.L("   ", rich.S(rich.Dim, count(p.got, "answer is in", "answers are in"))))
}
