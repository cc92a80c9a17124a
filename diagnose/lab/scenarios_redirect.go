package lab

import (
	"net/http"

	"corstui/diagnose/exchange"
)

// redirectScenarios are redirects, logins that are not Access, and cookies that
// do not travel.
var redirectScenarios = []Scenario{
	{
		Name:  "redirect-slash-without-cors",
		Shows: "The router redirects /v1/items to /v1/items/ before the CORS middleware: the redirect has no CORS headers.",
		Case:  exchange.Case{URL: "/v1/items"},
		Truth: Truth{
			Layer: "origin", BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Errors: []string{"redirect-trailing-slash"},
		},
		mend: func(c *exchange.Case) { c.URL += "/" },
		build: func(b *builder) {
			b.origin = addSlash("/v1/items", http.StatusTemporaryRedirect, app(allowing(pageOrigin), routes{"/v1/items/": gives(items)}))
		},
	},
	{
		Name:  "redirect-to-http",
		Shows: "The app does not know that it is behind https and redirects to http://: the browser refuses mixed content.",
		Case:  exchange.Case{URL: "/v1/items"},
		Truth: Truth{
			Layer: "origin", BlockedAt: "redirect",
			Errors: []string{"redirect-to-http"},
		},
		note: "this page stands on http itself, so nothing is mixed and the redirect is followed.",
		mend: func(c *exchange.Case) { c.URL += "/" },
		build: func(b *builder) {
			b.origin = app(allowing(pageOrigin), routes{"/v1/items/": gives(items), "/v1/items": func(*http.Request) *response {
				return reply(http.StatusMovedPermanently, "", "Location", "http://"+b.host+"/v1/items/")
			}})
		},
	},
	{
		Name:  "redirect-to-other-origin",
		Shows: "The API redirects to a third origin: from there on the browser says Origin: null, which nobody allows.",
		Case:  exchange.Case{URL: "/v1/files/7"},
		Truth: Truth{
			Layer: "origin", BlockedAt: "redirect", Reason: "MissingAllowOriginHeader",
			Errors: []string{"redirect-origin-null"},
		},
		mend: func(c *exchange.Case) { c.URL = "https://redirect-to-other-origin.files.example.net/7" },
		build: func(b *builder) {
			other := b.site(b.name + ".files.example.net")
			other.origin = app(allowing(pageOrigin), routes{"/7": gives(items)})
			b.origin = app(allowing(pageOrigin), api1().with("/v1/files/7", func(*http.Request) *response {
				return reply(http.StatusFound, "", "Location", "https://"+other.host+"/7")
			}))
		},
	},
	{
		// The words of the path say login, and nothing of Access is there.
		Name:  "app-own-login",
		Shows: "The app redirects to its own /login, without CORS headers: a login, and not Cloudflare Access.",
		Case:  exchange.Case{URL: "/v1/me", Credentials: include},
		Truth: Truth{
			Layer: "origin", BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Errors: []string{"redirect-without-cors"},
		},
		build: func(b *builder) {
			b.origin = app(noCORS(), routes{"/v1/me": func(*http.Request) *response {
				return reply(http.StatusFound, "", "Location", "/login?next=/v1/me", "Set-Cookie", "sid="+nonce()+"; Path=/; Secure; HttpOnly; SameSite=Lax")
			}, "/login": func(*http.Request) *response {
				return reply(200, page("Log in", "<h1>Log in</h1>"), "Content-Type", "text/html; charset=utf-8")
			}})
		},
	},
	{
		Name:  "own-login-session-ended",
		Shows: "A page calls its own origin after the app's session ended, and is redirected to a login on another origin that is not Access.",
		Case:  exchange.Case{URL: "/api/me"},
		at:    sameOrigin,
		Truth: Truth{
			Layer: "origin", BlockedAt: "redirect", Reason: "MissingAllowOriginHeader",
			Errors: []string{"same-origin-session-ended"},
		},
		// The user reloads the page and logs in again.
		mend: func(c *exchange.Case) {
			c.Session.Cookies = append(c.Session.Cookies, exchange.Cookie{Name: "sid", Value: "new-lab-session", HostOnly: true, Secure: true})
		},
		build: func(b *builder) {
			login := b.site(b.name + ".login.example.com")
			login.origin = func(*http.Request) *response {
				return reply(200, page("Log in", "<h1>Log in</h1>"), "Content-Type", "text/html; charset=utf-8")
			}
			b.origin = app(noCORS(), routes{"/api/me": func(r *http.Request) *response {
				if _, err := r.Cookie("sid"); err == nil {
					return reply(http.StatusOK, `{"name":"Kim"}`, "Content-Type", "application/json")
				}
				return reply(http.StatusFound, "", "Location", "https://"+login.host+"/login?next=%2Fapi%2Fme")
			}})
		},
	},
	{
		Name:  "cookie-stays-home",
		Shows: "The app's session cookie is SameSite=Lax and the API is on another site: the app sees a stranger and says 401.",
		Case:  exchange.Case{URL: "/v1/me", Credentials: include},
		at:    crossSite,
		Truth: Truth{
			Layer: "origin", Allowed: true,
			Warnings: []string{"cookie-stays-home"},
		},
		build: func(b *builder) {
			b.origin = app(allowing(pageOrigin).withCredentials(), api1().with("/v1/me", func(r *http.Request) *response {
				if _, err := r.Cookie("sid"); err != nil {
					return problem(http.StatusUnauthorized, "not logged in")
				}
				return gives(me)(r)
			}))
		},
		session: func(*site) session {
			return session{Cookies: []exchange.Cookie{{Name: "sid", Value: "4f1c9e7b2a6d", HostOnly: true, Path: "/", Secure: true, HTTPOnly: true, SameSite: "Lax"}}}
		},
	},
}
