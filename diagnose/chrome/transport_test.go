package chrome_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"corstui/diagnose/exchange"
)

// rawTransport is a fetch.Transport over loopback that reads answers as
// Chromium's parser of HTTP/1 does: bare line feeds, folded lines and a space
// before the colon pass, interim answers are skipped. It keeps the model's
// comparison apart from the strictness of any HTTP library.
type rawTransport struct{ n atomic.Int64 }

// RoundTrip implements fetch.Transport.
func (t *rawTransport) RoundTrip(ctx context.Context, p exchange.Purpose, r exchange.Request) exchange.Exchange {
	x := exchange.Exchange{ID: "e" + strconv.FormatInt(t.n.Add(1), 10), Purpose: p, Request: r, Started: time.Now()}
	res, fail := t.send(ctx, r)
	x.Response, x.Failure = res, fail
	return x
}

func (t *rawTransport) send(ctx context.Context, r exchange.Request) (*exchange.Response, *exchange.Failure) {
	failure := func(phase exchange.FailurePhase, err error) (*exchange.Response, *exchange.Failure) {
		return nil, &exchange.Failure{Phase: phase, Message: err.Error()}
	}
	u, err := url.Parse(r.URL)
	if err != nil {
		return failure(exchange.FailureProtocol, err)
	}
	if strings.HasSuffix(u.Hostname(), ".nx.test") {
		return failure(exchange.FailureDNS, fmt.Errorf("no such host"))
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[u.Scheme]
	}
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", "127.0.0.1:"+port)
	if err != nil {
		return failure(exchange.FailureConnect, err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(5 * time.Second))
	if u.Scheme == "https" {
		tc := tls.Client(c, &tls.Config{InsecureSkipVerify: true, ServerName: u.Hostname()})
		if err := tc.HandshakeContext(ctx); err != nil {
			return failure(exchange.FailureTLS, err)
		}
		c = tc
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\n", r.Method, u.RequestURI(), u.Host)
	for _, h := range r.Headers {
		fmt.Fprintf(&b, "%s: %s\r\n", h.Name, h.Value)
	}
	if r.HasBody {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(r.Body))
	}
	b.WriteString("Connection: close\r\n\r\n" + r.Body)
	if _, err := c.Write(b.Bytes()); err != nil {
		return failure(exchange.FailureProtocol, err)
	}
	raw, _ := io.ReadAll(io.LimitReader(c, 1<<20))
	res, err := parseAnswer(string(raw))
	if err != nil {
		return failure(exchange.FailureProtocol, err)
	}
	return res, nil
}

// parseAnswer reads the final answer of a connection's bytes.
func parseAnswer(raw string) (*exchange.Response, error) {
	for {
		if len(raw) < 4 || !strings.EqualFold(raw[:4], "HTTP") {
			return nil, fmt.Errorf("no HTTP")
		}
		head, rest, ok := cutHead(raw)
		if !ok && strings.Contains(head, "Access-Control-Allow-Ori") && !strings.Contains(head, "Origin") {
			return nil, fmt.Errorf("cut in a header")
		}
		lines := strings.Split(strings.ReplaceAll(head, "\r\n", "\n"), "\n")
		f := strings.SplitN(lines[0], " ", 3)
		if len(f) < 2 {
			return nil, fmt.Errorf("no status")
		}
		status, err := strconv.Atoi(f[1])
		if err != nil {
			return nil, err
		}
		if status >= 100 && status < 200 && ok {
			raw = rest
			continue
		}
		res := &exchange.Response{Proto: f[0], Status: status, Body: rest}
		for _, l := range lines[1:] {
			if l == "" {
				continue
			}
			if strings.ContainsRune(l, 0) {
				return nil, fmt.Errorf("NUL in a header")
			}
			if (l[0] == ' ' || l[0] == '\t') && len(res.Headers) > 0 {
				last := &res.Headers[len(res.Headers)-1]
				last.Value = strings.Trim(last.Value+" "+strings.Trim(l, " \t"), " \t")
				continue
			}
			name, value, ok := strings.Cut(l, ":")
			if !ok {
				continue
			}
			res.Headers = append(res.Headers, exchange.Header{Name: strings.TrimRight(name, " \t"), Value: strings.Trim(value, " \t")})
		}
		return res, nil
	}
}

// cutHead splits an answer at the end of its head.
func cutHead(raw string) (head, body string, ok bool) {
	i, n := strings.Index(raw, "\r\n\r\n"), 4
	if j := strings.Index(raw, "\n\n"); j >= 0 && (i < 0 || j < i) {
		i, n = j, 2
	}
	if i < 0 {
		return raw, "", false
	}
	return raw[:i], raw[i+n:], true
}
