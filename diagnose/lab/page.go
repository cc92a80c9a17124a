package lab

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"strings"

	"corstui/diagnose/exchange"
)

//go:embed head.html
var pageHead string

//go:embed page.js
var pageScript string

// servePage serves what people look at: the failing page of a scenario, the
// list of them all, and the path by plain HTTP.
func (l *Lab) servePage(w http.ResponseWriter, r *http.Request) {
	name := strings.ToLower(r.Host)
	if i := strings.LastIndexByte(name, ':'); i >= 0 {
		name = name[:i]
	}
	if strings.HasPrefix(r.URL.Path, atPath) {
		l.servePath(w, r, name)
		return
	}
	if r.URL.Path == "/favicon.ico" { // no icon, and no line about one in the console
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "405: this is the lab's page; the API is under "+atPath, http.StatusMethodNotAllowed)
		return
	}
	wanted := strings.Trim(r.URL.Path, "/")
	if wanted == "" && len(l.scenarios) > 1 {
		l.render(w, indexPage(l.scenarios), "")
		return
	}
	for _, s := range l.scenarios {
		if s.Name == wanted || wanted == "" {
			v := l.view(s, name)
			l.render(w, v.page(), v.Nonce)
			return
		}
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write([]byte("404: no such scenario here; / has what this lab serves\n"))
}

// scenarioView is what the page of a scenario shows.
type scenarioView struct {
	Scenario
	Nonce string
	Port  string
	Many  bool   // the lab serves others too
	Code  string // the fetch() as the page of the scenario has it
	Note  string // what differs in a real browser
	Says  string // the truth in words
	// Fetch is what the script of the page runs.
	Fetch fetchCall
}

type fetchCall struct {
	URL     string     `json:"url"`
	Init    fetchInit  `json:"init"`
	Headers [][]string `json:"headers"`
	Read    []string   `json:"read"`
}

type fetchInit struct {
	Method      string  `json:"method"`
	Body        *string `json:"body,omitempty"`
	Credentials string  `json:"credentials"`
	Mode        string  `json:"mode"`
	Redirect    string  `json:"redirect"`
}

func (l *Lab) view(s Scenario, name string) scenarioView {
	c, _ := l.Case(s.Name)
	u, err := url.Parse(c.URL)
	if err != nil {
		panic(err) // the scenario's own URL
	}
	api := otherName(name)
	if "https://"+u.Host == c.Origin {
		api = name
	}
	v := scenarioView{
		Scenario: s, Nonce: nonce(), Port: l.port(), Many: len(l.scenarios) > 1,
		Code: code(c), Note: s.note, Says: s.Truth.words(),
		Fetch: fetchCall{
			URL:     l.plainURL(api, u),
			Init:    fetchInit{c.Method, c.Body, string(c.Credentials), string(c.Mode), string(c.Redirect)},
			Headers: [][]string{},
			Read:    append([]string{}, c.ReadHeaders...),
		},
	}
	for _, h := range c.Headers {
		v.Fetch.Headers = append(v.Fetch.Headers, []string{h.Name, h.Value})
	}
	return v
}

// render writes a page that may run the script with that nonce, or none.
func (l *Lab) render(w http.ResponseWriter, page, nonce string) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	port := l.port()
	script := "'none'"
	if nonce != "" {
		script = "'nonce-" + nonce + "'"
	}
	h.Set("Content-Security-Policy", "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; script-src "+script+
		"; connect-src http://localhost"+port+" http://127.0.0.1"+port+"; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	_, _ = io.WriteString(w, page)
}

// document is a whole page; title is text, body is markup.
func document(title, body string) string {
	return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>" + pageHead + "<title>" + html.EscapeString(title) + "</title></head>\n<body>\n" + body + "</body>\n</html>\n"
}

// markup puts texts, escaped, into markup of our own.
func markup(format string, texts ...string) string {
	escaped := make([]any, len(texts))
	for i, t := range texts {
		escaped[i] = html.EscapeString(t)
	}
	return fmt.Sprintf(format, escaped...)
}

