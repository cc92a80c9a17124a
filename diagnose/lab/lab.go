// Package lab is the simulated path on loopback: WAF, Access, Worker, cache and
// origin as separate handlers in the order of the wire, each able to answer by
// itself with the marks that the real ones show, and every mistake as a
// scenario.
//
// # Hosts
//
// Every scenario owns its hosts, made from its name, so that all scenarios can
// be served at once by one listener:
//
//   - https://NAME.api.example.com is the API. It is of another origin than the
//     page https://app.example.com, and of the same site.
//   - https://NAME.api.example.net is an API of another site, where cookies of
//     SameSite Lax or Strict stay at home.
//   - https://NAME.app.example.com is page and API in one, for calls of the
//     same origin.
//   - https://NAME.example.workers.dev is a Worker on its own host.
//   - https://team.cloudflareaccess.com is the team that logs people in.
//
// One loopback port serves them all: the first byte of a connection tells TLS
// from plain HTTP. Over TLS stands the path, with certificates of a CA that is
// made at Start; over plain HTTP stands a page on http://localhost:PORT that
// runs the scenario's fetch in the visitor's own browser, against the same path
// under /at/HOST/.
package lab

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"corstui/diagnose/exchange"
	"corstui/diagnose/loopback"
	"corstui/diagnose/probe"
)

// Truth is what a correct diagnosis of a scenario says. It follows from the
// Fetch Standard and from what the set-up is, not from what any tool prints;
// choices that can be disputed have a comment where the scenario stands. Lists
// of findings are sets, without order, and name also what follows from another
// finding where it is proven by itself.
type Truth struct {
	Layer     string   `json:"layer"` // answered_by.layer
	Certain   bool     `json:"certain"`
	Allowed   bool     `json:"allowed"`
	BlockedAt string   `json:"blocked_at"` // empty when allowed, and when nothing was sent
	Reason    string   `json:"reason"`     // CorsError name, empty for none
	Mistakes  []int    `json:"mistakes"`   // exactly those
	Errors    []string `json:"errors"`     // IDs of findings of severity error, exactly those
	Warnings  []string `json:"warnings"`   // IDs of findings of severity warning, exactly those
	Assumes   []string `json:"assumes"`
}

// Scenario is one set-up of the path, the page that fails on it, and the truth.
type Scenario struct {
	Name  string // kebab-case
	Shows string // one line
	// Case is what the page attempts. The session of a logged-in user is made
	// by the running lab: take the case from Lab.Case.
	Case  exchange.Case
	Truth Truth

	at      place                // where the API lives
	build   func(*builder)       // sets up the path
	session func(*site) session  // the user's login, nil for none
	mend    func(*exchange.Case) // what the page's code should have done, nil for nothing
	note    string               // what differs on the page for people, empty for nothing
}

// Lab is a running path. It is safe for concurrent use.
type Lab struct {
	scenarios []Scenario
	team      *team
	hellos    hellos

	server *loopback.Server
	ready  chan struct{} // closed once server is set

	mu    sync.RWMutex
	sites map[string]*site // by host
	cases map[string]exchange.Case
}

// Start serves a scenario (or all, with an empty name) on loopback until Close
// or the end of ctx. port 0 picks a free one. An unknown name is an error that
// suggests the nearest.
func Start(ctx context.Context, name string, port int) (*Lab, error) {
	chosen := Scenarios()
	if name != "" {
		s, err := find(chosen, name)
		if err != nil {
			return nil, err
		}
		chosen = []Scenario{s}
	}
	l := &Lab{
		scenarios: chosen, team: theTeam(), ready: make(chan struct{}),
		sites: map[string]*site{}, cases: map[string]exchange.Case{},
	}
	for _, s := range chosen {
		l.set(s)
	}
	server, err := loopback.Serve(ctx, port, loopback.Handlers{
		TLS: l.whenReady(l.serveTLS), Plain: l.whenReady(l.servePlain), Config: l.configure,
	})
	if err != nil {
		return nil, fmt.Errorf("lab: %w", err)
	}
	l.server = server
	close(l.ready)
	return l, nil
}

// whenReady holds requests back that come before Start knows its own port.
func (l *Lab) whenReady(h http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-l.ready
		h(w, r)
	})
}

// set puts the sites of a scenario in place and makes its case.
func (l *Lab) set(s Scenario) {
	b := newBuilder(s, l.team)
	if s.build != nil {
		s.build(b)
	}
	for _, st := range b.sites {
		st.start()
		l.sites[st.host] = st
	}
	c := s.Case
	if s.session != nil {
		c.Session = s.session(b.sites[0])
	}
	l.cases[s.Name] = c
}

// Close stops serving and waits until nothing of the lab runs any more.
func (l *Lab) Close() error { return l.server.Close() }

// Addr is the loopback address, 127.0.0.1:PORT, of TLS and plain HTTP alike.
func (l *Lab) Addr() string { return l.server.Addr() }

// URL is where a person looks: http://localhost:PORT, with the failing page.
func (l *Lab) URL() string { return l.server.URL() }

// port is ":PORT".
func (l *Lab) port() string { return strings.TrimPrefix(l.Addr(), "127.0.0.1") }

// Network reaches the lab: every host of its scenarios, by its own CA.
func (l *Lab) Network() probe.Network {
	return probe.Network{ConnectTo: []string{"::" + l.Addr()}, CAPEM: l.server.PEM()}
}

// Scenarios are those that this lab serves.
func (l *Lab) Scenarios() []Scenario { return l.scenarios }

// Case returns what the page of the scenario attempts, with the session of its
// user filled in. ok is false where this lab does not serve the scenario.
func (l *Lab) Case(name string) (c exchange.Case, ok bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	c, ok = l.cases[name]
	return c, ok
}

// AccessToken returns a fresh token of the Access application on that host, as
// a logged-in user holds it; empty where no application is.
func (l *Lab) AccessToken(host string) string {
	s := l.site(host)
	if s == nil {
		return ""
	}
	a := s.config().access
	if a == nil {
		return ""
	}
	return l.team.appToken(a.aud, time.Hour)
}

// site returns the site of a host, nil without.
func (l *Lab) site(host string) *site {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.sites[host]
}

// ErrUnknownScenario is what Start's error wraps where no scenario has the name.
var ErrUnknownScenario = errors.New("no such scenario")
