package lab

import (
	"net/url"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"

	"corstui/diagnose/exchange"
)

var kebab = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func TestScenariosAreWellFormed(t *testing.T) {
	seen := map[string]bool{}
	all := Scenarios()
	if len(all) < 40 {
		t.Errorf("%d scenarios, want at least 40", len(all))
	}
	for _, s := range all {
		if seen[s.Name] {
			t.Errorf("%s: the name is there twice", s.Name)
		}
		seen[s.Name] = true
		if !kebab.MatchString(s.Name) {
			t.Errorf("%s: not kebab-case", s.Name)
		}
		if s.Shows == "" || strings.ContainsAny(s.Shows, "\n\t") || len(s.Shows) > 160 {
			t.Errorf("%s: Shows is no short line: %q", s.Name, s.Shows)
		}
		u, err := url.Parse(s.Case.URL)
		if err != nil || u.Host != s.at.host(s.Name) {
			t.Errorf("%s: URL %q is not on the scenario's own host", s.Name, s.Case.URL)
		}
		tr := s.Truth
		if tr.Allowed != (tr.BlockedAt == "" && tr.Layer != "browser") || tr.Allowed && (tr.Reason != "" || len(tr.Errors) > 0) {
			t.Errorf("%s: the truth contradicts itself: %+v", s.Name, tr)
		}
		if !tr.Allowed && len(tr.Errors) == 0 {
			t.Errorf("%s: blocked, and no error says why", s.Name)
		}
		if !slices.IsSorted(tr.Mistakes) {
			t.Errorf("%s: mistakes %v are not sorted", s.Name, tr.Mistakes)
		}
		if tr.Layer == "unknown" && tr.Certain {
			t.Errorf("%s: unknown is never certain", s.Name)
		}
	}
	if lines := strings.Split(strings.TrimSuffix(List(), "\n"), "\n"); len(lines) != len(all) || len(Names()) != len(all) {
		t.Errorf("List has %d lines, Names %d, for %d scenarios", len(lines), len(Names()), len(all))
	}
}

func TestEveryMistakeHasAScenarioOfItsOwn(t *testing.T) {
	for mistake := 1; mistake <= 7; mistake++ {
		if !slices.ContainsFunc(Scenarios(), func(s Scenario) bool { return slices.Equal(s.Truth.Mistakes, []int{mistake}) }) {
			t.Errorf("no scenario shows mistake %d alone", mistake)
		}
	}
}

// TestTheVerdictIsWhatAPlainReadingOfTheStandardGives plays every scenario with
// a small browser of its own and compares where and why it stops.
func TestTheVerdictIsWhatAPlainReadingOfTheStandardGives(t *testing.T) {
	l := start(t, "")
	for _, s := range l.Scenarios() {
		t.Run(s.Name, func(t *testing.T) {
			b := &browser{client: dial(t, l)}
			b.c, _ = l.Case(s.Name)
			b.run()
			tr := s.Truth
			if b.allowed != tr.Allowed || b.blockedAt != tr.BlockedAt || b.reason != tr.Reason {
				t.Errorf("allowed %v, blocked at %q, reason %q\nwant    %v, %q, %q", b.allowed, b.blockedAt, b.reason, tr.Allowed, tr.BlockedAt, tr.Reason)
			}
			if b.last.Response == nil {
				if tr.Layer != "network" && tr.Layer != "browser" {
					t.Errorf("no answer, and the truth says %s", tr.Layer)
				}
				return
			}
			if !slices.Contains(marksOf(b.last), tr.Layer) {
				t.Errorf("the answer has the marks of %v, not of %s: %d %v", marksOf(b.last), tr.Layer, b.last.StatusCode, b.last.Header)
			}
		})
	}
}

