package finding

import (
	"context"
	"strings"
	"testing"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
)

func TestAPastedConsoleLineIsHeldAgainstTheRun(t *testing.T) {
	var (
		none    = reply{layer: answer.LayerOrigin, status: 200}
		refused = reply{layer: answer.LayerAccess, status: 403}
		allowed = reply{layer: answer.LayerOrigin, status: 200, head: "Access-Control-Allow-Origin: *|Access-Control-Allow-Methods: PUT"}
		gone    = reply{fail: exchange.FailureDNS}
	)
	for _, tt := range []struct {
		name     string
		method   string
		reported exchange.Reported
		answer   reply
		want     string // in the finding; empty for no finding
	}{
		{"the same reason", "GET", exchange.Reported{Engine: "chromium", Reason: "MissingAllowOriginHeader"}, none, ""},
		{"the same in Firefox, by its own key", "GET", exchange.Reported{Engine: "firefox", Reason: "CORSMissingAllowOrigin"}, none, ""},
		{"another reason", "PUT", exchange.Reported{Engine: "chromium", Reason: "PreflightDisallowedRedirect"}, refused, "says PreflightDisallowedRedirect; from here it is PreflightMissingAllowOriginHeader"},
		{"another reason in Firefox", "GET", exchange.Reported{Engine: "firefox", Reason: "CORSAllowOriginNotMatchingOrigin"}, none, "from here it is CORSMissingAllowOrigin"},
		{"allowed from here", "GET", exchange.Reported{Engine: "chromium", Reason: "MissingAllowOriginHeader"}, allowed, "from here the browser would hand over the answer"},
		{"WebKit's line has no name: another step", "GET", exchange.Reported{Engine: "webkit", Reason: "PreflightInvalidStatus"}, none, "from here it stops at the request"},
		{"WebKit's line has no name: the same step", "PUT", exchange.Reported{Engine: "webkit", Reason: "PreflightInvalidStatus"}, refused, ""},
		{"no answer from here", "GET", exchange.Reported{Engine: "chromium", Reason: "MissingAllowOriginHeader"}, gone, "from here no answer came at all"},
		{"no answer there either", "GET", exchange.Reported{Engine: "firefox", Reason: "CORSDidNotSucceed"}, gone, ""},
		{"an answer from here alone", "GET", exchange.Reported{Engine: "firefox", Reason: "CORSDidNotSucceed"}, none, "from here an answer came"},
		{"a status without a reason", "GET", exchange.Reported{Engine: "firefox", Status: 403}, none, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := stage{c: exchange.Case{URL: api, Origin: app1, Method: tt.method, Reported: &tt.reported}, preflight: tt.answer, request: tt.answer}
			in := Input{Case: s.c}
			in.Fetch = fetch.RunEngines(context.Background(), s.c, s.Transport(&in), fetch.Options{AllowUnsafe: true})
			f := has(Find(in), ReportedOtherwise)
			switch {
			case f == nil && tt.want != "":
				t.Errorf("nothing is said; want %q", tt.want)
			case f != nil && (tt.want == "" || !strings.Contains(f.Detail, tt.want)):
				t.Errorf("it says %q; want %q", f.Detail, tt.want)
			}
		})
	}
}

func TestASessionExplainsNoPreflight(t *testing.T) {
	for _, tt := range []struct {
		reason string
		want   bool
	}{{"PreflightDisallowedRedirect", false}, {"MissingAllowOriginHeader", true}} {
		v := newView(stage{c: exchange.Case{Reported: &exchange.Reported{Engine: "chromium", Reason: tt.reason}}, request: goodCreds}.input())
		if got := strings.Contains(strings.Join(v.mayDiffer(), ";"), "logged in"); got != tt.want {
			t.Errorf("%s: %v", tt.reason, v.mayDiffer())
		}
	}
}
