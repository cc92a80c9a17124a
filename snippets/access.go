package snippets

import (
	"encoding/json"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// accessMethods are the methods that the CORS settings of an Access application
// can name (Cloudflare's API, "Update an Access application").
var accessMethods = []string{"GET", "POST", "HEAD", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"}

// accessCORS is the object cors_headers of an Access application. It has no
// field for exposed headers: these are the business of the real answer.
type accessCORS struct {
	AllowAllOrigins  bool     `json:"allow_all_origins,omitempty"`
	AllowedOrigins   []string `json:"allowed_origins,omitempty"`
	AllowAllMethods  bool     `json:"allow_all_methods,omitempty"`
	AllowedMethods   []string `json:"allowed_methods,omitempty"`
	AllowAllHeaders  bool     `json:"allow_all_headers,omitempty"`
	AllowedHeaders   []string `json:"allowed_headers,omitempty"`
	AllowCredentials bool     `json:"allow_credentials"`
	MaxAge           *int     `json:"max_age,omitempty"`
}

// accessCORSOf says the policy in the terms of Access, or why it cannot be said.
func accessCORSOf(p Policy) (accessCORS, string) {
	if len(p.AllowOrigins) == 0 {
		return accessCORS{}, "it needs the allowed origins (`" + FlagAllowOrigin + "`)"
	}
	c := accessCORS{AllowCredentials: p.Credentials, MaxAge: p.MaxAge}
	if p.anyOrigin() {
		c.AllowAllOrigins = true
	} else {
		c.AllowedOrigins = p.AllowOrigins
	}
	// The API refuses origins without methods (access.api.error.invalid_cors_methods).
	c.AllowedMethods = []string{"GET", "HEAD", "POST"}
	for _, m := range p.AllowMethods {
		switch {
		case m == "*":
			c.AllowAllMethods, c.AllowedMethods = true, nil
		case !slices.Contains(accessMethods, m):
			return accessCORS{}, "Access has no setting for the method " + m
		case !slices.Contains(c.AllowedMethods, m):
			c.AllowedMethods = append(c.AllowedMethods, m)
		}
	}
	for _, h := range p.AllowHeaders {
		if h == "*" {
			c.AllowAllHeaders, c.AllowedHeaders = true, nil
			break
		}
		c.AllowedHeaders = append(c.AllowedHeaders, h)
	}
	return c, ""
}

// accessFiles are the two alternatives for preflights in front of an Access
// application: each a body for the API, both as one Terraform resource, and the
// steps in the dashboard.
func accessFiles(o Options) []File {
	cors, whyNot := accessCORSOf(o.Policy)
	host, path := apiPlace(o)
	domain := host + strings.TrimSuffix(path, "/")
	if host == "" {
		domain = ""
	}
	flags := map[string]bool{
		"cors":        whyNot == "",
		"domain":      domain != "",
		"credentials": o.Policy.Credentials,
		"expose":      len(o.Policy.ExposeHeaders) > 0,
	}
	values := map[string]string{
		"domain": domain,
		"whynot": whyNot,
		"cors":   hclObject(cors),
		"expose": strings.Join(o.Policy.ExposeHeaders, ", "),
	}
	files := []File{
		{Name: "access.md", Content: render("access.md", flags, values), Lang: "markdown"},
		{Name: "access-options-bypass.json", Content: jsonBody(map[string]bool{"options_preflight_bypass": true}), Lang: "json"},
	}
	if whyNot == "" {
		files = append(files, File{Name: "access-cors-headers.json", Content: jsonBody(map[string]accessCORS{"cors_headers": cors}), Lang: "json"})
	}
	return append(files, File{Name: "access.tf", Content: render("access.tf", flags, values), Lang: "hcl"})
}

// apiPlace is where the API is, from the visitor's side.
func apiPlace(o Options) (host, path string) {
	host, path = o.Host, o.Path
	if path == "/" {
		path = ""
	}
	if host != "" || o.Upstream == "" {
		return host, path
	}
	u, _ := splitUpstream(o.Upstream)
	if _, err := netip.ParseAddr(strings.Trim(u.host, "[]")); err == nil || isLoopback(u.host) || !strings.Contains(u.host, ".") {
		return "", path // not a host that Cloudflare serves
	}
	if path == "" {
		path = u.path
	}
	return u.host, path
}

// jsonBody is the JSON of a body, for people and for curl.
func jsonBody(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // "> 0" of an expression stays readable
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		panic(err) // values of this package's own types
	}
	return b.String()
}

// hclObject writes the fields of c as the lines of an HCL object, aligned as
// terraform fmt does.
func hclObject(c accessCORS) string {
	type field struct{ name, value string }
	var fields []field
	add := func(name, value string) {
		if value != "" {
			fields = append(fields, field{name, value})
		}
	}
	yes := func(b bool) string { return map[bool]string{true: "true"}[b] }
	add("allow_all_origins", yes(c.AllowAllOrigins))
	add("allowed_origins", hclList(c.AllowedOrigins))
	add("allow_all_methods", yes(c.AllowAllMethods))
	add("allowed_methods", hclList(c.AllowedMethods))
	add("allow_all_headers", yes(c.AllowAllHeaders))
	add("allowed_headers", hclList(c.AllowedHeaders))
	add("allow_credentials", strconv.FormatBool(c.AllowCredentials))
	if c.MaxAge != nil {
		add("max_age", strconv.Itoa(*c.MaxAge))
	}
	width := 0
	for _, f := range fields {
		width = max(width, len(f.name))
	}
	var b strings.Builder
	for _, f := range fields {
		b.WriteString("    " + f.name + strings.Repeat(" ", width-len(f.name)) + " = " + f.value + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// hclList writes checked values as a list; none as nothing.
func hclList(vs []string) string {
	if len(vs) == 0 {
		return ""
	}
	return `["` + strings.Join(vs, `", "`) + `"]`
}
