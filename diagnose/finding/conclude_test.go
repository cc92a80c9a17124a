package finding

import (
	"reflect"
	"testing"
)

// What one reading of a diagnosis concludes must not depend on the order in
// which its parts are asked for.
func TestConcludeSaysWhatItsPartsSay(t *testing.T) {
	for _, s := range scenes {
		t.Run(s.name, func(t *testing.T) {
			in := s.input()
			got := Conclude(in)
			want := Conclusion{Findings: Find(in), Assumes: Assumes(in)}
			want.Plan, want.Policy = Plan(in, want.Findings)
			want.Headline = Headline(in, want.Findings)
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
		})
	}
}
