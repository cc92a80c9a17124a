package finding

import (
	"fmt"

	"corstui/diagnose/answer"
	"corstui/diagnose/fetch"
)

// The findings of this family.
const (
	AllowOriginMissing      = "allow-origin-missing"      // error: a success (2xx, 304) of the real request has no Allow-Origin
	OriginNotAllowed        = "origin-not-allowed"        // error: the server knows CORS (Vary: Origin, other CORS headers, or another origin is answered) and leaves this origin out
	AllowOriginMismatch     = "allow-origin-mismatch"     // error: Allow-Origin names another origin: slash, case, port, scheme, www, or another host; the words name the byte
	AllowOriginMultiple     = "allow-origin-multiple"     // error: several origins in one Allow-Origin line
	CORSHeadersTwice        = "cors-headers-twice"        // error: two Allow-Origin lines: two hands added one each
	AllowOriginInvalid      = "allow-origin-invalid"      // error: Allow-Origin is no origin
	WildcardWithCredentials = "wildcard-with-credentials" // error, 3: Allow-Origin * on a credentialed request
)

const specCORSCheck = "https://fetch.spec.whatwg.org/#cors-check"

// deciding names the deciding answer, as the subject of a sentence.
// of a sentence.
func (v *view) deciding() string {
	if isPreflight(v.d) {
		return "The answer to the preflight"
	}
	return "The answer"
}

func allowOriginFinding(v *view, detail string) []Finding {
	s := v.d
	return one(Finding{
		Layer:    app(layer(s)),
		Detail:   detail,
		Evidence: append(answererEvidence(s), ev(s, hACAO, "the answer is "+got(s))),
		Fix:      fixCORS(layer(s)),
	})
}

