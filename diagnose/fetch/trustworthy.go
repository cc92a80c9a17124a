package fetch

import (
	"net/netip"
	"strings"
)

// IsPotentiallyTrustworthy is "is url potentially trustworthy" of Secure
// Contexts: https and wss, file, data, and whatever is on the loopback of this
// machine.
func IsPotentiallyTrustworthy(u *URL) bool {
	switch u.Scheme {
	case "https", "wss", "file", "data", "about":
		return true
	}
	return isLoopbackHost(u.Host)
}

// isLoopbackHost says whether a host is localhost, below localhost, in
// 127.0.0.0/8, or [::1].
func isLoopbackHost(host string) bool {
	h := strings.TrimSuffix(host, ".")
	if h == "localhost" || strings.HasSuffix(h, ".localhost") || h == "[::1]" {
		return true
	}
	if !strings.HasPrefix(h, "127.") {
		return false
	}
	a, err := netip.ParseAddr(h)
	return err == nil && a.IsLoopback()
}

// badPorts is the table "bad port" of the Fetch Standard (section "Port
// blocking").
var badPorts = func() map[string]bool {
	m := map[string]bool{}
	for _, p := range strings.Fields(`0 1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104
		109 110 111 113 115 117 119 123 135 137 139 143 161 179 389 427 465 512 513 514 515 526 530 531 532 540 548
		554 556 563 587 601 636 989 990 993 995 1719 1720 1723 2049 3659 4045 4190 5060 5061 6000 6566 6665 6666
		6667 6668 6669 6679 6697 10080`) {
		m[p] = true
	}
	return m
}()

// IsBadPort is "block bad port": whether a browser refuses to connect to the
// port of this HTTP(S) URL.
func IsBadPort(u *URL) bool { return u.IsHTTP() && u.Port != "" && badPorts[u.Port] }
