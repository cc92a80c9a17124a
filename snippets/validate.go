package snippets

import (
	"errors"
	"slices"
	"strings"
)

// MaxMaxAge is the longest Access-Control-Max-Age in seconds: Firefox keeps a
// preflight for a day, Chromium and WebKit for less.
const MaxMaxAge = 86400

// maxList bounds the value of one header. nginx takes at most 4,096 bytes for
// one parameter, and servers often take 8 KiB for all headers together.
const maxList = 3500

// maxOrigins bounds the list of origins: more of them belong into a database.
const maxOrigins = 1000

// Validate reports everything that is wrong with the policy at once: an
// errors.Join of *OriginError, *MethodError, *HeaderError, *WildcardError,
// *MaxAgeError, *TooLongError and *MissingError. It is nil for a policy that
// can be written into every file.
//
// An origin with the scheme http is accepted, with credentials too: it is a
// risk that some development set-ups need. The files say so where the host is
// not loopback.
func (p Policy) Validate() error { return errors.Join(p.check(true)...) }

// check is Validate; without needOrigin a policy that names no origin is fine.
func (p Policy) check(needOrigin bool) []error {
	var errs []error
	if needOrigin && len(p.AllowOrigins) == 0 {
		errs = append(errs, &MissingError{Flag: FlagAllowOrigin, Want: []string{"https://app.example.com"}})
	}
	errs = append(errs, p.checkList(FlagAllowOrigin, p.AllowOrigins, func(v string) error {
		if e := checkOrigin(v); e != nil {
			return e
		}
		return nil
	})...)
	errs = append(errs, p.checkList(FlagAllowMethod, p.AllowMethods, checkMethod)...)
	errs = append(errs, p.checkList(FlagAllowHeader, p.AllowHeaders, checkAllowHeader)...)
	errs = append(errs, p.checkList(FlagExposeHeader, p.ExposeHeaders, checkExposeHeader)...)
	if p.MaxAge != nil && (*p.MaxAge < 0 || *p.MaxAge > MaxMaxAge) {
		errs = append(errs, &MaxAgeError{Value: *p.MaxAge})
	}
	return errs
}

// checkList checks each value of a flag by itself, and "*" among them.
func (p Policy) checkList(flag string, values []string, check func(string) error) []error {
	var errs []error
	total := 0
	for _, v := range values {
		total += len(v) + len(", ")
		if v == "*" {
			continue
		}
		if err := check(v); err != nil {
			errs = append(errs, err)
		}
	}
	if slices.Contains(values, "*") {
		if p.Credentials {
			errs = append(errs, &WildcardError{Flag: flag, Reason: ReasonCredentials})
		}
		if slices.ContainsFunc(values, func(v string) bool { return !coveredApart(flag, v) }) {
			errs = append(errs, &WildcardError{Flag: flag, Reason: ReasonMixed})
		}
	}
	if flag == FlagAllowOrigin {
		if len(values) > maxOrigins {
			errs = append(errs, &TooLongError{Flag: flag, Size: len(values), Max: maxOrigins, Unit: "values"})
		}
	} else if total > maxList {
		errs = append(errs, &TooLongError{Flag: flag, Size: total, Max: maxList, Unit: "bytes"})
	}
	return errs
}

// coveredApart says whether v may stand beside "*": another "*", or the
// request header Authorization, which "*" never covers (Fetch Standard,
// "CORS non-wildcard request-header name").
func coveredApart(flag, v string) bool {
	return v == "*" || flag == FlagAllowHeader && strings.EqualFold(v, "authorization")
}

func checkMethod(v string) error {
	if r := nameReason(v); r != "" {
		return &MethodError{Value: v, Reason: r}
	}
	upper := strings.ToUpper(v)
	switch {
	case slices.Contains(forbiddenMethods, upper):
		return &MethodError{Value: v, Reason: ReasonForbidden}
	case v != upper && slices.Contains(knownMethods, upper):
		return &MethodError{Value: v, Reason: ReasonCase, Want: upper}
	default:
		return nil
	}
}

func checkAllowHeader(v string) error {
	reason := nameReason(v)
	lower := strings.ToLower(v)
	switch {
	case reason != "":
	case slices.Contains(forbiddenRequestHeaders, lower) || slices.ContainsFunc(forbiddenRequestPrefixes, func(p string) bool { return strings.HasPrefix(lower, p) }):
		reason = ReasonForbidden
	case isCORSResponseHeader(v):
		reason = ReasonResponseName
	default:
		return nil
	}
	return &HeaderError{Flag: FlagAllowHeader, Value: v, Reason: reason}
}

func checkExposeHeader(v string) error {
	reason := nameReason(v)
	lower := strings.ToLower(v)
	switch {
	case reason != "":
	case slices.Contains(forbiddenResponseHeaders, lower):
		reason = ReasonForbidden
	case strings.HasPrefix(lower, "access-control-request-") || lower == "origin":
		reason = ReasonRequestName
	default:
		return nil
	}
	return &HeaderError{Flag: FlagExposeHeader, Value: v, Reason: reason}
}

func isCORSResponseHeader(name string) bool {
	return slices.ContainsFunc(corsResponseHeaders, func(h string) bool { return strings.EqualFold(h, name) })
}
