package batch_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"corstui/diagnose"
	"corstui/diagnose/batch"
	"corstui/diagnose/probe"
	"corstui/diagnose/report"
)

// to are the options of a batch whose every host is this server.
func to(s *httptest.Server) batch.Options {
	return batch.Options{
		Concurrency: 4, ShardIndex: 1, ShardCount: 1, Render: report.AsLine,
		Diagnosis: diagnose.Options{VerdictOnly: true, MaxTime: 30 * time.Second, Network: probe.Network{
			ConnectTo: []string{"::" + strings.TrimPrefix(s.URL, "https://")}, Insecure: true,
		}},
	}
}

// ids are those of the lines of an output.
func ids(t *testing.T, out string) []string {
	t.Helper()
	var all []string
	for line := range strings.Lines(out) {
		var l struct {
			ID json.RawMessage `json:"id"`
		}
		if err := json.Unmarshal([]byte(line), &l); err != nil || !strings.HasSuffix(line, "\n") {
			t.Fatalf("no line of JSON: %.80s, %v", line, err)
		}
		all = append(all, string(l.ID))
	}
	return all
}

func numbers(from, to int) []string {
	var out []string
	for i := from; i < to; i++ {
		out = append(out, fmt.Sprint(i))
	}
	return out
}

func TestReportsComeInTheOrderOfTheInput(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "0") { // every tenth is slow
			time.Sleep(20 * time.Millisecond)
		}
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Access-Control-Allow-Headers", "x-client")
	}))
	defer s.Close()
	var out bytes.Buffer
	var told []batch.Progress
	o := to(s)
	o.Progress = func(p batch.Progress) { told = append(told, p) }
	code, err := batch.Run(context.Background(), cases(100), &out, o)
	if err != nil || code != diagnose.ExitAllowed {
		t.Fatalf("%d, %v", code, err)
	}
	if got := ids(t, out.String()); strings.Join(got, " ") != strings.Join(numbers(0, 100), " ") {
		t.Errorf("order %v", got)
	}
	if len(told) != 100 || told[99].Written != 100 || told[99].Blocked+told[99].Silent+told[99].Unread != 0 {
		t.Errorf("told %d times, last %+v", len(told), told[len(told)-1])
	}
}

func TestALineThatIsNoCaseDoesNotStopTheRest(t *testing.T) {
	s := api(new(atomic.Int64))
	defer s.Close()
	in := strings.Join([]string{
		`{"id":"good","url":"https://api.example.com/","origin":"https://app.example.com"}`,
		`{"id":"cut","url":"https://api`,
		`{"id":"no-url","origin":"https://app.example.com"}`,
		`{"id":"wrong","url":["x"],"origin":"https://app.example.com"}`,
		`{"id":"two","url":"https://a.example/","origin":"https://app.example.com"} {"id":2}`,
		`[1,2]`,
		strings.Repeat("x", 9<<20),
		strings.Repeat("[", 20_000),
		"",
		`{"id":"thrown","url":"https://u:p@a.example/","origin":"https://app.example.com"}`,
	}, "\n")
	var out bytes.Buffer
	code, err := batch.Run(context.Background(), strings.NewReader(in), &out, to(s))
	if err != nil || code != diagnose.ExitBlocked {
		t.Fatalf("%d, %v", code, err)
	}
	want := `"good" null "no-url" "wrong" "two" null null null "thrown"`
	if got := strings.Join(ids(t, out.String()), " "); got != want {
		t.Errorf("ids %s, want %s", got, want)
	}
	if n := strings.Count(out.String(), `"error":"line `); n != 7 {
		t.Errorf("%d lines have an error, want 7:\n%.2000s", n, out.String())
	}
}

func TestShardsShareTheCases(t *testing.T) {
	s := api(new(atomic.Int64))
	defer s.Close()
	seen := map[string]int{}
	for i := 1; i <= 3; i++ {
		o := to(s)
		o.ShardIndex, o.ShardCount = i, 3
		var out bytes.Buffer
		if _, err := batch.Run(context.Background(), cases(10), &out, o); err != nil {
			t.Fatal(err)
		}
		for _, id := range ids(t, out.String()) {
			seen[id]++
		}
	}
	for _, id := range numbers(0, 10) {
		if seen[id] != 1 {
			t.Errorf("case %s ran %d times", id, seen[id])
		}
	}
}

func TestPerHostBoundsOneHost(t *testing.T) {
	var now, most atomic.Int64
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		time.Sleep(2 * time.Millisecond)
	}))
	defer s.Close()
	o := to(s)
	o.Concurrency, o.PerHost = 16, 2
	if _, err := batch.Run(context.Background(), cases(40), io.Discard, o); err != nil {
		t.Fatal(err)
	}
	if most.Load() > 2 {
		t.Errorf("%d requests at once to one host, want at most 2", most.Load())
	}
}

