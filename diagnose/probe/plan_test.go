package probe

import (
	"encoding/base64"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
)

const pageOrigin = "https://app.example.com"

var apiURL = "https://api.example.com/v1/items?page=2"

// scene builds what the browser saw, exchange by exchange.
type scene struct {
	c exchange.Case
	r fetch.Result
	s []answer.Seen
	n Network
}

func newScene(change func(*exchange.Case)) *scene {
	c := exchange.Case{URL: apiURL, Origin: pageOrigin}.WithDefaults()
	if change != nil {
		change(&c)
	}
	return &scene{c: c}
}

var browserHeaders = exchange.Headers{
	{Name: "Accept", Value: "*/*"}, {Name: "Accept-Encoding", Value: "gzip, deflate, br, zstd"}, {Name: "Accept-Language", Value: "en"},
	{Name: "Origin", Value: pageOrigin}, {Name: "Referer", Value: pageOrigin + "/"}, {Name: "Sec-Fetch-Mode", Value: "cors"}, {Name: "User-Agent", Value: "Browser"},
}

// saw appends an exchange, answered as said; hs are "Name: value".
func (sc *scene) saw(p exchange.Purpose, method string, layer answer.Layer, conf answer.Confidence, status int, hs ...string) *scene {
	x := exchange.Exchange{
		ID: "e" + string(rune('1'+len(sc.s))), Purpose: p, Started: time.Date(2026, 11, 25, 9, 0, len(sc.s), 0, time.UTC),
		Request: exchange.Request{Method: method, URL: sc.c.URL, Headers: append(exchange.Headers{}, browserHeaders...)},
	}
	if p == exchange.PurposePreflight {
		x.Request.Headers = append(x.Request.Headers, exchange.Header{Name: requestMethod, Value: sc.c.Method}, exchange.Header{Name: requestHeaders, Value: "authorization"})
	} else {
		x.Request.Headers = append(x.Request.Headers, sc.c.Headers...)
	}
	if status != 0 {
		x.Response = &exchange.Response{Status: status, Headers: exchange.Headers{}}
		for _, h := range hs {
			name, value, _ := strings.Cut(h, ": ")
			x.Response.Headers = append(x.Response.Headers, exchange.Header{Name: name, Value: value})
		}
	}
	sc.s = append(sc.s, answer.Seen{Exchange: x, Answer: answer.Answer{Layer: layer, Confidence: conf}})
	if !isProbe(p) {
		sc.r.Exchanges = append(sc.r.Exchanges, x)
		sc.r.DecidedBy = x.ID
	}
	return sc
}

func (sc *scene) blockedAt(at fetch.BlockedAt) *scene { sc.r.Verdict.BlockedAt = &at; return sc }

func (sc *scene) plan() []Probe { return Plan(sc.c, sc.r, sc.s, sc.n, 0) }

func purposes(ps []Probe) []string {
	out := []string{}
	for _, p := range ps {
		out = append(out, string(p.Purpose))
	}
	return out
}

func find(t *testing.T, ps []Probe, p exchange.Purpose) Probe {
	t.Helper()
	for _, q := range ps {
		if q.Purpose == p {
			return q
		}
	}
	t.Fatalf("no %s in %v", p, purposes(ps))
	return Probe{}
}

const throughCF = "Server: cloudflare"

func allowedOrigin() *scene {
	return newScene(nil).saw(exchange.PurposeRequest, "GET", answer.LayerOrigin, answer.Likely, 200, throughCF, "CF-Cache-Status: DYNAMIC",
		"Access-Control-Allow-Origin: "+pageOrigin, "Vary: Origin", "Content-Type: application/json")
}

const login = "Location: https://team.cloudflareaccess.com/cdn-cgi/access/login/api.example.com?kid=1&redirect_url=%2F"

