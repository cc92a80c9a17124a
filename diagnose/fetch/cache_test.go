package fetch

import (
	"testing"
	"time"

	"corstui/diagnose/exchange"
)

func TestMaxAge(t *testing.T) {
	const s = time.Second
	for _, c := range []struct {
		name                      string
		lines                     []string
		chromium, firefox, webkit time.Duration
	}{
		{"absent", nil, 5 * s, 5 * s, 5 * s},
		{"empty", []string{""}, 5 * s, 5 * s, 5 * s},
		{"60", []string{"60"}, 60 * s, 60 * s, 60 * s},
		{"spaces around", []string{"\t60 "}, 60 * s, 60 * s, 60 * s},
		{"0", []string{"0"}, 0, 0, 0},
		{"negative", []string{"-1"}, 0, 0, 0},
		{"plus", []string{"+60"}, 60 * s, 0, 60 * s},
		{"word", []string{"abc"}, 5 * s, 0, 5 * s},
		{"decimal", []string{"60.5"}, 5 * s, 0, 5 * s},
		{"quoted", []string{`"60"`}, 5 * s, 0, 5 * s},
		{"unit", []string{"60s"}, 5 * s, 0, 5 * s},
		{"list", []string{"60, 30"}, 5 * s, 0, 5 * s},
		{"two lines", []string{"60", "60"}, 5 * s, 0, 5 * s},
		{"20 digits", []string{"99999999999999999999"}, 5 * s, 86400 * s, 5 * s},
		{"a day", []string{"86400"}, 7200 * s, 86400 * s, 600 * s},
		{"a week", []string{"604800"}, 7200 * s, 86400 * s, 600 * s},
	} {
		var hs exchange.Headers
		for _, l := range c.lines {
			hs = append(hs, exchange.Header{Name: "access-control-max-age", Value: l})
		}
		for e, want := range map[Engine]time.Duration{Chromium: c.chromium, Firefox: c.firefox, WebKit: c.webkit} {
			if got := MaxAge(e, hs); got != want {
				t.Errorf("%s: %s = %s, want %s", c.name, e, got, want)
			}
		}
	}
	if got := MaxAge(Standard, hdr(maxAge, "-1")); got != 5*s {
		t.Errorf("standard, negative: %s", got)
	}
}

func TestPreflightCache(t *testing.T) {
	now := time.Unix(1000, 0)
	key := PreflightKey{Origin: pageOrigin, URL: apiURL}
	credentialed := key
	credentialed.Credentials = true
	list := hdr(allowMethods, "PUT, DELETE", allowHeaders, "X-A, x-b", maxAge, "60")
	star := hdr(allowMethods, "*", allowHeaders, "*", maxAge, "60")
	type ask struct {
		key    PreflightKey
		method string
		names  []string
		after  time.Duration
	}
	for _, c := range []struct {
		name    string
		stored  PreflightKey
		headers exchange.Headers
		ask     ask
		hit     map[Engine]bool
	}{
		{"the same again", key, list, ask{key, "PUT", []string{"x-a"}, 59 * time.Second}, hits(true, true, true, true)},
		{"expired", key, list, ask{key, "PUT", []string{"x-a"}, 60 * time.Second}, hits(false, false, false, false)},
		{"another method of the list", key, list, ask{key, "DELETE", []string{"x-b"}, 0}, hits(true, true, true, true)},
		{"a method not listed", key, list, ask{key, "PATCH", nil, 0}, hits(false, false, false, false)},
		{"a header not listed", key, list, ask{key, "PUT", []string{"x-c"}, 0}, hits(false, false, false, false)},
		{"a safelisted method", key, list, ask{key, "GET", []string{"x-a"}, 0}, hits(true, true, true, true)},
		{"with a fragment", key, list, ask{PreflightKey{pageOrigin, apiURL + "#f", false}, "PUT", nil, 0}, hits(false, false, false, false)},
		{"another origin", key, list, ask{PreflightKey{"null", apiURL, false}, "PUT", nil, 0}, hits(false, false, false, false)},
		{"cached without credentials, then with", key, list, ask{credentialed, "PUT", nil, 0}, hits(false, false, false, false)},
		{"cached with credentials, then without", credentialed, list, ask{key, "PUT", nil, 0}, hits(true, false, true, true)},
		{"star, the same again", key, star, ask{key, "PUT", []string{"x-a"}, 0}, hits(true, true, true, true)},
		{"star, another method", key, star, ask{key, "PATCH", []string{"x-a"}, 0}, hits(true, false, true, true)},
		{"star, another header", key, star, ask{key, "PUT", []string{"x-z"}, 0}, hits(true, false, true, true)},
		{"star, Authorization", key, star, ask{key, "PUT", []string{"authorization"}, 0}, hits(false, false, true, false)},
		{"star with credentials is a name", credentialed, star, ask{credentialed, "PATCH", nil, 0}, hits(false, false, false, false)},
	} {
		t.Run(c.name, func(t *testing.T) {
			for e, want := range c.hit {
				cache := NewPreflightCache(e)
				cache.Store(c.stored, "PUT", []string{"x-a"}, c.headers, now)
				if got := cache.Match(c.ask.key, c.ask.method, c.ask.names, now.Add(c.ask.after)); got != want {
					t.Errorf("%s: hit %t, want %t", e, got, want)
				}
			}
		})
	}
}

func hits(chromium, firefox, webkit, standard bool) map[Engine]bool {
	return map[Engine]bool{Chromium: chromium, Firefox: firefox, WebKit: webkit, Standard: standard}
}

func TestPreflightCacheAfterAFailure(t *testing.T) {
	now := time.Unix(0, 0)
	key := PreflightKey{Origin: pageOrigin, URL: apiURL}
	for e, kept := range hits(true, false, true, false) {
		cache := NewPreflightCache(e)
		cache.Store(key, "PUT", nil, hdr(allowMethods, "PUT"), now)
		cache.Failed(key)
		if got := cache.Match(key, "PUT", nil, now); got != kept {
			t.Errorf("%s: entry kept %t, want %t", e, got, kept)
		}
	}
}
