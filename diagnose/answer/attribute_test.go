package answer

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"corstui/diagnose/exchange"
)

var now = time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)

// team stands for the team domain's keys.
type team struct {
	key *rsa.PrivateKey
	kid string
}

func newTeam(t testing.TB, kid string) team {
	t.Helper()
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return team{k, kid}
}

func (tm team) sign(t testing.TB, claims map[string]any) string {
	t.Helper()
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: tm.key, KeyID: tm.kid}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := json.Marshal(claims)
	o, err := s.Sign(b)
	if err != nil {
		t.Fatal(err)
	}
	out, err := o.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (tm team) certs(t testing.TB) string {
	t.Helper()
	b, err := json.Marshal(map[string]any{"keys": []any{
		map[string]any{"kty": "future", "kid": "x"}, // a kind of key that nobody knows yet
		jose.JSONWebKey{Key: tm.key.Public(), KeyID: tm.kid, Algorithm: "RS256", Use: "sig"},
	}, "public_cert": map[string]any{"kid": tm.kid}})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func claims(change ...func(map[string]any)) map[string]any {
	c := map[string]any{"type": "match", "hostname": "api.example.com", "auth_domain": "team.cloudflareaccess.com", "aud": hexAUD, "app_hostname": "*.example.com", "iat": now.Add(-time.Minute).Unix()}
	for _, f := range change {
		f(c)
	}
	return c
}

// as gives an exchange its purpose and ID.
func as(id string, p exchange.Purpose, x exchange.Exchange) exchange.Exchange {
	x.ID, x.Purpose = id, p
	return x
}

func with(x exchange.Exchange, name, value string) exchange.Exchange {
	x.Request.Headers = append(x.Request.Headers, exchange.Header{Name: name, Value: value})
	return x
}

func session(x exchange.Exchange) exchange.Exchange { x.Request.WithSession = true; return x }

const (
	pPreflight = exchange.PurposePreflight
	pRequest   = exchange.PurposeRequest
	pGet       = exchange.PurposeGet
)

var (
	login = func(id string) exchange.Exchange {
		return as(id, pGet, got("GET", api, "302\nCF\nlocation: "+loginURL, ""))
	}
	barePreflight = func(id string) exchange.Exchange { return as(id, pPreflight, got("OPTIONS", api, "403\nCF", "")) }
)

func metadataPair(t testing.TB, tm team, c map[string]any) []exchange.Exchange {
	return []exchange.Exchange{
		as("m", exchange.PurposeAccessMetadata, got("HEAD", api, "200\nCF\ncf-access-metadata: "+tm.sign(t, c), "")),
		as("k", exchange.PurposeAccessCerts, got("GET", "https://team.cloudflareaccess.com/cdn-cgi/access/certs", "200\nCF\ncontent-type: application/json", tm.certs(t))),
	}
}

func TestSignedMetadataIsCheckedAsCloudflaredDoes(t *testing.T) {
	tm, other := newTeam(t, "k1"), newTeam(t, "k1")
	for _, c := range []struct {
		name   string
		change func(map[string]any)
		signer team
		signed bool
		why    string
	}{
		{"as it should be", nil, tm, true, ""},
		{"audience as a list", func(m map[string]any) { m["aud"] = []string{hexAUD} }, tm, true, ""},
		{"the government cloud is another domain", func(m map[string]any) { m["auth_domain"] = "team.fed.cloudflareaccess.com" }, tm, false, "not fetched"},
		{"signed by another key", nil, other, false, "no key of the team"},
		{"made for another host", func(m map[string]any) { m["hostname"] = "other.example.com" }, tm, false, "other.example.com"},
		{"from another domain", func(m map[string]any) { m["auth_domain"] = "cloudflareaccess.com.evil.example" }, tm, false, "not fetched"},
		{"older than a day", func(m map[string]any) { m["iat"] = now.Add(-25 * time.Hour).Unix() }, tm, false, "older"},
		{"from the future", func(m map[string]any) { m["iat"] = now.Add(6 * time.Minute).Unix() }, tm, false, "future"},
		{"a clock a little ahead", func(m map[string]any) { m["iat"] = now.Add(4 * time.Minute).Unix() }, tm, true, ""},
		{"without a time", func(m map[string]any) { delete(m, "iat") }, tm, false, "time of issue"},
		{"of another type", func(m map[string]any) { m["type"] = "app" }, tm, false, "type"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cl := claims()
			if c.change != nil {
				c.change(cl)
			}
			xs := metadataPair(t, tm, cl)
			xs[0].Response.Headers = xs[0].Response.Headers.With("cf-access-metadata", c.signer.sign(t, cl))
			seen, facts := Attribute(exchange.Case{URL: api}, xs, now)
			got := facts.Access != nil && facts.Access.Signed
			if got != c.signed {
				t.Fatalf("signed %v, want %v: %+v", got, c.signed, facts)
			}
			if c.signed {
				want := AccessApp{AUD: hexAUD, Team: "team.cloudflareaccess.com", Domain: "*.example.com", Signed: true}
				if *facts.Access != want || !proved(facts, ProofAccessSigned) || seen[0].Answer.Confidence != Certain {
					t.Errorf("%+v, %+v", *facts.Access, seen[0].Answer)
				}
				return
			}
			if seen[0].Answer.Confidence == Certain || !strings.Contains(says(facts, ProofAccessUnsigned), c.why) {
				t.Errorf("%+v, %+v; want the reason %q", facts, seen[0].Answer, c.why)
			}
		})
	}
}

