package paste

import (
	"regexp"
	"strings"
	"sync"

	"corstui/diagnose/exchange"
)

// chromiumFrames are the sentences around Chromium's reason, newest first. The
// groups: url, first (the URL before a redirect), origin, text. Source: the
// console of Chromium 156, and of Chrome 45 to 80 for the older ones.
var chromiumFrames = []*regexp.Regexp{
	regexp.MustCompile(`Access to (?P<kind>[A-Za-z ]+?) at '(?P<url>[^ ]+?)' (?:\(redirected from '(?P<first>[^ ]+?)'\) )?from origin '(?P<origin>[^ ']+)' has been blocked by CORS policy:? ?(?P<text>.*)`),
	regexp.MustCompile(`(?:Redirect at|Redirect from) '(?P<first>[^ ]+?)' to '(?P<url>[^ ]+?)' has been blocked by CORS policy: (?P<text>.*)`),
	regexp.MustCompile(`(?:Failed to load|(?:XMLHttpRequest|Fetch API) cannot load) (?P<url>https?://[^ ]+?)[:.] (?P<text>(?:Response|No '|The '|The value|Request header|Method|A wildcard|Credentials flag|Redirect|Cross origin|The request was redirected).*)`),
	// What is left where people copied the reason alone.
	regexp.MustCompile(`blocked by CORS policy: (?P<text>.+)`),
}

// therefore closes the older sentences, and names the page.
var therefore = regexp.MustCompile(`Origin '(?P<origin>[^ ']+)' is therefore not allowed access\.(?: The response had HTTP status code (?P<status>\d{3}))?`)

// chromiumTexts maps Chromium's reason to its CorsError. Those that can fail a
// preflight too get the prefix of their name from the prefix of the text. The
// group "p" is the parameter: a method or a header.
var chromiumTexts = []struct {
	text      *regexp.Regexp
	corsError string
	both      bool // also with "Preflight" in front
}{
	{regexp.MustCompile(`No 'Access-Control-Allow-Origin' header is present`), "MissingAllowOriginHeader", true},
	{regexp.MustCompile(`must not be the wildcard '\*' when the request's credentials mode is 'include'`), "WildcardOriginNotAllowed", true},
	{regexp.MustCompile(`A wildcard '\*' cannot be used in the 'Access-Control-Allow-Origin' header when the credentials flag is true`), "WildcardOriginNotAllowed", true},
	{regexp.MustCompile(`'Access-Control-Allow-Origin' header contains multiple values`), "MultipleAllowOriginValues", true},
	{regexp.MustCompile(`'Access-Control-Allow-Origin' header contains the invalid value`), "InvalidAllowOriginValue", true},
	{regexp.MustCompile(`'Access-Control-Allow-Origin' header has a value '.*' that is not equal to the supplied origin`), "AllowOriginMismatch", true},
	{regexp.MustCompile(`'Access-Control-Allow-Credentials' header in the response is '.*' which must be 'true'`), "InvalidAllowCredentials", true},
	{regexp.MustCompile(`Credentials flag is 'true', but the 'Access-Control-Allow-Credentials' header is`), "InvalidAllowCredentials", true},
	{regexp.MustCompile(`It does not have HTTP ok status`), "PreflightInvalidStatus", false},
	{regexp.MustCompile(`Response for preflight has invalid HTTP status code (?P<status>\d{3})`), "PreflightInvalidStatus", false},
	{regexp.MustCompile(`Redirect is not allowed for a preflight request`), "PreflightDisallowedRedirect", false},
	{regexp.MustCompile(`Response for preflight is invalid \(redirect\)`), "PreflightDisallowedRedirect", false},
	{regexp.MustCompile(`The request was redirected to '.*', which is disallowed for cross-origin requests that require preflight`), "PreflightDisallowedRedirect", false},
	{regexp.MustCompile(`Cannot parse Access-Control-Allow-Methods response header`), "InvalidAllowMethodsPreflightResponse", false},
	{regexp.MustCompile(`Cannot parse Access-Control-Allow-Headers response header`), "InvalidAllowHeadersPreflightResponse", false},
	{regexp.MustCompile(`Method (?P<method>\S+) is not allowed by Access-Control-Allow-Methods in preflight response`), "MethodDisallowedByPreflightResponse", false},
	{regexp.MustCompile(`Request header field (?P<header>\S+) is not allowed by Access-Control-Allow-Headers in preflight response`), "HeaderDisallowedByPreflightResponse", false},
	{regexp.MustCompile(`contains a username and password, which is disallowed for cross-origin requests`), "RedirectContainsCredentials", false},
	{regexp.MustCompile(`Cross origin requests are only supported for`), "CorsDisabledScheme", false},
	{regexp.MustCompile("Permission was denied for this request to access the [`'][a-z]+[`'] address space"), "LocalNetworkAccessPermissionDenied", false},
	{regexp.MustCompile(`The request client is not a secure context and the resource is in more-private address space`), "InsecureLocalNetwork", false},
	{regexp.MustCompile(`Request had a target IP address space of .* yet the resource is in address space`), "InvalidLocalNetworkAccess", false},
	{regexp.MustCompile(`Cross origin requests are not allowed by request mode`), "DisallowedByMode", false},
	{regexp.MustCompile(`The response is invalid`), "InvalidResponse", false},
}

