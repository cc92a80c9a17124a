package snippets_test

import (
	"encoding/json"
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"corstui/snippets"
)

var tokenEnv = []string{"CF_ACCESS_CLIENT_ID=abc.access", "CF_ACCESS_CLIENT_SECRET=cfast_secret"}

func TestServiceTokenInTheRealRuntimes(t *testing.T) {
	up := newUpstream(t)
	o := snippets.Options{Policy: full, Upstream: up.URL}
	// As envsubst does.
	nginx := setting{replace: []string{"${CF_ACCESS_CLIENT_ID}", "abc.access", "${CF_ACCESS_CLIENT_SECRET}", "cfast_secret"}}
	runtimes := []struct {
		name   string
		target snippets.Target
		s      setting
	}{
		{"worker", snippets.TargetWorker, setting{env: tokenEnv}},
		{"express 5", snippets.TargetExpress, setting{env: tokenEnv}},
		{"express 4", snippets.TargetExpress, setting{env: tokenEnv, express4: true}},
		{"nginx", snippets.TargetNginx, nginx},
		{"go", snippets.TargetGo, setting{env: tokenEnv}},
	}
	for _, rt := range runtimes {
		t.Run(rt.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, snippets.RecipeServiceToken, rt.target, o, rt.s)
			t.Run("the token replaces what the client sent", func(t *testing.T) {
				_, body := send(t, "GET", s.base+"/echo", withOrigin(first, [2]string{"CF-Access-Client-Id", "forged"}, [2]string{"cf-access-client-id", "twice"}, [2]string{"Cf-Access-Client-Secret", "forged"}), "")
				var e echoed
				if err := json.Unmarshal([]byte(body), &e); err != nil {
					t.Fatalf("%v: %q", err, body)
				}
				if id, secret := e.Header["Cf-Access-Client-Id"], e.Header["Cf-Access-Client-Secret"]; !slices.Equal(id, []string{"abc.access"}) || !slices.Equal(secret, []string{"cfast_secret"}) {
					t.Errorf("the upstream saw %q and %q", id, secret)
				}
			})
			t.Run("an upgrade carries it too", func(t *testing.T) {
				status, id, text := webSocketEcho(t, s.base, "/ws", http.Header{"Cf-Access-Client-Id": {"forged"}})
				if status != 101 || id != "abc.access" || text != "hi" {
					t.Errorf("status %d, Client ID %q, echo %q", status, id, text)
				}
			})
			t.Run("no answer carries it back", func(t *testing.T) {
				for _, path := range []string{"/200", "/drop", "/404"} {
					res, body := send(t, "GET", s.base+path, withOrigin(first), "")
					if all := strings.Join(res.Header["Cf-Access-Client-Secret"], "") + body; strings.Contains(all, "cfast_secret") {
						t.Errorf("%s: %s", path, all)
					}
				}
			})
			checkMatrix(t, s.base, full, asks, []string{first, "https://evil.example", ""})
		})
	}
}

func TestWithoutItsTokenAProxyDoesNotServe(t *testing.T) {
	up := newUpstream(t)
	o := snippets.Options{Policy: full, Upstream: up.URL}
	t.Run("worker", func(t *testing.T) {
		s := start(t, snippets.RecipeServiceToken, snippets.TargetWorker, o, setting{})
		res, _ := send(t, "GET", s.base+"/200", withOrigin(first), "")
		if res.StatusCode != 502 {
			t.Errorf("status %d", res.StatusCode)
		}
		checkPolicy(t, res, full, first, false)
	})
	t.Run("nginx", func(t *testing.T) {
		dir := write(t, generate(t, snippets.RecipeServiceToken, snippets.TargetNginx, o))
		if out, ok := try(t, dir, nil, nginxPath(t), "-t", "-e", "stderr", "-p", dir, "-c", "nginx.conf"); ok {
			t.Errorf("nginx starts with the names for values: %s", out)
		}
	})
	t.Run("express", func(t *testing.T) {
		dir := write(t, generate(t, snippets.RecipeServiceToken, snippets.TargetExpress, o))
		linkModules(t, dir, false)
		if out, ok := try(t, dir, nil, "node", "server.mjs"); ok || !strings.Contains(out, "must be set") {
			t.Errorf("it started: %s", out)
		}
	})
	t.Run("go", func(t *testing.T) {
		dir := write(t, generate(t, snippets.RecipeServiceToken, snippets.TargetGo, o))
		if out, ok := try(t, dir, nil, build(t, dir)); ok || !strings.Contains(out, "must be set") {
			t.Errorf("it started: %s", out)
		}
	})
}

