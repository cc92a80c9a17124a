package answer

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"corstui/diagnose/exchange"
)

func TestPublishedAnswersGetTheirLayerFromCurlText(t *testing.T) {
	judge(t, func(c capture) Answer {
		t.Helper()
		xs, err := ParseResponses(c.curl(), ParseOptions{URL: c.URL, Method: c.Method})
		if err != nil || len(xs) != 1 {
			t.Fatalf("%s: %d responses, %v", c.Name, len(xs), err)
		}
		x := xs[0]
		if x.Request.URL != c.URL || x.Request.Method != c.Method || x.Response.Status != c.Status || len(x.Response.Headers) != len(c.Headers) || x.Response.Body != c.Body {
			t.Errorf("%s came back as %+v", c.Name, x)
		}
		return Of(x)
	})
}

// Without the host some rules fall away, and no certain answer may be wrong.
func TestPublishedAnswersWithoutURLAreNeverWronglyCertain(t *testing.T) {
	certain := 0
	for _, c := range captures(t) {
		xs, err := ParseResponses(c.curl(), ParseOptions{})
		if err != nil || len(xs) != 1 {
			t.Fatalf("%s: %d responses, %v", c.Name, len(xs), err)
		}
		a := Of(xs[0])
		if a.Confidence != Certain {
			continue
		}
		certain++
		if a.Layer != c.Label || c.Alone == "no" {
			t.Errorf("%s: certain of %s, was %s: %v", c.Name, a.Layer, c.Label, a.Evidence)
		}
	}
	if certain < 30 {
		t.Errorf("certain on %d without the host, want 30", certain)
	}
}

func headersOf(x exchange.Exchange) string {
	var b strings.Builder
	for _, h := range x.Response.Headers {
		fmt.Fprintf(&b, "%s=%s;", strings.ToLower(h.Name), h.Value)
	}
	return b.String()
}

