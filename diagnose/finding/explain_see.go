package finding

// Ways of seeing a finding with one's own eyes that several share.
const (
	seePreflight = "In the browser's network tab pick the OPTIONS line (Chrome hides it unless \"Preflight\" or \"Other\" is shown) and read its status and response headers. By hand: curl -i -X OPTIONS URL -H 'Origin: PAGE' -H 'Access-Control-Request-Method: METHOD'."
	seeAnswer    = "In the browser's network tab pick the failed line and read its response headers. By hand: curl -i URL -H 'Origin: PAGE', and look for Access-Control-Allow-Origin."
	seeAccess    = "In the network tab the answer has a Location at …cloudflareaccess.com, or the headers cf-access-aud and cf-access-domain, or a page titled Cloudflare Access. Open the API's URL in a tab: do you get a login?"
	seeCookie    = "In the network tab, the request's Cookies list shows which cookies were held back and why (Chrome: \"show filtered out request cookies\")."
	seeRay       = "The answer has cf-ray: its value is the Ray ID under which the event can be looked up. The page is Cloudflare's, not the API's."
	seeRedirect  = "In the network tab the line has a status of 301 to 308 and a Location. By hand: curl -i URL, without -L."
	seeProbe     = "By hand: curl -i URL -H 'Origin: https://made-up.example', and compare Access-Control-Allow-Origin with what you sent."
	seeVary      = "By hand: the same curl with and without -H 'Origin: PAGE'; compare Access-Control-Allow-Origin and Vary."
	seeNetwork   = "Open the API's URL in a tab: the browser shows its own error page. The console says net::ERR_…, and not \"blocked by CORS policy\"."
	seeConsole   = "The console shows the browser's own sentence, and the network tab has no line, or one without a response."
	seeScript    = "In the console: (await fetch(URL)).headers.get('NAME') gives null, while the network tab shows the header."
)