func indexPage(scenarios []Scenario) string {
	var b strings.Builder
	b.WriteString(`<h1>corstui lab: all scenarios</h1>
<p>Each page runs one fetch in this browser. Open the developer tools (F12) to read what the console says.</p>
<dl>
`)
	for _, s := range scenarios {
		b.WriteString(markup("<dt><a href=\"/%s\">%s</a></dt><dd>%s</dd>\n", url.PathEscape(s.Name), s.Name, s.Shows))
	}
	b.WriteString("</dl>\n")
	return document("corstui lab", b.String())
}

// page is the failing page of a scenario.
func (v scenarioView) page() string {
	var b strings.Builder
	if v.Many {
		b.WriteString(`<p><a href="/">All scenarios</a></p>`)
	}
	b.WriteString(markup("\n<h1>%s</h1>\n<p>%s</p>\n<p>A page on %s runs:</p>\n<pre>%s</pre>\n", v.Name, v.Shows, v.Case.Origin, v.Code))
	b.WriteString(markup("<p>This page runs it here, in your browser: localhost%s and 127.0.0.1%s are two origins and stand for page and API.</p>\n", v.Port, v.Port))
	if v.Note != "" {
		b.WriteString(markup("<p><strong>In a real browser:</strong> %s</p>\n", v.Note))
	}
	b.WriteString(markup(`<p><button id="again" type="button">Run it again</button></p>
<pre id="result" aria-live="polite">Running…</pre>
<p>Open the developer tools (F12): the console has the browser's own sentence, the network panel has the answer.
In a terminal, <code>corstui --lab %s</code> walks the same case.</p>
<details><summary>What a right diagnosis says</summary><p>%s</p></details>
`, v.Name, v.Says))
	// encoding/json escapes <, > and &, so that no text of the case ends the script.
	call, err := json.Marshal(v.Fetch)
	if err != nil {
		panic(err) // strings alone
	}
	b.WriteString(markup("<script nonce=\"%s\">\n", v.Nonce) + "const call = " + string(call) + ";\n" + pageScript + "</script>\n")
	return document(v.Name+" - corstui lab", b.String())
}

// code writes a case as the line of JavaScript that it is.
func code(c exchange.Case) string {
	quote := func(s string) string { b, _ := json.Marshal(s); return string(b) }
	var options []string
	if c.Method != http.MethodGet {
		options = append(options, "method: "+quote(c.Method))
	}
	if len(c.Headers) > 0 {
		var hs []string
		for _, h := range c.Headers {
			hs = append(hs, quote(h.Name)+": "+quote(h.Value))
		}
		options = append(options, "headers: { "+strings.Join(hs, ", ")+" }")
	}
	if c.Body != nil {
		options = append(options, "body: "+quote(*c.Body))
	}
	if c.Credentials != exchange.CredentialsSameOrigin {
		options = append(options, "credentials: "+quote(string(c.Credentials)))
	}
	call := "const res = await fetch(" + quote(c.URL)
	if len(options) > 0 {
		call += ", {\n  " + strings.Join(options, ",\n  ") + ",\n}"
	}
	call += ");"
	for _, name := range c.ReadHeaders {
		call += "\nres.headers.get(" + quote(name) + ");"
	}
	return call
}

// layerWords are the layers as people call them.
var layerWords = map[string]string{
	"browser": "nobody: the browser never sent the request", "network": "nobody: there was no HTTP answer",
	"edge": "Cloudflare's edge", "access": "Cloudflare Access", "waf": "Cloudflare's WAF", "worker": "a Worker",
	"cache": "Cloudflare's cache", "origin": "the origin", "proxy": "a proxy in front of the app", "unknown": "not to be told from outside",
}

// words are the truth in a sentence or two.
func (t Truth) words() string {
	s := "Who answered: " + layerWords[t.Layer] + "."
	switch {
	case t.Allowed:
		s += " A browser hands the answer over."
	case t.BlockedAt == "":
		s += " A browser refuses before anything is sent."
	case t.Reason == "":
		s += " A browser reports a network error, which is not CORS."
	default:
		at := map[string]string{"preflight": "the preflight", "request": "the request", "redirect": "a redirect"}[t.BlockedAt]
		s += " A browser stops at " + at + ": " + t.Reason + "."
	}
	return s
}
