package answer

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"corstui/diagnose/exchange"
)

var (
	elisionRE   = regexp.MustCompile(`(?i)^\s*(?:\.{2,}|…|\[\s*(?:\.{2,}|…|snip\w*|cut|truncated|omitted)\s*\]|<\s*(?:snip\w*|\.{2,}|…)\s*>|#.*|//.*)\s*$`)
	commandRE   = regexp.MustCompile(`^\s*(?:\S{0,60}[$%#>❯➜]\s*)?((?:curl|wget|http|https|xh)(?:\.exe)?\s.*)$`)
	commandURL  = regexp.MustCompile(`https?://[^\s'"]+`)
	commandVerb = regexp.MustCompile(`(?:-X\s*|--request[ =])['"]?([A-Za-z]+)`)
	commandHead = regexp.MustCompile(`\s(?:-[a-zA-Z]*I[a-zA-Z]*|--head)(?:\s|$)`)
	commandBody = regexp.MustCompile(`\s(?:-d|--data(?:-\w+)?|--json|-F|--form)[ =]`)
	wgetRE      = regexp.MustCompile(`^--\d{4}-\d\d-\d\d[^-]*--\s+(https?://\S+)`)
	connectedRE = regexp.MustCompile(`^\* +Connected to (\S+) \(([^)]+)\) port (\d+)`)
	tlsLineRE   = regexp.MustCompile(`^\* +(?:SSL connection using|ALPN|TLSv1|schannel:|Server certificate|\[HTTP/[23]\] \[\d+\] \[:scheme: https\])`)
	issuerRE    = regexp.MustCompile(`^\* +issuer: *(.+)$`)
	infoLineRE  = regexp.MustCompile(`^\* (?: |Connection #|Closing |Issue another|Ignoring the response|Re-using|Reusing|Mark bundle|Host |Hostname |IPv[46]:|Trying |Connected |ALPN|TLS|SSL|Server certificate|using HTTP|Using HTTP|h2h3|\[HTTP/|Request completely|upload completely|HTTP 1\.0|Send failure|Maximum|Switched|Found bundle|Couldn't find|Could not|schannel|CAfile|CApath|old SSL|Established|Proxy |CONNECT |Added |No URL|STATE|Adding handle|Curl_|Excess found|We are completely|We don't|Clear auth|Connection state|[A-Z][a-z]+ header)`)
	tailInfoRE  = regexp.MustCompile(`\* (?:Connection #\d+ to host \S+(?: port \d+|:\d+)? left intact|Closing connection.*|closing connection.*)$`)
	noiseRE     = regexp.MustCompile(`^(?:[{}] \[\d+ bytes data\]|\s+% Total\s.*|\s+Dload\s.*|\s*\d+\s+\S+\s+\d+\s+\S+.*(?:--:--:--|\d:\d\d:\d\d).*)$`)
	headerRE    = regexp.MustCompile("^([A-Za-z0-9!#$%&'*+.^_`|~-]+)[ \t]*:(.*)$")
)

// parseText reads every form that is not JSON.
func parseText(text string, first request) []exchange.Exchange {
	text = gluedRE.ReplaceAllString(untail(text), "$1\n$2")
	lines := strings.Split(text, "\n")
	verbose, marked, plain := unwrap(lines), -1, -1
	for i, l := range lines {
		switch {
		case plain < 0 && statusRE.MatchString(strings.TrimSpace(l)):
			plain = i
		case marked < 0 && markedRE.MatchString(l):
			marked = i
		}
	}
	switch {
	case verbose:
		fs, known := readVerbose(lines)
		return keep(fs, first, known)
	case plain < 0 && marked >= 0:
		unmark(lines, marked)
		plain = marked
	}
	if plain < 0 {
		fs, known := readBare(lines)
		return keep(fs, first, known)
	}
	// A block that is indented as a whole, as wget and Markdown have it.
	if l := lines[plain]; l != strings.TrimLeft(l, " \t") {
		indent := l[:len(l)-len(strings.TrimLeft(l, " \t"))]
		for i := range lines {
			lines[i] = strings.TrimPrefix(lines[i], indent)
		}
	}
	fs, known := readPlain(lines)
	return keep(fs, first, known)
}

// markedRE finds a status line behind the marks of a quotation or a comment, or
// where PowerShell's Invoke-WebRequest shows it.
var markedRE = regexp.MustCompile(`(?i)^(\s*(?:[>#|*←→-]|//|<-|->|=>)[\s>#|*←→/-]*|\s*RawContent\s*:\s*)HTTP/[0-9](?:\.[0-9])?\s+[1-9][0-9]{2}(?:\s.*)?$`)

