package lab

var accessScenarios []Scenario
