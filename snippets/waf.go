package snippets

import (
	"strconv"
	"strings"
)

// wafPhases and wafProducts are what the rule skips beside the custom rules
// after it (Cloudflare's documentation, "Available skip options").
var (
	wafPhases   = []string{"http_ratelimit", "http_request_sbfm", "http_request_firewall_managed"}
	wafProducts = []string{"bic", "uaBlock", "securityLevel"}
)

// wafRule is the body that adds a rule to the entry point ruleset of the phase
// http_request_firewall_custom.
type wafRule struct {
	Action           string        `json:"action"`
	Description      string        `json:"description"`
	Enabled          bool          `json:"enabled"`
	Expression       string        `json:"expression"`
	ActionParameters wafParameters `json:"action_parameters"`
	Logging          wafLogging    `json:"logging"`
	Position         wafPosition   `json:"position"`
}

type wafParameters struct {
	Ruleset  string   `json:"ruleset"`
	Phases   []string `json:"phases"`
	Products []string `json:"products"`
}

type wafLogging struct {
	Enabled bool `json:"enabled"`
}

type wafPosition struct {
	Index int `json:"index"`
}

// wafExpression matches the preflights of the API, in Cloudflare's Rules language.
func wafExpression(host, path string) string {
	terms := []string{`http.request.method eq "OPTIONS"`}
	if host != "" {
		terms = append(terms, `http.host eq "`+host+`"`)
	}
	if p := strings.TrimSuffix(path, "/"); p != "" {
		terms = append(terms, `(http.request.uri.path eq "`+p+`" or starts_with(http.request.uri.path, "`+p+`/"))`)
	}
	return "(" + strings.Join(append(terms,
		`len(http.request.headers["origin"]) > 0`,
		`len(http.request.headers["access-control-request-method"]) > 0`), " and ") + ")"
}

// wafFiles are the rule as an expression, as a body for the API, as a Terraform
// resource, and as steps in the dashboard.
func wafFiles(o Options) []File {
	host, path := apiPlace(o)
	expression := wafExpression(host, path)
	rule := wafRule{
		Action: "skip", Description: "CORS preflights of the API", Enabled: true, Expression: expression,
		ActionParameters: wafParameters{Ruleset: "current", Phases: wafPhases, Products: wafProducts},
		Logging:          wafLogging{Enabled: true},
		Position:         wafPosition{Index: 1},
	}
	flags := map[string]bool{"host": host != ""}
	values := map[string]string{
		"expression":     expression,
		"expression.hcl": strconv.Quote(expression),
		"phases":         hclList(wafPhases),
		"products":       hclList(wafProducts),
		"host":           host,
	}
	return []File{
		{Name: "waf.md", Content: render("waf.md", flags, values), Lang: "markdown"},
		{Name: "waf-expression.txt", Content: expression + "\n", Lang: "text"},
		{Name: "waf-rule.json", Content: jsonBody(rule), Lang: "json"},
		{Name: "waf.tf", Content: render("waf.tf", flags, values), Lang: "hcl"},
	}
}
