package ui

import (
	"context"
	"strings"
	"testing"
)

func plainly(t *testing.T, f *fake, o Options, lines ...string) string {
	t.Helper()
	o.Backend = f
	var out strings.Builder
	if err := Plain(context.Background(), strings.NewReader(strings.Join(lines, "\n")+"\n"), &out, o); err != nil {
		t.Fatal(err)
	}
	for _, r := range out.String() {
		if r < 0x20 && r != '\n' || r == 0x7f {
			t.Fatalf("a control character %q in\n%s", r, out.String())
		}
	}
	return out.String()
}

func TestPlainWalksFromAPasteToAFile(t *testing.T) {
	f := newFake("access-preflight")
	out := plainly(t, f, Options{},
		"what is this", consoleError, "", "", "", // headers, headers read, session
		"1",                // evidence
		"2", "2", "fixdir", // the fix, the Worker, write
		"4", // ticket
		"8")
	for _, want := range []string{
		"is no URL", "Understood: PUT " + apiURL, "Are you logged in on api.example.com",
		"Verdict: BLOCKED at the preflight.", "Step 2 of 4, Access: stop, refused.", "answered: Cloudflare Access · certain: signed by Access",
		"why: Logging in will not help", "Also, error: The preflight's answer carries no CORS header.", "Next: let Access pass preflights to the API",
		"cf-access-aud. only Access sends the tag of its application (certain)", "This does nothing before step 1 is done",
		"# worker.mjs", "Wrote fixdir/worker.mjs", "To: whoever runs Zero Trust",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("lacks %q:\n%s", want, out)
		}
	}
}

func TestPlainAsksBeforeAnUnsafeMethod(t *testing.T) {
	f := newFake("partial")
	c := f.report().Case
	out := plainly(t, f, Options{Case: &c}, "1", "8")
	if len(f.runs) != 1 || !strings.Contains(out, "Send the real DELETE?") {
		t.Errorf("%d runs:\n%s", len(f.runs), out)
	}
	f = newFake("partial")
	plainly(t, f, Options{Case: &c}, "2", "8")
	if len(f.runs) != 2 || !f.runs[1].AllowUnsafe {
		t.Errorf("runs %+v", f.runs)
	}
}

func TestPlainEndsWithItsInput(t *testing.T) {
	for name := range fixtures {
		f := newFake(name)
		c := f.report().Case
		out := plainly(t, f, Options{Case: &c})
		if !strings.Contains(out, "Verdict: ") {
			t.Errorf("%s: no verdict in\n%s", name, out)
		}
		for _, key := range []string{"↵", "▸", "tab show"} {
			if strings.Contains(out, key) {
				t.Errorf("%s: names a key, %q, that means nothing here:\n%s", name, key, out)
			}
		}
	}
	plainly(t, newFake("allowed"), Options{})
}

func TestPlainNeverPrintsWhatAPeerSent(t *testing.T) {
	f := newFake("waf-challenge")
	c := f.report().Case
	out := plainly(t, f, Options{Case: &c}, "3", "8")
	if !strings.Contains(out, "␛[31mred") {
		t.Errorf("the body is not there:\n%s", out)
	}
}

func TestPlainPlaysALesson(t *testing.T) {
	f := newFake("")
	var out strings.Builder
	in := strings.Join([]string{"2", "5", "1", "2", "3", "16"}, "\n") + "\n" // lesson 2, a hint, the browser, the API, Access, end
	if err := Plain(context.Background(), strings.NewReader(in), &out, Options{Backend: labBackend{f}, Tour: true}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Lesson 2 of 15: The preflight that nobody signs", "What goes out before the request itself",
		"Verdict: BLOCKED at the preflight.", "You said: the browser itself.", "OPTIONS does not reach it yet", "The lab's browser: ALLOWED", "To remember: A preflight never carries"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("lacks %q:\n%s", want, out.String())
		}
	}
	if f.state["access-preflight"] != lessonDone {
		t.Error("the progress was not kept")
	}
}
