package lab_test

import (
	"context"
	"testing"

	"corstui/diagnose"
	"corstui/diagnose/answer"
	"corstui/diagnose/lab"
)

// TestAPlanThatIsFollowedOpensTheWay follows the plan of every blocked scenario:
// each step is applied in the lab, until the browser's verdict is allowed with no
// error finding. A wall behind a wall may need a second diagnosis, once the first
// is gone; where it is not proven who answered, the plan's other way counts.
func TestAPlanThatIsFollowedOpensTheWay(t *testing.T) {
	for _, s := range lab.Scenarios() {
		if s.Truth.Allowed {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			ctx := context.Background()
			l, err := lab.Start(ctx, s.Name, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			c, _ := l.Case(s.Name)
			// The lab's own POST and PUT change nothing.
			options := diagnose.Options{Network: l.Network(), AllowUnsafe: true}
			var done []string
			for range 2 {
				r, err := diagnose.Run(ctx, c, options, nil)
				if err != nil {
					t.Fatal(err)
				}
				for _, step := range r.Plan {
					if step.Alternative && r.AnsweredBy.Layer != answer.LayerUnknown {
						continue
					}
					did := string(step.Layer) + " " + string(step.Recipe)
					if c, err = l.Fix(s.Name, step.Layer, step.Recipe, r.Policy); err != nil {
						done = append(done, did+": "+err.Error())
						c, _ = l.Case(s.Name)
						continue
					}
					after := options
					after.VerdictOnly = true
					again, err := diagnose.Run(ctx, c, after, nil)
					if err != nil {
						t.Fatal(err)
					}
					if done = append(done, did+": "+again.Headline); again.Verdict.Allowed && !again.HasError() {
						return
					}
				}
			}
			t.Errorf("still blocked after:\n%q", done)
		})
	}
}
