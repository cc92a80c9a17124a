package fetch

import (
	"testing"

	"corstui/diagnose/exchange"
)

func TestSimpleRequestNeedsNoPreflight(t *testing.T) {
	s := server(answer{}, ok("Access-Control-Allow-Origin", pageOrigin))
	r := do(t, exchange.Case{}, s, as(Chromium))
	if got := verdict(r); got != "allowed" {
		t.Errorf("verdict = %s, want allowed", got)
	}
	if got, want := wire(s.sent), "GET api.example.net https://app.example.com"; got != want {
		t.Errorf("sent %q, want %q", got, want)
	}
}

func TestPreflightOfAMethod(t *testing.T) {
	s := server(ok("Access-Control-Allow-Origin", "*"), ok("Access-Control-Allow-Origin", "*"))
	r := do(t, exchange.Case{Method: "PUT"}, s, as(Chromium))
	if got, want := verdict(r), "preflight MethodDisallowedByPreflightResponse"; got != want {
		t.Errorf("verdict = %s, want %s", got, want)
	}
	t.Log(r.Verdict.Console, r.Fault, r.Triggers)
}