// interrupted runs a batch and ends it after so many lines.
func interrupted(t *testing.T, s *httptest.Server, n, after int) string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	o := to(s)
	o.Progress = func(p batch.Progress) {
		if p.Written == after {
			cancel()
		}
	}
	var out bytes.Buffer
	if _, err := batch.Run(ctx, cases(n), &out, o); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestWhatIsWrittenBeforeTheEndIsTheFirstCases(t *testing.T) {
	s := api(new(atomic.Int64))
	defer s.Close()
	got := ids(t, interrupted(t, s, 200, 30))
	if len(got) < 30 || len(got) == 200 {
		t.Fatalf("%d lines of 200, ended after 30", len(got))
	}
	for i, id := range got {
		if id != fmt.Sprint(i) {
			t.Fatalf("line %d has id %s", i, id)
		}
	}
}

func TestAnInterruptedBatchGoesOn(t *testing.T) {
	var requests atomic.Int64
	s := api(&requests)
	defer s.Close()
	first := interrupted(t, s, 60, 20)
	cut := first + `{"schema":1,"id":99,"verdict":{"allow` // a line that was being written
	done, err := batch.ReadDone(strings.NewReader(cut), nil)
	if err != nil || done.Size != int64(len(first)) {
		t.Fatalf("size %d, want %d: %v", done.Size, len(first), err)
	}
	requests.Store(0)
	o := to(s)
	o.Done = done
	var rest bytes.Buffer
	if _, err := batch.Run(context.Background(), cases(60), &rest, o); err != nil {
		t.Fatal(err)
	}
	all := ids(t, first+rest.String())
	if strings.Join(all, " ") != strings.Join(numbers(0, 60), " ") {
		t.Errorf("both runs wrote %v", all)
	}
	if want := int64(2 * (60 - len(ids(t, first)))); requests.Load() != want {
		t.Errorf("%d requests in the second run, want %d", requests.Load(), want)
	}
}

// hanging is an input that says one case and then nothing, until it is closed.
type hanging struct {
	first  io.Reader
	closed chan struct{}
}

func (h hanging) Read(p []byte) (int, error) {
	if n, err := h.first.Read(p); err == nil {
		return n, nil
	}
	<-h.closed
	return 0, io.EOF
}

func TestABatchEndsThoughItsInputHangs(t *testing.T) {
	s := api(new(atomic.Int64))
	defer s.Close()
	ctx, cancel := context.WithCancel(context.Background())
	in := hanging{cases(1), make(chan struct{})}
	defer close(in.closed)
	o := to(s)
	o.Progress = func(batch.Progress) { cancel() }
	ended := make(chan error, 1)
	go func() {
		_, err := batch.Run(ctx, in, io.Discard, o)
		ended <- err
	}()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Error("the batch waits for its input after it was ended")
	}
}

func TestAResumedBatchCountsTheEarlierLines(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/items/0" { // the first alone is blocked
			w.Header().Set("Access-Control-Allow-Origin", "*")
			w.Header().Set("Access-Control-Allow-Headers", "x-client")
		}
	}))
	defer s.Close()
	first := interrupted(t, s, 50, 5)
	o := to(s)
	var err error
	if o.Done, err = batch.ReadDone(strings.NewReader(first), nil); err != nil {
		t.Fatal(err)
	}
	code, err := batch.Run(context.Background(), cases(50), io.Discard, o)
	if err != nil || code != diagnose.ExitBlocked {
		t.Errorf("code %d, %v; want %d of the first run's first line", code, err, diagnose.ExitBlocked)
	}
}

func TestTheOutputOfAnotherBatchIsNotGoneOnWith(t *testing.T) {
	s := api(new(atomic.Int64))
	defer s.Close()
	line := func(id string) string { return `{"schema":1,"id":` + id + `,"verdict":{}}` + "\n" }
	for name, tt := range map[string]struct{ out, says string }{
		"other ids":  {line("0") + line("17"), "line 2 of the output has the id 17"},
		"more lines": {line("0") + line("1") + line("2"), "there are only 2 cases"},
	} {
		o := to(s)
		var err error
		if o.Done, err = batch.ReadDone(strings.NewReader(tt.out), nil); err != nil {
			t.Fatal(err)
		}
		if _, err := batch.Run(context.Background(), cases(2), io.Discard, o); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want %q", name, err, tt.says)
		}
	}
	for _, out := range []string{"hello\n", "{}\n", `{"schema":9,"verdict":{}}` + "\n"} {
		if _, err := batch.ReadDone(strings.NewReader(out), nil); err == nil {
			t.Errorf("%q counts as an output", out)
		}
	}
}

type broken struct{ after int }

var errFull = errors.New("no space left on device")

func (b *broken) Write(p []byte) (int, error) {
	if b.after--; b.after < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestAnOutputThatBreaksEndsTheBatch(t *testing.T) {
	var requests atomic.Int64
	s := api(&requests)
	defer s.Close()
	_, err := batch.Run(context.Background(), cases(100_000), &broken{after: 3}, to(s))
	if !errors.Is(err, errFull) {
		t.Errorf("error %v", err)
	}
	if requests.Load() > 1000 {
		t.Errorf("%d requests after the output broke", requests.Load())
	}
}
