package answer

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"corstui/diagnose/exchange"
)

// The window in which the iat of Access's metadata must lie: not older than a
// day, and at most five minutes ahead of the local clock. cloudflared uses the
// same.
const (
	metadataMaxAge   = 24 * time.Hour
	metadataMaxAhead = 5 * time.Minute
)

// metadata are the claims of the header cf-access-metadata.
type metadata struct {
	Type        string   `json:"type"`
	Hostname    string   `json:"hostname"`
	AuthDomain  string   `json:"auth_domain"`
	AUD         audience `json:"aud"`
	AppHostname string   `json:"app_hostname"`
	IAT         seconds  `json:"iat"`
}

// readMetadata reads the claims of an answer's cf-access-metadata, unchecked.
func readMetadata(x exchange.Exchange) (metadata, string, bool) {
	if x.Response == nil {
		return metadata{}, "", false
	}
	token := strings.TrimSpace(x.Response.Headers.Value("cf-access-metadata"))
	var m metadata
	if token == "" || readClaims(token, &m) != nil {
		return metadata{}, "", false
	}
	return m, token, true
}

// MetadataTeam is the domain that an answer's cf-access-metadata names as its
// team's, as it stands there: nothing of it is verified, it only says whose keys
// to ask for. Empty without.
func (s Seen) MetadataTeam() string {
	m, _, _ := readMetadata(s.Exchange)
	return strings.TrimPrefix(m.AuthDomain, "https://")
}

// verifyMetadata checks a metadata token as cloudflared does: it is of a team
// domain, signed by that team's keys, for the host asked, and fresh. The error
// is a sentence for people and quotes no token.
func verifyMetadata(token string, m metadata, asked string, keys []byte, now time.Time) error {
	if !teamDomain(m.AuthDomain) {
		return errors.New("its auth_domain is no team domain of Cloudflare Access")
	}
	if m.Type != "" && m.Type != "match" {
		return fmt.Errorf("its type is “%s”, not “match”", show(m.Type))
	}
	if plainHost(m.Hostname) != asked {
		return fmt.Errorf("it was made for %s, not for %s", show(m.Hostname), show(asked))
	}
	at := m.IAT.time()
	switch {
	case at.IsZero():
		return errors.New("it has no time of issue")
	case now.Sub(at) > metadataMaxAge:
		return errors.New("it is older than a day by this machine's clock")
	case at.Sub(now) > metadataMaxAhead:
		return errors.New("its time of issue lies in the future by this machine's clock")
	}
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return errors.New("it is not signed with RS256")
	}
	set := teamKeys(keys)
	if len(set) == 0 {
		return errors.New("the team's keys could not be read")
	}
	for _, k := range set {
		if _, err := signed.Verify(k); err == nil {
			return nil
		}
	}
	return errors.New("no key of the team fits its signature")
}

// maxKeys bounds the keys that a hostile key document makes us try.
const maxKeys = 16

// teamKeys reads the public RSA keys of a JWKS; what it cannot read it leaves
// out, so that a new kind of key does not hide the others.
func teamKeys(body []byte) []jose.JSONWebKey {
	var doc struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if json.Unmarshal(body, &doc) != nil {
		return nil
	}
	var out []jose.JSONWebKey
	for _, raw := range doc.Keys {
		var k jose.JSONWebKey
		if len(out) < maxKeys && k.UnmarshalJSON(raw) == nil && k.IsPublic() && k.Valid() {
			out = append(out, k)
		}
	}
	return out
}

// certsOf says whether an exchange is the answer with that team's keys. They
// count only over TLS, from the team domain itself.
func certsOf(x exchange.Exchange, team string) bool {
	u, err := url.Parse(x.Request.URL)
	return err == nil && u.Scheme == "https" && plainHost(u.Hostname()) == plainHost(team) && u.Path == "/cdn-cgi/access/certs" &&
		x.Response != nil && x.Response.Status == 200 && !x.Response.BodyTruncated && x.Response.BodyError == ""
}
