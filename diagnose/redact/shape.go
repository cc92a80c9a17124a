package redact

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// secretNames are names of headers, query parameters and JSON members whose
// value is a secret, in lower case without "-" and "_". A name that ends in one
// of them counts too, so that X-My-Api-Key does.
var secretNames = []string{
	"authorization", "cookie", "password", "passwd", "secret", "token", "apikey", "accesskey",
	"clientsecret", "privatekey", "signature", "credential", "credentials", "sessionid", "jwt",
	"cfaccessjwtassertion", "cfaccessclientid", "cfaccessclientsecret", "cfaccessmetadata",
	"xamzsignature", "xamzcredential",
}

// secretParameters are secret as the name of a query parameter only: as a JSON
// member "code" is an error's name, as a header "key" is anything.
var secretParameters = map[string]bool{
	"code": true, "sig": true, "auth": true, "session": true, "sid": true, "meta": true, "key": true, "pwd": true,
}

// harmlessNames end like a secret and are none.
var harmlessNames = map[string]bool{
	"acceptch": true, "continuationtoken": true, "nextpagetoken": true, "pagetoken": true,
	"cfaccessmetadatarequest": true, "accesscontrolallowcredentials": true, "credentials": true,
}

// SecretParameter says whether the value of a query parameter of that name is a
// secret.
func SecretParameter(name string) bool {
	return secretParameters[bare(name)] || SecretName(name)
}

// bare is a name in lower case, without "-" and "_".
func bare(name string) string {
	b := make([]byte, 0, 48)
	for i := range len(name) {
		switch c := name[i]; {
		case c == '-' || c == '_':
		default:
			b = append(b, lowerCase(c))
		}
	}
	return string(b)
}

// SecretName says whether the value of a header or JSON member of that name is
// a secret.
func SecretName(name string) bool {
	if name == "" {
		return false
	}
	for _, s := range secretEndings[name[len(name)-1]|0x20] {
		if endsBare(name, s) {
			return !harmlessNames[bare(name)]
		}
	}
	return endsInDash(name) && secretBare(bare(name))
}

// secretEndings are the secretNames by their last letter: most names are told
// apart by it.
var secretEndings = func() (by [256][]string) {
	for _, s := range secretNames {
		last := s[len(s)-1]
		by[last] = append(by[last], s)
	}
	return by
}()

// endsBare says whether bare(name) ends so, without making it.
func endsBare(name, suffix string) bool {
	i := len(name) - 1
	for j := len(suffix) - 1; j >= 0; j-- {
		for i >= 0 && (name[i] == '-' || name[i] == '_') {
			i--
		}
		if i < 0 || lowerCase(name[i]) != suffix[j] {
			return false
		}
		i--
	}
	return true
}

// endsInDash says whether the last letter of bare(name) is not that of name.
func endsInDash(name string) bool {
	return strings.HasSuffix(name, "-") || strings.HasSuffix(name, "_")
}

func secretBare(n string) bool {
	return !harmlessNames[n] && slices.ContainsFunc(secretNames, func(s string) bool { return strings.HasSuffix(n, s) })
}

