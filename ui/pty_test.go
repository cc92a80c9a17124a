//go:build unix

package ui

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/creack/pty"
)

// terminal is the program in a real pseudo-terminal that never answers a query.
type terminal struct {
	t    *testing.T
	cmd  *exec.Cmd
	tty  *os.File
	mu   sync.Mutex
	out  bytes.Buffer
	done chan struct{}
	err  error
}

// hang is how long a test waits for what must come.
const hang = 20 * time.Second

func inTerminal(t *testing.T, spec string, cols, rows uint16) *terminal {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	for _, kv := range os.Environ() {
		switch name, _, _ := strings.Cut(kv, "="); name {
		case "CI", "TMUX", "STY", "COLORFGBG", "NO_COLOR":
		default:
			cmd.Env = append(cmd.Env, kv)
		}
	}
	cmd.Env = append(cmd.Env, "CORSTUI_UI="+spec, "TERM=xterm-256color")
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: cols, Rows: rows})
	if err != nil {
		t.Fatal(err)
	}
	p := &terminal{t: t, cmd: cmd, tty: tty, done: make(chan struct{})}
	read := make(chan struct{})
	go func() {
		defer close(read)
		buf := make([]byte, 32<<10)
		for {
			n, err := tty.Read(buf)
			p.mu.Lock()
			p.out.Write(buf[:n])
			p.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	go func() {
		p.err = cmd.Wait()
		<-read
		close(p.done)
	}()
	t.Cleanup(func() {
		cmd.Process.Kill()
		<-p.done
		tty.Close()
	})
	return p
}

func (p *terminal) raw() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.String()
}

// wait waits until a text was drawn after the byte from, and returns where the
// output is then.
func (p *terminal) wait(from int, text string) int {
	p.t.Helper()
	for end := time.Now().Add(hang); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if raw := p.raw(); len(raw) >= from && strings.Contains(ansi.Strip(raw[from:]), text) {
			return len(raw)
		}
	}
	p.t.Fatalf("%q never came; the terminal got:\n%s", text, ansi.Strip(p.raw()[from:]))
	return 0
}

func (p *terminal) press(s string) {
	p.t.Helper()
	if _, err := p.tty.WriteString(s); err != nil {
		p.t.Fatal(err)
	}
}

func (p *terminal) ends() {
	p.t.Helper()
	select {
	case <-p.done:
	case <-time.After(hang):
		p.t.Fatalf("the program does not end:\n%s", ansi.Strip(p.raw()))
	}
}

// restored fails unless the terminal was left as it was found.
func (p *terminal) restored() {
	p.t.Helper()
	raw := p.raw()
	if in, out := strings.LastIndex(raw, "\x1b[?1049h"), strings.LastIndex(raw, "\x1b[?1049l"); out < in {
		p.t.Error("the alternate screen was not left")
	}
	if hide, show := strings.LastIndex(raw, "\x1b[?25l"), strings.LastIndex(raw, "\x1b[?25h"); show < hide {
		p.t.Error("the cursor is still hidden")
	}
}

func paste(s string) string { return "\x1b[200~" + s + "\x1b[201~" }

// Bubble Tea v1 waits five seconds for a terminal that does not answer; this
// program must not. The best of three, since the machine may be busy.
func TestTheFirstFrameComesAtOnceInATerminalThatNeverAnswers(t *testing.T) {
	best := time.Hour
	for range 3 {
		began := time.Now()
		p := inTerminal(t, "start", 80, 24)
		p.wait(0, "who answered your browser?")
		best = min(best, time.Since(began))
		if raw := p.raw(); strings.Contains(raw, "\x1b]11;?") || strings.Contains(raw, "\x1b[6n") {
			t.Errorf("the terminal was asked something: %q", raw[:min(len(raw), 200)])
		}
		if best < time.Second {
			break
		}
	}
	if best >= time.Second {
		t.Errorf("the first frame took %v", best)
	}
}

func TestAScenarioIsWalkedToItsFixInARealTerminal(t *testing.T) {
	p := inTerminal(t, "start", 80, 24)
	at := p.wait(0, "Paste anything")
	p.press(paste(consoleError))
	at = p.wait(at, "understood:")
	p.press("\r")
	at = p.wait(at, "Which request headers")
	p.press("\t")
	at = p.wait(at, "BLOCKED at the preflight.")
	p.press("f")
	at = p.wait(at, "Who can do this")
	p.press("\t")
	at = p.wait(at, "worker.mjs")
	p.press("?")
	at = p.wait(at, "Keys at: The fix")
	p.press("\x1b")
	at = p.wait(at, "worker.mjs")
	p.press("\x1b")
	at = p.wait(at, "2 Access")
	p.press("\x03")
	p.ends()
	p.restored()
	if left := ansi.Strip(p.raw()[at:]); !strings.Contains(left, "answered by: Cloudflare Access") {
		t.Errorf("no summary was left behind: %q", left)
	}
}

func TestAResizeDuringARunLosesNothing(t *testing.T) {
	p := inTerminal(t, "access-preflight,slow", 120, 40)
	at := p.wait(0, "sending the preflight")
	if err := pty.Setsize(p.tty, &pty.Winsize{Cols: 60, Rows: 16}); err != nil {
		t.Fatal(err)
	}
	at = p.wait(at, "[2✗]")
	if err := pty.Setsize(p.tty, &pty.Winsize{Cols: 100, Rows: 30}); err != nil {
		t.Fatal(err)
	}
	at = p.wait(at, "✗ refused")
	p.press("\x03")
	p.ends()
	p.restored()
	_ = at
}

func TestARunThatIsKilledMidwayRestoresTheTerminal(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP} {
		p := inTerminal(t, "access-preflight,slow", 80, 24)
		p.wait(0, "sending the preflight")
		p.cmd.Process.Signal(sig)
		p.ends()
		p.restored()
	}
}

func TestTheProgramCanBeSuspended(t *testing.T) {
	p := inTerminal(t, "access-preflight", 80, 24)
	at := p.wait(0, "BLOCKED at the preflight.")
	p.press("\x1a")
	for end := time.Now().Add(hang); !strings.Contains(p.raw()[at:], "\x1b[?1049l"); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("ctrl+z does not give the terminal back")
		}
	}
	time.Sleep(50 * time.Millisecond)
	p.cmd.Process.Signal(syscall.SIGCONT)
	p.wait(at, "BLOCKED at the preflight.")
	p.press("q")
	p.ends()
	p.restored()
}

func TestABackendThatCrashesLeavesTheScreenUsable(t *testing.T) {
	p := inTerminal(t, "access-preflight,crash", 80, 24)
	p.wait(0, "corstui itself failed")
	p.press("q")
	p.ends()
	p.restored()
}

// BenchmarkFirstFrame measures the time from the start of the process to its
// first frame in a terminal that never answers a query.
func BenchmarkFirstFrame(b *testing.B) {
	for b.Loop() {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "CORSTUI_UI=start", "TERM=xterm-256color")
		tty, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: 80, Rows: 24})
		if err != nil {
			b.Fatal(err)
		}
		var seen bytes.Buffer
		buf := make([]byte, 32<<10)
		for !bytes.Contains(seen.Bytes(), []byte("who answered")) {
			n, err := tty.Read(buf)
			if err != nil {
				b.Fatal(err)
			}
			seen.Write(buf[:n])
		}
		b.StopTimer()
		cmd.Process.Kill()
		cmd.Wait()
		tty.Close()
		b.StartTimer()
	}
}
