package lab

import (
	"fmt"
	"strings"
)

// Names returns the names of all scenarios in teaching order.
func Names() []string {
	var out []string
	for _, s := range Scenarios() {
		out = append(out, s.Name)
	}
	return out
}

// List returns one scenario a line: its name, a space, what it shows.
func List() string {
	var b strings.Builder
	for _, s := range Scenarios() {
		fmt.Fprintf(&b, "%s %s\n", s.Name, s.Shows)
	}
	return b.String()
}

// Find returns the scenario of that name; its error suggests the nearest.
func Find(name string) (Scenario, error) { return find(Scenarios(), name) }

func find(all []Scenario, name string) (Scenario, error) {
	for _, s := range all {
		if s.Name == name {
			return s, nil
		}
	}
	if near := nearest(all, name); near != "" {
		return Scenario{}, fmt.Errorf("lab scenario %q: %w; did you mean %q?", name, ErrUnknownScenario, near)
	}
	return Scenario{}, fmt.Errorf("lab scenario %q: %w; `corstui lab --list` prints them all", name, ErrUnknownScenario)
}

// nearest returns the name that takes the fewest edits, or that begins with
// what was typed; empty where none is near enough to be meant.
func nearest(all []Scenario, name string) string {
	typed := strings.ToLower(strings.TrimSpace(name))
	if typed == "" || len(typed) > 64 {
		return ""
	}
	best, edits := "", len(typed)/2+1
	for _, s := range all {
		d := distance(typed, s.Name)
		if strings.HasPrefix(s.Name, typed) {
			d = min(d, 1)
		}
		if d < edits {
			best, edits = s.Name, d
		}
	}
	return best
}

// distance is the Levenshtein distance of two short strings.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			diagonal, row[j] = row[j], min(row[j]+1, row[j-1]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
