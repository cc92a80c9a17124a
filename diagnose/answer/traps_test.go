package answer

import (
	"fmt"
	"strings"
	"testing"

	"corstui/diagnose/exchange"
)

// got is a made-up answer in the short form of a header block, for tables. A
// front of Cloudflare is written as "CF".
func got(method, url, block, body string) exchange.Exchange {
	status := 200
	hs := exchange.Headers{}
	for i, l := range strings.Split(block, "\n") {
		l = strings.TrimSpace(l)
		switch {
		case i == 0:
			fmt.Sscan(l, &status)
		case l == "CF":
			hs = append(hs, exchange.Header{Name: "date", Value: "Wed, 25 Nov 2026 10:00:00 GMT"}, exchange.Header{Name: "server", Value: "cloudflare"}, exchange.Header{Name: "cf-ray", Value: "a058dc95796a4e0c-FRA"})
		case l != "":
			n, v, _ := strings.Cut(l, ":")
			hs = append(hs, exchange.Header{Name: n, Value: strings.TrimSpace(v)})
		}
	}
	return exchange.Exchange{
		ID: "e1", Purpose: exchange.PurposeRequest, Request: exchange.Request{Method: method, URL: url},
		Response: &exchange.Response{Status: status, Headers: hs, Body: body},
	}
}

const (
	api      = "https://api.example.com/v1/items"
	hexAUD   = "4714c1358e65fe4b408ad6d432a5f878f08194bdb4752441fd56faefa9b2b6f2"
	loginURL = "https://team.cloudflareaccess.com/cdn-cgi/access/login/api.example.com?kid=" + hexAUD + "&redirect_url=%2Fv1%2Fitems"
)

