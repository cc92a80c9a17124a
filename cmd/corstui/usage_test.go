package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"corstui/diagnose"
	"corstui/diagnose/lab"
)

// runHere runs a command line in this process.
func runHere(in string, args ...string) (code int, out, errs string) {
	var o, e bytes.Buffer
	code = run(args, stdio{strings.NewReader(in), &o, &e})
	return code, o.String(), e.String()
}

// isolated keeps the user's own state and session out of a test.
func isolated(t *testing.T) {
	t.Helper()
	for _, kv := range cleanEnv(t.TempDir()) {
		name, value, _ := strings.Cut(kv, "=")
		t.Setenv(name, value)
	}
}

func TestControlCharactersInFlagsAndTokensAreWrongUsage(t *testing.T) {
	isolated(t)
	check := []string{"check", "https://api.example.com/", "--origin", "https://app.example.com", "--connect-to", "::127.0.0.1:1"}
	for name, further := range map[string][]string{
		"user agent": {"-A", "a\nX-Injected: 1"},
		"cookie":     {"-b", "a=secretvalue\x1b[31m"},
	} {
		code, out, errs := runHere("", append(check, further...)...)
		if code != diagnose.ExitUsage || out != "" || strings.Count(errs, "\n") != 1 || strings.Contains(errs, "secretvalue") {
			t.Errorf("%s: exit %d, standard output %q, standard error %q", name, code, out, errs)
		}
	}
	t.Setenv("CF_ACCESS_TOKEN", "secretvalue\x1b[31m")
	if code, out, errs := runHere("", check...); code != diagnose.ExitUsage || out != "" || strings.Contains(errs, "secretvalue") {
		t.Errorf("token: exit %d, standard output %q, standard error %q", code, out, errs)
	}
}

func TestATimeLimitTooSmallToCountIsStillALimit(t *testing.T) {
	isolated(t)
	code, _, errs := runHere("", "check", "https://api.example.com/", "--origin", "https://app.example.com", "--connect-to", "::127.0.0.1:1", "--max-time", "1e-12")
	if code != diagnose.ExitNetwork || errs != "" {
		t.Errorf("exit %d, standard error %q", code, errs)
	}
}

func TestNamesOfWrittenFilesAreShownHarmless(t *testing.T) {
	isolated(t)
	dir := filepath.Join(t.TempDir(), "a\x1b[31m\u202eb")
	code, out, _ := runHere("", "snippet", "--target", "worker", "--allow-origin", "https://app.example.com", "--output", dir)
	if _, err := os.Stat(filepath.Join(dir, "worker.mjs")); err != nil || code != diagnose.ExitAllowed {
		t.Fatalf("exit %d: %v", code, err)
	}
	if strings.ContainsAny(out, "\x1b\u202e") {
		t.Errorf("standard output %q", out)
	}
}

func TestTheIDOfACaseComesBackUnchangedAndHarmless(t *testing.T) {
	isolated(t)
	for _, id := range []string{
		`12345678901234567890123`, `1.50`, `-0`, `1e400`, `"\u00e9"`, `"\ud800"`, `"<&>"`, `null`, `{"b":[1,{"a":null}]}`,
		"\"a\u009b31m\x7f\u202e\u2028z\"", "[\"\u0085\"]",
	} {
		for what, rest := range map[string]string{
			"report": `"url":"https://u:p@api.example.com/","origin":"https://app.example.com"}`,
			"error":  `"url":17,"origin":"https://app.example.com"}`,
		} {
			_, out, errs := runHere(`{"id":`+id+`,`+rest, "check", "--cases", "-")
			var line struct {
				ID json.RawMessage `json:"id"`
			}
			if err := json.Unmarshal([]byte(out), &line); err != nil || errs != "" {
				t.Fatalf("%s, id %q: %v, %q, %q", what, id, err, out, errs)
			}
			if strings.ContainsAny(out, "\u009b\x7f\u202e\u2028\u0085") {
				t.Errorf("%s, id %q: control characters come back: %q", what, id, out)
			}
			if got := decoded(t, line.ID); got != decoded(t, json.RawMessage(id)) {
				t.Errorf("%s, id %q comes back as %q", what, id, line.ID)
			}
		}
	}
}

// A command that the lab prints must show what the scenario shows.
func TestOnlyWhatFlagsCanSayIsSaidInFlags(t *testing.T) {
	l, err := lab.Start(t.Context(), "", 0)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for name, want := range map[string]bool{"access-login": true, "access-cookie-lax": false, "cookie-stays-home": false, "no-cors-opaque": false} {
		c, ok := l.Case(name)
		if got := inFlags(c); !ok || got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

// decoded is a JSON value with its numbers as they are written and its strings
// without their escapes.
func decoded(t *testing.T, raw json.RawMessage) string {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
