package answer

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"corstui/diagnose/exchange"
)

func TestEveryRuleIsARowThatExplainsItself(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Rules() {
		if r.ID == "" || seen[r.ID] || r.Matches == "" || r.What == "" || r.Says == "" || r.Source == "" || r.Layer == "" || r.match == nil {
			t.Errorf("row %+v", r)
		}
		seen[r.ID] = true
		if r.Grade != Documented && r.Grade != Observed && r.Grade != Inferred {
			t.Errorf("%s: grade %q", r.ID, r.Grade)
		}
		if r.Grade == Inferred && r.Strength == Certain {
			t.Errorf("%s is only inferred and wants to be certain", r.ID)
		}
		if r.Layer == LayerUnknown && r.Strength != Unknown {
			t.Errorf("%s: layer unknown with strength %s", r.ID, r.Strength)
		}
	}
	pairs := map[string]bool{}
	for _, r := range PairRules() {
		if r.ID == "" || pairs[r.ID] || r.Compares == "" || r.Why == "" || r.Source == "" || r.Layer == "" || r.prove == nil {
			t.Errorf("pair %+v", r)
		}
		pairs[r.ID] = true
	}
}

func TestNoAnswerIsOfTheNetworkWithItsPhase(t *testing.T) {
	for phase := range failures {
		a := Of(exchange.Exchange{ID: "e7", Failure: &exchange.Failure{Phase: phase, Message: "x"}})
		checkAnswer(t, a)
		if a.Layer != LayerNetwork || a.Confidence != Certain || a.Product == "" || !strings.Contains(a.Evidence[0].What, string(phase)) || a.Evidence[0].Exchange != "e7" {
			t.Errorf("%s: %+v", phase, a)
		}
	}
	if a := Of(exchange.Exchange{}); a.Layer != LayerUnknown || len(a.Evidence) == 0 {
		t.Errorf("%+v", a)
	}
}

func TestMarksOfPassageSayThroughAndNeverBy(t *testing.T) {
	a := Of(got("GET", api, "200\nCF\ncf-cache-status: DYNAMIC\nvia: 1.1 google\nx-vercel-id: a", "{}"))
	for _, name := range []string{"Cloudflare", "Google load balancer", "Vercel"} {
		if !slices.Contains(a.Through, name) {
			t.Errorf("through %v, want %s in it", a.Through, name)
		}
	}
	if a.RayID != "a058dc95796a4e0c-FRA" {
		t.Errorf("ray ID %q", a.RayID)
	}
	if a := Of(got("GET", api, "403\nCF\ncf-mitigated: challenge", "")); len(a.Through) != 0 {
		t.Errorf("the WAF's answer came through %v", a.Through)
	}
	// What is stored in a hit did not pass now.
	if a := Of(got("GET", api, "200\nCF\ncf-cache-status: HIT\nx-vercel-id: a\nvia: 1.1 google", "")); len(a.Through) != 0 {
		t.Errorf("the cache's answer came through %v", a.Through)
	}
}

func TestTLSInspectionLowersAndShows(t *testing.T) {
	x := got("GET", api, "403\nCF\ncf-mitigated: challenge", "")
	x.Response.TLSIssuer = "CN=Zscaler Intermediate Root CA (zscaler.net),O=Zscaler Inc."
	a := Of(x)
	if a.Confidence != Likely || a.Layer != LayerWAF || !slices.Contains(a.Through, "Zscaler") || !contradicted(a, "Zscaler") {
		t.Errorf("%+v", a)
	}
	x.Response.TLSIssuer = "C=US,O=Google Trust Services,CN=WE1"
	if a := Of(x); a.Confidence != Certain {
		t.Errorf("%+v", a)
	}
}

func contradicted(a Answer, text string) bool {
	return slices.ContainsFunc(a.Evidence, func(e Evidence) bool {
		return e.Strength == StrengthContradicting && strings.Contains(e.Says, text)
	})
}

func TestContradictingEvidenceIsShown(t *testing.T) {
	for _, c := range []struct {
		x    exchange.Exchange
		says string
	}{
		{got("GET", api, "403\ndate: x\nserver: nginx\ncontent-length: 1\ncf-mitigated: challenge", "x"), "server is “nginx”"},
		{got("GET", api, "502\nCF\ncf-cache-status: DYNAMIC", "error code: 502"), "as far as Cloudflare's cache"},
		{got("GET", api, "403\nCF", `{"cloudflare_error":true,"error_code":1020,"zone":"api.example.com","ray_id":"b158dc95796a4e0c"}`), "differs from cf-ray"},
		{got("GET", "https://app.example.net/", "302\nCF\nlocation: "+loginURL, ""), "api.example.com"},
		{got("GET", api, "302\nCF\ncf-mitigated: challenge\nlocation: "+loginURL, ""), "A mark of waf"},
		{got("GET", "http://localhost:5173/api", "403\nCF", "error code: 1020"), "local proxy"},
		{got("GET", api, "418\nCF", "error code: 1020"), "known with status 403"},
	} {
		a := Of(c.x)
		if a.Confidence == Certain || !contradicted(a, c.says) {
			t.Errorf("want %q against it: %+v", c.says, a)
		}
	}
}

