package ui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"corstui/diagnose"
	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
	"corstui/diagnose/finding"
	"corstui/diagnose/probe"
	"corstui/snippets"
)

// The reports that the tests draw. They have the shape of real ones: the
// answers of Cloudflare Access, its WAF and of origins as they are documented.

const (
	apiURL = "https://api.example.com/v1/items"
	page   = "https://app.example.com"
	rayID  = "a3f1c2d4e5b60718-FRA"
)

var day = time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)

func hdr(pairs ...string) exchange.Headers {
	hs := exchange.Headers{}
	for i := 0; i+1 < len(pairs); i += 2 {
		hs = append(hs, exchange.Header{Name: pairs[i], Value: pairs[i+1]})
	}
	return hs
}

func seen(id string, p exchange.Purpose, method, url string, req exchange.Headers, status int, res exchange.Headers, a answer.Answer) answer.Seen {
	return answer.Seen{Exchange: exchange.Exchange{
		ID: id, Purpose: p, Started: day,
		Request:  exchange.Request{Method: method, URL: url, Headers: req},
		Response: &exchange.Response{Proto: "HTTP/2.0", Status: status, Headers: res},
		Timing:   exchange.Timing{DNS: 4, Connect: 9, TLS: 11, Wait: 16, Body: 1, Total: 41},
	}, Answer: a}
}

func preflightHeaders(method, names string) exchange.Headers {
	hs := hdr("accept", "*/*", "access-control-request-method", method)
	if names != "" {
		hs = append(hs, exchange.Header{Name: "access-control-request-headers", Value: names})
	}
	return append(hs, hdr("origin", page, "sec-fetch-mode", "cors", "sec-fetch-site", "same-site", "user-agent", "Mozilla/5.0")...)
}

func at(b fetch.BlockedAt) *fetch.BlockedAt { return &b }
func str(s string) *string                  { return &s }

func putCase() exchange.Case {
	return exchange.Case{URL: apiURL, Origin: page, Method: "PUT", Credentials: exchange.CredentialsInclude,
		Headers: hdr("authorization", "Bearer ••••", "content-type", "application/json")}.WithDefaults()
}

func getCase() exchange.Case {
	return exchange.Case{URL: apiURL, Origin: page, Credentials: exchange.CredentialsInclude}.WithDefaults()
}

var accessAnswer = answer.Answer{
	Layer: answer.LayerAccess, Product: "Cloudflare Access", Confidence: answer.Certain, RayID: rayID, Through: []string{"Cloudflare"},
	Evidence: []answer.Evidence{
		{Exchange: "e2", What: "cf-access-metadata", Says: "Access signs that its application covers api.example.com, and the team's key confirms it", Strength: "certain", Rule: "access-signed"},
		{Exchange: "e1", What: "cf-access-aud", Says: "only Access sends the tag of its application", Strength: "certain", Rule: "access-aud"},
		{Exchange: "e1", What: "cf-access-domain", Says: "Access names the host that it covers", Strength: "likely", Rule: "access-domain"},
	},
}

func policy(methods ...string) snippets.Policy {
	age := 600
	return snippets.Policy{AllowOrigins: []string{page}, AllowMethods: methods,
		AllowHeaders: []string{"authorization", "content-type"}, Credentials: true, MaxAge: &age}
}

var corsTargets = []snippets.Target{snippets.TargetWorker, snippets.TargetExpress, snippets.TargetNginx, snippets.TargetGo}

func steps(status [4]diagnose.Status, answered int, ids [4][]string) []diagnose.Step {
	names := []diagnose.StepName{diagnose.StepBrowser, diagnose.StepAccess, diagnose.StepWAF, diagnose.StepOrigin}
	out := make([]diagnose.Step, 4)
	for i := range out {
		out[i] = diagnose.Step{Step: names[i], Status: status[i], Answered: i == answered, Exchanges: ids[i]}
	}
	return out
}

