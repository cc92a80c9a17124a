package ui

import (
	"net/url"
	"slices"
	"strings"
	"unicode"

	"corstui/diagnose"
	"corstui/diagnose/exchange"
	"corstui/ui/rich"
)

// disguise draws host names as example names, for a picture of the screen. A
// name keeps its length, so that nothing moves.
type disguise struct {
	// names are what is hidden, as runes in lower case, the longest first; as is
	// what stands in the place of each.
	names, as [][]rune
}

// plainLabels are labels of host names that say nothing about whose they are.
var plainLabels = map[string]bool{
	"api": true, "app": true, "www": true, "web": true, "cdn": true, "dev": true, "test": true, "staging": true, "localhost": true,
	"com": true, "org": true, "net": true, "io": true, "co": true, "uk": true, "eu": true, "de": true, "internal": true, "local": true,
	"example": true, "invalid": true, "cloudflare": true, "cloudflareaccess": true, "workers": true, "pages": true, "cfargotunnel": true,
}

// newDisguise hides these hosts, and the domains above them that would tell as
// much.
func newDisguise(hosts []string) *disguise {
	d := &disguise{}
	var names []string
	for _, h := range hosts {
		labels := strings.Split(strings.ToLower(h), ".")
		if reserved(labels) {
			continue
		}
		for i := range labels {
			rest := labels[i:]
			if i > 0 && len(rest) == 1 || !slices.ContainsFunc(rest, func(l string) bool { return l != "" && !plainLabels[l] }) {
				continue
			}
			// A last label by itself is a top-level domain; what stands alone before
			// such ones is public too.
			if i > 0 && len(rest) == 2 && len(rest[0]) <= 3 && len(labels) > 2 {
				continue
			}
			if name := strings.Join(rest, "."); !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return len(b) - len(a) })
	for _, n := range names {
		d.names = append(d.names, []rune(n))
		d.as = append(d.as, []rune(standIn(n)))
	}
	return d
}

// reserved says whether a name is one that nobody owns (RFC 2606, RFC 6761), as
// those of the lab are.
func reserved(labels []string) bool {
	switch n := len(labels); labels[n-1] {
	case "example", "test", "invalid", "localhost":
		return true
	case "com", "net", "org":
		return n > 1 && labels[n-2] == "example"
	}
	return false
}