func TestAnUnsignedOrForgedTokenProvesNothing(t *testing.T) {
	tm := newTeam(t, "k1")
	token := tm.sign(t, claims())
	parts := strings.Split(token, ".")
	forged := []string{
		"eyJhbGciOiJub25lIn0." + parts[1] + ".", // alg none
		parts[0] + "." + parts[1] + "." + strings.Repeat("A", len(parts[2])),
		parts[0] + "." + parts[1],
		"not a token",
	}
	for _, f := range forged {
		xs := metadataPair(t, tm, claims())
		xs[0].Response.Headers = xs[0].Response.Headers.With("cf-access-metadata", f)
		if _, facts := Attribute(exchange.Case{URL: api}, xs, now); facts.Access != nil {
			t.Errorf("%q: %+v", f, *facts.Access)
		}
	}
	// Keys over plain HTTP, or of another host, do not count.
	for _, u := range []string{"http://team.cloudflareaccess.com/cdn-cgi/access/certs", "https://api.example.com/cdn-cgi/access/certs"} {
		xs := metadataPair(t, tm, claims())
		xs[1].Request.URL = u
		if _, facts := Attribute(exchange.Case{URL: api}, xs, now); facts.Access != nil {
			t.Errorf("keys of %s were trusted", u)
		}
	}
}

func proved(f Facts, rule string) bool {
	return slices.ContainsFunc(f.Proofs, func(p Proof) bool { return p.Rule == rule })
}

func says(f Facts, rule string) string {
	for _, p := range f.Proofs {
		if p.Rule == rule {
			return p.Says
		}
	}
	return ""
}

