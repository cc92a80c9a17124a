package difftest

import (
	"fmt"
	"strconv"
	"strings"

	"corstui/diagnose/exchange"
)

// statusScenarios are status codes of preflights and of requests.
func statusScenarios() (out []Scenario) {
	good := []string{acaoO, acamPUT}
	for _, st := range []string{"200 OK", "201 Created", "202 Accepted", "203 x", "204 No Content", "205 x", "206 x", "226 x", "299 x", "300 x", "304 Not Modified", "305 x", "306 x",
		"400 x", "401 x", "403 x", "404 x", "405 x", "418 x", "429 x", "500 x", "501 x", "502 x", "503 x", "520 x", "530 x", "599 x"} {
		out = append(out, sc("preflight status/"+st, put(), preflight(st, good...), request("200 OK", acaoO)))
	}
	for _, st := range []string{"401 x", "403 x", "404 x", "405 x", "500 x", "502 x"} {
		out = append(out, sc("preflight status without allow-origin/"+st, put(), preflight(st), request("200 OK", acaoO)))
	}
	for _, st := range []string{"301 x", "302 x", "303 x", "307 x", "308 x"} {
		out = append(out,
			sc("preflight redirect/"+st, put(), preflight(st, acaoO, acamPUT, loc("{a}/2")), request("200 OK", acaoO)),
			sc("preflight redirect without allow-origin/"+st, put(), preflight(st, loc("{b}/")), request("200 OK", acaoO)),
			sc("preflight redirect without location/"+st, put(), preflight(st, acaoO, acamPUT), request("200 OK", acaoO)),
			sc("preflight redirect without location or allow-origin/"+st, put(), preflight(st), request("200 OK", acaoO)))
	}
	for _, st := range []string{"200 OK", "201 x", "203 x", "204 x", "206 x", "300 x", "304 x", "400 x", "401 x", "402 x", "403 x", "404 x", "405 x", "409 x", "410 x", "418 x", "422 x", "429 x", "451 x", "499 x",
		"500 x", "502 x", "503 x", "504 x", "520 x", "521 x", "525 x", "530 x", "599 x"} {
		out = append(out, sc("request status/"+st, request(st, acaoO)))
	}
	for _, st := range []string{"204 x", "302 x", "304 x", "401 x", "403 x", "404 x", "429 x", "500 x", "502 x", "503 x", "530 x"} {
		out = append(out, sc("request status without allow-origin/"+st, request(st)))
	}
	return append(out,
		sc("preflight status/302 with unparsable location", put(), preflight("302 x", acaoO, acamPUT, loc("https://[")), request("200 OK", acaoO)),
		sc("preflight status/302 with empty location", put(), preflight("302 x", acaoO, acamPUT, loc("")), request("200 OK", acaoO)),
		sc("preflight status/302 to data", put(), preflight("302 x", acaoO, acamPUT, loc("data:,")), request("200 OK", acaoO)),
		sc("preflight status/302 to an unknown scheme", put(), preflight("302 x", acaoO, acamPUT, loc("foo:x")), request("200 OK", acaoO)),
		sc("preflight status/300 with location", put(), preflight("300 x", acaoO, acamPUT, loc("{a}/2")), request("200 OK", acaoO)),
		sc("preflight status/201 with location", put(), preflight("201 x", acaoO, acamPUT, loc("{a}/2")), request("200 OK", acaoO)),
		sc("preflight good, request 500 without headers", put(), preflight("204 x", good...), request("500 x")),
		sc("preflight good, request 401 without headers", header("authorization", "x"), preflight("204 x", acaoO, acah("authorization")), request("401 x")),
		sc("preflight good for the origin, request answers any with credentials", include(), put(), preflight("204 x", acaoO, acac, acamPUT), request("200 OK", acaoAny)),
		sc("preflight with any, request with the origin", put(), preflight("204 x", acaoAny, acamPUT), request("200 OK", acaoO)),
		sc("request status/407 with allow-origin", request("407 x", acaoO)),
		sc("request status/600", request("600 x", acaoO)),
		sc("preflight status/600", put(), preflight("600 x", good...), request("200 OK", acaoO)),
		sc("request status/999", request("999 x", acaoO)),
	)
}

