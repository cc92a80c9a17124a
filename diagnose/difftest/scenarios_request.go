package difftest

import (
	"fmt"
	"strings"
)

// requestHeaders are headers that a script may set; each is sent against a
// preflight that allows nothing, so that "needs a preflight" shows as blocked.
var requestHeaders = []struct{ name, value string }{
	{"Accept", "application/json"}, {"Accept", "text/html;q=0.5, */*"}, {"Accept", ""}, {"Accept", "a\tb"},
	{"Accept", `a"b`}, {"Accept", "a(b"}, {"Accept", "a:b"}, {"Accept", "a{b"}, {"Accept", "a@b"}, {"Accept", "a[b"}, {"Accept", `a\b`}, {"Accept", "a\x7fb"}, {"Accept", "<a>"}, {"Accept", "a?b"},
	{"Accept", "\u00e9"}, {"Accept", strings.Repeat("a", 128)}, {"Accept", strings.Repeat("a", 129)},
	{"Accept-Language", "de-DE,de;q=0.5"}, {"Accept-Language", "de_DE"}, {"Accept-Language", "de/x"}, {"Accept-Language", "*"}, {"Accept-Language", ""}, {"Accept-Language", "\u00e9"},
	{"Content-Language", "en"}, {"Content-Language", "en@"}, {"Content-Language", strings.Repeat("e", 129)},
	{"Content-Type", "text/plain"}, {"Content-Type", "TEXT/PLAIN"}, {"Content-Type", "text/plain;charset=utf-8"}, {"Content-Type", `text/plain;charset="utf-8"`},
	{"Content-Type", "text/plain;"}, {"Content-Type", "text/plain; x"}, {"Content-Type", "multipart/form-data"}, {"Content-Type", "application/x-www-form-urlencoded"},
	{"Content-Type", "application/json"}, {"Content-Type", "text/xml"}, {"Content-Type", "text"}, {"Content-Type", ""}, {"Content-Type", "text / plain"},
	{"Content-Type", "text/plain, application/json"}, {"Content-Type", "text/plain; a=b:c"}, {"Content-Type", "application/csp-report"}, {"Content-Type", "text/plain; charset=\u00e9"},
	{"Content-Type", "  text/plain  "}, {"Content-Type", "text/plain;" + strings.Repeat("a", 117)}, {"Content-Type", "text/plain;" + strings.Repeat("a", 118)}, {"Content-Type", "text/html"},
	{"Range", "bytes=0-"}, {"Range", "bytes=0-100"}, {"Range", "bytes=5-5"}, {"Range", "bytes=00-01"}, {"Range", "bytes=-500"}, {"Range", "bytes=0-10,20-30"}, {"Range", "bytes=10-5"},
	{"Range", "bytes=0 - 10"}, {"Range", "Bytes=0-10"}, {"Range", "bytes=12345678901234567890-"}, {"Range", "bytes=9223372036854775806-"}, {"Range", "bytes=0-9223372036854775807"}, {"Range", "bytes=0-9223372036854775808"}, {"Range", "bytes=18446744073709551615-"}, {"Range", "bytes=0-18446744073709551616"}, {"Range", "bytes="}, {"Range", "items=0-5"}, {"Range", ""},
	{"DPR", "1.5"}, {"DPR", "2."}, {"DPR", "abc"}, {"Device-Memory", "1"}, {"Width", "100"}, {"Width", "1.5"}, {"Viewport-Width", "10"}, {"Save-Data", "on"}, {"Save-Data", "ON"}, {"Save-Data", "off"},
	{"RTT", "100"}, {"Downlink", "10"}, {"ECT", "4g"},
	{"User-Agent", "x"}, {"Sec-CH-UA", "x"}, {"Sec-Foo", "x"}, {"Proxy-Foo", "x"},
	{"Cookie", "a=1"}, {"Host", "x"}, {"Origin", "https://x.test"}, {"Referer", "https://x.test/"}, {"Accept-Encoding", "br"}, {"Accept-Charset", "x"}, {"DNT", "1"}, {"Date", "x"}, {"TE", "x"}, {"Via", "x"},
	{"Content-Length", "5"}, {"Connection", "close"}, {"Keep-Alive", "x"}, {"Upgrade", "x"}, {"Expect", "x"}, {"Trailer", "x"}, {"Set-Cookie", "x"}, {"Cookie2", "x"}, {"Transfer-Encoding", "chunked"},
	{"Access-Control-Request-Headers", "x"}, {"Access-Control-Request-Method", "PUT"}, {"Access-Control-Request-Private-Network", "true"},
	{"X-HTTP-Method-Override", "PUT"}, {"X-HTTP-Method-Override", "TRACE"}, {"X-HTTP-Method", "get, connect"}, {"X-Method-Override", "tracker"},
	{"Authorization", "Bearer x"}, {"X-Requested-With", "XMLHttpRequest"}, {"Cache-Control", "no-cache"}, {"Pragma", "no-cache"}, {"If-None-Match", `"x"`}, {"If-Modified-Since", "x"},
	{"Last-Event-ID", "1"}, {"Priority", "u=1"}, {"Traceparent", "00-x"}, {"Content-Encoding", "gzip"}, {"Upgrade-Insecure-Requests", "1"}, {"Early-Data", "1"}, {"Purpose", "prefetch"}, {"Lang", "en"},
	{"X-Empty", ""}, {"X-Latin", "\u00fc"}, {"Permissions-Policy", "x"}, {"Content-Disposition", "x"}, {"Accept-Datetime", "x"}, {"Intervention", "x"},
}

