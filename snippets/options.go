package snippets

import (
	"strconv"
	"strings"
)

// check reports everything that is wrong with the options for a recipe. Every
// value is checked, also one that the recipe does not use.
func (o Options) check(r Recipe) []error {
	var errs []error
	add := func(err error) {
		if err != nil {
			errs = append(errs, err)
		}
	}
	needs := func(flag, value, example string) {
		if value == "" {
			add(&MissingError{Flag: flag, Recipe: r, Want: []string{example}})
		}
	}
	answersCORS := r == RecipeCORS || r == RecipeJWT || r == RecipeServiceToken
	if answersCORS && len(o.Policy.AllowOrigins) == 0 {
		add(&MissingError{Flag: FlagAllowOrigin, Recipe: r, Want: []string{"https://app.example.com"}})
	}
	errs = append(errs, o.Policy.check(false)...)
	if r == RecipeSameOrigin || r == RecipeServiceToken {
		needs(FlagUpstream, o.Upstream, "https://api.example.com")
	}
	if r == RecipeJWT {
		needs(FlagTeamDomain, o.TeamDomain, "team.cloudflareaccess.com")
		needs(FlagAUD, o.AUD, "the application audience (AUD) tag of the Access application")
	}
	add(checkUpstream(o.Upstream))
	add(checkListen(o.Listen))
	add(checkTeamDomain(o.TeamDomain))
	add(checkAUD(o.AUD))
	add(checkAPIHost(o.Host))
	add(checkAPIPath(FlagPath, o.Path))
	return errs
}

// normalised returns checked options in the one form that is written down.
func (o Options) normalised() Options {
	o.Policy = o.Policy.normalised()
	o.Upstream = strings.TrimSuffix(o.Upstream, "/")
	return o
}

// upstream is a checked Upstream, taken apart.
type upstream struct {
	scheme string
	host   string // with brackets, without port
	port   string // without colon, empty for the default
	path   string // "" or "/a/b"
}

// authority is host and port as they stand in the URL.
func (u upstream) authority() string {
	if u.port == "" {
		return u.host
	}
	return u.host + ":" + u.port
}

// dial is host and port, never without a port.
func (u upstream) dial() string {
	switch {
	case u.port != "":
		return u.authority()
	case u.scheme == "https":
		return u.host + ":443"
	default:
		return u.host + ":80"
	}
}

func splitUpstream(v string) (u upstream, reason Reason) {
	scheme, rest, ok := strings.Cut(v, "://")
	if !ok {
		return u, ReasonNoScheme
	}
	if reason := schemeReason(scheme); reason != "" {
		return u, reason
	}
	u.scheme = scheme
	if strings.Contains(rest, "@") {
		return u, ReasonUserinfo
	}
	if strings.Contains(rest, "?") {
		return u, ReasonQuery
	}
	if strings.Contains(rest, "#") {
		return u, ReasonFragment
	}
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		rest, u.path = rest[:i], strings.TrimSuffix(rest[i:], "/")
	}
	if !isPlainPath(u.path) {
		return u, ReasonCharacters
	}
	u.host, u.port, reason = splitAuthority(rest)
	if reason != "" {
		return u, reason
	}
	if reason := hostReason(u.host); reason != "" {
		return u, reason
	}
	if u.port != "" && !isPort(u.port) {
		return u, ReasonPort
	}
	return u, ""
}

func checkUpstream(v string) error {
	if v == "" {
		return nil
	}
	_, reason := splitUpstream(v)
	if reason == "" && len(v) > 1000 {
		reason = ReasonTooLong
	}
	if reason == "" {
		return nil
	}
	want := `a URL of scheme, host, perhaps a port and a plain path, such as "http://127.0.0.1:9000"`
	if reason == ReasonCase || reason == ReasonUnicode || reason == ReasonNoScheme || reason == ReasonIPAddress || reason == ReasonTrailingDot {
		if w := originWant(v); w != "" {
			want = "write " + quote(w)
		}
	}
	return &OptionError{Flag: FlagUpstream, Value: v, Reason: reason, Want: want}
}

func checkListen(port int) error {
	if port >= 0 && port <= 65535 {
		return nil
	}
	return &OptionError{Flag: FlagListen, Value: strconv.Itoa(port), Reason: ReasonRange, Want: "a port from 1 to 65535"}
}

// teamDomainSuffixes end the team domains: the public one and that of the
// government cloud (source of cloudflare/cloudflared).
var teamDomainSuffixes = []string{".fed.cloudflareaccess.com", ".cloudflareaccess.com"}

func checkTeamDomain(v string) error {
	if v == "" {
		return nil
	}
	for _, suffix := range teamDomainSuffixes {
		if team, ok := strings.CutSuffix(v, suffix); ok && hostReason(v) == "" && !strings.Contains(team, ".") && team != "fed" {
			return nil
		}
	}
	want := `a host such as "team.cloudflareaccess.com"`
	guess := strings.TrimSuffix(strings.TrimPrefix(strings.ToLower(v), "https://"), "/")
	if guess != v && checkTeamDomain(guess) == nil {
		want = "write " + quote(guess)
	} else if full := guess + ".cloudflareaccess.com"; !strings.Contains(guess, ".") && checkTeamDomain(full) == nil {
		want = "write " + quote(full)
	}
	return &OptionError{Flag: FlagTeamDomain, Value: v, Reason: ReasonTeamDomain, Want: want}
}

func checkAUD(v string) error {
	if v == "" {
		return nil
	}
	if strings.Trim(v, "0123456789abcdefABCDEF") == "" && len(v) <= 128 {
		return nil
	}
	return &OptionError{Flag: FlagAUD, Value: v, Reason: ReasonHex, Want: "the application audience (AUD) tag, 64 characters 0-9 and a-f"}
}

func checkAPIHost(v string) error {
	if v == "" {
		return nil
	}
	reason := hostReason(v)
	if reason == "" {
		return nil
	}
	want := `a host name without scheme and port, such as "api.example.com"`
	if w := originWant("https://" + v); w != "" {
		want = "write " + quote(strings.TrimPrefix(w, "https://"))
	}
	return &OptionError{Flag: FlagHost, Value: v, Reason: reason, Want: want}
}

func checkAPIPath(flag, v string) error {
	if v == "" || v == "/" || isPlainPath(strings.TrimSuffix(v, "/")) && len(v) <= 1000 {
		return nil
	}
	return &OptionError{Flag: flag, Value: v, Reason: ReasonCharacters, Want: `a path of letters, digits, - . _ ~ and slashes, such as "/v1/"`}
}

// isPlainPath says whether p is empty, or segments of unreserved characters
// (RFC 3986, section 2.3), each after a slash, none of them "." or "..".
func isPlainPath(p string) bool {
	if p == "" {
		return true
	}
	if p[0] != '/' {
		return false
	}
	for _, seg := range strings.Split(p[1:], "/") {
		if seg == "" || seg == "." || seg == ".." {
			return false
		}
		for _, c := range []byte(seg) {
			switch {
			case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("-._~", c) >= 0:
			default:
				return false
			}
		}
	}
	return true
}
