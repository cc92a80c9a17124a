package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"corstui/diagnose/exchange"
)

// maxInput bounds what is read from a file or standard input.
const maxInput = 64 << 20

// readInput reads a named file, or standard input for "-".
func (a *app) readInput(name string) ([]byte, error) {
	in := a.std.in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("%s: cannot be read: %w; right would be a readable file, or - for standard input", name, cause(err))
		}
		defer f.Close()
		in = f
	}
	b, more, err := readUpTo(in, maxInput)
	if err != nil {
		return nil, fmt.Errorf("%s: cannot be read: %w; right would be a readable file, or - for standard input", name, cause(err))
	}
	if more {
		return nil, fmt.Errorf("%s: more than %d MiB; right would be a smaller input", name, maxInput>>20)
	}
	return b, nil
}

// readRegular reads a file of at most max bytes, and nothing that is no file: a
// pipe may never end, and a device may have no end.
func readRegular(name string, max int64) ([]byte, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("it is no file")
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, more, err := readUpTo(f, max)
	if more {
		return nil, fmt.Errorf("it is larger than %d MiB", max>>20)
	}
	return b, err
}

// readUpTo reads at most max bytes, and says whether there are more.
func readUpTo(r io.Reader, max int64) (b []byte, more bool, err error) {
	b, err = io.ReadAll(io.LimitReader(r, max+1))
	return b, int64(len(b)) > max, err
}

// maxOwn bounds the program's own files: settings and state.
const maxOwn = 8 << 20

// parseCookies reads the value of -b: 'n=v; n2=v2', or @FILE with a cookie jar
// in Netscape's format or with lines of that form.
func parseCookies(v string) ([]exchange.Cookie, error) {
	file, ok := strings.CutPrefix(v, "@")
	if !ok {
		return cookiePairs(v, "--cookie")
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("--cookie @%s: %w; right would be a readable cookie file", file, cause(err))
	}
	defer f.Close()
	var out []exchange.Cookie
	lines := bufio.NewScanner(io.LimitReader(f, 8<<20))
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		where := fmt.Sprintf("--cookie @%s, line %d", file, n)
		line := strings.TrimRight(lines.Text(), "\r")
		bare, httpOnly := strings.CutPrefix(line, "#HttpOnly_")
		switch {
		case strings.TrimSpace(line) == "", strings.HasPrefix(bare, "#"):
			continue
		case strings.Count(bare, "\t") >= 6:
			c, err := netscapeCookie(bare, httpOnly)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", where, err)
			}
			out = append(out, c)
		default:
			pairs, err := cookiePairs(strings.TrimPrefix(line, "Cookie:"), where)
			if err != nil {
				return nil, err
			}
			out = append(out, pairs...)
		}
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return nil, fmt.Errorf("--cookie @%s: a line is longer than 1 MiB; right would be a cookie file", file)
	} else if err != nil {
		return nil, fmt.Errorf("--cookie @%s: %w; right would be a cookie file", file, cause(err))
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("--cookie @%s: no cookie in it; right would be lines like 'name=value', or a cookie jar of curl", file)
	}
	return out, nil
}

// cookiePairs reads 'n=v; n2=v2': cookies for the host of the case alone. The
// error never quotes a value.
func cookiePairs(v, where string) ([]exchange.Cookie, error) {
	var out []exchange.Cookie
	for pair := range strings.SplitSeq(v, ";") {
		if strings.TrimSpace(pair) == "" {
			continue
		}
		name, value, ok := strings.Cut(strings.TrimSpace(pair), "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("%s: a cookie without '='; right would be 'name=value; name2=value2', or @FILE", where)
		}
		out = append(out, exchange.Cookie{Name: name, Value: value, HostOnly: true})
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: no cookie in it; right would be 'name=value'", where)
	}
	return out, nil
}

// netscapeCookie reads one line of a cookie jar: domain, sub-domains too, path,
// secure, expiry, name, value, separated by tabs.
func netscapeCookie(line string, httpOnly bool) (exchange.Cookie, error) {
	f := strings.SplitN(line, "\t", 7)
	if _, err := strconv.ParseInt(f[4], 10, 64); err != nil || f[5] == "" {
		return exchange.Cookie{}, fmt.Errorf("not a line of a cookie jar; right would be seven columns with tabs between them")
	}
	return exchange.Cookie{
		Domain: strings.TrimPrefix(f[0], "."), HostOnly: !strings.EqualFold(f[1], "TRUE"), Path: f[2],
		Secure: strings.EqualFold(f[3], "TRUE"), Name: f[5], Value: f[6], HTTPOnly: httpOnly,
	}, nil
}
