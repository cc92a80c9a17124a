package firefox

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"corstui/diagnose/browser"
	"corstui/diagnose/exchange"
)

// accessCookie is the cookie in which Cloudflare Access keeps the application
// token of a logged-in user.
const accessCookie = "CF_Authorization"

// loginPoll is how often the cookies are looked at while the user logs in.
const loginPoll = 500 * time.Millisecond

// A storedCookie is a cookie as the browser's store takes and gives it.
type storedCookie struct {
	Name     string `json:"name"`
	Value    string `json:"value"`
	Host     string `json:"host"` // with a leading dot for sub-domains too
	Path     string `json:"path"`
	Secure   bool   `json:"secure"`
	HTTPOnly bool   `json:"httpOnly"`
	SameSite int    `json:"sameSite"`
	// Jar is the partition key under which the browser keeps it; empty for the
	// jar of a visit of its own host.
	Jar string `json:"jar"`
}

// sameSites are the values of nsICookie. What is unset counts as none, without
// Secure too.
var sameSites = map[string]int{"": 256, "none": 0, "lax": 1, "strict": 2}

// addCookies puts cookies into the jar of a visit of their own host, where a login
// there leaves them, or into the one that Firefox keeps under a page's site (state
// partitioning).
const addCookies = `
const [cookies] = arguments;
const expiry = Date.now() + 86400000;
for (const k of cookies) {
  Services.cookies.add(k.host, k.path, k.name, k.value, k.secure, k.httpOnly, true, expiry, {partitionKey: k.jar}, k.sameSite,
    k.secure ? Ci.nsICookie.SCHEME_HTTPS : Ci.nsICookie.SCHEME_HTTP, k.jar != "");
}`

// cookiesFor lists the cookies of a host, of its parents' domains too, outside
// of any other site's jar.
const cookiesFor = `
const [host] = arguments;
return Services.cookies.cookies
  .filter(k => !k.originAttributes.partitionKey && (k.host == host || k.host.startsWith(".") && ("." + host).endsWith(k.host)))
  .map(k => ({name: k.name, value: k.value, host: k.host, path: k.path, secure: k.isSecure, httpOnly: k.isHttpOnly, sameSite: k.sameSite}));`

// setSession puts the cookies of the case into the profile, for their host
// only, and returns what could not be carried over. After a Login the session of
// the user stays, and the case's cookies are added to it.
func (b *Browser) setSession(ctx context.Context, c exchange.Case) (notes []string, err error) {
	if !b.keepSession {
		if err := b.chrome(ctx, "Services.cookies.removeAll()", nil); err != nil {
			return nil, err
		}
	}
	if c.Session.ServiceTokenID != "" {
		notes = append(notes, "The service token did not travel: a page can send it only as headers of its own, which would change the case.")
	}
	cookies := c.Session.Cookies
	if c.Session.AccessToken != "" {
		cookies = append(cookies[:len(cookies):len(cookies)], exchange.Cookie{Name: accessCookie, Value: c.Session.AccessToken, HostOnly: true, HTTPOnly: true})
	}
	u, err := url.Parse(c.URL)
	if len(cookies) == 0 || err != nil || u.Hostname() == "" {
		return notes, nil //nolint:nilerr // for no URL, fetch() will throw
	}
	var stored []storedCookie
	for _, k := range cookies {
		s, ok := store(k, u)
		if !ok {
			notes = append(notes, fmt.Sprintf("The cookie %s is not for %s and was left out.", k.Name, u.Hostname()))
			continue
		}
		stored = append(stored, s)
	}
	if len(stored) == 0 {
		return notes, nil
	}
	return notes, b.chrome(ctx, addCookies, nil, stored)
}

// store writes a cookie of the case for the browser's store; false where it is
// for another host. A cookie whose SameSite is not known counts as one that the
// browser would send.
func store(k exchange.Cookie, u *url.URL) (storedCookie, bool) {
	host := strings.ToLower(u.Hostname())
	domain := strings.ToLower(strings.TrimPrefix(k.Domain, "."))
	if domain == "" {
		domain = host
	}
	if domain != host && !strings.HasSuffix(host, "."+domain) {
		return storedCookie{}, false
	}
	s := storedCookie{
		Name: k.Name, Value: k.Value, Host: domain, Path: k.Path,
		Secure: k.Secure || u.Scheme == "https" && k.SameSite == "" && !k.SameSiteUnset, HTTPOnly: k.HTTPOnly,
		SameSite: sameSites[strings.ToLower(k.SameSite)], Jar: jar(k.Partition),
	}
	if s.Path == "" {
		s.Path = "/"
	}
	if k.Domain != "" && !k.HostOnly {
		s.Host = "." + domain
	}
	return s, true
}

