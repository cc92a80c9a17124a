package fetch

import (
	"errors"
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// URL is a URL record of the URL Standard, as far as fetch needs one: complete
// for the special schemes, and for all others its scheme and the rest as it
// stood. net/url is not used, since it refuses much that a browser accepts
// (https:\\host, a space in a path, "https:/host") and accepts what a browser
// refuses.
type URL struct {
	Scheme             string // lower case
	Username, Password string // percent-encoded
	Host               string // serialised; empty for a URL without one
	Port               string // empty for the scheme's default
	Path               string // with its leading slash; opaque for other schemes
	Query              string // without "?"
	Fragment           string // without "#"
	HasQuery           bool
	HasFragment        bool
	special            bool
	userinfo           bool // of another scheme: its authority has a user name or password
}

// defaultPort returns the default port of a special scheme ("" for file), and
// whether the scheme is special.
func defaultPort(scheme string) (port string, special bool) {
	switch scheme {
	case "http", "ws":
		return "80", true
	case "https", "wss":
		return "443", true
	case "ftp":
		return "21", true
	case "file":
		return "", true
	}
	return "", false
}

// The failures of the URL parser, in words that can follow "the URL".
var (
	errNoScheme = errors.New("has no scheme; write it in full, such as https://api.example.com/")
	errNoHost   = errors.New("has no host after its scheme")
	errHost     = errors.New("has a host that no browser accepts")
	errIPv4     = errors.New("has a host that ends in a number and is no IPv4 address")
	errIPv6     = errors.New("has a host in brackets that is no IPv6 address")
	errPort     = errors.New("has a port that is no number from 0 to 65535")
)

// ParseURL is the basic URL parser of the URL Standard, without a state
// override. base may be nil.
func ParseURL(input string, base *URL) (*URL, error) {
	in := stripURL(input)
	scheme, rest, ok := cutScheme(in)
	if !ok {
		if base == nil {
			return nil, errNoScheme
		}
		return base.resolve(in)
	}
	_, special := defaultPort(scheme)
	if base != nil && special && base.Scheme == scheme && !startsWithTwoSlashes(rest) {
		return base.resolve(rest) // "special relative or authority state"
	}
	u := &URL{Scheme: scheme, special: special}
	if !special {
		if err := u.setOther(rest); err != nil {
			return nil, err
		}
		return u, nil
	}
	if scheme == "file" {
		if startsWithTwoSlashes(rest) {
			rest = rest[2:]
			end := strings.IndexAny(rest, `/\?#`)
			if end < 0 {
				end = len(rest)
			}
			u.Host, rest = strings.ToLower(rest[:end]), rest[end:]
		}
		u.setTail(rest)
		return u, nil
	}
	rest = strings.TrimLeft(rest, `/\`)
	if err := u.setAuthorityAndTail(rest); err != nil {
		return nil, err
	}
	return u, nil
}

// stripURL removes what the parser ignores: C0 controls and spaces around the
// input, tabs and newlines everywhere in it.
func stripURL(s string) string {
	s = strings.TrimFunc(s, func(r rune) bool { return r <= ' ' })
	if strings.ContainsAny(s, "\t\n\r") {
		s = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(s)
	}
	return s
}

// cutScheme splits "scheme:" off, in lower case.
func cutScheme(s string) (scheme, rest string, ok bool) {
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case isAlpha(c):
		case i > 0 && (isDigit(c) || c == '+' || c == '-' || c == '.'):
		case i > 0 && c == ':':
			return strings.ToLower(s[:i]), s[i+1:], true
		default:
			return "", s, false
		}
	}
	return "", s, false
}

func startsWithTwoSlashes(s string) bool {
	return len(s) >= 2 && isSlash(s[0]) && isSlash(s[1])
}

func isSlash(c byte) bool { return c == '/' || c == '\\' }
func isAlpha(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// resolve parses a relative reference against u ("relative state").
func (u *URL) resolve(ref string) (*URL, error) {
	if !u.special {
		return nil, errNoScheme
	}
	v := &URL{Scheme: u.Scheme, special: true}
	if u.Scheme != "file" && startsWithTwoSlashes(ref) {
		if err := v.setAuthorityAndTail(strings.TrimLeft(ref, `/\`)); err != nil {
			return nil, err
		}
		return v, nil
	}
	v.Username, v.Password, v.Host, v.Port = u.Username, u.Password, u.Host, u.Port
	p := splitTail(ref)
	switch {
	case p.path == "":
		v.Path = u.Path
		if !p.hasQuery {
			v.Query, v.HasQuery = u.Query, u.HasQuery
		}
	case isSlash(p.path[0]):
		v.Path = cleanPath(p.path)
	default:
		v.Path = cleanPath(u.Path[:strings.LastIndexByte(u.Path, '/')+1] + p.path)
	}
	v.setQueryAndFragment(p)
	return v, nil
}

// setAuthorityAndTail parses "user:pass@host:port/path?query#fragment".
func (u *URL) setAuthorityAndTail(s string) error {
	end := strings.IndexAny(s, `/\?#`)
	if end < 0 {
		end = len(s)
	}
	authority, tail := s[:end], s[end:]
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		user, pass, _ := strings.Cut(authority[:at], ":")
		u.Username, u.Password = percentEncode(user, userinfoSet), percentEncode(pass, userinfoSet)
		authority = authority[at+1:]
	}
	host, port := splitPort(authority)
	if host == "" {
		return errNoHost
	}
	var err error
	if u.Host, err = parseHost(host); err != nil {
		return err
	}
	if u.Port, err = parsePort(port, u.Scheme); err != nil {
		return err
	}
	u.setTail(tail)
	return nil
}

// splitPort cuts at the first colon outside brackets.
func splitPort(authority string) (host, port string) {
	inBrackets := false
	for i := 0; i < len(authority); i++ {
		switch authority[i] {
		case '[':
			inBrackets = true
		case ']':
			inBrackets = false
		case ':':
			if !inBrackets {
				return authority[:i], authority[i+1:]
			}
		}
	}
	return authority, ""
}

func parsePort(port, scheme string) (string, error) {
	if port == "" {
		return "", nil
	}
	n := 0
	for i := 0; i < len(port); i++ {
		if !isDigit(port[i]) {
			return "", errPort
		}
		if n = n*10 + int(port[i]-'0'); n > 65535 {
			return "", errPort
		}
	}
	p := port
	if port[0] == '0' && len(port) > 1 {
		p = strconv.Itoa(n)
	}
	if d, _ := defaultPort(scheme); p == d {
		return "", nil
	}
	return p, nil
}

func (u *URL) setTail(tail string) {
	p := splitTail(tail)
	u.Path = "/"
	if p.path != "" {
		u.Path = cleanPath(p.path)
	}
	u.setQueryAndFragment(p)
}

func (u *URL) setQueryAndFragment(p parts) {
	if p.hasQuery {
		u.Query, u.HasQuery = percentEncode(p.query, querySet), true
	}
	if p.hasFragment {
		u.Fragment, u.HasFragment = percentEncode(p.fragment, fragmentSet), true
	}
}

// parts are path, query and fragment before they are encoded.
type parts struct {
	path, query, fragment string
	hasQuery, hasFragment bool
}

func splitTail(s string) (p parts) {
	s, p.fragment, p.hasFragment = strings.Cut(s, "#")
	p.path, p.query, p.hasQuery = strings.Cut(s, "?")
	return p
}

// setOther parses what follows a scheme that is not special: an authority with
// an opaque host after two slashes, else an opaque path. Path keeps it all as it
// stood.
func (u *URL) setOther(rest string) error {
	p := splitTail(rest)
	u.Path = percentEncode(p.path, c0Set)
	u.setQueryAndFragment(p)
	if !strings.HasPrefix(p.path, "//") {
		return nil
	}
	authority, _, _ := strings.Cut(p.path[2:], "/")
	at := strings.LastIndexByte(authority, '@')
	u.userinfo = strings.Trim(authority[:at+1], ":@") != ""
	host, port := splitPort(authority[at+1:])
	switch {
	case host == "" && (at >= 0 || len(authority) > at+1):
		return errNoHost
	case host != "" && host[0] == '[':
		if host[len(host)-1] != ']' {
			return errIPv6
		}
		if _, err := parseIPv6(host[1 : len(host)-1]); err != nil {
			return err
		}
	case strings.ContainsAny(host, "\x00\t\n\r #/:<>?@[\\]^|"): // the forbidden host code points
		return errHost
	}
	_, err := parsePort(port, u.Scheme)
	return err
}

// cleanPath is the path state for special schemes: backslashes become slashes,
// dot segments go, the rest is percent-encoded.
func cleanPath(p string) string {
	if !strings.ContainsAny(p, `\.%`) && p[0] == '/' {
		return percentEncode(p, pathSet)
	}
	p = strings.ReplaceAll(p, `\`, "/")
	p = strings.TrimPrefix(p, "/")
	var out []string
	segments := strings.Split(p, "/")
	for i, s := range segments {
		last := i == len(segments)-1
		switch dots(s) {
		case 2:
			if len(out) > 0 {
				out = out[:len(out)-1]
			}
			if last {
				out = append(out, "")
			}
		case 1:
			if last {
				out = append(out, "")
			}
		default:
			out = append(out, percentEncode(s, pathSet))
		}
	}
	return "/" + strings.Join(out, "/")
}

// dots returns 1 for a single-dot segment, 2 for a double-dot segment, else 0.
func dots(s string) int {
	n := 0
	for s != "" {
		switch {
		case s[0] == '.':
			s = s[1:]
		case len(s) >= 3 && s[0] == '%' && s[1] == '2' && s[2]|0x20 == 'e':
			s = s[3:]
		default:
			return 0
		}
		if n++; n > 2 {
			return 0
		}
	}
	return n
}

// A percentSet holds the ASCII bytes above the controls that a percent-encode
// set of the URL Standard escapes.
type percentSet string

const (
	fragmentSet percentSet = " \"<>`"
	querySet    percentSet = " \"#<>'"      // the special-query set
	pathSet     percentSet = " \"#<>?^`{|}" // with "|", which Chromium escapes too
	c0Set       percentSet = ""
	userinfoSet percentSet = " \"#<>?^`{}/:;=@[\\]|"
)

func percentEncode(s string, set percentSet) string {
	clean := true
	for i := 0; i < len(s); i++ {
		if escapes(s[i], set) {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if c := s[i]; escapes(c, set) {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func escapes(c byte, set percentSet) bool {
	return c < ' ' || c >= 0x7f || strings.IndexByte(string(set), c) >= 0
}

// parseHost is the host parser of the URL Standard for special schemes.
func parseHost(s string) (string, error) {
	if s[0] == '[' {
		if s[len(s)-1] != ']' {
			return "", errIPv6
		}
		return parseIPv6(s[1 : len(s)-1])
	}
	if strings.IndexByte(s, '%') >= 0 {
		s = percentDecode(s)
	}
	host, err := domainToASCII(s)
	if err != nil || host == "" {
		return "", errHost
	}
	for i := 0; i < len(host); i++ {
		if c := host[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`#/:<>?@[\]^|%`, c) >= 0 {
			return "", errHost
		}
	}
	if endsInNumber(host) {
		return parseIPv4(host)
	}
	return host, nil
}

func percentDecode(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(n))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// urlIDNA is UTS 46 processing as "domain to ASCII" with beStrict false asks.
var urlIDNA = idna.New(
	idna.MapForLookup(),
	idna.Transitional(false),
	idna.StrictDomainName(false),
	idna.CheckHyphens(false),
	idna.CheckJoiners(true),
	idna.BidiRule(),
	idna.VerifyDNSLength(false),
)

func domainToASCII(s string) (string, error) {
	ascii, lower := true, true
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			ascii = false
		}
		if s[i] >= 'A' && s[i] <= 'Z' {
			lower = false
		}
	}
	if ascii {
		if !lower {
			s = strings.ToLower(s)
		}
		return s, nil // Chromium does not check that an xn-- label decodes
	} else if !utf8.ValidString(s) {
		return "", errHost
	}
	return urlIDNA.ToASCII(s)
}

// endsInNumber is the "ends in a number checker".
func endsInNumber(host string) bool {
	host = strings.TrimSuffix(host, ".")
	last := host[strings.LastIndexByte(host, '.')+1:]
	if last == "" {
		return false
	}
	digits := true
	for i := 0; i < len(last); i++ {
		if !isDigit(last[i]) {
			digits = false
			break
		}
	}
	if digits {
		return true
	}
	if len(last) < 2 || last[0] != '0' || last[1]|0x20 != 'x' {
		return false
	}
	_, err := parseIPv4Number(last)
	return err == nil
}

func parseIPv4Number(s string) (uint64, error) {
	if s == "" {
		return 0, errIPv4
	}
	base := 10
	switch {
	case len(s) >= 2 && (s[:2] == "0x" || s[:2] == "0X"):
		s, base = s[2:], 16
	case len(s) >= 2 && s[0] == '0':
		s, base = s[1:], 8
	}
	if s == "" {
		return 0, nil
	}
	for i := 0; i < len(s); i++ {
		if s[i] == '_' || s[i] == '+' || s[i] == '-' {
			return 0, errIPv4
		}
	}
	n, err := strconv.ParseUint(s, base, 64)
	if errors.Is(err, strconv.ErrRange) {
		return 1 << 40, nil // a number, if one too large for an address
	}
	if err != nil {
		return 0, errIPv4
	}
	return n, nil
}

func parseIPv4(host string) (string, error) {
	parts := strings.Split(strings.TrimSuffix(host, "."), ".")
	if len(parts) > 4 {
		return "", errIPv4
	}
	var ip uint64
	for i, p := range parts {
		n, err := parseIPv4Number(p)
		if err != nil {
			return "", err
		}
		if i < len(parts)-1 {
			if n > 255 {
				return "", errIPv4
			}
			ip |= n << (8 * (3 - i))
			continue
		}
		if n >= 1<<(8*(5-len(parts))) {
			return "", errIPv4
		}
		ip |= n
	}
	return netip.AddrFrom4([4]byte{byte(ip >> 24), byte(ip >> 16), byte(ip >> 8), byte(ip)}).String(), nil
}

func parseIPv6(s string) (string, error) {
	a, err := netip.ParseAddr(s)
	if err != nil || !a.Is6() || a.Zone() != "" {
		return "", errIPv6
	}
	if a.Is4In6() { // netip prints the dotted form, the URL Standard never does
		b := a.As16()
		hex := func(hi, lo byte) string {
			return strconv.FormatUint(uint64(hi)<<8|uint64(lo), 16)
		}
		return "[::ffff:" + hex(b[12], b[13]) + ":" + hex(b[14], b[15]) + "]", nil
	}
	return "[" + a.String() + "]", nil
}

// HasCredentials is "includes credentials": a user name or password that is not
// empty.
func (u *URL) HasCredentials() bool { return u.Username != "" || u.Password != "" || u.userinfo }

// IsHTTP says whether the scheme is an HTTP(S) scheme.
func (u *URL) IsHTTP() bool { return u.Scheme == "http" || u.Scheme == "https" }

// String is the URL serialiser.
func (u *URL) String() string { return u.serialise(true) }

// WithoutFragment is the URL serialiser with "exclude fragment" true: what goes
// on the wire.
func (u *URL) WithoutFragment() string { return u.serialise(false) }

func (u *URL) serialise(fragment bool) string {
	var b strings.Builder
	b.Grow(len(u.Scheme) + len(u.Host) + len(u.Path) + len(u.Query) + len(u.Fragment) + 16)
	b.WriteString(u.Scheme)
	b.WriteByte(':')
	if u.special {
		b.WriteString("//")
		if u.Username != "" || u.Password != "" {
			b.WriteString(u.Username)
			if u.Password != "" {
				b.WriteByte(':')
				b.WriteString(u.Password)
			}
			b.WriteByte('@')
		}
		b.WriteString(u.Host)
		if u.Port != "" {
			b.WriteByte(':')
			b.WriteString(u.Port)
		}
	}
	b.WriteString(u.Path)
	if u.HasQuery {
		b.WriteByte('?')
		b.WriteString(u.Query)
	}
	if fragment && u.HasFragment {
		b.WriteByte('#')
		b.WriteString(u.Fragment)
	}
	return b.String()
}
