package difftest

import (
	"os"
	"testing"
)

// Missing ends a test that needs what is not installed: it fails in CI, where
// everything is to be installed, and is skipped by name elsewhere.
func Missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// Installed returns the browser that find finds; without one, see Missing.
func Installed(t testing.TB, find func() (string, error)) string {
	t.Helper()
	path, err := find()
	if err != nil {
		Missing(t, "needs an installed browser: "+err.Error())
	}
	return path
}
