package config

import (
	"fmt"
	"path"
	"strings"
)

// word is one token of an nginx configuration: its text without quotes and
// escapes, and where it stands.
type word struct {
	text       string
	start, end int
	quoted     bool
}

// directive is one statement, with its block where it has one.
type directive struct {
	name   word
	args   []word
	block  []*directive
	braced bool
	// end is after the semicolon or the closing brace; open and close are the
	// offsets of the braces.
	end, open, close int
	src              *source
	parent           *directive // nil at the top
	included         bool       // comes from an include
}

func (d *directive) start() int { return d.name.start }

// is says whether this is a directive of one of these names.
//
//go:noinline
func (d *directive) is(names ...string) bool {
	for _, n := range names {
		if d.name.text == n {
			return true
		}
	}
	return false
}

//go:noinline
func (d *directive) arg(i int) string {
	if i < len(d.args) {
		return d.args[i].text
	}
	return ""
}

// nginxParser reads one file by the rules of nginx itself (ngx_conf_read_token):
// words end at white space, ";" and "{", quotes count at the start of a word.
type nginxParser struct {
	src   *source
	pos   int
	count int
}

type nginxToken struct {
	kind byte // 'w' word, or ; { } and 0 at the end
	word
}

func (p *nginxParser) fail(off int, format string, args ...any) error {
	return &ReadError{p.src.position(off), fmt.Sprintf(format, args...), "a configuration that nginx -t accepts"}
}

func (p *nginxParser) next() (nginxToken, error) {
	t := p.src.text
	for p.pos < len(t) {
		c := t[p.pos]
		if c == '#' {
			for p.pos < len(t) && t[p.pos] != '\n' {
				p.pos++
			}
			continue
		}
		if strings.IndexByte(" \t\r\n", c) < 0 && !strings.HasPrefix(t[p.pos:], "\ufeff") {
			break
		}
		if c >= 0x80 {
			p.pos += 2
		}
		p.pos++
	}
	start := p.pos
	if start >= len(t) {
		return nginxToken{}, nil
	}
	switch c := t[start]; c {
	case ';', '{', '}':
		p.pos++
		return nginxToken{c, word{string(c), start, p.pos, false}}, nil
	case '"', '\'':
		return p.quoted(c)
	}
	var b strings.Builder
	for p.pos < len(t) {
		c := t[p.pos]
		switch {
		case c == '\\' && p.pos+1 < len(t):
			unescape(&b, t[p.pos+1])
			p.pos += 2
			continue
		case c == '$' && p.pos+1 < len(t) && t[p.pos+1] == '{':
			b.WriteString("${")
			p.pos += 2
			continue
		case strings.IndexByte(" \t\r\n;{", c) >= 0:
			return nginxToken{'w', word{b.String(), start, p.pos, false}}, nil
		}
		b.WriteByte(c)
		p.pos++
	}
	return nginxToken{'w', word{b.String(), start, p.pos, false}}, nil
}

func (p *nginxParser) quoted(quote byte) (nginxToken, error) {
	t, start := p.src.text, p.pos
	var b strings.Builder
	for p.pos++; p.pos < len(t); p.pos++ {
		switch c := t[p.pos]; c {
		case '\\':
			if p.pos+1 < len(t) {
				unescape(&b, t[p.pos+1])
				p.pos++
			}
		case quote:
			p.pos++
			if p.pos < len(t) && strings.IndexByte(" \t\r\n;{)", t[p.pos]) < 0 {
				return nginxToken{}, p.fail(p.pos, "a word goes on after its closing quote")
			}
			// The bracket of an if belongs to the word before it.
			for p.pos < len(t) && t[p.pos] == ')' {
				b.WriteByte(')')
				p.pos++
			}
			return nginxToken{'w', word{b.String(), start, p.pos, true}}, nil
		default:
			b.WriteByte(c)
		}
	}
	return nginxToken{}, p.fail(start, "a quote is not closed")
}

