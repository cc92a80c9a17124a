package main

import (
	"net"
	"testing"
)

// silentServer accepts connections and never says anything.
func silentServer(t *testing.T) (stop func(), addr string) {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		var open []net.Conn
		for {
			c, err := l.Accept()
			if err != nil {
				for _, c := range open {
					_ = c.Close()
				}
				return
			}
			open = append(open, c)
		}
	}()
	return func() { _ = l.Close() }, l.Addr().String()
}
