// Package paste reads what a developer has at hand when the browser says
// "blocked by CORS policy": the console's error, a fetch(), a curl command, a
// HAR, or just the URL. Out comes an exchange.Case, and what it still lacks.
//
// The package is pure: nothing is fetched, and pasted code is parsed, never run.
// What cannot be known from the text (a variable, a command substitution) is
// said in a note instead of guessed.
package paste

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"corstui/diagnose/exchange"
	"corstui/diagnose/redact"
)

// Kind says what kind of text was pasted.
type Kind string

// The kinds.
const (
	KindURL      Kind = "url"
	KindChromium Kind = "console-chromium"
	KindFirefox  Kind = "console-firefox"
	KindWebKit   Kind = "console-webkit"
	KindFetch    Kind = "fetch" // also axios and XMLHttpRequest
	KindCurl     Kind = "curl"  // also PowerShell's Invoke-WebRequest
	KindHAR      Kind = "har"
)

// What a case can lack, as Missing names it.
const (
	MissingURL     = "url"
	MissingOrigin  = "origin"
	MissingMethod  = "method"  // a preflight was sent, and the text does not say for which method
	MissingHeaders = "headers" // or for which headers
)

// Limits on what is read. A HAR of a long session is large; code is not.
const (
	MaxHAR  = 32 << 20
	MaxText = 4 << 20
)

// Pasted is what a text says.
type Pasted struct {
	Case exchange.Case
	Kind Kind
	// Understood says in one line what was read. It holds no secret.
	Understood string
	// Missing names what the case still needs before it can run.
	Missing []string
	// Reason is the CorsError (Firefox: its reason key) that the console
	// named; empty where the text names none, or cannot be mapped to one.
	Reason string
	// Status is the HTTP status that the text mentions; 0 for none.
	Status int
	// ReadHeaders are the response headers that the pasted code reads. They
	// are in Case.ReadHeaders too.
	ReadHeaders []string
	// Entries are the requests of a HAR, those that failed first.
	Entries []HAREntry
	// BrowserHeaders are headers of the text that the browser adds by itself;
	// they are not part of Case.Headers.
	BrowserHeaders exchange.Headers
	// Insecure, Resolve and ConnectTo are curl's options of that name.
	Insecure           bool
	Resolve, ConnectTo []string
	// Notes say, a sentence each, what was left out, filled in or not known.
	Notes []string
}

// consoleOf are the engines whose consoles the kinds are.
var consoleOf = map[Kind]string{KindChromium: "chromium", KindFirefox: "firefox", KindWebKit: "webkit"}

// An Error says why a text could not be read, and what would be right.
type Error struct {
	// Input is the beginning of the text, harmless and without secrets.
	Input string
	// Problem says what is wrong, Remedy what would be right.
	Problem, Remedy string
}

// Error implements error.
func (e *Error) Error() string {
	if e.Input == "" {
		return e.Problem + ": " + e.Remedy
	}
	return fmt.Sprintf("%q: %s: %s", e.Input, e.Problem, e.Remedy)
}

// remedies is what to paste instead.
const remedy = "paste the console's error line, a fetch(…) or curl command copied from the network panel, a HAR, or a URL"

// Parse reads a pasted text. An error is an *Error.
func Parse(text string) (Pasted, error) {
	text = strings.ToValidUTF8(strings.TrimPrefix(text, "\ufeff"), "\ufffd")
	trimmed := strings.TrimSpace(text)
	if trimmed == "" {
		return Pasted{}, &Error{Problem: "there is nothing in it", Remedy: remedy}
	}
	if looksLikeHAR(trimmed) {
		return ParseHAR(text, -1)
	}
	if len(text) > MaxText {
		return Pasted{}, &Error{begin(trimmed), fmt.Sprintf("it is larger than %d MiB", MaxText>>20), remedy}
	}
	// A console line first: it can quote code or URLs that the others would
	// find in it.
	for _, read := range []func(string) (Pasted, bool, error){
		parseChromium, parseFirefox, parseWebKit, parseCurl, parsePowerShell, parseLink, parseCode, parseForeignConsole, parseNetworkLine, parseURL,
	} {
		p, ok, err := read(trimmed)
		if err != nil {
			return Pasted{}, err
		}
		if ok {
			return p.finish(), nil
		}
	}
	return Pasted{}, notUnderstood(trimmed)
}

// bare are the sentences of a rejected fetch() that say nothing about the cause.
var bare = []string{
	"Failed to fetch",
	"NetworkError when attempting to fetch resource",
	"Load failed",
	"Network Error",
	"net::ERR_FAILED",
}

