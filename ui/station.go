package ui

import (
	"corstui/diagnose"
	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"slices"
)

// mark is how a station stands; its sign comes from the theme, and a word
// always stands beside it.
type mark uint8

const (
	markIdle mark = iota
	markRun
	markOK
	markBad
	markWarn
	markUnknown
)

// station is one stop on the line from the browser to the origin.
type station struct {
	name  string
	layer answer.Layer
	step  diagnose.StepName
	mark  mark
	// word stands beside the mark; note, in brackets, below it.
	word, note string
	// answered says that the deciding answer came from here.
	answered bool
	// passed says that the packet went on from here.
	passed  bool
	summary string
	// exchanges are the IDs of what belongs here.
	exchanges []string
}

var stepOfLayer = map[answer.Layer]diagnose.StepName{
	answer.LayerBrowser: diagnose.StepBrowser,
	answer.LayerNetwork: diagnose.StepBrowser,
	answer.LayerAccess:  diagnose.StepAccess,
	answer.LayerWAF:     diagnose.StepWAF,
	answer.LayerEdge:    diagnose.StepOrigin,
	answer.LayerWorker:  diagnose.StepOrigin,
	answer.LayerCache:   diagnose.StepOrigin,
	answer.LayerProxy:   diagnose.StepOrigin,
	answer.LayerOrigin:  diagnose.StepOrigin,
}

var layerOfStep = map[diagnose.StepName]answer.Layer{
	diagnose.StepBrowser: answer.LayerBrowser,
	diagnose.StepAccess:  answer.LayerAccess,
	diagnose.StepWAF:     answer.LayerWAF,
	diagnose.StepOrigin:  answer.LayerOrigin,
}

// between are the layers that get a station of their own, before the origin,
// where they show themselves; in the order of the wire.
var between = []answer.Layer{answer.LayerEdge, answer.LayerWorker, answer.LayerCache, answer.LayerProxy}

// stationsOf draws a report as the line of its stations.
func stationsOf(r *diagnose.Report) []station {
	steps := r.Steps
	if len(steps) == 0 { // a report that somebody else wrote
		steps = unknownSteps
	}
	var out []station
	for _, s := range steps {
		layer := layerOfStep[s.Step]
		st := station{name: stationName[layer], layer: layer, step: s.Step, summary: s.Summary,
			exchanges: s.Exchanges, answered: s.Answered}
		st.mark, st.word = markOf(s.Status), statusWords(s.Status)
		if s.Step == diagnose.StepWAF && st.answered && r.AnsweredBy.Layer == answer.LayerEdge {
			// The edge has a station of its own, and what it answers itself says
			// nothing about the WAF.
			st.answered, st.mark, st.word, st.summary = false, markUnknown, statusWords(diagnose.StatusUnknown), ""
			st.exchanges = slices.DeleteFunc(slices.Clone(st.exchanges), func(id string) bool {
				x := r.ExchangeByID(id)
				return x != nil && x.Answer.Layer == answer.LayerEdge && speaksOfTheWay(answer.LayerEdge, x)
			})
		}
		if s.Step == diagnose.StepOrigin {
			extra := extraStations(r, s)
			out = append(out, extra...)
			for _, x := range extra {
				if x.answered { // it answered in place of the origin
					st.answered = false
				}
			}
		}
		refine(&st, r)
		out = append(out, st)
	}
	pass(out, r)
	return out
}

// unknownSteps are the four steps where nothing is known of them.
var unknownSteps = []diagnose.Step{
	{Step: diagnose.StepBrowser, Status: diagnose.StatusUnknown}, {Step: diagnose.StepAccess, Status: diagnose.StatusUnknown},
	{Step: diagnose.StepWAF, Status: diagnose.StatusUnknown}, {Step: diagnose.StepOrigin, Status: diagnose.StatusUnknown},
}

func markOf(s diagnose.Status) mark {
	switch s {
	case diagnose.StatusPass:
		return markOK
	case diagnose.StatusFail:
		return markBad
	case diagnose.StatusWarn:
		return markWarn
	case diagnose.StatusUnknown:
		return markUnknown
	}
	return markIdle
}

func extraStations(r *diagnose.Report, origin diagnose.Step) []station {
	var out []station
	for _, layer := range between {
		var ids []string
		for _, x := range r.Exchanges {
			if x.Answer.Layer == layer && x.Answer.Confidence != answer.Unknown && speaksOfTheWay(layer, &x) {
				ids = append(ids, x.ID)
			}
		}
		if len(ids) == 0 && r.AnsweredBy.Layer != layer {
			continue
		}
		st := station{name: stationName[layer], layer: layer, step: diagnose.StepOrigin, exchanges: ids,
			mark: markOK, word: "on the way", answered: r.AnsweredBy.Layer == layer}
		if st.answered {
			st.mark, st.word, st.summary = markOf(origin.Status), "answered", origin.Summary
			if !r.Verdict.Allowed {
				st.mark = markBad
			}
		}
		out = append(out, st)
	}
	return out
}

// behind says whether an answer of that layer came past the places of Access and
// the WAF, whether or not they are there.
func behind(l answer.Layer) bool {
	return stepOfLayer[l] == diagnose.StepOrigin || l == answer.LayerUnknown
}

// speaksOfTheWay says whether an exchange shows that a layer stands on the way
// of the page's own request. What Cloudflare answers under /cdn-cgi/ it answers
// for every host.
func speaksOfTheWay(l answer.Layer, x *answer.Seen) bool {
	if l == answer.LayerEdge {
		return x.Purpose == exchange.PurposePreflight || x.Purpose == exchange.PurposeRequest
	}
	return true
}

