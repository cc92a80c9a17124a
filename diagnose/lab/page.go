package lab

import (
	_ "embed"
	"encoding/json"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"corstui/diagnose/exchange"
)

//go:embed page.html
var pageHTML string

var pages = template.Must(template.New("page").Parse(pageHTML))

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
		l.render(w, "index", l.scenarios)
		return
	}
	for _, s := range l.scenarios {
		if s.Name == wanted || wanted == "" {
			l.render(w, "scenario", l.view(s, name))
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

func (l *Lab) render(w http.ResponseWriter, which string, data any) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	port := l.port()
	script := "'none'"
	if v, ok := data.(scenarioView); ok {
		script = "'nonce-" + v.Nonce + "'"
	}
	h.Set("Content-Security-Policy", "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; script-src "+script+
		"; connect-src http://localhost"+port+" http://127.0.0.1"+port+"; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	_ = pages.ExecuteTemplate(w, which, data)
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
