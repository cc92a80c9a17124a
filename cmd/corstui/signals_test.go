//go:build unix

package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// running starts the program with a standard input that stays open and says
// nothing.
func running(t *testing.T, args ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(append(os.Environ(), cleanEnv(t.TempDir())...), runMain+"=1")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var errs bytes.Buffer
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close(); _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return cmd, &errs
}

// Wherever the program is, it ends by a signal with the code that shells expect.
func TestEverySignalEndsEveryCommand(t *testing.T) {
	stop, silent := silentServer(t)
	t.Cleanup(stop)
	slow := []string{"--origin", "https://app.example.com", "--connect-to", "::" + silent, "--max-time", "60"}
	out := filepath.Join(t.TempDir(), "out.ndjson")
	cases := filepath.Join(t.TempDir(), "cases.ndjson")
	if err := os.WriteFile(cases, []byte(`{"id":1,"url":"https://api.example.com/","origin":"https://app.example.com"}`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{
		"check, waiting for a server":  append([]string{"check", "https://api.example.com/"}, slow...),
		"check, waiting for its input": {"check", "--from", "-"},
		"batch, waiting for a server":  {"check", "--cases", cases, "--connect-to", "::" + silent, "--max-time", "60", "-o", out},
		"batch, waiting for its input": {"check", "--cases", "-"},
		"who, waiting for its input":   {"who"},
		"lab":                          {"lab", "all-right"},
		"try":                          append([]string{"try", "https://api.example.com/"}, slow...),
		"plain walk":                   append([]string{"https://api.example.com/", "--plain"}, slow...),
	} {
		for sig, want := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143, syscall.SIGHUP: 129} {
			t.Run(name+", "+sig.String(), func(t *testing.T) {
				t.Parallel()
				cmd, errs := running(t, args...)
				time.Sleep(400 * time.Millisecond)
				if err := cmd.Process.Signal(sig); err != nil {
					t.Fatal(err)
				}
				if code := ended(t, cmd); code != want {
					t.Errorf("exit %d, want %d: %s", code, want, errs)
				}
				if strings.Contains(errs.String(), "panic") || strings.Contains(errs.String(), "goroutine") {
					t.Errorf("standard error: %s", errs)
				}
			})
		}
	}
}

func TestASignalKeepsWhatABatchHasWritten(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/first" {
			<-r.Context().Done()
		}
	}))
	defer server.Close()
	dir := t.TempDir()
	cases, out := filepath.Join(dir, "cases.ndjson"), filepath.Join(dir, "out.ndjson")
	lines := `{"id":"first","url":"https://api.example.com/first","origin":"https://app.example.com"}` + "\n" +
		strings.Repeat(`{"id":"later","url":"https://api.example.com/later","origin":"https://app.example.com"}`+"\n", 20)
	if err := os.WriteFile(cases, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd, _ := running(t, "check", "--cases", cases, "-o", out, "--verdict-only", "-k", "--max-time", "60", "--connect-to", "::"+strings.TrimPrefix(server.URL, "https://"))
	time.Sleep(time.Second)
	_ = cmd.Process.Signal(syscall.SIGTERM)
	if code := ended(t, cmd); code != 143 {
		t.Errorf("exit %d", code)
	}
	got, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if s := string(got); strings.Count(s, "\n") != 1 || !strings.Contains(s, `"id":"first"`) || !strings.HasSuffix(s, "\n") {
		t.Errorf("the output holds %q", s)
	}
	if info, err := os.Stat(out); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read the output: %v", info.Mode())
	}
}

// A reader that goes away ends the program quietly, at any point.
func TestAReaderThatGoesAwayEndsTheProgramQuietly(t *testing.T) {
	cases := filepath.Join(t.TempDir(), "cases.ndjson")
	line := `{"id":1,"url":"https://api.example.com/","origin":"https://app.example.com","method":"TRACE"}` + "\n"
	if err := os.WriteFile(cases, []byte(strings.Repeat(line, 2000)), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{
		"check": {"check", "--lab", "access-preflight"}, "batch": {"check", "--cases", cases}, "list": {"lab", "--list"},
		"explain": {"explain"}, "snippet": {"snippet", "--target", "go", "--allow-origin", "https://app.example.com"},
		"version": {"--version"}, "help": {"check", "--help"},
	} {
		for _, bytesRead := range []int64{0, 1, 100} {
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(os.Args[0], args...)
			cmd.Env = append(append(os.Environ(), cleanEnv(t.TempDir())...), runMain+"=1")
			cmd.Stdout = w
			var errs bytes.Buffer
			cmd.Stderr = &errs
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			_ = w.Close()
			_, _ = io.CopyN(io.Discard, r, bytesRead)
			_ = r.Close()
			ended(t, cmd)
			if errs.Len() > 0 {
				t.Errorf("%s after %d bytes: %q", name, bytesRead, errs.String())
			}
		}
	}
}
