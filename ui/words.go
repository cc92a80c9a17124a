package ui

import (
	"fmt"
	"net/url"
	"strings"

	"corstui/diagnose"
	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/ui/rich"
)

// layerName is what the screens call a layer.
var layerName = map[answer.Layer]string{
	answer.LayerBrowser: "the browser itself",
	answer.LayerNetwork: "the network",
	answer.LayerEdge:    "Cloudflare's edge",
	answer.LayerAccess:  "Cloudflare Access",
	answer.LayerWAF:     "Cloudflare's WAF",
	answer.LayerWorker:  "a Cloudflare Worker",
	answer.LayerCache:   "Cloudflare's cache",
	answer.LayerOrigin:  "your API",
	answer.LayerProxy:   "another proxy",
	answer.LayerUnknown: "somebody unknown",
}

// stationName is the short name of a station on the line.
var stationName = map[answer.Layer]string{
	answer.LayerBrowser: "Browser",
	answer.LayerNetwork: "Network",
	answer.LayerEdge:    "Edge",
	answer.LayerAccess:  "Access",
	answer.LayerWAF:     "WAF",
	answer.LayerWorker:  "Worker",
	answer.LayerCache:   "Cache",
	answer.LayerOrigin:  "Origin",
	answer.LayerProxy:   "Proxy",
}

// purposeWords say what a request was sent for: its short name, and what its
// answer decides.
var purposeWords = map[exchange.Purpose][2]string{
	exchange.PurposePreflight:      {"preflight", "the browser asks first whether the page may; never with cookie or token"},
	exchange.PurposeRequest:        {"request", "the page's own request"},
	exchange.PurposeAccessMetadata: {"Access metadata", "does Access sign that it covers this URL?"},
	exchange.PurposeAccessCerts:    {"Access keys", "is that signature the team's own?"},
	exchange.PurposeAccessResource: {"Access resource", "which Access application covers this path?"},
	exchange.PurposeXHR:            {"as XMLHttpRequest", "Access answers 401 here where it would redirect a person"},
	exchange.PurposeJSON:           {"asking for JSON", "does who answers look at Accept?"},
	exchange.PurposeTrace:          {"edge trace", "is Cloudflare on the way at all?"},
	exchange.PurposePlainOptions:   {"plain OPTIONS", "is OPTIONS refused, or preflights alone?"},
	exchange.PurposePreflightProbe: {"preflight, as a probe", "how would a preflight be answered here?"},
	exchange.PurposeGet:            {"GET as a visitor", "who answers somebody without a session?"},
	exchange.PurposeNoOrigin:       {"GET without Origin", "does the answer depend on the page?"},
	exchange.PurposeForeignOrigin:  {"GET from a stranger", "may any page read this?"},
	exchange.PurposeNullOrigin:     {"GET from \"null\"", "may a sandboxed page read this?"},
	exchange.PurposeSuffixOrigin:   {"look-alike: suffix", "is the page's address compared to its end?"},
	exchange.PurposePrefixOrigin:   {"look-alike: prefix", "is the page's address compared from its start?"},
	exchange.PurposeHTTPOrigin:     {"look-alike: http", "is the scheme compared?"},
	exchange.PurposePortOrigin:     {"look-alike: port", "is the port compared?"},
	exchange.PurposeForeignPreflight: {"preflight from a stranger",
		"is whatever a page asks for allowed?"},
	exchange.PurposeMissingPath:     {"a path that is not there", "do error answers carry CORS headers too?"},
	exchange.PurposeRepeat:          {"the same GET again", "does a cache answer?"},
	exchange.PurposeCacheBusted:     {"GET past the cache", "what does a fresh answer say?"},
	exchange.PurposeIdentity:        {"GET uncompressed", "does compression change who answers?"},
	exchange.PurposeDirect:          {"GET past Cloudflare", "what does the origin say by itself?"},
	exchange.PurposeDirectPreflight: {"preflight past Cloudflare", "what does the origin say by itself?"},
	exchange.PurposeNoSession:       {"without your session", "is it the session that makes the difference?"},
}

func purposeName(p exchange.Purpose) string {
	if w, ok := purposeWords[p]; ok {
		return w[0]
	}
	return string(p)
}

// exchangeName is what an exchange was sent for, and for which browser where it
// is not the verdict's own.
func exchangeName(x *answer.Seen) string {
	name := purposeName(x.Purpose)
	switch {
	case x.Engine == "":
		return name
	case x.Compares() == exchange.PurposeNoSession:
		return name + " as " + browserName(x.Engine) + " sends it, without your session"
	}
	return name + " as " + browserName(x.Engine) + " sends it"
}

