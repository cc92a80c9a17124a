package finding

import (
	"fmt"
	"slices"
	"strings"

	"corstui/diagnose/answer"
	"corstui/diagnose/fetch"
)

// The findings of this family.
const (
	WildcardExposeWithCreds = "wildcard-expose-with-credentials" // warning, 3: Expose-Headers * on a credentialed request, and the script reads a header that it would have exposed
	HeadersNotExposed       = "headers-not-exposed"              // warning, 5: the script reads a header that is there and not exposed
	ExposeInvalid           = "expose-headers-invalid"           // warning; 5 where the script reads one: one bad element, so nothing is exposed
	HeadersUnreadable       = "headers-unreadable-hint"          // info: Link, ETag, Retry-After, RateLimit or request ids are there, unreadable, and nobody asked
	ReadHeaderAbsent        = "read-header-absent"               // info: the script reads a header that the response does not have
)

const (
	specExpose = "https://fetch.spec.whatwg.org/#http-access-control-expose-headers"
	mdnExpose  = "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Access-Control-Expose-Headers"
)

// usuallyRead are response headers that frontends commonly need: pagination,
// validators, limits, downloads and ids for support. A name that ends in "*" is
// a prefix.
var usuallyRead = []string{
	"link", "etag", "retry-after", "location", "content-disposition", "ratelimit*", "x-ratelimit*", "x-rate-limit*",
	"x-request-id", "request-id", "x-correlation-id", "x-trace-id", "traceresponse", "x-total-count", "x-total", "x-next-page", "x-page", "x-per-page",
	"content-range", "deprecation", "sunset",
}

// opaqueToScripts can never be read by a script.
func opaqueToScripts(name string) bool {
	return strings.EqualFold(name, "set-cookie") || strings.EqualFold(name, "set-cookie2")
}

// final is the answer that the script gets, nil where it gets none or CORS does
// not filter it.
func (v *view) final() *answer.Seen {
	s := last(v.requests)
	if v.blocked || v.in.Fetch.Verdict.Partial || resp(s) == nil || v.in.Fetch.Verdict.Tainting == "basic" || v.in.Fetch.Verdict.Tainting == "opaque" {
		return nil
	}
	if v.in.Fetch.Verdict.Tainting == "" && v.in.Fetch.SameOrigin || v.c.Mode == "no-cors" {
		return nil
	}
	return s
}

// readable says whether the script can read a header of the final answer.
func (v *view) readable(name string) bool {
	n := strings.ToLower(name)
	if opaqueToScripts(n) {
		return false
	}
	return fetch.IsCORSSafelistedResponseHeader(n) || containsFold(v.in.Fetch.Verdict.ReadableHeaders, n)
}

// wanted splits the headers that the script reads into those that are there and
// cannot be read, and those that are absent.
func (v *view) wanted(s *answer.Seen) (hidden, absent []string) {
	for _, n := range v.c.ReadHeaders {
		switch {
		case opaqueToScripts(n):
		case !hasHeader(s, n):
			if !resp(s).Partial {
				absent = append(absent, n)
			}
		case !v.readable(n):
			hidden = append(hidden, n)
		}
	}
	return hidden, absent
}

