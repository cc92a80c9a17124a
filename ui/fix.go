package ui

import (
	"context"
	"fmt"
	"net/url"
	"path"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"corstui/diagnose"
	"corstui/diagnose/finding"
	"corstui/snippets"
	"corstui/ui/rich"
)

// way is one tab of the fix: a step of the plan, made for one target.
type way struct {
	step   finding.Step
	at     int // of the plan
	target snippets.Target
	name   string
	order  string // "2 " or "or " before the first tab of a step
	group  string // stands before the first of several tabs of one recipe
	files  []snippets.File
	err    error
}

// fix is the screen of what to change.
type fix struct {
	walk   *walk
	report *diagnose.Report
	ways   []way
	tab    int
	scroll int
	diff   bool
	// policy is the report's, with the pages that the user named.
	policy snippets.Policy
}

func newFix(e *env, s *walk) *fix {
	f := &fix{walk: s, report: s.report}
	f.policy = s.report.Policy
	f.ways = waysFor(s.report, f.policy)
	return f
}

// targetName is what a tab is called.
var targetName = map[snippets.Target]string{
	snippets.TargetWorker:  "Worker",
	snippets.TargetExpress: "Express",
	snippets.TargetNginx:   "nginx",
	snippets.TargetGo:      "Go",
}

var recipeName = map[snippets.Recipe]string{
	snippets.RecipeAccess:       "Access",
	snippets.RecipeWAF:          "WAF",
	snippets.RecipeJWT:          "check the JWT",
	snippets.RecipeServiceToken: "service token",
	snippets.RecipeCORS:         "CORS",
	snippets.RecipeSameOrigin:   "same origin",
}

// waysFor makes the tabs of a report: the steps of its plan in their order, each
// for its targets; the same-origin way stands last.
func waysFor(r *diagnose.Report, p snippets.Policy) []way {
	var out, last []way
	number := 0
	for i, st := range r.Plan {
		if !st.Alternative {
			number++
		}
		ts := targetsOf(st)
		if len(ts) == 0 {
			ts = []snippets.Target{""}
		}
		for j, t := range ts {
			w := way{step: st, at: i, target: t, name: targetName[t]}
			// The number says in which order to act; the targets of one step share it.
			if j == 0 && st.Alternative && st.Recipe != snippets.RecipeSameOrigin {
				w.order = "or "
			} else if j == 0 && !st.Alternative && len(r.Plan) > 1 {
				w.order = fmt.Sprintf("%d ", number)
			}
			switch {
			case t == "":
				w.name = recipeName[st.Recipe]
				if w.name == "" {
					w.name = stationName[st.Layer]
				}
			case st.Recipe == snippets.RecipeSameOrigin:
				w.group = "or same origin:"
			case st.Recipe != snippets.RecipeCORS:
				w.group = recipeName[st.Recipe] + ":"
			}
			if hasFiles(st) {
				w.files, w.err = snippets.Generate(st.Recipe, t, snippetOptions(r, p))
			}
			if st.Recipe == snippets.RecipeSameOrigin {
				last = append(last, w)
			} else {
				out = append(out, w)
			}
		}
	}
	return append(out, last...)
}

// hasFiles says whether files hold what a step changes. A step at Access without
// a command is about a login or a policy, and the recipe's files are not.
func hasFiles(st finding.Step) bool {
	return st.Recipe != "" && (st.Recipe != snippets.RecipeAccess || st.Command != "")
}

// snippetOptions are what the files depend on, taken from the case.
func snippetOptions(r *diagnose.Report, p snippets.Policy) snippets.Options {
	o := snippets.Options{Policy: p}
	if u, err := url.Parse(r.Case.URL); err == nil {
		o.Host, o.Path = u.Hostname(), u.Path
		o.Upstream = u.Scheme + "://" + u.Host
	}
	if a := r.Facts.Access; a != nil {
		o.TeamDomain, o.AUD = a.Team, a.AUD
	}
	return o
}

func (f *fix) title() string { return "The fix" }

func (f *fix) init(e *env) tea.Cmd { return nil }

type (
	tabMsg   struct{ by int }
	pickTab  struct{ tab int }
	diffMsg  struct{}
	writeMsg struct{}
	// pagesMsg asks for the pages of the policy, setPagesMsg brings them.
	pagesMsg    struct{}
	setPagesMsg struct{ text string }
)

func (f *fix) way() *way {
	if f.tab < len(f.ways) {
		return &f.ways[f.tab]
	}
	return nil
}

