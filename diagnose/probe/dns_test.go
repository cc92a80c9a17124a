package probe

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// dnsAnswer is what the test's DNS server says about a name; a name that it
// does not have does not exist.
type dnsAnswer struct {
	a, aaaa string
	rcode   int
	hang    bool // answers only after the test's deadline
}

// serveDNS answers on loopback and returns a resolver that asks there alone.
func serveDNS(t *testing.T, zone map[string]dnsAnswer) *net.Resolver {
	t.Helper()
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 1500)
		for {
			n, from, err := pc.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			reply, late := answerDNS(&m, zone)
			wg.Go(func() {
				if late {
					time.Sleep(3 * hang)
				}
				_, _ = pc.WriteTo(reply, from)
			})
		}
	}()
	t.Cleanup(func() {
		_ = pc.SetReadDeadline(time.Now()) // no more questions
		<-done
		wg.Wait()
		_ = pc.Close()
	})
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", pc.LocalAddr().String())
	}}
}

func answerDNS(m *dnsmessage.Message, zone map[string]dnsAnswer) (reply []byte, late bool) {
	q := m.Questions[0]
	a, ok := zone[q.Name.String()]
	r := dnsmessage.Message{Header: dnsmessage.Header{ID: m.ID, Response: true, RecursionAvailable: true}, Questions: m.Questions}
	r.RCode = dnsmessage.RCode(a.rcode)
	if !ok {
		r.RCode = dnsmessage.RCodeNameError
	}
	h := dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 1}
	switch {
	case q.Type == dnsmessage.TypeA && a.a != "":
		r.Answers = append(r.Answers, dnsmessage.Resource{Header: h, Body: &dnsmessage.AResource{A: netip.MustParseAddr(a.a).As4()}})
	case q.Type == dnsmessage.TypeAAAA && a.aaaa != "":
		r.Answers = append(r.Answers, dnsmessage.Resource{Header: h, Body: &dnsmessage.AAAAResource{AAAA: netip.MustParseAddr(a.aaaa).As16()}})
	}
	reply, _ = r.Pack()
	return reply, a.hang
}
