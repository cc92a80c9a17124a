package snippets_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"corstui/snippets"
)

// each returns the errors inside an errors.Join.
func each(err error) []error {
	if err == nil {
		return nil
	}
	if j, ok := err.(interface{ Unwrap() []error }); ok {
		return j.Unwrap()
	}
	return []error{err}
}

func TestOriginsThatAreAllowed(t *testing.T) {
	for _, v := range []string{
		"https://app.example.com", "http://app.example.com", "http://localhost:3000", "http://127.0.0.1:5173", "http://[::1]:8080",
		"https://[2001:db8::1]", "https://[::ffff:102:304]", "https://xn--bcher-kva.example", "https://my_app.example.com",
		"https://a--b.pages.dev", "https://example.com:8443", "https://example.com:1", "https://example.com:65535", "https://localhost",
		"https://1password.com", "https://3.basecamp.example", "http://example.com:443", "https://example.com:80", "https://com",
	} {
		for _, credentials := range []bool{false, true} {
			p := snippets.Policy{AllowOrigins: []string{v}, Credentials: credentials}
			if err := p.Validate(); err != nil {
				t.Errorf("credentials %v: %v", credentials, err)
			}
		}
	}
}

func TestOriginsThatAreRefused(t *testing.T) {
	tests := []struct {
		value  string
		reason snippets.Reason
		want   string
	}{
		{"", snippets.ReasonEmpty, ""},
		{"null", snippets.ReasonNull, ""},
		{"NULL", snippets.ReasonNull, ""},
		{"https://*.example.com", snippets.ReasonPattern, ""},
		{"https://*.co.uk", snippets.ReasonPattern, ""},
		{"https://app.example.com:*", snippets.ReasonPattern, ""},
		{"*://app.example.com", snippets.ReasonPattern, ""},
		{"https://a.example,https://b.example", snippets.ReasonList, ""},
		{"https://a.example https://b.example", snippets.ReasonList, ""},
		{" https://a.example", snippets.ReasonCharacters, "https://a.example"},
		{"app.example.com", snippets.ReasonNoScheme, "https://app.example.com"},
		{"//app.example.com", snippets.ReasonCharacters, ""},
		{"ftp://app.example.com", snippets.ReasonScheme, ""},
		{"file://", snippets.ReasonScheme, ""},
		{"chrome-extension://abcdef", snippets.ReasonScheme, ""},
		{"javascript://app.example.com", snippets.ReasonScheme, ""},
		{"HTTPS://app.example.com", snippets.ReasonCase, "https://app.example.com"},
		{"https://App.Example.com", snippets.ReasonCase, "https://app.example.com"},
		{"https://app.example.com/", snippets.ReasonSlash, "https://app.example.com"},
		{"https://app.example.com/login", snippets.ReasonPath, "https://app.example.com"},
		{"https://app.example.com?x", snippets.ReasonQuery, "https://app.example.com"},
		{"https://app.example.com#x", snippets.ReasonFragment, "https://app.example.com"},
		{"https://user:pw@app.example.com", snippets.ReasonUserinfo, "https://app.example.com"},
		{"https://app.example.com:443", snippets.ReasonDefaultPort, "https://app.example.com"},
		{"http://app.example.com:80", snippets.ReasonDefaultPort, "http://app.example.com"},
		{"https://app.example.com:", snippets.ReasonPort, "https://app.example.com"},
		{"https://app.example.com:0", snippets.ReasonPort, ""},
		{"https://app.example.com:08443", snippets.ReasonPort, "https://app.example.com:8443"},
		{"https://app.example.com:65536", snippets.ReasonPort, ""},
		{"https://app.example.com:8a", snippets.ReasonPort, ""},
		{"https://", snippets.ReasonHost, ""},
		{"https://app..example.com", snippets.ReasonHost, ""},
		{"https://.example.com", snippets.ReasonHost, ""},
		{"https://-app.example.com", snippets.ReasonHost, ""},
		{"https://app.example.com.", snippets.ReasonTrailingDot, "https://app.example.com"},
		{"https://" + strings.Repeat("a", 64) + ".example", snippets.ReasonHost, ""},
		{"https://" + strings.Repeat("abcdefg.", 40) + "example", snippets.ReasonTooLong, ""},
		{"https://bücher.example", snippets.ReasonUnicode, "https://xn--bcher-kva.example"},
		{"https://BÜCHER.example", snippets.ReasonUnicode, "https://xn--bcher-kva.example"},
		{"https://faß.example", snippets.ReasonUnicode, "https://xn--fa-hia.example"},
		{"https://app。example.com", snippets.ReasonUnicode, "https://app.example.com"},
		{"https://ａpp.example.com", snippets.ReasonUnicode, "https://app.example.com"},
		{"https://xn--a.example", snippets.ReasonHost, ""},
		{"https://1.2.3", snippets.ReasonIPAddress, ""},
		{"https://127.0.0.01", snippets.ReasonIPAddress, ""},
		{"https://0x7f.1", snippets.ReasonIPAddress, ""},
		{"https://example.0x7f", snippets.ReasonIPAddress, ""},
		{"https://1.2.3.999", snippets.ReasonIPAddress, ""},
		{"http://[0:0:0:0:0:0:0:1]", snippets.ReasonIPAddress, "http://[::1]"},
		{"http://[2001:DB8::1]", snippets.ReasonIPAddress, "http://[2001:db8::1]"},
		{"http://[::ffff:1.2.3.4]", snippets.ReasonIPAddress, "http://[::ffff:102:304]"},
		{"http://[fe80::1%25eth0]", snippets.ReasonHost, ""},
		{"http://[::1", snippets.ReasonHost, ""},
		{"http://::1", snippets.ReasonCharacters, ""},
		{`https://app.example.com"`, snippets.ReasonCharacters, ""},
		{"https://app.example.com\n", snippets.ReasonCharacters, "https://app.example.com"},
		{"https://app.example.com;}", snippets.ReasonCharacters, ""},
		{"https://app.example.com\\", snippets.ReasonCharacters, ""},
		{"https://$host", snippets.ReasonCharacters, ""},
		{"https://${x}", snippets.ReasonCharacters, ""},
		{"https://app.example.com\x00", snippets.ReasonCharacters, ""},
		{"https://\u202eapp.example.com", snippets.ReasonUnicode, ""},
	}
	for _, tt := range tests {
		err := snippets.Policy{AllowOrigins: []string{tt.value}}.Validate()
		var e *snippets.OriginError
		if !errors.As(err, &e) {
			t.Errorf("%q: %v, want an OriginError", tt.value, err)
			continue
		}
		if e.Reason != tt.reason || e.Want != tt.want || e.Value != tt.value {
			t.Errorf("%q: reason %s, want %q; expected reason %s, want %q", tt.value, e.Reason, e.Want, tt.reason, tt.want)
		}
	}
}

