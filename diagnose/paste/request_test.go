package paste

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"corstui/diagnose/exchange"
)

// requestTest is pasted code or a command, and the case that it means.
type requestTest struct {
	name, text  string
	url         string
	method      string
	origin      string
	headers     []string // "name: value", in order
	body        string   // "-" for none
	credentials exchange.CredentialsMode
	session     []string
	reads       []string
	missing     string
	note        string // a part of one of the notes
}

func (tt requestTest) run(t *testing.T, kind Kind) {
	t.Helper()
	p, err := Parse(tt.text)
	if err != nil {
		t.Fatal(err)
	}
	c := p.Case
	check := func(what, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s: got %q, want %q", what, got, want)
		}
	}
	if tt.method == "" {
		tt.method = "GET"
	}
	if tt.credentials == "" {
		tt.credentials = exchange.CredentialsSameOrigin
	}
	if tt.body == "" {
		tt.body = "-"
	}
	body := "-"
	if c.Body != nil {
		body = *c.Body
	}
	var hs []string
	for _, h := range c.Headers {
		hs = append(hs, h.Name+": "+h.Value)
	}
	check("kind", string(p.Kind), string(kind))
	check("url", c.URL, tt.url)
	check("method", c.Method, tt.method)
	check("origin", c.Origin, tt.origin)
	check("headers", strings.Join(hs, "\n"), strings.Join(tt.headers, "\n"))
	check("body", body, tt.body)
	check("credentials", string(c.Credentials), string(tt.credentials))
	check("session", strings.Join(c.Session.Kinds(), ","), strings.Join(tt.session, ","))
	check("reads", strings.Join(c.ReadHeaders, ","), strings.Join(tt.reads, ","))
	check("missing", strings.Join(p.Missing, ","), tt.missing)
	if tt.note != "" && !strings.Contains(strings.Join(p.Notes, "\n"), tt.note) {
		t.Errorf("no note says %q: %q", tt.note, p.Notes)
	}
	for _, s := range c.Session.Secrets() {
		if len(s) > 5 && strings.Contains(p.Understood+strings.Join(p.Notes, "\n"), s) {
			t.Errorf("a secret is shown: %q %q", p.Understood, p.Notes)
		}
	}
}

