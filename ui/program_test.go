package ui

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/teatest"
)

// The program as it runs, from the first screen through the four stations to a
// snippet on the clipboard.
func TestStartToACopiedSnippet(t *testing.T) {
	f := newFake("access-preflight")
	m, err := New(context.Background(), Options{Backend: f})
	if err != nil {
		t.Fatal(err)
	}
	tm := teatest.NewTestModel(t, m, teatest.WithInitialTermSize(80, 24))
	see := func(text string) {
		t.Helper()
		teatest.WaitFor(t, tm.Output(), func(b []byte) bool { return bytes.Contains([]byte(ansi.Strip(string(b))), []byte(text)) },
			teatest.WithDuration(hangLimit), teatest.WithCheckInterval(5*time.Millisecond))
	}
	press := func(names ...string) {
		for _, n := range names {
			tm.Send(keyPress(n))
		}
	}
	see("who answered your browser?")
	press("paste:" + consoleError)
	see("understood:")
	press("enter", "tab")
	see("2 Access ─")
	press("left")
	see("1 Browser ─")
	press("right", "right")
	see("3 WAF ─")
	press("right")
	see("4 Origin ─")
	press("f")
	see("Who can do this")
	press("tab")
	see("worker.mjs")
	press("y")
	see("Copied the worker.mjs")
	press("ctrl+c")
	tm.WaitFinished(t, teatest.WithFinalTimeout(hangLimit))
	if !strings.Contains(f.clipboard(), "https://app.example.com") {
		t.Errorf("the clipboard holds %q", f.clipboard())
	}
}

const hangLimit = 20 * time.Second

// screenWriter is an output that says when a text is drawn.
type screenWriter struct {
	mu   sync.Mutex
	want string
	hit  chan time.Time
}

func (w *screenWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.want != "" && strings.Contains(ansi.Strip(string(p)), w.want) {
		w.want = ""
		w.hit <- time.Now()
	}
	return len(p), nil
}

func (w *screenWriter) expect(text string) {
	w.mu.Lock()
	w.want = text
	w.mu.Unlock()
}

// BenchmarkKeyToRepaint measures the time from a key to the bytes of the frame
// that answers it, while events of 200 probes stream in without end.
func BenchmarkKeyToRepaint(b *testing.B) {
	f := newFake("access-preflight")
	f.flood, f.step = 1<<30, 50*time.Microsecond
	c := f.report().Case
	m, err := New(b.Context(), Options{Backend: f, Case: &c})
	if err != nil {
		b.Fatal(err)
	}
	w := &screenWriter{hit: make(chan time.Time, 1)}
	p := tea.NewProgram(m, tea.WithInput(nil), tea.WithOutput(w), tea.WithFPS(120), tea.WithoutSignals())
	w.expect("BLOCKED")
	ended := make(chan struct{})
	go func() { p.Run(); close(ended) }()
	p.Send(tea.WindowSizeMsg{Width: 80, Height: 24})
	<-w.hit
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		// 3 is WAF, 4 Origin; the panel's title names the selected one.
		key, want := "right", "4 Origin ─"
		switch i % 2 {
		case 0:
			if i == 0 {
				p.Send(keyPress("right"))
			}
		default:
			key, want = "left", "3 WAF ─"
		}
		w.expect(want)
		began := time.Now()
		p.Send(keyPress(key))
		select {
		case at := <-w.hit:
			took = append(took, at.Sub(began))
		case <-time.After(hangLimit):
			b.Fatalf("%s never drew %q", key, want)
		}
		time.Sleep(time.Duration(i%9) * time.Millisecond) // people do not press in step with the frames
	}
	p.Kill()
	<-ended
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}

// BenchmarkFrame measures one frame of a walk at 80×24.
func BenchmarkFrame(b *testing.B) {
	for _, size := range sizes {
		b.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(b *testing.B) {
			f := newFake("access-preflight")
			c := f.report().Case
			m, err := New(b.Context(), Options{Backend: f, Case: &c})
			if err != nil {
				b.Fatal(err)
			}
			m.Update(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
			s := m.top().(*walk)
			r := f.report()
			s.take(&r, true)
			b.ReportAllocs()
			for b.Loop() {
				_ = m.View()
			}
		})
	}
}
