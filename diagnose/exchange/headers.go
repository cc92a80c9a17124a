package exchange

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Header is one header line. Its name keeps the case in which it came.
type Header struct {
	Name  string
	Value string
}

// MarshalJSON writes a header as the pair ["name", "value"].
func (h Header) MarshalJSON() ([]byte, error) {
	return h.AppendJSON(nil), nil
}

// AppendJSON appends what MarshalJSON writes.
func (h Header) AppendJSON(b []byte) []byte {
	b = appendString(append(b, '['), h.Name)
	b = appendString(append(b, ','), h.Value)
	return append(b, ']')
}

// appendString writes a string as encoding/json does; a report holds hundreds of
// headers, nearly all of which need no escape.
func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			quoted, _ := json.Marshal(s) // a string always can be written
			return append(b, quoted...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

// UnmarshalJSON reads the pair ["name", "value"].
func (h *Header) UnmarshalJSON(b []byte) error {
	var pair []string
	if err := json.Unmarshal(b, &pair); err != nil {
		return fmt.Errorf("header %s: want a pair of strings [name, value]: %w", b, err)
	}
	if len(pair) != 2 {
		return fmt.Errorf("header %s: want a pair of strings [name, value], got %d", b, len(pair))
	}
	h.Name, h.Value = pair[0], pair[1]
	return nil
}

// Headers is a header list: ordered pairs, repeated names kept, as they came.
type Headers []Header

// MarshalJSON writes the list; an empty list is [], never null.
func (hs Headers) MarshalJSON() ([]byte, error) {
	size := 2
	for _, h := range hs {
		size += len(h.Name) + len(h.Value) + 8
	}
	return hs.AppendJSON(make([]byte, 0, size)), nil
}

// AppendJSON appends what MarshalJSON writes.
func (hs Headers) AppendJSON(b []byte) []byte {
	b = append(b, '[')
	for i, h := range hs {
		if i > 0 {
			b = append(b, ',')
		}
		b = h.AppendJSON(b)
	}
	return append(b, ']')
}

// Get returns the combined value of all headers with that name, joined by
// ", " in wire order, and whether there was any: the Fetch Standard's "get" on
// a header list. Names compare without regard to case.
func (hs Headers) Get(name string) (value string, ok bool) {
	for _, h := range hs {
		if !sameName(h.Name, name) {
			continue
		}
		if !ok {
			value, ok = h.Value, true
			continue
		}
		value += ", " + h.Value
	}
	return value, ok
}

// Value is Get without the second result, for callers to whom an absent header
// and an empty one are the same.
func (hs Headers) Value(name string) string {
	v, _ := hs.Get(name)
	return v
}

// Has says whether a header of that name is there.
func (hs Headers) Has(name string) bool {
	for _, h := range hs {
		if sameName(h.Name, name) {
			return true
		}
	}
	return false
}

// Values returns each value of that name, in wire order.
func (hs Headers) Values(name string) []string {
	var out []string
	for _, h := range hs {
		if sameName(h.Name, name) {
			out = append(out, h.Value)
		}
	}
	return out
}

// Without returns a copy of the list that lacks the headers of these names.
func (hs Headers) Without(names ...string) Headers {
	out := make(Headers, 0, len(hs))
next:
	for _, h := range hs {
		for _, n := range names {
			if sameName(h.Name, n) {
				continue next
			}
		}
		out = append(out, h)
	}
	return out
}

// With returns a copy of the list in which name has exactly this one value, at
// the place of its first occurrence or at the end.
func (hs Headers) With(name, value string) Headers {
	out := make(Headers, 0, len(hs)+1)
	set := false
	for _, h := range hs {
		if !sameName(h.Name, name) {
			out = append(out, h)
			continue
		}
		if !set {
			out = append(out, Header{name, value})
			set = true
		}
	}
	if !set {
		out = append(out, Header{name, value})
	}
	return out
}

// sameName compares names of headers without regard to case. Hundreds of rules
// ask for a name that is not there; its length mostly tells.
func sameName(a, b string) bool { return len(a) == len(b) && strings.EqualFold(a, b) }
