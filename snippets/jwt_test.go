package snippets_test

import (
	"bufio"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"corstui/snippets"
)

const (
	team = "team.cloudflareaccess.com"
	aud  = "32eafc7626e737b28e7be9cbcd17ca9a5b1b2c3d4e5f60718293a4b5c6d7e8f9"
)

// b64 is the encoding of JOSE.
var b64 = base64.RawURLEncoding

// signer makes tokens as Access does.
type signer struct {
	key *rsa.PrivateKey
	kid string
}

func newSigner(t *testing.T, kid string) signer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return signer{key, kid}
}

func (s signer) jwks() string {
	jwk := map[string]string{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": s.kid, "n": b64.EncodeToString(s.key.N.Bytes()), "e": "AQAB"}
	out, _ := json.Marshal(map[string]any{"keys": []any{jwk}})
	return string(out)
}

// token signs claims; the changes replace those of a good token.
func (s signer) token(header, changes map[string]any) string {
	now := time.Now()
	h := map[string]any{"alg": "RS256", "typ": "JWT", "kid": s.kid}
	claims := map[string]any{
		"iss": "https://" + team, "aud": []string{aud}, "type": "app", "email": "user@example.com", "sub": "7335d417",
		"iat": now.Add(-time.Minute).Unix(), "nbf": now.Add(-time.Minute).Unix(), "exp": now.Add(time.Hour).Unix(),
	}
	for k, v := range header {
		h[k] = v
	}
	for k, v := range changes {
		claims[k] = v
		if v == nil {
			delete(claims, k)
		}
	}
	hj, _ := json.Marshal(h)
	cj, _ := json.Marshal(claims)
	signed := b64.EncodeToString(hj) + "." + b64.EncodeToString(cj)
	sum := sha256.Sum256([]byte(signed))
	sig, err := rsa.SignPKCS1v15(nil, s.key, crypto.SHA256, sum[:])
	if err != nil {
		panic(err)
	}
	return signed + "." + b64.EncodeToString(sig)
}

func TestJWTInTheRealRuntimes(t *testing.T) {
	good, other := newSigner(t, "key1"), newSigner(t, "key1")
	up := newUpstream(t)
	// The team domain's keys, and for a Worker the upstream as well.
	world := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host != team {
			serveUpstream(w, r)
			return
		}
		serveKeys(w, r, good)
	}))
	t.Cleanup(world.Close)
	ca, proxy := interceptingProxy(t, good)

	hour := time.Hour
	past := time.Now().Add(-hour).Unix()
	requests := []struct {
		name, header, value string
		status              int
	}{
		{"no token", "", "", 401},
		{"a good token", "Cf-Access-Jwt-Assertion", good.token(nil, nil), 200},
		{"a good token with a plain audience", "Cf-Access-Jwt-Assertion", good.token(nil, map[string]any{"aud": aud}), 200},
		{"a good token of a service", "Cf-Access-Jwt-Assertion", good.token(nil, map[string]any{"sub": "", "email": nil, "common_name": "abc.access"}), 200},
		{"a good token as a cookie", "Cookie", "a=b; CF_Authorization=" + good.token(nil, nil) + "; c=d", 200},
		{"a token of another application", "Cf-Access-Jwt-Assertion", good.token(nil, map[string]any{"aud": []string{"ff" + aud[2:]}}), 401},
		{"a token of another team", "Cf-Access-Jwt-Assertion", good.token(nil, map[string]any{"iss": "https://evil.cloudflareaccess.com"}), 401},
		{"an expired token", "Cf-Access-Jwt-Assertion", good.token(nil, map[string]any{"exp": past}), 401},
		{"a token without an end", "Cf-Access-Jwt-Assertion", good.token(nil, map[string]any{"exp": nil}), 401},
		{"the global token of the team", "Cf-Access-Jwt-Assertion", good.token(nil, map[string]any{"type": "org"}), 401},
		{"a token signed by somebody else", "Cf-Access-Jwt-Assertion", other.token(nil, nil), 401},
		{"a token with a key that nobody has", "Cf-Access-Jwt-Assertion", good.token(map[string]any{"kid": "key9"}, nil), 401},
		{"an unsigned token", "Cf-Access-Jwt-Assertion", unsigned(good.token(map[string]any{"alg": "none"}, nil)), 401},
		{"no token at all", "Cf-Access-Jwt-Assertion", "not.a.token", 401},
	}
	runtimes := []struct {
		name   string
		target snippets.Target
		s      setting
	}{
		{"worker", snippets.TargetWorker, setting{outbound: world.Listener.Addr().String()}},
		{"express 5", snippets.TargetExpress, withKeysAt(world.URL)},
		{"express 4", snippets.TargetExpress, withExpress4(withKeysAt(world.URL))},
		{"go", snippets.TargetGo, setting{env: []string{"HTTPS_PROXY=" + proxy, "SSL_CERT_FILE=" + ca}}},
	}
	for _, rt := range runtimes {
		t.Run(rt.name, func(t *testing.T) {
			t.Parallel()
			o := snippets.Options{Policy: full, Upstream: up.URL, TeamDomain: team, AUD: aud}
			s := start(t, snippets.RecipeJWT, rt.target, o, rt.s)
			for _, q := range requests {
				for _, origin := range []string{first, "https://evil.example", ""} {
					t.Run(q.name+" from "+origin, func(t *testing.T) {
						header := withOrigin(origin)
						if q.header != "" {
							header = append(header, [2]string{q.header, q.value})
						}
						res, body := send(t, "GET", s.base+"/200", header, "")
						if res.StatusCode != q.status {
							t.Errorf("status %d, want %d: %s", res.StatusCode, q.status, body)
						}
						checkPolicy(t, res, full, origin, false)
					})
				}
			}
			checkMatrix(t, s.base, full, []ask{asks[0], asks[1], {name: "an OPTIONS that is no preflight", method: "OPTIONS", path: "/401", status: 401}}, []string{first, "https://evil.example"})
			t.Run("an upgrade without a token", func(t *testing.T) {
				if status, _, _ := webSocketEcho(t, s.base, "/ws", nil); status != 401 {
					t.Errorf("status %d", status)
				}
			})
			t.Run("an upgrade with a token", func(t *testing.T) {
				if status, _, text := webSocketEcho(t, s.base, "/ws", http.Header{"Cf-Access-Jwt-Assertion": {requests[1].value}}); status != 101 || text != "hi" {
					t.Errorf("status %d, echo %q", status, text)
				}
			})
		})
	}
}