// browserName is an engine as people know it.
func browserName(engine string) string {
	for _, b := range browsers {
		if b.engine == engine {
			return b.name
		}
	}
	return rich.OneLine(engine)
}

func purposeWhy(p exchange.Purpose) string { return purposeWords[p][1] }

// confidenceWords say how sure an answer is, and because of what.
func confidenceWords(a answer.Answer) string {
	switch a.Confidence {
	case answer.Certain, answer.Likely:
		if why := bestEvidence(a); why != "" {
			return string(a.Confidence) + ": " + why
		}
		return string(a.Confidence)
	}
	if len(a.Candidates) > 1 {
		names := make([]string, len(a.Candidates))
		for i, l := range a.Candidates {
			names[i] = layerName[l]
		}
		return "unknown: " + joinWords(names, "and") + " answer alike here"
	}
	return "unknown: nothing seen here decides it"
}

// reportConfidence is confidenceWords of the answer that decided, with the
// strongest proof of the whole report: a signature of Access's own.
func reportConfidence(r *diagnose.Report) string {
	a := r.AnsweredBy
	if a.Layer == answer.LayerAccess && a.Confidence == answer.Certain && r.Facts.Access != nil && r.Facts.Access.Signed {
		return "certain: signed by Access"
	}
	return confidenceWords(a)
}

// evidenceWords shorten the strongest proofs to what a person remembers; layer
// is empty where the words hold for each.
var evidenceWords = []struct {
	layer       answer.Layer
	mark, words string
}{
	{answer.LayerAccess, "access-metadata", "signed by Access"},
	{answer.LayerAccess, "location", "redirects to its login"},
	{answer.LayerAccess, "cf-access-", "Access's own headers"},
	{answer.LayerAccess, "www-authenticate", "named in www-authenticate"},
	{answer.LayerWAF, "cf-mitigated", "cf-mitigated says so"},
	{answer.LayerOrigin, "cf-cache-status", "it came from behind the cache"},
	{answer.LayerCache, "cf-cache-status", "cf-cache-status says so"},
	{answer.LayerNetwork, "failure", "no HTTP answer came"},
	{answer.LayerBrowser, "", "a rule of the browser's own"},
	{"", "body", "the body says so"},
}

// shortConfidence is such words where there is little room.
func shortConfidence(words string) string {
	head, _, _ := strings.Cut(words, ", ")
	if strings.HasPrefix(head, "unknown") {
		return "unknown"
	}
	return head
}

func bestEvidence(a answer.Answer) string {
	var best *answer.Evidence
	for i := range a.Evidence {
		e := &a.Evidence[i]
		if best == nil || strengthRank(e.Strength) < strengthRank(best.Strength) {
			best = e
		}
	}
	if best == nil {
		return ""
	}
	words, _, _ := strings.Cut(best.What, ",")
	for _, w := range evidenceWords {
		if (w.layer == "" || w.layer == a.Layer) && strings.Contains(strings.ToLower(best.What), w.mark) {
			words = w.words
			break
		}
	}
	return words
}

func strengthRank(s string) int {
	switch s {
	case "certain":
		return 0
	case "likely":
		return 1
	case "":
		return 2
	}
	return 3
}

// whoAnswered names who answered, as exactly as the evidence allows:
// "Cloudflare Access (login)".
func whoAnswered(a answer.Answer) string {
	name := who(a)
	p := rich.OneLine(a.Product)
	if a.Layer == answer.LayerUnknown || p == "" {
		return name
	}
	if a.Layer == answer.LayerProxy {
		return upperFirst(p)
	}
	for _, own := range []string{"Cloudflare ", "Access ", "WAF ", "Worker ", "Access: "} {
		p = strings.TrimPrefix(p, own)
	}
	if p == "" || containsFold(name, p) {
		return name
	}
	if strings.Contains(p, "(") {
		return name + ": " + p
	}
	return name + " (" + p + ")"
}

// who names the layer that answered, for sentences.
func who(a answer.Answer) string {
	if a.Layer == answer.LayerUnknown || a.Layer == "" {
		return "Not proven"
	}
	if a.Layer == answer.LayerProxy && a.Product != "" {
		return upperFirst(rich.OneLine(a.Product))
	}
	return upperFirst(layerName[a.Layer])
}

