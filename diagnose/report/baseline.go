package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"corstui/diagnose"
	"corstui/diagnose/answer"
	"corstui/diagnose/finding"
)

// A Baseline is what was found before, by case: only what is not in it shall
// fail a build. A nil Baseline knows nothing.
type Baseline struct {
	cases map[caseKey]known
}

// caseKey tells cases apart: what the page attempts and where.
type caseKey struct{ method, url, origin, credentials string }

// known is what was found of one case.
type known struct {
	blocked  map[blockKey]bool
	findings map[string]bool // IDs of errors
	silent   bool            // nothing could be probed
	partial  bool
}

// blockKey is how a browser blocked: where, why, and by whose answer.
type blockKey struct{ at, reason, layer string }

// ReadBaseline reads saved reports: one object, or many, one after another or a
// line each, as check --format json and check --cases write them. Lines of cases
// that could not be read are passed over.
func ReadBaseline(r io.Reader) (*Baseline, error) {
	b := &Baseline{cases: map[caseKey]known{}}
	d := json.NewDecoder(bufio.NewReaderSize(io.LimitReader(r, maxBaseline), 64<<10))
	for n := 1; ; n++ {
		var raw json.RawMessage
		if err := d.Decode(&raw); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("report %d in it is no JSON; right would be what corstui check --format json, or --cases, wrote", n)
		}
		if isErrorLine(raw) {
			continue
		}
		saved, err := Read(raw)
		if err != nil {
			return nil, fmt.Errorf("report %d in it: %w", n, err)
		}
		b.add(saved)
	}
	return b, nil
}

// maxBaseline bounds what is read of a baseline.
const maxBaseline = 4 << 30

// isErrorLine says whether a line of a batch's output stands for a case that
// could not be read.
func isErrorLine(raw json.RawMessage) bool {
	var l struct {
		Error   *string         `json:"error"`
		Verdict json.RawMessage `json:"verdict"`
	}
	return json.Unmarshal(bytes.TrimSpace(raw), &l) == nil && l.Error != nil && l.Verdict == nil
}

func keyOf(r diagnose.Report) caseKey {
	c := r.Case.WithDefaults()
	return caseKey{c.Method, c.URL, c.Origin, string(c.Credentials)}
}

func blockOf(r diagnose.Report) blockKey {
	k := blockKey{layer: string(r.AnsweredBy.Layer)}
	if r.Verdict.BlockedAt != nil {
		k.at = string(*r.Verdict.BlockedAt)
	}
	if r.Verdict.Reason != nil {
		k.reason = *r.Verdict.Reason
	}
	return k
}

func (b *Baseline) add(r diagnose.Report) {
	key := keyOf(r)
	k, ok := b.cases[key]
	if !ok {
		k = known{blocked: map[blockKey]bool{}, findings: map[string]bool{}}
	}
	switch {
	case r.AnsweredBy.Layer == answer.LayerNetwork:
		k.silent = true
	case !r.Verdict.Allowed:
		k.blocked[blockOf(r)] = true
	}
	k.partial = k.partial || r.Verdict.Partial
	for _, f := range r.Findings {
		if f.Severity == finding.Error {
			k.findings[f.ID] = true
		}
	}
	b.cases[key] = k
}

// Knows says whether the baseline has this way of being blocked, or of getting
// no answer, of the report's case.
func (b *Baseline) Knows(r diagnose.Report) bool {
	if b == nil {
		return false
	}
	k := b.cases[keyOf(r)]
	if r.AnsweredBy.Layer == answer.LayerNetwork {
		return k.silent
	}
	return k.blocked[blockOf(r)]
}

// KnowsFinding says whether the baseline has an error with this ID of the
// report's case.
func (b *Baseline) KnowsFinding(r diagnose.Report, id string) bool {
	return b != nil && b.cases[keyOf(r)].findings[id]
}

// ExitCode is the exit code that the report stands for, if only what is not in
// the baseline counts.
func (b *Baseline) ExitCode(r diagnose.Report) int {
	if b == nil {
		return r.ExitCode()
	}
	if r.AnsweredBy.Layer == answer.LayerNetwork {
		if b.Knows(r) {
			return diagnose.ExitAllowed
		}
		return diagnose.ExitNetwork
	}
	if !r.Verdict.Allowed && !b.Knows(r) {
		return diagnose.ExitBlocked
	}
	for _, f := range r.Findings {
		if f.Severity == finding.Error && !b.KnowsFinding(r, f.ID) {
			return diagnose.ExitBlocked
		}
	}
	if r.Verdict.Partial && r.Verdict.Allowed && !b.cases[keyOf(r)].partial {
		return diagnose.ExitPartial
	}
	return diagnose.ExitAllowed
}
