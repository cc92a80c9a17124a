package paste

import (
	"regexp"
	"strings"

	"corstui/diagnose/exchange"
)

// firefoxFrame is Firefox's sentence; quotes are straightened before. A text
// may hold several: one for each failing step.
var firefoxFrame = regexp.MustCompile(`Cross-Origin Request (?:Blocked|Warning): The Same Origin Policy (?:disallows|will disallow) reading the remote resource at '?(?P<url>[^ ]+?)'?(?: soon)?\.? \(Reason: (?P<text>.*?)\)\.?(?: Status code: (?P<status>\d+|\(null\)))?(?:\.|\s|$)`)

// firefoxTexts maps Firefox's reason to its key, which is also the name of the
// page about it on MDN.
var firefoxTexts = []struct {
	text *regexp.Regexp
	key  string
}{
	{regexp.MustCompile(`^CORS header 'Access-Control-Allow-Origin' missing`), "CORSMissingAllowOrigin"},
	{regexp.MustCompile(`^CORS header 'Access-Control-Allow-Origin' does not match '(?P<value>.*)'`), "CORSAllowOriginNotMatchingOrigin"},
	{regexp.MustCompile(`^Multiple CORS header 'Access-Control-Allow-Origin' not allowed`), "CORSMultipleAllowOriginNotAllowed"},
	{regexp.MustCompile(`^Credential is not supported if the CORS header 'Access-Control-Allow-Origin' is '\*'`), "CORSNotSupportingCredentials"},
	{regexp.MustCompile(`^expected 'true' in CORS header 'Access-Control-Allow-Credentials'`), "CORSMissingAllowCredentials"},
	{regexp.MustCompile(`^CORS preflight response did not succeed`), "CORSPreflightDidNotSucceed"},
	{regexp.MustCompile(`^CORS preflight channel did not succeed`), "CORSPreflightDidNotSucceed"},
	{regexp.MustCompile(`^CORS request external redirect not allowed`), "CORSExternalRedirectNotAllowed"},
	{regexp.MustCompile(`^invalid token '(?P<value>.*)' in CORS header 'Access-Control-Allow-Methods'`), "CORSInvalidAllowMethod"},
	{regexp.MustCompile(`^invalid token '(?P<value>.*)' in CORS header 'Access-Control-Allow-Headers'`), "CORSInvalidAllowHeader"},
	{regexp.MustCompile(`^Did not find method in CORS header 'Access-Control-Allow-Methods'`), "CORSMethodNotFound"},
	{regexp.MustCompile(`^header '(?P<header>.*)' is not allowed according to header 'Access-Control-Allow-Headers' from CORS preflight response`), "CORSMissingAllowHeaderFromPreflight"},
	{regexp.MustCompile(`^missing token '(?P<header>.*)' in CORS header 'Access-Control-Allow-Headers' from CORS preflight channel`), "CORSMissingAllowHeaderFromPreflight"},
	{regexp.MustCompile(`^CORS request not http`), "CORSRequestNotHttp"},
	{regexp.MustCompile(`^CORS request did not succeed`), "CORSDidNotSucceed"},
	{regexp.MustCompile(`^CORS disabled`), "CORSDisabled"},
	{regexp.MustCompile(`^CORS header 'Origin' cannot be added`), "CORSOriginHeaderNotAdded"},
}

// afterOthers is the reason that Firefox adds behind the real one for the same
// URL; alone it stands for a network failure.
const afterOthers = "CORSDidNotSucceed"

func parseFirefox(text string) (Pasted, bool, error) {
	line := flatten(text)
	all := firefoxFrame.FindAllStringSubmatch(line, -1)
	if len(all) == 0 {
		return Pasted{}, false, nil
	}
	p := Pasted{Kind: KindFirefox}
	var fallback *firefoxLine
	for _, m := range all {
		l := readFirefox(named(firefoxFrame, m))
		if l.key == afterOthers {
			if fallback == nil {
				fallback = &l
			}
			continue
		}
		p.firefox(l)
		p.network(text)
		p.understoodConsole("Firefox", "")
		return p, true, nil
	}
	p.firefox(*fallback)
	p.note("\"CORS request did not succeed\" alone means that no answer came: the name, the connection, the certificate, or an extension.")
	p.network(text)
	p.understoodConsole("Firefox", "")
	return p, true, nil
}

type firefoxLine struct {
	url, key, header string
	status           int
}

func readFirefox(g map[string]string) firefoxLine {
	l := firefoxLine{url: g["url"], status: number(g["status"])}
	for _, t := range firefoxTexts {
		if m := groups(t.text, g["text"]); m != nil {
			l.key, l.header = t.key, m["header"]
			break
		}
	}
	return l
}

func (p *Pasted) firefox(l firefoxLine) {
	p.Case.URL, p.Reason, p.Status = l.url, l.key, l.status
	if originOf(l.url) == "" {
		p.Case.URL = ""
		p.note("The URL in the line, %s, is where a redirect or the script led; it is no http URL.", begin(l.url))
	}
	if l.key == "" {
		p.note("The reason in this line is not known to corstui; the URL is used.")
	}
	p.implied("", l.header)
	switch l.key {
	case "CORSMethodNotFound":
		p.lacks(MissingMethod)
	case "CORSInvalidAllowMethod", "CORSInvalidAllowHeader", "CORSExternalRedirectNotAllowed":
		p.lacksTrigger()
	}
}

// foreign are marks of a console line about CORS in another language: header
// names and "Cross-Origin" stay as they are in every translation.
var foreign = regexp.MustCompile(`(?i)Access-Control-Allow-|Access-Control-Request-|\bCORS\b|Cross-Origin|Same.Origin|multiorigine|origen cruzado`)

// anyURL finds a URL in a sentence.
var anyURL = regexp.MustCompile(`https?://[^\s'"<>()«»„“”‘’]+`)

// parseForeignConsole reads a translated console line: its URL, not its reason.
func parseForeignConsole(text string) (Pasted, bool, error) {
	line := flatten(text)
	u := strings.TrimRight(anyURL.FindString(line), ".,;:")
	if u == "" || u == line || !foreign.MatchString(line) {
		return Pasted{}, false, nil
	}
	p := Pasted{Kind: KindFirefox, Case: exchange.Case{URL: u}}
	if strings.Contains(line, "Access to ") {
		p.Kind = KindChromium
	}
	p.Understood = "A console line about CORS whose wording is not understood; only its URL is used: " + shownURL(u) + "."
	p.note("The reason was not read: corstui knows the English wording of the consoles.")
	p.network(text)
	return p, true, nil
}
