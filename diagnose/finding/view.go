package finding

import (
	"net/url"
	"slices"
	"strings"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
)

// view is an Input with what most rules ask of it worked out once.
type view struct {
	in     Input
	c      exchange.Case
	method string // normalised as fetch() does
	target *url.URL
	// credentialed says that the credentials mode is "include": the strict rules
	// for wildcards and Allow-Credentials apply.
	credentialed bool
	// d is the exchange at which the verdict fell, or the last one; nil without.
	d       *answer.Seen
	blocked bool
	cause   cause
	// root is the ID of the finding that explains why the browser blocked.
	root string
	// found holds the IDs that spoke so far, for rules that fold under others.
	found map[string]bool
	// preflights and requests are the browser's own, in the order sent.
	preflights, requests []*answer.Seen
}

func newView(in Input) *view {
	v := &view{in: in, c: in.Case.WithDefaults(), found: map[string]bool{}}
	v.method = fetch.NormalizeMethod(v.c.Method)
	v.target, _ = url.Parse(v.c.URL)
	if v.target == nil {
		v.target = &url.URL{}
	}
	v.credentialed = v.c.Credentials == exchange.CredentialsInclude
	for i := range in.Seen {
		s := &in.Seen[i]
		if s.Engine != "" {
			continue // sent for another engine than the verdict's
		}
		switch s.Purpose {
		case exchange.PurposePreflight:
			v.preflights = append(v.preflights, s)
		case exchange.PurposeRequest:
			v.requests = append(v.requests, s)
		}
	}
	v.d = in.Decisive()
	v.blocked = !in.Fetch.Verdict.Allowed
	v.cause = v.why()
	return v
}

func isPreflight(s *answer.Seen) bool { return s != nil && s.Purpose == exchange.PurposePreflight }

// resp returns the response of an exchange, nil where there is none.
//
//go:noinline
func resp(s *answer.Seen) *exchange.Response {
	if s == nil {
		return nil
	}
	return s.Response
}

//go:noinline
func status(s *answer.Seen) int {
	if r := resp(s); r != nil {
		return r.Status
	}
	return 0
}

func header(s *answer.Seen, name string) string {
	if r := resp(s); r != nil {
		return r.Headers.Value(name)
	}
	return ""
}

func hasHeader(s *answer.Seen, name string) bool {
	r := resp(s)
	return r != nil && r.Headers.Has(name)
}

//go:noinline
func layer(s *answer.Seen) answer.Layer {
	switch {
	case s == nil, s.Answer.Layer == "":
		return answer.LayerUnknown
	}
	return s.Answer.Layer
}

func okStatus(n int) bool { return n >= 200 && n <= 299 }

func redirectStatus(n int) bool {
	return n == 301 || n == 302 || n == 303 || n == 307 || n == 308
}

// sentOrigin is the Origin that travelled with an exchange.
func sentOrigin(s *answer.Seen) string {
	if s == nil {
		return ""
	}
	return s.Request.Headers.Value("Origin")
}

// urlOf is the parsed URL of an exchange's request; never nil.
func urlOf(s *answer.Seen) *url.URL {
	if s != nil {
		if u, err := url.Parse(s.Request.URL); err == nil {
			return u
		}
	}
	return &url.URL{}
}

// location is the parsed Location of a redirect, resolved; nil where absent or
// no URL.
func location(s *answer.Seen) *url.URL {
	loc := header(s, "Location")
	if loc == "" {
		return nil
	}
	u, err := urlOf(s).Parse(loc)
	if err != nil {
		return nil
	}
	return u
}

// originOf serialises the origin of a URL; "null" for an opaque one.
func originOf(u *url.URL) string {
	scheme := strings.ToLower(u.Scheme)
	if (scheme != "http" && scheme != "https") || u.Host == "" {
		return "null"
	}
	host := strings.ToLower(u.Host)
	if p := u.Port(); p == "" || scheme == "https" && p == "443" || scheme == "http" && p == "80" {
		host = strings.TrimSuffix(host, ":"+p)
	}
	return scheme + "://" + host
}

// host names the target for people.
func (v *view) host() string {
	if h := v.target.Hostname(); h != "" {
		return h
	}
	return "the API"
}

// usual spells an Access-Control header as people write it.
const (
	hACAO = "Access-Control-Allow-Origin"
	hACAC = "Access-Control-Allow-Credentials"
	hACAM = "Access-Control-Allow-Methods"
	hACAH = "Access-Control-Allow-Headers"
	hACEH = "Access-Control-Expose-Headers"
	hACMA = "Access-Control-Max-Age"
)

var corsHeaders = []string{hACAO, hACAC, hACAM, hACAH, hACEH, hACMA}

