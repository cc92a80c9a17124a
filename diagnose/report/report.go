// Package report holds the views of a diagnosis: text, JSON (and back),
// Markdown, HTML and JUnit, each a file. They are pure: a Report, which was
// redacted as it was made, goes in, and bytes come out.
package report

import (
	"fmt"
	"slices"
	"strings"

	"corstui/diagnose"
)

// Format is a view of a report.
type Format string

// The formats.
const (
	Text     Format = "text"
	JSON     Format = "json"
	Markdown Format = "markdown"
	HTML     Format = "html"
	JUnit    Format = "junit"
)

// views holds each format's view; a report a call.
var views = map[Format]func(diagnose.Report) ([]byte, error){
	Text:     func(r diagnose.Report) ([]byte, error) { return []byte(AsText(r)), nil },
	JSON:     AsJSON,
	Markdown: func(r diagnose.Report) ([]byte, error) { return []byte(AsMarkdown(r)), nil },
	HTML:     AsHTML,
	JUnit:    func(r diagnose.Report) ([]byte, error) { return AsJUnit(r) },
}

// Formats lists the names of all formats.
func Formats() []string {
	names := []string{}
	for f := range views {
		names = append(names, string(f))
	}
	slices.Sort(names)
	return names
}

// ParseFormat checks the name of a format; the error lists the right ones.
func ParseFormat(s string) (Format, error) {
	if _, ok := views[Format(s)]; !ok {
		return "", fmt.Errorf("format %q: no such format; one of %s", s, strings.Join(Formats(), ", "))
	}
	return Format(s), nil
}

// Render returns the report in a format, with a newline at its end.
func Render(f Format, r diagnose.Report) ([]byte, error) {
	view, ok := views[f]
	if !ok {
		return nil, fmt.Errorf("format %q: no such format; one of %s", f, strings.Join(Formats(), ", "))
	}
	return view(r)
}
