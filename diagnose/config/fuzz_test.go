package config_test

import (
	"strings"
	"testing"
	"time"

	"corstui/diagnose/config"
	"corstui/snippets"
)

// FuzzRead holds that no file makes a review panic or hang, that problems are
// inside of the file, and that what is corrected can be read again.
func FuzzRead(f *testing.F) {
	for _, c := range cases(f) {
		f.Add(c.name, c.files[c.name])
	}
	for _, s := range []string{
		"", "#", "a", "a;", "a{", "a {b;}", "server{add_header Access-Control-Allow-Origin *;}", "map $http_origin $x{~( $x;}",
		"map $a $b {x $b;} server {add_header Access-Control-Allow-Origin $b;}", "set $a $a; add_header Access-Control-Allow-Origin $a;",
		"if ($http_origin ~ ) { add_header Access-Control-Allow-Origin $http_origin; }", "add_header Access-Control-Allow-Origin;",
	} {
		f.Add("nginx.conf", s)
	}
	for _, s := range []string{
		"export default {fetch(r){return new Response(r.headers.get('Origin'))}}", "export default x; const x = x;", "const a = b, b = a; export default a",
		"`${`${1}`}`;export default {}", "for(const a in b);export default 1", "/*", "a/b/c;export default a",
	} {
		f.Add("worker.mjs", s)
	}
	f.Add("main.go", "package a; func f() { f := f; f() }")
	policy := snippets.Policy{AllowOrigins: []string{"https://app.example.com", "https://b.example.com"}, AllowMethods: []string{"PUT"}, Credentials: true}
	f.Fuzz(func(t *testing.T, name, text string) {
		if len(text) > 1<<16 {
			return
		}
		begun := time.Now()
		r, err := config.Read(name, []byte(text), memory{name: text})
		if err != nil {
			return
		}
		for _, p := range r.Problems {
			if p.Line < 1 || p.Column < 1 || p.File == name && p.Line > strings.Count(text, "\n")+1 {
				t.Errorf("a problem outside of the file: %s", p.Position)
			}
		}
		c, err := r.Correct(config.Wanted{Policy: &policy})
		if err != nil {
			t.Fatalf("correct: %v", err)
		}
		for _, file := range c.Files {
			if strings.ContainsAny(file.Name, `/\`) {
				t.Errorf("a file outside of the folder: %q", file.Name)
			}
		}
		if c.After != c.Before {
			if _, err := config.Read(name, []byte(c.After), nil); err != nil {
				t.Errorf("the corrected file: %v\n%s", err, c.After)
			}
		}
		if took := time.Since(begun); took > 20*time.Second {
			t.Errorf("it took %s", took)
		}
	})
}
