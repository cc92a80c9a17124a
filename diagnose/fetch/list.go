package fetch

import (
	"sort"
	"strings"

	"corstui/diagnose/exchange"
)

// ExtractHeaderList is "extract header list values" for a header whose ABNF is
// a list of tokens: Access-Control-Allow-Methods, -Allow-Headers and
// -Expose-Headers. Lines are joined, split at commas, stripped of spaces and
// tabs; empty elements are skipped. One element that is no token fails the
// whole header: then bad is that element and ok is false. An absent or empty
// header is an empty list.
func ExtractHeaderList(hs exchange.Headers, name string) (list []string, bad string, ok bool) {
	for i := range hs {
		if !strings.EqualFold(hs[i].Name, name) {
			continue
		}
		if list, bad, ok = appendList(list, hs[i].Value); !ok {
			return nil, bad, false
		}
	}
	return list, "", true
}

// appendList parses one line. Joining lines by a comma and splitting again
// gives the same elements as splitting each line.
func appendList(list []string, v string) ([]string, string, bool) {
	for more := true; more; {
		var e string
		e, v, more = strings.Cut(v, ",")
		e = trimOWS(e)
		if e == "" {
			continue
		}
		if !isToken(e) {
			return nil, e, false
		}
		list = append(list, e)
	}
	return list, "", true
}

// trimOWS strips spaces and tabs from both ends.
func trimOWS(s string) string {
	for s != "" && (s[0] == ' ' || s[0] == '\t') {
		s = s[1:]
	}
	for s != "" && (s[len(s)-1] == ' ' || s[len(s)-1] == '\t') {
		s = s[:len(s)-1]
	}
	return s
}

// NormalizeValue is "normalize a byte sequence": HTTP whitespace (tab, line
// feed, carriage return, space) is stripped from both ends, and nothing else.
func NormalizeValue(s string) string {
	for s != "" && isHTTPSpace(s[0]) {
		s = s[1:]
	}
	for s != "" && isHTTPSpace(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

func isHTTPSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// contains says whether list has exactly s.
func contains(list []string, s string) bool {
	for _, e := range list {
		if e == s {
			return true
		}
	}
	return false
}

// containsFold says whether list has s in any case.
func containsFold(list []string, s string) bool {
	for _, e := range list {
		if strings.EqualFold(e, s) {
			return true
		}
	}
	return false
}

// sortedStrings sorts in place and returns its argument.
func sortedStrings(s []string) []string {
	sort.Strings(s)
	return s
}
