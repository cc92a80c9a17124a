package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"corstui/diagnose/config"
	"corstui/diagnose/redact"
)

// writeCorrection makes a correction: it checks the new text with the program
// that will read it, keeps the old file, and puts the new one in its place.
func writeCorrection(ctx context.Context, out io.Writer, name string, r *config.Review, c *config.Correction) error {
	// A symbolic link, as in sites-enabled, stays one.
	real, err := filepath.EvalSymlinks(name)
	if err != nil {
		return fmt.Errorf("%s: %w; right would be a file that you may write", name, cause(err))
	}
	info, err := os.Stat(real)
	if err != nil {
		return fmt.Errorf("%s: %w; right would be a file that you may write", name, cause(err))
	}
	now, err := readBounded(real)
	if err != nil || string(now) != c.Before {
		return fmt.Errorf("%s: has changed since it was read; nothing was written", name)
	}
	dir := filepath.Dir(real)
	for _, f := range c.Files {
		if _, err := os.Lstat(filepath.Join(dir, filepath.Base(f.Name))); err == nil {
			return fmt.Errorf("%s is there already; nothing was written; move it away first", filepath.Join(dir, filepath.Base(f.Name)))
		}
	}
	says, err := checkCorrection(ctx, real, r, c)
	if err != nil {
		return err
	}
	backup := ""
	if c.After != c.Before {
		if backup, err = keep(real, c.Before, info.Mode().Perm()); err != nil {
			return err
		}
	}
	for _, f := range c.Files {
		path := filepath.Join(dir, filepath.Base(f.Name))
		if err := writeNew(path, f.Content, 0o644); err != nil {
			return err
		}
		fmt.Fprintf(out, "wrote %s\n", path)
	}
	if backup != "" {
		if err := writeWhole(real, []byte(c.After), info.Mode().Perm()); err != nil {
			return fmt.Errorf("%s: %w; the file is as it was", name, cause(err))
		}
		fmt.Fprintf(out, "wrote %s; as it was: %s\n", name, backup)
	}
	fmt.Fprintln(out, says)
	return nil
}

// keep writes a file's old text beside it, under the first name that is free.
func keep(path, text string, mode os.FileMode) (string, error) {
	for i := 1; i < 1000; i++ {
		name := path + ".bak"
		if i > 1 {
			name = fmt.Sprintf("%s.bak.%d", path, i)
		}
		err := writeNew(name, text, mode)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		return name, err
	}
	return "", fmt.Errorf("%s.bak: a thousand of them are there; nothing was written", path)
}

// writeNew writes a file that is not there yet.
func writeNew(path, text string, mode os.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return fmt.Errorf("%s: %w; right would be a folder that you may write to", path, cause(err))
	}
	_, err = f.WriteString(text)
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		_ = os.Remove(path)
		return fmt.Errorf("%s: %w; right would be a disk with room", path, cause(err))
	}
	return nil
}

// checkTime bounds each run of another program.
const checkTime = 60 * time.Second

// checkCorrection has the program that will read the file look at the new text.
// It is an error where that refuses the new text and took the old one.
func checkCorrection(ctx context.Context, real string, r *config.Review, c *config.Correction) (string, error) {
	tmp, err := os.MkdirTemp("", "corstui-check-")
	if err != nil {
		return "not checked: " + cause(err).Error(), nil
	}
	defer os.RemoveAll(tmp)
	check, missing := checker(real, tmp, r)
	if check == nil {
		return "not checked: " + missing, nil
	}
	name, out, err := check(ctx, c.After, c)
	switch {
	case err == nil:
		return name + " accepts it", nil
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Sprintf("%s cannot say: it did not end within %s", name, checkTime), nil
	case ctx.Err() != nil:
		return "", ctx.Err()
	}
	_, before, errBefore := check(ctx, c.Before, nil)
	if errBefore != nil {
		return fmt.Sprintf("%s cannot say: it refused the file before the change too: %s", name, lastLine(before)), nil
	}
	return "", fmt.Errorf("%s: %s refuses the corrected file (%s); nothing was written", real, name, lastLine(out))
}

// check looks at a text in the place of the file; with a correction, its new
// files are there too.
type check func(ctx context.Context, text string, c *config.Correction) (name, out string, err error)

