package lab

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/snippets"
)

// Fix changes one layer of a scenario's path, as whoever runs that layer would
// with the files of a recipe, and returns the case as the page attempts it
// afterwards: some fixes move the API to another URL, or change the page's code.
// What a fix does not change stays wrong, so a fix at a layer that did not
// answer changes nothing for the page.
//
// Where a layer stands in the way twice, the fix opens the wall that the case
// meets first: at layer access the preflight before the session (which is the
// user's login), at layer waf the preflight before the rule itself.
//
// An empty recipe is the change that no file can make: at layer edge the origin
// or tunnel comes up again or the redirect is taken out, at layer worker its
// exception is repaired, at layer cache the store is purged, at layer network
// the host answers, and at layer browser the page's code is mended.
//
// An unknown scenario, and a layer and recipe that do not belong together, are
// errors that name them.
func (l *Lab) Fix(name string, layer answer.Layer, recipe snippets.Recipe, p snippets.Policy) (exchange.Case, error) {
	c, ok := l.Case(name)
	if !ok {
		return exchange.Case{}, fmt.Errorf("lab scenario %q: %w here", name, ErrUnknownScenario)
	}
	st := l.site(hostIn(c.URL))
	wrong := fmt.Errorf("lab scenario %q: recipe %q does not change layer %q", name, recipe, layer)
	if st == nil {
		return c, fmt.Errorf("lab scenario %q: the lab does not serve %s", name, hostIn(c.URL))
	}
	switch recipe {
	case snippets.RecipeAccess:
		if layer != answer.LayerAccess || st.config().access == nil {
			return c, wrong
		}
		if c.Session.ServiceTokenID == "" && needsPreflight(c) && !st.config().access.passes(c) {
			st.change(func(now *path) { now.access = now.access.withPreflights(p) })
			return c, nil
		}
		return l.LogIn(name)
	case snippets.RecipeWAF:
		if layer != answer.LayerWAF || st.config().waf == nil {
			return c, wrong
		}
		st.change(func(now *path) {
			if needsPreflight(c) && now.waf.answers(preflightOf(c)) {
				now.waf = now.waf.skipPreflights()
				return
			}
			now.waf = nil
		})
	case snippets.RecipeCORS, snippets.RecipeJWT: // jwt answers CORS as cors does, and lets the lab's tokens in
		if err := p.Validate(); err != nil {
			return c, fmt.Errorf("lab scenario %q: %w", name, err)
		}
		if !st.enforce(layer, p) {
			return c, wrong
		}
	case snippets.RecipeServiceToken:
		if credential := st.config().innerCredential; credential != nil {
			credential.Store(true)
			return c, nil
		}
		return l.front(name, c, st, recipe, p), nil
	case snippets.RecipeSameOrigin:
		return l.front(name, c, st, recipe, p), nil
	case "":
		if layer == answer.LayerBrowser {
			return l.mend(name, c)
		}
		if !st.repair(layer) {
			return c, wrong
		}
	default:
		return c, wrong
	}
	return c, nil
}

// mend changes the page's code, or has its user log in again.
func (l *Lab) mend(name string, c exchange.Case) (exchange.Case, error) {
	for _, s := range l.scenarios {
		if s.Name == name && s.mend != nil {
			s.mend(&c)
			l.replace(name, c)
			return c, nil
		}
	}
	return l.LogIn(name)
}

// needsPreflight says whether the case's own request is preceded by OPTIONS. It
// knows the safelist as far as the scenarios use it.
func needsPreflight(c exchange.Case) bool {
	if "https://"+hostIn(c.URL) == c.Origin {
		return false
	}
	for _, h := range c.Headers {
		if !strings.HasPrefix(strings.ToLower(h.Name), "accept") {
			return true
		}
	}
	return c.Method != http.MethodGet && c.Method != http.MethodHead && c.Method != http.MethodPost
}

// preflightOf is the case's preflight.
func preflightOf(c exchange.Case) *http.Request {
	r, err := http.NewRequest(http.MethodOptions, c.URL, nil)
	if err != nil {
		panic(err) // the scenario's own URL
	}
	var names []string
	for _, h := range c.Headers {
		names = append(names, strings.ToLower(h.Name))
	}
	slices.Sort(names)
	r.Header.Set("Origin", c.Origin)
	r.Header.Set("Access-Control-Request-Method", c.Method)
	if len(names) > 0 {
		r.Header.Set("Access-Control-Request-Headers", strings.Join(names, ","))
	}
	return r
}

