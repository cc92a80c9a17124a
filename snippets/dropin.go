package snippets

import (
	"errors"
	"fmt"
)

// DropIn is a recipe as a part of something that is there already: files that
// go beside it, and the lines that use them.
type DropIn struct {
	Files []File
	// Uses are the lines to add, each with the place where it goes.
	Uses []Use
}

// Use is a line that makes a program use a drop-in, and where it goes.
type Use struct{ Line, Where string }

// DropInOptions are Options, and what the surroundings ask for.
type DropInOptions struct {
	Options
	// CommonJS asks for require() in place of import, for Express.
	CommonJS bool
	// Package is the Go package's name, main without.
	Package string
}

// GenerateDropIn returns a recipe as a drop-in for a target. Errors are those
// of Generate. The recipes access and waf are no part of a program: their files
// are those of Generate.
func GenerateDropIn(r Recipe, t Target, o DropInOptions) (DropIn, error) {
	var errs []error
	switch t {
	case TargetNginx, TargetWorker, TargetExpress, TargetGo:
	default:
		_, err := Generate(r, t, o.Options)
		if err != nil {
			return DropIn{}, err
		}
	}
	if o.Package != "" && !isGoName(o.Package) {
		errs = append(errs, fmt.Errorf("package %q: not the name of a Go package", o.Package))
	}
	files, err := Generate(r, t, o.Options)
	if err != nil || len(errs) > 0 {
		return DropIn{}, errors.Join(append(errs, err)...)
	}
	if r == RecipeAccess || r == RecipeWAF {
		return DropIn{Files: files}, nil
	}
	o.Options = o.normalised()
	switch t {
	case TargetNginx:
		return nginxDropIn(r, o.Options), nil
	case TargetGo:
		return goDropIn(r, o, files), nil
	default:
		return scriptDropIn(r, t, o), nil
	}
}

func isGoName(s string) bool {
	for i, c := range []byte(s) {
		if c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != "" && s != "_"
}

// Mark begins the first line of every drop-in: a review of the file that uses it
// knows by it that the policy is in place.
const Mark = "A drop-in of corstui: "
