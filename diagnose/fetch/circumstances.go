package fetch

import (
	"strings"

	"corstui/diagnose/exchange"
)

// streamTrigger is the preflight's reason of a body that is a stream: the
// standard sets the use-CORS-preflight flag.
var streamTrigger = Trigger{Kind: "stream", Name: "ReadableStream",
	Why:   "the body is a ReadableStream, and a body that is sent once needs leave first",
	Avoid: "Send the body as a string, a Blob or an ArrayBuffer where it fits into memory."}

// stringifiedStream is what String() makes of a stream.
const stringifiedStream = "[object ReadableStream]"

// streamBody is the part of the Request constructor for a body without a source.
func (r *run) streamBody() bool {
	switch {
	case r.has(devStreamThrows):
		return r.refuse(failure{cause: causeLocalStream})
	case r.has(devStreamStringified):
		r.body = stringifiedStream
		return true
	case r.c.Mode != exchange.ModeCORS && r.c.Mode != exchange.ModeSameOrigin:
		return r.refuse(failure{cause: causeLocalStreamMode})
	}
	r.stream, r.flagged = true, true
	return true
}

// isHTTP1 says whether an answer came over HTTP/1, which carries no streamed
// body (Fetch Standard, HTTP-network fetch).
func isHTTP1(proto string) bool { return strings.HasPrefix(proto, "HTTP/1") }

// streamCause is why a streamed body cannot go over HTTP/1: TLS did not agree on
// another version, or there was none to agree by.
func (r *run) streamCause() cause {
	if r.cur.Scheme == "http" {
		return causeStreamPlain
	}
	return causeStreamALPN
}

// kindLocalNetwork is the LocalBlock's kind of a request that is refused on its
// way, although nothing is sent.
const kindLocalNetwork = "local-network"

// localNetwork is the check of Local Network Access for a target of a less public
// space than the page's. Engines make it when they are connected, before
// anything is sent.
func (r *run) localNetwork() bool {
	if !r.has(devLocalNetworkAccess) {
		return true
	}
	insecure := r.page.Scheme == "http" && !isLoopbackHost(r.page.Host)
	switch {
	case insecure && r.has(devLocalNetworkSecureOnly):
		return r.refuse(failure{cause: causeLocalNetworkInsecure, url: r.cur})
	case r.c.LocalNetwork.Permission == exchange.PermissionGranted:
		return true
	}
	return r.refuse(failure{cause: causeLocalNetworkDenied, url: r.cur})
}

// localMixedCause tells mixed content of an element from that of fetch().
func (r *run) localMixedCause() cause {
	if r.c.Initiator == exchange.InitiatorLink {
		return causeLocalMixedLink
	}
	return causeLocalMixed
}

// The events of an element.
const (
	eventLoad  = "load"
	eventError = "error"
)

// event is what a link element fires for the outcome of this run.
func (r *run) event() string {
	loaded := !r.failure.failed
	switch {
	case loaded && (r.status < 200 || r.status > 299):
		loaded = !r.has(devPreloadErrorOnStatus)
	case !loaded && (r.failure.kind() == "" || r.failure.kind() == kindLocalNetwork):
		loaded = r.has(devPreloadLoadsAnyway)
	}
	if loaded {
		return eventLoad
	}
	return eventError
}
