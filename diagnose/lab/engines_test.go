package lab_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"corstui/diagnose"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
	"corstui/diagnose/finding"
	"corstui/diagnose/lab"
	"corstui/diagnose/probe"
)

// TestAnEngineAloneAgreesWithAllOnEveryScenario compares what --engine says with
// that engine's entry among all of them.
func TestAnEngineAloneAgreesWithAllOnEveryScenario(t *testing.T) {
	differ := map[string]bool{} // the scenarios on which engines do not agree about a cookie
	for _, s := range lab.Scenarios() {
		t.Run(s.Name, func(t *testing.T) {
			// A scenario may count requests: each run has a path of its own.
			on := func(do func(exchange.Case, fetch.Transport)) {
				l, err := lab.Start(t.Context(), s.Name, 0)
				if err != nil {
					t.Fatal(err)
				}
				defer l.Close()
				client, err := probe.NewClient(l.Network())
				if err != nil {
					t.Fatal(err)
				}
				defer client.Close()
				c, _ := l.Case(s.Name)
				do(c, client.Session(c.URL))
			}
			var all map[string]fetch.EngineVerdict
			on(func(c exchange.Case, way fetch.Transport) {
				all = fetch.RunEngines(t.Context(), c, way, fetch.Options{}).Verdict.Engines
			})
			for _, e := range fetch.Browsers() {
				var r fetch.Result
				on(func(c exchange.Case, way fetch.Transport) {
					r = fetch.Run(t.Context(), c, way, fetch.Options{Engine: e})
				})
				alone := engineFacts(r.Verdict.Allowed, r.Verdict.Partial, r.Verdict.Assumes, r.Verdict.BlockedAt, r.Verdict.Reason, r.Verdict.PreflightSent, r.Credentials)
				v := all[e.Name()]
				among := engineFacts(v.Allowed, v.Partial, v.Assumes, v.BlockedAt, v.Reason, v.PreflightSent, v.Credentials)
				if alone != among {
					t.Errorf("%s\nalone %s\namong %s", e, alone, among)
				}
				if slices.Contains(v.Assumes, fetch.AssumesThirdPartyCookies) {
					differ[s.Name] = true
				}
			}
		})
	}
	if len(differ) != 1 || !differ["logged-in-cross-site-ok"] {
		t.Errorf("a third-party cookie stays at home in %v", differ)
	}
}

func engineFacts(allowed, partial bool, assumes []string, at *fetch.BlockedAt, reason *string, preflight bool, cookies []fetch.CredentialDecision) string {
	step, why := fetch.BlockedAt(""), ""
	if at != nil {
		step = *at
	}
	if reason != nil {
		why = *reason
	}
	return fmt.Sprintf("allowed=%t partial=%t assumes=%q at=%q reason=%q preflight=%t cookies=%+v", allowed, partial, assumes, step, why, preflight, cookies)
}

// TestTheLoginThatWorksInChromeAlone is the case that people meet most often: the
// user is logged in at the API's own host, and the page is of another site.
func TestTheLoginThatWorksInChromeAlone(t *testing.T) {
	l, err := lab.Start(t.Context(), "logged-in-cross-site-ok", 0)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, _ := l.Case("logged-in-cross-site-ok")
	run := func(o diagnose.Options) diagnose.Report {
		o.Network = l.Network()
		r, err := diagnose.Run(t.Context(), c, o, nil)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	all := run(diagnose.Options{AllEngines: true})
	if !all.Verdict.Allowed || len(all.Verdict.Assumes) != 0 || all.ExitCode() != diagnose.ExitAllowed {
		t.Errorf("chromium: %+v", all.Verdict)
	}
	if one := run(diagnose.Options{}); len(all.Exchanges) != len(one.Exchanges) {
		t.Errorf("three engines cost %d requests, one %d", len(all.Exchanges), len(one.Exchanges))
	}
	for _, e := range []fetch.Engine{fetch.Firefox, fetch.WebKit} {
		v := all.Verdict.Engines[e.Name()]
		if v.Allowed || v.Reason == nil || !slices.Equal(v.Assumes, []string{fetch.AssumesThirdPartyCookies}) || v.Console == "" {
			t.Errorf("%s: %+v", e, v)
		}
		alone := run(diagnose.Options{Engine: e})
		if alone.Verdict.Allowed || !slices.Equal(alone.Verdict.Assumes, v.Assumes) || *alone.Verdict.Reason != *v.Reason || alone.AnsweredBy.Layer != "access" || alone.AnsweredBy.Confidence != "certain" {
			t.Errorf("--engine %s: %+v, answered by %+v", e, alone.Verdict, alone.AnsweredBy)
		}
		if len(alone.Findings) == 0 || alone.Findings[0].ID != finding.AccessCookieStaysHome {
			t.Errorf("--engine %s: findings %+v", e, alone.Findings)
		}
	}
	only := run(diagnose.Options{AllEngines: true, VerdictOnly: true})
	if len(only.Exchanges) != 1 || len(only.Verdict.Engines) != 1 || !only.Verdict.Engines["chromium"].Allowed || only.Verdict.Console.Firefox != "" {
		t.Errorf("--verdict-only: %d exchanges, %+v", len(only.Exchanges), only.Verdict)
	}
	var said []string
	for _, f := range all.Findings {
		said = append(said, f.ID)
		if f.ID == finding.EnginesDiffer && !strings.Contains(f.Detail, "cookie CF_Authorization") {
			t.Errorf("%s", f.Detail)
		}
	}
	if !slices.Contains(said, finding.EnginesDiffer) || !slices.Contains(said, finding.CookieThirdParty) {
		t.Errorf("findings %q", said)
	}
}
