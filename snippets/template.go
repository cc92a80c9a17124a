package snippets

import (
	"embed"
	"fmt"
	"strings"
)

//go:embed templates
var templates embed.FS

// render fills a template. Directives stand on lines of their own, behind the
// language's comment mark: "//@if NAME", "#@if !NAME", "//@else", "//@end";
// "@{NAME}" stands for a value. Names that the caller does not know are a
// mistake in the template, hence a panic, which the golden tests would show.
//
// It is not text/template because that keeps every method of the program alive
// (reflection), and 3 MB with them.
func render(name string, flags map[string]bool, values map[string]string) string {
	src, err := templates.ReadFile("templates/" + name)
	if err != nil {
		panic(err)
	}
	var out strings.Builder
	var open []bool // whether each enclosing branch is taken
	taken := func() bool {
		for _, t := range open {
			if !t {
				return false
			}
		}
		return true
	}
	for n, line := range strings.SplitAfter(string(src), "\n") {
		mark := strings.TrimLeft(strings.TrimSpace(line), "/#")
		word, arg, _ := strings.Cut(mark, " ")
		switch {
		case word == "@if":
			open = append(open, condition(name, arg, flags))
		case word == "@else":
			open[len(open)-1] = !open[len(open)-1]
		case word == "@end":
			open = open[:len(open)-1]
		case taken():
			out.WriteString(substitute(name, n+1, line, values))
		}
	}
	if len(open) != 0 {
		panic(name + ": an @if without its @end")
	}
	return out.String()
}

// condition evaluates "a", "!a", "a b" (both) of an @if.
func condition(name, arg string, flags map[string]bool) bool {
	for _, word := range strings.Fields(arg) {
		flag := strings.TrimPrefix(word, "!")
		v, ok := flags[flag]
		if !ok {
			panic(fmt.Sprintf("%s: there is no flag %q", name, flag))
		}
		if v == (flag != word) {
			return false
		}
	}
	return true
}

func substitute(name string, line int, text string, values map[string]string) string {
	var out strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "@{")
		out.WriteString(before)
		if !ok {
			return out.String()
		}
		key, after, ok := strings.Cut(rest, "}")
		v, known := values[key]
		if !ok || !known {
			panic(fmt.Sprintf("%s:%d: there is no value %q", name, line, key))
		}
		out.WriteString(v)
		text = after
	}
}
