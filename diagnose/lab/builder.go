package lab

import (
	"time"

	"corstui/diagnose/exchange"
)

// place says where the API of a scenario lives.
type place int

const (
	sameSite   place = iota // another origin of the page's site: https://NAME.api.example.com
	crossSite               // another site: https://NAME.api.example.net
	sameOrigin              // the page's own origin: https://NAME.app.example.com
	workersDev              // a Worker's own host: https://NAME.example.workers.dev
)

func (p place) host(name string) string {
	switch p {
	case crossSite:
		return name + ".api.example.net"
	case sameOrigin:
		return name + ".app.example.com"
	case workersDev:
		return name + ".example.workers.dev"
	}
	return name + ".api.example.com"
}

// builder sets up the sites of one scenario. It is itself the path of the first
// site, the host of the case's URL.
type builder struct {
	*path
	name  string
	team  *team
	sites []*site
}

func newBuilder(s Scenario, t *team) *builder {
	b := &builder{name: s.Name, team: t}
	b.path = b.site(s.at.host(s.Name))
	return b
}

// site adds a host whose app knows nothing of CORS, until it is told more.
func (b *builder) site(host string) *path {
	st := &site{host: host, team: b.team, path: path{host: host, origin: app(noCORS(), api1())}}
	b.sites = append(b.sites, st)
	return &st.path
}

// url is a URL on the first site.
func (b *builder) url(path string) string { return "https://" + b.host + path }

// protect puts an Access application in front, with an Allow policy.
func (b *builder) protect() *access {
	b.access = &access{team: b.team, domain: b.host, aud: audOf(b.host), allow: true}
	return b.access
}

// rules puts WAF rules in front.
func (b *builder) rules(rs ...wafRule) { b.waf = &waf{rs} }

// session is what a scenario's user is logged in with.
type session = exchange.Session

// loggedIn is a user with a good token of the site's application.
func loggedIn(s *site) session {
	return session{AccessToken: s.team.appToken(audOf(s.host), time.Hour)}
}

// resolve completes the case of a scenario: its URL from a path, the page's
// origin, and fetch()'s defaults.
func (s Scenario) resolve() Scenario {
	host := s.at.host(s.Name)
	if len(s.Case.URL) > 0 && s.Case.URL[0] == '/' {
		s.Case.URL = "https://" + host + s.Case.URL
	}
	if s.Case.Origin == "" {
		s.Case.Origin = pageOrigin
		if s.at == sameOrigin {
			s.Case.Origin = "https://" + host
		}
	}
	s.Case = s.Case.WithDefaults()
	t := &s.Truth
	if t.Mistakes == nil {
		t.Mistakes = []int{}
	}
	for _, list := range []*[]string{&t.Errors, &t.Warnings, &t.Assumes} {
		if *list == nil {
			*list = []string{}
		}
	}
	return s
}

// Short forms for the tables of scenarios.

var (
	include  = exchange.CredentialsInclude
	jsonBody = func(s string) *string { return &s }
)

//go:noinline
func header(pairs ...string) exchange.Headers {
	var hs exchange.Headers
	for i := 0; i+1 < len(pairs); i += 2 {
		hs = append(hs, exchange.Header{Name: pairs[i], Value: pairs[i+1]})
	}
	return hs
}
