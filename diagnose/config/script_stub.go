package config

import (
	"corstui/diagnose/finding"
	"corstui/snippets"
)

func parseGo(src *source, files Files) (document, error) {
	return nil, &ReadError{Position{File: src.name}, "Go is not read", "x"}
}
func parseScript(src *source, files Files) (document, Kind, error) {
	return nil, "", &ReadError{Position{File: src.name}, "no", "x"}
}

var _ = finding.Error

func (r *Review) CommonJS() bool { return false }

func (r *Review) DropInOptions(o snippets.Options) snippets.DropInOptions {
	return snippets.DropInOptions{Options: o}
}
