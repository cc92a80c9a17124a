package answer

import (
	"net/url"
	"regexp"
	"strings"
)

const (
	productAccess      = "Cloudflare Access"
	productAccessLogin = "Cloudflare Access login"
	productAccessOAuth = "Cloudflare Access, Managed OAuth"
	productAccessKeys  = "Cloudflare Access, the team's keys"
	productAccessPage  = "Cloudflare Access login page"
	productAccessCORS  = "Cloudflare Access, its CORS settings"
	resourcePath       = "/.well-known/cloudflare-access-protected-resource"
)

var (
	hex64RE = regexp.MustCompile(`^[0-9a-fA-F]{64}$`)
	// The middle dot is what Access writes; posts and tools turn it into others.
	accessTitleRE = regexp.MustCompile(`(?i)^(?:.{0,60}?(?:[・·⋅•∙‧]|&\S{1,8};)\s*|(?:sign in|log in|login|error|forbidden|access denied)\s*\S{0,3}\s*)?Cloudflare Access$`)
	accessErrorRE = regexp.MustCompile(`(?i)^Error\s*\S*\s*Cloudflare Access$`)
)

// accessRules are the marks that only Cloudflare Access writes.
var accessRules = []Rule{
	{
		ID: "access-login-redirect", Matches: "3xx whose location is TEAM.cloudflareaccess.com/cdn-cgi/access/login…",
		What: "location", Layer: LayerAccess, Strength: Certain, Product: productAccessLogin,
		Says:   "The answer sends the browser to the Cloudflare Access login page of the team; only Access does that.",
		Source: "Cloudflare docs «Managed OAuth»; published login redirects of 2025 and 2026; cloudflare/cloudflared #1637", Grade: Documented,
		cloudflare: true,
		match: func(v *view) *hit {
			if v.location == nil || !teamDomain(v.location.Hostname()) || !strings.HasPrefix(v.location.Path, "/cdn-cgi/access/login") {
				return nil
			}
			return &hit{
				names: loginNames(v),
				says:  "The answer sends the browser to the login page of " + show(v.location.Hostname()) + "; only Cloudflare Access does that.",
			}
		},
	},
	{
		ID: "access-login-session", Matches: "3xx whose location has the path /cdn-cgi/access/login…, and that sets CF_AppSession",
		What: "location, set-cookie: CF_AppSession", Layer: LayerAccess, Strength: Certain, Product: productAccessLogin,
		Says:   "The answer redirects to the path of the Cloudflare Access login and sets the cookie with which Access starts it.",
		Source: "Cloudflare docs «Authorization cookie»; published login redirects", Grade: Documented, cloudflare: true,
		match: func(v *view) *hit {
			if v.location == nil || !strings.HasPrefix(v.location.Path, "/cdn-cgi/access/login") || !v.setsCookie("CF_AppSession=") {
				return nil
			}
			return &hit{names: loginNames(v)}
		},
	},
	{
		ID: "access-login-own-domain", Matches: "3xx whose location has the path /cdn-cgi/access/login… on another host",
		What: "location", Layer: LayerAccess, Strength: Likely, Product: productAccessLogin,
		Says:   "The answer redirects to the path of the Cloudflare Access login, on a host of its own.",
		Source: "order of things: a team may use its own login domain", Grade: Inferred, cloudflare: true,
		match: func(v *view) *hit {
			if v.location == nil || teamDomain(v.location.Hostname()) || !strings.HasPrefix(v.location.Path, "/cdn-cgi/access/login") {
				return nil
			}
			return &hit{names: loginNames(v)}
		},
	},
	{
		ID: "access-team-redirect", Matches: "3xx to a team domain whose path was left out, without cf-cache-status",
		What: "location", Layer: LayerAccess, Strength: Likely, Product: productAccessLogin,
		Says:   "The answer sends the browser to a team domain of Cloudflare Access.",
		Source: "published login redirects with a shortened location", Grade: Observed, cloudflare: true,
		match: when(func(v *view) bool {
			if v.location == nil || !v.redirect() || !teamDomain(v.location.Hostname()) || teamDomain(v.host) || v.ccs != "" {
				return false
			}
			p := v.location.Path
			return p == "" || p == "/" || strings.HasPrefix(p, "/...") || strings.HasPrefix(p, "/…") || strings.HasPrefix(p, "/cdn-cgi/...") || strings.HasPrefix(p, "/cdn-cgi/…") || p == "/cdn-cgi/access/" || strings.HasPrefix(p, "/cdn-cgi/access/...")
		}),
	},
	{
		ID: "access-login-return", Matches: "3xx from the team domain to /cdn-cgi/access/authorized or another login step",
		What: "location", Layer: LayerAccess, Strength: Certain, Product: productAccessLogin,
		Says:   "The team domain sends the browser on to the next step of the Access login.",
		Source: "cloudflare/cloudflared #1637 and its source (token)", Grade: Observed, cloudflare: true,
		match: when(func(v *view) bool {
			return teamDomain(v.host) && v.location != nil && strings.HasPrefix(v.location.Path, "/cdn-cgi/access/")
		}),
	},
	{
		ID: "access-www-authenticate", Matches: "www-authenticate with the scheme Cloudflare-Access",
		What: "www-authenticate", Layer: LayerAccess, Strength: Certain, Product: productAccess,
		Says:   "The challenge scheme Cloudflare-Access is one that only Cloudflare Access sends.",
		Source: "published answers of 2025 and 2026, among them the gitflare notes", Grade: Observed, cloudflare: true,
		match: func(v *view) *hit {
			for _, c := range challenges(v) {
				if strings.EqualFold(c.scheme, "Cloudflare-Access") {
					return &hit{product: refusal(v), names: resourceNames(c)}
				}
			}
			return nil
		},
	},
	{
		ID: "access-managed-oauth", Matches: "www-authenticate: Bearer with a resource_metadata under " + resourcePath,
		What: "www-authenticate", Layer: LayerAccess, Strength: Certain, Product: productAccessOAuth,
		Says:   "The Bearer challenge points at Access's own protected-resource document: Access with Managed OAuth answered.",
		Source: "Cloudflare docs «Managed OAuth»; published answers of 2026", Grade: Documented, cloudflare: true,
		match: func(v *view) *hit {
			for _, c := range challenges(v) {
				if strings.EqualFold(c.scheme, "Bearer") && c.metadata != nil && strings.HasPrefix(c.metadata.Path, resourcePath) {
					return &hit{names: resourceNames(c)}
				}
			}
			return nil
		},
	},
	{
		ID: "access-headers", Matches: "cf-access-aud together with cf-access-domain, or one of them on the team domain, under a title of Access, or beside its session cookie",
		What: "cf-access-aud, cf-access-domain", Layer: LayerAccess, Strength: Certain, Product: productAccess,
		Says:   "The answer names its Access application in cf-access-aud and cf-access-domain; Access writes these on its own answers alone.",
		Source: "published refusals of 2025 and 2026; gitflare notes", Grade: Observed, cloudflare: true,
		match: func(v *view) *hit {
			aud, domain := v.has("cf-access-aud"), v.has("cf-access-domain")
			if !aud && !domain || !(aud && domain || teamDomain(v.host) || accessTitleRE.MatchString(v.title) || v.setsCookie("CF_Session=") || v.setsCookie("CF_AppSession=")) {
				return nil
			}
			return &hit{product: refusal(v), names: domainNames(v), what: presentOf(v, "cf-access-aud", "cf-access-domain")}
		},
	},
	{
		ID: "access-json", Matches: "401 or 403 whose JSON has message, status_code equal to the status, and a 64-digit aud",
		What: "body: aud, status_code, message", Layer: LayerAccess, Strength: Certain, Product: productAccess,
		Says:   "The JSON body is the refusal of Cloudflare Access: message, status_code and the application's AUD tag.",
		Source: "published refusals; gitflare notes", Grade: Observed, cloudflare: true,
		match: func(v *view) *hit {
			if !v.is(401, 403) || v.str("message") == "" || !accessStatus(v) || !hex64RE.MatchString(v.str("aud")) {
				return nil
			}
			return &hit{product: refusal(v), rays: rayClaims(v.str("ray_id"))}
		},
	},
	{
		ID: "access-json-text", Matches: "the same JSON with Access's own sentence and a ray_id, where the aud is not to be read",
		What: "body: message, ray_id, aud", Layer: LayerAccess, Strength: Certain, Product: productAccess,
		Says:   "The JSON body is the refusal of Cloudflare Access, with its own sentence and a Ray ID.",
		Source: "published refusals with the audience tag blacked out", Grade: Observed, cloudflare: true,
		match: func(v *view) *hit {
			_, ray := v.obj["ray_id"]
			_, aud := v.obj["aud"]
			m := v.str("message")
			own := strings.HasPrefix(m, "Forbidden. You don't have permission to view this") || strings.HasPrefix(m, "Unauthorized.") || strings.HasPrefix(m, "Forbidden.")
			if !v.is(401, 403) || !accessStatus(v) || !ray || !aud || !own || hex64RE.MatchString(v.str("aud")) {
				return nil
			}
			h := &hit{product: refusal(v), rays: rayClaims(v.str("ray_id"))}
			if a := strings.ToUpper(v.str("aud")); !strings.Contains(a, "REDACTED") && !strings.ContainsAny(a, "<[*.…") {
				h.strength = Likely
			}
			return h
		},
	},
	{
		ID: "access-title", Matches: "title that ends in “Cloudflare Access”",
		What: "title", Layer: LayerAccess, Strength: Certain, Product: productAccess,
		Says:   "The page carries the title of Cloudflare Access's own pages.",
		Source: "cloudflare/workers-sdk takes a 403 with that title for a block by Access; published pages", Grade: Observed, cloudflare: true,
		match: func(v *view) *hit {
			if !accessTitleRE.MatchString(v.title) || !teamDomain(v.host) && (v.whole && !v.front || v.ccs != "" && v.status == 200) {
				return nil
			}
			h := &hit{strength: Likely, product: refusal(v), says: "The page is titled “" + show(v.title) + "”, as Cloudflare Access titles its own pages."}
			switch {
			case teamDomain(v.host):
				h.strength = Certain
			case accessErrorRE.MatchString(v.title) && (v.status == 401 || v.status == 403) && v.noCCS:
				h.strength = Certain
			}
			if strings.HasPrefix(strings.ToLower(v.title), "sign in") {
				h.product = productAccessPage
			}
			return h
		},
	},
	{
		ID: "access-app-session", Matches: "302, 401 or 403 that sets the cookie CF_AppSession",
		What: "set-cookie: CF_AppSession", Layer: LayerAccess, Strength: Likely, Product: productAccess,
		Says:   "The answer sets CF_AppSession, the cookie with which Access starts a login.",
		Source: "Cloudflare docs «Authorization cookie»", Grade: Documented, cloudflare: true,
		match: func(v *view) *hit {
			if v.status != 302 && v.status != 401 && v.status != 403 || !v.setsCookie("CF_AppSession=") {
				return nil
			}
			return &hit{product: refusal(v)}
		},
	},
	{
		ID: "access-one-header", Matches: "one of cf-access-aud and cf-access-domain, nothing else of Access",
		What: "cf-access-aud or cf-access-domain", Layer: LayerAccess, Strength: Likely, Product: productAccess,
		Says:   "The answer carries one of the two headers with which Access names its application.",
		Source: "follows from the pair of headers", Grade: Inferred, cloudflare: true,
		match: func(v *view) *hit {
			aud, domain := v.has("cf-access-aud"), v.has("cf-access-domain")
			if aud == domain {
				return nil
			}
			return &hit{product: refusal(v), names: domainNames(v), what: presentOf(v, "cf-access-aud", "cf-access-domain")}
		},
	},
	{
		ID: "access-resource", Matches: "JSON under " + resourcePath + " whose authorization_servers name a team domain",
		What: "body: authorization_servers", Layer: LayerAccess, Strength: Certain, Product: productAccess,
		Says:   "The document names the team whose Access protects this host; Access itself serves it.",
		Source: "gitflare notes; Cloudflare docs «Managed OAuth»", Grade: Observed, cloudflare: true,
		match: func(v *view) *hit {
			if !strings.HasPrefix(v.path(), resourcePath) || v.status != 200 || resourceTeam(v) == "" {
				return nil
			}
			return &hit{names: []named{{where: "resource", host: v.str("resource"), soft: true}}}
		},
	},
	{
		ID: "access-metadata-header", Matches: "cf-access-metadata in the answer to a HEAD that asked for it",
		What: "cf-access-metadata", Layer: LayerAccess, Strength: Likely, Product: productAccess,
		Says:   "The answer carries Access's metadata for this URL; its signature was not checked here.",
		Source: "cloudflare/cloudflared source (token)", Grade: Observed, cloudflare: true,
		match: when(func(v *view) bool { return v.header("cf-access-metadata") != "" }),
	},
}