func TestMethodsAndHeaders(t *testing.T) {
	tests := []struct {
		policy snippets.Policy
		want   string // the errors, by type, value and reason; empty for none
	}{
		{snippets.Policy{AllowMethods: []string{"GET", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "My-Method"}}, ""},
		{snippets.Policy{AllowMethods: []string{"patch"}}, "MethodError patch case"},
		{snippets.Policy{AllowMethods: []string{"Delete"}}, "MethodError Delete case"},
		{snippets.Policy{AllowMethods: []string{"CONNECT", "trace", "Track"}}, "MethodError CONNECT forbidden; MethodError trace forbidden; MethodError Track forbidden"},
		{snippets.Policy{AllowMethods: []string{""}}, "MethodError  empty"},
		{snippets.Policy{AllowMethods: []string{"PUT,POST"}}, "MethodError PUT,POST list"},
		{snippets.Policy{AllowMethods: []string{"PUT$"}}, "MethodError PUT$ characters"},
		{snippets.Policy{AllowMethods: []string{"P*"}}, "MethodError P* pattern"},
		{snippets.Policy{AllowHeaders: []string{"Content-Type", "authorization", "X_Legacy", "X-HTTP-Method-Override", "CF-Access-Jwt-Assertion"}}, ""},
		{snippets.Policy{AllowHeaders: []string{"Cookie", "HOST", "Sec-Fetch-Mode", "Proxy-X", "Origin", "content-length"}}, "HeaderError Cookie forbidden; HeaderError HOST forbidden; HeaderError Sec-Fetch-Mode forbidden; HeaderError Proxy-X forbidden; HeaderError Origin forbidden; HeaderError content-length forbidden"},
		{snippets.Policy{AllowHeaders: []string{"Access-Control-Allow-Origin"}}, "HeaderError Access-Control-Allow-Origin response-header"},
		{snippets.Policy{AllowHeaders: []string{"X-A: 1"}}, "HeaderError X-A: 1 characters"},
		{snippets.Policy{AllowHeaders: []string{"X-A X-B"}}, "HeaderError X-A X-B list"},
		{snippets.Policy{AllowHeaders: []string{"X-A:"}}, "HeaderError X-A: characters"},
		{snippets.Policy{AllowHeaders: []string{"X-*"}}, "HeaderError X-* pattern"},
		{snippets.Policy{AllowHeaders: []string{strings.Repeat("x", 129)}}, "HeaderError " + strings.Repeat("x", 129) + " too-long"},
		{snippets.Policy{ExposeHeaders: []string{"ETag", "Cache-Control", "X-Request-Id"}}, ""},
		{snippets.Policy{ExposeHeaders: []string{"Set-Cookie", "set-cookie2"}}, "HeaderError Set-Cookie forbidden; HeaderError set-cookie2 forbidden"},
		{snippets.Policy{ExposeHeaders: []string{"Access-Control-Request-Method"}}, "HeaderError Access-Control-Request-Method request-header"},
		{snippets.Policy{ExposeHeaders: []string{"X`Y"}}, "HeaderError X`Y characters"},
		{snippets.Policy{AllowMethods: []string{"*"}, AllowHeaders: []string{"*"}, ExposeHeaders: []string{"*"}}, ""},
		{snippets.Policy{AllowHeaders: []string{"*", "Authorization"}}, ""},
		{snippets.Policy{AllowHeaders: []string{"*", "X-A"}}, "WildcardError --allow-header mixed"},
		{snippets.Policy{AllowMethods: []string{"PUT", "*"}}, "WildcardError --allow-method mixed"},
		{snippets.Policy{ExposeHeaders: []string{"*", "ETag"}}, "WildcardError --expose-header mixed"},
		{snippets.Policy{Credentials: true, AllowMethods: []string{"*"}, AllowHeaders: []string{"*"}, ExposeHeaders: []string{"*"}}, "WildcardError --allow-method credentials; WildcardError --allow-header credentials; WildcardError --expose-header credentials"},
		{snippets.Policy{AllowOrigins: []string{"*", "https://app.example.com"}}, "WildcardError --allow-origin mixed"},
		{snippets.Policy{AllowOrigins: []string{"*"}, Credentials: true}, "WildcardError --allow-origin credentials"},
		{snippets.Policy{AllowOrigins: []string{"*"}}, ""},
		{snippets.Policy{MaxAge: seconds(0)}, ""},
		{snippets.Policy{MaxAge: seconds(86400)}, ""},
		{snippets.Policy{MaxAge: seconds(-1)}, "MaxAgeError -1"},
		{snippets.Policy{MaxAge: seconds(86401)}, "MaxAgeError 86401"},
		{snippets.Policy{AllowHeaders: many("X-Header-%d", 400)}, "TooLongError --allow-header"},
		{snippets.Policy{AllowOrigins: many("https://a%d.example", 1001)}, "TooLongError --allow-origin"},
	}
	for _, tt := range tests {
		if len(tt.policy.AllowOrigins) == 0 {
			tt.policy.AllowOrigins = []string{"https://app.example.com"}
		}
		var got []string
		for _, err := range each(tt.policy.Validate()) {
			got = append(got, kind(err))
		}
		if s := strings.Join(got, "; "); s != tt.want {
			t.Errorf("got  %s\nwant %s", s, tt.want)
		}
	}
}

