package paste

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"

	"corstui/diagnose/exchange"
)

// HAREntry is one request of a HAR, as a list shows it.
type HAREntry struct {
	// Index is its place in the file; ParseHAR takes it.
	Index  int
	Method string
	URL    string
	// Status is 0 where no answer came or none was let through.
	Status int
	// Origin is the page's origin, if the entry tells it.
	Origin string
	// Preflight says that it is the browser's own OPTIONS.
	Preflight bool
	// Failed says that no usable answer is in the entry, or one with an error
	// status.
	Failed bool
	// Error is what the browser noted, such as "net::ERR_FAILED".
	Error string
	// Type is the kind of request: "fetch", "xhr", "preflight", "document", ….
	Type string
	// Initiator is where in the page's code it began, if the entry tells it.
	Initiator string
}

// har is what is read of a HAR 1.2: the rest of the format, and what tools
// leave out of it, does not matter here.
type har struct {
	Log *struct {
		Entries []harEntry `json:"entries"`
		Pages   []struct {
			ID    string `json:"id"`
			Title string `json:"title"`
		} `json:"pages"`
	} `json:"log"`
}

type harEntry struct {
	PageRef string `json:"pageref"`
	Request struct {
		Method   string    `json:"method"`
		URL      string    `json:"url"`
		Headers  []harPair `json:"headers"`
		Cookies  []harPair `json:"cookies"`
		PostData *struct {
			MimeType string    `json:"mimeType"`
			Text     string    `json:"text"`
			Params   []harPair `json:"params"`
			Encoding string    `json:"encoding"`
		} `json:"postData"`
	} `json:"request"`
	Response struct {
		Status     int       `json:"status"`
		StatusText string    `json:"statusText"`
		Headers    []harPair `json:"headers"`
		Error      string    `json:"_error"`
	} `json:"response"`
	Error     string          `json:"_error"`
	Type      string          `json:"_resourceType"`
	Initiator json.RawMessage `json:"_initiator"`
}

type harPair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// harStart is how a HAR begins: an object whose first members include "log".
var harStart = regexp.MustCompile(`^\{\s*"(?:log|_?[A-Za-z]+)"`)

func looksLikeHAR(text string) bool {
	return harStart.MatchString(text) && strings.Contains(text[:min(len(text), 1<<16)], `"log"`)
}

// ParseHAR reads a HAR and builds the case of one of its entries: that of an
// index, or with -1 the one that most likely is the failing API call.
func ParseHAR(text string, index int) (Pasted, error) {
	text = strings.TrimSpace(strings.TrimPrefix(text, "\ufeff"))
	if len(text) > MaxHAR {
		return Pasted{}, &Error{begin(text), fmt.Sprintf("the HAR is larger than %d MiB", MaxHAR>>20), "save one with the failing request alone, or copy that request as fetch or curl"}
	}
	var h har
	if err := json.Unmarshal([]byte(text), &h); err != nil {
		return Pasted{}, &Error{begin(text), "the HAR is no valid JSON (" + firstLine(err.Error()) + ")", "export it again; a copied HAR may have been cut"}
	}
	if h.Log == nil || len(h.Log.Entries) == 0 {
		return Pasted{}, &Error{begin(text), "the HAR has no entries", "reload the page with the network panel open, then export"}
	}
	entries := h.Log.Entries
	list := make([]HAREntry, len(entries))
	for i := range entries {
		list[i] = entries[i].summary(i)
	}
	if index >= len(entries) || index < -1 {
		return Pasted{}, &Error{Problem: fmt.Sprintf("the HAR has no entry %d", index), Remedy: fmt.Sprintf("choose one from 0 to %d", len(entries)-1)}
	}
	sorted := slices.Clone(list)
	sort.SliceStable(sorted, func(i, j int) bool { return rank(sorted[i]) < rank(sorted[j]) })
	if index == -1 {
		index = sorted[0].Index
	}
	p := harCase(entries, list, index)
	p.Entries = sorted
	return p.finish(), nil
}

// rank orders entries by how likely each is the one that the user means.
func rank(e HAREntry) int {
	r := 0
	switch {
	case e.Failed && e.Status == 0:
	case e.Failed:
		r = 1
	default:
		r = 4
	}
	if e.Origin == "" || originOf(e.URL) == e.Origin {
		r += 2 // not known to be cross-origin
	}
	if !slices.Contains([]string{"fetch", "xhr", "preflight", ""}, e.Type) {
		r += 6
	}
	if e.Preflight {
		r++ // its request first
	}
	return r
}

