package probe

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpproxy"
	"golang.org/x/net/idna"
)

// routes says where the connection for a host and port goes: curl's --resolve
// and --connect-to, --direct, and the proxies of the environment.
type routes struct {
	resolve []resolveRule
	connect []connectRule
	direct  *connectRule
	proxy   func(*url.URL) (*url.URL, error)
}

// resolveRule is one --resolve: these addresses instead of a look-up.
type resolveRule struct {
	host, port string // "" matches any
	addrs      []netip.Addr
}

// connectRule is one --connect-to: another place to connect to, while the
// request, its Host and its SNI stay as they are.
type connectRule struct {
	host, port     string // "" matches any
	toHost, toPort string // "" keeps
}

// target is where a connection goes.
type target struct {
	host, port string
	// addrs are the addresses that --resolve gives; nil means that the name is
	// looked up.
	addrs []netip.Addr
	// chosen says that the user named this place by an option.
	chosen bool
}

// loopback says whether the target can only be this machine.
func (t target) loopback() bool {
	if t.addrs != nil {
		for _, a := range t.addrs {
			if !a.Unmap().IsLoopback() {
				return false
			}
		}
		return true
	}
	if a, err := netip.ParseAddr(t.host); err == nil {
		return a.Unmap().IsLoopback()
	}
	return isLocalhost(t.host)
}

func newRoutes(n Network) (routes, error) {
	var rt routes
	for _, s := range n.Resolve {
		r, err := parseResolve(s)
		if err != nil {
			return rt, err
		}
		rt.resolve = append(rt.resolve, r)
	}
	for _, s := range n.ConnectTo {
		r, err := parseConnectTo(s)
		if err != nil {
			return rt, err
		}
		rt.connect = append(rt.connect, r)
	}
	if n.Direct != "" {
		r, err := parseDirect(n.Direct)
		if err != nil {
			return rt, err
		}
		rt.direct = &r
	}
	rt.proxy = httpproxy.FromEnvironment().ProxyFunc()
	return rt, nil
}

// target says where to connect for a host and port. The first matching
// --connect-to counts, as in curl, and its result goes through --resolve, where
// the last matching entry counts, because a later one replaces it there.
func (rt routes) target(host, port string, direct bool) target {
	t := target{host: hostKey(host), port: port}
	if direct && rt.direct != nil {
		t.host, t.port, t.chosen = rt.direct.toHost, rt.direct.toPort, true
	} else {
		for _, r := range rt.connect {
			if !matches(r.host, r.port, t.host, t.port) {
				continue
			}
			if r.toHost != "" {
				t.host, t.chosen = r.toHost, true
			}
			if r.toPort != "" {
				t.port = r.toPort
			}
			break
		}
	}
	if t = rt.resolved(t); t.addrs == nil && isLocalhost(t.host) {
		t.addrs = localAddrs
	}
	return t
}

// localAddrs are where localhost and every name below it are, without a look-up:
// browsers do not ask DNS for them (RFC 6761, section 6.3; Chromium's
// ResolveLocalHostname).
var localAddrs = []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()}

