package finding

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"path"
	"strings"
	"time"

	"corstui/diagnose/answer"
)

// claims are what the rules read of an Access token. Nothing of it is shown but
// whether it fits.
type claims struct {
	Aud  audience `json:"aud"`
	Exp  int64    `json:"exp"`
	Type string   `json:"type"`
}

// audience is a string or a list of strings; Access sends both.
type audience []string

func (a *audience) UnmarshalJSON(b []byte) error {
	var list []string
	if json.Unmarshal(b, &list) == nil {
		*a = list
		return nil
	}
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	*a = audience{s}
	return nil
}

func (a audience) has(s string) bool { return containsFold(a, s) }

// readToken decodes the payload of a JWT without checking its signature: the
// rules judge what a token claims, never whether it may pass.
func readToken(jwt string) (claims, bool) {
	parts := strings.Split(jwt, ".")
	if len(parts) != 3 {
		return claims{}, false
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return claims{}, false
	}
	var c claims
	if json.Unmarshal(raw, &c) != nil {
		return claims{}, false
	}
	return c, true
}

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

// expired says whether the session's token had run out when s was sent.
func (v *view) expired(s *answer.Seen) bool {
	c, ok := readToken(v.accessToken())
	return ok && c.Exp > 0 && s != nil && !s.Started.IsZero() && time.Unix(c.Exp, 0).Before(s.Started)
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
