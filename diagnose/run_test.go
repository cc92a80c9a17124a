package diagnose_test

import (
	"context"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"corstui/diagnose"
	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/lab"
	"corstui/diagnose/probe"
)

const page = "https://app.example.com"

// at are the options that lead every host to a server.
func at(addr string) diagnose.Options {
	return diagnose.Options{MaxTime: 30 * time.Second, Network: probe.Network{ConnectTo: []string{"::" + addr}, Insecure: true}}
}

func TestEventsTellARunInOrder(t *testing.T) {
	l, err := lab.Start(context.Background(), "access-preflight", 0)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, _ := l.Case("access-preflight")
	var kinds []diagnose.EventKind
	var inside atomic.Int32
	seen := 0
	r, err := diagnose.Run(context.Background(), c, diagnose.Options{Network: l.Network()}, func(e diagnose.Event) {
		if inside.Add(1) != 1 {
			t.Error("two events at once")
		}
		defer inside.Add(-1)
		if e.Kind == diagnose.EventSeen {
			seen++
		}
		if len(kinds) == 0 || kinds[len(kinds)-1] != e.Kind {
			kinds = append(kinds, e.Kind)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []diagnose.EventKind{diagnose.EventSending, diagnose.EventSeen, diagnose.EventVerdict, diagnose.EventPlanned}
	for i, k := range want {
		if len(kinds) <= i || kinds[i] != k {
			t.Fatalf("events %v, want them to begin with %v", kinds, want)
		}
	}
	if last := kinds[len(kinds)-1]; last != diagnose.EventFinished {
		t.Errorf("the last event is %s", last)
	}
	if seen != len(r.Exchanges) {
		t.Errorf("%d exchanges were told, %d are in the report", seen, len(r.Exchanges))
	}
}

// Whatever a server does, the run ends with its time, and nothing of it stays.
func TestARunEndsWithItsTime(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	o := at(l.Addr().String()) // accepts by the backlog, and never says anything
	o.MaxTime = 300 * time.Millisecond
	start := time.Now()
	r, err := diagnose.Run(context.Background(), exchange.Case{URL: "https://api.example.com/", Origin: page}, o, nil)
	if err != nil || r.ExitCode() != diagnose.ExitNetwork {
		t.Errorf("%v, exit %d", err, r.ExitCode())
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestARunEndsWhenItIsCalledOff(t *testing.T) {
	asked := make(chan struct{}, 64)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-r.Context().Done()
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		<-asked
		cancel()
	}()
	r, err := diagnose.Run(ctx, exchange.Case{URL: "https://api.example.com/", Origin: page}, at(strings.TrimPrefix(s.URL, "https://")), nil)
	if err != nil || r.AnsweredBy.Layer != answer.LayerNetwork {
		t.Errorf("%v, answered by %+v", err, r.AnsweredBy)
	}
}

func TestVerdictOnlySendsWhatTheBrowserWouldAlone(t *testing.T) {
	var methods []string
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		methods = append(methods, r.Method) // one connection, one after the other
		w.Header().Set("Access-Control-Allow-Origin", page)
		w.Header().Set("Access-Control-Allow-Headers", "x-a")
	}))
	defer s.Close()
	o := at(strings.TrimPrefix(s.URL, "https://"))
	o.VerdictOnly, o.AllEngines = true, true
	c := exchange.Case{URL: "https://api.example.com/", Origin: page, Headers: exchange.Headers{{Name: "X-A", Value: "1"}}}
	if _, err := diagnose.Run(context.Background(), c, o, nil); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(methods, " "); got != "OPTIONS GET" {
		t.Errorf("sent %s", got)
	}
}

// The session's values are in no part of a report and of no event, in whatever
// form the server gives them back.
func TestNoPartOfARunHoldsASecret(t *testing.T) {
	const secret = "s3cr3t+v4lue/of=the session"
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", page)
		w.Header().Set("Access-Control-Allow-Credentials", "true")
		w.Header().Set("X-Echo", r.Header.Get("Authorization")+" "+r.Header.Get("Cookie"))
		w.Header().Set("Set-Cookie", "new=a-fresh-secret; Path=/")
		_, _ = io.WriteString(w, `{"you sent":"`+r.Header.Get("Cookie")+` `+r.Header.Get("Authorization")+`, and get a-fresh-secret"}`)
	}))
	defer s.Close()
	c := exchange.Case{
		URL: "https://api.example.com/?token=query-secret", Origin: page, Credentials: exchange.CredentialsInclude,
		Session: exchange.Session{
			AccessToken: "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2lnbmF0dXJl", Cookies: []exchange.Cookie{{Name: "sid", Value: "cookie-secret", HostOnly: true}},
			ServiceTokenID: "id-secret.access", ServiceTokenSecret: secret,
		},
	}
	check := func(what string, v any) {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []string{"s3cr3t", "cookie-secret", "id-secret", "query-secret", "a-fresh-secret", "c2lnbmF0dXJl"} {
			if strings.Contains(string(b), s) {
				t.Errorf("%s holds %s", what, s)
			}
		}
	}
	r, err := diagnose.Run(context.Background(), c, at(strings.TrimPrefix(s.URL, "https://")), func(e diagnose.Event) { check(string(e.Kind), e) })
	if err != nil {
		t.Fatal(err)
	}
	check("the report", r)
	if r.Verdict.Tainting != "cors" || len(r.Exchanges) < 2 {
		t.Errorf("the run is no example: %d exchanges, %+v", len(r.Exchanges), r.Verdict)
	}
}

