package config_test

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/fcgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
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

func TestCorrectionsWorkInTheirRuntime(t *testing.T) {
	up := startUpstreams(t)
	byName := map[string]testCase{}
	for _, c := range cases(t) {
		byName[c.short()] = c
	}
	for _, l := range lives {
		t.Run(l.file, func(t *testing.T) {
			t.Parallel()
			c, ok := byName[l.file]
			if !ok {
				t.Fatal("there is no such case")
			}
			l.run(t, c, up)
		})
	}
}

// run asks a case's file before and after its correction.
func (l live) run(t *testing.T, c testCase, up upstreams) {
	t.Helper()
	base := l.serve(t, c, c.files[c.name], nil, up)
	before := l.ask(t, base)
	if l.finds != "" && !found(before, l.finds) {
		t.Errorf("before the correction check finds %s, not %s", ids(before), l.finds)
	}
	if l.letsIn != "" && !l.allows(t, base) {
		t.Errorf("before the correction %s is not let in", l.letsIn)
	}
	r, err := config.Read(c.name, []byte(c.files[c.name]), c.files)
	if err != nil {
		t.Fatal(err)
	}
	policy := c.policy
	if l.policy != nil {
		policy = l.policy
	}
	fix := correct(t, r, policy)
	base = l.serve(t, c, fix.After, fix, up)
	after := l.ask(t, base)
	if !after.Verdict.Allowed || after.Verdict.Partial {
		t.Errorf("after the correction the page is not allowed: %s\n%s\n%s", after.Headline, ids(after), fix.Diff())
	}
	for _, f := range after.Findings {
		if f.Severity == finding.Error || f.ID == l.finds {
			t.Errorf("after the correction: %s: %s", f.ID, f.Detail)
		}
	}
	if l.letsIn != "" && l.allows(t, base) {
		t.Errorf("after the correction %s is still let in", l.letsIn)
	}
}

// ask runs the case of a page against a running server.
func (l live) ask(t *testing.T, base string) diagnose.Report {
	t.Helper()
	c := exchange.Case{URL: base + l.path, Origin: cmp.Or(l.page, page), Method: l.method}
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

// allows says whether the origin letsIn gets itself back as allowed.
func (l live) allows(t *testing.T, base string) bool {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+l.path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Origin", l.letsIn)
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = a.Body.Close()
	return a.Header.Get("Access-Control-Allow-Origin") == l.letsIn
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

// upstreams are what stands behind the files.
type upstreams struct {
	plain, own string // URLs: one that knows nothing of CORS, one with headers of its own
	login      string // 401 without Authorization
	php        string // FastCGI, with CORS headers of its own
	down       string // refuses every connection
}

func startUpstreams(t *testing.T) upstreams {
	t.Helper()
	answer := func(own bool) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Vary", "Accept-Encoding")
			if own {
				w.Header().Set("Access-Control-Allow-Origin", "*")
			}
			_, _ = io.WriteString(w, "{}")
		})
	}
	plain, own := httptest.NewServer(answer(false)), httptest.NewServer(answer(true))
	login := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	t.Cleanup(plain.Close)
	t.Cleanup(own.Close)
	t.Cleanup(login.Close)
	php, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan struct{})
	go func() { _ = fcgi.Serve(php, answer(true)); close(served) }()
	t.Cleanup(func() { _ = php.Close(); <-served })
	return upstreams{
		plain: plain.URL, own: own.URL, login: login.URL, php: php.Addr().String(),
		down: "http://127.0.0.1:" + strconv.Itoa(freePort(t)),
	}
}

// at is the URL of the upstream that a live wants.
func (u upstreams) at(name string) string {
	switch name {
	case "own":
		return u.own
	case "down":
		return u.down
	}
	return u.plain
}

// serve runs a file in its runtime, and returns where it listens.
func (l live) serve(t *testing.T, c testCase, text string, fix *config.Correction, up upstreams) string {
	t.Helper()
	dir := t.TempDir()
	for _, d := range []string{dir, filepath.Dir(dir), filepath.Dir(filepath.Dir(dir))} {
		_ = os.Chmod(d, 0o755) // nginx started by root reads as another user
	}
	port := freePort(t)
	listen := "127.0.0.1:" + strconv.Itoa(port)
	upstream := up.at(l.upstream)
	kind := filepath.Base(filepath.Dir(c.path))
	places := strings.NewReplacer("127.0.0.1:8080", listen)
	if kind == "nginx" {
		places = strings.NewReplacer("listen 8080", "listen "+listen, "listen 80;", "listen 127.0.0.1:"+strconv.Itoa(freePort(t))+";", "http://127.0.0.1:9000", upstream, "http://127.0.0.1:9001", up.login,
			"fastcgi_pass 127.0.0.1:9000", "fastcgi_pass "+up.php, "/etc/nginx/", dir+"/", "http {", "http { access_log off;"+temps())
	}
	write := func(name, content string) {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(places.Replace(content)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range c.files {
		write(name, content)
	}
	write(c.name, text)
	if l.around != nil {
		for name, content := range l.around(fix != nil) {
			write(name, content)
		}
	}
	if fix != nil {
		for _, f := range fix.Files {
			write(f.Name, f.Content)
		}
	}
	env := append(os.Environ(), "PORT="+strconv.Itoa(port), "UPSTREAM="+upstream, "GOWORK=off", "GOFLAGS=-mod=mod")
	var cmd *exec.Cmd
	switch kind {
	case "nginx":
		nginx := program(t, "nginx", "/usr/sbin/nginx", "/usr/local/sbin/nginx")
		for name, content := range nginxFiles {
			write(name, content)
		}
		cmd = exec.Command(nginx, "-e", "stderr", "-p", dir, "-c", "nginx.conf", "-g", "daemon off; pid nginx.pid;")
	case "worker":
		modules := fmt.Sprintf("(name = %q, esModule = embed %q),", c.name, c.name)
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
		cmd = exec.Command(program(t, "node"), c.name)
	case "go":
		write("go.mod", "module api\n\ngo 1.22\n\nrequire "+regexp.MustCompile(`github\.com/rs/cors v\S+`).FindString(ours(t, "go.mod"))+"\n")
		write("go.sum", ours(t, "go.sum"))
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

// ours is a file at the root of this module.
func ours(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// nginxFiles are what files of the cases name in nginx's own folder.
var nginxFiles = map[string]string{
	"htpasswd":    "a:{PLAIN}b\n",
	"mime.types":  "types { text/html html; }\n",
	"secret.conf": "# nothing here concerns CORS\n",
	"fastcgi_params": `fastcgi_param REQUEST_METHOD $request_method;
fastcgi_param REQUEST_URI $request_uri;
fastcgi_param SERVER_PROTOCOL $server_protocol;
fastcgi_param HTTP_HOST $http_host;
fastcgi_param CONTENT_LENGTH $content_length;
`,
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
