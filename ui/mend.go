package ui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"corstui/snippets"
	"corstui/ui/rich"
)

// mending is the screen of one file of the user's own: what a browser minds in
// it, the correction as a diff, and a question before anything is written.
type mending struct {
	fix  *fix
	path string

	busy   bool
	failed string
	mend   *Mend
	said   []string // what writing did; empty before
	scroll int
}

type (
	// mendMsg asks for a file: mendFoundMsg brings those near by to choose from,
	// mendTypeMsg asks for another one, and mendFileMsg brings its path.
	mendMsg      struct{}
	mendFoundMsg struct {
		owner screen
		files []string
	}
	mendTypeMsg struct{}
	mendFileMsg struct{ path string }
	// mendReadMsg brings the review of a file to the screen that asked for it.
	mendReadMsg struct {
		owner *mending
		mend  *Mend
		err   error
	}
	// mendAskMsg asks before the file is written, mendWriteMsg writes it, and
	// mendWroteMsg says how that went.
	mendAskMsg   struct{}
	mendWriteMsg struct{}
	mendWroteMsg struct {
		owner *mending
		said  []string
		err   error
	}
)

// mendHint is what such a file is often called.
var mendHint = map[snippets.Target]string{
	snippets.TargetWorker:  "src/worker.js",
	snippets.TargetExpress: "server.js",
	snippets.TargetNginx:   "/etc/nginx/nginx.conf",
	snippets.TargetGo:      "main.go",
}

// mendOff says why no file can be mended at a way.
func mendOff(e *env, w *way) string {
	if _, ok := e.Backend.(Mender); !ok {
		return "Mending a file is not available here."
	}
	if w == nil || w.step.Recipe != snippets.RecipeCORS {
		return "A file of your own is mended for CORS only: take the tab of what you run."
	}
	return ""
}

func newMendPrompt(w *way, path string) *prompt {
	return &prompt{
		name: "Mend a file of your own", label: "a file", best: "look at it",
		text:   []string{"An nginx configuration, a Worker, an Express app or Go source. corstui says what a browser minds in it and shows the correction; nothing is written before you say yes."},
		field:  newField(path, mendHint[w.target]),
		accept: func(v string) any { return mendFileMsg{v} },
	}
}

// pickFile looks for files to choose from; without any, the path is typed.
func pickFile(e *env, owner screen) tea.Cmd {
	finder, ok := e.Backend.(MendFinder)
	if !ok {
		return send(mendFoundMsg{owner: owner})
	}
	return func() tea.Msg { return mendFoundMsg{owner, finder.MendFiles()} }
}

func newFilePicker(files []string) *picker {
	p := &picker{name: "Which file of your own?", intro: "type to search; nothing is written yet"}
	for _, f := range files {
		p.entries = append(p.entries, entry{text: rich.OneLine(f), msg: mendFileMsg{f}})
	}
	p.entries = append(p.entries, entry{text: "another file: type its path", msg: mendTypeMsg{}})
	return p
}

// picked opens what a search for files leads to.
func picked(msg mendFoundMsg, w *way, path string) tea.Cmd {
	if len(msg.files) == 0 {
		return send(pushMsg{newMendPrompt(w, path)})
	}
	return send(pushMsg{newFilePicker(msg.files)})
}

func newMending(f *fix, path string) *mending {
	return &mending{fix: f, path: path, busy: true}
}

func (s *mending) title() string { return "A file of your own" }

func (s *mending) init(e *env) tea.Cmd {
	m, ok := e.Backend.(Mender)
	if !ok {
		return toast("Mending a file is not available here.")
	}
	path, r, p := s.path, s.fix.report, s.fix.policy
	return func() tea.Msg {
		mend, err := m.Mend(path, r, p)
		return mendReadMsg{s, mend, err}
	}
}

func (s *mending) update(e *env, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case mendReadMsg:
		if msg.owner != s {
			return nil
		}
		s.busy, s.mend = false, msg.mend
		if msg.err != nil {
			s.failed = rich.OneLine(msg.err.Error())
		}
	case mendMsg:
		return pickFile(e, s)
	case mendFoundMsg:
		if msg.owner == screen(s) {
			return picked(msg, s.fix.way(), s.path)
		}
	case mendTypeMsg:
		return send(pushMsg{newMendPrompt(s.fix.way(), s.path)})
	case mendFileMsg:
		return send(replaceMsg{newMending(s.fix, msg.path)})
	case mendAskMsg:
		return send(pushMsg{&question{
			name: "Write the correction?",
			text: []string{"This changes " + rich.OneLine(s.path) + " as the diff says. The file as it is now stays beside it, under a name that ends in .bak.",
				"The program that reads the file, where it is installed here, looks at the new text first; if it refuses it, nothing is written."},
			yes: "write it", no: "leave the file as it is", yesMsg: mendWriteMsg{},
		}})
	case mendWriteMsg:
		s.busy = true
		write, ctx := s.mend.Write, e.ctx
		return func() tea.Msg {
			said, err := write(ctx)
			return mendWroteMsg{s, said, err}
		}
	case mendWroteMsg:
		if msg.owner != s {
			return nil
		}
		s.busy, s.scroll = false, 0
		if msg.err != nil {
			return complain(rich.OneLine(msg.err.Error()))
		}
		s.said = msg.said
		return toast("The file is written. Once it is in use, " + e.keys.show(keyAgain) + " walks the case again.")
	case copyBestMsg:
		return send(copyMsg{"diff", s.mend.Diff})
	case scrollMsg:
		s.scroll = scrollBy(e, s, s.scroll, msg.by)
	case againMsg:
		w := s.fix.walk
		return send(walkMsg{w.c, w.opt, s.fix.report})
	}
	return nil
}

