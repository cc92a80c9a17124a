package diagnose

import (
	"context"
	"slices"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
	"corstui/diagnose/finding"
	"corstui/diagnose/probe"
)

// heldBack says whether all that the browser would have sent was held back: a
// simple request whose method may change something. Nothing is known of the
// target then.
func heldBack(r fetch.Result) bool {
	return r.Local == nil && r.Unsent != nil && len(r.Exchanges) == 0
}

// standIn asks the same URL by GET in the place of a request that was held back,
// and learns whether the target can be reached and who stands there. Where even
// that gets no answer, the page's request would have got none: that is the
// verdict, since there is nothing that it was allowed by.
func (r *run) standIn(ctx context.Context) {
	if !heldBack(r.result) {
		return
	}
	get := *r.result.Unsent
	get.Method, get.Body, get.HasBody = "GET", "", false
	get.Headers = get.Headers.Without("Content-Type", "Content-Length")
	plan := []probe.Probe{{
		Purpose: exchange.PurposeGet, Request: get,
		Why: "The page's own request was held back, since it may change something; a GET of the same URL shows who stands there.",
	}}
	r.sendPlan(ctx, plan)
	for _, x := range r.probed {
		if x.Failure != nil && x.Failure.Phase != exchange.FailureCanceled {
			x.Purpose, x.Request = exchange.PurposeRequest, *r.result.Unsent
			r.result = r.decide([]exchange.Exchange{x})
		}
	}
}

// decide is the verdict over an exchange that stands for the browser's own.
func (r *run) decide(xs []exchange.Exchange) fetch.Result {
	decide := fetch.Decide
	if r.o.AllEngines {
		decide = fetch.DecideEngines
	}
	res := decide(r.c, xs, r.fetchOptions())
	res.Exchanges = nil // what was sent is among the probes
	return res
}

// standing is the GET that was sent in the place of the page's own request, nil
// where that was not needed or got no answer.
func standing(r fetch.Result, seen []answer.Seen) *answer.Seen {
	if !heldBack(r) {
		return nil
	}
	for i := range seen {
		if seen[i].Purpose == exchange.PurposeGet && seen[i].Response != nil {
			return &seen[i]
		}
	}
	return nil
}

// plan is what to probe for. What stands for the page's own request counts as
// it, so that the probes are about its answer.
func (r *run) plan(seen []answer.Seen) []probe.Probe {
	res := r.result
	if x := standing(res, seen); x != nil {
		seen = slices.Clone(seen)
		own := &seen[slices.IndexFunc(seen, func(s answer.Seen) bool { return s.ID == x.ID })]
		own.Purpose = exchange.PurposeRequest
		res.Exchanges, res.DecidedBy = []exchange.Exchange{own.Exchange}, own.ID
	}
	ps := probe.Plan(r.c, res, seen, r.o.Network, r.o.MaxProbes)
	if !r.o.Confirm && r.accessIsCertain(seen) {
		ps = slices.DeleteFunc(ps, func(p probe.Probe) bool { return p.Purpose == exchange.PurposeAccessCerts })
	}
	return ps
}

// accessIsCertain says that Access wrote the answer that decided, by its own
// marks, and that the case has no token whose signature is a question: the
// team's keys would cost round trips to another host and prove nothing new.
func (r *run) accessIsCertain(seen []answer.Seen) bool {
	if !r.c.Session.Empty() {
		return false
	}
	x := decisive(finding.Input{Case: r.c, Fetch: r.result, Seen: seen})
	return x != nil && x.Answer.Layer == answer.LayerAccess && x.Answer.Confidence == answer.Certain
}

// decisive is the exchange at which the verdict fell, or what stands for it; nil
// where nothing was sent.
func decisive(in finding.Input) *answer.Seen {
	if x := in.Decisive(); x != nil {
		return x
	}
	return standing(in.Fetch, in.Seen)
}
