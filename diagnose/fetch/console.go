package fetch

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"corstui/diagnose/exchange"
)

// consoles fills in what each engine prints. An engine that agrees with this
// one on every deviation that the run depended on concludes the same; for the
// others the run is repeated over the exchanges that were seen.
func (r *run) consoles() {
	c := &r.res.Verdict.Console
	for _, e := range Browsers() {
		*c.of(e) = r.consoleAs(e)
	}
}

// of returns the place of an engine's sentence.
func (c *Console) of(e Engine) *string { return profiles[e.id].console(c) }

// consoleAs is what engine e prints for this fetch.
func (r *run) consoleAs(e Engine) string {
	if r.agrees(e) {
		return r.sentence(e)
	}
	again := r.repeatAs(e, false)
	s := again.sentence(e) // as far as what was seen can say
	*again = run{}
	return s
}

// agrees says that an engine cannot conclude anything else than this run.
func (r *run) agrees(e Engine) bool {
	return !engineDeviations[e.id].differ(engineDeviations[r.e.id], r.asked)
}

// repeatAs runs the same case as another engine over the exchanges seen. It is
// partial where that engine would have sent another request. weigh says that it
// tells what became of each credential. What it returns holds until the next call.
func (r *run) repeatAs(e Engine, weigh bool) *run {
	o := r.o
	o.Engine = e
	if r.scratch == nil {
		r.scratch = new(run)
	}
	again := r.scratch
	*again = run{ctx: r.ctx, o: o, e: e, c: r.c, page: r.page, parsed: r.parsed, parsedWire: r.parsedWire, within: true, weigh: weigh,
		stored: &replay{xs: r.res.Exchanges, strict: true, noCache: !r.fromCache, carried: r.carried}}
	again.fetch()
	again.conclude()
	return again
}

// sentence is what engine e prints for the outcome of this run; empty for
// nothing.
func (r *run) sentence(e Engine) string {
	f := &r.failure
	if !f.failed {
		return r.warningSentence(e)
	}
	if r.ownDoing() {
		return ""
	}
	t := profiles[e.id].text(f.cause)
	if t.s == "" {
		return ""
	}
	s := r.fill(t.s, e)
	if t.frame {
		s = profiles[e.id].frame(r, t, s)
	}
	return s
}

// warningSentence is what engines print although they allow.
func (r *run) warningSentence(e Engine) string {
	for _, w := range r.res.Warnings {
		if t := profiles[e.id].wildcardWarning; w == WarningAuthorizationCoveredByWildcard && t != "" {
			return r.fill(t, e)
		}
	}
	return ""
}

// firefoxWildcardWarning is the string of Firefox for a wildcard that covers
// Authorization.
const firefoxWildcardWarning = "Cross-Origin Request Warning: The Same Origin Policy will disallow reading the remote resource at {url} soon. (Reason: When the `Access-Control-Allow-Headers` is `*`, the `Authorization` header is not covered. To include the `Authorization` header, it must be explicitly listed in CORS header `Access-Control-Allow-Headers`)."

// chromiumFrame is the frame of every CORS message of Chromium.
func chromiumFrame(r *run, t text, s string) string {
	f := &r.failure
	var b strings.Builder
	u := r.framedURL(t)
	b.WriteString("Access to ")
	b.WriteString(chromiumKind(r.c.Initiator))
	b.WriteString(" at '")
	b.WriteString(u)
	if first := r.first.String(); first != u {
		b.WriteString("' (redirected from '")
		b.WriteString(first)
		b.WriteString("')")
	} else {
		b.WriteString("'")
	}
	b.WriteString(" from origin '")
	b.WriteString(SerializeOrigin(r.page))
	b.WriteString("' has been blocked by CORS policy: ")
	if f.preflight && f.cause <= causePreflightTarget {
		b.WriteString("Response to preflight request doesn't pass access control check: ")
	}
	b.WriteString(s)
	return b.String()
}

// chromiumKind is how Chromium calls what asks.
func chromiumKind(i exchange.InitiatorType) string {
	if i == exchange.InitiatorLink {
		return "link element resource"
	}
	return "fetch"
}

// firefoxFrame is the frame of Firefox's CORS messages.
func firefoxFrame(r *run, t text, s string) string {
	if r.failure.kind() == "" && !r.aboutCORS() || r.failure.kind() == kindLocalNetwork && r.c.Mode == exchange.ModeNoCORS {
		return "" // the message is about requests to another origin
	}
	return "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at " +
		r.framedURL(t) + ". (Reason: " + s + "."
}

// webkitFrame goes around what WebKit says of a redirect that fails its own
// CORS check.
func webkitFrame(r *run, _ text, s string) string {
	if !r.aboutCORS() {
		return ""
	}
	if f := &r.failure; f.location != "" && !f.preflight {
		return "Cross-origin redirection to " + r.strippedTarget() + " denied by Cross-Origin Resource Sharing policy: " + s
	}
	return s
}

// framedURL is the URL that a frame names.
func (r *run) framedURL(t text) string {
	if t.target {
		return r.redirectTarget()
	}
	return r.failureURL()
}

