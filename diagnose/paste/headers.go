package paste

import (
	"strings"

	"corstui/diagnose/exchange"
)

// browserAdded are headers that the browser sets and a script cannot, or that
// the network panel copies although the script did not set them. Sources: the
// Fetch Standard's forbidden request-headers; what Chromium, Firefox and Safari
// copy as fetch and curl.
var browserAdded = map[string]bool{
	"accept-charset": true, "accept-encoding": true, "accept-language": true, "access-control-request-headers": true,
	"access-control-request-method": true, "connection": true, "content-length": true, "cookie": true, "cookie2": true,
	"date": true, "dnt": true, "expect": true, "host": true, "keep-alive": true, "origin": true, "referer": true,
	"referrer-policy": true, // an option of fetch(), which Chromium copies as a header for Node.js
	"te":              true, "trailer": true, "transfer-encoding": true, "upgrade": true, "via": true,
	"user-agent": true, "priority": true, "upgrade-insecure-requests": true, "alt-used": true,
	"if-none-match": true, "if-modified-since": true, // the HTTP cache revalidates
	"x-client-data": true, // Chrome to Google's hosts
}

// pseudo are HTTP/2's pseudo-headers as some panels copy them, without colon.
var pseudo = map[string]bool{"authority": true, "method": true, "path": true, "scheme": true}

// panelMarks are headers that only a browser sends: where they are, the text was
// copied from a network panel and the rest of browserAdded is the browser's too.
var panelMarks = []string{"sec-fetch-mode", "sec-fetch-site", "sec-fetch-dest", "sec-ch-ua", "sec-gpc", "accept-encoding", "user-agent"}

// takeHeaders sorts the headers of a pasted request: those of the script into
// the case, those of the browser aside, and of these the origin of the page and
// the session into the case. referrer is what the text says beside the headers.
func (p *Pasted) takeHeaders(hs exchange.Headers, referrer string) {
	fromPanel := false
	for _, m := range panelMarks {
		fromPanel = fromPanel || hs.Has(m)
	}
	if r := hs.Value("referer"); r != "" && referrer == "" {
		referrer = r
	}
	noCache := strings.EqualFold(hs.Value("pragma"), "no-cache") && strings.EqualFold(hs.Value("cache-control"), "no-cache")
	for _, h := range hs {
		name := strings.ToLower(strings.TrimSpace(h.Name))
		switch {
		case name == "" || strings.HasPrefix(name, ":"):
			p.BrowserHeaders = append(p.BrowserHeaders, h) // HTTP/2 pseudo-headers
		case name == "cookie":
			p.takeCookies(h.Value)
		case name == "cf-access-token":
			p.Case.Session.AccessToken = h.Value
			p.note("The header cf-access-token is taken as the session at Cloudflare Access.")
		case name == "cf-access-client-id":
			p.Case.Session.ServiceTokenID = h.Value
			p.note("A service token of Cloudflare Access is taken as the session.")
		case name == "cf-access-client-secret":
			p.Case.Session.ServiceTokenSecret = h.Value
		case name == "origin":
			p.Case.Origin = pageOrigin(h.Value)
			p.BrowserHeaders = append(p.BrowserHeaders, h)
		case strings.HasPrefix(name, "sec-") || strings.HasPrefix(name, "proxy-"):
			p.BrowserHeaders = append(p.BrowserHeaders, h)
		case forbidden(name), fromPanel && pseudo[name]:
			p.BrowserHeaders = append(p.BrowserHeaders, h)
		case fromPanel && browserAdded[name]:
			p.BrowserHeaders = append(p.BrowserHeaders, h)
		case fromPanel && name == "accept" && h.Value == "*/*":
			p.BrowserHeaders = append(p.BrowserHeaders, h)
		case fromPanel && noCache && (name == "pragma" || name == "cache-control"):
			p.BrowserHeaders = append(p.BrowserHeaders, h)
			p.note("cache-control and pragma: no-cache are left out: the network panel adds them while \"Disable cache\" is on.")
		default:
			p.Case.Headers = append(p.Case.Headers, h)
		}
	}
	if p.Case.Origin == "" {
		if o := originOf(referrer); o != "" {
			p.Case.Origin = o
			p.note("The page's origin %s is taken from the referrer.", o)
		}
	}
	switch strings.ToLower(hs.Value("sec-fetch-mode")) {
	case "no-cors":
		p.Case.Mode = exchange.ModeNoCORS
	case "navigate":
		p.note("The copied request was a navigation; it is taken as a fetch() of the same URL.")
	}
	if strings.EqualFold(hs.Value("sec-fetch-site"), "same-origin") && p.Case.Origin == "" {
		p.Case.Origin = originOf(p.Case.URL)
	}
}

// forbidden are the headers that a script can never set, so they are the
// browser's whatever the text is.
func forbidden(name string) bool {
	switch name {
	case "accept-language", "user-agent", "priority", "upgrade-insecure-requests", "if-none-match", "if-modified-since", "alt-used", "x-client-data":
		return false
	}
	return browserAdded[name]
}

// takeCookies puts a Cookie header's pairs into the session, for the host of
// the URL.
func (p *Pasted) takeCookies(value string) {
	for pair := range strings.SplitSeq(value, ";") {
		name, v, ok := strings.Cut(strings.TrimSpace(pair), "=")
		if !ok || name == "" {
			continue
		}
		p.Case.Session.Cookies = append(p.Case.Session.Cookies, exchange.Cookie{Name: name, Value: v, HostOnly: true})
		if name == "CF_Authorization" {
			p.note("The cookie CF_Authorization is taken as the session at Cloudflare Access.")
		}
	}
}
