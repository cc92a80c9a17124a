package finding

import (
	"fmt"
	"strings"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
)

// The findings of this family.
const (
	CookieStaysHome  = "cookie-stays-home"  // warning: a cookie of the session does not travel (credentials mode, SameSite, Secure, path, domain) and the answer was 401, 403 or a login
	CookieThirdParty = "cookie-third-party" // info: a cookie travels across sites only where third-party cookies are on
)

// turnedAway says whether the answer to the real request is one that a missing
// login brings: 401, 403 or a redirect to a login.
func turnedAway(s *answer.Seen) bool {
	n := status(s)
	if n == 401 || n == 403 {
		return true
	}
	u := location(s)
	return redirectStatus(n) && u != nil && looksLikeLogin(u.Path)
}

var cookieRows = []row{
	{
		id: CookieStaysHome, severity: Warning, layer: answer.LayerBrowser,
		find: func(v *view) []Finding {
			s := last(v.requests)
			if s == nil && v.in.Fetch.Verdict.Partial {
				s = v.in.First(exchange.PurposeGet)
			}
			if resp(s) == nil || v.found[AccessCookieStaysHome] || !turnedAway(s) {
				return nil
			}
			var names, whys []string
			for _, d := range v.in.Fetch.Credentials {
				if !d.Sent && d.Name != "" {
					names = append(names, d.Name)
					if d.Why != "" && !containsFold(whys, lowerFirst(strings.TrimSuffix(d.Why, "."))) {
						whys = append(whys, lowerFirst(strings.TrimSuffix(d.Why, ".")))
					}
				}
			}
			if len(names) == 0 {
				return nil
			}
			f := Finding{
				Detail:   fmt.Sprintf("The browser holds %s and did not send %s: %s. The answer was %d.", quoteList(names), plural(len(names), "it", "them"), strings.Join(whys, "; "), status(s)) + v.repairOfKept(),
				Evidence: []answer.Evidence{ev(s, "cookie", quoteList(names)+" did not travel")},
				Fix:      fixSameOrigin(answer.LayerBrowser),
			}
			if v.root != "" {
				f.Because = v.root
			}
			return one(f)
		},
		words: words{
			title:    "A cookie of the session does not travel",
			see:      seeCookie,
			plain:    "Across origins cookies go along only with credentials: \"include\"; across sites only with SameSite=None; Secure, and only where the browser lets third-party cookies through. Without the cookie the server sees a stranger and answers 401, 403 or a login.",
			operator: "Sub-domains of one registrable domain are one site: Lax and Strict travel there. *.pages.dev, *.workers.dev and *.github.io are sites of their own each.",
			links:    []string{"https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/Cookies", "https://developer.mozilla.org/en-US/docs/Web/API/Request/credentials"},
		},
	},
	{
		id: CookieThirdParty, severity: Info, layer: answer.LayerBrowser,
		find: func(v *view) []Finding {
			sent, kept := v.crossing()
			all := append(sent, kept...)
			if len(all) == 0 || len(sent) == 0 && (v.found[CookieStaysHome] || v.found[AccessCookieStaysHome]) {
				return nil
			}
			is := plural(len(all), "is a third-party cookie", "are third-party cookies")
			f := Finding{
				Detail:   fmt.Sprintf("%s, so %s %s.%s %s %s", v.sites(), strings.Join(all, " and "), is, v.withoutIt(), defaultsInWords(), thirdPartyRepair),
				Evidence: []answer.Evidence{ev(last(v.requests), "cookie", "page and API are on different sites")},
				Fix:      fixSameOrigin(answer.LayerBrowser),
			}
			if engines, _ := v.byCookie(v.dissenters()); len(engines) > 0 { // EnginesDiffer says the rest
				f.Detail = fmt.Sprintf("%s, so %s %s: by default Chrome sends such a cookie, and Firefox and Safari (WebKit, not verified in Safari) do not.", v.sites(), strings.Join(all, " and "), is)
			}
			if len(kept) > 0 {
				f.Title = "A third-party cookie stays at home by default"
			}
			return one(f)
		},
		words: words{
			title:    "The cookie is a third-party cookie here",
			see:      seeCookie,
			plain:    "Page and API are on different sites. " + defaultsInWords() + " Put page and API on one domain, or on one origin.",
			operator: thirdPartyRepair + " Brave and private windows of every browser hold third-party cookies back.",
			links:    []string{docThirdParty, docStatePart, docPartitioned, docStorageAccess, docAccessCookie},
		},
	},
}

// crossSite says whether page and URL are of different sites.
func (v *view) crossSite() bool {
	return !fetch.SameSite(fetch.ParseOrigin(v.c.Origin), fetch.ParseOrigin(originOf(v.target)))
}
