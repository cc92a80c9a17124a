package webkit_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"corstui/diagnose/difftest"
	"corstui/diagnose/exchange"
)

// The policies for cookies that MiniBrowser has. Without a switch it takes none
// from third parties.
const (
	allCookies      = "--cookies-policy=always"
	noThirdParty    = "--cookies-policy=no-third-party"
	preventTracking = "--enable-itp"
)

// TestThirdPartyCookiesAreWebKits compares the wire with the model, with
// Intelligent Tracking Prevention on: that is the code which Safari has on by
// default. The cookies are set by a visit of their own host.
func TestThirdPartyCookiesAreWebKits(t *testing.T) {
	mini, xvfb := installed(t)
	server := difftest.StartServer(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	sub := subject(open(t, mini, xvfb, server, preventTracking))
	sub.Exceptions = nil
	difftest.Compare(ctx, t, server, sub, difftest.ThirdParty())
}

// TestWhatWebKitGTKsPoliciesDo shows that WebKitGTK's own policies are not
// Safari's: each sends to another site what was set by a visit there, and the
// default merely stores nothing that another site sets.
func TestWhatWebKitGTKsPoliciesDo(t *testing.T) {
	mini, xvfb := installed(t)
	for _, tt := range []struct {
		policy string
		first  string // cookies of the first request
		second string // of the same request again, after its answer set one
	}{
		{allCookies, "sid=1", "set=2 sid=1"},
		{noThirdParty, "sid=1", "sid=1"},
		{preventTracking, "", ""},
	} {
		t.Run(tt.policy, func(t *testing.T) {
			server := difftest.StartServer(t)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			b := open(t, mini, xvfb, server, tt.policy)
			page := b.secure(difftest.HostO)
			server.Set(difftest.HostA+"/c0/", difftest.Answer{Request: difftest.Reply("200 OK", "Access-Control-Allow-Origin: "+page, "Access-Control-Allow-Credentials: true",
				"Set-Cookie: set=2; Path=/c0; SameSite=None; Secure")})
			c := exchange.Case{URL: b.secure(difftest.HostA) + "/c0/", Origin: page, Credentials: exchange.CredentialsInclude,
				Session: exchange.Session{Cookies: []exchange.Cookie{{Name: "sid", Value: "1", Secure: true, SameSite: "None"}}}}.WithDefaults()
			for _, want := range []string{tt.first, tt.second} {
				if _, _, err := b.fetch(ctx, c); err != nil {
					t.Fatal(err)
				}
				if asked := server.Asked("c0"); len(asked) != 1 || cookiesOf(asked[0]) != want {
					t.Errorf("asked %q, want the cookies %q", asked, want)
				}
			}
		})
	}
}

// cookiesOf are the cookies in a line of the server's log, sorted.
func cookiesOf(asked string) string {
	_, list, _ := strings.Cut(asked, " cookie=")
	cookies := strings.Split(list, "; ")
	slices.Sort(cookies)
	return strings.Join(cookies, " ")
}
