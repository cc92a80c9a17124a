package answer

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// AccessToken is what a JWT of Cloudflare Access claims. Its signature is not
// checked and its text is not kept: the claims say whether a token could fit,
// never whether it may pass.
type AccessToken struct {
	// AUD are the AUD tags of the applications that it is for.
	AUD []string
	// Issuer is the claim iss, "https://TEAM.cloudflareaccess.com".
	Issuer string
	// Team is the team domain of Issuer.
	Team string
	// Type is "app" for the token of one application, "org" for the global
	// token that lives on the team domain.
	Type string
	// CommonName is the Client ID of a service token, empty for a person's.
	CommonName string
	// Person says that the token names a user.
	Person bool
	// Expires, IssuedAt and NotBefore are zero where the claim is absent.
	Expires, IssuedAt, NotBefore time.Time
	// Expired says that Expires had passed at the time of reading.
	Expired bool
}

// A TokenFault is a reason why Access will not accept a token.
type TokenFault string

// The faults, in the order in which they are worth telling.
const (
	TokenGlobal        TokenFault = "global-token"   // type org: of the team domain, not of an application
	TokenWrongTeam     TokenFault = "wrong-team"     // issued by another team
	TokenWrongAudience TokenFault = "wrong-audience" // for another application
	TokenExpired       TokenFault = "expired"
	TokenNotYetValid   TokenFault = "not-yet-valid"
)

// maxToken is the longest JWT that is read, in bytes; a cookie holds 4096.
const maxToken = 16 << 10

// audience is the claim aud: a string or a list, both are seen.
type audience []string

func (a *audience) UnmarshalJSON(b []byte) error {
	var list []string
	if err := json.Unmarshal(b, &list); err == nil {
		*a = list
		return nil
	}
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return errors.New("aud is neither a string nor a list of strings")
	}
	*a = audience{s}
	return nil
}

// seconds is a NumericDate of RFC 7519; fractions are cut.
type seconds float64

func (s seconds) time() time.Time {
	if s <= 0 || s > 1<<40 {
		return time.Time{}
	}
	return time.Unix(int64(s), 0).UTC()
}

// ReadAccessToken reads the claims of an Access token: a CF_Authorization
// cookie, or what `cloudflared access token` prints. The error never quotes the
// token.
func ReadAccessToken(jwt string, now time.Time) (AccessToken, error) {
	var c struct {
		AUD        audience `json:"aud"`
		Issuer     string   `json:"iss"`
		Type       string   `json:"type"`
		CommonName string   `json:"common_name"`
		Email      string   `json:"email"`
		Exp        seconds  `json:"exp"`
		IAT        seconds  `json:"iat"`
		NBF        seconds  `json:"nbf"`
	}
	if err := readClaims(jwt, &c); err != nil {
		return AccessToken{}, fmt.Errorf("the Access token %w", err)
	}
	t := AccessToken{
		AUD: c.AUD, Issuer: c.Issuer, Type: c.Type, CommonName: c.CommonName, Person: c.Email != "",
		Expires: c.Exp.time(), IssuedAt: c.IAT.time(), NotBefore: c.NBF.time(),
	}
	if u, err := url.Parse(c.Issuer); err == nil && teamDomain(u.Hostname()) {
		t.Team = plainHost(u.Hostname())
	}
	t.Expired = !t.Expires.IsZero() && !now.Before(t.Expires)
	return t, nil
}

// For says whether the token is for the application with this AUD tag.
func (t AccessToken) For(aud string) bool {
	return slices.ContainsFunc(t.AUD, func(s string) bool { return strings.EqualFold(s, aud) })
}

