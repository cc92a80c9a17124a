//go:build man

package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// The command that writes the man pages is built for the release alone
// (go run -tags man ./cmd/corstui man DIR): what it needs would make the program
// larger by half a megabyte.
func init() {
	extraCommands = append(extraCommands, func(*app) *cobra.Command {
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
	})
}
