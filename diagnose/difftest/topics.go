package difftest

import (
	"slices"
	"strings"
	"testing"
)

// A Topic is a place where engines differ from the standard or from each other,
// or one that people often ask about, with what shows it.
type Topic struct {
	Name      string
	Scenarios []string // of All
	Pairs     []string // of CompareCaches
	Tests     []string // "chrome.TestX": tests of a browser's package
}

// Topics are those that every comparison with a browser must hold.
var Topics = []Topic{
	{Name: "* in Allow-Headers and Authorization", Scenarios: []string{"allow-headers/star covers authorization in browsers", "allow-headers/star covers authorization beside others", "allow-headers/authorization with credentials and star"}},
	{Name: "order of the checks of a preflight", Scenarios: []string{"precedence/redirect before wrong origin", "precedence/preflight 403 wrong origin", "precedence/bad headers list, method missing", "precedence/both lists bad"}},
	{Name: "Origin of a preflight behind a redirect to a third origin", Scenarios: []string{"redirect 307/custom header to a third origin", "redirect/custom header, null preflight passes"}},
	{Name: "preflight after the method became GET", Scenarios: []string{"redirect 302/JSON POST", "redirect 303/PUT to the same API, second preflight refused"}},
	{Name: "Authorization alone across origins", Scenarios: []string{"redirect/authorization alone to a third origin", "redirect/authorization from the page's origin"}},
	{Name: "a failure clears the preflight cache", Pairs: []string{"a failed request"}},
	{Name: "Max-Age that is no number", Pairs: []string{"a word", "a word, later", "a fraction, later", "a plus, later", "two lines, later", "overflow, later", "negative"}},
	{Name: "safelist: client hints and intervention", Scenarios: []string{"request header/DPR: 1.5", "request header/Save-Data: off", "request header/ECT: 4g", "request header/Intervention: x"}},
	{Name: "safelist: User-Agent", Scenarios: []string{"request header/User-Agent: x"}},
	{Name: "safelist: bytes from 0x80", Scenarios: []string{"request header/Accept: \u00e9", "request header/Content-Type: text/plain; charset=\u00e9"}},
	{Name: "safelist: repeated headers", Scenarios: []string{"request header/accept appended past 128 bytes", "request header/content-type appended"}},
	{Name: "safelist: unit of Range", Scenarios: []string{"request header/Range: Bytes=0-10"}},
	{Name: "names that the script appended twice", Scenarios: []string{"request header/custom appended"}},
	{Name: "which missing header is named", Scenarios: []string{"allow-headers/several missing, in another order than sorted"}},
	{Name: "streamed body", Scenarios: []string{"stream/the preflight refuses", "stream/the preflight passes", "stream/to the page's own origin", "stream/to plain http", "stream/no-cors"},
		Tests: []string{"chrome.TestTheModelConcludesWhatChromiumDoesOverHTTP2"}},
	{Name: "407 of a server that is no proxy", Scenarios: []string{"request status/407 with allow-origin", "wire/preflight 407"}},
	{Name: "space before the colon", Scenarios: []string{"wire/space before the colon"}},
	{Name: "folded lines and bare line feeds", Scenarios: []string{"wire/folded header", "wire/bare line feeds"}},
	{Name: "page of a service worker that lets the request pass", Scenarios: []string{"service worker/PUT, the preflight refuses", "service worker/DELETE, the preflight refuses",
		"service worker/custom header, the preflight refuses", "service worker/PUT to a third origin by a redirect"}},
	{Name: "NUL in a response header", Scenarios: []string{"wire/NUL in a header"}},
	{Name: "empty answer", Scenarios: []string{"wire/empty answer", "wire/empty answer to the preflight", "wire/empty answer to a POST", "wire/empty answer to a PUT behind a good preflight"}},
	{Name: "redirect within the own origin with userinfo", Scenarios: []string{"redirect/same origin with userinfo"}},
	{Name: "http://localhost from an https page", Scenarios: []string{"mixed content/localhost passes", "mixed content/127.0.0.1 passes", "redirect/to localhost http"}},
	{Name: "schemeful same-site, and SameSite by default", Scenarios: []string{"cookie/not Secure over http to a sibling", "cookie/set-cookie without SameSite on a redirect, from another site"},
		Tests: []string{"chrome.TestThirdPartyCookiesAreChromiums", "firefox.TestThirdPartyCookiesAreFirefoxs", "webkit.TestThirdPartyCookiesAreWebKits"}},
	{Name: "Local Network Access", Tests: []string{"chrome.TestLocalNetworkAccessIsChromiums", "firefox.TestLocalNetworkAccessIsFirefoxs"}},
	{Name: "event of a preload that CORS blocks", Scenarios: []string{"preload/without allow-origin", "preload/any with credentials", "preload/404 with allow-origin", "preload/same origin"}},

	{Name: "interim answers, trailers and meta elements never count", Scenarios: []string{"wire/103 with headers, then 200 without", "wire/100 with headers, then 200 without", "wire/preflight with 103 first", "wire/trailer", "wire/meta http-equiv in the body"}},
	{Name: "a header or method named *", Scenarios: []string{"allow-headers/header named star with credentials", "allow-methods/method named star with credentials"}},
	{Name: "Allow-Credentials without credentials", Scenarios: []string{"allow-credentials/nonsense is ignored without credentials"}},
	{Name: "credentials same-origin and *", Scenarios: []string{"allow-credentials/same-origin mode takes the wildcard"}},
	{Name: "any 2xx preflight passes", Scenarios: []string{"preflight status/200 OK", "preflight status/201 Created", "preflight status/202 Accepted", "preflight status/204 No Content", "preflight status/205 x", "preflight status/206 x", "preflight status/226 x", "preflight status/299 x"}},
	{Name: "Allow-Credentials is true in lower case", Scenarios: []string{"allow-credentials/true", "allow-credentials/True", "allow-credentials/TRUE", "allow-credentials/1", "allow-credentials/padded"}},
	{Name: "two values of Allow-Origin fail, blanks around do not", Scenarios: []string{"allow-origin/two equal lines", "allow-origin/origin twice in a line", "allow-origin/surrounding spaces", "allow-origin/surrounding tabs"}},
	{Name: "case in Allow-Headers and Allow-Methods", Scenarios: []string{"allow-headers/other case", "allow-methods/lower case", "allow-methods/patch stays lower case"}},
	{Name: "empty elements, and several lines", Scenarios: []string{"allow-methods/empty elements", "allow-headers/empty elements", "allow-methods/two lines", "allow-headers/two lines"}},
	{Name: "Expose-Headers parse as a whole", Scenarios: []string{"expose-headers/quoted name", "expose-headers/bad second line"}},
	{Name: "20 redirects", Scenarios: []string{"redirect/20 in a row", "redirect/21 in a row"}},
}

// held says that scenarios, which a browser ran, hold those of every topic.
func held(t *testing.T, ran map[string]bool) {
	t.Helper()
	for _, topic := range Topics {
		for _, name := range topic.Scenarios {
			if !ran[name] {
				t.Errorf("%s: the scenario %q was not run", topic.Name, name)
			}
		}
	}
}

// heldPairs is held for pairs of requests.
func heldPairs(t *testing.T, ran map[string]bool) {
	t.Helper()
	for _, topic := range Topics {
		for _, name := range topic.Pairs {
			if !ran[name] {
				t.Errorf("%s: the pair %q was not run", topic.Name, name)
			}
		}
	}
}

// whole says whether scenarios are all that are written, and not a choice.
func whole(all []Scenario) bool {
	return slices.ContainsFunc(all, func(s Scenario) bool { return strings.HasPrefix(s.Name, "allow-origin/") })
}
