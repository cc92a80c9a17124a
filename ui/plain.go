package ui

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"corstui/diagnose"
	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/finding"
	"corstui/snippets"
	"corstui/ui/rich"
)

// Plain is the same walk as lines and numbered questions, for screen readers and
// logs: no colour, no control character but the line break, nothing drawn over.
// It begins with o.Case or o.Replay, or asks for a paste, and ends when the user
// says so or the input does.
func Plain(ctx context.Context, in io.Reader, out io.Writer, o Options) error {
	p := &plain{ctx: ctx, in: bufio.NewReader(in), out: out, o: o, b: o.Backend}
	keys, err := newKeyMap(nil)
	if err != nil {
		return err
	}
	p.env = env{Options: o, ctx: ctx, keys: keys, theme: o.theme()}
	run := p.walk
	if o.Tour {
		run = p.tour
	}
	if err := run(); err != nil && err != io.EOF {
		return err
	}
	return nil
}

type plain struct {
	ctx context.Context
	in  *bufio.Reader
	out io.Writer
	o   Options
	b   Backend
	env env
}

func (p *plain) say(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	fmt.Fprintln(p.out, rich.CleanString(text))
}

// ask prints a question and reads the answer; an empty one is the default.
func (p *plain) ask(question, def string) (string, error) {
	if def != "" {
		question += " [" + rich.OneLine(def) + "]"
	}
	p.say("%s", question)
	line, err := p.in.ReadString('\n')
	line = strings.TrimSpace(line)
	if line == "" {
		if err != nil {
			return "", err
		}
		return def, nil
	}
	return line, nil
}

// choose prints numbered answers and reads one; 0 is the default.
func (p *plain) choose(question string, options []string) (int, error) {
	p.say("%s", question)
	for i, o := range options {
		p.say("  %d. %s", i+1, o)
	}
	for {
		line, err := p.ask("Number?", "1")
		if err != nil {
			return 0, err
		}
		if n, err := strconv.Atoi(line); err == nil && n >= 1 && n <= len(options) {
			return n - 1, nil
		}
		p.say("\"%s\" is not one of the numbers 1 to %d.", line, len(options))
	}
}

func (p *plain) walk() error {
	var c exchange.Case
	switch {
	case p.o.Replay != nil:
		r := rich.Clean(p.o.Replay)
		s := newReplay(&p.env, r)
		p.report(s)
		return p.menu(s)
	case p.o.Case != nil && !p.o.Start:
		c = *p.o.Case
	default:
		var err error
		if c, err = p.start(); err != nil {
			return err
		}
	}
	opt := p.o.Run
	opt.Lab = p.o.Lab
	s := newWalk(&p.env, c, opt, nil)
	if err := p.run(s); err != nil {
		return err
	}
	return p.menu(s)
}

// start asks for a paste until one is understood, then for what it left open.
func (p *plain) start() (exchange.Case, error) {
	for {
		text, err := p.ask("Paste a URL, the console's error, a fetch(), a curl, or the path of a HAR file:", "")
		if err != nil {
			return exchange.Case{}, err
		}
		for unfinished(text) {
			more, err := p.in.ReadString('\n')
			text += "\n" + strings.TrimRight(more, "\r\n")
			if err != nil {
				break
			}
		}
		if text == "" {
			continue
		}
		c, understood, missing, err := p.b.Understand(text)
		if err != nil {
			p.say("%v", err)
			continue
		}
		p.say("Understood: %s", understood)
		return c, p.questions(&c, missing)
	}
}

func (p *plain) questions(c *exchange.Case, missing []string) error {
	for _, a := range asksFor(*c, append(slices.Clone(missing), skippable(*c, missing)...)) {
		if a.what == AskSession && c.Credentials != exchange.CredentialsInclude {
			continue
		}
		for {
			if len(a.options) > 0 {
				var texts []string
				for _, o := range a.options {
					texts = append(texts, strings.TrimSpace(o.value+ifThen(o.text != "", ": "+o.text)))
				}
				n, err := p.choose(a.text+" "+a.why, texts)
				if err != nil {
					return err
				}
				a.at = n
				if a.what == AskSession && a.options[n].value == "yes" {
					if err := p.session(c); err != nil {
						return err
					}
				}
			} else {
				v, err := p.ask(a.text+" "+a.why, a.field.String())
				if err != nil {
					return err
				}
				a.field.set(v)
			}
			why := a.apply(c)
			if why == "" {
				break
			}
			p.say("%s", why)
		}
	}
	return nil
}

