package browser

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"corstui/diagnose/exchange"
)

// family is one of three operating systems.
var family = Family{
	Called: "a browser",
	Env:    "CORSTUI_X",
	Names:  []string{"google-chrome", "chromium"},
	Places: map[string][]string{
		"darwin":  {"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "$HOME/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"},
		"windows": {`$ProgramFiles\Microsoft\Edge\Application\msedge.exe`, `${ProgramFiles(x86)}\Microsoft\Edge\Application\msedge.exe`},
	},
	Missing: errors.New("none found: install one, or set CORSTUI_X"),
}

func TestFindTakesTheNamedBrowserThenPathThenUsualPlaces(t *testing.T) {
	none := func(string) (string, error) { return "", errors.New("not found") }
	tests := []struct {
		name       string
		env        map[string]string
		lookPath   func(string) (string, error)
		executable func(string) bool
		goos, want string
		err        string
	}{
		{"named", map[string]string{"CORSTUI_X": "/opt/x"}, func(s string) (string, error) { return s, nil }, nil, "linux", "/opt/x", ""},
		{"named but missing", map[string]string{"CORSTUI_X": "/opt/x"}, none, nil, "linux", "", "CORSTUI_X"},
		{"on PATH", nil, func(s string) (string, error) {
			if s == "chromium" {
				return "/bin/chromium", nil
			}
			return "", errors.New("no")
		}, nil, "linux", "/bin/chromium", ""},
		{"in the usual place", map[string]string{"HOME": "/Users/a"}, none, func(p string) bool { return strings.HasPrefix(p, "/Users/a/") }, "darwin", "/Users/a/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", ""},
		{"a place without its variable is left out", nil, none, func(p string) bool { return !strings.HasPrefix(p, "/Applications") }, "darwin", "", "install"},
		{"on Windows", map[string]string{"ProgramFiles(x86)": `C:\Programs86`}, none, func(p string) bool { return strings.HasSuffix(p, "msedge.exe") }, "windows", `C:\Programs86\Microsoft\Edge\Application\msedge.exe`, ""},
		{"nowhere", nil, none, func(string) bool { return false }, "linux", "", "CORSTUI_X"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := family.find(func(k string) string { return tt.env[k] }, tt.lookPath, tt.executable, tt.goos)
			if got != tt.want || (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestOurSecretsStayOutOfTheBrowsersEnvironment(t *testing.T) {
	got := Environment([]string{"PATH=/bin", "CF_ACCESS_TOKEN=x", "CF_ACCESS_CLIENT_SECRET=y", "HOME=/root"})
	if !slices.Equal(got, []string{"PATH=/bin", "HOME=/root"}) {
		t.Errorf("got %q", got)
	}
}

func TestPageOfWantsAnOrigin(t *testing.T) {
	for _, good := range []string{"https://app.example.com", "http://localhost:3000", "https://[::1]:8443", "null"} {
		if _, err := PageOf(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{"", "app.example.com", "https://app.example.com/", "ftp://x", "https://u:p@x", "chrome-extension://abc", "https://"} {
		if _, err := PageOf(bad); err == nil || !strings.Contains(err.Error(), "origin") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestByteStringKeepsBytes(t *testing.T) {
	for in, want := range map[string]string{"a": "a", "ü": "ü", "\xe9": "é", "a\xff": "aÿ"} {
		if got := byteString(in); got != want {
			t.Errorf("%q: got %q", in, got)
		}
	}
}

func TestScriptEscapesWhatWouldEndAString(t *testing.T) {
	body := "</script>\u2028'\"\\"
	s, err := Script(exchange.Case{URL: "https://api.test/\"); alert(1); (\"", Headers: exchange.Headers{{Name: "x-a", Value: "\xe9"}}, Body: &body})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"https://api.test/\"); alert(1); (\""`, `["x-a","é"]`, `\u003c/script\u003e\u2028`} {
		if !strings.Contains(s, want) {
			t.Errorf("%s lacks %s", s, want)
		}
	}
}

func TestOnlyWhatReadsIsPermitted(t *testing.T) {
	for _, m := range []string{"", "get", "HEAD", "OPTIONS", "trace"} {
		if err := (Options{}).Permitted(exchange.Case{Method: m}); err != nil {
			t.Errorf("%q: %v", m, err)
		}
	}
	for _, m := range []string{"PUT", "patch", "DELETE", "QUERY"} {
		var unsafe *UnsafeMethodError
		if err := (Options{}).Permitted(exchange.Case{Method: m}); !errors.As(err, &unsafe) || unsafe.Method != m {
			t.Errorf("%q: %v", m, err)
		}
		if err := (Options{AllowUnsafe: true}).Permitted(exchange.Case{Method: m}); err != nil {
			t.Errorf("%q, allowed: %v", m, err)
		}
	}
}

func TestScriptAsksAsTheCaseSays(t *testing.T) {
	body := "x"
	tests := []struct {
		name  string
		c     exchange.Case
		has   string
		hasNo string
	}{
		{"a text", exchange.Case{Method: "POST", Body: &body}, `"body":"x"`, `"stream":`},
		{"a stream", exchange.Case{Method: "POST", Body: &body, BodyStream: true}, `"stream":{"text":"x"}`, `"body":`},
		{"an element", exchange.Case{URL: "https://api.test/\"", Initiator: exchange.InitiatorLink}, `link.href = "https://api.test/\""`, "fetch("},
		{"an element with credentials", exchange.Case{Initiator: exchange.InitiatorLink, Credentials: exchange.CredentialsInclude}, `"use-credentials"`, "anonymous"},
	}
	for _, tt := range tests {
		s, err := Script(tt.c)
		if err != nil || !strings.Contains(s, tt.has) || strings.Contains(s, tt.hasNo) {
			t.Errorf("%s: %v, %s", tt.name, err, s)
		}
	}
}
