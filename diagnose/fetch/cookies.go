package fetch

import (
	"slices"
	"strings"

	"corstui/diagnose/exchange"
)

// accessCookie is the cookie in which Cloudflare Access keeps its application
// token.
const accessCookie = "CF_Authorization"

// ServiceToken is the name of Access's service token among the decisions about
// credentials: the only one that is no cookie.
const ServiceToken = "service token"

// AssumesThirdPartyCookies in Verdict.Assumes says that a cookie of the session
// stayed at home by the engine's default for third-party cookies, and that the
// verdict is of the request without it.
const AssumesThirdPartyCookies = "default-third-party-cookies"

// A cookieStore holds the cookies that a redirect chain itself set.
type cookieStore []cookie

// A cookie is one of the session or one that a response of this run set.
type cookie struct {
	name, value, domain, path, sameSite string
	hostOnly, secure                    bool
	// partition is the site under whose pages it is kept apart, as a serialised
	// origin; empty for one that was set on a visit of its own host.
	partition string
	// given says that the user named it: it was in the browser before the fetch.
	given bool
	// unset says that it is known to have no SameSite attribute.
	unset bool
	// token marks the Access application token.
	token bool
}

// withCredentials is "includeCredentials" of HTTP-network-or-cache fetch: whether
// the credentials mode lets cookies through for the current request.
func (r *run) withCredentials() bool {
	switch r.c.Credentials {
	case exchange.CredentialsInclude:
		return true
	case exchange.CredentialsSameOrigin:
		return r.tainting == taintingBasic
	}
	return false
}

// held returns the cookies that the browser holds: the user's first.
func (r *run) held() []cookie {
	s := r.c.Session
	if s.Empty() && len(r.cookies) == 0 {
		return nil
	}
	out := make([]cookie, 0, len(s.Cookies)+len(r.cookies)+1)
	for _, c := range s.Cookies {
		k := cookie{name: c.Name, value: c.Value, domain: strings.ToLower(strings.TrimPrefix(c.Domain, ".")), path: c.Path,
			sameSite: c.SameSite, hostOnly: c.HostOnly, secure: c.Secure, partition: c.Partition, given: true, unset: c.SameSiteUnset}
		if k.domain == "" {
			k.domain, k.hostOnly = r.first.Host, true
		}
		out = append(out, k)
	}
	if s.AccessToken != "" { // which replaces a cookie of that name
		out = slices.DeleteFunc(out, func(c cookie) bool { return c.name == accessCookie && domainMatch(r.first.Host, c.domain) })
		out = append(out, cookie{name: accessCookie, value: s.AccessToken, domain: r.first.Host, hostOnly: true,
			secure: r.first.Scheme == "https", given: true, token: true})
	}
	for _, c := range r.cookies { // what a response set replaces what was held
		replaced := false
		for i := range out {
			if out[i].name == c.name && out[i].domain == c.domain && samePath(out[i].path, c.path) {
				out[i], replaced = c, true
			}
		}
		if !replaced {
			out = append(out, c)
		}
	}
	return out
}

func samePath(a, b string) bool {
	return a == b || (a == "" && b == "/") || (a == "/" && b == "")
}

// session returns the Cookie header of the current request, whether the service
// token goes with it, and whether anything of the case's session does. Where the
// engine's default for third-party cookies keeps one back, the verdict says that
// it rests on that.
func (r *run) session() (header string, serviceToken, sent bool) {
	if !r.withCredentials() || r.method == "OPTIONS" {
		return "", false, false
	}
	var b strings.Builder
	for _, c := range r.held() {
		if f := r.travels(c); !f.sent {
			if f.byDefault && len(r.res.Verdict.Assumes) == 0 {
				r.res.Verdict.Assumes = []string{AssumesThirdPartyCookies}
			}
			continue
		}
		if b.Len() > 0 {
			b.WriteString("; ")
		}
		if c.name != "" {
			b.WriteString(c.name)
			b.WriteByte('=')
		}
		b.WriteString(c.value)
		sent = sent || c.given
	}
	if serviceToken, _ = r.serviceTokenTravels(); serviceToken {
		sent = true
	}
	return b.String(), serviceToken, sent
}

