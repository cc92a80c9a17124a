package finding

import (
	"fmt"
	"strings"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
)

// The findings of this family.
const (
	DNSFailed         = "dns-failed"         // error
	ConnectionRefused = "connection-refused" // error
	TLSInvalid        = "tls-invalid"        // error
	TimedOut          = "timed-out"          // error
	ProtocolBroken    = "protocol-broken"    // error
	NotSent           = "not-sent"           // error: corstui itself did not send it, or the user ended it
)

// phaseRule makes the rule for a request that got no HTTP answer at one phase.
func phaseRule(phase exchange.FailurePhase, detail func(v *view, s *answer.Seen) string) func(v *view) []Finding {
	return func(v *view) []Finding {
		s := v.d
		if s == nil || s.Failure == nil || s.Failure.Phase != phase {
			return nil
		}
		d := detail(v, s)
		if isPreflight(s) && v.getAnswered() != nil {
			d += " A GET to the same URL was answered, so it is the OPTIONS request that something on the way drops."
		}
		return one(Finding{
			Detail:   d + " Browsers mention CORS here at most by the way (Firefox: “CORS request did not succeed”, status (null)): no header can help.",
			Evidence: []answer.Evidence{ev(s, string(phase), s.Failure.Message)},
			Fix:      fixAt(answer.LayerNetwork),
		})
	}
}

// getAnswered is a GET of the same URL that got an HTTP answer, nil without.
func (v *view) getAnswered() *answer.Seen {
	for _, p := range []exchange.Purpose{exchange.PurposeGet, exchange.PurposeNoOrigin, exchange.PurposeForeignOrigin} {
		if s := v.in.First(p); resp(s) != nil {
			return s
		}
	}
	return nil
}

func hostOf(s *answer.Seen) string {
	if h := urlOf(s).Hostname(); h != "" {
		return h
	}
	return "the host"
}

var netLinks = []string{"https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CORS/Errors/CORSDidNotSucceed"}

var networkRows = []row{
	{
		id: DNSFailed, severity: Error, layer: answer.LayerNetwork, blocks: true,
		find: phaseRule(exchange.FailureDNS, func(v *view, s *answer.Seen) string {
			return fmt.Sprintf("The name %s did not resolve to an address. This is not CORS.", hostOf(s))
		}),
		words: words{
			title:    "The host name does not resolve",
			see:      seeNetwork,
			plain:    "There is no address for this name, so nothing could be asked. Check the spelling, your VPN or WARP client, and the DNS record. Chrome says net::ERR_NAME_NOT_RESOLVED.",
			operator: "Internal names resolve only inside: a private DNS zone, WARP with local domain fallback, or split tunnels. For a Cloudflare Tunnel the public hostname needs its CNAME to UUID.cfargotunnel.com.",
			links:    netLinks,
		},
	},
	{
		id: ConnectionRefused, severity: Error, layer: answer.LayerNetwork, blocks: true,
		find: phaseRule(exchange.FailureConnect, func(v *view, s *answer.Seen) string {
			return fmt.Sprintf("Nobody accepts connections at %s. This is not CORS.", urlOf(s).Host)
		}),
		words: words{
			title:    "The connection was refused",
			see:      seeNetwork,
			plain:    "The name has an address, but nothing listens there, or a firewall refuses. Is the server running, and is the port right? Chrome says net::ERR_CONNECTION_REFUSED.",
			operator: "Check the listener's address (127.0.0.1 is not reachable from outside), firewall, and whether the record is proxied: a proxied name answers on Cloudflare's ports only.",
			links:    netLinks,
		},
	},
	{
		id: TLSInvalid, severity: Error, layer: answer.LayerNetwork, blocks: true,
		find: phaseRule(exchange.FailureTLS, func(v *view, s *answer.Seen) string {
			said := strings.TrimSuffix(s.Failure.Message, ".")
			if !strings.Contains(said, hostOf(s)) {
				said = "The TLS connection to " + hostOf(s) + " failed: " + said
			}
			return said + ". This is not CORS."
		}),
		words: words{
			title:    "The TLS certificate or handshake is not accepted",
			see:      seeNetwork,
			plain:    "The browser does not trust the certificate, or the handshake failed. A fetch() shows no warning page: open the API's URL in a tab to see it. Chrome says net::ERR_CERT_… or ERR_SSL_….",
			operator: "Name, expiry, chain, and the trust of the root (a corporate inspection root or Cloudflare Gateway's root must be in the client's store). Universal SSL covers one level of sub-domains: a.b.example.com needs an advanced certificate.",
			links:    netLinks,
		},
	},
	{
		id: TimedOut, severity: Error, layer: answer.LayerNetwork, blocks: true,
		find: phaseRule(exchange.FailureTimeout, func(v *view, s *answer.Seen) string {
			return fmt.Sprintf("No answer of %s came in time. This is not CORS.", hostOf(s))
		}),
		words: words{
			title:    "No answer came in time",
			see:      seeNetwork,
			plain:    "The request was sent, or tried, and nothing came back. The address may be reachable only from a VPN, or the server is stuck.",
			operator: "A dropped packet (firewall) looks like this, a refused one does not. Private addresses need WARP or a VPN.",
			links:    netLinks,
		},
	},
	{
		id: ProtocolBroken, severity: Error, layer: answer.LayerNetwork, blocks: true,
		find: phaseRule(exchange.FailureProtocol, func(v *view, s *answer.Seen) string {
			return "No HTTP answer came back: " + strings.TrimSuffix(s.Failure.Message, ".") + ". This is not CORS."
		}),
		words: words{
			title:    "What came back is no HTTP answer",
			see:      seeNetwork,
			plain:    "The server, or a box on the way, broke the connection off. Often only OPTIONS is dropped: then a GET works and every preflight fails.",
			operator: "Look at proxies and load balancers for rules on methods; at HTTP/2 resets and GOAWAY; at a plain-HTTP port that is asked for TLS, or the reverse.",
			links:    netLinks,
		},
	},
	{
		id: NotSent, severity: Error, layer: answer.LayerNetwork, blocks: true,
		find: func(v *view) []Finding {
			s := v.d
			if s == nil || s.Failure == nil || s.Failure.Phase != exchange.FailureRefused && s.Failure.Phase != exchange.FailureCanceled {
				return nil
			}
			return one(Finding{
				Detail:   "The request was not sent, or was ended from here: " + strings.TrimSuffix(s.Failure.Message, ".") + ". Nothing is known about what a browser would get.",
				Evidence: []answer.Evidence{ev(s, string(s.Failure.Phase), s.Failure.Message)},
				Fix:      fixAt(answer.LayerNetwork),
			})
		},
		words: words{
			title:    "The request was not sent from here",
			see:      seeNetwork,
			plain:    "corstui did not send this request (an address that a server must not choose for it), or you ended it.",
			operator: "A redirect of a public host to a private or loopback address is not followed by the probes.",
			links:    netLinks,
		},
	},
}