func TestUpstreamsOverTLS(t *testing.T) {
	up := httptest.NewTLSServer(http.HandlerFunc(serveUpstream))
	t.Cleanup(up.Close)
	up.Config.ErrorLog = log.New(io.Discard, "", 0) // of the refusals
	ca := filepath.Join(t.TempDir(), "ca.pem")
	writeFile(t, ca, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: up.Certificate().Raw})))
	o := snippets.Options{Policy: full, Upstream: up.URL}
	for _, target := range snippets.AllTargets() {
		t.Run(string(target)+" does not talk to one whose certificate nobody vouches for", func(t *testing.T) {
			s := start(t, snippets.RecipeCORS, target, o, setting{})
			res, _ := send(t, "GET", s.base+"/200", withOrigin(first), "")
			if res.StatusCode != 502 {
				t.Errorf("status %d", res.StatusCode)
			}
			checkPolicy(t, res, full, first, false)
		})
	}
	for target, variable := range map[snippets.Target]string{snippets.TargetExpress: "NODE_EXTRA_CA_CERTS", snippets.TargetGo: "SSL_CERT_FILE"} {
		t.Run(string(target)+" talks to one with a good certificate", func(t *testing.T) {
			s := start(t, snippets.RecipeCORS, target, o, setting{env: []string{variable + "=" + ca}})
			checkMatrix(t, s.base, full, asks[:6], []string{first})
		})
	}
	t.Run("nginx talks to one with a good certificate", func(t *testing.T) {
		s := start(t, snippets.RecipeCORS, snippets.TargetNginx, o, setting{replace: []string{"/etc/ssl/certs/ca-certificates.crt", ca, "proxy_ssl_name 127.0.0.1;", "proxy_ssl_name example.com;"}})
		checkMatrix(t, s.base, full, asks[:6], []string{first})
	})
}

func TestSameOriginInTheRealRuntimes(t *testing.T) {
	up := newUpstream(t)
	page := map[string]string{"public/index.html": "<title>page</title>\n"}
	runtimes := []struct {
		name   string
		target snippets.Target
		s      setting
	}{
		{"worker", snippets.TargetWorker, setting{}},
		{"express 5", snippets.TargetExpress, setting{extra: page}},
		{"express 4", snippets.TargetExpress, setting{extra: page, express4: true}},
		{"nginx", snippets.TargetNginx, setting{extra: page}},
		{"go", snippets.TargetGo, setting{extra: page}},
	}
	for _, rt := range runtimes {
		t.Run(rt.name, func(t *testing.T) {
			t.Parallel()
			for _, prefix := range []string{"", "/v1"} {
				s := start(t, snippets.RecipeSameOrigin, rt.target, snippets.Options{Upstream: up.URL + prefix}, rt.s)
				for _, path := range []string{"/data", "/", "/a%2Fb/c%20d?x=1;y=%20&z", "//evil.example/x", "/?u=https://x.example/a//b"} {
					t.Run("upstream "+prefix+" path "+path, func(t *testing.T) {
						_, body := send(t, "POST", s.base+"/api"+path, [][2]string{{"Cookie", "CF_Authorization=x"}}, "the body")
						var e echoed
						if err := json.Unmarshal([]byte(body), &e); err != nil {
							t.Fatalf("%v: %q", err, body)
						}
						if e.URI != prefix+path || e.Body != "the body" || e.Method != "POST" || e.Header.Get("Cookie") != "CF_Authorization=x" {
							t.Errorf("the upstream saw %+v", e)
						}
					})
				}
				for _, a := range asks {
					if a.preflight {
						continue
					}
					t.Run("upstream "+prefix+" "+a.name, func(t *testing.T) {
						res, body := send(t, a.method, s.base+"/api"+a.path, withOrigin(first), "")
						if res.StatusCode != a.status {
							t.Errorf("status %d, want %d", res.StatusCode, a.status)
						}
						for name := range res.Header {
							if strings.HasPrefix(name, "Access-Control-") {
								t.Errorf("%s opens the API to other pages", name)
							}
						}
						checkPassedThrough(t, a, res, body)
					})
				}
				if rt.target != snippets.TargetWorker { // there the page is the zone's
					res, body := send(t, "GET", s.base+"/", nil, "")
					if res.StatusCode != 200 || !strings.Contains(body, "<title>page</title>") {
						t.Errorf("the page: status %d, %q", res.StatusCode, body)
					}
				}
				if prefix == "" {
					checkWire(t, s.base+"/api", nil, up)
				}
			}
		})
	}
}

func read(t *testing.T, parts ...string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
