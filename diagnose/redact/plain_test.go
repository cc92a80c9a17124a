package redact

import "testing"

// FuzzPlainTextNeedsNothing holds the quick look against the real work.
func FuzzPlainTextNeedsNothing(f *testing.F) {
	for _, s := range []string{
		"", "GET", "Cloudflare Access", "eyJhbGciOi.eyJzdWIi.x", "eyJabcdefghij.", "yJ", "Bearer abcdefghij", "BEARER abcdefghij", "basic YWxhZGRpbjpv",
		"https://user:pass@host/", "https%3a%2f%2fuser%40host", "cfast_abcdefgh1", "CF_Authorization=x", "?token=abc", `{"token":"abc"}`, `{"token" : "abc"}`,
		"two\nlines", "tab\t", "\x1b[2J", "\u202e", "\x7f", "caf\u00e9",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if plain(s) && CleanText(byShape(s)) != s {
			t.Errorf("%q counts as plain and becomes %q", s, CleanText(byShape(s)))
		}
		if got, want := New().CleanText(s), CleanText(New().Text(s)); got != want {
			t.Errorf("%q becomes %q by one way and %q by the other", s, got, want)
		}
	})
}

func TestMostTextsOfAReportArePlain(t *testing.T) {
	for _, s := range []string{"preflight", "https://api.example.com/v1/items", "Access to fetch at 'https://api.example.com/' from origin 'https://app.example.com' has been blocked by CORS policy"} {
		if !plain(s) {
			t.Errorf("%q does not count as plain", s)
		}
	}
}
