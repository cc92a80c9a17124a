package fetch

import (
	"math"
	"strconv"
	"strings"
	"time"

	"corstui/diagnose/exchange"
)

// defaultMaxAge is how long a preflight is cached without a usable
// Access-Control-Max-Age.
const defaultMaxAge = 5 * time.Second

// MaxAgeCap is the longest time for which an engine caches a preflight,
// whatever Access-Control-Max-Age says.
func MaxAgeCap(e Engine) time.Duration { return profiles[e.id].maxAgeCap }

// MaxAge returns how long an engine caches a preflight with these response
// headers: "extract header list values given Access-Control-Max-Age", the
// default of 5 seconds, and the engine's cap. 0 means not at all.
func MaxAge(e Engine, hs exchange.Headers) time.Duration {
	v, found := hs.Get(maxAge)
	v = trimOWS(v)
	if !found || v == "" {
		return defaultMaxAge
	}
	digits := v
	if strings.HasPrefix(v, "-") && len(v) > 1 && allDigits(v[1:]) {
		if e.has(devMaxAgeNegativeUncached) {
			return 0
		}
		return defaultMaxAge
	}
	if strings.HasPrefix(v, "+") && e.has(devMaxAgePlus) {
		digits = v[1:]
	}
	if digits == "" || !allDigits(digits) {
		if e.has(devMaxAgeGarbageUncached) {
			return 0
		}
		return defaultMaxAge
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		if e.has(devMaxAgeOverflowDefault) {
			return defaultMaxAge
		}
		n = math.MaxInt64
	}
	limit := MaxAgeCap(e)
	if n > int64(limit/time.Second) {
		return limit
	}
	return time.Duration(n) * time.Second
}

// PreflightKey is what a cached preflight is kept under. The network partition
// is that of one page and left out.
type PreflightKey struct {
	Origin      string
	URL         string // with query and fragment
	Credentials bool   // the credentials mode was include
}

// A PreflightCache is the CORS-preflight cache of one engine, as a value: time
// is passed in. It is not safe for concurrent use.
type PreflightCache struct {
	engine  Engine
	entries map[PreflightKey]*preflightEntry
}

type preflightEntry struct {
	expires          time.Time
	methods, headers []string // headers in lower case
}

// NewPreflightCache returns an empty cache that follows the engine's rules.
func NewPreflightCache(e Engine) *PreflightCache {
	return &PreflightCache{engine: e, entries: map[PreflightKey]*preflightEntry{}}
}

// Store keeps the answer of a preflight that passed, which asked for method and
// for these header names.
func (c *PreflightCache) Store(k PreflightKey, method string, names []string, hs exchange.Headers, now time.Time) {
	age := MaxAge(c.engine, hs)
	if age <= 0 {
		delete(c.entries, k)
		return
	}
	methods, _, _ := ExtractHeaderList(hs, allowMethods)
	headers, _, _ := ExtractHeaderList(hs, allowHeaders)
	e := &preflightEntry{expires: now.Add(age)}
	if _, sent := hs.Get(allowMethods); !sent {
		e.methods = []string{method}
	}
	for _, m := range methods {
		if m == "*" && c.engine.has(devCacheWildcardLiteral) {
			m = method
		}
		e.methods = append(e.methods, m)
	}
	for _, h := range headers {
		if h == "*" && c.engine.has(devCacheWildcardLiteral) {
			e.headers = append(e.headers, names...)
			continue
		}
		e.headers = append(e.headers, strings.ToLower(h))
	}
	c.entries[k] = e
}

// Match says whether a request needs no preflight of its own: every unsafe name
// and the method are covered.
func (c *PreflightCache) Match(k PreflightKey, method string, names []string, now time.Time) bool {
	if c.covers(c.entries[k], k.Credentials, method, names, now) {
		return true
	}
	if k.Credentials || c.engine.has(devCacheIncludeNotShared) {
		return false
	}
	k.Credentials = true
	return c.covers(c.entries[k], true, method, names, now)
}

func (c *PreflightCache) covers(e *preflightEntry, credentials bool, method string, names []string, now time.Time) bool {
	if e == nil || !now.Before(e.expires) {
		return false
	}
	star := func(list []string) bool { return !credentials && contains(list, "*") }
	if !IsCORSSafelistedMethod(method) && !contains(e.methods, method) && !star(e.methods) {
		return false
	}
	for _, n := range names {
		switch {
		case contains(e.headers, n):
		case star(e.headers) && (n != "authorization" || c.engine.has(devCacheWildcardAuthorization)):
		default:
			return false
		}
	}
	return true
}

// Failed is called when the real request behind a cached preflight failed its
// CORS check: by the standard, that clears the entry.
func (c *PreflightCache) Failed(k PreflightKey) {
	if !c.engine.has(devCacheKeptOnFailure) {
		delete(c.entries, k)
	}
}