// Faults compares a token with the application that covers the URL, and with
// the time. What is not known of the application is not compared.
func (t AccessToken) Faults(app AccessApp, now time.Time) []TokenFault {
	var out []TokenFault
	if t.Type == "org" {
		out = append(out, TokenGlobal)
	}
	if app.Team != "" && t.Team != "" && !strings.EqualFold(app.Team, t.Team) {
		out = append(out, TokenWrongTeam)
	}
	if app.AUD != "" && t.Type != "org" && !t.For(app.AUD) {
		out = append(out, TokenWrongAudience)
	}
	if !t.Expires.IsZero() && !now.Before(t.Expires) {
		out = append(out, TokenExpired)
	}
	if !t.NotBefore.IsZero() && now.Add(time.Minute).Before(t.NotBefore) {
		out = append(out, TokenNotYetValid)
	}
	return out
}

// readClaims decodes the payload of a compact JWT without checking it.
func readClaims(jwt string, into any) error {
	jwt = strings.TrimSpace(jwt)
	parts := strings.Split(jwt, ".")
	switch {
	case len(jwt) > maxToken:
		return fmt.Errorf("is longer than %d bytes; want a JWT as Access sets it in the cookie CF_Authorization", maxToken)
	case len(parts) != 3:
		return fmt.Errorf("has %d parts between dots; want a JWT, which has three", len(parts))
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return errors.New("is no JWT: its middle part is not base64url")
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return errors.New("is no JWT of Access: its middle part is not a JSON object with the claims of one")
	}
	return nil
}

// LoginRedirect is what the Location of an Access login redirect tells.
type LoginRedirect struct {
	// Team is the team domain, "team.cloudflareaccess.com".
	Team string
	// Host is the host that was asked, as Access knows it; empty where the URL
	// was cut.
	Host string
	// AUD is the AUD tag of the application that redirects (parameter kid).
	AUD string
	// RedirectURL is where the login leads back to: the path that was asked.
	RedirectURL string
	// ServiceTokenStatus is the claim service_token_status of parameter meta:
	// "true" where a valid service token came with the request, "false" where
	// none did; empty where meta does not say.
	ServiceTokenStatus string
	// AuthStatus is the claim auth_status of parameter meta, "NONE" and others.
	AuthStatus string
	// MetaAUD is the AUD tag that meta names.
	MetaAUD string
}

// ParseLoginRedirect reads the Location of an Access login redirect and says
// whether it is one. The text of its tokens is not kept.
func ParseLoginRedirect(location string) (LoginRedirect, bool) {
	u, err := url.Parse(strings.TrimSpace(location))
	if err != nil || !strings.HasPrefix(u.Path, "/cdn-cgi/access/login") || u.Hostname() == "" {
		return LoginRedirect{}, false
	}
	q := u.Query()
	l := LoginRedirect{
		Team: plainHost(u.Hostname()), AUD: q.Get("kid"), RedirectURL: q.Get("redirect_url"),
		Host: strings.ToLower(strings.Trim(strings.TrimPrefix(u.Path, "/cdn-cgi/access/login"), "/")),
	}
	if relate(l.Host, l.Host) != relSame {
		l.Host = ""
	}
	if !hex64RE.MatchString(l.AUD) {
		l.AUD = ""
	}
	var meta struct {
		AUD     audience `json:"aud"`
		Service any      `json:"service_token_status"`
		Auth    string   `json:"auth_status"`
	}
	if readClaims(q.Get("meta"), &meta) == nil {
		l.AuthStatus = show(meta.Auth)
		if meta.Service != nil {
			l.ServiceTokenStatus = show(fmt.Sprint(meta.Service))
		}
		if len(meta.AUD) > 0 && hex64RE.MatchString(meta.AUD[0]) {
			l.MetaAUD = meta.AUD[0]
		}
	}
	return l, true
}

// Login returns what an answer's Location tells of Access's login, and whether
// the answer is such a redirect.
func (s Seen) Login() (LoginRedirect, bool) {
	if s.Response == nil || s.Response.Status/100 != 3 && s.Response.Status != 0 {
		return LoginRedirect{}, false
	}
	return ParseLoginRedirect(s.Response.Headers.Value("location"))
}
