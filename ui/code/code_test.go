package code

import (
	"strings"
	"testing"

	"corstui/ui/rich"
)

// marked writes a highlighted file with a letter before each span that has a
// role: k keyword, s string, c comment, n number.
func marked(name, content string) string {
	letters := map[rich.Role]string{rich.CodeKeyword: "k", rich.CodeString: "s", rich.CodeComment: "c", rich.CodeNumber: "n"}
	var out []string
	for _, l := range Highlight(name, content) {
		s := ""
		for _, sp := range l {
			if m := letters[sp.Role]; m != "" {
				s += m + "<" + sp.Text + ">"
			} else {
				s += sp.Text
			}
		}
		out = append(out, s)
	}
	return strings.Join(out, "\n")
}

func TestEachLanguageGetsItsColours(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"worker.mjs", "const a = 'x\\'y'; // why\nreturn 204;", "k<const> a = s<'x\\'y'>; c<// why>\nk<return> n<204>;"},
		{"server.mjs", "`a\nb` + \"q\" /* c\nd */", "s<`a>\ns<b`> + s<\"q\"> c</* c>\nc<d */>"},
		{"nginx.conf", "add_header Vary Origin always; # keep", "k<add_header> Vary Origin k<always>; c<# keep>"},
		{"access.tf", "resource \"a\" \"b\" { x = true }", "k<resource> s<\"a\"> s<\"b\"> { x = k<true> }"},
		{"app.json", "{\"a\": true, \"n\": 600}", "{s<\"a\">: k<true>, s<\"n\">: n<600>}"},
		{"wrangler.toml", "# c\nname = \"x\"", "c<# c>\nname = s<\"x\">"},
		{"main.go", "package main\n\n// Doc.\nfunc f() string { return \"a\" + `b` }", "k<package> main\n\nc<// Doc.>\nk<func> f() string { k<return> s<\"a\"> + s<`b`> }"},
		{"access.md", "# Title\n\"plain\"", "# Title\n\"plain\""},
	} {
		if got := marked(c.name, c.in); got != c.want {
			t.Errorf("%s\n got %q\nwant %q", c.name, got, c.want)
		}
	}
}

func TestNothingIsLostHoweverBroken(t *testing.T) {
	for _, name := range []string{"a.mjs", "a.go", "a.conf", "a.tf", "a.json", "a.toml", "a"} {
		for _, in := range []string{"", "'", "\"open", "/* open", "`", "func (", "\\", "a\n\n\nb\n", "漢'字'", "\x00\xff"} {
			var got []string
			for _, l := range Highlight(name, in) {
				got = append(got, l.String())
			}
			want := rich.CleanString(strings.TrimRight(in, "\n"))
			if strings.TrimRight(strings.Join(got, "\n"), "\n") != want {
				t.Errorf("%s %q became %q", name, in, got)
			}
		}
	}
}
