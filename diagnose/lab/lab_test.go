package lab

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// client is a plain HTTP client that reaches every host at the lab, verifies
// its certificates and follows no redirect.
type client struct {
	t  *testing.T
	c  *http.Client
	tr *http.Transport
}

func dial(t *testing.T, l *Lab) *client {
	t.Helper()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(l.Network().CAPEM) {
		t.Fatal("the lab's CA is no PEM")
	}
	tr := &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "tcp", l.Addr())
		},
		TLSClientConfig:    &tls.Config{RootCAs: roots},
		ForceAttemptHTTP2:  true,
		DisableCompression: true,
	}
	t.Cleanup(tr.CloseIdleConnections)
	return &client{t, &http.Client{
		Transport: tr, Timeout: 20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, tr}
}

type seen struct {
	*http.Response
	body string
}

func (s seen) is(t *testing.T, status int, headers ...string) {
	t.Helper()
	if s.StatusCode != status {
		t.Errorf("status %d, want %d; body %.200q", s.StatusCode, status, s.body)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		got := strings.Join(s.Header.Values(headers[i]), " | ")
		if want := headers[i+1]; !regexp.MustCompile("^(?:" + want + ")$").MatchString(got) {
			t.Errorf("%s: %q, want %s", headers[i], got, want)
		}
	}
}

// try sends one request; an error where no answer came.
func (c *client) try(method, url string, headers ...string) (seen, error) {
	c.t.Helper()
	r, err := http.NewRequest(method, url, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("User-Agent", "Mozilla/5.0 (lab test)")
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
			continue
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := c.c.Do(r)
	if err != nil {
		return seen{}, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return seen{}, err
	}
	return seen{res, string(b)}, nil
}

func (c *client) do(method, url string, headers ...string) seen {
	c.t.Helper()
	s, err := c.try(method, url, headers...)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, url, err)
	}
	return s
}

func start(t *testing.T, name string) *Lab {
	t.Helper()
	l, err := Start(context.Background(), name, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func TestUnknownScenarioSuggestsTheNearest(t *testing.T) {
	for typed, want := range map[string]string{
		"acces-login":     `lab scenario "acces-login": no such scenario; did you mean "access-login"?`,
		"Access-Preflite": `lab scenario "Access-Preflite": no such scenario; did you mean "access-preflight"?`,
		"zzzz":            "lab scenario \"zzzz\": no such scenario; `corstui lab --list` prints them all",
	} {
		_, err := Start(context.Background(), typed, 0)
		if err == nil || err.Error() != want {
			t.Errorf("Start(%q): %v, want %s", typed, err, want)
		}
		if !errors.Is(err, ErrUnknownScenario) {
			t.Errorf("Start(%q): error is not ErrUnknownScenario", typed)
		}
	}
}

func TestABusyPortIsAnErrorThatNamesIt(t *testing.T) {
	l := start(t, "all-right")
	port, _ := strconv.Atoi(strings.TrimPrefix(l.port(), ":"))
	_, err := Start(context.Background(), "all-right", port)
	if err == nil || !strings.Contains(err.Error(), strconv.Itoa(port)) {
		t.Errorf("second lab on port %d: %v", port, err)
	}
}

func TestForeignHostsAreRefused(t *testing.T) {
	l := start(t, "access-login")
	c := dial(t, l)
	own := l.Addr()
	port := own[strings.IndexByte(own, ':'):]
	for host, want := range map[string]int{
		own:                             200,
		"localhost" + port:              200,
		"LOCALHOST" + port:              200,
		"access-login.api.example.com":  301,
		"evil.example":                  421,
		"evil.example" + port:           421,
		"localhost":                     421,
		"localhost:1":                   421,
		"127.0.0.1.evil.example" + port: 421,
		"all-right.api.example.com":     421, // a scenario that this lab does not serve
		"[::1]" + port:                  421,
	} {
		c.do("GET", "http://"+own+"/", "Host", host).is(t, want)
	}
	url := "https://access-login.api.example.com/v1/me"
	for host, want := range map[string]int{
		"access-login.api.example.com":     302,
		"access-login.api.example.com:443": 302,
		"access-login.api.example.com:9":   421,
		"evil.example":                     421,
		"localhost" + port:                 307,
	} {
		c.do("GET", url, "Host", host).is(t, want)
	}
}

func TestAConnectionMayComeInPiecesOrNotAtAll(t *testing.T) {
	l := start(t, "all-right")
	silent, err := net.Dial("tcp", l.Addr()) // never says a byte: Close must not wait for it
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	slow, err := net.Dial("tcp", l.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	for _, b := range []byte("GET / HTTP/1.1\r\nHost: " + l.Addr() + "\r\nConnection: close\r\n\r\n") {
		if _, err := slow.Write([]byte{b}); err != nil {
			t.Fatal(err)
		}
	}
	answer, _ := io.ReadAll(slow)
	if !bytes.HasPrefix(answer, []byte("HTTP/1.1 200 ")) {
		t.Errorf("answer %.60q", answer)
	}
}

func TestHTTP2AndHTTP1AreBothSpoken(t *testing.T) {
	l := start(t, "all-right")
	c := dial(t, l)
	if s := c.do("GET", "https://all-right.api.example.com/v1/me"); s.ProtoMajor != 2 {
		t.Errorf("ALPN gave %s, want HTTP/2", s.Proto)
	}
	old := dial(t, l)
	old.tr.ForceAttemptHTTP2 = false
	old.tr.TLSClientConfig.NextProtos = []string{"http/1.1"}
	if s := old.do("GET", "https://all-right.api.example.com/v1/me"); s.ProtoMajor != 1 {
		t.Errorf("got %s, want HTTP/1.1", s.Proto)
	}
}

func TestTheEndOfTheContextEndsTheLab(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	l, err := Start(ctx, "all-right", 0)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		c, err := net.Dial("tcp", l.Addr())
		if err != nil {
			break
		}
		_ = c.Close()
		if time.Now().After(deadline) {
			t.Fatal("still listening after its context ended")
		}
	}
	_ = l.Close()
	_ = l.Close() // twice is fine
}
