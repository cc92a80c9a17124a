package difftest

import "corstui/diagnose/exchange"

// stream gives the body as a ReadableStream.
func stream(text string) option {
	return func(s *Scenario) { s.Case.Method, s.Case.Body, s.Case.BodyStream = "POST", &text, true }
}

// worker puts a service worker in front of the page that lets everything pass.
func worker() option { return func(s *Scenario) { s.Case.ServiceWorker = true } }

// preload asks by <link rel="preload" as="fetch" crossorigin>.
func preload() option { return func(s *Scenario) { s.Case.Initiator = exchange.InitiatorLink } }

// streamScenarios are bodies that are streams, over HTTP/1.1.
func streamScenarios() []Scenario {
	return []Scenario{
		sc("stream/the preflight refuses", stream("x"), preflight("403 x"), request("200 OK", acaoO)),
		sc("stream/the preflight passes", stream("x"), preflight("204 x", acaoO), request("200 OK", acaoO, "X-A: 1", aceh("x-a"))),
		sc("stream/the request's answer lacks allow-origin", stream("x"), preflight("204 x", acaoO), request("200 OK")),
		sc("stream/to the page's own origin", stream("x"), to("{o}/"), at("o/", "", Reply("200 OK", "X-A: 1"))),
		sc("stream/with a content type", stream("{}"), header("content-type", "application/json"), preflight("204 x", acaoO), request("200 OK", acaoO)),
		sc("stream/with PUT", stream("x"), put(), preflight("204 x", acaoO), request("200 OK", acaoO)),
		sc("stream/with GET", stream("x"), method("GET"), request("200 OK", acaoO)),
		sc("stream/no-cors", stream("x"), mode("no-cors"), request("200 OK", acaoO)),
		sc("stream/to plain http", stream("x"), from("{HO}"), to("{ha}/"), preflight("204 x", acao("{HO}")), request("200 OK", acao("{HO}"))),
		sc("stream/nobody listens", stream("x"), to("https://refused.test:1234/")),
	}
}

// workerScenarios are requests of a page that a service worker controls.
func workerScenarios() []Scenario {
	return []Scenario{
		sc("service worker/GET", worker(), request("200 OK", acaoO, "X-A: 1", aceh("x-a"))),
		sc("service worker/GET without allow-origin", worker(), request("200 OK")),
		sc("service worker/PUT, the preflight passes", worker(), put(), preflight("204 x", acaoO, acamPUT), request("200 OK", acaoO)),
		sc("service worker/PUT, the preflight refuses", worker(), put(), preflight("403 x"), request("200 OK", acaoO)),
		sc("service worker/PUT, neither has allow-origin", worker(), put(), preflight("403 x"), request("200 OK")),
		sc("service worker/DELETE, the preflight refuses", worker(), method("DELETE"), preflight("403 x"), request("200 OK", acaoO)),
		sc("service worker/custom header, the preflight refuses", worker(), header("x-a", "1"), preflight("403 x"), request("200 OK", acaoO)),
		sc("service worker/JSON with credentials, the preflight refuses", worker(), include(), method("POST"), body("{}"), header("content-type", "application/json"), preflight("403 x"), request("200 OK", acaoO, acac)),
		sc("service worker/PUT to a third origin by a redirect", worker(), put(), preflight("204 x", acaoO, acamPUT), request("307 x", acaoO, loc("{b}/")), at("b/", Reply("403 x"), Reply("200 OK", acaoAny))),
		sc("service worker/PUT made GET by a redirect", worker(), put(), preflight("204 x", acaoO, acamPUT), request("303 x", acaoO, loc("{a}/2")), at("a/2", Reply("403 x"), Reply("200 OK", acaoO))),
		sc("service worker/custom header, redirected", worker(), header("x-a", "1"), preflight("204 x", acaoO, acahXA), request("302 x", acaoO, loc("{a}/2")), at("a/2", Reply("403 x"), Reply("200 OK", acaoO))),
		sc("service worker/GET, redirected", worker(), request("302 x", acaoO, loc("{a}/2")), at("a/2", Reply("403 x"), Reply("200 OK", acaoO))),
		sc("service worker/PUT with redirect manual", worker(), put(), redirect("manual"), preflight("403 x"), request("302 x", acaoO, loc("{a}/2"))),
		sc("service worker/no-cors", worker(), mode("no-cors"), request("200 OK")),
		sc("service worker/PUT to the page's own origin", worker(), put(), to("{o}/"), at("o/", Reply("500 x"), Reply("200 OK"))),
		sc("service worker/PUT from the page's own origin to the API", worker(), put(), to("{o}/"), at("o/", "", Reply("307 x", loc("{a}/"))), preflight("403 x"), request("200 OK", acaoO)),
	}
}