func TestPairsProve(t *testing.T) {
	tm := newTeam(t, "k1")
	meta := metadataPair(t, tm, claims())
	origin := "https://app.example.com"
	type answered struct {
		id         string
		layer      Layer
		confidence Confidence
	}
	jwtSession := exchange.Session{AccessToken: "x"}
	for _, c := range []struct {
		name   string
		s      exchange.Session
		xs     []exchange.Exchange
		rule   string // empty: nothing is proved
		absent string // a rule that must not be proved
		want   []answered
	}{
		{"a bare preflight refusal where Access signs and turns a GET away",
			exchange.Session{}, append([]exchange.Exchange{barePreflight("p"), login("g")}, meta...), ProofPreflightRefused, "",
			[]answered{{"p", LayerAccess, Certain}, {"g", LayerAccess, Certain}}},
		{"a bare preflight refusal and a login, without signature",
			exchange.Session{}, []exchange.Exchange{barePreflight("p"), login("g")}, ProofPreflightRefused, "", []answered{{"p", LayerAccess, Likely}}},
		{"a preflight refusal with words of its own",
			exchange.Session{}, append([]exchange.Exchange{as("p", pPreflight, got("OPTIONS", api, "403\nCF\ncontent-type: application/json", `{"error":"blocked"}`)), login("g")}, meta...), ProofPreflightRefused, "",
			[]answered{{"p", LayerAccess, Likely}}},
		{"a preflight that the WAF certainly refuses stays the WAF's",
			exchange.Session{}, append([]exchange.Exchange{as("p", pPreflight, got("OPTIONS", api, "403\nCF\ncf-mitigated: challenge", "")), login("g")}, meta...), ProofMitigatedOne, ProofPreflightRefused,
			[]answered{{"p", LayerWAF, Certain}}},
		{"a preflight refused behind the cache is not Access's",
			exchange.Session{}, append([]exchange.Exchange{as("p", pPreflight, got("OPTIONS", api, "403\nCF\ncf-cache-status: DYNAMIC", "")), login("g")}, meta...), ProofPreflightBypassed, ProofPreflightRefused,
			[]answered{{"p", LayerOrigin, Likely}}},
		{"a bare preflight refusal and a GET that passes",
			exchange.Session{}, append([]exchange.Exchange{barePreflight("p"), as("g", pGet, got("GET", api, "200\nCF\ncf-cache-status: DYNAMIC", "{}"))}, meta...), ProofAccessSigned, ProofPreflightRefused,
			[]answered{{"p", LayerAccess, Likely}}},
		{"a login of another host says nothing",
			exchange.Session{}, append([]exchange.Exchange{barePreflight("p"), as("g", pGet, got("GET", "https://other.example.com/v1/items", "302\nCF\nlocation: https://team.cloudflareaccess.com/cdn-cgi/access/login/other.example.com", ""))}, meta...), ProofSignedRefusal, ProofPreflightRefused,
			[]answered{{"p", LayerAccess, Likely}}},
		{"an OPTIONS that passes while its preflight does not",
			exchange.Session{}, append([]exchange.Exchange{barePreflight("p"), login("g"), as("o", exchange.PurposePlainOptions, got("OPTIONS", api, "204\nCF\ncf-cache-status: DYNAMIC", ""))}, meta...), ProofPreflightRefused, "",
			[]answered{{"p", LayerAccess, Likely}}},
		{"a preflight by Access's CORS settings",
			exchange.Session{}, []exchange.Exchange{as("p", pPreflight, got("OPTIONS", api, "200\nCF\nvary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers\naccess-control-allow-origin: "+origin, "")), login("g")}, ProofPreflightCORS, "",
			[]answered{{"p", LayerAccess, Likely}}},
		{"a preflight by a Worker behind the bypass",
			exchange.Session{}, []exchange.Exchange{as("p", pPreflight, got("OPTIONS", api, "204\nCF\nvary: Origin\naccess-control-allow-origin: "+origin, "")), login("g")}, "", ProofPreflightCORS,
			[]answered{{"p", LayerUnknown, Unknown}}},
		{"a login that turns into 401 for a script",
			exchange.Session{}, []exchange.Exchange{login("g"), as("x", exchange.PurposeXHR, got("GET", api, "401\nCF\ncontent-type: text/html", "<html>"))}, ProofXHR, "",
			[]answered{{"x", LayerAccess, Certain}, {"g", LayerAccess, Certain}}},
		{"a login on the team's own domain that turns into 401",
			exchange.Session{}, []exchange.Exchange{as("g", pGet, got("GET", api, "302\nCF\nlocation: https://login.example.com/cdn-cgi/access/login/api.example.com", "")), as("x", exchange.PurposeXHR, got("GET", api, "401\nCF", ""))}, ProofXHR, "",
			[]answered{{"x", LayerAccess, Certain}, {"g", LayerAccess, Certain}}},
		{"an app that turns its own login into 401",
			exchange.Session{}, []exchange.Exchange{as("g", pGet, got("GET", api, "302\nCF\ncf-cache-status: DYNAMIC\nlocation: /login", "")), as("x", exchange.PurposeXHR, got("GET", api, "401\nCF\ncf-cache-status: DYNAMIC", ""))}, "", ProofXHR,
			[]answered{{"x", LayerOrigin, Likely}, {"g", LayerOrigin, Likely}}},
		{"an unmarked refusal that the Access session lifts",
			jwtSession, []exchange.Exchange{session(as("w", pRequest, got("GET", api, "200\nCF\ncf-cache-status: DYNAMIC", "{}"))), as("o", exchange.PurposeNoSession, got("GET", api, "403\nCF", ""))}, ProofSession, "",
			[]answered{{"o", LayerAccess, Certain}, {"w", LayerOrigin, Likely}}},
		{"an unmarked refusal, and an app that refuses behind it",
			jwtSession, []exchange.Exchange{session(as("w", pRequest, got("GET", api, "401\nCF\ncf-cache-status: DYNAMIC", "{}"))), as("o", exchange.PurposeNoSession, got("GET", api, "403\nCF", ""))}, ProofSession, "",
			[]answered{{"o", LayerAccess, Certain}, {"w", LayerOrigin, Likely}}},
		{"the same where other cookies travelled too",
			exchange.Session{AccessToken: "x", Cookies: []exchange.Cookie{{Name: "sid", Value: "1"}}}, []exchange.Exchange{session(as("w", pRequest, got("GET", api, "200\nCF\ncf-cache-status: DYNAMIC", "{}"))), as("o", exchange.PurposeNoSession, got("GET", api, "403\nCF", ""))}, ProofSession, "",
			[]answered{{"o", LayerAccess, Likely}}},
		{"a refusal from behind the cache that the session lifts",
			jwtSession, []exchange.Exchange{session(as("w", pRequest, got("GET", api, "200\nCF\ncf-cache-status: DYNAMIC", "{}"))), as("o", exchange.PurposeNoSession, got("GET", api, "401\nCF\ncf-cache-status: DYNAMIC", ""))}, "", ProofSession,
			[]answered{{"o", LayerOrigin, Likely}}},
		{"a session that Access does not take",
			jwtSession, []exchange.Exchange{session(as("w", pRequest, got("GET", api, "302\nCF\nlocation: "+loginURL, ""))), as("o", exchange.PurposeNoSession, got("GET", api, "302\nCF\nlocation: "+loginURL, ""))}, ProofSessionRejected, ProofSession,
			[]answered{{"w", LayerAccess, Certain}}},
		{"an unmarked refusal that shows itself in JSON",
			exchange.Session{}, []exchange.Exchange{as("g", pGet, got("GET", api, "403\nCF\ncontent-type: text/html", "<h1>Our own page</h1>")), as("j", exchange.PurposeJSON, got("GET", api, "403\nCF\ncontent-type: application/json", `{"status":403,"error_code":1020,"ray_id":"a058dc95796a4e0c","zone":"api.example.com","cloudflare_error":true}`))}, ProofAcceptJSON, "",
			[]answered{{"g", LayerWAF, Certain}}},
		{"JSON of Access behind a page of the organisation's own",
			exchange.Session{}, []exchange.Exchange{as("g", pGet, got("GET", api, "403\nCF\ncontent-type: text/html", "<h1>Our own page</h1>")), as("j", exchange.PurposeJSON, got("GET", api, "403\nCF\ncontent-type: application/json", `{"message":"Forbidden.","status_code":403,"aud":"`+hexAUD+`","ray_id":"a058dc95796a4e0c"}`))}, ProofAcceptJSON, "",
			[]answered{{"g", LayerAccess, Certain}}},
		{"JSON with another status is another answer",
			exchange.Session{}, []exchange.Exchange{as("g", pGet, got("GET", api, "403\nCF\ncontent-type: text/html", "<h1>Our own page</h1>")), as("j", exchange.PurposeJSON, got("GET", api, "429\nCF\ncontent-type: application/json", `{"status":429,"error_code":1015,"zone":"api.example.com","cloudflare_error":true}`))}, "", ProofAcceptJSON,
			[]answered{{"g", LayerUnknown, Unknown}}},
		{"without accept-encoding the default page comes back",
			exchange.Session{}, []exchange.Exchange{as("g", pGet, got("GET", api, "403\nCF\ncontent-type: text/html", "<h1>Our own page</h1>")), as("i", exchange.PurposeIdentity, got("GET", api, "403\nCF\ncontent-type: text/html", "<title>Attention Required! | Cloudflare</title>"))}, ProofIdentity, "",
			[]answered{{"g", LayerWAF, Certain}}},
		{"the WAF stops the GET, and the preflight is bare",
			exchange.Session{}, []exchange.Exchange{barePreflight("p"), as("g", pGet, got("GET", api, "403\nCF\ncf-mitigated: challenge", ""))}, ProofChallengeBare, "",
			[]answered{{"p", LayerWAF, Likely}}},
		{"stopped after probing",
			exchange.Session{}, []exchange.Exchange{as("r", pRequest, got("GET", api, "200\nCF\ncf-cache-status: DYNAMIC", "{}")), as("x", exchange.PurposeRepeat, got("GET", api, "429\nCF", "error code: 1015"))}, ProofProbingLimited, "",
			[]answered{{"r", LayerOrigin, Likely}, {"x", LayerWAF, Certain}}},
		{"trace",
			exchange.Session{}, []exchange.Exchange{as("t", exchange.PurposeTrace, got("GET", "https://api.example.com/cdn-cgi/trace", "200\nCF", "fl=1\nh=api.example.com\nip=203.0.113.1\ncolo=FRA\nwarp=off\n"))}, ProofTrace, "",
			[]answered{{"t", LayerEdge, Certain}}},
		{"a trace that an app made up for another host",
			exchange.Session{}, []exchange.Exchange{as("t", exchange.PurposeTrace, got("GET", "https://api.example.com/cdn-cgi/trace", "200\nCF", "fl=1\nh=other.example.net\nip=203.0.113.1\ncolo=FRA\n"))}, "", ProofTrace,
			[]answered{{"t", LayerUnknown, Unknown}}},
		{"a host that calls itself Cloudflare and is not",
			exchange.Session{}, []exchange.Exchange{as("r", pRequest, got("GET", api, "403\nCF\ncf-mitigated: challenge", "")), as("t", exchange.PurposeTrace, got("GET", "https://api.example.com/cdn-cgi/trace", "404\nCF", "no such page"))}, ProofTraceForeign, ProofTrace,
			[]answered{{"r", LayerWAF, Likely}}},
		{"a trace that a rule refuses says nothing",
			exchange.Session{}, []exchange.Exchange{as("r", pRequest, got("GET", api, "403\nCF\ncf-mitigated: challenge", "")), as("t", exchange.PurposeTrace, got("GET", "https://api.example.com/cdn-cgi/trace", "403\nCF\ncf-mitigated: challenge", ""))}, "", ProofTraceForeign,
			[]answered{{"r", LayerWAF, Certain}}},
		{"a miss that becomes a hit",
			exchange.Session{}, []exchange.Exchange{as("r", pRequest, got("GET", api, "200\nCF\ncf-cache-status: MISS", "{}")), as("x", exchange.PurposeRepeat, got("GET", api, "200\nCF\ncf-cache-status: HIT", "{}"))}, ProofRepeatHit, "",
			[]answered{{"r", LayerOrigin, Likely}, {"x", LayerCache, Certain}}},
		{"never stored",
			exchange.Session{}, []exchange.Exchange{as("r", pRequest, got("GET", api, "200\nCF\ncf-cache-status: DYNAMIC", "{}")), as("x", exchange.PurposeRepeat, got("GET", api, "200\nCF\ncf-cache-status: DYNAMIC", "{}"))}, ProofRepeatDynamic, ProofRepeatHit, nil},
		{"a stored answer for another origin",
			exchange.Session{}, []exchange.Exchange{
				with(as("r", pRequest, got("GET", api, "200\nCF\ncf-cache-status: HIT\naccess-control-allow-origin: https://other.example", "{}")), "Origin", origin),
				with(as("b", exchange.PurposeCacheBusted, got("GET", api+"?corstui=1", "200\nCF\ncf-cache-status: MISS\naccess-control-allow-origin: "+origin, "{}")), "Origin", origin)}, ProofCachePinned, "",
			[]answered{{"r", LayerCache, Certain}}},
		{"a stored answer that is as wrong when fresh",
			exchange.Session{}, []exchange.Exchange{
				with(as("r", pRequest, got("GET", api, "200\nCF\ncf-cache-status: HIT\naccess-control-allow-origin: https://other.example", "{}")), "Origin", origin),
				with(as("b", exchange.PurposeCacheBusted, got("GET", api+"?corstui=1", "200\nCF\ncf-cache-status: MISS\naccess-control-allow-origin: https://other.example", "{}")), "Origin", origin)}, "", ProofCachePinned, nil},
		{"a cache behind Cloudflare that keeps one for all",
			exchange.Session{}, []exchange.Exchange{
				with(as("r", pRequest, got("GET", api, "200\nCF\ncf-cache-status: DYNAMIC\nx-cache: HIT\naccess-control-allow-origin: https://other.example", "{}")), "Origin", origin),
				with(as("b", exchange.PurposeCacheBusted, got("GET", api+"?corstui=1", "200\nCF\ncf-cache-status: DYNAMIC\nx-cache: MISS\naccess-control-allow-origin: "+origin, "{}")), "Origin", origin)}, ProofCachePinned, "", nil},
		{"a stored error",
			exchange.Session{}, []exchange.Exchange{as("r", pRequest, got("GET", api, "404\nCF\ncf-cache-status: HIT", "x")), as("b", exchange.PurposeCacheBusted, got("GET", api+"?corstui=1", "200\nCF\ncf-cache-status: MISS", "{}"))}, ProofCacheBustedFixes, "", nil},
		{"a path that does not exist meets the same wall",
			exchange.Session{}, []exchange.Exchange{as("g", pGet, got("GET", api, "403\nCF", "no")), as("m", exchange.PurposeMissingPath, got("GET", "https://api.example.com/corstui-1", "403\nCF", "no"))}, ProofMissingSame, ProofMissingOther,
			[]answered{{"g", LayerUnknown, Unknown}}},
		{"a path that does not exist reaches the app",
			exchange.Session{}, []exchange.Exchange{as("g", pGet, got("GET", api, "403\nCF", "no")), as("m", exchange.PurposeMissingPath, got("GET", "https://api.example.com/corstui-1", "404\nCF\ncf-cache-status: DYNAMIC", "no"))}, ProofMissingOther, ProofMissingSame, nil},
		{"the origin gives the same answer past Cloudflare",
			exchange.Session{}, []exchange.Exchange{as("r", pRequest, got("GET", api, "500\nCF\ncf-cache-status: DYNAMIC\nx-app-version: 7", "the database is gone away")), as("d", exchange.PurposeDirect, got("GET", api, "500\ndate: x\nserver: nginx\nx-app-version: 7", "the database is gone away"))}, ProofDirectSame, "",
			[]answered{{"r", LayerOrigin, Certain}}},
		{"another answer past Cloudflare with the same status",
			exchange.Session{}, []exchange.Exchange{as("r", pRequest, got("GET", api, "500\nCF\ncf-cache-status: DYNAMIC", "one thing")), as("d", exchange.PurposeDirect, got("GET", api, "500\ndate: x\nserver: nginx\ncontent-length: 0", ""))}, "", ProofDirectSame,
			[]answered{{"r", LayerOrigin, Likely}}},
		{"well past Cloudflare, refused through it",
			exchange.Session{}, []exchange.Exchange{as("r", pRequest, got("GET", api, "403\nCF", "no")), as("d", exchange.PurposeDirect, got("GET", api, "200\ndate: x\nserver: nginx", "{}"))}, ProofDirectHealthy, "",
			[]answered{{"r", LayerUnknown, Unknown}}},
		{"headers that are lost on the way",
			exchange.Session{}, []exchange.Exchange{as("p", pPreflight, got("OPTIONS", api, "204\nCF\ncf-cache-status: DYNAMIC", "")), as("d", exchange.PurposeDirectPreflight, got("OPTIONS", api, "204\ndate: x\naccess-control-allow-origin: *", ""))}, ProofHeadersStripped, "", nil},
		{"headers that are added on the way",
			exchange.Session{}, []exchange.Exchange{as("r", pRequest, got("GET", api, "200\nCF\ncf-cache-status: DYNAMIC\naccess-control-allow-origin: *", "{}")), as("d", exchange.PurposeDirect, got("GET", api, "200\ndate: x\nserver: nginx", "{}"))}, ProofHeadersAdded, "", nil},
		{"the origin takes connections from Cloudflare alone",
			exchange.Session{}, []exchange.Exchange{{ID: "d", Purpose: exchange.PurposeDirect, Request: exchange.Request{Method: "GET", URL: api}, Failure: &exchange.Failure{Phase: exchange.FailureConnect}}}, ProofDirectRefused, "",
			[]answered{{"d", LayerNetwork, Certain}}},
		{"any origin is echoed",
			exchange.Session{}, []exchange.Exchange{with(as("f", exchange.PurposeForeignOrigin, got("GET", api+"?corstui=1", "200\nCF\ncf-cache-status: DYNAMIC\naccess-control-allow-origin: https://corstui.example", "{}")), "Origin", "https://corstui.example")}, ProofOriginEchoed, "", nil},
		{"one value for all origins",
			exchange.Session{}, []exchange.Exchange{with(as("r", pRequest, got("GET", api, "200\nCF\ncf-cache-status: DYNAMIC\naccess-control-allow-origin: *", "{}")), "Origin", origin), with(as("f", exchange.PurposeForeignOrigin, got("GET", api+"?corstui=1", "200\nCF\ncf-cache-status: DYNAMIC\naccess-control-allow-origin: *", "{}")), "Origin", "https://corstui.example")}, ProofOriginConstant, "", nil},
		{"the host's own document names the team",
			exchange.Session{}, []exchange.Exchange{as("w", exchange.PurposeAccessResource, got("GET", "https://api.example.com/.well-known/cloudflare-access-protected-resource/v1/items", "200\nCF", `{"resource":"https://api.example.com/v1/items","authorization_servers":["https://team.cloudflareaccess.com"]}`))}, ProofAccessOnHost, "",
			[]answered{{"w", LayerAccess, Certain}}},
		{"a bare refusal on a URL that Access signs for",
			exchange.Session{}, append([]exchange.Exchange{as("g", pGet, got("GET", api, "403\nCF", ""))}, meta...), ProofSignedRefusal, "", []answered{{"g", LayerAccess, Likely}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			seen, facts := Attribute(exchange.Case{URL: api, Origin: origin, Session: c.s}, c.xs, now)
			if c.rule != "" && !proved(facts, c.rule) {
				t.Errorf("%s was not proved: %+v", c.rule, facts.Proofs)
			}
			if c.absent != "" && proved(facts, c.absent) {
				t.Errorf("%s was proved: %+v", c.absent, facts.Proofs)
			}
			for _, p := range facts.Proofs {
				if p.Says == "" || len(p.Pair) == 0 || p.Layer == "" {
					t.Errorf("%+v", p)
				}
			}
			for _, w := range c.want {
				i := slices.IndexFunc(seen, func(s Seen) bool { return s.ID == w.id })
				if a := seen[i].Answer; a.Layer != w.layer || a.Confidence != w.confidence {
					t.Errorf("%s: %s %s, want %s %s: %+v", w.id, a.Confidence, a.Layer, w.confidence, w.layer, a.Evidence)
				}
			}
			for _, s := range seen {
				checkAnswer(t, s.Answer)
			}
		})
	}
}

