package difftest

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"

	"corstui/diagnose/exchange"
)

// How many random scenarios are run beside the written ones, and from which
// seed; CORSTUI_RANDOM_SCENARIOS and CORSTUI_RANDOM_SEED say otherwise.
const (
	randomScenarios = 60
	randomSeed      = 20261125
)

// pool is a list from which a generator takes a value, the good ones more often.
type pool []string

func (p pool) pick(r *rand.Rand) string { return p[r.IntN(len(p))] }

var (
	poolACAO    = pool{acaoO, acaoO, acaoO, acao("https://app.aa.test:{tls}"), acao("https://app.aa.test"), acaoAny, acaoAny, acaoNull, acao("{A}"), acao("{O}/"), acao("foo"), acao(""), acao("{HO}"), "", "", acaoO + "\r\n" + acaoAny, acao("{O},{O}")}
	poolACAC    = pool{acac, acac, acac, "", "Access-Control-Allow-Credentials: True", acac + "\r\n" + acac}
	poolACAM    = pool{acam("GET, PUT, PATCH, DELETE, QUERY"), acam("*"), acamPUT, "", acam("patch"), acam("a b"), acam(",PUT,")}
	poolACAH    = pool{acah("x-a, x-b, authorization, content-type, range"), acah("*"), acahXA, "", acah("X-A,X-B"), acah("(x)"), acah("authorization")}
	poolACEH    = pool{"", aceh("*"), aceh("x-one"), aceh("x-one, \"q\""), aceh("etag,*"), aceh("X-Two") + "\r\n" + aceh("date")}
	poolMethod  = pool{"GET", "GET", "GET", "POST", "HEAD", "PUT", "PATCH", "patch", "DELETE", "QUERY", "put", "OPTIONS"}
	poolStatus  = pool{"200 OK", "200 OK", "200 OK", "204 x", "401 x", "403 x", "404 x", "500 x", "299 x", "304 x"}
	poolPreflit = pool{"200 OK", "200 OK", "204 x", "204 x", "204 x", "299 x", "403 x", "302 x", "500 x", "401 x"}
	poolMoved   = pool{"301 x", "302 x", "303 x", "307 x", "308 x"}
	poolOrigin  = pool{"{O}", "{O}", "{O}", "{O}", "null", "{HO}"}
	poolHeader  = pool{"X-A: 1", "x-b: 2", "Authorization: Bearer x", "Content-Type: application/json", "Content-Type: text/plain", "Accept: application/json", "Range: bytes=0-5",
		"Accept-Language: de", "Cache-Control: no-cache", "DPR: 2", "User-Agent: x", "Content-Language: a_b", "X-Requested-With: XMLHttpRequest", "Cookie: a=b"}
)

// Random builds scenarios from combinations: a chain of up to four places, each
// with its own answers, and any request. The same seed builds the same.
func Random() []Scenario {
	number := func(name string, fallback int) int {
		if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
			return n
		}
		return fallback
	}
	n, seed := number("CORSTUI_RANDOM_SCENARIOS", randomScenarios), number("CORSTUI_RANDOM_SEED", randomSeed)
	r := rand.New(rand.NewPCG(uint64(seed), 1))
	out := make([]Scenario, 0, n)
	for i := range n {
		out = append(out, randomScenario(r, fmt.Sprintf("random %d/%d", seed, i)))
	}
	return out
}

