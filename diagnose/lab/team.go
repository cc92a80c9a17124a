package lab

import (
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// teamHost is the team domain of the lab, where people log in.
const teamHost = "team.cloudflareaccess.com"

// team is the Zero Trust organisation: its keys, and what its own host answers.
type team struct {
	key    *rsa.PrivateKey
	keyID  string
	public jwks
}

// A jwks is a set of public keys as JSON: RFC 7517, section 5.
type jwks struct {
	Keys []jwk `json:"keys"`
}

type jwk struct {
	Type      string `json:"kty"`
	ID        string `json:"kid"`
	Use       string `json:"use"`
	Algorithm string `json:"alg"`
	Modulus   string `json:"n"`
	Exponent  string `json:"e"`
}

// theTeam returns the one team that all labs of the process share.
var theTeam = sync.OnceValue(func() *team {
	keys := teamKeys()
	t := &team{key: keys[0]}
	for _, k := range keys {
		sum := sha256.Sum256(k.N.Bytes())
		t.public.Keys = append(t.public.Keys, jwk{
			Type: "RSA", ID: hex.EncodeToString(sum[:]), Use: "sig", Algorithm: jwt.SigningMethodRS256.Alg(),
			Modulus:  base64.RawURLEncoding.EncodeToString(k.N.Bytes()),
			Exponent: base64.RawURLEncoding.EncodeToString(big.NewInt(int64(k.E)).Bytes()),
		})
	}
	t.keyID = t.public.Keys[0].ID
	return t
})

// sign makes a JWT of the team.
func (t *team) sign(claims map[string]any) string {
	unsigned := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims(claims))
	unsigned.Header["kid"] = t.keyID
	s, err := unsigned.SignedString(t.key)
	if err != nil {
		panic(err) // maps of strings and numbers always sign
	}
	return s
}

// read reads the claims of a JWT that the team signed, if the options hold.
func (t *team) read(token string, claims jwt.Claims, options ...jwt.ParserOption) bool {
	options = append(options, jwt.WithValidMethods([]string{jwt.SigningMethodRS256.Alg()}))
	_, err := jwt.ParseWithClaims(token, claims, func(*jwt.Token) (any, error) { return &t.key.PublicKey, nil }, options...)
	return err == nil
}

// appToken is the application token that a logged-in user's browser holds as
// the cookie CF_Authorization. A negative life gives one that has expired.
func (t *team) appToken(aud string, life time.Duration) string {
	exp := time.Now().Add(life)
	issued := exp.Add(-24 * time.Hour)
	return t.sign(map[string]any{
		"aud": []string{aud}, "email": "dev@example.com", "exp": exp.Unix(), "iat": issued.Unix(), "nbf": issued.Unix(),
		"iss": "https://" + teamHost, "type": "app", "identity_nonce": "q7LkWcD2r0Xn5TzB",
		"sub": "5f0c2a4e-9d1b-4f7a-8c63-2b7e90d4a1f8", "country": "DE",
	})
}

// globalToken is the team's own token, which no application accepts.
func (t *team) globalToken() string {
	now := time.Now()
	return t.sign(map[string]any{
		"aud": "5c3a51e9b5d24c6f8f1e7a90b2c4d6e8f0123456789abcdef0123456789abcde", "email": "dev@example.com",
		"exp": now.Add(time.Hour).Unix(), "iat": now.Unix(), "nbf": now.Unix(), "iss": "https://" + teamHost, "type": "org",
		"sub": "5f0c2a4e-9d1b-4f7a-8c63-2b7e90d4a1f8",
	})
}

// accepts says whether a token is good for an application: signed by the team,
// of type app, for this audience, and not expired.
func (t *team) accepts(token, aud string, now time.Time) bool {
	var claims struct {
		jwt.RegisteredClaims
		Type string `json:"type"`
	}
	return t.read(token, &claims, jwt.WithIssuer("https://"+teamHost), jwt.WithAudience(aud), jwt.WithIssuedAt(),
		jwt.WithTimeFunc(func() time.Time { return now })) && claims.Type == "app"
}

