package snippets

import "strings"

// forbiddenMethods are the Fetch Standard's forbidden methods.
var forbiddenMethods = []string{"CONNECT", "TRACE", "TRACK"}

// knownMethods are those of the HTTP method registry (IANA) that APIs use, in
// their case: one of them in another case is a slip.
var knownMethods = []string{
	"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "QUERY",
	"PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "REPORT", "SEARCH", "LINK", "UNLINK", "PURGE",
}

// forbiddenRequestHeaders are the Fetch Standard's forbidden request-headers,
// save those that are forbidden by their value alone.
var forbiddenRequestHeaders = []string{
	"accept-charset", "accept-encoding", "access-control-request-headers", "access-control-request-method",
	"access-control-request-private-network", "connection", "content-length", "cookie", "cookie2", "date", "dnt", "expect", "host",
	"keep-alive", "origin", "referer", "set-cookie", "te", "trailer", "transfer-encoding", "upgrade", "via",
}

// forbiddenRequestPrefixes begin the forbidden request-headers of a kind.
var forbiddenRequestPrefixes = []string{"proxy-", "sec-"}

// forbiddenResponseHeaders are the Fetch Standard's forbidden response-header names.
var forbiddenResponseHeaders = []string{"set-cookie", "set-cookie2"}

// corsResponseHeaders are the headers by which a server states its policy:
// those that a proxy must take from its upstream's answer before it adds its own.
var corsResponseHeaders = []string{
	"Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Allow-Methods", "Access-Control-Allow-Headers",
	"Access-Control-Expose-Headers", "Access-Control-Max-Age", "Access-Control-Allow-Private-Network",
}

// nameReason says what keeps v from being a method or header name that may be
// written into a file. It takes less than RFC 9110's token on purpose: ! # $ %
// & ' + . ^ ` | ~ are legal and unused, and each means something to some
// language that a snippet is written in.
func nameReason(v string) Reason {
	switch {
	case v == "":
		return ReasonEmpty
	case len(v) > 128:
		return ReasonTooLong
	case strings.Contains(v, ",") || len(strings.Fields(v)) > 1 && !strings.Contains(v, ":"):
		return ReasonList
	}
	for _, c := range []byte(v) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_':
		case c == '*':
			return ReasonPattern
		default:
			return ReasonCharacters
		}
	}
	return ""
}