func TestParseReadsFetch(t *testing.T) {
	for _, tt := range []requestTest{
		{
			name: "as Chromium copies it",
			text: `fetch("https://api.example.com/v1/users?x=1", {
  "headers": {
    "accept": "application/json",
    "accept-language": "en-US,en;q=0.9",
    "authorization": "Bearer abcdefgh",
    "content-type": "application/json",
    "priority": "u=1, i",
    "sec-ch-ua": "\"Chromium\";v=\"156\"",
    "sec-fetch-mode": "cors",
    "sec-fetch-site": "same-site"
  },
  "referrer": "https://app.example.com/dash",
  "referrerPolicy": "strict-origin-when-cross-origin",
  "body": "{\"a\":\"\u00fc\"}",
  "method": "POST",
  "mode": "cors",
  "credentials": "include"
});`,
			url: "https://api.example.com/v1/users?x=1", method: "POST", origin: page, credentials: "include", body: `{"a":"ü"}`,
			headers: []string{"accept: application/json", "authorization: Bearer abcdefgh", "content-type: application/json"},
		},
		{
			name: "as Firefox copies it",
			text: `await fetch("https://api.example.com/v1/users", {
    "credentials": "omit",
    "headers": {
        "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0",
        "Accept": "*/*", "Accept-Language": "en-US", "X-Foo": "a", "Sec-Fetch-Dest": "empty", "If-None-Match": "x"
    },
    "referrer": "https://app.example.com/", "method": "GET", "mode": "cors"
});`,
			url: api, origin: page, credentials: "omit", headers: []string{"X-Foo: a"},
		},
		{
			name:    "as Node.js gets it",
			text:    `fetch("` + api + `", {"headers": {"accept": "*/*", "cookie": "CF_Authorization=abcdefgh; b=2", "Referer": "https://app.example.com/", "sec-fetch-mode": "cors", "cf-access-token": "tokentoken"}, "body": null, "method": "GET"});`,
			url:     api,
			origin:  page,
			session: []string{"cookie CF_Authorization", "cookie b", "Access token"}, credentials: "include",
			note: "CF_Authorization",
		},
		{name: "the shortest", text: `fetch("` + api + `")`, url: api, missing: "origin"},
		{name: "single quotes and window", text: `window.fetch('` + api + `', {method: 'delete'})`, url: api, method: "delete", missing: "origin"},
		{
			name:   "hand-written with everything",
			text:   "const API = 'https://api.example.com';\nconst headers = new Headers({'X-A': '1'});\nheaders.append('X-B', `b`);\nheaders['ignored'] = x;\nconst r = await fetch(API + '/v1/' + 'users', {method: 'PUT', headers, credentials: 'include', body: JSON.stringify({n: 1.5, s: 'x', l: [true, null]})});\nr.headers.get('X-Total-Count'); r.headers?.has(`Link`);",
			url:    api,
			method: "PUT", headers: []string{"X-A: 1", "X-B: b", "ignored: x"}, body: `{"n":1.5,"s":"x","l":[true,null]}`, credentials: "include",
			reads: []string{"X-Total-Count", "Link"}, missing: "origin",
		},
		{name: "headers as pairs", text: `fetch("` + api + `", {headers: [["X-A", "1"], ['x-a', "2"]]})`, url: api, headers: []string{"X-A: 1", "x-a: 2"}, missing: "origin"},
		{name: "a Request", text: `fetch(new Request("` + api + `", {method: "PATCH", headers: {a: "b"}}))`, url: api, method: "PATCH", headers: []string{"a: b"}, missing: "origin"},
		{name: "URLSearchParams", text: `fetch("` + api + `", {method: "POST", body: new URLSearchParams({a: "1 2", b: "3"})})`, url: api, method: "POST", body: "a=1+2&b=3",
			headers: []string{"content-type: application/x-www-form-urlencoded;charset=UTF-8"}, missing: "origin"},
		{name: "FormData", text: `fetch("` + api + `", {method: "POST", body: new FormData(form)})`, url: api, method: "POST", body: "",
			headers: []string{"content-type: multipart/form-data; boundary=form"}, missing: "origin"},
		{name: "a variable in the path", text: "fetch(`https://api.example.com/v1/users/${user.id}?q=${q}`)", url: api + "/id?q=q", missing: "origin", note: "id and q"},
		{name: "an unknown host", text: "fetch(`${BASE}/users`, {method: 'PUT'})", method: "PUT", missing: "url,origin", note: "BASE"},
		{name: "an unknown part of the host", text: "fetch(`https://${env}.example.com/users`)", missing: "url,origin", note: "env"},
		{name: "a fallback", text: "const BASE = import.meta.env.API || 'https://api.example.com'; fetch(`${BASE}/v1/users`)", url: api, missing: "origin"},
		{name: "unknown options", text: "fetch('" + api + "', options)", url: api, missing: "origin", note: "options"},
		{name: "unknown headers", text: "fetch('" + api + "', {headers: authHeaders()})", url: api, missing: "origin,headers", note: "authHeaders"},
		{name: "spread headers", text: "const base = {'X-A': '1'}; fetch('" + api + "', {headers: {...base, 'X-B': '2', ...more}})", url: api, headers: []string{"X-A: 1", "X-B: 2"}, missing: "origin,headers", note: "more"},
		{name: "an unknown token", text: "fetch('" + api + "', {headers: {Authorization: `Bearer ${token}`}})", url: api, headers: []string{"Authorization: Bearer token"}, missing: "origin", note: "Authorization"},
		{name: "an unknown method", text: "fetch('" + api + "', {method})", url: api, missing: "origin,method", note: "method"},
		{name: "relative with a referrer", text: `fetch("/v1/users", {referrer: "https://api.example.com/x"})`, url: api, origin: "https://api.example.com"},
		{name: "relative", text: `fetch("/v1/users")`, missing: "url,origin", note: "/v1/users"},
		{name: "a URL object", text: `fetch(new URL("/v1/users", "https://api.example.com/x"))`, url: api, missing: "origin"},
		{name: "two declarations", text: "let a = 'https://x.test'; a2(); let f = () => { let a = 'https://y.test'; fetch(a + '/x') }", missing: "url,origin", note: "a"},
		{name: "a cycle", text: "const a = b, b = a; fetch(a)", missing: "url,origin"},
		{name: "TypeScript", text: "const r = await fetch('" + api + "', { method: 'DELETE', headers: h as Record<string, string> } satisfies RequestInit) as Response;\nconst n: string = r.headers.get('ETag')!", url: api, method: "DELETE", missing: "origin,headers", reads: []string{"ETag"}},
		{name: "a fragment of a component", text: "useEffect(() => {\n fetch('" + api + "').then(r => r.headers.get('etag'))\n}, [", url: api, missing: "origin", reads: []string{"etag"}},
		{name: "minified booleans and numbers", text: `fetch("` + api + `",{method:"POST",body:JSON.stringify({a:!0,b:!1,c:-1})})`, url: api, method: "POST", body: `{"a":true,"b":false,"c":-1}`, missing: "origin"},
		{name: "two calls", text: "fetch('" + api + "'); fetch('https://x.test')", url: api, missing: "origin", note: "2 requests"},
		{name: "no-cache of the panel", text: `fetch("` + api + `", {"headers": {"cache-control": "no-cache", "pragma": "no-cache", "sec-fetch-mode": "cors", "x-a": "1"}, "referrer": "https://app.example.com/"})`, url: api, origin: page, headers: []string{"x-a: 1"}, note: "Disable cache"},
		{name: "no-cache of the script", text: `fetch("` + api + `", {headers: {"cache-control": "no-cache", "pragma": "no-cache"}})`, url: api, headers: []string{"cache-control: no-cache", "pragma: no-cache"}, missing: "origin"},
	} {
		if tt.name == "FormData" {
			t.Run(tt.name, func(t *testing.T) {
				p, err := Parse(tt.text)
				if err != nil || p.Case.Body == nil || *p.Case.Body != "" || names(p.Case.Headers) != "content-type" {
					t.Errorf("got %+v, %v", p, err)
				}
			})
			continue
		}
		t.Run(tt.name, func(t *testing.T) { tt.run(t, KindFetch) })
	}
}

