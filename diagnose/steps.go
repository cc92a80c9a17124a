package diagnose

import (
	"fmt"
	"slices"
	"strings"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
	"corstui/diagnose/finding"
)

// stepOfLayer is the step at which a layer's answers stand. The edge stands at
// the WAF when it answered for itself, and at the origin when it spoke of one
// that it could not reach: see stepOf.
var stepOfLayer = map[answer.Layer]StepName{
	answer.LayerBrowser: StepBrowser, answer.LayerNetwork: StepBrowser,
	answer.LayerAccess: StepAccess, answer.LayerWAF: StepWAF, answer.LayerEdge: StepWAF,
	answer.LayerWorker: StepOrigin, answer.LayerCache: StepOrigin, answer.LayerOrigin: StepOrigin,
	answer.LayerProxy: StepOrigin, answer.LayerUnknown: StepOrigin,
}

// stepOfProbe is the step that a probe asks about.
var stepOfProbe = map[exchange.Purpose]StepName{
	exchange.PurposeAccessMetadata: StepAccess, exchange.PurposeAccessCerts: StepAccess,
	exchange.PurposeAccessResource: StepAccess, exchange.PurposeXHR: StepAccess,
	exchange.PurposeNoSession: StepAccess, exchange.PurposePlainOptions: StepAccess,
	exchange.PurposePreflightProbe: StepAccess, exchange.PurposeGet: StepAccess,
	exchange.PurposeJSON: StepWAF, exchange.PurposeTrace: StepWAF, exchange.PurposeIdentity: StepWAF,
}

// stepOf is where an answered exchange stands on the walk.
func stepOf(s *answer.Seen) StepName {
	if s.Answer.Layer == answer.LayerEdge && aboutOrigin(s) {
		return StepOrigin
	}
	return stepOfLayer[s.Answer.Layer]
}

// aboutOrigin says whether an answer of Cloudflare's edge speaks of the origin
// behind it: 502, 504, 52x, and 530 (the origin's name or its tunnel).
func aboutOrigin(s *answer.Seen) bool {
	if s.Response == nil {
		return false
	}
	st := s.Response.Status
	return st == 502 || st == 504 || (st >= 520 && st <= 530)
}

// walk is what the four steps are worked out from.
type walk struct {
	in       finding.Input
	findings []finding.Finding
	decisive *answer.Seen
	at       StepName // where the deciding answer stands
	blocked  bool
}

// steps draws the walk: how each of the four steps went.
func steps(in finding.Input, fs []finding.Finding) []Step {
	w := walk{in: in, findings: fs, decisive: decisive(in), blocked: !in.Fetch.Verdict.Allowed}
	switch {
	case in.Fetch.Local != nil:
		w.at = StepBrowser
	case w.decisive != nil:
		w.at = stepOf(w.decisive)
	}
	out := []Step{w.browser(), w.access(), w.waf(), w.origin()}
	for i := range out {
		if s := &out[i]; s.Status == StatusPass && s.Step != StepBrowser && w.warned(s.Step) {
			s.Status = StatusWarn
		}
		out[i].Exchanges = w.exchangesOf(out[i].Step)
		out[i].Answered = out[i].Step == w.at
	}
	return out
}

// exchangesOf lists what belongs to a step: the browser's own requests at the
// browser and at whoever answered them, the probes at the step they ask about.
func (w walk) exchangesOf(step StepName) []string {
	ids := []string{}
	for i := range w.in.Seen {
		s := &w.in.Seen[i]
		own := s.Purpose == exchange.PurposePreflight || s.Purpose == exchange.PurposeRequest
		asks, probe := stepOfProbe[s.Purpose]
		switch {
		case own && (step == StepBrowser || stepOf(s) == step),
			!own && probe && asks == step,
			!own && !probe && step == StepOrigin:
			ids = append(ids, s.ID)
		}
	}
	return ids
}

// unknownAnswer says that somebody answered, and the evidence does not say who.
func (w walk) unknownAnswer() bool {
	return w.decisive != nil && w.decisive.Answer.Layer == answer.LayerUnknown
}

