package firefox

import (
	"bufio"
	"bytes"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"corstui/diagnose/exchange"
)

func TestReasonIsTheFirstKeyThatTellsMore(t *testing.T) {
	for _, tt := range []struct {
		categories []string
		want       string
	}{
		{nil, ""},
		{[]string{"CORSMissingAllowOrigin2"}, "CORSMissingAllowOrigin"},
		{[]string{"CORSDidNotSucceed2"}, "CORSDidNotSucceed"},
		{[]string{"CORSPreflightDidNotSucceed3", "CORSDidNotSucceed2"}, "CORSPreflightDidNotSucceed"},
		{[]string{"CORSDidNotSucceed2", "CORSMissingAllowOrigin2"}, "CORSMissingAllowOrigin"},
		{[]string{"Mixed Content Blocker"}, ""},
		{[]string{"Mixed Content Blocker", "CORSDidNotSucceed2"}, "CORSDidNotSucceed"},
	} {
		if got := reason(tt.categories); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.categories, got, tt.want)
		}
	}
}

func TestStoreIsForTheTargetsHostOnly(t *testing.T) {
	u, err := url.Parse("https://API.example.com:8443/v1")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		k    exchange.Cookie
		want *storedCookie
	}{
		{exchange.Cookie{Name: "a", Value: "1"}, &storedCookie{Name: "a", Value: "1", Host: "api.example.com", Path: "/", Secure: true, SameSite: 256}},
		{exchange.Cookie{Name: "a", Domain: ".example.com", SameSite: "Strict", Path: "/v1"}, &storedCookie{Name: "a", Host: ".example.com", Path: "/v1", SameSite: 2}},
		{exchange.Cookie{Name: "a", Domain: "api.example.com", HostOnly: true, SameSite: "Lax", Secure: true}, &storedCookie{Name: "a", Host: "api.example.com", Path: "/", Secure: true, SameSite: 1}},
		{exchange.Cookie{Name: "a", Domain: "example.org"}, nil},
		{exchange.Cookie{Name: "a", Domain: "i.example.com"}, nil},
	} {
		got, ok := store(tt.k, u)
		if ok != (tt.want != nil) || ok && !reflect.DeepEqual(got, *tt.want) {
			t.Errorf("%+v: %+v, %t", tt.k, got, ok)
		}
	}
}

func TestUserJSIsOnePreferenceALine(t *testing.T) {
	js, err := userJS(routed(1080)...)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for line := range strings.Lines(string(js)) {
		name, _, ok := strings.Cut(strings.TrimPrefix(line, `user_pref("`), `", `)
		if !ok || !strings.HasSuffix(line, ");\n") {
			t.Errorf("%q is no preference", line)
		}
		if seen[name] {
			t.Errorf("%s is set twice", name)
		}
		seen[name] = true
	}
	if !strings.Contains(string(js), `user_pref("network.proxy.socks_port", 1080);`) {
		t.Errorf("no router in\n%s", js)
	}
}

func FuzzReadMessage(f *testing.F) {
	for _, s := range []string{"4:null", "13:[1,2,null,{}]", "0:", ":", "x", "99999999999999999999:", "5:ab", "2:\xff\xfe"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		body, err := readMessage(bufio.NewReader(bytes.NewReader(b)))
		if err != nil {
			return
		}
		if len(body) > len(b) {
			t.Errorf("%q gave %d bytes", b, len(body))
		}
		if id, a, err := parseAnswer(body); err == nil && id == 0 && a.err == nil && a.result == nil {
			t.Errorf("%q is an answer of nothing", b)
		}
	})
}
