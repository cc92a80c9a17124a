package difftest

import "strings"

// acaoLines are the ways in which a server can write Access-Control-Allow-Origin.
var acaoLines = []struct {
	name  string
	lines []string
}{
	{"absent", nil},
	{"any", []string{acaoAny}},
	{"the origin", []string{acaoO}},
	{"trailing slash", []string{acao("{O}/")}},
	{"upper-case host", []string{acao("https://APP.aa.test:{tls}")}},
	{"upper-case scheme", []string{acao("HTTPS://app.aa.test:{tls}")}},
	{"http", []string{acao("http://app.aa.test:{tls}")}},
	{"wrong port", []string{acao("https://app.aa.test:1")}},
	{"no port", []string{acao("https://app.aa.test")}},
	{"host only", []string{acao("app.aa.test")}},
	{"host and port only", []string{acao("app.aa.test:{tls}")}},
	{"sub-domain wildcard", []string{acao("https://*.aa.test")}},
	{"sub-domain wildcard without scheme", []string{acao("*.aa.test")}},
	{"null", []string{acaoNull}},
	{"NULL", []string{acao("NULL")}},
	{"empty", []string{acao("")}},
	{"only spaces", []string{"Access-Control-Allow-Origin:   \t "}},
	{"a word", []string{acao("foo")}},
	{"true", []string{acao("true")}},
	{"quoted", []string{acao(`"{O}"`)}},
	{"quoted wildcard", []string{acao(`"*"`)}},
	{"double wildcard", []string{acao("**")}},
	{"semicolon", []string{acao("{O};")}},
	{"trailing comma", []string{acao("{O},")}},
	{"leading comma", []string{acao(",{O}")}},
	{"origin twice in a line", []string{acao("{O}, {O}")}},
	{"two origins with a space", []string{acao("{O} {A}")}},
	{"two origins with a comma only", []string{acao("{O},{A}")}},
	{"wildcard twice in a line", []string{acao("*, *")}},
	{"two equal lines", []string{acaoO, acaoO}},
	{"two different lines", []string{acaoO, acao("{A}")}},
	{"wildcard and origin lines", []string{acaoAny, acaoO}},
	{"origin and empty line", []string{acaoO, acao("")}},
	{"two empty lines", []string{acao(""), acao("")}},
	{"surrounding spaces", []string{"Access-Control-Allow-Origin:   {O}  "}},
	{"surrounding tabs", []string{"Access-Control-Allow-Origin:\t{O}\t"}},
	{"padded wildcard", []string{"Access-Control-Allow-Origin: \t* \t"}},
	{"no space after the colon", []string{"Access-Control-Allow-Origin:{O}"}},
	{"lower-case name", []string{"access-control-allow-origin: {O}"}},
	{"vertical tab behind", []string{acao("{O}\v")}},
	{"form feed in front", []string{acao("\f{O}")}},
	{"no-break space behind", []string{acao("{O}\xa0")}},
	{"UTF-8 host", []string{acao("https://\xc3\xa4pp.test")}},
	{"userinfo", []string{acao("https://u:p@app.aa.test:{tls}")}},
	{"path", []string{acao("{O}/x")}},
	{"query", []string{acao("{O}?")}},
	{"fragment", []string{acao("{O}#")}},
	{"data URL", []string{acao("data:,")}},
	{"file URL", []string{acao("file://")}},
	{"scheme only", []string{acao("https://")}},
	{"scheme-relative", []string{acao("//app.aa.test:{tls}")}},
	{"port out of range", []string{acao("https://app.aa.test:99999")}},
	{"bracket", []string{acao("https://[app.aa.test")}},
	{"IPv6", []string{acao("https://[::1]:{tls}")}},
	{"percent in the host", []string{acao("https://app%20.test")}},
	{"another origin", []string{acao("{A}")}},
	{"template not filled in", []string{acao("${ORIGIN}")}},
	{"undefined", []string{acao("undefined")}},
	{"regular expression", []string{acao(`/\.aa\.test$/`)}},
	{"JSON list", []string{acao(`["{O}"]`)}},
}

