package finding

import (
	"fmt"
	"strings"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
)

// circumstances are what makes engines differ although no answer does: what the
// case says beside its request, what each engine makes of it, and what works in
// all of them.
var circumstances = []struct {
	holds        func(c *exchange.Case) bool
	evidence     string
	says, repair string
}{
	{func(c *exchange.Case) bool { return c.BodyStream && c.Body != nil }, "the body is a ReadableStream",
		"The cause is the body, a ReadableStream: Chromium streams it behind a preflight and over HTTP/2 or later only, Firefox sends the text [object ReadableStream] in its place and asks no preflight, and WebKit throws before anything is sent.",
		"Send the body as a string, a Blob or an ArrayBuffer: every engine sends those alike."},
	{func(c *exchange.Case) bool { return c.ServiceWorker }, "a service worker controls the page",
		"The cause is the service worker, whose fetch handler lets the request pass: WebKit (not verified in Safari) then sends it to another origin without a preflight, and the others ask first.",
		"Do not take the preflight for a guard: let the API check Origin on every method. In the worker, answer with event.respondWith(fetch(event.request)), so that the worker's own request is the one that is checked."},
	{func(c *exchange.Case) bool { return c.Initiator == exchange.InitiatorLink }, "the page asks by <link rel=preload>",
		"The cause is the element: the page learns of the outcome by an event alone, and Firefox fires load also where CORS blocked the response, and error at a status that is not 2xx.",
		"Do not take the event for an answer: ask by fetch() where the page must know."},
	{func(c *exchange.Case) bool { return c.LocalNetwork.Asks() }, "the API's address is of a less public network than the page",
		"The cause is Local Network Access, for which the permission is not there: Chromium refuses, and any page on plain http without asking; Firefox refuses under the name of a request that did not succeed; WebKit has no such check.",
		"Serve the page over https and let the user grant local network access, or serve page and API from the same network."},
}

// differByCircumstance is the finding where engines do otherwise for what the
// case says beside its request; nil where they do not.
func (v *view) differByCircumstance(said string) *Finding {
	for i := range circumstances {
		row := &circumstances[i]
		if !row.holds(&v.c) {
			continue
		}
		doing := v.doings()
		if said == "" && len(doing) == 0 {
			return nil
		}
		parts := []string{said, strings.Join(doing, " "), row.says, row.repair}
		return &Finding{
			Detail:   strings.TrimSpace(strings.Join(strings.Fields(strings.Join(parts, " ")), " ")),
			Evidence: []answer.Evidence{ev(nil, "case", row.evidence)},
			Fix:      fixAt(answer.LayerBrowser),
		}
	}
	return nil
}

// doings say what engines do otherwise than the one of the verdict, whatever they
// conclude: whether they ask a preflight, and which event an element fires.
func (v *view) doings() []string {
	own := v.in.Fetch.Verdict
	var out []string
	for _, e := range fetch.Browsers() {
		other, ok := own.Engines[e.Name()]
		if !ok || e.Name() == own.Engine {
			continue
		}
		switch {
		case other.PreflightSent && !own.PreflightSent:
			out = append(out, fmt.Sprintf("%s sends a preflight, %s none.", engineName(e.Name()), engineName(own.Engine)))
		case own.PreflightSent && !other.PreflightSent:
			out = append(out, fmt.Sprintf("%s sends a preflight, %s none.", engineName(own.Engine), engineName(e.Name())))
		}
		if other.Event != own.Event {
			out = append(out, fmt.Sprintf("%s fires %s, %s fires %s.", engineName(own.Engine), own.Event, engineName(e.Name()), other.Event))
		}
	}
	return out
}