func TestParseReadsAxiosAndXHR(t *testing.T) {
	accept := "accept: application/json, text/plain, */*"
	for _, tt := range []requestTest{
		{name: "post", text: "axios.post('" + api + "', {name: 'x'}, {withCredentials: true, headers: {'X-A': '1'}}).then(r => r.headers['x-total'])", url: api, method: "POST",
			headers: []string{"X-A: 1", "content-type: application/json", accept}, body: `{"name":"x"}`, credentials: "include", reads: []string{"x-total"}, missing: "origin"},
		{name: "get with parameters", text: "axios.get('" + api + "', {params: {a: 1}})", url: api + "?a=1", headers: []string{accept}, missing: "origin"},
		{name: "a configuration", text: "axios({method: 'put', url: '" + api + "', data: payload})", url: api, method: "PUT", headers: []string{"content-type: application/json", accept}, body: `{"payload":1}`, missing: "origin", note: "payload"},
		{name: "an instance", text: "const http = axios.create({baseURL: 'https://api.example.com/v1', withCredentials: true, headers: {'X-A': '1'}});\nhttp.delete('/users', {headers: {'X-B': '2'}})",
			url: api, method: "DELETE", headers: []string{"X-A: 1", "X-B: 2", accept}, credentials: "include", missing: "origin"},
		{name: "jQuery", text: "$.ajax({url: '" + api + "', type: 'post', data: {a: 1}, headers: {'X-A': '1'}, xhrFields: {withCredentials: true}})", url: api, method: "POST",
			headers: []string{"X-A: 1", "Content-Type: application/x-www-form-urlencoded; charset=UTF-8"}, body: "a=1", credentials: "include", missing: "origin"},
		{name: "jQuery with JSON", text: "$.ajax('" + api + "', {method: 'PUT', contentType: 'application/json', data: JSON.stringify({a: 1})})", url: api, method: "PUT", headers: []string{"Content-Type: application/json"}, body: `{"a":1}`, missing: "origin"},
		{name: "HttpClient of Angular", text: "this.http.post<User>('" + api + "', {a: 1}, {headers: {'X-A': '1'}, withCredentials: true}).subscribe(u => this.u = u)", url: api, method: "POST",
			headers: []string{"content-type: application/json", "X-A: 1"}, body: `{"a":1}`, credentials: "include", missing: "origin", note: "not known"},
		{name: "ky", text: "const u = await ky.put('" + api + "', {json: {a: 1}, credentials: 'include'}).json()", url: api, method: "PUT", headers: []string{"content-type: application/json"}, body: `{"a":1}`, credentials: "include", missing: "origin"},
		{name: "XMLHttpRequest", text: "var x = new XMLHttpRequest(); x.open('PATCH', '" + api + "'); x.setRequestHeader('Content-Type', 'application/json'); x.withCredentials = true; x.onload = () => x.getResponseHeader('ETag'); x.send('{}')",
			url: api, method: "PATCH", headers: []string{"Content-Type: application/json"}, body: "{}", credentials: "include", reads: []string{"ETag"}, missing: "origin"},
	} {
		t.Run(tt.name, func(t *testing.T) { tt.run(t, KindFetch) })
	}
}

