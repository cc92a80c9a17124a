package report

import (
	"bytes"
	"cmp"
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// A writer appends a value's JSON form, the same bytes that encoding/json writes
// without HTML escapes. A batch writes a report for every case, and what
// encoding/json does over again for each (look up types, check what a
// MarshalJSON wrote) is done here once for each type.
type writer func(b []byte, v reflect.Value) ([]byte, error)

// writers are the writers of all types met so far, by reflect.Type.
var writers sync.Map

var rawType = reflect.TypeFor[*json.RawMessage]()

var marshalerType = reflect.TypeFor[json.Marshaler]()

func writerOf(t reflect.Type) writer {
	if w, ok := writers.Load(t); ok {
		return w.(writer)
	}
	w := newWriter(t)
	writers.Store(t, w)
	return w
}

func newWriter(t reflect.Type) writer {
	if t.Implements(marshalerType) && t.Kind() != reflect.Pointer {
		return writeMarshaler
	}
	switch t.Kind() {
	case reflect.String:
		return func(b []byte, v reflect.Value) ([]byte, error) { return appendString(b, v.String()), nil }
	case reflect.Bool:
		return func(b []byte, v reflect.Value) ([]byte, error) { return strconv.AppendBool(b, v.Bool()), nil }
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return func(b []byte, v reflect.Value) ([]byte, error) { return strconv.AppendInt(b, v.Int(), 10), nil }
	case reflect.Float64:
		return writeFloat
	case reflect.Pointer:
		elem := writerOf(t.Elem())
		return func(b []byte, v reflect.Value) ([]byte, error) {
			if v.IsNil() {
				return append(b, "null"...), nil
			}
			return elem(b, v.Elem())
		}
	case reflect.Slice:
		if t.Elem().Kind() != reflect.Uint8 {
			return sliceWriter(t)
		}
	case reflect.Map:
		if t.Key().Kind() == reflect.String {
			return mapWriter(t)
		}
	case reflect.Struct:
		return structWriter(t)
	}
	return writeOther
}

// writeOther leaves a value to encoding/json.
func writeOther(b []byte, v reflect.Value) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	err := e.Encode(v.Interface())
	return append(b, bytes.TrimSuffix(out.Bytes(), []byte("\n"))...), err
}

// writeMarshaler takes what a type's own MarshalJSON writes.
func writeMarshaler(b []byte, v reflect.Value) ([]byte, error) {
	if v.CanAddr() && v.Kind() != reflect.Interface {
		v = v.Addr() // so that the value is not copied to be looked at
	}
	if v.Type() == rawType {
		v = v.Elem()
	}
	if raw, ok := v.Interface().(json.RawMessage); ok {
		if raw == nil {
			return append(b, "null"...), nil
		}
		// The caller's own value, spaced as it likes.
		out := bytes.NewBuffer(b)
		err := json.Compact(out, raw)
		return out.Bytes(), err
	}
	if a, ok := v.Interface().(interface{ AppendJSON(b []byte) []byte }); ok {
		return a.AppendJSON(b), nil
	}
	own, err := v.Interface().(json.Marshaler).MarshalJSON()
	return append(b, own...), err
}

func writeFloat(b []byte, v reflect.Value) ([]byte, error) {
	f := v.Float()
	if a := math.Abs(f); a != 0 && (a < 1e-6 || a >= 1e21) || math.IsNaN(f) {
		return writeOther(b, v)
	}
	return strconv.AppendFloat(b, f, 'f', -1, 64), nil
}

func sliceWriter(t reflect.Type) writer {
	elem := writerOf(t.Elem())
	return func(b []byte, v reflect.Value) (_ []byte, err error) {
		if v.IsNil() {
			return append(b, "null"...), nil
		}
		b = append(b, '[')
		for i := range v.Len() {
			if i > 0 {
				b = append(b, ',')
			}
			if b, err = elem(b, v.Index(i)); err != nil {
				return b, err
			}
		}
		return append(b, ']'), nil
	}
}

