package probe

import (
	"fmt"
	"net/netip"
)

// metadataAddrs are the addresses at which clouds tell a machine its own
// secrets, besides the link-local ranges. Each is documented by its provider.
var metadataAddrs = map[netip.Addr]string{
	netip.MustParseAddr("fd00:ec2::254"):   "AWS",
	netip.MustParseAddr("fd20:ce::254"):    "Google Cloud",
	netip.MustParseAddr("100.100.100.200"): "Alibaba Cloud",
	netip.MustParseAddr("192.0.0.192"):     "Oracle Cloud",
	netip.MustParseAddr("168.63.129.16"):   "Azure",
	netip.MustParseAddr("fd00:42::42"):     "Scaleway",
}

// embeddings are prefixes of IPv6 addresses that carry an IPv4 address, and the
// offset at which it stands: NAT64 (RFC 6052) and 6to4 (RFC 3056).
var embeddings = []struct {
	prefix netip.Prefix
	at     int
}{
	{netip.MustParsePrefix("64:ff9b::/96"), 12},
	{netip.MustParsePrefix("2002::/16"), 2},
}

// offLimits says whether a peer must not make this machine connect there: a
// link-local or a metadata address, in any of its spellings.
func offLimits(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if a.IsLinkLocalUnicast() {
		return true
	}
	if _, ok := metadataAddrs[a]; ok {
		return true
	}
	if a.Is6() {
		b := a.As16()
		for _, e := range embeddings {
			if e.prefix.Contains(a) && offLimits(netip.AddrFrom4([4]byte(b[e.at:e.at+4]))) {
				return true
			}
		}
	}
	return false
}

// refusedError is a connection that corstui itself did not make. addr is empty
// where another diagnosis found out where the host is.
type refusedError struct{ host, addr string }

func (e *refusedError) Error() string {
	at := "is"
	if e.addr != "" && e.addr != e.host {
		at = "is at " + e.addr + ","
	} else if e.addr == "" {
		at = "is at"
	}
	return fmt.Sprintf("%s %s a link-local or cloud metadata address, and it was not you who named it", e.host, at)
}
