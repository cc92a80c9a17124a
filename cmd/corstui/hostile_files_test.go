//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// endless are files without an end, and without a line's end.
const endless = "/dev/zero"

// What is named may have no end: it is refused, not read until the memory is
// full.
func TestAFileWithoutEndIsRefused(t *testing.T) {
	if _, err := os.Stat(endless); err != nil {
		t.Skip("no " + endless + " here")
	}
	site := []string{"https://api.example.com/", "--origin", "https://app.example.com"}
	for name, args := range map[string][]string{
		"who":      {"who", endless},
		"from":     {"check", "--from", endless},
		"cookies":  append([]string{"check", "-b", "@" + endless}, site...),
		"roots":    append([]string{"check", "--cacert", endless}, site...),
		"replay":   {"replay", endless, "--plain"},
		"diff":     {"diff", endless, endless},
		"report":   {"snippet", "--target", "nginx", "--report", endless},
		"policy":   append([]string{"try", "--policy", endless}, site...),
		"baseline": {"check", "--lab", "all-right", "--baseline", endless},
		"review":   {"review", endless},
		"into":     {"snippet", "--into", endless, "--allow-origin", "https://app.example.com"},
		"session":  {"https://api.example.com/", "--plain", "--from", endless},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := runProgram(t, "", nil, args...)
			if o.code != 2 || strings.Count(o.errors, "\n") != 1 || !strings.HasPrefix(o.errors, "corstui: ") || !strings.Contains(o.errors, endless) || strings.Contains(o.errors, "bufio") {
				t.Errorf("exit %d: %.300q", o.code, o.errors)
			}
		})
	}
}

// Own files that are none, or that a stranger wrote, change no result and hold
// up no start.
func TestOddOwnFilesChangeNoResult(t *testing.T) {
	aliases := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c <= 'k'; c++ {
		aliases += strings.ReplaceAll("N: &N [*P,*P,*P,*P,*P,*P,*P,*P,*P]\n", "N", string(c))
		aliases = strings.ReplaceAll(aliases, "P", string(c-1))
	}
	for name, put := range map[string]func(path string) error{
		"a pipe":   func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"no end":   func(path string) error { return os.Symlink(endless, path) },
		"a folder": func(path string) error { return os.Mkdir(path, 0o700) },
		"a loop":   func(path string) error { return os.Symlink(path, path) },
		"escapes":  func(path string) error { return os.WriteFile(path, []byte(nasty), 0o600) },
		"aliases":  func(path string) error { return os.WriteFile(path, []byte("keys:\n"+aliases), 0o600) },
		"deep":     func(path string) error { return os.WriteFile(path, []byte(strings.Repeat("[", 1<<20)), 0o600) },
		"other types": func(path string) error {
			return os.WriteFile(path, []byte(`{"recent":{"case":7},"progress":[1]}`), 0o600)
		},
		"strange recent cases": func(path string) error {
			return os.WriteFile(path, []byte(`{"recent":[{"case":{"url":"\u001b[2J\u202e"},"said":"\u009b31m"},null,{}],"progress":null}`), 0o600)
		},
		"nothing": func(path string) error { return os.WriteFile(path, nil, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for _, file := range []string{"state/corstui/state.json", "config/corstui/config.yaml"} {
				path := filepath.Join(dir, file)
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := put(path); err != nil {
					t.Fatal(err)
				}
			}
			o := runProgram(t, "", []string{"XDG_STATE_HOME=" + dir + "/state", "XDG_CONFIG_HOME=" + dir + "/config"}, "--lab", "all-right", "--plain")
			if o.code != 0 {
				t.Errorf("exit %d: %s%s", o.code, o.out, o.errors)
			}
			tame(t, "output", o.out+o.errors)
		})
	}
}

func TestOddLessonsAreSaidAndNotRead(t *testing.T) {
	dir := t.TempDir()
	if err := os.Symlink(endless, filepath.Join(dir, "1.yaml")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "2.yaml"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "3.yaml"), []byte("title: \""+strings.Repeat("x", 2<<20)+"\""), 0o600); err != nil {
		t.Fatal(err)
	}
	o := runProgram(t, "", nil, "tour", "--lessons", dir, "--plain")
	for _, says := range []string{"1.yaml: it is no file", "2.yaml: it is no file", "3.yaml: it is larger than 1 MiB"} {
		if !strings.Contains(o.out+o.errors, says) {
			t.Errorf("nothing says %q: %s%s", says, o.out, o.errors)
		}
	}
}

// Nobody writes to the pipe, so that opening it never returns: the signal ends
// the program all the same, after a grace or by its second coming.
func TestASignalEndsAProgramThatHangsInAnOpen(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, again := range map[string]bool{"once": false, "twice": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd, errs := running(t, "check", "--from", pipe)
			time.Sleep(400 * time.Millisecond)
			start := time.Now()
			_ = cmd.Process.Signal(syscall.SIGTERM)
			if again {
				time.Sleep(200 * time.Millisecond)
				_ = cmd.Process.Signal(syscall.SIGINT)
			}
			if code := ended(t, cmd); code != 143 {
				t.Errorf("exit %d: %s", code, errs)
			}
			if took := time.Since(start); again && took >= grace {
				t.Errorf("the second signal took %v", took)
			}
		})
	}
}
