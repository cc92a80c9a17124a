package paste

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
)

// plain is the value as encoding/json writes it; what is unknown stands by its
// name.
func (v jsValue) plain() any {
	switch v.kind {
	case jsNull:
		return nil
	case jsBool:
		return v.text == "true"
	case jsNumber:
		if f, err := strconv.ParseFloat(v.text, 64); err == nil {
			return f
		}
		return v.text
	case jsArray:
		out := make([]any, 0, len(v.list))
		for _, x := range v.list {
			out = append(out, x.plain())
		}
		return out
	case jsObject:
		out := orderedObject{}
		for _, m := range v.members {
			out = append(out, jsMember{m.name, m.value})
		}
		return out
	}
	return v.text
}

// orderedObject is an object that keeps the order of its members in JSON.
type orderedObject []jsMember

// MarshalJSON implements json.Marshaler.
func (o orderedObject) MarshalJSON() ([]byte, error) {
	var b strings.Builder
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		k, err := json.Marshal(m.name)
		if err != nil {
			return nil, err
		}
		v, err := json.Marshal(m.value.plain())
		if err != nil {
			return nil, err
		}
		b.Write(k)
		b.WriteByte(':')
		b.Write(v)
	}
	b.WriteByte('}')
	return []byte(b.String()), nil
}

// unknownWithin are the names of all unknown parts, at any depth.
func (v jsValue) unknownWithin() []string {
	out := append([]string{}, v.unknown...)
	for _, x := range v.list {
		out = append(out, x.unknownWithin()...)
	}
	for _, m := range v.members {
		out = append(out, m.value.unknownWithin()...)
	}
	return out
}

// encode writes URLSearchParams as the body that they become.
func (v jsValue) encode() string {
	if v.text != "" {
		return v.text
	}
	var parts []string
	for _, m := range v.members {
		parts = append(parts, url.QueryEscape(m.name)+"="+url.QueryEscape(m.value.text))
	}
	return strings.Join(parts, "&")
}
