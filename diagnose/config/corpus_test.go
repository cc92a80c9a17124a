package config_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"corstui/diagnose/config"
	"corstui/diagnose/finding"
	"corstui/snippets"
)

var update = flag.Bool("update", false, "write what is found into the cases")

// testCase is one archive: the file under review first, files beside it, and
// what is declared of it.
//
//	policy      the policy asked for, as JSON; without it the file's own
//	problems    one "id@line:column" a line; empty or absent for a correct file
//	correction  the unified diff and "note: " lines; absent where nothing changes
type testCase struct {
	path    string
	archive *txtar.Archive
	name    string
	files   memory
	policy  *snippets.Policy
}

// memory is a set of files beside the one under review.
type memory map[string]string

func (m memory) ReadFile(name string) ([]byte, error) {
	if text, ok := m[path.Clean(name)]; ok {
		return []byte(text), nil
	}
	return nil, fs.ErrNotExist
}

func (m memory) Glob(pattern string) ([]string, error) {
	var out []string
	for name := range m {
		if ok, err := path.Match(path.Clean(pattern), name); err != nil {
			return nil, err
		} else if ok {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out, nil
}

func cases(t testing.TB) []testCase {
	t.Helper()
	paths, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	var out []testCase
	for _, p := range paths {
		a, err := txtar.ParseFile(p)
		if err != nil {
			t.Fatal(err)
		}
		c := testCase{path: p, archive: a, name: a.Files[0].Name, files: memory{}}
		for _, f := range a.Files {
			switch f.Name {
			case "policy":
				c.policy = &snippets.Policy{}
				if err := json.Unmarshal(f.Data, c.policy); err != nil {
					t.Fatalf("%s: %v", p, err)
				}
			case "problems", "correction":
			default:
				c.files[f.Name] = string(f.Data)
			}
		}
		out = append(out, c)
	}
	return out
}

// part is the text of a file in the archive, "" where it is not there.
func (c testCase) part(name string) string {
	for _, f := range c.archive.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

func (c testCase) set(name, text string) {
	for i, f := range c.archive.Files {
		if f.Name == name {
			c.archive.Files[i].Data = []byte(text)
			return
		}
	}
	if text != "" {
		c.archive.Files = append(c.archive.Files, txtar.File{Name: name, Data: []byte(text)})
	}
}

// problemLines are problems as a case declares them. The file is named where it
// is not the one under review.
func problemLines(name string, ps []config.Problem) string {
	var b strings.Builder
	for _, p := range ps {
		where := fmt.Sprintf("%d:%d", p.Line, p.Column)
		if p.File != name {
			where = p.Position.String()
		}
		fmt.Fprintf(&b, "%s@%s\n", p.ID, where)
	}
	return b.String()
}

func correct(t *testing.T, r *config.Review, policy *snippets.Policy) *config.Correction {
	t.Helper()
	c, err := r.Correct(config.Wanted{Policy: policy})
	if err != nil {
		t.Fatalf("correct: %v", err)
	}
	return c
}

func TestFilesHaveTheirDeclaredProblemsAndCorrection(t *testing.T) {
	all := cases(t)
	for _, c := range all {
		t.Run(strings.TrimSuffix(strings.TrimPrefix(c.path, "testdata/"), ".txtar"), func(t *testing.T) {
			r, err := config.Read(c.name, []byte(c.files[c.name]), c.files)
			if err != nil {
				t.Fatal(err)
			}
			problems := problemLines(c.name, r.Problems)
			correction := ""
			if problems != "" || c.policy != nil {
				fix := correct(t, r, c.policy)
				correction = correctionText(fix)
				for _, n := range fix.Notes {
					correction += "note: " + n + "\n"
				}
				again := reviewAgain(t, c, fix)
				for _, p := range again.Problems {
					if strings.Contains(correction, "by hand: ") {
						break // then it is not done yet
					}
					if p.Severity == finding.Error && p.File == c.name {
						t.Errorf("after the correction: %s: %s: %s", p.Position, p.ID, p.What)
					}
				}
			}
			if *update {
				c.set("problems", problems)
				c.set("correction", correction)
				if err := os.WriteFile(c.path, txtar.Format(c.archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(c.part("problems"), problems); diff != "" {
				t.Errorf("problems (-declared +found):\n%s", diff)
			}
			if diff := cmp.Diff(c.part("correction"), correction); diff != "" {
				t.Errorf("correction (-declared +made):\n%s", diff)
			}
		})
	}
}

// correctionText is a correction as a case declares it: the diff of the file,
// and the names of new ones with the policy in them. Their text is that of
// package snippets.
func correctionText(fix *config.Correction) string {
	files := fix.Files
	fix.Files = nil
	out := fix.Diff()
	fix.Files = files
	for _, f := range files {
		policy, _ := json.Marshal(fix.Policy)
		out += fmt.Sprintf("new: %s %s\n", f.Name, policy)
	}
	return out
}

// reviewAgain reads a corrected file: it must parse, and a second correction by
// the same policy must find nothing to do.
func reviewAgain(t *testing.T, c testCase, fix *config.Correction) *config.Review {
	t.Helper()
	files := memory{}
	for name, text := range c.files {
		files[name] = text
	}
	files[c.name] = fix.After
	for _, f := range fix.Files {
		files[path.Join(path.Dir(c.name), f.Name)] = f.Content
	}
	r, err := config.Read(c.name, []byte(fix.After), files)
	if err != nil {
		t.Fatalf("the corrected file: %v\n%s", err, fix.After)
	}
	second, err := r.Correct(config.Wanted{Policy: c.policy})
	if err != nil {
		t.Fatalf("the corrected file again: %v", err)
	}
	if second.Before != second.After && len(fix.Notes) == 0 {
		t.Errorf("a second correction changes more:\n%s", second.Diff())
	}
	return r
}
