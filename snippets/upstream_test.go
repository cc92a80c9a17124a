package snippets_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"
)

// echoed is what the upstream saw of a request, as /echo says it.
type echoed struct {
	Method, URI, Host, Body string
	Header                  http.Header
}

// gzipped is "compressed" as a client gets it that asked for gzip.
var gzipped = func() []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, "compressed")
	_ = w.Close()
	return b.Bytes()
}()

// newUpstream starts the API that the generated files stand in front of. Its
// paths are its behaviours.
func newUpstream(t *testing.T) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(serveUpstream))
	t.Cleanup(s.Close)
	return s
}

func serveUpstream(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	path := r.URL.Path
	if i := strings.LastIndex(path, "/"); i > 0 {
		path = path[i:]
	}
	switch path {
	case "/200", "/401", "/403", "/404", "/405", "/429", "/500", "/503":
		code, _ := strconv.Atoi(path[1:])
		h.Set("ETag", `"v1"`)
		w.WriteHeader(code)
		_, _ = io.WriteString(w, "status "+path[1:]+"\n")
	case "/own-cors":
		for _, name := range []string{"Allow-Origin", "Allow-Credentials", "Allow-Methods", "Allow-Headers", "Expose-Headers", "Max-Age", "Allow-Private-Network"} {
			h.Set("Access-Control-"+name, "upstream")
		}
		h.Add("Access-Control-Allow-Origin", "*")
		_, _ = io.WriteString(w, "mine\n")
	case "/vary":
		h.Set("Vary", "Accept-Encoding")
		_, _ = io.WriteString(w, "varies\n")
	case "/vary-origin":
		h.Set("Vary", "Accept-Encoding, origin")
		_, _ = io.WriteString(w, "varies\n")
	case "/vary-two":
		h.Add("Vary", "Accept-Encoding")
		h.Add("Vary", "Accept-Language")
		_, _ = io.WriteString(w, "varies\n")
	case "/cookies":
		h.Add("Set-Cookie", "a=1; Path=/; Expires=Wed, 25 Nov 2026 10:00:00 GMT")
		h.Add("Set-Cookie", "b=2; Path=/; HttpOnly")
		_, _ = io.WriteString(w, "cookies\n")
	case "/redirect":
		h.Set("Location", "/elsewhere?x=1")
		w.WriteHeader(http.StatusFound)
	case "/304":
		w.WriteHeader(http.StatusNotModified)
	case "/drop":
		c, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_ = c.Close()
		}
	case "/stream":
		// The second line comes when the reader of the first has asked for it.
		_, _ = io.WriteString(w, "one\n")
		_ = http.NewResponseController(w).Flush()
		select {
		case <-releases.channel(r.URL.Query().Get("id")):
		case <-r.Context().Done():
			return
		}
		_, _ = io.WriteString(w, "two\n")
	case "/endless":
		// Ticks until the reader leaves, and says so then.
		for r.Context().Err() == nil {
			_, _ = io.WriteString(w, "one\n")
			_ = http.NewResponseController(w).Flush()
			select {
			case <-r.Context().Done():
			case <-time.After(20 * time.Millisecond):
			}
		}
		close(releases.channel(r.URL.Query().Get("id")))
	case "/half":
		// A chunked body without its end.
		_, _ = io.WriteString(w, "one\n")
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	case "/release":
		close(releases.channel(r.URL.Query().Get("id")))
	case "/bytes":
		http.ServeContent(w, r, "x.txt", someTime, strings.NewReader("0123456789"))
	case "/coded":
		h.Set("Content-Encoding", "gzip")
		h.Set("Content-Type", "text/plain")
		_, _ = w.Write(gzipped)
	case "/count":
		n, _ := io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, strconv.FormatInt(n, 10))
	case "/ws":
		serveWebSocket(w, r)
	default:
		body, _ := io.ReadAll(r.Body)
		h.Set("Content-Type", "application/json")
		if r.Method == http.MethodOptions {
			h.Set("Allow", "GET, OPTIONS")
		}
		_ = json.NewEncoder(w).Encode(echoed{r.Method, r.RequestURI, r.Host, string(body), r.Header})
	}
}

// serveWebSocket accepts any upgrade and answers each short text frame with the
// same text (RFC 6455, sections 4.2.2 and 5.2).
func serveWebSocket(w http.ResponseWriter, r *http.Request) {
	sum := sha1.Sum([]byte(r.Header.Get("Sec-Websocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	c, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer c.Close()
	_, _ = io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "+
		base64.StdEncoding.EncodeToString(sum[:])+"\r\nX-Token: "+r.Header.Get("Cf-Access-Client-Id")+"\r\n\r\n")
	for {
		text, err := readFrame(rw.Reader)
		if err != nil {
			return
		}
		_, _ = c.Write(append([]byte{0x81, byte(len(text))}, text...))
	}
}

// upgradeSeen asks for an upgrade and returns the status of the answer, and the
// header Upgrade that the upstream saw ("" where it saw none, or no request).
func upgradeSeen(t *testing.T, base, path, protocol string) (status int, upgrade string) {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(someTimeLater())
	_, _ = io.WriteString(c, "GET "+path+" HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: "+protocol+"\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n")
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return 0, "" // the connection was closed
	}
	defer res.Body.Close()
	var e echoed
	body, _ := io.ReadAll(res.Body)
	_ = json.Unmarshal(body, &e)
	return res.StatusCode, e.Header.Get("Upgrade")
}

// readFrame reads a frame of less than 126 bytes.
func readFrame(r *bufio.Reader) (string, error) {
	var head [2]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return "", err
	}
	var mask [4]byte
	if head[1]&0x80 != 0 {
		if _, err := io.ReadFull(r, mask[:]); err != nil {
			return "", err
		}
	}
	text := make([]byte, head[1]&0x7f)
	if _, err := io.ReadFull(r, text); err != nil {
		return "", err
	}
	for i := range text {
		text[i] ^= mask[i%4]
	}
	return string(text), nil
}

// webSocketEcho opens a WebSocket and returns the status of the handshake, its
// header X-Token, and what comes back for "hi".
func webSocketEcho(t *testing.T, base, path string, header http.Header) (status int, token, text string) {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(someTimeLater())
	r, _ := http.NewRequest(http.MethodGet, base+path, nil)
	for name, values := range header {
		r.Header[name] = values
	}
	r.Header.Set("Connection", "Upgrade")
	r.Header.Set("Upgrade", "websocket")
	r.Header.Set("Sec-WebSocket-Version", "13")
	r.Header.Set("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
	if err := r.Write(c); err != nil {
		t.Fatal(err)
	}
	br := bufio.NewReader(c)
	res, err := http.ReadResponse(br, r)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusSwitchingProtocols {
		return res.StatusCode, "", ""
	}
	_, _ = c.Write([]byte{0x81, 0x82, 1, 2, 3, 4, 'h' ^ 1, 'i' ^ 2})
	text, err = readFrame(br)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, res.Header.Get("X-Token"), text
}
