package paste

import (
	"strings"
	"testing"
)

const sampleHAR = `{"log":{"version":"1.2","creator":{"name":"WebInspector"},"pages":[{"id":"page_1","title":"https://app.example.com/"}],"entries":[
{"pageref":"page_1","_resourceType":"document","request":{"method":"GET","url":"https://app.example.com/","headers":[]},"response":{"status":200}},
{"pageref":"page_1","_resourceType":"script","request":{"method":"GET","url":"https://cdn.example.net/a.js","headers":[{"name":"Referer","value":"https://app.example.com/"}]},"response":{"status":404}},
{"pageref":"page_1","_resourceType":"fetch","request":{"method":"GET","url":"https://api.example.com/ok","headers":[{"name":"Origin","value":"https://app.example.com"}]},"response":{"status":200}},
{"pageref":"page_1","_resourceType":"fetch","_initiator":{"type":"script","stack":{"callFrames":[{"url":"https://app.example.com/a.js?secret=1","lineNumber":4}]}},
 "request":{"method":"PUT","url":"https://api.example.com/v1/users","headers":[{"name":":authority","value":"api.example.com"},{"name":"Origin","value":"https://app.example.com"},{"name":"content-type","value":"application/json"},{"name":"Cookie","value":"sid=verysecret"},{"name":"sec-fetch-mode","value":"cors"}],"postData":{"mimeType":"application/json","text":"{\"a\":1}"}},
 "response":{"status":0,"_error":"net::ERR_FAILED"}},
{"pageref":"page_1","_resourceType":"preflight","request":{"method":"OPTIONS","url":"https://api.example.com/v1/users","headers":[{"name":"Origin","value":"https://app.example.com"},{"name":"access-control-request-method","value":"PUT"},{"name":"access-control-request-headers","value":"content-type"}]},"response":{"status":302}},
{"pageref":"page_1","_resourceType":"xhr","request":{"method":"GET","url":"https://app.example.com/own","headers":[{"name":"Referer","value":"https://app.example.com/"}]},"response":{"status":500}}
]}}`

func TestParseHARPicksTheFailingAPICall(t *testing.T) {
	p, err := Parse(sampleHAR)
	if err != nil {
		t.Fatal(err)
	}
	c := p.Case
	if p.Kind != KindHAR || c.Method != "PUT" || c.URL != api || c.Origin != page || c.Credentials != "include" || c.Body == nil || *c.Body != `{"a":1}` || names(c.Headers) != "content-type" {
		t.Errorf("got %+v", p)
	}
	if len(p.Entries) != 6 || p.Entries[0].Index != 3 || !p.Entries[1].Preflight || !p.Entries[1].Failed {
		t.Errorf("entries: %+v", p.Entries)
	}
	if got := p.Entries[0].Initiator; got != "https://app.example.com/a.js:5" {
		t.Errorf("initiator %q", got)
	}
	if strings.Contains(p.Understood+strings.Join(p.Notes, ""), "verysecret") {
		t.Errorf("a cookie is shown: %q %q", p.Understood, p.Notes)
	}
}

func TestParseHARTakesAnEntry(t *testing.T) {
	p, err := ParseHAR(sampleHAR, 4)
	if err != nil || p.Case.Method != "PUT" || len(p.Case.Session.Cookies) != 1 {
		t.Errorf("a preflight leads to its request: %+v, %v", p, err)
	}
	p, err = ParseHAR(sampleHAR, 2)
	if err != nil || p.Case.URL != "https://api.example.com/ok" || p.Status != 200 {
		t.Errorf("got %+v, %v", p, err)
	}
	p, err = ParseHAR(sampleHAR, 1)
	if err != nil || p.Case.Origin != page {
		t.Errorf("the referrer tells the page: %+v, %v", p, err)
	}
	for _, i := range []int{6, -2} {
		if _, err := ParseHAR(sampleHAR, i); err == nil || !strings.Contains(err.Error(), "0 to 5") {
			t.Errorf("entry %d: %v", i, err)
		}
	}
}

func TestParseHAROfALonePreflight(t *testing.T) {
	p, err := Parse(`{"log":{"entries":[{"request":{"method":"OPTIONS","url":"` + api + `","headers":[{"name":"origin","value":"` + page + `"},{"name":"Access-Control-Request-Method","value":"DELETE"},{"name":"Access-Control-Request-Headers","value":"x-a"}]},"response":{"status":403}}]}}`)
	if err != nil || p.Case.Method != "DELETE" || names(p.Case.Headers) != "x-a" || p.Case.Origin != page {
		t.Errorf("got %+v, %v", p, err)
	}
}

func TestParseHARRefusesWhatIsTooLarge(t *testing.T) {
	if _, err := Parse(`{"log":{"entries":["` + strings.Repeat("x", MaxHAR) + `"]}}`); err == nil || !strings.Contains(err.Error(), "MiB") {
		t.Error(err)
	}
}
