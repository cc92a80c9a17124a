package paste

import (
	"strings"
	"testing"

	"corstui/diagnose/exchange"
)

func TestAStreamAsBodyIsSeen(t *testing.T) {
	tests := []struct {
		name, text string
		stream     bool
		note       string
	}{
		{"in the call", `fetch("https://api.example.com/up", {method: "POST", duplex: "half", body: new ReadableStream({start(c) { c.close(); }})})`, true, "is not sent"},
		{"a variable", `const body = new ReadableStream(source); fetch("https://api.example.com/up", {method: "POST", duplex: "half", body})`, true, "is not sent"},
		{"a variable that is not there", `fetch("https://api.example.com/up", {method: "POST", duplex: "half", body: stream})`, true, "is not sent"},
		{"without duplex", `fetch("https://api.example.com/up", {method: "POST", body: new ReadableStream()})`, true, "throws"},
		{"a text with duplex", `fetch("https://api.example.com/up", {method: "POST", duplex: "half", body: "x"})`, false, ""},
		{"a variable without duplex", `fetch("https://api.example.com/up", {method: "POST", body: data})`, false, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := Parse(tt.text)
			if err != nil {
				t.Fatal(err)
			}
			if p.Case.BodyStream != tt.stream || tt.stream && (p.Case.Body == nil || p.Case.Headers.Has("content-type")) {
				t.Errorf("%+v", p.Case)
			}
			if !strings.Contains(strings.Join(p.Notes, " "), tt.note) {
				t.Errorf("notes %q lack %q", p.Notes, tt.note)
			}
		})
	}
}

func TestAPreloadIsRead(t *testing.T) {
	tests := []struct {
		text        string
		url         string // empty where it is none
		credentials exchange.CredentialsMode
	}{
		{`<link rel="preload" as="fetch" crossorigin href="https://api.example.com/a?b=1&amp;c=2">`, "https://api.example.com/a?b=1&c=2", exchange.CredentialsSameOrigin},
		{`<link href='https://api.example.com/a' as=fetch rel='Preload' crossorigin="use-credentials" />`, "https://api.example.com/a", exchange.CredentialsInclude},
		{`<head><link rel="stylesheet" href="https://cdn.example.com/a.css"><link rel=preload as=fetch crossorigin=anonymous href=https://api.example.com/a></head>`, "https://api.example.com/a", exchange.CredentialsSameOrigin},
		{`<link rel="preload" as="fetch" href="https://api.example.com/a">`, "", ""},
		{`<link rel="preload" as="font" crossorigin href="https://api.example.com/a">`, "", ""},
	}
	for _, tt := range tests {
		p, err := Parse(tt.text)
		if tt.url == "" {
			if err == nil && p.Case.Initiator == exchange.InitiatorLink {
				t.Errorf("%s: read as %+v", tt.text, p.Case)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		if p.Case.Initiator != exchange.InitiatorLink || p.Case.URL != tt.url || p.Case.Credentials != tt.credentials {
			t.Errorf("%s: read as %+v", tt.text, p.Case)
		}
	}
}

func TestTheConsoleLineOfAPreloadIsOne(t *testing.T) {
	for kind, want := range map[string]exchange.InitiatorType{"link element resource": exchange.InitiatorLink, "fetch": exchange.InitiatorFetch} {
		p, err := Parse("Access to " + kind + " at 'https://api.example.com/a' from origin 'https://app.example.com' has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource.")
		if err != nil || p.Case.Initiator != want {
			t.Errorf("%s: %v, %+v", kind, err, p.Case)
		}
	}
}
