package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"corstui/diagnose"
	"corstui/diagnose/finding"
	"corstui/diagnose/redact"
	"corstui/snippets"
)

// policyFlags describe a policy; snippet and try share them.
type policyFlags struct {
	origins, methods, headers, expose []string
	credentials                       bool
	maxAge                            int
	flags                             *pflag.FlagSet
}

func (p *policyFlags) register(fs *pflag.FlagSet, credentialsName string) {
	p.flags = fs
	fs.StringArrayVar(&p.origins, "allow-origin", nil, "an `ORIGIN` whose pages may call the API; repeats; '*' alone for a public API")
	fs.StringArrayVar(&p.methods, "allow-method", nil, "a `METHOD` that they may use; repeats")
	fs.StringArrayVar(&p.headers, "allow-header", nil, "a request header that they may set: `NAME`; repeats")
	fs.StringArrayVar(&p.expose, "expose-header", nil, "a response header that they may read: `NAME`; repeats")
	if credentialsName != "" {
		fs.BoolVar(&p.credentials, credentialsName, false, "let cookies travel")
	}
	fs.IntVar(&p.maxAge, "max-age", 0, "how long browsers may keep the preflight's answer, in `SECONDS`: 0 to 86400")
}

// given says whether any of the policy's flags was used.
func (p *policyFlags) given() bool {
	for _, name := range []string{"allow-origin", "allow-method", "allow-header", "expose-header", "max-age"} {
		if p.flags.Changed(name) {
			return true
		}
	}
	return false
}

// over puts the flags that were given over a policy.
func (p *policyFlags) over(base snippets.Policy) (snippets.Policy, error) {
	for name, list := range map[string]*[]string{"allow-origin": &base.AllowOrigins, "allow-method": &base.AllowMethods, "allow-header": &base.AllowHeaders, "expose-header": &base.ExposeHeaders} {
		if !p.flags.Changed(name) {
			continue
		}
		*list = slices.Clone(map[string][]string{"allow-origin": p.origins, "allow-method": p.methods, "allow-header": p.headers, "expose-header": p.expose}[name])
		if slices.Contains(*list, "") {
			return base, fmt.Errorf("--%s: the value is empty; leave the flag out instead", name)
		}
	}
	if p.credentials {
		base.Credentials = true
	}
	if p.flags.Changed("max-age") {
		base.MaxAge = &p.maxAge
	}
	return base, nil
}

func (a *app) snippetCommand() *cobra.Command {
	var policy policyFlags
	var target, recipe, output, reportFile string
	var force bool
	var o snippets.Options
	var into intoFlags
	cmd := &cobra.Command{
		Use:   "snippet",
		Short: "The fixed configuration, as files: from a policy, or from a report",
		Example: `  corstui snippet --target nginx --allow-origin https://app.example.com --credentials
  corstui snippet --recipe access
  corstui snippet --target worker --report report.json --output ./worker
  corstui snippet --into nginx.conf             your own file, mended, as a diff`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("argument %q: snippet takes flags only; see: corstui snippet --help", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			if reportFile != "" {
				r, err := a.readReport(reportFile)
				if err != nil {
					return err
				}
				o = fromReport(r, o, cmd.Flags())
				if !cmd.Flags().Changed("recipe") {
					recipe = string(recipeOf(r.Plan, target != ""))
				}
			}
			var err error
			if o.Policy, err = policy.over(o.Policy); err != nil {
				return err
			}
			if err := checkEmpty(cmd.Flags(), "target", "recipe", "upstream", "team-domain", "aud", "host", "path", "output", "report"); err != nil {
				return err
			}
			if err := checkPort("--listen", o.Listen); err != nil {
				return err
			}
			if err := into.check(cmd.Flags()); err != nil {
				return err
			}
			if into.file != "" {
				return a.into(cmd.Context(), into, snippets.Recipe(recipe), o, &policy, reportFile)
			}
			files, err := snippets.Generate(snippets.Recipe(recipe), snippets.Target(target), o)
			if err != nil {
				return oneLine(err)
			}
			if output == "" {
				_, err := fmt.Fprint(a.std.out, joinFiles(files))
				return err
			}
			// What would be lost is shown first, whether or not it may be.
			fmt.Fprint(a.std.out, overwritten(output, files))
			written, err := saveFiles(output, files, force)
			if err != nil {
				return err
			}
			for _, w := range written {
				fmt.Fprintln(a.std.out, redact.Clean(w))
			}
			return nil
		},
	}
	fs := cmd.Flags()
	policy.register(fs, "credentials")
	fs.StringVar(&target, "target", "", "`worker`, express, nginx or go")
	fs.StringVar(&recipe, "recipe", string(snippets.RecipeCORS), "`cors`, same-origin, jwt, service-token, access or waf")
	fs.StringVar(&o.Upstream, "upstream", "", "the `URL` behind a snippet that proxies")
	fs.IntVar(&o.Listen, "listen", 0, "the `PORT` that the snippet listens on")
	fs.StringVar(&o.TeamDomain, "team-domain", "", "your team's `DOMAIN`: team.cloudflareaccess.com")
	fs.StringVar(&o.AUD, "aud", "", "the Access application's `AUD` tag (hexadecimal)")
	fs.StringVar(&o.Host, "host", "", "the API's `HOST`, for the recipes access and waf")
	fs.StringVar(&o.Path, "path", "", "the API's `PATH` prefix, for the recipes access and waf")
	fs.StringVar(&output, "output", "", "write the files into `DIR`")
	fs.BoolVar(&force, "force", false, "overwrite files that are there")
	fs.StringVar(&reportFile, "report", "", "take the policy from a saved report: `FILE`")
	into.register(fs)
	return cmd
}

