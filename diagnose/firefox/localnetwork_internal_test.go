package firefox

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"corstui/diagnose/browser"
	"corstui/diagnose/difftest"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
	"corstui/diagnose/probe"
)

// lnaPrefs switch Local Network Access on. Names are sent to loopback by a
// preference, since a proxy would hide the address that is judged.
const lnaPrefs = `
Services.prefs.setStringPref("network.dns.forceResolve", "127.0.0.1");
Services.prefs.setStringPref("network.lna.address_space.public.override", arguments[0]);
Services.prefs.setBoolPref("network.lna.blocking", true);
`

// lnaPermission is what the user decided beforehand. A prompt would wait for ever,
// on a page of plain http too, so that it is denied.
const lnaPermission = `
const [origin, state] = arguments;
const page = Services.scriptSecurityManager.createContentPrincipalFromOrigin(origin);
for (const name of ["loopback-network", "local-network"]) {
  Services.perms.addFromPrincipal(page, name, state == "granted" ? Services.perms.ALLOW_ACTION : Services.perms.DENY_ACTION);
}
`

// originTold is the header Origin in the server's log: the page is of a server of
// its own here.
var originTold = regexp.MustCompile(` origin=\S+`)

// TestLocalNetworkAccessIsFirefoxs compares Local Network Access with the model.
// The pages are of a server whose address a preference puts into the public
// space.
func TestLocalNetworkAccessIsFirefoxs(t *testing.T) {
	path := difftest.Installed(t, Find)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	server, pages := difftest.StartServer(t), difftest.StartServer(t)
	pages.Control = func(_, _, _, _ string) string { return difftest.Reply("200 OK", "Content-Type: text/html") }
	b, err := Open(ctx, browser.Options{Path: path, AllowUnsafe: true, Network: probe.Network{Insecure: true}})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := b.chrome(ctx, lnaPrefs, nil, "127.0.0.1:"+pages.TLSPort()+",127.0.0.1:"+pages.PlainPort()); err != nil {
		t.Fatal(err)
	}
	sub := difftest.Subject{
		Name: "Firefox", Engine: fetch.Firefox,
		Conclude: func(ctx context.Context, c exchange.Case) (difftest.Conclusion, string, error) {
			page := "https://" + difftest.HostO + ":" + pages.TLSPort()
			if strings.HasPrefix(c.Origin, "http:") {
				page = "http://" + difftest.HostO + ":" + pages.PlainPort()
			}
			c.Origin = page
			if err := b.served(ctx, page); err != nil {
				return difftest.Conclusion{}, "", err
			}
			if err := b.chrome(ctx, lnaPermission, nil, page, string(c.LocalNetwork.Permission)); err != nil {
				return difftest.Conclusion{}, "", err
			}
			o, err := b.Fetch(ctx, c)
			if err != nil {
				return difftest.Conclusion{}, "", err
			}
			out := difftest.Conclusion{Allowed: o.Allowed, Readable: o.Readable, Event: o.Event}
			if len(o.Console) > 0 {
				out.Console = o.Console[0]
			}
			return out, o.Note, nil
		},
		Console: func(v fetch.Verdict) string { return v.Console.Firefox },
		// The browser announces a preflight before it knows whom it would ask.
		Told: func(_ difftest.Scenario, out *difftest.Conclusion) {
			out.Reason = ""
			for i, s := range out.Asked {
				out.Asked[i] = originTold.ReplaceAllString(s, "")
			}
			out.Preflight = slices.ContainsFunc(out.Asked, func(s string) bool { return strings.HasPrefix(s, "OPTIONS ") })
		},
	}
	difftest.Compare(ctx, t, server, sub, difftest.LocalNetwork())
}

// served puts the page of an origin's own server into the tab.
func (b *Browser) served(ctx context.Context, origin string) error {
	if b.origin == origin {
		return nil
	}
	if err := b.context(ctx, true); err != nil {
		return err
	}
	if err := b.m.call(ctx, "WebDriver:Navigate", map[string]string{"url": origin + "/"}, nil); err != nil {
		return err
	}
	for at := ""; at != origin; {
		_ = b.page(ctx, "return document.readyState == 'complete' ? self.origin : ''", &at) // between two documents there is none
		if err := pause(ctx, look); err != nil {
			return err
		}
	}
	b.origin = origin
	return nil
}
