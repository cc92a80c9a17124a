// Package trial is the try proxy: it stands on loopback in front of the real
// target and applies a policy, so that a case can be walked again, and a
// frontend pointed at it, before anything is deployed.
//
// It never flatters. What Cloudflare Access, the WAF or the edge answered goes
// through without CORS headers, because no Worker or origin could add any: for
// those layers only the preflight is answered, as the change at that layer would
// let it be, and the report says that this much is simulated.
package trial

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
	"corstui/diagnose/loopback"
	"corstui/diagnose/probe"
	"corstui/snippets"
)

// Options say what the proxy stands in front of, and with which policy.
type Options struct {
	// Target is a URL of the API; scheme, host and port of it are proxied.
	Target  string
	Policy  snippets.Policy
	Network probe.Network
	// Port to listen on; 0 is a free one.
	Port int
}

// Proxy is a running try proxy.
type Proxy struct {
	*loopback.Server
	target  *url.URL
	network probe.Network
	client  *probe.Client
}

// Start listens on loopback until Close or the end of ctx. It does not wait for
// the target.
func Start(ctx context.Context, o Options) (*Proxy, error) {
	if err := o.Policy.Validate(); err != nil {
		return nil, err
	}
	u, err := fetch.ParseURL(o.Target, nil)
	if err != nil || !u.IsHTTP() {
		return nil, fmt.Errorf("target %q: not an http or https URL", o.Target)
	}
	target, err := url.Parse(fetch.SerializeOrigin(u.Origin()))
	if err != nil {
		return nil, fmt.Errorf("target %q: %w", o.Target, err)
	}
	client, err := probe.NewClient(o.Network)
	if err != nil {
		return nil, err
	}
	p := &Proxy{target: target, network: o.Network, client: client}
	h := p.handler(o.Policy)
	p.Server, err = loopback.Serve(ctx, o.Port, loopback.Handlers{
		TLS:   p.guard(h, p.ownOrTarget),
		Plain: p.guard(h, func(host string) bool { return p.Own(host) }),
		// By HTTP/2 no target comes through that net/url cannot read.
		Config: func(c *tls.Config, _ *loopback.Authority) { c.NextProtos = []string{"http/1.1"} },
	})
	if err != nil {
		client.Close()
		return nil, fmt.Errorf("the try proxy: %w", err)
	}
	return p, nil
}

// Close stops the proxy.
func (p *Proxy) Close() error {
	p.client.Close()
	return p.Server.Close()
}

// Network reaches the target's host through the proxy: the same URL, cookies
// and session as before, with the policy in between.
func (p *Proxy) Network() probe.Network {
	port := p.target.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[p.target.Scheme]
	}
	n := p.network
	through := p.target.Hostname() + ":" + port + ":" + p.Addr()
	if strings.Contains(p.target.Hostname(), ":") {
		through = "[" + p.target.Hostname() + "]:" + port + ":" + p.Addr()
	}
	n.ConnectTo = append([]string{through}, n.ConnectTo...)
	n.CAPEM = append(append([]byte{}, n.CAPEM...), p.PEM()...)
	n.Direct = ""
	return n
}

func (p *Proxy) ownOrTarget(host string) bool {
	return p.Own(host) || strings.EqualFold(hostname(host), p.target.Hostname())
}

func hostname(hostport string) string {
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		return h
	}
	return strings.Trim(hostport, "[]")
}

