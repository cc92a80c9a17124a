package probe

import (
	"bufio"
	"bytes"
	"net"
	"sync"
)

// connSet is the connections of a test server, so that it can end them.
type connSet struct {
	mu   sync.Mutex
	open map[net.Conn]bool
	wg   sync.WaitGroup
}

func (s *connSet) add(nc net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		s.open = map[net.Conn]bool{}
	}
	s.open[nc] = true
}

func (s *connSet) remove(nc net.Conn) {
	_ = nc.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, nc)
}

func (s *connSet) closeAll() {
	s.mu.Lock()
	for nc := range s.open {
		_ = nc.Close()
	}
	s.mu.Unlock()
	s.wg.Wait()
}

func readerOf(b []byte) *bufio.Reader { return bufio.NewReaderSize(bytes.NewReader(b), 16) }

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