func notUnderstood(text string) error {
	for _, s := range bare {
		if strings.Contains(text, s) {
			return &Error{begin(text), "this says only that the fetch failed", "paste the console line beside it that names the URL, or the request from the network panel as fetch or curl"}
		}
	}
	if f := strings.Fields(text)[0]; strings.HasPrefix(f, "/") {
		return &Error{begin(text), "this URL has no host", "give it whole, like https://api.example.com" + begin(f)}
	}
	return &Error{begin(text), "this is not understood", remedy}
}

// begin quotes the beginning of a text for an error: one line, harmless, and
// without what looks like a secret.
func begin(text string) string {
	const most = 60
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	cut := false
	if len(line) > 4*most {
		line, cut = line[:4*most], true
	}
	line = redact.Clean(redact.New().Text(strings.TrimSpace(line)))
	if r := []rune(line); len(r) > most {
		line, cut = string(r[:most]), true
	}
	if cut {
		line += "…"
	}
	return line
}

// finish derives what follows from the rest of a parsed text.
func (p Pasted) finish() Pasted {
	p.Case.ReadHeaders = p.ReadHeaders
	if p.Case.Headers == nil {
		p.Case.Headers = exchange.Headers{}
	}
	if p.Case.Origin == "" {
		p.lacks(MissingOrigin)
	}
	if p.Case.URL == "" {
		p.lacks(MissingURL)
	}
	p.standIn()
	if e := consoleOf[p.Kind]; e != "" && (p.Reason != "" || p.Status != 0) {
		p.Case.Reported = &exchange.Reported{Engine: e, Reason: p.Reason, Status: p.Status}
	}
	p.Case = p.Case.WithDefaults()
	// A cookie that travelled to another origin shows credentials: include.
	if len(p.Case.Session.Cookies) > 0 && p.Case.Credentials == exchange.CredentialsSameOrigin && originOf(p.Case.URL) != p.Case.Origin && p.Kind != KindChromium {
		p.Case.Credentials = exchange.CredentialsInclude
		p.note("Cookies were sent, so credentials: include is assumed.")
	}
	slices.SortStableFunc(p.Missing, func(a, b string) int { return slices.Index(missingOrder, a) - slices.Index(missingOrder, b) })
	p.Understood = redact.Clean(redact.New(p.Case.Session.Secrets()...).Text(p.Understood))
	return p
}

// standIn makes a case of which only "a preflight was sent" is known send one.
// What most preflights fail on does not depend on what they ask for.
func (p *Pasted) standIn() {
	method, headers := slices.Contains(p.Missing, MissingMethod), slices.Contains(p.Missing, MissingHeaders)
	if p.Kind == KindFetch || p.Kind == KindCurl || !method && !headers {
		return
	}
	if !headers {
		p.Case.Method = "PUT"
		p.note("A method was refused that this text does not name; PUT stands in for it.")
		return
	}
	const name = "content-type"
	p.Case.Headers = append(p.Case.Headers, exchange.Header{Name: name, Value: likelyValue[name]})
	if method {
		p.note("A preflight was sent, so the request has a method other than GET, HEAD and POST, or a header of its own; this text does not say which. %s: %s stands in for it.", name, likelyValue[name])
	} else {
		p.note("A preflight was sent, so the request has a header of its own; this text does not say which. %s: %s stands in for it.", name, likelyValue[name])
	}
}

var missingOrder = []string{MissingURL, MissingOrigin, MissingMethod, MissingHeaders}

// lacks notes that the case needs something, once.
func (p *Pasted) lacks(what string) {
	if !slices.Contains(p.Missing, what) {
		p.Missing = append(p.Missing, what)
	}
}

// note adds a sentence, once.
func (p *Pasted) note(format string, args ...any) {
	s := redact.Clean(fmt.Sprintf(format, args...))
	if !slices.Contains(p.Notes, s) {
		p.Notes = append(p.Notes, s)
	}
}

// originOf returns the origin of an http(s) URL as a browser writes it; empty
// for anything else.
func originOf(raw string) string {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || u.Hostname() == "" {
		return ""
	}
	scheme, host := strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	switch {
	case scheme == "http":
		host = strings.TrimSuffix(host, ":80")
	case scheme == "https":
		host = strings.TrimSuffix(host, ":443")
	default:
		return ""
	}
	return scheme + "://" + host
}

// shownURL is a URL for a sentence: without user information and query, which
// may hold secrets.
func shownURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return begin(raw)
	}
	u.User, u.Fragment, u.RawQuery = nil, "", ""
	return u.String()
}
