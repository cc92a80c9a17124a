package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"

	"corstui/diagnose"
)

// AsJSON is the report as one JSON object, indented.
func AsJSON(r diagnose.Report) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(r); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// AsLine is the report as one JSON object on one line, for batches.
func AsLine(r diagnose.Report) ([]byte, error) {
	b, err := writeReport(make([]byte, 0, lineSize), reflect.ValueOf(&r).Elem())
	if err != nil {
		return nil, err
	}
	return append(b, '\n'), nil
}

// lineSize is what most lines need.
const lineSize = 8 << 10

var writeReport = writerOf(reflect.TypeFor[diagnose.Report]())

// maxReport bounds a saved report that is read back.
const maxReport = 64 << 20

// Read reads a report that AsJSON wrote. The error says what the input is
// instead. Secrets do not come back: they were never in it.
func Read(b []byte) (diagnose.Report, error) {
	var r diagnose.Report
	if len(b) > maxReport {
		return r, fmt.Errorf("the report has %d bytes; at most %d are read", len(b), maxReport)
	}
	if err := json.Unmarshal(b, &r); err != nil {
		return r, fmt.Errorf("not a report of corstui: %w; write one with: corstui check URL --format json -o FILE", err)
	}
	if r.Schema != diagnose.SchemaVersion {
		return r, fmt.Errorf("not a report that this corstui reads: schema %d, want %d", r.Schema, diagnose.SchemaVersion)
	}
	return r.Sanitised(), nil
}
