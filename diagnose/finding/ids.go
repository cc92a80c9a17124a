package finding

// The stable IDs of all findings. Behind each: the severity it has, the mistake
// (1 to 7) that it proves, and what it says. Where severity or mistake depend on
// what was seen, all possibilities are named.
//
// "blocks" below means: it is the reason, or part of the reason, why the browser
// did not hand over the response. A finding whose severity is error stands only
// where the browser blocked.

// Cloudflare Access (access.go). Layer access.
const (
	AccessLoginRedirect        = "access-login-redirect"         // error, 1: the real request was redirected to the login; warning where the request was held back and the GET shows it
	AccessSessionExpired       = "access-session-expired"        // error, 1: the same, but a session had been there: an expired token, or a call to the page's own origin
	AccessLoginPage            = "access-login-page"             // error, 1: the login page came as the answer
	AccessUnauthorized         = "access-unauthorized"           // error, 1: 401 by Access on the real request; warning where the page shares the origin and can read it
	AccessForbidden            = "access-forbidden"              // error, 1: 403 by Access on the real request
	AccessTokenAudience        = "access-token-audience"         // error, 1: a token travelled, but it is for another application, or the team's global token
	AccessServiceTokenRejected = "access-service-token-rejected" // error, 1: a service token travelled and Access still refused
	AccessServiceTokenInPage   = "access-service-token-in-page"  // warning: the page's script sets cf-access-client-id or -secret: public, and it forces a preflight
	AccessCookieStaysHome      = "access-cookie-stays-home"      // error, 1: no cookie could travel with this request (credentials mode, SameSite, another host), so Access saw a stranger; access-login-redirect (or -unauthorized, -forbidden, -login-page) follows from it
	AccessPreflightRefused     = "access-preflight-refused"      // error, 2: Access answered the preflight with 401, 403, a redirect or a page
	AccessCORSIncomplete       = "access-cors-incomplete"        // error, 2: Access's own CORS settings answered the preflight, but lack origin, method, header or credentials
	AccessCORSPreflightOnly    = "access-cors-preflight-only"    // error, 4: Access's CORS settings passed the preflight; the real answer, made behind Access, has no CORS headers
	AccessBypassUnanswered     = "access-bypass-unanswered"      // error, 2: Access lets OPTIONS by (bypass is on), but what is behind does not answer the preflight rightly
	AccessInner                = "access-inner"                  // error, 1: the refusal of an Access application on another host was relayed (the inner hop lacks a credential)
)

// WAF, bot protection and rate limits (waf.go). Layer waf.
const (
	WAFChallengePreflight   = "waf-challenge-preflight"    // error, 2: the preflight was challenged
	WAFChallenge            = "waf-challenge"              // error, 4: the real request was challenged
	WAFBlockPreflight       = "waf-block-preflight"        // error, 2: the preflight was blocked by a rule
	WAFBlock                = "waf-block"                  // error, 4: the real request was blocked by a rule
	WAFRateLimitedPreflight = "waf-rate-limited-preflight" // error, 2: the preflight met a rate limit (429, 1015)
	WAFRateLimited          = "waf-rate-limited"           // error, 4: the real request met a rate limit
	WAFClientSignature      = "waf-client-signature"       // info: a challenge, 1010 or bot verdict may be for this client alone; --browser decides
)

// Edge, tunnel and Worker (edge.go). Layers edge and worker.
const (
	EdgeRedirectPreflight = "edge-redirect-preflight" // error, 2: Cloudflare redirected the preflight
	EdgeError             = "edge-error"              // error; 4 on the real request, none on the preflight: an error page that Cloudflare made (52x, 1xxx, 400)
	TunnelDown            = "tunnel-down"             // error; as edge-error: 1033, no connector
	TunnelServiceDown     = "tunnel-service-down"     // error; as edge-error: cloudflared cannot reach its service
	WorkerFailed          = "worker-failed"           // error; 4 on the real request, none on the preflight: 1101, 1102, 1027: the Worker's code failed
)

// Cache and Vary (cache.go, vary.go). Layer cache, or the layer that answered.
const (
	CachePinnedOrigin = "cache-pinned-origin"  // error where it blocks, else warning; 6: a pair proves that one origin's stored answer is served to another
	CacheStoredError  = "cache-stored-error"   // error, 4: an error (status 400 and up) without CORS headers came from a cache
	VaryOriginMissing = "vary-origin-missing"  // warning, 6: a pair proves that Allow-Origin depends on Origin, no Vary: Origin, and a cache may store it
	VaryOriginRefusal = "vary-origin-one-side" // warning, 6: Vary: Origin is on the answer to the allowed origin alone, not on the answers to others or to none
)

