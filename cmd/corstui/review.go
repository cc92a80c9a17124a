package main

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"corstui/diagnose"
	"corstui/diagnose/config"
	"corstui/diagnose/finding"
	"corstui/diagnose/redact"
)

func (a *app) reviewCommand() *cobra.Command {
	var format, reportFile string
	cmd := &cobra.Command{
		Use:   "review FILE…",
		Short: "Which lines of your own configuration or code the browser will mind",
		Long: `review reads nginx configurations (includes followed), Worker modules, Express apps and Go
source, and names each place that a browser will mind: file, line, column, what is wrong and
why. It changes nothing; corstui snippet --into FILE has the correction.

Exit code 0: no error; 1: an error; 2: wrong usage, or a file that cannot be read.`,
		Example: `  corstui review /etc/nginx/nginx.conf
  corstui review --format junit src/worker.mjs server.mjs > review.xml`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("FILE: none is given; right would be: corstui review nginx.conf")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkEmpty(cmd.Flags(), "format", "report"); err != nil {
				return err
			}
			render, ok := reviewFormats[format]
			if !ok {
				return fmt.Errorf("--format %q: there is no such format; right would be text, json or junit", format)
			}
			var reviews []*config.Review
			for _, name := range args {
				r, err := readConfig(name)
				if err != nil {
					return err
				}
				reviews = append(reviews, r)
			}
			if reportFile != "" {
				report, err := a.readReport(reportFile)
				if err != nil {
					return err
				}
				for _, r := range reviews {
					r.Compare(report.Exchanges, report.DecidedBy)
				}
			}
			out, err := render(reviews)
			if err != nil {
				return err
			}
			if _, err := a.std.out.Write(out); err != nil {
				return err
			}
			for _, r := range reviews {
				if r.Errors() > 0 {
					return exitError(diagnose.ExitBlocked)
				}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text, json or junit")
	cmd.Flags().StringVar(&reportFile, "report", "", "hold the files against a saved report: `FILE`")
	return cmd
}

var reviewFormats = map[string]func([]*config.Review) ([]byte, error){
	"text": reviewText, "json": reviewJSON, "junit": reviewJUnit,
}

// readConfig reviews a named file and what it includes.
func readConfig(name string) (*config.Review, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("%s: cannot be read: %w; right would be an nginx configuration, a Worker, an Express app or Go source", name, cause(err))
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: is no file; right would be an nginx configuration, a Worker, an Express app or Go source", name)
	}
	content, err := readBounded(name)
	if err != nil {
		return nil, fmt.Errorf("%s: cannot be read: %w; right would be a file that you may read", name, cause(err))
	}
	return config.Read(filepath.ToSlash(name), content, besideFile{filepath.Dir(name)})
}

// besideFile reads what a file names, from its folder.
type besideFile struct{ dir string }

func (b besideFile) path(name string) string {
	name = filepath.FromSlash(name)
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(b.dir, name)
}

func (b besideFile) ReadFile(name string) ([]byte, error) {
	p := b.path(name)
	if info, err := os.Stat(p); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no file", name)
	}
	return readBounded(p)
}

// readBounded reads one byte more than a review takes, which then refuses it.
func readBounded(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, config.MaxSource+1))
}

func (b besideFile) Glob(pattern string) ([]string, error) {
	found, err := filepath.Glob(b.path(pattern))
	if err != nil {
		return nil, fmt.Errorf("%q is no pattern of file names", pattern)
	}
	if len(found) > 1000 {
		found = found[:1000]
	}
	for i, f := range found {
		if !filepath.IsAbs(filepath.FromSlash(pattern)) {
			if rel, err := filepath.Rel(b.dir, f); err == nil {
				f = rel
			}
		}
		found[i] = filepath.ToSlash(f)
	}
	return found, nil
}

// reviewText is a paragraph for each problem, as compilers write them.
func reviewText(rs []*config.Review) ([]byte, error) {
	var b strings.Builder
	for _, r := range rs {
		if len(r.Problems) == 0 {
			fmt.Fprintf(&b, "%s: nothing that a browser minds was found (%s)\n", r.Name, r.Kind)
		}
		for _, p := range r.Problems {
			b.WriteString(problemText(p))
		}
	}
	return []byte(b.String()), nil
}

func problemText(p config.Problem) string {
	mark := p.ID
	if p.Mistake > 0 {
		mark = fmt.Sprintf("%s, mistake %d", p.ID, p.Mistake)
	}
	out := fmt.Sprintf("%s: %s: %s [%s]\n    %s\n", p.Position, p.Severity, p.What, mark, p.Why)
	if p.Finding != "" {
		out += fmt.Sprintf("    More: corstui explain %s\n", p.Finding)
	}
	return redact.CleanText(out)
}

func reviewJSON(rs []*config.Review) ([]byte, error) {
	if rs == nil {
		rs = []*config.Review{}
	}
	out, err := json.MarshalIndent(struct {
		Schema int              `json:"schema"`
		Files  []*config.Review `json:"files"`
	}{1, rs}, "", "  ")
	return append(out, '\n'), err
}

// reviewJUnit is a suite for each file, and a test for each problem; errors fail.
func reviewJUnit(rs []*config.Review) ([]byte, error) {
	type message struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
	type test struct {
		Name    string   `xml:"name,attr"`
		Class   string   `xml:"classname,attr"`
		File    string   `xml:"file,attr"`
		Line    int      `xml:"line,attr,omitempty"`
		Failure *message `xml:"failure,omitempty"`
		Out     string   `xml:"system-out,omitempty"`
	}
	type suite struct {
		Name     string `xml:"name,attr"`
		Tests    int    `xml:"tests,attr"`
		Failures int    `xml:"failures,attr"`
		Cases    []test `xml:"testcase"`
	}
	all := struct {
		XMLName xml.Name `xml:"testsuites"`
		Suites  []suite  `xml:"testsuite"`
	}{}
	for _, r := range rs {
		s := suite{Name: r.Name, Failures: r.Errors()}
		if len(r.Problems) == 0 {
			s.Cases = append(s.Cases, test{Name: "nothing that a browser minds", Class: "corstui.review", File: r.Name})
		}
		for _, p := range r.Problems {
			t := test{Name: fmt.Sprintf("%s: %s", p.Position, p.ID), Class: "corstui.review." + p.ID, File: p.File, Line: p.Line}
			if p.Severity == finding.Error {
				t.Failure = &message{Message: p.What, Type: p.ID, Text: problemText(p)}
			} else {
				t.Out = problemText(p)
			}
			s.Cases = append(s.Cases, t)
		}
		s.Tests = len(s.Cases)
		all.Suites = append(all.Suites, s)
	}
	out, err := xml.MarshalIndent(all, "", "  ")
	return append([]byte(xml.Header), append(out, '\n')...), err
}
