package browser

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"corstui/diagnose/exchange"
)

// A Result is what the script in the page returns.
type Result struct {
	Resolved bool     `json:"resolved"`
	Type     string   `json:"type"`   // "basic", "cors", "opaque", "opaqueredirect"
	Status   int      `json:"status"` // as the page sees it
	URL      string   `json:"url"`    // of the response, after redirects
	Names    []string `json:"names"`  // of the headers that the page can read
	Error    string   `json:"error"`  // what fetch() rejected with
	Event    string   `json:"event"`  // of an element: "load" or "error"
}

// Readable are the names that the page can read: lower case, sorted, each once.
func (r Result) Readable() []string {
	out := make([]string, 0, len(r.Names))
	if !r.Resolved {
		return out
	}
	for _, n := range r.Names {
		out = append(out, strings.ToLower(n))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// script performs the fetch. The body is not read: an answer that never ends
// must not keep the verdict waiting.
const script = `(async (url, init) => {
  const stop = new AbortController();
  init.signal = stop.signal;
  const {stream} = init;
  delete init.stream;
  if (stream) {
    init.duplex = "half";
    init.body = new ReadableStream({start(c) { c.enqueue(new TextEncoder().encode(stream.text)); c.close(); }});
  }
  try {
    const r = await fetch(url, init);
    const out = {resolved: true, type: r.type, status: r.status, url: r.url, names: [...r.headers.keys()], error: ""};
    stop.abort();
    return out;
  } catch (e) {
    return {resolved: false, type: "", status: 0, url: "", names: [], error: String(e)};
  }
})(%s, %s)`

// linkScript asks by an element. A preload is of use to a fetch() that follows,
// so the element stays in the document.
const linkScript = `new Promise(done => {
  const link = document.createElement("link");
  link.rel = "preload"; link.as = "fetch"; link.crossOrigin = %s; link.href = %s;
  link.onload = link.onerror = e => done({resolved: e.type == "load", type: "", status: 0, url: "", names: [], error: "", event: e.type});
  document.head.append(link);
})`

// link is Script for the initiator type link.
func link(c exchange.Case) (string, error) {
	u, err := json.Marshal(c.URL)
	if err != nil {
		return "", err
	}
	mode := "anonymous"
	if c.Credentials == exchange.CredentialsInclude {
		mode = "use-credentials"
	}
	return fmt.Sprintf(linkScript, strconv.Quote(mode), u), nil
}

// Script is the JavaScript expression that performs the case's request and whose
// promise gives a Result. encoding/json escapes what would end a string or a
// line in JavaScript.
func Script(c exchange.Case) (string, error) {
	if c.Initiator == exchange.InitiatorLink {
		return link(c)
	}
	headers := make([][2]string, 0, len(c.Headers))
	for _, h := range c.Headers {
		headers = append(headers, [2]string{byteString(h.Name), byteString(h.Value)})
	}
	init := map[string]any{
		"method":      c.Method,
		"headers":     headers,
		"credentials": c.Credentials,
		"mode":        c.Mode,
		"redirect":    c.Redirect,
	}
	switch {
	case c.Body != nil && c.BodyStream:
		init["stream"] = map[string]string{"text": *c.Body}
	case c.Body != nil:
		init["body"] = *c.Body
	}
	u, err := json.Marshal(c.URL)
	if err != nil {
		return "", err
	}
	i, err := json.Marshal(init)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf(script, u, i), nil
}

// byteString gives a header that is no UTF-8 as the string of its bytes, as a
// script would write it: each byte one code point.
func byteString(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes)
}
