package loopback

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// Server serves on one port of 127.0.0.1 until Close or the end of its context.
type Server struct {
	port    int
	ca      *Authority
	net     *listener
	servers []*http.Server
	once    sync.Once
	done    sync.WaitGroup
	stop    context.CancelFunc
}

// Handlers are the two sides of a port.
type Handlers struct {
	TLS, Plain http.Handler
	// Config changes the TLS side's configuration; nil leaves it.
	Config func(*tls.Config, *Authority)
}

// Serve listens on a loopback port, 0 for a free one. Both handlers see every
// Host: they must refuse those that are not theirs (see Own).
func Serve(ctx context.Context, port int, h Handlers) (*Server, error) {
	ca, err := NewAuthority()
	if err != nil {
		return nil, fmt.Errorf("make a certificate authority: %w", err)
	}
	tcp, err := (&net.ListenConfig{}).Listen(ctx, "tcp4", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return nil, fmt.Errorf("listen on loopback port %d: %w", port, err)
	}
	ctx, stop := context.WithCancel(ctx)
	s := &Server{port: tcp.Addr().(*net.TCPAddr).Port, ca: ca, stop: stop, net: newListener(tcp)}
	config := &tls.Config{
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"h2", "http/1.1"},
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			if hello.ServerName == "" {
				return ca.Certificate("localhost")
			}
			return ca.Certificate(hello.ServerName)
		},
	}
	if h.Config != nil {
		h.Config(config, ca)
	}
	s.servers = []*http.Server{s.server(h.TLS, config), s.server(h.Plain, nil)}
	s.done.Go(s.net.run)
	s.done.Go(func() { _ = s.servers[0].ServeTLS(s.net.tls, "", "") })
	s.done.Go(func() { _ = s.servers[1].Serve(s.net.plain) })
	s.done.Go(func() { <-ctx.Done(); s.shut() })
	return s, nil
}

func (s *Server) server(h http.Handler, c *tls.Config) *http.Server {
	return &http.Server{
		Handler: h, TLSConfig: c, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, ErrorLog: Quiet,
	}
}

// shut ends listener and servers; it does not wait.
func (s *Server) shut() {
	s.once.Do(func() {
		s.net.close()
		for _, h := range s.servers {
			_ = h.Close()
		}
	})
}

// Close stops serving and waits until nothing of it runs any more.
func (s *Server) Close() error {
	s.stop()
	s.shut()
	s.done.Wait()
	return nil
}

// Port is the port.
func (s *Server) Port() int { return s.port }

// Addr is 127.0.0.1:PORT.
func (s *Server) Addr() string { return fmt.Sprintf("127.0.0.1:%d", s.port) }

// URL is where a person looks: http://localhost:PORT.
func (s *Server) URL() string { return fmt.Sprintf("http://localhost:%d", s.port) }

// PEM is the certificate to trust.
func (s *Server) PEM() []byte { return s.ca.PEM() }

// Own says whether a Host header names the server itself: localhost or
// 127.0.0.1 with its own port. Every other name that resolves to loopback is
// somebody else's page reaching for it (DNS rebinding).
func (s *Server) Own(host string) bool {
	return host == s.Addr() || host == fmt.Sprintf("localhost:%d", s.port)
}

// Misdirected answers a Host that is not served here (RFC 9110, section 15.5.20).
func Misdirected(w http.ResponseWriter) {
	http.Error(w, "this host is not served here", http.StatusMisdirectedRequest)
}