// fromReport takes from a report what the flags do not say.
func fromReport(r diagnose.Report, o snippets.Options, fs *pflag.FlagSet) snippets.Options {
	o.Policy = r.Policy
	if app := r.Facts.Access; app != nil {
		if !fs.Changed("team-domain") {
			o.TeamDomain = app.Team
		}
		if !fs.Changed("aud") {
			o.AUD = app.AUD
		}
	}
	host, path := hostAndPath(r.Case.URL)
	if !fs.Changed("host") {
		o.Host = host
	}
	if !fs.Changed("path") {
		o.Path = path
	}
	return o
}

// recipeOf is the first recipe of a report's plan; with a target, the first that
// makes files for one. Steps that no file can take have none. A plan without
// any leaves what is right for an API that nothing is wrong with.
func recipeOf(plan []finding.Step, targeted bool) snippets.Recipe {
	for _, s := range plan {
		settings := s.Recipe == snippets.RecipeAccess || s.Recipe == snippets.RecipeWAF
		if s.Recipe != "" && !(targeted && settings) {
			return s.Recipe
		}
	}
	return snippets.RecipeCORS
}

// checkEmpty refuses flags that were given without a value.
func checkEmpty(fs *pflag.FlagSet, names ...string) error {
	for _, n := range names {
		if f := fs.Lookup(n); f != nil && f.Changed && f.Value.String() == "" {
			return fmt.Errorf("--%s: the value is empty; leave the flag out instead", n)
		}
	}
	return nil
}

// oneLine is an error of several lines in one, for standard error.
func oneLine(err error) error { return errors.New(snippets.Line(err)) }

// existsError says that files would be overwritten.
type existsError struct{ paths []string }

func (e *existsError) Error() string {
	return fmt.Sprintf("%s is there already; nothing was written; --force overwrites it", strings.Join(e.paths, ", "))
}

// saveFiles writes files into a folder, which it makes. Without force it writes
// nothing where one of them is there. Files are written whole or not at all.
func saveFiles(dir string, files []snippets.File, force bool) ([]string, error) {
	var paths, there []string
	for _, f := range files {
		p := filepath.Join(dir, filepath.Base(f.Name))
		if _, err := os.Lstat(p); err == nil {
			there = append(there, p)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s: %w; right would be a folder that you may write to", p, cause(err))
		}
		paths = append(paths, p)
	}
	if len(there) > 0 && !force {
		return nil, &existsError{there}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("%s: %w; right would be a folder that you may write to", dir, cause(err))
	}
	for i, f := range files {
		if err := writeWhole(paths[i], []byte(f.Content), 0o644); err != nil {
			return paths[:i], fmt.Errorf("%s: %w; right would be a folder that you may write to", paths[i], cause(err))
		}
	}
	return paths, nil
}

// overwritten is the unified diff from the files that are there to those that
// would take their places; empty where none differs.
func overwritten(dir string, files []snippets.File) string {
	var b strings.Builder
	for _, f := range files {
		p := filepath.Join(dir, filepath.Base(f.Name))
		old, err := readRegular(p, maxInput)
		if err != nil {
			continue
		}
		b.WriteString(redact.CleanText(udiff.Unified(p, p, string(old), f.Content)))
	}
	return b.String()
}

// writeWhole writes a file by way of another beside it, so that a full disk
// leaves what was there before.
func writeWhole(path string, b []byte, mode os.FileMode) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".corstui-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(b)
	if e := tmp.Chmod(mode); err == nil {
		err = e
	}
	if e := tmp.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}

// readPolicy reads a policy as JSON.
func (a *app) readPolicy(name string) (snippets.Policy, error) {
	b, err := a.readInput(name)
	if err != nil {
		return snippets.Policy{}, err
	}
	p, err := snippets.ParsePolicy(b)
	if err != nil {
		return p, fmt.Errorf("--policy %s: %w", name, oneLine(err))
	}
	return p, nil
}

// joinFiles is all files one after another, each under a comment line with its
// name.
func joinFiles(files []snippets.File) string {
	var b strings.Builder
	for i, f := range files {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(f.Comment(f.Name) + "\n" + f.Content)
		if !strings.HasSuffix(f.Content, "\n") {
			b.WriteString("\n")
		}
	}
	return b.String()
}
