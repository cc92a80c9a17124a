package finding

import (
	"fmt"
	"slices"
	"strings"

	"corstui/diagnose/answer"
	"corstui/diagnose/fetch"
	"corstui/snippets"
)

// maxSteps bounds a plan: more walls than this in a row are not a plan.
const maxSteps = 8

// Plan returns what to change, in order, replayed on the model until the
// verdict would be allowed; and the policy that the case needs.
//
// Each round runs the case over the path as it would be after the steps so far,
// and asks what the browser concludes: the wall that it meets is what the next
// step removes, and what the step before it says in Then.
func Plan(in Input, fs []Finding) ([]Step, snippets.Policy) { return newView(in).plan(fs) }

func (v *view) plan(fs []Finding) ([]Step, snippets.Policy) {
	w := newWorld(v)
	steps := []Step{}
	if s, ok := w.takeTokenOut(); ok {
		steps = append(steps, s)
		w.final = true
	}
	// What the browser hands over needs no replay: nothing stands in its way.
	clear := v.in.Fetch.Verdict.Allowed && !v.in.Fetch.Verdict.Partial
	for range maxSteps {
		if w.final || clear {
			break
		}
		wall := w.wall()
		w.then(steps, wall)
		if wall.passes {
			break
		}
		next := w.next(wall)
		if len(next) == 0 {
			break
		}
		steps = append(steps, next...)
	}
	policy := w.policy()
	if s, ok := w.tidy(fs, steps); ok {
		steps = append(steps, s)
	}
	steps = append(steps, pageSteps(fs)...)
	if s, ok := w.sameOrigin(steps); ok {
		steps = append(steps, s)
	}
	for i := range steps {
		if steps[i].Targets == nil {
			steps[i].Targets = []snippets.Target{}
		}
		if steps[i].Who == "" {
			steps[i].Who = responsible(steps[i].Layer)
		}
	}
	return steps, policy
}

// wall is what the browser meets next.
type wall struct {
	passes bool
	res    fetch.Result
	o      origin
	cause  cause
}

// wall runs the case over the world and says where it ends.
func (w *world) wall() wall {
	res := w.run()
	out := wall{passes: res.Verdict.Allowed, res: res, o: w.log[res.DecidedBy]}
	if out.passes {
		return out
	}
	// A redirect by Access is a wall even where the hop passes the CORS check:
	// its target is the login.
	for _, x := range res.Exchanges {
		if o := w.log[x.ID]; o.layer == answer.LayerAccess && o.kind == kindRequest && res.DecidedBy != x.ID {
			out.o = o
			return out
		}
	}
	out.cause = w.causeOf(res)
	return out
}

// causeOf judges the deciding exchange of a replay.
func (w *world) causeOf(res fetch.Result) cause {
	seen := make([]answer.Seen, 0, len(res.Exchanges))
	for _, x := range res.Exchanges {
		seen = append(seen, answer.Seen{Exchange: x})
	}
	return newView(Input{Case: w.c, Fetch: res, Seen: seen}).cause
}

// then fills in what the steps that still lack it lead to.
func (w *world) then(steps []Step, wl wall) {
	said := w.says(wl)
	for i := range steps {
		if steps[i].Then == "" {
			steps[i].Then = said
		}
	}
}

// says names a wall as the continuation of a step.
func (w *world) says(wl wall) string {
	if wl.passes {
		if wl.o.resp != nil && wl.o.resp.Status >= 400 {
			return fmt.Sprintf("the page can read the answer, and sees that it is a %d", wl.o.resp.Status)
		}
		return "the browser hands the answer to the page"
	}
	if wl.res.Local != nil && wl.o.resp == nil {
		return "the browser itself refuses: " + strings.TrimSuffix(wl.res.Local.Message, ".")
	}
	what := "your " + fetch.NormalizeMethod(w.c.Method)
	if wl.o.kind == kindPreflight {
		what = "the preflight"
	}
	n := 0
	if wl.o.resp != nil {
		n = wl.o.resp.Status
	}
	switch wl.o.layer {
	case answer.LayerNetwork:
		return "" + what + " still gets no answer"
	case answer.LayerWAF:
		return fmt.Sprintf("%s meets the WAF (%d)", what, n)
	case answer.LayerEdge:
		return fmt.Sprintf("%s meets Cloudflare's own answer (%d)", what, n)
	case answer.LayerAccess:
		if wl.o.kind == kindPreflight {
			return fmt.Sprintf("Access answers the preflight (%d), and that is not enough", n)
		}
		if redirectStatus(n) {
			return fmt.Sprintf("%s is sent to the Access login (%d) unless the session's cookie travels with it, which needs: %s", what, n, w.cookieNeeds())
		}
		return fmt.Sprintf("%s is a %d by Access unless a session it accepts travels", what, n)
	case answer.LayerCache:
		return "" + what + " gets a stored copy that does not fit"
	}
	if wl.o.seen == nil && !w.applied {
		if w.v.in.Facts.Cloudflare && !w.v.accessCovers() && !w.anyAnswer() {
			return what + " comes through, and nobody has seen yet what comes next: Access, a Worker or the API"
		}
		return what + " comes through, and nobody has seen yet whether what is behind allows your page"
	}
	return fmt.Sprintf("%s comes through and gets %s", what, w.lacks(wl))
}

