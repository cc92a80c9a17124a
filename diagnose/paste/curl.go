package paste

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"corstui/diagnose/exchange"
)

// curlMark finds a curl command: at the beginning of a line, perhaps behind a
// prompt, a path or environment variables.
var curlMark = regexp.MustCompile(`(?m)^[ \t]*(?:[$>#%][ \t]*|PS [^\n>]*>[ \t]*|[A-Z]:\\[^\n>]*>[ \t]*)?((?:[A-Za-z_][A-Za-z0-9_]*=\S*[ \t]+)*(?:[\w./:\\-]*[/\\])?curl(?:\.exe)?[ \t\\^\r\n])`)

// parseCurl reads a curl command, as a network panel copies it or as a person
// writes it.
func parseCurl(text string) (Pasted, bool, error) {
	at := curlMark.FindStringSubmatchIndex(text)
	if at == nil {
		return Pasted{}, false, nil
	}
	text = text[at[2]:]
	var w shellWords
	if looksLikeCmd(text) {
		w.words = cmdWords(text)
	} else {
		var err error
		if w, err = posixWords(text); err != nil {
			return Pasted{}, false, err
		}
	}
	if len(w.words) == 0 {
		return Pasted{}, false, nil
	}
	p, err := curlCase(w)
	if err != nil {
		return Pasted{}, false, err
	}
	return p, true, nil
}

// curlTakes are curl's options that take a value and say nothing about the
// request as a browser would send it. Source: curl's manual.
var curlTakes = setOf("output", "o", "write-out", "w", "max-time", "m", "connect-timeout", "retry", "retry-delay", "retry-max-time", "proxy", "x", "proxy-user", "U",
	"cacert", "capath", "cert", "E", "cert-type", "key", "key-type", "pass", "ciphers", "tls-max", "tls13-ciphers", "interface", "limit-rate", "max-redirs", "dump-header", "D",
	"cookie-jar", "c", "config", "K", "trace", "trace-ascii", "stderr", "unix-socket", "dns-servers", "doh-url", "noproxy", "range-file", "keepalive-time", "speed-limit", "Y",
	"speed-time", "y", "time-cond", "z", "upload-file", "T", "continue-at", "C", "ftp-port", "P", "quote", "Q", "local-port", "netrc-file", "pinnedpubkey", "resolve-file", "socks5", "socks5-hostname",
	"preproxy", "proto", "proto-default", "proto-redir", "expect100-timeout", "happy-eyeballs-timeout-ms", "alt-svc", "hsts", "etag-save", "etag-compare", "crlfile", "curves", "engine", "output-dir", "rate", "aws-sigv4", "t", "telnet-option")

// curlLong gives the long name of curl's short options that matter here.
var curlLong = map[byte]string{
	'X': "request", 'H': "header", 'd': "data", 'b': "cookie", 'u': "user", 'A': "user-agent", 'e': "referer",
	'k': "insecure", 'I': "head", 'G': "get", 'F': "form", 'r': "range", 'T': "upload-file",
}

// curlUses are the long options with a value that are used.
var curlUses = setOf("request", "header", "data", "data-raw", "data-binary", "data-ascii", "data-urlencode", "json", "cookie", "user", "user-agent", "referer",
	"form", "form-string", "range", "url", "url-query", "resolve", "connect-to", "oauth2-bearer", "upload-file")

func setOf(names ...string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, n := range names {
		m[n] = true
	}
	return m
}

// curlRequest is what curl was told.
type curlRequest struct {
	urls        []string
	method      string
	headers     exchange.Headers
	data        []string
	hasData     bool
	get, head   bool
	contentType string // that curl adds by itself
	p           *Pasted
}

func curlCase(w shellWords) (Pasted, error) {
	p := Pasted{Kind: KindCurl}
	r := &curlRequest{p: &p}
	for i := 0; i < len(w.words); i++ {
		word := w.words[i]
		if i == 0 {
			continue // curl itself
		}
		if isCurl(word) && i > 1 && len(r.urls) > 0 {
			p.note("The text holds several curl commands; the first is used.")
			break
		}
		if len(word) < 2 || word[0] != '-' {
			if word != "" {
				r.urls = append(r.urls, word)
			}
			continue
		}
		next := func() string {
			i++
			if i < len(w.words) {
				return w.words[i]
			}
			return ""
		}
		if strings.HasPrefix(word, "--") {
			name, value, joined := strings.Cut(word[2:], "=")
			takes := curlUses[name] || curlTakes[name]
			if takes && !joined {
				value = next()
			}
			r.option(name, value)
			continue
		}
		// A cluster of short options; the first that takes a value ends it.
		for j := 1; j < len(word); j++ {
			name, ok := curlLong[word[j]]
			if !ok {
				name = string(word[j])
			}
			if !curlUses[name] && !curlTakes[name] {
				r.option(name, "")
				continue
			}
			value := word[j+1:]
			if value == "" {
				value = next()
			}
			r.option(name, value)
			break
		}
	}
	if err := r.finish(w); err != nil {
		return Pasted{}, err
	}
	return p, nil
}

