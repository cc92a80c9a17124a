package fetch

import (
	"strconv"
	"strings"
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
	again := r.repeatAs(e)
	s := again.sentence(e) // as far as what was seen can say
	*again = run{}
	return s
}

// agrees says that an engine cannot conclude anything else than this run.
func (r *run) agrees(e Engine) bool {
	return (engineDeviations[e.id]^engineDeviations[r.e.id])&r.asked == 0
}

// repeatAs runs the same case as another engine over the exchanges seen. What it
// returns holds until the next call.
func (r *run) repeatAs(e Engine) *run {
	o := r.o
	o.Engine = e
	if r.scratch == nil {
		r.scratch = new(run)
	}
	again := r.scratch
	*again = run{ctx: r.ctx, o: o, e: e, c: r.c, page: r.page, parsed: r.parsed, within: true,
		stored: &replay{xs: r.res.Exchanges, strict: true}}
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
	if f.network != nil && (f.network.Phase == exchange.FailureRefused || f.network.Phase == exchange.FailureCanceled) {
		return "" // corstui's doing, not the browser's
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
	b.WriteString("Access to fetch at '")
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

// firefoxFrame is the frame of Firefox's CORS messages.
func firefoxFrame(r *run, t text, s string) string {
	if r.failure.kind() == "" && !r.aboutCORS() {
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
		return profiles[e.id].escape(f.sent)
	case "element":
		return f.element
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
	case "neterror":
		return netError(f.network)
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
func escapeLatin1(s string) string {
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

// replaceInvalid writes each byte that is no UTF-8 as U+FFFD.
func replaceInvalid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return string([]rune(s))
}

// asItIs is the escaping of engines that do none.
func asItIs(s string) string { return s }

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
	{exchange.FailureTLS, "", "ERR_SSL_PROTOCOL_ERROR"},
	{exchange.FailureTimeout, "", "ERR_TIMED_OUT"},
	{exchange.FailureProtocol, "eof", "ERR_EMPTY_RESPONSE"},
	{exchange.FailureProtocol, "reset", "ERR_CONNECTION_RESET"},
	{exchange.FailureProtocol, "http2", "ERR_HTTP2_PROTOCOL_ERROR"},
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