func TestPlanFitsTheSituation(t *testing.T) {
	withToken := func(c *exchange.Case) {
		c.Credentials = exchange.CredentialsInclude
		c.Session.AccessToken = "eyJhbGciOi.secret.token"
	}
	post := func(c *exchange.Case) {
		c.Method = "POST"
		c.Headers = exchange.Headers{{Name: "Authorization", Value: "Bearer s3cret"}, {Name: "Content-Type", Value: "application/json"}}
	}
	tests := []struct {
		name string
		s    *scene
		want string
	}{
		{"nothing was sent", &scene{c: newScene(nil).c, r: fetch.Result{Local: &fetch.LocalBlock{Kind: "mixed-content"}}}, ""},
		{"no answer at all", newScene(nil).saw(exchange.PurposeRequest, "GET", answer.LayerNetwork, answer.Certain, 0), ""},
		{"allowed by an origin that names the page", allowedOrigin(),
			"access-metadata trace foreign-origin no-origin foreign-preflight missing-path null-origin lookalike-suffix lookalike-prefix lookalike-http lookalike-port"},
		{"allowed for everybody: nothing to imitate",
			newScene(nil).saw(exchange.PurposeRequest, "GET", answer.LayerOrigin, answer.Likely, 200, throughCF, "Access-Control-Allow-Origin: *"),
			"access-metadata trace foreign-origin no-origin foreign-preflight missing-path"},
		{"the cache answers",
			newScene(nil).saw(exchange.PurposeRequest, "GET", answer.LayerCache, answer.Certain, 200, throughCF, "CF-Cache-Status: HIT", "Access-Control-Allow-Origin: https://other.example.com").blockedAt(fetch.AtRequest),
			"access-metadata trace cache-busted repeat foreign-origin no-origin foreign-preflight missing-path"},
		{"Access redirects a simple GET to its login",
			newScene(nil).saw(exchange.PurposeRequest, "GET", answer.LayerAccess, answer.Certain, 302, throughCF, login).blockedAt(fetch.AtRequest),
			"access-metadata access-certs access-resource preflight-probe trace"},
		{"Access refuses the preflight",
			newScene(post).saw(exchange.PurposePreflight, "OPTIONS", answer.LayerAccess, answer.Certain, 403, throughCF, "CF-Access-Aud: 1", "CF-Access-Domain: api.example.com").blockedAt(fetch.AtPreflight),
			"access-metadata get access-resource plain-options trace"},
		{"an unknown hand refuses the preflight",
			newScene(post).saw(exchange.PurposePreflight, "OPTIONS", answer.LayerUnknown, answer.Unknown, 403, throughCF).blockedAt(fetch.AtPreflight),
			"access-metadata get without-accept-encoding accept-json x-requested-with access-resource plain-options trace foreign-origin no-origin foreign-preflight"},
		{"the WAF challenges the real request, the origin answered the preflight",
			newScene(post).saw(exchange.PurposePreflight, "OPTIONS", answer.LayerOrigin, answer.Likely, 204, throughCF, "Access-Control-Allow-Origin: "+pageOrigin).
				saw(exchange.PurposeRequest, "POST", answer.LayerWAF, answer.Certain, 403, throughCF, "CF-Mitigated: challenge").blockedAt(fetch.AtRequest),
			"access-metadata get trace foreign-preflight"},
		{"the real POST was held back",
			newScene(post).saw(exchange.PurposePreflight, "OPTIONS", answer.LayerOrigin, answer.Likely, 204, throughCF, "Access-Control-Allow-Origin: "+pageOrigin),
			"access-metadata get trace foreign-origin no-origin foreign-preflight missing-path null-origin lookalike-suffix lookalike-prefix lookalike-http lookalike-port"},
		{"a rate limit: nothing that could make it worse",
			newScene(nil).saw(exchange.PurposeRequest, "GET", answer.LayerUnknown, answer.Unknown, 429, throughCF).blockedAt(fetch.AtRequest),
			"without-accept-encoding accept-json"},
		{"a session travelled",
			newScene(withToken).saw(exchange.PurposeRequest, "GET", answer.LayerAccess, answer.Certain, 403, throughCF).travelled("Cookie", "CF_Authorization=eyJhbGciOi.secret.token").blockedAt(fetch.AtRequest),
			"access-metadata without-session access-resource preflight-probe trace"},
		{"the page's own origin", func() *scene {
			s := newScene(func(c *exchange.Case) { c.Origin = "https://api.example.com" }).saw(exchange.PurposeRequest, "GET", answer.LayerAccess, answer.Certain, 302, throughCF, login).blockedAt(fetch.AtRequest)
			s.r.SameOrigin = true
			return s
		}(), "access-metadata access-certs access-resource trace"},
		{"no Cloudflare, certain", newScene(nil).saw(exchange.PurposeRequest, "GET", answer.LayerProxy, answer.Certain, 404, "Server: Vercel").blockedAt(fetch.AtRequest),
			"foreign-origin no-origin foreign-preflight"},
		{"past Cloudflare too, also where nothing answered", func() *scene {
			s := newScene(nil).saw(exchange.PurposeRequest, "GET", answer.LayerNetwork, answer.Certain, 0)
			s.n.Direct = "203.0.113.7:443"
			return s
		}(), "direct direct-preflight"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := strings.Fields(strings.ReplaceAll(tt.want, "x-requested-with", string(exchange.PurposeXHR)))
			if d := cmp.Diff(want, purposes(tt.s.plan()), cmp.Transformer("nil", func(s []string) []string { return append([]string{}, s...) })); d != "" {
				t.Errorf("plan (-want +got):\n%s", d)
			}
		})
	}
}

