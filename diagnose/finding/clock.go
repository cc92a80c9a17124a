package finding

import (
	"fmt"
	"strings"
	"time"

	"corstui/diagnose/answer"
)

// The findings of this family.
const (
	ClockSkew          = "clock-skew"           // warning: this machine's clock and the server's disagree about whether the session's token is valid; info where they differ and agree about that
	AccessTokenExpired = "access-token-expired" // warning: the token that travelled is past its time, or before it, by the server's clock, and the block was not Access's
)

// minSkew is the least difference of two clocks that counts: an answer may be
// long under way, and validators of tokens forgive a minute or so.
const minSkew = 2 * time.Minute

// timeLayout is how times are written for people.
const timeLayout = "2006-01-02 15:04:05 UTC"

// serverTime is when an answer was made by the clock of whoever made it, its
// header Date (RFC 9110, section 6.6.1); ok is false without, and where the
// answer may have been made earlier and stored.
func serverTime(s *answer.Seen) (at time.Time, ok bool) {
	if resp(s) == nil || s.Started.IsZero() || hasHeader(s, "age") || layer(s) == answer.LayerCache {
		return time.Time{}, false
	}
	switch strings.ToUpper(header(s, "cf-cache-status")) {
	case "", "DYNAMIC", "BYPASS", "MISS", "NONE", "UNKNOWN":
	default:
		return time.Time{}, false
	}
	at, err := time.Parse(time.RFC1123, header(s, "date"))
	return at.UTC(), err == nil
}

// skew is how far the server's clock is ahead of this machine's, as an answer
// shows it; negative where it is behind, zero where no difference counts.
func skew(s *answer.Seen) time.Duration {
	at, ok := serverTime(s)
	if !ok {
		return 0
	}
	if d := at.Sub(s.Started); d.Abs() >= minSkew {
		return d
	}
	return 0
}

// judged is when a request was judged, by the clock that counts: the server's.
func judged(s *answer.Seen) time.Time {
	if d := skew(s); d != 0 {
		return s.Started.Add(d)
	}
	return s.Started
}

// timeFault says what is wrong with a token at a time, as the end of "the token
// …"; empty where nothing is.
func timeFault(t answer.AccessToken, at time.Time) string {
	for _, f := range t.Faults(answer.AccessApp{}, at) {
		switch f {
		case answer.TokenExpired:
			return "ran out at " + t.Expires.Format(timeLayout)
		case answer.TokenNotYetValid:
			return "is valid only from " + t.NotBefore.Format(timeLayout)
		}
	}
	return ""
}

// withToken is the last answered request that carried the session's token, nil
// without.
func (v *view) withToken() *answer.Seen {
	for i := len(v.requests) - 1; i >= 0; i-- {
		if s := v.requests[i]; s.Request.WithSession && resp(s) != nil {
			return s
		}
	}
	return nil
}

var clockRows = []row{
	{
		id: ClockSkew, severity: Info, layer: answer.LayerBrowser,
		find: func(v *view) []Finding {
			s := v.withToken()
			t, ok := v.token()
			d := skew(s)
			if !ok || d == 0 {
				return nil
			}
			here, there := timeFault(t, s.Started), timeFault(t, judged(s))
			f := Finding{Fix: fixAt(answer.LayerBrowser), Title: "This machine's clock is " + span(d) + " behind the server's"}
			if d < 0 {
				f.Title = "This machine's clock is " + span(d) + " ahead of the server's"
			}
			f.Detail = fmt.Sprintf("The server's Date was %s when this machine's clock said %s. The server judges the Access token by its own clock, and by that clock the token %s.",
				judged(s).UTC().Format(timeLayout), s.Started.UTC().Format(timeLayout), orValid(there))
			if (here == "") != (there == "") {
				f.Severity = Warning
				f.Detail += " By this machine's clock the token " + orValid(here) + ": whatever reads the token here goes wrong."
			}
			whose := "Set the clock that is wrong, this machine's or the server's."
			if hasHeader(s, "cf-ray") {
				whose = "Cloudflare's clock is right: set this machine's."
			}
			f.Detail += " " + whose
			f.Evidence = []answer.Evidence{ev(s, "date", "the server's clock is "+span(d)+aheadOf(d)+" this machine's")}
			if there != "" {
				f.Evidence = append(f.Evidence, ev(s, "CF_Authorization", "by the server's clock the token "+there))
			}
			return one(f)
		},
		words: words{
			title:    "This machine's clock and the server's differ",
			see:      "Compare the Date header of an answer with your own clock in UTC: curl -sI URL | grep -i ^date; date -u.",
			plain:    "A session's token says from when and until when it is valid. The server judges that by its own clock. Where your machine's clock is off by more than a few minutes, a token looks expired here that is good there, or the other way round. Set your clock by the network.",
			operator: "Date (RFC 9110, section 6.6.1) is the clock of whoever made the answer; Cloudflare's edge is on time. A service that checks Cf-Access-Jwt-Assertion itself uses its own clock for exp, nbf and iat: keep it on NTP, and let the check forgive a minute.",
			links:    []string{docAccessToken},
		},
	},
	{
		id: AccessTokenExpired, severity: Warning, layer: answer.LayerBrowser,
		find: func(v *view) []Finding {
			s := v.withToken()
			t, ok := v.token()
			if !ok || s == nil || v.found[AccessSessionExpired] {
				return nil
			}
			fault := timeFault(t, judged(s))
			if fault == "" {
				return nil
			}
			f := Finding{Evidence: []answer.Evidence{ev(s, "CF_Authorization", "the token "+fault)}, Fix: fixAt(answer.LayerBrowser),
				Detail: "The Access token that travelled with the request " + fault + ". Cloudflare Access takes it for no token at all. Log in again at " + v.host() + " and take its new CF_Authorization cookie."}
			if !v.blocked {
				f.Severity = Info
			}
			return one(f)
		},
		words: words{
			title:    "The Access token is not valid at this time",
			see:      "Decode the token's payload (its middle part is base64url) and compare exp and nbf, in seconds since 1970, with the Date header of the answer.",
			plain:    "The session that you gave was made for a time that is over, or not here yet. Log in again and take the new cookie.",
			operator: "The shortest session duration that applies wins: application, policy or global. A token cannot be renewed by a request of a script.",
			links:    []string{docSessions, docAccessToken},
		},
	},
}

// orValid is a fault of a token, or that it has none.
func orValid(fault string) string {
	if fault == "" {
		return "is valid"
	}
	return fault
}

func aheadOf(d time.Duration) string {
	if d < 0 {
		return " behind"
	}
	return " ahead of"
}

// span is a difference of clocks for people, in the largest unit that fits.
func span(d time.Duration) string {
	d = d.Abs()
	unit, n := "minute", int(d.Round(time.Minute)/time.Minute)
	switch {
	case d >= 48*time.Hour:
		unit, n = "day", int(d.Round(24*time.Hour)/(24*time.Hour))
	case d >= 2*time.Hour:
		unit, n = "hour", int(d.Round(time.Hour)/time.Hour)
	}
	if n != 1 {
		unit += "s"
	}
	return fmt.Sprintf("%d %s", n, unit)
}