// unmark takes those marks away from the status line on: the same ones, or as
// much white space.
func unmark(lines []string, i int) {
	mark := markedRE.FindStringSubmatch(lines[i])[1]
	bare := strings.TrimRight(mark, " \t")
	for ; i < len(lines); i++ {
		l := lines[i]
		switch {
		case strings.HasPrefix(l, mark):
			lines[i] = l[len(mark):]
		case bare != "" && strings.HasPrefix(l, bare):
			lines[i] = strings.TrimPrefix(l[len(bare):], " ")
		case len(l) >= len(mark) && strings.TrimSpace(l[:len(mark)]) == "":
			lines[i] = l[len(mark):]
		}
	}
}

// readPlain reads responses that start with a status line each.
func readPlain(lines []string) (fs []found, known []bool) {
	ctx := newContext()
	fence := false
	for i := 0; i < len(lines); {
		l := strings.TrimRight(lines[i], " \t")
		m := statusRE.FindStringSubmatch(l)
		if m == nil {
			fence = fence != strings.HasPrefix(strings.TrimSpace(l), "```")
			ctx.note(lines, &i)
			continue
		}
		f := found{proto: "HTTP/" + m[1], reason: strings.TrimSpace(m[3])}
		f.status, _ = strconv.Atoi(m[2])
		i = readHeaders(lines, i+1, &f)
		start := i
		for i < len(lines) && !startsResponse(lines, i) && !(fence && strings.HasPrefix(lines[i], "```")) {
			i++
		}
		f.body = joinBody(lines[start:i], i < len(lines))
		var ok bool
		f.request, ok = ctx.take()
		fs, known = append(fs, f), append(known, ok)
	}
	return fs, known
}

// joinBody puts the lines of a body together; the newline that ended it before
// a following response stays.
func joinBody(lines []string, more bool) string {
	b := strings.Join(lines, "\n")
	if more && len(lines) > 0 {
		b += "\n"
	}
	return b
}

// readHeaders reads header lines from i on and returns where the body starts.
// A blank line ends them, and so does a line that is no header: people leave the
// blank one out.
func readHeaders(lines []string, i int, f *found) int {
	for ; i < len(lines); i++ {
		l := strings.TrimRight(lines[i], " \t")
		if l == "" {
			return i + 1
		}
		if (l[0] == ' ' || l[0] == '\t') && len(f.headers) > 0 && !elisionRE.MatchString(l) {
			// obs-fold of RFC 9112, section 5.2
			h := &f.headers[len(f.headers)-1]
			h.Value = strings.TrimSpace(h.Value + " " + strings.TrimSpace(l))
			continue
		}
		if m := headerRE.FindStringSubmatch(l); m != nil {
			f.add(m[1], m[2])
			continue
		}
		f.elided = true
		if !elisionRE.MatchString(l) {
			return i
		}
	}
	return i
}

// startsResponse says whether a line of a body is the begin of what follows it:
// a status line with headers under it, a request that a client shows, or a
// command at a prompt.
func startsResponse(lines []string, i int) bool {
	l := strings.TrimRight(lines[i], " \t")
	switch {
	case statusRE.MatchString(l):
		return i+1 >= len(lines) || strings.TrimSpace(lines[i+1]) == "" || headerRE.MatchString(lines[i+1]) || statusRE.MatchString(strings.TrimSpace(lines[i+1]))
	case requestLineRE.MatchString(l):
		return i+1 < len(lines) && headerRE.MatchString(lines[i+1])
	case wgetRE.MatchString(l):
		return true
	}
	if m := commandRE.FindStringSubmatch(l); m != nil && m[1] != strings.TrimSpace(l) {
		return commandURL.MatchString(m[1])
	}
	return false
}

// textContext collects what a text says of the next request, between responses.
type textContext struct {
	next  request
	known bool
}

func newContext() *textContext { return &textContext{} }

