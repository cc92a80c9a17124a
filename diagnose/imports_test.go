package diagnose_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// order lists our packages from the leaves up, in tiers: a package imports only
// packages of the tiers before its own, and never a sibling in its tier.
var order = [][]string{
	{"diagnose/exchange", "diagnose/redact", "diagnose/nearest", "diagnose/faraway", "snippets"},
	{"diagnose/fetch", "diagnose/answer", "diagnose/paste"},
	{"diagnose/probe"},
	{"diagnose/finding"},
	{"diagnose/config"},
	{"diagnose"},
	{"diagnose/report", "diagnose/loopback", "diagnose/browser", "diagnose/difftest"},
	{"diagnose/trial", "diagnose/lab", "diagnose/chrome", "diagnose/firefox", "diagnose/webkit", "diagnose/batch"},
	{"ui"},
	{"cmd/corstui"},
}

// pure packages do no I/O: neither they nor what they import know net/http.
var pure = []string{"diagnose/exchange", "diagnose/redact", "diagnose/nearest", "snippets", "diagnose/fetch", "diagnose/answer", "diagnose/paste", "diagnose/finding", "diagnose/config"}

// below lists the tiers' packages that hold a whole tree of their own.
var trees = []string{"ui", "snippets", "diagnose/chrome", "diagnose/lab", "diagnose/fetch", "diagnose/answer", "diagnose/probe", "diagnose/finding", "diagnose/paste"}

type listed struct {
	ImportPath    string
	Imports, Deps []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-deps", "-json=ImportPath,Imports,Deps", "corstui/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func ours(ps []listed) []listed {
	return slices.DeleteFunc(slices.Clone(ps), func(p listed) bool { return !strings.HasPrefix(p.ImportPath, "corstui/") })
}

// tier is the place of a package in the order, by its own name or by the tree
// that it belongs to.
func tier(path string) (int, string) {
	name := strings.TrimPrefix(path, "corstui/")
	for i, t := range order {
		if slices.Contains(t, name) {
			return i, name
		}
	}
	for _, root := range trees {
		if strings.HasPrefix(name, root+"/") {
			i, _ := tier("corstui/" + root)
			return i, root
		}
	}
	return -1, name
}

func TestImportsGoDownOnly(t *testing.T) {
	for _, p := range ours(packages(t)) {
		mine, name := tier(p.ImportPath)
		if mine < 0 {
			t.Errorf("%s has no place in the order: add it to a tier", p.ImportPath)
			continue
		}
		for _, imp := range p.Imports {
			if !strings.HasPrefix(imp, "corstui/") {
				continue
			}
			theirs, other := tier(imp)
			if theirs > mine || (theirs == mine && other != name) {
				t.Errorf("%s imports %s, which does not stand below it", p.ImportPath, imp)
			}
		}
	}
}

func TestOnlyTestsImportTheComparisonWithBrowsers(t *testing.T) {
	for _, p := range ours(packages(t)) {
		if slices.Contains(p.Imports, "corstui/diagnose/difftest") {
			t.Errorf("%s imports diagnose/difftest outside of its tests", p.ImportPath)
		}
	}
}

func TestPurePackagesDoNotKnowHTTP(t *testing.T) {
	all := packages(t)
	imports := map[string][]string{}
	for _, p := range all {
		imports[p.ImportPath] = p.Imports
	}
	// The public suffix list is data; its package names net/http's cookie jar
	// only to fit into it.
	seen := map[string]bool{"golang.org/x/net/publicsuffix": true}
	var reaches func(path string) []string
	reaches = func(path string) []string {
		if path == "net/http" {
			return []string{path}
		}
		if seen[path] {
			return nil
		}
		seen[path] = true
		for _, imp := range imports[path] {
			if way := reaches(imp); way != nil {
				return append([]string{path}, way...)
			}
		}
		return nil
	}
	for _, p := range ours(all) {
		if _, name := tier(p.ImportPath); slices.Contains(pure, name) {
			if way := reaches(p.ImportPath); way != nil {
				t.Errorf("net/http is reached by %s", strings.Join(way, " → "))
			}
		}
	}
}

func TestHeavyPackagesStayOffTheStart(t *testing.T) {
	heavy := []string{
		"github.com/alecthomas/chroma/v2/lexers", "github.com/alecthomas/chroma/v2/styles",
		"github.com/alecthomas/chroma/v2/quick", "github.com/charmbracelet/glamour",
	}
	for _, p := range ours(packages(t)) {
		for _, h := range heavy {
			if slices.Contains(p.Deps, h) {
				t.Errorf("%s depends on %s, whose package init costs every start", p.ImportPath, h)
			}
		}
	}
}