// answer is what the team's own host says.
func (t *team) answer(r *http.Request) *response {
	switch {
	case strings.HasPrefix(r.URL.Path, "/cdn-cgi/access/login/"):
		return t.loginPage(r)
	case r.URL.Path == "/cdn-cgi/access/callback" && r.Method == http.MethodPost:
		return t.callback(r)
	case r.URL.Path == "/cdn-cgi/access/certs":
		return reply(200, mustJSON(t.public), "Content-Type", "application/json", "Cache-Control", "public, max-age=3600")
	case r.URL.Path == "/cdn-cgi/access/get-identity":
		return reply(400, mustJSON(map[string]any{"err": "no app token set"}), "Content-Type", "application/json")
	case r.URL.Path == "/cdn-cgi/access/logout":
		return reply(200, page("Logged out ・ Cloudflare Access", "<h1>You are logged out</h1>"), "Content-Type", "text/html",
			"Set-Cookie", "CF_Authorization=; Expires=Thu, 01 Jan 1970 00:00:01 GMT; Path=/; Secure; HttpOnly; SameSite=None")
	}
	return reply(404, page("Error ・ Cloudflare Access", "<h1>Not found</h1>"), "Content-Type", "text/html")
}

// loginPage is where a browser arrives that follows an Access redirect. It has
// no CORS headers, whoever asks.
func (t *team) loginPage(r *http.Request) *response {
	domain := strings.TrimPrefix(r.URL.Path, "/cdn-cgi/access/login/")
	return reply(200,
		page("Sign in ・ Cloudflare Access", `<h1>Sign in to `+htmlText(domain)+`</h1>
<form method="post" action="/cdn-cgi/access/callback"><input name="meta" type="hidden" value="`+htmlText(r.URL.Query().Get("meta"))+`">
<label>Email <input name="email" type="email"></label> <button>Send me a code</button></form>`),
		append([]string{"Content-Type", "text/html", "Cf-Access-Domain", oneLine(domain),
			"X-Frame-Options", "DENY", "Content-Security-Policy", "frame-ancestors 'none'",
			"Set-Cookie", fmt.Sprintf("CF_Session=%s; Expires=%s; Path=/; Secure; HttpOnly; SameSite=None", nonce(), time.Now().Add(4*time.Hour).UTC().Format(http.TimeFormat)),
		}, noStore...)...)
}

// callback is what the login form is sent to: whoever sends one that belongs to
// a redirect of Access is logged in, and goes back to the application's host.
func (t *team) callback(r *http.Request) *response {
	meta := r.PostFormValue("meta")
	m, ok := t.meta(meta, time.Now())
	if !ok {
		return reply(400, page("Error ・ Cloudflare Access", "<h1>This login is not valid any more</h1>"), "Content-Type", "text/html")
	}
	return reply(http.StatusFound, "", append([]string{"Location", "https://" + m.Hostname + authorizedPath + "?" + url.Values{"meta": {meta}}.Encode()}, noStore...)...)
}

// A loginMeta is what Access signs for itself when it sends somebody to the login.
type loginMeta struct {
	jwt.RegisteredClaims
	Type        string `json:"type"`
	Hostname    string `json:"hostname"`
	RedirectURL string `json:"redirect_url"`
}

// meta reads what Access signed for itself, while it is valid.
func (t *team) meta(token string, now time.Time) (m loginMeta, ok bool) {
	valid := t.read(token, &m, jwt.WithExpirationRequired(), jwt.WithTimeFunc(func() time.Time { return now }))
	return m, valid && m.Type == "meta" && strings.HasPrefix(m.RedirectURL, "/") && !strings.HasPrefix(m.RedirectURL, "//")
}

// page is a short HTML page.
func page(title, body string) string {
	return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>" + title + "</title>\n</head>\n<body>\n" + body + "\n</body>\n</html>\n"
}

var htmlEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;")

func htmlText(s string) string { return htmlEscapes.Replace(s) }
