package answer

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"corstui/diagnose/exchange"
)

// The labels of a browser's network panel, which precede the headers.
var panelLabels = []string{"request url", "request method", "status code", "remote address", "referrer policy", "status", "version", "transferred", "scheme", "host", "filename", "address", "protocol", "url", "source", "initiator"}

// Headings of a browser's network panel.
var panelHeadingRE = regexp.MustCompile(`(?i)^(?:(?:general|response headers|request headers|headers)\b.{0,40}|summary|request|response)$`)

// requestNames are headers of requests, which a browser copies below those of
// the response.
var requestNames = []string{
	"accept", "accept-encoding", "accept-language", "authorization", "cookie", "dnt", "host", "if-modified-since", "if-none-match", "origin", "priority", "referer",
	"te", "upgrade-insecure-requests", "user-agent", "access-control-request-method", "access-control-request-headers", "access-control-request-private-network",
}

func requestName(name string) bool {
	n := strings.ToLower(name)
	return slices.Contains(requestNames, n) || strings.HasPrefix(n, "sec-")
}

// readBare reads one response without a status line: a block of headers, or what
// a browser's network panel copies, with names and values on one line or on two.
func readBare(lines []string) ([]found, []bool) {
	f := found{elided: false}
	known, status, headers, inRequest := false, false, 0, false
	panel := false                // a browser's panel, which shows no body
	pseudo := map[string]string{} // pseudo-headers of the request, as HTTP/2 has them
	i := 0
	for ; i < len(lines); i++ {
		l := strings.TrimSpace(lines[i])
		switch {
		case l == "" && headers > 0 && !panel:
			f.body = strings.Join(lines[i+1:], "\n")
			i = len(lines)
			continue
		case l == "" || strings.HasPrefix(l, "```"):
			if headers > 0 && strings.HasPrefix(l, "```") {
				i = len(lines)
			}
			continue
		case panelHeadingRE.MatchString(l) && !headerRE.MatchString(l):
			inRequest, panel = strings.HasPrefix(strings.ToLower(l), "request"), true
			continue
		case elisionRE.MatchString(l):
			f.elided = true
			continue
		}
		if m := commandRE.FindStringSubmatch(l); m != nil && headers == 0 && commandURL.MatchString(m[1]) {
			if u, err := url.Parse(commandURL.FindString(m[1])); err == nil {
				f.request, known = request{method: commandMethod(m[1]), url: u}, true
			}
			continue
		}
		name, value, used, ok := bareLine(lines, i)
		if !ok {
			f.elided = true
			if panel {
				continue // "Provisional headers are shown" and the like
			}
			if headers == 0 {
				return nil, nil // prose
			}
			f.body = strings.Join(lines[i:], "\n")
			break
		}
		i += used
		switch low := strings.ToLower(name); {
		case low == "request url" || low == "url" && strings.Contains(value, "://"):
			if u, err := url.Parse(value); err == nil && u.Host != "" {
				f.request.url, known = u, true
			}
			panel = true
		case low == "request method":
			f.request.method, known = strings.ToUpper(value), true
		case low == "remote address":
			f.remote = value
		case low == ":status" || low == "status code" || low == "status" && !status:
			digits, reason, _ := strings.Cut(strings.TrimSpace(value), " ")
			if n, err := strconv.Atoi(digits); err == nil && n >= 100 && n <= 999 {
				f.status, f.reason, status = n, strings.TrimSpace(reason), true
				headers++
			}
		case strings.HasPrefix(low, ":"):
			inRequest, pseudo[low] = true, value
		case slices.Contains(panelLabels, low) && low != "host":
		case inRequest || requestName(name):
			f.request.headers = append(f.request.headers, exchange.Header{Name: name, Value: value})
		default:
			f.add(name, value)
			if responseName(name) {
				headers++
			}
		}
	}
	if f.request.method == "" && tokenRE.MatchString(pseudo[":method"]) {
		f.request.method, known = strings.ToUpper(pseudo[":method"]), true
	}
	if f.request.url == nil && pseudo[":authority"] != "" {
		f.request.url = target(pseudo[":path"], pseudo[":authority"], "https")
		known = known || f.request.url != nil
	}
	if headers == 0 || len(f.headers) == 0 && !status {
		return nil, nil
	}
	return []found{f}, []bool{known}
}

// bareLine reads a name and its value: "name: value", or "name:" and "name" with
// the value in the next line. used says how many more lines it took.
func bareLine(lines []string, i int) (name, value string, used int, ok bool) {
	l := strings.TrimSpace(lines[i])
	next := ""
	if i+1 < len(lines) {
		next = strings.TrimSpace(lines[i+1])
	}
	bare := strings.TrimSuffix(l, ":")
	if slices.Contains(panelLabels, strings.ToLower(bare)) && next != "" {
		return bare, next, 1, true
	}
	if strings.HasPrefix(l, ":") {
		if n, v, found := strings.Cut(l[1:], ":"); found {
			if strings.TrimSpace(v) == "" && next != "" {
				return ":" + n, next, 1, true
			}
			return ":" + n, strings.TrimSpace(v), 0, true
		}
	}
	for _, label := range panelLabels {
		if len(l) > len(label) && strings.EqualFold(l[:len(label)], label) && l[len(label)] == ':' && strings.Contains(label, " ") {
			return label, strings.TrimSpace(l[len(label)+1:]), 0, true
		}
	}
	m := headerRE.FindStringSubmatch(l)
	switch {
	case m == nil:
		// Names and values in turn: only where the name is one of a header.
		if tokenRE.MatchString(l) && (responseName(l) || requestName(l)) && next != "" {
			return l, next, 1, true
		}
		return "", "", 0, false
	case strings.TrimSpace(m[2]) == "" && next != "" && !headerRE.MatchString(next) && (responseName(m[1]) || requestName(m[1])):
		return m[1], next, 1, true
	}
	return m[1], strings.TrimSpace(m[2]), 0, true
}
