package report

import (
	"bytes"
	_ "embed"
	"html/template"
	"strings"
	"sync"

	"corstui/diagnose"
	"corstui/diagnose/answer"
)

//go:embed report.html
var page string

// pageTemplate is parsed on first use: most runs write no HTML.
var pageTemplate = sync.OnceValues(func() (*template.Template, error) {
	return template.New("report").Funcs(template.FuncMap{
		"status":   func(s diagnose.Status) string { return statusWords[s] },
		"who":      whoLine,
		"line":     func(x answer.Seen) string { return exchangeLine(&x) },
		"exchange": func(x answer.Seen) string { return Exchange(&x) },
		"x":        func(i int) int { return 20 + i*190 },
		"mark": func(s diagnose.Status) string {
			return map[diagnose.Status]string{"pass": "✓", "fail": "✗", "warn": "!", "skip": "–", "unknown": "?"}[s]
		},
		"upper": strings.ToUpper,
	}).Parse(page)
})

// AsHTML is the report as one self-contained page: no script, no external
// resource, the walk as SVG.
func AsHTML(r diagnose.Report) ([]byte, error) {
	t, err := pageTemplate()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, r); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