// marksOf names the layers for which an answer has marks. Several hands can
// have made what has none.
func marksOf(s seen) []string {
	h, status := s.Header, s.Header.Get("Cf-Cache-Status")
	cf := h.Get("Server") == "cloudflare" && regexp.MustCompile("^[0-9a-f]{16}-FRA$").MatchString(h.Get("Cf-Ray"))
	code := ""
	if m := regexp.MustCompile(`^error code: (\d+)$|cf-error-code">(\d+)<|"error_code":(\d+)`).FindStringSubmatch(s.body); m != nil {
		code = m[1] + m[2] + m[3]
	}
	switch {
	case !cf && (h.Get("X-Vercel-Id") != "" || h.Get("X-Cache") != ""):
		return []string{"proxy"}
	case !cf || strings.Contains(s.body, "api.partner.example"):
		return []string{"unknown"}
	case h.Get("X-Vercel-Id") != "" && status != "":
		return []string{"proxy"}
	case s.StatusCode == 403 && status == "" && strings.Contains(s.body, "<title>Not available</title>"):
		return []string{"waf"} // a custom error page: TestACustomErrorPageHidesTheMarks has the pair
	case s.Request.URL.Host == teamHost, strings.HasPrefix(h.Get("Location"), "https://"+teamHost+"/cdn-cgi/access/login/"),
		h.Get("Cf-Access-Aud") != "", strings.Contains(h.Get("Www-Authenticate"), resourcePath),
		status == "" && strings.Count(h.Get("Vary"), ",") == 2:
		return []string{"access"}
	case h.Get("Cf-Mitigated") == "challenge", strings.Contains(s.body, "<title>Attention Required! | Cloudflare</title>"), code == "1010", code == "1015", code == "1020":
		return []string{"waf"}
	case code == "1101", strings.HasSuffix(s.Request.URL.Host, ".workers.dev"):
		return []string{"worker"}
	case code != "", strings.Contains(s.body, "<center>cloudflare</center>"), strings.Contains(s.body, "traffic from cloudflared"):
		return []string{"edge"}
	case status == "HIT" && h.Get("Age") != "":
		return []string{"cache"}
	case strings.Contains(s.body, "<center>nginx/"):
		return []string{"proxy"}
	case status != "":
		return []string{"origin"}
	}
	return []string{"unknown"}
}

// browser is a small browser: as much of the Fetch Standard as the scenarios
// need, written down a second time so that the truth is not judged by the code
// that it judges.
type browser struct {
	*client
	c         exchange.Case
	allowed   bool
	blockedAt string
	reason    string
	last      seen
}

var simple = map[string]bool{"accept": true, "accept-language": true, "content-language": true}

func (b *browser) run() {
	origin, target := b.c.Origin, b.c.URL
	if strings.HasPrefix(target, "http:") && strings.HasPrefix(origin, "https:") {
		return // mixed content
	}
	if b.c.Method == "GET" && b.c.Body != nil {
		return // fetch() throws
	}
	cors, tainted := false, false
	for hop := 0; hop < 5; hop++ {
		u, _ := url.Parse(target)
		own := u.Scheme + "://" + u.Host
		cors = cors || own != b.c.Origin
		says := origin
		if tainted {
			says = "null"
		}
		creds := b.c.Credentials == exchange.CredentialsInclude || b.c.Credentials == exchange.CredentialsSameOrigin && !cors
		var unsafe []string
		headers := []string{"Accept", "*/*", "Accept-Encoding", "identity", "Sec-Fetch-Mode", "cors", "User-Agent", "Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0.0.0"}
		for _, h := range b.c.Headers {
			if !simple[strings.ToLower(h.Name)] {
				unsafe = append(unsafe, strings.ToLower(h.Name))
			}
			headers = append(headers, h.Name, h.Value)
		}
		sort.Strings(unsafe)
		if cors {
			headers = append(headers, "Origin", says)
		}
		if cors && (len(unsafe) > 0 || !slices.Contains([]string{"GET", "HEAD", "POST"}, b.c.Method)) {
			if !b.preflight(target, says, unsafe) {
				b.blockedAt = "preflight"
				return
			}
		}
		if creds {
			headers = append(headers, b.session(u.Host)...)
		}
		var err error
		if b.last, err = b.try(b.c.Method, target, headers...); err != nil {
			b.last, b.blockedAt = seen{}, "request"
			return
		}
		if b.blockedAt = "request"; hop > 0 {
			b.blockedAt = "redirect"
		}
		if cors && b.c.Mode == exchange.ModeCORS {
			if b.reason = b.check(b.last, says); b.reason != "" {
				return
			}
		}
		location, err := b.last.Location()
		if err != nil || b.last.StatusCode/100 != 3 {
			break
		}
		next := location.String()
		n, _ := url.Parse(next)
		if n.Scheme == "http" {
			b.blockedAt = "redirect" // mixed content
			return
		}
		if n.Host != u.Host && own != b.c.Origin {
			tainted = true
		}
		target = next
	}
	b.allowed, b.blockedAt = true, ""
}

