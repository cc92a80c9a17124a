package ui

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/charmbracelet/bubbles/key"
)

// A keyID names what a key does. It is the name in help, in the palette and in
// a configuration of keys; a key means the same on every screen.
type keyID string

// The names.
const (
	keyNext     keyID = "next"     // move the focus on
	keyPrev     keyID = "previous" // move it back
	keyOpen     keyID = "open"     // open what is selected
	keyBack     keyID = "back"     // one level up
	keyLeft     keyID = "left"
	keyRight    keyID = "right"
	keyUp       keyID = "up"
	keyDown     keyID = "down"
	keyPageUp   keyID = "page-up"
	keyPageDown keyID = "page-down"
	keyTop      keyID = "top"
	keyBottom   keyID = "bottom"
	keyFix      keyID = "fix"       // what to change, and where
	keyProve    keyID = "prove"     // try it
	keyAgain    keyID = "again"     // run again
	keyCopy     keyID = "copy"      // copy what this place is about
	keyCopyMenu keyID = "copy-menu" // choose what to copy
	keyExchange keyID = "exchange"  // request and response as sent
	keySession  keyID = "session"   // say who is logged in
	keyLesson   keyID = "explain"   // the lesson, in two depths
	keyWrite    keyID = "write"     // write files
	keyMend     keyID = "mend"      // a file of the user's own
	keyDiff     keyID = "diff"      // what was seen against what is needed
	keyCompare  keyID = "compare"   // two runs side by side
	keyExport   keyID = "export"    // the report as a file
	keySearch   keyID = "search"
	keyFind     keyID = "find-next"
	keyFold     keyID = "fold"
	keyZoom     keyID = "zoom"
	keyHome     keyID = "home" // the start screen
	keyHelp     keyID = "help"
	keyPalette  keyID = "palette"
	keyYes      keyID = "yes"
	keyNo       keyID = "no"
	keyCache    keyID = "cache" // tests of the screen for an allowed case
	keyWorker   keyID = "worker"
	keyBrowser  keyID = "browser"
	keyEngines  keyID = "engines"
	keyEdit     keyID = "edit"    // the policy
	keyCorrect  keyID = "correct" // change what was understood
	keyVisitor  keyID = "visitor" // without the session
	keyTeach    keyID = "teach"   // the lesson about what was found
	keyHint     keyID = "hint"    // of a lesson
	keyTour     keyID = "tour"
	keyLab      keyID = "lab"
	keyMouse    keyID = "mouse"      // lets the terminal select text again
	keyNames    keyID = "hide-names" // for a picture of the screen
	keySuspend  keyID = "suspend"
	keyQuit     keyID = "quit" // from the top only
	keyKill     keyID = "end"  // from anywhere
)

