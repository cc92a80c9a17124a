package probe

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"corstui/diagnose/exchange"
)

// hang is the deadline of exchanges that hang; slack is what may pass beyond a
// deadline on a busy machine.
const (
	hang  = 400 * time.Millisecond
	slack = 8 * time.Second
)

// peer is one behaviour of a server and what must come of it.
type peer struct {
	name  string
	serve func(net.Conn) // after the request was read, unless early
	early bool           // serve runs before any request is read
	// What must come: a failure of that phase whose message contains says, or,
	// without phase, a response that ok accepts.
	phase exchange.FailurePhase
	says  string
	ok    func(*exchange.Response) string
	hangs bool // ends with the deadline
}

func say(s string) func(net.Conn) {
	return func(nc net.Conn) { _, _ = io.WriteString(nc, s) }
}

// forever writes s until the peer is gone.
func forever(first, s string) func(net.Conn) {
	return func(nc net.Conn) {
		_, err := io.WriteString(nc, first)
		for err == nil {
			_, err = io.WriteString(nc, s)
		}
	}
}

// drip writes s byte by byte.
func drip(s string, every time.Duration) func(net.Conn) {
	return func(nc net.Conn) {
		for i := range len(s) {
			if _, err := nc.Write([]byte{s[i]}); err != nil {
				return
			}
			time.Sleep(every)
		}
		waitGone(nc)
	}
}

func waitGone(nc net.Conn) {
	buf := make([]byte, 512)
	for {
		if _, err := nc.Read(buf); err != nil {
			return
		}
	}
}

func reset(nc net.Conn) {
	if t, ok := nc.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
	_ = nc.Close()
}

func body(want string, truncated bool) func(*exchange.Response) string {
	return func(r *exchange.Response) string {
		if r.Body != want || r.BodyTruncated != truncated {
			return fmt.Sprintf("body %.60q truncated %v, error %q; want %.60q, %v", r.Body, r.BodyTruncated, r.BodyError, want, truncated)
		}
		return ""
	}
}

func bodyError(says string) func(*exchange.Response) string {
	return func(r *exchange.Response) string {
		if !strings.Contains(r.BodyError, says) {
			return fmt.Sprintf("body error %q, want %q", r.BodyError, says)
		}
		return ""
	}
}

func status(want int) func(*exchange.Response) string {
	return func(r *exchange.Response) string {
		if r.Status != want {
			return fmt.Sprintf("status %d, want %d", r.Status, want)
		}
		return ""
	}
}

func header(name, want string) func(*exchange.Response) string {
	return func(r *exchange.Response) string {
		if got, ok := r.Headers.Get(name); !ok || got != want {
			return fmt.Sprintf("%s is %q, want %q", name, got, want)
		}
		return ""
	}
}

// bomb is n zero bytes, compressed.
func bomb(n int, w func(io.Writer) io.WriteCloser) string {
	var b bytes.Buffer
	c := w(&b)
	zero := make([]byte, 1<<16)
	for range n / len(zero) {
		_, _ = c.Write(zero)
	}
	_ = c.Close()
	return b.String()
}

func toGzip(w io.Writer) io.WriteCloser   { return gzip.NewWriter(w) }
func toBrotli(w io.Writer) io.WriteCloser { return brotli.NewWriterLevel(w, 5) }
func toZstd(w io.Writer) io.WriteCloser   { z, _ := zstd.NewWriter(w); return z }

func encoded(coding, b string) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\nContent-Length: %d\r\n\r\n%s", coding, len(b), b)
}

