package lab

import (
	"net/http"
	"strings"
	"sync"
	"time"
)

// waf are the security rules of a zone, in their order. The first that matches
// and answers ends the rest, and nothing behind sees the request.
type waf struct{ rules []wafRule }

// wafRule is one rule.
type wafRule struct {
	when   func(*http.Request) bool
	limit  *rateLimit // if set, the rule answers only above it
	answer handler
}

func (f *waf) wrap(next handler) handler {
	return func(r *http.Request) *response {
		for _, rule := range f.rules {
			if rule.when(r) && (rule.limit == nil || rule.limit.over(time.Now())) {
				return rule.answer(r)
			}
		}
		return next(r)
	}
}

// answers says whether one of the rules matches a request. It counts nothing.
func (f *waf) answers(r *http.Request) bool {
	for _, rule := range f.rules {
		if rule.when(r) {
			return true
		}
	}
	return false
}

// skipPreflights puts a skip rule before all others, as Cloudflare's page "Skip
// options" describes it.
func (f waf) skipPreflights() *waf {
	var rules []wafRule
	for _, rule := range f.rules {
		when := rule.when
		rule.when = func(r *http.Request) bool { return !(isPreflight(r) && r.Header.Get("Origin") != "") && when(r) }
		rules = append(rules, rule)
	}
	return &waf{rules}
}

// rateLimit is a rate limiting rule: so many requests in a period, counted from
// the first.
type rateLimit struct {
	requests int
	period   time.Duration

	mu    sync.Mutex
	since time.Time
	n     int
}

// over counts a request and says whether it is above the limit.
func (l *rateLimit) over(now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Sub(l.since) >= l.period {
		l.since, l.n = now, 0
	}
	l.n++
	return l.n > l.requests
}

// Conditions of rules.

func always(*http.Request) bool { return true }

// api matches the paths of the API, and not Cloudflare's own.
func api(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/v1/") }

func preflights(r *http.Request) bool { return isPreflight(r) }

// clientHints are the client hint headers that a challenge asks for.
const clientHints = "Sec-CH-UA-Bitness, Sec-CH-UA-Arch, Sec-CH-UA-Full-Version, Sec-CH-UA-Mobile, Sec-CH-UA-Model, Sec-CH-UA-Platform-Version, Sec-CH-UA-Full-Version-List, Sec-CH-UA-Platform, Sec-CH-UA, UA-Bitness, UA-Arch, UA-Full-Version, UA-Mobile, UA-Model, UA-Platform-Version, UA-Platform, UA"

// challenge is a challenge page: of type managed, non-interactive or
// interactive.
func challenge(kind string) handler {
	return func(r *http.Request) *response {
		id := ray(r)
		body := `<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title><meta http-equiv="Content-Type" content="text/html; charset=UTF-8"><meta name="robots" content="noindex,nofollow"><meta http-equiv="refresh" content="360"></head><body><div class="main-wrapper" role="main"><div class="main-content"><noscript><div class="h2"><span id="challenge-error-text">Enable JavaScript and cookies to continue</span></div></noscript></div></div><script>(function(){window._cf_chl_opt = {cvId: '3',cZone: '` + hostOf(r) + `',cType: '` + kind + `',cRay: '` + id + `',cH: '` + nonce() + `',cUPMDTk: '` + oneLine(jsText(r.URL.RequestURI())) + `'};var a = document.createElement('script');a.src = '/cdn-cgi/challenge-platform/h/g/orchestrate/chl_page/v1?ray=` + id + `';document.getElementsByTagName('head')[0].appendChild(a);}());</script></body></html>`
		res := reply(http.StatusForbidden, body,
			"Content-Type", "text/html; charset=UTF-8",
			"Cf-Mitigated", "challenge",
			"Accept-Ch", clientHints, "Critical-Ch", clientHints,
			"Cross-Origin-Embedder-Policy", "require-corp",
			"Cross-Origin-Opener-Policy", "same-origin",
			"Cross-Origin-Resource-Policy", "same-origin",
			"Origin-Agent-Cluster", "?1",
			"Permissions-Policy", "accelerometer=(),camera=(),geolocation=(),gyroscope=(),microphone=(),payment=(),usb=()",
			"Referrer-Policy", "same-origin",
			"Server-Timing", `chlray;desc="`+id+`"`,
			"X-Content-Type-Options", "nosniff",
			"X-Frame-Options", "SAMEORIGIN")
		set(res, noStore...)
		return res
	}
}

// jsText makes a string harmless between single quotes in a script.
func jsText(s string) string {
	return strings.NewReplacer(`\`, `\\`, `'`, `\'`, `<`, `\u003c`, `>`, `\u003e`, "&", `\u0026`).Replace(s)
}

// blockPage is "Sorry, you have been blocked".
func blockPage(r *http.Request) *response {
	body := `<!DOCTYPE html>
<!--[if lt IE 7]> <html class="no-js ie6 oldie" lang="en-US"> <![endif]-->
<!--[if IE 7]>    <html class="no-js ie7 oldie" lang="en-US"> <![endif]-->
<!--[if gt IE 8]><!--> <html class="no-js" lang="en-US"> <!--<![endif]-->
<head>
<title>Attention Required! | Cloudflare</title>
<meta charset="UTF-8" />
<link rel="stylesheet" id="cf_styles-css" href="/cdn-cgi/styles/cf.errors.css" />
</head>
<body>
<div id="cf-wrapper"><div id="cf-error-details" class="cf-error-details-wrapper">
<h1 data-translate="block_headline">Sorry, you have been blocked</h1>
<h2 class="cf-subheadline"><span data-translate="unable_to_access">You are unable to access</span> ` + hostOf(r) + `</h2>
<div class="cf-error-footer"><p><span>Cloudflare Ray ID: <strong>` + ray(r) + `</strong></span></p></div>
</div></div>
</body>
</html>
`
	return reply(http.StatusForbidden, body,
		"Content-Type", "text/html; charset=UTF-8", "X-Frame-Options", "SAMEORIGIN", "Referrer-Policy", "same-origin",
		"Cache-Control", "max-age=15", "Expires", time.Now().Add(15*time.Second).UTC().Format(http.TimeFormat))
}

// short is the short form of one of the WAF's errors.
func short(code int) handler { return func(r *http.Request) *response { return errorText(r, code) } }

// custom is a rule's own response: nothing in it says who made it.
func custom(status int, contentType, body string) handler {
	return func(*http.Request) *response { return reply(status, body, "Content-Type", contentType) }
}

// customPage is a zone's own error page in front of an answer of the WAF: no
// mark is left, but for a client without accept-encoding Cloudflare leaves it
// out ("Custom Errors").
func customPage(inner handler) handler {
	return func(r *http.Request) *response {
		if r.Header.Get("Accept-Encoding") == "" {
			return inner(r)
		}
		res := inner(r)
		return reply(res.status, page("Not available", "<h1>This is not available to you</h1><p>Please write to support@example.com.</p>"), "Content-Type", "text/html; charset=UTF-8")
	}
}
