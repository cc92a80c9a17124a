package ui

import (
	"fmt"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"corstui/diagnose"
	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/ui/rich"
)

// exchangeView shows one exchange after another as it was sent: the headers that
// decided are marked, the others fold away.
type exchangeView struct {
	seen      []answer.Seen
	report    *diagnose.Report
	at        int
	scroll    int
	all       bool // the headers that decide nothing are shown too
	search    field
	typingNow bool
	hit       int
}

func newExchangeView(r *diagnose.Report, seen []answer.Seen, id string) *exchangeView {
	v := &exchangeView{report: r, seen: slices.Clone(seen)}
	for i, x := range seen {
		if x.ID == id {
			v.at = i
		}
	}
	return v
}

func (v *exchangeView) title() string       { return "The exchange" }
func (v *exchangeView) init(e *env) tea.Cmd { return nil }

type (
	searchMsg struct{}
	findMsg   struct{}
	foldMsg   struct{}
)

func (v *exchangeView) update(e *env, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case moveMsg:
		v.at, v.scroll, v.hit = max(min(v.at+msg.by, len(v.seen)-1), 0), 0, 0
	case scrollMsg:
		v.scroll = scrollBy(e, v, v.scroll, msg.by)
	case foldMsg:
		v.all, v.scroll = !v.all, 0
	case searchMsg:
		v.typingNow = true
		v.search.set("")
	case findMsg:
		return v.find(e, 1)
	}
	return nil
}

func (v *exchangeView) key(e *env, k tea.KeyMsg) (tea.Cmd, bool) {
	if !v.typingNow {
		return nil, false
	}
	switch k.Type {
	case tea.KeyEnter:
		v.typingNow, v.all, v.hit = false, true, 0
		return v.find(e, 0), true
	case tea.KeyEsc:
		v.typingNow = false
		v.search.set("")
		return nil, true
	}
	return nil, v.search.key(k)
}

func (v *exchangeView) typing() (in, empty bool) { return v.typingNow, false }

// find scrolls to a line that holds what is searched for; step 1 goes on to the
// next one.
func (v *exchangeView) find(e *env, step int) tea.Cmd {
	q := v.search.String()
	if q == "" {
		v.typingNow = true
		return nil
	}
	var hits []int
	w, h := e.size()
	lines, _ := v.text(e, w, h-1)
	for i, l := range lines {
		if containsFold(l.String(), q) {
			hits = append(hits, i)
		}
	}
	if len(hits) == 0 {
		return toast("\"" + q + "\" is not in this exchange.")
	}
	v.hit = (v.hit + step) % len(hits)
	v.scroll = hits[v.hit]
	return toast(fmt.Sprintf("\"%s\": %d of %d", q, v.hit+1, len(hits)))
}

func (v *exchangeView) current() *answer.Seen {
	if v.at < len(v.seen) {
		return &v.seen[v.at]
	}
	return nil
}

func (v *exchangeView) actions(e *env) []action {
	fold := "all headers"
	if v.all {
		fold = "fold"
	}
	return []action{
		{id: keyUp, help: "scroll up", msg: scrollMsg{-1}},
		{id: keyDown, name: "scroll", show: "↑↓", help: "scroll down", msg: scrollMsg{1}},
		{id: keyPageUp, help: "scroll up a page", msg: scrollMsg{-10}},
		{id: keyPageDown, help: "scroll down a page", msg: scrollMsg{10}},
		{id: keyTop, help: "scroll to the top", msg: scrollMsg{-1 << 20}},
		{id: keyBottom, help: "scroll to the end", msg: scrollMsg{1 << 20}},
		{id: keyLeft, help: "the exchange before", msg: moveMsg{-1}},
		{id: keyRight, name: "exchange", show: "←→", help: "the next exchange", msg: moveMsg{1}},
		{id: keySearch, name: "search", help: "search in this exchange", msg: searchMsg{}},
		{id: keyFind, name: ifThen(v.search.String() != "", "next"), help: "the next place that was searched for", msg: findMsg{}},
		{id: keyFold, name: fold, help: "show or fold the headers that decide nothing", msg: foldMsg{}},
		{id: keyCopy, name: "copy", help: "copy request and response", msg: copyMsg{"exchange", v.copyText()}},
		{id: keyBack, name: "back", help: "go one level up", msg: backMsg{}},
	}
}

func (v *exchangeView) copyText() string {
	x := v.current()
	if x == nil {
		return ""
	}
	return rawExchange(x)
}

// text implements scrolling.
func (v *exchangeView) text(e *env, w, h int) ([]rich.Line, int) {
	room := h - 2
	if v.typingNow {
		room--
	}
	x := v.current()
	if x == nil {
		return nil, room
	}
	return exchangeLines(e, v.report, x, w-4, v.all), room
}