func randomScenario(r *rand.Rand, name string) Scenario {
	chance := func(n int) bool { return r.IntN(n) == 0 }
	s := Scenario{Name: name, answers: map[string]Answer{}}
	s.Case.Origin = poolOrigin.pick(r)
	s.Case.Method = poolMethod.pick(r)
	for range r.IntN(3) {
		h := poolHeader.pick(r)
		for i := range len(h) {
			if h[i] == ':' {
				if chance(3) {
					h = mutate(r, h)
				}
				s.Case.Headers = append(s.Case.Headers, exchange.Header{Name: h[:i], Value: h[i+2:]})
				break
			}
		}
	}
	if m := s.Case.Method; (m != "GET" && m != "HEAD") && chance(2) || chance(40) {
		b := "x=1"
		s.Case.Body = &b
	}
	s.Case.Credentials = []exchange.CredentialsMode{"", "", "same-origin", "omit", "include", "include"}[r.IntN(6)]
	s.Case.Mode = []exchange.Mode{"", "", "", "", "", "", "", "", "no-cors", "same-origin"}[r.IntN(10)]
	s.Case.Redirect = []exchange.RedirectMode{"", "", "", "", "", "", "manual", "error"}[r.IntN(8)]
	// A session never travels on OPTIONS, whoever sends it: there the model
	// differs by intent from a page that uses OPTIONS as its own method.
	if chance(3) && s.Case.Method != "OPTIONS" {
		s.Case.Session.Cookies = []exchange.Cookie{{Name: "sid", Value: "1", HostOnly: true, Secure: true, SameSite: []string{"None", "None", "Lax", "Strict"}[r.IntN(4)]}}
	}

	places := []string{"a/", "a/2", "b/", "b/2", "s/", "o/", "o/2", "ha/", "lh/"}
	r.Shuffle(len(places), func(i, j int) { places[i], places[j] = places[j], places[i] })
	length := 1
	for length < 4 && chance(3) {
		length++
	}
	chain := places[:length]
	if chance(2) {
		chain[0] = "a/"
	}
	s.Case.URL = placeURL(chain[0])
	for i, place := range chain {
		lines := func(more ...string) []string {
			out := []string{"X-One: 1", "X-Two: 2", "ETag: e", "Date: d"}
			for _, l := range append([]string{poolACAO.pick(r), poolACAC.pick(r)}, more...) {
				if chance(6) {
					l = mutate(r, l)
				}
				if l != "" {
					out = append(out, l)
				}
			}
			return out
		}
		pre := lines(poolACAM.pick(r), poolACAH.pick(r))
		status := poolPreflit.pick(r)
		if status[0] == '3' && chance(2) {
			pre = append(pre, loc("{a}/elsewhere"))
		}
		req := lines(poolACEH.pick(r))
		requestStatus := poolStatus.pick(r)
		if i+1 < len(chain) {
			requestStatus = poolMoved.pick(r)
			to := placeURL(chain[i+1])
			if chance(12) {
				to = []string{"https://u:p@other.cc.test:{tls}{path}/", "foo:x", "data:,x", "https://[", "", "https://other.cc.test:6000/"}[r.IntN(6)]
			}
			req = append(req, loc(to))
		}
		key := place
		if place == "ha/" || place == "lh/" {
			key = place[1:] // the same host over plain HTTP
			if place == "lh/" {
				key = "l/"
			}
		}
		s.answers[key] = Answer{Preflight: Reply(status, pre...), Request: Reply(requestStatus, req...)}
	}
	return s
}

// odd are pieces that a parser may stumble over.
var odd = []string{" ", "\t", ",", ";", "\"", "/", ":", "*", "=", "@", "?", "#", "%", "%20", "%41", ".", "..", "[", "]", "(", "<", "\\", "|", "^", "'", "_", "-", "A", "z", "0", "9",
	"\v", "\x7f", "\x1f", "\u00e4", "\u3002", "\u00ad", "null", "true", "bytes=", "text/plain", "https://", ":0", ":443", ":08"}

// mutate changes the value of a header line at one or two places. A line's name
// stays as it is.
func mutate(r *rand.Rand, line string) string {
	from := strings.Index(line, ": ") + 2
	if from < 2 || strings.Contains(line, "\r") {
		return line
	}
	value := line[from:]
	for range 1 + r.IntN(2) {
		// Not inside of a placeholder.
		at := 0
		if !strings.Contains(value, "{") || r.IntN(2) == 0 {
			at = len(value)
		}
		if !strings.Contains(value, "{") && len(value) > 0 {
			at = r.IntN(len(value) + 1)
		}
		switch piece := odd[r.IntN(len(odd))]; {
		case r.IntN(3) > 0 || at >= len(value) || strings.Contains(value, "{"):
			value = value[:at] + piece + value[at:]
		default:
			value = value[:at] + piece + value[at+1:]
		}
	}
	return line[:from] + value
}

// placeURL is the URL of a place: "a/2" is "{a}/2".
func placeURL(place string) string {
	for i := range len(place) {
		if place[i] == '/' {
			return "{" + place[:i] + "}" + place[i:]
		}
	}
	return place
}
