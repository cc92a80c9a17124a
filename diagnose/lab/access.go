package lab

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// access is an Access application in front of a host. What it answers follows
// the documentation pages "CORS", "Authorization cookie", "Application token",
// "Service tokens", "Session management" and "Managed OAuth".
type access struct {
	team   *team
	domain string // what the application covers: the host, or *.DOMAIN above it
	aud    string // the application's AUD tag, 64 hex digits

	// allow says that an Allow policy exists: strangers are sent to the login.
	// Without it there are Service Auth policies alone, and they are refused.
	allow bool
	// serviceTokens are the pairs that a Service Auth policy lets in, by ID.
	serviceTokens map[string]string
	// strict refuses a bad service token, instead of treating it as none.
	strict bool
	// serviceAuth401 answers 401 in place of 403 where no login would help.
	serviceAuth401 bool
	// bypassPaths are covered by an application of their own with a Bypass
	// policy: the more specific path wins.
	bypassPaths []string
	// managedOAuth answers clients that are no browser's navigation with a
	// pointer to the OAuth server.
	managedOAuth bool

	// bypassOptions is "Bypass options requests to origin".
	bypassOptions bool
	// cors are the application's own CORS settings; nil for none.
	cors *accessCORS
}

// accessCORS are the CORS settings of an application. They answer preflights
// and nothing else.
type accessCORS struct {
	origins, methods, headers []string
	credentials               bool
	maxAge                    string
}

// audOf makes up the AUD tag of a host's application.
func audOf(host string) string {
	sum := sha256.Sum256([]byte("corstui lab application " + host))
	return hex.EncodeToString(sum[:])
}

// nonce is a value that nobody can guess, for cookies.
func nonce() string {
	var b [8]byte
	_, _ = rand.Read(b[:])
	return "n" + hex.EncodeToString(b[:])
}

func (a *access) wrap(next handler) handler {
	return func(r *http.Request) *response {
		for _, p := range a.bypassPaths {
			if strings.HasPrefix(strings.TrimPrefix(r.URL.Path, resourcePath), p) {
				return next(strip(r))
			}
		}
		if r.Method == http.MethodHead && r.Header.Get("Cf-Access-Metadata-Request") == "true" {
			return a.metadata(r)
		}
		if strings.HasPrefix(r.URL.Path, resourcePath) {
			return a.protectedResource(r)
		}
		if strings.HasPrefix(r.URL.Path, "/cdn-cgi/access/") {
			return a.ownPath(r)
		}
		if isPreflight(r) || r.Method == http.MethodOptions && a.bypassOptions {
			switch {
			case a.bypassOptions:
				return next(strip(r))
			case a.cors != nil:
				return a.cors.answer(r)
			}
			return a.refuse(r, http.StatusForbidden)
		}
		if token := a.token(r); a.team.accepts(token, a.aud, time.Now()) {
			behind := strip(r)
			behind.Header.Set("Cf-Access-Jwt-Assertion", token)
			return next(behind)
		}
		if id := r.Header.Get("Cf-Access-Client-Id"); id != "" {
			if secret, ok := a.serviceTokens[id]; ok && secret == r.Header.Get("Cf-Access-Client-Secret") {
				res := next(strip(r))
				if !res.drop && !a.strict { // a lenient organisation hands out a session
					res = res.copy()
					res.header.Add("Set-Cookie", "CF_Authorization="+a.team.appToken(a.aud, 24*time.Hour)+"; Path=/; Secure; HttpOnly")
				}
				return res
			}
			if a.strict {
				return a.refuse(r, http.StatusUnauthorized)
			}
		}
		switch {
		case a.managedOAuth && !navigates(r):
			return a.oauth(r)
		case !a.allow && a.serviceAuth401:
			return a.refuse(r, http.StatusUnauthorized)
		case !a.allow:
			return a.refuse(r, http.StatusForbidden)
		case strings.EqualFold(r.Header.Get("X-Requested-With"), "XMLHttpRequest"):
			return a.unauthorized(r)
		}
		return a.login(r)
	}
}

// token returns the application token that the request brings.
func (a *access) token(r *http.Request) string {
	if c, err := r.Cookie("CF_Authorization"); err == nil {
		return c.Value
	}
	return r.Header.Get("Cf-Access-Token")
}