func TestParseReadsCurl(t *testing.T) {
	for _, tt := range []requestTest{
		{
			name: "as Chromium copies it for bash",
			text: "curl '" + api + "' \\\n  -X 'PUT' \\\n  -H 'accept: */*' \\\n  -H 'accept-language: en' \\\n  -H 'content-type: application/json' \\\n  -b 'CF_Authorization=abcdefgh.x.y; sid=1' \\\n" +
				"  -H 'origin: https://app.example.com' \\\n  -H 'referer: https://app.example.com/' \\\n  -H 'sec-fetch-mode: cors' \\\n  -H 'user-agent: Mozilla/5.0' \\\n  -H 'x-empty;' \\\n  --data-raw $'{\"a\":\"it\\'s \\u00fc\\n\"}' --compressed",
			url: api, method: "PUT", origin: page, headers: []string{"content-type: application/json", "x-empty: "}, body: "{\"a\":\"it's ü\n\"}",
			credentials: "include", session: []string{"cookie CF_Authorization", "cookie sid"}, note: "CF_Authorization",
		},
		{
			name: "as Chromium copies it for cmd.exe",
			text: "curl ^\"https://api.example.com/v1/users?a=1^&b=2^\" ^\r\n  -H ^\"accept: */*^\" ^\r\n  -H ^\"content-type: application/json^\" ^\r\n  -H ^\"origin: https://app.example.com^\" ^\r\n" +
				"  -H ^\"sec-ch-ua: ^\\^\"Chromium^\\^\";v=^\\^\"156^\\^\"^\" ^\r\n  --data-raw ^\"^{^\\^\"a^\\^\":^\\^\"100^% ^^ x^\\^\"^}^\"",
			url: api + "?a=1&b=2", method: "POST", origin: page, headers: []string{"content-type: application/json"}, body: `{"a":"100% ^ x"}`,
		},
		{
			name: "as Firefox copies it for Windows",
			text: "curl \"" + api + "\" --compressed ^\r\n -X PATCH ^\r\n -H \"User-Agent: Mozilla/5.0\" -H \"Accept: */*\" ^\r\n -H \"X-A: 1\" -H \"Origin: https://app.example.com\" ^\r\n --data-raw \"{\\\"a\\\":1}\"",
			url:  api, method: "PATCH", origin: page, headers: []string{"X-A: 1", "Content-Type: application/x-www-form-urlencoded"}, body: `{"a":1}`,
		},
		{name: "short options in a cluster", text: "$ curl -sSLkXDELETE -H\"Authorization: Bearer $TOKEN\" " + api, url: api, method: "DELETE", headers: []string{"Authorization: Bearer TOKEN"}, missing: "origin", note: "TOKEN"},
		{name: "no scheme", text: "curl api.example.com/v1/users", url: "http://api.example.com/v1/users", missing: "origin", note: "http"},
		{name: "-G", text: "curl -G " + api + " -d q=1 --data-urlencode 'n=a b'", url: api + "?q=1&n=a+b", missing: "origin"},
		{name: "-I", text: "curl -I " + api, url: api, method: "HEAD", missing: "origin"},
		{name: "user and password", text: "curl -u me:secret " + api, url: api, headers: []string{"Authorization: Basic bWU6c2VjcmV0"}, missing: "origin"},
		{name: "form data", text: "curl " + api + " -d a=1 -d b=2", url: api, method: "POST", headers: []string{"Content-Type: application/x-www-form-urlencoded"}, body: "a=1&b=2", missing: "origin"},
		{name: "--json", text: "curl --json '{\"a\":1}' " + api, url: api, method: "POST", headers: []string{"Accept: application/json", "Content-Type: application/json"}, body: `{"a":1}`, missing: "origin"},
		{name: "multipart", text: "curl -F file=@x " + api + " -H 'Origin: https://app.example.com'", url: api, method: "POST", origin: page, headers: []string{"Content-Type: multipart/form-data; boundary=form"}, body: "-x-", note: "parts"},
		{name: "body of a file", text: "curl -d @body.json " + api + " -H 'content-type: application/json'", url: api, method: "POST", headers: []string{"content-type: application/json"}, body: "-x-", missing: "origin", note: "body.json"},
		{name: "--url and double quotes", text: "curl --header \"X-A: a \\\"b\\\" \\$c\" --url \"" + api + "\"", url: api, headers: []string{`X-A: a "b" $c`}, missing: "origin"},
		{name: "options that do not matter", text: "curl -o out.html -w '%{http_code}' --connect-timeout 5 --retry 3 -x http://proxy:1 -c jar " + api, url: api, missing: "origin"},
		{name: "a referer instead of an origin", text: "curl " + api + " -e https://app.example.com/x/y", url: api, origin: page, missing: "", note: "referrer"},
		{name: "same site cookies of the page itself", text: "curl " + api + " -b a=1 -H 'referer: https://api.example.com/app' -H 'sec-fetch-site: same-origin'", url: api, origin: "https://api.example.com", session: []string{"cookie a"}},
		{name: "a service token", text: "curl " + api + " -H 'CF-Access-Client-Id: x.access' -H 'CF-Access-Client-Secret: verysecret'", url: api, session: []string{"service token"}, missing: "origin"},
		{name: "cloudflared's token", text: "curl " + api + " -H \"cf-access-token: verysecret\"", url: api, session: []string{"Access token"}, missing: "origin", note: "cf-access-token"},
		{name: "a preflight", text: "curl " + api + " -X 'OPTIONS' -H 'access-control-request-method: PUT' -H 'access-control-request-headers: content-type,x-a' -H 'origin: https://app.example.com'",
			url: api, method: "PUT", origin: page, headers: []string{"content-type: application/json", "x-a: value"}, note: "preflight"},
		{name: "prompts and a path", text: "user$ cd /tmp\n$ /usr/bin/curl -s " + api + " | jq .", url: api, missing: "origin"},
		{name: "a command substitution", text: "curl -H \"Authorization: Bearer $(cat token)\" " + api, url: api, headers: []string{"Authorization: Bearer value"}, missing: "origin", note: "output of a command"},
		{
			name: "PowerShell",
			text: "$session = New-Object Microsoft.PowerShell.Commands.WebRequestSession\n$session.UserAgent = \"Mozilla/5.0\"\n$session.Cookies.Add((New-Object System.Net.Cookie(\"CF_Authorization\", \"abcdefgh\", \"/\", \"api.example.com\")))\n" +
				"Invoke-WebRequest -UseBasicParsing -Uri \"" + api + "\" `\n-Method \"POST\" `\n-WebSession $session `\n-Headers @{\n\"authority\"=\"api.example.com\"\n  \"accept\"=\"application/json\"\n  \"origin\"=\"https://app.example.com\"\n  \"sec-ch-ua\"=\"`\"Chromium`\"\"\n  \"x-foo\"=\"1\"\n} `\n-ContentType \"application/json\" `\n-Body \"{`\"a`\":1}\"",
			url: api, method: "POST", origin: page, headers: []string{"accept: application/json", "x-foo: 1", "Content-Type: application/json"}, body: `{"a":1}`, credentials: "include", session: []string{"cookie CF_Authorization"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.body == "-x-" { // an empty body that is there
				p, err := Parse(tt.text)
				if err != nil || p.Case.Body == nil {
					t.Fatalf("got %+v, %v", p, err)
				}
				return
			}
			tt.run(t, KindCurl)
		})
	}
}

