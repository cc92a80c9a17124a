package snippets_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/parser"
	"go/scanner"
	"go/token"
	"io"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/js"
	"github.com/tufanbarisyildirim/gonginx/config"
	nginx "github.com/tufanbarisyildirim/gonginx/parser"

	"corstui/snippets"
)

// hostile are endings that would leave a string, a comment or a line in one of
// the languages, or look like something that they are not.
var hostile = []string{
	`"`, `'`, "`", `\`, `\"`, "\n", "\r", "\r\nX: y", "\x00", "\x1b[2J", "$", "$host", "${x}", "$(id)", "`id`", "@{aud}", ";", "; }", "}", "{", "*/", "/*", "//", "<!--", "-->", "]]>",
	"#", "%", "%22", "%{x}", "&", "|", "<", ">", " ", "\t", ",", "(", ")", "!", "^", "~", "+", "=", "..", "\u2028", "\u2029", "\u202e", "\ufeff", "\u00a0", "\u0085", "ﬀ", "＂", "；", "é", "\xff", "\u212a",
}

// withValue sets one flag of good options to a value.
var withValue = map[string]func(o *snippets.Options, v string){
	"--allow-origin":  func(o *snippets.Options, v string) { o.Policy.AllowOrigins = []string{v} },
	"--allow-method":  func(o *snippets.Options, v string) { o.Policy.AllowMethods = []string{v} },
	"--allow-header":  func(o *snippets.Options, v string) { o.Policy.AllowHeaders = []string{v} },
	"--expose-header": func(o *snippets.Options, v string) { o.Policy.ExposeHeaders = []string{v} },
	"--upstream":      func(o *snippets.Options, v string) { o.Upstream = v },
	"--team-domain":   func(o *snippets.Options, v string) { o.TeamDomain = v },
	"--aud":           func(o *snippets.Options, v string) { o.AUD = v },
	"--host":          func(o *snippets.Options, v string) { o.Host = v },
	"--path":          func(o *snippets.Options, v string) { o.Path = v },
}

var plain = snippets.Options{
	Policy:   snippets.Policy{AllowOrigins: []string{"https://app.example.com"}, AllowMethods: []string{"PUT"}, AllowHeaders: []string{"X-A"}, ExposeHeaders: []string{"X-B"}},
	Upstream: "http://127.0.0.1:9000", TeamDomain: team, AUD: aud, Host: "api.example.com", Path: "/v1",
}

// good is the value of each flag in plain.
var good = map[string]string{
	"--allow-origin": "https://app.example.com", "--allow-method": "PUT", "--allow-header": "X-A", "--expose-header": "X-B",
	"--upstream": "http://127.0.0.1:9000/v", "--team-domain": team, "--aud": aud, "--host": "api.example.com", "--path": "/v1",
}

func TestHostileValuesAreRefusedInEveryFlagOfEveryRecipe(t *testing.T) {
	for flag, set := range withValue {
		for _, h := range hostile {
			for _, v := range []string{good[flag] + h, h + good[flag], good[flag][:3] + h + good[flag][3:]} {
				if legal(flag, h, v) {
					continue
				}
				forEach(func(r snippets.Recipe, target snippets.Target) {
					o := plain
					set(&o, v)
					files, err := snippets.Generate(r, target, o)
					if err == nil {
						t.Errorf("%s %s: %s %q is accepted", r, target, flag, v)
						return
					}
					if files != nil || !strings.HasPrefix(err.Error(), flag+" \"") || strings.ContainsFunc(err.Error(), func(c rune) bool { return c < ' ' || c > '~' }) {
						t.Errorf("%s %s %q: %q", r, flag, v, err)
					}
				})
			}
		}
	}
}

// legal says whether a combination happens to be a fair value: a segment of a
// path may have these in it.
func legal(flag, h, v string) bool {
	if h != "~" && h != ".." {
		return false
	}
	return flag == "--path" && strings.HasPrefix(v, "/v1") || flag == "--upstream" && v == good[flag]+h
}

// FuzzNoValueLeavesItsString generates every file with the given values, and
// where they are accepted compares each file's syntax with that of harmless
// values of the same kind: only the insides of strings and comments may differ.
func FuzzNoValueLeavesItsString(f *testing.F) {
	f.Add("https://app.example.com", "PUT", "X-A", "ETag", "http://127.0.0.1:9000", team, aud, "api.example.com", "/v1/", 600, true)
	f.Add("http://intranet.example:81", "My_Method", "X_A", "*", "https://api.example.com/a.b/~c", "a-b.fed.cloudflareaccess.com", "AB", "", "", 0, false)
	f.Add("*", "*", "Authorization", "X-9", "http://[::1]", "x.cloudflareaccess.com", "0", "a_b.example", "/-._~", -1, false)
	f.Add("http://[2001:db8::1]:3000", "GET", "a", "b", "", "", "", "1.2.3.4", "/", 86400, true)
	for _, h := range hostile {
		f.Add("https://a"+h+".example", "PUT"+h, "X"+h, "Y"+h, "http://127.0.0.1/"+h, h+team, aud+h, h, "/"+h, 1, false)
	}
	f.Fuzz(func(t *testing.T, origin, method, header, expose, upstream, teamDomain, audience, host, path string, maxAge int, credentials bool) {
		o := snippets.Options{
			Policy: snippets.Policy{
				AllowOrigins: []string{origin}, AllowMethods: []string{method}, AllowHeaders: []string{header}, ExposeHeaders: []string{expose}, Credentials: credentials, MaxAge: &maxAge,
			},
			Upstream: upstream, TeamDomain: teamDomain, AUD: audience, Host: host, Path: path,
		}
		forEach(func(r snippets.Recipe, target snippets.Target) {
			files, err := snippets.Generate(r, target, o)
			if err != nil {
				for _, e := range each(err) {
					if !strings.HasPrefix(e.Error(), "--") || strings.ContainsFunc(e.Error(), func(c rune) bool { return c < ' ' || c > '~' }) {
						t.Errorf("%q is no message for one line", e)
					}
				}
				if files != nil {
					t.Error("files beside an error")
				}
				return
			}
			harmless, err := snippets.Generate(r, target, harmlessLike(o))
			if err != nil {
				t.Fatalf("%+v: %v", harmlessLike(o), err)
			}
			for i, file := range files {
				if got, want := shape(t, file), shape(t, harmless[i]); got != want {
					t.Errorf("%s %s: a value changes the syntax\n%s\nof\n%s", r, file.Name, got, file.Content)
				}
			}
		})
	})
}

// harmlessLike returns options that switch the same branches of the templates,
// with values that are known.
func harmlessLike(o snippets.Options) snippets.Options {
	p := &o.Policy
	if v := p.AllowOrigins[0]; v != "*" {
		scheme, _, loopback, _ := kindOf(v)
		p.AllowOrigins = []string{scheme + map[bool]string{true: "://localhost", false: "://x.example"}[loopback]}
	}
	if v := p.AllowMethods[0]; v != "*" && !slices.Contains([]string{"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"}, v) {
		p.AllowMethods = []string{"X"}
	}
	for _, list := range []*[]string{&p.AllowHeaders, &p.ExposeHeaders} {
		switch v := (*list)[0]; {
		case v == "*":
		case strings.Contains(v, "_"):
			*list = []string{"X_X"}
		default:
			*list = []string{"X"}
		}
	}
	if o.Upstream != "" {
		scheme, ip, loopback, path := kindOf(o.Upstream)
		host := "api.example"
		switch {
		case ip && loopback:
			host = "127.0.0.1"
		case ip:
			host = "192.0.2.1"
		case loopback:
			host = "localhost"
		case !strings.Contains(strings.TrimSuffix(o.Upstream, path), "."):
			host = "api"
		}
		o.Upstream = scheme + "://" + host
		if path != "" {
			o.Upstream += "/p"
		}
	}
	same := func(v *string, harmless string) {
		if *v != "" {
			*v = harmless
		}
	}
	same(&o.TeamDomain, "x.cloudflareaccess.com")
	same(&o.AUD, "0")
	same(&o.Host, "x.example")
	if o.Path = strings.TrimSuffix(o.Path, "/"); o.Path != "" {
		o.Path = "/p"
	}
	return o
}

// kindOf takes an accepted origin or upstream apart, by another way than the
// package does.
func kindOf(v string) (scheme string, ip, loopback bool, path string) {
	u, err := url.Parse(v)
	if err != nil {
		panic(err)
	}
	a, err := netip.ParseAddr(u.Hostname())
	ip = err == nil
	loopback = ip && a.IsLoopback() || u.Hostname() == "localhost" || strings.HasSuffix(u.Hostname(), ".localhost")
	return u.Scheme, ip, loopback, strings.TrimSuffix(u.Path, "/")
}

// shape is a file's syntax with the insides of strings and comments left out.
func shape(t *testing.T, f snippets.File) string {
	t.Helper()
	switch f.Lang {
	case "go":
		return goShape(t, f.Content)
	case "javascript":
		return jsShape(t, f.Content)
	case "nginx":
		return nginxShape(t, f.Content)
	case "json":
		var v any
		if err := json.Unmarshal([]byte(f.Content), &v); err != nil {
			t.Fatalf("%v\n%s", err, f.Content)
		}
		return jsonShape(v)
	default:
		return fmt.Sprint(strings.Count(f.Content, "\n"), strings.Count(f.Content, `"`))
	}
}

func goShape(t *testing.T, src string) string {
	t.Helper()
	if _, err := parser.ParseFile(token.NewFileSet(), "x.go", src, 0); err != nil {
		t.Fatalf("%v\n%s", err, src)
	}
	var s scanner.Scanner
	set := token.NewFileSet()
	s.Init(set.AddFile("x.go", -1, len(src)), []byte(src), nil, 0)
	var b strings.Builder
	for {
		_, tok, lit := s.Scan()
		if tok == token.EOF {
			return b.String()
		}
		if tok == token.IDENT {
			b.WriteString(lit)
		}
		b.WriteString(tok.String() + " ")
	}
}

func jsShape(t *testing.T, src string) string {
	t.Helper()
	if _, err := js.Parse(parse.NewInputString(src), js.Options{}); err != nil && !errors.Is(err, io.EOF) {
		t.Fatalf("%v\n%s", err, src)
	}
	l := js.NewLexer(parse.NewInputString(src))
	var b strings.Builder
	last := js.ErrorToken
	for {
		tok, text := l.Next()
		if tok == js.DivToken && (last == js.OpenParenToken || last == js.ReturnToken) {
			tok, text = l.RegExp() // the parser knows where one may stand
		}
		switch tok {
		case js.ErrorToken:
			return b.String()
		case js.StringToken:
			b.WriteString("string ")
		case js.WhitespaceToken, js.CommentToken, js.LineTerminatorToken, js.CommentLineTerminatorToken:
			continue
		default:
			b.Write(text)
			b.WriteByte(' ')
		}
		last = tok
	}
}

func nginxShape(t *testing.T, src string) string {
	t.Helper()
	c, err := nginx.NewStringParser(src).Parse()
	if err != nil {
		t.Fatalf("%v\n%s", err, src)
	}
	var b strings.Builder
	var walk func(block config.IBlock)
	walk = func(block config.IBlock) {
		b.WriteString("{")
		for _, d := range block.GetDirectives() {
			name := d.GetName()
			if strings.HasPrefix(name, `"`) {
				name = "string" // an entry of a map
			}
			fmt.Fprintf(&b, "%s/%d", name, len(d.GetParameters()))
			if inner := d.GetBlock(); inner != nil {
				walk(inner)
			}
			b.WriteString(";")
		}
		b.WriteString("}")
	}
	walk(c.Block)
	return b.String()
}

func jsonShape(v any) string {
	switch v := v.(type) {
	case map[string]any:
		out := "{"
		for _, k := range []string{"cors_headers", "options_preflight_bypass", "allowed_origins", "allowed_methods", "allowed_headers", "expression", "action", "action_parameters"} {
			if inner, ok := v[k]; ok {
				out += k + ":" + jsonShape(inner) + ","
			}
		}
		return fmt.Sprint(out, len(v), "}")
	case []any:
		return fmt.Sprint("[", len(v), "]")
	default:
		return fmt.Sprintf("%T", v)
	}
}