// travelled says that a credential went with the last request.
func (sc *scene) travelled(name, value string) *scene {
	x := &sc.s[len(sc.s)-1]
	x.Request.WithSession = true
	x.Request.Headers = append(x.Request.Headers, exchange.Header{Name: name, Value: value})
	sc.r.Exchanges[len(sc.r.Exchanges)-1] = x.Exchange
	return sc
}

// everyScene is a number of situations in which the rules below must hold.
func everyScene() map[string]*scene {
	full := func(c *exchange.Case) {
		c.Credentials = exchange.CredentialsInclude
		c.Method = "DELETE"
		c.Headers = exchange.Headers{{Name: "Authorization", Value: "Bearer s3cret-bearer"}, {Name: "X-Api-Key", Value: "s3cret-key"}}
		c.Session = exchange.Session{Cookies: []exchange.Cookie{{Name: "sid", Value: "s3cret-cookie"}}, AccessToken: "s3cret-token", ServiceTokenID: "s3cret-id", ServiceTokenSecret: "s3cret-secret"}
	}
	decisions := []fetch.CredentialDecision{{Name: "cookie sid", Sent: true}, {Name: "Access token (cookie CF_Authorization)", Sent: true}, {Name: "service token", Sent: true}}
	out := map[string]*scene{}
	for _, layer := range []answer.Layer{answer.LayerAccess, answer.LayerWAF, answer.LayerOrigin, answer.LayerUnknown, answer.LayerCache, answer.LayerEdge} {
		for _, conf := range []answer.Confidence{answer.Certain, answer.Unknown} {
			pre := newScene(full).saw(exchange.PurposePreflight, "OPTIONS", layer, conf, 403, throughCF, "Content-Type: text/html").blockedAt(fetch.AtPreflight)
			pre.r.Credentials = decisions
			pre.n.Direct = "203.0.113.7:443"
			out["preflight "+string(layer)+" "+string(conf)] = pre
			real := newScene(full).saw(exchange.PurposePreflight, "OPTIONS", answer.LayerOrigin, answer.Likely, 204, throughCF, "Access-Control-Allow-Origin: "+pageOrigin).
				saw(exchange.PurposeRequest, "GET", layer, conf, 403, throughCF, "CF-Cache-Status: MISS", login, "Access-Control-Allow-Origin: "+pageOrigin).
				travelled("Cookie", "sid=s3cret-cookie; CF_Authorization=s3cret-token").travelled("CF-Access-Client-Secret", "s3cret-secret")
			real.n.Direct = "203.0.113.7:443"
			out["request "+string(layer)+" "+string(conf)] = real
		}
	}
	hop := newScene(full).saw(exchange.PurposePreflight, "OPTIONS", answer.LayerOrigin, answer.Likely, 204, throughCF, "Access-Control-Allow-Origin: "+pageOrigin).
		saw(exchange.PurposeRequest, "GET", answer.LayerOrigin, answer.Likely, 307, throughCF, "Location: https://other.example.net/x").
		travelled("Cookie", "sid=s3cret-cookie; CF_Authorization=s3cret-token").
		saw(exchange.PurposePreflight, "OPTIONS", answer.LayerUnknown, answer.Unknown, 403, throughCF).blockedAt(fetch.AtPreflight)
	hop.r.Credentials = decisions
	hop.s[2].Request.URL = "https://other.example.net/x"
	out["preflight at another host"] = hop
	return out
}