func requestHeaderScenarios() (out []Scenario) {
	for _, h := range requestHeaders {
		shown := h.value
		if len(shown) > 30 {
			shown = fmt.Sprintf("%s… of %d bytes", shown[:20], len(shown))
		}
		out = append(out, sc("request header/"+h.name+": "+shown, header(h.name, h.value), preflight("200 OK", acaoAny), request("200 OK", acaoAny)))
	}
	passing := func(more ...option) []option {
		return append([]option{preflight("200 OK", acaoAny, acam("*"), acah("*")), request("200 OK", acaoAny)}, more...)
	}
	refused := func(more ...option) []option {
		return append([]option{preflight("200 OK", acaoAny), request("200 OK", acaoAny)}, more...)
	}
	return append(out,
		sc("request header/accept appended past 128 bytes", refused(header("Accept", strings.Repeat("a", 100)), header("accept", strings.Repeat("b", 100)))...),
		sc("request header/custom appended", header("x-a", "1"), header("X-A", "2"), preflight("200 OK", acaoO, acahXA), request("200 OK", acaoO)),
		sc("request header/content-type appended", refused(method("POST"), body("x"), header("Content-Type", "text/plain"), header("content-type", "text/plain"))...),
		sc("request header/four safelisted of 128 bytes", refused(header("Accept", strings.Repeat("a", 128)), header("Accept-Language", strings.Repeat("a", 128)),
			header("Content-Language", strings.Repeat("a", 128)), header("Content-Type", "text/plain;"+strings.Repeat("a", 117)))...),
		sc("request header/several unsafe", passing(header("x-z", "1"), header("X-A", "1"), header("authorization", "x"))...),
		sc("request header/value with spaces around", passing(header("x-a", "  v  "))...),
		sc("request header/range beside content-type", refused(header("Range", "bytes=0-5"), header("Accept", "*/*"))...),
		sc("request header/bad name", refused(header("a b", "1"))...),
		sc("request header/empty name", refused(header("", "1"))...),
		sc("request header/line break in the value", refused(header("x-a", "a\nb"))...),
		sc("request header/NUL in the value", refused(header("x-a", "a\x00b"))...),
		sc("request header/code point past a byte", refused(header("x-a", "\u20ac"))...),
		sc("request header/trailing line break is trimmed", passing(header("x-a", "a\n"))...),
	)
}