func TestParseKeepsCurlsNetworkOptions(t *testing.T) {
	p, err := Parse("curl -k --resolve api.example.com:443:127.0.0.1 --connect-to ::x.test:443 " + api)
	if err != nil {
		t.Fatal(err)
	}
	if !p.Insecure || !slices.Equal(p.Resolve, []string{"api.example.com:443:127.0.0.1"}) || !slices.Equal(p.ConnectTo, []string{"::x.test:443"}) {
		t.Errorf("got %v %v %v", p.Insecure, p.Resolve, p.ConnectTo)
	}
}

func TestParseReadsURLs(t *testing.T) {
	for text, want := range map[string]string{
		" https://api.example.com/v1/users\n": api,
		`"https://api.example.com/v1/users"`:  api,
		"<https://api.example.com/v1/users>":  api,
		"api.example.com/v1/users":            api,
		"localhost:8080/x":                    "https://localhost:8080/x",
		"http://[::1]:3000/":                  "http://[::1]:3000/",
	} {
		p, err := Parse(text)
		if err != nil || p.Kind != KindURL || p.Case.URL != want || p.Case.Method != "GET" || !slices.Equal(p.Missing, []string{MissingOrigin}) {
			t.Errorf("%q: got %+v, %v", text, p, err)
		}
	}
}

