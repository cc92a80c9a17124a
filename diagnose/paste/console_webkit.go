package paste

import (
	"regexp"
	"strings"
)

// webkitTexts are WebKit's sentences. The corsError is empty where the sentence
// fits several: WebKit does not say whether preflight or request failed.
var webkitTexts = []struct {
	text      *regexp.Regexp
	corsError string
	says      string
}{
	{regexp.MustCompile(`Origin (?P<origin>\S+) is not allowed by Access-Control-Allow-Origin\.(?: Status code: (?P<status>\d+))?`), "", "the answer does not allow the origin"},
	{regexp.MustCompile(`Preflight response is not successful\.? ?(?:Status code: (?P<status>\d+))?`), "", "the preflight was not answered with success"},
	{regexp.MustCompile(`Access-Control-Allow-Origin cannot contain more than one origin`), "", "the answer allows more than one origin"},
	{regexp.MustCompile(`Cannot use wildcard in Access-Control-Allow-Origin when credentials flag is true`), "", "the answer allows * although credentials are sent"},
	{regexp.MustCompile(`Credentials flag is true, but Access-Control-Allow-Credentials is not "true"`), "", "the answer does not allow credentials"},
	{regexp.MustCompile(`Header Access-Control-Allow-Methods has an invalid value`), "InvalidAllowMethodsPreflightResponse", "the preflight's list of methods cannot be read"},
	{regexp.MustCompile(`Header Access-Control-Allow-Headers has an invalid value`), "InvalidAllowHeadersPreflightResponse", "the preflight's list of headers cannot be read"},
	{regexp.MustCompile(`Method (?P<method>\S+) is not allowed by Access-Control-Allow-Methods`), "MethodDisallowedByPreflightResponse", "the preflight does not allow the method"},
	{regexp.MustCompile(`Request header field (?P<header>\S+) is not allowed by Access-Control-Allow-Headers`), "HeaderDisallowedByPreflightResponse", "the preflight does not allow a header"},
	{regexp.MustCompile(`redirection URL \S+ has credentials`), "RedirectContainsCredentials", "a redirect leads to a URL with user information"},
	{regexp.MustCompile(`not allowed to follow a cross-origin CORS redirection with non CORS scheme`), "CorsDisabledScheme", "a redirect leads to another scheme"},
	{regexp.MustCompile(`due to access control checks`), "", "the request failed the access control checks"},
	{regexp.MustCompile(`denied by Cross-Origin Resource Sharing policy`), "", "the request failed the access control checks"},
}

// webkitURLs are the places where WebKit's lines name the URL.
var webkitURLs = []*regexp.Regexp{
	regexp.MustCompile(`(?:Fetch API|XMLHttpRequest|EventSource|Beacon API) cannot load (?P<url>https?://\S+?)(?: due to access control checks|\. |\s|$)`),
	regexp.MustCompile(`Cannot load image (?P<url>https?://\S+?) due to`),
	regexp.MustCompile(`Cross-origin redirection to (?P<target>\S+) denied`),
	regexp.MustCompile(`Failed to load resource: .*?\((?P<url>https?://[^\s,)]+)`),
}

// webkitMixed is WebKit's line about mixed content.
var webkitMixed = regexp.MustCompile(`\[blocked\] The page at (?P<page>\S+) requested insecure content from (?P<url>\S+?)\. `)

func parseWebKit(text string) (Pasted, bool, error) {
	line := flatten(text)
	if g := groups(webkitMixed, line); g != nil {
		p := Pasted{Kind: KindWebKit, Understood: "WebKit blocked a plain-http request of an https page (mixed content, not CORS): " + shownURL(g["url"]) + "."}
		p.Case.URL, p.Case.Origin = g["url"], originOf(g["page"])
		return p, true, nil
	}
	p := Pasted{Kind: KindWebKit}
	says := ""
	for _, t := range webkitTexts {
		g := groups(t.text, line)
		if g == nil {
			continue
		}
		if says == "" {
			says = t.says
		}
		if p.Reason == "" {
			p.Reason = t.corsError
		}
		if g["origin"] != "" {
			p.Case.Origin = pageOrigin(g["origin"])
		}
		if p.Status == 0 {
			p.Status = number(g["status"])
		}
		if g["method"] != "" || g["header"] != "" {
			p.implied(g["method"], g["header"])
		}
		if strings.Contains(t.says, "credentials") {
			p.Case.Credentials = "include"
		}
		if strings.Contains(t.says, "preflight") && g["method"] == "" && g["header"] == "" {
			p.lacksTrigger()
		}
	}
	if says == "" {
		return Pasted{}, false, nil
	}
	for _, re := range webkitURLs {
		g := groups(re, line)
		if g["target"] != "" {
			p.note("The request was redirected to %s.", shownURL(g["target"]))
		}
		if g["url"] != "" && p.Case.URL == "" {
			p.Case.URL = g["url"]
		}
	}
	p.network(text)
	where := ""
	if p.Case.URL != "" {
		where = " at " + shownURL(p.Case.URL)
	} else {
		p.note("This line does not name the URL: the line below it does (\"Fetch API cannot load …\").")
	}
	p.Understood = "A console error of Safari: " + says + where + "."
	return p, true, nil
}
