// Package answer proves who answered an exchange. Evidence rules are rows of
// tables; each says what it matches, which layer it speaks for, how strongly,
// why, and where that is known from.
//
// The rules of one answer stand in rules_*.go, in the order of Rules; the error
// codes in codes.go; what shows that an answer only passed a hand in through.go;
// whether a page is the answerer's own or was passed on in own.go; what pairs of
// exchanges prove in pairs_*.go. parse*.go reads responses out of a text.
//
// In go exchanges as they were seen; out comes an Answer for each, and the
// Facts that pairs of them prove. The package is pure: no I/O, no net/http.
// "Unknown" is an answer, and beats a guess.
package answer

import "corstui/diagnose/exchange"

// A Layer is a station of the request's way that can answer by itself.
type Layer string

// The layers, from the browser outwards.
const (
	LayerBrowser Layer = "browser" // never left it: mixed content, forbidden header, bad URL
	LayerNetwork Layer = "network" // DNS, TCP, TLS, timeout: no HTTP answer
	LayerEdge    Layer = "edge"    // Cloudflare itself: 1xxx host errors, 52x, redirects, tunnel errors
	LayerAccess  Layer = "access"
	LayerWAF     Layer = "waf"    // block, challenge, bot protection, rate limit
	LayerWorker  Layer = "worker" // also Pages, also 1101 and 1102
	LayerCache   Layer = "cache"
	LayerOrigin  Layer = "origin"
	LayerProxy   Layer = "proxy" // another named CDN, gateway or proxy
	LayerUnknown Layer = "unknown"
)

// Confidence says how sure an answer is, of the exchange as it was sent.
type Confidence string

// The three degrees.
const (
	Certain Confidence = "certain" // the evidence cannot mean anything else
	Likely  Confidence = "likely"
	Unknown Confidence = "unknown"
)

// Evidence is one thing that was seen and what it proves.
type Evidence struct {
	// Exchange is the ID of the exchange in which it was seen; empty for `who`.
	Exchange string `json:"exchange,omitempty"`
	// What names the header, body mark or pair: "cf-access-aud".
	What string `json:"what"`
	// Says is what it proves, as a sentence.
	Says string `json:"says"`
	// Strength is "certain", "likely", "supporting" or "contradicting".
	Strength string `json:"strength,omitempty"`
	// Rule is the ID of the evidence rule, for `explain` and tests.
	Rule string `json:"rule,omitempty"`
}

// Answer says who answered one exchange. Its JSON form is part of the interface.
type Answer struct {
	Layer Layer `json:"layer"`
	// Product is what exactly answered: "Access login", "managed challenge",
	// "error 1020", "Vercel"; may be empty.
	Product    string     `json:"product"`
	Confidence Confidence `json:"confidence"`
	Evidence   []Evidence `json:"evidence"`
	// Candidates are the layers that could have answered, where Layer is unknown.
	Candidates []Layer `json:"candidates"`
	// Through says what the answer passed: "Cloudflare", "CloudFront".
	Through []string `json:"through"`
	// RayID is the value of cf-ray, empty without.
	RayID string `json:"ray_id,omitempty"`
}

// Seen pairs an exchange with who answered it.
type Seen struct {
	exchange.Exchange
	Answer Answer `json:"answered_by"`
}

// Facts are what the exchanges prove together.
type Facts struct {
	// Cloudflare says that Cloudflare's edge is on the way to the host.
	Cloudflare bool `json:"cloudflare"`
	// Access is the Access application that covers the URL, nil when none is known.
	Access *AccessApp `json:"access,omitempty"`
	// Proofs are the pairs of exchanges that proved something.
	Proofs []Proof `json:"proofs"`
}

// AccessApp is what is known of an Access application.
type AccessApp struct {
	AUD    string `json:"aud,omitempty"`
	Team   string `json:"team,omitempty"`   // team domain, "team.cloudflareaccess.com"
	Domain string `json:"domain,omitempty"` // what the application covers
	// Signed says that Access's signed metadata, checked against the team's
	// keys, names this URL's host.
	Signed bool `json:"signed"`
}

// Proof is a pair of exchanges that differ in one thing, and what that proves.
type Proof struct {
	Rule  string   `json:"rule"`
	Pair  []string `json:"pair"` // exchange IDs
	Layer Layer    `json:"layer"`
	Says  string   `json:"says"`
}
