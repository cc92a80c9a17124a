package finding

import (
	"fmt"
	"strings"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
)

// The findings of this family.
const (
	ErrorsWithoutCORS = "errors-without-cors"  // 4; error where the real request's own 4xx or 5xx lacks Allow-Origin, warning where the probe of a missing path proves it while success has it
	BlockedButDone    = "blocked-but-executed" // info: the request reached the server although the page may not read the answer
)

// behind says whether an answer came from the API or what stands in for it, and
// not from Access, WAF or edge in front of it.
func behind(s *answer.Seen) bool {
	switch layer(s) {
	case answer.LayerAccess, answer.LayerWAF, answer.LayerEdge, answer.LayerNetwork, answer.LayerBrowser:
		return false
	}
	return resp(s) != nil
}

// fitting is an exchange that proves that this page is allowed: a success of
// the same host that passes the CORS check for the page's origin. Nil without.
func (v *view) fitting() *answer.Seen {
	for i := range v.in.Seen {
		s := &v.in.Seen[i]
		if sentOrigin(s) != v.c.Origin || !behind(s) || !okStatus(status(s)) || !v.fits(s) || !strings.EqualFold(urlOf(s).Host, v.target.Host) {
			continue
		}
		switch s.Purpose {
		case exchange.PurposeDirect, exchange.PurposeDirectPreflight, exchange.PurposeTrace:
			continue
		}
		return s
	}
	return nil
}

// bareError is a probe with the page's origin that got an error without CORS
// headers from whoever gives the successes, nil without.
func (v *view) bareError(good *answer.Seen) *answer.Seen {
	for i := range v.in.Seen {
		s := &v.in.Seen[i]
		switch s.Compares() {
		case exchange.PurposeMissingPath, exchange.PurposeGet, exchange.PurposeNoSession, exchange.PurposeRepeat,
			exchange.PurposeCacheBusted, exchange.PurposeXHR, exchange.PurposeJSON:
		default:
			continue
		}
		if sentOrigin(s) != v.c.Origin || !behind(s) || status(s) < 400 || hasHeader(s, hACAO) || resp(s).Partial {
			continue
		}
		// A missing path may lead to another server altogether; then it says
		// nothing about this API.
		if s.Purpose == exchange.PurposeMissingPath && !sameServer(s, good) {
			continue
		}
		return s
	}
	return nil
}

// sameServer says whether nothing speaks against two answers being of one hand.
func sameServer(a, b *answer.Seen) bool {
	return header(a, "server") == header(b, "server") && (layer(a) == layer(b) || layer(a) == answer.LayerUnknown || layer(b) == answer.LayerUnknown)
}

var errorRows = []row{
	{
		id: ErrorsWithoutCORS, severity: Error, mistake: 4, blocks: true,
		find: func(v *view) []Finding {
			s := v.d
			if s == nil || isPreflight(s) || status(s) < 400 || v.cause != causeMissing {
				return nil
			}
			good := v.fitting()
			if good == nil && knowsCORS(s) {
				return nil
			}
			d := fmt.Sprintf("%s answered %d, and that answer has no %s. The browser hides it from the script and reports CORS, so the page cannot see that it was a %d.", capital(who(s)), status(s), hACAO, status(s))
			e := append(answererEvidence(s), ev(s, hACAO, "the error is "+got(s)))
			if good != nil {
				d += fmt.Sprintf(" Successes do carry it (%s): the headers are set on the good path only.", got(good))
				e = append(e, ev(good, hACAO, "a success is "+got(good)))
			} else {
				if candidate(s, answer.LayerWAF) {
					d += " It may be a security rule with a response of its own: look the Ray ID up first."
				}
				d += " Mend the error, and send the CORS headers on errors too."
			}
			return one(Finding{Layer: app(layer(s)), Detail: d, Evidence: e, Fix: fixCORS(layer(s))})
		},
		words: errorsWords,
	},
	{
		id: ErrorsWithoutCORS, severity: Warning, mistake: 4,
		find: func(v *view) []Finding {
			if v.found[ErrorsWithoutCORS] {
				return nil
			}
			good := v.fitting()
			if good == nil {
				return nil
			}
			bad := v.bareError(good)
			if bad == nil {
				return nil
			}
			return one(Finding{
				Layer:    app(layer(bad)),
				Detail:   fmt.Sprintf("A success carries the CORS headers (%s), but an error does not: %s %s gave %s. When the API fails, the script will see a CORS error in place of the status.", got(good), bad.Request.Method, urlOf(bad).Path, got(bad)),
				Evidence: []answer.Evidence{ev(good, hACAO, "success: "+got(good)), ev(bad, hACAO, "error: "+got(bad))},
				Fix:      fixCORS(layer(bad)),
			})
		},
		words: errorsWords,
	},
	{
		id: BlockedButDone, severity: Info,
		find: func(v *view) []Finding {
			s := v.d
			if !v.blocked || s == nil || isPreflight(s) || !behind(s) || v.method == "GET" || v.method == "HEAD" || v.method == "OPTIONS" || status(s) >= 400 || hop(s) {
				return nil
			}
			return one(Finding{
				Because:  v.root,
				Detail:   fmt.Sprintf("The %s reached the server and was answered %d. The browser hides the answer; it does not undo the request.", v.method, status(s)),
				Evidence: []answer.Evidence{ev(s, "status", fmt.Sprintf("%d", status(s)))},
				Fix:      fixAt(layer(s)),
			})
		},
		words: words{
			title:    "The request was carried out, only its answer is hidden",
			see:      "The server's log has the request, although the page saw an error.",
			plain:    "CORS decides who may read an answer. A request that needs no preflight reaches the server all the same, and cookies in the answer are stored.",
			operator: "CORS is no protection against forged requests: check Origin or a token on the server.",
			links:    []string{"https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CORS#simple_requests"},
		},
	},
}

var errorsWords = words{
	title:    "Errors come without CORS headers",
	see:      "By hand: curl -i URL -H 'Origin: PAGE' on a path that does not exist, or without a login, and on one that works: compare the Access-Control headers.",
	plain:    "The CORS headers must be on every answer, errors above all: 401, 403, 404, 429, 500. Without them the browser hides the error, and the script sees only that something failed.",
	operator: "nginx: add_header needs always. Express: set the headers first, outside the error handler, which may clear them. Workers: catch exceptions and answer with the headers. API gateways: their own 4xx and 5xx need the headers in their settings. Answers of Access, WAF and edge cannot get them from the API.",
	links:    []string{mdnErrors + "CORSMissingAllowOrigin", "https://fetch.spec.whatwg.org/#cors-check"},
}
