package diagnose

import (
	"encoding/json"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/probe"
	"corstui/diagnose/redact"
)

// mask redacts and sanitises the values that leave a diagnosis. A Report is
// masked as it is made, so no view of it has to think of secrets.
type mask struct{ r *redact.Redactor }

// newMask knows the secrets of a case. What stands in the API's or the page's
// own name is public: a token that equals a part of it would mask the name.
func newMask(c exchange.Case) *mask {
	m := &mask{redact.New()}
	m.r.Public(hostOf(c.URL), c.Origin)
	m.r.Add(c.Session.Secrets()...)
	m.r.AddURL(c.URL)
	for _, h := range c.Headers {
		m.r.AddHeader(h.Name, h.Value)
	}
	return m
}

// hostOf is the host of a URL, empty where it has none.
func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return u.Host
}

// learn adds the secrets that an exchange brought: cookies that were set, above
// all, which a page may echo in its body.
func (m *mask) learn(x exchange.Exchange) {
	for _, h := range x.Request.Headers {
		m.r.AddHeader(h.Name, h.Value)
	}
	if x.Response == nil {
		return
	}
	for _, h := range x.Response.Headers {
		m.r.AddHeader(h.Name, h.Value)
	}
}

func (m *mask) text(s string) string { return m.r.CleanText(s) }

func (m *mask) line(s string) string { return redact.Clean(m.r.Text(s)) }

func (m *mask) header(h exchange.Header) string { return redact.Clean(m.r.Header(h.Name, h.Value)) }

func (m *mask) seen(s answer.Seen) answer.Seen { return masked(m, s) }

func (m *mask) report(r Report) Report { return masked(m, r) }

func (m *mask) probes(ps []probe.Probe) []probe.Probe { return masked(m, ps) }

func (m *mask) browser(b *BrowserVerdict) *BrowserVerdict { return masked(m, b) }

// masked returns v with every string redacted and clean. What needs no change
// is shared with v; what does is copied first, so that v stays as it is.
func masked[T any](m *mask, v T) T {
	out, changed := m.hide(reflect.ValueOf(&v).Elem())
	if !changed {
		return v
	}
	return out.Interface().(T)
}

var (
	headerType  = reflect.TypeFor[exchange.Header]()
	sessionType = reflect.TypeFor[exchange.Session]()
)

// hide returns a value in which nothing secret is left, and whether it is another
// than the one that came in. It walks over the value by its type, so that no field
// can be forgotten.
func (m *mask) hide(in reflect.Value) (out reflect.Value, changed bool) {
	switch in.Kind() {
	case reflect.String:
		s := in.String()
		if hidden := m.text(s); hidden != s {
			out = reflect.New(in.Type()).Elem()
			out.SetString(hidden)
			return out, true
		}
	case reflect.Pointer:
		if in.IsNil() {
			return in, false
		}
		if v, ok := m.hide(in.Elem()); ok {
			out = reflect.New(in.Type().Elem())
			out.Elem().Set(v)
			return out, true
		}
	case reflect.Interface:
		if !in.IsNil() {
			return m.hide(in.Elem())
		}
	case reflect.Slice, reflect.Array:
		return m.hideList(in)
	case reflect.Map:
		return m.hideMap(in)
	case reflect.Struct:
		return m.hideStruct(in)
	}
	return in, false
}

func (m *mask) hideList(in reflect.Value) (out reflect.Value, changed bool) {
	if !holdsText(in.Type().Elem()) {
		return in, false // the caller's own id, as JSON
	}
	for i := range in.Len() {
		v, ok := m.hide(in.Index(i))
		if !ok {
			continue
		}
		if !changed {
			out, changed = reflect.New(in.Type()).Elem(), true
			if in.Kind() == reflect.Slice {
				out.Set(reflect.MakeSlice(in.Type(), in.Len(), in.Len()))
			}
			reflect.Copy(out, in)
		}
		out.Index(i).Set(v)
	}
	if !changed {
		return in, false
	}
	return out, true
}

func (m *mask) hideMap(in reflect.Value) (out reflect.Value, changed bool) {
	if in.Len() == 0 {
		return in, false
	}
	// An element of a map has no address: one copy of each serves all.
	key, value := reflect.New(in.Type().Key()).Elem(), reflect.New(in.Type().Elem()).Elem()
	for it := in.MapRange(); it.Next() && !changed; {
		key.SetIterKey(it)
		value.SetIterValue(it)
		_, other := m.hide(key)
		_, ok := m.hide(value)
		changed = ok || other
	}
	if !changed {
		return in, false
	}
	out = reflect.MakeMapWithSize(in.Type(), in.Len())
	for it := in.MapRange(); it.Next(); {
		k, _ := m.hide(it.Key())
		v, _ := m.hide(it.Value())
		out.SetMapIndex(k, v)
	}
	return out, true
}

