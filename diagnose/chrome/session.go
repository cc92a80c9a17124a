package chrome

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
)

// accessCookie is the cookie in which Cloudflare Access keeps the application
// token of a logged-in user.
const accessCookie = "CF_Authorization"

// loginPoll is how often the cookies are looked at while the user logs in.
const loginPoll = 500 * time.Millisecond

// setSession puts the cookies of the case into the profile, for their host
// only, and returns what could not be carried over. After a Login the session of
// the user stays, and the case's cookies are added to it.
func (b *Browser) setSession(ctx context.Context, c exchange.Case) (notes []string, err error) {
	if !b.keepSession {
		if _, err := chromedp.Call(ctx, network.ClearBrowserCookies, cdp.Empty{}); err != nil {
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
	if len(cookies) == 0 {
		return notes, nil
	}
	u, err := url.Parse(c.URL)
	if err != nil || u.Hostname() == "" {
		return notes, nil //nolint:nilerr // fetch() will throw
	}
	for _, k := range cookies {
		p := cookieParams(k, u)
		if p == nil {
			notes = append(notes, fmt.Sprintf("The cookie %s is not for %s and was left out.", k.Name, u.Hostname()))
			continue
		}
		if _, err := chromedp.Call(ctx, network.SetCookie, *p); err != nil {
			if ctx.Err() != nil {
				return nil, err
			}
			notes = append(notes, fmt.Sprintf("The browser refused the cookie %s.", k.Name))
		}
	}
	return notes, nil
}

// cookieParams writes a cookie of the case for the DevTools protocol; nil where
// it is for another host. A cookie whose SameSite is not known counts as one
// that the browser would send.
func cookieParams(k exchange.Cookie, u *url.URL) *network.SetCookieParams {
	host := strings.ToLower(strings.Trim(u.Hostname(), "[]"))
	domain := strings.ToLower(strings.TrimPrefix(k.Domain, "."))
	if domain == "" {
		domain = host
	}
	if domain != host && !strings.HasSuffix(host, "."+domain) {
		return nil
	}
	unknown := k.SameSite == "" && !k.SameSiteUnset
	secure := k.Secure || u.Scheme == "https" && unknown
	httpOnly := k.HTTPOnly
	p := &network.SetCookieParams{
		Name: k.Name, Value: k.Value,
		Path:     k.Path,
		Secure:   &secure,
		HTTPOnly: &httpOnly,
		SameSite: network.CookieSameSite(k.SameSite),
	}
	if p.Path == "" {
		p.Path = "/"
	}
	if k.Partition != "" {
		site, target := fetch.ParseOrigin(k.Partition), fetch.ParseOrigin(u.String())
		p.PartitionKey = &network.CookiePartitionKey{TopLevelSite: k.Partition, HasCrossSiteAncestor: !fetch.SchemefulSameSite(site, target)}
	}
	if unknown && secure {
		p.SameSite = network.CookieSameSiteNone
	}
	if k.Domain == "" || k.HostOnly {
		// Given by URL and not by domain, it becomes a host-only cookie.
		scheme := u.Scheme
		if secure {
			scheme = "https"
		}
		p.URL = (&url.URL{Scheme: scheme, Host: u.Host, Path: "/"}).String()
	} else {
		p.Domain = "." + domain // without the dot it would be a host-only cookie
	}
	return p
}

// Login opens the target in the browser's tab and returns when the user has
// logged in there: when loggedIn returns, or, without one, when Cloudflare
// Access has set its cookie. Only the target is opened, by GET, as the user
// would. What the browser got is kept for the Fetch that follows.
func (b *Browser) Login(ctx context.Context, target string, loggedIn func(context.Context) error) error {
	u, err := url.Parse(target)
	if err != nil || u.Host == "" {
		return fmt.Errorf("%q: a login needs an absolute URL of the target", target)
	}
	u.Fragment, u.User = "", nil
	ctx, cancel := b.bind(ctx)
	defer cancel()
	// The page may never finish to load: a login is not waited for by its events.
	if _, err := chromedp.Call(ctx, page.Navigate, page.NavigateParams{URL: u.String()}); err != nil {
		return b.explain(ctx, err)
	}
	b.origin, b.keepSession = "", true
	if loggedIn != nil {
		if err := loggedIn(ctx); err != nil {
			return b.explain(ctx, err)
		}
		return nil
	}
	tick := time.NewTicker(loginPoll)
	defer tick.Stop()
	for {
		have, err := chromedp.Call(ctx, network.GetCookies, network.GetCookiesParams{URLs: []string{u.String()}})
		if err == nil && slices.ContainsFunc(have.Cookies, func(k *network.Cookie) bool { return k.Name == accessCookie }) {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", errNoLogin, b.explain(ctx, context.Cause(ctx)))
		}
	}
}

var errNoLogin = errors.New("nobody logged in (Cloudflare Access has set no " + accessCookie + " cookie for the target)")
