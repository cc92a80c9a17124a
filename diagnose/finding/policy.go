package finding

import (
	"slices"
	"strconv"
	"strings"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
	"corstui/snippets"
)

// policyFor is what the API must allow for a case: its origin, its method, the
// headers that need a preflight, those that the script reads, and credentials
// where they travel; and what was seen to be allowed already, as far as that is
// sane, so that a new policy takes nothing away.
func (v *view) policyFor(c exchange.Case) snippets.Policy {
	c = c.WithDefaults()
	p := snippets.Policy{
		AllowOrigins: []string{}, AllowMethods: []string{}, AllowHeaders: []string{}, ExposeHeaders: []string{},
		Credentials: c.Credentials == exchange.CredentialsInclude,
	}
	switch {
	case c.Origin == "null" && !p.Credentials:
		p.AllowOrigins = append(p.AllowOrigins, "*")
	case c.Origin != "null" && c.Origin != "":
		p.AllowOrigins = append(p.AllowOrigins, c.Origin)
	}
	method := fetch.NormalizeMethod(c.Method)
	if !validMethod(method) && validMethod(strings.ToUpper(method)) {
		method = strings.ToUpper(method)
	}
	addMethod(&p, method)
	for _, n := range fetch.CORSUnsafeRequestHeaderNames(c.Headers) {
		if !strings.HasPrefix(n, "cf-access-client-") && !fetch.IsForbiddenRequestHeader(n, "") {
			addHeader(&p, n)
		}
	}
	for _, n := range v.unsafeNames() {
		if !strings.HasPrefix(n, "cf-access-client-") {
			addHeader(&p, n)
		}
	}
	for _, n := range c.ReadHeaders {
		addExposed(&p, n)
	}
	v.keepSeen(&p)
	return p
}

// keepSeen adds what the answers to this page's own requests allow already.
func (v *view) keepSeen(p *snippets.Policy) {
	if pre := last(v.preflights); resp(pre) != nil && v.fits(pre) && (behind(pre) || layer(pre) == answer.LayerAccess) {
		list, _, _ := fetch.ExtractHeaderList(pre.Response.Headers, hACAM)
		for _, m := range list {
			addMethod(p, m)
		}
		list, _, _ = fetch.ExtractHeaderList(pre.Response.Headers, hACAH)
		for _, n := range list {
			addHeader(p, n)
		}
		if n, err := strconv.Atoi(fetch.NormalizeValue(header(pre, hACMA))); err == nil && n >= 0 && n <= snippets.MaxMaxAge {
			p.MaxAge = &n
		}
	}
	if s := last(v.requests); resp(s) != nil && behind(s) && v.fits(s) {
		list, _, _ := fetch.ExtractHeaderList(s.Response.Headers, hACEH)
		for _, n := range list {
			addExposed(p, n)
		}
	}
}

// valid says whether a policy with this one entry passes validation.
func valid(fill func(p *snippets.Policy)) bool {
	p := snippets.Policy{AllowOrigins: []string{"https://app.example.com"}}
	fill(&p)
	return p.Validate() == nil
}

func validMethod(m string) bool {
	switch m {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE": // nearly all there are
		return true
	}
	return m != "*" && valid(func(p *snippets.Policy) { p.AllowMethods = []string{m} })
}

func addMethod(p *snippets.Policy, m string) {
	if validMethod(m) && !slices.Contains(p.AllowMethods, m) {
		p.AllowMethods = append(p.AllowMethods, m)
	}
}

func addHeader(p *snippets.Policy, n string) {
	n = strings.ToLower(n)
	if n != "*" && !containsFold(p.AllowHeaders, n) && valid(func(q *snippets.Policy) { q.AllowHeaders = []string{n} }) {
		p.AllowHeaders = append(p.AllowHeaders, n)
	}
}

func addExposed(p *snippets.Policy, n string) {
	n = strings.ToLower(n)
	if n != "*" && !fetch.IsCORSSafelistedResponseHeader(n) && !containsFold(p.ExposeHeaders, n) && valid(func(q *snippets.Policy) { q.ExposeHeaders = []string{n} }) {
		p.ExposeHeaders = append(p.ExposeHeaders, n)
	}
}

// command is the corstui command that prints the files of a recipe for a policy.
func command(r snippets.Recipe, t snippets.Target, p snippets.Policy, more ...string) string {
	args := []string{"corstui", "snippet", snippets.FlagRecipe, string(r)}
	if t != "" {
		args = append(args, snippets.FlagTarget, string(t))
	}
	list := func(flag string, values []string) {
		for _, v := range values {
			args = append(args, flag, v)
		}
	}
	switch r {
	case snippets.RecipeCORS, snippets.RecipeAccess, snippets.RecipeServiceToken, snippets.RecipeJWT:
		list(snippets.FlagAllowOrigin, p.AllowOrigins)
		list(snippets.FlagAllowMethod, p.AllowMethods)
		list(snippets.FlagAllowHeader, p.AllowHeaders)
		list(snippets.FlagExposeHeader, p.ExposeHeaders)
		if p.Credentials {
			args = append(args, snippets.FlagCredentials)
		}
		if p.MaxAge != nil {
			args = append(args, snippets.FlagMaxAge, strconv.Itoa(*p.MaxAge))
		}
	}
	args = append(args, more...)
	for i := range args {
		args[i] = ShellQuote(args[i])
	}
	return strings.Join(args, " ")
}

// ShellQuote is a word as a POSIX shell reads it back: in quotes where it needs
// them.
func ShellQuote(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:=@%+,", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// PolicyOf is what the API must allow for a case, by the case alone.
func PolicyOf(c exchange.Case) snippets.Policy { return newView(Input{Case: c}).policyFor(c) }
