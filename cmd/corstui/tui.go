package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"corstui/diagnose"
	"corstui/ui"
	"corstui/ui/theme"
)

// walk is the command without a name: the screen, at its start or on a case.
func (a *app) walk(ctx context.Context, flags *caseFlags, labName string, args []string) error {
	instead := "corstui check URL --origin PAGE"
	if flags.flags.Changed("lab") {
		if len(args) > 0 {
			return fmt.Errorf("argument %q: --lab brings its own URL", args[0])
		}
		b, c, err := a.labBackend(ctx, flags, labName)
		if err != nil {
			return err
		}
		return a.screen(ctx, "corstui check --lab "+labName, ui.Options{Case: &c, Lab: labName, Run: runOptions(flags, labName)}, b)
	}
	p, err := flags.build(a, args)
	if err != nil {
		return err
	}
	o := ui.Options{Run: runOptions(flags, "")}
	if p.Case.URL != "" {
		o.Case = &p.Case
		o.Start = p.Case.Origin == ""
	}
	return a.screen(ctx, instead, o, newBackend(a, p.Options))
}

func runOptions(flags *caseFlags, labName string) ui.RunOptions {
	return ui.RunOptions{AllowUnsafe: flags.allowUnsafe, Lab: labName, AllEngines: true, Browser: flags.browser}
}

// screen opens the TUI, or its plain form. Where there is no terminal, it says
// what to use instead.
func (a *app) screen(ctx context.Context, instead string, o ui.Options, b *backend) error {
	defer b.close()
	o.Backend = b
	if a.plain {
		return ui.Plain(ctx, a.std.in, a.std.out, o)
	}
	in, out := terminal(a.std.in), terminal(a.std.out)
	if in == nil || out == nil {
		return fmt.Errorf("the screen needs a terminal, and standard input or output is none; use instead: %s (or --plain)", instead)
	}
	c, err := readSettings()
	if err != nil {
		fmt.Fprintf(a.std.err, "corstui: %s\n", diagnose.Shown(err.Error()))
	}
	chosen := a.theme
	if chosen == "" {
		chosen = c.Theme
	}
	switch chosen {
	case "":
		o.Light, _ = theme.FromCOLORFGBG(os.Getenv("COLORFGBG"))
	case "light", "dark":
		o.Light = chosen == "light"
	default:
		return fmt.Errorf("theme %q: no such theme; one of dark, light", chosen)
	}
	o.NoColor = a.noColor || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb"
	o.ASCII, o.NoAnim, o.Mouse = a.ascii || c.ASCII, a.noAnim || c.NoAnim, !a.noMouse && !c.NoMouse
	o.Keys = c.Keys
	o.In, o.Out = in, ui.NewOutput(out)
	err = ui.Run(ctx, o)
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

func (a *app) tourCommand() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "tour [LESSON]",
		Short: "Learn to see who answered: short lessons on the embedded lab, no network",
		Args:  atMostOne("one lesson"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o := ui.Options{Tour: true, LessonsDir: dir}
			if len(args) > 0 {
				o.Lesson = args[0]
			}
			return a.screen(cmd.Context(), "corstui explain, for the lessons' subjects as text", o, newBackend(a, diagnose.Options{}))
		},
	}
	cmd.Flags().StringVar(&dir, "lessons", "", "a team's own lessons from `DIR`")
	return cmd
}