func (f *failure) kind() string { return causes[f.cause].kind }

func (r *run) failureURL() string {
	switch {
	case r.failure.url != nil:
		return r.failure.url.String()
	case r.cur != nil:
		return r.cur.String()
	}
	return r.c.URL
}

// redirectTarget is where a redirect points: as it came where it does not parse.
func (r *run) redirectTarget() string {
	switch f := &r.failure; {
	case f.target != nil:
		return f.target.String()
	case f.location != "":
		return f.location
	}
	return r.failureURL()
}

// strippedTarget is redirectTarget without its user name and password.
func (r *run) strippedTarget() string {
	if r.failure.target == nil {
		return r.redirectTarget()
	}
	bare := *r.failure.target
	bare.Username, bare.Password = "", ""
	// The path of a URL of an unknown scheme still holds its authority.
	if rest, ok := strings.CutPrefix(bare.Path, "//"); ok && !bare.special {
		authority, path, _ := strings.Cut(rest, "/")
		bare.Path = "//" + authority[strings.LastIndexByte(authority, '@')+1:] + "/" + path
	}
	return bare.String()
}

// fill replaces the placeholders of a text.
func (r *run) fill(s string, e Engine) string {
	if strings.IndexByte(s, '{') < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 64)
	for {
		i := strings.IndexByte(s, '{')
		if i < 0 {
			break
		}
		j := strings.IndexByte(s[i:], '}')
		if j < 0 {
			break
		}
		b.WriteString(s[:i])
		b.WriteString(r.placeholder(s[i+1:i+j], e))
		s = s[i+j+1:]
	}
	b.WriteString(s)
	return b.String()
}

func (r *run) placeholder(name string, e Engine) string {
	f := &r.failure
	switch name {
	case "url":
		return r.failureURL()
	case "target":
		return r.redirectTarget()
	case "stripped":
		return r.strippedTarget()
	case "page":
		if r.page.Opaque() {
			return "null"
		}
		return SerializeOrigin(r.page) + "/"
	case "origin":
		return r.requestOrigin()
	case "value":
		return profiles[e.id].escape(f, f.sent)
	case "element":
		return profiles[e.id].escape(f, f.element)
	case "status":
		return strconv.Itoa(f.status)
	case "method":
		return f.method
	case "name":
		return f.name
	case "Name":
		if e.has(devHeaderNamesCanonical) {
			return canonicalName(f.name, f.spelt)
		}
		return f.spelt
	case "says":
		return f.says
	case "scheme":
		return r.cur.Scheme
	case "port":
		if f.target != nil {
			return f.target.Port
		}
		return r.cur.Port
	case "hint":
		if r.c.Initiator == exchange.InitiatorFetch {
			return hintValid
		}
	case "space":
		if r.c.LocalNetwork != nil {
			return string(r.c.LocalNetwork.Target)
		}
	case "index":
		at, _ := beyondByte(f.sent)
		return strconv.Itoa(at)
	case "codepoint":
		_, c := beyondByte(f.sent)
		return strconv.Itoa(int(c))
	case "served":
		if u := f.mixedURL(); u != nil && IsPotentiallyTrustworthy(&URL{Scheme: u.Scheme, Host: u.Host}) {
			return "" // for localhost the sentence ends in the middle
		}
		return " be served over HTTPS."
	case "neterror":
		return netError(f.network)
	case "souperror":
		return r.soupError()
	}
	return ""
}

// wellKnownHeaders are the request headers that WebKit prints in their usual
// spelling: those of HTTPHeaderNames.in that a script can set.
var wellKnownHeaders = map[string]bool{
	"accept": true, "accept-language": true, "authorization": true, "cache-control": true, "content-encoding": true, "content-language": true,
	"content-type": true, "if-match": true, "if-modified-since": true, "if-none-match": true, "if-range": true, "if-unmodified-since": true,
	"last-event-id": true, "pragma": true, "priority": true, "purpose": true, "range": true, "user-agent": true, "x-requested-with": true,
}

// canonicalName is the usual spelling of a well-known header, else the script's.
func canonicalName(lower, spelt string) string {
	if !wellKnownHeaders[lower] {
		return spelt
	}
	b := []byte(lower)
	for i := range b {
		if (i == 0 || b[i-1] == '-') && b[i] >= 'a' && b[i] <= 'z' {
			b[i] -= 'a' - 'A'
		}
	}
	return strings.Replace(string(b), "Event-Id", "Event-ID", 1)
}

// escapeLatin1 writes controls and bytes that are not ASCII as \u00XX, as
// Chromium does with header values, which it takes as Latin-1.
func escapeLatin1(_ *failure, s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] >= 0x7f {
			return escapeFrom(s, i)
		}
	}
	return s
}

func escapeFrom(s string, i int) string {
	const hex = "0123456789ABCDEF"
	b := append(make([]byte, 0, len(s)+24), s[:i]...)
	for ; i < len(s); i++ {
		if c := s[i]; c < ' ' || c >= 0x7f {
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		} else {
			b = append(b, c)
		}
	}
	return string(b)
}

