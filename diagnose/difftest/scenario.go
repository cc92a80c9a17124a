package difftest

import (
	"strconv"
	"strings"

	"corstui/diagnose/exchange"
)

// Scenario is one case and the server's answers to it. Its strings may hold
// placeholders, each filled with the scenario's own folder so that no case
// meets a cache that another one left:
//
//	{O} {S} {A} {B}  origins: the page, its sibling, the API, a third one
//	{o} {s} {a} {b}  the folder below each: "https://api.bb.test:1234/c17"
//	{HO} {HA} {ha}   the same over plain HTTP: origins of page and API, the API's folder
//	{LH} {lh}        plain HTTP on localhost
//	{P} {q} {U} {v}  origins and folders under public suffixes, see hostP
//	{path}           "/c17"
type Scenario struct {
	Name string
	Case exchange.Case
	// answers by letter and path: "a/" is the API's folder, "b/x" a file of the
	// third origin.
	answers map[string]Answer
}

// An option changes a scenario under construction.
type option func(*Scenario)

// sc builds a scenario: a GET of the API from the page, answered by an empty
// 200 without any CORS header unless an option says otherwise.
func sc(name string, opts ...option) Scenario {
	s := Scenario{
		Name:    name,
		Case:    exchange.Case{URL: "{a}/", Origin: "{O}"},
		answers: map[string]Answer{"a/": {Preflight: Reply("204 No Content"), Request: Reply("200 OK")}},
	}
	for _, o := range opts {
		o(&s)
	}
	return s
}

func to(url string) option        { return func(s *Scenario) { s.Case.URL = url } }
func from(origin string) option   { return func(s *Scenario) { s.Case.Origin = origin } }
func method(m string) option      { return func(s *Scenario) { s.Case.Method = m } }
func body(b string) option        { return func(s *Scenario) { s.Case.Body = &b } }
func put() option                 { return method("PUT") }
func mode(m exchange.Mode) option { return func(s *Scenario) { s.Case.Mode = m } }
func redirect(m exchange.RedirectMode) option {
	return func(s *Scenario) { s.Case.Redirect = m }
}
func creds(m exchange.CredentialsMode) option { return func(s *Scenario) { s.Case.Credentials = m } }
func include() option                         { return creds(exchange.CredentialsInclude) }

// header adds a request header of the script.
func header(name, value string) option {
	return func(s *Scenario) {
		s.Case.Headers = append(s.Case.Headers, exchange.Header{Name: name, Value: value})
	}
}

// cookie puts a cookie into the user's jar.
func cookie(k exchange.Cookie) option {
	return func(s *Scenario) { s.Case.Session.Cookies = append(s.Case.Session.Cookies, k) }
}

// at scripts the preflight's and the request's answer of a place. An empty
// string keeps what was scripted.
func at(place, preflight, request string) option {
	return func(s *Scenario) {
		a := s.answers[place]
		if preflight != "" {
			a.Preflight = preflight
		}
		if request != "" {
			a.Request = request
		}
		s.answers[place] = a
	}
}

// preflight and request script the answers of the API's folder.
func preflight(status string, lines ...string) option { return at("a/", Reply(status, lines...), "") }
func request(status string, lines ...string) option   { return at("a/", "", Reply(status, lines...)) }

// withCookie scripts the answer to a request that carries a Cookie header.
func withCookie(place, raw string) option {
	return func(s *Scenario) {
		a := s.answers[place]
		a.WithCookie = raw
		s.answers[place] = a
	}
}

// Header lines that many scenarios use.
const (
	acaoO    = "Access-Control-Allow-Origin: {O}"
	acaoAny  = "Access-Control-Allow-Origin: *"
	acaoNull = "Access-Control-Allow-Origin: null"
	acac     = "Access-Control-Allow-Credentials: true"
	acamPUT  = "Access-Control-Allow-Methods: PUT"
	acahXA   = "Access-Control-Allow-Headers: x-a"
)

func acao(v string) string { return "Access-Control-Allow-Origin: " + v }
func acam(v string) string { return "Access-Control-Allow-Methods: " + v }
func acah(v string) string { return "Access-Control-Allow-Headers: " + v }
func aceh(v string) string { return "Access-Control-Expose-Headers: " + v }
func loc(v string) string  { return "Location: " + v }

// hostOf gives the host of a place's letter.
var hostOf = map[string]string{"o": HostO, "s": HostS, "a": HostA, "b": HostB, "l": "localhost", "q": HostQ, "v": HostV, "w": HostW}

// Install fills the placeholders for case number i, scripts the server, and
// returns the case as it is run.
func (s Scenario) Install(w *Server, i int) exchange.Case {
	path := "/c" + strconv.Itoa(i)
	sec := func(host string) string { return "https://" + host + ":" + w.TLSPort() }
	plain := func(host string) string { return "http://" + host + ":" + w.PlainPort() }
	fill := strings.NewReplacer(
		"{O}", sec(HostO), "{S}", sec(HostS), "{A}", sec(HostA), "{B}", sec(HostB),
		"{o}", sec(HostO)+path, "{s}", sec(HostS)+path, "{a}", sec(HostA)+path, "{b}", sec(HostB)+path,
		"{HO}", plain(HostO), "{HA}", plain(HostA), "{ha}", plain(HostA)+path,
		"{LH}", plain("localhost"), "{lh}", plain("localhost")+path,
		"{P}", sec(HostP), "{q}", sec(HostQ)+path, "{U}", sec(HostU), "{v}", sec(HostV)+path, "{w}", sec(HostW)+path,
		"{path}", path, "{tls}", w.TLSPort(), "{plain}", w.PlainPort(),
	).Replace
	for place, a := range s.answers {
		letter, rest, _ := strings.Cut(place, "/")
		w.Set(hostOf[letter]+path+"/"+rest, Answer{fill(a.Preflight), fill(a.Request), fill(a.WithCookie)})
	}
	c := s.Case
	c.URL, c.Origin = fill(c.URL), fill(c.Origin)
	c.Headers = nil
	for _, h := range s.Case.Headers {
		c.Headers = append(c.Headers, exchange.Header{Name: h.Name, Value: fill(h.Value)})
	}
	return c.WithDefaults()
}
