package diagnose

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"corstui/diagnose/exchange"
)

// fill puts s into every string that a value has, also of lists and maps.
func fill(v reflect.Value, s string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
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
		e := reflect.New(v.Type().Elem()).Elem()
		fill(e, s)
		v.SetMapIndex(reflect.ValueOf(s).Convert(v.Type().Key()), e)
	case reflect.Struct:
		if _, ok := v.Interface().(time.Time); ok {
			return
		}
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				fill(v.Field(i), s)
			}
		}
	}
}

// texts are all strings that a value has, session values too.
func texts(v reflect.Value, to *[]string) {
	switch v.Kind() {
	case reflect.String:
		*to = append(*to, v.String())
	case reflect.Pointer:
		texts(v.Elem(), to)
	case reflect.Slice:
		for i := range v.Len() {
			texts(v.Index(i), to)
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			texts(it.Key(), to)
			texts(it.Value(), to)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			texts(v.Field(i), to)
		}
	}
}

func TestNoFieldOfAReportEscapesTheMask(t *testing.T) {
	const secret = "the-secret-value"
	m := newMask(exchange.Case{Session: exchange.Session{AccessToken: secret}})
	var r Report
	fill(reflect.ValueOf(&r).Elem(), "a "+secret+"\x1b[2J\u202e")
	r.Case.Session = exchange.Session{
		AccessToken: secret, ServiceTokenID: secret, ServiceTokenSecret: secret, Cookies: []exchange.Cookie{{Name: "sid\x1b", Value: secret}},
	}
	r.ID = json.RawMessage(`"` + secret + `"`) // the caller's own
	before, _ := json.Marshal(r)

	masked := m.report(r)
	id := masked.ID
	masked.ID = nil
	var all []string
	texts(reflect.ValueOf(masked), &all)
	if len(all) < 100 {
		t.Fatalf("only %d texts in the report", len(all))
	}
	for _, s := range all {
		if strings.Contains(s, secret) || strings.ContainsAny(s, "\x1b\u202e") {
			t.Fatalf("%q stands in the masked report", s)
		}
	}
	if string(id) != string(r.ID) {
		t.Errorf("the id became %s", id)
	}
	if after, _ := json.Marshal(r); string(after) != string(before) {
		t.Error("masking changed the value that came in")
	}
}

func TestWhatNeedsNoMaskIsShared(t *testing.T) {
	var r Report
	fill(reflect.ValueOf(&r).Elem(), "plain")
	r.Case.Session = exchange.Session{}
	for i := range r.Exchanges {
		r.Exchanges[i].Request.Headers = exchange.Headers{{Name: "Accept", Value: "*/*"}}
		r.Exchanges[i].Response.Headers = exchange.Headers{{Name: "Server", Value: "nginx"}}
	}
	r.Case.Headers = nil
	masked := newMask(exchange.Case{}).report(r)
	if &masked.Findings[0] != &r.Findings[0] || &masked.Exchanges[0] != &r.Exchanges[0] {
		t.Error("a report without secrets was copied")
	}
	r.Findings[1].Title = "Bearer abcdefghijkl"
	masked = newMask(exchange.Case{}).report(r)
	if &masked.Findings[0] == &r.Findings[0] || strings.Contains(masked.Findings[1].Title, "abcdefghijkl") {
		t.Errorf("a finding with a secret was not copied and masked: %q", masked.Findings[1].Title)
	}
}

func TestASavedReportIsCleanedAgain(t *testing.T) {
	var r Report
	if err := json.Unmarshal([]byte(`{"schema":1,"case":{"session":["cookie \u001b[2J"]},"verdict":{"engines":{"\u001b[2J":{"console":"\u202e"}}}}`), &r); err != nil {
		t.Fatal(err)
	}
	out, _ := json.Marshal(r.Sanitised())
	if s := string(out); strings.Contains(s, `\u001b`) || strings.Contains(s, "\u202e") || !strings.Contains(s, `cookie \\x1b[2J`) {
		t.Errorf("got %s", s)
	}
}
