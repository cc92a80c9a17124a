package answer

import (
	"encoding/json"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"corstui/diagnose/exchange"
)

// scanLimit is how much of a body the rules look at, in bytes: every mark of
// the tables stands within the first few kilobytes of its page.
const scanLimit = 128 << 10

// view is one exchange, read once for all rules: what the tables match on.
type view struct {
	x   exchange.Exchange
	r   *exchange.Response
	hs  exchange.Headers
	url *url.URL

	method string // upper case; empty where it is not known
	host   string // host asked, lower case, without port; empty where it is not known
	status int    // 0 where the status line was not given

	server string // value of server, lower case
	front  bool   // Cloudflare's own marks of passage: server or cf-ray
	whole  bool   // the header block is complete: absence proves something
	ccs    string // cf-cache-status, upper case
	noCCS  bool   // CF front, headers complete, and no cf-cache-status
	ray    string // the 16 hexadecimal digits of cf-ray, lower case

	body  string // at most scanLimit bytes
	lower string // body in lower case, for contains; made when first needed
	text  string // body without white space around it
	cut   bool   // the body is not all there
	title string // content of <title>, entities of the common kind decoded
	obj   map[string]any

	location *url.URL // of a 3xx or of an answer without status line; nil without

	passages []*passage // who passed it on; made when first needed: see passed
	looked   bool
}

var (
	titleRE    = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title>`)
	looseURLRE = regexp.MustCompile(`(?i)^(https?)://([^/?#\s]+)([^?#\s]*)(?:\?([^#\s]*))?`)
	rayRE      = regexp.MustCompile(`^[0-9a-f]{16}`)
	hostRE     = regexp.MustCompile(`^[a-z0-9*]([a-z0-9_*-]*[a-z0-9*])?(\.[a-z0-9_*]([a-z0-9_*-]*[a-z0-9*])?)*$`)
)

func look(x exchange.Exchange) *view {
	v := &view{x: x, r: x.Response, method: strings.ToUpper(strings.TrimSpace(x.Request.Method))}
	if u, err := url.Parse(x.Request.URL); err == nil && u.Host != "" {
		v.url, v.host = u, plainHost(u.Hostname())
	} else if h := x.Request.Headers.Value("host"); h != "" {
		v.host = plainHost(h)
	}
	if v.r == nil {
		return v
	}
	r := v.r
	v.hs, v.status = r.Headers, r.Status
	v.server = strings.ToLower(strings.TrimSpace(v.hs.Value("server")))
	v.front = v.server == "cloudflare" || v.server == "cloudflare-nginx" || v.hs.Has("cf-ray")
	v.whole = !r.Partial
	v.ccs = strings.ToUpper(strings.TrimSpace(v.hs.Value("cf-cache-status")))
	v.noCCS = v.front && v.whole && !v.hs.Has("cf-cache-status") && !v.older(2019)
	v.ray = rayRE.FindString(strings.ToLower(strings.TrimSpace(v.hs.Value("cf-ray"))))

	v.body, v.cut = r.Body, r.BodyTruncated || r.BodyError != ""
	if len(v.body) > scanLimit {
		v.body, v.cut = v.body[:scanLimit], true
	}
	v.text = strings.TrimSpace(strings.TrimPrefix(v.body, "\ufeff"))
	if m := titleRE.FindStringSubmatch(v.body); m != nil {
		v.title = strings.Join(strings.Fields(entities.Replace(m[1])), " ")
	}
	if strings.HasPrefix(v.text, "{") && !v.cut {
		// A body that is no JSON object leaves the map nil, and no rule matches.
		_ = json.Unmarshal([]byte(v.text), &v.obj)
	}
	if v.status == 0 || v.status/100 == 3 {
		if l := strings.TrimSpace(v.hs.Value("location")); l != "" {
			v.location = resolve(v.url, l)
		}
	}
	return v
}

var entities = strings.NewReplacer("&amp;", "&", "&#124;", "|", "&vert;", "|", "&lt;", "<", "&gt;", ">", "&#39;", "'", "&quot;", `"`, "&nbsp;", " ")

// resolve parses a Location against the URL asked. People black out parts of
// a host ("https://<team>.cloudflareaccess.com/…"), which is no URL any more:
// its parts are taken apart by hand then.
func resolve(base *url.URL, ref string) *url.URL {
	u, err := url.Parse(ref)
	if err != nil {
		m := looseURLRE.FindStringSubmatch(ref)
		if m == nil {
			return nil
		}
		return &url.URL{Scheme: strings.ToLower(m[1]), Host: m[2], Path: m[3], RawQuery: m[4]}
	}
	if base != nil {
		u = base.ResolveReference(u)
	}
	return u
}

// plainHost returns a host in lower case, without port and trailing dot.
func plainHost(h string) string {
	h = strings.ToLower(strings.TrimSpace(h))
	if i := strings.LastIndexByte(h, ':'); i >= 0 && !strings.Contains(h[:i], ":") {
		h = h[:i]
	}
	return strings.TrimSuffix(h, ".")
}

func (v *view) header(name string) string { return strings.TrimSpace(v.hs.Value(name)) }

