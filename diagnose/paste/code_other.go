package paste

import (
	"net/url"
	"slices"
	"strings"

	"github.com/tdewolff/parse/v2/js"

	"corstui/diagnose/exchange"
)

// axiosMethods are axios' shorthands.
var axiosMethods = []string{"get", "delete", "head", "options", "post", "put", "patch", "request"}

// isAxios says whether an expression is axios, or a variable made by
// axios.create().
func (c *code) isAxios(e js.IExpr) bool {
	if nameOf(e) == "axios" {
		return true
	}
	id, ok := e.(*js.Var)
	if !ok {
		return false
	}
	_, ok = c.axiosDefaults(string(id.Name()))
	return ok
}

// axiosDefaults returns the configuration of NAME = axios.create({…}).
func (c *code) axiosDefaults(name string) (jsValue, bool) {
	call, ok := c.scope.vars[name].(*js.CallExpr)
	if !ok || c.scope.twice[name] {
		return jsValue{}, false
	}
	d, ok := call.X.(*js.DotExpr)
	if !ok || nameOf(d.Y) != "create" || nameOf(d.X) != "axios" {
		return jsValue{}, false
	}
	if args := argsOf(call.Args); len(args) > 0 {
		return c.scope.eval(args[0], 0), true
	}
	return jsValue{kind: jsObject}, true
}

// axiosShort is axios.METHOD(url, data, config).
func (c *code) axiosShort(method string, on, url, data, config js.IExpr) Pasted {
	o := jsValue{kind: jsObject}
	if config != nil {
		o = c.scope.eval(config, 0)
	}
	o.members = append(o.members, jsMember{"method", jsValue{kind: jsString, text: method}})
	if data != nil {
		o.members = append(o.members, jsMember{"data", c.scope.eval(data, 0)})
	}
	return c.axiosCase(on, c.scope.eval(url, 0), o)
}

// axios is axios(url, config), axios(config) or axios.request(config).
func (c *code) axios(method string, on, first, second js.IExpr) Pasted {
	v := c.scope.eval(first, 0)
	if v.kind == jsObject {
		u, _ := v.get("url")
		return c.axiosCase(on, u, v)
	}
	o := jsValue{kind: jsObject}
	if second != nil {
		o = c.scope.eval(second, 0)
	}
	return c.axiosCase(on, v, o)
}

// axiosCase builds the case: axios sends through XMLHttpRequest, adds an Accept
// of its own, writes objects as JSON, and asks for cookies with withCredentials.
func (c *code) axiosCase(on js.IExpr, u, o jsValue) Pasted {
	if id, ok := on.(*js.Var); ok {
		if d, ok := c.axiosDefaults(string(id.Name())); ok {
			o = mergeConfig(d, o)
		}
	}
	if base, ok := o.get("baseURL"); ok && base.readable() && !strings.Contains(u.text, "://") {
		joined := strings.TrimRight(base.text, "/") + "/" + strings.TrimLeft(u.text, "/")
		u = jsValue{kind: jsString, text: joined, unknown: append(slices.Clone(base.unknown), u.unknown...)}
	}
	var p Pasted
	p.options(o)
	p.Case.Method = strings.ToUpper(p.Case.Method)
	p.Case.Credentials, p.Case.Mode = "", ""
	if w, ok := o.get("withCredentials"); ok && w.kind == jsBool && w.text == "true" {
		p.Case.Credentials = exchange.CredentialsInclude
	}
	p.target(u)
	p.script(o)
	if params, ok := o.get("params"); ok && p.Case.URL != "" && len(params.members) > 0 {
		sep := "?"
		if strings.Contains(p.Case.URL, "?") {
			sep = "&"
		}
		p.Case.URL += sep + params.encode()
	}
	if d, ok := o.get("data"); ok {
		p.axiosBody(d)
	}
	if !p.Case.Headers.Has("accept") {
		p.Case.Headers = append(p.Case.Headers, exchange.Header{Name: "accept", Value: "application/json, text/plain, */*"})
	}
	p.understoodRequest("An axios call")
	return p
}

// axiosBody reads data as axios' default transformation does.
func (p *Pasted) axiosBody(d jsValue) {
	switch d.kind {
	case jsObject, jsArray:
		p.body(jsValue{kind: jsString, text: mustJSON(d), unknown: d.unknownWithin()})
		if !p.Case.Headers.Has("content-type") {
			p.Case.Headers = append(p.Case.Headers, exchange.Header{Name: "content-type", Value: "application/json"})
		}
	case jsUnknown:
		p.body(jsValue{kind: jsString, text: `{"` + d.text + `":1}`, unknown: d.unknown})
		if !p.Case.Headers.Has("content-type") {
			p.Case.Headers = append(p.Case.Headers, exchange.Header{Name: "content-type", Value: "application/json"})
			p.note("The body %s is taken for an object, which axios sends as JSON.", d.text)
		}
	case jsString:
		p.body(d)
		if !p.Case.Headers.Has("content-type") {
			p.Case.Headers = append(p.Case.Headers, exchange.Header{Name: "content-type", Value: "application/x-www-form-urlencoded"})
		}
	default:
		p.body(d)
	}
}

func mustJSON(v jsValue) string {
	b, err := orderedObject{{"", v}}.MarshalJSON()
	if err != nil {
		return "{}"
	}
	return strings.TrimSuffix(strings.TrimPrefix(string(b), `{"":`), "}")
}