// accessPreflight: Access refuses the preflight of a PUT.
func accessPreflight() diagnose.Report {
	refused := hdr("cache-control", "private, max-age=0", "cf-access-aud", "4d1f…", "cf-access-domain", "api.example.com",
		"cf-ray", rayID, "content-length", "0", "date", "Tue, 24 Nov 2026 09:30:00 GMT", "server", "cloudflare")
	var unknown = answer.Answer{Layer: answer.LayerUnknown, Confidence: answer.Unknown}
	r := diagnose.Report{
		Schema: 1, Started: day, Case: putCase(),
		Headline: "BLOCKED at the preflight. Cloudflare Access refused it; your API was never asked.",
		Verdict: fetch.Verdict{BlockedAt: at(fetch.AtPreflight), Reason: str("PreflightMissingAllowOriginHeader"), PreflightSent: true,
			Console: fetch.Console{Chromium: "Access to fetch at '" + apiURL + "' from origin '" + page + "' has been blocked by CORS policy: " +
				"Response to preflight request doesn't pass access control check: No 'Access-Control-Allow-Origin' header is present on the requested resource."}},
		AnsweredBy: accessAnswer, DecidedBy: "e1",
		Exchanges: []answer.Seen{
			seen("e1", exchange.PurposePreflight, "OPTIONS", apiURL, preflightHeaders("PUT", "authorization,content-type"), 403, refused, accessAnswer),
			seen("e2", exchange.PurposeAccessMetadata, "HEAD", apiURL, hdr("cf-access-metadata-request", "true"), 302, hdr("location", "https://team.cloudflareaccess.com/cdn-cgi/access/login/api.example.com", "cf-ray", rayID, "server", "cloudflare"), accessAnswer),
			seen("e3", exchange.PurposeGet, "GET", apiURL, hdr("origin", page), 302, hdr("location", "https://team.cloudflareaccess.com/cdn-cgi/access/login/api.example.com", "server", "cloudflare"), accessAnswer),
			seen("e4", exchange.PurposeXHR, "GET", apiURL, hdr("x-requested-with", "XMLHttpRequest"), 401, hdr("cf-access-aud", "4d1f…", "server", "cloudflare"), accessAnswer),
			seen("e5", exchange.PurposeTrace, "GET", "https://api.example.com/cdn-cgi/trace", nil, 200, hdr("server", "cloudflare"), answer.Answer{Layer: answer.LayerEdge, Confidence: answer.Unknown}),
			seen("e6", exchange.PurposePlainOptions, "OPTIONS", apiURL, nil, 302, hdr("location", "https://team.cloudflareaccess.com/"), accessAnswer),
			seen("e7", exchange.PurposeMissingPath, "GET", "https://api.example.com/corstui-none", nil, 302, hdr("location", "https://team.cloudflareaccess.com/"), unknown),
		},
		Triggers: []fetch.Trigger{
			{Kind: "method", Name: "PUT", Why: "only GET, HEAD and POST go out without asking", Avoid: "use POST"},
			{Kind: "header", Name: "authorization", Value: "Bearer ••••", Why: "it is not on the list of headers that need no asking"},
		},
		Credentials: []fetch.CredentialDecision{{Name: "CF_Authorization", Sent: false, Why: "a preflight never carries a cookie"}},
		Facts: answer.Facts{Cloudflare: true, Access: &answer.AccessApp{AUD: strings.Repeat("4d1f", 16), Team: "team.cloudflareaccess.com", Domain: "api.example.com", Signed: true},
			Proofs: []answer.Proof{{Rule: "xhr-pair", Pair: []string{"e3", "e4"}, Layer: answer.LayerAccess, Says: "A person is redirected, an XMLHttpRequest gets 401: that is how Access tells them apart"}}},
		Findings: []finding.Finding{
			{ID: "access-preflight-refused", Mistake: 2, Severity: finding.Error, Layer: answer.LayerAccess, Title: "Cloudflare Access refuses the preflight",
				Detail:   "Logging in will not help: Access refuses preflights with or without a session. No header that your API, Worker or nginx sets can change this answer.",
				Evidence: []answer.Evidence{{Exchange: "e1", What: "status", Says: "403 to OPTIONS"}},
				Fix:      finding.Fix{Layer: answer.LayerAccess, Recipe: snippets.RecipeAccess}},
			{ID: "preflight-without-cors-headers", Mistake: 2, Severity: finding.Error, Layer: answer.LayerAccess, Title: "The preflight's answer carries no CORS header", Because: "access-preflight-refused",
				Detail: "Access sends none on a refusal.", Evidence: []answer.Evidence{{Exchange: "e1", What: "access-control-allow-origin", Says: "not there"}}},
			{ID: "access-login-redirect", Mistake: 1, Severity: finding.Error, Layer: answer.LayerAccess, Title: "The PUT itself would be redirected to the login", Because: "access-preflight-refused",
				Detail: "A visitor without a session gets 302 to the login page, which a page's script can not follow."},
			{ID: "error-without-cors", Mistake: 4, Severity: finding.Warning, Layer: answer.LayerOrigin, Title: "Error answers carry no CORS headers", Detail: "A 404 of your API would reach the page as a CORS error."},
		},
		Plan: []finding.Step{
			{Layer: answer.LayerAccess, Recipe: snippets.RecipeAccess, Summary: "let Access pass preflights to the API", Then: "your API must answer the preflight itself", Who: "whoever runs Zero Trust",
				Cost: "it deletes Access's own CORS settings, and anonymous OPTIONS requests reach your API", Command: "corstui snippet --recipe access"},
			{Layer: answer.LayerOrigin, Recipe: snippets.RecipeCORS, Targets: corsTargets, Summary: "answer the preflight and put the CORS headers on every answer", Then: "the PUT is redirected to the login unless its cookie travels: SameSite=None", Who: "whoever runs the API"},
			{Layer: answer.LayerOrigin, Recipe: snippets.RecipeSameOrigin, Targets: corsTargets, Summary: "serve the API under the page's own origin", Then: "the request passes", Who: "whoever runs the page", Alternative: true},
		},
		Policy: policy("PUT"),
		Steps: steps([4]diagnose.Status{diagnose.StatusPass, diagnose.StatusFail, diagnose.StatusPass, diagnose.StatusUnknown}, 1,
			[4][]string{{"e1"}, {"e1", "e2", "e3", "e4"}, nil, nil}),
	}
	r.Steps[3].Summary = "nothing is known to have reached it; --direct HOST:PORT asks it past Cloudflare"
	r.Steps[0].Summary = "PUT with authorization needs a preflight; it was sent"
	return r
}