// requestScenarios are methods, bodies, and what fetch() itself refuses.
func requestScenarios() []Scenario {
	any := []option{preflight("200 OK", acaoAny), request("200 OK", acaoAny)}
	with := func(o ...option) []option { return append(append([]option{}, any...), o...) }
	out := []Scenario{
		sc("method/GET", with()...),
		sc("method/get", with(method("get"))...),
		sc("method/HEAD", with(method("HEAD"))...),
		sc("method/POST with text", with(method("POST"), body("x"))...),
		sc("method/POST without body", with(method("POST"))...),
		sc("method/post", with(method("post"), body(""))...),
		sc("method/POST with JSON but no header is text", with(method("POST"), body(`{"a":1}`))...),
		sc("method/DELETE", with(method("DELETE"))...),
		sc("method/PATCH with body", with(method("PATCH"), body("x"))...),
		sc("method/CONNECT", with(method("CONNECT"))...),
		sc("method/trace", with(method("trace"))...),
		sc("method/TRACK", with(method("TRACK"))...),
		sc("method/with a space", with(method("G ET"))...),
		sc("method/no token", with(method("G(T"))...),
		sc("method/GET with body", with(body("x"))...),
		sc("method/HEAD with body", with(method("HEAD"), body(""))...),
		sc("method/same-origin PUT needs no preflight", to("{o}/"), put(), at("o/", Reply("500 x"), Reply("200 OK"))),
		sc("method/same-origin custom header needs no preflight", to("{o}/"), header("x-a", "1"), at("o/", Reply("500 x"), Reply("200 OK"))),
		sc("method/same-origin 500 is read", to("{o}/"), at("o/", "", Reply("500 x", "X-A: 1"))),
		sc("url/userinfo", with(to("https://u:p@api.bb.test:{tls}{path}/"))...),
		sc("url/fragment", with(to("{a}/#x"))...),
		sc("url/query", with(to("{a}/?q=1"))...),
		sc("url/upper-case host", with(to("https://API.bb.test:{tls}{path}/"))...),
		sc("url/bad port number", with(to("https://api.bb.test:99999/"))...),
		sc("url/no host", with(to("https:///"))...),
		sc("url/blocked port 6000", with(to("https://api.bb.test:6000/"))...),
		sc("url/blocked port 25", with(to("https://api.bb.test:25/"), put())...),
		sc("url/blocked port 10080", with(to("https://api.bb.test:10080/"))...),
		sc("url/blocked port on the page's own host", with(to("https://app.aa.test:22/"))...),
		sc("url/unknown scheme", with(to("foo://api.bb.test/"))...),
		sc("url/ftp", with(to("ftp://api.bb.test/"))...),
		sc("url/data", with(to("data:text/plain,x"))...),
		sc("url/data with PUT", with(to("data:text/plain,x"), put())...),
		sc("url/about", with(to("about:blank"))...),
		sc("url/javascript", with(to("javascript:1"))...),
		sc("url/nobody listens", with(to("https://api.bb.test:9/"))...),
		sc("url/refused", with(to("https://refused.test:1234/"))...),
		sc("url/refused preflight", with(to("https://refused.test:1234/"), put())...),
		sc("url/name does not resolve", with(to("https://nowhere.nx.test/"))...),
		sc("url/name does not resolve with preflight", with(to("https://nowhere.nx.test/"), header("x-a", "1"))...),
		sc("url/localhost name over TLS", to("https://localhost:{tls}{path}/"), at("l/", "", Reply("200 OK", acaoO))),
		sc("mixed content/http", with(to("{ha}/"))...),
		sc("mixed content/http with PUT", with(to("{ha}/"), put())...),
		sc("mixed content/http with no-cors", with(to("{ha}/"), mode("no-cors"))...),
		sc("mixed content/localhost passes", to("{lh}/"), at("l/", "", Reply("200 OK", acaoO))),
		sc("mixed content/localhost without headers", to("{lh}/"), at("l/", "", Reply("200 OK"))),
		sc("mixed content/127.0.0.1 passes", to("http://127.0.0.1:{plain}{path}/"), at("l/", "", Reply("200 OK", acaoO))),
		sc("mixed content/http page to http", with(from("{HO}"), to("{ha}/"))...),
		sc("mixed content/http page to https", with(from("{HO}"))...),
		sc("mixed content/http page names itself", from("{HO}"), request("200 OK", acao("{HO}"))),
		sc("mixed content/http page and https allow-origin", from("{HO}"), request("200 OK", acaoO)),
		sc("mixed content/http page with PUT to http", from("{HO}"), to("{ha}/"), put(), preflight("200 OK", acao("{HO}"), acamPUT), request("200 OK", acao("{HO}"))),
		sc("mixed content/null page to http", with(from("null"), to("{ha}/"))...),
		sc("scheme/same host over http is another origin", from("{HO}"), to("{o}/"), at("o/", "", Reply("200 OK"))),
		sc("same site/sibling needs CORS", to("{s}/"), at("s/", "", Reply("200 OK"))),
		sc("same site/sibling with CORS", to("{s}/"), at("s/", "", Reply("200 OK", acaoO))),
	}
	return append(out, modeScenarios()...)
}

