package finding

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
)

// at is a Date header of that time.
func at(t time.Time) string { return "|Date: " + t.Format("Mon, 02 Jan 2006 15:04:05") + " GMT" }

func TestTokensAreJudgedByTheServersClock(t *testing.T) {
	const refused = "Location: " + login + "|Server: cloudflare|Cf-Ray: " + ray1
	const passed = "Access-Control-Allow-Origin: " + app1 + "|Access-Control-Allow-Credentials: true|Vary: Origin"
	for _, tt := range []struct {
		name      string
		ahead     time.Duration // the server's clock
		from, to  time.Duration // the token's life, by the server's clock; 0 for a claim that is not there
		head      string
		cached    string
		want      []string
		title     string
		says, not string
	}{
		{name: "the clocks agree, the token is good", from: -time.Hour, to: time.Hour, head: passed},
		{name: "the clocks agree, the token is over", from: -2 * time.Hour, to: -time.Hour, head: refused, want: []string{"error 1 access-session-expired"}, says: "2026-11-25 11:00:00 UTC"},
		{name: "this clock is behind, the token is good", ahead: 3 * time.Hour, from: -5 * time.Minute, to: 24 * time.Hour, head: passed,
			want: []string{"warning clock-skew"}, title: "This machine's clock is 3 hours behind the server's", says: "is valid only from 2026-11-25 14:55:00 UTC"},
		{name: "this clock is ahead, the token is good", ahead: -5 * time.Hour, from: -time.Hour, to: 2 * time.Hour, head: passed,
			want: []string{"warning clock-skew"}, title: "This machine's clock is 5 hours ahead of the server's", says: "ran out at 2026-11-25 09:00:00 UTC"},
		{name: "this clock is ahead, the token is good, and Access refuses for another reason", ahead: -5 * time.Hour, from: -time.Hour, to: 2 * time.Hour, head: refused,
			want: []string{"error 1 access-login-redirect", "warning clock-skew"}, says: "Cloudflare's clock is right", not: "The Access session of"},
		{name: "this clock is behind, the token is over", ahead: 3 * time.Hour, from: -3 * time.Hour, to: -time.Hour, head: refused,
			want: []string{"error 1 access-session-expired", "warning clock-skew"}, says: "by that clock the token ran out at 2026-11-25 14:00:00 UTC"},
		{name: "the clocks differ, and agree about the token", ahead: 10 * time.Minute, from: -5 * time.Hour, to: 5 * time.Hour, head: passed,
			want: []string{"info clock-skew"}, title: "This machine's clock is 10 minutes behind the server's"},
		{name: "a minute is no difference", ahead: time.Minute, from: -time.Hour, to: 30 * time.Second, head: passed},
		{name: "a token without times", ahead: 3 * time.Hour, head: passed, want: []string{"info clock-skew"}},
		{name: "a stored answer has an old Date", ahead: -5 * time.Hour, from: -time.Hour, to: 6 * time.Hour, head: passed, cached: "|Age: 18000"},
		{name: "an answer of Cloudflare's cache", ahead: -5 * time.Hour, from: -time.Hour, to: 6 * time.Hour, head: passed, cached: "|cf-cache-status: HIT"},
		{name: "a token that is not valid yet", from: 10 * time.Minute, to: time.Hour, head: refused,
			want: []string{"error 1 access-login-redirect", "warning access-token-expired"}, says: "is valid only from 2026-11-25 12:10:00 UTC"},
		{name: "a token that is over, and let through", from: -2 * time.Hour, to: -time.Hour, head: passed, want: []string{"info access-token-expired"}},
		{name: "a Date that is none", from: -time.Hour, to: time.Hour, head: passed, cached: "|Date: yesterday"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server := noon.Add(tt.ahead)
			claims := `{"aud":["` + aud1 + `"],"type":"app"`
			if tt.to != 0 {
				claims += fmt.Sprintf(`,"iat":%d,"nbf":%d,"exp":%d`, server.Add(tt.from).Unix(), server.Add(tt.from).Unix(), server.Add(tt.to).Unix())
			}
			r := reply{layer: answer.LayerOrigin, status: 200, head: tt.head + tt.cached + at(server)}
			if tt.head == refused {
				r.layer, r.status = answer.LayerAccess, 302
			}
			in := stage{c: exchange.Case{Credentials: exchange.CredentialsInclude, Session: exchange.Session{AccessToken: jwt(claims + "}")}}, request: r}.input()
			fs := Find(in)
			var got []string
			for _, f := range fs {
				if f.Severity != Info || f.ID == ClockSkew || f.ID == AccessTokenExpired {
					got = append(got, brief(f))
				}
			}
			sameList(t, "findings", got, tt.want)
			if f := has(fs, ClockSkew); f != nil && tt.title != "" && f.Title != tt.title {
				t.Errorf("title %q, want %q", f.Title, tt.title)
			}
			all := fmt.Sprintf("%+v", fs)
			if tt.says != "" && !strings.Contains(all, tt.says) {
				t.Errorf("nothing says %q: %s", tt.says, all)
			}
			if tt.not != "" && strings.Contains(all, tt.not) {
				t.Errorf("says %q: %s", tt.not, all)
			}
			for _, f := range fs {
				if f.ID == ClockSkew && (len(f.Evidence) == 0 || f.Evidence[0].Exchange == "" || f.Evidence[0].What != "date") {
					t.Errorf("evidence %+v", f.Evidence)
				}
			}
		})
	}
}

// Without a token nobody's clock decides anything here.
func TestADifferenceOfClocksAloneIsNoFinding(t *testing.T) {
	in := stage{request: reply{layer: answer.LayerOrigin, head: "Access-Control-Allow-Origin: *" + at(noon.Add(3*time.Hour))}}.input()
	if f := has(Find(in), ClockSkew); f != nil {
		t.Errorf("%+v", f)
	}
}

func TestSpan(t *testing.T) {
	for d, want := range map[time.Duration]string{
		2 * time.Minute: "2 minutes", -90 * time.Second: "2 minutes", time.Minute: "1 minute", 119 * time.Minute: "119 minutes",
		3*time.Hour + 20*time.Minute: "3 hours", -47 * time.Hour: "47 hours", 72 * time.Hour: "3 days",
	} {
		if got := span(d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
}