// What speaks against an answer is not explained away by a pair.
func TestAPairDoesNotOutweighAContradiction(t *testing.T) {
	p, g := barePreflight("p"), login("g")
	p.Response.TLSIssuer = "O=Zscaler Inc."
	seen, _ := Attribute(exchange.Case{URL: api}, append([]exchange.Exchange{p, g}, metadataPair(t, newTeam(t, "k1"), claims())...), now)
	if a := seen[0].Answer; a.Layer != LayerAccess || a.Confidence != Likely {
		t.Errorf("%+v", a)
	}
	checkAnswer(t, seen[0].Answer)
}

func TestFactsDescribeTheApplication(t *testing.T) {
	_, facts := Attribute(exchange.Case{URL: api}, []exchange.Exchange{login("g")}, now)
	want := AccessApp{AUD: hexAUD, Team: "team.cloudflareaccess.com", Domain: "api.example.com"}
	if facts.Access == nil || *facts.Access != want || !facts.Cloudflare {
		t.Errorf("%+v %+v, want %+v", facts, facts.Access, want)
	}
	// Neither an inner application nor one of another path covers this URL.
	for _, x := range []exchange.Exchange{
		as("g", pGet, got("GET", api, "403\nCF\ncf-access-aud: "+hexAUD+"\ncf-access-domain: inner.example.net", "")),
		as("m", exchange.PurposeMissingPath, got("GET", "https://api.example.com/corstui-1", "302\nCF\nlocation: "+loginURL, "")),
		as("d", exchange.PurposeDirect, got("GET", api, "302\nCF\nlocation: "+loginURL, "")),
	} {
		if _, facts := Attribute(exchange.Case{URL: api}, []exchange.Exchange{x}, now); facts.Access != nil {
			t.Errorf("%s: %+v", x.ID, *facts.Access)
		}
	}
}