func (v *exchangeView) view(e *env, w, h int) []rich.Line {
	x := v.current()
	if x == nil {
		return []rich.Line{rich.L(" Nothing has been sent.")}
	}
	lines, room := v.text(e, w, h)
	if q := v.search.String(); q != "" && !v.typingNow {
		lines = highlight(lines, q)
	}
	var bottom []rich.Line
	if v.typingNow {
		bottom = []rich.Line{rich.L(" ", rich.S(rich.Key, "/"), " ", v.search.view(max(w-6, 8), 1)[0])}
	}
	body, _ := scrolled(lines, v.scroll, room, w-4)
	title := rich.L(rich.S(rich.Title, fmt.Sprintf("%s %s", x.ID, exchangeName(x))))
	aside := rich.L(rich.S(rich.Dim, fmt.Sprintf("%d of %d", v.at+1, len(v.seen))))
	return append(box(e, title, aside, body, w, room+2), bottom...)
}

// highlight marks the lines in which a text occurs.
func highlight(lines []rich.Line, q string) []rich.Line {
	out := make([]rich.Line, len(lines))
	for i, l := range lines {
		out[i] = l
		if containsFold(l.String(), q) {
			out[i] = l.As(rich.Select)
		}
	}
	return out
}

// deciding are the headers on which the verdict or the attribution of an
// exchange rests, in lower case.
func deciding(r *diagnose.Report, x *answer.Seen) map[string]string {
	out := map[string]string{}
	// An evidence may name several headers, or a header with its value:
	// "cf-access-aud, cf-access-domain", "server: cloudflare".
	add := func(what, says string) {
		for _, name := range strings.Split(what, ",") {
			name, _, _ = strings.Cut(strings.TrimSpace(name), ":")
			if name != "" {
				out[strings.ToLower(name)] = says
			}
			says = "" // once is enough
		}
	}
	for _, ev := range x.Answer.Evidence {
		if ev.Exchange == "" || ev.Exchange == x.ID {
			add(ev.What, ev.Says)
		}
	}
	if r == nil {
		return out
	}
	for _, f := range r.Findings {
		for _, ev := range f.Evidence {
			if ev.Exchange == x.ID {
				add(ev.What, ev.Says)
			}
		}
	}
	if f := r.Fault; f != nil && f.Exchange == x.ID {
		out[strings.ToLower(f.Header)] = f.Says
	}
	return out
}

// corsRelevant says whether the browser looks at a header when it decides.
func corsRelevant(name string) bool {
	n := strings.ToLower(name)
	return strings.HasPrefix(n, "access-control-") || n == "origin" || n == "vary" || n == "location"
}

// exchangeLines draw request, response and timings. Without all, headers that
// decide nothing are folded into a count.
func exchangeLines(e *env, r *diagnose.Report, x *answer.Seen, w int, all bool) []rich.Line {
	marks := deciding(r, x)
	out := []rich.Line{rich.L(rich.S(rich.Strong, x.Request.Method), " ", rich.OneLine(x.Request.URL))}
	out = append(out, headerLines(e, x.Request.Headers, marks, w, all)...)
	if x.Request.HasBody {
		out = append(out, bodyLines(x.Request.Body, w)...)
	}
	out = append(out, nil)
	switch {
	case x.Failure != nil:
		out = append(out, rich.Wrap(rich.L(rich.S(rich.Bad, failureWords(x.Failure))), w, 2)...)
	case x.Response == nil:
		out = append(out, rich.L(rich.S(rich.Dim, "no answer yet")))
	default:
		out = append(out, responseLines(e, x, marks, w, all)...)
	}
	return append(out, timingLines(e, x.Timing, w)...)
}

func responseLines(e *env, x *answer.Seen, marks map[string]string, w int, all bool) []rich.Line {
	res := x.Response
	head := strings.TrimSpace(fmt.Sprintf("%s %d %s", res.Proto, res.Status, res.Reason))
	by := rich.L()
	if x.Answer.Layer != answer.LayerUnknown && x.Answer.Layer != "" {
		by = rich.L(rich.S(rich.Dim, "answered by "), whoWithin(x.Answer))
	}
	out := []rich.Line{rich.Spread(rich.L(rich.S(rich.Strong, head)), by, w)}
	out = append(out, headerLines(e, res.Headers, marks, w, all)...)
	if !res.Headers.Has("access-control-allow-origin") {
		out = append(out, rich.L(rich.S(rich.Bad, e.theme.Bad+" "), rich.S(rich.Dim, "Access-Control-Allow-Origin: not there")))
	}
	if res.Body != "" {
		out = append(out, nil)
		body := bodyLines(res.Body, w)
		if !all && len(body) > 8 {
			n := len(body) - 6
			body = append(body[:6], rich.L(rich.S(rich.Dim, fmt.Sprintf("… %d more lines; %s shows them", n, e.keys.show(keyFold)))))
		}
		out = append(out, body...)
	}
	if res.BodyTruncated {
		out = append(out, rich.L(rich.S(rich.Dim, "… the body goes on; corstui kept this much")))
	}
	if res.BodyError != "" {
		out = append(out, rich.Wrap(rich.L(rich.S(rich.Warn, res.BodyError)), w, 2)...)
	}
	return out
}

