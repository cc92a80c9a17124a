package report_test

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"corstui/diagnose"
	"corstui/diagnose/exchange"
	"corstui/diagnose/probe"
	"corstui/diagnose/report"
)

// planted are secrets in every place where a case or an answer can hold one.
var planted = map[string]string{
	"cookie":          "cookie-value-a1b2c3",
	"authorization":   "bearer-token-d4e5f6+/=",
	"basic password":  "pass word&7g8h",
	"Access token":    "eyJhbGciOiJSUzI1NiJ9.eyJlbWFpbCI6ImpvZUBleGFtcGxlLmNvbSJ9.c2lnbmF0dXJlLWk5ajA",
	"service secret":  "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0",
	"service ID":      "k1l2m3n4.access",
	"query parameter": "query-secret-o5p6",
	"API key header":  "api-key-q7r8s9",
	"set by the peer": "peer-cookie-t1u2v3",
	"JWT in Location": "eyJhbGciOiJSUzI1NiJ9.eyJ0eXBlIjoibWV0YSJ9.bWV0YS1zaWduYXR1cmU",
}

// echo answers with everything it was sent, in every encoding, in its headers
// and its body: the worst that a peer can do by accident.
func echo(w http.ResponseWriter, r *http.Request) {
	var all []string
	for _, values := range r.Header {
		all = append(all, values...)
	}
	all = append(all, r.URL.String())
	text := strings.Join(all, " | ")
	w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
	w.Header().Set("Access-Control-Allow-Headers", "authorization, x-api-key")
	w.Header().Set("X-Echo", strings.Map(printable, text))
	w.Header().Set("X-Echo-Encoded", url.QueryEscape(text))
	w.Header().Set("X-Echo-64", base64.StdEncoding.EncodeToString([]byte(text)))
	w.Header().Add("Set-Cookie", "sid="+planted["set by the peer"]+"; Path=/")
	w.Header().Set("Location", "https://team.cloudflareaccess.com/cdn-cgi/access/login/h?meta="+planted["JWT in Location"])
	w.Header().Set("Server", "cloudflare")
	w.Header().Set("Content-Type", "application/json")
	status := http.StatusUnauthorized
	if r.Method == http.MethodOptions {
		status = http.StatusNoContent
	}
	w.WriteHeader(status)
	b, _ := json.Marshal(map[string]string{
		"text": text, "html": html.EscapeString(text), "hex": hex.EncodeToString([]byte(text)), "cookie": planted["set by the peer"],
	})
	_, _ = w.Write(b)
}

func printable(r rune) rune {
	if r < 0x20 || r > 0x7e {
		return '?'
	}
	return r
}

func TestNothingLeavesUnredacted(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(echo))
	defer server.Close()
	host := strings.TrimPrefix(server.URL, "https://")

	c := exchange.Case{
		URL:    "https://api.example.com/v1?token=" + planted["query parameter"],
		Origin: "https://app.example.com",
		Headers: exchange.Headers{
			{Name: "Authorization", Value: "Bearer " + planted["authorization"]},
			{Name: "X-Api-Key", Value: planted["API key header"]},
		},
		Credentials: exchange.CredentialsInclude,
		Session: exchange.Session{
			Cookies:     []exchange.Cookie{{Name: "sid", Value: planted["cookie"], HostOnly: true}},
			AccessToken: planted["Access token"], ServiceTokenID: planted["service ID"], ServiceTokenSecret: planted["service secret"],
		},
	}
	basic := c
	basic.Headers = exchange.Headers{{Name: "Authorization", Value: "Basic " + base64.StdEncoding.EncodeToString([]byte("joe:"+planted["basic password"]))}}
	userinfo := c
	userinfo.URL = "https://joe:" + url.QueryEscape(planted["basic password"]) + "@api.example.com/"

	for name, c := range map[string]exchange.Case{"bearer": c, "basic": basic, "user information in the URL": userinfo} {
		t.Run(name, func(t *testing.T) {
			var seen strings.Builder
			r, err := diagnose.Run(context.Background(), c, diagnose.Options{
				Network: probe.Network{ConnectTo: []string{"::" + host}, Insecure: true}, MaxTime: 20 * time.Second, AllEngines: true,
			}, func(e diagnose.Event) { fmt.Fprintf(&seen, "%+v %+v\n", e, deref(e)) })
			if err != nil {
				t.Fatal(err)
			}
			outputs := map[string]string{"events": seen.String()}
			for _, f := range report.Formats() {
				b, err := report.Render(report.Format(f), r)
				if err != nil {
					t.Fatal(err)
				}
				outputs[f] = string(b)
			}
			outputs["comparison"] = report.Compare(r, r).Text() + report.Compare(diagnose.Report{}, r).Text()
			for where, out := range outputs {
				for what, secret := range planted {
					for form, s := range forms(secret) {
						if strings.Contains(out, s) {
							t.Errorf("%s: the %s is there %s", where, what, form)
						}
					}
				}
			}
			if len(r.Exchanges) == 0 && name != "user information in the URL" {
				t.Fatal("nothing was sent, so nothing was shown")
			}
		})
	}
}

// deref makes what an event points to part of what is searched.
func deref(e diagnose.Event) any {
	var all []any
	if e.Exchange != nil {
		all = append(all, *e.Exchange, e.Exchange.Response)
		if e.Exchange.Response != nil {
			all = append(all, *e.Exchange.Response)
		}
	}
	if e.Report != nil {
		b, _ := json.Marshal(e.Report)
		all = append(all, string(b))
	}
	return all
}

func forms(s string) map[string]string {
	j, _ := json.Marshal(s)
	return map[string]string{
		"as it is": s, "percent-encoded": url.QueryEscape(s), "percent-encoded as a path": url.PathEscape(s),
		"in HTML": html.EscapeString(s), "in hexadecimal": hex.EncodeToString([]byte(s)),
		"in JSON": strings.Trim(string(j), `"`), "in base64": strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(s)), "="),
	}
}
