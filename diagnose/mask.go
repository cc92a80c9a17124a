package diagnose

import (
	"net/url"
	"reflect"
	"slices"
	"strings"

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

func (m *mask) text(s string) string { return redact.CleanText(m.r.Text(s)) }

func (m *mask) line(s string) string { return redact.Clean(m.r.Text(s)) }

func (m *mask) seen(s answer.Seen) answer.Seen { return masked(m, s) }

func (m *mask) report(r Report) Report { return masked(m, r) }

func (m *mask) probes(ps []probe.Probe) []probe.Probe { return masked(m, ps) }

func (m *mask) browser(b *BrowserVerdict) *BrowserVerdict { return masked(m, b) }

// masked returns a deep copy of v in which every string is redacted and clean.
func masked[T any](m *mask, v T) T {
	in := reflect.ValueOf(&v).Elem()
	out := reflect.New(in.Type()).Elem()
	m.copyInto(out, in)
	return out.Interface().(T)
}

var (
	headerType  = reflect.TypeFor[exchange.Header]()
	sessionType = reflect.TypeFor[exchange.Session]()
)

// copyInto copies in to out, field by field.
func (m *mask) copyInto(out, in reflect.Value) {
	switch in.Type() {
	case headerType:
		h := in.Interface().(exchange.Header)
		out.Set(reflect.ValueOf(exchange.Header{Name: m.line(h.Name), Value: redact.Clean(m.r.Header(h.Name, h.Value))}))
		return
	case sessionType:
		out.Set(reflect.ValueOf(maskedSession(in.Interface().(exchange.Session))))
		return
	}
	switch in.Kind() {
	case reflect.String:
		out.SetString(m.text(in.String()))
	case reflect.Pointer:
		if !in.IsNil() {
			out.Set(reflect.New(in.Type().Elem()))
			m.copyInto(out.Elem(), in.Elem())
		}
	case reflect.Slice:
		if in.IsNil() {
			return
		}
		if in.Type().Elem().Kind() == reflect.Uint8 { // the caller's own id, as JSON
			out.Set(in)
			return
		}
		out.Set(reflect.MakeSlice(in.Type(), in.Len(), in.Len()))
		for i := range in.Len() {
			m.copyInto(out.Index(i), in.Index(i))
		}
	case reflect.Map:
		if in.IsNil() {
			return
		}
		out.Set(reflect.MakeMapWithSize(in.Type(), in.Len()))
		for it := in.MapRange(); it.Next(); {
			v := reflect.New(in.Type().Elem()).Elem()
			m.copyInto(v, it.Value())
			out.SetMapIndex(it.Key(), v)
		}
	case reflect.Struct:
		out.Set(in) // unexported fields (time.Time) as they are
		for i := range in.NumField() {
			if out.Field(i).CanSet() {
				m.copyInto(out.Field(i), in.Field(i))
			}
		}
	default:
		out.Set(in)
	}
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
	out.AccessToken, out.ServiceTokenID, out.ServiceTokenSecret = hide(s.AccessToken), hide(s.ServiceTokenID), hide(s.ServiceTokenSecret)
	out.Cookies = nil
	for _, c := range s.Cookies {
		c.Name, c.Value = redact.Clean(c.Name), redact.Mask
		out.Cookies = append(out.Cookies, c)
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