func headerLines(e *env, hs exchange.Headers, marks map[string]string, w int, all bool) []rich.Line {
	var out []rich.Line
	folded := 0
	for _, h := range hs {
		says, decides := marks[strings.ToLower(h.Name)]
		if !all && !decides && !corsRelevant(h.Name) {
			folded++
			continue
		}
		mark, role := rich.S(rich.Plain, "  "), rich.Plain
		if decides {
			mark, role = rich.S(rich.Accent, e.theme.Best+" "), rich.Strong
		}
		out = append(out, rich.Wrap(rich.L(mark, rich.S(rich.Label, rich.OneLine(h.Name)+": "), rich.S(role, rich.OneLine(h.Value))), w, 4)...)
		if decides && says != "" {
			out = append(out, rich.Wrap(rich.L("    ", rich.S(rich.Dim, e.theme.Arrow+" "+rich.OneLine(says))), w, 6)...)
		}
	}
	if folded > 0 {
		out = append(out, rich.L("  ", rich.S(rich.Dim, count(folded, "header", "headers")+" more, which decide nothing here; "+e.keys.show(keyFold)+" shows")).OnClick(foldMsg{}))
	}
	return out
}

// maxDrawn is how many bytes of a body are laid out; a frame must stay quick.
const maxDrawn = 64 << 10

func bodyLines(body string, w int) []rich.Line {
	var out []rich.Line
	more := len(body) - maxDrawn
	if more > 0 {
		body = body[:maxDrawn]
	}
	for _, l := range strings.Split(rich.CleanString(body), "\n") {
		for _, part := range rich.Break(l, w-2) {
			out = append(out, rich.L("  ", part))
		}
	}
	if more > 0 {
		out = append(out, rich.L("  ", rich.S(rich.Dim, fmt.Sprintf("… %d more bytes; copying brings them all", more))))
	}
	return out
}

// timingLines draw the waterfall: DNS, TCP, TLS, wait, body.
func timingLines(e *env, t exchange.Timing, w int) []rich.Line {
	parts := []struct {
		name string
		ms   float64
	}{{"DNS", t.DNS}, {"TCP", t.Connect}, {"TLS", t.TLS}, {"wait", t.Wait}, {"body", t.Body}}
	total := t.Total
	if total <= 0 {
		return nil
	}
	bar := max(w-24, 8)
	out := []rich.Line{nil, rich.Spread(rich.L(rich.S(rich.Label, "time")), rich.L(rich.S(rich.Dim, ms(total)+" in all")), w)}
	at := 0.0
	for _, p := range parts {
		if p.ms <= 0 {
			continue
		}
		from := min(int(at/total*float64(bar)), bar-1)
		n := max(min(int(p.ms/total*float64(bar)+0.5), bar-from), 1)
		at += p.ms
		out = append(out, rich.L("  ", rich.S(rich.Label, fmt.Sprintf("%-5s", p.name)), rich.Blank(from),
			rich.S(rich.Accent, strings.Repeat("█", n)), " ", rich.S(rich.Dim, ms(p.ms))))
	}
	return out
}

// rawExchange is an exchange as text, for the clipboard.
func rawExchange(x *answer.Seen) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", x.Request.Method, x.Request.URL)
	for _, h := range x.Request.Headers {
		fmt.Fprintf(&b, "%s: %s\n", h.Name, h.Value)
	}
	b.WriteByte('\n')
	if x.Failure != nil {
		fmt.Fprintln(&b, failureWords(x.Failure))
	}
	if r := x.Response; r != nil {
		fmt.Fprintln(&b, strings.TrimSpace(fmt.Sprintf("%s %d %s", r.Proto, r.Status, r.Reason)))
		for _, h := range r.Headers {
			fmt.Fprintf(&b, "%s: %s\n", h.Name, h.Value)
		}
		if r.Body != "" {
			fmt.Fprintf(&b, "\n%s\n", r.Body)
		}
	}
	return b.String()
}