func (e *harEntry) headers() exchange.Headers {
	out := make(exchange.Headers, 0, len(e.Request.Headers))
	for _, h := range e.Request.Headers {
		out = append(out, exchange.Header{Name: h.Name, Value: h.Value})
	}
	return out
}

func (e *harEntry) summary(i int) HAREntry {
	hs := e.headers()
	s := HAREntry{
		Index: i, Method: e.Request.Method, URL: e.Request.URL, Status: max(0, e.Response.Status),
		Error: e.Response.Error, Type: strings.ToLower(e.Type), Initiator: initiator(e.Initiator),
	}
	if s.Error == "" {
		s.Error = e.Error
	}
	s.Preflight = strings.EqualFold(s.Method, "OPTIONS") && (hs.Has("access-control-request-method") || s.Type == "preflight")
	s.Origin = pageOrigin(hs.Value("origin"))
	if s.Origin == "" {
		s.Origin = originOf(hs.Value("referer"))
	}
	s.Failed = s.Status == 0 || s.Status >= 400 || s.Error != "" || s.Preflight && s.Status >= 300
	return s
}

// initiator says where a request began, from Chromium's _initiator.
func initiator(raw json.RawMessage) string {
	var in struct {
		URL        string  `json:"url"`
		LineNumber float64 `json:"lineNumber"`
		Stack      *struct {
			CallFrames []struct {
				URL        string  `json:"url"`
				LineNumber float64 `json:"lineNumber"`
			} `json:"callFrames"`
		} `json:"stack"`
	}
	if len(raw) == 0 || json.Unmarshal(raw, &in) != nil {
		return ""
	}
	if in.Stack != nil && len(in.Stack.CallFrames) > 0 {
		f := in.Stack.CallFrames[0]
		in.URL, in.LineNumber = f.URL, f.LineNumber
	}
	if in.URL == "" {
		return ""
	}
	return fmt.Sprintf("%s:%d", shownURL(in.URL), int(in.LineNumber)+1)
}

// harCase builds the case of one entry.
func harCase(entries []harEntry, list []HAREntry, index int) Pasted {
	p := Pasted{Kind: KindHAR}
	e, s := &entries[index], list[index]
	if s.Preflight {
		// The request that the preflight is for tells more.
		for j := range list {
			if list[j].URL == s.URL && !list[j].Preflight && list[j].Method != "OPTIONS" {
				e, s = &entries[j], list[j]
				p.note("Entry %d is a preflight; the request that it is for is entry %d.", index, j)
				break
			}
		}
	}
	p.Case.URL, p.Case.Method, p.Status = s.URL, s.Method, s.Status
	hs := e.headers()
	p.takePreflight(&hs)
	p.harBody(e, hs)
	p.takeHeaders(hs, pageURL(entries, list, s))
	if len(p.Case.Session.Cookies) == 0 {
		for _, c := range e.Request.Cookies {
			p.Case.Session.Cookies = append(p.Case.Session.Cookies, exchange.Cookie{Name: c.Name, Value: c.Value, HostOnly: true})
		}
	}
	p.understoodRequest(fmt.Sprintf("Entry %d of %d in a HAR", s.Index, len(list)))
	if s.Error != "" {
		p.note("The browser noted %s for it.", begin(s.Error))
	} else if s.Status != 0 {
		p.note("It was answered with status %d.", s.Status)
	}
	return p
}

// pageURL looks for the page of an entry without Origin and Referer: its
// initiator's origin is not proof (scripts come from CDNs), a document of the
// same HAR is.
func pageURL(entries []harEntry, list []HAREntry, s HAREntry) string {
	for i := range list {
		if list[i].Type == "document" && entries[i].PageRef == entries[s.Index].PageRef {
			return list[i].URL
		}
	}
	return ""
}

func (p *Pasted) harBody(e *harEntry, hs exchange.Headers) {
	d := e.Request.PostData
	m := strings.ToUpper(p.Case.Method)
	if d == nil || m == "GET" || m == "HEAD" {
		return
	}
	text := d.Text
	if d.Encoding == "base64" {
		if b, err := base64.StdEncoding.DecodeString(text); err == nil {
			text = string(b)
		}
	}
	if text == "" && len(d.Params) > 0 {
		v := jsValue{kind: jsParams}
		for _, q := range d.Params {
			v.members = append(v.members, jsMember{q.Name, jsValue{kind: jsString, text: q.Value}})
		}
		text = v.encode()
	}
	p.Case.Body = &text
	if !hs.Has("content-type") && d.MimeType != "" {
		p.Case.Headers = append(p.Case.Headers, exchange.Header{Name: "Content-Type", Value: d.MimeType})
	}
}