func TestEveryPlanKeepsTheRules(t *testing.T) {
	for name, sc := range everyScene() {
		t.Run(name, func(t *testing.T) {
			perHost := map[string]int{}
			urls := map[string]string{}
			for _, p := range sc.plan() {
				r := p.Request
				text := r.Method + " " + r.URL
				for _, h := range r.Headers {
					text += "\n" + h.Name + ": " + h.Value
				}
				switch r.Method {
				case "GET", "HEAD":
				case "OPTIONS":
					if strings.Contains(text, "s3cret") || r.WithSession || r.Headers.Has("Cookie") || r.Headers.Has("Authorization") {
						t.Errorf("%s: a credential stands in an OPTIONS:\n%s", p.Purpose, text)
					}
				default:
					t.Errorf("%s: method %s", p.Purpose, r.Method)
				}
				if hostOf(r.URL) != "api.example.com" && strings.Contains(text, "s3cret") {
					t.Errorf("%s: a credential goes to another host:\n%s", p.Purpose, text)
				}
				if o := r.Headers.Value("Origin"); o != "" && o != pageOrigin {
					if !strings.Contains(r.URL, "corstui=") {
						t.Errorf("%s: an invented origin on a URL that others use: %s", p.Purpose, r.URL)
					}
					if r.Headers.Has("Referer") {
						t.Errorf("%s: Referer contradicts the invented origin", p.Purpose)
					}
				}
				if p.Direct && strings.Contains(text, "s3cret-secret") {
					t.Errorf("%s: the service token goes to the origin", p.Purpose)
				}
				if _, q, ok := strings.Cut(r.URL, "corstui="); ok {
					if other := urls[q]; other != "" {
						t.Errorf("%s and %s share a cache-busting query", p.Purpose, other)
					}
					urls[q] = string(p.Purpose)
				}
				if r.WithSession != strings.Contains(text, "sid=s3cret-cookie") {
					t.Errorf("%s: WithSession is %v:\n%s", p.Purpose, r.WithSession, text)
				}
				if r.HasBody || r.Body != "" {
					t.Errorf("%s has a body", p.Purpose)
				}
				if !strings.HasSuffix(p.Why, ".") || len(p.Why) < 30 {
					t.Errorf("%s: Why is no sentence: %q", p.Purpose, p.Why)
				}
				if _, err := prepare(r, p.Direct); err != nil {
					t.Errorf("%s cannot be sent: %v", p.Purpose, err)
				}
				perHost[hostOf(r.URL)]++
			}
			for h, n := range perHost {
				if n > DefaultMax {
					t.Errorf("%d probes to %s", n, h)
				}
			}
		})
	}
}