// precedenceScenarios let two things be wrong at once: the name says which one
// the browser looks at first.
func precedenceScenarios() []Scenario {
	ok := request("200 OK", acaoO, acac)
	return []Scenario{
		sc("precedence/preflight 403 right origin, bad methods", put(), preflight("403 x", acaoO, acam("a b")), ok),
		sc("precedence/preflight 403 any with credentials", put(), include(), preflight("403 x", acaoAny, acac), ok),
		sc("precedence/preflight 403 wrong origin", put(), preflight("403 x", acao("{A}")), ok),
		sc("precedence/preflight 403 no allow-credentials", put(), include(), preflight("403 x", acaoO), ok),
		sc("precedence/wrong origin and no allow-credentials", include(), request("200 OK", acao("{A}"))),
		sc("precedence/any and no allow-credentials", include(), request("200 OK", acaoAny)),
		sc("precedence/several and no allow-credentials", include(), request("200 OK", acaoO, acaoO)),
		sc("precedence/method and header missing", put(), header("x-a", "1"), preflight("200 OK", acaoO), ok),
		sc("precedence/both lists bad", put(), header("x-a", "1"), preflight("200 OK", acaoO, acam("a b"), acah("a b")), ok),
		sc("precedence/bad headers list, method missing", put(), header("x-a", "1"), preflight("200 OK", acaoO, acah("a b")), ok),
		sc("precedence/bad methods list, header missing", put(), header("x-a", "1"), preflight("200 OK", acaoO, acam("a b")), ok),
		sc("precedence/bad headers list, no custom header", put(), preflight("200 OK", acaoO, acamPUT, acah("a b")), ok),
		sc("precedence/method ok, header missing", put(), header("x-a", "1"), preflight("200 OK", acaoO, acamPUT), ok),
		sc("precedence/redirect before wrong origin", put(), preflight("302 x", acao("{A}"), loc("{a}/2")), ok),
		sc("precedence/no allow-credentials before bad list", put(), include(), preflight("200 OK", acaoO, acam("a b")), ok),
		sc("precedence/preflight 500 with any, without credentials", put(), preflight("500 x", acaoAny), ok),
		sc("precedence/multiple before null", put(), preflight("200 OK", acaoNull, acaoNull), ok),
		sc("precedence/hop without allow-origin and userinfo", request("302 x", loc("https://u:p@other.cc.test:{tls}{path}/"))),
		sc("precedence/hop without allow-origin to data", request("302 x", loc("data:,"))),
		sc("precedence/hop without allow-origin to an unknown scheme", request("302 x", loc("foo:x"))),
		sc("precedence/hop without allow-origin to http", request("302 x", loc("{ha}/2"))),
		sc("precedence/hop without allow-origin, unparsable location", request("302 x", loc("https://["))),
		sc("precedence/userinfo and mixed content", request("302 x", acaoO, loc("http://u:p@api.bb.test:{plain}{path}/"))),
		sc("precedence/userinfo in an unknown scheme", request("302 x", acaoO, loc("foo://u:p@x/"))),
		sc("precedence/userinfo and blocked port", request("302 x", acaoO, loc("https://u:p@api.bb.test:6000/"))),
	}
}