// knowsCORS says whether a response carries any CORS header, or says that it
// depends on Origin.
func knowsCORS(s *answer.Seen) bool {
	for _, h := range corsHeaders {
		if hasHeader(s, h) {
			return true
		}
	}
	return variesOnOrigin(s)
}

// varies says whether the Vary of a response names Origin, or is "*".
func variesOnOrigin(s *answer.Seen) bool {
	for _, e := range splitList(header(s, "Vary")) {
		if e == "*" || strings.EqualFold(e, "origin") {
			return true
		}
	}
	return false
}

// splitList splits a list header at commas, trims SP and HT and drops empty
// elements.
func splitList(s string) []string {
	var out []string
	for e := range strings.SplitSeq(s, ",") {
		if e = strings.Trim(e, " \t"); e != "" {
			out = append(out, e)
		}
	}
	return out
}

func containsFold(list []string, s string) bool {
	return slices.ContainsFunc(list, func(e string) bool { return strings.EqualFold(e, s) })
}

// unsafeNames are the names of request headers that the preflight asks for: as
// sent where a preflight was seen, else as the triggers say.
func (v *view) unsafeNames() []string {
	for _, p := range v.preflights {
		if names := splitList(p.Request.Headers.Value("Access-Control-Request-Headers")); len(names) > 0 {
			return names
		}
	}
	var out []string
	for _, t := range v.in.Fetch.Triggers {
		if t.Kind == "header" && t.Name != "" && !slices.Contains(out, t.Name) {
			out = append(out, t.Name)
		}
	}
	slices.Sort(out)
	return out
}

// accessCovers says whether Cloudflare Access is known to cover the URL: by its
// signed metadata or another proof, or since it answered.
func (v *view) accessCovers() bool {
	if v.in.Facts.Access != nil {
		return true
	}
	for i := range v.in.Seen {
		s := &v.in.Seen[i]
		if layer(s) == answer.LayerAccess && strings.EqualFold(urlOf(s).Hostname(), v.target.Hostname()) && innerAccess(s) == "" {
			return true
		}
	}
	return false
}

// aud is the AUD tag of the Access application, empty where it is not known.
func (v *view) aud() string {
	if a := v.in.Facts.Access; a != nil && a.AUD != "" {
		return a.AUD
	}
	for i := range v.in.Seen {
		s := &v.in.Seen[i]
		if h := header(s, "cf-access-aud"); h != "" && layer(s) == answer.LayerAccess {
			return h
		}
		if l := loginLocation(s); l != nil && l.Query().Get("kid") != "" {
			return l.Query().Get("kid")
		}
	}
	return ""
}

// credentialsTravel says whether the credentials mode lets a cookie travel with
// the page's first request at all.
func (v *view) credentialsTravel() bool {
	switch v.c.Credentials {
	case exchange.CredentialsInclude:
		return true
	case exchange.CredentialsSameOrigin:
		return v.in.Fetch.SameOrigin
	}
	return false
}

// fits says whether a response would pass the CORS check for the page.
func (v *view) fits(s *answer.Seen) bool {
	o := sentOrigin(s)
	if o == "" {
		o = v.c.Origin
	}
	return resp(s) != nil && corsCheck(resp(s).Headers, o, v.c.Credentials) == causeNone
}

// ev points at a header, or another thing seen, of an exchange.
//
//go:noinline
func ev(s *answer.Seen, what, says string) answer.Evidence {
	e := answer.Evidence{What: what, Says: says}
	if s != nil {
		e.Exchange = s.ID
	}
	return e
}

// answererEvidence repeats why the answer of s is whose it is, the strongest first.
//
//go:noinline
func answererEvidence(s *answer.Seen) []answer.Evidence {
	if s == nil {
		return nil
	}
	out := make([]answer.Evidence, 0, len(s.Answer.Evidence))
	for _, e := range s.Answer.Evidence {
		if e.Exchange == "" {
			e.Exchange = s.ID
		}
		out = append(out, e)
	}
	return out
}

// ray is the Ray ID of an exchange, empty without.
func ray(s *answer.Seen) string {
	if s == nil {
		return ""
	}
	if s.Answer.RayID != "" {
		return s.Answer.RayID
	}
	return header(s, "cf-ray")
}

// browserOwn says whether an exchange is one that the browser itself sends.
func browserOwn(s *answer.Seen) bool {
	return s.Purpose == exchange.PurposePreflight || s.Purpose == exchange.PurposeRequest
}

// last returns the last of a list, nil without.
func last(list []*answer.Seen) *answer.Seen {
	if len(list) == 0 {
		return nil
	}
	return list[len(list)-1]
}
