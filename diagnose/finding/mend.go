package finding

import (
	"net/netip"
	"slices"
	"strings"

	"corstui/diagnose/answer"
	"corstui/diagnose/fetch"
	"corstui/snippets"
)

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
			Command: command(snippets.RecipeCORS, servers(answer.LayerOrigin)[0], w.policy()),
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
		Who:     "you, in the page's code, and whoever deploys the Worker",
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
	p := w.policy()
	if o.kind == kindPreflight {
		return []Step{{
			Layer: answer.LayerWAF, Recipe: snippets.RecipeWAF,
			Summary: "let preflights pass the rule that answered: a skip rule before it, for OPTIONS with Access-Control-Request-Method on " + hostOfURL(o.url) + ". The WAF answers before Access, Worker and API, so nothing behind it can add a header to this answer",
			Command: command(snippets.RecipeWAF, "", p, w.hostFlags()...),
			Cost:    "anyone can send OPTIONS past that rule; what is behind must answer it without effect",
		}}
	}
	what := "take " + hostOfURL(o.url) + " out of the rule that answered (look it up by the Ray ID)"
	switch {
	case challenged(o.seen):
		what += ", or give users clearance before they call (Turnstile pre-clearance on the same zone)"
	case limited(o.seen):
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

// validHost says whether a host is a plain name, as the snippet command takes
// it: letters, digits, hyphens and dots, and no address.
func validHost(host string) bool {
	if _, err := netip.ParseAddr(host); err == nil || host == "" {
		return false
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || label[0] == '-' || label[len(label)-1] == '-' || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return false
		}
	}
	return true
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
	final := to.String()
	if to.Scheme == "http" && base.Scheme == "https" {
		// A page on https may not call it as it stands.
		final = "https" + strings.TrimPrefix(final, "http")
	}
	w.moveTo(final)
	why := " redirects, and browsers follow no redirect of a preflight, nor one without CORS headers"
	if final != to.String() {
		why = " redirects to plain http, where a page on https may not follow"
	}
	return []Step{{
		Layer:   answer.LayerBrowser,
		Summary: "call the final URL in the code: " + shown(final) + ". " + capital(place(o.layer)) + why,
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
		return []Step{w.letSessionTravel(wl, w.policy())}
	}
	switch {
	case w.v.in.Fetch.SameOrigin && w.toLogin(wl):
		w.app[kindRequest] = nil
		return []Step{{Layer: answer.LayerBrowser, Summary: "log in again by reloading the page; in the code expect the redirect (redirect: \"manual\") or ask for a 401 in its place, since a script cannot follow to a login on another origin"}}
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
			Command: command(snippets.RecipeCORS, servers(l)[0], w.policy()),
		}}
	}
	known := o.seen != nil
	w.applied = true
	p := w.policy()
	if redirect && o.kind == kindRequest && known {
		w.answer401(o)
		return []Step{{
			Layer: l, Recipe: snippets.RecipeCORS, Targets: servers(l),
			Summary: "let " + place(l) + " answer 401 in place of the redirect to its login, which a script cannot follow, with the CORS headers on every answer, errors too: " + policyWords(p),
			Command: command(snippets.RecipeCORS, servers(l)[0], p),
		}}
	}
	s := Step{
		Layer: l, Recipe: snippets.RecipeCORS, Targets: servers(l),
		Command: command(snippets.RecipeCORS, servers(l)[0], p),
	}
	where := place(l)
	switch {
	case l == answer.LayerUnknown:
		where = "the API, or a Worker in front of it,"
	case l == answer.LayerProxy && o.seen != nil && o.seen.Answer.Product != "":
		where = o.seen.Answer.Product + ", or what it passes on to,"
	}
	do := "put the CORS headers on every answer, errors too: "
	switch {
	case o.seen != nil && workerCode(o.seen):
		do = "catch its exceptions (" + edgeMeans(o.seen) + ") and " + do
	case known && wl.cause == causeMultiple && len(o.resp.Headers.Values(hACAO)) > 1:
		do = "send the CORS headers once, whoever else adds them now (a proxy, a Worker, a rule) taken away or replaced: "
	case known && w.lacksOnly(wl.cause):
		do = "allow exactly what the page needs, on the preflight and on every answer, errors too: "
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
	if candidate(o.seen, answer.LayerWAF) {
		s.Summary = "if the Worker or the API made this answer: " + s.Summary
		rule := w.mendWAF(o)[0]
		rule.Summary = "or, if a security rule with a response of its own made it (the Ray ID tells, in Security › Analytics › Events): " + rule.Summary
		rule.Alternative = true
		rule.Then = "what is behind the rule is asked, and its answer can be seen"
		return []Step{s, rule}
	}
	return []Step{s}
}

// answer401 puts a plain 401 where the app redirected to its login.
func (w *world) answer401(o origin) {
	s := *o.seen
	s.Response = clone(o.seen.Response)
	s.Response.Status = 401
	s.Response.Headers = s.Response.Headers.Without("Location")
	w.app[kindRequest] = &s
}

// toLogin says whether the replay was redirected to a login on another origin.
func (w *world) toLogin(wl wall) bool {
	for _, x := range wl.res.Exchanges {
		s := &answer.Seen{Exchange: x}
		if hop(s) && redirectKind(s) == toOtherOrigin && looksLikeLogin(location(s).Path) {
			return true
		}
	}
	return false
}

// candidate says whether a layer is among those that could have made an answer
// whose maker is not proven.
func candidate(s *answer.Seen, l answer.Layer) bool {
	return s != nil && layer(s) == answer.LayerUnknown && slices.Contains(s.Answer.Candidates, l)
}

// lacksOnly says whether a preflight was answered by a hand that knows CORS and
// whose policy lacks something.
func (w *world) lacksOnly(c cause) bool {
	switch c {
	case causeMissing, causeStatus, causePreflightRedirect, causeNetwork:
		return c == causeMissing && w.v.namesOthers(w.app[kindPreflight])
	case causeLoop, causeLocation, causeUnknown:
		return false
	}
	return true
}

// caseOnly says whether a list has the method in another case only.
func caseOnly(list, m string) bool {
	return slices.ContainsFunc(splitList(list), func(e string) bool { return e != m && strings.EqualFold(e, m) && e == strings.ToUpper(e) })
}
