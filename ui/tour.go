package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"corstui/ui/rich"
)

// tour lists the lessons.
type tour struct{}

func newTour(e *env, lesson string) *tour { return &tour{} }

func (t *tour) title() string                      { return "The tour" }
func (t *tour) init(e *env) tea.Cmd                { return nil }
func (t *tour) update(e *env, msg tea.Msg) tea.Cmd { return nil }
func (t *tour) actions(e *env) []action {
	return []action{{id: keyBack, name: "back", help: "back", msg: backMsg{}}}
}
func (t *tour) view(e *env, w, h int) []rich.Line { return nil }

type lessonScreen struct{ tour }

func tourLine(e *env) string { return "tour: lessons on the embedded lab, no network, 5 minutes each" }