// accessLogin: Access redirects a visitor to the login.
func accessLogin() diagnose.Report {
	r := accessPreflight()
	r.Case = getCase()
	r.Headline = "BLOCKED at the request. Cloudflare Access redirected it to its login page; your API was never asked."
	a := accessAnswer
	a.Product = "Access login"
	a.Evidence = append([]answer.Evidence{{Exchange: "e1", What: "location", Says: "the redirect leads to the team's login page", Strength: "certain"}}, a.Evidence[1:]...)
	r.AnsweredBy, r.DecidedBy = a, "e1"
	r.Verdict = fetch.Verdict{BlockedAt: at(fetch.AtRequest), Reason: str("MissingAllowOriginHeader"), Assumes: []string{"no-session"},
		Console: fetch.Console{Chromium: "Access to fetch at '" + apiURL + "' from origin '" + page + "' has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource."}}
	r.Exchanges = []answer.Seen{
		seen("e1", exchange.PurposeRequest, "GET", apiURL, hdr("origin", page), 302, hdr("location", "https://team.cloudflareaccess.com/cdn-cgi/access/login/api.example.com", "cf-ray", rayID, "server", "cloudflare"), a),
		r.Exchanges[1], r.Exchanges[3],
	}
	r.Triggers, r.Facts.Proofs = nil, nil
	r.Findings = []finding.Finding{{ID: "access-login-redirect", Mistake: 1, Severity: finding.Error, Layer: answer.LayerAccess, Title: "Cloudflare Access wants a login",
		Detail: "A page's script can not log in. The redirect leads to another origin that allows no page, so the browser stops there and hides everything."}}
	r.Plan = r.Plan[1:]
	r.Plan[0].Alternative, r.Plan[1].Alternative = false, true
	r.Steps = steps([4]diagnose.Status{diagnose.StatusPass, diagnose.StatusFail, diagnose.StatusPass, diagnose.StatusUnknown}, 1, [4][]string{{"e1"}, {"e1", "e2", "e3"}, nil, nil})
	return r
}

