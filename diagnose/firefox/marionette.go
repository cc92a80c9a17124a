package firefox

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
)

// maxMessage bounds one message of the browser.
const maxMessage = 16 << 20

// A marionette is a connection in Marionette's protocol, version 3: each message
// is its length in decimal, a colon, and a JSON array. A command is
// [0, id, name, parameters]; its answer [1, id, error, result].
// (Firefox Source Docs, Remote Protocols, Marionette, "Protocol".)
type marionette struct {
	conn net.Conn

	mu      sync.Mutex
	last    int
	waiting map[int]chan answer
	ended   error // why no more answers come
}

type answer struct {
	err    *remoteError
	result json.RawMessage
}

// remoteError is an error that the browser reports for a command.
type remoteError struct {
	Name    string `json:"error"` // "javascript error", "timeout"
	Message string `json:"message"`
}

// Error implements error.
func (e *remoteError) Error() string { return "Firefox says: " + e.Name + ": " + e.Message }

// errGone says that the browser hung up.
var errGone = errors.New("the browser has ended")

// connect opens a connection to a browser that listens on the port, and reads
// its greeting.
func connect(ctx context.Context, port int) (*marionette, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return nil, err
	}
	m := &marionette{conn: c, waiting: map[int]chan answer{}}
	stop := context.AfterFunc(ctx, func() { _ = c.Close() })
	r := bufio.NewReader(c)
	var hello struct {
		Protocol int `json:"marionetteProtocol"`
	}
	body, err := readMessage(r)
	if err == nil {
		err = json.Unmarshal(body, &hello)
	}
	if !stop() || err != nil {
		_ = c.Close()
		return nil, errors.Join(err, context.Cause(ctx))
	}
	if hello.Protocol != 3 {
		_ = c.Close()
		return nil, fmt.Errorf("the browser speaks version %d of Marionette's protocol; version 3 is needed (Firefox 56 or later)", hello.Protocol)
	}
	go m.read(r)
	return m, nil
}

// readMessage reads one message.
func readMessage(r *bufio.Reader) ([]byte, error) {
	n, digits := 0, 0
	for {
		c, err := r.ReadByte()
		if err != nil {
			return nil, err
		}
		if c == ':' && digits > 0 {
			break
		}
		if c < '0' || c > '9' {
			return nil, fmt.Errorf("the browser's message begins with %q where its length belongs", c)
		}
		if n, digits = n*10+int(c-'0'), digits+1; n > maxMessage {
			return nil, fmt.Errorf("the browser's message is longer than %d bytes", maxMessage)
		}
	}
	body := make([]byte, n)
	_, err := io.ReadFull(r, body)
	return body, err
}

// read hands each answer to the call that waits for it, until the connection
// ends.
func (m *marionette) read(r *bufio.Reader) {
	for {
		body, err := readMessage(r)
		if err != nil {
			m.end(err)
			return
		}
		id, a, err := parseAnswer(body)
		if err != nil {
			m.end(err)
			return
		}
		m.mu.Lock()
		w := m.waiting[id]
		delete(m.waiting, id)
		m.mu.Unlock()
		if w != nil { // else its caller has given up
			w <- a
		}
	}
}

// parseAnswer reads [1, id, error, result].
func parseAnswer(body []byte) (id int, a answer, err error) {
	var parts []json.RawMessage
	if err := json.Unmarshal(body, &parts); err != nil || len(parts) != 4 {
		return 0, a, fmt.Errorf("the browser's message is no answer: %.80q", body)
	}
	if err := json.Unmarshal(parts[1], &id); err != nil {
		return 0, a, fmt.Errorf("the browser's answer has no number: %.80q", body)
	}
	if err := json.Unmarshal(parts[2], &a.err); err != nil {
		return 0, a, fmt.Errorf("the browser's error cannot be read: %.80q", parts[2])
	}
	a.result = parts[3]
	return id, a, nil
}

func (m *marionette) end(err error) {
	if errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) {
		err = errGone
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ended = err
	for id, w := range m.waiting {
		close(w)
		delete(m.waiting, id)
	}
}

// call sends a command and decodes its result into result, unless that is nil.
// Where ctx ends first, the answer that comes later is dropped.
func (m *marionette) call(ctx context.Context, command string, params, result any) error {
	if params == nil {
		params = struct{}{}
	}
	w := make(chan answer, 1)
	m.mu.Lock()
	if m.ended != nil {
		defer m.mu.Unlock()
		return m.ended
	}
	m.last++
	id := m.last
	body, err := json.Marshal([]any{0, id, command, params})
	if err == nil {
		m.waiting[id] = w
		_, err = m.conn.Write(append(append(strconv.AppendInt(nil, int64(len(body)), 10), ':'), body...))
	}
	m.mu.Unlock()
	if err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		m.mu.Lock()
		delete(m.waiting, id)
		m.mu.Unlock()
		return context.Cause(ctx)
	case a, ok := <-w:
		switch {
		case !ok:
			m.mu.Lock()
			defer m.mu.Unlock()
			return m.ended
		case a.err != nil:
			return a.err
		case result == nil:
			return nil
		}
		return json.Unmarshal(a.result, result)
	}
}

func (m *marionette) close() { _ = m.conn.Close() }
