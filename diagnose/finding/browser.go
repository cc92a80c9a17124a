package finding

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
)

// The findings of this family.
const (
	MixedContent       = "mixed-content"            // error
	FetchTypeError     = "fetch-type-error"         // error: fetch() throws on its arguments
	BlockedPort        = "blocked-port"             // error
	ModeForbids        = "mode-forbids"             // error: mode same-origin and another origin; mode no-cors with another redirect mode
	SchemeForbidden    = "scheme-forbidden"         // error
	RedirectModeError  = "redirect-mode-error"      // error: redirect: "error" met a redirect
	CORPBlocks         = "corp-blocks"              // error: Cross-Origin-Resource-Policy forbids a no-cors load
	NoCORSOpaque       = "no-cors-opaque"           // warning: mode no-cors: the script can read nothing
	ForbiddenHeader    = "forbidden-header-dropped" // info: the script sets a header that the browser drops
	LocalNetworkAccess = "local-network-access"     // info: the target is a private address; browsers ask for a permission
	JSONAsText         = "json-sent-as-text"        // info: the body is JSON and goes out as text/plain
)

// localRule makes the rule for one kind of refusal by the browser itself.
func localRule(kind string) func(v *view) []Finding {
	return func(v *view) []Finding {
		l := v.in.Fetch.Local
		if l == nil || l.Kind != kind || v.d != nil && v.cause != causeLocal && v.cause != causeToHTTP && v.cause != causeRedirectMode {
			return nil
		}
		return one(Finding{
			Detail:   "The browser itself refused, and nothing was sent: " + lowerFirst(strings.TrimSuffix(l.Message, ".")) + ".",
			Evidence: []answer.Evidence{ev(nil, l.Kind, l.Message)},
			Fix:      fixAt(answer.LayerBrowser),
		})
	}
}

const (
	specFetchMethod = "https://fetch.spec.whatwg.org/#fetch-method"
	specMainFetch   = "https://fetch.spec.whatwg.org/#main-fetch"
	docMixed        = "https://developer.mozilla.org/en-US/docs/Web/Security/Mixed_content"
)

