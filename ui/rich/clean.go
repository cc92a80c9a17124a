package rich

import (
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"
)

// CleanString makes a string safe to draw: a control character or a
// bidirectional override that it carries becomes a visible mark, a tab becomes
// blanks. Line breaks stay.
//
// What the engine hands over is clean already; a saved report that somebody
// else wrote need not be.
func CleanString(s string) string {
	if clean(s) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n':
			b.WriteByte('\n')
		case r == '\t':
			b.WriteString("    ")
		case r == '\r':
		case r < 0x20:
			b.WriteRune(0x2400 + r) // the control pictures of Unicode
		case r == 0x7f:
			b.WriteRune('␡')
		case unsafeRune(r):
			b.WriteRune('�')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func clean(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if (r < 0x20 && r != '\n') || r == 0x7f || (r > 0x7f && unsafeRune(r)) {
			return false
		}
	}
	return true
}

// unsafeRune says whether a character above ASCII moves the cursor, hides text
// or turns its direction.
func unsafeRune(r rune) bool {
	switch {
	case r >= 0x80 && r < 0xa0, r == utf8.RuneError:
		return true
	case r == 0x200d: // joins emoji
		return false
	}
	return unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r)
}

// OneLine is CleanString on one line: breaks become blanks.
func OneLine(s string) string {
	s = CleanString(s)
	if strings.IndexByte(s, '\n') < 0 {
		return s
	}
	return strings.Join(strings.Fields(s), " ")
}

func unbroken(s string) string {
	if strings.IndexByte(s, '\n') < 0 {
		return s
	}
	return strings.ReplaceAll(s, "\n", " ")
}

// Clean returns a deep copy of a value in which every string is clean and, but in
// fields named Body, on one line.
func Clean[T any](v T) T {
	out := reflect.New(reflect.TypeOf(&v).Elem()).Elem()
	copyClean(out, reflect.ValueOf(&v).Elem(), false)
	return out.Interface().(T)
}

func copyClean(dst, src reflect.Value, body bool) {
	switch src.Kind() {
	case reflect.String:
		if body {
			dst.SetString(CleanString(src.String()))
		} else {
			dst.SetString(unbroken(CleanString(src.String())))
		}
	case reflect.Pointer:
		if !src.IsNil() {
			dst.Set(reflect.New(src.Type().Elem()))
			copyClean(dst.Elem(), src.Elem(), body)
		}
	case reflect.Slice:
		if src.IsNil() || src.Type().Elem().Kind() == reflect.Uint8 {
			dst.Set(src)
			return
		}
		dst.Set(reflect.MakeSlice(src.Type(), src.Len(), src.Len()))
		for i := range src.Len() {
			copyClean(dst.Index(i), src.Index(i), body)
		}
	case reflect.Map:
		if src.IsNil() {
			return
		}
		dst.Set(reflect.MakeMapWithSize(src.Type(), src.Len()))
		for it := src.MapRange(); it.Next(); {
			k, v := reflect.New(it.Key().Type()).Elem(), reflect.New(it.Value().Type()).Elem()
			copyClean(k, it.Key(), body)
			copyClean(v, it.Value(), body)
			dst.SetMapIndex(k, v)
		}
	case reflect.Struct:
		dst.Set(src) // unexported fields, such as those of time.Time, as they are
		for i := range src.NumField() {
			if dst.Field(i).CanSet() {
				copyClean(dst.Field(i), src.Field(i), src.Type().Field(i).Name == "Body")
			}
		}
	default:
		dst.Set(src)
	}
}
