package probe

import "time"

// What one exchange may cost, whatever the peer does. The whole diagnosis has
// one deadline besides, the context's.
const (
	// maxHead bounds the bytes of a response's head, interim answers included.
	// It is Chromium's own bound (HttpStreamParser::kMaxHeaderBufSize).
	maxHead = 256 << 10
	// maxBody is what is kept of a body, after content decoding.
	maxBody = 256 << 10
	// maxRawBody is what is read of a body before content decoding, at most.
	maxRawBody = 1 << 20
	// maxDrain is what is read beyond a kept body so that its connection can be
	// used again.
	maxDrain = 64 << 10
	// maxInterim is how many 1xx answers may come before the final one.
	maxInterim = 16
	// maxCodings is how many content codings may be stacked.
	maxCodings = 3
	// maxAttempts is how often one request is put on a wire: again only where
	// the peer closed a connection that was being used again, or said itself
	// that it did not look at the request.
	maxAttempts = 3
	// maxDials bounds the connections that one session opens.
	maxDials = 96

	// largeRequest is what is written beside the waiting for an answer.
	largeRequest = 16 << 10

	maxReason  = 200 // bytes kept of a reason phrase
	maxIssuer  = 300 // bytes kept of an issuer's name
	maxMessage = 600 // bytes of a failure's message
)

// How long parts of an exchange may take within the deadline of the context.
const (
	// bodyIdle ends the reading of a body that pauses: the headers decide the
	// verdict, and an event stream never ends.
	bodyIdle = time.Second
	// bodyTotal ends the reading of a body that trickles.
	bodyTotal = 3 * time.Second
	// streamIdle takes the place of bodyIdle where the type says that the body
	// is a stream of events.
	streamIdle = 150 * time.Millisecond
	// probeTime bounds one probe where the server answers others quickly.
	probeTime = 5 * time.Second
	// idleTime is how long an unused connection is kept.
	idleTime = 30 * time.Second
)

// Connections of a Client.
const (
	// maxIdle bounds the unused connections that a Client keeps, of all hosts.
	maxIdle = 128
	// hostConcurrency is how many probes of one plan are under way to one host
	// at a time.
	hostConcurrency = 16
)

// bounded cuts s to n bytes.
func bounded(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xc0 == 0x80 {
		n--
	}
	return s[:n] + "…"
}
