package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTranscript keeps a session of the plain walk as text: the verdict, the
// evidence, the fix, the end. `make pictures` writes it into docs.
func TestTranscript(t *testing.T) {
	dir := os.Getenv("CORSTUI_PICTURES")
	if dir == "" {
		dir = t.TempDir()
	}
	var out, errs bytes.Buffer
	code := run([]string{"--plain", "--lab", "access-preflight", "--no-history"}, stdio{strings.NewReader("1\n2\n"), &out, &errs})
	text := regexp.MustCompile(`\b[0-9.]+ (ms|s)\b`).ReplaceAllString(out.String(), "2 ms")
	for _, want := range []string{"Verdict: BLOCKED at the preflight.", "What next?", "options_preflight_bypass", "cf-access-aud"} {
		if !strings.Contains(text, want) {
			t.Errorf("the transcript lacks %q", want)
		}
	}
	if code == 2 || errs.Len() > 0 {
		t.Errorf("exit %d, standard error %q", code, errs.String())
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "session.txt"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
