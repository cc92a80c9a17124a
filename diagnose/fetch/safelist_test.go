package fetch

import (
	"reflect"
	"strings"
	"testing"

	"corstui/diagnose/exchange"
)

func TestSafelistedRequestHeaders(t *testing.T) {
	long := strings.Repeat("a", 128)
	const all = "chromium firefox webkit standard"
	for _, c := range []struct {
		name, value string
		safe        string // the engines that need no preflight
	}{
		{"accept", "application/json", all}, {"accept", "text/html;q=0.5, */*", all}, {"accept", "", all}, {"accept", "a\tb", all},
		{"accept", long, all}, {"accept", long + "a", ""}, {"accept", `a"b`, ""}, {"accept", "a(b", ""}, {"accept", "a:b", ""},
		{"accept", "a\x7fb", ""}, {"accept", "a\x01b", ""}, {"accept", "\xe9", "chromium webkit standard"},
		{"accept-language", "de-DE,de;q=0.9", all}, {"accept-language", "de_DE", ""}, {"accept-language", "de/x", ""},
		{"accept-language", "\xe9", ""}, {"content-language", "en", all}, {"content-language", "@", ""},
		{"content-type", "text/plain", all}, {"content-type", "TEXT/PLAIN", all}, {"content-type", "text/plain;charset=utf-8", all},
		{"content-type", "text/plain;", all}, {"content-type", "text/plain; x", all}, {"content-type", "text/plain ;a", all},
		{"content-type", "multipart/form-data; boundary=x", all}, {"content-type", "application/x-www-form-urlencoded", all},
		{"content-type", `text/plain; charset="utf-8"`, ""}, {"content-type", "application/json", ""}, {"content-type", "application/csp-report", ""},
		{"content-type", "text/xml", ""}, {"content-type", "text", ""}, {"content-type", "", ""}, {"content-type", "text / plain", ""},
		{"content-type", "text/plain, application/json", ""}, {"content-type", "text/plain;a=b:c", ""},
		{"content-type", "text/plain;a=\xe9", "chromium webkit standard"},
		{"range", "bytes=0-", all}, {"range", "bytes=0-100", all}, {"range", "bytes=5-5", all}, {"range", "bytes=00-01", all},
		{"range", "bytes=-500", ""}, {"range", "bytes=0-10,20-30", ""}, {"range", "bytes=10-5", ""}, {"range", "bytes=0 - 10", ""},
		{"range", "bytes=0-99999999999999999999", "standard"}, {"range", "bytes=0-9223372036854775806", all}, {"range", "bytes=0-9223372036854775807", "firefox webkit standard"}, {"range", "bytes=18446744073709551615-", "firefox webkit standard"}, {"range", "bytes=18446744073709551616-", "standard"}, {"range", "Bytes=0-10", "webkit"}, {"range", "bytes", ""}, {"range", "lines=1-2", ""},
		{"dpr", "1", "chromium"}, {"dpr", "1.5", "chromium"}, {"dpr", "2.", ""}, {"dpr", "abc", ""}, {"dpr", "", ""},
		{"device-memory", "8", "chromium"}, {"width", "100", "chromium"}, {"width", "1.5", ""}, {"viewport-width", "10", "chromium"},
		{"save-data", "ON", "chromium"}, {"save-data", "off", ""}, {"rtt", "100", "chromium"}, {"downlink", "10", "chromium"},
		{"ect", "4g", "chromium"}, {"intervention", "x", "chromium"}, {"ect", long + "a", ""},
		{"authorization", "x", ""}, {"x-requested-with", "XMLHttpRequest", ""}, {"cache-control", "no-cache", ""}, {"pragma", "no-cache", ""},
		{"if-none-match", "x", ""}, {"last-event-id", "1", ""}, {"priority", "u=1", ""}, {"traceparent", "00", ""}, {"content-encoding", "gzip", ""},
		{"upgrade-insecure-requests", "1", ""}, {"lang", "x", ""}, {"*", "x", ""},
		{"access-control-request-private-network", "true", ""},
	} {
		for _, e := range append(Browsers(), Standard) {
			names, triggers := unsafeNames(e, hdr(c.name, c.value))
			want := strings.Contains(c.safe, e.Name())
			if got := len(names) == 0; got != want {
				t.Errorf("%s: %s: %q safe = %t, want %t", e, c.name, c.value, got, want)
			}
			for _, tr := range triggers {
				if tr.Kind != "header" || tr.Name != c.name || tr.Why == "" || tr.Avoid == "" {
					t.Errorf("%s: %s: %q: trigger lacks words: %+v", e, c.name, c.value, tr)
				}
			}
		}
		if got, want := IsCORSSafelistedRequestHeader(strings.ToUpper(c.name), c.value), strings.Contains(c.safe, "standard"); got != want {
			t.Errorf("IsCORSSafelistedRequestHeader(%s, %q) = %t", c.name, c.value, got)
		}
	}
}

func TestUnsafeNamesAreSortedLowerAndUnique(t *testing.T) {
	hs := hdr("X-B", "1", "x-a", "2", "X-b", "3", "Accept", "*/*", "Authorization", "t")
	if got, want := CORSUnsafeRequestHeaderNames(hs), []string{"authorization", "x-a", "x-b"}; !reflect.DeepEqual(got, want) {
		t.Errorf("names = %q, want %q", got, want)
	}
	if got, _ := unsafeNames(Firefox, hs); !reflect.DeepEqual(got, []string{"authorization", "x-a", "x-b", "x-b"}) {
		t.Errorf("with repeats: %q", got)
	}
}