// accessServiceRules speak of places that Access serves.
var accessServiceRules = []Rule{
	{
		ID: "access-team-path", Matches: "an answer of the team domain under /cdn-cgi/access/",
		What: "URL", Layer: LayerAccess, Strength: Certain, Product: productAccess,
		Says:   "The URL is one of Access's own, on the team's domain; no origin stands behind it.",
		Source: "Cloudflare docs «Application token», «Authorization cookie»", Grade: Documented, faint: true,
		match: func(v *view) *hit {
			if !teamDomain(v.host) || !strings.HasPrefix(v.path(), "/cdn-cgi/access/") {
				return nil
			}
			h := &hit{}
			switch {
			case strings.HasSuffix(v.path(), "/certs") && v.obj["keys"] != nil:
				h.product = productAccessKeys
			case strings.HasPrefix(v.path(), "/cdn-cgi/access/login") && v.status == 200:
				h.product = productAccessPage
			}
			return h
		},
	},
	{
		ID: "access-team-domain", Matches: "an answer of the team domain",
		What: "URL", Layer: LayerAccess, Strength: Likely, Product: productAccess,
		Says:   "The host asked is a team's domain of Cloudflare Access; no origin stands behind it.",
		Source: "Cloudflare docs «Team domain»", Grade: Inferred, faint: true,
		match: when(func(v *view) bool { return teamDomain(v.host) }),
	},
	{
		ID: "access-own-path", Matches: "an answer under /cdn-cgi/access/ of a host at Cloudflare",
		What: "URL", Layer: LayerAccess, Strength: Likely, Product: productAccess,
		Says:   "The path is one that Access serves by itself on every host that it protects.",
		Source: "Cloudflare docs «Authorization cookie»", Grade: Inferred, faint: true,
		match: when(func(v *view) bool { return v.front && strings.HasPrefix(v.path(), "/cdn-cgi/access/") }),
	},
}

