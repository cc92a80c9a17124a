package browser

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// A Family is the browsers that one driver speaks to, and where they are found.
type Family struct {
	// Called is what messages call the family: "a Chrome, Chromium or Edge".
	Called string
	// Env names the environment variable that says which one to run.
	Env string
	// Names are those under which its browsers are found on PATH, best first.
	Names []string
	// Places are, by GOOS, the paths of installers that put nothing on PATH. A
	// leading environment variable stands for its value; a path whose variable
	// is empty is left out.
	Places map[string][]string
	// Missing is the error where none is installed.
	Missing error
}

// Find returns the path of an installed browser of the family: the one that the
// environment variable names, else the first on PATH, else the first in the
// usual places. Without one the error is f.Missing.
func (f Family) Find() (string, error) {
	return f.find(os.Getenv, exec.LookPath, isExecutable, runtime.GOOS)
}

func (f Family) find(getenv func(string) string, lookPath func(string) (string, error), executable func(string) bool, goos string) (string, error) {
	if named := getenv(f.Env); named != "" {
		path, err := lookPath(named)
		if err != nil {
			return "", fmt.Errorf("%s=%q is no executable: give the path of %s", f.Env, named, f.Called)
		}
		return path, nil
	}
	for _, name := range f.Names {
		if path, err := lookPath(name); err == nil {
			return path, nil
		}
	}
	for _, place := range f.Places[goos] {
		missing := false
		path := os.Expand(place, func(name string) string {
			v := getenv(name)
			missing = missing || v == ""
			return v
		})
		if !missing && executable(path) {
			return path, nil
		}
	}
	return "", f.Missing
}

func isExecutable(path string) bool {
	fi, err := os.Stat(filepath.Clean(path))
	return err == nil && fi.Mode().IsRegular() && (runtime.GOOS == "windows" || fi.Mode()&0o111 != 0)
}