// modeScenarios are the request modes, redirect modes and opaque origins.
func modeScenarios() []Scenario {
	nocors := mode("no-cors")
	return []Scenario{
		sc("no-cors/opaque", nocors, request("200 OK")),
		sc("no-cors/opaque although allowed", nocors, request("200 OK", acaoAny, aceh("*"), "X-A: 1")),
		sc("no-cors/500", nocors, request("500 x")),
		sc("no-cors/POST", nocors, method("POST"), body("x")),
		sc("no-cors/HEAD", nocors, method("HEAD")),
		sc("no-cors/PUT throws", nocors, put()),
		sc("no-cors/DELETE throws", nocors, method("DELETE")),
		sc("no-cors/headers are dropped", nocors, header("x-a", "1"), header("authorization", "x")),
		sc("no-cors/json content type is dropped", nocors, method("POST"), body("{}"), header("content-type", "application/json")),
		sc("no-cors/same origin is basic", nocors, to("{o}/"), at("o/", "", Reply("200 OK", "X-A: 1"))),
		sc("no-cors/CORP same-origin", nocors, request("200 OK", "Cross-Origin-Resource-Policy: same-origin")),
		sc("no-cors/CORP same-site from another site", nocors, request("200 OK", "Cross-Origin-Resource-Policy: same-site")),
		sc("no-cors/CORP same-site from the same site", nocors, to("{s}/"), at("s/", "", Reply("200 OK", "Cross-Origin-Resource-Policy: same-site"))),
		sc("no-cors/CORP cross-origin", nocors, request("200 OK", "Cross-Origin-Resource-Policy: cross-origin")),
		sc("no-cors/CORP nonsense", nocors, request("200 OK", "Cross-Origin-Resource-Policy: nonsense")),
		sc("no-cors/redirect", nocors, request("302 Found", loc("{b}/")), at("b/", "", Reply("200 OK"))),
		sc("no-cors/redirect to an unknown scheme", nocors, request("302 Found", loc("foo:x"))),
		sc("no-cors/redirect to data", nocors, request("302 Found", loc("data:,x"))),
		sc("no-cors/redirect with userinfo", nocors, request("302 Found", loc("https://u:p@other.cc.test:{tls}{path}/")), at("b/", "", Reply("200 OK"))),
		sc("no-cors/redirect to the page's origin", nocors, request("302 Found", loc("{o}/")), at("o/", "", Reply("200 OK", "X-A: 1"))),
		sc("no-cors/same origin redirected away", nocors, to("{o}/"), at("o/", "", Reply("302 Found", loc("{a}/"))), request("200 OK", "X-A: 1")),
		sc("no-cors/redirect to http", nocors, request("302 Found", loc("{ha}/"))),
		sc("no-cors/loop", nocors, request("302 Found", loc("{a}/"))),
		sc("no-cors/redirect manual", nocors, redirect("manual"), request("302 Found", loc("{b}/"))),
		sc("no-cors/redirect error", nocors, redirect("error"), request("200 OK")),
		sc("no-cors/ORB: HTML", nocors, request("200 OK", "Content-Type: text/html", "X-Content-Type-Options: nosniff")),
		sc("no-cors/ORB: JSON", nocors, request("200 OK", "Content-Type: application/json", "X-Content-Type-Options: nosniff")),
		sc("cors/CORP same-origin does not matter", request("200 OK", acaoO, "Cross-Origin-Resource-Policy: same-origin")),
		sc("same-origin mode/same origin", mode("same-origin"), to("{o}/"), at("o/", "", Reply("200 OK", "X-A: 1"))),
		sc("same-origin mode/cross origin", mode("same-origin"), request("200 OK", acaoAny)),
		sc("same-origin mode/redirected away", mode("same-origin"), to("{o}/"), at("o/", "", Reply("302 Found", loc("{a}/"))), request("200 OK", acaoAny)),
		sc("same-origin mode/redirected away with userinfo", mode("same-origin"), to("{o}/"), at("o/", "", Reply("302 Found", loc("https://u:p@api.bb.test:{tls}{path}/"))), request("200 OK", acaoAny)),
		sc("same-origin mode/redirected within", mode("same-origin"), to("{o}/"), at("o/", "", Reply("302 Found", loc("{o}/2"))), at("o/2", "", Reply("200 OK"))),
		sc("same-origin mode/redirected to an unknown scheme", mode("same-origin"), to("{o}/"), at("o/", "", Reply("302 Found", loc("foo:x")))),
		sc("same-origin mode/redirected to data", mode("same-origin"), to("{o}/"), at("o/", "", Reply("302 Found", loc("data:,x")))),
		sc("same-origin mode/redirected within, with userinfo", mode("same-origin"), to("{o}/"), at("o/", "", Reply("302 Found", loc("https://u:p@app.aa.test:{tls}{path}/2"))), at("o/2", "", Reply("200 OK"))),
		sc("redirect mode/manual with userinfo", redirect("manual"), request("302 Found", acaoO, loc("https://u:p@api.bb.test:{tls}{path}/2"))),
		sc("redirect mode/error with userinfo", redirect("error"), request("302 Found", acaoO, loc("https://u:p@api.bb.test:{tls}{path}/2"))),
		sc("redirect mode/error to an unknown scheme", redirect("error"), request("302 Found", acaoO, loc("foo:x"))),
		sc("redirect mode/error to data", redirect("error"), request("302 Found", acaoO, loc("data:,x"))),
		sc("redirect mode/error to http", redirect("error"), request("302 Found", acaoO, loc("{ha}/2"))),
		sc("redirect mode/error with unparsable location", redirect("error"), request("302 Found", acaoO, loc("https://["))),
		sc("redirect mode/error without location", redirect("error"), request("302 Found", acaoO)),
		sc("redirect mode/error, same origin to an unknown scheme", redirect("error"), to("{o}/"), at("o/", "", Reply("302 Found", loc("foo:x")))),
		sc("redirect mode/error, same origin with userinfo to the API", redirect("error"), to("{o}/"), at("o/", "", Reply("302 Found", loc("https://u:p@api.bb.test:{tls}{path}/")))),
		sc("redirect mode/manual without location", redirect("manual"), request("302 Found", acaoO)),
		sc("redirect mode/manual, no-cors to own origin", redirect("manual"), mode("no-cors"), to("{o}/"), at("o/", "", Reply("302 Found", loc("{o}/2")))),
		sc("redirect mode/manual, a preflighted PUT", redirect("manual"), put(), preflight("200 OK", acaoO, acamPUT), request("302 Found", acaoO, loc("{a}/2"))),
		sc("redirect mode/manual to an unknown scheme", redirect("manual"), request("302 Found", acaoO, loc("foo:x"))),
		sc("redirect mode/manual with unparsable location", redirect("manual"), request("302 Found", acaoO, loc("https://["))),
		sc("navigate mode/throws", mode("navigate"), request("200 OK", acaoAny)),
		sc("redirect mode/manual", redirect("manual"), request("302 Found", acaoO, loc("{a}/2"))),
		sc("redirect mode/manual without allow-origin", redirect("manual"), request("302 Found", loc("{a}/2"))),
		sc("redirect mode/manual without redirect", redirect("manual"), request("200 OK", acaoO)),
		sc("redirect mode/manual same origin", redirect("manual"), to("{o}/"), at("o/", "", Reply("302 Found", loc("{a}/2")))),
		sc("redirect mode/error", redirect("error"), request("302 Found", acaoO, loc("{a}/2"))),
		sc("redirect mode/error without redirect", redirect("error"), request("200 OK", acaoO)),
		sc("redirect mode/error without allow-origin", redirect("error"), request("302 Found", loc("{a}/2"))),
		sc("redirect mode/error with a preflighted request", redirect("error"), put(), preflight("200 OK", acaoO, acamPUT), request("302 Found", acaoO, loc("{a}/2"))),
		sc("redirect mode/manual with a redirected preflight", redirect("manual"), put(), preflight("302 Found", acaoO, loc("{a}/2")), request("200 OK", acaoO)),
		sc("null origin/any", from("null"), request("200 OK", acaoAny)),
		sc("null origin/null", from("null"), request("200 OK", acaoNull)),
		sc("null origin/null with credentials", from("null"), include(), request("200 OK", acaoNull, acac)),
		sc("null origin/any with credentials", from("null"), include(), request("200 OK", acaoAny, acac)),
		sc("null origin/another origin", from("null"), request("200 OK", acaoO)),
		sc("null origin/absent", from("null"), request("200 OK")),
		sc("null origin/NULL", from("null"), request("200 OK", acao("NULL"))),
		sc("null origin/quoted", from("null"), request("200 OK", acao(`"null"`))),
		sc("null origin/preflight", from("null"), put(), preflight("200 OK", acaoNull, acamPUT), request("200 OK", acaoNull)),
		sc("null origin/preflight refused", from("null"), put(), preflight("200 OK", acaoO, acamPUT), request("200 OK", acaoNull)),
		sc("null origin/redirected", from("null"), request("302 Found", acaoNull, loc("{b}/")), at("b/", "", Reply("200 OK", acaoNull))),
		sc("null origin/no-cors", from("null"), nocors, request("200 OK")),
	}
}
