package finding

import (
	"strings"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/snippets"
)

func (w *world) mendAccess(wl wall) []Step {
	o := wl.o
	p := w.policy()
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
	token, hasToken := v.token()
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
	case hasToken && v.credentialsTravel() && (token.Type == "org" || v.otherApplication(token)):
		s.Layer, s.Recipe = answer.LayerBrowser, ""
		s.Summary = "use the session of this application: log in at " + v.host() + " itself and take its CF_Authorization cookie"
	case o.resp != nil && o.resp.Status >= 400 && o.resp.Status != 401:
		s.Summary = "let the users in by a policy with the action Allow, so that their session counts; or let a server of yours call the API with a service token (Service Auth). A page cannot hold that token" + why
		w.c.Credentials = withTravel(w.c, v)
	case len(keptBack(v.in.Fetch.Credentials)) > 0:
		s.Summary = "give the API a host of the page's own site, and have the user log in there: by default this browser sends no cookie of another site, whatever its attributes say. The host belongs to the Access application as well (destinations)" + why
		s.Who, s.Cost = "whoever runs Zero Trust and the API's DNS", "a second name of the API, to be kept in its lists of hosts and in the page's code"
	default:
		what := "have the user log in at " + v.host() + " first"
		s.Who = "the user of the page, by a login"
		if w.c.Credentials != exchange.CredentialsInclude {
			what = "ask with credentials: \"include\" in the code, and " + what
			s.Who = "you, in the page's code, and the user, by a login"
		}
		if v.crossSite() {
			what += "; set the application's cookie to SameSite=None (same_site_cookie_attribute)"
			s.Who = "whoever runs Zero Trust, and the user, by a login"
			if w.c.Credentials != exchange.CredentialsInclude {
				s.Who = "you, in the page's code, and whoever runs Zero Trust"
			}
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