var exposeRows = []row{
	{
		id: WildcardExposeWithCreds, severity: Warning, mistake: 3,
		find: func(v *view) []Finding {
			s := v.final()
			if s == nil || !v.credentialed || !slices.Contains(splitList(header(s, hACEH)), "*") {
				return nil
			}
			hidden, _ := v.wanted(s)
			if len(hidden) == 0 {
				return nil
			}
			return one(Finding{
				Layer:    app(layer(s)),
				Detail:   fmt.Sprintf("%s is * and the request carries credentials. Then * is a literal name and exposes nothing: the script reads null for %s.", hACEH, quoteList(hidden)),
				Evidence: []answer.Evidence{ev(s, hACEH, "* on a credentialed request")},
				Fix:      fixCORS(layer(s)),
			})
		},
		words: starWords(hACEH, "headers that scripts read", seeScript),
	},
	{
		id: ExposeInvalid, severity: Warning, mistake: 5,
		find: func(v *view) []Finding {
			s := v.final()
			if s == nil {
				return nil
			}
			_, bad, ok := fetch.ExtractHeaderList(resp(s).Headers, hACEH)
			if ok {
				return nil
			}
			hidden, _ := v.wanted(s)
			f := Finding{
				Layer:    app(layer(s)),
				Detail:   fmt.Sprintf("In %s the element %q is no header name. The browser then throws the whole list away and exposes nothing.", hACEH, bad),
				Evidence: []answer.Evidence{ev(s, hACEH, fmt.Sprintf("%q is no token", bad))},
				Fix:      fixCORS(layer(s)),
			}
			if len(hidden) == 0 {
				f.Mistake = noMistake
			}
			return one(f)
		},
		words: words{
			title:    "Access-Control-Expose-Headers cannot be parsed",
			see:      seeScript,
			plain:    "One bad element, and the browser exposes none of the headers. Separate names by commas, without quotes or semicolons.",
			operator: "Every element must be a token of RFC 9110.",
			links:    []string{specExpose, mdnExpose},
		},
	},
	{
		id: HeadersNotExposed, severity: Warning, mistake: 5,
		find: func(v *view) []Finding {
			s := v.final()
			if s == nil {
				return nil
			}
			hidden, _ := v.wanted(s)
			if len(hidden) == 0 {
				return nil
			}
			f := Finding{
				Layer: app(layer(s)),
				Detail: fmt.Sprintf("The script reads %s. The answer has %s, but %s does not name %s, so headers.get() returns null. Nothing is printed in the console.",
					quoteList(hidden), plural(len(hidden), "it", "them"), hACEH, plural(len(hidden), "it", "them")),
				Fix: fixCORS(layer(s)),
			}
			for _, n := range hidden {
				f.Evidence = append(f.Evidence, ev(s, n, "is in the answer and the script cannot read it"))
			}
			list, ok := resp(s).Headers.Get(hACEH)
			if !ok {
				list = "absent"
			}
			f.Evidence = append(f.Evidence, ev(s, hACEH, list))
			switch {
			case v.found[WildcardExposeWithCreds]:
				f.Because = WildcardExposeWithCreds
			case v.found[ExposeInvalid]:
				f.Because = ExposeInvalid
			}
			return one(f)
		},
		words: words{
			title:    "The script reads headers that are not exposed",
			see:      seeScript,
			plain:    "Across origins a script sees seven plain headers (Cache-Control, Content-Language, Content-Length, Content-Type, Expires, Last-Modified, Pragma) and those that the server names in Access-Control-Expose-Headers. All others are null, without a word in the console.",
			operator: "Set Expose-Headers on the real answers, not on preflights. * works only without credentials. Set-Cookie can never be exposed. Access's CORS settings have no field for it.",
			links:    []string{specExpose, mdnExpose},
		},
	},
	{
		id: HeadersUnreadable, severity: Info,
		find: func(v *view) []Finding {
			s := v.final()
			if s == nil {
				return nil
			}
			var names []string
			for _, h := range resp(s).Headers {
				if usual(h.Name) && !v.readable(h.Name) && !containsFold(v.c.ReadHeaders, h.Name) && !containsFold(names, h.Name) {
					names = append(names, h.Name)
				}
			}
			if len(names) == 0 {
				return nil
			}
			f := Finding{
				Layer:  app(layer(s)),
				Detail: fmt.Sprintf("The answer has %s, and a script cannot read %s. If the page needs %s, name %s in %s.", quoteList(names), plural(len(names), "it", "them"), plural(len(names), "it", "them"), plural(len(names), "it", "them"), hACEH),
				Fix:    fixCORS(layer(s)),
			}
			for _, n := range names {
				f.Evidence = append(f.Evidence, ev(s, n, "not exposed"))
			}
			return one(f)
		},
		words: words{
			title:    "Headers that pages often need are not exposed",
			see:      seeScript,
			plain:    "Pagination (Link), validators (ETag), limits (Retry-After, RateLimit) and request ids are in the answer, and a script of another origin reads null. That is fine as long as nobody needs them.",
			operator: "Expose only what the page reads.",
			links:    []string{specExpose, mdnExpose},
		},
	},
	{
		id: ReadHeaderAbsent, severity: Info,
		find: func(v *view) []Finding {
			s := v.final()
			if s == nil {
				return nil
			}
			_, absent := v.wanted(s)
			if len(absent) == 0 {
				return nil
			}
			return one(Finding{
				Layer:    app(layer(s)),
				Detail:   fmt.Sprintf("The script reads %s, and this answer does not have %s at all. Exposing cannot help.", quoteList(absent), plural(len(absent), "it", "them")),
				Evidence: []answer.Evidence{ev(s, absent[0], "absent")},
				Fix:      fixAt(app(layer(s))),
			})
		},
		words: words{
			title:    "The script reads a header that the answer does not have",
			see:      seeScript,
			plain:    "headers.get() returns null since the server did not send the header, here at least.",
			operator: "Some headers come only on some answers (Retry-After with 429 and 503), or are taken away on the way.",
			links:    []string{mdnExpose},
		},
	},
}

func usual(name string) bool {
	n := strings.ToLower(name)
	for _, u := range usuallyRead {
		if p, ok := strings.CutSuffix(u, "*"); ok && strings.HasPrefix(n, p) || n == u {
			return true
		}
	}
	return false
}
