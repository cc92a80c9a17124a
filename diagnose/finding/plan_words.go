package finding

import (
	"strings"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
	"corstui/snippets"
)

// responsible says who can change a layer.
func responsible(l answer.Layer) string {
	switch l {
	case answer.LayerBrowser:
		return "you, in the page's code"
	case answer.LayerNetwork:
		return "whoever runs the host, its DNS and certificate"
	case answer.LayerEdge:
		return "whoever runs the Cloudflare zone"
	case answer.LayerAccess:
		return "whoever runs Zero Trust"
	case answer.LayerWAF:
		return "whoever runs the zone's security rules"
	case answer.LayerWorker:
		return "whoever deploys the Worker"
	case answer.LayerCache:
		return "whoever runs the cache, and the API behind it"
	case answer.LayerProxy:
		return "whoever runs the proxy in front of the API"
	case answer.LayerOrigin:
		return "whoever runs the API"
	}
	return "whoever runs the API, or a Worker in front of it"
}

// policyWords says what a policy allows, in one line.
func policyWords(p snippets.Policy) string {
	var parts []string
	add := func(what string, list []string) {
		if len(list) > 0 {
			parts = append(parts, what+" "+strings.Join(list, ", "))
		}
	}
	add("origin", p.AllowOrigins)
	add("method", p.AllowMethods)
	add("headers", p.AllowHeaders)
	add("exposed", p.ExposeHeaders)
	if p.Credentials {
		parts = append(parts, "credentials true")
	}
	return strings.Join(parts, "; ")
}

func credentialWords(p snippets.Policy) string {
	if p.Credentials {
		return " and credentials"
	}
	return ""
}

// networkAdvice is what to look at for a request that got no answer.
func networkAdvice(s *answer.Seen) string {
	if s == nil || s.Failure == nil {
		return "see why it fails"
	}
	switch s.Failure.Phase {
	case exchange.FailureDNS:
		return "the name does not resolve (spelling, DNS record, VPN)"
	case exchange.FailureConnect:
		return "nothing accepts connections there (is it running, is the port right?)"
	case exchange.FailureTLS:
		return "the certificate or handshake is not accepted"
	case exchange.FailureTimeout:
		return "it does not answer in time (firewall, VPN, a server that is stuck)"
	}
	return "the connection breaks off, or what comes is no HTTP answer"
}

func hostOfURL(s string) string {
	u, err := fetch.ParseURL(s, nil)
	if err != nil || u.Host == "" {
		return "the host"
	}
	return u.Host
}

// shown is a URL without what may hold a secret: query, fragment and user.
func shown(s string) string {
	u, err := fetch.ParseURL(s, nil)
	if err != nil {
		return "its Location"
	}
	out, _, _ := strings.Cut(u.WithoutFragment(), "?")
	if u.HasCredentials() {
		return u.Scheme + "://" + u.Host
	}
	return out
}