// candidate says whether an unknown answer could be of that layer.
func (w walk) candidate(layers ...answer.Layer) bool {
	if !w.unknownAnswer() {
		return false
	}
	for _, l := range layers {
		if slices.Contains(w.decisive.Answer.Candidates, l) {
			return true
		}
	}
	return false
}

func (w walk) browser() Step {
	s := Step{Step: StepBrowser, Status: StatusPass}
	f := w.in.Fetch
	switch {
	case f.Local != nil:
		s.Status, s.Summary = StatusFail, "the browser itself refused, nothing was sent: "+f.Local.Message
		return s
	case w.decisive != nil && w.decisive.Answer.Layer == answer.LayerNetwork:
		s.Status = StatusFail
		s.Summary = "no answer came"
		if w.decisive.Failure != nil {
			s.Summary += ": " + w.decisive.Failure.Message
		}
		return s
	}
	method := fetch.NormalizeMethod(w.in.Case.Method)
	switch {
	case len(f.Triggers) > 0 && f.Verdict.PreflightSent:
		s.Summary = fmt.Sprintf("%s needs a preflight because of %s; it was sent", method, triggerNames(f.Triggers))
	case f.SameOrigin && f.Verdict.Tainting != "cors":
		s.Summary = method + " to the page's own origin: no CORS, no preflight"
	case f.Verdict.Tainting == "opaque":
		s.Summary = method + " in mode no-cors: sent, and nothing of the answer is readable"
	default:
		s.Summary = method + " is a simple request: sent without a preflight"
	}
	if f.Unsent != nil {
		s.Status = StatusWarn
		s.Summary += "; the " + method + " itself was held back, since it may change something"
	}
	return s
}

// triggerNames lists what made the preflight necessary.
func triggerNames(ts []fetch.Trigger) string {
	names := make([]string, 0, len(ts))
	for _, t := range ts {
		if t.Kind == "method" {
			names = append(names, "the method")
			continue
		}
		names = append(names, t.Name)
	}
	return strings.Join(names, ", ")
}

func (w walk) access() Step {
	s := Step{Step: StepAccess}
	app := w.in.Facts.Access
	switch {
	case w.at == StepAccess && w.blocked:
		s.Status, s.Summary = StatusFail, w.answered()
	case w.at == StepAccess:
		s.Status, s.Summary = StatusPass, w.answered()
	case w.at == StepBrowser:
		s.Status, s.Summary = StatusSkip, "not reached"
	case w.at == StepWAF && w.blocked:
		s.Status, s.Summary = StatusUnknown, "not asked yet: the WAF looks before Access"
		if w.decisive.Answer.Layer == answer.LayerEdge {
			s.Summary = "not asked, as far as is known: Cloudflare answered by itself"
		}
	case w.candidate(answer.LayerAccess):
		s.Status, s.Summary = StatusUnknown, "may have answered; the evidence does not decide"
	case app != nil:
		s.Status, s.Summary = StatusPass, "covers this URL, and let the request by"
		if w.in.Facts.Access.Domain != "" {
			s.Summary = fmt.Sprintf("covers this URL (%s), and let the request by", app.Domain)
		}
	case w.metadataAsked():
		s.Status, s.Summary = StatusSkip, "no Access application showed itself on this URL"
	case w.decisive == nil:
		s.Status, s.Summary = StatusUnknown, "not asked"
	case !w.in.Facts.Cloudflare:
		s.Status, s.Summary = StatusSkip, "Cloudflare did not show itself on the way"
	default:
		s.Status, s.Summary = StatusPass, "let it by, or is not on this URL"
	}
	return s
}

// metadataAsked says whether the request that Access answers with a signed
// proof was sent and answered.
func (w walk) metadataAsked() bool {
	x := w.in.First(exchange.PurposeAccessMetadata)
	return x != nil && x.Response != nil
}