// defaultKeys are the keys of each name. The first is the one that is shown.
var defaultKeys = []struct {
	id   keyID
	keys []string
	show string
}{
	{keyNext, []string{"tab"}, "tab"},
	{keyPrev, []string{"shift+tab"}, "shift+tab"},
	{keyOpen, []string{"enter"}, "↵"},
	{keyBack, []string{"esc"}, "esc"},
	{keyLeft, []string{"left", "h"}, "←"},
	{keyRight, []string{"right", "l"}, "→"},
	{keyUp, []string{"up", "k"}, "↑"},
	{keyDown, []string{"down", "j"}, "↓"},
	{keyPageUp, []string{"pgup", "ctrl+b"}, "pgup"},
	{keyPageDown, []string{"pgdown", "ctrl+f", " "}, "pgdn"},
	{keyTop, []string{"g", "home"}, "g"},
	{keyBottom, []string{"G", "end"}, "G"},
	{keyFix, []string{"f"}, "f"},
	{keyProve, []string{"p"}, "p"},
	{keyAgain, []string{"r"}, "r"},
	{keyCopy, []string{"y"}, "y"},
	{keyCopyMenu, []string{"Y"}, "Y"},
	{keyExchange, []string{"x"}, "x"},
	{keySession, []string{"s"}, "s"},
	{keyLesson, []string{"i"}, "i"},
	{keyWrite, []string{"w"}, "w"},
	{keyMend, []string{"m"}, "m"},
	{keyDiff, []string{"d"}, "d"},
	{keyCompare, []string{"c"}, "c"},
	{keyExport, []string{"o"}, "o"},
	{keySearch, []string{"/"}, "/"},
	{keyFind, []string{"n"}, "n"},
	{keyFold, []string{"z"}, "z"},
	{keyZoom, []string{"+"}, "+"},
	{keyHome, []string{"H"}, "H"},
	{keyHelp, []string{"?"}, "?"},
	{keyPalette, []string{":", "ctrl+p"}, ":"},
	{keyYes, []string{"y", "Y"}, "y"},
	{keyNo, []string{"n", "N"}, "n"},
	{keyCache, []string{"c"}, "c"},
	{keyWorker, []string{"w"}, "w"},
	{keyBrowser, []string{"b"}, "b"},
	{keyEngines, []string{"e"}, "e"},
	{keyEdit, []string{"e"}, "e"},
	{keyCorrect, []string{"ctrl+o"}, "ctrl+o"},
	{keyVisitor, []string{"v"}, "v"},
	{keyTeach, []string{"t"}, "t"},
	{keyHint, []string{"h"}, "h"},
	{keyTour, []string{"ctrl+t"}, "ctrl+t"},
	{keyLab, []string{"ctrl+l"}, "ctrl+l"},
	{keyMouse, []string{"M"}, "M"},
	{keyNames, []string{"ctrl+n"}, "ctrl+n"},
	{keySuspend, []string{"ctrl+z"}, "ctrl+z"},
	{keyQuit, []string{"q"}, "q"},
	{keyKill, []string{"ctrl+c"}, "ctrl+c"},
}

// keyMap is the live map of keys.
type keyMap map[keyID]key.Binding

// newKeyMap returns the default keys with the user's own in their place. It
// reports every mistake of the configuration at once.
func newKeyMap(own map[string][]string) (keyMap, error) {
	m := keyMap{}
	for _, d := range defaultKeys {
		m[d.id] = key.NewBinding(key.WithKeys(d.keys...), key.WithHelp(d.show, string(d.id)))
	}
	var wrong []string
	taken := map[string]string{}
	for name, keys := range own {
		id := keyID(name)
		if _, ok := m[id]; !ok {
			wrong = append(wrong, fmt.Sprintf("%q is no action", name))
			continue
		}
		if len(keys) == 0 {
			wrong = append(wrong, fmt.Sprintf("%q has no key", name))
			continue
		}
		for _, k := range keys {
			if k == "ctrl+c" && id != keyKill {
				wrong = append(wrong, fmt.Sprintf("%q takes ctrl+c, which always ends the program", name))
			}
			if other, ok := taken[k]; ok {
				wrong = append(wrong, fmt.Sprintf("%q and %q both take %q", min(name, other), max(name, other), k))
			}
			taken[k] = name
		}
		m[id] = key.NewBinding(key.WithKeys(keys...), key.WithHelp(keys[0], name))
	}
	for _, d := range defaultKeys { // a key that another action has by default
		if _, rebound := own[string(d.id)]; rebound {
			continue
		}
		for _, k := range d.keys {
			if name, ok := taken[k]; ok && !shared(keyID(name), d.id, k) {
				wrong = append(wrong, fmt.Sprintf("%q takes %q, which is %q; give that another key too", name, k, d.id))
			}
		}
	}
	if len(wrong) > 0 {
		sort.Strings(wrong)
		return nil, fmt.Errorf("keys: %s", strings.Join(wrong, "; "))
	}
	return m, nil
}

// shared says whether two actions have that key in common by default too: they
// never stand on one screen.
func shared(a, b keyID, k string) bool {
	has := func(id keyID) bool {
		for _, d := range defaultKeys {
			if d.id == id {
				return slices.Contains(d.keys, k)
			}
		}
		return false
	}
	return has(a) && has(b)
}

// show is the key that screens name for an action.
func (m keyMap) show(id keyID) string { return m[id].Help().Key }

// keyMsg is what a key press is matched by.
type keyMsg interface{ String() string }

func (m keyMap) is(k keyMsg, id keyID) bool { return key.Matches(k, m[id]) }
