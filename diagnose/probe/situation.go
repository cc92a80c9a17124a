package probe

import (
	"net/url"
	"strconv"
	"strings"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
)

// situation is what the browser's exchanges show, as far as the choice of
// probes depends on it.
type situation struct {
	c    exchange.Case
	seed string

	// asked is the browser's request whose answer is the subject: the one at
	// which the verdict fell, or the one that led to a login elsewhere.
	asked  exchange.Request
	url    string // of asked, without fragment
	origin string // the page's, as the subject saw it
	acrh   []string

	direct   bool // --direct was given
	answered bool // there is an HTTP answer
	status   int
	layer    answer.Layer
	certain  bool // who answered is proven
	front    bool // the answer was made in front of Worker, cache and origin

	cloudflare      bool   // Cloudflare shows itself on the way
	refusing        bool   // the answer is a redirect, an error or a page in place of data
	unclear         bool   // the answer, or that to the GET behind a preflight, refuses, and who refuses is not proven
	limited         bool   // the answer is a rate limit: every further request may make it worse
	sameOrigin      bool   // page and API share an origin
	preflightSent   bool   // the browser sent a preflight to this URL
	preflightFailed bool   // and stopped there
	getSeen         bool   // the browser's GET of this URL was answered
	withSession     bool   // the session travels with the page's request
	cached          bool   // a cache shows itself in the answer to the GET
	allowOrigin     string // Access-Control-Allow-Origin of the subject
	echo            bool   // and it names the page's origin, so it may be an echo
	policy          bool   // who is let in is worth asking by GET
	preflightPolicy bool   // and by preflight
	team            string // the Access team's domain, where one shows itself
	tokenTeam       string // the team that issued the session's token

	// allowance is how many probes the server's own rate limit leaves room for;
	// -1 where it says nothing.
	allowance int

	page exchange.Request // the page's own request as a GET
	pre  exchange.Request // its preflight, without Access-Control-Request-*
}

// situate reads the situation; nil where nothing was sent.
func situate(c exchange.Case, r fetch.Result, seen []answer.Seen, n Network) *situation {
	if r.Local != nil && len(r.Exchanges) == 0 {
		return nil
	}
	c = c.WithDefaults()
	sub := subject(r, seen)
	if sub == nil {
		return nil
	}
	s := &situation{
		c: c, asked: sub.Request, url: withoutFragment(sub.Request.URL), origin: c.Origin,
		direct: n.Direct != "", sameOrigin: r.SameOrigin, acrh: unsafeNames(c), allowance: -1,
	}
	if o := sub.Request.Headers.Value("Origin"); o != "" {
		s.origin = o
	}
	s.seed = seed(c, seen)
	s.readAnswer(sub)
	s.readExchanges(r, seen)
	s.readPolicy(r, seen)
	s.team = teamOf(seen)
	s.tokenTeam = tokenTeam(c.Session)
	if s.team == "" && !s.limited && (s.cloudflare || !s.certain) {
		s.team = s.tokenTeam // likely the one that the metadata, asked for in the same round, will name
	}
	return s
}

// subject is the browser's exchange that the probes are about: the one at which
// the verdict fell, unless that is the login page to which the one before it
// was redirected.
func subject(r fetch.Result, seen []answer.Seen) *answer.Seen {
	var sub *answer.Seen
	for i := range seen {
		x := &seen[i]
		if !isOwn(x, r) {
			continue
		}
		if sub == nil || !isLogin(x.Request.URL) {
			sub = x
		}
		if x.ID == r.DecidedBy {
			break
		}
	}
	return sub
}

// isOwn says whether an exchange is one of the browser's, and not one that only
// another engine would have sent.
func isOwn(x *answer.Seen, r fetch.Result) bool {
	return !isProbe(x.Purpose) && (x.Engine == "" || x.ID == r.DecidedBy)
}

// isLogin says whether a URL is one of Access's own pages, on any host.
func isLogin(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && (teamDomain.MatchString(strings.ToLower(u.Hostname())) || strings.HasPrefix(u.Path, "/cdn-cgi/access/"))
}

