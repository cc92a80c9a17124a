package finding

import (
	"fmt"
	"strings"

	"corstui/diagnose/answer"
)

// The findings of this family.
const (
	EdgeRedirectPreflight = "edge-redirect-preflight" // error, 2: Cloudflare redirected the preflight
	EdgeError             = "edge-error"              // error; 4 on the real request, none on the preflight: an error page that Cloudflare made (52x, 1xxx, 400)
	TunnelDown            = "tunnel-down"             // error; as edge-error: 1033, no connector
	TunnelServiceDown     = "tunnel-service-down"     // error; as edge-error: cloudflared cannot reach its service
	WorkerFailed          = "worker-failed"           // error; 4 on the real request, none on the preflight: 1101, 1102, 1027: the Worker's code failed
)

const (
	docErrors1xxx = "https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-1xxx-errors/"
	docErrors5xx  = "https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/"
	docTunnel     = "https://developers.cloudflare.com/cloudflare-one/networks/connectors/cloudflare-tunnel/troubleshoot-tunnels/"
	docWorkerErr  = "https://developers.cloudflare.com/workers/observability/errors/"
)

// edgeCodes say what Cloudflare's error numbers mean and who can mend them.
// Source: Cloudflare's pages on 1xxx and 5xx errors, autumn 2026.
var edgeCodes = map[string]string{
	"1000": "the DNS record points to an address of Cloudflare itself",
	"1001": "Cloudflare's edge does not know this host",
	"1002": "the DNS record points to an address that is not allowed",
	"1003": "an address of Cloudflare was called directly, without a host name",
	"1004": "the host is not set up at Cloudflare",
	"1013": "the host name of the TLS handshake and that of the request differ",
	"1014": "a CNAME crosses two Cloudflare accounts",
	"1016": "the origin's DNS name does not resolve",
	"1018": "the host was not found at Cloudflare",
	"1025": "a limit of the plan was reached",
	"1033": "the tunnel has no connector: no cloudflared is connected",
	"1042": "nothing is published under this workers.dev name",
	"500":  "an internal error of Cloudflare",
	"502":  "the origin, or the way to it, failed",
	"504":  "the origin, or the way to it, took too long",
	"520":  "the origin sent an empty or broken answer",
	"521":  "the origin refuses Cloudflare's connections",
	"522":  "the connection to the origin timed out",
	"523":  "the origin cannot be reached",
	"524":  "the origin took the request and did not answer in time",
	"525":  "the TLS handshake with the origin failed",
	"526":  "the origin's certificate is not valid",
	"530":  "Cloudflare could not resolve the origin",
	"1027": "the Worker reached its daily limit",
	"1101": "the Worker threw an exception",
	"1102": "the Worker used more CPU or memory than it may",
}

// edgeCode is the code of an edge's error: Cloudflare's number, else the status.
func edgeCode(s *answer.Seen) string {
	if c := errorCode(s); c != "" {
		return c
	}
	if n := status(s); n >= 400 {
		return fmt.Sprint(n)
	}
	return ""
}

func edgeMeans(s *answer.Seen) string {
	if tunnelServiceDown(s) {
		return "cloudflared cannot reach the service behind the tunnel"
	}
	c := edgeCode(s)
	if m, ok := edgeCodes[c]; ok {
		return "error " + c + ": " + m
	}
	return "error " + c
}

func tunnelDown(s *answer.Seen) bool { return edgeCode(s) == "1033" }

func tunnelServiceDown(s *answer.Seen) bool {
	p := strings.ToLower(s.Answer.Product)
	return strings.Contains(p, "tunnel") && !tunnelDown(s) ||
		resp(s) != nil && strings.Contains(resp(s).Body, "Unable to reach the origin service")
}

// edgeRule makes the rule for one kind of error that Cloudflare made.
func edgeRule(l answer.Layer, is func(s *answer.Seen) bool, fix func() Fix, detail func(v *view, s *answer.Seen) string) func(v *view) []Finding {
	return func(v *view) []Finding {
		s := v.d
		if s == nil || layer(s) != l || status(s) < 400 || !is(s) {
			return nil
		}
		f := Finding{Layer: l, Detail: detail(v, s), Fix: fix()}
		if isPreflight(s) {
			f.Mistake = noMistake
			f.Detail += " It is not the preflight's fault: the real request would meet the same."
		}
		e := answererEvidence(s)
		if r := ray(s); r != "" {
			e = append(e, ev(s, "cf-ray", "Ray ID "+r+": "+RayLookup(l, r)))
		}
		f.Evidence = append(e, ev(s, hACAO, "the answer is "+got(s)))
		return one(f)
	}
}

func atEdge() Fix   { return fixAt(answer.LayerEdge) }
func atWorker() Fix { return fixCORS(answer.LayerWorker) }

// CORS is not the fault of an error page; it only hides it.
const hidesStatus = " The error page has no CORS headers of yours, so the browser reports CORS and hides the error behind it. Mend the error first."