// The preflight (preflight.go). Layer: whoever answered.
const (
	PreflightUnanswered     = "preflight-unanswered"      // error, 2: OPTIONS got no CORS headers from app, Worker, proxy or an unknown hand (401, 403, 404, 405, or an answer that knows nothing of CORS)
	PreflightStatus         = "preflight-status"          // error; 2 for 1xx to 4xx, none for 5xx: the CORS headers are right, the status is not 200 to 299
	PreflightRedirected     = "preflight-redirected"      // error, 2: app, Worker, proxy or an unknown hand redirected the preflight
	MethodNotAllowed        = "method-not-allowed"        // error: Allow-Methods lacks the method (also in another case: patch)
	HeaderNotAllowed        = "header-not-allowed"        // error: Allow-Headers lacks a header
	AllowMethodsInvalid     = "allow-methods-invalid"     // error: Allow-Methods cannot be parsed
	AllowHeadersInvalid     = "allow-headers-invalid"     // error: Allow-Headers cannot be parsed
	AuthorizationByWildcard = "authorization-by-wildcard" // warning: * covers Authorization in today's engines, not by the standard
	MaxAgeInvalid           = "max-age-invalid"           // info: Max-Age is no number; browsers use 5 seconds or none
	MaxAgeLong              = "max-age-long"              // info: Max-Age is above what browsers keep, and a kept preflight hides a fix for so long
)

// Access-Control-Allow-Origin and -Credentials (alloworigin.go, credentials.go).
// Layer: whoever answered.
const (
	AllowOriginMissing       = "allow-origin-missing"              // error: a success (2xx, 304) of the real request has no Allow-Origin
	OriginNotAllowed         = "origin-not-allowed"                // error: the server knows CORS (Vary: Origin, other CORS headers, or another origin is answered) and leaves this origin out
	AllowOriginMismatch      = "allow-origin-mismatch"             // error: Allow-Origin names another origin: slash, case, port, scheme, www, or another host; the words name the byte
	AllowOriginMultiple      = "allow-origin-multiple"             // error: several origins in one Allow-Origin line
	CORSHeadersTwice         = "cors-headers-twice"                // error: two Allow-Origin lines: two hands added one each
	AllowOriginInvalid       = "allow-origin-invalid"              // error: Allow-Origin is no origin
	WildcardWithCredentials  = "wildcard-with-credentials"         // error, 3: Allow-Origin * on a credentialed request
	WildcardMethodsWithCreds = "wildcard-methods-with-credentials" // error, 3: Allow-Methods * on a credentialed request is the literal word
	WildcardHeadersWithCreds = "wildcard-headers-with-credentials" // error, 3: Allow-Headers * on a credentialed request
	WildcardExposeWithCreds  = "wildcard-expose-with-credentials"  // warning, 3: Expose-Headers * on a credentialed request, and the script reads a header that it would have exposed
	WildcardAnnouncesCreds   = "wildcard-and-allow-credentials"    // warning, 3: the answer has Allow-Origin * and Allow-Credentials: true; this request has no credentials and passes
	AllowCredentialsMissing  = "allow-credentials-missing"         // error: Allow-Credentials is absent, or not exactly "true"
)

// Errors without CORS headers, and exposed headers (errors.go, expose.go).
const (
	ErrorsWithoutCORS = "errors-without-cors"     // 4; error where the real request's own 4xx or 5xx lacks Allow-Origin, warning where the probe of a missing path proves it while success has it
	HeadersNotExposed = "headers-not-exposed"     // warning, 5: the script reads a header that is there and not exposed
	ExposeInvalid     = "expose-headers-invalid"  // warning; 5 where the script reads one: one bad element, so nothing is exposed
	HeadersUnreadable = "headers-unreadable-hint" // info: Link, ETag, Retry-After, RateLimit or request ids are there, unreadable, and nobody asked
	ReadHeaderAbsent  = "read-header-absent"      // info: the script reads a header that the response does not have
)

// Whom the policy lets in (origins.go). Layer: whoever answered the probe.
const (
	OriginReflected   = "origin-reflected"          // 7; warning with Allow-Credentials: true, info without: an invented origin is echoed
	NullOriginAllowed = "null-origin-accepted"      // 7; warning with Allow-Credentials: true, info without: Origin null is echoed
	LookalikeAllowed  = "lookalike-origin-accepted" // 7; warning with Allow-Credentials: true or for http, info without: suffix, prefix, http or port look-alike is echoed
	HeadersReflected  = "headers-reflected"         // 7; warning with Allow-Credentials: true, info without: an invented request header was allowed by echo
)

