package finding

import (
	"fmt"
	"strings"
	"testing"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
)

// pick takes choices from bytes.
type pick struct{ b []byte }

func (p *pick) n(max int) int {
	if len(p.b) == 0 || max <= 0 {
		return 0
	}
	n := int(p.b[0]) % max
	p.b = p.b[1:]
	return n
}

func of[T any](p *pick, list ...T) T { return list[p.n(len(list))] }

var (
	fuzzLayers = []answer.Layer{"", answer.LayerAccess, answer.LayerWAF, answer.LayerEdge, answer.LayerWorker, answer.LayerCache, answer.LayerOrigin, answer.LayerProxy, answer.LayerUnknown, answer.LayerNetwork}
	fuzzHeads  = []string{"", "Access-Control-Allow-Origin: " + app1, "Access-Control-Allow-Origin: *", "Access-Control-Allow-Origin: null", "Access-Control-Allow-Origin: \"", "Access-Control-Allow-Credentials: true",
		"Access-Control-Allow-Methods: *", "Access-Control-Allow-Methods: GET;", "Access-Control-Allow-Headers: *, authorization", "Vary: *, Origin", "Location: " + login, "Location: /x", "Location: http://[", "Location: https://u:p@x.test/", "Location: ",
		"cf-cache-status: HIT", "age: 3", "cf-access-domain: other.test", "cf-access-aud: x", "cf-ray: -", "cf-ray: " + ray1, "Access-Control-Max-Age: -1", "Access-Control-Max-Age: 99999999999999999999", "Access-Control-Expose-Headers: \"x", "Retry-After: \x00"}
	fuzzPurposes = []exchange.Purpose{exchange.PurposePreflight, exchange.PurposeRequest, exchange.PurposeGet, exchange.PurposeNoOrigin, exchange.PurposeForeignOrigin, exchange.PurposeForeignPreflight,
		exchange.PurposeNullOrigin, exchange.PurposeMissingPath, exchange.PurposeCacheBusted, exchange.PurposeRepeat, exchange.PurposeDirect, exchange.PurposeDirectPreflight, exchange.PurposeNoSession}
	fuzzURLs = []string{api, "http://api.example.com/", "https://other.test/", "", ":", "https://[::1]:8443/", "data:,x", "//x", login}
)

