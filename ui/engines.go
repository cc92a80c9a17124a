package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"corstui/diagnose"
	"corstui/ui/rich"
)

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
	for _, b := range []struct{ engine, name, console string }{
		{"chromium", "Chrome, Edge", v.Console.Chromium},
		{"firefox", "Firefox", v.Console.Firefox},
		{"webkit", "Safari", v.Console.WebKit},
	} {
		allowed, known := v.Allowed, false
		reason := ""
		if ev, ok := v.Engines[b.engine]; ok {
			allowed, known = ev.Allowed, true
			if b.console == "" {
				b.console = ev.Console
			}
			if ev.Reason != nil {
				reason = *ev.Reason
			}
		}
		head := rich.L(rich.S(rich.Strong, b.name))
		if known || b.engine == v.Engine {
			m, said := markOK, ": allowed"
			if !allowed {
				m, said = markBad, ": blocked"
			}
			head = rich.L(markSpan(e, m), " ", head, said, rich.S(rich.Dim, "  "+reason))
		}
		if len(lines) > 0 {
			lines = append(lines, nil)
		}
		lines = append(lines, head)
		if b.console == "" {
			b.console = "prints no line of its own"
		}
		for _, l := range rich.WrapText(rich.OneLine(b.console), rich.Quote, bw-6) {
			lines = append(lines, rich.L("  ", l))
		}
	}
	return lines, min(len(lines), h-3)
}
