package lab

import (
	"net/http"
)

// pageOrigin is the page of most scenarios.
const pageOrigin = "https://app.example.com"

// corsConfig is a CORS middleware as people write it, right or wrong.
type corsConfig struct {
	// allow returns the value of Access-Control-Allow-Origin for an origin,
	// empty for none.
	allow       func(origin string) string
	methods     string // Access-Control-Allow-Methods
	headers     string // Access-Control-Allow-Headers
	echoHeaders bool   // allows whatever headers are asked for
	expose      string // Access-Control-Expose-Headers
	credentials string // Access-Control-Allow-Credentials
	maxAge      string // Access-Control-Max-Age
	noVary      bool   // forgets Vary: Origin
	// varyAllowedOnly: Vary: Origin is set where the origin is allowed, and
	// forgotten where it is not.
	varyAllowedOnly bool
	// bareErrors: the headers are set where the route answers, so an error
	// that is made elsewhere has none.
	bareErrors bool
	// noPreflight: OPTIONS goes to the router like any other method.
	noPreflight bool
}

// allowing is the right middleware: a list of origins, compared whole.
//
//go:noinline
func allowing(origins ...string) corsConfig {
	return corsConfig{allow: exactly(origins...), methods: "GET, HEAD, POST, PUT, PATCH, DELETE", headers: "Authorization, Content-Type, X-Client", maxAge: "600"}
}

// withCredentials adds Access-Control-Allow-Credentials.
func (c corsConfig) withCredentials() corsConfig { c.credentials = "true"; return c }

// public is the right middleware of a public API.
func public() corsConfig {
	c := allowing()
	c.allow, c.noVary = constant("*"), true
	return c
}

// noCORS knows nothing of CORS.
func noCORS() corsConfig { return corsConfig{noVary: true, noPreflight: true} }

//go:noinline
func exactly(origins ...string) func(string) string {
	return func(o string) string {
		for _, known := range origins {
			if o == known {
				return o
			}
		}
		return ""
	}
}

func constant(v string) func(string) string { return func(string) string { return v } }

// echo reflects every origin, "null" too.
func echo(o string) string { return o }

// echoIf reflects the origins that a hasty test lets through.
func echoIf(test func(string) bool) func(string) string {
	return func(o string) string {
		if o != "" && test(o) {
			return o
		}
		return ""
	}
}

// mark sets the CORS headers of an answer.
func (c corsConfig) mark(r *http.Request, res *response) {
	v := ""
	if c.allow != nil {
		v = c.allow(r.Header.Get("Origin"))
	}
	if !c.noVary && (v != "" || !c.varyAllowedOnly) {
		res.header.Add("Vary", "Origin")
	}
	if v == "" {
		return
	}
	set(res, "Access-Control-Allow-Origin", v)
	if c.credentials != "" {
		set(res, "Access-Control-Allow-Credentials", c.credentials)
	}
	if !isPreflight(r) {
		if c.expose != "" {
			set(res, "Access-Control-Expose-Headers", c.expose)
		}
		return
	}
	if c.methods != "" {
		set(res, "Access-Control-Allow-Methods", c.methods)
	}
	if asked := r.Header.Get("Access-Control-Request-Headers"); c.echoHeaders && asked != "" {
		set(res, "Access-Control-Allow-Headers", asked)
	} else if c.headers != "" {
		set(res, "Access-Control-Allow-Headers", c.headers)
	}
	if c.maxAge != "" {
		set(res, "Access-Control-Max-Age", c.maxAge)
	}
}

// wrap puts the middleware in front of an app.
//
//go:noinline
func (c corsConfig) wrap(next handler) handler {
	return func(r *http.Request) *response {
		if isPreflight(r) && !c.noPreflight {
			res := reply(http.StatusNoContent, "")
			c.mark(r, res)
			return res
		}
		res := next(r)
		if res.byEdge || res.drop || c.bareErrors && res.status >= 400 {
			return res
		}
		c.mark(r, res)
		return res
	}
}

// routes are the paths of an app. What is not here is 404; other methods than
// GET and HEAD reach the same route.
type routes map[string]handler

// app answers its routes as a small JSON API, behind its middleware.
//
//go:noinline
func app(c corsConfig, rs routes) handler { return c.wrap(rs.serve) }

func (rs routes) serve(r *http.Request) *response {
	h, ok := rs[r.URL.Path]
	switch {
	case !ok:
		return problem(http.StatusNotFound, "not found")
	case r.Method == http.MethodOptions:
		res := problem(http.StatusMethodNotAllowed, "method not allowed")
		set(res, "Allow", "GET, HEAD, POST, PUT, PATCH, DELETE")
		return res
	}
	return h(r)
}

// problem is an app's own error as JSON.
func problem(status int, text string) *response {
	return reply(status, mustJSON(map[string]any{"error": text}), "Content-Type", "application/json; charset=utf-8")
}

// gives answers 200 with JSON and further headers.
//
//go:noinline
func gives(body string, pairs ...string) handler {
	return func(*http.Request) *response {
		return reply(http.StatusOK, body, append([]string{"Content-Type", "application/json; charset=utf-8"}, pairs...)...)
	}
}

// fails answers an error of the app.
func fails(status int, text string) handler {
	return func(*http.Request) *response { return problem(status, text) }
}

const (
	me    = `{"id":7,"name":"Ada","role":"editor"}`
	items = `[{"id":1,"name":"Bolt"},{"id":2,"name":"Nut"}]`
)

// api1 are the routes of most scenarios.
func api1() routes {
	return routes{"/v1/me": gives(me), "/v1/items": gives(items)}
}

// with returns the routes and one more.
func (rs routes) with(path string, h handler) routes {
	rs[path] = h
	return rs
}

// workerCode is a Worker on the route: it answers by itself, or asks on.
type workerCode func(next handler) handler

func (w workerCode) wrap(next handler) handler { return w(next) }

// answers is a Worker that never asks an origin.
func answers(h handler) workerCode {
	return func(handler) handler {
		return func(r *http.Request) *response {
			res := h(r)
			res.uncached = true
			return res
		}
	}
}