// unescape writes what a backslash and a character stand for: nginx knows few.
func unescape(b *strings.Builder, c byte) {
	switch c {
	case '"', '\'', '\\':
		b.WriteByte(c)
	case 't':
		b.WriteByte('\t')
	case 'r':
		b.WriteByte('\r')
	case 'n':
		b.WriteByte('\n')
	default:
		b.WriteByte('\\')
		b.WriteByte(c)
	}
}

// parseBlock reads directives to the end of a block, or of the file.
func (p *nginxParser) parseBlock(parent *directive, depth int) ([]*directive, error) {
	var out []*directive
	if depth > maxDepth {
		return nil, p.fail(p.pos, "blocks are nested more than %d deep", maxDepth)
	}
	for {
		t, err := p.next()
		if err != nil {
			return nil, err
		}
		switch t.kind {
		case 0:
			if parent != nil {
				return nil, p.fail(parent.open, "this block is not closed")
			}
			return out, nil
		case '}':
			if parent == nil {
				return nil, p.fail(t.start, "this } closes nothing")
			}
			parent.close, parent.end = t.start, t.end
			return out, nil
		case ';', '{':
			return nil, p.fail(t.start, "there is no directive before %q", t.text)
		}
		if p.count++; p.count > maxDirectives {
			return nil, p.fail(t.start, "there are more than %d directives", maxDirectives)
		}
		d := &directive{name: t.word, src: p.src, parent: parent}
		if err := p.parseDirective(d, depth); err != nil {
			return nil, err
		}
		out = append(out, d)
	}
}

func (p *nginxParser) parseDirective(d *directive, depth int) error {
	for {
		t, err := p.next()
		if err != nil {
			return err
		}
		switch t.kind {
		case 0:
			return p.fail(d.name.start, "%q has no ; at its end", d.name.text)
		case '}':
			return p.fail(t.start, "%q has no ; before this }", d.name.text)
		case ';':
			d.end = t.end
			return nil
		case '{':
			d.braced, d.open = true, t.start
			if strings.HasSuffix(d.name.text, "_by_lua_block") {
				return p.lua(d)
			}
			d.block, err = p.parseBlock(d, depth+1)
			return err
		default:
			d.args = append(d.args, t.word)
		}
	}
}

// lua passes over a block of Lua to the brace that closes it.
func (p *nginxParser) lua(d *directive) error {
	t, depth := p.src.text, 1
	for p.pos < len(t) {
		rest := t[p.pos:]
		switch c := rest[0]; {
		case strings.HasPrefix(rest, "--[["), strings.HasPrefix(rest, "[["):
			i := strings.Index(rest, "]]")
			if i < 0 {
				return p.fail(d.name.start, "the Lua of this block is not closed")
			}
			p.pos += i + 2
			continue
		case strings.HasPrefix(rest, "--"):
			i := strings.IndexByte(rest, '\n')
			if i < 0 {
				return p.fail(d.name.start, "the Lua of this block is not closed")
			}
			p.pos += i
			continue
		case c == '"' || c == '\'':
			i := 1
			for i < len(rest) && rest[i] != c && rest[i] != '\n' {
				if rest[i] == '\\' {
					i++
				}
				i++
			}
			p.pos += min(i, len(rest)-1)
		case c == '{':
			depth++
		case c == '}':
			depth--
			if depth == 0 {
				d.close, d.end = p.pos, p.pos+1
				p.pos++
				return nil
			}
		}
		p.pos++
	}
	return p.fail(d.name.start, "the Lua of this block is not closed")
}

// nginxDoc is a parsed configuration, includes in their places.
type nginxDoc struct {
	file  *source
	top   []*directive
	files Files
	read  int
	// unread are includes that could not be followed, and why.
	unread []unreadInclude
	maps   map[string]*directive // by the variable that they make
	sets   map[string][]*directive
	// byName are the directives of a block by their names.
	byName map[*directive]map[string][]*directive
	// steps count how far values were followed, which maps of maps could make
	// endless.
	steps int
}

// maxSteps bounds how far values are followed in one file.
const maxSteps = 300_000