// refusal names what Access did, by status.
func refusal(v *view) string {
	switch {
	case v.redirect() && v.location != nil && strings.HasPrefix(v.location.Path, "/cdn-cgi/access/login"):
		return productAccessLogin
	case v.status == 401:
		return productAccess + " refusal (401)"
	case v.status == 403:
		return productAccess + " refusal (403)"
	case v.status == 200 && strings.HasPrefix(v.path(), "/cdn-cgi/access/login"):
		return productAccessPage
	}
	return productAccess
}

// accessStatus says whether the JSON's status_code is the status.
func accessStatus(v *view) bool {
	n := v.num("status_code")
	return n == v.status || v.status == 0 && (n == 401 || n == 403)
}

// loginNames are the hosts for which a login redirect asks: the last part of
// its path. Where the team domain itself redirects, it asks for another host
// by nature.
func loginNames(v *view) []named {
	if teamDomain(v.host) {
		return nil
	}
	host := strings.Trim(strings.TrimPrefix(v.location.Path, "/cdn-cgi/access/login"), "/")
	return []named{{where: "login URL", host: host}}
}

func domainNames(v *view) []named {
	if teamDomain(v.host) {
		return nil
	}
	return []named{{where: "cf-access-domain", host: v.header("cf-access-domain"), soft: true}}
}