// serviceTokenTravels says whether the service token goes to the current URL:
// to the host of the case alone, and not from https down to http.
func (r *run) serviceTokenTravels() (bool, string) {
	s := r.c.Session
	switch {
	case s.ServiceTokenID == "" && s.ServiceTokenSecret == "":
		return false, ""
	case r.cur.Host != r.first.Host:
		return false, "A service token goes to " + r.first.Host + " alone, and this request goes to " + r.cur.Host + "."
	case r.first.Scheme == "https" && r.cur.Scheme != "https":
		return false, "A service token for an https URL does not go over plain http."
	}
	return true, "The credentials mode lets credentials travel; the service token is not one of the page's headers and needs no preflight."
}

// A fate is what becomes of a cookie on one request.
type fate struct {
	sent bool
	// byDefault says that only the engine's default for third-party cookies keeps
	// it back, which a user or a grant of storage access can change.
	byDefault bool
	why       string
}

func stays(why string) fate { return fate{why: why} }
func goes(why string) fate  { return fate{sent: true, why: why} }

// travels says whether a cookie goes with the current request: RFC 6265bis,
// section 5.8.3, where the credentials mode has let cookies through, and then
// what the engine does with third-party cookies.
func (r *run) travels(c cookie) fate {
	u := r.cur
	switch {
	case c.hostOnly && u.Host != c.domain:
		return stays("The cookie is for " + c.domain + " alone, and this request goes to " + u.Host + ".")
	case !c.hostOnly && !domainMatch(u.Host, c.domain):
		return stays("The cookie is for " + c.domain + " and its sub-domains, and this request goes to " + u.Host + ".")
	case !pathMatch(u.Path, c.path):
		return stays("The cookie is for the path " + c.path + ", and this request goes to " + u.Path + ".")
	case c.secure && u.Scheme != "https" && (!isLoopbackHost(u.Host) || r.has(devSecureNotOnLoopback)):
		return stays("The cookie is Secure, and this request goes over plain http.")
	case c.partition != "" && !r.inPartition(c.partition):
		return stays("The cookie is kept in the partition of " + c.partition + ", and the page is of another site.")
	}
	if !r.sameSite() {
		switch strings.ToLower(c.sameSite) {
		case "lax", "strict":
			return stays("The cookie is SameSite=" + c.sameSite + ", and the request is cross-site: " + r.siteName() + ".")
		case "none":
			if !c.given && !c.secure && !r.has(devInsecureNoneAccepted) {
				return stays("The cookie is SameSite=None without Secure, which browsers reject.")
			}
		default:
			if (!c.given || c.unset) && !r.has(devSameSiteDefaultNone) {
				return stays("The cookie has no SameSite attribute, which counts as Lax, and the request is cross-site.")
			}
		}
	}
	if why := r.thirdParty(c); why != "" {
		return fate{why: why, byDefault: true}
	}
	return goes(r.whyGoes(c))
}

// whyGoes says why a cookie travels, and what that rests on.
func (r *run) whyGoes(c cookie) string {
	switch {
	case r.sameSite():
		return "The request is same-site and the credentials mode lets cookies travel."
	case !c.given:
		return "The cookie was set on the way as SameSite=None; Secure."
	case c.partition != "":
		return "The cookie is kept in the partition of the page's own site (CHIPS), so it travels where third-party cookies do not."
	case c.sameSite == "" && !c.unset:
		return "The request is cross-site, and its SameSite attribute is not known, so it counts as one that travels: in the browser it does so only as SameSite=None; Secure, and where third-party cookies are allowed, " + thirdPartyAllowed
	}
	return "The request is cross-site and the cookie counts as SameSite=None: it travels where third-party cookies are allowed, " + thirdPartyAllowed
}

