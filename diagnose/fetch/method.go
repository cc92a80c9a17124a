package fetch

import "strings"

// NormalizeMethod is "normalize a method": DELETE, GET, HEAD, OPTIONS, POST and
// PUT in any case become upper case, every other method stays as it is. So
// "patch" goes out as "patch".
func NormalizeMethod(m string) string {
	for _, n := range [...]string{"DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"} {
		if strings.EqualFold(m, n) {
			return n
		}
	}
	return m
}

// IsForbiddenMethod is "forbidden method": CONNECT, TRACE, TRACK in any case.
func IsForbiddenMethod(m string) bool {
	return strings.EqualFold(m, "CONNECT") || strings.EqualFold(m, "TRACE") || strings.EqualFold(m, "TRACK")
}

// IsCORSSafelistedMethod is "CORS-safelisted method": GET, HEAD, POST.
func IsCORSSafelistedMethod(m string) bool { return m == "GET" || m == "HEAD" || m == "POST" }

// isSafeMethod says whether a method may be sent without leave: it reads only
// (RFC 9110, section 9.2.1).
func isSafeMethod(m string) bool { return m == "GET" || m == "HEAD" || m == "OPTIONS" }

// isToken is RFC 9110's token.
func isToken(s string) bool {
	if s == "" {
		return false
	}
	for i := 0; i < len(s); i++ {
		if !tokenByte[s[i]] {
			return false
		}
	}
	return true
}

// tokenByte holds the tchar of RFC 9110, section 5.6.2.
var tokenByte = func() (t [256]bool) {
	for c := '0'; c <= '9'; c++ {
		t[c] = true
	}
	for c := 'a'; c <= 'z'; c++ {
		t[c], t[c-'a'+'A'] = true, true
	}
	for _, c := range "!#$%&'*+-.^_`|~" {
		t[c] = true
	}
	return t
}()
