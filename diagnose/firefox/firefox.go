// Package firefox runs the page's fetch() in an installed Firefox, over
// Marionette, the remote protocol that geckodriver speaks, and reports what that
// browser concluded.
//
// In goes an exchange.Case; out comes a diagnose.BrowserVerdict whose reason is
// Firefox's own key, such as CORSMissingAllowOrigin. The document of the page is
// put in place of the frontend's answer before anything is sent, so the real
// frontend is never asked; every other request of the page goes out as Firefox
// sends it, and what the browser would ask on its own account is stopped. It
// runs with a fresh profile that is removed at the end, headless, or in a window
// in which the user logs in first.
//
// The package judges nothing itself: requests are seen by observers of the
// network stack, reasons are the categories of the console's messages.
package firefox

import (
	"context"
	"errors"

	"corstui/diagnose"
	"corstui/diagnose/browser"
	"corstui/diagnose/exchange"
)

// EnvPath names the environment variable that says which Firefox to run.
const EnvPath = "CORSTUI_FIREFOX"

// ErrNotInstalled says that no Firefox was found.
var ErrNotInstalled = errors.New("no Firefox found on PATH or in the usual places; install one, or set " +
	EnvPath + " to the path of its executable")

// family is where a Firefox is found.
var family = browser.Family{
	Called: "a Firefox",
	Env:    EnvPath,
	Names:  []string{"firefox", "firefox-esr", "firefox-developer-edition", "firefox-beta", "firefox-nightly"},
	Places: map[string][]string{
		"darwin": {
			"/Applications/Firefox.app/Contents/MacOS/firefox",
			"/Applications/Firefox Developer Edition.app/Contents/MacOS/firefox",
			"/Applications/Firefox Nightly.app/Contents/MacOS/firefox",
			"$HOME/Applications/Firefox.app/Contents/MacOS/firefox",
		},
		"windows": {
			`$ProgramFiles\Mozilla Firefox\firefox.exe`,
			`${ProgramFiles(x86)}\Mozilla Firefox\firefox.exe`,
			`$LOCALAPPDATA\Mozilla Firefox\firefox.exe`,
			`$ProgramFiles\Firefox Developer Edition\firefox.exe`,
		},
		"linux": {"/usr/lib/firefox/firefox", "/usr/lib/firefox-esr/firefox-esr", "/usr/lib64/firefox/firefox", "/opt/firefox/firefox"},
	},
	Missing: ErrNotInstalled,
}

// Find returns the path of an installed Firefox: the one that CORSTUI_FIREFOX
// names, else the first on PATH, else the first in the usual places. Without one
// the error wraps ErrNotInstalled and says what to do.
func Find() (string, error) { return family.Find() }

// Run performs the case's fetch() in an installed Firefox and returns what it
// concluded. Agrees is left false: only the caller knows the model's verdict.
// The browser's process and its profile are gone when Run returns.
func Run(ctx context.Context, c exchange.Case, o browser.Options) (*diagnose.BrowserVerdict, error) {
	if err := o.Permitted(c); err != nil {
		return nil, err
	}
	ctx, cancel := o.Bounded(ctx)
	defer cancel()
	b, err := Open(ctx, o)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	if len(o.Network.CAPEM) > 0 && !o.Network.Insecure {
		if err := b.trustLeaf(ctx, c.URL); err != nil {
			return nil, err
		}
	}
	if o.Visible {
		if err := b.Login(ctx, c.URL, o.LoggedIn); err != nil {
			return nil, err
		}
	}
	seen, err := b.Fetch(ctx, c)
	if err != nil {
		return nil, err
	}
	return &seen.BrowserVerdict, nil
}