// TestAnswersAndTheirTraps holds answers that look like another's.
func TestAnswersAndTheirTraps(t *testing.T) {
	for _, c := range []struct {
		name       string
		method     string
		url        string
		block      string
		body       string
		layer      Layer
		confidence Confidence // empty: likely or unknown, never certain
	}{
		// Access
		{"login redirect", "GET", api, "302\nCF\nlocation: " + loginURL + "\nset-cookie: CF_AppSession=n1; Path=/", "", LayerAccess, Certain},
		{"login redirect to HEAD", "HEAD", api, "302\nCF\nlocation: " + loginURL, "", LayerAccess, Certain},
		{"login redirect of the government cloud", "GET", api, "302\nCF\nlocation: https://team.fed.cloudflareaccess.com/cdn-cgi/access/login/api.example.com", "", LayerAccess, Certain},
		{"login redirect, team blacked out", "GET", api, "302\nCF\nlocation: https://<your-team>.cloudflareaccess.com/cdn-cgi/access/login/api.<domain>?kid=...", "", LayerAccess, Certain},
		{"login redirect, path left out", "HEAD", api, "302\nCF\nlocation: https://team.cloudflareaccess.com/...", "", LayerAccess, Likely},
		{"login page with its cookie", "HEAD", api, "200\nCF\ncf-access-domain: api.example.com\nset-cookie: CF_Session=x; Path=/", "", LayerAccess, Certain},
		{"login redirect with a cache status", "GET", api, "302\nCF\ncf-cache-status: DYNAMIC\nlocation: " + loginURL, "", LayerAccess, Likely},
		{"login redirect for another host", "GET", "https://app.example.net/", "302\nCF\nlocation: " + loginURL, "", LayerUnknown, Unknown},
		{"login redirect through a proxy of the user's", "GET", api, "302\ndate: x\nserver: nginx\ncontent-length: 0\nlocation: " + loginURL, "", LayerAccess, Likely},
		{"login on a domain of the team's own, with its cookie", "GET", api, "302\nCF\nlocation: https://login.example.com/cdn-cgi/access/login/api.example.com\nset-cookie: CF_AppSession=n1; Path=/", "", LayerAccess, Certain},
		{"login on a domain of the team's own, with its scheme", "GET", api, "302\nCF\nlocation: https://login.example.com/cdn-cgi/access/login/api.example.com\nwww-authenticate: Cloudflare-Access", "", LayerAccess, Certain},
		{"login on a domain of the team's own, alone", "GET", api, "302\nCF\nlocation: https://login.example.com/cdn-cgi/access/login/api.example.com", "", LayerAccess, Likely},
		{"an app's logout redirect to the team domain", "GET", api, "302\nCF\ncf-cache-status: DYNAMIC\nlocation: https://team.cloudflareaccess.com/cdn-cgi/access/logout", "", LayerOrigin, Likely},
		{"an app's redirect to its own login", "GET", api, "302\nCF\ncf-cache-status: DYNAMIC\nlocation: /login?next=/v1", "", LayerOrigin, Likely},
		{"an unmarked redirect to a login", "GET", api, "302\nCF\nlocation: https://idp.example.com/login", "", LayerUnknown, Unknown},
		{"a look-alike of the team domain", "GET", api, "302\nCF\nlocation: https://team.cloudflareaccess.com.evil.example/cdn-cgi/access/login/api.example.com", "", LayerAccess, Likely},
		{"401 with the scheme of Access", "GET", api, "401\nCF\nwww-authenticate: Cloudflare-Access resource_metadata=\"https://api.example.com/.well-known/cloudflare-access-protected-resource/v1\"", "<html>", LayerAccess, Certain},
		{"the scheme of Access beside another", "GET", api, "401\nCF\nWWW-Authenticate: Basic realm=\"x, y\", Cloudflare-Access", "", LayerAccess, Certain},
		{"an app's Bearer 401", "GET", api, "401\nCF\nwww-authenticate: Bearer realm=\"api\", error=\"invalid_token\"", `{"error":"invalid_token"}`, LayerUnknown, Unknown},
		{"Managed OAuth", "GET", api, "401\nCF\nwww-authenticate: Bearer realm=\"OAuth\", error=\"invalid_token\", resource_metadata=\"https://api.example.com/.well-known/cloudflare-access-protected-resource/v1/items\"", `{"error":"invalid_token"}`, LayerAccess, Certain},
		{"an MCP server's own OAuth", "GET", api, "401\nCF\nwww-authenticate: Bearer resource_metadata=\"https://api.example.com/.well-known/oauth-protected-resource\"", "", LayerUnknown, Unknown},
		{"refusal with both headers", "OPTIONS", api, "403\nCF\ncf-access-aud: " + hexAUD + "\ncf-access-domain: api.example.com", "", LayerAccess, Certain},
		{"refusal of a wildcard application", "GET", api, "403\nCF\nCf-Access-Aud: " + hexAUD + "\nCf-Access-Domain: *.example.com/v1", "", LayerAccess, Certain},
		{"an inner Access", "GET", api, "403\nCF\ncf-access-aud: " + hexAUD + "\ncf-access-domain: inner.example.net", "", LayerAccess, Likely},
		{"one header of Access alone", "GET", api, "403\nCF\ncf-access-domain: api.example.com", "", LayerAccess, Likely},
		{"headers of Access from another server", "GET", api, "403\ndate: x\nserver: nginx\ncontent-length: 0\ncf-access-aud: " + hexAUD + "\ncf-access-domain: api.example.com", "", LayerAccess, Likely},
		{"refusal in JSON", "GET", api, "403\nCF\ncontent-type: application/json", `{"message":"Forbidden. You don't have permission to view this.","status_code":403,"aud":"` + hexAUD + `","ray_id":"a058dc95796a4e0c"}`, LayerAccess, Certain},
		{"refusal in JSON, audience blacked out", "GET", api, "403\nCF\ncontent-type: application/json", `{"message":"Forbidden. You don't have permission to view this.","status_code":403,"aud":"REDACTED","ray_id":"a058dc95796a4e0c"}`, LayerAccess, Certain},
		{"refusal in JSON of another request", "GET", api, "403\nCF\ncontent-type: application/json", `{"message":"Forbidden.","status_code":403,"aud":"` + hexAUD + `","ray_id":"b158dc95796a4e0c"}`, LayerAccess, Likely},
		{"an app's own 403 JSON", "GET", api, "403\nCF\ncf-cache-status: DYNAMIC", `{"message":"Forbidden","status_code":403,"aud":"api"}`, LayerOrigin, Likely},
		{"error page of Access", "GET", api, "403\nCF\ncontent-type: text/html", "<title>Error ・ Cloudflare Access</title>", LayerAccess, Certain},
		{"login page on the team domain", "GET", "https://team.cloudflareaccess.com/cdn-cgi/access/login/api.example.com", "200\nCF\ncontent-type: text/html", "<title>Sign in ・ Cloudflare Access</title>", LayerAccess, Certain},
		{"an article about Access", "GET", "https://blog.example.com/", "200\nCF\ncf-cache-status: DYNAMIC", "<title>How we use Cloudflare Access</title>", LayerAccess, ""},
		{"the team's keys", "GET", "https://team.cloudflareaccess.com/cdn-cgi/access/certs", "200\nCF\ncontent-type: application/json", `{"keys":[{"kid":"1"}]}`, LayerAccess, Certain},
		{"the protected-resource document", "GET", "https://api.example.com/.well-known/cloudflare-access-protected-resource/v1", "200\nCF", `{"resource":"https://api.example.com/v1","authorization_servers":["https://team.cloudflareaccess.com"]}`, LayerAccess, Certain},
		{"Access lets the request by", "GET", api, "200\nCF\ncf-cache-status: DYNAMIC\nset-cookie: CF_Authorization=x; Path=/", "{}", LayerOrigin, Likely},

		// WAF
		{"managed challenge", "GET", api, "403\nCF\ncf-mitigated: challenge\ncontent-type: text/html; charset=UTF-8", "<title>Just a moment...</title><script>window._cf_chl_opt = {cvId: '3',cZone: 'api.example.com',cType: 'managed',cRay: 'a058dc95796a4e0c'}</script>", LayerWAF, Certain},
		{"challenge without the header", "GET", api, "403\nCF\ncontent-type: text/html", "<script>(function(){window._cf_chl_opt={cvId:'3',cZone:'example.com',cType:'non-interactive',cRay:'a058dc95796a4e0c'};</script>", LayerWAF, Certain},
		{"a relayed challenge", "GET", "https://app.example.net/api", "403\nCF\ncontent-type: text/html", "<script>window._cf_chl_opt={cvId:'3',cZone:'api.example.com',cType:'managed',cRay:'b158dc95796a4e0c'};</script>", LayerUnknown, Unknown},
		{"a challenge header in the body text alone", "GET", api, "403\nCF\ncontent-type: application/json", `{"error":"cf-mitigated: challenge"}`, LayerUnknown, Unknown},
		{"a spoofed challenge from nginx", "GET", api, "403\ndate: x\nserver: nginx\ncontent-length: 9\ncf-mitigated: challenge", "forbidden", LayerWAF, Likely},
		{"a challenge header on a page of nobody's challenge", "GET", api, "403\nCF\ncf-mitigated: challenge\ncontent-type: text/html", "<h1>Forbidden</h1><p>by our app</p>", LayerWAF, Likely},
		{"a challenge header on JSON", "GET", api, "403\nCF\ncf-mitigated: challenge\ncontent-type: application/json", `{"a":1}`, LayerWAF, Likely},
		{"a challenge header on success", "GET", api, "200\nCF\ncf-mitigated: challenge\ncf-cache-status: DYNAMIC", "ok", LayerWAF, Likely},
		{"a challenge that came through CloudFront", "GET", api, "403\ndate: x\nserver: CloudFront\nvia: 1.1 x.cloudfront.net (CloudFront)\ncf-mitigated: challenge", "", LayerWAF, Likely},
		{"JavaScript Detections in a page", "GET", api, "200\nCF\ncf-cache-status: DYNAMIC\ncontent-type: text/html", "<title>Shop</title><script>window.__CF$cv$params={r:'a058dc95796a4e0c'};a.src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'</script>", LayerOrigin, Likely},
		{"a Turnstile frame", "GET", "https://challenges.cloudflare.com/cdn-cgi/challenge-platform/h/b/turnstile", "200\nCF", "<script>window._cf_chl_opt={cvId:'3',cType:'chl_api_m'};</script>", LayerEdge, Likely},
		{"an article that shows _cf_chl_opt", "GET", "https://blog.example.com/x", "200\nCF\ncf-cache-status: HIT", "<code>window._cf_chl_opt = {cType: 'managed'}</code>", LayerCache, Certain},
		{"block page", "GET", api, "403\nCF\ncontent-type: text/html", "<title>Attention Required! | Cloudflare</title>", LayerWAF, Certain},
		{"block page by its headers alone", "HEAD", api, "403\nCF\ncontent-type: text/html; charset=UTF-8\ncache-control: max-age=15\nexpires: Wed, 25 Nov 2026 10:00:15 GMT", "", LayerWAF, Likely},
		{"a block page in an app's article", "GET", api, "200\nCF\ncf-cache-status: DYNAMIC", "<title>Attention Required! | Cloudflare</title>", LayerOrigin, Likely},
		{"a custom block response", "GET", api, "403\nCF\ncontent-type: application/json", `{"error":"blocked"}`, LayerUnknown, Unknown},
		{"an app's 429", "GET", api, "429\nCF\ncf-cache-status: DYNAMIC\nretry-after: 5", `{"error":"slow down"}`, LayerOrigin, Likely},
		{"an unmarked 429", "GET", api, "429\nCF\ncontent-type: application/json", `{"error":"slow down"}`, LayerUnknown, Unknown},
		{"rate limit text", "GET", api, "429\nCF\ncontent-type: text/plain", "error code: 1015\n", LayerWAF, Certain},
		{"rate limit text on HTTP/1.1", "GET", api, "429\nDate: x\nServer: cloudflare\nCF-RAY: a058dc95796a4e0c-FRA\nContent-Type: text/plain", "Error code: 1015", LayerWAF, Certain},
		{"JSON rate limit", "GET", api, "429\nCF\ncontent-type: application/json", `{"type":"x","title":"Error 1015","status":429,"instance":"a058dc95796a4e0c","error_code":1015,"error_category":"rate_limit","ray_id":"a058dc95796a4e0c","zone":"api.example.com","cloudflare_error":true}`, LayerWAF, Certain},
		{"JSON of another zone", "GET", api, "429\nCF\ncontent-type: application/json", `{"status":429,"error_code":1015,"ray_id":"b058dc95796a4e0c","zone":"upstream.example.net","cloudflare_error":true}`, LayerUnknown, Unknown},
		{"Markdown error", "GET", api, "403\nCF\ncontent-type: text/markdown", "---\nerror_code: 1020\nzone: api.example.com\nray_id: a058dc95796a4e0c\ncloudflare_error: true\n---\n# Error 1020", LayerWAF, Certain},
		{"1020 as HTML", "GET", api, "403\nCF\ncontent-type: text/html", `<title>Access denied | api.example.com used Cloudflare to restrict access</title><link id="cf_styles-css"><span class="cf-error-code">1020</span> Ray ID: a058dc95796a4e0c`, LayerWAF, Certain},
		{"1020 as HTML of another host", "GET", "https://app.example.net/", "403\nCF\ncontent-type: text/html", `<title>Access denied | api.example.com used Cloudflare to restrict access</title><span class="cf-error-code">1020</span>`, LayerUnknown, Unknown},
		{"a relayed 1010", "GET", api, "502\nCF\ncf-cache-status: DYNAMIC", "error code: 1010", LayerWAF, Likely},
		{"a 1020 that comes with success", "GET", api, "200\nCF", "error code: 1020", LayerWAF, Likely},
		{"an article that mentions a code", "GET", api, "200\nCF\ncf-cache-status: DYNAMIC", "What is error code: 1020?", LayerOrigin, Likely},
		{"a 403 page that mentions a code", "GET", api, "403\nCF\ncf-cache-status: DYNAMIC\ncontent-type: text/html", "<p>Seeing error code: 1020? Ray ID: none</p>", LayerOrigin, Likely},

		// Edge
		{"1001 as HTML", "GET", api, "409\nCF\ncontent-type: text/html", `<title>DNS resolution error | api.example.com | Cloudflare</title><div id="cf-error-details"><span>Error</span> <span>1001</span> Ray ID: a058dc95796a4e0c`, LayerEdge, Certain},
		{"522 page", "GET", api, "522\nCF\ncontent-type: text/html", "<title>api.example.com | 522: Connection timed out</title>", LayerEdge, Certain},
		{"522 page that names a provider's zone, of this request", "GET", "https://shop.example.net/", "522\nCF\ncontent-type: text/html", "<title>provider.example.com | 522: Connection timed out</title><div id=\"cf-error-details\">Cloudflare Ray ID: <strong>a058dc95796a4e0c</strong></div>", LayerEdge, Likely},
		{"no body, the size of an error text", "HEAD", api, "403\nCF\ncontent-type: text/plain; charset=UTF-8\ncontent-length: 16\ncache-control: private, max-age=0, no-store", "", LayerWAF, Likely},
		{"522 page of another host", "GET", "https://app.example.net/", "522\nCF\ncf-cache-status: DYNAMIC\ncontent-type: text/html", "<title>api.example.com | 522: Connection timed out</title>", LayerUnknown, Unknown},
		{"an app's own 522", "GET", api, "522\nCF\ncf-cache-status: DYNAMIC", `{"error":"upstream timeout"}`, LayerOrigin, Likely},
		{"an app long ago", "GET", api, "200\ndate: Wed, 18 Mar 2015 14:47:08 GMT\nserver: cloudflare-nginx\ncf-ray: 1c91bb22dd010af0-WAW\ncontent-type: application/json", "{}", LayerOrigin, Likely},
		{"522 without body", "HEAD", api, "522\nCF", "", LayerEdge, Likely},
		{"tunnel down", "GET", api, "530\nCF\ncontent-type: text/html", "error code: 1033", LayerEdge, Certain},
		{"502 text", "GET", api, "502\nCF\ncontent-type: text/plain", "error code: 502", LayerEdge, Certain},
		{"a relayed 502 text", "GET", api, "502\nCF\ncf-cache-status: DYNAMIC", "error code: 502", LayerEdge, Likely},
		{"tunnel service down", "GET", api, "502\nCF", "502 Bad Gateway\nUnable to reach the origin service. The service may be down or it may not be responding to traffic from cloudflared", LayerEdge, Certain},
		{"400 without routing", "GET", api, "400\nserver: cloudflare\ndate: x\ncf-ray: -", "", LayerEdge, Certain},
		{"signed redirect", "GET", "http://api.example.com/v1/items", "301\nCF\nlocation: " + api, "<html>\r\n<head><title>301 Moved Permanently</title></head>\r\n<body>\r\n<center><h1>301 Moved Permanently</h1></center>\r\n<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n", LayerEdge, Certain},
		{"a signed 403", "GET", api, "403\nCF\ncontent-type: text/html", "<html><head><title>403 Forbidden</title></head><body><center><h1>403 Forbidden</h1></center><hr><center>cloudflare</center></body></html>", LayerEdge, Likely},
		{"a signed redirect whose location is blacked out", "GET", api, "302\nCF\nlocation: REDACTED", "<center><h1>302 Found</h1></center><hr><center>cloudflare</center>", LayerEdge, Likely},
		{"a signed redirect passed on by an app", "GET", api, "301\nCF\ncf-cache-status: DYNAMIC\nlocation: https://x.example/", "<center><h1>301 Moved Permanently</h1></center>\n<hr><center>cloudflare</center>", LayerEdge, Likely},
		{"redirect by size", "HEAD", api, "301\nCF\ncontent-type: text/html\ncontent-length: 167\nlocation: https://x.example/", "", LayerEdge, Likely},
		{"CloudFront's redirect of the same size", "HEAD", api, "301\nserver: CloudFront\ndate: x\ncontent-type: text/html\ncontent-length: 167\nlocation: https://x.example/\nx-cache: Redirect from cloudfront\nvia: 1.1 x (CloudFront)", "", LayerProxy, Certain},
		{"the error endpoint", "GET", "https://api.example.com/cdn-cgi/error/1015", "429\nCF\ncontent-type: application/json", `{"status":429,"error_code":1015,"zone":"api.example.com","cloudflare_error":true}`, LayerEdge, Certain},
		{"1042 on a custom host", "GET", api, "404\nCF", "error code: 1042", LayerEdge, Likely},
		{"1042 on workers.dev", "GET", "https://a.b.workers.dev/", "404\nCF", "error code: 1042", LayerEdge, Likely},
		{"trace", "GET", "https://api.example.com/cdn-cgi/trace", "200\nCF\ncontent-type: text/plain", "fl=1f1\nh=api.example.com\nip=203.0.113.1\nts=1.1\nvisit_scheme=https\nuag=x\ncolo=FRA\n", LayerEdge, Certain},
		{"an app's 404 of trace", "GET", "https://api.example.com/cdn-cgi/trace", "404\ndate: x\nserver: nginx\ncontent-length: 0", "", LayerOrigin, Likely},

		// Worker
		{"1101 as HTML", "GET", api, "500\nCF\ncontent-type: text/html", `<title>Worker threw exception | api.example.com | Cloudflare</title><span class="cf-error-code">1101</span>`, LayerWorker, Certain},
		{"1101 by its title", "GET", api, "500\nCF\ncontent-type: text/html", "<title>Worker threw exception | api.example.com | Cloudflare</title>", LayerWorker, Certain},
		{"tunnel error by its title", "GET", api, "530\nCF\ncontent-type: text/html", "<title>Cloudflare Tunnel error | api.example.com | Cloudflare</title>", LayerEdge, Certain},
		{"access denied by its title", "GET", api, "429\nCF\ncontent-type: text/html", "<title>Access denied | api.example.com used Cloudflare to restrict access</title>", LayerWAF, Likely},
		{"visible text of a 1020 page", "GET", api, "403\nCF", "Access denied\nError code 1020\nYou cannot access api.example.com. Refresh the page or contact the site owner.\nRay ID: a058dc95796a4e0c", LayerWAF, Certain},
		{"visible text of a block page", "GET", api, "403\nCF", "Sorry, you have been blocked\nYou are unable to access api.example.com\nCloudflare Ray ID: a058dc95796a4e0c", LayerWAF, Certain},
		{"1101 text", "GET", api, "500\nCF", "error code: 1101", LayerWorker, Certain},
		{"a Snippet failed", "GET", api, "500\nCF", "error code: 1201", LayerWorker, Certain},
		{"daily limit of assets", "GET", api, "429\nCF\ncontent-type: text/html", "<title>This website has been temporarily rate limited | Cloudflare</title>", LayerWorker, Certain},
		{"workers.dev", "GET", "https://api.team.workers.dev/", "200\nCF", "{}", LayerWorker, Certain},
		{"a bare 403 on workers.dev", "OPTIONS", "https://api.team.workers.dev/", "403\nCF", "", LayerWorker, Likely},
		{"a host that only ends like workers.dev", "GET", "https://notworkers.dev/", "200\nCF", "{}", LayerUnknown, Unknown},
		{"pages.dev", "GET", "https://site.pages.dev/", "200\nCF\ncontent-type: text/html", "x", LayerWorker, Likely},
		{"a redirect on pages.dev", "HEAD", "https://site.pages.dev/", "301\ndate: x\ncontent-type: text/html\ncontent-length: 167\nlocation: https://x.example/", "", LayerEdge, Likely},
		{"a Worker's answer on a custom host", "GET", api, "200\nCF\naccess-control-allow-origin: *", "{}", LayerUnknown, Unknown},
		{"Pages-like headers with DYNAMIC", "GET", api, "200\nCF\ncf-cache-status: DYNAMIC\ncache-control: public, max-age=0, must-revalidate\nx-content-type-options: nosniff\nreferrer-policy: strict-origin-when-cross-origin", "x", LayerUnknown, Unknown},

		// Cache
		{"hit", "GET", api, "200\nCF\ncf-cache-status: HIT\nage: 3", "x", LayerCache, Certain},
		{"stale", "GET", api, "200\nCF\nCf-Cache-Status: STALE", "x", LayerCache, Certain},
		{"Vercel's marks inside a hit", "GET", api, "200\nCF\ncf-cache-status: HIT\nx-vercel-cache: HIT\nx-vercel-id: a", "x", LayerCache, Certain},
		{"Vercel's error inside a hit", "GET", api, "404\nCF\ncf-cache-status: HIT\nx-vercel-error: NOT_FOUND", "x", LayerCache, Certain},
		{"a hit on a route of a Worker", "GET", api, "200\nCF\ncf-cache-status: HIT\nserver-timing: cfWorker;dur=3", "x", LayerCache, Likely},
		{"a hit claimed by nginx", "GET", api, "200\ndate: x\nserver: nginx\ncontent-length: 1\ncf-cache-status: HIT", "x", LayerCache, Likely},

		// Behind
		{"DYNAMIC", "GET", api, "200\nCF\ncf-cache-status: DYNAMIC", "{}", LayerOrigin, Likely},
		{"Go's 404 through Cloudflare", "GET", api, "404\nCF\ncf-cache-status: DYNAMIC\ncontent-type: text/plain; charset=utf-8", "404 page not found\n", LayerUnknown, Unknown},
		{"Go's 404 of a named server", "GET", api, "404\ndate: x\nserver: Caddy\ncontent-type: text/plain", "404 page not found\n", LayerOrigin, Likely},
		{"Fly's server header on an app's answer", "GET", api, "200\ndate: x\nserver: Fly/abc (2026-01-01)\nvia: 1.1 fly.io\nfly-request-id: a\ncontent-type: application/json", "{}", LayerOrigin, Likely},
		{"Fly's proxy without a machine", "GET", api, "503\ndate: x\nserver: Fly/abc (2026-01-01)\nfly-request-id: a\nvia: 1.1 fly.io", "", LayerProxy, Likely},
		{"Express behind a dev proxy", "GET", "http://localhost:4200/api", "200\ndate: x\nx-powered-by: Express\ncontent-type: application/json", "{}", LayerOrigin, Likely},
		{"an app behind an API gateway", "GET", api, "200\ndate: x\ncontent-type: text/plain\napigw-requestid: a", "hi", LayerOrigin, Likely},
		{"an API gateway that refuses", "GET", "https://a.execute-api.us-east-1.amazonaws.com/x", "403\ndate: x\nx-amzn-requestid: a\nx-amzn-errortype: MissingAuthenticationTokenException\ncontent-type: application/json", `{"message":"Missing Authentication Token"}`, LayerProxy, Certain},
		{"an AWS service as the app", "POST", "https://cognito-idp.us-east-1.amazonaws.com/", "400\ndate: x\nx-amzn-requestid: a\nx-amzn-errortype: NotFoundException:\ncontent-type: application/x-amz-json-1.1", `{"__type":"NotFoundException","message":"no"}`, LayerProxy, ""},
		{"an app behind Front Door", "GET", api, "200\ndate: x\nx-azure-ref: a\nx-cache: CONFIG_NOCACHE\ncontent-type: application/json", "{}", LayerOrigin, Likely},
		{"an app on Railway", "GET", api, "204\ndate: x\nserver: railway-edge\nx-railway-edge: railway/us\naccess-control-allow-origin: *", "", LayerOrigin, Likely},
		{"an app on Vercel", "GET", api, "200\ndate: x\nserver: Vercel\nx-matched-path: /api/a\nx-vercel-cache: MISS\nx-vercel-id: a", "{}", LayerOrigin, Likely},
		{"Vercel redirects its own address", "GET", "http://api.example.com/", "308\ndate: x\nserver: Vercel\nlocation: https://vercel.com/\nrefresh: 0;url=https://vercel.com/\nx-vercel-cache: MISS\nx-vercel-id: a", "Redirecting...", LayerProxy, Likely},
		{"a function that failed locally at Vercel", "GET", api, "500\ndate: x\nserver: Vercel\nx-vercel-cache: MISS\nx-vercel-id: a", "A server error has occurred\n\nFUNCTION_INVOCATION_FAILED", LayerProxy, Likely},
		{"a function that failed at Vercel", "GET", api, "500\ndate: x\nserver: Vercel\nx-matched-path: /api/a\nx-vercel-cache: MISS\nx-vercel-error: FUNCTION_INVOCATION_FAILED", "A server error has occurred\nFUNCTION_INVOCATION_FAILED", LayerProxy, Certain},
		{"a hit at Fastly's shield", "GET", api, "200\ndate: x\nserver: nginx\nvia: 1.1 vegur, 1.1 varnish, 1.1 varnish\nx-served-by: cache-iad-1, cache-fra-2\nx-cache: HIT, MISS\nx-cache-hits: 52, 0", "x", LayerProxy, Likely},
		{"an app on Heroku", "GET", api, "404\nserver: Cowboy\nx-powered-by: Express\nvia: 1.1 vegur\ndate: x", "Cannot GET /api/colleges\n", LayerOrigin, Likely},
		{"an app without any proxy", "GET", api, "401\ndate: x\ncontent-type: application/json\ncontent-length: 2", "{}", LayerOrigin, Likely},
		{"a short 403 page by its size", "HEAD", api, "403\nCF\ncontent-type: text/html\ncontent-length: 151", "", LayerEdge, Likely},
		{"Render without a server", "GET", api, "404\nCF\nx-render-routing: no-server\nrndr-id: a", "Not Found", LayerProxy, Certain},
		{"Railway's fallback", "GET", api, "404\ndate: x\nserver: railway-edge\nx-railway-fallback: true", `{"status":"error","code":404,"message":"Application not found"}`, LayerProxy, Certain},
		{"Vercel's login", "OPTIONS", api, "401\ndate: x\nserver: Vercel\nset-cookie: _vercel_sso_nonce=abc; Path=/", "<title>Authentication Required</title>", LayerProxy, Certain},
		{"Google's Identity-Aware Proxy", "GET", api, "302\ndate: x\nx-goog-iap-generated-response: true\nlocation: https://accounts.google.com/o/oauth2/v2/auth", "", LayerProxy, Certain},
		{"Envoy's own text", "GET", api, "503\ndate: x\nserver: istio-envoy\ncontent-type: text/plain", "upstream connect error or disconnect/reset before headers. reset reason: connection failure", LayerProxy, Certain},
		{"an app behind Envoy", "GET", api, "401\ndate: x\nserver: istio-envoy\nx-envoy-upstream-service-time: 4\ncontent-type: application/json", `{"error":"no token"}`, LayerOrigin, Likely},
		{"nginx whose upstream failed", "GET", api, "502\ndate: x\nserver: nginx\ncontent-type: text/html", "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center><hr><center>nginx/1.27.0</center></body></html>", LayerProxy, Likely},
		{"Kong without a route", "GET", api, "404\ndate: x\nserver: kong/3.4.0\ncontent-type: application/json", `{"message":"no Route matched with those values"}`, LayerProxy, Certain},
		{"Kong asks for a key", "GET", api, "401\ndate: x\nwww-authenticate: Key realm=\"kong\"\nserver: kong/2.8.1\ncontent-type: application/json", `{"message":"No API key found in request"}`, LayerProxy, Certain},
		{"an app behind Kong", "GET", api, "200\ndate: x\nserver: gunicorn\nx-kong-upstream-latency: 3\nx-kong-proxy-latency: 1\nvia: kong/2.8.1\ncontent-type: application/json", "{}", LayerOrigin, Likely},
		{"Caddy redirects to https", "GET", "http://api.example.com/", "308\nconnection: close\nlocation: https://api.example.com/\nserver: Caddy\ndate: x\ncontent-length: 0", "", LayerProxy, Likely},
		{"Caddy whose upstream failed", "GET", api, "502\nserver: Caddy\ndate: x\ncontent-length: 0", "", LayerProxy, Likely},
		{"an app behind Caddy", "GET", api, "404\nserver: Caddy\nserver: uvicorn\ndate: x\ncontent-type: application/json", `{"detail":"Not Found"}`, LayerOrigin, Likely},
		{"an AWS balancer's page", "GET", api, "502\ndate: x\nserver: awselb/2.0\ncontent-type: text/html\ncontent-length: 122", "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n", LayerProxy, Certain},
		{"an AWS balancer's page by its size", "HEAD", api, "503\ndate: x\nserver: awselb/2.0\ncontent-type: text/html\ncontent-length: 162", "", LayerProxy, Certain},
		{"an AWS balancer's fixed text", "GET", api, "404\ndate: x\nserver: awselb/2.0\ncontent-type: text/plain; charset=utf-8\ncontent-length: 0", "", LayerProxy, Likely},
		{"a function behind an AWS balancer", "GET", api, "401\ndate: x\nserver: awselb/2.0\ncontent-type: application/json\ncontent-length: 24", `{"error":"unauthorized"}`, LayerUnknown, Unknown},
		{"a function's page behind an AWS balancer", "GET", api, "404\ndate: x\nserver: awselb/2.0\ncontent-type: text/html\ncontent-length: 18", "<h1>Not here</h1>\n", LayerProxy, Likely},
		{"a function's CORS headers behind an AWS balancer", "OPTIONS", api, "403\ndate: x\nserver: awselb/2.0\ncontent-type: text/html\naccess-control-allow-origin: *\ncontent-length: 118", "", LayerUnknown, Unknown},
		{"a function URL over its limit", "GET", "https://abc.lambda-url.us-east-1.on.aws/", "429\ndate: x\nx-amzn-requestid: a\nx-amzn-errortype: ThrottlingException\ncontent-type: application/json", `{"message":"Rate Exceeded."}`, LayerProxy, Certain},
		{"Google's balancer refuses", "GET", api, "403\ndate: x\nvia: 1.1 google\ncontent-type: text/html; charset=UTF-8", `<!doctype html><meta charset="utf-8"><meta name=viewport content="width=device-width, initial-scale=1"><title>403</title>403 Forbidden`, LayerProxy, Certain},
		{"Google's refusal passed on", "GET", api, "403\ndate: x\nserver: nginx\ncontent-type: text/html", `<!doctype html><meta charset="utf-8"><meta name=viewport content="width=device-width, initial-scale=1"><title>403</title>403 Forbidden`, LayerProxy, Likely},
		{"Google's refusal with another status", "GET", api, "404\ndate: x\nvia: 1.1 google\ncontent-type: text/html", `<!doctype html><meta charset="utf-8"><meta name=viewport content="width=device-width, initial-scale=1"><title>403</title>403 Forbidden`, LayerUnknown, Unknown},
		{"a CGI app behind Google's balancer", "GET", api, "404\ndate: x\nvia: 1.1 google\nstatus: 404 Not Found\ncontent-type: text/html", "no", LayerOrigin, Likely},
		{"the pseudo-header of an older browser", "GET", api, "404\ndate: x\nvia: 1.1 google\nstatus: 404\ncontent-type: text/html", "no", LayerUnknown, Unknown},
		{"Envoy in an answer cut by hand, with an app's body", "GET", api, "418\nserver: istio-envoy", "teapot", LayerProxy, ""},
		{"Front Door redirects", "GET", "http://api.example.com/", "307\ncontent-type: text/html\ncontent-length: 0\ndate: x\nlocation: https://api.example.com/\nx-azure-ref: a\nx-cache: CONFIG_NOCACHE", "", LayerProxy, Likely},
		{"Front Door's firewall", "GET", api, "403\ncontent-type: text/html\ndate: x\nx-azure-ref: a", "The request is blocked.", LayerProxy, Certain},
		{"Front Door's page", "GET", api, "503\ncontent-type: text/html\ndate: x\nx-azure-ref: a", "<h2>Our services aren't available right now</h2>", LayerProxy, Certain},
		{"an app behind Fastly, a miss", "GET", api, "200\ndate: x\nvia: 1.1 varnish\nx-served-by: cache-fra-1\nx-cache: MISS\nx-cache-hits: 0\ncontent-type: text/html", "x", LayerOrigin, Likely},
		{"an app behind Google's balancer", "GET", api, "403\ndate: x\nvia: 1.1 google\ncontent-type: application/json\ncontent-length: 2", "{}", LayerOrigin, Likely},
		{"Google's balancer", "GET", api, "502\ndate: x\nvia: 1.1 google\ncontent-type: text/html", "<html><head><title>502 Server Error</title></head><body><h1>Error: Server Error</h1></body></html>", LayerProxy, Likely},
		{"Akamai's denial", "GET", api, "403\ndate: x\nserver: AkamaiGHost\ncontent-type: text/html", "<TITLE>Access Denied</TITLE> Reference&#32;&#35;18&#46;1 https&#58;&#47;&#47;errors&#46;edgesuite&#46;net", LayerProxy, Certain},
		{"an app's answer through CloudFront", "GET", api, "404\ndate: x\nserver: gunicorn\nx-cache: Error from cloudfront\nvia: 1.1 x (CloudFront)\nx-amz-cf-id: a", `{"a":1}`, LayerOrigin, Likely},
		{"Squid refuses", "GET", api, "403\ndate: x\nserver: squid/5.7\nx-squid-error: ERR_ACCESS_DENIED 0", "x", LayerProxy, Certain},
		{"Gateway's block page", "GET", api, "302\ndate: x\nserver: cloudflare\ncf-ray: a058dc95796a4e0c-FRA\nlocation: https://blocked.teams.cloudflare.com/?x=y", "", LayerProxy, Certain},
		{"a network's login portal", "GET", "http://api.example.com/", "511\ndate: x\ncontent-type: text/html", "<title>Login</title>", LayerProxy, Likely},
		{"Zscaler's redirect", "GET", api, "307\ndate: x\nserver: Zscaler/6.2\nlocation: https://gateway.zscaler.net/auD?x=y", "", LayerProxy, Likely},
		{"Netskope's block page", "GET", api, "403\ndate: x\ncontent-type: text/html", "<title>Netskope - Blocked</title>", LayerProxy, Likely},
		{"ngrok without an endpoint", "GET", api, "404\ndate: x\nngrok-error-code: ERR_NGROK_3200\ncontent-type: text/html", "x", LayerProxy, Certain},
		{"a development proxy without its API", "GET", "http://localhost:5173/api", "504\ndate: x\ncontent-type: text/plain", "Error occurred while trying to proxy: localhost:5173/api", LayerProxy, Certain},
		{"HAProxy without a server", "GET", api, "503\ncache-control: no-cache\ncontent-type: text/html", "<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n</body></html>", LayerProxy, Likely},
		{"an ingress without a route", "GET", api, "404\ndate: x\ncontent-type: text/plain", "default backend - 404", LayerProxy, Certain},
		{"Varnish's page", "GET", api, "503\ndate: x\nserver: Varnish\nx-varnish: 1\nretry-after: 5", "<title>503 Backend fetch failed</title><h3>Guru Meditation:</h3>", LayerProxy, Certain},
		{"Imperva's page", "GET", api, "403\ndate: x\nx-iinfo: 1", "<iframe src=\"/_Incapsula_Resource?x\">Request unsuccessful. Incapsula incident ID: 1</iframe>", LayerProxy, Likely},
		{"an app behind Imperva", "GET", api, "200\ndate: x\nx-iinfo: 1\ncontent-type: application/json", "{}", LayerOrigin, Likely},
		{"Apache's own 404", "GET", api, "404\ndate: x\nserver: Apache/2.4.57 (Ubuntu)\ncontent-type: text/html", "<address>Apache/2.4.57 (Ubuntu) Server at api.example.com Port 443</address>", LayerOrigin, Likely},
		{"an S3 bucket that refuses", "GET", api, "403\ndate: x\nserver: AmazonS3\ncontent-type: application/xml", "<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code></Error>", LayerOrigin, Certain},
		{"Spring refuses an origin", "OPTIONS", api, "403\ndate: x\nvary: Origin", "Invalid CORS request", LayerOrigin, Certain},
		{"nothing at all", "GET", api, "200\ndate: x\ncontent-type: text/plain\ncontent-length: 2", "ok", LayerUnknown, Unknown},
		{"oauth2-proxy", "GET", api, "302\ndate: x\nlocation: https://auth.example.com/oauth2/start?rd=x\nset-cookie: _oauth2_proxy_csrf=a", "", LayerProxy, Likely},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := Of(got(c.method, c.url, c.block, c.body))
			checkAnswer(t, a)
			if c.confidence == "" {
				if a.Confidence == Certain {
					t.Errorf("certain of %s: %+v", a.Layer, a.Evidence)
				}
				return
			}
			if a.Layer != c.layer || a.Confidence != c.confidence {
				t.Errorf("%s %s (%s), want %s %s\n%+v", a.Confidence, a.Layer, a.Product, c.confidence, c.layer, a.Evidence)
			}
		})
	}
}
