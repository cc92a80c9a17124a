package finding

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
)

const (
	app1   = "https://app.example.com"
	api    = "https://api.example.com/v1/items"
	foreig = "https://corstui-probe.example"
	login  = "https://team.cloudflareaccess.com/cdn-cgi/access/login/api.example.com?kid=" + aud1 + "&redirect_url=%2Fv1%2Fitems"
	aud1   = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	ray1   = "8f1e2d3c4b5a6978-FRA"
)

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// reply is one answer of a made-up path.
type reply struct {
	layer   answer.Layer
	product string
	status  int
	head    string // "Name: value" lines, separated by "|"
	body    string
	fail    exchange.FailurePhase
}

func (r reply) headers() exchange.Headers {
	hs := exchange.Headers{}
	for l := range strings.SplitSeq(r.head, "|") {
		if n, v, ok := strings.Cut(l, ":"); ok {
			hs = append(hs, exchange.Header{Name: strings.TrimSpace(n), Value: strings.TrimSpace(v)})
		}
	}
	return hs
}

// stage is a made-up path: what it answers to a preflight and to a request, by
// URL where a redirect leads on, and to each probe.
type stage struct {
	c         exchange.Case
	preflight reply
	request   reply
	at        map[string]reply // "preflight URL" or "request URL", for later hops
	probes    map[exchange.Purpose]reply
	facts     answer.Facts
	safe      bool // leaves unsafe methods unsent
	verdict   bool // verdict only
	direct    bool
	engine    fetch.Engine
	engines   map[string]fetch.EngineVerdict
}

func (s stage) Transport(in *Input) fetch.Transport { return &actor{s: s, in: in} }

type actor struct {
	s  stage
	in *Input
}

func (a *actor) RoundTrip(_ context.Context, p exchange.Purpose, r exchange.Request) exchange.Exchange {
	rep := a.s.request
	name := "request "
	if p == exchange.PurposePreflight {
		rep, name = a.s.preflight, "preflight "
	}
	if other, ok := a.s.at[name+r.URL]; ok {
		rep = other
	}
	return a.in.add(p, r, rep)
}

func (in *Input) add(p exchange.Purpose, r exchange.Request, rep reply) exchange.Exchange {
	x := exchange.Exchange{ID: fmt.Sprintf("e%d", len(in.Seen)+1), Purpose: p, Request: r, Started: noon.Add(time.Duration(len(in.Seen)) * time.Second)}
	a := answer.Answer{Layer: rep.layer, Product: rep.product, Confidence: answer.Certain, Evidence: []answer.Evidence{{What: "test", Says: "made up"}}}
	if rep.layer == "" || rep.layer == answer.LayerUnknown {
		a.Layer, a.Confidence = answer.LayerUnknown, answer.Unknown
	}
	if rep.fail != "" {
		x.Failure = &exchange.Failure{Phase: rep.fail, Message: "it failed"}
		a.Layer = answer.LayerNetwork
	} else {
		if rep.status == 0 {
			rep.status = 200
		}
		x.Response = &exchange.Response{Status: rep.status, Headers: rep.headers(), Body: rep.body}
		a.RayID = x.Response.Headers.Value("cf-ray")
	}
	in.Seen = append(in.Seen, answer.Seen{Exchange: x, Answer: a})
	return x
}

// probeOrigins are the origins that the probes send.
var probeOrigins = map[exchange.Purpose]string{
	exchange.PurposeForeignOrigin: foreig, exchange.PurposeForeignPreflight: foreig, exchange.PurposeNullOrigin: "null",
	exchange.PurposeSuffixOrigin: app1 + ".corstui.test", exchange.PurposePrefixOrigin: "https://corstui-app.example.com",
	exchange.PurposeHTTPOrigin: "http://app.example.com", exchange.PurposePortOrigin: app1 + ":8443",
	exchange.PurposeNoOrigin: "", exchange.PurposeTrace: "",
}

