package finding

import (
	"fmt"
	"strings"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
)

// The findings of this family.
const (
	WAFChallengePreflight   = "waf-challenge-preflight"    // error, 2: the preflight was challenged
	WAFChallenge            = "waf-challenge"              // error, 4: the real request was challenged
	WAFBlockPreflight       = "waf-block-preflight"        // error, 2: the preflight was blocked by a rule
	WAFBlock                = "waf-block"                  // error, 4: the real request was blocked by a rule
	WAFRateLimitedPreflight = "waf-rate-limited-preflight" // error, 2: the preflight met a rate limit (429, 1015)
	WAFRateLimited          = "waf-rate-limited"           // error, 4: the real request met a rate limit
	WAFClientSignature      = "waf-client-signature"       // info: a challenge, 1010 or bot verdict may be for this client alone; --browser decides
)

const (
	docChallengePage  = "https://developers.cloudflare.com/cloudflare-challenges/challenge-types/challenge-pages/detect-response/"
	docChallengeTrbl  = "https://developers.cloudflare.com/cloudflare-challenges/troubleshooting/"
	docSkip           = "https://developers.cloudflare.com/waf/custom-rules/skip/"
	docSkipOptions    = "https://developers.cloudflare.com/waf/custom-rules/skip/options/"
	docRateLimit      = "https://developers.cloudflare.com/waf/rate-limiting-rules/"
	docBIC            = "https://developers.cloudflare.com/waf/tools/browser-integrity-check/"
	docPreclearance   = "https://developers.cloudflare.com/cloudflare-challenges/concepts/clearance/"
	docSecurityEvents = "https://developers.cloudflare.com/waf/analytics/security-events/"
)

// wafKind says what the WAF did with an exchange.
type wafKind int

const (
	wafOther wafKind = iota
	wafChallenge
	wafLimit
)

func wafKindOf(s *answer.Seen) wafKind {
	switch {
	case challenged(s):
		return wafChallenge
	case limited(s):
		return wafLimit
	}
	return wafOther
}

// wafRule makes the rule for one kind of WAF answer, at the preflight or at the
// real request.
func wafRule(kind wafKind, preflight bool, detail func(v *view, s *answer.Seen) string) func(v *view) []Finding {
	return func(v *view) []Finding {
		s := v.d
		if s == nil || layer(s) != answer.LayerWAF || isPreflight(s) != preflight || wafKindOf(s) != kind {
			return nil
		}
		e := answererEvidence(s)
		if r := ray(s); r != "" {
			e = append(e, ev(s, "cf-ray", "Ray ID "+r+": "+RayLookup(answer.LayerWAF, r)))
		}
		return one(Finding{Layer: answer.LayerWAF, Detail: detail(v, s), Fix: fixWAF(),
			Evidence: append(e, ev(s, hACAO, "the answer is "+got(s)))})
	}
}

// clientDoubt is the honest note that a Go client is not a browser.
const clientDoubt = " This program is not a browser, and bot rules look at the difference: your browser may be treated otherwise. Run it again with --browser to see."

