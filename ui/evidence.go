package ui

import (
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"corstui/diagnose"
	"corstui/diagnose/answer"
	"corstui/ui/rich"
)

// proofItem is one piece of evidence, or one proof by a pair of exchanges, or a
// request that belongs to the station.
type proofItem struct {
	group    string
	seen     string // what was seen
	proves   string // what that proves
	strength string
	// exchange opens with Enter; a pair opens side by side.
	exchange string
	pair     []string
}

// evidence is the drawer: what proves who answered at a station.
type evidence struct {
	walk     *walk
	report   *diagnose.Report
	stations []station
	station  int
	at       int
}

func newEvidence(w *walk) *evidence {
	return &evidence{walk: w, report: w.report, stations: w.stations(), station: w.selected}
}

func (s *evidence) title() string       { return "Evidence" }
func (s *evidence) init(e *env) tea.Cmd { return nil }
func (s *evidence) items() []proofItem  { return proofItems(s.report, s.stations, s.station) }
func (s *evidence) selected() *proofItem {
	if it := s.items(); s.at < len(it) {
		return &it[s.at]
	}
	return nil
}

func (s *evidence) update(e *env, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case scrollMsg:
		s.at = max(min(s.at+msg.by, len(s.items())-1), 0)
	case moveMsg:
		s.station = max(min(s.station+msg.by, len(s.stations)-1), 0)
		s.at = 0
	case selectMsg:
		s.at = msg.station
	case fixMsg, copyMenuMsg, againMsg:
		return tea.Sequence(send(backMsg{}), send(toWalkMsg{s.walk, msg}))
	case evidenceMsg:
		it := s.selected()
		switch {
		case it == nil:
		case len(it.pair) == 2:
			return send(pushMsg{newPair(s.report, it.pair[0], it.pair[1], it.proves)})
		case it.exchange != "":
			return send(pushMsg{newExchangeView(s.report, s.report.Exchanges, it.exchange)})
		}
	}
	return nil
}

func (s *evidence) actions(e *env) []action {
	open := action{id: keyOpen, name: "open", help: "open the exchange behind it; a pair side by side", msg: evidenceMsg{}, best: true}
	if it := s.selected(); it == nil || it.exchange == "" && len(it.pair) != 2 {
		open.off = "There is no exchange behind this one."
	}
	return []action{
		{id: keyUp, help: "the piece before", msg: scrollMsg{-1}},
		{id: keyDown, name: "piece", show: "↑↓", help: "the next piece", msg: scrollMsg{1}},
		{id: keyPageUp, help: "some pieces up", msg: scrollMsg{-5}},
		{id: keyPageDown, help: "some pieces down", msg: scrollMsg{5}},
		{id: keyTop, help: "the first piece", msg: scrollMsg{-1 << 20}},
		{id: keyBottom, help: "the last piece", msg: scrollMsg{1 << 20}},
		{id: keyLeft, help: "the station before", msg: moveMsg{-1}},
		{id: keyRight, name: "station", show: "←→", help: "the next station", msg: moveMsg{1}},
		open,
		{id: keyExchange, name: "exchange", help: "request and response as they were sent", msg: evidenceMsg{}, off: open.off},
		{id: keyFix, name: "fix", help: "what to change, who can do it, and the files for it", msg: fixMsg{}, off: ifThen(len(s.report.Plan) == 0, "No file and no setting changes this one.")},
		{id: keyAgain, help: "run the same case again, and compare", msg: againMsg{}},
		{id: keyCopyMenu, help: "choose what to copy: ticket, curl, verdict, Ray ID", msg: copyMenuMsg{}},
		{id: keyCopy, name: "copy", help: "copy this piece", msg: copyMsg{"evidence", s.copyText()}},
		{id: keyBack, name: "back", help: "back to the walk", msg: backMsg{}},
	}
}

func (s *evidence) copyText() string {
	it := s.selected()
	if it == nil {
		return ""
	}
	return it.seen + ": " + it.proves
}

func (s *evidence) view(e *env, w, h int) []rich.Line {
	lines := header(e, s.report.Case, "", w, true)
	st := s.stations[s.station]
	lines = append(lines, nil)
	body := evidenceLines(e, s.report, s.stations, s.station, s.at, w-4)
	top := 0
	for i, l := range body { // keep the selected piece in sight
		if len(l) > 0 && l[0].Role == rich.Accent {
			top = max(i-(h-8), 0)
		}
	}
	room := h - len(lines)
	shown, _ := scrolled(body, top, room-2, w-4)
	title := rich.L(rich.S(rich.Title, fmt.Sprintf("Evidence at %d %s", s.station+1, st.name)))
	return append(lines, box(e, title, rich.L(rich.S(rich.Dim, count(len(s.items()), "piece", "pieces"))), shown, w, room)...)
}

