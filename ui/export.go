package ui

import (
	"path/filepath"

	tea "github.com/charmbracelet/bubbletea"

	"corstui/diagnose"
	"corstui/snippets"
)

var exportFormats = []struct{ format, ext, text string }{
	{"json", ".json", "JSON: opens again with corstui replay"},
	{"markdown", ".md", "Markdown, with the way as a sequence diagram"},
	{"html", ".html", "HTML, one page that stands alone"},
	{"junit", ".xml", "JUnit, for a build"},
	{"har", ".har", "HAR: the exchanges, for a browser's developer tools"},
}

func newExportMenu(e *env, r *diagnose.Report) *picker {
	p := &picker{name: "Write the report", intro: "secrets are masked in every format"}
	off := ""
	if _, ok := e.Backend.(Exporter); !ok {
		off = "Writing reports is not available here."
	}
	for _, f := range exportFormats {
		p.entries = append(p.entries, entry{text: f.text, off: off, msg: exportMsg{r, f.format}})
	}
	return p
}

// exported is the file that an export made.
type exportedMsg struct {
	dir  string
	file snippets.File
	err  error
}

func newExportPrompt(e *env, m exportMsg) *prompt {
	ext := ""
	for _, f := range exportFormats {
		if f.format == m.format {
			ext = f.ext
		}
	}
	return &prompt{
		name: "Write the report", label: "a file", best: "write",
		text:   []string{"Writes the report as " + m.format + ". Nothing is overwritten without asking."},
		field:  newField("corstui-report"+ext, ""),
		accept: func(v string) any { return doExportMsg{m, v} },
	}
}

type doExportMsg struct {
	exportMsg
	path string
}

func export(e *env, m doExportMsg) tea.Cmd {
	ex, ok := e.Backend.(Exporter)
	if !ok {
		return toast("Writing reports is not available here.")
	}
	return func() tea.Msg {
		b, err := ex.Export(m.report, m.format)
		dir, name := filepath.Split(m.path)
		if dir == "" {
			dir = "."
		}
		return exportedMsg{dir, snippets.File{Name: name, Content: string(b)}, err}
	}
}