func TestParseResponsesReadsWhatPeoplePaste(t *testing.T) {
	type want struct {
		method, url string
		status      int
		headers     string // a part of all headers
		body        string
	}
	for _, c := range []struct {
		name, text string
		o          ParseOptions
		want       []want
	}{
		{"status line without reason, CRLF", "HTTP/2 403\r\nCF-Ray: abc\r\n\r\nno\r\n", ParseOptions{URL: "https://api.example.com/v1", Method: "options"},
			[]want{{"OPTIONS", "https://api.example.com/v1", 403, "cf-ray=abc;", "no\n"}}},
		{"HTTP/1.0 and LF", "HTTP/1.0 200 OK\nServer: x\n\nbody", ParseOptions{}, []want{{"", "", 200, "server=x;", "body"}}},
		{"no blank line before the body", "HTTP/2 403\nserver: cloudflare\ncf-ray: 1\nerror code: 1020", ParseOptions{}, []want{{"", "", 403, "cf-ray=1;", "error code: 1020"}}},
		{"a redirect chain", "HTTP/1.1 301 Moved\nLocation: https://api.example.com/x\n\nHTTP/2 302\nlocation: /login\n\nHTTP/2 200\ndate: now\n\nend", ParseOptions{URL: "http://api.example.com/x", Method: "POST"},
			[]want{{"POST", "http://api.example.com/x", 301, "", ""}, {"GET", "https://api.example.com/x", 302, "", ""}, {"GET", "https://api.example.com/login", 200, "", "end"}}},
		{"interim and tunnel are left out", "HTTP/1.1 200 Connection established\n\nHTTP/1.1 100 Continue\n\nHTTP/2 103\nlink: </a>\n\nHTTP/2 204\ndate: now\n\n", ParseOptions{}, []want{{"", "", 204, "date=now;", ""}}},
		{"body whose length is not true", "HTTP/1.1 403 Forbidden\nContent-Length: 3\nContent-Encoding: br\nTransfer-Encoding: chunked\n\nerror code: 1020", ParseOptions{}, []want{{"", "", 403, "content-length=3;", "error code: 1020"}}},
		{"two glued responses", "HTTP/2 403\nserver: cloudflare\n\nerror code: 1010HTTP/2 200\ndate: x\n\nok", ParseOptions{}, []want{{"", "", 403, "", "error code: 1010\n"}, {"", "", 200, "", "ok"}}},
		{"a page about HTTP is one body", "HTTP/2 200\ndate: x\n\n<pre>HTTP/1.1 403 Forbidden\nServer: x</pre>", ParseOptions{}, []want{{"", "", 200, "", "<pre>HTTP/1.1 403 Forbidden\nServer: x</pre>"}}},
		{"a prompt and a command", "$ curl -i -X OPTIONS https://api.example.com/v1 \\\nHTTP/2 403\nserver: x\n\n$ curl -sI 'https://b.example/y'\nHTTP/2 200\nserver: y\n", ParseOptions{},
			[]want{{"OPTIONS", "https://api.example.com/v1", 403, "", ""}, {"HEAD", "https://b.example/y", 200, "server=y;", ""}}},
		{"curl -v", strings.Join([]string{
			"* Host api.example.com:443 was resolved.", "*   Trying 203.0.113.1:443...", "* Connected to api.example.com (203.0.113.1) port 443",
			"* ALPN: curl offers h2,http/1.1", "*  issuer: C=US; O=Example Trust; CN=E1", "> OPTIONS /v1?a=b HTTP/2", "> Host: api.example.com", "> Origin: https://app.example.com", "> ",
			"* Request completely sent off", "< HTTP/2 403 ", "< server: cloudflare", "< cf-ray: 8af61faa6fd130d1-SEA", "< ", "{ [16 bytes data]", "error code: 1020* Connection #0 to host api.example.com left intact"}, "\n"),
			ParseOptions{URL: "https://other.example/"}, []want{{"OPTIONS", "https://api.example.com/v1?a=b", 403, "server=cloudflare;cf-ray=8af61faa6fd130d1-SEA;", "error code: 1020"}}},
		{"curl -v to a plain port", "* Connected to 127.0.0.1 (127.0.0.1) port 8080\n> GET /x HTTP/1.1\n> Host: 127.0.0.1:8080\n> \n* Request completely sent off\n< HTTP/1.1 200 OK\n< Server: Caddy\n< \nok", ParseOptions{}, []want{{"GET", "http://127.0.0.1:8080/x", 200, "server=Caddy;", "ok"}}},
		{"curl -v without the host", "> GET /x HTTP/2\n< HTTP/2 403\n< server: Caddy\n< \n", ParseOptions{URL: "https://a.example/x"}, []want{{"GET", "https://a.example/x", 403, "server=Caddy;", ""}}},
		{"curl -v -L over a proxy", strings.Join([]string{
			"> CONNECT a.example:443 HTTP/1.1", "> Host: a.example:443", ">", "< HTTP/1.1 200 Connection established", "<", "> GET / HTTP/1.1", "> Host: a.example", ">", "< HTTP/1.1 302 Found", "< Location: /b", "<", "* Ignoring the response-body",
			"> GET /b HTTP/1.1", "> Host: a.example", ">", "< HTTP/1.1 200 OK", "< Date: x", "<", "* list item of the page", "the page"}, "\n"), ParseOptions{},
			[]want{{"GET", "https://a.example/", 302, "location=/b;", ""}, {"GET", "https://a.example/b", 200, "date=x;", "* list item of the page\nthe page"}}},
		{"curl -v -i says all twice", "> GET / HTTP/2\n> Host: a.example\n> \n< HTTP/2 404 \nHTTP/2 404 \n< server: x\nserver: x\n< \n\nno page\n", ParseOptions{}, []want{{"GET", "https://a.example/", 404, "server=x;", "\nno page\n"}}},
		{"curl -v -i in one piece after another", "> GET / HTTP/2\n> Host: a.example\n> \n< HTTP/2 404 \n< server: x\n< \nHTTP/2 404 \nserver: x\n\nno page", ParseOptions{}, []want{{"GET", "https://a.example/", 404, "server=x;", "no page"}}},
		{"terminal colours and links", "\x1b[1mHTTP/2\x1b[0m 302 \r\n\x1b[1mlocation\x1b[0m: \x1b]8;;https://a.example/\x1b\\https://a.example/\x1b]8;;\x1b\\\r\n\r\n", ParseOptions{}, []want{{"", "", 302, "location=https://a.example/;", ""}}},
		{"wget -S", "--2026-10-05 18:10:04--  https://a.example/x\nHTTP request sent, awaiting response... \n  HTTP/1.1 403 Forbidden\n  Server: cloudflare\n  CF-RAY: 1-A\n2026-10-05 ERROR 403: Forbidden.", ParseOptions{},
			[]want{{"", "https://a.example/x", 403, "server=cloudflare;cf-ray=1-A;", "2026-10-05 ERROR 403: Forbidden."}}},
		{"HTTPie", "OPTIONS /v1 HTTP/1.1\nHost: api.example.com\nOrigin: https://a.example\n\n\nHTTP/1.1 204 No Content\nDate: x\n\n", ParseOptions{}, []want{{"OPTIONS", "https://api.example.com/v1", 204, "date=x;", ""}}},
		{"a fenced block", "Here is what I got:\n\n```http\nHTTP/2 403\ncf-mitigated: challenge\n```\n\nAny idea?", ParseOptions{}, []want{{"", "", 403, "cf-mitigated=challenge;", ""}}},
		{"a quoted block", "> HTTP/2 403\n> cf-mitigated: challenge\n> \n> hello", ParseOptions{}, []want{{"", "", 403, "cf-mitigated=challenge;", "hello"}}},
		{"a commented block", "# -> HTTP/1.1 302 Found\n# -> Location: https://team.cloudflareaccess.com/cdn-cgi/access/login/...\n# -> Www-Authenticate: Cloudflare-Access\n", ParseOptions{}, []want{{"", "", 302, "www-authenticate=Cloudflare-Access;", ""}}},
		{"Invoke-WebRequest", "StatusCode        : 200\nRawContent        : HTTP/1.1 200 OK\n                    Connection: keep-alive\n                    Date: x\n                    \n                    {\"a\":1}\n", ParseOptions{}, []want{{"", "", 200, "connection=keep-alive;date=x;", "{\"a\":1}\n"}}},
		{"headers without status line", "cf-mitigated: challenge\nserver: cloudflare\n\n<html>", ParseOptions{URL: "https://a.example/", Method: "GET"}, []want{{"GET", "https://a.example/", 0, "cf-mitigated=challenge;server=cloudflare;", "<html>"}}},
		{"pseudo-header status", ":status: 403\ncf-ray: 1-A", ParseOptions{}, []want{{"", "", 403, "cf-ray=1-A;", ""}}},
		{"browser panel, one line each", "Request URL: https://api.example.com/v1\nRequest Method: OPTIONS\nStatus Code: 403 Forbidden\nRemote Address: 203.0.113.1:443\nReferrer Policy: strict-origin-when-cross-origin\ncf-ray: 1-A\nserver: cloudflare\n:authority: api.example.com\n:path: /v1\norigin: https://app.example.com", ParseOptions{},
			[]want{{"OPTIONS", "https://api.example.com/v1", 403, "cf-ray=1-A;server=cloudflare;", ""}}},
		{"browser panel, names and values in turn", "Request URL\nhttps://api.example.com/v1\nRequest Method\nGET\nStatus Code\n302 Found\nserver\ncloudflare\nlocation\nhttps://team.cloudflareaccess.com/cdn-cgi/access/login/api.example.com\nuser-agent\nMozilla/5.0", ParseOptions{},
			[]want{{"GET", "https://api.example.com/v1", 302, "server=cloudflare;location=https://team.cloudflareaccess.com/cdn-cgi/access/login/api.example.com;", ""}}},
		{"browser panel with headings", "General\n\nRequest URL:\nhttps://api.example.com/v1\nRequest Method:\nGET\nStatus Code:\n403 Forbidden\n\nResponse Headers\n\nserver:\ncloudflare\n\nRequest Headers\n\naccept:\n*/*", ParseOptions{},
			[]want{{"GET", "https://api.example.com/v1", 403, "server=cloudflare;", ""}}},
		{"another browser's panel", "Summary\nURL: https://api.example.com/v1\nStatus: 403\nSource: Network\nAddress: 203.0.113.1:443\n\nRequest\n:method: OPTIONS\n:scheme: https\nAccept: */*\n\nResponse\n:status: 403\nServer: cloudflare\nCF-Ray: 1-A\n", ParseOptions{}, []want{{"OPTIONS", "https://api.example.com/v1", 403, "server=cloudflare;cf-ray=1-A;", ""}}},
		{"headers and the request's pseudo-headers", "cf-ray: 1-A\nserver: cloudflare\n:authority: api.example.com\n:method: GET\n:path: /v1\n:scheme: https\naccept: */*", ParseOptions{}, []want{{"GET", "https://api.example.com/v1", 0, "cf-ray=1-A;server=cloudflare;", ""}}},
		{"provisional headers", "Request URL: https://api.example.com/v1\nRequest Method: GET\nStatus Code: 403\nProvisional headers are shown. Disable cache to see full headers.\nserver: cloudflare\n", ParseOptions{}, []want{{"GET", "https://api.example.com/v1", 403, "server=cloudflare;", ""}}},
		{"folded header", "HTTP/1.1 200 OK\nVary: Origin,\n Accept\nDate: x\n\n", ParseOptions{}, []want{{"", "", 200, "vary=Origin, Accept;", ""}}},
		{"elided headers", "HTTP/2 403\nserver: cloudflare\n...\ncf-ray: 1-A\n\nno", ParseOptions{}, []want{{"", "", 403, "server=cloudflare;cf-ray=1-A;", "no"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			xs, err := ParseResponses(c.text, c.o)
			if err != nil {
				t.Fatal(err)
			}
			if len(xs) != len(c.want) {
				t.Fatalf("%d responses, want %d: %+v", len(xs), len(c.want), xs)
			}
			for i, w := range c.want {
				x := xs[i]
				if x.Request.Method != w.method || x.Request.URL != w.url || x.Response.Status != w.status {
					t.Errorf("response %d: %s %s %d, want %s %s %d", i, x.Request.Method, x.Request.URL, x.Response.Status, w.method, w.url, w.status)
				}
				if !strings.Contains(headersOf(x), w.headers) || x.Response.Body != w.body {
					t.Errorf("response %d: headers %q, body %q; want %q and %q", i, headersOf(x), x.Response.Body, w.headers, w.body)
				}
			}
		})
	}
}

func TestParseResponsesReadsUTF16AsPowerShellWritesIt(t *testing.T) {
	u := utf16.Encode([]rune("HTTP/1.1 403 Forbidden\r\ncf-mitigated: challenge\r\n\r\n"))
	b := []byte{0xff, 0xfe}
	for _, c := range u {
		b = append(b, byte(c), byte(c>>8))
	}
	xs, err := ParseResponses(string(b), ParseOptions{})
	if err != nil || len(xs) != 1 || !xs[0].Response.Headers.Has("cf-mitigated") {
		t.Fatalf("%v, %v", xs, err)
	}
}

func TestParseResponsesTellsCompleteBlocksFromCutOnes(t *testing.T) {
	whole := "date: x\ncontent-type: text/plain\nserver: cloudflare\ncf-ray: 8af61faa6fd130d1-SEA\n"
	for _, c := range []struct {
		text    string
		partial bool
	}{
		{"HTTP/2 403\n" + whole + "\n", false},
		{"HTTP/2 403\n" + strings.Replace(whole, "cf-ray: 8af61faa6fd130d1-SEA\n", "", 1) + "\n", true},
		{"HTTP/2 403\nserver: cloudflare\ncf-ray: 1\n\n", true},
		{"HTTP/2 403\n" + whole + "...\n\n", true},
		{"HTTP/1.1 200 OK\nDate: x\nServer: nginx\nContent-Length: 0\n\n", false},
	} {
		xs, err := ParseResponses(c.text, ParseOptions{})
		if err != nil || xs[0].Response.Partial != c.partial {
			t.Errorf("%q: partial %v, %v; want %v", c.text, xs[0].Response.Partial, err, c.partial)
		}
	}
}

func TestParseResponsesSaysWhatIsMissing(t *testing.T) {
	for text, want := range map[string]string{
		"":                                           "empty",
		"hello there":                                "hello there",
		"name: value\nother: thing":                  "name: value",
		"<html><body>403</body></html>":              "page without its headers",
		"GET / HTTP/1.1\nHost: a.example\n\n":        "request",
		"curl -i https://a.example/":                 "command",
		"curl: (6) Could not resolve host: a":        "curl reports",
		`{"message":"Forbidden"}`:                    "log.entries",
		`{"log":{"entries":[]}}`:                     "0 entries",
		`{"log":{"entries":[`:                        "not whole",
		`[1,2`:                                       "not whole",
		"error code: 1020":                           "error code",
		"HTTP/1.1 100 Continue\n\n":                  "status line",
		"Access to fetch at 'https://x' from origin": "Access to fetch",
	} {
		_, err := ParseResponses(text, ParseOptions{})
		if !errors.Is(err, ErrNoResponse) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "curl -i") {
			t.Errorf("%q: %v, want a sentence with %q and what would be right", text, err, want)
		}
	}
	for _, o := range []ParseOptions{{URL: "api.example.com"}, {URL: "ftp://a.example/"}, {URL: "https://a.example/", Method: "GET /"}} {
		if _, err := ParseResponses("HTTP/2 200\n\n", o); err == nil || !strings.Contains(err.Error(), "want one like") {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

func TestParseResponsesReadsHAR(t *testing.T) {
	body := base64.StdEncoding.EncodeToString([]byte("error code: 1015"))
	text := `{"log":{"version":"1.2","entries":[
	 {"startedDateTime":"2026-10-05T18:04:56.123Z","time":12.5,"serverIPAddress":"[2606:4700::1]",
	  "request":{"method":"GET","url":"https://user:pw@api.example.com/v1?x=1","headers":[{"name":":authority","value":"api.example.com"},{"name":"origin","value":"https://app.example.com"}]},
	  "response":{"status":429,"statusText":"","httpVersion":"h2","headers":[{"name":"date","value":"x"},{"name":"server","value":"cloudflare"},{"name":"cf-ray","value":"1-A"},{"name":"content-type","value":"text/plain"},{"name":"set-cookie","value":"a=1\nb=2"}],"content":{"text":"` + body + `","encoding":"base64"}}},
	 {"request":{"method":"GET","url":"https://gone.example/"},"response":{"status":0,"_error":"net::ERR_NAME_NOT_RESOLVED","headers":[],"content":{}}},
	 {"request":{"method":"GET","url":"https://blocked.example/"},"response":{"status":0,"_error":"net::ERR_FAILED","headers":[],"content":{}}},
	 {"request":{"method":"GET","url":"https://a.example/"},"response":{"status":302,"httpVersion":"http/2.0","redirectURL":"https://team.cloudflareaccess.com/cdn-cgi/access/login/a.example","headers":[],"content":{}}}
	]}}`
	xs, err := ParseResponses(text, ParseOptions{})
	if err != nil || len(xs) != 3 {
		t.Fatalf("%d, %v", len(xs), err)
	}
	a := Of(xs[0])
	if xs[0].Request.URL != "https://api.example.com/v1?x=1" || xs[0].Response.Body != "error code: 1015" || len(xs[0].Response.Headers.Values("set-cookie")) != 2 || xs[0].Response.Partial || a.Layer != LayerWAF || a.Confidence != Certain {
		t.Errorf("%+v, %+v", xs[0], a)
	}
	if a := Of(xs[1]); a.Layer != LayerNetwork || a.Confidence != Certain || a.Product != "DNS" {
		t.Errorf("%+v", a)
	}
	if a := Of(xs[2]); a.Layer != LayerAccess || !xs[2].Response.Partial {
		t.Errorf("%+v", a)
	}
}

func TestParseResponsesIsBounded(t *testing.T) {
	xs, err := ParseResponses("HTTP/2 200\ndate: x\n"+strings.Repeat("a: b\n", 5000)+"\n"+strings.Repeat("x", 1<<20), ParseOptions{})
	if err != nil || len(xs[0].Response.Headers) > maxHeaders || len(xs[0].Response.Body) > maxBody || !xs[0].Response.BodyTruncated || !xs[0].Response.Partial {
		t.Fatalf("%d headers, %d bytes, %v", len(xs[0].Response.Headers), len(xs[0].Response.Body), err)
	}
}

func FuzzParseResponses(f *testing.F) {
	for _, s := range []string{
		"HTTP/2 403\ncf-ray: 1-A\n\nerror code: 1020", "> GET / HTTP/1.1\n> Host: a\n>\n< HTTP/1.1 302\n< Location: /b\n<\nbody", "Request URL\nhttps://a.example/\nStatus Code\n403\nserver\ncloudflare",
		`{"log":{"entries":[{"request":{"method":"GET","url":"https://a.example/"},"response":{"status":200,"headers":[{"name":"a","value":"b"}],"content":{"text":"eA==","encoding":"base64"}}}]}}`,
		"cf-mitigated: challenge\n", "  HTTP/1.1 200 OK\n  A: b\n  folded\n", "\xff\xfeH\x00T\x00", "HTTP/1.1 301\nLocation: http://%zz\n\nHTTP/1.1 200\n\n",
	} {
		f.Add(s, "https://api.example.com/x", "GET")
	}
	f.Fuzz(func(t *testing.T, text, url, method string) {
		xs, err := ParseResponses(text, ParseOptions{URL: url, Method: method})
		if (err == nil) != (len(xs) > 0) {
			t.Fatalf("%d responses and error %v", len(xs), err)
		}
		for _, x := range xs {
			if x.Response == nil && x.Failure == nil {
				t.Fatal("an exchange without response and without failure")
			}
			checkAnswer(t, Of(x))
			if _, err := json.Marshal(x); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// checkAnswer checks what holds for every answer.
func checkAnswer(t testing.TB, a Answer) {
	t.Helper()
	if len(a.Evidence) == 0 {
		t.Fatal("an answer without evidence")
	}
	if (a.Layer == LayerUnknown) != (a.Confidence == Unknown) {
		t.Fatalf("layer %s with confidence %s", a.Layer, a.Confidence)
	}
	if a.Layer == "" || a.Layer == LayerBrowser {
		t.Fatalf("layer %q", a.Layer)
	}
	for _, e := range a.Evidence {
		if e.What == "" || e.Says == "" || e.Rule == "" || e.Strength == "" && a.Layer != LayerUnknown {
			t.Fatalf("%+v", e)
		}
		if strings.ContainsFunc(e.Says, func(r rune) bool { return r < ' ' }) || len(e.Says) > 900 {
			t.Fatalf("sentence %q", e.Says)
		}
		if a.Confidence == Certain && e.Strength == StrengthContradicting {
			t.Fatalf("certain and contradicted: %+v", a)
		}
	}
}
