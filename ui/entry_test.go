package ui

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

func TestOneRequestOfAHARIsChosen(t *testing.T) {
	f := newFake("access-preflight")
	d := drive(t, f, Options{}, 80, 24)
	d.keys("paste:trace.har")
	d.wants("Entry 7 of 3 in a HAR", "it holds 3 requests")
	d.keys("enter")
	d.wants("Which request?", "net::ERR_FAILED", "401")
	d.lacks("abcdef0123456789")
	d.keys("down", "enter")
	d.wants("Which response headers does the script read?")
	d.keys("tab")
	if len(f.cases) != 1 || !strings.HasPrefix(f.cases[0].URL, "https://api.example.com/v1/me") || f.cases[0].Session.Empty() {
		t.Fatalf("walked %+v", f.cases)
	}
}

func TestAPasteWithoutSeveralRequestsAsksForNone(t *testing.T) {
	d := drive(t, newFake("access-preflight"), Options{}, 80, 24)
	d.keys("paste:trace.har", "ctrl+u", "paste:https://api.example.com/v1/items")
	d.lacks("it holds", "session:")
	d.keys("enter")
	d.wants("On which page does the script run?")
}

func TestWhatCameOfALoginIsSaidWithoutItsValue(t *testing.T) {
	d := drive(t, newFake("access-preflight"), Options{}, 80, 24)
	d.keys("paste:trace.har")
	d.wants("taken from the paste: cookie CF_Authorization and cookie theme", "never shown")
	d.lacks("secret-value", "night-mode")
	d.keys("ctrl+u", "paste:curl https://api.example.com -b 'CF_Authorization=secret-value'")
	d.wants("session: taken from the paste: cookie CF_Authorization.")
}

func TestPlainChoosesARequestOfAHAR(t *testing.T) {
	f := newFake("access-preflight")
	var out bytes.Buffer
	in := strings.NewReader("trace.har\n2\n")
	_ = Plain(context.Background(), in, &out, Options{Backend: f})
	for _, want := range []string{"Which request of these?", "PUT net::ERR_FAILED", "Understood: Entry 2 of 3 in a HAR", "Session: taken from the paste"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the output lacks %q:\n%s", want, out.String())
		}
	}
}