func (w walk) waf() Step {
	s := Step{Step: StepWAF}
	switch {
	case w.at == StepWAF && w.blocked:
		s.Status, s.Summary = StatusFail, w.answered()
	case w.at == StepWAF:
		s.Status, s.Summary = StatusPass, w.answered()
	case w.at == StepBrowser:
		s.Status, s.Summary = StatusSkip, "not reached"
	case w.candidate(answer.LayerWAF, answer.LayerEdge):
		s.Status, s.Summary = StatusUnknown, "may have answered; the evidence does not decide"
	case w.decisive == nil:
		s.Status, s.Summary = StatusUnknown, "not asked"
	case !w.in.Facts.Cloudflare:
		s.Status, s.Summary = StatusSkip, "Cloudflare did not show itself on the way"
	default:
		s.Status, s.Summary = StatusPass, "let it by"
	}
	return s
}

func (w walk) origin() Step {
	s := Step{Step: StepOrigin}
	switch {
	case w.at == StepOrigin && w.unknownAnswer():
		s.Status, s.Summary = StatusUnknown, w.answered()
		if !w.blocked {
			s.Status = StatusPass
		}
	case w.at == StepOrigin && w.blocked:
		s.Status, s.Summary = StatusFail, w.answered()
	case w.at == StepOrigin && w.warned(StepOrigin):
		s.Status, s.Summary = StatusWarn, w.answered()
	case w.at == StepOrigin:
		s.Status, s.Summary = StatusPass, w.answered()
	case w.at == StepBrowser:
		s.Status, s.Summary = StatusSkip, "not reached"
	default:
		s.Status, s.Summary = StatusUnknown, "not asked; --direct HOST:PORT asks it past Cloudflare"
		if w.in.Direct {
			s.Summary = "not asked on this way; see the direct probes"
		}
	}
	return s
}

// warned says whether a warning or an error belongs to a step. What the edge
// says for itself may be about the origin, and is none of the WAF's.
func (w walk) warned(at StepName) bool {
	for _, f := range w.findings {
		if f.Severity != finding.Info && f.Layer != answer.LayerEdge && stepOfLayer[f.Layer] == at {
			return true
		}
	}
	return false
}

// answered says in a line who answered the deciding exchange with what, and why
// that is known.
func (w walk) answered() string {
	x := w.decisive
	if x == nil || x.Response == nil {
		return "answered"
	}
	a := x.Answer
	who := a.Product
	if who == "" {
		who = layerNames[a.Layer]
	}
	line := fmt.Sprintf("%s answered %d", who, x.Response.Status)
	if _, ok := x.Response.Headers.Get("Access-Control-Allow-Origin"); !ok && w.in.Fetch.Verdict.Tainting != "basic" {
		line += " without CORS headers"
	}
	return line + " (" + Certainty(a) + ")"
}

// layerNames are the layers as a sentence names them.
var layerNames = map[answer.Layer]string{
	answer.LayerBrowser: "the browser", answer.LayerNetwork: "the network", answer.LayerEdge: "Cloudflare's edge",
	answer.LayerAccess: "Cloudflare Access", answer.LayerWAF: "Cloudflare's WAF", answer.LayerWorker: "a Worker",
	answer.LayerCache: "Cloudflare's cache", answer.LayerOrigin: "the origin", answer.LayerProxy: "another proxy",
	answer.LayerUnknown: "somebody",
}

// LayerName is a layer as a sentence names it: "Cloudflare Access", "the origin".
func LayerName(l answer.Layer) string { return layerNames[l] }

// Certainty says in words how sure an answer is, and by what: "certain:
// cf-access-aud, cf-access-domain".
func Certainty(a answer.Answer) string {
	var what []string
	for _, e := range a.Evidence {
		if e.Strength != "supporting" && e.Strength != answer.StrengthContradicting && !slices.Contains(what, e.What) {
			what = append(what, e.What)
		}
	}
	if len(what) > 3 {
		what = what[:3]
	}
	if len(what) == 0 {
		return string(a.Confidence)
	}
	return string(a.Confidence) + ": " + strings.Join(what, ", ")
}