// standIn is an example name of the same length, label by label; the top-level
// domain stays.
func standIn(name string) string {
	if isLoopback(name) {
		return name
	}
	labels := strings.Split(name, ".")
	for i, l := range labels {
		if plainLabels[l] || i == len(labels)-1 && len(labels) > 1 && !digits(l) {
			continue
		}
		var b strings.Builder
		const word = "example"
		for j, r := range []rune(l) {
			switch {
			case digits(l):
				b.WriteByte('0')
			case rich.Width(string(r)) == 2:
				b.WriteRune('ｘ')
			case j < len(word):
				b.WriteByte(word[j])
			default:
				b.WriteByte('x')
			}
		}
		labels[i] = b.String()
	}
	return strings.Join(labels, ".")
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

func isLoopback(name string) bool { return strings.HasPrefix(name, "127.") || name == "localhost" }

// piece is what stands in one column of a box, on one line: the part of a line's
// runes between two frames, without the blanks at both ends.
type piece struct{ line, from, to int }

// lines hides the names in a frame. frames are the characters that boxes are
// drawn with, but the level line. A name that
// goes on in the next line of its column is found; so is the part of one that
// was cut off.
func (d *disguise) lines(in []rich.Line, frames string) []rich.Line {
	if len(d.names) == 0 {
		return in
	}
	text := make([][]rune, len(in))
	var columns [][]piece
	flush := func() {
		for _, c := range columns {
			d.column(text, c)
		}
		columns = nil
	}
	for i, l := range in {
		text[i] = []rune(l.String())
		ps := piecesOf(text[i], i, frames)
		if len(ps) != len(columns) {
			flush()
			columns = make([][]piece, len(ps))
		}
		for j, p := range ps {
			columns[j] = append(columns[j], p)
		}
	}
	flush()
	out := make([]rich.Line, len(in))
	for i, l := range in {
		at := 0
		for _, s := range l {
			n := len([]rune(s.Text))
			s.Text = string(text[i][at : at+n])
			at += n
			out[i] = append(out[i], s)
		}
	}
	return out
}

func piecesOf(text []rune, line int, frames string) []piece {
	var out []piece
	from := 0
	for i := 0; i <= len(text); i++ {
		if i < len(text) && !strings.ContainsRune(frames, text[i]) {
			continue
		}
		p := piece{line, from, i}
		for p.from < p.to && unicode.IsSpace(text[p.from]) {
			p.from++
		}
		for p.to > p.from && unicode.IsSpace(text[p.to-1]) {
			p.to--
		}
		out = append(out, p)
		from = i + 1
	}
	return out
}

// column hides the names in one column.
func (d *disguise) column(text [][]rune, ps []piece) {
	var joined []rune
	var where []*rune
	edge := map[int]bool{} // where a line of the column begins or ends
	for _, p := range ps {
		edge[len(joined)] = true
		for i := p.from; i < p.to; i++ {
			joined = append(joined, unicode.ToLower(text[p.line][i]))
			where = append(where, &text[p.line][i])
		}
	}
	edge[len(joined)] = true
	bound := func(i int) bool { // a name may begin or end before this rune
		return edge[i] || i > 0 && i < len(joined) && (!nameRune(joined[i]) || !nameRune(joined[i-1]))
	}
	put := func(at int, as []rune) {
		for i, r := range as {
			if unicode.ToLower(*where[at+i]) != r {
				*where[at+i] = r
			}
			joined[at+i] = 0 // it is not looked at again
		}
	}
	for n, name := range d.names {
		for i := 0; i+len(name) <= len(joined); i++ {
			if bound(i) && bound(i+len(name)) && slices.Equal(joined[i:i+len(name)], name) {
				put(i, d.as[n])
			}
		}
	}
	// What is left of a name that was cut off, or goes on in a column without a
	// frame.
	blank := func(i int) bool { return i >= 0 && i < len(joined) && unicode.IsSpace(joined[i]) }
	for at := range len(joined) + 1 {
		end := edge[at] || at < len(joined) && joined[at] == '…'
		for n, name := range d.names {
			for k := len(name) - 1; k >= leastPart; k-- {
				first, last := name[:k], name[len(name)-k:]
				dotted := slices.Contains(first, '.') || at > k && joined[at-k-1] == '/'
				if (end || dotted && blank(at)) && at >= k && bound(at-k) && slices.Equal(joined[at-k:at], first) {
					put(at-k, d.as[n][:k])
				}
				dotted = slices.Contains(last, '.')
				if (edge[at] || dotted && blank(at-1)) && at+k <= len(joined) && bound(at+k) && slices.Equal(joined[at:at+k], last) {
					put(at, d.as[n][len(name)-k:])
				}
			}
		}
	}
}

// leastPart is how long a part of a name is that tells something.
const leastPart = 4

func nameRune(r rune) bool {
	return r == '-' || r == 0 || unicode.IsLetter(r) || unicode.IsDigit(r)
}

// hosts are those of the cases on the stack of screens.
func (m *Model) hosts() []string {
	var out []string
	add := func(raws ...string) {
		for _, raw := range raws {
			h := raw
			if u, err := url.Parse(raw); err == nil && u.Host != "" {
				h = u.Hostname()
			}
			if h != "" && h != "null" && !strings.ContainsAny(h, "/ ") && !slices.Contains(out, h) {
				out = append(out, h)
			}
		}
	}
	addCase := func(c exchange.Case) { add(c.URL, c.Origin) }
	addReport := func(r *diagnose.Report) {
		if r == nil {
			return
		}
		addCase(r.Case)
		for _, x := range r.Exchanges {
			add(x.Request.URL)
			if x.Response != nil {
				add(x.Response.Headers.Value("location"))
			}
		}
		if a := r.Facts.Access; a != nil {
			add(a.Team, strings.TrimPrefix(a.Domain, "*."))
		}
	}
	addReport(m.last)
	for _, s := range m.stack {
		switch s := s.(type) {
		case *start:
			addCase(s.c)
			for _, r := range s.recent {
				addCase(r.Case)
			}
			for _, en := range s.entries {
				add(en.URL, en.Origin)
			}
		case *walk:
			addCase(s.c)
			addReport(s.report)
			addReport(s.before)
			for _, x := range s.seen {
				add(x.Request.URL)
			}
		}
	}
	return out
}