// note reads one line, or one request with its headers, before a response.
func (c *textContext) note(lines []string, i *int) {
	l := strings.TrimSpace(lines[*i])
	*i++
	if m := commandRE.FindStringSubmatch(l); m != nil {
		if u, err := url.Parse(strings.TrimRight(commandURL.FindString(m[1]), `\`)); err == nil && u.Host != "" {
			c.next, c.known = request{method: commandMethod(m[1]), url: u}, true
		}
		return
	}
	if m := wgetRE.FindStringSubmatch(l); m != nil {
		if u, err := url.Parse(m[1]); err == nil {
			c.next, c.known = request{url: u}, true
		}
		return
	}
	if k, v, ok := strings.Cut(l, ":"); ok {
		switch strings.ToLower(strings.TrimSpace(k)) {
		case "request url":
			if u, err := url.Parse(strings.TrimSpace(v)); err == nil && u.Host != "" {
				c.next.url, c.known = u, true
			}
			return
		case "request method":
			c.next.method, c.known = strings.TrimSpace(v), true
			return
		}
	}
	m := requestLineRE.FindStringSubmatch(l)
	if m == nil {
		return
	}
	var f found
	*i = readHeaders(lines, *i, &f)
	c.next, c.known = request{method: m[1], headers: f.headers, url: target(m[2], f.headers.Value("host"), "https")}, true
}

func (c *textContext) take() (request, bool) {
	r, ok := c.next, c.known
	*c = textContext{}
	return r, ok
}

func commandMethod(cmd string) string {
	switch {
	case commandVerb.MatchString(cmd):
		return strings.ToUpper(commandVerb.FindStringSubmatch(cmd)[1])
	case commandHead.MatchString(cmd):
		return "HEAD"
	case commandBody.MatchString(cmd):
		return "POST"
	}
	return "GET"
}

// target makes a URL of a request target (RFC 9112, section 3.2), nil where the
// host is not known.
func target(t, host, scheme string) *url.URL {
	if u, err := url.Parse(t); err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https") {
		return u
	}
	if host == "" || !strings.HasPrefix(t, "/") && t != "*" {
		return nil
	}
	u, err := url.Parse(scheme + "://" + host + strings.TrimPrefix(t, "*"))
	if err != nil {
		return nil
	}
	return u
}

// readVerbose reads the output of curl -v: "> " the request, "< " the response,
// "* " what curl tells, and the body as it stands.
func readVerbose(lines []string) (fs []found, known []bool) {
	var (
		req       found // its headers are those of the request
		path      string
		cur       *found
		body      []string
		inHeaders bool
		scheme    = "https"
		remote    string
		issuer    string
	)
	end := func() {
		if cur != nil {
			cur.body = strings.Join(unrepeated(body, cur), "\n")
			fs, known = append(fs, *cur), append(known, path != "")
		}
		cur, body = nil, nil
	}
	for _, l := range lines {
		method, to, isRequest := verboseRequest(l)
		proto, status, reason, isStatus := verboseStatus(l)
		switch {
		case isRequest:
			end()
			req, path = found{request: request{method: method}}, to
			inHeaders = true
		case isStatus:
			end()
			cur = &found{proto: proto, reason: strings.TrimSpace(reason), remote: remote, issuer: issuer}
			cur.status, _ = strconv.Atoi(status)
			cur.request = request{method: req.request.method, headers: req.headers, url: target(path, req.headers.Value("host"), scheme)}
			inHeaders = true
		case inHeaders && cur == nil && strings.HasPrefix(l, ">"):
			if m := headerRE.FindStringSubmatch(strings.TrimSpace(l[1:])); m != nil {
				req.add(m[1], m[2])
			}
		case inHeaders && cur != nil && strings.HasPrefix(l, "<"):
			h := strings.TrimSpace(l[1:])
			if h == "" {
				inHeaders = false
			} else if m := headerRE.FindStringSubmatch(h); m != nil {
				cur.add(m[1], m[2])
			} else {
				cur.elided = true
			}
		case inHeaders && cur != nil && (l == "" || strings.HasPrefix(l, `{"`)):
			// People leave the last line of the headers out, an empty "< ".
			inHeaders = false
			if l != "" {
				body = append(body, l)
			}
		case noiseRE.MatchString(l):
		case strings.HasPrefix(l, "* ") && (cur == nil || inHeaders || infoLineRE.MatchString(l)):
			if m := connectedRE.FindStringSubmatch(l); m != nil {
				remote, issuer, scheme = m[2]+":"+m[3], "", "http"
				if m[3] == "443" {
					scheme = "https"
				}
			}
			if tlsLineRE.MatchString(l) {
				scheme = "https"
			}
			if m := issuerRE.FindStringSubmatch(l); m != nil {
				issuer = strings.TrimSpace(m[1])
			}
		case cur != nil && !inHeaders && len(body) == 0 && strings.TrimSpace(l) == "<":
		case cur != nil && !inHeaders:
			if loc := tailInfoRE.FindStringIndex(l); loc != nil {
				l = l[:loc[0]]
				if l == "" {
					continue
				}
			}
			body = append(body, l)
		case cur != nil && len(fs) == 0 && len(lines) < 3 && l != "":
			cur.elided = true
		}
	}
	end()
	return fs, known
}

// unrepeated takes away the header block that curl -v -i prints a second time,
// without "< ".
func unrepeated(body []string, f *found) []string {
	for len(body) > 0 && strings.TrimSpace(body[0]) == "" && len(body) > 1 && statusRE.MatchString(strings.TrimSpace(body[1])) {
		body = body[1:]
	}
	if len(body) == 0 {
		return body
	}
	m := statusRE.FindStringSubmatch(strings.TrimSpace(body[0]))
	if m == nil || m[2] != strconv.Itoa(f.status) {
		return body
	}
	var again found
	return body[readHeaders(body, 1, &again):]
}
