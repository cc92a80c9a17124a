package config

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"corstui/snippets"
)

// originFault says what is wrong with a value of Access-Control-Allow-Origin as
// a serialised origin (Fetch Standard), "" for nothing; mended is the origin
// that was meant, where that is plain.
func originFault(v string) (fault, mended string) {
	valid := func(o string) bool { return (snippets.Policy{AllowOrigins: []string{o}}).Validate() == nil }
	if v == "*" || valid(v) {
		return "", v
	}
	trimmed := strings.TrimRight(v, "/")
	lower := strings.ToLower(trimmed)
	port := lower
	if s, ok := strings.CutSuffix(lower, ":443"); ok && strings.HasPrefix(lower, "https://") {
		port = s
	} else if s, ok := strings.CutSuffix(lower, ":80"); ok && strings.HasPrefix(lower, "http://") {
		port = s
	}
	scheme, rest, hasScheme := strings.Cut(trimmed, "://")
	host, _, hasPath := strings.Cut(rest, "/")
	switch {
	case v == "":
		return "it is empty", ""
	case trimmed != v && valid(trimmed):
		return "it ends in a slash", trimmed
	case lower != trimmed && valid(lower):
		return "it has capital letters", lower
	case port != lower && valid(port):
		return "it names the scheme's own port", port
	case strings.Contains(v, "*"):
		return "only * alone is a wildcard", ""
	case !hasScheme && valid("https://"+lower):
		return "the scheme is missing", "https://" + lower
	case hasPath && valid(strings.ToLower(scheme+"://"+host)):
		return "it has a path", strings.ToLower(scheme + "://" + host)
	}
	return "right would be scheme, host and perhaps a port, such as https://app.example.com", ""
}

// severalOrigins takes apart a value that names several, nil for one.
func severalOrigins(v string) []string {
	parts := strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ' ' || r == '|' || r == ';' || r == '\t' })
	if len(parts) < 2 {
		return nil
	}
	return parts
}

// lookalike is an origin that a check lets in and should not.
type lookalike struct{ rule, origin, how string }

const (
	evilSuffix = ".evil.example"
	evilAny    = "https://evil.example"
)

// pattern is a check of an origin by a regular expression or by parts of the
// string: what it lets in, by trial.
type pattern struct {
	match func(string) bool
	// samples are origins that it is meant for: each way to fulfil it, with the
	// shortest of what repeats.
	samples []string
	// exact says that the samples are all that it is meant for: nothing in it
	// stands for a choice of hosts.
	exact bool
	// dots are the samples with a letter in place of each dot that stands for
	// any character, with the origin that was meant.
	dots [][2]string
	// hosts says that the check is meant to let in a whole family of hosts.
	hosts bool
}

// compile reads a regular expression of PCRE or JavaScript that is in Go's
// syntax too; ok is false where it is not.
func compile(expr string, ignoreCase bool) (*pattern, bool) {
	if len(expr) > 2000 {
		return nil, false
	}
	src := expr
	if ignoreCase {
		src = "(?i)" + expr
	}
	re, err := regexp.Compile(src)
	if err != nil {
		return nil, false
	}
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil, false
	}
	p := &pattern{match: re.MatchString, exact: true}
	for _, w := range p.expand(tree, 0) {
		origin := strings.ToLower(w.text)
		if origin == "null" {
			continue
		}
		if !strings.Contains(origin, "://") {
			// Without its beginning the check can be meant for https alone.
			origin = "https://" + strings.TrimLeft(origin, "/:")
		}
		if strings.HasPrefix(origin, "://") {
			origin = "https" + origin
		}
		origin = strings.Replace(origin, "://.", "://app.", 1)
		p.samples = append(p.samples, origin)
		if w.dot >= 0 {
			at := w.dot + len(origin) - len(w.text)
			if at >= 0 && at < len(origin) && origin[at] == '.' {
				p.dots = append(p.dots, [2]string{origin[:at] + "x" + origin[at+1:], origin})
			}
		}
	}
	slices.Sort(p.samples)
	p.samples = slices.Compact(p.samples)
	// The first dot that is not escaped shows the fault best.
	slices.SortFunc(p.dots, func(a, b [2]string) int { return differ(a) - differ(b) })
	return p, true
}

// differ is the offset at which two strings differ.
func differ(d [2]string) int {
	n := 0
	for n < len(d[0]) && n < len(d[1]) && d[0][n] == d[1][n] {
		n++
	}
	return n
}

// way is one string that a regular expression matches; dot is the offset of a
// "." that stands for any character, -1 for none.
type way struct {
	text string
	dot  int
}

const maxWays = 64

