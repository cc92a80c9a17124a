package paste

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzParse: no panic, nothing harmful in what is shown, and a case that says
// what it lacks.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		cr + "No 'Access-Control-Allow-Origin' header is present on the requested resource.", ff + "CORS header ‘Access-Control-Allow-Origin’ missing). Status code: 403.",
		"[Error] Preflight response is not successful. Status code: 302\nFetch API cannot load " + api + " due to access control checks.",
		"fetch(`https://api.example.com/${a.b}`, {...x, headers: new Headers([['a', 'b']]), body: JSON.stringify({a: [1, !0]})})", "axios.get('x')", "var x = new XMLHttpRequest(); x.open('GET', 'https://a.test')",
		"curl 'https://a.test' -H $'a: \\u00fc' --data-raw '{}'", "curl ^\"https://a.test^\" ^\n -H ^\"a: b^\"", "Invoke-WebRequest -Uri \"https://a.test\" -Headers @{ \"a\"=\"b\" }", sampleHAR, api, "a.test",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := Parse(s)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\x1b\n\x00") {
				t.Errorf("harmful: %q", err)
			}
			return
		}
		shown := p.Understood + strings.Join(p.Notes, "")
		if strings.ContainsAny(shown, "\x1b\n\x00") || !utf8.ValidString(shown) {
			t.Errorf("harmful: %q", shown)
		}
		if (p.Case.URL == "") != slices.Contains(p.Missing, MissingURL) || (p.Case.Origin == "") != slices.Contains(p.Missing, MissingOrigin) {
			t.Errorf("missing %q of %+v", p.Missing, p.Case)
		}
		if p.Case.Method == "" || p.Case.Headers == nil {
			t.Errorf("no defaults: %+v", p.Case)
		}
	})
}

// FuzzShellWords: what bash's single quotes hold comes out as it is.
func FuzzShellWords(f *testing.F) {
	f.Add("a b", "x: \"y\" \\ $z")
	f.Fuzz(func(t *testing.T, a, b string) {
		if strings.ContainsAny(a+b, "'\x00\r") || !utf8.ValidString(a) || !utf8.ValidString(b) {
			return
		}
		w, err := posixWords("curl '" + a + "' \\\n -H '" + b + "'")
		if err != nil || len(w.words) != 4 || w.words[1] != a || w.words[3] != b {
			t.Errorf("%q %q: %q, %v", a, b, w.words, err)
		}
	})
}
