// Package snippets turns a validated Policy into files: the configuration of
// the layer that must change.
//
// Values come in (a Recipe, a Target, Options), files come out. The package
// reads no file, opens no connection and knows nothing of the rest of the
// program. Every value that reaches a file is checked against an allowlist of
// characters first; nothing is escaped.
package snippets

import (
	"errors"
	"slices"
)

// Recipe is what a snippet does.
type Recipe string

// The recipes.
const (
	// RecipeCORS answers preflights and puts CORS headers on every response.
	RecipeCORS Recipe = "cors"
	// RecipeSameOrigin serves the API below /api/ of the page's own origin.
	RecipeSameOrigin Recipe = "same-origin"
	// RecipeJWT checks the token of Cloudflare Access at the origin, behind CORS.
	RecipeJWT Recipe = "jwt"
	// RecipeServiceToken adds a service token of Access on the server's side, behind CORS.
	RecipeServiceToken Recipe = "service-token"
	// RecipeAccess are the settings of the Access application.
	RecipeAccess Recipe = "access"
	// RecipeWAF is a rule that lets preflights skip the WAF's challenges.
	RecipeWAF Recipe = "waf"
)

// Target is the runtime that a snippet is for. Access and WAF recipes need none.
type Target string

// The targets.
const (
	TargetWorker  Target = "worker"
	TargetExpress Target = "express"
	TargetNginx   Target = "nginx"
	TargetGo      Target = "go"
)

// Recipes returns all recipes, in the order in which they are worth considering.
func Recipes() []Recipe {
	return []Recipe{RecipeCORS, RecipeSameOrigin, RecipeJWT, RecipeServiceToken, RecipeAccess, RecipeWAF}
}

// AllTargets returns all targets.
func AllTargets() []Target {
	return []Target{TargetWorker, TargetExpress, TargetNginx, TargetGo}
}

// Options are what the files depend on.
type Options struct {
	Policy Policy
	// Upstream is the URL behind a proxying snippet: scheme, host, port, and
	// perhaps a path that is put before the path of each request.
	Upstream string
	// Listen is the port, 0 for the target's default.
	Listen int
	// TeamDomain is "team.cloudflareaccess.com"; AUD the application's tag.
	TeamDomain, AUD string
	// Host and Path of the API, for Access and WAF expressions; may be empty.
	Host, Path string
}

// File is one generated file.
type File struct {
	// Name is the file's name, without a folder.
	Name    string
	Content string
	// Lang names the language for highlighting: javascript, go, nginx, toml,
	// json, hcl, markdown or text.
	Lang string
}

// Comment returns the line comment that may carry text in this file, or a
// plain "# " line for a language without comments.
func (f File) Comment(text string) string {
	switch f.Lang {
	case "javascript", "go":
		return "// " + text
	case "markdown":
		return "<!-- " + text + " -->"
	default:
		return "# " + text
	}
}

// Generate returns the files of a recipe for a target. Errors are typed, all
// reported at once (errors.Join), and name the flag, the value and what would
// be right. The same arguments give the same bytes.
func Generate(r Recipe, t Target, o Options) ([]File, error) {
	var errs []error
	if !slices.Contains(Recipes(), r) {
		errs = append(errs, &UnknownError{Flag: FlagRecipe, Value: string(r), Want: names(Recipes())})
	}
	needsTarget := r != RecipeAccess && r != RecipeWAF
	switch {
	case t == "" && !needsTarget:
	case t == "" && len(errs) == 0:
		errs = append(errs, &MissingError{Flag: FlagTarget, Recipe: r, Want: names(Targets(r))})
	case t != "" && !slices.Contains(AllTargets(), t):
		errs = append(errs, &UnknownError{Flag: FlagTarget, Value: string(t), Want: names(AllTargets())})
	case needsTarget && len(errs) == 0 && !slices.Contains(Targets(r), t):
		errs = append(errs, &UnsupportedError{Recipe: r, Target: t, Why: whyNot[pair{r, t}]})
	}
	errs = append(errs, o.check(r)...)
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	o = o.normalised()
	switch r {
	case RecipeAccess:
		return accessFiles(o), nil
	case RecipeWAF:
		return wafFiles(o), nil
	default:
		return runtimeFiles(r, t, o), nil
	}
}

// Targets returns the targets that can do the recipe; empty for those that need none.
func Targets(r Recipe) []Target {
	out := []Target{}
	for _, t := range AllTargets() {
		if _, ok := layouts[pair{r, t}]; ok {
			out = append(out, t)
		}
	}
	return out
}

func names[T ~string](vs []T) []string {
	out := make([]string, len(vs))
	for i, v := range vs {
		out[i] = string(v)
	}
	return out
}