// checker finds the program that checks this kind of file; missing says why
// there is none.
func checker(real, tmp string, r *config.Review) (c check, missing string) {
	real, err := filepath.Abs(real)
	if err != nil {
		return nil, err.Error()
	}
	look := func(name string, places ...string) string {
		for _, p := range append([]string{name}, places...) {
			if path, err := exec.LookPath(p); err == nil {
				return path
			}
		}
		return ""
	}
	switch r.Kind {
	case config.KindNginx:
		nginx := look("nginx", "/usr/sbin/nginx", "/usr/local/sbin/nginx")
		if nginx == "" {
			return nil, "nginx is not installed here"
		}
		return func(ctx context.Context, text string, _ *config.Correction) (string, string, error) {
			return nginxCheck(ctx, nginx, real, tmp, r, text)
		}, ""
	case config.KindGo:
		goTool := look("go")
		if goTool == "" {
			return nil, "go is not installed here"
		}
		return func(ctx context.Context, text string, c *config.Correction) (string, string, error) {
			return goCheck(ctx, goTool, real, tmp, text, c)
		}, ""
	}
	node := look("node")
	if node == "" {
		return nil, "node is not installed here"
	}
	return func(ctx context.Context, text string, c *config.Correction) (string, string, error) {
		ext := filepath.Ext(real)
		if r.Kind == config.KindWorker || ext == "" {
			ext = ".mjs"
		}
		if ext == ".js" {
			ext = map[bool]string{true: ".cjs", false: ".mjs"}[r.CommonJS()]
		}
		files := map[string]string{"check" + ext: text}
		if c != nil {
			for _, f := range c.Files {
				files[f.Name] = f.Content
			}
		}
		for name, content := range files {
			path := filepath.Join(tmp, name)
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				return "node --check", err.Error(), err
			}
			if out, err := output(ctx, tmp, node, "--check", path); err != nil {
				return "node --check", out, err
			}
		}
		return "node --check", "", nil
	}, ""
}

// nginxCheck runs nginx -t on a text: as a whole configuration, or inside of
// what it is included in. It stands beside the file for a moment, since relative
// includes are looked for there.
func nginxCheck(ctx context.Context, nginx, real, tmp string, r *config.Review, text string) (string, string, error) {
	const name = "nginx -t"
	f, err := os.CreateTemp(filepath.Dir(real), ".corstui-check-*")
	if err != nil {
		return name, err.Error(), err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(text)
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return name, err.Error(), err
	}
	main := f.Name()
	if context := r.Context(); context != "main" {
		main = filepath.Join(tmp, "nginx.conf")
		inside := "include \"" + f.Name() + "\";"
		if context == "server" {
			inside = "server { " + inside + " }"
		}
		if err := os.WriteFile(main, []byte("events {}\npid "+filepath.Join(tmp, "pid")+";\nhttp { "+inside+" }\n"), 0o600); err != nil {
			return name, err.Error(), err
		}
	}
	out, err := output(ctx, tmp, nginx, "-t", "-q", "-e", "stderr", "-c", main)
	return name, strings.ReplaceAll(out, f.Name(), real), err
}

// goCheck runs go vet with the text laid over the file: nothing is written
// beside it.
func goCheck(ctx context.Context, goTool, real, tmp, text string, c *config.Correction) (string, string, error) {
	const name = "go vet"
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	lay := func(path, content string) error {
		to := filepath.Join(tmp, fmt.Sprintf("%d-%s", len(overlay.Replace), filepath.Base(path)))
		overlay.Replace[path] = to
		return os.WriteFile(to, []byte(content), 0o600)
	}
	err := lay(real, text)
	if c != nil {
		for _, f := range c.Files {
			err = errors.Join(err, lay(filepath.Join(filepath.Dir(real), f.Name), f.Content))
		}
	}
	b, e := json.Marshal(overlay)
	err = errors.Join(err, e, os.WriteFile(filepath.Join(tmp, "overlay.json"), b, 0o600))
	if err != nil {
		return name, err.Error(), err
	}
	out, err := output(ctx, filepath.Dir(real), goTool, "vet", "-overlay", filepath.Join(tmp, "overlay.json"), ".")
	return name, out, err
}

// output runs a program to its end. Go is kept from fetching modules.
func output(ctx context.Context, dir, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOPROXY=off", "GOTOOLCHAIN=local")
	var b bytes.Buffer
	cmd.Stdout, cmd.Stderr = &b, &b
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return b.String(), err
}

// lastLine is the last line that says something, fit for a terminal.
func lastLine(s string) string {
	last := ""
	for line := range strings.Lines(s) {
		if t := strings.TrimSpace(line); t != "" {
			last = t
		}
	}
	return redact.Clean(last)
}
