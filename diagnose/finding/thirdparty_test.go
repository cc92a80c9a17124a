package finding

import (
	"context"
	"slices"
	"strings"
	"testing"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
)

// acrossSites is a page that calls an API of another site with the user's Access
// cookie, which the API takes and Access asks for.
type acrossSites struct {
	in *Input
	// open answers without the cookie as well.
	open bool
}

func (a acrossSites) RoundTrip(_ context.Context, p exchange.Purpose, r exchange.Request) exchange.Exchange {
	rep := goodCreds
	if !r.Headers.Has("Cookie") && !a.open {
		rep = accessLogin
		rep.head = strings.ReplaceAll(rep.head, "api.example.com", "api.example.net")
	}
	return a.in.add(p, r, rep)
}

func (a acrossSites) run(c exchange.Case, e fetch.Engine) Input {
	c.URL, c.Origin, c.Credentials = "https://api.example.net/v1/items", app1, exchange.CredentialsInclude
	a.in = &Input{Case: c}
	a.in.Fetch = fetch.RunEngines(context.Background(), c, a, fetch.Options{Engine: e})
	for i := range a.in.Seen { // RunEngines marks what it sends for another engine
		for _, x := range a.in.Fetch.Exchanges {
			if x.ID == a.in.Seen[i].ID {
				a.in.Seen[i].Engine = x.Engine
			}
		}
	}
	return *a.in
}

var loggedInAtAccess = exchange.Case{Session: exchange.Session{Cookies: []exchange.Cookie{
	{Name: "CF_Authorization", Value: "t0ken", HostOnly: true, Secure: true, SameSite: "None"}}}}

func TestEnginesDifferByACookie(t *testing.T) {
	for _, tt := range []struct {
		name   string
		engine fetch.Engine
		says   []string
	}{
		{"Chromium's verdict", fetch.Chromium, []string{"Firefox blocks it (CORSMissingAllowOrigin)", "WebKit blocks it (OriginNotAllowed)", "sent by Chromium and not by Firefox and WebKit", "Without it the answer is 302", "(e2)"}},
		{"Firefox's verdict", fetch.Firefox, []string{"Chromium allows it", "sent by Chromium and not by Firefox"}},
		{"WebKit's verdict", fetch.WebKit, []string{"Chromium allows it", "sent by Chromium and not by WebKit"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := has(Find(acrossSites{}.run(loggedInAtAccess, tt.engine)), EnginesDiffer)
			if f == nil {
				t.Fatal("no finding")
			}
			// The cause, what is a default, what is a user's setting, the repairs.
			for _, want := range append(tt.says, "The cause is cookie CF_Authorization", "https://example.com", "https://example.net",
				"by default", "Total Cookie Protection", "WebKit, not verified in Safari", "a user's setting", "Incognito", "Debian's build",
				"one site", "one origin", "SameSite=None; Secure", "same_site_cookie_attribute", "Partitioned (CHIPS)", "Storage Access API") {
				if !strings.Contains(f.Detail, want) {
					t.Errorf("%q is not in: %s", want, f.Detail)
				}
			}
			if strings.Contains(f.Detail, "t0ken") || len(f.Evidence) != 1 || f.Evidence[0].Exchange == "" || f.Fix.Layer != answer.LayerBrowser {
				t.Errorf("%+v", f)
			}
		})
	}
}

func TestThirdPartyCookieFindings(t *testing.T) {
	for _, tt := range []struct {
		name    string
		engine  fetch.Engine
		open    bool
		c       exchange.Case
		present []string // of the findings about it
		absent  []string
	}{
		{"it travels, and decides", fetch.Chromium, false, loggedInAtAccess, []string{CookieThirdParty, EnginesDiffer}, []string{AccessCookieStaysHome, CookieStaysHome}},
		{"it travels, and does not matter", fetch.Chromium, true, loggedInAtAccess, []string{CookieThirdParty}, []string{EnginesDiffer}},
		{"it stays at home, and decides", fetch.Firefox, false, loggedInAtAccess, []string{AccessCookieStaysHome, EnginesDiffer}, []string{CookieThirdParty}},
		{"it stays at home, and does not matter", fetch.WebKit, true, loggedInAtAccess, []string{CookieThirdParty}, []string{AccessCookieStaysHome, CookieStaysHome, EnginesDiffer}},
		{"a service token is no cookie", fetch.Firefox, true, exchange.Case{Session: exchange.Session{ServiceTokenID: "id", ServiceTokenSecret: "s"}}, nil, []string{CookieThirdParty, AccessCookieStaysHome, EnginesDiffer}},
		{"Lax stays at home everywhere", fetch.Chromium, false, exchange.Case{Session: exchange.Session{Cookies: []exchange.Cookie{{Name: "CF_Authorization", Value: "x", SameSite: "Lax"}}}},
			[]string{AccessCookieStaysHome}, []string{CookieThirdParty, EnginesDiffer}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fs := Find(acrossSites{open: tt.open}.run(tt.c, tt.engine))
			for _, id := range tt.present {
				if has(fs, id) == nil {
					t.Errorf("%s is missing", id)
				}
			}
			for _, id := range tt.absent {
				if f := has(fs, id); f != nil {
					t.Errorf("%s: %s", id, f.Detail)
				}
			}
		})
	}
}

// SameSite=None is no way out where the browser sends no third-party cookie.
func TestThePlanForAKeptBackCookie(t *testing.T) {
	for _, e := range []fetch.Engine{fetch.Firefox, fetch.WebKit} {
		in := acrossSites{}.run(loggedInAtAccess, e)
		steps, _ := Plan(in, Find(in))
		if len(steps) == 0 || !strings.Contains(steps[0].Summary, "a host of the page's own site") || strings.Contains(steps[0].Summary, "SameSite=None") {
			t.Errorf("%s: %+v", e, steps)
		}
		if !slices.ContainsFunc(steps, func(s Step) bool { return s.Alternative && strings.Contains(s.Summary, "page's own origin") }) {
			t.Errorf("%s: the same-origin way is missing: %+v", e, steps)
		}
	}
	c := loggedInAtAccess
	c.Session.Cookies = []exchange.Cookie{{Name: "CF_Authorization", Value: "x", SameSite: "Lax"}}
	in := acrossSites{}.run(c, fetch.Chromium)
	if steps, _ := Plan(in, Find(in)); len(steps) == 0 || !strings.Contains(steps[0].Summary, "SameSite=None") {
		t.Errorf("chromium, Lax: %+v", steps)
	}
}

// An engine whose request was not sent says nothing about the verdict.
func TestAnEngineWithoutAnAnswerDoesNotDissent(t *testing.T) {
	s := stage{c: withCreds, request: reply{layer: answer.LayerOrigin, status: 200}, engines: map[string]fetch.EngineVerdict{"firefox": {Allowed: true, Partial: true}}}
	if f := has(Find(s.input()), EnginesDiffer); f != nil {
		t.Errorf("%s", f.Detail)
	}
}
