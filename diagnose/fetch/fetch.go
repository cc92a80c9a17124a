// Package fetch is the browser, by the Fetch Standard: pure functions, and a
// small interpreter over a Transport that asks for the requests which a browser
// would send and concludes what it would conclude.
//
// In goes an exchange.Case; out comes a Result: the Verdict, why a preflight
// was needed, which header byte was at fault. The package does no I/O of its
// own, knows no layer of Cloudflare, and never imports net/http.
//
// Where Chromium leaves the standard, the verdict follows Chromium; each such
// deviation is a row of the table in deviations.go.
package fetch

import (
	"context"

	"corstui/diagnose/exchange"
)

// Transport sends one request exactly as given, follows no redirect, adds no
// header but Host and what HTTP itself needs, and returns what came of it: an
// exchange with its ID set, and either a Response or a Failure.
type Transport interface {
	RoundTrip(ctx context.Context, purpose exchange.Purpose, r exchange.Request) exchange.Exchange
}

// Options are what the verdict depends on besides the case.
type Options struct {
	// Engine whose verdict is asked for; the zero value is Chromium.
	Engine Engine
	// AllowUnsafe lets requests go out whose method may change state. Without
	// it a POST, PUT, PATCH, DELETE or custom method ends in a partial verdict
	// once everything before it passed.
	AllowUnsafe bool
	// UserAgent is the browser's own User-Agent; empty means the engine's.
	UserAgent string
}

// A BlockedAt says at which step a browser stopped.
type BlockedAt string

// The steps at which a browser can stop after something was sent.
const (
	AtPreflight BlockedAt = "preflight" // also where a preflight is redirected
	AtRequest   BlockedAt = "request"
	AtRedirect  BlockedAt = "redirect" // at a hop after the first
)

// Verdict is what the browser concludes. Its JSON form is part of the interface.
type Verdict struct {
	Allowed bool `json:"allowed"`
	// Partial says that the real request was not sent, since its method may
	// change state: Allowed then means "as far as was sent".
	Partial bool `json:"partial"`
	// Assumes names what the case did not say and the verdict rests on: here
	// AssumesThirdPartyCookies at most.
	Assumes []string `json:"assumes"`
	// BlockedAt is nil when allowed and when nothing was sent.
	BlockedAt *BlockedAt `json:"blocked_at"`
	// Reason is Chromium's CorsError name (with Firefox as engine, Firefox's
	// key); nil where the browser has none.
	Reason *string `json:"reason"`
	// PreflightSent says that a preflight went out at any hop, answered or not.
	PreflightSent bool `json:"preflight_sent"`
	// ReadableHeaders are all names, in lower case and sorted, that the page
	// could read in the final response; HiddenHeaders those that it could not.
	ReadableHeaders []string `json:"readable_headers"`
	HiddenHeaders   []string `json:"hidden_headers"`
	// Console is what each engine prints; empty strings where it prints no line.
	Console Console `json:"console"`
	// Event is what an element fires, "load" or "error"; empty for fetch().
	Event string `json:"event,omitempty"`
	// Tainting is the response tainting: "basic", "cors" or "opaque".
	Tainting string `json:"tainting,omitempty"`
	// FinalURL is the URL of the last hop.
	FinalURL string `json:"final_url,omitempty"`
	// Engine is the engine whose verdict this is.
	Engine string `json:"engine,omitempty"`
	// Engines holds the conclusion of every engine, by name.
	Engines map[string]EngineVerdict `json:"engines,omitempty"`
}

// Console holds the sentence of each engine's console.
type Console struct {
	Chromium string `json:"chromium"`
	Firefox  string `json:"firefox"`
	WebKit   string `json:"webkit"`
}

// EngineVerdict is one engine's conclusion, with the fields of Verdict.
type EngineVerdict struct {
	Allowed bool `json:"allowed"`
	// Partial says that this engine would have sent a request that was not sent:
	// Allowed then means "as far as was sent".
	Partial bool `json:"partial"`
	// Assumes is what Verdict.Assumes would be for this engine.
	Assumes         []string   `json:"assumes"`
	BlockedAt       *BlockedAt `json:"blocked_at"`
	Reason          *string    `json:"reason"`
	PreflightSent   bool       `json:"preflight_sent"`
	ReadableHeaders []string   `json:"readable_headers"`
	Console         string     `json:"console"`
	// Credentials says what this engine does with each cookie or token of the
	// session at the first hop.
	Credentials []CredentialDecision `json:"credentials"`
	// Event is what an element fires in this engine; empty for fetch().
	Event string `json:"event,omitempty"`
}

// Result is one run of the interpreter.
type Result struct {
	Verdict Verdict
	// Exchanges are the browser's requests in the order sent.
	Exchanges []exchange.Exchange
	// DecidedBy is the ID of the exchange at which the verdict fell, or of the
	// last response; empty when nothing was sent.
	DecidedBy string
	// SameOrigin says that the first URL is of the page's own origin.
	SameOrigin bool
	// Triggers say why a preflight was needed; empty when none was.
	Triggers []Trigger
	// Fault is the header that failed a check, nil when none did.
	Fault *Fault
	// Local is what the browser itself refused before anything was sent.
	Local *LocalBlock
	// Credentials says what became of each credential of the session at the
	// first hop.
	Credentials []CredentialDecision
	// Unsent is the request that was held back for its unsafe method.
	Unsent *exchange.Request
	// Warnings are what the browser lets pass with a complaint, such as
	// "AuthorizationCoveredByWildcard".
	Warnings []string
}

// Trigger is one reason for a preflight.
type Trigger struct {
	// Kind is "method", "header", "total" (safelisted values over 1024 bytes) or
	// "stream" (a body that is a ReadableStream).
	Kind  string `json:"kind"`
	Name  string `json:"name"`            // the method or the header's name in lower case
	Value string `json:"value,omitempty"` // the header's value
	Why   string `json:"why"`             // which rule of the safelist it misses
	Avoid string `json:"avoid"`           // how the request could do without
}

// Fault points at the header that failed a check.
type Fault struct {
	Exchange string `json:"exchange"`
	// Header is the response header at fault, in its usual spelling.
	Header string `json:"header"`
	// Sent is its combined value, nil when it was absent.
	Sent *string `json:"sent"`
	// WouldPass is a value that would have passed.
	WouldPass string `json:"would_pass"`
	// At is the offset of the first byte of Sent that is wrong; -1 if absent.
	At int `json:"at"`
	// Says is the difference in words.
	Says string `json:"says"`
}

// LocalBlock is a refusal by the browser itself: nothing was sent.
type LocalBlock struct {
	// Kind is "type-error", "mixed-content", "blocked-port", "mode", "scheme",
	// "redirect-mode" or "local-network".
	Kind    string `json:"kind"`
	Message string `json:"message"`
}

// CredentialDecision says whether a cookie or token travelled, and why.
type CredentialDecision struct {
	Name string `json:"name"`
	Sent bool   `json:"sent"`
	Why  string `json:"why"`
	// Default says that only the engine's default for third-party cookies kept
	// it back.
	Default bool `json:"default,omitempty"`
}