func presentOf(v *view, names ...string) string {
	var out []string
	for _, n := range names {
		if v.has(n) {
			out = append(out, n)
		}
	}
	return strings.Join(out, ", ")
}

// challenge is one challenge of www-authenticate, RFC 9110 section 11.6.1.
type challenge struct {
	scheme   string
	metadata *url.URL // resource_metadata, RFC 9728; nil without
}

var (
	challengeRE = regexp.MustCompile(`(?:^|,\s*)([A-Za-z][A-Za-z0-9!#$%&'*+.^_|~-]*)(?:\s+[A-Za-z0-9._~+/-]+=*\s*(?:,|$)|\s+[A-Za-z_-]+\s*=|\s*$|\s*,)`)
	metadataRE  = regexp.MustCompile(`(?i)resource_metadata\s*=\s*"?([^",\s]+)`)
)

// challenges splits www-authenticate. It needs only the schemes and one
// parameter, and reads lists that are not quite by the grammar.
func challenges(v *view) []challenge {
	var out []challenge
	for _, line := range v.hs.Values("www-authenticate") {
		line = line[:min(len(line), 8<<10)]
		at := challengeRE.FindAllStringSubmatchIndex(line, 16)
		for i, m := range at {
			end := len(line)
			if i+1 < len(at) {
				end = at[i+1][0]
			}
			c := challenge{scheme: line[m[2]:m[3]]}
			if md := metadataRE.FindStringSubmatch(line[m[0]:end]); md != nil {
				c.metadata = resolve(v.url, md[1])
			}
			out = append(out, c)
		}
	}
	return out
}

func resourceNames(c challenge) []named {
	if c.metadata == nil {
		return nil
	}
	return []named{{where: "resource_metadata", host: c.metadata.Host, soft: true}}
}

// resourceTeam returns the team domain that a protected-resource document
// names, empty without.
func resourceTeam(v *view) string {
	list, _ := v.obj["authorization_servers"].([]any)
	for _, e := range list {
		s, _ := e.(string)
		if u, err := url.Parse(s); err == nil && teamDomain(u.Hostname()) {
			return plainHost(u.Hostname())
		}
	}
	return ""
}
