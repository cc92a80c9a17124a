package snippets

import (
	"fmt"
	"net/netip"
	"strings"

	"golang.org/x/net/idna"
)

// checkOrigin says what keeps v from being the serialisation of a tuple origin
// (HTML Standard, "serialization of an origin") with the scheme http or https.
func checkOrigin(v string) *OriginError {
	reason := originReason(v)
	if reason == "" {
		return nil
	}
	return &OriginError{Value: v, Reason: reason, Want: originWant(v)}
}

func originReason(v string) Reason {
	switch {
	case v == "":
		return ReasonEmpty
	case strings.EqualFold(v, "null"):
		return ReasonNull
	case strings.Contains(v, "*"):
		return ReasonPattern
	case strings.TrimSpace(v) != v:
		return ReasonCharacters
	case strings.Count(v, "://") > 1 || strings.ContainsAny(v, ", \t"):
		return ReasonList
	}
	scheme, rest, ok := strings.Cut(v, "://")
	if !ok {
		if hostReason(strings.ToLower(v)) == "" {
			return ReasonNoScheme
		}
		return ReasonCharacters
	}
	if reason := schemeReason(scheme); reason != "" {
		return reason
	}
	host, port, reason := splitAuthority(rest)
	if reason != "" {
		return reason
	}
	if reason := hostReason(host); reason != "" {
		return reason
	}
	return portReason(scheme, port)
}

func schemeReason(scheme string) Reason {
	switch lower := strings.ToLower(scheme); {
	case lower != "http" && lower != "https":
		return ReasonScheme
	case lower != scheme:
		return ReasonCase
	default:
		return ""
	}
}

// splitAuthority takes apart what follows "://" of an origin. The host keeps
// its brackets; the port is without its colon, and ":" where it is empty.
func splitAuthority(s string) (host, port string, reason Reason) {
	if strings.Contains(s, "@") {
		return "", "", ReasonUserinfo
	}
	if i := strings.IndexAny(s, "/?#"); i >= 0 {
		switch {
		case s[i:] == "/":
			return "", "", ReasonSlash
		case s[i] == '?':
			return "", "", ReasonQuery
		case s[i] == '#':
			return "", "", ReasonFragment
		default:
			return "", "", ReasonPath
		}
	}
	host = s
	if i := strings.LastIndexByte(s, ':'); i > strings.LastIndexByte(s, ']') {
		host, port = s[:i], s[i+1:]
		if port == "" {
			port = ":"
		}
	}
	return host, port, ""
}

func portReason(scheme, port string) Reason {
	switch {
	case port == "":
		return ""
	case !isPort(port):
		return ReasonPort
	case scheme == "http" && port == "80", scheme == "https" && port == "443":
		return ReasonDefaultPort
	default:
		return ""
	}
}

func isPort(s string) bool {
	if s == "" || len(s) > 5 || s[0] == '0' {
		return false
	}
	n := 0
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
		n = n*10 + int(c-'0')
	}
	return n <= 65535
}

// profile is the processing of domains in the URL Standard ("domain to ASCII",
// not strict).
var profile = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false), idna.CheckHyphens(false), idna.CheckJoiners(true), idna.BidiRule())

// hostReason says what keeps h from being a host as browsers serialise it: a
// domain in lower-case ASCII, an IPv4 address, or an IPv6 address in brackets.
func hostReason(h string) Reason {
	if h == "" {
		return ReasonHost
	}
	if strings.HasPrefix(h, "[") {
		return ipv6Reason(h)
	}
	var upper, unicode bool
	for _, c := range []byte(h) {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '-', c == '.', c == '_':
		case c >= 'A' && c <= 'Z':
			upper = true
		case c >= 0x80:
			unicode = true
		default:
			return ReasonCharacters
		}
	}
	switch {
	case unicode:
		return ReasonUnicode
	case upper:
		return ReasonCase
	case strings.HasSuffix(h, "."):
		return ReasonTrailingDot
	case len(h) > 253:
		return ReasonTooLong
	}
	labels := strings.Split(h, ".")
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' {
			return ReasonHost
		}
	}
	if endsInNumber(labels[len(labels)-1]) {
		if a, err := netip.ParseAddr(h); err != nil || a.String() != h {
			return ReasonIPAddress
		}
		return ""
	}
	if strings.Contains(h, "xn--") {
		if ascii, err := profile.ToASCII(h); err != nil || ascii != h {
			return ReasonHost
		}
	}
	return ""
}

// endsInNumber is the URL Standard's "ends in a number checker" for the last
// label: such a host is an IPv4 address, or none at all.
func endsInNumber(label string) bool {
	if rest, ok := strings.CutPrefix(label, "0x"); ok {
		return strings.Trim(rest, "0123456789abcdef") == ""
	}
	return strings.Trim(label, "0123456789") == ""
}

func ipv6Reason(h string) Reason {
	inner, ok := strings.CutSuffix(h[1:], "]")
	if !ok || strings.ContainsAny(inner, "[]") {
		return ReasonHost
	}
	a, err := netip.ParseAddr(inner)
	switch {
	case err != nil || !a.Is6() || a.Zone() != "":
		return ReasonHost
	case serialiseIPv6(a) != inner:
		return ReasonIPAddress
	default:
		return ""
	}
}

// serialiseIPv6 is the URL Standard's IPv6 serializer: as RFC 5952, save that
// IPv4-mapped addresses stay hexadecimal.
func serialiseIPv6(a netip.Addr) string {
	if !a.Is4In6() {
		return a.String()
	}
	b := a.As16()
	return fmt.Sprintf("::ffff:%x:%x", uint16(b[12])<<8|uint16(b[13]), uint16(b[14])<<8|uint16(b[15]))
}

// originWant guesses the origin that was meant, as a browser would serialise
// the URL; empty where there is no safe guess.
func originWant(v string) string {
	v = strings.TrimSpace(v)
	if strings.ContainsAny(v, "*, \t\\") || strings.EqualFold(v, "null") {
		return ""
	}
	scheme, rest, ok := strings.Cut(v, "://")
	if !ok {
		scheme, rest = "https", v
	}
	scheme = strings.ToLower(scheme)
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		rest = rest[:i]
	}
	rest = rest[strings.LastIndexByte(rest, '@')+1:]
	host, port, reason := splitAuthority(rest)
	if reason != "" {
		return ""
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if a, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil && a.Is6() && a.Zone() == "" {
		host = "[" + serialiseIPv6(a) + "]"
	} else if ascii, err := profile.ToASCII(host); err == nil {
		host = ascii
	}
	if port == ":" || portReason(scheme, port) == ReasonDefaultPort {
		port = ""
	} else if n := strings.TrimLeft(port, "0"); n != "" {
		port = n
	}
	want := scheme + "://" + host
	if port != "" {
		want += ":" + port
	}
	if originReason(want) != "" {
		return ""
	}
	return want
}

// isLoopback says whether a valid host, with or without brackets, is this machine.
func isLoopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	a, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && a.IsLoopback()
}