var browserRows = []row{
	{
		id: MixedContent, severity: Error, layer: answer.LayerBrowser, blocks: true, find: localRule("mixed-content"),
		words: words{
			title:    "The page is https and the API is http",
			see:      seeConsole,
			plain:    "A page that came over https may not call an http address: the browser blocks it before anything is sent (mixed content). Call the API by https. Only localhost and 127.0.0.1 are let through, and not in Safari.",
			operator: "HSTS of the API's host does not save the request: mixed content is checked first. upgrade-insecure-requests in the page's Content-Security-Policy rewrites the URL before that check.",
			links:    []string{docMixed, "https://w3c.github.io/webappsec-mixed-content/"},
		},
	},
	{
		id: BlockedPort, severity: Error, layer: answer.LayerBrowser, blocks: true, find: localRule("blocked-port"),
		words: words{
			title:    "The browser never calls this port",
			see:      seeConsole,
			plain:    "Some ports belong to other services (mail, X11 and more), and browsers refuse them. Serve the API on another port.",
			operator: "The list of bad ports stands in the Fetch Standard; Chrome says net::ERR_UNSAFE_PORT.",
			links:    []string{"https://fetch.spec.whatwg.org/#port-blocking"},
		},
	},
	{
		id: ModeForbids, severity: Error, layer: answer.LayerBrowser, blocks: true, find: localRule("mode"),
		words: words{
			title:    "The request's mode does not allow this",
			see:      seeConsole,
			plain:    "With mode \"same-origin\" fetch() refuses other origins; mode \"no-cors\" wants a simple method and redirect \"follow\"; mode \"navigate\" is not for scripts. Leave mode away: \"cors\" is the default.",
			operator: "Nothing was sent; no server can change this.",
			links:    []string{specMainFetch, "https://developer.mozilla.org/en-US/docs/Web/API/Request/mode"},
		},
	},
	{
		id: SchemeForbidden, severity: Error, layer: answer.LayerBrowser, blocks: true, find: localRule("scheme"),
		words: words{
			title:    "The URL has a scheme that fetch() does not call",
			see:      seeConsole,
			plain:    "fetch() calls http and https. A missing \"https://\" in front of the host is the usual cause: localhost:8080 alone is read as the scheme \"localhost\".",
			operator: "Nothing was sent; no server can change this.",
			links:    []string{specMainFetch},
		},
	},
	{
		id: RedirectModeError, severity: Error, layer: answer.LayerBrowser, blocks: true,
		find: func(v *view) []Finding {
			if fs := localRule("redirect-mode")(v); fs != nil {
				return fs
			}
			if v.cause != causeRedirectMode {
				return nil
			}
			return one(Finding{
				Detail:   fmt.Sprintf("The answer is a redirect (%d), and the script asked with redirect: \"error\", so the browser rejects it.", status(v.d)),
				Evidence: []answer.Evidence{ev(v.d, "location", "the answer redirects to "+header(v.d, "Location"))},
				Fix:      fixAt(answer.LayerBrowser),
			})
		},
		words: words{
			title:    "The script forbids redirects, and one came",
			see:      seeRedirect,
			plain:    "With redirect: \"error\" fetch() rejects any redirect. Call the final URL, or leave the option away.",
			operator: "See which layer redirects, and whether it should.",
			links:    []string{"https://developer.mozilla.org/en-US/docs/Web/API/Request/redirect"},
		},
	},
	{
		id: FetchTypeError, severity: Error, layer: answer.LayerBrowser, blocks: true,
		find: func(v *view) []Finding {
			l := v.in.Fetch.Local
			if l == nil || v.d != nil {
				return nil
			}
			return localRule(l.Kind)(v)
		},
		words: words{
			title:    "fetch() throws before anything is sent",
			see:      seeConsole,
			plain:    "The arguments of fetch() are not allowed: a URL that cannot be read or holds a password, a forbidden method (CONNECT, TRACE, TRACK), a header with a bad name or value, or a body on GET or HEAD. It is a TypeError, not CORS.",
			operator: "Nothing was sent; no server can change this.",
			links:    []string{specFetchMethod, "https://developer.mozilla.org/en-US/docs/Web/API/Window/fetch#exceptions"},
		},
	},
	{
		id: NoCORSOpaque, severity: Warning, layer: answer.LayerBrowser,
		find: func(v *view) []Finding {
			if v.c.Mode != exchange.ModeNoCORS || v.in.Fetch.SameOrigin || v.in.Fetch.Local != nil {
				return nil
			}
			return one(Finding{Evidence: []answer.Evidence{ev(v.d, "mode", `the script asks with mode: "no-cors"`)}, Fix: fixAt(answer.LayerBrowser)})
		},
		words: words{
			title:    "mode \"no-cors\" hides the whole answer",
			see:      "In the console: (await fetch(URL, {mode: 'no-cors'})).type is \"opaque\" and its status 0.",
			plain:    "With mode: \"no-cors\" the console is quiet, and the script gets nothing: status 0, no headers, an empty body. It is not a way around CORS. Use it only where the answer does not matter.",
			operator: "The API must send CORS headers and the page must use mode \"cors\".",
			links:    []string{"https://developer.mozilla.org/en-US/docs/Web/API/Request/mode"},
		},
	},
	{
		id: CORPBlocks, severity: Error, blocks: true,
		find: func(v *view) []Finding {
			if v.cause != causeCORP {
				return nil
			}
			p := header(v.d, "Cross-Origin-Resource-Policy")
			return one(Finding{
				Detail:   fmt.Sprintf("The script asks with mode \"no-cors\", and the answer says Cross-Origin-Resource-Policy: %s: the browser does not hand it to another origin. With mode \"cors\" that header plays no part, and CORS headers decide.", p),
				Evidence: []answer.Evidence{ev(v.d, "Cross-Origin-Resource-Policy", p)},
				Fix:      fixAt(answer.LayerBrowser),
			})
		},
		words: words{
			title:    "Cross-Origin-Resource-Policy forbids this load",
			see:      seeConsole,
			plain:    "The answer may be loaded by its own origin or site only. It concerns requests without CORS alone.",
			operator: "Cross-Origin-Resource-Policy: cross-origin lets other sites load it; same-site lets sub-domains.",
			links:    []string{"https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Cross-Origin-Resource-Policy"},
		},
	},
	{
		id: ForbiddenHeader, severity: Info, layer: answer.LayerBrowser,
		find: func(v *view) []Finding {
			var names []string
			for _, h := range v.c.Headers {
				if fetch.IsForbiddenRequestHeader(h.Name, h.Value) {
					names = append(names, h.Name)
				}
			}
			if len(names) == 0 {
				return nil
			}
			return one(Finding{
				Detail:   "The script sets " + quoteList(names) + ". A browser drops " + plural(len(names), "this header", "these headers") + " silently: it never reaches the server, and it causes no preflight.",
				Evidence: []answer.Evidence{ev(nil, quoteList(names), "a forbidden request-header of the Fetch Standard")},
				Fix:      fixAt(answer.LayerBrowser),
			})
		},
		words: words{
			title:    "The browser drops a header that the script sets",
			see:      "The request's headers in the network tab lack what the script sets.",
			plain:    "Some request headers belong to the browser: Cookie, Origin, Host, Referer, Content-Length, everything that starts with Sec- or Proxy-. A script that sets them is not told; they are left out.",
			operator: "For cookies use credentials: \"include\"; the rest the browser fills in itself.",
			links:    []string{"https://developer.mozilla.org/en-US/docs/Glossary/Forbidden_request_header", "https://fetch.spec.whatwg.org/#forbidden-request-header"},
		},
	},
	{
		id: JSONAsText, severity: Info, layer: answer.LayerBrowser,
		find: func(v *view) []Finding {
			if v.c.Body == nil || v.c.Headers.Has("Content-Type") || v.in.Fetch.Local != nil {
				return nil
			}
			b := strings.TrimSpace(*v.c.Body)
			if !strings.HasPrefix(b, "{") && !strings.HasPrefix(b, "[") || !json.Valid([]byte(b)) {
				return nil
			}
			return one(Finding{Evidence: []answer.Evidence{ev(nil, "content-type", "the body is JSON and the script sets no Content-Type")}, Fix: fixAt(answer.LayerBrowser)})
		},
		words: words{
			title:    "JSON goes out as text/plain",
			see:      "The request's Content-Type in the network tab is text/plain;charset=UTF-8.",
			plain:    "A string as body without a Content-Type is sent as text/plain;charset=UTF-8. There is no preflight then, and many servers do not read the body as JSON. With Content-Type: application/json the request needs a preflight.",
			operator: "A server that takes JSON from text/plain is open to cross-site requests without a preflight.",
			links:    []string{"https://fetch.spec.whatwg.org/#bodyinit-unions"},
		},
	},
	{
		id: LocalNetworkAccess, severity: Info, layer: answer.LayerBrowser,
		find: func(v *view) []Finding {
			h := v.target.Hostname()
			addr, err := netip.ParseAddr(h)
			page := v.c.Origin
			private := err == nil && (addr.IsPrivate() || addr.IsLoopback() || addr.IsLinkLocalUnicast()) ||
				h == "localhost" || strings.HasSuffix(h, ".localhost") || strings.HasSuffix(h, ".local")
			if !private && v.cause != causeLNA || v.in.Fetch.SameOrigin || localPage(page) && v.cause != causeLNA {
				return nil
			}
			f := Finding{Evidence: []answer.Evidence{ev(v.d, "host", h+" is an address of the user's own network or machine")}, Fix: fixAt(answer.LayerBrowser)}
			if v.cause == causeLNA {
				f.Severity = Error
			}
			return one(f)
		},
		words: words{
			title:    "The API is on the local network: browsers ask for permission",
			see:      "The browser shows a prompt for the local network, or the site's settings have the permission blocked.",
			plain:    "A public page that calls an address of the user's own network or machine needs the user's permission (Local Network Access, in Chrome and Firefox). If it is refused, the request is not sent, and Chrome prints it as a CORS error. The verdict here takes the permission as granted.",
			operator: "Permission names: local-network, loopback-network. Plain-http pages are refused in Chrome. Managed browsers can allow it by policy. A server cannot exempt itself, except by a public address.",
			links:    []string{"https://developer.chrome.com/blog/local-network-access"},
		},
	},
}

// localPage says whether the page itself is served from the user's machine or
// network.
func localPage(origin string) bool {
	_, rest, _ := strings.Cut(origin, "://")
	h := rest
	if i := strings.LastIndexByte(h, ':'); i > strings.LastIndexByte(h, ']') {
		h = h[:i]
	}
	h = strings.Trim(h, "[]")
	if h == "localhost" || strings.HasSuffix(h, ".localhost") || strings.HasSuffix(h, ".local") {
		return true
	}
	a, err := netip.ParseAddr(h)
	return err == nil && (a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast())
}
