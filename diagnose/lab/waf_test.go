package lab

import (
	"compress/gzip"
	"io"
	"strings"
	"testing"
	"time"
)

func TestTheWAFAnswersBeforeAccess(t *testing.T) {
	c := dial(t, start(t, "waf-before-access"))
	const host = "https://waf-before-access.api.example.com"
	c.do("GET", host+"/v1/me", "Origin", pageOrigin).is(t, 403, "Cf-Mitigated", "challenge", "Location", "", "Cf-Cache-Status", "")
	c.do("OPTIONS", host+"/v1/me", "Origin", pageOrigin, "Access-Control-Request-Method", "GET").is(t, 403, "Cf-Mitigated", "challenge", "Cf-Access-Aud", "")
	// Where no rule matches, Access is asked, and it answers in front of the origin.
	c.do("GET", host+"/other").is(t, 302, "Location", `https://team\.cloudflareaccess\.com/.*`)
	c.do("GET", host+"/cdn-cgi/trace").is(t, 200, "Content-Type", "text/plain")
}

func TestAChallengeHasItsMarks(t *testing.T) {
	c := dial(t, start(t, "waf-challenge"))
	s := c.do("GET", "https://waf-challenge.api.example.com/v1/me?q='</script>", "Origin", pageOrigin)
	s.is(t, 403, "Cf-Mitigated", "challenge", "Content-Type", "text/html; charset=UTF-8", "Critical-Ch", ".*Sec-CH-UA.*",
		"Cross-Origin-Embedder-Policy", "require-corp", "Cross-Origin-Opener-Policy", "same-origin", "Cross-Origin-Resource-Policy", "same-origin",
		"Origin-Agent-Cluster", `\?1`, "Server-Timing", `chlray;desc="[0-9a-f]{16}"`, "Access-Control-Allow-Origin", "")
	ray, _, _ := strings.Cut(s.Header.Get("Cf-Ray"), "-")
	for _, want := range []string{"<title>Just a moment...</title>", "window._cf_chl_opt", "cZone: 'waf-challenge.api.example.com'", "cType: 'managed'", "cRay: '" + ray + "'"} {
		if !strings.Contains(s.body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Count(s.body, "</script>") != 1 {
		t.Error("the query got out of its string in the page")
	}
}

func TestTheShortAndTheLongFormsOfTheWAF(t *testing.T) {
	l := start(t, "")
	c := dial(t, l)
	c.do("GET", "https://waf-block.api.example.com/v1/items").is(t, 403, "Cache-Control", "max-age=15", "X-Frame-Options", "SAMEORIGIN")
	s := c.do("GET", "https://waf-1020.api.example.com/v1/items")
	s.is(t, 403, "Content-Length", "16", "Content-Type", "text/plain; charset=UTF-8")
	if s.body != "error code: 1020" {
		t.Errorf("body %q", s.body)
	}
	c.do("GET", "https://waf-rate-limit.api.example.com/v1/items").is(t, 429, "Retry-After", "30", "Content-Length", "16")
	s = c.do("GET", "https://waf-rate-limit.api.example.com/v1/items", "Accept", "application/json")
	s.is(t, 429, "Content-Type", "application/json; charset=utf-8", "Retry-After", "30")
	for _, want := range []string{`"cloudflare_error":true`, `"error_code":1015`, `"zone":"waf-rate-limit.api.example.com"`, `"error_category":"rate_limit"`} {
		if !strings.Contains(s.body, want) {
			t.Errorf("the JSON form lacks %s: %s", want, s.body)
		}
	}
}

func TestACustomErrorPageHidesTheMarks(t *testing.T) {
	c := dial(t, start(t, "waf-custom-page"))
	const url = "https://waf-custom-page.api.example.com/v1/items"
	if s := c.do("GET", url, "Accept-Encoding", "gzip"); strings.Contains(strings.ToLower(s.body), "cloudflare") || s.StatusCode != 403 {
		t.Errorf("%d %s", s.StatusCode, s.body)
	}
	if s := c.do("GET", url); !strings.Contains(s.body, "Attention Required! | Cloudflare") {
		t.Errorf("without accept-encoding: %s", s.body)
	}
}

func TestAProgramIsRefusedByItsHandshake(t *testing.T) {
	c := dial(t, start(t, "waf-bic-1010"))
	if s := c.do("GET", "https://waf-bic-1010.api.example.com/v1/items", "User-Agent", "Mozilla/5.0 Chrome/156"); s.body != "error code: 1010" {
		t.Errorf("a browser's name without its handshake: %d %s", s.StatusCode, s.body)
	}
	for v, want := range map[uint16]bool{0x0a0a: true, 0xfafa: true, 0x1a2a: false, 0x1301: false, 0x0a0b: false} {
		if grease(v) != want {
			t.Errorf("grease(%04x) is %v", v, !want)
		}
	}
}

func TestTheRateLimitCountsFromTheFirstRequest(t *testing.T) {
	l := &rateLimit{requests: 2, period: 10 * time.Second}
	at := time.Now()
	for i, want := range []bool{false, false, true, true} {
		if l.over(at.Add(time.Duration(i)*time.Second)) != want {
			t.Errorf("request %d: over is %v", i+1, !want)
		}
	}
	if l.over(at.Add(10 * time.Second)) {
		t.Error("a new period begins with a new count")
	}
}

func TestCacheKeepsOriginsApartUnlessItsKeyLeavesThemOut(t *testing.T) {
	l := start(t, "")
	c := dial(t, l)
	pinned := "https://cache-pinned-origin.api.example.com/v1/catalog.csv"
	c.do("GET", pinned, "Origin", pageOrigin).is(t, 200, "Cf-Cache-Status", "HIT", "Age", `\d{4}`, "Access-Control-Allow-Origin", "https://admin.example.com")
	c.do("HEAD", pinned, "Origin", pageOrigin).is(t, 200, "Cf-Cache-Status", "HIT")
	c.do("GET", pinned+"?x=1", "Origin", pageOrigin).is(t, 200, "Cf-Cache-Status", "MISS", "Access-Control-Allow-Origin", pageOrigin)
	c.do("GET", pinned+"?x=1", "Origin", pageOrigin).is(t, 200, "Cf-Cache-Status", "HIT", "Age", "0")
	c.do("OPTIONS", pinned, "Origin", pageOrigin, "Access-Control-Request-Method", "GET").is(t, 204, "Cf-Cache-Status", "DYNAMIC")
	right := "https://cache-right.api.example.com/v1/catalog.csv"
	c.do("GET", right, "Origin", pageOrigin).is(t, 200, "Cf-Cache-Status", "HIT", "Access-Control-Allow-Origin", pageOrigin)
	c.do("GET", right, "Origin", "https://other.example.com").is(t, 200, "Cf-Cache-Status", "MISS", "Access-Control-Allow-Origin", "")
}

func TestTheEdgeAnswersItsOwnPathsAndErrors(t *testing.T) {
	l := start(t, "")
	c := dial(t, l)
	s := c.do("GET", "https://all-right.api.example.com/cdn-cgi/trace")
	if !strings.Contains(s.body, "\nh=all-right.api.example.com\n") || !strings.Contains(s.body, "\ncolo=FRA\n") {
		t.Errorf("trace: %s", s.body)
	}
	c.do("GET", "https://all-right.api.example.com/cdn-cgi/error/522").is(t, 522, "Access-Control-Allow-Origin", "https://dash.cloudflare.com")
	c.do("OPTIONS", "https://edge-redirect-preflight.api.example.com/v1/items").is(t, 301, "Content-Length", "167", "Server-Timing", ".*cfOrigin;dur=0", "Cf-Cache-Status", "")
	s = c.do("GET", "https://edge-522.api.example.com/v1/items")
	s.is(t, 522, "Retry-After", "120", "Cf-Cache-Status", "")
	if !strings.Contains(s.body, "<title>edge-522.api.example.com | 522: Connection timed out</title>") {
		t.Errorf("522: %s", s.body)
	}
	s = c.do("GET", "https://tunnel-down.api.example.com/v1/items")
	s.is(t, 530)
	if s.body != "error code: 1033" {
		t.Errorf("tunnel: %q", s.body)
	}
	if _, err := c.try("GET", "https://network-no-certificate.api.example.com/"); err == nil || !strings.Contains(err.Error(), "handshake failure") {
		t.Errorf("no certificate: %v", err)
	}
	if _, err := c.try("GET", "https://network-dropped.api.example.com/v1/items"); err == nil {
		t.Error("a dropped connection gave an answer")
	}
	c.do("GET", "http://all-right.api.example.com/v1/me?a=1").is(t, 301, "Location", `https://all-right\.api\.example\.com/v1/me\?a=1`, "Content-Length", "167")
}

func TestTheEdgeCompressesItsPagesForClientsThatTakeIt(t *testing.T) {
	c := dial(t, start(t, "waf-challenge"))
	const url = "https://waf-challenge.api.example.com/v1/me"
	packed := c.do("GET", url, "Accept-Encoding", "gzip, deflate, br, zstd")
	packed.is(t, 403, "Content-Encoding", "gzip")
	z, err := gzip.NewReader(strings.NewReader(packed.body))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil || !strings.Contains(string(plain), "window._cf_chl_opt") {
		t.Errorf("unpacked: %v %.80q", err, plain)
	}
	c.do("GET", url).is(t, 403, "Content-Encoding", "")
	c.do("HEAD", url).is(t, 403, "Content-Length", `\d{3,4}`)
}
