package finding

import (
	"fmt"
	"strings"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/snippets"
)

// The findings of this family.
const (
	CachePinnedOrigin = "cache-pinned-origin" // error where it blocks, else warning; 6: a pair proves that one origin's stored answer is served to another
	CacheStoredError  = "cache-stored-error"  // error, 4: an error (status 400 and up) without CORS headers came from a cache
)

const (
	docCacheCORS = "https://developers.cloudflare.com/cache/cache-security/cors/"
	docCacheKeys = "https://developers.cloudflare.com/cache/how-to/cache-keys/"
	docPurge     = "https://developers.cloudflare.com/cache/how-to/purge-cache/purge-by-single-file/"
	specVary     = "https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches"
	docVary      = "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Vary"
)

// stored says whether an answer came out of a shared cache, and which header
// says so.
func stored(s *answer.Seen) (mark string, ok bool) {
	if resp(s) == nil {
		return "", false
	}
	switch strings.ToUpper(header(s, "cf-cache-status")) {
	case "HIT", "STALE", "UPDATING", "REVALIDATED":
		return "cf-cache-status", true
	}
	for _, h := range []string{"x-cache", "x-vercel-cache", "cache-status", "x-cache-status", "x-proxy-cache"} {
		v := strings.ToLower(header(s, h))
		if strings.Contains(v, "hit") {
			return h, true
		}
	}
	if a := strings.TrimSpace(header(s, "Age")); a != "" && strings.Trim(a, "0") != "" {
		return "age", true
	}
	if layer(s) == answer.LayerCache {
		return "cache", true
	}
	return "", false
}

// pinned is the pair that proves a stored answer for another origin: the stored
// one, which does not fit this page, and one that the same URL gives it fresh.
func (v *view) pinned() (old, fresh *answer.Seen) {
	for i := range v.in.Seen {
		s := &v.in.Seen[i]
		if s.Purpose != exchange.PurposeCacheBusted || !v.fits(s) || sentOrigin(s) != v.c.Origin {
			continue
		}
		if _, hit := stored(s); hit {
			continue
		}
		fresh = s
		break
	}
	if fresh == nil {
		return nil, nil
	}
	for i := range v.in.Seen {
		s := &v.in.Seen[i]
		switch s.Purpose {
		case exchange.PurposeRequest, exchange.PurposeRepeat, exchange.PurposeGet:
		default:
			continue
		}
		if _, hit := stored(s); hit && !v.fits(s) && sentOrigin(s) == v.c.Origin {
			return s, fresh
		}
	}
	return nil, nil
}

func pinnedFinding(v *view, sev Severity) []Finding {
	old, fresh := v.pinned()
	if old == nil {
		return nil
	}
	mark, _ := stored(old)
	was := header(old, hACAO)
	l := answer.LayerCache
	if layer(old) == answer.LayerProxy {
		l = answer.LayerProxy // a cache behind Cloudflare
	}
	whose := "an answer without " + hACAO
	if was != "" {
		whose = "the answer for " + was
	}
	return one(Finding{
		Severity: sev,
		Layer:    l,
		Detail: fmt.Sprintf("A cache keeps one copy for all origins, and it is %s. Your page at %s gets it and cannot use it. The same URL with a query that nobody used before is answered rightly, so the stored copy is at fault, not the API's policy alone.",
			whose, v.c.Origin),
		Evidence: []answer.Evidence{
			ev(old, mark, "this answer came from a cache"),
			ev(old, hACAO, "it is "+got(old)+", for a request with Origin "+v.c.Origin),
			ev(fresh, hACAO, "fresh, the same resource answers "+got(fresh)),
		},
		Fix: Fix{Layer: l, Recipe: snippets.RecipeCORS, Targets: servers(answer.LayerOrigin)},
	})
}

var pinnedWords = words{
	title:    "A cache serves one origin's answer to another",
	see:      "By hand: curl -i URL -H 'Origin: PAGE' shows another origin and cf-cache-status: HIT (or x-cache, age); with ?x=1 behind the URL the right one comes.",
	plain:    "The API answers each origin with its own name in Access-Control-Allow-Origin, and a cache stores the first answer for everybody. Who comes second gets the wrong name. The API must send Vary: Origin on every answer, and the stored copies must be purged.",
	operator: "Cloudflare's default cache key contains the Origin header; a pin needs a custom cache key without it (exclude_origin), a Worker with the Cache API or its own cacheKey, or another cache behind Cloudflare. Cache Rules can honour Vary. Ways out: a constant * where no credentials are used; Vary: Origin and a Cache Rule that passes Origin; no caching for the API; CORS headers set after the cache. A purge by URL does not clear objects stored with an Origin: name the header in the API call {\"files\":[{\"url\":…,\"headers\":{\"Origin\":…}}]}, or purge everything.",
	links:    []string{docCacheCORS, docCacheKeys, docPurge, specVary},
}

var cacheRows = []row{
	{
		id: CachePinnedOrigin, severity: Error, mistake: 6, layer: answer.LayerCache, blocks: true,
		find: func(v *view) []Finding {
			if old, _ := v.pinned(); old == nil || v.d != old {
				return nil
			}
			return pinnedFinding(v, Error)
		},
		words: pinnedWords,
	},
	{
		id: CachePinnedOrigin, severity: Warning, mistake: 6, layer: answer.LayerCache,
		find: func(v *view) []Finding {
			if v.found[CachePinnedOrigin] {
				return nil
			}
			return pinnedFinding(v, Warning)
		},
		words: pinnedWords,
	},
	{
		id: CacheStoredError, severity: Error, mistake: 4, layer: answer.LayerCache, blocks: true,
		find: func(v *view) []Finding {
			s := v.d
			mark, hit := stored(s)
			if !hit || isPreflight(s) || status(s) < 400 || v.cause != causeMissing {
				return nil
			}
			return one(Finding{
				Detail:   fmt.Sprintf("A cache answered with a stored %d that has no CORS headers. It stays for everybody until it runs out or is purged, even when the API is well again.", status(s)),
				Evidence: append(answererEvidence(s), ev(s, mark, "the error came from a cache"), ev(s, hACAO, "it has none")),
				Fix:      Fix{Layer: answer.LayerCache, Recipe: snippets.RecipeCORS, Targets: servers(answer.LayerOrigin)},
			})
		},
		words: words{
			title:    "A cache serves a stored error without CORS headers",
			see:      "cf-cache-status: HIT, or age, on an answer with a status of 400 and up.",
			plain:    "An error of the API was stored, without CORS headers, and is now served to everybody. Purge it, and let the API send Cache-Control: no-store on errors, with the CORS headers of a success.",
			operator: "404 and 410 are kept for 3 minutes by Cloudflare without headers of their own, or longer by a Cache Rule (status code TTL). Purge with the Origin header in the API call.",
			links:    []string{docCacheCORS, docPurge},
		},
	},
}
