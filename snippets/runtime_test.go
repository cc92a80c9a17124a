package snippets_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"corstui/snippets"
)

// hang bounds every wait for a runtime; nothing is measured by it.
const hang = 30 * time.Second

// missing ends a test whose runtime is not installed: as a failure where the
// tests must be complete, as a named skip elsewhere.
func missing(t *testing.T, what, how string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is missing; %s", what, how)
	}
	t.Skipf("%s is missing; %s", what, how)
}

// program returns the path of an installed program.
func program(t *testing.T, name, how string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		missing(t, name, how)
	}
	return path
}

// nodeModules returns the folder with the pinned npm packages.
func nodeModules(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", ".cache", "runtimes", "node_modules"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "workerd")); err != nil {
		missing(t, "workerd and Express", "run sh snippets/testdata/runtimes/install.sh")
	}
	return dir
}

// site is a running server made of generated files.
type site struct {
	base string // "http://127.0.0.1:PORT"
	dir  string
	log  *logs
}

// logs collects what a process prints, from two pipes at once.
type logs struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// setting is what a runtime needs beside the files.
type setting struct {
	env      []string
	express4 bool
	// replace, for nginx: old and new strings, in the file.
	replace []string
	// outbound, for a Worker: the address that answers every fetch.
	outbound string
	// extra files, by name, after the generated ones; they may replace them.
	extra map[string]string
	// entry of a Node process, server.mjs by default; node are its flags.
	entry string
	node  []string
}

// start writes the files into a folder and runs them in the target's runtime,
// unchanged.
func start(t *testing.T, r snippets.Recipe, target snippets.Target, o snippets.Options, s setting) *site {
	t.Helper()
	port := freePort(t)
	o.Listen = port
	dir := write(t, generate(t, r, target, o))
	for name, content := range s.extra {
		writeFile(t, filepath.Join(dir, name), content)
	}
	if s.replace != nil {
		path := filepath.Join(dir, "nginx.conf")
		writeFile(t, path, strings.NewReplacer(s.replace...).Replace(read(t, path)))
	}
	st := &site{base: "http://127.0.0.1:" + strconv.Itoa(port), dir: dir, log: &logs{}}
	switch target {
	case snippets.TargetNginx:
		nginx := nginxPath(t)
		run(t, st, s.env, nginx, "-e", "stderr", "-p", dir, "-c", "nginx.conf", "-g", "daemon off;")
	case snippets.TargetExpress:
		linkModules(t, dir, s.express4)
		entry := s.entry
		if entry == "" {
			entry = "server.mjs"
		}
		run(t, st, append(s.env, "PORT="+strconv.Itoa(port)), program(t, "node", "install Node.js 20 or later"), append(s.node, entry)...)
	case snippets.TargetGo:
		run(t, st, append(s.env, "PORT="+strconv.Itoa(port)), build(t, dir))
	case snippets.TargetWorker:
		config := writeWorkerd(t, dir, port, s)
		run(t, st, nil, filepath.Join(nodeModules(t), ".bin", "workerd"), "serve", config)
	}
	wait(t, st)
	return st
}

func generate(t *testing.T, r snippets.Recipe, target snippets.Target, o snippets.Options) []snippets.File {
	t.Helper()
	files, err := snippets.Generate(r, target, o)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func write(t *testing.T, files []snippets.File) string {
	t.Helper()
	dir := t.TempDir()
	// nginx started by root reads the page as another user.
	for _, d := range []string{dir, filepath.Dir(dir)} {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range files {
		writeFile(t, filepath.Join(dir, f.Name), f.Content)
	}
	return dir
}

func writeFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func nginxPath(t *testing.T) string {
	t.Helper()
	for _, p := range []string{"/usr/sbin/nginx", "/usr/local/sbin/nginx"} {
		if _, err := os.Stat(p); err == nil {
			return p
		}
	}
	return program(t, "nginx", "install nginx-light")
}

// linkModules gives the folder the npm packages, with Express 5 or 4.
func linkModules(t *testing.T, dir string, express4 bool) {
	t.Helper()
	from := nodeModules(t)
	for _, name := range []string{"express", "http-proxy-middleware", "jose", "on-headers", "vary"} {
		source := name
		if name == "express" && express4 {
			source = "express4"
		}
		to := filepath.Join(dir, "node_modules", name)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(filepath.Join(from, source), to); err != nil {
			t.Fatal(err)
		}
	}
}

// build compiles the Go files of a folder. Without a go.mod of their own they
// get one.
func build(t *testing.T, dir string) string {
	t.Helper()
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
		writeFile(t, filepath.Join(dir, "go.mod"), "module api\n\ngo 1.22\n")
	} else if out, ok := try(t, dir, []string{"GOWORK=off", "GOFLAGS="}, "go", "mod", "download"); !ok {
		missing(t, "a Go module of the generated go.mod", out)
	}
	command(t, dir, "go", "vet", ".")
	command(t, dir, "go", "build", "-o", "api", ".")
	return filepath.Join(dir, "api")
}

// command runs a program to its end, which must be a success.
func command(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*hang)
	defer cancel()
	c := exec.CommandContext(ctx, name, args...)
	c.Dir = dir
	c.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// try runs a program that may fail, and says whether it succeeded.
func try(t *testing.T, dir string, env []string, name string, args ...string) (string, bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), hang)
	defer cancel()
	c := exec.CommandContext(ctx, name, args...)
	c.Dir = dir
	c.Env = append(os.Environ(), env...)
	out, err := c.CombinedOutput()
	if ctx.Err() != nil {
		t.Fatalf("%s did not end: %s", name, out)
	}
	return string(out), err == nil
}