func (f *fix) update(e *env, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tabMsg:
		if n := len(f.ways); n > 0 {
			f.tab, f.scroll = (f.tab+msg.by+n)%n, 0
		}
	case pickTab:
		f.tab, f.scroll = msg.tab, 0
	case scrollMsg:
		f.scroll = scrollBy(e, f, f.scroll, msg.by)
	case diffMsg:
		f.diff, f.scroll = !f.diff, 0
	case copyBestMsg:
		what, text := f.copyText()
		return send(copyMsg{what, text})
	case copyMenuMsg:
		return send(pushMsg{newCopyMenu(e, f.walk, f.fileEntries())})
	case pagesMsg:
		return send(pushMsg{&prompt{
			name: "Pages that may read the API", label: "origins, with commas between them", best: "use these",
			text:   []string{"Whole origins: scheme, host and port. The files are made anew with them."},
			field:  newField(strings.Join(f.policy.AllowOrigins, ", "), "https://app.example.com"),
			accept: func(v string) any { return setPagesMsg{v} },
		}})
	case setPagesMsg:
		p := f.policy
		p.AllowOrigins = strings.FieldsFunc(msg.text, func(r rune) bool { return r == ',' || r == ' ' })
		if err := p.Validate(); err != nil {
			return complain(rich.OneLine(err.Error()))
		}
		f.policy = p
		f.ways = waysFor(f.report, p)
		return toast("The files allow " + count(len(p.AllowOrigins), "page", "pages") + " now.")
	case writeMsg:
		return send(pushMsg{newSavePrompt(f.way().files, "corstui-fix")})
	case mendMsg:
		return pickFile(e, f)
	case mendFoundMsg:
		if msg.owner == screen(f) {
			return picked(msg, f.way(), "")
		}
	case mendTypeMsg:
		return send(pushMsg{newMendPrompt(f.way(), "")})
	case mendFileMsg:
		return send(pushMsg{newMending(f, msg.path)})
	case proveMsg:
		return prove(e, f.walk, f.policy)
	case againMsg:
		return send(walkMsg{f.walk.c, f.walk.opt, f.report})
	case exchangeMsg:
		return send(pushMsg{newExchangeView(f.report, f.report.Exchanges, f.report.DecidedBy)})
	}
	return nil
}

// copyText is what y copies: the file of the tab that does the work, or where
// it has none, the message to whoever can act.
func (f *fix) copyText() (what, text string) {
	w := f.way()
	if w == nil || len(w.files) == 0 {
		return "ticket", ticket(f.report)
	}
	main := w.files[0]
	for _, file := range w.files {
		if path.Ext(main.Name) != ".md" { // a text about the files
			break
		}
		main = file
	}
	return main.Name, main.Content
}

func joinFiles(files []snippets.File) string {
	var b strings.Builder
	for _, file := range files {
		fmt.Fprintf(&b, "# %s\n%s", file.Name, file.Content)
		if !strings.HasSuffix(file.Content, "\n") {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

func (f *fix) fileEntries() []entry {
	w := f.way()
	if w == nil {
		return nil
	}
	var out []entry
	for _, file := range w.files {
		out = append(out, entry{text: file.Name + ": this file", msg: copyMsg{file.Name, file.Content}})
	}
	return out
}

func (f *fix) actions(e *env) []action {
	none, files := "", ""
	w := f.way()
	if w == nil {
		none = "There is nothing to change that corstui could write down."
	}
	if w == nil || len(w.files) == 0 {
		files = "This step has no file."
	}
	diffName := "diff"
	if f.diff {
		diffName = "steps"
	}
	return []action{
		{id: keyNext, name: "next way", help: "the next way or target", msg: tabMsg{1}, off: none},
		{id: keyPrev, help: "the way or target before", msg: tabMsg{-1}, off: none},
		{id: keyLeft, help: "the way or target before", msg: tabMsg{-1}, off: none},
		{id: keyRight, help: "the next way or target", msg: tabMsg{1}, off: none},
		{id: keyUp, help: "scroll up", msg: scrollMsg{-1}},
		{id: keyDown, help: "scroll down", msg: scrollMsg{1}},
		{id: keyPageUp, help: "scroll up a page", msg: scrollMsg{-8}},
		{id: keyPageDown, help: "scroll down a page", msg: scrollMsg{8}},
		{id: keyTop, help: "scroll to the top", msg: scrollMsg{-1 << 20}},
		{id: keyBottom, help: "scroll to the end", msg: scrollMsg{1 << 20}},
		{id: keyCopy, name: "copy", help: "copy the main file of this tab", msg: copyBestMsg{}, best: true},
		{id: keyCopyMenu, help: "choose what to copy: one file, ticket, curl, verdict, Ray ID", msg: copyMenuMsg{}},
		{id: keyWrite, name: "write", help: "write the files of this tab into a directory", msg: writeMsg{}, off: files},
		{id: keyDiff, name: diffName, help: "header by header: what is needed against what was seen", msg: diffMsg{}},
		{id: keyMend, name: "mend", help: "pick a file of your own: what a browser minds in it, and its correction", msg: mendMsg{}, off: mendOff(e, w)},
		{id: keyEdit, help: "change the pages that the policy allows", msg: pagesMsg{}, off: ifThen(len(f.policy.AllowOrigins) == 0, "This fix names no page.")},
		{id: keyProve, name: "prove", help: "walk the case behind a proxy that applies this policy", msg: proveMsg{}, off: proveOff(e, "")},
		{id: keyAgain, name: "again", help: "run the same case again, and compare", msg: againMsg{}},
		{id: keyExchange, help: "the deciding exchange", msg: exchangeMsg{}, off: ifThen(f.report.DecidedBy == "", "Nothing was sent.")},
		{id: keyBack, name: "back", help: "back to the walk", msg: backMsg{}},
	}
}

func proveOff(e *env, off string) string {
	if off != "" {
		return off
	}
	if _, ok := e.Backend.(Prover); !ok {
		return "Proving is not available here."
	}
	return ""
}

// prove walks the case behind a proxy that applies the policy.
func prove(e *env, s *walk, p snippets.Policy) tea.Cmd {
	pr, ok := e.Backend.(Prover)
	if !ok {
		return toast("Proving is not available here.")
	}
	r, opt := s.report, s.opt
	return send(pushMsg{newProving(r, func(ctx context.Context, emit func(diagnose.Event)) (diagnose.Report, string, error) {
		return pr.Prove(ctx, r, p, opt, emit)
	})})
}