// askedFirst is the word for a browser that sent a preflight.
const askedFirst = "asked first"

// refine replaces the general word of a status by what happened at the station.
func refine(s *station, r *diagnose.Report) {
	by := r.AnsweredBy.Layer
	switch s.step {
	case diagnose.StepBrowser:
		switch {
		case by == answer.LayerBrowser || r.Local != nil:
			s.mark, s.word, s.answered = markBad, "sent nothing", true
		case by == answer.LayerNetwork:
			s.mark, s.word, s.answered = markBad, "got no answer", true
		case (s.mark == markOK || s.mark == markWarn) && r.Verdict.PreflightSent:
			s.word = askedFirst
		case s.mark == markOK || s.mark == markWarn:
			s.word = "asked"
		}
	case diagnose.StepAccess:
		switch {
		case s.answered && s.mark == markBad && loginProduct(r.AnsweredBy.Product):
			s.word = "wants a login"
		case s.answered && s.mark == markBad:
			s.word = "refused"
		case s.answered:
			s.word = "answered"
		case by == answer.LayerWAF:
			s.mark, s.word = markUnknown, "not asked yet"
		case s.mark == markIdle && behind(by):
			s.word = "not seen"
		}
	case diagnose.StepWAF:
		switch {
		case s.answered:
			s.word = "answered first"
		case by == answer.LayerAccess && s.mark == markOK:
			s.note = "(looks before Access)"
		case s.mark == markIdle && behind(by):
			s.word = "not seen"
		}
	case diagnose.StepOrigin:
		if s.layer != answer.LayerOrigin {
			return
		}
		switch {
		case by == answer.LayerEdge && !s.answered:
			s.mark, s.word = markUnknown, "not known"
			return
		case (by == answer.LayerWorker || by == answer.LayerCache || by == answer.LayerProxy) && !s.answered:
			s.mark, s.word = markIdle, "not asked"
			return
		}
		switch {
		case s.answered && s.mark == markUnknown:
			s.word = "somebody here"
		case s.answered && s.mark == markBad:
			s.word = "answered"
			s.note = "(the browser says no)"
		case s.answered:
			s.word = "answered"
		case by == answer.LayerUnknown && s.mark == markUnknown:
			s.word = "who answers here?"
		case s.mark != markBad && s.mark != markOK && s.mark != markWarn:
			s.mark, s.word = markIdle, "not asked"
		case s.mark == markOK && !answeredByOrigin(r):
			s.word = "answers"
		}
	}
}

func loginProduct(p string) bool { return containsFold(p, "login") }

func answeredByOrigin(r *diagnose.Report) bool { return r.AnsweredBy.Layer == answer.LayerOrigin }

// pass says from which stations the packet went on: all before the one that
// answered. On the wire the WAF looks before Access: where the WAF answered, the
// packet never came to Access.
func pass(ss []station, r *diagnose.Report) {
	last := -1
	for i, s := range ss {
		if s.answered {
			last = i
		}
	}
	if last < 0 && len(r.Exchanges) > 0 && r.AnsweredBy.Layer != answer.LayerBrowser && r.AnsweredBy.Layer != answer.LayerNetwork {
		last = len(ss) - 1
	}
	for i := range ss {
		ss[i].passed = i < last
	}
}

// stationOf is the index of the station at which the answer came, 0 without.
func stationOf(ss []station) int {
	for i, s := range ss {
		if s.answered {
			return i
		}
	}
	return 0
}

// liveStations are the stations while nothing is concluded yet: what the
// answers so far say, and no more.
func liveStations(seen []answer.Seen) []station {
	out := []station{
		{name: "Browser", layer: answer.LayerBrowser, step: diagnose.StepBrowser, mark: markRun, word: "asking"},
		{name: "Access", layer: answer.LayerAccess, step: diagnose.StepAccess, word: "not known yet"},
		{name: "WAF", layer: answer.LayerWAF, step: diagnose.StepWAF, word: "not known yet"},
		{name: "Origin", layer: answer.LayerOrigin, step: diagnose.StepOrigin, word: "not known yet"},
	}
	for _, x := range seen {
		if x.Purpose != exchange.PurposePreflight && x.Purpose != exchange.PurposeRequest {
			continue
		}
		out[0].exchanges = append(out[0].exchanges, x.ID)
		if x.Response == nil && x.Failure == nil {
			continue
		}
		out[0].mark, out[0].word = markOK, "asked"
		for i := range out {
			out[i].answered = false
		}
		layer := x.Answer.Layer
		step, known := stepOfLayer[layer]
		if x.Failure != nil {
			out[0].mark, out[0].word, out[0].answered = markBad, "got no answer", true
			continue
		}
		if !known || x.Answer.Confidence == answer.Unknown {
			continue
		}
		for i := range out {
			if out[i].step != step {
				continue
			}
			out[i].mark, out[i].word, out[i].answered = markOK, "answered", true
			out[i].exchanges = append(out[i].exchanges, x.ID)
			for j := 1; j < i; j++ {
				if out[j].mark == markIdle {
					out[j].mark, out[j].word = markOK, "let it by"
				}
			}
			if layer == answer.LayerWAF && out[1].mark == markOK && !anyFrom(seen, answer.LayerAccess) {
				out[1].mark, out[1].word = markUnknown, "not asked yet"
			}
		}
	}
	pass(out, &diagnose.Report{})
	return out
}

func anyFrom(seen []answer.Seen, l answer.Layer) bool {
	for _, x := range seen {
		if x.Answer.Layer == l {
			return true
		}
	}
	return false
}
