package finding

import (
	"net/url"
	"path"
	"strings"
	"time"

	"corstui/diagnose/answer"
)

// accessToken is the application token of the case's session, empty without.
func (v *view) accessToken() string {
	if t := v.c.Session.AccessToken; t != "" {
		return t
	}
	for _, c := range v.c.Session.Cookies {
		if c.Name == "CF_Authorization" {
			return c.Value
		}
	}
	return ""
}

// token is what the session's token claims; ok is false without one.
func (v *view) token() (t answer.AccessToken, ok bool) {
	t, err := answer.ReadAccessToken(v.accessToken(), time.Time{})
	return t, err == nil
}

// otherApplication says whether a token names applications, and not the one
// that covers this URL.
func (v *view) otherApplication(t answer.AccessToken) bool {
	return v.aud() != "" && len(t.AUD) > 0 && !t.For(v.aud())
}

// expired says whether the session's token had run out when s was judged.
func (v *view) expired(s *answer.Seen) bool {
	t, ok := v.token()
	return ok && !t.Expires.IsZero() && s != nil && !s.Started.IsZero() && t.Expires.Before(judged(s))
}

// loginLocation is the URL of Access's login where an answer redirects there,
// nil where it does not.
func loginLocation(s *answer.Seen) *url.URL {
	if !redirectStatus(status(s)) {
		return nil
	}
	u := location(s)
	if u == nil || !strings.HasPrefix(u.Path, "/cdn-cgi/access/login") {
		return nil
	}
	return u
}

// innerAccess returns the host that an Access refusal is for where that is
// another host than the one asked: the refusal was relayed. Empty where it is
// the host's own.
func innerAccess(s *answer.Seen) string {
	if resp(s) == nil {
		return ""
	}
	asked := strings.ToLower(urlOf(s).Hostname())
	if asked == "" {
		return ""
	}
	if d := header(s, "cf-access-domain"); d != "" {
		if h := accessHost(d); h != "" && !coversHost(h, asked) && !isTeamHost(asked) {
			return h
		}
	}
	if u := loginLocation(s); u != nil {
		if h := accessHost(strings.TrimPrefix(strings.TrimPrefix(u.Path, "/cdn-cgi/access/login"), "/")); h != "" && !coversHost(h, asked) && u.Hostname() != asked {
			return h
		}
	}
	return ""
}

// accessHost is the host of what an application covers: "host", "host/path" or
// "*.host".
func accessHost(domain string) string {
	h, _, _ := strings.Cut(domain, "/")
	h, _, _ = strings.Cut(h, ":")
	return strings.ToLower(h)
}

func coversHost(pattern, host string) bool {
	if pattern == host {
		return true
	}
	ok, err := path.Match(pattern, host)
	return err == nil && ok
}

func isTeamHost(h string) bool { return strings.HasSuffix(h, ".cloudflareaccess.com") }
