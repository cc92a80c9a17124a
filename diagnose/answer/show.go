package answer

import (
	"regexp"
	"strings"
	"unicode"
)

// quoteLimit is how many characters of a value from the wire a sentence quotes.
const quoteLimit = 64

var secretRE = regexp.MustCompile(`(?i)eyJ[\w-]*\.?[\w.-]*|cfast_\w+|oauth:\S+|((kid|meta|token|secret|state|code|nonce|password|key|sig|signature)=)[^&\s"]+`)

// show quotes a piece of what came off the wire: bounded, on one line, printable
// alone, and without anything that has the shape of a token. It is not for
// cookies and tokens themselves: those are never handed to it.
func show(s string) string {
	s = secretRE.ReplaceAllString(s, "${1}[hidden]")
	var b strings.Builder
	n := 0
	for _, r := range strings.TrimSpace(s) {
		if n == quoteLimit {
			b.WriteString("…")
			break
		}
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			r = ' '
		case !unicode.IsPrint(r):
			r = '·'
		}
		b.WriteRune(r)
		n++
	}
	return b.String()
}