func TestParseSaysWhatItDoesNotUnderstand(t *testing.T) {
	for text, want := range map[string]string{
		"":                                 "nothing in it",
		" \n\t":                            "nothing in it",
		"hello world":                      "not understood",
		"/api/users":                       "no host",
		"ftp://api.example.com/x":          "http and https",
		"TypeError: Failed to fetch":       "only that the fetch failed",
		"TypeError: Load failed":           "only that the fetch failed",
		"curl -s":                          "no URL",
		"curl 'https://api.example.com":    "quoting does not end",
		"fetch('https://api.example.com'":  "cannot be read",
		"fetch(":                           "cannot be read",
		`{"log": {"entries": []}}`:         "no entries",
		`{"log": {"entries": [`:            "no valid JSON",
		"{\"a\": 1}":                       "not understood",
		"\x1b[31mhello\x1b[0m \u202eworld": `\\x1b`,
	} {
		_, err := Parse(text)
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), want) || e.Remedy == "" {
			t.Errorf("%q: got %v", text, err)
		}
		if err != nil && strings.ContainsAny(err.Error(), "\x1b\u202e\n") {
			t.Errorf("%q: the error is not harmless: %q", text, err)
		}
	}
	_, err := Parse("Authorization: Bearer abcdefghijklmnopqrstuvwxyz nonsense")
	if err == nil || strings.Contains(err.Error(), "abcdefghijkl") {
		t.Errorf("a secret is quoted: %v", err)
	}
	if _, err := Parse(strings.Repeat("x ", MaxText)); err == nil || !strings.Contains(err.Error(), "MiB") {
		t.Errorf("a text that is too large: %v", err)
	}
}
