package exchange

import (
	"encoding/json"
	"testing"
)

func FuzzHeadersAreWrittenAsJSONWritesPairs(f *testing.F) {
	f.Add("Content-Type", "application/json")
	f.Add("X-<b>&", "a\"b\\c\x00\x1b\u2028\xff\x7fé")
	f.Fuzz(func(t *testing.T, name, value string) {
		want, err := json.Marshal([][2]string{{name, value}, {value, name}})
		if err != nil {
			t.Fatal(err)
		}
		got, err := json.Marshal(Headers{{name, value}, {value, name}})
		if err != nil || string(got) != string(want) {
			t.Errorf("%s, %v; want %s", got, err, want)
		}
	})
}

func TestHeadersInJSON(t *testing.T) {
	for _, tt := range []struct {
		hs   Headers
		want string
	}{
		{nil, `[]`},
		{Headers{}, `[]`},
		{Headers{{"Vary", "Origin"}, {"vary", ""}}, `[["Vary","Origin"],["vary",""]]`},
	} {
		got, err := json.Marshal(tt.hs)
		if err != nil || string(got) != tt.want {
			t.Errorf("%v is %s, %v; want %s", tt.hs, got, err, tt.want)
		}
		var back Headers
		if err := json.Unmarshal(got, &back); err != nil || len(back) != len(tt.hs) {
			t.Errorf("%s comes back as %v, %v", got, back, err)
		}
	}
	for _, bad := range []string{`[["a"]]`, `[["a","b","c"]]`, `[{"a":"b"}]`, `[["a",1]]`} {
		var hs Headers
		if json.Unmarshal([]byte(bad), &hs) == nil {
			t.Errorf("%s is read as %v", bad, hs)
		}
	}
}
