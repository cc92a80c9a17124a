//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/creack/pty"
)

// releaseBuild builds the program as a release is built.
func releaseBuild(b *testing.B) string {
	b.Helper()
	bin := filepath.Join(b.TempDir(), "corstui")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", bin, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("go build: %v\n%s", err, out)
	}
	return bin
}

// BenchmarkStart prints how long the program as released takes to say its
// version, and to draw its first frame in a terminal that never answers a query,
// with the processor time of each; and how large it is.
func BenchmarkStart(b *testing.B) {
	bin := releaseBuild(b)
	info, err := os.Stat(bin)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("version", func(b *testing.B) {
		var cpu float64
		for b.Loop() {
			cmd := exec.Command(bin, "--version")
			if err := cmd.Run(); err != nil {
				b.Fatal(err)
			}
			cpu += (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
		}
		b.ReportMetric(b.Elapsed().Seconds()*1000/float64(b.N), "ms")
		b.ReportMetric(cpu*1000/float64(b.N), "cpu-ms")
		b.ReportMetric(float64(info.Size())/1e6, "MB-binary")
	})
	b.Run("first frame", func(b *testing.B) {
		state := "XDG_STATE_HOME=" + b.TempDir()
		for b.Loop() {
			cmd := exec.Command(bin, "--no-history")
			cmd.Env = append(os.Environ(), "TERM=xterm-256color", state)
			tty, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: 80, Rows: 24})
			if err != nil {
				b.Fatal(err)
			}
			var seen bytes.Buffer
			buf := make([]byte, 32<<10)
			for !bytes.Contains(seen.Bytes(), []byte("who answered")) {
				n, err := tty.Read(buf)
				if err != nil {
					b.Fatalf("%v after %q", err, seen.Bytes())
				}
				seen.Write(buf[:n])
			}
			b.StopTimer()
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
			_ = tty.Close()
			b.StartTimer()
		}
		b.ReportMetric(b.Elapsed().Seconds()*1000/float64(b.N), "ms")
	})
}
