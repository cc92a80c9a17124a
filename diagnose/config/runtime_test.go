package config_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"corstui/diagnose"
	"corstui/diagnose/config"
	"corstui/diagnose/exchange"
	"corstui/diagnose/finding"
)

const page = "https://app.example.com"

// hang bounds every wait for a runtime; nothing is measured by it.
const hang = 30 * time.Second

// live is a faulty file that can run: what a page asks of it, and what check
// finds before the correction. After it the page must be allowed, with no error.
type live struct {
	file    string // below testdata
	path    string
	method  string
	headers [][2]string
	include bool // cookies travel
	finds   string
}

var lives = []live{
	{file: "nginx/always-missing", path: "/api/", include: true, finds: finding.ErrorsWithoutCORS},
	{file: "nginx/inheritance", path: "/files/", finds: finding.AllowOriginMissing},
	{file: "nginx/wide-open", method: "PUT", finds: finding.AllowOriginMissing},
	{file: "nginx/map-unanchored", finds: finding.LookalikeAllowed},
	{file: "nginx/auth-basic", path: "/api/", headers: [][2]string{{"Authorization", "Basic YTpi"}}, finds: finding.PreflightStatus},
	{file: "nginx/reflection", include: true, finds: finding.OriginReflected},
	{file: "nginx/star-credentials", include: true, finds: finding.WildcardWithCredentials},
	{file: "nginx/slash", finds: finding.AllowOriginMismatch},
	{file: "nginx/several-values", finds: finding.AllowOriginMultiple},
	{file: "nginx/twice", finds: finding.CORSHeadersTwice},
	{file: "nginx/error-page", path: "/api/", finds: finding.ErrorsWithoutCORS},
	{file: "nginx/options-in-if", method: "PUT", finds: finding.PreflightUnanswered},
	{file: "nginx/article-if", path: "/api/", include: true, finds: finding.LookalikeAllowed},
	{file: "worker/success-only", finds: finding.ErrorsWithoutCORS},
	{file: "worker/wildcard-credentials", include: true, finds: finding.WildcardWithCredentials},
	{file: "worker/options-only", method: "PUT", finds: finding.AllowOriginMissing},
	{file: "worker/reflects", finds: finding.OriginReflected},
	{file: "express/cors-last", path: "/items", finds: finding.AllowOriginMissing},
	{file: "express/auth-first", path: "/me", headers: [][2]string{{"Authorization", "Bearer x"}}, finds: finding.PreflightUnanswered},
	{file: "express/error-handler", finds: finding.ErrorsWithoutCORS},
	{file: "express/by-hand", include: true, finds: finding.VaryOriginRefusal},
	{file: "express/reflects", finds: finding.OriginReflected},
	{file: "go/reflects", path: "/items", include: true, finds: finding.OriginReflected},
	{file: "go/auth-outside", path: "/me", headers: [][2]string{{"Authorization", "Bearer x"}}, finds: finding.PreflightUnanswered},
	{file: "go/error-first", path: "/items", finds: finding.ErrorsWithoutCORS},
}

func TestCorrectionsWorkInTheirRuntime(t *testing.T) {
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Vary", "Accept-Encoding")
		_, _ = io.WriteString(w, "{}")
	}))
	t.Cleanup(upstream.Close)
	byPath := map[string]testCase{}
	for _, c := range cases(t) {
		byPath[strings.TrimSuffix(strings.TrimPrefix(filepath.ToSlash(c.path), "testdata/"), ".txtar")] = c
	}
	for _, l := range lives {
		t.Run(l.file, func(t *testing.T) {
			t.Parallel()
			c, ok := byPath[l.file]
			if !ok {
				t.Fatal("there is no such case")
			}
			before := l.ask(t, serve(t, c, c.files[c.name], nil, upstream.URL))
			if !found(before, l.finds) {
				t.Fatalf("before the correction check finds %s, not %s", ids(before), l.finds)
			}
			r, err := config.Read(c.name, []byte(c.files[c.name]), c.files)
			if err != nil {
				t.Fatal(err)
			}
			fix := correct(t, r, c.policy)
			after := l.ask(t, serve(t, c, fix.After, fix, upstream.URL))
			if !after.Verdict.Allowed || after.Verdict.Partial {
				t.Errorf("after the correction the page is not allowed: %s\n%s", after.Headline, ids(after))
			}
			for _, f := range after.Findings {
				if f.Severity == finding.Error || f.ID == l.finds {
					t.Errorf("after the correction: %s: %s", f.ID, f.Detail)
				}
			}
		})
	}
}

// ask runs the case of a page against a running server.
func (l live) ask(t *testing.T, base string) diagnose.Report {
	t.Helper()
	c := exchange.Case{URL: base + "/" + strings.TrimPrefix(l.path, "/"), Origin: page, Method: l.method}
	for _, h := range l.headers {
		c.Headers = append(c.Headers, exchange.Header{Name: h[0], Value: h[1]})
	}
	if l.include {
		c.Credentials = exchange.CredentialsInclude
	}
	r, err := diagnose.Run(t.Context(), c, diagnose.Options{AllowUnsafe: true, MaxTime: hang}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func found(r diagnose.Report, id string) bool {
	for _, f := range r.Findings {
		if f.ID == id {
			return true
		}
	}
	return false
}

func ids(r diagnose.Report) string {
	var out []string
	for _, f := range r.Findings {
		out = append(out, f.ID)
	}
	return fmt.Sprintf("%v, allowed %v", out, r.Verdict.Allowed)
}

// missing ends a test whose runtime is not installed: as a failure where the
// tests must be complete, as a named skip elsewhere.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(what)
	}
	t.Skip(what)
}

