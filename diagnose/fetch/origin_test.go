package fetch

import (
	"strings"
	"testing"
)

func TestSerializeOrigin(t *testing.T) {
	for in, want := range map[string]string{
		"https://APP.x:443/":      "https://app.x",
		"http://app.x:80":         "http://app.x",
		"http://app.x:443":        "http://app.x:443",
		"https://[::1]:8443/a":    "https://[::1]:8443",
		"https://münchen.example": "https://xn--mnchen-3ya.example",
		"https://app.test.":       "https://app.test.",
		"file:///x":               "null",
		"data:text/plain,x":       "null",
		"null":                    "null",
		"nonsense":                "null",
	} {
		if got := SerializeOrigin(ParseOrigin(in)); got != want {
			t.Errorf("origin of %q = %q, want %q", in, got, want)
		}
	}
}

func TestSameOrigin(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"https://a.test", "https://a.test:443", true},
		{"https://a.test", "http://a.test", false},
		{"https://a.test", "https://a.test:444", false},
		{"https://a.test", "https://a.test.", false},
		{"https://a.test", "https://A.test", true},
		{"null", "null", false},
		{"http://localhost", "http://127.0.0.1", false},
	} {
		if got := SameOrigin(ParseOrigin(c.a), ParseOrigin(c.b)); got != c.want {
			t.Errorf("SameOrigin(%s, %s) = %t", c.a, c.b, got)
		}
	}
}

func TestParseCaseOrigin(t *testing.T) {
	for in, want := range map[string]string{
		"https://app.example.com":      "https://app.example.com",
		"https://app.example.com/":     "https://app.example.com",
		"https://app.example.com:443":  "https://app.example.com",
		"https://APP.example.com:8443": "https://app.example.com:8443",
		"http://localhost:3000":        "http://localhost:3000",
		"null":                         "null",
	} {
		got, err := ParseCaseOrigin(in)
		if err != nil || got != want {
			t.Errorf("ParseCaseOrigin(%q) = %q, %v, want %q", in, got, err, want)
		}
	}
}

func TestParseCaseOriginSaysWhatWouldBeRight(t *testing.T) {
	for _, c := range []struct{ in, says string }{
		{"", "https://app.example.com"},
		{"*", "no origin of a page"},
		{"app.example.com", "https://app.example.com"},
		{"localhost:3000", "https://localhost:3000"},
		{"https://app.example.com/path", "write https://app.example.com"},
		{"https://app.example.com?x", "write https://app.example.com"},
		{"https://u:p@app.example.com", "write https://app.example.com"},
		{"file:///tmp/x.html", "write null"},
		{"https://", "no host"},
		{"https://app.example.com:99999", "port"},
	} {
		got, err := ParseCaseOrigin(c.in)
		if err == nil {
			t.Errorf("ParseCaseOrigin(%q) = %q, want an error", c.in, got)
			continue
		}
		if !strings.Contains(err.Error(), c.says) {
			t.Errorf("ParseCaseOrigin(%q): %q does not say %q", c.in, err, c.says)
		}
		if c.in != "" && !strings.Contains(err.Error(), c.in) {
			t.Errorf("ParseCaseOrigin(%q): %q does not name the input", c.in, err)
		}
	}
}

func FuzzParseCaseOrigin(f *testing.F) {
	for _, s := range []string{"https://a.b", "null", "https://[::1]:1", "a b", "https://a.b:443/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		o, err := ParseCaseOrigin(in)
		if err != nil {
			return
		}
		if again, err := ParseCaseOrigin(o); err != nil || again != o {
			t.Fatalf("%q gives %q, and that %q, %v", in, o, again, err)
		}
		if o != "null" && SerializeOrigin(ParseOrigin(o)) != o {
			t.Fatalf("%q gives %q, which is not how a browser writes it", in, o)
		}
	})
}

func TestSameSite(t *testing.T) {
	for _, c := range []struct {
		a, b          string
		site, schemed bool
	}{
		{"https://app.example.com", "https://api.example.com", true, true},
		{"https://app.example.com:8443", "https://api.example.com", true, true},
		{"http://app.example.com", "https://api.example.com", true, false},
		{"https://a.pages.dev", "https://b.pages.dev", false, false},
		{"https://x.workers.dev", "https://y.workers.dev", false, false},
		{"https://a.x.workers.dev", "https://b.x.workers.dev", true, true},
		{"https://u.github.io", "https://v.github.io", false, false},
		{"https://a.co.uk", "https://b.co.uk", false, false},
		{"https://127.0.0.1", "https://127.0.0.1:9", true, true},
		{"https://10.0.0.1", "https://11.0.0.1", false, false},
		{"http://localhost:3000", "http://localhost:8080", true, true},
		{"null", "null", false, false},
	} {
		a, b := ParseOrigin(c.a), ParseOrigin(c.b)
		if got := SameSite(a, b); got != c.site {
			t.Errorf("SameSite(%s, %s) = %t", c.a, c.b, got)
		}
		if got := SchemefulSameSite(a, b); got != c.schemed {
			t.Errorf("SchemefulSameSite(%s, %s) = %t", c.a, c.b, got)
		}
	}
}

func TestPotentiallyTrustworthy(t *testing.T) {
	for in, want := range map[string]bool{
		"https://a.test": true, "wss://a.test": true, "http://a.test": false, "http://localhost:1": true, "http://foo.localhost": true,
		"http://127.9.9.9": true, "http://[::1]": true, "http://128.0.0.1": false, "http://localhost.test": false, "http://notlocalhost": false,
		"http://127.evil.test": false,
	} {
		u, err := ParseURL(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := IsPotentiallyTrustworthy(u); got != want {
			t.Errorf("IsPotentiallyTrustworthy(%s) = %t", in, got)
		}
	}
}
