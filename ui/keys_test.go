package ui

import (
	"reflect"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
)

// sequence unpacks the message of tea.Sequence, whose type is not exported.
func sequence(msg tea.Msg) ([]tea.Cmd, bool) {
	v := reflect.ValueOf(msg)
	if v.Kind() != reflect.Slice || v.Type().Elem() != reflect.TypeOf(tea.Cmd(nil)) {
		return nil, false
	}
	out := make([]tea.Cmd, v.Len())
	for i := range out {
		out[i] = v.Index(i).Interface().(tea.Cmd)
	}
	return out, true
}

// Every key that is bound, and some that are not, on every screen: nothing
// crashes, and nothing is wider than the terminal.
func TestEveryKeyOnEveryScreen(t *testing.T) {
	var all []string
	for _, d := range defaultKeys {
		all = append(all, d.keys...)
	}
	all = append(all, "Q", "1", "ä", "漢", "backspace")
	for i, p := range places {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			for _, k := range all {
				if k == "ctrl+c" || k == "ctrl+z" {
					continue
				}
				d := atPlace(t, i, 60, 16)
				d.keys(k)
				d.fits(p.name + " after " + k)
				d.keys("enter")
				d.fits(p.name + " after " + k + ", enter")
			}
		})
	}
}

func TestCtrlCEndsTheProgramEverywhere(t *testing.T) {
	for i, p := range places {
		d := atPlace(t, i, 80, 24)
		d.keys("ctrl+c")
		if !d.quit {
			t.Errorf("%s: ctrl+c does not end the program", p.name)
		}
	}
}

func TestEscLeadsToTheFirstScreen(t *testing.T) {
	for i, p := range places {
		d := atPlace(t, i, 80, 24)
		for range 10 {
			if len(d.m.stack) == 1 {
				break
			}
			d.keys("esc")
		}
		if len(d.m.stack) != 1 {
			t.Errorf("%s: esc does not lead to the first screen, but to %s", p.name, d.m.top().title())
		}
	}
}

func TestQQuitsFromTheTopOnly(t *testing.T) {
	d := walked(t, "access-preflight", 80, 24)
	d.keys("f", "q")
	if d.quit {
		t.Fatal("q on the fix ended the program")
	}
	d.wants("q ends corstui from its first screen only")
	d.keys("esc", "q")
	if !d.quit {
		t.Error("q on the screen that the program began with does not end it")
	}
}

// Each screen says where one can go: it has a best next key that works, or is
// itself a question.
func TestEachScreenMarksOneBestKey(t *testing.T) {
	for i, p := range places {
		d := atPlace(t, i, 80, 24)
		best := 0
		for _, a := range d.m.actionsOf(d.m.top()) {
			if a.best && a.off == "" {
				best++
			}
			if a.help == "" && a.name != "" {
				t.Errorf("%s: the key of %q has no help", p.name, a.name)
			}
		}
		if best > 1 {
			t.Errorf("%s: %d keys are marked as the best", p.name, best)
		}
	}
}

func TestAKeyMeansOneThingAtAPlace(t *testing.T) {
	for i, p := range places {
		d := atPlace(t, i, 80, 24)
		taken := map[string]keyID{}
		for _, a := range d.m.actionsOf(d.m.top()) {
			for _, k := range d.m.keys[a.id].Keys() {
				if other, ok := taken[k]; ok && other != a.id {
					t.Errorf("%s: %q is both %s and %s", p.name, k, other, a.id)
				}
				taken[k] = a.id
			}
		}
	}
}

func TestHelpComesFromTheLiveKeys(t *testing.T) {
	f := newFake("access-preflight")
	c := f.report().Case
	d := drive(t, f, Options{Case: &c, Keys: map[string][]string{"fix": {"F"}}}, 80, 24)
	d.wants("F fix")
	d.keys("f")
	d.wants("BLOCKED")
	d.keys("?", "text:what to change")
	d.wants("F what to change")
	d.keys("enter")
	d.wants("Who can do this")
}

func TestWrongKeysAreAllReported(t *testing.T) {
	_, err := newKeyMap(map[string][]string{"fly": {"a"}, "fix": {"b"}, "again": {"b"}, "copy": {}, "help": {"x"}})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{`"fly" is no action`, `"again" and "fix" both take "b"`, `"copy" has no key`, `"help" takes "x", which is "exchange"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q lacks %q", err, want)
		}
	}
}

func TestAPaletteEntryDoesWhatItsKeyDoes(t *testing.T) {
	d := walked(t, "access-preflight", 80, 24)
	d.keys("ctrl+p", "text:whatchng", "enter")
	d.wants("Who can do this")
}

func TestAClickDoesWhatTheKeyDoes(t *testing.T) {
	d := walked(t, "access-preflight", 80, 24)
	click := func(text string) {
		t.Helper()
		for y, l := range d.m.lines() {
			if x := strings.Index(l.String(), text); x >= 0 {
				cells := len([]rune(l.String()[:x]))
				d.send(tea.MouseMsg{X: cells, Y: y, Action: tea.MouseActionPress, Button: tea.MouseButtonLeft})
				return
			}
		}
		t.Fatalf("nothing to click: %q", text)
	}
	click("3 WAF")
	d.wants("╭ 3 WAF")
	click("f fix")
	d.wants("Who can do this")
	click("nginx")
	d.wants("nginx.conf")
	d.send(tea.MouseMsg{X: 10, Y: 10, Button: tea.MouseButtonWheelDown, Action: tea.MouseActionPress})
	d.fits("after the wheel")
}

// After the end of a text one key up moves at once, on every screen that scrolls.
func TestScrollingStopsAtBothEnds(t *testing.T) {
	n := 0
	for i, p := range places {
		d := atPlace(t, i, 60, 16)
		s, ok := d.m.top().(scrolling)
		if !ok {
			continue
		}
		if lines, room := s.text(&d.m.env, 60, 15); len(lines) <= room+1 {
			continue
		}
		if _, lesson := s.(*lessonScreen); lesson {
			continue // its arrows choose
		}
		n++
		d.keys("g")
		top := d.frame()
		d.keys("G", "down", "pgdown")
		end := d.frame()
		d.keys("up")
		if d.frame() == end {
			t.Errorf("%s: a key up after the end does nothing", p.name)
		}
		d.keys("g", "up", "pgup")
		if d.frame() != top || top == end {
			t.Errorf("%s: the way back up does not end at the top", p.name)
		}
	}
	if n < 5 {
		t.Errorf("only %d screens scroll at 60×16", n)
	}
}
