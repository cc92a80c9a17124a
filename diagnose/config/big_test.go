package config_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"corstui/diagnose/config"
	"corstui/snippets"
)

// TestBigFilesComeToAnEnd holds files against hostile sizes and shapes. A file
// may be refused; it may not hang.
func TestBigFilesComeToAnEnd(t *testing.T) {
	repeat := func(n int, f func(i int) string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(f(i))
		}
		return b.String()
	}
	tests := []struct{ name, text string }{
		{"locations/nginx.conf", "server { add_header Access-Control-Allow-Origin * always; error_page 404 @e;\n" + repeat(5000, func(i int) string {
			return fmt.Sprintf("location /%d { add_header X y; proxy_pass http://a; }\n", i)
		}) + "}"},
		{"problems/nginx.conf", "server {\n" + repeat(5000, func(i int) string {
			return fmt.Sprintf("location /%d { add_header Access-Control-Allow-Origin $http_origin; }\n", i)
		}) + "}"},
		{"maps/nginx.conf", repeat(9, func(i int) string {
			return fmt.Sprintf("map $a $v%d {%s}\n", i, repeat(40, func(j int) string { return fmt.Sprintf("k%d $v%d;", j, i+1) }))
		}) + "server { add_header Access-Control-Allow-Origin $v0; }"},
		{"sets/nginx.conf", "server {\n" + repeat(5000, func(i int) string {
			return fmt.Sprintf("if ($f%d) { set $f%d 1; } if ($f%d) { add_header Access-Control-Allow-Origin $http_origin; }\n", i, i+1, i)
		}) + "}"},
		{"deep/nginx.conf", strings.Repeat("a {", 100000)},
		{"quotes/nginx.conf", strings.Repeat(`"`, 100001)},
		{"regexp/nginx.conf", `map $http_origin $o { "~^` + strings.Repeat("(a|b)?", 300) + `$" $http_origin; } server { add_header Access-Control-Allow-Origin $o; }`},
		{"names/worker.mjs", "const a0 = 1;\n" + repeat(20000, func(i int) string { return fmt.Sprintf("const a%d = a%d;\n", i+1, i) }) +
			"export default { fetch() { return new Response('', { headers: { 'Access-Control-Allow-Origin': a20000 } }) } }"},
		{"tangle/worker.mjs", repeat(60, func(i int) string {
			return fmt.Sprintf("function f%d(o) { if (f%d(o) || f%d(o)) return f%d(o); return o; }\n", i, (i+1)%60, (i+7)%60, (i+13)%60)
		}) + "export default { fetch(r) { const h = new Headers(); h.set('Access-Control-Allow-Origin', f0(r.headers.get('Origin'))); return new Response('', {headers: h}) } }"},
		{"sum/worker.mjs", "export default { fetch() {} }; x = " + strings.Repeat("a+", 300000) + "a"},
		{"dots/worker.mjs", "export default { fetch() {} }; x = a" + strings.Repeat(".a", 300000)},
		{"brackets/worker.mjs", "export default " + strings.Repeat("[", 100000)},
		{"bangs/worker.mjs", "export default { fetch() {} }; x = " + strings.Repeat("!", 100000) + "a"},
		{"arrows/worker.mjs", "export default { fetch() {} }; x = " + strings.Repeat("(a, ", 150) + strings.Repeat(")", 150)},
		{"headers/worker.mjs", "export default { fetch(r) { const h = new Headers();\n" + strings.Repeat("h.append('Access-Control-Allow-Origin', r.headers.get('Origin'));\n", 4000) + "return new Response('', {headers: h}) } }"},
		{"sum/main.go", "package a\nvar x = " + strings.Repeat("1+", 300000) + "1"},
		{"calls/main.go", "package a\nfunc f() {\n" + strings.Repeat("w.Header().Set(\"Access-Control-Allow-Origin\", r.Header.Get(\"Origin\"))\n", 4000) + "}"},
		{"brackets/main.go", "package a\nvar x = " + strings.Repeat("(", 100000)},
	}
	policy := snippets.Policy{AllowOrigins: []string{"https://app.example.com"}}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			begun := time.Now()
			_, name, _ := strings.Cut(tt.name, "/")
			if r, err := config.Read(name, []byte(tt.text), nil); err == nil {
				if _, err := r.Correct(config.Wanted{Policy: &policy}); err != nil {
					t.Error(err)
				}
			}
			if took := time.Since(begun); took > 30*time.Second {
				t.Errorf("it took %s", took)
			} else {
				t.Log(took)
			}
		})
	}
}
