package fetch

// A cause is why a fetch failed, in no engine's words.
type cause uint8

const (
	causeNone cause = iota
	// The CORS check.
	causeMissingAllowOrigin
	causeWildcardOrigin
	causeSeveralOriginLines
	causeSeveralOrigins
	causeSpaceInOrigin
	causeInvalidOrigin
	causeOriginMismatch
	causeAllowCredentials
	// The preflight's answer.
	causePreflightStatus
	causePreflightRedirect
	causePreflightTarget
	causeMethodsSyntax
	causeHeadersSyntax
	causeMethod
	causeHeader
	// Redirects.
	causeRedirectUserinfo
	causeRedirectUserinfoAborted
	causeRedirectScheme
	causeRedirectUnsafeScheme
	causeRedirectUnknownScheme
	causeRedirectOwnScheme
	causeRedirectLocalScheme
	causeRedirectBlank
	causeRedirectOwnMixed
	causeRedirectOwnFile
	causeRedirectFTP
	causeRedirectLocation
	causeRedirectEmptyLocation
	causeRedirectCount
	causeRedirectMixed
	causeRedirectPort
	causeRedirectMode
	causeRedirectStream
	causeRedirectSameOriginMode
	causeRedirectSameOriginScheme
	causeRedirectSameOriginUnsafe
	causeRedirectNoCORSScheme
	causeRedirectNoCORSUnsafe
	// What is not CORS.
	causeCORPSameOrigin
	causeCORPSameSite
	causeProxyAuth
	causeInterim
	causeSeveralLocations
	causeSeveralLengths
	causeSeveralDispositions
	causeNetwork
	causeStreamALPN
	causeStreamPlain
	// What the browser refuses before anything is sent.
	causeLocalURL
	causeLocalUserinfo
	causeLocalNavigate
	causeLocalMethod
	causeLocalForbiddenMethod
	causeLocalHeaderName
	causeLocalHeaderValue
	causeLocalHeaderCodePoint
	causeLocalNoCORSMethod
	causeLocalBodyOnGet
	causeLocalOption
	causeLocalPort
	causeLocalMixed
	causeLocalMixedLink
	causeLocalMode
	causeLocalScheme
	causeLocalFile
	causeLocalRedirectMode
	causeLocalStream
	causeLocalStreamMode
	causeLocalNetworkDenied
	causeLocalNetworkInsecure
	causeCount
)

// Preflight failures of the CORS check have a name of their own in Chromium.
const preflightPrefix = "Preflight"

// A text is one engine's sentence for a cause. These stand for what is filled in:
//
//	{url} {target} {stripped} {page} {origin}  URLs and origins of the fetch
//	{value} {status} {method} {name} {Name} {element} {scheme} {port}  what was seen
//	{hint} {space}           what Chromium adds for fetch(); an IP address space
//	{index} {codepoint}      of the first character that is no byte
//	{neterror} {souperror}   how network layers call a failure
//	{served}                 the end of WebKit's sentence about mixed content
//
// frame says whether the engine's frame goes around it.
type text struct {
	s     string
	frame bool
	// target says that the frame names the target of the redirect.
	target bool
}

func framed(s string) text   { return text{s, true, false} }
func targeted(s string) text { return text{s, true, true} }
func plain(s string) text    { return text{s, false, false} }

