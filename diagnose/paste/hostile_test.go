package paste

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestParseEndsOnHostileText gives nesting, repetition and doubling that would
// cost a naive reader its stack or its evening.
func TestParseEndsOnHostileText(t *testing.T) {
	var doubling strings.Builder
	doubling.WriteString("var a0='xxxxxxxx';")
	for i := 1; i < 60; i++ {
		fmt.Fprintf(&doubling, "var a%d=a%d+a%d+a%d;", i, i-1, i-1, i-1)
	}
	for name, s := range map[string]string{
		"paren":      "fetch" + strings.Repeat("(", 400) + strings.Repeat(")", 400),
		"paren2":     "fetch(" + strings.Repeat("(a,", 300) + "1" + strings.Repeat(")", 300) + ")",
		"arrow":      "fetch(" + strings.Repeat("(a=>", 300) + "1" + strings.Repeat(")", 300) + ")",
		"asyncarrow": "fetch(" + strings.Repeat("async(", 300) + "1" + strings.Repeat(")", 300) + ")",
		"arr":        "fetch(" + strings.Repeat("[", 400) + strings.Repeat("]", 400) + ")",
		"obj":        "fetch(" + strings.Repeat("{a:", 400) + "1" + strings.Repeat("}", 400) + ")",
		"plus":       "fetch(" + strings.Repeat("a+", 100000) + "1" + ")",
		"bang":       "fetch(" + strings.Repeat("!", 100000) + "1" + ")",
		"tmpl":       "fetch(" + strings.Repeat("`${", 450) + "1" + strings.Repeat("}`", 450) + ")",
		"assign":     "fetch(" + strings.Repeat("a=", 100000) + "1" + ")",
		"vars":       doubling.String() + "fetch(a59)",
		"sub":        "curl " + strings.Repeat("$(", 400) + strings.Repeat(")", 400),
		"dots":       "fetch(a" + strings.Repeat(".b", 100000) + ")",
		"tern":       "fetch(" + strings.Repeat("a?b:", 100000) + "c)",
		"regexp":     "Access to fetch at '" + strings.Repeat("Access to fetch at '", 50000),
		"multi":      strings.Repeat("fetch(", 50000),
		"quotes":     "fetch(" + strings.Repeat("'a',", 50000),
		"har":        `{"log":{"entries":[` + strings.Repeat("[", 100000),
		"if":         "fetch('x');" + strings.Repeat("if(a)", 100000),
		"new":        "fetch(" + strings.Repeat("new ", 100000) + "a)",
		"await":      "fetch(" + strings.Repeat("await ", 100000) + "a)",
	} {
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, _ = Parse(s)
		}()
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			t.Fatalf("%s: still reading", name)
		}
	}
}
