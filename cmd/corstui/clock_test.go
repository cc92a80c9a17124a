package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// accessOfAnotherTime is an API behind something that does as Cloudflare Access,
// whose clock is that far from this machine's: it judges a token by its own.
func accessOfAnotherTime(t *testing.T, ahead time.Duration) *httptest.Server {
	t.Helper()
	aud := strings.Repeat("0123456789abcdef", 4)
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		now := time.Now().Add(ahead)
		h := w.Header()
		h.Set("Date", now.UTC().Format(http.TimeFormat))
		h.Set("Server", "cloudflare")
		h.Set("Cf-Ray", "91a0e8235d5f6836-NRT")
		var claims struct{ NBF, Exp int64 }
		if c, err := r.Cookie("CF_Authorization"); err == nil {
			raw, _ := base64.RawURLEncoding.DecodeString(strings.Split(c.Value, ".")[1])
			_ = json.Unmarshal(raw, &claims)
		}
		if now.Unix() < claims.NBF || now.Unix() >= claims.Exp {
			h.Set("Location", "https://team.cloudflareaccess.com/cdn-cgi/access/login/api.example.com?kid="+aud+"&redirect_url=%2Fv1")
			w.WriteHeader(http.StatusFound)
			return
		}
		h.Set("Cf-Cache-Status", "DYNAMIC")
		h.Set("Access-Control-Allow-Origin", "https://app.example.com")
		h.Set("Access-Control-Allow-Credentials", "true")
		h.Set("Vary", "Origin")
	}))
	t.Cleanup(server.Close)
	return server
}

// tokenFor is a token of Access with that life, by a clock that far ahead.
func tokenFor(ahead, from, to time.Duration) string {
	now := time.Now().Add(ahead)
	b64 := base64.RawURLEncoding.EncodeToString
	claims := fmt.Sprintf(`{"aud":["%s"],"type":"app","iss":"https://team.cloudflareaccess.com","email":"a@example.com","iat":%[2]d,"nbf":%[2]d,"exp":%[3]d}`,
		strings.Repeat("0123456789abcdef", 4), now.Add(from).Unix(), now.Add(to).Unix())
	return b64([]byte(`{"alg":"RS256"}`)) + "." + b64([]byte(claims)) + "." + b64([]byte("signature"))
}

func TestAWrongClockIsNotTakenForAnExpiredSession(t *testing.T) {
	for _, tt := range []struct {
		name            string
		ahead, from, to time.Duration
		code            int
		finding         string // "severity id: part of its text"
		never           string
	}{
		{"this clock is behind, the token is good", 5 * time.Hour, -10 * time.Minute, time.Hour, 0, "warning clock-skew: This machine's clock is 5 hours behind the server's", "expired"},
		{"this clock is ahead, the token is good", -5 * time.Hour, -time.Hour, time.Hour, 0, "warning clock-skew: This machine's clock is 5 hours ahead of the server's", "expired"},
		{"this clock is behind, the token is over", 5 * time.Hour, -2 * time.Hour, -time.Hour, 1, "error access-session-expired: has run out", ""},
		{"this clock is right, the token is over", 0, -2 * time.Hour, -time.Hour, 1, "error access-session-expired: has run out", "clock-skew"},
		{"this clock is right, the token is good", 0, -time.Hour, time.Hour, 0, "", "clock-skew"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server := accessOfAnotherTime(t, tt.ahead)
			o := runProgram(t, "", []string{"CF_ACCESS_TOKEN=" + tokenFor(tt.ahead, tt.from, tt.to)}, "check", "https://api.example.com/v1", "--origin", "https://app.example.com",
				"--credentials", "include", "-k", "--connect-to", "::"+strings.TrimPrefix(server.URL, "https://"), "--format", "json", "--verdict-only")
			var r struct {
				Findings []struct {
					ID, Severity, Title, Detail string
					Evidence                    []struct{ Exchange, What, Says string }
				}
			}
			if err := json.Unmarshal([]byte(o.out), &r); err != nil {
				t.Fatalf("%v\n%s%s", err, o.out, o.errors)
			}
			if o.code != tt.code {
				t.Errorf("exit %d, want %d", o.code, tt.code)
			}
			found := tt.finding == ""
			for _, f := range r.Findings {
				head, says, _ := strings.Cut(tt.finding, ": ")
				if f.Severity+" "+f.ID == head && strings.Contains(f.Title+" "+f.Detail, says) {
					found = len(f.Evidence) > 0 && f.Evidence[0].Exchange != ""
				}
				if tt.never != "" && strings.Contains(f.ID, tt.never) {
					t.Errorf("found %s: %s", f.ID, f.Detail)
				}
			}
			if !found {
				t.Errorf("want %q with evidence, got %+v", tt.finding, r.Findings)
			}
			if strings.Contains(o.out, "eyJ") {
				t.Error("the token is shown")
			}
		})
	}
}
