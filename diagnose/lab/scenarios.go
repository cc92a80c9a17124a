package lab

// Scenarios returns all scenarios in teaching order: first the one where all is
// right, then the seven mistakes, then each layer in depth.
func Scenarios() []Scenario {
	var out []Scenario
	for _, family := range [][]Scenario{
		basics,
		accessScenarios, accessPreflightScenarios, wafScenarios, edgeScenarios, cacheScenarios,
		preflightScenarios, originScenarios, redirectScenarios, policyScenarios,
		rightScenarios,
	} {
		for _, s := range family {
			out = append(out, s.resolve())
		}
	}
	return out
}
