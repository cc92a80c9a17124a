package lab

import (
	"fmt"
	"strings"

	"corstui/diagnose/nearest"
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
	names := make([]string, len(all))
	for i, s := range all {
		names[i] = s.Name
	}
	if near := nearest.Name(name, names); near != "" {
		return Scenario{}, fmt.Errorf("lab scenario %q: %w; did you mean %q?", name, ErrUnknownScenario, near)
	}
	return Scenario{}, fmt.Errorf("lab scenario %q: %w; `corstui lab --list` prints them all", name, ErrUnknownScenario)
}
