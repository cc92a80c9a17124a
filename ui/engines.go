package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"corstui/diagnose"
	"corstui/diagnose/fetch"
	"corstui/ui/rich"
)

// browsers are the engines by the names that people know, in the order of the
// screens.
var browsers = []struct {
	engine, name string
	console      func(*fetch.Console) *string
}{
	{"chromium", "Chrome, Edge", func(c *fetch.Console) *string { return &c.Chromium }},
	{"firefox", "Firefox", func(c *fetch.Console) *string { return &c.Firefox }},
	{"webkit", "Safari (WebKit)", func(c *fetch.Console) *string { return &c.WebKit }},
}

// engines says what each browser prints and decides.
type engines struct {
	report *diagnose.Report
	scroll int
}

func newEngines(r *diagnose.Report) *engines { return &engines{report: r} }

func (g *engines) overlay()            {}
func (g *engines) title() string       { return "What each browser says" }
func (g *engines) init(e *env) tea.Cmd { return nil }

func (g *engines) update(e *env, msg tea.Msg) tea.Cmd {
	if m, ok := msg.(scrollMsg); ok {
		g.scroll = scrollBy(e, g, g.scroll, m.by)
	}
	return nil
}

func (g *engines) actions(e *env) []action {
	return []action{
		{id: keyUp, help: "scroll up", msg: scrollMsg{-1}},
		{id: keyDown, name: "scroll", show: "↑↓", help: "scroll down", msg: scrollMsg{1}},
		{id: keyCopy, name: "copy", help: "copy Chrome's sentence", msg: copyMsg{"console message", g.report.Verdict.Console.Chromium}},
		{id: keyBack, name: "close", best: true, help: "close", msg: backMsg{}},
		{id: keyOpen, help: "close", msg: backMsg{}},
	}
}

func (g *engines) view(e *env, w, h int) []rich.Line {
	lines, rows := g.text(e, w, h)
	bw := enginesWidth(w)
	shown, _ := scrolled(lines, g.scroll, rows, bw-4)
	return box(e, rich.L(rich.S(rich.Title, g.title())), nil, shown, bw, rows+2)
}

func enginesWidth(w int) int { return min(w-2, 90) }

// text implements scrolling.
func (g *engines) text(e *env, w, h int) ([]rich.Line, int) {
	bw := enginesWidth(w)
	v := g.report.Verdict
	var lines []rich.Line
	for _, b := range browsers {
		console := *b.console(&v.Console)
		allowed, known, partial := v.Allowed, b.engine == v.Engine, v.Partial
		reason, credentials, event := "", g.report.Credentials, v.Event
		if ev, ok := v.Engines[b.engine]; ok {
			allowed, known, partial, credentials, event = ev.Allowed, true, ev.Partial, ev.Credentials, ev.Event
			if console == "" {
				console = ev.Console
			}
			if ev.Reason != nil {
				reason = *ev.Reason
			}
		}
		head := rich.L(rich.S(rich.Strong, b.name))
		switch {
		case known && allowed && partial:
			head = rich.L(markSpan(e, markUnknown), " ", head, ": allowed as far as was sent")
		case known && allowed:
			head = rich.L(markSpan(e, markOK), " ", head, ": allowed")
		case known:
			head = rich.L(markSpan(e, markBad), " ", head, ": blocked", rich.S(rich.Dim, "  "+reason))
		case len(v.Engines) > 0:
			head = rich.L(markSpan(e, markUnknown), " ", head, ": not known; it would send another request")
		}
		if known && event != "" {
			head = rich.L(head, ", and the element fires "+rich.OneLine(event))
		}
		if len(lines) > 0 {
			lines = append(lines, nil)
		}
		lines = append(lines, head)
		if known {
			lines = append(lines, cookieLines(credentials, bw)...)
		}
		switch {
		case console != "":
		case known || len(v.Engines) == 0:
			console = "prints no line of its own"
		default:
			continue
		}
		for _, l := range rich.WrapText(rich.OneLine(console), rich.Quote, bw-6) {
			lines = append(lines, rich.L("  ", l))
		}
	}
	return lines, min(len(lines), h-3)
}

// cookieLines say what a browser does with each cookie or token of the session,
// and why where it keeps one back.
func cookieLines(credentials []fetch.CredentialDecision, bw int) []rich.Line {
	var out []rich.Line
	for _, d := range credentials {
		name := rich.OneLine(d.Name)
		text := []rich.Line{rich.L(rich.S(rich.Dim, "sends "+name))}
		if !d.Sent {
			text = rich.WrapText("keeps back "+name+": "+rich.OneLine(d.Why), rich.Warn, bw-6)
		}
		for _, l := range text {
			out = append(out, rich.L("  ", l))
		}
	}
	return out
}
