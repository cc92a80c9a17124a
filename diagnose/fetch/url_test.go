package fetch

import (
	"strings"
	"testing"
)

func TestParseURL(t *testing.T) {
	for _, c := range []struct{ in, base, want string }{
		{"https://API.Example.com", "", "https://api.example.com/"},
		{"https://api.example.com:443/a?b#c", "", "https://api.example.com/a?b#c"},
		{"http://h:80", "", "http://h/"},
		{"https://h:0443/", "", "https://h/"},
		{"https://h:8443", "", "https://h:8443/"},
		{"https:\\\\h\\a\\b", "", "https://h/a/b"},
		{"https:/h/x", "", "https://h/x"},
		{"https:h", "", "https://h/"},
		{" https://h/a b ", "", "https://h/a%20b"},
		{"htt\nps://h/\t", "", "https://h/"},
		{"https://h/a/./b/../c/%2e%2E/d", "", "https://h/a/d"},
		{"https://h/a/..", "", "https://h/"},
		{"https://h/a/.", "", "https://h/a/"},
		{"https://h/?q='\"<>", "", "https://h/?q=%27%22%3C%3E"},
		{"https://h/#a`b", "", "https://h/#a%60b"},
		{"https://münchen.example/", "", "https://xn--mnchen-3ya.example/"},
		{"https://127.1/", "", "https://127.0.0.1/"},
		{"https://0x7f.1/", "", "https://127.0.0.1/"},
		{"https://2130706433/", "", "https://127.0.0.1/"},
		{"https://[0:0::1]:8443/", "", "https://[::1]:8443/"},
		{"https://[::FFFF:1.2.3.4]/", "", "https://[::ffff:102:304]/"},
		{"https://app.test./", "", "https://app.test./"},
		{"https://%41pp.test/", "", "https://app.test/"},
		{"https://u:p@h/", "", "https://u:p@h/"},
		{"https://@h/", "", "https://h/"},
		{"foo:bar", "", "foo:bar"},
		{"foo://h:1/x?y#z", "", "foo://h:1/x?y#z"},
		{"foo:///x", "", "foo:///x"},
		{"foo://a%a:1", "", "foo://a%a:1"},
		{"mailto:a@b", "", "mailto:a@b"},
		{"/x", "https://h/a/b?q", "https://h/x"},
		{"x", "https://h/a/b?q", "https://h/a/x"},
		{"?y", "https://h/a/b?q", "https://h/a/b?y"},
		{"", "https://h/a/b?q#f", "https://h/a/b?q"},
		{"#g", "https://h/a/b?q", "https://h/a/b?q#g"},
		{"../z", "https://h/a/b/c", "https://h/a/z"},
		{"//other/x", "https://h/a", "https://other/x"},
		{"https:x", "https://h/a/b", "https://h/a/x"},
		{"http:x", "https://h/a/b", "http://x/"},
		{"http://other", "https://h/a", "http://other/"},
	} {
		var base *URL
		if c.base != "" {
			base, _ = ParseURL(c.base, nil)
		}
		u, err := ParseURL(c.in, base)
		if err != nil {
			t.Errorf("ParseURL(%q, %q): %v", c.in, c.base, err)
			continue
		}
		if got := u.String(); got != c.want {
			t.Errorf("ParseURL(%q, %q) = %q, want %q", c.in, c.base, got, c.want)
		}
	}
}

func TestParseURLRefuses(t *testing.T) {
	for _, in := range []string{
		"", "foo", "//h/", "https://", "https:", "http://[", "https://[::1", "https://[::g]/", "https://h:99999/",
		"https://h:8a/", "https://a b/", "https://a%zz/", "https://a|b/", "https://a^b/", "https://1.2.3.256/",
		"https://127.1.2.3.4/", "https://a\xfcb.test/", "1a:b", "-a:b", `"https://h"`, "foo://h:PORT/", "foo://[true::1]", "foo://[::1", "foo://|h/", "foo://:1/", "foo://u@/", "foo://a]b",
		"ht%20tps://h", "https://:443/", "https://u@/",
	} {
		if u, err := ParseURL(in, nil); err == nil {
			t.Errorf("ParseURL(%q) = %q, want an error", in, u)
		}
	}
}

func TestURLIncludesCredentials(t *testing.T) {
	for in, want := range map[string]bool{
		"https://u@h/": true, "https://:p@h/": true, "https://@h/": false, "https://:@h/": false, "https://h/@": false,
		"foo://u:p@x/": true, "foo://x/u@": false, "foo:u@x": false,
	} {
		u, err := ParseURL(in, nil)
		if err != nil {
			t.Fatal(in, err)
		}
		if u.HasCredentials() != want {
			t.Errorf("%s includes credentials: %t, want %t", in, !want, want)
		}
	}
}

func FuzzParseURL(f *testing.F) {
	for _, s := range []string{"https://a.b/c?d#e", "https:\\\\[::1]:1\\..", "http://0x7f.1", "foo://u@x", "https://ü.example/%2e", "//h", "a:b", "https://a@b@c:9/"} {
		f.Add(s, "x")
		f.Add("https://h/a", s)
	}
	f.Fuzz(func(t *testing.T, in, ref string) {
		u, err := ParseURL(in, nil)
		if err != nil {
			return
		}
		if u.special && u.Scheme != "file" {
			s := u.String()
			v, err := ParseURL(s, nil)
			if err != nil {
				t.Fatalf("%q serialises to %q, which does not parse: %v", in, s, err)
			}
			if v.String() != s {
				t.Fatalf("%q serialises to %q, that to %q", in, s, v.String())
			}
			if strings.ContainsAny(s, " \t\r\n") {
				t.Fatalf("%q serialises to %q, which would break a request line", in, s)
			}
		}
		if w, err := ParseURL(ref, u); err == nil {
			_ = w.String()
		}
	})
}