// wafChallenge: the WAF challenges the preflight.
func wafChallenge() diagnose.Report {
	r := accessPreflight()
	a := answer.Answer{Layer: answer.LayerWAF, Product: "managed challenge", Confidence: answer.Certain, RayID: rayID,
		Evidence: []answer.Evidence{{Exchange: "e1", What: "cf-mitigated", Says: "Cloudflare says so on every challenge it serves", Strength: "certain"}}}
	r.Headline = "BLOCKED at the preflight. Cloudflare's WAF challenged it; Access and your API were never asked."
	r.AnsweredBy = a
	r.Exchanges = []answer.Seen{seen("e1", exchange.PurposePreflight, "OPTIONS", apiURL, preflightHeaders("PUT", "authorization"), 403,
		hdr("cf-mitigated", "challenge", "cf-ray", rayID, "content-type", "text/html; charset=UTF-8", "server", "cloudflare"), a)}
	r.Exchanges[0].Response.Body = "<!DOCTYPE html><html lang=\"en-US\"><head><title>Just a moment...</title></head>\n<body>\x1b[31mred\x1b[0m</body></html>"
	r.Facts = answer.Facts{Cloudflare: true}
	r.Findings = []finding.Finding{{ID: "waf-challenge-preflight", Mistake: 2, Severity: finding.Error, Layer: answer.LayerWAF, Title: "The WAF challenges the preflight",
		Detail: "A challenge asks for a person in front of a page. A preflight has neither, so it can never pass."}}
	r.Plan = []finding.Step{{Layer: answer.LayerWAF, Recipe: snippets.RecipeWAF, Summary: "let preflights by the rule that challenges", Then: "Access is asked next", Who: "whoever runs the zone's security rules"}}
	r.Steps = steps([4]diagnose.Status{diagnose.StatusPass, diagnose.StatusUnknown, diagnose.StatusFail, diagnose.StatusUnknown}, 2, [4][]string{{"e1"}, nil, {"e1"}, nil})
	return r
}

func originAnswer() answer.Answer {
	return answer.Answer{Layer: answer.LayerOrigin, Product: "Express", Confidence: answer.Likely,
		Evidence: []answer.Evidence{{Exchange: "e1", What: "x-powered-by", Says: "Express names itself", Strength: "likely"}}}
}

// allowedReport: all is right from here.
func allowedReport() diagnose.Report {
	a := originAnswer()
	r := diagnose.Report{Schema: 1, Started: day, Case: getCase(),
		Headline: "ALLOWED from here. Your API answered, and the page may read it.",
		Verdict: fetch.Verdict{Allowed: true, ReadableHeaders: []string{"content-type"}, HiddenHeaders: []string{"etag"},
			Engines: map[string]fetch.EngineVerdict{"chromium": {Allowed: true}, "firefox": {Allowed: true}, "webkit": {Allowed: false, Reason: str("NotAllowed")}}},
		AnsweredBy: a, DecidedBy: "e1",
		Exchanges: []answer.Seen{seen("e1", exchange.PurposeRequest, "GET", apiURL, hdr("origin", page), 200,
			hdr("access-control-allow-origin", page, "access-control-allow-credentials", "true", "vary", "Origin", "etag", "\"1\"", "x-powered-by", "Express"), a)},
		Facts: answer.Facts{Cloudflare: true}, Findings: []finding.Finding{}, Plan: []finding.Step{}, Policy: policy("GET"),
		Steps: steps([4]diagnose.Status{diagnose.StatusPass, diagnose.StatusPass, diagnose.StatusPass, diagnose.StatusPass}, 3, [4][]string{{"e1"}, nil, nil, {"e1"}}),
	}
	return r
}

// partialReport: the preflight of a DELETE passed, the DELETE was held back.
func partialReport() diagnose.Report {
	r := allowedReport()
	r.Case.Method = "DELETE"
	r.Headline = "ALLOWED so far. The preflight passed; the real DELETE was not sent."
	r.Verdict.Partial, r.Verdict.PreflightSent = true, true
	r.Exchanges = []answer.Seen{seen("e1", exchange.PurposePreflight, "OPTIONS", apiURL, preflightHeaders("DELETE", ""), 204,
		hdr("access-control-allow-origin", page, "access-control-allow-methods", "DELETE", "access-control-allow-credentials", "true", "vary", "Origin"), originAnswer())}
	return r
}