func (s *situation) readAnswer(sub *answer.Seen) {
	s.layer = sub.Answer.Layer
	s.certain = sub.Answer.Confidence == answer.Certain
	switch s.layer {
	case answer.LayerAccess, answer.LayerWAF, answer.LayerEdge:
		s.front = true
	}
	resp := sub.Response
	if resp == nil {
		return
	}
	s.answered, s.status = true, resp.Status
	s.limited = resp.Status == 429
	s.refusing = refuses(resp)
	s.unclear = s.refusing && !s.certain
	s.allowOrigin = resp.Headers.Value("Access-Control-Allow-Origin")
	if left, ok := remaining(resp.Headers); ok {
		// Half of what is left stays for the user.
		s.allowance = left / 2
	}
}

// refuses says whether an answer is a redirect, an error, or a page where a
// script asked for data.
func refuses(r *exchange.Response) bool {
	return r.Status >= 300 && r.Status != 304 || strings.HasPrefix(strings.ToLower(r.Headers.Value("Content-Type")), "text/html")
}

// remaining is how many requests a server still allows, where it says so: by
// RateLimit (draft-ietf-httpapi-ratelimit-headers) or the older single headers.
func remaining(hs exchange.Headers) (left int, ok bool) {
	for _, name := range []string{"RateLimit-Remaining", "X-RateLimit-Remaining", "X-Rate-Limit-Remaining"} {
		if n, err := strconv.Atoi(trimBlanks(hs.Value(name))); err == nil && n >= 0 {
			return n, true
		}
	}
	for part := range strings.FieldsFuncSeq(hs.Value("RateLimit"), func(r rune) bool { return r == ';' || r == ',' }) {
		key, value, _ := strings.Cut(trimBlanks(part), "=")
		if key != "r" && key != "remaining" {
			continue
		}
		if n, err := strconv.Atoi(value); err == nil && n >= 0 {
			return n, true
		}
	}
	return 0, false
}

// readExchanges learns from all of the browser's exchanges, and makes the
// templates of probes from the browser's own requests.
func (s *situation) readExchanges(r fetch.Result, seen []answer.Seen) {
	host := hostOf(s.url)
	var real, pre *exchange.Request
	for i := range seen {
		x := &seen[i]
		if hostOf(x.Request.URL) == host && x.Response != nil {
			s.cloudflare = s.cloudflare || throughCloudflare(x.Response.Headers)
		}
		if x.Purpose == exchange.PurposeGet && x.Response != nil && refuses(x.Response) && x.Answer.Confidence != answer.Certain {
			s.unclear = true
		}
		if !isOwn(x, r) || withoutFragment(x.Request.URL) != s.url {
			continue
		}
		if x.Purpose == exchange.PurposePreflight {
			pre, s.preflightSent = &x.Request, true
			continue
		}
		real = &x.Request
		if x.Response != nil && x.Request.Method == "GET" {
			s.getSeen = true
			s.cached = showsCache(x.Response.Headers)
		}
	}
	if s.layer == answer.LayerAccess {
		s.cloudflare = true
	}
	if at := r.Verdict.BlockedAt; at != nil && *at == fetch.AtPreflight && s.preflightSent {
		s.preflightFailed = true
	}
	if real == nil && r.Unsent != nil && withoutFragment(r.Unsent.URL) == s.url {
		real = r.Unsent
	}
	s.templates(real, pre, r)
}

// templates makes the page's request as a GET, and its preflight without what
// it asks for. Each is taken from the browser's own where there is one, so that
// a probe differs from it in nothing else.
func (s *situation) templates(real, pre *exchange.Request, r fetch.Result) {
	switch {
	case real != nil:
		s.page = *real
	default:
		s.page = exchange.Request{URL: s.url, Headers: s.asked.Headers.Without(requestMethod, requestHeaders)}
		if placeOf(s.c.URL) != placeOf(s.url) {
			break // what the script and the session hold is for the case's origin
		}
		for _, h := range s.c.Headers {
			if !fetch.IsForbiddenRequestHeader(h.Name, h.Value) {
				s.page.Headers = s.page.Headers.With(h.Name, s.c.Headers.Value(h.Name))
			}
		}
		if hs := sessionHeaders(s.c, r); len(hs) > 0 {
			s.page.Headers = append(s.page.Headers, hs...)
			s.page.WithSession = true
		}
	}
	s.page.Method, s.page.URL, s.page.Body, s.page.HasBody = "GET", s.url, "", false
	s.page.Headers = s.page.Headers.Without("Content-Type", "Content-Length")
	s.withSession = s.page.WithSession

	from := s.page
	if pre != nil {
		from = *pre
	}
	s.pre = exchange.Request{Method: "OPTIONS", URL: s.url}
	for _, h := range from.Headers {
		if travelsOnOptions(h.Name) {
			s.pre.Headers = append(s.pre.Headers, h)
		}
	}
}