func allowOriginScenarios() (out []Scenario) {
	for _, v := range acaoLines {
		out = append(out,
			sc("allow-origin/"+v.name, request("200 OK", v.lines...)),
			sc("allow-origin on preflight/"+v.name, put(), preflight("200 OK", append([]string{acamPUT}, v.lines...)...), request("200 OK", acaoO)))
	}
	// With credentials those that the plain request lets pass, and the kinds of
	// failure, once each.
	with := map[string]bool{"absent": true, "any": true, "the origin": true, "null": true, "empty": true, "wildcard twice in a line": true,
		"two equal lines": true, "trailing slash": true, "a word": true, "padded wildcard": true, "wildcard and origin lines": true}
	for _, v := range acaoLines {
		if !with[v.name] {
			continue
		}
		lines := append([]string{acac}, v.lines...)
		out = append(out,
			sc("allow-origin with credentials/"+v.name, include(), request("200 OK", lines...)),
			sc("allow-origin on preflight with credentials/"+v.name, include(), put(), preflight("200 OK", append(lines, acamPUT)...), request("200 OK", acaoO, acac)))
	}
	return out
}

// acacLines are the ways to write Access-Control-Allow-Credentials.
var acacLines = []struct {
	name  string
	lines []string
}{
	{"absent", nil},
	{"true", []string{acac}},
	{"True", []string{"Access-Control-Allow-Credentials: True"}},
	{"TRUE", []string{"Access-Control-Allow-Credentials: TRUE"}},
	{"1", []string{"Access-Control-Allow-Credentials: 1"}},
	{"false", []string{"Access-Control-Allow-Credentials: false"}},
	{"empty", []string{"Access-Control-Allow-Credentials:"}},
	{"quoted", []string{`Access-Control-Allow-Credentials: "true"`}},
	{"padded", []string{"Access-Control-Allow-Credentials: \t true \t"}},
	{"twice", []string{acac, acac}},
	{"true and false", []string{acac, "Access-Control-Allow-Credentials: false"}},
	{"semicolon", []string{"Access-Control-Allow-Credentials: true;"}},
	{"comma", []string{"Access-Control-Allow-Credentials: true,"}},
	{"star", []string{"Access-Control-Allow-Credentials: *"}},
	{"vertical tab", []string{"Access-Control-Allow-Credentials: true\v"}},
}

func allowCredentialsScenarios() (out []Scenario) {
	for _, v := range acacLines {
		lines := append([]string{acaoO}, v.lines...)
		out = append(out,
			sc("allow-credentials/"+v.name, include(), request("200 OK", lines...)),
			sc("allow-credentials on preflight/"+v.name, include(), put(), preflight("200 OK", append(lines, acamPUT)...), request("200 OK", acaoO, acac)))
	}
	return append(out,
		sc("allow-credentials/nonsense is ignored without credentials", request("200 OK", acaoO, "Access-Control-Allow-Credentials: no")),
		sc("allow-credentials/same-origin mode takes the wildcard", creds("same-origin"), request("200 OK", acaoAny)),
		sc("allow-credentials/omit takes the wildcard", creds("omit"), request("200 OK", acaoAny, acac)))
}

// methodLists are values of Access-Control-Allow-Methods for a PUT.
var methodLists = []struct {
	name  string
	lines []string
}{
	{"absent", nil},
	{"listed", []string{acam("PUT")}},
	{"among others", []string{acam("GET, PUT,DELETE")}},
	{"lower case", []string{acam("put")}},
	{"other methods", []string{acam("GET, POST")}},
	{"empty", []string{acam("")}},
	{"empty elements", []string{acam("GET,,PUT,")}},
	{"only commas", []string{acam(",,,")}},
	{"two lines", []string{acam("GET"), acam("PUT")}},
	{"star", []string{acam("*")}},
	{"star among others", []string{acam("GET, *")}},
	{"tabs", []string{acam("\tGET\t,\tPUT\t")}},
	{"space separated", []string{acam("GET PUT")}},
	{"semicolon", []string{acam("GET;PUT")}},
	{"quoted", []string{acam(`"PUT"`)}},
	{"comment", []string{acam("PUT (x)")}},
	{"at sign", []string{acam("PUT, @")}},
	{"slash", []string{acam("PUT, GET/POST")}},
	{"high byte", []string{acam("PUT, \xe9")}},
	{"vertical tab", []string{acam("PUT,\vGET")}},
	{"odd tokens", []string{acam("PUT, !#$%&'*+-.^_`|~9a")}},
	{"bad second line", []string{acam("PUT"), acam("a b")}},
	{"brackets", []string{acam("[PUT]")}},
	{"equals", []string{acam("PUT=1")}},
}

