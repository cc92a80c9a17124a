package browser

import (
	"os"
	"strings"
	"time"
)

// Environment is what a browser inherits: everything but our own secrets.
func Environment(env []string) []string {
	out := make([]string, 0, len(env))
	for _, kv := range env {
		if !strings.HasPrefix(kv, "CF_ACCESS_") {
			out = append(out, kv)
		}
	}
	return out
}

// RemoveProfile removes a profile's folder, again if a dying child of the
// browser still wrote into it.
func RemoveProfile(dir string) {
	for range 20 {
		if os.RemoveAll(dir) == nil {
			if _, err := os.Stat(dir); os.IsNotExist(err) {
				return
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
}
