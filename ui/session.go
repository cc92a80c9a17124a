package ui

import (
	"context"
	"errors"
	"regexp"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"corstui/diagnose/exchange"
	"corstui/ui/rich"
)

// sessionTakenMsg brings the session that the user gave, to the screen that
// asked for it.
type sessionTakenMsg struct {
	owner   screen
	session exchange.Session
	lab     bool // the lab's user logged in at the lab's Access
}

// sessionFailedMsg says why a session could not be taken.
type sessionFailedMsg struct{ err error }

// session asks how the user is logged in. What is typed is never shown.
type session struct {
	owner screen
	c     exchange.Case
	field field
	ways  []sessionWay
	at    int // 0 is the field, then the ways
	busy  bool
}

// sessionWay is a place from which the machine can take the session itself.
type sessionWay struct{ how, text string }

func newSession(e *env, owner screen) *session {
	s := &session{owner: owner, field: field{mask: true, hint: "paste it here; it stays hidden"}}
	switch o := owner.(type) {
	case *walk:
		s.c = o.c
	case *start:
		s.c = o.c
	}
	_, taker := e.Backend.(SessionTaker)
	_, fixer := e.Backend.(LabFixer)
	if w, ok := owner.(*walk); ok && w.opt.Lab != "" && fixer {
		s.ways = []sessionWay{{"lab", "log the lab's user in at the lab's Access"}}
		s.at = 1
	} else if taker {
		s.ways = []sessionWay{
			{"cloudflared", "ask cloudflared on this machine for the token"},
			{"browser", "open a browser window and log in there"},
		}
	}
	return s
}

func (s *session) overlay()            {}
func (s *session) title() string       { return "Your session" }
func (s *session) init(e *env) tea.Cmd { return nil }

func (s *session) update(e *env, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case scrollMsg:
		n := len(s.ways) + 1
		s.at = (s.at + msg.by + n) % n
	case acceptMsg:
		return s.accept(e)
	case sessionFailedMsg:
		s.busy = false
		return complain(msg.err.Error())
	case selectMsg:
		s.at = msg.station
		return s.accept(e)
	}
	return nil
}

func (s *session) key(e *env, k tea.KeyMsg) (tea.Cmd, bool) {
	switch k.Type {
	case tea.KeyEnter:
		return s.accept(e), true
	case tea.KeyEsc, tea.KeyTab, tea.KeyShiftTab, tea.KeyUp, tea.KeyDown:
		return nil, false
	}
	if s.at != 0 {
		return nil, false
	}
	return nil, s.field.key(k)
}

func (s *session) accept(e *env) tea.Cmd {
	if s.busy {
		return nil
	}
	owner, c := s.owner, s.c
	if s.at > 0 && s.ways[s.at-1].how == "lab" {
		return send(chosenMsg{sessionTakenMsg{owner: owner, lab: true}})
	}
	if s.at > 0 {
		st, how := e.Backend.(SessionTaker), s.ways[s.at-1].how
		s.busy = true
		ctx := e.ctx
		return func() tea.Msg {
			ses, err := takeFrom(ctx, st, how, c)
			return sessionResult(owner, ses, err)
		}
	}
	text := strings.TrimSpace(s.field.String())
	if text == "" {
		return toast("Paste a curl, a cookie or a token; or esc to go on as a visitor.")
	}
	b := e.Backend
	return func() tea.Msg {
		ses, err := readSession(b, text)
		return sessionResult(owner, ses, err)
	}
}

func takeFrom(ctx context.Context, st SessionTaker, how string, c exchange.Case) (exchange.Session, error) {
	ses, err := st.TakeSession(ctx, how, c)
	if err == nil && ses.Empty() {
		err = errors.New("there is no session for " + hostOf(c.URL) + " to take")
	}
	return ses, err
}

func sessionResult(owner screen, ses exchange.Session, err error) tea.Msg {
	if err != nil {
		return sessionFailedMsg{err}
	}
	return chosenMsg{sessionTakenMsg{owner: owner, session: ses}}
}

// jwtShape is a JSON Web Token in its compact form (RFC 7519).
var jwtShape = regexp.MustCompile(`^eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$`)

// readSession takes a session out of what was pasted: a curl or fetch() with
// cookies, an Access token, or cookies as a browser writes them.
func readSession(b Backend, text string) (exchange.Session, error) {
	var s exchange.Session
	switch {
	case strings.HasPrefix(text, "curl"), strings.Contains(text, "fetch("):
		c, _, _, err := b.Understand(text)
		if err != nil {
			return s, err
		}
		if c.Session.Empty() {
			return s, errors.New("this carries no cookie and no token; in the Network tab choose \"Copy as cURL\" on a request of the page where you are logged in")
		}
		return c.Session, nil
	case jwtShape.MatchString(text):
		s.AccessToken = text
		return s, nil
	}
	if i := strings.IndexByte(text, ':'); i >= 0 && strings.EqualFold(strings.TrimSpace(text[:i]), "cookie") {
		text = text[i+1:]
	}
	for _, part := range strings.Split(text, ";") {
		name, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		if !ok || name == "" || strings.ContainsAny(name, " \t\n") {
			return exchange.Session{}, errors.New("this is neither a curl, nor a token (eyJ…), nor cookies (name=value; name2=value2)")
		}
		s.Cookies = append(s.Cookies, exchange.Cookie{Name: name, Value: value, HostOnly: true})
	}
	return s, nil
}

func (s *session) actions(e *env) []action {
	return []action{
		{id: keyOpen, name: "walk with it", best: true, help: "walk the case with this session", msg: acceptMsg{}},
		{id: keyNext, name: ifThen(len(s.ways) > 0, "other way"), help: "the next way to take the session", msg: scrollMsg{1}},
		{id: keyPrev, help: "the way before", msg: scrollMsg{-1}},
		{id: keyUp, help: "the way before", msg: scrollMsg{-1}},
		{id: keyDown, help: "the next way", msg: scrollMsg{1}},
		{id: keyBack, name: "stay a visitor", help: "go on without a session", msg: backMsg{}},
	}
}

func (s *session) view(e *env, w, h int) []rich.Line {
	bw := min(w-2, 72)
	host := hostOf(s.c.URL)
	lines := rich.WrapText("You are logged in on "+host+"; corstui is not. With your session it sees what your browser sees. The session goes to "+host+" only, never on a preflight, and is never shown or stored.", rich.Plain, bw-4)
	lines = append(lines, nil)
	mark := func(i int) rich.Span {
		if s.at == i {
			return rich.S(rich.Accent, e.theme.Best+" ")
		}
		return rich.S(rich.Plain, "  ")
	}
	lines = append(lines, rich.L(mark(0), "\"Copy as cURL\", the cookie CF_Authorization, or a token:"))
	if s.at == 0 || len(s.field.text) > 0 {
		for _, l := range s.field.view(bw-8, 2) {
			lines = append(lines, rich.L("    ", l))
		}
	}
	for i, wy := range s.ways {
		lines = append(lines, rich.L(mark(i+1), wy.text).OnClick(selectMsg{i + 1}))
	}
	if s.busy {
		lines = append(lines, nil, rich.L(rich.S(rich.Packet, "waiting for the login…")))
	}
	return box(e, rich.L(rich.S(rich.Title, "Your session")), nil, lines, bw, len(lines)+2)
}