func allowMethodsScenarios() (out []Scenario) {
	for _, v := range methodLists {
		out = append(out, sc("allow-methods/"+v.name, put(), preflight("200 OK", append([]string{acaoO}, v.lines...)...), request("200 OK", acaoO)))
	}
	ok := func(m, list string, more ...option) []option {
		return append([]option{method(m), preflight("200 OK", acaoO, acac, acam(list)), request("200 OK", acaoO, acac)}, more...)
	}
	return append(out,
		sc("allow-methods/star with credentials", ok("PUT", "*", include())...),
		sc("allow-methods/star with credentials, method listed too", ok("PUT", "*, PUT", include())...),
		sc("allow-methods/method named star with credentials", ok("*", "*", include())...),
		sc("allow-methods/patch stays lower case", ok("patch", "PATCH")...),
		sc("allow-methods/patch listed in lower case", ok("patch", "patch")...),
		sc("allow-methods/Patch against star", ok("Patch", "*")...),
		sc("allow-methods/put is made PUT", ok("put", "PUT")...),
		sc("allow-methods/delete is made DELETE", ok("dElEtE", "DELETE")...),
		sc("allow-methods/OPTIONS must be listed", ok("OPTIONS", "GET")...),
		sc("allow-methods/OPTIONS listed", ok("options", "OPTIONS")...),
		sc("allow-methods/custom method", ok("QUERY", "QUERY")...),
		sc("allow-methods/custom method not listed", ok("QUERY", "GET, POST, PUT")...),
		sc("allow-methods/custom method in other case", ok("chicken", "CHICKEN")...),
		sc("allow-methods/odd token as method", ok("a.b-c", "a.b-c")...),
		sc("allow-methods/PROPFIND against star", ok("PROPFIND", "*")...),
		sc("allow-methods/GET need not be listed", ok("GET", "PUT", header("authorization", "x"), preflight("200 OK", acaoO, acam("PUT"), acah("authorization")))...),
		sc("allow-methods/POST need not be listed", ok("POST", "PUT", header("x-a", "1"), preflight("200 OK", acaoO, acam("PUT"), acahXA))...),
		sc("allow-methods/HEAD need not be listed", ok("HEAD", "PUT", header("x-a", "1"), preflight("200 OK", acaoO, acahXA), request("200 OK", acaoO))...),
		sc("allow-methods/bad syntax although not needed", ok("GET", "a b", header("x-a", "1"), preflight("200 OK", acaoO, acam("a b"), acahXA))...),
		sc("allow-methods/on the request's answer only", put(), preflight("200 OK", acaoO), request("200 OK", acaoO, acamPUT)),
	)
}

// headerLists are values of Access-Control-Allow-Headers for x-a and x-b.
var headerLists = []struct {
	name  string
	lines []string
}{
	{"absent", nil},
	{"both", []string{acah("x-a, x-b")}},
	{"other case", []string{acah("X-A,X-B")}},
	{"one missing", []string{acah("x-a")}},
	{"other missing", []string{acah("x-b, content-type")}},
	{"two lines", []string{acah("x-a"), acah("x-b")}},
	{"star", []string{acah("*")}},
	{"star and one", []string{acah("x-a, *")}},
	{"empty elements", []string{acah(",x-a,,x-b,")}},
	{"empty", []string{acah("")}},
	{"bad token beside", []string{acah("x-a, x-b, (x)")}},
	{"space separated", []string{acah("x-a x-b")}},
	{"quoted", []string{acah(`"x-a", "x-b"`)}},
	{"colon", []string{acah("x-a:, x-b")}},
	{"high byte", []string{acah("x-a, x-b, \xc3\xa4")}},
	{"trailing semicolon", []string{acah("x-a, x-b;")}},
	{"prefix star", []string{acah("x-*")}},
	{"bad second line", []string{acah("x-a, x-b"), acah("<>")}},
}