// kind is the type of an error of Validate, and what it points at.
func kind(err error) string {
	if e, ok := errors.AsType[*snippets.MethodError](err); ok {
		return "MethodError " + e.Value + " " + string(e.Reason)
	}
	if e, ok := errors.AsType[*snippets.HeaderError](err); ok {
		return "HeaderError " + e.Value + " " + string(e.Reason)
	}
	if e, ok := errors.AsType[*snippets.WildcardError](err); ok {
		return "WildcardError " + e.Flag + " " + string(e.Reason)
	}
	if e, ok := errors.AsType[*snippets.MaxAgeError](err); ok {
		return fmt.Sprint("MaxAgeError ", e.Value)
	}
	if e, ok := errors.AsType[*snippets.TooLongError](err); ok {
		return "TooLongError " + e.Flag
	}
	return err.Error()
}

func many(format string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf(format, i)
	}
	return out
}

func TestAPolicyWithoutOriginsIsIncomplete(t *testing.T) {
	var e *snippets.MissingError
	if err := (snippets.Policy{}).Validate(); !errors.As(err, &e) || e.Flag != "--allow-origin" {
		t.Errorf("%v", err)
	}
}

func TestAllErrorsComeAtOnceEachOnOneLineWithFlagValueAndRemedy(t *testing.T) {
	p := snippets.Policy{AllowOrigins: []string{"null", "https://App.example.com", "a\x1b[31m\n"}, AllowMethods: []string{"TRACE"}, AllowHeaders: []string{"Cookie"}, ExposeHeaders: []string{"Set-Cookie"}, MaxAge: seconds(-5)}
	got := each(p.Validate())
	want := []string{
		`--allow-origin "null": null is the origin of every sandboxed frame and local file, so any page can have it; name each origin by itself`,
		`--allow-origin "https://App.example.com": browsers send scheme and host in lower case; write "https://app.example.com"`,
		`--allow-origin "a\x1b[31m\n": it has a character that does not belong there; an origin is scheme, host and perhaps a port, such as "https://app.example.com"`,
		`--allow-method "TRACE": the browser does not let a page use it; leave it out; CONNECT, TRACE and TRACK cannot be sent by fetch()`,
		`--allow-header "Cookie": the browser does not let a page use it; leave it out; the browser sets it by itself and asks for no permission`,
		`--expose-header "Set-Cookie": the browser does not let a page use it; leave it out; no page can read it, exposed or not`,
		`--max-age "-5": it is out of range; seconds from 0 (ask every time) to 86400 (a day, the most that any browser keeps)`,
	}
	if len(got) != len(want) {
		t.Fatalf("%d errors, want %d: %v", len(got), len(want), got)
	}
	for i := range want {
		if got[i].Error() != want[i] {
			t.Errorf("got  %s\nwant %s", got[i], want[i])
		}
	}
}

