package probe

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"corstui/diagnose/exchange"
)

// h2peer speaks HTTP/2 frame by frame.
type h2peer struct {
	*http2.Framer
	nc     net.Conn
	stream uint32
}

// accept reads the preface and the first request.
func (h *h2peer) accept() bool {
	buf := make([]byte, len(http2.ClientPreface))
	if _, err := io.ReadFull(h.nc, buf); err != nil {
		return false
	}
	_ = h.WriteSettings()
	for {
		f, err := h.ReadFrame()
		if err != nil {
			return false
		}
		if hf, ok := f.(*http2.HeadersFrame); ok {
			h.stream = hf.StreamID
			return true
		}
	}
}

// headers writes a HEADERS frame of "name", "value" pairs.
func (h *h2peer) headers(end bool, pairs ...string) {
	var b bytes.Buffer
	e := hpack.NewEncoder(&b)
	for i := 0; i < len(pairs); i += 2 {
		_ = e.WriteField(hpack.HeaderField{Name: pairs[i], Value: pairs[i+1]})
	}
	_ = h.WriteHeaders(http2.HeadersFrameParam{StreamID: h.stream, BlockFragment: b.Bytes(), EndHeaders: true, EndStream: end})
}

// drain answers nothing and reads until the client is gone.
func (h *h2peer) drain() {
	for {
		if _, err := h.ReadFrame(); err != nil {
			return
		}
	}
}

func listenH2(t *testing.T, serve func(*h2peer)) (addr string, n Network, conns *atomic.Int64) {
	ca := newCA()
	conns = new(atomic.Int64)
	addr = listenTLS(t, ca.config(t, "h2"), func(nc net.Conn) {
		conns.Add(1)
		if nc.(*tls.Conn).Handshake() != nil {
			return
		}
		h := &h2peer{Framer: http2.NewFramer(nc, nc), nc: nc}
		h.AllowIllegalWrites = true
		if h.accept() {
			serve(h)
		}
	})
	return addr, Network{CAPEM: caPEM(ca.cert)}, conns
}

