package report

import (
	"encoding/json"
	"net"
	"net/url"
	"strings"
	"time"

	"corstui/diagnose"
	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
)

// The members of HAR 1.2 (softwareishard.com, "HAR 1.2 Spec") that a report can
// fill; those that the format demands are there in any case.
type (
	harEntry struct {
		Started  time.Time   `json:"startedDateTime"`
		Time     float64     `json:"time"`
		Request  harRequest  `json:"request"`
		Response harResponse `json:"response"`
		Cache    struct{}    `json:"cache"`
		Timings  harTimings  `json:"timings"`
		Address  string      `json:"serverIPAddress,omitempty"`
		Port     string      `json:"connection,omitempty"`
		Comment  string      `json:"comment,omitempty"`
	}
	harPair struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	harRequest struct {
		Method      string    `json:"method"`
		URL         string    `json:"url"`
		Proto       string    `json:"httpVersion"`
		Cookies     []harPair `json:"cookies"`
		Headers     []harPair `json:"headers"`
		Query       []harPair `json:"queryString"`
		PostData    *harBody  `json:"postData,omitempty"`
		HeadersSize int       `json:"headersSize"`
		BodySize    int       `json:"bodySize"`
	}
	harResponse struct {
		Status      int       `json:"status"`
		StatusText  string    `json:"statusText"`
		Proto       string    `json:"httpVersion"`
		Cookies     []harPair `json:"cookies"`
		Headers     []harPair `json:"headers"`
		Content     harBody   `json:"content"`
		RedirectURL string    `json:"redirectURL"`
		HeadersSize int       `json:"headersSize"`
		BodySize    int       `json:"bodySize"`
		Error       string    `json:"_error,omitempty"` // as Chromium writes it
	}
	harBody struct {
		Size int    `json:"size,omitempty"`
		Type string `json:"mimeType"`
		Text string `json:"text"`
	}
	harTimings struct {
		DNS     float64 `json:"dns"`
		Connect float64 `json:"connect"`
		TLS     float64 `json:"ssl"`
		Send    float64 `json:"send"`
		Wait    float64 `json:"wait"`
		Receive float64 `json:"receive"`
	}
)

// AsHAR is the report's exchanges as an HTTP Archive, which developer tools open
// and corstui reads again. It is redacted as the report is; who answered stands
// in each entry's comment.
func AsHAR(r diagnose.Report) ([]byte, error) {
	entries := make([]harEntry, 0, len(r.Exchanges))
	for _, x := range r.Exchanges {
		entries = append(entries, harOf(x))
	}
	creator := map[string]string{"name": "corstui", "version": ""}
	out, err := json.MarshalIndent(map[string]any{"log": map[string]any{"version": "1.2", "creator": creator, "entries": entries}}, "", "  ")
	return append(out, '\n'), err
}

// unknownSize is how HAR says that a size or a time is not known.
const unknownSize = -1

func harOf(x answer.Seen) harEntry {
	t := x.Timing
	e := harEntry{
		Started: x.Started, Time: t.Total, Comment: string(x.Purpose) + ", answered by: " + string(x.Answer.Layer),
		Timings: harTimings{DNS: t.DNS, Connect: t.Connect + t.TLS, TLS: t.TLS, Wait: t.Wait, Receive: t.Body},
		Request: harRequest{
			Method: x.Request.Method, URL: x.Request.URL, Cookies: []harPair{}, Headers: harPairs(x.Request.Headers), Query: harQuery(x.Request.URL),
			HeadersSize: unknownSize, BodySize: len(x.Request.Body),
		},
		Response: harResponse{Cookies: []harPair{}, Headers: []harPair{}, HeadersSize: unknownSize, BodySize: unknownSize},
	}
	if x.Request.HasBody {
		e.Request.PostData = &harBody{Type: x.Request.Headers.Value("content-type"), Text: x.Request.Body}
	}
	if x.Failure != nil {
		e.Response.Error = x.Failure.Message
	}
	if r := x.Response; r != nil {
		e.Request.Proto = r.Proto
		e.Address, e.Port, _ = net.SplitHostPort(r.RemoteAddr)
		e.Response.Proto, e.Response.Status, e.Response.StatusText = r.Proto, r.Status, r.Reason
		e.Response.Headers, e.Response.RedirectURL = harPairs(r.Headers), r.Headers.Value("location")
		e.Response.Content = harBody{Size: len(r.Body), Type: r.Headers.Value("content-type"), Text: r.Body}
	}
	return e
}

func harPairs(hs exchange.Headers) []harPair {
	out := make([]harPair, 0, len(hs))
	for _, h := range hs {
		out = append(out, harPair(h))
	}
	return out
}

// harQuery is the query of a URL, in its order.
func harQuery(raw string) []harPair {
	out := []harPair{}
	u, err := url.Parse(raw)
	if err != nil || u.RawQuery == "" {
		return out
	}
	for part := range strings.SplitSeq(u.RawQuery, "&") {
		name, value, _ := strings.Cut(part, "=")
		out = append(out, harPair{unescaped(name), unescaped(value)})
	}
	return out
}

// unescaped undoes percent-encoding, where it is one.
func unescaped(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return diagnose.Shown(plain)
	}
	return s
}
