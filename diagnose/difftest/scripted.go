package difftest

import (
	"testing"

	"corstui/diagnose/probe"
)

// Scripted starts the server with a few answers and returns the origins of page
// and API: below the API's /ok/ is an allowed answer, /put/ refuses the
// preflight, /silent/ answers without CORS headers, /session/ wants a cookie.
func Scripted(t testing.TB) (s *Server, page, api string) {
	s = StartServer(t)
	page, api = "https://"+HostO+":"+s.TLSPort(), "https://"+HostA+":"+s.TLSPort()
	allow := "Access-Control-Allow-Origin: " + page
	s.Set(HostA+"/ok/", Answer{Request: Reply("200 OK", allow, "ETag: x", "X-A: 1", "Access-Control-Expose-Headers: etag")})
	s.Set(HostA+"/put/", Answer{Preflight: Reply("403 Forbidden"), Request: Reply("200 OK", allow)})
	s.Set(HostA+"/silent/", Answer{Request: Reply("401 Unauthorized")})
	s.Set(HostA+"/session/", Answer{Request: Reply("401 Unauthorized"), WithCookie: Reply("200 OK", allow, "Access-Control-Allow-Credentials: true")})
	return s, page, api
}

// OwnCA reaches the server by its certificate authority alone.
func (s *Server) OwnCA() probe.Network {
	return probe.Network{CAPEM: s.CAPEM, Resolve: []string{HostO + ":" + s.TLSPort() + ":127.0.0.1", HostA + ":" + s.TLSPort() + ":127.0.0.1"}}
}
