package report

import (
	"bytes"
	"strings"
	"testing"

	"corstui/diagnose"
	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
	"corstui/diagnose/finding"
)

// found is a report of a case at url with these errors; reason is why the browser
// blocks, empty where it does not.
func found(url, reason string, errors ...string) diagnose.Report {
	r := diagnose.Report{
		Schema: diagnose.SchemaVersion, Case: exchange.Case{URL: url, Origin: "https://app.example.com"}.WithDefaults(),
		AnsweredBy: answer.Answer{Layer: answer.LayerOrigin},
		Verdict:    fetch.Verdict{Allowed: reason == ""},
	}
	if reason != "" {
		at := fetch.AtRequest
		r.Verdict.BlockedAt, r.Verdict.Reason = &at, &reason
	}
	for _, id := range errors {
		r.Findings = append(r.Findings, finding.Finding{ID: id, Severity: finding.Error, Title: id})
	}
	return r
}

func by(l answer.Layer, r diagnose.Report) diagnose.Report {
	r.AnsweredBy.Layer = l
	return r
}

func partial(r diagnose.Report) diagnose.Report {
	r.Verdict.Partial = true
	return r
}

func TestOnlyWhatIsNewCounts(t *testing.T) {
	const a, b = "https://api.example.com/a", "https://api.example.com/b"
	silent := by(answer.LayerNetwork, found(a, ""))
	silent.Verdict.Allowed = false
	for _, tt := range []struct {
		name   string
		before []diagnose.Report
		now    diagnose.Report
		want   int
	}{
		{"nothing before, nothing now", nil, found(a, ""), diagnose.ExitAllowed},
		{"nothing before, blocked now", nil, found(a, "X"), diagnose.ExitBlocked},
		{"blocked as before", []diagnose.Report{found(a, "X", "x")}, found(a, "X", "x"), diagnose.ExitAllowed},
		{"blocked for another reason", []diagnose.Report{found(a, "X")}, found(a, "Y"), diagnose.ExitBlocked},
		{"blocked by somebody else", []diagnose.Report{found(a, "X")}, by(answer.LayerWAF, found(a, "X")), diagnose.ExitBlocked},
		{"blocked at another URL before", []diagnose.Report{found(b, "X")}, found(a, "X"), diagnose.ExitBlocked},
		{"one error more", []diagnose.Report{found(a, "X", "x")}, found(a, "X", "x", "y"), diagnose.ExitBlocked},
		{"one error less", []diagnose.Report{found(a, "X", "x", "y")}, found(a, "X", "x"), diagnose.ExitAllowed},
		{"allowed, an error as before", []diagnose.Report{found(a, "", "x")}, found(a, "", "x"), diagnose.ExitAllowed},
		{"allowed, a new error", []diagnose.Report{found(a, "")}, found(a, "", "x"), diagnose.ExitBlocked},
		{"silent as before", []diagnose.Report{silent}, silent, diagnose.ExitAllowed},
		{"silent now", []diagnose.Report{found(a, "X")}, silent, diagnose.ExitNetwork},
		{"blocked after silence", []diagnose.Report{silent}, found(a, "X"), diagnose.ExitBlocked},
		{"held back as before", []diagnose.Report{partial(found(a, ""))}, partial(found(a, "")), diagnose.ExitAllowed},
		{"held back now", []diagnose.Report{found(a, "")}, partial(found(a, "")), diagnose.ExitPartial},
		{"twice before", []diagnose.Report{found(a, "X", "x"), found(a, "Y", "y")}, found(a, "Y", "x"), diagnose.ExitAllowed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for form, write := range map[string]func(diagnose.Report) ([]byte, error){"lines": AsLine, "indented": AsJSON} {
				var file bytes.Buffer
				file.WriteString(`{"schema":1,"id":null,"error":"line 1: not a case"}` + "\n")
				for _, r := range tt.before {
					out, err := write(r)
					if err != nil {
						t.Fatal(err)
					}
					file.Write(out)
				}
				base, err := ReadBaseline(&file)
				if err != nil {
					t.Fatal(err)
				}
				if got := base.ExitCode(tt.now); got != tt.want {
					t.Errorf("%s: %d, want %d", form, got, tt.want)
				}
			}
		})
	}
	var none *Baseline
	if got := none.ExitCode(found(a, "X")); got != diagnose.ExitBlocked {
		t.Errorf("without a baseline: %d", got)
	}
}

func TestWhatIsNoReportIsNoBaseline(t *testing.T) {
	for _, in := range []string{"hello", "[]", `{"schema":99}`, `{"schema":1,"verdict":{}} {`} {
		if _, err := ReadBaseline(strings.NewReader(in)); err == nil || !strings.Contains(err.Error(), "report ") {
			t.Errorf("%q: %v", in, err)
		}
	}
}

func TestJUnitSkipsWhatTheBaselineKnows(t *testing.T) {
	r := found("https://api.example.com/a", "X", "x", "y")
	line, err := AsLine(found("https://api.example.com/a", "X", "x"))
	if err != nil {
		t.Fatal(err)
	}
	base, err := ReadBaseline(bytes.NewReader(line))
	if err != nil {
		t.Fatal(err)
	}
	out, err := AsJUnitSuite(r, base)
	if err != nil {
		t.Fatal(err)
	}
	if s := string(out); !strings.Contains(s, `tests="3" failures="1" skipped="2"`) || strings.Count(s, "known in the baseline") != 2 {
		t.Errorf("got:\n%s", s)
	}
	if out, _ = AsJUnitSuite(r, nil); !strings.Contains(string(out), `failures="3" skipped="0"`) {
		t.Errorf("without a baseline:\n%s", out)
	}
}

func FuzzBaseline(f *testing.F) {
	f.Add(`{"schema":1,"verdict":{"allowed":true}}`)
	f.Add(`{"schema":1,"id":null,"error":"x"}` + "\n" + `{"schema":1}`)
	f.Fuzz(func(t *testing.T, s string) {
		if b, err := ReadBaseline(strings.NewReader(s)); err == nil {
			_ = b.ExitCode(found("https://api.example.com/a", "X"))
		}
	})
}
