package chrome

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// EnvPath names the environment variable that says which browser to run.
const EnvPath = "CORSTUI_BROWSER"

// ErrNotInstalled says that no browser was found that speaks the DevTools
// protocol.
var ErrNotInstalled = errors.New("no Chrome, Chromium or Edge found on PATH or in the usual places; install one, or set " +
	EnvPath + " to the path of its executable")

// pathNames are the names under which the browsers are found on PATH.
var pathNames = []string{
	"google-chrome", "google-chrome-stable", "chrome", "chromium", "chromium-browser",
	"microsoft-edge", "microsoft-edge-stable", "msedge",
	"google-chrome-beta", "google-chrome-unstable", "headless-shell", "chrome-headless-shell",
}

// usualPlaces are the paths of installers that put nothing on PATH. A leading
// environment variable stands for its value; a path whose variable is empty is
// left out.
var usualPlaces = map[string][]string{
	"darwin": {
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
		"/Applications/Chromium.app/Contents/MacOS/Chromium",
		"/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
		"$HOME/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
		"$HOME/Applications/Chromium.app/Contents/MacOS/Chromium",
		"$HOME/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
	},
	"windows": {
		`$ProgramFiles\Google\Chrome\Application\chrome.exe`,
		`${ProgramFiles(x86)}\Google\Chrome\Application\chrome.exe`,
		`$LOCALAPPDATA\Google\Chrome\Application\chrome.exe`,
		`$LOCALAPPDATA\Chromium\Application\chrome.exe`,
		`${ProgramFiles(x86)}\Microsoft\Edge\Application\msedge.exe`,
		`$ProgramFiles\Microsoft\Edge\Application\msedge.exe`,
	},
	"linux": {
		"/usr/bin/chromium", "/usr/bin/google-chrome", "/opt/google/chrome/chrome",
		"/opt/microsoft/msedge/msedge", "/usr/lib/chromium/chromium", "/usr/lib64/chromium-browser/chromium-browser",
		"/snap/bin/chromium",
		"/var/lib/flatpak/exports/bin/org.chromium.Chromium", "/var/lib/flatpak/exports/bin/com.google.Chrome",
	},
}

// Find returns the path of an installed browser: the one that CORSTUI_BROWSER
// names, else the first on PATH, else the first in the usual places. Without
// one the error wraps ErrNotInstalled and says what to do.
func Find() (string, error) {
	return find(os.Getenv, exec.LookPath, isExecutable, runtime.GOOS)
}

func find(getenv func(string) string, lookPath func(string) (string, error), executable func(string) bool, goos string) (string, error) {
	if named := getenv(EnvPath); named != "" {
		path, err := lookPath(named)
		if err != nil {
			return "", fmt.Errorf("%s=%q is no executable: give the path of a Chrome, Chromium or Edge", EnvPath, named)
		}
		return path, nil
	}
	for _, name := range pathNames {
		if path, err := lookPath(name); err == nil {
			return path, nil
		}
	}
	for _, place := range usualPlaces[goos] {
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
	return "", ErrNotInstalled
}

func isExecutable(path string) bool {
	fi, err := os.Stat(filepath.Clean(path))
	return err == nil && fi.Mode().IsRegular() && (runtime.GOOS == "windows" || fi.Mode()&0o111 != 0)
}
