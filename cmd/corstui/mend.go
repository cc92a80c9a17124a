package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"corstui/diagnose"
	"corstui/diagnose/config"
	"corstui/diagnose/redact"
	"corstui/snippets"
	"corstui/ui"
)

// Mend implements ui.Mender: what corstui snippet --into says of a file and a
// report, for the screen.
func (b *backend) Mend(path string, report *diagnose.Report, p snippets.Policy) (*ui.Mend, error) {
	name := expandHome(path)
	r, err := readConfig(name)
	if err != nil {
		return nil, err
	}
	r.Compare(report.Exchanges, report.DecidedBy)
	stated := r.Stated()
	if !contains(stated.AllowOrigins, "*") {
		p.AllowOrigins = union(stated.AllowOrigins, p.AllowOrigins)
	}
	p = besides(stated, p)
	if len(p.AllowOrigins) == 0 {
		return nil, fmt.Errorf("%s: names no exact origin to allow, and neither does the report; name the pages on the fix first", path)
	}
	if err := p.Validate(); err != nil {
		return nil, oneLine(err)
	}
	c, err := correct(r, name, &p)
	if errors.Is(err, config.ErrNoPolicy) {
		return nil, fmt.Errorf("%s: names no exact origin to allow; name the pages on the fix first", path)
	}
	if err != nil {
		return nil, oneLine(err)
	}
	m := &ui.Mend{Kind: string(r.Kind), Notes: c.Notes}
	for _, pr := range r.Problems {
		m.Problems = append(m.Problems, ui.MendProblem{At: pr.Position.String(), Severity: string(pr.Severity), What: pr.What, Why: pr.Why})
	}
	if !c.Changed() {
		return m, nil
	}
	m.Diff = redact.CleanText(c.Diff())
	m.Write = func(ctx context.Context) ([]string, error) {
		var out bytes.Buffer
		err := writeCorrection(ctx, &out, name, r, c)
		return strings.Split(strings.TrimRight(out.String(), "\n"), "\n"), err
	}
	return m, nil
}
