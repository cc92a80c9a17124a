package fetch

import (
	"fmt"
	"strings"
)

// Origin is an origin of the HTML Standard. The zero value is an opaque one,
// which is same origin with nothing but itself, so with no URL.
type Origin struct {
	Scheme, Host, Port string // Port is empty for the scheme's default
}

// Opaque says that the origin is no tuple.
func (o Origin) Opaque() bool { return o.Scheme == "" }

// Origin is the URL Standard's "origin" of a URL: a tuple for http, https, ws,
// wss and ftp, opaque for every other scheme.
func (u *URL) Origin() Origin {
	if !u.special || u.Scheme == "file" {
		return Origin{}
	}
	return Origin{u.Scheme, u.Host, u.Port}
}

// ParseOrigin reads a serialised origin; "null", and whatever no page can have
// as its origin, is opaque.
func ParseOrigin(s string) Origin {
	if s == "null" || s == "" {
		return Origin{}
	}
	u, err := ParseURL(s, nil)
	if err != nil {
		return Origin{}
	}
	return u.Origin()
}

// SerializeOrigin is the HTML Standard's serialisation of an origin: scheme,
// host, and the port where it is not the default; "null" for an opaque one.
func SerializeOrigin(o Origin) string {
	switch {
	case o.Opaque():
		return "null"
	case o.Port == "":
		return o.Scheme + "://" + o.Host
	}
	return o.Scheme + "://" + o.Host + ":" + o.Port
}

// SameOrigin says whether two origins are same origin.
func SameOrigin(a, b Origin) bool { return !a.Opaque() && a == b }

// ParseCaseOrigin reads what a person types as the page's origin: a scheme and
// a host, with a port where it is not the default, or "null" for an opaque
// page. It returns the serialised origin; the error names the input and what
// would be right.
func ParseCaseOrigin(s string) (string, error) {
	in := strings.TrimSpace(s)
	if in == "null" {
		return in, nil
	}
	if in == "" {
		return "", fmt.Errorf(`origin %q is empty: write the page's scheme and host, such as https://app.example.com, or null for an opaque page`, s)
	}
	if in == "*" {
		return "", fmt.Errorf(`origin %q is no origin of a page: write the page's scheme and host, such as https://app.example.com`, s)
	}
	if !strings.Contains(in, "://") {
		if u, err := ParseURL("https://"+in, nil); err == nil {
			return "", fmt.Errorf("origin %q has no scheme: did you mean %s?", s, SerializeOrigin(u.Origin()))
		}
		return "", fmt.Errorf("origin %q is no origin: write scheme and host, such as https://app.example.com, or null", s)
	}
	u, err := ParseURL(in, nil)
	if err != nil {
		return "", fmt.Errorf("origin %q %w: write scheme and host, such as https://app.example.com", s, err)
	}
	if !u.IsHTTP() {
		return "", fmt.Errorf("origin %q has the scheme %s: a page that fetches is at http or https; for a file, data or sandboxed page write null", s, u.Scheme)
	}
	o := SerializeOrigin(u.Origin())
	if u.HasCredentials() {
		return "", fmt.Errorf("origin %q contains a user name or password, which no origin has: write %s", s, o)
	}
	if u.Path != "/" || u.HasQuery || u.HasFragment {
		return "", fmt.Errorf("origin %q goes on after the host, which no origin does: write %s", s, o)
	}
	return o, nil
}