func isLocalhost(host string) bool {
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// resolved applies --resolve to a target.
func (rt routes) resolved(t target) target {
	for i := len(rt.resolve) - 1; i >= 0; i-- {
		if r := rt.resolve[i]; matches(r.host, r.port, t.host, t.port) {
			t.addrs, t.chosen = r.addrs, true
			break
		}
	}
	return t
}

// proxyFor returns the proxy for a URL of that scheme, host and port, nil for
// none. A target on this machine's loopback never goes through one: a proxy
// would look for it on its own machine.
func (rt routes) proxyFor(scheme, host, port string, t target) (*url.URL, error) {
	if t.loopback() || rt.proxy == nil {
		return nil, nil
	}
	return rt.proxy(&url.URL{Scheme: scheme, Host: net.JoinHostPort(hostKey(host), port)})
}

func matches(ruleHost, rulePort, host, port string) bool {
	return (ruleHost == "" || ruleHost == host) && (rulePort == "" || rulePort == port)
}

// hostKey is a host as rules compare it: lower case, without brackets and
// without the dot of a fully qualified name.
func hostKey(h string) string {
	h = strings.TrimSuffix(strings.TrimPrefix(h, "["), "]")
	if len(h) > 1 {
		h = strings.TrimSuffix(h, ".")
	}
	if !isASCII(h) { // names go on the wire as punycode, and are compared so
		if a, err := idna.Lookup.ToASCII(h); err == nil {
			return a
		}
	}
	return strings.ToLower(h)
}

func parseResolve(s string) (resolveRule, error) {
	fail := func(why string) (resolveRule, error) {
		return resolveRule{}, fmt.Errorf("--resolve %q: %s; want HOST:PORT:ADDR, such as api.example.com:443:127.0.0.1", s, why)
	}
	rest := strings.TrimPrefix(s, "+")
	host, rest, ok := cutHost(rest)
	if !ok {
		return fail("no port and no address")
	}
	port, list, ok := strings.Cut(rest, ":")
	if !ok || list == "" {
		return fail("no address")
	}
	if why := badHost(host); why != "" && host != "*" {
		return fail(why)
	}
	if port == "*" {
		port = ""
	}
	if why := badPort(port); why != "" {
		return fail(why)
	}
	r := resolveRule{host: hostKey(host), port: port}
	if host == "*" {
		r.host = ""
	}
	for a := range strings.SplitSeq(list, ",") {
		addr, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(a, "["), "]"))
		if err != nil {
			return fail(fmt.Sprintf("%q is no IP address", a))
		}
		r.addrs = append(r.addrs, addr)
	}
	return r, nil
}

func parseConnectTo(s string) (connectRule, error) {
	fail := func(why string) (connectRule, error) {
		return connectRule{}, fmt.Errorf("--connect-to %q: %s; want HOST:PORT:HOST2:PORT2, such as api.example.com:443:127.0.0.1:8443 (IPv6 in brackets; empty parts match any, or keep)", s, why)
	}
	host, rest, ok := cutHost(s)
	if !ok {
		return fail("four parts are needed")
	}
	port, rest, ok := strings.Cut(rest, ":")
	if !ok {
		return fail("four parts are needed")
	}
	toHost, toPort, ok := cutHost(rest)
	if !ok {
		return fail("four parts are needed")
	}
	for _, why := range []string{badHost(host), badPort(port), badHost(toHost), badPort(toPort)} {
		if why != "" {
			return fail(why)
		}
	}
	return connectRule{host: hostKey(host), port: port, toHost: hostKey(toHost), toPort: toPort}, nil
}

func parseDirect(s string) (connectRule, error) {
	fail := func(why string) (connectRule, error) {
		return connectRule{}, fmt.Errorf("--direct %q: %s; want HOST:PORT, such as 203.0.113.7:443 (IPv6 in brackets)", s, why)
	}
	host, port, ok := cutHost(s)
	switch {
	case !ok || port == "":
		return fail("no port")
	case host == "":
		return fail("no host")
	}
	for _, why := range []string{badHost(host), badPort(port)} {
		if why != "" {
			return fail(why)
		}
	}
	return connectRule{toHost: hostKey(host), toPort: port}, nil
}

// cutHost splits "host:rest", where an IPv6 address stands in brackets.
func cutHost(s string) (host, rest string, ok bool) {
	if strings.HasPrefix(s, "[") {
		end := strings.Index(s, "]")
		if end < 0 || !strings.HasPrefix(s[end+1:], ":") {
			return "", "", false
		}
		return s[:end+1], s[end+2:], true
	}
	return strings.Cut(s, ":")
}

func badHost(h string) string {
	if inner, ok := strings.CutPrefix(h, "["); ok {
		a, err := netip.ParseAddr(strings.TrimSuffix(inner, "]"))
		if err != nil || !a.Is6() {
			return fmt.Sprintf("%q is no IPv6 address", h)
		}
		return ""
	}
	for _, c := range []byte(h) {
		if c <= ' ' || c == 0x7f || strings.IndexByte(`/?#@[]\:`, c) >= 0 {
			return fmt.Sprintf("%q is no host name", h)
		}
	}
	return ""
}

func badPort(p string) string {
	if p == "" {
		return ""
	}
	if n, err := strconv.ParseUint(p, 10, 16); err != nil || n == 0 {
		return fmt.Sprintf("%q is no port from 1 to 65535", p)
	}
	return ""
}