func TestWithoutTheTeamsKeysNobodyGetsIn(t *testing.T) {
	down := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(down.Close)
	up := newUpstream(t)
	o := snippets.Options{Policy: full, Upstream: up.URL, TeamDomain: team, AUD: aud}
	for _, tt := range []struct {
		target snippets.Target
		s      setting
		status int
	}{
		{snippets.TargetWorker, setting{outbound: down.Listener.Addr().String()}, 503},
		{snippets.TargetExpress, withKeysAt(down.URL), 503},
		{snippets.TargetGo, setting{env: []string{"HTTPS_PROXY=" + down.URL}}, 401},
	} {
		t.Run(string(tt.target), func(t *testing.T) {
			s := start(t, snippets.RecipeJWT, tt.target, o, tt.s)
			res, body := send(t, "GET", s.base+"/200", withOrigin(first, [2]string{"Cf-Access-Jwt-Assertion", newSigner(t, "key1").token(nil, nil)}), "")
			if res.StatusCode != tt.status {
				t.Errorf("status %d, want %d: %s", res.StatusCode, tt.status, body)
			}
			checkPolicy(t, res, full, first, false)
		})
	}
}

func serveKeys(w http.ResponseWriter, r *http.Request, s signer) {
	if r.URL.Path != "/cdn-cgi/access/certs" {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, s.jwks())
}

func unsigned(token string) string { return token[:strings.LastIndexByte(token, '.')+1] }

// withKeysAt lets Node's fetch find the team domain on loopback.
func withKeysAt(url string) setting {
	return setting{
		node: []string{"--import", "./reroute.mjs"},
		extra: map[string]string{"reroute.mjs": `import { request } from "node:http";
const real = globalThis.fetch;
globalThis.fetch = (url, options) => {
  if (new URL(url).host !== "` + team + `") return real(url, options);
  return new Promise((resolve, reject) => {
    request("` + url + `" + new URL(url).pathname, { headers: { host: "` + team + `" } }, async (res) => {
      const parts = [];
      for await (const part of res) parts.push(part);
      resolve(new Response(Buffer.concat(parts), { status: res.statusCode, headers: { "content-type": "application/json" } }));
    }).on("error", reject).end();
  });
};
`},
	}
}

func withExpress4(s setting) setting {
	s.express4 = true
	return s
}

// interceptingProxy answers CONNECT to the team domain with a TLS server of its
// own, whose certificate the returned file trusts.
func interceptingProxy(t *testing.T, s signer) (caFile, url string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, DNSNames: []string{team},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	caFile = filepath.Join(t.TempDir(), "ca.pem")
	writeFile(t, caFile, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	config := &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}

	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				r, err := http.ReadRequest(bufio.NewReader(c))
				if err != nil || r.Method != http.MethodConnect || r.Host != team+":443" {
					return
				}
				_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\n")
				secure := tls.Server(c, config)
				r, err = http.ReadRequest(bufio.NewReader(secure))
				if err != nil {
					return
				}
				rec := httptest.NewRecorder()
				serveKeys(rec, r, s)
				res := rec.Result()
				res.ContentLength = int64(rec.Body.Len())
				_ = res.Write(secure)
			}()
		}
	}()
	return caFile, "http://" + l.Addr().String()
}
