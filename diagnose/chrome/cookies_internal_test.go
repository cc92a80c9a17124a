package chrome

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"corstui/diagnose/difftest"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
)

// installedForCookies returns the installed browser. Without one the test fails in
// CI and is skipped by name elsewhere.
func installedForCookies(t *testing.T) string {
	t.Helper()
	return difftest.Installed(t, Find)
}

// TestThirdPartyCookiesAreChromiums compares the wire with the model, under the
// default of Chrome as it is shipped upstream.
func TestThirdPartyCookiesAreChromiums(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	b, err := openWith(ctx, Options{Path: installedForCookies(t), AllowUnsafe: true, Network: difftest.Loopback}, thirdPartyAllowed)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	sub := difftest.Subject{
		Name: "Chromium", Engine: fetch.Chromium,
		Conclude: func(ctx context.Context, c exchange.Case) (difftest.Conclusion, string, error) {
			o, err := b.Fetch(ctx, c)
			if err != nil {
				return difftest.Conclusion{}, "", err
			}
			out := difftest.Conclusion{Allowed: o.Allowed, Preflight: o.PreflightSent, Readable: o.Readable}
			if o.Reason != nil {
				out.Reason = *o.Reason
			}
			return out, o.Note, nil
		},
		Console: func(fetch.Verdict) string { return "" },
	}
	difftest.Compare(ctx, t, difftest.StartServer(t), sub, append(difftest.ThirdParty(), difftest.Partitioned()...))
}

// TestWhatChromiumsSettingDoes shows what the setting "block third-party cookies",
// Incognito and Debian's default change: the same cookies travel as in Firefox,
// those that are kept under the page's site.
func TestWhatChromiumsSettingDoes(t *testing.T) {
	path := installedForCookies(t)
	for name, mode := range map[string]int{"allowed": thirdPartyAllowed, "blocked": thirdPartyBlocked} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			b, err := openWith(ctx, Options{Path: path, Network: difftest.Loopback}, mode)
			if err != nil {
				t.Fatal(err)
			}
			defer b.Close()
			server := difftest.StartServer(t)
			as := fetch.Chromium
			if mode == thirdPartyBlocked {
				as = fetch.Firefox
			}
			for i, s := range slices.Concat(difftest.ThirdParty(), difftest.Partitioned()) {
				c := s.Install(server, i)
				if c.WithDefaults().Method != "GET" || strings.HasPrefix(c.Origin, "http:") {
					continue // over another scheme SameSite is told apart too
				}
				if _, err := b.Fetch(ctx, c); err != nil {
					t.Fatal(err)
				}
				asked := server.Asked(strings.Split(c.URL, "/")[3])
				got := len(asked) > 0 && strings.Contains(asked[0], " cookie=")
				model := fetch.Run(ctx, c, silence{}, fetch.Options{Engine: as})
				want := slices.ContainsFunc(model.Credentials, func(d fetch.CredentialDecision) bool { return d.Sent })
				if got != want {
					t.Errorf("%s: cookies on the wire %t, want %t: %q, %+v", s.Name, got, want, asked, model.Credentials)
				}
			}
		})
	}
}

// silence is a transport that answers nothing.
type silence struct{}

func (silence) RoundTrip(context.Context, exchange.Purpose, exchange.Request) exchange.Exchange {
	return exchange.Exchange{Failure: &exchange.Failure{Phase: exchange.FailureTimeout}}
}
