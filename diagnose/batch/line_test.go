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
