package finding

import (
	"fmt"
	"strings"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
)

// The findings of this family.
const (
	OriginReflected   = "origin-reflected"          // 7; warning with Allow-Credentials: true, info without: an invented origin is echoed
	NullOriginAllowed = "null-origin-accepted"      // 7; warning with Allow-Credentials: true, info without: Origin null is echoed
	LookalikeAllowed  = "lookalike-origin-accepted" // 7; warning with Allow-Credentials: true or for http, info without: suffix, prefix, http or port look-alike is echoed
	HeadersReflected  = "headers-reflected"         // 7; warning with Allow-Credentials: true, info without: an invented request header was allowed by echo
)

// accepted says whether a probe's answer lets the Origin in that the probe sent,
// by name: * is public and no echo.
func (v *view) accepted(s *answer.Seen) bool {
	o := sentOrigin(s)
	return resp(s) != nil && o != "" && o != v.c.Origin && strings.TrimSpace(header(s, hACAO)) == o && layer(s) != answer.LayerEdge
}

// withCredentials says whether an answer lets credentials in too.
func withCredentials(s *answer.Seen) bool { return strings.TrimSpace(header(s, hACAC)) == "true" }

// risk is the severity of letting a foreign origin in: with credentials it can
// act as the user, without it can read what anybody could.
func risk(s *answer.Seen) Severity {
	if withCredentials(s) {
		return Warning
	}
	return Info
}

func riskWords(s *answer.Seen) string {
	if withCredentials(s) {
		return " With " + hACAC + ": true any such page can read your users' data with their login."
	}
	return " Credentials are not allowed along, so such a page reads only what anybody could; on a private network even that can be too much."
}

func acceptedEvidence(s *answer.Seen) []answer.Evidence {
	e := []answer.Evidence{ev(s, hACAO, "sent Origin: "+sentOrigin(s)+", got "+hACAO+": "+header(s, hACAO))}
	if withCredentials(s) {
		e = append(e, ev(s, hACAC, "true"))
	}
	return e
}

func (v *view) foreign() *answer.Seen {
	for _, p := range []exchange.Purpose{exchange.PurposeForeignOrigin, exchange.PurposeForeignPreflight} {
		if s := v.in.First(p); v.accepted(s) {
			return s
		}
	}
	return nil
}

// nullAllowed is an answer that lets Origin null in by name: to the probe, to a
// page whose own origin is null, or to a request whose origin became null on
// its way. Nil without.
func (v *view) nullAllowed() *answer.Seen {
	for _, s := range []*answer.Seen{v.in.First(exchange.PurposeNullOrigin), last(v.requests), last(v.preflights)} {
		if resp(s) != nil && behind(s) && sentOrigin(s) == "null" && strings.TrimSpace(header(s, hACAO)) == "null" {
			return s
		}
	}
	return nil
}

// lookalikes are the probes with an origin that resembles the page's, and what
// a check that lets it in gets wrong.
var lookalikes = []struct {
	purpose exchange.Purpose
	kind    string
	how     string
}{
	{exchange.PurposeSuffixOrigin, "suffix", "the check looks only at how the origin begins"},
	{exchange.PurposePrefixOrigin, "prefix", "the check looks only at how the origin ends"},
	{exchange.PurposeHTTPOrigin, "http", "the check does not look at the scheme, so anyone on the way of a plain http page can act as yours"},
	{exchange.PurposePortOrigin, "port", "the check does not look at the port"},
}