// LogIn gives the user of a scenario a good session of the Access application
// on the case's host, lets the page's fetch carry it, and returns the case with
// it. Where the session is a service token, a policy lets that one in.
func (l *Lab) LogIn(name string) (exchange.Case, error) {
	c, ok := l.Case(name)
	if !ok {
		return exchange.Case{}, fmt.Errorf("lab scenario %q: %w here", name, ErrUnknownScenario)
	}
	st := l.site(hostIn(c.URL))
	if st == nil || st.config().access == nil {
		return c, fmt.Errorf("lab scenario %q: no Access application covers %s", name, hostIn(c.URL))
	}
	if id := c.Session.ServiceTokenID; id != "" { // not a person: its pair is let in
		st.change(func(now *path) {
			a := *now.access
			a.serviceTokens = map[string]string{id: c.Session.ServiceTokenSecret}
			now.access = &a
		})
		return c, nil
	}
	c.Session = exchange.Session{AccessToken: l.team.appToken(st.config().access.aud, time.Hour)}
	if hostIn(c.URL) != hostIn(c.Origin) {
		c.Credentials = include
	}
	l.replace(name, c)
	return c, nil
}

// replace makes a case the one of a scenario.
func (l *Lab) replace(name string, c exchange.Case, sites ...*site) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cases[name] = c
	for _, st := range sites {
		l.sites[st.host] = st
	}
}

// passes says whether Access lets the preflight of a case through, or allows it
// by its own settings.
func (a *access) passes(c exchange.Case) bool {
	if a.bypassOptions || a.cors == nil {
		return a.bypassOptions
	}
	allowed := a.cors.answer(preflightOf(c)).header.Get("Access-Control-Allow-Origin") != ""
	return allowed && (a.cors.credentials || c.Credentials != exchange.CredentialsInclude)
}

// withPreflights returns the application with preflights let through. Where it
// has CORS settings, these are completed; else "Bypass options requests to
// origin" is switched on. One application never has both.
func (a access) withPreflights(p snippets.Policy) *access {
	if a.cors == nil {
		a.bypassOptions = true
		return &a
	}
	a.cors = &accessCORS{
		origins: p.AllowOrigins, methods: append([]string{"GET", "HEAD", "POST"}, p.AllowMethods...), headers: p.AllowHeaders,
		credentials: p.Credentials, maxAge: maxAge(p),
	}
	return &a
}

// enforce puts a right CORS middleware where the layer's own code is, and says
// whether there is code to put it into.
func (s *site) enforce(layer answer.Layer, p snippets.Policy) bool {
	switch layer {
	case answer.LayerWorker:
		s.change(func(now *path) {
			inner := now.worker
			now.worker = workerCode(func(next handler) handler {
				if inner != nil {
					next = caught(inner.wrap(next))
				}
				return enforcing(p, next)
			})
		})
	case answer.LayerOrigin, answer.LayerProxy, answer.LayerUnknown, answer.LayerCache:
		s.change(func(now *path) {
			if w := now.worker; w != nil && layer == answer.LayerUnknown {
				now.worker = workerCode(func(next handler) handler { return enforcing(p, w.wrap(next)) })
				return
			}
			now.origin = enforcing(p, now.origin)
			if now.cache != nil { // what was stored before is purged, and Origin is back in the key
				now.cache = &cache{eligible: now.cache.eligible, ttl: now.cache.ttl}
			}
		})
	default:
		return false
	}
	return true
}

// caught is a Worker's code between try and catch: its failure becomes an
// answer of its own.
func caught(code handler) handler {
	return func(r *http.Request) *response {
		res := code(r)
		if res.byEdge {
			res = problem(http.StatusInternalServerError, "internal error")
			res.uncached = true
		}
		return res
	}
}