// anyAnswer says whether anything of what is behind Access and WAF was seen.
func (w *world) anyAnswer() bool {
	for i := range w.v.in.Seen {
		if s := &w.v.in.Seen[i]; behind(s) && layer(s) != answer.LayerUnknown {
			return true
		}
	}
	return false
}

// lacks says what is wrong with the deciding answer, in a few words.
func (w *world) lacks(wl wall) string {
	n := 0
	if wl.o.resp != nil {
		n = wl.o.resp.Status
	}
	switch wl.cause {
	case causeMissing:
		return fmt.Sprintf("%d without %s", n, hACAO)
	case causeWildcard:
		return hACAO + ": * on a request with credentials"
	case causeMultiple:
		return "several values of " + hACAO
	case causeInvalid, causeMismatch:
		return "an " + hACAO + " that is not your page's origin"
	case causeCredentials:
		return "no " + hACAC + ": true"
	case causeStatus:
		return fmt.Sprintf("the status %d on the preflight", n)
	case causePreflightRedirect:
		return fmt.Sprintf("a redirect (%d) of the preflight", n)
	case causeMethod, causeMethodsSyntax:
		return "no " + hACAM + " for " + fetch.NormalizeMethod(w.c.Method)
	case causeHeader, causeHeadersSyntax:
		return "no " + hACAH + " for a header that it sends"
	}
	return fmt.Sprintf("an answer (%d) that the browser does not hand over", n)
}

// tidy is the step for warnings that a policy mends and no step so far does.
func (w *world) tidy(fs []Finding, steps []Step) (Step, bool) {
	if slices.ContainsFunc(steps, func(s Step) bool { return s.Recipe == snippets.RecipeCORS }) {
		return Step{}, false
	}
	var titles []string
	var l answer.Layer
	for _, f := range fs {
		if f.Severity == Info || f.Fix.Recipe != snippets.RecipeCORS || f.Because != "" && f.Severity != Warning {
			continue
		}
		if l == "" {
			l = f.Fix.Layer
		}
		if t := within(f.Title); !slices.Contains(titles, t) {
			titles = append(titles, t)
		}
	}
	if len(titles) == 0 {
		return Step{}, false
	}
	p := w.policy()
	return Step{
		Layer: l, Recipe: snippets.RecipeCORS, Targets: servers(app(l)),
		Summary: "replace the CORS headers by an exact policy (" + policyWords(p) + "); it mends: " + strings.Join(titles, "; "),
		Then:    "your page reads the answer as before, and what is named above is mended",
		Command: command(snippets.RecipeCORS, servers(app(l))[0], p),
	}, true
}

// pageWarnings are warnings that no server mends, and what the page does then.
var pageWarnings = map[string]struct{ summary, then string }{
	CookieStaysHome: {"let the session's cookie travel: credentials: \"include\" in the code, and SameSite=None; Secure on the cookie where page and API are on different sites; for browsers that send no third-party cookie give the API a host of the page's own site",
		"the server sees who asks, and its answer can be seen"},
	NoCORSOpaque:         {"leave mode: \"no-cors\" away", "the browser checks CORS, and the page reads the answer where the API allows it"},
	RedirectTokenDropped: {"call the final URL in the code, so that Authorization travels", "the server sees the token"},
}

// pageSteps are the steps at the page for warnings that stand by themselves.
func pageSteps(fs []Finding) []Step {
	var out []Step
	for _, f := range fs {
		if p, ok := pageWarnings[f.ID]; ok && f.Severity == Warning && f.Because == "" {
			out = append(out, Step{Layer: answer.LayerBrowser, Summary: p.summary, Then: p.then})
		}
	}
	return out
}

// sameOrigin is the way that needs no CORS, beside every direct fix.
func (w *world) sameOrigin(steps []Step) (Step, bool) {
	v := w.v
	if v.in.Fetch.SameOrigin || len(steps) == 0 || v.c.Origin == "null" || v.c.Origin == "" {
		return Step{}, false
	}
	if l := steps[0].Layer; l == answer.LayerNetwork || v.in.Fetch.Local != nil && v.in.Fetch.Local.Kind != "mixed-content" {
		return Step{}, false
	}
	s := Step{
		Layer: answer.LayerOrigin, Recipe: snippets.RecipeSameOrigin, Targets: servers(answer.LayerUnknown), Alternative: true,
		Summary: "or need no CORS at all: serve the API under the page's own origin (" + v.c.Origin + "/api/…) through a Worker or proxy",
		Then:    "the browser sends no preflight and checks no CORS header",
		Who:     "whoever serves the page",
		Cost:    "one more hop, and a route to keep; the API sees the Worker or proxy as its caller",
	}
	if v.in.Facts.Cloudflare {
		s.Layer = answer.LayerWorker
	}
	if v.accessCovers() {
		s.Cost += "; Access must let the Worker in (service token), or cover the page's host, whose session then serves both"
	}
	s.Command = command(snippets.RecipeSameOrigin, snippets.TargetWorker, snippets.Policy{}, snippets.FlagUpstream, upstreamOf(v))
	return s, true
}
