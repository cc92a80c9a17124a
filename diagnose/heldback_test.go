package diagnose_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"corstui/diagnose"
	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/finding"
	"corstui/diagnose/probe"
)

// simplePost is a request that needs no preflight and may change something.
func simplePost() exchange.Case {
	body := "x"
	return exchange.Case{URL: "https://api.example.com/form", Origin: "https://app.example.com", Method: "POST", Body: &body}
}

// heldBackRun runs simplePost against a handler, and returns the methods that
// it saw.
func heldBackRun(t *testing.T, o diagnose.Options, h http.HandlerFunc) (diagnose.Report, []string) {
	t.Helper()
	var mu sync.Mutex
	var methods []string
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		methods = append(methods, r.Method)
		mu.Unlock()
		if b, _ := io.ReadAll(r.Body); len(b) > 0 || r.Header.Get("Content-Type") != "" {
			t.Errorf("%s carries the body or its type: %q, %q", r.Method, b, r.Header.Get("Content-Type"))
		}
		h(w, r)
	}))
	defer s.Close()
	o.Network = probe.Network{ConnectTo: []string{"::" + strings.TrimPrefix(s.URL, "https://")}, Insecure: true}
	o.MaxTime = 30 * time.Second
	r, err := diagnose.Run(context.Background(), simplePost(), o, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r, methods
}

func TestASimplePOSTThatIsHeldBackIsAskedForByGET(t *testing.T) {
	r, methods := heldBackRun(t, diagnose.Options{AllEngines: true}, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Server", "cloudflare")
		w.Header().Set("CF-Ray", "91a0e8235d5f6836-NRT")
		w.Header().Set("Location", "https://team.cloudflareaccess.com/cdn-cgi/access/login/api.example.com?kid="+strings.Repeat("ab", 32)+"&redirect_url=%2Fform")
		w.WriteHeader(http.StatusFound)
	})
	for _, m := range methods {
		if m != http.MethodGet && m != http.MethodHead && m != http.MethodOptions {
			t.Errorf("%s was sent", m)
		}
	}
	if len(methods) == 0 || len(methods) > diagnose.DefaultMaxProbes {
		t.Errorf("%d probes", len(methods))
	}
	if !r.Verdict.Partial || !r.Verdict.Allowed || r.ExitCode() != diagnose.ExitPartial || r.AnsweredBy.Layer != answer.LayerAccess {
		t.Errorf("exit %d, verdict %+v, answered by %+v", r.ExitCode(), r.Verdict, r.AnsweredBy)
	}
	warned := false
	for _, f := range r.Findings {
		warned = warned || f.Layer == answer.LayerAccess && f.Severity == finding.Warning
	}
	if !warned || r.Steps[1].Status != diagnose.StatusWarn {
		t.Errorf("the login is no warning: %+v, step %+v", r.Findings, r.Steps[1])
	}
}

func TestASimplePOSTToAHostThatGivesNoAnswerIsNoneThatIsAllowed(t *testing.T) {
	for name, all := range map[string]bool{"one engine": false, "all engines": true} {
		o := diagnose.Options{AllEngines: all, MaxTime: 20 * time.Second, Network: probe.Network{ConnectTo: []string{"::127.0.0.1:1"}}}
		r, err := diagnose.Run(context.Background(), simplePost(), o, nil)
		if err != nil {
			t.Fatal(err)
		}
		if r.ExitCode() != diagnose.ExitNetwork || r.Verdict.Allowed || r.Verdict.Partial || r.Verdict.Reason != nil || len(r.Exchanges) != 1 || r.Exchanges[0].Request.Method != "GET" {
			t.Errorf("%s: exit %d, verdict %+v, exchanges %+v", name, r.ExitCode(), r.Verdict, r.Exchanges)
		}
		if all && r.Verdict.Engines["firefox"].Allowed {
			t.Errorf("Firefox: %+v", r.Verdict.Engines)
		}
	}
}

func TestNothingIsAskedInPlaceOfARequestWhereOnlyTheVerdictIsWanted(t *testing.T) {
	r, methods := heldBackRun(t, diagnose.Options{VerdictOnly: true}, func(http.ResponseWriter, *http.Request) {})
	if len(methods) > 0 || !r.Verdict.Partial || r.ExitCode() != diagnose.ExitPartial {
		t.Errorf("sent %v, verdict %+v", methods, r.Verdict)
	}
}
