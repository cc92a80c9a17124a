package batch

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
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
	d := json.NewDecoder(bytes.NewReader(b))
	if err := d.Decode(&l); err != nil {
		return exchange.Case{}, onlyID(b), fmt.Errorf("not a case: %s; right would be {\"url\":…,\"origin\":…}", jsonReason(err))
	}
	if d.More() {
		return exchange.Case{}, l.ID, errors.New("more than one JSON value on the line; right would be one case a line")
	}
	switch {
	case l.URL == nil:
		return exchange.Case{}, l.ID, errors.New(`"url" is missing; right would be {"url":"https://api.example.com/","origin":"https://app.example.com"}`)
	case l.Origin == nil:
		return exchange.Case{}, l.ID, errors.New(`"origin" is missing; right would be "origin":"https://app.example.com"`)
	}
	origin, err := fetch.ParseCaseOrigin(*l.Origin)
	if err != nil {
		return exchange.Case{}, l.ID, fmt.Errorf("origin %w", err)
	}
	c := exchange.Case{URL: *l.URL, Origin: origin, Body: l.Body, ReadHeaders: l.ReadHeaders}
	if l.Headers != nil {
		c.Headers = *l.Headers
	}
	set := func(to *string, from *string) {
		if from != nil {
			*to = *from
		}
	}
	set(&c.Method, l.Method)
	set((*string)(&c.Credentials), l.Credentials)
	set((*string)(&c.Mode), l.Mode)
	set((*string)(&c.Redirect), l.Redirect)
	return c, l.ID, nil
}

// onlyID returns the id of an object whose other members do not fit.
func onlyID(b []byte) json.RawMessage {
	var l struct {
		ID json.RawMessage `json:"id"`
	}
	if json.Unmarshal(b, &l) != nil {
		return nil
	}
	return l.ID
}

// jsonReason is the reason of a decoding error without Go's type names.
func jsonReason(err error) string {
	var t *json.UnmarshalTypeError
	if errors.As(err, &t) {
		if t.Field == "" {
			return fmt.Sprintf("a JSON %s where an object belongs", t.Value)
		}
		return fmt.Sprintf("%q must not be a %s", t.Field, t.Value)
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}