// expand lists strings that a part of a regular expression matches.
func (p *pattern) expand(re *syntax.Regexp, depth int) []way {
	none := []way{{"", -1}}
	if depth > 50 {
		p.exact = false
		return none
	}
	switch re.Op {
	case syntax.OpLiteral:
		return []way{{string(re.Rune), -1}}
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return []way{{".", 0}}
	case syntax.OpCharClass:
		p.exact, p.hosts = false, true
		return []way{{classSample(re.Rune), -1}}
	case syntax.OpCapture:
		return p.expand(re.Sub[0], depth+1)
	case syntax.OpStar, syntax.OpPlus, syntax.OpRepeat:
		p.exact, p.hosts = false, true
		if re.Op == syntax.OpRepeat && re.Min == 0 && re.Max == 1 {
			break
		}
		sub := re.Sub[0]
		if sub.Op == syntax.OpAnyChar || sub.Op == syntax.OpAnyCharNotNL {
			return []way{{"x", -1}}
		}
		return p.expand(sub, depth+1)
	case syntax.OpQuest:
		return append(slices.Clone(none), p.expand(re.Sub[0], depth+1)...)
	case syntax.OpAlternate:
		var out []way
		for _, sub := range re.Sub {
			out = append(out, p.expand(sub, depth+1)...)
		}
		return out[:min(len(out), maxWays)]
	case syntax.OpConcat:
		out := none
		for _, sub := range re.Sub {
			out = cross(out, p.expand(sub, depth+1))
		}
		return out
	}
	return none
}

// cross joins each left with each right, as far as maxWays goes.
func cross(left, right []way) []way {
	var out []way
	for _, l := range left {
		for _, r := range right {
			w := way{l.text + r.text, l.dot}
			if r.dot >= 0 {
				w.dot = len(l.text) + r.dot
			}
			out = append(out, w)
			// A dot before this one is a fault of its own.
			if l.dot >= 0 && r.dot >= 0 {
				out = append(out, way{l.text + r.text, l.dot})
			}
			if len(out) >= maxWays {
				return out
			}
		}
	}
	return out
}

// classSample is a character of a class: a letter where it has one.
func classSample(ranges []rune) string {
	for _, want := range "a0-x9.Z" {
		for i := 0; i+1 < len(ranges); i += 2 {
			if ranges[i] <= want && want <= ranges[i+1] {
				return string(want)
			}
		}
	}
	if len(ranges) > 0 && ranges[0] > ' ' && ranges[0] < 0x7f {
		return string(ranges[0])
	}
	return "x"
}

// byParts is a check with startsWith, endsWith or includes.
func byParts(how, part string) *pattern {
	p := &pattern{hosts: true}
	switch how {
	case "prefix":
		p.match = func(o string) bool { return strings.HasPrefix(o, part) }
	case "suffix":
		p.match = func(o string) bool { return strings.HasSuffix(o, part) }
	default:
		p.match = func(o string) bool { return strings.Contains(o, part) }
	}
	sample := strings.ToLower(part)
	if !strings.Contains(sample, "://") {
		if strings.HasPrefix(sample, ".") {
			sample = "app" + sample
		}
		sample = "https://" + sample
	}
	p.samples = []string{sample}
	return p
}

// intended are the origins that an exact pattern is meant for.
func (p *pattern) intended() []string {
	if !p.exact {
		return nil
	}
	var out []string
	for _, s := range p.samples {
		if fault, _ := originFault(s); fault == "" && strings.HasPrefix(s, "https://") && s != "*" {
			out = append(out, s)
		}
	}
	return out
}

// lookalikes tries origins that resemble what a check is meant for.
func (p *pattern) lookalikes() []lookalike {
	if p.match(evilAny) && p.match("http://evil.test:8080") {
		return []lookalike{{"origin-reflected", evilAny, ""}}
	}
	var out []lookalike
	try := func(rule, origin, how string) bool {
		if !p.match(origin) || slices.ContainsFunc(out, func(l lookalike) bool { return l.rule == rule }) {
			return false
		}
		out = append(out, lookalike{rule, origin, how})
		return true
	}
	if p.match("null") {
		out = append(out, lookalike{"null-origin", "null", ""})
	}
	for _, d := range p.dots {
		if isOrigin(d[0]) {
			try("lookalike-origin", d[0], "a dot that is not escaped stands for any character")
		}
	}
	for _, s := range p.samples {
		scheme, host, ok := strings.Cut(s, "://")
		if !ok || host == "" {
			continue
		}
		name, port, hasPort := strings.Cut(host, ":")
		loop := name == "localhost" || strings.HasPrefix(name, "127.") || strings.HasSuffix(name, ".localhost")
		if !loop {
			domain := registrable(name)
			try("lookalike-origin", scheme+"://evil"+domain, "it looks only at how the origin ends")
			try("lookalike-origin", scheme+"://evil-"+domain, "it looks only at how the origin ends")
		}
		open := p.match(s + evilSuffix)
		try("lookalike-origin", s+evilSuffix, "it looks only at how the origin begins")
		if !loop {
			try("lookalike-origin", evilAny+"."+name+".evil.example", "it looks for a part anywhere in the origin")
			if scheme == "https" {
				try("http-origin", "http://"+host, "")
			}
			if (!hasPort || port == "") && !open {
				try("any-port-origin", scheme+"://"+name+":8443", "")
			}
		}
	}
	return out
}

func isOrigin(s string) bool {
	fault, _ := originFault(s)
	return fault == "" && s != "*"
}

// registrable is the part of a host that somebody else would have to register.
func registrable(host string) string {
	if d, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return d
	}
	return host
}
