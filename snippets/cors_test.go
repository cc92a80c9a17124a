package snippets_test

import (
	"strings"
	"testing"

	"corstui/snippets"
)

func seconds(n int) *int { return &n }

// full is a policy with everything in it.
var full = snippets.Policy{
	AllowOrigins:  []string{first, second},
	AllowMethods:  []string{"PUT", "DELETE"},
	AllowHeaders:  []string{"Content-Type", "Authorization", "X_Legacy"},
	ExposeHeaders: []string{"ETag", "X-Request-Id"},
	Credentials:   true,
	MaxAge:        seconds(600),
}

// public is that of a public API, with the one time that is easily lost.
var public = snippets.Policy{
	AllowOrigins:  []string{"*"},
	AllowMethods:  []string{"*"},
	AllowHeaders:  []string{"*", "Authorization"},
	ExposeHeaders: []string{"*"},
	MaxAge:        seconds(0),
}

// bare allows simple requests of one page and nothing else.
var bare = snippets.Policy{AllowOrigins: []string{first}}

func TestCORSInTheRealRuntimes(t *testing.T) {
	runtimes := []struct {
		name   string
		target snippets.Target
		s      setting
	}{
		{"worker", snippets.TargetWorker, setting{}},
		{"express 5", snippets.TargetExpress, setting{}},
		{"express 4", snippets.TargetExpress, setting{express4: true}},
		{"nginx", snippets.TargetNginx, setting{}},
		{"go", snippets.TargetGo, setting{}},
	}
	for _, rt := range runtimes {
		t.Run(rt.name, func(t *testing.T) {
			t.Parallel()
			n := 0
			t.Run("an allowlist with credentials", func(t *testing.T) {
				up := newUpstream(t)
				s := start(t, snippets.RecipeCORS, rt.target, snippets.Options{Policy: full, Upstream: up.URL}, rt.s)
				n += checkMatrix(t, s.base, full, asks, append([]string{first, second}, strangers...))
				n += checkWire(t, s.base, &full, up)
				up.CloseClientConnections()
				up.Close()
				n += checkMatrix(t, s.base, full, []ask{
					{name: "a dead upstream", method: "GET", path: "/200x", status: 502},
					{name: "a preflight before a dead upstream", method: "OPTIONS", path: "/200x", status: 204, preflight: true, header: [][2]string{{"Access-Control-Request-Method", "PUT"}}},
				}, []string{first, "https://evil.example"})
			})
			t.Run("a public API", func(t *testing.T) {
				up := newUpstream(t)
				s := start(t, snippets.RecipeCORS, rt.target, snippets.Options{Policy: public, Upstream: up.URL}, rt.s)
				n += checkMatrix(t, s.base, public, asks, []string{first, "https://evil.example", "null", ""})
			})
			t.Run("one origin, below a path of the upstream", func(t *testing.T) {
				up := newUpstream(t)
				s := start(t, snippets.RecipeCORS, rt.target, snippets.Options{Policy: bare, Upstream: up.URL + "/v1/"}, rt.s)
				n += checkMatrix(t, s.base, bare, asks, []string{first, "https://evil.example"})
				_, body := send(t, "GET", s.base+"/a%2Fb?x=%20", nil, "")
				if want := `"URI":"/v1/a%2Fb?x=%20"`; !strings.Contains(body, want) {
					t.Errorf("the upstream saw %s, want %s", body, want)
				}
			})
			t.Run("without an upstream", func(t *testing.T) {
				st := rt.s
				if rt.target == snippets.TargetWorker {
					st.outbound = newUpstream(t).Listener.Addr().String()
				}
				s := start(t, snippets.RecipeCORS, rt.target, snippets.Options{Policy: full}, st)
				n += checkMatrix(t, s.base, full, []ask{{name: "the start page", method: "GET", path: "/", status: 200}, asks[0], asks[1]}, []string{first, "https://evil.example"})
			})
			if n < 60 {
				t.Errorf("only %d checks", n)
			}
			t.Logf("%d checks", n)
		})
	}
}