// cookieReport: Chrome sends the session's cookie to another site, Firefox does
// not, and what Safari would do nobody asked.
func cookieReport() diagnose.Report {
	r := allowedReport()
	const console = "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at " + apiURL + ". (Reason: CORS header ‘Access-Control-Allow-Origin’ missing). Status code: 302."
	r.Verdict.Console.Firefox = console
	kept := []fetch.CredentialDecision{{Name: "cookie CF_Authorization", Why: "The cookie is a third-party one here, and by default this browser keeps a jar of its own for each page's site.", Default: true}}
	r.Verdict.Engines = map[string]fetch.EngineVerdict{
		"chromium": {Allowed: true, Credentials: []fetch.CredentialDecision{{Name: "cookie CF_Authorization", Sent: true, Why: "It travels where third-party cookies are allowed."}}},
		"firefox":  {Reason: str("CORSMissingAllowOrigin"), Assumes: []string{fetch.AssumesThirdPartyCookies}, Credentials: kept, Console: console},
	}
	x := seen("e2", exchange.PurposeRequest, "GET", apiURL, hdr("origin", page), 302, hdr("location", "https://team.cloudflareaccess.com/cdn-cgi/access/login"), originAnswer())
	x.Engine = "firefox"
	r.Exchanges = append(r.Exchanges, x)
	r.Steps[0].Exchanges = append(r.Steps[0].Exchanges, "e2")
	return r
}

// exposeReport: allowed, but the page reads a header that it may not.
func exposeReport() diagnose.Report {
	r := allowedReport()
	r.Case.ReadHeaders = []string{"ETag"}
	r.Findings = []finding.Finding{{ID: "header-not-exposed", Mistake: 5, Severity: finding.Error, Layer: answer.LayerOrigin, Title: "The page can not read ETag",
		Detail: "Your API sends ETag, and the browser hides it from a page of another origin, since Access-Control-Expose-Headers does not name it."}}
	r.Plan = []finding.Step{{Layer: answer.LayerOrigin, Recipe: snippets.RecipeCORS, Targets: corsTargets, Summary: "expose ETag to the page", Then: "the page reads it", Who: "whoever runs the API"}}
	r.Policy.ExposeHeaders = []string{"etag"}
	return r
}

// networkReport: nothing came back.
func networkReport() diagnose.Report {
	r := allowedReport()
	r.Headline = "NO ANSWER. The certificate of api.example.com has expired; this is not CORS."
	r.Verdict = fetch.Verdict{}
	r.AnsweredBy = answer.Answer{Layer: answer.LayerNetwork, Product: "TLS", Confidence: answer.Certain, Evidence: []answer.Evidence{{Exchange: "e1", What: "tls", Says: "the certificate expired on 1 November 2026", Strength: "certain"}}}
	r.Exchanges = []answer.Seen{{Exchange: exchange.Exchange{ID: "e1", Purpose: exchange.PurposeRequest, Started: day, Request: exchange.Request{Method: "GET", URL: apiURL, Headers: hdr("origin", page)},
		Failure: &exchange.Failure{Phase: exchange.FailureTLS, Message: "the certificate of api.example.com expired on 1 November 2026"}, Timing: exchange.Timing{DNS: 4, Connect: 9, TLS: 3, Total: 16}}, Answer: r.AnsweredBy}}
	r.Findings = []finding.Finding{{ID: "tls-failed", Severity: finding.Error, Layer: answer.LayerNetwork, Title: "The certificate has expired", Detail: "The browser shows no CORS reason here, since it never came to an HTTP answer."}}
	r.Steps = steps([4]diagnose.Status{diagnose.StatusFail, diagnose.StatusSkip, diagnose.StatusSkip, diagnose.StatusSkip}, 0, [4][]string{{"e1"}, nil, nil, nil})
	return r
}