func TestPeersOverHTTP2(t *testing.T) {
	flood := func(write func(*h2peer) error) func(*h2peer) {
		return func(h *h2peer) {
			go h.drain()
			for write(h) == nil {
			}
		}
	}
	for _, tt := range []struct {
		peer
		serve func(*h2peer)
	}{
		{peer{name: "answers", ok: header("x-a", "1, 2")}, func(h *h2peer) { h.headers(true, ":status", "200", "x-a", "1", "x-a", "2"); h.drain() }},
		{peer{name: "says GOAWAY to every request", phase: exchange.FailureProtocol, says: "GOAWAY"}, func(h *h2peer) { _ = h.WriteGoAway(0, http2.ErrCodeNo, []byte("\x1b[2Jdebug")) }},
		{peer{name: "says GOAWAY with an error", phase: exchange.FailureProtocol, says: "HTTP answer"}, func(h *h2peer) { _ = h.WriteGoAway(h.stream, http2.ErrCodeProtocol, []byte("\x1b[2J")) }},
		{peer{name: "resets every request", phase: exchange.FailureProtocol, says: "broke off"}, func(h *h2peer) { _ = h.WriteRSTStream(h.stream, http2.ErrCodeProtocol); h.drain() }},
		{peer{name: "refuses every request", phase: exchange.FailureProtocol, says: "REFUSED_STREAM"}, func(h *h2peer) { _ = h.WriteRSTStream(h.stream, http2.ErrCodeRefusedStream); h.drain() }},
		{peer{name: "wants HTTP/1.1", phase: exchange.FailureProtocol, says: "HTTP"}, func(h *h2peer) { _ = h.WriteRSTStream(h.stream, http2.ErrCodeHTTP11Required); h.drain() }},
		{peer{name: "closes", phase: exchange.FailureProtocol, says: "onnection"}, func(*h2peer) {}},
		{peer{name: "says nothing", phase: exchange.FailureTimeout, says: "no complete answer", hangs: true}, func(h *h2peer) { h.drain() }},
		{peer{name: "sends no status", phase: exchange.FailureProtocol, says: "answer"}, func(h *h2peer) { h.headers(true, "x-a", "1"); h.drain() }},
		{peer{name: "sends status 99999999999", phase: exchange.FailureProtocol, says: "answer"}, func(h *h2peer) { h.headers(true, ":status", "99999999999"); h.drain() }},
		{peer{name: "sends status 600", ok: status(600)}, func(h *h2peer) { h.headers(true, ":status", "600"); h.drain() }},
		{peer{name: "sends 1xx without end", phase: exchange.FailureProtocol, says: "interim"}, flood(func(h *h2peer) error {
			h.headers(false, ":status", "103", "link", "</x>")
			_, err := h.nc.Write(nil)
			return err
		})},
		{peer{name: "sends a header of 1 MB", phase: exchange.FailureProtocol, says: "HTTP"}, func(h *h2peer) {
			var b bytes.Buffer
			e := hpack.NewEncoder(&b)
			_ = e.WriteField(hpack.HeaderField{Name: ":status", Value: "200"})
			for i := range 16 {
				_ = e.WriteField(hpack.HeaderField{Name: fmt.Sprintf("x-%d", i), Value: strings.Repeat("\xff", 1<<16)})
			}
			rest := b.Bytes()
			_ = h.WriteHeaders(http2.HeadersFrameParam{StreamID: h.stream, BlockFragment: rest[:16000]})
			for rest = rest[16000:]; len(rest) > 16000; rest = rest[16000:] {
				_ = h.WriteContinuation(h.stream, false, rest[:16000])
			}
			_ = h.WriteContinuation(h.stream, true, rest)
			h.drain()
		}},
		{peer{name: "floods CONTINUATION", phase: exchange.FailureTimeout, hangs: true}, func(h *h2peer) {
			_ = h.WriteHeaders(http2.HeadersFrameParam{StreamID: h.stream})
			flood(func(h *h2peer) error { return h.WriteContinuation(h.stream, false, nil) })(h)
		}},
		{peer{name: "floods SETTINGS", phase: exchange.FailureTimeout, hangs: true}, flood(func(h *h2peer) error { return h.WriteSettings() })},
		{peer{name: "floods PING", phase: exchange.FailureTimeout, hangs: true}, flood(func(h *h2peer) error { return h.WritePing(false, [8]byte{}) })},
		{peer{name: "floods empty DATA", hangs: true, ok: func(r *exchange.Response) string { return status(200)(r) + bodyError("time")(r) }}, func(h *h2peer) {
			h.headers(false, ":status", "200")
			flood(func(h *h2peer) error { return h.WriteData(h.stream, false, nil) })(h)
		}},
		{peer{name: "sends frames of rubbish", phase: exchange.FailureProtocol, says: "HTTP"}, func(h *h2peer) { say("\x00\x00\x01\x01\x04\x00\x00\x00\x00\xff")(h.nc); h.drain() }},
		{peer{name: "speaks HTTP/1.1 inside", phase: exchange.FailureProtocol, says: "answer"}, func(h *h2peer) { say("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")(h.nc); h.drain() }},
		{peer{name: "sends a control byte in a value", phase: exchange.FailureProtocol, says: "HTTP"}, func(h *h2peer) { h.headers(true, ":status", "200", "x-a", "a\x0bb"); h.drain() }},
		{peer{name: "sends an upper-case name", phase: exchange.FailureProtocol, says: "HTTP"}, func(h *h2peer) { h.headers(true, ":status", "200", "X-A", "1"); h.drain() }},
		{peer{name: "sends high bytes in a value", ok: header("x-a", "caf\xe9\u202e")}, func(h *h2peer) { h.headers(true, ":status", "200", "x-a", "caf\xe9\u202e"); h.drain() }},
		{peer{name: "pushes", phase: exchange.FailureProtocol, says: "HTTP"}, func(h *h2peer) {
			_ = h.WritePushPromise(http2.PushPromiseParam{StreamID: h.stream, PromiseID: 2, EndHeaders: true})
			h.drain()
		}},
		{peer{name: "breaks off the body", ok: bodyError("broke")}, func(h *h2peer) {
			h.headers(false, ":status", "200")
			_ = h.WriteData(h.stream, false, []byte("half"))
			_ = h.WriteRSTStream(h.stream, http2.ErrCodeInternal)
			h.drain()
		}},
		{peer{name: "sends half a body and hangs", ok: body("half", true), hangs: true}, func(h *h2peer) {
			h.headers(false, ":status", "200")
			_ = h.WriteData(h.stream, false, []byte("half"))
			h.drain()
		}},
		{peer{name: "allows no streams", phase: exchange.FailureTimeout, hangs: true}, func(h *h2peer) {
			_ = h.WriteSettings(http2.Setting{ID: http2.SettingMaxConcurrentStreams, Val: 0})
			h.drain()
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			addr, n, conns := listenH2(t, tt.serve)
			c := newClient(t, n)
			tt.check(t, c, "https://"+addr+"/")
			if got := conns.Load(); got > maxAttempts {
				t.Errorf("%d connections for one request", got)
			}
		})
	}
}

func TestASessionStopsDialling(t *testing.T) {
	addr, n, conns := listenH2(t, func(h *h2peer) { _ = h.WriteGoAway(0, http2.ErrCodeNo, nil) })
	s := newClient(t, n).Session()
	var last exchange.Exchange
	for range maxDials/maxAttempts + 5 {
		last = s.RoundTrip(within(t, 10*time.Second), exchange.PurposeGet, get("https://"+addr+"/"))
	}
	peer{phase: exchange.FailureProtocol, says: "connections were opened"}.judge(t, last)
	if got := conns.Load(); got > maxDials {
		t.Errorf("%d connections", got)
	}
}
