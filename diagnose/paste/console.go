package paste

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// quotes are made straight before a console line is compared: Firefox prints
// curly ones, and chats and word processors make them of straight ones.
var quotes = strings.NewReplacer("‘", "'", "’", "'", "‚", "'", "“", `"`, "”", `"`, "„", `"`, "\u00a0", " ")

// flatten makes one line of a text as it was copied out of a console, a chat or
// a terminal: straight quotes, single spaces.
func flatten(text string) string {
	return strings.Join(strings.Fields(quotes.Replace(text)), " ")
}

// groups returns the named groups of a match; nil without one.
func groups(re *regexp.Regexp, s string) map[string]string {
	m := re.FindStringSubmatch(s)
	if m == nil {
		return nil
	}
	return named(re, m)
}

func named(re *regexp.Regexp, m []string) map[string]string {
	out := make(map[string]string, len(m))
	for i, name := range re.SubexpNames() {
		if name != "" && i < len(m) {
			out[name] = m[i]
		}
	}
	return out
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

// networkLine is the line of the console or network panel beside the error: the
// method, the URL, and perhaps the status.
var networkLine = regexp.MustCompile(`(?m)(?:^|[\s(])(?:XHR ?|Fetch ?)?(?P<method>GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)[ \t]*(?P<url>https?://\S+)(?P<rest>[^\n]*)`)

var (
	netError   = regexp.MustCompile(`net::(ERR_[A-Z_0-9]+)(?:\.[A-Za-z]+)?(?: (\d{3})\b)?`)
	statusText = regexp.MustCompile(`(?:\[HTTP/[\d.]+ |responded with a status of | )(\d{3})\b`)
)

// network takes the method and the status of the request from the lines around
// a console error, where they are about the same URL.
func (p *Pasted) network(text string) {
	for _, m := range networkLine.FindAllStringSubmatch(text, -1) {
		g := named(networkLine, m)
		u := strings.TrimRight(g["url"], "'\".,;")
		if p.Case.URL != "" && !sameResource(u, p.Case.URL) {
			continue
		}
		if p.Case.URL == "" {
			p.Case.URL = u
		}
		if g["method"] != "OPTIONS" && p.Case.Method == "" {
			p.Case.Method = g["method"]
			if g["method"] != "GET" && g["method"] != "HEAD" && g["method"] != "POST" {
				p.has(MissingMethod)
				p.has(MissingHeaders) // the method alone explains the preflight
			} else {
				p.has(MissingMethod)
			}
		}
		if p.Status == 0 {
			if s := netError.FindStringSubmatch(g["rest"]); s != nil && s[2] != "" {
				p.Status = number(s[2])
			} else if s := statusText.FindStringSubmatch(g["rest"]); s != nil {
				p.Status = number(s[1])
			}
		}
	}
}

// has removes what is no longer missing.
func (p *Pasted) has(what string) {
	out := p.Missing[:0]
	for _, m := range p.Missing {
		if m != what {
			out = append(out, m)
		}
	}
	p.Missing = out
}

// sameResource compares URLs without query and fragment: panels cut them.
func sameResource(a, b string) bool {
	cut := func(s string) string {
		s, _, _ = strings.Cut(s, "#")
		s, _, _ = strings.Cut(s, "?")
		return strings.TrimSuffix(s, "…")
	}
	return cut(a) == cut(b)
}

// understoodConsole writes the line that says what was read of a console error.
func (p *Pasted) understoodConsole(engine, kind string) {
	s := "A console error of " + engine
	if p.Reason != "" {
		s += " (" + p.Reason + ")"
	}
	if kind != "" && kind != "fetch" && kind != "XMLHttpRequest" {
		s += " about loading " + kind
	}
	s += ": "
	if p.Case.Method != "" {
		s += p.Case.Method + " "
	}
	if p.Case.URL == "" {
		s += "the URL is not in the text"
	} else {
		s += shownURL(p.Case.URL)
	}
	if p.Case.Origin != "" {
		s += " from a page of " + p.Case.Origin
	}
	p.Understood = s + "."
}

// failedResource are lines about a request that do not say that CORS blocked it.
var failedResource = regexp.MustCompile(`Failed to load resource: (?:net::(?P<err>ERR_[A-Z_0-9]+)|the server responded with a status of (?P<status>\d{3}))`)

// sourceLine is a URL with the line number that a console puts behind it.
var sourceLine = regexp.MustCompile(`^(https?://[^/]+/.*?)(?::\d+){1,2}$`)

// parseNetworkLine reads lines of the network panel that stand alone.
func parseNetworkLine(text string) (Pasted, bool, error) {
	p := Pasted{Kind: KindChromium}
	p.network(text)
	if p.Case.URL == "" {
		g := groups(failedResource, text)
		u := strings.TrimRight(anyURL.FindString(text), ".,;:'\"")
		if g == nil || u == "" {
			return Pasted{}, false, nil
		}
		p.Case.URL, p.Status = sourceLine.ReplaceAllString(u, "$1"), number(g["status"])
	}
	what := "A line about a request"
	if m := netError.FindStringSubmatch(text); m != nil {
		what = "A request that failed with net::" + m[1]
		if m[1] != "ERR_FAILED" {
			p.note("net::%s is no CORS error by itself.", m[1])
		}
	} else if p.Status != 0 {
		what = fmt.Sprintf("A request that was answered with status %d", p.Status)
	}
	p.Understood = what + ": " + shownURL(p.Case.URL) + "."
	return p, true, nil
}

// capital makes the first letter of a sentence a capital.
func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