func program(t *testing.T, names ...string) string {
	t.Helper()
	for _, n := range names {
		if p, err := exec.LookPath(n); err == nil {
			return p
		}
	}
	missing(t, names[0]+" is not installed")
	return ""
}

func nodeModules(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../../.cache/runtimes/node_modules")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "workerd")); err != nil {
		missing(t, "workerd and Express are missing; run sh snippets/testdata/runtimes/install.sh")
	}
	return dir
}

// serve runs a file in its runtime, and returns where it listens.
func serve(t *testing.T, c testCase, text string, fix *config.Correction, upstream string) string {
	t.Helper()
	dir := t.TempDir()
	for _, d := range []string{dir, filepath.Dir(dir), filepath.Dir(filepath.Dir(dir))} {
		_ = os.Chmod(d, 0o755) // nginx started by root reads as another user
	}
	port := freePort(t)
	listen := "127.0.0.1:" + strconv.Itoa(port)
	write := func(name, content string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if fix != nil {
		for _, f := range fix.Files {
			write(f.Name, f.Content)
		}
	}
	env := append(os.Environ(), "PORT="+strconv.Itoa(port), "GOWORK=off", "GOFLAGS=")
	var cmd *exec.Cmd
	switch kind := filepath.Base(filepath.Dir(c.path)); kind {
	case "nginx":
		nginx := program(t, "nginx", "/usr/sbin/nginx", "/usr/local/sbin/nginx")
		write("htpasswd", "a:{PLAIN}b\n")
		text = strings.NewReplacer("listen 8080", "listen "+listen, "http://127.0.0.1:9000", upstream, "/etc/nginx/htpasswd", filepath.Join(dir, "htpasswd"), "http {", "http { access_log off;"+temps(), "http{", "http {").Replace(text)
		write("nginx.conf", "pid nginx.pid;\n"+text)
		cmd = exec.Command(nginx, "-e", "stderr", "-p", dir, "-c", "nginx.conf", "-g", "daemon off;")
	case "worker":
		write("worker.mjs", text)
		modules := `(name = "worker.mjs", esModule = embed "worker.mjs"),`
		if fix != nil {
			for _, f := range fix.Files {
				modules += fmt.Sprintf("(name = %q, esModule = embed %q),", f.Name, f.Name)
			}
		}
		write("config.capnp", fmt.Sprintf(`using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ (name = "main", worker = .worker), (name = "outside", external = (address = %q, http = (style = host))) ],
  sockets = [ (name = "http", address = %q, http = (), service = "main") ],
);
const worker :Workerd.Worker = ( modules = [ %s ], compatibilityDate = "2025-01-01", globalOutbound = "outside" );
`, strings.TrimPrefix(upstream, "http://"), listen, modules))
		cmd = exec.Command(filepath.Join(nodeModules(t), ".bin", "workerd"), "serve", "config.capnp")
	case "express":
		if err := os.Symlink(nodeModules(t), filepath.Join(dir, "node_modules")); err != nil {
			t.Fatal(err)
		}
		write(c.name, text)
		cmd = exec.Command(program(t, "node"), c.name)
	case "go":
		write("main.go", text)
		write("go.mod", "module api\n\ngo 1.22\n")
		build := exec.Command(program(t, "go"), "build", "-o", "api", ".")
		build.Dir, build.Env = dir, env
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("go build: %v\n%s", err, out)
		}
		cmd = exec.Command(filepath.Join(dir, "api"))
	default:
		t.Fatalf("nothing runs %s", kind)
	}
	cmd.Dir, cmd.Env = dir, env
	start(t, cmd, listen)
	return "http://" + listen
}

// temps keep nginx's temporary files in its own folder.
func temps() string {
	var b strings.Builder
	for _, m := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		b.WriteString(" " + m + "_temp_path " + m + ";")
	}
	return b.String()
}

// output collects what a process prints.
type output struct {
	mu sync.Mutex
	b  strings.Builder
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// start runs a server until the test ends, and waits until it listens.
func start(t *testing.T, cmd *exec.Cmd, listen string) {
	t.Helper()
	out := &output{}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { _ = cmd.Wait(); close(done) }()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		select {
		case <-done:
		case <-time.After(5 * time.Second):
			_ = cmd.Process.Kill()
			<-done
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), hang)
	defer cancel()
	for {
		c, err := net.Dial("tcp", listen)
		if err == nil {
			_ = c.Close()
			return
		}
		select {
		case <-done:
			t.Fatalf("the server ended:\n%s", out)
		case <-ctx.Done():
			t.Fatalf("the server does not listen:\n%s", out)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// ports are below those that systems give to outgoing connections, and given
// out once: two servers of this test never meet.
var ports atomic.Int32

func freePort(t *testing.T) int {
	t.Helper()
	for range 200 {
		port := 21000 + (os.Getpid()*37+int(ports.Add(1)))%9000
		l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port))
		if err == nil {
			_ = l.Close()
			return port
		}
	}
	t.Fatal("no port is free")
	return 0
}
