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
	hide := hiderOf(reflect.TypeFor[T]())
	if hide == nil {
		return v
	}
	out, changed := hide(m, reflect.ValueOf(&v).Elem())
	if !changed {
		return v
	}
	return out.Interface().(T)
}

// A hider returns a value of one type in which nothing secret is left, and
// whether it is another than the one that came in. Hiders are made from the
// types, so that no field can be forgotten, once for each.
type hider func(m *mask, in reflect.Value) (out reflect.Value, changed bool)

// hiders are the hiders of all types met so far, by reflect.Type.
var hiders sync.Map

var (
	headerType  = reflect.TypeFor[exchange.Header]()
	sessionType = reflect.TypeFor[exchange.Session]()
)

// hiderOf returns the hider of a type; nil for one that cannot hold text, as
// numbers, truth values and bytes cannot. What has no exported fields keeps its
// own.
func hiderOf(t reflect.Type) hider {
	if h, ok := hiders.Load(t); ok {
		return h.(hider)
	}
	h := newHider(t)
	hiders.Store(t, h)
	return h
}

func newHider(t reflect.Type) hider {
	switch t.Kind() {
	case reflect.String:
		return hideString
	case reflect.Interface:
		return hideInterface
	case reflect.Pointer:
		return pointerHider(t)
	case reflect.Slice, reflect.Array:
		return listHider(t)
	case reflect.Map:
		return mapHider(t)
	case reflect.Struct:
		switch t {
		case headerType:
			return hideHeader
		case sessionType:
			return hideSession
		}
		return structHider(t)
	}
	return nil
}

func hideString(m *mask, in reflect.Value) (reflect.Value, bool) {
	s := in.String()
	hidden := m.text(s)
	if hidden == s {
		return in, false
	}
	out := reflect.New(in.Type()).Elem()
	out.SetString(hidden)
	return out, true
}

func hideInterface(m *mask, in reflect.Value) (reflect.Value, bool) {
	if in.IsNil() {
		return in, false
	}
	if hide := hiderOf(in.Elem().Type()); hide != nil {
		return hide(m, in.Elem())
	}
	return in, false
}

func pointerHider(t reflect.Type) hider {
	elem := hiderOf(t.Elem())
	if elem == nil {
		return nil
	}
	return func(m *mask, in reflect.Value) (reflect.Value, bool) {
		if in.IsNil() {
			return in, false
		}
		v, changed := elem(m, in.Elem())
		if !changed {
			return in, false
		}
		out := reflect.New(t.Elem())
		out.Elem().Set(v)
		return out, true
	}
}

func listHider(t reflect.Type) hider {
	elem := hiderOf(t.Elem())
	if elem == nil {
		return nil // the caller's own id, as JSON
	}
	return func(m *mask, in reflect.Value) (out reflect.Value, changed bool) {
		for i := range in.Len() {
			v, ok := elem(m, in.Index(i))
			if !ok {
				continue
			}
			if !changed {
				out, changed = reflect.New(t).Elem(), true
				if t.Kind() == reflect.Slice {
					out.Set(reflect.MakeSlice(t, in.Len(), in.Len()))
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
}

func mapHider(t reflect.Type) hider {
	hideKey, hideValue := hiderOf(t.Key()), hiderOf(t.Elem())
	if hideKey == nil && hideValue == nil {
		return nil
	}
	keep := func(_ *mask, in reflect.Value) (reflect.Value, bool) { return in, false }
	if hideKey == nil {
		hideKey = keep
	}
	if hideValue == nil {
		hideValue = keep
	}
	return func(m *mask, in reflect.Value) (out reflect.Value, changed bool) {
		if in.Len() == 0 {
			return in, false
		}
		// An element of a map has no address: one copy of each serves all.
		key, value := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
		for it := in.MapRange(); it.Next() && !changed; {
			key.SetIterKey(it)
			value.SetIterValue(it)
			_, other := hideKey(m, key)
			_, ok := hideValue(m, value)
			changed = ok || other
		}
		if !changed {
			return in, false
		}
		out = reflect.MakeMapWithSize(t, in.Len())
		for it := in.MapRange(); it.Next(); {
			k, _ := hideKey(m, it.Key())
			v, _ := hideValue(m, it.Value())
			out.SetMapIndex(k, v)
		}
		return out, true
	}
}

// structHider hides in the exported fields in which text can be.
func structHider(t reflect.Type) hider {
	type field struct {
		index int
		hide  hider
	}
	var fields []field
	for i := range t.NumField() {
		if f := t.Field(i); f.IsExported() {
			if hide := hiderOf(f.Type); hide != nil {
				fields = append(fields, field{i, hide})
			}
		}
	}
	if fields == nil {
		return nil
	}
	return func(m *mask, in reflect.Value) (out reflect.Value, changed bool) {
		for _, f := range fields {
			v, ok := f.hide(m, in.Field(f.index))
			if !ok {
				continue
			}
			if !changed {
				out, changed = reflect.New(t).Elem(), true
				out.Set(in) // unexported fields as they are
			}
			out.Field(f.index).Set(v)
		}
		if !changed {
			return in, false
		}
		return out, true
	}
}

func hideHeader(m *mask, in reflect.Value) (reflect.Value, bool) {
	h := *of[exchange.Header](in)
	hidden := exchange.Header{Name: m.line(h.Name), Value: m.header(h)}
	if hidden == h {
		return in, false
	}
	return reflect.ValueOf(hidden), true
}

func hideSession(_ *mask, in reflect.Value) (reflect.Value, bool) {
	s := *of[exchange.Session](in)
	if s.Empty() && !slices.ContainsFunc(s.Kinds(), func(k string) bool { return redact.Clean(k) != k }) {
		return in, false
	}
	return reflect.ValueOf(maskedSession(s)), true
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
