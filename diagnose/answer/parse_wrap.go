package answer

import (
	"regexp"
	"strings"
)

// People copy a transcript with what stands around it: the marks of a quotation
// or a comment, an indentation, the name of a logger, curl's progress meter, and
// what the shell printed afterwards. All of it is taken away before it is read.

var (
	// shortStatusRE is the status line of programs that log an exchange in curl's
	// manner without the version: Bun's verbose fetch, Jersey's logging feature.
	shortStatusRE = regexp.MustCompile(`^([1-5][0-9]{2})(?:[ \t]+([A-Za-z][A-Za-z' -]*))?$`)
	// wrappedRE finds the status line of curl -v behind marks of any such kind.
	wrappedRE = regexp.MustCompile(`^([ \t]*(?:\[[\w:./ -]{1,30}\]|[0-9]{1,4} |[#>|*]+|//|--)?[ \t]*)< ?(?:HTTP/[0-9]|[1-5][0-9]{2}(?:[ \t]+[A-Za-z][A-Za-z' -]*)?[ \t]*$)`)
	// meterRE is curl's progress meter with what curl printed into the same line.
	meterRE = regexp.MustCompile(`^([#>|*]*[ \t]*?)[ \t]*\d+\s+\S+\s+\d+\s+\S+\s+\d+\s+\S+\s+\S+\s+\S+\s+[-\d:]{7,8}\s+[-\d:]{7,8}\s+[-\d:]{7,8}\s+\d[\d.]*[kMG]?([<>*{}] .*|HTTP/.*)$`)
	// A request as those programs log it, with its URL.
	loggedRequestRE = regexp.MustCompile(`^(?:HTTP/[0-9](?:\.[0-9])?[ \t]+)?([A-Z]{3,20})[ \t]+(https?://\S+)$`)

	shellTimeRE   = regexp.MustCompile(`^(?:real|user|sys)[ \t]+\d+m[\d.,]+s$`)
	shellPromptRE = regexp.MustCompile(`(?:^|[A-Za-z_][A-Za-z0-9._-]*)@[A-Za-z0-9._-]+:[^\s<>"'{}]{0,80}[$#][ \t]*$`)
	bareShellRE   = regexp.MustCompile(`^(?:[$%❯➜~]|[^\s<>"'{}]{0,40}[$❯➜])$`)
)

// unwrap takes the marks away from each line of a curl -v transcript, and says
// whether there is one.
func unwrap(lines []string) bool {
	at := -1
	for i, l := range lines {
		if strings.Contains(l, ":") && len(l) > 60 {
			if m := meterRE.FindStringSubmatch(l); m != nil {
				l = m[2]
				if mark := strings.TrimSpace(m[1]); mark != "" {
					l = mark + " " + m[2]
				}
				lines[i] = l
			}
		}
		if at >= 0 {
			continue
		}
		if m := wrappedRE.FindStringSubmatch(l); m != nil && (strings.Contains(l, "HTTP/") || answersBelow(lines, i, m[1])) {
			at = i
		}
	}
	if at < 0 {
		return false
	}
	mark := wrappedRE.FindStringSubmatch(lines[at])[1]
	bare := strings.TrimRight(mark, " \t")
	if mark == "" {
		return true
	}
	for i, l := range lines {
		switch {
		case strings.HasPrefix(l, mark):
			lines[i] = l[len(mark):]
		case bare != "" && strings.HasPrefix(l, bare):
			lines[i] = strings.TrimPrefix(l[len(bare):], " ")
		case bare == "":
			lines[i] = strings.TrimPrefix(strings.TrimLeft(l, "\t"), mark)
		}
	}
	return true
}

// answersBelow says whether a header of the same transcript stands below a
// status line that does not name its protocol.
func answersBelow(lines []string, i int, mark string) bool {
	if i+1 >= len(lines) {
		return false
	}
	l, ok := strings.CutPrefix(lines[i+1], mark)
	l, answer := strings.CutPrefix(l, "< ")
	return ok && answer && headerRE.MatchString(strings.TrimSpace(l))
}

// verboseStatus reads the status line of a curl -v transcript, behind its mark.
func verboseStatus(l string) (proto, status, reason string, ok bool) {
	if !strings.HasPrefix(l, "<") {
		return "", "", "", false
	}
	l = strings.TrimSpace(l[1:])
	if m := statusRE.FindStringSubmatch(l); m != nil {
		return "HTTP/" + m[1], m[2], m[3], true
	}
	if m := shortStatusRE.FindStringSubmatch(l); m != nil {
		return "", m[1], m[2], true
	}
	return "", "", "", false
}

// verboseRequest reads the request line of a curl -v transcript, behind its mark.
func verboseRequest(l string) (method, target string, ok bool) {
	if !strings.HasPrefix(l, "> ") {
		return "", "", false
	}
	l = strings.TrimSpace(l[2:])
	m := requestLineRE.FindStringSubmatch(l)
	if m == nil {
		m = loggedRequestRE.FindStringSubmatch(l)
	}
	if m == nil {
		return "", "", false
	}
	return m[1], m[2], true
}

// untail takes away what a shell printed after the last body: the times of
// `time curl`, a prompt in a line of its own or right behind the body, and the
// per cent sign with which zsh marks a line that did not end.
func untail(whole string) string {
	text := strings.TrimRight(whole, " \t\n")
	bare := text
	for {
		i := strings.LastIndexByte(text, '\n') + 1
		last := strings.TrimSpace(text[i:])
		if i == 0 || !(shellTimeRE.MatchString(last) || bareShellRE.MatchString(last)) {
			break
		}
		text = strings.TrimRight(text[:i], " \t\n")
	}
	if loc := shellPromptRE.FindStringIndex(text); loc != nil {
		text = strings.TrimRight(text[:loc[0]], " \t\n")
	}
	if t, ok := strings.CutSuffix(text, "%"); ok && t != "" && !strings.HasSuffix(t, " ") {
		text = t
	}
	if text == bare {
		return whole
	}
	return text
}
