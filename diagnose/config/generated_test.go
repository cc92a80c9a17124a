package config_test

import (
	"path/filepath"
	"strings"
	"testing"

	"corstui/diagnose/config"
	"corstui/snippets"
)

func policies() map[string]snippets.Policy {
	age := 600
	return map[string]snippets.Policy{
		"plain":       {AllowOrigins: []string{"https://app.example.com"}},
		"public":      {AllowOrigins: []string{"*"}, ExposeHeaders: []string{"ETag"}},
		"credentials": {AllowOrigins: []string{"https://app.example.com", "https://admin.example.com:8443", "http://localhost:5173"}, AllowMethods: []string{"PUT", "DELETE"}, AllowHeaders: []string{"Authorization", "Content-Type"}, ExposeHeaders: []string{"ETag"}, Credentials: true, MaxAge: &age},
	}
}

func TestGeneratedFilesAreRight(t *testing.T) {
	for name, policy := range policies() {
		for _, recipe := range snippets.Recipes() {
			for _, target := range snippets.Targets(recipe) {
				o := snippets.Options{Policy: policy, Upstream: "https://api.example.com", TeamDomain: "team.cloudflareaccess.com", AUD: "ab"}
				files, err := snippets.Generate(recipe, target, o)
				if err != nil {
					t.Fatal(err)
				}
				d, err := snippets.GenerateDropIn(recipe, target, snippets.DropInOptions{Options: o, CommonJS: true})
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range append(files, d.Files...) {
					ext := filepath.Ext(f.Name)
					if !strings.Contains(".mjs.cjs.go.conf", ext) || f.Name == "cors.conf" { // whose variables are in the other file
						continue
					}
					t.Run(name+"/"+string(recipe)+"/"+string(target)+"/"+f.Name, func(t *testing.T) {
						r, err := config.Read(f.Name, []byte(f.Content), nil)
						if err != nil {
							if strings.Contains(err.Error(), "neither a Worker nor an Express app") {
								return // a wrapper without a handler is no Worker
							}
							t.Fatal(err)
						}
						if len(r.Problems) > 0 {
							t.Errorf("%s\n%s", problemLines(f.Name, r.Problems), f.Content)
						}
					})
				}
			}
		}
	}
}
