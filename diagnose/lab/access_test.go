package lab

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

func TestAccessSendsStrangersToTheLogin(t *testing.T) {
	c := dial(t, start(t, "access-login"))
	url := "https://access-login.api.example.com/v1/me"
	aud := audOf("access-login.api.example.com")
	s := c.do("GET", url, "Origin", pageOrigin, "Accept", "application/json", "Sec-Fetch-Mode", "cors")
	s.is(t, 302,
		"Location", `https://team\.cloudflareaccess\.com/cdn-cgi/access/login/access-login\.api\.example\.com\?kid=`+aud+`&meta=[\w.-]+&redirect_url=%2Fv1%2Fme`,
		"Www-Authenticate", `Cloudflare-Access resource_metadata="https://access-login\.api\.example\.com/\.well-known/cloudflare-access-protected-resource/v1/me"`,
		"Set-Cookie", `CF_AppSession=n\w+; Expires=[^;]+ GMT; Path=/; Secure; HttpOnly`,
		"Access-Control-Allow-Credentials", "true", "Access-Control-Allow-Origin", "",
		"Content-Length", "143", "Content-Type", "text/html", "Expires", "Thu, 01 Jan 1970 00:00:01 GMT",
		"Server", "cloudflare", "Cf-Ray", "[0-9a-f]{16}-FRA", "Cf-Cache-Status", "")
	c.do("GET", url, "X-Requested-With", "XMLHttpRequest").is(t, 401, "Www-Authenticate", "Cloudflare-Access .*", "Location", "")
	c.do("GET", s.Header.Get("Location"), "Origin", pageOrigin).is(t, 200,
		"Cf-Access-Domain", "access-login.api.example.com", "Access-Control-Allow-Origin", "", "Server", "cloudflare")
}

func TestAccessRefusesEveryPreflight(t *testing.T) {
	l := start(t, "access-preflight")
	c := dial(t, l)
	url := "https://access-preflight.api.example.com/v1/me"
	token := l.AccessToken("access-preflight.api.example.com")
	for _, cookie := range []string{"", "CF_Authorization=" + token} {
		c.do("OPTIONS", url, "Origin", pageOrigin, "Access-Control-Request-Method", "PUT", "Cookie", cookie).is(t, 403,
			"Cf-Access-Aud", "[0-9a-f]{64}", "Cf-Access-Domain", "access-preflight.api.example.com",
			"Access-Control-Allow-Origin", "", "Content-Type", "text/html", "Cf-Cache-Status", "")
	}
	s := c.do("OPTIONS", url, "Origin", pageOrigin, "Access-Control-Request-Method", "PUT", "Accept", "application/json")
	var o struct {
		Message string
		Status  int `json:"status_code"`
		AUD     string
		Ray     string `json:"ray_id"`
	}
	if err := json.Unmarshal([]byte(s.body), &o); err != nil || o.Status != 403 || len(o.AUD) != 64 || !strings.HasPrefix(s.Header.Get("Cf-Ray"), o.Ray+"-") {
		t.Errorf("JSON form %s, Ray %s: %v", s.body, s.Header.Get("Cf-Ray"), err)
	}
}

func TestAccessAcceptsItsOwnTokensAlone(t *testing.T) {
	l := start(t, "access-login")
	c := dial(t, l)
	const host = "access-login.api.example.com"
	good := l.AccessToken(host)
	for name, tt := range map[string]struct {
		token string
		want  int
	}{
		"good":           {good, 200},
		"expired":        {l.team.appToken(audOf(host), -1), 302},
		"other audience": {l.team.appToken(audOf("other.example.com"), 1e12), 302},
		"global":         {l.team.globalToken(), 302},
		"cut":            {good[:len(good)-4], 302},
		"unsigned":       {"eyJhbGciOiJub25lIn0." + strings.Split(good, ".")[1] + ".", 302},
		"garbage":        {"a.b.c", 302},
	} {
		t.Run(name, func(t *testing.T) {
			c := &client{t, c.c, c.tr}
			c.do("GET", "https://"+host+"/v1/me", "Cookie", "CF_Authorization="+tt.token, "Origin", pageOrigin).is(t, tt.want)
			c.do("GET", "https://"+host+"/v1/me", "Cf-Access-Token", tt.token, "Origin", pageOrigin).is(t, tt.want)
		})
	}
}

func TestAccessMetadataVerifiesAgainstTheTeamsKeys(t *testing.T) {
	c := dial(t, start(t, "access-login"))
	certs := c.do("GET", "https://"+teamHost+"/cdn-cgi/access/certs")
	var keys jose.JSONWebKeySet
	if err := json.Unmarshal([]byte(certs.body), &keys); err != nil || len(keys.Keys) != 2 {
		t.Fatalf("%d keys: %v", len(keys.Keys), err)
	}
	s := c.do("HEAD", "https://access-login.api.example.com/v1/me", "Cf-Access-Metadata-Request", "true")
	s.is(t, 200)
	token, err := jwt.ParseSigned(s.Header.Get("Cf-Access-Metadata"), []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := token.Claims(&keys, &got); err != nil {
		t.Fatal(err)
	}
	for claim, want := range map[string]any{
		"type": "match", "hostname": "access-login.api.example.com", "app_hostname": "access-login.api.example.com",
		"auth_domain": teamHost, "aud": audOf("access-login.api.example.com"),
	} {
		if got[claim] != want {
			t.Errorf("claim %s is %v, want %v", claim, got[claim], want)
		}
	}
	if c.do("GET", "https://access-login.api.example.com/v1/me", "Cf-Access-Metadata-Request", "true").Header.Get("Cf-Access-Metadata") != "" {
		t.Error("metadata comes on HEAD alone")
	}
}
