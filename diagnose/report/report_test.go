package report_test

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"
	"unicode"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"corstui/diagnose"
	"corstui/diagnose/lab"
	"corstui/diagnose/report"
)

//go:embed schema.json
var schemaJSON []byte

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schemaJSON))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("report.json", doc); err != nil {
		t.Fatal(err)
	}
	return c.MustCompile("report.json")
}

// diagnosed runs one scenario of the lab.
func diagnosed(t *testing.T, scenario string) diagnose.Report {
	t.Helper()
	l, err := lab.Start(context.Background(), scenario, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, _ := l.Case(scenario)
	r, err := diagnose.Run(context.Background(), c, diagnose.Options{Network: l.Network(), AllEngines: true}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestEveryReportOfTheLabFitsTheSchemaAndReadsBack(t *testing.T) {
	s := schema(t)
	for _, name := range lab.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, err := report.AsJSON(diagnosed(t, name))
			if err != nil {
				t.Fatal(err)
			}
			doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Validate(doc); err != nil {
				t.Errorf("%v", err)
			}
			if bytes.Contains(b, []byte(": null,\n")) && nullList(b) {
				t.Errorf("a list is null in:\n%s", b)
			}
			back, err := report.Read(b)
			if err != nil {
				t.Fatal(err)
			}
			again, err := report.AsJSON(back)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(b, again) {
				t.Errorf("the report changed on its way through a file:\n%s", firstDifference(b, again))
			}
		})
	}
}

// nullList looks for null where only an absent optional object may be.
func nullList(b []byte) bool {
	var m map[string]any
	if json.Unmarshal(b, &m) != nil {
		return true
	}
	for _, k := range []string{"steps", "exchanges", "findings", "plan", "preflight_because", "credentials"} {
		if _, ok := m[k].([]any); !ok {
			return true
		}
	}
	return false
}

func firstDifference(a, b []byte) string {
	x, y := strings.Split(string(a), "\n"), strings.Split(string(b), "\n")
	for i := range x {
		if i >= len(y) || x[i] != y[i] {
			other := "(end)"
			if i < len(y) {
				other = y[i]
			}
			return x[i] + "\n" + other
		}
	}
	return "(the second is longer)"
}

func TestViewsOfOneReport(t *testing.T) {
	r := diagnosed(t, "access-preflight")
	text := report.AsText(r)
	for _, want := range []string{r.Headline[:20], "access", "ANSWERED", "corstui snippet --recipe access", "Chrome says: "} {
		if !strings.Contains(text, want) {
			t.Errorf("text lacks %q:\n%s", want, text)
		}
	}
	for _, c := range text {
		if unicode.IsControl(c) && c != '\n' {
			t.Errorf("text has the control character %U", c)
		}
	}
	if md := report.AsMarkdown(r); !strings.Contains(md, "```mermaid\nsequenceDiagram\n") || !strings.HasPrefix(md, "# ") {
		t.Errorf("Markdown:\n%s", md)
	}
	page, err := report.AsHTML(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"<script", "src=", "href=", "url("} {
		if bytes.Contains(page, []byte(bad)) {
			t.Errorf("the page is not self-contained: it has %q", bad)
		}
	}
	if !bytes.Contains(page, []byte("<svg ")) {
		t.Error("the page draws no walk")
	}
	junit, err := report.AsJUnit(r)
	if err != nil {
		t.Fatal(err)
	}
	var suites struct {
		Suites []struct {
			Failures int `xml:"failures,attr"`
			Tests    int `xml:"tests,attr"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(junit, &suites); err != nil {
		t.Fatal(err)
	}
	if len(suites.Suites) != 1 || suites.Suites[0].Failures == 0 || suites.Suites[0].Tests < 2 {
		t.Errorf("JUnit: %s", junit)
	}
}

func TestCompareFindsWhatChanged(t *testing.T) {
	before, after := diagnosed(t, "access-preflight"), diagnosed(t, "all-right")
	d := report.Compare(before, after)
	if d.Same || len(d.Changes) == 0 {
		t.Fatalf("nothing differs: %+v", d)
	}
	text := d.Text()
	for _, want := range []string{"verdict", "- blocked at the preflight", "+ allowed", "answered by"} {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %q:\n%s", want, text)
		}
	}
	if d := report.Compare(before, before); !d.Same || len(d.Changes) != 0 {
		t.Errorf("a report differs from itself: %+v", d)
	}
}

func TestReadSaysWhatTheInputIsInstead(t *testing.T) {
	for _, in := range []string{"", "{", `{"schema":9}`, `[]`, `{"schema":1,"steps":"x"}`} {
		if _, err := report.Read([]byte(in)); err == nil || !strings.Contains(err.Error(), "report") {
			t.Errorf("Read(%q): %v", in, err)
		}
	}
}

func FuzzReadNeverPanics(f *testing.F) {
	f.Add([]byte(`{"schema":1,"steps":[{}],"exchanges":[{"id":"e1","response":{"headers":[["a","b"]]}}],"findings":[{}],"plan":[{}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := report.Read(b)
		if err != nil {
			return
		}
		for _, name := range report.Formats() {
			out, err := report.Render(report.Format(name), r)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range string(out) {
				if unicode.IsControl(c) && c != '\n' && c != '\t' {
					t.Fatalf("%s has %U", name, c)
				}
			}
		}
	})
}
