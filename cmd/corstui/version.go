package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// Set by the linker in releases; otherwise read from the build's own record.
var version, commit, date string

// versionLine is "corstui VERSION (commit COMMIT, DATE)".
func versionLine() string {
	v, c, d := version, commit, date
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision" && c == "":
				c = s.Value
			case s.Key == "vcs.time" && d == "":
				d = s.Value
			}
		}
	}
	or := func(s, other string) string {
		if s == "" {
			return other
		}
		return s
	}
	if len(c) > 12 {
		c = c[:12]
	}
	return fmt.Sprintf("corstui %s (commit %s, %s)", or(v, "devel"), or(c, "unknown"), or(d, "date unknown"))
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Version, commit, date",
		Args:  cobra.NoArgs,
		Run:   func(*cobra.Command, []string) { fmt.Fprintln(a.std.out, versionLine()) },
	}
}
