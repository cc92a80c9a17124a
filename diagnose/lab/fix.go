package lab

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/snippets"
)

// Fix changes one layer of a scenario's path, as whoever runs that layer would
// with the files of a recipe, and returns the case as the page attempts it
// afterwards: the recipes same-origin and service-token move the API to another
// URL. What a recipe does not change stays wrong, so a fix at a layer that did
// not answer changes nothing for the page.
//
// An empty recipe is the change by hand that no file can make: at layer waf the
// rule is taken out, at layer edge the origin or tunnel comes up again, at layer
// worker its exception is repaired.
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
	switch recipe {
	case snippets.RecipeAccess:
		if layer != answer.LayerAccess || st.config().access == nil {
			return c, wrong
		}
		st.change(func(now *path) { now.access = now.access.withPreflights(p) })
	case snippets.RecipeWAF:
		if layer != answer.LayerWAF || st.config().waf == nil {
			return c, wrong
		}
		st.change(func(now *path) { now.waf = now.waf.skipPreflights() })
	case snippets.RecipeCORS, snippets.RecipeJWT:
		if err := p.Validate(); err != nil {
			return c, fmt.Errorf("lab scenario %q: %w", name, err)
		}
		if !st.enforce(layer, p) {
			return c, wrong
		}
	case snippets.RecipeSameOrigin, snippets.RecipeServiceToken:
		return l.front(name, c, st, recipe, p), nil
	case "":
		if !st.repair(layer) {
			return c, wrong
		}
	default:
		return c, wrong
	}
	return c, nil
}

// LogIn gives the user of a scenario a good session of the Access application
// on the case's host, and returns the case with it.
func (l *Lab) LogIn(name string) (exchange.Case, error) {
	c, ok := l.Case(name)
	if !ok {
		return exchange.Case{}, fmt.Errorf("lab scenario %q: %w here", name, ErrUnknownScenario)
	}
	st := l.site(hostIn(c.URL))
	if st == nil || st.config().access == nil {
		return c, fmt.Errorf("lab scenario %q: no Access application covers %s", name, hostIn(c.URL))
	}
	c.Session = exchange.Session{AccessToken: l.team.appToken(st.config().access.aud, time.Hour)}
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
					next = inner.wrap(next)
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

// repair is what is done by hand, without a file.
func (s *site) repair(layer answer.Layer) bool {
	now := s.config()
	healthy := app(noCORS(), api1())
	switch {
	case layer == answer.LayerWAF && now.waf != nil:
		s.change(func(p *path) { p.waf = nil })
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
