package finding

import (
	"fmt"
	"slices"
	"strings"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
)

// thirdPartyDefaults are what browsers do with a third-party cookie as they are
// shipped, and what changes it: one sentence a browser.
var thirdPartyDefaults = []struct{ engine, does, setting string }{
	{"chromium", "Chrome and Edge send it by default, if it is SameSite=None; Secure",
		"in Chrome an Incognito window, Debian's build of Chromium and the setting \"block third-party cookies\" hold it back"},
	{"firefox", "Firefox does not send it by default: Total Cookie Protection keeps a jar of its own for each page's site, and a login on the API's own host is in another jar",
		"in Firefox the user can switch the protection off for the page's site"},
	{"webkit", "Safari blocks it by default (WebKit, not verified in Safari)",
		"in Safari the user can switch off \"prevent cross-site tracking\""},
}

// thirdPartyRepair is what makes a cookie travel that is a third-party one.
const thirdPartyRepair = "Every browser sends it where page and API are one site (give the API a host below the page's own domain) or one origin (serve the API under the page's own address). " +
	"Across sites it needs SameSite=None; Secure in any browser (at Access: the application's cookie setting same_site_cookie_attribute), and that helps only where third-party cookies are let through. " +
	"A cookie that the API sets as Partitioned (CHIPS) while the user is on your page travels from that page; the login of Access sets none such. " +
	"By the Storage Access API a frame of the API's own site can ask the user for its cookie (document.requestStorageAccess) and make the calls for your page."

const (
	docStorageAccess = "https://developer.mozilla.org/en-US/docs/Web/API/Storage_Access_API"
	docPartitioned   = "https://developer.mozilla.org/en-US/docs/Web/Privacy/Guides/Privacy_sandbox/Partitioned_cookies"
	docThirdParty    = "https://developer.mozilla.org/en-US/docs/Web/Privacy/Guides/Third-party_cookies"
	docStatePart     = "https://developer.mozilla.org/en-US/docs/Web/Privacy/Guides/State_Partitioning"
)

// defaultsInWords says what each browser does by default, and what is a user's
// own setting.
func defaultsInWords() string {
	var does, settings []string
	for _, d := range thirdPartyDefaults {
		does = append(does, d.does)
		settings = append(settings, d.setting)
	}
	return strings.Join(does, ". ") + ". These are defaults, and a user's setting changes them: " + strings.Join(settings, "; ") + "."
}

// engineNames are the engines as a sentence names them.
var engineNames = map[string]string{"chromium": "Chromium", "firefox": "Firefox", "webkit": "WebKit", "standard": "the standard"}

// engineName is an engine's name in a sentence.
func engineName(engine string) string {
	if n, ok := engineNames[engine]; ok {
		return n
	}
	return engine
}

// keptBack are the credentials that an engine's default for third-party cookies
// keeps back.
func keptBack(ds []fetch.CredentialDecision) []string {
	var out []string
	for _, d := range ds {
		if d.Default && !d.Sent {
			out = append(out, d.Name)
		}
	}
	return out
}

// crossing are the cookies of the session that go to another site than the
// page's: those that travel, and those that the engine's default keeps back.
func (v *view) crossing() (sent, kept []string) {
	if v.in.Fetch.SameOrigin || v.in.Fetch.Local != nil || !v.crossSite() {
		return nil, nil
	}
	for _, d := range v.in.Fetch.Credentials {
		if d.Sent && d.Name != fetch.ServiceToken {
			sent = append(sent, d.Name)
		}
	}
	return sent, keptBack(v.in.Fetch.Credentials)
}

// repairOfKept says what makes a cookie travel that the engine's default keeps
// back, as a sentence that follows another; empty where there is none.
func (v *view) repairOfKept() string {
	if len(keptBack(v.in.Fetch.Credentials)) == 0 {
		return ""
	}
	return " " + thirdPartyRepair
}

// visitor is the page's request without its session, answered; nil where nobody
// sent it.
func (v *view) visitor() *answer.Seen {
	if s := v.in.First(exchange.PurposeNoSession); resp(s) != nil && sameURL(s.Request.URL, v.c.URL) {
		return s
	}
	return nil
}

// byCookie are the engines that conclude otherwise because the default for
// third-party cookies of one of the two keeps cookies back; and which cookies.
func (v *view) byCookie(dissenters []string) (engines, cookies []string) {
	own := keptBack(v.in.Fetch.Credentials)
	for _, name := range dissenters {
		kept := keptBack(v.in.Fetch.Verdict.Engines[name].Credentials)
		if slices.Equal(kept, own) {
			continue
		}
		engines = append(engines, name)
		for _, c := range append(kept, own...) {
			if !slices.Contains(cookies, c) {
				cookies = append(cookies, c)
			}
		}
	}
	return engines, cookies
}

// sites names the sites of page and API.
func (v *view) sites() string {
	page, target := fetch.ParseOrigin(v.c.Origin), fetch.ParseOrigin(originOf(v.target))
	if page.Opaque() {
		return "The page has no site of its own (its origin is null), and the API is of " + fetch.Site(target)
	}
	return fmt.Sprintf("The page is of the site %s and the API of %s", fetch.Site(page), fetch.Site(target))
}

// withoutIt says what the API answered to the request without the session, empty
// where nobody asked so.
func (v *view) withoutIt() string {
	if s := v.visitor(); s != nil {
		return fmt.Sprintf(" Without it the answer is %s (%s).", got(s), s.ID)
	}
	return ""
}

// differByCookie is the finding where engines conclude otherwise for a cookie.
func (v *view) differByCookie(said string, engines, cookies []string) Finding {
	var keeps, sends []string
	for _, name := range append([]string{v.in.Fetch.Verdict.Engine}, engines...) {
		kept := keptBack(v.in.Fetch.Verdict.Engines[name].Credentials)
		if name == v.in.Fetch.Verdict.Engine {
			kept = keptBack(v.in.Fetch.Credentials)
		}
		if len(kept) > 0 {
			keeps = append(keeps, engineName(name))
		} else {
			sends = append(sends, engineName(name))
		}
	}
	n := len(cookies)
	detail := fmt.Sprintf("%s The cause is %s, %s here: %s. %s sent by %s and not by %s.", said, strings.Join(cookies, " and "),
		plural(n, "a third-party cookie", "third-party cookies"), lowerFirst(v.sites()), plural(n, "It is", "They are"), strings.Join(sends, " and "), strings.Join(keeps, " and "))
	detail += v.withoutIt() + " " + defaultsInWords() + " " + thirdPartyRepair
	s := v.visitor()
	if s == nil {
		s = last(v.requests)
	}
	return Finding{
		Detail:   detail,
		Evidence: []answer.Evidence{ev(s, "cookie", strings.Join(cookies, " and ")+" "+plural(n, "does", "do")+" not travel in "+strings.Join(keeps, " and ")+", by default")},
		Fix:      fixSameOrigin(answer.LayerBrowser),
	}
}