// preloadScenarios are requests of an element.
func preloadScenarios() []Scenario {
	return []Scenario{
		sc("preload/allowed", preload(), request("200 OK", acaoO)),
		sc("preload/any", preload(), request("200 OK", acaoAny)),
		sc("preload/without allow-origin", preload(), request("200 OK")),
		sc("preload/another origin", preload(), request("200 OK", acao("{A}"))),
		sc("preload/404 with allow-origin", preload(), request("404 x", acaoO)),
		sc("preload/403 without allow-origin", preload(), request("403 x")),
		sc("preload/with credentials", preload(), include(), request("200 OK", acaoO, acac)),
		sc("preload/any with credentials", preload(), include(), request("200 OK", acaoAny, acac)),
		sc("preload/same origin", preload(), to("{o}/"), at("o/", "", Reply("200 OK"))),
		sc("preload/redirected to a login", preload(), request("302 x", loc("{b}/login")), at("b/login", "", Reply("200 OK"))),
		sc("preload/redirected to a third origin", preload(), request("302 x", acaoO, loc("{b}/")), at("b/", "", Reply("200 OK", acaoAny))),
		sc("preload/redirected to a third origin that names the page", preload(), request("302 x", acaoO, loc("{b}/")), at("b/", "", Reply("200 OK", acaoO))),
		sc("preload/mixed content", preload(), to("{ha}/"), request("200 OK", acaoAny)),
		sc("preload/nobody listens", preload(), to("https://refused.test:1234/")),
		sc("preload/500 with allow-origin", preload(), request("500 x", acaoO)),
		sc("preload/300 with allow-origin", preload(), request("300 x", acaoO)),
		sc("preload/206 with allow-origin", preload(), request("206 x", acaoO)),
		sc("preload/407", preload(), request("407 x", acaoO)),
	}
}

// LocalNetwork are scenarios of Local Network Access: a page of the public space,
// the server's TLS port in the space loopback, and its plain one in the space
// local.
func LocalNetwork() []Scenario {
	lna := func(target exchange.AddressSpace, state exchange.PermissionState) option {
		return func(s *Scenario) {
			s.Case.LocalNetwork = &exchange.LocalNetwork{Page: exchange.SpacePublic, Target: target, Permission: state}
		}
	}
	const loopback, local = exchange.SpaceLoopback, exchange.SpaceLocal
	const granted, denied, prompt = exchange.PermissionGranted, exchange.PermissionDenied, exchange.PermissionPrompt
	return []Scenario{
		sc("local network/granted", lna(loopback, granted), request("200 OK", acaoAny, "X-A: 1", aceh("x-a"))),
		sc("local network/granted, without allow-origin", lna(loopback, granted), request("200 OK")),
		sc("local network/granted, PUT", lna(loopback, granted), put(), preflight("204 x", acaoAny, acamPUT), request("200 OK", acaoAny)),
		sc("local network/denied", lna(loopback, denied), request("200 OK", acaoAny)),
		sc("local network/denied, without allow-origin", lna(loopback, denied), request("200 OK")),
		sc("local network/denied, PUT", lna(loopback, denied), put(), preflight("204 x", acaoAny, acamPUT), request("200 OK", acaoAny)),
		sc("local network/denied, no-cors", lna(loopback, denied), mode("no-cors"), request("200 OK")),
		sc("local network/denied, preload", lna(loopback, denied), preload(), request("200 OK", acaoAny)),
		sc("local network/nobody answers the prompt", lna(loopback, prompt), request("200 OK", acaoAny)),
		sc("local network/a page on http, granted", from("{HO}"), to("{ha}/"), lna(local, granted), request("200 OK", acaoAny)),
		sc("local network/a page on http, denied", from("{HO}"), to("{ha}/"), lna(local, denied), request("200 OK", acaoAny)),
	}
}
