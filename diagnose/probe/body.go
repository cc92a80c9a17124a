package probe

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"corstui/diagnose/exchange"
)

// errBodyTime is the cause of a context that ended because a body took too long.
var errBodyTime = errors.New("the body took too long")

// keepBody reads what is kept of a body into resp, and says whether the body
// was read to its end. touch is called before each read and prolongs the time
// that the next may take.
func keepBody(ctx context.Context, raw io.Reader, resp *exchange.Response, touch func()) (drained bool) {
	w := &wireBody{r: raw, left: maxRawBody, touch: touch}
	kept, err := decodeBody(w, resp.Headers.Value("Content-Encoding"))
	resp.Body = string(kept[:min(len(kept), maxBody)])
	resp.BodyTruncated = len(kept) > maxBody || w.cut
	if err == nil && !resp.BodyTruncated && w.err == nil {
		// What a decoder left behind: the end mark, or bytes beyond its own end.
		_, _ = io.CopyN(io.Discard, w, maxDrain)
	}
	switch {
	case w.err != nil && errors.Is(context.Cause(ctx), errBodyTime):
		resp.BodyTruncated = true
		resp.BodyError = "The body did not end in time; what had come by then is here."
	case w.err != nil && ctx.Err() != nil:
		resp.BodyTruncated = true
		resp.BodyError = "The time was up before the body ended; what had come by then is here."
	case w.err != nil:
		resp.BodyTruncated = true
		resp.BodyError = bodyFault(w.err)
	case err != nil && !w.cut:
		resp.BodyError = sentence(err.Error())
	}
	return w.ended
}

// decodeBody reads at most one byte more than is kept.
func decodeBody(w *wireBody, encoding string) ([]byte, error) {
	var first [1]byte
	n, err := io.ReadFull(w, first[:])
	if n == 0 {
		return nil, ignoreEOF(err)
	}
	r := io.MultiReader(bytes.NewReader(first[:n]), w)
	if encoding != "" {
		d, free, err := decoder(r, encoding)
		if err != nil {
			return nil, err
		}
		defer free()
		kept, err := io.ReadAll(io.LimitReader(d, maxBody+1))
		if err != nil {
			return kept, errors.New("the body cannot be decoded as its Content-Encoding says")
		}
		return kept, nil
	}
	kept, err := io.ReadAll(io.LimitReader(r, maxBody+1))
	return kept, ignoreEOF(err)
}

func ignoreEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// wireBody is a body as it comes: bounded, and it remembers how it ended.
type wireBody struct {
	r     io.Reader
	left  int64
	touch func()
	ended bool  // read to its end
	cut   bool  // at the limit
	err   error // what the wire said, other than the end
}

func (w *wireBody) Read(b []byte) (int, error) {
	switch {
	case w.ended:
		return 0, io.EOF
	case w.err != nil:
		return 0, w.err
	case w.left <= 0:
		w.cut = true
		return 0, io.EOF
	case len(b) == 0:
		return 0, nil
	}
	w.touch()
	n, err := w.r.Read(b[:min(int64(len(b)), w.left)])
	w.left -= int64(n)
	switch {
	case errors.Is(err, io.EOF):
		w.ended = true
	case err != nil:
		w.err = err
	}
	return n, err
}

// bodyClock ends the reading of a body that pauses or trickles. It returns a
// context for the exchange and the function that prolongs the pause allowed.
type bodyClock struct {
	cancel context.CancelCauseFunc
	timer  *time.Timer
	end    time.Time
	idle   time.Duration
}

func (b *bodyClock) start(resp *exchange.Response) {
	b.idle = bodyIdle
	if t := strings.ToLower(resp.Headers.Value("Content-Type")); strings.HasPrefix(t, "text/event-stream") || strings.HasPrefix(t, "application/x-ndjson") {
		b.idle = streamIdle
	}
	b.end = time.Now().Add(bodyTotal)
	b.timer = time.AfterFunc(b.idle, func() { b.cancel(errBodyTime) })
}

func (b *bodyClock) touch() {
	if left := time.Until(b.end); left < b.idle {
		b.timer.Reset(max(left, 0))
		return
	}
	b.timer.Reset(b.idle)
}

func (b *bodyClock) stop() {
	if b.timer != nil {
		b.timer.Stop()
	}
}

func bodyFault(err error) string {
	switch {
	case errors.Is(err, errBodyShort), errors.Is(err, io.ErrUnexpectedEOF):
		return "The body ended before its announced end."
	case errors.Is(err, errChunks):
		return "The body's chunks are malformed."
	}
	return "The connection broke while the body came."
}
