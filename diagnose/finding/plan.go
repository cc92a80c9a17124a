package finding

import (
	"fmt"
	"slices"
	"strings"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
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
func Plan(in Input, fs []Finding) ([]Step, snippets.Policy) {
	v := newView(in)
	w := newWorld(v)
	steps := []Step{}
	if s, ok := w.takeTokenOut(); ok {
		steps = append(steps, s)
		w.final = true
	}
	for range maxSteps {
		if w.final {
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
	policy := v.policyFor(w.c)
	if s, ok := w.tidy(fs, steps); ok {
		steps = append(steps, s)
	}
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
			return fmt.Sprintf("%s is a %d to the Access login unless the session's cookie travels: %s", what, n, w.cookieNeeds())
		}
		return fmt.Sprintf("%s is a %d by Access unless a session it accepts travels", what, n)
	case answer.LayerCache:
		return "" + what + " gets a stored copy that does not fit"
	}
	if wl.o.seen == nil && !w.applied {
		return "" + what + " comes through, and nobody has seen yet whether what is behind allows your page"
	}
	return fmt.Sprintf("%s comes through and gets %s", what, w.lacks(wl))
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

// next is the step, or the alternatives, that remove a wall; the world is
// changed as they would change it.
func (w *world) next(wl wall) []Step {
	o := wl.o
	if wl.res.Local != nil && o.resp == nil {
		return w.mendPage(wl)
	}
	switch o.layer {
	case answer.LayerNetwork:
		w.network = [2]*answer.Seen{}
		w.dropOther(o)
		return []Step{{Layer: answer.LayerNetwork, Summary: "get an answer from " + hostOfURL(o.url) + " at all: " + networkAdvice(o.seen) + ". No CORS header plays a part before that"}}
	case answer.LayerEdge:
		return w.mendEdge(wl)
	case answer.LayerWAF:
		w.waf[o.kind] = nil
		w.dropOther(o)
		return w.mendWAF(o)
	case answer.LayerAccess:
		return w.mendAccess(wl)
	case answer.LayerCache:
		w.cache[o.kind] = nil
		w.applied = true
		return []Step{{
			Layer: answer.LayerCache, Recipe: snippets.RecipeCORS, Targets: servers(answer.LayerOrigin),
			Summary: "purge the stored copies of " + hostOfURL(o.url) + " (with the Origin header, or everything), and send Vary: Origin with the CORS headers on every answer, errors too",
			Command: command(snippets.RecipeCORS, servers(answer.LayerOrigin)[0], w.v.policyFor(w.c)),
			Cost:    "the cache is empty for a while",
		}}
	}
	return w.mendApp(wl)
}

// dropOther forgets the answer of a later hop that a step has mended.
func (w *world) dropOther(o origin) {
	delete(w.others, string(kindPurpose(o.kind))+" "+without(o.url))
}

func (w *world) mendPage(wl wall) []Step {
	s := Step{Layer: answer.LayerBrowser, Summary: "change the call: " + strings.TrimSuffix(wl.res.Local.Message, ".")}
	if wl.res.Local.Kind == "mixed-content" && strings.HasPrefix(strings.ToLower(w.c.URL), "http:") {
		w.c.URL = "https:" + w.c.URL[len("http:"):]
		s.Summary = "call the API by https: " + shown(w.c.URL)
		s.Cost = "the API must answer on https"
		return []Step{s}
	}
	s.Then = "the request is sent, and what comes next can be seen"
	w.final = true
	return []Step{s}
}

// takeTokenOut is the step where the page's script itself sends a service token
// of Access: it must leave the page, and something of one's own must add it.
func (w *world) takeTokenOut() (Step, bool) {
	v := w.v
	if !v.blocked || !v.c.Headers.Has("cf-access-client-id") && !v.c.Headers.Has("cf-access-client-secret") {
		return Step{}, false
	}
	w.c.Headers = w.c.Headers.Without("cf-access-client-id", "cf-access-client-secret")
	return Step{
		Layer: answer.LayerWorker, Recipe: snippets.RecipeServiceToken, Targets: servers(answer.LayerUnknown),
		Summary: "take the service token out of the page's code and rotate it; let a Worker or server of yours add it, and have the page call that",
		Then:    "Access lets the Worker in by its token, and the Worker answers your page with the CORS headers",
		Cost:    "a secret to keep and to rotate; whoever may call the Worker reaches the API, so check the user there",
		Command: command(snippets.RecipeServiceToken, snippets.TargetWorker, v.policyFor(w.c), snippets.FlagUpstream, upstreamOf(v)),
	}, true
}

// upstreamOf is the origin of the API, as the snippet command takes it.
func upstreamOf(v *view) string {
	if o := originOf(v.target); o != "null" {
		return o
	}
	return "https://" + v.host()
}

func (w *world) mendEdge(wl wall) []Step {
	o := wl.o
	if o.resp != nil && redirectStatus(o.resp.Status) {
		return w.callFinal(wl)
	}
	w.edge = [2]*answer.Seen{}
	w.dropOther(o)
	means := "its error"
	if o.seen != nil {
		means = edgeMeans(o.seen)
	}
	return []Step{{
		Layer:   answer.LayerEdge,
		Summary: "mend the cause of Cloudflare's error first (" + means + "): no code of the API can put a CORS header on this page",
	}}
}

func (w *world) mendWAF(o origin) []Step {
	p := w.v.policyFor(w.c)
	if o.kind == kindPreflight {
		return []Step{{
			Layer: answer.LayerWAF, Recipe: snippets.RecipeWAF,
			Summary: "let preflights pass the rule that answered: a skip rule before it, for OPTIONS with Access-Control-Request-Method on " + hostOfURL(o.url) + ". The WAF answers before Access, Worker and API, so nothing behind it can add a header to this answer",
			Command: command(snippets.RecipeWAF, "", p, w.hostFlags()...),
			Cost:    "anyone can send OPTIONS past that rule; what is behind must answer it without effect",
		}}
	}
	what := "take " + hostOfURL(o.url) + " out of the rule that answered (look it up by the Ray ID), or give users clearance before they call (Turnstile pre-clearance on the same zone)"
	if limited(o.seen) {
		what = "raise the rate limit that answered, or call less often"
	}
	return []Step{{
		Layer: answer.LayerWAF, Recipe: snippets.RecipeWAF,
		Summary: what + ". The WAF answers before Access, Worker and API, so nothing behind it can add a header to this answer",
		Command: command(snippets.RecipeWAF, "", p, w.hostFlags()...),
		Cost:    "less protection on this path",
	}}
}

func (w *world) hostFlags() []string {
	u, err := fetch.ParseURL(w.c.URL, nil)
	if err != nil || !validHost(u.Host) {
		return nil
	}
	return []string{snippets.FlagHost, u.Host}
}

// validHost says whether a host can be given to the snippet command.
func validHost(host string) bool {
	_, err := snippets.Generate(snippets.RecipeWAF, "", snippets.Options{Host: host})
	return err == nil
}

func (w *world) mendAccess(wl wall) []Step {
	o := wl.o
	p := w.v.policyFor(w.c)
	if o.kind == kindPreflight {
		w.access[kindPreflight] = nil
		if !sameURL(o.url, w.c.URL) {
			w.dropOther(o)
		}
		bypass := Step{
			Layer: answer.LayerAccess, Recipe: snippets.RecipeAccess,
			Summary: "let preflights pass to what is behind Access: \"Bypass options requests to origin\" on (options_preflight_bypass). Access refuses them before any Worker or API is asked, so no code there can mend it",
			Cost:    "deletes the application's own CORS settings, and lets anonymous OPTIONS reach the API",
			Command: command(snippets.RecipeAccess, "", p, w.hostFlags()...),
		}
		settings := Step{
			Layer: answer.LayerAccess, Recipe: snippets.RecipeAccess, Alternative: true,
			Summary: "or let Access answer preflights itself: CORS settings (cors_headers) with origin, method, headers" + credentialWords(p),
			Then:    "the preflight passes, and the real answer still needs CORS headers from the API: the settings are for preflights only",
			Cost:    "a second place with a list of origins, to be kept in step with the API's",
			Command: bypass.Command,
		}
		if o.seen != nil && okStatus(status(o.seen)) {
			// Its settings answer already, and lack something: completing them is
			// the smaller change.
			settings.Summary = "complete the CORS settings of the Access application: " + policyWords(p) + ". Access answers the preflight itself, so nothing behind it can add to that answer"
			settings.Alternative, settings.Then = false, ""
			bypass.Summary = "or let preflights pass to the API instead: \"Bypass options requests to origin\" on"
			bypass.Alternative = true
			bypass.Then = "the API must answer the preflight itself"
			w.access[kindPreflight] = w.settingsAnswer(p, o)
			return []Step{settings, bypass}
		}
		return []Step{bypass, settings}
	}
	w.access[kindRequest], w.login = nil, false
	w.dropOther(o)
	return []Step{w.letSessionTravel(wl, p)}
}

// settingsAnswer is the answer of Access's CORS settings once they are complete.
func (w *world) settingsAnswer(p snippets.Policy, o origin) *answer.Seen {
	s := *o.seen
	r := clone(o.seen.Response)
	r.Status = 200
	r.Headers = r.Headers.Without(corsHeaders...)
	for _, h := range p.ResponseHeaders(w.c.Origin, true) {
		r.Headers = append(r.Headers, exchange.Header{Name: h[0], Value: h[1]})
	}
	s.Response = r
	return &s
}

// cookieNeeds says what a session's cookie needs to travel with this call.
func (w *world) cookieNeeds() string {
	needs := []string{}
	if w.v.in.Fetch.SameOrigin {
		return "the user must be logged in"
	}
	if w.c.Credentials != exchange.CredentialsInclude {
		needs = append(needs, `credentials: "include"`)
	}
	if w.v.crossSite() {
		needs = append(needs, "SameSite=None, third-party cookies let through")
	}
	return strings.Join(append(needs, "a user who is logged in at "+w.v.host()), ", ")
}

// thirdParty is the cost of a cookie that crosses sites.
func (w *world) thirdParty() string {
	if !w.v.crossSite() || w.v.in.Fetch.SameOrigin {
		return ""
	}
	return "page and API are on different sites: Safari, Firefox, Brave and private windows hold the cookie back whatever is set"
}

// letSessionTravel is the step where Access turned the real request away.
func (w *world) letSessionTravel(wl wall, p snippets.Policy) Step {
	v, o := w.v, wl.o
	s := Step{Layer: answer.LayerAccess, Recipe: snippets.RecipeAccess, Cost: w.thirdParty()}
	inner := ""
	if o.seen != nil {
		inner = innerAccess(o.seen)
	}
	token, hasToken := readToken(v.accessToken())
	const why = ". Access answers before any Worker or API is asked, so no header there can mend it"
	switch {
	case inner != "":
		s.Layer, s.Recipe, s.Targets, s.Cost = answer.LayerWorker, snippets.RecipeServiceToken, servers(answer.LayerWorker), "a secret to keep and to rotate"
		s.Summary = "give the Worker or proxy that asks " + inner + " a service token, and let it in there by a policy with the action Service Auth"
		s.Command = command(snippets.RecipeServiceToken, snippets.TargetWorker, p, snippets.FlagUpstream, "https://"+inner)
	case v.c.Session.ServiceTokenID != "" && v.credentialsTravel():
		s.Summary = "let the service token in: a policy with the action Service Auth that names it; check that it is not expired" + why
		s.Cost = ""
	case v.in.Fetch.SameOrigin:
		s.Layer, s.Recipe, s.Cost = answer.LayerBrowser, "", ""
		s.Summary = "log in again by reloading the page; in the code send X-Requested-With: XMLHttpRequest and act on the 401, since a script cannot follow to the login"
	case hasToken && v.credentialsTravel() && (token.Type == "org" || v.aud() != "" && len(token.Aud) > 0 && !token.Aud.has(v.aud())):
		s.Layer, s.Recipe = answer.LayerBrowser, ""
		s.Summary = "use the session of this application: log in at " + v.host() + " itself and take its CF_Authorization cookie"
	case o.resp != nil && o.resp.Status >= 400 && o.resp.Status != 401:
		s.Summary = "let the users in by a policy with the action Allow, so that their session counts; or let a server of yours call the API with a service token (Service Auth). A page cannot hold that token" + why
		w.c.Credentials = withTravel(w.c, v)
	default:
		what := "have the user log in at " + v.host() + " first"
		if w.c.Credentials != exchange.CredentialsInclude {
			what = "ask with credentials: \"include\" in the code, and " + what
			s.Who = "you, in the page's code, and whoever runs Zero Trust"
		}
		if v.crossSite() {
			what += "; set the application's cookie to SameSite=None (same_site_cookie_attribute)"
		}
		s.Summary = "let the user's session travel: " + what + why
		w.c.Credentials = withTravel(w.c, v)
	}
	return s
}

// withTravel is the credentials mode in which a session travels to the API.
func withTravel(c exchange.Case, v *view) exchange.CredentialsMode {
	if v.in.Fetch.SameOrigin {
		return c.Credentials
	}
	return exchange.CredentialsInclude
}

// callFinal makes the page call where a redirect leads.
func (w *world) callFinal(wl wall) []Step {
	o := wl.o
	base, err := fetch.ParseURL(o.url, nil)
	if err != nil || o.resp == nil {
		return nil
	}
	to, err := fetch.ParseURL(o.resp.Headers.Value("Location"), base)
	if err != nil || sameURL(to.String(), w.c.URL) {
		w.final = true
		return []Step{{Layer: o.layer, Summary: "mend the redirect: its Location leads nowhere", Then: "what comes next can be seen"}}
	}
	w.moveTo(to.String())
	return []Step{{
		Layer:   answer.LayerBrowser,
		Summary: "call the final URL in the code: " + shown(to.String()) + ". " + capital(place(o.layer)) + " redirects, and browsers follow no redirect of a preflight, nor one without CORS headers",
	}}
}

// moveTo changes the URL that the page calls. What was seen there as a later
// hop is kept as the answer.
func (w *world) moveTo(u string) {
	host := hostOfURL(w.c.URL)
	w.c.URL = u
	old := *w
	w.network, w.edge, w.waf, w.cache, w.app = [2]*answer.Seen{}, [2]*answer.Seen{}, [2]*answer.Seen{}, [2]*answer.Seen{}, [2]*answer.Seen{}
	w.access, w.login = [2]*answer.Seen{}, false
	for _, k := range []kind{kindPreflight, kindRequest} {
		w.place(k, w.others[string(kindPurpose(k))+" "+without(u)])
	}
	if hostOfURL(u) == host {
		// The stations before the app are those of the host.
		w.login = old.login
		if old.access[kindRequest] != nil {
			w.access[kindRequest] = old.access[kindRequest]
		}
	}
}

func (w *world) mendApp(wl wall) []Step {
	o := wl.o
	l := o.layer
	redirect := o.resp != nil && redirectStatus(o.resp.Status) && o.resp.Headers.Has("Location")
	login := redirect && looksLikeLogin(o.resp.Headers.Value("Location"))
	if o.seen != nil && innerAccess(o.seen) != "" && !w.applied {
		w.app[o.kind] = nil
		return []Step{w.letSessionTravel(wl, w.v.policyFor(w.c))}
	}
	switch {
	case wl.cause == causeMethod && o.resp != nil && caseOnly(o.resp.Headers.Value(hACAM), fetch.NormalizeMethod(w.c.Method)):
		m := strings.ToUpper(w.c.Method)
		w.c.Method = m
		return []Step{{Layer: answer.LayerBrowser, Summary: "write the method as " + m + " in the code: methods are compared letter by letter"}}
	case redirect && o.kind == kindPreflight && !login && !w.applied:
		return w.callFinal(wl)
	case redirect && o.kind == kindRequest && !login:
		return w.callFinal(wl)
	case o.req.Headers.Value("Origin") == "null" && w.c.Origin != "null":
		u := o.url
		w.moveTo(u)
		return []Step{{Layer: answer.LayerBrowser, Summary: "call " + shown(u) + " at once: after a redirect to a third origin the browser sends Origin: null, which no server should allow"}}
	case !sameURL(o.url, w.c.URL) || w.applied:
		// Another host answers, or a policy alone does not help: nothing more
		// can be foreseen from here.
		w.final = true
		return []Step{{
			Layer: l, Recipe: snippets.RecipeCORS, Targets: servers(l),
			Summary: "let whoever serves " + shown(o.url) + " allow your page too, or do not send the page there",
			Then:    "what comes next can be seen",
			Command: command(snippets.RecipeCORS, servers(l)[0], w.v.policyFor(w.c)),
		}}
	}
	known := o.seen != nil
	w.applied = true
	p := w.v.policyFor(w.c)
	s := Step{
		Layer: l, Recipe: snippets.RecipeCORS, Targets: servers(l),
		Command: command(snippets.RecipeCORS, servers(l)[0], p),
	}
	where := place(l)
	if l == answer.LayerUnknown {
		where = "the API, or a Worker in front of it,"
	}
	do := "put the CORS headers on every answer, errors too: "
	switch {
	case o.seen != nil && workerCode(o.seen):
		do = "catch its exceptions (" + edgeMeans(o.seen) + ") and " + do
	case o.kind == kindPreflight && known && w.lacksOnly(wl.cause):
		do = "allow what the page needs, on the preflight and on every answer: "
	case o.kind == kindPreflight:
		do = "answer the preflight itself, before any login check, and " + do
	}
	s.Summary = "let " + where + " " + do + policyWords(p)
	if !known {
		s.Summary = "check, since nobody has seen its answer yet, that " + where + " does this: " + do + policyWords(p)
	}
	if len(p.AllowOrigins) == 0 {
		s.Summary += ". No policy can allow Origin null with credentials: serve the page from a real origin"
		s.Command = ""
	}
	return []Step{s}
}

// lacksOnly says whether a preflight was answered by a hand that knows CORS and
// whose policy lacks something.
func (w *world) lacksOnly(c cause) bool {
	switch c {
	case causeMissing, causeStatus, causePreflightRedirect, causeNetwork:
		return c == causeMissing && w.v.namesOthers(w.app[kindPreflight])
	}
	return true
}

// caseOnly says whether a list has the method in another case only.
func caseOnly(list, m string) bool {
	return slices.ContainsFunc(splitList(list), func(e string) bool { return e != m && strings.EqualFold(e, m) && e == strings.ToUpper(e) })
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
		if !slices.Contains(titles, f.Title) {
			titles = append(titles, f.Title)
		}
	}
	if len(titles) == 0 {
		return Step{}, false
	}
	p := w.v.policyFor(w.c)
	return Step{
		Layer: l, Recipe: snippets.RecipeCORS, Targets: servers(app(l)),
		Summary: "replace the CORS headers by an exact policy (" + policyWords(p) + "); it mends: " + strings.Join(titles, "; "),
		Then:    "the answer is the same for your page, and right for caches, errors and strangers too",
		Command: command(snippets.RecipeCORS, servers(app(l))[0], p),
	}, true
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

// responsible says who can change a layer.
func responsible(l answer.Layer) string {
	switch l {
	case answer.LayerBrowser:
		return "you, in the page's code"
	case answer.LayerNetwork:
		return "whoever runs the host, its DNS and certificate"
	case answer.LayerEdge:
		return "whoever runs the Cloudflare zone"
	case answer.LayerAccess:
		return "whoever runs Zero Trust"
	case answer.LayerWAF:
		return "whoever runs the zone's security rules"
	case answer.LayerWorker:
		return "whoever deploys the Worker"
	case answer.LayerCache:
		return "whoever runs the cache, and the API behind it"
	case answer.LayerProxy:
		return "whoever runs the proxy in front of the API"
	case answer.LayerOrigin:
		return "whoever runs the API"
	}
	return "whoever runs the API, or a Worker in front of it"
}

// policyWords says what a policy allows, in one line.
func policyWords(p snippets.Policy) string {
	var parts []string
	add := func(what string, list []string) {
		if len(list) > 0 {
			parts = append(parts, what+" "+strings.Join(list, ", "))
		}
	}
	add("origin", p.AllowOrigins)
	add("method", p.AllowMethods)
	add("headers", p.AllowHeaders)
	add("exposed", p.ExposeHeaders)
	if p.Credentials {
		parts = append(parts, "credentials true")
	}
	return strings.Join(parts, "; ")
}

func credentialWords(p snippets.Policy) string {
	if p.Credentials {
		return " and credentials"
	}
	return ""
}

// networkAdvice is what to look at for a request that got no answer.
func networkAdvice(s *answer.Seen) string {
	if s == nil || s.Failure == nil {
		return "see why it fails"
	}
	switch s.Failure.Phase {
	case exchange.FailureDNS:
		return "the name does not resolve (spelling, DNS record, VPN)"
	case exchange.FailureConnect:
		return "nothing accepts connections there (is it running, is the port right?)"
	case exchange.FailureTLS:
		return "the certificate or handshake is not accepted"
	case exchange.FailureTimeout:
		return "it does not answer in time (firewall, VPN, a server that is stuck)"
	}
	return "the connection breaks off, or what comes is no HTTP answer"
}

func hostOfURL(s string) string {
	u, err := fetch.ParseURL(s, nil)
	if err != nil || u.Host == "" {
		return "the host"
	}
	return u.Host
}

// shown is a URL without what may hold a secret: query, fragment and user.
func shown(s string) string {
	u, err := fetch.ParseURL(s, nil)
	if err != nil {
		return "its Location"
	}
	out, _, _ := strings.Cut(u.WithoutFragment(), "?")
	if u.HasCredentials() {
		return u.Scheme + "://" + u.Host
	}
	return out
}
