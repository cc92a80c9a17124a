package ui

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"corstui/diagnose"
	"corstui/diagnose/exchange"
	"corstui/ui/rich"
)

// entryReadMsg brings what was understood of the request that the user chose.
type entryReadMsg struct {
	edit    int
	c       exchange.Case
	said    string
	missing []string
	err     error
}

// mostEntries is how many requests the plain form lists; the likely come first.
const mostEntries = 20

func newEntryPicker(several []PasteEntry) *picker {
	p := &picker{name: "Which request?", intro: "the likely ones come first; type to search"}
	for _, en := range several {
		p.entries = append(p.entries, entry{key: rich.OneLine(en.Method), text: entryText(en), msg: entryMsg{en.Index}})
	}
	return p
}

// entryText is a request of a list: how it ended comes before what is long.
func entryText(en PasteEntry) string {
	ended := fmt.Sprint(en.Status)
	switch {
	case en.Error != "":
		ended = en.Error
	case en.Status == 0:
		ended = "no answer"
	}
	return rich.OneLine(ended + "  " + diagnose.Shown(en.URL) + fromPage(en.Origin))
}

func (s *start) understandEntry(e *env, index int) tea.Cmd {
	ch, ok := e.Backend.(Choosy)
	if !ok {
		return nil
	}
	n, text := s.edit, strings.TrimSpace(s.field.String())
	return func() tea.Msg {
		c, said, missing, err := ch.UnderstandEntry(text, index)
		return entryReadMsg{n, c, said, missing, err}
	}
}

// sessionWords say what of a login came with a paste, without any value; empty
// where nothing did.
func sessionWords(c exchange.Case) string {
	const most = 3
	var kinds []string
	for i, k := range c.Session.Kinds() {
		if i == most {
			kinds = append(kinds, fmt.Sprintf("%d more", len(c.Session.Kinds())-most))
			break
		}
		kinds = append(kinds, rich.OneLine(k))
	}
	if len(kinds) == 0 {
		return ""
	}
	return "taken from the paste: " + joinWords(kinds, "and") + ". It goes to " + rich.OneLine(hostOf(c.URL)) + " only, and is never shown."
}