func lowerCase(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// shape is a pattern that gives a secret away whoever it belongs to.
type shape struct {
	// One of the hints must occur for the pattern to be tried at all.
	hints []string
	re    *regexp.Regexp
	with  string
}

var shapes = sync.OnceValue(func() []shape {
	return []shape{
		// A JWT, or the first two parts of one.
		{[]string{"eyJ"}, regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{6,}(\.[A-Za-z0-9_-]*){1,2}`), Mask},
		// A service token of Access made since 2026-08.
		{[]string{"cfast_"}, regexp.MustCompile(`\bcfast_[A-Za-z0-9]{8,}`), Mask},
		// user:password@ in a URL, encoded or not.
		{[]string{"@"}, regexp.MustCompile(`([a-zA-Z][a-zA-Z0-9+.-]*://)[^\s/?#@"'<>]+@`), "${1}" + Mask + "@"},
		{[]string{"%40"}, regexp.MustCompile(`(?i)([a-z][a-z0-9+.-]*%3a%2f%2f)[^\s/?#@"'<>]+?%40`), "${1}" + Mask + "%40"},
		{[]string{"earer ", "EARER "}, regexp.MustCompile(`(?i)\b(bearer )[A-Za-z0-9._~+/:-]{8,}=*`), "${1}" + Mask},
		{[]string{"asic ", "ASIC "}, regexp.MustCompile(`(?i)\b(basic )[A-Za-z0-9+/]{8,}=*`), "${1}" + Mask},
		// The cookies of Access and of passed challenges.
		{[]string{"CF_", "cf_", "Cf_"}, regexp.MustCompile(`(?i)\b((?:CF_Authorization|CF_AppSession|CF_Session|CF_Binding|CF_Device|cf_clearance)(?:=|%3D))[^\s;,&"'<>\[]+`), "${1}" + Mask},
		// name=secret in a query, and "name":"secret" in JSON.
		{[]string{"="}, regexp.MustCompile(`([?&;])([A-Za-z0-9_.-]{2,40})=([^&#\s"'<>;\[]+)`), ""},
		{[]string{"\":", "\" :"}, regexp.MustCompile(`"([A-Za-z0-9_.-]{2,40})"(\s*:\s*)"((?:[^"\\]|\\.)*)"`), ""},
	}
})

// tells are the bytes at which shapeless looks closer.
var tells = [256]bool{'J': true, '_': true, '@': true, '%': true, ' ': true, '=': true, ':': true}

// shapeless says that no pattern of shapes can match: one look at each byte, and
// a closer one where a hint stands. Nearly every text is shapeless. It may say
// no of a text that is.
func shapeless(s string) bool {
	for i := range len(s) {
		if !tells[s[i]] {
			continue
		}
		switch s[i] {
		case 'J':
			if strings.HasSuffix(s[:i], "ey") {
				return false
			}
		case '_':
			if endsFold(s[:i], "cf") || strings.HasSuffix(s[:i], "cfast") {
				return false
			}
		case '@':
			if endsAuthority(s[:i]) {
				return false
			}
		case '%':
			if strings.HasPrefix(s[i+1:], "40") {
				return false
			}
		case ' ':
			if i > 0 && (s[i-1]|0x20 == 'r' && endsFold(s[:i], "bearer") || s[i-1]|0x20 == 'c' && endsFold(s[:i], "basic")) {
				return false
			}
		case '=':
			if name := lastName(s[:i], "?&;"); len(name) > 1 && SecretParameter(name) {
				return false
			}
		case ':':
			if i == 0 || s[i-1] > ' ' && s[i-1] != '"' {
				continue
			}
			before := strings.TrimRight(s[:i], "\t\n\f\r ") // what \s matches
			if name, ok := strings.CutSuffix(before, `"`); ok {
				if name = lastName(name, `"`); len(name) > 1 && SecretName(name) {
					return false
				}
			}
		}
	}
	return true
}

// endsFold says whether a text ends so, in whatever case.
func endsFold(s, suffix string) bool {
	return len(s) >= len(suffix) && strings.EqualFold(s[len(s)-len(suffix):], suffix)
}

// endsAuthority says whether a text ends in "://" and what may stand between it
// and "@".
func endsAuthority(s string) bool {
	i := strings.LastIndexAny(s, " \t\n\f\r/?#@\"'<>")
	return i >= 2 && strings.HasSuffix(s[:i+1], "://")
}

// lastName is the name that a text ends in, if one of the marks stands before it.
func lastName(s, marks string) string {
	for i := len(s) - 1; i >= 0; i-- {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '.' || c == '-':
		case strings.IndexByte(marks, c) >= 0:
			return s[i+1:]
		default:
			return ""
		}
	}
	return ""
}

// byShape masks what has the shape of a secret.
func byShape(s string) string {
	if shapeless(s) {
		return s
	}
	return masked(s)
}

func masked(s string) string {
	for _, sh := range shapes() {
		if !slices.ContainsFunc(sh.hints, func(h string) bool { return strings.Contains(s, h) }) {
			continue
		}
		if sh.with != "" {
			s = sh.re.ReplaceAllString(s, sh.with)
			continue
		}
		s = sh.re.ReplaceAllStringFunc(s, func(m string) string {
			g := sh.re.FindStringSubmatch(m)
			if sh.hints[0] == "=" {
				if !SecretParameter(g[2]) {
					return m
				}
				return g[1] + g[2] + "=" + Mask
			}
			if !SecretName(g[1]) || g[3] == "" {
				return m
			}
			return `"` + g[1] + `"` + g[2] + `"` + Mask + `"`
		})
	}
	return s
}
