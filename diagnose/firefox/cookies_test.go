package firefox_test

import (
	"context"
	"testing"
	"time"

	"corstui/diagnose/difftest"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
)

// TestThirdPartyCookiesAreFirefoxs compares the wire with the model, under the
// protection that Firefox has by default. The cookies are in the jar in which a
// login on their own host leaves them, or in that of a page's site.
func TestThirdPartyCookiesAreFirefoxs(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	sub := subject(open(ctx, t))
	sub.Exceptions, sub.Reasons = nil, nil
	difftest.Compare(ctx, t, difftest.StartServer(t), sub, append(difftest.ThirdParty(), difftest.Partitioned()...))
}

// TestALoginOnTheAPIsOwnHostDoesNotReachAnotherSitesPage logs in by a visit, as a
// user does: nothing but the browser itself puts the cookie anywhere.
func TestALoginOnTheAPIsOwnHostDoesNotReachAnotherSitesPage(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	s, page, _ := difftest.Scripted(t)
	b := open(ctx, t)
	for _, tt := range []struct {
		host    string
		allowed bool
	}{{difftest.HostA, false}, {difftest.HostS, true}} {
		s.Set(tt.host+"/in/", difftest.Answer{Request: difftest.Reply("302 Found", "Location: /in/done", "Set-Cookie: CF_Authorization=token; Path=/; Secure; HttpOnly; SameSite=None")})
		s.Set(tt.host+"/in/done", difftest.Answer{Request: difftest.Reply("401 Unauthorized"),
			WithCookie: difftest.Reply("200 OK", "Access-Control-Allow-Origin: "+page, "Access-Control-Allow-Credentials: true")})
		api := "https://" + tt.host + ":" + s.TLSPort()
		if err := b.Login(ctx, api+"/in/", nil); err != nil {
			t.Fatal(err)
		}
		s.Asked("in")
		c := exchange.Case{URL: api + "/in/done", Origin: page, Credentials: exchange.CredentialsInclude}
		o, err := b.Fetch(ctx, c)
		if err != nil {
			t.Fatal(err)
		}
		c.Session.AccessToken = "token"
		model := fetch.Decide(c, []exchange.Exchange{{ID: "e1", Purpose: exchange.PurposeRequest, Request: exchange.Request{Method: "GET", URL: c.URL}, Response: &exchange.Response{Status: 200}}},
			fetch.Options{Engine: fetch.Firefox})
		if o.Allowed != tt.allowed || model.Credentials[0].Sent != tt.allowed {
			t.Errorf("%s: Firefox reads the answer: %t, the model sends the cookie: %t, want %t; asked %q", tt.host, o.Allowed, model.Credentials[0].Sent, tt.allowed, s.Asked("in"))
		}
	}
}
