// Package exchange holds the values that every other package of corstui speaks
// in: the Case (what the page attempts), and the Request, Response and Exchange
// that were seen on the wire.
//
// It is a leaf: plain values, no I/O, no rule. An Exchange does not know who
// answered it; package answer decides that, and a report pairs the two.
package exchange

import "time"

// A Purpose says why a request was sent: as one that the browser itself makes,
// or as a probe that tells two possible answerers apart.
type Purpose string

// The requests of the browser itself. A redirected fetch has several of each.
const (
	PurposePreflight Purpose = "preflight" // CORS-preflight fetch
	PurposeRequest   Purpose = "request"   // the page's own request, or a hop of it
)

// The probes. What each pair proves is written down in package answer.
const (
	PurposeAccessMetadata   Purpose = "access-metadata"         // HEAD with cf-access-metadata-request: true
	PurposeAccessCerts      Purpose = "access-certs"            // the team's keys, /cdn-cgi/access/certs
	PurposeAccessResource   Purpose = "access-resource"         // /.well-known/cloudflare-access-protected-resource/PATH
	PurposeXHR              Purpose = "xhr"                     // GET with x-requested-with: XMLHttpRequest
	PurposeJSON             Purpose = "accept-json"             // GET with accept: application/json
	PurposeTrace            Purpose = "trace"                   // /cdn-cgi/trace
	PurposePlainOptions     Purpose = "plain-options"           // OPTIONS without access-control-request-method
	PurposePreflightProbe   Purpose = "preflight-probe"         // a preflight that the browser would not have sent here
	PurposeGet              Purpose = "get"                     // the same URL by GET, with the session where it would travel
	PurposeNoOrigin         Purpose = "no-origin"               // GET without Origin
	PurposeForeignOrigin    Purpose = "foreign-origin"          // GET with an invented Origin, cache-busted
	PurposeNullOrigin       Purpose = "null-origin"             // GET with Origin: null, cache-busted
	PurposeSuffixOrigin     Purpose = "lookalike-suffix"        // https://app.example.com.corstui.test
	PurposePrefixOrigin     Purpose = "lookalike-prefix"        // https://corstui-app.example.com
	PurposeHTTPOrigin       Purpose = "lookalike-http"          // http://app.example.com
	PurposePortOrigin       Purpose = "lookalike-port"          // https://app.example.com:8443
	PurposeForeignPreflight Purpose = "foreign-preflight"       // a preflight for an invented Origin and header
	PurposeMissingPath      Purpose = "missing-path"            // a path that does not exist
	PurposeRepeat           Purpose = "repeat"                  // the same GET again
	PurposeCacheBusted      Purpose = "cache-busted"            // the same GET with a query nobody used before
	PurposeIdentity         Purpose = "without-accept-encoding" // the same request without accept-encoding
	PurposeDirect           Purpose = "direct"                  // past Cloudflare, to the origin itself
	PurposeDirectPreflight  Purpose = "direct-preflight"        // the preflight, past Cloudflare
	PurposeNoSession        Purpose = "without-session"         // the page's request without its session
)

// Request is one HTTP request as it was, or is to be, put on the wire.
type Request struct {
	Method  string  `json:"method"`
	URL     string  `json:"url"`
	Headers Headers `json:"headers"`
	Body    string  `json:"body,omitempty"`
	// HasBody tells an empty body from none.
	HasBody bool `json:"has_body,omitempty"`
	// WithSession says that the session of the case (cookies, Access token or
	// service token) travelled with this request.
	WithSession bool `json:"with_session,omitempty"`
}

// Response is one HTTP response as it came, bounded and sanitised where it
// entered the process.
type Response struct {
	// Proto is "HTTP/1.1", "HTTP/2.0", …; empty where it is not known.
	Proto  string `json:"proto,omitempty"`
	Status int    `json:"status"`
	// Reason is the reason phrase of HTTP/1.1. It is never evidence.
	Reason  string  `json:"reason,omitempty"`
	Headers Headers `json:"headers"`
	// Body is the body after content decoding, at most as many bytes as the
	// transport was told to keep.
	Body          string `json:"body,omitempty"`
	BodyTruncated bool   `json:"body_truncated,omitempty"`
	// BodyError says how reading or decoding the body failed, if it did: the
	// headers were readable all the same.
	BodyError string `json:"body_error,omitempty"`
	// Partial says that headers may be missing (a hand-cut post, a HAR entry
	// with provisional headers): the absence of a header proves nothing then.
	Partial bool `json:"partial,omitempty"`
	// RemoteAddr is the address that answered, as host:port.
	RemoteAddr string `json:"remote_addr,omitempty"`
	// TLSIssuer is the issuer of the leaf certificate; empty for plain HTTP.
	TLSIssuer string `json:"tls_issuer,omitempty"`
}

// A FailurePhase says how far a request came that got no HTTP answer.
type FailurePhase string

// The phases of a request, in order.
const (
	FailureDNS      FailurePhase = "dns"      // the name did not resolve
	FailureConnect  FailurePhase = "connect"  // refused, unreachable
	FailureTLS      FailurePhase = "tls"      // handshake or certificate
	FailureTimeout  FailurePhase = "timeout"  // no answer in time, at any phase
	FailureProtocol FailurePhase = "protocol" // bytes that are no HTTP response, reset, GOAWAY
	FailureCanceled FailurePhase = "canceled" // the user ended it
	FailureRefused  FailurePhase = "refused"  // corstui itself did not send it (an address that a peer must not choose)
)

// Failure is a request that got no HTTP answer.
type Failure struct {
	Phase FailurePhase `json:"phase"`
	// Message is for people: sanitised, without secrets.
	Message string `json:"message"`
}

// Timing holds the milliseconds that each phase of an exchange took; 0 where a
// phase did not happen (a connection used again has no DNS, Connect and TLS).
type Timing struct {
	DNS     float64 `json:"dns"`
	Connect float64 `json:"connect"`
	TLS     float64 `json:"tls"`
	Wait    float64 `json:"wait"`
	Body    float64 `json:"body"`
	Total   float64 `json:"total"`
}

// Exchange is one request and what came of it: a Response or a Failure.
type Exchange struct {
	// ID names the exchange within a report: "e1", "e2", … in the order sent.
	ID       string    `json:"id"`
	Purpose  Purpose   `json:"purpose"`
	Request  Request   `json:"request"`
	Response *Response `json:"response"`
	Failure  *Failure  `json:"failure,omitempty"`
	Timing   Timing    `json:"timing_ms"`
	Started  time.Time `json:"started"`
	// Engine names the engine that alone would send this request; empty where
	// all send the same bytes.
	Engine string `json:"engine,omitempty"`
}

// Compares is the purpose that an exchange serves where it is compared with
// others: its own, but that the request which another engine sends without the
// session is the page's request without its session.
func (x *Exchange) Compares() Purpose {
	if x.Engine != "" && x.Purpose == PurposeRequest && !x.Request.WithSession {
		return PurposeNoSession
	}
	return x.Purpose
}
