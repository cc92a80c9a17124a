package report_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"corstui/diagnose"
	"corstui/diagnose/exchange"
	"corstui/diagnose/report"
)

// Whoever reads a report goes over its lists without asking whether they are
// there.
func TestNoListOfAReportIsLeftOutOrNull(t *testing.T) {
	seen := map[reflect.Type]bool{}
	var walk func(path string, rt reflect.Type)
	walk = func(path string, rt reflect.Type) {
		switch rt.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Array:
			walk(path, rt.Elem())
		case reflect.Struct:
			if seen[rt] {
				return
			}
			seen[rt] = true
			for i := range rt.NumField() {
				f := rt.Field(i)
				tag := f.Tag.Get("json")
				if !f.IsExported() || tag == "-" {
					continue
				}
				if f.Type.Kind() == reflect.Slice && strings.Contains(tag, "omitempty") {
					t.Errorf("%s.%s is left out where it is empty", path, f.Name)
				}
				walk(path+"."+f.Name, f.Type)
			}
		}
	}
	walk("Report", reflect.TypeFor[diagnose.Report]())

	// A report of nothing at all has every list, too.
	b, err := report.AsJSON(diagnose.Failed(exchange.Case{URL: "https://api.example.com/"}, errors.New("no options")))
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	may := map[string]bool{".id": true, ".verdict.blocked_at": true, ".verdict.reason": true}
	var nulls func(path string, v any)
	nulls = func(path string, v any) {
		switch v := v.(type) {
		case nil:
			if !may[path] {
				t.Errorf("%s is null", path)
			}
		case []any:
			for _, e := range v {
				nulls(path+"[]", e)
			}
		case map[string]any:
			for k, e := range v {
				nulls(path+"."+k, e)
			}
		}
	}
	nulls("", v)
}
