package ui

import (
	"net/url"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"corstui/diagnose"
	"corstui/diagnose/exchange"
	"corstui/ui/rich"
)

// ask is one question about what a paste left open. It has a default, so that
// Enter answers it.
type ask struct {
	what    string
	text    string // the question
	why     string // why it matters
	field   field
	options []option
	at      int
}

// option is one answer of a question with a choice.
type option struct{ value, text string }

type (
	answerMsg struct{ option int } // below 0: what is marked
	optionMsg struct{ by int }
)

// asksFor makes the questions for what is missing, in the order in which they
// are asked. correcting says that the user goes through what is known.
func asksFor(c exchange.Case, missing []string, correcting bool) []ask {
	want := map[string]bool{}
	for _, m := range missing {
		want[m] = true
	}
	// Only a console error that speaks of a preflight leaves headers or method
	// open while it names the page.
	preflighted := want[AskMethod] && !want[AskURL] && c.Origin != "" && len(c.Headers) == 0 && !correcting
	host := hostOf(c.URL)
	all := []ask{
		{what: AskURL, text: "Which URL does the page ask for?", why: "As the script writes it, with https:// in front.",
			field: newField(c.URL, "https://api.example.com/v1/items")},
		{what: AskOrigin, text: "On which page does the script run?", why: "The browser tells " + host + " where the page comes from, and " + host + " decides by that. Scheme, host and port are enough.",
			field: newField(knownOr(c.Origin, guessOrigin(c.URL)), "https://app.example.com")},
		{what: AskMethod, text: "Which method does the script use?", why: "GET and POST may go out at once; for others the browser asks first.",
			options: []option{{"GET", ""}, {"POST", ""}, {"PUT", ""}, {"PATCH", ""}, {"DELETE", ""}, {"HEAD", ""}}},
		{what: AskCredentials, text: "Does the script send cookies along?", why: "That is the option credentials of fetch(), or withCredentials of XMLHttpRequest and axios.",
			options: []option{
				{string(exchange.CredentialsSameOrigin), "it does not say: cookies go to its own origin only"},
				{string(exchange.CredentialsInclude), "credentials: \"include\", or withCredentials = true"},
				{string(exchange.CredentialsOmit), "credentials: \"omit\""},
			}},
		{what: AskHeaders, text: "Which request headers does the script set?", why: "Those in its own code, such as Authorization or Content-Type; not what the browser adds. Empty for none.",
			field: newField(headerText(c.Headers), "Authorization: Bearer x; Content-Type: application/json")},
		{what: AskReadHeaders, text: "Which response headers does the script read?", why: "The browser hides most of them from a page of another origin. Empty for none.",
			field: newField(strings.Join(c.ReadHeaders, ", "), "ETag, X-Request-Id")},
		{what: AskSession, text: "Are you logged in on " + host + " in your browser?", why: "corstui is not logged in there. Whoever answers a visitor may be somebody else than who answers you.",
			options: []option{{"no", "no, or I do not know: look as a visitor first"}, {"yes", "yes: take my session"}}},
	}
	var out []ask
	for _, a := range all {
		if !want[a.what] {
			continue
		}
		if a.what == AskOrigin && c.Origin == "" {
			a.field.guess = true
			a.why += " The address below is a guess; typing replaces it."
		}
		if a.what == AskMethod && preflighted && (c.Method == "" || c.Method == "GET") {
			// A preflight was seen, and the text does not say for which method: one
			// that needs a preflight is the better default.
			a.why = "Your browser sent a preflight: that is for PUT, PATCH or DELETE, or for headers that the script sets."
			c.Method = "PUT"
		}
		for i, o := range a.options { // what is known is the default
			if a.what == AskMethod && o.value == c.Method || a.what == AskCredentials && o.value == string(c.Credentials) {
				a.at = i
			}
		}
		out = append(out, a)
	}
	return out
}

func knownOr(v, guess string) string {
	if v != "" {
		return v
	}
	return guess
}

// guessOrigin offers a page for an API: the usual neighbour of its host.
func guessOrigin(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" {
		return "http://localhost:3000"
	}
	h := u.Hostname()
	if h == "localhost" || h == "127.0.0.1" {
		return "http://localhost:3000"
	}
	labels := strings.Split(h, ".")
	if len(labels) < 3 {
		return "https://app." + h
	}
	return "https://app." + strings.Join(labels[1:], ".")
}

func headerText(hs exchange.Headers) string {
	var parts []string
	for _, h := range hs {
		parts = append(parts, h.Name+": "+h.Value)
	}
	return strings.Join(parts, "; ")
}