// localReport: the browser itself refuses, nothing is sent.
func localReport() diagnose.Report {
	r := allowedReport()
	r.Case.URL = "http://api.example.com/v1/items"
	r.Headline = "BLOCKED before anything was sent. The browser itself refuses http from an https page."
	r.Verdict = fetch.Verdict{}
	r.Local = &fetch.LocalBlock{Kind: "mixed-content", Message: "a page that came over https may not ask an http address"}
	r.AnsweredBy = answer.Answer{Layer: answer.LayerBrowser, Confidence: answer.Certain}
	r.DecidedBy, r.Exchanges = "", []answer.Seen{}
	r.Findings = []finding.Finding{{ID: "mixed-content", Severity: finding.Error, Layer: answer.LayerBrowser, Title: "Mixed content", Detail: "Ask the API by https."}}
	r.Steps = steps([4]diagnose.Status{diagnose.StatusFail, diagnose.StatusSkip, diagnose.StatusSkip, diagnose.StatusSkip}, 0, [4][]string{})
	return r
}

// workerReport: a Worker answered without CORS headers.
func workerReport() diagnose.Report {
	r := allowedReport()
	r.Headline = "BLOCKED at the request. A Worker answered it without CORS headers; your API was never asked."
	a := answer.Answer{Layer: answer.LayerWorker, Product: "error 1101", Confidence: answer.Certain, RayID: rayID, Evidence: []answer.Evidence{{Exchange: "e1", What: "body: error code 1101", Says: "a Worker threw an exception", Strength: "certain"}}}
	r.AnsweredBy = a
	r.Verdict = fetch.Verdict{BlockedAt: at(fetch.AtRequest), Reason: str("MissingAllowOriginHeader"), Console: fetch.Console{Chromium: "Access to fetch at '" + apiURL + "' from origin '" + page + "' has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource."}}
	r.Exchanges = []answer.Seen{seen("e1", exchange.PurposeRequest, "GET", apiURL, hdr("origin", page), 500, hdr("cf-ray", rayID, "server", "cloudflare"), a)}
	r.Findings = []finding.Finding{{ID: "worker-exception", Mistake: 4, Severity: finding.Error, Layer: answer.LayerWorker, Title: "A Worker throws", Detail: "The Worker threw an exception, and Cloudflare answered with a page that carries no CORS headers."}}
	r.Plan = []finding.Step{{Layer: answer.LayerWorker, Recipe: snippets.RecipeCORS, Targets: corsTargets[:1], Summary: "catch the exception, and answer with CORS headers", Then: "the page sees the real error", Who: "whoever runs the Worker"}}
	r.Steps = steps([4]diagnose.Status{diagnose.StatusPass, diagnose.StatusPass, diagnose.StatusPass, diagnose.StatusFail}, 3, [4][]string{{"e1"}, nil, nil, {"e1"}})
	return r
}

var fixtures = map[string]func() diagnose.Report{
	"access-preflight": accessPreflight,
	"access-login":     accessLogin,
	"waf-challenge":    wafChallenge,
	"allowed":          allowedReport,
	"partial":          partialReport,
	"cookie":           cookieReport,
	"expose":           exposeReport,
	"network":          networkReport,
	"local":            localReport,
	"worker":           workerReport,
	"pasted":           func() diagnose.Report { return pasted("PreflightMissingAllowOriginHeader") },
	"pasted-other":     func() diagnose.Report { return pasted("PreflightDisallowedRedirect") },
}

// pasted is the case that was pasted as a console line with that reason.
func pasted(reason string) diagnose.Report {
	r := accessPreflight()
	r.Case.Reported = &exchange.Reported{Engine: "chromium", Reason: reason}
	if *r.Verdict.Reason != reason {
		r.Findings = append(r.Findings, finding.Finding{ID: finding.ReportedOtherwise, Severity: finding.Warning, Layer: answer.LayerBrowser,
			Title: "Your console says something else", Detail: "The console line that you pasted says " + reason + ".", Evidence: []answer.Evidence{}})
	}
	return r
}

// fake is a backend that plays a canned report.
type fake struct {
	mu     sync.Mutex
	report func() diagnose.Report
	// step is the pause between events; flood adds that many probe events.
	step   time.Duration
	flood  int
	copied []string
	saved  map[string][]snippets.File
	runs   []RunOptions
	cases  []exchange.Case
	state  map[string]string
	panics bool
	mended []string
	near   []string // files to mend
}

