package firefox

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"corstui/diagnose/browser"
	"corstui/diagnose/exchange"
)

// Login opens a window at the target, waits until the user has logged in there
// (until Cloudflare Access has set its cookie, unless o.LoggedIn says
// otherwise), and returns the cookies that the browser would send to the target
// then. They stay in memory; the window's profile is gone when Login returns.
func Login(ctx context.Context, target string, o browser.Options) (exchange.Session, error) {
	o.Visible = true
	if _, err := loginURL(target); err != nil {
		return exchange.Session{}, err
	}
	b, err := Open(ctx, o)
	if err != nil {
		return exchange.Session{}, err
	}
	defer b.Close()
	if len(o.Network.CAPEM) > 0 && !o.Network.Insecure {
		if err := b.trustLeaf(ctx, target); err != nil {
			return exchange.Session{}, b.explain(ctx, err)
		}
	}
	if err := b.Login(ctx, target, o.LoggedIn); err != nil {
		return exchange.Session{}, err
	}
	return b.held(ctx, target)
}

// loginURL is where a window for a login goes.
func loginURL(target string) (*url.URL, error) {
	u, err := url.Parse(target)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("%q: a login needs an absolute URL of the target", target)
	}
	u.Fragment, u.User = "", nil
	return u, nil
}

// held are the cookies that the browser would send to the target, on a visit.
func (b *Browser) held(ctx context.Context, target string) (exchange.Session, error) {
	var s exchange.Session
	u, err := url.Parse(target)
	if err != nil {
		return s, err
	}
	have, err := b.cookies(ctx, u)
	if err != nil {
		return s, b.explain(ctx, err)
	}
	for _, k := range have {
		if k.Secure && u.Scheme != "https" || !goesToPath(k.Path, u.Path) {
			continue
		}
		domain := strings.TrimPrefix(k.Host, ".")
		c := exchange.Cookie{Name: k.Name, Value: k.Value, Domain: domain, HostOnly: domain == k.Host, Path: k.Path, Secure: k.Secure, HTTPOnly: k.HTTPOnly}
		switch k.SameSite {
		case sameSites["none"]:
			c.SameSite = "None"
		case sameSites["lax"]:
			c.SameSite = "Lax"
		case sameSites["strict"]:
			c.SameSite = "Strict"
		default:
			c.SameSiteUnset = true
		}
		s.Cookies = append(s.Cookies, c)
	}
	return s, nil
}

// goesToPath is "path-match" of RFC 6265bis.
func goesToPath(cookie, path string) bool {
	if path == "" {
		path = "/"
	}
	rest, ok := strings.CutPrefix(path, cookie)
	return ok && (rest == "" || strings.HasSuffix(cookie, "/") || rest[0] == '/')
}
