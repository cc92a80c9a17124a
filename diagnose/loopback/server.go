package loopback

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"strings"
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
// Host, empty where a request names none or cannot be read: they must refuse
// those that are not theirs (see Own).
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
	s := &Server{port: tcp.Addr().(*net.TCPAddr).Port, ca: ca, stop: stop}
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
	s.net = newListener(tcp, config)
	s.done.Go(s.net.run)
	for _, side := range []struct {
		q *queue
		h http.Handler
	}{{s.net.h2, h.TLS}, {s.net.tls, h.TLS}, {s.net.plain, h.Plain}} {
		server := newServer(side.h)
		s.servers = append(s.servers, server)
		s.done.Go(func() { _ = server.Serve(side.q) })
	}
	s.done.Go(func() { <-ctx.Done(); s.shut() })
	return s, nil
}

func newServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler: oneHost(h), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, ErrorLog: Quiet,
		DisableGeneralOptionsHandler: true, // it answers "OPTIONS *" for every Host
	}
}

// oneHost refuses a request of HTTP/2 whose Host is not its :authority (RFC
// 9113, section 8.3.1); on HTTP/1 Host is no header any more here.
func oneHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, host := range r.Header["Host"] {
			if !strings.EqualFold(host, r.Host) {
				Misdirected(w)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
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

// Misdirected answers a Host that is not served here (RFC 9110, section 15.5.20),
// and a request that cannot be read, which names none.
func Misdirected(w http.ResponseWriter) {
	http.Error(w, "This host is not served here, or the request names none in a way that can be read.", http.StatusMisdirectedRequest)
}
