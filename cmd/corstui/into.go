package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"corstui/diagnose/config"
	"corstui/diagnose/redact"
	"corstui/snippets"
)

// intoFlags are the flags of snippet that mend a file that is there.
type intoFlags struct {
	file  string
	write bool
}

func (f *intoFlags) register(fs *pflag.FlagSet) {
	fs.StringVar(&f.file, "into", "", "mend a `FILE` of your own: nginx, Worker, Express or Go; prints its problems and a diff")
	fs.BoolVar(&f.write, "write", false, "with --into: make the change, and keep the file as it was in FILE.bak")
}

// intoUnused are flags of whole files, which have no meaning for one that is
// there.
var intoUnused = []string{"target", "output", "force", "listen", "host", "path"}

func (f *intoFlags) check(fs *pflag.FlagSet) error {
	switch {
	case !fs.Changed("into") && f.write:
		return errors.New("--write: only with --into FILE")
	case !fs.Changed("into"):
		return nil
	case f.file == "":
		return errors.New("--into: the value is empty; right would be the file to mend")
	}
	for _, name := range intoUnused {
		if fs.Changed(name) {
			return fmt.Errorf("--%s: has no meaning with --into; leave it out", name)
		}
	}
	return nil
}

// into prints what is wrong with a file, then its correction as a diff, which
// patch and git apply take as it stands. With --write it makes the change.
func (a *app) into(ctx context.Context, f intoFlags, recipe snippets.Recipe, o snippets.Options, flags *policyFlags, reportFile string) error {
	r, err := readConfig(f.file)
	if err != nil {
		return err
	}
	switch recipe {
	case snippets.RecipeCORS:
	case snippets.RecipeAccess, snippets.RecipeWAF:
		return fmt.Errorf("--recipe %s: is a setting of Cloudflare, and nothing to put into %s; leave out --into", recipe, f.file)
	default:
		return a.intoRecipe(f, recipe, r, o)
	}
	wanted, err := wantedPolicy(a, r, o, flags, reportFile)
	if err != nil {
		return err
	}
	c, err := correct(r, f.file, wanted)
	if errors.Is(err, config.ErrNoPolicy) {
		return fmt.Errorf("%s: names no exact origin to allow; say which pages may call the API: --allow-origin https://app.example.com", f.file)
	}
	if err != nil {
		return oneLine(err)
	}
	out, err := reviewText([]*config.Review{r})
	if err != nil {
		return err
	}
	fmt.Fprintf(a.std.out, "%s", out)
	for _, n := range c.Notes {
		fmt.Fprintf(a.std.out, "note: %s\n", redact.CleanText(n))
	}
	if !c.Changed() {
		return nil
	}
	fmt.Fprintf(a.std.out, "\n%s", redact.CleanText(c.Diff()))
	if !f.write {
		return nil
	}
	return writeCorrection(ctx, a.std.out, f.file, r, c)
}

// correct makes the correction of a file, with regard to what stands beside it.
func correct(r *config.Review, name string, wanted *snippets.Policy) (*config.Correction, error) {
	dir := filepath.Dir(name)
	return r.Correct(config.Wanted{Policy: wanted, Exists: func(name string) bool {
		_, err := os.Lstat(filepath.Join(dir, filepath.Base(name)))
		return err == nil
	}})
}

// wantedPolicy is the policy of the flags or of a report; nil for the file's
// own. A report knows one page: the origins that the file allows stay.
func wantedPolicy(a *app, r *config.Review, o snippets.Options, flags *policyFlags, reportFile string) (*snippets.Policy, error) {
	if reportFile != "" {
		report, err := a.readReport(reportFile)
		if err != nil {
			return nil, err
		}
		r.Compare(report.Exchanges, report.DecidedBy)
	}
	if reportFile == "" && !flags.given() && !flags.credentials {
		return nil, nil
	}
	p, stated := o.Policy, r.Stated()
	if len(p.AllowOrigins) == 0 || reportFile != "" && !flags.flags.Changed("allow-origin") && !contains(stated.AllowOrigins, "*") {
		p.AllowOrigins = union(stated.AllowOrigins, p.AllowOrigins)
	}
	if reportFile != "" {
		p = besides(stated, p)
	}
	if len(p.AllowOrigins) == 0 {
		return nil, fmt.Errorf("%s: names no exact origin to allow; say which pages may call the API: --allow-origin https://app.example.com", r.Name)
	}
	if err := p.Validate(); err != nil {
		return nil, oneLine(err)
	}
	return &p, nil
}

// besides is a report's policy with what a file allows already: the report knows
// one request. The origins are left to the caller.
func besides(stated, p snippets.Policy) snippets.Policy {
	p.AllowMethods = union(stated.AllowMethods, p.AllowMethods)
	p.AllowHeaders = union(stated.AllowHeaders, p.AllowHeaders)
	p.ExposeHeaders = union(stated.ExposeHeaders, p.ExposeHeaders)
	p.Credentials = p.Credentials || stated.Credentials
	return p
}

func contains(list []string, v string) bool {
	for _, x := range list {
		if x == v {
			return true
		}
	}
	return false
}

// union is a list, and what of another it lacks; header names in any case.
func union(a, b []string) []string {
	out := append([]string{}, a...)
	for _, v := range b {
		has := false
		for _, x := range out {
			has = has || strings.EqualFold(x, v)
		}
		if !has {
			out = append(out, v)
		}
	}
	return out
}

// intoRecipe prints a recipe as a drop-in for the kind of the file, and the
// lines that use it.
func (a *app) intoRecipe(f intoFlags, recipe snippets.Recipe, r *config.Review, o snippets.Options) error {
	if f.write {
		return fmt.Errorf("--write: mends CORS alone; the files of recipe %s go beside %s by hand", recipe, f.file)
	}
	d, err := snippets.GenerateDropIn(recipe, r.Kind.Target(), r.DropInOptions(o))
	if err != nil {
		return oneLine(err)
	}
	for _, u := range d.Uses {
		fmt.Fprintf(a.std.out, "%s %s:\n    %s\n", d.Files[0].Comment(r.Name+","), u.Where, strings.ReplaceAll(strings.TrimRight(u.Line, "\n"), "\n", "\n    "))
	}
	_, err = fmt.Fprint(a.std.out, "\n", joinFiles(d.Files))
	return err
}
