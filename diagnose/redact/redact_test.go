package redact

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
	"testing"
)

func TestTextMasksASecretInEveryEncoding(t *testing.T) {
	const secret = `s3cr3t/va+lue "x"&é`
	r := New(secret)
	b64 := base64.StdEncoding.EncodeToString
	forms := map[string]string{
		"plain":                  secret,
		"query":                  url.QueryEscape(secret),
		"path":                   url.PathEscape(secret),
		"query, twice":           url.QueryEscape(url.QueryEscape(secret)),
		"query, lower case":      strings.ToLower(url.QueryEscape(secret)),
		"JSON":                   `s3cr3t/va+lue \"x\"\u0026é`,
		"HTML":                   `s3cr3t/va+lue &#34;x&#34;&amp;é`,
		"hexadecimal":            hex.EncodeToString([]byte(secret)),
		"base64":                 b64([]byte(secret)),
		"base64, behind 1 byte":  b64([]byte("u" + secret)),
		"base64, behind 2 bytes": b64([]byte("u:" + secret + "tail")),
		"base64 for URLs":        base64.URLEncoding.EncodeToString([]byte("abc" + secret)),
	}
	for name, form := range forms {
		got := r.Text("before " + form + " after")
		if strings.Contains(got, form) || !strings.Contains(got, Mask) {
			t.Errorf("%s: %q came out as %q", name, form, got)
		}
		if !strings.HasPrefix(got, "before ") || !strings.HasSuffix(got, " after") {
			t.Errorf("%s: the text around it changed: %q", name, got)
		}
	}
}

func TestTextMasksWhatLooksLikeASecret(t *testing.T) {
	const jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
	for _, tt := range []struct{ in, want string }{
		{"Location: https://t.example/login?kid=abc&meta=" + jwt + "&redirect_url=%2F", "Location: https://t.example/login?kid=abc&meta=[redacted]&redirect_url=%2F"},
		{"https://joe:hunter22@api.example.com/x", "https://[redacted]@api.example.com/x"},
		{"u=https%3A%2F%2Fjoe%3Ahunter22%40api.example.com", "u=https%3A%2F%2F[redacted]%40api.example.com"},
		{"sent Bearer abcdefghijkl to it", "sent Bearer [redacted] to it"},
		{"Cookie CF_Authorization=abc.def; theme=dark", "Cookie CF_Authorization=[redacted]; theme=dark"},
		{"GET /cb?code=4711&state=open", "GET /cb?code=[redacted]&state=open"},
		{`{"access_token": "abc", "kind": "x"}`, `{"access_token": "[redacted]", "kind": "x"}`},
		{"cfast_0123456789abcdef rest", "[redacted] rest"},
		{`{"code":"not_found","key":"k"}`, `{"code":"not_found","key":"k"}`},
		{"nothing here: token ring, code review", "nothing here: token ring, code review"},
		{`{"aud":"2f8a","ray_id":"91a0e8235d5f6836"}`, `{"aud":"2f8a","ray_id":"91a0e8235d5f6836"}`},
	} {
		if got := New().Text(tt.in); got != tt.want {
			t.Errorf("Text(%q)\n got %q\nwant %q", tt.in, got, tt.want)
		}
	}
}

func TestHeaderMasksByName(t *testing.T) {
	for _, tt := range []struct{ name, value, want string }{
		{"Authorization", "Bearer a", "Bearer [redacted]"},
		{"authorization", "opaque", "[redacted]"},
		{"Cookie", "a=1; b=2", "a=[redacted]; b=[redacted]"},
		{"Set-Cookie", "sid=1; Path=/; Secure", "sid=[redacted]; Path=/; Secure"},
		{"CF-Access-Client-Secret", "x", "[redacted]"},
		{"X-My-Api-Key", "k", "[redacted]"},
		{"X-CSRF-Token", "k", "[redacted]"},
		{"cf-access-aud", "2f8a", "2f8a"},
		{"Content-Type", "text/html", "text/html"},
		{"Access-Control-Allow-Credentials", "true", "true"},
		{"Access-Control-Allow-Headers", "authorization, x-token", "authorization, x-token"},
	} {
		if got := New().Header(tt.name, tt.value); got != tt.want {
			t.Errorf("Header(%s, %q) = %q, want %q", tt.name, tt.value, got, tt.want)
		}
	}
}

func TestAddHeaderLearnsWhatMustNotShow(t *testing.T) {
	r := New()
	r.AddHeader("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("joe:hunter22")))
	r.AddHeader("Set-Cookie", "sid=abcdef; Path=/")
	r.AddHeader("Accept", "text/html")
	r.AddURL("https://u:geheim77@h/?api_key=kkkk1111&page=2222")
	if got := r.Text("hunter22 abcdef text/html geheim77 kkkk1111 2222"); got != "[redacted] [redacted] text/html [redacted] [redacted] 2222" {
		t.Errorf("got %q", got)
	}
}

func TestWhatIsPublicIsNotMasked(t *testing.T) {
	r := New()
	r.Public("https://app.example.com")
	r.Add("example", "example-secret")
	if got := r.Text("https://app.example.com example-secret"); got != "https://app.example.com [redacted]" {
		t.Errorf("got %q", got)
	}
}

func TestCleanMakesControlVisible(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"plain é 漢字 👍", "plain é 漢字 👍"},
		{"a\x1b[31mred", `a\x1b[31mred`},
		{"a\x00b\rc\nd", `a\x00b\x0dc\x0ad`},
		{"a\tb", "a b"},
		{"x\u009by", `x\x9by`},
		{"user\u202egnp.exe", `user\u202egnp.exe`},
		{"z\u200bw", `z\u200bw`},
		{"bad \xff\xfe", `bad \xff\xfe`},
		{"tag \U000e0041", `tag \U000e0041`},
	} {
		if got := Clean(tt.in); got != tt.want {
			t.Errorf("Clean(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
	if got := CleanText("a\r\nb\tc\x1bd\r"); got != "a\nb\tc\\x1bd\\x0d" {
		t.Errorf("CleanText: %q", got)
	}
}

func FuzzCleanLeavesNoControl(f *testing.F) {
	f.Add("a\x1b[0m\u202e\xff")
	f.Fuzz(func(t *testing.T, s string) {
		for _, r := range Clean(s) {
			if harmful(r) {
				t.Fatalf("Clean(%q) keeps %U", s, r)
			}
		}
		if got := Clean(s); Clean(got) != got {
			t.Fatalf("Clean is not stable on %q", s)
		}
	})
}

func FuzzTextHidesTheSecret(f *testing.F) {
	f.Add("hunter22", "x hunter22 y")
	f.Fuzz(func(t *testing.T, secret, text string) {
		if len(strings.TrimSpace(secret)) < minSecret || strings.Contains(Mask, strings.TrimSpace(secret)) {
			return
		}
		secret = strings.TrimSpace(secret)
		got := New(secret).Text(text + secret + text)
		if strings.Contains(got, secret) && !strings.Contains(strings.ReplaceAll(got, secret, ""), Mask) {
			t.Fatalf("%q is still in %q", secret, got)
		}
	})
}
