package snippets_test

import (
	"go/format"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"corstui/snippets"
)

// dropInOptions have all that any recipe needs.
var dropInOptions = snippets.Options{
	Policy: full, Upstream: "https://api.example.com/v1", TeamDomain: "team.cloudflareaccess.com", AUD: strings.Repeat("ab", 32),
}

func TestDropInsAreFilesThatTheirRuntimeTakes(t *testing.T) {
	for _, r := range snippets.Recipes() {
		for _, target := range snippets.Targets(r) {
			for _, commonJS := range []bool{false, true} {
				if commonJS && target != snippets.TargetExpress {
					continue
				}
				t.Run(string(r)+"/"+string(target)+map[bool]string{true: "/commonjs"}[commonJS], func(t *testing.T) {
					d, err := snippets.GenerateDropIn(r, target, snippets.DropInOptions{Options: dropInOptions, CommonJS: commonJS, Package: "api"})
					if err != nil {
						t.Fatal(err)
					}
					if len(d.Files) == 0 || len(d.Uses) == 0 {
						t.Fatalf("%d files, %d uses", len(d.Files), len(d.Uses))
					}
					for _, f := range d.Files {
						if first, _, _ := strings.Cut(f.Content, "\n"); !strings.Contains(first, snippets.Mark) {
							t.Errorf("%s begins with %q", f.Name, first)
						}
						switch f.Lang {
						case "go":
							formatted, err := format.Source([]byte(f.Content))
							if err != nil || string(formatted) != f.Content {
								t.Errorf("%s is not as gofmt writes it: %v", f.Name, err)
							}
							if !strings.Contains(f.Content, "\npackage api\n") {
								t.Errorf("%s is in another package", f.Name)
							}
						case "javascript":
							path := filepath.Join(t.TempDir(), f.Name)
							if err := os.WriteFile(path, []byte(f.Content), 0o644); err != nil {
								t.Fatal(err)
							}
							command(t, filepath.Dir(path), program(t, "node", "install Node.js 20 or later"), "--check", path)
						}
					}
				})
			}
		}
	}
}
