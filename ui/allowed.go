package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"corstui/ui/rich"
)

// allowed is the screen for a case that is allowed from here, though the user's
// browser said no: what may differ, each line with its test.
type allowed struct {
	walk *walk
	at   int
	open bool
}

func newAllowed(s *walk) *allowed { return &allowed{walk: s} }

// difference is one thing that may differ between corstui and the browser.
type difference struct {
	id               keyID
	name, says, test string
	how              string // what to do, in full
}

// differences are the lines of the screen, most frequent first. Sources: the
// Fetch Standard, "CORS-preflight cache"; Chromium caps a preflight's age at
// 7200 s, Firefox at 86400 s (MDN, Access-Control-Max-Age).
var differences = []difference{
	{keySession, "session", "you are logged in, corstui is not", "take it",
		"Your browser sends cookies that corstui does not have. Whoever answers a logged-in user may be somebody else than who answered here. Press s and paste \"Copy as cURL\" of the failing request, or your CF_Authorization cookie."},
	{keyCache, "cached answer", "Chrome keeps a preflight up to 2 hours, Firefox up to 24", "clear it",
		"An answer from before the last change may still count in your browser. In the developer tools tick \"Disable cache\" on the Network tab, keep the tools open and reload. If it works then, the old answer was the fault, and it ends by itself."},
	{keyWorker, "service worker, extension, VPN or WARP", "something between the page and the network", "how to tell",
		"Open the page in a private window without extensions: that leaves out extensions and service workers. Then try without the VPN or WARP: your company's gateway may answer, or you may leave from an address that the WAF treats differently. In the Network tab a response \"from ServiceWorker\" names the worker."},
	{keyBrowser, "my browser", "the same request in your installed Chrome", "run it",
		"corstui starts your installed browser with an empty profile and lets it send the same fetch(). The WAF may challenge a program where it lets a browser pass, or the other way round."},
	{keyEngines, "other engine", "Firefox or Safari may decide differently here", "see how",
		"The same answers, judged by the rules of each engine."},
}

func (a *allowed) title() string       { return "Allowed from here" }
func (a *allowed) init(e *env) tea.Cmd { return nil }

type differMsg struct{ at int }

func (a *allowed) update(e *env, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case scrollMsg:
		a.at, a.open = max(min(a.at+msg.by, len(differences)-1), 0), false
	case differMsg:
		a.at = msg.at
		return a.test(e)
	case againMsg:
		return send(walkMsg{a.walk.c, a.walk.opt, a.walk.report})
	}
	return nil
}

// test does what the selected line offers.
func (a *allowed) test(e *env) tea.Cmd {
	switch differences[a.at].id {
	case keySession:
		return send(pushMsg{newSession(e, a.walk)})
	case keyBrowser:
		o := a.walk.opt
		o.Browser = true
		return send(walkMsg{a.walk.c, o, a.walk.report})
	case keyEngines:
		if len(a.walk.report.Verdict.Engines) == 0 {
			o := a.walk.opt
			o.AllEngines = true
			return send(walkMsg{a.walk.c, o, a.walk.report})
		}
	}
	a.open = !a.open
	return nil
}

func (a *allowed) actions(e *env) []action {
	as := []action{
		{id: keyUp, help: "the line before", msg: scrollMsg{-1}},
		{id: keyDown, name: "line", show: "↑↓", help: "the next line", msg: scrollMsg{1}},
		{id: keyNext, help: "the next line", msg: scrollMsg{1}},
		{id: keyPrev, help: "the line before", msg: scrollMsg{-1}},
		{id: keyOpen, name: differences[a.at].test, best: true, help: "test the selected line", msg: differMsg{a.at}},
	}
	for i, d := range differences {
		as = append(as, action{id: d.id, help: d.name + ": " + d.test, msg: differMsg{i}})
	}
	head := a.walk.report.Headline
	return append(as,
		action{id: keyAgain, name: "again", help: "run the same case again, and compare", msg: againMsg{}},
		action{id: keyCopy, name: "copy", help: "copy the verdict", msg: copyMsg{"verdict", head}},
		action{id: keyBack, name: "back", help: "back to the walk", msg: backMsg{}})
}

func (a *allowed) view(e *env, w, h int) []rich.Line {
	r := a.walk.report
	lines := header(e, r.Case, a.walk.opt.Lab, w, h < lowHeight-1)
	differs := " If your browser said no, something differs between it and corstui."
	if said := r.Case.Reported; said != nil && said.Reason != "" {
		differs = " Your console said " + rich.OneLine(said.Reason) + ": if it still does, something differs between your browser and corstui."
	}
	lines = append(lines, rich.Wrap(rich.L(" ", markSpan(e, markOK), " ", rich.S(rich.Good, "ALLOWED from here."), differs), w-1, 3)...)
	lines = append(lines, nil)
	for i, d := range differences {
		mark, role := "  ", rich.Plain
		if i == a.at {
			mark, role = e.theme.Best+" ", rich.Strong
		}
		nameW := 14
		l := rich.L(" ", rich.S(rich.Accent, mark), rich.S(rich.Key, e.keys.show(d.id)), "  ", rich.S(role, d.name))
		if n := 6 + nameW - l.Width() + 2; n > 0 {
			l = rich.L(l, rich.Blank(n))
		} else {
			l = rich.L(l, "  ")
		}
		test := rich.L(rich.S(rich.Accent, "› "+d.test+" "))
		var says []rich.Line
		if w >= narrowWidth && rich.Width(d.name) <= nameW {
			says = rich.Wrap(rich.L(d.says), max(w-l.Width()-test.Width()-2, 1), 0)
		}
		indent := rich.Blank(l.Width())
		if len(says) > 0 {
			l = rich.L(l, says[0])
			says = says[1:]
		}
		lines = append(lines, rich.Spread(l.Cut(w-test.Width()-1), test, w).OnClick(differMsg{i}))
		for _, s := range says {
			lines = append(lines, rich.L(indent, s).OnClick(differMsg{i}))
		}
		if i == a.at && a.open {
			how := rich.WrapText(d.how, rich.Plain, min(w-10, 84))
			for _, t := range how {
				lines = append(lines, rich.L("      ", t))
			}
			lines = append(lines, a.engineLines(e, d)...)
			lines = append(lines, nil)
		}
	}
	return lines
}

// engineLines show the verdict of each engine.
func (a *allowed) engineLines(e *env, d difference) []rich.Line {
	if d.id != keyEngines {
		return nil
	}
	var out []rich.Line
	for _, name := range []string{"chromium", "firefox", "webkit", "standard"} {
		v, ok := a.walk.report.Verdict.Engines[name]
		if !ok {
			continue
		}
		m, said := markOK, "allows it"
		switch {
		case !v.Allowed:
			m, said = markBad, "blocks it"
			if v.Reason != nil {
				said += ": " + *v.Reason
			}
		case v.Partial:
			m, said = markUnknown, "allows it as far as was sent"
		}
		for _, d := range v.Credentials {
			if d.Default {
				said += "; it does not send " + d.Name + " by default"
			}
		}
		out = append(out, rich.L("      ", markSpan(e, m), " ", rich.S(rich.Strong, name), " ", rich.OneLine(said)))
	}
	return out
}
