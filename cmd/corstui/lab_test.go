package main

import (
	"context"
	"slices"
	"testing"

	"github.com/spf13/pflag"

	"corstui/ui"
)

// The scenario that the command line names is the one that the screens walk, in
// their first run and in all later ones.
func TestALabOfTheCommandLineStartsOnce(t *testing.T) {
	var flags caseFlags
	flags.register(pflag.NewFlagSet("corstui", pflag.ContinueOnError))
	b, c, err := (&app{noHistory: true}).labBackend(context.Background(), &flags, "access-login")
	if err != nil {
		t.Fatal(err)
	}
	defer b.close()
	for range 2 {
		_, o, err := b.runOptions(c, ui.RunOptions{Lab: "access-login"})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := o.Network.ConnectTo, b.options.Network.ConnectTo; len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("a run goes to %q, the lab that was started is at %q", got, want)
		}
	}
	if len(b.labs) != 1 {
		t.Errorf("%d labs run", len(b.labs))
	}
}
