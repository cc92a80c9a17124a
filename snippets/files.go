package snippets

import (
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

type pair struct {
	recipe Recipe
	target Target
}

// part is a file of a layout: its name, its template and its language.
type part struct {
	name, template, lang string
}

var (
	workerFiles  = []part{{"worker.mjs", "worker.mjs", "javascript"}, {"wrangler.toml", "wrangler.toml", "toml"}}
	expressFiles = []part{{"server.mjs", "server.mjs", "javascript"}}
	nginxFiles   = []part{{"nginx.conf", "nginx.conf", "nginx"}}
	goFiles      = []part{{"main.go", "main.go.tmpl", "go"}, {"cors.go", "cors.go.tmpl", "go"}}
)

// layouts say which files each target gets for each recipe. What is not here
// cannot be done.
var layouts = map[pair][]part{
	{RecipeCORS, TargetWorker}:  workerFiles,
	{RecipeCORS, TargetExpress}: expressFiles,
	{RecipeCORS, TargetNginx}:   nginxFiles,
	{RecipeCORS, TargetGo}:      goFiles,

	{RecipeSameOrigin, TargetWorker}:  {{"worker.mjs", "same-origin.worker.mjs", "javascript"}, {"wrangler.toml", "wrangler.toml", "toml"}},
	{RecipeSameOrigin, TargetExpress}: {{"server.mjs", "same-origin.server.mjs", "javascript"}},
	{RecipeSameOrigin, TargetNginx}:   {{"nginx.conf", "same-origin.nginx.conf", "nginx"}},
	{RecipeSameOrigin, TargetGo}:      {{"main.go", "same-origin.main.go.tmpl", "go"}},

	{RecipeJWT, TargetWorker}:  workerFiles,
	{RecipeJWT, TargetExpress}: expressFiles,
	{RecipeJWT, TargetGo}: append(goFiles[:2:2], part{"access.go", "access.go.tmpl", "go"},
		part{"go.mod", "go.mod.tmpl", "text"}, part{"go.sum", "go.sum.tmpl", "text"}),

	{RecipeServiceToken, TargetWorker}:  workerFiles,
	{RecipeServiceToken, TargetExpress}: expressFiles,
	{RecipeServiceToken, TargetNginx}:   nginxFiles,
	{RecipeServiceToken, TargetGo}:      goFiles,
}

// whyNot says why a pair is not among the layouts.
var whyNot = map[pair]string{
	{RecipeJWT, TargetNginx}: "nginx verifies no signature of a JWT without NGINX Plus, and a check of the header's presence alone protects nothing",
}

// defaultListen is the port of the files that listen.
const defaultListen = 8080

// runtimeFiles renders the files of a checked pair of recipe and target.
func runtimeFiles(r Recipe, t Target, o Options) []File {
	flags, values := facts(r, o)
	var out []File
	for _, p := range layouts[pair{r, t}] {
		out = append(out, File{Name: p.name, Content: render(p.template, flags, values), Lang: p.lang})
	}
	return out
}

// facts are what the templates may ask for. All values consist of checked
// characters, or are built from such by this function.
func facts(r Recipe, o Options) (map[string]bool, map[string]string) {
	p := o.Policy
	u, _ := splitUpstream(o.Upstream)
	listen := o.Listen
	if listen == 0 {
		listen = defaultListen
	}
	methods, headers, expose := strings.Join(p.AllowMethods, ", "), strings.Join(p.AllowHeaders, ", "), strings.Join(p.ExposeHeaders, ", ")
	host := strings.Trim(u.host, "[]")
	_, notIP := netip.ParseAddr(host)
	insecure := insecureOrigins(p)
	flags := map[string]bool{
		"any":         p.anyOrigin(),
		"credentials": p.Credentials,
		"methods":     methods != "",
		"headers":     headers != "",
		"expose":      expose != "",
		"maxage":      p.MaxAge != nil,
		"preflighted": methods != "" || headers != "" || p.MaxAge != nil,
		"upstream":    o.Upstream != "",
		"prefix":      u.path != "",
		"tls":         u.scheme == "https",
		"sni":         u.scheme == "https" && notIP != nil,
		"underscores": strings.Contains(headers, "_"),
		"insecure":    len(insecure) > 0,
		"cleartext":   r == RecipeServiceToken && u.scheme == "http" && !isLoopback(u.host),
		"jwt":         r == RecipeJWT,
		"token":       r == RecipeServiceToken,
		"sameorigin":  r == RecipeSameOrigin,
	}
	values := map[string]string{
		"recipe":      string(r),
		"origins.js":  lines(p.AllowOrigins, "  \"", "\",\n"),
		"origins.go":  lines(p.AllowOrigins, "\t\"", "\",\n"),
		"origins.map": originMap(p.AllowOrigins),
		"methods":     methods,
		"headers":     headers,
		"expose":      expose,
		"maxage":      p.maxAge(),
		"upstream":    o.Upstream,
		"u.scheme":    u.scheme,
		"u.dial":      u.dial(),
		"u.authority": u.authority(),
		"u.host":      host,
		"u.path":      u.path,
		"listen":      strconv.Itoa(listen),
		"team":        o.TeamDomain,
		"aud":         o.AUD,
		"deps":        map[bool]string{true: " jose"}[r == RecipeJWT],
		"insecure":    strings.Join(insecure, ", "),
	}
	return flags, values
}

func lines(vs []string, before, after string) string {
	var b strings.Builder
	for _, v := range vs {
		b.WriteString(before + v + after)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// originMap are the entries of nginx's map from the header Origin to the
// allowed origin. Plain strings there are compared without regard to case, so
// each is an anchored regular expression, and its value the literal.
func originMap(origins []string) string {
	var b strings.Builder
	for _, v := range origins {
		b.WriteString("        \"~^" + regexp.QuoteMeta(v) + "$\" \"" + v + "\";\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// insecureOrigins are allowed origins of pages that anyone on the way can
// rewrite.
func insecureOrigins(p Policy) []string {
	var out []string
	for _, v := range p.AllowOrigins {
		if rest, ok := strings.CutPrefix(v, "http://"); ok {
			if host, _, _ := splitAuthority(rest); !isLoopback(host) {
				out = append(out, v)
			}
		}
	}
	return out
}
