package fetch

import (
	"net/netip"
	"strings"
)

// registrableDomain returns the registrable domain of a host, and the host
// itself where it has none: an IP address, a single label, a public suffix.
func registrableDomain(host string) string {
	host = strings.TrimSuffix(host, ".")
	if host == "" || host[0] == '[' || strings.IndexByte(host, '.') < 0 {
		return host
	}
	if c := host[len(host)-1]; isDigit(c) {
		if _, err := netip.ParseAddr(host); err == nil {
			return host
		}
	}
	suffix := publicSuffix(host)
	if suffix == host {
		return host
	}
	rest := host[:len(host)-len(suffix)-1]
	return host[strings.LastIndexByte(rest, '.')+1:]
}

// SameSite is the HTML Standard's "schemelessly same site" of two tuple
// origins: the same registrable domain by the public suffix list, its private
// section included. An opaque origin is same site with nothing.
func SameSite(a, b Origin) bool {
	if a.Opaque() || b.Opaque() {
		return false
	}
	return a.Host == b.Host || registrableDomain(a.Host) == registrableDomain(b.Host)
}

// SchemefulSameSite is the HTML Standard's "same site": schemelessly same site,
// and the same scheme.
func SchemefulSameSite(a, b Origin) bool { return a.Scheme == b.Scheme && SameSite(a, b) }

// Site writes the site of a tuple origin as an origin is written, without the
// port: "https://example.com" for https://app.example.com:8443.
func Site(o Origin) string { return o.Scheme + "://" + registrableDomain(o.Host) }

// isPublicSuffix says whether a host is itself a public suffix, such as co.uk
// or pages.dev.
func isPublicSuffix(host string) bool {
	return publicSuffix(host) == host
}
