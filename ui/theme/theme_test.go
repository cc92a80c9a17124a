package theme

import (
	"strings"
	"testing"

	"corstui/ui/rich"
)

func TestPaintCutsToTheWidthAndEndsEachRole(t *testing.T) {
	th := New(Options{})
	var b strings.Builder
	th.Paint(&b, rich.L(rich.S(rich.Bad, "refused"), " it"), 8)
	if got := b.String(); got != "\x1b[1;31mrefused\x1b[0m\x1b[2m…\x1b[0m" {
		t.Errorf("%q", got)
	}
}

func TestOnlyColoursAreUsedThatEveryPaletteShows(t *testing.T) {
	for _, o := range []Options{{}, {Light: true}} {
		th := New(o)
		for r := range rich.NumRoles {
			for _, n := range strings.Split(strings.TrimSuffix(strings.TrimPrefix(th.on[r], "\x1b["), "m"), ";") {
				if len(n) > 1 && (n < "31" || n > "36") {
					t.Errorf("role %d is drawn with %q", r, th.on[r])
				}
			}
		}
	}
}

func TestMonoHasNoColourAndStillMarksWhatIsSelected(t *testing.T) {
	th := New(Options{Mono: true})
	for r := range rich.NumRoles {
		for _, colour := range []string{"3", "9"} {
			for _, n := range strings.Split(strings.TrimSuffix(strings.TrimPrefix(th.on[r], "\x1b["), "m"), ";") {
				if len(n) == 2 && strings.HasPrefix(n, colour) {
					t.Errorf("role %d is drawn with %q", r, th.on[r])
				}
			}
		}
	}
	if th.on[rich.Select] == "" {
		t.Error("what is selected looks like the rest")
	}
}

func TestTheASCIISetIsASCIIAndKeepsTheWidth(t *testing.T) {
	th := New(Options{ASCII: true})
	for from, to := range asciiOf {
		if to > 0x7e || rich.Width(string(from)) != 1 {
			t.Errorf("%q becomes %q", from, to)
		}
	}
	for _, m := range []string{th.OK, th.Bad, th.Warn, th.Unknown, th.Idle, th.Run, th.Best, th.Line, th.Head, th.Stop, th.Past, th.Packet, th.H, th.V, th.TL} {
		for _, r := range m {
			if r > 0x7e {
				t.Errorf("the mark %q is not ASCII", m)
			}
		}
	}
}

func TestCOLORFGBG(t *testing.T) {
	for v, want := range map[string][2]bool{
		"0;15": {true, true}, "15;0": {false, true}, "0;default;15": {true, true}, "7;8": {false, true}, "": {false, false}, "0;x": {false, false},
	} {
		if light, known := FromCOLORFGBG(v); light != want[0] || known != want[1] {
			t.Errorf("%q: %v, %v", v, light, known)
		}
	}
}