// causes is the table of section "Cause, reason, console": for each cause the
// name that an engine gives it and the sentence that it prints. An empty name
// means that the engine has none (the console then does not speak of CORS), an
// empty text that it prints nothing.
//
// Sources: services/network/public/cpp/cors/cors_error_status and
// third_party/blink/renderer/platform/loader/cors/cors_error_string.cc
// (Chromium 156); dom/locales/en-US/chrome/security/security.properties
// (Firefox 153); WebCore/loader/CrossOriginAccessControl.cpp (WebKitGTK 2.50).
var causes = [causeCount]struct {
	chromium, firefox, webkit             string
	chromiumText, firefoxText, webkitText text
	// kind is the LocalBlock's kind; empty for what is no local block.
	kind string
}{
	causeMissingAllowOrigin: {
		"MissingAllowOriginHeader", "CORSMissingAllowOrigin", "OriginNotAllowed",
		framed("No 'Access-Control-Allow-Origin' header is present on the requested resource."),
		framed("CORS header ‘Access-Control-Allow-Origin’ missing). Status code: {status}"),
		framed("Origin {origin} is not allowed by Access-Control-Allow-Origin. Status code: {status}"), ""},
	causeWildcardOrigin: {
		"WildcardOriginNotAllowed", "CORSNotSupportingCredentials", "WildcardWithCredentials",
		framed("The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*' when the request's credentials mode is 'include'."),
		text{"Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at ‘{url}’. (Reason: Credential is not supported if the CORS header ‘Access-Control-Allow-Origin’ is ‘*’).", false, false},
		framed("Cannot use wildcard in Access-Control-Allow-Origin when credentials flag is true."), ""},
	causeSeveralOriginLines: {
		"MultipleAllowOriginValues", "CORSMultipleAllowOriginNotAllowed", "SeveralOrigins",
		framed("The 'Access-Control-Allow-Origin' header contains multiple values '{value}', but only one is allowed.{hint}"),
		framed("Multiple CORS header ‘Access-Control-Allow-Origin’ not allowed)"),
		framed("Access-Control-Allow-Origin cannot contain more than one origin."), ""},
	causeSeveralOrigins: {
		"MultipleAllowOriginValues", "CORSAllowOriginNotMatchingOrigin", "SeveralOrigins",
		framed("The 'Access-Control-Allow-Origin' header contains multiple values '{value}', but only one is allowed.{hint}"),
		framed("CORS header ‘Access-Control-Allow-Origin’ does not match ‘{value}’)"),
		framed("Access-Control-Allow-Origin cannot contain more than one origin."), ""},
	causeSpaceInOrigin: {
		"MultipleAllowOriginValues", "CORSAllowOriginNotMatchingOrigin", "OriginNotAllowed",
		framed("The 'Access-Control-Allow-Origin' header contains multiple values '{value}', but only one is allowed.{hint}"),
		framed("CORS header ‘Access-Control-Allow-Origin’ does not match ‘{value}’)"),
		framed("Origin {origin} is not allowed by Access-Control-Allow-Origin. Status code: {status}"), ""},
	causeInvalidOrigin: {
		"InvalidAllowOriginValue", "CORSAllowOriginNotMatchingOrigin", "OriginNotAllowed",
		framed("The 'Access-Control-Allow-Origin' header contains the invalid value '{value}'.{hint}"),
		framed("CORS header ‘Access-Control-Allow-Origin’ does not match ‘{value}’)"),
		framed("Origin {origin} is not allowed by Access-Control-Allow-Origin. Status code: {status}"), ""},
	causeOriginMismatch: {
		"AllowOriginMismatch", "CORSAllowOriginNotMatchingOrigin", "OriginNotAllowed",
		framed("The 'Access-Control-Allow-Origin' header has a value '{value}' that is not equal to the supplied origin.{hint}"),
		framed("CORS header ‘Access-Control-Allow-Origin’ does not match ‘{value}’)"),
		framed("Origin {origin} is not allowed by Access-Control-Allow-Origin. Status code: {status}"), ""},
	causeAllowCredentials: {
		"InvalidAllowCredentials", "CORSMissingAllowCredentials", "CredentialsNotTrue",
		framed("The value of the 'Access-Control-Allow-Credentials' header in the response is '{value}' which must be 'true' when the request's credentials mode is 'include'."),
		framed("expected ‘true’ in CORS header ‘Access-Control-Allow-Credentials’)"),
		framed(`Credentials flag is true, but Access-Control-Allow-Credentials is not "true".`), ""},
	causePreflightStatus: {
		"PreflightInvalidStatus", "CORSPreflightDidNotSucceed", "PreflightNotSuccessful",
		framed("It does not have HTTP ok status."),
		framed("CORS preflight response did not succeed). Status code: {status}"),
		framed("Preflight response is not successful. Status code: {status}"), ""},
	causePreflightRedirect: {
		"PreflightDisallowedRedirect", "CORSExternalRedirectNotAllowed", "PreflightNotSuccessful",
		framed("Redirect is not allowed for a preflight request."),
		framed("CORS request external redirect not allowed)"),
		framed("Preflight response is not successful. Status code: {status}"), ""},
	causePreflightTarget: {
		"PreflightDisallowedRedirect", "CORSDidNotSucceed", "PreflightNotSuccessful",
		framed("Redirect is not allowed for a preflight request."),
		framed("CORS request did not succeed). Status code: (null)"),
		framed("Preflight response is not successful. Status code: {status}"), ""},
	causeMethodsSyntax: {
		"InvalidAllowMethodsPreflightResponse", "CORSInvalidAllowMethod", "InvalidAllowMethods",
		framed("Cannot parse Access-Control-Allow-Methods response header field in preflight response."),
		framed("invalid token ‘{element}’ in CORS header ‘Access-Control-Allow-Methods’)"),
		framed("Header Access-Control-Allow-Methods has an invalid value: {value}"), ""},
	causeHeadersSyntax: {
		"InvalidAllowHeadersPreflightResponse", "CORSInvalidAllowHeader", "InvalidAllowHeaders",
		framed("Cannot parse Access-Control-Allow-Headers response header field in preflight response."),
		framed("invalid token ‘{element}’ in CORS header ‘Access-Control-Allow-Headers’)"),
		framed("Header Access-Control-Allow-Headers has an invalid value: {value}"), ""},
	causeMethod: {
		"MethodDisallowedByPreflightResponse", "CORSMethodNotFound", "MethodNotAllowed",
		framed("Method {method} is not allowed by Access-Control-Allow-Methods in preflight response."),
		framed("Did not find method in CORS header ‘Access-Control-Allow-Methods’)"),
		framed("Method {method} is not allowed by Access-Control-Allow-Methods."), ""},
	causeHeader: {
		"HeaderDisallowedByPreflightResponse", "CORSMissingAllowHeaderFromPreflight", "HeaderNotAllowed",
		framed("Request header field {name} is not allowed by Access-Control-Allow-Headers in preflight response."),
		framed("header ‘{name}’ is not allowed according to header ‘Access-Control-Allow-Headers’ from CORS preflight response)"),
		framed("Request header field {Name} is not allowed by Access-Control-Allow-Headers."), ""},

	causeRedirectUserinfo: {
		"RedirectContainsCredentials", "CORSDidNotSucceed", "RedirectHasCredentials",
		framed("Redirect location '' contains a username and password, which is disallowed for cross-origin requests."),
		framed("CORS request did not succeed). Status code: (null)"),
		plain("Cross-origin redirection to {stripped} denied by Cross-Origin Resource Sharing policy: redirection URL {target} has credentials"), ""},
	causeRedirectUserinfoAborted: {"", "", "", text{}, text{}, text{}, ""},
	causeRedirectScheme: {
		"CorsDisabledScheme", "CORSRequestNotHttp", "RedirectNotCORSScheme",
		targeted("Cross origin requests are only supported for protocol schemes: chrome, chrome-experimental-site-token-provider, chrome-extension, chrome-untrusted, data, http, https, isolated-app."),
		targeted("CORS request not http)"),
		plain("Cross-origin redirection to {stripped} denied by Cross-Origin Resource Sharing policy: not allowed to follow a cross-origin CORS redirection with non CORS scheme"), ""},
	causeRedirectLocalScheme: {
		"CorsDisabledScheme", "CORSDidNotSucceed", "RedirectNotCORSScheme",
		targeted("Cross origin requests are only supported for protocol schemes: chrome, chrome-experimental-site-token-provider, chrome-extension, chrome-untrusted, data, http, https, isolated-app."),
		framed("CORS request did not succeed). Status code: (null)"),
		plain("Cross-origin redirection to {stripped} denied by Cross-Origin Resource Sharing policy: not allowed to follow a cross-origin CORS redirection with non CORS scheme"), ""},
	causeRedirectBlank: {
		"", "CORSRequestNotHttp", "RedirectNotCORSScheme",
		plain("Failed to load resource: net::ERR_UNSAFE_REDIRECT"),
		targeted("CORS request not http)"),
		plain("Cross-origin redirection to {stripped} denied by Cross-Origin Resource Sharing policy: not allowed to follow a cross-origin CORS redirection with non CORS scheme"), ""},
	causeRedirectUnsafeScheme: {
		"", "CORSDidNotSucceed", "RedirectNotCORSScheme",
		plain("Failed to load resource: net::ERR_UNSAFE_REDIRECT"),
		framed("CORS request did not succeed). Status code: (null)"),
		plain("Cross-origin redirection to {stripped} denied by Cross-Origin Resource Sharing policy: not allowed to follow a cross-origin CORS redirection with non CORS scheme"), ""},
	causeRedirectUnknownScheme: {"", "", "",
		plain("Failed to load resource: net::ERR_UNKNOWN_URL_SCHEME"), text{}, text{}, ""},
	causeRedirectLocation: {
		"", "CORSDidNotSucceed", "RedirectNotCORSScheme",
		plain("Failed to load resource: net::ERR_INVALID_REDIRECT"),
		framed("CORS request did not succeed). Status code: (null)"),
		framed("not allowed to follow a cross-origin CORS redirection with non CORS scheme"), ""},
	causeRedirectOwnScheme: {
		"CorsDisabledScheme", "CORSRequestNotHttp", "",
		targeted("Cross origin requests are only supported for protocol schemes: chrome, chrome-experimental-site-token-provider, chrome-extension, chrome-untrusted, data, http, https, isolated-app."),
		targeted("CORS request not http)"),
		plain("[blocked] The page at {page} requested insecure content from {target}. This content was blocked and must{served}"), ""},
	causeRedirectOwnFile: {"", "", "",
		plain("Failed to load resource: net::ERR_UNSAFE_REDIRECT"),
		plain("Security Error: Content at {url} may not load or link to {target}."),
		plain("Not allowed to load local resource: {target}"), ""},
	causeRedirectFTP:           {"", "", "", text{}, text{}, plain("FTP URLs are disabled"), ""},
	causeRedirectEmptyLocation: {"", "", "", text{}, text{}, text{}, ""},
	causeRedirectCount: {
		"", "CORSDidNotSucceed", "",
		plain("Failed to load resource: net::ERR_TOO_MANY_REDIRECTS"),
		framed("CORS request did not succeed). Status code: (null)"), plain("Load cannot follow more than 20 redirections"), ""},
	causeRedirectMixed: {"", "CORSDidNotSucceed", "",
		plain("Mixed Content: The page at '{page}' was loaded over HTTPS, but requested an insecure resource '{target}'. This request has been blocked; the content must be served over HTTPS."),
		framed("CORS request did not succeed). Status code: (null)"),
		plain("[blocked] The page at {page} requested insecure content from {target}. This content was blocked and must{served}"), ""},
	causeRedirectOwnMixed: {"", "", "",
		plain("Mixed Content: The page at '{page}' was loaded over HTTPS, but requested an insecure resource '{target}'. This request has been blocked; the content must be served over HTTPS."),
		plain("Blocked loading mixed active content “{target}”"),
		plain("[blocked] The page at {page} requested insecure content from {target}. This content was blocked and must{served}"), ""},
	causeRedirectPort: {"", "CORSDidNotSucceed", "",
		plain("Failed to load resource: net::ERR_UNSAFE_PORT"),
		framed("CORS request did not succeed). Status code: (null)"),
		plain("Not allowed to use restricted network port {port}: {target}"), ""},
	causeRedirectMode: {"", "", "",
		plain("Failed to load resource: net::ERR_FAILED"), text{},
		plain("Not allowed to follow a redirection while loading {url}"), ""},
	causeRedirectSameOriginScheme: {"", "", "",
		plain("Failed to load resource: net::ERR_UNKNOWN_URL_SCHEME"),
		plain("Security Error: Content at {page} may not load data from {target}."),
		plain("Unsafe attempt to load URL {stripped} from origin {origin}. Domains, protocols and ports must match."), ""},
	causeRedirectSameOriginUnsafe: {"", "", "",
		plain("Failed to load resource: net::ERR_UNSAFE_REDIRECT"), text{},
		plain("Unsafe attempt to load URL {stripped} from origin {origin}. Domains, protocols and ports must match."), ""},
	causeRedirectNoCORSScheme: {"", "", "",
		plain("Failed to load resource: net::ERR_UNKNOWN_URL_SCHEME"), text{},
		plain("[blocked] The page at {page} requested insecure content from {target}. This content was blocked and must{served}"), ""},
	causeRedirectNoCORSUnsafe: {"", "", "",
		plain("Failed to load resource: net::ERR_UNSAFE_REDIRECT"), text{},
		plain("Redirection to URL with a scheme that is not HTTP(S)."), ""},
	causeRedirectSameOriginMode: {"", "", "",
		text{},
		plain("Security Error: Content at {page} may not load data from {target}."),
		plain("Unsafe attempt to load URL {stripped} from origin {origin}. Domains, protocols and ports must match."), ""},

	causeCORPSameOrigin: {"", "", "",
		plain("Failed to load resource: net::ERR_BLOCKED_BY_RESPONSE.NotSameOrigin"),
		plain("The resource at “{url}” was blocked due to its Cross-Origin-Resource-Policy header (or lack thereof). See https://developer.mozilla.org/docs/Web/HTTP/Cross-Origin_Resource_Policy_(CORP)#"),
		plain("Cancelled load to {url} because it violates the resource's Cross-Origin-Resource-Policy response header."), ""},
	causeCORPSameSite: {"", "", "",
		plain("Failed to load resource: net::ERR_BLOCKED_BY_RESPONSE.NotSameSite"),
		plain("The resource at “{url}” was blocked due to its Cross-Origin-Resource-Policy header (or lack thereof). See https://developer.mozilla.org/docs/Web/HTTP/Cross-Origin_Resource_Policy_(CORP)#"),
		plain("Cancelled load to {url} because it violates the resource's Cross-Origin-Resource-Policy response header."), ""},
	causeProxyAuth: {"", "", "",
		plain("Failed to load resource: net::ERR_UNEXPECTED_PROXY_AUTH"), text{}, text{}, ""},
	causeInterim: {"", "", "",
		plain("Failed to load resource: net::ERR_RESPONSE_HEADERS_TRUNCATED"), framed("CORS request did not succeed). Status code: (null)"), text{}, ""},
	causeSeveralLocations: {"", "", "",
		plain("Failed to load resource: net::ERR_RESPONSE_HEADERS_MULTIPLE_LOCATION"), framed("CORS request did not succeed). Status code: (null)"), text{}, ""},
	causeSeveralLengths: {"", "", "",
		plain("Failed to load resource: net::ERR_RESPONSE_HEADERS_MULTIPLE_CONTENT_LENGTH"), framed("CORS request did not succeed). Status code: (null)"), text{}, ""},
	causeSeveralDispositions: {"", "", "",
		plain("Failed to load resource: net::ERR_RESPONSE_HEADERS_MULTIPLE_CONTENT_DISPOSITION"), framed("CORS request did not succeed). Status code: (null)"), text{}, ""},
	causeNetwork: {"", "", "",
		plain("{neterror}"),
		framed("CORS request did not succeed). Status code: (null)"), plain("{souperror}"), ""},

	causeStreamALPN: {"", "", "",
		plain("Failed to load resource: net::ERR_ALPN_NEGOTIATION_FAILED"), text{}, text{}, ""},
	causeStreamPlain: {"", "", "",
		plain("Failed to load resource: net::ERR_H2_OR_QUIC_REQUIRED"), text{}, text{}, ""},
	causeRedirectStream: {"", "", "",
		plain("Failed to load resource: net::ERR_INVALID_ARGUMENT"), text{}, text{}, ""},

	causeLocalURL: {"", "", "",
		plain("Uncaught (in promise) TypeError: Failed to execute 'fetch' on 'Window': Failed to parse URL from {value}"),
		plain("Uncaught (in promise) TypeError: Window.fetch: {value} is not a valid URL."),
		plain("Unhandled Promise Rejection: TypeError: URL is not valid or contains user credentials."), "type-error"},
	causeLocalUserinfo: {"", "", "",
		plain("Uncaught (in promise) TypeError: Failed to execute 'fetch' on 'Window': Request cannot be constructed from a URL that includes credentials: {value}"),
		plain("Uncaught (in promise) TypeError: Window.fetch: {value} is an url with embedded credentials."),
		plain("Unhandled Promise Rejection: TypeError: URL is not valid or contains user credentials."), "type-error"},
	causeLocalNavigate: {"", "", "",
		plain("Uncaught (in promise) TypeError: Failed to execute 'fetch' on 'Window': Cannot construct a Request with a RequestInit whose mode member is set as 'navigate'."),
		plain("Uncaught (in promise) TypeError: Window.fetch: Invalid request mode navigate."),
		plain("Unhandled Promise Rejection: TypeError: Request constructor does not accept navigate fetch mode."), "type-error"},
	causeLocalMethod: {"", "", "",
		plain("Uncaught (in promise) TypeError: Failed to execute 'fetch' on 'Window': '{value}' is not a valid HTTP method."),
		plain("Uncaught (in promise) TypeError: Window.fetch: Invalid request method {value}."),
		plain("Unhandled Promise Rejection: TypeError: Method is not a valid HTTP token."), "type-error"},
	causeLocalForbiddenMethod: {"", "", "",
		plain("Uncaught (in promise) TypeError: Failed to execute 'fetch' on 'Window': '{value}' HTTP method is unsupported."),
		plain("Uncaught (in promise) TypeError: Window.fetch: Invalid request method {value}."),
		plain("Unhandled Promise Rejection: TypeError: Method is forbidden."), "type-error"},
	causeLocalHeaderName: {"", "", "",
		plain("Uncaught (in promise) TypeError: Failed to execute 'fetch' on 'Window': Invalid name"),
		plain("Uncaught (in promise) TypeError: Window.fetch: {value} is an invalid header name."),
		plain("Unhandled Promise Rejection: TypeError: Invalid header name: '{value}'"), "type-error"},
	causeLocalHeaderValue: {"", "", "",
		plain("Uncaught (in promise) TypeError: Failed to execute 'fetch' on 'Window': Invalid value"),
		plain("Uncaught (in promise) TypeError: Window.fetch: {value} is an invalid header value."),
		plain("Unhandled Promise Rejection: TypeError: Header '{name}' has invalid value: '{value}'"), "type-error"},
	causeLocalHeaderCodePoint: {"", "", "",
		plain("Uncaught (in promise) TypeError: Failed to execute 'fetch' on 'Window': Failed to read the 'headers' property from 'RequestInit': String contains non ISO-8859-1 code point."),
		plain("Uncaught (in promise) TypeError: Window.fetch: Cannot convert value in record<ByteString, ByteString> branch of (sequence<sequence<ByteString>> or record<ByteString, ByteString>) to ByteString because the character at index {index} has value {codepoint} which is greater than 255."),
		plain("Unhandled Promise Rejection: TypeError: Type error"), "type-error"},
	causeLocalNoCORSMethod: {"", "", "",
		plain("Uncaught (in promise) TypeError: Failed to execute 'fetch' on 'Window': '{method}' is unsupported in no-cors mode."),
		plain("Uncaught (in promise) TypeError: Window.fetch: Invalid request method {method}."),
		plain("Unhandled Promise Rejection: TypeError: Method must be GET, POST or HEAD in no-cors mode."), "type-error"},
	causeLocalBodyOnGet: {"", "", "",
		plain("Uncaught (in promise) TypeError: Failed to execute 'fetch' on 'Window': Request with GET/HEAD method cannot have body."),
		plain("Uncaught (in promise) TypeError: Window.fetch: HEAD or GET Request cannot have a body."),
		plain("Unhandled Promise Rejection: TypeError: Request has method '{method}' and cannot have a body"), "type-error"},
	causeLocalOption: {"", "", "",
		plain("Uncaught (in promise) TypeError: Failed to execute 'fetch' on 'Window': Failed to read the '{name}' property from 'RequestInit': The provided value '{value}' is not a valid enum value of type {element}."),
		plain("Uncaught (in promise) TypeError: Window.fetch: '{value}' (value of '{name}' member of RequestInit) is not a valid value for enumeration {element}."),
		plain("Unhandled Promise Rejection: TypeError: Type error"), "type-error"},
	causeLocalPort: {"", "", "",
		plain("Failed to load resource: net::ERR_UNSAFE_PORT"), text{},
		plain("Not allowed to use restricted network port {port}: {url}"), "blocked-port"},
	causeLocalMixed: {"", "", "",
		plain("Mixed Content: The page at '{page}' was loaded over HTTPS, but requested an insecure resource '{url}'. This request has been blocked; the content must be served over HTTPS."),
		plain("Blocked loading mixed active content “{url}”"),
		plain("[blocked] The page at {page} requested insecure content from {url}. This content was blocked and must{served}"), "mixed-content"},
	causeLocalMixedLink: {"", "", "",
		plain("Mixed Content: The page at '{page}' was loaded over HTTPS, but requested an insecure resource '{url}'. This request has been blocked; the content must be served over HTTPS."),
		text{},
		plain("[blocked] The page at {page} requested insecure content from {url}. This content was blocked and must{served}"), "mixed-content"},
	causeLocalMode: {"", "", "",
		plain(`Fetch API cannot load {url}. Request mode is "same-origin" but the URL's origin is not same as the request origin {origin}.`),
		plain("Security Error: Content at {page} may not load data from {url}."),
		plain("Fetch API cannot load {url}."), "mode"},
	causeLocalScheme: {"", "CORSRequestNotHttp", "",
		plain(`Fetch API cannot load {url}. URL scheme "{scheme}" is not supported.`),
		framed("CORS request not http)"),
		plain("Cross origin requests are only supported for HTTP."), "scheme"},
	causeLocalFile: {"", "", "",
		plain("Not allowed to load local resource: {url}"),
		plain("Security Error: Content at {page} may not load or link to {url}."),
		plain("Cross origin requests are only supported for HTTP."), "scheme"},
	causeLocalRedirectMode: {"", "", "",
		plain(`Fetch API cannot load {url}. Request mode is "no-cors" but the redirect mode is not "follow".`),
		text{},
		plain("No-Cors mode requires follow redirect mode"), "redirect-mode"},
	causeLocalStream: {"", "", "", text{}, text{},
		plain("Unhandled Promise Rejection: NotSupportedError: ReadableStream uploading is not supported"), "type-error"},
	causeLocalStreamMode: {"", "", "",
		plain("Uncaught (in promise) TypeError: Failed to execute 'fetch' on 'Window': If request is made from ReadableStream, mode should be\"same-origin\" or \"cors\""),
		text{}, text{}, "type-error"},
	causeLocalNetworkDenied: {"LocalNetworkAccessPermissionDenied", "", "",
		framed("Permission was denied for this request to access the `{space}` address space."),
		framed("CORS request did not succeed). Status code: (null)"), text{}, kindLocalNetwork},
	causeLocalNetworkInsecure: {"InsecureLocalNetwork", "", "",
		framed("The request client is not a secure context and the resource is in more-private address space `{space}`."), text{}, text{}, kindLocalNetwork},
}

// hintValid is what Chromium 156 adds for fetch(); older versions went on to
// suggest the mode no-cors.
const hintValid = " Have the server send the header with a valid value."
