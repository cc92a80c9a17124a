package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"corstui/diagnose"
)

// A HAR of several requests, as text and as a file: each can be chosen.
func TestEachRequestOfAHARCanBeChosen(t *testing.T) {
	entry := func(method, path, status string) string {
		return `{"request":{"method":"` + method + `","url":"https://api.example.com/` + path + `","headers":[{"name":"Origin","value":"https://app.example.com"}]},"response":{"status":` + status + `,"headers":[]}}`
	}
	text := `{"log":{"version":"1.2","entries":[` + entry("GET", "fine", "200") + "," + entry("PUT", "broken", "0") + "]}}"
	name := filepath.Join(t.TempDir(), "trace.har")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	b := newBackend(&app{noHistory: true}, diagnose.Options{})
	defer b.close()
	for _, pasted := range []string{text, name} {
		es := b.Entries(pasted)
		if len(es) != 2 || es[0].Method != "PUT" || es[0].Index != 1 || es[1].Status != 200 {
			t.Fatalf("entries %+v", es)
		}
		for _, e := range es {
			c, said, _, err := b.UnderstandEntry(pasted, e.Index)
			if err != nil || c.URL != e.URL || c.Method != e.Method || !strings.Contains(said, e.URL) {
				t.Errorf("entry %d: %s %s, %q, %v", e.Index, c.Method, c.URL, said, err)
			}
		}
	}
	if es := b.Entries("https://api.example.com/v1"); len(es) != 0 {
		t.Errorf("a URL has entries: %+v", es)
	}
	if _, _, _, err := b.UnderstandEntry(text, 9); err == nil {
		t.Error("an entry that is not there was understood")
	}
}
