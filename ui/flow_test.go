package ui

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"corstui/diagnose/exchange"
	"corstui/snippets"
)

const consoleError = "Access to fetch at 'https://api.example.com/v1/items' from origin 'https://app.example.com' has been blocked by CORS policy: " +
	"Response to preflight request doesn't pass access control check: No 'Access-Control-Allow-Origin' header is present on the requested resource."

// From a pasted console error to a copied fix: at most six keys, the paste
// counted as one.
func TestAConsoleErrorLeadsToACopiedFixInSixKeys(t *testing.T) {
	f := newFake("access-preflight")
	d := drive(t, f, Options{}, 80, 24)
	keys := []string{"paste:" + consoleError, "enter", "tab", "f", "tab", "y"}
	if len(keys) > 6 {
		t.Fatalf("%d keys", len(keys))
	}
	d.keys(keys...)
	if got := f.clipboard(); !strings.Contains(got, "export default") || !strings.Contains(got, page) {
		t.Errorf("the clipboard holds %q", got)
	}
	d.wants("Copied")
}

func TestALoggedInUserComesToTheFaultBehindAccess(t *testing.T) {
	f := newFake("access-login")
	d := drive(t, f, Options{}, 80, 24)
	d.keys("paste:https://api.example.com/v1/items", "enter", "tab")
	d.wants("a visitor without a session", "wants a login")
	d.keys("s", "paste:CF_Authorization=very-secret", "enter")
	d.wants("A Worker answered it")
	if n := len(f.cases); n != 2 || f.cases[1].Session.Cookies[0].Value != "very-secret" {
		t.Errorf("%d runs; the session did not travel", n)
	}
}

func TestASessionIsNeverShown(t *testing.T) {
	d := walked(t, "access-login", 80, 24)
	d.keys("s", "paste:CF_Authorization=very-secret")
	d.lacks("very-secret", "CF_Authorization=")
	d.wants("••••••••")
}

func TestASessionIsRead(t *testing.T) {
	f := newFake("access-login")
	for _, c := range []struct{ in, want string }{
		{"CF_Authorization=a.b.c", "cookie CF_Authorization"},
		{"Cookie: a=1; b=2", "cookie a,cookie b"},
		{"eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2ln", "Access token"},
		{"curl https://x -b 'CF_Authorization=1'", "cookie CF_Authorization"},
	} {
		s, err := readSession(f, c.in)
		if got := strings.Join(s.Kinds(), ","); err != nil || got != c.want {
			t.Errorf("%q: %q, %v", c.in, got, err)
		}
	}
	for _, in := range []string{"hello there", "curl https://x", "="} {
		if _, err := readSession(f, in); err == nil {
			t.Errorf("%q was taken for a session", in)
		}
	}
}

func TestAnAllowedCaseComesToItsFirstTest(t *testing.T) {
	d := walked(t, "allowed", 80, 24)
	d.keys("f", "c")
	d.wants("Disable cache")
}

func TestAPreflightThatWasSeenIsAskedAgain(t *testing.T) {
	c := exchange.Case{URL: apiURL, Origin: page}.WithDefaults()
	for _, a := range asksFor(c, []string{AskMethod, AskHeaders}, false) {
		if a.what == AskMethod && a.options[a.at].value != "PUT" {
			t.Errorf("the default is %s, which needs no preflight", a.options[a.at].value)
		}
	}
	for _, a := range asksFor(c, []string{AskOrigin, AskMethod}, true) {
		if a.what == AskMethod && a.options[a.at].value != "GET" {
			t.Errorf("correcting begins with %s in place of what was understood", a.options[a.at].value)
		}
	}
}

func TestQuestionsComeOneAtATimeAndNothingIsLost(t *testing.T) {
	f := newFake("access-preflight")
	d := drive(t, f, Options{}, 80, 24)
	d.keys("paste:https://api.example.com/v1/items", "enter")
	d.wants("On which page does the script run?", "https://app.example.com")
	d.keys("esc")
	d.wants("https://api.example.com/v1/items")
	d.keys("enter", "ctrl+u", "text:not a page/", "enter")
	d.wants("is no page")
	d.keys("ctrl+u", "text:app.example.com/some/path?x", "enter")
	d.wants("Which method")
	d.keys("down", "down", "enter", "down", "enter")
	d.wants("Which request headers")
	d.keys("text:nonsense", "enter")
	d.wants("is no header")
	d.keys("ctrl+u", "text:Authorization: Bearer x; X-Trace: 1", "enter")
	d.keys("text:ETag, Link", "enter")
	d.wants("Are you logged in on api.example.com")
	d.keys("enter")
	if len(f.cases) != 1 {
		t.Fatalf("%d runs", len(f.cases))
	}
	c := f.cases[0]
	if c.Origin != page || c.Method != "PUT" || c.Credentials != exchange.CredentialsInclude || len(c.Headers) != 2 || len(c.ReadHeaders) != 2 {
		t.Errorf("walked %+v", c)
	}
}

