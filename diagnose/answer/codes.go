package answer

import "strconv"

// errorCode is a row of Cloudflare's error codes.
type errorCode struct {
	layer   Layer
	product string // empty: "error N"
	means   string
	// statuses are those that the code is known to come with; none where it was
	// never measured.
	statuses []int
}

// errorCodes are the codes whose layer is not edge, or of which more is known.
// Layers by what made Cloudflare write the page: a security product, the code
// of a Worker or Snippet, or Cloudflare's own way to the origin. Sources:
// Cloudflare docs "Cloudflare 1xxx errors", "Cloudflare 5xx errors", "Error
// responses", and the statuses of published answers.
var errorCodes = map[int]errorCode{
	1000: {LayerEdge, "", "the DNS record points to an address of Cloudflare itself", nil},
	1001: {LayerEdge, "", "Cloudflare cannot resolve this host, or does not serve it", []int{409, 530}},
	1002: {LayerEdge, "", "the DNS record points to a prohibited address", nil},
	1003: {LayerEdge, "", "the request went to an address of Cloudflare instead of a host name", []int{403}},
	1004: {LayerEdge, "", "the host is not configured at Cloudflare", nil},
	1005: {LayerWAF, "network ban (error 1005)", "the zone bans the caller's network (ASN)", nil},
	1006: {LayerWAF, "address ban (error 1006)", "the zone bans the caller's IP address", nil},
	1007: {LayerWAF, "address ban (error 1007)", "the zone bans the caller's IP address", nil},
	1008: {LayerWAF, "address ban (error 1008)", "the zone bans the caller's IP address", nil},
	1009: {LayerWAF, "country ban (error 1009)", "the zone bans the caller's country or region", []int{403}},
	1010: {LayerWAF, "browser integrity check (error 1010)", "the zone refuses this client's signature", []int{403}},
	1011: {LayerWAF, "hotlink protection (error 1011)", "the zone refuses requests from foreign pages", nil},
	1012: {LayerWAF, "access denied (error 1012)", "the zone refuses the caller for malicious activity", nil},
	1013: {LayerEdge, "", "the host name in TLS and the Host header differ", nil},
	1014: {LayerEdge, "", "a CNAME crosses Cloudflare accounts", nil},
	1015: {LayerWAF, "rate limit (error 1015)", "a rate limiting rule of the zone stopped the caller", []int{429}},
	1016: {LayerEdge, "", "Cloudflare cannot resolve the origin's name", []int{530}},
	1018: {LayerEdge, "", "Cloudflare could not find this host", nil},
	1019: {LayerWorker, "Worker loop (error 1019)", "Workers call each other in a loop", nil},
	1020: {LayerWAF, "error 1020", "a security rule of the zone blocked the request", []int{403}},
	1021: {LayerWorker, "", "a Worker asks for a host that it may not ask", nil},
	1022: {LayerWorker, "", "a Worker's request went wrong", nil},
	1023: {LayerEdge, "", "Cloudflare could not find this host", nil},
	1024: {LayerWorker, "", "a Worker's request went wrong", nil},
	1026: {LayerEdge, "", "the content is withheld for legal reasons", []int{451}},
	1027: {LayerWorker, "Worker daily limit (error 1027)", "the account's Workers have used up their daily requests", []int{429}},
	1033: {LayerEdge, "tunnel down (error 1033)", "no connector of the Cloudflare Tunnel is connected", []int{530}},
	1034: {LayerEdge, "", "the address of Cloudflare is restricted", nil},
	1042: {LayerEdge, "", "no Worker is published under this name, or a Worker asked for a Worker of its own zone", []int{404}},
	1044: {LayerEdge, "", "TLS between client and Cloudflare was refused", []int{403}},
	1101: {LayerWorker, "Worker exception (error 1101)", "the Worker on this route threw an exception", []int{500}},
	1102: {LayerWorker, "Worker over its limits (error 1102)", "the Worker on this route used too much CPU time or memory", []int{503}},
	1103: {LayerWorker, "Worker failed (error 1103)", "the Worker on this route could not be run", nil},
	1104: {LayerWorker, "Worker failed (error 1104)", "the Worker on this route could not be run", nil},
	1105: {LayerWorker, "Worker failed (error 1105)", "the Worker on this route could not be run", nil},
	1100: {LayerWorker, "Worker failed (error 1100)", "the Worker on this route could not be run", nil},
	1106: {LayerWAF, "address ban (error 1106)", "the zone bans the caller's IP address", nil},
	1107: {LayerWAF, "access denied (error 1107)", "a security rule of the zone refused the request", nil},
	1108: {LayerWAF, "access denied (error 1108)", "a security rule of the zone refused the request", nil},
	1109: {LayerWAF, "access denied (error 1109)", "a security rule of the zone refused the request", nil},
	1200: {LayerEdge, "", "too many requests wait for the origin", []int{503}},
	520:  {LayerEdge, "", "the origin sent an empty, invalid or oversized answer", []int{520}},
	521:  {LayerEdge, "", "the origin refused Cloudflare's connection", []int{521}},
	522:  {LayerEdge, "", "Cloudflare's connection to the origin timed out", []int{522}},
	523:  {LayerEdge, "", "the origin cannot be reached", []int{523}},
	524:  {LayerEdge, "", "the origin took too long to answer", []int{524}},
	525:  {LayerEdge, "", "TLS between Cloudflare and the origin failed", []int{525}},
	526:  {LayerEdge, "", "the origin's certificate is not valid", []int{526}},
	527:  {LayerEdge, "", "the link between Cloudflare and the origin was interrupted", []int{527}},
	530:  {LayerEdge, "", "Cloudflare cannot reach the origin; the body holds a code 1xxx", []int{530}},
	500:  {LayerEdge, "", "Cloudflare failed while it handled the request", []int{500}},
	502:  {LayerEdge, "", "Cloudflare got no usable answer from what stands behind it", []int{502}},
	503:  {LayerEdge, "", "Cloudflare could not serve the request", []int{503}},
	504:  {LayerEdge, "", "what stands behind Cloudflare took too long", []int{504}},
}

// code returns the row of an error code. Snippets have 1201 to 1206; every code
// that the table does not name is of the edge.
func code(n int) errorCode {
	c, ok := errorCodes[n]
	switch {
	case ok:
	case n >= 1201 && n <= 1206:
		c = errorCode{LayerWorker, "Snippet failed (error " + strconv.Itoa(n) + ")", "a Snippet of the zone failed", nil}
	default:
		c = errorCode{layer: LayerEdge, means: "Cloudflare could not serve the request"}
	}
	if c.product == "" {
		c.product = "error " + strconv.Itoa(n)
	}
	return c
}

// known says whether a number is one that Cloudflare uses for its own errors.
func knownCode(n int) bool {
	_, ok := errorCodes[n]
	return ok || n >= 1000 && n < 1300 || n >= 520 && n <= 530
}
