package batch_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"corstui/diagnose/batch"
)

// An option that is left out has its default; at an empty one fetch() throws.
func TestAnEmptyOptionThrowsAndAnAbsentOneDoesNot(t *testing.T) {
	var requests atomic.Int64
	s := api(&requests)
	defer s.Close()
	for _, option := range []string{"method", "credentials", "mode", "redirect"} {
		for value, layer := range map[string]string{`""`: "browser", `null`: "origin"} {
			in := `{"url":"https://api.example.com/","origin":"https://app.example.com","` + option + `":` + value + `}`
			requests.Store(0)
			var out bytes.Buffer
			if _, err := batch.Run(context.Background(), strings.NewReader(in), &out, to(s)); err != nil {
				t.Fatal(err)
			}
			var r struct {
				AnsweredBy struct{ Layer string } `json:"answered_by"`
			}
			if err := json.Unmarshal(out.Bytes(), &r); err != nil || r.AnsweredBy.Layer != layer {
				t.Errorf("%s %s: layer %q, want %q (%v)", option, value, r.AnsweredBy.Layer, layer, err)
			}
			if sent := requests.Load() > 0; sent != (layer == "origin") {
				t.Errorf("%s %s: %d requests", option, value, requests.Load())
			}
		}
	}
}

func TestParseLineNamesWhatIsWrong(t *testing.T) {
	for in, want := range map[string]string{
		`[1]`: "not a case: it is a JSON array",
		`{"url":"https://a.example/","origin":"app.example"}`:                                   `origin "app.example" has no scheme`,
		`{"url":"https://a.example/","origin":"https://b.example","method":["GET"]}`:            `"method" must not be an array`,
		`{"url":"https://a.example/","origin":"https://b.example","credentials":1}`:             `"credentials" must not be a number`,
		`{"url":"https://a.example/","origin":"https://b.example","headers":[["a",1]]}`:         `header ["a",1]: want a pair of strings`,
		`{"url":"https://a.example/","origin":"https://b.example","headers":[["a","b"],["c"]]}`: `header ["c"]: want a pair of strings`,
	} {
		_, _, err := batch.ParseLine([]byte(in))
		if err == nil || !strings.Contains(err.Error(), want) || strings.HasPrefix(err.Error(), "origin origin") {
			t.Errorf("%s: %v, want %q", in, err, want)
		}
	}
}

func TestAByteOrderMarkIsNoPartOfACase(t *testing.T) {
	c, id, err := batch.ParseLine([]byte("\ufeff" + `{"id":7,"url":"https://a.example/","origin":"https://b.example"}`))
	if err != nil || c.URL != "https://a.example/" || string(id) != "7" {
		t.Errorf("%+v, %s, %v", c, id, err)
	}
}

// A JSON name is its characters: "ID" is a member of the user's own, not the id.
func TestMembersHaveTheirExactNames(t *testing.T) {
	const good = `"id":7,"url":"https://a.example/","origin":"https://b.example"`
	for _, more := range []string{
		`"ID":8`, `"Id":{"id":9}`, `"\u0049D":8`, `"i\u0044":8`, `"URL":"https://other.example/"`, `"Origin":17`, `"METHOD":"PUT"`, `"Headers":{}`, `"credentialS":1`, `"READ_HEADERS":"x"`,
		"\"credential\u017f\":1", `"note":"\"ID\":8"`, `"a":["ID",{"ID":8}]`, `"" : 1`,
	} {
		for _, in := range []string{`{` + good + `,` + more + `}`, ` { ` + more + " ,\t" + good + `}`} {
			raw := []byte(in)
			c, id, err := batch.ParseLine(raw)
			if err != nil || string(id) != "7" || c.URL != "https://a.example/" || c.Origin != "https://b.example" || c.Method != "" || c.Headers != nil {
				t.Errorf("%s: %+v, id %s, %v", in, c, id, err)
			}
			if string(raw) != in {
				t.Errorf("the line was changed to %s", raw)
			}
		}
	}
	// An escape is the character that it stands for.
	c, id, err := batch.ParseLine([]byte(`{"\u0069d":7,"\u0075rl":"https://a.example/","origin":"https://b.example"}`))
	if err != nil || string(id) != "7" || c.URL != "https://a.example/" {
		t.Errorf("%+v, id %s, %v", c, id, err)
	}
	// What is not there by its name is missing.
	if _, id, err := batch.ParseLine([]byte(`{"ID":7,"URL":"https://a.example/","origin":"https://b.example"}`)); err == nil || !strings.Contains(err.Error(), `"url" is missing`) || id != nil {
		t.Errorf("id %s, %v", id, err)
	}
	if _, id, err := batch.ParseLine([]byte(`{"id":7,"ID":8,"url":17,"origin":"https://b.example"}`)); err == nil || string(id) != "7" {
		t.Errorf("id %s, %v", id, err)
	}
}

func FuzzParseLineKeepsTheID(f *testing.F) {
	for _, id := range []string{`1`, `"a"`, "\"\u009b\u202e\U000e0041\"", "\"\xff\"", `{"a":[null]}`, `"\ud800\""`} {
		f.Add(id)
	}
	f.Fuzz(func(t *testing.T, id string) {
		var want any
		if json.Unmarshal([]byte(id), &want) != nil {
			return
		}
		for _, url := range []string{`"https://a.example/"`, `17`} {
			_, got, _ := batch.ParseLine([]byte(`{"id":` + id + `,"url":` + url + `,"origin":"https://b.example"}`))
			var back any
			if err := json.Unmarshal(got, &back); err != nil && want != nil {
				t.Fatalf("id %q comes back as %q: %v", id, got, err)
			}
			a, _ := json.Marshal(want)
			b, _ := json.Marshal(back)
			if !bytes.Equal(a, b) {
				t.Fatalf("id %q comes back as %q", id, got)
			}
		}
	})
}

// A case that takes its time keeps no worker from those behind it.
func TestASlowCaseDoesNotHoldUpTheOthers(t *testing.T) {
	var done atomic.Int64
	release := make(chan struct{})
	var once sync.Once
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/items/0" {
			<-release
			return
		}
		if r.Method == http.MethodOptions && done.Add(1) == 40 {
			once.Do(func() { close(release) })
		}
	}))
	defer s.Close()
	o := to(s)
	o.Concurrency = 4
	time.AfterFunc(20*time.Second, func() {
		once.Do(func() { t.Errorf("only %d cases went on beside the slow one", done.Load()); close(release) })
	})
	if _, err := batch.Run(context.Background(), cases(60), io.Discard, o); err != nil {
		t.Fatal(err)
	}
}

func TestNothingMayStandBehindACase(t *testing.T) {
	for _, rest := range []string{"}", "]", "{}", " x", ","} {
		_, id, err := batch.ParseLine([]byte(`{"id":7,"url":"https://api.example.com/","origin":"https://app.example.com"}` + rest))
		if err == nil || string(id) != "7" {
			t.Errorf("%q behind the case: id %s, error %v", rest, id, err)
		}
	}
}
