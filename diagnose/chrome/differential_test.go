package chrome_test

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"corstui/diagnose/chrome"
	"corstui/diagnose/exchange"
	"corstui/diagnose/probe"
)

// conclusion is what is compared.
type conclusion struct {
	Allowed   bool     `json:"allowed"`
	Preflight bool     `json:"preflight"`
	Readable  []string `json:"readable"`
	Reason    string   `json:"reason"`
}

// browserConclusions runs every scenario in one browser process.
func browserConclusions(t *testing.T, s *wireServer, cases []exchange.Case) []conclusion {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	b, err := chrome.Open(ctx, chrome.Options{
		Path: browserPath(t), AllowUnsafe: true,
		Network: probe.Network{Insecure: true, ConnectTo: []string{"*.nx.test::~NOTFOUND:", "::127.0.0.1:"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	var dump *os.File
	if path := os.Getenv("DIFFTEST_DUMP"); path != "" {
		dump, _ = os.Create(path)
		defer dump.Close()
	}
	out := make([]conclusion, len(cases))
	for i, c := range cases {
		one, cancel := context.WithTimeout(ctx, 10*time.Second)
		o, err := b.Fetch(one, c)
		cancel()
		if err != nil {
			t.Fatalf("%s: %v", scenarioNames[i], err)
		}
		out[i] = conclusion{Allowed: o.Allowed, Preflight: o.PreflightSent, Readable: o.Readable}
		if o.Reason != nil {
			out[i].Reason = *o.Reason
		}
		if dump != nil {
			json.NewEncoder(dump).Encode(map[string]any{"name": scenarioNames[i], "case": c, "browser": out[i], "param": o.Parameter, "note": o.Note, "type": o.Type, "status": o.Status,
				"console": o.Console, "asked": s.asked(strings.SplitN(strings.TrimPrefix(c.URL[strings.Index(c.URL, "/c")+1:], "/"), "/", 2)[0])})
		}
	}
	return out
}

var scenarioNames []string

func TestBrowserOnly(t *testing.T) {
	s := startServer(t)
	all := scenarios()
	var cases []exchange.Case
	for i, sc := range all {
		cases = append(cases, sc.install(s, i))
		scenarioNames = append(scenarioNames, sc.name)
	}
	start := time.Now()
	browserConclusions(t, s, cases)
	t.Log(len(all), "scenarios", time.Since(start))
}
