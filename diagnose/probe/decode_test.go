package probe

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"io"
	"strings"
	"testing"
	"time"

	"corstui/diagnose/exchange"
)

func compressed(s string, w func(io.Writer) io.WriteCloser) string {
	var b bytes.Buffer
	c := w(&b)
	_, _ = io.WriteString(c, s)
	_ = c.Close()
	return b.String()
}

func TestBodiesAreDecoded(t *testing.T) {
	toZlib := func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }
	toFlate := func(w io.Writer) io.WriteCloser { f, _ := flate.NewWriter(w, 5); return f }
	plain := strings.Repeat("the body, ", 100)
	for _, tt := range []struct{ coding, body, want string }{
		{"gzip", compressed(plain, toGzip), plain},
		{"x-gzip", compressed(plain, toGzip), plain},
		{"GZIP", compressed(plain, toGzip), plain},
		{"deflate", compressed(plain, toZlib), plain},
		{"deflate", compressed(plain, toFlate), plain},
		{"br", compressed(plain, toBrotli), plain},
		{"zstd", compressed(plain, toZstd), plain},
		{"identity", plain, plain},
		{"", plain, plain},
		{" , gzip", compressed(plain, toGzip), plain},
		{"gzip, br", compressed(compressed(plain, toGzip), toBrotli), plain},
		{"aes128gcm, gzip", compressed("sealed", toGzip), "sealed"},
		{"gzip", compressed("", toGzip), ""},
		{"gzip", "", ""},
	} {
		t.Run(tt.coding, func(t *testing.T) {
			k := &keepAlive{answer: func(int64, string) string { return encoded(tt.coding, tt.body) }}
			addr := listenRaw(t, k.serve)
			s := newClient(t, Network{}).Session()
			for range 2 {
				r := want(t, s.RoundTrip(within(t, 5*time.Second), exchange.PurposeGet, get("http://"+addr+"/")))
				if r.Body != tt.want || r.BodyError != "" || r.BodyTruncated {
					t.Errorf("%.40q, error %q, truncated %v", r.Body, r.BodyError, r.BodyTruncated)
				}
			}
			if k.conns.Load() != 1 {
				t.Errorf("%d connections: the body was not read to its end", k.conns.Load())
			}
		})
	}
}

func TestABodyOfExactlyTheLimitIsWhole(t *testing.T) {
	for n, truncated := range map[int]bool{maxBody - 1: false, maxBody: false, maxBody + 1: true} {
		plain := strings.Repeat("x", n)
		k := &keepAlive{answer: func(int64, string) string { return encoded("gzip", compressed(plain, toGzip)) }}
		addr := listenRaw(t, k.serve)
		r := want(t, newClient(t, Network{}).RoundTrip(within(t, 5*time.Second), exchange.PurposeGet, get("http://"+addr+"/")))
		if len(r.Body) != min(n, maxBody) || r.BodyTruncated != truncated {
			t.Errorf("%d bytes: kept %d, truncated %v", n, len(r.Body), r.BodyTruncated)
		}
	}
}

func FuzzSetURL(f *testing.F) {
	for _, s := range []string{"https://a.example/b?c#d", "http://u:p@[::1]:8080", "https://a\r\nHost: b/", "HTTP://Ä.example//x", "http://a:b@c@d/", "https://a/\x00%zz"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, u string) {
		w, err := prepare(exchange.Request{URL: u}, false)
		if err != nil {
			return
		}
		line := w.http1(&conn{})
		if strings.Count(line, "\r\n") != 3 || strings.ContainsAny(strings.ReplaceAll(line, "\r\n", ""), "\r\n\x00") {
			t.Errorf("%q goes out as %q", u, line)
		}
		if !strings.HasPrefix(line, "GET /") || w.place.host == "" || w.place.port == "" {
			t.Errorf("%q goes to %+v as %q", u, w.place, line)
		}
	})
}
