package ui

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"corstui/diagnose"
	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
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
	p.env = env{Options: o, ctx: ctx, keys: keys, theme: o.theme(), lines: true}
	run := p.walk
	if o.Tour {
		run = p.tour
	}
	if err := run(); err != nil && !errors.Is(err, io.EOF) {
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
		if ch, ok := p.b.(Choosy); ok {
			if several := ch.Entries(text); len(several) > 1 {
				several = several[:min(len(several), mostEntries)]
				texts := make([]string, len(several))
				for i, en := range several {
					texts[i] = en.Method + " " + entryText(en)
				}
				n, err := p.choose("Which request of these?", texts)
				if err != nil {
					return c, err
				}
				if c, understood, missing, err = ch.UnderstandEntry(text, several[n].Index); err != nil {
					p.say("%v", err)
					continue
				}
			}
		}
		p.say("Understood: %s", understood)
		if words := sessionWords(c); words != "" {
			p.say("Session: %s", words)
		}
		return c, p.questions(&c, missing)
	}
}

func (p *plain) questions(c *exchange.Case, missing []string) error {
	for _, a := range asksFor(*c, append(slices.Clone(missing), skippable(*c, missing)...), false) {
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
	p.say("Walking %s %s from the page %s.", s.c.Method, diagnose.Shown(s.c.URL), s.c.Origin)
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
		said := nonEmpty(plainMark(st)+".", st.note, summaryOf(st))
		p.say("Step %d of %d, %s: %s", i+1, len(ss), st.name, strings.Join(said, " "))
	}
	if i := stationOf(ss); ss[i].answered {
		p.say("")
		lines, _ := s.panelLines(&p.env, ss[i], 400, false)
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

// apart is what separates two things of a row.
var apart = regexp.MustCompile(` {2,}`)

// summaryOf is the summary of a station, unless the word says the same.
func summaryOf(st station) string {
	if strings.EqualFold(st.summary, st.word) {
		return ""
	}
	return upperFirst(strings.TrimPrefix(st.summary, st.word+"; "))
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

// row says a row of a panel: "sent: OPTIONS /v1/items; a preflight …". What
// stands apart on the screen is set apart by a semicolon.
func (p *plain) row(l rich.Line) {
	if len(l) == 0 {
		return
	}
	label := strings.TrimSpace(l[0].Text)
	rest := apart.ReplaceAllString(strings.TrimSpace(l[1:].String()), "; ")
	if label != "" {
		rest = label + ": " + rest
	}
	p.say("%s", rest)
}