// apply puts the answer into the case; why says what is wrong with it.
func (a *ask) apply(c *exchange.Case) (why string) {
	v := strings.TrimSpace(a.field.String())
	if len(a.options) > 0 {
		v = a.options[a.at].value
	}
	switch a.what {
	case AskURL:
		u, err := url.Parse(v)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return "\"" + v + "\" is no URL; it would look like https://api.example.com/v1/items."
		}
		c.URL = v
	case AskOrigin:
		o, why := readOrigin(v)
		if why != "" {
			return why
		}
		c.Origin = o
	case AskMethod:
		c.Method = v
	case AskCredentials:
		c.Credentials = exchange.CredentialsMode(v)
	case AskHeaders:
		hs := exchange.Headers{}
		for _, part := range strings.FieldsFunc(v, func(r rune) bool { return r == ';' || r == '\n' }) {
			name, value, ok := strings.Cut(part, ":")
			name = strings.TrimSpace(name)
			if name == "" && !ok {
				continue
			}
			if !ok || name == "" || strings.ContainsAny(name, " \t") {
				return "\"" + strings.TrimSpace(part) + "\" is no header; it would look like Name: value."
			}
			hs = append(hs, exchange.Header{Name: name, Value: strings.TrimSpace(value)})
		}
		c.Headers = hs
	case AskReadHeaders:
		c.ReadHeaders = strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' })
	}
	return ""
}

// readOrigin takes an origin out of what was typed; a path behind it is cut off,
// since people paste the address of the page.
func readOrigin(v string) (origin, why string) {
	if v == "null" {
		return v, ""
	}
	if v != "" && !strings.Contains(v, "://") {
		scheme := "https://"
		if strings.HasPrefix(v, "localhost") || strings.HasPrefix(v, "127.0.0.1") { // a development server
			scheme = "http://"
		}
		v = scheme + v
	}
	u, err := url.Parse(v)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", "\"" + v + "\" is no page; it would look like https://app.example.com."
	}
	return u.Scheme + "://" + strings.ToLower(u.Host), ""
}

func (s *start) askKey(e *env, k tea.KeyMsg) (tea.Cmd, bool) {
	a := &s.asks[0]
	switch k.Type {
	case tea.KeyEnter:
		return s.answer(e, -1), true
	case tea.KeyEsc, tea.KeyTab:
		return nil, false
	}
	if len(a.options) > 0 {
		return nil, false
	}
	return nil, a.field.key(k)
}

// answer takes the answer of the question on the screen and goes on.
func (s *start) answer(e *env, opt int) tea.Cmd {
	if len(s.asks) == 0 {
		return nil
	}
	a := &s.asks[0]
	if opt >= 0 && opt < len(a.options) {
		a.at = opt
	}
	if why := a.apply(&s.c); why != "" {
		return complain(why)
	}
	if a.what == AskSession && a.options[a.at].value == "yes" {
		return send(pushMsg{newSession(e, s)})
	}
	return s.nextAsk(e)
}

func (s *start) nextAsk(e *env) tea.Cmd {
	if len(s.asks) > 0 {
		s.asks = s.asks[1:]
	}
	if len(s.asks) > 0 && s.asks[0].what == AskSession && s.c.Credentials != exchange.CredentialsInclude {
		s.asks = s.asks[1:] // no cookie would travel, so no session matters
	}
	if len(s.asks) == 0 {
		return s.walk(e)
	}
	return nil
}

func (s *start) askActions() []action {
	a := s.asks[0]
	out := []action{{id: keyOpen, name: "answer", best: true, help: "take this answer and go on", msg: answerMsg{-1}}}
	if len(a.options) > 0 {
		out = append(out,
			action{id: keyUp, help: "the answer above", msg: optionMsg{-1}},
			action{id: keyDown, name: "choose", show: "↑↓", help: "the answer below", msg: optionMsg{1}})
	}
	return append(out,
		action{id: keyNext, name: "skip the rest", help: "take the defaults for all that is left, and walk", msg: skipMsg{}},
		action{id: keyBack, name: "back", help: "back to the field; nothing is lost", msg: stopMsg{}})
}

func (s *start) askView(e *env, w, h int) []rich.Line {
	a := &s.asks[0]
	lines := rich.Wrap(rich.L("   ", rich.S(rich.Dim, "understood:"), "  ", rich.OneLine(diagnose.Shown(s.c.Method+" "+s.c.URL+fromPage(s.c.Origin)))), w-1, 16)
	lines = append(lines, nil)
	left := ""
	if n := len(s.asks) - 1; n > 0 {
		left = count(n, "question follows", "questions follow")
	}
	lines = append(lines, rich.Spread(rich.L("   ", rich.S(rich.Strong, a.text)), rich.L(rich.S(rich.Dim, left+" ")), w))
	for _, l := range rich.WrapText(a.why, rich.Dim, min(w-5, 90)) {
		lines = append(lines, rich.L("   ", l))
	}
	lines = append(lines, nil)
	for i, o := range a.options {
		mark, role := "   ", rich.Plain
		if i == a.at {
			mark, role = " "+e.theme.Best+" ", rich.Strong
		}
		l := rich.L(rich.S(rich.Accent, mark), rich.S(role, o.value))
		if o.text != "" {
			l = rich.L(rich.S(rich.Accent, mark), rich.S(role, o.text))
		}
		lines = append(lines, l.OnClick(answerMsg{i}).Cut(w))
	}
	if len(a.options) == 0 {
		for _, l := range a.field.view(w-6, 3) {
			lines = append(lines, rich.L("   ", l))
		}
	}
	return lines
}

func fromPage(origin string) string {
	if origin == "" {
		return ""
	}
	return " · from " + origin
}
