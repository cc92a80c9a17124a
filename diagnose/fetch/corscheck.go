package fetch

import (
	"errors"
	"strings"

	"corstui/diagnose/exchange"
)

// The response headers of the CORS protocol, in their usual spelling.
const (
	allowOrigin      = "Access-Control-Allow-Origin"
	allowCredentials = "Access-Control-Allow-Credentials"
	allowMethods     = "Access-Control-Allow-Methods"
	allowHeaders     = "Access-Control-Allow-Headers"
	exposeHeaders    = "Access-Control-Expose-Headers"
	maxAge           = "Access-Control-Max-Age"
)

// CORSCheck is "CORS check": whether a response lets a page whose serialised
// origin is origin read it. Where it does not, reason is Chromium's CorsError
// name, as for a request that is no preflight.
func CORSCheck(origin string, credentials exchange.CredentialsMode, hs exchange.Headers) (reason string, ok bool) {
	f, ok := corsCheck(Standard, origin, credentials == exchange.CredentialsInclude, hs)
	if ok {
		return "", true
	}
	return causes[f.cause].chromium, false
}

// corsCheck is CORSCheck with what was found. has asks the engine.
func corsCheck(by decider, origin string, credentialed bool, hs exchange.Headers) (failure, bool) {
	v, found := hs.Get(allowOrigin)
	if !found {
		return failure{cause: causeMissingAllowOrigin, header: allowOrigin}, false
	}
	joined := v
	v = NormalizeValue(v)
	if v == "*" && !credentialed {
		return failure{}, true
	}
	if v != origin {
		return failure{cause: mismatchCause(by, v, hs), header: allowOrigin, sent: trimLine(joined, v, hs), present: true}, false
	}
	if !credentialed {
		return failure{}, true
	}
	c, found := hs.Get(allowCredentials)
	if c = NormalizeValue(c); c == "true" {
		return failure{}, true
	}
	return failure{cause: causeAllowCredentials, header: allowCredentials, sent: c, present: found}, false
}

// trimLine is the value as engines print it: trimmed, but for the space that
// joining lines put at its end.
func trimLine(joined, normalised string, hs exchange.Headers) string {
	if joined != normalised && countHeader(hs, allowOrigin) > 1 {
		return joined
	}
	return normalised
}

// mismatchCause tells apart, as engines do, the ways in which an
// Access-Control-Allow-Origin does not match.
func mismatchCause(by decider, v string, hs exchange.Headers) cause {
	switch {
	case v == "*":
		return causeWildcardOrigin
	case countHeader(hs, allowOrigin) > 1:
		return causeSeveralOriginLines
	case strings.IndexByte(v, ',') >= 0:
		return causeSeveralOrigins
	case strings.IndexByte(v, ' ') >= 0:
		return causeSpaceInOrigin
	case v == "null":
		return causeOriginMismatch
	}
	if _, err := ParseURL(v, nil); err != nil {
		if errors.Is(err, errHost) && strings.Contains(v, "%20") && by.has(devSpaceInHost) {
			if _, err := ParseURL(strings.ReplaceAll(v, "%20", "-"), nil); err == nil {
				return causeOriginMismatch
			}
		}
		return causeInvalidOrigin
	}
	return causeOriginMismatch
}

func countHeader(hs exchange.Headers, name string) int {
	n := 0
	for i := range hs {
		if strings.EqualFold(hs[i].Name, name) {
			n++
		}
	}
	return n
}