func TestAPairDiffersInOneThing(t *testing.T) {
	ps := allowedOrigin().plan()
	base := append(exchange.Headers{}, browserHeaders...)
	for _, tt := range []struct {
		p    exchange.Purpose
		want exchange.Headers
	}{
		{exchange.PurposeNoOrigin, base.Without("Origin")},
		{exchange.PurposeForeignOrigin, base.With("Origin", foreignOrigin).Without("Referer")},
		{exchange.PurposeNullOrigin, base.With("Origin", "null").Without("Referer")},
		{exchange.PurposeSuffixOrigin, base.With("Origin", "https://app.example.com.corstui.test").Without("Referer")},
		{exchange.PurposePrefixOrigin, base.With("Origin", "https://corstui-app.example.com").Without("Referer")},
		{exchange.PurposeHTTPOrigin, base.With("Origin", "http://app.example.com").Without("Referer")},
		{exchange.PurposePortOrigin, base.With("Origin", "https://app.example.com:8443").Without("Referer")},
		{exchange.PurposeMissingPath, base},
		{exchange.PurposeAccessMetadata, base.With("Cf-Access-Metadata-Request", "true")},
		{exchange.PurposeForeignPreflight, base.With("Origin", foreignOrigin).Without("Referer").With(requestMethod, "GET").With(requestHeaders, foreignHeader)},
	} {
		got := find(t, ps, tt.p)
		if d := cmp.Diff(tt.want, got.Request.Headers); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.p, d)
		}
	}
	missing := find(t, ps, exchange.PurposeMissingPath).Request.URL
	if !strings.HasPrefix(missing, "https://api.example.com/v1/corstui-") {
		t.Errorf("missing path %s", missing)
	}
}

func TestProbesShareTheBrowsersOwnRequest(t *testing.T) {
	post := func(c *exchange.Case) {
		c.Method = "POST"
		c.Headers = exchange.Headers{{Name: "Authorization", Value: "Bearer x"}, {Name: "Content-Type", Value: "application/json"}}
	}
	ps := newScene(post).saw(exchange.PurposePreflight, "OPTIONS", answer.LayerUnknown, answer.Unknown, 403, throughCF).blockedAt(fetch.AtPreflight).plan()
	base := append(exchange.Headers{}, browserHeaders...)
	if d := cmp.Diff(append(append(exchange.Headers{}, base...), exchange.Header{Name: "Authorization", Value: "Bearer x"}), find(t, ps, exchange.PurposeGet).Request.Headers); d != "" {
		t.Errorf("get (-want +got):\n%s", d)
	}
	if d := cmp.Diff(base, find(t, ps, exchange.PurposePlainOptions).Request.Headers.Without(requestHeaders)); d != "" {
		t.Errorf("plain-options (-want +got):\n%s", d)
	}
	id := find(t, ps, exchange.PurposeIdentity).Request
	if id.Method != "OPTIONS" || id.Headers.Has("Accept-Encoding") || !id.Headers.Has(requestMethod) {
		t.Errorf("without-accept-encoding is not the preflight again: %+v", id)
	}
}

func TestTheSecondRoundHoldsOnlyWhatIsNew(t *testing.T) {
	sc := allowedOrigin()
	first := sc.plan()
	claims := base64.RawURLEncoding.EncodeToString([]byte(`{"type":"match","auth_domain":"team.cloudflareaccess.com"}`))
	for _, p := range first {
		hs := []string{throughCF}
		if p.Purpose == exchange.PurposeAccessMetadata {
			hs = append(hs, "CF-Access-Metadata: e30."+claims+".c2ln")
		}
		sc.saw(p.Purpose, p.Request.Method, answer.LayerOrigin, answer.Likely, 200, hs...)
	}
	second := sc.plan()
	if got := purposes(second); !reflect.DeepEqual(got, []string{"access-certs"}) {
		t.Fatalf("second round: %v", got)
	}
	r := second[0].Request
	if r.URL != "https://team.cloudflareaccess.com/cdn-cgi/access/certs" || r.Headers.Has("Origin") || r.Headers.Has("Cookie") {
		t.Errorf("certs: %+v", r)
	}
	sc.saw(exchange.PurposeAccessCerts, "GET", answer.LayerAccess, answer.Certain, 200)
	if third := sc.plan(); len(third) != 0 {
		t.Errorf("third round: %v", purposes(third))
	}
}

// unsigned is a JWT with these claims, whose signature nobody checks here.
func unsigned(claims string) string {
	return "e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2ln"
}

