package lab

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// cache is Cloudflare's cache in front of the origin. Its key is scheme, host,
// path, query and the Origin header ("Cache keys"); GET alone is stored, and
// only what a Cache Rule or the file extension makes eligible.
type cache struct {
	// eligible says what a rule makes eligible; nil for nothing.
	eligible func(*http.Request) bool
	// excludeOrigin is the custom cache key that leaves Origin out.
	excludeOrigin bool
	ttl           time.Duration
	// primed are requests that others made before: they fill the store.
	primed []primed

	mu    sync.Mutex
	store map[string]*stored
}

// primed is a request of somebody else, and how long ago it was.
type primed struct {
	url, origin string
	ago         time.Duration
}

type stored struct {
	res *response
	at  time.Time
}

func (c *cache) key(r *http.Request) string {
	k := hostOf(r) + " " + r.URL.RequestURI()
	if !c.excludeOrigin {
		k += " " + r.Header.Get("Origin")
	}
	return k
}

// storeLimit bounds the store: queries are the client's to choose.
const storeLimit = 1000

func (c *cache) wrap(next handler) handler {
	for _, p := range c.primed {
		r, err := http.NewRequest(http.MethodGet, p.url, nil)
		if err != nil {
			panic(err) // the scenario's own URL
		}
		if p.origin != "" {
			r.Header.Set("Origin", p.origin)
		}
		c.put(c.key(r), next(r), time.Now().Add(-p.ago))
	}
	return func(r *http.Request) *response {
		if c.eligible == nil || !c.eligible(r) || r.Method != http.MethodGet && r.Method != http.MethodHead {
			return withStatus(next(r), "DYNAMIC", 0)
		}
		now := time.Now()
		key := c.key(r)
		if s := c.get(key, now); s != nil {
			return withStatus(s.res, "HIT", now.Sub(s.at))
		}
		res := next(r)
		if res.drop {
			return res
		}
		if !storable(res) {
			return withStatus(res, "BYPASS", 0)
		}
		if r.Method == http.MethodGet {
			c.put(key, res, now)
		}
		return withStatus(res, "MISS", 0)
	}
}

func (c *cache) get(key string, now time.Time) *stored {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.store[key]
	if s == nil || now.Sub(s.at) > c.ttl {
		return nil
	}
	return s
}

func (c *cache) put(key string, res *response, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.store == nil || len(c.store) >= storeLimit {
		c.store = map[string]*stored{}
	}
	c.store[key] = &stored{res.copy(), at}
}

// storable says whether Cloudflare would store an answer ("Default cache
// behavior").
func storable(res *response) bool {
	control := strings.ToLower(res.header.Get("Cache-Control"))
	for _, no := range []string{"private", "no-store", "no-cache", "max-age=0"} {
		if strings.Contains(control, no) {
			return false
		}
	}
	return res.header.Get("Set-Cookie") == ""
}

// withStatus says what the cache did. Answers that the edge made in place of
// the origin never reached the cache and carry no status.
func withStatus(res *response, status string, age time.Duration) *response {
	if res.drop || res.uncached {
		return res
	}
	res = res.copy()
	res.header.Set("Cf-Cache-Status", status)
	if status == "HIT" {
		res.header.Set("Age", strconv.Itoa(int(age.Seconds())))
	}
	return res
}

func (a *response) copy() *response {
	b := *a
	b.header = a.header.Clone()
	return &b
}
