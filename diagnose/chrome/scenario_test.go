package chrome_test

import (
	"strconv"
	"strings"

	"corstui/diagnose/exchange"
)

// scenario is one case and the server's answers to it. Its strings may hold
// placeholders, each filled with the scenario's own folder so that no case
// meets a cache that another one left:
//
//	{O} {S} {A} {B}  origins: the page, its sibling, the API, a third one
//	{o} {s} {a} {b}  the folder below each: "https://api.bb.test:1234/c17"
//	{HO} {HA} {ha}   the same over plain HTTP: origins of page and API, the API's folder
//	{LH} {lh}        plain HTTP on localhost
//	{P} {q} {U} {v}  origins and folders under public suffixes, see hostP
//	{path}           "/c17"
type scenario struct {
	name string
	c    exchange.Case
	// answers by letter and path: "a/" is the API's folder, "b/x" a file of the
	// third origin.
	answers map[string]answer
}

// An option changes a scenario under construction.
type option func(*scenario)

// sc builds a scenario: a GET of the API from the page, answered by an empty
// 200 without any CORS header unless an option says otherwise.
func sc(name string, opts ...option) scenario {
	s := scenario{
		name:    name,
		c:       exchange.Case{URL: "{a}/", Origin: "{O}"},
		answers: map[string]answer{"a/": {preflight: reply("204 No Content"), request: reply("200 OK")}},
	}
	for _, o := range opts {
		o(&s)
	}
	return s
}

func to(url string) option        { return func(s *scenario) { s.c.URL = url } }
func from(origin string) option   { return func(s *scenario) { s.c.Origin = origin } }
func method(m string) option      { return func(s *scenario) { s.c.Method = m } }
func body(b string) option        { return func(s *scenario) { s.c.Body = &b } }
func put() option                 { return method("PUT") }
func mode(m exchange.Mode) option { return func(s *scenario) { s.c.Mode = m } }
func redirect(m exchange.RedirectMode) option {
	return func(s *scenario) { s.c.Redirect = m }
}
func creds(m exchange.CredentialsMode) option { return func(s *scenario) { s.c.Credentials = m } }
func include() option                         { return creds(exchange.CredentialsInclude) }

// header adds a request header of the script.
func header(name, value string) option {
	return func(s *scenario) {
		s.c.Headers = append(s.c.Headers, exchange.Header{Name: name, Value: value})
	}
}

// cookie puts a cookie into the user's jar.
func cookie(k exchange.Cookie) option {
	return func(s *scenario) { s.c.Session.Cookies = append(s.c.Session.Cookies, k) }
}

// at scripts the preflight's and the request's answer of a place. An empty
// string keeps what was scripted.
func at(place, preflight, request string) option {
	return func(s *scenario) {
		a := s.answers[place]
		if preflight != "" {
			a.preflight = preflight
		}
		if request != "" {
			a.request = request
		}
		s.answers[place] = a
	}
}

// preflight and request script the answers of the API's folder.
func preflight(status string, lines ...string) option { return at("a/", reply(status, lines...), "") }
func request(status string, lines ...string) option   { return at("a/", "", reply(status, lines...)) }

// withCookie scripts the answer to a request that carries a Cookie header.
func withCookie(place, raw string) option {
	return func(s *scenario) {
		a := s.answers[place]
		a.withCookie = raw
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
var hostOf = map[string]string{"o": hostO, "s": hostS, "a": hostA, "b": hostB, "l": "localhost", "q": hostQ, "v": hostV, "w": hostW}

// install fills the placeholders for case number i, scripts the server, and
// returns the case as it is run.
func (s scenario) install(w *wireServer, i int) exchange.Case {
	path := "/c" + strconv.Itoa(i)
	sec := func(host string) string { return "https://" + host + ":" + w.tlsPort() }
	plain := func(host string) string { return "http://" + host + ":" + w.plainPort() }
	fill := strings.NewReplacer(
		"{O}", sec(hostO), "{S}", sec(hostS), "{A}", sec(hostA), "{B}", sec(hostB),
		"{o}", sec(hostO)+path, "{s}", sec(hostS)+path, "{a}", sec(hostA)+path, "{b}", sec(hostB)+path,
		"{HO}", plain(hostO), "{HA}", plain(hostA), "{ha}", plain(hostA)+path,
		"{LH}", plain("localhost"), "{lh}", plain("localhost")+path,
		"{P}", sec(hostP), "{q}", sec(hostQ)+path, "{U}", sec(hostU), "{v}", sec(hostV)+path, "{w}", sec(hostW)+path,
		"{path}", path, "{tls}", w.tlsPort(), "{plain}", w.plainPort(),
	).Replace
	for place, a := range s.answers {
		letter, rest, _ := strings.Cut(place, "/")
		w.set(hostOf[letter]+path+"/"+rest, answer{fill(a.preflight), fill(a.request), fill(a.withCookie)})
	}
	c := s.c
	c.URL, c.Origin = fill(c.URL), fill(c.Origin)
	c.Headers = nil
	for _, h := range s.c.Headers {
		c.Headers = append(c.Headers, exchange.Header{Name: h.Name, Value: fill(h.Value)})
	}
	return c.WithDefaults()
}
