package ui

import (
	"context"
	"strings"
	"testing"

	"corstui/diagnose"
	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
	"corstui/diagnose/finding"
	"corstui/snippets"
)

// strange are reports as no run makes them: a saved file may hold anything.
func strange() map[string]diagnose.Report {
	long := strings.Repeat("x", 1<<13)
	evil := "\x1b]0;owned\a\u202e\x9b31m\r\n\tend"
	full := accessPreflight()
	full.Headline, full.Case.URL, full.Case.Origin = evil, "https://h/"+evil, evil
	for i := range full.Findings {
		full.Findings[i].Title, full.Findings[i].Detail = evil+long, long+evil
	}
	for i := range full.Plan {
		full.Plan[i].Summary, full.Plan[i].Then, full.Plan[i].Who, full.Plan[i].Cost = evil+long, evil, evil, long
	}
	for i := range full.Exchanges {
		full.Exchanges[i].Response.Body = strings.Repeat(evil, 1<<9)
		full.Exchanges[i].Response.Headers = append(full.Exchanges[i].Response.Headers, exchange.Header{Name: evil, Value: long})
	}
	full.AnsweredBy.Product, full.AnsweredBy.RayID = evil, long
	full.AnsweredBy.Evidence = []answer.Evidence{{What: evil, Says: long, Strength: evil}}
	lost := accessPreflight() // names what is not there
	lost.Exchanges, lost.DecidedBy = nil, "e99"
	lost.Facts.Proofs = []answer.Proof{{Pair: []string{"e1"}, Layer: answer.LayerAccess}, {Pair: []string{"e7", "e8"}, Layer: answer.LayerAccess}}
	lost.Findings[1].Because = "nobody"
	foreign := accessPreflight()
	foreign.AnsweredBy.Layer = "moon"
	foreign.Steps = append(foreign.Steps, diagnose.Step{Step: "moon", Status: "full"})
	foreign.Plan = []finding.Step{{Layer: "moon", Recipe: "cheese", Targets: []snippets.Target{"cow"}}}
	foreign.Verdict.Engines = map[string]fetch.EngineVerdict{"mosaic": {}}
	return map[string]diagnose.Report{"empty": {}, "hostile": full, "lost": lost, "foreign": foreign}
}

func TestAStrangeReportIsDrawnAllTheSame(t *testing.T) {
	keys := []string{"enter", "x", "f", "d", "tab", "c", "e", "i", "Y", "o", "?", ":", "s", "z", "t", "left", "right", "G", "down", "y", "b", "v", "p", "r"}
	for name, r := range strange() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for size, seconds := range map[[2]int][]string{{60, 16}: {"enter", "G"}, {120, 40}: {"f"}} {
				for _, first := range keys {
					for _, second := range seconds {
						d := drive(t, newFake("allowed"), Options{Replay: &r}, size[0], size[1])
						d.keys(first, second)
						d.fits(name + " " + first + " " + second)
						if raw := d.m.View(); strings.Contains(raw, "\x1b]0;owned") || strings.ContainsAny(raw, "\a\r\t\u202e\u009b") {
							t.Fatalf("%s %s %s: bytes of the report reached the terminal", name, first, second)
						}
					}
				}
			}
			var out strings.Builder
			if err := Plain(context.Background(), strings.NewReader("1\n2\n1\n\n3\n4\n8\n"), &out, Options{Backend: newFake("allowed"), Replay: &r}); err != nil {
				t.Error(err)
			}
			if strings.ContainsAny(out.String(), "\x1b\a\r\t\u202e\u009b") {
				t.Error("plain: bytes of the report came through")
			}
		})
	}
}

func TestACaseIsShownHarmless(t *testing.T) {
	evil := "https://h/\x1b]0;owned\a\u202e"
	c := exchange.Case{URL: evil, Origin: evil, Method: "G\x1b[31mT"}
	for _, start := range []bool{false, true} {
		d := drive(t, newFake("allowed"), Options{Case: &c, Start: start}, 80, 24)
		for _, k := range []string{"enter", "enter", "ctrl+o"} {
			d.keys(k)
			if raw := d.m.View(); strings.Contains(raw, "\x1b]0;") || strings.ContainsAny(raw, "\a\u202e") || strings.Contains(raw, "G\x1b[31mT") {
				t.Errorf("bytes of the case reached the terminal: %q", raw[:200])
			}
		}
	}
}

func TestAnEarlyEndLeavesASummaryThatSaysSo(t *testing.T) {
	d := walked(t, "access-preflight", 80, 24)
	w := d.m.top().(*walk)
	w.final = false
	if got := d.m.Summary(); !strings.Contains(got, "ended early") {
		t.Errorf("%q", got)
	}
}