func TestVerdictOnlySendsNothingForAnotherEngine(t *testing.T) {
	var mu sync.Mutex
	var seen []string
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, r.Method)
		w.Header().Set("Access-Control-Allow-Origin", "*")
	}))
	defer server.Close()
	// Chromium drops the User-Agent that a script sets; Firefox and WebKit would
	// ask for it by a preflight.
	r, err := diagnose.Run(t.Context(), exchange.Case{
		URL: "https://api.example.com/", Origin: "https://app.example.com", Headers: exchange.Headers{{Name: "User-Agent", Value: "x"}},
	}, diagnose.Options{
		Network:     probe.Network{ConnectTo: []string{"::" + strings.TrimPrefix(server.URL, "https://")}, Insecure: true},
		VerdictOnly: true, AllEngines: true,
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(seen) != 1 || seen[0] != "GET" {
		t.Errorf("sent %q, want one GET", seen)
	}
	if v, ok := r.Verdict.Engines["chromium"]; !ok || !v.Allowed {
		t.Errorf("engines: %+v", r.Verdict.Engines)
	}
	if _, ok := r.Verdict.Engines["firefox"]; ok {
		t.Error("Firefox would have sent a preflight, and is answered for all the same")
	}
}

// The team's keys are on another host: where Access certainly answered, only
// somebody who sees the verdict already waits for them.
func TestAccessIsAskedForItsKeysOnlyWhereTheyDecideOrConfirm(t *testing.T) {
	for _, tt := range []struct {
		name, scenario  string
		confirm, signed bool
	}{
		{"certain by its own marks", "access-preflight", false, false},
		{"certain, and somebody watches", "access-preflight", true, true},
		{"a token travelled", "logged-in-all-right", false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, err := lab.Start(context.Background(), tt.scenario, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			c, _ := l.Case(tt.scenario)
			r, err := diagnose.Run(context.Background(), c, diagnose.Options{Network: l.Network(), Confirm: tt.confirm}, nil)
			if err != nil {
				t.Fatal(err)
			}
			asked := slices.ContainsFunc(r.Exchanges, func(x answer.Seen) bool { return x.Purpose == exchange.PurposeAccessCerts })
			if signed := r.Facts.Access != nil && r.Facts.Access.Signed; asked != tt.signed || signed != tt.signed {
				t.Errorf("keys asked %v, signature checked %v; want %v", asked, signed, tt.signed)
			}
		})
	}
}