var wafRows = []row{
	{
		id: WAFChallengePreflight, severity: Error, mistake: 2, layer: answer.LayerWAF, blocks: true,
		find: wafRule(wafChallenge, true, func(v *view, s *answer.Seen) string {
			return fmt.Sprintf("Cloudflare's WAF answered the preflight with a challenge page (%d). A preflight can never pass one: it carries no cookie, not even that of a challenge passed before, and the browser shows no page for it. Your API was not asked, and nothing that it sends can change this answer.", status(s))
		}),
		words: words{
			title:    "Cloudflare's WAF challenged the preflight",
			see:      seePreflight + " The answer has cf-mitigated: challenge.",
			plain:    "A challenge is a page that a person's browser must run. The browser sends OPTIONS by itself, without cookies, and cannot run a page for it. So the preflight always fails, also for users who passed the challenge.",
			operator: "Put a skip rule for preflights in front of the rule that challenges (custom rule, action Skip; expression on method OPTIONS, host, path and a present access-control-request-method), or add \"and not\" that to the rule. Bot Fight Mode (Free) cannot be skipped by a rule: only off, or an IP Access allow rule. Super Bot Fight Mode: phase http_request_sbfm.",
			links:    []string{docChallengeTrbl, docSkip, docSkipOptions},
		},
	},
	{
		id: WAFChallenge, severity: Error, mistake: 4, layer: answer.LayerWAF, blocks: true,
		find: wafRule(wafChallenge, false, func(v *view, s *answer.Seen) string {
			return fmt.Sprintf("Cloudflare's WAF answered with a challenge page (%d) in place of your API. A fetch() cannot show it, and it carries no CORS headers of yours, so the browser reports CORS. The API was not asked.", status(s)) + clientDoubt
		}),
		words: words{
			title:    "Cloudflare's WAF challenged the request",
			see:      seeRay + " It has cf-mitigated: challenge.",
			plain:    "A security rule took the request for one that a person must confirm. A script cannot do that, and cannot even read that it was challenged.",
			operator: "Exempt the API's path from the rule (skip rule, Configuration Rule for Under Attack mode and Browser Integrity Check), or give users clearance before they call: Turnstile with pre-clearance on the same zone. Response header rules are not to be relied on here: challenge pages keep their own headers.",
			links:    []string{docChallengePage, docPreclearance, docSkip},
		},
	},
	{
		id: WAFRateLimitedPreflight, severity: Error, mistake: 2, layer: answer.LayerWAF, blocks: true,
		find: wafRule(wafLimit, true, func(v *view, s *answer.Seen) string {
			return fmt.Sprintf("A rate limiting rule answered the preflight with %d%s. Preflights count as requests of their own, so a page that preflights each call reaches a limit twice as fast. The API was not asked.", status(s), retryAfter(s))
		}),
		words: words{
			title:    "A rate limit refused the preflight",
			see:      seePreflight,
			plain:    "Too many requests came from this address, and the preflight was the one that met the limit. It has no CORS headers, so the browser reports CORS.",
			operator: "Leave OPTIONS with access-control-request-method out of the counting expression, raise the limit, and let browsers keep preflights (Access-Control-Max-Age) so that fewer come.",
			links:    []string{docRateLimit, docSkipOptions},
		},
	},
	{
		id: WAFRateLimited, severity: Error, mistake: 4, layer: answer.LayerWAF, blocks: true,
		find: wafRule(wafLimit, false, func(v *view, s *answer.Seen) string {
			return fmt.Sprintf("A rate limiting rule of Cloudflare answered %d%s. That answer has no CORS headers, so the script sees a CORS error and neither the 429 nor Retry-After.", status(s), retryAfter(s))
		}),
		words: words{
			title:    "A rate limit refused the request",
			see:      "The status is 429, often with Retry-After; wait, and the same request passes.",
			plain:    "Too many requests came from this address. The page cannot read that, since the limit's answer has no CORS headers: to the script it looks like a CORS error.",
			operator: "Slow down; or raise the limit. A custom response of the rule (Pro and above) changes body and status, not the CORS headers. A limit that the API itself keeps can answer with CORS headers.",
			links:    []string{docRateLimit},
		},
	},
	{
		id: WAFBlockPreflight, severity: Error, mistake: 2, layer: answer.LayerWAF, blocks: true,
		find: wafRule(wafOther, true, func(v *view, s *answer.Seen) string {
			return fmt.Sprintf("A rule of Cloudflare's WAF answered the preflight with %d%s. The real %s was not sent, and your API was not asked: nothing that it sends can change this answer.", status(s), codeWords(s), v.method)
		}),
		words: words{
			title:    "Cloudflare's WAF blocked the preflight",
			see:      seePreflight,
			plain:    "A security rule refused OPTIONS. Many rules allow only GET and POST, or look for cookies, which a preflight never has.",
			operator: "Find the rule by the Ray ID (Security › Analytics › Events), and put a skip rule for preflights before it.",
			links:    []string{docSecurityEvents, docSkip},
		},
	},
	{
		id: WAFBlock, severity: Error, mistake: 4, layer: answer.LayerWAF, blocks: true,
		find: wafRule(wafOther, false, func(v *view, s *answer.Seen) string {
			d := fmt.Sprintf("A rule of Cloudflare's WAF answered %d%s before your API was asked. The page has no CORS headers of yours, so the browser reports CORS and hides the status.", status(s), codeWords(s))
			if errorCode(s) == "1010" {
				d += clientDoubt
			}
			return d
		}),
		words: words{
			title:    "Cloudflare's WAF blocked the request",
			see:      seeRay,
			plain:    "A security rule refused the request. The block page has no CORS headers, so the script cannot read that it was blocked.",
			operator: "Find the rule by the Ray ID (Security › Analytics › Events): the Service column names the product. 1020: a custom or managed rule; 1005 to 1009, 1012, 1106: address, network or country; 1010: Browser Integrity Check; 1015: rate limit. CORS headers on a block page are not to be relied on: the cure is that the rule does not match.",
			links:    []string{docSecurityEvents, docSkip},
		},
	},
	{
		id: WAFClientSignature, severity: Info, layer: answer.LayerWAF,
		find: func(v *view) []Finding {
			s := v.d
			if s == nil || layer(s) != answer.LayerWAF || !challenged(s) && errorCode(s) != "1010" {
				return nil
			}
			return one(Finding{
				Because:  v.root,
				Evidence: []answer.Evidence{ev(s, "user-agent", "this request came from a Go client, not from a browser")},
				Fix:      fixAt(answer.LayerBrowser),
			})
		},
		words: words{
			title:    "This verdict of the WAF may hold for this program alone",
			see:      "Run corstui with --browser, or the same fetch() in the browser's console.",
			plain:    "Bot rules look at the TLS handshake, the order of headers and the User-Agent, and a command-line program differs from a browser in all of them. What was challenged here may pass in your browser. Run it with --browser: the same request in your installed Chrome decides.",
			operator: "Fields in question: cf.bot_management.score, ja3_hash, ja4; Browser Integrity Check (1010) is on by default and looks at headers.",
			links:    []string{docBIC, docChallengePage},
		},
	},
}

func codeWords(s *answer.Seen) string {
	if c := errorCode(s); c != "" {
		return " (error " + c + ")"
	}
	return ""
}

func retryAfter(s *answer.Seen) string {
	r := header(s, "Retry-After")
	if r == "" {
		return ""
	}
	if strings.TrimLeft(r, "0123456789") == "" {
		return " (try again after " + r + " seconds)"
	}
	return " (try again after " + r + ")"
}

// BrowserNote says where a real browser may see another answer than this
// program did, empty where there is no reason to think so.
func BrowserNote(in Input) string {
	v := newView(in)
	for _, s := range append([]*answer.Seen{v.d}, v.requests...) {
		if challenged(s) || layer(s) == answer.LayerWAF && errorCode(s) == "1010" {
			return "The WAF judged a Go client here, not your browser: its TLS handshake and headers differ. --browser sends the same request from your installed Chrome."
		}
	}
	for i := range in.Seen {
		if s := &in.Seen[i]; s.Purpose != exchange.PurposeRequest && challenged(s) {
			return "Some of the probes were challenged, the page's own request was not: a browser may be treated otherwise than this program. --browser decides."
		}
	}
	return ""
}
