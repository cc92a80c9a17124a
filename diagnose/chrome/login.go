package chrome

import (
	"context"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"corstui/diagnose/exchange"
)

// Login opens a window at the target, waits until the user has logged in there
// (until Cloudflare Access has set its cookie, unless o.LoggedIn says
// otherwise), and returns the cookies that the browser would send to the target
// then. They stay in memory; the window's profile is gone when Login returns.
func Login(ctx context.Context, target string, o Options) (exchange.Session, error) {
	o.Visible = true
	b, err := Open(ctx, o)
	if err != nil {
		return exchange.Session{}, err
	}
	defer b.Close()
	if err := b.Login(ctx, target, o.LoggedIn); err != nil {
		return exchange.Session{}, err
	}
	ctx, cancel := b.bind(ctx)
	defer cancel()
	have, err := chromedp.Call(ctx, network.GetCookies, network.GetCookiesParams{URLs: []string{target}})
	if err != nil {
		return exchange.Session{}, b.explain(ctx, err)
	}
	var s exchange.Session
	for _, k := range have.Cookies {
		c := exchange.Cookie{
			Name: k.Name, Value: k.Value, Domain: trimDot(k.Domain), HostOnly: k.Domain == trimDot(k.Domain), Path: k.Path,
			Secure: k.Secure, HTTPOnly: k.HTTPOnly, SameSite: string(k.SameSite), SameSiteUnset: k.SameSite == "",
		}
		if k.PartitionKey != nil {
			c.Partition = k.PartitionKey.TopLevelSite
		}
		s.Cookies = append(s.Cookies, c)
	}
	return s, nil
}

// trimDot is a cookie's domain without the dot that marks one for sub-domains.
func trimDot(domain string) string {
	if len(domain) > 0 && domain[0] == '.' {
		return domain[1:]
	}
	return domain
}
