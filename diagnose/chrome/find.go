package chrome

import (
	"errors"

	"corstui/diagnose/browser"
)

// EnvPath names the environment variable that says which browser to run.
const EnvPath = "CORSTUI_BROWSER"

// ErrNotInstalled says that no browser was found that speaks the DevTools
// protocol.
var ErrNotInstalled = errors.New("no Chrome, Chromium or Edge found on PATH or in the usual places; install one, or set " +
	EnvPath + " to the path of its executable")

// family is where such a browser is found.
var family = browser.Family{
	Called: "a Chrome, Chromium or Edge",
	Env:    EnvPath,
	Names: []string{
		"google-chrome", "google-chrome-stable", "chrome", "chromium", "chromium-browser",
		"microsoft-edge", "microsoft-edge-stable", "msedge",
		"google-chrome-beta", "google-chrome-unstable", "headless-shell", "chrome-headless-shell",
	},
	Places: map[string][]string{
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
	},
	Missing: ErrNotInstalled,
}

// Find returns the path of an installed browser: the one that CORSTUI_BROWSER
// names, else the first on PATH, else the first in the usual places. Without
// one the error wraps ErrNotInstalled and says what to do.
func Find() (string, error) { return family.Find() }