// thirdPartyAllowed is where an engine that by default sends third-party cookies
// does not.
const thirdPartyAllowed = "which Chrome does by default, and not in Incognito, in Debian's build of Chromium, or where the user switched it off."

// thirdParty says why the engine keeps a cookie back that is a third-party one on
// the current request, empty where it does not. The defaults of the engines go by
// the registrable domain alone.
func (r *run) thirdParty(c cookie) string {
	own := SameSite(r.page, r.cur.Origin())
	switch {
	case own && r.leftSite && r.has(devThirdPartyChain):
		return "The request went over another site, and this browser engine sends no cookie for the rest of such a chain (WebKit, not verified in Safari)."
	case own:
		return ""
	case r.has(devThirdPartyBlocked):
		return "The cookie is a third-party one here (" + r.siteName() + "), and by default this browser engine sends no third-party cookie (WebKit, not verified in Safari)."
	case c.given && c.partition == "" && r.has(devThirdPartyPartitioned):
		return "The cookie is a third-party one here (" + r.siteName() + "). By default this browser engine keeps a jar of its own for each page's site (Firefox: Total Cookie Protection), and a login on the API's own host does not put the cookie into that jar."
	}
	return ""
}

// inPartition says whether the page is of the site of a partition.
func (r *run) inPartition(site string) bool { return SchemefulSameSite(r.page, ParseOrigin(site)) }

// sameSite says whether the current request is same-site for cookies.
func (r *run) sameSite() bool {
	to := r.cur.Origin()
	if !SameSite(r.page, to) || r.leftSite && !SameOrigin(r.page, to) && r.has(devSameSiteChain) {
		return false
	}
	return r.page.Scheme == to.Scheme || r.has(devSchemelessSite)
}

// siteName tells the two sites apart in words.
func (r *run) siteName() string {
	if r.page.Opaque() {
		return "the page is opaque, which is same-site with nothing"
	}
	return "the page is of the site " + Site(r.page) + ", the URL of " + Site(r.cur.Origin())
}

// domainMatch is "domain-match" of RFC 6265bis.
func domainMatch(host, domain string) bool {
	if host == domain {
		return true
	}
	return strings.HasSuffix(host, "."+domain) && host[0] != '[' && !endsInNumber(host)
}

// pathMatch is "path-match" of RFC 6265bis.
func pathMatch(path, cookiePath string) bool {
	if cookiePath == "" || cookiePath == "/" || path == cookiePath {
		return true
	}
	return strings.HasPrefix(path, cookiePath) &&
		(strings.HasSuffix(cookiePath, "/") || path[len(cookiePath)] == '/')
}

// credentialDecisions says for each credential of the session what becomes of
// it on the current request.
func (r *run) credentialDecisions() []CredentialDecision {
	if r.c.Session.Empty() {
		return nil
	}
	refused := r.credentialsRefused()
	var out []CredentialDecision
	for _, c := range r.held() {
		d := CredentialDecision{Name: "cookie " + c.name, Why: refused}
		if c.token {
			d.Name = "Access token (cookie " + accessCookie + ")"
		}
		if refused == "" {
			f := r.travels(c)
			d.Sent, d.Default, d.Why = f.sent, f.byDefault, f.why
		}
		out = append(out, d)
	}
	if s := r.c.Session; s.ServiceTokenID != "" || s.ServiceTokenSecret != "" {
		d := CredentialDecision{Name: ServiceToken, Why: refused}
		if refused == "" {
			d.Sent, d.Why = r.serviceTokenTravels()
		}
		out = append(out, d)
	}
	return out
}

// credentialsRefused says why no credential at all travels; empty if some may.
func (r *run) credentialsRefused() string {
	switch {
	case r.withCredentials() && r.method == "OPTIONS":
		return "corstui sends no credential with OPTIONS, although a browser would with one that the page itself makes."
	case r.withCredentials():
		return ""
	case r.c.Credentials == exchange.CredentialsOmit:
		return "The credentials mode is omit, so the browser sends no credential."
	}
	return `The credentials mode is same-origin and the request goes to another origin, so the browser sends no credential: fetch() needs credentials: "include".`
}

