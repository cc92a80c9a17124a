package report

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"unicode/utf16"

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
	scratch := scratches.Get().(*[]byte)
	defer scratches.Put(scratch)
	b, err := writeReport((*scratch)[:0], reflect.ValueOf(&r).Elem())
	if err != nil {
		return nil, err
	}
	b = append(b, '\n')
	if cap(b) <= maxScratch {
		*scratch = b
	}
	return bytes.Clone(b), nil
}

// scratches are what lines are written in before their size is known. Those
// that a rare long line needed are not kept.
var scratches = sync.Pool{New: func() any { b := make([]byte, 0, 8<<10); return &b }}

const maxScratch = 64 << 10

var writeReport = writerOf(reflect.TypeFor[diagnose.Report]())

// maxReport bounds a saved report that is read back.
const maxReport = 64 << 20

// asUTF8 drops a byte order mark, and reads UTF-16 with one: some shells write a
// program's output into a file as that.
func asUTF8(b []byte) []byte {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		return b[3:]
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		order = binary.LittleEndian
	case bytes.HasPrefix(b, []byte("\xfe\xff")):
		order = binary.BigEndian
	default:
		return b
	}
	units := make([]uint16, 0, len(b)/2)
	for b = b[2:]; len(b) > 1; b = b[2:] {
		units = append(units, order.Uint16(b))
	}
	return []byte(string(utf16.Decode(units)))
}

// Read reads a report that AsJSON wrote. The error says what the input is
// instead. Secrets do not come back: they were never in it.
func Read(b []byte) (diagnose.Report, error) {
	var r diagnose.Report
	if len(b) > maxReport {
		return r, fmt.Errorf("the report has %d bytes; at most %d are read", len(b), maxReport)
	}
	if err := json.Unmarshal(asUTF8(b), &r); err != nil {
		reason := err.Error()
		var t *json.UnmarshalTypeError
		if errors.As(err, &t) {
			reason = fmt.Sprintf("a JSON %s stands where something else belongs", t.Value)
			if t.Field != "" {
				reason += " (" + t.Field + ")"
			}
		}
		return r, fmt.Errorf("not a report of corstui: %s; write one with: corstui check URL --format json -o FILE", reason)
	}
	if r.Schema != diagnose.SchemaVersion {
		return r, fmt.Errorf("not a report that this corstui reads: schema %d, want %d", r.Schema, diagnose.SchemaVersion)
	}
	return r.Sanitised(), nil
}