// strip takes away what does not travel past Access.
func strip(r *http.Request) *http.Request {
	r = r.Clone(r.Context())
	for _, h := range []string{"Cf-Access-Client-Id", "Cf-Access-Client-Secret", "Cf-Access-Jwt-Assertion"} {
		r.Header.Del(h)
	}
	return r
}

// navigates says whether a person's browser opens a page.
func navigates(r *http.Request) bool {
	return r.Header.Get("Sec-Fetch-Mode") == "navigate" || strings.Contains(r.Header.Get("Accept"), "text/html")
}

// resourcePath is where Access names the team that protects a path.
const resourcePath = "/.well-known/cloudflare-access-protected-resource"

func (a *access) resource(r *http.Request) string {
	return "https://" + hostOf(r) + resourcePath + r.URL.EscapedPath()
}

// login sends a stranger to the team's login page.
func (a *access) login(r *http.Request) *response {
	now := time.Now()
	meta := a.team.sign(map[string]any{
		"type": "meta", "aud": a.aud, "hostname": hostOf(r), "redirect_url": r.URL.RequestURI(),
		"service_token_status": false, "is_warp": false, "is_gateway": false,
		"iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(), "iss": a.aud,
	})
	q := url.Values{"kid": {a.aud}, "meta": {meta}, "redirect_url": {r.URL.RequestURI()}}
	res := signed(http.StatusFound, "Found")
	res.header.Set("Location", "https://"+teamHost+"/cdn-cgi/access/login/"+hostOf(r)+"?"+q.Encode())
	a.stranger(r, res)
	return res
}

// unauthorized is the answer to a stranger whose script says that it is one.
func (a *access) unauthorized(r *http.Request) *response {
	res := reply(http.StatusUnauthorized, page("401 Unauthorized", "<h1>Unauthorized</h1>"), "Content-Type", "text/html")
	a.stranger(r, res)
	return res
}

// stranger sets what Access sends with every demand to log in.
func (a *access) stranger(r *http.Request, res *response) {
	set(res, noStore...)
	set(res, "Www-Authenticate", `Cloudflare-Access resource_metadata="`+a.resource(r)+`"`,
		"Access-Control-Allow-Credentials", "true",
		"Set-Cookie", "CF_AppSession="+nonce()+"; Expires="+time.Now().Add(24*time.Hour).UTC().Format(http.TimeFormat)+"; Path=/; Secure; HttpOnly")
}

// refuse is Access's own 401 or 403, as JSON for a client that asks for it.
func (a *access) refuse(r *http.Request, status int) *response {
	message := "Forbidden. You don't have permission to view this. Please contact your system administrator."
	heading := "Forbidden"
	if status == http.StatusUnauthorized {
		message = "Unauthorized. You don't have permission to view this. Please contact your system administrator."
		heading = "Unauthorized"
	}
	object := mustJSON(map[string]any{"message": message, "status_code": status, "aud": a.aud, "ray_id": ray(r)})
	res := reply(status, object, "Content-Type", "application/json")
	if !wantsJSON(r) && status == http.StatusForbidden {
		res = reply(status, page("Error ・ Cloudflare Access", "<h1>"+heading+"</h1>\n<p>You don't have permission to view this.</p>\n<input type=\"hidden\" value=\""+htmlText(object)+"\">"),
			"Content-Type", "text/html")
	}
	set(res, noStore...)
	set(res, "Cf-Access-Aud", a.aud, "Cf-Access-Domain", a.domain)
	return res
}

// oauth points a client to the OAuth server of the team.
func (a *access) oauth(r *http.Request) *response {
	res := reply(http.StatusUnauthorized,
		mustJSON(map[string]any{"error": "invalid_token", "error_description": "Missing or invalid access token", "resource_metadata": a.resource(r)}),
		"Content-Type", "application/json",
		"Www-Authenticate", `Bearer realm="OAuth", error="invalid_token", resource_metadata="`+a.resource(r)+`"`)
	set(res, noStore...)
	return res
}