// whoWithin names the layer that answered, within a sentence.
func whoWithin(a answer.Answer) string {
	if a.Layer == answer.LayerUnknown || a.Layer == "" {
		return "somebody unknown"
	}
	if a.Layer == answer.LayerProxy && a.Product != "" {
		return rich.OneLine(a.Product)
	}
	return layerName[a.Layer]
}

// firstSentence is a text up to its first full stop.
func firstSentence(s string) string {
	s = rich.OneLine(s)
	if i := strings.Index(s, ". "); i > 0 {
		return s[:i]
	}
	return strings.TrimSuffix(s, ".")
}

// requestLine is "OPTIONS /v1/items".
func requestLine(r exchange.Request) string {
	return r.Method + " " + pathOf(r.URL)
}

func pathOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	p := u.EscapedPath()
	if p == "" {
		p = "/"
	}
	if u.RawQuery != "" {
		p += "?" + u.RawQuery
	}
	return p
}

func hostOf(raw string) string {
	if u, err := url.Parse(raw); err == nil && u.Host != "" {
		return rich.OneLine(u.Host)
	}
	return rich.OneLine(raw)
}

// gotWords say in one line what came back, as far as CORS is concerned.
func gotWords(x *answer.Seen) string {
	if x.Failure != nil {
		return failureWords(x.Failure)
	}
	r := x.Response
	if r == nil {
		return "no answer yet"
	}
	s := fmt.Sprint(r.Status)
	if to := r.Headers.Value("location"); to != "" && r.Status >= 300 && r.Status < 400 {
		s += " to " + hostOf(to)
		if !anyCORS(r.Headers) {
			return s + ", no CORS headers"
		}
	}
	if v, ok := r.Headers.Get("access-control-allow-origin"); ok {
		return s + ", Access-Control-Allow-Origin: " + v
	}
	return s + ", no Access-Control-Allow-Origin"
}

func anyCORS(hs exchange.Headers) bool {
	for _, h := range hs {
		if containsFold(h.Name, "access-control-allow-") {
			return true
		}
	}
	return false
}

func failureWords(f *exchange.Failure) string {
	if f.Message != "" {
		if first, _, _ := strings.Cut(f.Message, " "); strings.Contains(first, ".") { // a host name stays as it is
			return f.Message
		}
		return upperFirst(f.Message)
	}
	switch f.Phase {
	case exchange.FailureDNS:
		return "The name does not resolve"
	case exchange.FailureConnect:
		return "Nobody accepts the connection"
	case exchange.FailureTLS:
		return "The certificate or the TLS handshake failed"
	case exchange.FailureTimeout:
		return "No answer came in time"
	case exchange.FailureCanceled:
		return "You stopped it"
	}
	return "What came back is no HTTP answer"
}

// consoleCore is the part of Chromium's sentence that says the reason, without
// what stands in each of them.
func consoleCore(sentence string) string {
	for _, p := range []string{"blocked by CORS policy: ", "Response to preflight request doesn't pass access control check: "} {
		if i := strings.Index(sentence, p); i >= 0 {
			sentence = sentence[i+len(p):]
		}
	}
	if s, ok := strings.CutSuffix(sentence, " on the requested resource."); ok {
		return s + "…"
	}
	if i := strings.Index(sentence, ". "); i > 0 { // advice follows
		return sentence[:i] + "…"
	}
	return sentence
}

// statusWords is the word beside the mark of a station.
func statusWords(s diagnose.Status) string {
	switch s {
	case diagnose.StatusPass:
		return "let it by"
	case diagnose.StatusFail:
		return "refused"
	case diagnose.StatusWarn:
		return "let it by, with a warning"
	case diagnose.StatusSkip:
		return "not asked"
	}
	return "not known"
}

func joinWords(ws []string, and string) string {
	switch len(ws) {
	case 0:
		return ""
	case 1:
		return ws[0]
	}
	return strings.Join(ws[:len(ws)-1], ", ") + " " + and + " " + ws[len(ws)-1]
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	if s[0] >= 'a' && s[0] <= 'z' {
		return string(s[0]-32) + s[1:]
	}
	return s
}

func containsFold(s, sub string) bool {
	return strings.Contains(strings.ToLower(s), strings.ToLower(sub))
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func ms(v float64) string {
	switch {
	case v <= 0:
		return ""
	case v < 10:
		return fmt.Sprintf("%.1f ms", v)
	case v < 10_000:
		return fmt.Sprintf("%.0f ms", v)
	}
	return fmt.Sprintf("%.1f s", v/1000)
}