// repair is what is done by hand, without a file.
func (s *site) repair(layer answer.Layer) bool {
	now := s.config()
	healthy := app(noCORS(), api1())
	switch {
	case layer == answer.LayerWAF && now.waf != nil:
		s.change(func(p *path) { p.waf = nil })
	case layer == answer.LayerNetwork:
		s.change(func(p *path) {
			p.noCertificate = false
			if p.bare {
				p.origin = healthy
			}
		})
	case layer == answer.LayerEdge && now.redirects != nil:
		s.change(func(p *path) { p.redirects = nil })
	case layer == answer.LayerEdge:
		s.change(func(p *path) { p.origin = healthy })
	case layer == answer.LayerWorker && now.worker != nil:
		s.change(func(p *path) { p.worker = nil })
	case layer == answer.LayerCache && now.cache != nil:
		s.change(func(p *path) { p.cache = &cache{eligible: p.cache.eligible, ttl: p.cache.ttl} })
	default:
		return false
	}
	return true
}

// front puts a server of the page's owner in front of the API: on the page's
// own origin, or as an API host of its own that adds the service token. It asks
// the API from behind, where no browser checks anything.
func (l *Lab) front(name string, c exchange.Case, api *site, recipe snippets.Recipe, p snippets.Policy) exchange.Case {
	u, err := url.Parse(c.URL)
	if err != nil {
		panic(err) // the scenario's own URL
	}
	next := func(r *http.Request) *response {
		in := r.Clone(r.Context())
		in.Host = api.host
		for h := range in.Header {
			if h == "Origin" || h == "Cookie" || strings.HasPrefix(h, "Sec-") {
				in.Header.Del(h)
			}
		}
		in.Header.Set("Cf-Access-Client-Id", serviceTokenID)
		in.Header.Set("Cf-Access-Client-Secret", serviceTokens[serviceTokenID])
		return api.answer(in).behind()
	}
	if api.config().access != nil { // the Service Auth policy that the recipe asks for
		api.change(func(now *path) {
			a := *now.access
			a.serviceTokens = serviceTokens
			now.access = &a
		})
	}
	st := &site{team: l.team, host: sameOrigin.host(name)}
	worker := handler(next)
	if recipe == snippets.RecipeServiceToken {
		st.host = name + ".proxy.example.com"
		worker = enforcing(p, next)
	} else {
		c.Origin = "https://" + st.host
	}
	st.path = path{host: st.host, worker: answers(worker), origin: next}
	st.start()
	c.Headers = c.Headers.Without("Cf-Access-Client-Id", "Cf-Access-Client-Secret") // the server adds them
	u.Scheme, u.Host = "https", st.host
	c.URL, c.Session = u.String(), exchange.Session{}
	l.replace(name, c, st)
	return c
}

// behind is an answer as a proxy passes it on: the marks of the hop behind it
// are not its own.
func (a *response) behind() *response {
	if a.drop {
		return a
	}
	a = a.copy()
	for h := range a.header {
		if strings.HasPrefix(h, "Access-Control-") || strings.HasPrefix(h, "Cf-") && !strings.HasPrefix(h, "Cf-Access-") || h == "Set-Cookie" {
			a.header.Del(h)
		}
	}
	return a
}

// enforcing answers CORS by a policy: it answers preflights itself, and sets its
// headers on every answer of what is behind, errors too, in place of theirs. An
// answer that the edge makes because the origin is down never passes here.
func enforcing(p snippets.Policy, next handler) handler {
	c := corsConfig{
		allow:   exactly(p.AllowOrigins...),
		methods: strings.Join(p.AllowMethods, ", "), headers: strings.Join(p.AllowHeaders, ", "), expose: strings.Join(p.ExposeHeaders, ", "),
		maxAge: maxAge(p),
	}
	if len(p.AllowOrigins) == 1 && p.AllowOrigins[0] == "*" {
		c.allow, c.noVary = constant("*"), true
	}
	if p.Credentials {
		c.credentials = "true"
	}
	return c.wrap(func(r *http.Request) *response {
		res := next(r)
		if res.byEdge || res.drop {
			return res
		}
		res = res.copy()
		for h := range res.header {
			if strings.HasPrefix(h, "Access-Control-") {
				res.header.Del(h)
			}
		}
		return res
	})
}

func maxAge(p snippets.Policy) string {
	if p.MaxAge == nil {
		return ""
	}
	return strconv.Itoa(*p.MaxAge)
}