func newFake(name string) *fake {
	f := fixtures[name]
	if f == nil {
		f = accessPreflight
	}
	return &fake{report: f, saved: map[string][]snippets.File{}, state: map[string]string{}}
}

func (f *fake) Run(ctx context.Context, c exchange.Case, o RunOptions, emit func(diagnose.Event)) diagnose.Report {
	f.mu.Lock()
	f.runs, f.cases = append(f.runs, o), append(f.cases, c)
	report := f.report
	f.mu.Unlock()
	if f.panics {
		panic("a nil pointer somewhere")
	}
	if fn := fixtures[o.Lab]; o.Lab != "" && fn != nil {
		report = fn
	}
	r := report()
	if o.AllowUnsafe {
		r.Verdict.Partial = false
	}
	if !c.Session.Empty() && r.Verdict.Assumes != nil {
		r = workerReport()
	}
	pause := func() bool {
		select {
		case <-ctx.Done():
			return false
		case <-time.After(f.step):
			return true
		}
	}
	for i, x := range r.Exchanges {
		own := x.Purpose == exchange.PurposePreflight || x.Purpose == exchange.PurposeRequest
		sending := x
		sending.Response, sending.Failure, sending.Answer = nil, nil, answer.Answer{}
		emit(diagnose.Event{Kind: diagnose.EventSending, Exchange: &sending})
		if !pause() {
			return r
		}
		emit(diagnose.Event{Kind: diagnose.EventSeen, Exchange: &x})
		if own && i == len(r.Exchanges)-1 || own && r.Exchanges[i+1].Purpose != exchange.PurposeRequest {
			interim := r
			interim.Exchanges = r.Exchanges[:i+1]
			emit(diagnose.Event{Kind: diagnose.EventVerdict, Report: &interim})
			var ps []probe.Probe
			for _, y := range r.Exchanges[i+1:] {
				ps = append(ps, probe.Probe{Purpose: y.Purpose, Request: y.Request})
			}
			emit(diagnose.Event{Kind: diagnose.EventPlanned, Probes: ps})
		}
	}
	for i := range f.flood {
		x := seen(fmt.Sprintf("f%d", i%200), exchange.PurposeRepeat, "GET", apiURL, nil, 200, nil, answer.Answer{})
		emit(diagnose.Event{Kind: diagnose.EventSeen, Exchange: &x})
		if !pause() {
			return r
		}
	}
	emit(diagnose.Event{Kind: diagnose.EventFinished, Report: &r})
	return r
}

func (f *fake) Understand(paste string) (exchange.Case, string, []string, error) {
	c := exchange.Case{}
	switch {
	case strings.Contains(paste, "blocked by CORS policy"):
		return putCase(), "PUT " + apiURL + " · from " + page + " · with cookies", []string{AskHeaders, AskReadHeaders, AskSession}, nil
	case strings.HasPrefix(paste, "curl"):
		c = putCase()
		if strings.Contains(paste, "-b ") {
			c.Session.Cookies = []exchange.Cookie{{Name: "CF_Authorization", Value: "secret-value"}}
		}
		return c, "a curl: PUT " + apiURL, []string{AskOrigin}, nil
	case strings.HasSuffix(paste, ".har"):
		return f.UnderstandEntry(paste, harEntries[0].Index)
	case strings.HasPrefix(paste, "http"):
		c = exchange.Case{URL: paste}.WithDefaults()
		return c, "GET " + paste, []string{AskOrigin, AskMethod, AskCredentials, AskHeaders, AskReadHeaders, AskSession}, nil
	}
	return c, "", nil, errors.New("\"" + paste + "\" is no URL, no console error, no fetch() and no curl; a URL begins with https://")
}

func (f *fake) Save(dir string, files []snippets.File, force bool) ([]string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var paths []string
	for _, file := range files {
		paths = append(paths, dir+"/"+file.Name)
	}
	if _, there := f.saved[dir]; there && !force {
		return nil, &ExistsError{paths}
	}
	f.saved[dir] = files
	return paths, nil
}

func (f *fake) Copy(text string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.copied = append(f.copied, text)
	return nil
}

