package batch

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
	"corstui/diagnose/redact"
)

// line is a case of a batch. Members that may be absent are pointers.
type line struct {
	ID          json.RawMessage   `json:"id"`
	URL         *string           `json:"url"`
	Origin      *string           `json:"origin"`
	Method      *string           `json:"method"`
	Headers     *exchange.Headers `json:"headers"`
	Credentials *string           `json:"credentials"`
	Body        *string           `json:"body"`
	Mode        *string           `json:"mode"`
	Redirect    *string           `json:"redirect"`
	ReadHeaders []string          `json:"read_headers"`
}

// ParseLine reads one case. The id comes back also where the rest cannot be
// read, if it could be. What fetch() itself would throw at is no error here: it
// gets its verdict.
func ParseLine(b []byte) (exchange.Case, json.RawMessage, error) {
	var l line
	if len(b) > maxLine {
		return exchange.Case{}, nil, fmt.Errorf("longer than %d MiB", maxLine>>20)
	}
	b = exactNames(bytes.TrimPrefix(b, byteOrderMark))
	if json.Unmarshal(b, &l) != nil {
		id, err := lineFault(b)
		return exchange.Case{}, id, err
	}
	l.ID = harmless(l.ID)
	switch {
	case l.URL == nil:
		return exchange.Case{}, l.ID, errors.New(`"url" is missing; right would be {"url":"https://api.example.com/","origin":"https://app.example.com"}`)
	case l.Origin == nil:
		return exchange.Case{}, l.ID, errors.New(`"origin" is missing; right would be "origin":"https://app.example.com"`)
	}
	origin, err := fetch.ParseCaseOrigin(*l.Origin)
	if err != nil {
		return exchange.Case{}, l.ID, err // it says which origin
	}
	c := exchange.Case{URL: *l.URL, Origin: origin, Body: l.Body, ReadHeaders: l.ReadHeaders}
	if l.Headers != nil {
		c.Headers = *l.Headers
	}
	set := func(to *string, option string, from *string) {
		if from == nil {
			return
		}
		if *to = *from; *to == "" {
			c.Empty = append(c.Empty, option)
		}
	}
	set(&c.Method, "method", l.Method)
	set((*string)(&c.Credentials), "credentials", l.Credentials)
	set((*string)(&c.Mode), "mode", l.Mode)
	set((*string)(&c.Redirect), "redirect", l.Redirect)
	return c, l.ID, nil
}

// members are the names of a case's members, which stand in the tags of line.
var members = func() []string {
	var names []string
	for f := range reflect.TypeFor[line]().Fields() {
		names = append(names, f.Tag.Get("json"))
	}
	return names
}()

// exactNames returns the line as it is, or, where a member's name is one of a
// case's in other letters ("ID"), with that name blotted out: to encoding/json
// the two would be the same member, in JSON they are not.
func exactNames(b []byte) []byte {
	out, depth := b, 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case '"':
			end := i + 1
			for ; end < len(b) && b[end] != '"'; end++ {
				if b[end] == '\\' {
					end++
				}
			}
			if end >= len(b) {
				return out
			}
			if depth == 1 && bytes.HasPrefix(bytes.TrimLeft(b[end+1:], " \t\r\n"), []byte(":")) && onlyFolds(b[i:end+1]) {
				if &out[0] == &b[0] {
					out = bytes.Clone(b)
				}
				for j := i + 1; j < end; j++ {
					out[j] = '_'
				}
			}
			i = end
		}
	}
	return out
}

// onlyFolds says whether a name, in its quotes, is none of a case's members, and
// one of them by encoding/json's comparison.
func onlyFolds(quoted []byte) bool {
	name := quoted[1 : len(quoted)-1]
	if bytes.IndexByte(name, '\\') >= 0 {
		var s string
		if json.Unmarshal(quoted, &s) != nil {
			return false
		}
		name = []byte(s)
	}
	folds := false
	for _, m := range members {
		if string(name) == m {
			return false
		}
		folds = folds || strings.EqualFold(string(name), m)
	}
	return folds
}

// lineFault says why a line is not one JSON object with the members of a case.
func lineFault(b []byte) (json.RawMessage, error) {
	var l line
	d := json.NewDecoder(bytes.NewReader(b))
	if err := d.Decode(&l); err != nil {
		return onlyID(b), fmt.Errorf("not a case: %s; right would be {\"url\":…,\"origin\":…}", jsonReason(err))
	}
	return harmless(l.ID), errors.New("more than one JSON value on the line; right would be one case a line")
}

// onlyID returns the id of an object whose other members do not fit.
func onlyID(b []byte) json.RawMessage {
	var l struct {
		ID json.RawMessage `json:"id"`
	}
	if json.Unmarshal(bytes.TrimPrefix(b, byteOrderMark), &l) != nil {
		return nil
	}
	return harmless(l.ID)
}

// byteOrderMark is what some programs write in front of a file.
var byteOrderMark = []byte("\ufeff")

// harmless writes the characters of an id that could act on a terminal as JSON
// escapes, and bytes that are no UTF-8 as U+FFFD: the value is the same.
func harmless(id json.RawMessage) json.RawMessage {
	if !bytes.ContainsFunc(id, beyondPrint) {
		return id
	}
	out := make(json.RawMessage, 0, len(id)+16)
	for _, r := range string(id) { // beyond ASCII there is nothing outside of strings
		switch {
		case r == utf8.RuneError:
			out = append(out, `\ufffd`...)
		case r < 0x7f, redact.Clean(string(r)) == string(r):
			out = utf8.AppendRune(out, r)
		default:
			for _, unit := range utf16.AppendRune(nil, r) {
				out = fmt.Appendf(out, `\u%04x`, unit)
			}
		}
	}
	return out
}

func beyondPrint(r rune) bool { return r >= 0x7f }

func article(noun string) string {
	if strings.ContainsAny(noun[:min(1, len(noun))], "aeiou") {
		return "an"
	}
	return "a"
}

// jsonReason is the reason of a decoding error without Go's type names.
func jsonReason(err error) string {
	var t *json.UnmarshalTypeError
	if errors.As(err, &t) && !strings.HasPrefix(err.Error(), "header ") {
		if t.Field == "" {
			return fmt.Sprintf("it is a JSON %s", t.Value)
		}
		return fmt.Sprintf("%q must not be %s %s", t.Field, article(t.Value), t.Value)
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}
