package fetch

// A Deviation is one place where engines leave the Fetch Standard, or a
// neighbouring standard, in a way that a page can notice. To add one is a row
// here and a test of that name.
type Deviation struct {
	ID      string   `json:"id"`      // kebab-case
	Topic   string   `json:"topic"`   // "preflight", "redirect", "safelist", "cache", "cookies", "mixed content", "local network", "response"
	Engines []string `json:"engines"` // those that have it
	Changes string   `json:"changes"` // what is different from the standard
	Source  string   `json:"source"`
	Since   string   `json:"since"` // the version in which it was seen
	Test    string   `json:"test"`  // the test of this package that shows it
}

// deviation is the index of a row.
type deviation uint8

const (
	devAuthorizationWildcard deviation = iota
	devPreflightRedirectFirst
	devPreflightStatusFirst
	devPreflightMethodFirst
	devPreflightInvalidLocation
	devPreflightRedirectTarget
	devPreflightRedirectByMode
	devPreflightOriginKept
	devPreflightSticky
	devPreflightOldNames
	devACRHRepeats
	devMissingHeaderInScriptOrder
	devUserAgentDropped
	devClientHintsSafelisted
	devHighBytesUnsafe
	devRepeatedCombined
	devRangeUnitAnyCase
	devRangeBounded
	devRangeUnsigned
	devSingletonLast
	devRedirectNetworkFirst
	devRedirectTargetFirst
	devRedirectUserinfoAborted
	devEmptyLocationIsResponse
	devEmptyLocationBlocked
	devFollows309
	devUnfollowedLocationChecked
	devLocationsJoined
	devFTPDisabled
	devMixedAfterPreflight
	devDeleteBecomesGet
	devErrorNeedsLocation
	devUserinfoBeforeMode
	devSchemeBeforeUserinfo
	devRedirectCredentialsKept
	devHeaderNamesCanonical
	devUnexpectedProxyAuth
	devSuspectDuplicates
	devSwitchingProtocolsReadable
	devDataURLLength
	devSpaceInHost
	devSpaceBeforeColon
	devCacheKeptOnFailure
	devMaxAgeGarbageUncached
	devMaxAgePlus
	devMaxAgeOverflowDefault
	devMaxAgeNegativeUncached
	devCacheIncludeNotShared
	devCacheWildcardLiteral
	devCacheWildcardAuthorization
	devSchemelessSite
	devSameSiteChain
	devSameSiteDefaultNone
	devInsecureNoneAccepted
	devThirdPartyBlocked
	devThirdPartyChain
	devThirdPartyPartitioned
	devSecureNotOnLoopback
	devLoopbackMixed
	devMixedFromHTTPSOnly
	devOriginKeptOnDowngrade
	devOriginKeptOnGet
	devNoCORSRedirectOriginNull
	devSecFetchDropped
	devStreamStringified
	devStreamThrows
	devWorkerSkipsPreflight
	devPreloadLoadsAnyway
	devPreloadErrorOnStatus
	devPreloadOwnOrigin
	devLocalNetworkAccess
	devLocalNetworkSecureOnly
	deviationCount
)

const (
	onChromium = 1 << idChromium
	onFirefox  = 1 << idFirefox
	onWebKit   = 1 << idWebKit
	onAll      = onChromium | onFirefox | onWebKit
)

// The versions in which every row was observed, unless its source says read.
const observed = "Chromium 156, Firefox ESR 153, WebKitGTK 2.50"