// preflightPrefix stands before the reason where the preflight failed one of
// the checks that a request can fail too.
const preflightPrefix = "Response to preflight request doesn" // …'t pass access control check

// chromiumOther are lines of Chromium's console about blocks that are not CORS.
var chromiumOther = []struct {
	line *regexp.Regexp
	says string
}{
	{regexp.MustCompile(`Mixed Content: The page at '(?P<page>[^ ]+?)' was loaded over HTTPS, but requested an insecure (?:[A-Za-z ]+?) '(?P<url>[^ ]+?)'`),
		"Chromium blocked a plain-http request of an https page (mixed content, not CORS)"},
	{regexp.MustCompile(`(?:Refused to connect to|Connecting to) '(?P<url>[^ ]+?)' (?:because it violates|violates) the following Content Security Policy directive`),
		"the page's own Content Security Policy blocked the request (not CORS)"},
	{regexp.MustCompile(`(?:Cross-Origin Read Blocking \(CORB\) blocked cross-origin response|Response was blocked by CORB[^h]*) (?P<url>[^ ]+) with MIME type`),
		"Chromium withheld a page or data from a script tag or an image (CORB, not CORS)"},
	{regexp.MustCompile(`Fetch API cannot load (?P<url>[^ ]+?)\. Request mode is "same-origin" but the URL's origin is not same as the request origin (?P<origin>[^ ]+?)\.(?: |$)`),
		"the script asked with mode same-origin for another origin (nothing was sent)"},
}

// nextError is where another error of Chromium begins.
var nextError = regexp.MustCompile(`Access to [A-Za-z ]+? at '?[a-z]+:`)

// firstSentence cuts the errors that follow off a text, and counts them.
func firstSentence(text string) (first string, more int) {
	if at := nextError.FindAllStringIndex(text, -1); at != nil {
		return text[:at[0][0]], len(at)
	}
	return text, 0
}

// unquote removes quotes: chats and issue trackers eat them.
var unquote = strings.NewReplacer("[`']", "", "'", "", "`", "", `"`, "")

// unquoted are the frames and texts without their quotes.
var unquoted = sync.OnceValue(func() (u struct{ frames, texts []*regexp.Regexp }) {
	for _, f := range chromiumFrames {
		u.frames = append(u.frames, regexp.MustCompile(unquote.Replace(f.String())))
	}
	for _, t := range chromiumTexts {
		u.texts = append(u.texts, regexp.MustCompile(unquote.Replace(t.text.String())))
	}
	return u
})