func TestTheTeamOfTheTokenIsAskedInTheFirstRound(t *testing.T) {
	sc := allowedOrigin()
	sc.c.Session.AccessToken = unsigned(`{"iss":"https://ours.cloudflareaccess.com","aud":["x"]}`)
	first := sc.plan()
	if got := find(t, first, exchange.PurposeAccessCerts).Request.URL; got != "https://ours.cloudflareaccess.com/cdn-cgi/access/certs" {
		t.Errorf("first round: %s", got)
	}
	for _, tt := range []struct{ signedFor, want string }{
		{"ours.cloudflareaccess.com", ""},
		{"theirs.cloudflareaccess.com", "https://theirs.cloudflareaccess.com/cdn-cgi/access/certs"},
	} {
		after := *sc
		for _, p := range first {
			hs := []string{throughCF}
			if p.Purpose == exchange.PurposeAccessMetadata {
				hs = append(hs, "CF-Access-Metadata: "+unsigned(`{"type":"match","auth_domain":"`+tt.signedFor+`"}`))
			}
			after.saw(p.Purpose, p.Request.Method, answer.LayerOrigin, answer.Likely, 200, hs...)
			after.s[len(after.s)-1].Request.URL = p.Request.URL
		}
		second := after.plan()
		if tt.want == "" {
			if len(second) != 0 {
				t.Errorf("the same team: %v", purposes(second))
			}
			continue
		}
		if len(second) != 1 || second[0].Request.URL != tt.want {
			t.Fatalf("another team: %v", second)
		}
		after.saw(exchange.PurposeAccessCerts, "GET", answer.LayerAccess, answer.Certain, 200)
		after.s[len(after.s)-1].Request.URL = tt.want
		if third := after.plan(); len(third) != 0 {
			t.Errorf("third round: %v", purposes(third))
		}
	}
	sc.c.Session.AccessToken = unsigned(`{"iss":"https://cloudflareaccess.com.attacker.example","aud":["x"]}`)
	if ps := sc.plan(); slices.Contains(purposes(ps), string(exchange.PurposeAccessCerts)) {
		t.Errorf("a host that is no team is asked: %v", purposes(ps))
	}
}

func TestTheSecondRoundAsksWhoRefusesBehindThePreflight(t *testing.T) {
	sc := newScene(func(c *exchange.Case) { c.Method = "PUT" }).saw(exchange.PurposePreflight, "OPTIONS", answer.LayerWAF, answer.Certain, 403, throughCF).blockedAt(fetch.AtPreflight)
	for _, p := range sc.plan() {
		sc.saw(p.Purpose, p.Request.Method, answer.LayerUnknown, answer.Unknown, 403, throughCF)
	}
	if got := purposes(sc.plan()); !reflect.DeepEqual(got, []string{"accept-json", string(exchange.PurposeXHR), "access-resource"}) {
		t.Errorf("second round: %v", got)
	}
}

func TestNoPeerChoosesWhoseKeysAreAsked(t *testing.T) {
	for _, location := range []string{
		"https://evil.example/cdn-cgi/access/login/x", "https://cloudflareaccess.com.evil.example/cdn-cgi/access/login/x",
		"https://a.b.cloudflareaccess.com/cdn-cgi/access/login/x", "https://evil.example#.cloudflareaccess.com/cdn-cgi/access/login/x",
		"https://evilcloudflareaccess.com/cdn-cgi/access/login/x", "https://127.0.0.1/cdn-cgi/access/login/x?.cloudflareaccess.com",
	} {
		sc := newScene(nil).saw(exchange.PurposeRequest, "GET", answer.LayerAccess, answer.Likely, 302, throughCF, "Location: "+location)
		for _, p := range sc.plan() {
			if hostOf(p.Request.URL) != "api.example.com" {
				t.Errorf("%s: %s goes to %s", location, p.Purpose, p.Request.URL)
			}
		}
	}
}

func TestPlanKeepsToTheLimit(t *testing.T) {
	for _, max := range []int{1, 3, 8} {
		sc := allowedOrigin()
		if ps := Plan(sc.c, sc.r, sc.s, sc.n, max); len(ps) != max {
			t.Errorf("max %d: %v", max, purposes(ps))
		}
	}
}