// mergeConfig lays a call's configuration over an instance's defaults; their
// headers are joined.
func mergeConfig(defaults, call jsValue) jsValue {
	out := jsValue{kind: jsObject, members: append(slices.Clone(defaults.members), call.members...), unknown: append(slices.Clone(defaults.unknown), call.unknown...)}
	a, okA := defaults.get("headers")
	b, okB := call.get("headers")
	if okA && okB {
		both := jsValue{kind: jsObject, members: append(pairs(a), pairs(b)...), unknown: append(slices.Clone(a.unknown), b.unknown...)}
		out.members = append(out.members, jsMember{"headers", both})
	}
	return out
}

// absolute says whether a value is an http(s) URL with a known host.
func absolute(v jsValue) bool {
	return v.kind == jsString && originOf(v.text) != "" && !startsUnknown(v)
}

// client builds the case of CLIENT.method(url, …) of a library that is not
// known: the URL and the method are certain, and of the arguments behind them
// what carries the names that all of them use.
func (c *code) client(method string, url js.IExpr, rest []js.IExpr) Pasted {
	var p Pasted
	p.Case.Method = method
	p.target(c.scope.eval(url, 0))
	for i, arg := range rest {
		o := c.scope.eval(arg, 0)
		_, options := o.get("headers")
		for _, name := range []string{"json", "body", "params", "responseType", "observe", "withCredentials", "credentials"} {
			_, has := o.get(name)
			options = options || has
		}
		switch {
		case options:
			p.script(o)
			if v, ok := o.get("json"); ok {
				p.axiosBody(v)
			}
			if w, ok := o.get("withCredentials"); ok && w.text == "true" {
				p.Case.Credentials = exchange.CredentialsInclude
			}
			if w, ok := o.get("credentials"); ok && w.kind == jsString {
				p.Case.Credentials = exchange.CredentialsMode(w.text)
			}
		case i == 0 && (method == "POST" || method == "PUT" || method == "PATCH"):
			p.axiosBody(o)
		}
	}
	p.note("The library is not known to corstui; what it adds to the request by itself is left out.")
	p.understoodRequest("A call of an HTTP client")
	return p
}

// jquery is $.ajax(url, settings) or $.ajax(settings).
func (c *code) jquery(first, second js.IExpr) Pasted {
	o := c.scope.eval(first, 0)
	u := o
	if o.kind == jsObject {
		u, _ = o.get("url")
	} else if second != nil {
		o = c.scope.eval(second, 0)
	}
	var p Pasted
	for _, name := range []string{"type", "method"} {
		if m, ok := o.get(name); ok && m.kind == jsString {
			p.Case.Method = strings.ToUpper(m.text)
		}
	}
	p.target(u)
	p.script(jsValue{kind: jsObject, members: slices.DeleteFunc(slices.Clone(o.members), func(m jsMember) bool { return m.name != "headers" })})
	if ct, ok := o.get("contentType"); ok && ct.kind == jsString {
		p.Case.Headers = p.Case.Headers.With("Content-Type", ct.text)
	}
	if d, ok := o.get("data"); ok {
		m := p.Case.WithDefaults().Method
		switch {
		case (m == "GET" || m == "HEAD") && p.Case.URL != "" && d.kind == jsObject:
			p.Case.URL = joinQuery(p.Case.URL, d.encode())
		case d.kind == jsObject:
			p.body(jsValue{kind: jsString, text: d.encode(), unknown: d.unknownWithin()})
		case m != "GET" && m != "HEAD":
			p.body(d)
		}
		if p.Case.Body != nil && !p.Case.Headers.Has("content-type") {
			p.Case.Headers = append(p.Case.Headers, exchange.Header{Name: "Content-Type", Value: "application/x-www-form-urlencoded; charset=UTF-8"})
		}
	}
	if x, ok := o.get("xhrFields"); ok {
		if w, ok := x.get("withCredentials"); ok && w.text == "true" {
			p.Case.Credentials = exchange.CredentialsInclude
		}
	}
	// jQuery marks its requests as such only within the page's own origin.
	p.understoodRequest("A jQuery call")
	return p
}

// fromXHR builds the case of open(), setRequestHeader() and send().
func (c *code) fromXHR() Pasted {
	var p Pasted
	if m := c.scope.eval(c.xhr.method, 0); m.kind == jsString && len(m.unknown) == 0 {
		p.Case.Method = m.text
	} else {
		p.lacks(MissingMethod)
	}
	p.target(c.scope.eval(c.xhr.url, 0))
	o := jsValue{kind: jsObject}
	h := jsValue{kind: jsObject}
	for _, kv := range c.xhr.headers {
		if k := c.scope.eval(kv[0], 0); k.kind == jsString {
			h.members = append(h.members, jsMember{k.text, c.scope.eval(kv[1], 0)})
		}
	}
	o.members = append(o.members, jsMember{"headers", h})
	p.script(o)
	if c.xhr.body != nil {
		p.body(c.scope.eval(c.xhr.body, 0))
	}
	if c.xhr.credentials != nil {
		if v := c.scope.eval(c.xhr.credentials, 0); v.kind == jsBool && v.text == "true" {
			p.Case.Credentials = exchange.CredentialsInclude
		}
	}
	p.understoodRequest("An XMLHttpRequest")
	return p
}

// joinQuery adds a query to a URL.
func joinQuery(raw, query string) string {
	u, err := url.Parse(raw)
	if err != nil || query == "" {
		return raw
	}
	if u.RawQuery != "" {
		query = u.RawQuery + "&" + query
	}
	u.RawQuery = query
	return u.String()
}