// redirectScenarios are HTTP-redirect fetch.
func redirectScenarios() (out []Scenario) {
	any := Reply("200 OK", acaoAny)
	for _, st := range []string{"301", "302", "303", "307", "308"} {
		out = append(out,
			sc("redirect "+st+"/same API", request(st+" x", acaoO, loc("{a}/2")), at("a/2", "", Reply("200 OK", acaoO))),
			sc("redirect "+st+"/to a third origin", request(st+" x", acaoO, loc("{b}/")), at("b/", "", any)),
			sc("redirect "+st+"/PUT to the same API", put(), preflight("200 OK", acaoO, acamPUT), request(st+" x", acaoO, loc("{a}/2")),
				at("a/2", Reply("200 OK", acaoO, acamPUT), Reply("200 OK", acaoO))),
			sc("redirect "+st+"/PUT to the same API, second preflight refused", put(), preflight("200 OK", acaoO, acamPUT), request(st+" x", acaoO, loc("{a}/2")),
				at("a/2", Reply("403 x", acaoO), Reply("200 OK", acaoO))),
			sc("redirect "+st+"/JSON POST", method("POST"), body("{}"), header("content-type", "application/json"),
				preflight("200 OK", acaoO, acah("content-type")), request(st+" x", acaoO, loc("{a}/2")),
				at("a/2", Reply("403 x", acaoO), Reply("200 OK", acaoO))),
			sc("redirect "+st+"/custom header to a third origin", header("x-a", "1"), preflight("200 OK", acaoO, acahXA), request(st+" x", acaoO, loc("{b}/")),
				at("b/", Reply("200 OK", acaoO, acahXA), Reply("200 OK", acaoNull))))
	}
	for _, n := range []int{20, 21} {
		opts := []option{request("302 x", acaoAny, loc("{a}/h1"))}
		for i := 1; i <= n; i++ {
			answer := Reply("302 x", acaoAny, loc("{a}/h"+strconv.Itoa(i+1)))
			if i == n {
				answer = any
			}
			opts = append(opts, at("a/h"+strconv.Itoa(i), "", answer))
		}
		out = append(out, sc(fmt.Sprintf("redirect/%d in a row", n), opts...))
	}
	out = append(out,
		sc("redirect/loop", request("302 x", acaoO, loc("{a}/"))),
		sc("redirect/login without allow-origin", request("302 x", loc("{b}/login")), at("b/login", "", Reply("200 OK", "Content-Type: text/html"))),
		sc("redirect/login with allow-origin, then none", request("302 x", acaoO, loc("{b}/login")), at("b/login", "", Reply("200 OK", "Content-Type: text/html"))),
		sc("redirect/third origin names the page", request("302 x", acaoO, loc("{b}/")), at("b/", "", Reply("200 OK", acaoO))),
		sc("redirect/third origin names null", request("302 x", acaoO, loc("{b}/")), at("b/", "", Reply("200 OK", acaoNull))),
		sc("redirect/third origin names null with credentials", include(), request("302 x", acaoO, acac, loc("{b}/")), at("b/", "", Reply("200 OK", acaoNull, acac))),
		sc("redirect/third origin answers any with credentials", include(), request("302 x", acaoO, acac, loc("{b}/")), at("b/", "", Reply("200 OK", acaoAny, acac))),
		sc("redirect/there and back", request("302 x", acaoO, loc("{b}/")), at("b/", "", Reply("302 x", acaoNull, loc("{a}/2"))), at("a/2", "", Reply("200 OK", acaoO))),
		sc("redirect/back to the page's origin", request("302 x", acaoO, loc("{o}/")), at("o/", "", Reply("200 OK"))),
		sc("redirect/back to the page's origin, which names null", request("302 x", acaoO, loc("{o}/")), at("o/", "", Reply("200 OK", acaoNull))),
		sc("redirect/back to the page's origin, which names the page", request("302 x", acaoO, loc("{o}/")), at("o/", "", Reply("200 OK", acaoO))),
		sc("redirect/from the page's origin to the API", to("{o}/"), at("o/", "", Reply("302 x", loc("{a}/"))), request("200 OK", acaoO)),
		sc("redirect/from the page's origin to the API, which says nothing", to("{o}/"), at("o/", "", Reply("302 x", loc("{a}/"))), request("200 OK")),
		sc("redirect/from the page's origin with a custom header", to("{o}/"), header("x-a", "1"), at("o/", Reply("500 x"), Reply("307 x", loc("{a}/"))), preflight("200 OK", acaoO, acahXA), request("200 OK", acaoO)),
		sc("redirect/from the page's origin with PUT, refused", to("{o}/"), put(), at("o/", "", Reply("307 x", loc("{a}/"))), preflight("403 x"), request("200 OK", acaoO)),
		sc("redirect/from the page's origin, over the API, back", to("{o}/"), at("o/", "", Reply("302 x", loc("{a}/"))), request("302 x", acaoO, loc("{o}/2")), at("o/2", "", Reply("200 OK", acaoO))),
		sc("redirect/same origin to same origin", to("{o}/"), at("o/", "", Reply("302 x", loc("{path}/2"))), at("o/2", "", Reply("200 OK", "X-A: 1"))),
		sc("redirect/same origin with userinfo", to("{o}/"), at("o/", "", Reply("302 x", loc("https://u:p@app.aa.test:{tls}{path}/2"))), at("o/2", "", Reply("200 OK"))),
		sc("redirect/same origin to the API with userinfo", to("{o}/"), at("o/", "", Reply("302 x", loc("https://u:p@api.bb.test:{tls}{path}/"))), request("200 OK", acaoO)),
		sc("redirect/userinfo at the API", request("302 x", acaoO, loc("https://u:p@api.bb.test:{tls}{path}/2")), at("a/2", "", any)),
		sc("redirect/user only", request("302 x", acaoO, loc("https://u@api.bb.test:{tls}{path}/2")), at("a/2", "", any)),
		sc("redirect/empty userinfo", request("302 x", acaoO, loc("https://@api.bb.test:{tls}{path}/2")), at("a/2", "", any)),
		sc("redirect/authorization alone to a third origin", header("authorization", "x"), preflight("200 OK", acaoO, acah("authorization")), request("302 x", acaoO, loc("{b}/")), at("b/", Reply("403 x"), any)),
		sc("redirect/authorization to the same API", header("authorization", "x"), preflight("200 OK", acaoO, acah("authorization")), request("302 x", acaoO, loc("{a}/2")),
			at("a/2", Reply("200 OK", acaoO, acah("authorization")), Reply("200 OK", acaoO))),
		sc("redirect/authorization from the page's origin", to("{o}/"), header("authorization", "x"), at("o/", "", Reply("302 x", loc("{a}/"))), preflight("403 x"), request("200 OK", acaoO)),
		sc("redirect/POST text becomes GET", method("POST"), body("x"), request("302 x", acaoO, loc("{b}/")), at("b/", Reply("403 x"), any)),
		sc("redirect/POST text kept by 307", method("POST"), body("x"), request("307 x", acaoO, loc("{b}/")), at("b/", Reply("403 x"), any)),
		sc("redirect/custom header, null preflight passes", header("x-a", "1"), preflight("200 OK", acaoO, acahXA), request("302 x", acaoO, loc("{b}/")), at("b/", Reply("200 OK", acaoNull, acahXA), Reply("200 OK", acaoNull))),
		sc("redirect/custom header, second preflight redirected", header("x-a", "1"), preflight("200 OK", acaoO, acahXA), request("302 x", acaoO, loc("{b}/")), at("b/", Reply("302 x", acaoAny, loc("{b}/2")), any)),
		sc("redirect/custom header, second preflight without allow-origin", header("x-a", "1"), preflight("200 OK", acaoO, acahXA), request("302 x", acaoO, loc("{b}/")), at("b/", Reply("403 x"), any)),
		sc("redirect/custom header, second preflight lacks the header", header("x-a", "1"), preflight("200 OK", acaoO, acahXA), request("302 x", acaoO, loc("{a}/2")), at("a/2", Reply("200 OK", acaoO), any)),
		sc("redirect/to http", request("302 x", acaoO, loc("{ha}/2")), at("a/2", "", any)),
		sc("redirect/to localhost http", request("302 x", acaoO, loc("{lh}/")), at("l/", "", any)),
		sc("redirect/to ftp", request("302 x", acaoO, loc("ftp://api.bb.test/"))),
		sc("redirect/to javascript", request("302 x", acaoO, loc("javascript:1"))),
		sc("redirect/to an unknown scheme", request("302 x", acaoO, loc("foo://x/"))),
		sc("redirect/to mailto", request("302 x", acaoO, loc("mailto:a@b.test"))),
		sc("redirect/to data", request("302 x", acaoO, loc("data:text/plain,x"))),
		sc("redirect/to file", request("302 x", acaoO, loc("file:///x"))),
		sc("redirect/to blob", request("302 x", acaoO, loc("blob:{O}/x"))),
		sc("redirect/to about", request("302 x", acaoO, loc("about:blank"))),
		sc("redirect/same origin to data", to("{o}/"), at("o/", "", Reply("302 x", loc("data:,x")))),
		sc("redirect/same origin to an unknown scheme", to("{o}/"), at("o/", "", Reply("302 x", loc("foo:x")))),
		sc("redirect/to a blocked port", request("302 x", acaoO, loc("https://api.bb.test:6000/"))),
		sc("redirect/unparsable location", request("302 x", acaoO, loc("https://["))),
		sc("redirect/empty location", request("302 x", acaoO, loc(""))),
		sc("redirect/no location is the response", request("302 x", acaoO, "X-A: 1", aceh("x-a"))),
		sc("redirect/relative location", request("302 x", acaoO, loc("2")), at("a/2", "", any)),
		sc("redirect/absolute path", request("302 x", acaoO, loc("{path}/2")), at("a/2", "", any)),
		sc("redirect/scheme-relative", request("302 x", acaoO, loc("//other.cc.test:{tls}{path}/")), at("b/", "", any)),
		sc("redirect/backslashes", request("302 x", acaoO, loc(`\\other.cc.test:{tls}{path}\`)), at("b/", "", any)),
		sc("redirect/with a fragment", request("302 x", acaoO, loc("{a}/2#x")), at("a/2", "", any)),
		sc("redirect/spaces around the location", request("302 x", acaoO, "Location:   {a}/2  "), at("a/2", "", any)),
		sc("redirect/two different locations", request("302 x", acaoO, loc("{a}/2"), loc("{a}/3")), at("a/2", "", any), at("a/3", "", any)),
		sc("redirect/two equal locations", request("302 x", acaoO, loc("{a}/2"), loc("{a}/2")), at("a/2", "", any)),
		sc("redirect/hop names any", request("302 x", acaoAny, loc("{a}/2")), at("a/2", "", any)),
		sc("redirect/hop names any with credentials", include(), request("302 x", acaoAny, acac, loc("{a}/2")), at("a/2", "", any)),
		sc("redirect/hop lacks allow-credentials", include(), request("302 x", acaoO, loc("{a}/2")), at("a/2", "", any)),
		sc("redirect/hop has the wrong origin", request("302 x", acao("{A}"), loc("{a}/2")), at("a/2", "", any)),
		sc("redirect/second hop has none", request("302 x", acaoO, loc("{a}/2")), at("a/2", "", Reply("302 x", loc("{a}/3"))), at("a/3", "", any)),
		sc("redirect/last answer has the wrong origin", request("302 x", acaoO, loc("{a}/2")), at("a/2", "", Reply("200 OK", acao("{A}")))),
		sc("redirect/last answer is a 404 with headers", request("302 x", acaoO, loc("{a}/2")), at("a/2", "", Reply("404 x", acaoO))),
		sc("redirect/sibling of the page", to("{s}/"), at("s/", "", Reply("302 x", acaoO, loc("{a}/"))), request("200 OK", acaoNull)),
		sc("redirect/http page, http to https", from("{HO}"), to("{ha}/"), request("301 x", acao("{HO}"), loc("{a}/2")), at("a/2", "", Reply("200 OK", acao("{HO}")))),
		sc("redirect/http page, http to https, which answers any", from("{HO}"), to("{ha}/"), request("301 x", acao("{HO}"), loc("{a}/2")), at("a/2", "", any)),
		sc("redirect/300 is followed by nobody", request("300 x", acaoO, loc("{a}/2")), at("a/2", "", any)),
		sc("redirect/304 with location", request("304 x", acaoO, loc("{a}/2")), at("a/2", "", any)),
		sc("redirect/305 with location", request("305 x", acaoO, loc("{a}/2")), at("a/2", "", any)),
		sc("redirect/309 with location", request("309 x", acaoO, loc("{a}/2")), at("a/2", "", any)),
		sc("redirect/399 with location", request("399 x", acaoO, loc("{a}/2")), at("a/2", "", any)),
		sc("redirect/201 with location", request("201 x", acaoO, loc("{a}/2")), at("a/2", "", any)),
		sc("redirect/HEAD by 303", method("HEAD"), request("303 x", acaoO, loc("{a}/2")), at("a/2", "", any)),
		sc("redirect/patch by 303 becomes GET", method("PATCH"), preflight("200 OK", acaoO, acam("PATCH")), request("303 x", acaoO, loc("{a}/2")), at("a/2", Reply("403 x"), any)),
		sc("redirect/custom method by 301 is kept", method("QUERY"), preflight("200 OK", acaoO, acam("QUERY")), request("301 x", acaoO, loc("{a}/2")), at("a/2", Reply("403 x", acaoO), any)),
		sc("redirect/preflight at the second URL is the same URL", put(), preflight("200 OK", acaoO, acamPUT, "Access-Control-Max-Age: 60"), request("307 x", acaoO, loc("{a}/2")),
			at("a/2", Reply("200 OK", acaoO, acamPUT), Reply("307 x", acaoO, loc("{a}/3"))), at("a/3", Reply("200 OK", acaoO, acamPUT), Reply("200 OK", acaoO))),
		sc("redirect/expose at the end", request("302 x", acaoO, loc("{b}/")), at("b/", "", Reply("200 OK", acaoAny, "X-A: 1", "X-B: 2", aceh("x-a")))),
	)
	return out
}

// cookieScenarios ask whether a cookie travels: the server answers 401 without
// headers where none came.
func cookieScenarios() (out []Scenario) {
	denied := Reply("401 x")
	granted := Reply("200 OK", acaoO, acac)
	jar := func(more func(*exchange.Cookie)) option {
		k := exchange.Cookie{Name: "sid", Value: "1", HostOnly: true, Secure: true, SameSite: "None"}
		if more != nil {
			more(&k)
		}
		return cookie(k)
	}
	sameSite := func(v string, secure bool) option {
		return jar(func(k *exchange.Cookie) { k.SameSite, k.Secure = v, secure })
	}
	api := func(k option, more ...option) []option {
		return append([]option{k, include(), at("a/", "", denied), withCookie("a/", granted)}, more...)
	}
	sibling := func(k option, more ...option) []option {
		return append([]option{k, include(), to("{s}/"), at("s/", "", denied), withCookie("s/", granted)}, more...)
	}
	own := func(k option, more ...option) []option {
		return append([]option{k, to("{o}/"), at("o/", "", Reply("401 x", "X-Denied: 1")), withCookie("o/", Reply("200 OK", "X-Granted: 1"))}, more...)
	}
	return append(out,
		sc("cookie/None and Secure to another site", api(sameSite("None", true))...),
		sc("cookie/Lax to another site", api(sameSite("Lax", true))...),
		sc("cookie/Strict to another site", api(sameSite("Strict", true))...),
		sc("cookie/Lax to a sibling", sibling(sameSite("Lax", true))...),
		sc("cookie/Strict to a sibling", sibling(sameSite("Strict", true))...),
		sc("cookie/None to a sibling", sibling(sameSite("None", true))...),
		sc("cookie/same-origin mode to a sibling sends none", sibling(sameSite("None", true), creds("same-origin"))...),
		sc("cookie/omit to another site", api(sameSite("None", true), creds("omit"))...),
		sc("cookie/same-origin mode to another site", api(sameSite("None", true), creds("same-origin"))...),
		sc("cookie/own origin", own(sameSite("Strict", true))...),
		sc("cookie/own origin, omit", own(sameSite("Strict", true), creds("omit"))...),
		sc("cookie/own origin, include", own(sameSite("Lax", true), include())...),
		sc("cookie/http page to its own https host is cross-site", api(sameSite("Lax", true), from("{HO}"), to("{s}/"), at("s/", "", denied), withCookie("s/", Reply("200 OK", acao("{HO}"), acac)))...),
		sc("cookie/http page to an https sibling with None", api(sameSite("None", true), from("{HO}"), to("{s}/"), at("s/", "", denied), withCookie("s/", Reply("200 OK", acao("{HO}"), acac)))...),
		sc("cookie/null page with Lax", api(sameSite("Lax", true), from("null"), withCookie("a/", Reply("200 OK", acaoNull, acac)))...),
		sc("cookie/null page with None", api(sameSite("None", true), from("null"), withCookie("a/", Reply("200 OK", acaoNull, acac)))...),
		sc("cookie/path does not match", api(jar(func(k *exchange.Cookie) { k.Path = "/elsewhere" }))...),
		sc("cookie/Secure over http", api(sameSite("Lax", true), from("{HO}"), to("http://api.aa.test:{plain}{path}/"), at("s/", "", denied), withCookie("s/", Reply("200 OK", acao("{HO}"), acac)))...),
		sc("cookie/not Secure over http to a sibling", api(sameSite("Lax", false), from("{HO}"), to("http://api.aa.test:{plain}{path}/"), at("s/", "", denied), withCookie("s/", Reply("200 OK", acao("{HO}"), acac)))...),
		sc("cookie/PUT: the preflight carries none", api(sameSite("None", true), put(), preflight("204 x", acaoO, acac, acamPUT), at("a/", "", denied))...),
		sc("cookie/granted, but any is answered", api(sameSite("None", true), withCookie("a/", Reply("200 OK", acaoAny, acac)))...),
		sc("cookie/domain cookie to a sub-domain", sibling(jar(func(k *exchange.Cookie) { k.Domain, k.HostOnly, k.SameSite = "aa.test", false, "Lax" }))...),
		sc("cookie/two tenants of a public suffix are two sites", api(sameSite("Lax", true), from("{P}"), to("{q}/"), at("q/", "", denied), withCookie("q/", Reply("200 OK", acao("{P}"), acac)))...),
		sc("cookie/two tenants of a public suffix with None", api(sameSite("None", true), from("{P}"), to("{q}/"), at("q/", "", denied), withCookie("q/", Reply("200 OK", acao("{P}"), acac)))...),
		sc("cookie/one site below co.uk", api(sameSite("Strict", true), from("{U}"), to("{v}/"), at("v/", "", denied), withCookie("v/", Reply("200 OK", acao("{U}"), acac)))...),
		sc("cookie/one site below co.uk, deeper", api(sameSite("Strict", true), from("{U}"), to("{w}/"), at("w/", "", denied), withCookie("w/", Reply("200 OK", acao("{U}"), acac)))...),
		sc("cookie/domain of a parent", api(jar(func(k *exchange.Cookie) { k.Domain, k.HostOnly, k.SameSite = "example.co.uk", false, "Lax" }), from("{U}"), to("{w}/"), at("w/", "", denied), withCookie("w/", Reply("200 OK", acao("{U}"), acac)))...),
		sc("cookie/domain of another host", api(jar(func(k *exchange.Cookie) { k.Domain, k.HostOnly = "example.net", false }), from("{U}"), to("{v}/"), at("v/", "", denied), withCookie("v/", Reply("200 OK", acao("{U}"), acac)))...),
		sc("cookie/path is a prefix", api(jar(func(k *exchange.Cookie) { k.Path = "/c" }))...),
		sc("cookie/same site after a detour over another", include(), jar(func(k *exchange.Cookie) { k.SameSite = "Lax" }), to("{s}/"), at("s/", "", denied),
			withCookie("s/", Reply("302 x", acaoO, acac, loc("{a}/"))), at("a/", "", Reply("302 x", acaoNull, acac, loc("{s}/2"))), at("s/2", "", Reply("401 x", acaoNull, acac, "X-Session: no", aceh("x-session"))), withCookie("s/2", Reply("200 OK", acaoNull, acac))),
		sc("cookie/own origin after a detour over another site", jar(func(k *exchange.Cookie) { k.SameSite = "Lax" }), to("{o}/"), at("o/", "", denied),
			withCookie("o/", Reply("302 x", loc("{a}/"))), at("a/", "", Reply("302 x", acaoAny, loc("{o}/2"))), at("o/2", "", Reply("401 x", acaoNull, "X-Session: no", aceh("x-session"))), withCookie("o/2", Reply("200 OK", acaoNull))),
		sc("cookie/no-cors carries by include", include(), mode("no-cors"), jar(nil), at("a/", "", Reply("200 OK", "Cross-Origin-Resource-Policy: same-origin")), withCookie("a/", Reply("200 OK"))),
		sc("cookie/no-cors carries none by default", mode("no-cors"), jar(nil), at("a/", "", Reply("200 OK", "Cross-Origin-Resource-Policy: same-origin")), withCookie("a/", Reply("200 OK"))),
		sc("cookie/set-cookie without SameSite on a redirect, from another site", include(), request("302 x", acaoO, acac, "Set-Cookie: s=1; Secure; Path={path}", loc("{a}/2")), at("a/2", "", denied), withCookie("a/2", granted)),
		sc("cookie/set-cookie on a redirect travels to the next hop", include(), request("302 x", acaoO, acac, "Set-Cookie: s=1; SameSite=None; Secure; Path={path}", loc("{a}/2")), at("a/2", "", denied), withCookie("a/2", granted)),
	)
}

// wireScenarios are answers that are odd on the wire.
func wireScenarios() []Scenario {
	raw := func(s string) option { return at("a/", "", s) }
	rawPre := func(s string) option { return at("a/", s, Reply("200 OK", acaoO)) }
	crlf := func(lines ...string) string { return strings.Join(lines, "\r\n") }
	return []Scenario{
		sc("wire/HTTP 1.0", raw(crlf("HTTP/1.0 200 OK", acaoO, "", "ok"))),
		sc("wire/no reason phrase", raw(crlf("HTTP/1.1 200", acaoO, "Content-Length: 2", "", "ok"))),
		sc("wire/long reason phrase", raw(crlf("HTTP/1.1 200 "+strings.Repeat("x", 500), acaoO, "Content-Length: 2", "", "ok"))),
		sc("wire/chunked", raw(crlf("HTTP/1.1 200 OK", acaoO, "Transfer-Encoding: chunked", "", "2", "ok", "0", "", ""))),
		sc("wire/no length", raw(crlf("HTTP/1.1 200 OK", acaoO, "Connection: close", "", "ok"))),
		sc("wire/bare line feeds", raw(strings.ReplaceAll(crlf("HTTP/1.1 200 OK", acaoO, "Content-Length: 2", "", "ok"), "\r\n", "\n"))),
		sc("wire/103 with headers, then 200 without", raw(crlf("HTTP/1.1 103 Early Hints", acaoO, "", "HTTP/1.1 200 OK", "Content-Length: 2", "", "ok"))),
		sc("wire/100 first", raw(crlf("HTTP/1.1 100 Continue", "", "HTTP/1.1 200 OK", acaoO, "Content-Length: 2", "", "ok"))),
		sc("wire/empty answer", at("a/", "", HangUp)),
		sc("wire/empty answer to the preflight", put(), at("a/", HangUp, Reply("200 OK", acaoO))),
		sc("wire/no HTTP", raw("hello, this is no HTTP at all, and it goes on for a while\r\n\r\n")),
		sc("wire/header cut", raw("HTTP/1.1 200 OK\r\nAccess-Control-Allow-Ori")),
		sc("wire/truncated body", raw(crlf("HTTP/1.1 200 OK", acaoO, "Content-Length: 20", "", "ok"))),
		sc("wire/truncated body without allow-origin", raw(crlf("HTTP/1.1 200 OK", "Content-Length: 20", "", "ok"))),
		sc("wire/body is no gzip", raw(crlf("HTTP/1.1 200 OK", acaoO, "Content-Encoding: gzip", "Content-Length: 2", "", "ok"))),
		sc("wire/unknown content encoding", raw(crlf("HTTP/1.1 200 OK", acaoO, "Content-Encoding: foo", "Content-Length: 2", "", "ok"))),
		sc("wire/100 with headers, then 200 without", raw(crlf("HTTP/1.1 100 Continue", acaoO, "", "HTTP/1.1 200 OK", "Content-Length: 2", "", "ok"))),
		sc("wire/meta http-equiv in the body", raw(crlf("HTTP/1.1 200 OK", "Content-Type: text/html", "Connection: close", "", `<meta http-equiv="Access-Control-Allow-Origin" content="*">`))),
		sc("wire/empty answer to a POST", method("POST"), body("x"), at("a/", "", HangUp)),
		sc("wire/empty answer to a PUT behind a good preflight", put(), at("a/", Reply("204 x", acaoO, acamPUT), HangUp)),
		sc("wire/trailer", raw(crlf("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", "Trailer: Access-Control-Allow-Origin", "", "2", "ok", "0", acaoO, "", ""))),
		sc("wire/preflight without length", put(), rawPre(crlf("HTTP/1.1 204 No Content", acaoO, acamPUT, "Connection: close", "", ""))),
		sc("wire/preflight chunked", put(), rawPre(crlf("HTTP/1.1 200 OK", acaoO, acamPUT, "Transfer-Encoding: chunked", "", "2", "ok", "0", "", ""))),
		sc("wire/preflight is no HTTP", put(), rawPre("nonsense, and a lot more of it to be sure that it is read\r\n\r\n")),
		sc("wire/preflight of HTTP 1.0", put(), rawPre(crlf("HTTP/1.0 200 OK", acaoO, acamPUT, "", ""))),
		sc("wire/preflight truncated body", put(), rawPre(crlf("HTTP/1.1 200 OK", acaoO, acamPUT, "Content-Length: 20", "", "ok"))),
		sc("wire/preflight with 103 first", put(), rawPre(crlf("HTTP/1.1 103 Early Hints", acaoAny, "", "HTTP/1.1 403 x", "Content-Length: 0", "", ""))),
		sc("wire/two content lengths", raw(crlf("HTTP/1.1 200 OK", acaoO, "Content-Length: 2", "Content-Length: 3", "", "ok"))),
		sc("wire/two equal content lengths", raw(crlf("HTTP/1.1 200 OK", acaoO, "Content-Length: 2", "Content-Length: 2", "", "ok"))),
		sc("wire/two content dispositions", raw(crlf("HTTP/1.1 200 OK", acaoO, "Content-Disposition: a", "Content-Disposition: b", "Content-Length: 2", "", "ok"))),
		sc("wire/two equal content dispositions", raw(crlf("HTTP/1.1 200 OK", acaoO, "Content-Disposition: a", "Content-Disposition: a", "Content-Length: 2", "", "ok"))),
		sc("wire/two content lengths without allow-origin", raw(crlf("HTTP/1.1 200 OK", "Content-Length: 2", "Content-Length: 3", "", "ok"))),
		sc("wire/two locations on a preflight", put(), rawPre(crlf("HTTP/1.1 302 x", acaoO, "Location: /a", "Location: /b", "Content-Length: 0", "", ""))),
		sc("wire/two locations on a 200", raw(crlf("HTTP/1.1 200 OK", acaoO, "Location: /a", "Location: /b", "Content-Length: 2", "", "ok"))),
		sc("wire/content length is no number", raw(crlf("HTTP/1.1 200 OK", acaoO, "Content-Length: x", "", "ok"))),
		sc("wire/content length and chunked", raw(crlf("HTTP/1.1 200 OK", acaoO, "Content-Length: 20", "Transfer-Encoding: chunked", "", "2", "ok", "0", "", ""))),
		sc("wire/bad chunks", raw(crlf("HTTP/1.1 200 OK", acaoO, "Transfer-Encoding: chunked", "", "zz", "ok", "", ""))),
		sc("wire/header name with a space inside", raw(crlf("HTTP/1.1 200 OK", "Access-Control Allow-Origin: *", "Content-Length: 2", "", "ok"))),
		sc("wire/empty header name", raw(crlf("HTTP/1.1 200 OK", ": x", acaoO, "Content-Length: 2", "", "ok"))),
		sc("wire/control byte in a value", raw(crlf("HTTP/1.1 200 OK", acaoO, "X-A: a\x01b", "Content-Length: 2", "", "ok"))),
		sc("wire/carriage return in a value", raw(crlf("HTTP/1.1 200 OK", "X-A: a\rAccess-Control-Allow-Origin: *", "Content-Length: 2", "", "ok"))),
		sc("wire/garbage before the status line", raw("\r\n"+crlf("HTTP/1.1 200 OK", acaoO, "Content-Length: 2", "", "ok"))),
		sc("wire/HTTP 2.0 in the status line", raw(crlf("HTTP/2.0 200 OK", acaoO, "Content-Length: 2", "", "ok"))),
		sc("wire/ICY", raw(crlf("ICY 200 OK", acaoO, "Content-Length: 2", "", "ok"))),
		sc("wire/101", raw(crlf("HTTP/1.1 101 Switching Protocols", acaoO, "Upgrade: x", "Connection: Upgrade", "", "ok"))),
		sc("wire/status line without status", raw(crlf("HTTP/1.1", acaoO, "Content-Length: 2", "", "ok"))),
		sc("wire/preflight 401 with a challenge", put(), rawPre(Reply("401 x", acaoO, acamPUT, `WWW-Authenticate: Basic realm="x"`))),
		sc("wire/preflight 407", put(), rawPre(Reply("407 x", acaoO, acamPUT, `Proxy-Authenticate: Basic realm="x"`))),
		sc("wire/preflight sets a cookie", put(), include(), rawPre(Reply("204 x", acaoO, acac, acamPUT, "Set-Cookie: p=1; SameSite=None; Secure")), at("a/", "", Reply("200 OK", acaoO, acac)), withCookie("a/", Reply("200 OK"))),
		sc("wire/NUL in a header", raw(crlf("HTTP/1.1 200 OK", acaoO, "X-A: a\x00b", "Content-Length: 2", "", "ok"))),
		sc("wire/folded header", raw(crlf("HTTP/1.1 200 OK", "Access-Control-Allow-Origin:", " {O}", "Content-Length: 2", "", "ok"))),
		sc("wire/space before the colon", raw(crlf("HTTP/1.1 200 OK", "Access-Control-Allow-Origin : {O}", "Content-Length: 2", "", "ok"))),
		sc("wire/line without a colon", raw(crlf("HTTP/1.1 200 OK", "nonsense", acaoO, "Content-Length: 2", "", "ok"))),
		sc("wire/status 000", raw(crlf("HTTP/1.1 000 x", acaoO, "Content-Length: 2", "", "ok"))),
		sc("wire/status of two digits", raw(crlf("HTTP/1.1 20 x", acaoO, "Content-Length: 2", "", "ok"))),
		sc("wire/lower-case http", raw(crlf("http/1.1 200 OK", acaoO, "Content-Length: 2", "", "ok"))),
		sc("wire/401 with a challenge", raw(Reply("401 x", acaoO, `WWW-Authenticate: Basic realm="x"`))),
		sc("wire/refresh header", raw(Reply("200 OK", acaoO, "Refresh: 0;url={b}/"))),
		sc("wire/headers of 100 lines", raw(Reply("200 OK", append(strings.Split(strings.Repeat("X-Many: 1\n", 99)+"X-Many: 1", "\n"), acaoO, aceh("x-many"))...))),
	}
}

// All are the written scenarios.
func All() (out []Scenario) {
	for _, group := range []func() []Scenario{
		allowOriginScenarios, allowCredentialsScenarios, allowMethodsScenarios, allowHeadersScenarios, exposeHeadersScenarios,
		requestHeaderScenarios, requestScenarios, statusScenarios, precedenceScenarios, redirectScenarios, cookieScenarios, wireScenarios,
		streamScenarios, workerScenarios, preloadScenarios,
	} {
		out = append(out, group()...)
	}
	return out
}