// Redirects (redirect.go). Layer: whoever redirected.
const (
	RedirectWithoutCORS  = "redirect-without-cors"        // error: a cross-origin redirect hop, or its target, has no fitting CORS headers
	RedirectHTTPS        = "redirect-http-to-https"       // error where it blocks, else info: only the scheme changes; call https at once
	RedirectSlash        = "redirect-trailing-slash"      // error where it blocks, else info: only a trailing slash changes
	RedirectOriginNull   = "redirect-origin-null"         // error: the redirect went to a third origin, so Origin became null, and the target does not allow null
	RedirectUserinfo     = "redirect-userinfo"            // error: Location holds a user name or password
	RedirectScheme       = "redirect-scheme"              // error: Location leads to a scheme other than http and https
	RedirectLoop         = "redirect-loop"                // error: more than 20 redirects
	RedirectBadLocation  = "redirect-bad-location"        // error: Location is no URL
	RedirectHTTP         = "redirect-to-http"             // error: redirected from https to http: mixed content
	RedirectTokenDropped = "redirect-drops-authorization" // warning: the redirect changes origin, so the browser dropped Authorization
)

// Cookies (cookies.go). Layer browser.
const (
	CookieStaysHome  = "cookie-stays-home"  // warning: a cookie of the session does not travel (credentials mode, SameSite, Secure, path, domain) and the answer was 401, 403 or a login
	CookieThirdParty = "cookie-third-party" // info: a cookie travels across sites only where third-party cookies are on
)

// No HTTP answer (network.go). Layer network. None of these is CORS.
const (
	DNSFailed         = "dns-failed"         // error
	ConnectionRefused = "connection-refused" // error
	TLSInvalid        = "tls-invalid"        // error
	TimedOut          = "timed-out"          // error
	ProtocolBroken    = "protocol-broken"    // error
	NotSent           = "not-sent"           // error: corstui itself did not send it, or the user ended it
)

// Refused by the browser itself, and what the browser does quietly (browser.go).
// Layer browser.
const (
	MixedContent       = "mixed-content"            // error
	FetchTypeError     = "fetch-type-error"         // error: fetch() throws on its arguments
	BlockedPort        = "blocked-port"             // error
	ModeForbids        = "mode-forbids"             // error: mode same-origin and another origin; mode no-cors with another redirect mode
	SchemeForbidden    = "scheme-forbidden"         // error
	RedirectModeError  = "redirect-mode-error"      // error: redirect: "error" met a redirect
	CORPBlocks         = "corp-blocks"              // error: Cross-Origin-Resource-Policy forbids a no-cors load
	NoCORSOpaque       = "no-cors-opaque"           // warning: mode no-cors: the script can read nothing
	ForbiddenHeader    = "forbidden-header-dropped" // info: the script sets a header that the browser drops
	LocalNetworkAccess = "local-network-access"     // info: the target is a private address; browsers ask for a permission
	JSONAsText         = "json-sent-as-text"        // info: the body is JSON and goes out as text/plain
)

// Along the way (path.go, probing.go, allowed.go).
const (
	HeadersStripped     = "headers-stripped"          // error where it blocks, else warning: past Cloudflare the CORS headers are there, through it they are not
	OriginHealthy       = "origin-answers-directly"   // info: past Cloudflare the origin answers this request rightly
	SameOriginNoCORS    = "same-origin-needs-no-cors" // info: page and API share an origin; no CORS header is needed
	SameOriginSession   = "same-origin-session-ended" // error: a call to the page's own origin was redirected to a login elsewhere that is not Access
	ProbingRateLimited  = "probing-rate-limited"      // info: a 429 began after our probing
	ProbingChallenged   = "probing-challenged"        // info: a challenge began after our probing
	AllowedFromHere     = "allowed-from-here"         // info: nothing is wrong from here; what may differ in the user's browser
	EnginesDiffer       = "engines-differ"            // info: another engine concludes otherwise
	AnswerUnproven      = "answer-unproven"           // info: it is not proven who answered; names the probe that would decide
	SessionUnknown      = "session-unknown"           // info: Access covers the URL and no session is known: what was seen holds for a stranger
	PartialUnsafeMethod = "partial-unsafe-method"     // info: the real request was not sent, since its method may change state
	BlockedButDone      = "blocked-but-executed"      // info: the request reached the server although the page may not read the answer
	BlockedUnexplained  = "blocked-unexplained"       // error: the browser blocked and no other rule says why
)