// answer is what the CORS settings make of a preflight. What they do not allow
// gets the same 200, with Vary alone; that form is the one of common Go
// middleware, and Cloudflare does not document it.
func (c *accessCORS) answer(r *http.Request) *response {
	res := reply(http.StatusOK, "", "Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers")
	origin := r.Header.Get("Origin")
	method := r.Header.Get("Access-Control-Request-Method")
	asked := splitList(r.Header.Get("Access-Control-Request-Headers"))
	if !contains(c.origins, origin) || !contains(c.methods, method) {
		return res
	}
	for _, h := range asked {
		if !contains(c.headers, h) {
			return res
		}
	}
	set(res, "Access-Control-Allow-Origin", origin, "Access-Control-Allow-Methods", method)
	if len(asked) > 0 {
		set(res, "Access-Control-Allow-Headers", strings.Join(asked, ", "))
	}
	if c.credentials {
		set(res, "Access-Control-Allow-Credentials", "true")
	}
	if c.maxAge != "" {
		set(res, "Access-Control-Max-Age", c.maxAge)
	}
	return res
}

// metadata is Access's signed word that it covers this URL. cloudflared asks
// for it before it logs in, and checks it against the team's keys.
func (a *access) metadata(r *http.Request) *response {
	return reply(http.StatusOK, "", "Cf-Access-Metadata", a.team.sign(map[string]any{
		"type": "match", "hostname": hostOf(r), "app_hostname": a.domain, "auth_domain": teamHost,
		"aud": a.aud, "iat": time.Now().Unix(),
	}))
}

func (a *access) protectedResource(r *http.Request) *response {
	return reply(http.StatusOK, mustJSON(map[string]any{
		"resource":              "https://" + hostOf(r) + strings.TrimPrefix(r.URL.Path, resourcePath),
		"authorization_servers": []string{"https://" + teamHost},
	}), "Content-Type", "application/json")
}

// authorizedPath is where a login ends on the application's host: Access sets its
// cookie there.
const authorizedPath = "/cdn-cgi/access/authorized"

// ownPath is what Access serves on the application's host.
func (a *access) ownPath(r *http.Request) *response {
	switch r.URL.Path {
	case "/cdn-cgi/access/get-identity":
		if a.team.accepts(a.token(r), a.aud, time.Now()) {
			return reply(200, mustJSON(map[string]any{"email": "dev@example.com", "idp": map[string]any{"type": "onetimepin"}}), "Content-Type", "application/json")
		}
		return reply(400, mustJSON(map[string]any{"err": "no app token set"}), "Content-Type", "application/json")
	case authorizedPath:
		if m, ok := a.team.meta(r.URL.Query().Get("meta"), time.Now()); ok && slices.Contains(m.Audience, a.aud) && m.Hostname == hostOf(r) {
			res := reply(http.StatusFound, "", "Location", m.RedirectURL,
				"Set-Cookie", "CF_Authorization="+a.team.appToken(a.aud, 24*time.Hour)+"; Path=/; Secure; HttpOnly")
			set(res, noStore...)
			return res
		}
	case "/cdn-cgi/access/certs":
		return reply(200, mustJSON(a.team.public), "Content-Type", "application/json")
	case "/cdn-cgi/access/logout":
		res := signed(http.StatusFound, "Found")
		set(res, "Location", "https://"+teamHost+"/cdn-cgi/access/logout", "Set-Cookie", "CF_Authorization=; Expires=Thu, 01 Jan 1970 00:00:01 GMT; Path=/; Secure; HttpOnly")
		return res
	}
	return a.refuse(r, http.StatusForbidden)
}

// set adds pairs of header name and value.
func set(res *response, pairs ...string) {
	for i := 0; i+1 < len(pairs); i += 2 {
		res.header.Set(pairs[i], pairs[i+1])
	}
}

func splitList(s string) []string {
	var out []string
	for _, e := range strings.Split(s, ",") {
		if e = strings.TrimSpace(e); e != "" {
			out = append(out, e)
		}
	}
	return out
}

// contains compares without regard to case: Access's settings hold names.
func contains(list []string, s string) bool {
	for _, e := range list {
		if strings.EqualFold(e, s) {
			return true
		}
	}
	return false
}
