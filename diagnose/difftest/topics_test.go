package difftest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// TestTopicsNameWhatThereIs holds the table to the scenarios, pairs and tests of
// the browsers' packages.
func TestTopicsNameWhatThereIs(t *testing.T) {
	scenarios, pairs := map[string]bool{}, map[string]bool{}
	for _, s := range All() {
		scenarios[s.Name] = true
	}
	for _, p := range cacheCases {
		pairs[p.name] = true
	}
	held(t, scenarios)
	heldPairs(t, pairs)
	names := map[string]bool{}
	for _, topic := range Topics {
		if names[topic.Name] || topic.Name == "" {
			t.Errorf("two topics are named %q", topic.Name)
		}
		names[topic.Name] = true
		if len(topic.Scenarios)+len(topic.Pairs)+len(topic.Tests) == 0 {
			t.Errorf("nothing shows %q", topic.Name)
		}
		for _, name := range topic.Tests {
			pkg, test, _ := strings.Cut(name, ".")
			if !testsOf(t, pkg)[test] {
				t.Errorf("%s: there is no test %s", topic.Name, name)
			}
		}
	}
}

// testsOf are the tests of a browser's package.
func testsOf(t *testing.T, pkg string) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", pkg, "*_test.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no tests of %s: %v", pkg, err)
	}
	out := map[string]bool{}
	for _, f := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), f, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil {
				out[fn.Name.Name] = true
			}
		}
	}
	return out
}
