package report

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"testing"
	"time"

	"corstui/diagnose"
)

// standard is the line as encoding/json writes it.
func standard(t *testing.T, v any) string {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// filled returns a report in which everything that can be there is there: each
// list has two elements, each string is s.
func filled(s string) diagnose.Report {
	var r diagnose.Report
	fill(reflect.ValueOf(&r).Elem(), s)
	r.ID = json.RawMessage(` { "a" : [ 1, "<&>" ] } `)
	return r
}

func fill(v reflect.Value, s string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(-204)
	case reflect.Float64:
		v.SetFloat(12.5)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), s)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(v.Index(i), s)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for _, k := range []string{s + "b", s + "a"} {
			e := reflect.New(v.Type().Elem()).Elem()
			fill(e, s)
			v.SetMapIndex(reflect.ValueOf(k).Convert(v.Type().Key()), e)
		}
	case reflect.Struct:
		if t, ok := v.Addr().Interface().(*time.Time); ok {
			*t = time.Date(2026, 11, 25, 10, 0, 0, 123456789, time.FixedZone("", 3600))
			return
		}
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				fill(v.Field(i), s)
			}
		}
	}
}

func TestALineIsWhatEncodingJSONWrites(t *testing.T) {
	reports := map[string]diagnose.Report{
		"empty":  {},
		"filled": filled("text"),
		"odd":    filled("\"\\\n\r\t\b\f\x00\x1f\x7f<>&\u2028\u2029é\xff\xc3\U0001F600"),
	}
	for name, r := range reports {
		got, err := AsLine(r)
		if want := standard(t, r); err != nil || string(got) != want {
			t.Errorf("%s: %v\n%s\nwant\n%s", name, err, got, want)
		}
	}
}

func TestAnIDThatIsNoJSONIsAnError(t *testing.T) {
	if b, err := AsLine(diagnose.Report{ID: json.RawMessage(`{`)}); err == nil {
		t.Errorf("written as %s", b)
	}
}

func FuzzStringsAndNumbersInALine(f *testing.F) {
	f.Add("a\"b\\c\x00\u2028\xff", 0.1)
	f.Add("", 1e-7)
	f.Add("é", 1e21)
	f.Fuzz(func(t *testing.T, s string, n float64) {
		if math.IsNaN(n) || math.IsInf(n, 0) {
			n = 0
		}
		v := struct {
			S string             `json:"s"`
			M map[string]float64 `json:"m,omitempty"`
		}{s, map[string]float64{s: n}}
		got, err := writerOf(reflect.TypeOf(v))(nil, reflect.ValueOf(v))
		if want := standard(t, v); err != nil || string(got)+"\n" != want {
			t.Errorf("%s, %v; want %s", got, err, want)
		}
	})
}
