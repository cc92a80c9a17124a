package lab

import (
	"errors"
	"strings"
	"testing"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/snippets"
)

// policyFor is the policy that a case needs.
func policyFor(c exchange.Case) snippets.Policy {
	p := snippets.Policy{
		AllowOrigins: []string{c.Origin}, AllowMethods: []string{c.Method},
		ExposeHeaders: c.ReadHeaders, Credentials: c.Credentials == exchange.CredentialsInclude,
	}
	if c.Session.Empty() && strings.HasPrefix(hostIn(c.URL), "access-") {
		p.Credentials = true // the Access session is to travel
	}
	for _, h := range c.Headers {
		p.AllowHeaders = append(p.AllowHeaders, h.Name)
	}
	return p
}

type step struct {
	layer  answer.Layer
	recipe snippets.Recipe
	login  bool
	// then is the reason for which the browser stops after this step; "" where
	// it is allowed.
	then string
}

func TestEachFixMovesTheWallAndTheLastOpensIt(t *testing.T) {
	const (
		missing          = "MissingAllowOriginHeader"
		preflightMissing = "PreflightMissingAllowOriginHeader"
	)
	for name, steps := range map[string][]step{
		"access-login":                      {{login: true}},
		"access-preflight":                  {{answer.LayerOrigin, snippets.RecipeCORS, false, preflightMissing}, {answer.LayerAccess, snippets.RecipeAccess, false, missing}, {login: true}},
		"access-login-cross-site":           {{answer.LayerAccess, snippets.RecipeSameOrigin, false, ""}},
		"access-service-auth-only":          {{answer.LayerAccess, snippets.RecipeServiceToken, false, ""}},
		"access-cors-no-credentials":        {{answer.LayerAccess, snippets.RecipeAccess, false, missing}, {answer.LayerAccess, snippets.RecipeAccess, false, ""}},
		"access-service-token-in-page":      {{answer.LayerAccess, snippets.RecipeSameOrigin, false, ""}},
		"access-cors-incomplete":            {{answer.LayerAccess, snippets.RecipeAccess, false, missing}, {login: true}},
		"access-cors-preflight-only":        {{answer.LayerOrigin, snippets.RecipeCORS, false, ""}},
		"access-bypass-unanswered":          {{answer.LayerOrigin, snippets.RecipeCORS, false, missing}, {login: true}},
		"logged-in-api-forgets-cors":        {{answer.LayerOrigin, snippets.RecipeCORS, false, ""}},
		"logged-in-preflight-refused":       {{answer.LayerAccess, snippets.RecipeAccess, false, ""}},
		"inner-access":                      {{answer.LayerWorker, snippets.RecipeCORS, false, ""}},
		"access-no-credentials":             {{answer.LayerAccess, snippets.RecipeAccess, false, "InvalidAllowCredentials"}, {answer.LayerOrigin, snippets.RecipeCORS, false, ""}},
		"access-service-token-rejected":     {{answer.LayerAccess, snippets.RecipeAccess, false, ""}},
		"waf-challenge-preflight":           {{answer.LayerOrigin, snippets.RecipeCORS, false, preflightMissing}, {answer.LayerWAF, snippets.RecipeWAF, false, ""}},
		"waf-challenge":                     {{answer.LayerOrigin, snippets.RecipeCORS, false, missing}, {answer.LayerWAF, snippets.RecipeWAF, false, ""}},
		"waf-block-preflight":               {{answer.LayerWAF, snippets.RecipeWAF, false, ""}},
		"edge-redirect-preflight":           {{layer: answer.LayerEdge}},
		"edge-522":                          {{answer.LayerOrigin, snippets.RecipeCORS, false, missing}, {layer: answer.LayerEdge, then: missing}, {answer.LayerOrigin, snippets.RecipeCORS, false, ""}},
		"worker-1101":                       {{layer: answer.LayerWorker, then: missing}, {answer.LayerOrigin, snippets.RecipeCORS, false, ""}},
		"access-session-expired":            {{layer: answer.LayerBrowser}},
		"method-lower-case-patch":           {{layer: answer.LayerBrowser}},
		"redirect-to-other-origin":          {{layer: answer.LayerBrowser}},
		"redirect-to-http":                  {{layer: answer.LayerBrowser}},
		"mixed-content":                     {{layer: answer.LayerBrowser}},
		"network-no-certificate":            {{layer: answer.LayerNetwork, then: missing}, {answer.LayerOrigin, snippets.RecipeCORS, false, ""}},
		"network-dropped":                   {{layer: answer.LayerNetwork, then: missing}, {answer.LayerOrigin, snippets.RecipeCORS, false, ""}},
		"worker-cors-missing":               {{answer.LayerWorker, snippets.RecipeCORS, false, ""}},
		"worker-on-route":                   {{answer.LayerUnknown, snippets.RecipeCORS, false, ""}},
		"cache-pinned-origin":               {{layer: answer.LayerCache}},
		"cache-error-hit":                   {{answer.LayerCache, snippets.RecipeCORS, false, ""}},
		"wildcard-with-credentials":         {{answer.LayerOrigin, snippets.RecipeCORS, false, ""}},
		"errors-without-cors":               {{answer.LayerOrigin, snippets.RecipeCORS, false, ""}},
		"preflight-401-by-app":              {{answer.LayerOrigin, snippets.RecipeCORS, false, ""}},
		"method-not-allowed":                {{answer.LayerOrigin, snippets.RecipeCORS, false, ""}},
		"wildcard-headers-with-credentials": {{answer.LayerOrigin, snippets.RecipeCORS, false, ""}},
		"duplicate-allow-origin":            {{answer.LayerOrigin, snippets.RecipeCORS, false, ""}},
		"nginx-502":                         {{answer.LayerProxy, snippets.RecipeCORS, false, ""}},
	} {
		t.Run(name, func(t *testing.T) {
			l := start(t, name)
			c, _ := l.Case(name)
			p := policyFor(c)
			for i, s := range steps {
				var err error
				if s.login {
					c, err = l.LogIn(name)
				} else {
					c, err = l.Fix(name, s.layer, s.recipe, p)
				}
				if err != nil {
					t.Fatalf("step %d: %v", i+1, err)
				}
				b := &browser{client: dial(t, l), c: c}
				b.run()
				if b.reason != s.then || b.allowed != (s.then == "") {
					t.Fatalf("after step %d (%s, %q): allowed %v, reason %q, want %q; %d %v", i+1, s.layer, s.recipe, b.allowed, b.reason, s.then, b.last.StatusCode, b.last.Header)
				}
			}
		})
	}
}

func TestAFixThatDoesNotFitIsRefused(t *testing.T) {
	l := start(t, "all-right")
	p := snippets.Policy{AllowOrigins: []string{pageOrigin}}
	for _, tt := range []struct {
		layer  answer.Layer
		recipe snippets.Recipe
	}{
		{answer.LayerAccess, snippets.RecipeAccess}, // no Access there
		{answer.LayerWAF, snippets.RecipeWAF},       // no rule there
		{answer.LayerAccess, snippets.RecipeCORS},   // no code to put it into
		{answer.LayerOrigin, "magic"},
	} {
		if _, err := l.Fix("all-right", tt.layer, tt.recipe, p); err == nil {
			t.Errorf("%s with recipe %q: no error", tt.layer, tt.recipe)
		}
	}
	if _, err := l.Fix("access-login", answer.LayerAccess, snippets.RecipeAccess, p); !errors.Is(err, ErrUnknownScenario) {
		t.Errorf("a scenario that is not served: %v", err)
	}
	if _, err := l.LogIn("all-right"); err == nil {
		t.Error("a login without Access: no error")
	}
}
