package report

import (
	"encoding/xml"
	"fmt"
	"strings"

	"corstui/diagnose"
	"corstui/diagnose/finding"
)

// junitSuites is the subset of the JUnit XML format that CI systems read.
type junitSuites struct {
	XMLName xml.Name     `xml:"testsuites"`
	Suites  []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	XMLName   xml.Name    `xml:"testsuite"`
	Name      string      `xml:"name,attr"`
	Tests     int         `xml:"tests,attr"`
	Failures  int         `xml:"failures,attr"`
	Skipped   int         `xml:"skipped,attr"`
	Timestamp string      `xml:"timestamp,attr,omitempty"`
	Cases     []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name      string    `xml:"name,attr"`
	Class     string    `xml:"classname,attr"`
	Failure   *junitMsg `xml:"failure,omitempty"`
	Skipped   *junitMsg `xml:"skipped,omitempty"`
	SystemOut string    `xml:"system-out,omitempty"`
}

type junitMsg struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// AsJUnit is the reports as JUnit XML: a suite a report, whose first test is
// the verdict, and a test for each finding; errors fail.
func AsJUnit(rs ...diagnose.Report) ([]byte, error) {
	all := junitSuites{}
	for _, r := range rs {
		all.Suites = append(all.Suites, suiteOf(r, nil))
	}
	out, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		return nil, err
	}
	return append([]byte(xml.Header), append(out, '\n')...), nil
}

// The frame of a JUnit file that is written suite by suite.
const (
	JUnitStart = xml.Header + "<testsuites>\n"
	JUnitEnd   = "</testsuites>\n"
)

// AsJUnitSuite is one suite of a JUnit file. What the baseline knows is skipped
// in place of failing.
func AsJUnitSuite(r diagnose.Report, b *Baseline) ([]byte, error) { return suite(suiteOf(r, b)) }

// AsJUnitError is the suite of a case that could not be read.
func AsJUnitError(name, text string) ([]byte, error) {
	s := junitSuite{Name: name}
	s.add(junitCase{Name: "the case can be read", Class: "corstui.case", Failure: &junitMsg{Message: text, Type: "case"}})
	return suite(s)
}

func suite(s junitSuite) ([]byte, error) {
	out, err := xml.MarshalIndent(s, "  ", "  ")
	return append(out, '\n'), err
}

// known turns a failure that the baseline has into a skipped test.
func (c *junitCase) known() {
	c.Skipped, c.Failure = &junitMsg{Message: "known in the baseline: " + c.Failure.Message, Type: c.Failure.Type}, nil
}

func suiteOf(r diagnose.Report, b *Baseline) junitSuite {
	s := junitSuite{
		Name:      fmt.Sprintf("%s %s from %s", r.Case.Method, r.Case.URL, r.Case.Origin),
		Timestamp: r.Started.Format("2006-01-02T15:04:05"),
	}
	verdict := junitCase{Name: "the browser allows it", Class: "corstui.verdict", SystemOut: AsText(r)}
	switch {
	case !r.Verdict.Allowed:
		reason := string(r.AnsweredBy.Layer)
		if r.Verdict.Reason != nil {
			reason = *r.Verdict.Reason
		}
		verdict.Failure = &junitMsg{Message: r.Headline, Type: reason, Text: r.Verdict.Console.Chromium}
		if b.Knows(r) {
			verdict.known()
		}
	case r.Verdict.Partial:
		verdict.Skipped = &junitMsg{Message: r.Headline}
	}
	s.add(verdict)
	for _, f := range r.Findings {
		c := junitCase{Name: f.Title, Class: "corstui.finding." + f.ID}
		if f.Severity == finding.Error {
			var seen []string
			for _, e := range f.Evidence {
				seen = append(seen, strings.TrimSpace(e.Exchange+" "+e.What)+": "+e.Says)
			}
			c.Failure = &junitMsg{Message: f.Title, Type: f.ID, Text: f.Detail + "\n" + strings.Join(seen, "\n")}
			if b.KnowsFinding(r, f.ID) {
				c.known()
			}
		} else {
			c.SystemOut = string(f.Severity) + ": " + f.Detail
		}
		s.add(c)
	}
	return s
}

func (s *junitSuite) add(c junitCase) {
	s.Tests++
	if c.Failure != nil {
		s.Failures++
	}
	if c.Skipped != nil {
		s.Skipped++
	}
	s.Cases = append(s.Cases, c)
}
