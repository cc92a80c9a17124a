package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"corstui/diagnose"
	"corstui/diagnose/report"
)

// watchEvery checks the interval of --watch.
func watchEvery(seconds float64) (time.Duration, error) {
	if math.IsNaN(seconds) || seconds < 0.5 || seconds > 86400 {
		return 0, fmt.Errorf("--watch %v: out of range; right would be seconds, 0.5 to 86400", seconds)
	}
	return time.Duration(seconds * float64(time.Second)), nil
}

// watch runs the case again and again: the whole report first, then what
// changed each time, until a signal. As JSON it is a report a line.
func (a *app) watch(ctx context.Context, p plan, f report.Format, every time.Duration) error {
	if f != report.Text && f != report.JSON {
		return errors.New("--watch: only with --format text or json")
	}
	var before diagnose.Report
	for n := 0; ; n++ {
		r, err := diagnose.Run(ctx, p.Case, p.Options, nil)
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		switch {
		case f == report.JSON:
			line, err := report.AsLine(r)
			if err != nil {
				return err
			}
			if err := a.write("", line); err != nil {
				return err
			}
		case n == 0:
			fmt.Fprintf(a.std.out, "%s\nwatching every %v; Ctrl-C ends it\n", report.AsText(r), every)
		default:
			if d := report.Compare(before, r); !d.Same {
				fmt.Fprintf(a.std.out, "\n%s\n%s", r.Started.Local().Format("15:04:05"), d.Text())
			}
		}
		before = r
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(every):
		}
	}
}