func (r *curlRequest) option(name, value string) {
	p := r.p
	switch name {
	case "request":
		r.method = value
	case "url":
		r.urls = append(r.urls, value)
	case "header":
		r.header(value)
	case "json":
		r.addData(value)
		r.contentType = "application/json"
		if !r.headers.Has("accept") {
			r.headers = append(r.headers, exchange.Header{Name: "Accept", Value: "application/json"})
		}
	case "data", "data-ascii", "data-binary":
		if strings.HasPrefix(value, "@") {
			p.note("The body is in the file %s, which is not in the text.", begin(value[1:]))
			r.hasData = true
			return
		}
		r.addData(value)
	case "data-raw":
		r.addData(value)
	case "data-urlencode":
		key, v, ok := strings.Cut(value, "=")
		if !ok {
			r.addData(url.QueryEscape(value))
		} else if key == "" {
			r.addData(url.QueryEscape(v))
		} else {
			r.addData(key + "=" + url.QueryEscape(v))
		}
	case "url-query":
		if len(r.urls) > 0 {
			r.urls[0] = joinQuery(r.urls[0], value)
		}
	case "form", "form-string":
		r.hasData = true
		r.contentType = "multipart/form-data; boundary=form"
		p.note("The body is a form with parts: its content type is kept, its fields are not sent.")
	case "upload-file":
		r.hasData = true
		if r.method == "" {
			r.method = "PUT"
		}
		p.note("The body is in a file, which is not in the text.")
	case "cookie":
		if !strings.Contains(value, "=") {
			p.note("The cookies are in the file %s: give it by --cookie @FILE.", begin(value))
			return
		}
		p.takeCookies(value)
	case "user":
		r.headers = append(r.headers, exchange.Header{Name: "Authorization", Value: "Basic " + base64.StdEncoding.EncodeToString([]byte(value))})
	case "oauth2-bearer":
		r.headers = append(r.headers, exchange.Header{Name: "Authorization", Value: "Bearer " + value})
	case "user-agent":
		r.headers = append(r.headers, exchange.Header{Name: "User-Agent", Value: value})
	case "referer":
		r.headers = append(r.headers, exchange.Header{Name: "Referer", Value: strings.TrimSuffix(value, ";auto")})
	case "range":
		r.headers = append(r.headers, exchange.Header{Name: "Range", Value: "bytes=" + value})
	case "insecure":
		p.Insecure = true
	case "head":
		r.head = true
	case "get":
		r.get = true
	case "resolve":
		p.Resolve = append(p.Resolve, value)
	case "connect-to":
		p.ConnectTo = append(p.ConnectTo, value)
	}
}

func (r *curlRequest) addData(v string) { r.data, r.hasData = append(r.data, v), true }

// header reads -H: "Name: value"; "Name;" sends an empty value, "Name:" sends
// none.
func (r *curlRequest) header(v string) {
	if strings.HasPrefix(v, "@") {
		r.p.note("Headers are in the file %s, which is not in the text.", begin(v[1:]))
		r.p.lacks(MissingHeaders)
		return
	}
	from := 0
	if strings.HasPrefix(v, ":") {
		from = 1 // a pseudo-header of HTTP/2, as some tools copy it
	}
	name, value, ok := strings.Cut(v[from:], ":")
	name = v[:from] + name
	value = strings.TrimSpace(value)
	switch {
	case ok && value == "":
		return
	case !ok:
		name = strings.TrimSuffix(strings.TrimSpace(v), ";")
		if name == strings.TrimSpace(v) {
			return
		}
	}
	r.headers = append(r.headers, exchange.Header{Name: strings.TrimSpace(name), Value: value})
}

func (r *curlRequest) finish(w shellWords) error {
	p := r.p
	if len(r.urls) == 0 {
		return &Error{begin(strings.Join(w.words, " ")), "this curl command has no URL", "paste the whole command"}
	}
	target := r.urls[0]
	if !strings.Contains(target, "://") {
		target = "http://" + target
		p.note("The URL names no scheme; curl takes http.")
	}
	body := strings.Join(r.data, "&")
	if r.contentType == "application/json" {
		body = strings.Join(r.data, "")
	}
	switch {
	case r.get && r.hasData:
		target = joinQuery(target, body)
	case r.hasData:
		p.Case.Body = &body
		p.Case.Method = "POST"
		ct := r.contentType
		if ct == "" {
			ct = "application/x-www-form-urlencoded"
		}
		if !r.headers.Has("content-type") {
			r.headers = append(r.headers, exchange.Header{Name: "Content-Type", Value: ct})
		}
	case r.head:
		p.Case.Method = "HEAD"
	}
	if r.method != "" {
		p.Case.Method = r.method
	}
	if m := strings.ToUpper(p.Case.Method); (m == "GET" || m == "HEAD") && p.Case.Body != nil {
		p.Case.Body = nil
		p.note("fetch() sends no body with %s; it is left out.", m)
	}
	p.Case.URL = target
	if len(r.urls) > 1 {
		p.note("The command names %d URLs; the first is used.", len(r.urls))
	}
	for _, name := range w.unknown {
		p.note("%s is not in the text; its name stands in for its value.", capitalName(name))
	}
	p.takePreflight(&r.headers)
	p.takeHeaders(r.headers, "")
	p.understoodRequest("A curl command")
	return nil
}

func capitalName(name string) string {
	if name == "a command" {
		return "The output of a command"
	}
	return fmt.Sprintf("The variable %s", name)
}

// takePreflight turns a copied preflight into the request that it is for.
func (p *Pasted) takePreflight(hs *exchange.Headers) {
	m, ok := hs.Get("access-control-request-method")
	if !ok || !strings.EqualFold(p.Case.Method, "OPTIONS") {
		return
	}
	p.Case.Method = m
	p.note("The text is a preflight; the case is the %s that it asks for.", m)
	for name := range strings.SplitSeq(hs.Value("access-control-request-headers"), ",") {
		if name = strings.TrimSpace(name); name != "" {
			value, known := likelyValue[strings.ToLower(name)]
			if !known {
				value = "value"
			}
			*hs = append(*hs, exchange.Header{Name: name, Value: value})
			p.note("The preflight names the header %s but not its value; %q stands in for it.", name, value)
		}
	}
}