func parseChromium(pasted string) (Pasted, bool, error) {
	line := flatten(pasted)
	frames := chromiumFrames
	if strings.Contains(line, "blocked by CORS policy") && !strings.Contains(line, " at '") && !strings.Contains(line, "Redirect from '") {
		line, frames = unquote.Replace(line), unquoted().frames
	}
	for _, frame := range frames {
		g := groups(frame, line)
		if g == nil {
			continue
		}
		p := Pasted{Kind: KindChromium}
		text, more := firstSentence(g["text"])
		g["text"] = text
		if more > 0 {
			p.note("The text holds %d CORS errors; the first is used.", more+1)
		}
		p.Case.URL = g["url"]
		if g["first"] != "" {
			p.Case.URL = g["first"]
			p.note("The request was redirected from %s to %s.", shownURL(g["first"]), shownURL(g["url"]))
		}
		p.Case.Origin = pageOrigin(g["origin"])
		if t := groups(therefore, g["text"]); t != nil {
			if p.Case.Origin == "" {
				p.Case.Origin = pageOrigin(t["origin"])
			}
			p.Status = number(t["status"])
		}
		p.chromiumReason(g["text"])
		p.network(pasted)
		switch g["kind"] {
		case "link element resource":
			p.Case.Initiator = exchange.InitiatorLink
		case "manifest":
			// HTML Standard, «Link type "manifest"»: no cookies unless the link
			// says use-credentials, not even for the page's own origin.
			if p.Case.Credentials == exchange.CredentialsInclude {
				break // the reason shows that this one did
			}
			p.Case.Credentials = exchange.CredentialsOmit
			p.note("The browser fetches a manifest without cookies, so a login in front of it always answers; with <link rel=\"manifest\" crossorigin=\"use-credentials\"> it sends them.")
		}
		p.understoodConsole("Chromium", g["kind"])
		return p, true, nil
	}
	for _, other := range chromiumOther {
		if g := groups(other.line, line); g != nil {
			p := Pasted{Kind: KindChromium, Understood: capital(other.says) + ": " + shownURL(g["url"]) + "."}
			p.Case.URL, p.Case.Origin = g["url"], pageOrigin(g["origin"])
			if g["page"] != "" {
				p.Case.Origin = originOf(g["page"])
			}
			return p, true, nil
		}
	}
	return Pasted{}, false, nil
}

// chromiumReason takes the CorsError and what it says about the request from
// the sentence behind the frame.
func (p *Pasted) chromiumReason(text string) {
	for i, t := range chromiumTexts {
		g := groups(t.text, text)
		if g == nil {
			g = groups(unquoted().texts[i], unquote.Replace(text))
		}
		if g == nil {
			continue
		}
		p.Reason = t.corsError
		if t.both && strings.Contains(text, preflightPrefix) {
			p.Reason = "Preflight" + t.corsError
		}
		if s := number(g["status"]); s != 0 {
			p.Status = s
		}
		p.implied(g["method"], g["header"])
		return
	}
	p.note("The reason in this line is not known to corstui; the URL and the origin are used.")
}

// implied puts into the case what a reason says about the request.
func (p *Pasted) implied(method, header string) {
	if method != "" {
		p.Case.Method = method
	}
	if header = strings.ToLower(header); header != "" {
		value, known := likelyValue[header]
		if !known {
			value = "value"
		}
		p.Case.Headers = append(p.Case.Headers, exchange.Header{Name: header, Value: value})
		p.note("The line names the request header %s but not its value; %q stands in for it.", header, value)
	}
	for _, part := range []string{"WildcardOriginNotAllowed", "InvalidAllowCredentials", "CORSNotSupportingCredentials", "CORSMissingAllowCredentials"} {
		if strings.HasSuffix(p.Reason, part) {
			p.Case.Credentials = exchange.CredentialsInclude
		}
	}
	preflighted := strings.Contains(p.Reason, "Preflight") || strings.HasPrefix(p.Reason, "CORSPreflight")
	if preflighted && p.Case.Method == "" && header == "" {
		p.lacksTrigger()
	}
}

// lacksTrigger says that a preflight was sent, and not why.
func (p *Pasted) lacksTrigger() {
	p.lacks(MissingMethod)
	p.lacks(MissingHeaders)
}

// likelyValue are values for headers of which the console tells the name alone:
// such that they force a preflight, as the real one did.
var likelyValue = map[string]string{
	"content-type":     "application/json",
	"authorization":    "Bearer token",
	"x-requested-with": "XMLHttpRequest",
	"cache-control":    "no-cache",
	"pragma":           "no-cache",
}

// pageOrigin accepts an origin as a console prints it.
func pageOrigin(s string) string {
	if s == "null" {
		return s
	}
	return originOf(s)
}