// named are the directives of a name in a block.
func (n *nginxDoc) named(block *directive, name string) []*directive {
	index, ok := n.byName[block]
	if !ok {
		index = map[string][]*directive{}
		for _, d := range n.within(block) {
			index[d.name.text] = append(index[d.name.text], d)
		}
		n.byName[block] = index
	}
	return index[name]
}

type unreadInclude struct {
	d   *directive
	why string
}

func parseNginx(src *source, files Files) (*nginxDoc, error) {
	p := &nginxParser{src: src}
	top, err := p.parseBlock(nil, 0)
	if err != nil {
		return nil, err
	}
	if len(top) == 0 {
		return nil, &ReadError{Position{File: src.name}, "there is no directive in it", "an nginx configuration, JavaScript or Go"}
	}
	n := &nginxDoc{file: src, files: files, maps: map[string]*directive{}, sets: map[string][]*directive{}, byName: map[*directive]map[string][]*directive{}}
	n.top = n.include(top, nil, []string{src.name})
	n.each(n.top, func(d *directive) {
		switch {
		case d.is("map") && d.braced && len(d.args) == 2:
			n.maps[d.arg(1)] = d
		case d.is("set") && len(d.args) == 2:
			n.sets[d.arg(0)] = append(n.sets[d.arg(0)], d)
		}
	})
	return n, nil
}

// each calls f for every directive, outer ones first.
func (n *nginxDoc) each(ds []*directive, f func(*directive)) {
	for _, d := range ds {
		f(d)
		n.each(d.block, f)
	}
}

// known are includes that come with nginx and hold no response header.
var knownIncludes = map[string]bool{
	"mime.types": true, "fastcgi_params": true, "fastcgi.conf": true, "proxy_params": true, "uwsgi_params": true,
	"scgi_params": true, "koi-win": true, "koi-utf": true, "win-utf": true,
}

// include puts the directives of included files where they are included.
func (n *nginxDoc) include(ds []*directive, parent *directive, stack []string) []*directive {
	var out []*directive
	for _, d := range ds {
		d.parent = parent
		if d.is("include") && len(d.args) == 1 && !d.braced && (parent == nil || !parent.is("map", "geo", "types", "split_clients")) {
			out = append(out, n.follow(d, parent, stack)...)
			continue
		}
		d.block = n.include(d.block, d, stack)
		out = append(out, d)
	}
	return out
}

// follow reads what one include names.
func (n *nginxDoc) follow(d *directive, parent *directive, stack []string) []*directive {
	name := d.arg(0)
	if knownIncludes[path.Base(name)] {
		return nil
	}
	not := func(why string) { n.unread = append(n.unread, unreadInclude{d, why}) }
	names := []string{name}
	glob := strings.ContainsAny(name, "*?[")
	if glob {
		found, err := n.files.Glob(name)
		if err != nil {
			not(err.Error())
			return nil
		}
		names = found
	}
	var out []*directive
	for _, f := range names {
		if len(stack) > 16 || contains(stack, f) {
			not(f + " includes itself")
			continue
		}
		if n.read++; n.read > maxFiles {
			not(fmt.Sprintf("more than %d files are included", maxFiles))
			return out
		}
		content, err := n.files.ReadFile(f)
		if err != nil || len(content) > MaxSource {
			if !strings.Contains(f, "modules-enabled/") {
				not(f + " cannot be read here")
			}
			continue
		}
		p := &nginxParser{src: newSource(f, content)}
		block, err := p.parseBlock(nil, 0)
		if err != nil {
			not(err.Error())
			continue
		}
		for _, inner := range n.include(block, parent, append(stack[:len(stack):len(stack)], f)) {
			inner.included = true
			out = append(out, inner)
		}
	}
	return out
}

func contains(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}

// condition is what an if asks, without its brackets.
func (d *directive) condition() []string {
	var out []string
	for i, a := range d.args {
		t := a.text
		if i == 0 {
			t = strings.TrimPrefix(t, "(")
		}
		if i == len(d.args)-1 {
			t = strings.TrimSuffix(t, ")")
		}
		if t != "" {
			out = append(out, t)
		}
	}
	return out
}