var originsRows = []row{
	{
		id: OriginReflected, mistake: 7,
		find: func(v *view) []Finding {
			s := v.foreign()
			if s == nil {
				return nil
			}
			return one(Finding{
				Severity: risk(s),
				Layer:    app(layer(s)),
				Detail:   fmt.Sprintf("An origin that corstui made up (%s) got its own name back in %s: the server lets in whoever asks.", sentOrigin(s), hACAO) + riskWords(s),
				Evidence: acceptedEvidence(s),
				Fix:      fixCORS(layer(s)),
			})
		},
		words: words{
			title:    "Any origin is let in: the server reflects what it is sent",
			see:      seeProbe,
			plain:    "The server copies the Origin of the request into Access-Control-Allow-Origin. So every page of the web is allowed, and with Allow-Credentials: true it acts with the user's login. Compare with an exact list instead.",
			operator: "cors({origin: true}), SetIsOriginAllowed(_ => true), $http_origin in add_header, allow_origin_regex of .* all do this. Access in front does not replace it: a logged-in user's browser brings the session along.",
			links:    []string{"https://portswigger.net/web-security/cors", "https://fetch.spec.whatwg.org/#cors-protocol-and-credentials"},
		},
	},
	{
		id: NullOriginAllowed, mistake: 7,
		find: func(v *view) []Finding {
			s := v.nullAllowed()
			if s == nil {
				return nil
			}
			f := Finding{
				Severity: risk(s),
				Layer:    app(layer(s)),
				Detail:   "The server answers Origin: null with " + hACAO + ": null. Any page can make a frame with that origin (a sandboxed iframe), so null means everybody." + riskWords(s),
				Evidence: acceptedEvidence(s),
				Fix:      fixCORS(layer(s)),
			}
			if v.found[OriginReflected] {
				f.Because = OriginReflected
			}
			return one(f)
		},
		words: words{
			title:    "Origin null is let in",
			see:      "By hand: curl -i URL -H 'Origin: null'.",
			plain:    "null is the origin of sandboxed frames, data: pages and local files. Allowing it allows everybody.",
			operator: "Take null off the list. Redirected calls that end with Origin: null should call the final URL.",
			links:    []string{"https://portswigger.net/web-security/cors", "https://w3c.github.io/webappsec-cors-for-developers/#avoid-returning-access-control-allow-origin-null"},
		},
	},
	{
		id: LookalikeAllowed, mistake: 7,
		find: func(v *view) []Finding {
			var kinds, says []string
			var e []answer.Evidence
			sev, first := Info, (*answer.Seen)(nil)
			for _, l := range lookalikes {
				s := v.in.First(l.purpose)
				if !v.accepted(s) {
					continue
				}
				if first == nil {
					first = s
				}
				kinds = append(kinds, l.kind)
				says = append(says, fmt.Sprintf("%s is let in: %s", sentOrigin(s), l.how))
				e = append(e, acceptedEvidence(s)...)
				if risk(s) == Warning || l.purpose == exchange.PurposeHTTPOrigin {
					sev = Warning
				}
			}
			if first == nil {
				return nil
			}
			f := Finding{
				Severity: sev,
				Layer:    app(layer(first)),
				Title:    "An origin that only looks like yours is let in (" + quoteList(kinds) + ")",
				Detail:   capital(strings.Join(says, "; ")) + "." + riskWords(first),
				Evidence: e,
				Fix:      fixCORS(layer(first)),
			}
			if v.found[OriginReflected] {
				f.Because = OriginReflected
			}
			return one(f)
		},
		words: words{
			title:    "An origin that only looks like yours is let in",
			see:      seeProbe,
			plain:    "The server checks the origin loosely: by its beginning, its end, a part, or without scheme and port. Somebody can register a name that passes. Compare the whole string with an exact list.",
			operator: "startsWith, endsWith, includes, and regular expressions without anchors or with an unescaped dot are the usual faults. nginx's map compares plain strings without regard to case.",
			links:    []string{"https://portswigger.net/web-security/cors"},
		},
	},
	{
		id: HeadersReflected, mistake: 7,
		find: func(v *view) []Finding {
			s := v.in.First(exchange.PurposeForeignPreflight)
			if resp(s) == nil {
				return nil
			}
			var echoed []string
			for _, n := range splitList(s.Request.Headers.Value("Access-Control-Request-Headers")) {
				if !containsFold(v.unsafeNames(), n) && !v.c.Headers.Has(n) && containsFold(splitList(header(s, hACAH)), n) {
					echoed = append(echoed, n)
				}
			}
			if len(echoed) == 0 {
				return nil
			}
			f := Finding{
				Severity: risk(s),
				Layer:    app(layer(s)),
				Detail:   fmt.Sprintf("A request header that corstui made up (%s) came back in %s: the server allows whatever is asked.", quoteList(echoed), hACAH),
				Evidence: []answer.Evidence{ev(s, hACAH, header(s, hACAH))},
				Fix:      fixCORS(layer(s)),
			}
			if v.found[OriginReflected] {
				f.Because = OriginReflected
			}
			return one(f)
		},
		words: words{
			title:    "Any request header is allowed: the server reflects what it is asked",
			see:      seePreflight,
			plain:    "The server copies Access-Control-Request-Headers into Access-Control-Allow-Headers. Then the list protects nothing. Name the headers that your pages send.",
			operator: "An app that takes a custom header for proof against forged requests loses that proof, if origins are let in loosely too.",
			links:    []string{specPreflight, "https://portswigger.net/web-security/cors"},
		},
	},
}
