package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"
)

// runMain makes the test binary run the program itself, for tests that need a
// process: signals, servers, a closed pipe.
const runMain = "CORSTUI_TEST_RUN_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(runMain) != "" {
		main()
	}
	testscript.Main(leakless{m}, map[string]func(){"corstui": main})
}

// leakless are tests that leave no goroutine behind. testscript runs them, so
// goleak's own TestMain has no place here.
type leakless struct{ *testing.M }

func (m leakless) Run() int {
	code := m.M.Run()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, "FAIL:", err)
		code = 1
	}
	return code
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Setup: func(env *testscript.Env) error {
			for _, kv := range cleanEnv(env.WorkDir) {
				name, value, _ := strings.Cut(kv, "=")
				env.Setenv(name, value)
			}
			return nil
		},
	})
}

// cleanEnv keeps the user's own state, secrets and proxies out of a test.
func cleanEnv(dir string) []string {
	return []string{
		"XDG_STATE_HOME=" + dir + "/state", "HOME=" + dir, "CF_ACCESS_CLIENT_ID=", "CF_ACCESS_CLIENT_SECRET=", "CF_ACCESS_TOKEN=",
		"HTTPS_PROXY=", "HTTP_PROXY=", "https_proxy=", "http_proxy=", "ALL_PROXY=", "all_proxy=", "NO_COLOR=", "TERM=xterm",
	}
}

// program starts the program and returns its standard output, line by line.
func program(t *testing.T, args ...string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(append(os.Environ(), cleanEnv(t.TempDir())...), runMain+"=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return cmd, bufio.NewScanner(out)
}

// ended waits for the program and returns its exit code.
func ended(t *testing.T, cmd *exec.Cmd) int {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatal("the program does not end")
	}
	if s, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && s.Signaled() {
		return 128 + int(s.Signal())
	}
	return cmd.ProcessState.ExitCode()
}
