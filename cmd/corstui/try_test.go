package main

import (
	"strings"
	"syscall"
	"testing"
)

// Where the target gives no answer, what the proxy says in its place is none.
func TestTryOfATargetThatGivesNoAnswerSaysSo(t *testing.T) {
	cmd, out := program(t, "try", "https://api.example.com/", "--origin", "https://app.example.com", "--connect-to", "::127.0.0.1:1")
	if !out.Scan() || !strings.HasPrefix(out.Text(), "http://") {
		t.Fatalf("first line %q", out.Text())
	}
	var said []string
	for out.Scan() {
		said = append(said, out.Text())
		if strings.Contains(out.Text(), "keeps listening") {
			_ = cmd.Process.Signal(syscall.SIGTERM)
		}
	}
	if code := ended(t, cmd); code != 128+int(syscall.SIGTERM) {
		t.Errorf("exit %d", code)
	}
	all := strings.Join(said, "\n")
	if !strings.Contains(all, "The connection was refused") || strings.Contains(all, "ALLOWED") {
		t.Errorf("it says %q", all)
	}
}