// travelsOnOptions says whether a header may stand in an OPTIONS: what the
// browser itself writes into a preflight. What the script set, and every
// credential, may not.
func travelsOnOptions(name string) bool {
	n := strings.ToLower(name)
	switch n {
	case "accept", "accept-language", "accept-encoding", "user-agent", "origin", "referer", "priority":
		return true
	}
	return strings.HasPrefix(n, "sec-fetch-") || strings.HasPrefix(n, "sec-ch-ua")
}

// readPolicy decides whether it is worth asking whom the server lets in: it
// must be someone behind the front that answered.
func (s *situation) readPolicy(r fetch.Result, seen []answer.Seen) {
	if !s.answered || s.limited || s.sameOrigin || s.c.Mode != exchange.ModeCORS {
		return
	}
	s.policy = !s.front && s.layer != answer.LayerNetwork
	s.preflightPolicy = s.policy
	for i := range seen {
		x := &seen[i]
		if !isOwn(x, r) || x.Response == nil || withoutFragment(x.Request.URL) != s.url {
			continue
		}
		// The last one counts: the answer to the GET, where there is one.
		o := x.Response.Headers.Value("Access-Control-Allow-Origin")
		s.echo = o != "" && o == x.Request.Headers.Value("Origin")
		if x.Purpose == exchange.PurposePreflight {
			switch x.Answer.Layer {
			case answer.LayerAccess, answer.LayerWAF, answer.LayerEdge:
				s.preflightPolicy = false
			default:
				s.preflightPolicy = true
			}
		}
	}
}

// sessionHeaders are the credentials that the browser would have sent at the
// first hop, by its own decisions.
func sessionHeaders(c exchange.Case, r fetch.Result) exchange.Headers {
	var hs exchange.Headers
	var jar []string
	for _, k := range c.Session.Cookies {
		if travels(r, "cookie "+k.Name) {
			jar = append(jar, k.Name+"="+k.Value)
		}
	}
	if c.Session.AccessToken != "" && travels(r, "Access token") {
		jar = append(jar, "CF_Authorization="+c.Session.AccessToken)
	}
	if len(jar) > 0 {
		hs = append(hs, exchange.Header{Name: "Cookie", Value: strings.Join(jar, "; ")})
	}
	if c.Session.ServiceTokenID != "" && travels(r, "service token") {
		hs = append(hs,
			exchange.Header{Name: "CF-Access-Client-Id", Value: c.Session.ServiceTokenID},
			exchange.Header{Name: "CF-Access-Client-Secret", Value: c.Session.ServiceTokenSecret})
	}
	return hs
}

// travels says whether the browser decided to send the credential of that name.
func travels(r fetch.Result, name string) bool {
	for _, d := range r.Credentials {
		if d.Name == name || strings.HasPrefix(d.Name, name+" (") {
			return d.Sent
		}
	}
	return false
}

// unsafeNames are the headers of the page that a preflight asks for.
func unsafeNames(c exchange.Case) []string {
	var sent exchange.Headers
	for _, h := range c.Headers {
		if !fetch.IsForbiddenRequestHeader(h.Name, h.Value) {
			sent = append(sent, h)
		}
	}
	return fetch.CORSUnsafeRequestHeaderNames(sent)
}

// throughCloudflare says whether Cloudflare's edge shows itself in a response.
func throughCloudflare(hs exchange.Headers) bool {
	return hs.Has("CF-Ray") || strings.HasPrefix(strings.ToLower(hs.Value("Server")), "cloudflare")
}

// cacheHeaders are response headers that only caches write.
var cacheHeaders = []string{"Age", "X-Cache", "X-Cache-Hits", "X-Vercel-Cache", "Cache-Status", "X-Proxy-Cache", "X-Varnish"}

func showsCache(hs exchange.Headers) bool {
	switch strings.ToUpper(hs.Value("CF-Cache-Status")) {
	case "", "DYNAMIC", "BYPASS":
	default:
		return true
	}
	for _, n := range cacheHeaders {
		if hs.Has(n) {
			return true
		}
	}
	return false
}
