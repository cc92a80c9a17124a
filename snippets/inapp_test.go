package snippets_test

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"corstui/snippets"
)

// inApp are the answers of the apps in testdata/inapp, which use the generated
// middleware as their own.
var inApp = []ask{
	preflight("preflight for a route that needs a login", "DELETE", "authorization"),
	{name: "a route that is there", method: "GET", path: "/ok", status: 200},
	{name: "HEAD", method: "HEAD", path: "/ok", status: 200},
	{name: "a route that is not", method: "GET", path: "/nowhere", status: 404},
	{name: "a method that is not", method: "DELETE", path: "/ok", status: 0},
	{name: "a thrown error", method: "GET", path: "/throw", status: 500},
	{name: "an error with a status", method: "GET", path: "/teapot", status: 418},
	{name: "a refusal by the login", method: "GET", path: "/login", status: 401},
	{name: "Vary set, not added", method: "GET", path: "/vary", status: 200},
	{name: "CORS headers of the app", method: "GET", path: "/own-cors", status: 200},
	{name: "headers written at once", method: "GET", path: "/raw", status: 200},
	{name: "a handler that writes nothing", method: "GET", path: "/empty", status: 200},
	{name: "a file", method: "GET", path: "/file.txt", status: 200},
	{name: "a redirect", method: "GET", path: "/go", status: 302},
	{name: "an OPTIONS of the app", method: "OPTIONS", path: "/options", status: 200},
}

func TestCORSInsideAnApp(t *testing.T) {
	apps := []struct {
		name   string
		target snippets.Target
		s      setting
	}{
		{"express 5", snippets.TargetExpress, setting{entry: "app.mjs", extra: map[string]string{"app.mjs": appFile(t, "app.mjs"), "public/file.txt": "text\n"}}},
		{"express 4", snippets.TargetExpress, setting{entry: "app.mjs", express4: true, extra: map[string]string{"app.mjs": appFile(t, "app.mjs"), "public/file.txt": "text\n"}}},
		{"go", snippets.TargetGo, setting{extra: map[string]string{"main.go": appFile(t, "main.go.txt"), "public/file.txt": "text\n"}}},
	}
	for _, app := range apps {
		t.Run(app.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, snippets.RecipeCORS, app.target, snippets.Options{Policy: full}, app.s)
			for _, a := range inApp {
				for _, origin := range []string{first, "https://evil.example", ""} {
					if a.preflight && origin == "" {
						continue // then it is none
					}
					t.Run(fmt.Sprintf("%s from %q", a.name, origin), func(t *testing.T) {
						res, body := send(t, a.method, s.base+a.path, withOrigin(origin, a.header...), "")
						if a.status != 0 && res.StatusCode != a.status {
							t.Errorf("status %d, want %d: %s", res.StatusCode, a.status, body)
						}
						checkPolicy(t, res, full, origin, a.preflight)
						switch a.path {
						case "/vary":
							if got := strings.Join(res.Header["Vary"], ", "); !strings.Contains(got, "Accept-Language") {
								t.Errorf("Vary is %q", got)
							}
						case "/raw":
							if got := res.Header["Set-Cookie"]; len(got) != 2 {
								t.Errorf("Set-Cookie is %q, want two", got)
							}
						case "/file.txt":
							if body != "text\n" {
								t.Errorf("body %q", body)
							}
						}
					})
				}
			}
			t.Run("a stream that is flushed by hand", func(t *testing.T) {
				res, err := client.Get(s.base + "/stream")
				if err != nil {
					t.Fatal(err)
				}
				defer res.Body.Close()
				checkPolicy(t, res, full, "", false)
				br := bufio.NewReader(res.Body)
				if line, err := br.ReadString('\n'); err != nil || line != "one\n" {
					t.Fatalf("%q, %v", line, err)
				}
				send(t, "GET", s.base+"/release", nil, "")
				if line, err := br.ReadString('\n'); err != nil || line != "two\n" {
					t.Fatalf("%q, %v", line, err)
				}
			})
			t.Run("an error after the headers breaks the body off", func(t *testing.T) {
				res, err := client.Get(s.base + "/late")
				if err != nil {
					t.Fatal(err)
				}
				defer res.Body.Close()
				if _, err := bufio.NewReader(res.Body).ReadString('!'); err == nil || strings.Contains(err.Error(), "EOF") && !strings.Contains(err.Error(), "unexpected") {
					t.Errorf("the body ended well: %v", err)
				}
			})
		})
	}
}

func appFile(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "inapp", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
