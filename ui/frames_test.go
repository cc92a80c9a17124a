package ui

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
)

// updating says that the golden frames are to be written anew. The flag -update
// comes with teatest.
func updating() bool { return flag.Lookup("update").Value.String() == "true" }

// place is a screen of the program on a fixture.
type place struct {
	name, fixture string
	keys          []string
}

// places are the screens of the program and the keys that lead there.
var places = []place{
	{"start", "start", nil},
	{"start-understood", "start", []string{"paste:https://api.example.com/v1/items"}},
	{"start-refused", "start", []string{"paste:what is this", "enter"}},
	{"start-question", "start", []string{"paste:https://api.example.com/v1/items", "enter"}},
	{"start-choice", "start", []string{"paste:https://api.example.com/v1/items", "enter", "enter"}},
	{"start-har", "start", []string{"paste:trace.har"}},
	{"start-entries", "start", []string{"paste:trace.har", "enter"}},
	{"start-lab", "start", []string{"ctrl+l"}},
	{"walk-access-preflight", "access-preflight", nil},
	{"walk-browser", "access-preflight", []string{"left"}},
	{"walk-origin", "access-preflight", []string{"right", "right"}},
	{"walk-findings", "access-preflight", []string{"tab", "enter"}},
	{"walk-access-login", "access-login", nil},
	{"walk-waf", "waf-challenge", nil},
	{"walk-worker", "worker", nil},
	{"walk-network", "network", nil},
	{"walk-local", "local", nil},
	{"walk-allowed", "allowed", nil},
	{"walk-pasted", "pasted", nil},
	{"walk-pasted-other", "pasted-other", nil},
	{"walk-expose", "expose", nil},
	{"question-unsafe", "partial", nil},
	{"session", "access-login", []string{"s"}},
	{"evidence", "access-preflight", []string{"enter"}},
	{"exchange", "access-preflight", []string{"x"}},
	{"exchange-all", "waf-challenge", []string{"x", "z"}},
	{"pair", "access-preflight", []string{"enter", "down", "down", "down", "enter"}},
	{"fix-access", "access-preflight", []string{"f"}},
	{"fix-worker", "access-preflight", []string{"f", "tab"}},
	{"fix-go", "access-preflight", []string{"f", "tab", "tab", "tab", "tab"}},
	{"fix-same-origin", "access-preflight", []string{"f", "shift+tab"}},
	{"fix-diff", "access-preflight", []string{"f", "d"}},
	{"fix-write", "access-preflight", []string{"f", "tab", "w"}},
	{"mend-pick", "access-preflight", []string{"f", "tab", "tab", "tab", "m"}},
	{"mend", "access-preflight", []string{"f", "tab", "tab", "tab", "m", "text:nginx.conf", "enter"}},
	{"prove", "access-preflight", []string{"f", "p"}},
	{"compare", "access-preflight", []string{"r", "c"}},
	{"allowed", "allowed", []string{"f", "down", "enter"}},
	{"allowed-engines", "allowed", []string{"f", "e"}},
	{"help", "access-preflight", []string{"?"}},
	{"palette", "access-preflight", []string{":", "text:expo"}},
	{"copy-menu", "access-preflight", []string{"Y"}},
	{"export-menu", "access-preflight", []string{"o"}},
	{"engines", "access-preflight", []string{"e"}},
	{"engines-cookie", "cookie", []string{"e"}},
	{"browser-cookie", "cookie", []string{"left", "left", "left"}},
	{"tour", "tour", nil},
	{"lesson", "tour", []string{"enter", "h"}},
}

var sizes = [][2]int{{60, 16}, {80, 24}, {120, 40}}

func atPlace(t *testing.T, i, w, h int) *driver {
	t.Helper()
	p := places[i]
	f := newFake(p.fixture)
	o := Options{}
	switch p.fixture {
	case "start":
	case "tour":
		o.Tour = true
	default:
		c := f.report().Case
		o.Case = &c
	}
	d := drive(t, f, o, w, h)
	d.keys(p.keys...)
	return d
}

// Golden frames: what each screen looks like at each size. They are reviewed as
// pictures of the program; -update writes them anew.
func TestEachScreenLooksAsItShould(t *testing.T) {
	for i, p := range places {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			var b strings.Builder
			for _, size := range sizes {
				d := atPlace(t, i, size[0], size[1])
				d.m.toast = toastMsg{}
				d.fits(p.name)
				fmt.Fprintf(&b, "# %d×%d\n", size[0], size[1])
				for _, l := range strings.Split(d.frame(), "\n") {
					b.WriteString(strings.TrimRight(l, " ") + "\n")
				}
			}
			golden(t, p.name+".txt", b.String())
		})
	}
}