func TestOptionsThatAreRefused(t *testing.T) {
	good := snippets.Options{Policy: snippets.Policy{AllowOrigins: []string{"https://app.example.com"}}}
	tests := []struct {
		set  func(*snippets.Options)
		flag string
		want string
	}{
		{func(o *snippets.Options) { o.Upstream = "api.example.com" }, "--upstream", `write "https://api.example.com"`},
		{func(o *snippets.Options) { o.Upstream = "http://u:p@api.example.com" }, "--upstream", ""},
		{func(o *snippets.Options) { o.Upstream = "http://api.example.com/?x" }, "--upstream", ""},
		{func(o *snippets.Options) { o.Upstream = "http://api.example.com/a/../b" }, "--upstream", ""},
		{func(o *snippets.Options) { o.Upstream = "http://api.example.com//" }, "--upstream", ""},
		{func(o *snippets.Options) { o.Upstream = "http://api.example.com/%2e" }, "--upstream", ""},
		{func(o *snippets.Options) { o.Upstream = "unix:/run/api.sock" }, "--upstream", ""},
		{func(o *snippets.Options) { o.Upstream = "http://API.example.com" }, "--upstream", `write "http://api.example.com"`},
		{func(o *snippets.Options) { o.Upstream = "http://api.example.com:99999" }, "--upstream", ""},
		{func(o *snippets.Options) { o.Listen = 65536 }, "--listen", ""},
		{func(o *snippets.Options) { o.Listen = -1 }, "--listen", ""},
		{func(o *snippets.Options) { o.TeamDomain = "team" }, "--team-domain", `write "team.cloudflareaccess.com"`},
		{func(o *snippets.Options) { o.TeamDomain = "https://team.cloudflareaccess.com/" }, "--team-domain", `write "team.cloudflareaccess.com"`},
		{func(o *snippets.Options) { o.TeamDomain = "team.cloudflareaccess.com.evil.example" }, "--team-domain", ""},
		{func(o *snippets.Options) { o.TeamDomain = "a.b.cloudflareaccess.com" }, "--team-domain", ""},
		{func(o *snippets.Options) { o.TeamDomain = "fed.cloudflareaccess.com" }, "--team-domain", ""},
		{func(o *snippets.Options) { o.AUD = "xyz" }, "--aud", ""},
		{func(o *snippets.Options) { o.AUD = strings.Repeat("a", 129) }, "--aud", ""},
		{func(o *snippets.Options) { o.Host = "https://api.example.com" }, "--host", ""},
		{func(o *snippets.Options) { o.Host = "API.example.com" }, "--host", `write "api.example.com"`},
		{func(o *snippets.Options) { o.Path = "v1" }, "--path", ""},
		{func(o *snippets.Options) { o.Path = `/v1"` }, "--path", ""},
	}
	for _, tt := range tests {
		o := good
		tt.set(&o)
		files, err := snippets.Generate(snippets.RecipeCORS, snippets.TargetGo, o)
		var e *snippets.OptionError
		if !errors.As(err, &e) || e.Flag != tt.flag || !strings.Contains(err.Error(), tt.want) || files != nil {
			t.Errorf("%+v: %v", o, err)
		}
	}
	for _, set := range []func(*snippets.Options){
		func(o *snippets.Options) { o.Upstream = "http://127.0.0.1:9000/" },
		func(o *snippets.Options) { o.Upstream = "https://api.example.com/v1/" },
		func(o *snippets.Options) { o.Upstream = "http://[::1]:9000" },
		func(o *snippets.Options) { o.Upstream = "http://api:80" },
		func(o *snippets.Options) { o.TeamDomain = "agency.fed.cloudflareaccess.com" },
		func(o *snippets.Options) { o.Host, o.Path = "api.example.com", "/" },
	} {
		o := good
		set(&o)
		if _, err := snippets.Generate(snippets.RecipeCORS, snippets.TargetGo, o); err != nil {
			t.Error(err)
		}
	}
}

