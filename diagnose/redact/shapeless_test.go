package redact

import "testing"

// FuzzShapelessTextNeedsNoMask holds the quick look against the patterns.
func FuzzShapelessTextNeedsNoMask(f *testing.F) {
	for _, s := range []string{
		"", "GET", "Cloudflare Access", "eyJhbGciOi.eyJzdWIi.x", "eyJabcdefghij.", "yJ", "Bearer abcdefghij", "BEARER abcdefghij", "basic YWxhZGRpbjpv",
		"https://user:pass@host/", "https%3a%2f%2fuser%40host", "cfast_abcdefgh1", "CF_Authorization=x", "?token=abc", ";q=0.9", "\"Chromium\";v=\"142\"", "a;sid=1", "\"sid\":\"x\"", `{"token":"abc"}`, `{"token" : "abc"}`,
		"two\nlines", "tab\t", "\x1b[2J", "\u202e", "\x7f", "caf\u00e9",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if shapeless(s) && masked(s) != s {
			t.Errorf("%q counts as shapeless and becomes %q", s, masked(s))
		}
	})
}

func TestMostTextsOfAReportAreShapeless(t *testing.T) {
	for _, s := range []string{"preflight", `{"ok":true}`, `"Chromium";v="142", "Not_A Brand";v="99"`, "en-US,en;q=0.9", "@media mail@example.com", "/items?page=2&sort_by=name", "https://api.example.com/v1/items", "Access to fetch at 'https://api.example.com/' from origin 'https://app.example.com' has been blocked by CORS policy"} {
		if !shapeless(s) {
			t.Errorf("%q does not count as shapeless", s)
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
