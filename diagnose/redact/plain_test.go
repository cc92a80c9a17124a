package redact

import "testing"

// FuzzPlainTextNeedsNothing holds the quick look against the real work.
func FuzzPlainTextNeedsNothing(f *testing.F) {
	for _, s := range []string{
		"", "GET", "Cloudflare Access", "eyJhbGciOi.eyJzdWIi.x", "eyJabcdefghij.", "yJ", "Bearer abcdefghij", "BEARER abcdefghij", "basic YWxhZGRpbjpv",
		"https://user:pass@host/", "https%3a%2f%2fuser%40host", "cfast_abcdefgh1", "CF_Authorization=x", "?token=abc", ";q=0.9", "\"Chromium\";v=\"142\"", "a;sid=1", "\"sid\":\"x\"", `{"token":"abc"}`, `{"token" : "abc"}`,
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

// FuzzSecretNames holds the quick comparison against the rule as it is written:
// without "-" and "_", in lower case, one of the endings, and none of the
// harmless names.
func FuzzSecretNames(f *testing.F) {
	for _, n := range []string{"", "-", "Authorization", "X-Api-Key", "x_api_key_", "Page-Token", "access-control-allow-credentials", "JWT", "Content-Type", "to-ken-", "Cf-Access-Metadata-Request"} {
		f.Add(n)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if got, want := SecretName(name), secretBare(bare(name)); got != want {
			t.Errorf("%q: %v, want %v", name, got, want)
		}
	})
}
