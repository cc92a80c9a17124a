package lab

var originScenarios []Scenario