func fuzzInput(b []byte) Input {
	p := &pick{b}
	body := of(p, "", "{}", "x")
	c := exchange.Case{
		URL: of(p, fuzzURLs...), Origin: of(p, app1, "null", "", "http://app.example.com", "https://api.example.com"),
		Method: of(p, "", "PUT", "patch", "TRACE", "\x00"), Credentials: of(p, "", exchange.CredentialsInclude, exchange.CredentialsOmit),
		Mode: of(p, "", exchange.ModeNoCORS, exchange.ModeSameOrigin, exchange.ModeNavigate), Redirect: of(p, "", exchange.RedirectError, exchange.RedirectManual),
	}
	if p.n(2) == 1 {
		c.Body = &body
	}
	if p.n(2) == 1 {
		c.Headers = exchange.Headers{{Name: of(p, "Authorization", "Content-Type", "cf-access-client-id", "", "\n"), Value: of(p, "x", "", "\x00")}}
	}
	if p.n(2) == 1 {
		c.ReadHeaders = []string{of(p, "Link", "", "set-cookie", "*")}
	}
	switch p.n(4) {
	case 1:
		c.Session.AccessToken = of(p, "x", jwt(`{"exp":1}`), jwt(`{"type":"org"}`), "..")
	case 2:
		c.Session.ServiceTokenID = "x"
	case 3:
		c.Session.Cookies = []exchange.Cookie{{Name: of(p, "CF_Authorization", "sid"), Value: "v"}}
	}
	in := Input{Case: c, VerdictOnly: p.n(2) == 1, Direct: p.n(2) == 1}
	reply := func() reply {
		r := reply{layer: of(p, fuzzLayers...), status: of(p, 200, 204, 302, 401, 403, 404, 429, 500, 530, 600), product: of(p, "", "challenge", "error 1015", "error 522", "tunnel down (error 1033)")}
		var head []string
		for range p.n(4) {
			head = append(head, of(p, fuzzHeads...))
		}
		r.head = strings.Join(head, "|")
		if p.n(6) == 1 {
			r.fail = of(p, exchange.FailureDNS, exchange.FailureTimeout, exchange.FailureRefused, "")
		}
		return r
	}
	if p.n(2) == 1 { // as the interpreter would run it
		s := stage{c: c, preflight: reply(), request: reply()}
		in.Fetch = fetch.Decide(c, nil, fetch.Options{})
		run := s.input()
		in.Fetch, in.Seen = run.Fetch, run.Seen
	} else { // as nobody would
		in.Fetch.Verdict.Allowed = p.n(2) == 1
		in.Fetch.Verdict.Partial = p.n(2) == 1
		in.Fetch.DecidedBy = of(p, "", "e1", "e2", "e9")
		in.Fetch.SameOrigin = p.n(2) == 1
		if p.n(2) == 1 {
			r := of(p, append(chromiumNames, firefoxKeys...)...)
			in.Fetch.Verdict.Reason = &r
		}
		if p.n(3) == 1 {
			in.Fetch.Local = &fetch.LocalBlock{Kind: of(p, "type-error", "mixed-content", "blocked-port", "mode", "scheme", "redirect-mode", "other", "")}
		}
	}
	for range p.n(8) {
		r := exchange.Request{Method: of(p, "GET", "OPTIONS", "HEAD", ""), URL: of(p, fuzzURLs...)}
		if p.n(3) > 0 {
			r.Headers = exchange.Headers{{Name: "Origin", Value: of(p, app1, "null", foreig, "")}, {Name: "Access-Control-Request-Method", Value: "PUT"}, {Name: "Access-Control-Request-Headers", Value: "x-corstui-probe,authorization"}}
		}
		r.WithSession = p.n(2) == 1
		in.add(of(p, fuzzPurposes...), r, reply())
	}
	if p.n(3) == 1 {
		in.Facts.Access = &answer.AccessApp{AUD: of(p, "", aud1)}
	}
	return in
}

// FuzzFind holds what is true of every diagnosis, however odd: nothing panics,
// a block has a reason, an error stands only where the browser blocked, the
// plan ends, and lists are never nil.
func FuzzFind(f *testing.F) {
	for i := range 40 {
		f.Add([]byte(fmt.Sprintf("%c seed %d %c%c%c", i*7, i, i*13, i*29, i*31)))
		f.Add([]byte{byte(i), byte(i * 3), byte(i * 5), 1, byte(i), 1, 0, 1, byte(i), 1, 2, 3, byte(i * 7), 4, 5, byte(i * 11), 6, 7, 8, byte(i * 17), 9, 1, 2, 3, 4, 5, 6, 7, 8, 9})
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		in := fuzzInput(b)
		fs := Find(in)
		errs := 0
		for _, x := range fs {
			if x.Severity == Error {
				errs++
			}
			if x.Severity != Error && x.Severity != Warning && x.Severity != Info {
				t.Errorf("%s: severity %q", x.ID, x.Severity)
			}
			if x.Mistake < 0 || x.Mistake > 7 || x.Evidence == nil || x.Fix.Targets == nil || x.Layer == "" || x.Title == "" || x.Detail == "" {
				t.Errorf("not whole: %+v", x)
			}
		}
		if blocked := !in.Fetch.Verdict.Allowed; blocked != (errs > 0) {
			t.Errorf("blocked %v, and %d errors", blocked, errs)
		}
		steps, p := Plan(in, fs)
		if len(steps) > 2*maxSteps+2 {
			t.Errorf("%d steps", len(steps))
		}
		if p.AllowOrigins == nil || p.AllowMethods == nil {
			t.Error("nil lists")
		}
		if Headline(in, fs) == "" || Assumes(in) == nil {
			t.Error("no headline, or no assumptions")
		}
		Ticket(in, fs, steps)
		BrowserNote(in)
	})
}