// writeOff says why there is nothing to write now.
func (s *mending) writeOff() string {
	switch {
	case s.busy:
		return "corstui is still at work on the file."
	case s.mend == nil:
		return "The file could not be read."
	case s.said != nil:
		return "The correction is written already."
	case s.mend.Diff == "":
		return "There is nothing to change in this file."
	}
	return ""
}

func (s *mending) actions(e *env) []action {
	off := s.writeOff()
	return []action{
		{id: keyUp, help: "scroll up", msg: scrollMsg{-1}},
		{id: keyDown, name: "scroll", show: "↑↓", help: "scroll down", msg: scrollMsg{1}},
		{id: keyPageUp, help: "scroll up a page", msg: scrollMsg{-8}},
		{id: keyPageDown, help: "scroll down a page", msg: scrollMsg{8}},
		{id: keyTop, help: "scroll to the top", msg: scrollMsg{-1 << 20}},
		{id: keyBottom, help: "scroll to the end", msg: scrollMsg{1 << 20}},
		{id: keyWrite, name: "write it", help: "write the correction, and keep the file as it was beside it", msg: mendAskMsg{}, off: off, best: off == ""},
		{id: keyCopy, name: "copy", help: "copy the diff", msg: copyBestMsg{}, off: ifThen(s.mend == nil || s.mend.Diff == "", "There is no diff to copy.")},
		{id: keyMend, name: "other file", help: "take another file", msg: mendMsg{}, best: s.failed != ""},
		{id: keyAgain, name: ifThen(s.said != nil, "again"), help: "run the same case again, and compare", msg: againMsg{}, best: s.said != nil},
		{id: keyBack, name: "back", help: "back to the fix", msg: backMsg{}},
	}
}

func (s *mending) view(e *env, w, h int) []rich.Line {
	lines := header(e, s.fix.report.Case, s.fix.walk.opt.Lab, w, true)
	body, room := s.text(e, w, h)
	shown, _ := scrolled(body, s.scroll, room, w-4)
	title := rich.L(rich.S(rich.Title, rich.OneLine(s.path)))
	var aside rich.Line
	if s.mend != nil {
		aside = rich.L(rich.S(rich.Dim, rich.OneLine(s.mend.Kind)))
	}
	return append(lines, box(e, title, aside, shown, w, room+2)...)
}

// text implements scrolling: what was done, what is wrong, and the diff.
func (s *mending) text(e *env, w, h int) ([]rich.Line, int) {
	return s.bodyLines(e, w-4), h - 3
}

func (s *mending) bodyLines(e *env, w int) []rich.Line {
	var out []rich.Line
	switch {
	case s.failed != "":
		return rich.Wrap(rich.L(markSpan(e, markBad), " ", s.failed), w, 2)
	case s.mend == nil:
		return []rich.Line{rich.L(rich.S(rich.Packet, "reading the file…"))}
	case s.busy:
		out = append(out, rich.L(rich.S(rich.Packet, "checking and writing…")), nil)
	}
	for i, l := range s.said {
		mark := rich.S(rich.Plain, " ") // one line may say that nobody checked it
		if i == 0 {
			mark = markSpan(e, markOK)
		}
		out = append(out, rich.Wrap(rich.L(mark, " ", rich.OneLine(l)), w, 2)...)
	}
	if len(s.said) > 0 {
		out = append(out, nil, rich.L(rich.S(rich.Dim, "As it was before, and what has changed:")))
	}
	if len(s.mend.Problems) == 0 {
		out = append(out, rich.L(markSpan(e, markOK), " nothing that a browser minds was found"))
	}
	for _, p := range s.mend.Problems {
		out = append(out, problemLines(e, p, w)...)
	}
	for _, n := range s.mend.Notes {
		out = append(out, rich.Wrap(rich.L(rich.S(rich.Label, "note "), rich.OneLine(n)), w, 5)...)
	}
	if s.mend.Diff == "" {
		return append(out, nil, rich.L(rich.S(rich.Dim, "There is nothing here that corstui would change.")))
	}
	return append(append(out, nil), unifiedLines(s.mend.Diff, w)...)
}

// problemLines are one problem: where it is, what is wrong, and why.
func problemLines(e *env, p MendProblem, w int) []rich.Line {
	m := markWarn
	switch p.Severity {
	case "error":
		m = markBad
	case "info":
		m = markIdle
	}
	out := rich.Wrap(rich.L(markSpan(e, m), " ", rich.S(rich.Strong, rich.OneLine(p.At)), "  ", rich.OneLine(p.What)), w, 4)
	for _, l := range rich.WrapText(rich.OneLine(p.Why), rich.Dim, w-4) {
		out = append(out, rich.L("    ", l))
	}
	return out
}

// unifiedLines colour a unified diff. Long lines are broken, not cut: it is what
// the user says yes to.
func unifiedLines(diff string, w int) []rich.Line {
	var out []rich.Line
	for l := range strings.Lines(diff) {
		l = strings.ReplaceAll(strings.TrimRight(l, "\r\n"), "\t", "    ")
		role := rich.Plain
		switch {
		case strings.HasPrefix(l, "--- "), strings.HasPrefix(l, "+++ "):
			role = rich.Strong
		case strings.HasPrefix(l, "@@"):
			role = rich.Accent
		case strings.HasPrefix(l, "+"):
			role = rich.Added
		case strings.HasPrefix(l, "-"):
			role = rich.Removed
		}
		for _, part := range rich.Break(rich.CleanString(l), w) {
			out = append(out, rich.L(rich.S(role, part)))
		}
	}
	return out
}