// Whatever the exchanges are, nothing that is certain by itself is overridden.
func TestPairsNeverOverrideACertainAnswer(t *testing.T) {
	tm := newTeam(t, "k1")
	cs := captures(t)
	purposes := []exchange.Purpose{pPreflight, pRequest, pGet, exchange.PurposeXHR, exchange.PurposeJSON, exchange.PurposeIdentity, exchange.PurposeNoSession, exchange.PurposeDirect, exchange.PurposeRepeat, exchange.PurposeCacheBusted}
	for shift := range purposes {
		var xs []exchange.Exchange
		for i, c := range cs {
			x := c.exchange()
			x.Request.URL = api
			xs = append(xs, as(fmt.Sprint("e", i), purposes[(i+shift)%len(purposes)], x))
		}
		xs = append(xs, metadataPair(t, tm, claims())...)
		seen, _ := Attribute(exchange.Case{URL: api}, xs, now)
		for i, s := range seen[:len(cs)] {
			if a := Of(xs[i]); a.Confidence == Certain && (a.Layer != s.Answer.Layer || s.Answer.Confidence != Certain) {
				t.Errorf("%s as %s: certain of %s alone, %s %s among the others", cs[i].Name, s.Purpose, a.Layer, s.Answer.Confidence, s.Answer.Layer)
			}
			checkAnswer(t, s.Answer)
		}
	}
}
