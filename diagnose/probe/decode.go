package probe

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// decoder undoes the content codings of a body, given as the combined value of
// Content-Encoding, and returns what frees its memory. An unknown coding ends
// the list: browsers hand such a body on as it is.
func decoder(r io.Reader, encoding string) (io.Reader, func(), error) {
	var codings []string
	for c := range strings.SplitSeq(encoding, ",") {
		if c = strings.ToLower(trimBlanks(c)); c != "" && c != "identity" {
			codings = append(codings, c)
		}
	}
	if len(codings) > maxCodings {
		return nil, nil, fmt.Errorf("the body names %d content codings, one over the other", len(codings))
	}
	free := func() {}
	for i := len(codings) - 1; i >= 0; i-- {
		var err error
		switch codings[i] {
		case "gzip", "x-gzip":
			r, err = gzip.NewReader(r)
		case "deflate":
			r, err = inflate(r)
		case "br":
			r = brotli.NewReader(r)
		case "zstd":
			var d *zstd.Decoder
			d, err = zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(8<<20), zstd.WithDecoderLowmem(true))
			if err == nil {
				r, free = d, chain(free, d.Close)
			}
		default:
			return r, free, nil
		}
		if err != nil {
			free()
			return nil, nil, fmt.Errorf("the body is not the %s that Content-Encoding says", codings[i])
		}
	}
	return r, free, nil
}

func chain(a, b func()) func() { return func() { b(); a() } }

// inflate reads "deflate", which is zlib's format by RFC 9110, section 8.4.1.2,
// and bare DEFLATE from some servers; browsers take both.
func inflate(r io.Reader) (io.Reader, error) {
	br := bufio.NewReader(r)
	b, err := br.Peek(2)
	if err != nil {
		return nil, err
	}
	if b[0]&0x0f == 8 && (uint(b[0])<<8|uint(b[1]))%31 == 0 {
		return zlib.NewReader(br)
	}
	return flate.NewReader(br), nil
}
