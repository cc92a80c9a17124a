package fetch

import "strings"

// forbiddenRequestHeaders is the table of "forbidden request-header" of the
// Fetch Standard. A script that sets one is not told; the browser drops it.
var forbiddenRequestHeaders = map[string]bool{
	"accept-charset": true, "accept-encoding": true, "access-control-request-headers": true,
	"access-control-request-method": true, "connection": true, "content-length": true,
	"cookie": true, "cookie2": true, "date": true, "dnt": true, "expect": true, "host": true,
	"keep-alive": true, "origin": true, "referer": true, "set-cookie": true, "te": true,
	"trailer": true, "transfer-encoding": true, "upgrade": true, "via": true,
}

// IsForbiddenRequestHeader is "forbidden request-header": a header that a
// script cannot set.
func IsForbiddenRequestHeader(name, value string) bool {
	n := strings.ToLower(name)
	if forbiddenRequestHeaders[n] || strings.HasPrefix(n, "proxy-") || strings.HasPrefix(n, "sec-") {
		return true
	}
	switch n {
	case "x-http-method", "x-http-method-override", "x-method-override":
		for _, m := range strings.Split(value, ",") {
			if IsForbiddenMethod(trimOWS(m)) {
				return true
			}
		}
	}
	return false
}

// isForbiddenResponseHeader is "forbidden response-header name".
func isForbiddenResponseHeader(lower string) bool {
	return lower == "set-cookie" || lower == "set-cookie2"
}