func TestTypedLinesOfACurlAreNotSentHalf(t *testing.T) {
	d := drive(t, newFake("access-preflight"), Options{}, 80, 24)
	d.keys("text:curl https://api.example.com \\", "enter")
	d.lacks("On which page")
	d.keys("text: -H 'a: b'")
	s := d.m.stack[0].(*start)
	if got := s.field.String(); got != "curl https://api.example.com \\\n -H 'a: b'" {
		t.Errorf("the field holds %q", got)
	}
}

func TestNothingUnsafeIsSentWithoutAYes(t *testing.T) {
	d := walked(t, "partial", 80, 24)
	d.wants("Send the real DELETE?")
	d.keys("n")
	if len(d.f.runs) != 1 {
		t.Fatalf("%d runs after a no", len(d.f.runs))
	}
	d.wants("the real DELETE was not sent")

	d = walked(t, "partial", 80, 24)
	d.keys("y")
	if len(d.f.runs) != 2 || !d.f.runs[1].AllowUnsafe {
		t.Errorf("runs: %+v", d.f.runs)
	}
}

func TestFilesAreNeverOverwrittenWithoutAYes(t *testing.T) {
	d := walked(t, "access-preflight", 80, 24)
	d.keys("f", "tab", "w", "enter")
	d.wants("Wrote corstui-fix/worker.mjs")
	d.keys("w", "enter")
	d.wants("Overwrite?", "corstui-fix/worker.mjs")
	d.f.saved["corstui-fix"] = []snippets.File{{Name: "mine"}}
	d.keys("n")
	if d.f.saved["corstui-fix"][0].Name != "mine" {
		t.Error("overwritten after a no")
	}
	d.keys("w", "enter", "y")
	if d.f.saved["corstui-fix"][0].Name == "mine" {
		t.Error("not overwritten after a yes")
	}
}

func TestAReportIsExported(t *testing.T) {
	d := walked(t, "access-preflight", 80, 24)
	d.keys("o", "text:markdown", "enter", "ctrl+u", "text:out/report.md", "enter")
	files := d.f.saved["out/"]
	if len(files) != 1 || files[0].Name != "report.md" || !strings.HasPrefix(files[0].Content, "markdown: BLOCKED") {
		t.Errorf("saved %v", d.f.saved)
	}
}

func TestRunAgainComparesWithBefore(t *testing.T) {
	d := walked(t, "access-preflight", 120, 40)
	d.f.mu.Lock()
	d.f.report = allowedReport
	d.f.mu.Unlock()
	d.keys("r")
	d.wants("ALLOWED from here.")
	d.keys("c")
	d.wants("before", "now", "✗ BLOCKED at the preflight.", "✓ ALLOWED from here.", "✗ refused", "✓ let it by")
}

func TestThePagesOfThePolicyCanBeChanged(t *testing.T) {
	d := walked(t, "access-preflight", 80, 24)
	d.keys("f", "tab", "e", "text:, http://localhost:3000", "enter")
	d.wants("The files allow 2 pages now.")
	d.keys("y")
	if got := d.f.clipboard(); !strings.Contains(got, "http://localhost:3000") || !strings.Contains(got, page) {
		t.Errorf("the snippet is %q", got)
	}
	d.keys("e", "ctrl+u", "text:example.com", "enter")
	d.wants("example.com")
	d.keys("y")
	if got := d.f.clipboard(); !strings.Contains(got, "http://localhost:3000") {
		t.Error("a page that is none was taken")
	}
}

func TestAProofStandsBesideWhatIs(t *testing.T) {
	d := walked(t, "access-preflight", 80, 24)
	d.keys("f", "p")
	d.wants("Simulated: what comes after Access lets preflights pass.", "with the policy", "ALLOWED")
}

