package snippets_test

import (
	"flag"
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"corstui/snippets"
)

var update = flag.Bool("update", false, "write the golden files")

// examples are the options of the golden files: two for each recipe that has a policy.
var examples = map[string]snippets.Options{
	"full":   {Policy: full, Upstream: "http://127.0.0.1:9000", Listen: 8080, TeamDomain: team, AUD: aud, Host: "api.example.com", Path: "/v1/"},
	"public": {Policy: public, Upstream: "https://127.0.0.1:9443/base", TeamDomain: team, AUD: aud},
}

// forEach calls f with every recipe and target there is.
func forEach(f func(r snippets.Recipe, target snippets.Target)) {
	for _, r := range snippets.Recipes() {
		targets := snippets.Targets(r)
		if len(targets) == 0 {
			targets = []snippets.Target{""}
		}
		for _, target := range targets {
			f(r, target)
		}
	}
}

func TestGeneratedFilesAreTheGoldenOnes(t *testing.T) {
	for name, o := range examples {
		forEach(func(r snippets.Recipe, target snippets.Target) {
			dir := filepath.Join("testdata", "golden", name, string(r), string(target))
			if *update {
				if err := os.RemoveAll(dir); err != nil {
					t.Fatal(err)
				}
			}
			files := generate(t, r, target, o)
			for i, f := range generate(t, r, target, o) {
				if f != files[i] {
					t.Errorf("%s: two calls, two contents", f.Name)
				}
			}
			for _, f := range files {
				path := filepath.Join(dir, f.Name+".golden")
				if *update {
					writeFile(t, path, f.Content)
				}
				if want := read(t, path); want != f.Content {
					t.Errorf("%s differs from what is generated; look at it, and run go test -update", path)
				}
				if !strings.HasSuffix(f.Content, "\n") || strings.Contains(f.Content, "@{") || strings.Contains(f.Content, "@if") || f.Lang == "" {
					t.Errorf("%s is not finished", path)
				}
			}
		})
	}
}

func TestTheNameOfAFileIsSaidInItsOwnKindOfComment(t *testing.T) {
	want := map[string]string{
		"worker.mjs": "// worker.mjs", "wrangler.toml": "# wrangler.toml", "server.mjs": "// server.mjs", "nginx.conf": "# nginx.conf", "main.go": "// main.go",
		"access.tf": "# access.tf", "access.md": "<!-- access.md -->", "waf-rule.json": "# waf-rule.json",
	}
	forEach(func(r snippets.Recipe, target snippets.Target) {
		for _, f := range generate(t, r, target, examples["full"]) {
			if w, ok := want[f.Name]; ok && f.Comment(f.Name) != w {
				t.Errorf("%q, want %q", f.Comment(f.Name), w)
			}
		}
	})
}

// TestGeneratedFilesAreWellFormed has each language's own tool look at every
// file, for policies that switch every branch of the templates on and off.
func TestGeneratedFilesAreWellFormed(t *testing.T) {
	t.Parallel()
	nginx, node := nginxPath(t), program(t, "node", "install Node.js 20 or later")
	hcl, n := t.TempDir(), 0
	for _, policy := range []snippets.Policy{full, public, bare, {AllowOrigins: []string{"http://intranet.example", "http://[::1]:3000"}, Credentials: true}} {
		for _, upstream := range []string{"", "http://127.0.0.1:9000", "http://[::1]:9000/v1", "https://localhost", "http://localhost:9000"} {
			forEach(func(r snippets.Recipe, target snippets.Target) {
				if upstream == "" && (r == snippets.RecipeSameOrigin || r == snippets.RecipeServiceToken) {
					return // refused, as another test shows
				}
				o := snippets.Options{Policy: policy, Upstream: upstream, TeamDomain: team, AUD: aud}
				files := generate(t, r, target, o)
				dir := write(t, files)
				for _, f := range files {
					path := filepath.Join(dir, f.Name)
					switch f.Lang {
					case "go":
						if out, err := format.Source([]byte(f.Content)); err != nil || string(out) != f.Content {
							t.Errorf("%s %s: gofmt: %v", r, f.Name, err)
						}
					case "nginx":
						content := strings.NewReplacer("${CF_ACCESS_CLIENT_ID}", "id", "${CF_ACCESS_CLIENT_SECRET}", "secret").Replace(f.Content)
						writeFile(t, path, content)
						if out, ok := try(t, dir, nil, nginx, "-t", "-e", "stderr", "-p", dir, "-c", f.Name); !ok || strings.Contains(out, "[warn]") {
							t.Errorf("%s %s %s: %s", r, upstream, f.Name, out)
						}
					case "javascript":
						if strings.Contains(upstream, "localhost") || strings.Contains(upstream, "[") {
							continue // the same branches as the others
						}
						if out, ok := try(t, dir, nil, node, "--check", f.Name); !ok {
							t.Errorf("%s %s: %s", r, f.Name, out)
						}
					case "hcl":
						n++
						writeFile(t, filepath.Join(hcl, strconv.Itoa(n), f.Name), f.Content)
					}
				}
			})
		}
	}
	if terraform, err := exec.LookPath("terraform"); err == nil { // an extra look where the tool is there
		if out, ok := try(t, hcl, nil, terraform, "fmt", "-check", "-diff", "-recursive"); !ok {
			t.Error(out)
		}
	}
}
