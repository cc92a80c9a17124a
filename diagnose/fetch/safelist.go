package fetch

import (
	"math"
	"sort"
	"strconv"
	"strings"

	"corstui/diagnose/exchange"
)

// The bounds of the Fetch Standard on safelisted request-headers, in bytes.
const (
	safelistedValueMax = 128  // one value
	safelistedTotalMax = 1024 // all safelisted values together
)

// unsafeBytes holds the CORS-unsafe request-header bytes of the Fetch Standard.
var unsafeBytes = func() (t [256]bool) {
	for c := range 0x20 {
		t[c] = c != '\t'
	}
	for _, c := range "\"():<>?@[\\]{}\x7f" {
		t[c] = true
	}
	return t
}()

func firstUnsafeByte(s string) int {
	for i := 0; i < len(s); i++ {
		if unsafeBytes[s[i]] {
			return i
		}
	}
	return -1
}

func firstHighByte(s string) int {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return i
		}
	}
	return -1
}

// IsCORSSafelistedRequestHeader is "CORS-safelisted request-header" of the
// standard. Values are bytes.
func IsCORSSafelistedRequestHeader(name, value string) bool {
	why, _ := unsafeBecause(Standard, strings.ToLower(name), value)
	return why == ""
}

// unsafeBecause returns in words why a request header is not CORS-safelisted,
// and what would make it so; an empty why means that it is. has asks the
// engine.
func unsafeBecause(by decider, name, value string) (why, avoid string) {
	known := true
	switch name {
	case "accept", "accept-language", "content-language", "content-type", "range":
	default:
		known = false
	}
	if !known {
		return clientHintUnsafe(by, name, value)
	}
	if len(value) > safelistedValueMax {
		return "its value has " + strconv.Itoa(len(value)) + " bytes, and at most 128 are allowed without a preflight",
			"Make the value of " + name + " shorter than 129 bytes."
	}
	switch name {
	case "accept":
		if i := firstUnsafeByte(value); i >= 0 {
			return "its value contains " + quoteByte(value[i]) + ", which is not allowed without a preflight",
				"Send an Accept value without any of \" ( ) : < > ? @ [ \\ ] { }."
		}
		return highByteUnsafe(by, value)
	case "accept-language", "content-language":
		for i := 0; i < len(value); i++ {
			if c := value[i]; !isAlpha(c) && !isDigit(c) && strings.IndexByte(" *,-.;=", c) < 0 {
				return "its value contains " + quoteByte(c) + "; only letters, digits, space and * , - . ; = are allowed without a preflight",
					"Write language tags with a hyphen, such as de-DE."
			}
		}
	case "content-type":
		return contentTypeUnsafe(by, value)
	case "range":
		return rangeUnsafe(by, value)
	}
	return "", ""
}

func quoteByte(c byte) string {
	if c >= 0x20 && c < 0x7f {
		return "the byte " + string(rune(c))
	}
	return "the byte 0x" + strings.ToUpper(strconv.FormatUint(uint64(c)|0x100, 16)[1:])
}

func highByteUnsafe(by decider, value string) (why, avoid string) {
	if i := firstHighByte(value); i >= 0 && by.has(devHighBytesUnsafe) {
		return "its value contains " + quoteByte(value[i]) + ", which this engine does not allow without a preflight",
			"Keep the value to ASCII."
	}
	return "", ""
}

// contentTypeUnsafe applies the Content-Type row: a MIME type whose essence is
// one of the three that a form can send.
func contentTypeUnsafe(by decider, value string) (why, avoid string) {
	const send = "Send text/plain (the server must then read the body as JSON whatever its type says), or call the API from the page's own origin."
	if i := firstUnsafeByte(value); i >= 0 {
		return "its value contains " + quoteByte(value[i]) + ", which is not allowed without a preflight",
			"Write parameters without quotes, such as text/plain;charset=utf-8."
	}
	switch essence := mimeEssence(value); essence {
	case "application/x-www-form-urlencoded", "multipart/form-data", "text/plain":
		return highByteUnsafe(by, value)
	case "":
		return "its value is no MIME type", send
	default:
		return "its value is " + essence + "; only application/x-www-form-urlencoded, multipart/form-data and text/plain need no preflight", send
	}
}

// mimeEssence is "parse a MIME type" of the MIME Sniffing Standard, reduced to
// the essence; empty on failure.
func mimeEssence(s string) string {
	s = NormalizeValue(s)
	t, rest, ok := strings.Cut(s, "/")
	if !ok || !isToken(t) {
		return ""
	}
	sub, _, _ := strings.Cut(rest, ";")
	for sub != "" && isHTTPSpace(sub[len(sub)-1]) {
		sub = sub[:len(sub)-1]
	}
	if !isToken(sub) {
		return ""
	}
	return strings.ToLower(t + "/" + sub)
}

// rangeUnsafe applies the Range row: "parse a single range header value" with
// no whitespace allowed, and a first position.
func rangeUnsafe(by decider, value string) (why, avoid string) {
	const form = "Ask for one range with a first position, such as bytes=0-1023."
	v, ok := strings.CutPrefix(value, "bytes=")
	if !ok {
		if len(value) < 6 || !strings.EqualFold(value[:6], "bytes=") || !by.has(devRangeUnitAnyCase) {
			return "its value does not start with bytes=", form
		}
		v = value[6:]
	}
	first, last, ok := strings.Cut(v, "-")
	switch {
	case !ok || !allDigits(first) || !allDigits(last):
		return "its value is not a single range of the form bytes=first-last", form
	case first == "":
		return "its range has no first position", form
	}
	if tooLong(first) || tooLong(last) {
		if by.has(devRangeBounded) && (beyond64(first) || beyond64(last) || !by.has(devRangeUnsigned)) {
			return "its range has a position that is too large", form
		}
	}
	if last != "" && compareNumbers(first, last) > 0 {
		return "its range ends before it starts", form
	}
	return "", ""
}

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) {
			return false
		}
	}
	return true
}

