package probe

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"net/url"
	"slices"
	"strings"

	"corstui/diagnose/exchange"
)

// roundTrip2 sends a request over an HTTP/2 connection that others may use at
// the same time. Header names come back in lower case and sorted, since the
// order of different names is lost in net/http; the order of equal ones is not.
func (s *Session) roundTrip2(ctx context.Context, c *conn, r wireRequest, p *progress) (answer1, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	interim := 0
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteRequest:         func(httptrace.WroteRequestInfo) { p.enter(stageWait, ""); p.sent() },
		GotFirstResponseByte: p.firstByte,
		Got1xxResponse: func(int, textproto.MIMEHeader) error {
			if interim++; interim > maxInterim {
				cancel(errInterim)
				return errInterim
			}
			return nil
		},
	})
	p.enter(stageSend, "")
	resp, err := c.h2.RoundTrip(r.http2(ctx)) //nolint:bodyclose // closed where it is read, below
	if err != nil {
		cause := context.Cause(ctx)
		cancel(nil)
		// Whoever floods or stalls a connection does so to the next request too.
		s.c.pool.put(c, false)
		if errors.Is(cause, errInterim) {
			err = errInterim
		}
		return answer1{}, err
	}
	a := answer1{head: head{proto: "HTTP/2.0", status: resp.StatusCode, headers: headers2(resp.Header)}}
	if resp.StatusCode < 0 || resp.StatusCode > 999 {
		cancel(nil)
		_ = resp.Body.Close()
		s.c.pool.put(c, false)
		return answer1{}, errBadStatus
	}
	if resp.Body != http.NoBody && r.method != "HEAD" {
		a.body = resp.Body
	}
	a.finish = func(bool) {
		healthy := ctx.Err() == nil && c.h2.Err() == nil
		cancel(nil)
		_ = resp.Body.Close()
		s.c.pool.put(c, healthy)
	}
	return a, nil
}

func headers2(h http.Header) exchange.Headers {
	names := make([]string, 0, len(h))
	for n := range h {
		names = append(names, n)
	}
	slices.Sort(names)
	hs := make(exchange.Headers, 0, len(h))
	for _, n := range names {
		for _, v := range h[n] {
			hs = append(hs, exchange.Header{Name: strings.ToLower(n), Value: trimBlanks(v)})
		}
	}
	return hs
}

// http2 is the request as net/http's HTTP/2 wants it.
func (r wireRequest) http2(ctx context.Context) *http.Request {
	req := &http.Request{
		Method: r.method,
		URL:    &url.URL{Scheme: r.place.scheme, Host: r.host, Opaque: r.target},
		Host:   r.host,
		Header: http.Header{},
		Proto:  "HTTP/2.0", ProtoMajor: 2,
	}
	if strings.HasPrefix(r.target, "//") {
		// Opaque would take it for an authority; this form is stripped again.
		req.URL.Opaque = "//" + r.host + r.target
	}
	for _, h := range r.headers {
		req.Header[http.CanonicalHeaderKey(h.Name)] = append(req.Header[http.CanonicalHeaderKey(h.Name)], h.Value)
	}
	if r.hasBody {
		req.Body = readCloser{strings.NewReader(r.body)}
		req.ContentLength = int64(len(r.body))
	}
	return req.WithContext(ctx)
}

type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }
