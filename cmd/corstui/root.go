package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"corstui/diagnose/fetch"
)

// app is what all commands share.
type app struct {
	std stdio
	// global flags
	noColor, plain, noHistory, ascii, noAnim, noMouse bool
	theme                                             string
}

// extraCommands are those of builds with a tag.
var extraCommands []func(*app) *cobra.Command

// newRoot builds the command line.
func newRoot(std stdio) *cobra.Command {
	a := &app{std: std}
	var flags caseFlags
	var labName string
	var showVersion bool
	root := &cobra.Command{
		Use:   "corstui [URL]",
		Short: "Who answered your browser? Finds the layer behind a CORS error, and the fix for it",
		Long: `corstui walks the request's way (browser, Cloudflare Access, WAF, origin), proves who
actually answered the browser, says what the browser concludes and why, and hands over
the fix for the layer that answered.`,
		Example: `  corstui https://api.example.com/v1/items --origin https://app.example.com
  corstui --lab access-login          a broken set-up, no network needed
  corstui check URL --origin PAGE     the same as text, for a log or CI`,
		Args:          func(cmd *cobra.Command, args []string) error { return rootArgs(cmd, args) },
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if showVersion {
				fmt.Fprintln(a.std.out, versionLine())
				return nil
			}
			return a.walk(cmd.Context(), &flags, labName, args)
		},
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		var bad *pflag.InvalidValueError
		if errors.As(err, &bad) {
			return fmt.Errorf("--%s %q: no value for it; right would be %s", bad.GetFlag().Name, bad.GetValue(), valueOf[bad.GetFlag().Value.Type()])
		}
		return fmt.Errorf("%w; see: corstui --help", err)
	})
	root.PersistentFlags().BoolVar(&a.noColor, "no-color", false, "no colour; NO_COLOR does the same")
	root.PersistentFlags().BoolVar(&a.plain, "plain", false, "the walk as lines and numbered questions, for screen readers and logs")
	root.PersistentFlags().BoolVar(&a.noHistory, "no-history", false, "neither read nor keep recent cases")
	root.PersistentFlags().BoolVar(&a.ascii, "ascii", false, "draw with ASCII characters alone")
	root.PersistentFlags().BoolVar(&a.noAnim, "no-anim", false, "no moving packet")
	root.PersistentFlags().BoolVar(&a.noMouse, "no-mouse", false, "leave the mouse to the terminal, to select text")
	root.PersistentFlags().StringVar(&a.theme, "theme", "", "dark or light; without it COLORFGBG decides")
	// Not cobra's own flag: its template keeps every method of every type in the
	// binary.
	root.Flags().BoolVar(&showVersion, "version", false, "version, commit, date")
	flags.register(root.Flags())
	root.Flags().StringVar(&labName, "lab", "", "walk a `SCENARIO` of the embedded lab; see: corstui lab --list")
	root.AddCommand(
		a.checkCommand(), a.whoCommand(), a.snippetCommand(), a.reviewCommand(), a.labCommand(), a.tryCommand(), a.tourCommand(),
		a.replayCommand(), a.diffCommand(), a.explainCommand(), a.versionCommand(),
	)
	for _, more := range extraCommands {
		root.AddCommand(more(a))
	}
	root.InitDefaultHelpCmd()
	if help, _, err := root.Find([]string{"help"}); err == nil && help != root {
		help.Args = func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				if found, _, err := root.Find(args); err != nil || found == root {
					return notACommand(root, args[0])
				}
			}
			return nil
		}
	}
	return root
}

// valueOf says what a flag takes, by the type of its value.
var valueOf = map[string]string{"int": "a whole number", "float64": "a number, such as 2.5", "bool": "true or false"}

// rootArgs accepts one URL. A word that is neither a command nor a URL is a
// mistyped command, or a URL without its scheme.
func rootArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	word := args[0]
	if !strings.Contains(word, "://") {
		return notACommand(cmd, word)
	}
	if len(args) > 1 {
		return fmt.Errorf("argument %q: one URL at a time; for many: corstui check --cases FILE", args[1])
	}
	return checkURL(word)
}

func notACommand(cmd *cobra.Command, word string) error {
	if looksLikeHost(word) {
		return fmt.Errorf("%q is neither a command nor a URL; a URL needs its scheme: https://%s", word, strings.TrimLeft(word, "/"))
	}
	cmd.SuggestionsMinimumDistance = 3
	near := cmd.SuggestionsFor(word)
	if len(near) > 0 {
		return fmt.Errorf("%q is neither a command nor a URL; did you mean: corstui %s", word, near[0])
	}
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	slices.Sort(names)
	return fmt.Errorf("%q is neither a command nor a URL; commands are %s, and a URL starts with https://", word, strings.Join(names, ", "))
}

// looksLikeHost says whether a word is more likely a URL without a scheme than
// a mistyped command.
func looksLikeHost(s string) bool {
	return strings.ContainsAny(s, "./:") && !strings.HasPrefix(s, ".")
}

// checkURL refuses what is no absolute URL by the URL Standard, which takes more
// than net/url does. What fetch() itself throws at (a user name in the URL, say)
// is a verdict, not a usage error.
func checkURL(s string) error {
	if !strings.Contains(s, "://") {
		for _, scheme := range []string{"https:", "http:"} {
			if rest, ok := strings.CutPrefix(strings.ToLower(s), scheme); ok {
				return fmt.Errorf("URL %q: two slashes are missing; right would be %s//%s", s, scheme, s[len(s)-len(strings.TrimLeft(rest, "/")):])
			}
		}
		if looksLikeHost(s) {
			return fmt.Errorf("URL %q: the scheme is missing; right would be https://%s", s, strings.TrimLeft(s, "/"))
		}
		return fmt.Errorf("URL %q: not a URL; right would be https://HOST/PATH", s)
	}
	if strings.ContainsFunc(s, unicode.IsControl) {
		return fmt.Errorf("URL %q: has a control character in it; right would be https://HOST/PATH", s)
	}
	if _, err := fetch.ParseURL(s, nil); err != nil {
		return fmt.Errorf("URL %q: it %w; right would be https://HOST/PATH", s, err)
	}
	return nil
}