func TestRepeatedSafelistedHeaders(t *testing.T) {
	half := strings.Repeat("a", 100)
	for _, hs := range []exchange.Headers{
		hdr("Accept", half, "Accept", half),
		hdr("Content-Type", "text/plain", "content-type", "text/plain"),
	} {
		for e, want := range map[Engine]bool{Chromium: true, WebKit: true, Firefox: false, Standard: false} {
			names, _ := unsafeNames(e, hs)
			if got := len(names) > 0; got != want {
				t.Errorf("%s: %s twice needs a preflight: %t, want %t", e, hs[0].Name, got, want)
			}
		}
	}
}

func TestSafelistedValuesInTotal(t *testing.T) {
	v := strings.Repeat("1", 128)
	hs := hdr("accept", v, "accept-language", v, "content-language", v, "rtt", v, "downlink", v, "ect", v, "intervention", v, "width", v)
	if names, _ := unsafeNames(Chromium, hs); len(names) != 0 {
		t.Errorf("1024 bytes: unsafe %q", names)
	}
	names, triggers := unsafeNames(Chromium, append(hs, exchange.Header{Name: "dpr", Value: "1"}))
	if len(names) != 9 {
		t.Errorf("1025 bytes: unsafe %q, want all nine", names)
	}
	if len(triggers) == 0 || triggers[0].Kind != "total" {
		t.Errorf("triggers = %+v, want kind total", triggers)
	}
}

func TestForbiddenRequestHeaders(t *testing.T) {
	for _, c := range []struct {
		name, value string
		want        bool
	}{
		{"Cookie", "a=b", true}, {"cookie2", "", true}, {"ORIGIN", "x", true}, {"Referer", "", true}, {"Host", "", true}, {"TE", "", true},
		{"Access-Control-Request-Method", "", true}, {"Proxy-Anything", "", true}, {"Sec-CH-UA", "", true}, {"Set-Cookie", "", true},
		{"X-HTTP-Method", "TRACE", true}, {"X-HTTP-Method-Override", "PUT, track ", true}, {"x-method-override", "connect", true},
		{"X-HTTP-Method-Override", "PUT", false}, {"User-Agent", "x", false}, {"Authorization", "x", false}, {"Secret", "x", false},
		{"Proxy", "x", false}, {"Access-Control-Request-Private-Network", "true", false}, {"Permissions-Policy", "x", false},
	} {
		if got := IsForbiddenRequestHeader(c.name, c.value); got != c.want {
			t.Errorf("IsForbiddenRequestHeader(%s, %q) = %t", c.name, c.value, got)
		}
	}
}

func TestNormalizeMethod(t *testing.T) {
	for in, want := range map[string]string{"get": "GET", "Delete": "DELETE", "options": "OPTIONS", "patch": "patch", "PATCH": "PATCH", "foo": "foo", "put": "PUT", "head": "HEAD", "post": "POST"} {
		if got := NormalizeMethod(in); got != want {
			t.Errorf("NormalizeMethod(%s) = %s, want %s", in, got, want)
		}
	}
}

func TestExtractHeaderList(t *testing.T) {
	for _, c := range []struct {
		lines []string
		want  string
		bad   string
	}{
		{nil, "", ""}, {[]string{""}, "", ""}, {[]string{"GET,,PUT,"}, "GET PUT", ""}, {[]string{" a ,\tb\t"}, "a b", ""},
		{[]string{"a", "b, c"}, "a b c", ""}, {[]string{"*"}, "*", ""}, {[]string{"a b"}, "", "a b"}, {[]string{"GET;PUT"}, "", "GET;PUT"},
		{[]string{"a, \"b\""}, "", `"b"`}, {[]string{"PUT (x)"}, "", "PUT (x)"}, {[]string{"@"}, "", "@"}, {[]string{"a\xc3\xbc"}, "", "a\xc3\xbc"},
		{[]string{"a\x0b"}, "", "a\x0b"}, {[]string{"a", "b c"}, "", "b c"},
	} {
		var hs exchange.Headers
		for _, l := range c.lines {
			hs = append(hs, exchange.Header{Name: "ACCESS-control-allow-headers", Value: l})
		}
		list, bad, ok := ExtractHeaderList(hs, allowHeaders)
		if got := strings.Join(list, " "); got != c.want || bad != c.bad || ok != (c.bad == "") {
			t.Errorf("ExtractHeaderList(%q) = %q, %q, %t", c.lines, got, bad, ok)
		}
	}
}

func FuzzExtractHeaderList(f *testing.F) {
	for _, s := range []string{"a, b", "*", `"x"`, ",,", "a b", "\x00", "Content-Type,\tX-A ,"} {
		f.Add(s, "c")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		list, bad, ok := ExtractHeaderList(hdr("X", a, "x", b), "x")
		joined, _, joinedOK := ExtractHeaderList(hdr("x", a+", "+b), "x")
		if ok != joinedOK || strings.Join(list, ",") != strings.Join(joined, ",") {
			t.Fatalf("two lines give %q, %t; joined they give %q, %t", list, ok, joined, joinedOK)
		}
		if ok && bad != "" || !ok && isToken(bad) {
			t.Fatalf("ok = %t, bad = %q", ok, bad)
		}
		for _, e := range list {
			if !isToken(e) {
				t.Fatalf("element %q is no token", e)
			}
		}
	})
}