// session is what the user's browser sends to the case's host.
func (b *browser) session(host string) []string {
	u, _ := url.Parse(b.c.URL)
	if host != u.Host {
		return nil
	}
	s := b.c.Session
	var out, cookies []string
	if s.AccessToken != "" {
		cookies = append(cookies, "CF_Authorization="+s.AccessToken)
	}
	for _, c := range s.Cookies {
		if c.SameSite == "None" || strings.HasSuffix(host, ".example.com") {
			cookies = append(cookies, c.Name+"="+c.Value)
		}
	}
	if len(cookies) > 0 {
		out = append(out, "Cookie", strings.Join(cookies, "; "))
	}
	if s.ServiceTokenID != "" {
		out = append(out, "Cf-Access-Client-Id", s.ServiceTokenID, "Cf-Access-Client-Secret", s.ServiceTokenSecret)
	}
	return out
}

func (b *browser) preflight(target, origin string, unsafe []string) bool {
	headers := []string{"Accept", "*/*", "Origin", origin, "Access-Control-Request-Method", b.c.Method, "Sec-Fetch-Mode", "cors"}
	if len(unsafe) > 0 {
		headers = append(headers, "Access-Control-Request-Headers", strings.Join(unsafe, ","))
	}
	var err error
	if b.last, err = b.try("OPTIONS", target, headers...); err != nil {
		b.last = seen{}
		return false
	}
	if b.last.StatusCode/100 == 3 && b.last.Header.Get("Location") != "" {
		b.reason = "PreflightDisallowedRedirect"
		return false
	}
	if r := b.check(b.last, origin); r != "" {
		b.reason = "Preflight" + r
		return false
	}
	if b.last.StatusCode/100 != 2 {
		b.reason = "PreflightInvalidStatus"
		return false
	}
	creds := b.c.Credentials == exchange.CredentialsInclude
	lists := map[string][]string{}
	for _, name := range []string{"Methods", "Headers"} {
		for _, e := range strings.Split(strings.Join(b.last.Header.Values("Access-Control-Allow-"+name), ","), ",") {
			if e = strings.Trim(e, " \t"); strings.ContainsAny(e, ` ";`) {
				b.reason = "InvalidAllow" + name + "PreflightResponse"
				return false
			} else if e != "" {
				lists[name] = append(lists[name], e)
			}
		}
	}
	star := func(name string) bool { return !creds && slices.Contains(lists[name], "*") }
	if !slices.Contains([]string{"GET", "HEAD", "POST"}, b.c.Method) && !slices.Contains(lists["Methods"], b.c.Method) && !star("Methods") {
		b.reason = "MethodDisallowedByPreflightResponse"
		return false
	}
	for _, h := range unsafe {
		if !contains(lists["Headers"], h) && !star("Headers") {
			b.reason = "HeaderDisallowedByPreflightResponse"
			return false
		}
	}
	return true
}

// check is the CORS check; empty when it passes.
func (b *browser) check(s seen, origin string) string {
	creds := b.c.Credentials == exchange.CredentialsInclude
	values := s.Header.Values("Access-Control-Allow-Origin")
	v := strings.Join(values, ", ")
	switch {
	case len(values) == 0:
		return "MissingAllowOriginHeader"
	case v == "*" && creds:
		return "WildcardOriginNotAllowed"
	case v == "*":
		return ""
	case strings.ContainsAny(v, ", "):
		return "MultipleAllowOriginValues"
	case v != "null" && !strings.Contains(v, "://"):
		return "InvalidAllowOriginValue"
	case v != origin:
		return "AllowOriginMismatch"
	case creds && strings.Join(s.Header.Values("Access-Control-Allow-Credentials"), ", ") != "true":
		return "InvalidAllowCredentials"
	}
	return ""
}
