package lab

import (
	"net/http"
	"time"

	"corstui/diagnose/exchange"
)

// rightScenarios are set-ups in which nothing is wrong: a finding here is a
// false alarm.
var rightScenarios = []Scenario{
	{
		Name:  "all-right-with-credentials",
		Shows: "A fetch with credentials, answered rightly: the origin by name, Allow-Credentials and Vary: Origin.",
		Case:  exchange.Case{URL: "/v1/me", Headers: header("X-Client", "web"), Credentials: include},
		Truth: Truth{Layer: "origin", Allowed: true},
		build: func(b *builder) { b.origin = app(allowing(pageOrigin).withCredentials(), api1()) },
	},
	{
		Name:  "logged-in-all-right",
		Shows: "Access as it should be: OPTIONS passes to the API, the user is logged in, and the API answers CORS.",
		Case:  exchange.Case{URL: "/v1/me", Headers: header("X-Client", "web"), Credentials: include},
		Truth: Truth{Layer: "origin", Allowed: true},
		build: func(b *builder) {
			b.protect().bypassOptions = true
			b.origin = app(allowing(pageOrigin).withCredentials(), api1())
		},
		session: loggedIn,
	},
	{
		Name:  "access-cors-settings-ok",
		Shows: "Access answers the preflight by its CORS settings, the user is logged in, and the API answers CORS too.",
		Case:  exchange.Case{URL: "/v1/me", Headers: header("X-Client", "web"), Credentials: include},
		Truth: Truth{Layer: "origin", Allowed: true},
		build: func(b *builder) {
			b.protect().cors = goodAccessCORS()
			b.origin = app(allowing(pageOrigin).withCredentials(), api1())
		},
		session: loggedIn,
	},
	{
		Name:  "service-token-ok",
		Shows: "A service token that the Service Auth policy lets in travels with the request.",
		Case:  exchange.Case{URL: "/v1/items", Credentials: include},
		Truth: Truth{Layer: "origin", Allowed: true},
		build: func(b *builder) {
			a := b.protect()
			a.allow, a.serviceTokens = false, serviceTokens
			b.origin = app(allowing(pageOrigin).withCredentials(), api1())
		},
		session: func(*site) session {
			return session{ServiceTokenID: serviceTokenID, ServiceTokenSecret: serviceTokens[serviceTokenID]}
		},
	},
	{
		Name:  "logged-in-cross-site-ok",
		Shows: "The API is on another site, and the user's Access cookie is SameSite=None: it travels where third-party cookies are on.",
		Case:  exchange.Case{URL: "/v1/items", Credentials: include},
		at:    crossSite,
		Truth: Truth{Layer: "origin", Allowed: true},
		build: func(b *builder) {
			b.protect()
			b.origin = app(allowing(pageOrigin).withCredentials(), api1())
		},
		session: func(s *site) session {
			return session{Cookies: []exchange.Cookie{{
				Name: "CF_Authorization", Value: s.team.appToken(audOf(s.host), time.Hour),
				HostOnly: true, Path: "/", Secure: true, HTTPOnly: true, SameSite: "None",
			}}}
		},
	},
	{
		// A Bypass application covers the path. Access does not, so nothing is
		// assumed about a session.
		Name:  "access-bypass-path-ok",
		Shows: "Access covers the host, and an application with a Bypass policy frees the public path.",
		Case:  exchange.Case{URL: "/v1/public/items", Headers: header("X-Client", "web"), Credentials: include},
		Truth: Truth{Layer: "origin", Allowed: true},
		build: func(b *builder) {
			b.protect().bypassPaths = []string{"/v1/public/"}
			b.origin = app(allowing(pageOrigin).withCredentials(), routes{"/v1/public/items": gives(items)})
		},
	},
	{
		// The POST itself goes out only with a yes, since it may change
		// something. As far as anything was sent, all is right.
		Name:  "post-after-preflight",
		Shows: "The preflight of a JSON POST passes; the POST itself is sent only with --allow-unsafe-methods.",
		Case: exchange.Case{URL: "/v1/items", Method: "POST",
			Headers: header("Content-Type", "application/json"), Body: jsonBody(`{"name":"Bolt"}`)},
		Truth: Truth{Layer: "origin", Allowed: true},
		build: func(b *builder) { b.origin = app(allowing(pageOrigin), api1()) },
	},
	{
		Name:  "same-origin-ok",
		Shows: "Page and API share an origin: no CORS header is needed, and none is there.",
		Case:  exchange.Case{URL: "/api/me", Headers: header("X-Client", "web")},
		at:    sameOrigin,
		Truth: Truth{Layer: "origin", Allowed: true},
		build: func(b *builder) { b.origin = app(noCORS(), routes{"/api/me": gives(me)}) },
	},
	{
		Name:  "public-wildcard-ok",
		Shows: "A public API without credentials: Access-Control-Allow-Origin: * is right there.",
		Case:  exchange.Case{URL: "/v1/items"},
		Truth: Truth{Layer: "origin", Allowed: true},
		build: func(b *builder) { b.origin = app(public(), api1()) },
	},
	{
		Name:  "headers-exposed-ok",
		Shows: "The page reads a header that the API exposes.",
		Case:  exchange.Case{URL: "/v1/items", ReadHeaders: []string{"X-Total-Count"}},
		Truth: Truth{Layer: "origin", Allowed: true},
		build: func(b *builder) {
			c := allowing(pageOrigin)
			c.expose = "X-Total-Count"
			b.origin = app(c, api1().with("/v1/items", gives(items, "X-Total-Count", "2")))
		},
	},
	{
		Name:  "error-with-cors-ok",
		Shows: "The app's 404 has its CORS headers: the page reads the error and can act on it.",
		Case:  exchange.Case{URL: "/v1/items/99"},
		Truth: Truth{Layer: "origin", Allowed: true},
		build: func(b *builder) { b.origin = app(allowing(pageOrigin), api1()) },
	},
	{
		Name:  "worker-ok",
		Shows: "A Worker on workers.dev that answers preflight and request rightly.",
		Case:  exchange.Case{URL: "/v1/items", Headers: header("X-Client", "web")},
		at:    workersDev,
		Truth: Truth{Layer: "worker", Certain: true, Allowed: true},
		build: func(b *builder) { b.worker = answers(app(allowing(pageOrigin), api1())) },
	},
	{
		Name:  "redirect-same-origin-ok",
		Shows: "The API redirects within its own origin, with CORS headers on the redirect and on its target.",
		Case:  exchange.Case{URL: "/v1/latest"},
		Truth: Truth{Layer: "origin", Allowed: true},
		build: func(b *builder) {
			b.origin = app(allowing(pageOrigin), api1().with("/v1/latest", func(*http.Request) *response {
				return reply(http.StatusFound, "", "Location", "/v1/items")
			}))
		},
	},
}