func (m *mask) hideStruct(in reflect.Value) (out reflect.Value, changed bool) {
	switch in.Type() {
	case headerType:
		h := *of[exchange.Header](in)
		hidden := exchange.Header{Name: m.line(h.Name), Value: m.header(h)}
		if hidden == h {
			return in, false
		}
		return reflect.ValueOf(hidden), true
	case sessionType:
		s := *of[exchange.Session](in)
		if s.Empty() && !slices.ContainsFunc(s.Kinds(), func(k string) bool { return redact.Clean(k) != k }) {
			return in, false
		}
		return reflect.ValueOf(maskedSession(s)), true
	}
	for _, i := range textFields(in.Type()) {
		v, ok := m.hide(in.Field(i))
		if !ok {
			continue
		}
		if !changed {
			out, changed = reflect.New(in.Type()).Elem(), true
			out.Set(in) // unexported fields as they are
		}
		out.Field(i).Set(v)
	}
	if !changed {
		return in, false
	}
	return out, true
}

// of is the value itself where it has an address, so that it is not copied to be
// looked at.
func of[T any](v reflect.Value) *T {
	if v.CanAddr() {
		return v.Addr().Interface().(*T)
	}
	t := v.Interface().(T)
	return &t
}

// textFieldsOf remembers textFields by type.
var textFieldsOf sync.Map // of reflect.Type to []int

// textFields are the exported fields of a struct in which text can be.
func textFields(t reflect.Type) []int {
	if known, ok := textFieldsOf.Load(t); ok {
		return known.([]int)
	}
	var fields []int
	for i := range t.NumField() {
		if f := t.Field(i); f.IsExported() && holdsText(f.Type) {
			fields = append(fields, i)
		}
	}
	textFieldsOf.Store(t, fields)
	return fields
}

// holdsText says whether a value of the type can hold text: numbers, truth
// values and bytes cannot, and what has no exported fields keeps its own.
func holdsText(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String, reflect.Interface:
		return true
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return holdsText(t.Elem())
	case reflect.Struct:
		return t == sessionType || len(textFields(t)) > 0
	}
	return false
}

// maskedSession keeps which credentials there are, without any value.
func maskedSession(s exchange.Session) exchange.Session {
	hide := func(v string) string {
		if v == "" {
			return ""
		}
		return redact.Mask
	}
	out := s // with the kinds that a saved report remembers
	if s.Empty() {
		out = cleanKinds(s)
	}
	out.AccessToken, out.ServiceTokenID, out.ServiceTokenSecret = hide(s.AccessToken), hide(s.ServiceTokenID), hide(s.ServiceTokenSecret)
	out.Cookies = nil
	for _, c := range s.Cookies {
		c.Name, c.Value = redact.Clean(c.Name), redact.Mask
		out.Cookies = append(out.Cookies, c)
	}
	return out
}

// cleanKinds makes the kinds of a session out of a saved report harmless.
func cleanKinds(s exchange.Session) exchange.Session {
	kinds := s.Kinds()
	for i, k := range kinds {
		kinds[i] = redact.Clean(k)
	}
	var out exchange.Session
	b, err := json.Marshal(kinds)
	if err != nil || out.UnmarshalJSON(b) != nil {
		return exchange.Session{}
	}
	return out
}

// Sanitised returns the report with every string redacted by shape and clean:
// a saved report may come from anywhere.
func (r Report) Sanitised() Report {
	return masked(&mask{redact.New()}, r).withLists()
}

// Shown returns a text as it may be shown: redacted by shape, and clean.
func Shown(s string) string { return redact.Clean(redact.New().Text(s)) }

// Masked says whether a value of the case was masked, so that the case cannot be
// run again as it is.
func Masked(c exchange.Case) bool {
	for _, s := range c.Session.Secrets() {
		if s == redact.Mask {
			return true
		}
	}
	for _, h := range c.Headers {
		if strings.Contains(h.Value, redact.Mask) {
			return true
		}
	}
	return strings.Contains(c.URL, redact.Mask)
}

// WithoutMasked returns the case without the session and the headers whose
// values were masked: the mask itself must never be sent in their place.
func WithoutMasked(c exchange.Case) exchange.Case {
	for _, s := range c.Session.Secrets() {
		if s == redact.Mask {
			c.Session = exchange.Session{}
			break
		}
	}
	c.Headers = slices.DeleteFunc(slices.Clone(c.Headers), func(h exchange.Header) bool {
		return strings.Contains(h.Value, redact.Mask)
	})
	return c
}