func (s stage) input() Input {
	if s.c.URL == "" {
		s.c.URL = api
	}
	if s.c.Origin == "" {
		s.c.Origin = app1
	}
	in := Input{Case: s.c, Facts: s.facts, VerdictOnly: s.verdict, Direct: s.direct}
	in.Fetch = fetch.Run(context.Background(), s.c, s.Transport(&in), fetch.Options{AllowUnsafe: !s.safe, Engine: s.engine})
	if s.engines != nil {
		in.Fetch.Verdict.Engines = s.engines
	}
	var order []exchange.Purpose
	for p := range s.probes {
		order = append(order, p)
	}
	slices.Sort(order)
	for _, p := range order {
		r := exchange.Request{Method: "GET", URL: s.c.URL}
		switch p {
		case exchange.PurposeForeignPreflight, exchange.PurposePreflightProbe, exchange.PurposeDirectPreflight, exchange.PurposePlainOptions:
			r.Method = "OPTIONS"
		case exchange.PurposeMissingPath:
			r.URL = "https://api.example.com/corstui-x"
		case exchange.PurposeCacheBusted:
			r.URL += "?corstui=x"
		}
		o, special := probeOrigins[p]
		if !special {
			o = s.c.Origin
		}
		if o != "" {
			r.Headers = append(r.Headers, exchange.Header{Name: "Origin", Value: o})
		}
		if p == exchange.PurposeForeignPreflight {
			r.Headers = append(r.Headers, exchange.Header{Name: "Access-Control-Request-Method", Value: "PUT"}, exchange.Header{Name: "Access-Control-Request-Headers", Value: "x-corstui-probe"})
		}
		in.add(p, r, s.probes[p])
	}
	return in
}

// brief is a finding as the tables write it: "error 2 access-preflight-refused",
// with "< root" where it follows from another.
func brief(f Finding) string {
	s := string(f.Severity)
	if f.Mistake != 0 {
		s += fmt.Sprintf(" %d", f.Mistake)
	}
	s += " " + f.ID
	if f.Because != "" {
		s += " < " + f.Because
	}
	return s
}

// loud are the findings that are not infos, in order.
func loud(fs []Finding) []string {
	var out []string
	for _, f := range fs {
		if f.Severity != Info {
			out = append(out, brief(f))
		}
	}
	return out
}

func has(fs []Finding, id string) *Finding {
	for i := range fs {
		if fs[i].ID == id {
			return &fs[i]
		}
	}
	return nil
}

func sameList(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

// A case with credentials, and one that needs a preflight.
var (
	withCreds = exchange.Case{Credentials: exchange.CredentialsInclude}
	putJSON   = exchange.Case{Method: "PUT", Credentials: exchange.CredentialsInclude,
		Headers: exchange.Headers{{Name: "Content-Type", Value: "application/json"}, {Name: "Authorization", Value: "Bearer x"}}}
	getAuth = exchange.Case{Headers: exchange.Headers{{Name: "Authorization", Value: "Bearer x"}}}
)

const (
	allowApp   = "Access-Control-Allow-Origin: " + app1 + "|Vary: Origin"
	allowCreds = allowApp + "|Access-Control-Allow-Credentials: true"
	allowPut   = allowCreds + "|Access-Control-Allow-Methods: GET, PUT|Access-Control-Allow-Headers: authorization, content-type"
	cf         = "|server: cloudflare|cf-ray: " + ray1
)

var (
	accessLogin = reply{layer: answer.LayerAccess, product: "Cloudflare Access login", status: 302, head: "Location: " + login + cf}
	access403   = reply{layer: answer.LayerAccess, product: "Cloudflare Access refusal (403)", status: 403, head: "cf-access-aud: " + aud1 + "|cf-access-domain: api.example.com" + cf}
	challenge   = reply{layer: answer.LayerWAF, product: "managed challenge", status: 403, head: "cf-mitigated: challenge|content-type: text/html" + cf}
	block1020   = reply{layer: answer.LayerWAF, product: "error 1020", status: 403, body: "error code: 1020", head: cf}
	good        = reply{layer: answer.LayerOrigin, status: 200, head: allowApp + "|content-type: application/json"}
	goodCreds   = reply{layer: answer.LayerOrigin, status: 200, head: allowCreds + "|content-type: application/json"}
	goodPut     = reply{layer: answer.LayerOrigin, status: 204, head: allowPut}
)
