package lab

import (
	"strings"
	"time"

	"corstui/diagnose/exchange"
)

// accessScenarios are Cloudflare Access in depth. Findings that follow from
// another one (the login redirect of a cookie that stayed at home) are errors
// as well: both are true, and a report folds one under the other.
var accessScenarios = []Scenario{
	{
		Name:  "access-session-expired-preflight",
		Shows: "The same with a header that needs a preflight: after the redirect the browser asks the login page by OPTIONS first.",
		Case:  exchange.Case{URL: "/api/me", Headers: header("X-Client", "web")},
		at:    sameOrigin,
		Truth: Truth{
			Layer: "access", Certain: true, BlockedAt: "preflight", Reason: "PreflightMissingAllowOriginHeader",
			Mistakes: []int{1}, Errors: []string{"access-session-expired"}, Assumes: []string{"no-session"},
		},
		build: func(b *builder) {
			b.protect()
			b.origin = app(noCORS(), routes{"/api/me": gives(me)})
		},
	},
	{
		Name:  "access-no-credentials",
		Shows: "The fetch does not ask for credentials, so the user's Access cookie stays at home and Access sends the login.",
		Case:  exchange.Case{URL: "/v1/me"},
		Truth: Truth{
			// No credentials would travel: who is logged in plays no part, and
			// nothing is assumed.
			Layer: "access", Certain: true, BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{1}, Errors: []string{"access-cookie-stays-home", "access-login-redirect"},
		},
		build: func(b *builder) {
			b.protect()
			b.origin = app(allowing(pageOrigin), api1())
		},
	},
	{
		Name:  "access-login-cross-site",
		Shows: "The API is on another site: even a logged-in user's Access cookie travels only where third-party cookies are on.",
		Case:  exchange.Case{URL: "/v1/me", Credentials: include},
		at:    crossSite,
		note:  "localhost and 127.0.0.1 stand for two sites.",
		Truth: Truth{
			Layer: "access", Certain: true, BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{1}, Errors: []string{"access-login-redirect"}, Assumes: []string{"no-session"},
		},
		build: func(b *builder) {
			b.protect()
			b.origin = app(allowing(pageOrigin).withCredentials(), api1())
		},
	},
	{
		Name:  "access-cookie-lax",
		Shows: "The user is logged in, but the Access cookie is SameSite=Lax and the API is on another site: it does not travel.",
		Case:  exchange.Case{URL: "/v1/me", Credentials: include},
		at:    crossSite,
		Truth: Truth{
			Layer: "access", Certain: true, BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{1}, Errors: []string{"access-cookie-stays-home", "access-login-redirect"},
		},
		build: func(b *builder) {
			b.protect()
			b.origin = app(allowing(pageOrigin).withCredentials(), api1())
		},
		session: func(s *site) session {
			return session{Cookies: []exchange.Cookie{{
				Name: "CF_Authorization", Value: s.team.appToken(audOf(s.host), time.Hour),
				HostOnly: true, Path: "/", Secure: true, HTTPOnly: true, SameSite: "Lax",
			}}}
		},
	},
	{
		Name:  "access-expired-token",
		Shows: "The user's Access token has expired, so the API on another origin answers with the login.",
		Case:  exchange.Case{URL: "/v1/me", Credentials: include},
		Truth: Truth{
			Layer: "access", Certain: true, BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{1}, Errors: []string{"access-session-expired"},
		},
		build: func(b *builder) {
			b.protect()
			b.origin = app(allowing(pageOrigin).withCredentials(), api1())
		},
		session: func(s *site) session {
			return session{AccessToken: s.team.appToken(audOf(s.host), -20*time.Minute)}
		},
	},
	{
		Name:  "access-wrong-audience",
		Shows: "The token is of another Access application: this one does not know it and sends the login.",
		Case:  exchange.Case{URL: "/v1/me", Credentials: include},
		Truth: Truth{
			Layer: "access", Certain: true, BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{1}, Errors: []string{"access-token-audience", "access-login-redirect"},
		},
		build: func(b *builder) {
			b.protect()
			b.origin = app(allowing(pageOrigin).withCredentials(), api1())
		},
		session: func(s *site) session {
			return session{AccessToken: s.team.appToken(audOf("wiki.example.com"), time.Hour)}
		},
	},
	{
		Name:  "access-global-token",
		Shows: "The token is the team's own (type org), which no application accepts.",
		Case:  exchange.Case{URL: "/v1/me", Credentials: include},
		Truth: Truth{
			Layer: "access", Certain: true, BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{1}, Errors: []string{"access-token-audience", "access-login-redirect"},
		},
		build: func(b *builder) {
			b.protect()
			b.origin = app(allowing(pageOrigin).withCredentials(), api1())
		},
		session: func(s *site) session { return session{AccessToken: s.team.globalToken()} },
	},
	{
		// The page is not blocked: it reads Access's 401 and can act on it. It
		// still has no answer of its API, so this is a warning with mistake 1.
		Name:  "access-401-xhr",
		Shows: "A page calls its own origin with X-Requested-With: Access answers 401, which the page can read and act on.",
		Case:  exchange.Case{URL: "/api/me", Headers: header("X-Requested-With", "XMLHttpRequest")},
		at:    sameOrigin,
		Truth: Truth{
			Layer: "access", Certain: true, Allowed: true,
			Mistakes: []int{1}, Warnings: []string{"access-unauthorized"}, Assumes: []string{"no-session"},
		},
		build: func(b *builder) {
			b.protect()
			b.origin = app(noCORS(), routes{"/api/me": gives(me)})
		},
	},
	{
		Name:  "access-service-auth-only",
		Shows: "The Access application has Service Auth policies alone: a person's browser gets 403, and no login helps.",
		Case:  exchange.Case{URL: "/v1/me", Credentials: include},
		Truth: Truth{
			Layer: "access", Certain: true, BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{1}, Errors: []string{"access-forbidden"}, Assumes: []string{"no-session"},
		},
		build: func(b *builder) {
			b.protect().allow = false
			b.origin = app(allowing(pageOrigin).withCredentials(), api1())
		},
	},
	{
		Name:  "access-service-auth-json",
		Shows: "The same for a page that asks for JSON: Access says its 403 as JSON, still without CORS headers.",
		Case:  exchange.Case{URL: "/v1/me", Headers: header("Accept", "application/json"), Credentials: include},
		Truth: Truth{
			Layer: "access", Certain: true, BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{1}, Errors: []string{"access-forbidden"}, Assumes: []string{"no-session"},
		},
		build: func(b *builder) {
			b.protect().allow = false
			b.origin = app(allowing(pageOrigin).withCredentials(), api1())
		},
	},
	{
		Name:  "access-service-auth-401",
		Shows: "Service Auth policies alone, and the setting that answers 401 in place of 403.",
		Case:  exchange.Case{URL: "/v1/me", Credentials: include},
		Truth: Truth{
			Layer: "access", Certain: true, BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{1}, Errors: []string{"access-unauthorized"}, Assumes: []string{"no-session"},
		},
		build: func(b *builder) {
			a := b.protect()
			a.allow, a.serviceAuth401 = false, true
			b.origin = app(allowing(pageOrigin).withCredentials(), api1())
		},
	},
	{
		Name:  "access-managed-oauth",
		Shows: "Managed OAuth is on: Access answers a script with 401 and a pointer to its OAuth server.",
		Case:  exchange.Case{URL: "/v1/me", Credentials: include},
		Truth: Truth{
			Layer: "access", Certain: true, BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{1}, Errors: []string{"access-unauthorized"}, Assumes: []string{"no-session"},
		},
		build: func(b *builder) {
			b.protect().managedOAuth = true
			b.origin = app(allowing(pageOrigin).withCredentials(), api1())
		},
	},
	{
		Name:  "access-service-token-rejected",
		Shows: "A service token travels with the request, its secret is wrong, and a strict organisation answers 401.",
		Case:  exchange.Case{URL: "/v1/me", Credentials: include},
		Truth: Truth{
			Layer: "access", Certain: true, BlockedAt: "request", Reason: "MissingAllowOriginHeader",
			Mistakes: []int{1}, Errors: []string{"access-service-token-rejected", "access-unauthorized"},
		},
		build: func(b *builder) {
			a := b.protect()
			a.serviceTokens = serviceTokens
			a.strict = true
			b.origin = app(allowing(pageOrigin).withCredentials(), api1())
		},
		session: func(*site) session {
			return session{ServiceTokenID: serviceTokenID, ServiceTokenSecret: strings.Repeat("0", 64)}
		},
	},
	{
		// Two things at once: the secret is public, and its headers force the
		// preflight that Access refuses.
		Name:  "access-service-token-in-page",
		Shows: "The page's script sends the service token: its secret is public, and its headers force a preflight that Access refuses.",
		Case: exchange.Case{URL: "/v1/me", Headers: header(
			"CF-Access-Client-Id", serviceTokenID, "CF-Access-Client-Secret", serviceTokens[serviceTokenID])},
		Truth: Truth{
			Layer: "access", Certain: true, BlockedAt: "preflight", Reason: "PreflightMissingAllowOriginHeader",
			Mistakes: []int{2}, Errors: []string{"access-preflight-refused"}, Warnings: []string{"access-service-token-in-page"},
		},
		build: func(b *builder) {
			b.protect().serviceTokens = serviceTokens
			b.origin = app(allowing(pageOrigin), api1())
		},
	},
}

// serviceTokenID and serviceTokens are the service token of the lab: invented,
// good for nothing outside it.
const serviceTokenID = "0f3b5c2d9a7e41f6b8c0d1e2f3a4b5c6.access"

var serviceTokens = map[string]string{
	serviceTokenID: "7d1f0a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7",
}
