package answer

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"corstui/diagnose/exchange"
)

// har is what is read of a HAR 1.2, with the fields that Chromium adds.
type har struct {
	Log *struct {
		Entries []harEntry `json:"entries"`
	} `json:"log"`
}

type harEntry struct {
	Started  string  `json:"startedDateTime"`
	Time     float64 `json:"time"`
	ServerIP string  `json:"serverIPAddress"`
	Port     string  `json:"connection"`
	Request  struct {
		Method  string      `json:"method"`
		URL     string      `json:"url"`
		Headers []harHeader `json:"headers"`
	} `json:"request"`
	Response struct {
		Status      int         `json:"status"`
		StatusText  string      `json:"statusText"`
		HTTPVersion string      `json:"httpVersion"`
		Headers     []harHeader `json:"headers"`
		Content     struct {
			Text     string `json:"text"`
			Encoding string `json:"encoding"`
		} `json:"content"`
		RedirectURL string `json:"redirectURL"`
		Error       string `json:"_error"`
	} `json:"response"`
}

type harHeader struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func parseHAR(text string, first request) ([]exchange.Exchange, error) {
	var h har
	if err := json.Unmarshal([]byte(text), &h); err != nil {
		if _, ok := errors.AsType[*json.SyntaxError](err); ok {
			return nil, noResponse("it starts like JSON and is not whole (%v)", err)
		}
		return nil, noResponse("it is JSON, but no HAR: log.entries is missing or not as HAR 1.2 has it")
	}
	if h.Log == nil {
		return nil, noResponse("it is JSON, but no HAR: log.entries is missing")
	}
	if len(h.Log.Entries) > maxResponses {
		return nil, fmt.Errorf("the HAR holds %d entries; want at most %d", len(h.Log.Entries), maxResponses)
	}
	var out []exchange.Exchange
	for _, e := range h.Log.Entries {
		if x, ok := e.exchange(first); ok {
			out = append(out, x)
		}
	}
	if len(out) == 0 {
		return nil, noResponse("the HAR holds %d entries, and none with a response; record it with the network panel open and save it “with content”", len(h.Log.Entries))
	}
	return out, nil
}

// exchange turns an entry into an exchange. An entry without status is one that
// the browser blocked or that failed: with a network error it is a Failure, else
// it is left out.
func (e harEntry) exchange(first request) (exchange.Exchange, bool) {
	x := exchange.Exchange{Purpose: exchange.PurposeRequest, Request: exchange.Request{Method: strings.ToUpper(clean(e.Request.Method)), Headers: harHeaders(e.Request.Headers)}}
	if x.Request.Method == "" {
		x.Request.Method = first.method
	}
	if u, err := url.Parse(clean(e.Request.URL)); err == nil && u.Host != "" {
		u.User = nil
		x.Request.URL = u.String()
	} else if first.url != nil {
		x.Request.URL = first.url.String()
	}
	if x.Request.Method == "OPTIONS" {
		x.Purpose = exchange.PurposePreflight
	}
	x.Started, _ = time.Parse(time.RFC3339Nano, e.Started)
	x.Timing.Total = max(e.Time, 0)
	r := e.Response
	if r.Status < 100 || r.Status > 999 {
		f := harFailure(r.Error)
		x.Failure = f
		return x, f != nil
	}
	hs := harHeaders(r.Headers)
	if r.RedirectURL != "" && !hs.Has("location") && r.Status/100 == 3 {
		hs = append(hs, exchange.Header{Name: "location", Value: clean(r.RedirectURL)})
	}
	body := r.Content.Text
	if strings.EqualFold(r.Content.Encoding, "base64") {
		// What cannot be decoded is no text; the headers are readable all the same.
		b, _ := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(body), ""))
		body = string(b)
	}
	body = clean(body[:min(len(body), 4*maxBody)])
	x.Response = &exchange.Response{
		Proto: harProto(r.HTTPVersion), Status: r.Status, Reason: clean(r.StatusText), Headers: hs, Body: body,
		Partial: incomplete(hs), RemoteAddr: e.remote(),
	}
	if len(body) > maxBody {
		x.Response.Body, x.Response.BodyTruncated = strings.ToValidUTF8(body[:maxBody], ""), true
	}
	return x, true
}

func (e harEntry) remote() string {
	if e.ServerIP == "" {
		return ""
	}
	return clean(strings.Trim(e.ServerIP, "[]"))
}

func harHeaders(hs []harHeader) exchange.Headers {
	out := exchange.Headers{}
	for _, h := range hs {
		name := clean(strings.TrimSpace(h.Name))
		if !tokenRE.MatchString(name) || len(out) >= maxHeaders {
			continue // pseudo-headers of HTTP/2, and what is no name
		}
		// Chromium joins repeated headers with a newline.
		for line := range strings.SplitSeq(clean(h.Value), "\n") {
			out = append(out, exchange.Header{Name: name, Value: strings.TrimSpace(line)})
		}
	}
	return out
}

func harProto(v string) string {
	switch v = strings.ToLower(v); {
	case v == "h2" || v == "http/2" || v == "http/2.0":
		return "HTTP/2"
	case strings.HasPrefix(v, "h3") || strings.HasPrefix(v, "http/3"):
		return "HTTP/3"
	case strings.HasPrefix(v, "http/"):
		return strings.ToUpper(show(v))
	}
	return ""
}

// netErrors are Chromium's network errors by the phase in which they happen.
// What the browser itself refuses (blocked by CORS, by an extension) is not
// among them: the server may have answered.
var netErrors = []struct {
	prefix string
	phase  exchange.FailurePhase
}{
	{"net::ERR_NAME_", exchange.FailureDNS}, {"net::ERR_DNS_", exchange.FailureDNS}, {"net::ERR_ICANN_NAME", exchange.FailureDNS},
	{"net::ERR_CONNECTION_TIMED_OUT", exchange.FailureTimeout}, {"net::ERR_TIMED_OUT", exchange.FailureTimeout},
	{"net::ERR_CONNECTION_RESET", exchange.FailureProtocol}, {"net::ERR_CONNECTION_CLOSED", exchange.FailureProtocol}, {"net::ERR_CONNECTION_ABORTED", exchange.FailureProtocol},
	{"net::ERR_CONNECTION", exchange.FailureConnect}, {"net::ERR_ADDRESS_", exchange.FailureConnect}, {"net::ERR_INTERNET_DISCONNECTED", exchange.FailureConnect}, {"net::ERR_NETWORK_", exchange.FailureConnect}, {"net::ERR_PROXY_", exchange.FailureConnect}, {"net::ERR_TUNNEL_", exchange.FailureConnect},
	{"net::ERR_CERT_", exchange.FailureTLS}, {"net::ERR_SSL_", exchange.FailureTLS}, {"net::ERR_BAD_SSL", exchange.FailureTLS}, {"net::ERR_ECH_", exchange.FailureTLS},
	{"net::ERR_EMPTY_RESPONSE", exchange.FailureProtocol}, {"net::ERR_INVALID_HTTP_RESPONSE", exchange.FailureProtocol}, {"net::ERR_HTTP2_", exchange.FailureProtocol}, {"net::ERR_QUIC_", exchange.FailureProtocol}, {"net::ERR_RESPONSE_HEADERS_", exchange.FailureProtocol},
}

func harFailure(text string) *exchange.Failure {
	for _, e := range netErrors {
		if strings.HasPrefix(text, e.prefix) {
			return &exchange.Failure{Phase: e.phase, Message: "the browser reports " + show(text)}
		}
	}
	return nil
}