// beyondByte finds the first code point of a header's value that is no byte: its
// place in UTF-16, and the code unit there.
func beyondByte(s string) (at int, unit uint16) {
	for _, c := range s {
		if c > 0xff {
			return at, utf16.Encode([]rune{c})[0]
		}
		at++
	}
	return at, 0
}

// geckoText is how Firefox prints what a header holds: up to a NUL, and each
// byte that is no UTF-8 as U+FFFD.
func geckoText(_ *failure, s string) string {
	s, _, _ = strings.Cut(s, "\x00")
	return replaceInvalid(s)
}

// soupText is how WebKitGTK prints what a response header holds: as Latin-1,
// after libsoup has made it UTF-8.
func soupText(f *failure, s string) string {
	if f.kind() != "" || !strings.ContainsFunc(s, func(c rune) bool { return c >= utf8.RuneSelf }) {
		return s // what a script wrote is text already
	}
	s = replaceInvalid(s)
	out := make([]rune, len(s))
	for i := range len(s) {
		out[i] = rune(s[i])
	}
	return string(out)
}

// replaceInvalid writes each byte that is no UTF-8 as U+FFFD.
func replaceInvalid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return string([]rune(s))
}

// asItIs is the escaping of engines that do none.
func asItIs(_ *failure, s string) string { return s }

// netErrors maps what a transport says of a failure to Chromium's net error:
// the first row whose phase and word fit.
var netErrors = []struct {
	phase      exchange.FailurePhase
	word, name string
}{
	{exchange.FailureDNS, "", "ERR_NAME_NOT_RESOLVED"},
	{exchange.FailureConnect, "unreachable", "ERR_ADDRESS_UNREACHABLE"},
	{exchange.FailureConnect, "", "ERR_CONNECTION_REFUSED"},
	{exchange.FailureTLS, "expired", "ERR_CERT_DATE_INVALID"},
	{exchange.FailureTLS, "not yet valid", "ERR_CERT_DATE_INVALID"},
	{exchange.FailureTLS, "authority", "ERR_CERT_AUTHORITY_INVALID"},
	{exchange.FailureTLS, "not trusted", "ERR_CERT_AUTHORITY_INVALID"},
	{exchange.FailureTLS, "valid for", "ERR_CERT_COMMON_NAME_INVALID"},
	{exchange.FailureTLS, "is not for", "ERR_CERT_COMMON_NAME_INVALID"},
	{exchange.FailureTLS, "", "ERR_SSL_PROTOCOL_ERROR"},
	{exchange.FailureTimeout, "", "ERR_TIMED_OUT"},
	{exchange.FailureProtocol, "eof", "ERR_EMPTY_RESPONSE"},
	{exchange.FailureProtocol, "without any answer", "ERR_EMPTY_RESPONSE"},
	{exchange.FailureProtocol, "reset", "ERR_CONNECTION_RESET"},
	{exchange.FailureProtocol, "http2", "ERR_HTTP2_PROTOCOL_ERROR"},
	{exchange.FailureProtocol, "http/2", "ERR_HTTP2_PROTOCOL_ERROR"},
	{exchange.FailureProtocol, "", "ERR_INVALID_HTTP_RESPONSE"},
}

func netError(f *exchange.Failure) string {
	if f == nil {
		return ""
	}
	message := strings.ToLower(f.Message)
	for _, row := range netErrors {
		if row.phase == f.Phase && strings.Contains(message, row.word) {
			return "Failed to load resource: net::" + row.name
		}
	}
	return ""
}

// soupErrors is the same for WebKitGTK, in libsoup's words, which it prints for
// preflights alone.
var soupErrors = []struct {
	phase      exchange.FailurePhase
	word, says string
}{
	{exchange.FailureConnect, "refused", "Could not connect to {host}: Connection refused"},
	{exchange.FailureTLS, "certificate", "Unacceptable TLS certificate"},
	{exchange.FailureProtocol, "eof", "Connection terminated unexpectedly"},
	{exchange.FailureProtocol, "without any answer", "Connection terminated unexpectedly"},
	{exchange.FailureProtocol, "not an http response", "Could not parse HTTP response"},
}

func (r *run) soupError() string {
	f := &r.failure
	if f.network == nil || !f.preflight {
		return ""
	}
	message := strings.ToLower(f.network.Message)
	for _, row := range soupErrors {
		if row.phase == f.network.Phase && strings.Contains(message, row.word) {
			return strings.ReplaceAll(row.says, "{host}", r.cur.Host)
		}
	}
	return ""
}

// ownDoing says that corstui ended the fetch, and not the browser.
func (r *run) ownDoing() bool {
	n := r.failure.network
	return n != nil && (n.Phase == exchange.FailureRefused || n.Phase == exchange.FailureCanceled)
}

// mixedURL is the URL that a failure calls mixed content.
func (f *failure) mixedURL() *URL {
	if f.target != nil {
		return f.target
	}
	return f.url
}
