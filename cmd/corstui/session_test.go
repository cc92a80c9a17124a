package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"corstui/diagnose"
	"corstui/diagnose/exchange"
)

// fakeCloudflared puts a cloudflared on the PATH that runs a shell script.
func fakeCloudflared(t *testing.T, script string) (args string) {
	t.Helper()
	dir := t.TempDir()
	args = filepath.Join(dir, "args")
	body := "#!/bin/sh\nprintf '%s\\n' \"$@\" > '" + args + "'\n" + script + "\n"
	if err := os.WriteFile(filepath.Join(dir, "cloudflared"), []byte(body), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":/usr/bin:/bin")
	return args
}

func TestCloudflaredGivesTheToken(t *testing.T) {
	const token = "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2ln"
	args := fakeCloudflared(t, "echo "+token)
	b := newBackend(&app{noHistory: true}, diagnose.Options{})
	s, err := b.TakeSession(context.Background(), "cloudflared", exchange.Case{URL: "https://joe:pw@api.example.com/v1?token=secret"})
	if err != nil || s.AccessToken != token {
		t.Fatalf("%+v %v", s, err)
	}
	got, err := os.ReadFile(args)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != "access\ntoken\n--app=https://api.example.com/v1\n" {
		t.Errorf("its arguments were %q", got)
	}
}

func TestCloudflaredWithoutATokenSaysHowToLogIn(t *testing.T) {
	for _, script := range []string{"echo 'Unable to find token for provided application.'", "echo 'no such app' >&2; exit 1"} {
		fakeCloudflared(t, script)
		_, err := cloudflaredSession(context.Background(), "https://api.example.com/v1")
		if err == nil || !strings.Contains(err.Error(), "cloudflared access login https://api.example.com/v1") {
			t.Errorf("%s: %v", script, err)
		}
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := cloudflaredSession(context.Background(), "https://api.example.com/"); err == nil || !strings.Contains(err.Error(), "not on this machine") {
		t.Errorf("without cloudflared: %v", err)
	}
}
