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
		case 'A' <= c && c <= 'Z':
			b = append(b, c+'a'-'A')
		default:
			b = append(b, c)
		}
	}
	return string(b)
}

// SecretName says whether the value of a header or JSON member of that name is
// a secret.
func SecretName(name string) bool {
	n := bare(name)
	if harmlessNames[n] {
		return false
	}
	for _, s := range secretNames {
		if strings.HasSuffix(n, s) {
			return true
		}
	}
	return false
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

// plain says that a text is printable ASCII on one line without any hint of a
// shape: nothing in it can have to be masked or escaped. It may say no of a text
// that is as good.
func plain(s string) bool {
	for i := range len(s) {
		switch c := s[i]; c {
		case '_', '@', '%', '=', '"': // of CF_, cfast_, user@, %40, name=, "name":
			return false
		case 'J': // of eyJ
			if i > 0 && s[i-1] == 'y' {
				return false
			}
		case ' ': // of "Bearer " and "Basic "
			if i > 0 && (s[i-1]|0x20 == 'r' || s[i-1]|0x20 == 'c') {
				return false
			}
		default:
			if c < 0x20 || c >= 0x7f {
				return false
			}
		}
	}
	return true
}

// byShape masks what has the shape of a secret.
func byShape(s string) string {
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