// deviations is the one table of what engines do otherwise.
var deviations = [deviationCount]struct {
	id, topic string
	on        uint8
	changes   string
	source    string
	test      string // the test that shows it
}{
	devAuthorizationWildcard: {"authorization-wildcard", "preflight", onAll,
		"`*` in Access-Control-Allow-Headers covers Authorization when the request is not credentialed; the standard asks for the name itself. Chromium and Firefox warn.",
		"Fetch Standard, CORS-preflight fetch; Chrome status entry 5742041264816128; Firefox preference network.cors_preflight.authorization_covered_by_wildcard", "TestAuthorizationAndTheWildcard"},
	devPreflightRedirectFirst: {"preflight-redirect-first", "preflight", onChromium,
		"A redirect of a preflight is refused before any header is looked at; the standard runs the CORS check first. The verdict is the same, the reason is not.",
		"services/network/cors/preflight_controller.cc", "TestReasonOfARefusedPreflight"},
	devPreflightStatusFirst: {"preflight-status-first", "preflight", onWebKit,
		"The status of the preflight is judged before its Access-Control-Allow-Origin, redirects included. The verdict is the same, the reason is not.",
		"WebCore/loader/CrossOriginAccessControl.cpp, validatePreflightResponse", "TestReasonOfARefusedPreflight"},
	devPreflightMethodFirst: {"preflight-method-first", "preflight", onFirefox,
		"Allow-Methods is parsed and judged before Allow-Headers is parsed. The verdict is the same, the reason is not.",
		"netwerk/protocol/http/nsCORSListenerProxy.cpp, CheckPreflightRequestApproved", "TestReasonOfARefusedPreflight"},
	devPreflightInvalidLocation: {"preflight-invalid-location", "preflight", onChromium | onFirefox,
		"A preflight answered with a redirect whose Location does not parse is a network error without a CORS reason.",
		"net::ERR_INVALID_REDIRECT; observed", "TestReasonOfARefusedPreflight"},
	devPreflightRedirectTarget: {"preflight-redirect-target", "preflight", onFirefox,
		"A preflight redirected to a URL with userinfo or of another scheme than http and https did not succeed; the verdict is the same, the reason is not.",
		"observed", "TestReasonOfARedirectedPreflight"},
	devPreflightRedirectByMode: {"preflight-redirect-by-mode", "preflight", onFirefox,
		"Under the redirect modes error and manual a redirected preflight counts as one with a bad status.",
		"observed", "TestReasonOfARedirectedPreflight"},
	devPreflightOriginKept: {"preflight-origin-kept", "redirect", onFirefox,
		"A preflight after a redirect to a third origin carries the page's origin, while the request behind it carries null; the answer is compared with the page's origin.",
		"observed", "TestRedirectMatrix"},
	devPreflightSticky: {"preflight-sticky", "redirect", onFirefox | onWebKit,
		"Once a request needed a preflight, each later cross-origin hop gets one too, although the redirect made the method GET or took the header away.",
		"observed; nsHttpChannel copies the preflight parameters to the new channel; WebKit keeps the original headers in NetworkLoadChecker", "TestRedirectMatrix"},
	devPreflightOldNames: {"preflight-old-names", "redirect", onWebKit,
		"A preflight after a redirect asks for the header names of the first request, those included that the redirect removed.",
		"observed; NetworkLoadChecker::m_originalRequestHeaders", "TestRedirectMatrix"},
	devACRHRepeats: {"acrh-repeats", "preflight", onFirefox,
		"A name that the script appended twice stands twice in Access-Control-Request-Headers.",
		"observed", "TestRepeatedHeadersAreCombined"},
	devMissingHeaderInScriptOrder: {"missing-header-script-order", "preflight", onWebKit,
		"Of several header names that the preflight does not allow, the first in the script's order and spelling is named.",
		"observed", "TestWhichMissingHeaderIsNamed"},
	devUserAgentDropped: {"user-agent-dropped", "safelist", onChromium,
		"User-Agent set by a script is dropped silently, so it needs no preflight. The standard lets scripts set it.",
		"crbug.com/571722", "TestUserAgentOfAScript"},
	devClientHintsSafelisted: {"client-hints-safelisted", "safelist", onChromium,
		"dpr, device-memory, width, viewport-width, save-data, rtt, downlink, ect and intervention are safelisted request headers.",
		"services/network/public/cpp/cors/cors.cc, IsCorsSafelistedHeader", "TestSafelistedRequestHeaders"},
	devHighBytesUnsafe: {"high-bytes-unsafe", "safelist", onFirefox,
		"A byte of 0x80 or above in Accept or Content-Type needs a preflight; the standard calls it safe.",
		"observed", "TestSafelistedRequestHeaders"},
	devRepeatedCombined: {"repeated-combined", "safelist", onChromium | onWebKit,
		"A header that the script appended twice is judged by its combined value; the standard judges each value by itself.",
		"observed", "TestRepeatedSafelistedHeaders"},
	devRangeUnitAnyCase: {"range-unit-any-case", "safelist", onWebKit,
		"The unit of a safelisted Range may be in any case; the standard wants bytes in lower case.",
		"observed", "TestSafelistedRequestHeaders"},
	devRangeBounded: {"range-bounded", "safelist", onAll,
		"A Range whose position does not fit into 64 bits needs a preflight; the standard has no bound.",
		"observed", "TestSafelistedRequestHeaders"},
	devRangeUnsigned: {"range-unsigned", "safelist", onFirefox | onWebKit,
		"The bound on the positions of a Range is 2^64, and not 2^63-1.",
		"observed", "TestSafelistedRequestHeaders"},
	devSingletonLast: {"singleton-last", "safelist", onFirefox,
		"Of a header that can have one value only, such as Content-Type or Authorization, the last that the script appended is sent; others are joined.",
		"observed; nsHttpHeaderArray::IsSingletonHeader", "TestSingletonHeaders"},
	devRedirectNetworkFirst: {"redirect-network-first", "redirect", onChromium | onFirefox,
		"A Location that does not parse, and the 21st redirect, end the fetch before that response's CORS check. The verdict is the same, the reason is not.",
		"observed", "TestReasonOfARefusedRedirect"},
	devRedirectTargetFirst: {"redirect-target-first", "redirect", onFirefox,
		"A redirect to data: or to mixed content is refused before that response's CORS check.",
		"observed", "TestReasonOfARefusedRedirect"},
	devRedirectUserinfoAborted: {"redirect-userinfo-aborted", "redirect", onChromium,
		"A redirect to a URL with user name or password is aborted also within the page's own origin and in mode no-cors, where the standard follows it.",
		"observed", "TestReasonOfARefusedRedirect"},
	devEmptyLocationIsResponse: {"empty-location-is-response", "redirect", onChromium,
		"A redirect with an empty Location is the response itself; the standard follows it to the same URL.",
		"observed", "TestEmptyLocation"},
	devEmptyLocationBlocked: {"empty-location-blocked", "redirect", onWebKit,
		"A redirect with an empty Location is a network error.",
		"observed", "TestEmptyLocation"},
	devFollows309: {"follows-309", "redirect", onWebKit,
		"Any status from 309 to 399 with a Location is followed.",
		"observed", "TestStatus309"},
	devUnfollowedLocationChecked: {"unfollowed-location-checked", "redirect", onChromium,
		"A Location that does not parse ends the fetch also under the redirect modes error and manual, where it is not needed.",
		"observed", "TestRedirectModes"},
	devLocationsJoined: {"locations-joined", "redirect", onWebKit,
		"Several Location lines are joined by a comma and followed as one reference, equal ones too; by the standard equal lines are one, and others a failure.",
		"observed", "TestSeveralLocations"},
	devFTPDisabled: {"ftp-disabled", "redirect", onWebKit,
		"A redirect to ftp: is a network error before any other check, and under the redirect mode manual too.",
		"observed", "TestRedirectToFTP"},
	devMixedAfterPreflight: {"mixed-after-preflight", "mixed content", onWebKit,
		"A redirect to mixed content, and one from the page's own origin to a URL with userinfo, is refused only after the preflight of the new hop, where it needs one.",
		"observed", "TestMixedRedirectAfterAPreflight"},
	devDeleteBecomesGet: {"delete-becomes-get", "redirect", onWebKit,
		"A DELETE that is redirected to another origin becomes a GET.",
		"observed in WebKitGTK, not verified in Safari; NetworkDataTaskSoup.cpp, shouldRedirectAsGET", "TestRedirectedDelete"},
	devErrorNeedsLocation: {"error-needs-location", "redirect", onChromium | onWebKit,
		"Under the redirect mode error, a redirect status without a Location is the response; by the standard a network error.",
		"observed", "TestRedirectModeErrorWithoutLocation"},
	devUserinfoBeforeMode: {"userinfo-before-mode", "redirect", onChromium,
		"Userinfo in a Location is judged before the redirect mode error, and gives the reason.",
		"observed", "TestUserinfoUnderRedirectModeError"},
	devSchemeBeforeUserinfo: {"scheme-before-userinfo", "redirect", onFirefox | onWebKit,
		"The scheme of a redirect is judged before its userinfo.",
		"observed", "TestReasonOfARefusedRedirect"},
	devRedirectCredentialsKept: {"redirect-credentials-kept", "redirect", onWebKit,
		"A fetch that starts at the page's own origin with credentials same-origin has each later redirect checked as if it were credentialed, so * fails, behind the preflight of the next hop.",
		"observed", "TestRedirectAfterTheOwnOrigin"},
	devHeaderNamesCanonical: {"header-names-canonical", "preflight", onWebKit,
		"The name of a well-known header that a preflight does not allow is printed in its usual spelling, whatever the script wrote.",
		"observed; WebCore HTTPHeaderNames.in", "TestSpellingOfAMissingHeader"},
	devUnexpectedProxyAuth: {"unexpected-proxy-auth", "response", onChromium,
		"Status 407 from a server that is no proxy is a network error, without a CORS reason.",
		"net::ERR_UNEXPECTED_PROXY_AUTH", "TestAnyStatusIsReadable"},
	devSuspectDuplicates: {"suspect-duplicates", "response", onChromium | onFirefox,
		"A response with two different Location, Content-Length or Content-Disposition lines is a network error, without a CORS reason.",
		"net::ERR_RESPONSE_HEADERS_MULTIPLE_LOCATION and its like, observed; nsHttpHeaderArray::IsSuspectDuplicateHeader", "TestSuspectDuplicateLines"},
	devSwitchingProtocolsReadable: {"switching-protocols-readable", "response", onFirefox,
		"A response with status 101 can be read; by the standard it is a network error.",
		"observed", "TestInterimStatusIsNoResponse"},
	devDataURLLength: {"data-url-length", "response", onFirefox,
		"The response to a data: URL has a Content-Length.",
		"observed", "TestDataURL"},
	devSpaceInHost: {"space-in-host", "response", onChromium,
		"An escaped space in the host of an Access-Control-Allow-Origin leaves it a URL, so the reason is a mismatch and not an invalid value.",
		"observed", "TestInvalidOriginOfAnUnknownScheme"},
	devSpaceBeforeColon: {"space-before-colon", "response", onChromium,
		"A space between a response header's name and the colon is tolerated; the others ignore such a header.",
		"observed; RFC 9112, section 5.1", "TestSpaceBeforeTheColon"},
	devCacheKeptOnFailure: {"cache-kept-on-failure", "cache", onChromium | onWebKit,
		"A cached preflight survives a failed CORS check of the real request; the standard clears it.",
		"observed", "TestPreflightCacheAfterAFailure"},
	devMaxAgeGarbageUncached: {"max-age-garbage-uncached", "cache", onFirefox,
		"An Access-Control-Max-Age that is no number keeps the preflight out of the cache; the standard falls back to 5 seconds.",
		"observed", "TestMaxAge"},
	devMaxAgePlus: {"max-age-plus", "cache", onChromium | onWebKit,
		"Access-Control-Max-Age: +60 counts as 60.",
		"observed", "TestMaxAge"},
	devMaxAgeOverflowDefault: {"max-age-overflow-default", "cache", onChromium | onWebKit,
		"An Access-Control-Max-Age too large for the engine's integer counts as 5 seconds.",
		"observed with 20 digits", "TestMaxAge"},
	devMaxAgeNegativeUncached: {"max-age-negative-uncached", "cache", onAll,
		"A negative Access-Control-Max-Age keeps the preflight out of the cache; by the standard it is a parse failure, so 5 seconds.",
		"observed", "TestMaxAge"},
	devCacheIncludeNotShared: {"cache-include-not-shared", "cache", onFirefox,
		"A preflight cached with credentials is not used for a request without.",
		"observed", "TestPreflightCache"},
	devCacheWildcardLiteral: {"cache-wildcard-literal", "cache", onFirefox,
		"`*` in the lists of a cached preflight covers nothing but what was asked for then.",
		"observed", "TestPreflightCache"},
	devCacheWildcardAuthorization: {"cache-wildcard-authorization", "cache", onWebKit,
		"`*` in the Allow-Headers of a cached preflight covers a later Authorization too.",
		"observed", "TestPreflightCache"},
	devSchemelessSite: {"schemeless-site", "cookies", onFirefox | onWebKit,
		"http and https of one registrable domain count as the same site for cookies.",
		"observed; Firefox preference network.cookie.sameSite.schemeful", "TestWhichCookiesTravel"},
	devSameSiteChain: {"samesite-chain", "cookies", onFirefox | onWebKit,
		"After a hop to another site, SameSite cookies of the page's site go to the page's own origin alone.",
		"observed", "TestSameSiteAfterACrossSiteHop"},
	devSameSiteDefaultNone: {"samesite-default-none", "cookies", onFirefox | onWebKit,
		"A cookie without SameSite is treated as None; by RFC 6265bis it is Lax.",
		"observed; Firefox preference network.cookie.sameSite.laxByDefault", "TestCookieOfARedirectChain"},
	devInsecureNoneAccepted: {"insecure-none-accepted", "cookies", onWebKit,
		"SameSite=None without Secure is accepted.",
		"observed in WebKitGTK, not verified in Safari", "TestInsecureNoneCookie"},
	devThirdPartyBlocked: {"third-party-blocked", "cookies", onWebKit,
		"Cookies of another site than the page's, by registrable domain, are neither sent nor stored, unless storage access was granted.",
		"WebKit, Full Third-Party Cookie Blocking and More; observed in WebKitGTK 2.50 with Intelligent Tracking Prevention on (its default policy no-third-party sends them and stores none); not verified in Safari", "TestThirdPartyCookies"},
	devThirdPartyChain: {"third-party-chain", "cookies", onWebKit,
		"After a hop to another site, no later hop carries cookies, one to the page's own site neither.",
		"observed in WebKitGTK 2.50 with Intelligent Tracking Prevention on, not verified in Safari", "TestThirdPartyCookieOfALaterHop"},
	devThirdPartyPartitioned: {"third-party-partitioned", "cookies", onFirefox,
		"Cookies of another site than the page's are kept in a jar for each page's site: one that was set on a visit of its own host is not sent, one that was set under this page's site is.",
		"observed; Firefox preference network.cookie.cookieBehavior 5 (Total Cookie Protection, for everybody since 103)", "TestThirdPartyCookies"},
	devSecureNotOnLoopback: {"secure-not-on-loopback", "cookies", onWebKit,
		"Secure cookies do not go to http://localhost.",
		"observed in WebKitGTK, not verified in Safari", "TestWhichCookiesTravel"},
	devLoopbackMixed: {"loopback-mixed", "mixed content", onWebKit,
		"http://localhost and http://127.0.0.1 are mixed content for a page on https.",
		"observed; bugs.webkit.org 171934", "TestMixedContentExceptions"},
	devMixedFromHTTPSOnly: {"mixed-from-https-only", "mixed content", onAll,
		"Only pages on https are guarded against mixed content; by the standard a page on http://localhost is too.",
		"Mixed Content, section 4.3; blink MixedContentChecker::IsMixedContent", "TestMixedContentExceptions"},
	devOriginKeptOnDowngrade: {"origin-kept-on-downgrade", "response", onChromium,
		"A no-cors POST from https to http carries the page's origin; by the standard null.",
		"observed", "TestOriginHeaderOutsideCORS"},
	devOriginKeptOnGet: {"origin-kept-on-get", "redirect", onWebKit,
		"A request within the page's own origin that a redirect made a GET keeps its Origin.",
		"observed", "TestOriginAfterTheMethodBecameGet"},
	devNoCORSRedirectOriginNull: {"no-cors-redirect-origin-null", "redirect", onChromium,
		"A no-cors request that is no GET or HEAD carries Origin: null after any redirect to another origin; by the standard not yet when it leaves the page's own.",
		"observed; net::RedirectUtil::UpdateHttpRequest", "TestOriginOfANoCORSRedirect"},
	devSecFetchDropped: {"sec-fetch-dropped", "redirect", onWebKit,
		"Sec-Fetch headers are left out after a redirect to another origin.",
		"observed", "TestSecFetchAfterAChangeOfOrigin"},
	devStreamStringified: {"stream-stringified", "safelist", onFirefox,
		"A ReadableStream as a body is made a string, [object ReadableStream], and sent as text/plain without a preflight; the standard streams it behind a preflight.",
		"observed; bugzilla.mozilla.org 1387483", "TestStreamedBody"},
	devStreamThrows: {"stream-throws", "safelist", onWebKit,
		"fetch() throws a NotSupportedError at a body that is a ReadableStream.",
		"observed; bugs.webkit.org 203617", "TestStreamedBody"},
	devWorkerSkipsPreflight: {"worker-skips-preflight", "preflight", onWebKit,
		"A page that a service worker controls, whose fetch handler lets the request pass, sends any method and header to another origin without a preflight.",
		"observed in WebKitGTK, not verified in Safari", "TestServiceWorkerThatLetsPass"},
	devPreloadLoadsAnyway: {"preload-loads-anyway", "response", onFirefox,
		"A link element with rel=preload fires load although its response was blocked; the standard fires error.",
		"observed", "TestPreload"},
	devPreloadErrorOnStatus: {"preload-error-on-status", "response", onFirefox,
		"A link element with rel=preload fires error at a status that is not 2xx, although CORS passed; the standard fires load.",
		"observed", "TestPreload"},
	devPreloadOwnOrigin: {"preload-own-origin", "response", onChromium | onWebKit,
		"A link element with rel=preload and crossorigin sends Origin to the page's own origin too.",
		"observed", "TestPreload"},
	devLocalNetworkAccess: {"local-network-access", "local network", onChromium | onFirefox,
		"A request to an address of a less public space than the page's needs a permission of the user. The Fetch Standard has no such check.",
		"WICG, Local Network Access; observed; Firefox preferences network.lna.enabled and network.lna.blocking", "TestLocalNetworkAccess"},
	devLocalNetworkSecureOnly: {"local-network-secure-only", "local network", onChromium,
		"A page on plain http may not ask for local network access, whatever the user granted; Firefox asks for such a page too.",
		"WICG, Local Network Access; observed; Firefox preference network.lna.block_insecure_contexts", "TestLocalNetworkAccess"},
}