// storeCookies keeps what a response sets, for the hops that follow.
func (r *run) storeCookies(hs exchange.Headers) {
	if r.stored != nil || !r.withCredentials() {
		return
	}
	for i := range hs {
		if !strings.EqualFold(hs[i].Name, "set-cookie") {
			continue
		}
		if c, expired, ok := r.parseSetCookie(hs[i].Value); ok {
			r.cookies = r.cookies.put(c, expired)
		}
	}
}

func (s cookieStore) put(c cookie, expired bool) cookieStore {
	out := s[:0:0]
	for _, k := range s {
		if k.name != c.name || k.domain != c.domain || k.path != c.path {
			out = append(out, k)
		}
	}
	if expired {
		return out
	}
	return append(out, c)
}

// maxJar bounds what a hostile chain can make the run remember.
const maxJar = 50

// parseSetCookie is the storage model of RFC 6265bis, section 5.7, as far as a
// cookie that lives for one redirect chain needs it.
func (r *run) parseSetCookie(line string) (c cookie, expired, ok bool) {
	if len(line) > 4096 || len(r.cookies) >= maxJar {
		return c, false, false
	}
	pair, attributes, _ := strings.Cut(line, ";")
	name, value, found := strings.Cut(pair, "=")
	if !found {
		name, value = "", pair
	}
	c = cookie{name: trimOWS(name), value: trimOWS(value), domain: r.cur.Host, hostOnly: true, path: defaultPath(r.cur.Path)}
	if (c.name == "" && c.value == "") || strings.ContainsFunc(pair, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }) {
		return c, false, false
	}
	for more := attributes != ""; more; {
		var a string
		a, attributes, more = strings.Cut(attributes, ";")
		k, v, _ := strings.Cut(a, "=")
		if expired, ok = c.attribute(strings.ToLower(trimOWS(k)), trimOWS(v), expired); !ok {
			return c, false, false
		}
	}
	if !c.hostOnly {
		if !domainMatch(r.cur.Host, c.domain) || (registrableDomain(c.domain) == c.domain && isPublicSuffix(c.domain) && r.cur.Host != c.domain) {
			return c, false, false
		}
	}
	secureContext := r.cur.Scheme == "https" || isLoopbackHost(r.cur.Host)
	crossSite := !r.sameSite()
	switch {
	case c.secure && !secureContext,
		strings.HasPrefix(c.name, "__Secure-") && !c.secure,
		strings.HasPrefix(c.name, "__Host-") && (!c.secure || !c.hostOnly || c.path != "/"),
		c.sameSite == "none" && !c.secure && !r.has(devInsecureNoneAccepted),
		!SameSite(r.page, r.cur.Origin()) && r.has(devThirdPartyBlocked),
		crossSite && (c.sameSite == "lax" || c.sameSite == "strict"),
		crossSite && c.sameSite == "" && !r.has(devSameSiteDefaultNone):
		return c, false, false
	}
	return c, expired, true
}

func (c *cookie) attribute(name, value string, expired bool) (bool, bool) {
	switch name {
	case "domain":
		if d := strings.ToLower(strings.TrimPrefix(value, ".")); d != "" {
			c.domain, c.hostOnly = d, false
		}
	case "path":
		if strings.HasPrefix(value, "/") {
			c.path = value
		}
	case "secure":
		c.secure = true
	case "max-age":
		if value == "0" || strings.HasPrefix(value, "-") {
			return true, true
		}
		return false, true
	case "expires":
		if strings.Contains(value, "1970") { // how servers delete a cookie
			return true, true
		}
	case "samesite":
		switch v := strings.ToLower(value); v {
		case "lax", "strict", "none":
			c.sameSite = v
		default:
			c.sameSite = ""
		}
	}
	return expired, true
}

// defaultPath is "default-path" of RFC 6265bis.
func defaultPath(path string) string {
	i := strings.LastIndexByte(path, '/')
	if i <= 0 {
		return "/"
	}
	return path[:i]
}