// guard refuses a Host that is neither the proxy's own nor the target's. A
// target by plain HTTP is reached by its own name there too.
func (p *Proxy) guard(next http.Handler, ok func(string) bool) http.Handler {
	plainTarget := p.target.Scheme == "http"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !ok(r.Host) && !(plainTarget && p.ownOrTarget(r.Host)) {
			loopback.Misdirected(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// handler answers preflights by the policy and passes everything else on.
func (p *Proxy) handler(policy snippets.Policy) http.Handler {
	proxy := &httputil.ReverseProxy{
		Transport: p.client.HTTPTransport(),
		ErrorLog:  loopback.Quiet,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL = p.targetURL(r.In)
			r.Out.Host = p.target.Host
		},
		ModifyResponse: func(resp *http.Response) error {
			if inFront(resp) {
				return nil
			}
			apply(resp.Header, policy, resp.Request.Header.Get("Origin"))
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			if errors.Is(err, context.Canceled) {
				return
			}
			apply(w.Header(), policy, r.Header.Get("Origin"))
			http.Error(w, "the try proxy got no answer from "+p.target.Host, http.StatusBadGateway)
		},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		if r.Method == http.MethodOptions && origin != "" && r.Header.Get("Access-Control-Request-Method") != "" {
			for _, h := range policy.ResponseHeaders(origin, true) {
				w.Header().Add(h[0], h[1])
			}
			w.WriteHeader(http.StatusNoContent)
			return
		}
		proxy.ServeHTTP(w, r)
	})
}

// targetURL is the URL at the target that a request is for, byte by byte as it
// came: what a browser sends, net/url does not always read, nor write again.
func (p *Proxy) targetURL(in *http.Request) *url.URL {
	u := *in.URL
	u.Scheme, u.Host = p.target.Scheme, p.target.Host
	if target := loopback.Target(in); strings.HasPrefix(target, "/") && target != u.RequestURI() {
		// Opaque goes out as it is, but for two slashes, which would be a host.
		u = url.URL{Scheme: u.Scheme, Host: u.Host, Opaque: target}
		if strings.HasPrefix(target, "//") {
			u.Opaque = "//" + u.Host + target
		}
	}
	return &u
}

// fullURL is the text of a URL of targetURL.
func fullURL(u *url.URL) string {
	if u.Opaque == "" {
		return u.String()
	}
	return u.Scheme + "://" + u.Host + strings.TrimPrefix(u.Opaque, "//"+u.Host)
}

// inFront says whether a response was made by a layer whose answers no Worker
// and no origin can change: Access, the WAF, or Cloudflare's edge itself.
func inFront(resp *http.Response) bool {
	x := exchange.Exchange{
		Purpose:  exchange.PurposeRequest,
		Request:  exchange.Request{Method: resp.Request.Method, URL: fullURL(resp.Request.URL)},
		Response: &exchange.Response{Proto: resp.Proto, Status: resp.StatusCode},
	}
	for name, values := range resp.Header {
		for _, v := range values {
			x.Response.Headers = append(x.Response.Headers, exchange.Header{Name: name, Value: v})
		}
	}
	switch answer.Of(x).Layer {
	case answer.LayerAccess, answer.LayerWAF, answer.LayerEdge:
		return true
	}
	return false
}

// apply replaces what a response says of CORS by what the policy says, and
// merges Vary.
func apply(h http.Header, policy snippets.Policy, origin string) {
	for name := range h {
		if strings.HasPrefix(name, "Access-Control-") {
			delete(h, name)
		}
	}
	for _, pair := range policy.ResponseHeaders(origin, false) {
		if strings.EqualFold(pair[0], "Vary") {
			addVary(h, pair[1])
			continue
		}
		h.Add(pair[0], pair[1])
	}
}

// addVary adds a member to Vary unless it is there.
func addVary(h http.Header, member string) {
	for _, line := range h.Values("Vary") {
		for v := range strings.SplitSeq(line, ",") {
			if v = strings.TrimSpace(v); v == "*" || strings.EqualFold(v, member) {
				return
			}
		}
	}
	h.Add("Vary", member)
}

// Simulated says which part of a trial is simulated when that layer had
// answered before, as a sentence; empty where the proxy does what the real
// change would do.
func Simulated(before answer.Layer) string {
	switch before {
	case answer.LayerAccess, answer.LayerWAF, answer.LayerEdge:
		return "Simulated, no proof: what comes after that change. " + layerName[before] +
			" still answers in front of your API. corstui's proxy answered the preflight in its place; what " + layerName[before] +
			" answers to the request itself came through unchanged. Proof is a run against the real URL."
	}
	return ""
}

var layerName = map[answer.Layer]string{
	answer.LayerAccess: "Cloudflare Access", answer.LayerWAF: "Cloudflare's WAF", answer.LayerEdge: "Cloudflare's edge",
}