// is says whether the status is one of these; an unknown status may be any.
func (v *view) is(statuses ...int) bool {
	if v.status == 0 {
		return true
	}
	for _, s := range statuses {
		if v.status == s {
			return true
		}
	}
	return false
}

// date parses a header that holds an HTTP-date, RFC 9110 section 5.6.7.
func (v *view) date(name string) (time.Time, bool) {
	t, err := time.Parse(time.RFC1123, v.header(name))
	return t, err == nil
}

// older says that the answer is from before that year. Until about 2019 many
// answers from behind Cloudflare's cache lacked cf-cache-status.
func (v *view) older(year int) bool {
	t, ok := v.date("date")
	return ok && t.Year() < year
}

// lasts says that expires lies that long after date, give or take a second.
func (v *view) lasts(d time.Duration) bool {
	from, ok1 := v.date("date")
	to, ok2 := v.date("expires")
	return ok1 && ok2 && (to.Sub(from)-d).Abs() <= time.Second
}

func (v *view) failed() bool   { return v.status == 0 || v.status >= 400 }
func (v *view) redirect() bool { return v.status/100 == 3 }

// contentLength returns the value of content-length, -1 without.
func (v *view) contentLength() int {
	n, err := strconv.Atoi(v.header("content-length"))
	if err != nil {
		return -1
	}
	return n
}

// mediaType returns the essence of content-type, in lower case.
func (v *view) mediaType() string {
	t, _, _ := strings.Cut(strings.ToLower(v.header("content-type")), ";")
	return strings.TrimSpace(t)
}

func (v *view) has(names ...string) bool {
	for _, n := range names {
		if v.hs.Has(n) {
			return true
		}
	}
	return false
}

// contains says whether the body holds this text, without regard to case.
func (v *view) contains(s string) bool {
	if v.lower == "" && v.body != "" {
		v.lower = strings.ToLower(v.body)
	}
	return strings.Contains(v.lower, strings.ToLower(s))
}

// find matches an expression in a body that holds this text: most bodies do
// not, and the search for a text is far cheaper.
func (v *view) find(re *regexp.Regexp, with string) []string {
	if !v.contains(with) {
		return nil
	}
	return re.FindStringSubmatch(v.body)
}

// setsCookie says whether the answer sets a cookie whose name starts so.
func (v *view) setsCookie(prefix string) bool {
	for _, c := range v.hs.Values("set-cookie") {
		// Some tools join all cookies into one line.
		for part := range strings.SplitSeq(c, ", ") {
			if strings.HasPrefix(strings.TrimSpace(part), prefix) {
				return true
			}
		}
	}
	return false
}

// str returns a string member of the JSON body, empty without.
func (v *view) str(key string) string {
	s, _ := v.obj[key].(string)
	return s
}

// num returns a number member of the JSON body, -1 without.
func (v *view) num(key string) int {
	switch n := v.obj[key].(type) {
	case float64:
		return int(n)
	case string:
		if i, err := strconv.Atoi(n); err == nil {
			return i
		}
	}
	return -1
}

// path returns the path asked, empty where the URL is not known.
//
//go:noinline
func (v *view) path() string {
	if v.url == nil {
		return ""
	}
	return v.url.Path
}

// local says that the host asked is this machine or one of a private network,
// by its name alone: what --connect-to or a hosts file does is no evidence.
func (v *view) local() bool {
	if v.host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(strings.Trim(v.host, "[]"))
	return err == nil && (a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast())
}

// teamDomain says whether a host is a team's domain of Cloudflare Access; that
// of the US government cloud is TEAM.fed.cloudflareaccess.com.
func teamDomain(host string) bool {
	return strings.HasSuffix(plainHost(host), ".cloudflareaccess.com")
}

// underHost says whether host is that domain or one below it.
func underHost(host, domain string) bool {
	return host == domain || strings.HasSuffix(host, "."+domain)
}

// A relation says how a host that a page names stands to the host asked.
type relation int

const (
	relUnknown relation = iota // one of the two is not known
	relSame
	relNear // one is a parent domain of the other
	relOther
)

// relate compares the host, domain pattern or URL that a page names with the
// host asked. "*.example.com" covers one level or more, a path is left out.
func relate(named, asked string) relation {
	named = strings.ToLower(strings.TrimSpace(named))
	if i := strings.Index(named, "://"); i >= 0 {
		named = named[i+3:]
	}
	named, _, _ = strings.Cut(named, "/")
	named = plainHost(named)
	if asked == "" || named == "" || !hostRE.MatchString(named) {
		return relUnknown
	}
	if !strings.ContainsAny(named, ".") && named != "localhost" {
		return relUnknown // "redacted" and the like
	}
	if named == asked {
		return relSame
	}
	if strings.Contains(named, "*") {
		re, err := regexp.Compile("^" + strings.ReplaceAll(regexp.QuoteMeta(named), `\*`, `.*`) + "$")
		if err == nil && re.MatchString(asked) {
			return relSame
		}
		return relOther
	}
	if underHost(named, asked) || underHost(asked, named) {
		return relNear
	}
	return relOther
}