func (p *plain) session(c *exchange.Case) error {
	for {
		text, err := p.ask("Paste \"Copy as cURL\", the cookie CF_Authorization, or a token. Empty to stay a visitor.", "")
		if err != nil || text == "" {
			return err
		}
		s, err := readSession(p.b, text)
		if err == nil {
			c.Session = s
			return nil
		}
		p.say("%v", err)
	}
}

// run walks the case, and says each step as it happens.
func (p *plain) run(s *walk) error {
	p.say("Walking %s %s from the page %s.", s.c.Method, s.c.URL, s.c.Origin)
	probes := 0
	c := s.c
	if s.opt.WithoutSession {
		c.Session = exchange.Session{}
	}
	s.probeWhy = map[exchange.Purpose]string{}
	r := p.b.Run(p.ctx, c, s.opt, func(ev diagnose.Event) {
		ev = rich.Clean(ev)
		s.event(ev)
		x := ev.Exchange
		switch {
		case ev.Kind == diagnose.EventSeen && x != nil && (x.Purpose == exchange.PurposePreflight || x.Purpose == exchange.PurposeRequest):
			said := ""
			if x.Response != nil && x.Answer.Layer != answer.LayerUnknown {
				said = ". " + who(x.Answer) + " answered"
			}
			p.say("The %s, %s: %s%s.", purposeName(x.Purpose), requestLine(x.Request), gotWords(x), said)
		case ev.Kind == diagnose.EventSeen:
			probes++
		case ev.Kind == diagnose.EventPlanned && len(ev.Probes) > 0:
			p.say("Looking for proof with %s.", count(len(ev.Probes), "probe", "probes"))
		}
	})
	if err := p.ctx.Err(); err != nil {
		return err
	}
	r = rich.Clean(r)
	s.take(&r, true)
	if rec, ok := p.b.(Recents); ok {
		rec.Remember(&r, s.opt.Lab)
	}
	p.report(s)
	if r.Verdict.Partial && !s.opt.AllowUnsafe {
		q := newUnsafeQuestion(s)
		n, err := p.choose(q.name+" "+strings.Join(q.text, " "), []string{q.no, q.yes})
		if err != nil {
			return err
		}
		if n == 1 {
			s.opt.AllowUnsafe = true
			return p.run(s)
		}
	}
	return nil
}

// report says the verdict, the stations, who answered and why.
func (p *plain) report(s *walk) {
	r := s.report
	head := r.Headline
	if head == "" {
		head = verdictWords(r)
	}
	p.say("")
	p.say("Verdict: %s", head)
	ss := s.stations()
	for i, st := range ss {
		p.say("Step %d of %d, %s: %s. %s", i+1, len(ss), st.name, plainMark(st), joinWords(nonEmpty(st.note, upperFirst(st.summary)), ""))
	}
	if i := stationOf(ss); ss[i].answered {
		p.say("")
		lines, _ := s.panelLines(&p.env, ss[i], 400)
		for _, l := range lines {
			p.row(l)
		}
	}
	for _, f := range s.others() {
		p.say("Also, %s: %s. %s", f.Severity, f.Title, f.Detail)
	}
	if s.wantsSession() {
		p.say("Seen as a visitor without a session; the menu below takes yours.")
	}
	if len(r.Plan) > 0 {
		p.say("Next: %s", r.Plan[0].Summary)
	}
}

func plainMark(st station) string {
	switch st.mark {
	case markOK:
		return "ok, " + st.word
	case markBad:
		return "stop, " + st.word
	case markWarn:
		return "warning, " + st.word
	}
	return st.word
}

func nonEmpty(ss ...string) []string {
	var out []string
	for _, s := range ss {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

// row says a row of a panel: "sent: OPTIONS /v1/items. A preflight …".
func (p *plain) row(l rich.Line) {
	if len(l) == 0 {
		return
	}
	label := strings.TrimSpace(l[0].Text)
	rest := strings.Join(strings.Fields(l[1:].String()), " ")
	if label != "" {
		rest = label + ": " + rest
	}
	p.say("%s", rest)
}

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
	ways := waysFor(s.report)
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
		names = append(names, strings.TrimSpace(w.group+" "+w.name)+": "+w.step.Summary)
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
	if err != nil || dir == "" {
		return nil
	}
	return p.save(dir, w.files)
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
	if exists, ok := err.(*ExistsError); ok {
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