func TestPeersOverHTTP1(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\n"
	kept := func(r *exchange.Response) string {
		if len(r.Body) != maxBody || !r.BodyTruncated {
			return fmt.Sprintf("%d bytes kept, truncated %v, error %q", len(r.Body), r.BodyTruncated, r.BodyError)
		}
		return ""
	}
	peers := []peer{
		{name: "closes at once", early: true, serve: func(net.Conn) {}, phase: exchange.FailureProtocol, says: "the connection"},
		{name: "closes after the request", serve: func(net.Conn) {}, phase: exchange.FailureProtocol, says: "the connection"},
		{name: "resets after the request", serve: reset, phase: exchange.FailureProtocol, says: "reset"},
		{name: "says nothing", serve: waitGone, phase: exchange.FailureTimeout, says: "gave no complete answer", hangs: true},
		{name: "never reads", early: true, serve: func(nc net.Conn) { time.Sleep(hang * 2) }, phase: exchange.FailureTimeout, hangs: true},
		{name: "drips its head", serve: drip(ok+strings.Repeat("X", 1000), 20*time.Millisecond), phase: exchange.FailureTimeout, hangs: true},
		{name: "closes in the status line", serve: say("HTTP/1.1 20"), phase: exchange.FailureProtocol, says: "middle of the response's head"},
		{name: "closes in the headers", serve: say(ok + "X-A: 1\r\n"), phase: exchange.FailureProtocol, says: "middle of the response's head"},
		{name: "speaks SSH", early: true, serve: say("SSH-2.0-OpenSSH_9.6\r\n"), phase: exchange.FailureProtocol, says: "not an HTTP response"},
		{name: "speaks HTTP/0.9", serve: say("<html>hello</html>"), phase: exchange.FailureProtocol, says: "not an HTTP response"},
		{name: "answers with a TLS alert", serve: say("\x15\x03\x01\x00\x02\x02\x46"), phase: exchange.FailureProtocol, says: "not an HTTP response"},
		{name: "answers with HTTP/2", serve: say("\x00\x00\x00\x04\x00\x00\x00\x00\x00"), phase: exchange.FailureProtocol, says: "not an HTTP response"},
		{name: "sends random bytes forever", serve: forever("", strings.Repeat("\xff\x00\x7f", 1000)), phase: exchange.FailureProtocol, says: "not an HTTP response"},
		{name: "sends a line without end", serve: forever(ok+"X-Long: ", strings.Repeat("a", 4096)), phase: exchange.FailureProtocol, says: "larger than 256 KiB"},
		{name: "sends headers without end", serve: forever(ok, "X-Again: and again\r\n"), phase: exchange.FailureProtocol, says: "larger than 256 KiB"},
		{name: "sends a header of 1 MB", serve: say(ok + "X-Big: " + strings.Repeat("a", 1<<20) + "\r\n\r\n"), phase: exchange.FailureProtocol, says: "larger than 256 KiB"},
		{name: "sends a header of 200 KB", serve: say(ok + "X-Big: " + strings.Repeat("a", 200<<10) + "\r\nContent-Length: 0\r\n\r\n"), ok: status(200)},
		{name: "sends a reason phrase of 100 KB", serve: say("HTTP/1.1 200 " + strings.Repeat("\x1b]0;title\x07", 10_000) + "\r\nContent-Length: 0\r\n\r\n"), ok: func(r *exchange.Response) string {
			if len(r.Reason) > maxReason+8 {
				return fmt.Sprintf("reason of %d bytes", len(r.Reason))
			}
			return harmful(r.Reason)
		}},
		{name: "sends 10,000 headers", serve: say(ok + strings.Repeat("X-N: 1\r\n", 10_000) + "Content-Length: 0\r\n\r\n"), ok: status(200)},
		{name: "sends status 600", serve: say("HTTP/1.1 600 Odd\r\nContent-Length: 0\r\n\r\n"), ok: status(600)},
		{name: "sends status 99999999999", serve: say("HTTP/1.1 99999999999 Odd\r\n\r\n"), phase: exchange.FailureProtocol, says: "three digits"},
		{name: "sends status -1", serve: say("HTTP/1.1 -1 Odd\r\n\r\n"), phase: exchange.FailureProtocol, says: "three digits"},
		{name: "sends no status", serve: say("HTTP/1.1 \r\n\r\n"), phase: exchange.FailureProtocol, says: "three digits"},
		{name: "sends a NUL in a header", serve: say(ok + "X-A: a\x00b\r\n\r\n"), phase: exchange.FailureProtocol, says: "NUL"},
		{name: "sends HTTP/9.9", serve: say("HTTP/9.9 200 OK\r\nContent-Length: 0\r\n\r\n"), ok: status(200)},
		{name: "sends no reason phrase", serve: say("HTTP/1.1 204\r\n\r\n"), ok: status(204)},
		{name: "ends lines with LF", serve: say("HTTP/1.1 200 OK\nX-A: 1\nContent-Length: 0\n\n"), ok: header("X-A", "1")},
		{name: "sends 1xx without end", serve: forever("", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"), phase: exchange.FailureProtocol, says: "interim answers"},
		{name: "sends three 1xx first", serve: say(strings.Repeat("HTTP/1.1 100 Continue\r\nX-A: no\r\n\r\n", 3) + ok + "X-A: yes\r\nContent-Length: 0\r\n\r\n"), ok: header("X-A", "yes")},
		{name: "switches protocols and goes on", serve: forever("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", "never read"), ok: status(101)},
		{name: "switches protocols and hangs", serve: func(nc net.Conn) {
			say("HTTP/1.1 101 Switching Protocols\r\n\r\n")(nc)
			waitGone(nc)
		}, ok: status(101)},
		{name: "sends two sizes", serve: say(ok + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nxy"), phase: exchange.FailureProtocol, says: "Content-Length"},
		{name: "sends a size that is none", serve: say(ok + "Content-Length: many\r\n\r\nxy"), ok: body("xy", false)},
		{name: "sends a negative size", serve: say(ok + "Content-Length: -5\r\n\r\nxy"), ok: body("xy", false)},
		{name: "announces more than it sends", serve: say(ok + "Content-Length: 100\r\n\r\nxy"), ok: bodyError("before its announced end")},
		{name: "sends more than it announced", serve: say(ok + "Content-Length: 2\r\n\r\nxyz"), ok: body("xy", false)},
		{name: "sends chunks that are none", serve: say(ok + "Transfer-Encoding: chunked\r\n\r\nzz\r\nxy\r\n"), ok: bodyError("malformed")},
		{name: "sends half of its chunks", serve: say(ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nab"), ok: bodyError("before its announced end")},
		{name: "sends a chunk of 2^63 bytes", serve: say(ok + "Transfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\nab"), ok: bodyError("before its announced end")},
		{name: "sends a trailer with CORS headers", serve: say(ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nxy\r\n0\r\nAccess-Control-Allow-Origin: *\r\n\r\n"), ok: func(r *exchange.Response) string {
			if r.Headers.Has("Access-Control-Allow-Origin") {
				return "a trailer counts as a header"
			}
			return body("xy", false)(r)
		}},
		{name: "sends a trailer without end", serve: forever(ok+"Transfer-Encoding: chunked\r\n\r\n2\r\nxy\r\n0\r\n", "X-T: 1\r\n"), ok: bodyError("malformed")},
		{name: "sends a chunk extension without end", serve: forever(ok+"Transfer-Encoding: chunked\r\n\r\n5;x=", strings.Repeat("y", 4096)), ok: bodyError("malformed")},
		{name: "resets in mid-body", serve: func(nc net.Conn) {
			_, _ = io.WriteString(nc, ok+"Content-Length: 100\r\n\r\nxy")
			time.Sleep(50 * time.Millisecond)
			reset(nc)
		}, ok: bodyError("broke while the body came")},
		{name: "lists 100,000 headers in one", serve: say(ok + "Access-Control-Allow-Headers: " + strings.Repeat("a,", 100_000) + "\r\nContent-Length: 0\r\n\r\n"), ok: status(200)},
		{name: "sends a body without end", serve: forever(ok+"\r\n", strings.Repeat("b", 64<<10)), ok: kept},
		{name: "sends chunks without end", serve: forever(ok+"Transfer-Encoding: chunked\r\n\r\n", strings.Repeat("4\r\naaaa\r\n", 1000)), ok: kept},
		{name: "sends half a body and hangs", serve: func(nc net.Conn) {
			say(ok + "Content-Length: 100\r\n\r\nhalf")(nc)
			waitGone(nc)
		}, ok: body("half", true), hangs: true},
		{name: "drips its body", serve: func(nc net.Conn) {
			say(ok + "\r\n")(nc)
			drip(strings.Repeat("d", 1000), 5*time.Millisecond)(nc)
		}, ok: bodyError("time"), hangs: true},
		{name: "streams events", serve: func(nc net.Conn) {
			say(ok + "Content-Type: text/event-stream\r\n\r\ndata: 1\n\n")(nc)
			waitGone(nc)
		}, ok: body("data: 1\n\n", true)},
		{name: "sends a gzip bomb", serve: say(encoded("gzip", bomb(24<<20, toGzip))), ok: kept},
		{name: "sends a brotli bomb", serve: say(encoded("br", bomb(24<<20, toBrotli))), ok: kept},
		{name: "sends a zstd bomb", serve: say(encoded("zstd", bomb(24<<20, toZstd))), ok: kept},
		{name: "sends a bomb in a bomb", serve: say(encoded("gzip, gzip", func() string {
			var b bytes.Buffer
			w := gzip.NewWriter(&b)
			_, _ = io.WriteString(w, bomb(24<<20, toGzip))
			_ = w.Close()
			return b.String()
		}())), ok: kept},
		{name: "stacks ten codings", serve: say(encoded(strings.Repeat("gzip, ", 9)+"gzip", "xx")), ok: bodyError("10 content codings")},
		{name: "sends gzip that is none", serve: say(encoded("gzip", "plain text")), ok: bodyError("not the gzip")},
		{name: "sends zstd that is none", serve: say(encoded("zstd", "plain text")), ok: bodyError("cannot be decoded")},
		{name: "sends brotli that is none", serve: say(encoded("br", "plain text")), ok: bodyError("cannot be decoded")},
		{name: "sends deflate that is none", serve: say(encoded("deflate", "")), ok: body("", false)},
		{name: "sends a coding that nobody knows", serve: say(encoded("rot13", "uryyb")), ok: body("uryyb", false)},
		{name: "cuts gzip short", serve: say(encoded("gzip", bomb(1<<20, toGzip)[:40])), ok: bodyError("cannot be decoded")},
		{name: "sends gzip with a 304", serve: say("HTTP/1.1 304 Not Modified\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\n"), ok: status(304)},
		{name: "sends invalid UTF-8 and escapes in values", serve: say(ok + "X-A: \xff\x1b[2J\u202e\r\nContent-Length: 0\r\n\r\n"), ok: header("X-A", "\xff\x1b[2J\u202e")},
		{name: "injects a header by CR", serve: say(ok + "X-A: 1\rX-B: 2\r\nContent-Length: 0\r\n\r\n"), ok: header("X-B", "2")},
		{name: "sends a second answer nobody asked for", serve: say(ok + "Content-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nX-Evil: 1\r\nContent-Length: 0\r\n\r\n"), ok: body("ok", false)},
		{name: "answers before the request", early: true, serve: func(nc net.Conn) {
			say(ok + "Content-Length: 2\r\n\r\nhi")(nc)
			waitGone(nc)
		}, ok: body("hi", false)},
	}
	for _, p := range peers {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			addr := listenRaw(t, func(nc net.Conn) {
				if !p.early {
					readRequest(nc)
				}
				p.serve(nc)
			})
			p.check(t, newClient(t, Network{}), "http://"+addr+"/")
		})
	}
}

// check sends one request and judges what came of it.
func (p peer) check(t *testing.T, c *Client, url string) {
	t.Helper()
	d := 10 * time.Second
	if p.hangs {
		d = hang
		if p.phase == "" {
			d *= 3 // the head must be there by then
		}
	}
	start := time.Now()
	x := c.Session(url).RoundTrip(within(t, d), exchange.PurposeGet, get(url))
	if took := time.Since(start); took > d+slack {
		t.Errorf("took %v with a deadline of %v", took, d)
	}
	p.judge(t, x)
}

func (p peer) judge(t *testing.T, x exchange.Exchange) {
	t.Helper()
	if (x.Response == nil) == (x.Failure == nil) {
		t.Fatalf("want a response or a failure: %+v, %+v", x.Response, x.Failure)
	}
	if p.phase == "" {
		r := want(t, x)
		if why := p.ok(r); why != "" {
			t.Error(why)
		}
		for _, s := range []string{r.Reason, r.TLSIssuer, r.BodyError} {
			if why := harmful(s); why != "" {
				t.Error(why)
			}
		}
		return
	}
	if x.Failure == nil {
		t.Fatalf("answered %+v; want a failure of phase %s", x.Response, p.phase)
	}
	if x.Failure.Phase != p.phase || !strings.Contains(x.Failure.Message, p.says) {
		t.Errorf("failure %+v; want phase %s, %q", *x.Failure, p.phase, p.says)
	}
	if why := harmful(x.Failure.Message); why != "" {
		t.Error(why)
	}
	if !strings.HasSuffix(x.Failure.Message, ".") {
		t.Errorf("message is no sentence: %q", x.Failure.Message)
	}
}

// harmful says whether a text for people holds what a terminal would obey.
func harmful(s string) string {
	for _, r := range s {
		if r < 0x20 || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r == 0xfffd {
			return fmt.Sprintf("%q holds %U", s, r)
		}
	}
	return ""
}

func TestPeersOverTLS(t *testing.T) {
	ca := newCA()
	hello := func(nc net.Conn) {
		readRequest(nc)
		say("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")(nc)
	}
	with := func(change func(*tls.Config), leaf func(*x509.Certificate)) *tls.Config {
		cfg := &tls.Config{Certificates: []tls.Certificate{ca.leaf(t, leaf)}}
		if change != nil {
			change(cfg)
		}
		return cfg
	}
	for _, tt := range []struct {
		cfg *tls.Config
		n   Network
		raw func(net.Conn) // instead of a TLS server
		peer
	}{
		{peer: peer{name: "good", ok: func(r *exchange.Response) string {
			if !strings.Contains(r.TLSIssuer, "Root") {
				return "issuer " + r.TLSIssuer
			}
			return ""
		}}, cfg: with(nil, nil)},
		{peer: peer{name: "unknown authority", phase: exchange.FailureTLS, says: "authority that is not trusted"}, cfg: with(nil, nil), n: Network{CAPEM: []byte(" ")}},
		{peer: peer{name: "unknown authority, insecure", ok: status(200)}, cfg: with(nil, nil), n: Network{CAPEM: []byte(" "), Insecure: true}},
		{peer: peer{name: "expired", phase: exchange.FailureTLS, says: "expired on"}, cfg: with(nil, func(c *x509.Certificate) {
			c.NotBefore, c.NotAfter = time.Now().Add(-48*time.Hour), time.Now().Add(-24*time.Hour)
		})},
		{peer: peer{name: "not yet valid", phase: exchange.FailureTLS, says: "valid only from"}, cfg: with(nil, func(c *x509.Certificate) { c.NotBefore = time.Now().Add(30 * time.Minute) })},
		{peer: peer{name: "wrong host", phase: exchange.FailureTLS, says: "it names other.example"}, cfg: with(nil, func(c *x509.Certificate) { c.DNSNames, c.IPAddresses = []string{"other.example"}, nil })},
		{peer: peer{name: "hostile names", phase: exchange.FailureTLS, says: `\x1b[2Jx`}, cfg: with(nil, func(c *x509.Certificate) { c.DNSNames, c.IPAddresses = []string{"\x1b[2Jx.example"}, nil })},
		{peer: peer{name: "a thousand names", phase: exchange.FailureTLS, says: "and 997 more"}, cfg: with(nil, func(c *x509.Certificate) {
			c.DNSNames, c.IPAddresses = nil, nil
			for i := range 1000 {
				c.DNSNames = append(c.DNSNames, fmt.Sprintf("h%d.example", i))
			}
		})},
		{peer: peer{name: "for clients", phase: exchange.FailureTLS, says: "not one for servers"}, cfg: with(nil, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} })},
		{peer: peer{name: "wants a client certificate, TLS 1.3", phase: exchange.FailureTLS, says: "client certificate"}, cfg: with(func(c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert }, nil)},
		{peer: peer{name: "wants a client certificate, HTTP/2", phase: exchange.FailureTLS, says: "client certificate"}, cfg: with(func(c *tls.Config) {
			c.ClientAuth, c.NextProtos = tls.RequireAnyClientCert, []string{"h2"}
		}, nil)},
		{peer: peer{name: "wants a client certificate, TLS 1.2", phase: exchange.FailureTLS, says: "client"}, cfg: with(func(c *tls.Config) {
			c.ClientAuth, c.MaxVersion = tls.RequireAnyClientCert, tls.VersionTLS12
		}, nil)},
		{peer: peer{name: "speaks TLS 1.1 at most", phase: exchange.FailureTLS, says: "no longer accept"}, cfg: with(func(c *tls.Config) {
			c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
		}, nil)},
		{peer: peer{name: "does not know the name", phase: exchange.FailureTLS, says: "TLS"}, cfg: &tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			return nil, fmt.Errorf("who?")
		}}},
		{peer: peer{name: "speaks plain HTTP on the TLS port", phase: exchange.FailureTLS, says: "does not speak TLS"}, raw: say("HTTP/1.1 400 Bad Request\r\n\r\n")},
		{peer: peer{name: "closes in the handshake", phase: exchange.FailureTLS, says: "connection during the TLS handshake"}, raw: func(nc net.Conn) { _, _ = nc.Read(make([]byte, 10_000)) }},
		{peer: peer{name: "resets in the handshake", phase: exchange.FailureTLS, says: "reset"}, raw: func(nc net.Conn) { _, _ = nc.Read(make([]byte, 10_000)); reset(nc) }},
		{peer: peer{name: "hangs in the handshake", phase: exchange.FailureTimeout, says: "TLS handshake", hangs: true}, raw: waitGone},
		{peer: peer{name: "sends rubbish in the handshake", phase: exchange.FailureTLS, says: "TLS"}, raw: func(nc net.Conn) {
			say("\x16\x03\x03\x00\x20" + strings.Repeat("\xff", 32))(nc)
			waitGone(nc)
		}},
		{peer: peer{name: "sends empty records without end", phase: exchange.FailureTLS, says: "TLS"}, raw: forever("", "\x16\x03\x03\x00\x00")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var addr string
			if tt.raw != nil {
				addr = listenRaw(t, tt.raw)
			} else {
				addr = listenTLS(t, tt.cfg, hello)
			}
			n := tt.n
			if n.CAPEM == nil {
				n.CAPEM = caPEM(ca.cert)
			} else {
				n.CAPEM = nil
			}
			tt.check(t, newClient(t, n), "https://"+addr+"/")
		})
	}
}

func TestNobodyListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	peer{phase: exchange.FailureConnect, says: "refused the connection"}.check(t, newClient(t, Network{}), "http://"+addr+"/")
}

func TestAnEndedContextIsNotTheServersFault(t *testing.T) {
	addr := listenRaw(t, waitGone)
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(50*time.Millisecond, cancel)
	x := newClient(t, Network{}).RoundTrip(ctx, exchange.PurposeGet, get("http://"+addr+"/"))
	peer{phase: exchange.FailureCanceled, says: "Canceled"}.judge(t, x)
}

func TestMessagesHoldNoSecret(t *testing.T) {
	const secret = "s3cr3t-v4lue"
	addr := listenRaw(t, func(nc net.Conn) {
		readRequest(nc)
		say("HTTP/1.1 200 OK\r\nSet-Cookie: a=" + secret + "\x00\r\n\r\n")(nc)
	})
	c := newClient(t, Network{})
	for name, r := range map[string]exchange.Request{
		"password in the URL":        get("http://user:" + secret + "@" + addr + "/?t=" + secret),
		"password in a broken URL":   get("http://user:" + secret + "@%zz/"),
		"secret in a broken header":  {URL: "http://" + addr, Headers: exchange.Headers{{Name: "Authorization", Value: secret + "\r\nX: y"}}},
		"secret in a header's name":  {URL: "http://" + addr, Headers: exchange.Headers{{Name: secret + " x", Value: "1"}}},
		"secret in the method":       {URL: "http://" + addr, Method: secret + " "},
		"secret in the port":         get("http://example.com:" + secret + "/"),
		"secret in an unknown shape": get(secret + "://x"),
	} {
		x := c.RoundTrip(within(t, 5*time.Second), exchange.PurposeGet, r)
		if x.Failure == nil {
			t.Errorf("%s: answered", name)
			continue
		}
		if strings.Contains(x.Failure.Message, secret) {
			t.Errorf("%s: %s", name, x.Failure.Message)
		}
	}
}
