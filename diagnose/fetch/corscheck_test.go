package fetch

import (
	"testing"

	"corstui/diagnose/exchange"
)

const (
	omit    = exchange.CredentialsOmit
	same    = exchange.CredentialsSameOrigin
	include = exchange.CredentialsInclude
)

func TestCORSCheck(t *testing.T) {
	const o = "https://app.test:8443"
	for _, c := range []struct {
		name        string
		origin      string
		credentials exchange.CredentialsMode
		headers     exchange.Headers
		want        string // the reason, empty for passing
	}{
		{"absent", o, same, hdr("Vary", "Origin"), "MissingAllowOriginHeader"},
		{"star", o, same, hdr(allowOrigin, "*"), ""},
		{"star with nonsense credentials", o, omit, hdr(allowOrigin, "*", allowCredentials, "maybe"), ""},
		{"exact", o, same, hdr(allowOrigin, o), ""},
		{"exact, other case of the name", o, same, hdr("access-control-ALLOW-origin", o), ""},
		{"spaces and tabs around", o, same, hdr(allowOrigin, " \t"+o+"\t "), ""},
		{"star with credentials", o, include, hdr(allowOrigin, "*", allowCredentials, "true"), "WildcardOriginNotAllowed"},
		{"star with credentials, none allowed", o, include, hdr(allowOrigin, "*"), "WildcardOriginNotAllowed"},
		{"credentials", o, include, hdr(allowOrigin, o, allowCredentials, "true"), ""},
		{"credentials, spaces around", o, include, hdr(allowOrigin, o, allowCredentials, "\ttrue "), ""},
		{"credentials absent", o, include, hdr(allowOrigin, o), "InvalidAllowCredentials"},
		{"credentials True", o, include, hdr(allowOrigin, o, allowCredentials, "True"), "InvalidAllowCredentials"},
		{"credentials TRUE", o, include, hdr(allowOrigin, o, allowCredentials, "TRUE"), "InvalidAllowCredentials"},
		{"credentials 1", o, include, hdr(allowOrigin, o, allowCredentials, "1"), "InvalidAllowCredentials"},
		{"credentials quoted", o, include, hdr(allowOrigin, o, allowCredentials, `"true"`), "InvalidAllowCredentials"},
		{"credentials twice", o, include, hdr(allowOrigin, o, allowCredentials, "true", allowCredentials, "true"), "InvalidAllowCredentials"},
		{"mismatch before credentials", o, include, hdr(allowOrigin, "https://x.test"), "AllowOriginMismatch"},
		{"twice the same", o, same, hdr(allowOrigin, o, allowOrigin, o), "MultipleAllowOriginValues"},
		{"twice star", o, same, hdr(allowOrigin, "*", allowOrigin, "*"), "MultipleAllowOriginValues"},
		{"twice, one empty", o, same, hdr(allowOrigin, o, allowOrigin, ""), "MultipleAllowOriginValues"},
		{"comma", o, same, hdr(allowOrigin, o+", https://b.test"), "MultipleAllowOriginValues"},
		{"trailing comma", o, same, hdr(allowOrigin, o+","), "MultipleAllowOriginValues"},
		{"two by a space", o, same, hdr(allowOrigin, o+" https://b.test"), "MultipleAllowOriginValues"},
		{"null", o, same, hdr(allowOrigin, "null"), "AllowOriginMismatch"},
		{"null for null", "null", same, hdr(allowOrigin, "null"), ""},
		{"null in upper case", "null", same, hdr(allowOrigin, "NULL"), "InvalidAllowOriginValue"},
		{"star for null", "null", same, hdr(allowOrigin, "*"), ""},
		{"null with credentials", "null", include, hdr(allowOrigin, "null", allowCredentials, "true"), ""},
		{"empty", o, same, hdr(allowOrigin, ""), "InvalidAllowOriginValue"},
		{"no URL", o, same, hdr(allowOrigin, "foo"), "InvalidAllowOriginValue"},
		{"quoted", o, same, hdr(allowOrigin, `"`+o+`"`), "InvalidAllowOriginValue"},
		{"semicolon after a port", o, same, hdr(allowOrigin, o+";"), "InvalidAllowOriginValue"},
		{"lone high byte", o, same, hdr(allowOrigin, "https://app\xa0.test"), "InvalidAllowOriginValue"},
		{"non-breaking space around", o, same, hdr(allowOrigin, o+"\xa0"), "InvalidAllowOriginValue"},
		{"host alone", o, same, hdr(allowOrigin, "app.test:8443"), "AllowOriginMismatch"},
		{"sub-domain wildcard", o, same, hdr(allowOrigin, "https://*.test"), "AllowOriginMismatch"},
		{"upper case", o, same, hdr(allowOrigin, "https://APP.test:8443"), "AllowOriginMismatch"},
		{"upper case of the scheme", o, same, hdr(allowOrigin, "HTTPS://app.test:8443"), "AllowOriginMismatch"},
		{"trailing slash", o, same, hdr(allowOrigin, o+"/"), "AllowOriginMismatch"},
		{"other port", o, same, hdr(allowOrigin, "https://app.test"), "AllowOriginMismatch"},
		{"other scheme", o, same, hdr(allowOrigin, "http://app.test:8443"), "AllowOriginMismatch"},
		{"sub-domain", o, same, hdr(allowOrigin, "https://sub.app.test:8443"), "AllowOriginMismatch"},
		{"trailing dot", o, same, hdr(allowOrigin, "https://app.test.:8443"), "AllowOriginMismatch"},
		{"default port spelt out", "https://app.test", same, hdr(allowOrigin, "https://app.test:443"), "AllowOriginMismatch"},
		{"Unicode host", "https://xn--mnchen-3ya.test", same, hdr(allowOrigin, "https://münchen.test"), "AllowOriginMismatch"},
		{"NUL inside", o, same, hdr(allowOrigin, "https://app.test\x00:8443"), "InvalidAllowOriginValue"},
	} {
		t.Run(c.name, func(t *testing.T) {
			reason, ok := CORSCheck(c.origin, c.credentials, c.headers)
			if reason != c.want || ok != (c.want == "") {
				t.Errorf("CORSCheck = %q, %t, want %q", reason, ok, c.want)
			}
		})
	}
}

func TestInvalidOriginOfAnUnknownScheme(t *testing.T) {
	for v, want := range map[string]string{
		"htt.ps://app.a%a.test:PO*T": "InvalidAllowOriginValue",
		"htzps://[true::1]":          "InvalidAllowOriginValue",
		"htt9s://|pp.aa.t_est:1234":  "InvalidAllowOriginValue",
		"httphttps://://app.x:1":     "InvalidAllowOriginValue",
		"ht%20tps://app.test:1":      "InvalidAllowOriginValue",
		"foo://app.test:1":           "AllowOriginMismatch",
		"https://app%20.test":        "AllowOriginMismatch",
	} {
		if r := do(t, exchange.Case{}, server(answer{}, ok(allowOrigin, v)), as(Chromium)); verdict(r) != "request "+want {
			t.Errorf("%q: %s, want %s", v, verdict(r), want)
		}
	}
}