// The colours, once: the painted frame of a walk, dark, light and without.
func TestColoursOnlyRepeatWhatTheWordsSay(t *testing.T) {
	frames := map[string]string{}
	for name, o := range map[string]Options{"dark": {}, "light": {Light: true}, "mono": {NoColor: true}} {
		f := newFake("access-preflight")
		c := f.report().Case
		o.Case = &c
		d := drive(t, f, o, 80, 24)
		golden(t, "paint-"+name+".txt", strings.ReplaceAll(d.m.View(), "\x1b", "ESC"))
		frames[name] = d.frame()
		if name == "mono" && hasColour(d.m.View()) {
			t.Error("a frame without colour has a colour in it")
		}
	}
	if frames["dark"] != frames["light"] || frames["dark"] != frames["mono"] {
		t.Error("the frames say different things")
	}
}

// painted are the screens whose colours are held, one of each kind.
var painted = []string{"start", "start-understood", "start-question", "walk-access-preflight", "walk-waf", "walk-allowed", "walk-findings", "session",
	"evidence", "exchange", "pair", "fix-worker", "fix-diff", "mend", "prove", "compare", "allowed", "engines", "help", "palette", "tour", "lesson"}

// Dark and light, of each screen: the same words in other colours.
func TestEachScreenIsPaintedForDarkAndLight(t *testing.T) {
	for _, name := range painted {
		i := slices.IndexFunc(places, func(p place) bool { return p.name == name })
		if i < 0 {
			t.Fatalf("%s is no place", name)
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			frames := map[bool]string{}
			for _, light := range []bool{false, true} {
				d := atPlace(t, i, 80, 24)
				d.m.toast = toastMsg{}
				d.m.Light = light
				d.m.theme = d.m.Options.theme()
				file := map[bool]string{false: "dark", true: "light"}[light]
				golden(t, filepath.Join("paint", name+"-"+file+".txt"), paintOf(d.m.View()))
				frames[light] = d.frame()
				if !hasColour(d.m.View()) {
					t.Errorf("%s has no colour in it", file)
				}
			}
			if frames[true] != frames[false] {
				t.Error("dark and light say different things")
			}
		})
	}
}

// paintOf writes the escape character so that a golden file can be read, and
// leaves out what stands at the end of a line without being seen.
func paintOf(view string) string {
	lines := strings.Split(strings.ReplaceAll(view, "\x1b", "ESC"), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

// hasColour looks for a sequence that sets a colour.
func hasColour(s string) bool {
	for _, part := range strings.Split(s, "\x1b[")[1:] {
		seq, _, _ := strings.Cut(part, "m")
		for _, n := range strings.Split(seq, ";") {
			if len(n) >= 2 && (n[0] == '3' || n[0] == '4' || n[0] == '9' || strings.HasPrefix(n, "10")) {
				return true
			}
		}
	}
	return false
}

func TestASCIISetHasNothingElse(t *testing.T) {
	for i, p := range places {
		f := newFake(p.fixture)
		o := Options{ASCII: true}
		switch p.fixture {
		case "start":
		case "tour":
			o.Tour = true
		default:
			c := f.report().Case
			o.Case = &c
		}
		d := drive(t, f, o, 80, 24)
		d.keys(places[i].keys...)
		for _, r := range d.frame() {
			if r > 0x7e && r != 'é' {
				t.Errorf("%s: %q is not ASCII in\n%s", p.name, r, d.frame())
				break
			}
		}
	}
}

func TestEverySizeFits(t *testing.T) {
	for i, p := range places {
		d := atPlace(t, i, 80, 24)
		for _, size := range [][2]int{{44, 12}, {45, 13}, {60, 16}, {71, 19}, {72, 20}, {79, 50}, {119, 23}, {120, 24}, {200, 60}, {20, 5}, {1, 1}} {
			d.send(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
			d.fits(p.name)
		}
		before := d.frame()
		d.send(tea.WindowSizeMsg{Width: 80, Height: 24})
		d.send(tea.WindowSizeMsg{Width: 1, Height: 1})
		if d.frame() != before {
			t.Errorf("%s: a change of size lost something", p.name)
		}
	}
}

func TestATerminalWithoutASizeIsDrawnAtOnce(t *testing.T) {
	d := walked(t, "access-preflight", 0, 0)
	if w, h := d.m.size(); w != 80 || h != 24 {
		t.Errorf("drawn as %d×%d", w, h)
	}
	d.fits("0×0")
	d.wants("BLOCKED at the preflight.")
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "frames", name)
	if updating() {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; -update writes it", err)
	}
	if string(want) != got {
		t.Errorf("%s differs; -update writes it anew. Now:\n%s", name, firstDiff(string(want), got))
	}
}

func firstDiff(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		a, b := "", ""
		if i < len(w) {
			a = w[i]
		}
		if i < len(g) {
			b = g[i]
		}
		if a != b {
			return fmt.Sprintf("line %d\nwas  %s\nnow  %s", i+1, a, b)
		}
	}
	return ""
}