// proofItems are the pieces of a station, the strongest first.
func proofItems(r *diagnose.Report, ss []station, at int) []proofItem {
	if at >= len(ss) {
		return nil
	}
	st := ss[at]
	var out []proofItem
	if st.answered {
		for rank := range 4 {
			for _, ev := range r.AnsweredBy.Evidence {
				if strengthRank(ev.Strength) == rank {
					out = append(out, proofItem{"who answered", ev.What, ev.Says, ev.Strength, ev.Exchange, nil})
				}
			}
		}
	}
	for _, p := range r.Facts.Proofs {
		if stepOfLayer[p.Layer] == st.step {
			out = append(out, proofItem{"proofs by a pair of requests", pairWords(r, p.Pair), p.Says, "", "", p.Pair})
		}
	}
	own := map[string]bool{}
	for _, id := range st.exchanges {
		own[id] = true
	}
	if st.answered && r.DecidedBy != "" {
		own[r.DecidedBy] = true
	}
	for _, x := range r.Exchanges {
		if !own[x.ID] {
			continue
		}
		why := purposeWhy(x.Compares())
		said := ""
		if x.Response != nil && x.Answer.Layer != answer.LayerUnknown {
			said = "; " + whoWithin(x.Answer) + " answered"
		}
		out = append(out, proofItem{"requests here", exchangeName(&x) + ": " + gotWords(&x) + said, why, "", x.ID, nil})
	}
	return out
}

// pairWords name the two requests of a proof by what they were sent for.
func pairWords(r *diagnose.Report, pair []string) string {
	var names []string
	for _, id := range pair {
		if x := r.ExchangeByID(id); x != nil {
			names = append(names, exchangeName(x))
		}
	}
	if len(names) == 0 {
		return "requests that differ in one thing"
	}
	return joinWords(names, "against")
}

// evidenceLines draw the pieces; selected is marked, -1 marks none.
func evidenceLines(e *env, r *diagnose.Report, ss []station, at, selected, w int) []rich.Line {
	items := proofItems(r, ss, at)
	var out []rich.Line
	if at < len(ss) && ss[at].answered {
		a := r.AnsweredBy
		out = append(out, rich.Wrap(rich.L(rich.S(rich.Strong, whoAnswered(a)), rich.S(rich.Dim, " · "), reportConfidence(r)), w, 0)...)
		if acc := r.Facts.Access; acc != nil && a.Layer == answer.LayerAccess {
			var parts []string
			for _, p := range [][2]string{{"team", acc.Team}, {"application", acc.Domain}, {"AUD", acc.AUD}} {
				if p[1] != "" {
					parts = append(parts, p[0]+" "+p[1])
				}
			}
			if len(parts) > 0 {
				out = append(out, rich.Wrap(rich.L(rich.S(rich.Dim, joinWords(parts, "·"))), w, 0)...)
			}
		}
	}
	group := ""
	for i, it := range items {
		if it.group != group {
			group = it.group
			if len(out) > 0 {
				out = append(out, nil)
			}
			out = append(out, rich.L(rich.S(rich.Label, group)))
		}
		mark := rich.S(rich.Plain, "  ")
		if i == selected {
			mark = rich.S(rich.Accent, e.theme.Best+" ")
		}
		head := rich.L(rich.S(rich.Strong, rich.OneLine(it.seen)))
		aside := rich.L(rich.S(rich.Dim, it.strength))
		for j, l := range rich.Wrap(head, w-2-rich.Width(it.strength)-1, 0) {
			if j == 0 {
				l = rich.Spread(rich.L(mark, l), aside, w)
			} else {
				l = rich.L("  ", l)
			}
			out = append(out, l.OnClick(selectMsg{i}))
		}
		if it.proves != "" {
			for _, l := range rich.Wrap(rich.L(e.theme.Arrow+" ", rich.OneLine(it.proves)), w-4, 2) {
				out = append(out, rich.L("    ", l).OnClick(selectMsg{i}))
			}
		}
	}
	if len(out) == 0 {
		out = append(out, rich.L(rich.S(rich.Dim, "Nothing that was seen speaks about this station.")))
	}
	return out
}