// devSet is a set of deviations.
type devSet [(deviationCount + 63) / 64]uint64

func (s devSet) has(d deviation) bool { return s[d/64]&(1<<(d%64)) != 0 }
func (s *devSet) add(d deviation)     { s[d/64] |= 1 << (d % 64) }

// differ says whether two sets differ in a deviation of the third.
func (s devSet) differ(other, in devSet) bool {
	for i := range s {
		if (s[i]^other[i])&in[i] != 0 {
			return true
		}
	}
	return false
}

// engineDeviations holds the deviations of each engine.
var engineDeviations = func() (sets [engineCount]devSet) {
	for d, row := range deviations {
		for id := range engineCount {
			if row.on&(1<<id) != 0 {
				sets[id].add(deviation(d))
			}
		}
	}
	return sets
}()

// has says whether the engine deviates in this way.
func (e Engine) has(d deviation) bool { return engineDeviations[e.id].has(d) }

// Deviations returns the table, in its order.
func Deviations() []Deviation {
	out := make([]Deviation, 0, len(deviations))
	for _, row := range deviations {
		var on []string
		for id := range engineCount {
			if row.on&(1<<id) != 0 {
				on = append(on, profiles[id].name)
			}
		}
		out = append(out, Deviation{row.id, row.topic, on, row.changes, row.source, observed, row.test})
	}
	return out
}
