package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"corstui/diagnose"
	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/finding"
	"corstui/diagnose/report"
	"corstui/diagnose/trial"
	"corstui/snippets"
)

func (a *app) tryCommand() *cobra.Command {
	var flags caseFlags
	var policy policyFlags
	var policyFile, reportFile, labName string
	var port int
	cmd := &cobra.Command{
		Use:   "try URL --origin PAGE",
		Short: "Apply a policy in front of the target, on loopback, and walk the case again",
		Example: `  corstui try https://api.example.com/v1/items --origin https://app.example.com --credentials include
  corstui try --report report.json`,
		Args: oneURL,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkPort("--listen", port); err != nil {
				return err
			}
			if err := checkEmpty(cmd.Flags(), "policy", "report"); err != nil {
				return err
			}
			var saved *diagnose.Report
			if reportFile != "" {
				r, err := a.readReport(reportFile)
				if err != nil {
					return err
				}
				saved = &r
			}
			p, stop, err := a.tryTarget(cmd.Context(), &flags, labName, saved, args)
			if err != nil {
				return err
			}
			defer stop()
			base, err := a.tryPolicy(p.Case, policyFile, saved)
			if err != nil {
				return err
			}
			if base, err = policy.over(base); err != nil {
				return err
			}
			return a.try(cmd.Context(), p, base, port)
		},
	}
	flags.register(cmd.Flags())
	policy.register(cmd.Flags(), "")
	cmd.Flags().StringVar(&policyFile, "policy", "", "the policy as JSON from `FILE`")
	cmd.Flags().StringVar(&reportFile, "report", "", "case and policy from a saved report: `FILE`")
	cmd.Flags().StringVar(&labName, "lab", "", "try on a `SCENARIO` of the embedded lab")
	cmd.Flags().IntVar(&port, "listen", 0, "listen on this loopback `PORT`; 0 is a free one")
	return cmd
}

// tryTarget is the case to try: of a report, a lab scenario or the flags.
func (a *app) tryTarget(ctx context.Context, flags *caseFlags, labName string, saved *diagnose.Report, args []string) (plan, func(), error) {
	if saved == nil || labName != "" {
		return a.target(ctx, flags, labName, args)
	}
	p, err := flags.build(a, args)
	if err != nil {
		return p, nil, err
	}
	session := p.Case.Session
	if p.Case.URL == "" {
		p.Case = saved.Case
		p.Case.Session = session
	}
	if p.Case.Origin == "" {
		p.Case.Origin = saved.Case.Origin
	}
	return p, func() {}, complete(p.Case)
}

// tryPolicy is the policy before the flags: of a file, a report, or the case.
func (a *app) tryPolicy(c exchange.Case, file string, saved *diagnose.Report) (snippets.Policy, error) {
	switch {
	case file != "":
		return a.readPolicy(file)
	case saved != nil:
		return saved.Policy, nil
	}
	return finding.PolicyOf(c), nil
}

// try serves the proxy until a signal. Its URL stands on the first line, before
// anything is asked of the target; then the case is walked without it and
// through it, and what changed is said.
func (a *app) try(ctx context.Context, p plan, policy snippets.Policy, port int) error {
	proxy, err := trial.Start(ctx, trial.Options{Target: p.Case.URL, Policy: policy, Network: p.Options.Network, Port: port})
	if err != nil {
		return oneLine(err)
	}
	defer proxy.Close()
	fmt.Fprintln(a.std.out, proxy.URL())

	before, err := diagnose.Run(ctx, p.Case, p.Options, nil)
	if err != nil {
		return err
	}
	if before.AnsweredBy.Layer == answer.LayerNetwork && ctx.Err() == nil {
		// The proxy would answer for the target, and that would pass for an answer.
		fmt.Fprintf(a.std.out, "\nbefore  %s\nafter   The same: no policy in front of it helps while it gives no answer.\n\nThe proxy keeps listening at %s. Ctrl-C ends it.\n", before.Headline, proxy.URL())
		<-ctx.Done()
		return ctx.Err()
	}
	after, err := throughProxy(ctx, p, proxy)
	if err != nil {
		return err
	}
	if ctx.Err() == nil {
		fmt.Fprintf(a.std.out, "\n%s", report.Compare(before, after).Text())
		if note := trial.Simulated(before.AnsweredBy.Layer); note != "" {
			fmt.Fprintf(a.std.out, "\n%s\n", note)
		}
		fmt.Fprintf(a.std.out, "\nThe proxy keeps listening: point your frontend at %s. Ctrl-C ends it.\n", proxy.URL())
	}
	<-ctx.Done()
	return ctx.Err()
}

// throughProxy walks the case again, through the proxy.
func throughProxy(ctx context.Context, p plan, proxy *trial.Proxy) (diagnose.Report, error) {
	o := p.Options
	o.Network = proxy.Network()
	o.Browser = nil
	c := p.Case
	c.Reported = nil // a console line speaks of the path without the proxy
	return diagnose.Run(ctx, c, o, nil)
}