// writeWorkerd writes the configuration that runs worker.mjs as wrangler would.
func writeWorkerd(t *testing.T, dir string, port int, s setting) string {
	t.Helper()
	worker, err := os.ReadFile(filepath.Join(dir, "worker.mjs"))
	if err != nil {
		t.Fatal(err)
	}
	module := "worker.mjs"
	if bytes.Contains(worker, []byte(`from "jose"`)) {
		// wrangler bundles with esbuild.
		modules := nodeModules(t)
		if err := os.Symlink(modules, filepath.Join(dir, "node_modules")); err != nil {
			t.Fatal(err)
		}
		module = "bundle.mjs"
		command(t, dir, filepath.Join(modules, ".bin", "esbuild"), "worker.mjs", "--bundle", "--format=esm", "--conditions=workerd,worker,browser", "--outfile="+module, "--log-level=error")
	}
	bindings := ""
	for _, e := range s.env {
		name, value, _ := strings.Cut(e, "=")
		bindings += fmt.Sprintf("(name = %q, text = %q),", name, value)
	}
	services, outbound := `(name = "internet", network = (allow = ["private", "public"])),`, ""
	if s.outbound != "" {
		services = fmt.Sprintf(`(name = "outside", external = (address = %q, http = (style = host))),`, s.outbound)
		outbound = `, globalOutbound = "outside"`
	}
	config := fmt.Sprintf(`using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ (name = "main", worker = .worker), %s ],
  sockets = [ (name = "http", address = "127.0.0.1:%d", http = (), service = "main") ],
);
const worker :Workerd.Worker = (
  modules = [ (name = "worker.mjs", esModule = embed %q) ],
  compatibilityDate = %q,
  bindings = [ %s ]%s
);
`, services, port, module, compatibilityDate(t, dir), bindings, outbound)
	path := filepath.Join(dir, "config.capnp")
	writeFile(t, path, config)
	return path
}

func compatibilityDate(t *testing.T, dir string) string {
	t.Helper()
	toml, err := os.ReadFile(filepath.Join(dir, "wrangler.toml"))
	if err != nil {
		t.Fatal(err)
	}
	_, after, ok := strings.Cut(string(toml), `compatibility_date = "`)
	if !ok {
		t.Fatal("wrangler.toml has no compatibility_date")
	}
	return after[:len("2006-01-02")]
}

// run starts a process that ends with the test.
func run(t *testing.T, s *site, env []string, name string, args ...string) {
	t.Helper()
	c := exec.Command(name, args...)
	c.Dir = s.dir
	c.Env = append(os.Environ(), env...)
	c.Stdout, c.Stderr = s.log, s.log
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		_ = c.Wait()
		close(done)
	}()
	t.Cleanup(func() {
		_ = c.Process.Signal(os.Interrupt) // nginx ends its workers on it
		select {
		case <-done:
		case <-time.After(5 * time.Second):
			_ = c.Process.Kill()
			<-done
		}
		if t.Failed() {
			t.Logf("%s printed:\n%s", filepath.Base(name), s.log)
		}
	})
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
}

// wait returns when the server accepts connections.
func wait(t *testing.T, s *site) {
	t.Helper()
	deadline := time.Now().Add(hang)
	for time.Now().Before(deadline) {
		c, err := net.Dial("tcp", strings.TrimPrefix(s.base, "http://"))
		if err == nil {
			_ = c.Close()
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("the server did not come up:\n%s", s.log)
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
