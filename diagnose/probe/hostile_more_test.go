package probe

import (
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"corstui/diagnose/exchange"
)

// Header names come from peers too.
func TestHostileNamesOfHeaders(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"
	for _, p := range []peer{
		{name: "an escape sequence", serve: say(ok + "X-\x1b[2J: 1\r\n\r\n"), ok: status(200)},
		{name: "bidi", serve: say(ok + "X-\u202e: 1\r\n\r\n"), ok: status(200)},
		{name: "no UTF-8", serve: say(ok + "X-\xff: 1\r\n\r\n"), ok: status(200)},
		{name: "a space", serve: say(ok + "X Y: 1\r\n\r\n"), ok: status(200)},
		{name: "no name", serve: say(ok + ": 1\r\n\r\n"), ok: status(200)},
		{name: "no colon", serve: say(ok + "X\r\n\r\n"), ok: status(200)},
		{name: "a colon alone, ten thousand times", serve: say(ok + strings.Repeat(":\r\n", 10_000) + "\r\n"), ok: status(200)},
		{name: "folded lines", serve: say(ok + "X: 1\r\n 2\r\n\t3\r\n\r\n"), ok: status(200)},
	} {
		t.Run(p.name, func(t *testing.T) {
			addr := listenRaw(t, func(nc net.Conn) {
				readRequest(nc)
				p.serve(nc)
			})
			url := "http://" + addr + "/"
			x := newClient(t, Network{}).RoundTrip(within(t, 10*time.Second), exchange.PurposeGet, get(url))
			if (x.Response == nil) == (x.Failure == nil) {
				t.Fatalf("want a response or a failure: %+v, %+v", x.Response, x.Failure)
			}
			if x.Failure != nil {
				if why := harmful(x.Failure.Message); why != "" {
					t.Error(why)
				}
				return
			}
			for _, h := range x.Response.Headers {
				if strings.ContainsAny(h.Name, " \r\n:") || h.Name == "" {
					t.Errorf("a header's name is %q", h.Name)
				}
			}
		})
	}
}

// openFiles counts the descriptors of this process.
func openFiles(t *testing.T) int {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("no /proc here")
	}
	return len(list)
}

// Goroutines that stay are found at the end of all tests; this finds descriptors.
func TestNoPeerLeavesADescriptorBehind(t *testing.T) {
	kinds := []func(net.Conn){
		func(net.Conn) {}, reset, waitGone, say("HTTP/1.1 20"), say("\x15\x03\x01\x00\x02\x02\x46"),
		forever("HTTP/1.1 200 OK\r\n", "X-Again: and again\r\n"), forever("HTTP/1.1 200 OK\r\n\r\n", strings.Repeat("b", 64<<10)),
		say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), say("HTTP/1.1 101 Switching Protocols\r\n\r\n"),
		say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
	}
	round := func() {
		for _, serve := range kinds {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			done := make(chan struct{})
			go func() {
				defer close(done)
				for {
					nc, err := l.Accept()
					if err != nil {
						return
					}
					go func() {
						defer nc.Close()
						readRequest(nc)
						serve(nc)
					}()
				}
			}()
			for _, scheme := range []string{"http://", "https://"} {
				c, err := NewClient(Network{})
				if err != nil {
					t.Fatal(err)
				}
				c.RoundTrip(within(t, 50*time.Millisecond), exchange.PurposeGet, get(scheme+l.Addr().String()+"/"))
				c.Close()
			}
			_ = l.Close()
			<-done
		}
	}
	round()
	before := openFiles(t)
	for range 3 {
		round()
	}
	for wait := time.Now().Add(10 * time.Second); openFiles(t) > before+5 && time.Now().Before(wait); {
		time.Sleep(20 * time.Millisecond)
	}
	if after := openFiles(t); after > before+5 {
		t.Errorf("%d descriptors are open, %d before", after, before)
	}
}