func TestTheDiffNamesEveryHeaderThatIsMissing(t *testing.T) {
	d := walked(t, "access-preflight", 80, 24)
	d.keys("f", "d")
	d.wants("- status 403", "+ Access-Control-Allow-Origin: https://app.example.com", "+ Access-Control-Allow-Methods: PUT",
		"+ Access-Control-Allow-Headers: authorization, content-type", "+ Vary: Origin")
}

func TestARunThatBreaksIsSaidAndCanBeRunAgain(t *testing.T) {
	f := newFake("access-preflight")
	f.panics = true
	c := f.report().Case
	d := drive(t, f, Options{Case: &c}, 80, 24)
	d.wants("corstui itself failed: a nil pointer somewhere")
	f.panics = false
	d.keys("r")
	d.wants("BLOCKED at the preflight.")
}

func TestEscStopsARunAndKeepsWhatWasSeen(t *testing.T) {
	f := newFake("access-preflight")
	f.step = 5 * time.Second
	c := f.report().Case
	d := drive(t, f, Options{Case: &c}, 80, 24)
	d.wants("sending the preflight")
	d.keys("esc")
	d.wants("STOPPED before there was a verdict", "OPTIONS /v1/items")
	if len(d.m.stack) != 2 {
		t.Error("esc left the walk instead of stopping it")
	}
}

func TestTheWAFIsNeverSaidToHaveLetAccessBeAsked(t *testing.T) {
	d := walked(t, "waf-challenge", 80, 24)
	d.wants("2 Access", "? not asked yet", "✗ answered first")
	d.keys("left")
	d.lacks("let it by")
}

func TestBytesOfAPeerNeverReachTheTerminal(t *testing.T) {
	d := walked(t, "waf-challenge", 80, 24)
	d.keys("x", "z")
	if strings.Contains(d.m.View(), "\x1b[31mred") {
		t.Error("an escape sequence of the response was drawn")
	}
	d.keys("G")
	d.wants("␛[31mred")
}

func TestTheSummaryStaysBehind(t *testing.T) {
	d := walked(t, "access-preflight", 80, 24)
	got := d.m.Summary()
	for _, want := range []string{"PUT " + apiURL, "BLOCKED at the preflight.", "answered by: Cloudflare Access", "again: corstui "} {
		if !strings.Contains(got, want) {
			t.Errorf("the summary lacks %q:\n%s", want, got)
		}
	}
}

func TestTheTicketSaysAllThatIsNeeded(t *testing.T) {
	r := accessPreflight()
	got := ticket(&r)
	for _, want := range []string{"whoever runs Zero Trust", "BLOCKED at the preflight", apiURL, page, rayID, "2026-11-24 09:30:00 UTC", "AUD 4d1f", "let Access pass preflights", "What it costs:", "Then: answer the preflight", "Or: serve the API"} {
		if !strings.Contains(got, want) {
			t.Errorf("the ticket lacks %q:\n%s", want, got)
		}
	}
	if n := strings.Count(got, "\n"); n > 14 {
		t.Errorf("%d lines are too many for a ticket", n)
	}
}

func TestSearchFindsAndGoesOn(t *testing.T) {
	d := walked(t, "access-preflight", 80, 24)
	d.keys("x", "/", "text:cf-", "enter")
	d.wants("1 of 3")
	d.keys("n")
	d.wants("2 of 3")
	d.keys("/", "text:nowhere", "enter")
	d.wants("is not in this exchange")
}

func TestASavedReportSendsNothing(t *testing.T) {
	r := accessPreflight()
	f := newFake("access-preflight")
	d := drive(t, f, Options{Replay: &r}, 80, 24)
	d.wants("BLOCKED at the preflight.")
	if len(f.runs) != 0 {
		t.Error("opening a report sent something")
	}
	d.keys("f", "tab", "y")
	if f.clipboard() == "" {
		t.Error("nothing was copied")
	}
}

func TestOutputCopiesByOSC52(t *testing.T) {
	t.Setenv("TMUX", "")
	t.Setenv("STY", "")
	path := t.TempDir() + "/tty"
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	o := NewOutput(file)
	if err := o.Copy("héllo"); err != nil {
		t.Fatal(err)
	}
	got, _ := os.ReadFile(path)
	if string(got) != "\x1b]52;c;aMOpbGxv\x07" {
		t.Errorf("wrote %q", got)
	}
	if err := o.Copy(strings.Repeat("x", maxOSC52+1)); !errors.Is(err, errTooLong) {
		t.Errorf("a text that terminals cut was sent: %v", err)
	}
}