// howToSee says for each finding how to see it without corstui.
var howToSee = map[string]string{
	AccessLoginRedirect: seeAccess, AccessSessionExpired: seeAccess, AccessLoginPage: seeAccess, AccessUnauthorized: seeAccess, AccessForbidden: seeAccess,
	AccessTokenAudience: seeAccess + " Decode the token's payload and compare aud with the kid in the login URL.", AccessServiceTokenRejected: seeAccess,
	AccessServiceTokenInPage: "Search the page's scripts, or the request's headers in the network tab, for cf-access-client-secret.", AccessCookieStaysHome: seeCookie,
	AccessPreflightRefused: seePreflight, AccessCORSIncomplete: seePreflight, AccessCORSPreflightOnly: seeAnswer, AccessBypassUnanswered: seePreflight,
	AccessInner: "cf-access-domain, or the host at the end of the login URL's path, names another host than the one you called.", SessionUnknown: seeAccess,

	WAFChallengePreflight: seePreflight + " The answer has cf-mitigated: challenge.", WAFChallenge: seeRay + " It has cf-mitigated: challenge.",
	WAFBlockPreflight: seePreflight, WAFBlock: seeRay, WAFRateLimitedPreflight: seePreflight, WAFRateLimited: "The status is 429, often with Retry-After; wait, and the same request passes.",
	WAFClientSignature: "Run corstui with --browser, or the same fetch() in the browser's console.",

	EdgeRedirectPreflight: seeRedirect, EdgeError: seeRay, TunnelDown: seeRay, TunnelServiceDown: seeRay, WorkerFailed: seeRay,

	CachePinnedOrigin: "By hand: curl -i URL -H 'Origin: PAGE' shows another origin and cf-cache-status: HIT (or x-cache, age); with ?x=1 behind the URL the right one comes.",
	CacheStoredError:  "cf-cache-status: HIT, or age, on an answer with a status of 400 and up.",
	VaryOriginMissing: seeVary, VaryOriginRefusal: seeVary,

	PreflightUnanswered: seePreflight, PreflightStatus: seePreflight, PreflightRedirected: seePreflight, MethodNotAllowed: seePreflight, HeaderNotAllowed: seePreflight,
	AllowMethodsInvalid: seePreflight, AllowHeadersInvalid: seePreflight, AuthorizationByWildcard: seePreflight, MaxAgeInvalid: seePreflight, MaxAgeLong: seePreflight,
	WildcardMethodsWithCreds: seePreflight, WildcardHeadersWithCreds: seePreflight,

	AllowOriginMissing: seeAnswer, OriginNotAllowed: seeVary, AllowOriginMismatch: seeAnswer, AllowOriginMultiple: seeAnswer, CORSHeadersTwice: seeAnswer,
	AllowOriginInvalid: seeAnswer, WildcardWithCredentials: seeAnswer, WildcardAnnouncesCreds: seeAnswer, AllowCredentialsMissing: seeAnswer, WildcardExposeWithCreds: seeScript,

	ErrorsWithoutCORS: "By hand: curl -i URL -H 'Origin: PAGE' on a path that does not exist, or without a login, and on one that works: compare the Access-Control headers.",
	HeadersNotExposed: seeScript, ExposeInvalid: seeScript, HeadersUnreadable: seeScript, ReadHeaderAbsent: seeScript,
	BlockedButDone: "The server's log has the request, although the page saw an error.",

	OriginReflected: seeProbe, NullOriginAllowed: "By hand: curl -i URL -H 'Origin: null'.", LookalikeAllowed: seeProbe, HeadersReflected: seePreflight,

	RedirectWithoutCORS: seeRedirect, RedirectHTTPS: seeRedirect, RedirectSlash: seeRedirect, RedirectOriginNull: seeRedirect + " The next line's request has Origin: null.",
	RedirectUserinfo: seeRedirect, RedirectScheme: seeRedirect, RedirectLoop: seeRedirect, RedirectBadLocation: seeRedirect, RedirectHTTP: seeRedirect,
	RedirectTokenDropped: seeRedirect + " The next line's request has no Authorization.", RedirectModeError: seeRedirect,

	CookieStaysHome: seeCookie, CookieThirdParty: seeCookie,

	DNSFailed: seeNetwork, ConnectionRefused: seeNetwork, TLSInvalid: seeNetwork, TimedOut: seeNetwork, ProtocolBroken: seeNetwork, NotSent: seeNetwork,

	MixedContent: seeConsole, FetchTypeError: seeConsole, BlockedPort: seeConsole, ModeForbids: seeConsole, SchemeForbidden: seeConsole, CORPBlocks: seeConsole,
	NoCORSOpaque:       "In the console: (await fetch(URL, {mode: 'no-cors'})).type is \"opaque\" and its status 0.",
	ForbiddenHeader:    "The request's headers in the network tab lack what the script sets.",
	LocalNetworkAccess: "The browser shows a prompt for the local network, or the site's settings have the permission blocked.",
	JSONAsText:         "The request's Content-Type in the network tab is text/plain;charset=UTF-8.",

	HeadersStripped:     "Compare curl -i URL with curl -i --connect-to ::ADDRESS: URL, which asks the API past Cloudflare.",
	OriginHealthy:       "curl -i --connect-to ::ADDRESS: URL asks the API past Cloudflare.",
	SameOriginNoCORS:    "In the network tab the request has no Origin header (GET), and there is no OPTIONS line.",
	SameOriginSession:   seeRedirect,
	ProbingRateLimited:  "Run with --verdict-only after a pause: the 429 is gone.",
	ProbingChallenged:   "Run with --verdict-only after a pause: the challenge is gone.",
	AllowedFromHere:     "Compare the request in the browser's network tab (copy as cURL) with the one in the report, header by header.",
	EnginesDiffer:       "Run with --engine firefox or --engine webkit, and in those browsers.",
	AnswerUnproven:      "Compare with the same request past Cloudflare (--direct HOST:PORT), and look the Ray ID up.",
	PartialUnsafeMethod: "Run with --allow-unsafe-methods, or look at the request's line in the network tab.",
	BlockedUnexplained:  seeAnswer,
}
