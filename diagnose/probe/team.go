package probe

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
)

// teamDomain is the shape of an Access team's domain. Nothing else is asked for
// keys, whatever a peer names.
var teamDomain = regexp.MustCompile(`^[a-z0-9-]{1,63}(\.fed)?\.cloudflareaccess\.com$`)

// teamOf finds the team's domain in a login redirect, in Access's metadata or
// in its description of a protected resource; "" without.
func teamOf(seen []answer.Seen) string {
	for _, x := range seen {
		if x.Response == nil {
			continue
		}
		var candidates []string
		if u, err := url.Parse(x.Response.Headers.Value("Location")); err == nil && strings.HasPrefix(u.Path, "/cdn-cgi/access/login") {
			candidates = append(candidates, u.Hostname())
		}
		if d := x.MetadataTeam(); d != "" {
			candidates = append(candidates, d)
		}
		if x.Purpose == exchange.PurposeAccessResource && x.Response.Status == http.StatusOK {
			candidates = append(candidates, resourceTeams(x.Response.Body)...)
		}
		for _, d := range candidates {
			if d = strings.ToLower(d); teamDomain.MatchString(d) {
				return d
			}
		}
	}
	return ""
}

// tokenTeam is the team whose token the session holds; "" without.
func tokenTeam(s exchange.Session) string {
	jwt := s.AccessToken
	for _, c := range s.Cookies {
		if jwt == "" && c.Name == "CF_Authorization" {
			jwt = c.Value
		}
	}
	if jwt == "" {
		return ""
	}
	t, err := answer.ReadAccessToken(jwt, time.Now())
	if err != nil || !teamDomain.MatchString(t.Team) {
		return ""
	}
	return t.Team
}

// certsURL is where a team serves its public keys (Cloudflare docs «Validate
// JWTs»).
func certsURL(team string) string { return "https://" + team + "/cdn-cgi/access/certs" }

func resourceTeams(body string) []string {
	var doc struct {
		Servers []string `json:"authorization_servers"`
	}
	if json.Unmarshal([]byte(body), &doc) != nil {
		return nil
	}
	var hosts []string
	for _, s := range doc.Servers {
		if u, err := url.Parse(s); err == nil {
			hosts = append(hosts, u.Hostname())
		}
	}
	return hosts
}