var edgeRows = []row{
	{
		id: EdgeRedirectPreflight, severity: Error, mistake: 2, layer: answer.LayerEdge, blocks: true,
		find: func(v *view) []Finding {
			s := v.d
			if !isPreflight(s) || layer(s) != answer.LayerEdge || !redirectStatus(status(s)) {
				return nil
			}
			return one(Finding{
				Detail:   fmt.Sprintf("Cloudflare answered the preflight with %d to %s. A preflight may not be redirected. Call the final URL at once; %s.", status(s), header(s, "Location"), redirectKind(s).words()),
				Evidence: append(answererEvidence(s), ev(s, "location", "the preflight is sent to "+header(s, "Location"))),
				Fix:      fixAt(answer.LayerBrowser),
			})
		},
		words: words{
			title:    "Cloudflare redirected the preflight",
			see:      seeRedirect,
			plain:    "The URL in the page is not the final one: Cloudflare redirects it (http to https, another host, another path). Browsers never follow a redirect of a preflight. Use the final URL in the code.",
			operator: "Always Use HTTPS, Single Redirects, Bulk Redirects and Page Rules run before Workers and origin; exclude OPTIONS or the API's path from the rule, or correct the caller.",
			links:    []string{"https://developers.cloudflare.com/rules/url-forwarding/", "https://fetch.spec.whatwg.org/#cors-preflight-fetch"},
		},
	},
	{
		id: TunnelDown, severity: Error, mistake: 4, layer: answer.LayerEdge, blocks: true,
		find: edgeRule(answer.LayerEdge, tunnelDown, atEdge, func(v *view, s *answer.Seen) string {
			return "The host leads into a Cloudflare Tunnel and no cloudflared is connected to it (error 1033). Your API cannot be reached by anyone." + hidesStatus
		}),
		words: words{
			title:    "The Cloudflare Tunnel has no connector",
			see:      seeRay,
			plain:    "The API hangs on a tunnel whose other end is not running. This is no CORS problem: start cloudflared.",
			operator: "Zero Trust › Networks › Connectors shows the tunnel's health; on the machine look at cloudflared's log and its service.",
			links:    []string{docTunnel, docErrors1xxx},
		},
	},
	{
		id: TunnelServiceDown, severity: Error, mistake: 4, layer: answer.LayerEdge, blocks: true,
		find: edgeRule(answer.LayerEdge, tunnelServiceDown, atEdge, func(v *view, s *answer.Seen) string {
			return "The tunnel is connected, but cloudflared cannot reach the service behind it: it is down, or the address in the tunnel's settings is wrong." + hidesStatus
		}),
		words: words{
			title:    "The tunnel cannot reach the API",
			see:      seeRay,
			plain:    "cloudflared is running, the API behind it is not answering it. This is no CORS problem: start the API, or correct the tunnel's service address.",
			operator: "cloudflared's log has the reason (connection refused, TLS, wrong port) with the field cfRay. The health of the connector says nothing about the service behind it.",
			links:    []string{docTunnel},
		},
	},
	{
		id: EdgeError, severity: Error, mistake: 4, layer: answer.LayerEdge, blocks: true,
		find: edgeRule(answer.LayerEdge, func(*answer.Seen) bool { return true }, atEdge, func(v *view, s *answer.Seen) string {
			return "Cloudflare made this answer itself (" + edgeMeans(s) + ")." + hidesStatus
		}),
		words: words{
			title:    "Cloudflare answered with an error page of its own",
			see:      seeRay,
			plain:    "Cloudflare could not get an answer from the API, or refused the request before asking. Its page has no CORS headers, so the browser speaks of CORS. The error itself is what is to be mended.",
			operator: "520 to 526: origin, firewall, certificate. 530 and 1016: DNS. 1xxx: the set-up of the host. Response Header Transform Rules and Custom Errors can put headers on these pages (500 and 1000 class), so that scripts can at least read the status.",
			links:    []string{docErrors5xx, docErrors1xxx},
		},
	},
	{
		id: WorkerFailed, severity: Error, mistake: 4, layer: answer.LayerWorker, blocks: true,
		find: edgeRule(answer.LayerWorker, func(s *answer.Seen) bool { return workerCode(s) }, atWorker, func(v *view, s *answer.Seen) string {
			return "The Worker on this route failed, and Cloudflare wrote the error page in its place (" + edgeMeans(s) + ")." + hidesStatus
		}),
		words: words{
			title:    "The Worker failed, and its error page has no CORS headers",
			see:      seeRay,
			plain:    "The Worker's code threw an exception or ran into a limit. Then Cloudflare answers with a page of its own, and the CORS headers that the Worker would have set are missing.",
			operator: "Workers & Pages › the Worker › Observability, or wrangler tail. Catch exceptions around the whole handler and answer 500 or 502 with the CORS headers. 1102: CPU or memory; 1027: daily limit of the plan.",
			links:    []string{docWorkerErr},
		},
	},
}

// workerCode says whether an answer of layer worker is Cloudflare's page about
// a Worker that failed, and not an answer of the Worker's code.
func workerCode(s *answer.Seen) bool {
	c := errorCode(s)
	if strings.HasPrefix(c, "1") && len(c) == 4 {
		return true
	}
	p := strings.ToLower(s.Answer.Product)
	return strings.Contains(p, "exception") || strings.Contains(p, "exceeded") || strings.Contains(p, "daily limit")
}

// redirection is how a Location differs from the URL asked.
type redirection int

const (
	toElsewhere redirection = iota
	toHTTPS
	toSlash
	toOtherOrigin
)

func (r redirection) words() string {
	switch r {
	case toHTTPS:
		return "only the scheme changes, from http to https"
	case toSlash:
		return "only a slash at the end changes"
	case toOtherOrigin:
		return "it leads to another origin"
	}
	return "the path changes"
}

func redirectKind(s *answer.Seen) redirection {
	from, to := urlOf(s), location(s)
	if to == nil {
		return toElsewhere
	}
	sameHost := strings.EqualFold(from.Hostname(), to.Hostname())
	switch {
	case from.Scheme == "http" && to.Scheme == "https" && sameHost && from.Path == to.Path:
		return toHTTPS
	case originOf(from) != originOf(to):
		return toOtherOrigin
	case from.RawQuery == to.RawQuery && from.Path != to.Path && strings.TrimSuffix(from.Path, "/") == strings.TrimSuffix(to.Path, "/"):
		return toSlash
	}
	return toElsewhere
}
