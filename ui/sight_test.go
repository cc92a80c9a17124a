package ui

import (
	"strings"
	"testing"

	"corstui/diagnose"
	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
)

// The way is drawn solid only through stations of which something is known.
func TestTheLineClaimsNoWayThroughUnknownStations(t *testing.T) {
	unknown := func() diagnose.Report {
		r := workerReport()
		r.AnsweredBy = answer.Answer{Layer: answer.LayerUnknown, Confidence: answer.Unknown}
		r.Exchanges[0].Answer = r.AnsweredBy
		r.Steps = steps([4]diagnose.Status{diagnose.StatusPass, diagnose.StatusUnknown, diagnose.StatusUnknown, diagnose.StatusUnknown}, 3, [4][]string{{"e1"}, nil, nil, {"e1"}})
		return r
	}
	half := func() diagnose.Report {
		r := unknown()
		r.Steps[1].Status = diagnose.StatusPass
		return r
	}
	for _, c := range []struct {
		name   string
		report func() diagnose.Report
		solid  int // segments of the way that are drawn so
	}{
		{"nothing is known", unknown, 0}, {"Access let it by", half, 1}, {"all let it by", allowedReport, 3}, {"the WAF looked first", wafChallenge, 0},
	} {
		f := newFake("allowed")
		f.report = c.report
		cs := f.report().Case
		d := drive(t, f, Options{Case: &cs}, 80, 24)
		line := ""
		for _, l := range strings.Split(d.frame(), "\n") {
			if strings.Contains(l, "1 Browser") {
				line = l
				break
			}
		}
		if n := strings.Count(line, "━━━▶"); n != c.solid {
			t.Errorf("%s: %d solid segments, want %d: %s", c.name, n, c.solid, line)
		}
	}
}

// At 80×24 a reason of six lines is read whole; what repeats makes room.
func TestTheReasonStaysInSight(t *testing.T) {
	f := newFake("waf-challenge")
	f.report = func() diagnose.Report {
		r := wafChallenge()
		r.Findings[0].Detail = "Cloudflare's WAF answered with a challenge page (403) in place of your API. A fetch() cannot show it, and it carries no CORS headers of yours, " +
			"so the browser reports CORS. The API was not asked. This program is not a browser, and bot rules look at the difference: your browser may be treated otherwise. Run it again with --browser to see."
		r.Findings = append(r.Findings, r.Findings[0])
		r.Findings[1].Because = r.Findings[0].ID
		r.Plan[0].Summary = "take api.example.com out of the rule that answered (look it up by the Ray ID), or give users clearance before they call (Turnstile pre-clearance on the same zone)"
		r.Exchanges = append(r.Exchanges, seen("e2", exchange.PurposeTrace, "GET", "https://api.example.com/cdn-cgi/trace", nil, 200, nil, answer.Answer{Layer: answer.LayerWAF}))
		r.Steps[2].Exchanges = []string{"e1", "e2"}
		return r
	}
	c := f.report().Case
	d := drive(t, f, Options{Case: &c}, 80, 24)
	d.wants("Run it again with --browser to see.", "next", "take api.example.com out of the rule")
	d.send(keyPress("G"))
	d.wants("edge trace")
}
