package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"corstui/diagnose"
	"corstui/diagnose/config"
	"corstui/diagnose/redact"
	"corstui/snippets"
	"corstui/ui"
)

// Mend implements ui.Mender: what corstui snippet --into says of a file and a
// report, for the screen.
func (b *backend) Mend(path string, report *diagnose.Report, p snippets.Policy) (*ui.Mend, error) {
	name := expandHome(path)
	r, err := readConfig(name)
	if err != nil {
		return nil, err
	}
	r.Compare(report.Exchanges, report.DecidedBy)
	stated := r.Stated()
	if !contains(stated.AllowOrigins, "*") {
		p.AllowOrigins = union(stated.AllowOrigins, p.AllowOrigins)
	}
	p = besides(stated, p)
	if len(p.AllowOrigins) == 0 {
		return nil, fmt.Errorf("%s: names no exact origin to allow, and neither does the report; name the pages on the fix first", path)
	}
	if err := p.Validate(); err != nil {
		return nil, oneLine(err)
	}
	c, err := correct(r, name, &p)
	if errors.Is(err, config.ErrNoPolicy) {
		return nil, fmt.Errorf("%s: names no exact origin to allow; name the pages on the fix first", path)
	}
	if err != nil {
		return nil, oneLine(err)
	}
	m := &ui.Mend{Kind: string(r.Kind), Notes: c.Notes}
	for _, pr := range r.Problems {
		m.Problems = append(m.Problems, ui.MendProblem{At: pr.Position.String(), Severity: string(pr.Severity), What: pr.What, Why: pr.Why})
	}
	if !c.Changed() {
		return m, nil
	}
	m.Diff = redact.CleanText(c.Diff())
	m.Write = func(ctx context.Context) ([]string, error) {
		var out bytes.Buffer
		err := writeCorrection(ctx, &out, name, r, c)
		return strings.Split(strings.TrimRight(out.String(), "\n"), "\n"), err
	}
	return m, nil
}

// Bounds of a search for files: it is a help, and must not be waited for.
const (
	nearDepth = 4    // folders below the present one
	nearLooks = 3000 // names that are looked at
	nearReads = 64 << 10
	nearMost  = 40
)

// notMine are folders that hold what others wrote, or what was made.
var notMine = []string{"node_modules", "vendor", "dist", "build", "testdata"}

// nearMarks are what a file that concerns CORS has in it, in lower case, by the
// end of its name.
var nearMarks = map[string][]string{
	".conf": {"add_header", "proxy_pass", "server {"}, ".nginx": {""}, ".vhost": {""},
	".js": {"access-control-", "cors("}, ".mjs": {"access-control-", "cors("}, ".cjs": {"access-control-", "cors("},
	".go": {"access-control-", "cors."},
}

// MendFiles implements ui.MendFinder: files in the present folder and below
// that look as if they had to do with CORS.
func (b *backend) MendFiles() []string { return filesNear(".") }

func filesNear(dir string) []string {
	var out []string
	looked := 0
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		looked++
		rel, _ := filepath.Rel(dir, path)
		switch {
		case looked > nearLooks || len(out) >= nearMost:
			return filepath.SkipAll
		case err != nil:
			return nil //nolint:nilerr // a folder that may not be read is passed by
		case d.IsDir():
			deep := strings.Count(rel, string(filepath.Separator)) >= nearDepth
			if rel != "." && (deep || strings.HasPrefix(d.Name(), ".") || slices.Contains(notMine, d.Name())) {
				return filepath.SkipDir
			}
			return nil
		case !d.Type().IsRegular() || strings.HasSuffix(d.Name(), "_test.go"):
			return nil
		}
		if marks := nearMarks[strings.ToLower(filepath.Ext(path))]; marks != nil && hasMark(path, marks) {
			out = append(out, rel)
		}
		return nil
	})
	return out
}

func hasMark(path string, marks []string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, nearReads))
	text := strings.ToLower(string(b))
	return err == nil && slices.ContainsFunc(marks, func(m string) bool { return strings.Contains(text, m) })
}
