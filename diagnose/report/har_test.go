package report_test

import (
	"strings"
	"testing"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/paste"
	"corstui/diagnose/report"
)

// What is written as HAR is read again as the same case, and by "who" as the
// same answers: those that can be told from one response alone.
func TestHARReadsBackAsTheCaseAndItsAnswers(t *testing.T) {
	for _, name := range []string{"access-preflight", "access-login", "waf-1020", "header-not-allowed", "waf-challenge"} {
		t.Run(name, func(t *testing.T) {
			r := diagnosed(t, name)
			b, err := report.AsHAR(r)
			if err != nil {
				t.Fatal(err)
			}
			p, err := paste.ParseHAR(string(b), 0)
			if err != nil {
				t.Fatal(err)
			}
			if p.Case.URL != r.Case.URL || p.Case.Origin != r.Case.Origin {
				t.Errorf("read back as %s from %s, want %s from %s", p.Case.URL, p.Case.Origin, r.Case.URL, r.Case.Origin)
			}
			xs, err := answer.ParseResponses(string(b), answer.ParseOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if len(xs) != len(r.Exchanges) {
				t.Fatalf("%d exchanges read back, want %d", len(xs), len(r.Exchanges))
			}
			for i, x := range xs {
				want := answer.Of(exchange.Exchange{Request: r.Exchanges[i].Request, Response: r.Exchanges[i].Response})
				if got := answer.Of(x); got.Layer != want.Layer || got.Confidence != want.Confidence {
					t.Errorf("%s: %s %s, want %s %s", r.Exchanges[i].Purpose, got.Confidence, got.Layer, want.Confidence, want.Layer)
				}
			}
		})
	}
}

func TestHARHoldsNoSecret(t *testing.T) {
	r := diagnosed(t, "logged-in-all-right")
	b, err := report.AsHAR(r)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(b), "eyJ") || !strings.Contains(string(b), "[redacted]") {
		t.Error("a token stands in the HAR, or its mask does not")
	}
}
