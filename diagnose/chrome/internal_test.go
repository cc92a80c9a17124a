package chrome

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"

	"corstui/diagnose/exchange"
	"corstui/diagnose/probe"
)

func TestResolverRulesSpeakChromiumsLanguage(t *testing.T) {
	tests := []struct {
		name               string
		resolve, connectTo []string
		want, err          string
	}{
		{"nothing", nil, nil, "", ""},
		{"resolve", []string{"api.test:443:127.0.0.1"}, nil, "MAP api.test:443 127.0.0.1", ""},
		{"resolve to IPv6", []string{"api.test:443:[::1]"}, nil, "MAP api.test:443 [::1]", ""},
		{"resolve with a list", []string{"+api.test:443:127.0.0.1,127.0.0.2"}, nil, "MAP api.test:443 127.0.0.1", ""},
		{"resolve any host", []string{"*:443:127.0.0.1"}, nil, "MAP *:443 127.0.0.1", ""},
		{"connect-to", nil, []string{"api.test:443:other.test:8443"}, "MAP api.test:443 other.test:8443", ""},
		{"connect-to any", nil, []string{"::127.0.0.1:8443"}, "MAP * 127.0.0.1:8443", ""},
		{"connect-to without port", nil, []string{"api.test::other.test:"}, "MAP api.test other.test", ""},
		{"connect-to keeps the host", nil, []string{"api.test:443::8443"}, "MAP api.test:443 api.test:8443", ""},
		{"connect-to comes first", []string{"api.test:443:127.0.0.1"}, []string{"api.test:443:[::1]:1"}, "MAP api.test:443 [::1]:1,MAP api.test:443 127.0.0.1", ""},
		{"too short", []string{"api.test"}, nil, "", "HOST:PORT:ADDR"},
		{"no address", []string{"api.test:443:other.test"}, nil, "", "IP address"},
		{"too short to connect", nil, []string{"a:b:c"}, "", "HOST2"},
		{"nowhere to stay", nil, []string{":443::8443"}, "", "HOST2"},
		{"a second rule smuggled in", nil, []string{"a.test:443:b.test,MAP *:1"}, "", "comma"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := resolverRules(probe.Network{Resolve: tt.resolve, ConnectTo: tt.connectTo})
			if got != tt.want || (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestSPKIPinsAreThoseOfTheGivenCertificates(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now(), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	spki, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(spki)
	pins, err := spkiPins(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	if err != nil || !slices.Equal(pins, []string{base64.StdEncoding.EncodeToString(sum[:])}) {
		t.Errorf("got %q, %v", pins, err)
	}
	for _, bad := range []string{"", "hello", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"} {
		if _, err := spkiPins([]byte(bad)); err == nil || !strings.Contains(err.Error(), "--cacert") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestCookieParamsAreForTheTargetsHostOnly(t *testing.T) {
	u, err := url.Parse("https://api.example.com:8443/v1")
	if err != nil {
		t.Fatal(err)
	}
	if p := cookieParams(exchange.Cookie{Name: "a", Domain: "other.example.com"}, u); p != nil {
		t.Errorf("a cookie of another host: %+v", p)
	}
	if p := cookieParams(exchange.Cookie{Name: "a", Domain: "ample.com"}, u); p != nil {
		t.Errorf("a cookie of a look-alike: %+v", p)
	}
	p := cookieParams(exchange.Cookie{Name: "a", Value: "1"}, u)
	if p == nil || p.Domain != "" || p.URL != "https://api.example.com:8443/" || p.SameSite != network.CookieSameSiteNone || !*p.Secure || p.Path != "/" {
		t.Errorf("a cookie of which little is known: %+v", p)
	}
	p = cookieParams(exchange.Cookie{Name: "a", Domain: ".example.com", SameSite: "Lax", Path: "/v1"}, u)
	if p == nil || p.Domain != ".example.com" || p.URL != "" || p.SameSite != network.CookieSameSiteLax || p.Path != "/v1" {
		t.Errorf("a domain cookie: %+v", p)
	}
}
