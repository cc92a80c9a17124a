package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"corstui/diagnose"
	"corstui/snippets"
)

func TestTheScreenMendsAFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "site.conf")
	text := "server {\n    listen 8080;\n    location / { add_header Access-Control-Allow-Origin $http_origin; return 404; }\n}\n"
	if err := os.WriteFile(name, []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
	b := newBackend(&app{noHistory: true}, diagnose.Options{})
	defer b.close()
	m, err := b.Mend(name, &diagnose.Report{}, snippets.Policy{AllowOrigins: []string{"https://app.example.com"}, AllowMethods: []string{"PUT"}})
	if err != nil {
		t.Fatal(err)
	}
	if m.Kind != "nginx" || len(m.Problems) == 0 || !strings.Contains(m.Problems[0].At, "site.conf:3:") {
		t.Errorf("%s, %+v", m.Kind, m.Problems)
	}
	if !strings.Contains(m.Diff, "+++ b/") || !strings.Contains(m.Diff, "https://app.example.com") {
		t.Errorf("the diff: %s", m.Diff)
	}
	if now, _ := os.ReadFile(name); string(now) != text {
		t.Fatal("the file was changed before anybody said yes")
	}
	said, err := m.Write(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if old, _ := os.ReadFile(name + ".bak"); string(old) != text {
		t.Errorf("the backup holds %q", old)
	}
	if now, _ := os.ReadFile(name); !strings.Contains(string(now), "https://app.example.com") {
		t.Errorf("the file holds %q", now)
	}
	if !strings.Contains(strings.Join(said, "\n"), name+".bak") {
		t.Errorf("%q does not name the backup", said)
	}
	if _, err := m.Write(context.Background()); err == nil || !strings.Contains(err.Error(), "has changed since it was read") {
		t.Errorf("a second write: %v", err)
	}
	if _, err := b.Mend(dir, &diagnose.Report{}, snippets.Policy{}); err == nil {
		t.Error("a folder is taken for a file")
	}
}

func TestFilesToMendAreFoundNearBy(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"deploy/nginx.conf": "server {\n}\n", "src/worker.mjs": "headers.set(\"Access-Control-Allow-Origin\", origin)", "main.go": "package main // Access-Control-Allow-Origin",
		"readme.md": "Access-Control-Allow-Origin", "src/plain.js": "let a = 1", "node_modules/cors/index.js": "cors()", ".git/x.conf": "add_header", "main_test.go": "// Access-Control-",
		"a/b/c/d/e/f/deep.conf": "add_header",
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want := "deploy/nginx.conf main.go src/worker.mjs"
	if got := filepath.ToSlash(strings.Join(filesNear(dir), " ")); got != want {
		t.Errorf("found %q, want %q", got, want)
	}
	if got := filesNear(filepath.Join(dir, "none")); len(got) != 0 {
		t.Errorf("found %q in a folder that is not there", got)
	}
}
