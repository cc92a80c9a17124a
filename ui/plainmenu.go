package ui

import (
	"errors"
	"strings"

	"corstui/diagnose/finding"
	"corstui/snippets"
)

// menu offers what can be done with the report, until the user is done.
func (p *plain) menu(s *walk) error {
	for {
		items := []string{
			"the evidence: what proves who answered",
			"the fix: what to change, and the files",
			"the deciding request and response, as sent",
			"a message to whoever can change it",
			"run again",
			"say how I am logged in, and run again",
			"write the report to a file",
			"end",
		}
		p.say("")
		n, err := p.choose("What next?", items)
		if err != nil {
			return err
		}
		switch n {
		case 0:
			ss := s.stations()
			for _, it := range proofItems(s.report, ss, stationOf(ss)) {
				p.say("%s. %s %s", it.seen, it.proves, ifThen(it.strength != "", "("+it.strength+")"))
			}
		case 1:
			err = p.fix(s)
		case 2:
			if x := s.report.ExchangeByID(s.report.DecidedBy); x != nil {
				p.say("%s", rawExchange(x))
			} else {
				p.say("Nothing was sent.")
			}
		case 3:
			p.say("%s", ticket(s.report))
		case 4:
			err = p.run(s)
		case 5:
			if err = p.session(&s.c); err == nil && !s.c.Session.Empty() {
				err = p.run(s)
			}
		case 6:
			err = p.export(s)
		default:
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (p *plain) fix(s *walk) error {
	ways := waysFor(s.report, s.report.Policy)
	if len(ways) == 0 {
		if s.report.Verdict.Allowed {
			p.say("Nothing is wrong from here. If your browser said no, something differs:")
			for _, d := range differences {
				p.say("%s: %s. %s", upperFirst(d.name), d.says, d.how)
			}
			return nil
		}
		p.say("No file and no setting changes this one.")
		return nil
	}
	var names []string
	for _, w := range ways {
		name := strings.TrimSpace(strings.TrimPrefix(w.group, "or ") + " " + w.name)
		names = append(names, name+": "+w.step.Summary)
	}
	n, err := p.choose("These are the ways, in the order in which to act.", names)
	if err != nil {
		return err
	}
	w := ways[n]
	f := &fix{walk: s, report: s.report, ways: ways}
	p.say("%s", f.lead(&w))
	p.sayStep(w.step)
	for _, pl := range placesOf(w.step.Recipe) {
		p.say("%s: %s", pl[0], pl[1])
	}
	if w.err != nil {
		p.say("There is no file: %v", w.err)
	}
	if len(w.files) == 0 {
		return nil
	}
	p.say("%s", joinFiles(w.files))
	dir, err := p.ask("Write the files? Name a directory, or leave it empty.", "")
	switch {
	case err != nil:
		return err
	case dir != "":
		return p.save(dir, w.files)
	case mendOff(&p.env, &w) != "":
		return nil
	}
	file, err := p.ask("Mend a file of your own instead? Name it, or leave it empty.", "")
	if err != nil || file == "" {
		return err
	}
	return p.mend(s, file)
}

// mend says what a browser minds in a file of the user's own, shows its
// correction, and writes that after a yes.
func (p *plain) mend(s *walk, file string) error {
	m, err := p.b.(Mender).Mend(file, s.report, s.report.Policy)
	if err != nil {
		p.say("%v", err)
		return nil
	}
	if len(m.Problems) == 0 {
		p.say("Nothing that a browser minds was found.")
	}
	for _, pr := range m.Problems {
		p.say("%s, %s: %s. %s", pr.At, pr.Severity, strings.TrimSuffix(pr.What, "."), pr.Why)
	}
	for _, n := range m.Notes {
		p.say("Note: %s", n)
	}
	if m.Diff == "" {
		p.say("There is nothing here that corstui would change.")
		return nil
	}
	p.say("%s", m.Diff)
	n, err := p.choose("Write this correction? The file as it is now stays beside it.", []string{"no, leave the file as it is", "yes, write it"})
	if err != nil || n == 0 {
		return err
	}
	said, err := m.Write(p.ctx)
	if err != nil {
		p.say("%v", err)
		return nil
	}
	for _, l := range said {
		p.say("%s", l)
	}
	return nil
}

func (p *plain) sayStep(st finding.Step) {
	p.say("Do: %s", st.Summary)
	for _, kv := range [][2]string{{"Who can do it", st.Who}, {"Then", st.Then}, {"What it costs", st.Cost}} {
		if kv[1] != "" {
			p.say("%s: %s", kv[0], kv[1])
		}
	}
}

func (p *plain) save(dir string, files []snippets.File) error {
	written, err := p.b.Save(dir, files, false)
	var exists *ExistsError
	if errors.As(err, &exists) {
		n, err := p.choose("These are there already: "+strings.Join(exists.Paths, ", ")+". Overwrite?", []string{"no, leave them", "yes, overwrite"})
		if err != nil || n == 0 {
			return err
		}
		written, err = p.b.Save(dir, files, true)
		if err != nil {
			p.say("Could not write: %v", err)
			return nil
		}
	} else if err != nil {
		p.say("Could not write: %v", err)
		return nil
	}
	p.say("Wrote %s.", strings.Join(written, ", "))
	return nil
}

func (p *plain) export(s *walk) error {
	ex, ok := p.b.(Exporter)
	if !ok {
		p.say("Writing reports is not available here.")
		return nil
	}
	var names []string
	for _, f := range exportFormats {
		names = append(names, f.text)
	}
	n, err := p.choose("In which format?", names)
	if err != nil {
		return err
	}
	dir, err := p.ask("Into which directory?", ".")
	if err != nil {
		return err
	}
	b, err := ex.Export(s.report, exportFormats[n].format)
	if err != nil {
		p.say("Could not make the report: %v", err)
		return nil
	}
	return p.save(dir, []snippets.File{{Name: "corstui-report" + exportFormats[n].ext, Content: string(b)}})
}