// An answer without headers that decide proves nothing by what it lacks.
func TestAPartialAnswerProvesNothingByAbsence(t *testing.T) {
	x := got("GET", api, "403\nCF\ncontent-type: text/html", "<title>Error ・ Cloudflare Access</title>")
	if a := Of(x); a.Confidence != Certain {
		t.Fatalf("%+v", a)
	}
	x.Response.Partial = true
	if a := Of(x); a.Confidence == Certain || a.Layer != LayerAccess {
		t.Errorf("%+v", a)
	}
	y := got("GET", api, "403\nCF", "no")
	if a := Of(y); !slices.Contains(a.Candidates, LayerWAF) || slices.Contains(a.Candidates, LayerOrigin) {
		t.Errorf("complete: %v", a.Candidates)
	}
	y.Response.Partial = true
	if a := Of(y); !slices.Contains(a.Candidates, LayerOrigin) {
		t.Errorf("partial: %v", a.Candidates)
	}
}

func TestTheJSONFormOfAnAnswer(t *testing.T) {
	b, err := json.Marshal(Of(got("GET", api, "200\ndate: x\ncontent-length: 2\nserver: ?", "ok")))
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	if m["layer"] != "unknown" || m["product"] != "" || m["confidence"] != "unknown" {
		t.Errorf("%s", b)
	}
	if e, ok := m["evidence"].([]any); !ok || len(e) == 0 {
		t.Errorf("%s", b)
	}
}

// No sentence quotes what must stay secret, wherever it stands in an answer.
func TestNoEvidenceQuotesASecret(t *testing.T) {
	const secret = "S3cr3tS3cr3tS3cr3t"
	jwt := "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0." + secret
	blocks := []string{
		"302\nCF\nlocation: https://team.cloudflareaccess.com/cdn-cgi/access/login/api.example.com?kid=" + secret + "&meta=" + jwt + "&redirect_url=%2F",
		"302\nCF\nlocation: https://" + secret + ":" + secret + "@team.cloudflareaccess.com/cdn-cgi/access/login/other.example.net?meta=" + jwt,
		"403\nCF\nset-cookie: CF_Authorization=" + jwt + "\nset-cookie: CF_AppSession=" + secret,
		"403\nCF\ncf-mitigated: " + jwt + "\nserver: x",
		"401\nCF\nwww-authenticate: Cloudflare-Access token=" + secret,
		"404\nserver: nginx/" + jwt + "\nx-vercel-error: " + jwt + "\nx-render-routing: " + jwt,
		"200\nCF\ncf-access-metadata: " + jwt,
	}
	for _, b := range blocks {
		for _, body := range []string{"", `{"cloudflare_error":true,"error_code":1020,"zone":"` + jwt + `"}`, "<title>" + jwt + " ・ Cloudflare Access</title>"} {
			a := Of(got("GET", api, b, body))
			out, _ := json.Marshal(a)
			if strings.Contains(string(out), secret) {
				t.Errorf("%q: %s", b, out)
			}
		}
	}
}

func FuzzOf(f *testing.F) {
	for _, c := range captures(f) {
		h, _ := json.Marshal(c.Headers)
		f.Add(c.Method, c.URL, c.Status, string(h), c.Body, c.Partial)
	}
	f.Fuzz(func(t *testing.T, method, url string, status int, headers, body string, partial bool) {
		var hs exchange.Headers
		if json.Unmarshal([]byte(headers), &hs) != nil {
			hs = exchange.Headers{{Name: headers, Value: body}}
		}
		checkAnswer(t, Of(exchange.Exchange{
			Request:  exchange.Request{Method: method, URL: url},
			Response: &exchange.Response{Status: status, Headers: hs, Body: body, Partial: partial},
		}))
	})
}

func TestTwoZonesInARowAreHinted(t *testing.T) {
	a := Of(got("GET", "https://shop.myshopify.com/", "403\nCF\ncf-mitigated: challenge", ""))
	if !slices.ContainsFunc(a.Evidence, func(e Evidence) bool { return e.Rule == "two-zones" }) || a.Confidence != Certain {
		t.Errorf("%+v", a)
	}
	if a := Of(got("GET", api, "403\nCF\ncf-mitigated: challenge", "")); slices.ContainsFunc(a.Evidence, func(e Evidence) bool { return e.Rule == "two-zones" }) {
		t.Errorf("%+v", a)
	}
}

func TestAnAddressOfCloudflareSupportsAndNeverDecides(t *testing.T) {
	for addr, want := range map[string]bool{"104.16.1.2:443": true, "[2606:4700::1]:443": true, "2606:4700::1": true, "203.0.113.1:443": false, "127.0.0.1:1": false, "": false, "x": false} {
		x := got("GET", api, "403\nCF", "no")
		x.Response.RemoteAddr = addr
		a := Of(x)
		has := slices.ContainsFunc(a.Evidence, func(e Evidence) bool { return e.Rule == "cloudflare-address" })
		if has != want || a.Layer != LayerUnknown {
			t.Errorf("%q: %v, %+v", addr, has, a)
		}
	}
}
