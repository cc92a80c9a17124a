package fetch

import (
	"strings"

	"corstui/diagnose/exchange"
)

// A failure is a cause with what was seen.
type failure struct {
	cause     cause
	failed    bool
	preflight bool // it was the preflight that failed
	exchange  string
	status    int
	url       *URL   // the URL at which it failed, nil for the current one
	target    *URL   // where a redirect points, nil if nowhere
	location  string // the Location of a redirect as it came
	network   *exchange.Failure

	header  string // the response header at fault
	sent    string // its value, or the input that was refused
	present bool
	element string   // the list element that is no token
	method  string   // the method that is not allowed
	name    string   // the request header that is not allowed, in lower case
	spelt   string   // the same as the script wrote it
	missing []string // all of them
	says    string   // in plain words, for what has no table row of its own
}

// conclude turns the outcome into the verdict.
func (r *run) conclude() {
	v := &r.res.Verdict
	v.Engine = r.e.Name()
	v.Tainting = r.tainting
	if r.cur != nil {
		v.FinalURL = r.cur.String()
	}
	if v.Assumes == nil {
		v.Assumes = []string{}
	}
	if v.ReadableHeaders == nil {
		v.ReadableHeaders = []string{}
	}
	if v.HiddenHeaders == nil {
		v.HiddenHeaders = []string{}
	}
	if r.res.Triggers == nil {
		r.res.Triggers = []Trigger{}
	}
	if r.res.Credentials == nil {
		r.res.Credentials = []CredentialDecision{}
	}
	if r.c.Initiator == exchange.InitiatorLink {
		v.Event = r.event()
	}
	if r.failure.failed {
		v.Allowed, v.Partial = false, false
		if r.within {
			return
		}
		v.Reason = r.reason(r.e)
		r.res.Local = r.localBlock()
		if r.failure.header != "" {
			r.res.Fault = r.fault()
		}
	}
	if !r.within {
		r.consoles()
	}
}

// reason is the name that an engine gives the failure, nil where it has none.
func (r *run) reason(e Engine) *string {
	f := &r.failure
	if !f.failed || f.network != nil || !r.aboutCORS() {
		return nil
	}
	name := profiles[e.id].reason(f.cause)
	if name == "" {
		return nil
	}
	if profiles[e.id].preflightNames && f.preflight && f.cause >= causeMissingAllowOrigin && f.cause <= causeAllowCredentials {
		name = preflightPrefix + name
	}
	return &name
}

// aboutCORS says whether engines speak of CORS for this failure: the request
// went to another origin with mode cors, or a redirect would have.
func (r *run) aboutCORS() bool {
	f := &r.failure
	return r.tainting == taintingCORS || f.cause == causeRedirectUserinfo || f.cause == causeRedirectScheme || f.cause == causeRedirectOwnScheme || f.cause == causeRedirectLocalScheme || f.cause == causeLocalScheme || f.cause == causeLocalNetworkDenied || f.cause == causeLocalNetworkInsecure
}

// localBlock says what the browser refused before anything was sent.
func (r *run) localBlock() *LocalBlock {
	kind := causes[r.failure.cause].kind
	if kind == "" {
		return nil
	}
	return &LocalBlock{Kind: kind, Message: r.localMessage()}
}

// localMessages are the blocks in plain words, by cause.
var localMessages = map[cause]string{
	causeLocalURL:             "fetch() throws a TypeError: it cannot parse the URL {value}. {says}",
	causeLocalUserinfo:        "fetch() throws a TypeError: the URL contains a user name or password. Send an Authorization header instead.",
	causeLocalNavigate:        "fetch() throws a TypeError: the mode navigate is the browser's own.",
	causeLocalMethod:          "fetch() throws a TypeError: {value} is no HTTP method, which is letters, digits and ! # $ % & ' * + - . ^ _ ` | ~ only.",
	causeLocalForbiddenMethod: "fetch() throws a TypeError: a script may not use the method {value}.",
	causeLocalHeaderName:      "fetch() throws a TypeError: {value} is no header name, which is letters, digits and ! # $ % & ' * + - . ^ _ ` | ~ only.",
	causeLocalHeaderValue:     "fetch() throws a TypeError: the value of the header {name} contains a NUL, a carriage return or a line feed.",
	causeLocalHeaderCodePoint: "fetch() throws a TypeError: the value of the header {name} contains a character beyond U+00FF, which no header can carry. Encode it first, with encodeURIComponent() for example.",
	causeLocalNoCORSMethod:    "fetch() throws a TypeError: in mode no-cors the method can be GET, HEAD or POST only, not {method}.",
	causeLocalBodyOnGet:       "fetch() throws a TypeError: a GET or HEAD request cannot have a body.",
	causeLocalOption:          "fetch() throws a TypeError: {value} is not a value of its option {name}.",
	causeLocalPort:            "The browser refuses to connect to port {port}: it is on the list of ports that belong to other protocols. Serve the API at another port.",
	causeLocalMixed:           "The page is on https and asks for {url} over plain http: the browser blocks this mixed content and sends nothing. Serve the API over https.",
	causeLocalMixedLink:       "The page is on https and asks for {url} over plain http: the browser blocks this mixed content and sends nothing. Serve the API over https.",
	causeLocalMode:            "The mode is same-origin and the URL is of another origin than {origin}: the browser sends nothing.",
	causeLocalScheme:          "fetch() cannot request the scheme {scheme}: the browser sends nothing.",
	causeLocalStream:          "fetch() throws: this browser takes no ReadableStream as a body. Send a string, a Blob or an ArrayBuffer.",
	causeLocalStreamMode:      "fetch() throws a TypeError: a body that is a stream needs the mode cors or same-origin.",
	causeLocalNetworkDenied:   "The address is in the {space} network, which is less public than the page, and the permission for it is not granted: the browser sends nothing.",
	causeLocalNetworkInsecure: "The address is in the {space} network, which is less public than the page, and the page is on plain http: the browser sends nothing.",
	causeLocalFile:            "A page may not read files of this machine: the browser sends nothing.",
	causeLocalRedirectMode:    "In mode no-cors the redirect mode must be follow: the browser sends nothing.",
}

func (r *run) localMessage() string {
	return strings.TrimSpace(r.fill(localMessages[r.failure.cause], r.e))
}