// tooLong says whether a position is 2^63-1 or more: Chromium takes the largest
// number of its type for one that did not fit.
func tooLong(digits string) bool {
	if digits == "" {
		return false
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	return err != nil || n == math.MaxInt64
}

func beyond64(digits string) bool {
	_, err := strconv.ParseUint(digits, 10, 64)
	return digits != "" && err != nil
}

// compareNumbers compares decimal numbers of any length.
func compareNumbers(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

// clientHints is Chromium's further safelist, with what it asks of a value.
var clientHints = map[string]func(string) bool{
	"dpr":            isDecimal,
	"device-memory":  isDecimal,
	"width":          isInteger,
	"viewport-width": isInteger,
	"save-data":      func(v string) bool { return strings.EqualFold(v, "on") },
	"rtt":            anyValue,
	"downlink":       anyValue,
	"ect":            anyValue,
	"intervention":   anyValue,
}

func anyValue(string) bool    { return true }
func isInteger(v string) bool { return v != "" && allDigits(v) }

// isDecimal accepts digits, optionally followed by a point and digits.
func isDecimal(v string) bool {
	whole, frac, point := strings.Cut(v, ".")
	return isInteger(whole) && (!point || isInteger(frac))
}

func clientHintUnsafe(by decider, name, value string) (why, avoid string) {
	avoid = avoidHeader(name)
	if valid, ok := clientHints[name]; ok && by.has(devClientHintsSafelisted) {
		switch {
		case len(value) > safelistedValueMax:
			return "its value has more than 128 bytes", avoid
		case valid(value):
			return "", ""
		}
		return "its value is not one that this client hint can have", avoid
	}
	return "a header of this name always needs a preflight: only Accept, Accept-Language, Content-Language, Content-Type and Range can go without", avoid
}

// avoidances says for headers that people often set how to do without.
var avoidances = map[string]string{
	"authorization":     "Only a call from the page's own origin, or a cookie in place of the header, does without a preflight.",
	"x-requested-with":  "Leave it out: no server needs it to tell scripts from forms; Sec-Fetch-Mode says that.",
	"cache-control":     "Leave it out and use fetch()'s option cache: \"no-store\" instead.",
	"pragma":            "Leave it out and use fetch()'s option cache: \"no-store\" instead.",
	"if-none-match":     "Leave it out: the browser revalidates by itself.",
	"if-modified-since": "Leave it out: the browser revalidates by itself.",
	"user-agent":        "Leave it out: the browser sends its own.",
	"x-api-key":         "Keep the key on a server of your own and call the API from there; in a page everybody can read it.",
}

func avoidHeader(name string) string {
	if a, ok := avoidances[name]; ok {
		return a
	}
	return "Leave the header out, or pass its value in the URL or the body."
}

// CORSUnsafeRequestHeaderNames is "CORS-unsafe request-header names" of the
// standard: the names, in lower case, sorted and unique, for which a preflight
// must ask.
func CORSUnsafeRequestHeaderNames(hs exchange.Headers) []string {
	names, _ := unsafeNames(Standard, hs)
	return names
}

// unsafeNames returns the unsafe names in the order and multiplicity of
// Access-Control-Request-Headers, and a trigger for each.
func unsafeNames(by decider, hs exchange.Headers) (names []string, triggers []Trigger) {
	if len(hs) == 0 {
		return nil, nil
	}
	total := 0
	var safelisted []Trigger
	for i := range hs {
		n := lowerASCII(hs[i].Name)
		value := hs[i].Value
		if repeated(hs, i) && by.has(devRepeatedCombined) {
			if firstIndex(hs, n) != i {
				continue
			}
			value, _ = hs.Get(n)
		}
		why, avoid := unsafeBecause(by, n, value)
		if why == "" {
			total += len(value)
			safelisted = append(safelisted, Trigger{Kind: "total", Name: n, Value: value,
				Why:   "the values of the safelisted headers together have more than 1024 bytes",
				Avoid: "Send fewer or shorter Accept, Accept-Language, Content-Language, Content-Type and client hint headers."})
			continue
		}
		triggers = append(triggers, Trigger{Kind: "header", Name: n, Value: value, Why: why, Avoid: avoid})
	}
	if total > safelistedTotalMax {
		triggers = append(triggers, safelisted...)
	}
	if len(triggers) == 0 {
		return nil, nil
	}
	names = make([]string, 0, len(triggers))
	for _, t := range triggers {
		names = append(names, t.Name)
	}
	sort.Strings(names)
	if hasRepeats(names) && !by.has(devACRHRepeats) {
		names = compactSorted(names)
	}
	return names, triggers
}

func repeated(hs exchange.Headers, i int) bool {
	for j := range hs {
		if j != i && strings.EqualFold(hs[j].Name, hs[i].Name) {
			return true
		}
	}
	return false
}

func firstIndex(hs exchange.Headers, name string) int {
	for i := range hs {
		if strings.EqualFold(hs[i].Name, name) {
			return i
		}
	}
	return -1
}

func hasRepeats(sorted []string) bool {
	for i := 1; i < len(sorted); i++ {
		if sorted[i] == sorted[i-1] {
			return true
		}
	}
	return false
}

func compactSorted(sorted []string) []string {
	out := sorted[:1]
	for _, s := range sorted[1:] {
		if s != out[len(out)-1] {
			out = append(out, s)
		}
	}
	return out
}

// lowerASCII is byte-lowercase.
func lowerASCII(s string) string {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= 'A' && c <= 'Z' {
			return strings.ToLower(s)
		}
	}
	return s
}
