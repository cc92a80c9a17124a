package finding

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// told are the scenes whose exact words are kept.
var told = []string{
	"access: login redirect",
	"access: login redirect, but no cookie could travel",
	"access: same-origin call whose session ended",
	"access: refuses the preflight",
	"access: its CORS settings lack the method",
	"access: its CORS settings pass, the API has no headers",
	"access: bypass on, nobody answers OPTIONS",
	"access: a refusal of another host, relayed",
	"access: service token in the page",
	"waf: challenged preflight",
	"waf: block",
	"edge: 522",
	"worker: exception",
	"cache: another origin's answer",
	"vary: missing, by a pair",
	"preflight: the app's login check",
	"preflight: header missing",
	"preflight: patch is not PATCH",
	"origin: missing",
	"origin: slash",
	"origin: twice",
	"wildcard: with credentials",
	"errors: proven by a missing path",
	"expose: a header that the script reads",
	"reflect: any origin, with credentials",
	"redirect: http to https",
	"redirect: origin null",
	"network: dns",
	"browser: mixed content",
	"held back: the POST",
	"path: headers stripped",
}

func tell(in Input) string {
	var b strings.Builder
	fs := Find(in)
	steps, policy := Plan(in, fs)
	fmt.Fprintf(&b, "%s\n", Headline(in, fs))
	for _, f := range fs {
		if f.Severity == Info {
			continue
		}
		fmt.Fprintf(&b, "\n%s, layer %s\n  %s\n  %s\n  fix at %s: %s %v\n", brief(f), f.Layer, f.Title, f.Detail, f.Fix.Layer, f.Fix.Recipe, f.Fix.Targets)
		for _, e := range f.Evidence {
			fmt.Fprintf(&b, "  %s %s: %s\n", e.Exchange, e.What, e.Says)
		}
	}
	for i, s := range steps {
		mark := fmt.Sprintf("step %d", i+1)
		if s.Alternative {
			mark += " (alternative)"
		}
		fmt.Fprintf(&b, "\n%s, layer %s, %s\n  %s\n  then: %s\n", mark, s.Layer, s.Who, s.Summary, s.Then)
		if s.Cost != "" {
			fmt.Fprintf(&b, "  costs: %s\n", s.Cost)
		}
		if s.Command != "" {
			fmt.Fprintf(&b, "  $ %s\n", s.Command)
		}
	}
	fmt.Fprintf(&b, "\npolicy: %s\n", policyWords(policy))
	if t := Ticket(in, fs, steps); t != "" {
		fmt.Fprintf(&b, "\n%s", t)
	}
	return b.String()
}

func TestWordsOfTheMainScenes(t *testing.T) {
	var b strings.Builder
	for _, name := range told {
		s := sceneByName(t, name)
		fmt.Fprintf(&b, "==== %s\n%s\n", name, tell(s.input()))
	}
	file := filepath.Join("testdata", "words.golden")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got := b.String(); got != string(want) {
		g, w := strings.Split(got, "\n"), strings.Split(string(want), "\n")
		for i := range min(len(g), len(w)) {
			if g[i] != w[i] {
				t.Fatalf("%s line %d (go test -update writes it anew):\n got %s\nwant %s", file, i+1, g[i], w[i])
			}
		}
		t.Fatalf("%s: got %d lines, want %d", file, len(g), len(w))
	}
}

func sceneByName(t *testing.T, name string) scene {
	t.Helper()
	for _, s := range scenes {
		if s.name == name {
			return s
		}
	}
	t.Fatalf("no scene %q", name)
	return scene{}
}