var allowOriginRows = []row{
	{
		id: OriginNotAllowed, severity: Error, blocks: true,
		find: func(v *view) []Finding {
			s := v.d
			if s == nil || v.cause != causeMissing {
				return nil
			}
			if isPreflight(s) && !v.namesOthers(s) || !isPreflight(s) && !knowsCORS(s) {
				return nil
			}
			return allowOriginFinding(v, fmt.Sprintf("%s knows CORS (it carries %s) and leaves %s out: the policy behind it does not allow this origin.", v.deciding(), corsTraces(s), v.c.Origin))
		},
		words: words{
			title:    "The API does not allow this origin",
			see:      seeVary,
			plain:    "The server has a list of origins, and this page's is not on it. Add it: scheme, host and port exactly as the browser sends them.",
			operator: "A right policy answers a foreign origin without CORS headers and with Vary: Origin; so this is how a refusal looks. Preview deployments and local ports are origins of their own.",
			links:    []string{specCORSCheck, mdnErrors + "CORSMissingAllowOrigin"},
		},
	},
	{
		id: AllowOriginMissing, severity: Error, blocks: true,
		find: func(v *view) []Finding {
			s := v.d
			if s == nil || v.cause != causeMissing {
				return nil
			}
			switch layer(s) {
			case answer.LayerAccess, answer.LayerWAF, answer.LayerEdge:
				return nil
			}
			d := fmt.Sprintf("%s answered %s. Without that header a page of another origin may not read the answer.", capital(who(s)), got(s))
			if p := last(v.preflights); p != nil && p != s && v.fits(p) {
				d += " The preflight had it; it must be on the answer to the real request too."
			}
			return allowOriginFinding(v, d)
		},
		words: words{
			title:    "There is no Access-Control-Allow-Origin",
			see:      seeAnswer,
			plain:    "The server did not say that other origins may read its answer, so only pages of its own origin may. If your page should: add the header with the page's origin.",
			operator: "Set it at the layer that answered, on every answer. On <meta http-equiv> or in a 103 it does not count.",
			links:    []string{specCORSCheck, mdnErrors + "CORSMissingAllowOrigin"},
		},
	},
	{
		id: CORSHeadersTwice, severity: Error, blocks: true,
		find: func(v *view) []Finding {
			s := v.d
			if v.cause != causeMultiple || len(resp(s).Headers.Values(hACAO)) < 2 {
				return nil
			}
			values := resp(s).Headers.Values(hACAO)
			return allowOriginFinding(v, fmt.Sprintf("%s has %d lines %s: %s. Browsers join them and accept one value only. Two hands each add their own: the app, and a proxy, Worker or rule in front of it.", v.deciding(), len(values), hACAO, quoteList(values)))
		},
		words: words{
			title:    "CORS headers are sent twice",
			see:      seeAnswer,
			plain:    "The app sets Access-Control-Allow-Origin, and something in front of it adds another, even if both are right. Let one of them do it.",
			operator: "nginx add_header beside the upstream's own: hide the upstream's (proxy_hide_header). Workers: set, not append. Transform Rules: set, not add. Names differ in case at times and are the same header.",
			links:    []string{specCORSCheck, mdnErrors + "CORSMultipleAllowOriginNotAllowed"},
		},
	},
	{
		id: AllowOriginMultiple, severity: Error, blocks: true,
		find: func(v *view) []Finding {
			if v.cause != causeMultiple {
				return nil
			}
			return allowOriginFinding(v, fmt.Sprintf("%s has %s: %s. Only one origin may stand there, or *; a list is never accepted, even if your origin is in it.", v.deciding(), hACAO, header(v.d, hACAO)))
		},
		words: words{
			title:    "Access-Control-Allow-Origin holds several values",
			see:      seeAnswer,
			plain:    "The header takes one origin. To allow several, the server keeps a list, compares the Origin that came, and answers with that one alone, and with Vary: Origin.",
			operator: "A space counts as a second value as a comma does.",
			links:    []string{specCORSCheck, mdnErrors + "CORSMultipleAllowOriginNotAllowed"},
		},
	},
	{
		id: AllowOriginInvalid, severity: Error, blocks: true,
		find: func(v *view) []Finding {
			if v.cause != causeInvalid {
				return nil
			}
			return allowOriginFinding(v, fmt.Sprintf("%s has %s: %q, which is no origin. It must be %s, byte for byte.", v.deciding(), hACAO, header(v.d, hACAO), v.c.Origin))
		},
		words: words{
			title:    "Access-Control-Allow-Origin is no origin",
			see:      seeAnswer,
			plain:    "An origin is scheme, host and port: https://app.example.com. Quotes, a missing https://, an empty value or a word are not.",
			operator: "Look for a variable that was not filled in, and for quotes that a configuration file kept.",
			links:    []string{specCORSCheck, mdnErrors + "CORSAllowOriginNotMatchingOrigin"},
		},
	},
	{
		id: WildcardWithCredentials, severity: Error, mistake: 3, blocks: true,
		find: func(v *view) []Finding {
			if v.cause != causeWildcard {
				return nil
			}
			return allowOriginFinding(v, fmt.Sprintf("%s has %s: *, and the script asks with credentials: \"include\". Browsers never combine the two. The server must name %s and send %s: true.", v.deciding(), hACAO, v.c.Origin, hACAC))
		},
		words: words{
			title:    "Access-Control-Allow-Origin is * on a request with credentials",
			see:      seeAnswer,
			plain:    "* means: everybody may read this, without their login. With cookies along, the browser wants the page's origin by name, Access-Control-Allow-Credentials: true, and Vary: Origin. If the call needs no cookies, leave credentials: \"include\" away.",
			operator: "Name the origin from an exact list; never reflect what came. The same holds for * in Allow-Methods, Allow-Headers and Expose-Headers.",
			links:    []string{"https://fetch.spec.whatwg.org/#cors-protocol-and-credentials", mdnErrors + "CORSNotSupportingCredentials"},
		},
	},
	{
		id: AllowOriginMismatch, severity: Error, blocks: true,
		find: func(v *view) []Finding {
			if v.cause != causeMismatch {
				return nil
			}
			want := sentOrigin(v.d)
			if want == "" {
				want = v.c.Origin
			}
			d := fmt.Sprintf("%s has %s: %s, and the browser compares it byte by byte with %s.", v.deciding(), hACAO, fetch.NormalizeValue(header(v.d, hACAO)), want)
			if f := v.in.Fetch.Fault; f != nil && f.Says != "" {
				d += " " + f.Says
				if f.At > 0 {
					d += fmt.Sprintf(" They differ from character %d on.", f.At+1)
				}
			}
			return allowOriginFinding(v, d)
		},
		words: words{
			title:    "Access-Control-Allow-Origin names another origin",
			see:      seeAnswer,
			plain:    "The value must be exactly the page's origin: same scheme, same host, same port, lower case, no slash at the end. The browser compares bytes and knows no patterns like https://*.example.com.",
			operator: "One fixed value serves one origin only. For several keep an exact list and answer with the one that asked, with Vary: Origin.",
			links:    []string{specCORSCheck, mdnErrors + "CORSAllowOriginNotMatchingOrigin"},
		},
	},
}

// corsTraces names the CORS headers of an answer that has no Allow-Origin.
func corsTraces(s *answer.Seen) string {
	var out []string
	for _, h := range corsHeaders {
		if hasHeader(s, h) {
			out = append(out, h)
		}
	}
	if variesOnOrigin(s) {
		out = append(out, "Vary: Origin")
	}
	if len(out) == 0 {
		return "a refusal that speaks of CORS"
	}
	return quoteList(out)
}
