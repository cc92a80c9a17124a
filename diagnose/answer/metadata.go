package answer

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/url"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

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
	rs256 := false
	parser := jwt.NewParser(jwt.WithValidMethods([]string{jwt.SigningMethodRS256.Alg()}), jwt.WithStrictDecoding(), jwt.WithoutClaimsValidation())
	set := teamKeys(keys)
	_, err := parser.Parse(token, func(*jwt.Token) (any, error) {
		rs256 = true
		return set, nil
	})
	switch {
	case err == nil:
		return nil
	case !rs256:
		return errors.New("it is not signed with RS256")
	case len(set.Keys) == 0:
		return errors.New("the team's keys could not be read")
	}
	return errors.New("no key of the team fits its signature")
}

// The limits on what a hostile key document makes us try: keys, and bytes of a
// modulus. Access's are of 2048 bits.
const (
	maxKeys    = 16
	maxModulus = 1024
)

// teamKeys reads the RSA keys of a JWKS (RFC 7517, section 5; RFC 7518, section
// 6.3.1); what it cannot read it leaves out, so that a new kind of key does not
// hide the others.
func teamKeys(body []byte) jwt.VerificationKeySet {
	var doc struct {
		Keys []json.RawMessage `json:"keys"`
	}
	var set jwt.VerificationKeySet
	if json.Unmarshal(body, &doc) != nil {
		return set
	}
	for _, raw := range doc.Keys {
		if k := rsaKey(raw); k != nil && len(set.Keys) < maxKeys {
			set.Keys = append(set.Keys, k)
		}
	}
	return set
}

// rsaKey reads one public RSA key of a JWKS; nil where it is none.
func rsaKey(raw []byte) *rsa.PublicKey {
	var k struct {
		Type     string `json:"kty"`
		Modulus  string `json:"n"`
		Exponent string `json:"e"`
	}
	if json.Unmarshal(raw, &k) != nil || k.Type != "RSA" {
		return nil
	}
	n, err1 := base64.RawURLEncoding.DecodeString(k.Modulus)
	e, err2 := base64.RawURLEncoding.DecodeString(k.Exponent)
	exponent := new(big.Int).SetBytes(e)
	if err1 != nil || err2 != nil || len(n) == 0 || len(n) > maxModulus || exponent.BitLen() == 0 || exponent.BitLen() > 31 {
		return nil
	}
	return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(exponent.Int64())}
}

// certsOf says whether an exchange is the answer with that team's keys. They
// count only over TLS, from the team domain itself.
func certsOf(x exchange.Exchange, team string) bool {
	u, err := url.Parse(x.Request.URL)
	return err == nil && u.Scheme == "https" && plainHost(u.Hostname()) == plainHost(team) && u.Path == "/cdn-cgi/access/certs" &&
		x.Response != nil && x.Response.Status == 200 && !x.Response.BodyTruncated && x.Response.BodyError == ""
}
