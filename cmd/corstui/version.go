package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
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

// manCommand writes the man pages; the release does.
func (a *app) manCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "man DIR",
		Short:  "Write the man pages into a folder",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return fmt.Errorf("man %s: %w; right would be a folder that you may write to", args[0], cause(err))
			}
			cmd.Root().DisableAutoGenTag = true
			return doc.GenManTree(cmd.Root(), &doc.GenManHeader{Title: "CORSTUI", Section: "1"}, filepath.Clean(args[0]))
		},
	}
}
