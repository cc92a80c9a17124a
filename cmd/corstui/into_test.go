package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// runIn runs one command line in a folder, and returns its output.
func runIn(t *testing.T, dir string, want int, args ...string) (stdout, stderr string) {
	t.Helper()
	t.Chdir(dir)
	var out, errs bytes.Buffer
	if code := run(args, stdio{strings.NewReader(""), &out, &errs}); code != want {
		t.Fatalf("exit %d, want %d\n%s%s", code, want, &out, &errs)
	}
	return out.String(), errs.String()
}

func TestWrittenGoIsVetted(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("go is not installed")
	}
	dir := t.TempDir()
	file := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	file("go.mod", "module api\n\ngo 1.22\n")
	file("main.go", `package main

import "net/http"

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
	})
	http.ListenAndServe(":8080", nil)
}
`)
	out, _ := runIn(t, dir, 0, "snippet", "--into", "main.go", "--allow-origin", "https://app.example.com", "--write")
	if !strings.Contains(out, "go vet accepts it") || !strings.Contains(out, "wrote cors.go") {
		t.Errorf("the output says nothing of go vet:\n%s", out)
	}
	runIn(t, dir, 0, "review", "main.go")
}

func TestWriteGoesThroughALinkAndKeepsTheMode(t *testing.T) {
	dir := t.TempDir()
	real := filepath.Join(dir, "available.conf")
	text := "server {\n    listen 8080;\n    location / { add_header Access-Control-Allow-Origin \"https://app.example.com\"; return 404; }\n}\n"
	if err := os.WriteFile(real, []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "enabled.conf")
	if err := os.Symlink(real, link); err != nil {
		t.Skip("no symbolic links here")
	}
	out, _ := runIn(t, dir, 0, "snippet", "--into", "enabled.conf", "--write")
	info, err := os.Lstat(link)
	if err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v", err)
	}
	if info, err := os.Stat(real); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if b, _ := os.ReadFile(real + ".bak"); string(b) != text {
		t.Errorf("the backup holds %q", b)
	}
	if !strings.Contains(out, "available.conf.bak") {
		t.Errorf("the output does not name the backup:\n%s", out)
	}
}

func TestNothingIsWrittenOverAnotherFile(t *testing.T) {
	dir := t.TempDir()
	worker := "export default {\n  async fetch(request) {\n    return new Response(\"\", { headers: { \"Access-Control-Allow-Origin\": request.headers.get(\"Origin\") } });\n  },\n};\n"
	for name, text := range map[string]string{"worker.mjs": worker, "cors.mjs": "mine", "cors-policy.mjs": "mine too"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	_, errs := runIn(t, dir, 2, "snippet", "--into", "worker.mjs", "--allow-origin", "https://app.example.com", "--write")
	if !strings.Contains(errs, "cors-policy.mjs is there already; nothing was written") {
		t.Errorf("standard error: %s", errs)
	}
	if b, _ := os.ReadFile(filepath.Join(dir, "worker.mjs")); string(b) != worker {
		t.Error("the file was changed all the same")
	}
}
