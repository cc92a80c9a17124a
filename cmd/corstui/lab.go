package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"corstui/diagnose/exchange"
	"corstui/diagnose/finding"
	"corstui/diagnose/lab"
)

func (a *app) labCommand() *cobra.Command {
	var list bool
	var port int
	cmd := &cobra.Command{
		Use:   "lab [SCENARIO]",
		Short: "Serve the simulated path on loopback; without SCENARIO, all of them",
		Args:  atMostOne("the name of one scenario; see: corstui lab --list"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if list {
				_, err := fmt.Fprint(a.std.out, lab.List())
				return err
			}
			name := ""
			if len(args) > 0 {
				if name = args[0]; name == "" {
					return fmt.Errorf("lab scenario %q: the name is empty; leave it out to serve all, or see: corstui lab --list", name)
				}
			}
			if err := checkPort("--port", port); err != nil {
				return err
			}
			return a.serveLab(cmd.Context(), name, port)
		},
	}
	cmd.Flags().BoolVar(&list, "list", false, "list the scenarios, one a line")
	cmd.Flags().IntVar(&port, "port", 0, "listen on this loopback `PORT`; 0 is a free one")
	return cmd
}

func checkPort(flag string, port int) error {
	if port < 0 || port > 65535 {
		return fmt.Errorf("%s %d: out of range; right would be 0 (a free one) to 65535", flag, port)
	}
	return nil
}

// serveLab serves until a signal. Its URL stands alone on the first line.
func (a *app) serveLab(ctx context.Context, name string, port int) error {
	l, err := lab.Start(ctx, name, port)
	if err != nil {
		return err
	}
	defer l.Close()
	fmt.Fprintf(a.std.out, "%s\n\nOpen it in your browser: the page makes the request that fails, and the console shows the real sentence.\n", l.URL())
	for _, s := range l.Scenarios() {
		c, _ := l.Case(s.Name)
		command := labSecrets(c.Session) + "corstui check " + shellArgs(c, labArgs(c.Session, l.Addr())...)
		if !inFlags(c) {
			command = "corstui check --lab " + s.Name
		}
		fmt.Fprintf(a.std.out, "\n%s: %s\n  %s\n", s.Name, s.Shows, command)
	}
	<-ctx.Done()
	return ctx.Err()
}

// inFlags says whether flags can say all of a case: there is none for fetch()'s
// mode and redirect, nor for what is known of a cookie beside its value.
func inFlags(c exchange.Case) bool {
	c = c.WithDefaults()
	home := func(k exchange.Cookie) bool { return k.SameSite != "" && k.SameSite != "None" }
	return c.Mode == exchange.ModeCORS && c.Redirect == exchange.RedirectFollow && !slices.ContainsFunc(c.Session.Cookies, home)
}

// labSecrets are the environment of a lab's case, and labArgs its further
// arguments. The lab's tokens are shown: they are worth nothing outside it.
func labSecrets(s exchange.Session) string {
	env := ""
	for _, v := range [][2]string{{"CF_ACCESS_TOKEN", s.AccessToken}, {"CF_ACCESS_CLIENT_ID", s.ServiceTokenID}, {"CF_ACCESS_CLIENT_SECRET", s.ServiceTokenSecret}} {
		if v[1] != "" {
			env += v[0] + "=" + finding.ShellQuote(v[1]) + " "
		}
	}
	return env
}

func labArgs(s exchange.Session, addr string) []string {
	args := []string{"--connect-to", "::" + addr, "--insecure"}
	for _, c := range s.Cookies {
		args = append(args, "-b", c.Name+"="+c.Value)
	}
	return args
}

// labTarget starts a scenario and returns its case, how to reach it, and the
// running lab, which whoever asked closes.
func (a *app) labTarget(ctx context.Context, flags *caseFlags, name string) (plan, *lab.Lab, error) {
	if name == "" {
		return plan{}, nil, fmt.Errorf("--lab: the value is empty; right would be the name of a scenario, see: corstui lab --list")
	}
	for _, own := range []string{"origin", "method", "header", "data", "credentials", "cookie", "from"} {
		if f := flags.flags.Lookup(own); f != nil && f.Changed {
			return plan{}, nil, fmt.Errorf("--%s: --lab brings its own case; leave it out, or walk the lab's URL from: corstui lab %s", own, name)
		}
	}
	l, err := lab.Start(ctx, name, 0)
	if err != nil {
		return plan{}, nil, err
	}
	o, err := flags.options()
	if err != nil {
		_ = l.Close()
		return plan{}, nil, err
	}
	direct := o.Network.Direct
	o.Network = l.Network()
	o.Network.Direct = direct
	o.Lab = name
	if o.Browser != nil {
		o.Browser = realBrowser(o)
	}
	c, _ := l.Case(name)
	return plan{Case: c, Options: o}, l, nil
}

// labBackend is the screens' backend on a scenario that runs already, and the
// scenario's case.
func (a *app) labBackend(ctx context.Context, flags *caseFlags, name string) (*backend, exchange.Case, error) {
	p, l, err := a.labTarget(ctx, flags, name)
	if err != nil {
		return nil, exchange.Case{}, err
	}
	b := newBackend(a, p.Options)
	b.labs[name] = l // closed with the backend
	return b, p.Case, nil
}