// jar writes the site of a partition as Firefox's partition key.
func jar(site string) string {
	scheme, host, ok := strings.Cut(site, "://")
	if !ok {
		return ""
	}
	return "(" + scheme + "," + host + ")"
}

// Login opens the target in the browser's tab and returns when the user has
// logged in there: when loggedIn returns, or, without one, when Cloudflare
// Access has set its cookie. Only the target is opened, by GET, as the user
// would. What the browser got is kept for the Fetch that follows.
func (b *Browser) Login(ctx context.Context, target string, loggedIn func(context.Context) error) error {
	u, err := loginURL(target)
	if err != nil {
		return err
	}
	if err := b.context(ctx, true); err != nil {
		return b.explain(ctx, err)
	}
	b.origin, b.keepSession = "", true
	// The page may never finish to load: a login is not waited for by its events.
	if err := b.m.call(ctx, "WebDriver:Navigate", map[string]string{"url": u.String()}, nil); err != nil {
		return b.explain(ctx, err)
	}
	if loggedIn != nil {
		if err := loggedIn(ctx); err != nil {
			return b.explain(ctx, err)
		}
		return b.stopLoading(ctx)
	}
	for {
		have, err := b.cookies(ctx, u)
		if err == nil && slices.ContainsFunc(have, func(k storedCookie) bool { return k.Name == accessCookie }) {
			return b.stopLoading(ctx)
		}
		if err == nil {
			err = pause(ctx, loginPoll)
		}
		if err != nil {
			return fmt.Errorf("%w: %w", errNoLogin, b.explain(ctx, err))
		}
	}
}

// stopLoading ends what is still under way in the tab: the cookie may come with a
// redirect, and the page that follows would come in the way of the next one.
func (b *Browser) stopLoading(ctx context.Context) error {
	if err := b.chrome(ctx, "gBrowser.selectedBrowser.stop()", nil); err != nil {
		return b.explain(ctx, err)
	}
	return nil
}

var errNoLogin = errors.New("nobody logged in (Cloudflare Access has set no " + accessCookie + " cookie for the target)")

func (b *Browser) cookies(ctx context.Context, u *url.URL) (out []storedCookie, err error) {
	return out, b.chrome(ctx, cookiesFor, &out, strings.ToLower(u.Hostname()))
}

// trust makes the certificates of --cacert the browser's own.
func (b *Browser) trust(ctx context.Context) error {
	if b.permit.Network.Insecure || len(b.permit.Network.CAPEM) == 0 {
		return nil
	}
	var ders []string
	for rest := b.permit.Network.CAPEM; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		if _, err := x509.ParseCertificate(block.Bytes); err != nil {
			return fmt.Errorf("--cacert: a certificate in it cannot be read: %w", err)
		}
		ders = append(ders, base64.StdEncoding.EncodeToString(block.Bytes))
	}
	if len(ders) == 0 {
		return errors.New("--cacert: no certificate in PEM form in it")
	}
	return b.chrome(ctx, `
const db = Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB);
for (const der of arguments[0]) {
  db.addCertFromBase64(der, "CT,,");
}`, nil, ders)
}

// trustLeaf accepts the target's own certificate where the roots of --cacert
// vouch for it but Firefox would not take it from them: one that is its own root.
func (b *Browser) trustLeaf(ctx context.Context, target string) error {
	cert := browser.Leaf(ctx, target, b.permit.Network)
	if cert == nil || !cert.IsCA {
		return nil
	}
	u, err := url.Parse(target)
	if err != nil {
		return nil //nolint:nilerr // fetch() will throw
	}
	port := u.Port()
	if port == "" {
		port = "443"
	}
	return b.chrome(ctx, `
const [host, port, der] = arguments;
const db = Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB);
const overrides = Cc["@mozilla.org/security/certoverride;1"].getService(Ci.nsICertOverrideService);
overrides.rememberValidityOverride(host, Number(port), {}, db.constructX509FromBase64(der), true);`,
		nil, u.Hostname(), port, base64.StdEncoding.EncodeToString(cert.Raw))
}