func mapWriter(t reflect.Type) writer {
	elem := writerOf(t.Elem())
	return func(b []byte, v reflect.Value) (_ []byte, err error) {
		if v.IsNil() {
			return append(b, "null"...), nil
		}
		keys := v.MapKeys()
		slices.SortFunc(keys, func(x, y reflect.Value) int { return cmp.Compare(x.String(), y.String()) })
		b = append(b, '{')
		for i, k := range keys {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendString(b, k.String()), ':')
			if b, err = elem(b, v.MapIndex(k)); err != nil {
				return b, err
			}
		}
		return append(b, '}'), nil
	}
}

// member is one member of an object.
type member struct {
	index     int
	name      string // quoted, with the colon
	omitEmpty bool
	write     writer
	embedded  []member // of a struct whose members are those of the object itself
}

func structWriter(t reflect.Type) writer {
	members := membersOf(t)
	return func(b []byte, v reflect.Value) ([]byte, error) {
		b = append(b, '{')
		start := len(b)
		b, err := writeMembers(b, v, members, start)
		return append(b, '}'), err
	}
}

func membersOf(t reflect.Type) []member {
	var out []member
	for i := range t.NumField() {
		f := t.Field(i)
		tag, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case tag == "-" && options == "", !f.IsExported():
		case f.Anonymous && tag == "" && f.Type.Kind() == reflect.Struct:
			out = append(out, member{index: i, embedded: membersOf(f.Type)})
		default:
			out = append(out, member{
				index: i, name: string(appendString(nil, cmp.Or(tag, f.Name))) + ":",
				omitEmpty: options == "omitempty", write: writerOf(f.Type),
			})
		}
	}
	return out
}

func writeMembers(b []byte, v reflect.Value, members []member, start int) (_ []byte, err error) {
	for i := range members {
		m := &members[i]
		f := v.Field(m.index)
		if m.embedded != nil {
			if b, err = writeMembers(b, f, m.embedded, start); err != nil {
				return b, err
			}
			continue
		}
		if m.omitEmpty && empty(f) {
			continue
		}
		if len(b) > start {
			b = append(b, ',')
		}
		if b, err = m.write(append(b, m.name...), f); err != nil {
			return b, err
		}
	}
	return b, nil
}

// empty is what omitempty leaves out.
func empty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String, reflect.Slice, reflect.Map, reflect.Array:
		return v.Len() == 0
	case reflect.Struct:
		return false
	}
	return v.IsZero()
}

// asIs are the bytes that stand for themselves in a JSON string.
var asIs = func() (t [256]bool) {
	for c := ' '; c < utf8.RuneSelf; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// appendString writes a string as encoding/json does without HTML escapes.
func appendString(b []byte, s string) []byte {
	const hexDigits = "0123456789abcdef"
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if asIs[c] {
			i++
			continue
		}
		size, escape := 1, ""
		switch {
		case c == '"' || c == '\\':
			escape = `\` + string(rune(c))
		case c == '\n':
			escape = `\n`
		case c == '\r':
			escape = `\r`
		case c == '\t':
			escape = `\t`
		case c == '\b':
			escape = `\b`
		case c == '\f':
			escape = `\f`
		case c < 0x20:
			escape = `\u00` + hexDigits[c>>4:c>>4+1] + hexDigits[c&0xf:c&0xf+1]
		case c >= utf8.RuneSelf:
			var r rune
			switch r, size = utf8.DecodeRuneInString(s[i:]); {
			case r == utf8.RuneError && size == 1:
				escape = `\ufffd`
			case r == '\u2028' || r == '\u2029': // no JSON needs it, JavaScript once did
				escape = `\u202` + hexDigits[r&0xf:r&0xf+1]
			}
		}
		if escape != "" {
			b = append(append(b, s[from:i]...), escape...)
			from = i + size
		}
		i += size
	}
	return append(append(b, s[from:]...), '"')
}
