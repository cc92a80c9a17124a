package chrome

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"

	"corstui/diagnose/difftest"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
)

// TestLocalNetworkAccessIsChromiums compares Local Network Access with the model:
// the feature is left on, a switch says of which space the server's ports are, and
// the user's answer is set beforehand.
func TestLocalNetworkAccessIsChromiums(t *testing.T) {
	path := installedForCookies(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	server := difftest.StartServer(t)
	b, err := openWith(ctx, Options{Path: path, AllowUnsafe: true, Network: difftest.Loopback}, thirdPartyAllowed,
		flag{"disable-features", "HttpsUpgrades,HttpsFirstBalancedModeAutoEnable", "Local Network Access stays on"},
		flag{"ip-address-space-overrides", "127.0.0.1:" + server.TLSPort() + "=loopback,127.0.0.1:" + server.PlainPort() + "=local", ""})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	sub := difftest.Subject{
		Name: "Chromium", Engine: fetch.Chromium,
		Conclude: func(ctx context.Context, c exchange.Case) (difftest.Conclusion, string, error) {
			if err := b.grant(c); err != nil {
				return difftest.Conclusion{}, "", err
			}
			o, err := b.Fetch(ctx, c)
			if err != nil {
				return difftest.Conclusion{}, "", err
			}
			out := difftest.Conclusion{Allowed: o.Allowed, Preflight: o.PreflightSent, Readable: o.Readable, Event: o.Event}
			for _, line := range o.Console {
				if strings.HasPrefix(line, "Access to ") {
					out.Console = line
				}
			}
			if o.Reason != nil {
				out.Reason = *o.Reason
			}
			return out, o.Note, nil
		},
		Console: func(v fetch.Verdict) string {
			if s := v.Console.Chromium; strings.HasPrefix(s, "Access to ") {
				return s
			}
			return ""
		},
		// The browser announces a preflight before it knows whom it would ask.
		Told: func(_ difftest.Scenario, out *difftest.Conclusion) {
			out.Preflight = slices.ContainsFunc(out.Asked, func(s string) bool { return strings.HasPrefix(s, "OPTIONS ") })
		},
		Reasons: []string{"LocalNetworkAccessPermissionDenied", "InsecureLocalNetwork"},
	}
	difftest.Compare(ctx, t, server, sub, difftest.LocalNetwork())
}

// grant sets the permissions as the case says.
func (b *Browser) grant(c exchange.Case) error {
	if strings.HasPrefix(c.Origin, "http:") {
		return nil // where none can be granted
	}
	setting := cdpbrowser.PermissionSetting(c.LocalNetwork.Permission)
	for _, name := range []string{"local-network", "loopback-network"} {
		if _, err := chromedp.CallBrowser(b.tab, cdpbrowser.SetPermission, cdpbrowser.SetPermissionParams{
			Permission: &cdpbrowser.PermissionDescriptor{Name: name}, Setting: setting, Origin: c.Origin,
		}); err != nil {
			return err
		}
	}
	return nil
}
