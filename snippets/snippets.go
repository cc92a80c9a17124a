// Package snippets turns a validated Policy into files: the configuration of
// the layer that must change. It is a leaf and pure: values in, files out.
package snippets

// Recipe is what a snippet does.
type Recipe string

// The recipes.
const (
	RecipeCORS         Recipe = "cors"
	RecipeSameOrigin   Recipe = "same-origin"
	RecipeJWT          Recipe = "jwt"
	RecipeServiceToken Recipe = "service-token"
	RecipeAccess       Recipe = "access"
	RecipeWAF          Recipe = "waf"
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

// Policy is what an API allows to pages of other origins.
type Policy struct {
	AllowOrigins  []string `json:"allow_origins"`
	AllowMethods  []string `json:"allow_methods"`
	AllowHeaders  []string `json:"allow_headers"`
	ExposeHeaders []string `json:"expose_headers"`
	Credentials   bool     `json:"credentials"`
	// MaxAge is Access-Control-Max-Age in seconds, 0 to 86400; nil for none.
	MaxAge *int `json:"max_age,omitempty"`
}

// Options are what the files depend on.
type Options struct {
	Policy Policy
	// Upstream is the URL behind a proxying snippet.
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
	Name    string
	Content string
}

// Generate returns the files of a recipe for a target. Errors are typed, all
// reported at once (errors.Join), and name the flag, the value and what would
// be right.
func Generate(r Recipe, t Target, o Options) ([]File, error) { return nil, nil }

// Validate reports everything that is wrong with the policy at once.
func (p Policy) Validate() error { return nil }

// Targets returns the targets that can do the recipe; empty for those that need none.
func Targets(r Recipe) []Target { return nil }