func TestPlanLeavesRoomUnderARateLimit(t *testing.T) {
	for h, want := range map[string]int{
		"RateLimit-Remaining: 6": 3, "X-RateLimit-Remaining: 1": 0, `RateLimit: "default";r=5;t=30`: 2, "RateLimit: limit=100, remaining=8, reset=5": 4,
		"X-RateLimit-Remaining: 1000": 11, "X-RateLimit-Remaining: many": 11, "RateLimit-Remaining: -1": 11,
	} {
		sc := newScene(nil).saw(exchange.PurposeRequest, "GET", answer.LayerOrigin, answer.Likely, 200, throughCF, "Access-Control-Allow-Origin: "+pageOrigin, h)
		if got := sc.plan(); len(got) != want {
			t.Errorf("%s: %d probes, want %d", h, len(got), want)
		}
	}
}

func TestPlanIgnoresWhatOnlyAnotherEngineSends(t *testing.T) {
	sc := allowedOrigin()
	before := purposes(sc.plan())
	r := sc.r
	sc.saw(exchange.PurposePreflight, "OPTIONS", answer.LayerWAF, answer.Certain, 403, throughCF)
	sc.s[1].Engine, sc.r = "firefox", r
	if d := cmp.Diff(before, purposes(sc.plan())); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestPlanIsPureAndItsQueriesAreFresh(t *testing.T) {
	a, b := allowedOrigin(), allowedOrigin()
	if d := cmp.Diff(a.plan(), b.plan()); d != "" {
		t.Errorf("the same arguments give another plan:\n%s", d)
	}
	b.s[0].Started = b.s[0].Started.Add(time.Nanosecond)
	if find(t, a.plan(), exchange.PurposeForeignOrigin).Request.URL == find(t, b.plan(), exchange.PurposeForeignOrigin).Request.URL {
		t.Error("two diagnoses use the same cache-busting query")
	}
}

func TestTheSubjectOfALoginIsTheRequestThatLedThere(t *testing.T) {
	sc := newScene(nil).saw(exchange.PurposeRequest, "GET", answer.LayerAccess, answer.Certain, 302, throughCF, login)
	sc.saw(exchange.PurposeRequest, "GET", answer.LayerAccess, answer.Certain, 200, throughCF).blockedAt(fetch.AtRedirect)
	sc.s[1].Request.URL = "https://team.cloudflareaccess.com/cdn-cgi/access/login/api.example.com?kid=1"
	for _, p := range sc.plan() {
		if p.Purpose != exchange.PurposeAccessCerts && hostOf(p.Request.URL) != "api.example.com" {
			t.Errorf("%s goes to %s", p.Purpose, p.Request.URL)
		}
	}
	find(t, sc.plan(), exchange.PurposeAccessMetadata)

	// The same where the login would have needed a preflight: it is that
	// preflight that failed, not one of the API.
	sc.s[1].Purpose = exchange.PurposePreflight
	sc.blockedAt(fetch.AtPreflight)
	if got := purposes(sc.plan()); slices.Contains(got, string(exchange.PurposePlainOptions)) {
		t.Errorf("%v", got)
	}
}

func TestLookalikesOfUnusualOrigins(t *testing.T) {
	all := []exchange.Purpose{exchange.PurposeSuffixOrigin, exchange.PurposePrefixOrigin, exchange.PurposeHTTPOrigin, exchange.PurposePortOrigin}
	for origin, want := range map[string][]string{
		"http://localhost:5173":        {"http://localhost.corstui.test:5173", "http://corstui-localhost:5173", "", "http://localhost:8443"},
		"https://app.example.com:8443": {"https://app.example.com.corstui.test:8443", "https://corstui-app.example.com:8443", "http://app.example.com:8443", "https://app.example.com:9443"},
		"https://[::1]:3000":           {"", "", "http://[::1]:3000", "https://[::1]:8443"},
		"https://[::1]":                {"", "", "http://[::1]", "https://[::1]:8443"},
		"null":                         {"", "", "", ""},
	} {
		for i, p := range all {
			if got := lookalikeOf(origin, p); got != want[i] {
				t.Errorf("%s of %s: %q, want %q", p, origin, got, want[i])
			}
		}
	}
}
