package difftest

import "corstui/diagnose/exchange"

// ThirdParty are scenarios about a cookie that the browser holds before the page
// asks, where page and API are of one site or of two. The answer can be read with
// the cookie and without; what is compared is whether it came.
func ThirdParty() []Scenario {
	jar := func(more ...func(*exchange.Cookie)) option {
		k := exchange.Cookie{Name: "sid", Value: "1", HostOnly: true, Secure: true, SameSite: "None"}
		for _, f := range more {
			f(&k)
		}
		return cookie(k)
	}
	lax := func(k *exchange.Cookie) { k.SameSite = "Lax" }
	// of asks the place of a letter from a page.
	of := func(letter, page string, more ...option) []option {
		place := letter + "/"
		return append([]option{include(), from(page), to("{" + letter + "}/"), at(place, "", Reply("401 x", acao(page), acac, "X-Session: no", aceh("x-session"))),
			withCookie(place, Reply("200 OK", acao(page), acac))}, more...)
	}
	return []Scenario{
		sc("third-party/another site", of("a", "{O}", jar())...),
		sc("third-party/a sibling", of("s", "{O}", jar())...),
		sc("third-party/a sibling, Lax", of("s", "{O}", jar(lax))...),
		sc("third-party/a sibling over another scheme", of("s", "{HO}", jar())...),
		sc("third-party/its own host over another scheme", of("o", "{HO}", jar())...),
		sc("third-party/two tenants of a public suffix", of("q", "{P}", jar())...),
		sc("third-party/one site below co.uk", of("v", "{U}", jar())...),
		sc("third-party/an opaque page", of("a", "null", jar())...),
		sc("third-party/two cookies, one of them Lax", of("a", "{O}", jar(), jar(func(k *exchange.Cookie) { k.Name, k.SameSite = "lax", "Lax" }))...),
		sc("third-party/SameSite not known", of("a", "{O}", jar(func(k *exchange.Cookie) { k.SameSite = "" }))...),
		sc("third-party/by default no credentials", of("a", "{O}", jar(), creds(exchange.CredentialsSameOrigin))...),
		sc("third-party/the preflight passes without it", of("a", "{O}", jar(), put(), preflight("204 x", acaoO, acac, acamPUT))...),
		sc("third-party/to another site and back", of("s", "{O}", jar(), withCookie("s/", Reply("302 x", acaoO, acac, loc("{a}/"))),
			at("a/", "", Reply("302 x", acaoNull, acac, loc("{s}/2"))), at("s/2", "", Reply("401 x", acaoNull, acac)), withCookie("s/2", Reply("200 OK", acaoNull, acac)))...),
	}
}

// Partitioned are scenarios of the same kind about a cookie that is kept in the
// partition of a page's site, as a cookie of CHIPS is.
func Partitioned() []Scenario {
	of := func(letter, page, partition string) []option {
		place := letter + "/"
		return []option{include(), from(page), to("{" + letter + "}/"), at(place, "", Reply("401 x", acao(page), acac)), withCookie(place, Reply("200 OK", acao(page), acac)),
			cookie(exchange.Cookie{Name: "sid", Value: "1", HostOnly: true, Secure: true, SameSite: "None", Partition: partition})}
	}
	return []Scenario{
		sc("partitioned/of the page's site", of("a", "{O}", "https://aa.test")...),
		sc("partitioned/of another page's site", of("a", "{O}", "https://cc.test")...),
		sc("partitioned/of the page's domain over another scheme", of("a", "{O}", "http://aa.test")...),
		sc("partitioned/of the cookie's own site", of("a", "{O}", "https://bb.test")...),
		sc("partitioned/of the page's site, to a sibling", of("s", "{O}", "https://aa.test")...),
		sc("partitioned/of a page over http", of("a", "{HO}", "http://aa.test")...),
	}
}
