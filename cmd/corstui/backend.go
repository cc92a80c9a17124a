package main

import (
	"context"
	"errors"
	"net/url"
	"os"
	"strings"
	"sync"

	"github.com/atotto/clipboard"

	"corstui/diagnose"
	"corstui/diagnose/exchange"
	"corstui/diagnose/lab"
	"corstui/diagnose/paste"
	"corstui/diagnose/report"
	"corstui/diagnose/trial"
	"corstui/snippets"
	"corstui/ui"
)

// backend is what the screens need from outside: it runs diagnoses, knows the
// lab, keeps recent cases, and writes files. It implements ui.Backend and the
// optional interfaces beside it.
type backend struct {
	app     *app
	options diagnose.Options
	state   *state

	mu   sync.Mutex
	labs map[string]*lab.Lab // started scenarios, by name
	raw  map[string]exchange.Case
}

func newBackend(a *app, o diagnose.Options) *backend {
	return &backend{app: a, options: o, state: openState(a.noHistory), labs: map[string]*lab.Lab{}, raw: map[string]exchange.Case{}}
}

// close stops every lab that was started.
func (b *backend) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, l := range b.labs {
		_ = l.Close()
	}
	b.labs = map[string]*lab.Lab{}
}

// lab returns the running lab of a scenario.
func (b *backend) lab(name string) (*lab.Lab, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if l, ok := b.labs[name]; ok {
		return l, nil
	}
	l, err := lab.Start(context.Background(), name, 0)
	if err != nil {
		return nil, err
	}
	b.labs[name] = l
	return l, nil
}

// unmasked returns a case with its secrets. A case that comes out of a report
// has none: those of the run that made it are put back, and of a saved report
// nothing is sent in their place.
func (b *backend) unmasked(c exchange.Case) exchange.Case {
	b.mu.Lock()
	defer b.mu.Unlock()
	key := c.Method + " " + diagnose.Shown(c.URL) + " " + c.Origin
	if !diagnose.Masked(c) {
		b.raw[key] = c
		return c
	}
	if raw, ok := b.raw[key]; ok {
		return raw
	}
	return diagnose.WithoutMasked(c)
}

// runOptions are the options of a run that the screen asks for, and the case as
// it is to be run.
func (b *backend) runOptions(c exchange.Case, o ui.RunOptions) (exchange.Case, diagnose.Options, error) {
	c = b.unmasked(c)
	d := b.options
	d.AllowUnsafe, d.AllEngines, d.Client, d.Browser, d.Lab = o.AllowUnsafe, o.AllEngines, nil, nil, o.Lab
	d.Confirm = true // the verdict is on the screen already
	if o.Lab != "" {
		l, err := b.lab(o.Lab)
		if err != nil {
			return c, d, err
		}
		direct := d.Network.Direct
		d.Network = l.Network()
		d.Network.Direct = direct
		// A saved or shown case has lost its session; the lab makes a new one.
		if fresh, ok := l.Case(o.Lab); ok && fresh.URL == c.URL && !o.WithoutSession {
			c.Session = fresh.Session
		}
	}
	if o.WithoutSession {
		c.Session = exchange.Session{}
	}
	if o.Browser {
		d.Browser = realBrowser(d)
	}
	return c, d, nil
}

// Run implements ui.Backend.
func (b *backend) Run(ctx context.Context, c exchange.Case, o ui.RunOptions, emit func(diagnose.Event)) diagnose.Report {
	c, d, err := b.runOptions(c, o)
	if err == nil {
		var r diagnose.Report
		if r, err = diagnose.Run(ctx, c, d, emit); err == nil {
			return r
		}
	}
	return diagnose.Failed(c, err)
}

// Understand implements ui.Backend. The path of a HAR file is read first.
func (b *backend) Understand(text string) (exchange.Case, string, []string, error) {
	return b.understand(text, paste.Parse)
}

// UnderstandEntry implements ui.Choosy.
func (b *backend) UnderstandEntry(text string, index int) (exchange.Case, string, []string, error) {
	return b.understand(text, func(text string) (paste.Pasted, error) { return paste.ParseHAR(text, index) })
}

// Entries implements ui.Choosy.
func (b *backend) Entries(text string) []ui.PasteEntry {
	text, err := b.pasted(text)
	if err != nil {
		return nil
	}
	p, err := paste.Parse(text)
	if err != nil {
		return nil
	}
	out := make([]ui.PasteEntry, len(p.Entries))
	for i, e := range p.Entries {
		out[i] = ui.PasteEntry{Index: e.Index, Method: e.Method, URL: e.URL, Origin: e.Origin, Status: e.Status, Error: e.Error}
	}
	return out
}

func (b *backend) understand(text string, parse func(string) (paste.Pasted, error)) (exchange.Case, string, []string, error) {
	text, err := b.pasted(text)
	if err != nil {
		return exchange.Case{}, "", nil, err
	}
	p, err := parse(text)
	if err != nil {
		return exchange.Case{}, "", nil, err
	}
	return p.Case, p.Understood, p.Missing, nil
}

// pasted is a pasted text, or what the file holds that it names.
func (b *backend) pasted(text string) (string, error) {
	text = strings.TrimSpace(text)
	if file, ok := existingFile(text); ok {
		content, err := b.app.readInput(file)
		return string(content), err
	}
	return text, nil
}

// existingFile says whether a pasted line is the path of a file that is there.
func existingFile(s string) (string, bool) {
	s = strings.Trim(s, `'"`)
	if s == "" || len(s) > 4096 || strings.ContainsAny(s, "\n\x00") {
		return "", false
	}
	if rest, ok := strings.CutPrefix(s, "file://"); ok {
		if p, err := url.PathUnescape(rest); err == nil {
			s = p
		}
	}
	s = expandHome(s)
	info, err := os.Stat(s)
	return s, err == nil && info.Mode().IsRegular()
}