func allowHeadersScenarios() (out []Scenario) {
	for _, v := range headerLists {
		out = append(out, sc("allow-headers/"+v.name, header("X-A", "1"), header("x-b", "2"),
			preflight("200 OK", append([]string{acaoO}, v.lines...)...), request("200 OK", acaoO)))
	}
	ok := func(list string, more ...option) []option {
		return append([]option{preflight("200 OK", acaoO, acac, acamPUT, acah(list)), request("200 OK", acaoO, acac)}, more...)
	}
	return append(out,
		sc("allow-headers/star covers authorization in browsers", ok("*", header("Authorization", "Bearer x"))...),
		sc("allow-headers/star covers authorization beside others", ok("*", header("Authorization", "Bearer x"), header("x-a", "1"))...),
		sc("allow-headers/star with credentials", ok("*", header("x-a", "1"), include())...),
		sc("allow-headers/star with credentials, listed too", ok("*, x-a", header("x-a", "1"), include())...),
		sc("allow-headers/header named star with credentials", ok("*", header("*", "1"), include())...),
		sc("allow-headers/authorization with credentials and star", ok("*", header("authorization", "x"), include())...),
		sc("allow-headers/authorization listed", ok("Authorization", header("authorization", "x"))...),
		sc("allow-headers/content-type not listed", ok("x-a", method("POST"), body("{}"), header("Content-Type", "application/json"))...),
		sc("allow-headers/content-type listed", ok("Content-Type", method("POST"), body("{}"), header("Content-Type", "application/json"))...),
		sc("allow-headers/bad syntax although not needed", ok("a b", put())...),
		sc("allow-headers/several missing, in another order than sorted", ok("x-c", header("X-Z", "1"), header("X-A", "1"), header("X-M", "1"))...),
		sc("allow-headers/underscore is a token", ok("x_a", header("x_a", "1"))...),
		sc("allow-headers/safelisted header with a long value", ok("accept", header("Accept", strings.Repeat("a", 129)))...),
		sc("allow-headers/safelisted header with a long value not listed", ok("x-a", header("Accept", strings.Repeat("a", 129)))...),
		sc("allow-headers/on the request's answer only", header("x-a", "1"), preflight("200 OK", acaoO), request("200 OK", acaoO, acahXA)),
	)
}

// exposeLists are values of Access-Control-Expose-Headers over a fixed answer.
var exposeLists = []struct {
	name  string
	lines []string
}{
	{"absent", nil},
	{"one", []string{aceh("x-one")}},
	{"other case", []string{aceh("X-ONE, etag")}},
	{"not there", []string{aceh("x-nowhere")}},
	{"star", []string{aceh("*")}},
	{"star among others", []string{aceh("x-one, *")}},
	{"two lines", []string{aceh("x-one"), aceh("x-two")}},
	{"empty", []string{aceh("")}},
	{"empty elements", []string{aceh(",x-one,,x-two,")}},
	{"quoted name", []string{aceh(`x-one, "x-two"`)}},
	{"space", []string{aceh("x-one x-two")}},
	{"semicolon", []string{aceh("x-one; x-two")}},
	{"at sign", []string{aceh("x-one, @")}},
	{"bad second line", []string{aceh("x-one"), aceh("a b")}},
	{"set-cookie", []string{aceh("set-cookie, x-one")}},
	{"itself", []string{aceh("access-control-expose-headers, access-control-allow-origin")}},
	{"tabs", []string{aceh("\tx-one\t,\tx-two")}},
	{"vertical tab", []string{aceh("x-one\v")}},
	{"high byte", []string{aceh("x-one, \xe9")}},
	{"null", []string{aceh("null")}},
}

func exposeHeadersScenarios() (out []Scenario) {
	fixed := []string{"X-One: 1", "X-Two: 2", "X-Two: 22", "ETag: x", "Cache-Control: no-store", "Content-Language: en", "Content-Type: text/plain",
		"Expires: 0", "Last-Modified: x", "Pragma: no-cache", "Date: x", "Server: x", "Vary: Origin", "Retry-After: 1", "Set-Cookie: a=1", "Link: <x>", "WWW-Authenticate: x"}
	for _, v := range exposeLists {
		lines := append(append([]string{acaoO, acac}, fixed...), v.lines...)
		out = append(out, sc("expose-headers/"+v.name, request("200 OK", lines...)))
		if strings.HasPrefix(v.name, "star") || v.name == "one" || v.name == "set-cookie" {
			out = append(out, sc("expose-headers with credentials/"+v.name, include(), request("200 OK", lines...)))
		}
	}
	return append(out,
		sc("expose-headers/same origin reads all but cookies", to("{o}/"), at("o/", "", Reply("200 OK", fixed...))),
		sc("expose-headers/on the preflight's answer only", put(), preflight("200 OK", acaoO, acamPUT, aceh("x-one")), request("200 OK", acaoO, "X-One: 1")),
		sc("expose-headers/on the redirect only", request("302 Found", acaoO, aceh("x-one"), loc("{a}/2")), at("a/2", "", Reply("200 OK", acaoO, "X-One: 1"))),
		sc("expose-headers/header with an empty value", request("200 OK", acaoO, "X-One:", aceh("x-one"))),
		sc("expose-headers/header named star with credentials", include(), request("200 OK", acaoO, acac, "*: 1", "X-One: 1", aceh("*"))),
		sc("expose-headers/lower-case safelisted names", request("200 OK", acaoO, "cache-control: no-store", "expires: 0")),
		sc("expose-headers/on a 404", request("404 Not Found", acaoO, "X-One: 1", aceh("x-one"))),
	)
}
