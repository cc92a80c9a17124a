package finding

import (
	"context"
	"strings"
	"testing"

	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
)

// twoAnswers answers preflights and requests over HTTP/2.
type twoAnswers struct{ preflight, request exchange.Response }

func (a twoAnswers) RoundTrip(_ context.Context, p exchange.Purpose, r exchange.Request) exchange.Exchange {
	resp := a.request
	if p == exchange.PurposePreflight {
		resp = a.preflight
	}
	resp.Proto = "HTTP/2.0"
	return exchange.Exchange{ID: "e1", Purpose: p, Request: r, Response: &resp}
}

func TestEnginesDifferByCircumstance(t *testing.T) {
	const page, api = "https://app.example.com", "https://api.example.com/x"
	text := "x"
	allow := exchange.Headers{{Name: "Access-Control-Allow-Origin", Value: page}}
	denied := &exchange.LocalNetwork{Page: exchange.SpacePublic, Target: exchange.SpaceLocal, Permission: exchange.PermissionDenied}
	granted := &exchange.LocalNetwork{Page: exchange.SpacePublic, Target: exchange.SpaceLocal, Permission: exchange.PermissionGranted}
	tests := []struct {
		name        string
		c           exchange.Case
		answers     twoAnswers
		says, fixes string // empty for no finding
	}{
		{"a stream", exchange.Case{Method: "POST", Body: &text, BodyStream: true}, twoAnswers{exchange.Response{Status: 204, Headers: allow}, exchange.Response{Status: 200, Headers: allow}}, "Firefox sends the text", "a Blob"},
		{"a text", exchange.Case{Method: "POST", Body: &text}, twoAnswers{exchange.Response{Status: 204, Headers: allow}, exchange.Response{Status: 200, Headers: allow}}, "", ""},
		{"a service worker", exchange.Case{Method: "PUT", ServiceWorker: true}, twoAnswers{exchange.Response{Status: 403}, exchange.Response{Status: 200, Headers: allow}}, "Chromium sends a preflight, WebKit none", "event.respondWith"},
		{"a service worker, and no preflight needed", exchange.Case{ServiceWorker: true}, twoAnswers{exchange.Response{Status: 403}, exchange.Response{Status: 200, Headers: allow}}, "", ""},
		{"a preload that is blocked", exchange.Case{Initiator: exchange.InitiatorLink}, twoAnswers{request: exchange.Response{Status: 200}}, "Chromium fires error, Firefox fires load", "ask by fetch()"},
		{"a preload that is allowed", exchange.Case{Initiator: exchange.InitiatorLink}, twoAnswers{request: exchange.Response{Status: 200, Headers: allow}}, "", ""},
		{"local network access denied", exchange.Case{LocalNetwork: denied}, twoAnswers{request: exchange.Response{Status: 200, Headers: allow}}, "WebKit allows it", "grant local network access"},
		{"local network access granted", exchange.Case{LocalNetwork: granted}, twoAnswers{request: exchange.Response{Status: 200, Headers: allow}}, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := tt.c
			c.URL, c.Origin = api, page
			c = c.WithDefaults()
			f := has(Find(Input{Case: c, Fetch: fetch.RunEngines(t.Context(), c, tt.answers, fetch.Options{})}), EnginesDiffer)
			switch {
			case f == nil && tt.says != "":
				t.Error("it is not said")
			case f == nil:
			case tt.says == "":
				t.Errorf("it says %s", f.Detail)
			case !strings.Contains(f.Detail, tt.says) || !strings.Contains(f.Detail, tt.fixes):
				t.Errorf("it says %s; want %q and %q", f.Detail, tt.says, tt.fixes)
			}
		})
	}
}
