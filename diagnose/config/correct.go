package config

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"corstui/diagnose/finding"
	"corstui/snippets"
)

// Correction is what mends a file.
type Correction struct {
	// Before and After are the file's whole text.
	Before, After string
	// Files go beside it; their names have no folder.
	Files []snippets.File
	// Notes say what is left to a person.
	Notes []string
	// Policy is the one that the correction sets; empty where none was needed.
	Policy snippets.Policy

	name string
}

// Changed says whether there is anything to write.
func (c *Correction) Changed() bool { return c.Before != c.After || len(c.Files) > 0 }

// Diff is the correction as a unified diff, new files included.
func (c *Correction) Diff() string {
	var b strings.Builder
	base := strings.TrimPrefix(path.Clean(strings.ReplaceAll(c.name, `\`, "/")), "/")
	b.WriteString(unified("a/"+base, "b/"+base, c.Before, c.After))
	for _, f := range c.Files {
		b.WriteString(unified("/dev/null", "b/"+path.Join(path.Dir(base), f.Name), "", f.Content))
	}
	return b.String()
}

// unified leaves out what makes go-udiff end the process: no edits, no diff.
func unified(from, to, old, text string) string {
	if old == text {
		return ""
	}
	out, err := udiff.ToUnified(from, to, old, udiff.Lines(old, text), 3)
	if err != nil {
		return ""
	}
	return out
}

// ErrNoPolicy says that a correction needs to know which origins to allow, and
// that the file names none exactly.
var ErrNoPolicy = errors.New("the file names no exact origin to allow")

// Wanted is what the caller asks of a correction.
type Wanted struct {
	// Policy as it was asked for; nil for the file's own.
	Policy *snippets.Policy
	// Exists says whether a file of that name is beside the file already.
	Exists func(name string) bool
}

// Correct returns what mends the file. Nothing wrong is a Correction without a
// change. It is ErrNoPolicy where a policy is needed and there is none, and
// snippets' own error where the policy is not valid.
func (r *Review) Correct(w Wanted) (*Correction, error) {
	c := &correction{Correction: &Correction{Before: r.src.text, name: r.Name}, reviewed: r, src: r.src, wanted: w.Policy, exists: w.Exists}
	if c.exists == nil {
		c.exists = func(string) bool { return false }
	}
	if w.Policy != nil {
		if err := w.Policy.Validate(); err != nil {
			return nil, err
		}
	}
	if err := r.doc.correct(c); err != nil {
		return nil, err
	}
	c.After = apply(r.src.text, c.edits)
	for _, p := range r.Problems {
		if p.at != nil && p.at != r.src && p.Severity != finding.Info {
			c.note("%s is in another file: corrected by corstui snippet --into %s", p.Position, p.File)
		}
	}
	var notes []string
	for _, n := range c.Notes {
		notes = appendNew(notes, n)
	}
	c.Notes = notes
	return c.Correction, nil
}

// correction is a Correction in the making.
type correction struct {
	*Correction
	reviewed *Review
	src      *source
	edits    []edit
	wanted   *snippets.Policy
	exists   func(string) bool
}

// need returns the policy to set, asked for or stated by the file.
func (c *correction) need() (snippets.Policy, error) {
	p := c.reviewed.policy
	if c.wanted != nil {
		p = *c.wanted
	}
	if len(p.AllowOrigins) == 0 {
		return p, ErrNoPolicy
	}
	if p.Credentials && slices.Contains(p.AllowOrigins, "*") {
		return p, ErrNoPolicy
	}
	if err := p.Validate(); err != nil {
		return p, ErrNoPolicy
	}
	c.Policy = p
	c.narrowed(p)
	return p, nil
}

// narrowed says what a policy leaves out that the file let in.
func (c *correction) narrowed(p snippets.Policy) {
	if c.reviewed.anyHeader && len(p.AllowHeaders) == 0 {
		c.note("no request header is allowed now: list them with --allow-header")
	}
	for _, problem := range c.reviewed.Problems {
		switch problem.ID {
		case "lookalike-origin", "origin-reflected", "http-origin", "any-port-origin", "not-understood":
			if c.wanted == nil {
				c.note("only %s stays allowed, which the file names exactly; give all origins with --allow-origin if there are more", strings.Join(p.AllowOrigins, ", "))
				return
			}
		case "headers-reflected":
			if len(p.AllowHeaders) == 0 {
				c.note("no request header is allowed now: list them with --allow-header")
			}
		}
	}
}

func (c *correction) note(format string, args ...any) {
	c.Notes = append(c.Notes, fmt.Sprintf(format, args...))
}

// insert adds text at an offset; replace and remove change a range.
//
//go:noinline
func (c *correction) insert(at int, text string) { c.edits = append(c.edits, edit{at, at, text}) }

func (c *correction) replace(start, end int, text string) {
	c.edits = append(c.edits, edit{start, end, text})
}

// remove takes away a range, with its lines where nothing else is on them.
func (c *correction) remove(start, end int) {
	if a, b, ok := c.src.alone(start, end); ok {
		start, end = a, b
	}
	c.edits = append(c.edits, edit{start, end, ""})
}

// indented puts white space before each line that is not empty, and gives lines
// the file's own line breaks.
func (c *correction) indented(text, indent string) string {
	var b strings.Builder
	unit := "    "
	if strings.Contains(indent, "\t") || indent == "" && strings.Contains(c.src.text, "\n\t") {
		unit = "\t"
	}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if line != "" {
			rest := strings.TrimLeft(line, " ")
			b.WriteString(indent + strings.Repeat(unit, (len(line)-len(rest))/4) + rest)
		}
		b.WriteString(c.src.newline())
	}
	return b.String()
}