func (f *fake) clipboard() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.copied) == 0 {
		return ""
	}
	return f.copied[len(f.copied)-1]
}

func (f *fake) Export(r *diagnose.Report, format string) ([]byte, error) {
	return []byte(format + ": " + r.Headline), nil
}

func (f *fake) Prove(ctx context.Context, r *diagnose.Report, p snippets.Policy, o RunOptions, emit func(diagnose.Event)) (diagnose.Report, string, error) {
	after := allowedReport()
	after.Case = r.Case
	return after, "Simulated: what comes after Access lets preflights pass.", nil
}

func (f *fake) Scenarios() []Scenario {
	return []Scenario{
		{"access-preflight", "Access refuses the preflight of a PUT", putCase()},
		{"access-login", "Access sends a visitor to its login page", getCase()},
		{"waf-challenge", "the WAF challenges the preflight", putCase()},
		{"allowed", "everything is right", getCase()},
	}
}

func (f *fake) Recent() []Recent {
	return []Recent{
		{Case: putCase(), Blocked: true, Said: "Access refused the preflight", When: "yesterday"},
		{Case: getCase(), Said: "allowed", When: "20 Nov"},
	}
}

func (f *fake) Remember(*diagnose.Report, string) {}

func (f *fake) Progress() map[string]string {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := map[string]string{}
	for k, v := range f.state {
		out[k] = v
	}
	return out
}

func (f *fake) SetProgress(lesson, state string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.state[lesson] = state
}

// mendDiff is what the fake proposes for each file; it has every kind of line.
const mendDiff = "--- a/nginx.conf\n+++ b/nginx.conf\n@@ -1,3 +1,4 @@\n server {\n-    add_header Access-Control-Allow-Origin *;\n" +
	"+    add_header Access-Control-Allow-Origin https://app.example.com always;\n+    add_header Vary Origin always;\n }\n"

func (f *fake) MendFiles() []string { return f.near }

func (f *fake) Mend(path string, r *diagnose.Report, p snippets.Policy) (*Mend, error) {
	if !strings.HasSuffix(path, "nginx.conf") {
		return nil, fmt.Errorf("%s: is no file; right would be an nginx configuration", path)
	}
	return &Mend{Kind: "nginx", Diff: mendDiff, Notes: []string{"the file it includes is left as it is"},
		Problems: []MendProblem{
			{At: path + ":2:5", Severity: "error", What: "Access-Control-Allow-Origin is * and credentials are allowed", Why: "A browser refuses * for a request with cookies."},
			{At: path + ":2:5", Severity: "warning", What: "add_header without always", Why: "nginx leaves it off error answers."},
		},
		Write: func(context.Context) ([]string, error) {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.mended = append(f.mended, path)
			return []string{"wrote " + path + "; as it was: " + path + ".bak", "nginx -t accepts it"}, nil
		}}, nil
}

// harEntries are the requests of the fake's HAR.
var harEntries = []PasteEntry{
	{Index: 7, Method: "PUT", URL: apiURL, Origin: page, Error: "net::ERR_FAILED"},
	{Index: 2, Method: "GET", URL: "https://api.example.com/v1/me?token=abcdef0123456789", Origin: page, Status: 401},
	{Index: 0, Method: "GET", URL: page + "/", Status: 200},
}

func (f *fake) Entries(paste string) []PasteEntry {
	if strings.HasSuffix(paste, ".har") {
		return harEntries
	}
	return nil
}

func (f *fake) UnderstandEntry(paste string, index int) (exchange.Case, string, []string, error) {
	for _, en := range harEntries {
		if en.Index == index {
			c := exchange.Case{URL: en.URL, Method: en.Method, Origin: en.Origin, Credentials: exchange.CredentialsInclude}.WithDefaults()
			c.Session.Cookies = []exchange.Cookie{{Name: "CF_Authorization", Value: "secret-value"}, {Name: "theme", Value: "night-mode"}}
			return c, fmt.Sprintf("Entry %d of %d in a HAR: %s %s", index, len(harEntries), en.Method, hostOf(en.URL)), nil, nil
		}
	}
	return exchange.Case{}, "", nil, fmt.Errorf("the HAR has no entry %d", index)
}
