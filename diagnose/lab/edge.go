package lab

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// noStore are the headers of everything that Cloudflare makes up by itself.
var noStore = []string{
	"Cache-Control", "private, max-age=0, no-store, no-cache, must-revalidate, post-check=0, pre-check=0",
	"Expires", "Thu, 01 Jan 1970 00:00:01 GMT",
}

// signed is the short page of Cloudflare's front end, to the byte: a 301 has
// 167 bytes, a 302 has 143.
func signed(status int, text string) *response {
	title := strconv.Itoa(status) + " " + text
	body := "<html>\r\n<head><title>" + title + "</title></head>\r\n<body>\r\n<center><h1>" + title + "</h1></center>\r\n<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n"
	return reply(status, body, "Content-Type", "text/html")
}

// redirects are Single Redirects: they look before everything else.
type redirects struct {
	// to returns where a request is sent, and with which status; 0 lets it pass.
	to func(*http.Request) (status int, location string)
}

func (d *redirects) wrap(next handler) handler {
	return func(r *http.Request) *response {
		status, location := d.to(r)
		if status == 0 {
			return next(r)
		}
		a := signed(status, http.StatusText(status))
		a.header.Set("Location", location)
		a.header.Set("Cache-Control", "max-age=3600")
		a.header.Set("Expires", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat))
		a.header.Set("Server-Timing", "cfEdge;dur=4,cfOrigin;dur=0")
		return a
	}
}

// edgeError is one of Cloudflare's own errors.
type edgeError struct {
	status         int
	title          string
	name, category string
	retryAfter     int // seconds, 0 for none
}

// edgeErrors are Cloudflare's errors that the lab can show: status, title and
// category as on «Error responses» and the pages of the single errors.
var edgeErrors = map[int]edgeError{
	502:  {502, "Bad gateway", "bad_gateway", "origin", 60},
	520:  {520, "Web server is returning an unknown error", "origin_unknown_error", "origin", 60},
	521:  {521, "Web server is down", "origin_down", "origin", 120},
	522:  {522, "Connection timed out", "origin_connection_timeout", "origin", 120},
	526:  {526, "Invalid SSL certificate", "invalid_ssl_certificate", "ssl", 0},
	1010: {403, "Access denied", "browser_signature_banned", "access_denied", 0},
	1015: {429, "You are being rate limited", "rate_limited", "rate_limit", 30},
	1020: {403, "Access denied", "access_denied", "access_denied", 0},
	1033: {530, "Cloudflare Tunnel error", "tunnel_error", "config", 120},
	1101: {500, "Worker threw exception", "worker_exception", "worker", 0},
	1102: {503, "Worker exceeded resource limits", "worker_exceeded_limits", "worker", 0},
}

// errorText is the short form of an error: "error code: N" and nothing else.
func errorText(r *http.Request, code int) *response {
	e := edgeErrors[code]
	if wantsJSON(r) {
		return errorJSON(r, code, e.status, hostOf(r))
	}
	a := reply(e.status, "error code: "+strconv.Itoa(code), append([]string{"Content-Type", "text/plain; charset=UTF-8",
		"X-Frame-Options", "SAMEORIGIN", "Referrer-Policy", "same-origin"}, noStore...)...)
	e.retry(a)
	return a
}

// errorPage is the long form: HTML, or JSON for a client that asks for it.
func errorPage(r *http.Request, code, status int, host string) *response {
	if wantsJSON(r) {
		return errorJSON(r, code, status, host)
	}
	e := edgeErrors[code]
	title := "Access denied | " + host + " used Cloudflare to restrict access"
	if code < 1000 {
		title = fmt.Sprintf("%s | %d: %s", host, code, e.title)
	} else if e.category == "worker" {
		title = e.title + " | " + host + " | Cloudflare"
	}
	body := `<!DOCTYPE html>
<!--[if lt IE 7]> <html class="no-js ie6 oldie" lang="en-US"> <![endif]-->
<!--[if gt IE 8]><!--> <html class="no-js" lang="en-US"> <!--<![endif]-->
<head>
<title>` + title + `</title>
<meta charset="UTF-8" />
<link rel="stylesheet" id="cf_styles-css" href="/cdn-cgi/styles/main.css" />
</head>
<body>
<div id="cf-wrapper"><div id="cf-error-details" class="p-0">
<header><h1><span class="inline-block">` + e.title + `</span> <span class="code-label">Error code <span class="cf-error-code">` + strconv.Itoa(code) + `</span></span></h1></header>
<section><p>The request to ` + host + ` could not be completed.</p></section>
<div class="cf-error-footer"><p><span>Cloudflare Ray ID: <strong>` + ray(r) + `</strong></span></p></div>
</div></div>
</body>
</html>
`
	a := reply(status, body, append([]string{"Content-Type", "text/html; charset=UTF-8",
		"X-Frame-Options", "SAMEORIGIN", "Referrer-Policy", "same-origin"}, noStore...)...)
	e.retry(a)
	return a
}

// errorJSON is the form of RFC 9457 with Cloudflare's own members.
func errorJSON(r *http.Request, code, status int, host string) *response {
	e := edgeErrors[code]
	o := map[string]any{
		"type":                  "https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-1xxx-errors/error-" + strconv.Itoa(code) + "/",
		"title":                 fmt.Sprintf("Error %d: %s", code, e.title),
		"status":                status,
		"detail":                "The request could not be completed.",
		"instance":              ray(r),
		"error_code":            code,
		"error_name":            e.name,
		"error_category":        e.category,
		"ray_id":                ray(r),
		"timestamp":             time.Now().UTC().Format(time.RFC3339),
		"zone":                  host,
		"cloudflare_error":      true,
		"retryable":             e.retryAfter > 0,
		"owner_action_required": e.category != "rate_limit",
	}
	if e.retryAfter > 0 {
		o["retry_after"] = e.retryAfter
	}
	a := reply(status, mustJSON(o), append([]string{"Content-Type", "application/json; charset=utf-8",
		"X-Frame-Options", "SAMEORIGIN", "Referrer-Policy", "same-origin"}, noStore...)...)
	e.retry(a)
	return a
}

func (e edgeError) retry(a *response) {
	if e.retryAfter > 0 {
		a.header.Set("Retry-After", strconv.Itoa(e.retryAfter))
	}
}

// unreachable stands where the origin, or a Worker's code, would be: it fails,
// and the edge answers in its place.
func unreachable(code int, text bool) handler {
	return func(r *http.Request) *response {
		res := errorPage(r, code, edgeErrors[code].status, hostOf(r))
		if text {
			res = errorText(r, code)
		}
		res.uncached, res.byEdge = true, true
		return res
	}
}

// hostOf is the host that was asked, without its port.
func hostOf(r *http.Request) string {
	if i := strings.LastIndexByte(r.Host, ':'); i >= 0 {
		return r.Host[:i]
	}
	return r.Host
}

func mustJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // maps of strings and numbers always marshal
	}
	return string(b)
}
