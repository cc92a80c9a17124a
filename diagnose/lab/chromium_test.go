package lab_test

import (
	"context"
	"testing"
	"time"

	"corstui/diagnose/chrome"
	"corstui/diagnose/difftest"
	"corstui/diagnose/lab"
)

// differsInABrowser are the scenarios whose truth is about a program that is no
// browser, with what a real browser gets instead.
var differsInABrowser = map[string]string{
	"waf-bic-1010":     "the rule looks at the TLS handshake, and a browser's passes",
	"service-token-ok": "no browser adds a service token by itself",
}

// TestChromiumConcludesWhatTheScenariosSay runs every scenario's fetch in a real
// browser: the lab's answers and its truths must fit together there too.
func TestChromiumConcludesWhatTheScenariosSay(t *testing.T) {
	difftest.Installed(t, chrome.Find)
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	l, err := lab.Start(ctx, "", 0)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	n := l.Network()
	n.Insecure = true
	b, err := chrome.Open(ctx, chrome.Options{Network: n, AllowUnsafe: true})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	for _, s := range l.Scenarios() {
		c, _ := l.Case(s.Name)
		o, err := b.Fetch(ctx, c)
		if err != nil {
			t.Errorf("%s: %v", s.Name, err)
			continue
		}
		reason := ""
		if o.Reason != nil {
			reason = *o.Reason
		}
		same := o.Allowed == s.Truth.Allowed && reason == s.Truth.Reason
		if why, known := differsInABrowser[s.Name]; known == same {
			t.Errorf("%s: Chromium says allowed %v, reason %q; the truth is %v, %q (known difference: %q)\n%v",
				s.Name, o.Allowed, reason, s.Truth.Allowed, s.Truth.Reason, why, o.Console)
		}
	}
}
