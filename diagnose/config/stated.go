package config

import (
	"slices"
	"strconv"
	"strings"

	"corstui/snippets"
)

// stated is the policy that a file names by exact values: what a correction can
// take over without asking.
type stated struct {
	origins, methods, headers, expose []string
	any                               bool // Allow-Origin *
	anyHeader                         bool // whatever request headers a preflight asks for
	credentials                       bool
	maxAge                            *int
	// found says that the file sets Allow-Origin somewhere.
	found bool
}

// note takes over the constant value of a header.
func (s *stated) note(header, value string) {
	switch strings.ToLower(header) {
	case hAllowOrigin:
		if value == "*" {
			s.any = true
			return
		}
		parts := severalOrigins(value)
		if parts == nil {
			parts = []string{value}
		}
		for _, o := range parts {
			if _, mended := originFault(o); mended != "" && mended != "*" {
				s.origins = appendNew(s.origins, mended)
			}
		}
	case hAllowCredentials:
		s.credentials = s.credentials || strings.EqualFold(value, "true")
	case hAllowMethods:
		for _, m := range list(value) {
			if !slices.Contains([]string{"GET", "HEAD", "POST", "OPTIONS", "*"}, m) {
				s.methods = appendNew(s.methods, m)
			}
		}
	case hAllowHeaders:
		s.headers = appendNames(s.headers, list(value))
	case hExposeHeaders:
		s.expose = appendNames(s.expose, list(value))
	case hMaxAge:
		if n, err := strconv.Atoi(strings.TrimSpace(value)); err == nil && s.maxAge == nil && n >= 0 {
			n = min(n, 86400)
			s.maxAge = &n
		}
	}
}

// list takes apart a header's comma-separated names.
func list(v string) []string {
	var out []string
	for part := range strings.SplitSeq(v, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

func appendNew(to []string, v string) []string {
	if slices.Contains(to, v) {
		return to
	}
	return append(to, v)
}

func appendNames(to, names []string) []string {
	for _, n := range names {
		if n != "*" && !slices.ContainsFunc(to, func(o string) bool { return strings.EqualFold(o, n) }) {
			to = append(to, n)
		}
	}
	return to
}

// policy is what of this makes a valid policy. Names that no policy may hold
// are left out.
func (s *stated) policy() snippets.Policy {
	p := snippets.Policy{AllowOrigins: s.origins, Credentials: s.credentials, MaxAge: s.maxAge}
	if len(p.AllowOrigins) == 0 && s.any && !s.credentials {
		p.AllowOrigins = []string{"*"}
	}
	base := snippets.Policy{AllowOrigins: []string{"https://app.example.com"}}
	keep := func(to *[]string, in []string, in1 func(string) snippets.Policy) {
		for _, v := range in {
			if in1(v).Validate() == nil {
				*to = append(*to, v)
			}
		}
	}
	keep(&p.AllowMethods, s.methods, func(v string) snippets.Policy { q := base; q.AllowMethods = []string{v}; return q })
	keep(&p.AllowHeaders, s.headers, func(v string) snippets.Policy { q := base; q.AllowHeaders = []string{v}; return q })
	keep(&p.ExposeHeaders, s.expose, func(v string) snippets.Policy { q := base; q.ExposeHeaders = []string{v}; return q })
	return p
}
