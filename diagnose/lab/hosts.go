package lab

import (
	"net"
	"net/http"
	"strings"

	"corstui/diagnose/loopback"
)

// serveTLS routes by Host. A host that is neither a scenario's nor the lab's
// own gets 421 Misdirected Request (RFC 9110, section 15.5.20).
func (l *Lab) serveTLS(w http.ResponseWriter, r *http.Request) {
	host, ok := l.named(r.Host)
	if !ok {
		loopback.Misdirected(w)
		return
	}
	if st := l.site(host); st != nil {
		st.answer(l.hellos.mark(r)).write(w, r)
		return
	}
	switch {
	case host == teamHost:
		edge{}.wrap(l.team.answer)(r).write(w, r)
	case l.isPage(host):
		reply(http.StatusOK, page("A page", "<p>This is the page of the scenarios.</p>"), "Content-Type", "text/html; charset=utf-8").write(w, r)
	default: // localhost by TLS: the page for people is on plain HTTP
		reply(http.StatusTemporaryRedirect, "", "Location", l.URL()+"/").write(w, r)
	}
}

// servePlain serves the page for people on the lab's own names, and sends a
// scenario's host to https, as "Always Use HTTPS" does.
func (l *Lab) servePlain(w http.ResponseWriter, r *http.Request) {
	host, ok := l.named(r.Host)
	switch {
	case !ok:
		loopback.Misdirected(w)
	case host == "localhost" || host == "127.0.0.1":
		l.servePage(w, r)
	default:
		always := redirects{to: func(r *http.Request) (int, string) {
			return http.StatusMovedPermanently, "https://" + host + r.URL.RequestURI()
		}}
		edge{}.wrap(always.wrap(nil))(r).write(w, r)
	}
}

// named returns the host of a Host header in lower case, and whether this lab
// serves it: the names of the scenarios with port 80, 443, the lab's own port
// or none; localhost and 127.0.0.1 with the lab's own port alone. This keeps
// pages of foreign names that resolve to loopback (DNS rebinding) out.
func (l *Lab) named(hostport string) (string, bool) {
	host, port := strings.ToLower(hostport), ""
	if h, p, err := net.SplitHostPort(host); err == nil {
		host, port = h, p
	}
	own := strings.TrimPrefix(l.port(), ":")
	if host == "localhost" || host == "127.0.0.1" {
		return host, port == own
	}
	if l.site(host) == nil && host != teamHost && !l.isPage(host) {
		return host, false
	}
	return host, port == "" || port == "443" || port == "80" || port == own
}

// isPage says whether a host is that of the page in one of the scenarios.
func (l *Lab) isPage(host string) bool { return host != "" && "https://"+host == pageOrigin }
