package lab

import (
	"net/http"
	"net/url"
	"strings"

	"corstui/diagnose/exchange"
	"corstui/diagnose/loopback"
)

// atPath is where the plain-HTTP side serves a host of the path: /at/HOST/PATH.
// The page stands on one of the lab's two names, localhost and 127.0.0.1, and
// asks the other, which is another origin; so the browser's own CORS check
// runs, without a certificate and without a hosts file.
const atPath = "/at/"

// otherName is the name of the two that a request did not use.
func otherName(host string) string {
	if host == "localhost" {
		return "127.0.0.1"
	}
	return "localhost"
}

// plainURL is where a URL of the path is on the plain-HTTP side, under one of
// the lab's two names.
func (l *Lab) plainURL(name string, u *url.URL) string {
	return "http://" + name + l.port() + atPath + u.Host + u.RequestURI()
}

// servePath runs a request of the person's browser through the path. On the
// way in, the page's origin becomes that of the scenario's page; on the way
// out, it becomes the real one again. Cookies do not cross: the browser's own
// are those of other programs on localhost, and the path's would stay there
// afterwards. What the scenario's user is logged in with is added here, where
// the browser would send it.
func (l *Lab) servePath(w http.ResponseWriter, r *http.Request, name string) {
	host, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.EscapedPath(), atPath), "/")
	target, err := url.Parse("https://" + host + "/" + rest)
	st := l.site(host)
	if err != nil || st == nil && host != teamHost {
		loopback.Misdirected(w)
		return
	}
	target.RawQuery = r.URL.RawQuery
	c := l.caseOf(host)
	real := r.Header.Get("Origin")

	in := r.Clone(r.Context())
	in.Host, in.URL = host, &url.URL{Path: target.Path, RawPath: target.RawPath, RawQuery: target.RawQuery}
	in.Header.Del("Cookie")
	if l.ownOrigin(real) {
		in.Header.Set("Origin", c.Origin)
	}
	if r.Method != http.MethodOptions && host == hostIn(c.URL) {
		addSession(in.Header, c)
	}

	var res *response
	switch {
	case st == nil:
		res = edge{}.wrap(l.team.answer)(in)
	case st.config().noCertificate:
		res = &response{drop: true}
	default:
		res = st.answer(in)
	}
	if !res.drop {
		res = res.copy()
		res.header.Del("Set-Cookie")
		l.translate(res, target, name, c.Origin, real)
	}
	res.write(w, r)
}

// translate turns origins and addresses of the path into those of the
// plain-HTTP side.
func (l *Lab) translate(res *response, from *url.URL, name, pageIs, real string) {
	if values := res.header["Access-Control-Allow-Origin"]; l.ownOrigin(real) {
		for i, v := range values {
			values[i] = strings.ReplaceAll(v, pageIs, real)
		}
	}
	location := res.header.Get("Location")
	if location == "" {
		return
	}
	to, err := from.Parse(location)
	if err != nil || l.site(to.Host) == nil && to.Host != teamHost {
		return
	}
	if to.Host != from.Host {
		name = otherName(name) // another host is another origin here too
	}
	res.header.Set("Location", l.plainURL(name, to))
}

// ownOrigin says whether an origin is that of the lab's own page.
func (l *Lab) ownOrigin(o string) bool {
	port := l.port()
	return o == "http://localhost"+port || o == "http://127.0.0.1"+port
}

// caseOf returns the case whose site a host is.
func (l *Lab) caseOf(host string) exchange.Case {
	for _, s := range l.scenarios {
		if host == s.Name || strings.HasPrefix(host, s.Name+".") {
			c, _ := l.Case(s.Name)
			return c
		}
	}
	return exchange.Case{Origin: pageOrigin}
}

func hostIn(rawURL string) string {
	if u, err := url.Parse(rawURL); err == nil {
		return u.Host
	}
	return ""
}

// addSession sets what the case's user is logged in with, where the
// credentials mode and SameSite let it travel.
func addSession(h http.Header, c exchange.Case) {
	own := hostIn(c.URL) == hostIn(c.Origin)
	if c.Credentials != exchange.CredentialsInclude && !(own && c.Credentials == exchange.CredentialsSameOrigin) {
		return
	}
	var cookies []string
	if c.Session.AccessToken != "" {
		cookies = append(cookies, "CF_Authorization="+c.Session.AccessToken)
	}
	for _, k := range c.Session.Cookies {
		if k.SameSite == "Lax" && !strings.HasSuffix(hostIn(c.URL), ".example.com") {
			continue
		}
		cookies = append(cookies, k.Name+"="+k.Value)
	}
	if len(cookies) > 0 {
		h.Set("Cookie", strings.Join(cookies, "; "))
	}
	if c.Session.ServiceTokenID != "" {
		h.Set("Cf-Access-Client-Id", c.Session.ServiceTokenID)
		h.Set("Cf-Access-Client-Secret", c.Session.ServiceTokenSecret)
	}
}