// expandHome reads "~/" as a shell does.
func expandHome(s string) string {
	if rest, ok := strings.CutPrefix(s, "~/"); ok {
		if home, err := os.UserHomeDir(); err == nil {
			return home + "/" + rest
		}
	}
	return s
}

// Save implements ui.Backend.
func (b *backend) Save(dir string, files []snippets.File, force bool) ([]string, error) {
	written, err := saveFiles(dir, files, force)
	var there *existsError
	if errors.As(err, &there) {
		return nil, &ui.ExistsError{Paths: there.paths}
	}
	return written, err
}

// Export implements ui.Exporter.
func (b *backend) Export(r *diagnose.Report, format string) ([]byte, error) {
	if format == "har" {
		return report.AsHAR(*r)
	}
	f, err := report.ParseFormat(format)
	if err != nil {
		return nil, err
	}
	return report.Render(f, *r)
}

// Scenarios implements ui.Labs.
func (b *backend) Scenarios() []ui.Scenario {
	var out []ui.Scenario
	for _, s := range lab.Scenarios() {
		out = append(out, ui.Scenario{Name: s.Name, Shows: s.Shows, Case: s.Case})
	}
	return out
}

// OpenLabPage implements ui.LabPage.
func (b *backend) OpenLabPage(_ context.Context, scenario string) (string, error) {
	l, err := b.lab(scenario)
	if err != nil {
		return "", err
	}
	return l.URL(), nil
}

// Command implements ui.Commander.
func (b *backend) Command(c exchange.Case, o ui.RunOptions) string {
	if o.Lab != "" {
		return "corstui check --lab " + o.Lab
	}
	var further []string
	if o.AllowUnsafe {
		further = append(further, "--allow-unsafe-methods")
	}
	return diagnose.Shown("corstui check " + shellArgs(c, further...))
}

// Recent implements ui.Recents.
func (b *backend) Recent() []ui.Recent { return b.state.recent() }

// Remember implements ui.Recents.
func (b *backend) Remember(r *diagnose.Report, labName string) { b.state.remember(r, labName) }

// Progress implements ui.Progress.
func (b *backend) Progress() map[string]string { return b.state.progress() }

// SetProgress implements ui.Progress.
func (b *backend) SetProgress(lesson, state string) { b.state.setProgress(lesson, state) }

var (
	_ ui.Backend    = (*backend)(nil)
	_ ui.Exporter   = (*backend)(nil)
	_ ui.Labs       = (*backend)(nil)
	_ ui.LabPage    = (*backend)(nil)
	_ ui.Recents    = (*backend)(nil)
	_ ui.Progress   = (*backend)(nil)
	_ ui.Clipboard  = (*backend)(nil)
	_ ui.Commander  = (*backend)(nil)
	_ ui.LabFixer   = (*backend)(nil)
	_ ui.Prover     = (*backend)(nil)
	_ ui.Choosy     = (*backend)(nil)
	_ ui.MendFinder = (*backend)(nil)
	_ ui.Mender     = (*backend)(nil)
)

// hostAndPath splits a URL for the expressions of Access and the WAF.
func hostAndPath(raw string) (host, path string) {
	u, err := url.Parse(raw)
	if err != nil {
		return "", ""
	}
	return u.Hostname(), u.Path
}

// Prove implements ui.Prover: the case again, behind a proxy that applies the
// policy.
func (b *backend) Prove(ctx context.Context, r *diagnose.Report, p snippets.Policy, o ui.RunOptions, emit func(diagnose.Event)) (diagnose.Report, string, error) {
	c, d, err := b.runOptions(r.Case, o)
	if err != nil {
		return diagnose.Report{}, "", err
	}
	proxy, err := trial.Start(ctx, trial.Options{Target: c.URL, Policy: p, Network: d.Network})
	if err != nil {
		return diagnose.Report{}, "", oneLine(err)
	}
	defer proxy.Close()
	d.Network, d.Browser = proxy.Network(), nil
	c.Reported = nil // a console line speaks of the path without the proxy
	after, err := diagnose.Run(ctx, c, d, emit)
	return after, trial.Simulated(r.AnsweredBy.Layer), err
}

// FixLab implements ui.LabFixer: a fresh lab, its layers changed as whoever runs
// them would, and the case walked on it.
func (b *backend) FixLab(ctx context.Context, scenario string, changes []ui.Change, p snippets.Policy, emit func(diagnose.Event)) (diagnose.Report, error) {
	l, err := lab.Start(ctx, scenario, 0)
	if err != nil {
		return diagnose.Report{}, err
	}
	defer l.Close()
	c, _ := l.Case(scenario)
	for _, ch := range changes {
		if ch.LogIn {
			c, err = l.LogIn(scenario)
		} else {
			c, err = l.Fix(scenario, ch.Layer, ch.Recipe, p)
		}
		if err != nil {
			return diagnose.Report{}, err
		}
	}
	return diagnose.Run(ctx, c, diagnose.Options{Network: l.Network(), AllowUnsafe: true, AllEngines: true, Confirm: true}, emit)
}

// Copy implements ui.Clipboard: the desktop's own clipboard, where there is a
// desktop on this side of the connection.
func (b *backend) Copy(text string) error {
	if os.Getenv("SSH_CONNECTION") != "" || clipboard.Unsupported {
		return ui.ErrNotHere
	}
	return clipboard.WriteAll(text)
}