func TestWhatCannotBeDoneIsRefusedByName(t *testing.T) {
	good := snippets.Options{Policy: full, Upstream: "https://api.example.com", TeamDomain: team, AUD: aud}
	var unsupported *snippets.UnsupportedError
	if _, err := snippets.Generate("jwt", "nginx", good); !errors.As(err, &unsupported) || !strings.Contains(err.Error(), "nginx") || !strings.Contains(err.Error(), "jwt") {
		t.Errorf("%v", err)
	}
	var unknown *snippets.UnknownError
	if _, err := snippets.Generate("csp", "nginx", good); !errors.As(err, &unknown) || unknown.Flag != "--recipe" {
		t.Errorf("%v", err)
	}
	if _, err := snippets.Generate("cors", "apache", good); !errors.As(err, &unknown) || unknown.Flag != "--target" {
		t.Errorf("%v", err)
	}
	var missing *snippets.MissingError
	for _, tt := range []struct {
		r    snippets.Recipe
		t    snippets.Target
		o    snippets.Options
		flag string
	}{
		{"cors", "", good, "--target"},
		{"cors", "go", snippets.Options{}, "--allow-origin"},
		{"jwt", "go", snippets.Options{Policy: full, TeamDomain: team}, "--aud"},
		{"jwt", "go", snippets.Options{Policy: full, AUD: aud}, "--team-domain"},
		{"service-token", "go", snippets.Options{Policy: full}, "--upstream"},
		{"same-origin", "go", snippets.Options{}, "--upstream"},
	} {
		if _, err := snippets.Generate(tt.r, tt.t, tt.o); !errors.As(err, &missing) || missing.Flag != tt.flag {
			t.Errorf("%s %s: %v", tt.r, tt.t, err)
		}
	}
}

func TestTargets(t *testing.T) {
	all := []snippets.Target{"worker", "express", "nginx", "go"}
	for r, want := range map[snippets.Recipe][]snippets.Target{
		"cors": all, "same-origin": all, "service-token": all, "jwt": {"worker", "express", "go"}, "access": {}, "waf": {},
	} {
		if got := snippets.Targets(r); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v", r, got)
		}
	}
}
